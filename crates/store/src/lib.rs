//! All SQL of the product, over SQLite and PostgreSQL, one text for both.
//!
//! What a write promises, on both databases:
//! * **Whole.** A job is stored completely or not at all: its versions, the records and cells they change, reported
//!   values, the import, the remembered answer. The board moves in the commit that stores the record.
//! * **Durable.** [`Store::submit`] and [`Store::write`] return after the commit has reached the disk
//!   (`synchronous=FULL`; `synchronous_commit=on`). What failed was not stored, with one exception: when the connection
//!   to PostgreSQL is lost during the commit itself, its fate is unknown and the answer is
//!   [`StoreError::Unavailable`]; a retry with the same idempotency key finds out.
//! * **In order.** One writer per database. A job sees everything that was stored before it; knowledge times are
//!   strictly increasing per place and nobody can supply them.
//! * **Apart.** A reader sees one snapshot from its first read to its end.
//!
//! Calls block. From asynchronous code, call them on a thread that may block.

mod accounts;
mod backup;
mod batches;
mod commitments;
mod committer;
mod counters;
mod days;
mod db;
mod documents;
mod error;
mod files;
mod fsck;
#[cfg(test)]
mod golden;
mod job;
mod levels;
mod list;
mod log;
mod mail_choices;
mod messages;
mod outbox;
mod packs;
#[doc(hidden)]
pub mod peers;
mod phrases;
mod pool;
mod proofs;
mod receipts;
mod records;
mod rollup;
mod schema;
mod search;
mod settings;
mod tasks;
#[doc(hidden)]
pub mod testing;
mod tls;
mod tokens;

use std::collections::HashMap;
use std::io::Read;
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

pub use accounts::{AccountRow, InvitationRow, Purpose, SessionRow};
pub use backup::{Archive, TableCount};
pub use batches::BatchRow;
pub use committer::{Outcome, Times};
pub use days::{Grain, day_of, end_of_day, first_of_month, first_of_year, month_of, year_of};
pub use db::Dialect;
pub use documents::DocumentNumberRow;
pub use error::StoreError;
pub use files::{FileRow, digest_of_hex, hex};
pub use fsck::Fault;
pub use job::{Change, Idempotency, Job, Needs, Refused, Seen};
pub use levels::{LevelEnd, LevelRow};
pub use list::{Column, Count, Cursor, Filter, ListPage, ListQuery, Match, Scope, Sent};
pub use log::{HeadRow, LeafRow, Logged, OffLog, entry_of, sealed};
pub use mail_choices::MailChoiceRow;
pub use messages::{MessageRow, MessagesOf};
pub use outbox::{Attempt, LISTENS, OutboxEntry, OutboxRow, OutboxState};
pub use packs::PackRow;
pub use pool::Reader;
pub use proofs::{DelegationRow, GrantRow, ProofRow, SignInRow};
pub use receipts::ReceiptRow;
pub use records::{KindCount, Op, RecordId, RecordRow, VersionRow};
pub use rollup::{CellRow, Cells, DeltaRow, PeriodSum, Sum};
pub use schema::{IndexSpec, ViewSpec};
pub use search::{SearchFound, SearchQuery, SearchReach, SearchTerm, SegmentRows};
pub use settings::{OperationRow, OperationsWanted, RulingRow};
pub use tasks::{DueBetween, Sorts, TaskCursor, TaskRow, TaskSet, TasksOf};
pub use tokens::TokenRow;

use committer::{Committer, Item, Setup, Waiting, Write};
use db::{Address, Conn};
use files::Folder;

/// Where time comes from. Nothing in this crate reads a clock of its own.
pub trait Clock: Send + Sync {
    /// Microseconds since 1970-01-01 00:00 UTC.
    fn now_micros(&self) -> i64;
}

/// Where chance comes from: salts here; ids and tokens above.
pub trait Random: Send + Sync {
    /// Fills the bytes.
    fn fill(&self, bytes: &mut [u8]);
}

