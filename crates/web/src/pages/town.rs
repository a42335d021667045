//! 乡镇的首页: at most five open things with big buttons, and what was just reported, to be taken back.

use maud::{Markup, html};

use super::Hidden;
use crate::components::{
    Link,
    action::{Encoding, Weight, hidden, post_form, submit},
    section::{card, heading},
    shell::{Head, Shell, page},
    tag::{Tag, tag},
};

/// The first page of somebody in a town.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TownHomePage {
    /// Around the page.
    pub shell: Shell,
    /// 青石镇.
    pub title: String,
    /// At most five.
    pub items: Vec<TownItem>,
    /// 还有 3 件，看全部.
    pub more: Option<Link>,
    /// What was just done: title, step, and the button that takes it back.
    pub taken: Vec<(String, String, OneTap)>,
}

/// A thing to do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TownItem {
    /// What.
    pub what: Link,
    /// 乡镇任务.
    pub kind: String,
    /// 2026年6月20日前.
    pub due: String,
    /// 还有 3 天.
    pub left: Option<Tag>,
    /// 履行职责事项清单条目：….
    pub basis: Vec<String>,
    /// Done with one press.
    pub taps: Vec<OneTap>,
    /// What needs words or a photo; the first is the usual one.
    pub forms: Vec<Link>,
}

/// A button that does something at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OneTap {
    /// 本期无变化.
    pub label: String,
    /// Where it goes.
    pub action: String,
    /// Values that travel unseen.
    pub hidden: Vec<Hidden>,
}

impl TownHomePage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let lead = match self.items.len() {
            0 => "现在没有要办的事。".to_owned(),
            count if self.more.is_none() => format!("要办的 {count} 件，最急的在前。"),
            count => format!("最急的 {count} 件。"),
        };
        page(
            &self.shell,
            Head { title: &self.title, narrow: true, ..Head::default() },
            html! {
                (heading(&self.title, html! {}, html! { (lead) }))
                @for (at, item) in self.items.iter().enumerate() { (self.item(at, item)) }
                @if let Some(more) = &self.more { p.town-more { a.button href=(more.href) { (more.label) } } }
                @if !self.taken.is_empty() {
                    (card("刚报的", html! {
                        p.soft { "交办单位核定以前可以撤回，时限照原来的计。" }
                        ul.town-taken { @for (label, step, undo) in &self.taken {
                            li { span.words { (label) "：" (step) } (self.tap(label, undo)) }
                        } }
                    }))
                }
                p { a href="/work" { "工作台" } "　" a href="/board" { "目标指标" } "　" a href="/plan" { "方案原文" } }
            },
        )
    }

    fn item(&self, at: usize, item: &TownItem) -> Markup {
        let id = format!("town-{at}");
        html! {
            section.card.town aria-labelledby=(id) {
                h2 id=(id) { a href=(item.what.href) { (item.what.label) } }
                p.when { (item.due) " " @if let Some(left) = &item.left { (tag(left)) } @if item.due.is_empty() && item.left.is_none() { (item.kind) } }
                @if item.basis.is_empty() { p.soft { "没有写明依据。不属于本乡镇职责的，可以提出异议。" } }
                @for basis in &item.basis { p.basis { (basis) } }
                div.town-do {
                    @if let Some((first, rest)) = item.forms.split_first() {
                        a.button.primary href=(first.href) { (first.label) }
                        @for tap in &item.taps { (self.tap(&item.what.label, tap)) }
                        @for form in rest { a.button href=(form.href) { (form.label) } }
                    } @else {
                        @for tap in &item.taps { (self.tap(&item.what.label, tap)) }
                        @if item.taps.is_empty() { a.button.primary href=(item.what.href) { "打开" } }
                    }
                }
            }
        }
    }

    fn tap(&self, of: &str, tap: &OneTap) -> Markup {
        post_form(
            &self.shell.csrf,
            &tap.action,
            "inline",
            Encoding::Plain,
            html! {
                @for one in &tap.hidden { (hidden(&one.name, &one.value)) }
                (submit(&tap.label, Weight::Plain)) span.sr { (of) }
            },
        )
    }
}
