//! 透明日志 (the transparency log): what was written as leaves becomes tiles and signed heads, and whoever wants to check reads them.
//!
//! - Leaves are the truth and are written with the things themselves ([`zhiheng_store::Logged`]). Tiles and heads are made of them and can be
//!   lost; [`App::cut_head`] makes what is missing, whether little or all of it, in one and the same way.
//! - A head is signed only when it extends the last one, which the guard remembers outside the database: a restored older copy cannot
//!   begin a second history.
//! - The public head is cut at most every so many minutes ([`PUBLIC_MINUTES`]), so that it does not tell how much is filed by the hour.
//!   Heads in between serve receipts and are not shown.

mod fault;
mod receipt;
mod signer;
mod tiles;
mod witness;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use zhiheng_store::{HeadRow, Reader, StoreError};
use zhiheng_tlog::checkpoint::Checkpoint;
use zhiheng_tlog::guard::{IssueError, Last, Memory, issue};
use zhiheng_tlog::log::{Edge, LogError, integrate};
use zhiheng_tlog::tree::{Tiles, TreeError};
use zhiheng_tlog::{Hash, Tile, Tree};

use crate::{App, Error};
pub use fault::LogFault;
pub use receipt::{Entered, Shown, Verified, verify_receipt};
pub use signer::Signing;
use signer::{Files, HeadFile, SoftwareKeys};
use tiles::{Stored, signed, unsigned};
pub use witness::{Asked, Witness};

/// The setting: minutes between two public heads.
pub const PUBLIC_MINUTES: &str = "log_public_minutes";
/// Four heads a day: nobody reads from them at which hour how much was filed, and what was filed in the morning can be checked in the
/// evening.
pub const PUBLIC_MINUTES_PRESET: i64 = 360;
/// The setting that tells of logs that came to an end here.
const BEFORE: &str = "log_before";
/// Leaves that are read at a time.
const PAGE: u64 = 4096;

/// A signed head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogHead {
    /// How many leaves it covers.
    pub size: u64,
    /// Root of the tree of that size.
    pub root: [u8; 32],
    /// The checkpoint: a signed note with the lines of our keys and of witnesses.
    pub checkpoint: String,
    /// When it was signed, µs of UTC.
    pub signed_at: i64,
    /// Whether the public sees it.
    pub published: bool,
}

impl From<HeadRow> for LogHead {
    fn from(row: HeadRow) -> LogHead {
        LogHead {
            size: unsigned(row.size),
            root: row.root,
            checkpoint: row.note,
            signed_at: row.signed_at,
            published: row.published,
        }
    }
}

/// How others recognise the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogKeys {
    /// Its name.
    pub origin: String,
    /// The public keys as text, Ed25519 first, then SM2.
    pub public: Vec<String>,
    /// The SM2 key as a point, for programs of the national algorithms.
    pub sm2_point: String,
}

/// A log that came to an end here, and why.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct EndedLog {
    /// Its last head that was signed, as far as it is known: the text of the checkpoint.
    pub last: Option<String>,
    /// Its public keys, as far as they are known.
    pub public: Vec<String>,
    /// Why it ended.
    pub reason: String,
    /// When, µs of UTC.
    pub at: i64,
}

/// The signer of one county, opened when it is first needed.
pub(crate) struct Keeper {
    folder: PathBuf,
    /// Also the lock under which heads are cut: one at a time.
    keys: Mutex<Option<Arc<SoftwareKeys>>>,
}

impl Keeper {
    pub(crate) fn new(folder: PathBuf) -> Keeper {
        Keeper { folder, keys: Mutex::new(None) }
    }

    /// Another place's, in the same folder.
    pub(crate) fn beside(&self) -> Keeper {
        Keeper::new(self.folder.clone())
    }
}

