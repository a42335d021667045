//! 页签: views of one thing, each at its own address.

use maud::{Markup, html};

use super::Sample;

/// One view.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tab {
    /// Its name.
    pub label: String,
    /// How many are in it.
    pub count: Option<String>,
    /// Its address.
    pub href: String,
    /// The one shown.
    pub current: bool,
}

/// Renders the tabs.
pub fn tabs(label: &str, tabs: &[Tab]) -> Markup {
    html! {
        nav.tabs aria-label=(label) {
            ul { @for tab in tabs {
                li { a href=(tab.href) aria-current=[tab.current.then_some("page")] {
                    (tab.label) @if let Some(count) = &tab.count { " " span.count { (count) } }
                } }
            } }
        }
    }
}

/// Three parts of a cell.
pub fn samples() -> Vec<Sample> {
    let list =
        [("分母", "1,243", true), ("分子", "1,223", false), ("未计入", "17", false)].map(|(label, count, current)| {
            Tab { label: label.into(), count: Some(count.into()), href: "#".into(), current }
        });
    vec![Sample::new("tabs", "一个数字的三部分", tabs("组成部分", &list))]
}
