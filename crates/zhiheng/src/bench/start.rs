//! start: the server itself, from its first instruction to the board in a reader's hands, and what it holds in memory when nobody asks
//! anything. Beside it the same without the web: a process that opens the database and reads one board. The peer is the same server on
//! a county of 10,000 records: the ratio is the growth with n.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

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
    let (mut ours, mut peer, mut resident, mut bare) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..args.rounds.max(1) * 2 {
        let (milliseconds, megabytes) = served(&large.0, IDLE)?;
        ours.push(milliseconds);
        resident.push(megabytes);
        peer.push(served(&small.0, Duration::ZERO)?.0);
        bare.push(child(&large.0)?.0);
    }
    let binary = std::fs::metadata(std::env::current_exe()?)?.len() / 1_048_576;
    let slowest = ours.iter().copied().fold(0.0, f64::max);
    let (ours, peer, bare) = (median(ours), median(peer), median(bare));
    Ok(Found {
        n: large.2,
        ours: json!({ "p50_ms": digits(ours), "max_ms": digits(slowest), "idle_resident_mb": digits(median(resident)), "without_web_p50_ms": digits(bare), "binary_mb": binary }),
        peer: json!({ "name": "the same on 10,000 records", "p50_ms": digits(peer) }),
        ratio: peer / ours,
    })
}

/// How long a server is left alone before its memory is looked at.
const IDLE: Duration = Duration::from_secs(3);

/// A server that ends with its measurement.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the server on a database, asks for the board, and answers the milliseconds to its last byte and the memory after a pause.
#[expect(clippy::cast_precision_loss, reason = "kilobytes")]
fn served(url: &str, pause: Duration) -> Result<(f64, f64)> {
    let place = packs::load(None, Carry::Demo)?.pack.place;
    let begin = Instant::now();
    let child = Command::new(std::env::current_exe()?)
        .args(["serve", "--listen", "127.0.0.1:0", "--place", &place, "--db", url])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let mut running = Running(child);
    // Held to the end: a server whose words nobody hears stops.
    let mut words = BufReader::new(running.0.stdout.take().context("the server's words")?);
    let mut greeting = String::new();
    words.read_line(&mut greeting)?;
    let address = greeting.trim().rsplit("http://").next().context("the server's address")?.to_owned();
    let mut stream = TcpStream::connect(&address)?;
    write!(stream, "GET /board HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut page = String::new();
    stream.read_to_string(&mut page)?;
    let milliseconds = begin.elapsed().as_secs_f64() * 1000.0;
    ensure!(page.starts_with("HTTP/1.1 200"), "the board was not served: {}", page.lines().next().unwrap_or_default());
    std::thread::sleep(pause);
    let kilobytes = super::import::memory_of(running.0.id(), "VmRSS:");
    Ok((milliseconds, kilobytes as f64 / 1024.0))
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
