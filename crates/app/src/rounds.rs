//! 报送: one round of reports from the first form to the notice about it. A round asks units for the values of some indicators by a day;
//! each unit gets a workbook of its own, and what comes back is taken, questioned or sent back.
//!
//! - The round, each unit's reply and each value are ordinary records: their history is kept, and a value moves its number at once.
//! - A reply is one record a unit, whose id follows from round and unit, so that two people who drag in the same file cannot double it.
//! - A reply is taken whole or not at all; values that raise a question wait until the office has settled it.
//! - The whole round works with a single account: units return files, they need not sign in. A unit with an account finds its reply among its work and
//!   fills it in on a page; what it enters there is written into its form and goes the way of every form.

mod course;
mod form;
mod letter;
mod own;
mod reply;

use sha2::{Digest, Sha256};
use zhiheng_pack::value::FileRef;
use zhiheng_pack::{Collection, Draft, Indicator, Kind, Problem, Record, Value, day};
use zhiheng_store::{RecordId, RecordRow};

use crate::submit::read;
use crate::{Act, App, Error, ListWanted, Submission, When, hex};

pub use own::{OwnEntry, OwnItem, OwnOutcome, OwnReply, OwnReport, WAYS};
pub use reply::{Received, is_scan};

/// Said of a unit that needed no form.
const ENTERED: &str = "已在指标页报送，没有报送表";

/// Rounds that are listed.
const LISTED: usize = 200;

/// A round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round {
    /// Its record.
    pub id: RecordId,
    /// 名称
    pub name: String,
    /// 所属时期
    pub period: String,
    /// 数据截止日
    pub as_of: i32,
    /// 报送期限, this day included.
    pub due: i32,
    /// Positions of the indicators that are asked for, in the order of the plan.
    pub indicators: Vec<usize>,
}

/// How a unit stands in a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReplyState {
    /// 未报
    Missing,
    /// 已报
    Reported,
    /// 有疑问: nothing of it is taken until the office has settled it.
    Questioned,
    /// 退回: nothing of it is taken.
    Returned,
}

impl ReplyState {
    /// The word on pages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "未报",
            Self::Reported => "已报",
            Self::Questioned => "有疑问",
            Self::Returned => "退回",
        }
    }
}

/// A unit's reply, or that there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Position of the unit.
    pub body: usize,
    /// Where it stands.
    pub state: ReplyState,
    /// What is asked of it, positions of indicators.
    pub indicators: Vec<usize>,
    /// 收到日期
    pub received: Option<i32>,
    /// Questions, or why it was sent back; a line each.
    pub remark: String,
    /// 填表人、审核人、分管领导
    pub signed: [String; 3],
    /// The file that came back.
    pub file: Option<FileRef>,
    /// Its record, where there is one: a round that is older than the replies of its units has none until one comes in.
    pub record: Option<RecordId>,
}

/// A round with every unit that it asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundView {
    /// The round.
    pub round: Round,
    /// Units in the order of the pack.
    pub replies: Vec<Reply>,
}

impl RoundView {
    /// Units in that state.
    pub fn in_state(&self, state: ReplyState) -> impl Iterator<Item = &Reply> {
        self.replies.iter().filter(move |reply| reply.state == state)
    }
}

/// What a new round asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoundWanted {
    /// 名称
    pub name: String,
    /// 所属时期
    pub period: String,
    /// 数据截止日
    pub as_of: i32,
    /// 报送期限
    pub due: i32,
    /// Ids of indicators; none asks for every reported one.
    pub indicators: Vec<String>,
}

impl App {
    fn collection(&self) -> Result<&Collection, Error> {
        let missing = || Error::WrongState("本县方案包没有声明报送（[collection]），请在方案包中补上".to_owned());
        self.pack.collection.as_ref().ok_or_else(missing)
    }

