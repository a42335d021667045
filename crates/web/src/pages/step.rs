//! 办理: the form of one step of a case, or of one act on its deadlines and its assignee.

use maud::{Markup, html};

use crate::components::{
    action::{Encoding, Weight, hidden, post_form, submit},
    errors::{Wrong, error_summary, wrongs},
    field::{Control, Field, field},
    flash::{Flash, remark},
    section::heading,
    shell::{Crumb, Head, Shell, page},
    summary::{Line, summary},
};

use super::Hidden;

/// The form of a step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepPage {
    /// Around the page.
    pub shell: Shell,
    /// 受理：TS2026-001 缺斤短两.
    pub title: String,
    /// The kind's name.
    pub kind: String,
    /// The list of the kind.
    pub kind_href: String,
    /// The case's title.
    pub label: String,
    /// A line of the procedure about this step.
    pub hint: String,
    /// The case: its state, and the one after.
    pub lines: Vec<Line>,
    /// The deadlines that stop, and prompts.
    pub remarks: Vec<Flash>,
    /// Where the form goes.
    pub action: String,
    /// 受理.
    pub submit: String,
    /// The record.
    pub cancel: String,
    /// Values that travel unseen: idempotency key, expected version.
    pub hidden: Vec<Hidden>,
    /// What is filled in with it, then reason and remark.
    pub fields: Vec<Field>,
    /// Problems that belong to no field.
    pub problems: Vec<String>,
}

impl StepPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let crumbs = [
            Crumb::to("登记台账", "/kinds"),
            Crumb::to(self.kind.clone(), self.kind_href.clone()),
            Crumb::to(self.label.clone(), self.cancel.clone()),
            Crumb::here(self.submit.clone()),
        ];
        let whole = self.problems.iter().map(|message| Wrong { field: String::new(), message: message.clone() });
        let wrong: Vec<Wrong> = whole.chain(wrongs(&self.fields)).collect();
        let files = self.fields.iter().any(|field| matches!(field.control, Control::File { .. }));
        let encoding = if files { Encoding::Multipart } else { Encoding::Plain };
        page(
            &self.shell,
            Head { title: &self.title, crumbs: &crumbs, refused: !wrong.is_empty(), narrow: true },
            html! {
                (heading(&self.title, html! {}, html! { (self.hint) }))
                (error_summary(&wrong))
                @for one in &self.remarks { (remark(one)) }
                (post_form(&self.shell.csrf, &self.action, "form card", encoding, html! {
                    @for one in &self.hidden { (hidden(&one.name, &one.value)) }
                    (summary(&self.lines))
                    div.fields { @for one in &self.fields { (field(one)) } }
                    div.actions { (submit(&self.submit, Weight::Primary)) " " a.button href=(self.cancel) { "取消" } }
                }))
            },
        )
    }
}
