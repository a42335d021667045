//! 轮岗交接: whose work, what it is and who takes it, and what became of each case.

use maud::{Markup, html};

use crate::components::{
    Link,
    action::{Encoding, Weight, post_form, submit},
    errors::{error_summary, wrongs},
    field::{Field, field},
    flash::{Flash, remark},
    light::Tone,
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    summary::{Line, summary},
    table::{Cell, Column, Row, Table, table},
    tag::Tag,
};

const WORK: &str = "工作台";
const TITLE: &str = "轮岗交接";

/// The people whose work the reader may hand over.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HoldersPage {
    /// Around the page.
    pub shell: Shell,
    /// Each: person, unit, how much.
    pub holders: Vec<(Link, String, String)>,
}

impl HoldersPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let row = |(person, body, lines): &(Link, String, String)| {
            Row::new(vec![Cell::Link(person.clone()), Cell::Text(body.clone()), Cell::Text(lines.clone())])
        };
        let crumbs = [Crumb::to(WORK, "/work"), Crumb::here(TITLE)];
        page(
            &self.shell,
            Head { title: TITLE, crumbs: &crumbs, narrow: true, ..Head::default() },
            html! {
                (heading(TITLE, html! {}, html! { "换岗、离岗时，把一个人名下没有办完的事项、未读消息和岗位一次移交给同单位的另一个人；岗位由安全管理员移交。短期不在，请在“我的账号”里委托代办。" }))
                (card("移交谁的事项", table(&Table {
                    id: "holders".into(),
                    caption: "名下有待办的人".into(),
                    quiet_caption: true,
                    columns: vec![Column::header("姓名"), Column::text("单位"), Column::text("名下待办")],
                    rows: self.holders.iter().map(row).collect(),
                    stacked: true,
                    empty: Some("没有交办到个人的待办，也没有岗位，不需要移交。".into()),
                    ..Table::default()
                })))
            },
        )
    }
}

/// What would be handed over, to whom, and why.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HandOverPage {
    /// Around the page.
    pub shell: Shell,
    /// Whose work.
    pub from: String,
    /// How many cases in all.
    pub count: usize,
    /// By kind; messages, and posts that somebody else passes on.
    pub kinds: Vec<Line>,
    /// There is something to hand over.
    pub something: bool,
    /// Where the form goes.
    pub action: String,
    /// Who takes it, and why; none where nobody could.
    pub fields: Vec<Field>,
}

impl HandOverPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let title = format!("{TITLE}：{}", self.from);
        let wrong = wrongs(&self.fields);
        let crumbs = [Crumb::to(WORK, "/work"), Crumb::to(TITLE, "/work/handover"), Crumb::here(self.from.clone())];
        page(
            &self.shell,
            Head { title: &title, crumbs: &crumbs, refused: !wrong.is_empty(), narrow: true },
            html! {
                (heading(&title, html! {}, html! { "每一件的办理过程记下由谁移交、为什么；期限不变。双方都会收到移交清单。" }))
                (error_summary(&wrong))
                @if !self.something {
                    (remark(&Flash { tone: Tone::Neutral, text: "名下没有未办结的事项、岗位和未读消息，不需要移交。".into(), link: Some(Link::new("回到工作台", "/work")) }))
                } @else {
                    @if !self.kinds.is_empty() { (card(&format!("名下未办结 {} 件", self.count), summary(&self.kinds))) }
                    @if self.fields.is_empty() {
                        (remark(&Flash { tone: Tone::Warn, text: "承办单位没有别的在用账号可以接手，请先由系统管理员建账号。".into(), link: None }))
                    } @else {
                        (post_form(&self.shell.csrf, &self.action, "form card", Encoding::Plain, html! {
                            div.fields { @for one in &self.fields { (field(one)) } }
                            div.actions {
                                (submit(&if self.count == 0 { "移交".to_owned() } else { format!("移交 {} 件", self.count) }, Weight::Primary)) " "
                                a.button href="/work/handover" { "取消" }
                            }
                        }))
                    }
                }
            },
        )
    }
}

/// What became of each case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HandedOverPage {
    /// Around the page.
    pub shell: Shell,
    /// Whose work it was.
    pub from: String,
    /// Posts that passed.
    pub posts: Vec<String>,
    /// Messages that were passed on.
    pub messages: usize,
    /// Each: the case, its kind, and why it stayed; empty when it passed.
    pub cases: Vec<(Link, String, String)>,
}

impl HandedOverPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let title = format!("{TITLE}：{}", self.from);
        let passed = self.cases.iter().filter(|(.., why)| why.is_empty()).count();
        let stayed = self.cases.len() - passed;
        let tone = if stayed == 0 { Tone::Good } else { Tone::Warn };
        let row = |(case, kind, why): &(Link, String, String)| {
            let word =
                if why.is_empty() { Tag::new(Tone::Good, "已移交") } else { Tag::new(Tone::Bad, "未移交") };
            let case = if case.href.is_empty() { Cell::Text(case.label.clone()) } else { Cell::Link(case.clone()) };
            Row::new(vec![case, Cell::Text(kind.clone()), Cell::Tag(word), Cell::Text(why.clone())])
        };
        let crumbs = [Crumb::to(WORK, "/work"), Crumb::to(TITLE, "/work/handover"), Crumb::here("结果")];
        let posts =
            if self.posts.is_empty() { String::new() } else { format!("岗位：{}。", self.posts.join("、")) };
        let messages =
            if self.messages == 0 { String::new() } else { format!("转交未读消息 {} 条。", self.messages) };
        let text = format!(
            "已移交 {passed} 件，未移交 {stayed} 件。{posts}{messages}移交清单已发给双方，见各自工作台的消息。"
        );
        page(
            &self.shell,
            Head { title: &title, crumbs: &crumbs, ..Head::default() },
            html! {
                (heading(&title, html! {}, html! {}))
                (remark(&Flash { tone, text, link: Some(Link::new("回到工作台", "/work")) }))
                (card("移交清单", table(&Table {
                    id: "passed".into(),
                    caption: "移交清单".into(),
                    quiet_caption: true,
                    columns: vec![Column::header("事项"), Column::text("种类"), Column::text("结果"), Column::text("原因")],
                    rows: self.cases.iter().map(row).collect(),
                    stacked: true,
                    ..Table::default()
                })))
            },
        )
    }
}
