//! 导出: what officials pass on. A kind's records as a table that imports back, the board as 指标进度一览表 in Excel and Word, and the
//! records behind one number with its definition (底稿).
//!
//! Names stand instead of codes, dates and numbers are dates and numbers, personal fields are masked, and no text is taken for a formula.

mod board;
mod cell;
mod kind;
mod mask;

use zhiheng_pack::Kind;
use zhiheng_sheet::{Encoding, Sheet, Workbook, write_csv, write_xlsx};
use zhiheng_store::RecordRow;

pub(crate) use board::goal;
pub(crate) use mask::masked;

use crate::{Account, App, Error, Role, reads};

/// A file to hand out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportFile {
    /// 单位_名称_日期, with its extension.
    pub name: String,
    /// Media type.
    pub media_type: &'static str,
    /// Content.
    pub bytes: Vec<u8>,
    /// Rows of data in it.
    pub rows: usize,
}

/// The format of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Excel
    Xlsx,
    /// Text, UTF-8
    Csv,
    /// Text, GB18030
    CsvGb18030,
}

/// The format of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BoardFormat {
    /// Excel
    Xlsx,
    /// Word
    Docx,
    /// Text, UTF-8
    Csv,
}

/// Whose eyes a file is made for.
#[derive(Debug, Clone)]
pub enum Masking {
    /// Somebody at the server itself: as stored.
    Plain,
    /// Whoever: every personal field masked.
    Covered,
    /// An account: of the office, what it reads as it is; for everybody else a file that leaves the system names no person.
    For(Box<Account>),
}

impl Masking {
    fn covers(&self, kind: &Kind, field: usize, row: &RecordRow) -> bool {
        match self {
            Masking::Plain => false,
            Masking::Covered => true,
            Masking::For(account) => account.role != Role::Office || !reads(account, kind, field, row.body.as_deref()),
        }
    }
}

const XLSX: (&str, &str) = ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
pub(crate) const DOCX: (&str, &str) =
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
const CSV: (&str, &str) = ("csv", "text/csv; charset=utf-8");
const CSV_GB18030: (&str, &str) = ("csv", "text/csv; charset=gb18030");

impl App {
    /// 单位_名称_日期
    pub(crate) fn file_name(&self, what: &str, day: i32, extension: &str) -> String {
        let safe = |c: char| {
            if matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|') || c.is_control() { '_' } else { c }
        };
        let name: String =
            format!("{}_{what}_{}", self.pack.place_name, zhiheng_pack::day::date(day)).chars().map(safe).collect();
        format!("{name}.{extension}")
    }

    /// What stands under every table of this place.
    fn notice(&self) -> Option<String> {
        self.pack.notice.clone().or_else(|| self.pack.demo.then(|| "示例县（虚构）".to_owned()))
    }

    fn table_file(&self, what: &str, sheet: Sheet, format: ExportFormat) -> Result<ExportFile, Error> {
        let rows = sheet.rows.len();
        let ((extension, media_type), bytes) = match format {
            ExportFormat::Xlsx => (XLSX, workbook(vec![sheet])?),
            ExportFormat::Csv => (CSV, write_csv(&sheet, Encoding::Utf8)),
            ExportFormat::CsvGb18030 => (CSV_GB18030, write_csv(&sheet, Encoding::Gb18030)),
        };
        Ok(ExportFile { name: self.file_name(what, self.today(), extension), media_type, bytes, rows })
    }
}

fn workbook(sheets: Vec<Sheet>) -> Result<Vec<u8>, Error> {
    write_xlsx(&Workbook { sheets }).map_err(|error| Error::Internal(error.to_string()))
}

fn watermark_of(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}
