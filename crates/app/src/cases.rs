//! Steps of a case: what may be done with it now, by whom, and the doing of it. Everything that can be decided is decided before the writer sees it: the
//! role, the state, the guard, four eyes, the reason, the fields, the window of a clock, the children. The writer makes the event.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use zhiheng_pack::case::{Act as CaseAct, Asked, Case, Event, Run};
use zhiheng_pack::clock::CountedDay;
use zhiheng_pack::document::chinese_date;
use zhiheng_pack::kind::Format;
use zhiheng_pack::procedure::{
    Ask, Clock, FourEyes, Length, Owner, PauseRule, Procedure, ReasonWanted, Setting, Span, Spawn, Step, Trigger, Unit,
    roles,
};
use zhiheng_pack::record::{Envelope, Record};
use zhiheng_pack::{Draft, Kind, Level, Pack, Problem, Sight, Value, problem as codes};
use zhiheng_store::{Op, Outcome, RecordId, RecordRow, Refused};

use crate::error::Handed;
use crate::permit::Absent;
use crate::submit::{Happens, Prepared, read};
use crate::{Account, App, Error, Receipt, RecordView, RequestKey};

/// Who does something with a case.
#[derive(Debug, Clone, Copy)]
pub enum Taker<'a> {
    /// Somebody of the staff.
    Staff(&'a Account),
    /// The citizen whose case it is, with its query code.
    Citizen,
    /// The program itself.
    System,
}

impl Taker<'_> {
    pub(crate) fn login(&self) -> &str {
        match self {
            Taker::Staff(account) => &account.login,
            Taker::Citizen => roles::CITIZEN,
            Taker::System => roles::SYSTEM,
        }
    }

    /// Whether this taker is no person.
    fn is_service(&self) -> bool {
        matches!(self, Taker::Staff(account) if account.service.is_some())
    }

    /// Whether this taker holds a role on cases of a body.
    pub fn holds(&self, role: &str, body: Option<&str>) -> bool {
        match self {
            Taker::Staff(account) => account.holds(role, body),
            Taker::Citizen => role == roles::CITIZEN,
            Taker::System => role == roles::SYSTEM,
        }
    }
}

/// What is to be done with a case.
#[derive(Debug, Clone, PartialEq)]
pub struct StepWanted {
    /// Kind of the record.
    pub kind: String,
    /// The record.
    pub id: RecordId,
    /// A step of its procedure, or one of the built-in acts on its clocks and its assignee.
    pub act: CaseAct,
    /// Fields filled in with it.
    pub fields: Draft,
    /// Reason: the id of a listed one, or words.
    pub reason: Option<String>,
    /// Words added.
    pub note: Option<String>,
    /// The version the taker saw.
    pub expected_version: Option<i64>,
}

/// A case as its page shows it to one reader.
#[derive(Debug, Clone)]
pub struct CaseView {
    /// The procedure it runs on.
    pub procedure: Arc<Procedure>,
    /// The case.
    pub case: Case,
    /// 状态名称
    pub state: String,
    /// 已办结
    pub closed: bool,
    /// Every run of every clock.
    pub clocks: Vec<ClockView>,
    /// Steps that are the reader's to take from here.
    pub steps: Vec<Step>,
    /// Those of them that wait for another person or another day, and why; by step.
    pub blocked: BTreeMap<String, String>,
    /// Clocks that the reader may pause or let go on, and extend; positions in the procedure.
    pub pausable: Vec<usize>,
    /// Paused ones.
    pub resumable: Vec<usize>,
    /// Extensible ones.
    pub extensible: Vec<usize>,
    /// Those whose lapse the reader may confirm to be corrected.
    pub confirmable: Vec<usize>,
    /// Open steps that wait for a role which nobody holds: which grant is missing.
    pub vacant: Vec<String>,
    /// May assign it to a person.
    pub assignable: bool,
    /// Prompts for the open steps: step id, what it says, article.
    pub advice: Vec<(String, String, Option<String>)>,
    /// What is drafted says of its source what holds no more: the time was met meanwhile.
    pub source_met: Option<String>,
    /// Every body that was asked for an answer, in the order of the asking.
    pub asked: Vec<AskedView>,
}

/// A body that was asked, as the case's page shows it to one reader.
#[derive(Debug, Clone)]
pub struct AskedView {
    /// What is asked.
    pub ask: Ask,
    /// Which body, since when, until when, and what became of it.
    pub asked: Asked,
    /// 单位名称
    pub body: String,
    /// Day by day how its last day was found.
    pub count: Vec<CountedDay>,
    /// The reader may answer for the body.
    pub answerable: bool,
    /// The reader may take the request back.
    pub retractable: bool,
}

/// Whom a case may be assigned to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assignable {
    /// Login and name.
    pub people: Vec<(String, String)>,
    /// Why there is nobody, and what to do.
    pub why: Option<String>,
}

/// A step that a line of work offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its id.
    pub step: String,
    /// 环节名称
    pub name: String,
    /// It can be taken now, and what it must have can be written once for several cases: they can take it together.
    pub together: bool,
    /// 一键办理: it can be taken now and asks nothing.
    pub one_tap: bool,
}

/// What an account may do with a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offers {
    /// Steps.
    pub steps: Vec<Offer>,
    /// 转办: it may give the case to a person.
    pub assign: bool,
}

/// Whether a step must have a file: one file for several cases is nobody's evidence.
pub(crate) fn wants_file(kind: &Kind, step: &Step) -> bool {
    let file = |at: &usize| kind.fields.get(*at).is_some_and(|field| field.kind == zhiheng_pack::Type::File);
    step.require.iter().any(file)
}

/// One run of a clock, with its count.
#[derive(Debug, Clone)]
pub struct ClockView {
    /// The clock.
    pub clock: Clock,
    /// The run.
    pub run: Run,
    /// Day by day how its end was found; empty for hours and minutes.
    pub count: Vec<CountedDay>,
}

/// A case under the eyes of a taker.
pub(crate) struct Look<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) kind: &'a Kind,
    pub(crate) row: &'a RecordRow,
    pub(crate) record: &'a Record,
    pub(crate) envelope: &'a Envelope,
    pub(crate) case: &'a Case,
    pub(crate) procedure: &'a Procedure,
    pub(crate) today: i32,
    pub(crate) now: i64,
    /// The runs of its clocks, counted when first asked for: every step asks for them.
    pub(crate) runs: OnceCell<Vec<Run>>,
}

