//! 表格: caption, header scopes, numbers to the right, and a container that scrolls and takes the focus. A table whose
//! rows become cards on a phone is `stacked`; one whose columns must be compared scrolls instead.

use maud::{Markup, html};

use super::{
    Link, Sample,
    batch::{BATCH_FORM, BATCH_NAME},
    light::{Light, Tone, light},
    tag::{Tag, tag},
};

/// A table of plain cells.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    /// Unique on its page.
    pub id: String,
    /// What the table holds.
    pub caption: String,
    /// Source, period or instruction, beside the caption.
    pub note: Option<String>,
    /// The caption is read aloud but not shown, because the heading above says the same.
    pub quiet_caption: bool,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows; each has one cell a column.
    pub rows: Vec<Row>,
    /// Rows become cards on a phone.
    pub stacked: bool,
    /// Said instead of rows when there are none.
    pub empty: Option<String>,
}

/// A column.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub label: String,
    /// Numbers: aligned right.
    pub numeric: bool,
    /// Names the row (`th scope=row`).
    pub header: bool,
}

impl Column {
    /// A column of words.
    pub fn text(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// A column of numbers.
    pub fn number(label: impl Into<String>) -> Self {
        Self { label: label.into(), numeric: true, ..Self::default() }
    }

    /// The column that names the row.
    pub fn header(label: impl Into<String>) -> Self {
        Self { label: label.into(), header: true, ..Self::default() }
    }
}

/// A row.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// One cell a column.
    pub cells: Vec<Cell>,
    /// Tone of the row's edge.
    pub tone: Option<Tone>,
}

impl Row {
    /// A plain row.
    pub fn new(cells: Vec<Cell>) -> Self {
        Self { cells, tone: None }
    }
}

/// What a cell may hold.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Words or a number; empty text prints as —.
    Text(String),
    /// A date or a short word, which is not broken into two lines.
    Short(String),
    /// Words of less weight.
    Soft(String),
    /// A value with a smaller second line.
    Noted(String, String),
    /// A way to something.
    Link(Link),
    /// Several.
    Links(Vec<Link>),
    /// A light.
    Light(Light),
    /// A tag.
    Tag(Tag),
    /// ~~old~~ new.
    Changed(String, String),
    /// 序号 with the box that chooses its row.
    Tick(Tick),
}

/// A box of a row; it belongs to the form of [`super::batch`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tick {
    /// 序号.
    pub no: String,
    /// What the form is sent.
    pub value: String,
    /// 已撤销, under the number.
    pub note: String,
}

/// 未填 shows as —.
pub fn or_dash(text: &str) -> &str {
    if text.is_empty() { "—" } else { text }
}

/// Renders one cell's content.
pub fn cell(cell: &Cell) -> Markup {
    html! {
        @match cell {
            Cell::Text(text) => { (or_dash(text)) }
            Cell::Short(text) => { span.keep { (or_dash(text)) } }
            Cell::Soft(text) => { span.soft { (text) } }
            Cell::Noted(text, note) => { (or_dash(text)) @if !note.is_empty() { small { (note) } } }
            Cell::Link(link) => { a.keep[is_number(&link.label)] href=(link.href) { (or_dash(&link.label)) } }
            Cell::Links(links) => { span.links { @for link in links { a href=(link.href) { (link.label) } " " } } }
            Cell::Light(one) => { (light(*one)) }
            Cell::Tag(one) => { (tag(one)) }
            Cell::Tick(tick) => {
                label.tick {
                    input type="checkbox" name=(BATCH_NAME) value=(tick.value) form=(BATCH_FORM) aria-label={ "选中第 " (tick.no) " 条" };
                    " " span.soft { (tick.no) }
                }
                @if !tick.note.is_empty() { small { (tick.note) } }
            }
            Cell::Changed(old, new) => { del { (or_dash(old)) } " " ins { (or_dash(new)) } }
        }
    }
}

/// 编号 of ordinary length: letters and digits, read as one word and so kept on one line.
fn is_number(text: &str) -> bool {
    text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Renders a table in its scrolling container.
pub fn table(table: &Table) -> Markup {
    let caption = format!("{}-caption", table.id);
    html! {
        div.scroll role="region" aria-labelledby=(caption) tabindex="0" {
            table.stacked[table.stacked] id=(table.id) {
                caption id=(caption) class=[table.quiet_caption.then_some("quiet")] {
                    span.title { (table.caption) }
                    @if let Some(note) = &table.note { " " span.note { (note) } }
                }
                thead { tr {
                    @for column in &table.columns { th scope="col" class=[column.numeric.then_some("num")] { (column.label) } }
                } }
                tbody {
                    @for row in &table.rows {
                        tr class=[row.tone.map(Tone::class)] {
                            @for (column, content) in table.columns.iter().zip(&row.cells) {
                                @if column.header {
                                    th scope="row" data-label=(column.label) { (cell(content)) }
                                } @else {
                                    td class=[column.numeric.then_some("num")] data-label=(column.label) { (cell(content)) }
                                }
                            }
                        }
                    }
                    @if table.rows.is_empty() {
                        @if let Some(empty) = &table.empty { tr.blank { td colspan=(table.columns.len()) { (empty) } } }
                    }
                }
            }
        }
    }
}

/// A comparison, a stacked list, and an empty one.
pub fn samples() -> Vec<Sample> {
    let columns =
        vec![Column::header("乡镇街道"), Column::number("检验批次"), Column::number("合格率"), Column::text("说明")];
    let row = |name: &str, count: &str, rate: &str, note: &str| {
        Row::new(vec![
            Cell::Text(name.into()),
            Cell::Link(Link::new(count, "#")),
            Cell::Noted(rate.into(), "96.8–99.5".into()),
            Cell::Soft(note.into()),
        ])
    };
    let base = Table {
        id: "sample-table".into(),
        caption: "按抽样地点".into(),
        note: Some("2026 年，不作乡镇评价；点数字查看明细".into()),
        columns,
        rows: vec![row("甲街道", "312", "98.7%", ""), row("白溪镇", "24", "100%", "样本少")],
        empty: Some("没有记录。".into()),
        ..Table::default()
    };
    let changed = Row {
        cells: vec![
            Cell::Text("乙街道".into()),
            Cell::Changed("185".into(), "187".into()),
            Cell::Light(Light::Met),
            Cell::Tag(Tag::new(Tone::Warn, "待核")),
        ],
        tone: Some(Tone::Warn),
    };
    let stacked = Table {
        id: "sample-stacked".into(),
        caption: "按抽样地点（更正后）".into(),
        stacked: true,
        rows: vec![changed],
        ..base.clone()
    };
    let blank = Table { id: "sample-blank".into(), caption: "按月".into(), rows: Vec::new(), ..base.clone() };
    vec![
        Sample::new("table", "比较", table(&base)),
        Sample::new("table", "手机上成卡片", table(&stacked)),
        Sample::new("table", "没有行", table(&blank)),
    ]
}
