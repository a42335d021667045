//! Deadlines of minutes and hours: from instant to instant (民法典 201 第二款), through nights and holidays. Nothing rolls, and a pause takes exactly its time.

use super::{Calendar, CountedDay, DAY_MICROS, HOUR_MICROS};
use crate::procedure::{Length, Unit};

const MINUTE_MICROS: i64 = 60_000_000;

/// Where a count of clock time came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedTime {
    /// The last instant, µs of UTC; none while a pause holds it open.
    pub due: Option<i64>,
    /// 暂定: an extension in days ends later than the last published holiday arrangement.
    pub provisional: bool,
    from: i64,
    /// Instants between which it stands still, in order and apart from each other.
    gaps: Vec<(i64, Option<i64>)>,
}

/// Counts minutes or hours from an instant. An extension in days, months or years moves the end to that day at the same time of day.
pub fn count_time(
    calendar: &Calendar,
    offset_hours: i64,
    from: i64,
    length: Length,
    pauses: &[(i64, Option<i64>)],
    extensions: &[Length],
) -> CountedTime {
    let mut provisional = false;
    let mut end = from;
    for length in std::iter::once(&length).chain(extensions) {
        let clock_time = match length.unit {
            Unit::Minute => MINUTE_MICROS,
            Unit::Hour => HOUR_MICROS,
            Unit::Workday | Unit::Day | Unit::Month | Unit::Year => {
                let day = crate::day::of_instant(end, offset_hours);
                let counted = super::count(calendar, day, *length, false, &[], &[]);
                let moved = i64::from(counted.unrolled.unwrap_or(day)) - i64::from(day);
                provisional |= counted.provisional;
                end = end.saturating_add(moved * DAY_MICROS);
                continue;
            }
        };
        end = end.saturating_add(i64::from(length.count) * clock_time);
    }
    let gaps = gaps(pauses, from);
    let mut due = Some(end);
    if end > from {
        for (pause, resume) in &gaps {
            // As among days: a gap that begins before the end found so far lies wholly before the true end.
            match due {
                Some(end) if *pause < end => {
                    due = resume.map(|resume| end.saturating_add(resume.saturating_sub(*pause)))
                }
                _ => break,
            }
        }
    }
    let provisional = provisional && due.is_some();
    CountedTime { due, provisional, from, gaps }
}

/// How many minutes or hours – begun ones count – something took from one instant to another without the pauses. Another unit than minutes counts hours.
pub fn elapsed_time(from: i64, to: i64, unit: Unit, pauses: &[(i64, Option<i64>)]) -> i64 {
    let of = if unit == Unit::Minute { MINUTE_MICROS } else { HOUR_MICROS };
    let running = running(&gaps(pauses, from), from, to);
    running.saturating_add(of - 1).div_euclid(of)
}

/// Time between two instants, without the gaps.
fn running(gaps: &[(i64, Option<i64>)], from: i64, to: i64) -> i64 {
    let still: i64 = (gaps.iter())
        .map(|(pause, resume)| resume.map_or(to, |resume| resume.min(to)).saturating_sub((*pause).max(from)).max(0))
        .sum();
    to.saturating_sub(from).max(0) - still
}

/// Pauses after an instant, in order, joined where they touch, none empty.
fn gaps(pauses: &[(i64, Option<i64>)], from: i64) -> Vec<(i64, Option<i64>)> {
    let mut gaps: Vec<(i64, Option<i64>)> = (pauses.iter())
        .map(|(pause, resume)| ((*pause).max(from), *resume))
        .filter(|(pause, resume)| resume.is_none_or(|resume| *pause < resume))
        .collect();
    gaps.sort_unstable_by_key(|(pause, _)| *pause);
    gaps.dedup_by(|next, before| {
        let touches = before.1.is_none_or(|resume| next.0 <= resume);
        if touches {
            before.1 = before.1.zip(next.1).map(|(one, other)| one.max(other));
        }
        touches
    });
    gaps
}

impl CountedTime {
    /// Every day on which it ran or stood still, with the time counted on it. While a pause lasts it ends with the day of that pause.
    pub fn explain(&self, offset_hours: i64) -> Vec<CountedDay> {
        let open = self.gaps.iter().find(|(_, resume)| resume.is_none()).map(|(pause, _)| *pause);
        let last = self.due.or(open).unwrap_or(self.from);
        let (from, to) = (self.from.min(last), self.from.max(last));
        let day_of = |instant: i64| crate::day::of_instant(instant, offset_hours);
        let mut number = 0;
        // An end at midnight belongs to the day that ends.
        (day_of(from)..=day_of(to.saturating_sub(1)).max(day_of(from)))
            .map(|day| {
                let midnight = i64::from(day) * DAY_MICROS - offset_hours * HOUR_MICROS;
                let (first, last) = (midnight.max(from), midnight.saturating_add(DAY_MICROS).min(to));
                let counted = running(&self.gaps, first, last);
                number += counted / MINUTE_MICROS;
                let still = (last - first) - counted;
                let why = match (counted, still) {
                    (0, still) if still > 0 => "暂停计时，不计".to_owned(),
                    (counted, 0) => format!("计{}", duration(counted)),
                    (counted, still) => format!("计{}，暂停{}", duration(counted), duration(still)),
                };
                CountedDay { day, counted: counted > 0, number, why }
            })
            .collect()
    }
}

/// 3小时20分钟
fn duration(micros: i64) -> String {
    let seconds = micros / 1_000_000;
    let parts = [(seconds / 3600, "小时"), (seconds / 60 % 60, "分钟"), (seconds % 60, "秒")];
    let words: String =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count}{word}")).collect();
    if words.is_empty() { "0分钟".to_owned() } else { words }
}
