//! What a writer of records hands to the committer, and what it is shown. A job decides; it never touches the
//! database: it names beforehand what it needs to see, is shown that as of its own turn, and answers with the
//! change to make.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::StoreError;
use crate::committer::Times;
use crate::db::{Conn, Value};
use crate::levels::{LevelEnd, LevelRow};
use crate::pool::Reader;
use crate::records::{Op, RecordId, RecordRow, VersionRow, records_where};
use crate::rollup::Cells;
use crate::{
    BatchRow, DocumentNumberRow, MessageRow, OutboxEntry, ReceiptRow, TaskRow, TaskSet, counters, db, documents, tasks,
};

/// One atomic change of records: all of it is stored, or nothing.
pub trait Job: Send {
    /// What [`Job::decide`] will look at; asked once. Looking at anything else fails the job.
    fn needs(&self) -> Needs;

    /// Decides. Pure: it is called again, with other times, when the transaction has to be repeated.
    ///
    /// What it is shown includes every change that was stored before it, also in the same transaction.
    fn decide(&mut self, seen: &Seen<'_>, times: &mut Times) -> Result<Change, Refused>;
}

/// Why a job does not want to change anything, in the words of the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Handed back by [`crate::Store::submit`] as it is.
    pub answer: String,
}

/// What a job looks at.
#[derive(Clone, Debug, Default)]
pub struct Needs {
    /// Records by (kind, id). Every record that the job gives a new version must be here.
    pub records: Vec<(String, RecordId)>,
    /// Records by (kind, business key).
    pub keys: Vec<(String, String)>,
    /// Records by (kind, subject); all of a subject's records of the kind are loaded.
    pub subjects: Vec<(String, String)>,
    /// The answer given before to (actor, idempotency key).
    pub idempotency: Option<(String, String)>,
    /// Lines of work of these cases.
    pub tasks: Vec<RecordId>,
    /// The last numbers given under these names.
    pub counters: Vec<String>,
    /// The last serials of these documents in these years.
    pub serials: Vec<(String, i32)>,
}

impl Needs {
    pub(crate) fn weight(&self) -> usize {
        1 + self.records.len()
            + self.keys.len()
            + 8 * self.subjects.len()
            + self.tasks.len()
            + self.counters.len()
            + self.serials.len()
    }
}

/// What a job decided.
#[derive(Clone, Debug)]
pub struct Change {
    /// New versions in the order of their `recorded_at`, each from [`Times::next`].
    pub versions: Vec<VersionRow>,
    /// Contributions to cells.
    pub cells: Cells,
    /// Records whose reported values are superseded. Applied before `levels_add`.
    pub levels_end: Vec<LevelEnd>,
    /// Reported values.
    pub levels_add: Vec<LevelRow>,
    /// The import that this job is.
    pub batch: Option<BatchRow>,
    /// Lines of work in place of those that their cases had.
    pub tasks: Vec<TaskSet>,
    /// Messages.
    pub messages: Vec<MessageRow>,
    /// What is to leave the house because of it, where somebody listens.
    pub outbox: Vec<OutboxEntry>,
    /// Query codes given out.
    pub receipts: Vec<ReceiptRow>,
    /// Numbers given, by name.
    pub counters: BTreeMap<String, i64>,
    /// Documents numbered, each a serial after the last.
    pub documents: Vec<DocumentNumberRow>,
    /// Remembers `answer` under the caller's key.
    pub idempotency: Option<Idempotency>,
    /// Handed back by [`crate::Store::submit`] once everything is durable.
    pub answer: String,
}

impl Change {
    /// A change of nothing, with an empty answer.
    #[must_use]
    pub fn new(times: &Times) -> Change {
        Change {
            versions: Vec::new(),
            cells: Cells::new(times),
            levels_end: Vec::new(),
            levels_add: Vec::new(),
            batch: None,
            tasks: Vec::new(),
            messages: Vec::new(),
            outbox: Vec::new(),
            receipts: Vec::new(),
            counters: BTreeMap::new(),
            documents: Vec::new(),
            idempotency: None,
            answer: String::new(),
        }
    }
}

/// Under which key an answer is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// The key belongs to this actor alone.
    pub actor: String,
    /// Chosen by the caller.
    pub key: String,
    /// Digest of the request, so that another request with the same key can be refused.
    pub digest: Vec<u8>,
}

/// What a job is shown.
pub struct Seen<'a> {
    overlay: &'a Overlay,
    undeclared: &'a Cell<bool>,
}