impl App {
    /// How a case stands, and what a reader may do with it; none for a record that follows no procedure.
    pub fn case(&self, taker: Option<Taker<'_>>, view: &RecordView) -> Option<CaseView> {
        let kind = self.pack.kinds.get(view.kind)?;
        let case = view.record.case.as_ref()?;
        let procedure = self.pack.procedure_of(case)?;
        let (_, envelope) = read(kind, &view.row)?;
        let look = Look {
            pack: &self.pack,
            kind,
            row: &view.row,
            record: &view.record,
            envelope: &envelope,
            case,
            procedure,
            today: self.today(),
            now: self.now(),
            runs: OnceCell::new(),
        };
        let runs = look.runs();
        let open = |run: &&Run| run.is_open() && view.row.live;
        let of = |fits: &dyn Fn(&Run, &Clock) -> bool| -> Vec<usize> {
            let fits = |run: &&Run| procedure.clocks.get(run.clock).is_some_and(|clock| fits(run, clock));
            runs.iter().filter(open).filter(fits).map(|run| run.clock).collect()
        };
        let own = taker.is_some_and(|taker| look.is_own(taker));
        let may_extend = |clock: &Clock| {
            let rule = clock.extend.as_ref();
            rule.zip(taker).is_some_and(|(rule, taker)| taker.holds(&rule.role, look.body_of(&rule.body).as_deref()))
        };
        let steps: Vec<Step> = match taker.filter(|_| view.row.live && !self.is_reply_kind(&kind.id)) {
            Some(taker) => look.steps(taker).into_iter().cloned().collect(),
            None => Vec::new(),
        };
        Some(CaseView {
            state: procedure.state(&case.state).map(|state| state.name.clone()).unwrap_or_default(),
            closed: procedure.is_closed(&case.state),
            pausable: of(&|run, clock| own && !run.paused && pauses_by_reason(clock)),
            resumable: of(&|run, clock| {
                own && run.paused && pauses_by_reason(clock) && look.is_paused_by_reason(clock)
            }),
            extensible: of(&|run, clock| may_extend(clock) && look.may_be_extended(run, clock) && !look.is_over(run)),
            confirmable: runs
                .iter()
                .filter(|run| {
                    let clock = procedure.clocks.get(run.clock).filter(|_| view.row.live);
                    clock.zip(taker).is_some_and(|(clock, taker)| look.may_be_confirmed(taker, run, clock))
                })
                .map(|run| run.clock)
                .collect(),
            vacant: taker.filter(|_| view.row.live).map(|taker| look.vacancies(taker)).unwrap_or_default(),
            assignable: own && view.row.live,
            advice: look.advice(&steps),
            // What cannot be read now is no reason to show nothing.
            source_met: match procedure.is_closed(&case.state) {
                true => None,
                false => self.source_met(kind, &view.record).ok().flatten(),
            },
            blocked: taker.map(|taker| look.blocked(taker, &steps)).unwrap_or_default(),
            steps,
            asked: look.asked(taker),
            clocks: runs
                .iter()
                .filter_map(|run| {
                    let clock = procedure.clocks.get(run.clock)?.clone();
                    Some(ClockView { clock, count: self.pack.explain_run(procedure, run), run: run.clone() })
                })
                .collect(),
            procedure: Arc::new(procedure.clone()),
            case: case.clone(),
        })
    }

    /// What an account may do with a case now, as a list offers it: the steps that are its to take, and whether it may give the case to a
    /// person.
    pub fn offers(&self, account: &Account, kind: &Kind, row: &RecordRow) -> Offers {
        let Some((record, envelope)) = read(kind, row).filter(|_| row.live) else { return Offers::default() };
        let Some(case) = &record.case else { return Offers::default() };
        let Some(procedure) = self.pack.procedure_of(case) else { return Offers::default() };
        let (pack, today) = (&*self.pack, self.today());
        let look = Look {
            pack,
            kind,
            row,
            record: &record,
            envelope: &envelope,
            case,
            procedure,
            today,
            now: self.now(),
            runs: OnceCell::new(),
        };
        let taker = Taker::Staff(account);
        let one = |step: &Step| {
            let open = look.check_open(taker, step).is_ok();
            Offer {
                step: step.id.clone(),
                name: step.name.clone(),
                together: open && !wants_file(kind, step),
                one_tap: open && step.one_tap,
            }
        };
        let steps = if self.is_reply_kind(&kind.id) { Vec::new() } else { look.steps(taker) };
        Offers {
            steps: steps.into_iter().map(one).collect(),
            assign: !procedure.is_closed(&case.state) && look.is_own(taker),
        }
    }

    /// Does something with a case: all problems at once, or a durable version with everything that follows from it.
    pub fn take_step(&self, taker: Taker<'_>, wanted: &StepWanted, key: Option<&RequestKey>) -> Result<Receipt, Error> {
        let missing = || Error::NotFound("这条记录".to_owned());
        if let Some(receipt) = self.taken_before(taker, wanted, key)? {
            return Ok(receipt);
        }
        let position = self.pack.kind_position(&wanted.kind).ok_or_else(missing)?;
        let kind = self.pack.kinds.get(position).ok_or_else(missing)?;
        let row = self.store.read()?.record(&self.pack.place, &wanted.kind, &wanted.id)?.ok_or_else(missing)?;
        let (record, envelope) = read(kind, &row).ok_or_else(|| Error::Corrupt(format!("记录 {}", wanted.id)))?;
        let none = || Error::WrongState("这条记录不按程序办理".to_owned());
        let case = record.case.as_ref().ok_or_else(none)?;
        let procedure = self.pack.procedure_of(case).ok_or_else(none)?;
        if !row.live {
            return Err(Error::WrongState("记录已撤销，请先恢复再办理".to_owned()));
        }
        if matches!(wanted.act, CaseAct::Step(_)) && self.is_reply_kind(&kind.id) {
            let way = "报送表在单位的报送页填报，或者在“报送”里收表、采用、退回，不单独办理环节";
            return Err(Error::WrongState(way.to_owned()));
        }
        if let CaseAct::Assign(Some(login)) = &wanted.act {
            self.check_assignee(kind, &row, login)?;
        }
        let (pack, today, now) = (&*self.pack, self.today(), self.now());
        let (kind, row, record, envelope) = (kind, &row, &record, &envelope);
        let look = Look { pack, kind, row, record, envelope, case, procedure, today, now, runs: OnceCell::new() };
        let content = match &wanted.act {
            CaseAct::Step(step) => Some(self.check_step(&look, taker, step, wanted)?),
            _ => {
                look.check_act(taker, wanted)?;
                None
            }
        };
        let mut spawned = match (&wanted.act, &content) {
            (CaseAct::Step(step), Some(content)) => self.spawned(&look, taker, step, content)?,
            _ => Vec::new(),
        };
        if let (CaseAct::Step(step), Some(content)) = (&wanted.act, &content) {
            spawned.extend(self.frozen(&look, step, content)?);
        }
        self.commit_step(position, &look, taker, wanted, content, spawned, key)
    }

    /// The answer to the same request, where it was made before: its step has moved the case on, so that deciding it again would refuse it.
    fn taken_before(
        &self,
        taker: Taker<'_>,
        wanted: &StepWanted,
        key: Option<&RequestKey>,
    ) -> Result<Option<Receipt>, Error> {
        let Some(key) = key else { return Ok(None) };
        let known = self.store.read()?.answered(&self.pack.place, taker.login(), &key.0)?;
        match known {
            Some((digest, answer)) if digest == digest_of(wanted) => first_receipt(&answer).map(Some),
            _ => Ok(None),
        }
    }

