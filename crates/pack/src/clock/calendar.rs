//! Which days are worked (工作日): Monday to Friday, less what the State Council's arrangement gives off, and with what it makes up for (调休上班).
//!
//! What always holds: the number of working days up to any day, and the day of any such number, are found from the weekdays and the handful of days on
//! which the arrangement differs from them – without a table of days, however far away.

use jiff::civil::Date;

use crate::pack::{Holiday, Pack};

use super::inside;

/// The working days of a place.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    /// Arranged days in order: whether it is worked, and its holiday.
    arranged: Vec<(i32, bool, String)>,
    shifts: Vec<Shift>,
    published_until: Option<i32>,
    years: Vec<i16>,
}

/// An arranged day that differs from its weekday.
#[derive(Debug, Clone, Copy)]
struct Shift {
    day: i32,
    /// Working days up to and including it.
    working: i64,
    /// By how many these differ from the weekdays, from this day on.
    difference: i64,
}

/// What a day is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind<'c> {
    /// Monday to Friday, nothing arranged.
    Weekday,
    /// 周末
    Weekend,
    /// 放假: the holiday.
    Off(&'c str),
    /// 调休上班: the holiday that it makes up for.
    MakeUp(&'c str),
}

impl DayKind<'_> {
    /// Whether it is a working day.
    pub fn is_working(self) -> bool {
        matches!(self, DayKind::Weekday | DayKind::MakeUp(_))
    }
}

/// The calendar of a pack.
pub fn calendar_of(pack: &Pack) -> Calendar {
    Calendar::new(&pack.holidays)
}

impl Calendar {
    /// From the arranged days; of two entries for one day the later counts.
    pub fn new(holidays: &[Holiday]) -> Calendar {
        let mut arranged: Vec<(i32, bool, String)> = (holidays.iter())
            .map(|holiday| (crate::day::number(holiday.day), holiday.working, holiday.name.clone()))
            .rev()
            .collect();
        // Stable: among equals the last entry stands first, and stays.
        arranged.sort_by_key(|(day, ..)| *day);
        arranged.dedup_by_key(|(day, ..)| *day);
        let mut shifts: Vec<Shift> = Vec::new();
        let mut difference = 0;
        for (day, working, _) in &arranged {
            difference += match (is_weekday(*day), working) {
                (true, false) => -1,
                (false, true) => 1,
                _ => continue,
            };
            shifts.push(Shift { day: *day, working: weekdays_until(*day) + difference, difference });
        }
        let mut years: Vec<i16> = arranged.iter().map(|(day, ..)| crate::day::date(*day).year()).collect();
        years.dedup();
        let published_until = years.last().map(|year| crate::day::last_of_year(*year));
        Calendar { arranged, shifts, published_until, years }
    }

    /// The last day for which an arrangement is published: 31 December of the last year with an entry.
    pub fn published_until(&self) -> Option<i32> {
        self.published_until
    }

    /// The first and the last day of the years whose arrangements are here.
    pub fn loaded(&self) -> Option<(i32, i32)> {
        let first = Date::new(*self.years.first()?, 1, 1).ok()?;
        Some((crate::day::number(first), self.published_until?))
    }

    /// Whether the arrangement of every year from one day to another is here.
    pub fn covers(&self, from: i32, to: i32) -> bool {
        let (from, to) = (crate::day::date(from).year(), crate::day::date(to).year());
        // No count crosses so many years that asking each of them matters; one that crosses more than are loaded is not covered.
        usize::try_from(to - from).is_ok_and(|more| more < self.years.len())
            && (from..=to).all(|year| self.years.binary_search(&year).is_ok())
    }

    /// Whether the arrangement of a day's year is here; a year before the first one is published, but not loaded.
    pub(super) fn is_loaded(&self, day: i32) -> bool {
        self.years.binary_search(&crate::day::date(day).year()).is_ok()
    }

    /// What a day is.
    pub fn kind(&self, day: i32) -> DayKind<'_> {
        let arranged =
            self.arranged.binary_search_by_key(&day, |(day, ..)| *day).ok().and_then(|at| self.arranged.get(at));
        match arranged {
            Some((_, true, name)) if !is_weekday(day) => DayKind::MakeUp(name),
            Some((_, false, name)) => DayKind::Off(name),
            _ if is_weekday(day) => DayKind::Weekday,
            _ => DayKind::Weekend,
        }
    }

    /// Whether a day is a working day.
    pub fn is_working(&self, day: i32) -> bool {
        self.kind(day).is_working()
    }

    /// The first working day after a day.
    pub fn next_working(&self, day: i32) -> i32 {
        self.working_day(self.working_until(day) + 1)
    }

    /// How many working days lie up to and including a day, from a fixed Monday on; differences of it are numbers of working days.
    pub fn working_until(&self, day: i32) -> i64 {
        let after = self.shifts.partition_point(|shift| shift.day <= day);
        weekdays_until(day) + self.difference_before(after)
    }

    /// The day of that number: the first with so many working days up to it.
    pub fn working_day(&self, number: i64) -> i32 {
        // Between two arranged days the weekdays count, moved by a fixed difference; where they come to the number only after the next arranged
        // day, that day itself, made up for, is the one.
        let after = self.shifts.partition_point(|shift| shift.working < number);
        let by_weekdays = weekday_of(number - self.difference_before(after));
        match self.shifts.get(after) {
            Some(next) => by_weekdays.min(next.day),
            None => by_weekdays,
        }
    }

    /// The difference that holds just before the shift at a position.
    fn difference_before(&self, position: usize) -> i64 {
        position.checked_sub(1).and_then(|at| self.shifts.get(at)).map_or(0, |shift| shift.difference)
    }
}

/// Monday, 29 December 1969: weekdays are numbered from it.
const MONDAY: i64 = -3;

/// 0 for Monday.
pub(super) fn day_of_week(day: i32) -> i64 {
    (i64::from(day) - MONDAY).rem_euclid(7)
}

fn is_weekday(day: i32) -> bool {
    day_of_week(day) < 5
}

fn weekdays_until(day: i32) -> i64 {
    (i64::from(day) - MONDAY).div_euclid(7) * 5 + (day_of_week(day) + 1).min(5)
}

fn weekday_of(number: i64) -> i32 {
    let before = number - 1;
    inside(before.div_euclid(5) * 7 + before.rem_euclid(5) + MONDAY)
}
