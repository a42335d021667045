//! 疑似重复: open cases that may be about the same matter, beside a case. Only a person merges, and the merging is a version like any other.

use maud::{Markup, html};

use super::{
    Link, Sample,
    action::{Csrf, Encoding, Weight, hidden, post_form, submit},
    section::card,
};

/// The card of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duplicates {
    /// Where a merge goes; none for a reader who may not merge.
    pub action: Option<String>,
    /// The cases.
    pub cases: Vec<Duplicate>,
}

/// One of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duplicate {
    /// Its id.
    pub id: String,
    /// Its number and title.
    pub link: Link,
    /// Why it is shown, and its day.
    pub why: String,
}

/// Renders the card; nothing without a case.
pub fn duplicates(csrf: &Csrf, shown: &Duplicates) -> Markup {
    html! {
        @if !shown.cases.is_empty() {
            (card("疑似重复", html! {
                p.small { "近三十天未办结的投诉中，与本件相近的。请打开核对；确为同一件事的，把本件并入先前一件，办理过程照常留痕。" }
                ul.plain { @for case in &shown.cases { li {
                    a href=(case.link.href) { (case.link.label) }
                    p.small { (case.why) }
                    @if let Some(action) = &shown.action {
                        (post_form(csrf, action, "inline", Encoding::Plain, html! {
                            (hidden("into", &case.id))
                            (submit("并入这一件", Weight::Plain))
                        }))
                    }
                } } }
            }))
        }
    }
}

/// Two cases.
pub fn samples() -> Vec<Sample> {
    let one =
        |id: &str, label: &str, why: &str| Duplicate { id: id.into(), link: Link::new(label, "#"), why: why.into() };
    let shown = Duplicates {
        action: Some("/kinds/consumer_complaint/0/merge".into()),
        cases: vec![
            one("1", "TS202600011 过期饼干", "联系电话相同，2026年11月20日"),
            one("2", "TS202600009 饼干过期", "内容相近，2026年11月19日"),
        ],
    };
    vec![Sample::new("duplicates", "两件", duplicates(&Csrf("7f3kq0xh2m9cwtra".into()), &shown))]
}
