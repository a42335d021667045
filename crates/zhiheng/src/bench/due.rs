//! due: a county with n open cases, two clocks each, in a simulated year. Every reminder, lapse and rung of a ladder must happen once; told is how long what falls
//! on one instant takes, how long the list of what is late takes, and how long the county takes to open. The peer of the list reads every case and
//! asks each what it owes.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::json;
use zhiheng_app::{Account, Act, App, Bin, Clock, Fired, Setup, Submission};
use zhiheng_pack::{Draft, day, read};

use super::{Bench, Folder, Found, Laps, digits};
use crate::Common;
use crate::env::SystemRandom;
use crate::packs::{self, Carry, Loaded};

/// What each case must see happen: the reminders, lapses and rungs of both clocks.
const EACH: Fired = Fired { cases: 0, warnings: 2, rungs: 3, lapses: 2, steps: 0, drafts: 0 };
const DAYS: i32 = 365;
/// Days after the last case by which everything has happened.
const REST: i32 = 120;
const DAY: i64 = 86_400_000_000;

struct Wound(AtomicI64);

impl Clock for Wound {
    fn now_micros(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

pub(super) fn run(common: &Common, args: &Bench) -> Result<Found> {
    let folder = Folder::new("due")?;
    let url = if common.db == crate::DEFAULT_DB { folder.sqlite("due.db") } else { common.db.clone() };
    let clock = Arc::new(Wound(AtomicI64::new(0)));
    let shared: Arc<dyn Clock> = clock.clone();
    let setup = Setup { clock: shared, random: Arc::new(SystemRandom), read_only: false, files: None };
    let loaded = pack_of_cases()?;
    let first = day::number(day::parse("2025-01-02").context("a date")?);
    clock.0.store(instant(first), Ordering::SeqCst);
    let app = App::open(&url, loaded.pack.clone(), &setup)?;
    app.apply_pack("bench", &loaded.files)?;
    let year = simulate(&app, &clock, first, args.n)?;
    drop(app);

    let begin = Instant::now();
    let app = App::open(&url, loaded.pack, &setup)?;
    let opened = begin.elapsed();
    let (ours, peer) = ask(&app, args.rounds)?;
    Ok(Found {
        n: args.n,
        ours: json!({
            "list_of_what_is_late": ours.json(), "open_ms": digits(opened.as_secs_f64() * 1000.0),
            "fired": { "reminders": year.fired.warnings, "rungs": year.fired.rungs, "lapses": year.fired.lapses },
            "expected": { "reminders": EACH.warnings * args.n, "rungs": EACH.rungs * args.n, "lapses": EACH.lapses * args.n },
            "instants": year.instants, "slowest_instant_ms": digits(year.slowest.as_secs_f64() * 1000.0),
            "most_at_one_instant": year.most, "seconds": digits(year.took.as_secs_f64()),
            "database": url.split(':').next().unwrap_or_default(),
        }),
        peer: json!({ "name": "reading every case and asking each", "list": peer.json() }),
        ratio: peer.at(0.5) / ours.at(0.5),
    })
}

/// 09:00 of a day at the place.
fn instant(number: i32) -> i64 {
    i64::from(number) * DAY + 3_600_000_000
}

#[derive(Default)]
struct Year {
    fired: Fired,
    instants: u64,
    slowest: Duration,
    most: u64,
    took: Duration,
}

/// A year in which cases are opened day by day and nobody does anything.
fn simulate(app: &App, clock: &Wound, first: i32, n: u64) -> Result<Year> {
    let mut year = Year::default();
    let begin = Instant::now();
    let mut opened = 0;
    for number in 0..DAYS + REST {
        let now = instant(first + number);
        wind(app, clock, now, &mut year)?;
        clock.0.store(now, Ordering::SeqCst);
        let until = if number < DAYS { n * (u64::try_from(number).unwrap_or_default() + 1) / DAYS as u64 } else { n };
        let cases: Vec<Submission> = (opened..until).map(case).collect();
        for some in cases.chunks(500) {
            app.submit_all("bench", some, None, None)?;
        }
        opened = until;
    }
    year.took = begin.elapsed();
    let (found, wanted) = (year.fired, EACH);
    let right =
        (found.warnings, found.rungs, found.lapses) == (wanted.warnings * n, wanted.rungs * n, wanted.lapses * n);
    if !right {
        bail!("不是每件事都恰好发生一次：{found:?}，应为每件 {wanted:?} × {n}");
    }
    Ok(year)
}

/// Winds the clock from one instant at which something happens to the next, up to `until`.
fn wind(app: &App, clock: &Wound, until: i64, year: &mut Year) -> Result<()> {
    while let Some(next) = app.next_firing()?.filter(|next| *next < until) {
        clock.0.store(next.max(clock.now_micros()), Ordering::SeqCst);
        let begin = Instant::now();
        let fired = app.fire()?;
        let took = begin.elapsed();
        year.instants += 1;
        year.most = year.most.max(fired.cases);
        year.slowest = year.slowest.max(took);
        year.fired.warnings += fired.warnings;
        year.fired.rungs += fired.rungs;
        year.fired.lapses += fired.lapses;
    }
    Ok(())
}

fn case(number: u64) -> Submission {
    let matter = format!("第 {number} 件");
    Submission {
        act: Act::Create(Draft::of_texts([("matter", matter.as_str())])),
        kind: "bench_case".to_owned(),
        id: None,
        expected_version: None,
        reason: None,
    }
}

fn ask(app: &App, rounds: usize) -> Result<(Laps, Laps)> {
    let account = Account::of_office("bench");
    let (mut ours, mut peer) = (Laps::default(), Laps::default());
    for _ in 0..rounds.max(1) {
        for bin in [Bin::Overdue, Bin::Soon, Bin::Open] {
            for _ in 0..100 {
                ours.time(|| Ok(app.work(&account, bin, None, 50)?.items.len()))?;
            }
        }
        peer.time(|| Ok(app.overdue_by_asking("bench_case")?))?;
    }
    Ok((ours, peer))
}

/// The demonstration pack with one kind of case more.
fn pack_of_cases() -> Result<Loaded> {
    let mut loaded = packs::load(None, Carry::Demo)?;
    let main = loaded.files.last_mut().context("a pack without files")?;
    main.files.insert("bench.toml".to_owned(), CASE.to_owned());
    let (main, included) = loaded.files.split_last().context("a pack without files")?;
    let find = |name: &str| included.iter().find(|folder| folder.name == name).cloned();
    let (pack, problems) = read(main, &find);
    let first = problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
    loaded.pack = pack.with_context(|| format!("测量用的方案包有问题：{first}"))?;
    Ok(loaded)
}

const CASE: &str = r#"
[[kind]]
id = "bench_case"
name = "测量用案件"
group = "投诉"
about = "测量用：两个时限的案件。"
mode = "handle"
label = "{matter}"
body = "scjg"
columns = ["matter", "state"]
[[kind.field]]
id = "matter"
name = "事项"
type = "text"
required = true
[[kind.sample]]
matter = "一件"
[[procedure]]
id = "bench_case"
kind = "bench_case"
name = "测量用程序"
start = "lodged"
state = [{ id = "lodged", name = "待受理" }, { id = "accepted", name = "处理中" }, { id = "closed", name = "已办结", final = true }]
step = [
  { id = "accept", name = "受理", from = "lodged", to = "accepted", role = "officer" },
  { id = "close", name = "办结", from = ["lodged", "accepted"], to = "closed", role = "officer" },
]
clock = [
  { id = "decide", name = "受理决定", starts = "state:lodged", stops = "step:accept", length = "7 workday", warn = "-1 workday",
    escalate = [{ at = "+0 day", to = "role:head" }, { at = "+3 workday", to = "role:office" }] },
  { id = "close", name = "办结", starts = "state:lodged", stops = "step:close", length = "60 day", warn = "-10 day", escalate = [{ at = "+1 day", to = "role:head" }] },
]
"#;
