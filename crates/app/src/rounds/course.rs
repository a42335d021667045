//! What a round and its replies go through: every unit owes its reply from the opening on, the program takes the steps of a reply as it comes in and is
//! settled, the office moves the deadline or calls the round off. These steps are taken here and nowhere else: a state that nobody's form stands for
//! would be a claim.

use zhiheng_pack::case::Act as CaseAct;
use zhiheng_pack::procedure::{Procedure, roles};
use zhiheng_pack::{Draft, Kind, Problem, Record, day, problem as codes};
use zhiheng_store::{Op, Outcome, RecordId, RecordRow, Refused};

use super::{ENTERED, ReplyState, Round, fill, reply_id};
use crate::amend::Hand;
use crate::cases::as_draft;
use crate::error::Handed;
use crate::submit::{Happens, Prepared, read};
use crate::{Act, App, Error, Submission, hex};

/// Characters of a reason.
const REASON: usize = 200;

/// Who brings a reply to a state.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Brings {
    /// What came in, by what the check of it found.
    Check,
    /// The office's word.
    Office,
}

impl App {
    /// Whether records of a kind are replies of rounds.
    pub fn is_reply_kind(&self, kind: &str) -> bool {
        let reply = self.pack.collection.as_ref().and_then(|parts| self.pack.kinds.get(parts.reply.kind));
        reply.is_some_and(|reply| reply.id == kind)
    }

    /// The replies that a new round asks for, one a unit.
    pub(super) fn waiting_replies(&self, round: &Round) -> Result<Vec<Submission>, Error> {
        let kind = self.kind_at(self.collection()?.reply.kind)?;
        let units = self.asked(round).into_iter().filter_map(|(body, _)| self.pack.bodies.get(body));
        units
            .map(|body| {
                Ok(Submission {
                    act: Act::Create(self.reply_draft(round, &body.id)?),
                    kind: kind.id.clone(),
                    id: Some(reply_id(&round.id, &body.id)),
                    expected_version: None,
                    reason: None,
                })
            })
            .collect()
    }

    /// What every reply says of itself: to which round, of which unit, by when.
    pub(super) fn reply_draft(&self, round: &Round, body: &str) -> Result<Draft, Error> {
        let parts = &self.collection()?.reply;
        let kind = self.kind_at(parts.kind)?;
        let mut draft = Draft::default();
        fill(&mut draft, kind, parts.body, body);
        fill(&mut draft, kind, parts.due, &day::date(round.due).to_string());
        if let Some(field) = kind.fields.get(parts.round) {
            let reference = serde_json::json!({ "as_written": round.name, "id": hex(&round.id.0) });
            draft.fields.insert(field.id.clone(), reference);
        }
        Ok(draft)
    }

    /// The changes that bring a reply to a state with a content; none where it is there and says the same.
    pub(super) fn brought_to(
        &self,
        id: RecordId,
        draft: Draft,
        (state, by): (ReplyState, Brings),
        reason: &str,
    ) -> Result<Vec<Prepared>, Error> {
        let parts = &self.collection()?.reply;
        let [waiting, reported, questioned, returned] = &parts.states;
        let to = match state {
            ReplyState::Missing => waiting,
            ReplyState::Reported => reported,
            ReplyState::Questioned => questioned,
            ReplyState::Returned => returned,
        };
        let kind = self.kind_at(parts.kind)?;
        let stored = self.store.read()?.record(&self.pack.place, &kind.id, &id)?;
        let mut made = Vec::new();
        let case = match stored {
            Some(row) if !row.live => return Err(gone(kind)),
            Some(row) => {
                let (record, _) = read(kind, &row).ok_or_else(|| Error::Corrupt(format!("记录 {id}")))?;
                let case = record.case.as_ref().map(|case| (case.procedure.clone(), case.state.clone()));
                if case.as_ref().is_some_and(|(_, state)| state == to) {
                    return Ok(match self.says_the_same(kind, &record, &draft) {
                        true => made,
                        false => vec![self.checked(Op::Correct, parts.kind, id, draft, Some(reason), None)?],
                    });
                }
                // A reply that is older than its procedure enters it with the next change.
                if case.is_none() {
                    made.push(self.checked(Op::Correct, parts.kind, id, draft.clone(), Some(reason), None)?);
                }
                case
            }
            None => {
                made.push(self.checked(Op::Create, parts.kind, id, draft.clone(), None, None)?);
                None
            }
        };
        let procedure = match &case {
            Some((procedure, _)) => self.pack.procedure(procedure),
            None => self.pack.procedure_on(kind, self.today()),
        };
        let start = || procedure.and_then(|it| it.states.get(it.start)).map(|it| it.id.clone()).unwrap_or_default();
        let from = case.map_or_else(start, |(_, state)| state);
        if from != *to {
            let step = procedure.and_then(|procedure| way(procedure, &from, to, by));
            let step = step.ok_or_else(|| Error::WrongState(format!("{}不能从现在的状态办理到“{to}”", kind.name)))?;
            let happens = Happens { act: CaseAct::Step(step), note: None, from, opened: Vec::new(), instead_of: None };
            made.push(self.checked(Op::Step, parts.kind, id, draft, Some(reason), Some(happens))?);
        }
        Ok(made)
    }

