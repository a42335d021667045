//! What was read: the columns as they were found, the rows as they were written, and everything that is wrong.

use crate::problem::CellProblem;
use crate::{Format, Scope};
use serde::{Deserialize, Serialize};

/// A sheet as read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// Name of the sheet, for formats which have sheets.
    pub sheet: Option<String>,
    /// Row of the (first) header, 1-based as a spreadsheet program shows it; 0 when the file has none.
    pub header_row: u32,
    /// Character encoding of a text file, in lower case (`utf-8`, `gb18030`, `utf-16le` …).
    pub encoding: Option<String>,
    /// What the file is, whatever its name says.
    pub format: Format,
    /// Titles above the header, top down.
    pub titles: Vec<String>,
    /// The columns under the first header, from left to right.
    pub columns: Vec<Column>,
    /// Later headers in the same sheet whose columns differ from those above them.
    pub blocks: Vec<Block>,
    /// Rows of one cell that are not data: 注, section headings, 合计. Row and text.
    pub notes: Vec<(u32, String)>,
    /// The data. Empty after [`crate::read_rows`], which hands the rows out one by one.
    pub rows: Vec<Row>,
    /// How many rows of data the sheet has.
    pub row_count: u32,
    /// Everything that is wrong, in the order of the rows.
    pub problems: Vec<CellProblem>,
    /// How many problems were found, also those above [`crate::Limits::problems`].
    pub problem_count: usize,
    /// What the list seems to contain; to be confirmed by a person.
    pub scope: Option<Scope>,
}

impl Table {
    /// Headers that no wanted column answers to.
    pub fn unmapped(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.field.is_none())
    }
}

/// A column of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The header as written; empty in a file without header.
    pub header: String,
    /// The wanted field that it feeds.
    pub field: Option<String>,
    /// Its place in the file, 0-based: the index into [`Row::raw`].
    pub index: u32,
}

/// A header in the middle of a sheet, from which on the columns are others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// Row of this header, 1-based.
    pub header_row: u32,
    /// The columns below it.
    pub columns: Vec<Column>,
}

/// One record of the file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Row in the file, 1-based; the first one when several rows make one record.
    pub row: u32,
    /// Index into [`crate::Wanted::columns`] and value. A cell marked empty («/», —, 无, blank) is absent.
    pub cells: Vec<(usize, Cell)>,
    /// Every cell as it was written, by place.
    pub raw: Raw,
    /// What a column 判定 says of this row, where there is one.
    pub verdict: Option<Verdict>,
    /// Further rows of the file that were folded into this record (several failing items of one sample).
    pub folded: Vec<u32>,
}

impl Row {
    /// The value of the wanted column at `index`.
    pub fn cell(&self, index: usize) -> Option<&Cell> {
        self.cells.iter().find(|(at, _)| *at == index).map(|(_, cell)| cell)
    }
}

/// A value as read. A cell of a kind that could not be understood is [`Cell::Text`] and has a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// Text, blanks at both ends removed.
    Text(String),
    /// A whole number in plain digits.
    Integer(String),
    /// A decimal in plain digits.
    Decimal(String),
    /// `YYYY-MM-DD`.
    Date(String),
    /// `YYYY-MM-DDThh:mm:ss`.
    Moment(String),
    /// 是 or 否.
    YesNo(bool),
    /// The code of a choice.
    Choice(String),
    /// Failing items, in the order written.
    Items(Vec<FailingItem>),
}

/// One item that failed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct FailingItem {
    /// 不合格项目.
    pub item: String,
    /// 检验结果, with its unit.
    pub result: Option<String>,
    /// 标准值.
    pub limit: Option<String>,
}

/// What a column 判定 says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 合格.
    Passing,
    /// 不合格.
    Failing,
    /// Anything else, as written.
    Other(String),
}

/// The cells of a row as written, kept in one piece of memory: a hundred thousand rows would not fit otherwise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Raw {
    text: String,
    ends: Vec<u32>,
}

impl Raw {
    /// Puts the text of the next cell.
    pub(crate) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// The cell at a place; empty beyond the last one.
    pub fn get(&self, index: usize) -> &str {
        let start = match index.checked_sub(1) {
            Some(before) => self.ends.get(before).copied().unwrap_or(u32::MAX),
            None => 0,
        };
        let end = self.ends.get(index).copied().unwrap_or(0);
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    /// How many cells, counted to the last one that is not empty.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether the row has no cells.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The cells from left to right.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }
}

impl FromIterator<String> for Raw {
    fn from_iter<T: IntoIterator<Item = String>>(cells: T) -> Self {
        let mut raw = Self::default();
        for cell in cells {
            raw.push(&cell);
        }
        raw
    }
}

impl Serialize for Raw {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_by_place_and_beyond_the_end_there_is_nothing() {
        let raw: Raw = ["甲", "", "乙丙"].into_iter().map(str::to_owned).collect();
        assert_eq!((raw.get(0), raw.get(1), raw.get(2), raw.get(3)), ("甲", "", "乙丙", ""));
        assert_eq!(raw.iter().collect::<Vec<_>>(), ["甲", "", "乙丙"]);
    }
}
