//! 检索的索引: how versions of records become terms, and when.
//!
//! A submission does not wait for the index. Whoever fills the tail – stores the version that makes it [`FULL`] – packs it into a segment
//! afterwards; until then every question reads the tail itself, through a memory of what it read before. So a record is found from the
//! moment at which it is stored, and the writer pays for terms once in thousands of records.
//!
//! The same step fills the index of a database that has none: written by an earlier release, restored from a backup, or indexed under
//! other rules. It goes on where it stopped, whoever stopped it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, TryLockError};
use std::thread::JoinHandle;

use sha2::{Digest, Sha256};
use zhiheng_pack::{Kind, Pack, Record, Type};
use zhiheng_store::{Op, Reader, RecordRow, SegmentRows, StoreError, VersionRow};

use super::plan::Entry;
use super::segment;
use crate::{App, Error};

/// So many versions make a segment.
pub(super) const FULL: usize = 4096;

/// While a segment is being written the tail may grow to this; beyond it the index is behind, and the reader is told.
pub(super) const TAIL_MAX: usize = 2 * FULL;

/// What is kept between questions and submissions of one place under one pack.
pub(crate) struct Index {
    /// Under which rules terms are made: those of [`segment`], and what the pack says is searched.
    pub(super) form: i64,
    /// How many versions were stored since the tail was counted; unknown in the beginning.
    waiting: AtomicUsize,
    paused: AtomicBool,
    /// Held by whoever packs.
    step: Mutex<()>,
    tail: Mutex<Tail>,
    /// The plan's own content, read once.
    pub(super) plan: OnceLock<Vec<Vec<Entry>>>,
}

/// Not yet counted.
const UNKNOWN: usize = usize::MAX / 2;

/// The versions after `from` and up to `to`, as they are compared.
struct Tail {
    from: i64,
    to: i64,
    known: BTreeMap<i64, Remembered>,
}

impl Tail {
    /// Remembers nothing, and covers nothing.
    const NOTHING: Tail = Tail { from: i64::MAX, to: 0, known: BTreeMap::new() };
}

struct Remembered {
    kind: String,
    body: Option<String>,
    area: Option<String>,
    squeezed: String,
}

/// A version of the tail that holds what was asked.
pub(super) struct Tailed<'t> {
    pub(super) kind: &'t str,
    pub(super) body: Option<&'t str>,
    pub(super) area: Option<&'t str>,
    pub(super) squeezed: &'t str,
}

impl Index {
    pub(crate) fn new(pack: &Pack) -> Index {
        Index {
            form: form(pack),
            waiting: AtomicUsize::new(UNKNOWN),
            paused: AtomicBool::new(false),
            step: Mutex::new(()),
            tail: Mutex::new(Tail::NOTHING),
            plan: OnceLock::new(),
        }
    }

    pub(super) fn pause(&self) {
        self.paused.store(true, Ordering::Relaxed);
    }
}

