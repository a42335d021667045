//! Where the subject of a target ends and begins (主语): the words before a quantity without lead-ins, adverbs, verbs
//! of reaching and comparisons. [`back`] reads from the number to the left, [`front`] from the clause's start.

use crate::document::Op;
use crate::flow::Flow;
use crate::lexicon::Lexicon;
use crate::name::Name;
use crate::page::Span;
use crate::{number, words};

/// What the words right before a quantity say.
#[derive(Debug, Default)]
pub(crate) struct Back {
    /// Where the subject ends.
    pub(crate) end: usize,
    pub(crate) op: Option<Op>,
    /// A verb of reaching or a comparator was there.
    pub(crate) reach: bool,
    /// 达到, 提高到, 稳定在: a level is named, not only a bound.
    pub(crate) level: bool,
    /// The words of change with 年均 before them, and whether they rise.
    pub(crate) change: Option<(Span, bool)>,
    /// 分别, 均, 各
    pub(crate) distributive: bool,
    /// 近, 约 as in accounts of what was done
    pub(crate) nearly: bool,
    pub(crate) at_least: bool,
    /// 力争, without a verb of reaching behind it
    pub(crate) striving: bool,
}

#[rustfmt::skip]
static LEVELS: Lexicon = Lexicon::new(&[
    "达到", "达", "达成", "提高到", "提高至", "提升到", "提升至", "增加到", "增加至", "增长到", "增长至", "增至",
    "扩大到", "扩大至", "上升到", "上升至", "提到", "升至", "升到", "发展到", "发展至", "壮大到", "拓展到", "延长到",
    "延长至", "下降到", "下降至", "降低到", "降低至", "降到", "降至", "降为", "减少到", "减少至", "减至", "压减到",
    "压减至", "压缩到", "压缩至", "压降到", "压降至", "缩短到", "缩短至", "缩减到", "缩减至", "缩小到", "缩小至",
    "控制到", "控制在", "恢复到", "回升到", "稳定在", "稳定到", "保持在", "维持在", "稳定保持在", "巩固在", "保持",
    "稳定达到", "达到并稳定在", "达到并保持在", "稳定", "为", "是", "实现", "完成", "突破到", "提速到", "优化到",
    "控制于", "保持到", "不变为", "扩展到", "提质到", "累计达到", "调整到", "调整为", "提高为", "确定为",
    "设定为", "保有", "达到了",
]);

const BOUNDS: &[(&str, Op)] = &[
    ("不低于", Op::AtLeast),
    ("不少于", Op::AtLeast),
    ("不小于", Op::AtLeast),
    ("不得低于", Op::AtLeast),
    ("不得少于", Op::AtLeast),
    ("不能低于", Op::AtLeast),
    ("大于等于", Op::AtLeast),
    ("至少", Op::AtLeast),
    ("最低", Op::AtLeast),
    ("达到或超过", Op::AtLeast),
    ("≥", Op::AtLeast),
    ("不超过", Op::AtMost),
    ("不高于", Op::AtMost),
    ("不大于", Op::AtMost),
    ("不多于", Op::AtMost),
    ("不得超过", Op::AtMost),
    ("不得高于", Op::AtMost),
    ("不突破", Op::AtMost),
    ("不得突破", Op::AtMost),
    ("小于等于", Op::AtMost),
    ("最多", Op::AtMost),
    ("≤", Op::AtMost),
    ("超过", Op::Above),
    ("超", Op::Above),
    ("突破", Op::Above),
    ("逾", Op::Above),
    ("高于", Op::Above),
    ("大于", Op::Above),
    ("多于", Op::Above),
    ("优于", Op::Above),
    ("跨越", Op::Above),
    ("跨过", Op::Above),
    ("迈上", Op::Above),
    ("迈过", Op::Above),
    ("站上", Op::Above),
    (">", Op::Above),
    ("低于", Op::Below),
    ("小于", Op::Below),
    ("少于", Op::Below),
    ("<", Op::Below),
    ("约为", Op::About),
    ("大约", Op::About),
    ("约", Op::About),
    ("接近", Op::About),
    ("近", Op::About),
];

