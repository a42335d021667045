//! 批量办理: several cases before one step – which of them can take it, and why the others cannot –, and what became of each.

use maud::{Markup, html};

use crate::components::{
    Link,
    action::{Encoding, Weight, hidden, post_form, submit},
    errors::{Wrong, error_summary, wrongs},
    field::{Field, field},
    flash::{Flash, remark},
    light::Tone,
    section::{card, heading},
    shell::{Crumb, Head, Shell, page},
    table::{Cell, Column, Row, Table, table},
    tag::Tag,
};

use super::Hidden;

/// Several cases that are about to take one step.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchPage {
    /// Around the page.
    pub shell: Shell,
    /// 受理.
    pub step: String,
    /// The list or the workbench they come from.
    pub back: Link,
    /// The cases, each with why it cannot take the step.
    pub cases: Vec<BatchCase>,
    /// Values that travel unseen: the cases that can, the step, the idempotency key.
    pub hidden: Vec<Hidden>,
    /// What is filled in once for all, then reason and remark.
    pub fields: Vec<Field>,
    /// Problems that belong to no field.
    pub problems: Vec<String>,
}

/// A case before the step, or after it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchCase {
    /// The case.
    pub case: Link,
    /// 待受理.
    pub state: String,
    /// Why it cannot be taken, or was not; empty when it can, or was.
    pub why: String,
}

fn crumbs(back: &Link) -> [Crumb; 2] {
    [Crumb::to(back.label.clone(), back.href.clone()), Crumb::here("批量办理")]
}

/// The cases as a table with a word for each.
fn cases(caption: &str, list: &[BatchCase], words: [&str; 4], tones: (Tone, Tone)) -> Markup {
    let [before, question, yes, no] = words;
    let row = |(at, one): (usize, &BatchCase)| {
        let word = if one.why.is_empty() { Tag::new(tones.0, yes) } else { Tag::new(tones.1, no) };
        let texts = [one.state.clone(), one.why.clone()].map(Cell::Text);
        let [state, why] = texts;
        Row::new(vec![Cell::Text((at + 1).to_string()), Cell::Link(one.case.clone()), state, Cell::Tag(word), why])
    };
    let columns = vec![
        Column::number("序号"),
        Column::header("事项"),
        Column::text(before),
        Column::text(question),
        Column::text("原因"),
    ];
    table(&Table {
        id: "cases".into(),
        caption: caption.into(),
        quiet_caption: true,
        columns,
        rows: list.iter().enumerate().map(row).collect(),
        stacked: true,
        ..Table::default()
    })
}

impl BatchPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let title = format!("批量办理：{}", self.step);
        let whole = self.problems.iter().map(|message| Wrong { field: String::new(), message: message.clone() });
        let wrong: Vec<Wrong> = whole.chain(wrongs(&self.fields)).collect();
        let ready = self.cases.iter().filter(|one| one.why.is_empty()).count();
        let (all, left) = (self.cases.len(), self.cases.len() - ready);
        let lead = match (ready, left) {
            (_, 0) => format!("勾选的 {all} 件都可以办。每一件单独办理：一件不能办，不影响其他的。"),
            (0, _) => format!("勾选的 {all} 件现在都不能办，原因逐件写在下面。"),
            _ => format!(
                "勾选 {all} 件，{ready} 件可以办，{left} 件不能办的原因写在下面，不会办理。每一件单独办理，互不影响。"
            ),
        };
        page(
            &self.shell,
            Head { title: &title, crumbs: &crumbs(&self.back), refused: !wrong.is_empty(), ..Head::default() },
            html! {
                (heading(&title, html! {}, html! { (lead) }))
                (error_summary(&wrong))
                (card("勾选的事项", cases("勾选的事项", &self.cases, ["状态", "能否办理", "可办", "不能办"], (Tone::Good, Tone::Warn))))
                @if ready == 0 { div.actions { a.button.primary href=(self.back.href) { "返回" (self.back.label) } } }
                @else {
                    (post_form(&self.shell.csrf, "/work/batch/take", "form card", Encoding::Plain, html! {
                        @for one in &self.hidden { (hidden(&one.name, &one.value)) }
                        p.soft { "下面填写的写进每一件。" }
                        div.fields { @for one in &self.fields { (field(one)) } }
                        div.actions {
                            (submit(&format!("办理 {ready} 件"), Weight::Primary)) " " a.button href=(self.back.href) { "取消" }
                        }
                    }))
                }
            },
        )
    }
}

/// What became of each case.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BatchResultPage {
    /// Around the page.
    pub shell: Shell,
    /// 受理.
    pub step: String,
    /// The list or the workbench they come from.
    pub back: Link,
    /// Case by case.
    pub results: Vec<BatchCase>,
    /// Said besides.
    pub remarks: Vec<String>,
}

impl BatchResultPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let title = format!("批量办理：{}", self.step);
        let done = self.results.iter().filter(|one| one.why.is_empty()).count();
        let left = self.results.len() - done;
        let tone = if left == 0 { Tone::Good } else { Tone::Warn };
        let link = Some(Link::new(format!("回到{}", self.back.label), self.back.href.clone()));
        page(
            &self.shell,
            Head { title: &title, crumbs: &crumbs(&self.back), ..Head::default() },
            html! {
                (heading(&title, html! {}, html! {}))
                (remark(&Flash { tone, text: format!("已办 {done} 件，未办 {left} 件。"), link }))
                @for text in &self.remarks { (remark(&Flash { tone: Tone::Neutral, text: text.clone(), link: None })) }
                (card("逐件结果", cases("逐件结果", &self.results, ["办理前", "结果", "已办", "未办"], (Tone::Good, Tone::Bad))))
            },
        )
    }
}
