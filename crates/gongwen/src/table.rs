//! Tables.
use crate::document::{Indicator, Quote, Task};
use crate::page::{Page, Span};

/// What the tables of a document say.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    pub(crate) indicators: Vec<Indicator>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) unplaced: Vec<Quote>,
    pub(crate) regions: Vec<Span>,
}

pub(crate) fn tables(_page: &Page) -> Tables {
    Tables::default()
}
