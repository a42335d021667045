//! How often each clock of a case ran: when it started, what paused it, when it is due, whether it was stopped in time.

use std::collections::BTreeMap;

use super::{Act, Case, Corrected, Event, Pauses, pulls, took};
use crate::clock::{self, Calendar};
use crate::kind::Kind;
use crate::pack::Pack;
use crate::procedure::{Clock, ClockKind, Length, PauseRule, Procedure, Span, Trigger, Unit};
use crate::record::Record;

/// The end of a clock's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Last day, at the place.
    pub day: i32,
    /// The instant at which the time is over, µs of UTC.
    pub at: i64,
    /// 暂定: later than the last published holiday arrangement.
    pub provisional: bool,
}

/// One run of a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Position of the clock in its procedure.
    pub clock: usize,
    /// Counted from 0.
    pub number: u32,
    /// The instant it started, µs of UTC.
    pub started_at: i64,
    /// The day it is counted from; that day itself does not count.
    pub from_day: i32,
    /// It stands still at the moment.
    pub paused: bool,
    /// When it was stopped.
    pub stopped_at: Option<i64>,
    /// Its end; none while a pause holds it open.
    pub due: Option<Due>,
    /// The first day of its window.
    pub opens: Option<i32>,
    /// How long it took, in its unit.
    pub took: Option<i64>,
    /// Late or in time; unknown while it runs and its time has not run out. Only duties are late.
    pub late: Option<bool>,
    /// Lengths by which it was extended.
    pub extensions: Vec<Length>,
    /// Ended because the case did, in time, and not by what it waits for: neither met nor late.
    pub uncounted: bool,
    /// 曾逾期: when its time ran out, as it was written down then.
    pub lapsed_at: Option<i64>,
    /// It is late because it was late before a correction moved its end, and nobody has confirmed the correction.
    pub stands: bool,
    /// Corrections that moved the day it is counted from: when, and the day before.
    pub moves: Vec<(i64, i32)>,
    pub(crate) pauses: Pauses,
}

impl Run {
    /// A run that has just begun.
    pub(super) fn begun(clock: usize, number: usize, started_at: i64, from_day: i32) -> Run {
        Run {
            clock,
            number: u32::try_from(number).unwrap_or(u32::MAX),
            started_at,
            from_day,
            paused: false,
            stopped_at: None,
            due: None,
            opens: None,
            took: None,
            late: None,
            extensions: Vec::new(),
            uncounted: false,
            lapsed_at: None,
            stands: false,
            moves: Vec::new(),
            pauses: Pauses::default(),
        }
    }

    /// Remembers the corrections that led to the day it is counted from, up to an instant.
    fn came_from(&mut self, corrections: &[(i64, i32, i32)], until: i64) {
        let mut day = self.from_day;
        for (at, was, now) in corrections.iter().rev().filter(|(at, ..)| (self.started_at..until).contains(at)) {
            if *now == day {
                self.moves.push((*at, *was));
                day = *was;
            }
        }
    }

    /// Follows a correction of the day it is counted from.
    fn follow(&mut self, at: i64, was: i32, now: i32) {
        if self.from_day == was {
            self.moves.push((at, was));
            self.from_day = now;
        }
    }

    /// Whether it runs or stands still, and nobody has stopped it.
    pub fn is_open(&self) -> bool {
        self.stopped_at.is_none()
    }

    /// The pauses as days: the day of the pause, and that of its end.
    pub fn paused_days(&self) -> &[(i32, Option<i32>)] {
        &self.pauses.days
    }
}

impl Pack {
    /// Every run of every clock of a record's case, in the order of the clocks.
    pub fn runs(&self, record: &Record) -> Vec<Run> {
        let Some((case, procedure)) = self.case_of(record) else { return Vec::new() };
        let calendar = &self.calendar;
        let mut runs = Vec::new();
        for (position, clock) in procedure.clocks.iter().enumerate() {
            let walk = Walk { pack: self, calendar, procedure, case, clock, position };
            let fails = clock.when.as_ref().is_some_and(|when| when.fails(record));
            let found =
                walk.runs(record).into_iter().filter_map(|run| if fails { walk.let_go(run) } else { Some(run) });
            runs.extend(found);
        }
        runs
    }

