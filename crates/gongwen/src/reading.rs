//! One quantity, or a list of them, in its clause: is it a target, of what, and with which comparator? Either a verb
//! counts things (培育10家龙头企业, 建成公园3个), or a subject is bounded (合格率达到98%以上, 总量下降10%).

use crate::document::Op;
use crate::flow::Flow;
use crate::name::Name;
use crate::page::Span;
use crate::quantity::{Kind, Quantity};
use crate::subject::{self, Back};
use crate::target::{Carried, LONGEST_SUBJECT};
use crate::words;

/// A target before it gets its year and place.
pub(crate) struct Draft {
    pub(crate) subject: Name,
    /// The subject without the word of change: what the next clause may take up.
    pub(crate) base: Name,
    pub(crate) op: Op,
    pub(crate) value: String,
    pub(crate) unit: String,
    pub(crate) verb: Option<String>,
    /// Several values of one subject: their years may be distributed.
    pub(crate) same_subject: bool,
    /// 其中
    pub(crate) among: bool,
}

pub(crate) enum Outcome {
    Targets { drafts: Vec<Draft>, end: usize, quote_start: usize },
    Unplaced,
    Nothing,
}

/// One group of quantities in its clause.
pub(crate) struct Reading<'a> {
    pub(crate) flow: &'a Flow,
    pub(crate) clause: Span,
    /// Where its words may begin: after the target before it.
    pub(crate) from: usize,
    /// Where the next quantity of the clause begins.
    pub(crate) next: Option<usize>,
    /// The sentence names a year to be reached or says 力争, or a heading says 目标.
    pub(crate) led: bool,
}

/// What stands right of a quantity.
#[derive(PartialEq, Eq)]
enum Right {
    /// The clause or the list item ends.
    Closed,
    /// 的, or a noun after 以上: the number describes something.
    Attribute,
    /// A noun that the number counts.
    Noun,
}

