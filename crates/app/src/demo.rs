//! The demonstration county (示例县): a fictional county's history from 2022 on, made from a seed.
//!
//! - Same seed, same bytes: every record, every id, every salt and every knowledge time follows from the seed and the scale.
//! - It goes the way of every record, [`App::submit_all`], under a clock that this module drives: what the county learned in 2024 is
//!   recorded in 2024, corrections and withdrawals come later, and some late records restate years that were closed.
//! - Nothing is kept in memory but what is still to happen: a record's content is computed from its number when its time comes.

mod book;
mod cases;
mod chance;
mod guests;
mod life;
mod names;
mod publications;
mod samples;
mod scenes;
mod works;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use zhiheng_pack::{Area, Pack, PackFiles};
use zhiheng_store::{Clock, RecordId};

use crate::{Act, App, Error, Setup, Submission};
pub use guests::DemoGuest;

use book::Book;
use cases::Cases;
use chance::{Chance, Seeded};
use life::{FIRST, Register, What, at, end_of_day, iso};
use samples::{Sampled, Samples, YearPlan};
use works::{Attempts, Entities, Works};

/// The last day of the demonstration county's history: what it shows is meant to be looked at from this day.
pub const DEMO_DAY: &str = "2026-11-23";
/// The setting that marks a database as a demonstration: `SEED/SCALE`, or `unfinished` while it is being filled.
pub const DEMO_SETTING: &str = "demo";
/// Records at scale 1.
pub const DEMO_RECORDS: u64 = 10_000;

const UNFINISHED: &str = "unfinished";
const ACTOR: &str = "示例录入员";
/// Submissions of one transaction.
const BATCH: usize = 1000;

/// What was filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct DemoReport {
    /// The seed.
    pub seed: u64,
    /// The scale.
    pub scale: u64,
    /// Records that were entered, cases among them.
    pub records: u64,
    /// Versions: records, corrections, withdrawals, steps, and what happened by itself.
    pub versions: u64,
    /// Corrections.
    pub corrections: u64,
    /// Withdrawals.
    pub withdrawals: u64,
    /// Steps of cases.
    pub steps: u64,
    /// What happened by itself: times that ran out, letters that were drafted.
    pub by_itself: u64,
    /// Last day of the history.
    pub last_day: String,
}

/// What a database says of being a demonstration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DemoMark {
    /// It holds no demonstration.
    None,
    /// Filling it was interrupted: it is to be removed and filled anew.
    Unfinished,
    /// A complete demonstration county.
    Complete {
        /// Its seed.
        seed: u64,
        /// Its scale.
        scale: u64,
    },
}

impl App {
    /// Whether this database is a demonstration.
    pub fn demo_mark(&self) -> Result<DemoMark, Error> {
        let setting = self.store.read()?.setting(&self.pack.place, DEMO_SETTING)?;
        Ok(match setting {
            None => DemoMark::None,
            Some(text) => match text.split_once('/').map(|(seed, scale)| (seed.parse(), scale.parse())) {
                Some((Ok(seed), Ok(scale))) => DemoMark::Complete { seed, scale },
                _ => DemoMark::Unfinished,
            },
        })
    }

    fn mark_demo(&self, text: String) -> Result<(), Error> {
        let place = self.pack.place.clone();
        Ok(self.store.write(move |tx| tx.set_setting(&place, DEMO_SETTING, &text))?)
    }
}

/// Fills an empty database with the demonstration county: `scale` × [`DEMO_RECORDS`] records. `files` are the pack's own, the included
/// ones first; with them the pack is put into force on the first day, without them no pack is. `progress` hears the number of records
/// so far.
pub fn fill_demo(
    url: &str,
    pack: Pack,
    files: &[PackFiles],
    scale: u64,
    seed: u64,
    progress: &mut dyn FnMut(u64),
) -> Result<DemoReport, Error> {
    if !pack.demo {
        return Err(Error::WrongState(format!("示例数据只能写入虚构县的方案包，「{}」不是", pack.title)));
    }
    let clock = Arc::new(Driven(AtomicI64::new(end_of_day(at(FIRST.0, FIRST.1, FIRST.2) - 1))));
    let setup = Setup { clock: clock.clone(), random: Arc::new(Seeded::new(seed)), read_only: false, files: None };
    let app = App::open(url, pack, &setup)?;
    refuse_unless_empty(&app)?;
    app.mark_demo(UNFINISHED.to_owned())?;
    if !files.is_empty() {
        app.apply_pack(ACTOR, files)?;
    }
    let report = Filling::new(&app, &clock, scale.max(1), seed).run(progress)?;
    app.mark_demo(format!("{seed}/{}", scale.max(1)))?;
    Ok(report)
}

