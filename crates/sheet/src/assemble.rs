//! From lines to records. Line by line: is it a title, a note, a header again, the continuation of a sample, or a
//! record; then each cell by its column; then whether the row's cells stand where they belong.

use crate::content::{self, Shape};
use crate::day;
use crate::grid::{Line, Sort, Span};
use crate::header::{self, Layout};
use crate::items::{self, Part, Parts};
use crate::merge::{Merges, fold_into};
use crate::names::{Names, Role};
use crate::problem::{self, CellProblem, Entry};
use crate::scope::{Counts, Scope};
use crate::table::{Block, Cell, Column, FailingItem, Raw, Row, Verdict};
use crate::value::{self, is_blank, tidy};
use crate::wanted::{CellKind, Limits, Wanted};
use std::collections::HashSet;

/// Takes a record and what is wrong with it.
pub(crate) type Sink<'a> = dyn FnMut(Row, &[CellProblem]) + 'a;

pub(crate) struct Assembler<'a> {
    wanted: &'a Wanted,
    names: &'a Names,
    limits: &'a Limits,
    sink: &'a mut Sink<'a>,
    layout: Layout,
    shapes: Vec<Shape>,
    /// The wanted column of batch numbers.
    batch: Option<usize>,
    merges: Merges,
    /// Where merges over several columns begin: a row of one such cell is a heading.
    wide: HashSet<(u32, u32)>,
    pending: Option<(Row, Vec<CellProblem>)>,
    /// What title and file name say; items of an unmarked column fail unless this says that all passed.
    pub(crate) claimed: Option<Scope>,
    pub(crate) titles: Vec<String>,
    pub(crate) notes: Vec<(u32, String)>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) problems: Vec<CellProblem>,
    pub(crate) problem_count: usize,
    pub(crate) counts: Counts,
    too_wide: Option<u32>,
}

impl<'a> Assembler<'a> {
    pub(crate) fn new(
        wanted: &'a Wanted,
        names: &'a Names,
        limits: &'a Limits,
        layout: Layout,
        spans: &[Span],
        sink: &'a mut Sink<'a>,
    ) -> Self {
        Self {
            wanted,
            names,
            limits,
            sink,
            layout,
            shapes: wanted.columns.iter().map(Shape::of).collect(),
            batch: batch_column(wanted),
            merges: Merges::new(spans, limits.columns),
            wide: spans.iter().filter(|span| span.right > span.left).map(|span| (span.top, span.left)).collect(),
            pending: None,
            claimed: None,
            titles: Vec::new(),
            notes: Vec::new(),
            blocks: Vec::new(),
            problems: Vec::new(),
            problem_count: 0,
            counts: Counts::default(),
            too_wide: None,
        }
    }

    /// Takes the next line of the sheet.
    pub(crate) fn line(&mut self, mut line: Line) {
        if line.row + 1 < self.layout.header_row && !self.is_data_above(&line) {
            let title: Vec<&str> = line.cells.iter().map(|(_, value)| tidy(&value.text)).collect();
            self.titles.push(title.join(" "));
            return;
        }
        if (self.layout.header_row..=self.layout.last_row + 1).contains(&(line.row + 1)) && self.layout.header_row > 0 {
            self.merges.fill(&mut line);
            return;
        }
        if line.cells.last().is_some_and(|(column, _)| *column >= self.limits.columns) {
            self.too_wide.get_or_insert(line.row + 1);
            line.cells.retain(|(column, _)| *column < self.limits.columns);
        }
        let own: Vec<u32> = line.cells.iter().map(|(column, _)| *column).collect();
        if own.is_empty() || self.is_header(&line) {
            return;
        }
        let inherited = self.merges.fill(&mut line);
        if inherited.is_empty() && self.is_note(&line) {
            let text: Vec<&str> = line.cells.iter().map(|(_, value)| tidy(&value.text)).collect();
            self.notes.push((line.row + 1, text.join(" ")));
            return;
        }
        let (mut row, problems) = self.record(&line);
        row.cells.sort_by_key(|(index, _)| *index);
        if self.continues(&own) || self.goes_on(&line, &row) {
            self.fold(row, problems);
            return;
        }
        if let Some((pending, _)) = &self.pending
            && self.repeats(pending, &row)
        {
            self.fold(row, problems);
            return;
        }
        if let Some(done) = self.pending.replace((row, problems)) {
            self.emit(done);
        }
    }

