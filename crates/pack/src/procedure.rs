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
    /// Held only in bodies of this level.
    pub level: Option<crate::pack::BodyLevel>,
    /// Never held without a grant: the office does not stand in for it (岗位须另行授予).
    pub by_grant: bool,
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
        (LEADER, "分管领导", RoleScope::County, "查看全县记录，签批；须另行授予，质量强县办不代"),
        (SYSTEM, "系统", RoleScope::County, "程序自动办理"),
        (CITIZEN, "当事人", RoleScope::Body, "在公众页面凭查询码办理"),
    ];

    /// Of the built-in roles, those that the office never stands in for: whoever signs for the leading group is not whoever drafted.
    pub const BY_GRANT: [&str; 1] = [LEADER];

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
    /// What several bodies are asked at once, in order.
    pub asks: Vec<Ask>,
    /// Prompts.
    pub advice: Vec<Advice>,
    /// Who may correct what a case is fixed in, and withdraw it (更正、撤销办理中的事项); always another person than who gave it.
    pub correct: Vec<String>,
    /// Fields of its steps that may be filled in when a case is opened.
    pub entry: Vec<usize>,
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
            Some(FourEyes::Steps(first)) => at.is_some_and(|at| first.contains(&at)),
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

    /// What several bodies are asked, by id.
    pub fn ask(&self, id: &str) -> Option<&Ask> {
        self.asks.iter().find(|ask| ask.id == id)
    }

    /// What a line of work is called: the clock's name, or what is asked.
    pub fn line_name(&self, id: &str) -> Option<&str> {
        let clock = self.clock(id).map(|clock| clock.name.as_str());
        clock.or_else(|| self.ask(id).map(|ask| ask.name.as_str()))
    }

    /// The steps that stop a clock by name or by the state to which they lead, those that a person may take.
    pub fn stopping(&self, clock: &Clock) -> Vec<&Step> {
        let by = |step: &Step, stop: &Trigger| match stop {
            Trigger::Step(at) => self.steps.get(*at).is_some_and(|known| known.id == step.id),
            Trigger::State(state) => step.to == Some(*state) && !step.from.contains(state),
            Trigger::Field(_) => false,
        };
        // In the order in which the clock names what stops it: who is named first is asked first.
        let mut found: Vec<&Step> = Vec::new();
        for step in clock.stops.iter().flat_map(|stop| self.steps.iter().filter(move |step| by(step, stop))) {
            if !step.is_machine() && !found.iter().any(|known| known.id == step.id) {
                found.push(step);
            }
        }
        found
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

/// In which language the public is spoken to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// 中文
    #[default]
    Chinese,
    /// For visitors from abroad.
    English,
}

impl Language {
    /// The words of this language.
    pub fn say<'a>(self, chinese: &'a str, english: &'a str) -> &'a str {
        match self {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }

    /// A name of the pack; in Chinese where it has no other.
    pub fn of<'a>(self, name: &'a str, english: Option<&'a str>) -> &'a str {
        self.say(name, english.unwrap_or(name))
    }

    /// As an attribute `lang` says it.
    pub fn code(self) -> &'static str {
        match self {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
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
    /// The same in English.
    pub english: Option<String>,
    /// 定稿: what the kind's documents print is not corrected any more.
    pub frozen: Option<Frozen>,
}

/// How what is signed may still be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frozen {
    /// Not at all: another paper corrects it.
    Refused,
    /// After this step, which sends the case back.
    After(usize),
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
    /// Of those, what is said anew each time (重新填写): the step is refused while all of it is as it was when the step was taken before. A date from
    /// which a time runs begins one anew and is not past; a required one differs from that before.
    pub fresh: Vec<usize>,
    /// Of those, what it rests on (佐证): filled, or the remark says why not.
    pub evidence: Vec<usize>,
    /// Fields that it sets.
    pub set: Vec<(usize, Setting)>,
    /// The reason it wants.
    pub reason: ReasonWanted,
    /// 一键办理: it needs nothing filled in and is offered as a button where the case is listed.
    pub one_tap: bool,
    /// 撤回: the step that takes it back while the case stands where it led; what it stopped runs on as if it had not been taken.
    pub undo: Option<usize>,
    /// Another person than who took those steps, or the step before.
    pub four_eyes: Option<FourEyes>,
    /// Only when every record that it spawned is closed.
    pub after_children: bool,
    /// Only when nobody who was asked still owes an answer.
    pub after_answers: bool,
    /// Documents that can be printed once it is taken; ids.
    pub documents: Vec<String>,
    /// Records that it opens.
    pub spawn: Vec<Spawn>,
    /// Somebody has to take it, or another in its place: it makes a line of work. What may be done and need not (请求协办、撤回) makes none.
    pub owed: bool,
    /// The citizen sees it.
    pub public: bool,
    /// What it is called in English.
    pub english: Option<String>,
    /// A line under its form.
    pub hint: Option<String>,
    /// What the citizen loses or ends by taking it: shown before it, and taken only by who ticks that he has read it.
    pub consequence: Option<String>,
    /// Hint and consequence in English.
    pub english_hint: Option<String>,
    /// The same of the consequence.
    pub english_consequence: Option<String>,
}

impl Step {
    /// Whether nobody of the staff takes it: the program or a citizen does.
    pub fn is_machine(&self) -> bool {
        self.roles.iter().all(|role| role == roles::SYSTEM || role == roles::CITIZEN)
    }

    /// The role whose work it is: the first of its roles that is of the staff; the officer watches what a citizen or the program does.
    pub fn staff_role(&self) -> &str {
        let staff = self.roles.iter().find(|role| *role != roles::SYSTEM && *role != roles::CITIZEN);
        staff.map_or(roles::OFFICER, String::as_str)
    }

