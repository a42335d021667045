//! Days, months and years as integers. A day is counted from 1970-01-01, a month is `year * 12 + month - 1`.
//! The calendar is the proleptic Gregorian one; nothing here reads a clock.

/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;

/// The local day on which an instant lies.
///
/// `recorded_at` is in microseconds of UTC, `offset_seconds` is what local time is ahead of it.
#[must_use]
pub fn day_of(recorded_at: i64, offset_seconds: i32) -> i32 {
    let local = recorded_at.saturating_add(i64::from(offset_seconds) * 1_000_000);
    saturate(local.div_euclid(DAY_MICROS))
}

/// The first instant, in microseconds of UTC, that no longer belongs to the local day.
#[must_use]
pub fn end_of_day(day: i32, offset_seconds: i32) -> i64 {
    (i64::from(day) + 1) * DAY_MICROS - i64::from(offset_seconds) * 1_000_000
}

/// The month of a day.
#[must_use]
pub fn month_of(day: i32) -> i32 {
    let (year, month) = year_month_of(day);
    saturate(year * 12 + month - 1)
}

/// The year of a day.
#[must_use]
pub fn year_of(day: i32) -> i32 {
    saturate(year_month_of(day).0)
}

/// The first day of a month.
#[must_use]
pub fn first_of_month(month: i32) -> i32 {
    let (year, month) = (i64::from(month).div_euclid(12), i64::from(month).rem_euclid(12) + 1);
    // Count from 1 March, so that the leap day is the last of its year.
    let march_year = if month <= 2 { year - 1 } else { year };
    let era = march_year.div_euclid(400);
    let of_era = march_year.rem_euclid(400);
    let since_march = (month + 9) % 12;
    let of_year = (153 * since_march + 2) / 5;
    let day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
    saturate(era * 146_097 + day_of_era - 719_468)
}

/// The first day of a year.
#[must_use]
pub fn first_of_year(year: i32) -> i32 {
    first_of_month(year.saturating_mul(12))
}

fn year_month_of(day: i32) -> (i64, i64) {
    let shifted = i64::from(day) + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let since_march = (5 * of_year + 2) / 153;
    let month = if since_march < 10 { since_march + 3 } else { since_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month)
}

fn saturate(wide: i64) -> i32 {
    i32::try_from(wide).unwrap_or(if wide < 0 { i32::MIN } else { i32::MAX })
}

/// Whole years, whole months and single days that together are exactly `from ..= to`.
///
/// At most one run of years, two of months and two of days are produced for a bounded span, so that a sum over
/// any span reads few rows. Without `from` the span has no beginning.
pub(crate) fn pieces(from: Option<i32>, to: i32) -> Vec<Piece> {
    let mut out = Vec::new();
    if from.is_some_and(|from| from > to) {
        return out;
    }
    let next_year = year_of(to) + i32::from(first_of_year(year_of(to) + 1) == to + 1);
    let first_year = from.map(|from| year_of(from) + i32::from(first_of_year(year_of(from)) != from));
    if first_year.is_some_and(|first| first >= next_year) {
        months(from.unwrap_or(to), to, &mut out);
        return out;
    }
    if let (Some(from), Some(first)) = (from, first_year) {
        months(from, first_of_year(first) - 1, &mut out);
    }
    out.push(Piece {
        grain: Grain::Year,
        from: first_year.map_or(i64::from(i32::MIN), i64::from),
        to: i64::from(next_year) - 1,
    });
    months(first_of_year(next_year), to, &mut out);
    out
}

fn months(from: i32, to: i32, out: &mut Vec<Piece>) {
    if from > to {
        return;
    }
    let first = month_of(from) + i32::from(first_of_month(month_of(from)) != from);
    let next = month_of(to) + i32::from(first_of_month(month_of(to) + 1) == to + 1);
    if first >= next {
        out.push(Piece { grain: Grain::Day, from: from.into(), to: to.into() });
        return;
    }
    if from < first_of_month(first) {
        out.push(Piece { grain: Grain::Day, from: from.into(), to: i64::from(first_of_month(first)) - 1 });
    }
    out.push(Piece { grain: Grain::Month, from: first.into(), to: i64::from(next) - 1 });
    if first_of_month(next) <= to {
        out.push(Piece { grain: Grain::Day, from: first_of_month(next).into(), to: to.into() });
    }
}

/// How long the period of a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// A day, counted from 1970-01-01.
    Day,
    /// A month, `year * 12 + month - 1`.
    Month,
    /// A year.
    Year,
}

impl Grain {
    pub(crate) fn number(self) -> i64 {
        match self {
            Grain::Day => 0,
            Grain::Month => 1,
            Grain::Year => 2,
        }
    }
}

/// A run of periods of one length, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) grain: Grain,
    pub(crate) from: i64,
    pub(crate) to: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_months_and_years_agree_with_the_calendar() {
        for (day, month, year) in [
            (0, 1970 * 12, 1970),
            (19_722, 2023 * 12 + 11, 2023),
            (19_723, 2024 * 12, 2024),
            (-1, 1969 * 12 + 11, 1969),
        ] {
            assert_eq!((month_of(day), year_of(day)), (month, year), "day {day}");
        }
        let mut month = 1900 * 12;
        for day in first_of_year(1900)..first_of_year(2110) {
            if day == first_of_month(month + 1) {
                month += 1;
            }
            assert_eq!(month_of(day), month);
        }
        assert_eq!(first_of_year(2000), 10_957);
    }

    #[test]
    fn an_evening_in_utc_is_the_next_morning_in_the_county() {
        let sixteen_utc = 16 * 3_600_000_000;
        assert_eq!(day_of(sixteen_utc - 1, 28_800), 0);
        assert_eq!(day_of(sixteen_utc, 28_800), 1);
        assert_eq!(end_of_day(0, 28_800), sixteen_utc);
    }

    #[test]
    fn pieces_cover_every_day_of_a_span_once() {
        let first = first_of_year(2021);
        let last = first_of_year(2025);
        for from in (first..last).step_by(13) {
            for to in (from..last).step_by(17) {
                let mut covered = Vec::new();
                for piece in pieces(Some(from), to) {
                    assert!(piece.from <= piece.to, "{from}..={to}: {piece:?}");
                    for period in piece.from..=piece.to {
                        let period = i32::try_from(period).unwrap();
                        match piece.grain {
                            Grain::Day => covered.push(period),
                            Grain::Month => covered.extend(first_of_month(period)..first_of_month(period + 1)),
                            Grain::Year => covered.extend(first_of_year(period)..first_of_year(period + 1)),
                        }
                    }
                }
                covered.sort_unstable();
                assert!(covered.iter().copied().eq(from..=to), "{from}..={to}");
            }
        }
    }

    #[test]
    fn an_open_beginning_reads_whole_years_up_to_the_last() {
        let to = first_of_month(2024 * 12 + 2) + 4;
        assert_eq!(
            pieces(None, to),
            [
                Piece { grain: Grain::Year, from: i64::from(i32::MIN), to: 2023 },
                Piece { grain: Grain::Month, from: 2024 * 12, to: 2024 * 12 + 1 },
                Piece { grain: Grain::Day, from: i64::from(to) - 4, to: i64::from(to) },
            ]
        );
    }
}
