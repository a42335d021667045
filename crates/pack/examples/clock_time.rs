//! Measures how long a last day takes, and its explanation: `cargo run --release -p zhiheng-pack --example clock_time`.
#![expect(clippy::print_stdout, clippy::indexing_slicing, reason = "a command that prints figures")]

use std::time::Instant;

use zhiheng_pack::clock::{Calendar, count};
use zhiheng_pack::day::parse;
use zhiheng_pack::pack::Holiday;
use zhiheng_pack::procedure::Length;

const TIMES: u32 = 1_000_000;

fn main() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../packs/wushan-2024/calendar.toml");
    let table: toml::Table = std::fs::read_to_string(file).unwrap_or_default().parse().unwrap_or_default();
    let holidays: Vec<Holiday> = (table.get("holiday").and_then(toml::Value::as_array).into_iter().flatten())
        .filter_map(|row| {
            let day = parse(&row.get("day")?.as_datetime()?.to_string())?;
            let name = row.get("name")?.as_str()?.to_owned();
            Some(Holiday { day, working: row.get("kind")?.as_str() == Some("work"), name })
        })
        .collect();
    let calendar = Calendar::new(&holidays);
    let first = parse("2024-03-18").map_or(0, zhiheng_pack::day::number);
    println!("{} arranged days; nanoseconds a count, mean of {TIMES}", holidays.len());
    for (text, paused) in [("7 workday", 0), ("90 workday", 0), ("90 workday", 2), ("60 day", 2), ("3 month", 2)] {
        let Some(length) = Length::parse(text) else { continue };
        let counted = |at: u32| {
            let from = first + at.cast_signed() % 900;
            let pauses = [(from + 3, Some(from + 9)), (from + 20, Some(from + 31))];
            count(&calendar, from, length, true, &pauses[..paused], &[])
        };
        let mean = |times: u32, one: &dyn Fn(u32)| {
            let start = Instant::now();
            (0..times).for_each(one);
            start.elapsed().as_nanos() / u128::from(times)
        };
        let due = mean(TIMES, &|at| drop(std::hint::black_box(counted(at))));
        let explained = mean(TIMES / 100, &|at| drop(std::hint::black_box(counted(at).explain(&calendar))));
        println!("{text:<12}{paused} pauses{due:>8} ns{explained:>10} ns with every day explained");
    }
}