fn refuse_unless_empty(app: &App) -> Result<(), Error> {
    let mut reader = app.store.read()?;
    let records = reader.total_records(&app.pack.place)?;
    let marked = reader.setting(&app.pack.place, DEMO_SETTING)?;
    match (records, marked.as_deref()) {
        (0, None | Some(UNFINISHED)) => Ok(()),
        (_, Some(UNFINISHED)) => {
            Err(Error::WrongState("上一次生成示例县没有完成，请删除这个数据库文件后重新生成".to_owned()))
        }
        (_, Some(_)) => Err(Error::WrongState("这个数据库里已有示例县，请另选一个空的数据库".to_owned())),
        (count, None) => Err(Error::WrongState(format!("这个数据库里已有 {count} 条记录，示例县只能写入空的数据库"))),
    }
}

/// A clock that stands where the generator puts it.
#[derive(Debug)]
struct Driven(AtomicI64);

impl Clock for Driven {
    fn now_micros(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Something that is going to be entered. Ordered by time, then by what it is: the order does not depend on when it was planned.
type Planned = Reverse<(i64, usize, u64, usize)>;

struct Filling<'a> {
    app: &'a App,
    clock: &'a Driven,
    seed: u64,
    last_day: i32,
    registers: Vec<Box<dyn Register>>,
    cases: Cases,
    /// The first number of each register that is not planned yet.
    next: Vec<u64>,
    planned: BinaryHeap<Planned>,
    batch: Vec<Submission>,
    /// Day on which the oldest submission of the batch was made.
    batch_since: i32,
    /// Days that one batch may span: the clerks of a small county enter once a week.
    grain: i32,
    report: DemoReport,
}

impl<'a> Filling<'a> {
    fn new(app: &'a App, clock: &'a Driven, scale: u64, seed: u64) -> Filling<'a> {
        let last_day = zhiheng_pack::day::parse(DEMO_DAY).map(zhiheng_pack::day::number).unwrap_or_default();
        let registers = registers(&app.pack, scale, seed, last_day);
        Filling {
            app,
            clock,
            seed,
            last_day,
            next: vec![0; registers.len()],
            registers,
            cases: Cases::new(scale, seed, last_day, &app.pack),
            planned: BinaryHeap::new(),
            batch: Vec::with_capacity(BATCH),
            batch_since: 0,
            grain: if scale >= 20 { 1 } else { 7 },
            report: DemoReport { seed, scale, last_day: iso(last_day), ..DemoReport::default() },
        }
    }

    fn run(mut self, progress: &mut dyn FnMut(u64)) -> Result<DemoReport, Error> {
        for day in at(FIRST.0, FIRST.1, FIRST.2)..=self.last_day {
            self.cases.live(self.app, self.clock, day)?;
            let published = publications::live(self.app, self.clock, self.seed, day)?;
            self.cases.done.opened += published.opened;
            self.cases.done.steps += published.steps;
            let made = scenes::live(self.app, self.clock, day)?;
            self.report.records += made.records;
            self.report.steps += made.versions - made.records;
            self.report.versions += made.versions;
            self.plan(day);
            let end = end_of_day(day);
            while let Some(Reverse((at, register, number, step))) = self.planned.peek().copied() {
                if at > end {
                    break;
                }
                self.planned.pop();
                if self.batch.is_empty() {
                    self.batch_since = day;
                }
                self.enter(at, register, number, step);
                if self.batch.len() >= BATCH {
                    self.flush(progress)?;
                }
            }
            if !self.batch.is_empty() && day + 1 - self.batch_since >= self.grain {
                self.flush(progress)?;
            }
        }
        self.flush(progress)?;
        let done = self.cases.done;
        self.report.records += done.opened;
        self.report.versions += done.opened + done.steps + done.by_itself;
        self.report.steps += done.steps;
        self.report.by_itself = done.by_itself;
        Ok(self.report)
    }

    /// Plans everything that can begin on a day.
    fn plan(&mut self, day: i32) {
        for (at, (register, next)) in self.registers.iter().zip(&mut self.next).enumerate() {
            while *next < register.numbers() && register.due(*next) <= day {
                let steps = register.life(*next).into_iter().enumerate();
                self.planned.extend(steps.map(|(step, entry)| Reverse((entry.at, at, *next, step))));
                *next += 1;
            }
        }
    }

    fn enter(&mut self, at: i64, register: usize, number: u64, step: usize) {
        let Some(of) = self.registers.get(register) else { return };
        let life = of.life(number);
        let (Some(first), Some(entry)) = (life.first(), life.get(step)) else { return };
        let reason = |text: &str| Some(text.to_owned());
        let version = i64::try_from(step).unwrap_or_default();
        let (act, reason) = match entry.what {
            What::Create => (Act::Create(of.draft(number, step)), None),
            What::Correct(why) => (Act::Correct(of.draft(number, step)), reason(why)),
            What::Withdraw(why) => (Act::Withdraw, reason(why)),
        };
        match entry.what {
            What::Create => self.report.records += 1,
            What::Correct(_) => self.report.corrections += 1,
            What::Withdraw(_) => self.report.withdrawals += 1,
        }
        self.report.versions += 1;
        self.batch.push(Submission {
            act,
            kind: of.kind(number).to_owned(),
            id: Some(record_id(self.seed, of.kind(number), number, first.at)),
            expected_version: (step > 0).then_some(version),
            reason,
        });
        self.clock.0.store(at, Ordering::SeqCst);
    }