    /// Whom a case may be assigned to: accounts of its body in use that hold a role of a step which can be taken now; where nobody can take a step, every
    /// account of the body.
    pub fn assignable(&self, kind: &Kind, row: &RecordRow) -> Result<Assignable, Error> {
        let mut reader = self.store.read()?;
        let rows = reader.accounts(&self.pack.place)?;
        let own: Vec<_> = rows.into_iter().filter(|it| it.disabled_at.is_none() && it.body == row.body).collect();
        let body = row.body.as_deref().map_or("本单位", |body| self.body_name(body)).to_owned();
        if own.is_empty() {
            let why = format!("{body}没有在用的账号。请系统管理员在“账号”里发邀请，或者由质量强县办代办。");
            return Ok(Assignable { people: Vec::new(), why: Some(why) });
        }
        let Some((record, envelope)) = read(kind, row) else { return Ok(Assignable::default()) };
        let case = record.case.as_ref().and_then(|case| Some((case, self.pack.procedure_of(case)?)));
        let Some((case, procedure)) = case else { return Ok(Assignable::default()) };
        let look = Look {
            pack: &self.pack,
            kind,
            row,
            record: &record,
            envelope: &envelope,
            case,
            procedure,
            today: self.today(),
            now: self.now(),
            runs: OnceCell::new(),
        };
        let staff = |role: &String| *role != roles::SYSTEM && *role != roles::CITIZEN;
        let open: Vec<&Step> =
            self.pack.open_steps(&record).into_iter().filter(|step| step.roles.iter().any(staff)).collect();
        let mut people = Vec::new();
        for it in own {
            let Some(account) = self.account_of(&mut reader, &it)? else { continue };
            // Who only owes a new password takes the step once he has it.
            let account = Account { must: None, ..account };
            if open.is_empty() || open.iter().any(|step| look.may(Taker::Staff(&account), step)) {
                people.push((it.login, it.name));
            }
        }
        let why = people.is_empty().then(|| {
            let step = |step: &&Step| {
                let names = step.roles.iter().filter(|role| staff(role)).filter_map(|role| self.pack.role(role));
                let names: Vec<&str> = names.map(|role| role.name.as_str()).collect();
                format!("“{}”由{}办理", step.name, names.join("、"))
            };
            let steps: Vec<String> = open.iter().map(step).collect();
            let steps = steps.join("，");
            format!("现在的环节{steps}，{body}没有人担任。请安全管理员在“账号”里给担任的人授予岗位，再交办。")
        });
        Ok(Assignable { people, why })
    }

    fn check_assignee(&self, kind: &Kind, row: &RecordRow, login: &str) -> Result<(), Error> {
        let found = self.assignable(kind, row)?;
        if found.people.iter().any(|(known, _)| known == login) {
            return Ok(());
        }
        let why = found.why.unwrap_or_else(|| "只能交办给本单位在用、担任现在环节岗位的账号".to_owned());
        Err(Error::Invalid(vec![Problem::of_field(codes::NOT_IN_LIST, "assignee", why)]))
    }

    /// The content that a step leaves.
    fn check_step(
        &self,
        look: &Look<'_>,
        taker: Taker<'_>,
        step: &str,
        wanted: &StepWanted,
    ) -> Result<(Envelope, String), Error> {
        let step = look.procedure.step(step).ok_or_else(|| Error::NotFound(format!("环节 {step}")))?;
        look.check_open(taker, step)?;
        if step.after_children {
            self.check_children(look)?;
        }
        if step.after_answers {
            look.check_answers()?;
        }
        let mut problems = look.check_reason(step, wanted.reason.as_deref());
        match look.content(step, &wanted.fields, taker) {
            Ok(content) => {
                problems.extend(look.check_fixed(step, &content.1, taker));
                problems.extend(look.check_fresh(step, &content.1));
                problems.extend(look.check_town_basis(step, &content.1));
                problems.extend(look.check_evidence(step, &content.1, wanted.note.as_deref()));
                if problems.is_empty() {
                    return Ok(content);
                }
            }
            Err(found) => problems.extend(found),
        }
        Err(Error::Invalid(problems))
    }

    pub(crate) fn check_children(&self, look: &Look<'_>) -> Result<(), Error> {
        let mut reader = self.store.read()?;
        for (kind_id, id) in look.case.events.iter().flat_map(|event| &event.opened) {
            let (Some(kind), Ok(id)) = (self.pack.kind(kind_id), id.parse::<RecordId>()) else { continue };
            let Some(row) = reader.record(&self.pack.place, kind_id, &id)?.filter(|row| row.live) else { continue };
            let Some((record, _)) = read(kind, &row) else { continue };
            if self.pack.state_of(&record).is_some_and(|state| !state.closed) {
                let label = self.pack.title(kind, &record, Sight::Hidden);
                return Err(Error::WrongState(format!("由它派出的{}「{label}」还没有办结", kind.name)));
            }
        }
        Ok(())
    }

    /// The records that a step opens, ready to be stored.
    fn spawned(
        &self,
        look: &Look<'_>,
        taker: Taker<'_>,
        step: &str,
        content: &(Envelope, String),
    ) -> Result<Vec<Prepared>, Error> {
        let Some(step) = look.procedure.step(step) else { return Ok(Vec::new()) };
        let after =
            Record::from_canonical(look.kind, &content.1).ok_or_else(|| Error::Corrupt("环节内容".to_owned()))?;
        let mut ready = Vec::new();
        let mut problems = Vec::new();
        let instead = look.instead_of(taker, &CaseAct::Step(step.id.clone()));
        let doing = Doing::of(taker, look.today).instead_of(instead);
        for spawn in &step.spawn {
            let made = spawn_contents(look.pack, look.kind, &after, &look.row.id, spawn, None, &doing);
            match made {
                Ok(made) => ready.extend(made.into_iter().map(|made| made.prepare(self.new_id(), self.random_bytes()))),
                Err(found) => problems.extend(found),
            }
        }
        if problems.is_empty() { Ok(ready) } else { Err(Error::Invalid(problems)) }
    }

