//! A place to write to: databases that are made for one test, a clock that the test moves, and jobs that file, correct
//! and withdraw records of one kind whose contributions are easy to recompute.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use zhiheng_store::{
    Change, Clock, Idempotency, Job, LevelEnd, LevelRow, Needs, Op, Options, Outcome, Random, RecordId, RecordRow,
    Refused, Seen, Store, Sum, Times, VersionRow, day_of,
};

pub(crate) const PLACE: &str = "990101";
pub(crate) const KIND: &str = "food_sample";

/// 2026-03-01 08:00 in the county.
pub(crate) const START: i64 = 1_772_323_200_000_000;
pub(crate) const DAY: i64 = 86_400_000_000;

/// A clock that stands still until it is moved.
pub(crate) struct TestClock(pub(crate) AtomicI64);

impl Clock for TestClock {
    fn now_micros(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Not random: a test that differs from run to run proves nothing.
pub(crate) struct TestRandom;

impl Random for TestRandom {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// One database of one test.
pub(crate) struct County {
    pub(crate) url: String,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) clock: Arc<TestClock>,
    admin: Option<(String, String)>,
}

impl County {
    pub(crate) fn options(&self) -> Options {
        let mut options = Options::new(self.clock.clone(), Arc::new(TestRandom));
        options.files = Some(self.folder.path().join("files"));
        options
    }

    pub(crate) fn open(&self) -> Store {
        Store::open(&self.url, self.options()).unwrap()
    }

    pub(crate) fn pass(&self, micros: i64) {
        self.clock.0.fetch_add(micros, Ordering::SeqCst);
    }

    pub(crate) fn sqlite_path(&self) -> Option<PathBuf> {
        self.url.strip_prefix("sqlite:").map(PathBuf::from)
    }

    /// Runs statements as an outsider would.
    pub(crate) fn tamper(&self, sql: &str) {
        match self.sqlite_path() {
            Some(path) => rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap(),
            None => postgres::Client::connect(&self.url, postgres::NoTls).unwrap().batch_execute(sql).unwrap(),
        }
    }

    pub(crate) fn sqlite() -> County {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("county.db").display());
        County { url, folder, clock: Arc::new(TestClock(AtomicI64::new(START))), admin: None }
    }

    pub(crate) fn postgres() -> Option<County> {
        let admin = postgres_url()?;
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let name = format!("zhiheng_test_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::SeqCst));
        let mut client = postgres::Client::connect(&admin, postgres::NoTls).unwrap();
        client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).unwrap();
        client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).unwrap();
        let (base, query) = admin.split_once('?').map_or((admin.as_str(), None), |(base, query)| (base, Some(query)));
        let server = base.rfind('/').filter(|at| *at > "postgresql://".len()).map_or(base, |at| &base[..at]);
        let url = format!("{server}/{name}{}", query.map(|query| format!("?{query}")).unwrap_or_default());
        let folder = tempfile::tempdir().unwrap();
        Some(County { url, folder, clock: Arc::new(TestClock(AtomicI64::new(START))), admin: Some((admin, name)) })
    }
}

impl Drop for County {
    fn drop(&mut self) {
        if let Some((admin, name)) = &self.admin
            && let Ok(mut client) = postgres::Client::connect(admin, postgres::NoTls)
        {
            let _ = client.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
pub(crate) fn postgres_url() -> Option<String> {
    let url = std::env::var("ZHIHENG_TEST_POSTGRES").ok().filter(|url| !url.is_empty());
    assert!(url.is_some() || std::env::var("CI").is_err(), "CI must set ZHIHENG_TEST_POSTGRES");
    url
}

/// Whether files that tests compare with are to be written anew.
#[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
pub(crate) fn regenerate() -> bool {
    std::env::var("ZHIHENG_GOLDEN").is_ok()
}

/// Runs a test on both databases.
pub(crate) fn on_both(test: impl Fn(&County)) {
    test(&County::sqlite());
    match County::postgres() {
        Some(county) => test(&county),
        None => eprintln!("PostgreSQL is left out: ZHIHENG_TEST_POSTGRES is not set"),
    }
}

pub(crate) fn id(number: u64) -> RecordId {
    let mut bytes = [0; 16];
    bytes[8..].copy_from_slice(&number.to_be_bytes());
    RecordId(bytes)
}

/// What a test sample says. `verdict` decides its contribution.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) key: Option<String>,
    pub(crate) area: &'static str,
    pub(crate) day: Option<i32>,
    pub(crate) passed: bool,
    pub(crate) subject: Option<String>,
    pub(crate) level: Option<i64>,
}

impl Sample {
    pub(crate) fn new(day: i32) -> Sample {
        Sample { key: None, area: "990101101", day: Some(day), passed: true, subject: None, level: None }
    }

    pub(crate) fn fields(&self) -> String {
        format!(
            r#"{{"level":{},"name":"脆李","urgent":{},"verdict":"{}"}}"#,
            self.level.map_or("null".to_owned(), |level| level.to_string()),
            self.passed,
            if self.passed { "合格" } else { "不合格" }
        )
    }
}

/// The contribution of a record: recomputed from its row alone, as an audit would.
pub(crate) fn contributions(record: &RecordRow) -> Vec<(i64, String, i32, Sum)> {
    let Some(day) = record.day.filter(|_| record.live) else { return Vec::new() };
    let passed = record.fields.contains("\"合格\"");
    let mut out = Vec::new();
    for dim in ["p".to_owned(), format!("a:{}", record.area.as_deref().unwrap_or(""))] {
        out.push((1, dim.clone(), day, Sum { num: i64::from(passed), den: 1 }));
        out.push((2, dim.clone(), day, Sum { num: 1, den: 0 }));
    }
    out
}

/// One act on one record.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) op: Op,
    pub(crate) id: RecordId,
    pub(crate) sample: Sample,
    pub(crate) expected: Option<i64>,
    pub(crate) request: Option<(String, String)>,
}

impl Act {
    pub(crate) fn create(number: u64, sample: Sample) -> Act {
        Act { op: Op::Create, id: id(number), sample, expected: None, request: None }
    }