#[rustfmt::skip]
static ADVERBS: Lexicon = Lexicon::new(&[
    "力争", "努力", "确保", "争取", "要", "应", "应当", "须", "必须", "需", "将", "可", "稳步", "持续", "逐步",
    "进一步", "原则上", "一般", "总体", "基本", "长期", "始终", "预计", "合计", "总计", "共", "共计", "全面", "普遍",
    "最终", "能够", "继续", "显著", "大幅", "明显", "有效", "总体上", "全省", "全市", "全县", "全区", "已", "已经",
    "再", "还", "也", "即", "仍", "每年", "累计", "左右", "实际", "同步", "有望", "率先", "提前", "整体", "保证",
    "确保全年", "拟按", "拟", "按", "严格", "合理", "平均每年", "比重", "预期目标", "平稳", "大体", "大致", "目标",
    "全年", "年内", "提前一年", "提前两年", "五年", "三年", "5年", "3年",
]);

/// Reads the words before a quantity from right to left.
pub(crate) fn back(flow: &Flow, floor: usize, at: usize) -> Back {
    let mut back = Back { end: at, ..Back::default() };
    for _ in 0..12 {
        let end = back.end;
        if flow.ends(floor, end, "比重") || flow.ends(floor, end, "目标") && !flow.ends(floor, end, "预期目标")
        {
            break;
        }
        if let Some(start) = comparison(flow, floor, end) {
            back.end = start;
            continue;
        }
        if back.level
            && let Some(start) = origin(flow, floor, end)
        {
            back.end = start;
            continue;
        }
        if let Some(start) = trailing_year(flow, floor, end) {
            back.end = start;
            continue;
        }
        let level = flow.word_before(floor, end, &LEVELS);
        let bound = BOUNDS.iter().filter(|(word, _)| flow.ends(floor, end, word)).max_by_key(|(word, _)| word.len());
        let change = words::CHANGES.iter().find(|(word, _)| flow.ends(floor, end, word));
        let size = |word: Option<&str>| word.map_or(0, |w| w.chars().count());
        let longest = size(level).max(size(bound.map(|b| b.0))).max(size(change.map(|c| c.0)));
        if longest > 0 && !part_of_name(flow, floor, end, longest) {
            if let Some((word, op)) = bound.filter(|b| size(Some(b.0)) == longest) {
                back.op = back.op.or(Some(*op));
                back.nearly |= *word == "近" || *word == "接近";
                back.at_least |= *word == "至少";
                back.reach = true;
                back.end -= longest;
                continue;
            }
            if let Some(level) = level.filter(|l| size(Some(l)) == longest)
                && (back.change.is_none() || matches!(level, "实现" | "保持" | "完成"))
            {
                if flow.starts(end - longest, "控制在") && back.op.is_none() {
                    back.op = Some(Op::AtMost);
                }
                back.reach |= !matches!(level, "为" | "是");
                back.level = true;
                back.end -= longest;
                continue;
            }
            if let Some((word, rises)) = change.filter(|c| size(Some(c.0)) == longest)
                && back.change.is_none()
            {
                let mut start = end - word.chars().count();
                for lead in ["年均", "累计", "平均", "年均实际", "实际", "同比"] {
                    if flow.ends(floor, start, lead) {
                        start -= lead.chars().count();
                    }
                }
                back.change = Some((Span::new(start, end), *rises));
                back.end = start;
                continue;
            }
        }
        if flow.any_before(floor, end, &["分别", "均", "都", "各"]).is_some()
            && flow
                .any_before(
                    floor,
                    end,
                    &["平均", "人均", "年均", "户均", "均均", "亩均", "日均", "次均", "月均", "床均", "生均"],
                )
                .is_none()
        {
            back.distributive = true;
            back.end -= if flow.ends(floor, end, "分别") { 2 } else { 1 };
            continue;
        }
        match flow.word_before(floor, end, &ADVERBS) {
            Some(word) if !adverb_in_name(flow, floor, end, word) => {
                back.striving |= matches!(word, "力争" | "争取" | "努力");
                back.end -= word.chars().count();
            }
            _ => break,
        }
    }
    back
}

/// Whether the words before a place end in a verb of reaching (达到2022年的2倍).
pub(crate) fn ends_in_level(flow: &Flow, floor: usize, at: usize) -> bool {
    flow.word_before(floor, at, &LEVELS).is_some()
}

