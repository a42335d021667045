//! 接口的出错: every failure as `application/problem+json` (RFC 9457) with a permanent code and a Chinese sentence; the one place where a
//! failure of the API gets a status.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};
use zhiheng_app::Error;
use zhiheng_pack::{Kind, Problem};

use super::shape::{Misfit, join};
use crate::server::Server;
use crate::words::size;

/// What a handler answers.
pub(crate) type Outcome = Result<Response, Refusal>;

/// Why a request was not done. Nothing was changed.
#[derive(Debug, Clone)]
pub(crate) enum Refusal {
    /// The use case said so.
    Use(Error),
    /// No token is shown.
    NoToken,
    /// The token does not hold.
    BadToken,
    /// The token has no right to this: what, in words.
    NotGranted(&'static str),
    /// A parameter of the address is wrong.
    Query(String),
    /// A header is wrong.
    Header(String),
    /// The body cannot be read.
    NotJson(String),
    /// The body is of another type than this one.
    MediaType(&'static str),
    /// The body is larger than this.
    TooLarge(usize),
    /// What is wrong in the body: its shape, or what the pack says of its fields.
    Faults(Vec<Fault>),
    /// The record has this version by now.
    Stale(i64),
    /// A version has to be named.
    NoVersion,
    /// Too many requests; seconds to wait.
    TooMany(i64),
    /// There is no such address.
    NoAddress,
    /// The address does not take this method.
    Method,
    /// It took too long.
    Slow,
}

/// One thing that is wrong in a body, and where: a JSON pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) at: String,
    code: &'static str,
    message: String,
}

impl From<Misfit> for Fault {
    fn from(misfit: Misfit) -> Fault {
        let place = field_at(&misfit.at);
        let place = if place.is_empty() { place } else { format!("{place}：") };
        let message = MISFIT.1.replacen("{}", &format!("{place}{}", misfit.why), 1);
        Fault { at: misfit.at, code: MISFIT.0, message }
    }
}

impl Fault {
    /// A problem of the pack or a use case, in the body of a request about a kind. What is no field stands beside `fields`.
    pub(super) fn of(kind: Option<&Kind>, base: &str, problem: &Problem) -> Fault {
        let at = match problem.field.as_deref().filter(|field| !field.is_empty()) {
            Some(field) if kind.is_some_and(|kind| kind.field_index(field).is_some()) => {
                join(&format!("{base}/fields"), field)
            }
            Some(field) => join(base, field),
            None => base.to_owned(),
        };
        Fault { at, code: problem.code, message: problem.message.clone() }
    }

    fn json(&self) -> Json {
        json!({ "field": field_at(&self.at), "pointer": self.at, "code": self.code, "message": self.message })
    }
}

/// A caller knows a field by its id; that it lies in `fields` is the shape of the envelope.
fn field_at(pointer: &str) -> String {
    let inner = pointer.split_once("/fields/").map(|(_, inner)| inner);
    let inner = inner.unwrap_or_else(|| pointer.strip_prefix('/').unwrap_or(pointer));
    inner.replace('/', ".").replace("~1", "/").replace("~0", "~")
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        Refusal::Use(error)
    }
}

