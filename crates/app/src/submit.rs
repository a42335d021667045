//! The one way in. A submission is validated outside the writer, decided inside it, and stored with every cell it moves in one
//! transaction: a record and the numbers it changes become visible together or not at all.
//!
//! Decide first, act last: [`Submitting::decide`] is pure. It sees the record as the submissions before it left it, subtracts what the
//! old version contributed in the period it belonged to, and adds what the new one does.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use zhiheng_pack::case::Act as CaseAct;
use zhiheng_pack::indicator::SourceRef;
use zhiheng_pack::record::{Envelope, Record};
use zhiheng_pack::rollup::{Contribution, LevelPoint};
use zhiheng_pack::{Draft, Kind, Level, Pack, Problem, Sight};
use zhiheng_store::{
    BatchRow, Change, Idempotency, Job, LevelEnd, LevelRow, Needs, Op, Outcome, RecordId, RecordRow, Refused, Seen,
    StoreError, Sum, Times, VersionRow,
};
use zhiheng_tlog::gm::sm3;

use crate::amend::Hand;
use crate::calling_off::Wards;
use crate::error::Handed;
use crate::{App, Error, course, hex};

/// Said when a key comes back with something else under it.
const OTHER_CONTENT: &str = "同一个请求编号已用于另一份内容";

/// What to do with a record.
#[derive(Debug, Clone, PartialEq)]
pub enum Act {
    /// A new record.
    Create(Draft),
    /// New content in all fields, for a reason.
    Correct(Draft),
    /// Counts nowhere from now on, stays readable.
    Withdraw,
    /// Counts again.
    Restore,
}

/// One submission.
#[derive(Debug, Clone, PartialEq)]
pub struct Submission {
    /// What to do.
    pub act: Act,
    /// Kind of the record.
    pub kind: String,
    /// The record; none for a new one, unless an import gives its identity.
    pub id: Option<RecordId>,
    /// The version the submitter saw. Required by everything but a creation.
    pub expected_version: Option<i64>,
    /// Why; required by everything but a creation.
    pub reason: Option<String>,
}

/// A content that was checked already, on its way in.
pub(crate) struct Checked {
    /// Create or correct.
    pub(crate) op: Op,
    /// Position of the kind.
    pub(crate) kind: usize,
    pub(crate) id: RecordId,
    pub(crate) expected_version: Option<i64>,
    pub(crate) reason: Option<String>,
    pub(crate) envelope: Envelope,
    pub(crate) canonical: String,
}

/// The submitter's key for a request, so that a retry cannot double it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey(pub String);

/// What became of one record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Receipt {
    /// The record's id, 32 hexadecimal digits.
    pub id: String,
    /// Its version now.
    pub version: i64,
    /// The cells that moved: indicator and year.
    pub moved: Vec<Moved>,
    /// Reminders; nothing was refused for them.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub warnings: Vec<String>,
}

/// A cell that moved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, serde::Deserialize)]
pub struct Moved {
    /// Indicator's id.
    pub indicator: String,
    /// Year of the period.
    pub period: String,
}

impl App {
    /// Submits one record: all problems at once, or a durable version with every number it moves.
    pub fn submit(&self, actor: &str, submission: &Submission, key: Option<&RequestKey>) -> Result<Receipt, Error> {
        let receipts = self.submit_all(actor, std::slice::from_ref(submission), key, None)?;
        receipts.into_iter().next().ok_or_else(|| Error::Internal("a submission without a receipt".to_owned()))
    }

    /// Submits several records as one change: all of them, or none.
    pub fn submit_all(
        &self,
        actor: &str,
        submissions: &[Submission],
        key: Option<&RequestKey>,
        batch: Option<BatchRow>,
    ) -> Result<Vec<Receipt>, Error> {
        self.submit_by(Hand::Login(actor), submissions, key, batch)
    }

    pub(crate) fn submit_by(
        &self,
        hand: Hand<'_>,
        submissions: &[Submission],
        key: Option<&RequestKey>,
        batch: Option<BatchRow>,
    ) -> Result<Vec<Receipt>, Error> {
        let (today, actor) = (self.today(), hand.login());
        let digest = key.map(|_| digest_of(submissions));
        let request = key.zip(digest).map(|(key, digest)| (key.0.clone(), digest));
        if let Some(receipts) = self.answered(actor, request.as_ref())? {
            return Ok(receipts);
        }
        let mut prepared = Vec::with_capacity(submissions.len());
        let mut problems = Vec::new();
        for submission in submissions {
            match self.prepare(hand, submission, today) {
                Ok(ready) => prepared.push(ready),
                Err(found) => problems.extend(found),
            }
        }
        if !problems.is_empty() {
            return Err(Error::Invalid(problems));
        }
        let job = Submitting { batch, ..self.submitting(actor, prepared, request)? };
        match self.submit_numbered(&job)? {
            Outcome::Done { answer, versions } => {
                self.index_when_due(versions);
                let days = self.value_days(submissions);
                if !days.is_empty() {
                    self.settle_entered(hand.login(), &days)?;
                }
                serde_json::from_str(&answer)
                    .map_err(|error| Error::Internal(format!("an answer that does not read: {error}")))
            }
            Outcome::Refused(Refused { answer }) => Err(Handed::read(&answer)),
        }
    }

