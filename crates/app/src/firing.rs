//! What happens by itself (到时自动办理): reminders, the ends of times, the steps that the program takes, the rungs of ladders with the letters they draft.
//!
//! - Each happens once: the line of work keeps up to which instant everything has happened, and moves it in the transaction that makes it happen.
//! - Nothing leaves the house: a rung writes a message and drafts a letter; a person signs it.
//! - A lapse is an event of the case: from its commit on the case is late in every number.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zhiheng_pack::case::{Act as CaseAct, Duty, Moment, MomentSort};
use zhiheng_pack::document::chinese_date;
use zhiheng_pack::procedure::{Clock, Procedure, Span, roles};
use zhiheng_pack::record::{Envelope, Record};
use zhiheng_pack::{Draft, Kind, Pack, Sight};
use zhiheng_store::{Change, Job, Needs, Op, Outcome, RecordId, RecordRow, Refused, Seen, StoreError, TaskRow, Times};

use crate::calling_off::Wards;
use crate::cases::{Doing, Taker, spawn_contents, step_content};
use crate::course::{counters, derived_id, skips};
use crate::error::Handed;
use crate::outgoing::{Time, occasion_of};
use crate::submit::{Deciding, Happens, Prepared, counted_with, read};
use crate::{App, Error};

/// What happened in one go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    /// Cases at which something happened.
    pub cases: u64,
    /// Reminders.
    pub warnings: u64,
    /// Rungs of ladders.
    pub rungs: u64,
    /// Times that ran out.
    pub lapses: u64,
    /// Steps that the program took.
    pub steps: u64,
    /// Letters drafted.
    pub drafts: u64,
}

impl Fired {
    fn add(&mut self, other: Fired) {
        self.cases += other.cases;
        self.warnings += other.warnings;
        self.rungs += other.rungs;
        self.lapses += other.lapses;
        self.steps += other.steps;
        self.drafts += other.drafts;
    }
}

/// Cases that are handled in one transaction.
const TOGETHER: usize = 256;

impl App {
    /// Lets everything happen whose time has come. Answers what it was; call again until it is nothing.
    pub fn fire(&self) -> Result<Fired, Error> {
        let now = self.now();
        let mut done = Fired::default();
        loop {
            let due = self.store.read()?.tasks_to_fire(&self.pack.place, now, TOGETHER)?;
            if due.is_empty() {
                return Ok(done);
            }
            let mut cases: BTreeMap<RecordId, (String, [u8; 32])> = BTreeMap::new();
            for row in &due {
                cases.entry(row.record).or_insert_with(|| (row.kind.clone(), self.random_bytes()));
            }
            let asked = self.lines_of_asks(&cases)?;
            let subjects = self.subjects_of(cases.iter().map(|(id, (kind, _))| (kind.as_str(), *id)))?;
            let (pack, year, today) = (Arc::clone(&self.pack), self.year(), self.pack.day_of(now));
            let wards = self.wards_of(cases.iter().map(|(id, (kind, _))| (kind.as_str(), *id)))?;
            let job = Firing { pack, cases, wards, asked, subjects, now, year, today, skip: 0 };
            match self.fire_together(&job)? {
                Outcome::Done { answer, .. } => {
                    let fired: Fired = serde_json::from_str(&answer)
                        .map_err(|error| Error::Internal(format!("an answer that does not read: {error}")))?;
                    done.add(fired);
                }
                Outcome::Refused(Refused { answer }) => return Err(Handed::read(&answer)),
            }
            if due.len() < TOGETHER {
                return Ok(done);
            }
        }
    }

    /// How many bodies owe an answer in each of these cases: each of them may have a letter drafted.
    fn lines_of_asks(
        &self,
        cases: &BTreeMap<RecordId, (String, [u8; 32])>,
    ) -> Result<BTreeMap<RecordId, usize>, Error> {
        let mut found = BTreeMap::new();
        let mut reader = self.store.read()?;
        for (id, (kind, _)) in cases {
            let asks = |kind: &Kind| procedures(&self.pack, kind).any(|procedure| !procedure.asks.is_empty());
            if self.pack.kind(kind).is_some_and(asks) {
                found.insert(*id, reader.tasks_of_record(&self.pack.place, id)?.len());
            }
        }
        Ok(found)
    }

