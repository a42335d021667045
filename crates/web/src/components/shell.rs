//! 页面框架: head, notice band, menus, breadcrumb, footer. Public pages have their menu on top; the office has it at the left.
//!
//! On a narrow screen the office menu is opened by a link to it (`:target`), so that it works without script.

use maud::{DOCTYPE, Markup, html};
use zhiheng_pack::procedure::Language;

use super::{
    Link,
    action::{Csrf, Encoding, Weight, post_form, submit},
    flash::{Flash, flash},
};
use crate::assets;

/// Everything around a page's own content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shell {
    /// The county as its pack names it (示例县).
    pub place: String,
    /// What it runs (质量强县).
    pub program: String,
    /// The band on top.
    pub notice: Notice,
    /// Who reads.
    pub reader: Reader,
    /// The menu; public pages have one group without a title.
    pub menu: Vec<MenuGroup>,
    /// Path and query of this page, to come back to it.
    pub here: String,
    /// What the search box holds.
    pub searched: String,
    /// 长辈版: large text, large targets, one column.
    pub elder: bool,
    /// Who runs the page, for the footer.
    pub runner: String,
    /// How much is open for the reader (待办); none where nothing is handled here.
    pub open_work: Option<String>,
    /// What just happened.
    pub flash: Option<Flash>,
    /// The session's token.
    pub csrf: Csrf,
    /// In which language the page and everything around it is.
    pub language: Language,
}

/// The band on top of every page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Notice {
    /// Nothing to say: an installation of the county itself.
    #[default]
    None,
    /// 示例县（虚构）: invented county, invented data.
    Demonstration,
    /// The pack's own words (依据公开文件整理，非政府网站).
    Words(String),
}

/// Who reads the page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Reader {
    /// Anybody.
    #[default]
    Public,
    /// Somebody signed in.
    Staff {
        /// Display name.
        name: String,
        /// Unit (县市场监管局).
        body: String,
    },
}

/// A group of the menu.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MenuGroup {
    /// Title of the group; empty for none.
    pub title: String,
    /// Its entries.
    pub entries: Vec<MenuEntry>,
}

/// An entry of the menu.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MenuEntry {
    /// Words and address.
    pub link: Link,
    /// Number beside it (待办).
    pub badge: Option<String>,
    /// This page belongs to it.
    pub current: bool,
}

/// A step of the breadcrumb; without an address it is where we are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Crumb {
    /// Its words.
    pub label: String,
    /// Its address.
    pub href: Option<String>,
}

impl Crumb {
    /// A step that leads back.
    pub fn to(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: Some(href.into()) }
    }

    /// The last step.
    pub fn here(label: impl Into<String>) -> Self {
        Self { label: label.into(), href: None }
    }
}

/// What the head of the document needs from a page.
#[derive(Debug, Clone, Copy, Default)]
pub struct Head<'a> {
    /// Title of the page.
    pub title: &'a str,
    /// The way here.
    pub crumbs: &'a [Crumb],
    /// A form was refused: the title says so first.
    pub refused: bool,
    /// Narrow content: forms, sign-in, messages.
    pub narrow: bool,
}

/// What a page is printed on. It is said of the whole page: paper that changes between a heading and its table begins a new sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Paper {
    /// A4
    #[default]
    Upright,
    /// A4 横向
    Across,
    /// A3 横向
    Wide,
    /// 公文: nothing but the paper comes out.
    Letter,
    /// 海报 A4: nothing but the posters comes out.
    Poster,
    /// 海报 A5
    SmallPoster,
}

impl Paper {
    fn class(self) -> &'static str {
        match self {
            Paper::Upright => "",
            Paper::Across => " across",
            Paper::Wide => " wide",
            Paper::Letter => " sheet",
            Paper::Poster => " sheet poster-a4",
            Paper::SmallPoster => " sheet poster-a5",
        }
    }
}

/// Renders a whole document around `content`.
pub fn page(shell: &Shell, head: Head<'_>, content: Markup) -> Markup {
    page_on(Paper::Upright, shell, head, content)
}

/// Renders a whole document that is printed on other paper.
pub fn page_on(paper: Paper, shell: &Shell, head: Head<'_>, content: Markup) -> Markup {
    let staff = matches!(shell.reader, Reader::Staff { .. });
    let say = |chinese, english| shell.language.say(chinese, english);
    // Names of the place and of the program have no English; they say so to whoever reads them out.
    let chinese = (shell.language == Language::English).then(|| Language::Chinese.code());
    html! {
        (DOCTYPE)
        html lang=(shell.language.code()) class=[shell.elder.then_some("elder")] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light";
                meta name="referrer" content="same-origin";
                title { @if head.refused { (say("有错误：", "Error: ")) } (head.title) " - " (shell.place) (shell.program) " - 质衡" }
                link rel="stylesheet" href=(assets::style_href());
                link rel="icon" href="data:,";
                script src=(assets::script_href()) defer {}
            }
            body class={ (if staff { "office" } else { "public" }) (paper.class()) } {
                header.top {
                    a.skip href="#main" { (say("跳到正文", "Skip to the content")) }
                    (band(shell))
                    div.bar {
                        p.brand {
                            a href="/" lang=[chinese] { strong { "质衡" } " " span { (shell.place) " · " (shell.program) } }
                        }
                        @if staff { a.menu-open href="#menu" { "菜单" } } @else { (top_menu(shell)) }
                        @if shell.language == Language::Chinese { (find(shell)) }
                        (tools(shell))
                    }
                }
                div class=(if staff { "frame with-menu" } else { "frame" }) {
                    @if staff { (left_menu(shell)) }
                    main id="main" class=[head.narrow.then_some("slim")] tabindex="-1" {
                        @if let Some(message) = &shell.flash { (flash(message)) }
                        (breadcrumb(head.crumbs, shell.language))
                        (content)
                    }
                }
                (footer(shell))
            }
        }
    }
}

