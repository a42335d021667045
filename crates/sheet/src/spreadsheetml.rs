//! XML spreadsheet 2003: one XML file, often named `.xls` or `.xlsx`. Rows and cells carry `ss:Index` where they jump.

use crate::grid::{Held, Line, Sort, Span, Value};
use crate::{Limits, Refusal};
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

/// No real workbook nests deeper.
const DEEPEST: usize = 64;

/// Reads every worksheet.
pub(crate) fn read(text: &str, limits: &Limits) -> Result<Vec<Held>, Refusal> {
    let mut walk = Walk { limits, sheets: Vec::new(), row: 0, column: 0, across: 0, sort: Sort::Text, data: None };
    follow(text, &mut walk)?;
    Ok(walk.sheets)
}

/// What a reader of spreadsheet XML does at each piece of it.
pub(crate) trait Visitor {
    /// An element begins.
    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), Refusal>;
    /// Text, with its references resolved.
    fn text(&mut self, text: &str);
    /// An element ends; its name comes without prefix.
    fn close(&mut self, name: &str) -> Result<(), Refusal>;
}

/// Leads a visitor through a document. Refuses document types (entity bombs need one) and what nests deeper than any real workbook.
pub(crate) fn follow(text: &str, visitor: &mut impl Visitor) -> Result<(), Refusal> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut depth = 0usize;
    loop {
        match reader.read_event().map_err(|error| Refusal::damaged(&error.to_string()))? {
            Event::DocType(_) => return Err(Refusal::document_type()),
            Event::Start(tag) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(Refusal::too_deep());
                }
                visitor.open(&tag)?;
            }
            Event::Empty(tag) => {
                visitor.open(&tag)?;
                visitor.close(local(tag.name().as_ref()))?;
            }
            Event::Text(run) => visitor.text(&run.xml10_content()),
            Event::CData(run) => visitor.text(&run.xml10_content()),
            Event::GeneralRef(name) => {
                let resolved = match name.resolve_char_ref() {
                    Ok(Some(character)) => character.to_string(),
                    _ => entity(&name.xml10_content()).unwrap_or_default().to_owned(),
                };
                visitor.text(&resolved);
            }
            Event::End(tag) => {
                depth = depth.saturating_sub(1);
                visitor.close(local(tag.name().as_ref()))?;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    Ok(())
}

/// The name without its prefix.
pub(crate) fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// The predefined entities; there are no others without a document type, and those are refused.
fn entity(name: &str) -> Option<&'static str> {
    match name {
        "lt" => Some("<"),
        "gt" => Some(">"),
        "amp" => Some("&"),
        "quot" => Some("\""),
        "apos" => Some("'"),
        _ => None,
    }
}

/// An attribute by its name without prefix.
pub(crate) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found =
        tag.attributes().with_checks(false).flatten().find(|attribute| local(attribute.key.as_ref()) == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

struct Walk<'a> {
    limits: &'a Limits,
    sheets: Vec<Held>,
    /// Of the next row and cell, 0-based.
    row: u32,
    column: u32,
    /// Further columns that the present cell covers.
    across: u32,
    sort: Sort,
    data: Option<String>,
}

