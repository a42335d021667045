//! What a document says, as plain data. The JSON of these types is the shape of `zhiheng read --json`
//! (docs/design, contract): keys may be added, never renamed.

use serde::Serialize;

/// An official document as read (公文).
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Document {
    /// Title as printed, lines joined (标题): of the notice where the plan comes with one.
    pub title: Option<String>,
    /// Title of the plan that a notice carries (关于印发…的通知).
    pub plan_title: Option<String>,
    /// Document number (发文字号), such as 国发〔2019〕4号.
    pub number: Option<String>,
    /// Issuing body (发文机关).
    pub issuer: Option<String>,
    /// Day of issue (成文日期), `YYYY-MM-DD`.
    pub issued_on: Option<String>,
    /// Parts (部分): headings of the first level with their sections.
    pub parts: Vec<Part>,
    /// Every heading in order of the text (标题层次).
    pub headings: Vec<Heading>,
    /// Numbered units at the lowest numbered level: the measures (措施).
    pub items: Vec<Item>,
    /// Rows of the indicator tables (指标表).
    pub indicators: Vec<Indicator>,
    /// Targets found in running text (目标).
    pub targets: Vec<Target>,
    /// Glossary (名词解释).
    pub terms: Vec<Term>,
    /// Responsible bodies printed in brackets or lines (责任分工).
    pub assignments: Vec<Assignment>,
    /// Rows of task tables (任务分工表).
    pub task_table: Vec<Task>,
    /// The document audited against itself.
    pub findings: Vec<Finding>,
    /// What looks like a target or a row and could not be placed.
    pub unplaced: Vec<Quote>,
}

/// A part (部分): a heading of the first level.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Part {
    /// Number as printed.
    pub no: u32,
    /// Title.
    pub title: Option<String>,
    /// Sections (节) in order.
    pub sections: Vec<Section>,
}

/// A section (节): a heading of the second level.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Section {
    /// Number as printed.
    pub no: u32,
    /// Title.
    pub title: Option<String>,
    /// Numbers of the items below it.
    pub items: Vec<u32>,
}

/// A heading (标题).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Heading {
    /// 1 is the highest.
    pub level: u32,
    /// Number as printed.
    pub no: u32,
    /// Label as printed: 第一篇, 一、, （一）, 1．.
    pub label: String,
    /// Title; none where a numbered paragraph starts at once with its text.
    pub title: Option<String>,
    /// First words of a numbered paragraph without a title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts: Option<String>,
    /// Start of the label.
    pub start: usize,
    /// End of the title.
    pub end: usize,
}

/// A numbered measure (措施).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// Number as printed.
    pub no: u32,
    /// Title.
    pub title: Option<String>,
    /// Text after the title.
    pub text: String,
    /// Number of its part.
    pub part: Option<u32>,
    /// Number of its section.
    pub section: Option<u32>,
    /// Responsible bodies (责任单位).
    pub bodies: Vec<Body>,
    /// Start of the label.
    pub start: usize,
    /// End of its text.
    pub end: usize,
}

/// A responsible body with its role (责任单位).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Body {
    /// Name as printed.
    pub name: String,
    /// Role as printed: 牵头, 负责, 责任单位 …
    pub role: String,
}

/// Bodies named for a measure in one bracket or line (责任分工).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assignment {
    /// Number of the item, where items are numbered through the document.
    pub item: Option<u32>,
    /// Number of the part.
    pub part: Option<u32>,
    /// Number of the section.
    pub section: Option<u32>,
    /// The bracket's text as printed.
    pub raw: String,
    /// Roles in order.
    pub roles: Vec<Role>,
    /// All bodies, in order.
    pub bodies: Vec<String>,
    /// Term printed in the bracket (完成时限).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Start of the raw text.
    pub start: usize,
    /// End of the raw text.
    pub end: usize,
}

/// One role and who has it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Role {
    /// Role as printed.
    pub role: String,
    /// Bodies in order.
    pub bodies: Vec<String>,
    /// Whether the list ends in 等.
    pub open_ended: bool,
}

/// A row of a task table (任务分工表).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Task {
    /// Row number.
    pub no: u32,
    /// Group of tasks.
    pub category: Option<String>,
    /// The task.
    pub task: String,
    /// Roles in order of columns.
    pub roles: Vec<Role>,
    /// All bodies, in order.
    pub bodies: Vec<String>,
    /// Term (完成时限).
    pub due: Option<String>,
    /// Start of the row.
    pub start: usize,
    /// End of the row.
    pub end: usize,
}