    fn kind_at(&self, position: usize) -> Result<&Kind, Error> {
        self.pack.kinds.get(position).ok_or_else(|| Error::NotFound("登记种类".to_owned()))
    }

    /// Opens a round.
    pub fn open_round(&self, actor: &str, wanted: &RoundWanted) -> Result<RecordId, Error> {
        let parts = self.collection()?.round;
        let kind = self.kind_at(parts.kind)?;
        let mut ids = wanted.indicators.clone();
        if ids.is_empty() {
            ids = self.pack.reported_indicators().map(|indicator| indicator.id.clone()).collect();
        }
        let mut draft = Draft::default();
        fill(&mut draft, kind, parts.name, &wanted.name);
        fill(&mut draft, kind, parts.period, &wanted.period);
        fill(&mut draft, kind, parts.as_of, &day::date(wanted.as_of).to_string());
        fill(&mut draft, kind, parts.due, &day::date(wanted.due).to_string());
        self.check_not_asked(wanted, &ids)?;
        if let Some(field) = kind.fields.get(parts.indicators) {
            draft.fields.insert(field.id.clone(), ids.clone().into());
        }
        let id = self.new_id();
        let round = Round {
            id,
            name: wanted.name.trim().to_owned(),
            period: wanted.period.trim().to_owned(),
            as_of: wanted.as_of,
            due: wanted.due,
            indicators: self.positions(ids.iter()),
        };
        let own = Submission {
            act: Act::Create(draft),
            kind: kind.id.clone(),
            id: Some(id),
            expected_version: None,
            reason: None,
        };
        // What is wrong with the round is said once, not once more for every unit.
        self.check_content(kind, &own)?;
        let mut submissions = vec![own];
        submissions.extend(self.waiting_replies(&round)?);
        self.submit_all(actor, &submissions, None, None)?;
        Ok(id)
    }

    fn check_content(&self, kind: &Kind, submission: &Submission) -> Result<(), Error> {
        let Act::Create(draft) = &submission.act else { return Ok(()) };
        let checked = self.pack.check(kind, draft, self.today());
        let refused = |problem: &Problem| problem.level == zhiheng_pack::Level::Refuse;
        match checked.record {
            Some(_) => Ok(()),
            None => Err(Error::Invalid(checked.problems.into_iter().filter(refused).collect())),
        }
    }

