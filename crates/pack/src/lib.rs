//! The plan pack (方案包): one county's record kinds, indicators, bodies and areas, declared as data and compiled.
//!
//! Two entry points. [`read`] turns the files of a pack into a checked [`Pack`] and every problem found on the way;
//! [`Pack`] then answers everything the rest of the program asks, without a name that could be missing.
//!
//! What always holds:
//! - No clock, no chance, no I/O: the same files give the same pack, and the same record gives the same contributions.
//! - A pack that comes out of [`read`] without errors cannot fail later for reasons of the pack.
//! - Official numbers are exact decimals or counts; there is no float in this crate.
//!
//! The glossary: a *kind* (登记种类) says what a record may contain; an *indicator* (指标) says how records or reports
//! become an official number; a *body* (单位) is responsible; an *area* (乡镇街道) is where. The language is described in `docs/pack.md`.

pub mod access;
pub mod case;
mod check;
pub mod clock;
pub mod collection;
pub mod day;
pub mod directory;
pub mod document;
pub mod duty;
pub mod formula;
pub mod indicator;
pub mod kind;
pub mod light;
mod node;
pub mod pack;
pub mod problem;
pub mod procedure;
pub mod publication;
pub mod raise;
mod read;
pub mod record;
pub mod rollup;
mod sight;
pub mod system;
pub mod uscc;
pub mod value;

pub use clock::{Calendar, Counted, CountedDay};
pub use collection::{Collection, ReplyParts, RoundParts, ValueParts};
pub use directory::{ContactParts, Directory, MemberParts, Term, VillageParts};
pub use indicator::Indicator;
pub use kind::{Field, Kind, Type};
pub use pack::{Area, Body, Pack};
pub use problem::{Level, Problem};
pub use read::{PackFiles, read};
pub use record::{Draft, Record};
pub use sight::{Sight, masked};
pub use value::{Decimal, Value};
