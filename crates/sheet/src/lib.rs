//! Reads spreadsheets as they come and writes spreadsheets, Word tables and letters.
//!
//! An authority's announcement arrives as xlsx named `.xls`, as an HTML page saved by Excel, as a scraper's csv in GBK
//! without a header. [`read`] takes the bytes and a list of [`WantedColumn`]s, finds the sheet, the header row and the
//! columns, and hands back every row **as read** together with every problem, in one pass. Four rules hold:
//!
//! - The format is told from the content, never from the file's name.
//! - Nothing is lost: a value that cannot be understood stays as text beside its [`CellProblem`], and
//!   [`Row::raw`] keeps every cell as it was written.
//! - Nothing is guessed silently: a row whose cells stand in the wrong columns is reported, not rearranged.
//! - A file either reads or is refused with a [`Refusal`] that says what it is and what to do. No bytes panic.
//!
//! The crate knows no county, no record kind and no clock. It writes with [`write_xlsx`], [`write_csv`],
//! [`write_error_workbook`], [`write_docx`] and [`write_letter`]; what it writes opens in Excel and Word without a warning, and no text
//! that it writes is ever taken for a formula.

mod assemble;
mod binary;
mod content;
mod day;
mod decode;
mod delimited;
mod format;
mod grid;
mod header;
mod html;
mod items;
mod merge;
mod names;
mod opendocument;
mod package;
mod problem;
mod read;
mod refuse;
mod scope;
mod spreadsheetml;
mod table;
mod value;
mod wanted;
mod workbook;
mod write;

pub use format::Format;
pub use problem::{CATALOGUE, CellProblem, Entry, Weight};
pub use read::{read, read_rows, sheet_names};
pub use refuse::Refusal;
pub use scope::{Scope, scope_hint};
pub use table::{Block, Cell, Column, FailingItem, Raw, Row, Table, Verdict};
pub use wanted::{CellKind, Limits, Wanted, WantedColumn};
pub use write::archive::write_zip;
pub use write::csv::{Encoding, write_csv};
pub use write::docx::{Align, Footing, WordCell, WordTable, write_docx};
pub use write::errors::write_error_workbook;
pub use write::letter::{LetterPart, LetterSign, WordLetter, WordRun, write_letter};
pub use write::xlsx::{Paper, Sheet, SheetCell, SheetColumn, Workbook, WriteError, write_xlsx};