    /// A line above the header that is as wide as the table and holds values: the header was printed late.
    fn is_data_above(&self, line: &Line) -> bool {
        let values = line.cells.iter().filter(|(_, value)| content::is_data(&value.text)).count();
        values > 0 && line.cells.len() >= 3 && line.cells.len() * 2 >= self.layout.columns.len()
    }

    /// Hands out the last record.
    pub(crate) fn finish(&mut self) {
        if let Some(done) = self.pending.take() {
            self.emit(done);
        }
        if let Some(row) = self.too_wide {
            self.note_problem(file_problem(problem::COLUMNS, row));
        }
    }

    fn emit(&mut self, (row, problems): (Row, Vec<CellProblem>)) {
        self.counts.rows += 1;
        self.counts.passing += usize::from(row.verdict == Some(Verdict::Passing));
        self.counts.failing += usize::from(row.verdict == Some(Verdict::Failing));
        self.counts.with_items += usize::from(row.cells.iter().any(|(_, cell)| matches!(cell, Cell::Items(_))));
        for problem in &problems {
            self.note_problem(problem.clone());
        }
        (self.sink)(row, &problems);
    }

    pub(crate) fn note_problem(&mut self, problem: CellProblem) {
        self.problem_count += 1;
        if self.problems.len() < self.limits.problems {
            self.problems.push(problem);
        }
    }

    pub(crate) fn items_fail(&self) -> bool {
        self.layout.items_fail
    }

    /// The same header again is passed over; another one takes effect from here.
    fn is_header(&mut self, line: &Line) -> bool {
        if self.layout.header_row == 0 {
            return false;
        }
        let Some(layout) = header::again(line, self.names, self.wanted) else { return false };
        if let Some(done) = self.pending.take() {
            self.emit(done);
        }
        if layout.roles != self.layout.roles {
            let block = Block { header_row: layout.header_row, columns: layout.columns.clone() };
            self.blocks.push(block);
            self.layout = layout;
        }
        true
    }

    /// One cell that is no record: 注, a heading between the rows, a sum.
    fn is_note(&self, line: &Line) -> bool {
        let Some((column, value)) = line.cells.first() else { return true };
        let text = tidy(&value.text);
        let starts = |words: &[&str]| words.iter().any(|word| text.starts_with(word));
        if matches!(value::fold(text).as_str(), "合计" | "总计" | "小计" | "共计" | "总数") {
            return true;
        }
        if line.cells.len() > 1 || self.layout.columns.len() < 3 {
            return line.cells.len() <= 2
                && starts(&["注:", "注：", "备注:", "备注：", "说明:", "说明：", "填表人", "制表人", "审核人"]);
        }
        if self.wide.contains(&(line.row, *column)) {
            return true;
        }
        let heading = text.chars().next().is_some_and(|c| "一二三四五六七八九十（(第".contains(c))
            && text.contains(['、', '）', ')', '章', '部']);
        match self.layout.roles.iter().find(|(at, _)| at == column) {
            Some((_, Role::Part(_))) => false,
            // A number and nothing else is a row that nobody filled in; a word in its place is a heading.
            Some((_, Role::Field(index))) if self.shapes.get(*index) == Some(&Shape::Sequence) => true,
            Some((_, Role::Field(_))) => heading || text.chars().count() > 40,
            None => true,
        }
    }

    /// Whether a line brings nothing of its own but parts of failing items.
    fn continues(&self, own: &[u32]) -> bool {
        let part = |column: u32| {
            self.layout.roles.iter().find(|(at, _)| *at == column).and_then(|(_, role)| match role {
                Role::Part(part) => Some(*part),
                Role::Field(_) => None,
            })
        };
        self.pending.is_some()
            && self.layout.header_row > 0
            && own.iter().any(|column| part(*column) == Some(Part::Item))
            && own.iter().all(|column| part(*column).is_some() || Some(*column) == self.layout.verdict)
    }

