//! Names of what targets are about: as printed, with a folded twin for matching. Members of a list that share a
//! head or a tail get it (单位产值能耗、水耗; 化学需氧量、氨氮排放总量).

use crate::flow::Flow;
use crate::page::Span;
use crate::words;

/// A name as printed, with its folded twin for matching.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Name {
    shown: Vec<char>,
    folded: Vec<char>,
}

impl Name {
    pub(crate) fn new(flow: &Flow, span: Span) -> Self {
        Name { shown: flow.shown(span).to_vec(), folded: flow.slice(span).to_vec() }
    }

    pub(crate) fn from_text(text: &str) -> Self {
        let shown: Vec<char> = text.chars().collect();
        let folded = shown.iter().map(|c| crate::script::fold(*c)).collect();
        Name { shown, folded }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.folded.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.folded.len()
    }

    pub(crate) fn text(&self) -> String {
        self.shown.iter().collect()
    }

    pub(crate) fn folded(&self) -> String {
        self.folded.iter().collect()
    }

    pub(crate) fn part(&self, from: usize, to: usize) -> Name {
        let cut = |list: &[char]| list.get(from..to.min(list.len())).unwrap_or(&[]).to_vec();
        Name { shown: cut(&self.shown), folded: cut(&self.folded) }
    }

    pub(crate) fn join(&self, other: &Name) -> Name {
        Name {
            shown: [&self.shown[..], &other.shown[..]].concat(),
            folded: [&self.folded[..], &other.folded[..]].concat(),
        }
    }

    pub(crate) fn is_measure(&self) -> bool {
        words::is_measure(&self.folded())
    }

    fn starts_with(&self, word: &str) -> bool {
        word.chars().enumerate().all(|(at, c)| self.folded.get(at) == Some(&c))
    }

    /// Without explanations in brackets, 原则上, comparisons with a year, and marks at the ends.
    pub(crate) fn tidy(self) -> Name {
        let mut name = self.without_explanations();
        for word in ["原则上", "力争", "总体上"] {
            name = name.without(word);
        }
        let loose =
            |c: &char| matches!(c, ',' | '、' | ':' | ';' | '-' | '.' | '的' | '·' | '"' | '●' | '■' | '◆' | '▪' | '•');
        let lead = name.folded.iter().take_while(|c| loose(c) && **c != '的').count();
        let tail = name.folded.iter().skip(lead).rev().take_while(|c| loose(c)).count();
        name = name.part(lead, name.len() - tail);
        name.unquoted()
    }

    /// Without the level that it begins with: 省级以上, 4A级.
    pub(crate) fn without_level(&self) -> Name {
        let head = |length: usize| self.folded.iter().take(length).collect::<String>();
        let over = (2..9).find(|n| head(*n).ends_with("级以上") || head(*n).ends_with("级及以上"));
        let level = over.or_else(|| (2..5).find(|n| head(*n).ends_with('级')));
        match level {
            Some(length) if self.len() >= length + 2 => self.part(length, self.len()),
            _ => self.clone(),
        }
    }

    /// Nothing but a level: 省级, 市级以上.
    pub(crate) fn is_level(&self) -> bool {
        let folded = self.folded();
        ["级", "级以上", "级及以上"].iter().any(|end| folded.ends_with(end)) && self.len() <= 6
    }

    /// In front of another name, what both have in common once: 高速铁路 + 铁路营业里程.
    pub(crate) fn onto(&self, other: &Name) -> Name {
        let common = (2..=self.len().min(other.len()))
            .rev()
            .find(|length| self.folded.get(self.len() - length..) == other.folded.get(..*length));
        self.join(&other.part(common.unwrap_or(0), other.len()))
    }

