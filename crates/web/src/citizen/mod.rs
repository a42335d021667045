//! 公众办事: pages for citizens without an account: a complaint, its course, and the public counts.
//!
//! What always holds: a page works without script; what was typed is never lost to a page that is out of date; no address of a reader is
//! written down anywhere; a query code travels in the body of a form, never in an address.

mod english;
pub(crate) mod follow;
pub(crate) mod limits;
pub(crate) mod numbers;
pub(crate) mod photo;
pub(crate) mod report;

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use zhiheng_app::{Error, PublicNumbers};

use crate::problem::Failure;

/// Whence a request came: a digest of the network address that lives as long as the program, for counting alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Client(pub(crate) [u8; 16]);

impl<S: Send + Sync> FromRequestParts<S> for Client {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Client, Failure> {
        let missing = || Failure::from(Error::Internal("a route without its guard".to_owned()));
        parts.extensions.get::<Client>().copied().ok_or_else(missing)
    }
}

/// What the public pages keep in memory.
#[derive(Default)]
pub(crate) struct Citizens {
    pub(crate) limits: limits::Limits,
    pub(crate) photos: photo::Photos,
    numbers: Mutex<Vec<(String, i32, Arc<PublicNumbers>)>>,
}

impl Citizens {
    /// The counts of an entry as of a day, where they were made before.
    fn known_numbers(&self, entry: &str, as_of: i32) -> Option<Arc<PublicNumbers>> {
        let known = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        known.iter().find(|(path, day, _)| path == entry && *day == as_of).map(|(.., numbers)| Arc::clone(numbers))
    }

    /// Yesterday's counts are read once a day.
    fn keep_numbers(&self, entry: &str, numbers: Arc<PublicNumbers>) {
        let mut known = self.numbers.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(path, ..)| path != entry);
        known.push((entry.to_owned(), numbers.as_of, numbers));
    }
}
