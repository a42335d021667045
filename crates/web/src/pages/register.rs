//! 台账（打印）: the records of a list as a register on paper – title, conditions, 序号, and below who made it, who checks it, and the day.

use maud::{Markup, html};

use crate::components::{
    action::{Action, Weight, actions},
    empty::{Empty, empty},
    section::heading,
    shell::{Crumb, Head, Paper, Shell, page_on},
    table::{Cell, Column, Row, Table, table},
};

/// A register.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RegisterPage {
    /// Around the page.
    pub shell: Shell,
    /// 某县食品抽检样品台账.
    pub title: String,
    /// 食品抽检样品.
    pub kind: String,
    /// The list it comes from.
    pub kind_href: String,
    /// 共 87 条（最终结论：不合格）.
    pub extent: String,
    /// Headings after 序号.
    pub columns: Vec<Column>,
    /// One cell a column.
    pub rows: Vec<Vec<Cell>>,
    /// Said when the register ends before the list does.
    pub cut: Option<String>,
    /// 制表人.
    pub made_by: String,
    /// 日期.
    pub made_on: String,
}

impl RegisterPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let mut crumbs = vec![Crumb::to(self.kind.clone(), self.kind_href.clone()), Crumb::here("打印台账")];
        if self.kind_href.starts_with("/kinds/") {
            crumbs.insert(0, Crumb::to("登记台账", "/kinds"));
        }
        let back = [Action::open("返回列表", self.kind_href.clone()).weight(Weight::Plain)];
        page_on(
            Paper::Across,
            &self.shell,
            Head { title: &self.title, crumbs: &crumbs, ..Head::default() },
            html! {
                div.register {
                    (heading(&self.title, html! {}, html! { (self.extent) }))
                    p.on-screen.soft { "按 Ctrl+P 打印，用 A4 纸横向；菜单和按钮不会印出来。" }
                    div.on-screen data-print="打印" { (actions(&self.shell.csrf, &back)) }
                    @if let Some(cut) = &self.cut { p.note { (cut) } }
                    @if self.rows.is_empty() {
                        (empty(&self.shell.csrf, &Empty { title: "没有可打印的记录".into(), text: "回到列表，放宽条件或者重新勾选。".into(), ..Empty::default() }))
                    } @else {
                        (table(&self.table()))
                        dl.signatures {
                            @for (label, value) in [("制表人", self.made_by.as_str()), ("审核人", ""), ("日期", self.made_on.as_str())] {
                                div { dt { (label) "：" } dd { (value) } }
                            }
                        }
                    }
                }
            },
        )
    }

    fn table(&self) -> Table {
        let numbered = (1u64..).zip(&self.rows).map(|(no, cells)| {
            Row::new(std::iter::once(Cell::Text(no.to_string())).chain(cells.iter().cloned()).collect())
        });
        Table {
            id: "register".into(),
            caption: self.title.clone(),
            quiet_caption: true,
            columns: std::iter::once(Column::number("序号")).chain(self.columns.iter().cloned()).collect(),
            rows: numbered.collect(),
            ..Table::default()
        }
    }
}