    /// Quotation marks around the whole name, or a half of a pair, are not part of it.
    fn unquoted(self) -> Name {
        let opens = self.folded.iter().filter(|c| **c == '“').count();
        let closes = self.folded.iter().filter(|c| **c == '”').count();
        if opens > closes && self.folded.first() == Some(&'“') {
            return self.part(1, self.len());
        }
        if closes > opens && self.folded.first() == Some(&'”') {
            return self.part(1, self.len());
        }
        self
    }

    fn without_explanations(self) -> Name {
        let mut name = self;
        let mut from = 0;
        while let Some(open) = name.folded.iter().skip(from).position(|c| *c == '(').map(|at| at + from) {
            let Some(close) = name.folded.iter().skip(open).position(|c| *c == ')').map(|at| at + open) else { break };
            // （群）, （GDP）, （助理） belong to a name; longer ones explain it.
            if close - open > 7 {
                name = name.part(0, open).join(&name.part(close + 1, name.len()));
            } else {
                from = close;
            }
        }
        name
    }

    fn without(self, word: &str) -> Name {
        let word: Vec<char> = word.chars().collect();
        match self.folded.windows(word.len()).position(|w| w == word) {
            Some(at) if at > 0 => self.part(0, at).join(&self.part(at + word.len(), self.len())),
            _ => self,
        }
    }

    /// The parts of a list: at 、, and at 和/与/及 behind the last 、 (everywhere if `all`).
    fn parts(&self, all: bool) -> Vec<Name> {
        let mut depth = 0_i32;
        let mut cuts: Vec<(usize, usize)> = Vec::new();
        let last_comma = self.folded.iter().rposition(|c| *c == '、').unwrap_or(0);
        let mut at = 0;
        while at < self.folded.len() {
            let c = self.folded.get(at).copied().unwrap_or('\0');
            match c {
                '(' | '“' | '《' => depth += 1,
                ')' | '”' | '》' => depth -= 1,
                '、' if depth <= 0 => cuts.push((at, at + 1)),
                '以' if depth <= 0 && self.folded.get(at + 1) == Some(&'及') => {
                    cuts.push((at, at + 2));
                    at += 1;
                }
                '和' | '与' | '及' if depth <= 0 && at > 0 && (all || at > last_comma) && !self.joins_word(at) => {
                    cuts.push((at, at + 1));
                }
                _ => {}
            }
            at += 1;
        }
        let mut parts = Vec::new();
        let mut from = 0;
        for (start, end) in cuts {
            parts.push(self.part(from, start));
            from = end;
        }
        parts.push(self.part(from, self.len()));
        parts.retain(|part| !part.is_empty());
        parts
    }

    /// 和 within 和谐, 及 within 普及 are no conjunctions.
    fn joins_word(&self, at: usize) -> bool {
        let next = self.folded.get(at + 1).copied().unwrap_or('\0');
        let before = at.checked_sub(1).and_then(|b| self.folded.get(b)).copied().unwrap_or('\0');
        match self.folded.get(at) {
            Some('和') => matches!(next, '谐' | '平' | '睦') || matches!(before, '共' | '饱' | '总'),
            Some('及') => matches!(next, '时' | '格' | '以') || matches!(before, '普' | '涉' | '以' | '顾'),
            Some('与') => matches!(before, '参' | '赠'),
            _ => false,
        }
    }

    /// Splits a subject that stands for several: into `count` parts, or for 均/各 into all.
    pub(crate) fn split(&self, count: Option<usize>) -> Vec<Name> {
        let fine = self.parts(true);
        let coarse = self.parts(false);
        let parts = match count {
            Some(count) if coarse.len() == count => coarse,
            Some(count) if fine.len() == count => fine,
            Some(_) => return vec![self.clone()],
            None => coarse,
        };
        share(parts)
    }

