//! 更正和撤销办理中的事项: who may change what a case stands on ([`zhiheng_pack::case::Fixed`]), and who may take one back.
//!
//! - What a time runs from and what a step has said is corrected by another person than who gave it, in a role that the procedure names.
//! - What is frozen is corrected by nobody: the case goes back first, or another paper corrects it.
//! - A case that is under way is withdrawn by another person than who handled it last; a citizen's case by the head; a frozen one never. What was late
//!   stays in the numbers ([`zhiheng_pack::Pack::standing_contributions`]).

use zhiheng_pack::case::{Case, Fixed, FixedChange};
use zhiheng_pack::procedure::{Procedure, roles};
use zhiheng_pack::record::{Envelope, Record};
use zhiheng_pack::{Kind, Pack, Problem, problem as codes};
use zhiheng_store::RecordRow;

use crate::submit::{Act, Submission, read};
use crate::{Account, App, Error, Receipt, RecordView, RequestKey};

/// At whose hand a submission comes.
#[derive(Clone, Copy)]
pub(crate) enum Hand<'a> {
    /// Somebody of the staff, with the roles that he holds.
    Staff(&'a Account),
    /// The public entry: what it asks and sets is declared.
    Public,
    /// Somebody without an account, by login: no role is his.
    Login(&'a str),
}

impl Hand<'_> {
    pub(crate) fn login(&self) -> &str {
        match self {
            Hand::Staff(account) => &account.login,
            Hand::Public => roles::CITIZEN,
            Hand::Login(login) => login,
        }
    }

    fn holds(&self, roles: &[String], body: Option<&str>) -> bool {
        match self {
            // Who corrects and who takes back is a second person: a service is none.
            Hand::Staff(account) => account.service.is_none() && roles.iter().any(|role| account.holds(role, body)),
            Hand::Public | Hand::Login(_) => false,
        }
    }
}

impl App {
    /// Submits what somebody of the staff asks, with the roles that he holds.
    pub fn submit_as(
        &self,
        account: &Account,
        submission: &Submission,
        key: Option<&RequestKey>,
    ) -> Result<Receipt, Error> {
        let receipts = self.submit_by(Hand::Staff(account), std::slice::from_ref(submission), key, None)?;
        receipts.into_iter().next().ok_or_else(|| Error::Internal("a submission without a receipt".to_owned()))
    }

    /// Why a field of a record is not an account's to correct, in words; none where it is.
    pub fn why_fixed(&self, account: &Account, view: &RecordView, field: usize) -> Option<String> {
        let kind = self.pack.kinds.get(view.kind)?;
        let why = self.pack.fixed(kind, &view.record, field)?;
        let (_, procedure) = self.pack.case_of(&view.record)?;
        if why.is_correctable() && Hand::Staff(account).holds(&procedure.correct, view.row.body.as_deref()) {
            return None;
        }
        let change = FixedChange { field, why, giver: "" };
        Some(said(&self.pack, kind, procedure, &change, Told::NotHis))
    }

    /// Whether a submission respects what stands fast; all problems at once. `content` is the new content of a creation or a correction.
    pub(crate) fn check_amend(
        &self,
        hand: Hand<'_>,
        submission: &Submission,
        kind: &Kind,
        content: Option<&str>,
        before: Option<&RecordRow>,
    ) -> Result<(), Vec<Problem>> {
        if !self.pack.has_cases(kind) {
            return Ok(());
        }
        let new = content.and_then(|text| Record::from_canonical(kind, text));
        let old = before.and_then(|row| read(kind, row));
        let problems = match (&submission.act, old) {
            (Act::Create(_), _) if matches!(hand, Hand::Public) => Vec::new(),
            (Act::Create(_), _) => new.map(|record| self.of_entry(kind, &record)).unwrap_or_default(),
            (Act::Correct(_), Some((old, envelope))) => match new {
                Some(new) => self.of_correction(hand, kind, &old, &new, &envelope),
                None => Vec::new(),
            },
            (Act::Withdraw | Act::Restore, Some((old, envelope))) => {
                let restored = matches!(submission.act, Act::Restore);
                self.of_withdrawal(hand, kind, &old, &envelope, restored).into_iter().collect()
            }
            _ => Vec::new(),
        };
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn of_entry(&self, kind: &Kind, record: &Record) -> Vec<Problem> {
        let given = |(index, _): &(usize, _)| {
            let preset = kind.fields.get(*index).and_then(|field| field.default.as_deref());
            record.value(*index).is_some_and(|value| Some(value.plain().as_str()) != preset)
        };
        let one = |(index, step): (usize, &zhiheng_pack::procedure::Step)| {
            let field = kind.fields.get(index)?;
            let why = format!("「{}」由环节“{}”写下，新增时请留空。", field.name, step.name);
            Some(Problem::of_field(codes::FIXED, &field.id, why))
        };
        self.pack.not_of_entry(kind).filter(given).filter_map(one).collect()
    }

    fn of_correction(
        &self,
        hand: Hand<'_>,
        kind: &Kind,
        old: &Record,
        new: &Record,
        envelope: &Envelope,
    ) -> Vec<Problem> {
        let Some((_, procedure)) = self.pack.case_of(old) else { return Vec::new() };
        let holds = hand.holds(&procedure.correct, envelope.body.as_deref());
        let one = |change: &FixedChange<'_>| {
            let told = match (change.why.is_correctable(), holds) {
                (true, true) if change.giver == hand.login() => Told::SamePerson,
                (true, true) if matches!(change.why, Fixed::Anchor) && new.value(change.field).is_none() => Told::Blank,
                (true, true) => return None,
                _ => Told::NotHis,
            };
            let field = kind.fields.get(change.field)?;
            Some(Problem::of_field(codes::FIXED, &field.id, said(&self.pack, kind, procedure, change, told)))
        };
        self.pack.fixed_changes(kind, old, new).iter().filter_map(one).collect()
    }

