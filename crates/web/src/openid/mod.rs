//! 统一身份登录: sign-in through an OpenID Connect provider (authorization code with PKCE). Nothing leaves the program unless a provider
//! is named in the settings.
//!
//! What always holds:
//! - An identity leads to an account that exists; none is made.
//! - What comes back belongs to the browser that went out: state, nonce and code verifier wait in memory under its cookie, for ten
//!   minutes, and are used once.
//! - A token is believed only after its signature, issuer, audience, times and nonce.

mod token;
mod wire;

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::extract::State;
use serde_json::Value;
use sha2::{Digest, Sha256};
use zhiheng_app::{Error, SignedIn};

use crate::extract::{Params, Visit};
use crate::problem::{Answer, see};
use crate::public::plain::own_address;
use crate::server::{Server, read_secret};
use crate::sign_in;
pub(crate) use crate::wire::{TRUSTED, may_reach};
use crate::words::address;

/// Where the provider sends the reader back to.
const BACK: &str = "/login/openid/back";
/// µs that a sign-in may take at the provider.
const LIFE: i64 = 10 * 60 * 1_000_000;
/// Sign-ins under way at a time; more let the oldest go.
const UNDER_WAY: usize = 4096;

/// The provider, as the settings name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Provider {
    /// Its issuer (`https://id.example.gov.cn`).
    pub(crate) issuer: String,
    /// The name under which it knows us.
    pub(crate) client: String,
}

/// A sign-in between going out and coming back.
#[derive(Debug, Clone)]
struct Waiting {
    state: String,
    nonce: String,
    verifier: String,
    next: String,
    at: i64,
}

/// Every sign-in under way, by the cookie of its browser.
#[derive(Default)]
pub(crate) struct UnderWay(Mutex<HashMap<String, Waiting>>);

impl UnderWay {
    fn put(&self, browser: &str, waiting: Waiting) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, one| waiting.at - one.at < LIFE);
        if all.len() >= UNDER_WAY {
            let oldest = all.iter().min_by_key(|(_, one)| one.at).map(|(key, _)| key.clone());
            oldest.and_then(|key| all.remove(&key));
        }
        all.insert(browser.to_owned(), waiting);
    }

    fn take(&self, browser: &str, state: &str, now: i64) -> Option<Waiting> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = all.remove(browser)?;
        (waiting.state == state && !state.is_empty() && now - waiting.at < LIFE).then_some(waiting)
    }
}

fn refused(why: &str) -> Error {
    Error::WrongState(format!("统一身份登录没有成功：{why}。请返回登录页重试；仍不行时用用户名和口令登录"))
}

fn provider(server: &Server) -> Result<Provider, Error> {
    server.settings().provider.ok_or_else(|| Error::NotFound("统一身份登录，设置里没有启用".to_owned()))
}

/// What the provider says of itself; its issuer must be the one that was asked.
async fn discover(provider: &Provider) -> Result<Value, Error> {
    let url = format!("{}/.well-known/openid-configuration", provider.issuer.trim_end_matches('/'));
    let found = wire::json(&url).await.map_err(|why| refused(&why))?;
    if found.get("issuer").and_then(Value::as_str) == Some(provider.issuer.as_str()) {
        Ok(found)
    } else {
        Err(refused("身份服务自报的名称与设置里的不一致"))
    }
}

fn endpoint<'a>(found: &'a Value, name: &str) -> Result<&'a str, Error> {
    found.get(name).and_then(Value::as_str).ok_or_else(|| refused("身份服务没有说明接口地址"))
}

