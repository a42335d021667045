//! Tables that copying has flattened into lines, back to rows and columns: one row a line (tabs, bars or
//! blanks between cells) or one cell a line, with cells split over lines and merged cells left out or empty.
//! A table is known by its header; its columns say whether its rows are indicators or tasks.

mod cells;
mod columns;

use crate::document::{Baseline, Goal, Indicator, Op, Period, PeriodKind, Quote, Task};
use crate::page::{Page, Span};
use crate::{bodies, dates, script, words};
use cells::{Cell, Grid};
use columns::Column;

/// What the tables of a document say.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) indicators: Vec<Indicator>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) unplaced: Vec<Quote>,
    /// The stretches that tables occupy, in order.
    pub(crate) regions: Vec<Span>,
}

pub(crate) fn tables(page: &Page) -> Tables {
    let mut tables = Tables::default();
    let mut line = 0;
    let document_year = title_year(page, 0, 6);
    while line < page.lines.len() {
        let Some(mut grid) = cells::grid(page, line) else {
            line += 1;
            continue;
        };
        aims_are_rows(&mut grid);
        let caption = title_year(page, line.saturating_sub(4), line);
        let reader = Reader {
            page,
            columns: &grid.columns,
            plan_year: caption.or(document_year),
            starred_year: starred_year(page, grid.next_line),
        };
        if reader.columns.iter().any(|c| matches!(c, Column::Task)) || !reader.has_values() {
            reader.tasks(&grid, &mut tables);
        } else {
            reader.indicators(&grid, &mut tables);
        }
        tables.regions.push(grid.span);
        line = grid.next_line.max(line + 1);
    }
    tables
}

/// 目标任务 | 2025年 | 2026年: where most rows have figures in the columns of years, the tasks are indicators.
fn aims_are_rows(grid: &mut Grid) {
    let years: Vec<usize> = (0..grid.columns.len())
        .filter(|at| matches!(grid.columns.get(*at), Some(Column::Year { .. } | Column::Goal)))
        .collect();
    let figures = |row: &&Vec<Cell>| {
        years
            .iter()
            .filter_map(|at| row.get(*at))
            .any(|cell| read_cell(&cell.text).0.is_some() && cell.text.chars().count() <= 12)
    };
    let measured = grid.rows.iter().filter(figures).count();
    if years.is_empty() || grid.columns.contains(&Column::Name) || measured * 2 < grid.rows.len() {
        return;
    }
    if let Some(task) = grid.columns.iter_mut().find(|c| **c == Column::Task) {
        *task = Column::Name;
    }
}

/// The plan's last year where a line of these names its period.
fn title_year(page: &Page, from: usize, to: usize) -> Option<i32> {
    let lines = page.lines.iter().take(to).skip(from);
    lines.filter(|l| l.len() <= 80).find_map(|l| dates::plan_year(&page.text(*l)))
}

/// 带*的为2019年数据: the year of starred baselines, from the note below the table.
fn starred_year(page: &Page, line: usize) -> Option<i32> {
    let lines = page.lines.iter().skip(line).filter(|l| !page.trim(**l).is_empty()).take(3);
    lines.filter(|l| l.len() <= 2000).find_map(|l| {
        let text = page.folded(*l);
        let star = text.iter().position(|c| *c == '*')?;
        text.get(star..(star + 16).min(text.len()))?.windows(5).find_map(|w| match w {
            [digits @ .., '年'] if digits.iter().all(char::is_ascii_digit) => {
                digits.iter().collect::<String>().parse().ok()
            }
            _ => None,
        })
    })
}

struct Reader<'a> {
    page: &'a Page,
    columns: &'a [Column],
    plan_year: Option<i32>,
    starred_year: Option<i32>,
}

/// A figure in a cell.
struct Figure {
    value: String,
    op: Op,
}

