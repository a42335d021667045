//! Figures of the store: `cargo run --release -p zhiheng-store --example figures -- URL PEER_URL
//! [submit|log|import|million|read|start|fsck|backup]…`, with two databases that are empty before the first of them.
//!
//! Every record moves three indicators in three dimensions. The peer stores the same rows and indexes through the same
//! committer, without versions and cells; ours and the peer alternate.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use zhiheng_store::{
    BatchRow, Change, Clock, Column, Filter, IndexSpec, Job, ListQuery, Match, Needs, Op, Options, Outcome, Random,
    RecordId, Refused, Seen, Store, Sum, Times, VersionRow,
};

const PLACE: &str = "990101";
const KIND: &str = "food_sample";
const TODAY: i32 = 20_500;

/// Time that moves with the machine's, from a fixed instant.
struct Ticking(Instant);

impl Clock for Ticking {
    fn now_micros(&self) -> i64 {
        i64::from(TODAY) * 86_400_000_000 + i64::try_from(self.0.elapsed().as_micros()).unwrap_or(0)
    }
}

struct Sevens;

impl Random for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// Files records with these numbers.
struct Filing {
    numbers: std::ops::Range<u64>,
    days: i32,
}

impl Job for Filing {
    fn needs(&self) -> Needs {
        Needs { keys: self.numbers.clone().map(|n| (KIND.to_owned(), key(n))).collect(), ..Needs::default() }
    }

    fn decide(&mut self, seen: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
        let mut change = Change::new(times);
        for number in self.numbers.clone() {
            if seen.by_key(KIND, &key(number)).is_some() {
                return Err(Refused { answer: key(number) });
            }
            let at = times.next();
            let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
            let day = TODAY - i32::try_from(mixed % u64::try_from(self.days).unwrap_or(1)).unwrap_or(0);
            let (area, body) = (format!("990101{:03}", 100 + mixed % 26), format!("body{}", mixed / 26 % 18));
            let passed = !mixed.is_multiple_of(53);
            for def in 1..=3 {
                let sum = Sum { num: i64::from(passed), den: 1 };
                for dim in ["p", &format!("a:{area}"), &format!("b:{body}")] {
                    change.cells.add(at, def, dim, day, sum);
                }
            }
            let fields = format!(
                r#"{{"as_written":"示例县第{0}食品有限公司","class":"c{1}","level":"l{2}","name":"脆李","producer_name":"示例县第{0}食品有限公司","sample_no":"{3}","spec":"500克/袋","task":"监督抽检","verdict":"{4}"}}"#,
                mixed % 5000,
                mixed / 7 % 30,
                mixed / 11 % 4,
                key(number),
                if passed { "合格" } else { "不合格" }
            );
            change.versions.push(VersionRow {
                kind: KIND.to_owned(),
                id: RecordId(u128::from(number).to_be_bytes()),
                version: 1,
                op: Op::Create,
                recorded_at: at,
                actor: "王".to_owned(),
                reason: None,
                pack: [7; 32],
                body: Some(body),
                area: Some(area),
                subject: Some(format!("s{}", mixed % 5000)),
                day: Some(day),
                key: Some(key(number)),
                fields,
                salt: [1; 16],
                digest: [2; 32],
                sm3: None,
                batch: None,
            });
        }
        if self.numbers.end - self.numbers.start > 1 {
            let rows = i64::try_from(self.numbers.end - self.numbers.start).unwrap_or(0);
            change.batch = Some(BatchRow {
                id: RecordId(u128::from(self.numbers.start).to_be_bytes()),
                kind: KIND.to_owned(),
                file_digest: [3; 32],
                file_name: "公告.xlsx".to_owned(),
                scope: Some("mixed".to_owned()),
                tested: None,
                actor: "王".to_owned(),
                recorded_at: 0,
                rows,
            });
        }
        Ok(change)
    }
}

fn key(number: u64) -> String {
    format!("SC{number:012}")
}

/// Records per second with 64 submitters, and the 99th percentile of one submission.
fn submit(store: &Store, numbers: &AtomicU64, seconds: u64, days: i32) -> (f64, Duration) {
    let begun = Instant::now();
    let until = begun + Duration::from_secs(seconds);
    let mut taken: Vec<Duration> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..64)
            .map(|_| {
                scope.spawn(|| {
                    let mut taken = Vec::new();
                    while Instant::now() < until {
                        let number = numbers.fetch_add(1, Ordering::Relaxed);
                        let one = Instant::now();
                        let job = Filing { numbers: number..number + 1, days };
                        match store.submit(PLACE, Box::new(job)) {
                            Ok(Outcome::Done { .. }) => taken.push(one.elapsed()),
                            other => println!("not stored: {other:?}"),
                        }
                    }
                    taken
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap_or_default()).collect()
    });
    let rate = taken.len() as f64 / begun.elapsed().as_secs_f64();
    (rate, p99(&mut taken))
}

