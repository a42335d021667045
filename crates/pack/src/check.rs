//! Rules over the whole pack, after every name is known: one function a rule.

mod attended;

use std::collections::BTreeSet;

use crate::clock::{self, Calendar};
use crate::kind::Type;
use crate::node::Node;
use crate::pack::{BodyLevel, Pack};
use crate::problem::{self as codes, Code, Level, Problem};
use crate::procedure::{
    Ask, AskedBodies, Clock, ClockKind, Frozen, Length, Owner, Procedure, ReasonWanted, Span, Step, Trigger, roles,
    rough_minutes,
};

/// A day no sample is later than: samples are checked without a clock.
const SAMPLES_TODAY: &str = "2026-12-31";

pub(crate) fn whole(pack: &Pack, problems: &mut Vec<Problem>) {
    samples_are_valid(pack, problems);
    references_have_kinds(pack, problems);
    splits_add_up(pack, problems);
    procedures_follow_each_other(pack, problems);
    tasks_of_towns_have_a_basis(pack, problems);
    ratings_are_the_citizens(pack, problems);
    what_is_called_off_ends(pack, problems);
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

/// What a case takes along when it ends is ended by a step of the program that leads out of every state in which it may still be.
fn what_is_called_off_ends(pack: &Pack, problems: &mut Vec<Problem>) {
    let steps = pack.procedures.iter().flat_map(|it| it.steps.iter().map(move |step| (it, step)));
    for (procedure, step) in steps {
        for (spawn, cancel) in step.spawn.iter().filter_map(|spawn| Some((spawn, spawn.cancel.as_ref()?))) {
            let Some(target) = pack.kind(&spawn.kind) else { continue };
            let ends = |of: &Procedure| {
                let found = of.step(cancel).filter(|it| it.roles.iter().any(|role| role == roles::SYSTEM));
                found.is_some_and(|it| {
                    let to_end = it.to.and_then(|to| of.states.get(to)).is_some_and(|state| state.closed);
                    let open = of.states.iter().enumerate().filter(|(_, state)| !state.closed);
                    to_end && open.into_iter().all(|(at, _)| it.from.contains(&at))
                })
            };
            let mut all = target.procedures.iter().filter_map(|at| pack.procedures.get(*at));
            if !target.procedures.is_empty() && !all.all(ends) {
                let detail = format!("{}（{} 的环节 {}，cancel = \"{cancel}\"）", target.id, procedure.id, step.id);
                say(problems, &format!("kinds/{}/procedure.toml", procedure.id), codes::NOT_CALLED_OFF, detail);
            }
        }
    }
}

/// A kind whose steps are a town's to take says which fields hold what the task rests on.
fn tasks_of_towns_have_a_basis(pack: &Pack, problems: &mut Vec<Problem>) {
    let of_towns = |role: &String| pack.role(role).is_some_and(|role| role.level == Some(BodyLevel::Town));
    for kind in pack.kinds.iter().filter(|kind| kind.town_basis.is_empty()) {
        let mut procedures = kind.procedures.iter().filter_map(|at| pack.procedures.get(*at));
        if procedures.any(|procedure| procedure.steps.iter().flat_map(|step| &step.roles).any(of_towns)) {
            say(problems, &format!("kinds/{}/kind.toml", kind.id), codes::TOWN_TASK, kind.id.clone());
        }
    }
}

/// Rules of one procedure, said where its parts stand.
pub(crate) fn procedure(pack: &Pack, procedure: &Procedure, node: &Node<'_>) {
    taps_need_nothing(procedure, node);
    states_are_reached_and_left(procedure, node);
    clocks_run_and_stop(procedure, node, &pack.calendar);
    clocks_have_owners(procedure, node);
    attended::states_have_times(procedure, node);
    attended::returns_have_times(procedure, node);
    attended::ladders_draft_once(procedure, node);
    frozen_is_left_by_its_step(procedure, node);
    let parts = node.tables("ask");
    for ((at, ask), part) in procedure.asks.iter().enumerate().zip(&parts) {
        if procedure.asks.iter().take(at).any(|known| known.id == ask.id) {
            part.file.say(codes::DUPLICATE_ID, &part.span, &ask.id);
        }
        for why in stuck(pack, procedure, ask) {
            part.file.say(codes::ASK_STUCK, &part.span, format!("{}：{why}", ask.name));
        }
        for (step, key) in [(ask.then, "then"), (ask.objected, "objected")] {
            let step = step.and_then(|at| procedure.steps.get(at));
            if let Some(step) = step.filter(|step| !step.roles.iter().any(|role| role == roles::SYSTEM)) {
                part.file.say(codes::NOT_SYSTEMS_STEP, &part.span, format!("{}（{key}）", step.name));
            }
        }
    }
}

/// In every state in which a clock may run it is clear whose work it is to stop it: a clock with two owners is everybody's, and nobody's.
fn clocks_have_owners(procedure: &Procedure, node: &Node<'_>) {
    for (clock, part) in procedure.clocks.iter().zip(node.tables("clock")) {
        if !clock.owner.is_empty() || clock.kind == ClockKind::Auto {
            continue;
        }
        let stopping = procedure.stopping(clock);
        for state in running(procedure, clock) {
            let mut here: Vec<&Step> = stopping.iter().copied().filter(|step| step.from.contains(&state)).collect();
            if here.is_empty() {
                here.clone_from(&stopping);
            }
            let owner = |step: &&Step| (step.staff_role().to_owned(), step.owner.clone());
            let mut owners: Vec<(String, Owner)> = here.iter().map(owner).collect();
            owners.dedup();
            if owners.len() > 1 {
                let names: Vec<&str> = here.iter().map(|step| step.name.as_str()).collect();
                let state = procedure.states.get(state).map_or("", |state| state.name.as_str());
                let detail = format!("“{}”在“{state}”时分不清由谁办理（{}）", clock.name, names.join("、"));
                part.file.say(codes::CLOCK_OWNER, &part.span, detail);
                break;
            }
        }
    }
}

/// The states in which a clock may run.
fn running(procedure: &Procedure, clock: &Clock) -> BTreeSet<usize> {
    let closed = |at: usize| procedure.states.get(at).is_none_or(|state| state.closed);
    let mut found: BTreeSet<usize> =
        clock.starts.iter().flat_map(|start| states_after(procedure, *start)).filter(|at| !closed(*at)).collect();
    loop {
        let onward = procedure.steps.iter().filter(|step| !procedure.stops(step, clock));
        let next: Vec<usize> = onward
            .filter(|step| step.from.iter().any(|state| found.contains(state)))
            .filter_map(|step| step.to)
            .filter(|state| !closed(*state) && !found.contains(state))
            .collect();
        if next.is_empty() {
            return found;
        }
        found.extend(next);
    }
}

/// Why the answers to an ask can never be complete, or the case never goes on when they are.
fn stuck(pack: &Pack, procedure: &Procedure, ask: &Ask) -> Vec<String> {
    let mut why = Vec::new();
    let name = |at: usize| procedure.steps.get(at).map_or("", |step| step.name.as_str());
    if [roles::SYSTEM, roles::CITIZEN].contains(&ask.role.as_str()) {
        why.push(format!("岗位 {} 不在被征求的单位里，没有人能答复", ask.role));
    }
    let mut ids: Vec<&str> = ask.answers.iter().map(|answer| answer.id.as_str()).collect();
    ids.sort_unstable();
    if ids.windows(2).any(|pair| matches!(pair, [one, next] if one == next)) {
        why.push("答复的 id 重复".to_owned());
    }
    if ask.objected.is_some() && !ask.answers.iter().any(|answer| answer.objects) {
        why.push("写了 objected，却没有一种答复写明 objects = true".to_owned());
    }
    why.extend(too_many(pack, procedure, ask));
    let awaited = |at: &usize| ask.during.contains(at);
    for step in ask.starts.iter().filter_map(|at| procedure.steps.get(*at)) {
        let stays = match step.to {
            Some(to) => awaited(&to),
            None => step.from.iter().all(awaited),
        };
        if !ask.during.is_empty() && !stays {
            why.push(format!("“{}”之后的状态不在 during 里，一发出就结束", step.name));
        }
    }
    let outcomes: Vec<usize> = ask.then.into_iter().chain(ask.objected).collect();
    if outcomes.is_empty() {
        return why;
    }
    if ask.then.is_none() {
        why.push("写了 objected，也要用 then 写明没有异议时怎么办".to_owned());
    }
    if ask.during.is_empty() {
        why.push("要用 during 写明在哪些状态里等候答复".to_owned());
    }
    for step in ask.starts.iter().filter_map(|at| procedure.steps.get(*at)) {
        if let AskedBodies::Field(field) = &ask.bodies
            && !step.require.contains(field)
        {
            why.push(format!("“{}”没有用 require 要求填写征求哪些单位，空着就没有人答复", step.name));
        }
    }
    if awaited(&procedure.start) {
        why.push("案件一登记就在等候答复的状态里，却还没有发出".to_owned());
    }
    let enters = |(at, step): &(usize, &Step)| {
        step.to.is_some_and(|to| awaited(&to)) && !step.from.iter().all(awaited) && !ask.starts.contains(at)
    };
    for (_, step) in procedure.steps.iter().enumerate().filter(enters) {
        why.push(format!("“{}”进入等候答复的状态，却没有发出（不在 starts 里）", step.name));
    }
    for at in outcomes {
        let Some(step) = procedure.steps.get(at) else { continue };
        if !ask.during.iter().all(|state| step.from.contains(state)) {
            why.push(format!("“{}”不能从 during 的每一个状态办理", name(at)));
        }
        if step.to.is_none_or(|to| awaited(&to)) {
            why.push(format!("“{}”办理以后仍在等候答复", name(at)));
        }
        let wants = !step.require.is_empty()
            || step.guard.is_some()
            || step.reason != ReasonWanted::None
            || step.after_children
            || step.after_answers
            || !step.spawn.is_empty();
        if wants {
            why.push(format!("“{}”由系统办理，不能有条件、必填、理由和 spawn", name(at)));
        }
    }
    why
}

/// More answers are wanted than there can be.
fn too_many(pack: &Pack, procedure: &Procedure, ask: &Ask) -> Option<String> {
    let enough = ask.enough?;
    let most = match &ask.bodies {
        AskedBodies::These(bodies) => u32::try_from(bodies.len()).unwrap_or(u32::MAX),
        AskedBodies::Field(field) => {
            let field = pack.kinds.get(procedure.kind).and_then(|kind| kind.fields.get(*field));
            if field.is_some_and(|field| field.kind == Type::Choice) { 1 } else { u32::MAX }
        }
    };
    let wrong = enough == 0 || enough > most;
    wrong.then(|| format!("enough = {enough}，答复的单位最多 {most} 个").replace(&u32::MAX.to_string(), "若干"))
}

/// What is taken with one tap asks nothing, and leaves no reader on a page that asks; what takes a step back leads where it came from.
fn taps_need_nothing(procedure: &Procedure, node: &Node<'_>) {
    for (step, part) in procedure.steps.iter().zip(node.tables("step")) {
        let asks = |step: &Step| !step.require.is_empty() || step.reason != ReasonWanted::None;
        if step.one_tap && asks(step) {
            let why = format!("{}（{}）写了 one_tap，就不能要填内容（require）或者理由（reason）", step.name, step.id);
            part.file.say(codes::NOT_ONE_TAP, &part.span, &why);
        }
        let Some(undo) = step.undo.and_then(|at| procedure.steps.get(at)) else { continue };
        let back =
            step.to.is_some_and(|to| undo.from.contains(&to)) && undo.to.is_some_and(|to| step.from.contains(&to));
        if !back || asks(undo) {
            let why =
                format!("{}（{}）的 undo 应当从它到达的状态回到它出发的状态，并且不要填内容、理由", step.name, step.id);
            part.file.say(codes::NOT_ONE_TAP, &part.span, &why);
        }
    }
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

fn clocks_run_and_stop(procedure: &Procedure, node: &Node<'_>, calendar: &Calendar) {
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
            && let Some(why) = promise_beyond(clock, law).or_else(|| promise_beyond_on_some_day(calendar, clock, law))
        {
            part.file.say(codes::PROMISE_LONGER, &part.span, format!("{} {why}", clock.name));
        }
        if let (Some(opens), Span::Length(length)) = (clock.not_before, &clock.span)
            && rough_minutes(opens) >= rough_minutes(*length)
        {
            let detail = format!("{}：最早 {}，最迟 {}", clock.name, opens.words(), length.words());
            part.file.say(codes::WINDOW_CLOSED, &part.span, detail);
        }
    }
}

/// Why a promise may come after the law's day, as far as that does not depend on the calendar: it begins at the same events or some of them, stands
/// still for no other reason, and no extension carries it past.
fn promise_beyond(promise: &Clock, law: &Clock) -> Option<String> {
    let (Span::Length(promised), Span::Length(legal)) = (&promise.span, &law.span) else { return None };
    if promised.count <= 0 && legal.count > 0 {
        return Some(format!("{}，应大于零", promised.words()));
    }
    if promise.starts.iter().any(|start| !law.starts.contains(start)) {
        return Some(format!("的起算与法定的“{}”不同", law.name));
    }
    if promise.pause.iter().any(|pause| !law.pause.contains(pause)) {
        return Some(format!("比法定的“{}”多了暂停的情形", law.name));
    }
    let extended = match &promise.extend {
        None => *promised,
        Some(rule) => match (rule.times, rule.max) {
            (Some(times), Some(max)) if max.unit == promised.unit => {
                let more = max.count.saturating_mul(i32::try_from(times).unwrap_or(i32::MAX));
                Length { count: promised.count.saturating_add(more), unit: promised.unit }
            }
            _ => return Some("可以不限次数、不限长短地延长".to_owned()),
        },
    };
    let longer = if extended.unit == legal.unit {
        extended.count > legal.count
    } else {
        rough_minutes(extended) > rough_minutes(*legal)
    };
    longer.then(|| format!("{}（含延长），法定“{}”{}", extended.words(), law.name, legal.words()))
}

/// A promise in another unit than the law's ends no later on any day of the years whose holidays are known: seven days are often later than five
/// working days, and two months than sixty days.
fn promise_beyond_on_some_day(calendar: &Calendar, promise: &Clock, law: &Clock) -> Option<String> {
    let (Span::Length(promised), Span::Length(legal)) = (&promise.span, &law.span) else { return None };
    if promised.unit == legal.unit || promised.unit.is_clock_time() || legal.unit.is_clock_time() {
        return None;
    }
    let (first, last) = calendar.loaded()?;
    let due = |from: i32, clock: &Clock, length: Length| clock::count(calendar, from, length, clock.roll, &[], &[]).due;
    let day = (first..=last).find(|day| due(*day, promise, *promised) > due(*day, law, *legal))?;
    let (day, promised, legal) = (crate::day::date(day), promised.words(), legal.words());
    Some(format!("{promised}：{day}起算时晚于法定“{}”{legal}", law.name))
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
