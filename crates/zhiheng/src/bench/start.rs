//! start: a process of its own opens a database and reads the first board. The peer is the same process on a county of 10,000 records:
//! the ratio is the growth with n.

use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use zhiheng_app::{App, DEMO_RECORDS, When};

use super::{Bench, Found, demo_day, digits, filled, median, setup};
use crate::Common;
use crate::cmd::say;
use crate::packs::{self, Carry};

pub(super) fn run(common: &Common, args: &Bench) -> Result<Found> {
    let unnamed = Common { db: crate::DEFAULT_DB.to_owned(), ..common.clone() };
    let small = {
        let filled = filled(&unnamed, args, DEMO_RECORDS)?;
        let folder = filled._folder;
        (filled.url, folder)
    };
    let large = {
        let filled = filled(common, args, args.n)?;
        (filled.url, filled._folder, filled.records)
    };
    let (mut ours, mut peer, mut resident) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..args.rounds.max(1) * 2 {
        let (milliseconds, megabytes) = child(&large.0)?;
        ours.push(milliseconds);
        resident.push(megabytes);
        peer.push(child(&small.0)?.0);
    }
    let binary = std::fs::metadata(std::env::current_exe()?)?.len() / 1_048_576;
    let slowest = ours.iter().copied().fold(0.0, f64::max);
    let (ours, peer) = (median(ours), median(peer));
    Ok(Found {
        n: large.2,
        ours: json!({ "p50_ms": digits(ours), "max_ms": digits(slowest), "resident_mb": digits(median(resident)), "binary_mb": binary }),
        peer: json!({ "name": "the same on 10,000 records", "p50_ms": digits(peer) }),
        ratio: peer / ours,
    })
}

fn child(url: &str) -> Result<(f64, f64)> {
    let output = Command::new(std::env::current_exe()?).args(["bench", "start-once", "--db", url]).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let value: Value = serde_json::from_slice(&output.stdout)?;
    let number = |name: &str| value.get(name).and_then(Value::as_f64).context("a figure");
    Ok((number("ms")?, number("resident_mb")?))
}

/// Opens the database, reads the first board, and says how long it took from the start of `main`'s work and what it holds in memory.
#[expect(clippy::cast_precision_loss, reason = "kilobytes")]
pub(super) fn once(common: &Common) -> Result<ExitCode> {
    let begin = Instant::now();
    let loaded = packs::load(None, Carry::Demo)?;
    let app = App::open(&common.db, loaded.pack, &setup())?;
    app.board(When { as_of: demo_day()?, known_on: None })?;
    let milliseconds = begin.elapsed().as_secs_f64() * 1000.0;
    std::thread::sleep(std::time::Duration::from_millis(200));
    let resident = super::import::memory("VmRSS:") as f64 / 1024.0;
    say(json!({ "ms": digits(milliseconds), "resident_mb": digits(resident) }).to_string());
    Ok(ExitCode::SUCCESS)
}