/// The folder of the signer, where nobody names one: beside a SQLite database and named after it; of a PostgreSQL database in the folder
/// in which the program runs. Never inside what a backup of the database brings back.
pub(crate) fn folder_of(url: &str) -> PathBuf {
    match url.strip_prefix("sqlite:") {
        Some(path) => {
            let mut name = Path::new(path).file_name().unwrap_or_default().to_owned();
            name.push("-signer");
            Path::new(path).with_file_name(name)
        }
        None => {
            let database = url.split(['?', '#']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
            let safe: String = database.chars().filter(|c| c.is_ascii_alphanumeric() || "_-".contains(*c)).collect();
            PathBuf::from(format!("{safe}-signer"))
        }
    }
}

impl App {
    /// Keeps keys and memory of the signer in this folder.
    #[must_use]
    pub fn with_signer_in(mut self, folder: PathBuf) -> App {
        self.log = Arc::new(Keeper::new(folder));
        self
    }

    /// The newest head that the public sees: what publications stand on.
    pub fn log_head(&self) -> Result<Option<LogHead>, Error> {
        Ok(self.store.read()?.log_head(&self.pack.place, i64::MAX, true)?.map(LogHead::from))
    }

    /// How many leaves there are, signed or not.
    pub fn log_size(&self) -> Result<u64, Error> {
        Ok(unsigned(self.store.read()?.log_size(&self.pack.place)?))
    }

    /// The keys of the log; none before its first head.
    pub fn log_keys(&self) -> Result<Option<LogKeys>, Error> {
        let keys = Files::of(&self.log.folder, &self.pack.place).keys().map_err(Error::Log)?;
        Ok(keys.map(|keys| LogKeys {
            origin: keys.origin().to_owned(),
            public: keys.public(),
            sm2_point: keys.sm2_point(),
        }))
    }

    /// What the guard remembers: the size and root of the last head that was signed. None: nothing was signed, or it is not here.
    pub(crate) fn remembered_head(&self) -> Result<Option<(i64, [u8; 32])>, Error> {
        let files = Files::of(&self.log.folder, &self.pack.place);
        match files.memory().last() {
            Ok(Last::Signed(head)) => Ok(Some((signed(head.size()), *head.root().as_bytes()))),
            Ok(Last::Nothing) | Err(signer::MemoryFault(LogFault::MemoryLost(_))) => Ok(None),
            Err(fault) => Err(Error::Log(fault.0)),
        }
    }

    /// Logs that came to an end here.
    pub fn ended_logs(&self) -> Result<Vec<EndedLog>, Error> {
        let text = self.setting(BEFORE)?.unwrap_or_default();
        Ok(if text.is_empty() { Vec::new() } else { serde_json::from_str(&text).unwrap_or_default() })
    }

    /// Minutes between two public heads.
    pub fn log_public_minutes(&self) -> Result<i64, Error> {
        let wanted = self.setting(PUBLIC_MINUTES)?.and_then(|text| text.parse().ok());
        Ok(wanted.filter(|minutes| *minutes >= 0).unwrap_or(PUBLIC_MINUTES_PRESET))
    }

    /// Cuts a public head when it is time for one. Answers it when one was cut.
    pub fn tend_log(&self) -> Result<Option<LogHead>, Error> {
        let last = self.log_head()?;
        let due = match &last {
            None => true,
            Some(last) => {
                let since = self.now().saturating_sub(last.signed_at);
                since >= self.log_public_minutes()?.saturating_mul(60_000_000) && last.size < self.log_size()?
            }
        };
        if !due || self.log_size()? == 0 {
            return Ok(None);
        }
        self.cut_head(true).map(Some)
    }

    /// Whether this database may be continued: its leaves are those that were signed, and what follows. Asked before the county is served, so that
    /// nobody files into a copy whose log can never be signed.
    pub fn open_log(&self) -> Result<(), Error> {
        if self.log_size()? > 0 {
            self.cut_head(false)?;
        }
        Ok(())
    }

    /// Makes the tiles that are missing and signs the head over all leaves. A head that the public was shown stays so.
    ///
    /// [`LogFault::Refused`]: this database is not the continuation of what was signed.
    pub fn cut_head(&self, publish: bool) -> Result<LogHead, Error> {
        if self.is_read_only() {
            return Err(Error::ReadOnly("数据库是以只读方式打开的".to_owned()));
        }
        let mut held = self.log.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let files = Files::of(&self.log.folder, &self.pack.place);
        let mut reader = self.store.read()?;
        let keys = match &*held {
            Some(keys) if files.exist() => Arc::clone(keys),
            _ => Arc::new(self.keys_of(&files, &mut reader)?),
        };
        *held = Some(Arc::clone(&keys));
        let place = self.pack.place.as_str();
        let known = reader.log_head(place, i64::MAX, false)?;
        let size = unsigned(reader.log_size(place)?);
        let (edge, made, proof) = grown(&mut reader, place, known.as_ref(), size, &files.memory())?;
        drop(reader);
        let head = Checkpoint::new(keys.origin(), size, edge.root()).ok_or_else(|| damaged("检查点写不出来"))?;
        let note = issue(&mut files.memory(), &head, &proof, &keys.signers()).map_err(of_issuing)?;
        // The same head signed once more keeps the cosignatures that it has.
        let note = match known.as_ref().filter(|known| known.size == signed(size)) {
            Some(known) => known.note.clone(),
            None => note.to_string(),
        };
        let row = HeadRow {
            size: signed(size),
            root: *edge.root().as_bytes(),
            note,
            signed_at: self.now(),
            published: publish || known.is_some_and(|known| known.published && known.size == signed(size)),
        };
        let (place, stored) = (place.to_owned(), row.clone());
        self.store.write(move |tx| {
            for ((level, number), hashes) in &made {
                tx.set_tile(&place, *level, signed(*number), hashes)?;
            }
            tx.set_head(&place, &stored)?;
            if publish {
                tx.forget_heads(&place, stored.size)?;
            }
            Ok(())
        })?;
        Ok(row.into())
    }

    /// The keys; new ones where nothing was ever signed.
    fn keys_of(&self, files: &Files, reader: &mut Reader<'_>) -> Result<SoftwareKeys, Error> {
        match files.keys().map_err(Error::Log)? {
            Some(keys) => Ok(keys),
            None if reader.log_head(&self.pack.place, i64::MAX, false)?.is_some() => {
                Err(Error::Log(LogFault::MemoryLost(files.folder())))
            }
            None => files.make(self.random.as_ref()).map_err(Error::Log),
        }
    }

    /// Forgets every tile and makes them again from the leaves.
    pub fn rebuild_log(&self) -> Result<LogHead, Error> {
        let place = self.pack.place.clone();
        self.store.write(move |tx| tx.forget_tiles(&place))?;
        let published = self.log_head()?.is_none();
        self.cut_head(published)
    }

    /// Begins another log where this one cannot be continued: after a loss that no backup covers. The new one has a name and keys of its
    /// own, holds everything that is left, and says publicly which log came to an end, at which head, and why.
    pub fn restart_log(&self, by: &str, reason: &str) -> Result<LogHead, Error> {
        if reason.trim().is_empty() {
            return Err(Error::WrongState("请写明另开日志的原因，它会公开".to_owned()));
        }
        match self.cut_head(false) {
            Err(Error::Log(LogFault::Refused(_) | LogFault::MemoryLost(_) | LogFault::Key(_))) => {}
            Err(other) => return Err(other),
            Ok(_) => return Err(Error::Log(LogFault::NothingToRestart("现有的日志可以接着写".to_owned()))),
        }
        let mut held = self.log.keys.lock().unwrap_or_else(PoisonError::into_inner);
        let files = Files::of(&self.log.folder, &self.pack.place);
        let public = files.keys().ok().flatten().map(|keys| keys.public()).unwrap_or_default();
        let remembered = match files.memory().last() {
            Ok(Last::Signed(checkpoint)) => Some(checkpoint.to_string()),
            _ => None,
        };
        let known = self.store.read()?.log_head(&self.pack.place, i64::MAX, false)?.map(|head| head.note);
        let last = remembered.or(known);
        let mut ended = self.ended_logs()?;
        ended.push(EndedLog { last, public, reason: reason.trim().to_owned(), at: self.now() });
        let text = serde_json::to_string(&ended).map_err(|error| Error::Internal(error.to_string()))?;
        files.put_away().map_err(Error::Log)?;
        let (place, by, reason) = (self.pack.place.clone(), by.to_owned(), reason.trim().to_owned());
        self.store.write(move |tx| {
            tx.forget_tiles(&place)?;
            tx.forget_log(&place)?;
            tx.set_setting(&place, BEFORE, &text)?;
            tx.log_operation(&place, &by, "另开透明日志", "", &reason)
        })?;
        *held = None;
        drop(held);
        self.cut_head(true)
    }

    /// A resource of the log by its path (`tile/0/000.p/7`, `tile/entries/000`), as far as the public head goes.
    pub fn log_resource(&self, path: &str) -> Result<Option<Vec<u8>>, Error> {
        let Some(tile) = Tile::from_path(path) else { return Ok(None) };
        let mut reader = self.store.read()?;
        let place = self.pack.place.as_str();
        let Some(head) = reader.log_head(place, i64::MAX, true)? else { return Ok(None) };
        // What no signed head covers yet may not be seen, and a width that the public tree has outgrown stays readable.
        match Tile::at(tile.content(), tile.index(), unsigned(head.size)) {
            Some(whole) if tile.width() <= whole.width() => Ok(Stored::new(&mut reader, place).read(tile)?),
            _ => Ok(None),
        }
    }
}

/// Tiles that are not stored yet: level and number, hashes.
type Made = BTreeMap<(u8, u64), Vec<u8>>;

/// The tree over the first `size` leaves: its edge, the tiles that are not stored yet, and the proof that it extends what the guard
/// remembers.
fn grown(
    reader: &mut Reader<'_>,
    place: &str,
    known: Option<&HeadRow>,
    size: u64,
    memory: &HeadFile,
) -> Result<(Edge, Made, Vec<Hash>), Error> {
    let from = known.map_or(0, |known| unsigned(known.size)).min(size);
    let last = memory.last().map_err(|fault| Error::Log(fault.0))?;
    let mut view = Stored::new(reader, place);
    let edge = match extended(&mut view, from, size) {
        // Tiles are lost, or are not those of the leaves: all of them are made again.
        Err(LogError::Tree(TreeError::Missing(_) | TreeError::Content(..)) | LogError::Disagrees(_)) if from > 0 => {
            extended(&mut view, 0, size)
        }
        other => other,
    }
    .map_err(of_growing)?;
    let proof = match &last {
        Last::Signed(last) if last.size() > 0 && last.size() < size => Tree::new(&view, size)
            .and_then(|tree| tree.consistency(last.size()))
            .map_err(|error| of_growing(LogError::Tree(error)))?,
        _ => Vec::new(),
    };
    Ok((edge, view.into_made(), proof))
}

/// Page by page: the tiles of a page are the ground of the next.
fn extended(view: &mut Stored<'_, '_>, from: u64, size: u64) -> Result<Edge, LogError<StoreError>> {
    let mut at = from;
    loop {
        let page = (size - at).min(PAGE);
        let entries = view.entries(at, page).map_err(LogError::Storage)?;
        let edge = integrate(view, at, &entries)?;
        at += page;
        if at >= size {
            return Ok(edge);
        }
    }
}

fn of_growing(error: LogError<StoreError>) -> Error {
    match error {
        LogError::Storage(error) | LogError::Tree(TreeError::Storage(error)) => error.into(),
        other => damaged(&other.to_string()),
    }
}

fn of_issuing(error: IssueError<signer::MemoryFault>) -> Error {
    match error {
        IssueError::Refused(refusal) => Error::Log(LogFault::Refused(refusal)),
        IssueError::Overtaken => Error::Busy,
        IssueError::Memory(fault) => Error::Log(fault.0),
        IssueError::Note(error) => Error::Log(LogFault::Key(error.to_string())),
    }
}

fn damaged(what: &str) -> Error {
    Error::Log(LogFault::Damaged(what.to_owned()))
}

/// Whether a note is this head's, signed by these keys.
pub(crate) fn is_signed(note: &str, keys: &LogKeys, size: u64, root: &[u8; 32]) -> bool {
    receipt::opened(note, &keys.public, &keys.origin)
        .is_ok_and(|head| head.size() == size && head.root().as_bytes() == root)
}