    /// Two or more whole indicators joined by 和 (国内生产总值和城乡居民人均收入).
    pub(crate) fn split_whole(&self) -> Vec<Name> {
        let whole = vec![self.clone()];
        let related = ["之比", "比例", "比值", "比率", "之和", "比重", "总和", "占比"];
        let folded = self.folded();
        let joined = folded.contains('和') || folded.contains("以及");
        let ratio = related.iter().any(|word| folded.ends_with(word)) && folded.contains('与');
        if !joined || ratio {
            return whole;
        }
        let parts = self.parts(false);
        // A comma list without 和 behind it is one subject, and so is a list with bare members.
        let conjunction = self.folded.iter().rposition(|c| matches!(c, '和' | '及'));
        let comma = self.folded.iter().rposition(|c| *c == '、');
        if parts.len() < 2 || conjunction < comma || !parts.iter().all(|p| p.is_measure() && p.len() >= 3) {
            return whole;
        }
        parts
    }
}

/// Gives the members of a list the head or tail that they share.
fn share(parts: Vec<Name>) -> Vec<Name> {
    let Some(last) = parts.last().cloned() else { return parts };
    let head = parts.first().and_then(shared_head);
    let count = parts.len();
    let stem = parts.first().and_then(|first| shared_stem(first, parts.get(1..).unwrap_or(&[])));
    let members = parts.into_iter().enumerate().map(|(at, part)| {
        let part = if at + 1 < count && !part.is_measure() { part.join(&shared_tail(&part, &last)) } else { part };
        match &head {
            _ if at > 0 && stem.is_some() => stem.as_ref().map_or_else(Name::default, |stem| stem.join(&part)),
            Some(head) if at > 0 && !has_own_head(&part) && is_intensity(&part) => head.join(&part),
            _ => part,
        }
    });
    members.collect()
}

#[rustfmt::skip]
const HEADS: &[&str] = &[
    "单位国内生产总值", "单位地区生产总值", "单位生产总值", "单位GDP", "万元国内生产总值", "万元地区生产总值",
    "万元生产总值", "万元GDP", "单位工业增加值", "万元工业增加值", "单位规模以上工业增加值",
    "规模以上工业单位增加值", "单位产品",
];

fn shared_head(first: &Name) -> Option<Name> {
    let head = HEADS.iter().filter(|head| first.starts_with(head)).max_by_key(|head| head.len())?;
    let length = head.chars().count();
    (first.len() > length).then(|| first.part(0, length))
}

fn has_own_head(name: &Name) -> bool {
    HEADS.iter().any(|head| name.starts_with(head)) || name.starts_with("单位") || name.starts_with("万元")
}

/// 公共安全标准覆盖率、达标率: what the first rate is of, where bare rates of three characters follow it.
fn shared_stem(first: &Name, rest: &[Name]) -> Option<Name> {
    #[rustfmt::skip]
    const AMOUNTS: &[&str] = &["面积", "产量", "产值", "总量", "单产", "数量", "规模"];
    // 粮食面积、产量
    let amount = |name: &Name| AMOUNTS.iter().any(|word| name.folded().ends_with(word));
    if first.len() >= 4 && amount(first) && !rest.is_empty() && rest.iter().all(|name| name.len() == 2 && amount(name))
    {
        return Some(first.part(0, first.len() - 2));
    }
    let is_rate = |name: &Name| matches!(name.folded.last(), Some('率' | '度'));
    let bare = |name: &Name| name.len() == 3 && is_rate(name);
    let stem = first.len().checked_sub(3).filter(|length| *length >= 2)?;
    // 毛入园率 is a rate of four.
    let stem = stem - usize::from(matches!(first.folded.get(stem - 1), Some('毛' | '净')));
    (!rest.is_empty() && rest.iter().all(bare) && is_rate(first)).then(|| first.part(0, stem))
}

/// What is measured per unit of output.
fn is_intensity(name: &Name) -> bool {
    let folded = name.folded();
    ["消耗", "排放", "能耗", "水耗", "用水量", "排放量", "用水", "用电量", "碳排放", "强度"]
        .iter()
        .any(|word| folded.ends_with(word))
}