    /// Whether a line without a number of its own, in a table that numbers its samples, repeats some cells of the sample
    /// above and brings another failing item.
    fn goes_on(&self, line: &Line, row: &Row) -> bool {
        let (Some((above, _)), Some(items)) = (&self.pending, self.names.items) else { return false };
        let number = self.layout.roles.iter().find(|(_, role)| match role {
            Role::Field(index) => self.shapes.get(*index) == Some(&Shape::Sequence),
            Role::Part(_) => false,
        });
        let Some((number, _)) = number.filter(|_| self.layout.header_row > 0) else { return false };
        let same = |(column, role): &(u32, Role)| {
            let text = tidy(line.text(*column));
            let before = tidy(above.raw.get(*column as usize));
            matches!(role, Role::Part(_)) || text.is_empty() || text == before
        };
        let another = matches!((above.cell(items), row.cell(items)),
            (Some(Cell::Items(before)), Some(Cell::Items(now))) if now.iter().all(|item| !before.contains(item)));
        line.text(*number).is_empty()
            && !is_blank(above.raw.get(*number as usize))
            && another
            && self.layout.roles.iter().all(same)
    }

    /// Whether a record is the one above it with another failing item: the number, too, is the same.
    fn repeats(&self, above: &Row, row: &Row) -> bool {
        let Some(items) = self.names.items.filter(|_| self.layout.header_row > 0) else { return false };
        let rest = |row: &'_ Row| row.cells.iter().filter(|(index, _)| *index != items).cloned().collect::<Vec<_>>();
        let identifies = |(index, _): &(usize, Cell)| {
            *index != items && matches!(self.shapes.get(*index), Some(Shape::Sequence | Shape::Code))
        };
        match (above.cell(items), row.cell(items)) {
            (Some(Cell::Items(before)), Some(Cell::Items(now))) if before != now => {
                row.cells.iter().any(identifies) && rest(above) == rest(row)
            }
            _ => false,
        }
    }

    fn fold(&mut self, row: Row, problems: Vec<CellProblem>) {
        let Some(items_at) = self.names.items else { return };
        let more = row.cells.into_iter().find_map(|(index, cell)| match cell {
            Cell::Items(items) if index == items_at => Some(items),
            _ => None,
        });
        let Some((pending, known)) = &mut self.pending else { return };
        if pending.verdict != Some(Verdict::Passing) {
            fold_into(pending, items_at, more.unwrap_or_default(), row.row);
        } else {
            pending.folded.push(row.row);
        }
        known.extend(problems.into_iter().filter(|problem| problem.code == problem::ITEM_COUNT.code));
    }

    /// One line as a record.
    fn record(&self, line: &Line) -> (Row, Vec<CellProblem>) {
        let mut row = Row { row: line.row + 1, cells: Vec::new(), raw: raw(line), verdict: None, folded: Vec::new() };
        let mut problems = Vec::new();
        let mut batch = None;
        for (column, role) in &self.layout.roles {
            let Role::Field(index) = role else { continue };
            let Some(value) = line.at(*column).filter(|value| self.is_present(*index, &value.text)) else { continue };
            let sort = value.sort;
            let text = tidy(&value.text);
            let (cell, wrong) = if sort == Sort::Fault {
                (Cell::Text(text.to_owned()), Some(problem::FAULT))
            } else {
                self.understand(*index, text)
            };
            // 生产日期2024-03-02 购进日期2024-03-09: the words beside the days say which is which.
            if wrong.is_some_and(|entry| entry.code == problem::DATES.code)
                && let Some(days) = self.told_apart(*index, text)
            {
                for (target, day) in days {
                    if !row.cells.iter().any(|(taken, _)| *taken == target) {
                        row.cells.push((target, Cell::Date(day)));
                    }
                }
                continue;
            }
            if let Some(entry) = wrong {
                let entry = self.softened(entry, text, *column);
                problems.push(self.problem(entry, line, *column));
                if entry.code == problem::BATCH.code {
                    batch = Some(text);
                    continue;
                }
            }
            let target = match &cell {
                Cell::Date(_) => self.labelled(*index, text),
                _ => *index,
            };
            if !row.cells.iter().any(|(taken, _)| *taken == target) {
                row.cells.push((target, cell));
            }
        }
        // A batch number under 生产日期/批号 goes to the column for batch numbers, where there is one to take it.
        if let (Some(text), Some(index)) = (batch, self.batch)
            && row.cell(index).is_none()
        {
            row.cells.push((index, Cell::Text(text.to_owned())));
        }
        self.failing_items(line, &mut row, &mut problems);
        if self.is_shifted(line) {
            problems.insert(
                0,
                CellProblem {
                    column: String::new(),
                    field: None,
                    index: None,
                    ..self.problem(problem::SHIFTED, line, 0)
                },
            );
        }
        (row, problems)
    }

