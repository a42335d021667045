//! 群众的一侧: a case opened without an account, and followed with nothing but its query code.
//!
//! What always holds:
//! - A citizen fills in the fields that the entry asks for and no others; what the entry sets is set here, not in the browser.
//! - The query code is made of the secret of the form, so that a form sent twice is answered with one case and one code. Neither secret nor
//!   code is stored: the database has the digest of each.
//! - Whoever has the code sees the public course of the case: no personal field, no name of an officer, no step that is not public.

mod near;
mod numbers;

use std::fmt;
use std::sync::Arc;

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use zhiheng_pack::case::Act as CaseAct;
use zhiheng_pack::kind::Mode;
use zhiheng_pack::procedure::{
    Clock, ClockKind, Language, Procedure, PublicEntry, ReasonWanted, Setting, State, Step, Trigger, roles,
};
use zhiheng_pack::{Draft, Kind, Pack, Problem, Record, Sight, Type, Value, problem as codes};
use zhiheng_store::{Change, Job, Needs, Op, Outcome, ReceiptRow, RecordId, Refused, Seen, StoreError, Times};

use crate::amend::Hand;
use crate::cases::as_draft;
use crate::course::skips;
use crate::error::Handed;
use crate::log::Entered;
use crate::permit::{Verb, may};
use crate::submit::{Submitting, read};
use crate::{Act, App, Error, Receipt, RequestKey, StepWanted, Submission, Taker, hex};

pub use near::Near;
pub use numbers::{Breakdown, PublicCount, PublicNumbers, UNSORTED};

/// Letters and digits that nobody confuses when he reads them out on the telephone: no 0 O, 1 I L.
const LETTERS: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
/// Letters of a query code: 49 bits, against a database that answers a few dozen questions a minute.
const CODE_LEN: usize = 10;
/// Letters of a form's secret, hexadecimal.
const SECRET_LEN: usize = 32;
/// The field by which a case names the poster from which it came.
const POINT: &str = "point";
/// The field by which a poster says that it was taken down.
const REMOVED_ON: &str = "removed_on";

/// 查询码
#[derive(Clone, PartialEq, Eq)]
pub struct QueryCode(String);

impl fmt::Debug for QueryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("QueryCode(…)")
    }
}

impl QueryCode {
    /// The code of a form, by its secret.
    fn of_secret(place: &str, secret: &str) -> QueryCode {
        let mut letters = String::with_capacity(CODE_LEN);
        let mut round = 0_u8;
        while letters.len() < CODE_LEN {
            let digest = digest_of(&["query code", place, secret, &round.to_string()]);
            // 248 is the last multiple of 31 below 256: a byte above it would make the first letters likelier.
            let even = digest.iter().filter(|byte| **byte < 248).filter_map(|byte| LETTERS.get(usize::from(byte % 31)));
            letters.extend(even.take(CODE_LEN - letters.len()).map(|letter| char::from(*letter)));
            round = round.wrapping_add(1);
        }
        QueryCode(letters)
    }

    /// A code as somebody types it: small letters, spaces, hyphens, full-width forms.
    pub fn read(text: &str) -> Option<QueryCode> {
        let narrow = |letter: char| match u32::from(letter) {
            wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(letter),
            _ => letter,
        };
        let plain: String = text
            .chars()
            .map(narrow)
            .filter(|letter| !letter.is_whitespace() && !matches!(letter, '-' | '—' | '－'))
            .map(|letter| letter.to_ascii_uppercase())
            .collect();
        let known = plain.len() == CODE_LEN && plain.bytes().all(|letter| LETTERS.contains(&letter));
        known.then_some(QueryCode(plain))
    }

    /// The code as the forms of its own page carry it.
    pub fn plain(&self) -> &str {
        &self.0
    }

    pub(crate) fn hash(&self, place: &str) -> [u8; 32] {
        digest_of(&["receipt", place, &self.0])
    }
}

/// As it is printed: `7K3QM-4ZT9W`.
impl fmt::Display for QueryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at_checked(CODE_LEN / 2).unwrap_or((&self.0, ""));
        write!(f, "{first}-{second}")
    }
}

fn digest_of(parts: &[&str]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
        hasher.update([0]);
    }
    hasher.finalize().into()
}