impl Visitor for Walk<'_> {
    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), Refusal> {
        let number = |name: &str| attribute(tag, name).and_then(|value| value.trim().parse::<u32>().ok());
        match local(tag.name().as_ref()) {
            "Worksheet" => {
                let name = attribute(tag, "Name").unwrap_or_default();
                self.sheets.push(Held { name, ..Held::default() });
                self.row = 0;
            }
            "Row" => {
                self.row = number("Index").map_or(self.row, |index| index.saturating_sub(1));
                self.column = 0;
                if self.row >= self.limits.rows {
                    return Err(Refusal::too_many_rows(self.limits.rows));
                }
                if let Some(sheet) = self.sheets.last_mut() {
                    sheet.lines.push(Line { row: self.row, cells: Vec::new() });
                }
            }
            "Cell" => {
                self.column = number("Index").map_or(self.column, |index| index.saturating_sub(1));
                let (across, down) = (number("MergeAcross").unwrap_or(0), number("MergeDown").unwrap_or(0));
                self.across = across;
                if let Some(sheet) = self.sheets.last_mut().filter(|_| across > 0 || down > 0) {
                    sheet.spans.push(Span {
                        top: self.row,
                        left: self.column,
                        bottom: self.row.saturating_add(down),
                        right: self.column.saturating_add(across),
                    });
                }
            }
            "Data" => {
                self.sort = match attribute(tag, "Type").as_deref() {
                    Some("Number") => Sort::Number,
                    Some("DateTime") => Sort::Moment,
                    Some("Boolean") => Sort::Flag,
                    Some("Error") => Sort::Fault,
                    _ => Sort::Text,
                };
                self.data = Some(String::new());
            }
            _ => {}
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        if let Some(data) = &mut self.data {
            data.push_str(text);
        }
    }

    fn close(&mut self, name: &str) -> Result<(), Refusal> {
        match name {
            "Data" => {
                let text = self.data.take().unwrap_or_default();
                let value = match (self.sort, text.parse::<f64>()) {
                    (Sort::Number, Ok(number)) => Value::number(number),
                    (Sort::Moment, _) => of_moment(&text),
                    (Sort::Flag, _) => {
                        Value { text: if text == "1" { "TRUE" } else { "FALSE" }.to_owned(), sort: Sort::Flag }
                    }
                    (sort, _) => Value { text, sort },
                };
                let column = self.column;
                if let Some(line) = self.sheets.last_mut().and_then(|sheet| sheet.lines.last_mut()) {
                    line.put(column, value);
                }
            }
            "Cell" => self.column = self.column.saturating_add(self.across).saturating_add(1),
            "Row" => {
                self.row = self.row.saturating_add(1);
                if let Some(line) = self.sheets.last_mut().and_then(|sheet| sheet.lines.last_mut()) {
                    line.cells.sort_by_key(|(at, _)| *at);
                    line.cells.dedup_by_key(|(at, _)| *at);
                }
            }
            "Table" => {
                if let Some(sheet) = self.sheets.last_mut() {
                    sheet.lines.retain(|line| !line.cells.is_empty());
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// `2017-08-09T08:59:01.000` as a day or a moment.
pub(crate) fn of_moment(text: &str) -> Value {
    let (day, time) = text.split_once('T').unwrap_or((text, ""));
    let time = time.trim_end_matches('Z').split('.').next().unwrap_or_default();
    if time.is_empty() || time.starts_with("00:00:00") {
        Value { text: day.to_owned(), sort: Sort::Day }
    } else {
        Value { text: format!("{day} {time}"), sort: Sort::Moment }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(rows: &str) -> String {
        format!(
            "<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" \
             xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\"><Worksheet ss:Name=\"名单\"><Table>{rows}</Table>\
             </Worksheet></Workbook>"
        )
    }

    #[test]
    fn cells_jump_and_merge() {
        let text = book(
            "<Row><Cell ss:MergeAcross=\"1\"><Data ss:Type=\"String\">A&amp;B&#10;C</Data></Cell>\
             <Cell><Data ss:Type=\"Number\">1.50</Data></Cell></Row>\
             <Row ss:Index=\"4\"><Cell ss:Index=\"3\"><Data ss:Type=\"DateTime\">2017-08-09T00:00:00.000</Data></Cell></Row>",
        );
        let sheets = read(&text, &Limits::default()).unwrap();
        assert_eq!(sheets[0].name, "名单");
        assert_eq!(sheets[0].spans, [Span { top: 0, left: 0, bottom: 0, right: 1 }]);
        let cells: Vec<_> =
            sheets[0].lines.iter().flat_map(|l| l.cells.iter().map(|(c, v)| (l.row, *c, v.text.as_str()))).collect();
        assert_eq!(cells, [(0, 0, "A&B\nC"), (0, 2, "1.5"), (3, 2, "2017-08-09")]);
    }

    #[test]
    fn entity_bombs_and_nests_are_refused() {
        let bomb = format!("<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaa\">]>{}", book(""));
        assert_eq!(read(&bomb, &Limits::default()).unwrap_err().code, "ZH2013");
        let nest = "<a>".repeat(5000);
        assert_eq!(read(&nest, &Limits::default()).unwrap_err().code, "ZH2015");
    }
}