    #[expect(clippy::too_many_arguments, reason = "everything that one act is made of, in one place")]
    fn commit_step(
        &self,
        kind: usize,
        look: &Look<'_>,
        taker: Taker<'_>,
        wanted: &StepWanted,
        content: Option<(Envelope, String)>,
        spawned: Vec<Prepared>,
        key: Option<&RequestKey>,
    ) -> Result<Receipt, Error> {
        let (old_subject, _) = self.old_subject(kind, look.kind, Some(wanted.id)).map_err(Error::Invalid)?;
        let opened = spawned.iter().map(|one| (one.kind_id.clone(), one.id.to_string())).collect();
        // An answer changes nothing that somebody else may have changed since its form was opened.
        let answers = matches!(wanted.act, CaseAct::Answer { .. } | CaseAct::Unask { .. });
        let seen = wanted.expected_version.filter(|_| !answers);
        let own = Prepared {
            op: Op::Step,
            old_subject,
            kind,
            kind_id: look.kind.id.clone(),
            id: wanted.id,
            // What was read a moment ago was decided upon: another content by now is a conflict.
            expected_version: Some(seen.unwrap_or(look.row.version)),
            reason: wanted.reason.clone(),
            content,
            salt: self.random_bytes(),
            warnings: Vec::new(),
            happening: Some(Happens {
                act: wanted.act.clone(),
                note: wanted.note.clone(),
                from: look.case.state.clone(),
                opened,
                instead_of: look.instead_of(taker, &wanted.act).map(|absent| absent.login.clone()),
            }),
        };
        let request = key.map(|key| (key.0.clone(), digest_of(wanted)));
        let prepared: Vec<Prepared> = std::iter::once(own).chain(spawned).collect();
        let job = self.submitting(taker.login(), prepared, request)?;
        match self.submit_numbered(&job)? {
            Outcome::Done { answer, .. } => first_receipt(&answer),
            Outcome::Refused(Refused { answer }) => Err(Handed::read(&answer)),
        }
    }
}

/// The receipt of the case itself; those of what it opened follow.
fn first_receipt(answer: &str) -> Result<Receipt, Error> {
    let receipts: Vec<Receipt> = serde_json::from_str(answer)
        .map_err(|error| Error::Internal(format!("an answer that does not read: {error}")))?;
    receipts.into_iter().next().ok_or_else(|| Error::Internal("a step without a receipt".to_owned()))
}

fn digest_of(wanted: &StepWanted) -> Vec<u8> {
    use sha2::{Digest, Sha256};
    let meaning =
        json!([wanted.kind, wanted.id.to_string(), wanted.act, wanted.fields.fields, wanted.reason, wanted.note]);
    Sha256::digest(meaning.to_string()).to_vec()
}

/// The unit in which a clock may be extended: that of the longest extension, else its own.
pub fn extended_in(clock: &Clock) -> Option<Unit> {
    let own = match &clock.span {
        Span::Length(length) => Some(length.unit),
        Span::Ages(..) => None,
    };
    clock.extend.as_ref().and_then(|rule| rule.max).map(|max| max.unit).or(own)
}

fn pauses_by_reason(clock: &Clock) -> bool {
    clock.pause.iter().any(|rule| matches!(rule, PauseRule::Reason(_)))
}