    /// What a file may not change of a case: nobody answers for it with a role.
    pub(crate) fn of_import(&self, kind: &Kind, known: &RecordRow, new: &Record) -> Vec<Problem> {
        let Some((old, envelope)) = read(kind, known) else { return Vec::new() };
        self.of_correction(Hand::Login(""), kind, &old, new, &envelope)
    }

    fn of_withdrawal(
        &self,
        hand: Hand<'_>,
        kind: &Kind,
        record: &Record,
        envelope: &Envelope,
        restored: bool,
    ) -> Option<Problem> {
        let (case, procedure) = self.pack.case_of(record)?;
        let word = if restored { "恢复" } else { "撤销" };
        let refuse = |why: String| Some(Problem::of_field(codes::FIXED, "reason", why));
        let state = procedure.state(&case.state);
        if let Some(state) = state.filter(|state| state.frozen.is_some() && !restored) {
            return refuse(format!("现在是“{}”，已经定稿，不能撤销；有错误的，另行发文更正。", state.name));
        }
        let body = envelope.body.as_deref();
        let citizens = kind.public_entry.is_some();
        let wanted = if citizens { vec![roles::HEAD.to_owned()] } else { procedure.correct.clone() };
        let opener = case.opening().is_some_and(|event| event.by == hand.login());
        if !case.is_under_way(procedure) && opener && !citizens {
            return None;
        }
        if !hand.holds(&wanted, body) {
            let who = self.role_names(&wanted);
            let what = if citizens { "公众的投诉举报" } else { "已经开始办理的事项" };
            return refuse(format!("{what}只能由{who}{word}。请告诉他原因，由他办理。"));
        }
        let last = case.last_of_people().is_some_and(|event| event.by == hand.login());
        if case.is_under_way(procedure) && last && !restored {
            return refuse(format!("{word}须由另一人办理：这件事上一环节是您自己办的。"));
        }
        None
    }

    fn role_names(&self, roles: &[String]) -> String {
        role_names(&self.pack, roles)
    }
}

fn role_names(pack: &Pack, roles: &[String]) -> String {
    let names: Vec<&str> = roles.iter().filter_map(|id| Some(pack.role(id)?.name.as_str())).collect();
    names.join("或者")
}

/// Why a change is refused.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    /// Not this person's, or nobody's.
    NotHis,
    /// He gave it himself.
    SamePerson,
    /// A day from which a time runs is put right, never taken away.
    Blank,
}

/// Why a field stands fast, and what to do.
fn said(pack: &Pack, kind: &Kind, procedure: &Procedure, change: &FixedChange<'_>, told: Told) -> String {
    let name = kind.fields.get(change.field).map_or("", |field| field.name.as_str());
    let who = role_names(pack, &procedure.correct);
    match (change.why, told) {
        (_, Told::SamePerson) => format!("「{name}」现在的内容是您自己填的，须由另一人更正（{who}）。"),
        (_, Told::Blank) => format!("「{name}」是时限的起算日，只能改正，不能清空。"),
        (Fixed::Anchor, _) => format!("「{name}」关系到时限的计算，立案以后只能由{who}更正，并且不是原来填写的人。"),
        (Fixed::Said(step), _) => {
            format!("「{name}」由环节“{}”写下，只能由{who}更正，并且不是原来填写的人。", step.name)
        }
        (Fixed::Unsaid(step), _) => format!("「{name}」由环节“{}”写下，请办理这个环节。", step.name),
        (Fixed::Frozen(Some(step)), _) => format!("「{name}」已经定稿，不能更正；要修改，请先办理“{}”。", step.name),
        (Fixed::Frozen(None), _) => format!("「{name}」已经定稿，不能更正；有错误的，另行发文更正。"),
        (Fixed::Citizens, _) => format!("「{name}」只由当事人填写。"),
    }
}

/// Whether a person may confirm that a correction proves the lapse of a clock wrong: neither who corrected, nor who had given the wrong value.
pub(crate) fn is_third(case: &Case, kind: &Kind, procedure: &Procedure, clock: &str, login: &str) -> bool {
    let Some(clock) = procedure.clock(clock) else { return false };
    let concerns = |id: &str| {
        let own = kind.field_index(id);
        let opened = own.filter(|at| procedure.opened == Some(*at)).and_then(|_| kind.field_index("opened_on"));
        own.into_iter().chain(opened).any(|at| {
            clock.starts.contains(&zhiheng_pack::procedure::Trigger::Field(at))
                || clock.when.as_ref().is_some_and(|when| when.asks(at))
        })
    };
    case.events.iter().all(|event| {
        let mut own = event.corrected.iter().filter(|one| concerns(&one.field)).peekable();
        own.peek().is_none() || event.by != login && own.all(|one| one.giver != login)
    })
}