/// The tail of the last member that a bare member lacks: 化学需氧量 … 挥发性有机物|排放总量.
fn shared_tail(bare: &Name, last: &Name) -> Name {
    #[rustfmt::skip]
    const TWINS: &[&str] = &[
        "城市", "农村", "城镇", "乡村", "城乡", "县城", "乡镇", "小学", "初中", "高中", "学前教育", "男性", "女性",
        "国家级", "省级", "市级", "县级", "区级", "工业", "农业", "服务业", "制造业", "建筑业", "新建", "既有",
        "地表水", "地下水", "水稻", "小麦", "玉米", "一产", "二产", "三产", "第一产业", "第二产业", "第三产业",
        "公共", "生活性", "生产性", "中心城区", "建成区", "进口", "出口", "内资", "外资", "常住人口", "户籍人口",
        "居民", "企业", "化学需氧量", "氨氮", "总磷", "总氮", "二氧化硫", "氮氧化物", "挥发性有机物", "颗粒物",
        "国内", "国际", "境内", "境外", "省内", "省外", "校内", "校外", "线上", "线下", "日间",
        "夜间", "昼间",
    ];
    let twin = TWINS.iter().filter(|word| last.starts_with(word)).max_by_key(|word| word.len());
    if let Some(twin) = twin
        && TWINS.iter().any(|word| bare.folded() == *word)
    {
        return last.part(twin.chars().count(), last.len());
    }
    if !last.is_measure() {
        return Name::default();
    }
    // 农产品、食品抽检合格率: both end in 品, what follows it in the last is the tail.
    if let Some(end) = bare.folded.last()
        && bare.len() >= 2
        && let Some(at) = last.folded.iter().position(|c| c == end)
        && at + 1 < last.len()
        && at >= 1
    {
        return last.part(at + 1, last.len());
    }
    // 农药、化肥使用量: what is done begins the tail; else the members are of one length.
    #[rustfmt::skip]
    const DONE: &[&str] = &[
        "排放", "使用", "利用", "处理", "消费", "覆盖", "普及", "拥有", "保有", "销售", "交易", "处置", "回收",
        "监测", "抽检", "抽查", "合格", "满意", "参保", "入学", "就业", "供应", "贡献", "检验", "验收", "种植",
        "投资", "支出", "产量", "产值", "增加值", "零售",
    ];
    let text = last.folded();
    let done = DONE.iter().filter_map(|word| text.find(word)).filter(|at| *at > 0).min();
    if done.is_none() && (2..=3).contains(&bare.len()) && last.part(bare.len(), last.len()).is_measure() {
        return last.part(bare.len(), last.len());
    }
    if let Some(at) = done {
        let from = text.get(..at).map_or(0, |before| before.chars().count());
        if last.part(from, last.len()).is_measure() {
            return last.part(modified_from(&text, from), last.len());
        }
    }
    // The shortest measure at the end, with the modifiers right before it.
    let from = (1..last.len()).rev().find(|from| last.len() - from >= 2 && last.part(*from, last.len()).is_measure());
    last.part(modified_from(&text, from.unwrap_or(last.len())), last.len())
}

/// Where a tail starts with the modifiers right before it: 质量|合格率, 年均|增速.
fn modified_from(text: &str, from: usize) -> usize {
    #[rustfmt::skip]
    const MODIFIERS: &[&str] = &[
        "排放", "总", "年均", "平均", "人均", "新增", "综合", "例行", "监测", "抽检", "抽查", "质量", "利用", "处理",
        "覆盖", "无害化", "资源化", "监督", "安全", "评价性", "有效",
    ];
    let mut from = from;
    loop {
        let before: String = text.chars().take(from).collect();
        match MODIFIERS.iter().find(|word| before.ends_with(**word)) {
            Some(word) if before.chars().count() > word.chars().count() => from -= word.chars().count(),
            _ => return from,
        }
    }
}
