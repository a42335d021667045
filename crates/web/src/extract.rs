//! 谁在读、读什么: what handlers are given. A permission is a value: who holds a [`Staff`] or an [`Office`] was let in.
//!
//! The guard of every route ([`crate::guard`]) puts a [`Visit`] and the form into the request; nothing here reads the network.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use zhiheng_app::{Account, Error, Power, Reach, Role, Scope, Verb, is_sent_to, may, reads};
use zhiheng_pack::{Kind, Pack, Record, Sight};
use zhiheng_store::RecordRow;

use crate::components::flash::Flash;
use crate::problem::{Cause, Failure};

/// One request's reader.
#[derive(Debug, Clone)]
pub(crate) struct Visit {
    /// Who; nobody for anonymous readers.
    pub(crate) account: Option<Account>,
    /// What form tokens are bound to: the session, or the nonce of somebody who signs in.
    pub(crate) secret: String,
    /// How many lines of work are open for the account.
    pub(crate) open_work: Option<i64>,
    /// Path and query.
    pub(crate) here: String,
    /// 长辈版.
    pub(crate) elder: bool,
    /// The message of the last act.
    pub(crate) flash: Option<Flash>,
    /// The county is the fictional one: its pages are open to read.
    pub(crate) demo: bool,
    /// Cookies travel over TLS only.
    pub(crate) secure: bool,
    /// Network address of the reader, for the log of sign-ins; empty where it is not known.
    pub(crate) address: String,
    /// The address at which the reader found us (`http://127.0.0.1:8470`).
    pub(crate) origin: String,
}

impl Visit {
    /// Live values, lights and records may be shown.
    pub(crate) fn sees_live(&self) -> bool {
        self.account.as_ref().is_some_and(Account::acts) || self.demo
    }

    /// What lists of a kind are narrowed to; none: the whole county.
    pub(crate) fn scope(&self, kind: &Kind) -> Option<Scope> {
        self.account.as_ref().and_then(|account| account.scope(kind))
    }

    /// Whose records a search may look at; each that it finds is asked of [`zhiheng_app::may`] again.
    pub(crate) fn reach(&self, pack: &Pack) -> Reach {
        match &self.account {
            Some(account) => Reach::of(pack, account),
            None if self.demo => Reach::Everything,
            None => Reach::Nothing,
        }
    }

    /// Whether a record may be opened: seen, or sent to the reader.
    pub(crate) fn may_read(&self, kind: &Kind, row: &RecordRow) -> bool {
        self.sees(kind, row) || self.is_sent(kind, row)
    }

    /// Whether a record is the reader's to see, whole.
    pub(crate) fn sees(&self, kind: &Kind, row: &RecordRow) -> bool {
        if self.account.is_none() { self.demo } else { self.may(Verb::See, kind, row) }
    }

    /// Whether a record was sent to the reader's body.
    fn is_sent(&self, kind: &Kind, row: &RecordRow) -> bool {
        self.account.as_ref().filter(|_| !kind.access.parties.is_empty()).is_some_and(|account| {
            Record::from_canonical(kind, &row.fields).is_some_and(|record| is_sent_to(account, kind, &record))
        })
    }

    /// Whether a personal field of a record is shown to this reader as it is.
    pub(crate) fn reads(&self, kind: &Kind, field: usize, row: &RecordRow) -> bool {
        self.account.as_ref().is_some_and(|account| reads(account, kind, field, row.body.as_deref()))
    }

    /// What becomes of a field of a record before this reader.
    pub(crate) fn sight(&self, kind: &Kind, field: usize, row: &RecordRow) -> Sight {
        self.account.as_ref().map_or(Sight::Hidden, |account| account.sight(kind, field, row.body.as_deref()))
    }

    /// Whether this reader may write records of a kind at all.
    pub(crate) fn may_write_kind(&self, kind: &zhiheng_pack::Kind) -> bool {
        self.account.as_ref().is_some_and(|account| account.writes_kind(kind))
    }

    /// Whether this reader may import files of a kind. Where rows say whose they are, a bureau brings its own
    /// ([`zhiheng_app::ImportOptions::own`]).
    pub(crate) fn may_import(&self, kind: &zhiheng_pack::Kind) -> bool {
        self.may_write_kind(kind)
    }

    /// The bodies whose rows this reader may bring, the own one first; none: everybody's.
    pub(crate) fn own_bodies(&self) -> Option<Vec<String>> {
        match &self.account {
            Some(account) if account.role == Role::Office => None,
            Some(account) => Some(account.body.iter().chain(&account.own).cloned().collect()),
            None => Some(Vec::new()),
        }
    }

