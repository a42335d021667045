//! Writing: workbooks, text tables, the error list, Word tables and letters.

pub(crate) mod archive;
pub(crate) mod csv;
pub(crate) mod docx;
pub(crate) mod errors;
pub(crate) mod letter;
pub(crate) mod xlsx;