    /// The job for changes that were checked, with what ends when their cases end.
    pub(crate) fn submitting(
        &self,
        actor: &str,
        prepared: Vec<Prepared>,
        request: Option<(String, Vec<u8>)>,
    ) -> Result<Submitting, Error> {
        Ok(Submitting {
            pack: Arc::clone(&self.pack),
            actor: actor.to_owned(),
            wards: self.wards_of(ending(&prepared))?,
            prepared,
            request,
            batch: None,
            year: self.year(),
            skip: 0,
            receipts: true,
            spent: false,
        })
    }

    /// Whether somebody's request was done under this key already.
    pub fn was_answered(&self, actor: &str, key: &RequestKey) -> Result<bool, Error> {
        Ok(self.store.read()?.answered(&self.pack.place, actor, &key.0)?.is_some())
    }

    /// The answer that a request was given before. A retry is answered before anything is checked anew: what it asked for has happened, and
    /// may no longer be possible. The writer asks again, for two that race.
    pub(crate) fn answered(
        &self,
        actor: &str,
        request: Option<&(String, Vec<u8>)>,
    ) -> Result<Option<Vec<Receipt>>, Error> {
        let Some((key, digest)) = request else { return Ok(None) };
        let Some((known, answer)) = self.store.read()?.answered(&self.pack.place, actor, key)? else { return Ok(None) };
        if known != *digest {
            return Err(Error::Conflict(OTHER_CONTENT.to_owned()));
        }
        let receipts = serde_json::from_str(&answer);
        receipts.map(Some).map_err(|error| Error::Internal(format!("an answer that does not read: {error}")))
    }

    /// Submits contents that were checked a moment ago, as one change. They are taken one by one, so that a file of a hundred thousand
    /// rows is never held twice. Answers the cells that moved.
    pub(crate) fn submit_checked(
        &self,
        actor: &str,
        checked: impl Iterator<Item = Checked>,
        batch: BatchRow,
    ) -> Result<Vec<Moved>, Error> {
        let mut prepared = Vec::with_capacity(checked.size_hint().0);
        for one in checked {
            let kind = self.pack.kinds.get(one.kind).ok_or_else(|| Error::NotFound("登记种类".to_owned()))?;
            check_open(kind).map_err(Error::Invalid)?;
            let (old_subject, seen_version) = match one.op {
                Op::Create => (None, None),
                _ => self.old_subject(one.kind, kind, Some(one.id)).map_err(Error::Invalid)?,
            };
            prepared.push(Prepared {
                op: one.op,
                old_subject,
                kind: one.kind,
                kind_id: kind.id.clone(),
                id: one.id,
                expected_version: one.expected_version.or(seen_version),
                reason: one.reason,
                content: Some((one.envelope, one.canonical)),
                salt: self.random_bytes(),
                warnings: Vec::new(),
                happening: None,
            });
        }
        let job = Submitting { batch: Some(batch), receipts: false, ..self.submitting(actor, prepared, None)? };
        // Only where running numbers may have to be passed over are the contents held twice.
        let outcome = match self.gives_numbers_to(&job) {
            true => self.submit_numbered(&job)?,
            false => self.store.submit(&self.pack.place, Box::new(job))?,
        };
        match outcome {
            Outcome::Done { answer, versions } => {
                self.index_when_due(versions);
                serde_json::from_str(&answer)
                    .map_err(|error| Error::Internal(format!("an answer that does not read: {error}")))
            }
            Outcome::Refused(Refused { answer }) => Err(Handed::read(&answer)),
        }
    }

    /// Hands a job to the writer. A running number that somebody has given by hand already is passed over, further and further, until one is free.
    pub(crate) fn submit_numbered(&self, job: &Submitting) -> Result<Outcome, Error> {
        let numbered = self.gives_numbers_to(job);
        for skip in course::skips(numbered) {
            match self.store.submit(&self.pack.place, Box::new(Submitting { skip, ..job.clone() })) {
                Err(StoreError::Conflict { .. }) if numbered => {}
                other => return Ok(other?),
            }
        }
        Err(Error::Conflict("编号都已被占用".to_owned()))
    }

    fn gives_numbers_to(&self, job: &Submitting) -> bool {
        job.prepared.iter().any(|one| one.op == Op::Create && numbers(&self.pack, one.kind))
    }

    /// The year of today, which running numbers carry.
    pub(crate) fn year(&self) -> i16 {
        zhiheng_pack::day::date(self.today()).year()
    }

