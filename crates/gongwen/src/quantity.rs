//! Quantities in running text (数量): a number with its unit and what bounds it, and what only looks like one:
//! dates, ordinals, document numbers, names such as 5G, “3+N” and 33618.

use crate::document::Op;
use crate::flow::Flow;
use crate::page::Span;
use crate::{number, words};

/// What kind of quantity stands in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// 98.3%, 10个
    Plain,
    /// 翻一番, 2倍: a multiple of what it was
    Times,
    /// 零发生
    Zero,
}

/// A number with its unit.
#[derive(Debug, Clone)]
pub(crate) struct Quantity {
    /// The number, the unit and the bounding word after it.
    pub(crate) span: Span,
    /// End of the unit, before the bounding word.
    pub(crate) unit_end: usize,
    pub(crate) kind: Kind,
    pub(crate) value: String,
    pub(crate) unit: String,
    /// The unit as printed.
    pub(crate) printed: String,
    /// 以上, 以内, 左右
    pub(crate) suffix: Option<Op>,
    pub(crate) counting: bool,
    /// 三个: in Chinese numerals
    pub(crate) chinese: bool,
    pub(crate) range: bool,
}

/// A year in running text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Year {
    pub(crate) span: Span,
    pub(crate) year: i32,
}

/// What is found in a sentence.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) quantities: Vec<Quantity>,
    pub(crate) years: Vec<Year>,
}

const SUFFIXES: &[(&str, Option<Op>)] = &[
    ("及以上", Some(Op::AtLeast)),
    ("或以上", Some(Op::AtLeast)),
    ("以上", Some(Op::AtLeast)),
    ("之上", Some(Op::AtLeast)),
    ("及以下", Some(Op::AtMost)),
    ("以内", Some(Op::AtMost)),
    ("之内", Some(Op::AtMost)),
    ("以下", Some(Op::AtMost)),
    ("左右", Some(Op::About)),
    ("上下", Some(Op::About)),
    ("之间", None),
    ("区间", None),
    ("内", Some(Op::AtMost)),
];

/// Finds quantities and years in a stretch of the flow. `masked` says which characters stand in names.
pub(crate) fn find(flow: &Flow, span: Span, masked: &[bool]) -> Found {
    let mut found = Found::default();
    let mut at = span.start;
    while at < span.end {
        let hidden = masked.get(at - span.start).copied().unwrap_or(false);
        let c = flow.at(at);
        if hidden {
            at += 1;
        } else if c.is_ascii_digit() {
            at = digits(flow, span, at, &mut found);
        } else if number::is_chinese_numeral(c) || matches!(c, '翻' | '倍' | '半' | '百' | '双') {
            at = words_of_number(flow, span, at, &mut found);
        } else {
            at += 1;
        }
    }
    found
}

fn number_end(flow: &Flow, limit: usize, from: usize) -> usize {
    let mut at = from;
    while at < limit {
        let c = flow.at(at);
        let point = c == '.' && flow.at(at + 1).is_ascii_digit();
        // A thousands separator has exactly three digits behind it.
        let thousands = c == ','
            && (1..4).all(|n| flow.at(at + n).is_ascii_digit())
            && !flow.at(at + 4).is_ascii_digit()
            && at - from <= 3;
        if !(c.is_ascii_digit() || point || thousands) {
            break;
        }
        at += 1;
    }
    at
}

