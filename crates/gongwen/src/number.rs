//! Numbers as official documents print them, as exact decimal strings: digits with thousands separators,
//! Chinese numerals, and the multipliers 万 and 亿.

/// A Chinese numeral (三十一, 二〇二七, 两, 一万两千) as a whole number.
pub(crate) fn chinese(chars: &[char]) -> Option<u32> {
    if chars.is_empty() || chars.len() > 9 {
        return None;
    }
    let digits: Option<Vec<u32>> = chars.iter().map(|c| digit(*c)).collect();
    if let Some(digits) = digits {
        // 二〇二七 is read digit by digit.
        return digits.iter().try_fold(0_u32, |sum, d| sum.checked_mul(10)?.checked_add(*d));
    }
    let (mut sum, mut last) = (0_u32, None);
    for c in chars {
        let unit = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            '万' => {
                sum = sum.checked_add(last.take().unwrap_or(0))?.checked_mul(10_000)?;
                continue;
            }
            _ => {
                last = Some(digit(*c)?);
                continue;
            }
        };
        sum = sum.checked_add(last.take().unwrap_or(1) * unit)?;
    }
    sum.checked_add(last.unwrap_or(0))
}

/// One Chinese digit.
pub(crate) fn digit(c: char) -> Option<u32> {
    match c {
        '〇' | '零' => Some(0),
        '一' => Some(1),
        '二' | '两' => Some(2),
        '三' => Some(3),
        '四' => Some(4),
        '五' => Some(5),
        '六' => Some(6),
        '七' => Some(7),
        '八' => Some(8),
        '九' => Some(9),
        _ => None,
    }
}

/// Whether the character can stand in a Chinese numeral.
pub(crate) fn is_chinese_numeral(c: char) -> bool {
    digit(c).is_some() || matches!(c, '十' | '百' | '千')
}

/// A whole number in digits or in Chinese numerals.
pub(crate) fn whole(chars: &[char]) -> Option<u32> {
    if chars.is_empty() || chars.len() > 9 {
        return None;
    }
    if chars.iter().all(char::is_ascii_digit) {
        return chars.iter().collect::<String>().parse().ok();
    }
    chinese(chars)
}

/// The exact decimal of digits with an optional point: no separators, no needless zeros.
pub(crate) fn decimal(chars: &[char]) -> String {
    let plain: Vec<char> = chars.iter().copied().filter(|c| c.is_ascii_digit() || *c == '.').collect();
    let point = plain.iter().position(|c| *c == '.').unwrap_or(plain.len());
    shift(&plain, point)
}

/// The decimal times ten to the power.
pub(crate) fn times_ten(value: &str, power: usize) -> String {
    let mut digits: Vec<char> = value.chars().filter(char::is_ascii_digit).collect();
    let point = value.chars().position(|c| c == '.').unwrap_or(digits.len()) + power;
    while digits.len() < point {
        digits.push('0');
    }
    shift(&digits, point)
}

fn shift(chars: &[char], point: usize) -> String {
    let digits: Vec<char> = chars.iter().copied().filter(char::is_ascii_digit).collect();
    let whole: String = digits.iter().take(point).skip_while(|c| **c == '0').collect();
    let fraction: String = digits.iter().skip(point).collect();
    let fraction = fraction.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { &whole };
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// One more than a plain decimal: 增长1.5倍 makes 2.5 times.
pub(crate) fn plus_one(value: &str) -> String {
    let (whole, fraction) = value.split_once('.').map_or((value, None), |(whole, fraction)| (whole, Some(fraction)));
    let Ok(whole) = whole.parse::<u64>() else { return value.to_owned() };
    fraction.map_or_else(|| (whole + 1).to_string(), |fraction| format!("{}.{fraction}", whole + 1))
}

/// Compares two plain decimals, the sign allowed.
pub(crate) fn compare(one: &str, two: &str) -> Option<std::cmp::Ordering> {
    let (one, two) = (Decimal::parse(one)?, Decimal::parse(two)?);
    Some(one.cmp(&two))
}

/// The difference of two plain decimals without sign, such as a target's above its baseline.
pub(crate) fn minus(one: &str, two: &str) -> Option<String> {
    let (one, two) = (Decimal::parse(one)?, Decimal::parse(two)?);
    if one.negative || two.negative || one < two {
        return None;
    }
    let places = one.fraction.len().max(two.fraction.len());
    let rest = one.scaled(places)?.checked_sub(two.scaled(places)?)?;
    let digits: Vec<char> = format!("{rest:0>width$}", width = places + 1).chars().collect();
    Some(shift(&digits, digits.len() - places))
}

#[derive(PartialEq, Eq)]
struct Decimal {
    negative: bool,
    whole: String,
    fraction: String,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.chars().all(|c| c.is_ascii_digit());
        if whole.is_empty() || !digits(whole) || !digits(fraction) {
            return None;
        }
        let whole = whole.trim_start_matches('0').to_owned();
        Some(Decimal { negative, whole, fraction: fraction.trim_end_matches('0').to_owned() })
    }

    fn scaled(&self, places: usize) -> Option<u128> {
        let fraction: String = self.fraction.chars().chain(std::iter::repeat('0')).take(places).collect();
        format!("0{}{fraction}", self.whole).parse().ok()
    }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let size = |a: &Self, b: &Self| {
            a.whole.len().cmp(&b.whole.len()).then(a.whole.cmp(&b.whole)).then(a.fraction.cmp(&b.fraction))
        };
        match (self.negative, other.negative) {
            (false, false) => size(self, other),
            (true, true) => size(other, self),
            (negative, _) => {
                if negative {
                    std::cmp::Ordering::Less
                } else {
                    std::cmp::Ordering::Greater
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Ordering;

    fn read(text: &str) -> Option<u32> {
        chinese(&text.chars().collect::<Vec<_>>())
    }

    #[test]
    fn chinese_numerals_are_read_both_ways() {
        assert_eq!(read("十"), Some(10));
        assert_eq!(read("十九"), Some(19));
        assert_eq!(read("六十五"), Some(65));
        assert_eq!(read("一百零三"), Some(103));
        assert_eq!(read("二〇二七"), Some(2027));
        assert_eq!(read("两"), Some(2));
        assert_eq!(read("甲"), None);
    }

    #[test]
    fn decimals_stay_exact() {
        assert_eq!(decimal(&"1,200.50".chars().collect::<Vec<_>>()), "1200.5");
        assert_eq!(decimal(&"007".chars().collect::<Vec<_>>()), "7");
        assert_eq!(times_ten("1.7", 4), "17000");
        assert_eq!(times_ten("66", 8), "6600000000");
        assert_eq!(times_ten("0.00005", 4), "0.5");
        assert_eq!(compare("98.3", "98.30"), Some(Ordering::Equal));
        assert_eq!(compare("100", "99.5"), Some(Ordering::Greater));
        assert_eq!(compare("-2", "1"), Some(Ordering::Less));
        assert_eq!(minus("5", "3"), Some("2".to_owned()));
        assert_eq!(minus("1.2", "0.65"), Some("0.55".to_owned()));
    }
}
