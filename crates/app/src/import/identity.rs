//! Which record a row is. First the number that our own exports carry, then the business key, else the digest of what the row says and
//! its ordinal among equal rows of the file; from these the record's id follows, so that the same file again finds its own records.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_json::{Map, Value as Json};
use sha2::{Digest, Sha256};
use zhiheng_pack::record::ListScope;
use zhiheng_pack::{Draft, Kind, Level, Problem, Record};
use zhiheng_store::{Reader, RecordId, RecordRow};

use super::problems::{ImportProblem, NOT_OWN_RECORD, REPEATED_KEY, UNKNOWN_RECORD};
use super::row::Signatures;
use super::{Content, FieldChange, Identity, ImportRow};
use crate::{App, Error};

/// Rows looked up at a time.
const CHUNK: usize = 500;
/// Key under which the canonical text keeps the scope of the list.
const SCOPE_KEY: &str = "@scope";

/// A good row, before it is known what it is to the database.
pub(super) struct Pending {
    pub(super) row: u32,
    pub(super) content: Box<Content>,
    pub(super) explicit: Option<String>,
    pub(super) digest: [u8; 32],
    pub(super) signatures: Signatures,
}

/// The id that follows from what a record is.
pub(super) fn derive(place: &str, kind: &str, basis: &[&[u8]], ordinal: u32) -> RecordId {
    let mut hasher = Sha256::new();
    hasher.update(b"zhiheng import 1\0");
    for part in [place.as_bytes(), kind.as_bytes()].iter().chain(basis) {
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hasher.update(part);
    }
    hasher.update(ordinal.to_be_bytes());
    let digest: [u8; 32] = hasher.finalize().into();
    RecordId(std::array::from_fn(|at| digest.get(at).copied().unwrap_or_default()))
}

/// A canonical text as a draft again.
pub(super) fn draft_of(content: &str) -> Draft {
    let mut map: Map<String, Json> = serde_json::from_str(content).unwrap_or_default();
    let scope = map.remove(SCOPE_KEY);
    Draft {
        scope: scope.as_ref().and_then(Json::as_str).and_then(ListScope::of_name),
        fields: map.into_iter().collect(),
    }
}

/// What is asked of the database for one row.
struct Candidate {
    pending: Pending,
    explicit: Option<RecordId>,
    /// By key or by digest.
    derived: RecordId,
    /// By digest and file: for a row that another file said in the same words of another time.
    of_file: RecordId,
}

/// Tells what every row is to the database.
pub(super) struct Classifier<'a, 'r> {
    pub(super) app: &'a App,
    pub(super) reader: &'a mut Reader<'r>,
    pub(super) kind: &'a Kind,
    pub(super) file_digest: [u8; 32],
    /// The only body whose records may be corrected.
    pub(super) own: Option<&'a [String]>,
    /// Fields about which this file says something.
    pub(super) covered: &'a BTreeSet<String>,
    pub(super) today: i32,
    pub(super) problems: Vec<ImportProblem>,
    pub(super) batches: HashMap<RecordId, bool>,
}

impl Classifier<'_, '_> {
    pub(super) fn classify(&mut self, pending: Vec<Pending>) -> Result<Vec<ImportRow>, Error> {
        let mut rows = Vec::with_capacity(pending.len());
        let mut ordinals: HashMap<[u8; 32], u32> = HashMap::new();
        let mut named: HashMap<String, (u32, u64)> = HashMap::new();
        let mut candidates = Vec::with_capacity(CHUNK);
        for one in pending {
            let name = one.explicit.as_ref().map(|id| format!("@{id}")).or_else(|| one.content.envelope.key.clone());
            if let Some((first, said)) = name.as_ref().and_then(|name| named.get(name)) {
                rows.push(self.repeated(&one, *first, *said));
                continue;
            }
            named.extend(name.map(|name| (name, (one.row, fingerprint(&one.content.canonical)))));
            candidates.push(self.candidate(one, &mut ordinals));
            if candidates.len() == CHUNK {
                self.look_up(std::mem::take(&mut candidates), &mut rows)?;
            }
        }
        self.look_up(candidates, &mut rows)?;
        rows.sort_by_key(|row| row.row);
        Ok(rows)
    }