fn digits(flow: &Flow, span: Span, at: usize, found: &mut Found) -> usize {
    let end = number_end(flow, span.end, at);
    let before = if at > span.start { flow.at(at - 1) } else { '\0' };
    let after = flow.at(end);
    let text = flow.slice(Span::new(at, end));
    // Years: 2027年, 2021-2025年.
    if let Some(year) = year(text) {
        if after == '年' {
            found.years.push(Year { span: Span::new(at, end + 1), year });
            return end + 1;
        }
        if matches!(after, '-' | '至' | '到') && flow.at(end + 5) == '年' {
            return end + 1;
        }
    }
    if after == '月' || after == '日' || after == '号' || after == '年' && year(text).is_some() {
        return end + 1;
    }
    let latin = |c: char| c.is_ascii_alphabetic();
    let named = latin(before)
        || matches!(before, '第' | '前' | '[' | '+' | '#' | '号' | '.' | '/' | '"')
        || after == '+' && !closes(flow.at(end + 1));
    if named {
        return end;
    }
    let Some(mut one) = quantity(flow, span, at, end) else { return end };
    let bare = one.unit.is_empty() && one.kind == Kind::Plain;
    if bare
        && (latin(flow.at(one.unit_end))
            || matches!(before, ',' | '\0') && !matches!(flow.at(one.unit_end), '-' | '至' | '到'))
    {
        // 5G, 4A, 10E; and a number alone between commas
        return end;
    }
    // A range: 5%-5.5%, 3至5个.
    let joint = flow.at(one.unit_end);
    if matches!(joint, '-' | '至' | '到') && one.suffix.is_none() {
        let mut next = one.unit_end;
        while matches!(flow.at(next), '-' | '至' | '到') && next < one.unit_end + 2 {
            next += 1;
        }
        if flow.at(next).is_ascii_digit() {
            let upper_end = number_end(flow, span.end, next);
            if let Some(upper) = quantity(flow, span, next, upper_end) {
                let rise = number::compare(&one.value, &upper.value) != Some(std::cmp::Ordering::Greater);
                let same = one.unit.is_empty() || one.unit == upper.unit;
                if !rise || !same {
                    return upper.span.end;
                }
                let low = if one.unit.is_empty() { like(&one.value, flow, next, &upper) } else { one.value.clone() };
                one = Quantity {
                    span: Span::new(at, upper.span.end),
                    value: format!("{low}..{}", upper.value),
                    range: true,
                    ..upper
                };
            }
        } else if joint != '到' && joint != '至' {
            return one.span.end;
        }
    }
    let end = one.span.end.max(end);
    found.quantities.push(one);
    end
}

/// 3-5万人: the multiplier of the upper bound holds for the lower one.
fn like(low: &str, flow: &Flow, at: usize, upper: &Quantity) -> String {
    let end = number_end(flow, upper.unit_end, at);
    let plain = number::decimal(flow.slice(Span::new(at, end)));
    let power = [4, 8, 3, 2].into_iter().find(|p| number::times_ten(&plain, *p) == upper.value && plain != upper.value);
    power.map_or_else(|| low.to_owned(), |p| number::times_ten(low, p))
}

fn closes(c: char) -> bool {
    matches!(c, '\0' | ',' | '。' | ';' | '、' | ')' | '!' | ':' | '.' | '?')
}

fn year(text: &[char]) -> Option<i32> {
    if text.len() != 4 || !text.iter().all(char::is_ascii_digit) {
        return None;
    }
    let year: i32 = text.iter().collect::<String>().parse().ok()?;
    (1900..=2100).contains(&year).then_some(year)
}

