//! 公开目录和公开的信息: what anybody may read of what was approved, and how to check it.

use maud::{Markup, html};

use crate::components::{
    Link,
    action::{Action, actions},
    empty::{Empty, empty},
    flash::{Flash, remark},
    light::Tone,
    pager::{Pager, pager},
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    summary::{Line, summary},
    table::{Table, table},
    tabs::{Tab, tabs},
    tag::{Tag, tag},
};

/// What is published, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PublicationsPage {
    /// Around the page.
    pub shell: Shell,
    /// 主动公开, 依申请公开.
    pub tabs: Vec<Tab>,
    /// 公开对象, as ways to a part of the directory.
    pub parts: Vec<Link>,
    /// What is published.
    pub lines: Vec<PublicLine>,
    /// Where the next page begins.
    pub next: Option<String>,
    /// The feed.
    pub feed: Option<Link>,
}

/// A line of the directory.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PublicLine {
    /// Title and address.
    pub link: Link,
    /// 已撤回, 已更正.
    pub tag: Option<Tag>,
    /// 公开编号 · 主动公开 · 依据 · 单位 · 日期.
    pub facts: Vec<String>,
    /// The number, or what is left of what was withdrawn.
    pub text: String,
    /// The earlier value of a corrected number, and why.
    pub corrected: Option<(String, String)>,
}

impl PublicationsPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        page(
            &self.shell,
            Head {
                title: "公开目录",
                crumbs: &[Crumb::to("首页", "/"), Crumb::here("公开目录")],
                narrow: true,
                ..Head::default()
            },
            html! {
                (heading("公开目录", html! {}, html! {
                    "经保密审查和审批公开的数字、名单和文件。更正的，新旧都在；撤回的，留下标题、日期和原因。"
                }))
                (tabs("公开属性", &self.tabs))
                @if !self.parts.is_empty() { p.links { @for part in &self.parts { a href=(part.href) { (part.label) } " " } } }
                @if self.lines.is_empty() { (self.nothing()) }
                @for line in &self.lines { (public_line(line)) }
                @if let Some(next) = &self.next { p { a.button href=(next) rel="next" { "更早的" } } }
                @if let Some(feed) = &self.feed { p.small { a href=(feed.href) { (feed.label) } } }
            },
        )
    }

    fn nothing(&self) -> Markup {
        empty(
            &self.shell.csrf,
            &Empty {
                title: "这里还没有公开的信息".into(),
                text: "经批准公开以后，当即出现在这里。".into(),
                actions: vec![Action::open("看目标指标", "/board"), Action::open("看方案原文", "/plan")],
            },
        )
    }
}

fn public_line(line: &PublicLine) -> Markup {
    html! {
        section.card {
            h2 { a href=(line.link.href) { (line.link.label) } @if let Some(one) = &line.tag { " " (tag(one)) } }
            @if !line.text.is_empty() { p { (line.text) } }
            @if let Some((was, why)) = &line.corrected { p { "原公布 " del { (was) } "。" (why) } }
            p.small.soft { @for (at, fact) in line.facts.iter().enumerate() { @if at > 0 { span.dot { "·" } } (fact) } }
        }
    }
}

/// One publication.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PublicationPage {
    /// Around the page.
    pub shell: Shell,
    /// 标题
    pub title: String,
    /// 已公开, 已更正, 已撤回, 依申请公开.
    pub tag: Tag,
    /// What became of it, where it does not stand.
    pub gone: Option<String>,
    /// 编号, 属性, 依据, 单位, 日期.
    pub facts: Vec<Line>,
    /// A number with its unit, and its day.
    pub number: Option<(String, String)>,
    /// The way to the indicator.
    pub indicator: Option<Link>,
    /// The number before, and why it was corrected; several, the newest first.
    pub corrected: Vec<(String, String)>,
    /// The text, a paragraph each.
    pub text: Vec<String>,
    /// 附件
    pub attachment: Option<Link>,
    /// The rows of a list.
    pub table: Option<Table>,
    /// Where the list stands.
    pub pager: Option<Pager>,
    /// 下载.
    pub downloads: Vec<Action>,
    /// How to check it.
    pub check: Option<HowToCheck>,
}

/// 这个数怎么核对.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HowToCheck {
    /// The heading.
    pub title: String,
    /// The computation in one line.
    pub computation: String,
    /// In words: how it is computed, up to which day, how sure, and how to check it oneself.
    pub steps: Vec<Line>,
    /// Digests, with what each is for.
    pub digests: Vec<Line>,
    /// What it does not prove.
    pub limits: Vec<String>,
    /// 核对包, and the receipt of the log.
    pub files: Vec<Action>,
}

impl PublicationPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let crumbs = [Crumb::to("公开目录", "/public"), Crumb::here("公开的信息")];
        page(
            &self.shell,
            Head { title: &self.title, crumbs: &crumbs, ..Head::default() },
            html! {
                (heading(&self.title, tag(&self.tag), html! {}))
                @if let Some(gone) = &self.gone { (remark(&Flash { tone: Tone::Warn, text: gone.clone(), link: None })) }
                div.columns {
                    div.primary {
                        @if let Some((value, day)) = &self.number {
                            section.card.hero aria-label="公布的数" {
                                p.big { strong { (value) } span.soft { (day) } }
                                @for (was, why) in &self.corrected { p { "原公布 " del { (was) } "。" (why) } }
                                @if let Some(link) = &self.indicator { p { a href=(link.href) { (link.label) } } }
                            }
                        } @else if !self.corrected.is_empty() {
                            (card("更正", html! { @for (was, why) in &self.corrected { p { "替换 " (was) "。" (why) } } }))
                        }
                        @if !self.text.is_empty() || self.attachment.is_some() {
                            (card("内容", html! {
                                @for paragraph in &self.text { p { (paragraph) } }
                                @if let Some(link) = &self.attachment { p { "附件：" a href=(link.href) { (link.label) } } }
                            }))
                        }
                        @if let Some(one) = &self.table {
                            (actions(&self.shell.csrf, &self.downloads))
                            (table(one))
                            @if let Some(one) = &self.pager { (pager(one)) }
                        }
                        @if let Some(check) = &self.check { (self.how_to_check(check)) }
                    }
                    div.rail { (card("公开信息", summary(&self.facts))) }
                }
            },
        )
    }

    fn how_to_check(&self, check: &HowToCheck) -> Markup {
        html! {
            section.card id="check" {
                h2 { (check.title) }
                @if !check.computation.is_empty() { p { strong { (check.computation) } } }
                (summary(&check.steps))
                (actions(&self.shell.csrf, &check.files))
                details {
                    summary { "指纹（供程序核对）" }
                    (summary(&check.digests))
                }
                details {
                    summary { "这些不能证明什么" }
                    ul.plain { @for limit in &check.limits { li { (limit) } } }
                }
            }
        }
    }
}
