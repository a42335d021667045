//! 出错页: what became of a request that did not succeed, as a page with the way on. The one place where a failure gets a status.
//!
//! An internal failure shows an incident number and nothing else; its cause is in the log under that number.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use maud::Markup;
use serde_json::json;
use zhiheng_app::{Error, LogFault};

use crate::components::action::{Action, Weight};
use crate::extract::Visit;
use crate::frame::shell;
use crate::pages::ErrorPage;
use crate::server::Server;
use crate::words::{address, size};

/// What a handler answers.
pub(crate) type Answer = Result<Response, Failure>;

/// Why there is no page.
#[derive(Debug, Clone)]
pub(crate) enum Cause {
    /// The use case said so.
    Use(Error),
    /// One has to sign in first.
    SignIn,
    /// Signed in, but not let in: a new account, an old password, a missing second factor.
    NotYet,
    /// The form's token does not hold.
    Token,
    /// The form cannot be read.
    BadForm,
    /// The form is larger than this many bytes.
    TooLarge(usize),
    /// There is no such page.
    NoPage,
    /// The page does not take this method.
    Method,
    /// It took too long.
    Slow,
    /// One network address asked too often; in so many minutes there is room.
    TooOften(u32),
}

/// A failure on its way to its page.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) cause: Cause,
    /// Ways on, before the usual ones.
    pub(crate) ways: Vec<Action>,
}

impl Failure {
    /// The same with a way on.
    #[must_use]
    pub(crate) fn way(mut self, action: Action) -> Failure {
        self.ways.push(action);
        self
    }
}