/// The quantity whose digits stand at `at..end`.
fn quantity(flow: &Flow, span: Span, at: usize, end: usize) -> Option<Quantity> {
    let mut value = number::decimal(flow.slice(Span::new(at, end)));
    let mut here = end;
    // N:1
    if flow.at(here) == ':' && flow.at(here + 1).is_ascii_digit() {
        let ratio = number_end(flow, span.end, here + 1);
        return Some(finish(flow, Span::new(at, ratio), value, String::new(), false));
    }
    // 死亡率12/10万
    if let Some(per) = flow.any_at(here, &["/10万", "/十万"]) {
        let end = here + per.chars().count();
        return Some(finish(flow, Span::new(at, end), value, per.to_owned(), false));
    }
    let mut loose = false;
    if matches!(flow.at(here), '多' | '余' | '几') {
        loose = true;
        here += 1;
    }
    let mut sign = String::new();
    if unit_at(flow, here, span.end).is_none() {
        const MULTIPLIERS: &[(&str, usize)] = &[
            ("万亿", 12),
            ("千亿", 11),
            ("百亿", 10),
            ("亿", 8),
            ("千万", 7),
            ("百万", 6),
            ("十万", 5),
            ("万", 4),
            ("千", 3),
            ("百", 2),
        ];
        let hit = MULTIPLIERS.iter().find(|(word, _)| flow.starts(here, word));
        if let Some((word, power)) = hit {
            here += word.chars().count();
            if matches!(flow.at(here), '多' | '余') {
                loose = true;
                here += 1;
            }
            let counted = unit_at(flow, here, span.end).is_none_or(|(unit, _)| words::is_counting(&unit));
            if counted || word.starts_with(['千', '百', '十']) {
                value = number::times_ten(&value, *power);
            } else {
                sign = (*word).to_owned();
            }
        }
    }
    let (unit, unit_end) = match unit_at(flow, here, span.end) {
        Some((unit, end)) => (unit, end),
        None => (String::new(), here),
    };
    let counting = words::is_counting(&unit);
    let unit_end_after = if flow.starts(unit_end, "人民币") { unit_end + 3 } else { unit_end };
    let mut quantity = finish(flow, Span::new(at, unit_end_after), value, sign + &unit, counting);
    let size = quantity.unit.chars().count();
    let printed: String = flow.shown(Span::new(unit_end.saturating_sub(size), unit_end)).iter().collect();
    quantity.printed = if printed.contains('％') { printed.replace('％', "%") } else { printed };
    if loose && quantity.suffix.is_none() {
        quantity.suffix = Some(Op::Above);
    }
    if quantity.unit == "倍" {
        quantity.kind = Kind::Times;
        quantity.unit = String::new();
        quantity.printed = String::new();
    }
    Some(quantity)
}

fn finish(flow: &Flow, number: Span, value: String, unit: String, counting: bool) -> Quantity {
    let mut end = number.end;
    let mut suffix = None;
    let inside = |word: &str| word != "内" || closes(flow.at(end + 1));
    if let Some((word, op)) = SUFFIXES.iter().find(|(word, _)| flow.starts(end, word) && inside(word)) {
        // 以上 as the start of another word (以上述) does not occur after a unit.
        end += word.chars().count();
        suffix = *op;
    } else if flow.at(end) == '+' {
        end += 1;
        suffix = Some(Op::AtLeast);
    }
    Quantity {
        span: Span::new(number.start, end),
        unit_end: number.end,
        kind: Kind::Plain,
        value,
        printed: unit.clone(),
        unit,
        suffix,
        counting,
        chinese: false,
        range: false,
    }
}

/// The unit that starts at a place: the longest known, with a part behind a stroke (元/亩).
fn unit_at(flow: &Flow, at: usize, limit: usize) -> Option<(String, usize)> {
    let (unit, mut end) = plain_unit(flow, at, limit)?;
    let mut unit = unit;
    let each = |end: usize| {
        let measured =
            flow.any_at(end + 1, &["立方米", "平方米", "平方公里", "升", "亩", "吨", "公里", "千瓦时", "万元", "公顷"]);
        flow.at(end) == '每' && measured.is_some()
    };
    while (flow.at(end) == '/' || each(end)) && end < limit {
        let stroke = flow.at(end);
        let (part, part_end) = match plain_unit(flow, end + 1, limit) {
            Some(part) => part,
            None => {
                let multiplied = matches!(flow.at(end + 1), '万' | '千' | '百' | '亿');
                let Some((part, part_end)) = plain_unit(flow, end + 1 + usize::from(multiplied), limit) else { break };
                let lead: String = if multiplied { flow.at(end + 1).to_string() } else { String::new() };
                (format!("{lead}{part}"), part_end)
            }
        };
        unit = format!("{unit}{stroke}{part}");
        end = part_end;
    }
    Some((unit, end))
}