impl Reading<'_> {
    pub(crate) fn read(&self, members: &[&Quantity], carried: &mut Carried) -> Outcome {
        let (Some(first), Some(last)) = (members.first(), members.last()) else { return Outcome::Nothing };
        let back = subject::back(self.flow, self.from, first.span.start);
        if back.nearly && !back.level {
            return Outcome::Nothing;
        }
        let (right, tail) = self.right(last);
        if members.len() == 1
            && right != Right::Closed
            && let Some(outcome) = self.counted(first, &back, carried)
        {
            return outcome;
        }
        if !self.bounds(last, &back, &right) {
            return Outcome::Nothing;
        }
        self.bounded(members, &back, tail, carried)
    }

    /// What follows the quantity, and the word of growth that belongs to the subject (6%以上的增长).
    fn right(&self, last: &Quantity) -> (Right, Option<Span>) {
        #[rustfmt::skip]
        const CLOSING: &[&str] = &[".", "?", 
            "和", "与", "及", "以及", "或", "并", "且", "、", ";", "。", ",", ")", "!", "的目标", "目标", "的水平",
            "的要求", "任务", "的任务", "安排", "大关", "关口", "台阶", "的台阶", "的合理区间",
        ];
        const GROWTH: &[&str] =
            &["的增长", "增长", "的增速", "增速", "的年均增长", "的速度增长", "年均增长", "的年均增速"];
        let mut at = last.span.end;
        if self.flow.at(at) == '(' {
            let close = (at..self.clause.end.min(at + 80)).find(|i| self.flow.at(*i) == ')');
            at = close.map_or(at, |close| close + 1);
        }
        if at >= self.clause.end || self.flow.any_at(at, CLOSING).is_some() {
            return (Right::Closed, None);
        }
        if let Some(word) = self.flow.any_at(at, GROWTH) {
            let skip = usize::from(word.starts_with('的'));
            return (Right::Closed, Some(Span::new(at + skip, at + word.chars().count())));
        }
        if self.flow.at(at) == '的' || last.suffix.is_some() {
            return (Right::Attribute, None);
        }
        (Right::Noun, None)
    }

    /// A verb, a number, a unit and what is counted: 培育100家龙头企业.
    fn counted(&self, one: &Quantity, back: &Back, carried: &mut Carried) -> Option<Outcome> {
        // 投资2亿元的项目: a sum that describes something.
        if !countable(one) || one.unit.ends_with('元') && self.flow.at(one.span.end) == '的' {
            return None;
        }
        let flow = self.flow;
        // Hedges such as 力争 and 至少 may stand between the verb and the number.
        let mut end = one.span.start;
        for _ in 0..3 {
            if words::verb_before(flow, self.from, end).is_some() {
                break;
            }
            #[rustfmt::skip]
            const HEDGES: &[&str] = &[
                "至少", "不少于", "超过", "约", "近", "不低于", "各", "力争", "累计", "共", "超", "了", "大约",
                "突破", "逾",
            ];
            let Some(hedge) = flow.any_before(self.from, end, HEDGES) else { break };
            if hedge == "了" {
                return Some(Outcome::Nothing);
            }
            end -= hedge.chars().count();
        }
        // 每5年修订1次 is a rule of procedure.
        if one.unit == "次"
            && flow
                .has_any(Span::new(self.clause.start, end), &["每3年", "每5年", "每两年", "每三年", "每五年", "每2年"])
        {
            return Some(Outcome::Nothing);
        }
        let shared = self.continues_list(one) || one.span.start == self.clause.start;
        let (verb, making) = match words::verb_before(flow, self.from, end) {
            Some((verb, making)) => (verb.to_owned(), making),
            None if shared => carried.verb.clone()?,
            None => return None,
        };
        if one.chinese
            && !(making && !matches!(verb.as_str(), "建立" | "构建" | "形成")
                || verb.starts_with('新')
                || back.at_least)
        {
            return None;
        }
        let mut start = one.span.end + usize::from(flow.at(one.span.end) == '的');
        let mut stop = self.noun_end(start);
        let money = one.unit.ends_with('元')
            && flow.has_any(Span::new(start, stop), &["补贴", "奖励", "补助", "资助", "罚款", "奖金"]);
        // 投资2亿元建设…, 引进1亿元以上项目30个: a sum that describes something.
        let spent = one.unit.ends_with('元')
            && (words::verb_at(flow, start).is_some()
                || one.suffix.is_some() && self.next.is_some_and(|n| n < stop + 1));
        if stop <= start || money || spent {
            return None;
        }
        if matches!(verb.as_str(), "选择" | "遴选" | "选取" | "确定")
            && flow.find(Span::new(stop, flow.len()), "试点").is_some()
            && flow.has_any(Span::new(stop, flow.len()), &["开展"])
        {
            return Some(self.pilot(one, back, start, stop));
        }
        // 打造集…于一体的… keeps its words; a clause of purpose does not.
        if let Some(cut) = flow.find_any(Span::new(start, stop), &["以满足", "用于", "以支撑"]) {
            stop = cut;
        }
        if flow.at(start) == '、' {
            start += 1;
        }
        let noun = Name::new(flow, Span::new(start, stop)).tidy();
        if noun.is_empty() {
            return None;
        }
        let subject = if making { noun } else { Name::from_text(&verb).join(&noun) };
        let verb_length = verb.chars().count();
        // 总投资120亿元 is a noun.
        if flow.ends(self.from, end, &format!("总{verb}")) {
            return None;
        }
        let ahead = end.saturating_sub(verb_length);
        let at_least = back.op.is_none() && flow.any_before(self.from, ahead, &["至少", "不少于"]).is_some();
        let quote_start = if shared { one.span.start } else { end.saturating_sub(verb_length).max(self.from) };
        carried.verb = Some((verb.clone(), making));
        let mut draft = self.draft(subject, one, back, None, Some(verb));
        if at_least && draft.op == Op::Equal {
            draft.op = Op::AtLeast;
        }
        Some(Outcome::Targets { drafts: vec![draft], end: stop, quote_start })
    }

    /// 选择10个城市开展试点: what is counted are the pilots.
    fn pilot(&self, one: &Quantity, back: &Back, start: usize, stop: usize) -> Outcome {
        let head = (start..stop).rev().find(|at| self.flow.at(*at) == '的').map_or(start, |at| at + 1);
        let subject = Name::from_text("试点").join(&Name::new(self.flow, Span::new(head, stop)).tidy());
        let drafts = vec![self.draft(subject, one, back, None, None)];
        Outcome::Targets { drafts, end: stop, quote_start: self.from.max(one.span.start.saturating_sub(2)) }
    }

    /// Whether the number stands in a list behind an earlier target (…50所…和150个…).
    fn continues_list(&self, one: &Quantity) -> bool {
        self.from > self.clause.start
            && self
                .flow
                .slice(Span::new(self.from, one.span.start))
                .iter()
                .all(|c| matches!(c, '、' | '和' | '与' | '及' | '以'))
    }

    /// Where the counted noun ends: before the next member of the list, or with the clause.
    fn noun_end(&self, start: usize) -> usize {
        let end = self.clause.end.min(start + LONGEST_SUBJECT);
        let end = (start..end).find(|at| matches!(self.flow.at(*at), ';' | '。' | '!')).unwrap_or(end);
        let Some(next) = self.next.filter(|n| *n < end) else { return end };
        let joint = |at: &usize| matches!(self.flow.at(*at), '、' | '和' | '及' | '与' | '并');
        let cuts: Vec<usize> = (start..next).filter(joint).collect();
        let led = |at: &&usize| {
            let tail = Span::new(**at + 1, next);
            tail.is_empty() || words::verb_at(self.flow, tail.start).is_some() || self.flow.at(tail.start) == '及'
        };
        cuts.iter().rev().find(led).or(cuts.last()).copied().unwrap_or(end)
    }

    /// Whether the words around the number make it a target.
    fn bounds(&self, last: &Quantity, back: &Back, right: &Right) -> bool {
        let bounded =
            back.reach || back.change.is_some() || last.suffix.is_some() || last.kind != Kind::Plain || last.range;
        if last.chinese && last.unit != "%" && last.kind == Kind::Plain && !back.level {
            return false;
        }
        match right {
            // A figure without unit, verb or bound is one only behind an index: …指数85.5.
            Right::Closed => bounded || !last.unit.is_empty() || self.led && !last.chinese,
            // 达到64%生产效率高: the mark is missing.
            Right::Noun => back.reach && last.unit.starts_with('%') && last.suffix.is_none(),
            Right::Attribute => false,
        }
    }

    /// A subject, a verb of reaching, one number or several.
    fn bounded(&self, members: &[&Quantity], back: &Back, growth: Option<Span>, carried: &mut Carried) -> Outcome {
        let (Some(first), Some(last)) = (members.first(), members.last()) else { return Outcome::Nothing };
        let flow = self.flow;
        let reach = back.reach || back.level || back.change.is_some();
        let mut front = subject::front(flow, self.from, back.end, reach);
        let mut verb: Option<(String, bool)> = None;
        let head = words::verb_at(flow, front.start)
            .filter(|(word, _)| front.start + word.chars().count() < back.end)
            .filter(|(word, _)| !nominal(flow, front.start, word, back));
        let whole_start = front.start;
        if let Some((word, making)) = head {
            verb = Some((word.to_owned(), making));
            if making {
                front.start += word.chars().count();
            }
        } else if let Some((start, word, making)) =
            inner_verb(flow, front.start, back).filter(|(.., making)| !back.level && (*making || !back.reach))
        {
            // 每个乡镇建成综合文化站1个
            verb = Some((word.to_owned(), making));
            front.start = if making { start + word.chars().count() } else { start };
        }
        let base = Name::new(flow, Span::new(front.start, back.end.max(front.start))).tidy();
        let moved = flow.any_at(self.from, &["推动", "推进"]).is_some() && verb.is_none() && first.counting;
        if moved {
            // 推动“个转企”1000户
            verb = Some(("推动".to_owned(), true));
        }
        let listed = self.from > self.clause.start && matches!(flow.at(self.from), '、' | '和' | '及' | '与');
        // 建成保护中心1个，快速维权中心2个: behind a comma, too, a verb of making goes on over what is counted.
        let goes_on = self.from == self.clause.start && first.counting && !back.reach && members.len() == 1;
        let shared = carried.verb.clone().filter(|(_, making)| verb.is_none() && (listed || goes_on && *making));
        let subject = match self.complete(base, &front, back, first.kind == Kind::Times, listed, carried) {
            Some(subject) => subject,
            None if back.reach || last.suffix.is_some() => return Outcome::Unplaced,
            None => return Outcome::Nothing,
        };
        let among = front.among && first.counting && carried.subject.is_some();
        if !self.plausible(&subject, first, back, verb.is_some() || shared.is_some() || among, growth.is_some()) {
            return Outcome::Nothing;
        }
        let done = verb
            .as_ref()
            .or(shared.as_ref())
            .is_some_and(|(word, _)| matches!(word.as_str(), "完成" | "实施" | "开展"));
        let mut own = Back { ..*back };
        let mut subject = subject;
        if let Some((span, _)) = back.change.filter(|_| done && first.unit != "%" && !first.unit.contains("百分点"))
        {
            // 完成森林质量精准提升20万亩: what is done is itself called a rise.
            subject = subject.join(&Name::new(flow, span));
            own.change = None;
        }
        let back = &own;
        let subject = match &shared {
            Some((word, false)) if !subject.is_measure() => Name::from_text(word).join(&subject),
            _ => subject,
        };
        let changed = self.change_of(first, back, growth);
        let prefix = match &verb {
            Some((word, false)) => Some(Name::from_text(word)),
            _ => None,
        };
        let subjects: Vec<Name> = if back.distributive {
            let bare = match &prefix {
                Some(word) => subject.part(word.len(), subject.len()),
                None => subject.clone(),
            };
            bare.split((members.len() > 1).then_some(members.len()))
        } else if members.len() == 1 && verb.is_none() {
            subject.split_whole()
        } else {
            vec![subject.clone()]
        };
        let subjects: Vec<Name> = subjects
            .into_iter()
            .map(|name| match &prefix {
                Some(word) if back.distributive => word.join(&name),
                _ => name,
            })
            .collect();
        // One bounding word at the end of a list holds for all of it; words in between hold for their own.
        let only_last = members.iter().rev().skip(1).all(|q| q.suffix.is_none());
        let suffix = if only_last { last.suffix } else { None };
        let named = verb.as_ref().or(shared.as_ref()).map(|(word, _)| word.clone());
        let several = subjects.len() > 1 && members.len() > 1;
        let mut drafts = Vec::new();
        if several {
            for (name, one) in subjects.iter().zip(members) {
                let one = like_last(one, last, suffix);
                drafts.push(self.draft(name.clone(), &one, back, changed.as_ref(), named.clone()));
            }
        } else {
            for name in &subjects {
                for one in members {
                    let one = like_last(one, last, suffix);
                    let mut draft = self.draft(name.clone(), &one, back, changed.as_ref(), named.clone());
                    draft.same_subject = subjects.len() == 1;
                    drafts.push(draft);
                }
            }
        }
        for draft in &mut drafts {
            draft.among = front.among;
        }
        if drafts.is_empty() {
            return Outcome::Nothing;
        }
        carried.verb = verb.or(shared);
        let end = growth.map_or(last.span.end, |g| g.end);
        Outcome::Targets { drafts, end, quote_start: whole_start.min(first.span.start) }
    }

    /// The subject with what it takes from before: 其中, a clause without subject.
    fn complete(
        &self,
        base: Name,
        front: &subject::Front,
        back: &Back,
        times: bool,
        listed: bool,
        carried: &Carried,
    ) -> Option<Name> {
        let before = carried.subject.as_ref();
        if base.is_empty() {
            return before
                .filter(|_| times || back.striving || back.level || back.reach || back.change.is_some())
                .cloned();
        }
        if front.among
            && let Some(before) = before
            && !base.is_measure()
        {
            let ratio = before.is_measure();
            let folded = base.folded();
            let kind = ["级", "类", "型", "以上", "地区", "区域", "领域"].iter().any(|word| folded.ends_with(word));
            if ratio || kind {
                // 国家级 of 省级以上品牌 are 国家级品牌.
                return Some(base.onto(&before.without_level()));
            }
        }
        if let Some(before) = before.filter(|_| listed && base.is_level()) {
            // 国家级龙头企业3家、省级20家
            let noun = before.without_level();
            return Some(if noun.len() < before.len() { base.join(&noun) } else { base });
        }
        if let Some(before) =
            before.filter(|b| !b.is_measure() && ["总数", "总量", "数量"].contains(&base.folded().as_str()))
        {
            // 新增高新技术企业300家、总数突破2000家
            let new = usize::from(before.folded().starts_with("新增")) * 2;
            return Some(before.part(new, before.len()).join(&base));
        }
        Some(base)
    }

    /// Without a verb of reaching a number needs a verb of making before it or an indicator's name.
    fn plausible(&self, subject: &Name, one: &Quantity, back: &Back, verb: bool, growth: bool) -> bool {
        let folded = subject.folded();
        let duration = matches!(
            one.unit.as_str(),
            "年" | "天" | "日" | "小时" | "分钟" | "个月" | "岁" | "个工作日" | "工作日" | "周" | "秒"
        );
        if duration {
            #[rustfmt::skip]
            const TIMES: &[&str] = &[
                "年限", "时间", "寿命", "时限", "周期", "天数", "时长", "年龄", "期限", "时效", "工期", "环节",
                "半径", "期望", "学时", "课时", "时段", "速度",
            ];
            let named = TIMES.iter().any(|word| folded.contains(word));
            return back.level && (named || back.reach && subject.len() >= 3)
                || back.change.is_some() && !folded.is_empty()
                || back.reach && named
                || named && one.suffix.is_some();
        }
        if one.kind == Kind::Times {
            return back.change.is_some()
                || back.level
                || back.op.is_some()
                || !one.value.is_empty() && one.unit.is_empty() && subject.len() >= 2;
        }
        if one.kind == Kind::Zero {
            return subject.len() >= 2 && !folded.ends_with(['趋', '近']);
        }
        if one.unit.is_empty() && self.led && ["指数", "系数"].iter().any(|word| folded.ends_with(word)) {
            return true;
        }
        if one.unit.is_empty() {
            return back.reach && (back.level || back.op.is_some()) && subject.len() >= 2;
        }
        if matches!(one.unit.as_str(), "级" | "层" | "号" | "点" | "期" | "届" | "周" | "章" | "节" | "段")
            && !back.level
        {
            return false;
        }
        if one.unit.contains("百分点") && back.change.is_none() && !back.level {
            return false;
        }
        if ["给予", "奖励", "奖金", "补助", "补贴", "罚款", "处以", "资助"].iter().any(|word| folded.contains(word))
            && one.unit.ends_with('元')
        {
            return false;
        }
        let measured = subject.is_measure() || one.unit == "%" && folded.contains('占');
        let led = self.led;
        back.level
            || back.reach && (measured || verb || led || back.op.is_some())
            || back.change.is_some()
            || verb
            || measured
            || growth
            || led && (one.counting || one.unit.ends_with('元'))
            || back.striving
            || one.counting && ends_in_deed(&folded)
            || one.range && measured
    }

    /// The word of change that stays in the subject of a percentage.
    fn change_of(&self, one: &Quantity, back: &Back, growth: Option<Span>) -> Option<Name> {
        let percent = one.unit == "%" || one.unit == "‰";
        let span = growth.or_else(|| back.change.map(|(span, _)| span)).filter(|_| percent)?;
        Some(Name::new(self.flow, span))
    }

    fn draft(&self, subject: Name, one: &Quantity, back: &Back, change: Option<&Name>, verb: Option<String>) -> Draft {
        let mut op = back.op.unwrap_or(Op::Equal);
        if let Some(suffix) = one.suffix {
            op = match (back.op, suffix) {
                // 控制在3%左右 is about, 控制在3%以上 would be a floor.
                (_, Op::About) => Op::About,
                (Some(Op::AtLeast | Op::Above), Op::AtLeast) => back.op.unwrap_or(suffix),
                (Some(Op::AtMost | Op::Below), Op::AtMost) => back.op.unwrap_or(suffix),
                (_, suffix) => suffix,
            };
        }
        let mut value = one.value.clone();
        let mut unit = one.printed.clone();
        let mut subject = subject;
        if one.range {
            op = Op::Range;
        } else if one.kind == Kind::Times {
            op = Op::Times;
            // 增长1倍 makes two of one.
            if back.change.is_some() && !back.level {
                value = crate::number::plus_one(&value);
            }
        } else if let Some((_, rises)) = back.change
            && change.is_none()
            && !back.level
        {
            op = Op::Change;
            if !rises {
                value = format!("-{value}");
            }
        }
        if unit == "百分点" {
            unit = "个百分点".to_owned();
        }
        let base = subject.clone();
        if let Some(change) = change {
            subject = subject.join(change);
        }
        Draft { subject, base, op, value, unit, verb, same_subject: false, among: false }
    }
}

