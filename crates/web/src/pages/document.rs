//! 文书页: a document as it prints, and around it what the screen needs: the number, the Word file, earlier papers.

use maud::{Markup, html};
use zhiheng_pack::document::{Line, Piece, Rendered, Stand, chinese_date};

use crate::components::{
    Link,
    action::{Action, Encoding, Weight, actions, hidden, post_form, submit},
    section::{card, heading},
    shell::{Crumb, Head, Paper, Shell, page_on},
    tag::{Tag, tag},
};

/// One document of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct DocumentPage {
    /// Around the page.
    pub shell: Shell,
    /// 消费投诉.
    pub kind: String,
    /// The list of its kind.
    pub kind_href: String,
    /// What the record is called.
    pub record: String,
    /// Its page.
    pub record_href: String,
    /// 已编号, 拟稿.
    pub state: Tag,
    /// 文书式样五, 记录第 3 版, 2026年3月5日编号.
    pub facts: Vec<String>,
    /// The paper.
    pub paper: Rendered,
    /// A word at the head of the paper (拟稿, 演示数据).
    pub mark: String,
    /// 下载 Word.
    pub actions: Vec<Action>,
    /// Where the number is assigned, while there is none.
    pub numbering: Option<Numbering>,
    /// Papers that were numbered before.
    pub earlier: Vec<Link>,
}

/// The form that assigns the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbering {
    /// Where it goes.
    pub action: String,
    /// The version of the record that is numbered.
    pub version: i64,
    /// What numbering does.
    pub consequence: String,
}

impl DocumentPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let crumbs = [
            Crumb::to("登记台账", "/kinds"),
            Crumb::to(&self.kind, &self.kind_href),
            Crumb::to(&self.record, &self.record_href),
            Crumb::here(&self.paper.title),
        ];
        let facts =
            html! { @for (at, fact) in self.facts.iter().enumerate() { @if at > 0 { span.dot { "·" } } (fact) } };
        page_on(
            Paper::Letter,
            &self.shell,
            Head { title: &self.paper.title, crumbs: &crumbs, ..Head::default() },
            html! {
                div.screen { (heading(&self.paper.title, tag(&self.state), facts)) }
                div.columns {
                    div.primary { (self.paper()) }
                    div.rail.screen {
                        (card("办理", html! {
                            @if let Some(numbering) = &self.numbering { (self.number(numbering)) }
                            (actions(&self.shell.csrf, &self.actions))
                            p.small { "用浏览器的打印（Ctrl+P）直接打印，只印出文书本身。" }
                        }))
                        @if !self.earlier.is_empty() {
                            (card("编过文号的", html! { ul.plain { @for one in &self.earlier { li { a href=(one.href) { (one.label) } } } } }))
                        }
                    }
                }
            },
        )
    }

    fn number(&self, numbering: &Numbering) -> Markup {
        post_form(
            &self.shell.csrf,
            &numbering.action,
            "form",
            Encoding::Plain,
            html! {
                (hidden("version", &numbering.version.to_string()))
                p { (numbering.consequence) }
                div.actions { (submit("编文号", Weight::Primary)) }
            },
        )
    }

    fn paper(&self) -> Markup {
        let paper = &self.paper;
        html! {
            article.letter aria-label=(paper.title) {
                @if !self.mark.is_empty() { p.letter-mark { (self.mark) } }
                p.letter-title { (paper.title) }
                @if let Some(number) = &paper.number { p.letter-number { (line(number)) } }
                @for paragraph in &paper.paragraphs {
                    p class=(match paragraph.stand { Stand::Address => "letter-address", Stand::Body => "letter-text" }) { (line(&paragraph.line)) }
                }
                @if let Some((body, day)) = &paper.seal {
                    div.letter-sign { p { (line(body)) } p { (chinese_date(*day)) } }
                }
                @if !paper.copies.is_empty() { p.letter-copies { "送达：" (paper.copies.join("、")) } }
            }
        }
    }
}

/// A gap is told to who cannot see the rule.
fn line(pieces: &Line) -> Markup {
    html! {
        @for piece in pieces { @match piece {
            Piece::Text(text) => { (text) }
            Piece::Gap => { span.gap { span.sr { "（空白待填）" } } }
        } }
    }
}
