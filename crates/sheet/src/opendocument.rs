//! OpenDocument spreadsheets. Read here and not by calamine, because a cell may say that it repeats a million times:
//! an empty repeat is a jump, and a filled one is written out only within the limits.

use crate::grid::{Held, Line, Sort, Span, Value};
use crate::spreadsheetml::{Visitor, attribute, follow, local, of_moment};
use crate::{Limits, Refusal, package};
use quick_xml::events::BytesStart;

/// A filled cell or row that repeats more often than this is a background, not data.
const MOST_REPEATS: u32 = 1000;

/// Reads every sheet of `content.xml`.
pub(crate) fn read(bytes: &[u8], limits: &Limits) -> Result<Vec<Held>, Refusal> {
    let content = package::part(bytes, "content.xml", limits)?;
    let text = String::from_utf8(content).map_err(|_| Refusal::damaged("content.xml 不是 UTF-8"))?;
    of_content(&text, limits)
}

fn of_content(text: &str, limits: &Limits) -> Result<Vec<Held>, Refusal> {
    let mut walk = Walk {
        limits,
        sheets: Vec::new(),
        row: 0,
        line: Line::default(),
        row_repeat: 1,
        column: 0,
        cell: None,
        note: 0,
    };
    follow(text, &mut walk)?;
    Ok(walk.sheets)
}

struct Cell {
    kind: String,
    value: String,
    text: String,
    paragraphs: u32,
    repeat: u32,
}

struct Walk<'a> {
    limits: &'a Limits,
    sheets: Vec<Held>,
    row: u32,
    line: Line,
    row_repeat: u32,
    column: u32,
    cell: Option<Cell>,
    /// Depth inside annotations, whose text is no cell's text.
    note: u32,
}

impl Visitor for Walk<'_> {
    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), Refusal> {
        let number = |name: &str| attribute(tag, name).and_then(|value| value.parse::<u32>().ok());
        match local(tag.name().as_ref()) {
            "table" => {
                self.sheets.push(Held { name: attribute(tag, "name").unwrap_or_default(), ..Held::default() });
                self.row = 0;
            }
            "table-row" => {
                self.row_repeat = number("number-rows-repeated").unwrap_or(1).max(1);
                self.line = Line { row: self.row, cells: Vec::new() };
                self.column = 0;
            }
            "table-cell" | "covered-table-cell" => {
                let (across, down) =
                    (number("number-columns-spanned").unwrap_or(1), number("number-rows-spanned").unwrap_or(1));
                if let Some(sheet) = self.sheets.last_mut().filter(|_| across > 1 || down > 1) {
                    sheet.spans.push(Span {
                        top: self.row,
                        left: self.column,
                        bottom: self.row.saturating_add(down.saturating_sub(1)),
                        right: self.column.saturating_add(across.saturating_sub(1)),
                    });
                }
                let value =
                    ["value", "date-value", "boolean-value", "time-value"].iter().find_map(|name| attribute(tag, name));
                self.cell = Some(Cell {
                    kind: attribute(tag, "value-type").unwrap_or_default(),
                    value: value.unwrap_or_default(),
                    text: String::new(),
                    paragraphs: 0,
                    repeat: number("number-columns-repeated").unwrap_or(1).max(1),
                });
            }
            "annotation" => self.note += 1,
            "p" if self.note == 0 => {
                if let Some(cell) = &mut self.cell {
                    if cell.paragraphs > 0 {
                        cell.text.push('\n');
                    }
                    cell.paragraphs += 1;
                }
            }
            "line-break" => self.text("\n"),
            "tab" => self.text("\t"),
            "s" => {
                let blanks = number("c").unwrap_or(1).min(MOST_REPEATS);
                self.text(&" ".repeat(blanks as usize));
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some(cell) = self.cell.as_mut().filter(|cell| self.note == 0 && cell.paragraphs > 0) {
            cell.text.push_str(text);
        }
    }

    fn close(&mut self, name: &str) -> Result<(), Refusal> {
        match name {
            "annotation" => self.note = self.note.saturating_sub(1),
            "table-cell" | "covered-table-cell" => {
                let Some(cell) = self.cell.take() else { return Ok(()) };
                if cell.repeat <= MOST_REPEATS {
                    let value = value(&cell);
                    for ahead in 0..cell.repeat {
                        self.line.put(self.column.saturating_add(ahead), value.clone());
                    }
                }
                self.column = self.column.saturating_add(cell.repeat);
            }
            "table-row" => {
                let line = std::mem::take(&mut self.line);
                if !line.cells.is_empty() && self.row_repeat <= MOST_REPEATS {
                    let Some(sheet) = self.sheets.last_mut() else { return Ok(()) };
                    for ahead in 0..self.row_repeat {
                        sheet.lines.push(Line { row: self.row.saturating_add(ahead), cells: line.cells.clone() });
                    }
                    if sheet.lines.len() > self.limits.rows as usize {
                        return Err(Refusal::too_many_rows(self.limits.rows));
                    }
                }
                self.row = self.row.saturating_add(self.row_repeat);
            }
            _ => {}
        }
        Ok(())
    }
}

fn value(cell: &Cell) -> Value {
    match (cell.kind.as_str(), cell.value.parse::<f64>()) {
        ("percentage", Ok(number)) => Value::percent(number),
        ("float" | "currency", Ok(number)) => Value::number(number),
        ("date", _) => of_moment(&cell.value),
        ("boolean", _) => Value { text: cell.value.to_ascii_uppercase(), sort: Sort::Flag },
        _ => Value::text(cell.text.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_million_is_a_jump() {
        let text = "<office:spreadsheet><table:table table:name=\"甲\"><table:table-row>\
            <table:table-cell office:value-type=\"string\"><text:p>名称</text:p><text:p>二</text:p></table:table-cell>\
            <table:table-cell table:number-columns-repeated=\"16382\"/><table:table-cell office:value-type=\"float\" office:value=\"3.50\"><text:p>3.5</text:p></table:table-cell></table:table-row>\
            <table:table-row table:number-rows-repeated=\"1048570\"><table:table-cell/></table:table-row>\
            <table:table-row><table:table-cell office:value-type=\"date\" office:date-value=\"2021-05-06\"><text:p>5/6/21</text:p></table:table-cell></table:table-row>\
            </table:table></office:spreadsheet>";
        let sheets = of_content(text, &Limits::default()).unwrap();
        let cells: Vec<_> =
            sheets[0].lines.iter().flat_map(|l| l.cells.iter().map(|(c, v)| (l.row, *c, v.text.as_str()))).collect();
        assert_eq!(cells, [(0, 0, "名称\n二"), (0, 16383, "3.5"), (1_048_571, 0, "2021-05-06")]);
    }
}
