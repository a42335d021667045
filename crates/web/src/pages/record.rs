//! 记录页: what is known, its clocks, what it counts in, and everything that was ever changed.

use maud::{Markup, html};

use crate::components::{
    Link,
    action::{Action, actions},
    duplicates::{Duplicates, duplicates},
    flash::{Flash, remark},
    raised::{Raised, RaisedLine, raised, raised_lines},
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
    /// 可办理, for the staff of a case.
    pub handling: Option<Handling>,
    /// 时限.
    pub clocks: Vec<Clock>,
    /// 会签、协办、征求意见.
    pub asked: Vec<AskedGroup>,
    /// 办理经过, newest first.
    pub course: Vec<CourseEvent>,
    /// 督办整改 opened from it.
    pub raised: Raised,
    /// 计入指标.
    pub counted_in: Vec<CountedIn>,
    /// 疑似重复.
    pub duplicates: Duplicates,
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

/// What the reader may do with a case now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Handling {
    /// 受理, 不予受理.
    pub steps: Vec<Action>,
    /// Said when there is nothing to do.
    pub nothing: String,
    /// What waits for another person or another day, and why.
    pub blocked: Vec<String>,
    /// Prompts with their articles.
    pub advice: Vec<Flash>,
    /// 交办.
    pub others: Vec<Action>,
    /// To whom it is assigned; empty: to nobody in particular.
    pub assignee: String,
}

/// What several bodies were asked at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskedGroup {
    /// 会签：3 家，已回 2.
    pub title: String,
    /// A line for each body.
    pub lines: Vec<AskedLine>,
}

/// One body that was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AskedLine {
    /// 县文化旅游委.
    pub body: String,
    /// 同意, 有意见, 还有 2 天.
    pub tag: Option<Tag>,
    /// What it said.
    pub words: String,
    /// When and who, or until when.
    pub note: String,
    /// 收回.
    pub actions: Vec<Action>,
}

/// A deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    /// 核查处置.
    pub name: String,
    /// 还有 66 天.
    pub verdict: Tag,
    /// 90日，自 2026年10月30日 起算，到 2027年1月28日.
    pub text: String,
    /// 暂定, the earliest day, the article, 未核实.
    pub notes: Vec<String>,
    /// The day-by-day count.
    pub how: Vec<CountLine>,
    /// 暂停计时, 恢复计时, 延长期限.
    pub actions: Vec<Action>,
    /// 整改, 督办单 opened because it ran out.
    pub raised: Vec<RaisedLine>,
}

/// A day of a count, or several of one reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CountLine {
    /// 2026年10月10日.
    pub when: String,
    /// 第1个工作日（星期六，国庆节调休上班）.
    pub why: String,
    /// It is counted.
    pub counted: bool,
}

/// Something that happened to a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CourseEvent {
    /// 受理.
    pub act: String,
    /// The state after it.
    pub state: String,
    /// When.
    pub when: String,
    /// Who.
    pub who: String,
    /// Why.
    pub reason: String,
    /// Words added.
    pub note: String,
    /// Records that it opened.
    pub opened: Vec<Link>,
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
        let has_rail = !(self.duplicates.cases.is_empty()
            && self.clocks.is_empty()
            && self.counted_in.is_empty()
            && self.raised == Raised::default()
            && self.attachments.is_empty()
            && self.documents.is_empty());
        page(
            &self.shell,
            Head { title: &self.title, crumbs: &crumbs, ..Head::default() },
            html! {
                (heading(&self.title, html! { @if let Some(state) = &self.state { (tag(state)) } }, lead))
                div class=(if has_rail { "columns" } else { "columns single" }) {
                    div.primary {
                        (self.handling())
                        @for group in &self.asked { (card(&group.title, self.asked_group(group))) }
                        @for section in &self.sections { (card(&section.title, summary_in_two(&section.lines))) }
                        (actions(&self.shell.csrf, &self.actions))
                        (course(&self.course))
                        (history(&self.history))
                    }
                    @if has_rail { div.rail { (self.clocks()) (raised(&self.shell.csrf, &self.raised)) (duplicates(&self.shell.csrf, &self.duplicates)) (self.documents()) (self.counted()) (self.attachments()) } }
                }
            },
        )
    }

    fn handling(&self) -> Markup {
        let Some(handling) = &self.handling else { return html! {} };
        card(
            "可办理",
            html! {
                @for one in &handling.advice { (remark(one)) }
                @if !handling.nothing.is_empty() { p { (handling.nothing) } }
                @if !handling.assignee.is_empty() { p { "承办人：" (handling.assignee) } }
                (actions(&self.shell.csrf, &handling.steps))
                @for why in &handling.blocked { p.small { (why) } }
                (actions(&self.shell.csrf, &handling.others))
            },
        )
    }

    fn clocks(&self) -> Markup {
        html! {
            @if !self.clocks.is_empty() {
                (card("时限", html! { ul.clocks { @for clock in &self.clocks { li { (self.clock(clock)) } } } }))
            }
        }
    }

    fn asked_group(&self, group: &AskedGroup) -> Markup {
        html! {
            ul.clocks {
                @for line in &group.lines {
                    li {
                        div.clock-head { strong { (line.body) } @if let Some(word) = &line.tag { (tag(word)) } }
                        @if !line.words.is_empty() { p { (line.words) } }
                        @if !line.note.is_empty() { p.small.soft { (line.note) } }
                        (actions(&self.shell.csrf, &line.actions))
                    }
                }
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

    fn clock(&self, clock: &Clock) -> Markup {
        html! {
            div.clock-head { strong { (clock.name) } (tag(&clock.verdict)) }
            p.small { (clock.text) }
            @for note in &clock.notes { p.small.soft { (note) } }
            @if !clock.how.is_empty() {
                details {
                    summary { "如何计算" span.sr { "：" (clock.name) } }
                    ol.count { @for line in &clock.how {
                        li class=[(!line.counted).then_some("soft")] { span { (line.when) } " " span { (line.why) } }
                    } }
                }
            }
            (raised_lines(&clock.raised))
            (actions(&self.shell.csrf, &clock.actions))
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

fn course(events: &[CourseEvent]) -> Markup {
    html! {
        @if !events.is_empty() {
            section.history {
                h2 { "办理经过" }
                ol {
                    @for event in events {
                        li {
                            p.head { strong { (event.act) } " " span { (event.state) } " " span.soft { (event.when) "　" (event.who) } }
                            @if !event.reason.is_empty() { p { "理由：" (event.reason) } }
                            @if !event.note.is_empty() { p { "说明：" (event.note) } }
                            @if !event.opened.is_empty() {
                                ul.plain { @for link in &event.opened { li { a href=(link.href) { (link.label) } } } }
                            }
                        }
                    }
                }
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