fn p99(taken: &mut [Duration]) -> Duration {
    taken.sort_unstable();
    taken.get(taken.len().saturating_sub(1) * 99 / 100).copied().unwrap_or_default()
}

fn measure(name: &str, times: usize, mut one: impl FnMut()) {
    one();
    let mut taken: Vec<Duration> = (0..times)
        .map(|_| {
            let begun = Instant::now();
            one();
            begun.elapsed()
        })
        .collect();
    taken.sort_unstable();
    let median = taken.get(taken.len() / 2).copied().unwrap_or_default();
    println!("{name}: p50 {median:?}, p99 {:?}", p99(&mut taken));
}

fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS")).collect::<Vec<_>>().join(", ")
}

fn open(url: &str, without_history: bool, folder: &std::path::Path) -> Result<Store, zhiheng_store::StoreError> {
    let mut options = Options::new(Arc::new(Ticking(Instant::now())), Arc::new(Sevens));
    options.without_history = without_history;
    options.files = Some(folder.join("files"));
    Store::open(url, options)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let ours = arguments.next().ok_or("figures URL PEER_URL what…: two empty databases")?;
    let peer = arguments.next().ok_or("a second database for the peer")?;
    let folder = tempfile::tempdir()?;
    for what in arguments {
        match what.as_str() {
            "submit" => {
                let (ours, peer) = (open(&ours, false, folder.path())?, open(&peer, true, folder.path())?);
                let numbers = AtomicU64::new(1 << 40);
                for days in [30, 365] {
                    for round in 0..3 {
                        let (rate, slow) = submit(&ours, &numbers, 4, days);
                        let (peer_rate, peer_slow) = submit(&peer, &numbers, 4, days);
                        println!(
                            "submit, days over {days}, round {round}: ours {rate:.0}/s p99 {slow:?}; peer {peer_rate:.0}/s p99 {peer_slow:?}; ratio {:.2}",
                            rate / peer_rate
                        );
                    }
                }
            }
            "log" => {
                let mut bare = Options::new(Arc::new(Ticking(Instant::now())), Arc::new(Sevens));
                bare.without_log = true;
                bare.files = Some(folder.path().join("files"));
                let (ours, peer) = (open(&ours, false, folder.path())?, Store::open(&peer, bare)?);
                let numbers = AtomicU64::new(1 << 41);
                for round in 0..4 {
                    let (rate, slow) = submit(&ours, &numbers, 4, 30);
                    let (peer_rate, peer_slow) = submit(&peer, &numbers, 4, 30);
                    println!(
                        "log, round {round}: with {rate:.0}/s p99 {slow:?}; without {peer_rate:.0}/s p99 {peer_slow:?}; ratio {:.2}",
                        rate / peer_rate
                    );
                }
            }
            "import" => {
                let store = open(&ours, false, folder.path())?;
                println!("before: {}", resident());
                let begun = Instant::now();
                let job = Filing { numbers: 1 << 50..(1 << 50) + 100_000, days: 365 };
                match store.submit(PLACE, Box::new(job))? {
                    Outcome::Done { versions, .. } => println!("import: {versions} records in {:?}", begun.elapsed()),
                    Outcome::Refused(refused) => println!("import refused: {}", refused.answer),
                }
                println!("after: {}", resident());
            }
            "million" => {
                let store = open(&ours, false, folder.path())?;
                let begun = Instant::now();
                for chunk in 0..50 {
                    store.submit(
                        PLACE,
                        Box::new(Filing { numbers: chunk * 20_000..(chunk + 1) * 20_000, days: 1500 }),
                    )?;
                }
                println!("a million records in {:?}", begun.elapsed());
                let field = |name: &str| Column::Field(name.to_owned());
                let begun = Instant::now();
                store.ensure_indexes(&[
                    IndexSpec { kind: KIND.to_owned(), on: vec![field("verdict")] },
                    IndexSpec { kind: KIND.to_owned(), on: vec![field("class"), field("level")] },
                    IndexSpec { kind: KIND.to_owned(), on: vec![Column::Area, field("verdict")] },
                ])?;
                println!("three indexes in {:?}", begun.elapsed());
            }
            "start" => {
                let begun = Instant::now();
                let store = open(&ours, false, folder.path())?;
                let records = store.read()?.total_records(PLACE)?;
                println!("open with {records} records: {:?}; {}", begun.elapsed(), resident());
            }
            "fsck" => {
                let store = open(&ours, false, folder.path())?;
                let begun = Instant::now();
                let faults = store.fsck(PLACE, true)?;
                println!("fsck: {} faults in {:?}; {}", faults.len(), begun.elapsed(), resident());
            }
            "backup" => {
                let store = open(&ours, false, folder.path())?;
                let begun = Instant::now();
                let path = folder.path().join("archive");
                store.backup(std::io::BufWriter::new(std::fs::File::create(&path)?))?;
                let size = std::fs::metadata(&path)?.len() >> 20;
                println!("backup: {size} MB in {:?}; {}", begun.elapsed(), resident());
                let begun = Instant::now();
                let restored = format!("sqlite:{}", folder.path().join("restored.db").display());
                let mut options = Options::new(Arc::new(Ticking(Instant::now())), Arc::new(Sevens));
                options.files = Some(folder.path().join("restored"));
                Store::restore(&restored, &options, std::io::BufReader::new(std::fs::File::open(&path)?))?;
                println!("restore into SQLite in {:?}; {}", begun.elapsed(), resident());
            }
            "read" => {
                let store = open(&ours, false, folder.path())?;
                read(&store)?;
            }
            other => println!("unknown: {other}"),
        }
    }
    println!("{}", resident());
    Ok(())
}