    /// One transaction; a letter's running number that somebody has given by hand already is passed over.
    fn fire_together(&self, job: &Firing) -> Result<Outcome, Error> {
        for skip in skips(true) {
            match self.store.submit(&self.pack.place, Box::new(Firing { skip, ..job.clone() })) {
                Err(StoreError::Conflict { .. }) => {}
                other => return Ok(other?),
            }
        }
        Err(Error::Conflict("编号都已被占用".to_owned()))
    }

    /// What must be seen of the subjects of some records, where their kinds are counted by subject.
    pub(crate) fn subjects_of<'i>(
        &self,
        records: impl Iterator<Item = (&'i str, RecordId)>,
    ) -> Result<BTreeSet<(String, String)>, Error> {
        let mut found = BTreeSet::new();
        let mut reader = self.store.read()?;
        for (kind, id) in records {
            let Some(position) = self.pack.kind_position(kind) else { continue };
            if self.pack.distinct_indicators(position).next().is_none() {
                continue;
            }
            let subject = reader.record(&self.pack.place, kind, &id)?.and_then(|row| row.subject);
            found.extend(subject.iter().flat_map(|subject| counted_with(&self.pack, position, subject)));
        }
        Ok(found)
    }

    /// When something happens by itself next, µs of UTC.
    pub fn next_firing(&self) -> Result<Option<i64>, Error> {
        Ok(self.store.read()?.next_firing(&self.pack.place)?)
    }
}

/// One transaction of what happens by itself.
#[derive(Clone)]
struct Firing {
    pack: Arc<Pack>,
    /// Cases with their kind and chance for salts and ids.
    cases: BTreeMap<RecordId, (String, [u8; 32])>,
    /// What ends with them, should they end.
    wards: Wards,
    /// How many lines of work those of them have in which bodies are asked.
    asked: BTreeMap<RecordId, usize>,
    /// Subjects whose records are counted together with theirs.
    subjects: BTreeSet<(String, String)>,
    now: i64,
    year: i16,
    today: i32,
    /// How many running numbers are passed over.
    skip: i64,
}

impl Job for Firing {
    fn needs(&self) -> Needs {
        let mut needs = Needs { subjects: self.subjects.iter().cloned().collect(), ..Needs::default() };
        needs.subjects.extend(self.wards.subjects.iter().cloned());
        for (kind, id) in &self.wards.records {
            needs.records.push((kind.clone(), *id));
            needs.tasks.push(*id);
        }
        for (id, (kind, chance)) in &self.cases {
            needs.records.push((kind.clone(), *id));
            needs.tasks.push(*id);
            let Some(kind) = self.pack.kind(kind) else { continue };
            let asked = self.asked.get(id).copied().unwrap_or_default();
            for (number, letter) in letters(&self.pack, kind, asked).enumerate() {
                needs.counters.extend(counters(letter, self.year));
                needs.tasks.push(letter_id(self.now, chance, number));
                needs.records.push((letter.id.clone(), letter_id(self.now, chance, number)));
            }
        }
        needs
    }

    fn decide(&mut self, seen: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
        let mut deciding = Deciding::new(&self.pack, seen, times, self.year);
        deciding.skip = self.skip;
        let mut fired = Fired::default();
        for (id, (kind, chance)) in &self.cases {
            let Some(position) = self.pack.kind_position(kind) else { continue };
            let one = One { job: self, kind: position, id: *id, chance, letters: 0 };
            let happened = one.fire(&mut deciding, times).map_err(|handed| Refused { answer: handed.write() })?;
            fired.add(happened);
        }
        let mut change = deciding.change;
        change.answer = serde_json::to_string(&fired).unwrap_or_default();
        Ok(change)
    }
}

fn procedures<'a>(pack: &'a Pack, kind: &'a Kind) -> impl Iterator<Item = &'a Procedure> {
    kind.procedures.iter().filter_map(|at| pack.procedures.get(*at))
}

