//! 安全响应头: what every answer carries. Nothing is loaded from elsewhere, nothing runs inline, nobody frames our pages.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

/// The content security policy of every page.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; \
     form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const FIXED: [(HeaderName, &str); 5] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Adds the fixed headers; an answer that says nothing about caching is not stored.
pub async fn secure(mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_answer_carries_the_policy_and_is_not_stored_unless_it_says_so() {
        let plain = secure(Response::default()).await;
        assert_eq!(plain.headers()[header::CONTENT_SECURITY_POLICY], CONTENT_SECURITY_POLICY);
        assert_eq!(plain.headers()[header::CACHE_CONTROL], "no-store");
        let mut cached = Response::default();
        cached.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
        assert_eq!(secure(cached).await.headers()[header::CACHE_CONTROL], "public, max-age=60");
    }
}
