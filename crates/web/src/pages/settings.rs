//! 系统设置: the public address behind a TLS proxy and the like.

use maud::{Markup, html};

use crate::components::{
    action::{Encoding, Weight, post_form, submit},
    errors::{error_summary, wrongs},
    field::{Field, field},
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    summary::{Line, summary},
};

/// Settings of the installation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SettingsPage {
    /// Around the page.
    pub shell: Shell,
    /// What can be changed here, by subject.
    pub groups: Vec<SettingsGroup>,
    /// 统一身份登录, which another person sets.
    pub openid: SettingsGroup,
    /// The reader is that person.
    pub may_set_openid: bool,
    /// Where the form goes.
    pub action: String,
    /// The reader may save them.
    pub may_save: bool,
    /// Every policy of passwords in words.
    pub policies: Vec<Line>,
    /// The choice among them, where the reader may choose.
    pub policy: Option<Field>,
    /// The one in force.
    pub policy_name: String,
    /// What runs: version, database, pack, size.
    pub facts: Vec<Line>,
}

/// Settings that belong together.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SettingsGroup {
    /// 访问地址.
    pub title: String,
    /// In a sentence.
    pub about: String,
    /// Its fields.
    pub fields: Vec<Field>,
}

impl SettingsPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let wrong = wrongs(self.groups.iter().chain(std::iter::once(&self.openid)).flat_map(|group| &group.fields));
        page(
            &self.shell,
            Head {
                title: "系统设置",
                crumbs: &[Crumb::to("系统", "/settings"), Crumb::here("设置")],
                refused: !wrong.is_empty(),
                narrow: false,
            },
            html! {
                (heading("系统设置", html! {}, html! {}))
                (error_summary(&wrong))
                div.columns {
                    div.primary {
                        (post_form(&self.shell.csrf, &self.action, "form", Encoding::Plain, html! {
                            @for group in &self.groups {
                                section.card {
                                    h2 { (group.title) }
                                    @if !group.about.is_empty() { p.soft { (group.about) } }
                                    div.fields { @for one in &group.fields { (field(one)) } }
                                }
                            }
                            @if self.may_save { div.actions { (submit("保存设置", Weight::Primary)) } }
                        }))
                        (post_form(&self.shell.csrf, "/settings/openid", "form", Encoding::Plain, html! {
                            section.card {
                                h2 { (self.openid.title) }
                                p.soft { (self.openid.about) }
                                div.fields { @for one in &self.openid.fields { (field(one)) } }
                            }
                            @if self.may_set_openid { div.actions { (submit("保存统一身份登录", Weight::Plain)) } }
                        }))
                        section.card {
                            h2 { "口令策略：" (self.policy_name) }
                            (summary(&self.policies))
                            @if let Some(choice) = &self.policy {
                                (post_form(&self.shell.csrf, "/settings/policy", "form", Encoding::Plain, html! {
                                    div.fields.one { (field(choice)) }
                                    div.actions { (submit("选定策略", Weight::Plain)) }
                                }))
                            }
                        }
                    }
                    div.rail {
                        (card("运行情况", summary(&self.facts)))
                        @if self.may_save {
                            (card("对外发送", html! {
                                p { "把到期提醒发到各人邮箱，把办理进展推送给别的系统。默认都不发。" }
                                div.actions { a.button href="/settings/outgoing" { "设置对外发送" } }
                            }))
                        }
                    }
                }
            },
        )
    }
}
