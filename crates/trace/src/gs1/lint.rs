//! What one part of a value may contain, by the names that the GS1 Barcode Syntax Dictionary gives to its tests. Pure, over ASCII.
//!
//! Two are weaker than upstream. `gcppos1` and `gcppos2` ask only that the company prefix is long enough and of digits: which prefixes GS1
//! has given away is a licensed table that is not here. `couponcode` and `couponposoffer` (North American coupons) accept CSET 82.

use std::sync::LazyLock;

use super::digit::{CSET82, is_checked, is_paired};

/// Countries: letters and digits (ISO 3166-1).
static COUNTRIES: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let text = include_str!("../../data/countries.txt");
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .filter_map(|word| word.split_at_checked(2))
        .collect()
});

/// ISO 4217, numeric.
const CURRENCIES: &str = "008 012 032 036 044 048 050 051 052 060 064 068 072 084 090 096 104 108 116 124 132 136 144 152 156 170 174 188 \
    191 192 203 208 214 222 230 232 238 242 262 270 292 320 324 328 332 340 344 348 352 356 360 364 368 376 388 392 398 400 404 408 410 \
    414 417 418 422 426 430 434 446 454 458 462 480 484 496 498 504 512 516 524 532 533 548 554 558 566 578 586 590 598 600 604 608 634 \
    643 646 654 682 690 694 702 704 706 710 728 748 752 756 760 764 776 780 784 788 800 807 818 826 834 840 858 860 882 886 901 924 925 \
    926 927 928 929 930 931 932 933 934 936 938 940 941 943 944 946 947 948 949 950 951 952 953 955 956 957 958 959 960 961 962 963 964 \
    965 967 968 969 970 971 972 973 975 976 977 978 979 980 981 984 985 986 990 994 997 999";