    pub(super) fn says_the_same(&self, kind: &Kind, record: &Record, draft: &Draft) -> bool {
        let checked = self.pack.check(kind, draft, self.today()).record;
        let given = |new: &Record| kind.given().all(|(at, _)| new.value(at) == record.value(at));
        checked.is_some_and(|new| given(&new))
    }

    /// One change of a record of a round, checked as every content is; that the program may make it, who calls has decided.
    fn checked(
        &self,
        op: Op,
        position: usize,
        id: RecordId,
        draft: Draft,
        reason: Option<&str>,
        happening: Option<Happens>,
    ) -> Result<Prepared, Error> {
        let kind = self.kind_at(position)?;
        let (op, content, warnings) = self.content(op, kind, &draft, self.today()).map_err(Error::Invalid)?;
        Ok(Prepared { content, warnings, ..self.bare(op, position, kind, id, reason, happening) })
    }

    fn bare(
        &self,
        op: Op,
        position: usize,
        kind: &Kind,
        id: RecordId,
        reason: Option<&str>,
        happening: Option<Happens>,
    ) -> Prepared {
        Prepared {
            op,
            old_subject: None,
            kind: position,
            kind_id: kind.id.clone(),
            id,
            expected_version: None,
            reason: reason.map(str::to_owned),
            content: None,
            salt: self.random_bytes(),
            warnings: Vec::new(),
            happening,
        }
    }

