//! 常用意见: one's own phrases, with their order, and those of the pack.

use maud::{Markup, html};

use crate::components::{
    action::{Encoding, Weight, hidden, post_form, submit_as},
    errors::{error_summary, wrongs},
    field::{Field, field},
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
};

/// One's own phrases.
#[derive(Debug, Clone, PartialEq)]
pub struct PhrasesPage {
    /// Around the page.
    pub shell: Shell,
    /// One's own, in order.
    pub phrases: Vec<String>,
    /// Those of the pack.
    pub common: Vec<String>,
    /// The field of a new one.
    pub field: Field,
    /// Said where no more can be kept.
    pub full: Option<String>,
}

impl PhrasesPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let wrong = wrongs(std::slice::from_ref(&self.field));
        let crumbs = [Crumb::to("我的账号", "/me"), Crumb::here("常用意见")];
        let send =
            |class: &str, content: Markup| post_form(&self.shell.csrf, "/me/phrases", class, Encoding::Plain, content);
        page(
            &self.shell,
            Head { title: "常用意见", crumbs: &crumbs, refused: !wrong.is_empty(), narrow: true },
            html! {
                (heading("常用意见", html! {}, html! { "办理时在意见、理由、说明的框下面可以选。自己存的只有自己看得到。" }))
                (error_summary(&wrong))
                (card("我的", html! {
                    @if self.phrases.is_empty() { p.soft { "还没有存。也可以在办理时勾选“存为常用”。" } }
                    ol.phrase-list { @for (at, text) in self.phrases.iter().enumerate() {
                        li {
                            span.words { (text) }
                            (send("inline", html! {
                                (hidden("phrase", text))
                                @if at > 0 { button.button type="submit" name="do" value="raise" { "上移" span.sr { "：" (text) } } " " }
                                button class="button danger" type="submit" name="do" value="drop" { "删去" span.sr { "：" (text) } }
                            }))
                        }
                    } }
                    @if let Some(full) = &self.full { p.note { (full) } }
                    @else {
                        (send("form", html! {
                            div.fields.one { (field(&self.field)) }
                            div.actions { (submit_as("添加", Weight::Primary, "do", "keep")) }
                        }))
                    }
                }))
                @if !self.common.is_empty() {
                    (card("通用", html! { ul.plain { @for text in &self.common { li { (text) } } } }))
                }
            },
        )
    }
}
