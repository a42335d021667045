//! A case (案件): a record that follows a procedure. What happened is a list of events, each with the knowledge time of the version that
//! made it; where the case stands, and what time is left, is computed from them and nothing else.

//!
//! - [`Happening`] is what somebody does; [`Pack::happen`] turns it into an event, brings the state and the derived fields up to date, and decides nothing
//!   about permission: whoever calls it has asked.
//! - [`Pack::runs`] says for every clock how often it ran, from when, until when, and whether in time.
//! - [`Pack::asked`] says who was asked for an answer, and what became of it.
//! - [`Pack::duties`] says who owes what now, and the moments at which something happens by itself.
//!
//! No clock is read: instants come from the caller. The same record under the same pack gives the same answers.

mod asks;
mod duties;
mod fixed;
mod runs;
mod urgency;

use serde::{Deserialize, Serialize};

use crate::clock::Calendar;
use crate::kind::Kind;
use crate::pack::Pack;
use crate::procedure::{Procedure, State, Step, Trigger, Unit, measured_in};
use crate::record::Record;
use crate::value::Value;

pub use asks::{Answered, Asked, AskedEnd};
pub use duties::{Duty, DutySort, Moment, MomentSort};
pub use fixed::{Fixed, FixedChange};
pub use runs::{Due, Run};
pub use urgency::Urgent;

/// The course of a case, as it travels in the canonical text of its record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Id of the procedure, chosen by the day of opening and kept.
    pub procedure: String,
    /// Id of the state.
    pub state: String,
    /// Account to whom it is assigned.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub assignee: Option<String>,
    /// What happened, in order; the first is the opening.
    pub events: Vec<Event>,
}

/// One thing that happened to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What.
    pub act: Act,
    /// Knowledge time of its version, µs of UTC.
    pub at: i64,
    /// Who; [`crate::procedure::roles::SYSTEM`] for the program, [`crate::procedure::roles::CITIZEN`] for a citizen.
    pub by: String,
    /// In whose place he did it (代办), by login.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub instead_of: Option<String>,
    /// The version of the record that it made.
    pub version: i64,
    /// Id of the state after it.
    pub state: String,
    /// Reason: the id of a listed one, or words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// Words added.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
    /// Clocks that run from the day of a field and that this event stopped: id, and the day they ran from. Without it a later change of the
    /// field could not be told from the day that was met.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub met: Vec<(String, i32)>,
    /// Records that it opened: kind and id.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub opened: Vec<(String, String)>,
    /// Bodies that it asked: the ask's id and the body. Whom a field names may change afterwards; who was asked does not.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub asked: Vec<(String, String)>,
    /// What it changed of what was fixed ([`Fixed`]): the history shows both.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub corrected: Vec<Corrected>,
}

/// A fixed field that an event changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrected {
    /// Its id.
    pub field: String,
    /// What stood there, as plain text.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub was: Option<String>,
    /// What stands there since.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub now: Option<String>,
    /// Who had given what stood there: login.
    pub giver: String,
}

/// What an event is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// The case was opened.
    Open,
    /// A step of the procedure, by id.
    Step(String),
    /// A clock was paused, by id.
    Pause(String),
    /// A clock goes on.
    Resume(String),
    /// A clock was extended: id and length as the pack language writes it.
    Extend(String, String),
    /// The time of a clock ran out.
    Lapse(String),
    /// Assigned to an account; none: to nobody.
    Assign(Option<String>),
    /// A body that was asked answers; its words are the event's note.
    Answer {
        /// Id of what was asked.
        ask: String,
        /// The body.
        body: String,
        /// Id of the answer.
        answer: String,
    },
    /// A body is not asked any more.
    Unask {
        /// Id of what was asked.
        ask: String,
        /// The body.
        body: String,
    },
    /// The time of a body that was asked ran out without an answer.
    Overdue {
        /// Id of what was asked.
        ask: String,
        /// The body.
        body: String,
    },
    /// 确认更正: a second person confirms that a correction proves the lapse of a clock wrong, by its id.
    Confirm(String),
    /// Content was corrected, withdrawn or restored.
    Change,
}

/// Something that is to happen to a case, with its circumstances.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// What.
    pub act: Act,
    /// Knowledge time of the version, µs of UTC.
    pub at: i64,
    /// Who.
    pub by: String,
    /// In whose place (代办).
    pub instead_of: Option<String>,
    /// The version of the record.
    pub version: i64,
    /// Reason.
    pub reason: Option<String>,
    /// Words added.
    pub note: Option<String>,
    /// Records that it opens: kind and id.
    pub opened: Vec<(String, String)>,
}

impl Event {
    /// The people whose act it is: who did it, and in whose place. Two acts that want two people have none of them in common.
    pub fn people(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.by.as_str()).chain(self.instead_of.as_deref())
    }
}

impl Case {
    /// The event that opened it.
    pub fn opening(&self) -> Option<&Event> {
        self.events.first()
    }

