//! Web pages saved as `.xls`, the favourite export of older office systems: every `<table>` becomes a sheet.
//! Written for tag soup: tags may stay open, attributes lack quotes, scripts and styles stand in between.

use crate::grid::{Held, Line, Span, Value};
use crate::{Limits, Refusal};

/// More columns in one cell's colspan than any page means.
const WIDEST: u32 = 1000;

/// Reads every table, in the order of their opening.
pub(crate) fn read(text: &str, limits: &Limits) -> Result<Vec<Held>, Refusal> {
    let mut page = Page { limits, done: Vec::new(), open: Vec::new(), skip: None };
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, from) = rest.split_at(at);
        page.text(before);
        if let Some(comment) = from.strip_prefix("<!--") {
            rest = comment.find("-->").and_then(|end| comment.get(end + 3..)).unwrap_or("");
            continue;
        }
        let body = from.get(1..).unwrap_or("");
        let is_tag = body.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        if !is_tag {
            page.text("<");
            rest = body;
            continue;
        }
        let end = tag_end(body);
        page.tag(body.get(..end).unwrap_or(""))?;
        rest = body.get(end + 1..).unwrap_or("");
    }
    page.text(rest);
    while let Some(table) = page.open.pop() {
        page.done.push(table);
    }
    page.done.sort_by_key(|table| table.order);
    let mut sheets: Vec<Held> =
        page.done.into_iter().map(|table| table.held).filter(|held| !held.lines.is_empty()).collect();
    for (number, sheet) in (1..).zip(&mut sheets) {
        sheet.name = format!("表{number}");
    }
    Ok(sheets)
}

/// Where a tag closes; a `>` inside quotes does not close it.
fn tag_end(body: &str) -> usize {
    let mut quote = None;
    for (at, byte) in body.bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') => return at,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            // A quote that runs over a tag's start was never opened.
            (Some(_), b'<') => return body.find('>').unwrap_or(body.len()),
            _ => {}
        }
    }
    body.find('>').unwrap_or(body.len())
}

struct Table {
    order: usize,
    held: Held,
    row: u32,
    line: Line,
    column: u32,
    /// Rows that each column is still covered from above.
    covered: Vec<u32>,
    cell: Option<(u32, String)>,
    in_row: bool,
}

struct Page<'a> {
    limits: &'a Limits,
    done: Vec<Table>,
    open: Vec<Table>,
    /// Inside `<script>` or `<style>`.
    skip: Option<String>,
}

