//! What several bodies are asked at once (会签、征求意见、协办): who was asked, who answered what and when, and whether the case can go on.
//!
//! What always holds: everything here follows from the events. A line of work is opened by the event that asks, and closed by exactly one of four:
//! its answer, its being taken back, the case's leaving the states in which an answer is waited for, the case's end. A body that still owes an answer is
//! not asked a second time.

use super::{Act, Case, Event, Run, runs};
use crate::clock::CountedDay;
use crate::pack::Pack;
use crate::procedure::{Ask, AskedBodies, Procedure, Step, roles};
use crate::record::Record;
use crate::value::Value;

/// One body that was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Position of what is asked in [`Procedure::asks`].
    pub ask: usize,
    /// The body.
    pub body: String,
    /// Bodies asked while others still owed their answer belong to one round; counted from 0.
    pub round: u32,
    /// Its time. `number` counts the lines of this ask; `clock` is none of the procedure's.
    pub run: Run,
    /// What became of it; none: it still owes its answer.
    pub end: Option<AskedEnd>,
}

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedEnd {
    /// Answered.
    Answered(Answered),
    /// Taken back, by whom and why.
    TakenBack {
        /// Who.
        by: String,
        /// Why.
        reason: Option<String>,
    },
    /// The case went on without it.
    Passed,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Position in [`Ask::answers`].
    pub answer: usize,
    /// Knowledge time, µs of UTC.
    pub at: i64,
    /// Who; the program where silence was taken for it (逾期视为同意).
    pub by: String,
    /// In whose place (代办), by login.
    pub instead_of: Option<String>,
    /// In words.
    pub words: Option<String>,
}

impl Answered {
    /// Nobody answered: silence was taken for it.
    pub fn is_silence(&self) -> bool {
        self.by == roles::SYSTEM
    }
}

impl Asked {
    /// Whether the body still owes its answer.
    pub fn is_open(&self) -> bool {
        self.end.is_none()
    }

    /// The answer, where there is one.
    pub fn answered(&self) -> Option<&Answered> {
        match &self.end {
            Some(AskedEnd::Answered(answered)) => Some(answered),
            _ => None,
        }
    }
}

impl Pack {
    /// Every body that was asked something in a record's case, in the order of the asking.
    pub fn asked(&self, record: &Record) -> Vec<Asked> {
        let Some((case, procedure)) = self.case_of(record) else { return Vec::new() };
        let asks = procedure.asks.iter().enumerate();
        asks.flat_map(|(position, ask)| Walk { pack: self, procedure, case, ask, position }.all()).collect()
    }

    /// The line of one body that still owes its answer.
    pub fn owing(&self, record: &Record, ask: &str, body: &str) -> Option<Asked> {
        let (_, procedure) = self.case_of(record)?;
        let position = procedure.asks.iter().position(|it| it.id == ask)?;
        self.asked(record).into_iter().find(|it| it.ask == position && it.body == body && it.is_open())
    }

    /// The count that leads to the last day of one body's time, day by day.
    pub fn explain_asked(&self, ask: &Ask, asked: &Asked) -> Vec<CountedDay> {
        runs::explain(&self.calendar, self.utc_offset_hours, &ask.clock, &asked.run)
    }

    /// The step that the program takes now because of the answers that are in: the answers are complete, or an objection sends the case back. None while
    /// somebody is waited for.
    pub fn follow_up<'a>(&'a self, record: &Record) -> Option<&'a Step> {
        let (case, procedure) = self.case_of(record)?;
        let state = procedure.state_position(&case.state)?;
        let asked = self.asked(record);
        procedure.asks.iter().enumerate().find_map(|(position, ask)| {
            let of_ask: Vec<&Asked> = asked.iter().filter(|it| it.ask == position).collect();
            let step = procedure.steps.get(concluded(ask, &of_ask)?)?;
            step.from.contains(&state).then_some(step)
        })
    }
}

/// The step to which the last round of an ask leads, as far as it is decided.
fn concluded(ask: &Ask, asked: &[&Asked]) -> Option<usize> {
    let round = asked.last()?.round;
    let of_round = || asked.iter().filter(|it| it.round == round);
    // Who left a round behind has gone on already.
    if of_round().any(|it| it.end == Some(AskedEnd::Passed)) {
        return None;
    }
    let answers = || of_round().filter_map(|it| it.answered());
    let objects = |it: &Answered| ask.answers.get(it.answer).is_some_and(|answer| answer.objects);
    let objected = ask.objected.filter(|_| answers().any(objects));
    if objected.is_some() && ask.at_once {
        return objected;
    }
    let enough = ask.enough.is_some_and(|enough| answers().count() >= usize::try_from(enough).unwrap_or(usize::MAX));
    let nobody_left = of_round().all(|it| !it.is_open());
    if enough || nobody_left { objected.or(ask.then) } else { None }
}

