//! A county for tests: a real pack over a fresh database, and a browser that keeps its cookies.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use tower::ServiceExt;
use zhiheng_app::{App, Clock, Random, Setup as AppSetup};
use zhiheng_pack::PackFiles;
use zhiheng_web::{Secrets, Server, Setup, router};

/// 2026-11-23 14:06 in the county.
pub(crate) const NOW: i64 = 1_795_413_960_000_000;

struct Ticking(AtomicI64);

impl Clock for Ticking {
    fn now_micros(&self) -> i64 {
        self.0.fetch_add(1000, Ordering::Relaxed)
    }
}

struct Counted(AtomicU64);

impl Random for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let digest = Sha256::digest(self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes());
            chunk.copy_from_slice(&digest[..chunk.len()]);
        }
    }
}

pub(crate) fn folder(name: &str) -> Option<PackFiles> {
    fn walk(root: &Path, at: &Path, into: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, into);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                into.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs").join(name);
    let mut files = BTreeMap::new();
    walk(&root, &root, &mut files);
    Some(PackFiles { name: name.to_owned(), files })
}

/// Noon of a day in the county, µs of UTC.
pub(crate) fn noon(day: &str) -> i64 {
    let day = zhiheng_pack::day::number(zhiheng_pack::day::parse(day).unwrap());
    (i64::from(day) * 24 + 4) * 3_600_000_000
}

/// A running county.
pub(crate) struct County {
    pub(crate) router: Router,
    pub(crate) server: Server,
    pub(crate) app: Arc<App>,
    clock: Arc<Ticking>,
    folder: tempfile::TempDir,
}

impl County {
    /// Wushan's pack over an empty database.
    pub(crate) fn real() -> County {
        County::of("wushan-2024")
    }

    /// The fictional county over an empty database.
    pub(crate) fn demo() -> County {
        County::of("demo-county")
    }

    /// Wushan's pack with another file.
    pub(crate) fn with(file: &str, text: &str) -> County {
        let mut main = folder("wushan-2024").unwrap();
        main.files.insert(file.to_owned(), text.to_owned());
        County::over(main, &[folder("base").unwrap()], NOW)
    }

    fn of(pack: &str) -> County {
        County::over_base(folder(pack).unwrap())
    }

    /// A county over a pack of the caller's.
    pub(crate) fn over_base(main: PackFiles) -> County {
        County::over(main, &[folder("base").unwrap()], NOW)
    }

    /// Over a pack of the caller's and those it builds on, opened at an instant: what is stored never goes back behind it.
    pub(crate) fn over(main: PackFiles, base: &[PackFiles], now: i64) -> County {
        let folder_of_db = tempfile::tempdir().unwrap();
        let (compiled, problems) = zhiheng_pack::read(&main, &|name| {
            base.iter().find(|pack| pack.name == name).cloned().or_else(|| folder(name))
        });
        assert!(problems.is_empty(), "{problems:?}");
        let clock = Arc::new(Ticking(AtomicI64::new(now)));
        let random = Arc::new(Counted(AtomicU64::new(1)));
        let setup = AppSetup { clock: clock.clone(), random: random.clone(), read_only: false, files: None };
        let url = format!("sqlite:{}", folder_of_db.path().join("zhiheng.db").display());
        let app = Arc::new(App::open(&url, compiled.unwrap(), &setup).unwrap());
        app.apply_pack("system", &[base, &[main]].concat()).unwrap();
        let secrets = Secrets { webhook: Some(folder_of_db.path().join("webhook-secret")), ..Secrets::default() };
        let setup = Setup { app: app.clone(), random, csrf_key: [7; 32], demo_address: None, secrets };
        let server = Server::new(setup).unwrap();
        County { router: router(server.clone()), server, app, clock, folder: folder_of_db }
    }

    /// The file of the secret that is shared with the system that is told. It is not there until somebody writes it.
    pub(crate) fn webhook_secret(&self) -> std::path::PathBuf {
        self.folder.path().join("webhook-secret")
    }

    /// Moves on to noon of a day; every session ends meanwhile.
    pub(crate) fn at(&self, day: &str) {
        self.clock.0.store(noon(day), Ordering::Relaxed);
    }

    /// Lets minutes pass.
    pub(crate) fn later(&self, minutes: i64) {
        self.clock.0.fetch_add(minutes * 60_000_000, Ordering::Relaxed);
    }

    /// Somebody who is not signed in.
    pub(crate) fn anybody(&self) -> Browser {
        Browser { router: self.router.clone(), cookies: BTreeMap::new(), token: String::new(), address: [127, 0, 0, 1] }
    }