/// How a store is opened.
#[derive(Clone)]
pub struct Options {
    /// Where time comes from.
    pub clock: Arc<dyn Clock>,
    /// Where chance comes from.
    pub random: Arc<dyn Random>,
    /// What local time is ahead of UTC, in seconds; decides on which day something became known.
    pub offset_seconds: i32,
    /// The folder of files; without one it is `files` beside a SQLite database.
    pub files: Option<PathBuf>,
    /// How many readers may exist at a time.
    pub readers: usize,
    /// How long a reader is waited for.
    pub reader_wait: Duration,
    /// Open for reading only: takes no lock, migrates nothing, refuses every write.
    pub read_only: bool,
    /// How long to wait until another process lets go of the database.
    pub lock_wait: Duration,
    /// How many rows a list reads before it stops, where it has no index of its own.
    pub scan_rows: usize,
    /// How much one transaction takes: roughly the number of jobs and of the rows that they need.
    pub batch_weight: usize,
    /// How many writes may wait; more are refused as busy.
    pub queue: usize,
    /// For measurements only: keep neither versions nor cells, so that their cost can be told. Such a database is
    /// of no other use.
    #[doc(hidden)]
    pub without_history: bool,
    /// For measurements only: write no leaves, so that their cost can be told. An audit of such a database finds every version missing
    /// from the log.
    #[doc(hidden)]
    pub without_log: bool,
}

impl Options {
    /// The defaults, for a place in China.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Options {
        Options {
            clock,
            random,
            offset_seconds: 8 * 3600,
            files: None,
            readers: 8,
            reader_wait: Duration::from_secs(5),
            read_only: false,
            lock_wait: Duration::from_secs(2),
            scan_rows: 5_000,
            batch_weight: 1024,
            queue: 4096,
            without_history: false,
            without_log: false,
        }
    }
}

/// An open database. Shared by reference between any number of threads; closes when it is dropped, after finishing
/// the writes that wait.
pub struct Store {
    dialect: Dialect,
    pool: pool::Pool,
    folder: Folder,
    declared: list::Declared,
    offset_seconds: i32,
    scan_rows: usize,
    writer: Option<WriterThread>,
}

struct WriterThread {
    queue: SyncSender<Item>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Store {
    /// Opens `sqlite:PATH` or `postgres://…`. A SQLite database that does not exist is created, in a folder that does;
    /// an older schema is migrated.
    ///
    /// [`StoreError::Busy`] when another process writes to the database, [`StoreError::TooNew`] when a newer release
    /// wrote it, [`StoreError::Unavailable`] when it cannot be reached.
    pub fn open(url: &str, options: Options) -> Result<Store, StoreError> {
        let address = Address::parse(url)?;
        let setup = Setup::of(address.clone(), &options);
        let files = setup.files.clone();
        let writer = if options.read_only {
            schema::check(&mut Conn::open(&address, db::Purpose::Read)?)?;
            None
        } else {
            let committer = Committer::open(setup)?;
            let (queue, waiting) = sync_channel(options.queue.max(1));
            let thread =
                std::thread::Builder::new().name("committer".to_owned()).spawn(move || committer.serve(&waiting))?;
            Some(WriterThread { queue, thread: Mutex::new(Some(thread)) })
        };
        Ok(Store {
            dialect: address.dialect(),
            pool: pool::Pool::new(address, options.readers, options.reader_wait),
            folder: Folder::new(files),
            declared: list::Declared::default(),
            offset_seconds: options.offset_seconds,
            scan_rows: options.scan_rows.max(1),
            writer,
        })
    }

    /// Which database this is.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether it was opened only to read.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        self.writer.is_none()
    }

    /// What local time is ahead of UTC, in seconds.
    #[must_use]
    pub fn offset_seconds(&self) -> i32 {
        self.offset_seconds
    }

    /// Hands a job to the committer and waits until it is durable or refused. Safe to call from many threads: what
    /// arrives during one commit shares the next.
    ///
    /// [`StoreError::Conflict`] when the job contradicts what is stored, [`StoreError::Busy`] when too many writes wait.
    pub fn submit(&self, place: &str, job: Box<dyn Job>) -> Result<Outcome, StoreError> {
        let (reply, answer) = sync_channel(1);
        let needs = job.needs();
        self.send(Item::Job(Box::new(Waiting { place: place.to_owned(), needs, job, reply })))?;
        answer.recv().map_err(|_| StoreError::unavailable("the writer has ended"))?
    }