impl Look<'_> {
    fn runs(&self) -> &[Run] {
        self.runs.get_or_init(|| self.pack.runs(self.record))
    }

    /// Whether the case is this taker's to manage: whoever holds a role of one of its open steps, or the office.
    pub(crate) fn is_own(&self, taker: Taker<'_>) -> bool {
        let body = self.envelope.body.as_deref();
        taker.holds(roles::OFFICE, body) || taker.holds(roles::OFFICER, body) || !self.steps(taker).is_empty()
    }

    /// The steps that a taker may take now.
    pub(crate) fn steps(&self, taker: Taker<'_>) -> Vec<&Step> {
        let steps = self.pack.open_steps(self.record);
        steps.into_iter().filter_map(|step| self.procedure.step(&step.id)).filter(|it| self.may(taker, it)).collect()
    }

    /// Of the steps that a taker may take: those that wait for another person or another day.
    fn blocked(&self, taker: Taker<'_>, steps: &[Step]) -> BTreeMap<String, String> {
        let why = |step: &Step| match self.check_open(taker, step) {
            Err(Error::WrongState(why)) => Some((step.id.clone(), why)),
            _ => None,
        };
        steps.iter().filter_map(why).collect()
    }

    /// Which grants are missing for the steps that could be taken now.
    fn vacancies(&self, taker: Taker<'_>) -> Vec<String> {
        let open = self.pack.open_steps(self.record).into_iter().filter(|step| !self.may(taker, step));
        open.filter_map(|step| self.vacancy(taker, step)).collect()
    }

    fn may(&self, taker: Taker<'_>, step: &Step) -> bool {
        if taker.is_service() && self.procedure.wants_person(step) {
            return false;
        }
        let body = self.owner(step);
        step.roles.iter().any(|role| taker.holds(role, body.as_deref()))
    }

    pub(crate) fn owner(&self, step: &Step) -> Option<String> {
        self.body_of(&step.owner)
    }

    fn body_of(&self, owner: &Owner) -> Option<String> {
        match owner {
            Owner::Record => self.envelope.body.clone(),
            Owner::Body(body) => Some(body.clone()),
            Owner::Field(field) => match self.record.value(*field) {
                Some(Value::Choice(id)) => Some(id.clone()),
                Some(other) => self.pack.body_named(&other.plain()).map(|body| body.id.clone()),
                None => self.envelope.body.clone(),
            },
        }
    }

    pub(crate) fn check_open(&self, taker: Taker<'_>, step: &Step) -> Result<(), Error> {
        if !self.may(taker, step) {
            return Err(self.vacancy(taker, step).map_or(Error::NotPermitted, Error::WrongState));
        }
        if !self.pack.open_steps(self.record).iter().any(|open| open.id == step.id) {
            let state = self.procedure.state(&self.case.state).map_or("", |state| state.name.as_str());
            return Err(Error::WrongState(format!("现在是“{state}”，不能办理“{}”", step.name)));
        }
        let instead = self.instead_of(taker, &CaseAct::Step(step.id.clone()));
        let own = [Some(taker.login()), instead.map(|absent| absent.login.as_str())];
        if let Some(event) = self.other_eyes(step).find(|event| event.people().any(|one| own.contains(&Some(one)))) {
            let did = match &event.act {
                CaseAct::Step(id) => self.procedure.step(id).map_or("", |step| step.name.as_str()),
                _ => "前一环节",
            };
            // Through a delegation one person would look at his own work with another's eyes.
            if event.by != taker.login() {
                let why = "代办的人和被代的人在这里算同一个人";
                return Err(Error::WrongState(format!("“{}”须由另一人办理：“{did}”与代办有关，{why}", step.name)));
            }
            return Err(Error::WrongState(format!("“{}”须由另一人办理：“{did}”是您自己办的", step.name)));
        }
        self.check_window(step)
    }

    /// In whose place a taker does something (代办).
    pub(crate) fn instead_of<'t>(&self, taker: Taker<'t>, act: &CaseAct) -> Option<&'t Absent> {
        let Taker::Staff(account) = taker else { return None };
        let (roles, body) = match act {
            CaseAct::Step(id) => match self.procedure.step(id) {
                Some(step) => (step.roles.clone(), self.owner(step)),
                None => (Vec::new(), None),
            },
            CaseAct::Answer { ask, body, .. } => {
                let role = self.procedure.ask(ask).map(|ask| ask.role.clone());
                (role.into_iter().collect(), Some(body.clone()))
            }
            CaseAct::Extend(id, _) => {
                let rule = self.procedure.clock(id).and_then(|clock| clock.extend.as_ref());
                let body = rule.map_or_else(|| self.envelope.body.clone(), |rule| self.body_of(&rule.body));
                (rule.map(|rule| rule.role.clone()).into_iter().collect(), body)
            }
            _ => (Vec::new(), None),
        };
        account.instead_of(&roles, body.as_deref(), self.case.assignee.as_deref())
    }

    /// The acts from whose takers the taker of a step must differ.
    fn other_eyes(&self, step: &Step) -> impl Iterator<Item = &Event> {
        let (before, steps): (Option<&Event>, &[usize]) = match &step.four_eyes {
            None => (None, &[]),
            Some(FourEyes::Before) => (self.case.last_of_people(), &[]),
            Some(FourEyes::Steps(steps)) => (None, steps),
        };
        let taken = |at: &usize| self.case.taken(&self.procedure.steps.get(*at)?.id);
        let taken: Vec<&Event> = before.into_iter().chain(steps.iter().filter_map(taken)).collect();
        taken.into_iter()
    }

    /// Which grant is missing, where a step waits for a role that nobody holds.
    fn vacancy(&self, taker: Taker<'_>, step: &Step) -> Option<String> {
        let Taker::Staff(account) = taker else { return None };
        let body = self.owner(step);
        let mut staff = step.roles.iter().filter(|role| *role != roles::SYSTEM && *role != roles::CITIZEN).peekable();
        staff.peek()?;
        if !staff.clone().all(|role| account.is_vacant(role, body.as_deref())) {
            return None;
        }
        let names: Vec<&str> = staff.filter_map(|role| Some(self.pack.role(role)?.name.as_str())).collect();
        let names = names.join("、");
        Some(format!(
            "“{}”由{names}办理，这个岗位还没有授予任何人；请在“账号”里给担任的人授予“{names}”（不能授给自己）",
            step.name
        ))
    }

    /// A step that stops a clock with a window waits for the window to open (例如第二次复查不早于公告后六十日).
    fn check_window(&self, step: &Step) -> Result<(), Error> {
        for run in self.runs().iter().filter(|run| run.is_open()) {
            let (Some(opens), Some(clock)) = (run.opens, self.procedure.clocks.get(run.clock)) else { continue };
            let stops = |stop: &Trigger| match stop {
                Trigger::Step(at) => self.procedure.steps.get(*at).is_some_and(|known| known.id == step.id),
                Trigger::State(state) => step.to == Some(*state),
                Trigger::Field(_) => false,
            };
            if clock.stops.iter().any(stops) && self.today < opens {
                let (name, day) = (&clock.name, zhiheng_pack::day::date(opens));
                return Err(Error::WrongState(format!("{name}最早于 {day} 办理，今天还不到")));
            }
        }
        Ok(())
    }

    fn check_reason(&self, step: &Step, reason: Option<&str>) -> Vec<Problem> {
        let given = reason.map(str::trim).filter(|reason| !reason.is_empty());
        let problem = match (&step.reason, given) {
            (ReasonWanted::None, _) | (ReasonWanted::Words, Some(_)) => None,
            (ReasonWanted::Words | ReasonWanted::Listed(_), None) => {
                Some(Problem::of_field(codes::REQUIRED, "reason", "理由"))
            }
            (ReasonWanted::Listed(list), Some(reason)) => {
                let known = self.pack.lists.get(*list).is_some_and(|list| list.items.iter().any(|it| it.id == reason));
                let detail = format!("理由「{reason}」不在列表中");
                (!known).then(|| Problem::of_field(codes::NOT_IN_LIST, "reason", detail))
            }
        };
        problem.into_iter().collect()
    }

    fn check_act(&self, taker: Taker<'_>, wanted: &StepWanted) -> Result<(), Error> {
        let runs = self.runs();
        let find = |id: &str| {
            let at = self.procedure.clocks.iter().position(|clock| clock.id == id);
            let run = runs.iter().find(|run| Some(run.clock) == at && run.is_open());
            run.and_then(|run| Some((run, self.procedure.clocks.get(run.clock)?)))
                .ok_or_else(|| Error::WrongState("这个时限没有在计".to_owned()))
        };
        match &wanted.act {
            CaseAct::Assign(_) if self.is_own(taker) => Ok(()),
            CaseAct::Pause(id) if self.is_own(taker) => {
                let (run, clock) = find(id)?;
                let known = |rule: &PauseRule| matches!(rule, PauseRule::Reason(reason) if Some(reason.as_str()) == wanted.reason.as_deref());
                if run.paused {
                    return Err(Error::WrongState(format!("{}已在暂停", clock.name)));
                }
                if !clock.pause.iter().any(known) {
                    return Err(Error::Invalid(vec![Problem::of_field(codes::REQUIRED, "reason", "暂停事由")]));
                }
                Ok(())
            }
            CaseAct::Resume(id) if self.is_own(taker) => {
                let (_, clock) = find(id)?;
                if self.is_paused_by_reason(clock) {
                    Ok(())
                } else {
                    Err(Error::WrongState("这个时限没有暂停".to_owned()))
                }
            }
            CaseAct::Extend(id, length) => {
                let (run, clock) = find(id)?;
                self.check_extension(taker, run, clock, length, wanted.reason.as_deref())
            }
            CaseAct::Answer { ask, body, answer } => {
                self.check_answer(taker, ask, body, answer, wanted.note.as_deref())
            }
            CaseAct::Unask { ask, body } => {
                let (ask, asked) = self.owing(ask, body)?;
                if !self.may_retract(taker, ask, &asked) {
                    return Err(Error::NotPermitted);
                }
                if wanted.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
                    return Err(Error::Invalid(vec![Problem::of_field(codes::REQUIRED, "reason", "收回的理由")]));
                }
                Ok(())
            }
            CaseAct::Confirm(id) => self.check_confirmation(taker, id, wanted.reason.as_deref()),
            CaseAct::Assign(_) | CaseAct::Pause(_) | CaseAct::Resume(_) => Err(Error::NotPermitted),
            _ => Err(Error::WrongState("只能办理程序中的环节".to_owned())),
        }
    }

    /// What a body is asked, and its line, where it still owes its answer.
    fn owing(&self, ask: &str, body: &str) -> Result<(&Ask, Asked), Error> {
        let missing = || Error::NotFound("这项征求意见".to_owned());
        let declared = self.procedure.ask(ask).ok_or_else(missing)?;
        let gone = || Error::WrongState("这一家已经答复，或者不再需要它答复".to_owned());
        Ok((declared, self.pack.owing(self.record, ask, body).ok_or_else(gone)?))
    }

    fn check_answer(
        &self,
        taker: Taker<'_>,
        ask: &str,
        body: &str,
        answer: &str,
        words: Option<&str>,
    ) -> Result<(), Error> {
        let (ask, asked) = self.owing(ask, body)?;
        if !self.may_answer(taker, ask, &asked) {
            return Err(Error::NotPermitted);
        }
        let Some(answer) = ask.answers.iter().find(|it| it.id == answer) else {
            let known: Vec<&str> = ask.answers.iter().map(|it| it.name.as_str()).collect();
            let problem = Problem::of_field(codes::NOT_IN_LIST, "answer", format!("答复只能是{}", known.join("、")));
            return Err(Error::Invalid(vec![problem]));
        };
        if answer.words && words.is_none_or(|words| words.trim().is_empty()) {
            let detail = format!("答复“{}”的具体意见", answer.name);
            return Err(Error::Invalid(vec![Problem::of_field(codes::REQUIRED, "note", detail)]));
        }
        Ok(())
    }

    fn may_answer(&self, taker: Taker<'_>, ask: &Ask, asked: &Asked) -> bool {
        asked.is_open() && taker.holds(&ask.role, Some(&asked.body))
    }

    /// Whoever may ask may take back what was asked.
    fn may_retract(&self, taker: Taker<'_>, ask: &Ask, asked: &Asked) -> bool {
        let asks = |at: &usize| self.procedure.steps.get(*at).is_some_and(|step| self.may(taker, step));
        asked.is_open() && ask.starts.iter().any(asks)
    }

    fn asked(&self, taker: Option<Taker<'_>>) -> Vec<AskedView> {
        let taker = taker.filter(|_| self.row.live);
        let one = |asked: Asked| {
            let ask = self.procedure.asks.get(asked.ask)?;
            Some(AskedView {
                body: self.pack.body(&asked.body).map_or_else(|| asked.body.clone(), |body| body.name.clone()),
                count: self.pack.explain_asked(ask, &asked),
                answerable: taker.is_some_and(|taker| self.may_answer(taker, ask, &asked)),
                retractable: taker.is_some_and(|taker| self.may_retract(taker, ask, &asked)),
                ask: ask.clone(),
                asked,
            })
        };
        self.pack.asked(self.record).into_iter().filter_map(one).collect()
    }

    /// Nobody who was asked still owes an answer.
    fn check_answers(&self) -> Result<(), Error> {
        let owing: Vec<String> =
            self.asked(None).into_iter().filter(|it| it.asked.is_open()).map(|it| it.body).collect();
        if owing.is_empty() {
            return Ok(());
        }
        Err(Error::WrongState(format!("{}还没有答复；不再需要的，先收回", owing.join("、"))))
    }

    fn check_extension(
        &self,
        taker: Taker<'_>,
        run: &Run,
        clock: &Clock,
        length: &str,
        reason: Option<&str>,
    ) -> Result<(), Error> {
        let Some(rule) = &clock.extend else {
            return Err(Error::WrongState(format!("{}不能延长", clock.name)));
        };
        if !taker.holds(&rule.role, self.body_of(&rule.body).as_deref()) {
            return Err(Error::NotPermitted);
        }
        if !self.may_be_extended(run, clock) {
            return Err(Error::WrongState(format!("{}的延长次数已用完", clock.name)));
        }
        // 届满以后不能延长: what has run out is late, and stays so.
        if self.is_over(run) {
            return Err(Error::WrongState(format!("{}已经届满，不能再延长", clock.name)));
        }
        let mut problems = Vec::new();
        match Length::parse(length).filter(|length| length.count > 0) {
            None => problems.push(Problem::of_field(codes::BAD_LENGTH, "length", length)),
            Some(length) if extended_in(clock).is_some_and(|unit| unit != length.unit) => {
                let unit = extended_in(clock).map_or("", |unit| unit.word());
                let detail = format!("{}按{unit}延长，这里是{}", clock.name, length.words());
                problems.push(Problem::of_field(codes::CHECK_FAILED, "length", detail));
            }
            // One unit: more of it never ends earlier, so the counted day of the longest extension is not passed either.
            Some(length) => {
                if let Some(max) = rule.max.filter(|max| length.count > max.count) {
                    let detail = format!("延长最多{}，现为{}", max.words(), length.words());
                    problems.push(Problem::of_field(codes::TOO_LARGE, "length", detail));
                }
            }
        }
        if rule.reason && reason.is_none_or(|reason| reason.trim().is_empty()) {
            problems.push(Problem::of_field(codes::REQUIRED, "reason", "延长理由"));
        }
        if problems.is_empty() { Ok(()) } else { Err(Error::Invalid(problems)) }
    }

    fn is_over(&self, run: &Run) -> bool {
        run.late == Some(true) || run.due.is_some_and(|due| due.at <= self.now)
    }

    /// Whether a second person may confirm that a correction proves the lapse of a run wrong: by the corrected day it would not be late.
    fn may_be_confirmed(&self, taker: Taker<'_>, run: &Run, clock: &Clock) -> bool {
        let in_time = run.due.is_none_or(|due| run.stopped_at.unwrap_or(self.now) < due.at);
        run.stands
            && !taker.is_service()
            && (in_time || run.moves.is_empty())
            && self.procedure.correct.iter().any(|role| taker.holds(role, self.envelope.body.as_deref()))
            && crate::amend::is_third(self.case, self.kind, self.procedure, &clock.id, taker.login())
    }

    fn check_confirmation(&self, taker: Taker<'_>, id: &str, reason: Option<&str>) -> Result<(), Error> {
        let (runs, clocks) = (self.pack.runs(self.record), &self.procedure.clocks);
        let of = |run: &&Run| clocks.get(run.clock).is_some_and(|clock| clock.id == id) && run.stands;
        let Some((run, clock)) = runs.iter().find(of).and_then(|run| Some((run, clocks.get(run.clock)?))) else {
            return Err(Error::WrongState("这个时限没有待确认的更正".to_owned()));
        };
        if !self.may_be_confirmed(taker, run, clock) {
            let why = "须由第三人确认：不是更正的人，也不是原来填写的人，并且按更正后的日期确实没有逾期";
            return Err(Error::WrongState(format!("{}的更正{why}", clock.name)));
        }
        if reason.is_none_or(|reason| reason.trim().is_empty()) {
            return Err(Error::Invalid(vec![Problem::of_field(codes::REQUIRED, "reason", "确认的依据")]));
        }
        Ok(())
    }

    fn may_be_extended(&self, run: &Run, clock: &Clock) -> bool {
        let used = u32::try_from(run.extensions.len()).unwrap_or(u32::MAX);
        clock.extend.as_ref().is_some_and(|rule| rule.times.is_none_or(|times| used < times))
    }

    fn is_paused_by_reason(&self, clock: &Clock) -> bool {
        let last = self.case.events.iter().rev().find_map(|event: &Event| match &event.act {
            CaseAct::Pause(id) if *id == clock.id => Some(true),
            CaseAct::Resume(id) if *id == clock.id => Some(false),
            _ => None,
        });
        last == Some(true)
    }

    fn advice(&self, steps: &[Step]) -> Vec<(String, String, Option<String>)> {
        let open = |step: usize| self.procedure.steps.get(step).filter(|step| steps.iter().any(|it| it.id == step.id));
        let holds = |advice: &&zhiheng_pack::procedure::Advice| advice.when.holds(self.record);
        let said = self.procedure.advice.iter().filter(holds);
        said.filter_map(|it| Some((open(it.step)?.id.clone(), it.message.clone(), it.basis.clone()))).collect()
    }

    /// What a step may not write: over what is frozen, and the citizen's rating.
    fn check_fixed(&self, step: &Step, content: &str, taker: Taker<'_>) -> Vec<Problem> {
        let Some(after) = Record::from_canonical(self.kind, content) else { return Vec::new() };
        let frozen = self.pack.frozen_by(self.kind, self.record, step, &after).into_iter();
        let rating = self.kind.public_entry.as_ref().and_then(|entry| entry.rate);
        let rated = rating.filter(|at| self.record.value(*at) != after.value(*at) && !matches!(taker, Taker::Citizen));
        let say = |(at, why): (usize, &str)| {
            let field = self.kind.fields.get(at)?;
            Some(Problem::of_field(codes::FIXED, &field.id, format!("「{}」{why}", field.name)))
        };
        let frozen = frozen.map(|at| (at, "已经定稿，办理这个环节时不能修改；要修改的，先退回。"));
        frozen.chain(rated.map(|at| (at, "只由当事人填写。"))).filter_map(say).collect()
    }

    /// 重新填写: what a step wants said anew is not what stood there before.
    fn check_fresh(&self, step: &Step, content: &str) -> Vec<Problem> {
        let Some(after) = Record::from_canonical(self.kind, content) else { return Vec::new() };
        let same = |at: &usize| self.record.value(*at) == after.value(*at);
        let name = |at: usize| self.kind.fields.get(at).map_or(("", ""), |it| (it.id.as_str(), it.name.as_str()));
        let say = |code, at: usize| Problem::of_field(code, name(at).0, name(at).1);
        let (days, said): (Vec<usize>, Vec<usize>) =
            step.fresh.iter().copied().partition(|at| self.procedure.is_anchor(*at));
        let mut problems = Vec::new();
        for at in days.into_iter().filter(|at| after.value(*at).is_some()) {
            if same(&at) && step.require.contains(&at) {
                problems.push(say(codes::NOT_FRESH, at));
            } else if !same(&at) && after.day(at).is_some_and(|day| day < self.today) {
                problems.push(say(codes::FRESH_PAST, at));
            }
        }
        if self.case.taken(&step.id).is_some() && said.iter().all(same) {
            problems.extend(said.first().map(|at| say(codes::NOT_FRESH, *at)));
        }
        problems
    }

    /// 基层减负: what the program drafted for a town rests on something when a person sends it on its way.
    fn check_town_basis(&self, step: &Step, content: &str) -> Option<Problem> {
        let after = Record::from_canonical(self.kind, content)?;
        let here = self.kind.town_basis_at.contains(&step.id);
        here.then(|| self.pack.town_without_basis(self.kind, &after)).flatten()
    }

    /// 佐证: what a report rests on is there, or its absence is explained.
    fn check_evidence(&self, step: &Step, content: &str, note: Option<&str>) -> Option<Problem> {
        let after = Record::from_canonical(self.kind, content)?;
        let lacks = step.evidence.iter().find(|at| after.value(**at).is_none())?;
        let field = self.kind.fields.get(*lacks).filter(|_| note.is_none_or(|note| note.trim().is_empty()))?;
        Some(Problem::of_field(codes::NO_EVIDENCE, &field.id, &field.name))
    }

    fn content(&self, step: &Step, given: &Draft, taker: Taker<'_>) -> Result<(Envelope, String), Vec<Problem>> {
        let instead = self.instead_of(taker, &CaseAct::Step(step.id.clone()));
        let doing = Doing::of(taker, self.today).instead_of(instead);
        step_content(self.pack, self.kind, self.record, step, given, &doing)
    }
}

