//! submit: durable records per second with 64 submitters at once, each record moving three indicators. The peer is the contract's: the
//! same rows and indexes under the same group committer, without versions, cells and commitments.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::json;
use zhiheng_app::{Act, App, Random, RecordId, Submission};
use zhiheng_pack::{Draft, day};
use zhiheng_store::{Options, Store};

use super::{Bench, Folder, Found, Laps, digits, median, pack_of_three, setup};
use crate::Common;
use crate::env::{SystemClock, SystemRandom};

const THREADS: u64 = 64;

pub(super) fn run(common: &Common, args: &Bench) -> Result<Found> {
    let folder = Folder::new("submit")?;
    let named = common.db != crate::DEFAULT_DB;
    let (ours_url, peer_url) = match (named, &args.peer_db) {
        (false, _) => (folder.sqlite("ours.db"), folder.sqlite("peer.db")),
        (true, Some(peer)) => (common.db.clone(), peer.clone()),
        (true, None) => bail!("--db 之外还要用 --peer-db 给对照一个空数据库"),
    };
    // Both sides begin as the product makes a database, indexes of the declared filters included.
    let loaded = pack_of_three()?;
    drop(App::open(&peer_url, loaded.pack.clone(), &setup())?);
    let ours = App::open(&ours_url, loaded.pack.clone(), &setup())?;
    let mut options = Options::new(Arc::new(SystemClock), Arc::new(SystemRandom));
    options.without_history = true;
    let peer = Store::open(&peer_url, options)?;
    let pack = Arc::clone(&ours.pack);

    let each = (args.n / THREADS / u64::try_from(args.rounds).unwrap_or(1).max(1)).max(1);
    let today = ours.today();
    let number = AtomicU64::new(0);
    let (mut our_laps, mut peer_laps) = (Laps::default(), Laps::default());
    let (mut our_rates, mut peer_rates) = (Vec::new(), Vec::new());
    let mut moved = usize::MAX;
    for round in 0..=args.rounds {
        let rows = batches(&number, each, today);
        let begin = Instant::now();
        let (laps, least) = at_once(&rows, |submission| {
            let receipt = ours.submit("bench", submission, None)?;
            Ok(receipt.moved.len())
        })?;
        let rate = rate(each, begin);
        let rows = batches(&number, each, today);
        let begin = Instant::now();
        let (other, _) = at_once(&rows, |submission| {
            let Act::Create(draft) = &submission.act else { bail!("not a creation") };
            super::peer::store_one(&peer, &pack, submission, draft, new_id(), today)?;
            Ok(0)
        })?;
        if round > 0 {
            // The first round warms both databases up.
            our_rates.push(rate);
            peer_rates.push(self::rate(each, begin));
            our_laps.extend(laps);
            peer_laps.extend(other);
            moved = moved.min(least);
        }
    }
    let (ours, peer) = (median(our_rates), median(peer_rates));
    Ok(Found {
        n: each * THREADS * u64::try_from(args.rounds).unwrap_or_default(),
        ours: json!({
            "per_second": ours.round(), "p50_ms": digits(our_laps.at(0.5)), "p99_ms": digits(our_laps.at(0.99)),
            "threads": THREADS, "indicators_moved": moved,
            "database": ours_url.split(':').next().unwrap_or_default(),
            "durability": "SQLite synchronous=FULL / PostgreSQL synchronous_commit=on",
        }),
        peer: json!({
            "name": "same rows, indexes and committer, no versions and cells", "per_second": peer.round(),
            "p50_ms": digits(peer_laps.at(0.5)), "p99_ms": digits(peer_laps.at(0.99)),
        }),
        ratio: ours / peer,
    })
}

