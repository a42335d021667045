//! 页面构件: the parts that pages are made of, one file each.
//!
//! Three rules hold everywhere. A component takes plain data and returns markup; it knows no record, no pack and no
//! clock. Colour never stands alone: a shape and a word go with it. Geometry is written in SVG attributes, never in a
//! `style` attribute, because the content security policy refuses inline styles.
//!
//! Each file ends with `samples()`: the cases that tests render, check and show in the gallery.

pub mod action;
pub mod batch;
pub mod chart;
pub mod duplicates;
pub mod empty;
pub mod errors;
pub mod field;
pub mod flash;
pub mod light;
pub mod pager;
pub mod progress;
pub mod qr;
pub mod query;
pub mod raised;
pub mod section;
pub mod shell;
pub mod spark;
pub mod summary;
pub mod table;
pub mod tabs;
pub mod tag;

use maud::Markup;

/// A way on: the words and where they lead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// What the reader sees.
    pub label: String,
    /// Where it leads.
    pub href: String,
}

impl Link {
    /// A link from its words and its address.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into() }
    }
}

/// One shown case of a component.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Name of the component.
    pub component: &'static str,
    /// What this case shows.
    pub case: &'static str,
    /// The rendered case.
    pub markup: Markup,
}

impl Sample {
    pub(crate) fn new(component: &'static str, case: &'static str, markup: Markup) -> Self {
        Self { component, case, markup }
    }
}

/// Every sample of every component, in the order of the gallery.
pub fn samples() -> Vec<Sample> {
    [
        light::samples(),
        tag::samples(),
        progress::samples(),
        spark::samples(),
        chart::samples(),
        table::samples(),
        summary::samples(),
        field::samples(),
        errors::samples(),
        action::samples(),
        query::samples(),
        raised::samples(),
        batch::samples(),
        qr::samples(),
        pager::samples(),
        tabs::samples(),
        flash::samples(),
        empty::samples(),
        section::samples(),
        duplicates::samples(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