fn plain_unit(flow: &Flow, at: usize, limit: usize) -> Option<(String, usize)> {
    let unit = words::unit_at(flow, at)?;
    let end = at + unit.chars().count();
    // A letter unit ends where the letters end: 5G is no unit of anything.
    let letters = unit.chars().all(|c| c.is_ascii_alphabetic());
    let runs_on = letters && flow.at(end).is_ascii_alphanumeric();
    (end <= limit && !runs_on).then(|| (unit.to_owned(), end))
}

// ---- numbers in words ----

fn words_of_number(flow: &Flow, span: Span, at: usize, found: &mut Found) -> usize {
    const TIMES: &[(&str, &str)] = &[
        ("双倍增", "2"),
        ("翻一番", "2"),
        ("翻两番", "4"),
        ("翻二番", "4"),
        ("翻三番", "8"),
        ("翻一倍", "2"),
        ("翻番", "2"),
        ("翻倍", "2"),
        ("倍增", "2"),
    ];
    if let Some((word, value)) = TIMES.iter().find(|(word, _)| flow.starts(at, word)) {
        let end = at + word.chars().count();
        // 倍增计划 is the name of a programme.
        let name = flow.any_at(end, &["计划", "行动", "工程", "方案", "器", "专项", "政策", "培育", "发展"]).is_some();
        if !name {
            let mut one = finish(flow, Span::new(at, end), (*value).to_owned(), String::new(), false);
            one.kind = Kind::Times;
            found.quantities.push(one);
        }
        return end;
    }
    if flow.starts(at, "一半") || flow.starts(at, "半数") {
        let mut one = finish(flow, Span::new(at, at + 2), "50".to_owned(), "%".to_owned(), false);
        one.chinese = true;
        found.quantities.push(one);
        return at + 2;
    }
    if flow.at(at) == '半' && at > span.start && flow.at(at - 1) == '过' && closes(flow.at(at + 1)) {
        let mut one = finish(flow, Span::new(at - 1, at + 1), "50".to_owned(), "%".to_owned(), false);
        one.suffix = Some(Op::Above);
        found.quantities.push(one);
        return at + 1;
    }
    if let Some((value, length)) = fraction(flow, at) {
        if let Some(value) = value {
            found.quantities.push(finish(flow, Span::new(at, at + length), value, "%".to_owned(), false));
        }
        return at + length;
    }
    if flow.starts(at, "百分之") {
        let from = at + 3;
        let to = run(flow, span.end, from);
        if let Some(value) = number::chinese(flow.slice(Span::new(from, to)))
            && flow.at(to) != '点'
        {
            found.quantities.push(finish(flow, Span::new(at, to), value.to_string(), "%".to_owned(), false));
        }
        return to.max(at + 1);
    }
    if flow.at(at) == '零' {
        if flow.any_at(at, &["零发生", "零死亡", "零事故"]).is_some() && closes(flow.at(at + 3)) {
            let mut one = finish(flow, Span::new(at, at + 3), "0".to_owned(), String::new(), false);
            one.kind = Kind::Zero;
            found.quantities.push(one);
            return at + 3;
        }
        if matches!(flow.at(at.wrapping_sub(1)), '为' | '到' | '至') && closes(flow.at(at + 1)) {
            found.quantities.push(finish(flow, Span::new(at, at + 1), "0".to_owned(), String::new(), false));
        }
        return at + 1;
    }
    let end = run(flow, span.end, at);
    if end == at {
        return at + 1;
    }
    let before = if at > span.start { flow.at(at - 1) } else { '\0' };
    let Some(value) = number::chinese(flow.slice(Span::new(at, end))) else { return end };
    if before == '第' || matches!(before, '“' | '[') {
        return end;
    }
    if flow.at(end) == '倍' {
        let mut one = finish(flow, Span::new(at, end + 1), value.to_string(), String::new(), false);
        one.kind = Kind::Times;
        one.chinese = true;
        found.quantities.push(one);
        return end + 1;
    }
    if flow.at(end) == '成' && end == at + 1 && flow.any_at(end + 1, &["以上", "左右", ",", "。"]).is_some() {
        let value = number::times_ten(&value.to_string(), 1);
        found.quantities.push(finish(flow, Span::new(at, end + 1), value, "%".to_owned(), false));
        return end + 1;
    }
    if let Some(unit) = flow.any_at(end, &["个", "家", "所", "座", "项", "条", "支", "处", "名", "户", "件"])
        && flow.at(end + 1) != '月'
    {
        let mut one = finish(flow, Span::new(at, end + 1), value.to_string(), unit.to_owned(), true);
        // 一个平台 is a word, 十五家企业 is a number.
        one.chinese = value <= 10 || matches!(unit, "条" | "项");
        found.quantities.push(one);
        return end + 1;
    }
    end
}