    pub(crate) fn prepare(
        &self,
        hand: Hand<'_>,
        submission: &Submission,
        today: i32,
    ) -> Result<Prepared, Vec<Problem>> {
        let missing = |field: &str, what: &str| vec![Problem::of_field(zhiheng_pack::problem::REQUIRED, field, what)];
        let Some(position) = self.pack.kind_position(&submission.kind) else {
            return Err(vec![Problem::of_field(
                zhiheng_pack::problem::UNKNOWN_NAME,
                "kind",
                format!("种类 {}", submission.kind),
            )]);
        };
        let Some(kind) = self.pack.kinds.get(position) else { return Err(missing("kind", "种类")) };
        check_open(kind)?;
        let existing = !matches!(submission.act, Act::Create(_));
        if existing && submission.id.is_none() {
            return Err(missing("id", "记录编号"));
        }
        if existing && submission.reason.as_deref().is_none_or(|reason| reason.trim().is_empty()) {
            return Err(missing("reason", "理由"));
        }
        let (op, content, warnings) = match &submission.act {
            Act::Create(draft) => self.content(Op::Create, kind, draft, today)?,
            Act::Correct(draft) => self.content(Op::Correct, kind, draft, today)?,
            Act::Withdraw => (Op::Withdraw, None, Vec::new()),
            Act::Restore => (Op::Restore, None, Vec::new()),
        };
        let before = match submission.id.filter(|_| existing && self.pack.has_cases(kind)) {
            Some(id) => self.stored(kind, &id)?,
            None => None,
        };
        let canonical = content.as_ref().map(|(_, canonical)| canonical.as_str());
        self.check_amend(hand, submission, kind, canonical, before.as_ref())?;
        let stored = || submission.id.map_or(Ok(None), |id| self.stored(kind, &id));
        self.check_round(position, submission, canonical, stored)?;
        let (old_subject, seen_version) = self.old_subject(position, kind, submission.id)?;
        // What was decided upon a moment ago: another content by now is a conflict.
        let seen_version = before.map(|row| row.version).or(seen_version);
        Ok(Prepared {
            op,
            old_subject,
            kind: position,
            kind_id: kind.id.clone(),
            id: submission.id.unwrap_or_else(|| self.new_id()),
            expected_version: submission.expected_version.or(seen_version),
            reason: submission.reason.clone().filter(|_| existing),
            content,
            salt: self.random_bytes(),
            warnings,
            happening: None,
        })
    }

    /// The subject that a record has before the change, which a distinct count must see, and the version in which it was read: should
    /// another change come between, the submission is refused as a conflict instead of counting a stale subject.
    pub(crate) fn old_subject(
        &self,
        position: usize,
        kind: &Kind,
        id: Option<RecordId>,
    ) -> Result<(Option<String>, Option<i64>), Vec<Problem>> {
        let Some(id) = id.filter(|_| self.pack.distinct_indicators(position).next().is_some()) else {
            return Ok((None, None));
        };
        Ok(self.stored(kind, &id)?.map_or((None, None), |row| (row.subject, Some(row.version))))
    }

    fn stored(&self, kind: &Kind, id: &RecordId) -> Result<Option<RecordRow>, Vec<Problem>> {
        let row = self.store.read().and_then(|mut reader| reader.record(&self.pack.place, &kind.id, id));
        row.map_err(|error| vec![Problem::of_field(zhiheng_pack::problem::CHECK_FAILED, "id", error.to_string())])
    }

    #[expect(clippy::type_complexity, reason = "three parts of one answer, used in one place")]
    pub(crate) fn content(
        &self,
        op: Op,
        kind: &Kind,
        draft: &Draft,
        today: i32,
    ) -> Result<(Op, Option<(Envelope, String)>, Vec<String>), Vec<Problem>> {
        let checked = self.pack.check(kind, draft, today);
        let Some(record) = checked.record else {
            return Err(checked.problems.into_iter().filter(|problem| problem.level == Level::Refuse).collect());
        };
        let envelope = self.pack.envelope(kind, &record);
        let canonical = record.canonical(kind);
        let warnings = checked.problems.into_iter().map(|problem| problem.message).collect();
        Ok((op, Some((envelope, canonical)), warnings))
    }
}

/// What was published is written by the step that publishes, and by nothing else.
fn check_open(kind: &Kind) -> Result<(), Vec<Problem>> {
    if !kind.sealed {
        return Ok(());
    }
    let why = format!("「{}」由公开的环节写入，不能录入、更正或者撤销。要更正、撤回的，办理那件公开审批。", kind.name);
    Err(vec![Problem::of_field(zhiheng_pack::problem::FIXED, "kind", why)])
}

/// The changes that may end a case.
fn ending(prepared: &[Prepared]) -> impl Iterator<Item = (&str, RecordId)> {
    let ends = |one: &&Prepared| matches!(one.op, Op::Step | Op::Withdraw);
    prepared.iter().filter(ends).map(|one| (one.kind_id.as_str(), one.id))
}

/// Whether records of a kind are given running numbers.
fn numbers(pack: &Pack, kind: usize) -> bool {
    pack.kinds.get(kind).is_some_and(|kind| kind.fields.iter().any(|field| field.serial.is_some()))
}

