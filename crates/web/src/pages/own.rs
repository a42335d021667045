//! 我的账号, 启用动态口令, 恢复码, and the second step of signing in.

use maud::{Markup, html};

use super::record_form::Hidden;
use crate::components::{
    action::{Action, Encoding, Weight, action, hidden, post_form, submit},
    errors::{Wrong, error_summary, wrongs},
    field::{Control, Field, field},
    flash::{Flash, remark},
    light::Tone,
    qr::QrPicture,
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    summary::{Line, summary},
};

/// One's own account.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MePage {
    /// Around the page.
    pub shell: Shell,
    /// What has to be done before anything else.
    pub owes: Option<String>,
    /// Who one is here.
    pub facts: Vec<Line>,
    /// Fields of a new password.
    pub password: Vec<Field>,
    /// How the second factor stands, where there is one.
    pub second_factor: Option<String>,
    /// Where one is signed in.
    pub sessions: Vec<SessionRow>,
    /// Who acts, acted or will act.
    pub delegations: Vec<DelegationRow>,
    /// Fields of a delegation; none where nobody could act.
    pub delegate: Vec<Field>,
}

/// A session.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionRow {
    /// Signed in.
    pub since: String,
    /// Last used.
    pub seen: String,
    /// The one that reads this page.
    pub current: bool,
    /// 结束.
    pub action: Option<Action>,
}

/// A delegation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DelegationRow {
    /// Who acts.
    pub to: String,
    /// From when to when.
    pub span: String,
    /// 代办中.
    pub state: String,
    /// 结束.
    pub action: Option<Action>,
}

