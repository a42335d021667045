//! Indicators (指标): how records and reports become an official number, and what it is measured against.

use jiff::civil::Date;

use crate::formula::{Aggregate, Condition};
use crate::value::Decimal;

/// How the number comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Sum of numerators over sum of denominators.
    Ratio,
    /// Sum of a period.
    Flow,
    /// Entries in force on the day.
    Stock,
    /// Latest dated value.
    Level,
    /// Latest round of a survey.
    Survey,
    /// Other indicators added up when read.
    Composite,
}

impl Form {
    /// Names in the pack language.
    pub const NAMES: [(&str, Form); 6] = [
        ("ratio", Form::Ratio),
        ("flow", Form::Flow),
        ("stock", Form::Stock),
        ("level", Form::Level),
        ("survey", Form::Survey),
        ("composite", Form::Composite),
    ];

    /// The name in the pack language.
    pub fn name(self) -> &'static str {
        Form::NAMES.iter().find(|(_, form)| *form == self).map_or("", |(name, _)| name)
    }
}

/// Computed from records, reported by a body, or both side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// 由记录计算
    Computed,
    /// 由责任单位报送
    Reported,
    /// 两者并列, the difference is shown.
    Both,
}

impl Mode {
    /// The name in the pack language.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Computed => "computed",
            Mode::Reported => "reported",
            Mode::Both => "both",
        }
    }
}

/// How a target is judged (data-model: lights).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goal {
    /// From the baseline up to the target.
    IncreaseTo,
    /// From the baseline down to the target.
    DecreaseTo,
    /// Never below.
    Floor,
    /// Stay where it is.
    Hold,
    /// A score never below.
    ScoreFloor,
}

impl Goal {
    /// Names in the pack language.
    pub const NAMES: [(&str, Goal); 5] = [
        ("increase_to", Goal::IncreaseTo),
        ("decrease_to", Goal::DecreaseTo),
        ("floor", Goal::Floor),
        ("hold", Goal::Hold),
        ("score_floor", Goal::ScoreFloor),
    ];
}

/// Over which days a flow or a ratio is summed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// The calendar year.
    Year,
    /// Since the first day after the baseline year.
    ToDate,
}

/// What kind of sample the records are, for the statistical hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sampling {
    /// 监督抽检: chosen for suspicion.
    Targeted,
    /// 随机
    Random,
    /// 全数: there is nothing to estimate.
    Census,
}

/// 基期
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// Year.
    pub year: i16,
    /// Absent: the plan has a dash.
    pub value: Option<Decimal>,
}

/// 目标
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Year.
    pub year: i16,
    /// `>=`, `=`, `<=`, `>`, `<`.
    pub op: String,
    /// Value.
    pub value: Decimal,
}

/// A decided value of one year or one body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitTarget {
    /// Year, where split by year.
    pub year: Option<i16>,
    /// Body id, where split by body.
    pub body: Option<String>,
    /// Value.
    pub value: Decimal,
    /// The decision it rests on.
    pub basis: String,
}

/// Where a reported value comes from.
#[derive(Debug, Clone, Default)]
pub struct Reporting {
    /// Body id.
    pub by: String,
    /// 频次
    pub every: String,
    /// 依据的文件
    pub document: String,
}

/// One source of an indicator.
#[derive(Debug, Clone)]
pub struct Source {
    /// Position of the kind.
    pub kind: usize,
    /// Records that the number is about; the others are not its business and are not listed under 未计入.
    pub about: Condition,
    /// Of those, the ones that count.
    pub condition: Condition,
    /// Text of both conditions, for the page.
    pub condition_text: String,
    /// Field with the day (count, or the first day in force).
    pub day: usize,
    /// Fields with the last day in force; the earliest known one ends it.
    pub ends: Vec<usize>,
    /// Numerator, or the value of flows and stocks.
    pub numerator: Aggregate,
    /// Denominator of ratios.
    pub denominator: Option<Aggregate>,
    /// Both as the pack writes them, for whoever checks a published number; empty where there is none.
    pub formula_text: (String, String),
    /// Value field of levels and surveys.
    pub value: Option<usize>,
    /// Sample size field.
    pub n: Option<usize>,
    /// Interval fields of surveys.
    pub interval: Option<(usize, usize)>,
    /// Reasons of what does not count, in order.
    pub uncounted: Vec<(Condition, String)>,
}

/// Which source of an indicator a record feeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceRef {
    /// Position in [`Indicator::over`].
    Over(usize),
    /// The reported series.
    Reported,
}