/// A digest of a request's meaning: the same key with another body is refused.
fn digest_of(submissions: &[Submission]) -> Vec<u8> {
    let mut hasher = Sha256::new();
    for submission in submissions {
        let (act, draft) = match &submission.act {
            Act::Create(draft) => ("create", Some(draft)),
            Act::Correct(draft) => ("correct", Some(draft)),
            Act::Withdraw => ("withdraw", None),
            Act::Restore => ("restore", None),
        };
        let id = submission.id.map(|id| id.to_string());
        let scope = draft.and_then(|draft| draft.scope).map(|scope| scope.name());
        let fields = draft.map(|draft| &draft.fields);
        let meaning = json!([act, submission.kind, id, submission.expected_version, submission.reason, scope, fields]);
        hasher.update(meaning.to_string());
        hasher.update(b"\n");
    }
    hasher.finalize().to_vec()
}

/// A submission that is valid by itself.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) op: Op,
    pub(crate) old_subject: Option<String>,
    pub(crate) kind: usize,
    pub(crate) kind_id: String,
    pub(crate) id: RecordId,
    pub(crate) expected_version: Option<i64>,
    pub(crate) reason: Option<String>,
    pub(crate) content: Option<(Envelope, String)>,
    pub(crate) salt: [u8; 16],
    pub(crate) warnings: Vec<String>,
    /// What happens to its case, for an [`Op::Step`].
    pub(crate) happening: Option<Happens>,
}

/// What happens to a case with a step.
#[derive(Debug, Clone)]
pub(crate) struct Happens {
    pub(crate) act: CaseAct,
    pub(crate) note: Option<String>,
    /// The state in which the case was when it was decided; another one by now is a conflict.
    pub(crate) from: String,
    /// Records that it opens: kind and id.
    pub(crate) opened: Vec<(String, String)>,
    /// In whose place it is done (代办), by login.
    pub(crate) instead_of: Option<String>,
}

/// The job that the store's writer runs.
#[derive(Clone)]
pub(crate) struct Submitting {
    pub(crate) pack: Arc<Pack>,
    pub(crate) actor: String,
    pub(crate) prepared: Vec<Prepared>,
    /// What ends with the cases of this job, should these end.
    pub(crate) wards: Wards,
    pub(crate) request: Option<(String, Vec<u8>)>,
    pub(crate) batch: Option<BatchRow>,
    /// The year that running numbers carry.
    pub(crate) year: i16,
    /// How many running numbers are passed over.
    pub(crate) skip: i64,
    /// Answer a receipt for every record; else only the cells that moved.
    pub(crate) receipts: bool,
    /// Without receipts the contents are handed on instead of copied; a repeated decision then has nothing left and refuses.
    pub(crate) spent: bool,
}

impl Job for Submitting {
    fn needs(&self) -> Needs {
        let idempotency = self.request.as_ref().map(|(key, _)| (self.actor.clone(), key.clone()));
        let mut needs = Needs { idempotency, subjects: self.subjects(), ..Needs::default() };
        needs.subjects.extend(self.wards.subjects.iter().cloned());
        for one in &self.prepared {
            needs.records.push((one.kind_id.clone(), one.id));
            let Some((envelope, _)) = &one.content else { continue };
            needs.keys.extend(envelope.key.iter().map(|key| (one.kind_id.clone(), key.clone())));
        }
        for (kind, id) in &self.wards.records {
            needs.records.push((kind.clone(), *id));
            needs.tasks.push(*id);
        }
        for (kind, one) in self.prepared.iter().filter_map(|one| Some((self.pack.kinds.get(one.kind)?, one))) {
            if self.pack.has_cases(kind) {
                needs.tasks.push(one.id);
            }
            if one.op == Op::Create {
                needs.counters.extend(course::counters(kind, self.year));
            }
            let documents = course::issued(&self.pack, kind, one).into_iter();
            needs.serials.extend(documents.map(|(document, _)| (document.id.clone(), i32::from(self.year))));
        }
        needs
    }

    fn decide(&mut self, seen: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
        let refused = |handed: Handed| Refused { answer: handed.write() };
        if let Some((key, digest)) = &self.request
            && let Some((known, answer)) = seen.answered(&self.actor, key)
        {
            if known != digest {
                return Err(refused(Handed::Conflict(OTHER_CONTENT.to_owned())));
            }
            let mut change = Change::new(times);
            change.answer = answer.to_owned();
            return Ok(change);
        }
        let mut deciding = Deciding::new(&self.pack, seen, times, self.year);
        deciding.skip = self.skip;
        deciding.given = self.given();
        let mut receipts = Vec::new();
        let mut moved = BTreeSet::new();
        // A number that turns out to be taken lets the writer decide once more.
        let keeps = self.receipts || self.numbered();
        if std::mem::replace(&mut self.spent, !keeps) {
            return Err(refused(Handed::Conflict("同时有别的保存，这次导入没有进行".to_owned())));
        }
        // What a step opens for another body, or passes to it, is told to that body's head; what goes to a person, to that person.
        let first = self.prepared.first().filter(|one| one.op == Op::Step);
        let of_case = first.and_then(|one| deciding.current(&one.kind_id, &one.id)).map(|row| row.body);
        for one in &mut self.prepared {
            let content = if keeps { one.content.clone() } else { one.content.take() };
            let receipt = deciding.one(one, content, &self.actor, self.batch.as_ref(), times).map_err(refused)?;
            if let Some(body) = &of_case {
                deciding.tell_assigned(one, body.as_deref(), &self.actor);
            }
            tell_parties(&mut deciding, one);
            if self.receipts {
                receipts.push(receipt);
            } else {
                moved.extend(receipt.moved);
            }
        }
        let mut change = deciding.change;
        change.batch = self.batch.clone();
        change.idempotency =
            self.request.clone().map(|(key, digest)| Idempotency { actor: self.actor.clone(), key, digest });
        change.answer = if self.receipts { serde_json::to_string(&receipts) } else { serde_json::to_string(&moved) }
            .unwrap_or_default();
        Ok(change)
    }
}