    /// The last event that a person made who carries the case on: not the program, and nobody who was asked for his answer.
    pub fn last_of_people(&self) -> Option<&Event> {
        let asked = |event: &&Event| matches!(event.act, Act::Answer { .. } | Act::Unask { .. });
        let of_people = |event: &&Event| event.by != crate::procedure::roles::SYSTEM && !asked(event);
        self.events.iter().rev().find(of_people)
    }

    /// The last time a step was taken.
    pub fn taken(&self, step: &str) -> Option<&Event> {
        self.events.iter().rev().find(|event| matches!(&event.act, Act::Step(id) if id == step))
    }
}

impl Pack {
    /// The procedure that a case follows.
    pub fn procedure_of(&self, case: &Case) -> Option<&Procedure> {
        self.procedure(&case.procedure)
    }

    /// A record's case with the procedure that it follows; none for a record that follows none.
    pub fn case_of<'r>(&self, record: &'r Record) -> Option<(&'r Case, &Procedure)> {
        let case = record.case.as_ref()?;
        Some((case, self.procedure_of(case)?))
    }

    /// The state that a record's case is in.
    pub fn state_of(&self, record: &Record) -> Option<&State> {
        let (case, procedure) = self.case_of(record)?;
        procedure.state(&case.state)
    }

    /// Whether a record that another system handles is done with there: by its state, or because it has a day of closing.
    pub fn is_over_elsewhere(&self, kind: &Kind, record: &Record) -> bool {
        let at = self.kind_position(&kind.id);
        let state = kind.field_index("state").and_then(|index| record.value(index)).map(Value::plain);
        let closed = |state: &String| {
            self.procedures.iter().any(|procedure| Some(procedure.kind) == at && procedure.is_closed(state))
        };
        kind.field_index("closed_on").and_then(|index| record.day(index)).is_some()
            || state.as_ref().is_some_and(closed)
    }

    /// The procedure on which a case opened on a day runs.
    pub fn procedure_on(&self, kind: &Kind, day: i32) -> Option<&Procedure> {
        let mut held = kind.procedures.iter().filter_map(|at| self.procedures.get(*at));
        held.find(|procedure| procedure.holds_on(day))
    }

    /// Whether records of a kind are cases.
    pub fn has_cases(&self, kind: &Kind) -> bool {
        !kind.procedures.is_empty()
    }

    /// The steps that lead on from where a case stands, whoever may take them, as far as their conditions hold.
    pub fn open_steps<'a>(&'a self, record: &Record) -> Vec<&'a Step> {
        let Some((case, procedure)) = self.case_of(record) else { return Vec::new() };
        let Some(state) = procedure.state_position(&case.state) else { return Vec::new() };
        let open =
            |step: &&Step| step.from.contains(&state) && step.guard.as_ref().is_none_or(|guard| guard.holds(record));
        procedure.steps.iter().filter(open).collect()
    }

    /// Lets something happen to a record's case: the event, the state after it, the derived fields. `before` is the record as it was. A record whose kind
    /// has no procedure for its day stays as it is. A new one without a day of opening was opened on the day it was recorded.
    pub fn happen(&self, kind: &Kind, before: Option<&Record>, record: &mut Record, happening: Happening) {
        if !self.has_cases(kind) {
            return;
        }
        let mut case = match before.and_then(|before| before.case.clone()) {
            Some(case) => case,
            None => match self.new_case(kind, record, happening.at) {
                Some(case) => case,
                None => return,
            },
        };
        let Some(procedure) = self.procedure_of(&case) else {
            record.case = Some(case);
            return;
        };
        let opening = case.events.is_empty();
        let act = if opening { Act::Open } else { happening.act };
        // Who reports something does not say when we received it. A record that is older than its procedure keeps its gap.
        if let Some(field) = procedure.opened.filter(|field| before.is_none() && record.value(*field).is_none()) {
            record.set(field, Some(Value::Date(crate::day::date(self.day_of(happening.at)))));
        }
        let step = match &act {
            Act::Step(id) => procedure.step(id),
            _ => None,
        };
        if let Some(state) = step.and_then(|step| procedure.states.get(step.to?)) {
            case.state.clone_from(&state.id);
        }
        if let Act::Assign(to) = &act {
            case.assignee.clone_from(to);
        }
        let met = runs::met_by(procedure, before.unwrap_or(record), &act, &case.state);
        let asked = asks::asked_by(procedure, record, &act);
        let mut corrected = before.map(|old| self.corrected(kind, old, record, &act)).unwrap_or_default();
        if matches!(act, Act::Step(_)) {
            let met_there = |one: &Corrected| runs::runs_from(procedure, kind, &one.field, &met);
            // A day that the step sets anew begins a time; it corrects none.
            let anew = |one: &Corrected| {
                let at = kind.field_index(&one.field);
                step.is_some_and(|step| at.is_some_and(|at| step.fresh.contains(&at)))
            };
            corrected.retain(|one| !met_there(one) && !anew(one));
        }
        case.events.push(Event {
            act,
            at: happening.at,
            by: happening.by,
            instead_of: happening.instead_of,
            version: happening.version,
            state: case.state.clone(),
            reason: happening.reason,
            note: happening.note,
            met,
            opened: happening.opened,
            asked,
            corrected,
        });
        record.case = Some(case);
        self.derive(kind, record);
    }

    fn new_case(&self, kind: &Kind, record: &Record, at: i64) -> Option<Case> {
        let today = self.day_of(at);
        // The day of opening may be a field of the procedure that is yet to be chosen: the one under which that day falls.
        let chosen = kind.procedures.iter().filter_map(|at| self.procedures.get(*at)).find(|procedure| {
            let day = procedure.opened.and_then(|field| record.day(field)).unwrap_or(today);
            procedure.holds_on(day)
        })?;
        let state = chosen.states.get(chosen.start)?.id.clone();
        Some(Case { procedure: chosen.id.clone(), state, assignee: None, events: Vec::new() })
    }

    /// Brings the derived fields up to date with the events.
    pub fn derive(&self, kind: &Kind, record: &mut Record) {
        let Some(case) = record.case.clone() else { return };
        let Some(procedure) = self.procedure_of(&case) else { return };
        let closed = procedure.is_closed(&case.state);
        let opened = procedure
            .opened
            .and_then(|field| record.day(field))
            .or_else(|| case.opening().map(|event| self.day_of(event.at)));
        let closed_on = case.events.iter().rev().take_while(|event| event.state == case.state).last();
        let closed_on = closed_on.filter(|_| closed).map(|event| self.day_of(event.at));
        let date = |day: Option<i32>| day.map(|day| Value::Date(crate::day::date(day)));
        let set = |record: &mut Record, id: &str, value: Option<Value>| {
            if let Some(index) = kind.field_index(id).filter(|at| kind.fields.get(*at).is_some_and(|it| it.derived)) {
                record.set(index, value);
            }
        };
        set(record, "state", Some(Value::Choice(case.state.clone())));
        set(record, "opened_on", date(opened));
        set(record, "closed_on", date(closed_on));
        // Clocks run from the day of opening: it has to be there before they are asked.
        let (runs, asked) = (self.runs(record), self.asked(record));
        for (position, clock) in procedure.clocks.iter().enumerate() {
            let of_clock: Vec<&Run> = runs.iter().filter(|run| run.clock == position).collect();
            set(record, &format!("met_{}", clock.id), met(&of_clock).map(Value::YesNo));
            let took = of_clock.iter().rev().find_map(|run| run.took).map(Value::Integer);
            set(record, &format!("took_{}", clock.id), took);
        }
        for (position, ask) in procedure.asks.iter().enumerate() {
            // Who was not waited for to the end is neither in time nor late.
            let counted = |it: &&Asked| {
                it.ask == position && (it.is_open() || it.answered().is_some() || it.run.late == Some(true))
            };
            let of_ask: Vec<&Run> = asked.iter().filter(counted).map(|it| &it.run).collect();
            set(record, &format!("met_{}", ask.id), met(&of_ask).map(Value::YesNo));
        }
    }
}

