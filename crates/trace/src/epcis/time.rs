//! Instants as EPCIS writes them (EPCIS 2.0 §7.3.2: ISO 8601 with a time zone, `2026-07-22T06:45:00.000+08:00`), without a calendar library:
//! what is read is a point in time; the offset in which it was felt is a field of its own (`eventTimeZoneOffset`).

use std::fmt;

/// A point in time: seconds since 1970-01-01T00:00:00Z and nanoseconds after them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    /// Seconds.
    pub seconds: i64,
    /// Nanoseconds, below 1,000,000,000.
    pub nanos: u32,
}

/// Days since 1970-01-01 of a day of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // March is the first month, so that the leap day is the last of its year.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + i64::from(month <= 2), month, day)
}

fn month_length(year: i64, month: i64) -> i64 {
    match month {
        2 if (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Takes a number of so many digits, and what must stand behind it.
fn take(text: &str, digits: usize, mark: &str) -> Option<(i64, usize)> {
    let number = text.get(..digits).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
    let after = text.get(digits..)?;
    (mark.is_empty() || after.starts_with(mark))
        .then(|| number.parse().ok())
        .flatten()
        .map(|number| (number, digits + mark.len()))
}

impl Instant {
    /// Reads an instant; a text without a time zone is none.
    pub fn read(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut next = |digits: usize, mark: &str| {
            let (number, used) = take(rest, digits, mark)?;
            rest = rest.get(used..)?;
            Some(number)
        };
        let (year, month, day) = (next(4, "-")?, next(2, "-")?, next(2, "T")?);
        let (hour, minute, second) = (next(2, ":")?, next(2, ":")?, next(2, "")?);
        let mut nanos = 0;
        if let Some(fraction) = rest.strip_prefix('.') {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            let kept = fraction.get(..digits.min(9))?;
            nanos = format!("{kept:0<9}").parse().ok().filter(|_| digits > 0)?;
            rest = fraction.get(digits..)?;
        }
        let offset = match rest {
            "Z" => 0,
            _ => offset(rest)?,
        };
        let valid = (1..=12).contains(&month) && (1..=month_length(year, month)).contains(&day);
        if !valid || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let seconds = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - i64::from(offset) * 60;
        Some(Self { seconds, nanos })
    }

    /// Milliseconds since 1970, rounded to the nearest, a tie to the even one (as CBV event hashes count).
    pub fn millis(self) -> i64 {
        let (whole, rest) = (i64::from(self.nanos / 1_000_000), self.nanos % 1_000_000);
        let up = rest > 500_000 || (rest == 500_000 && whole % 2 == 1);
        self.seconds * 1_000 + whole + i64::from(up)
    }
}

impl fmt::Display for Instant {
    /// In UTC with milliseconds: `2026-07-21T22:45:00.000Z`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = self.millis();
        let (seconds, millis) = (millis.div_euclid(1_000), millis.rem_euclid(1_000));
        let (year, month, day) = date(seconds.div_euclid(86_400));
        let of_day = seconds.rem_euclid(86_400);
        let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
        write!(out, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
    }
}

/// Minutes of `+08:00`; at most fourteen hours (EPCIS 2.0 §7.4.1).
pub fn offset(text: &str) -> Option<i32> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, used) = take(text.get(1..)?, 2, ":")?;
    let (minutes, last) = take(text.get(1 + used..)?, 2, "")?;
    let total = i32::try_from(hours * 60 + minutes).ok()?;
    (text.len() == 1 + used + last && minutes < 60 && total <= 14 * 60).then_some(sign * total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The count of days and the calendar are each other's inverse over eight centuries.
        #[test]
        fn a_written_instant_is_read_again(seconds in -15_000_000_000_i64..15_000_000_000, millis in 0_u32..1000) {
            let instant = Instant { seconds, nanos: millis * 1_000_000 };
            prop_assert_eq!(Instant::read(&instant.to_string()), Some(instant));
        }
    }

    #[test]
    fn what_is_no_instant() {
        assert_eq!(Instant::read("1970-01-02T08:00:00.5+08:00"), Some(Instant { seconds: 86_400, nanos: 500_000_000 }));
        for text in [
            "2026-07-22",
            "2026-07-22T06:45:00",
            "22-07-2026",
            "2026-02-29T00:00:00Z",
            "2026-07-22T24:00:00Z",
            "2026-07-22 06:45:00Z",
            "2026-07-22T06:45:00+8:00",
            "2026-07-22T06:45:00+15:00",
            "2026-07-22T06:45:00.Z",
            "２026-07-22T06:45:00Z",
            "",
        ] {
            assert_eq!(Instant::read(text), None, "{text}");
        }
    }
}
