//! 自问自答: asks the router without a socket, for measurements. Nothing of a page is left out but the network.

use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, header};
use tower::ServiceExt;

use crate::{Server, router};

/// A county that is asked directly.
#[derive(Clone)]
pub struct Loopback(Router);

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The cookie that was set, as it is sent back.
    pub cookie: String,
    /// The page.
    pub text: String,
}

impl Loopback {
    /// The whole program of a county.
    pub fn new(server: Server) -> Loopback {
        Loopback(router(server))
    }

    /// Opens a page from a network address.
    pub async fn open(&self, path: &str, from: IpAddr) -> Result<Answered, String> {
        self.ask(Request::get(path), from, Body::empty()).await
    }

    /// Sends a form, URL-encoded, from a network address.
    pub async fn send(&self, path: &str, from: IpAddr, cookie: &str, form: String) -> Result<Answered, String> {
        let request = Request::post(path)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request, from, Body::from(form)).await
    }

    /// Asks the API with a token; a body is JSON.
    pub async fn call(&self, method: &str, path: &str, token: &str, json: String) -> Result<Answered, String> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.ask(request, IpAddr::V4(Ipv4Addr::LOCALHOST), Body::from(json)).await
    }

    async fn ask(&self, request: axum::http::request::Builder, from: IpAddr, body: Body) -> Result<Answered, String> {
        let request = request.header(header::HOST, "127.0.0.1:8470").body(body);
        let mut request = request.map_err(|error| error.to_string())?;
        request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::new(from, 40_000)));
        let answer = match self.0.clone().oneshot(request).await {
            Ok(answer) => answer,
            Err(never) => match never {},
        };
        let cookie = answer.headers().get(header::SET_COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let bytes = to_bytes(answer.into_body(), usize::MAX).await.map_err(|error| error.to_string())?;
        Ok(Answered { cookie, text: String::from_utf8_lossy(&bytes).into_owned() })
    }
}
