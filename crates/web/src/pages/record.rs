//! 记录页: what is known, its clocks, what it counts in, and everything that was ever changed.

use maud::{Markup, html};

use crate::components::{
    Link,
    action::{Action, actions},
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    summary::{Line, summary_in_two},
    table::or_dash,
    tag::{Tag, tag},
};

/// One record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordPage {
    /// Around the page.
    pub shell: Shell,
    /// 食品抽检样品.
    pub kind: String,
    /// The list of its kind.
    pub kind_href: String,
    /// Its number or short name, for the breadcrumb.
    pub number: String,
    /// 菜籽油（散装）.
    pub title: String,
    /// State in one word.
    pub state: Option<Tag>,
    /// 青石镇某粮油经营部, 2026年10月9日抽样, …
    pub facts: Vec<String>,
    /// Its fields by section.
    pub sections: Vec<RecordSection>,
    /// 时限.
    pub clocks: Vec<Clock>,
    /// 计入指标.
    pub counted_in: Vec<CountedIn>,
    /// 附件.
    pub attachments: Vec<Attachment>,
    /// 文书 that can be made of it.
    pub documents: Vec<Link>,
    /// 修改历史, newest first.
    pub history: Vec<Change>,
    /// 更正, 撤销, 恢复, 打印.
    pub actions: Vec<Action>,
}

/// Fields that belong together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordSection {
    /// 抽样与检验.
    pub title: String,
    /// Fields with their values.
    pub lines: Vec<Line>,
}

/// A deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// 核查处置.
    pub name: String,
    /// 还有 66 天.
    pub verdict: Tag,
    /// 90 日，自 10月30日收到不合格结论，到 2027年1月28日.
    pub text: String,
    /// The day-by-day count.
    pub how: Option<String>,
}

/// A number that this record moves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CountedIn {
    /// 第 16 项 食品抽检合格率 2026 年.
    pub link: Link,
    /// 分母 +1, or 未计入：风险监测.
    pub note: String,
}

/// A file that belongs to the record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    /// Name and address.
    pub link: Link,
    /// 检验报告，214 KB，2026年10月30日.
    pub note: String,
}

/// One version of a record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// 第 3 版.
    pub version: String,
    /// 更正.
    pub act: String,
    /// When.
    pub when: String,
    /// Who, with the unit.
    pub who: String,
    /// Why.
    pub why: String,
    /// Field by field.
    pub fields: Vec<FieldChange>,
}

/// A field before and after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldChange {
    /// Its label.
    pub name: String,
    /// Before; empty is 未填.
    pub old: String,
    /// After; empty is 未填.
    pub new: String,
}

impl RecordPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let crumbs = [
            Crumb::to("登记台账", "/kinds"),
            Crumb::to(self.kind.clone(), self.kind_href.clone()),
            Crumb::here(if self.number.is_empty() { self.title.clone() } else { self.number.clone() }),
        ];
        let lead =
            html! { @for (at, fact) in self.facts.iter().enumerate() { @if at > 0 { span.dot { "·" } } (fact) } };
        let has_rail = !(self.clocks.is_empty()
            && self.counted_in.is_empty()
            && self.attachments.is_empty()
            && self.documents.is_empty());
        page(
            &self.shell,
            Head { title: &self.title, crumbs: &crumbs, ..Head::default() },
            html! {
                (heading(&self.title, html! { @if let Some(state) = &self.state { (tag(state)) } }, lead))
                div class=(if has_rail { "columns" } else { "columns single" }) {
                    div.primary {
                        @for section in &self.sections { (card(&section.title, summary_in_two(&section.lines))) }
                        (actions(&self.shell.csrf, &self.actions))
                        (history(&self.history))
                    }
                    @if has_rail { div.rail { (self.clocks()) (self.documents()) (self.counted()) (self.attachments()) } }
                }
            },
        )
    }

    fn clocks(&self) -> Markup {
        html! {
            @if !self.clocks.is_empty() {
                (card("时限", html! {
                    ul.clocks { @for clock in &self.clocks { li {
                        div.clock-head { strong { (clock.name) } (tag(&clock.verdict)) }
                        p.small { (clock.text) }
                        @if let Some(how) = &clock.how { details { summary { "如何计算" } p.small { (how) } } }
                    } } }
                }))
            }
        }
    }

    fn documents(&self) -> Markup {
        html! {
            @if !self.documents.is_empty() {
                (card("文书", html! { ul.plain { @for one in &self.documents { li { a href=(one.href) { (one.label) } } } } }))
            }
        }
    }

    fn counted(&self) -> Markup {
        html! {
            @if !self.counted_in.is_empty() {
                (card("计入指标", html! {
                    ul.plain { @for one in &self.counted_in { li { a href=(one.link.href) { (one.link.label) } " " span.soft { (one.note) } } } }
                }))
            }
        }
    }

    fn attachments(&self) -> Markup {
        html! {
            @if !self.attachments.is_empty() {
                (card("附件", html! {
                    ul.plain { @for one in &self.attachments { li { a href=(one.link.href) { (one.link.label) } " " span.soft { (one.note) } } } }
                }))
            }
        }
    }
}

fn history(changes: &[Change]) -> Markup {
    html! {
        @if !changes.is_empty() {
            section.history {
                h2 { "修改历史" }
                ol {
                    @for change in changes {
                        li {
                            p.head { strong { (change.act) } " " span { (change.version) } " " span.soft { (change.when) "　" (change.who) } }
                            @if !change.why.is_empty() { p { "原因：" (change.why) } }
                            @if !change.fields.is_empty() {
                                ul.changes { @for field in &change.fields { li {
                                    span.soft { (field.name) "　" } del { (or_dash(&field.old)) } " → " ins { (or_dash(&field.new)) }
                                } } }
                            }
                        }
                    }
                }
            }
        }
    }
}
