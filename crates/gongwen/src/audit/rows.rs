//! Rules about the rows of indicator tables.

use std::cmp::Ordering;

use super::alike::{core, insertion};
use super::{Case, is_change, is_lower_better};
use crate::document::{Finding, Indicator, Op};
use crate::number::compare;
use crate::words;

/// 部分大于整体: what is a part by its name has the greater value.
pub(crate) fn subset_exceeds_whole(case: &Case, out: &mut Vec<Finding>) {
    let rows = case.rows();
    let cores: Vec<String> = rows.iter().map(|row| core(&row.name)).collect();
    for (part, part_name) in rows.iter().zip(&cores) {
        for (whole, whole_name) in rows.iter().zip(&cores) {
            let unit = part.unit.as_deref().unwrap_or("");
            if part.start == whole.start || part.unit != whole.unit || !words::is_amount(unit) {
                continue;
            }
            let Some((at, extra)) = insertion(part_name, whole_name) else { continue };
            if !restricts(&extra, part_name, at) {
                continue;
            }
            let greater = |a: &Option<String>, b: &Option<String>| match (a, b) {
                (Some(a), Some(b)) => compare(a, b) == Some(Ordering::Greater),
                _ => false,
            };
            let base =
                part.baseline.year == whole.baseline.year && greater(&part.baseline.value, &whole.baseline.value);
            let goal = part.target.year == whole.target.year && greater(&part.target.value, &whole.target.value);
            if base || goal {
                let when = match (base, goal) {
                    (true, true) => "基期值和目标值",
                    (true, false) => "基期值",
                    _ => "目标值",
                };
                out.push(Finding {
                    code: "subset_exceeds_whole",
                    message: format!(
                        "“{}”是“{}”的一部分，{when}却更大（第{}项与第{}项）。请核对两项的口径、单位和数值。",
                        part.name, whole.name, part.no, whole.no
                    ),
                    quotes: vec![case.row_quote(part), case.row_quote(whole)],
                });
            }
        }
    }
}

/// Whether added words narrow what is counted (高价值), and not the people it is divided by or its contrary.
pub(super) fn restricts(extra: &str, name: &str, at: usize) -> bool {
    const CONTRARY: &[&str] = &[
        "非", "未", "无", "不", "累计", "人均", "每", "万", "户", "年均", "其他", "总", "进", "全", "和", "与", "及",
        "、", "城乡", "综合",
    ];
    let head: String = name.chars().take(at).collect();
    let divided = ["人均", "每万", "每千", "每百"].iter().any(|word| name.contains(word));
    let starts = head.starts_with('每') || head.starts_with('万') || head.starts_with("人均");
    !CONTRARY.iter().any(|word| extra.starts_with(word)) && (!divided || starts && !head.is_empty())
}

/// 目标劣于基期: the target lies on the wrong side of the baseline.
pub(crate) fn target_beyond_baseline(case: &Case, out: &mut Vec<Finding>) {
    for row in case.rows() {
        let Some(order) = order(row) else { continue };
        let lower = is_lower_better(&row.name) || matches!(row.target.op, Some(Op::AtMost | Op::Below));
        let wrong = if lower { order == Ordering::Greater } else { order == Ordering::Less };
        if wrong && !is_change(&row.name) {
            let than = if lower { "高于" } else { "低于" };
            out.push(Finding {
                code: "target_worse_than_baseline",
                message: format!(
                    "第{}项“{}”的目标值（{}）{than}基期值（{}），完成目标反而是退步。请核对数值，或说明口径有变化。",
                    row.no, row.name, row.target.raw, row.baseline.raw
                ),
                quotes: vec![case.row_quote(row)],
            });
        }
    }
}

fn order(row: &Indicator) -> Option<Ordering> {
    compare(row.target.value.as_deref()?, row.baseline.value.as_deref()?).filter(|_| row.target.op != Some(Op::Range))
}

/// 目标等于基期: nothing is asked for.
pub(crate) fn baseline_equals_target(case: &Case, out: &mut Vec<Finding>) {
    for row in case.rows().iter().filter(|row| order(row) == Some(Ordering::Equal) && !is_change(&row.name)) {
        out.push(Finding {
            code: "baseline_equals_target",
            message: format!(
                "第{}项“{}”的目标值与基期值都是{}，没有提出新的要求。请确认是“保持”还是漏改。",
                row.no, row.name, row.baseline.raw
            ),
            quotes: vec![case.row_quote(row)],
        });
    }
}

