//! complaint: 50 citizens at once, each from the last look at the form to the receipt, through the real router: token, limits, checks, the case with its
//! running number, its time limit, its message and its receipt in one durable transaction. The peer stores the same record under the same committer.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::{Context, Error, Result, bail, ensure};
use serde_json::json;
use zhiheng_app::{Act, App, Random, RecordId, Submission};
use zhiheng_pack::{Draft, read};
use zhiheng_store::{Options, Store};
use zhiheng_web::loopback::Loopback;
use zhiheng_web::{Secrets, Server, Setup};

use super::{Bench, Folder, Found, Laps, digits, setup};
use crate::Common;
use crate::env::{SystemClock, SystemRandom};
use crate::packs::{self, Carry, Loaded};

const CITIZENS: u64 = 50;
const FORM: &str = "/report/bench";

pub(super) fn run(common: &Common, args: &Bench) -> Result<Found> {
    let folder = Folder::new("complaint")?;
    let named = common.db != crate::DEFAULT_DB;
    let (ours_url, peer_url) = match (named, &args.peer_db) {
        (false, _) => (folder.sqlite("ours.db"), folder.sqlite("peer.db")),
        (true, Some(peer)) => (common.db.clone(), peer.clone()),
        (true, None) => bail!("--db 之外还要用 --peer-db 给对照一个空数据库"),
    };
    let loaded = pack_with_complaints()?;
    drop(App::open(&peer_url, loaded.pack.clone(), &setup())?);
    let app = Arc::new(App::open(&ours_url, loaded.pack.clone(), &setup())?);
    app.apply_pack("system", &loaded.files)?;
    let mut options = Options::new(Arc::new(SystemClock), Arc::new(SystemRandom));
    options.without_history = true;
    let peer = Store::open(&peer_url, options)?;
    let mut csrf_key = [0; 32];
    SystemRandom.fill(&mut csrf_key);
    let setup = Setup {
        app: Arc::clone(&app),
        random: Arc::new(SystemRandom),
        csrf_key,
        demo_address: None,
        secrets: Secrets::default(),
    };
    let county = Loopback::new(Server::new(setup)?);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let rounds = u64::try_from(args.rounds).unwrap_or(1).max(1);
    let each = (args.n / CITIZENS / rounds).max(1);
    let number = Arc::new(AtomicU64::new(0));
    let (mut ours, mut theirs) = (Laps::default(), Laps::default());
    let mut seconds = 0.0;
    for round in 0..=rounds {
        let begin = Instant::now();
        let laps = runtime.block_on(all_at_once(&county, &number, each))?;
        let took = begin.elapsed().as_secs_f64();
        let other = plain(&peer, &app, &number, each)?;
        // The first round warms both databases up.
        if round > 0 {
            seconds += took;
            ours.extend(laps);
            theirs.extend(other);
        }
    }
    let filed = each * CITIZENS * rounds;
    #[expect(clippy::cast_precision_loss, reason = "a count of complaints")]
    let rate = filed as f64 / seconds;
    Ok(Found {
        n: filed,
        ours: json!({
            "p50_ms": digits(ours.at(0.5)), "p99_ms": digits(ours.at(0.99)), "per_second": rate.round(),
            "citizens": CITIZENS, "database": ours_url.split(':').next().unwrap_or_default(),
        }),
        peer: json!({
            "name": "same record and committer, no web, case, versions and receipt",
            "p50_ms": digits(theirs.at(0.5)), "p99_ms": digits(theirs.at(0.99)),
        }),
        ratio: theirs.at(0.99) / ours.at(0.99),
    })
}

/// Every citizen has an address of his own for each complaint, so that the limit is asked and does not bite.
async fn all_at_once(county: &Loopback, number: &Arc<AtomicU64>, each: u64) -> Result<Laps> {
    let citizens = (0..CITIZENS).map(|_| {
        let (county, number) = (county.clone(), Arc::clone(number));
        tokio::spawn(async move {
            let mut laps = Laps::default();
            for _ in 0..each {
                let number = number.fetch_add(1, Ordering::SeqCst);
                let (cookie, form) = opened(&county, number).await?;
                let begin = Instant::now();
                let receipt = county.send(FORM, from(number), &cookie, form).await.map_err(Error::msg)?.text;
                laps.0.push(begin.elapsed());
                ensure!(receipt.contains("已经收到您的投诉"), "没有回执：{receipt}");
            }
            Ok(laps)
        })
    });
    let mut laps = Laps::default();
    for citizen in citizens.collect::<Vec<_>>() {
        laps.extend(citizen.await.context("a citizen ended early")??);
    }
    Ok(laps)
}