    pub(crate) fn of(op: Op, number: u64, sample: Sample) -> Act {
        Act { op, id: id(number), sample, expected: None, request: None }
    }
}

/// A job of several acts, all or nothing.
pub(crate) struct Acts(pub(crate) Vec<Act>);

impl Job for Acts {
    fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        for act in &self.0 {
            needs.records.push((KIND.to_owned(), act.id));
            needs.keys.extend(act.sample.key.iter().map(|key| (KIND.to_owned(), key.clone())));
            needs.idempotency = act.request.clone().or(needs.idempotency);
        }
        needs
    }

    fn decide(&mut self, seen: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
        let mut change = Change::new(times);
        for act in &self.0 {
            if let Some((actor, key)) = &act.request
                && let Some((_, answer)) = seen.answered(actor, key)
            {
                change.answer = answer.to_owned();
                return Ok(change);
            }
            let before = seen.record(KIND, &act.id);
            if let Some(key) = &act.sample.key
                && seen.by_key(KIND, key).is_some_and(|other| other.id != act.id)
            {
                return Err(Refused { answer: format!("key {key} is taken") });
            }
            let live = before.map(|record| record.live);
            let allowed = match act.op {
                Op::Create => live.is_none(),
                Op::Correct | Op::Withdraw | Op::Step => live == Some(true),
                Op::Restore => live == Some(false),
            };
            if !allowed || act.expected.is_some_and(|version| Some(version) != before.map(|b| b.version)) {
                return Err(Refused { answer: format!("version {:?}", before.map(|b| b.version)) });
            }
            let at = times.next();
            let keep = matches!(act.op, Op::Withdraw | Op::Restore);
            let (key, area, day, fields, subject) = match before.filter(|_| keep) {
                Some(b) => (b.key.clone(), b.area.clone(), b.day, b.fields.clone(), b.subject.clone()),
                None => {
                    let s = &act.sample;
                    (s.key.clone(), Some(s.area.to_owned()), s.day, s.fields(), s.subject.clone())
                }
            };
            let version = VersionRow {
                kind: KIND.to_owned(),
                id: act.id,
                version: before.map_or(1, |b| b.version + 1),
                op: act.op,
                recorded_at: at,
                actor: "王".to_owned(),
                reason: before.map(|_| "录入有误".to_owned()),
                pack: [7; 32],
                body: Some("县市场监管局".to_owned()),
                area,
                subject,
                day,
                key,
                fields,
                salt: [1; 16],
                digest: [2; 32],
                sm3: None,
                batch: None,
            };
            for (def, dim, day, sum) in before.iter().flat_map(|b| contributions(b)) {
                change.cells.add(at, def, &dim, day, Sum { num: -sum.num, den: -sum.den });
            }
            let after = version.record();
            for (def, dim, day, sum) in contributions(&after) {
                change.cells.add(at, def, &dim, day, sum);
            }
            if before.is_some() {
                change.levels_end.push(LevelEnd { id: act.id, at });
            }
            if let (Some(value), Some(day), true) = (act.sample.level, day, after.live) {
                let row = LevelRow {
                    def: 3,
                    dim: "p".to_owned(),
                    day,
                    id: act.id,
                    value,
                    num: None,
                    den: None,
                    n: Some(1),
                    recorded_at: at,
                    ended_at: None,
                };
                change.levels_add.push(row);
            }
            change.answer = format!("{} v{}", act.id, version.version);
            if let Some((actor, key)) = &act.request {
                let digest = act.sample.fields().into_bytes();
                change.idempotency = Some(Idempotency { actor: actor.clone(), key: key.clone(), digest });
            }
            change.versions.push(version);
        }
        Ok(change)
    }
}

/// Submits and expects it to be stored.
pub(crate) fn stored(store: &Store, acts: Vec<Act>) -> String {
    match store.submit(PLACE, Box::new(Acts(acts))).unwrap() {
        Outcome::Done { answer, .. } => answer,
        Outcome::Refused(refused) => panic!("refused: {}", refused.answer),
    }
}

/// Submits and expects a refusal.
pub(crate) fn refused(store: &Store, acts: Vec<Act>) -> String {
    match store.submit(PLACE, Box::new(Acts(acts))).unwrap() {
        Outcome::Refused(refused) => refused.answer,
        Outcome::Done { answer, .. } => panic!("stored: {answer}"),
    }
}

/// The day of the test clock's start.
pub(crate) fn today() -> i32 {
    day_of(START, 8 * 3600)
}