    fn flush(&mut self, progress: &mut dyn FnMut(u64)) -> Result<(), Error> {
        if self.batch.is_empty() {
            return Ok(());
        }
        self.app.submit_all(ACTOR, &self.batch, None, None)?;
        self.batch.clear();
        progress(self.report.records);
        Ok(())
    }
}

/// A time-ordered id, as [`App`] makes them, from the seed instead of from chance.
fn record_id(seed: u64, kind: &str, number: u64, at: i64) -> RecordId {
    let mut chance = Chance::of(seed ^ 0x1d, kind, number);
    let time = u128::from(u64::try_from(at / 1000).unwrap_or_default() & 0xffff_ffff_ffff) << 80;
    let drawn = (u128::from(chance.next()) << 64) | u128::from(chance.next());
    // UUID version 7: time, version, 12 bits, variant, 62 bits.
    let layout = 0x0fff_3fff_ffff_ffff_ffff_u128;
    RecordId((time | (drawn & layout) | (0x7_u128 << 76) | (0x2_u128 << 62)).to_be_bytes())
}

/// All registers at a scale. Food takes what the others leave of the planned number of records.
fn registers(pack: &Pack, scale: u64, seed: u64, last_day: i32) -> Vec<Box<dyn Register>> {
    let areas: Arc<Vec<Area>> = Arc::new(pack.areas.clone());
    let book = Book::new(seed, last_day, Arc::clone(&areas));
    let works = Works { scale, seed, last_day, areas: Arc::clone(&areas) };
    let for_ids = works.clone();
    let id_of_work = move |number: u64| {
        let life = for_ids.life(number);
        life.first().map(|step| record_id(seed, "construction_work", number, step.at).to_string())
    };
    let attempts = Attempts { works: works.clone(), id_of_work };
    let entities = Entities { count: 500 * scale, seed, last_day, areas: Arc::clone(&areas) };
    let samples = |sampled: Sampled, plan: &YearPlan, firms: u64| {
        Samples::new(sampled, &plan.stretches(scale, last_day), seed, last_day, firms * scale, Arc::clone(&areas))
    };
    let produce =
        YearPlan { years: [(150, 200), (175, 170), (190, 140), (205, 110), (225, 90)], uncounted: 260, pending: 5 };
    let drugs = YearPlan { years: [(120, 0), (135, 0), (150, 60), (165, 100), (177, 113)], uncounted: 330, pending: 3 };
    let products =
        YearPlan { years: [(70, 620), (75, 560), (80, 520), (86, 470), (91, 440)], uncounted: 560, pending: 3 };
    let others: Vec<Box<dyn Register>> = vec![
        Box::new(samples(Sampled::Produce, &produce, 150)),
        Box::new(samples(Sampled::Drug, &drugs, 90)),
        Box::new(samples(Sampled::Product, &products, 120)),
        Box::new(works),
        Box::new(attempts),
        Box::new(entities),
        Box::new(book),
    ];
    let entered: u64 = others.iter().map(|register| records(register.as_ref())).sum();
    let made = Cases::count(scale) + publications::count() + scenes::RECORDS;
    let wanted = (DEMO_RECORDS * scale).saturating_sub(entered + made);
    let food = Samples::new(Sampled::Food, &food_plan(wanted, scale, last_day), seed, last_day, 400 * scale, areas);
    let mut all: Vec<Box<dyn Register>> = vec![Box::new(food)];
    all.extend(others);
    all
}

/// How many of a register's numbers are records.
fn records(register: &dyn Register) -> u64 {
    let real = |number: &u64| !register.life(*number).is_empty();
    u64::try_from((0..register.numbers()).filter(real).count()).unwrap_or_default()
}

/// Five years of food samples that are `wanted` records together: 98.0, 98.1, 97.9, 98.3 and 98.4 % pass.
fn food_plan(wanted: u64, scale: u64, last_day: i32) -> Vec<samples::Stretch> {
    let shares = [(168, 200), (185, 190), (195, 210), (215, 170), (237, 162)];
    let pending = 17;
    // Of a thousand samples that count, 110 more do not and 11 are entered twice.
    let counted = wanted.saturating_sub(pending * scale) * 1000 / 1121;
    let plan =
        YearPlan { years: shares.map(|(share, failing)| (counted * share / 1000, failing)), uncounted: 110, pending };
    let mut stretches = plan.stretches(1, last_day);
    if let Some(tail) = stretches.last_mut() {
        tail.uncounted = pending * scale;
    }
    let planned: u64 = stretches.iter().map(samples::Stretch::samples).sum();
    if let Some(first) = stretches.first_mut() {
        first.uncounted += wanted.saturating_sub(planned);
    }
    stretches
}
