//! 门卫: what happens around every handler, in this order: who reads → may they → the form and its token → the handler, within its
//! time → a failure becomes a page → cookies → one line in the log, without personal data.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::RequestExt;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Form, Multipart, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use zhiheng_app::{Account, Error, Power, Role};

use crate::api;
use crate::citizen::Client;
use crate::components::action::CSRF_FIELD;
use crate::cookies::{self, Life};
use crate::csrf;
use crate::extract::{FormBody, FormFile, FormParts, Visit};
use crate::problem::{Cause, Failure, answer};
use crate::routes::{Group, Needs, Route};
use crate::server::Server;

/// How long a request may take; files of a hundred thousand rows take their time.
const PATIENCE: Duration = Duration::from_secs(60);
const PATIENCE_WITH_FILES: Duration = Duration::from_secs(300);
/// Forms whose body may be larger than this carry files.
pub(crate) const PLAIN_FORM: usize = 256 * 1024;

/// Runs a handler behind its permission.
pub(crate) async fn guard(
    State((server, route)): State<(Server, &'static Route)>,
    mut request: Request,
    next: Next,
) -> Response {
    if route.group == Group::Api {
        return api::call::guard(server, route, request, next).await;
    }
    let started = Instant::now();
    let number = server.chance::<4>();
    let method = request.method().clone();
    let reading = method != Method::POST;
    let (visit, fresh) = visit(&server, &Asking::of(&request)).await;
    request.extensions_mut().insert(visit.clone());
    if route.group == Group::Citizen {
        let client = client(&server, &request);
        request.extensions_mut().insert(client);
    }
    let patience = if route.limit > PLAIN_FORM { PATIENCE_WITH_FILES } else { PATIENCE };
    let handled = async {
        allowed(route.needs, &visit)?;
        let request = if reading { request } else { with_form(&server, &visit, route, request).await? };
        Ok::<Response, Failure>(next.run(request).await)
    };
    let mut response = match tokio::time::timeout(patience, handled).await {
        Ok(Ok(response)) => response,
        Ok(Err(failure)) => failure.into_response(),
        Err(_) => Failure::from(Cause::Slow).into_response(),
    };
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        let kept = response.headers().get_all(header::SET_COOKIE).iter().cloned().collect::<Vec<_>>();
        response = answer(&server, &visit, reading, failure);
        kept.into_iter().for_each(|cookie| {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        });
    }
    if fresh && (route.group == Group::Entry && reading || route.group == Group::Citizen) {
        response.headers_mut().extend(
            cookies::write(&server.cookie(cookies::NONCE), &visit.secret, Life::Visit, visit.secure)
                .map(|value| (header::SET_COOKIE, value)),
        );
    }
    let (status, took) = (response.status().as_u16(), started.elapsed().as_millis());
    tracing::info!(request = number, %method, route = route.path, status, took_ms = took, "answered");
    response
}

/// Answers for addresses that no route has.
pub(crate) async fn no_page(State(server): State<Server>, request: Request) -> Response {
    lost(&server, &Asking::of(&request), Cause::NoPage).await
}

/// Answers for methods that a route does not have.
pub(crate) async fn no_method(State(server): State<Server>, request: Request) -> Response {
    lost(&server, &Asking::of(&request), Cause::Method).await
}

async fn lost(server: &Server, asking: &Asking, cause: Cause) -> Response {
    if api::call::is_here(&asking.here) {
        return api::call::lost(server, &cause);
    }
    let (visit, _) = visit(server, asking).await;
    answer(server, &visit, true, cause.into())
}

fn allowed(needs: Needs, visit: &Visit) -> Result<(), Failure> {
    let account = match (needs, &visit.account) {
        (Needs::Anyone, _) | (Needs::Own, Some(_)) => return Ok(()),
        (Needs::Live, None) if visit.demo => return Ok(()),
        (_, None) => return Err(Cause::SignIn.into()),
        (_, Some(account)) => account,
    };
    if !account.acts() {
        return Err(Cause::NotYet.into());
    }
    let held = match needs {
        Needs::Anyone | Needs::Own | Needs::Live | Needs::Staff => true,
        Needs::Office => account.role == Role::Office,
        // A session is no token: the guard of the API asks for one.
        Needs::Token => false,
        Needs::Managers => account.has(Power::System) || account.has(Power::Security),
        Needs::Power(power) => account.has(power),
    };
    if held { Ok(()) } else { Err(Error::NotPermitted.into()) }
}

