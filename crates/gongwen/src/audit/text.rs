//! Rules that hold the running text against the tables, and against itself.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::alike::{Likeness, core, insertion};
use super::rows::restricts;
use super::{Case, is_level};
use crate::document::{Finding, Indicator, Op, Quote, Target};
use crate::number::{compare, minus};
use crate::page::Span;
use crate::words;

/// 没有可读的文字.
pub(crate) fn nothing_to_read(case: &Case, out: &mut Vec<Finding>) {
    if case.page.trim(Span::new(0, case.page.len())).is_empty() {
        out.push(Finding {
            code: "nothing_to_read",
            message: "没有可以读的文字。请粘贴文件正文。".to_owned(),
            quotes: Vec::new(),
        });
    }
}

fn both(case: &Case, target: &Target, row: &Indicator) -> Vec<Quote> {
    vec![case.target_quote(target), case.row_quote(row)]
}

/// 正文与表格单位不同: 82分 beside 82 %. Classifiers of things (个, 项) do not differ in meaning.
pub(crate) fn unit_differs(case: &Case, out: &mut Vec<Finding>) {
    for (target, row, likeness) in case.pairs() {
        let Some(unit) = row.unit.as_deref() else { continue };
        let counts = words::is_counting(unit) && words::is_counting(&target.unit);
        let absent = target.unit.is_empty();
        let change = !is_level(target.op) || target.unit.contains("百分点");
        if unit != target.unit && !counts && !absent && !change && likeness != Likeness::Narrower {
            out.push(Finding {
                code: "unit_differs",
                message: format!(
                    "“{}”正文的单位是“{}”，表格第{}项的单位是“{unit}”。请统一单位，并说明数值如何换算。",
                    target.subject, target.unit, row.no
                ),
                quotes: both(case, target, row),
            });
        }
    }
}

/// 正文与表格数值不同.
pub(crate) fn value_differs(case: &Case, out: &mut Vec<Finding>) {
    for (target, row, likeness) in case.pairs() {
        let Some(value) = row.target.value.as_deref() else { continue };
        let same_unit = row.unit.as_deref() == Some(target.unit.as_str())
            || row.unit.as_deref().is_some_and(words::is_counting) && words::is_counting(&target.unit);
        let years = target.year.is_none() || row.target.year.is_none() || target.year == row.target.year;
        let later = row.more_targets.iter().any(|more| more.value.as_deref() == Some(target.value.as_str()));
        let comparable = likeness != Likeness::Narrower && same_unit && years && !later && is_level(target.op);
        let differs = compare(&target.value, value).is_some_and(|order| order != Ordering::Equal);
        if comparable && differs && reading(target, row).is_none() && row.target.op != Some(Op::Range) {
            out.push(Finding {
                code: "value_differs",
                message: format!(
                    "“{}”正文写{}{}，表格第{}项写{}。请核对以哪个为准。",
                    target.subject, target.value, target.unit, row.no, row.target.raw
                ),
                quotes: both(case, target, row),
            });
        }
    }
}

/// 翻番而表格的目标不到基期的两倍.
pub(crate) fn multiple_not_reached(case: &Case, out: &mut Vec<Finding>) {
    for (target, row, _) in case.pairs().filter(|(target, ..)| target.op == Op::Times) {
        let (Some(base), Some(goal)) = (row.baseline.value.as_deref(), row.target.value.as_deref()) else { continue };
        let (Ok(times), Ok(base_number), Ok(goal_number)) =
            (target.value.parse::<u64>(), base.parse::<u64>(), goal.parse::<u64>())
        else {
            continue;
        };
        if goal_number < base_number.saturating_mul(times) {
            out.push(Finding {
                code: "multiple_not_reached",
                message: format!(
                    "正文要求“{}”达到基期的{times}倍，表格第{}项从{base}到{goal}，不足{times}倍。请核对。",
                    row.name, row.no
                ),
                quotes: both(case, target, row),
            });
        }
    }
}

