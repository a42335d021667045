//! Reads a Chinese official document (公文): text to outline, targets, indicator tables and findings.
//!
//! Three things always hold.
//! * [`read`] never fails, on any text: what it cannot place it lists in [`Document::unplaced`].
//! * Every offset counts Unicode code points of the text as given (0-based, end exclusive), and every
//!   [`Quote`] equals the text between its offsets and is at most [`QUOTE_LIMIT`] characters long.
//! * Values are exact decimal strings. Nothing here reads a clock, a file or a random number, and nothing
//!   knows a particular county: only the vocabulary and the layout of official documents (GB/T 9704:
//!   一、 / （一） / 1． / （1）, or 篇 / 章 / 节) are built in.
//!
//! The way of a text: [`read_bytes`] finds the encoding → `page` numbers its characters and lines →
//! `outline` finds titles, headings and annexes → `table`, `terms` and `bodies` take what is laid out →
//! `target` reads the remaining sentences (`tense`: account or plan? `quantity`: which numbers? `subject` and
//! `name`: of what? `reading`: is it a target?) → `audit` holds all of it against itself.

mod audit;
mod bodies;
mod dates;
mod decode;
mod document;
mod flow;
mod lexicon;
mod name;
mod number;
mod outline;
mod page;
mod quantity;
mod reading;
mod script;
mod subject;
mod table;
mod target;
mod tense;
mod terms;
mod words;

pub use decode::{Decoded, Encoding, Unreadable, read_bytes};
pub use document::{
    Assignment, Baseline, Body, Document, Finding, Goal, Heading, Indicator, Item, Op, Part, Period, PeriodKind, Quote,
    Role, Section, Target, Task, Term,
};

pub use script::fold;

/// The greatest length of a quote (引文), in Unicode code points.
pub const QUOTE_LIMIT: usize = 120;

/// Reads an official document (公文). Never fails, whatever the text.
pub fn read(text: &str) -> Document {
    let page = page::Page::new(text);
    let tables = table::tables(&page);
    let outline = outline::outline(&page, &tables.regions);
    let terms = terms::terms(&page, &outline);
    let assignments = bodies::assignments(&page, &outline);
    let (targets, unplaced) = target::targets(&page, &outline);
    let paras: Vec<page::Span> = outline.running_text();
    let mut document = outline.into_document(&page, &assignments);
    document.indicators = tables.indicators;
    document.task_table = tables.tasks;
    document.terms = terms;
    document.assignments = assignments;
    document.targets = targets;
    document.unplaced = tables.unplaced.into_iter().chain(unplaced).collect();
    audit::link_rows(&mut document);
    document.findings = audit::findings(&page, &document, &paras);
    document
}
