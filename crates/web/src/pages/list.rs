//! 台账列表: title and count, query form, toolbar, table with 序号, pager – in this order on every list.

use maud::{Markup, html};

use crate::components::{
    action::{Action, actions},
    batch::{Batch, batch},
    empty::{Empty, empty},
    flash::{Flash, remark},
    light::Tone,
    pager::{Pager, pager},
    query::{Query, query},
    section::heading,
    shell::{Crumb, Head, Shell, page},
    table::{Cell, Column, Row, Table, Tick, table},
    tag::plain_tag,
};

/// The records of one kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct KindListPage {
    /// Around the page.
    pub shell: Shell,
    /// 食品抽检样品.
    pub kind: String,
    /// The menu group it is listed under.
    pub group: String,
    /// What a record of it is.
    pub about: String,
    /// 台账 or 办理.
    pub mode: String,
    /// 最近一次导入 2026年11月20日，距今 3 天.
    pub freshness: Option<String>,
    /// 1000+ or 87.
    pub total: String,
    /// Conditions.
    pub query: Query,
    /// 新增, 导入, 导出当前筛选结果（共 n 条）, 打印.
    pub toolbar: Vec<Action>,
    /// 打印台账, 导出勾选的记录, 下载附件, 批量撤销.
    pub batch: Batch,
    /// Headings after 序号.
    pub columns: Vec<Column>,
    /// 序号 of the first row.
    pub first: u64,
    /// Records.
    pub rows: Vec<ListRow>,
    /// Said when the list stopped after a bounded scan.
    pub scan_limit: Option<String>,
    /// Where the list stands.
    pub pager: Pager,
    /// Conditions are set: an empty list means that none match.
    pub filtered: bool,
}

/// A record in the list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListRow {
    /// The record, for the box that chooses it.
    pub id: String,
    /// One cell a column.
    pub cells: Vec<Cell>,
    /// 已撤销.
    pub withdrawn: bool,
}

impl KindListPage {
    /// The whole document.
    pub fn render(&self) -> Markup {
        let crumbs = [Crumb::to("登记台账", "/kinds"), Crumb::here(self.kind.clone())];
        let beside =
            html! { span.count { "共 " (self.total) " 条" } @if !self.mode.is_empty() { (plain_tag(&self.mode)) } };
        let lead = html! { (self.about) @if let Some(freshness) = &self.freshness { " " (freshness) } };
        page(
            &self.shell,
            Head { title: &self.kind, crumbs: &crumbs, ..Head::default() },
            html! {
                (heading(&self.kind, beside, lead))
                (query(&self.query))
                (actions(&self.shell.csrf, &self.toolbar))
                @if let Some(limit) = &self.scan_limit { (remark(&Flash { tone: Tone::Warn, text: limit.clone(), link: None })) }
                @if self.rows.is_empty() { (self.nothing()) } @else { (batch(&self.batch)) (table(&self.table())) }
                // A bounded scan may have found nothing yet and still have a way on.
                @if !self.rows.is_empty() || self.pager.next.is_some() || self.pager.previous.is_some() { (pager(&self.pager)) }
            },
        )
    }

    fn nothing(&self) -> Markup {
        let nothing = if self.filtered {
            Empty {
                title: "没有符合条件的记录".into(),
                text: "放宽日期范围，或者去掉一个条件。".into(),
                actions: vec![Action::open("重置条件", self.query.action.clone())],
            }
        } else {
            Empty {
                title: format!("还没有{}记录", self.kind),
                text: "从现有的表格导入，或者逐条新增。".into(),
                actions: Vec::new(),
            }
        };
        empty(&self.shell.csrf, &nothing)
    }

    fn table(&self) -> Table {
        let rows = self
            .rows
            .iter()
            .zip(self.first..)
            .map(|(row, no)| Row {
                cells: std::iter::once(serial(row, no)).chain(row.cells.iter().cloned()).collect(),
                tone: row.withdrawn.then_some(Tone::Neutral),
            })
            .collect();
        Table {
            id: "records".into(),
            caption: format!("{}一览", self.kind),
            quiet_caption: true,
            columns: std::iter::once(Column::number("序号")).chain(self.columns.iter().cloned()).collect(),
            rows,
            stacked: true,
            ..Table::default()
        }
    }
}

fn serial(row: &ListRow, no: u64) -> Cell {
    let note = if row.withdrawn { "已撤销".to_owned() } else { String::new() };
    Cell::Tick(Tick { no: no.to_string(), value: row.id.clone(), note })
}
