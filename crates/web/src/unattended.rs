//! 到时自动办理: what happens without anybody asking – reminders, ends of times, rungs of ladders – happens while the county is served.
//!
//! - It is asked once a second whether something is due: a case may be opened at any moment with an end that is near.
//! - At the start everything that became due meanwhile is made up for.
//! - A failure is logged and tried again, later each time, at most every half minute. A database that is only read is left alone.
//! - It blocks a thread of its own kind, never one that answers requests.

use std::time::Duration;

use crate::Server;

const EVERY: Duration = Duration::from_secs(1);
const AT_MOST: Duration = Duration::from_secs(30);

/// Lets everything happen in its time, until it is dropped.
pub(crate) async fn attend(server: Server) {
    let pack = &server.app().pack;
    let handles = pack.kinds.iter().any(|kind| pack.has_cases(kind));
    if server.app().is_read_only() || !handles {
        return;
    }
    let mut wait = EVERY;
    loop {
        let done = server
            .run(|app| match app.next_firing()? {
                Some(at) if at <= app.now() => app.fire().map(Some),
                _ => Ok(None),
            })
            .await;
        match done {
            Ok(Some(fired)) => tracing::info!(place = %pack.place, ?fired, "what was due has happened"),
            Ok(None) => {}
            Err(error) => {
                wait = (wait * 2).min(AT_MOST);
                let again_s = wait.as_secs();
                tracing::error!(place = %pack.place, cause = %error, again_s, "what is due could not happen");
                tokio::time::sleep(wait).await;
                continue;
            }
        }
        wait = EVERY;
        tokio::time::sleep(wait).await;
    }
}