/// 没有基期值: progress cannot be told. A change (增长…%) needs none.
pub(crate) fn no_baseline(case: &Case, out: &mut Vec<Finding>) {
    let rows = case.rows();
    let has_column = rows.iter().any(|row| row.baseline.value.is_some());
    for row in rows.iter().filter(|row| has_column && row.baseline.value.is_none()) {
        // What is newly made is counted from nothing.
        let new = ["新增", "新建", "新培育", "新认定", "新创建", "新制"].iter().any(|word| row.name.starts_with(word));
        if row.target.value.is_some() && row.period.is_none() && !is_change(&row.name) && !new {
            out.push(Finding {
                code: "no_baseline",
                message: format!(
                    "第{}项“{}”没有基期值（“{}”），无法衡量进展。请补上基期值，或注明从何时起统计。",
                    row.no, row.name, row.baseline.raw
                ),
                quotes: vec![case.row_quote(row)],
            });
        }
    }
}

/// 没有单位, where other rows have one.
pub(crate) fn no_unit(case: &Case, out: &mut Vec<Finding>) {
    let rows = case.rows();
    if rows.iter().all(|row| row.unit.is_none()) {
        return;
    }
    for row in rows.iter().filter(|row| row.unit.is_none() && row.target.value.is_some()) {
        // An index, a coefficient and a ratio have none.
        let bare = ["指数", "系数", "之比", "收入比"].iter().any(|word| row.name.ends_with(word));
        if bare || row.target.raw.contains(['%', '％']) {
            continue;
        }
        out.push(Finding {
            code: "no_unit",
            message: format!("第{}项“{}”没有写单位。请补上单位。", row.no, row.name),
            quotes: vec![case.row_quote(row)],
        });
    }
}

/// 综合行与单列行重叠: a row over everything of a kind beside rows of the same offices and category.
pub(crate) fn composite_rows_overlap(case: &Case, out: &mut Vec<Finding>) {
    let rows = case.rows();
    for whole in rows.iter().filter(|row| row.bodies.len() >= 2) {
        let collects = ["中的", "各类", "合计", "总数", "全部", "各级"].iter().any(|word| whole.name.contains(word));
        if !collects {
            continue;
        }
        let inside: Vec<&Indicator> = rows
            .iter()
            .filter(|row| row.start != whole.start && row.category == whole.category && !row.bodies.is_empty())
            .filter(|row| row.bodies.iter().all(|body| whole.bodies.contains(body)))
            .filter(|row| row.unit.as_deref().is_some_and(words::is_counting) && !is_density(&row.name))
            .collect();
        if inside.is_empty() {
            continue;
        }
        let numbers: Vec<String> = inside.iter().map(|row| row.no.to_string()).collect();
        let mut quotes = vec![case.row_quote(whole)];
        quotes.extend(inside.iter().map(|row| case.row_quote(row)));
        out.push(Finding {
            code: "composite_rows_overlap",
            message: format!(
                "第{}项“{}”是综合数，责任单位覆盖第{}项的单位，同一成果可能两处计数。请写明第{}项包括哪些、是否与其他项重复。",
                whole.no,
                whole.name,
                numbers.join("、"),
                whole.no
            ),
            quotes,
        });
    }
}

fn is_density(name: &str) -> bool {
    ["每万", "万人", "人均", "每千"].iter().any(|word| name.contains(word))
}

/// 一行之内各项重叠: two levels of one title counted in one row.
pub(crate) fn parts_overlap(case: &Case, out: &mut Vec<Finding>) {
    for row in case.rows() {
        let name = core(&row.name);
        let parts: Vec<&str> = name.split(['、', '和', '及']).filter(|part| part.chars().count() >= 4).collect();
        let overlap = parts.iter().enumerate().find_map(|(at, one)| {
            let level = |part: &str| {
                part.starts_with("国家级")
                    || part.starts_with("省级")
                    || part.starts_with("市级")
                    || part.starts_with("县级")
            };
            parts
                .iter()
                .skip(at + 1)
                .find(|two| level(one) && level(two) && share_four(one, two))
                .map(|two| (*one, *two))
        });
        if let Some((one, two)) = overlap {
            out.push(Finding {
                code: "parts_of_row_overlap",
                message: format!(
                    "第{}项把“{one}”和“{two}”合在一个数里，同一对象可能两级都有、计两次。请写明各自的数，或写明不重复计算。",
                    row.no
                ),
                quotes: vec![case.row_quote(row)],
            });
        }
    }
}

fn share_four(one: &str, two: &str) -> bool {
    let one: Vec<char> = one.chars().collect();
    one.windows(4).any(|window| two.contains(&window.iter().collect::<String>()))
}