    /// Whether this reader may do something with a stored record.
    pub(crate) fn may(&self, verb: Verb<'_>, kind: &Kind, row: &RecordRow) -> bool {
        let (owner, area) = (row.body.as_deref(), row.area.as_deref());
        self.account.as_ref().is_some_and(|account| may(account, verb, kind, owner, area))
    }

    /// What this reader may take out of a kind; none: the whole county. A scope without anything: nothing.
    pub(crate) fn export_scope(&self, kind: &Kind) -> Option<Scope> {
        self.account.as_ref().map_or_else(|| Some(Scope::default()), |account| account.export_scope(kind))
    }

    /// Whether this reader may take out anything of a kind.
    pub(crate) fn may_export(&self, kind: &Kind) -> bool {
        self.account.as_ref().is_some_and(|account| account.exports(kind))
    }

    /// Whether this reader administers something.
    pub(crate) fn has(&self, power: Power) -> bool {
        self.account.as_ref().is_some_and(|account| account.has(power))
    }

    /// Whether this reader runs the plan.
    pub(crate) fn is_office(&self) -> bool {
        self.account.as_ref().is_some_and(|account| account.acts() && account.role == Role::Office)
    }

    /// The unit of the reader, as the pack names it.
    pub(crate) fn body_name(&self, pack: &Pack) -> String {
        let Some(account) = &self.account else { return String::new() };
        match account.body.as_deref().and_then(|body| pack.body(body)) {
            Some(body) => body.name.clone(),
            None => account.role.word().to_owned(),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visit, Failure> {
        let missing = || Failure::from(Error::Internal("a route without its guard".to_owned()));
        parts.extensions.get::<Visit>().cloned().ok_or_else(missing)
    }
}

/// Somebody signed in.
#[derive(Debug, Clone)]
pub(crate) struct Staff(pub(crate) Account);

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Staff, Failure> {
        let visit = Visit::from_request_parts(parts, state).await?;
        visit.account.map(Staff).ok_or_else(|| Failure::from(Cause::SignIn))
    }
}

/// Somebody of the office that runs the plan.
#[derive(Debug, Clone)]
pub(crate) struct Office(pub(crate) Account);

impl<S: Send + Sync> FromRequestParts<S> for Office {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Office, Failure> {
        let Staff(account) = Staff::from_request_parts(parts, state).await?;
        let office = account.acts() && account.role == Role::Office;
        if office { Ok(Office(account)) } else { Err(Error::NotPermitted.into()) }
    }
}

/// The values behind the question mark.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Params(pub(crate) Vec<(String, String)>);

impl Params {
    /// A value, trimmed; empty when it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    /// A day written 2026-01-31.
    pub(crate) fn day(&self, name: &str) -> Option<i32> {
        zhiheng_pack::day::parse(self.get(name)).map(zhiheng_pack::day::number)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Params, Failure> {
        let read = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        read.map(|Query(pairs)| Params(pairs)).map_err(|_| Failure::from(Cause::BadForm))
    }
}

/// A file of a form.
#[derive(Debug, Clone)]
pub(crate) struct FormFile {
    pub(crate) field: String,
    pub(crate) name: String,
    pub(crate) bytes: Bytes,
}

/// A form as it was sent; its token held.
#[derive(Debug, Clone, Default)]
pub(crate) struct FormBody(pub(crate) Arc<FormParts>);

/// Texts and files of a form.
#[derive(Debug, Clone, Default)]
pub(crate) struct FormParts {
    pub(crate) texts: Vec<(String, String)>,
    pub(crate) files: Vec<FormFile>,
    /// The token does not hold; only pages for citizens are shown such a form, to give its answers back.
    pub(crate) stale: bool,
}

impl FormBody {
    /// A text, trimmed; empty when it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// A text as typed: passwords.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.0.texts.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// Every value of a name, in order.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.texts.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.trim())
    }

    /// Every file that was chosen under a name.
    pub(crate) fn files<'a>(&'a self, field: &'a str) -> impl Iterator<Item = &'a FormFile> {
        self.0.files.iter().filter(move |file| file.field == field && !file.name.is_empty())
    }

    /// A file that was chosen.
    pub(crate) fn file(&self, field: &str) -> Option<&FormFile> {
        self.0.files.iter().find(|file| file.field == field && !file.name.is_empty())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for FormBody {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<FormBody, Failure> {
        parts.extensions.get::<FormBody>().cloned().ok_or_else(|| Failure::from(Cause::BadForm))
    }
}