/// 棚户区住房改造2000套: what is done, named as a noun.
fn ends_in_deed(subject: &str) -> bool {
    ["改造", "建设", "治理", "修复", "培训", "整治", "加固", "新增", "更新", "修缮", "搬迁", "安置"]
        .iter()
        .any(|deed| subject.ends_with(deed))
}

/// What can be counted or measured out by a verb: not shares, times or grades.
fn countable(one: &Quantity) -> bool {
    #[rustfmt::skip]
    const NOT: &[&str] = &[
        "%", "‰", "年", "天", "日", "小时", "分钟", "个月", "岁", "周", "秒", "级", "层", "度", "分", "点", "成",
        "号", "届", "个百分点", "百分点", "工作日", "个工作日", "轮", "段", "期", "章", "节", "街", "店", "企业",
    ];
    one.kind == Kind::Plain && !one.unit.is_empty() && !NOT.contains(&one.unit.as_str())
}

/// A member of a list takes the unit, and where it is the only one the bounding word, of the last.
fn like_last(one: &Quantity, last: &Quantity, suffix: Option<Op>) -> Quantity {
    let mut one = one.clone();
    let full = one.value == "100" && one.unit == "%";
    one.suffix = one.suffix.or(suffix.filter(|_| !full));
    if one.unit.is_empty() && one.kind == Kind::Plain && !last.unit.is_empty() {
        one.unit.clone_from(&last.unit);
        one.printed.clone_from(&last.printed);
        one.counting = last.counting;
    }
    one
}

