//! Files: evidence, photos, reports. The bytes lie in a folder under the SHA-256 of their content, the row names them.
//! A file appears in the folder complete and flushed, or not at all; it is checked every time it is read.

use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use crate::db::{Row, Value};
use crate::pool::Reader;
use crate::{StoreError, Tx};

/// A stored file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// SHA-256 of the content.
    pub digest: [u8; 32],
    /// Bytes.
    pub size: i64,
    /// The media type, as it was recognised.
    pub media_type: String,
    /// The name under which it came first.
    pub name: String,
    /// µs of UTC; assigned by the store.
    pub recorded_at: i64,
    /// Who brought it.
    pub actor: String,
}

/// The folder.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    root: PathBuf,
}

impl Folder {
    pub(crate) fn new(root: PathBuf) -> Folder {
        Folder { root }
    }

    fn path(&self, digest: &[u8; 32]) -> PathBuf {
        let hex = hex(digest);
        let (first, rest) = hex.split_at(2);
        self.root.join(first).join(rest)
    }

    /// Copies a file in. Answers its digest and size in bytes; refuses it when it is larger than `limit`.
    pub(crate) fn put(&self, mut from: impl Read, limit: u64) -> Result<([u8; 32], u64), StoreError> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        fs::create_dir_all(&self.root)?;
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let temporary = self.root.join(format!(".{}-{number}.part", std::process::id()));
        let stored = self.put_as(&temporary, &mut from, limit);
        if stored.is_err() {
            // It may not even exist.
            let _ = fs::remove_file(&temporary);
        }
        stored
    }

    fn put_as(&self, temporary: &Path, from: &mut dyn Read, limit: u64) -> Result<([u8; 32], u64), StoreError> {
        let mut file = File::create(temporary)?;
        let mut digest = Sha256::new();
        let mut size: u64 = 0;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = from.read(&mut buffer)?;
            let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
            size += bytes.len() as u64;
            if size > limit {
                return Err(StoreError::invalid(format!("the file is larger than {limit} bytes")));
            }
            digest.update(bytes);
            file.write_all(bytes)?;
        }
        file.sync_all()?;
        let digest: [u8; 32] = digest.finalize().into();
        let path = self.path(&digest);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
            fs::rename(temporary, &path)?;
            // The name itself must survive a power failure.
            File::open(parent)?.sync_all()?;
            File::open(&self.root)?.sync_all()?;
        }
        Ok((digest, size))
    }

    /// The content, checked against its digest.
    pub(crate) fn get(&self, digest: &[u8; 32]) -> Result<Option<Vec<u8>>, StoreError> {
        let mut file = match File::open(self.path(digest)) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let found: [u8; 32] = Sha256::digest(&bytes).into();
        if found != *digest {
            return Err(StoreError::corrupt(format!("file {} has other content", hex(digest))));
        }
        Ok(Some(bytes))
    }

    /// Whether a file of this name lies there, unread.
    pub(crate) fn has(&self, digest: &[u8; 32]) -> bool {
        self.path(digest).is_file()
    }

    pub(crate) fn remove(&self, digest: &[u8; 32]) {
        // Cleaning up after a failure that is reported anyway.
        let _ = fs::remove_file(self.path(digest));
    }
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The digest that [`hex`] wrote.
#[must_use]
pub fn digest_of_hex(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(digest)
}

const COLUMNS: &str = "digest, size, media_type, name, recorded_at, actor";

fn read(row: Row<'_>) -> Result<FileRow, StoreError> {
    Ok(FileRow {
        digest: row.array(0)?,
        size: row.int(1)?,
        media_type: row.text(2)?,
        name: row.text(3)?,
        recorded_at: row.int(4)?,
        actor: row.text(5)?,
    })
}

impl Tx<'_> {
    /// Names a file whose bytes were stored by [`crate::Store::put_file`]; a file that is named already keeps its
    /// first name. Answers the row that holds.
    pub fn name_file(&mut self, place: &str, file: &FileRow) -> Result<FileRow, StoreError> {
        if !self.folder().has(&file.digest) {
            return Err(StoreError::invalid("the bytes of the file must be stored first"));
        }
        let at = self.next_time(place)?;
        let values = [
            Value::Text(place),
            Value::Bytes(&file.digest),
            Value::Int(file.size),
            Value::Text(&file.media_type),
            Value::Text(&file.name),
            Value::Int(at),
            Value::Text(&file.actor),
        ];
        let head = "INSERT INTO file (place, digest, size, media_type, name, recorded_at, actor)";
        self.conn().insert(head, 7, "ON CONFLICT (place, digest) DO NOTHING", &values)?;
        let sql = format!("SELECT {COLUMNS} FROM file WHERE place = $1 AND digest = $2");
        let stored = self.conn().one(&sql, &[Value::Text(place), Value::Bytes(&file.digest)], read)?;
        stored.ok_or_else(|| StoreError::corrupt("a file that was just named is missing"))
    }
}

impl Reader<'_> {
    /// The row of a file of this place.
    pub fn file(&mut self, place: &str, digest: &[u8; 32]) -> Result<Option<FileRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM file WHERE place = $1 AND digest = $2");
        self.conn()?.one(&sql, &[Value::Text(place), Value::Bytes(digest)], read)
    }

    /// Every file of a place, by digest.
    pub fn files(&mut self, place: &str) -> Result<Vec<FileRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM file WHERE place = $1 ORDER BY digest");
        self.conn()?.many(&sql, &[Value::Text(place)], read)
    }
}