    /// Runs a small write in the committer's transaction and waits until it is durable. When it fails, nothing of it
    /// is stored, and nothing else is disturbed. It may be run again when the transaction has to be repeated.
    pub fn write<T: Send + 'static>(
        &self,
        write: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = sync_channel(1);
        self.send(Item::Write(Box::new(Closure { write, result: None, reply })))?;
        answer.recv().map_err(|_| StoreError::unavailable("the writer has ended"))?
    }

    /// A snapshot to read from; waits when all readers are in use.
    pub fn read(&self) -> Result<Reader<'_>, StoreError> {
        Reader::begin(&self.pool, &self.declared, self.offset_seconds, self.scan_rows)
    }

    /// Creates the declared indexes that are missing and drops those that are no longer declared. Answers how many
    /// were created and dropped.
    pub fn ensure_indexes(&self, specs: &[IndexSpec]) -> Result<(usize, usize), StoreError> {
        let owned = specs.to_vec();
        let done = self.write(move |tx| tx.ensure_indexes(&owned))?;
        self.declare_indexes(specs);
        Ok(done)
    }

    /// Lets lists use indexes that exist already; for a store that is open for reading only.
    pub fn declare_indexes(&self, specs: &[IndexSpec]) {
        self.declared.set(specs.to_vec());
    }

    /// Replaces the views of kinds: `kind_…` with a column of text for every declared field.
    pub fn ensure_views(&self, specs: &[ViewSpec]) -> Result<(), StoreError> {
        let owned = specs.to_vec();
        self.write(move |tx| tx.ensure_views(&owned))
    }

    /// Stores the bytes of a file, flushed to the disk. Answers their SHA-256 and size; refuses more than `limit`
    /// bytes. The file belongs to a place only after [`Tx::name_file`].
    pub fn put_file(&self, from: impl Read, limit: u64) -> Result<([u8; 32], u64), StoreError> {
        if self.writer.is_none() {
            return Err(StoreError::ReadOnly);
        }
        self.folder.put(from, limit)
    }

    /// The bytes of a file, checked against their digest; `None` when they are not there.
    pub fn file_bytes(&self, digest: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        self.folder.get(digest)
    }

    fn send(&self, item: Item) -> Result<(), StoreError> {
        let Some(writer) = &self.writer else { return Err(StoreError::ReadOnly) };
        writer.queue.try_send(item).map_err(|error| match error {
            TrySendError::Full(_) => StoreError::busy("too many writes are waiting"),
            TrySendError::Disconnected(_) => StoreError::unavailable("the writer has ended"),
        })
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        if let Some(writer) = &self.writer {
            // A full queue still ends: the committer stops when this last sender is gone.
            let _ = writer.queue.send(Item::Stop);
            let thread = writer.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(thread) = thread {
                let _ = thread.join();
            }
        }
    }
}

/// The transaction of [`Store::write`].
pub struct Tx<'a> {
    conn: &'a mut Conn,
    last: &'a mut HashMap<String, i64>,
    setup: &'a Setup,
}

impl<'a> Tx<'a> {
    fn new(conn: &'a mut Conn, last: &'a mut HashMap<String, i64>, setup: &'a Setup) -> Tx<'a> {
        Tx { conn, last, setup }
    }

    fn conn(&mut self) -> &mut Conn {
        self.conn
    }

    fn folder(&self) -> Folder {
        Folder::new(self.setup.files.clone())
    }

    /// What the clock says, µs of UTC.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.setup.clock.now_micros()
    }

    fn offset_seconds(&self) -> i32 {
        self.setup.offset_seconds
    }

    fn random(&self) -> &dyn Random {
        self.setup.random.as_ref()
    }

    /// The next knowledge time of a place, µs of UTC: later than every one before.
    pub fn next_time(&mut self, place: &str) -> Result<i64, StoreError> {
        let last = match self.last.get(place) {
            Some(last) => *last,
            None => records::last_instant(self.conn, place)?,
        };
        let at = Times::new(self.now(), last, self.offset_seconds()).next();
        self.last.insert(place.to_owned(), at);
        Ok(at)
    }
}

/// A closure on its way through the committer.
struct Closure<T, F> {
    write: F,
    result: Option<T>,
    reply: SyncSender<Result<T, StoreError>>,
}

impl<T: Send, F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send> Write for Closure<T, F> {
    fn run(&mut self, tx: &mut Tx<'_>) -> Result<(), StoreError> {
        self.result = Some((self.write)(tx)?);
        Ok(())
    }

    fn reply(self: Box<Self>, result: Result<(), StoreError>) {
        let Closure { result: done, reply, .. } = *self;
        let result = result.and_then(|()| done.ok_or_else(|| StoreError::corrupt("a write without a result")));
        // Who asked may have gone away; then nobody wants the answer.
        let _ = reply.send(result);
    }
}