/// 送达: on a step that sends a record out, the heads of the bodies it names get a message. The step of the reply is theirs by their work list anyway;
/// this one says that a paper has come.
fn tell_parties(deciding: &mut Deciding<'_>, one: &Prepared) {
    let Some(Happens { act: CaseAct::Step(step), .. }) = &one.happening else { return };
    let pack = deciding.pack;
    let Some(kind) = pack.kinds.get(one.kind) else { return };
    let Some(row) = deciding.current(&kind.id, &one.id) else { return };
    let Some((record, _)) = read(kind, &row) else { return };
    let parties = kind.access.parties.iter().filter(|party| party.tell.contains(step) && party.is_open(&record));
    let mut bodies: Vec<String> = parties.flat_map(|party| party.bodies(&record)).collect();
    bodies.sort();
    bodies.dedup();
    let taken = pack.case_of(&record).and_then(|(_, procedure)| procedure.step(step));
    let name = taken.map_or("", |step| step.name.as_str());
    for body in bodies {
        let title = format!("{name}：{}", pack.title(kind, &record, Sight::Hidden));
        let text = format!("{}「{}」已送达本单位，请查看。", kind.name, pack.title(kind, &record, Sight::Hidden));
        let owner = (zhiheng_pack::procedure::roles::HEAD.to_owned(), body);
        deciding.message(row.recorded_at, owner, (kind.id.clone(), one.id), title, text);
    }
}

impl Submitting {
    fn numbered(&self) -> bool {
        self.prepared.iter().any(|one| one.op == Op::Create && numbers(&self.pack, one.kind))
    }

    /// The numbers that records of this job bring with them, where others of their kind are given one.
    fn given(&self) -> BTreeSet<(String, String)> {
        let numbered = self.prepared.iter().filter(|one| numbers(&self.pack, one.kind));
        let key = |one: &Prepared| Some((one.kind_id.clone(), one.content.as_ref()?.0.key.clone()?));
        numbered.filter_map(key).collect()
    }

    /// The subjects whose other records decide distinct counts: those the records have now, and those they will have.
    fn subjects(&self) -> Vec<(String, String)> {
        let mut wanted = BTreeSet::new();
        for one in &self.prepared {
            let subject = one.content.as_ref().and_then(|(envelope, _)| envelope.subject.as_deref());
            for subject in subject.into_iter().chain(one.old_subject.as_deref()) {
                wanted.extend(counted_with(&self.pack, one.kind, subject));
            }
        }
        wanted.into_iter().collect()
    }
}

/// What a change of a record about a subject must see: the subject's other records, in the kinds that are counted together with its own.
pub(crate) fn counted_with(pack: &Pack, kind: usize, subject: &str) -> BTreeSet<(String, String)> {
    let sources = pack.distinct_indicators(kind).filter_map(|at| pack.indicators.get(at)).flat_map(|it| &it.over);
    let kinds = sources.filter_map(|source| pack.kinds.get(source.kind));
    kinds.map(|kind| (kind.id.clone(), subject.to_owned())).collect()
}

/// Decides over one change after the other, each seeing what those before it left.
pub(crate) struct Deciding<'a> {
    pub(crate) pack: &'a Pack,
    pub(crate) seen: &'a Seen<'a>,
    /// The year that running numbers carry.
    pub(crate) year: i16,
    /// How many of them are passed over, because the next ones were given by hand.
    pub(crate) skip: i64,
    /// Numbers that records of this job bring with them: kind and key.
    pub(crate) given: BTreeSet<(String, String)>,
    /// Records that earlier submissions of the same job left behind: their last version in `change`.
    changed: HashMap<RecordId, usize>,
    /// Of those, by kind and business key.
    keys: HashMap<(String, String), RecordId>,
    /// Of those, by kind and subject.
    subjects: HashMap<(String, String), BTreeSet<RecordId>>,
    pub(crate) change: Change,
}

