//! 查看明细: the very records behind a number, and the sum that gives the number again.

use maud::{Markup, html};

use crate::components::{
    action::{Action, actions},
    empty::{Empty, empty},
    pager::{Pager, pager},
    section::heading,
    shell::{Crumb, Head, Shell, page},
    table::{Table, table},
    tabs::{Tab, tabs},
};

/// The records behind one cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CellRecordsPage {
    /// Around the page.
    pub shell: Shell,
    /// 食品抽检合格率.
    pub indicator: String,
    /// Its page.
    pub indicator_href: String,
    /// 2026 年 · 青石镇 · 分母.
    pub cell: String,
    /// How the number comes about.
    pub computation: Option<Computation>,
    /// 分子, 分母, 未计入.
    pub parts: Vec<Tab>,
    /// What this part is (有最终结论的监督抽检批次).
    pub about: String,
    /// 导出当前筛选结果（共 96 条）.
    pub exports: Vec<Action>,
    /// The records.
    pub table: Table,
    /// Where the list stands.
    pub pager: Pager,
}

/// The sum printed above the records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Computation {
    /// 94 ÷ 96 × 100 = 97.9%.
    pub sum: String,
    /// 截至 2026年11月23日 14:06，口径第 2 版.
    pub note: String,
}

impl CellRecordsPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let crumbs = [
            Crumb::to("目标指标", "/board"),
            Crumb::to(self.indicator.clone(), self.indicator_href.clone()),
            Crumb::here("查看明细"),
        ];
        let title = format!("{}：明细", self.indicator);
        page(
            &self.shell,
            Head { title: &title, crumbs: &crumbs, ..Head::default() },
            html! {
                (heading(&title, html! {}, html! { (self.cell) }))
                @if let Some(computation) = &self.computation {
                    section.card.sum aria-label="计算" { p.sum { (computation.sum) } p.small { (computation.note) } }
                }
                (tabs("组成部分", &self.parts))
                @if !self.about.is_empty() { p.soft { (self.about) } }
                (actions(&self.shell.csrf, &self.exports))
                @if self.table.rows.is_empty() {
                    (empty(&self.shell.csrf, &Empty { title: "这一部分没有记录".into(), ..Empty::default() }))
                } @else {
                    (table(&self.table))
                    (pager(&self.pager))
                }
            },
        )
    }
}
