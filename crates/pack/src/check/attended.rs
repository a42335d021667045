//! Nothing lies about unseen (没有无人过问的状态): in an open state somebody who can act there is under time, and what is sent back has a time again.
//!
//! All of it is said as reminders of the pack: a county may have a state in which nothing is owed, and says so by `owed = false` or a guard.

use std::collections::BTreeSet;

use super::{reachable, running};
use crate::node::Node;
use crate::problem as codes;
use crate::procedure::{Clock, ClockKind, Procedure, Step, Trigger};

fn duties(procedure: &Procedure) -> impl Iterator<Item = &Clock> {
    procedure.clocks.iter().filter(|clock| clock.kind == ClockKind::Duty)
}

/// The states in which a clock may run: one that runs from a day alone begins with the case, and not again by itself.
fn runs_in(procedure: &Procedure, clock: &Clock) -> BTreeSet<usize> {
    if !only_from_days(clock) {
        return running(procedure, clock);
    }
    let asks = |step: &Step| clock.starts.iter().any(|it| matches!(it, Trigger::Field(at) if step.touches(*at)));
    let again = procedure.steps.iter().filter(|step| asks(step)).filter_map(|step| step.to);
    let begin: BTreeSet<usize> = again.chain([procedure.start]).collect();
    // As far as it is not stopped on the way.
    let mut found = begin;
    loop {
        let onward = procedure.steps.iter().filter(|step| !procedure.stops(step, clock));
        let next: Vec<usize> = onward
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

fn only_from_days(clock: &Clock) -> bool {
    clock.starts.iter().all(|start| matches!(start, Trigger::Field(_)))
}

/// The steps that a clock has somebody take: its owner's, and those that stop it.
fn is_watched(procedure: &Procedure, clock: &Clock, step: &Step) -> bool {
    let named = clock.owner.iter().filter_map(|at| procedure.steps.get(*at)).any(|it| it.id == step.id);
    named || procedure.stopping(clock).iter().any(|it| it.id == step.id)
}

/// In every open state from which somebody of the staff owes a step, a duty may run that makes him take one.
pub(super) fn states_have_times(procedure: &Procedure, node: &Node<'_>) {
    let reached = reachable(procedure, [procedure.start]);
    let parts = node.tables("state");
    for ((at, state), part) in procedure.states.iter().enumerate().zip(&parts) {
        let here = |step: &&Step| step.owed && !step.is_machine() && step.from.contains(&at);
        let owed: Vec<&Step> = procedure.steps.iter().filter(here).collect();
        if state.closed || owed.is_empty() || !reached.contains(&at) {
            continue;
        }
        let asked = procedure.asks.iter().any(|ask| ask.during.contains(&at));
        let watched = |clock: &Clock| {
            runs_in(procedure, clock).contains(&at)
                && procedure.steps.iter().any(|step| step.from.contains(&at) && is_watched(procedure, clock, step))
        };
        if !asked && !duties(procedure).any(watched) {
            let names: Vec<&str> = owed.iter().map(|step| step.name.as_str()).collect();
            let detail = format!("在“{}”时没有时限催办（{}）", state.name, names.join("、"));
            part.file.warn(codes::UNTIMED, &part.span, detail);
        }
    }
}

/// What is sent back after it had stopped a time that runs from a day has another time: that day was met, and would be met for ever.
pub(super) fn returns_have_times(procedure: &Procedure, node: &Node<'_>) {
    for (step, part) in procedure.steps.iter().zip(node.tables("step")) {
        let Some(to) = step.to else { continue };
        let undoes =
            |other: &Step| other.undo.and_then(|at| procedure.steps.get(at)).is_some_and(|undo| undo.id == step.id);
        if procedure.steps.iter().any(undoes) {
            continue;
        }
        let again = duties(procedure).any(|clock| {
            clock.starts.iter().any(|start| match start {
                Trigger::Step(at) => procedure.steps.get(*at).is_some_and(|it| it.id == step.id),
                Trigger::State(at) => *at == to && !step.from.contains(at),
                Trigger::Field(at) => step.fresh.contains(at),
            })
        });
        if again {
            continue;
        }
        let lost = duties(procedure).filter(|clock| only_from_days(clock)).find(|clock| {
            let runs = runs_in(procedure, clock);
            let stops = procedure.stopping(clock);
            let from_here = stops.iter().any(|stop| stop.from.contains(&to));
            let closed = procedure.states.get(to).is_none_or(|state| state.closed);
            !closed
                && from_here
                && !procedure.stops(step, clock)
                && runs.contains(&to)
                && step.from.iter().all(|from| !runs.contains(from))
        });
        if let Some(clock) = lost {
            let detail = format!("“{}”以后，“{}”已经停下，不再计时", step.name, clock.name);
            part.file.warn(codes::RETURN_UNTIMED, &part.span, detail);
        }
    }
}

/// One time drafts one letter: what follows when nobody answers are the rungs of that letter's own time.
pub(super) fn ladders_draft_once(procedure: &Procedure, node: &Node<'_>) {
    let clocks = procedure.clocks.iter().zip(node.tables("clock"));
    let asks = procedure.asks.iter().map(|ask| &ask.clock).zip(node.tables("ask"));
    for (clock, part) in clocks.chain(asks) {
        let drafted: Vec<&str> =
            clock.ladder.iter().filter_map(|rung| Some(rung.draft.as_ref()?.kind.as_str())).collect();
        let twice = drafted.iter().enumerate().any(|(at, kind)| drafted.iter().take(at).any(|known| known == kind));
        if twice {
            part.file.warn(codes::SECOND_LETTER, &part.span, format!("{} 的阶梯起草了几份公文", clock.name));
        }
    }
}