impl<'a> Deciding<'a> {
    pub(crate) fn new(pack: &'a Pack, seen: &'a Seen<'a>, times: &Times, year: i16) -> Deciding<'a> {
        Deciding {
            pack,
            seen,
            year,
            skip: 0,
            given: BTreeSet::new(),
            changed: HashMap::new(),
            keys: HashMap::new(),
            subjects: HashMap::new(),
            change: Change::new(times),
        }
    }
}

impl Deciding<'_> {
    pub(crate) fn one(
        &mut self,
        one: &Prepared,
        content: Option<(Envelope, String)>,
        actor: &str,
        batch: Option<&BatchRow>,
        times: &mut Times,
    ) -> Result<Receipt, Handed> {
        let before = self.before(one)?;
        let kind = self.pack.kinds.get(one.kind).ok_or_else(|| Handed::NotFound("登记种类".to_owned()))?;
        let at = times.next();
        // A running number is nobody else's: it was not there to be looked up before, and needs no looking up.
        let numbered = one.op == Op::Create && content.as_ref().is_some_and(|(envelope, _)| envelope.key.is_none());
        let content_gives_key = !numbered;
        let content = self.on_course(kind, one, content, before.as_ref(), actor, at)?;
        let version = version_of(self.pack, kind, one, content, before.as_ref(), actor, batch, at);
        if content_gives_key {
            self.check_key(&version)?;
        }
        let mut moved = BTreeSet::new();
        self.move_cells(one.kind, kind, before.as_ref(), &version, &mut moved);
        self.move_levels(one.kind, kind, before.as_ref(), &version, &mut moved);
        let number = version.version;
        let tasks_before = if self.pack.has_cases(kind) { self.tasks_of(&one.id) } else { Vec::new() };
        self.owe(kind, before.as_ref(), &version);
        self.remember(version);
        moved.extend(self.call_off(kind, one, before.as_ref(), &tasks_before, times)?);
        moved.extend(self.follow_up(one.kind, kind, &one.id, &one.salt, times)?);
        Ok(Receipt {
            id: one.id.to_string(),
            version: number,
            moved: moved.into_iter().collect(),
            warnings: one.warnings.clone(),
        })
    }

    fn remember(&mut self, version: VersionRow) {
        if let Some(old) = self.left_behind(&version.id)
            && let Some(key) = &old.key
        {
            self.keys.remove(&(old.kind.clone(), key.clone()));
        }
        if let Some(key) = &version.key {
            self.keys.insert((version.kind.clone(), key.clone()), version.id);
        }
        if let Some(subject) = &version.subject {
            self.subjects.entry((version.kind.clone(), subject.clone())).or_default().insert(version.id);
        }
        self.changed.insert(version.id, self.change.versions.len());
        self.change.versions.push(version);
    }

    /// What an earlier submission of this job left of a record.
    fn left_behind(&self, id: &RecordId) -> Option<RecordRow> {
        self.changed.get(id).and_then(|at| self.change.versions.get(*at)).map(VersionRow::record)
    }

    pub(crate) fn current(&self, kind: &str, id: &RecordId) -> Option<RecordRow> {
        self.left_behind(id).or_else(|| self.seen.record(kind, id).cloned())
    }

    fn before(&self, one: &Prepared) -> Result<Option<RecordRow>, Handed> {
        let before = self.current(&one.kind_id, &one.id);
        match (&before, one.op) {
            (Some(_), Op::Create) => return Err(Handed::Conflict("这条记录已经存在".to_owned())),
            (None, Op::Create) => return Ok(None),
            (None, _) => return Err(Handed::NotFound("这条记录".to_owned())),
            (Some(row), Op::Correct | Op::Withdraw | Op::Step) if !row.live => {
                return Err(Handed::WrongState("记录已撤销，请先恢复再修改".to_owned()));
            }
            (Some(row), Op::Restore) if row.live => {
                return Err(Handed::WrongState("记录没有被撤销，不需要恢复".to_owned()));
            }
            (Some(row), _) if one.expected_version.is_some_and(|seen| !self.is_undisturbed(one.kind, row, seen)) => {
                return Err(Handed::Conflict(format!("这条记录已有第 {} 版，您看到的是较早的版本", row.version)));
            }
            _ => {}
        }
        Ok(before)
    }

    /// The business key must be free, withdrawn records included: a withdrawn one is to be restored, not repeated.
    fn check_key(&self, version: &VersionRow) -> Result<(), Handed> {
        let Some(key) = &version.key else { return Ok(()) };
        let holder = self.keys.get(&(version.kind.clone(), key.clone())).copied().or_else(|| {
            // A record changed by this job has left its old key: what the database says of it no longer holds.
            self.declared_key(version, key).filter(|id| !self.changed.contains_key(id))
        });
        match holder {
            Some(id) if id != version.id => Err(Handed::Conflict(format!("编号「{key}」已被另一条记录使用"))),
            _ => Ok(()),
        }
    }

    fn declared_key(&self, version: &VersionRow, key: &str) -> Option<RecordId> {
        // Withdrawals and restorations keep the key they have; only content declares a key.
        matches!(version.op, Op::Create | Op::Correct)
            .then(|| self.seen.by_key(&version.kind, key).map(|row| row.id))
            .flatten()
    }