/// Who does something and on which day, as contents name them.
pub(crate) struct Doing<'a> {
    name: Cow<'a, str>,
    body: Option<&'a str>,
    today: i32,
    /// What is said of the clock or the round that drafts: `{@clock}` and its like, with the words for them.
    pub(crate) said: Vec<(&'static str, String)>,
}

impl<'a> Doing<'a> {
    pub(crate) fn of(taker: Taker<'a>, today: i32) -> Doing<'a> {
        match taker {
            Taker::Staff(account) => {
                Doing { name: Cow::Borrowed(&account.name), body: account.body.as_deref(), today, said: Vec::new() }
            }
            Taker::Citizen | Taker::System => {
                Doing { name: Cow::Borrowed(name_of(taker)), body: None, today, said: Vec::new() }
            }
        }
    }
}

impl Doing<'_> {
    /// The same in somebody's place: what is signed says so.
    fn instead_of(mut self, absent: Option<&Absent>) -> Self {
        if let Some(absent) = absent {
            self.name = Cow::Owned(format!("{}（代{}）", self.name, absent.name));
        }
        self
    }
}

fn name_of(taker: Taker<'_>) -> &'static str {
    match taker {
        Taker::Citizen => "当事人",
        _ => "系统",
    }
}

/// The content of a record after a step: what it had, what the step sets, what was filled in with it.
pub(crate) fn step_content(
    pack: &Pack,
    kind: &Kind,
    record: &Record,
    step: &Step,
    given: &Draft,
    doing: &Doing<'_>,
) -> Result<(Envelope, String), Vec<Problem>> {
    let mut draft = as_draft(kind, record);
    let mut problems = Vec::new();
    for (index, setting) in &step.set {
        let Some(field) = kind.fields.get(*index) else { continue };
        let text = match setting {
            Setting::Text(text) => text.clone(),
            Setting::Today => zhiheng_pack::day::date(doing.today).to_string(),
            Setting::FirstDay if record.value(*index).is_some() => continue,
            Setting::FirstDay => zhiheng_pack::day::date(doing.today).to_string(),
            Setting::Actor => doing.name.to_string(),
            Setting::Body => doing.body.unwrap_or_default().to_owned(),
        };
        draft.fields.insert(field.id.clone(), Json::String(text));
    }
    for (id, value) in &given.fields {
        let asked = |index: &usize| kind.fields.get(*index).is_some_and(|field| field.id == *id);
        if step.require.iter().chain(&step.ask).any(asked) {
            draft.fields.insert(id.clone(), value.clone());
        } else {
            problems.push(Problem::of_field(codes::NO_SUCH_FIELD, id, id));
        }
    }
    let checked = pack.check(kind, &draft, doing.today);
    problems.extend(checked.problems.into_iter().filter(|problem| problem.level == Level::Refuse));
    if let Some(record) = &checked.record {
        let blank = |index: &&usize| record.value(**index).is_none();
        let fields = step.require.iter().filter(blank).filter_map(|index| kind.fields.get(*index));
        problems.extend(fields.map(|field| Problem::of_field(codes::REQUIRED, &field.id, &field.name)));
    }
    match checked.record.filter(|_| problems.is_empty()) {
        Some(record) => Ok((pack.envelope(kind, &record), record.canonical(kind))),
        None => Err(problems),
    }
}

/// A record's own fields as a draft.
pub(crate) fn as_draft(kind: &Kind, record: &Record) -> Draft {
    let value =
        |(index, field): (usize, &zhiheng_pack::Field)| Some((field.id.clone(), record.value(index)?.to_json()));
    Draft { fields: kind.given().filter_map(value).collect(), scope: record.scope }
}

/// A record that is to be opened, checked.
pub(crate) struct Made {
    kind: usize,
    kind_id: String,
    envelope: Envelope,
    canonical: String,
}

impl Made {
    pub(crate) fn prepare(self, id: RecordId, salt: [u8; 16]) -> Prepared {
        Prepared {
            op: Op::Create,
            old_subject: None,
            kind: self.kind,
            kind_id: self.kind_id,
            id,
            expected_version: None,
            reason: None,
            content: Some((self.envelope, self.canonical)),
            salt,
            warnings: Vec::new(),
            happening: None,
        }
    }
}

/// The contents of the records that a declaration opens from a record: one, or one for each body of a field. `asked` is the body whose answer it is about.
pub(crate) fn spawn_contents(
    pack: &Pack,
    kind: &Kind,
    record: &Record,
    id: &RecordId,
    spawn: &Spawn,
    asked: Option<&str>,
    doing: &Doing<'_>,
) -> Result<Vec<Made>, Vec<Problem>> {
    let Some((position, target)) = pack.kind_position(&spawn.kind).and_then(|at| Some((at, pack.kinds.get(at)?)))
    else {
        return Ok(Vec::new());
    };
    let each: Vec<Option<String>> = match spawn.each {
        None => vec![asked.map(str::to_owned)],
        Some(field) => match record.value(field) {
            Some(Value::Choices(items)) => items.iter().cloned().map(Some).collect(),
            Some(Value::Choice(item)) => vec![Some(item.clone())],
            _ => Vec::new(),
        },
    };
    let mut made = Vec::new();
    let mut problems = Vec::new();
    for body in each {
        let draft = spawn_draft(pack, kind, record, id, (target, spawn, body.as_deref()), doing);
        let checked = pack.check(target, &draft, doing.today);
        match checked.record {
            Some(opened) => made.push(Made {
                kind: position,
                kind_id: target.id.clone(),
                envelope: pack.envelope(target, &opened),
                canonical: opened.canonical(target),
            }),
            None => {
                problems.extend(checked.problems.into_iter().filter(|it| it.level == Level::Refuse).map(|problem| {
                    Problem { message: format!("派生的{}：{}", target.name, problem.message), ..problem }
                }))
            }
        }
    }
    if problems.is_empty() { Ok(made) } else { Err(problems) }
}

/// What is filled in for a record that another opens.
pub(crate) fn spawn_draft(
    pack: &Pack,
    kind: &Kind,
    record: &Record,
    id: &RecordId,
    (target, spawn, each): (&Kind, &Spawn, Option<&str>),
    doing: &Doing<'_>,
) -> Draft {
    let mut draft = Draft::default();
    for (field, template) in &spawn.set {
        let personal = target.field(field).is_some_and(|field| field.personal);
        let whole = target.field(field).and_then(|field| whole_value(kind, record, template, field));
        let value = match whole {
            Some(value) => Some(value.to_json()),
            None => setting(pack, kind, record, id, (template, personal), each, doing),
        };
        if let Some(value) = value.filter(|_| target.field(field).is_some_and(|field| !field.derived)) {
            draft.fields.insert(field.clone(), fitting(target, field, value));
        }
    }
    draft
}

/// A reference's object for a field that is no reference becomes its text, or the address of the record.
fn fitting(target: &Kind, field: &str, value: Json) -> Json {
    let field = target.field(field);
    let reference = field.is_some_and(|field| field.kind == zhiheng_pack::Type::Reference);
    let address = field.is_some_and(|field| field.format == Some(Format::Record));
    match value.get("as_written") {
        Some(_) if address => Json::String(format!("{}/{}", text_at(&value, "kind"), text_at(&value, "id"))),
        Some(text) if !reference => text.clone(),
        _ => value,
    }
}

/// The reference that a template names and nothing else.
fn whole_reference<'r>(kind: &Kind, record: &'r Record, template: &str) -> Option<&'r Value> {
    let field = template.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'))?;
    let value = record.value(kind.field_index(field)?)?;
    matches!(value, Value::Reference { .. }).then_some(value)
}

