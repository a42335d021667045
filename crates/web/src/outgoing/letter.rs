//! A letter on the wire (RFC 5322, RFC 2045, RFC 2047): plain text in UTF-8, every byte of it ASCII, no line longer than 76.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zhiheng_app::Letter;
use zhiheng_pack::day;

/// What stands above the text.
pub(super) struct Head<'a> {
    /// Address of the sender.
    pub(super) from: &'a str,
    /// Name of the sender.
    pub(super) name: &'a str,
    /// Address of the recipient.
    pub(super) to: &'a str,
    /// Its identity, the same at every attempt: a mailbox shows a letter that came twice once.
    pub(super) key: &'a str,
    /// When, µs of UTC.
    pub(super) at: i64,
    /// Hours east of Greenwich.
    pub(super) hours: i64,
}

/// The whole letter. Both addresses are such as [`zhiheng_app::is_address`] takes, so that nothing in them begins another line.
pub(super) fn compose(head: &Head<'_>, letter: &Letter) -> String {
    let domain = head.from.split_once('@').map_or("localhost", |(_, domain)| domain);
    let key: String = head.key.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')).collect();
    let mut text = String::new();
    for (name, value) in [
        ("From", format!("{} <{}>", words(head.name), head.from)),
        ("To", format!("<{}>", head.to)),
        ("Subject", words(&letter.subject)),
        ("Date", date(head.at, head.hours)),
        ("Message-ID", format!("<{key}@{domain}>")),
        ("Auto-Submitted", "auto-generated".to_owned()),
        ("MIME-Version", "1.0".to_owned()),
        ("Content-Type", "text/plain; charset=utf-8".to_owned()),
        ("Content-Transfer-Encoding", "base64".to_owned()),
    ] {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    let body = STANDARD.encode(letter.text.replace('\n', "\r\n"));
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(76).unwrap_or((rest, ""));
        text.push_str(line);
        text.push_str("\r\n");
        rest = after;
    }
    text
}

/// Encoded words, none longer than 75, none ending within a character.
fn words(text: &str) -> String {
    let mut parts: Vec<String> = vec![String::new()];
    for letter in text.chars().filter(|letter| !letter.is_control()) {
        if parts.last().is_some_and(|part| part.len() + letter.len_utf8() > 42) {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
    }
    let encoded: Vec<String> = parts.iter().map(|part| format!("=?utf-8?B?{}?=", STANDARD.encode(part))).collect();
    encoded.join("\r\n ")
}

/// `Mon, 23 Nov 2026 14:06:00 +0800`
fn date(at: i64, hours: i64) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let number = day::of_instant(at, hours);
    let date = day::date(number);
    let seconds = at.saturating_add(hours * 3_600_000_000).div_euclid(1_000_000).rem_euclid(86_400);
    let weekday = usize::try_from(number.rem_euclid(7)).ok().and_then(|at| DAYS.get(at)).unwrap_or(&"Thu");
    let month = usize::try_from(date.month() - 1).ok().and_then(|at| MONTHS.get(at)).unwrap_or(&"Jan");
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let sign = if hours < 0 { '-' } else { '+' };
    format!(
        "{weekday}, {} {month} {} {hour:02}:{minute:02}:{second:02} {sign}{:02}00",
        date.day(),
        date.year(),
        hours.abs()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_ascii_in_short_lines_and_reads_back() {
        let letter = Letter {
            subject: "示例县质量强县：超期 3 件，待办 1000 以上 件，还有很长很长的主题".to_owned(),
            text: "超期 3 件\n.\n第二行\n".repeat(20),
        };
        let head = Head {
            from: "zl@example.gov.cn",
            name: "示例县",
            to: "wang@example.gov.cn",
            key: "digest.01.20780",
            at: 1_795_413_960_000_000,
            hours: 8,
        };
        let text = compose(&head, &letter);
        assert!(text.is_ascii() && text.split("\r\n").all(|line| line.len() <= 98 && !line.starts_with('.')));
        assert!(text.contains("\r\nDate: Mon, 23 Nov 2026 14:06:00 +0800\r\n"), "{text}");
        assert!(text.contains("\r\nMessage-ID: <digest.01.20780@example.gov.cn>\r\n"));
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let body = String::from_utf8(STANDARD.decode(body.replace("\r\n", "")).unwrap()).unwrap();
        assert_eq!(body, letter.text.replace('\n', "\r\n"));
        let subject = head.split("\r\nSubject: ").nth(1).unwrap().split("\r\nDate").next().unwrap();
        let read: String = subject
            .split("\r\n ")
            .map(|word| {
                assert!(word.len() <= 75, "{word}");
                let inner = word.strip_prefix("=?utf-8?B?").unwrap().strip_suffix("?=").unwrap();
                String::from_utf8(STANDARD.decode(inner).unwrap()).unwrap()
            })
            .collect();
        assert_eq!(read, letter.subject);
    }

    #[test]
    fn nothing_in_a_subject_begins_another_header() {
        assert_eq!(words("a\r\nBcc: x@y.cn"), words("aBcc: x@y.cn"));
    }
}