    fn move_cells(
        &mut self,
        position: usize,
        kind: &Kind,
        before: Option<&RecordRow>,
        after: &VersionRow,
        moved: &mut BTreeSet<Moved>,
    ) {
        let mut deltas: BTreeMap<(i64, String, i32), Sum> = BTreeMap::new();
        let mut add = |contributions: Vec<Contribution>, sign: i64| {
            for part in contributions {
                let sum = deltas.entry((part.def, part.dimension, part.day)).or_default();
                sum.num += sign * part.numerator;
                sum.den += sign * part.denominator;
            }
        };
        let row = after.record();
        for (row, sign) in before.into_iter().map(|row| (row, -1)).chain([(&row, 1)]) {
            if let Some((record, envelope)) = read(kind, row) {
                add(self.pack.standing_contributions(position, &record, &envelope, row.live), sign);
            }
        }
        for at in self.pack.distinct_indicators(position) {
            let subjects: BTreeSet<&str> =
                before.into_iter().chain([&row]).filter_map(|row| row.subject.as_deref()).collect();
            for subject in subjects {
                let (old, new) = (self.of_subject(at, subject, None), self.of_subject(at, subject, Some(&row)));
                add(distinct(self.pack, at, &old), -1);
                add(distinct(self.pack, at, &new), 1);
            }
        }
        for ((def, dimension, day), sum) in deltas {
            if sum == Sum::default() {
                continue;
            }
            if dimension.is_empty()
                && let Some(indicator) = self.pack.indicators.iter().find(|indicator| indicator.def == def)
            {
                // A year is shown under one definition; the cells of the others move unseen.
                let known = self.pack.known_as(indicator);
                let year = zhiheng_pack::day::date(day).year();
                if self.pack.in_force(known, zhiheng_pack::day::last_of_year(year)).def == def {
                    moved.insert(Moved { indicator: known.id.clone(), period: year.to_string() });
                }
            }
            self.change.cells.add(after.recorded_at, def, &dimension, day, sum);
        }
    }

    /// All records of one subject in the kinds of a distinct indicator, with one of them replaced.
    fn of_subject(&self, indicator: usize, subject: &str, replaced: Option<&RecordRow>) -> Vec<RecordRow> {
        let mut rows: BTreeMap<RecordId, RecordRow> = BTreeMap::new();
        let sources = self.pack.indicators.get(indicator).map_or(&[][..], |indicator| &indicator.over);
        let kinds: BTreeSet<usize> = sources.iter().map(|source| source.kind).collect();
        for kind in kinds.into_iter().filter_map(|kind| self.pack.kinds.get(kind)) {
            for row in self.seen.by_subject(&kind.id, subject) {
                rows.insert(row.id, self.left_behind(&row.id).unwrap_or_else(|| row.clone()));
            }
            let here = self.subjects.get(&(kind.id.clone(), subject.to_owned()));
            rows.extend(here.into_iter().flatten().filter_map(|id| self.left_behind(id)).map(|row| (row.id, row)));
        }
        rows.extend(replaced.map(|row| (row.id, row.clone())));
        rows.into_values().filter(|row| row.live && row.subject.as_deref() == Some(subject)).collect()
    }

    fn move_levels(
        &mut self,
        position: usize,
        kind: &Kind,
        before: Option<&RecordRow>,
        after: &VersionRow,
        moved: &mut BTreeSet<Moved>,
    ) {
        let is_dated = |(at, source): &(usize, SourceRef)| {
            *source == SourceRef::Reported || self.pack.indicators.get(*at).is_some_and(|one| !one.is_additive())
        };
        if !self.pack.moved_by(position).iter().any(is_dated) {
            return;
        }
        let row = after.record();
        let points = |row: Option<&RecordRow>| -> Vec<LevelPoint> {
            let live = row.filter(|row| row.live).and_then(|row| read(kind, row));
            live.map(|(record, envelope)| self.pack.levels(position, &record, &envelope)).unwrap_or_default()
        };
        let (old, new) = (points(before), points(Some(&row)));
        if !old.is_empty() {
            self.change.levels_end.push(LevelEnd { id: after.id, at: after.recorded_at });
            // A value that an earlier submission of this change brought is not stored yet, and ends where it stands.
            let own = |row: &&mut LevelRow| row.id == after.id && row.ended_at.is_none();
            self.change.levels_add.iter_mut().filter(own).for_each(|row| row.ended_at = Some(after.recorded_at));
        }
        for point in old.iter().chain(&new) {
            let of = |indicator: &&zhiheng_pack::Indicator| {
                indicator.def == point.def || indicator.reported_def == point.def
            };
            if let Some(indicator) = self.pack.indicators.iter().find(of) {
                let period = zhiheng_pack::day::date(point.day).year().to_string();
                moved.insert(Moved { indicator: self.pack.known_as(indicator).id.clone(), period });
            }
        }
        self.change.levels_add.extend(new.into_iter().map(|point| level_row(point, after)));
    }
}