fn read(store: &Store) -> Result<(), Box<dyn std::error::Error>> {
    let field = |name: &str| Column::Field(name.to_owned());
    store.declare_indexes(&[
        IndexSpec { kind: KIND.to_owned(), on: vec![field("verdict")] },
        IndexSpec { kind: KIND.to_owned(), on: vec![field("class"), field("level")] },
        IndexSpec { kind: KIND.to_owned(), on: vec![Column::Area, field("verdict")] },
    ]);
    let year = zhiheng_store::first_of_year(zhiheng_store::year_of(TODAY));
    // Thirty targets with two definitions each; three of them have cells, as many keys are sought.
    let defs: Vec<i64> = (1..=60).collect();
    let flows: Vec<i64> = defs.iter().map(|def| 1 + def % 3).collect();
    let done = std::cell::Cell::new(0);
    measure("board (60 definitions: year to date, and from the beginning)", 500, || {
        let sums = store.read().and_then(|mut reader| {
            let year = reader.sums(PLACE, "p", &defs, Some(year), TODAY)?;
            let ever = reader.sums(PLACE, "p", &defs, None, TODAY)?;
            let levels = reader.latest_levels(PLACE, &defs, "p", TODAY, None)?;
            Ok(year.len() + ever.len() + levels.len())
        });
        done.set(sums.unwrap_or(0));
    });
    println!("  {} sums", done.get());
    measure("60 definitions that all have cells, one by one in 20 calls", 100, || {
        let _ = store.read().and_then(|mut reader| {
            flows.chunks(3).try_for_each(|defs| reader.sums(PLACE, "p", defs, Some(year), TODAY).map(|_| ()))
        });
    });
    measure("one definition by 26 areas, year to date", 200, || {
        let _ = store.read().and_then(|mut reader| reader.by_dim(PLACE, 1, "a:", Some(year), TODAY));
    });
    measure("known-on of three definitions", 50, || {
        let _ =
            store.read().and_then(|mut reader| reader.sums_known(PLACE, "p", &[1, 2, 3], Some(year), TODAY, TODAY - 1));
    });
    measure("known-on of 60 definitions from the beginning", 20, || {
        let _ = store.read().and_then(|mut reader| reader.sums_known(PLACE, "p", &defs, None, TODAY, TODAY));
    });
    measure("a hundred days of one definition", 50, || {
        let _ = store.read().and_then(|mut reader| reader.by_day(PLACE, 1, "p", TODAY - 99, TODAY));
    });
    measure("60 definitions, 23 days of a month", 200, || {
        let _ = store.read().and_then(|mut reader| reader.sums(PLACE, "p", &defs, Some(TODAY - 50), TODAY - 20));
    });
    let text = |column: Column, value: &str| Filter { column, value: Match::Text(value.to_owned()) };
    let lists = [
        ("no filter", vec![]),
        ("area", vec![text(Column::Area, "990101103")]),
        ("body", vec![text(Column::Body, "body3")]),
        ("subject", vec![text(Column::Subject, "s77")]),
        ("verdict, rare", vec![text(field("verdict"), "不合格")]),
        ("pair class, level", vec![text(field("class"), "c3"), text(field("level"), "l2")]),
        ("pair area, verdict", vec![text(Column::Area, "990101103"), text(field("verdict"), "不合格")]),
        ("bounded: body and a field without index", vec![text(Column::Body, "body3"), text(field("spec"), "none")]),
    ];
    for (name, filters) in lists {
        let query = ListQuery { kind: KIND.to_owned(), filters, live: Some(true), limit: 50, ..ListQuery::default() };
        let found = std::cell::Cell::new((0, false));
        measure(&format!("list, {name}"), 200, || {
            if let Ok(page) = store.read().and_then(|mut reader| reader.list(PLACE, &query)) {
                found.set((page.records.len(), page.stopped));
            }
        });
        let deep = ListQuery { from: Some(TODAY - 900), to: Some(TODAY - 700), ..query.clone() };
        measure(&format!("  {:?}; in a range of days", found.get()), 200, || {
            let _ = store.read().and_then(|mut reader| reader.list(PLACE, &deep));
        });
        measure("  count up to 1000", 50, || {
            let _ = store.read().and_then(|mut reader| reader.count_up_to(PLACE, &query, 1000));
        });
    }
    Ok(())
}