    /// All of these changes, or none. The values go before the step of their form: a step that stands first hands its case over, and nothing is handed over here.
    pub(super) fn commit(&self, actor: &str, steps: Vec<Prepared>, submissions: &[Submission]) -> Result<(), Error> {
        let (mut prepared, mut problems) = (Vec::new(), Vec::new());
        for submission in submissions {
            match self.prepare(Hand::Login(actor), submission, self.today()) {
                Ok(ready) => prepared.push(ready),
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        prepared.extend(steps);
        if prepared.is_empty() {
            return Ok(());
        }
        match self.submit_numbered(&self.submitting(actor, prepared, None)?)? {
            Outcome::Done { versions, .. } => {
                self.index_when_due(versions);
                Ok(())
            }
            Outcome::Refused(Refused { answer }) => Err(Handed::read(&answer)),
        }
    }

    /// Whether a reply's own record says 已报: what a page counts as reported may still be waiting there.
    fn is_reported(&self, record: &Record) -> bool {
        let parts = self.pack.collection.as_ref().map(|parts| &parts.reply);
        parts.is_some_and(|parts| record.value(parts.state).is_some_and(|state| state.plain() == parts.states[1]))
    }

    /// The replies of units that have entered on the indicator's page the last of the values that a round of one of these days asks of them: they have
    /// reported, and owe nothing any more.
    pub(crate) fn settle_entered(&self, actor: &str, days: &[i32]) -> Result<(), Error> {
        let parts = &self.collection()?.reply;
        let kind = self.kind_at(parts.kind)?;
        for round in self.rounds()?.into_iter().filter(|round| days.contains(&round.as_of)) {
            let view = self.round(&round.id)?;
            for id in view.in_state(ReplyState::Reported).filter_map(|reply| reply.record) {
                let Some((_, record)) = self.live(kind, &id)?.filter(|(_, record)| !self.is_reported(record)) else {
                    continue;
                };
                let mut draft = as_draft(kind, &record);
                fill(&mut draft, kind, parts.received, &day::date(self.today()).to_string());
                fill(&mut draft, kind, parts.remark, ENTERED);
                let made = self.brought_to(id, draft, (ReplyState::Reported, Brings::Check), ENTERED)?;
                self.commit(actor, made, &[])?;
            }
        }
        Ok(())
    }

    /// The days of the values among some submissions.
    pub(crate) fn value_days(&self, submissions: &[Submission]) -> Vec<i32> {
        let Some(parts) = self.pack.collection.as_ref().map(|parts| parts.value) else { return Vec::new() };
        let Some(kind) = self.pack.kinds.get(parts.kind) else { return Vec::new() };
        let Some(field) = kind.fields.get(parts.as_of) else { return Vec::new() };
        let of = |submission: &Submission| match &submission.act {
            Act::Create(draft) | Act::Correct(draft) if submission.kind == kind.id => {
                day::parse(draft.fields.get(&field.id)?.as_str()?).map(day::number)
            }
            _ => None,
        };
        submissions.iter().filter_map(of).collect()
    }

    /// Moves the deadline of a round, for every unit that has not reported: their work and its reminders follow.
    pub fn move_round(&self, actor: &str, id: &RecordId, due: i32, reason: &str) -> Result<(), Error> {
        let view = self.round(id)?;
        let mut problems = check_reason(reason);
        let mut say = |text: &str| problems.push(Problem::of_field(codes::CHECK_FAILED, "due", text));
        if due < view.round.as_of {
            say("报送期限不能早于数据截止日。");
        } else if due == view.round.due {
            say("新的期限和原来一样。");
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let parts = self.collection()?;
        let (kind, reason) = (self.kind_at(parts.round.kind)?, reason.trim());
        let date = day::date(due).to_string();
        let moved = |kind: &Kind, record: &Record, field: usize| {
            let mut draft = as_draft(kind, record);
            fill(&mut draft, kind, field, &date);
            draft
        };
        let (_, record) = self.live(kind, id)?.ok_or_else(|| Error::NotFound("这一轮报送".to_owned()))?;
        let draft = moved(kind, &record, parts.round.due);
        let mut made = vec![self.checked(Op::Correct, parts.round.kind, *id, draft, Some(reason), None)?];
        let kind = self.kind_at(parts.reply.kind)?;
        for reply in view.replies.iter().filter_map(|reply| reply.record) {
            let Some((_, record)) = self.live(kind, &reply)?.filter(|(_, record)| !self.is_reported(record)) else {
                continue;
            };
            let draft = moved(kind, &record, parts.reply.due);
            made.push(self.checked(Op::Correct, parts.reply.kind, reply, draft, Some(reason), None)?);
        }
        self.commit(actor, made, &[])
    }

    /// Calls a round off: nobody owes a reply any more. What was taken stays, with the form that stands for it.
    pub fn cancel_round(&self, actor: &str, id: &RecordId, reason: &str) -> Result<(), Error> {
        let view = self.round(id)?;
        let problems = check_reason(reason);
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let parts = self.collection()?;
        let reason = Some(reason.trim());
        let kind = self.kind_at(parts.round.kind)?;
        let mut made = vec![self.bare(Op::Withdraw, parts.round.kind, kind, *id, reason, None)];
        let kind = self.kind_at(parts.reply.kind)?;
        for id in view.replies.iter().filter_map(|reply| reply.record) {
            if self.live(kind, &id)?.is_none_or(|(_, record)| self.is_reported(&record)) {
                continue;
            }
            made.push(self.bare(Op::Withdraw, parts.reply.kind, kind, id, reason, None));
        }
        self.commit(actor, made, &[])
    }

    /// A round's deadline, day and indicators, and the round itself, are changed on its own page: its units' work hangs on them.
    pub(crate) fn check_round(
        &self,
        position: usize,
        submission: &Submission,
        canonical: Option<&str>,
        before: impl FnOnce() -> Result<Option<RecordRow>, Vec<Problem>>,
    ) -> Result<(), Vec<Problem>> {
        let Some(parts) = self.pack.collection.as_ref().map(|parts| parts.round).filter(|it| it.kind == position)
        else {
            return Ok(());
        };
        let refuse = |field: &str, text: &str| Err(vec![Problem::of_field(codes::FIXED, field, text)]);
        match &submission.act {
            Act::Create(_) => Ok(()),
            Act::Withdraw => refuse("reason", "报送轮次在“报送”里这一轮的页面撤销，各单位的待办随它一起撤销。"),
            Act::Restore => refuse("reason", "撤销的轮次不再恢复，需要的请另发起一轮。"),
            Act::Correct(_) => {
                let Some(kind) = self.pack.kinds.get(position) else { return Ok(()) };
                let old = before()?.and_then(|row| Record::from_canonical(kind, &row.fields));
                let new = canonical.and_then(|text| Record::from_canonical(kind, text));
                let Some((old, new)) = old.zip(new) else { return Ok(()) };
                let changed = [parts.as_of, parts.due, parts.indicators].map(|at| old.value(at) != new.value(at));
                if changed.contains(&true) {
                    return refuse(
                        "due",
                        "报送期限在“报送”里这一轮的页面改；截止日和指标不改，需要的请撤销后另发起一轮。",
                    );
                }
                Ok(())
            }
        }
    }
}

fn gone(kind: &Kind) -> Error {
    Error::WrongState(format!("{}的这条记录已被撤回，请先在登记中恢复，再收这份表", kind.name))
}

fn check_reason(reason: &str) -> Vec<Problem> {
    let said = |text: &str| vec![Problem::of_field(codes::CHECK_FAILED, "reason", text)];
    match reason.trim().chars().count() {
        0 => said("请写明理由。"),
        length if length > REASON => said("理由不超过 200 字。"),
        _ => Vec::new(),
    }
}

/// The step from one state to another: the office's own word takes the office's step.
fn way(procedure: &Procedure, from: &str, to: &str, by: Brings) -> Option<String> {
    let (from, to) = (procedure.state_position(from)?, procedure.state_position(to)?);
    let fits: Vec<_> = procedure.steps.iter().filter(|it| it.from.contains(&from) && it.to == Some(to)).collect();
    let own = fits.iter().find(|step| step.roles.iter().any(|role| role == roles::OFFICE) == (by == Brings::Office));
    own.or(fits.first()).map(|step| step.id.clone())
}
