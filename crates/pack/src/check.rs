//! Rules over the whole pack, after every name is known: one function a rule.

use std::collections::BTreeSet;

use crate::kind::Type;
use crate::node::Node;
use crate::pack::Pack;
use crate::problem::{self as codes, Code, Level, Problem};
use crate::procedure::{Clock, ClockKind, Frozen, Procedure, Span, Trigger, roles, rough_minutes};

/// A day no sample is later than: samples are checked without a clock.
const SAMPLES_TODAY: &str = "2026-12-31";

pub(crate) fn whole(pack: &Pack, problems: &mut Vec<Problem>) {
    samples_are_valid(pack, problems);
    references_have_kinds(pack, problems);
    splits_add_up(pack, problems);
    procedures_follow_each_other(pack, problems);
    ratings_are_the_citizens(pack, problems);
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

/// Rules of one procedure, said where its parts stand.
pub(crate) fn procedure(procedure: &Procedure, node: &Node<'_>) {
    states_are_reached_and_left(procedure, node);
    clocks_run_and_stop(procedure, node);
    frozen_is_left_by_its_step(procedure, node);
}

/// What sends a frozen case back must be there to be taken, and must lead to where it can be changed.
fn frozen_is_left_by_its_step(procedure: &Procedure, node: &Node<'_>) {
    for ((position, state), part) in procedure.states.iter().enumerate().zip(node.tables("state")) {
        let Some(Frozen::After(step)) = state.frozen else { continue };
        let Some(step) = procedure.steps.get(step) else { continue };
        let thawed = step.to.and_then(|to| procedure.states.get(to)).is_some_and(|to| to.frozen.is_none());
        if !thawed || !step.from.contains(&position) {
            part.file.say(codes::FROZEN_STEP, &part.span, format!("状态 {} 的环节 {}", state.name, step.name));
        }
    }
}

fn states_are_reached_and_left(procedure: &Procedure, node: &Node<'_>) {
    let reached = reachable(procedure, [procedure.start]);
    for ((position, state), part) in procedure.states.iter().enumerate().zip(node.tables("state")) {
        if !reached.contains(&position) {
            part.file.say(codes::STATE_UNREACHABLE, &part.span, &state.name);
        }
        let ends = |at: &usize| procedure.states.get(*at).is_some_and(|state| state.closed);
        if !state.closed && !reachable(procedure, [position]).iter().any(ends) {
            part.file.say(codes::STATE_WITHOUT_EXIT, &part.span, &state.name);
        }
    }
}

/// The states that can follow, those themselves among them.
fn reachable(procedure: &Procedure, from: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
    let mut found: BTreeSet<usize> = from.into_iter().collect();
    loop {
        let next: Vec<usize> = procedure
            .steps
            .iter()
            .filter(|step| step.from.iter().any(|state| found.contains(state)))
            .filter_map(|step| step.to)
            .filter(|state| !found.contains(state))
            .collect();
        if next.is_empty() {
            return found;
        }
        found.extend(next);
    }
}

fn clocks_run_and_stop(procedure: &Procedure, node: &Node<'_>) {
    let reached = reachable(procedure, [procedure.start]);
    for (clock, part) in procedure.clocks.iter().zip(node.tables("clock")) {
        let begin: Vec<usize> = clock.starts.iter().flat_map(|start| states_after(procedure, *start)).collect();
        let starts = begin.iter().any(|state| reached.contains(state));
        if !starts {
            part.file.say(codes::CLOCK_NEVER_STARTS, &part.span, &clock.name);
        } else if clock.kind == ClockKind::Duty && !can_stop(procedure, clock, begin) {
            part.file.say(codes::CLOCK_NEVER_STOPS, &part.span, &clock.name);
        }
        let system =
            |step: usize| procedure.steps.get(step).is_some_and(|it| it.roles.iter().any(|it| it == roles::SYSTEM));
        if let Some(step) = clock.fires.filter(|step| !system(*step)) {
            part.file.say(codes::NOT_SYSTEMS_STEP, &part.span, procedure.steps.get(step).map_or("", |it| &it.name));
        }
        if let Some(law) = clock.promise_of.and_then(|at| procedure.clocks.get(at))
            && let (Span::Length(promised), Span::Length(legal)) = (&clock.span, &law.span)
            && rough_minutes(*promised) > rough_minutes(*legal)
        {
            let detail = format!("{} {}，法定 {} {}", clock.name, promised.words(), law.name, legal.words());
            part.file.say(codes::PROMISE_LONGER, &part.span, detail);
        }
    }
}

/// The states in which a case may be when a clock has just started.
fn states_after(procedure: &Procedure, start: Trigger) -> Vec<usize> {
    match start {
        Trigger::State(state) => vec![state],
        Trigger::Step(step) => match procedure.steps.get(step) {
            Some(step) => step.to.map_or_else(|| step.from.clone(), |to| vec![to]),
            None => Vec::new(),
        },
        Trigger::Field(_) => (0..procedure.states.len()).collect(),
    }
}

fn can_stop(procedure: &Procedure, clock: &Clock, begin: Vec<usize>) -> bool {
    let follow = reachable(procedure, begin);
    clock.stops.iter().any(|stop| match stop {
        Trigger::State(state) => follow.contains(state),
        Trigger::Step(step) => {
            procedure.steps.get(*step).is_some_and(|step| step.from.iter().any(|from| follow.contains(from)))
        }
        Trigger::Field(_) => false,
    })
}

/// The citizen's rating is no work of the staff: no step of theirs may fill it in.
fn ratings_are_the_citizens(pack: &Pack, problems: &mut Vec<Problem>) {
    for kind in &pack.kinds {
        let Some(rate) = kind.public_entry.as_ref().and_then(|entry| entry.rate) else { continue };
        let steps = kind.procedures.iter().filter_map(|at| pack.procedures.get(*at)).flat_map(|one| &one.steps);
        for step in steps.filter(|step| step.touches(rate) && step.roles.iter().any(|role| role != roles::CITIZEN)) {
            let file = format!("kinds/{}/procedure.toml", kind.id);
            say(problems, &file, codes::RATED_BY_STAFF, format!("{}（{}）", step.name, kind.name));
            // A pack that a county has taken already goes on; such a step then fills in everything else.
            if let Some(said) = problems.pop() {
                problems.push(said.as_warning());
            }
        }
    }
}

/// The procedures of a kind hold one after the other: on every day exactly one.
fn procedures_follow_each_other(pack: &Pack, problems: &mut Vec<Problem>) {
    for kind in &pack.kinds {
        let mut held: Vec<&Procedure> = kind.procedures.iter().filter_map(|at| pack.procedures.get(*at)).collect();
        held.sort_by_key(|procedure| procedure.since);
        for pair in held.windows(2) {
            let [earlier, later] = pair else { continue };
            let follows = earlier.until.and_then(|until| until.tomorrow().ok());
            if follows.is_none() || follows != later.since {
                let file = format!("kinds/{}/procedure.toml", kind.id);
                say(problems, &file, codes::PROCEDURE_SPANS, format!("{} 与 {}", earlier.id, later.id));
            }
        }
    }
}