    /// The count that leads to a run's end, day by day.
    pub fn explain_run(&self, procedure: &Procedure, run: &Run) -> Vec<clock::CountedDay> {
        let clock = procedure.clocks.get(run.clock);
        clock.map_or_else(Vec::new, |clock| explain(&self.calendar, self.utc_offset_hours, clock, run))
    }
}

pub(super) fn explain(calendar: &Calendar, offset: i64, clock: &Clock, run: &Run) -> Vec<clock::CountedDay> {
    if let Span::Length(length) = clock.span
        && length.unit.is_clock_time()
    {
        let pauses = &run.pauses.instants;
        return clock::count_time(calendar, offset, run.started_at, length, pauses, &run.extensions).explain(offset);
    }
    counted(calendar, clock, run).explain(calendar)
}

/// The unit in which a clock is counted.
pub(super) fn unit_of(clock: &Clock) -> Unit {
    match &clock.span {
        Span::Length(length) => length.unit,
        Span::Ages(..) => Unit::Year,
    }
}

fn counted(calendar: &Calendar, clock: &Clock, run: &Run) -> clock::Counted {
    let number = usize::try_from(run.number).unwrap_or_default();
    clock::count_span(calendar, run.from_day, &clock.span, number, clock.roll, &run.pauses.days, &run.extensions)
}

/// The end of a run's time.
pub(super) fn due(pack: &Pack, clock: &Clock, run: &Run) -> Option<Due> {
    let offset = pack.utc_offset_hours;
    if let Span::Length(length) = clock.span
        && length.unit.is_clock_time()
    {
        let pauses = &run.pauses.instants;
        let counted = clock::count_time(&pack.calendar, offset, run.started_at, length, pauses, &run.extensions);
        let at = counted.due?;
        return Some(Due { day: pack.day_of(at), at, provisional: counted.provisional });
    }
    let counted = counted(&pack.calendar, clock, run);
    Some(Due { day: counted.due?, at: counted.due_instant(offset)?, provisional: counted.provisional })
}

/// The clocks that run from a field's day and that an act stops: id and day. Asked of the record as it was before.
pub(super) fn met_by(procedure: &Procedure, before: &Record, act: &Act, state: &str) -> Vec<(String, i32)> {
    let Act::Step(step) = act else { return Vec::new() };
    let stops = |clock: &&Clock| {
        clock.stops.iter().any(|stop| match stop {
            Trigger::Step(at) => procedure.steps.get(*at).is_some_and(|known| known.id == *step),
            Trigger::State(at) => procedure.states.get(*at).is_some_and(|known| known.id == state),
            Trigger::Field(_) => false,
        })
    };
    let one = |clock: &Clock| Some((clock.id.clone(), field_day(clock, before)?));
    procedure.clocks.iter().filter(stops).filter_map(one).collect()
}

/// Whether one of some clocks that were met runs from the day of a field.
pub(super) fn runs_from(procedure: &Procedure, kind: &Kind, field: &str, met: &[(String, i32)]) -> bool {
    let Some(index) = kind.field_index(field) else { return false };
    let clocks = met.iter().filter_map(|(id, _)| procedure.clock(id));
    clocks.flat_map(|clock| &clock.starts).any(|start| *start == Trigger::Field(index))
}

fn field_day(clock: &Clock, record: &Record) -> Option<i32> {
    clock.starts.iter().find_map(|start| match start {
        Trigger::Field(field) => record.day(*field),
        _ => None,
    })
}

/// One clock on its way through the events of a case.
struct Walk<'a> {
    pack: &'a Pack,
    calendar: &'a Calendar,
    procedure: &'a Procedure,
    case: &'a Case,
    clock: &'a Clock,
    position: usize,
}