/// The kinds of the letters that the ladders of a kind draft: one for each rung, and of what bodies are asked one for each of them.
fn letters<'a>(pack: &'a Pack, kind: &'a Kind, asked: usize) -> impl Iterator<Item = &'a Kind> {
    let clocks = procedures(pack, kind).flat_map(|procedure| &procedure.clocks);
    let asks = procedures(pack, kind).flat_map(|procedure| &procedure.asks);
    let asks = asks.flat_map(move |ask| std::iter::repeat_n(&ask.clock, asked));
    let rungs = clocks.chain(asks).flat_map(|clock| &clock.ladder);
    rungs.filter_map(|rung| pack.kind(&rung.draft.as_ref()?.kind))
}

fn letter_id(now: i64, chance: &[u8; 32], number: usize) -> RecordId {
    derived_id(now, &derive(chance, "letter", number))
}

fn derive(chance: &[u8; 32], what: &str, number: usize) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(chance);
    hasher.update(what);
    hasher.update(number.to_be_bytes());
    hasher.finalize().into()
}

fn salt(chance: &[u8; 32], what: &str, number: usize) -> [u8; 16] {
    let mut salt = [0; 16];
    for (slot, byte) in salt.iter_mut().zip(derive(chance, what, number)) {
        *slot = byte;
    }
    salt
}

/// One case.
struct One<'a> {
    job: &'a Firing,
    kind: usize,
    id: RecordId,
    chance: &'a [u8; 32],
    letters: usize,
}