    fn is_present(&self, index: usize, text: &str) -> bool {
        match self.wanted.columns.get(index).map(|column| &column.kind) {
            // 无 is an answer to a question of yes or no, and may be one of the choices.
            Some(CellKind::YesNo) => !is_blank(text) || value::yes_no(text).is_ok(),
            Some(CellKind::Choice(choices)) => !is_blank(text) || value::choice(text, choices).is_ok(),
            _ => !is_blank(text),
        }
    }

    fn understand(&self, index: usize, text: &str) -> (Cell, Option<Entry>) {
        let Some(column) = self.wanted.columns.get(index) else { return (Cell::Text(text.to_owned()), None) };
        let read = match &column.kind {
            CellKind::Text | CellKind::FailingItems => Ok(Cell::Text(text.to_owned())),
            CellKind::Integer => value::integer(text).map(Cell::Integer),
            CellKind::Decimal => value::decimal(text).map(Cell::Decimal),
            CellKind::Date => day::day(text).map(|day| Cell::Date(day.day)),
            CellKind::Moment => day::moment(text).map(Cell::Moment),
            CellKind::YesNo => value::yes_no(text).map(Cell::YesNo),
            CellKind::Choice(choices) => value::choice(text, choices).map(Cell::Choice),
            CellKind::Uscc => {
                let (code, wrong) = value::uscc(text);
                return (Cell::Text(code), wrong);
            }
        };
        match read {
            Ok(cell) => (cell, None),
            Err(entry) => (Cell::Text(text.to_owned()), Some(entry)),
        }
    }

    /// Under 生产日期/批号 a batch number is no mistake.
    fn softened(&self, entry: Entry, text: &str, column: u32) -> Entry {
        let says = |word: &str| {
            let header = self.layout.columns.iter().find(|shown| shown.index == column);
            text.contains(word) || header.is_some_and(|shown| shown.header.contains(word))
        };
        let batch = entry.code == problem::DATE.code
            && text.chars().any(|c| value::half(c).is_ascii_digit())
            && !day::is_written_as_day(text)
            && (says("批号") || says("批次"));
        if batch { problem::BATCH } else { entry }
    }

    /// 2019.4.20(购进) under 生产日期 is the day of purchase: the field whose name begins with the word beside the day.
    fn labelled(&self, index: usize, text: &str) -> usize {
        day::day(text).map_or(index, |day| self.field_of(index, &day.around))
    }

    /// Several days in one cell, each in the field that the words beside it name; none where two would share a field.
    fn told_apart(&self, index: usize, text: &str) -> Option<Vec<(usize, String)>> {
        let days = day::labelled(text);
        let targets: Vec<(usize, String)> =
            days.into_iter().map(|(label, day)| (self.field_of(index, &label), day)).collect();
        let apart =
            |(at, (target, _)): (usize, &(usize, String))| targets.iter().take(at).all(|(other, _)| other != target);
        (targets.len() > 1 && targets.iter().enumerate().all(apart)).then_some(targets)
    }

    /// The field whose name begins with a word that stands beside a day.
    fn field_of(&self, index: usize, around: &str) -> usize {
        let names =
            |index: usize| self.wanted.columns.get(index).map(|column| column.names.as_slice()).unwrap_or_default();
        for word in around.split(|c: char| !c.is_alphabetic()) {
            let stem = ["日期", "时间", "日"].iter().find_map(|end| word.strip_suffix(end)).unwrap_or(word);
            let answers = |index: usize| names(index).iter().any(|name| name.starts_with(stem));
            if stem.chars().count() < 2 || answers(index) {
                continue;
            }
            let other = (0..self.wanted.columns.len()).find(|other| {
                self.wanted.columns.get(*other).is_some_and(|column| column.kind == CellKind::Date) && answers(*other)
            });
            let is_mapped = |other: usize| self.layout.roles.iter().any(|(_, role)| *role == Role::Field(other));
            if let Some(other) = other.filter(|other| !is_mapped(*other)) {
                return other;
            }
        }
        index
    }

