//! 日志: conditions, lines, the next page.

use maud::{Markup, html};

use crate::components::{
    action::{Action, actions},
    query::{Query, query},
    section::heading,
    shell::{Crumb, Head, Shell, page},
    table::{Table, table},
};

/// A log.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LogPage {
    /// Around the page.
    pub shell: Shell,
    /// 操作日志 or 登录日志.
    pub title: String,
    /// Who may read it.
    pub lead: String,
    /// Conditions.
    pub query: Query,
    /// 导出.
    pub toolbar: Vec<Action>,
    /// Lines, newest first.
    pub table: Table,
    /// The page after.
    pub next: Option<String>,
}

impl LogPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        page(
            &self.shell,
            Head {
                title: &self.title,
                crumbs: &[Crumb::to("系统", "/me"), Crumb::here(self.title.clone())],
                ..Head::default()
            },
            html! {
                (heading(&self.title, html! {}, html! { (self.lead) }))
                (query(&self.query))
                (actions(&self.shell.csrf, &self.toolbar))
                (table(&self.table))
                @if let Some(next) = &self.next { p { a.button href=(next) rel="next" { "更早的记录" } } }
            },
        )
    }
}
