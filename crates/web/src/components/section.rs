//! 标题与卡片: the head of a page and the one card style.

use maud::{Markup, html};

use super::Sample;

/// The head of a page: heading, what stands beside it, and one line below.
pub fn heading(title: &str, beside: Markup, below: Markup) -> Markup {
    html! {
        div.page-head {
            h1 { (title) }
            (beside)
        }
        @if !below.0.is_empty() { p.lead { (below) } }
    }
}

/// A card with its heading.
pub fn card(title: &str, content: Markup) -> Markup {
    html! { section.card { h2 { (title) } (content) } }
}

/// A card.
pub fn samples() -> Vec<Sample> {
    vec![Sample::new("section", "卡片", card("来自方案", html! { p { "食品抽检合格率达到98.2%以上" } }))]
}