/// Whom an act asks: the ask's id and the body, for each of them.
pub(super) fn asked_by(procedure: &Procedure, record: &Record, act: &Act) -> Vec<(String, String)> {
    let Act::Step(step) = act else { return Vec::new() };
    let starts = |ask: &&Ask| ask.starts.iter().any(|at| procedure.steps.get(*at).is_some_and(|it| it.id == *step));
    let mut all: Vec<(String, String)> = Vec::new();
    for ask in procedure.asks.iter().filter(starts) {
        let bodies = match &ask.bodies {
            AskedBodies::These(bodies) => bodies.clone(),
            AskedBodies::Field(field) => match record.value(*field) {
                Some(Value::Choices(bodies)) => bodies.clone(),
                Some(Value::Choice(body)) => vec![body.clone()],
                _ => Vec::new(),
            },
        };
        for one in bodies.into_iter().map(|body| (ask.id.clone(), body)) {
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    all
}

/// One ask on its way through the events of a case.
struct Walk<'a> {
    pack: &'a Pack,
    procedure: &'a Procedure,
    case: &'a Case,
    ask: &'a Ask,
    position: usize,
}

impl Walk<'_> {
    fn all(&self) -> Vec<Asked> {
        let mut all: Vec<Asked> = Vec::new();
        for event in &self.case.events {
            self.close(&mut all, event);
            if self.is_awaited(&event.state) {
                self.open(&mut all, event);
            }
        }
        for asked in &mut all {
            self.finish(asked);
        }
        all
    }

    fn close(&self, all: &mut [Asked], event: &Event) {
        for asked in all.iter_mut().filter(|it| it.is_open()) {
            let own = |ask: &str, body: &str| ask == self.ask.id && body == asked.body;
            let end = match &event.act {
                Act::Answer { ask, body, answer } if own(ask, body) => {
                    let known = self.ask.answers.iter().position(|it| it.id == *answer);
                    known.map(|answer| {
                        let (at, by, words) = (event.at, event.by.clone(), event.note.clone());
                        let instead_of = event.instead_of.clone();
                        AskedEnd::Answered(Answered { answer, at, by, instead_of, words })
                    })
                }
                Act::Unask { ask, body } if own(ask, body) => {
                    Some(AskedEnd::TakenBack { by: event.by.clone(), reason: event.reason.clone() })
                }
                _ => None,
            };
            let end = end.or_else(|| (!self.is_awaited(&event.state)).then_some(AskedEnd::Passed));
            if end.is_some() {
                asked.end = end;
                asked.run.stopped_at = Some(event.at);
            }
        }
    }

    fn is_awaited(&self, state: &str) -> bool {
        let known = self.procedure.state_position(state);
        let awaited = self.ask.during.is_empty() || known.is_some_and(|at| self.ask.during.contains(&at));
        awaited && !self.procedure.is_closed(state)
    }

    fn open(&self, all: &mut Vec<Asked>, event: &Event) {
        let waiting = all.iter().any(Asked::is_open);
        let last = all.last().map(|it| it.round);
        let round = last.map_or(0, |round| if waiting { round } else { round + 1 });
        for (_, body) in event.asked.iter().filter(|(ask, _)| *ask == self.ask.id) {
            if all.iter().any(|it| it.is_open() && it.body == *body) {
                continue;
            }
            let run = Run::begun(usize::MAX, all.len(), event.at, self.pack.day_of(event.at));
            all.push(Asked { ask: self.position, body: body.clone(), round, run, end: None });
        }
    }

    /// The end of its time, and whether the answer came in it. Silence that is taken for an answer is no answer in time.
    fn finish(&self, asked: &mut Asked) {
        let run = &mut asked.run;
        run.due = runs::due(self.pack, &self.ask.clock, run);
        let Some(due) = run.due else { return };
        let end = run.stopped_at.unwrap_or(i64::MAX);
        let overdue = self.case.events.iter().any(|event| {
            let own = matches!(&event.act, Act::Overdue { ask, body } if *ask == self.ask.id && *body == asked.body);
            own && event.at >= due.at && event.at <= end
        });
        run.late = match &asked.end {
            Some(AskedEnd::Answered(answered)) => Some(answered.at >= due.at),
            _ => overdue.then_some(true),
        };
    }
}
