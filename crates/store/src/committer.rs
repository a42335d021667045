//! The one writer. A thread takes whatever waits, lets every job decide in turn over what is stored and what the
//! jobs before it decided, writes all of it in one transaction, and answers after the commit is durable. It never
//! waits for company: under load the next transaction is what arrived during the last one.
//!
//! What always holds: an answer is given only after the commit; a transaction that fails is repeated job by job, so
//! that no job fails for another's sake; times are strictly increasing per place; no other process writes to the same
//! database, because the lock lives and dies with the connection that writes.

use std::collections::{BTreeMap, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender};
use std::time::{Duration, Instant};

use crate::db::{Address, Conn, Dialect, Purpose, Value};
use crate::job::{Change, Job, Needs, Overlay, Refused};
use crate::levels::Levels;
use crate::records::{RecordId, VersionRow, add_versions, last_instant};
use crate::rollup::Cells;
use crate::{
    BatchRow, Clock, DocumentNumberRow, MessageRow, Options, OutboxEntry, Random, ReceiptRow, StoreError, TaskSet, Tx,
    batches, counters, documents, log, messages, outbox, receipts, schema, tasks,
};

/// What became of a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The change is durable.
    Done {
        /// The job's own answer.
        answer: String,
        /// How many versions were stored; 0 for a job that found nothing to do.
        versions: usize,
    },
    /// The job did not want to change anything, and nothing was changed.
    Refused(Refused),
}

/// Hands out knowledge times of one place: µs of UTC, never before the clock, strictly increasing.
#[derive(Debug)]
pub struct Times {
    clock_now: i64,
    last: i64,
    offset_seconds: i32,
}

impl Times {
    pub(crate) fn new(clock_now: i64, last: i64, offset_seconds: i32) -> Times {
        Times { clock_now, last, offset_seconds }
    }

    /// The next time, for one version.
    #[expect(clippy::should_implement_trait, reason = "it never ends, so it is no iterator")]
    pub fn next(&mut self) -> i64 {
        self.last = self.clock_now.max(self.last.saturating_add(1));
        self.last
    }

    /// What local time is ahead of UTC at the place, in seconds.
    #[must_use]
    pub fn offset_seconds(&self) -> i32 {
        self.offset_seconds
    }

    pub(crate) fn last(&self) -> i64 {
        self.last
    }
}

/// Work for the committer.
pub(crate) enum Item {
    Job(Box<Waiting>),
    Write(Box<dyn Write>),
    Stop,
}

/// A job that waits. What it needs was asked on the thread that submitted it.
pub(crate) struct Waiting {
    pub(crate) place: String,
    pub(crate) needs: Needs,
    pub(crate) job: Box<dyn Job>,
    pub(crate) reply: SyncSender<Result<Outcome, StoreError>>,
}

/// A write that is not a job: it runs statements itself, in a savepoint of the common transaction.
pub(crate) trait Write: Send {
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError>;
    fn reply(self: Box<Self>, result: Result<(), StoreError>);
}

/// How the committer is set up.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) address: Address,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) random: Arc<dyn Random>,
    pub(crate) offset_seconds: i32,
    pub(crate) batch_weight: usize,
    pub(crate) lock_wait: Duration,
    pub(crate) with_history: bool,
    pub(crate) with_log: bool,
    pub(crate) files: PathBuf,
}

impl Setup {
    pub(crate) fn of(address: Address, options: &Options) -> Setup {
        let files = match (&options.files, &address) {
            (Some(files), _) => files.clone(),
            (None, Address::Sqlite(path)) => path.with_file_name("files"),
            (None, Address::Postgres(..)) => PathBuf::from("files"),
        };
        Setup {
            address,
            clock: options.clock.clone(),
            random: options.random.clone(),
            offset_seconds: options.offset_seconds,
            batch_weight: options.batch_weight.max(1),
            lock_wait: options.lock_wait,
            with_history: !options.without_history,
            with_log: !options.without_log,
            files,
        }
    }
}

pub(crate) struct Committer {
    setup: Setup,
    writer: Option<Writer>,
    /// The last time handed out, per place.
    last: HashMap<String, i64>,
    statistics: Statistics,
}

/// How many records the planner of PostgreSQL knows of, and how many there are since. A database that begins empty
/// grows faster than the server notices by itself, and a statement planned for an empty table reads all of it.
#[derive(Default)]
struct Statistics {
    known: u64,
    now: u64,
}

impl Statistics {
    fn are_stale(&self) -> bool {
        self.now >= 100 && self.now / 8 >= self.known
    }
}