impl Walk<'_> {
    fn runs(&self, record: &Record) -> Vec<Run> {
        let fields = self.clock.starts.iter().filter(|start| matches!(start, Trigger::Field(_))).count();
        let mut runs = match fields {
            0 => self.runs_from_events(None),
            // 自收到申请之日起；补正的，自收到补正之日起: the field's day begins the first run, an event every further one.
            fields if fields < self.clock.starts.len() => self.runs_from_events(field_day(self.clock, record)),
            _ => self.runs_from_field(record),
        };
        for run in &mut runs {
            self.finish(run);
        }
        runs
    }

    fn new_run(&self, number: usize, started_at: i64, from_day: i32) -> Run {
        Run::begun(self.position, number, started_at, from_day)
    }

    /// What a condition lets go is gone – but for a time that had run out before a correction made the condition fail.
    fn let_go(&self, run: Run) -> Option<Run> {
        let (when, lapsed) = (self.clock.when.as_ref()?, run.lapsed_at.filter(|_| run.late == Some(true))?);
        let asked = |one: &Corrected| self.field_indices(&one.field).any(|at| when.asks(at));
        let mut later = self.case.events.iter().filter(|event| event.at > lapsed);
        let moved = later.find(|event| matches!(event.act, Act::Change) && event.corrected.iter().any(asked))?;
        (!self.is_confirmed_after(moved.at)).then_some(Run { stands: true, ..run })
    }

    /// The field of an id, and the derived day of opening where it gives it.
    fn field_indices(&self, id: &str) -> impl Iterator<Item = usize> {
        let kind = self.pack.kinds.get(self.procedure.kind);
        let own = kind.and_then(|kind| kind.field_index(id));
        let opened = own.filter(|at| self.procedure.opened == Some(*at));
        own.into_iter().chain(opened.and_then(|_| kind?.field_index("opened_on")))
    }

    fn is_confirmed_after(&self, at: i64) -> bool {
        let confirms = |event: &Event| matches!(&event.act, Act::Confirm(clock) if *clock == self.clock.id);
        self.case.events.iter().any(|event| event.at > at && confirms(event))
    }

    /// The corrections of the days this clock runs from: when, the day before and the day after.
    fn corrections(&self) -> Vec<(i64, i32, i32)> {
        let day = |text: &Option<String>| crate::day::parse(text.as_deref()?.get(..10)?).map(crate::day::number);
        let starts =
            |one: &&Corrected| self.field_indices(&one.field).any(|at| self.clock.starts.contains(&Trigger::Field(at)));
        let of = |event: &Event| -> Vec<(i64, i32, i32)> {
            let own = event.corrected.iter().filter(starts);
            own.filter_map(|one| Some((event.at, day(&one.was)?, day(&one.now)?))).collect()
        };
        self.case.events.iter().flat_map(of).collect()
    }

    /// A run for each event that starts the clock; where `first` is a day, one from that day before them.
    fn runs_from_events(&self, first: Option<i32>) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let mut before: Option<&Event> = None;
        for (at, event) in self.case.events.iter().enumerate() {
            if let Some(run) = runs.last_mut().filter(|run| run.is_open() && !self.is_taken_back(at)) {
                let answered = self.clock.stops.iter().any(|stop| pulls(self.procedure, *stop, before, event));
                if answered || self.closes(before, event) {
                    run.stopped_at = Some(event.at);
                    run.uncounted = !answered;
                }
            }
            let idle = runs.last().is_none_or(|run| !run.is_open());
            let starts = self.clock.starts.iter().any(|start| pulls(self.procedure, *start, before, event));
            let from = first.filter(|_| before.is_none());
            if idle && (starts || from.is_some()) && !self.is_closed(&event.state) {
                let mut run = self.new_run(runs.len(), event.at, from.unwrap_or_else(|| self.pack.day_of(event.at)));
                if from.is_some() {
                    run.came_from(&self.corrections(), i64::MAX);
                }
                runs.push(run);
            }
            before = Some(event);
        }
        runs
    }

    /// A run for the day that the field has now, and one for each earlier day that was met.
    fn runs_from_field(&self, record: &Record) -> Vec<Run> {
        let Some(opening) = self.case.opening() else { return Vec::new() };
        let mut runs = Vec::new();
        let mut started = opening.at;
        let mut met: BTreeMap<i32, i64> = BTreeMap::new();
        let aged = matches!(self.clock.span, Span::Ages(..));
        let corrections = self.corrections();
        for (_, event) in self.case.events.iter().enumerate().filter(|(at, _)| !self.is_taken_back(*at)) {
            for (_, day) in event.met.iter().filter(|(id, _)| *id == self.clock.id) {
                let number = self.first_age(*day, opening.at) + runs.len();
                let mut run = self.new_run(if aged { number } else { runs.len() }, started, *day);
                run.stopped_at = Some(event.at);
                if !aged {
                    run.came_from(&corrections, event.at);
                    let later = corrections.iter().filter(|(at, ..)| *at > event.at);
                    later.for_each(|(at, was, now)| run.follow(*at, *was, *now));
                }
                started = event.at;
                met.insert(run.from_day, event.at);
                runs.push(run);
            }
        }
        if let Some(day) = field_day(self.clock, record) {
            if aged {
                let number = self.first_age(day, opening.at) + runs.len();
                runs.push(self.new_run(number, started, day));
            } else if !met.contains_key(&day) {
                let mut run = self.new_run(runs.len(), started, day);
                run.came_from(&corrections, i64::MAX);
                runs.push(run);
            }
        }
        if let Some(run) = runs.last_mut().filter(|run| run.is_open()) {
            let closing = self.case.events.iter().rev().take_while(|event| self.is_closed(&event.state)).last();
            run.stopped_at = closing.map(|event| event.at);
            run.uncounted = run.stopped_at.is_some();
        }
        runs
    }

    /// How many ages had passed when the case was opened: an old lift is not late for its first year.
    fn first_age(&self, anchor: i32, opened_at: i64) -> usize {
        let Span::Ages(ages, _) = &self.clock.span else { return 0 };
        let opened = self.pack.day_of(opened_at);
        let passed = |number: &usize| {
            let counted =
                clock::count_span(self.calendar, anchor, &self.clock.span, *number, self.clock.roll, &[], &[]);
            counted.due.is_some_and(|due| due < opened)
        };
        // After the list it goes on every so often: a hundred more are more than anything on earth lives.
        (0..ages.len() + 100).take_while(passed).count()
    }

    /// Whether the next step that people took after an event takes it back (撤回): it stopped nothing, and what ran runs on. Otherwise a
    /// report that was taken back a minute later would have met its day.
    fn is_taken_back(&self, at: usize) -> bool {
        let step_of = |event: &Event| match &event.act {
            Act::Step(id) => self.procedure.step(id),
            _ => None,
        };
        let undo = self.case.events.get(at).and_then(step_of).and_then(|step| step.undo);
        let undo = undo.and_then(|undo| self.procedure.steps.get(undo));
        let next = self.case.events.iter().skip(at + 1).find_map(step_of);
        undo.zip(next).is_some_and(|(undo, next)| undo.id == next.id)
    }

    fn is_closed(&self, state: &str) -> bool {
        self.procedure.is_closed(state)
    }

    fn closes(&self, before: Option<&Event>, event: &Event) -> bool {
        self.is_closed(&event.state) && before.is_none_or(|before| !self.is_closed(&before.state))
    }

    /// Pauses, extensions, the end, and what became of it.
    fn finish(&self, run: &mut Run) {
        let end = run.stopped_at.unwrap_or(i64::MAX);
        let during: Vec<&Event> =
            self.case.events.iter().filter(|event| event.at >= run.started_at && event.at <= end).collect();
        run.pauses = self.pauses(&during);
        run.paused = run.is_open() && run.pauses.instants.last().is_some_and(|(_, resumed)| resumed.is_none());
        run.extensions = during
            .iter()
            .filter_map(|event| match &event.act {
                Act::Extend(clock, length) if *clock == self.clock.id => Length::parse(length),
                _ => None,
            })
            .collect();
        run.due = due(self.pack, self.clock, run);
        run.opens = self
            .clock
            .not_before
            .and_then(|length| clock::opens(self.calendar, run.from_day, length, &run.pauses.days).due);
        let offset = self.pack.utc_offset_hours;
        let unit = unit_of(self.clock);
        let began = (run.started_at, run.from_day);
        run.took = run.stopped_at.map(|at| took(self.calendar, unit, offset, began, at, &run.pauses));
        run.lapsed_at = during.iter().find(|event| self.is_lapse(event)).map(|event| event.at);
        run.stands = self.stands(run);
        run.late = self.late(run, &during);
        run.uncounted &= run.late.is_none();
    }

    fn is_lapse(&self, event: &Event) -> bool {
        matches!(&event.act, Act::Lapse(clock) if *clock == self.clock.id)
    }

    /// A time that had run out when its day was corrected stays run out, until a second person confirms the correction.
    fn stands(&self, run: &Run) -> bool {
        let Some(last) = run.moves.iter().map(|(at, _)| *at).max().filter(|_| self.clock.kind == ClockKind::Duty)
        else {
            return false;
        };
        let over = |(at, day): &(i64, i32)| {
            let end = run.stopped_at.map_or(*at, |stopped| stopped.min(*at));
            run.lapsed_at.is_some_and(|lapsed| lapsed < *at)
                || due(self.pack, self.clock, &Run { from_day: *day, ..run.clone() }).is_some_and(|due| end >= due.at)
        };
        run.moves.iter().any(over) && !self.is_confirmed_after(last)
    }

    /// A stopped duty is late when it was stopped after its end; a running one when the end has been written down as an event. A new arrangement of
    /// holidays that moves the end makes an earlier lapse void; a correction does not by itself ([`Self::stands`]).
    fn late(&self, run: &Run, during: &[&Event]) -> Option<bool> {
        if self.clock.kind != ClockKind::Duty {
            return None;
        }
        if run.stands {
            return Some(true);
        }
        let due = run.due?;
        if let Some(stopped) = run.stopped_at {
            // What ends while it stands still ended, for who owed it, when it began to stand still.
            let still = run.pauses.instants.last().filter(|(_, until)| until.is_none_or(|until| until >= stopped));
            let late = still.map_or(stopped, |(since, _)| *since) >= due.at;
            return (late || !run.uncounted).then_some(late);
        }
        let lapsed = during.iter().any(|event| event.at >= due.at && self.is_lapse(event));
        lapsed.then_some(true)
    }

    fn pauses(&self, during: &[&Event]) -> Pauses {
        let mut found: Vec<(i64, Option<i64>)> = Vec::new();
        for rule in &self.clock.pause {
            match rule {
                PauseRule::State(state) => found.extend(self.in_state(*state, during)),
                PauseRule::Reason(_) => {}
            }
        }
        let mut since = None;
        for event in during {
            match &event.act {
                Act::Pause(clock) if *clock == self.clock.id => since = since.or(Some(event.at)),
                Act::Resume(clock) if *clock == self.clock.id => {
                    found.extend(since.take().map(|since| (since, Some(event.at))));
                }
                _ => {}
            }
        }
        found.extend(since.map(|since| (since, None)));
        found.sort_unstable();
        let day = |at: i64| self.pack.day_of(at);
        let days = found.iter().map(|(from, until)| (day(*from), until.map(day))).collect();
        Pauses { instants: found, days }
    }

    fn in_state(&self, state: usize, during: &[&Event]) -> Vec<(i64, Option<i64>)> {
        let Some(state) = self.procedure.states.get(state) else { return Vec::new() };
        let mut found = Vec::new();
        let mut since = None;
        for event in during {
            match (event.state == state.id, since) {
                (true, None) => since = Some(event.at),
                (false, Some(from)) => {
                    found.push((from, Some(event.at)));
                    since = None;
                }
                _ => {}
            }
        }
        found.extend(since.map(|since| (since, None)));
        found
    }
}
