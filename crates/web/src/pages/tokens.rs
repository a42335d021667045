//! 接口令牌: what other programs show instead of a password. A new one is shown once.

use maud::{Markup, html};

use crate::components::{
    action::{Action, Encoding, Weight, action, post_form, submit},
    empty::{Empty, empty},
    errors::{error_summary, wrongs},
    field::{Control, Field, field},
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    tag::{Tag, tag},
};

/// The tokens that an account sees.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TokensPage {
    /// Around the page.
    pub shell: Shell,
    /// Tokens, newest first.
    pub tokens: Vec<TokenLine>,
    /// Fields of a new one.
    pub fields: Vec<Field>,
    /// Where the form goes.
    pub action: String,
    /// A token just made: what it is for, and the token. Shown once.
    pub made: Option<(String, String)>,
}

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenLine {
    /// What it is for.
    pub name: String,
    /// Whose.
    pub of: String,
    /// What it may do.
    pub rights: String,
    /// Until when.
    pub until: String,
    /// Last used.
    pub used: String,
    /// 有效, 已过期, 已撤销.
    pub state: Tag,
    /// 撤销.
    pub actions: Vec<Action>,
}

impl TokensPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let wrong = wrongs(&self.fields);
        page(
            &self.shell,
            Head {
                title: "接口令牌",
                crumbs: &[Crumb::to("首页", "/"), Crumb::here("接口令牌")],
                refused: !wrong.is_empty(),
                narrow: false,
            },
            html! {
                (heading("接口令牌", html! { span.count { "共 " (self.tokens.len()) " 个" } }, html! {
                    "供别的程序读写数据用，写在请求头 Authorization: Bearer 里。令牌能做的不超过它所属的账号或者单位。"
                }))
                (error_summary(&wrong))
                @if let Some((name, token)) = &self.made {
                    (card(&format!("“{name}”的令牌"), html! {
                        p { "请现在就复制到要用它的程序里。离开本页后不再显示，系统里也没有存。" }
                        div.fields { (field(&Field::new("token", "令牌", Control::Shown { value: token.clone() }))) }
                    }))
                }
                div.columns {
                    div.primary { (self.table()) }
                    div.rail {
                        (card("新建", post_form(&self.shell.csrf, &self.action, "form", Encoding::Plain, html! {
                            div.fields.one { @for one in &self.fields { (field(one)) } }
                            div.actions { (submit("生成令牌", Weight::Primary)) }
                        })))
                    }
                }
            },
        )
    }

    fn table(&self) -> Markup {
        if self.tokens.is_empty() {
            return empty(
                &self.shell.csrf,
                &Empty {
                    title: "还没有令牌".to_owned(),
                    text: "要让别的程序读写数据，在这里生成一个令牌。".to_owned(),
                    ..Empty::default()
                },
            );
        }
        html! {
            div.scroll role="region" aria-labelledby="tokens-caption" tabindex="0" {
                table.stacked {
                    caption.quiet id="tokens-caption" { "令牌一览" }
                    thead { tr {
                        @for label in ["用途", "属于", "权限", "有效至", "最近使用", "状态", "操作"] { th scope="col" { (label) } }
                    } }
                    tbody {
                        @for one in &self.tokens {
                            tr {
                                th scope="row" data-label="用途" { (one.name) }
                                td data-label="属于" { (one.of) }
                                td data-label="权限" { (one.rights) }
                                td data-label="有效至" { (one.until) }
                                td data-label="最近使用" { (one.used) }
                                td data-label="状态" { (tag(&one.state)) }
                                td data-label="操作" {
                                    div.row-actions { @for act in &one.actions { (action(&self.shell.csrf, act)) " " } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