/// What a request says of itself before its body is read.
struct Asking {
    headers: HeaderMap,
    method: Method,
    here: String,
    peer: String,
}

impl Asking {
    fn of(request: &Request) -> Asking {
        Asking {
            headers: request.headers().clone(),
            method: request.method().clone(),
            here: request.uri().path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            peer: request
                .extensions()
                .get::<ConnectInfo<SocketAddr>>()
                .map(|ConnectInfo(peer)| peer.ip().to_string())
                .unwrap_or_default(),
        }
    }
}

/// Who reads, and whether the nonce is new.
async fn visit(server: &Server, asking: &Asking) -> (Visit, bool) {
    let headers = &asking.headers;
    let settings = server.settings();
    let token = cookies::read(headers, &server.cookie(cookies::SESSION)).unwrap_or_default().to_owned();
    let (account, open_work) = account_of(server, &token).await.unzip();
    let known =
        cookies::read(headers, &server.cookie(cookies::NONCE)).filter(|nonce| nonce.len() == 32).map(str::to_owned);
    let fresh = account.is_none() && known.is_none();
    let secret = match (&account, known) {
        (Some(_), _) => token,
        (None, Some(nonce)) => nonce,
        (None, None) => server.chance::<16>(),
    };
    let reading = asking.method == Method::GET;
    let flash = account.as_ref().filter(|_| reading).and_then(|_| server.held().take_flash(&secret));
    let forwarded = settings.behind_proxy && text(headers, "x-forwarded-proto") == "https";
    let secure = settings.public_address.starts_with("https://") || forwarded;
    let visit = Visit {
        account,
        open_work: open_work.flatten(),
        secret,
        here: asking.here.clone(),
        elder: cookies::read(headers, cookies::ELDER) == Some("1"),
        flash,
        demo: server.app().pack.demo,
        secure,
        address: came_from(&asking.peer, headers, settings.behind_proxy),
        origin: origin(&settings.public_address, headers, secure),
    };
    (visit, fresh)
}

/// Whence a request comes: the last hop that our own proxy saw, or the other end of the connection. A network of IPv6 counts as one. What is kept is a
/// digest under the key of this run.
fn client(server: &Server, request: &Request) -> Client {
    let proxied = server.settings().behind_proxy.then(|| text(request.headers(), "x-forwarded-for"));
    let hop = proxied.and_then(|line| line.rsplit(',').next()).and_then(|hop| hop.trim().parse::<IpAddr>().ok());
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let address = match hop.or(peer) {
        Some(IpAddr::V6(wide)) => match wide.to_ipv4_mapped() {
            Some(narrow) => narrow.to_string(),
            None => wide.segments().iter().take(4).map(|part| format!("{part:x}:")).collect(),
        },
        Some(IpAddr::V4(narrow)) => narrow.to_string(),
        None => String::new(),
    };
    let digest = Sha256::new().chain_update(server.csrf_key()).chain_update(address).finalize();
    let mut short = [0; 16];
    short.iter_mut().zip(digest).for_each(|(slot, byte)| *slot = byte);
    Client(short)
}