    fn positions<'i>(&self, ids: impl Iterator<Item = &'i String>) -> Vec<usize> {
        let mut found: Vec<usize> = ids.filter_map(|id| self.pack.indicator_position(id)).collect();
        found.sort_unstable();
        found
    }

    /// Nobody is asked twice for one number of one period.
    fn check_not_asked(&self, wanted: &RoundWanted, ids: &[String]) -> Result<(), Error> {
        let asked = |round: &Round, id: &String| {
            self.pack.indicator_position(id).is_some_and(|position| round.indicators.contains(&position))
        };
        let same = |round: &&Round| round.period == wanted.period.trim() && round.as_of == wanted.as_of;
        let rounds = self.rounds()?;
        let Some(round) = rounds.iter().filter(same).find(|round| ids.iter().any(|id| asked(round, id))) else {
            return Ok(());
        };
        let say = format!(
            "“{}”已经在收同一时期的这些指标：要改期限，到那一轮的页面改；只补报几项的，请去掉已经问过的指标",
            round.name
        );
        let parts = self.collection()?.round;
        let field = self.kind_at(parts.kind)?.fields.get(parts.period).map_or("", |field| field.id.as_str());
        Err(Error::Invalid(vec![Problem::of_field(zhiheng_pack::problem::CHECK_FAILED, field, say)]))
    }

    /// The rounds, the latest due first.
    pub fn rounds(&self) -> Result<Vec<Round>, Error> {
        let parts = self.collection()?.round;
        let list = self.list(self.kind_at(parts.kind)?, &ListWanted { limit: LISTED, ..ListWanted::default() })?;
        Ok(list.rows.iter().filter_map(|(row, record)| self.round_of(row, record)).collect())
    }

    /// A round with the reply of every unit.
    pub fn round(&self, id: &RecordId) -> Result<RoundView, Error> {
        let parts = self.collection()?;
        let missing = || Error::NotFound("这一轮报送".to_owned());
        let kind = self.kind_at(parts.round.kind)?;
        let (row, record) = self.live(kind, id)?.ok_or_else(missing)?;
        let round = self.round_of(&row, &record).ok_or_else(missing)?;
        let mut replies = Vec::new();
        for (body, indicators) in self.asked(&round) {
            replies.push(self.reply(&round, body, indicators)?);
        }
        if replies.iter().any(|reply| reply.state == ReplyState::Missing) {
            self.count_entered(&round, &mut replies)?;
        }
        Ok(RoundView { round, replies })
    }

    /// The units of a round with what is asked of each.
    fn asked(&self, round: &Round) -> Vec<(usize, Vec<usize>)> {
        let mut asked: Vec<(usize, Vec<usize>)> = Vec::new();
        for (position, body) in self.pack.bodies.iter().enumerate() {
            let own = |at: &usize| {
                let reporter = self.pack.indicators.get(*at).and_then(|indicator| self.pack.reporter_of(indicator));
                reporter.is_some_and(|reporter| reporter.id == body.id)
            };
            let indicators: Vec<usize> = round.indicators.iter().copied().filter(own).collect();
            if !indicators.is_empty() {
                asked.push((position, indicators));
            }
        }
        asked
    }

    /// A unit with an account may enter its values on the page instead: it has reported once all that it was asked is there for the round's day.
    fn count_entered(&self, round: &Round, replies: &mut [Reply]) -> Result<(), Error> {
        let board = self.board(When { as_of: round.as_of, known_on: None })?;
        let entered = |at: &usize| {
            let row = board.rows.iter().find(|row| row.indicator == *at);
            let number = row.map(|row| row.reported.as_ref().unwrap_or(&row.number));
            number.is_some_and(|number| number.value.is_some() && number.dated == Some(round.as_of))
        };
        for reply in replies.iter_mut().filter(|reply| reply.state == ReplyState::Missing) {
            let there = reply.indicators.iter().filter(|at| entered(at)).count();
            if there == reply.indicators.len() {
                reply.state = ReplyState::Reported;
                ENTERED.clone_into(&mut reply.remark);
            } else if there > 0 {
                reply.remark = format!("已在指标页报送 {there} 项，还差 {} 项", reply.indicators.len() - there);
            }
        }
        Ok(())
    }

    fn reply(&self, round: &Round, body: usize, indicators: Vec<usize>) -> Result<Reply, Error> {
        let parts = &self.collection()?.reply;
        let kind = self.kind_at(parts.kind)?;
        let unit = self.pack.bodies.get(body).map_or("", |body| body.id.as_str());
        let id = reply_id(&round.id, unit);
        let mut reply = Reply {
            body,
            state: ReplyState::Missing,
            indicators,
            received: None,
            remark: String::new(),
            signed: Default::default(),
            file: None,
            record: None,
        };
        let Some((_, record)) = self.live(kind, &id)? else { return Ok(reply) };
        let state = record.value(parts.state).map(Value::plain).unwrap_or_default();
        let known = [ReplyState::Missing, ReplyState::Reported, ReplyState::Questioned, ReplyState::Returned];
        let found = parts.states.iter().zip(known).find(|(item, _)| **item == state);
        reply.state = found.map_or(ReplyState::Missing, |(_, state)| state);
        reply.received = record.day(parts.received);
        reply.remark = text(&record, parts.remark);
        reply.signed = parts.signed.map(|at| text(&record, at));
        reply.file = match record.value(parts.file) {
            Some(Value::File(file)) => Some(file.clone()),
            _ => None,
        };
        reply.record = Some(id);
        Ok(reply)
    }

    fn round_of(&self, row: &RecordRow, record: &Record) -> Option<Round> {
        let parts = self.pack.collection.as_ref()?.round;
        let Some(Value::Choices(ids)) = record.value(parts.indicators) else { return None };
        let indicators = self.positions(ids.iter());
        Some(Round {
            id: row.id,
            name: text(record, parts.name),
            period: text(record, parts.period),
            as_of: record.day(parts.as_of)?,
            due: record.day(parts.due)?,
            indicators,
        })
    }

    /// A record that counts.
    fn live(&self, kind: &Kind, id: &RecordId) -> Result<Option<(RecordRow, Record)>, Error> {
        let Some(row) = self.store.read()?.record(&self.pack.place, &kind.id, id)?.filter(|row| row.live) else {
            return Ok(None);
        };
        let (record, _) = read(kind, &row).ok_or_else(|| Error::Corrupt(format!("记录 {id}")))?;
        Ok(Some((row, record)))
    }

    fn indicator_at(&self, position: usize) -> Result<&Indicator, Error> {
        self.pack.indicators.get(position).ok_or_else(|| Error::NotFound("指标".to_owned()))
    }

    /// 催报: the text that names who has not answered, to be copied into a message.
    pub fn urge(&self, id: &RecordId) -> Result<String, Error> {
        let view = self.round(id)?;
        let names = |state: ReplyState| -> Vec<&str> {
            let bodies = view.in_state(state).filter_map(|reply| self.pack.bodies.get(reply.body));
            bodies.map(|body| body.name.as_str()).collect()
        };
        let (missing, returned) = (names(ReplyState::Missing), names(ReplyState::Returned));
        if missing.is_empty() && returned.is_empty() {
            return Ok(format!("{}：各单位均已报送。", view.round.name));
        }
        let due = chinese_date(view.round.due);
        let late = self.today() - view.round.due;
        let mut said = format!("【催报】{}应于{due}前报送", view.round.name);
        said.push_str(&if late > 0 { format!("，现已逾期{late}天。") } else { "。".to_owned() });
        if !missing.is_empty() {
            said.push_str(&format!("尚未报送的单位（{}家）：{}。", missing.len(), missing.join("、")));
        }
        if !returned.is_empty() {
            said.push_str(&format!("已退回待重报的单位（{}家）：{}。", returned.len(), returned.join("、")));
        }
        said.push_str("请抓紧填报，经填表人、审核人、分管领导签认并加盖公章后报回。");
        Ok(said)
    }
}