/// The connection that writes, and the lock that makes it the only one.
struct Writer {
    conn: Conn,
    _lock: Option<std::fs::File>,
}

impl Committer {
    /// Connects, takes the lock and brings the schema up to date.
    pub(crate) fn open(setup: Setup) -> Result<Committer, StoreError> {
        let mut committer = Committer { setup, writer: None, last: HashMap::new(), statistics: Statistics::default() };
        committer.connect()?;
        Ok(committer)
    }

    /// The connection that writes.
    pub(crate) fn conn(&mut self) -> Result<&mut Conn, StoreError> {
        self.connect()?;
        self.writer.as_mut().map(|writer| &mut writer.conn).ok_or_else(|| StoreError::unavailable("not connected"))
    }

    /// Serves until it is told to stop, or everybody has gone.
    pub(crate) fn serve(mut self, queue: &Receiver<Item>) {
        while let Ok(first) = queue.recv() {
            let mut items = Vec::new();
            let mut weight = 0;
            let mut next = Some(first);
            let mut stop = false;
            while let Some(item) = next {
                weight += match &item {
                    Item::Job(waiting) => waiting.needs.weight(),
                    Item::Write(_) => 1,
                    Item::Stop => {
                        stop = true;
                        break;
                    }
                };
                items.push(item);
                next = if weight < self.setup.batch_weight { queue.try_recv().ok() } else { None };
            }
            self.commit(items);
            if stop {
                break;
            }
        }
    }

    fn commit(&mut self, mut items: Vec<Item>) {
        if items.is_empty() {
            return;
        }
        match self.attempt(&mut items) {
            Ok(results) => {
                items.into_iter().zip(results).for_each(|(item, result)| item.reply(result));
                self.keep_statistics();
            }
            Err(error) if items.len() == 1 || error.concerns_everyone() => {
                items.into_iter().for_each(|item| item.reply(Err(error.clone())));
            }
            Err(_) => self.commit_one_by_one(items),
        }
    }

    /// Between two transactions, when the last answer is given.
    fn keep_statistics(&mut self) {
        if let Some(writer) = self.writer.as_mut().filter(|_| self.statistics.are_stale()) {
            // Without them everything is slower and nothing is wrong; a lost connection shows itself at the next write.
            let _ = schema::refresh_statistics(&mut writer.conn);
            self.statistics.known = self.statistics.now;
        }
    }

    /// After a transaction failed for something that one of its jobs wrote.
    fn commit_one_by_one(&mut self, items: Vec<Item>) {
        let mut everyone: Option<StoreError> = None;
        for item in items {
            if let Some(error) = &everyone {
                item.reply(Err(error.clone()));
                continue;
            }
            let mut alone = vec![item];
            let result = self.attempt(&mut alone).and_then(|mut results| {
                results.pop().unwrap_or_else(|| Err(StoreError::corrupt("a transaction without a result")))
            });
            everyone = result.as_ref().err().filter(|error| error.concerns_everyone()).cloned();
            alone.into_iter().for_each(|item| item.reply(result.clone()));
        }
    }

    /// One transaction. On error nothing of it is stored, except that a lost connection leaves the fate of its
    /// commit unknown.
    fn attempt(&mut self, items: &mut [Item]) -> Result<Vec<Result<Option<Outcome>, StoreError>>, StoreError> {
        self.connect()?;
        let result = self.transaction(items);
        if result.is_err()
            && let Some(writer) = &mut self.writer
            && (writer.conn.script("ROLLBACK").is_err() && writer.conn.dialect() == Dialect::Postgres
                || writer.conn.is_lost())
        {
            self.disconnect();
        }
        result
    }

