//! 推送 (webhook): a POST of JSON that the receiver can check: who sent it, when, and whether he has seen it before.
//!
//! `X-Zhiheng-Signature: sha256=…` is HMAC-SHA256, under the secret that both know, of the timestamp, a full stop, and the body byte by byte. The timestamp
//! (`X-Zhiheng-Timestamp`, seconds since 1970) is signed along, so that an old request cannot be sent again by somebody else; `Idempotency-Key` is the
//! same at every attempt.

use std::time::Duration;

use ring::hmac;
use zhiheng_app::hex;

use super::{STATUS, Unsent};
use crate::wire;

/// How long the receiver may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What stands in the signature.
pub(super) fn signature(secret: &str, timestamp: &str, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{timestamp}.{body}").as_bytes());
    format!("sha256={}", hex(tag.as_ref()))
}

/// One attempt. Only a status of success is one: who is sent elsewhere (3xx) does not go.
pub(super) async fn push(url: &str, secret: &str, key: &str, body: &str, now: i64) -> Result<(), Unsent> {
    let timestamp = now.div_euclid(1_000_000).to_string();
    let signature = signature(secret, &timestamp, body);
    let headers = [
        ("content-type", "application/json"),
        ("user-agent", concat!("zhiheng/", env!("CARGO_PKG_VERSION"))),
        ("idempotency-key", key),
        ("x-zhiheng-timestamp", &timestamp),
        ("x-zhiheng-signature", &signature),
    ];
    match wire::ask(url, "POST", &headers, body.to_owned(), PATIENCE).await {
        Ok((status, _)) if status.is_success() => Ok(()),
        Ok((status, _)) => Err(Unsent(STATUS, status.as_u16().to_string())),
        Err(no) => Err(Unsent::of(&no, url)),
    }
}

#[cfg(test)]
mod tests {
    use super::signature;

    #[test]
    fn the_signature_is_hmac_sha256_over_time_and_body() {
        let known = signature("Jefe", "1795413960", "{\"a\":1}");
        // As another implementation computes it over `1795413960.{"a":1}`.
        assert_eq!(known, "sha256=d5bb46f7329599ae16f043b100088d129f8ae5dfe7fab020bd612dc9238f9799");
        assert_ne!(known, signature("Jefe", "1795413961", "{\"a\":1}"), "another time");
        assert_ne!(known, signature("Jefe", "1795413960", "{\"a\":2}"), "another body");
        assert_ne!(known, signature("jefe", "1795413960", "{\"a\":1}"), "another secret");
    }
}
