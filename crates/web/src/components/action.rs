//! 按钮与提交: a link that looks like a button leads somewhere; a button changes something, and always inside a POST form
//! that carries the session's token.

use maud::{Markup, html};

use super::Sample;

/// 防伪令牌: proves that the form was ours. It belongs to the session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Csrf(pub String);

/// Name of the token's field in every POST form.
pub const CSRF_FIELD: &str = "csrf";

/// How heavy an action is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weight {
    /// The one thing to do here.
    Primary,
    /// One of several.
    #[default]
    Plain,
    /// Not easily undone.
    Danger,
}

impl Weight {
    fn class(self) -> &'static str {
        match self {
            Self::Primary => "button primary",
            Self::Plain => "button",
            Self::Danger => "button danger",
        }
    }
}

/// What a button does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum How {
    /// Leads to a page.
    Open(String),
    /// Changes something at this address.
    Send(String),
}

/// A button of a toolbar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// The verb.
    pub label: String,
    /// What it does.
    pub how: How,
    /// How heavy it is.
    pub weight: Weight,
}

impl Action {
    /// A plain way on.
    pub fn open(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), how: How::Open(href.into()), weight: Weight::Plain }
    }

    /// A plain change.
    pub fn send(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), how: How::Send(href.into()), weight: Weight::Plain }
    }

    /// The same, heavier.
    #[must_use]
    pub fn weight(self, weight: Weight) -> Self {
        Self { weight, ..self }
    }
}

/// How a form travels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// `application/x-www-form-urlencoded`.
    #[default]
    Plain,
    /// `multipart/form-data`, for files.
    Multipart,
}

/// A POST form with its token.
pub fn post_form(csrf: &Csrf, action: &str, class: &str, encoding: Encoding, content: Markup) -> Markup {
    html! {
        form method="post" action=(action) class=(class) novalidate enctype=[(encoding == Encoding::Multipart).then_some("multipart/form-data")] {
            input type="hidden" name=(CSRF_FIELD) value=(csrf.0);
            (content)
        }
    }
}

/// A hidden value of a form.
pub fn hidden(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// The button that sends its form.
pub fn submit(label: &str, weight: Weight) -> Markup {
    html! { button type="submit" class=(weight.class()) { (label) } }
}

/// The button that sends its form with a value of its own.
pub fn submit_as(label: &str, weight: Weight, name: &str, value: &str) -> Markup {
    html! { button type="submit" class=(weight.class()) name=(name) value=(value) { (label) } }
}

/// Renders one action.
pub fn action(csrf: &Csrf, action: &Action) -> Markup {
    match &action.how {
        How::Open(href) => html! { a href=(href) class=(action.weight.class()) { (action.label) } },
        How::Send(href) => post_form(csrf, href, "inline", Encoding::Plain, submit(&action.label, action.weight)),
    }
}

/// Renders a row of actions; nothing when there are none.
pub fn actions(csrf: &Csrf, list: &[Action]) -> Markup {
    html! { @if !list.is_empty() { div.actions { @for one in list { (action(csrf, one)) " " } } } }
}

/// The three weights, as links and as sending buttons.
pub fn samples() -> Vec<Sample> {
    let list = [
        Action::open("查看明细", "#").weight(Weight::Primary),
        Action::open("下载底稿", "#"),
        Action::send("恢复", "/records/1/restore"),
        Action::send("撤销", "/records/1/withdraw").weight(Weight::Danger),
    ];
    vec![Sample::new("action", "按钮", actions(&Csrf("sample".into()), &list))]
}
