//! 监听: a county answers on an address until it is told to stop; the demonstration county may open at its first visitor. While it is served, what
//! is due happens by itself, and what is to leave the house leaves.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use tower::ServiceExt;

use crate::{Server, logging, outgoing, router, unattended};

/// How long running requests may take after the signal to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Serves a county until `stop` ends, then lets running requests finish for at most ten seconds.
pub async fn listen(
    listener: TcpListener,
    server: Server,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let attended = Attended::of(server.clone());
    let ended = serve(listener, router(server), stop).await;
    drop(attended);
    ended
}

/// What happens by itself in a county; it ends with this.
struct Attended([tokio::task::JoinHandle<()>; 3]);

impl Attended {
    fn of(server: Server) -> Attended {
        Attended([
            tokio::spawn(unattended::attend(server.clone())),
            tokio::spawn(logging::attend(server.clone())),
            tokio::spawn(outgoing::attend(server)),
        ])
    }
}

impl Drop for Attended {
    fn drop(&mut self) {
        self.0.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

/// As [`listen`], of a county that is made when somebody first asks for a page. Making it may block and take seconds; when it fails,
/// the visitor is told why, and the next one tries again.
pub async fn listen_lazily<F>(
    listener: TcpListener,
    make: F,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()>
where
    F: Fn() -> Result<Server, String> + Send + Sync + 'static,
{
    let opened: Arc<OnceCell<(Router, Attended)>> = Arc::new(OnceCell::new());
    let make = Arc::new(make);
    let visit = move |request: Request| {
        let (opened, make) = (Arc::clone(&opened), Arc::clone(&make));
        async move {
            match opened.get_or_try_init(|| open(make)).await {
                Ok((county, _)) => match county.clone().oneshot(request).await {
                    Ok(answer) => answer,
                    Err(never) => match never {},
                },
                Err(why) => apology(&why),
            }
        }
    };
    serve(listener, Router::new().fallback(visit), stop).await
}

async fn open<F>(make: Arc<F>) -> Result<(Router, Attended), String>
where
    F: Fn() -> Result<Server, String> + Send + Sync + 'static,
{
    let made = tokio::task::spawn_blocking(move || make()).await;
    let server = made.map_err(|failure| failure.to_string())??;
    Ok((router(server.clone()), Attended::of(server)))
}

/// Plain words: without a county there is no page to put them on.
fn apology(why: &str) -> Response {
    let text = format!("示例县暂时打不开：{why}\n请稍后刷新；仍不行时，请查看程序窗口里的说明。\n");
    let mut answer = (StatusCode::SERVICE_UNAVAILABLE, text).into_response();
    answer.headers_mut().insert("content-type", axum::http::HeaderValue::from_static("text/plain; charset=utf-8"));
    answer
}

async fn serve(
    listener: TcpListener,
    routes: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (told, mut stopped) = tokio::sync::watch::channel(());
    // The other end of the connection is counted where citizens send forms; it is written down nowhere.
    let routes = routes.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, routes).with_graceful_shutdown(async move {
        stop.await;
        // Whoever waits for it has gone when this fails.
        let _ = told.send(());
    });
    tokio::select! {
        ended = serving => ended,
        () = async {
            let _ = stopped.changed().await;
            tokio::time::sleep(GRACE).await;
        } => Ok(()),
    }
}