impl Page<'_> {
    fn text(&mut self, text: &str) {
        if self.skip.is_none()
            && let Some((_, cell)) = self.open.last_mut().and_then(|table| table.cell.as_mut())
        {
            cell.push_str(&collapse(&unescape(text)));
        }
    }

    fn tag(&mut self, tag: &str) -> Result<(), Refusal> {
        let (closing, tag) = match tag.strip_prefix('/') {
            Some(tag) => (true, tag),
            None => (false, tag),
        };
        let name: String =
            tag.chars().take_while(|c| c.is_ascii_alphanumeric()).collect::<String>().to_ascii_lowercase();
        if let Some(skipped) = &self.skip {
            if closing && *skipped == name {
                self.skip = None;
            }
            return Ok(());
        }
        match (name.as_str(), closing) {
            ("script" | "style" | "title", false) => self.skip = Some(name),
            ("table", false) => {
                if self.open.len() >= 64 {
                    return Err(Refusal::too_deep());
                }
                let order = self.open.len() + self.done.len();
                self.open.push(Table {
                    order,
                    held: Held::default(),
                    row: 0,
                    line: Line::default(),
                    column: 0,
                    covered: Vec::new(),
                    cell: None,
                    in_row: false,
                });
            }
            ("table", true) => {
                if let Some(mut table) = self.open.pop() {
                    table.end_row(self.limits)?;
                    self.done.push(table);
                }
            }
            ("tr", _) => {
                if let Some(table) = self.open.last_mut() {
                    table.end_row(self.limits)?;
                    table.in_row = !closing;
                }
            }
            ("td" | "th", _) => {
                if let Some(table) = self.open.last_mut() {
                    table.end_cell();
                    if !closing {
                        table.in_row = true;
                        table.start_cell(number(tag, "colspan"), number(tag, "rowspan"));
                    }
                }
            }
            ("br" | "p" | "div" | "li", false) => {
                if let Some((_, cell)) = self.open.last_mut().and_then(|table| table.cell.as_mut())
                    && !cell.trim().is_empty()
                {
                    cell.push('\n');
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Table {
    fn start_cell(&mut self, across: u32, down: u32) {
        while self.covered.get(self.column as usize).is_some_and(|rows| *rows > 0) {
            self.column += 1;
        }
        let (across, down) = (across.min(WIDEST), down.min(65_536));
        if across > 1 || down > 1 {
            let (bottom, right) = (self.row.saturating_add(down - 1), self.column + across - 1);
            self.held.spans.push(Span { top: self.row, left: self.column, bottom, right });
        }
        if down > 1 && self.column < WIDEST {
            let end = (self.column + across) as usize;
            if self.covered.len() < end {
                self.covered.resize(end, 0);
            }
            for rows in self.covered.iter_mut().take(end).skip(self.column as usize) {
                *rows = down;
            }
        }
        self.cell = Some((self.column, String::new()));
        self.column += across;
    }

    fn end_cell(&mut self) {
        if let Some((column, text)) = self.cell.take() {
            let tidy: Vec<&str> = text.split('\n').map(str::trim).collect();
            self.line.put(column, Value::text(tidy.join("\n").trim()));
        }
    }

    fn end_row(&mut self, limits: &Limits) -> Result<(), Refusal> {
        self.end_cell();
        if !self.in_row {
            return Ok(());
        }
        self.in_row = false;
        let mut line = std::mem::take(&mut self.line);
        line.row = self.row;
        if !line.cells.is_empty() {
            self.held.lines.push(line);
        }
        self.row += 1;
        self.column = 0;
        for rows in &mut self.covered {
            *rows = rows.saturating_sub(1);
        }
        if self.row > limits.rows { Err(Refusal::too_many_rows(limits.rows)) } else { Ok(()) }
    }
}

fn number(tag: &str, name: &str) -> u32 {
    let lower = tag.to_ascii_lowercase();
    let value = lower.split_once(name).and_then(|(_, rest)| rest.trim_start().strip_prefix('='));
    let digits: String =
        value.unwrap_or("").trim_start_matches([' ', '"', '\'']).chars().take_while(char::is_ascii_digit).collect();
    digits.parse::<u32>().unwrap_or(1).max(1)
}

/// Line breaks of the source are blanks on the page.
fn collapse(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            ' ' | '\t' | '\n' | '\r' if collapsed.ends_with(' ') => {}
            ' ' | '\t' | '\n' | '\r' => collapsed.push(' '),
            other => collapsed.push(other),
        }
    }
    collapsed
}

fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        // Only near by: a page of nothing but ampersands must not be searched from each of them.
        let end = from.char_indices().take(12).find(|(_, c)| *c == ';').map(|(end, _)| end);
        let resolved = end.and_then(|end| from.get(1..end)).and_then(character);
        match (resolved, end) {
            (Some(character), Some(end)) => {
                plain.push(character);
                rest = from.get(end + 1..).unwrap_or("");
            }
            _ => {
                plain.push('&');
                rest = from.get(1..).unwrap_or("");
            }
        }
    }
    plain.push_str(rest);
    plain
}

fn character(name: &str) -> Option<char> {
    if let Some(code) = name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
        return u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
    }
    if let Some(code) = name.strip_prefix('#') {
        return code.parse().ok().and_then(char::from_u32);
    }
    match name {
        "nbsp" | "ensp" | "emsp" => Some(' '),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "le" => Some('≤'),
        "ge" => Some('≥'),
        "times" => Some('×'),
        "micro" => Some('µ'),
        "mu" => Some('μ'),
        "middot" => Some('·'),
        "mdash" => Some('—'),
        "deg" => Some('°'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<(u32, u32, String)> {
        let sheets = read(text, &Limits::default()).unwrap();
        let lines = sheets.into_iter().flat_map(|sheet| sheet.lines);
        lines.flat_map(|l| l.cells.into_iter().map(move |(c, v)| (l.row, c, v.text))).collect()
    }

    #[test]
    fn tag_soup_reads_as_the_page_shows_it() {
        let text = "<html><style>td{mso:'<'}</style><TABLE border=1><tr><td rowspan=2 colspan='2'>甲<br>\n乙&nbsp;<td>1&lt;2\
                    <tr><td>丙 < 丁</table>";
        let expected = [(0, 0, "甲\n乙"), (0, 2, "1<2"), (1, 2, "丙 < 丁")];
        assert_eq!(cells(text), expected.map(|(r, c, t)| (r, c, t.to_owned())));
    }

    #[test]
    fn a_quote_that_stays_open_does_not_swallow_the_page() {
        assert_eq!(cells("<table><tr><td class=\"a>甲</td><td>乙</td></tr></table>").len(), 2);
    }
}
