//! Procedures (程序) as data: states, steps, clocks, and who may take what. Declared in packs, compiled here; nothing in this file acts.
//!
//! What always holds of a checked procedure: every state can be reached, every state that is not final has a way out, every clock can start and
//! stop, every name is an index.

use jiff::civil::Date;

use crate::document::Template;
use crate::formula::Condition;

/// A role (岗位): who may take a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Stable id.
    pub id: String,
    /// 岗位名称
    pub name: String,
    /// For whose cases.
    pub scope: RoleScope,
    /// What it is, in a sentence.
    pub about: Option<String>,
    /// Only a person holds it, no service (接口).
    pub person: bool,
}

/// On whose cases a role acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoleScope {
    /// Those of its own body.
    Body,
    /// Every case of the county.
    County,
}

/// Ids of the roles that every pack has.
pub mod roles {
    /// 质量强县办
    pub const OFFICE: &str = "office";
    /// 经办人: every account of a body.
    pub const OFFICER: &str = "officer";
    /// 单位负责人
    pub const HEAD: &str = "head";
    /// 分管领导
    pub const LEADER: &str = "leader";
    /// The program itself.
    pub const SYSTEM: &str = "system";
    /// 当事人, on the public page with a query code.
    pub const CITIZEN: &str = "citizen";

    use super::RoleScope;

    /// The roles that every pack has: id, name, scope and what it is.
    pub const BUILT_IN: &[(&str, &str, RoleScope, &str)] = &[
        (OFFICE, "质量强县办", RoleScope::County, "质量强县办的账号都有"),
        (OFFICER, "经办人", RoleScope::Body, "单位的账号都有，办理本单位和下级单位的事项"),
        (HEAD, "单位负责人", RoleScope::Body, "审核、签批本单位的事项"),
        (LEADER, "分管领导", RoleScope::County, "查看全县记录，签批"),
        (SYSTEM, "系统", RoleScope::County, "程序自动办理"),
        (CITIZEN, "当事人", RoleScope::Body, "在公众页面凭查询码办理"),
    ];

    /// Names that mean something else of an account: the three administrators, and the right to take data out.
    pub const TAKEN: [&str; 4] = ["system_admin", "security_admin", "audit_admin", "export"];
}

/// A unit of time in a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// 分钟
    Minute,
    /// 小时
    Hour,
    /// 工作日
    Workday,
    /// 日, calendar days.
    Day,
    /// 个月
    Month,
    /// 年
    Year,
}

impl Unit {
    /// Every unit with its name in the pack language and its Chinese word.
    pub const NAMES: [(&str, &str, Unit); 6] = [
        ("minute", "分钟", Unit::Minute),
        ("hour", "小时", Unit::Hour),
        ("workday", "个工作日", Unit::Workday),
        ("day", "日", Unit::Day),
        ("month", "个月", Unit::Month),
        ("year", "年", Unit::Year),
    ];

    /// The name in the pack language.
    pub fn name(self) -> &'static str {
        Unit::NAMES.iter().find(|(.., unit)| *unit == self).map_or("", |(name, ..)| name)
    }

    /// 工作日, 日, …
    pub fn word(self) -> &'static str {
        Unit::NAMES.iter().find(|(.., unit)| *unit == self).map_or("", |(_, word, _)| word)
    }

    /// Whether it is counted from moment to moment instead of from day to day.
    pub fn is_clock_time(self) -> bool {
        matches!(self, Unit::Minute | Unit::Hour)
    }
}

/// A length of time as the law writes it: 7 个工作日.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Length {
    /// How many; negative is before the start.
    pub count: i32,
    /// Of what.
    pub unit: Unit,
}

impl Length {
    /// Reads `7 workday`; an `s` at the end of the unit is allowed, and a `+` before the number.
    pub fn parse(text: &str) -> Option<Length> {
        let (count, unit) = text.trim().split_once(char::is_whitespace)?;
        let count =
            count.strip_prefix('+').unwrap_or(count).parse().ok().filter(|count| (-36_600..=36_600).contains(count))?;
        let unit = unit.trim();
        let (.., unit) = Unit::NAMES.iter().find(|(name, ..)| *name == unit || unit.strip_suffix('s') == Some(name))?;
        Some(Length { count, unit: *unit })
    }

