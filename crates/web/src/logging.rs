//! 日志的看守: public heads of the transparency log are cut in their time while the county is served.
//!
//! A head that may not be signed – the database is an older copy – is told in the log of the program again and again; it is never signed. What
//! the county does goes on meanwhile: leaves are written with the things themselves.

use std::time::Duration;

use crate::Server;

const EVERY: Duration = Duration::from_secs(5);
const AT_MOST: Duration = Duration::from_secs(300);

/// Cuts heads until it is dropped.
pub(crate) async fn attend(server: Server) {
    if server.app().is_read_only() {
        return;
    }
    let mut wait = EVERY;
    loop {
        match server.run(|app| app.tend_log()).await {
            Ok(Some(head)) => {
                wait = EVERY;
                tracing::info!(place = %server.app().pack.place, size = head.size, "the log has a new public head");
            }
            Ok(None) => wait = EVERY,
            Err(error) => {
                wait = (wait * 2).min(AT_MOST);
                tracing::error!(place = %server.app().pack.place, cause = %error, again_s = wait.as_secs(), "no head of the log");
            }
        }
        tokio::time::sleep(wait).await;
    }
}
