//! 首页: the first minute. What this is, and two clear ways on.

use maud::{Markup, html};

use crate::components::{
    Link,
    action::{Action, actions},
    progress::{Progress, progress},
    shell::{Head, Shell, page},
};

/// The first page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HomePage {
    /// Around the page.
    pub shell: Shell,
    /// 示例县质量强县建设.
    pub title: String,
    /// What this is, in two sentences.
    pub lead: String,
    /// 登录导入, 打开示例县.
    pub ways: Vec<Action>,
    /// What stands behind the second way.
    pub ways_note: String,
    /// 30 项指标, 9 项文中目标, 30 条措施, 18 个责任单位.
    pub facts: Vec<HomeFact>,
    /// Share of the time elapsed, 0 to 1.
    pub elapsed: f64,
    /// 时间已过 78%：2022 年末至 2027 年末.
    pub elapsed_text: String,
    /// Categories of the plan.
    pub groups: Vec<HomeGroup>,
    /// Approved publications, newest first.
    pub published: Vec<Link>,
}

/// A number with its word.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HomeFact {
    /// 30.
    pub count: String,
    /// 项指标.
    pub words: String,
    /// Where they are.
    pub href: String,
}

/// A category and its targets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HomeGroup {
    /// Name and place on the board.
    pub link: Link,
    /// Its targets: name, and from where to where (98 → ≥98.2 %).
    pub targets: Vec<(Link, String)>,
}

impl HomePage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        page(
            &self.shell,
            Head { title: &self.title, ..Head::default() },
            html! {
                section.welcome {
                    div.words {
                        h1 { (self.title) }
                        p.lead { (self.lead) }
                        (actions(&self.shell.csrf, &self.ways))
                        @if !self.ways_note.is_empty() { p.small { (self.ways_note) } }
                    }
                    div.glance {
                        ul.facts { @for fact in &self.facts { li { a href=(fact.href) { strong { (fact.count) } " " span { (fact.words) } } } } }
                        div.when {
                            (progress(&Progress::Elapsed { share: self.elapsed, words: self.elapsed_text.clone() }))
                            p.small { (self.elapsed_text) }
                        }
                    }
                }
                @if !self.published.is_empty() {
                    section.card { h2 { "已公开的数字" } ul.plain { @for link in &self.published { li { a href=(link.href) { (link.label) } } } } }
                }
                @if !self.groups.is_empty() {
                    h2 { "方案要办成的事" }
                    div.promises {
                        @for group in &self.groups {
                            section.card {
                                h3 { a href=(group.link.href) { (group.link.label) } }
                                ul { @for (link, way) in &group.targets { li { a href=(link.href) { (link.label) } " " span.way { (way) } } } }
                            }
                        }
                    }
                }
            },
        )
    }
}
