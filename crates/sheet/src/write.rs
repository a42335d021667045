//! Writing: workbooks, text tables, the error list and Word tables.

pub(crate) mod archive;
pub(crate) mod csv;
pub(crate) mod docx;
pub(crate) mod errors;
pub(crate) mod xlsx;