    /// The first account, of the office.
    pub(crate) async fn office(&self) -> Browser {
        let token = self.app.first_link().unwrap().expect("no account yet");
        let mut browser = self.anybody();
        browser.use_link(&format!("/start/{token}"), "office").await;
        browser
    }

    /// A program with a token, made on the page by somebody signed in; `of` as the form names it.
    pub(crate) async fn program(&self, owner: &mut Browser, of: &str, rights: &[&str], kinds: &[&str]) -> Program {
        owner.get("/tokens").await;
        let mut form = vec![("name", "测试程序"), ("of", of), ("days", "30")];
        form.extend(rights.iter().map(|right| ("rights", *right)));
        form.extend(kinds.iter().map(|kind| ("kinds", *kind)));
        let page = owner.post_on("/tokens", &form).await;
        let at = page.text.find("zh_").expect("the token is shown");
        let token = page.text[at..at + 67].to_owned();
        assert!(!owner.get("/tokens").await.text.contains("zh_"), "a token is shown once");
        Program { router: self.router.clone(), token }
    }

    /// A program with any token, or none.
    pub(crate) fn program_with(&self, token: &str) -> Program {
        Program { router: self.router.clone(), token: token.to_owned() }
    }

    /// An account of a bureau, invited by the office.
    pub(crate) async fn bureau(&self, office: &mut Browser, body: &str) -> Browser {
        self.invited(office, "bureau", body, &format!("of_{body}")).await
    }

    /// An account that somebody invited.
    pub(crate) async fn invited(&self, office: &mut Browser, role: &str, body: &str, login: &str) -> Browser {
        self.invited_as(office, role, body, (login, "王某某")).await
    }

    /// The same with a name of its own.
    pub(crate) async fn invited_as(
        &self,
        office: &mut Browser,
        role: &str,
        body: &str,
        (login, name): (&str, &str),
    ) -> Browser {
        office.get("/accounts").await;
        let form = [("name", "李某某"), ("role", role), ("body", body)];
        let page = office.post("/accounts", &form).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        let page = office.get("/accounts").await.text;
        let at = page.find("/start/").expect("the link is shown");
        let link = page[at..].split('"').next().unwrap().to_owned();
        assert!(!office.get("/accounts").await.text.contains("/start/"), "a link is shown once");
        let mut browser = self.anybody();
        browser.use_link_as(&link, login, name).await;
        browser
    }
}

/// Another program with a token.
#[derive(Clone)]
pub(crate) struct Program {
    router: Router,
    token: String,
}

impl Program {
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Page {
        let mut request = Request::builder().method(method).uri(path);
        if !self.token.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Page { status: parts.status, headers: parts.headers, bytes, text }
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        self.send(Method::GET, path, &[], Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &serde_json::Value) -> Page {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.send(Method::POST, path, &all, body.to_string()).await
    }

    pub(crate) async fn put(&self, path: &str, headers: &[(&str, &str)], body: &serde_json::Value) -> Page {
        let mut all = vec![("content-type", "application/json")];
        all.extend_from_slice(headers);
        self.send(Method::PUT, path, &all, body.to_string()).await
    }
}

/// What was answered.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
    pub(crate) text: String,
}

impl Page {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|_| panic!("no JSON ({}): {}", self.status, self.text))
    }

    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn assert_shows(&self, words: &str) -> &Page {
        assert!(self.text.contains(words), "«{words}» is not on the page ({}):\n{}", self.status, self.text);
        self
    }

    pub(crate) fn assert_hides(&self, words: &str) -> &Page {
        assert!(!self.text.contains(words), "«{words}» is on the page");
        self
    }

    /// The value of a hidden field.
    pub(crate) fn hidden(&self, name: &str) -> String {
        let marker = format!("name=\"{name}\" value=\"");
        let at = self.text.find(&marker).unwrap_or_else(|| panic!("no hidden {name}")) + marker.len();
        self.text[at..].split('"').next().unwrap().to_owned()
    }
}

/// A browser without script.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    /// The token of the last page that had one.
    pub(crate) token: String,
    /// Whence it comes.
    pub(crate) address: [u8; 4],
}

