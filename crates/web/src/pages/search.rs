//! 检索结果: what holds every word of the question – the plan's own content by sort, then records, the newest first.

use maud::{Markup, html};

use crate::components::{
    Link,
    action::Action,
    empty::{Empty, empty},
    flash::{Flash, remark},
    section::heading,
    shell::{Crumb, Head, Shell, page},
    tag::plain_tag,
};

/// What was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchPage {
    /// Around the page; its box holds the question.
    pub shell: Shell,
    /// What was typed.
    pub text: String,
    /// Said above the results: the index is being built, the search stopped early, records need a sign-in.
    pub remarks: Vec<Flash>,
    /// Sorts with their hits.
    pub groups: Vec<SearchGroup>,
    /// Narrowed to one kind: its name, and the way back to all.
    pub narrowed: Option<Link>,
    /// The next page of records.
    pub next: Option<String>,
    /// Shown instead of results.
    pub nothing: Option<Empty>,
}

/// The hits of one sort.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchGroup {
    /// 指标, 方案原文, 记录.
    pub name: String,
    /// Said beside it: 只显示前 20 处.
    pub note: String,
    /// Ways to narrow it.
    pub narrow: Vec<Link>,
    /// Hits in order.
    pub hits: Vec<SearchHit>,
}

/// One hit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchHit {
    /// Its title.
    pub title: Vec<Marked>,
    /// Where it is; what has no page of its own has none.
    pub href: Option<String>,
    /// Kind of a record, position of an indicator.
    pub tag: String,
    /// The text around the words.
    pub snippet: Vec<Marked>,
    /// Body and day.
    pub facts: Vec<String>,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marked {
    /// As it is.
    Plain(String),
    /// A word of the question.
    Word(String),
}

impl SearchPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let title = if self.text.is_empty() { "检索".to_owned() } else { format!("检索：{}", self.text) };
        let beside = html! {
            @if let Some(back) = &self.narrowed { span.count { "只看" (back.label) "　" a href=(back.href) { "看全部" } } }
        };
        page(
            &self.shell,
            Head { title: &title, crumbs: &[Crumb::to("首页", "/"), Crumb::here("检索")], ..Head::default() },
            html! {
                (heading(&title, beside, html! {}))
                @for one in &self.remarks { (remark(one)) }
                @if let Some(nothing) = &self.nothing { (empty(&self.shell.csrf, nothing)) }
                @for group in &self.groups { (self.group(group)) }
                @if let Some(next) = &self.next { p.actions { a.button href=(next) rel="next" { "继续往前找" } } }
            },
        )
    }

    fn group(&self, group: &SearchGroup) -> Markup {
        html! {
            section.found {
                h2 { (group.name) @if !group.note.is_empty() { " " span.count { (group.note) } } }
                @if !group.narrow.is_empty() {
                    p.small { "只看：" @for link in &group.narrow { a href=(link.href) { (link.label) } "　" } }
                }
                ol { @for hit in &group.hits { li { (self.hit(hit)) } } }
            }
        }
    }

    fn hit(&self, hit: &SearchHit) -> Markup {
        html! {
            h3 {
                @match &hit.href {
                    Some(href) => { a href=(href) { (marked(&hit.title)) } }
                    None => { (marked(&hit.title)) }
                }
                @if !hit.tag.is_empty() { " " (plain_tag(&hit.tag)) }
            }
            @if !hit.snippet.is_empty() { p { (marked(&hit.snippet)) } }
            @if !hit.facts.is_empty() { p.small.soft { (hit.facts.join("　")) } }
        }
    }

    /// Nothing was found.
    pub fn empty(title: String, text: &str, actions: Vec<Action>) -> Empty {
        Empty { title, text: text.to_owned(), actions }
    }
}

fn marked(pieces: &[Marked]) -> Markup {
    html! {
        @for piece in pieces {
            @match piece { Marked::Plain(text) => { (text) } Marked::Word(text) => { mark { (text) } } }
        }
    }
}
