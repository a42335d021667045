//! Deadlines (办结时限): from a first day and a length to a last day, with the count that leads there. Nothing here reads a clock.
//!
//! What always holds:
//! - The day of the event is not counted (民法典 201); a period of months or years ends on the corresponding day, else with the month (202); a last
//!   day that is a day off moves to the first working day after it, where the rule says so (203).
//! - A pause takes whole days: those after the day of the pause, up to and including the day of the resumption. It never shortens.
//! - A last day is found without walking there; [`Counted::explain`] walks. The two agree, and tests hold them to it.
//! - A last day that depends on a holiday arrangement which is not here – not yet published, or of a year that was never loaded – is provisional
//!   (暂定): one in working days, and one that a day off would move. A date that was set as such is not.
//!
//! Days are day numbers of the place ([`crate::day`]). Deadlines of hours and minutes run from instant to instant: [`count_time`].

mod calendar;
mod explain;
mod instant;

use jiff::civil::Date;

use crate::procedure::{Length, Span, Unit};

pub use calendar::{Calendar, DayKind, calendar_of};
pub use explain::CountedDay;
pub use instant::{CountedTime, count_time, elapsed_time};

/// The day of a pause and that of the resumption; none: it lasts.
pub type Pause = (i32, Option<i32>);

/// Where a count came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// Last day; none while a pause holds it open.
    pub due: Option<i32>,
    /// Last day before it moved off a day off.
    pub unrolled: Option<i32>,
    /// 暂定: it depends on a holiday arrangement that is not here.
    pub provisional: bool,
    from: i32,
    parts: Vec<Part>,
    gaps: Vec<Gap>,
}

impl Counted {
    /// The instant at which the last day is over, µs of UTC: 24:00 at the place (民法典 203).
    pub fn due_instant(&self, offset_hours: i64) -> Option<i64> {
        self.due.map(|due| (i64::from(due) + 1) * DAY_MICROS - offset_hours * HOUR_MICROS)
    }
}

const HOUR_MICROS: i64 = 3_600_000_000;
const DAY_MICROS: i64 = 24 * HOUR_MICROS;

/// A stretch of one unit; the next one is counted on from its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    from: i32,
    count: i64,
    unit: Unit,
    /// None while a pause holds it open.
    end: Option<i32>,
}

/// Days that are not counted, both inclusive; none: for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Gap {
    first: i32,
    last: Option<i32>,
}

impl Gap {
    fn holds(self, day: i32) -> bool {
        self.first <= day && self.last.is_none_or(|last| day <= last)
    }
}

/// Counts a length from the day of an event.
///
/// A negative length counts back from its anchor (届满前一个月), and no pause moves it: the anchor does not wait. An extension in the unit before it
/// lengthens; one in another unit is counted on from the end before it moved off a day off. `roll` does not concern working days. Minutes and hours
/// are [`count_time`]'s; among days they round up to whole ones.
pub fn count(
    calendar: &Calendar,
    from: i32,
    length: Length,
    roll: bool,
    pauses: &[Pause],
    extensions: &[Length],
) -> Counted {
    let gaps = gaps(pauses);
    let from = inside(i64::from(from));
    let mut parts: Vec<Part> = Vec::with_capacity(1);
    let mut end = Some(from);
    for (count, unit) in joined(length, extensions) {
        let Some(start) = end else { break };
        end = end_of(calendar, start, count, unit, &gaps);
        parts.push(Part { from: start, count, unit, end });
    }
    let in_workdays = parts.last().is_some_and(|part| part.unit == Unit::Workday);
    let due = match end {
        Some(end) if roll && !in_workdays && !calendar.is_working(end) => Some(calendar.next_working(end)),
        end => end,
    };
    // Working days depend on every year that they cross; a last day that may move on its own year alone.
    let crossed = parts.iter().filter(|part| part.unit == Unit::Workday && part.count != 0);
    let provisional = due.is_some_and(|due| {
        (roll && !calendar.covers(end.unwrap_or(due), due))
            || crossed.clone().any(|part| !calendar.covers(part.from.min(due), part.end.unwrap_or(due).max(part.from)))
    });
    Counted { due, unrolled: end, provisional, from, parts, gaps }
}

/// The first day of a window (六十日后): the day after a length that is counted like any other but never moved, as nobody is late for it. «After sixty
/// days» is not the sixtieth day, and a period of three months is full when its last day is over.
pub fn opens(calendar: &Calendar, from: i32, not_before: Length, pauses: &[Pause]) -> Counted {
    let last = count(calendar, from, not_before, false, pauses, &[]);
    Counted { due: last.due.map(|due| due.saturating_add(1)), ..last }
}

/// Counts a clock's span from its anchor. Of a list of ages it takes the one after `done` earlier ones; beyond the last, every so often from there.
pub fn count_span(
    calendar: &Calendar,
    from: i32,
    span: &Span,
    done: usize,
    roll: bool,
    pauses: &[Pause],
    extensions: &[Length],
) -> Counted {
    let years = |count: i32| Length { count, unit: Unit::Year };
    match span {
        Span::Length(length) => count(calendar, from, *length, roll, pauses, extensions),
        Span::Ages(ages, every) => match ages.get(done) {
            Some(age) => count(calendar, from, years(*age), roll, pauses, extensions),
            None => {
                let times = i32::try_from(done - ages.len()).unwrap_or(i32::MAX).saturating_add(1);
                let mut further = vec![Length { count: every.count.saturating_mul(times), unit: every.unit }];
                further.extend_from_slice(extensions);
                count(calendar, from, years(ages.last().copied().unwrap_or(0)), roll, pauses, &further)
            }
        },
    }
}