/// A row of an indicator table (指标).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Indicator {
    /// Row number.
    pub no: u32,
    /// Category (类别).
    pub category: Option<String>,
    /// Name without its unit.
    pub name: String,
    /// Unit (单位); none when the table prints none.
    pub unit: Option<String>,
    /// Baseline (基期值).
    pub baseline: Baseline,
    /// Target (目标值).
    pub target: Goal,
    /// 预期性 or 约束性.
    pub attribute: Option<String>,
    /// The row that this one is a part of (其中).
    pub group: Option<String>,
    /// Annual or cumulative figure (年均/累计).
    pub period: Option<Period>,
    /// Targets of further years.
    pub more_targets: Vec<Goal>,
    /// Responsible bodies (责任单位).
    pub bodies: Vec<String>,
    /// Start of the row.
    pub start: usize,
    /// End of the row.
    pub end: usize,
}

/// A baseline cell (基期值).
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Baseline {
    /// Year of the value; none when there is no value.
    pub year: Option<i32>,
    /// Exact decimal; none when the cell has words or a dash.
    pub value: Option<String>,
    /// The cell as printed.
    pub raw: String,
    /// `cumulative` where the cell says so (〔…〕).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<PeriodKind>,
}

/// A target cell (目标值).
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Goal {
    /// Year of the target.
    pub year: Option<i32>,
    /// Comparator; none without a value.
    pub op: Option<Op>,
    /// Exact decimal; none when the cell has words or a dash.
    pub value: Option<String>,
    /// The cell as printed.
    pub raw: String,
    /// `cumulative` where the cell says so (〔…〕).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<PeriodKind>,
}

/// A figure for each year or for the whole period (年均/累计).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Period {
    /// Annual or cumulative.
    pub kind: PeriodKind,
    /// Exact decimal; none when the cell has words.
    pub value: Option<String>,
    /// Comparator; none without a value.
    pub op: Option<Op>,
    /// The cell as printed.
    pub raw: String,
}

/// 年均 or 累计.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodKind {
    /// 年均
    Annual,
    /// 累计
    Cumulative,
}

/// Comparator of a target (比较词).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Op {
    /// 以上, 不低于
    #[serde(rename = ">=")]
    AtLeast,
    /// 超过, 高于
    #[serde(rename = ">")]
    Above,
    /// 达到, 为
    #[serde(rename = "=")]
    Equal,
    /// 以内, 不超过
    #[serde(rename = "<=")]
    AtMost,
    /// 低于
    #[serde(rename = "<")]
    Below,
    /// 左右, 约
    #[serde(rename = "~")]
    About,
    /// 提高…个百分点: an increase by a signed value
    #[serde(rename = "+")]
    Change,
    /// 翻一番: a multiple of the baseline
    #[serde(rename = "x")]
    Times,
    /// 5%—5.5%: the value is `"5..5.5"`
    #[serde(rename = "range")]
    Range,
}

impl Op {
    /// The sign used in the JSON.
    pub fn sign(self) -> &'static str {
        match self {
            Op::AtLeast => ">=",
            Op::Above => ">",
            Op::Equal => "=",
            Op::AtMost => "<=",
            Op::Below => "<",
            Op::About => "~",
            Op::Change => "+",
            Op::Times => "x",
            Op::Range => "range",
        }
    }
}

/// A target found in running text (目标).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Target {
    /// What is to be reached, as printed with the number taken out.
    pub subject: String,
    /// Comparator.
    pub op: Op,
    /// Exact decimal, or `low..high` for a range.
    pub value: String,
    /// Unit as printed, empty when there is none.
    pub unit: String,
    /// Year by which; none when the text prints none.
    pub year: Option<i32>,
    /// The words that state it, at most [`crate::QUOTE_LIMIT`] characters.
    pub quote: String,
    /// Start of the quote.
    pub start: usize,
    /// End of the quote.
    pub end: usize,
    /// Number of the item it stands in.
    pub item: Option<u32>,
    /// Row of the indicator table that it belongs to.
    pub row: Option<u32>,
    /// Labels and titles of the headings above it, highest first.
    pub path: Vec<String>,
    /// Start of the nearest heading.
    pub heading: Option<usize>,
    /// Verb that was taken off the subject (争创, 培育 …): tells an increment from a stock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verb: Option<String>,
    /// 其中: a part of what the target before it counts.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub part_of_previous: bool,
}

/// A glossary entry (名词解释).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Term {
    /// Number as printed.
    pub no: u32,
    /// The term.
    pub term: String,
    /// Its definition.
    pub definition: String,
    /// Start of the entry.
    pub start: usize,
    /// End of the entry.
    pub end: usize,
}

/// Something that a document says against itself or leaves open.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Name of the rule, stable.
    pub code: &'static str,
    /// What is wrong and what to do, in Chinese.
    pub message: String,
    /// Every place involved.
    pub quotes: Vec<Quote>,
}

/// Words of the document with their place (引文).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// At most [`crate::QUOTE_LIMIT`] characters.
    pub text: String,
    /// Start, in code points.
    pub start: usize,
    /// End, in code points, exclusive.
    pub end: usize,
}
