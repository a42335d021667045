//! A small county for tests: a pack of three kinds, a clock that the test moves, and chance that repeats.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use zhiheng_app::{App, Clock, Random, Setup, When};
use zhiheng_pack::{Pack, PackFiles, day, read};

/// A clock that moves when it is told to.
pub(crate) struct TestClock(pub(crate) AtomicI64);

impl Clock for TestClock {
    fn now_micros(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// SplitMix64: the same bytes every time.
pub(crate) struct TestRandom(AtomicU64);

impl Random for TestRandom {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(z ^ (z >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// The files of the test pack; `plan` may be replaced to make a later version of it.
pub(crate) fn files(plan: &str) -> PackFiles {
    let files = [("pack.toml", HEADER), ("plan.txt", DOCUMENT), ("plan.toml", plan)];
    PackFiles {
        name: "test".to_owned(),
        files: files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect::<BTreeMap<_, _>>(),
    }
}

pub(crate) fn pack(plan: &str) -> Pack {
    compiled(&files(plan))
}

fn compiled(files: &PackFiles) -> Pack {
    let (pack, problems) = read(files, &|_| None);
    for problem in &problems {
        println!("{}:{}:{} {} {}", problem.file, problem.line, problem.column, problem.code, problem.message);
    }
    pack.expect("the test pack is sound")
}

/// An open county over one database.
pub(crate) struct County {
    pub(crate) app: App,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) setup: Setup,
    pub(crate) url: String,
    _folder: tempfile::TempDir,
}

/// Noon of a day at the place, µs of UTC.
pub(crate) fn noon(text: &str) -> i64 {
    (i64::from(day::number(day::parse(text).expect("a date"))) * 24 + 4) * 3_600_000_000
}

pub(crate) fn number(text: &str) -> i32 {
    day::number(day::parse(text).expect("a date"))
}

impl County {
    pub(crate) fn on(url: String, folder: tempfile::TempDir) -> County {
        County::with(url, folder, &files(PLAN))
    }

    /// Over a pack of the caller's.
    pub(crate) fn with(url: String, folder: tempfile::TempDir, files: &PackFiles) -> County {
        let clock = Arc::new(TestClock(AtomicI64::new(noon("2026-01-05"))));
        let shared: Arc<dyn Clock> = clock.clone();
        let setup = Setup {
            clock: shared,
            random: Arc::new(TestRandom(AtomicU64::new(7))),
            read_only: false,
            files: Some(folder.path().join("files")),
        };
        let app = App::open(&url, compiled(files), &setup).expect("the county opens");
        let app = app.with_signer_in(folder.path().join("signer"));
        app.apply_pack("system", std::slice::from_ref(files)).expect("the first pack is taken");
        County { app, clock, setup, url, _folder: folder }
    }

    pub(crate) fn sqlite() -> County {
        let folder = tempfile::tempdir().expect("a folder");
        County::on(format!("sqlite:{}", folder.path().join("county.db").display()), folder)
    }

    /// SQLite, and PostgreSQL where there is one.
    pub(crate) fn everywhere() -> Vec<County> {
        County::everywhere_with(&files(PLAN))
    }

    /// The same over a pack of the caller's.
    pub(crate) fn everywhere_with(files: &PackFiles) -> Vec<County> {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("county.db").display());
        let mut counties = vec![County::with(url, folder, files)];
        counties.extend(County::postgres(files));
        counties
    }

    /// A folder of this county's own.
    pub(crate) fn folder(&self) -> &std::path::Path {
        self._folder.path()
    }

    #[expect(clippy::disallowed_methods, reason = "a test finds its database through the environment")]
    fn postgres(files: &PackFiles) -> Option<County> {
        let Ok(admin) = std::env::var("ZHIHENG_TEST_POSTGRES") else {
            assert!(std::env::var("CI").is_err(), "CI has no PostgreSQL");
            println!("no PostgreSQL: ZHIHENG_TEST_POSTGRES is not set");
            return None;
        };
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("app_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let url = zhiheng_store::testing::create_database(&admin, &name).expect("a database of its own");
        Some(County::with(url, tempfile::tempdir().expect("a folder"), files))
    }

    /// The program ends and begins anew over the same database.
    pub(crate) fn reopen(self, files: &PackFiles) -> County {
        let County { app, clock, setup, url, _folder } = self;
        drop(app);
        let app = App::open(&url, compiled(files), &setup).expect("the county opens again");
        let app = app.with_signer_in(_folder.path().join("signer"));
        County { app, clock, setup, url, _folder }
    }

    pub(crate) fn at(&self, text: &str) {
        self.clock.0.store(noon(text), Ordering::SeqCst);
    }

    /// The printed value of an indicator.
    pub(crate) fn value(&self, indicator: &str, as_of: &str, known_on: Option<&str>) -> String {
        let board = self.app.board(When { as_of: number(as_of), known_on: known_on.map(number) }).expect("a board");
        let row = board.rows.iter().find(|row| board.pack.indicators[row.indicator].id == indicator).expect("a row");
        row.number
            .value
            .map_or("—".to_owned(), |value| zhiheng_app::print(value, board.pack.indicators[row.indicator].decimals))
    }
}

const HEADER: &str = r#"
[pack]
id = "test"
title = "示例县质量强县建设实施方案"
place = { code = "990199", name = "示例县" }
document = "plan.txt"
baseline_year = 2022
target_year = 2027

[[body]]
id = "scjg"
name = "县市场监管局"
[[body]]
id = "kjj"
name = "县科技局"
[[area]]
code = "990199001"
name = "甲街道"
[[area]]
code = "990199002"
name = "青石镇"

[[list]]
id = "conclusion"
name = "检验结论"
item = [{ id = "qualified", name = "合格" }, { id = "unqualified", name = "不合格" }]
"#;

const DOCUMENT: &str = "到2027年，食品抽检合格率达到98.2%以上，高新技术企业达到8家。";

/// Three forms of number over two kinds, and a reported one.
pub(crate) const PLAN: &str = concat!(
    include_str!("kinds.toml"),
    r#"
[[indicator]]
id = "food_pass_rate"
row = 1
name = "食品抽检合格率"
unit = "%"
form = "ratio"
bodies = ["scjg"]
quote = "食品抽检合格率达到98.2%以上"
baseline = { year = 2022, value = "98" }
target = { year = 2027, op = ">=", value = "98.2" }
kind = "floor"
decimals = 2
interval = "wilson95"
sampling = "targeted"
[[indicator.over]]
kind = "food_sample"
count = "sampled_on"
numerator = "count(verdict == 'qualified')"
denominator = "count(verdict is known)"

[[indicator]]
id = "tested_mass"
name = "抽样总量"
unit = "千克"
form = "flow"
bodies = ["scjg"]
baseline = { year = 2022, value = "0" }
target = { year = 2027, op = ">=", value = "1000" }
decimals = 3
[[indicator.over]]
kind = "food_sample"
count = "sampled_on"
value = "sum(mass)"

[[indicator]]
id = "hightech_firms"
row = 2
name = "高新技术企业"
unit = "家"
form = "stock"
distinct = "subject"
bodies = ["kjj"]
baseline = { year = 2022, value = "3" }
target = { year = 2027, op = "=", value = "8" }
[[indicator.over]]
kind = "title"
from = "valid_from"
to = ["valid_to", "revoked_on"]

[[indicator]]
id = "titles"
name = "证书"
unit = "个"
form = "stock"
bodies = ["kjj"]
baseline = { year = 2022, value = "3" }
target = { year = 2027, op = "=", value = "8" }
[[indicator.over]]
kind = "title"
from = "valid_from"
to = ["valid_to", "revoked_on"]

[[indicator]]
id = "sampled_firms"
name = "抽检企业数"
unit = "家"
form = "flow"
distinct = "subject"
bodies = ["scjg"]
baseline = { year = 2022, value = "0" }
target = { year = 2027, op = ">=", value = "10" }
[[indicator.over]]
kind = "food_sample"
count = "sampled_on"

[[indicator]]
id = "brand_value"
name = "品牌价值"
unit = "亿元"
form = "level"
mode = "reported"
bodies = ["scjg"]
baseline = { year = 2022, value = "25" }
target = { year = 2027, op = ">=", value = "50" }
reporting = { by = "scjg", every = "year", document = "评价报告" }
"#
);
