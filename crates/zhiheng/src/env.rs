//! The one place that asks the operating system for the time and for chance.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use zhiheng_app::{Clock, Random};

/// The system's clock, µs of UTC.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is where the clock is handed in from")]
    fn now_micros(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }
}

/// A clock that stands still, for the demonstration county.
pub(crate) struct FixedClock(pub(crate) i64);

impl Clock for FixedClock {
    fn now_micros(&self) -> i64 {
        self.0
    }
}

/// A clock whose hours go on and whose day stands.
pub(crate) struct StandingClock {
    /// The day, at the place.
    pub(crate) day: i32,
    /// The place's zone.
    pub(crate) offset_hours: i64,
}

impl Clock for StandingClock {
    fn now_micros(&self) -> i64 {
        const HOUR: i64 = 3_600_000_000;
        let of_day = (SystemClock.now_micros() + self.offset_hours * HOUR).rem_euclid(24 * HOUR);
        i64::from(self.day) * 24 * HOUR + of_day - self.offset_hours * HOUR
    }
}

/// The system's source of chance.
pub(crate) struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        if getrandom::fill(bytes).is_err() {
            // Without chance there are no safe ids and no safe tokens: going on would be worse than stopping.
            std::process::abort();
        }
    }
}

/// Reads an instant such as `2026-11-23T14:06:00Z` or `2026-11-23T14:06:00+08:00`, or a day (its first moment, UTC).
pub(crate) fn instant(text: &str) -> Result<i64> {
    let day = text.get(..10).and_then(zhiheng_pack::day::parse).context("时刻要写成 2026-11-23T14:06:00Z")?;
    let midnight = i64::from(zhiheng_pack::day::number(day)) * 86_400;
    let rest = text.get(10..).unwrap_or_default().trim_start_matches(['T', ' ']);
    let (clock, offset) = match rest.find(['Z', '+', '-']) {
        Some(at) => (rest.get(..at).unwrap_or_default(), rest.get(at..).unwrap_or_default()),
        None => (rest, "Z"),
    };
    let seconds = |text: &str| -> Result<i64> {
        let mut total = 0;
        for (part, unit) in text.split(':').zip([3600, 60, 1]) {
            total += part.parse::<i64>().context("时刻要写成 2026-11-23T14:06:00Z")? * unit;
        }
        Ok(total)
    };
    let clock = if clock.is_empty() { 0 } else { seconds(clock)? };
    let offset = match offset.strip_prefix('+') {
        Some(ahead) => seconds(ahead)?,
        None => -offset.strip_prefix('-').map_or(Ok(0), seconds)?,
    };
    Ok((midnight + clock - offset) * 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standing_clock_keeps_its_day_at_the_place() {
        let day = zhiheng_pack::day::parse("2026-11-23").map(zhiheng_pack::day::number).unwrap();
        let clock = StandingClock { day, offset_hours: 8 };
        let now = clock.now_micros();
        assert_eq!(zhiheng_pack::day::of_instant(now, 8), day);
        assert_eq!(
            (SystemClock.now_micros() - now).rem_euclid(86_400_000_000) / 1_000_000_000,
            0,
            "the hour is the real one"
        );
    }

    #[test]
    fn instants_in_both_zones_are_the_same() {
        let utc = instant("2026-11-23T06:06:00Z").unwrap();
        assert_eq!(utc, instant("2026-11-23T14:06:00+08:00").unwrap());
        assert_eq!(instant("1970-01-02").unwrap(), 86_400_000_000);
        assert!(instant("昨天").is_err());
    }
}
