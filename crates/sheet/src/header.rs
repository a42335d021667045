//! Which row is the header and what each column is. The header is the row with the most known names in it; titles,
//! notes and blank rows above it do not matter. A header may take two rows (a group above its columns), be bilingual
//! (产品/Product), carry marks (*必填) and brackets, and be printed again further down with other columns.

use crate::content;
use crate::grid::{Line, Span};
use crate::items::Part;
use crate::names::{Match, Names, Role, STRONG, composite_order};
use crate::table::Column;
use crate::value::{is_blank, tidy};
use crate::wanted::{CellKind, Wanted};

/// Rows searched for a header.
pub(crate) const SEARCHED: usize = 60;
/// Merged cells among them.
const MOST_SPANS: usize = 2000;

/// What was found out about a sheet's columns.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    /// 1-based, 0 without header.
    pub(crate) header_row: u32,
    /// Last row (0-based) that belongs to the header.
    pub(crate) last_row: u32,
    pub(crate) columns: Vec<Column>,
    pub(crate) roles: Vec<(u32, Role)>,
    pub(crate) verdict: Option<u32>,
    /// Order of the parts that a composite header claims.
    pub(crate) order: Vec<Part>,
    /// Whether the item column's header says 不合格; else its items fail only where the verdict says so.
    pub(crate) items_fail: bool,
    /// What else a column's header could mean: content decides.
    pub(crate) rivals: Vec<(u32, Role)>,
    /// Number of columns that were recognised: the measure by which sheets are compared.
    pub(crate) strength: usize,
}

/// A column's header: the group above, when there is one, and its own name.
struct Heading {
    column: u32,
    group: String,
    own: String,
}

impl Heading {
    fn shown(&self) -> String {
        match (self.group.is_empty(), self.own.is_empty()) {
            (false, false) => format!("{}/{}", self.group.trim(), self.own.trim()),
            (false, true) => self.group.clone(),
            _ => self.own.clone(),
        }
    }
}

/// Finds the header among the first lines of a sheet.
pub(crate) fn find(lines: &[Line], spans: &[Span], names: &Names, wanted: &Wanted) -> Option<Layout> {
    // A list may have a hundred thousand merged cells; only those near its head matter here.
    let last = lines.get(SEARCHED).map_or(u32::MAX, |line| line.row);
    let spans: Vec<Span> = spans.iter().copied().filter(|span| span.top <= last).take(MOST_SPANS).collect();
    let spans = spans.as_slice();
    let lines_at = lines.iter().enumerate().take(SEARCHED);
    let found: Vec<Layout> = lines_at.filter_map(|(at, line)| at_line(lines, at, line, spans, names, wanted)).collect();
    let best = found.iter().map(|layout| layout.strength).max()?;
    // The first that is nearly as good as the best: a later one heads another block, with columns of its own.
    let first = found
        .into_iter()
        .find(|layout| layout.strength == best || (layout.strength > 20 && layout.strength * 5 >= best * 3));
    first.map(|layout| check(layout, lines, names, wanted))
}

/// The layout that a line in the middle of the data begins, if it is a header again.
pub(crate) fn again(line: &Line, names: &Names, wanted: &Wanted) -> Option<Layout> {
    let known = |(_, value): &&(u32, crate::grid::Value)| names.knows(&value.text);
    if line.cells.len() < 2 || !line.cells.iter().take(2).any(|cell| known(&cell)) {
        return None;
    }
    if line.cells.iter().filter(known).count() * 5 < line.cells.len() * 3 {
        return None;
    }
    at_line(std::slice::from_ref(line), 0, line, &[], names, wanted).filter(|layout| layout.strength >= 2)
}

