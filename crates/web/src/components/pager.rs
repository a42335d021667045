//! 翻页: by key, never by page number. The count stops at a thousand and then says 1000+.

use maud::{Markup, html};

use super::Sample;

/// Where a list stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pager {
    /// 1000+ or 87.
    pub total: String,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// Serial numbers shown (51–100).
    pub shown: Option<String>,
}

/// Renders the pager.
pub fn pager(pager: &Pager) -> Markup {
    html! {
        nav.pager aria-label="翻页" {
            p { "共 " strong { (pager.total) } " 条" @if let Some(shown) = &pager.shown { span.soft { "　本页 " (shown) } } }
            p {
                @if let Some(href) = &pager.previous { a.button href=(href) rel="prev" { "上一页" } }
                @else { span.button.off { "上一页" } }
                " "
                @if let Some(href) = &pager.next { a.button href=(href) rel="next" { "下一页" } }
                @else { span.button.off { "下一页" } }
            }
        }
    }
}

/// The first page.
pub fn samples() -> Vec<Sample> {
    vec![Sample::new(
        "pager",
        "第一页",
        pager(&Pager { total: "1000+".into(), previous: None, next: Some("#n".into()), shown: Some("1–50".into()) }),
    )]
}
