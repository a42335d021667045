//! 导入: a spreadsheet as it comes becomes records, in two steps. [`App::import_preview`] reads everything of a file in one pass, says
//! all that is wrong and what would happen to every row, and stores nothing; [`App::import`] does it, whole or not at all.
//!
//! Three rules hold:
//! - The same file again changes nothing: a row's identity is its record number, its business key, or the digest of what it says.
//! - What differs from a stored record is offered as a correction, row by row, and never taken by itself.
//! - What a list contains (合格, 不合格, both) is stated by a person; a failing list without the number of tested batches enters no rate.

mod columns;
mod identity;
mod json;
mod near;
mod problems;
mod reading;
mod row;
mod taking;
mod total;

use std::collections::{BTreeMap, BTreeSet};

use zhiheng_pack::record::Envelope;
use zhiheng_sheet::{Format, Row, Scope, Table, Wanted};
use zhiheng_store::RecordId;

pub use columns::{read_table, wanted};
pub use problems::{IMPORT_CATALOGUE, ImportProblem};

use crate::submit::Moved;

/// What the user says about a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportOptions {
    /// What the list contains, as the user confirmed. Required by kinds that ask for it; without it a preview assumes what the file
    /// suggests, and an import is refused.
    pub scope: Option<Scope>,
    /// How many batches were tested in all, for a failing list that says so.
    pub tested: Option<i64>,
    /// Values for fields that the file lacks: field → value, used where a row has none. `total.FIELD` is a field of the record that
    /// carries the tested batches.
    pub fill: BTreeMap<String, String>,
    /// Headers that mean another field than was recognised; `None` leaves the column out.
    pub columns: BTreeMap<String, Option<String>>,
    /// The sheet to read; else the one that fits best.
    pub sheet: Option<String>,
    /// Only rows of these bodies are taken, and only their records corrected; each other row is refused by itself. A row that names no body
    /// is the first one's. Said by permission, never by the file.
    pub own: Option<Vec<String>>,
    /// Keep every row as it was read, for [`ImportPreview::to_json`].
    pub keep_cells: bool,
}

/// Whether good rows are taken when others are bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Take {
    /// 只导入正确的行
    #[default]
    GoodRows,
    /// 有一行错误就都不导入
    AllOrNothing,
}

/// What the user decided after the preview.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportChoice {
    /// What becomes of the good rows.
    pub take: Take,
    /// Rows of the file whose corrections are taken; [`TOTAL_ROW`] is the record of the tested batches.
    pub corrections: BTreeSet<u32>,
}

/// The number under which the record of the tested batches is ticked: no row of a file has it.
pub const TOTAL_ROW: u32 = 0;

/// A field that differs: name, stored text, text of the file.
pub type FieldChange = (String, String, String);

/// What a row is to the records that are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// A new record.
    New {
        /// The identity it will have.
        id: RecordId,
    },
    /// Stored already, with this content.
    Unchanged {
        /// The record.
        id: RecordId,
    },
    /// Stored already, with another content.
    Correction {
        /// The record.
        id: RecordId,
        /// Its version.
        version: i64,
        /// What would change.
        changes: Vec<FieldChange>,
    },
    /// Stored, and withdrawn by somebody: an import does not bring it back.
    Withdrawn {
        /// The record.
        id: RecordId,
    },
    /// The same record as a row above.
    Repeated {
        /// That row.
        first: u32,
    },
    /// Something must be corrected first.
    Bad,
}

/// One row of the file.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// Row in the file, 1-based.
    pub row: u32,
    /// What would happen.
    pub identity: Identity,
    /// Stored records that look like this row under another identity; never merged.
    pub near: Vec<RecordId>,
    /// What would be stored; none for bad rows and those that change nothing.
    content: Option<Box<Content>>,
}

/// A checked content.
#[derive(Debug, Clone)]
struct Content {
    envelope: Envelope,
    canonical: String,
}

/// The record that carries the tested batches of a failing list.
#[derive(Debug, Clone)]
pub struct ImportTotal {
    /// Position of its kind.
    pub kind: usize,
    /// What would happen.
    pub identity: Identity,
    /// 检验批次
    pub tested: i64,
    /// 合格批次: tested less the batches of the list.
    pub passed: i64,
    /// 不合格批次: the batches of the list.
    pub failed: i64,
    content: Box<Content>,
}

