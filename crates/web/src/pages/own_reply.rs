//! 本单位报送: one round as a unit that is asked sees it – what is asked with the last value, its definition and evidence, and the form.

use maud::{Markup, html};

use crate::components::{
    Link,
    action::{Encoding, Weight, post_form, submit},
    errors::{Wrong, error_summary, wrongs},
    field::{Field, field},
    flash::{Flash, remark},
    light::Tone,
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    summary::{Line, summary_in_two},
    tag::{Tag, tag},
};

/// The page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OwnReplyPage {
    /// Around the page.
    pub shell: Shell,
    /// 2026年第三季度指标报送
    pub name: String,
    /// 县科技局：数据截至…，请于…前报送。
    pub lead: String,
    /// 未报, 已报, 有疑问, 退回.
    pub state: Option<Tag>,
    /// Questions, or why it was sent back.
    pub reasons: Vec<String>,
    /// The form as a file, the record.
    pub ways: Vec<Link>,
    /// One part an indicator.
    pub items: Vec<OwnReplyItem>,
    /// 填表人, 审核人, 分管领导; the scan; the tick that what is odd stands.
    pub fields: Vec<Field>,
    /// Where the form goes; none: it is not to be filled in any more.
    pub action: Option<String>,
    /// What is wrong with the form as a whole.
    pub problems: Vec<String>,
    /// What is odd and asks to be looked at again.
    pub doubts: Vec<String>,
}

/// One indicator of the form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OwnReplyItem {
    /// 第16项 食品抽检合格率
    pub title: String,
    /// Its page.
    pub href: String,
    /// 计量单位, 目标值, 上期值, 口径, 佐证材料; and what was reported, where the form is closed.
    pub facts: Vec<Line>,
    /// 填报方式, 本期值 and what belongs to it.
    pub fields: Vec<Field>,
}

impl OwnReplyPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let whole = |text: &String| Wrong { field: String::new(), message: text.clone() };
        let of_items = self.items.iter().flat_map(|item| {
            wrongs(&item.fields)
                .into_iter()
                .map(|wrong| Wrong { message: format!("{}，{}", item.title, wrong.message), ..wrong })
        });
        let wrong: Vec<Wrong> = self.problems.iter().map(whole).chain(of_items).chain(wrongs(&self.fields)).collect();
        page(
            &self.shell,
            Head {
                title: &self.name,
                crumbs: &[Crumb::to("工作台", "/work"), Crumb::here(&self.name)],
                refused: !wrong.is_empty(),
                narrow: false,
            },
            html! {
                (heading(&self.name, html! { @if let Some(state) = &self.state { (tag(state)) } }, html! { (self.lead) }))
                (error_summary(&wrong))
                @if !self.doubts.is_empty() {
                    section.card role="alert" {
                        h2 { "提交前请再核对" }
                        ul { @for one in &self.doubts { li { (one) } } }
                        p { "确认无误的，在说明里写明原因，勾选页末的“已核对”再提交；提交后由质量强县办核实采用。" }
                    }
                }
                @for reason in &self.reasons { (remark(&Flash { tone: Tone::Warn, text: reason.clone(), link: None })) }
                @if !self.ways.is_empty() {
                    div.actions { @for way in &self.ways { a.button href=(way.href) { (way.label) } " " } }
                }
                @match &self.action {
                    Some(action) => (post_form(&self.shell.csrf, action, "form", Encoding::Multipart, html! {
                        (self.parts())
                        (card("签认", html! { div.fields { @for one in &self.fields { (field(one)) } } }))
                        div.actions { (submit("提交报送", Weight::Primary)) }
                    })),
                    None => (self.parts()),
                }
            },
        )
    }

    fn parts(&self) -> Markup {
        html! { @for item in &self.items {
            section.card {
                h2 { a href=(item.href) { (item.title) } }
                (summary_in_two(&item.facts))
                @if !item.fields.is_empty() { div.fields { @for one in &item.fields { (field(one)) } } }
            }
        } }
    }
}
