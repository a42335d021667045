//! What the caller looks for in a file. The names of a column are its label first and then every synonym, in order of
//! preference: when two columns of the file answer, the earlier name wins.

use serde::{Deserialize, Serialize};

/// The columns that a caller wants to find.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// In the order in which tables of this kind usually print them; a file without headers is matched by this order.
    pub columns: Vec<WantedColumn>,
}

/// One column that a caller wants to find.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WantedColumn {
    /// The caller's name for it, handed back untouched.
    pub field: String,
    /// The label first, then synonyms as they are printed above columns.
    pub names: Vec<String>,
    /// How its cells are to be understood.
    pub kind: CellKind,
}

impl WantedColumn {
    /// A wanted column from its field, names and kind.
    pub fn new(field: &str, names: &[&str], kind: CellKind) -> Self {
        Self { field: field.to_owned(), names: names.iter().map(|name| (*name).to_owned()).collect(), kind }
    }
}

/// How the cells of a wanted column are to be understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CellKind {
    /// Any text.
    Text,
    /// A whole number; thousands separators are dropped.
    Integer,
    /// A decimal number; thousands separators and a percent sign are dropped.
    Decimal,
    /// A calendar day, in any of the forms in which days are written.
    Date,
    /// A day with a time of day.
    Moment,
    /// 是/否 and its relatives.
    YesNo,
    /// One of a list: code and the names under which it is written.
    Choice(Vec<(String, Vec<String>)>),
    /// 不合格项目 with result and limit: one composite column, or columns of their own for item, result, limit and unit.
    FailingItems,
    /// 统一社会信用代码, checked by its check character.
    Uscc,
}

/// How much of a file is read before it is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Largest file, in bytes.
    pub file_bytes: u64,
    /// Largest total of a compressed file's unpacked parts, in bytes.
    pub unpacked_bytes: u64,
    /// Largest ratio of unpacked to packed bytes of one part above one mebibyte.
    pub ratio: u64,
    /// Most rows in a sheet.
    pub rows: u32,
    /// Columns read in a row; what stands further right is left out and reported.
    pub columns: u32,
    /// Most problems kept; the rest are counted.
    pub problems: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file_bytes: 64 << 20,
            unpacked_bytes: 256 << 20,
            ratio: 200,
            rows: 1_048_576,
            columns: 256,
            problems: 10_000,
        }
    }
}