impl One<'_> {
    fn fire(mut self, deciding: &mut Deciding<'_>, times: &mut Times) -> Result<Fired, Handed> {
        let mut fired = Fired::default();
        let due: Vec<TaskRow> = deciding.tasks_of(&self.id).into_iter().filter(|row| self.is_due(row)).collect();
        for row in due {
            let Some((kind, current, record, envelope)) = self.look(deciding) else { continue };
            let duties = self.job.pack.duties(&record, &envelope);
            let duty = duties.iter().find(|duty| duty.clock == row.clock && i64::from(duty.run) == row.run);
            let Some(duty) = duty.filter(|_| current.live) else {
                self.settle(deciding, &row);
                continue;
            };
            let moments: Vec<Moment> =
                duty.moments.iter().copied().filter(|it| it.at > row.fired_until && it.at <= self.job.now).collect();
            for moment in moments {
                self.happen(deciding, times, (kind, &record, &envelope), duty, moment, &mut fired)?;
            }
            self.settle(deciding, &row);
            fired.cases += 1;
        }
        Ok(fired)
    }

    fn is_due(&self, row: &TaskRow) -> bool {
        row.next_at.is_some_and(|at| at <= self.job.now)
    }

    fn look<'p>(&self, deciding: &Deciding<'p>) -> Option<(&'p Kind, RecordRow, Record, Envelope)> {
        let kind = deciding.pack.kinds.get(self.kind)?;
        let row = deciding.current(&kind.id, &self.id)?;
        let (record, envelope) = read(kind, &row)?;
        Some((kind, row, record, envelope))
    }

    /// Everything up to now has happened to this line, as far as it is still there.
    fn settle(&self, deciding: &mut Deciding<'_>, fired: &TaskRow) {
        let now = self.job.now;
        let mut rows = deciding.tasks_of(&self.id);
        let moments = match self.look(deciding) {
            Some((_, row, record, envelope)) if row.live => moments_of(self.job.pack.duties(&record, &envelope)),
            _ => BTreeMap::new(),
        };
        for row in rows.iter_mut().filter(|row| row.clock == fired.clock && row.run == fired.run) {
            row.fired_until = now.max(row.fired_until);
            let later = moments.get(&(row.clock.clone(), row.run)).into_iter().flatten();
            row.next_at = later.copied().find(|at| *at > row.fired_until);
        }
        deciding.set_tasks(self.id, rows);
    }

    fn happen(
        &mut self,
        deciding: &mut Deciding<'_>,
        times: &mut Times,
        (kind, record, envelope): (&Kind, &Record, &Envelope),
        duty: &Duty,
        moment: Moment,
        fired: &mut Fired,
    ) -> Result<(), Handed> {
        let pack = Arc::clone(&self.job.pack);
        let Some((_, procedure)) = pack.case_of(record) else { return Ok(()) };
        let ask = procedure.ask(&duty.clock);
        let Some(clock) = procedure.clock(&duty.clock).or(ask.map(|ask| &ask.clock)) else { return Ok(()) };
        let asked = ask.zip(duty.body.clone());
        let label = pack.title(kind, record, Sight::Hidden);
        let due = duty.due_day.map(|day| zhiheng_pack::day::date(day).to_string()).unwrap_or_default();
        let about = (kind.id.clone(), self.id);
        let owner = (duty.role.clone(), duty.body.clone().unwrap_or_default());
        let time = Time { clock: &duty.clock, due_day: duty.due_day, due_at: duty.due_at };
        let of = (kind, &self.id, record);
        match moment.sort {
            MomentSort::Warn => {
                let title = format!("{}：{}「{label}」{due}到期", clock.name, kind.name);
                let text = format!("{}「{label}」的{}将于 {due} 到期，请按期办理。", kind.name, clock.name);
                deciding.tell(self.job.now, occasion_of(moment.sort, false), of, owner.clone(), &time);
                deciding.message(self.job.now, owner, about, title, text);
                fired.warnings += 1;
            }
            MomentSort::Lapse => {
                deciding.tell(self.job.now, occasion_of(moment.sort, true), of, owner, &time);
                let act = match asked {
                    Some((ask, body)) => CaseAct::Overdue { ask: ask.id.clone(), body },
                    None => CaseAct::Lapse(clock.id.clone()),
                };
                self.event(deciding, times, act, None, None)?;
                fired.lapses += 1;
            }
            MomentSort::Silence => {
                let Some((ask, body)) = asked else { return Ok(()) };
                let silence = ask.silence.as_ref().and_then(|(at, basis)| Some((ask.answers.get(*at)?, basis)));
                let Some((answer, basis)) = silence else { return Ok(()) };
                let note = format!("逾期未复，视为{}（{basis}）", answer.name);
                let act = CaseAct::Answer { ask: ask.id.clone(), body, answer: answer.id.clone() };
                self.event(deciding, times, act, None, Some(note))?;
                fired.steps += 1;
            }
            MomentSort::Fire => {
                let Some(step) = clock.fires.and_then(|at| procedure.steps.get(at)) else { return Ok(()) };
                let doing = Doing::of(Taker::System, self.job.today);
                match step_content(&pack, kind, record, step, &Draft::default(), &doing) {
                    Ok(content) => {
                        self.event(deciding, times, CaseAct::Step(step.id.clone()), Some(content), None)?;
                        fired.steps += 1;
                    }
                    Err(problems) => {
                        let why: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
                        let title = format!("{}「{label}」未能自动办理“{}”", kind.name, step.name);
                        deciding.tell(self.job.now, occasion_of(moment.sort, true), of, owner.clone(), &time);
                        deciding.message(self.job.now, owner, about, title, why.join("；"));
                    }
                }
            }
            MomentSort::Rung(rung) => {
                self.rung(deciding, times, (kind, record, envelope), duty, clock, rung, fired)?;
            }
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "everything that a rung is made of, in one place")]
    fn rung(
        &mut self,
        deciding: &mut Deciding<'_>,
        times: &mut Times,
        (kind, record, envelope): (&Kind, &Record, &Envelope),
        duty: &Duty,
        clock: &Clock,
        rung: usize,
        fired: &mut Fired,
    ) -> Result<(), Handed> {
        let Some(rung) = clock.ladder.get(rung) else { return Ok(()) };
        let pack = Arc::clone(&self.job.pack);
        let label = pack.title(kind, record, Sight::Hidden);
        let due = duty.due_day.map(|day| zhiheng_pack::day::date(day).to_string()).unwrap_or_default();
        let late = duty.due_at.is_some_and(|at| at <= self.job.now);
        let (word, ask) = if late {
            ("已超期", "请查明原因并督促办理")
        } else {
            ("即将到期", "请督促按期办理")
        };
        let title = format!("{}{word}：{}「{label}」", clock.name, kind.name);
        let owner = duty.body.as_deref().and_then(|body| pack.body(body)).map_or("", |body| body.name.as_str());
        let text = format!("{owner}的{}「{label}」，{}应于 {due} 前办理，{word}，{ask}。", kind.name, clock.name);
        let (role, body) = &rung.to;
        // Of a body that was asked it is its own head that is told.
        let asked =
            record.case.as_ref().and_then(|case| pack.procedure_of(case)?.ask(&duty.clock)).and(duty.body.clone());
        let body = body.clone().or_else(|| asked.clone()).or_else(|| envelope.body.clone()).unwrap_or_default();
        let time = Time { clock: &duty.clock, due_day: duty.due_day, due_at: duty.due_at };
        let occasion = occasion_of(MomentSort::Rung(0), late);
        deciding.tell(self.job.now, occasion, (kind, &self.id, record), (role.clone(), body.clone()), &time);
        deciding.message(self.job.now, (role.clone(), body), (kind.id.clone(), self.id), title.clone(), text);
        fired.rungs += 1;
        let Some(draft) = &rung.draft else { return Ok(()) };
        let mut doing = Doing::of(Taker::System, self.job.today);
        doing.said = self.said_of(&pack, kind, record, duty, clock);
        match spawn_contents(&pack, kind, record, &self.id, draft, asked.as_deref(), &doing) {
            Ok(made) => {
                for one in made {
                    let id = letter_id(self.job.now, self.chance, self.letters);
                    let prepared = one.prepare(id, salt(self.chance, "letter", self.letters));
                    self.letters += 1;
                    let content = prepared.content.clone();
                    deciding.one(&prepared, content, roles::SYSTEM, None, times)?;
                    fired.drafts += 1;
                }
            }
            Err(problems) => {
                let why: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
                let owner = (roles::OFFICE.to_owned(), String::new());
                let title = format!("未能起草文书：{title}");
                deciding.message(self.job.now, owner, (kind.id.clone(), self.id), title, why.join("；"));
            }
        }
        Ok(())
    }

    /// The clock as a letter names it.
    fn said_of(
        &self,
        pack: &Pack,
        kind: &Kind,
        record: &Record,
        duty: &Duty,
        clock: &Clock,
    ) -> Vec<(&'static str, String)> {
        let date = |day: i32| chinese_date(zhiheng_pack::day::date(day));
        let run = pack.runs(record).into_iter().find(|run| {
            run.number == duty.run
                && pack.case_of(record).and_then(|(_, it)| it.clocks.get(run.clock)).is_some_and(|it| it.id == clock.id)
        });
        let length = match &clock.span {
            Span::Length(length) if length.count == 0 => "按规定的日期".to_owned(),
            Span::Length(length) => length.words(),
            Span::Ages(..) => "按规定的年限".to_owned(),
        };
        vec![
            ("{@kind}", kind.name.clone()),
            ("{@clock}", clock.name.clone()),
            ("{@clock_id}", clock.id.clone()),
            ("{@from}", date(run.map_or_else(|| pack.day_of(duty.since), |run| run.from_day))),
            ("{@length}", length),
            ("{@due}", duty.due_day.map(date).unwrap_or_default()),
            ("{@basis}", clock.basis.clone().unwrap_or_else(|| "未载明".to_owned())),
        ]
    }

    /// Writes an event of the program's into the case.
    fn event(
        &mut self,
        deciding: &mut Deciding<'_>,
        times: &mut Times,
        act: CaseAct,
        content: Option<(Envelope, String)>,
        note: Option<String>,
    ) -> Result<(), Handed> {
        let Some((kind, row, record, _)) = self.look(deciding) else { return Ok(()) };
        let from = record.case.as_ref().map(|case| case.state.clone()).unwrap_or_default();
        let version = usize::try_from(row.version).unwrap_or_default();
        let prepared = Prepared {
            op: Op::Step,
            old_subject: row.subject.clone(),
            kind: self.kind,
            kind_id: kind.id.clone(),
            id: self.id,
            expected_version: None,
            reason: None,
            content: content.clone(),
            salt: salt(self.chance, "event", version),
            warnings: Vec::new(),
            happening: Some(Happens { act, note, from, opened: Vec::new(), instead_of: None }),
        };
        deciding.one(&prepared, content, roles::SYSTEM, None, times).map(|_| ())
    }
}

/// The moments of duties by their line.
fn moments_of(duties: Vec<Duty>) -> BTreeMap<(String, i64), Vec<i64>> {
    let one = |duty: Duty| {
        let at = duty.moments.iter().map(|moment| moment.at).collect();
        ((duty.clock, i64::from(duty.run)), at)
    };
    duties.into_iter().map(one).collect()
}