/// A photo that goes with a case, checked and rewritten by whoever took it in.
#[derive(Debug, Clone)]
pub struct ReportFile {
    /// Id of its field.
    pub field: String,
    /// Its name.
    pub name: String,
    /// Its type.
    pub media_type: &'static str,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// What a citizen is handed.
#[derive(Debug, Clone)]
pub struct Filed {
    /// 编号
    pub number: String,
    /// 查询码
    pub code: QueryCode,
    /// Kind of the record.
    pub kind: String,
    /// The record.
    pub id: RecordId,
}

/// The course of a case as the citizen sees it.
#[derive(Debug, Clone)]
pub struct PublicCourse {
    /// Position of the kind.
    pub kind: usize,
    /// 编号
    pub number: String,
    /// Where it stands, in the public's words.
    pub state: String,
    /// Nothing is owed any more.
    pub closed: bool,
    /// The office has taken it off the register, for this reason.
    pub removed: Option<String>,
    /// 投诉, 举报: what it is called.
    pub word: String,
    /// What happened, oldest first.
    pub events: Vec<PublicEvent>,
    /// What the office owes, in the order of the procedure.
    pub clocks: Vec<PublicClock>,
    /// Fields that the citizen may read: name and text.
    pub shown: Vec<(String, String)>,
    /// What the citizen may do now.
    pub steps: Vec<Step>,
    /// The procedure.
    pub procedure: Arc<Procedure>,
    /// The record, for the forms of the steps; never shown as it is.
    pub record: Record,
    /// Its version.
    pub version: i64,
    /// How far the submission itself has come in the log; none before there was a log.
    pub entered: Option<Entered>,
}

/// One public step of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicEvent {
    /// 受理, or nothing for the opening.
    pub step: Option<String>,
    /// The day.
    pub day: i32,
    /// Where the case stood after it.
    pub state: String,
    /// The listed ground, where the step wants one.
    pub ground: Option<String>,
}

/// One time limit that the office owes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicClock {
    /// 名称
    pub name: String,
    /// Its last day.
    pub due: Option<i32>,
    /// 暂定
    pub provisional: bool,
    /// It stands still.
    pub paused: bool,
    /// The day on which it was met.
    pub stopped: Option<i32>,
    /// Late, or in time; unknown while it runs.
    pub late: Option<bool>,
    /// It ended with the case, and not by what it waits for.
    pub ended: bool,
    /// What the citizen has to do himself until then, by these steps; empty: the office owes it.
    pub yours: Vec<String>,
    /// A promise of the county beside the law.
    pub promise: bool,
    /// Article.
    pub basis: Option<String>,
}

/// The kinds that the public may open, with their entries.
pub fn public_entries(pack: &Pack) -> impl Iterator<Item = (&Kind, &PublicEntry)> {
    let open = |kind: &&Kind| kind.mode == Mode::Handle && !kind.procedures.is_empty();
    pack.kinds.iter().filter(open).filter_map(|kind| Some((kind, kind.public_entry.as_ref()?)))
}

/// The entry at an address.
pub fn public_entry<'a>(pack: &'a Pack, path: &str) -> Result<(&'a Kind, &'a PublicEntry), Error> {
    let missing = || Error::NotFound("这个投诉入口".to_owned());
    public_entries(pack).find(|(_, entry)| entry.path == path).ok_or_else(missing)
}

/// The entry to which the posters of a kind lead: that of the kind whose cases name them.
pub fn poster_entry<'a>(pack: &'a Pack, posters: &Kind) -> Option<&'a PublicEntry> {
    let leads = |kind: &Kind| {
        let field = kind.field(POINT).filter(|field| field.kind == Type::Reference);
        field.is_some_and(|field| field.to.as_deref() == Some(posters.id.as_str()))
    };
    public_entries(pack).find(|(kind, _)| leads(kind)).map(|(_, entry)| entry)
}

/// The fields that an entry asks for, in order.
pub fn asked(entry: &PublicEntry) -> impl Iterator<Item = usize> {
    entry.ask.iter().flatten().copied()
}