/// 界限不同: 以上 in the one and 大于 in the other.
pub(crate) fn boundary_differs(case: &Case, out: &mut Vec<Finding>) {
    for (target, row, likeness) in case.pairs() {
        let strict = matches!(
            (target.op, row.target.op),
            (Op::AtLeast, Some(Op::Above))
                | (Op::Above, Some(Op::AtLeast))
                | (Op::AtMost, Some(Op::Below))
                | (Op::Below, Some(Op::AtMost))
        );
        let opposed = matches!(
            (target.op, row.target.op),
            (Op::AtLeast | Op::Above, Some(Op::AtMost | Op::Below))
                | (Op::AtMost | Op::Below, Some(Op::AtLeast | Op::Above))
        );
        let equal = row.target.value.as_deref().and_then(|v| compare(v, &target.value)) == Some(Ordering::Equal);
        if likeness == Likeness::Same && (strict && equal || opposed) {
            out.push(Finding {
                code: "boundary_differs",
                message: format!(
                    "“{}”正文是“{}{}”，表格第{}项是“{}”，是否包括界限本身说法不一。请统一。",
                    target.subject,
                    target.op.sign(),
                    target.value,
                    row.no,
                    row.target.raw
                ),
                quotes: both(case, target, row),
            });
        }
    }
}

/// How a text that makes N stands to a table that holds a stock.
enum Reading {
    /// N is what the table adds.
    Increment,
    /// N is the table's whole stock, part of which exists already.
    Stock,
}

fn reading(target: &Target, row: &Indicator) -> Option<Reading> {
    target.verb.as_ref()?;
    let counted = words::is_counting(&target.unit) && is_level(target.op);
    let (base, goal) = (row.baseline.value.as_deref()?, row.target.value.as_deref()?);
    if !counted || compare(base, "0") != Some(Ordering::Greater) {
        return None;
    }
    let added = minus(goal, base)?;
    if compare(&target.value, goal) == Some(Ordering::Equal) {
        return Some(Reading::Stock);
    }
    (compare(&target.value, &added) == Some(Ordering::Equal)).then_some(Reading::Increment)
}

/// 存量与增量: the text makes new ones, the table counts all.
pub(crate) fn stock_or_increment(case: &Case, out: &mut Vec<Finding>) {
    for (target, row, likeness) in case.pairs() {
        if likeness == Likeness::Narrower {
            continue;
        }
        let verb = target.verb.as_deref().unwrap_or("");
        let (base, goal) = (&row.baseline.raw, &row.target.raw);
        let message = match reading(target, row) {
            Some(Reading::Increment) => format!(
                "正文“{verb}”{}{}是增量，表格第{}项从{base}到{goal}是存量（增加{}）。请写明目标是新增数还是总数。",
                target.value, target.unit, row.no, target.value
            ),
            Some(Reading::Stock) => format!(
                "正文“{verb}”{}{}读来是新增，表格第{}项从{base}到{goal}是总数，已有{base}。请写明目标是新增数还是总数。",
                target.value, target.unit, row.no
            ),
            None => continue,
        };
        out.push(Finding { code: "stock_or_increment", message, quotes: both(case, target, row) });
    }
}

/// 同一事物两个名称.
pub(crate) fn two_names(case: &Case, out: &mut Vec<Finding>) {
    for (target, row, likeness) in case.pairs() {
        if likeness == Likeness::Near {
            out.push(Finding {
                code: "two_names",
                message: format!(
                    "正文的“{}”与表格第{}项的“{}”数值相同、名称不同，似为同一指标。请统一名称；若口径不同，请分别说明。",
                    target.subject, row.no, row.name
                ),
                quotes: both(case, target, row),
            });
        }
    }
}

/// 正文有目标而表格无此行.
pub(crate) fn target_without_row(case: &Case, out: &mut Vec<Finding>) {
    if case.rows().is_empty() {
        return;
    }
    let targets = || case.document.targets.iter().enumerate().take(super::MOST_TARGETS);
    let mut told: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, target) in targets() {
        // What a plan says of its own running (考核权重不低于3%) belongs in no table of aims.
        let frame = target.path.first().is_some_and(|top| ["保障", "组织实施"].iter().any(|word| top.contains(word)));
        if frame || case.links.iter().any(|link| link.target == at) {
            continue;
        }
        // One finding for a subject, with every place that states a target for it.
        if let Some(finding) = told.get(target.subject.as_str()).and_then(|n| out.get_mut(*n)) {
            finding.quotes.push(case.target_quote(target));
            continue;
        }
        told.insert(&target.subject, out.len());
        out.push(Finding {
            code: "target_without_row",
            message: format!(
                "正文的目标“{}”在指标表中没有对应的行，没有基期值和责任单位。请补入表格，或写明由谁统计。",
                target.subject
            ),
            quotes: vec![case.target_quote(target)],
        });
    }
}