    /// As the pack language writes it.
    pub fn text(self) -> String {
        format!("{} {}", self.count, self.unit.name())
    }

    /// As the law writes it: 7个工作日.
    pub fn words(self) -> String {
        format!("{}{}", self.count, self.unit.word())
    }
}

/// In which unit it is told how long something took: months and years in days.
pub(crate) fn measured_in(unit: Unit) -> Unit {
    match unit {
        Unit::Month | Unit::Year => Unit::Day,
        other => other,
    }
}

/// Minutes, roughly: to order lengths of different units, never to count with.
pub fn rough_minutes(length: Length) -> i64 {
    let minutes = match length.unit {
        Unit::Minute => 1,
        Unit::Hour => 60,
        Unit::Day => 1440,
        // Seven days hold five working days.
        Unit::Workday => 2016,
        Unit::Month => 43_200,
        Unit::Year => 525_600,
    };
    i64::from(length.count) * minutes
}

/// A procedure of a kind.
#[derive(Debug, Clone)]
pub struct Procedure {
    /// Stable id.
    pub id: String,
    /// 名称
    pub name: String,
    /// Position of its kind in [`crate::Pack::kinds`].
    pub kind: usize,
    /// Cases opened from this day.
    pub since: Option<Date>,
    /// Cases opened until this day.
    pub until: Option<Date>,
    /// Date field of the day of opening; without it the day on which the case was recorded.
    pub opened: Option<usize>,
    /// First state.
    pub start: usize,
    /// Articles.
    pub basis: Vec<String>,
    /// States in order.
    pub states: Vec<State>,
    /// Steps in order.
    pub steps: Vec<Step>,
    /// Clocks in order.
    pub clocks: Vec<Clock>,
    /// Prompts.
    pub advice: Vec<Advice>,
    /// False when nobody checked its figures.
    pub verified: bool,
}

impl Procedure {
    /// Whether a step counts in four eyes (两人分办): it wants another person, or another wants somebody else than who took it. A service has no eyes.
    pub fn wants_person(&self, step: &Step) -> bool {
        let at = self.steps.iter().position(|known| known.id == step.id);
        let leads_to = |other: &Step| match step.to {
            Some(to) => other.from.contains(&to),
            None => other.from.iter().any(|from| step.from.contains(from)),
        };
        let counted = |other: &Step| match &other.four_eyes {
            Some(FourEyes::Step(first)) => Some(*first) == at,
            Some(FourEyes::Before) => leads_to(other),
            None => false,
        };
        step.four_eyes.is_some() || self.steps.iter().any(counted)
    }

    /// Position of a state.
    pub fn state_position(&self, id: &str) -> Option<usize> {
        self.states.iter().position(|state| state.id == id)
    }

    /// A state by id.
    pub fn state(&self, id: &str) -> Option<&State> {
        self.states.iter().find(|state| state.id == id)
    }

    /// Whether a state, by id, is one in which a case is done with (已办结).
    pub fn is_closed(&self, state: &str) -> bool {
        self.state(state).is_some_and(|state| state.closed)
    }

    /// A step by id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.id == id)
    }

    /// A clock by id.
    pub fn clock(&self, id: &str) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.id == id)
    }

    /// Whether a step stops a clock: by name, by the state it leads to, or because the case is closed with it.
    pub fn stops(&self, step: &Step, clock: &Clock) -> bool {
        let closes = step.to.and_then(|to| self.states.get(to)).is_some_and(|state| state.closed);
        let by = |stop: &Trigger| match stop {
            Trigger::Step(at) => self.steps.get(*at).is_some_and(|known| known.id == step.id),
            Trigger::State(state) => step.to == Some(*state),
            Trigger::Field(_) => false,
        };
        closes || clock.stops.iter().any(by)
    }

    /// Whether cases opened on a day run on it.
    pub fn holds_on(&self, day: i32) -> bool {
        self.since.is_none_or(|since| crate::day::number(since) <= day)
            && self.until.is_none_or(|until| day <= crate::day::number(until))
    }
}

