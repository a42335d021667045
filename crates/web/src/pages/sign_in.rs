//! 登录与设置口令.

use maud::{Markup, html};

use super::record_form::Hidden;
use crate::components::{
    action::{Encoding, Weight, hidden, post_form, submit},
    errors::{Wrong, error_summary, wrongs},
    field::{Control, Field, field},
    flash::{Flash, remark},
    light::Tone,
    section::heading,
    shell::{Head, Shell, page},
};

/// Signing in.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LoginPage {
    /// Around the page.
    pub shell: Shell,
    /// The name as typed.
    pub name: String,
    /// Where to go afterwards.
    pub next: String,
    /// Why it was refused; the same words for a wrong name and a wrong password.
    pub refused: Option<String>,
    /// No account exists yet: how to make the first one.
    pub first: Option<String>,
    /// In the demonstration: whom one can be, login and name, and the password of all of them.
    pub guests: Vec<(String, String, String)>,
    /// 统一身份登录: where it begins, when the county uses it.
    pub elsewhere: Option<String>,
    /// Whom to ask for an account.
    pub help: String,
}

impl LoginPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let name = Field::new(
            "name",
            "用户名",
            Control::Text { value: self.name.clone(), max_len: None, autocomplete: Some("username") },
        )
        .required();
        let password =
            Field::new("password", "口令", Control::Password { autocomplete: "current-password" }).required();
        let refused: Vec<Wrong> =
            self.refused.iter().map(|message| Wrong { field: "name".into(), message: message.clone() }).collect();
        page(
            &self.shell,
            Head { title: "登录", refused: self.refused.is_some(), narrow: true, ..Head::default() },
            html! {
                (heading("登录", html! {}, html! { "登录后可以导入数据、查看完成值和状态。查看方案和已公开的数字不需要登录。" }))
                (error_summary(&refused))
                @if let Some(first) = &self.first { (remark(&Flash { tone: Tone::Warn, text: first.clone(), link: None })) }
                @if !self.guests.is_empty() {
                    section.card {
                        h2 { "示例账号" }
                        p { "只在这个虚构的示例县有效，数据可以随便改；口令每次启动都换。" }
                        ul { @for (login, who, password) in &self.guests {
                            li { (who) "：用户名 " code { (login) } "，口令 " code { (password) } }
                        } }
                    }
                }
                (post_form(&self.shell.csrf, "/login", "form card", Encoding::Plain, html! {
                    (hidden("next", &self.next))
                    div.fields.one { (field(&name)) (field(&password)) }
                    div.actions { (submit("登录", Weight::Primary)) }
                }))
                @if let Some(href) = &self.elsewhere { p { a.button href=(href) { "用统一身份登录" } } }
                @if !self.help.is_empty() { p.soft { (self.help) } }
            },
        )
    }
}

/// Choosing a password through a one-time link: first account, invitation, or reset.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SetPasswordPage {
    /// Around the page.
    pub shell: Shell,
    /// 建立第一个账号, 接受邀请, 重设口令.
    pub title: String,
    /// What will happen.
    pub lead: String,
    /// Where the form goes.
    pub action: String,
    /// Values that travel unseen: the one-time token.
    pub hidden: Vec<Hidden>,
    /// Name and display name, where they are chosen here.
    pub fields: Vec<Field>,
    /// The rule for passwords (不少于 12 个字符).
    pub rule: String,
    /// What is wrong with the password.
    pub password_error: Option<String>,
    /// What is wrong with its repetition.
    pub repeat_error: Option<String>,
    /// 建立账号.
    pub submit: String,
}

impl SetPasswordPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let new = |id: &str, label: &str, error: &Option<String>| Field {
            error: error.clone(),
            ..Field::new(id, label, Control::Password { autocomplete: "new-password" }).required()
        };
        let mut fields = self.fields.clone();
        fields.push(new("password", "新口令", &self.password_error).hint(self.rule.clone()));
        fields.push(new("repeat", "再输一次", &self.repeat_error));
        let wrong = wrongs(&fields);
        page(
            &self.shell,
            Head { title: &self.title, refused: !wrong.is_empty(), narrow: true, ..Head::default() },
            html! {
                (heading(&self.title, html! {}, html! { (self.lead) }))
                (error_summary(&wrong))
                (post_form(&self.shell.csrf, &self.action, "form card", Encoding::Plain, html! {
                    @for one in &self.hidden { (hidden(&one.name, &one.value)) }
                    div.fields.one { @for one in &fields { (field(one)) } }
                    div.actions { (submit(&self.submit, Weight::Primary)) }
                }))
            },
        )
    }
}
