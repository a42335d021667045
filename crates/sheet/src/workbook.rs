//! Excel workbooks by calamine. Sheets are walked cell by cell, never laid out as a rectangle: a title merged over
//! A1:XFD1 would make every row 16,384 cells wide.

use crate::grid::{Book, Each, Line, Sort, Span, Value};
use crate::{Limits, Refusal};
use calamine::{Data, DataRef, Dimensions, ExcelDateTime, Reader, Style, Xls, Xlsb, Xlsx};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

type Bytes<'a> = Cursor<&'a [u8]>;

/// A workbook of one of the three Excel formats.
pub(crate) struct Excel<'a> {
    inner: Inner<'a>,
    names: Vec<String>,
    rows: u32,
}

enum Inner<'a> {
    Xlsx(Box<Xlsx<Bytes<'a>>>),
    Xlsb(Box<Xlsb<Bytes<'a>>>),
    Xls(Box<Xls<Bytes<'a>>>),
}

/// Which of the three.
pub(crate) enum Kind {
    Xlsx,
    Xlsb,
    Xls,
}

/// Runs a reader that was not written for hostile files. It is known to index and to subtract without checking on
/// damaged workbooks; a panic of it must end in a refusal of the file, not in the end of the program. Nothing that was
/// half done is used afterwards.
fn guarded<T>(run: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| Err(Refusal::damaged("内部结构不可读")))
}

fn damaged(error: impl std::fmt::Display) -> Refusal {
    let why = error.to_string();
    if why.to_ascii_lowercase().contains("password") {
        return Refusal::encrypted();
    }
    Refusal::damaged(why.lines().next().unwrap_or_default())
}

impl<'a> Excel<'a> {
    pub(crate) fn open(bytes: &'a [u8], kind: Kind, limits: &Limits) -> Result<Self, Refusal> {
        let cursor = Cursor::new(bytes);
        let (inner, names) = guarded(|| match kind {
            Kind::Xlsx => {
                let book = Xlsx::new(cursor).map_err(damaged)?;
                let names = book.sheet_names();
                Ok((Inner::Xlsx(Box::new(book)), names))
            }
            Kind::Xlsb => {
                let book = Xlsb::new(cursor).map_err(damaged)?;
                let names = book.sheet_names();
                Ok((Inner::Xlsb(Box::new(book)), names))
            }
            Kind::Xls => {
                let book = Xls::new(cursor).map_err(damaged)?;
                let names = book.sheet_names();
                Ok((Inner::Xls(Box::new(book)), names))
            }
        })?;
        Ok(Self { inner, names, rows: limits.rows })
    }
}

impl Book for Excel<'_> {
    fn sheets(&self) -> Vec<String> {
        self.names.clone()
    }

    fn spans(&mut self, sheet: usize) -> Result<Vec<Span>, Refusal> {
        let Some(name) = self.names.get(sheet) else { return Ok(Vec::new()) };
        // A chart sheet has no cells and no merges; that is no damage.
        let spans = guarded(|| {
            Ok(match &mut self.inner {
                Inner::Xlsx(book) => book.merge_cells_by_sheet_name(name).unwrap_or_default(),
                Inner::Xls(book) => book.merge_cells_by_sheet_name(name).unwrap_or_default(),
                // The binary format's merges are not exposed by the reader.
                Inner::Xlsb(_) => Vec::new(),
            })
        })?;
        Ok(spans.into_iter().map(span).collect())
    }

    fn visit(&mut self, sheet: usize, each: &mut Each<'_>) -> Result<(), Refusal> {
        let Some(name) = self.names.get(sheet) else { return Ok(()) };
        let mut lines = Lines { line: Line::default(), count: 0, most: self.rows, each };
        guarded(|| match &mut self.inner {
            Inner::Xlsx(book) => {
                let Ok(mut cells) = book.worksheet_cells_reader(name) else { return Ok(()) };
                let percent: Vec<bool> = cells.styles().iter().map(is_percent).collect();
                while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(damaged)? {
                    let (row, column) = cell.get_position();
                    let value = match cell.get_value() {
                        DataRef::Float(number) if percent.get(style) == Some(&true) => Some(Value::percent(*number)),
                        other => of_ref(other),
                    };
                    if !lines.cell(row, column, value)? {
                        return Ok(());
                    }
                }
                lines.end().map(drop)
            }
            Inner::Xlsb(book) => {
                let Ok(mut cells) = book.worksheet_cells_reader(name) else { return Ok(()) };
                while let Some(cell) = cells.next_cell().map_err(damaged)? {
                    let (row, column) = cell.get_position();
                    if !lines.cell(row, column, of_ref(cell.get_value()))? {
                        return Ok(());
                    }
                }
                lines.end().map(drop)
            }
            Inner::Xls(book) => {
                let Ok(range) = book.worksheet_range(name) else { return Ok(()) };
                let (top, left) = range.start().unwrap_or_default();
                for (row, column, value) in range.used_cells() {
                    if !lines.cell(top + row as u32, left + column as u32, of_data(value))? {
                        return Ok(());
                    }
                }
                lines.end().map(drop)
            }
        })
    }
}