/// Whether somebody has said that he stays anonymous.
pub fn is_anonymous(kind: &Kind, entry: &PublicEntry, draft: &Draft) -> bool {
    let said = entry.anonymous.and_then(|index| kind.fields.get(index)).and_then(|field| draft.fields.get(&field.id));
    said.is_some_and(|value| *value == json!(true) || value.as_str() == Some("yes"))
}

/// Where the entry asks whether somebody gives his name: that he has answered, and who gives it what it takes.
fn unnamed(kind: &Kind, entry: &PublicEntry, draft: &Draft) -> Vec<Problem> {
    let Some(choice) = entry.anonymous else { return Vec::new() };
    let answered = |index: &usize| {
        let value = kind.fields.get(*index).and_then(|field| draft.fields.get(&field.id));
        value.is_some_and(|value| !value.is_null() && value.as_str() != Some(""))
    };
    let wanted: Vec<usize> = match (answered(&choice), is_anonymous(kind, entry, draft)) {
        (false, _) => vec![choice],
        (true, true) => Vec::new(),
        (true, false) => entry.named.iter().copied().filter(|index| !answered(index)).collect(),
    };
    let problem = |index: usize| {
        let field = kind.fields.get(index)?;
        let why = if index == choice {
            "请选择是否匿名"
        } else {
            "实名的请填写这一项；不愿意填写的，请回到前面选择匿名"
        };
        Some(Problem::of_field(codes::REQUIRED, &field.id, why))
    };
    wanted.into_iter().filter_map(problem).collect()
}

/// A case on its way in, with the receipt that goes with it.
struct Filing {
    submitting: Submitting,
    code_hash: [u8; 32],
}

impl Job for Filing {
    fn needs(&self) -> Needs {
        self.submitting.needs()
    }

    fn decide(&mut self, seen: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
        let mut change = self.submitting.decide(seen, times)?;
        // A request that was answered before makes no version, and its receipt is there already.
        let opened = change.versions.first().map(|version| ReceiptRow {
            code_hash: self.code_hash,
            kind: version.kind.clone(),
            record: version.id,
            created_at: version.recorded_at,
        });
        change.receipts.extend(opened);
        Ok(change)
    }
}

impl App {
    /// What a poster's code fills in: the fields that it and the case have in common. Nothing for a code that nobody knows, or of a poster that was
    /// taken down: the citizen then says where he is.
    pub fn point(&self, entry: &str, code: &str) -> Result<Draft, Error> {
        let (kind, _) = public_entry(&self.pack, entry)?;
        let mut draft = Draft::default();
        let field = kind.field(POINT).filter(|field| field.kind == Type::Reference);
        let Some(points) = field.and_then(|field| self.pack.kind(field.to.as_deref()?)) else { return Ok(draft) };
        if code.is_empty() || code.len() > 64 {
            return Ok(draft);
        }
        let row = self.store.read()?.record_by_key(&self.pack.place, &points.id, code)?.filter(|row| row.live);
        let Some((row, (point, _))) = row.and_then(|row| Some((row.clone(), read(points, &row)?))) else {
            return Ok(draft);
        };
        let removed = points.field_index(REMOVED_ON).and_then(|index| point.day(index));
        if removed.is_some_and(|day| day <= self.today()) {
            return Ok(draft);
        }
        let label = self.pack.title(points, &point, Sight::Hidden);
        draft.fields.insert(POINT.to_owned(), json!({ "as_written": label, "id": row.id.to_string() }));
        for (index, field) in points.given() {
            let shared = kind.field(&field.id).is_some_and(|own| own.kind == field.kind && !own.personal);
            if let Some(value) = point.value(index).filter(|_| shared && !field.personal && field.id != POINT) {
                draft.fields.insert(field.id.clone(), value.to_json());
            }
        }
        Ok(draft)
    }

    /// The name of a poster's place in English, with the field of the case that says the place.
    pub fn point_english(&self, entry: &str, code: &str) -> Result<Option<(String, String)>, Error> {
        let (kind, _) = public_entry(&self.pack, entry)?;
        let to = kind.field(POINT).and_then(|field| field.to.as_deref());
        let Some((points, poster)) = to.and_then(|to| self.pack.kind(to)).and_then(|it| Some((it, it.poster?))) else {
            return Ok(None);
        };
        let row = self.store.read()?.record_by_key(&self.pack.place, &points.id, code)?.filter(|row| row.live);
        let Some((record, _)) = row.and_then(|row| read(points, &row)) else { return Ok(None) };
        let english = poster.english.and_then(|index| record.value(index)).map(|value| value.plain());
        Ok(points.fields.get(poster.place).map(|field| field.id.clone()).zip(english))
    }