/// A digest of everything that decides which terms a stored text has.
fn form(pack: &Pack) -> i64 {
    let mut digest = Sha256::new();
    digest.update(segment::RULES.to_be_bytes());
    let mut say = |text: &str| {
        digest.update(text);
        digest.update([0]);
    };
    for kind in &pack.kinds {
        say(&kind.id);
        for field in kind.searched.iter().filter_map(|at| kind.fields.get(*at)) {
            say(&field.id);
            let items = field.list.and_then(|list| pack.lists.get(list)).map(|list| list.items.as_slice());
            for item in items.unwrap_or_default() {
                say(&item.id);
                say(&item.name);
            }
        }
    }
    for area in &pack.areas {
        say(&area.code);
        say(&area.name);
    }
    let bytes: [u8; 32] = digest.finalize().into();
    let [a, b, c, d, e, f, g, h, ..] = bytes;
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// The texts of a record that a search looks at, as pages show them.
pub(super) fn texts(pack: &Pack, kind: &Kind, record: &Record) -> Vec<(usize, String)> {
    let text = |at: &usize| {
        let field = kind.fields.get(*at)?;
        // An identifier of a list says nothing to a reader; its name does.
        let shown = pack.show(kind, record, *at);
        let shown = if field.kind == Type::Passage { shown.replace('║', " ") } else { shown };
        (!shown.is_empty()).then_some((*at, shown))
    };
    kind.searched.iter().filter_map(text).collect()
}

/// Where a record belongs, as terms that no text can hold: permission is asked of the index too.
pub(super) fn kind_term(kind: &str) -> String {
    format!("=k:{kind}")
}

pub(super) fn body_term(body: &str) -> String {
    format!("=b:{body}")
}

pub(super) fn area_term(area: &str) -> String {
    format!("=a:{area}")
}

/// Hands over every term of a version.
fn terms(pack: &Pack, version: &VersionRow, mut each: impl FnMut(&str)) {
    each(&kind_term(&version.kind));
    version.body.iter().for_each(|body| each(&body_term(body)));
    version.area.iter().for_each(|area| each(&area_term(area)));
    let Some(kind) = pack.kind(&version.kind) else { return };
    let Some(record) = Record::from_canonical(kind, &version.fields) else { return };
    for (_, text) in texts(pack, kind, &record) {
        segment::terms(&text, &mut each);
    }
}

fn segment_of(pack: &Pack, form: i64, since: i64, versions: &[VersionRow]) -> SegmentRows {
    let mut rows = SegmentRows { form, since, until: since, terms: BTreeMap::new() };
    for version in versions {
        rows.until = rows.until.max(version.recorded_at);
        if version.op == Op::Withdraw {
            continue;
        }
        terms(pack, version, |term| match rows.terms.get_mut(term) {
            Some(times) if times.last() == Some(&version.recorded_at) => {}
            Some(times) => times.push(version.recorded_at),
            None => {
                rows.terms.insert(term.to_owned(), vec![version.recorded_at]);
            }
        });
    }
    rows
}

/// The thread that fills the index; told to stop, and waited for, when the county is closed.
pub(crate) struct Filling {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Filling {
    /// Waits until it is through.
    pub(super) fn wait(&mut self) {
        if let Some(thread) = self.thread.take() {
            // It panicked: the index is behind, and the next start goes on.
            let _ = thread.join();
        }
    }
}

impl Drop for Filling {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        self.wait();
    }
}

/// What a step of the index came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// A segment was written, or one of other rules thrown away.
    Worked,
    /// Nothing to do.
    Done,
}

impl App {
    /// After versions were stored: packs the tail when it is full. What goes wrong here takes nothing from the submission, which is
    /// durable; the next one tries again.
    pub(crate) fn index_when_due(&self, versions: usize) {
        let waiting = self.search.waiting.fetch_add(versions, Ordering::Relaxed).saturating_add(versions);
        if waiting < FULL || self.search.paused.load(Ordering::Relaxed) {
            return;
        }
        let held = match self.search.step.try_lock() {
            Ok(held) => held,
            // Somebody packs already.
            Err(TryLockError::WouldBlock) => return,
            Err(TryLockError::Poisoned(held)) => held.into_inner(),
        };
        // One segment for each that this submission filled; a backlog is filled by `index_all`.
        for _ in 0..=versions / FULL {
            if !matches!(self.index_step(), Ok(Step::Worked)) {
                break;
            }
        }
        drop(held);
    }

    /// Builds what is missing of the index, a segment at a time, until `stop` says so or nothing is left. Safe beside submissions and
    /// when it is broken off.
    fn index_all(&self, stop: &AtomicBool) -> Result<(), StoreError> {
        let mut step = Step::Worked;
        while step == Step::Worked && !stop.load(Ordering::Relaxed) {
            let held = self.search.step.lock().unwrap_or_else(PoisonError::into_inner);
            step = self.index_step()?;
            drop(held);
        }
        Ok(())
    }

    /// Fills the index of a database that has more to index than a tail, beside everything else; nothing where there is no more.
    pub(crate) fn fill_index(&self) -> Result<Option<Filling>, Error> {
        let mut reader = self.store.read()?;
        let end = reader.search_end(&self.pack.place, self.search.form)?;
        let waiting = reader.count_after(&self.pack.place, end, FULL)?;
        drop(reader);
        self.search.waiting.store(waiting, Ordering::Relaxed);
        if waiting < FULL {
            return Ok(None);
        }
        let app = App {
            pack: Arc::clone(&self.pack),
            store: Arc::clone(&self.store),
            clock: Arc::clone(&self.clock),
            random: Arc::clone(&self.random),
            search: Arc::clone(&self.search),
            attempts: Arc::default(),
            log: Arc::new(self.log.beside()),
            filling: None,
        };
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        // What stops it – a lost database – stops nothing else; the next start goes on.
        let work = move || drop(app.index_all(&told));
        let thread = std::thread::Builder::new().name("search-index".to_owned()).spawn(work);
        let thread = thread.map_err(|error| Error::Internal(format!("检索索引：{error}")))?;
        Ok(Some(Filling { stop, thread: Some(thread) }))
    }

