//! A sheet before anything is understood: lines of cells that are not empty, and the areas that are merged.
//!
//! Only cells with content exist. Real sheets claim 16,384 columns or a million rows and fill ten of them.

use crate::{CellProblem, Refusal};
use std::ops::ControlFlow;

/// A row of the file with its cells that are not empty, from left to right.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Line {
    /// 0-based.
    pub(crate) row: u32,
    pub(crate) cells: Vec<(u32, Value)>,
}

impl Line {
    pub(crate) fn at(&self, column: u32) -> Option<&Value> {
        let place = self.cells.binary_search_by_key(&column, |(at, _)| *at).ok()?;
        self.cells.get(place).map(|(_, value)| value)
    }

    pub(crate) fn text(&self, column: u32) -> &str {
        self.at(column).map_or("", |value| value.text.as_str())
    }

    /// Adds a cell; nothing but blanks is no cell.
    pub(crate) fn put(&mut self, column: u32, value: Value) {
        if !crate::value::tidy(&value.text).is_empty() {
            self.cells.push((column, value));
        }
    }
}

/// A cell as the file holds it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Value {
    pub(crate) text: String,
    pub(crate) sort: Sort,
}

/// What the file itself says that a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    Text,
    Number,
    Day,
    Moment,
    Flag,
    Fault,
}

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), sort: Sort::Text }
    }

    /// A number as a spreadsheet program shows it: fifteen significant digits, so that 0.1 + 0.2 reads 0.3.
    pub(crate) fn number(number: f64) -> Self {
        let shown = format!("{number:.14e}").parse::<f64>().unwrap_or(number);
        Self { text: format!("{shown}"), sort: Sort::Number }
    }

    /// A number shown as a percentage.
    pub(crate) fn percent(number: f64) -> Self {
        let shown = Self::number(number * 100.0);
        Self { text: format!("{}%", shown.text), ..shown }
    }

    pub(crate) fn moment(year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Self {
        if (hour, minute, second) == (0, 0, 0) {
            Self { text: format!("{year:04}-{month:02}-{day:02}"), sort: Sort::Day }
        } else {
            let text = format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}");
            Self { text, sort: Sort::Moment }
        }
    }
}

/// A merged area, all bounds inclusive and 0-based.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) top: u32,
    pub(crate) left: u32,
    pub(crate) bottom: u32,
    pub(crate) right: u32,
}

/// Takes the lines of a sheet one after another; may stop early.
pub(crate) type Each<'a> = dyn FnMut(Line) -> Result<ControlFlow<()>, Refusal> + 'a;

/// A file of one or several sheets.
pub(crate) trait Book {
    fn sheets(&self) -> Vec<String>;
    fn spans(&mut self, sheet: usize) -> Result<Vec<Span>, Refusal>;
    fn visit(&mut self, sheet: usize, each: &mut Each<'_>) -> Result<(), Refusal>;
    /// What was wrong with the file itself during the last visit.
    fn problems(&self) -> Vec<CellProblem> {
        Vec::new()
    }
}

/// A sheet held in memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    pub(crate) name: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) spans: Vec<Span>,
}

impl Book for Vec<Held> {
    fn sheets(&self) -> Vec<String> {
        self.iter().map(|sheet| sheet.name.clone()).collect()
    }

    fn spans(&mut self, sheet: usize) -> Result<Vec<Span>, Refusal> {
        Ok(self.get(sheet).map(|sheet| sheet.spans.clone()).unwrap_or_default())
    }

    fn visit(&mut self, sheet: usize, each: &mut Each<'_>) -> Result<(), Refusal> {
        for line in self.get(sheet).map(|sheet| sheet.lines.as_slice()).unwrap_or_default() {
            if each(line.clone())?.is_break() {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_they_are_shown() {
        let shown = |number: f64| Value::number(number).text;
        assert_eq!(shown(1.0), "1");
        assert_eq!(shown(0.1 + 0.2), "0.3");
        assert_eq!(shown(98.25), "98.25");
        assert_eq!(shown(330_000_000_000_000.0), "330000000000000");
        assert_eq!(shown(-5.1), "-5.1");
        assert_eq!(Value::percent(0.984).text, "98.4%");
    }
}
