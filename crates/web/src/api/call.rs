//! 一次请求: what happens around every handler of the API, and what a handler is given. In this order: whose token → not too often → the
//! body within its limit → the handler within its time → a refusal is written → one line in the log, without personal data.
//!
//! Cookies are not read here: what another site makes a browser send carries no token, and so does nothing.

use std::time::{Duration, Instant};

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequestParts, Query, RawPathParams, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json};
use zhiheng_app::{Account, Bearer, Error, RecordId, RequestKey, Right, Scope};
use zhiheng_pack::{Kind, Pack};

use super::pace::Paced;
use super::refusal::{Fault, Refusal, answer};
use super::shape::{Form, Shape, is_control};
use crate::extract::Visit;
use crate::problem::Cause;
use crate::routes::{Needs, Route};
use crate::server::Server;

/// How long a request may take.
const PATIENCE: Duration = Duration::from_secs(60);
const JSON: &str = "application/json";
/// Longest value of a parameter in characters.
pub(crate) const VALUE: usize = 200;
/// An idempotency key in characters.
pub(crate) const KEY: (usize, usize) = (8, 128);

/// Runs a handler of the API behind its token.
pub(crate) async fn guard(server: Server, route: &'static Route, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let (number, method, path) = (server.chance::<4>(), request.method().clone(), request.uri().path().to_owned());
    let mut paced = None;
    let handled = tokio::time::timeout(PATIENCE, handle(&server, route, request, next, &mut paced)).await;
    let mut response = match handled {
        Ok(Ok(response)) => response,
        Ok(Err(refusal)) => refusal.into_response(),
        Err(_) => Refusal::Slow.into_response(),
    };
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        response = answer(&server, &refusal, &path);
    }
    response.headers_mut().extend(paced.iter().flat_map(Paced::headers));
    let (status, took) = (response.status().as_u16(), started.elapsed().as_millis());
    tracing::info!(request = number, %method, route = route.path, status, took_ms = took, "answered");
    response
}

async fn handle(
    server: &Server,
    route: &'static Route,
    request: Request,
    next: Next,
    paced: &mut Option<Paced>,
) -> Result<Response, Refusal> {
    let caller = match route.needs {
        Needs::Token => Some(caller(server, request.headers(), paced).await?),
        _ => None,
    };
    let (mut parts, body) = request.into_parts();
    let said = parts.headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let bytes = match route.limit {
        0 => Bytes::new(),
        limit if said.is_some_and(|length| length > limit) => return Err(Refusal::TooLarge(limit)),
        limit => to_bytes(body, limit).await.map_err(|_| Refusal::TooLarge(limit))?,
    };
    parts.extensions.insert(Given { caller, bytes });
    Ok(next.run(Request::from_parts(parts, axum::body::Body::empty())).await)
}

/// Answers for addresses and methods that the API does not have.
pub(crate) fn lost(server: &Server, cause: &Cause) -> Response {
    answer(server, &if matches!(cause, Cause::Method) { Refusal::Method } else { Refusal::NoAddress }, "")
}

/// Whether an address is one of the API.
pub(crate) fn is_here(path: &str) -> bool {
    path.starts_with("/api/")
}

async fn caller(server: &Server, headers: &HeaderMap, paced: &mut Option<Paced>) -> Result<Caller, Refusal> {
    let shown = headers.get(header::AUTHORIZATION).ok_or(Refusal::NoToken)?;
    let shown = shown.to_str().map_err(|_| Refusal::BadToken)?;
    let (scheme, token) = shown.trim().split_once(' ').ok_or(Refusal::BadToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::NoToken);
    }
    let token = token.trim().to_owned();
    let bearer = server.run(move |app| app.bearer(&token)).await?.ok_or(Refusal::BadToken)?;
    let counted = server.pace().count(bearer.token, server.app().now());
    *paced = Some(counted);
    if let Some(seconds) = counted.wait {
        return Err(Refusal::TooMany(seconds));
    }
    Ok(Caller::of(bearer, server.app().pack.demo))
}

/// Who asks. What an account may do is asked of the same places as on the pages ([`Visit`], [`Account`]); the grants of the token only
/// take away.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    bearer: Bearer,
    /// The reader of the pages that this token stands for.
    pub(crate) visit: Visit,
}

impl Caller {
    fn of(bearer: Bearer, demo: bool) -> Caller {
        let visit = Visit {
            account: Some(bearer.account.clone()),
            secret: String::new(),
            open_work: None,
            here: String::new(),
            elder: false,
            flash: None,
            demo,
            secure: false,
            address: String::new(),
            origin: String::new(),
        };
        Caller { bearer, visit }
    }