/// Gathers cells into lines.
struct Lines<'a, 'b> {
    line: Line,
    count: u32,
    most: u32,
    each: &'a mut Each<'b>,
}

impl Lines<'_, '_> {
    /// Takes a cell; false when nobody wants more.
    fn cell(&mut self, row: u32, column: u32, value: Option<Value>) -> Result<bool, Refusal> {
        let Some(value) = value else { return Ok(true) };
        if row != self.line.row && !self.end()? {
            return Ok(false);
        }
        self.line.row = row;
        // Cells come from left to right; a writer that disagrees must not break the search by column.
        match self.line.cells.last() {
            Some((last, _)) if *last == column => {}
            Some((last, _)) if *last > column => {
                self.line.put(column, value);
                self.line.cells.sort_by_key(|(at, _)| *at);
                self.line.cells.dedup_by_key(|(at, _)| *at);
            }
            _ => self.line.put(column, value),
        }
        Ok(true)
    }

    fn end(&mut self) -> Result<bool, Refusal> {
        if self.line.cells.is_empty() {
            return Ok(true);
        }
        self.count += 1;
        if self.count > self.most {
            return Err(Refusal::too_many_rows(self.most));
        }
        Ok((self.each)(std::mem::take(&mut self.line))?.is_continue())
    }
}

/// 98.4 % is held as 0.984 and shown as 98.4%; what is shown is what was meant.
fn is_percent(style: &Style) -> bool {
    style.number_format.as_ref().is_some_and(|format| {
        matches!(format.format_id, Some(9 | 10))
            || (format.format_code.contains('%') && !format.format_code.contains("\"%"))
    })
}

fn span(area: Dimensions) -> Span {
    Span { top: area.start.0, left: area.start.1, bottom: area.end.0, right: area.end.1 }
}

fn of_ref(value: &DataRef<'_>) -> Option<Value> {
    match value {
        DataRef::Int(number) => Some(Value { text: number.to_string(), sort: Sort::Number }),
        DataRef::Float(number) => Some(Value::number(*number)),
        DataRef::String(text) => Some(written(text)),
        DataRef::SharedString(text) => Some(written(text)),
        DataRef::Bool(flag) => Some(flagged(*flag)),
        DataRef::DateTime(moment) => Some(dated(moment)),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => Some(Value::text(text.replace('T', " "))),
        DataRef::Error(error) => Some(Value { text: error.to_string(), sort: Sort::Fault }),
        DataRef::Empty => None,
    }
}

fn of_data(value: &Data) -> Option<Value> {
    match value {
        Data::Int(number) => Some(Value { text: number.to_string(), sort: Sort::Number }),
        Data::Float(number) => Some(Value::number(*number)),
        Data::String(text) => Some(written(text)),
        Data::Bool(flag) => Some(flagged(*flag)),
        Data::DateTime(moment) => Some(dated(moment)),
        Data::DateTimeIso(text) | Data::DurationIso(text) => Some(Value::text(text.replace('T', " "))),
        Data::Error(error) => Some(Value { text: error.to_string(), sort: Sort::Fault }),
        Data::Empty => None,
    }
}

/// A carriage return is written as `_x000D_` by some programs; it is no part of the text.
fn written(text: &str) -> Value {
    if text.contains("_x000D_") { Value::text(text.replace("_x000D_", "")) } else { Value::text(text) }
}

fn flagged(flag: bool) -> Value {
    Value { text: if flag { "TRUE" } else { "FALSE" }.to_owned(), sort: Sort::Flag }
}

fn dated(moment: &ExcelDateTime) -> Value {
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    if moment.is_duration() || (moment.as_f64() >= 0.0 && moment.as_f64() < 1.0) {
        return Value::text(format!("{hour:02}:{minute:02}:{second:02}"));
    }
    Value::moment(year, month, day, hour, minute, second)
}