/// How many working days – for every other unit: days – something took from one event to another, the day of the first and what a pause takes not counted.
/// Whether it came in time is for the last day of [`count`] to say: a day off after it adds nothing here, and is late.
pub fn elapsed(calendar: &Calendar, from: i32, to: i32, unit: Unit, pauses: &[Pause]) -> i32 {
    let (from, to) = (inside(i64::from(from)), inside(i64::from(to)));
    let counted = |first: i32, last: i32| match unit {
        _ if last < first => 0,
        Unit::Workday => calendar.working_until(last) - calendar.working_until(first - 1),
        _ => i64::from(last - first) + 1,
    };
    let taken: i64 = (gaps(pauses).iter())
        .map(|gap| counted(gap.first.max(from + 1), gap.last.map_or(to, |last| last.min(to))))
        .sum();
    i32::try_from(counted(from + 1, to) - taken).unwrap_or(i32::MAX)
}

/// Pauses as days that are not counted: in order, apart from each other, none empty.
fn gaps(pauses: &[Pause]) -> Vec<Gap> {
    let mut gaps: Vec<Gap> = (pauses.iter())
        .map(|(pause, resume)| Gap { first: pause.saturating_add(1), last: *resume })
        .filter(|gap| gap.last.is_none_or(|last| gap.first <= last))
        .collect();
    gaps.sort_unstable_by_key(|gap| gap.first);
    gaps.dedup_by(|next, before| {
        let touches = before.last.is_none_or(|last| next.first <= last.saturating_add(1));
        if touches {
            before.last = before.last.zip(next.last).map(|(one, other)| one.max(other));
        }
        touches
    });
    gaps
}

/// A length and its extensions, neighbours in one unit joined: a month and a month after 31 January are two months, not the end of February and a month.
fn joined(length: Length, extensions: &[Length]) -> Vec<(i64, Unit)> {
    let mut joined = vec![(i64::from(length.count), length.unit)];
    for extension in extensions {
        match joined.last_mut() {
            Some((count, unit)) if *unit == extension.unit => *count += i64::from(extension.count),
            _ => joined.push((i64::from(extension.count), extension.unit)),
        }
    }
    joined
}

/// The last day of so many units after a day (before it, when negative); none while a pause holds it open.
///
/// A gap that begins no later than the end found so far lies wholly before the true end, so that one pass over the gaps, in order, is enough.
fn end_of(calendar: &Calendar, from: i32, count: i64, unit: Unit, gaps: &[Gap]) -> Option<i32> {
    let mut end = nominal_end(calendar, from, count, unit);
    if count <= 0 {
        return Some(end);
    }
    for gap in gaps {
        let first = gap.first.max(from.saturating_add(1));
        if first > end {
            break;
        }
        // For good, if it lasts.
        let last = gap.last?;
        if last < first {
            continue;
        }
        end = match unit {
            Unit::Workday => {
                let taken = calendar.working_until(last) - calendar.working_until(first - 1);
                calendar.working_day(calendar.working_until(end) + taken)
            }
            _ => inside(i64::from(end) + i64::from(last) - i64::from(first) + 1),
        };
    }
    Some(end)
}

/// The last day if nothing pauses.
fn nominal_end(calendar: &Calendar, from: i32, count: i64, unit: Unit) -> i32 {
    match unit {
        _ if count == 0 => from,
        Unit::Workday if count > 0 => calendar.working_day(calendar.working_until(from) + count),
        Unit::Workday => calendar.working_day(calendar.working_until(from - 1) + count + 1),
        Unit::Day => inside(i64::from(from) + count),
        Unit::Month => corresponding_day(from, count),
        Unit::Year => corresponding_day(from, count.saturating_mul(12)),
        Unit::Hour => inside(i64::from(from) + whole_days(count, 24)),
        Unit::Minute => inside(i64::from(from) + whole_days(count, 24 * 60)),
    }
}

/// Rounded away from the start.
fn whole_days(count: i64, of_a_day: i64) -> i64 {
    count.signum() * (count.abs() + of_a_day - 1).div_euclid(of_a_day)
}

/// 对应日: the same day so many months on, else the last of that month (民法典 202).
fn corresponding_day(from: i32, months: i64) -> i32 {
    let start = crate::day::date(from);
    let month = (i64::from(start.year()) * 12 + i64::from(start.month()) - 1).saturating_add(months);
    let first = (i16::try_from(month.div_euclid(12)).ok())
        .zip(i8::try_from(month.rem_euclid(12) + 1).ok())
        .and_then(|(year, month)| Date::new(year, month, 1).ok());
    match first {
        Some(first) => crate::day::number(first) + i32::from(start.day().min(first.days_in_month())) - 1,
        None => inside(if months < 0 { i64::MIN } else { i64::MAX }),
    }
}

/// A day number within the calendar: nothing is due after the year 9999.
fn inside(day: i64) -> i32 {
    const FIRST: i64 = -4_371_587; // -9999-01-01
    const LAST: i64 = 2_932_896; // 9999-12-31
    i32::try_from(day.clamp(FIRST, LAST)).unwrap_or(0)
}