/// Types of packages of AI 7041 are codes of UN/ECE Recommendation 21: one to four letters or digits.
fn package_type(text: &str) -> bool {
    (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Whether a part passes the test of this name; a name that nobody knows passes nothing.
pub fn passes(name: &str, text: &str) -> bool {
    match name {
        "cset82" => text.chars().all(|character| CSET82.contains(character)),
        "cset39" => text.bytes().all(|byte| matches!(byte, b'#' | b'-' | b'/' | b'0'..=b'9' | b'A'..=b'Z')),
        "cset64" => cset64(text),
        "csetnumeric" => digits(text),
        "csum" => is_checked(text),
        "csumalpha" => is_paired(text),
        "gcppos1" => text.len() >= 4 && text.get(..4).is_some_and(digits),
        "gcppos2" => text.len() >= 5 && text.get(1..5).is_some_and(digits),
        "iso3166" => COUNTRIES.iter().any(|(_, number)| *number == text),
        "iso3166999" => text == "999" || passes("iso3166", text),
        "iso3166alpha2" => COUNTRIES.iter().any(|(letters, _)| *letters == text),
        "iso4217" => text.len() == 3 && CURRENCIES.split(' ').any(|number| number == text),
        "iso5218" => matches!(text, "0" | "1" | "2" | "9"),
        "yymmdd" => text.len() == 6 && date(text, false),
        "yymmd0" => text.len() == 6 && date(text, true),
        "yyyymmdd" => text.len() == 8 && text.get(2..).is_some_and(|rest| full_date(text.get(..4), rest)),
        "hhmi" => text.len() == 4 && two(text, 0, 0, 23) && two(text, 2, 0, 59),
        "hh" => text.len() == 2 && two(text, 0, 0, 23),
        "mi" | "ss" => text.len() == 2 && two(text, 0, 0, 59),
        "latitude" => text.len() == 10 && number(text).is_some_and(|value| value <= 1_800_000_000),
        "longitude" => text.len() == 10 && number(text).is_some_and(|value| value <= 3_600_000_000),
        "pcenc" => percent(text),
        "pieceoftotal" => piece_of_total(text),
        "hyphen" => !text.is_empty() && text.bytes().all(|byte| byte == b'-'),
        "yesno" => matches!(text, "0" | "1"),
        "winding" => matches!(text, "0" | "1" | "9"),
        "zero" => digits(text) && text.bytes().all(|byte| byte == b'0'),
        "nonzero" => digits(text) && text.bytes().any(|byte| byte != b'0'),
        "nozeroprefix" => digits(text) && (text == "0" || !text.starts_with('0')),
        "hasnondigit" => text.bytes().any(|byte| !byte.is_ascii_digit()),
        "iban" => iban(text),
        "importeridx" => {
            text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        }
        "packagetype" => package_type(text),
        "mediatype" => matches!(text.parse::<u8>(), Ok(1..=10 | 80..=99)) && text.len() == 2,
        "posinseqslash" => position_in_sequence(text),
        "couponcode" | "couponposoffer" => passes("cset82", text),
        _ => false,
    }
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn number(text: &str) -> Option<u64> {
    digits(text).then(|| text.parse().ok()).flatten()
}

fn two(text: &str, at: usize, least: u64, most: u64) -> bool {
    text.get(at..at + 2).and_then(number).is_some_and(|value| (least..=most).contains(&value))
}

/// A date with two digits of a year; day 00 is «the end of the month» where it is allowed. The century is not written, so that every
/// fourth year may be a leap year (2000 was one).
fn date(text: &str, day_zero: bool) -> bool {
    let (Some(year), Some(month), Some(day)) =
        (text.get(..2).and_then(number), text.get(2..4).and_then(number), text.get(4..6).and_then(number))
    else {
        return false;
    };
    (1..=12).contains(&month) && day <= days(2000 + year, month) && (day > 0 || day_zero)
}

fn full_date(year: Option<&str>, rest: &str) -> bool {
    let (Some(year), Some(month), Some(day)) =
        (year.and_then(number), rest.get(2..4).and_then(number), rest.get(4..6).and_then(number))
    else {
        return false;
    };
    (1..=12).contains(&month) && (1..=days(year, month)).contains(&day)
}

fn days(year: u64, month: u64) -> u64 {
    let leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    match month {
        2 => 28 + u64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// base64url; with padding the whole length is a multiple of three, as the test of GS1 has it.
fn cset64(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let padding = text.len() - body.len();
    let characters = body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    characters && (padding == 0 || (padding <= 2 && text.len().is_multiple_of(3)))
}

fn percent(text: &str) -> bool {
    let mut rest = text.split('%');
    rest.next();
    rest.all(|part| part.get(..2).is_some_and(|pair| pair.bytes().all(|byte| byte.is_ascii_hexdigit())))
}

fn piece_of_total(text: &str) -> bool {
    let Some((piece, total)) =
        (!text.is_empty() && text.len().is_multiple_of(2)).then(|| text.split_at(text.len() / 2))
    else {
        return false;
    };
    matches!((number(piece), number(total)), (Some(piece), Some(total)) if piece > 0 && piece <= total)
}

/// `1/2`: the position of a baby in a birth sequence.
fn position_in_sequence(text: &str) -> bool {
    text.split_once('/').is_some_and(|(position, total)| {
        let value = |part: &str| (part.len() == 1).then(|| number(part)).flatten();
        matches!((value(position), value(total)), (Some(position), Some(total)) if position > 0 && position <= total)
    })
}

/// ISO 13616: country first, then digits whose value with the first four at the end is 1 modulo 97.
fn iban(text: &str) -> bool {
    if !(5..=34).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        return false;
    }
    let (Some(head), Some(rest)) = (text.get(..4), text.get(4..)) else { return false };
    let country = head.get(..2).is_some_and(|letters| passes("iso3166alpha2", letters));
    let checked = rest.chars().chain(head.chars()).try_fold(0_u32, |sum, character| {
        let value = character.to_digit(36)?;
        Some(if value < 10 { (sum * 10 + value) % 97 } else { (sum * 100 + value) % 97 })
    });
    country && head.get(2..).is_some_and(digits) && checked == Some(1)
}