impl Seen<'_> {
    /// The record as its last version left it.
    #[must_use]
    pub fn record(&self, kind: &str, id: &RecordId) -> Option<&RecordRow> {
        match self.overlay.records.get(id) {
            Some(known) => known.as_ref().filter(|record| record.kind == kind),
            None => {
                self.undeclared.set(true);
                None
            }
        }
    }

    /// The record of a kind with this business key, withdrawn or not.
    #[must_use]
    pub fn by_key(&self, kind: &str, key: &str) -> Option<&RecordRow> {
        match self.overlay.keys.get(kind).and_then(|keys| keys.get(key)) {
            Some(id) => id.as_ref().and_then(|id| self.overlay.records.get(id)).and_then(Option::as_ref),
            None => {
                self.undeclared.set(true);
                None
            }
        }
    }

    /// The records of a kind about a subject, withdrawn ones too, in the order of their ids.
    #[must_use]
    pub fn by_subject(&self, kind: &str, subject: &str) -> Vec<&RecordRow> {
        match self.overlay.subjects.get(kind).and_then(|subjects| subjects.get(subject)) {
            Some(ids) => ids.iter().filter_map(|id| self.overlay.records.get(id)).filter_map(Option::as_ref).collect(),
            None => {
                self.undeclared.set(true);
                Vec::new()
            }
        }
    }

    /// The lines of work of a case.
    #[must_use]
    pub fn tasks(&self, record: &RecordId) -> &[TaskRow] {
        match self.overlay.tasks.get(record) {
            Some(rows) => rows,
            None => {
                self.undeclared.set(true);
                &[]
            }
        }
    }

    /// The last number given under a name; 0 before the first.
    #[must_use]
    pub fn counter(&self, name: &str) -> i64 {
        match self.overlay.counters.get(name) {
            Some(value) => *value,
            None => {
                self.undeclared.set(true);
                0
            }
        }
    }

    /// The last serial of a document in a year; 0 before the first.
    #[must_use]
    pub fn serial(&self, document: &str, year: i32) -> i64 {
        match self.overlay.serials.get(&(document.to_owned(), year)) {
            Some(serial) => *serial,
            None => {
                self.undeclared.set(true);
                0
            }
        }
    }

    /// The digest of the request and the answer that were stored under an idempotency key.
    #[must_use]
    pub fn answered(&self, actor: &str, key: &str) -> Option<(&[u8], &str)> {
        match self.overlay.answers.get(actor).and_then(|answers| answers.get(key)) {
            Some(answer) => answer.as_ref().map(|(digest, text)| (digest.as_slice(), text.as_str())),
            None => {
                self.undeclared.set(true);
                None
            }
        }
    }
}

/// What the jobs of one transaction see: rows read from the database with the changes decided so far on top.
/// `None` means that the database was asked and has nothing.
#[derive(Default)]
pub(crate) struct Overlay {
    records: HashMap<RecordId, Option<RecordRow>>,
    keys: HashMap<String, HashMap<String, Option<RecordId>>>,
    subjects: HashMap<String, HashMap<String, BTreeSet<RecordId>>>,
    answers: HashMap<String, HashMap<String, Option<Answer>>>,
    tasks: HashMap<RecordId, Vec<TaskRow>>,
    counters: HashMap<String, i64>,
    serials: HashMap<(String, i32), i64>,
}

/// Digest of the request, and the answer.
type Answer = (Vec<u8>, String);

impl Reader<'_> {
    /// The digest of the request and the answer that were stored under an idempotency key: a request whose decision depends on what it changes itself
    /// is answered from here when it comes again.
    pub fn answered(&mut self, place: &str, actor: &str, key: &str) -> Result<Option<(Vec<u8>, String)>, StoreError> {
        let values = [Value::Text(place), Value::Text(actor), Value::Text(key)];
        self.conn()?.one(&answers_sql(1), &values, |row| Ok((row.bytes(2)?, row.text(3)?)))
    }
}

