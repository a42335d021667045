//! 单位与联络员, 权限表: pages that are tables under a heading.

use maud::{Markup, html};

use crate::components::{
    Link,
    section::heading,
    shell::{Crumb, Head, Shell, page},
    table::{Table, table},
};

/// Bodies, their contacts and their indicators.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BodiesPage {
    /// Around the page.
    pub shell: Shell,
    /// 新增成员, 登记本单位联络员.
    pub ways: Vec<Link>,
    /// 领导小组成员.
    pub members: Option<Table>,
    /// The bodies under one another.
    pub tree: Vec<TreeNode>,
    /// A table a level.
    pub tables: Vec<Table>,
}

/// A body in the tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TreeNode {
    /// Its name.
    pub name: String,
    /// The towns that it covers.
    pub note: String,
    /// Those under it.
    pub under: Vec<TreeNode>,
}

fn branches(nodes: &[TreeNode]) -> Markup {
    html! { ul { @for node in nodes {
        li { (node.name) @if !node.note.is_empty() { " " span.soft { (node.note) } } @if !node.under.is_empty() { (branches(&node.under)) } }
    } } }
}

impl BodiesPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        page(
            &self.shell,
            Head { title: "单位与联络员", crumbs: &[Crumb::here("单位与联络员")], ..Head::default() },
            html! {
                (heading("单位与联络员", html! {}, html! {
                    "方案里列在前面的单位为牵头，其余为配合。联络员由各单位和质量强县办登记，手机只有本单位和质量强县办看得到。打印用浏览器的打印。"
                }))
                @if !self.ways.is_empty() { div.actions { @for way in &self.ways { a.button href=(way.href) { (way.label) } " " } } }
                @if let Some(members) = &self.members { (table(members)) }
                @if !self.tree.is_empty() { section.card.tree { h2 { "单位树" } (branches(&self.tree)) } }
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
