//! Text with separators: csv, tsv and their relatives, read as a spreadsheet program would show them, so that a
//! record's number is its row on the screen — blank lines count, a line break inside quotes does not.

use crate::assemble::file_problem;
use crate::decode::Decoded;
use crate::grid::{Book, Each, Line, Span, Value};
use crate::problem::{CellProblem, QUOTES};
use crate::write::csv::begins_formula;
use crate::{Limits, Refusal};

/// A quoted cell longer than this has lost its closing quote; a spreadsheet cell holds 32,767 characters.
const LONGEST_CELL: usize = 100_000;
const SEPARATORS: [char; 4] = [',', '\t', ';', '|'];

/// A text file with its separator.
pub(crate) struct Delimited {
    text: String,
    separator: char,
    start: usize,
    limits: Limits,
    /// Rows (1-based) with a quote that never closes.
    open_quotes: Vec<u32>,
}

impl Delimited {
    pub(crate) fn new(decoded: Decoded, limits: &Limits) -> Self {
        let text = decoded.text;
        // Excel's own hint, a first line `sep=;`.
        let hint =
            text.strip_prefix("sep=").and_then(|rest| rest.chars().next()).filter(|c| !c.is_whitespace() || *c == '\t');
        let start = match hint {
            Some(_) => text.find('\n').map_or(text.len(), |at| at + 1),
            None => 0,
        };
        let separator = hint.unwrap_or_else(|| separator_of(&text));
        Self { text, separator, start, limits: limits.clone(), open_quotes: Vec::new() }
    }
}

impl Book for Delimited {
    fn sheets(&self) -> Vec<String> {
        vec![String::new()]
    }

    fn spans(&mut self, _: usize) -> Result<Vec<Span>, Refusal> {
        Ok(Vec::new())
    }

