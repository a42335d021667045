//! 账号: invitations, disabling, one-time links.

use maud::{Markup, html};

use crate::components::{
    action::{Action, Csrf, Encoding, Weight, action, post_form, submit},
    errors::{error_summary, wrongs},
    field::{Control, Field, field},
    flash::{Flash, remark},
    light::Tone,
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    tag::{Tag, tag},
};

/// All accounts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AccountsPage {
    /// Around the page.
    pub shell: Shell,
    /// Who administers: one office for all, or three apart.
    pub mode: String,
    /// Accounts.
    pub accounts: Vec<AccountRow>,
    /// Accounts that nobody used for long, or ever.
    pub dormant: Vec<String>,
    /// Invitations not yet accepted.
    pub invitations: Vec<InvitationRow>,
    /// Fields of an invitation: name, unit, role.
    pub invite: Vec<Field>,
    /// Where the invitation goes.
    pub invite_action: String,
    /// A one-time link just made, to be handed over: for whom, and the link. Shown once.
    pub link: Option<(String, String)>,
}

/// An account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Display name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Name for signing in.
    pub login: String,
    /// Unit.
    pub body: String,
    /// Role.
    pub role: String,
    /// Last signed in.
    pub last_seen: String,
    /// 在用 or 停用.
    pub state: Tag,
    /// 停用, 启用, 重设口令.
    pub actions: Vec<Action>,
}

/// An open invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvitationRow {
    /// For whom.
    pub name: String,
    /// Unit and role.
    pub body: String,
    /// Until when.
    pub until: String,
    /// 撤回.
    pub actions: Vec<Action>,
}

impl AccountsPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let wrong = wrongs(&self.invite);
        page(
            &self.shell,
            Head {
                title: "账号",
                crumbs: &[Crumb::to("系统", "/settings"), Crumb::here("账号")],
                refused: !wrong.is_empty(),
                narrow: false,
            },
            html! {
                (heading("账号", html! { span.count { "共 " (self.accounts.len()) " 个" } }, html! {}))
                (error_summary(&wrong))
                @if !self.mode.is_empty() { (remark(&Flash { tone: Tone::Neutral, text: self.mode.clone(), link: None })) }
                @if !self.dormant.is_empty() {
                    (remark(&Flash { tone: Tone::Warn, text: format!("长期没有登录的账号：{}。不再使用的请停用。", self.dormant.join("、")), link: None }))
                }
                @if let Some((whom, link)) = &self.link {
                    (card(&format!("给{whom}的一次性链接"), html! {
                        p { "请当面或用内部渠道交给本人。离开本页后不再显示。" }
                        div.fields { (field(&Field::new("one_time_link", "一次性链接", Control::Shown { value: link.clone() }))) }
                    }))
                }
                div.columns {
                    div.primary { (self.table()) (self.invitations()) }
                    @if !self.invite.is_empty() { div.rail {
                        (card("邀请", post_form(&self.shell.csrf, &self.invite_action, "form", Encoding::Plain, html! {
                            div.fields.one { @for one in &self.invite { (field(one)) } }
                            div.actions { (submit("生成邀请链接", Weight::Primary)) }
                        })))
                    } }
                }
            },
        )
    }

    fn table(&self) -> Markup {
        html! {
            div.scroll role="region" aria-labelledby="accounts-caption" tabindex="0" {
                table.stacked {
                    caption.quiet id="accounts-caption" { "账号一览" }
                    thead { tr {
                        @for label in ["姓名", "单位", "角色", "最近登录", "状态", "操作"] { th scope="col" { (label) } }
                    } }
                    tbody {
                        @for one in &self.accounts {
                            tr {
                                th scope="row" data-label="姓名" { a href=(one.href) { (one.name) } small { (one.login) } }
                                td data-label="单位" { (one.body) }
                                td data-label="角色" { (one.role) }
                                td data-label="最近登录" { (one.last_seen) }
                                td data-label="状态" { (tag(&one.state)) }
                                td data-label="操作" { (row_actions(&self.shell.csrf, &one.actions)) }
                            }
                        }
                    }
                }
            }
        }
    }

    fn invitations(&self) -> Markup {
        html! {
            @if !self.invitations.is_empty() {
                div.scroll role="region" aria-labelledby="invitations-caption" tabindex="0" {
                    table.stacked {
                        caption id="invitations-caption" { span.title { "未接受的邀请" } }
                        thead { tr { @for label in ["姓名", "单位与角色", "有效至", "操作"] { th scope="col" { (label) } } } }
                        tbody {
                            @for one in &self.invitations {
                                tr {
                                    th scope="row" data-label="姓名" { (one.name) }
                                    td data-label="单位与角色" { (one.body) }
                                    td data-label="有效至" { (one.until) }
                                    td data-label="操作" { (row_actions(&self.shell.csrf, &one.actions)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn row_actions(csrf: &Csrf, list: &[Action]) -> Markup {
    html! { div.row-actions { @for one in list { (action(csrf, one)) " " } } }
}
