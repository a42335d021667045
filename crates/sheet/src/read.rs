//! The entry points of reading: which sheet, which header, then every row once.

use crate::assemble::{Assembler, Sink, file_problem};
use crate::content;
use crate::decode::Decoded;
use crate::delimited::Delimited;
use crate::format::{Format, Sniffed, sniff};
use crate::grid::{Book, Line, Span};
use crate::header::{self, Layout};
use crate::names::Names;
use crate::problem::{self, CellProblem};
use crate::refuse::Refusal;
use crate::scope;
use crate::table::{Row, Table};
use crate::wanted::{Limits, Wanted};
use crate::workbook::{Excel, Kind};
use crate::{html, opendocument, spreadsheetml};
use std::ops::ControlFlow;

/// Lines of a sheet that are looked at before it is chosen and its columns are settled.
const SAMPLE: usize = 600;

/// Reads the sheet that matches best, with all its rows.
pub fn read(bytes: &[u8], file_name: &str, wanted: &Wanted, limits: &Limits) -> Result<Table, Refusal> {
    let mut rows = Vec::new();
    let mut table = read_rows(bytes, file_name, None, wanted, limits, &mut |row, _| rows.push(row))?;
    table.rows = rows;
    Ok(table)
}

/// Reads a sheet — the named one, or the one that matches best — and hands out its rows one by one with what is wrong
/// in each. Nothing of a row is kept, so a file of any length takes the memory of its shared texts only.
pub fn read_rows(
    bytes: &[u8],
    file_name: &str,
    sheet: Option<&str>,
    wanted: &Wanted,
    limits: &Limits,
    each: &mut dyn FnMut(Row, &[CellProblem]),
) -> Result<Table, Refusal> {
    let mut file = open(bytes, limits)?;
    let names = Names::new(wanted);
    let chosen = choose(file.book.as_mut(), sheet, &names, wanted, limits)?;
    let sink: &mut Sink<'_> = &mut |row, problems| each(row, problems);
    let mut assembler = Assembler::new(wanted, &names, limits, chosen.layout.clone(), &chosen.spans, sink);
    let words = format!("{} {file_name} {}", chosen.titles.join(" "), chosen.name);
    assembler.claimed = scope::of_words(&words);
    if file.lost > 0 {
        assembler.note_problem(file_problem(problem::CHARACTERS, 0));
    }
    file.book.visit(chosen.sheet, &mut |line| {
        assembler.line(line);
        Ok(ControlFlow::Continue(()))
    })?;
    assembler.finish();
    for problem in file.book.problems() {
        assembler.note_problem(problem);
    }
    let scope = scope::guess(assembler.counts, &words, assembler.items_fail(), chosen.layout.header_row > 0);
    let row_count = u32::try_from(assembler.counts.rows).unwrap_or(u32::MAX);
    Ok(Table {
        sheet: (!chosen.name.is_empty()).then_some(chosen.name),
        header_row: chosen.layout.header_row,
        encoding: file.encoding,
        format: file.format,
        titles: std::mem::take(&mut assembler.titles),
        columns: chosen.layout.columns,
        blocks: std::mem::take(&mut assembler.blocks),
        notes: std::mem::take(&mut assembler.notes),
        rows: Vec::new(),
        row_count,
        problems: std::mem::take(&mut assembler.problems),
        problem_count: assembler.problem_count,
        scope,
    })
}

/// The names of the sheets with anything in them; a csv has one without a name.
pub fn sheet_names(bytes: &[u8], limits: &Limits) -> Result<Vec<String>, Refusal> {
    let mut file = open(bytes, limits)?;
    let mut names = Vec::new();
    for (index, name) in file.book.sheets().into_iter().enumerate() {
        if !sample(file.book.as_mut(), index, 1, limits.columns)?.is_empty() {
            names.push(name);
        }
    }
    Ok(names)
}

/// A file whose format is settled.
struct File<'a> {
    book: Box<dyn Book + 'a>,
    format: Format,
    encoding: Option<String>,
    lost: usize,
}

fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<File<'a>, Refusal> {
    let excel = |kind, format| {
        let book: Box<dyn Book + 'a> = Box::new(Excel::open(bytes, kind, limits)?);
        Ok(File { book, format, encoding: None, lost: 0 })
    };
    let held = |sheets, format, decoded: &Decoded| {
        let book: Box<dyn Book + 'a> = Box::new(sheets);
        Ok(File { book, format, encoding: Some(decoded.encoding.clone()), lost: decoded.lost })
    };
    match sniff(bytes, limits)? {
        Sniffed::Xlsx => excel(Kind::Xlsx, Format::Xlsx),
        Sniffed::Xlsb => excel(Kind::Xlsb, Format::Xlsb),
        Sniffed::Xls => excel(Kind::Xls, Format::Xls),
        Sniffed::Ods => {
            let book = Box::new(opendocument::read(bytes, limits)?);
            Ok(File { book, format: Format::Ods, encoding: None, lost: 0 })
        }
        Sniffed::SpreadsheetMl(decoded) => {
            held(spreadsheetml::read(&decoded.text, limits)?, Format::SpreadsheetMl, &decoded)
        }
        Sniffed::Html(decoded) => held(html::read(&decoded.text, limits)?, Format::Html, &decoded),
        Sniffed::Delimited(decoded) => {
            let (encoding, lost) = (Some(decoded.encoding.clone()), decoded.lost);
            Ok(File { book: Box::new(Delimited::new(decoded, limits)), format: Format::Delimited, encoding, lost })
        }
    }
}

fn sample(book: &mut dyn Book, sheet: usize, most: usize, columns: u32) -> Result<Vec<Line>, Refusal> {
    let mut lines = Vec::new();
    book.visit(sheet, &mut |mut line| {
        line.cells.retain(|(column, _)| *column < columns);
        lines.push(line);
        Ok(if lines.len() < most { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(lines)
}

/// A sheet whose columns are settled.
struct Chosen {
    sheet: usize,
    name: String,
    layout: Layout,
    spans: Vec<Span>,
    titles: Vec<String>,
}

/// The sheet in which most wanted columns were found; without any header the one whose content tells most.
fn choose(
    book: &mut dyn Book,
    wish: Option<&str>,
    names: &Names,
    wanted: &Wanted,
    limits: &Limits,
) -> Result<Chosen, Refusal> {
    let sheets = book.sheets();
    if let Some(wish) = wish
        && !sheets.iter().any(|name| name == wish)
    {
        return Err(Refusal::no_sheet(wish));
    }
    let mut best: Option<Chosen> = None;
    let mut empty = true;
    for (sheet, name) in sheets.iter().enumerate().filter(|(_, name)| wish.is_none_or(|wish| *name == wish)) {
        let lines = sample(book, sheet, SAMPLE, limits.columns)?;
        empty &= lines.is_empty();
        if lines.is_empty() {
            continue;
        }
        let spans = book.spans(sheet)?;
        let layout = header::find(&lines, &spans, names, wanted).or_else(|| content::infer(&lines, names, wanted));
        let Some(layout) = layout else { continue };
        let better = |best: &Chosen| {
            let rank = |layout: &Layout| (layout.header_row > 0, layout.strength);
            rank(&layout) > rank(&best.layout)
        };
        if best.as_ref().is_none_or(better) {
            let above = lines.iter().take_while(|line| line.row + 1 < layout.header_row);
            let titles = above.flat_map(|line| line.cells.iter().map(|(_, value)| value.text.clone())).collect();
            best = Some(Chosen { sheet, name: name.clone(), layout, spans, titles });
        }
    }
    best.ok_or_else(|| {
        let labels = wanted.columns.iter().filter_map(|column| column.names.first()).map(String::as_str);
        if empty { Refusal::no_table() } else { Refusal::no_header(&labels.take(6).collect::<Vec<_>>()) }
    })
}
