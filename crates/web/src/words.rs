//! 数字和日期的写法: as officials write them. Nothing here rounds a value.

use zhiheng_app::hex;
use zhiheng_pack::{Decimal, day};
use zhiheng_sheet::Scope;

/// 2026年11月23日.
pub(crate) fn date(number: i32) -> String {
    let date = day::date(number);
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// 2026年11月23日 14:06, at the place.
pub(crate) fn moment(micros: i64, offset_hours: i64) -> String {
    let minutes = micros.saturating_add(offset_hours * 3_600_000_000).div_euclid(60_000_000);
    let of_day = minutes.rem_euclid(24 * 60);
    format!("{} {:02}:{:02}", date(day::of_instant(micros, offset_hours)), of_day / 60, of_day % 60)
}

/// 2026-11-23, as forms and addresses carry it.
pub(crate) fn plain_date(number: i32) -> String {
    day::date(number).to_string()
}

/// A day as an address carries it, and nothing where it is today: the shortest address is today's.
pub(crate) fn unless_today(number: i32, today: i32) -> String {
    if number == today { String::new() } else { plain_date(number) }
}

/// 184,302: a printed number with its thousands.
pub(crate) fn grouped(printed: &str) -> String {
    let (sign, rest) = printed.strip_prefix('-').map_or(("", printed), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, None), |(whole, fraction)| (whole, Some(fraction)));
    let digits = whole.chars().count();
    let mut text = String::from(sign);
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (digits - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

/// A count with its thousands.
pub(crate) fn count(number: impl ToString) -> String {
    grouped(&number.to_string())
}

/// An exact decimal with its thousands.
pub(crate) fn exact(value: Decimal) -> String {
    grouped(&value.normalize().to_string())
}

/// 78%.
pub(crate) fn share(value: f64) -> String {
    format!("{:.0}%", value * 100.0)
}

/// For geometry only.
pub(crate) fn float(value: Decimal) -> f64 {
    f64::try_from(value).unwrap_or_default()
}

/// 1.2 MB.
pub(crate) fn size(bytes: i64) -> String {
    let bytes = bytes as f64;
    match bytes {
        b if b >= 1_048_576.0 => format!("{:.1} MB", b / 1_048_576.0),
        b if b >= 1024.0 => format!("{:.0} KB", b / 1024.0),
        b => format!("{b:.0} B"),
    }
}

/// A short name of a digest.
pub(crate) fn short_digest(bytes: &[u8]) -> String {
    hex(bytes.get(..6).unwrap_or_default())
}

/// Percent-encodes one value of an address.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// An address with the values that are not empty.
pub(crate) fn address(path: &str, values: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = values
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// The name of what a list contains, in forms.
pub(crate) fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Passing => "passing",
        Scope::Failing => "failing",
        Scope::Mixed => "mixed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_not_changed() {
        for (plain, shown) in
            [("0", "0"), ("999", "999"), ("1000", "1,000"), ("-1234567.50", "-1,234,567.50"), ("0.1234", "0.1234")]
        {
            assert_eq!(grouped(plain), shown);
        }
    }

    #[test]
    fn a_moment_is_told_at_the_place() {
        // 2026-11-23 06:06 UTC
        assert_eq!(moment(1_795_413_960_000_000, 8), "2026年11月23日 14:06");
    }

    #[test]
    fn addresses_carry_what_is_set() {
        assert_eq!(address("/board", &[("light", ""), ("body", "县 a")]), "/board?body=%E5%8E%BF%20a");
    }
}
