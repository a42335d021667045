//! Who owes what now (待办), and the moments at which something happens by itself: reminders, the rungs of a ladder, the end of a time.

use super::{Asked, Case, Due, Run, runs::unit_of};
use crate::clock;
use crate::pack::Pack;
use crate::procedure::{Clock, ClockKind, Length, Owner, Procedure, Step, roles};
use crate::record::{Envelope, Record};
use crate::value::Value;

/// What sort of line on a list of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DutySort {
    /// 办理期限: a step is owed.
    Duty,
    /// 权利期限
    Right,
    /// 提醒
    Reminder,
    /// 自动
    Auto,
    /// A step is open, and no clock runs for it.
    Open,
}

impl DutySort {
    /// Every sort with the name that is stored.
    pub const NAMES: [(&str, DutySort); 5] = [
        ("duty", DutySort::Duty),
        ("right", DutySort::Right),
        ("reminder", DutySort::Reminder),
        ("auto", DutySort::Auto),
        ("open", DutySort::Open),
    ];

    /// The stored name.
    pub fn name(self) -> &'static str {
        DutySort::NAMES.iter().find(|(_, sort)| *sort == self).map_or("", |(name, _)| name)
    }

    /// The sort of a stored name.
    pub fn of_name(name: &str) -> Option<DutySort> {
        DutySort::NAMES.iter().find(|(known, _)| *known == name).map(|(_, sort)| *sort)
    }
}

/// Something that is owed, or that somebody is waiting for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Id of the clock, or of what a body is asked; empty for an open step without one.
    pub clock: String,
    /// Which run of the clock, or which of the bodies asked; for an open step, which of them.
    pub run: u32,
    /// What sort.
    pub sort: DutySort,
    /// Whose body it is.
    pub body: Option<String>,
    /// Role that acts.
    pub role: String,
    /// Since when, µs of UTC.
    pub since: i64,
    /// Last day.
    pub due_day: Option<i32>,
    /// The instant at which the time is over.
    pub due_at: Option<i64>,
    /// 暂定
    pub provisional: bool,
    /// It stands still.
    pub paused: bool,
    /// What happens by itself, in order of time.
    pub moments: Vec<Moment>,
}

/// A moment at which something happens by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// µs of UTC.
    pub at: i64,
    /// What.
    pub sort: MomentSort,
}

/// What happens at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MomentSort {
    /// A reminder to the owner.
    Warn,
    /// The time of a duty is over: it is late from now on.
    Lapse,
    /// The program takes the clock's step.
    Fire,
    /// The program takes a body's silence for an answer.
    Silence,
    /// A rung of the ladder, by its position.
    Rung(usize),
}

impl Pack {
    /// What is owed in a record's case now. Nothing of a closed one, but for clocks that still run.
    pub fn duties(&self, record: &Record, envelope: &Envelope) -> Vec<Duty> {
        let Some((case, procedure)) = self.case_of(record) else { return Vec::new() };
        let look = Look { pack: self, record, envelope, case, procedure };
        let mut duties: Vec<Duty> =
            self.runs(record).iter().filter(|run| run.is_open()).filter_map(|run| look.of_run(run)).collect();
        look.open_steps(&mut duties);
        duties
            .extend(self.asked(record).iter().filter(|asked| asked.is_open()).filter_map(|asked| look.of_asked(asked)));
        duties
    }

    /// The moments of a duty, had its time ended then: what has happened already is known by its place in them, wherever the end moves.
    pub fn moments_at(&self, record: &Record, duty: &Duty, (day, at): (i32, i64)) -> Vec<Moment> {
        let Some((_, procedure)) = self.case_of(record) else { return Vec::new() };
        let ask = procedure.ask(&duty.clock).map(|ask| &ask.clock);
        let Some(clock) = procedure.clock(&duty.clock).or(ask) else { return Vec::new() };
        let end = |sort: &MomentSort| matches!(sort, MomentSort::Lapse | MomentSort::Fire | MomentSort::Silence);
        let at_end = duty.moments.iter().map(|moment| moment.sort).find(end);
        moments(self, clock, Due { day, at, provisional: duty.provisional }, at_end)
    }
}

struct Look<'a> {
    pack: &'a Pack,
    record: &'a Record,
    envelope: &'a Envelope,
    case: &'a Case,
    procedure: &'a Procedure,
}

