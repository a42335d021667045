//! Cells of a flattened table, in the four forms that copying leaves: tabs, bars or blanks between the cells of
//! a line, or one cell a line (with a tab before each, or with nothing, when empty cells are lost).

use super::columns::{self, Column};
use crate::page::{Page, Span};
use crate::script;

/// A cell: its text without blanks and where it stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) span: Span,
}

/// A table as rows of cells.
pub(crate) struct Grid {
    pub(crate) columns: Vec<Column>,
    pub(crate) rows: Vec<Vec<Cell>>,
    pub(crate) span: Span,
    /// The first line after the table.
    pub(crate) next_line: usize,
}

/// Longer lines are no table rows.
const LONGEST: usize = 1200;

/// The table whose header begins in this line, if one does.
pub(crate) fn grid(page: &Page, line: usize) -> Option<Grid> {
    let span = *page.lines.get(line)?;
    if span.len() > LONGEST || page.trim(span).is_empty() {
        return None;
    }
    let mentions_subject = page.folded(span).windows(2).any(|two| {
        matches!(
            two,
            ['指', '标']
                | ['任', '务']
                | ['名', '称']
                | ['工', '作']
                | ['项', '目']
                | ['事', '项']
                | ['举', '措']
                | ['内', '容']
                | ['措', '施']
        )
    });
    for separator in [Separator::Tab, Separator::Bar, Separator::Blank].into_iter().filter(|_| mentions_subject) {
        if let Some(grid) = in_lines(page, line, separator) {
            return Some(grid);
        }
    }
    stacked(page, line)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Separator {
    Tab,
    Bar,
    Blank,
}

fn cell(page: &Page, span: Span) -> Cell {
    let span = page.trim(span);
    Cell { text: page.name(span), span }
}

fn join(cell: &mut Cell, more: &Cell) {
    if cell.text.is_empty() {
        *cell = more.clone();
    } else if !more.text.is_empty() {
        cell.text.push_str(&more.text);
        cell.span.end = more.span.end;
    }
}

fn split(page: &Page, line: Span, separator: Separator) -> Vec<Cell> {
    let line = match separator {
        Separator::Tab => line,
        _ => page.trim(line),
    };
    let mut cells = Vec::new();
    let mut start = line.start;
    for (at, &c) in (line.start..).zip(page.chars(line)) {
        let parts = match separator {
            Separator::Tab => c == '\t',
            Separator::Bar => matches!(c, '|' | '｜' | '│'),
            Separator::Blank => script::is_blank(c),
        };
        if parts {
            cells.push(cell(page, Span::new(start, at)));
            start = at + 1;
        }
    }
    cells.push(cell(page, Span::new(start, line.end)));
    match separator {
        Separator::Blank => cells.retain(|c| !c.text.is_empty()),
        Separator::Bar => {
            if cells.first().is_some_and(|c| c.text.is_empty()) && cells.len() > 2 {
                cells.remove(0);
            }
            if cells.last().is_some_and(|c| c.text.is_empty()) && cells.len() > 2 {
                cells.pop();
            }
        }
        Separator::Tab => {}
    }
    cells
}

// ---- one row a line ----

fn in_lines(page: &Page, line: usize, separator: Separator) -> Option<Grid> {
    let first = *page.lines.get(line)?;
    let head = split(page, first, separator);
    let words: Vec<String> = head.iter().map(|c| c.text.clone()).collect();
    let known: Vec<Column> = words.iter().filter_map(|w| columns::column(w)).collect();
    let filled = words.iter().filter(|w| !w.is_empty()).count();
    let clear = if separator == Separator::Blank { known.len() == filled } else { known.len() * 2 >= filled };
    if !columns::is_header(&known) || !clear {
        return None;
    }
    let columns = columns::settle(&words);
    let width = columns.len();
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut end = first.end;
    let mut at = line + 1;
    let mut gap = 0;
    while let Some(&next) = page.lines.get(at) {
        let trimmed = page.trim(next);
        if trimmed.is_empty() {
            gap += 1;
            at += 1;
            if gap > 3 {
                break;
            }
            continue;
        }
        let cells = split(page, next, separator);
        // 一、产品质量 stands over rows when rows follow; else the text goes on there.
        let over_rows = || trimmed.len() <= 20 && is_part(page, trimmed) && goes_on(page, at + 1, separator, width);
        let parted = separator != Separator::Blank && cells.len() > 1 && is_part(page, trimmed);
        if next.len() > LONGEST || ends_table(page, trimmed) && !parted && !over_rows() {
            break;
        }
        let rule = cells.iter().all(|c| c.text.chars().all(|c| matches!(c, '-' | ':' | '=')));
        if separator == Separator::Bar && rule {
            at += 1;
            continue;
        }
        let open = rows.last().is_some_and(|row| row.len() < width);
        let listing = rows.last().and_then(|row| row.last()).is_some_and(|c| c.text.ends_with(['、', '，', ',']));
        let starts_row = cells.first().is_some_and(|c| c.text.is_empty() || c.text.chars().all(|c| c.is_ascii_digit()));
        match rows.last_mut() {
            // A line without separators goes on with the last cell of a row that is not full.
            Some(row) if cells.len() == 1 && (open && !is_complete(row) || listing) => {
                if let (Some(last), Some(more)) = (row.last_mut(), cells.first()) {
                    join(last, more);
                }
            }
            Some(row)
                if open
                    && !starts_row
                    && row.len() + cells.len() - 1 == width
                    && (row.len() > 1 || columns.first() == Some(&Column::Category)) =>
            {
                let mut cells = cells.into_iter();
                if let (Some(last), Some(more)) = (row.last_mut(), cells.next()) {
                    join(last, &more);
                }
                row.extend(cells);
            }
            // A line of its own between rows names the group of those below.
            _ if cells.len() == 1 && separator != Separator::Bar => {
                if !(trimmed.len() <= 16 && goes_on(page, at + 1, separator, width)) {
                    break;
                }
                rows.push(cells);
            }
            _ => rows.push(fit(cells, &columns)),
        }
        gap = 0;
        end = next.end;
        at += 1;
    }
    let (columns, rows) = unheaded_category(columns, rows);
    let (columns, mut rows) = two_name_columns(columns, rows);
    for row in &mut rows {
        align(row, &columns);
    }
    (!rows.is_empty()).then(|| Grid { columns, rows, span: Span::new(first.start, end), next_line: at })
}

/// Whether the next line with anything in it is a row of this table.
fn goes_on(page: &Page, from: usize, separator: Separator, width: usize) -> bool {
    let next = page.lines.iter().skip(from).take(3).find(|line| !page.trim(**line).is_empty());
    next.is_some_and(|line| line.len() <= LONGEST && split(page, *line, separator).len() + 2 >= width && width > 3)
}

/// 城镇化率 | 常住人口城镇化率（%）: where names stand in two cells, the first is a column of groups.
fn two_name_columns(mut columns: Vec<Column>, mut rows: Vec<Vec<Cell>>) -> (Vec<Column>, Vec<Vec<Cell>>) {
    let width = columns.len();
    let Some(at) = columns.iter().position(|c| *c == Column::Name) else { return (columns, rows) };
    let wide = |row: &Vec<Cell>| {
        let is_name =
            row.get(at + 1).is_some_and(|c| !c.text.is_empty() && !c.text.starts_with(|c: char| c.is_ascii_digit()));
        row.len() == width + 1 && is_name
    };
    if columns.contains(&Column::Group) || !rows.iter().any(wide) {
        return (columns, rows);
    }
    columns.insert(at, Column::Group);
    // A row that lost cells further right still has the empty cell of its group.
    let has_group = |row: &Vec<Cell>| {
        let is_name = |c: &Cell| {
            let value = c.text.chars().map(script::fold).next();
            value.is_some_and(|c| !c.is_ascii_digit() && !matches!(c, '-' | '[' | '<' | '>' | '≥' | '≤' | '('))
        };
        row.get(at).is_some_and(|c| c.text.is_empty()) && row.get(at + 1).is_some_and(is_name)
    };
    for row in rows.iter_mut().filter(|row| row.len() > at && row.len() <= width && row.len() > 1 && !has_group(row)) {
        let here = row.get(at).map_or(0, |c| c.span.start);
        row.insert(at, Cell { text: String::new(), span: Span::new(here, here) });
    }
    (columns, rows)
}

/// Whether a short row's last cell says all that it can: a figure in brackets, a number, 约束性.
fn is_complete(row: &[Cell]) -> bool {
    let Some(last) = row.last().filter(|_| row.len() > 1) else { return false };
    let figure = last.text.chars().map(script::fold).all(|c| c.is_ascii_digit() || "[]().%<>≥≤-*".contains(c));
    !last.text.is_empty() && figure || is_attribute(&last.text)
}

fn is_attribute(text: &str) -> bool {
    matches!(text, "预期性" | "约束性" | "倡导性" | "引导性" | "指导性" | "預期性" | "約束性")
}

/// A first column of categories without a header cell of its own.
fn unheaded_category(mut columns: Vec<Column>, rows: Vec<Vec<Cell>>) -> (Vec<Column>, Vec<Vec<Cell>>) {
    if columns.first() != Some(&Column::Name) || columns.contains(&Column::Category) {
        return (columns, rows);
    }
    let labelled = |cell: Option<&Cell>| cell.is_some_and(|c| super::take_label(&c.text).0.is_some());
    let shifted = rows.iter().filter(|row| labelled(row.get(1)) && !labelled(row.first())).count();
    if shifted * 2 >= rows.len() {
        columns.insert(0, Column::Category);
    }
    (columns, rows)
}

/// In a row that lacks cells, a cumulative figure (〔10〕) and an attribute (约束性) still show their columns.
fn align(row: &mut Vec<Cell>, columns: &[Column]) {
    let mut at = 0;
    while row.len() < columns.len() && at < row.len() {
        let Some(cell) = row.get(at) else { break };
        let bracketed = matches!(cell.text.chars().next().map(script::fold), Some('['));
        let wanted = |column: &Column| match column {
            Column::Period { .. } => bracketed,
            Column::Attribute => is_attribute(&cell.text),
            _ => false,
        };
        let place = columns.iter().position(wanted);
        match place {
            Some(place) if place > at && row.len() + (place - at) <= columns.len() => {
                let here = cell.span.start;
                let empty = Cell { text: String::new(), span: Span::new(here, here) };
                row.splice(at..at, std::iter::repeat_n(empty, place - at));
                at = place + 1;
            }
            _ => at += 1,
        }
    }
}

/// Puts the cells of a row under their columns when a merged cell was left out.
fn fit(mut cells: Vec<Cell>, columns: &[Column]) -> Vec<Cell> {
    let merged = columns.iter().position(|c| *c == Column::Category);
    if cells.len() < columns.len()
        && let Some(at) = merged
    {
        let name = columns.iter().position(|c| matches!(c, Column::Name | Column::Task)).unwrap_or(at + 1);
        let numbered = columns.first() == Some(&Column::No)
            && cells.first().is_some_and(|c| c.text.chars().all(|c| c.is_ascii_digit()) && !c.text.is_empty());
        // With a number in front, a row one cell short lacks its category; without, a name that is labelled
        // or that is followed at once by a figure shows it.
        let second = cells.get(name.saturating_sub(1)).map(|c| c.text.as_str()).unwrap_or("");
        let shifted = second.starts_with(|c: char| c.is_ascii_digit()) || second.contains('（') || second.contains('(');
        if cells.len() + 1 == columns.len() && (numbered || shifted && name == at + 1) {
            let here = cells.get(at).map_or(0, |c| c.span.start);
            cells.insert(at.min(cells.len()), Cell { text: String::new(), span: Span::new(here, here) });
        }
    }
    cells
}

// ---- one cell a line ----

fn stacked(page: &Page, line: usize) -> Option<Grid> {
    if page.trim(*page.lines.get(line)?).len() > 16 {
        return None;
    }
    // Most lines of most texts end here: a header begins with a word of headers, or with half of one.
    let first = page.name(*page.lines.get(line)?);
    let half = || first.chars().count() <= 4 && !first.chars().any(|c| c.is_ascii() || c == '、' || c == '。');
    if columns::column(&first).is_none() && !half() {
        return None;
    }
    let mut words: Vec<String> = Vec::new();
    let mut at = line;
    let tabbed = page.chars(*page.lines.get(line)?).first() == Some(&'\t');
    while let Some(&next) = page.lines.get(at) {
        let mut text = page.name(next);
        // A header cell broken over two lines: 序|号, 责任|单位, 指标|属性.
        let short = page.lines.get(at + 1).filter(|line| line.len() <= 16);
        let follow = short.map(|line| page.name(*line)).unwrap_or_default();
        if breaks_off(&text, &follow, &words) {
            text.push_str(&follow);
            at += 1;
        }
        let blank_between = text.is_empty() && !words.is_empty() && words.len() < 2;
        if text.is_empty() && !blank_between || columns::column(&text).is_none() && !text.is_empty() || words.len() > 20
        {
            break;
        }
        if !text.is_empty() {
            words.push(text);
        }
        at += 1;
    }
    let known: Vec<Column> = words.iter().filter_map(|w| columns::column(w)).collect();
    if known.len() < 3 || !columns::is_header(&known) {
        return None;
    }
    // 目标值 over 2025年 and 2027年 is a merged header cell.
    let years = known.iter().any(|c| matches!(c, Column::Year { .. }));
    words.retain(|w| !(years && columns::column(w) == Some(Column::Goal)));
    let columns = columns::settle(&words);
    let (cells, end_line) = stream(page, at, tabbed, &columns);
    let rows = if tabbed { chunk(&cells, columns.len()) } else { resync(&cells, &columns) };
    let start = page.lines.get(line)?.start;
    let end = cells.last().map_or(start, |c| c.span.end);
    (!rows.is_empty()).then(|| Grid { columns, rows, span: Span::new(start, end), next_line: end_line })
}

/// Whether a header word goes on in the next line.
fn breaks_off(text: &str, follow: &str, before: &[String]) -> bool {
    let whole = format!("{text}{follow}");
    if text.is_empty() || follow.is_empty() || columns::column(&whole).is_none() {
        return false;
    }
    match columns::column(text) {
        None => columns::column(follow).is_none() || whole.chars().count() <= 4,
        Some(Column::No) => follow == "号",
        Some(Column::Year { .. }) => matches!(follow, "年" | "值" | "目标" | "目标值"),
        // A table has one column of names: a second 指标 begins 指标属性.
        Some(Column::Name) => {
            matches!(follow, "名称" | "内容") || before.iter().any(|word| columns::column(word) == Some(Column::Name))
        }
        Some(Column::Goal) => follow == "值",
        Some(_) => false,
    }
}

/// The cells below the header up to the end of the table.
fn stream(page: &Page, from: usize, tabbed: bool, columns: &[Column]) -> (Vec<Cell>, usize) {
    let width = columns.len();
    let mut cells: Vec<Cell> = Vec::new();
    let mut at = from;
    let mut after = from;
    let mut gap = 0;
    while let Some(&line) = page.lines.get(at) {
        let led = page.chars(line).first() == Some(&'\t');
        let trimmed = page.trim(line);
        if trimmed.is_empty() && !(tabbed && led) {
            gap += 1;
            at += 1;
            if gap > 4 {
                break;
            }
            continue;
        }
        let full = !cells.is_empty() && cells.len().is_multiple_of(width);
        let strange = trimmed.len() > 300 || ends_table(page, trimmed);
        if strange || tabbed && !led && (full || cells.is_empty()) {
            break;
        }
        let next = cell(page, line);
        if tabbed && !led {
            if let Some(last) = cells.last_mut() {
                join(last, &next);
            }
        } else {
            cells.push(next);
        }
        gap = 0;
        at += 1;
        after = at;
    }
    (cells, after)
}

fn chunk(cells: &[Cell], width: usize) -> Vec<Vec<Cell>> {
    cells.chunks(width).filter(|row| row.iter().any(|c| !c.text.is_empty())).map(<[Cell]>::to_vec).collect()
}

/// Rows out of a stream in which empty cells were lost: a row begins at the next number in sequence.
fn resync(cells: &[Cell], columns: &[Column]) -> Vec<Vec<Cell>> {
    let width = columns.len();
    if columns.first() != Some(&Column::No) {
        return chunk(cells, width);
    }
    let numbers: Vec<Option<u32>> = cells
        .iter()
        .map(|c| c.text.trim_end_matches(['.', '．', '、']).parse().ok().filter(|_| c.text.len() <= 6))
        .collect();
    let is = |at: usize, no: u32| numbers.get(at) == Some(&Some(no));
    let mut rows = Vec::new();
    let Some(mut at) = (0..cells.len()).find(|at| is(*at, 1)) else { return chunk(cells, width) };
    let mut no = 1;
    while at < cells.len() {
        // The row is as wide as the header, or a cell or two shorter; a longer one has a cell split.
        let lengths =
            [width, width.saturating_sub(1), width.saturating_sub(2), width + 1, width + 2, width + 3, width + 4];
        let length = lengths.into_iter().find(|l| *l > 1 && is(at + l, no + 1));
        // Nearer, the number is a figure in the row: 发明专利, 件, 3.
        let length = length.or_else(|| (width + 5..200).find(|l| is(at + l, no + 1)));
        let rest = cells.len() - at;
        let length = length.unwrap_or(if rest <= width + 4 { rest } else { width }).min(rest);
        let row = cells.get(at..at + length).unwrap_or(&[]);
        rows.push(widen(rejoin(row), columns));
        at += length;
        no += 1;
    }
    rows
}

/// A cell that ends in a comma goes on in the next line.
fn rejoin(cells: &[Cell]) -> Vec<Cell> {
    let mut row: Vec<Cell> = Vec::new();
    for cell in cells {
        match row.last_mut() {
            Some(last) if last.text.ends_with(['、', '，', ',']) => join(last, cell),
            _ => row.push(cell.clone()),
        }
    }
    row
}

/// Gives a row of a stream its lost or split cells back.
fn widen(mut row: Vec<Cell>, columns: &[Column]) -> Vec<Cell> {
    while row.len() > columns.len() {
        // Split cells: of a list at the end, else of the longest text.
        let at = (1..row.len())
            .rev()
            .find(|at| row.get(at - 1).is_some_and(|c| c.text.ends_with(['、', '，', ','])))
            .unwrap_or(row.len() - 1);
        let more = row.remove(at);
        if let Some(last) = row.get_mut(at - 1) {
            join(last, &more);
        }
    }
    fit(row, columns)
}

/// 一、…
fn is_part(page: &Page, line: Span) -> bool {
    let text: Vec<char> = page.folded(line).iter().copied().filter(|c| *c != ' ').take(4).collect();
    text.first().is_some_and(|c| crate::number::is_chinese_numeral(*c))
        && text.iter().skip(1).find(|c| !crate::number::is_chinese_numeral(**c)) == Some(&'、')
}

/// A line that cannot belong to a table.
fn ends_table(page: &Page, line: Span) -> bool {
    let text: String = page.folded(line).iter().filter(|c| **c != ' ').take(24).collect();
    let marks = ["注:", "备注:", "注1", "说明:", "附件", "附表", "附录", "资料来源", "数据来源:", "名词解释"];
    let part = is_part(page, line);
    let chapter = text.starts_with('第') && text.chars().take(6).any(|c| matches!(c, '章' | '篇' | '节'));
    let prose = line.len() > 80 && page.folded(line).contains(&'。');
    marks.iter().any(|mark| text.starts_with(mark)) || part || chapter || prose && !page.chars(line).contains(&'\t')
}
