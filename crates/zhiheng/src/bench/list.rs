//! list: the newest page of every declared filter of every kind, with the values that occur most. The peer reads all records of the
//! kind and keeps those that match.

use std::collections::HashMap;

use anyhow::Result;
use serde_json::{Value, json};
use zhiheng_app::{App, ListWanted};
use zhiheng_pack::{Kind, Record};
use zhiheng_store::Store;

use super::{Bench, Found, Laps, digits, filled, reading};
use crate::Common;

const PAGE: usize = 50;
const VALUES: usize = 3;

pub(super) fn run(common: &Common, args: &Bench) -> Result<Found> {
    let filled = filled(common, args, args.n)?;
    let store = reading(&filled.url, &filled.app.pack)?;
    let (mut ours, mut peer) = (Laps::default(), Laps::default());
    let mut worst: Option<(f64, Value)> = None;
    let mut sets = 0;
    let mut stopped = 0;
    for kind in &filled.app.pack.kinds {
        for set in &kind.filters {
            sets += 1;
            let mut laps = Laps::default();
            for wanted in common_values(&store, &filled.app, kind, set)? {
                for _ in 0..args.rounds.max(1) * 8 {
                    let view = laps.time(|| Ok(filled.app.list(kind, &wanted)?))?;
                    stopped += usize::from(view.stopped);
                }
                peer.time(|| scan(&store, &filled.app, kind, &wanted))?;
            }
            let p99 = laps.at(0.99);
            if worst.as_ref().is_none_or(|(slowest, _)| p99 > *slowest) {
                let fields: Vec<&str> =
                    set.iter().filter_map(|at| kind.fields.get(*at)).map(|field| field.id.as_str()).collect();
                worst = Some((p99, json!({ "kind": kind.id, "filter": fields, "p99_ms": digits(p99) })));
            }
            ours.extend(laps);
        }
    }
    Ok(Found {
        n: filled.records,
        ratio: peer.at(0.99) / ours.at(0.99),
        ours: json!({
            "p50_ms": digits(ours.at(0.5)), "p99_ms": digits(ours.at(0.99)), "laps": ours.0.len(), "filters": sets,
            "stopped_early": stopped, "worst": worst.map(|(_, worst)| worst),
        }),
        peer: json!({ "name": "reading all records of the kind and keeping those that match", "p50_ms": digits(peer.at(0.5)), "p99_ms": digits(peer.at(0.99)), "laps": peer.0.len() }),
    })
}

/// The combinations of values that occur most, the hardest ones for an index; the rarest one too, the hardest for a scan.
fn common_values(store: &Store, app: &App, kind: &Kind, set: &[usize]) -> Result<Vec<ListWanted>> {
    let mut counts: HashMap<Vec<(usize, String)>, usize> = HashMap::new();
    store.read()?.scan_records(&app.pack.place, &kind.id, |row| {
        let Some(record) = Record::from_canonical(kind, &row.fields) else { return Ok(()) };
        if let Some(values) = values(&record, set) {
            *counts.entry(values).or_default() += 1;
        }
        Ok(())
    })?;
    let mut sorted: Vec<_> = counts.into_iter().collect();
    sorted.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
    let rarest = sorted.last().cloned().filter(|_| sorted.len() > VALUES);
    let wanted = sorted.into_iter().take(VALUES).chain(rarest);
    Ok(wanted.map(|(filters, _)| ListWanted { filters, limit: PAGE, ..ListWanted::default() }).collect())
}

fn values(record: &Record, set: &[usize]) -> Option<Vec<(usize, String)>> {
    let text = |at: usize| {
        let json = record.value(at)?.to_json();
        Some(json.as_str().map_or_else(|| json.to_string(), str::to_owned))
    };
    set.iter().map(|at| Some((*at, text(*at)?))).collect()
}

fn scan(store: &Store, app: &App, kind: &Kind, wanted: &ListWanted) -> Result<usize> {
    let mut found: Vec<(Option<i32>, [u8; 16])> = Vec::new();
    let set: Vec<usize> = wanted.filters.iter().map(|(at, _)| *at).collect();
    store.read()?.scan_records(&app.pack.place, &kind.id, |row| {
        let record = Record::from_canonical(kind, &row.fields).filter(|_| row.live);
        if record.is_some_and(|record| values(&record, &set).as_ref() == Some(&wanted.filters)) {
            found.push((row.day, row.id.0));
        }
        Ok(())
    })?;
    found.sort_unstable_by(|a, b| b.cmp(a));
    found.truncate(PAGE);
    Ok(found.len())
}
