//! The few requests that an identity provider is asked: small, bounded in time and size, over TLS. Without TLS only to this machine
//! itself, for a provider that runs beside us.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, Response, Uri, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring::default_provider};

use crate::words::encoded;

/// How long one request may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Largest answer.
const LARGEST: usize = 1024 * 1024;

/// What may be reached, for the settings page.
pub(crate) const TRUSTED: &str = "https 地址；本机上的可以用 http://127.0.0.1";

/// Whether a provider may be asked at an address at all.
pub(crate) fn may_reach(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let local = matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let plain = uri.authority().is_some_and(|at| !at.as_str().contains('@'));
    plain && (uri.scheme_str() == Some("https") || uri.scheme_str() == Some("http") && local)
}

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
    if !may_reach(url) {
        return Err("身份服务的地址不可信".to_owned());
    }
    let uri: Uri = url.parse().map_err(|_| "身份服务的地址不对".to_owned())?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let host = uri.authority().map(ToString::to_string).unwrap_or_default();
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, host);
    request = request.header(header::ACCEPT, "application/json");
    if method == "POST" {
        request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    }
    if let Some(authority) = authority {
        request = request.header(header::AUTHORIZATION, authority);
    }
    let request = request.body(Body::from(body)).map_err(|error| error.to_string())?;
    let answered = tokio::time::timeout(PATIENCE, answer(&uri, request)).await;
    let bytes = match answered {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(cause)) => {
            tracing::warn!(%cause, "the identity provider did not answer as it should");
            return Err("身份服务没有正常回答".to_owned());
        }
        Err(_) => return Err("身份服务没有在限定时间内回答".to_owned()),
    };
    serde_json::from_slice(&bytes).map_err(|_| "身份服务的回答读不出来".to_owned())
}

type Cause = Box<dyn std::error::Error + Send + Sync>;

async fn answer(uri: &Uri, request: Request<Body>) -> Result<Bytes, Cause> {
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']').to_owned();
    let tls = uri.scheme_str() == Some("https");
    let stream = TcpStream::connect((host.as_str(), uri.port_u16().unwrap_or(if tls { 443 } else { 80 }))).await?;
    let response = if tls {
        let connector = TlsConnector::from(trust()?);
        exchange(connector.connect(ServerName::try_from(host)?, stream).await?, request).await?
    } else {
        exchange(stream, request).await?
    };
    let status = response.status();
    let bytes = Limited::new(response.into_body(), LARGEST).collect().await?.to_bytes();
    if status.is_success() { Ok(bytes) } else { Err(format!("status {status}").into()) }
}

async fn exchange<S>(stream: S, request: Request<Body>) -> Result<Response<Incoming>, Cause>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    // Ends with its one answer.
    tokio::spawn(connection);
    Ok(sender.send_request(request).await?)
}

/// The certificates that this machine trusts, read once.
fn trust() -> Result<Arc<ClientConfig>, Cause> {
    static TRUST: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(known) = TRUST.get() {
        return Ok(Arc::clone(known));
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::clone(TRUST.get_or_init(|| Arc::new(config))))
}

#[cfg(test)]
mod tests {
    use super::may_reach;

    #[test]
    fn a_provider_is_asked_over_tls_or_on_this_machine() {
        for url in ["https://id.example.gov.cn", "https://id.example.gov.cn:8443/realms/x", "http://127.0.0.1:9000"] {
            assert!(may_reach(url), "{url}");
        }
        for url in ["http://id.example.gov.cn", "http://127.0.0.1@evil.example", "ftp://127.0.0.1", "id.example", ""] {
            assert!(!may_reach(url), "{url}");
        }
    }
}
