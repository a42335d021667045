//! Rules over the whole pack, after every name is known: one function a rule.

use crate::kind::Type;
use crate::pack::Pack;
use crate::problem::{self as codes, Code, Level, Problem};

/// A day no sample is later than: samples are checked without a clock.
const SAMPLES_TODAY: &str = "2026-12-31";

pub(crate) fn whole(pack: &Pack, problems: &mut Vec<Problem>) {
    samples_are_valid(pack, problems);
    references_have_kinds(pack, problems);
    splits_add_up(pack, problems);
    if pack.kinds.is_empty() && !pack.place.is_empty() {
        say(problems, "pack.toml", codes::UNKNOWN_NAME, "任何登记种类".to_owned());
    }
}

fn say(problems: &mut Vec<Problem>, file: &str, code: Code, detail: String) {
    problems.push(Problem {
        code: code.0,
        level: Level::Refuse,
        file: file.to_owned(),
        line: 0,
        column: 0,
        field: None,
        message: code.say(&detail),
    });
}

fn samples_are_valid(pack: &Pack, problems: &mut Vec<Problem>) {
    let today = crate::day::parse(SAMPLES_TODAY).map_or(0, crate::day::number);
    for kind in &pack.kinds {
        let file = format!("kinds/{}/kind.toml", kind.id);
        if kind.samples.is_empty() {
            say(problems, &file, codes::NO_SAMPLE, kind.id.clone());
        }
        for sample in &kind.samples {
            let checked = pack.check(kind, sample, today);
            for problem in checked.problems.iter().filter(|problem| problem.level == Level::Refuse) {
                let field = problem.field.as_deref().unwrap_or_default();
                say(problems, &file, codes::BAD_SAMPLE, format!("{field}：{}", problem.message));
            }
        }
    }
}

fn references_have_kinds(pack: &Pack, problems: &mut Vec<Problem>) {
    for kind in &pack.kinds {
        for field in kind.fields.iter().filter(|field| field.kind == Type::Reference) {
            if let Some(to) = field.to.as_ref().filter(|to| pack.kind(to).is_none()) {
                say(
                    problems,
                    &format!("kinds/{}/kind.toml", kind.id),
                    codes::UNKNOWN_NAME,
                    format!("种类 {to}（{}）", field.id),
                );
            }
        }
    }
}

/// Decided parts of a count add up to the target; parts of a rate do not add up and are left alone.
fn splits_add_up(pack: &Pack, problems: &mut Vec<Problem>) {
    for indicator in pack.indicators.iter().filter(|indicator| indicator.factor == crate::Decimal::ONE) {
        let parts: Vec<_> = indicator.splits.iter().filter(|split| split.body.is_some()).collect();
        let Some(target) = indicator.target.as_ref().filter(|_| !parts.is_empty()) else { continue };
        let sum: crate::Decimal = parts.iter().map(|part| part.value).sum();
        if sum != target.value {
            say(
                problems,
                "plan.toml",
                codes::SPLIT_SUM,
                format!("{} 分解合计 {sum}，目标 {}", indicator.id, target.value),
            );
        }
    }
}
