//! 对外连接: the few requests that this program makes of others: small, bounded in time and size, over TLS, never following anybody elsewhere. Without
//! TLS only to this machine itself, for a service that runs beside us.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{Request, Response, StatusCode, Uri, header};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring::default_provider};

/// Largest answer.
const LARGEST: usize = 1024 * 1024;

/// What may be reached, for the settings pages.
pub(crate) const TRUSTED: &str = "https 地址；本机上的可以用 http://127.0.0.1";

pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    /// The address is none that may be asked.
    Address,
    /// Nobody takes the connection.
    Connect(Cause),
    /// Whoever takes it cannot be trusted.
    Trust(Cause),
    /// It took too long.
    Slow,
    /// The answer broke off, or is too large.
    Broken(Cause),
}

impl std::fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NoAnswer::Address => write!(f, "an address that may not be asked"),
            NoAnswer::Connect(cause) => write!(f, "no connection: {cause}"),
            NoAnswer::Trust(cause) => write!(f, "no TLS: {cause}"),
            NoAnswer::Slow => write!(f, "no answer in time"),
            NoAnswer::Broken(cause) => write!(f, "a broken answer: {cause}"),
        }
    }
}

/// Whether an address may be asked at all.
pub(crate) fn may_reach(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let local = matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let plain = uri.authority().is_some_and(|at| !at.as_str().contains('@'));
    plain && (uri.scheme_str() == Some("https") || uri.scheme_str() == Some("http") && local)
}

/// One request and its answer, whatever its status.
pub(crate) async fn ask(
    url: &str,
    method: &str,
    headers: &[(&str, &str)],
    body: String,
    patience: Duration,
) -> Result<(StatusCode, Bytes), NoAnswer> {
    ask_typed(url, method, headers, body, patience).await.map(|(status, _, bytes)| (status, bytes))
}

/// As [`ask`], with the type of the answer.
pub(crate) async fn ask_typed(
    url: &str,
    method: &str,
    headers: &[(&str, &str)],
    body: String,
    patience: Duration,
) -> Result<(StatusCode, Option<String>, Bytes), NoAnswer> {
    if !may_reach(url) {
        return Err(NoAnswer::Address);
    }
    let uri: Uri = url.parse().map_err(|_| NoAnswer::Address)?;
    let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let host = uri.authority().map(ToString::to_string).unwrap_or_default();
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, host);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::from(body)).map_err(|error| NoAnswer::Broken(error.into()))?;
    tokio::time::timeout(patience, answer(&uri, request)).await.unwrap_or(Err(NoAnswer::Slow))
}

async fn answer(uri: &Uri, request: Request<Body>) -> Result<(StatusCode, Option<String>, Bytes), NoAnswer> {
    let host = uri.host().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let tls = uri.scheme_str() == Some("https");
    let stream = connect(host, uri.port_u16().unwrap_or(if tls { 443 } else { 80 })).await?;
    let response = if tls {
        let trust = trust().map_err(NoAnswer::Trust)?;
        exchange(encrypted(host, stream, trust).await?, request).await
    } else {
        exchange(stream, request).await
    };
    let response = response.map_err(NoAnswer::Broken)?;
    let status = response.status();
    let media = response.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let bytes = Limited::new(response.into_body(), LARGEST).collect().await.map_err(NoAnswer::Broken)?.to_bytes();
    Ok((status, media, bytes))
}

/// A connection.
pub(crate) async fn connect(host: &str, port: u16) -> Result<TcpStream, NoAnswer> {
    TcpStream::connect((host, port)).await.map_err(|error| NoAnswer::Connect(error.into()))
}

/// TLS over a stream, with whoever proves to be the host.
pub(crate) async fn encrypted<S>(host: &str, stream: S, trust: Arc<ClientConfig>) -> Result<TlsStream<S>, NoAnswer>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let name = ServerName::try_from(host.to_owned()).map_err(|error| NoAnswer::Trust(error.into()))?;
    TlsConnector::from(trust).connect(name, stream).await.map_err(|error| NoAnswer::Trust(error.into()))
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
pub(crate) fn trust() -> Result<Arc<ClientConfig>, Cause> {
    static TRUST: OnceLock<Arc<ClientConfig>> = OnceLock::new();
    if let Some(known) = TRUST.get() {
        return Ok(Arc::clone(known));
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let config = trusting(roots)?;
    Ok(Arc::clone(TRUST.get_or_init(|| config)))
}

/// Trust in whomever these authorities vouch for.
pub(crate) fn trusting(roots: RootCertStore) -> Result<Arc<ClientConfig>, Cause> {
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
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