    fn visit(&mut self, _: usize, each: &mut Each<'_>) -> Result<(), Refusal> {
        self.open_quotes.clear();
        let mut scanner = Scanner { text: &self.text, at: self.start, separator: self.separator, open_quote: false };
        let mut row = u32::from(self.start > 0);
        while let Some(record) = scanner.record() {
            if row >= self.limits.rows {
                return Err(Refusal::too_many_rows(self.limits.rows));
            }
            if std::mem::take(&mut scanner.open_quote) {
                self.open_quotes.push(row + 1);
            }
            let mut line = Line { row, cells: Vec::with_capacity(record.len()) };
            for (column, cell) in (0u32..).zip(record) {
                line.put(column, Value::text(armed(cell)));
            }
            row += 1;
            if !line.cells.is_empty() && each(line)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    fn problems(&self) -> Vec<CellProblem> {
        self.open_quotes.iter().map(|row| file_problem(QUOTES, *row)).collect()
    }
}

/// A text whose apostrophe was put there only so that no program runs it: our own exports come back as they were.
fn armed(mut cell: String) -> String {
    if cell.strip_prefix('\'').is_some_and(begins_formula) {
        cell.remove(0);
    }
    cell
}

/// The separator that cuts the first records into the most equal parts.
fn separator_of(text: &str) -> char {
    let score = |separator: char| {
        let mut scanner = Scanner { text, at: 0, separator, open_quote: false };
        let widths: Vec<usize> = std::iter::from_fn(|| scanner.record()).take(60).map(|record| record.len()).collect();
        let common = widths
            .iter()
            .copied()
            .filter(|width| *width > 1)
            .max_by_key(|width| (widths.iter().filter(|other| *other == width).count(), *width));
        common.map_or(0, |width| widths.iter().filter(|other| **other == width).count() * (width - 1))
    };
    let best = SEPARATORS.into_iter().rev().max_by_key(|separator| score(*separator));
    best.filter(|separator| score(*separator) > 0).unwrap_or(',')
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    separator: char,
    open_quote: bool,
}

impl Scanner<'_> {
    /// The next record, `None` at the end.
    fn record(&mut self) -> Option<Vec<String>> {
        if self.at >= self.text.len() {
            return None;
        }
        let mut record = Vec::new();
        loop {
            let (cell, last) = self.cell();
            record.push(cell);
            if last {
                return Some(record);
            }
        }
    }

    /// The next cell and whether its record ends with it.
    fn cell(&mut self) -> (String, bool) {
        let rest = self.text.get(self.at..).unwrap_or("");
        let mut cell = String::new();
        let mut used = 0;
        if let Some(quoted) = rest.strip_prefix('"') {
            match closing(quoted) {
                Some(end) => {
                    cell = quoted.get(..end).unwrap_or("").replace("\"\"", "\"");
                    used = end + 2;
                }
                None => self.open_quote = true,
            }
        }
        let tail = rest.get(used..).unwrap_or("");
        let end = tail.find([self.separator, '\n', '\r']).unwrap_or(tail.len());
        cell.push_str(tail.get(..end).unwrap_or(""));
        let after = tail.get(end..).unwrap_or("");
        let (width, last) = match after.chars().next() {
            Some('\r') if after.starts_with("\r\n") => (2, true),
            Some(c) if c == self.separator => (c.len_utf8(), false),
            Some(_) => (1, true),
            None => (0, true),
        };
        self.at += used + end + width;
        (cell, last)
    }
}

/// Where the quote closes that was opened before `text`; a doubled quote is a quote inside.
fn closing(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < LONGEST_CELL {
        let next = at + bytes.get(at..)?.iter().position(|byte| *byte == b'"')?;
        if bytes.get(next + 1) == Some(&b'"') {
            at = next + 2;
        } else {
            return (next < LONGEST_CELL).then_some(next);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ops::ControlFlow;

    fn lines(text: &str) -> (Vec<(u32, Vec<String>)>, Vec<u32>) {
        let decoded = Decoded { text: text.to_owned(), encoding: "utf-8".to_owned(), lost: 0 };
        let mut file = Delimited::new(decoded, &Limits::default());
        let mut lines = Vec::new();
        file.visit(0, &mut |line| {
            lines.push((line.row, line.cells.into_iter().map(|(_, value)| value.text).collect()));
            Ok(ControlFlow::Continue(()))
        })
        .unwrap();
        (lines, file.open_quotes)
    }

    fn row(row: u32, cells: &[&str]) -> (u32, Vec<String>) {
        (row, cells.iter().map(|cell| (*cell).to_owned()).collect())
    }

    #[test]
    fn a_line_break_inside_quotes_is_no_new_row_and_a_blank_line_is_one() {
        let (lines, _) = lines("名称,备注\r\n\"甲\n乙\",\"他说\"\"好\"\"\"\r\n\r\n丙,丁\r\n");
        assert_eq!(lines, [row(0, &["名称", "备注"]), row(1, &["甲\n乙", "他说\"好\""]), row(3, &["丙", "丁"])]);
    }

    #[test]
    fn a_quote_that_never_closes_costs_one_cell_only() {
        let (lines, open) = lines("名称,备注\n\"甲,一\n乙,二\n");
        assert_eq!(lines, [row(0, &["名称", "备注"]), row(1, &["\"甲", "一"]), row(2, &["乙", "二"])]);
        assert_eq!(open, [2]);
    }

    #[test]
    fn separators_are_told_by_equal_widths() {
        assert_eq!(separator_of("a\tb\tc\n1\t2,3\t4\n"), '\t');
        assert_eq!(separator_of("项目;结果\n甲;1,5\n乙;2,5\n"), ';');
        assert_eq!(separator_of("名称,项目\n甲,a;b;c\n乙,d\n"), ',');
        assert_eq!(lines("名称,值\n'=1+1,'甲\n").0, [row(0, &["名称", "值"]), row(1, &["=1+1", "'甲"])]);
        assert_eq!(lines("sep=;\na;b\n").0, [row(1, &["a", "b"])]);
    }
}
