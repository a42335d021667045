//! Text tables for other programs. A text that a spreadsheet program would run as a formula gets an apostrophe in front,
//! as OWASP advises; genuine numbers stay numbers.

use crate::value;
use crate::write::xlsx::{Sheet, SheetCell};
use encoding_rs::GB18030;

/// Character encoding of a text table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Encoding {
    /// With the mark by which Excel recognises it.
    #[default]
    Utf8,
    /// For programs which know nothing else.
    Gb18030,
}

/// Writes the header and rows of a sheet as csv. Titles and notes are left out: a csv is for machines.
pub fn write_csv(sheet: &Sheet, encoding: Encoding) -> Vec<u8> {
    let mut text = String::new();
    record(&mut text, sheet.columns.iter().map(|column| harmless(&column.header)));
    for row in &sheet.rows {
        record(
            &mut text,
            row.iter().map(|cell| match cell {
                SheetCell::Number(number) if value::decimal(number).is_ok() => number.clone(),
                other => harmless(other.text()),
            }),
        );
    }
    match encoding {
        Encoding::Utf8 => [b"\xEF\xBB\xBF", text.as_bytes()].concat(),
        Encoding::Gb18030 => GB18030.encode(&text).0.into_owned(),
    }
}

fn record(text: &mut String, cells: impl Iterator<Item = String>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            text.push(',');
        }
        if cell.contains(['"', ',', '\n', '\r']) || cell.starts_with(' ') || cell.ends_with(' ') {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(&cell);
        }
    }
    text.push_str("\r\n");
}

/// Whether a spreadsheet program would run a text that begins so.
pub(crate) fn begins_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// A text that no spreadsheet program takes for a formula.
fn harmless(text: &str) -> String {
    let is_number =
        || text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) && value::decimal(text).is_ok();
    if begins_formula(text) && !is_number() { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::write::xlsx::SheetColumn;

    #[test]
    fn formulas_are_disarmed_and_numbers_are_not() {
        for text in ["=1+1", "+A1", "-A1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "－1+1", "-1+1"] {
            assert_eq!(harmless(text), format!("'{text}"));
        }
        for text in ["-5.1", "+3", "98.2", "甲=乙", "—", ""] {
            assert_eq!(harmless(text), text);
        }
    }

    #[test]
    fn cells_are_quoted_and_encoded() {
        let sheet = Sheet {
            columns: vec![
                SheetColumn { header: "名称".to_owned(), width: 0 },
                SheetColumn { header: "数".to_owned(), width: 0 },
            ],
            rows: vec![vec![SheetCell::Text("他说\"好\",\n走".to_owned()), SheetCell::Number("-5.1".to_owned())]],
            ..Sheet::default()
        };
        assert_eq!(write_csv(&sheet, Encoding::Utf8), "\u{FEFF}名称,数\r\n\"他说\"\"好\"\",\n走\",-5.1\r\n".as_bytes());
        let bytes = write_csv(&sheet, Encoding::Gb18030);
        let (text, _, lost) = GB18030.decode(&bytes);
        assert!(!lost && text.starts_with("名称,数"));
    }
}