/// Puts a text into a draft, under the field's id.
fn fill(draft: &mut Draft, kind: &Kind, field: usize, text: &str) {
    if let Some(field) = kind.fields.get(field).filter(|_| !text.is_empty()) {
        draft.fields.insert(field.id.clone(), text.into());
    }
}

fn text(record: &Record, field: usize) -> String {
    record.value(field).map(Value::plain).unwrap_or_default()
}

/// The one id of a unit's reply to a round.
fn reply_id(round: &RecordId, body: &str) -> RecordId {
    derived(&[b"reply", &round.0, body.as_bytes()])
}

/// The one id of an indicator's value in a round.
fn value_id(round: &RecordId, indicator: &str) -> RecordId {
    derived(&[b"value", &round.0, indicator.as_bytes()])
}

fn derived(parts: &[&[u8]]) -> RecordId {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let mut id = [0; 16];
    id.copy_from_slice(digest.get(..16).unwrap_or(&[0; 16]));
    RecordId(id)
}

/// 表号, printed on a form and found again on what comes back.
fn form_code(round: &RecordId, body: &str) -> String {
    // The second half of an id is chance; the first is the time at which it was made, which two rounds may share.
    let short: String = hex(&round.0).chars().skip(20).collect();
    format!("BS-{short}-{body}")
}

fn chinese_date(number: i32) -> String {
    zhiheng_pack::document::chinese_date(day::date(number))
}