    fn index_step(&self) -> Result<Step, StoreError> {
        let (place, form) = (self.pack.place.clone(), self.search.form);
        let mut reader = self.store.read()?;
        let since = reader.search_end(&place, form)?;
        let waiting = reader.count_after(&place, since, FULL)?;
        if waiting < FULL {
            self.search.waiting.store(waiting, Ordering::Relaxed);
            let Some(stale) = reader.search_segment_of_other_form(&place, form)? else { return Ok(Step::Done) };
            drop(reader);
            self.store.write(move |tx| tx.drop_search_segment(&place, stale))?;
            return Ok(Step::Worked);
        }
        let versions = reader.versions_after(&place, since, FULL)?;
        drop(reader);
        let rows = segment_of(&self.pack, form, since, &versions);
        let at = place.clone();
        self.store.write(move |tx| tx.add_segment(&at, &rows))?;
        let mut reader = self.store.read()?;
        let end = reader.search_end(&place, form)?;
        let waiting = reader.count_after(&place, end, TAIL_MAX)?;
        self.search.waiting.store(waiting, Ordering::Relaxed);
        Ok(Step::Worked)
    }

    /// Looks at the versions after the index, the newest first, before an instant; `each` says whether to go on. Answers whether all of
    /// the tail could be looked at.
    pub(super) fn through_tail(
        &self,
        reader: &mut Reader<'_>,
        end: i64,
        before: i64,
        mut each: impl FnMut(i64, Tailed<'_>) -> bool,
    ) -> Result<bool, StoreError> {
        let mut tail = self.search.tail.lock().unwrap_or_else(PoisonError::into_inner);
        if tail.from > end || tail.known.len() > 2 * TAIL_MAX {
            *tail = Tail { from: end, to: end, known: BTreeMap::new() };
        }
        let after = tail.to.max(end);
        let newer = reader.tail(&self.pack.place, after, TAIL_MAX)?;
        let whole = newer.len() < TAIL_MAX;
        for version in newer {
            tail.to = tail.to.max(version.recorded_at);
            if let Some(one) = self.remembered(&version) {
                tail.known.insert(version.recorded_at, one);
            }
        }
        if !whole {
            // Older ones of the tail were not read: whoever looks next has to read it again.
            tail.from = i64::MAX;
        }
        if before <= end + 1 {
            return Ok(whole);
        }
        for (at, one) in tail.known.range(end + 1..before).rev() {
            let seen = Tailed {
                kind: &one.kind,
                body: one.body.as_deref(),
                area: one.area.as_deref(),
                squeezed: &one.squeezed,
            };
            if !each(*at, seen) {
                break;
            }
        }
        Ok(whole)
    }

    fn remembered(&self, version: &VersionRow) -> Option<Remembered> {
        if version.op == Op::Withdraw {
            return None;
        }
        let kind = self.pack.kind(&version.kind)?;
        let record = Record::from_canonical(kind, &version.fields)?;
        Some(Remembered {
            kind: version.kind.clone(),
            body: version.body.clone(),
            area: version.area.clone(),
            squeezed: squeezed(&self.pack, kind, &record),
        })
    }

    /// The text of a stored record, as it is compared.
    pub(super) fn squeezed_row(&self, row: &RecordRow) -> Option<(usize, Record, String)> {
        let at = self.pack.kind_position(&row.kind)?;
        let kind = self.pack.kinds.get(at)?;
        let record = Record::from_canonical(kind, &row.fields)?;
        let squeezed = squeezed(&self.pack, kind, &record);
        Some((at, record, squeezed))
    }
}

fn squeezed(pack: &Pack, kind: &Kind, record: &Record) -> String {
    let texts = texts(pack, kind, record);
    segment::squeezed(texts.iter().map(|(_, text)| text.as_str()))
}