/// 建设用地总规模: the verb is part of an indicator's name.
fn nominal(flow: &Flow, at: usize, verb: &str, back: &Back) -> bool {
    const NOUNS: &[&str] = &["用地", "项目", "工程", "投资", "资金", "经费", "规模", "面积", "强度"];
    let after = at + verb.chars().count();
    let rest = Name::new(flow, Span::new(after, back.end));
    let noun = NOUNS.contains(&rest.folded().as_str());
    // 培训人数达到, 检测合格率: an indicator named after what is done.
    let doing = !words::MAKING.contains(verb) && !verb.starts_with('新') && verb != "完成";
    noun || rest.is_measure()
        && (matches!(verb, "建设" | "创建") || doing && back.level || noun_of_measure(flow, after))
}

/// 投资总额, 培训人次: the noun right behind the verb is already a measure.
fn noun_of_measure(flow: &Flow, at: usize) -> bool {
    #[rustfmt::skip]
    const NOUNS: &[&str] = &[
        "总", "人数", "人次", "率", "数量", "满意", "收入", "时间", "时限", "周期", "费用", "指数", "能力", "水平",
        "合格", "面积", "规模", "投资",
    ];
    flow.any_at(at, NOUNS).is_some()
}

/// A verb of making behind an adverbial: 每个乡镇|建成, 各县区|创建.
fn inner_verb(flow: &Flow, start: usize, back: &Back) -> Option<(usize, &'static str, bool)> {
    if !matches!(flow.at(start), '每' | '各') && !flow.starts(start, "在") {
        return None;
    }
    (start + 1..back.end.min(start + 14)).find_map(|at| {
        let (verb, making) = words::verb_at(flow, at)?;
        let after = at + verb.chars().count();
        // 在册企业监督检查覆盖率: the verb is part of an indicator's name.
        let name = after >= back.end || Name::new(flow, Span::new(after, back.end)).is_measure();
        (!name).then_some((at, verb, making))
    })
}