    /// Whether it sets a field, or asks for it.
    pub fn touches(&self, field: usize) -> bool {
        self.sets(field) || self.asks(field)
    }

    /// Whether it sets a field by itself.
    pub fn sets(&self, field: usize) -> bool {
        self.set.iter().any(|(at, _)| *at == field)
    }

    /// Whether a field is filled in with it.
    pub fn asks(&self, field: usize) -> bool {
        self.require.contains(&field) || self.ask.contains(&field)
    }
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
    /// The day of the step, where the field has none yet.
    FirstDay,
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
    /// Another person than who took any of these steps last.
    Steps(Vec<usize>),
}

/// A record that a step or a ladder opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spawn {
    /// Id of its kind.
    pub kind: String,
    /// Field of this record with several bodies: a record each.
    pub each: Option<usize>,
    /// Field id of the new record → text with `{field}`, or `@record`, `@today`, `@today+5 workday`, `@actor`, `@body`, `@each`. What a ladder drafts
    /// may also say `{@kind}`, `{@clock}`, `{@from}`, `{@length}`, `{@due}`, `{@basis}` of the clock and `{@today}`.
    pub set: Vec<(String, String)>,
    /// Step of the new record that the program takes when the case that opened it is closed, withdrawn or cancelled before.
    pub cancel: Option<String>,
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
    /// Of which body he is: of the record's, or of whoever gave the work.
    pub body: Owner,
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
    /// What it is called in English.
    pub english: Option<String>,
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
    /// Whose work it is to stop it: as that of the first of these steps that can be taken, else of the first. Empty: of the steps that stop it,
    /// which then have one owner in every state.
    pub owner: Vec<usize>,
    /// Article.
    pub basis: Option<String>,
    /// The citizen sees it in the course of his case.
    pub public: bool,
    /// False when nobody checked the figure.
    pub verified: bool,
}

/// What several bodies are asked at once (会签、征求意见、协办): each has a line of work and a time of its own, which ends when it answers, when the
/// request is taken back, or when the case goes on without it.
#[derive(Debug, Clone)]
pub struct Ask {
    /// Stable id; no clock of the procedure has the same.
    pub id: String,
    /// 名称
    pub name: String,
    /// Who is asked.
    pub bodies: AskedBodies,
    /// Steps that ask.
    pub starts: Vec<usize>,
    /// States in which an answer is waited for; empty: until the case is closed.
    pub during: Vec<usize>,
    /// Role that answers, in each body.
    pub role: String,
    /// The answers there are.
    pub answers: Vec<AnswerKind>,
    /// The time that each body has: its length, warnings and ladder. It is stopped by the states outside `during`.
    pub clock: Clock,
    /// 逾期视为同意: the answer that silence means, with the article that says so.
    pub silence: Option<(usize, String)>,
    /// So many answers are enough; none: everybody's.
    pub enough: Option<u32>,
    /// The step that the program takes when it has the answers.
    pub then: Option<usize>,
    /// The step that it takes instead when somebody objected; none: an objection is recorded and stops nothing.
    pub objected: Option<usize>,
    /// It is taken at the first objection, without waiting for the others.
    pub at_once: bool,
}

/// Whom an [`Ask`] asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AskedBodies {
    /// The bodies that a field names when the asking step is taken.
    Field(usize),
    /// These, always.
    These(Vec<String>),
}

/// An answer that a body may give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerKind {
    /// Stable id.
    pub id: String,
    /// 同意, 有意见
    pub name: String,
    /// It wants words.
    pub words: bool,
    /// It is an objection.
    pub objects: bool,
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
    /// The field that holds the number: one that was written there goes before the running one, and the step that issues the document fills it.
    pub number_field: Option<usize>,
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
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PublicEntry {
    /// First part of its address.
    pub path: String,
    /// 名称
    pub name: String,
    /// What is filed: 投诉, 举报.
    pub word: String,
    /// What somebody must know before he files, a paragraph each: who reads it, what follows, what may be had.
    pub notices: Vec<String>,
    /// Words under a question.
    pub hints: Vec<(usize, String)>,
    /// Yes-or-no field by which somebody stays anonymous: who says yes is asked no personal field, who says no fills in those of `named`.
    pub anonymous: Option<usize>,
    /// Fields that who gives his name must fill in.
    pub named: Vec<usize>,
    /// Pages of the form, each some fields.
    pub ask: Vec<Vec<usize>>,
    /// The question of a field, where it is not the field's name.
    pub names: Vec<(usize, String)>,
    /// Questions in English, and the names of what the citizen may read.
    pub english_names: Vec<(usize, String)>,
    /// 名称 in English.
    pub english_name: Option<String>,
    /// Telephone numbers beside the form.
    pub calls: Vec<String>,
    /// There is an English page.
    pub english: bool,
    /// Field of the citizen's rating.
    pub rate: Option<usize>,
    /// Fields the citizen may read.
    pub show: Vec<usize>,
    /// He reads them only while this is true.
    pub show_when: Option<Condition>,
    /// Fields that are set when a case is opened here: that it came by this page, and on which day.
    pub set: Vec<(usize, Setting)>,
    /// Fields by which the public statistics are broken down; without one there are none.
    pub numbers: Vec<usize>,
}

impl PublicEntry {
    /// How the public is asked for a field, or told of it.
    pub fn name_of(&self, kind: &crate::kind::Kind, index: usize, language: Language) -> String {
        let of = |names: &[(usize, String)]| names.iter().find(|(at, _)| *at == index).map(|(_, name)| name.clone());
        let english = match language {
            Language::English => of(&self.english_names),
            Language::Chinese => None,
        };
        let own = || kind.fields.get(index).map(|field| field.name.clone());
        english.or_else(|| of(&self.names)).or_else(own).unwrap_or_default()
    }
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
