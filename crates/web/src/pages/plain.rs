//! 出错、关于、隐私: pages of words.

use maud::{Markup, html};

use crate::components::{
    action::{Action, actions},
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    summary::{Line, summary},
};

/// Something did not work.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ErrorPage {
    /// Around the page.
    pub shell: Shell,
    /// What happened.
    pub title: String,
    /// What it means, in a sentence.
    pub text: String,
    /// What one can do.
    pub remedies: Vec<String>,
    /// ZH1012, or the incident number.
    pub code: String,
    /// The way on.
    pub actions: Vec<Action>,
}

impl ErrorPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        page(
            &self.shell,
            Head { title: &self.title, narrow: true, ..Head::default() },
            html! {
                (heading(&self.title, html! {}, html! { (self.text) }))
                section.card {
                    @if !self.remedies.is_empty() {
                        h2 { "可以这样做" }
                        ul.plain { @for remedy in &self.remedies { li { (remedy) } } }
                    }
                    (actions(&self.shell.csrf, &self.actions))
                    @if !self.code.is_empty() { p.small { "代码 " code { (self.code) } "，联系管理员时请一并说明。" } }
                }
            },
        )
    }
}

/// What this program is, and what it is made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AboutPage {
    /// Around the page.
    pub shell: Shell,
    /// Paragraphs on what it is.
    pub about: Vec<String>,
    /// Version, pack and its digest.
    pub facts: Vec<Line>,
    /// Open source parts with their licences.
    pub notices: Vec<Notice>,
}

/// An open source part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notice {
    /// Name and version.
    pub name: String,
    /// Licence.
    pub licence: String,
    /// Text of the licence, where it has to be shown.
    pub text: String,
}

impl AboutPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        page(
            &self.shell,
            Head {
                title: "关于本程序",
                crumbs: &[Crumb::to("首页", "/"), Crumb::here("关于本程序")],
                narrow: true,
                ..Head::default()
            },
            html! {
                (heading("关于本程序", html! {}, html! {}))
                section.card.prose { @for text in &self.about { p { (text) } } (summary(&self.facts)) }
                (card("开放源代码声明", html! {
                    p { "质衡按 Apache License 2.0 发布，使用了下列开放源代码软件。" }
                    ul.plain.notices { @for one in &self.notices { li {
                        @if one.text.is_empty() { strong { (one.name) } " " span.soft { (one.licence) } }
                        @else { details { summary { strong { (one.name) } " " span.soft { (one.licence) } } pre { (one.text) } } }
                    } } }
                }))
            },
        )
    }
}

/// What is kept about readers, and for how long.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PrivacyPage {
    /// Around the page.
    pub shell: Shell,
    /// Titles with their paragraphs.
    pub sections: Vec<(String, Vec<String>)>,
}

impl PrivacyPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        page(
            &self.shell,
            Head {
                title: "隐私说明",
                crumbs: &[Crumb::to("首页", "/"), Crumb::here("隐私说明")],
                narrow: true,
                ..Head::default()
            },
            html! {
                (heading("隐私说明", html! {}, html! {}))
                div.prose { @for (title, texts) in &self.sections { (card(title, html! { @for text in texts { p { (text) } } })) } }
            },
        )
    }
}