    fn repeated(&mut self, one: &Pending, first: u32, said: u64) -> ImportRow {
        let identity = if said == fingerprint(&one.content.canonical) {
            Identity::Repeated { first }
        } else {
            let field = self.kind.key.and_then(|key| self.kind.fields.get(key)).map(|field| field.id.as_str());
            let key = one.content.envelope.key.as_deref().unwrap_or_default();
            self.problems.push(ImportProblem::of_import(one.row, REPEATED_KEY, field, key, Level::Refuse));
            Identity::Bad
        };
        ImportRow { row: one.row, identity, near: Vec::new(), content: None }
    }

    fn candidate(&mut self, one: Pending, ordinals: &mut HashMap<[u8; 32], u32>) -> Candidate {
        let (place, kind) = (self.app.pack.place.as_str(), self.kind.id.as_str());
        let explicit = one.explicit.as_ref().and_then(|id| id.trim().parse().ok());
        if let Some(key) = &one.content.envelope.key {
            let derived = derive(place, kind, &[b"key", key.as_bytes()], 0);
            return Candidate { pending: one, explicit, derived, of_file: derived };
        }
        let ordinal = ordinals.entry(one.digest).or_default();
        let candidate = Candidate {
            explicit,
            derived: derive(place, kind, &[b"row", &one.digest], *ordinal),
            of_file: derive(place, kind, &[b"file", &self.file_digest, &one.digest], *ordinal),
            pending: one,
        };
        *ordinal += 1;
        candidate
    }

    fn look_up(&mut self, candidates: Vec<Candidate>, rows: &mut Vec<ImportRow>) -> Result<(), Error> {
        let place = self.app.pack.place.as_str();
        let key_of = |one: &'_ Candidate| one.pending.content.envelope.key.clone();
        let keys: Vec<String> = candidates.iter().filter_map(key_of).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let mut stored = self.reader.records_of(place, &self.kind.id, &[], &keys)?;
        let found: BTreeSet<String> = stored.iter().filter_map(|row| row.key.clone()).collect();
        let open = candidates.iter().filter(|one| key_of(one).is_none_or(|key| !found.contains(&key)));
        let derived = open.flat_map(|one| [Some(one.derived), Some(one.of_file).filter(|id| *id != one.derived)]);
        let ids: Vec<RecordId> = candidates.iter().map(|one| one.explicit).chain(derived).flatten().collect();
        stored.extend(self.reader.records_of(place, &self.kind.id, &ids, &[])?);
        let by_id: HashMap<RecordId, &RecordRow> = stored.iter().map(|row| (row.id, row)).collect();
        let by_key: HashMap<&str, &RecordRow> =
            stored.iter().filter_map(|row| Some((row.key.as_deref()?, row))).collect();
        for one in candidates {
            let Candidate { pending, explicit, derived, of_file } = one;
            let explicit = explicit.and_then(|id| by_id.get(&id).copied());
            if let (Some(written), None) = (&pending.explicit, explicit) {
                self.problems.push(ImportProblem::of_import(pending.row, UNKNOWN_RECORD, None, written, Level::Warn));
            }
            let known = match (explicit, &pending.content.envelope.key) {
                (Some(row), _) => Some(row),
                (None, Some(key)) => by_key.get(key.as_str()).copied(),
                (None, None) => by_id.get(&derived).copied(),
            };
            let Some(known) = known else {
                // The id of a key whose record has taken another key since is not free.
                let id = if by_id.contains_key(&derived) { self.app.new_id() } else { derived };
                rows.push(new_row(pending, id, Vec::new()));
                continue;
            };
            let by_digest = explicit.is_none() && pending.content.envelope.key.is_none();
            if by_digest
                && known.live
                && !is_same(self.kind, known, &pending.content.canonical)
                && self.is_of_another_file(known)?
            {
                // Another file said the same of another day: a record of its own, and the likeness is shown.
                match by_id.get(&of_file) {
                    Some(own) => rows.push(self.compared(own, &pending, false)),
                    None => rows.push(new_row(pending, of_file, vec![known.id])),
                }
                continue;
            }
            rows.push(self.compared(known, &pending, explicit.is_some()));
        }
        Ok(())
    }

    /// Whether the record's last version came with another file; a version that a person made belongs to none.
    fn is_of_another_file(&mut self, row: &RecordRow) -> Result<bool, Error> {
        let Some(batch) = row.batch else { return Ok(false) };
        if let Some(known) = self.batches.get(&batch) {
            return Ok(*known);
        }
        let stored = self.reader.batch(&self.app.pack.place, &batch)?;
        let other = stored.is_some_and(|stored| stored.file_digest != self.file_digest);
        self.batches.insert(batch, other);
        Ok(other)
    }

