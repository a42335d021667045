//! The few requests that an identity provider is asked, over [`crate::wire`].

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::wire::{self, NoAnswer};
use crate::words::encoded;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The JSON at an address.
pub(super) async fn json(url: &str) -> Result<Value, String> {
    ask(url, "GET", String::new(), None).await
}

/// The JSON that somebody's own token opens.
pub(super) async fn own(url: &str, token: &str) -> Result<Value, String> {
    ask(url, "GET", String::new(), Some(format!("Bearer {token}"))).await
}

/// The JSON that a form is answered with.
pub(super) async fn post(url: &str, form: &[(&str, &str)], basic: Option<(&str, &str)>) -> Result<Value, String> {
    let pairs: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let basic = basic
        .map(|(name, secret)| format!("Basic {}", STANDARD.encode(format!("{}:{}", encoded(name), encoded(secret)))));
    ask(url, "POST", pairs.join("&"), basic).await
}

async fn ask(url: &str, method: &str, body: String, authority: Option<String>) -> Result<Value, String> {
    let mut headers = vec![("accept", "application/json")];
    if method == "POST" {
        headers.push(("content-type", "application/x-www-form-urlencoded"));
    }
    headers.extend(authority.as_deref().map(|authority| ("authorization", authority)));
    let bytes = match wire::ask(url, method, &headers, body, PATIENCE).await {
        Ok((status, bytes)) if status.is_success() => bytes,
        Ok((status, _)) => {
            tracing::warn!(%status, "the identity provider did not answer as it should");
            return Err("身份服务没有正常回答".to_owned());
        }
        Err(NoAnswer::Address) => return Err("身份服务的地址不可信".to_owned()),
        Err(NoAnswer::Slow) => return Err("身份服务没有在限定时间内回答".to_owned()),
        Err(cause) => {
            tracing::warn!(%cause, "the identity provider did not answer as it should");
            return Err("身份服务没有正常回答".to_owned());
        }
    };
    serde_json::from_slice(&bytes).map_err(|_| "身份服务的回答读不出来".to_owned())
}