fn at_line(lines: &[Line], at: usize, line: &Line, spans: &[Span], names: &Names, wanted: &Wanted) -> Option<Layout> {
    let (headings, first_row, last_row) = headings(lines, at, line, spans, names);
    let mut claims: Vec<(Match, u32)> = Vec::new();
    // 企业名称： with a colon is the label of a form that is filled in behind it.
    let is_form = line.cells.len() <= 4 && line.cells.iter().all(|(_, value)| tidy(&value.text).ends_with([':', '：']));
    for heading in headings.iter().filter(|_| !is_form) {
        for mut found in heading_matches(heading, names) {
            // A verdict is told by its own list; as a result it is only the second guess.
            if names.is_verdict(&heading.own) && matches!(found.role, Role::Part(_)) {
                found.score = 50;
            }
            claims.push((found, heading.column));
        }
    }
    claims.sort_by_key(|(found, column)| (std::cmp::Reverse(found.score), found.rank, *column));
    let mut roles: Vec<(u32, Role)> = Vec::new();
    let mut strong = 0;
    let mut telling = 0;
    for (found, column) in &claims {
        if roles.iter().any(|(taken, role)| taken == column || *role == found.role) {
            continue;
        }
        roles.push((*column, found.role));
        strong += usize::from(found.score >= STRONG);
        telling += usize::from(found.score >= STRONG && !names.weak.contains(&found.role));
    }
    let cells = line.cells.len();
    let short =
        || line.cells.iter().all(|(_, value)| value.text.chars().count() < 30 && !content::is_data(&value.text));
    let below = lines.get(at + 1..).unwrap_or_default();
    // One known name is enough over a list as narrow as itself; in a form the word 备注 stands alone above nothing.
    let narrow = || below.iter().all(|other| other.cells.len() <= cells.max(2));
    let enough = (strong >= 2 && telling >= 1)
        || (telling == 1 && !below.is_empty() && if cells == 1 { narrow() } else { short() });
    if !enough {
        return None;
    }
    let has = |roles: &[(u32, Role)], part: Part| roles.iter().any(|(_, role)| *role == Role::Part(part));
    if !has(&roles, Part::Result) && !has(&roles, Part::Limit) {
        // 单位 is a unit only beside a result or a limit.
        roles.retain(|(_, role)| *role != Role::Part(Part::Unit));
    } else if !has(&roles, Part::Item) {
        // 项目名称 is elsewhere the name of a programme; beside a result it is what was tested.
        let item = claims.iter().find(|(found, _)| found.role == Role::Part(Part::Item) && found.score >= STRONG);
        if let Some((_, column)) = item {
            roles.retain(|(taken, _)| taken != column);
            roles.push((*column, Role::Part(Part::Item)));
        }
    }
    let rivals =
        claims.iter().filter(|(found, column)| found.score >= STRONG && !roles.contains(&(*column, found.role)));
    let rivals = rivals.map(|(found, column)| (*column, found.role)).collect();
    roles.sort_unstable();
    let verdict = headings.iter().find(|heading| names.is_verdict(&heading.own)).map(|heading| heading.column);
    let item = headings.iter().find(|heading| roles.contains(&(heading.column, Role::Part(Part::Item))));
    let (order, items_fail) = item.map_or((Vec::new(), false), |heading| {
        let text = heading.shown();
        (composite_order(&heading.own), ["不合格", "不符合", "问题", "不达标"].iter().any(|word| text.contains(word)))
    });
    let columns = headings.iter().map(|heading| Column { header: heading.shown(), field: None, index: heading.column });
    let mut layout = Layout {
        header_row: first_row + 1,
        last_row,
        columns: columns.collect(),
        strength: strong * 10 + (roles.len() - strong.min(roles.len())),
        rivals,
        roles,
        verdict,
        order,
        items_fail,
    };
    layout.name_fields(wanted, names);
    Some(layout)
}

impl Layout {
    /// Writes the fields into the columns.
    pub(crate) fn name_fields(&mut self, wanted: &Wanted, names: &Names) {
        for column in &mut self.columns {
            let role = self.roles.iter().find(|(at, _)| *at == column.index).map(|(_, role)| *role);
            let index = match role {
                Some(Role::Field(index)) => Some(index),
                Some(Role::Part(_)) => names.items,
                None => None,
            };
            column.field = index.and_then(|index| wanted.columns.get(index)).map(|wanted| wanted.field.clone());
        }
    }
}