/// A state of a case (状态).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Stable id.
    pub id: String,
    /// 名称
    pub name: String,
    /// 已办结: nothing is owed any more.
    pub closed: bool,
    /// What the citizen reads.
    pub public: Option<String>,
}

/// A step of a procedure (环节).
#[derive(Debug, Clone)]
pub struct Step {
    /// Stable id.
    pub id: String,
    /// 名称, a verb.
    pub name: String,
    /// States from which it can be taken.
    pub from: Vec<usize>,
    /// State to which it leads; none: the state stays.
    pub to: Option<usize>,
    /// Roles that may take it.
    pub roles: Vec<String>,
    /// Whose work it is.
    pub owner: Owner,
    /// Offered only while this is true.
    pub guard: Option<Condition>,
    /// Fields that must be filled with it.
    pub require: Vec<usize>,
    /// Fields that may be filled with it.
    pub ask: Vec<usize>,
    /// Fields that it sets.
    pub set: Vec<(usize, Setting)>,
    /// The reason it wants.
    pub reason: ReasonWanted,
    /// Another person than who took that step, or the step before.
    pub four_eyes: Option<FourEyes>,
    /// Only when every record that it spawned is closed.
    pub after_children: bool,
    /// Documents that can be printed once it is taken; ids.
    pub documents: Vec<String>,
    /// Records that it opens.
    pub spawn: Vec<Spawn>,
    /// The citizen sees it.
    pub public: bool,
    /// A line under its form.
    pub hint: Option<String>,
}

/// Whose work a step is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner {
    /// The record's body.
    Record,
    /// The body named by a field.
    Field(usize),
    /// A body of the pack.
    Body(String),
}

/// What a step writes into a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// A text, read as the field's type.
    Text(String),
    /// The day of the step.
    Today,
    /// The body of who takes it.
    Body,
    /// The name of who takes it.
    Actor,
}

/// The reason a step wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReasonWanted {
    /// None; words may be added.
    None,
    /// In words.
    Words,
    /// One of a list, by its position in [`crate::Pack::lists`].
    Listed(usize),
}

/// 四眼原则
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FourEyes {
    /// Another person than who took the step before.
    Before,
    /// Another person than who took that step last.
    Step(usize),
}

/// A record that a step or a ladder opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spawn {
    /// Id of its kind.
    pub kind: String,
    /// Field of this record with several bodies: a record each.
    pub each: Option<usize>,
    /// Field id of the new record → text with `{field}`, or `@record`, `@today`, `@body`, `@each`.
    pub set: Vec<(String, String)>,
}

/// What kind of time a clock counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockKind {
    /// 办理期限: somebody owes a step.
    Duty,
    /// 权利期限: somebody may act until then; nothing is late.
    Right,
    /// 提醒
    Reminder,
    /// 自动: the program acts when it is due.
    Auto,
}

/// What starts or stops a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trigger {
    /// The case enters a state.
    State(usize),
    /// A step is taken.
    Step(usize),
    /// The day of a date field; only as a start.
    Field(usize),
}

/// What pauses a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PauseRule {
    /// While the case is in a state.
    State(usize),
    /// When somebody pauses it for this reason.
    Reason(String),
}

/// How a clock may be extended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtendRule {
    /// Who may.
    pub role: String,
    /// How often; none: without limit.
    pub times: Option<u32>,
    /// Longest extension at a time; none: as approved.
    pub max: Option<Length>,
    /// A reason in words is wanted.
    pub reason: bool,
}

/// How long a clock runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Span {
    /// One length.
    Length(Length),
    /// Years after the start, one for each time it was stopped, then further on every so often.
    Ages(Vec<i32>, Length),
}