impl Reader<'_> {
    fn has_values(&self) -> bool {
        self.columns
            .iter()
            .any(|c| matches!(c, Column::Year { .. } | Column::Baseline | Column::Goal | Column::Period { .. }))
    }

    fn cell<'g>(&self, row: &'g [Cell], wanted: fn(&Column) -> bool) -> Option<&'g Cell> {
        let at = self.columns.iter().position(wanted)?;
        row.get(at).filter(|cell| !cell.text.is_empty())
    }

    fn indicators(&self, grid: &Grid, tables: &mut Tables) {
        let mut category: Option<String> = None;
        let mut parent: Option<String> = None;
        let mut grouped: Option<(String, Option<String>)> = None;
        let mut grouped_no: Option<u32> = None;
        let mut last_no = 0;
        for row in &grid.rows {
            let span = row_span(row);
            if let Some(cell) = self.cell(row, |c| *c == Column::Category) {
                category = Some(take_part(&cell.text));
            }
            let mut filled = row.iter().filter(|cell| !cell.text.is_empty());
            if let (Some(alone), None) = (filled.next(), filled.next())
                && row.len() <= self.columns.len()
            {
                let named = self.columns.iter().position(|c| *c == Column::Name).filter(|at| *at > 0);
                if self.columns.contains(&Column::Category)
                    && named.and_then(|at| row.get(at)).is_some_and(|cell| cell.span == alone.span)
                {
                    // A name without figures stands over its 其中 rows.
                    parent = Some(take_unit(&take_label(&alone.text).1).0);
                    continue;
                }
                // 经济发展 alone in its row stands over the rows below.
                category = Some(take_part(&alone.text));
                continue;
            }
            let group_cell = self.cell(row, |c| *c == Column::Group);
            let own_name = self.cell(row, |c| *c == Column::Name);
            let Some(name_cell) = own_name.or(group_cell) else {
                if row.iter().any(|cell| !cell.text.is_empty()) {
                    tables.unplaced.push(self.page.quote(span));
                }
                continue;
            };
            if own_name.is_some()
                && let Some(cell) = group_cell
            {
                grouped = Some(take_unit(&take_label(&cell.text).1));
            } else if group_cell.is_some() || take_label(&name_cell.text).0.is_some() {
                grouped = None;
            }
            let (label, rest) = take_label(&name_cell.text);
            let printed = self.cell(row, |c| *c == Column::No).and_then(|c| c.text.parse().ok());
            let label = label.or_else(|| group_cell.and_then(|cell| take_label(&cell.text).0));
            let (group, rest) = match rest.strip_prefix("其中") {
                Some(rest) => (parent.clone(), rest.trim_start_matches([':', '：', ' ']).to_owned()),
                None => (grouped.as_ref().map(|(name, _)| name.clone()), rest),
            };
            let (name, own_unit) = take_unit(&rest);
            let column_unit = self.cell(row, |c| *c == Column::Unit).map(|c| c.text.clone()).filter(|u| !is_dash(u));
            if group.is_none() {
                parent = Some(name.clone());
            }
            // A number printed over two rows (merged cells) is the number of both.
            let shared = grouped_no.filter(|_| group_cell.is_none() && grouped.is_some());
            if group_cell.is_some() {
                grouped_no = label;
            }
            let no = printed.or(label).or(shared).unwrap_or(last_no + 1);
            last_no = no;
            let (baseline, goals) = self.values(row);
            let main = self.main_goal(&goals);
            let mut goals: Vec<Goal> = goals;
            let target = if main < goals.len() { goals.remove(main) } else { Goal::default() };
            tables.indicators.push(Indicator {
                no,
                category: category.clone(),
                name,
                unit: column_unit.or(own_unit).or_else(|| grouped.as_ref().and_then(|(_, unit)| unit.clone())),
                baseline,
                target,
                attribute: self.cell(row, |c| *c == Column::Attribute).map(|c| c.text.clone()),
                group,
                period: self.period(row),
                more_targets: goals,
                bodies: bodies::all_bodies(&self.roles(row)),
                start: span.start,
                end: span.end,
            });
        }
    }

    /// The cell of an 年均/累计 column; none for a dash.
    fn period(&self, row: &[Cell]) -> Option<Period> {
        let (cell, cumulative) = self.columns.iter().zip(row).find_map(|(column, cell)| match column {
            Column::Period { cumulative } => Some((cell, *cumulative)),
            _ => None,
        })?;
        period(&cell.text, if cumulative { PeriodKind::Cumulative } else { PeriodKind::Annual })
    }

    fn roles(&self, row: &[Cell]) -> Vec<crate::document::Role> {
        let columns = self.columns.iter().zip(row);
        columns
            .filter_map(|(column, cell)| match column {
                Column::Bodies(role) => Some(bodies::cell(&cell.text, role)),
                _ => None,
            })
            .flatten()
            .collect()
    }

    /// The baseline and the targets of a row. Of year columns without a word the first is the baseline.
    fn values(&self, row: &[Cell]) -> (Baseline, Vec<Goal>) {
        let mut baseline: Option<Baseline> = None;
        let mut goals = Vec::new();
        let years = self.columns.iter().filter(|c| matches!(c, Column::Year { .. })).count();
        let named_base =
            self.columns.iter().any(|c| matches!(c, Column::Baseline | Column::Year { base: Some(true), .. }));
        for (column, cell) in self.columns.iter().zip(row) {
            let (year, base) = match column {
                Column::Year { year, base: Some(base) } => (Some(*year), *base),
                Column::Year { year, base: None } => (Some(*year), baseline.is_none() && !named_base && years > 1),
                Column::Baseline => (None, true),
                Column::Goal => (self.plan_year, false),
                _ => continue,
            };
            let (figure, kind, starred) = read_cell(&cell.text);
            if base && baseline.is_none() {
                let year = if starred { self.starred_year.or(year) } else { year };
                baseline = Some(Baseline {
                    year: year.filter(|_| figure.is_some()),
                    value: figure.map(|f| f.value),
                    raw: cell.text.clone(),
                    kind,
                });
            } else if !base {
                let (op, value) = figure.map_or((None, None), |f| (Some(f.op), Some(f.value)));
                goals.push(Goal { year, op, value, raw: cell.text.clone(), kind });
            }
        }
        (baseline.unwrap_or_default(), goals)
    }

    /// The target of the plan's own last year, else the first.
    fn main_goal(&self, goals: &[Goal]) -> usize {
        goals.iter().position(|g| g.year.is_some() && g.year == self.plan_year).unwrap_or(0)
    }

    fn tasks(&self, grid: &Grid, tables: &mut Tables) {
        let mut category: Option<String> = None;
        let mut last_no = 0;
        for row in &grid.rows {
            let span = row_span(row);
            if let Some(cell) = self.cell(row, |c| *c == Column::Category) {
                category = Some(cell.text.clone());
            }
            let cell = self.cell(row, |c| *c == Column::Task).or_else(|| self.cell(row, |c| *c == Column::Name));
            let roles = self.roles(row);
            let Some(cell) = cell else {
                if let (Some(last), false) = (tables.tasks.last_mut(), roles.is_empty()) {
                    last.roles.extend(roles);
                    last.bodies = bodies::all_bodies(&last.roles);
                } else if row.iter().any(|cell| !cell.text.is_empty()) {
                    tables.unplaced.push(self.page.quote(span));
                }
                continue;
            };
            let (label, rest) = take_label(&cell.text);
            let printed = self.cell(row, |c| *c == Column::No).and_then(|c| c.text.parse().ok());
            let no = printed.or(label).unwrap_or(last_no + 1);
            last_no = no;
            tables.tasks.push(Task {
                no,
                category: category.clone(),
                task: rest,
                bodies: bodies::all_bodies(&roles),
                roles,
                due: self.cell(row, |c| *c == Column::Due).map(|c| c.text.clone()).filter(|d| !is_dash(d)),
                start: span.start,
                end: span.end,
            });
        }
    }
}

