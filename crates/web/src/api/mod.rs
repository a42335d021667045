//! 接口 (`/api/v1`): what other programs read and write, as JSON. The same validation and the same permission as the pages, asked of the
//! same places; what is the API's own is the token, the shape of a request and the way a failure is written.
//!
//! - [`call`] is the guard and what a handler is given, [`refusal`] every failure, [`pace`] how often one may ask.
//! - [`shape`] says what a piece of JSON looks like; [`content`] how a kind's fields look, and a record as JSON.
//! - [`openapi`] writes the document from the pack and the same shapes.

mod batch;
pub(crate) mod call;
mod cases;
mod changes;
mod content;
mod files;
mod kinds;
mod numbers;
pub mod openapi;
pub(crate) mod pace;
mod records;
mod refusal;
mod shape;

pub(crate) use batch::create as create_batch;
pub(crate) use cases::{act, step, work};
pub(crate) use changes::changes;
pub(crate) use files::{download, upload};
pub(crate) use kinds::{document, kind, kinds, own_document};
pub(crate) use numbers::{board, cell_records, search};
pub(crate) use records::{correct, create, history, list, restore, show, withdraw};