impl From<Cause> for Failure {
    fn from(cause: Cause) -> Failure {
        Failure { cause, ways: Vec::new() }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Failure {
        Cause::Use(error).into()
    }
}

impl IntoResponse for Failure {
    /// Carries the failure to the guard, which knows the reader and makes the page.
    fn into_response(self) -> Response {
        let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A page as an answer.
pub(crate) fn show(markup: Markup) -> Response {
    axum::response::Html(markup.into_string()).into_response()
}

/// A form that was refused.
pub(crate) fn refused(markup: Markup) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, show(markup)).into_response()
}

/// Post, redirect, get.
pub(crate) fn see(address: &str) -> Response {
    Redirect::to(address).into_response()
}

struct Told {
    status: StatusCode,
    title: &'static str,
    text: String,
    remedies: Vec<String>,
    code: String,
}

/// The answer to a failure.
pub(crate) fn answer(server: &Server, visit: &Visit, reading: bool, failure: Failure) -> Response {
    if matches!(failure.cause, Cause::SignIn) && reading && !is_data(visit) {
        return see(&address("/login", &[("next", &visit.here)]));
    }
    if matches!(failure.cause, Cause::NotYet) && reading && !is_data(visit) {
        return see("/me");
    }
    let told = tell(server, &failure.cause);
    if is_data(visit) {
        let body = json!({ "problems": [{ "code": told.code, "message": told.text }] });
        return (told.status, Json(body)).into_response();
    }
    let mut ways = failure.ways;
    if ways.is_empty() && matches!(failure.cause, Cause::SignIn) {
        ways.push(Action::open("登录", address("/login", &[("next", "/")])).weight(Weight::Primary));
    }
    if matches!(failure.cause, Cause::TooOften(_)) {
        ways.extend(["12345", "12315"].map(|call| Action::open(format!("拨打 {call}"), format!("tel:{call}"))));
    }
    ways.push(Action::open("目标指标", "/board"));
    ways.push(Action::open("首页", "/"));
    let page = ErrorPage {
        shell: shell(server, visit),
        title: told.title.to_owned(),
        text: told.text,
        remedies: told.remedies,
        code: told.code,
        actions: ways,
    };
    (told.status, show(page.render())).into_response()
}

fn is_data(visit: &Visit) -> bool {
    let path = visit.here.split('?').next().unwrap_or_default();
    path.ends_with(".json") || path == "/board.csv"
}

/// A permanent code and its sentence; `{}` is where the particulars go.
type Entry = (&'static str, &'static str);

const SIGN_IN: Entry = ("ZH4001", "办理这件事要先登录。");
const TOKEN: Entry = ("ZH4002", "这张表单不是刚才打开的那一张，或者登录已经结束。");
const BAD_FORM: Entry = ("ZH4003", "浏览器送来的内容不完整，没有保存。");
const TOO_LARGE: Entry = ("ZH4004", "一次提交不能超过 {}。");
const NO_PAGE: Entry = ("ZH4005", "地址可能写错了，或者页面已经移走。");
const METHOD: Entry = ("ZH4006", "请从页面上的按钮或链接进入。");
const SLOW: Entry = ("ZH4007", "系统没有在限定时间内办完。");
const NOT_YET: Entry = ("ZH4008", "这个账号现在只能打开“我的账号”：先按那里的提示办完。");

const TOO_OFTEN: Entry = ("ZH4009", "这个网络地址来得太勤了，请过 {} 分钟再试。您填的内容没有提交。");

fn tell(server: &Server, cause: &Cause) -> Told {
    let told = |status, title, (code, text): Entry, remedies: &[&str]| Told {
        status,
        title,
        text: text.to_owned(),
        remedies: remedies.iter().map(|remedy| (*remedy).to_owned()).collect(),
        code: code.to_owned(),
    };
    match cause {
        Cause::Use(error) => tell_use(server, error),
        Cause::SignIn => told(StatusCode::FORBIDDEN, "请先登录", SIGN_IN, &[]),
        Cause::NotYet => told(StatusCode::FORBIDDEN, "没有权限", NOT_YET, &[]),
        Cause::Token => told(
            StatusCode::FORBIDDEN,
            "页面已过期，没有保存",
            TOKEN,
            &["返回上一页并刷新，再提交一次。", "仍不行时，请重新登录。"],
        ),
        Cause::BadForm => told(StatusCode::BAD_REQUEST, "提交的内容读不出来", BAD_FORM, &["返回上一页，再提交一次。"]),
        Cause::TooLarge(limit) => {
            let remedies = &["把表格拆成几份，或者压缩图片后再上传。"];
            let told = told(StatusCode::PAYLOAD_TOO_LARGE, "文件太大，没有保存", TOO_LARGE, remedies);
            let most = size(i64::try_from(*limit).unwrap_or(i64::MAX));
            Told { text: told.text.replacen("{}", &most, 1), ..told }
        }
        Cause::NoPage => told(StatusCode::NOT_FOUND, "没有这个页面", NO_PAGE, &["从目录重新进入。"]),
        Cause::Method => told(StatusCode::METHOD_NOT_ALLOWED, "这个地址不能这样访问", METHOD, &[]),
        Cause::TooOften(minutes) => {
            let remedies = &[
                "急事请直接打电话：12315（消费投诉）、12345（政务服务）。",
                "按浏览器的返回，填过的内容还在；到时候再提交。",
                "在景区、宾馆用公共无线网络的，可以改用手机流量再试。",
                "Too many requests came from your network. Please wait and press again, or call 12345.",
            ];
            let told = told(StatusCode::TOO_MANY_REQUESTS, "请稍后再试", TOO_OFTEN, remedies);
            Told { text: told.text.replacen("{}", &minutes.to_string(), 1), ..told }
        }
        Cause::Slow => {
            told(StatusCode::SERVICE_UNAVAILABLE, "处理超时", SLOW, &["稍后用同一页面重试：若上次已保存，不会重复。"])
        }
    }
}

fn tell_use(server: &Server, error: &Error) -> Told {
    let (status, title) = match error {
        Error::NotFound(_) => (StatusCode::NOT_FOUND, "没有找到"),
        Error::NotPermitted => (StatusCode::FORBIDDEN, "没有权限"),
        Error::Conflict(_) => (StatusCode::CONFLICT, "没有保存：记录已有变化"),
        Error::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "需要修改"),
        Error::WrongState(_) => (StatusCode::CONFLICT, "现在不能这样办"),
        Error::Unreadable(_) => (StatusCode::UNPROCESSABLE_ENTITY, "文件读不出来"),
        Error::Busy | Error::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "系统正忙"),
        Error::ReadOnly(_) => (StatusCode::SERVICE_UNAVAILABLE, "暂时不能保存"),
        Error::Log(LogFault::NotYet) => (StatusCode::SERVICE_UNAVAILABLE, "还没有入账"),
        Error::Log(_) => (StatusCode::SERVICE_UNAVAILABLE, "日志暂时用不了"),
        Error::Corrupt(_) | Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "系统内部出错"),
    };
    let remedies = match error {
        Error::Invalid(problems) => problems.iter().map(|problem| problem.message.clone()).collect(),
        _ => Vec::new(),
    };
    if status == StatusCode::INTERNAL_SERVER_ERROR {
        let incident = server.chance::<6>();
        tracing::error!(incident, cause = %error, "internal failure");
        let code = format!("{} 事件 {incident}", error.code());
        return Told { status, title, text: Error::Internal(String::new()).message(), remedies, code };
    }
    Told { status, title, text: error.message(), remedies, code: error.code().to_owned() }
}
