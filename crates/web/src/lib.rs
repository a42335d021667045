//! 页面、表单与公开读取接口: pages, forms and the public read API.
//!
//! - [`components`] are the parts, [`pages`] the pages. One struct per page, named `…Page`, is everything its template can
//!   see; rendering is pure and knows no record, no pack and no clock.
//! - [`assets`] are the stylesheet and the script, [`headers`] what every answer carries.
//! - [`routes`] is every address with its permission. The guard around a handler decides who comes in; a handler takes what is
//!   authorised, calls one use case, fills one page. `public`, `office`, `own` and `steward` hold the handlers by reader.
//!   authorised, calls one use case, fills one page. `public`, `office` and `steward` hold the handlers by reader.
//! - `api` is the same for other programs, as JSON behind tokens.
//! - [`samples`] are the pages of a fictional county, for tests and for the gallery (`cargo run --example gallery`).

mod api;
pub mod assets;
mod citizen;
pub mod components;
mod cookies;
mod csrf;
mod extract;
mod frame;
mod guard;
pub mod headers;
mod held;
mod listen;
mod logging;
pub mod loopback;
mod office;
mod openid;
mod outgoing;
mod own;
pub mod pages;
mod problem;
mod public;
pub mod routes;
pub mod samples;
mod server;
mod sign_in;
mod steward;
mod unattended;
mod wire;
mod words;

use axum::{
    Router,
    http::header,
    middleware,
    response::{IntoResponse, Response},
    routing::get,
};

pub use api::openapi;
pub use listen::{listen, listen_lazily};
pub use routes::router;
pub use server::{Secrets, Server, Setup};

/// The routes that need no county: static files, with the security headers of every answer.
pub fn assets_router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(assets::style_href(), get(|| async { unchanging("text/css; charset=utf-8", assets::STYLE) }))
        .route(assets::script_href(), get(|| async { unchanging("text/javascript; charset=utf-8", assets::SCRIPT) }))
        .layer(middleware::map_response(headers::secure))
}

/// A file whose name changes with its content.
fn unchanging(kind: &'static str, content: &'static str) -> Response {
    ([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")], content)
        .into_response()
}