    /// The account behind the token.
    pub(crate) fn account(&self) -> &Account {
        &self.bearer.account
    }

    /// Whether the token has a right on a kind.
    pub(crate) fn has(&self, kind: &str, right: Right) -> bool {
        self.bearer.grants.allow(kind, right)
    }

    /// The same as a refusal.
    pub(crate) fn may(&self, kind: &Kind, right: Right) -> Result<(), Refusal> {
        if self.has(&kind.id, right) { Ok(()) } else { Err(Refusal::NotGranted(word(right))) }
    }

    /// What of a kind this token may take out page by page (导出): the account's right to export, and the token's.
    pub(crate) fn taken_out(&self, kind: &Kind) -> Result<Option<Scope>, Refusal> {
        self.may(kind, Right::Export)?;
        match self.visit.export_scope(kind) {
            Some(scope) if scope.is_empty() => Err(Refusal::NotGranted(word(Right::Export))),
            scope => Ok(scope),
        }
    }

    /// Whether the token has a right on some kind.
    pub(crate) fn may_somewhere(&self, right: Right) -> Result<(), Refusal> {
        if self.bearer.grants.allow_any(right) { Ok(()) } else { Err(Refusal::NotGranted(word(right))) }
    }
}

fn word(right: Right) -> &'static str {
    match right {
        Right::Read => "查看这类记录",
        Right::Write => "登记这类记录",
        Right::Step => "办理这类记录",
        Right::Export => "翻页取出这类记录（导出）",
        Right::Personal => "查看这类记录的个人信息",
    }
}

/// What the guard leaves for the handler.
#[derive(Clone)]
struct Given {
    caller: Option<Caller>,
    bytes: Bytes,
}

/// A request whose token holds.
pub(crate) struct Call {
    pub(crate) caller: Caller,
    path: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Bytes,
    uri: Uri,
    pub(crate) method: Method,
}

impl<S: Send + Sync> FromRequestParts<S> for Call {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Call, Refusal> {
        let missing = || Refusal::from(Error::Internal("a route without its guard".to_owned()));
        let given = parts.extensions.get::<Given>().cloned().ok_or_else(missing)?;
        // What is no text is in no address of ours.
        let path = RawPathParams::from_request_parts(parts, state).await.map_err(|_| Refusal::NoAddress)?;
        Ok(Call {
            caller: given.caller.ok_or_else(missing)?,
            path: path.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            headers: parts.headers.clone(),
            bytes: given.bytes,
            uri: parts.uri.clone(),
            method: parts.method.clone(),
        })
    }
}

