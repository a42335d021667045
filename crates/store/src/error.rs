//! What can go wrong, named for the outcome and not for the driver. That something does not exist is no
//! error: such functions answer `Option`.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Why a read or a write was not done. Unless a variant says otherwise, nothing of the write was stored.
#[derive(Clone, Debug)]
pub enum StoreError {
    /// The write contradicts what is stored: a second version of the same number, a second record with one
    /// business key, a record that changed since it was read.
    Conflict {
        /// The constraint or the rule, as far as it is known.
        what: String,
    },
    /// Another process or too many requests hold what is needed; trying again later can succeed.
    Busy {
        /// What is held, and by whom as far as it is known.
        what: String,
    },
    /// The store was opened for reading, or the medium has become read-only.
    ReadOnly,
    /// The disk or the quota is full. Reads go on; writes succeed again as soon as there is room.
    DiskFull,
    /// The database cannot be reached. If it was lost while a commit was under way, that commit may or may not
    /// have been stored; retrying with the same idempotency key tells which.
    Unavailable {
        /// What the driver said.
        what: String,
    },
    /// What is stored contradicts itself, or an archive is truncated or altered.
    Corrupt {
        /// The table, row or file, and what is wrong with it.
        what: String,
    },
    /// The database or archive was written by a newer release.
    TooNew {
        /// Its version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// The database was written by an earlier release and this process may not migrate it (opened for reading).
    Outdated {
        /// Its version.
        found: i64,
        /// The version that this program needs.
        known: i64,
    },
    /// A restore was asked for into a database or folder that already holds something.
    NotEmpty {
        /// The first table or file that is not empty.
        what: String,
    },
    /// The caller broke a rule of this interface; the same call can never succeed.
    Invalid {
        /// The rule.
        what: String,
    },
    /// A failure of the driver or the operating system that has no name here.
    Driver(Arc<dyn Error + Send + Sync>),
}

impl StoreError {
    /// True when the cause lies in the store and not in the write: every other write would fail too.
    #[must_use]
    pub fn concerns_everyone(&self) -> bool {
        matches!(
            self,
            StoreError::Busy { .. } | StoreError::ReadOnly | StoreError::DiskFull | StoreError::Unavailable { .. }
        )
    }

    pub(crate) fn invalid(what: impl Into<String>) -> Self {
        StoreError::Invalid { what: what.into() }
    }

    pub(crate) fn corrupt(what: impl Into<String>) -> Self {
        StoreError::Corrupt { what: what.into() }
    }

    pub(crate) fn conflict(what: impl Into<String>) -> Self {
        StoreError::Conflict { what: what.into() }
    }

    pub(crate) fn busy(what: impl Into<String>) -> Self {
        StoreError::Busy { what: what.into() }
    }

    pub(crate) fn unavailable(what: impl Into<String>) -> Self {
        StoreError::Unavailable { what: what.into() }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreError::Conflict { what } => write!(f, "conflict: {what}"),
            StoreError::Busy { what } => write!(f, "busy: {what}"),
            StoreError::ReadOnly => write!(f, "the store is read-only"),
            StoreError::DiskFull => write!(f, "the disk is full"),
            StoreError::Unavailable { what } => write!(f, "the database is not available: {what}"),
            StoreError::Corrupt { what } => write!(f, "corrupt: {what}"),
            StoreError::TooNew { found, known } => {
                write!(f, "written by a newer release: version {found}, this program knows {known}")
            }
            StoreError::Outdated { found, known } => {
                write!(
                    f,
                    "written by an earlier release: version {found}, this program needs {known}; open it for writing once"
                )
            }
            StoreError::NotEmpty { what } => write!(f, "not empty: {what}"),
            StoreError::Invalid { what } => write!(f, "invalid call: {what}"),
            StoreError::Driver(source) => write!(f, "database failure: {source}"),
        }
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            StoreError::Driver(source) => Some(source.as_ref()),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(Code::ConstraintViolation) => StoreError::conflict(text),
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => StoreError::busy(text),
            Some(Code::DiskFull) => StoreError::DiskFull,
            Some(Code::ReadOnly) => StoreError::ReadOnly,
            Some(Code::DatabaseCorrupt | Code::NotADatabase) => StoreError::corrupt(text),
            Some(Code::CannotOpen) => StoreError::unavailable(text),
            _ => StoreError::Driver(Arc::new(error)),
        }
    }
}

/// What a driver says, down to the cause: that a certificate is not known stands at the bottom.
pub(crate) fn with_causes(error: &dyn Error) -> String {
    let mut said = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        let words = cause.to_string();
        if !said.contains(&words) {
            said = format!("{said}: {words}");
        }
        below = cause.source();
    }
    said
}

impl From<postgres::Error> for StoreError {
    fn from(error: postgres::Error) -> Self {
        let Some(db) = error.as_db_error() else {
            // Without an answer from the server there is only one cause: the connection.
            let lost = error.is_closed() || error.source().is_some_and(|s| s.is::<std::io::Error>());
            return if lost {
                StoreError::unavailable(with_causes(&error))
            } else {
                StoreError::Driver(Arc::new(error))
            };
        };
        let text = match db.constraint() {
            Some(constraint) => format!("{} ({constraint})", db.message()),
            None => db.message().to_owned(),
        };
        match db.code().code() {
            "23505" => StoreError::conflict(text),
            "53100" => StoreError::DiskFull,
            "25006" => StoreError::ReadOnly,
            "55P03" | "40001" | "40P01" => StoreError::busy(text),
            "XX001" | "XX002" => StoreError::corrupt(text),
            code if code.starts_with("08") || code.starts_with("57P") || code.starts_with("53") => {
                StoreError::unavailable(text)
            }
            _ => StoreError::Driver(Arc::new(error)),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::DiskFull,
            std::io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly,
            std::io::ErrorKind::UnexpectedEof => StoreError::corrupt("ends before it is complete"),
            _ => StoreError::Driver(Arc::new(error)),
        }
    }
}