    fn transaction(&mut self, items: &mut [Item]) -> Result<Vec<Result<Option<Outcome>, StoreError>>, StoreError> {
        let Some(writer) = &mut self.writer else { return Err(StoreError::unavailable("not connected")) };
        let conn = &mut writer.conn;
        conn.begin(Purpose::Write)?;
        let mut results: Vec<Option<Result<Option<Outcome>, StoreError>>> = items.iter().map(|_| None).collect();

        let mut places: BTreeMap<String, Vec<(usize, &mut Waiting)>> = BTreeMap::new();
        for (index, item) in items.iter_mut().enumerate() {
            if let Item::Job(waiting) = item {
                places.entry(waiting.place.clone()).or_default().push((index, waiting));
            }
        }
        for (place, jobs) in places {
            let last = match self.last.get(&place) {
                Some(last) => *last,
                None => last_instant(conn, &place)?,
            };
            let mut times = Times::new(self.setup.clock.now_micros(), last, self.setup.offset_seconds);
            let decided = decide_and_write(conn, &place, jobs, &mut times, &self.setup)?;
            self.last.insert(place, times.last());
            for (index, result) in decided {
                if let Ok(Outcome::Done { versions, .. }) = &result {
                    self.statistics.now += *versions as u64;
                }
                if let Some(slot) = results.get_mut(index) {
                    *slot = Some(result.map(Some));
                }
            }
        }
        for (item, slot) in items.iter_mut().zip(&mut results) {
            if let Item::Write(write) = item {
                let mut tx = Tx::new(conn, &mut self.last, &self.setup);
                *slot = Some(in_savepoint(&mut tx, write.as_mut())?.map(|()| None));
            }
        }
        conn.script("COMMIT")?;
        Ok(results.into_iter().map(|slot| slot.unwrap_or(Err(StoreError::invalid("nothing to do")))).collect())
    }

    fn connect(&mut self) -> Result<(), StoreError> {
        if self.writer.as_ref().is_some_and(|writer| !writer.conn.is_lost()) {
            return Ok(());
        }
        self.disconnect();
        let mut writer = lock(&self.setup)?;
        schema::migrate(&mut writer.conn, self.setup.random.as_ref())?;
        let (known, now) = schema::statistics(&mut writer.conn)?;
        self.statistics = Statistics { known, now };
        self.writer = Some(writer);
        Ok(())
    }

    /// Another process may write until we are back: what was known of the last times no longer holds.
    fn disconnect(&mut self) {
        self.writer = None;
        self.last.clear();
    }
}

impl Item {
    fn reply(self, result: Result<Option<Outcome>, StoreError>) {
        // Who asked may have gone away; then nobody wants the answer.
        match self {
            Item::Job(waiting) => {
                let outcome = result.and_then(|outcome| {
                    outcome.ok_or_else(|| StoreError::invalid("a job that was answered like another write"))
                });
                let _ = waiting.reply.send(outcome);
            }
            Item::Write(write) => write.reply(result.map(|_| ())),
            Item::Stop => {}
        }
    }
}

type Decided = Vec<(usize, Result<Outcome, StoreError>)>;

fn decide_and_write(
    conn: &mut Conn,
    place: &str,
    jobs: Vec<(usize, &mut Waiting)>,
    times: &mut Times,
    setup: &Setup,
) -> Result<Decided, StoreError> {
    let mut overlay = Overlay::load(conn, place, jobs.iter().map(|(_, waiting)| &waiting.needs))?;
    let mut pending = Pending::new(times.offset_seconds());
    let mut results = Vec::with_capacity(jobs.len());
    let mut left = jobs.len();
    for (index, waiting) in jobs {
        left -= 1;
        results.push((
            index,
            match overlay.decide(waiting.job.as_mut(), times) {
                Err(error) => Err(error),
                Ok(Err(refused)) => Ok(Outcome::Refused(refused)),
                Ok(Ok(change)) => {
                    if left > 0 {
                        overlay.apply(&change);
                    }
                    let answer = change.answer.clone();
                    let versions = change.versions.len();
                    pending.add(change);
                    Ok(Outcome::Done { answer, versions })
                }
            },
        ));
    }
    drop(overlay);
    pending.flush(conn, place, times.last(), setup)?;
    Ok(results)
}

/// Everything that the jobs of one place decided, added up.
struct Pending {
    versions: Vec<VersionRow>,
    cells: Cells,
    levels: Levels,
    batches: Vec<BatchRow>,
    answers: Vec<(crate::Idempotency, String)>,
    tasks: BTreeMap<RecordId, TaskSet>,
    messages: Vec<MessageRow>,
    outbox: Vec<OutboxEntry>,
    receipts: Vec<ReceiptRow>,
    counters: BTreeMap<String, i64>,
    documents: Vec<DocumentNumberRow>,
}

impl Pending {
    fn new(offset_seconds: i32) -> Pending {
        Pending {
            versions: Vec::new(),
            cells: Cells::with_offset(offset_seconds),
            levels: Levels::default(),
            batches: Vec::new(),
            answers: Vec::new(),
            tasks: BTreeMap::new(),
            messages: Vec::new(),
            outbox: Vec::new(),
            receipts: Vec::new(),
            counters: BTreeMap::new(),
            documents: Vec::new(),
        }
    }