impl Call {
    /// A part of the address.
    pub(crate) fn part(&self, name: &str) -> &str {
        self.path.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The kind that the address names.
    pub(crate) fn kind<'a>(&self, pack: &'a Pack) -> Result<&'a Kind, Refusal> {
        Ok(crate::office::records::kind_of(pack, self.part("kind"))?)
    }

    /// The record that the address names.
    pub(crate) fn id(&self) -> Result<RecordId, Refusal> {
        let text = self.part("id");
        let missing = || Refusal::from(Error::NotFound("这条记录".to_owned()));
        if !Form::Hex(32).fits(text) {
            return Err(missing());
        }
        text.parse().map_err(|_| missing())
    }

    /// The parameters of the address. Each name is known and given once, each value says something.
    pub(crate) fn asked(&self, known: &[&str]) -> Result<Asked, Refusal> {
        self.asked_by(|name| known.contains(&name))
    }

    /// The same, where names follow from the kind.
    pub(crate) fn asked_by(&self, known: impl Fn(&str) -> bool) -> Result<Asked, Refusal> {
        let read = Query::<Vec<(String, String)>>::try_from_uri(&self.uri);
        let Query(pairs) = read.map_err(|_| Refusal::Query("读不出来".to_owned()))?;
        for (at, (name, value)) in pairs.iter().enumerate() {
            let shown: String = name.chars().filter(|letter| !letter.is_control()).take(60).collect();
            if !known(name) {
                return Err(Refusal::Query(format!("没有参数 {shown}")));
            }
            if pairs.iter().take(at).any(|(other, _)| other == name) {
                return Err(Refusal::Query(format!("{shown} 写了两次")));
            }
            let length = value.chars().count();
            if length == 0 || length > VALUE || value.chars().any(char::is_control) {
                return Err(Refusal::Query(format!("{shown} 要有 1 到 {VALUE} 个字，不含控制字符")));
            }
        }
        Ok(Asked(pairs))
    }

    /// The body, which fits a shape.
    pub(crate) fn body(&self, shape: &Shape) -> Result<Map<String, Json>, Refusal> {
        match self.read(shape)? {
            (Json::Object(map), faults) if faults.is_empty() => Ok(map),
            (_, faults) => Err(Refusal::Faults(faults)),
        }
    }

    /// The body, and everything about it that does not fit a shape.
    pub(crate) fn read(&self, shape: &Shape) -> Result<(Json, Vec<Fault>), Refusal> {
        let kind = self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if !kind.eq_ignore_ascii_case(JSON) {
            return Err(Refusal::MediaType(JSON));
        }
        let read: Result<Json, _> = serde_json::from_slice(&self.bytes);
        let value =
            read.map_err(|error| Refusal::NotJson(format!("第 {} 行第 {} 列", error.line(), error.column())))?;
        let misfits = shape.misfits(&value);
        Ok((value, misfits.into_iter().map(Fault::from).collect()))
    }

    /// The caller's own name for this request, so that a retry does not do it twice.
    pub(crate) fn request_key(&self) -> Result<Option<RequestKey>, Refusal> {
        let Some(value) = self.headers.get("idempotency-key") else { return Ok(None) };
        let fits = |text: &&str| {
            (KEY.0..=KEY.1).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~' | b'-'))
        };
        let key = value.to_str().ok().filter(fits);
        let wrong = || Refusal::Header("Idempotency-Key 要有 8 到 128 个字母、数字或者 . _ ~ -".to_owned());
        key.map(|key| Some(RequestKey(key.to_owned()))).ok_or_else(wrong)
    }

    /// Whether the caller has this version already (`If-None-Match`).
    pub(crate) fn knows(&self, version: i64) -> bool {
        has_tag(&self.headers, &format!("\"{version}\""))
    }

    /// The version that the caller has read.
    pub(crate) fn version(&self) -> Result<Option<i64>, Refusal> {
        let Some(value) = self.headers.get(header::IF_MATCH) else { return Ok(None) };
        // A proxy that compresses makes the tag that it hands out a weak one.
        let text = value.to_str().unwrap_or_default().trim_start_matches("W/");
        let bare = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        let number = Some(bare)
            .filter(|bare| (1..=9).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|bare| bare.parse().ok());
        number.map(Some).ok_or_else(|| Refusal::Header("If-Match 要写读到的版本号，例如 \"3\"".to_owned()))
    }
}

/// Whether `If-None-Match` names a tag. What reads as none of ours is none.
pub(super) fn has_tag(headers: &HeaderMap, tag: &str) -> bool {
    let named = headers.get(header::IF_NONE_MATCH).and_then(|named| named.to_str().ok()).unwrap_or_default();
    named.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}

/// The parameters of an address.
#[derive(Debug, Clone)]
pub(crate) struct Asked(pub(crate) Vec<(String, String)>);

impl Asked {
    /// A parameter.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A day.
    pub(crate) fn day(&self, name: &str) -> Result<Option<i32>, Refusal> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let day = Some(text).filter(|text| Form::Date.fits(text)).and_then(zhiheng_pack::day::parse);
        let wrong = || Refusal::Query(format!("{name} 要写成 2026-01-31 的样子"));
        day.map(|day| Some(zhiheng_pack::day::number(day))).ok_or_else(wrong)
    }

    /// How many on a page.
    pub(crate) fn limit(&self) -> Result<usize, Refusal> {
        let Some(text) = self.get("limit") else { return Ok(LIMIT.1) };
        let digits = (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        let limit = Some(text).filter(|_| digits).and_then(|text| text.parse().ok());
        let within = limit.filter(|limit| (LIMIT.0..=LIMIT.2).contains(limit));
        within.ok_or_else(|| Refusal::Query(format!("limit 是 {} 到 {} 的整数", LIMIT.0, LIMIT.2)))
    }

    /// One of a few words.
    pub(crate) fn word<'a>(&'a self, name: &str, words: &[&str]) -> Result<Option<&'a str>, Refusal> {
        match self.get(name) {
            Some(word) if !words.contains(&word) => {
                Err(Refusal::Query(format!("{name} 只能是 {} 之一", words.join("、"))))
            }
            other => Ok(other),
        }
    }

    /// Where a list goes on.
    pub(crate) fn after<T>(&self, form: Form, read: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Refusal> {
        let wrong = || Refusal::Query("after 要照上一页 next 的样子写".to_owned());
        let place = |text: &str| read(text).filter(|_| form.fits(text)).ok_or_else(wrong);
        self.get("after").map(place).transpose()
    }
}

/// Least, usual and greatest number on a page.
pub(crate) const LIMIT: (usize, usize, usize) = (1, 50, 200);

/// Whether a text may go into a header or a record as it is.
pub(crate) fn is_clean(text: &str) -> bool {
    !text.chars().any(is_control)
}