fn row_span(row: &[Cell]) -> Span {
    let filled = || row.iter().filter(|cell| !cell.text.is_empty()).map(|cell| cell.span);
    let start = filled().map(|s| s.start).min().unwrap_or(0);
    Span::new(start, filled().map(|s| s.end).max().unwrap_or(start))
}

pub(crate) fn is_dash(text: &str) -> bool {
    text.chars().all(|c| matches!(script::fold(c), '-' | '/' | '*' | ' ' | '·')) || text == "无"
}

/// A label before a name: 1. or （1） or ①.
fn take_label(text: &str) -> (Option<u32>, String) {
    let chars: Vec<char> = text.chars().collect();
    let folded: Vec<char> = chars.iter().map(|c| script::fold(*c)).collect();
    let digits = folded.iter().take_while(|c| c.is_ascii_digit()).count();
    let after = |at: usize| chars.iter().skip(at).collect::<String>();
    if (1..=3).contains(&digits)
        && matches!(folded.get(digits), Some('.' | '、'))
        && !folded.get(digits + 1).is_some_and(char::is_ascii_digit)
    {
        return (crate::number::whole(folded.get(..digits).unwrap_or(&[])), after(digits + 1));
    }
    if folded.first() == Some(&'(')
        && let Some(close) = folded.iter().take(5).position(|c| *c == ')')
        && let Some(no) = folded.get(1..close).and_then(crate::number::whole)
    {
        return (Some(no), after(close + 1));
    }
    (None, text.to_owned())
}

/// 一、产品质量 without its label.
fn take_part(text: &str) -> String {
    let label: usize = text.chars().take_while(|c| crate::number::is_chinese_numeral(*c)).count();
    match text.chars().nth(label) {
        Some('、') if label > 0 => text.chars().skip(label + 1).collect(),
        _ => text.to_owned(),
    }
}