fn heading_matches(heading: &Heading, names: &Names) -> Vec<Match> {
    let mut found: Vec<Match> = Vec::new();
    let mut add = |matches: Vec<Match>, less: u32| {
        for new in matches {
            let new = Match { score: new.score.saturating_sub(less), ..new };
            match found.iter_mut().find(|other| other.role == new.role) {
                Some(other) if other.score < new.score => *other = new,
                Some(_) => {}
                None => found.push(new),
            }
        }
    };
    if !heading.group.is_empty() && !heading.own.is_empty() {
        add(names.matches(&format!("{}{}", heading.group, heading.own)), 0);
    }
    add(names.matches(&heading.own), if heading.group.is_empty() { 0 } else { 8 });
    found
}

/// The headings of a line, with those of the row above or below that belong to it; and the header's first and last row.
fn headings(lines: &[Line], at: usize, line: &Line, spans: &[Span], names: &Names) -> (Vec<Heading>, u32, u32) {
    let over = |row: u32, column: u32| {
        spans.iter().find(|span| (span.top..=span.bottom).contains(&row) && (span.left..=span.right).contains(&column))
    };
    let mut headings: Vec<Heading> = line
        .cells
        .iter()
        .map(|(column, value)| Heading { column: *column, group: String::new(), own: value.text.clone() })
        .collect();
    // Columns whose name stands in the row above, merged down to this one; and groups above these columns. A row of one
    // cell above is a title.
    let mut first_row = line.row;
    let before = at.checked_sub(1).and_then(|at| lines.get(at));
    let before = before.filter(|above| above.row + 1 == line.row && above.cells.len() > 1);
    for (column, value) in before.map(|above| above.cells.as_slice()).unwrap_or_default() {
        let Some(span) = over(line.row.saturating_sub(1), *column) else { continue };
        if span.bottom >= line.row && span.top < line.row && line.at(*column).is_none() {
            headings.push(Heading { column: *column, group: String::new(), own: value.text.clone() });
            first_row = span.top;
        } else if span.bottom + 1 == line.row && span.right > span.left {
            for heading in headings.iter_mut().filter(|heading| (span.left..=span.right).contains(&heading.column)) {
                heading.group.clone_from(&value.text);
            }
        }
    }
    let mut last_row = line.row;
    if let Some(below) = lines.get(at + 1).filter(|below| below.row == line.row + 1 && line.cells.len() > 1) {
        let under_group = |column: u32| match over(line.row, column) {
            Some(span) => span.right > span.left && span.bottom == line.row,
            None => line.at(column).is_none() && line.cells.first().is_some_and(|(first, _)| *first < column),
        };
        let is_sub = below.cells.iter().all(|(column, value)| under_group(*column) && !content::is_data(&value.text))
            && below.cells.iter().any(|(column, value)| {
                let group = line
                    .cells
                    .iter()
                    .rev()
                    .find(|(left, _)| left <= column)
                    .map_or("", |(_, value)| value.text.as_str());
                names.knows(&value.text) || names.knows(&format!("{group}{}", value.text))
            })
            && below.cells.len() >= 2;
        if is_sub {
            last_row = below.row;
            for (column, value) in &below.cells {
                let group = line
                    .cells
                    .iter()
                    .rev()
                    .find(|(left, _)| left <= column)
                    .map(|(left, value)| (*left, value.text.clone()));
                let Some((left, group)) = group else { continue };
                headings.retain(|heading| heading.column != *column || heading.column != left);
                headings.push(Heading { column: *column, group, own: value.text.clone() });
            }
        }
    }
    // A header merged down over further rows ends with the merge.
    for (column, _) in &line.cells {
        if let Some(span) = over(line.row, *column).filter(|span| span.bottom > line.row && span.bottom - line.row <= 3)
        {
            last_row = last_row.max(span.bottom);
        }
    }
    headings.sort_by_key(|heading| heading.column);
    headings.dedup_by_key(|heading| heading.column);
    (headings, first_row, last_row)
}

