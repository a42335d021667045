//! 对外发送: the mail server, the other system, and what waits or did not arrive.

use maud::{Markup, html};

use crate::components::{
    action::{Action, Encoding, Weight, action, post_form, submit},
    errors::{error_summary, wrongs},
    field::{Field, field},
    flash::{Flash, remark},
    light::Tone,
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    tag::{Tag, tag},
};

/// What leaves the house.
#[derive(Debug, Clone, PartialEq)]
pub struct OutgoingPage {
    /// Around the page.
    pub shell: Shell,
    /// Fields of the mail server.
    pub mail: Vec<Field>,
    /// Fields of the other system.
    pub hook: Vec<Field>,
    /// Mail is sent.
    pub mail_on: bool,
    /// The other system is told.
    pub hook_on: bool,
    /// To whom a letter is sent to try it.
    pub test_to: Field,
    /// Letters carry no links: the settings name no public address.
    pub without_links: bool,
    /// What waits, newest first.
    pub waiting: Vec<OutboxLine>,
    /// What was given up, newest first.
    pub given_up: Vec<OutboxLine>,
}

/// Something that is to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxLine {
    /// Since when.
    pub since: String,
    /// 邮件, 推送.
    pub way: String,
    /// What about.
    pub sort: String,
    /// Attempts of how many.
    pub attempts: String,
    /// How it stands.
    pub state: Tag,
    /// Why the last attempt failed.
    pub error: String,
    /// 重发.
    pub actions: Vec<Action>,
}

impl OutgoingPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let wrong = wrongs(self.mail.iter().chain(&self.hook));
        let csrf = &self.shell.csrf;
        page(
            &self.shell,
            Head {
                title: "对外发送",
                crumbs: &[Crumb::to("系统", "/settings"), Crumb::to("设置", "/settings"), Crumb::here("对外发送")],
                refused: !wrong.is_empty(),
                narrow: false,
            },
            html! {
                (heading("对外发送", html! {}, html! { "邮件和推送默认都不发。发出去的只有数量、编号和日期，没有姓名、标题和内容。" }))
                (error_summary(&wrong))
                @if self.mail_on && self.without_links {
                    (remark(&Flash {
                        tone: Tone::Warn,
                        text: "“设置”里还没有填对外地址，邮件里不带链接。".to_owned(),
                        link: Some(crate::components::Link::new("去填写", "/settings")),
                    }))
                }
                div.columns {
                    div.primary {
                        (post_form(csrf, "/settings/outgoing", "form", Encoding::Plain, html! {
                            section.card {
                                h2 { "邮件" }
                                p.soft { "各人在“我的账号 → 邮件提醒”里自己选择要不要收，地址经验证码确认后才会发去。" }
                                div.fields { @for one in &self.mail { (field(one)) } }
                            }
                            section.card {
                                h2 { "推送（webhook）" }
                                p.soft { "办理有进展时，把事项、编号、程序、状态、期限和承办单位以 JSON 发给别的系统，并附签名。" }
                                div.fields { @for one in &self.hook { (field(one)) } }
                            }
                            div.actions { (submit("保存设置", Weight::Primary)) }
                        }))
                    }
                    div.rail {
                        @if self.mail_on {
                            (card("试发邮件", post_form(csrf, "/settings/outgoing/test-mail", "form", Encoding::Plain, html! {
                                div.fields.one { (field(&self.test_to)) }
                                div.actions { (submit("试发一封", Weight::Plain)) }
                            })))
                        }
                        @if self.hook_on {
                            (card("试发推送", html! {
                                p { "发一条 event 为 test 的推送。" }
                                (action(csrf, &Action::send("试发一条", "/settings/outgoing/test-push")))
                            }))
                        }
                        @if !self.mail_on && !self.hook_on { (card("试发", html! { p { "保存设置后可以在这里试发。" } })) }
                    }
                }
                (self.table("given-up", "没有送到", "没有放弃的。试满次数仍送不到的会列在这里，由您决定是否重发。", &self.given_up))
                (self.table("waiting", "等待发送", "没有等待发送的。", &self.waiting))
            },
        )
    }

    fn table(&self, id: &str, title: &str, nothing: &str, lines: &[OutboxLine]) -> Markup {
        if lines.is_empty() {
            return card(title, html! { p { (nothing) } });
        }
        let caption = format!("{id}-caption");
        html! {
            div.scroll role="region" aria-labelledby=(caption) tabindex="0" {
                table.stacked {
                    caption id=(caption) { span.title { (title) } }
                    thead { tr {
                        @for label in ["时间", "方式", "事项", "已试", "情况", "原因", "操作"] { th scope="col" { (label) } }
                    } }
                    tbody {
                        @for one in lines {
                            tr {
                                th scope="row" data-label="时间" { (one.since) }
                                td data-label="方式" { (one.way) }
                                td data-label="事项" { (one.sort) }
                                td data-label="已试" { (one.attempts) }
                                td data-label="情况" { (tag(&one.state)) }
                                td data-label="原因" { @if one.error.is_empty() { "—" } @else { (one.error) } }
                                td data-label="操作" {
                                    @if one.actions.is_empty() { "—" }
                                    @for act in &one.actions { (action(&self.shell.csrf, act)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