    fn add(&mut self, change: Change) {
        if self.versions.is_empty() {
            self.versions = change.versions;
        } else {
            self.versions.extend(change.versions);
        }
        self.cells.absorb(change.cells);
        change.levels_end.into_iter().for_each(|end| self.levels.end(end));
        change.levels_add.into_iter().for_each(|row| self.levels.add(row));
        self.batches.extend(change.batch);
        // Of several changes of one case in this transaction the last says what is owed.
        self.tasks.extend(change.tasks.into_iter().map(|set| (set.record, set)));
        self.messages.extend(change.messages);
        self.outbox.extend(change.outbox);
        self.receipts.extend(change.receipts);
        self.counters.extend(change.counters);
        self.documents.extend(change.documents);
        self.answers.extend(change.idempotency.map(|key| (key, change.answer)));
    }

    fn flush(&self, conn: &mut Conn, place: &str, at: i64, setup: &Setup) -> Result<(), StoreError> {
        add_versions(conn, place, &self.versions, setup.with_history)?;
        if setup.with_log {
            log::add_versions(conn, place, &self.versions)?;
        }
        if setup.with_history {
            self.cells.flush(conn, place)?;
        }
        self.levels.flush(conn, place)?;
        if !self.tasks.is_empty() {
            tasks::replace(conn, place, &self.tasks.values().collect::<Vec<_>>())?;
        }
        if !self.messages.is_empty() {
            messages::add(conn, place, &self.messages)?;
        }
        if !self.outbox.is_empty() {
            outbox::add_where_heard(conn, place, &self.outbox)?;
        }
        if !self.receipts.is_empty() {
            receipts::add(conn, place, &self.receipts)?;
        }
        if !self.counters.is_empty() {
            counters::store(conn, place, &self.counters)?;
        }
        documents::add(conn, place, &self.documents)?;
        for batch in &self.batches {
            batches::add(conn, place, batch, at)?;
        }
        let mut rows = Vec::with_capacity(self.answers.len() * 6);
        for (id, answer) in &self.answers {
            rows.extend([
                Value::Text(place),
                Value::Text(&id.actor),
                Value::Text(&id.key),
                Value::Bytes(&id.digest),
                Value::Text(answer),
                Value::Int(at),
            ]);
        }
        conn.insert("INSERT INTO idempotency (place, actor, key, digest, answer, recorded_at)", 6, "", &rows)
    }
}

/// The inner result is the write's own; the outer fails when the transaction itself can no longer be trusted.
fn in_savepoint(tx: &mut Tx<'_>, write: &mut dyn Write) -> Result<Result<(), StoreError>, StoreError> {
    tx.conn().script("SAVEPOINT one")?;
    // A mistake in one write must not end the thread that writes for everybody.
    let result = catch_unwind(AssertUnwindSafe(|| write.run(tx)))
        .unwrap_or_else(|_| Err(StoreError::invalid("a write panicked")));
    if result.is_err() {
        tx.conn().script("ROLLBACK TO SAVEPOINT one")?;
    }
    tx.conn().script("RELEASE SAVEPOINT one")?;
    Ok(result)
}

/// Opens the connection that writes, once no other process holds the lock.
fn lock(setup: &Setup) -> Result<Writer, StoreError> {
    let until = Instant::now() + setup.lock_wait;
    let held = || StoreError::busy("another process writes to this database");
    match &setup.address {
        Address::Sqlite(path) => {
            let mut name = path.clone().into_os_string();
            name.push(".lock");
            let file =
                std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(PathBuf::from(name))?;
            while file.try_lock().is_err() {
                wait_or(until, held)?;
            }
            Ok(Writer { conn: Conn::open(&setup.address, Purpose::Write)?, _lock: Some(file) })
        }
        Address::Postgres(..) => {
            let mut conn = Conn::open(&setup.address, Purpose::Write)?;
            let sql = "
                SELECT COUNT(*)
                FROM   (SELECT pg_try_advisory_lock(hashtext('zhiheng ' || current_schema())) AS taken) AS answer
                WHERE  taken";
            while conn.one(sql, &[], |row| row.int(0))? != Some(1) {
                wait_or(until, held)?;
            }
            Ok(Writer { conn, _lock: None })
        }
    }
}

fn wait_or(until: Instant, error: impl Fn() -> StoreError) -> Result<(), StoreError> {
    if Instant::now() >= until {
        return Err(error());
    }
    std::thread::sleep(Duration::from_millis(50));
    Ok(())
}
