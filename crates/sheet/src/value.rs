//! What one cell means: blanks and their marks, numbers, yes and no, codes. A function here either understands the whole
//! cell or says which problem it has.

use crate::problem::{self, Entry};

/// Removes blanks of every kind from both ends: ideographic, no-break and zero-width ones as well.
pub(crate) fn tidy(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c.is_control() || is_invisible(c))
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}' | '\u{202A}'..='\u{202E}')
}

/// Full-width ASCII to half-width, one character at a time.
pub(crate) fn half(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        '\u{3000}' | '\u{00A0}' => ' ',
        other => other,
    }
}

/// A word reduced to what tells it from others: half-width, lower case, no blanks.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().map(half) {
        match c {
            // Most of what is read is Chinese, which has neither case nor blanks: looking both up would be half of the reading.
            '\u{4E00}'..='\u{9FFF}' => folded.push(c),
            c if c.is_whitespace() || c.is_control() || is_invisible(c) => {}
            c if c.is_ascii() => folded.push(c.to_ascii_lowercase()),
            c => folded.extend(c.to_lowercase()),
        }
    }
    folded
}

/// Whether a cell says that it holds nothing: blank, «/», a dash, 无.
pub(crate) fn is_blank(text: &str) -> bool {
    let text = tidy(text);
    let marks = |c: char| {
        matches!(
            c,
            '/' | '／' | '\\' | '-' | '—' | '－' | '–' | '―' | '─' | '_' | '＿' | '…' | '、' | ' ' | '\n' | '\u{3000}'
        )
    };
    text.chars().all(marks)
        || matches!(
            text,
            "无" | "空" | "暂无" | "(空)" | "N/A" | "n/a" | "NA" | "null" | "NULL" | "None" | "NaN" | "nan" | "#N/A"
        )
}

