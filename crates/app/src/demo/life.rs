//! When the county's clerks learn of things: a record is entered days to weeks after its day, some are corrected, a few withdrawn.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use zhiheng_pack::record::ListScope;
use zhiheng_pack::{Draft, day};

use super::chance::Chance;

const DAY: i64 = 86_400_000_000;
const HOUR: i64 = 3_600_000_000;
const UTC_OFFSET: i64 = 8 * HOUR;

/// The first day on which something was entered.
pub(super) const FIRST: (i16, i8, i8) = (2022, 1, 4);

/// What a clerk does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Create,
    Correct(&'static str),
    Withdraw(&'static str),
}

/// One entry, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    /// µs of UTC.
    pub(super) at: i64,
    pub(super) what: What,
}

impl Step {
    pub(super) fn on(day: i32, what: What, chance: &mut Chance) -> Step {
        Step { at: office_hour(day, chance), what }
    }
}

/// Between nine and half past five at the place.
pub(super) fn office_hour(day: i32, chance: &mut Chance) -> i64 {
    let within = chance.below(8 * 3600 + 1800);
    i64::from(day) * DAY + 9 * HOUR + i64::try_from(within).unwrap_or_default() * 1_000_000 - UTC_OFFSET
}

/// The last microsecond of a day at the place.
pub(super) fn end_of_day(day: i32) -> i64 {
    (i64::from(day) + 1) * DAY - UTC_OFFSET - 1
}

/// Saturdays and Sundays go back to the Friday.
pub(super) fn working(number: i32) -> i32 {
    // 1970-01-01 was a Thursday.
    match (number + 3).rem_euclid(7) {
        5 => number - 1,
        6 => number - 2,
        _ => number,
    }
}

/// Day number of a date.
pub(super) fn at(year: i16, month: i8, of_month: i8) -> i32 {
    day::parse(&format!("{year:04}-{month:02}-{of_month:02}")).map(day::number).unwrap_or_default()
}

/// `2026-11-23`.
pub(super) fn iso(number: i32) -> String {
    day::date(number).to_string()
}

/// The same date some years later, less a day: the last day of a certificate.
pub(super) fn last_valid(from: i32, years: i16) -> i32 {
    let date = day::date(from);
    let of_month = if date.month() == 2 && date.day() == 29 { 28 } else { date.day() };
    at(date.year() + years, date.month(), of_month) - 1
}

/// A register's records: what becomes of each, and what each says.
pub(super) trait Register {
    /// How many numbers there are; a number may have no life.
    fn numbers(&self) -> u64;
    /// Kind of the record with a number.
    fn kind(&self, number: u64) -> &'static str;
    /// No entry of this number or of a later one is made before this day.
    fn due(&self, number: u64) -> i32;
    /// What is entered, in order; the first is a creation. Nothing for a number that was never a record.
    fn life(&self, number: u64) -> Vec<Step>;
    /// What the record says after a step.
    fn draft(&self, number: u64, step: usize) -> Draft;
}

/// Fields being filled in.
#[derive(Debug, Clone, Default)]
pub(super) struct Fields {
    draft: Draft,
}

impl Fields {
    pub(super) fn new() -> Fields {
        Fields::default()
    }

    pub(super) fn set(mut self, id: &str, value: impl Into<String>) -> Fields {
        let value: String = value.into();
        if value.is_empty() {
            self.draft.fields.remove(id);
        } else {
            self.draft.fields.insert(id.to_owned(), Json::String(value));
        }
        self
    }

    pub(super) fn json(mut self, id: &str, value: Json) -> Fields {
        self.draft.fields.insert(id.to_owned(), value);
        self
    }

    pub(super) fn day(self, id: &str, number: i32) -> Fields {
        self.set(id, iso(number))
    }

    pub(super) fn day_if(self, id: &str, number: Option<i32>) -> Fields {
        match number {
            Some(number) => self.day(id, number),
            None => self.set(id, ""),
        }
    }

    pub(super) fn yes(self, id: &str, yes: bool) -> Fields {
        self.set(id, if yes { "是" } else { "否" })
    }

    pub(super) fn scope(mut self, scope: Option<ListScope>) -> Fields {
        self.draft.scope = scope;
        self
    }

    pub(super) fn done(self) -> Draft {
        Draft { fields: self.draft.fields.into_iter().collect::<BTreeMap<_, _>>(), scope: self.draft.scope }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weekend_goes_back_to_its_friday() {
        let friday = at(2026, 11, 20);
        assert_eq!([working(friday), working(friday + 1), working(friday + 2)], [friday; 3]);
        assert_eq!(working(friday + 3), friday + 3);
    }

    #[test]
    fn a_certificate_ends_the_day_before_its_anniversary() {
        assert_eq!(iso(last_valid(at(2024, 9, 18), 3)), "2027-09-17");
        assert_eq!(iso(last_valid(at(2024, 2, 29), 1)), "2025-02-27");
    }
}