fn band(shell: &Shell) -> Markup {
    let english = shell.language == Language::English;
    html! {
        @match &shell.notice {
            Notice::None => {}
            Notice::Demonstration if english => { p.band { "Demonstration: a county that does not exist, with invented data" } }
            Notice::Demonstration => { p.band { strong { "示例县（虚构）" } " · 演示数据，不是任何地方的真实情况" } }
            Notice::Words(words) => { p.band lang=[english.then(|| Language::Chinese.code())] { (words) } }
        }
    }
}

fn entry(entry: &MenuEntry) -> Markup {
    html! {
        li { a href=(entry.link.href) aria-current=[entry.current.then_some("page")] {
            (entry.link.label)
            @if let Some(badge) = &entry.badge { " " span.badge { (badge) } }
        } }
    }
}

fn top_menu(shell: &Shell) -> Markup {
    html! {
        @if !shell.menu.is_empty() {
            nav.menu id="menu" aria-label=(shell.language.say("主菜单", "Menu")) {
                ul { @for one in shell.menu.iter().flat_map(|group| &group.entries) { (entry(one)) } }
            }
        }
    }
}

fn left_menu(shell: &Shell) -> Markup {
    html! {
        nav.side id="menu" aria-label="主菜单" {
            a.menu-close href="#main" { "收起菜单" }
            @for group in &shell.menu {
                @if !group.title.is_empty() { p.group { (group.title) } }
                ul { @for one in &group.entries { (entry(one)) } }
            }
        }
    }
}

/// Percent-encodes a path and query so that it can travel as one query value.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// 检索框: on every page, a plain form.
fn find(shell: &Shell) -> Markup {
    html! {
        form.find method="get" action="/search" role="search" aria-label="全站检索" {
            label.sr for="find" { "检索" }
            input id="find" type="search" name="q" value=(shell.searched) maxlength="80" autocomplete="off" placeholder="产品、单位、编号…";
            (submit("检索", Weight::Plain))
        }
    }
}

fn tools(shell: &Shell) -> Markup {
    let back = encoded(&shell.here);
    let say = |chinese, english| shell.language.say(chinese, english);
    html! {
        div.tools {
            a href={ "/display?elder=" (u8::from(!shell.elder)) "&back=" (back) } rel="nofollow" { @if shell.elder { (say("标准版", "Standard text")) } @else { (say("长辈版", "Large text")) } }
            @match &shell.reader {
                Reader::Public if shell.language == Language::English => {}
                Reader::Public => { a href={ "/login?next=" (back) } rel="nofollow" { "登录" } }
                Reader::Staff { name, body } => {
                    @if let Some(open) = &shell.open_work { a href="/work" { "待办" @if open != "0" { " " span.badge { (open) } } } }
                    span.who { (body) " " strong { (name) } }
                    (post_form(&shell.csrf, "/logout", "inline", Encoding::Plain, html! { button.plain type="submit" { "退出" } }))
                }
            }
        }
    }
}

fn breadcrumb(crumbs: &[Crumb], language: Language) -> Markup {
    html! {
        @if !crumbs.is_empty() {
            nav.crumbs aria-label=(language.say("所在位置", "You are here")) {
                ol { @for crumb in crumbs { li {
                    @match &crumb.href {
                        Some(href) => { a href=(href) { (crumb.label) } }
                        None => { span aria-current="page" { (crumb.label) } }
                    }
                } } }
            }
        }
    }
}

fn footer(shell: &Shell) -> Markup {
    html! {
        footer {
            div.foot {
                @if shell.language == Language::English {
                    p { @if !shell.runner.is_empty() { "Run by " span lang="zh-CN" { (shell.runner) } ". " } "Consumer complaints: call 12315. Any other matter of government: call 12345." }
                    p { a href="/privacy" lang="zh-CN" { "隐私说明" } }
                } @else {
                p { @if !shell.runner.is_empty() { "本页由" (shell.runner) "运行。" } "投诉举报请拨 12315，政务服务请拨 12345。" }
                @if shell.notice == Notice::Demonstration { p { "示例县、乡镇和单位均为虚构。" } }
                p { a href="/about" { "关于本程序" } " " a href="/log" { "透明日志" } " " a href="/privacy" { "隐私说明" } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_survives_the_way_back() {
        assert_eq!(encoded("/board?light=behind&body=县"), "/board%3Flight%3Dbehind%26body%3D%E5%8E%BF");
    }
}