/// 表格有行而正文无此目标.
pub(crate) fn row_without_target(case: &Case, out: &mut Vec<Finding>) {
    if case.document.headings.is_empty() {
        // A table alone has no text to agree with.
        return;
    }
    for (at, row) in case.rows().iter().enumerate() {
        if case.links.iter().any(|link| link.row == at) || row.target.value.is_none() {
            continue;
        }
        let mentioned = super::alike::names(&row.name).iter().any(|name| case.body.contains(name.as_str()));
        let how = if mentioned { "正文提到它，却没有写目标数" } else { "正文没有提到它" };
        out.push(Finding {
            code: "row_without_target",
            message: format!(
                "表格第{}项“{}”有目标（{}），{how}。请在正文相应处写明，或说明只在表中考核。",
                row.no, row.name, row.target.raw
            ),
            quotes: vec![case.row_quote(row)],
        });
    }
}

/// 正文中部分大于整体: 其中 more than all, or a narrower name with a greater number for the same year.
pub(crate) fn part_exceeds_whole(case: &Case, out: &mut Vec<Finding>) {
    let targets = &case.document.targets;
    let greater = |part: &Target, whole: &Target| {
        let alike = part.unit == whole.unit && words::is_amount(&part.unit) && is_level(part.op) && is_level(whole.op);
        alike && compare(&part.value, &whole.value) == Some(Ordering::Greater)
    };
    let mut tell = |part: &Target, whole: &Target| {
        out.push(Finding {
            code: "subset_exceeds_whole",
            message: format!(
                "“{}”（{}{}）是“{}”（{}{}）的一部分，数却更大。请核对两处的数值和口径。",
                part.subject, part.value, part.unit, whole.subject, whole.value, whole.unit
            ),
            quotes: vec![case.target_quote(part), case.target_quote(whole)],
        });
    };
    let mut whole: Option<&Target> = None;
    for target in targets {
        if !target.part_of_previous {
            whole = Some(target);
        } else if let Some(whole) = whole.filter(|whole| greater(target, whole)) {
            tell(target, whole);
        }
    }
    let few = targets.get(..targets.len().min(MOST_COMPARED)).unwrap_or(targets);
    let cores: Vec<String> = few.iter().map(|target| core(&target.subject)).collect();
    for (part, part_name) in few.iter().zip(&cores) {
        for (whole, whole_name) in few.iter().zip(&cores) {
            let same_time = part.year == whole.year && part.item == whole.item && part.year.is_some();
            if !same_time || part.part_of_previous || whole_name.chars().count() < 4 || !greater(part, whole) {
                continue;
            }
            if insertion(part_name, whole_name).is_some_and(|(at, extra)| restricts(&extra, part_name, at)) {
                tell(part, whole);
            }
        }
    }
}

/// More targets than this are not held against each other pair by pair.
const MOST_COMPARED: usize = 300;

/// 同一指标在正文中前后不一.
pub(crate) fn values_of_one_subject_differ(case: &Case, out: &mut Vec<Finding>) {
    let mut seen: BTreeMap<(String, &str, Option<i32>), &Target> = BTreeMap::new();
    for target in case.document.targets.iter().filter(|t| is_level(t.op)) {
        // A subject taken from the clause before is not printed here, and 其中 may narrow it.
        let printed =
            target.quote.chars().filter(|c| !crate::script::is_blank(*c)).collect::<String>().contains(&target.subject);
        let made = target.verb.is_some() || target.year.is_none() || target.subject.chars().count() < 6;
        if !printed || made {
            continue;
        }
        let key = (core(&target.subject), target.unit.as_str(), target.year);
        match seen.get(&key) {
            Some(first) if compare(&first.value, &target.value) != Some(Ordering::Equal) => out.push(Finding {
                code: "text_values_differ",
                message: format!(
                    "“{}”在正文中前后不一：{}{}和{}{}。请核对以哪个为准。",
                    target.subject, first.value, first.unit, target.value, target.unit
                ),
                quotes: vec![case.target_quote(first), case.target_quote(target)],
            }),
            Some(_) => {}
            None => {
                seen.insert(key, target);
            }
        }
    }
}