    fn failing_items(&self, line: &Line, row: &mut Row, problems: &mut Vec<CellProblem>) {
        if let Some(column) = self.layout.verdict {
            let text = tidy(line.text(column));
            row.verdict = match content::verdict(text) {
                Some(verdict) => Some(verdict),
                None if is_blank(text) => None,
                None => Some(Verdict::Other(text.to_owned())),
            };
        }
        let Some(items_at) = self.names.items else { return };
        let column_of = |part: Part| {
            self.layout.roles.iter().find(|(_, role)| *role == Role::Part(part)).map(|(column, _)| *column)
        };
        let text = |part: Part| column_of(part).map_or("", |column| line.text(column));
        let Some(item_column) = column_of(Part::Item) else { return };
        let parts = Parts {
            item: text(Part::Item),
            result: text(Part::Result),
            limit: text(Part::Limit),
            unit: text(Part::Unit),
        };
        let (found, wrong) = items::read(parts, &self.layout.order, self.layout.header_row > 0);
        if found.is_empty() {
            return;
        }
        match &row.verdict {
            Some(Verdict::Passing) => return,
            Some(Verdict::Other(_)) => {
                problems.push(self.problem(problem::VERDICT, line, self.layout.verdict.unwrap_or(item_column)));
                return;
            }
            Some(Verdict::Failing) => {}
            // A plain 检验项目 in a list of passing samples names what was tested, not what failed.
            None if !self.layout.items_fail && self.claimed == Some(Scope::Passing) => return,
            None => {}
        }
        if let Some(entry) = wrong {
            problems.push(self.problem(entry, line, item_column));
        }
        let found: Vec<FailingItem> = found;
        row.cells.push((items_at, Cell::Items(found)));
    }

    /// Two cells that cannot belong under their headers tell a shifted row; without headers one is enough.
    fn is_shifted(&self, line: &Line) -> bool {
        let wrong = self.layout.roles.iter().filter(|(column, role)| {
            let text = line.text(*column);
            match role {
                _ if text.is_empty() => false,
                Role::Field(index) => self.shapes.get(*index).is_some_and(|shape| content::contradicts(*shape, text)),
                Role::Part(part) => content::contradicts_part(*part, text),
            }
        });
        wrong.count() >= if self.layout.header_row > 0 { 2 } else { 1 }
    }

    fn problem(&self, entry: Entry, line: &Line, column: u32) -> CellProblem {
        let shown = self.layout.columns.iter().find(|shown| shown.index == column);
        let header = shown.map(|shown: &Column| tidy(&shown.header)).filter(|header| !header.is_empty());
        CellProblem {
            row: line.row + 1,
            column: header.map_or_else(|| format!("第 {} 列", column + 1), str::to_owned),
            index: Some(column),
            field: shown.and_then(|shown| shown.field.clone()),
            code: entry.code,
            weight: entry.weight,
            value: if entry.code == problem::SHIFTED.code { String::new() } else { line.text(column).to_owned() },
            message: entry.message(),
        }
    }
}

/// A problem of the file rather than of a cell.
pub(crate) fn file_problem(entry: Entry, row: u32) -> CellProblem {
    CellProblem {
        row,
        column: String::new(),
        index: None,
        field: None,
        code: entry.code,
        weight: entry.weight,
        value: String::new(),
        message: entry.message(),
    }
}

fn raw(line: &Line) -> Raw {
    let mut raw = Raw::default();
    let mut next = 0;
    for (column, value) in &line.cells {
        while next < *column {
            raw.push("");
            next += 1;
        }
        raw.push(&value.text);
        next = column + 1;
    }
    raw
}
fn batch_column(wanted: &Wanted) -> Option<usize> {
    let is_batch = |name: &String| matches!(value::fold(name).as_str(), "批号" | "批次" | "生产批号");
    wanted.columns.iter().position(|column| column.kind == CellKind::Text && column.names.iter().any(is_batch))
}