/// A term of a composite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Position of the indicator.
    pub indicator: usize,
    /// +1 or −1.
    pub sign: i8,
}

/// One indicator.
#[derive(Debug, Clone)]
pub struct Indicator {
    /// Stable id.
    pub id: String,
    /// 序号 in the plan's table; none for a target of the text.
    pub row: Option<u16>,
    /// 指标名称
    pub name: String,
    /// Position of the group.
    pub group: Option<usize>,
    /// 计量单位
    pub unit: String,
    /// Form.
    pub form: Form,
    /// Mode.
    pub mode: Mode,
    /// Positions of the responsible bodies, in the plan's order.
    pub bodies: Vec<usize>,
    /// The plan's sentence.
    pub quote: Option<String>,
    /// Targets of the text that this indicator answers.
    pub text_targets: Vec<String>,
    /// 基期
    pub baseline: Option<Baseline>,
    /// 目标
    pub target: Option<Target>,
    /// How it is judged.
    pub goal: Goal,
    /// Digits after the point of the printed value.
    pub decimals: u32,
    /// Period of flows and ratios.
    pub period: Period,
    /// Multiplies a quotient: 100 for %.
    pub factor: Decimal,
    /// A Wilson interval is shown.
    pub interval: bool,
    /// What kind of sample.
    pub sampling: Sampling,
    /// 口径待明确: why.
    pub ruling_pending: Option<String>,
    /// A note on the ruling that does not stop the computation.
    pub ruling_note: Option<String>,
    /// True where the county has not decided a split.
    pub split_undecided: bool,
    /// Decided splits.
    pub splits: Vec<SplitTarget>,
    /// 说明
    pub note: Option<String>,
    /// 定义
    pub definition: String,
    /// 分子
    pub numerator_text: Option<String>,
    /// 分母
    pub denominator_text: Option<String>,
    /// 方法
    pub method: Option<String>,
    /// 易错点
    pub traps: Vec<String>,
    /// Who reports, how often, on what document.
    pub reporting: Option<Reporting>,
    /// False: 未经核实.
    pub verified: bool,
    /// 口径版本
    pub version: u32,
    /// The definition holds from.
    pub since: Option<Date>,
    /// The definition holds to.
    pub until: Option<Date>,
    /// Positions of the earlier definitions, the oldest first; each holds up to its `until`.
    pub earlier: Vec<usize>,
    /// The definition whose earlier one this is.
    pub version_of: Option<usize>,
    /// Why an earlier definition was given up.
    pub changed_because: Option<String>,
    /// Counts subjects, not records.
    pub distinct: bool,
    /// (indicator, per): the latest level is the denominator.
    pub denominator_level: Option<(usize, Decimal)>,
    /// Sources.
    pub over: Vec<Source>,
    /// The reported series (mode reported and both).
    pub reported: Option<Source>,
    /// Terms of a composite.
    pub terms: Vec<Term>,
    /// A series that other indicators need, not a target.
    pub helper: bool,
    /// 县里自设: the county's own, without a sentence of the plan; it may have no target.
    pub own: bool,
    /// Identity of the computation: the same number as long as the same records give the same cells.
    pub def: i64,
    /// Identity of the reported series.
    pub reported_def: i64,
}

impl Indicator {
    /// Whether the plan sets it, in its table or in its text.
    pub fn is_of_plan(&self) -> bool {
        !self.helper && !self.own
    }

    /// Whether the number is kept as additive day cells.
    pub fn is_additive(&self) -> bool {
        matches!(self.form, Form::Ratio | Form::Flow | Form::Stock)
    }

    /// Digits after the point of stored numerators.
    pub fn numerator_scale(&self) -> u32 {
        self.over.first().map_or(0, |source| source.numerator.scale())
    }

    /// Digits after the point of stored denominators.
    pub fn denominator_scale(&self) -> u32 {
        self.over.first().and_then(|source| source.denominator.as_ref()).map_or(0, Aggregate::scale)
    }

    /// The source that a reference names.
    pub fn source(&self, at: SourceRef) -> Option<&Source> {
        match at {
            SourceRef::Over(index) => self.over.get(index),
            SourceRef::Reported => self.reported.as_ref(),
        }
    }

    /// The identity under which a source's cells are kept.
    pub fn def_of(&self, at: SourceRef) -> i64 {
        match at {
            SourceRef::Over(_) => self.def,
            SourceRef::Reported => self.reported_def,
        }
    }
}