/// A unit in brackets after a name: 高新技术企业（家）.
fn take_unit(text: &str) -> (String, Option<String>) {
    let chars: Vec<char> = text.chars().collect();
    let folded: Vec<char> = chars.iter().map(|c| script::fold(*c)).collect();
    if folded.last() == Some(&')')
        && let Some(open) = folded.iter().rposition(|c| *c == '(')
        && open > 0
    {
        let inner: String = folded.iter().take(folded.len() - 1).skip(open + 1).collect();
        if words::is_unit(&inner) {
            let printed: String = chars.iter().take(chars.len() - 1).skip(open + 1).collect();
            let unit = if printed == "％" { "%".to_owned() } else { printed };
            return (chars.iter().take(open).collect(), Some(unit));
        }
    }
    (text.to_owned(), None)
}

/// The figure of a cell, whether it is cumulative (〔…〕), and whether it is starred.
fn read_cell(text: &str) -> (Option<Figure>, Option<PeriodKind>, bool) {
    let folded: Vec<char> = text.chars().map(script::fold).filter(|c| *c != ' ').collect();
    let starred = folded.contains(&'*');
    let cumulative = folded.first() == Some(&'[') || folded.first() == Some(&'(') && folded.last() == Some(&')');
    let bare: Vec<char> = folded.into_iter().filter(|c| !matches!(c, '[' | ']' | '*' | '(' | ')')).collect();
    let figure = figure(&bare);
    let kind = (cumulative && figure.is_some()).then_some(PeriodKind::Cumulative);
    (figure, kind, starred)
}

fn figure(cell: &[char]) -> Option<Figure> {
    const PREFIXES: &[(&str, Op)] = &[
        ("≥", Op::AtLeast),
        (">=", Op::AtLeast),
        ("不低于", Op::AtLeast),
        ("不少于", Op::AtLeast),
        (">", Op::Above),
        ("大于", Op::Above),
        ("高于", Op::Above),
        ("超过", Op::Above),
        ("≤", Op::AtMost),
        ("<=", Op::AtMost),
        ("不高于", Op::AtMost),
        ("不超过", Op::AtMost),
        ("控制在", Op::AtMost),
        ("<", Op::Below),
        ("低于", Op::Below),
        ("小于", Op::Below),
        ("约", Op::About),
        ("达到", Op::Equal),
        ("达", Op::Equal),
        ("稳定在", Op::Equal),
        ("保持在", Op::Equal),
        ("保持", Op::Equal),
        ("力争", Op::Equal),
        ("", Op::Equal),
    ];
    let text: String = cell.iter().collect();
    let found = PREFIXES.iter().filter(|(word, _)| text.starts_with(word)).max_by_key(|(word, _)| word.len())?;
    let (prefix, mut op) = *found;
    let cell = cell.get(prefix.chars().count()..)?;
    let length = number_length(cell);
    if length == 0 {
        return None;
    }
    let mut value = crate::number::decimal(cell.get(..length)?);
    let mut rest: String = cell.iter().skip(length).collect();
    // 2012年…, 5年平均…: a time, not the figure.
    if rest.starts_with('年') && (value.len() == 4 || rest.chars().count() > 1) {
        return None;
    }
    for (sign, power) in [("亿", 8), ("万", 4)] {
        if let Some(after) = rest.strip_prefix(sign)
            && words::is_counting(after)
        {
            value = crate::number::times_ten(&value, power);
            rest = after.to_owned();
        }
    }
    let after_unit = rest.trim_start_matches(['%', '‰']);
    if let Some(upper) = after_unit.strip_prefix(['-', '至', '到']) {
        let upper: Vec<char> = upper.chars().collect();
        let length = number_length(&upper);
        if upper.get(length) == Some(&'年') {
            return None;
        }
        if length > 0 {
            let upper = crate::number::decimal(upper.get(..length)?);
            return Some(Figure { value: format!("{value}..{upper}"), op: Op::Range });
        }
    }
    if rest.contains("以上") || rest.ends_with('+') {
        op = Op::AtLeast;
    } else if rest.contains("以内") || rest.contains("以下") {
        op = Op::AtMost;
    } else if rest.contains("左右") {
        op = Op::About;
    }
    Some(Figure { value, op })
}

fn number_length(chars: &[char]) -> usize {
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut length = 0;
    while at(length).is_ascii_digit()
        || length > 0 && matches!(at(length), '.' | ',') && at(length + 1).is_ascii_digit()
    {
        length += 1;
    }
    length
}

fn period(text: &str, column: PeriodKind) -> Option<Period> {
    if is_dash(text) {
        return None;
    }
    let (figure, kind, _) = read_cell(text);
    let kind = kind.unwrap_or(column);
    let (op, value) = figure.map_or((None, None), |f| (Some(f.op), Some(f.value)));
    Some(Period { kind, value, op, raw: text.to_owned() })
}
