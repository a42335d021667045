//! search: the first page of what people type – two characters, long words, codes, several words, what is not there – for the office and for
//! a bureau that sees its own records. The peer is `LIKE '%…%'` over the same records, newest first, a page of them.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use zhiheng_app::{Reach, SearchWanted};

use super::{Bench, Found, Laps, digits, filled, reading};
use crate::Common;

const PAGE: usize = 20;

/// Common and rare, short and long; the last ones occur nowhere.
const QUESTIONS: [&str; 14] = [
    "脆李",
    "李",
    "腊肉",
    "示例市",
    "农产品质量安全",
    "食品有限公司",
    "丰禾",
    "2763",
    "9150",
    "脆李 合作社",
    "辣椒 超市",
    "超市 腐霉利",
    "脆李腊肉",
    "榴莲",
];

pub(super) fn run(common: &Common, args: &Bench) -> Result<Found> {
    let mut filled = filled(common, args, args.n)?;
    filled.app.wait_for_index();
    let store = reading(&filled.url, &filled.app.pack)?;
    let place = &filled.app.pack.place;
    let bureau = Reach::Of { bodies: vec!["kjj".to_owned()], areas: Vec::new(), kinds: Vec::new() };
    let (mut ours, mut peer) = (Laps::default(), Laps::default());
    let mut worst: Option<(f64, Value)> = None;
    let mut stopped = 0;
    for text in QUESTIONS {
        for reach in [Reach::Everything, bureau.clone()] {
            let whole = reach == Reach::Everything;
            let wanted = SearchWanted { text: text.to_owned(), reach, limit: PAGE, ..SearchWanted::default() };
            let mut laps = Laps::default();
            for _ in 0..args.rounds.max(1) * 20 {
                let view = laps.time(|| Ok(filled.app.search(&wanted)?))?;
                ensure!(!view.building, "索引还没有建好");
                stopped += usize::from(view.stopped);
            }
            let p99 = laps.at(0.99);
            if worst.as_ref().is_none_or(|(slowest, _)| p99 > *slowest) {
                let reader = if whole { "office" } else { "bureau" };
                worst = Some((p99, json!({ "question": text, "reader": reader, "p99_ms": digits(p99) })));
            }
            ours.extend(laps);
        }
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        peer.time(|| Ok(store.read()?.like(place, &words, i64::try_from(PAGE)?)?))?;
    }
    let (blocks, bytes) = store.read()?.search_size(place)?;
    Ok(Found {
        n: filled.records,
        ratio: peer.at(0.5) / ours.at(0.5),
        ours: json!({
            "p50_ms": digits(ours.at(0.5)), "p99_ms": digits(ours.at(0.99)), "laps": ours.0.len(), "questions": QUESTIONS.len(),
            "stopped_early": stopped, "worst": worst.map(|(_, worst)| worst),
            "blocks": blocks, "bytes": bytes, "bytes_per_record": bytes / i64::try_from(filled.records.max(1))?,
        }),
        peer: json!({ "name": "LIKE '%…%' over the fields of every record", "p50_ms": digits(peer.at(0.5)), "p99_ms": digits(peer.at(0.99)), "laps": peer.0.len() }),
    })
}
