//! The log as a whole: trees against the definition, storage that fails, other people's programs, any bytes.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, also in its helpers")]

mod faults;
mod memory;
mod parsers;
mod peers;
mod trees;