/// A column of the file and what it was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportColumn {
    /// As written.
    pub header: String,
    /// The field, when one was recognised.
    pub field: Option<String>,
    /// Place, 0-based.
    pub index: u32,
    /// The first value in it.
    pub example: String,
}

/// How many rows have each fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ImportCounts {
    /// 新增
    pub new: usize,
    /// 内容未变
    pub unchanged: usize,
    /// 可作更正
    pub corrections: usize,
    /// 已撤销
    pub withdrawn: usize,
    /// 文件内重复
    pub repeated: usize,
    /// 有错误
    pub bad: usize,
}

/// Records of the file that will not count in an indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncounted {
    /// Position of the indicator.
    pub indicator: usize,
    /// 原因
    pub reason: String,
    /// Rows.
    pub rows: usize,
}

/// Everything of a file, before anything is stored.
#[derive(Debug, Clone)]
pub struct ImportPreview {
    /// Position of the kind.
    pub kind: usize,
    /// Name of the file.
    pub file_name: String,
    /// SHA-256 of the file.
    pub file_digest: [u8; 32],
    /// What the file is, whatever its name says.
    pub format: Format,
    /// Sheet that was read.
    pub sheet: Option<String>,
    /// Encoding of a text file.
    pub encoding: Option<String>,
    /// Row of the header, 1-based; 0 when there is none.
    pub header_row: u32,
    /// Titles above the header.
    pub titles: Vec<String>,
    /// Columns from left to right.
    pub columns: Vec<ImportColumn>,
    /// The kind asks what the list contains.
    pub asks_scope: bool,
    /// What the list seems to contain.
    pub scope_hint: Option<Scope>,
    /// What this preview assumed: what the user said, else the hint.
    pub scope: Option<Scope>,
    /// The user said it.
    pub scope_confirmed: bool,
    /// How many batches were tested in all.
    pub tested: Option<i64>,
    /// Rows with their fate.
    pub rows: Vec<ImportRow>,
    /// The record of the tested batches.
    pub total: Option<ImportTotal>,
    /// For each field of [`ImportOptions::fill`], how many rows took the value.
    pub filled: BTreeMap<String, usize>,
    /// What will not count, and why.
    pub uncounted: Vec<Uncounted>,
    /// Everything wrong, in the order of the rows.
    pub problems: Vec<ImportProblem>,
    /// How many problems there are, also those that are not kept.
    pub problem_count: usize,
    /// Remarks for the person who imports.
    pub remarks: Vec<String>,
    /// When this very file was imported before, µs of UTC.
    pub imported_before: Option<i64>,
    table: Table,
    wanted: Wanted,
    kept: Vec<Row>,
}

impl ImportPreview {
    /// How many rows have each fate.
    pub fn counts(&self) -> ImportCounts {
        let mut counts = ImportCounts::default();
        for row in &self.rows {
            *match row.identity {
                Identity::New { .. } => &mut counts.new,
                Identity::Unchanged { .. } => &mut counts.unchanged,
                Identity::Correction { .. } => &mut counts.corrections,
                Identity::Withdrawn { .. } => &mut counts.withdrawn,
                Identity::Repeated { .. } => &mut counts.repeated,
                Identity::Bad => &mut counts.bad,
            } += 1;
        }
        counts
    }

    /// The rows that would correct a stored record.
    pub fn corrections(&self) -> impl Iterator<Item = &ImportRow> {
        self.rows.iter().filter(|row| matches!(row.identity, Identity::Correction { .. }))
    }
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// The import; none when nothing was to be stored.
    pub batch: Option<RecordId>,
    /// 新增
    pub created: usize,
    /// 更正
    pub corrected: usize,
    /// 内容未变
    pub unchanged: usize,
    /// Corrections that were not ticked.
    pub not_ticked: usize,
    /// Rows left out: bad, withdrawn, repeated.
    pub left_out: usize,
    /// The record of the tested batches was stored or corrected.
    pub total_stored: bool,
    /// Cells that moved.
    pub moved: Vec<Moved>,
    /// What does not count, and why.
    pub uncounted: Vec<Uncounted>,
    /// What happened, in a sentence.
    pub message: String,
}
