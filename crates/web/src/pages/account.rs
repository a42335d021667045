//! 一个账号: what it is, what it was granted, and what the security administrator may change.

use maud::{Markup, html};

use crate::components::{
    action::{Action, Encoding, Weight, action, actions, post_form, submit},
    errors::{error_summary, wrongs},
    field::{Field, field},
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    summary::{Line, summary},
};

/// One account.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccountPage {
    /// Around the page.
    pub shell: Shell,
    /// 姓名.
    pub name: String,
    /// What it is.
    pub facts: Vec<Line>,
    /// 批准启用, 重置动态口令.
    pub actions: Vec<Action>,
    /// Granted roles, withdrawn ones too.
    pub grants: Vec<GrantRow>,
    /// Where a grant goes.
    pub grant_action: String,
    /// Fields of a grant; none where the reader may not grant.
    pub grant: Vec<Field>,
    /// Where a change of role goes.
    pub role_action: String,
    /// Fields of a change of role; none where the reader may not change it.
    pub role: Vec<Field>,
    /// It is the reader's own.
    pub own: bool,
}

/// A granted role.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GrantRow {
    /// 岗位.
    pub role: String,
    /// For whose cases.
    pub body: String,
    /// From when to when.
    pub span: String,
    /// Who granted it.
    pub by: String,
    /// When it was withdrawn.
    pub ended: Option<String>,
    /// 收回.
    pub action: Option<Action>,
}

impl AccountPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let wrong = wrongs(self.grant.iter().chain(&self.role));
        let csrf = &self.shell.csrf;
        page(
            &self.shell,
            Head {
                title: &self.name,
                crumbs: &[Crumb::to("账号", "/accounts"), Crumb::here(self.name.clone())],
                refused: !wrong.is_empty(),
                narrow: false,
            },
            html! {
                (heading(&self.name, html! {}, html! { @if self.own { "这是您自己的账号：自己的权限由另一位安全管理员变更。" } }))
                (error_summary(&wrong))
                (actions(csrf, &self.actions))
                div.columns {
                    div.primary {
                        (self.grants())
                        @if !self.grant.is_empty() {
                            (card("授予岗位", post_form(csrf, &self.grant_action, "form", Encoding::Plain, html! {
                                div.fields { @for one in &self.grant { (field(one)) } }
                                div.actions { (submit("授予", Weight::Primary)) }
                            })))
                        }
                        @if !self.role.is_empty() {
                            (card("变更角色", post_form(csrf, &self.role_action, "form", Encoding::Plain, html! {
                                div.fields { @for one in &self.role { (field(one)) } }
                                div.actions { (submit("变更", Weight::Danger)) }
                            })))
                        }
                    }
                    div.rail { (card("账号", summary(&self.facts))) }
                }
            },
        )
    }

    fn grants(&self) -> Markup {
        html! {
            div.scroll role="region" aria-labelledby="grants-caption" tabindex="0" {
                table.stacked {
                    caption id="grants-caption" { span.title { "岗位" } }
                    thead { tr { @for label in ["岗位", "单位", "期间", "授权人", "操作"] { th scope="col" { (label) } } } }
                    tbody {
                        @for one in &self.grants {
                            tr {
                                th scope="row" data-label="岗位" { (one.role) }
                                td data-label="单位" { (one.body) }
                                td data-label="期间" { (one.span) }
                                td data-label="授权人" { (one.by) }
                                td data-label="操作" {
                                    @if let Some(ended) = &one.ended { span.soft { "已收回 " (ended) } }
                                    @if let Some(end) = &one.action { (action(&self.shell.csrf, end)) }
                                }
                            }
                        }
                        @if self.grants.is_empty() { tr.blank { td colspan="5" { "没有授予岗位。" } } }
                    }
                }
            }
        }
    }
}