impl MePage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let wrong = wrongs(self.password.iter().chain(&self.delegate));
        let csrf = &self.shell.csrf;
        page(
            &self.shell,
            Head {
                title: "我的账号",
                crumbs: &[Crumb::to("系统", "/me"), Crumb::here("我的账号")],
                refused: !wrong.is_empty(),
                narrow: false,
            },
            html! {
                (heading("我的账号", html! {}, html! {}))
                (error_summary(&wrong))
                @if let Some(owes) = &self.owes { (remark(&Flash { tone: Tone::Warn, text: owes.clone(), link: None })) }
                div.columns {
                    div.primary {
                        (card("修改口令", post_form(csrf, "/me/password", "form", Encoding::Plain, html! {
                            div.fields.one { @for one in &self.password { (field(one)) } }
                            div.actions { (submit("修改口令", Weight::Primary)) }
                        })))
                        (self.sessions())
                        (self.delegations())
                    }
                    div.rail {
                        (card("本人", summary(&self.facts)))
                        (card("邮件提醒", html! {
                            p { "把待办和到期的数量发到您的邮箱。默认不发。" }
                            div.actions { a.button href="/me/mail" { "设置邮件提醒" } }
                        }))
                        (card("常用意见", html! {
                            p { "办理时常写的话存下来，写意见时选用。" }
                            a.button href="/me/phrases" { "管理常用意见" }
                        }))
                        (card("动态口令", html! {
                            @match &self.second_factor {
                                Some(state) => p { (state) },
                                None => {
                                    p { "登录时除口令外再输一个手机上的六位数字，口令泄露也登录不了。" }
                                    (action(csrf, &Action::send("启用动态口令", "/me/second-factor")))
                                }
                            }
                        }))
                    }
                }
            },
        )
    }

    fn sessions(&self) -> Markup {
        html! {
            div.scroll role="region" aria-labelledby="sessions-caption" tabindex="0" {
                table.stacked {
                    caption id="sessions-caption" { span.title { "现在登录的地方" } }
                    thead { tr { @for label in ["登录时间", "最近使用", "操作"] { th scope="col" { (label) } } } }
                    tbody {
                        @for one in &self.sessions {
                            tr {
                                th scope="row" data-label="登录时间" { (one.since) }
                                td data-label="最近使用" { (one.seen) }
                                td data-label="操作" {
                                    @if one.current { "本次登录" }
                                    @if let Some(end) = &one.action { (action(&self.shell.csrf, end)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn delegations(&self) -> Markup {
        html! {
            @if !self.delegations.is_empty() {
                div.scroll role="region" aria-labelledby="delegations-caption" tabindex="0" {
                    table.stacked {
                        caption id="delegations-caption" { span.title { "代办" } }
                        thead { tr { @for label in ["代办人", "期间", "状态", "操作"] { th scope="col" { (label) } } } }
                        tbody {
                            @for one in &self.delegations {
                                tr {
                                    th scope="row" data-label="代办人" { (one.to) }
                                    td data-label="期间" { (one.span) }
                                    td data-label="状态" { (one.state) }
                                    td data-label="操作" { @if let Some(end) = &one.action { (action(&self.shell.csrf, end)) } }
                                }
                            }
                        }
                    }
                }
            }
            @if !self.delegate.is_empty() {
                (card("我不在时由谁代办", post_form(&self.shell.csrf, "/me/delegations", "form", Encoding::Plain, html! {
                    p.soft { "代办人在这几天里拥有您的岗位，以自己的名字办理。" }
                    div.fields { @for one in &self.delegate { (field(one)) } }
                    div.actions { (submit("委托代办", Weight::Plain)) }
                })))
            }
        }
    }
}

/// Enrolling a second factor.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EnrolPage {
    /// Around the page.
    pub shell: Shell,
    /// The secret as a picture.
    pub picture: Option<QrPicture>,
    /// The secret as text, in groups.
    pub secret: Option<String>,
    /// Why the code was refused.
    pub error: Option<String>,
}

impl EnrolPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let code = Field { error: self.error.clone(), ..code_field("手机上显示的六位数字") };
        let wrong = wrongs(std::slice::from_ref(&code));
        page(
            &self.shell,
            Head {
                title: "启用动态口令",
                crumbs: &[Crumb::to("我的账号", "/me"), Crumb::here("启用动态口令")],
                refused: !wrong.is_empty(),
                narrow: true,
            },
            html! {
                (heading("启用动态口令", html! {}, html! { "手机上装一个验证器应用（支持 TOTP 的都可以），不需要联网。" }))
                (error_summary(&wrong))
                @if let Some(picture) = &self.picture {
                    (card("第一步：用应用扫描", html! {
                        (picture.draw("动态口令二维码，扫不了时用下面的密钥"))
                        @if let Some(secret) = &self.secret { p { "扫不了时，手工输入密钥：" code { (secret) } } }
                    }))
                }
                (card(if self.picture.is_some() { "第二步：输入一次" } else { "再输一次" }, html! {
                    (post_form(&self.shell.csrf, "/me/second-factor/confirm", "form", Encoding::Plain, html! {
                        div.fields.one { (field(&code)) }
                        div.actions { (submit("启用", Weight::Primary)) " " a.button href="/me" { "先不启用" } }
                    }))
                }))
            },
        )
    }
}

fn code_field(label: &str) -> Field {
    Field::new(
        "code",
        label,
        Control::Text { value: String::new(), max_len: Some(20), autocomplete: Some("one-time-code") },
    )
    .required()
}

/// The recovery codes, shown once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RecoveryCodesPage {
    /// Around the page.
    pub shell: Shell,
    /// The codes.
    pub codes: Vec<String>,
}

impl RecoveryCodesPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        page(
            &self.shell,
            Head {
                title: "恢复码",
                crumbs: &[Crumb::to("我的账号", "/me"), Crumb::here("恢复码")],
                refused: false,
                narrow: true,
            },
            html! {
                (heading("动态口令已启用", html! {}, html! { "下面的恢复码只显示这一次，请抄下或打印，锁起来保管。" }))
                (card("恢复码", html! {
                    p { "手机不在身边时，用一个恢复码代替六位数字；每个只能用一次。" }
                    ul { @for code in &self.codes { li { code { (code) } } } }
                    p { a.button.primary href="/me" { "抄好了" } }
                }))
            },
        )
    }
}

/// The second step of signing in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CodePage {
    /// Around the page.
    pub shell: Shell,
    /// Values that travel unseen: the ticket, and where to go.
    pub hidden: Vec<Hidden>,
    /// Why the code was refused.
    pub refused: Option<String>,
}

impl CodePage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let wrong: Vec<Wrong> =
            self.refused.iter().map(|message| Wrong { field: "code".into(), message: message.clone() }).collect();
        let code = code_field("动态口令").hint("手机验证器上的六位数字；手机不在身边时输一个恢复码");
        page(
            &self.shell,
            Head { title: "登录", refused: self.refused.is_some(), narrow: true, ..Head::default() },
            html! {
                (heading("再输动态口令", html! {}, html! { "口令正确。请在五分钟内输入动态口令。" }))
                (error_summary(&wrong))
                (post_form(&self.shell.csrf, "/login/code", "form card", Encoding::Plain, html! {
                    @for one in &self.hidden { (hidden(&one.name, &one.value)) }
                    div.fields.one { (field(&code)) }
                    div.actions { (submit("登录", Weight::Primary)) " " a.button href="/login" { "重新登录" } }
                }))
            },
        )
    }
}