/// The account of a session, with how much is open for it.
async fn account_of(server: &Server, token: &str) -> Option<(Account, Option<i64>)> {
    if token.is_empty() {
        return None;
    }
    let token = token.to_owned();
    let known = server.run(move |app| {
        let Some(account) = app.session(&token)? else { return Ok(None) };
        let handles = app.pack.kinds.iter().any(|kind| app.pack.has_cases(kind));
        let open = if handles { Some(app.open_work(&account)?) } else { None };
        Ok(Some((account, open)))
    });
    match known.await {
        Ok(known) => known,
        Err(error) => {
            tracing::error!(cause = %error, "the session could not be read; the reader is taken for nobody");
            None
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Where a request comes from. Behind a proxy the last address of the list is the one that the proxy itself saw; those before it are
/// what anybody may have written.
fn came_from(peer: &str, headers: &HeaderMap, behind_proxy: bool) -> String {
    let told = text(headers, "x-forwarded-for").rsplit(',').next().unwrap_or_default().trim();
    match told.parse::<IpAddr>() {
        Ok(address) if behind_proxy => address.to_string(),
        _ => peer.to_owned(),
    }
}

/// The address for links that leave the page: the public one, else the one that the reader used.
fn origin(public: &str, headers: &HeaderMap, secure: bool) -> String {
    if !public.is_empty() {
        return public.trim_end_matches('/').to_owned();
    }
    let host = text(headers, "host");
    let plain = host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']'));
    let host = if plain && !host.is_empty() { host } else { "localhost" };
    format!("{}://{host}", if secure { "https" } else { "http" })
}

/// Reads the form, within the route's limit, and checks its token.
async fn with_form(
    server: &Server,
    visit: &Visit,
    route: &'static Route,
    mut request: Request,
) -> Result<Request, Failure> {
    DefaultBodyLimit::max(route.limit).apply(&mut request);
    let (mut parts, body) = request.into_parts();
    let kind = text(&parts.headers, "content-type").to_ascii_lowercase();
    let mut copy = Request::builder().method(parts.method.clone()).uri(parts.uri.clone());
    if let Some(headers) = copy.headers_mut() {
        headers.extend(parts.headers.get(header::CONTENT_TYPE).map(|value| (header::CONTENT_TYPE, value.clone())));
    }
    let mut sent = copy.body(body).map_err(|_| Failure::from(Cause::BadForm))?;
    DefaultBodyLimit::max(route.limit).apply(&mut sent);
    let form = if kind.starts_with("multipart/form-data") {
        multipart(sent, route.limit).await?
    } else {
        let read: Result<Form<Vec<(String, String)>>, _> = sent.extract().await;
        let Form(texts) = read.map_err(|error| unreadable(error.into_response().status(), route.limit))?;
        FormParts { texts, ..FormParts::default() }
    };
    let mut form = form;
    let token = form.texts.iter().find(|(name, _)| name == CSRF_FIELD).map_or("", |(_, token)| token.as_str());
    form.stale = !csrf::holds(server.csrf_key(), &visit.secret, token);
    // A citizen who wrote for an hour is shown his own words again; everybody else opens the page anew.
    if form.stale && route.group != Group::Citizen {
        return Err(Cause::Token.into());
    }
    parts.extensions.insert(FormBody(Arc::new(form)));
    Ok(Request::from_parts(parts, axum::body::Body::empty()))
}

async fn multipart(sent: Request, limit: usize) -> Result<FormParts, Failure> {
    let read: Result<Multipart, _> = sent.extract().await;
    let mut parts = read.map_err(|error| unreadable(error.into_response().status(), limit))?;
    let mut form = FormParts::default();
    let wrong = |error: axum::extract::multipart::MultipartError| unreadable(error.status(), limit);
    while let Some(field) = parts.next_field().await.map_err(wrong)? {
        let name = field.name().unwrap_or_default().to_owned();
        match field.file_name().map(str::to_owned) {
            Some(file_name) => {
                let bytes = field.bytes().await.map_err(wrong)?;
                form.files.push(FormFile { field: name, name: bare_name(&file_name), bytes });
            }
            None => form.texts.push((name, field.text().await.map_err(wrong)?)),
        }
    }
    Ok(form)
}

fn unreadable(status: StatusCode, limit: usize) -> Failure {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Cause::TooLarge(limit).into(),
        _ => Cause::BadForm.into(),
    }
}

/// The name of a file without the folders that some browsers send along, and without what no name should have.
pub(crate) fn bare_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    last.chars().filter(|letter| !letter.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_loses_its_folders() {
        assert_eq!(bare_name("C:\\用户\\抽检.xlsx"), "抽检.xlsx");
        assert_eq!(bare_name("../../etc/passwd"), "passwd");
        assert_eq!(bare_name("a\r\nb.csv"), "ab.csv");
    }

    #[test]
    fn only_a_trusted_proxy_says_where_somebody_comes_from() {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", "1.2.3.4, 10.0.0.8".parse().unwrap());
        assert_eq!(came_from("127.0.0.1", &headers, false), "127.0.0.1");
        assert_eq!(came_from("127.0.0.1", &headers, true), "10.0.0.8", "what the proxy saw, not what was claimed");
        headers.insert("x-forwarded-for", "<script>".parse().unwrap());
        assert_eq!(came_from("127.0.0.1", &headers, true), "127.0.0.1");
    }

    #[test]
    fn links_that_leave_the_page_never_take_over_a_strange_host() {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, "evil.example/<script>".parse().unwrap());
        assert_eq!(origin("", &headers, false), "http://localhost");
        headers.insert(header::HOST, "127.0.0.1:8470".parse().unwrap());
        assert_eq!(origin("", &headers, false), "http://127.0.0.1:8470");
        assert_eq!(origin("https://zl.example.gov.cn/", &headers, true), "https://zl.example.gov.cn");
    }
}
