//! 年度任务: every measure of the plan with the tasks of a year, and the form that splits the measures into tasks.

use maud::{Markup, html};

use crate::components::{
    Link,
    action::{Action, Encoding, Weight, actions, hidden, post_form, submit_as},
    errors::{error_summary, wrongs},
    field::{Field, field},
    flash::{Flash, remark},
    raised::{Raised, raised_lines},
    section::heading,
    shell::{Crumb, Head, Shell, page},
    table::{Table, table},
    tabs::{Tab, tabs},
    tag::{Tag, tag},
};

use super::Hidden;

/// The measures with the tasks of a year.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct YearPage {
    /// Around the page.
    pub shell: Shell,
    /// 2026年度任务.
    pub title: String,
    /// 34 条措施，52 项任务，已验收 12 项，超期 3 项.
    pub counts: String,
    /// Years.
    pub years: Vec<Tab>,
    /// 分解年度任务.
    pub actions: Vec<Action>,
    /// Measures in the order of the plan.
    pub measures: Vec<YearMeasure>,
}

/// A measure.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct YearMeasure {
    /// Id on the page: that of its item.
    pub id: String,
    /// 第19条 提升检测能力.
    pub name: String,
    /// Its words in the plan.
    pub href: String,
    /// 没有任务, 1 项超期.
    pub tags: Vec<Tag>,
    /// Its tasks; none where there are none.
    pub tasks: Option<Table>,
    /// Milestones and other parts of its tasks.
    pub parts: Vec<YearPart>,
    /// 督办整改.
    pub raised: Raised,
}

/// A part of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct YearPart {
    /// 任务节点：完成实验室改造.
    pub link: Link,
    /// 进行中, 超期.
    pub tags: Vec<Tag>,
}

impl YearPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let crumbs = [Crumb::to("方案原文", "/plan"), Crumb::here("年度任务")];
        page(
            &self.shell,
            Head { title: &self.title, crumbs: &crumbs, ..Head::default() },
            html! {
                (heading(&self.title, html! {}, html! { (self.counts) }))
                (tabs("年度", &self.years))
                (actions(&self.shell.csrf, &self.actions))
                div.columns.single { div.primary { @for one in &self.measures { (self.measure(one)) } } }
            },
        )
    }

    fn measure(&self, one: &YearMeasure) -> Markup {
        html! {
            section.card id=(one.id) {
                h2 { (one.name) @for word in &one.tags { " " (tag(word)) } }
                @if !one.href.is_empty() { p.small { a href=(one.href) { "看方案原文" span.sr { "：" (one.name) } } } }
                @if let Some(tasks) = &one.tasks { (table(tasks)) }
                @if !one.parts.is_empty() {
                    ul.plain { @for part in &one.parts { li {
                        a href=(part.link.href) { (part.link.label) } @for word in &part.tags { " " (tag(word)) }
                    } } }
                }
                (raised_lines(&one.raised.lines))
                (actions(&self.shell.csrf, &one.raised.actions))
            }
        }
    }
}

/// The measures split into tasks: to edit, then to look over, then stored.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SplitPage {
    /// Around the page.
    pub shell: Shell,
    /// 分解2027年度任务.
    pub title: String,
    /// Where it goes.
    pub action: String,
    /// The tasks of that year.
    pub back: String,
    /// What is to be said first.
    pub remarks: Vec<Flash>,
    /// Rows to edit; none on the page that is looked over.
    pub rows: Vec<SplitRow>,
    /// What will be stored, on the page that is looked over.
    pub preview: Option<Table>,
    /// Values that travel unseen.
    pub hidden: Vec<Hidden>,
}

/// A row: a measure with the task that is proposed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SplitRow {
    /// 第19条 提升检测能力.
    pub measure: String,
    /// 上年结转, 已有任务.
    pub tags: Vec<Tag>,
    /// Whether it is taken, title, bodies, day.
    pub fields: Vec<Field>,
}

impl SplitPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let crumbs =
            [Crumb::to("方案原文", "/plan"), Crumb::to("年度任务", self.back.clone()), Crumb::here("分解年度任务")];
        let fields: Vec<Field> = self.rows.iter().flat_map(|row| row.fields.iter().cloned()).collect();
        let wrong = wrongs(&fields);
        page(
            &self.shell,
            Head { title: &self.title, crumbs: &crumbs, refused: !wrong.is_empty(), narrow: false },
            html! {
                (heading(&self.title, html! {}, html! { "勾选要分解的措施，改好内容、单位和时限，先核对，再一次保存。有一条不合格，全部不保存。" }))
                (error_summary(&wrong))
                @for one in &self.remarks { (remark(one)) }
                (post_form(&self.shell.csrf, &self.action, "form", Encoding::Plain, html! {
                    @for one in &self.hidden { (hidden(&one.name, &one.value)) }
                    @for row in &self.rows {
                        fieldset.card {
                            legend { (row.measure) @for word in &row.tags { " " (tag(word)) } }
                            div.fields { @for one in &row.fields { (field(one)) } }
                        }
                    }
                    @match &self.preview {
                        Some(preview) => {
                            (table(preview))
                            div.actions {
                                (submit_as("全部保存", Weight::Primary, "do", "save")) " "
                                (submit_as("返回修改", Weight::Plain, "do", "edit"))
                            }
                        }
                        None => div.actions {
                            (submit_as("核对", Weight::Primary, "do", "check")) " "
                            a.button href=(self.back) { "取消" }
                        }
                    }
                }))
            },
        )
    }
}
