//! 新增、更正、撤销、恢复: forms that write a version of a record.

use maud::{Markup, html};

use crate::components::{
    action::{Encoding, Weight, hidden, post_form, submit},
    errors::{Wrong, error_summary, wrongs},
    field::{Control, Field, field},
    section::heading,
    shell::{Crumb, Head, Shell, page},
    summary::{Line, summary},
};

/// A form made from a declared kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordFormPage {
    /// Around the page.
    pub shell: Shell,
    /// 新增食品抽检样品, or 更正：菜籽油（散装）.
    pub title: String,
    /// The kind's name.
    pub kind: String,
    /// The list of the kind.
    pub kind_href: String,
    /// What a record of it is.
    pub about: String,
    /// Where the form goes.
    pub action: String,
    /// 保存, or 保存更正.
    pub submit: String,
    /// Where one goes back to.
    pub cancel: String,
    /// Values that travel unseen: idempotency key, expected version.
    pub hidden: Vec<Hidden>,
    /// Why it is corrected; present on corrections.
    pub reason: Option<Field>,
    /// Fields by section.
    pub sections: Vec<FormSection>,
    /// Problems that belong to no field.
    pub problems: Vec<String>,
}

/// Fields that belong together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FormSection {
    /// Its title.
    pub title: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// A hidden value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Name.
    pub name: String,
    /// Value.
    pub value: String,
}

impl RecordFormPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let crumbs = [
            Crumb::to("登记台账", "/kinds"),
            Crumb::to(self.kind.clone(), self.kind_href.clone()),
            Crumb::here(self.title.clone()),
        ];
        let wrong = self.wrong();
        let files = self.fields().any(|field| matches!(field.control, Control::File { .. }));
        let encoding = if files { Encoding::Multipart } else { Encoding::Plain };
        page(
            &self.shell,
            Head { title: &self.title, crumbs: &crumbs, refused: !wrong.is_empty(), narrow: false },
            html! {
                (heading(&self.title, html! {}, html! { (self.about) }))
                (error_summary(&wrong))
                (post_form(&self.shell.csrf, &self.action, "form", encoding, html! {
                    @for one in &self.hidden { (hidden(&one.name, &one.value)) }
                    @for section in &self.sections {
                        section.card {
                            h2 { (section.title) }
                            div.fields { @for one in &section.fields { (field(one)) } }
                        }
                    }
                    @if let Some(reason) = &self.reason {
                        section.card { h2 { "更正原因" } div.fields { (field(reason)) } }
                    }
                    div.actions { (submit(&self.submit, Weight::Primary)) " " a.button href=(self.cancel) { "取消" } }
                }))
            },
        )
    }

    fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|section| &section.fields).chain(&self.reason)
    }

    fn wrong(&self) -> Vec<Wrong> {
        let whole = self.problems.iter().map(|message| Wrong { field: String::new(), message: message.clone() });
        whole.chain(wrongs(self.fields())).collect()
    }
}

/// 撤销 or 恢复 with a reason.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecordStatePage {
    /// Around the page.
    pub shell: Shell,
    /// 撤销：菜籽油（散装）.
    pub title: String,
    /// The kind's name.
    pub kind: String,
    /// The list of the kind.
    pub kind_href: String,
    /// What will happen (撤销后不计入任何指标，记录仍可查看).
    pub consequence: String,
    /// Which record.
    pub lines: Vec<Line>,
    /// Where the form goes.
    pub action: String,
    /// 撤销.
    pub submit: String,
    /// It takes something away.
    pub danger: bool,
    /// The record.
    pub cancel: String,
    /// Values that travel unseen.
    pub hidden: Vec<Hidden>,
    /// Why.
    pub reason: Option<Field>,
    /// Problems that belong to no field.
    pub problems: Vec<String>,
}

impl RecordStatePage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let crumbs = [
            Crumb::to("登记台账", "/kinds"),
            Crumb::to(self.kind.clone(), self.kind_href.clone()),
            Crumb::here(self.title.clone()),
        ];
        let whole = self.problems.iter().map(|message| Wrong { field: String::new(), message: message.clone() });
        let wrong: Vec<Wrong> = whole.chain(wrongs(&self.reason)).collect();
        page(
            &self.shell,
            Head { title: &self.title, crumbs: &crumbs, refused: !wrong.is_empty(), narrow: true },
            html! {
                (heading(&self.title, html! {}, html! { (self.consequence) }))
                (error_summary(&wrong))
                (post_form(&self.shell.csrf, &self.action, "form card", Encoding::Plain, html! {
                    @for one in &self.hidden { (hidden(&one.name, &one.value)) }
                    (summary(&self.lines))
                    @if let Some(reason) = &self.reason { div.fields { (field(reason)) } }
                    div.actions {
                        (submit(&self.submit, if self.danger { Weight::Danger } else { Weight::Primary })) " "
                        a.button href=(self.cancel) { "取消" }
                    }
                }))
            },
        )
    }
}
