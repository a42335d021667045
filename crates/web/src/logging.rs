//! 日志的看守: public heads of the transparency log are cut in their time while the county is served, and its witnesses are asked.
//!
//! A head that may not be signed – the database is an older copy – is told in the log of the program again and again; it is never signed. What
//! the county does goes on meanwhile: leaves are written with the things themselves. A witness that does not answer holds up nothing.

use std::collections::HashMap;
use std::time::Duration;

use zhiheng_app::{Asked, Error, Witness};

use crate::{Server, wire};

const EVERY: Duration = Duration::from_secs(5);
const AT_MOST: Duration = Duration::from_secs(300);
/// A witness may take so long.
const PATIENCE: Duration = Duration::from_secs(20);
/// Rounds of [`EVERY`] until a witness that did not cosign is asked again.
const AGAIN: u32 = 12;

/// Cuts heads until it is dropped.
pub(crate) async fn attend(server: Server) {
    if server.app().is_read_only() {
        return;
    }
    tokio::join!(cut(&server), ask_witnesses(&server));
}

async fn cut(server: &Server) {
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

/// What a witness is known to know, and how many rounds it is left alone.
#[derive(Default)]
struct Known {
    size: u64,
    rest: u32,
}

async fn ask_witnesses(server: &Server) {
    let mut known: HashMap<String, Known> = HashMap::new();
    loop {
        tokio::time::sleep(EVERY).await;
        let Ok(witnesses) = server.run(|app| app.log_witnesses()).await else { continue };
        for witness in witnesses {
            let known = known.entry(witness.url.clone()).or_default();
            if known.rest > 0 {
                known.rest -= 1;
                continue;
            }
            match ask(server, &witness, &mut known.size).await {
                Ok(None) => {}
                Ok(Some(Asked::Cosigned)) => tracing::info!(witness = witness.name, "the head is cosigned"),
                Ok(Some(Asked::From(size))) => {
                    tracing::warn!(witness = witness.name, size, "asked for another beginning twice")
                }
                Ok(Some(Asked::Refused(fault))) => {
                    known.rest = AGAIN;
                    tracing::warn!(witness = witness.name, cause = %fault, "the head is not cosigned");
                }
                Err(error) => {
                    known.rest = AGAIN;
                    tracing::warn!(witness = witness.name, cause = %error, "a witness could not be asked");
                }
            }
        }
    }
}

/// Asks once, and once more from where the witness says that it stands. None: there is nothing to ask.
async fn ask(server: &Server, witness: &Witness, known: &mut u64) -> Result<Option<Asked>, Error> {
    let mut asked = None;
    for _ in 0..2 {
        let (of, from) = (witness.clone(), *known);
        let Some(body) = server.run(move |app| app.witness_request(&of, from)).await? else { return Ok(asked) };
        let url = format!("{}/add-checkpoint", witness.url);
        let answer = wire::ask_typed(&url, "POST", &[], body, PATIENCE).await;
        let (status, media, bytes) = answer.map_err(|no| Error::Internal(no.to_string()))?;
        let of = witness.clone();
        let got = server.run(move |app| app.witness_answered(&of, status.as_u16(), media.as_deref(), &bytes)).await?;
        match got {
            Asked::From(size) => *known = size,
            Asked::Cosigned => return Ok(Some(got)),
            Asked::Refused(_) => return Ok(Some(got)),
        }
        asked = Some(got);
    }
    Ok(asked)
}