/// A number in plain digits: separators of thousands, currency signs and a percent sign are dropped.
pub(crate) fn decimal(text: &str) -> Result<String, Entry> {
    let plain: String = fold(text).chars().filter(|c| !matches!(c, ',' | '¥' | '￥' | '\'')).collect();
    let plain = plain.strip_suffix('%').unwrap_or(&plain);
    let plain = plain.strip_prefix('+').unwrap_or(plain).replace(['−', '－'], "-");
    let (mantissa, exponent) = plain.split_once('e').unwrap_or((&plain, ""));
    let (sign, digits) = mantissa.strip_prefix('-').map_or(("", mantissa), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !is_digits(whole) || !is_digits(fraction) || plain.len() > 60 {
        return Err(problem::DECIMAL);
    }
    let shift: i32 = match exponent {
        "" if plain.contains('e') => return Err(problem::DECIMAL),
        "" => 0,
        text => text.parse().ok().filter(|shift: &i32| shift.abs() <= 30).ok_or(problem::DECIMAL)?,
    };
    let (whole, fraction) = shifted(whole, fraction, shift);
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    Ok(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

/// Moves the decimal point of `whole.fraction`.
fn shifted(whole: &str, fraction: &str, shift: i32) -> (String, String) {
    let (mut whole, mut fraction) = (whole.to_owned(), fraction.to_owned());
    for _ in 0..shift.abs() {
        if shift > 0 {
            whole.push(if fraction.is_empty() { '0' } else { fraction.remove(0) });
        } else {
            fraction.insert(0, whole.pop().unwrap_or('0'));
        }
    }
    (whole, fraction)
}

/// A whole number; `2002.0` is one, as spreadsheets write it.
pub(crate) fn integer(text: &str) -> Result<String, Entry> {
    let number = decimal(text).map_err(|_| problem::INTEGER)?;
    match number.split_once('.') {
        None => Ok(number),
        Some((whole, fraction)) if fraction.bytes().all(|byte| byte == b'0') => Ok(whole.to_owned()),
        Some(_) => Err(problem::INTEGER),
    }
}

/// 是 or 否, in words, marks and letters.
pub(crate) fn yes_no(text: &str) -> Result<bool, Entry> {
    match fold(text).as_str() {
        "是" | "有" | "√" | "✓" | "✔" | "y" | "yes" | "true" | "1" | "对" => Ok(true),
        "否" | "无" | "没有" | "×" | "✗" | "x" | "n" | "no" | "false" | "0" | "不是" | "错" => Ok(false),
        _ => Err(problem::YES_NO),
    }
}

/// The code of the choice with this code or name.
pub(crate) fn choice(text: &str, choices: &[(String, Vec<String>)]) -> Result<String, Entry> {
    // Most files write a code or a name exactly; folding every name of the list for every cell would cost a sixth of the reading.
    let exact = |(code, names): &&(String, Vec<String>)| code == text || names.iter().any(|name| name == text);
    if let Some((code, _)) = choices.iter().find(exact) {
        return Ok(code.clone());
    }
    let wanted = fold(text);
    let is_it =
        |(code, names): &&(String, Vec<String>)| fold(code) == wanted || names.iter().any(|name| fold(name) == wanted);
    choices.iter().find(is_it).map(|(code, _)| code.clone()).ok_or(problem::CHOICE)
}

/// GB 32100-2015, 5: the 31 characters of a code; I, O, S, V and Z are left out because they look like figures.
const CODE_CHARACTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const CODE_WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/// A code in half-width capitals without blanks, and what is wrong with it. Letters are never corrected into figures.
pub(crate) fn uscc(text: &str) -> (String, Option<Entry>) {
    let code = fold(text).to_uppercase();
    let values: Option<Vec<usize>> = code.chars().map(|c| CODE_CHARACTERS.find(c)).collect();
    let problem = match values {
        Some(values) if values.len() == 18 => {
            let sum: usize = values.iter().zip(CODE_WEIGHTS).map(|(value, weight)| value * weight).sum();
            (values.last() != Some(&((31 - sum % 31) % 31))).then_some(problem::USCC)
        }
        Some(values) if matches!(values.len(), 13 | 15) && code.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(problem::OLD_NUMBER)
        }
        _ => Some(problem::USCC),
    };
    (code, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_marks() {
        for text in ["", " ", "/", "／ ", "—", "——", "-", "--", "无", "N/A", "\u{3000}", "/\n/"] {
            assert!(is_blank(text), "{text:?}");
        }
        assert!(!is_blank("无锡") && !is_blank("0") && !is_blank("不得检出"));
    }

    #[test]
    fn numbers_lose_their_dress_and_nothing_else() {
        assert_eq!(decimal("1,234.50").unwrap(), "1234.50");
        assert_eq!(decimal("９８．２％").unwrap(), "98.2");
        assert_eq!(decimal("-0.5").unwrap(), "-0.5");
        assert_eq!(decimal("1.2E+05").unwrap(), "120000");
        assert_eq!(decimal("5e-3").unwrap(), "0.005");
        assert_eq!(decimal(".5").unwrap(), "0.5");
        assert_eq!(integer("2002.0").unwrap(), "2002");
        assert!(decimal("187(万人民币元)").is_err() && decimal("1e").is_err() && integer("1.5").is_err());
    }

    /// GB 32100-2015, the standard's own example and codes of real firms.
    #[test]
    fn codes_are_checked_and_not_corrected() {
        for text in
            ["91350100M000100Y43", "91110000600037341L", "9144030071526726XG", " ９１４４０３００７０８４６１１３６t"]
        {
            assert_eq!(uscc(text).1, None, "{text}");
        }
        assert_eq!(uscc("91350100M000100Y44").1.unwrap().code, "ZH2109");
        assert_eq!(uscc("9135O100M000100Y43").1.unwrap().code, "ZH2109");
        assert_eq!(uscc("330100000012345").1.unwrap().code, "ZH2110");
    }
}