/// Whether the runs of one clock were in time: one late run is late, a running one leaves it open.
fn met(runs: &[&Run]) -> Option<bool> {
    if runs.iter().any(|run| run.late == Some(true)) {
        return Some(false);
    }
    // What ended only because the case did was never answered for: it is not counted.
    let mut counted = runs.iter().filter(|run| !run.uncounted).peekable();
    counted.peek()?;
    counted.all(|run| run.late.is_some()).then_some(true)
}

/// Whether an event enters a state: by opening in it, or by a step that leads there from another.
fn enters(before: Option<&Event>, event: &Event, state: &str) -> bool {
    match (&event.act, before) {
        (Act::Open, _) => event.state == state,
        (Act::Step(_), Some(before)) => event.state == state && before.state != state,
        _ => false,
    }
}

/// Whether an event pulls a trigger.
fn pulls(procedure: &Procedure, trigger: Trigger, before: Option<&Event>, event: &Event) -> bool {
    match trigger {
        Trigger::State(state) => procedure.states.get(state).is_some_and(|state| enters(before, event, &state.id)),
        Trigger::Step(step) => {
            procedure.steps.get(step).is_some_and(|step| matches!(&event.act, Act::Step(id) if *id == step.id))
        }
        Trigger::Field(_) => false,
    }
}

/// In which unit the time that a clock took is told, and how much it is.
fn took(calendar: &Calendar, unit: Unit, offset_hours: i64, run: (i64, i32), end: i64, pauses: &Pauses) -> i64 {
    let unit = measured_in(unit);
    if unit.is_clock_time() {
        return crate::clock::elapsed_time(run.0, end, unit, &pauses.instants);
    }
    let day = crate::day::of_instant(end, offset_hours);
    i64::from(crate::clock::elapsed(calendar, run.1, day, unit, &pauses.days))
}

/// When a clock did not run, as instants and as days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Pauses {
    instants: Vec<(i64, Option<i64>)>,
    days: Vec<(i32, Option<i32>)>,
}