impl Overlay {
    /// Reads everything that the jobs need in a few statements.
    pub(crate) fn load<'n>(
        conn: &mut Conn,
        place: &str,
        needs: impl Iterator<Item = &'n Needs>,
    ) -> Result<Overlay, StoreError> {
        let mut overlay = Overlay::default();
        let mut ids: BTreeMap<&str, BTreeSet<RecordId>> = BTreeMap::new();
        let mut keys: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut subjects: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let mut answers: BTreeSet<(&str, &str)> = BTreeSet::new();
        let mut tasks: BTreeSet<RecordId> = BTreeSet::new();
        let mut counters: BTreeSet<&str> = BTreeSet::new();
        let mut serials: BTreeSet<&(String, i32)> = BTreeSet::new();
        for need in needs {
            serials.extend(&need.serials);
            tasks.extend(&need.tasks);
            counters.extend(need.counters.iter().map(String::as_str));
            for (kind, id) in &need.records {
                ids.entry(kind).or_default().insert(*id);
            }
            for (kind, key) in &need.keys {
                keys.entry(kind).or_default().insert(key);
            }
            for (kind, subject) in &need.subjects {
                subjects.entry(kind).or_default().insert(subject);
            }
            answers.extend(need.idempotency.as_ref().map(|(actor, key)| (actor.as_str(), key.as_str())));
        }
        for (kind, ids) in ids {
            overlay.records.extend(ids.iter().map(|id| (*id, None)));
            let values: Vec<Value<'_>> = ids.iter().map(|id| Value::Bytes(&id.0)).collect();
            overlay.know(records_where(conn, place, kind, "id", &values)?);
        }
        for (kind, keys) in keys {
            let known = overlay.keys.entry(kind.to_owned()).or_default();
            known.extend(keys.iter().map(|key| ((*key).to_owned(), None)));
            let values: Vec<Value<'_>> = keys.iter().map(|key| Value::Text(key)).collect();
            overlay.know(records_where(conn, place, kind, "key", &values)?);
        }
        for (kind, subjects) in subjects {
            let known = overlay.subjects.entry(kind.to_owned()).or_default();
            known.extend(subjects.iter().map(|subject| ((*subject).to_owned(), BTreeSet::new())));
            let values: Vec<Value<'_>> = subjects.iter().map(|subject| Value::Text(subject)).collect();
            overlay.know(records_where(conn, place, kind, "subject", &values)?);
        }
        // A record that was loaded for one reason must also be found for the others.
        overlay.index();
        overlay.load_answers(conn, place, &answers.into_iter().collect::<Vec<_>>())?;
        overlay.tasks.extend(tasks.iter().map(|id| (*id, Vec::new())));
        for row in tasks::of_records(conn, place, &tasks.into_iter().collect::<Vec<_>>())? {
            overlay.tasks.entry(row.record).or_default().push(row);
        }
        overlay.counters.extend(counters.iter().map(|name| ((*name).to_owned(), 0)));
        overlay.counters.extend(counters::load(conn, place, &counters.into_iter().collect::<Vec<_>>())?);
        for (document, year) in serials {
            overlay.serials.insert((document.clone(), *year), documents::last_serial(conn, place, document, *year)?);
        }
        Ok(overlay)
    }

    fn load_answers(&mut self, conn: &mut Conn, place: &str, wanted: &[(&str, &str)]) -> Result<(), StoreError> {
        for (actor, key) in wanted {
            self.answers.entry((*actor).to_owned()).or_default().insert((*key).to_owned(), None);
        }
        for chunk in wanted.chunks(256) {
            let mut chunk = chunk.to_vec();
            db::pad(&mut chunk);
            let mut values = vec![Value::Text(place)];
            values.extend(chunk.iter().flat_map(|(actor, key)| [Value::Text(actor), Value::Text(key)]));
            conn.each(&answers_sql(chunk.len()), &values, &mut |row| {
                let answer = (row.bytes(2)?, row.text(3)?);
                self.answers.entry(row.text(0)?).or_default().insert(row.text(1)?, Some(answer));
                Ok(())
            })?;
        }
        Ok(())
    }

    fn know(&mut self, rows: Vec<RecordRow>) {
        self.records.extend(rows.into_iter().map(|row| (row.id, Some(row))));
    }

    fn index(&mut self) {
        for record in self.records.values().flatten() {
            if let (Some(key), Some(keys)) = (&record.key, self.keys.get_mut(&record.kind))
                && let Some(slot) = keys.get_mut(key)
            {
                *slot = Some(record.id);
            }
            if let (Some(subject), Some(subjects)) = (&record.subject, self.subjects.get_mut(&record.kind))
                && let Some(ids) = subjects.get_mut(subject)
            {
                ids.insert(record.id);
            }
        }
    }

    /// Lets a job decide, and refuses what contradicts what is stored.
    pub(crate) fn decide(&self, job: &mut dyn Job, times: &mut Times) -> Result<Result<Change, Refused>, StoreError> {
        let undeclared = Cell::new(false);
        let first = times.last();
        let seen = Seen { overlay: self, undeclared: &undeclared };
        // A mistake in one job must not end the thread that writes for everybody.
        let decided = catch_unwind(AssertUnwindSafe(|| job.decide(&seen, times)))
            .map_err(|_| StoreError::invalid("a job panicked while deciding"))?;
        if undeclared.get() {
            return Err(StoreError::invalid("a job looked at something that it had not declared in its needs"));
        }
        if let Ok(change) = &decided {
            self.check(change, first, times.last())?;
        }
        Ok(decided)
    }

    fn check(&self, change: &Change, after: i64, until: i64) -> Result<(), StoreError> {
        let mut within: HashMap<RecordId, (i64, bool)> = HashMap::new();
        let mut last = after;
        for version in &change.versions {
            if version.recorded_at <= last || version.recorded_at > until {
                return Err(StoreError::invalid("the times of versions come from Times::next, in order"));
            }
            last = version.recorded_at;
            check_texts(version)?;
            let stored = self.records.get(&version.id).and_then(Option::as_ref);
            if stored.is_some_and(|record| record.kind != version.kind) {
                return Err(StoreError::conflict(format!("record {} is of another kind", version.id)));
            }
            let before = within.get(&version.id).copied().or(stored.map(|record| (record.version, record.live)));
            let number = before.map_or(0, |(number, _)| number);
            if !version.op.follows(before.map(|(_, live)| live)) || version.version != number + 1 {
                return Err(StoreError::conflict(format!(
                    "record {}: {} as version {} after version {number}",
                    version.id,
                    version.op.as_str(),
                    version.version,
                )));
            }
            within.insert(version.id, (version.version, version.op != Op::Withdraw));
        }
        Ok(())
    }

    /// Shows a decided change to the jobs that come after it.
    pub(crate) fn apply(&mut self, change: &Change) {
        for version in &change.versions {
            let record = version.record();
            let before = self.records.get(&record.id).and_then(Option::as_ref);
            if let Some(keys) = self.keys.get_mut(&record.kind) {
                let old = before.and_then(|b| b.key.as_ref());
                if let Some(slot) = old.and_then(|key| keys.get_mut(key)).filter(|slot| **slot == Some(record.id)) {
                    *slot = None;
                }
                if let Some(slot) = record.key.as_ref().and_then(|key| keys.get_mut(key)) {
                    *slot = Some(record.id);
                }
            }
            if let Some(subjects) = self.subjects.get_mut(&record.kind) {
                let old = before.and_then(|b| b.subject.as_ref());
                if let Some(ids) = old.and_then(|subject| subjects.get_mut(subject)) {
                    ids.remove(&record.id);
                }
                if let Some(ids) = record.subject.as_ref().and_then(|subject| subjects.get_mut(subject)) {
                    ids.insert(record.id);
                }
            }
            self.records.insert(record.id, Some(record));
        }
        for set in &change.tasks {
            self.tasks.insert(set.record, set.rows.clone());
        }
        for (name, value) in &change.counters {
            self.counters.insert(name.clone(), *value);
        }
        for row in &change.documents {
            self.serials.insert((row.document.clone(), row.year), row.serial);
        }
        if let Some(id) = &change.idempotency {
            let answer = (id.digest.clone(), change.answer.clone());
            self.answers.entry(id.actor.clone()).or_default().insert(id.key.clone(), Some(answer));
        }
    }
}