/// A year that ends right here (…率2027年|达到), with 到 before it; where it starts.
fn trailing_year(flow: &Flow, floor: usize, end: usize) -> Option<usize> {
    let tail = flow.any_before(floor, end, &["年底前", "年末", "年底", "年"])?;
    let digits = end - tail.chars().count();
    let start = digits.checked_sub(4).filter(|start| *start > floor)?;
    let year = (start..digits).all(|i| flow.at(i).is_ascii_digit()) && !flow.at(start.wrapping_sub(1)).is_ascii_digit();
    year.then(|| start - usize::from(flow.any_before(floor, start, &["到", "至", "在", "于"]).is_some()))
}

/// 由30%, 从2022年的93%: where the level that is left behind starts.
fn origin(flow: &Flow, floor: usize, end: usize) -> Option<usize> {
    let from = floor.max(end.saturating_sub(18));
    let start = (from..end).rev().find(|at| matches!(flow.at(*at), '由' | '从'))?;
    let ends = flow
        .any_before(start, end, &["%", "个", "家", "项", "件", "元", "吨", "人", "户", "亩", "位", "天", "分"])
        .is_some();
    let figure = flow.at(end.wrapping_sub(1)).is_ascii_digit() || ends;
    let digits = (start + 1..end).any(|at| flow.at(at).is_ascii_digit());
    (figure && digits).then_some(start)
}

/// 发达, 到达 and the like end in a verb of reaching without being one.
fn part_of_name(flow: &Flow, floor: usize, end: usize, length: usize) -> bool {
    #[rustfmt::skip]
    const NAMES: &[&str] = &[
        "发达", "雷达", "直达", "传达", "表达", "附近", "邻近", "就近", "最近", "行为", "作为", "成为", "人为",
        "凡是", "还是", "特别是", "节约", "集约", "大约束", "节约集约", "签约", "履约", "违约", "赶超", "反超",
        "认为", "以为", "视为", "分为", "列为", "称为", "高超",
    ];
    NAMES.iter().any(|name| name.chars().count() > length && flow.ends(floor, end, name))
}

fn adverb_in_name(flow: &Flow, floor: usize, end: usize, word: &str) -> bool {
    match word {
        "要" => flow.any_before(floor, end, &["主要", "重要", "需要", "必要", "纲要"]).is_some_and(|w| w != "需要"),
        "应" => flow.any_before(floor, end, &["供应", "响应", "效应", "反应", "适应", "对应"]).is_some(),
        "可" => flow.any_before(floor, end, &["许可", "认可"]).is_some(),
        "需" => flow.any_before(floor, end, &["供需", "内需", "刚需"]).is_some(),
        "共" => flow.any_before(floor, end, &["公共"]).is_some(),
        _ => false,
    }
}

/// 比2020年, 较上年, 在2020年基础上, 是2020年的: where the comparison starts.
fn comparison(flow: &Flow, floor: usize, end: usize) -> Option<usize> {
    if flow.ends(floor, end, "基础上") {
        let start = (floor.max(end.saturating_sub(18))..end).rev().find(|at| flow.at(*at) == '在')?;
        return has_period(flow, Span::new(start, end)).then_some(start);
    }
    let from = floor.max(end.saturating_sub(16));
    if flow.ends(floor, end, "的") {
        // 2020年的 2倍
        let start = (from..end)
            .rev()
            .find(|at| flow.at(*at).is_ascii_digit() && !flow.at(at.wrapping_sub(1)).is_ascii_digit())?;
        return (flow.at(start + 4) == '年').then_some(start);
    }
    let start = (from..end).rev().find(|at| matches!(flow.at(*at), '比' | '较'))?;
    let body = Span::new(start + 1, end);
    let tail = flow.any_before(
        start,
        end,
        &[
            "年", "年底", "年末", "上年", "去年", "前年", "末", "期", "期间", "时期", "同期", "年度", "水平", "年初",
            "基数", "同比", "年的",
        ],
    );
    (body.len() <= 15 && tail.is_some() && has_period(flow, body)).then_some(start)
}

fn has_period(flow: &Flow, span: Span) -> bool {
    flow.has_any(span, &["年", "五", "基期", "同期", "期末"])
}

/// What the words at the start of a clause say.
#[derive(Debug, Default)]
pub(crate) struct Front {
    pub(crate) start: usize,
    /// 其中
    pub(crate) among: bool,
}