impl IntoResponse for Refusal {
    /// Carries the refusal to the guard, which writes it.
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A permanent code and its sentence; `{}` is where the particulars go.
type Entry = (&'static str, &'static str);

const NO_TOKEN: Entry = ("ZH4101", "没有接口令牌。请在请求头里写明 Authorization: Bearer zh_…。");
const BAD_TOKEN: Entry = ("ZH4102", "这个接口令牌不存在、已撤销或者已过期。请换一个有效的令牌。");
const NOT_GRANTED: Entry = ("ZH4103", "这个令牌没有{}的权限。请换用有这项权限的令牌，或者另要一个。");
const QUERY: Entry = ("ZH4104", "地址里的参数有误：{}。请对照 openapi.json 修改。");
const HEADER: Entry = ("ZH4105", "请求头有误：{}。请对照 openapi.json 修改。");
const NOT_JSON: Entry = ("ZH4106", "请求的内容不是 JSON（UTF-8）：{}。");
const MEDIA_TYPE: Entry = ("ZH4107", "请求的内容要用 {} 格式，并在 Content-Type 里写明。");
const TOO_LARGE: Entry = ("ZH4108", "一次请求的内容不能超过 {}。");
const MISFITS: Entry = ("ZH4109", "请求的内容有 {} 处不合要求，没有保存。");
const MISFIT: Entry = ("ZH4110", "{}。请对照 openapi.json 修改。");
const STALE: Entry = ("ZH4111", "这条记录已是第 {} 版，不是 If-Match 写明的那一版。请重新读取，核对后再改。");
const NO_VERSION: Entry =
    ("ZH4112", "没有写明改的是哪一版。请在请求头 If-Match 里写上读到的版本号，例如 If-Match: \"3\"。");
const TOO_MANY: Entry = ("ZH4113", "请求太密。请在 {} 秒后再试。");
const NO_ADDRESS: Entry = ("ZH4114", "接口没有这个地址。请对照 openapi.json 修改。");
const METHOD: Entry = ("ZH4115", "这个地址不接受这种方法。请对照 openapi.json 修改。");
const SLOW: Entry = ("ZH4116", "系统没有在限定时间内办完。请稍后用同一个 Idempotency-Key 重试，不会重复。");

/// A refusal as it is written.
struct Told {
    status: StatusCode,
    code: String,
    title: String,
    problems: Vec<Json>,
}

impl Told {
    fn json(self) -> Json {
        let mut body = json!({
            "type": "about:blank",
            "status": self.status.as_u16(),
            "code": self.code,
            "title": self.title,
        });
        if let (Some(body), false) = (body.as_object_mut(), self.problems.is_empty()) {
            body.insert("problems".to_owned(), Json::Array(self.problems));
        }
        body
    }
}

/// A refusal as a part of an answer about several records.
pub(super) fn told(server: &Server, refusal: &Refusal, kind: &Kind, base: &str) -> Json {
    tell(server, refusal, Some(kind), base).json()
}

/// The answer to a refusal of a request to an address.
pub(crate) fn answer(server: &Server, refusal: &Refusal, path: &str) -> Response {
    let kind = path.strip_prefix("/api/v1/kinds/").and_then(|rest| rest.split('/').next());
    let told = tell(server, refusal, kind.and_then(|kind| server.app().pack.kind(kind)), "");
    let status = told.status;
    let body = told.json();
    let media = [(header::CONTENT_TYPE, "application/problem+json")];
    let mut response = (status, media, body.to_string()).into_response();
    let mut put = |name, value: &str| {
        response.headers_mut().extend(HeaderValue::from_str(value).ok().map(|value| (name, value)));
    };
    match refusal {
        Refusal::NoToken | Refusal::BadToken => put(header::WWW_AUTHENTICATE, "Bearer"),
        Refusal::TooMany(seconds) => put(header::RETRY_AFTER, &seconds.to_string()),
        _ if status == StatusCode::SERVICE_UNAVAILABLE => put(header::RETRY_AFTER, "2"),
        _ => {}
    }
    response
}

fn tell(server: &Server, refusal: &Refusal, kind: Option<&Kind>, base: &str) -> Told {
    let told = |status, (code, text): Entry, particulars: &str| Told {
        status,
        code: code.to_owned(),
        title: text.replacen("{}", particulars, 1),
        problems: Vec::new(),
    };
    match refusal {
        Refusal::Use(error) => tell_use(server, error, kind, base),
        Refusal::NoToken => told(StatusCode::UNAUTHORIZED, NO_TOKEN, ""),
        Refusal::BadToken => told(StatusCode::UNAUTHORIZED, BAD_TOKEN, ""),
        Refusal::NotGranted(what) => told(StatusCode::FORBIDDEN, NOT_GRANTED, what),
        Refusal::Query(what) => told(StatusCode::BAD_REQUEST, QUERY, what),
        Refusal::Header(what) => told(StatusCode::BAD_REQUEST, HEADER, what),
        Refusal::NotJson(what) => told(StatusCode::BAD_REQUEST, NOT_JSON, what),
        Refusal::MediaType(wanted) => told(StatusCode::UNSUPPORTED_MEDIA_TYPE, MEDIA_TYPE, wanted),
        Refusal::TooLarge(most) => {
            let most = size(i64::try_from(*most).unwrap_or(i64::MAX));
            told(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE, &most)
        }
        Refusal::Faults(faults) => {
            let head = told(StatusCode::UNPROCESSABLE_ENTITY, MISFITS, &faults.len().to_string());
            Told { problems: faults.iter().map(Fault::json).collect(), ..head }
        }
        Refusal::Stale(version) => told(StatusCode::PRECONDITION_FAILED, STALE, &version.to_string()),
        Refusal::NoVersion => told(StatusCode::PRECONDITION_REQUIRED, NO_VERSION, ""),
        Refusal::TooMany(seconds) => told(StatusCode::TOO_MANY_REQUESTS, TOO_MANY, &seconds.to_string()),
        Refusal::NoAddress => told(StatusCode::NOT_FOUND, NO_ADDRESS, ""),
        Refusal::Method => told(StatusCode::METHOD_NOT_ALLOWED, METHOD, ""),
        Refusal::Slow => told(StatusCode::SERVICE_UNAVAILABLE, SLOW, ""),
    }
}

fn tell_use(server: &Server, error: &Error, kind: Option<&Kind>, base: &str) -> Told {
    let status = match error {
        Error::NotFound(_) => StatusCode::NOT_FOUND,
        Error::NotPermitted => StatusCode::FORBIDDEN,
        Error::Conflict(_) | Error::WrongState(_) => StatusCode::CONFLICT,
        Error::Invalid(_) | Error::Unreadable(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::Busy | Error::Unavailable | Error::ReadOnly(_) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let problems = match error {
        Error::Invalid(problems) => problems.iter().map(|problem| Fault::of(kind, base, problem).json()).collect(),
        _ => Vec::new(),
    };
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        let incident = server.chance::<6>();
        tracing::error!(incident, cause = %error, "internal failure of the API");
        let title = format!("{}（事件 {incident}）", Error::Internal(String::new()).message());
        return Told { status, code: error.code().to_owned(), title, problems };
    }
    Told { status, code: error.code().to_owned(), title: error.message(), problems }
}