    /// The draft of a case: what was asked, over what the poster says, and what the entry sets.
    fn report_draft(&self, kind: &Kind, entry: &PublicEntry, given: &Draft, point: Draft) -> Draft {
        let mut draft = Draft::default();
        for (_, field) in kind.given() {
            draft.fields.extend(field.default.clone().map(|preset| (field.id.clone(), Json::String(preset))));
        }
        draft.fields.extend(point.fields);
        for field in asked(entry).filter_map(|index| kind.fields.get(index)) {
            draft.fields.extend(given.fields.get(&field.id).map(|value| (field.id.clone(), value.clone())));
        }
        let today = zhiheng_pack::day::date(self.today()).to_string();
        if is_anonymous(kind, entry, &draft) {
            let personal = kind.fields.iter().filter(|field| field.personal);
            personal.for_each(|field| drop(draft.fields.remove(&field.id)));
        }
        let opened = self.pack.procedure_on(kind, self.today()).and_then(|procedure| procedure.opened);
        if let Some(field) = opened.and_then(|index| kind.fields.get(index)).filter(|field| !field.derived) {
            draft.fields.entry(field.id.clone()).or_insert_with(|| Json::String(today.clone()));
        }
        for (index, setting) in &entry.set {
            let Some(field) = kind.fields.get(*index) else { continue };
            let text = match setting {
                Setting::Text(text) => text.clone(),
                _ => today.clone(),
            };
            draft.fields.insert(field.id.clone(), Json::String(text));
        }
        draft
    }

    /// Everything that is wrong with what a citizen has filled in so far, files left out.
    pub fn check_report(&self, entry: &str, given: &Draft, point: &str) -> Result<Vec<Problem>, Error> {
        let (kind, found) = public_entry(&self.pack, entry)?;
        let draft = self.report_draft(kind, found, given, self.point(entry, point)?);
        let mut problems = self.pack.check(kind, &draft, self.today()).problems;
        problems.extend(unnamed(kind, found, &draft));
        Ok(problems)
    }