/// The value that a template names and nothing else, for a field of the same type: a day, a choice, a file are handed on as they are, not as they are
/// printed. A personal value goes into a personal field, or nowhere.
fn whole_value<'r>(kind: &Kind, record: &'r Record, template: &str, target: &zhiheng_pack::Field) -> Option<&'r Value> {
    let index = kind.field_index(template.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'))?)?;
    let own = kind.fields.get(index).filter(|own| own.kind == target.kind && (target.personal || !own.personal))?;
    record.value(index).filter(|_| own.list == target.list)
}

fn text_at<'j>(value: &'j Json, key: &str) -> &'j str {
    value.get(key).and_then(Json::as_str).unwrap_or_default()
}

fn setting(
    pack: &Pack,
    kind: &Kind,
    record: &Record,
    id: &RecordId,
    (template, personal): (&str, bool),
    each: Option<&str>,
    doing: &Doing<'_>,
) -> Option<Json> {
    Some(match template {
        "@record" => {
            let title = pack.title(kind, record, Sight::Hidden);
            json!({ "as_written": title, "kind": kind.id, "id": id.to_string() })
        }
        "@today" => Json::String(zhiheng_pack::day::date(doing.today).to_string()),
        "@actor" => Json::String(doing.name.to_string()),
        "@body" => Json::String(doing.body.map(str::to_owned).or_else(|| pack.envelope(kind, record).body)?),
        "@each" => Json::String(each?.to_owned()),
        text if text.starts_with("@today+") => {
            let length = text.strip_prefix("@today+").and_then(Length::parse)?;
            let due = zhiheng_pack::clock::count(&pack.calendar, doing.today, length, true, &[], &[]).due?;
            Json::String(zhiheng_pack::day::date(due).to_string())
        }
        // A reference is handed on as one.
        text if whole_reference(kind, record, text).is_some() => whole_reference(kind, record, text)?.to_json(),
        text => {
            let mut filled = text.replace("{label}", &pack.title(kind, record, Sight::Hidden));
            filled = filled.replace("{@today}", &chinese_date(zhiheng_pack::day::date(doing.today)));
            for (name, words) in &doing.said {
                filled = filled.replace(name, words);
            }
            for (index, field) in kind.fields.iter().enumerate() {
                let name = format!("{{{}}}", field.id);
                if filled.contains(&name) {
                    // What the pack's check let through: a personal text goes into a personal field, or nowhere.
                    let shown =
                        if field.personal && !personal { String::new() } else { pack.show(kind, record, index) };
                    filled = filled.replace(&name, &shown);
                }
            }
            Json::String(filled)
        }
    })
}