pub(crate) fn level_row(point: LevelPoint, version: &VersionRow) -> LevelRow {
    LevelRow {
        def: point.def,
        dim: point.dimension,
        day: point.day,
        id: version.id,
        value: point.value,
        num: point.interval.map(|(low, _)| low),
        den: point.interval.map(|(_, high)| high),
        n: point.n,
        recorded_at: version.recorded_at,
        ended_at: None,
    }
}

/// A stored row as the pack reads it.
pub(crate) fn read(kind: &Kind, row: &RecordRow) -> Option<(Record, Envelope)> {
    let record = Record::from_canonical(kind, &row.fields)?;
    let envelope = Envelope {
        key: row.key.clone(),
        body: row.body.clone(),
        area: row.area.clone(),
        subject: row.subject.clone(),
        day: row.day,
    };
    Some((record, envelope))
}

pub(crate) fn distinct(pack: &Pack, indicator: usize, rows: &[RecordRow]) -> Vec<Contribution> {
    let read: Vec<(usize, Record, Envelope)> = rows
        .iter()
        .filter_map(|row| {
            let position = pack.kind_position(&row.kind)?;
            let (record, envelope) = read(pack.kinds.get(position)?, row)?;
            Some((position, record, envelope))
        })
        .collect();
    let parts: Vec<_> = read.iter().map(|(kind, record, envelope)| (*kind, record, envelope)).collect();
    pack.distinct_contributions(indicator, &parts)
}

#[expect(clippy::too_many_arguments, reason = "everything that a version says, in one place")]
fn version_of(
    pack: &Pack,
    kind: &Kind,
    one: &Prepared,
    content: Option<(Envelope, String)>,
    before: Option<&RecordRow>,
    actor: &str,
    batch: Option<&BatchRow>,
    recorded_at: i64,
) -> VersionRow {
    let (envelope, fields) = match (content, before) {
        (Some((envelope, canonical)), _) => (envelope, canonical),
        (None, Some(row)) => (read(kind, row).map(|(_, envelope)| envelope).unwrap_or_default(), row.fields.clone()),
        (None, None) => (Envelope::default(), String::new()),
    };
    let mut version = VersionRow {
        kind: one.kind_id.clone(),
        id: one.id,
        version: before.map_or(1, |row| row.version + 1),
        op: one.op,
        recorded_at,
        actor: actor.to_owned(),
        reason: one.reason.clone(),
        pack: pack.hash,
        body: envelope.body,
        area: envelope.area,
        subject: envelope.subject,
        day: envelope.day,
        key: envelope.key,
        fields,
        salt: one.salt,
        digest: [0; 32],
        // Takes its value below; that it is there tells that the import is part of what is committed to.
        sm3: Some([0; 32]),
        batch: batch.map(|batch| batch.id),
    };
    let commitment = commitment_of_link(&pack.place, &version, before.map(link_of));
    (version.digest, version.sm3) = (commitment.sha256, Some(commitment.sm3));
    version
}

/// One statement under two hash functions: the international one that others' programs check, and the national one (GB/T 32905).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Commitment {
    pub(crate) sha256: [u8; 32],
    pub(crate) sm3: [u8; 32],
}

/// What a version's commitment says of the version before it.
pub(crate) fn link_of(before: &RecordRow) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(before.version.to_be_bytes());
    hasher.update(before.recorded_at.to_be_bytes());
    hasher.update(&before.fields);
    hasher.finalize().into()
}

/// The salted commitment of a version. It covers everything that the version says and the content of the version before it, so that no
/// version can be exchanged without every later digest of the record changing.
pub(crate) fn commitment_of_link(place: &str, version: &VersionRow, link: Option<[u8; 32]>) -> Commitment {
    commitment_to(&version.salt, &said(place, version, link))
}

/// The commitment to a text that somebody may show with its salt.
pub(crate) fn commitment_to(salt: &[u8], said: &str) -> Commitment {
    let salted = [salt, said.as_bytes()].concat();
    Commitment { sha256: Sha256::digest(&salted).into(), sm3: sm3(&salted) }
}

/// All that a version says, as the text that its commitment is over.
pub(crate) fn said(place: &str, version: &VersionRow, link: Option<[u8; 32]>) -> String {
    let mut said: Json = json!({
        "actor": version.actor,
        "area": version.area,
        "body": version.body,
        "day": version.day,
        "fields": version.fields,
        "id": version.id.to_string(),
        "key": version.key,
        "kind": version.kind,
        "link": link.map(|link| hex(&link)),
        "op": version.op.as_str(),
        "pack": hex(&version.pack),
        "place": place,
        "reason": version.reason,
        "recorded_at": version.recorded_at,
        "subject": version.subject,
        "version": version.version,
    });
    // Versions of before there was a log did not commit to their import.
    if let (Some(_), Some(batch), Some(said)) = (version.sm3, version.batch, said.as_object_mut()) {
        said.insert("batch".to_owned(), Json::String(batch.to_string()));
    }
    said.to_string()
}
