//! `zhiheng bench NAME`: one measurement, ours and its peer in the same run, alternating. A ratio above 1 means that ours is better:
//! more per second, or less time. Machines are shared and noisy; the ratio and the growth with n are what a measurement says.

mod api;
mod board;
mod complaint;
mod due;
mod import;
mod list;
mod peer;
mod search;
mod start;
mod submit;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use zhiheng_app::{App, Setup};
use zhiheng_pack::{Pack, read};
use zhiheng_store::{Options, Store};

use crate::Common;
use crate::cmd::{say, say_json};
use crate::env::{SystemClock, SystemRandom};
use crate::packs::{self, Carry, Loaded};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Bench {
    /// 测什么：submit、board、visible、list、search、index、due、complaint、import、start、api-list、api-create
    name: String,
    /// 记录数（导入为行数）
    #[arg(long, default_value_t = 100_000)]
    n: u64,
    /// 轮数
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// 对照所用的另一个空数据库（PostgreSQL 时必填）
    #[arg(long, value_name = "URL")]
    peer_db: Option<String>,
    /// 已有的示例县数据库，不再生成
    #[arg(long)]
    keep: bool,
    /// 内部使用：写到哪个文件
    #[arg(long, hide = true)]
    out: Option<PathBuf>,
}

/// What a measurement found.
struct Found {
    n: u64,
    ours: Value,
    peer: Value,
    ratio: f64,
}

pub(crate) fn run(common: &Common, args: &Bench) -> Result<ExitCode> {
    let found = match args.name.as_str() {
        "submit" => submit::run(common, args)?,
        "board" => board::run(common, args)?,
        "visible" => board::visible(common, args)?,
        "list" => list::run(common, args)?,
        "search" => search::run(common, args)?,
        "index" => submit::index(common, args)?,
        "due" => due::run(common, args)?,
        "import" => import::run(common, args)?,
        "start" => start::run(common, args)?,
        "complaint" => complaint::run(common, args)?,
        "api-list" => api::list(common, args)?,
        "api-create" => api::create(common, args)?,
        // What the measurements above start as a process of its own.
        "start-once" => return start::once(common),
        "import-file" => return import::make(args),
        other => bail!(
            "没有名为 {other} 的测量；有 submit、board、visible、list、search、index、due、complaint、import、start、api-list、api-create"
        ),
    };
    let ratio = (found.ratio * 100.0).round() / 100.0;
    let value = json!({ "name": args.name, "n": found.n, "ours": found.ours, "peer": found.peer, "ratio": ratio });
    if common.json {
        say_json(&value);
    } else {
        say(format!("{}（n = {}）\n  ours {}\n  peer {}\n  ratio {ratio}", args.name, found.n, found.ours, found.peer));
    }
    Ok(ExitCode::SUCCESS)
}

/// Durations of one thing, done again and again.
#[derive(Default, Clone)]
struct Laps(Vec<Duration>);

impl Laps {
    fn time<T>(&mut self, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let begin = Instant::now();
        let done = work()?;
        self.0.push(begin.elapsed());
        Ok(done)
    }

    fn extend(&mut self, other: Laps) {
        self.0.extend(other.0);
    }

    /// Milliseconds below which `share` of the laps stay.
    fn at(&self, share: f64) -> f64 {
        let mut sorted: Vec<f64> = self.0.iter().map(|lap| lap.as_secs_f64() * 1000.0).collect();
        quantile(&mut sorted, share)
    }

    fn json(&self) -> Value {
        json!({ "p50_ms": digits(self.at(0.5)), "p99_ms": digits(self.at(0.99)), "laps": self.0.len() })
    }
}

/// The value below which `share` of them stay.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a share of a small count"
)]
fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let at = (values.len().saturating_sub(1) as f64 * share).round() as usize;
    values.get(at).copied().unwrap_or_default()
}

fn median(mut values: Vec<f64>) -> f64 {
    quantile(&mut values, 0.5)
}

/// Four digits are more than such a figure deserves.
fn digits(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// A folder of one measurement, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Result<Folder> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let number = NUMBER.fetch_add(1, Ordering::SeqCst);
        let path = std::env::temp_dir().join(format!("zhiheng-bench-{name}-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&path).with_context(|| format!("建不了文件夹 {}", path.display()))?;
        Ok(Folder(path))
    }

    fn sqlite(&self, name: &str) -> String {
        format!("sqlite:{}", self.0.join(name).display())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The demonstration pack, with a third indicator over food samples, so that each of them moves three.
fn pack_of_three() -> Result<Loaded> {
    let mut loaded = packs::load(None, Carry::Demo)?;
    let main = loaded.files.last_mut().context("a pack without files")?;
    main.files.insert("bench.toml".to_owned(), THIRD.to_owned());
    let (main, included) = loaded.files.split_last().context("a pack without files")?;
    let find = |name: &str| included.iter().find(|folder| folder.name == name).cloned();
    let (pack, problems) = read(main, &find);
    let first = problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
    loaded.pack = pack.with_context(|| format!("测量用的方案包有问题：{first}"))?;
    Ok(loaded)
}

const THIRD: &str = r#"
[[indicator]]
id     = "bench_samples"
name   = "抽检批次"
unit   = "批次"
form   = "flow"
mode   = "computed"
helper = true
decimals = 0
definition = "测量用：有结论的批次数。"
[[indicator.over]]
kind  = "food_sample"
where = "verdict is known"
count = "sampled_on"
"#;

fn setup() -> Setup {
    Setup { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom), read_only: false, files: None }
}

/// A demonstration county of about `n` records: in a folder of this measurement, or in the database that was named.
struct Filled {
    app: App,
    url: String,
    records: u64,
    _folder: Option<Folder>,
}

fn filled(common: &Common, args: &Bench, n: u64) -> Result<Filled> {
    let named = common.db != crate::DEFAULT_DB;
    let folder = if named { None } else { Some(Folder::new("county")?) };
    let url = folder.as_ref().map_or_else(|| common.db.clone(), |folder| folder.sqlite("county.db"));
    let loaded = packs::load(None, Carry::Demo)?;
    if !(named && args.keep) {
        let scale = (n / zhiheng_app::DEMO_RECORDS).max(1);
        crate::cmd::make_folder(&url)?;
        zhiheng_app::fill_demo(&url, loaded.pack.clone(), &loaded.files, scale, 1, &mut |_| {})?;
    }
    let app = App::open(&url, loaded.pack, &setup())?;
    let counts = app.kind_counts()?;
    let records = counts.iter().map(|count| count.live + count.withdrawn).sum::<i64>();
    Ok(Filled { app, url, records: u64::try_from(records).unwrap_or_default(), _folder: folder })
}

/// A second handle on a database, for reading as the peers do.
fn reading(url: &str, pack: &Pack) -> Result<Store> {
    let mut options = Options::new(Arc::new(SystemClock), Arc::new(SystemRandom));
    options.offset_seconds = i32::try_from(pack.utc_offset_hours * 3600).unwrap_or_default();
    options.read_only = true;
    Ok(Store::open(url, options)?)
}

/// The day that the demonstration county is looked at from.
fn demo_day() -> Result<i32> {
    zhiheng_pack::day::parse(zhiheng_app::DEMO_DAY)
        .map(zhiheng_pack::day::number)
        .context("the last day of the demonstration")
}