/// Compares what the header says with what stands below: a column 检验结果 full of 合格 is the verdict, and one full of
/// figures is no conclusion.
fn check(mut layout: Layout, lines: &[Line], names: &Names, wanted: &Wanted) -> Layout {
    let below: Vec<&Line> = lines.iter().filter(|line| line.row > layout.last_row).collect();
    // How many cells of a column fit, and how many there are.
    let share = |column: u32, fits: &dyn Fn(&str) -> bool| {
        let cells: Vec<&str> = below.iter().map(|line| line.text(column)).filter(|text| !is_blank(text)).collect();
        (cells.iter().filter(|text| fits(text)).count(), cells.len())
    };
    let is_verdict = |text: &str| content::verdict(text).is_some();
    if let Some(column) = layout.verdict {
        let (verdicts, cells) = share(column, &is_verdict);
        if cells > 0 && verdicts == 0 {
            layout.verdict = None;
        }
    }
    let results: Vec<u32> =
        layout.roles.iter().filter(|(_, role)| *role == Role::Part(Part::Result)).map(|(column, _)| *column).collect();
    for column in results {
        let (verdicts, cells) = share(column, &is_verdict);
        if verdicts * 2 > cells {
            layout.roles.retain(|(at, role)| (*at, *role) != (column, Role::Part(Part::Result)));
            layout.verdict.get_or_insert(column);
        }
    }
    for (column, rival) in std::mem::take(&mut layout.rivals) {
        let Some(place) = layout.roles.iter().position(|(at, _)| *at == column) else { continue };
        let kind = match layout.roles.get(place) {
            Some((_, Role::Field(index))) => wanted.columns.get(*index).map(|wanted| &wanted.kind),
            _ => None,
        };
        let Some(CellKind::Choice(choices)) = kind else { continue };
        let (chosen, cells) = share(column, &|text| crate::value::choice(text, choices).is_ok());
        let is_free = !layout.roles.iter().any(|(_, role)| *role == rival);
        if matches!(rival, Role::Part(_)) && is_free && cells > 0 && chosen * 3 < cells {
            layout.roles.remove(place);
            layout.roles.push((column, rival));
            layout.roles.sort_unstable();
        }
    }
    layout.name_fields(wanted, names);
    layout
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grid::Value;
    use crate::wanted::WantedColumn;

    fn wanted() -> Wanted {
        Wanted {
            columns: vec![
                WantedColumn::new("seq", &["序号"], CellKind::Text),
                WantedColumn::new("producer", &["标称生产企业名称", "生产企业"], CellKind::Text),
                WantedColumn::new("party", &["被抽样单位名称", "经营者名称"], CellKind::Text),
                WantedColumn::new("party_address", &["被抽样单位地址"], CellKind::Text),
                WantedColumn::new("name", &["样品名称", "产品名称", "产品"], CellKind::Text),
                WantedColumn::new("day", &["生产日期/批号", "生产日期"], CellKind::Date),
                WantedColumn::new("items", &["不合格项目║检验结果║标准值"], CellKind::FailingItems),
            ],
        }
    }

    fn lines(rows: &[&[&str]]) -> Vec<Line> {
        let line = |(row, cells): (usize, &&[&str])| {
            let mut line = Line { row: row as u32, cells: Vec::new() };
            for (column, text) in cells.iter().enumerate() {
                line.put(column as u32, Value::text(*text));
            }
            line
        };
        rows.iter().enumerate().map(line).collect()
    }

    fn fields(rows: &[&[&str]], spans: &[Span]) -> (u32, Vec<String>) {
        let wanted = wanted();
        let layout = find(&lines(rows), spans, &Names::new(&wanted), &wanted).unwrap();
        let shown = layout.columns.iter().map(|c| c.field.clone().unwrap_or_else(|| "-".to_owned())).collect();
        (layout.header_row, shown)
    }

    #[test]
    fn titles_above_the_header_do_not_matter() {
        let rows: &[&[&str]] =
            &[&["附件"], &["某市食品抽检信息"], &["序号", "产品名称", "生产日期/批号"], &["1", "醋", "2018-7-28"]];
        assert_eq!(fields(rows, &[]), (3, ["seq", "name", "day"].map(str::to_owned).to_vec()));
    }

    #[test]
    fn bilingual_marked_and_bracketed_headers() {
        let rows: &[&[&str]] =
            &[&["*序 号", "产品/Product", "标称生产企业\n名称（盖章）", "经营者名称：", "被抽样单位所在省份"]];
        assert_eq!(fields(rows, &[]).1, ["seq", "name", "producer", "party", "-"]);
    }

    #[test]
    fn a_composite_header_and_its_parts() {
        let wanted = wanted();
        let rows = lines(&[&["序号", "样品名称", "不合格项目丨标准值丨检验结果"]]);
        let layout = find(&rows, &[], &Names::new(&wanted), &wanted).unwrap();
        assert_eq!(layout.order, [Part::Item, Part::Limit, Part::Result]);
        assert!(layout.items_fail);
        let rows = lines(&[
            &["样品名称", "检验项目", "检验结果", "标准值", "单位", "判定"],
            &["醋", "总酸", "3", "≥4", "g", "不合格"],
        ]);
        let layout = find(&rows, &[], &Names::new(&wanted), &wanted).unwrap();
        let parts = [Part::Item, Part::Result, Part::Limit, Part::Unit].map(Role::Part);
        assert_eq!(layout.roles.iter().skip(1).map(|(_, role)| *role).collect::<Vec<_>>(), parts);
        assert_eq!((layout.verdict, layout.items_fail), (Some(5), false));
    }

    #[test]
    fn a_name_that_means_two_things_is_told_by_its_neighbours() {
        let mut wanted = wanted();
        wanted.columns.push(WantedColumn::new("task", &["任务来源", "项目名称"], CellKind::Text));
        let choices =
            vec![("pass".to_owned(), vec!["合格".to_owned()]), ("fail".to_owned(), vec!["不合格".to_owned()])];
        wanted.columns.push(WantedColumn::new("conclusion", &["检验结论", "检验结果"], CellKind::Choice(choices)));
        let names = Names::new(&wanted);
        let fields = |rows: &[&[&str]]| {
            let layout = find(&lines(rows), &[], &names, &wanted).unwrap();
            layout.columns.into_iter().map(|column| column.field.unwrap_or_default()).collect::<Vec<_>>()
        };
        let tested: &[&[&str]] =
            &[&["样品名称", "项目名称", "检验结果", "标准值"], &["醋", "总酸", "2.1g/100mL", "≥3.5g/100mL"]];
        assert_eq!(fields(tested), ["name", "items", "items", "items"]);
        let programme: &[&[&str]] = &[&["样品名称", "项目名称", "检验结果"], &["醋", "2026年县抽", "合格"]];
        assert_eq!(fields(programme), ["name", "task", "conclusion"]);
    }

    #[test]
    fn a_header_of_two_rows() {
        let spans = [
            Span { top: 0, left: 0, bottom: 1, right: 0 },
            Span { top: 0, left: 1, bottom: 0, right: 2 },
            Span { top: 0, left: 3, bottom: 1, right: 3 },
        ];
        let rows: &[&[&str]] =
            &[&["序号", "被抽样单位", "", "样品名称"], &["", "名称", "地址"], &["1", "某超市", "某路 1 号", "醋"]];
        assert_eq!(fields(rows, &spans), (1, ["seq", "party", "party_address", "name"].map(str::to_owned).to_vec()));
    }

    #[test]
    fn a_form_with_one_common_word_is_no_table() {
        let wanted = wanted();
        let rows =
            lines(&[&["任务名称：", "企业名称："], &["序号", "检查内容", "操作方法与要领"], &["1", "许可证", "查看"]]);
        assert!(find(&rows, &[], &Names::new(&wanted), &wanted).is_none());
    }
}