    /// Opens a case: all problems at once, or a durable case with its number and its query code. The same secret again answers the same case.
    pub fn file_report(
        &self,
        entry: &str,
        given: &Draft,
        point: &str,
        files: &[ReportFile],
        secret: &str,
    ) -> Result<Filed, Error> {
        let (kind, found) = public_entry(&self.pack, entry)?;
        if secret.len() != SECRET_LEN || !secret.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Error::WrongState("这张表单没有编号，请重新打开".to_owned()));
        }
        let mut draft = self.report_draft(kind, found, given, self.point(entry, point)?);
        for file in files {
            let asked = asked(found).filter_map(|index| kind.fields.get(index));
            if asked.into_iter().any(|field| field.id == file.field && field.kind == Type::File) {
                draft.fields.insert(file.field.clone(), self.keep_photo(file)?);
            }
        }
        let submission = Submission {
            act: Act::Create(draft),
            kind: kind.id.clone(),
            id: None,
            expected_version: None,
            reason: None,
        };
        let unnamed = match &submission.act {
            Act::Create(draft) => unnamed(kind, found, draft),
            _ => Vec::new(),
        };
        let prepared = self.prepare(Hand::Public, &submission, self.today());
        if !unnamed.is_empty() {
            let others = prepared.err().unwrap_or_default();
            return Err(Error::Invalid(others.into_iter().chain(unnamed).collect()));
        }
        let prepared = prepared.map_err(Error::Invalid)?;
        let code = QueryCode::of_secret(&self.pack.place, secret);
        // The key is stored; the secret is not, since it makes the code. What was written is no part of the digest: a form that went out twice is one
        // case, also when the second sending says a word more.
        let key = hex(&digest_of(&["request", &self.pack.place, secret]));
        let request = Some((key, digest_of(&["report", entry]).to_vec()));
        let submitting = self.submitting(roles::CITIZEN, vec![prepared], request)?;
        let receipts: Vec<Receipt> = match self.file_numbered(&submitting, code.hash(&self.pack.place))? {
            Outcome::Done { answer, .. } => serde_json::from_str(&answer)
                .map_err(|error| Error::Internal(format!("an answer that does not read: {error}")))?,
            Outcome::Refused(Refused { answer }) => return Err(Handed::read(&answer)),
        };
        let lost = || Error::Internal("a case without a receipt".to_owned());
        let id: RecordId = receipts.first().and_then(|receipt| receipt.id.parse().ok()).ok_or_else(lost)?;
        let row = self.store.read()?.record(&self.pack.place, &kind.id, &id)?.ok_or_else(lost)?;
        Ok(Filed { number: row.key.unwrap_or_default(), code, kind: kind.id.clone(), id })
    }

    /// Hands a citizen's case to the writer; a running number that somebody has given by hand already is passed over.
    fn file_numbered(&self, submitting: &Submitting, code_hash: [u8; 32]) -> Result<Outcome, Error> {
        for skip in skips(true) {
            let job = Filing { submitting: Submitting { skip, ..submitting.clone() }, code_hash };
            match self.store.submit(&self.pack.place, Box::new(job)) {
                Err(StoreError::Conflict { .. }) => {}
                other => return Ok(other?),
            }
        }
        Err(Error::Conflict("编号都已被占用".to_owned()))
    }

    fn keep_photo(&self, file: &ReportFile) -> Result<Json, Error> {
        let kept = self.store_file(roles::CITIZEN, &file.name, file.media_type, &file.bytes)?;
        Ok(Value::File(kept).to_json())
    }

    /// The public course of the case behind a code; with a number, only if it is that case's. Which of the two was wrong is not told.
    pub fn follow(&self, code: &QueryCode, number: &str, language: Language) -> Result<PublicCourse, Error> {
        let missing = || Error::NotFound("这个编号和查询码对应的投诉".to_owned());
        let mut reader = self.store.read()?;
        let receipt = reader.receipt(&self.pack.place, &code.hash(&self.pack.place))?.ok_or_else(missing)?;
        let position = self.pack.kind_position(&receipt.kind).ok_or_else(missing)?;
        let kind = self.pack.kinds.get(position).ok_or_else(missing)?;
        let row = reader.record(&self.pack.place, &receipt.kind, &receipt.record)?.ok_or_else(missing)?;
        let removed = match row.live {
            true => None,
            false => {
                let versions = reader.versions(&self.pack.place, &row.id)?;
                let last = versions.into_iter().rev().find(|version| version.op == Op::Withdraw);
                Some(last.and_then(|version| version.reason).unwrap_or_default())
            }
        };
        drop(reader);
        let known = row.key.clone().unwrap_or_default();
        if !number.trim().is_empty() && !number.trim().eq_ignore_ascii_case(&known) {
            return Err(missing());
        }
        let (record, _) = read(kind, &row).ok_or_else(|| Error::Corrupt(format!("记录 {}", row.id)))?;
        let case = record.case.clone().ok_or_else(missing)?;
        let procedure = self.pack.procedure_of(&case).ok_or_else(missing)?;
        let words = |state: &str| {
            let found = procedure.state(state);
            let name = |state: &State| {
                language.of(state.public.as_ref().unwrap_or(&state.name), state.english.as_deref()).to_owned()
            };
            found.map(name).unwrap_or_default()
        };
        let mut steps: Vec<&Step> = self.pack.open_steps(&record);
        steps.retain(|step| is_citizens(step) && row.live);
        let mut shown = shown(&self.pack, kind, &record, language);
        if let Some(first) = self.first_of(kind, &record)?.filter(|_| row.live) {
            shown.extend(self.of_first(kind, &first, language));
            // There is nothing to rate yet.
            let rate = kind.public_entry.as_ref().and_then(|entry| entry.rate);
            if self.pack.state_of(&first).is_some_and(|state| !state.closed) {
                steps.retain(|step| step.require.iter().chain(&step.ask).all(|at| Some(*at) != rate));
            }
        }
        let number = if known.is_empty() { self.pack.title(kind, &record, Sight::Hidden) } else { known };
        Ok(PublicCourse {
            kind: position,
            number,
            state: if row.live {
                words(&case.state)
            } else {
                language.say("已撤销登记", "Taken off the register").to_owned()
            },
            closed: !row.live || procedure.is_closed(&case.state),
            removed,
            word: kind.public_entry.as_ref().map_or_else(|| "投诉".to_owned(), |entry| entry.word.clone()),
            events: self.public_events(procedure, &record, &words, language),
            clocks: self.public_clocks(procedure, &record, row.live, language),
            shown,
            steps: steps.into_iter().cloned().collect(),
            procedure: Arc::new(procedure.clone()),
            version: row.version,
            entered: self.entered(&receipt.record, 1)?,
            record,
        })
    }

    fn public_events(
        &self,
        procedure: &Procedure,
        record: &Record,
        words: &dyn Fn(&str) -> String,
        language: Language,
    ) -> Vec<PublicEvent> {
        let events = record.case.iter().flat_map(|case| &case.events);
        let one = |event: &zhiheng_pack::case::Event| {
            let step = match &event.act {
                CaseAct::Open => None,
                // What the citizen did himself he may see, whatever the step says.
                CaseAct::Step(id) => Some(procedure.step(id).filter(|step| step.public || event.by == roles::CITIZEN)?),
                _ => return None,
            };
            let list = step.and_then(|step| match step.reason {
                ReasonWanted::Listed(list) => self.pack.lists.get(list),
                _ => None,
            });
            let ground = list.zip(event.reason.as_deref()).and_then(|(list, reason)| {
                let item = list.items.iter().find(|item| item.id == reason)?;
                Some(language.of(&item.name, item.english.as_deref()).to_owned())
            });
            Some(PublicEvent {
                step: step.map(|step| language.of(&step.name, step.english.as_deref()).to_owned()),
                day: self.pack.day_of(event.at),
                state: words(&event.state),
                ground,
            })
        };
        events.filter_map(one).collect()
    }

    fn public_clocks(
        &self,
        procedure: &Procedure,
        record: &Record,
        live: bool,
        language: Language,
    ) -> Vec<PublicClock> {
        let open = self.pack.open_steps(record);
        let one = |run: zhiheng_pack::case::Run| {
            let clock = procedure.clocks.get(run.clock).filter(|clock| clock.public)?;
            let his = |step: &&Step| is_citizens(step) && stops(procedure, step, clock);
            let named: Vec<&Step> = procedure.steps.iter().filter(his).collect();
            // A right is the citizen's to use where a step of his ends it; what only the office may do is no news to him.
            if clock.kind != ClockKind::Duty && (clock.kind != ClockKind::Right || named.is_empty()) {
                return None;
            }
            let waits = live && run.is_open() && clock.kind == ClockKind::Right;
            let now = named.iter().filter(|step| waits && open.iter().any(|it| it.id == step.id));
            Some(PublicClock {
                name: language.of(&clock.name, clock.english.as_deref()).to_owned(),
                due: run.due.map(|due| due.day),
                provisional: run.due.is_some_and(|due| due.provisional),
                paused: run.paused,
                stopped: run.stopped_at.map(|at| self.pack.day_of(at)),
                late: run.late,
                ended: run.uncounted || (!live && run.is_open()),
                yours: now.map(|step| language.of(&step.name, step.english.as_deref()).to_owned()).collect(),
                promise: clock.promise_of.is_some(),
                basis: clock.basis.clone(),
            })
        };
        self.pack.runs(record).into_iter().filter_map(one).collect()
    }

    /// Takes a step that is the citizen's own.
    pub fn citizen_step(
        &self,
        code: &QueryCode,
        step: &str,
        fields: Draft,
        files: &[ReportFile],
        reason: Option<String>,
        key: &RequestKey,
    ) -> Result<Receipt, Error> {
        let receipt = self.store.read()?.receipt(&self.pack.place, &code.hash(&self.pack.place))?;
        let receipt = receipt.ok_or_else(|| Error::NotFound("这个查询码对应的投诉".to_owned()))?;
        let mut fields = fields;
        for file in files {
            fields.fields.insert(file.field.clone(), self.keep_photo(file)?);
        }
        let wanted = StepWanted {
            kind: receipt.kind,
            id: receipt.record,
            act: CaseAct::Step(step.to_owned()),
            fields,
            reason,
            note: None,
            expected_version: None,
        };
        self.take_step(Taker::Citizen, &wanted, Some(key))
    }

    /// Records that a case is about the same matter as an earlier one, and points to it: by the step of its procedure that asks for it, else as a
    /// correction. Never done by the program itself.
    pub fn merge_case(
        &self,
        account: &crate::Account,
        kind: &str,
        id: &RecordId,
        into: &RecordId,
    ) -> Result<Receipt, Error> {
        let missing = || Error::NotFound("这条记录".to_owned());
        if id == into {
            return Err(Error::WrongState("不能并入自己".to_owned()));
        }
        let (view, target) = (self.record(kind, id)?, self.record(kind, into)?);
        let declared = self.pack.kinds.get(view.kind).ok_or_else(missing)?;
        let field = merge_field(declared)
            .and_then(|index| declared.fields.get(index))
            .ok_or_else(|| Error::WrongState(format!("{}没有并案的字段", declared.name)))?;
        let label = target.row.key.clone().unwrap_or_else(|| self.pack.title(declared, &target.record, Sight::Hidden));
        if !target.row.live || self.merged_into(declared, &target.record).is_some() {
            let why = format!("{label} 已经并入别的一件或者已经撤销，请并入最先的那一件");
            return Err(Error::WrongState(why));
        }
        let reference = json!({ "as_written": label, "id": into.to_string() });
        let same = format!("与 {label} 为同一件事");
        let steps = self.case(Some(Taker::Staff(account)), &view).map(|case| case.steps).unwrap_or_default();
        let index = declared.field_index(&field.id);
        let asks = |step: &&Step| step.require.iter().chain(&step.ask).any(|at| Some(*at) == index);
        if let Some(step) = steps.iter().find(asks) {
            let wanted = StepWanted {
                kind: kind.to_owned(),
                id: *id,
                act: CaseAct::Step(step.id.clone()),
                fields: Draft { fields: [(field.id.clone(), reference)].into(), scope: None },
                // A step that wants words is given them; a note beside the same words would say it twice.
                reason: matches!(step.reason, ReasonWanted::Words).then(|| same.clone()),
                note: Some(same).filter(|_| !matches!(step.reason, ReasonWanted::Words)),
                expected_version: Some(view.row.version),
            };
            return self.take_step(Taker::Staff(account), &wanted, None);
        }
        // A correction would name the earlier case and let this one's work and times go on.
        let case = view.record.case.as_ref();
        let merging = case.and_then(|case| self.pack.procedure_of(case)?.steps.iter().find(asks));
        if let Some(step) = merging {
            let why = format!("现在不能办理“{}”：这件事的环节不对，或者您不在办理的岗位上", step.name);
            return Err(Error::WrongState(why));
        }
        if !may(account, Verb::Correct, declared, view.row.body.as_deref(), view.row.area.as_deref()) {
            return Err(Error::NotPermitted);
        }
        let mut draft = as_draft(declared, &view.record);
        draft.fields.insert(field.id.clone(), reference);
        let submission = Submission {
            act: Act::Correct(draft),
            kind: kind.to_owned(),
            id: Some(*id),
            expected_version: Some(view.row.version),
            reason: Some(format!("并案：{same}")),
        };
        self.submit_as(account, &submission, None)
    }

    /// The case of the same kind into which one was merged.
    fn merged_into(&self, kind: &Kind, record: &Record) -> Option<RecordId> {
        match record.value(merge_field(kind)?)? {
            Value::Reference { id: Some(id), .. } => id.parse().ok(),
            _ => None,
        }
    }

    /// The case in which a merged one goes on, itself merged into none.
    fn first_of(&self, kind: &Kind, record: &Record) -> Result<Option<Record>, Error> {
        // Somebody may have merged two cases into each other.
        const GENERATIONS: usize = 8;
        let mut reader = self.store.read()?;
        let (mut next, mut first) = (self.merged_into(kind, record), None);
        for _ in 0..GENERATIONS {
            let Some(id) = next else { return Ok(first) };
            let row = reader.record(&self.pack.place, &kind.id, &id)?.filter(|row| row.live);
            let Some((found, _)) = row.and_then(|row| read(kind, &row)) else { return Ok(first) };
            next = self.merged_into(kind, &found);
            first = Some(found);
        }
        Ok(None)
    }

    /// What somebody whose case was merged may know of the case in which it goes on: its state and, where a kind shows its result to everybody who
    /// complains, the result; never a number, and no words, which may be about another person.
    fn of_first(&self, kind: &Kind, first: &Record, language: Language) -> Vec<(String, String)> {
        let state = self.pack.case_of(first).and_then(|(case, procedure)| procedure.state(&case.state));
        let word = |state: &State| {
            language.of(state.public.as_ref().unwrap_or(&state.name), state.english.as_deref()).to_owned()
        };
        let label = language.say("先前一件现在", "The earlier complaint now").to_owned();
        let mut said: Vec<(String, String)> = state.map(|state| (label, word(state))).into_iter().collect();
        let entry = kind.public_entry.iter().filter(|entry| entry.show_when.is_none());
        for index in entry.flat_map(|entry| &entry.show) {
            let field = kind.fields.get(*index).filter(|field| field.kind == Type::Choice && !field.personal);
            if field.is_some() && first.value(*index).is_some() {
                let label = language.say("先前一件的结果", "Result of the earlier complaint").to_owned();
                said.push((label, self.pack.said(kind, first, *index, language)));
            }
        }
        said
    }
}

