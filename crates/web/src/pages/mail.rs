//! 邮件提醒: one's own choice, and the code that confirms the address.

use maud::{Markup, html};

use crate::components::{
    action::{Encoding, Weight, post_form, submit},
    errors::{error_summary, wrongs},
    field::{Field, field},
    flash::{Flash, remark},
    light::Tone,
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
};

/// What one wants by mail.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MailPage {
    /// Around the page.
    pub shell: Shell,
    /// The county sends mail at all.
    pub on: bool,
    /// The hour of the digest.
    pub hour: String,
    /// What holds now, in a sentence.
    pub state: String,
    /// The choice and the address.
    pub fields: Vec<Field>,
    /// The code, where an address waits for it.
    pub code: Option<Field>,
}

impl MailPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let wrong = wrongs(self.fields.iter().chain(&self.code));
        let csrf = &self.shell.csrf;
        page(
            &self.shell,
            Head {
                title: "邮件提醒",
                crumbs: &[Crumb::to("我的账号", "/me"), Crumb::here("邮件提醒")],
                refused: !wrong.is_empty(),
                narrow: true,
            },
            html! {
                (heading("邮件提醒", html! {}, html! { (self.state) }))
                (error_summary(&wrong))
                @if !self.on {
                    (remark(&Flash {
                        tone: Tone::Neutral,
                        text: "系统管理员还没有设置邮件服务器，现在选了也收不到。".to_owned(),
                        link: None,
                    }))
                }
                @if let Some(code) = &self.code {
                    (card("确认邮箱", post_form(csrf, "/me/mail/confirm", "form", Encoding::Plain, html! {
                        p.soft { "三十分钟内有效。确认之前不会往这个地址发别的邮件。" }
                        div.fields.one { (field(code)) }
                        div.actions { (submit("确认邮箱", Weight::Primary)) }
                    })))
                }
                (card("选择", post_form(csrf, "/me/mail", "form", Encoding::Plain, html! {
                    div.fields.one { @for one in &self.fields { (field(one)) } }
                    div.actions { (submit("保存", if self.code.is_some() { Weight::Plain } else { Weight::Primary })) }
                })))
                (card("邮件里有什么", html! {
                    p { "汇总在每个工作日 " (self.hour) " 时发一封：超期、将到期和待办的件数，到期日，未读消息数。没有待办也没有未读的，当天不发。" }
                    p { "邮件不是保密的地方，所以不写姓名、标题和内容；要看具体事项，请登录系统。" }
                }))
            },
        )
    }
}