/// `GET /login/openid`
pub(crate) async fn go(State(server): State<Server>, visit: Visit, params: Params) -> Answer {
    let next = own_address(params.get("next")).to_owned();
    if visit.account.is_some() {
        return Ok(see(&next));
    }
    let provider = provider(&server)?;
    let found = discover(&provider).await?;
    let (state, nonce, verifier) = (server.chance::<16>(), server.chance::<16>(), server.chance::<32>());
    let challenge = token::base64url(&Sha256::digest(verifier.as_bytes()));
    let back = format!("{}{BACK}", visit.origin);
    let values = [
        ("response_type", "code"),
        ("scope", "openid profile"),
        ("client_id", provider.client.as_str()),
        ("redirect_uri", back.as_str()),
        ("state", state.as_str()),
        ("nonce", nonce.as_str()),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    let to = address(endpoint(&found, "authorization_endpoint")?, &values);
    let at = server.app().now();
    server.under_way().put(&visit.secret, Waiting { state, nonce, verifier, next, at });
    Ok(see(&to))
}

/// `GET /login/openid/back`
pub(crate) async fn back(State(server): State<Server>, visit: Visit, params: Params) -> Answer {
    let provider = provider(&server)?;
    let now = server.app().now();
    let waiting = server.under_way().take(&visit.secret, params.get("state"), now);
    let waiting = waiting.ok_or_else(|| refused("这次登录不是从本页发起的，或者超过了十分钟"))?;
    if params.get("code").is_empty() {
        return Err(refused("身份服务没有同意").into());
    }
    let found = discover(&provider).await?;
    let back = format!("{}{BACK}", visit.origin);
    let form = [
        ("grant_type", "authorization_code"),
        ("code", params.get("code")),
        ("redirect_uri", back.as_str()),
        ("client_id", provider.client.as_str()),
        ("code_verifier", waiting.verifier.as_str()),
    ];
    let secret = secret(&server)?;
    let basic = secret.as_deref().map(|secret| (provider.client.as_str(), secret));
    let told = wire::post(endpoint(&found, "token_endpoint")?, &form, basic).await.map_err(|why| refused(&why))?;
    let id_token = told.get("id_token").and_then(Value::as_str).ok_or_else(|| refused("身份服务没有给出身份"))?;
    let keys = wire::json(endpoint(&found, "jwks_uri")?).await.map_err(|why| refused(&why))?;
    let wanted = token::Wanted {
        issuer: &provider.issuer,
        audience: &provider.client,
        nonce: &waiting.nonce,
        now: now.div_euclid(1_000_000),
    };
    let mut who = token::read(id_token, &keys, &wanted).map_err(refused)?;
    if who.login.is_none() {
        who.login = login_of(&found, &told, &who.subject).await;
    }
    let (issuer, from) = (provider.issuer.clone(), visit.address.clone());
    let signed = server.run(move |app| app.sign_in_as(&issuer, &who.subject, who.login.as_deref(), &from)).await?;
    Ok(match signed {
        SignedIn::Session(session) => sign_in::signed_in(&server, &visit, &waiting.next, &session),
        SignedIn::SecondFactor(ticket) => sign_in::ask_code(&server, &visit, &ticket, &waiting.next),
    })
}

/// The login, from providers that keep it out of the token. It is of no use when it is said of another.
async fn login_of(found: &Value, told: &Value, subject: &str) -> Option<String> {
    let url = found.get("userinfo_endpoint").and_then(Value::as_str)?;
    let token = told.get("access_token").and_then(Value::as_str)?;
    let person = wire::own(url, token).await.ok()?;
    let text = |name: &str| person.get(name).and_then(Value::as_str);
    text("preferred_username").filter(|_| text("sub") == Some(subject)).map(str::to_owned)
}

/// The secret; none for a public client.
fn secret(server: &Server) -> Result<Option<String>, Error> {
    let Some(path) = &server.secrets().openid else { return Ok(None) };
    read_secret(path).map(Some).map_err(|cause| {
        tracing::error!(%cause, "the secret of the identity provider cannot be read");
        refused("本系统读不到密钥文件，请系统管理员检查")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_back_belongs_to_the_browser_that_went_out_and_once() {
        let all = UnderWay::default();
        let waiting = || Waiting {
            state: "s".to_owned(),
            nonce: String::new(),
            verifier: String::new(),
            next: "/".to_owned(),
            at: 5,
        };
        all.put("a", waiting());
        assert!(all.take("b", "s", 6).is_none(), "another browser");
        assert!(all.take("a", "s", 6).is_some());
        assert!(all.take("a", "s", 6).is_none(), "used");
        all.put("a", waiting());
        assert!(all.take("a", "x", 6).is_none(), "another state");
        all.put("a", waiting());
        assert!(all.take("a", "s", 5 + LIFE).is_none(), "too late");
    }
}