/// index: what the search index costs submissions. Both sides are the product; the peer leaves its index alone.
pub(super) fn index(common: &Common, args: &Bench) -> Result<Found> {
    let folder = Folder::new("index")?;
    let named = common.db != crate::DEFAULT_DB;
    let (ours_url, peer_url) = match (named, &args.peer_db) {
        (false, _) => (folder.sqlite("ours.db"), folder.sqlite("peer.db")),
        (true, Some(peer)) => (common.db.clone(), peer.clone()),
        (true, None) => bail!("--db 之外还要用 --peer-db 给对照一个空数据库"),
    };
    let loaded = pack_of_three()?;
    let ours = App::open(&ours_url, loaded.pack.clone(), &setup())?;
    let peer = App::open(&peer_url, loaded.pack.clone(), &setup())?;
    peer.without_index();
    let each = (args.n / THREADS / u64::try_from(args.rounds).unwrap_or(1).max(1)).max(1);
    let today = ours.today();
    let number = AtomicU64::new(0);
    let mut sides = [(&ours, Laps::default(), Vec::new()), (&peer, Laps::default(), Vec::new())];
    for round in 0..=args.rounds {
        for turn in 0..2 {
            // Who begins alternates: a machine that gets busier must not always hit the same one.
            let Some((app, laps, rates)) = sides.get_mut((round + turn) % 2) else { continue };
            let rows = batches(&number, each, today);
            let begin = Instant::now();
            let (found, _) = at_once(&rows, |submission| {
                app.submit("bench", submission, None)?;
                Ok(0)
            })?;
            if round > 0 {
                rates.push(rate(each, begin));
                laps.extend(found);
            }
        }
    }
    let [(_, our_laps, our_rates), (_, peer_laps, peer_rates)] = sides;
    let (our_rate, peer_rate) = (median(our_rates), median(peer_rates));
    let side = |rate: f64, laps: &Laps| json!({ "per_second": rate.round(), "p50_ms": digits(laps.at(0.5)), "p99_ms": digits(laps.at(0.99)), "threads": THREADS });
    let mut peer_side = side(peer_rate, &peer_laps);
    if let Some(object) = peer_side.as_object_mut() {
        object.insert("name".to_owned(), json!("the same program without a search index"));
    }
    Ok(Found {
        n: each * THREADS * u64::try_from(args.rounds).unwrap_or_default(),
        ours: side(our_rate, &our_laps),
        peer: peer_side,
        ratio: our_rate / peer_rate,
    })
}

#[expect(clippy::cast_precision_loss, reason = "a count of records")]
fn rate(each: u64, begin: Instant) -> f64 {
    (each * THREADS) as f64 / begin.elapsed().as_secs_f64()
}

/// Hands every thread its rows at the same time; answers the laps and the least number of indicators that a record moved.
fn at_once(rows: &[Vec<Submission>], submit: impl Fn(&Submission) -> Result<usize> + Sync) -> Result<(Laps, usize)> {
    std::thread::scope(|scope| {
        let submit = &submit;
        let threads: Vec<_> = rows
            .iter()
            .map(|rows| {
                scope.spawn(move || -> Result<(Laps, usize)> {
                    let (mut laps, mut least) = (Laps::default(), usize::MAX);
                    for row in rows {
                        least = least.min(laps.time(|| submit(row))?);
                    }
                    Ok((laps, least))
                })
            })
            .collect();
        let (mut laps, mut least) = (Laps::default(), usize::MAX);
        for thread in threads {
            let (of_thread, moved) = thread.join().ok().context("a thread ended early")??;
            laps.extend(of_thread);
            least = least.min(moved);
        }
        Ok((laps, least))
    })
}

fn batches(number: &AtomicU64, each: u64, today: i32) -> Vec<Vec<Submission>> {
    let rows = |_| (0..each).map(|_| submission(number.fetch_add(1, Ordering::SeqCst), today)).collect();
    (0..THREADS).map(rows).collect()
}

pub(super) fn submission(number: u64, today: i32) -> Submission {
    let sampled = today - 1 - i32::try_from(number * 7 % 300).unwrap_or_default();
    let sampled = sampled.max(day::first_of_year(day::date(today).year()));
    let iso = |day: i32| day::date(day).to_string();
    let area = 1 + number % 2;
    let fields = [
        ("sample_no", format!("BENCH{number:012}")),
        ("sample_name", "小麦粉".to_owned()),
        ("food_class", "粮食加工品".to_owned()),
        ("sampled_party", format!("示例县测量用超市{}", number % 500)),
        ("sampled_party_address", "示例县甲街道示例路1号".to_owned()),
        ("area", format!("99010100{area}")),
        ("stage", "circulation".to_owned()),
        ("producer_name", "示例市丰禾面粉厂".to_owned()),
        ("spec", "10kg/袋".to_owned()),
        ("production_date", iso(sampled - 30)),
        ("sampled_on", iso(sampled)),
        ("received_on", iso(sampled)),
        ("task_type", "supervision".to_owned()),
        ("task_level", "county".to_owned()),
        ("lab", "示例市质量检验中心".to_owned()),
        ("verdict", if number.is_multiple_of(50) { "unqualified" } else { "qualified" }.to_owned()),
        ("concluded_on", iso(today - 1)),
        ("retest", "none".to_owned()),
    ];
    let draft = Draft::of_texts(fields.iter().map(|(id, text)| (*id, text.as_str())));
    Submission {
        act: Act::Create(draft),
        kind: "food_sample".to_owned(),
        id: None,
        expected_version: None,
        reason: None,
    }
}

/// An id in the order of time, as the product makes them.
fn new_id() -> RecordId {
    use zhiheng_app::Clock;
    let mut bytes = [0; 16];
    SystemRandom.fill(&mut bytes);
    let millis = u64::try_from(SystemClock.now_micros() / 1000).unwrap_or_default().to_be_bytes();
    for (slot, byte) in bytes.iter_mut().zip(millis.iter().skip(2)) {
        *slot = *byte;
    }
    RecordId(bytes)
}