/// 四分之三 as a percentage, and its length; thirds and the like are no exact decimals.
fn fraction(flow: &Flow, at: usize) -> Option<(Option<String>, usize)> {
    let below = number::digit(flow.at(at)).or(if flow.at(at) == '十' { Some(10) } else { None })?;
    if !flow.starts(at + 1, "分之") {
        return None;
    }
    let above = number::digit(flow.at(at + 3)).filter(|above| *above > 0 && *above < below)?;
    let exact = (above * 1000).checked_rem(below) == Some(0);
    let tenths = number::decimal(&format!("{}", above * 1000 / below.max(1)).chars().collect::<Vec<_>>());
    Some((exact.then(|| tenth(&tenths)), 4))
}

/// A tenth of a whole number.
fn tenth(whole: &str) -> String {
    let mut digits: Vec<char> = format!("{whole:0>2}").chars().collect();
    digits.insert(digits.len() - 1, '.');
    number::decimal(&digits)
}

/// End of a run of numerals. 万 goes on with one (一万两千) and never begins one (万人).
fn run(flow: &Flow, limit: usize, from: usize) -> usize {
    let belongs = |at: usize| number::is_chinese_numeral(flow.at(at)) || at > from && flow.at(at) == '万';
    (from..limit.min(from + 10)).find(|at| !belongs(*at)).unwrap_or(limit.min(from + 10))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Page;

    fn found(text: &str) -> Vec<(String, String, Option<Op>)> {
        let page = Page::new(text);
        let flow = Flow::new(&page, Span::new(0, page.len()));
        let quantities = find(&flow, Span::new(0, flow.len()), &[]).quantities;
        quantities.into_iter().map(|q| (q.value, q.unit, q.suffix)).collect()
    }

    fn one(value: &str, unit: &str, suffix: Option<Op>) -> Vec<(String, String, Option<Op>)> {
        vec![(value.to_owned(), unit.to_owned(), suffix)]
    }

    #[test]
    fn numbers_take_their_units_and_bounds() {
        assert_eq!(found("达到98.30%以上"), one("98.3", "%", Some(Op::AtLeast)));
        assert_eq!(found("达到1.7万个"), one("17000", "个", None));
        assert_eq!(found("达到3万亿元"), one("3", "万亿元", None));
        assert_eq!(found("控制在50亿吨标准煤以内"), one("50", "亿吨标准煤", Some(Op::AtMost)));
        assert_eq!(found("5.4万元/人左右"), one("5.4", "万元/人", Some(Op::About)));
        assert_eq!(found("3至5个"), one("3..5", "个", None));
        assert_eq!(found("5%—5.5%"), one("5..5.5", "%", None));
        assert_eq!(found("一半以上"), one("50", "%", Some(Op::AtLeast)));
    }

    #[test]
    fn dates_names_and_ordinals_are_no_quantities() {
        for text in ["2024年12月16日", "第3批", "5G网络", "4A级", "3+N体系", "国发[2019]4号", "2021—2025年", "12月"]
        {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