#[rustfmt::skip]
static LEAD_WORDS: Lexicon = Lexicon::new(&[
    "同时", "此外", "另外", "以及", "并且", "而且", "且", "力争到", "力争", "努力", "确保", "争取", "预计", "计划",
    "推动", "促进", "保证", "保障", "实现", "达到", "使", "让", "做到", "要", "将", "应", "应当", "须", "需", "累计",
    "到时", "届时", "原则上", "每年", "今年", "明年", "本年度", "全年", "未来五年", "今后五年", "未来三年",
    "五年内", "三年内", "五年", "期末", "时期", "期间", "其间", "末", "全国", "全省", "全市", "全县", "全区", "全州",
    "全旗", "全盟", "全镇", "全乡", "我国", "我省", "我市", "我县", "我区", "本市", "本县", "本区", "坚持", "和",
    "与", "及", "并", "、", ",", ":", "-", "一是", "二是", "三是", "四是", "五是", "六是", "七是", "八是", "九是",
    "十是", "●", "■", "◆", "•", "·", "▪", "到", "至", "在", "。", "”", "辖区内", "辖区", "目标是", "目标为",
    "主要目标是", "指标是", "预期目标是", "主要预期目标是", "具体指标包括", "主要指标包括", "具体目标包括",
    "主要目标包括", "目标包括", "指标包括", "具体包括", "力求", "推进", "加快推动", "加快推进", "稳步推动", "底",
    "底前", "末前", "前", "以来", "之前", "初步", "基本", "全面", "按照", "不断", "逐步", "稳步", "持续",
    "进一步", "有序", "有力", "有效", "高标准", "高质量", "高水平", "积极", "大力", "加快", "着力", "重点", "深入",
    "统筹", "力争全年", "再", "至少", "共", "约", "支持", "鼓励", "引导", "推动各", "还要", "继续", "也", "年内",
    "全力", "奋力", "切实", "精心", "集中", "分批", "分期", "科学", "合理", "稳妥", "因地制宜", "规划", "以", "年底",
]);

/// Reads the start of a clause up to its subject. `end` is where the subject ends.
pub(crate) fn front(flow: &Flow, start: usize, end: usize, reach: bool) -> Front {
    let mut front = Front { start, among: false };
    for _ in 0..16 {
        let at = front.start;
        if at >= end {
            break;
        }
        if flow.starts(at, "其中") && at + 2 <= end {
            front.among = true;
            front.start += 2;
            continue;
        }
        if let Some(after) = time(flow, at) {
            front.start = after;
            continue;
        }
        if flow.at(at) == '(' {
            // （1） before an item, or a bracket left over from the sentence before.
            let close = (at..end.min(at + 80)).find(|i| flow.at(*i) == ')');
            let Some(close) = close else { break };
            front.start = close + 1;
            continue;
        }
        if matches!(flow.at(at), '①'..='⑳') {
            front.start += 1;
            continue;
        }
        if let Some(word) = flow.word_at(at, &LEAD_WORDS)
            && at + word.chars().count() <= end
            && can_strip(flow, at, word, end, reach)
        {
            front.start += word.chars().count();
            continue;
        }
        break;
    }
    front
}

/// Adverbs and light verbs that are taken off only when a verb of making or doing follows.
#[rustfmt::skip]
const BEFORE_VERB: &[&str] = &[
    "累计",
    "在", "以", "规划", "共", "约", "也", "再", "推进", "支持", "鼓励", "引导", "初步", "基本", "全面", "重点",
    "深入", "统筹", "大力", "加快", "积极", "着力", "高标准", "高质量", "高水平", "科学", "合理", "集中", "有序",
    "有效", "有力", "继续", "全力", "奋力", "切实", "精心", "分批", "分期", "稳妥", "因地制宜", "按照", "不断",
    "逐步", "稳步", "持续", "进一步", "每年", "五年", "坚持", "计划", "年内", "还要", "推动各", "至少",
];

