//! Days as numbers. A day is a civil day of the pack's zone; storage holds it as days since 1970-01-01.

use jiff::civil::Date;

const EPOCH: Date = Date::constant(1970, 1, 1);

/// Days since 1970-01-01, negative before.
pub fn number(date: Date) -> i32 {
    // Two dates are never further apart than the calendar's 20,000 years: the count fits.
    date.duration_since(EPOCH).as_hours().div_euclid(24).try_into().unwrap_or(i32::MAX)
}

/// The civil date of a day number; clamps to the calendar's ends.
pub fn date(number: i32) -> Date {
    EPOCH.checked_add(jiff::Span::new().days(number)).unwrap_or(if number < 0 { Date::MIN } else { Date::MAX })
}

/// Reads `YYYY-MM-DD`, the only form of a date inside the program.
pub fn parse(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    Date::new(text.get(0..4)?.parse().ok()?, text.get(5..7)?.parse().ok()?, text.get(8..10)?.parse().ok()?).ok()
}

/// 23 November 2026.
pub fn english(date: Date) -> String {
    const MONTHS: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = usize::try_from(date.month()).ok().and_then(|month| MONTHS.get(month.checked_sub(1)?));
    format!("{} {} {}", date.day(), month.copied().unwrap_or_default(), date.year())
}

/// The civil day on which an instant (microseconds since the epoch, UTC) falls, `offset_hours` east of Greenwich.
pub fn of_instant(micros: i64, offset_hours: i64) -> i32 {
    let day = micros.saturating_add(offset_hours * 3_600_000_000).div_euclid(86_400_000_000);
    i32::try_from(day).unwrap_or(i32::MAX)
}

/// First day of a year.
pub fn first_of_year(year: i16) -> i32 {
    Date::new(year, 1, 1).map(number).unwrap_or(i32::MIN)
}

/// Last day of a year.
pub fn last_of_year(year: i16) -> i32 {
    Date::new(year, 12, 31).map(number).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_number_and_its_date_are_each_others_inverse() {
        for text in ["1970-01-01", "1969-12-31", "2000-02-29", "2024-12-16", "2027-12-31"] {
            let day = parse(text).unwrap();
            assert_eq!(date(number(day)).to_string(), text);
        }
        assert_eq!(number(parse("1970-01-02").unwrap()), 1);
        assert_eq!(number(parse("1969-12-31").unwrap()), -1);
    }

    #[test]
    fn a_day_begins_at_the_place_not_in_greenwich() {
        // 2026-11-22 16:00 UTC is midnight of the 23rd in Shanghai.
        let midnight = (number(parse("2026-11-22").unwrap()) as i64 * 24 + 16) * 3_600_000_000;
        assert_eq!(date(of_instant(midnight, 8)).to_string(), "2026-11-23");
        assert_eq!(date(of_instant(midnight - 1, 8)).to_string(), "2026-11-22");
    }

    #[test]
    fn only_the_full_form_is_a_date() {
        for text in ["2024-1-1", "2024/01/01", "20240101", "2024-02-30", "２０２４-01-01", ""] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
