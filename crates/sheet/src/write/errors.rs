//! The list of what to correct: the rows with problems as they were sent, with 行号, 错误 and 怎么办 beside them.

use crate::problem::{CATALOGUE, CellProblem};
use crate::table::Table;
use crate::write::xlsx::{Paper, Sheet, SheetCell, SheetColumn, Workbook, WriteError, write_xlsx};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Writes the rows with problems; a wrong cell has a red ground. `table.rows` must hold these rows (others may be missing).
/// `problems` may carry codes of the caller's own: their message is shown whole.
pub fn write_error_workbook(table: &Table, problems: &[CellProblem]) -> Result<Vec<u8>, WriteError> {
    let mut by_row: BTreeMap<u32, Vec<&CellProblem>> = BTreeMap::new();
    for problem in problems {
        by_row.entry(problem.row).or_default().push(problem);
    }
    let rows: HashMap<u32, _> = table.rows.iter().map(|row| (row.row, &row.raw)).collect();
    let width = table.columns.iter().map(|column| column.index as usize + 1);
    let width = width.chain(by_row.keys().filter_map(|row| rows.get(row)).map(|raw| raw.len())).max().unwrap_or(0);
    let header = |index: usize| {
        let found = table.columns.iter().find(|column| column.index as usize == index);
        found
            .map(|column| column.header.clone())
            .filter(|header| !header.is_empty())
            .unwrap_or_else(|| format!("第 {} 列", index + 1))
    };
    let column = |header: String, width| SheetColumn { header, width };
    let mut columns = vec![column("行号".to_owned(), 8)];
    columns.extend((0..width).map(|index| column(header(index), 16)));
    columns.extend([column("错误".to_owned(), 40), column("怎么办".to_owned(), 40)]);
    let lines = by_row.iter().map(|(row, problems)| {
        let wrong: BTreeSet<usize> =
            problems.iter().filter_map(|problem| problem.index).map(|index| index as usize).collect();
        let mut cells = vec![SheetCell::Number(row.to_string())];
        cells.extend((0..width).map(|index| {
            let text = rows.get(row).map_or("", |raw| raw.get(index)).to_owned();
            if wrong.contains(&index) { SheetCell::Wrong(text) } else { SheetCell::Text(text) }
        }));
        let said = |part: fn(&CellProblem) -> String| {
            let mut lines: Vec<String> =
                problems.iter().map(|problem| part(problem)).filter(|line| !line.is_empty()).collect();
            lines.dedup();
            SheetCell::Text(lines.join("\n"))
        };
        cells.push(said(meaning));
        cells.push(said(advice));
        cells
    });
    let sheet = Sheet {
        name: "错误清单".to_owned(),
        titles: vec![
            "导入错误清单".to_owned(),
            format!("共 {} 行、{} 处问题；改正后可直接上传本表或原表", by_row.len(), problems.len()),
        ],
        columns,
        rows: lines.collect(),
        paper: Paper::A3Landscape,
        ..Sheet::default()
    };
    write_xlsx(&Workbook { sheets: vec![sheet] })
}

fn meaning(problem: &CellProblem) -> String {
    let text = CATALOGUE
        .iter()
        .find(|entry| entry.code == problem.code)
        .map_or_else(|| parted(&problem.message).0, |entry| entry.meaning);
    if problem.column.is_empty() { text.to_owned() } else { format!("{}：{text}", problem.column) }
}

fn advice(problem: &CellProblem) -> String {
    let entry = CATALOGUE.iter().find(|entry| entry.code == problem.code);
    entry.map_or_else(|| parted(&problem.message).1, |entry| entry.advice).to_owned()
}

/// A sentence of the caller's own: what is wrong, and from 请 on what to do.
fn parted(message: &str) -> (&str, &str) {
    let at = ["。请", "，请", ",请"].iter().filter_map(|mark| message.find(mark)).min();
    at.and_then(|at| message.split_at_checked(at))
        .map_or((message, ""), |(wrong, advice)| (wrong, advice.trim_start_matches(['。', '，', ','])))
}

#[cfg(test)]
mod tests {
    use crate::{CellKind, Limits, Wanted, WantedColumn, read, write_error_workbook};

    #[test]
    fn the_list_holds_the_rows_as_sent_with_number_error_and_advice() {
        let wanted = Wanted {
            columns: vec![
                WantedColumn::new("name", &["样品名称"], CellKind::Text),
                WantedColumn::new("day", &["生产日期"], CellKind::Date),
            ],
        };
        let text = "样品名称,生产日期\n醋,2020-01-02\n酱油,昨天\n";
        let table = read(text.as_bytes(), "a.csv", &wanted, &Limits::default()).unwrap();
        let bytes = write_error_workbook(&table, &table.problems).unwrap();
        let back = read(&bytes, "错误清单.xlsx", &wanted, &Limits::default()).unwrap();
        assert_eq!(
            back.columns.iter().map(|c| c.header.as_str()).collect::<Vec<_>>(),
            ["行号", "样品名称", "生产日期", "错误", "怎么办"]
        );
        let row: Vec<&str> = back.rows[0].raw.iter().collect();
        assert_eq!(row, ["3", "酱油", "昨天", "生产日期：认不出日期", "请写成 2026-05-21 的形式"]);
        assert_eq!(back.rows.len(), 1);
    }
}
