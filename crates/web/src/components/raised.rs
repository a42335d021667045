//! 由此开出: what was opened from here – 整改, 督办单 – with its state, and the buttons that open another.

use maud::{Markup, html};

use super::{
    Link, Sample,
    action::{Action, Csrf, actions},
    light::Tone,
    section::card,
    tag::{Tag, tag},
};

/// The card beside a number, a measure, a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Raised {
    /// What was opened, the open ones first.
    pub lines: Vec<RaisedLine>,
    /// 开整改, 起草督办单.
    pub actions: Vec<Action>,
}

/// Something that was opened from here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RaisedLine {
    /// 整改事项 ZG20260001.
    pub link: Link,
    /// 整改中, 已销号.
    pub state: Option<Tag>,
    /// 县住房城乡建委，2026年8月10日前; 2026年8月3日销号.
    pub note: String,
}

/// Renders what was opened, a line each; nothing where there is nothing.
pub fn raised_lines(lines: &[RaisedLine]) -> Markup {
    html! {
        @if !lines.is_empty() {
            ul.plain { @for line in lines { li {
                a href=(line.link.href) { (line.link.label) }
                @if let Some(state) = &line.state { " " (tag(state)) }
                @if !line.note.is_empty() { " " span.soft { (line.note) } }
            } } }
        }
    }
}

/// Renders the card; nothing where nothing was opened and nothing can be.
pub fn raised(csrf: &Csrf, shown: &Raised) -> Markup {
    html! {
        @if !(shown.lines.is_empty() && shown.actions.is_empty()) {
            (card("督办整改", html! {
                @if shown.lines.is_empty() { p.soft { "还没有由此开出的督办、整改。" } }
                (raised_lines(&shown.lines))
                (actions(csrf, &shown.actions))
            }))
        }
    }
}

/// Nothing yet, and two.
pub fn samples() -> Vec<Sample> {
    let actions = vec![Action::open("开整改", "#"), Action::open("起草督办单", "#")];
    let line = |label: &str, tone: Tone, word: &str, note: &str| RaisedLine {
        link: Link::new(label, "#"),
        state: Some(Tag::new(tone, word)),
        note: note.into(),
    };
    let lines = vec![
        line("整改事项 ZG20260002", Tone::Warn, "整改中", "县住房城乡建委，2026年8月10日前"),
        line("整改事项 ZG20260001", Tone::Good, "已销号", "2026年8月3日"),
    ];
    let csrf = Csrf("sample".into());
    vec![
        Sample::new("raised", "还没有", raised(&csrf, &Raised { lines: Vec::new(), actions: actions.clone() })),
        Sample::new("raised", "两件", raised(&csrf, &Raised { lines, actions })),
    ]
}