impl Span {
    /// Whether it ends before the day it is counted from.
    pub(crate) fn is_before(&self) -> bool {
        matches!(self, Span::Length(length) if length.count < 0)
    }
}

/// A deadline (时限).
#[derive(Debug, Clone)]
pub struct Clock {
    /// Stable id.
    pub id: String,
    /// 名称
    pub name: String,
    /// Duty, right, reminder or automatic.
    pub kind: ClockKind,
    /// What starts it.
    pub starts: Vec<Trigger>,
    /// What stops it; a closed state always does.
    pub stops: Vec<Trigger>,
    /// Runs only while this is not false.
    pub when: Option<Condition>,
    /// How long.
    pub span: Span,
    /// The earliest day, counted like the length.
    pub not_before: Option<Length>,
    /// A last day that is a day off moves to the next working day.
    pub roll: bool,
    /// What is not counted.
    pub pause: Vec<PauseRule>,
    /// How it may be extended.
    pub extend: Option<ExtendRule>,
    /// The legal clock beside which this is a county promise.
    pub promise_of: Option<usize>,
    /// Reminders before the due day, negative lengths.
    pub warn: Vec<Length>,
    /// The ladder, in the order of its times.
    pub ladder: Vec<Rung>,
    /// The step that the program takes when it is due.
    pub fires: Option<usize>,
    /// Article.
    pub basis: Option<String>,
    /// False when nobody checked the figure.
    pub verified: bool,
}

/// A rung of an escalation ladder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rung {
    /// When, from the due day.
    pub at: Length,
    /// Role that is told, with a body where it is not the case's.
    pub to: (String, Option<String>),
    /// A letter that is drafted; a person signs it.
    pub draft: Option<Spawn>,
}

/// A prompt at a step; never blocks.
#[derive(Debug, Clone)]
pub struct Advice {
    /// The step.
    pub step: usize,
    /// When it is shown.
    pub when: Condition,
    /// What it says.
    pub message: String,
    /// Article.
    pub basis: Option<String>,
}

/// A form of an official document (文书).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Stable id.
    pub id: String,
    /// 文书名称
    pub name: String,
    /// Id of the kind it is about.
    pub kind: String,
    /// 文号
    pub number: Option<Template>,
    /// 文书式样五, …
    pub basis: Option<String>,
    /// Room for a seal at the foot.
    pub seal: bool,
    /// 送达
    pub copies: Vec<String>,
    /// 正文, a template a paragraph.
    pub text: Vec<Template>,
}

/// How the public may open a case of a kind (公众入口).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PublicEntry {
    /// First part of its address.
    pub path: String,
    /// 名称
    pub name: String,
    /// Pages of the form, each some fields.
    pub ask: Vec<Vec<usize>>,
    /// The question of a field, where it is not the field's name.
    pub names: Vec<(usize, String)>,
    /// Questions in English.
    pub english_names: Vec<(usize, String)>,
    /// Telephone numbers beside the form.
    pub calls: Vec<String>,
    /// There is an English page.
    pub english: bool,
    /// Field of the citizen's rating.
    pub rate: Option<usize>,
    /// Fields the citizen may read.
    pub show: Vec<usize>,
    /// Fields that are set when a case is opened here: that it came by this page, and on which day.
    pub set: Vec<(usize, Setting)>,
    /// Fields by which the public statistics are broken down; without one there are none.
    pub numbers: Vec<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_as_the_language_writes_them() {
        for (text, count, unit) in [
            ("7 workday", 7, Unit::Workday),
            ("+3 workdays", 3, Unit::Workday),
            ("-10 day", -10, Unit::Day),
            ("30 minute", 30, Unit::Minute),
            ("6  months", 6, Unit::Month),
        ] {
            assert_eq!(Length::parse(text), Some(Length { count, unit }), "{text}");
        }
        for text in ["", "7", "7workday", "seven day", "1.5 day", "99999 day", "7 fortnight"] {
            assert_eq!(Length::parse(text), None, "{text}");
        }
    }
}