    fn compared(&mut self, known: &RecordRow, pending: &Pending, explicit: bool) -> ImportRow {
        let (identity, content, wrong) =
            compare(self.app, self.kind, known, &pending.content.canonical, self.covered, explicit, self.today);
        for problem in wrong {
            self.problems.push(ImportProblem::of_record(pending.row, problem, String::new()));
        }
        let theirs = self.own.is_some_and(|own| known.body.as_ref().is_none_or(|body| !own.contains(body)));
        if theirs && matches!(identity, Identity::Correction { .. }) {
            let name = known.body.as_deref().map_or("其他单位", |body| self.app.body_name(body));
            self.problems.push(ImportProblem::of_import(pending.row, NOT_OWN_RECORD, None, name, Level::Refuse));
            return ImportRow { row: pending.row, identity: Identity::Bad, near: Vec::new(), content: None };
        }
        ImportRow { row: pending.row, identity, near: Vec::new(), content }
    }
}

fn new_row(pending: Pending, id: RecordId, near: Vec<RecordId>) -> ImportRow {
    ImportRow { row: pending.row, identity: Identity::New { id }, near, content: Some(pending.content) }
}

/// Told apart only within one file.
fn fingerprint(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

/// What a stored record becomes when a file says something of it. Fields of which the file says nothing stay as they are.
pub(super) fn compare(
    app: &App,
    kind: &Kind,
    known: &RecordRow,
    content: &str,
    covered: &BTreeSet<String>,
    explicit: bool,
    today: i32,
) -> (Identity, Option<Box<Content>>, Vec<Problem>) {
    let id = known.id;
    if !known.live {
        return (Identity::Withdrawn { id }, None, Vec::new());
    }
    if is_same(kind, known, content) {
        return (Identity::Unchanged { id }, None, Vec::new());
    }
    let given = |record: Record| Record::from_canonical(kind, &record.given(kind));
    let Some(old) = Record::from_canonical(kind, &known.fields).and_then(given) else {
        return (Identity::Bad, None, Vec::new());
    };
    let checked = app.pack.check(kind, &merged(kind, &known.fields, content, covered, explicit), today);
    let Some(new) = checked.record else {
        let wrong = checked.problems.into_iter().filter(|problem| problem.level == Level::Refuse).collect();
        return (Identity::Bad, None, wrong);
    };
    let mut changes: Vec<FieldChange> = app.changes(kind, &old, &new);
    if old.scope != new.scope {
        let word = |scope: Option<ListScope>| scope.map_or("", scope_word).to_owned();
        changes.push(("名单性质".to_owned(), word(old.scope), word(new.scope)));
    }
    if changes.is_empty() {
        return (Identity::Unchanged { id }, None, Vec::new());
    }
    let fixed = app.of_import(kind, known, &new);
    if !fixed.is_empty() {
        return (Identity::Bad, None, fixed);
    }
    let content = Content { envelope: app.pack.envelope(kind, &new), canonical: new.canonical(kind) };
    (Identity::Correction { id, version: known.version, changes }, Some(Box::new(content)), Vec::new())
}

/// Whether a stored record has this content, wherever its case stands.
fn is_same(kind: &Kind, known: &RecordRow, content: &str) -> bool {
    if kind.procedures.is_empty() {
        return known.fields == content;
    }
    Record::from_canonical(kind, &known.fields).is_some_and(|record| record.given(kind) == content)
}

fn merged(kind: &Kind, known: &str, content: &str, covered: &BTreeSet<String>, explicit: bool) -> Draft {
    let (old, mut new) = (draft_of(known), draft_of(content));
    for (field, value) in old.fields.iter().filter(|(field, _)| kind.given().any(|(_, own)| own.id == **field)) {
        let personal = kind.field(field).is_some_and(|field| field.personal);
        let kept = match new.fields.get(field) {
            None => !covered.contains(field),
            // A masked export comes back: the mask says nothing new.
            Some(given) => personal && value.as_str().map(crate::export::masked).as_deref() == given.as_str(),
        };
        if kept {
            new.fields.insert(field.clone(), value.clone());
        }
    }
    if explicit || new.scope.is_none() {
        new.scope = old.scope;
    }
    new
}

fn scope_word(scope: ListScope) -> &'static str {
    match scope {
        ListScope::Passing => "合格名单",
        ListScope::FailingOnly => "不合格名单（未声明检验批次数）",
        ListScope::FailingCounted => "不合格名单（已声明检验批次数）",
        ListScope::Mixed => "合格与不合格混合",
    }
}