/// PostgreSQL cannot store the character NUL; neither database shall.
fn check_texts(version: &VersionRow) -> Result<(), StoreError> {
    let texts = [&version.body, &version.area, &version.subject, &version.key, &version.reason];
    let nul = texts.into_iter().flatten().any(|text| text.contains('\0'))
        || version.actor.contains('\0')
        || version.fields.contains("\\u0000");
    if nul {
        return Err(StoreError::invalid(format!("record {}: a text contains the character NUL", version.id)));
    }
    if !is_name(&version.kind) {
        return Err(StoreError::invalid(format!("{:?} is not the name of a kind", version.kind)));
    }
    Ok(())
}

/// `[a-z][a-z0-9_]*`, at most 60 characters: kinds and fields, which become part of statements.
pub(crate) fn is_name(text: &str) -> bool {
    text.len() <= 60
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

pub(crate) fn answers_sql(count: usize) -> String {
    let pairs: Vec<String> = (0..count).map(|n| format!("({})", db::placeholders(2 + 2 * n, 2))).collect();
    format!(
        "SELECT i.actor, i.key, i.digest, i.answer
         FROM   (VALUES {}) AS wanted
         JOIN   idempotency AS i ON i.place = $1 AND i.actor = wanted.column1 AND i.key = wanted.column2",
        pairs.join(", ")
    )
}
