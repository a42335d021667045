//! Everything wrong in a file, in one list: what the reading found, what the pack's checks found, and what only an import can find.

use zhiheng_pack::{Level, Problem};
use zhiheng_sheet::{CellProblem, Weight, write_error_workbook};

use super::ImportPreview;
use crate::Error;

type Entry = (&'static str, &'static str);

pub(super) const REPEATED_KEY: Entry = ("ZH3101", "编号「{}」在上面的行里已有，内容不同。请保留正确的一行。");
pub(super) const AGAINST_SCOPE: Entry = ("ZH3102", "名单性质与本行的判定不一致，按本行的判定「{}」保存。请核对。");
pub(super) const ITEMS_IN_PASSING: Entry = ("ZH3103", "合格名单里的这一行写有不合格项目。请核对名单性质或这一行。");
pub(super) const UNKNOWN_RECORD: Entry = ("ZH3104", "没有编号为「{}」的记录，按新记录处理。请核对这一行是否来自别处。");
pub(super) const FEWER_TESTED: Entry = ("ZH3105", "检验批次 {}，少于名单中的不合格批次。请核对检验批次数。");
pub(super) const NO_TOTAL: Entry =
    ("ZH3106", "{}没有声明检验批次的汇总，检验批次数不能计入。请登记汇总后再核对合格率。");
pub(super) const NOT_OWN: Entry =
    ("ZH3107", "责任单位是「{}」，不是本单位，这一行不能由本单位导入。请删去这一行，或由该单位导入。");
pub(super) const NOT_OWN_RECORD: Entry = ("ZH3108", "这条记录已由「{}」登记，本单位不能更正。请与该单位核对。");

/// Every code of imports with its sentence, in order.
pub const IMPORT_CATALOGUE: &[Entry] =
    &[REPEATED_KEY, AGAINST_SCOPE, ITEMS_IN_PASSING, UNKNOWN_RECORD, FEWER_TESTED, NO_TOTAL, NOT_OWN, NOT_OWN_RECORD];

pub(super) fn say(entry: Entry, detail: &str) -> String {
    entry.1.replacen("{}", detail, 1)
}

/// One thing wrong in a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportProblem {
    /// Row in the file, 1-based; 0 for the file.
    pub row: u32,
    /// The header above the cell; the field's name where the file has no such column; empty for the whole row.
    pub column: String,
    /// Place of the column, 0-based.
    pub index: Option<u32>,
    /// The field.
    pub field: Option<String>,
    /// Permanent code.
    pub code: &'static str,
    /// The cell as written.
    pub value: String,
    /// What is wrong and what to do.
    pub message: String,
    /// Whether the row can be taken.
    pub level: Level,
}

impl ImportProblem {
    pub(super) fn of_cell(problem: &CellProblem) -> ImportProblem {
        ImportProblem {
            row: problem.row,
            column: problem.column.clone(),
            index: problem.index,
            field: problem.field.clone(),
            code: problem.code,
            value: problem.value.clone(),
            message: problem.message.clone(),
            level: if problem.weight == Weight::Error { Level::Refuse } else { Level::Warn },
        }
    }

    pub(super) fn of_record(row: u32, problem: Problem, value: String) -> ImportProblem {
        ImportProblem {
            row,
            column: String::new(),
            index: None,
            field: problem.field.filter(|field| !field.is_empty()),
            code: problem.code,
            value,
            message: problem.message,
            level: problem.level,
        }
    }

    pub(super) fn of_import(row: u32, entry: Entry, field: Option<&str>, detail: &str, level: Level) -> ImportProblem {
        ImportProblem {
            row,
            column: String::new(),
            index: None,
            field: field.map(str::to_owned),
            code: entry.0,
            value: detail.to_owned(),
            message: say(entry, detail),
            level,
        }
    }

    /// What is wrong, and what to do; the second is empty where the sentence is one.
    pub fn parts(&self) -> (&str, &str) {
        let parted = ["。请", "，请", ",请"].iter().filter_map(|mark| self.message.find(mark)).min();
        match parted.and_then(|at| self.message.split_at_checked(at)) {
            Some((wrong, advice)) => (wrong, advice.trim_start_matches(['。', '，', ','])),
            None => (&self.message, ""),
        }
    }

    fn as_cell(&self) -> CellProblem {
        CellProblem {
            row: self.row,
            column: self.column.clone(),
            index: self.index,
            field: self.field.clone(),
            code: self.code,
            weight: if self.level == Level::Refuse { Weight::Error } else { Weight::Notice },
            value: self.value.clone(),
            message: self.message.clone(),
        }
    }
}

impl ImportPreview {
    /// The rows with problems as they were sent, with 行号, 错误 and 怎么办 beside them.
    pub fn error_workbook(&self) -> Result<Vec<u8>, Error> {
        let problems: Vec<CellProblem> = self.problems.iter().map(ImportProblem::as_cell).collect();
        write_error_workbook(&self.table, &problems).map_err(|error| Error::Internal(error.to_string()))
    }

    /// Puts headers and places to the problems that know only their field, and all of them in order.
    pub(super) fn settle_problems(&mut self, names: &dyn Fn(&str) -> Option<String>) {
        for problem in &mut self.problems {
            let Some(field) = problem.field.as_deref().filter(|_| problem.column.is_empty()) else { continue };
            let block = self.table.blocks.iter().rev().find(|block| block.header_row < problem.row);
            let columns = block.map_or(self.table.columns.as_slice(), |block| block.columns.as_slice());
            match columns.iter().find(|column| column.field.as_deref() == Some(field)) {
                Some(column) => {
                    problem.column = column.header.trim().to_owned();
                    problem.index = Some(column.index);
                    if problem.column.is_empty() {
                        problem.column = format!("第 {} 列", column.index + 1);
                    }
                }
                None => problem.column = names(field).unwrap_or_default(),
            }
        }
        self.problems.sort_by_key(|problem| (problem.row, problem.index));
    }
}