/// Opens the form; answers its cookie and the body of the last page.
async fn opened(county: &Loopback, number: u64) -> Result<(String, String)> {
    let answered = county.open(FORM, from(number)).await.map_err(Error::msg)?;
    let hidden = |name: &str| {
        let rest = answered.text.split_once(&format!("name=\"{name}\" value=\"")).map(|(_, rest)| rest);
        rest.and_then(|rest| rest.split('"').next()).with_context(|| format!("no {name}"))
    };
    let (csrf, key) = (hidden("csrf")?, hidden("key")?);
    Ok((
        answered.cookie.clone(),
        format!("csrf={csrf}&key={key}&page=2&do=send&f.matter=bench+{number}&f.story=story&f.phone=13800000000"),
    ))
}

fn from(number: u64) -> IpAddr {
    let [.., one, two, three] = number.to_be_bytes();
    IpAddr::V4(Ipv4Addr::new(10, one, two, three))
}

/// The peer, with as many threads as there are citizens.
fn plain(peer: &Store, app: &App, number: &AtomicU64, each: u64) -> Result<Laps> {
    std::thread::scope(|scope| {
        let citizen = || -> Result<Laps> {
            let mut laps = Laps::default();
            for _ in 0..each {
                let number = number.fetch_add(1, Ordering::SeqCst);
                let (number, matter) = (format!("P{number}"), format!("bench {number}"));
                let fields =
                    [("number", number.as_str()), ("matter", &matter), ("story", "story"), ("phone", "13800000000")];
                let submission = Submission {
                    act: Act::Create(Draft::of_texts(fields)),
                    kind: "bench_complaint".to_owned(),
                    id: None,
                    expected_version: None,
                    reason: None,
                };
                let Act::Create(draft) = &submission.act else { bail!("not a creation") };
                let mut id = [0; 16];
                SystemRandom.fill(&mut id);
                laps.time(|| super::peer::store_one(peer, &app.pack, &submission, draft, RecordId(id), app.today()))?;
            }
            Ok(laps)
        };
        let threads: Vec<_> = (0..CITIZENS).map(|_| scope.spawn(citizen)).collect();
        let mut laps = Laps::default();
        for thread in threads {
            laps.extend(thread.join().ok().context("a thread ended early")??);
        }
        Ok(laps)
    })
}

/// The demonstration pack with a kind of complaint of this measurement's own, so that the figure does not move with the packs.
fn pack_with_complaints() -> Result<Loaded> {
    let mut loaded = packs::load(None, Carry::Demo)?;
    let main = loaded.files.last_mut().context("a pack without files")?;
    main.files.insert("bench.toml".to_owned(), COMPLAINT.to_owned());
    let (main, included) = loaded.files.split_last().context("a pack without files")?;
    let find = |name: &str| included.iter().find(|folder| folder.name == name).cloned();
    let (pack, problems) = read(main, &find);
    let first = problems.first().map(|problem| problem.message.clone()).unwrap_or_default();
    loaded.pack = pack.with_context(|| format!("测量用的方案包有问题：{first}"))?;
    Ok(loaded)
}

const COMPLAINT: &str = r#"
[[kind]]
id = "bench_complaint"
name = "测量用投诉"
group = "测量"
about = "测量用"
mode = "handle"
label = "{number} {matter}"
key = "number"
body = "scjg"
columns = ["number", "matter", "state"]
filters = [["state"]]
[[kind.field]]
id = "number"
name = "编号"
type = "text"
serial = "B{yyyy}-{000000}"
[[kind.field]]
id = "matter"
name = "事项"
type = "text"
required = true
[[kind.field]]
id = "story"
name = "经过"
type = "passage"
[[kind.field]]
id = "phone"
name = "电话"
type = "text"
format = "phone"
personal = true
[[kind.sample]]
matter = "测量"
[kind.public_entry]
path = "bench"
name = "测量用投诉"
ask = [["matter", "story"], ["phone"]]
calls = ["12315"]
[[procedure]]
id = "bench_complaint"
kind = "bench_complaint"
name = "测量用程序"
start = "lodged"
state = [{ id = "lodged", name = "待受理" }, { id = "closed", name = "已办结", final = true }]
step = [{ id = "close", name = "办结", from = "lodged", to = "closed", role = "officer" }]
clock = [{ id = "decide", name = "受理决定", starts = "state:lodged", stops = "step:close", length = "7 workday" }]
"#;
