//! 单位与联络员, 权限表: pages that are tables under a heading.

use maud::{Markup, html};

use crate::components::{
    section::heading,
    shell::{Crumb, Head, Shell, page},
    table::{Table, table},
};

/// Bodies, their contacts and their indicators.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BodiesPage {
    /// Around the page.
    pub shell: Shell,
    /// A table a level.
    pub tables: Vec<Table>,
}

impl BodiesPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        page(
            &self.shell,
            Head { title: "单位与联络员", crumbs: &[Crumb::here("单位与联络员")], ..Head::default() },
            html! {
                (heading("单位与联络员", html! {}, html! { "方案里列在前面的单位为牵头，其余为配合。联络员由方案包写明。" }))
                @for one in &self.tables { (table(one)) }
            },
        )
    }
}

/// The matrix of permissions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PermissionsPage {
    /// Around the page.
    pub shell: Shell,
    /// A table a kind.
    pub tables: Vec<Table>,
    /// So many answers in all.
    pub cells: usize,
}

impl PermissionsPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        page(
            &self.shell,
            Head {
                title: "权限表", crumbs: &[Crumb::to("系统", "/me"), Crumb::here("权限表")], ..Head::default()
            },
            html! {
                (heading("权限表", html! { span.count { "共 " (self.cells) " 格" } }, html! {
                    "由程序判断权限的同一段代码算出。查看不等于导出；三员不办业务；空格为不可以。"
                }))
                @for one in &self.tables { (table(one)) }
            },
        )
    }
}