impl Look<'_> {
    fn of_run(&self, run: &Run) -> Option<Duty> {
        let clock = self.procedure.clocks.get(run.clock)?;
        let sort = match clock.kind {
            ClockKind::Duty => DutySort::Duty,
            ClockKind::Right => DutySort::Right,
            ClockKind::Reminder => DutySort::Reminder,
            ClockKind::Auto => DutySort::Auto,
        };
        let (role, body) = self.owner_of(clock);
        Some(Duty {
            clock: clock.id.clone(),
            run: run.number,
            sort,
            body,
            role,
            since: run.started_at,
            due_day: run.due.map(|due| due.day),
            due_at: run.due.map(|due| due.at),
            provisional: run.due.is_some_and(|due| due.provisional),
            paused: run.paused,
            moments: run
                .due
                .filter(|_| !run.paused)
                .map_or_else(Vec::new, |due| moments(self.pack, clock, due, at_end(clock, run))),
        })
    }

    /// The line of a body that owes an answer.
    fn of_asked(&self, asked: &Asked) -> Option<Duty> {
        let ask = self.procedure.asks.get(asked.ask)?;
        let run = &asked.run;
        let at_end = match &ask.silence {
            Some(_) => Some(MomentSort::Silence),
            None => (run.late != Some(true)).then_some(MomentSort::Lapse),
        };
        Some(Duty {
            clock: ask.id.clone(),
            run: run.number,
            sort: DutySort::Duty,
            body: Some(asked.body.clone()),
            role: ask.role.clone(),
            since: run.started_at,
            due_day: run.due.map(|due| due.day),
            due_at: run.due.map(|due| due.at),
            provisional: run.due.is_some_and(|due| due.provisional),
            paused: false,
            moments: run.due.map_or_else(Vec::new, |due| moments(self.pack, &ask.clock, due, at_end)),
        })
    }

    /// Whose work it is to stop a clock: as declared; else that of a step that stops it and can be taken now, else of any that stops it – the check of the
    /// pack has seen to it that they are one. What a citizen or another party must do is watched by the officer.
    fn owner_of(&self, clock: &Clock) -> (String, Option<String>) {
        let open = self.pack.open_steps(self.record);
        let now = |step: &&&Step| open.iter().any(|it| it.id == step.id);
        let declared: Vec<&Step> = clock.owner.iter().filter_map(|at| self.procedure.steps.get(*at)).collect();
        let stopping = if declared.is_empty() { self.procedure.stopping(clock) } else { declared };
        match stopping.iter().find(now).or(stopping.first()) {
            Some(step) => (step.staff_role().to_owned(), self.body_of(step)),
            None => (roles::OFFICER.to_owned(), self.envelope.body.clone()),
        }
    }

    fn body_of(&self, step: &Step) -> Option<String> {
        let own = || self.envelope.body.clone();
        match &step.owner {
            Owner::Record => own(),
            Owner::Body(body) => Some(body.clone()),
            Owner::Field(field) => match self.record.value(*field) {
                Some(Value::Choice(id)) => Some(id.clone()),
                Some(other) => self.pack.body_named(&other.plain()).map(|body| body.id.clone()).or_else(own),
                None => own(),
            },
        }
    }

    /// Steps that somebody of the staff may take now and for which no duty runs: a line for each role and body. What may be done and need not be (请求协办,
    /// 报进展, 撤回) is nobody's debt: it has a line only where nothing else in the case has one.
    fn open_steps(&self, duties: &mut Vec<Duty>) {
        if self.procedure.state(&self.case.state).is_none_or(|state| state.closed) {
            return;
        }
        let (onward, aside): (Vec<&Step>, Vec<&Step>) =
            self.pack.open_steps(self.record).into_iter().partition(|step| step.owed);
        self.lines_of(&onward, duties);
        if !duties.iter().any(|duty| matches!(duty.sort, DutySort::Duty | DutySort::Open)) {
            self.lines_of(&aside, duties);
        }
    }

    fn lines_of(&self, steps: &[&Step], duties: &mut Vec<Duty>) {
        let since = self.case.events.iter().rev().take_while(|event| event.state == self.case.state).last();
        let since = since.map_or(0, |event| event.at);
        let mut number = 0;
        for step in steps.iter().filter(|step| !step.is_machine()) {
            let (role, body) = (step.staff_role().to_owned(), self.body_of(step));
            let known = |duty: &Duty| {
                duty.role == role && duty.body == body && matches!(duty.sort, DutySort::Duty | DutySort::Open)
            };
            if duties.iter().any(known) {
                continue;
            }
            duties.push(Duty {
                clock: String::new(),
                run: number,
                sort: DutySort::Open,
                body,
                role,
                since,
                due_day: None,
                due_at: None,
                provisional: false,
                paused: false,
                moments: Vec::new(),
            });
            number += 1;
        }
    }
}

fn moments(pack: &Pack, clock: &Clock, due: Due, at_end: Option<MomentSort>) -> Vec<Moment> {
    let mut moments: Vec<Moment> = at_end.map(|sort| Moment { at: due.at, sort }).into_iter().collect();
    let reminder = clock.kind == ClockKind::Reminder && clock.warn.is_empty();
    let warnings = clock.warn.iter().copied().chain(reminder.then_some(Length { count: 0, unit: unit_of(clock) }));
    moments.extend(warnings.map(|length| Moment { at: moment_at(pack, due, length), sort: MomentSort::Warn }));
    let rungs = clock.ladder.iter().enumerate();
    moments.extend(rungs.map(|(at, rung)| Moment { at: moment_at(pack, due, rung.at), sort: MomentSort::Rung(at) }));
    moments.sort_unstable();
    moments
}

/// An instant counted from the end of a time: before it the beginning of that day, after it the end of that day, at the end the end itself.
fn moment_at(pack: &Pack, due: Due, length: Length) -> i64 {
    let offset = pack.utc_offset_hours;
    if length.count == 0 {
        return due.at;
    }
    if length.unit.is_clock_time() {
        let counted = clock::count_time(&pack.calendar, offset, due.at, length, &[], &[]);
        return counted.due.unwrap_or(due.at);
    }
    let counted = clock::count(&pack.calendar, due.day, length, false, &[], &[]);
    match counted.due_instant(offset) {
        Some(end) if length.count < 0 => end - 86_400_000_000,
        Some(end) => end,
        None => due.at,
    }
}

/// What happens by itself when the time of a clock is over.
fn at_end(clock: &Clock, run: &Run) -> Option<MomentSort> {
    match clock.kind {
        ClockKind::Duty => (run.late != Some(true)).then_some(MomentSort::Lapse),
        ClockKind::Auto => clock.fires.map(|_| MomentSort::Fire),
        ClockKind::Right | ClockKind::Reminder => None,
    }
}