/// The field by which a case points to the earlier one that it repeats: a reference to its own kind.
pub fn merge_field(kind: &Kind) -> Option<usize> {
    kind.fields.iter().position(|field| field.kind == Type::Reference && field.to.as_deref() == Some(kind.id.as_str()))
}

/// Whether a clock names a step among what stops it.
fn stops(procedure: &Procedure, step: &Step, clock: &Clock) -> bool {
    let named = |stop: &Trigger| match stop {
        Trigger::Step(at) => procedure.steps.get(*at).is_some_and(|known| known.id == step.id),
        _ => false,
    };
    clock.stops.iter().any(named)
}

/// A step of the public page.
fn is_citizens(step: &Step) -> bool {
    step.roles.iter().any(|role| role == roles::CITIZEN)
}

fn shown(pack: &Pack, kind: &Kind, record: &Record, language: Language) -> Vec<(String, String)> {
    let Some(entry) = &kind.public_entry else { return Vec::new() };
    if entry.show_when.as_ref().is_some_and(|when| !when.holds(record)) {
        return Vec::new();
    }
    let one = |index: &usize| {
        let field = kind.fields.get(*index).filter(|field| !field.personal)?;
        record.value(*index)?;
        let name = match language {
            Language::Chinese => field.name.clone(),
            Language::English => entry.name_of(kind, *index, language),
        };
        Some((name, pack.said(kind, record, *index, language)))
    };
    entry.show.iter().filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it_and_has_only_letters_that_are_not_confused() {
        let code = QueryCode::of_secret("990101", "0123456789abcdef0123456789abcdef");
        assert_eq!(code.plain().len(), CODE_LEN);
        let printed = code.to_string();
        for typed in
            [printed.clone(), printed.to_lowercase(), format!(" {} ", printed.replace('-', " ")), code.0.clone()]
        {
            assert_eq!(QueryCode::read(&typed).as_ref(), Some(&code), "{typed}");
        }
        let wide: String = code.0.chars().filter_map(|letter| char::from_u32(u32::from(letter) + 0xfee0)).collect();
        assert_eq!(QueryCode::read(&wide), Some(code.clone()));
        for wrong in ["", "0000000000", "ABCDE-FGHI1", "ABCDE-FGHJK-M", "投诉编号一二三四五六七八"] {
            assert_eq!(QueryCode::read(wrong), None, "{wrong}");
        }
        assert_ne!(code, QueryCode::of_secret("990101", "1123456789abcdef0123456789abcdef"));
        assert_ne!(code, QueryCode::of_secret("990102", "0123456789abcdef0123456789abcdef"));
        assert_eq!(format!("{code:?}"), "QueryCode(…)", "a code does not get into a log");
    }
}