/// Whether a leading word can be taken off: not when it begins another word.
fn can_strip(flow: &Flow, at: usize, word: &str, end: usize, reach: bool) -> bool {
    let after = at + word.chars().count();
    let next = flow.at(after);
    if BEFORE_VERB.contains(&word) {
        // 重点推进地区达到…: before a verb of reaching stands a name, not another verb.
        return words::verb_at(flow, after).is_some_and(|(verb, making)| {
            (making || word != "累计" && (!reach || word == "每年")) && after + verb.chars().count() <= end
        });
    }
    match word {
        "和" => !matches!(next, '谐' | '平' | '美' | '睦'),
        "及" => !matches!(next, '时' | '格'),
        "并" => !matches!(next, '网' | '购' | '联' | '轨'),
        "且" | "使" => next != '用',
        "前" => !next.is_ascii_digit() && !matches!(next, '端' | '沿' | '期'),
        "末" | "底" | "到" | "至" => !matches!(next, '端' | '位' | '期' | '达' | '少'),
        "要" | "将" | "应" | "需" | "须" | "让" => {
            !matches!(next, '素' | '急' | '用' | '求' | '来' | '军' | '利')
        }
        // 全国质量强县, 全国重点文物 are names, 全国质量合格率 is a rate of the whole country.
        "全国" if matches!(next, '重' | '文' | '质' | '名' | '百' | '劳') => {
            Name::new(flow, Span::new(after, end)).is_measure()
        }
        _ if word.starts_with('全') && word.chars().count() == 2 => {
            after < end && !matches!(next, '场' | '域' | '性' | '称')
        }
        "我国" | "我省" | "我市" | "我县" | "我区" | "本市" | "本县" | "本区" => after < end,
        "保障" => !matches!(next, '性' | '房'),
        // 争取上级资金50亿元: here it is the verb itself.
        "争取" => reach || words::verb_at(flow, after).is_some(),
        _ => true,
    }
}

/// A time at a place: 2027年底, 6月底前, “十四五”末, 到“十四五”时期; where it ends.
fn time(flow: &Flow, at: usize) -> Option<usize> {
    let digits = (at..at + 5).take_while(|i| flow.at(*i).is_ascii_digit()).count();
    if digits > 0 {
        let mut end = at + digits;
        if digits == 4 && matches!(flow.at(end), '-' | '至') && flow.at(end + 5) == '年' {
            end += 5;
        }
        let unit = flow.any_at(end, &["年", "月", "日"])?;
        if unit == "年" && digits != 4 {
            // 5年内新增…
            return flow.any_at(end + 1, &["内", "时间"]).map(|word| end + 1 + word.chars().count());
        }
        end += 1;
        while let Some(word) = flow.any_at(
            end,
            &[
                "底前",
                "末前",
                "年底前",
                "底",
                "末",
                "初",
                "前",
                "上半年",
                "下半年",
                "期间",
                "份",
                "以前",
                "之前",
                "时",
                "度",
                "年",
            ],
        ) {
            let next = flow.at(end + word.chars().count());
            if matches!(word, "时" | "度" | "份" | "初" | "前") && matches!(next, '间' | '限' | '中' | '沿' | '期')
            {
                break;
            }
            end += word.chars().count();
        }
        return Some(end);
    }
    // 用3年时间, 经过五年左右努力
    if let Some(by) = flow.any_at(at, &["用", "经过", "通过", "再用"]) {
        let number = at + by.chars().count();
        let length = (number..number + 4)
            .take_while(|i| flow.at(*i).is_ascii_digit() || number::is_chinese_numeral(flow.at(*i)))
            .count();
        let mut end = number + length;
        if length == 0 || flow.at(end) != '年' {
            return None;
        }
        end += 1;
        for word in ["左右", "的"] {
            end += if flow.starts(end, word) { word.chars().count() } else { 0 };
        }
        return flow.any_at(end, &["时间", "努力"]).map(|word| end + word.chars().count());
    }
    // “十四五”末
    let open = usize::from(flow.at(at) == '“');
    let here = at + open;
    if flow.at(here) == '十' && number::digit(flow.at(here + 1)).is_some() && flow.at(here + 2) == '五' {
        let mut end = here + 3 + usize::from(flow.at(here + 3) == '”');
        while let Some(word) =
            flow.any_at(end, &["时期", "期间", "末期", "期末", "末", "规划期末", "规划期", "以来", "规划"])
        {
            end += word.chars().count();
        }
        return Some(end);
    }
    let compared = flow.any_at(at, &["比", "较"])?;
    let after = time(flow, at + compared.chars().count())?;
    Some(after)
}

/// The year that a time at a place names as a term, if it is not a baseline or a start.
pub(crate) fn plan_period(flow: &Flow, at: usize) -> Option<i32> {
    let open = usize::from(flow.at(at) == '“');
    let here = at + open;
    let digit = number::digit(flow.at(here + 1))?;
    (flow.at(here) == '十' && flow.at(here + 2) == '五').then_some(2005 + digit as i32 * 5)
}
