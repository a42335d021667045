//! 工作台: what one owes, what is due soon or late, what one did, and messages.

use maud::{Markup, html};

use crate::components::{
    Link,
    action::{Encoding, Weight, hidden, post_form, submit_as},
    batch::{BatchStep, TOGETHER, steps},
    field::{Field, field},
    raised::{RaisedLine, raised_lines},
    section::heading,
    shell::{Crumb, Head, Shell, page},
    table::{Table, table},
    tabs::{Tab, tabs},
    tag::{Tag, tag},
};

/// One tab of the workbench.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WorkPage {
    /// Around the page.
    pub shell: Shell,
    /// 待办, 即将到期, 超期, 已办, 消息, with counts.
    pub tabs: Vec<Tab>,
    /// The name of the tab shown.
    pub tab: String,
    /// 日历.
    pub ways: Vec<Link>,
    /// What is owed; for the first three tabs.
    pub lines: Vec<WorkLine>,
    /// Steps that several lines can take together.
    pub steps: Vec<BatchStep>,
    /// What was done; for 已办.
    pub done: Option<Table>,
    /// Messages; for 消息.
    pub messages: Option<Vec<MessageLine>>,
    /// All of them as text that can be copied.
    pub copy: Option<Field>,
    /// Said when there is nothing.
    pub empty: String,
    /// The page after.
    pub next: Option<String>,
}

/// A line of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkLine {
    /// What its tick-box sends; none where nothing can be taken together.
    pub value: Option<String>,
    /// 事项.
    pub case: Link,
    /// 种类.
    pub kind: String,
    /// 环节, or the deadline's name.
    pub what: String,
    /// 状态.
    pub state: String,
    /// 县市场监管局 经办人.
    pub owner: String,
    /// 2026年1月14日; empty where there is no end.
    pub due: String,
    /// 今日离开.
    pub urgent: Option<Tag>,
    /// 还有 3 天.
    pub left: Option<Tag>,
    /// 整改, 督办单 opened because it is late.
    pub raised: Vec<RaisedLine>,
    /// 开整改, 起草督办单.
    pub raises: Vec<Link>,
}

/// A message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageLine {
    /// Its id.
    pub id: String,
    /// What it says, in a line; leads to its case.
    pub title: Link,
    /// What it says.
    pub text: String,
    /// When.
    pub when: String,
    /// Not read yet.
    pub unread: bool,
}

impl WorkPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        page(
            &self.shell,
            Head {
                title: "工作台", crumbs: &[Crumb::to("首页", "/"), Crumb::here("工作台")], ..Head::default()
            },
            html! {
                (heading("工作台", html! { @for way in &self.ways { a.button href=(way.href) { (way.label) } " " } }, html! {}))
                (tabs("工作台", &self.tabs))
                @if let Some(done) = &self.done { (table(done)) }
                @else if let Some(messages) = &self.messages { (self.messages(messages)) }
                @else { (self.work()) }
                @if let Some(next) = &self.next { p { a.button href=(next) rel="next" { "下一页" } } }
            },
        )
    }

    fn work(&self) -> Markup {
        if self.lines.is_empty() {
            return html! { div.empty { p.what { (self.empty) } } };
        }
        html! {
            form.worklist method="get" action=(TOGETHER) aria-label="勾选后的操作" {
                (hidden("back", "work"))
                div.scroll role="region" aria-labelledby="work-caption" tabindex="0" {
                    table.stacked id="work" {
                        caption.quiet id="work-caption" { span.title { (self.tab) } }
                        thead { tr {
                            @if !self.steps.is_empty() { th scope="col" { "勾选" } }
                            @for label in ["事项", "种类", "环节或时限", "状态", "单位和岗位", "到期"] { th scope="col" { (label) } }
                            @if self.presses() { th scope="col" { "督办整改" } }
                        } }
                        tbody { @for (at, line) in self.lines.iter().enumerate() { (self.line(at, line)) } }
                    }
                }
                div.batch { (steps(&self.steps)) }
            }
        }
    }

    /// Whether a line was pressed for, or may be.
    fn presses(&self) -> bool {
        self.lines.iter().any(|line| !line.raised.is_empty() || !line.raises.is_empty())
    }

    fn line(&self, at: usize, line: &WorkLine) -> Markup {
        html! {
            tr {
                @if !self.steps.is_empty() {
                    td data-label="勾选" {
                        @if let Some(value) = &line.value {
                            label.tick { input type="checkbox" name="item" value=(value) id={ "item-" (at) }; span.sr { "勾选 " (line.case.label) } }
                        }
                    }
                }
                th scope="row" data-label="事项" { a href=(line.case.href) { (line.case.label) } @if let Some(urgent) = &line.urgent { " " (tag(urgent)) } }
                td data-label="种类" { (line.kind) }
                td data-label="环节或时限" { (line.what) }
                td data-label="状态" { (line.state) }
                td data-label="单位和岗位" { (line.owner) }
                td data-label="到期" {
                    @if line.due.is_empty() && line.left.is_none() { "—" }
                    (line.due) " " @if let Some(left) = &line.left { (tag(left)) }
                }
                @if self.presses() {
                    td data-label="督办整改" {
                        div {
                            (raised_lines(&line.raised))
                            @for link in &line.raises {
                                a href=(link.href) { (link.label) span.sr { "：" (line.case.label) "，" (line.what) } } " "
                            }
                            @if line.raised.is_empty() && line.raises.is_empty() { "—" }
                        }
                    }
                }
            }
        }
    }

    fn messages(&self, messages: &[MessageLine]) -> Markup {
        if messages.is_empty() {
            return html! { div.empty { p.what { (self.empty) } } };
        }
        html! {
            (post_form(&self.shell.csrf, "/work/messages", "messages", Encoding::Plain, html! {
                div.actions {
                    (submit_as("勾选的标为已读", Weight::Plain, "do", "chosen")) " "
                    (submit_as("全部标为已读", Weight::Plain, "do", "all"))
                }
                ul.messages { @for message in messages {
                    li class=[message.unread.then_some("unread")] {
                        p.head {
                            @if message.unread {
                                label.tick { input type="checkbox" name="message" value=(message.id); span.sr { "勾选 " (message.title.label) } }
                                " " (tag(&Tag::new(crate::components::light::Tone::Warn, "未读"))) " "
                            }
                            @if message.title.href.is_empty() { strong { (message.title.label) } }
                            @else { a href=(message.title.href) { (message.title.label) } }
                            " " span.soft { (message.when) }
                        }
                        p { (message.text) }
                    }
                } }
            }))
            @if let Some(copy) = &self.copy { details { summary { "复制全部文字" } div.fields.one { (field(copy)) } } }
        }
    }
}
