//! The process is killed while it writes: what was acknowledged is there, what is there is whole.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use zhiheng_store::{Outcome, Store};

use crate::county::{Act, Acts, County, KIND, PLACE, Sample, id, on_both, today};

/// Not a test of its own: the process that is killed. It says each number once it is acknowledged.
#[test]
#[ignore = "run by the test below"]
#[expect(clippy::disallowed_methods, reason = "the parent hands over what to write to")]
fn child() {
    let Ok(url) = std::env::var("ZHIHENG_CRASH_URL") else { return };
    let first: u64 = std::env::var("ZHIHENG_CRASH_FIRST").unwrap().parse().unwrap();
    let mut options = County::sqlite().options();
    options.lock_wait = std::time::Duration::from_secs(10);
    let store = Store::open(&url, options).unwrap();
    let next = AtomicU64::new(first);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    let request = Some(("王".to_owned(), format!("{number}")));
                    let act = Act { request, ..Act::create(number, Sample::new(today())) };
                    let outcome = store.submit(PLACE, Box::new(Acts(vec![act]))).unwrap();
                    assert!(matches!(outcome, Outcome::Done { .. }));
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "acknowledged {number}").unwrap();
                    out.flush().unwrap();
                }
            });
        }
    });
}

#[test]
fn what_was_acknowledged_survives_a_kill_and_nothing_is_half_there() {
    on_both(|county| {
        drop(county.open());
        let mut acknowledged: Vec<u64> = Vec::new();
        for cycle in 0..6_u64 {
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["crash::child", "--exact", "--ignored", "--nocapture"])
                .env("ZHIHENG_CRASH_URL", &county.url)
                .env("ZHIHENG_CRASH_FIRST", (cycle * 1_000_000).to_string())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            // Killed in the middle of its work, at a moment that differs from cycle to cycle.
            let lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let mut heard = 0;
            for line in lines {
                let line = line.unwrap();
                acknowledged.extend(line.split_once("acknowledged ").map(|(_, number)| number.parse::<u64>().unwrap()));
                heard += 1;
                if heard == 20 + cycle * 37 {
                    child.kill().unwrap();
                }
            }
            child.wait().unwrap();

            let mut options = county.options();
            options.lock_wait = std::time::Duration::from_secs(10);
            let store = Store::open(&county.url, options).unwrap();
            assert_eq!(store.fsck(PLACE, false).unwrap(), []);
            let mut reader = store.read().unwrap();
            for number in &acknowledged {
                assert!(reader.record(PLACE, KIND, &id(*number)).unwrap().is_some(), "{number} was lost");
            }
            let stored = reader.total_records(PLACE).unwrap();
            assert_eq!(reader.sums(PLACE, "p", &[1], None, today()).unwrap()[&1].den, stored);
            assert!(stored >= i64::try_from(acknowledged.len()).unwrap());
        }
        assert!(acknowledged.len() > 200, "{}", acknowledged.len());
    });
}
