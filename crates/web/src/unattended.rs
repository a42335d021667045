//! 到时自动办理: what happens without anybody asking – reminders, ends of times, rungs of ladders – happens while the county is served.
//!
//! - It is asked once a second whether something is due: a case may be opened at any moment with an end that is near.
//! - At the start everything that became due meanwhile is made up for.
//! - Once a minute what was published is compared with its recomputation; a difference is told to whoever may correct it.
//! - A failure is logged and tried again, later each time, at most every half minute. A database that is only read is left alone.
//! - It blocks a thread of its own kind, never one that answers requests.

use std::time::Duration;

use crate::Server;

const EVERY: Duration = Duration::from_secs(1);
const AT_MOST: Duration = Duration::from_secs(30);
/// So many looks pass between two comparisons of what was published.
const COMPARED: u32 = 60;

/// Lets everything happen in its time, until it is dropped.
pub(crate) async fn attend(server: Server) {
    let pack = &server.app().pack;
    let handles = pack.kinds.iter().any(|kind| pack.has_cases(kind));
    if server.app().is_read_only() || !handles {
        return;
    }
    let mut wait = EVERY;
    let mut looks = 0;
    loop {
        if looks % COMPARED == 0 {
            compare(&server).await;
        }
        looks = looks.wrapping_add(1);
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

/// 已公布的数有变动: told once; a failure waits for the next minute.
async fn compare(server: &Server) {
    let place = &server.app().pack.place;
    match server.run(|app| app.watch_published()).await {
        Ok(0) => {}
        Ok(told) => tracing::info!(%place, told, "what was published differs by now"),
        Err(error) => tracing::error!(%place, cause = %error, "what was published could not be compared"),
    }
}
