//! 暂存: what waits in memory between two requests of one person: a message, a one-time link, an uploaded file.
//!
//! Bounded in size and in time. Losing it costs a second upload, never data.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use zhiheng_app::ImportOptions;

use crate::components::flash::Flash;
use crate::pages::{ImportCount, Moved};

/// All uploads together.
const UPLOAD_BYTES: usize = 256 * 1024 * 1024;
/// µs that an upload waits for its confirmation.
const UPLOAD_LIFE: i64 = 30 * 60 * 1_000_000;
/// Messages that wait at a time.
const MESSAGES: usize = 4096;

/// A file between its upload and its confirmation.
#[derive(Clone)]
pub(crate) struct Upload {
    pub(crate) kind: String,
    pub(crate) file_name: String,
    pub(crate) bytes: Bytes,
    /// What the user said about it so far.
    pub(crate) options: ImportOptions,
    /// What became of it.
    pub(crate) result: Option<Arc<Taken>>,
    at: i64,
}

impl Upload {
    pub(crate) fn new(kind: String, file_name: String, bytes: Bytes) -> Upload {
        Upload { kind, file_name, bytes, options: ImportOptions::default(), result: None, at: 0 }
    }
}

/// What became of an import, for its page.
#[derive(Debug, Clone, Default)]
pub(crate) struct Taken {
    pub(crate) title: String,
    pub(crate) counts: Vec<ImportCount>,
    pub(crate) moved: Vec<Moved>,
    pub(crate) remarks: Vec<String>,
    pub(crate) bad: bool,
}

/// A message and a link that are shown once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Once {
    pub(crate) flash: Option<Flash>,
    /// For whom, and the link.
    pub(crate) link: Option<(String, String)>,
}

/// Everything that waits.
#[derive(Default)]
pub(crate) struct Held {
    once: Mutex<HashMap<String, Once>>,
    uploads: Mutex<HashMap<(String, String), Upload>>,
}

fn open<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Held {
    /// Leaves a message for the next page of a session.
    pub(crate) fn leave(&self, session: &str, once: Once) {
        let mut waiting = open(&self.once);
        if waiting.len() >= MESSAGES {
            waiting.clear();
        }
        waiting.insert(session.to_owned(), once);
    }

    /// Takes the message of a session.
    pub(crate) fn take_flash(&self, session: &str) -> Option<Flash> {
        open(&self.once).get_mut(session).and_then(|once| once.flash.take())
    }

    /// Takes the one-time link of a session.
    pub(crate) fn take_link(&self, session: &str) -> Option<(String, String)> {
        open(&self.once).get_mut(session).and_then(|once| once.link.take())
    }

    /// Keeps a file. The oldest go when there is no room.
    pub(crate) fn keep(&self, session: &str, digest: &str, mut upload: Upload, now: i64) {
        let mut uploads = open(&self.uploads);
        uploads.retain(|_, one| now - one.at < UPLOAD_LIFE);
        upload.at = now;
        uploads.insert((session.to_owned(), digest.to_owned()), upload);
        while uploads.values().map(|one| one.bytes.len()).sum::<usize>() > UPLOAD_BYTES {
            let oldest = uploads.iter().min_by_key(|(_, one)| one.at).map(|(key, _)| key.clone());
            match oldest {
                Some(key) => uploads.remove(&key),
                None => break,
            };
        }
    }

    /// A kept file of this session.
    pub(crate) fn upload(&self, session: &str, digest: &str, now: i64) -> Option<Upload> {
        let uploads = open(&self.uploads);
        uploads.get(&(session.to_owned(), digest.to_owned())).filter(|one| now - one.at < UPLOAD_LIFE).cloned()
    }

    /// Lets a file go.
    pub(crate) fn drop_upload(&self, session: &str, digest: &str) {
        open(&self.uploads).remove(&(session.to_owned(), digest.to_owned()));
    }

    /// Lets everything of a session go.
    pub(crate) fn forget(&self, session: &str) {
        open(&self.once).remove(session);
        open(&self.uploads).retain(|(of, _), _| of != session);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upload(size: usize) -> Upload {
        Upload::new("food_sample".into(), "a.xlsx".into(), Bytes::from(vec![0; size]))
    }

    #[test]
    fn an_upload_belongs_to_its_session_and_ends() {
        let held = Held::default();
        held.keep("s", "d", upload(3), 0);
        assert!(held.upload("s", "d", 1).is_some());
        assert!(held.upload("t", "d", 1).is_none());
        assert!(held.upload("s", "d", UPLOAD_LIFE).is_none());
        held.forget("s");
        assert!(held.upload("s", "d", 1).is_none());
    }

    #[test]
    fn the_oldest_goes_when_there_is_no_room() {
        let held = Held::default();
        held.keep("s", "1", upload(UPLOAD_BYTES / 2), 1);
        held.keep("s", "2", upload(UPLOAD_BYTES / 2), 2);
        held.keep("s", "3", upload(1), 3);
        assert!(held.upload("s", "1", 4).is_none() && held.upload("s", "2", 4).is_some());
    }

    #[test]
    fn a_message_is_shown_once() {
        let held = Held::default();
        held.leave("s", Once { flash: Some(Flash::default()), link: None });
        assert!(held.take_flash("s").is_some());
        assert!(held.take_flash("s").is_none());
    }
}