impl Browser {
    pub(crate) async fn send(&mut self, method: Method, path: &str, kind: Option<&str>, body: Vec<u8>) -> Page {
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:8470");
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        request = request.header(header::COOKIE, cookies.join("; "));
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let peer = std::net::SocketAddr::from((self.address, 40_000));
        let mut request = request.body(Body::from(body)).unwrap();
        request.extensions_mut().insert(axum::extract::ConnectInfo(peer));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (name, value) = text.split(';').next().unwrap().split_once('=').unwrap();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let page = Page { status: parts.status, headers: parts.headers, bytes, text };
        if page.text.contains("name=\"csrf\"") {
            self.token = page.hidden("csrf");
        }
        page
    }

    pub(crate) async fn get(&mut self, path: &str) -> Page {
        self.send(Method::GET, path, None, Vec::new()).await
    }

    /// Posts a form with the token of the last page.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.token.clone();
        let mut all = vec![("csrf", token.as_str())];
        all.extend_from_slice(fields);
        self.post_bare(path, &all).await
    }

    /// Posts exactly these fields.
    pub(crate) async fn post_bare(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
        self.send(Method::POST, path, Some("application/x-www-form-urlencoded"), body.join("&").into_bytes()).await
    }

    /// Posts a form with one file.
    pub(crate) async fn upload(&mut self, path: &str, fields: &[(&str, &str)], file: (&str, &str, &[u8])) -> Page {
        let token = self.token.clone();
        let mut body = Vec::new();
        for (name, value) in [("csrf", token.as_str())].iter().chain(fields) {
            body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
        }
        let (name, file_name, bytes) = file;
        body.extend(
            format!(
                "--x\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            )
            .bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend(b"\r\n--x--\r\n");
        self.send(Method::POST, path, Some("multipart/form-data; boundary=x"), body).await
    }

    /// Posts and follows the redirect.
    pub(crate) async fn post_on(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.post(path, fields).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        let to = page.location().to_owned();
        self.get(&to).await
    }

    /// The id of an account, from the page of accounts.
    pub(crate) async fn id_of(&mut self, login: &str) -> String {
        let page = self.get("/accounts").await;
        let before = &page.text[..page.text.find(&format!("<small>{login}</small>")).unwrap()];
        let at = before.rfind("/accounts/").unwrap() + "/accounts/".len();
        before[at..at + 32].to_owned()
    }

    /// Grants a role from today on.
    pub(crate) async fn grant(&mut self, login: &str, role: &str, body: &str) {
        let id = self.id_of(login).await;
        let fields = [("role", role), ("body", body), ("since", "2026-11-23")];
        self.post_on(&format!("/accounts/{id}/grants"), &fields).await.assert_shows("岗位已授予");
    }

    /// Signs in again.
    pub(crate) async fn sign_in(&mut self, login: &str) {
        self.get("/login").await;
        let page = self.post("/login", &[("name", login), ("password", PASSWORD)]).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    }

    async fn use_link(&mut self, link: &str, login: &str) {
        self.use_link_as(link, login, "王某某").await;
    }

    async fn use_link_as(&mut self, link: &str, login: &str, name: &str) {
        let path = link.strip_prefix("http://127.0.0.1:8470").unwrap_or(link);
        assert_eq!(self.get(path).await.status, StatusCode::OK);
        let fields = [("login", login), ("name", name), ("password", PASSWORD), ("repeat", PASSWORD)];
        let page = self.post(path, &fields).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    }

    /// Creates a food sample through its form; answers its address.
    pub(crate) async fn food_sample(&mut self, no: &str, verdict: &str) -> String {
        let form = self.get("/kinds/food_sample/new").await;
        let key = form.hidden("request_key");
        let page = self.post("/kinds/food_sample/new", &sample(no, verdict, &key)).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        page.location().to_owned()
    }
}

pub(crate) const PASSWORD: &str = "一句不短的口令 2026";

/// The fields of a food sample's form.
pub(crate) fn sample<'a>(no: &'a str, verdict: &'a str, key: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("request_key", key),
        ("f.sample_name", "菜籽油"),
        ("f.sample_no", no),
        ("f.sampled_on", "2026-03-01"),
        ("f.task_type", "supervision"),
        ("f.area", "500237001"),
        ("f.verdict", verdict),
    ]
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// What an authenticator shows for a step: RFC 6238 written out a second time.
pub(crate) fn code(secret: &str, step: i64) -> String {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = secret.chars().map(|c| format!("{:05b}", LETTERS.find(c).unwrap())).collect();
    let byte = |bits: &[u8]| u8::from_str_radix(std::str::from_utf8(bits).unwrap(), 2).unwrap();
    let key: Vec<u8> = bits.as_bytes().chunks_exact(8).map(byte).collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(&key).unwrap();
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let four = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", four % 1_000_000)
}
