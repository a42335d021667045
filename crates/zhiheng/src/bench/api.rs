//! api-list, api-create: a page of fifty samples, and one durable sample, asked of the API through the real router – token, pace, shape,
//! permission, JSON – and, alternating, of the same use case directly. The ratio is what the API leaves of it.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Error, Result, bail, ensure};
use serde_json::{Map, Value, json};
use zhiheng_app::{Act, App, Grants, ListWanted, Random, ReachOf, Right, Submission, TokenWanted};
use zhiheng_web::loopback::Loopback;
use zhiheng_web::{Secrets, Server, Setup};

use super::{Bench, Filled, Found, Laps, filled};
use crate::Common;
use crate::env::SystemRandom;

const RECORDS: &str = "/api/v1/kinds/food_sample/records";
/// Requests of one token: fewer than it may send at once.
const OF_A_TOKEN: usize = 900;
/// What is asked in a round.
const LAPS: usize = 400;

/// A county, and who asks it.
struct Asked {
    app: Arc<App>,
    county: Loopback,
    runtime: tokio::runtime::Runtime,
    tokens: Vec<String>,
    sent: usize,
    records: u64,
    _rest: Box<dyn std::any::Any>,
}

impl Asked {
    fn new(common: &Common, args: &Bench, requests: usize) -> Result<Asked> {
        let Filled { app, records, _folder: folder, .. } = filled(common, args, args.n)?;
        let app = Arc::new(app);
        let tokens = tokens(&app, requests.div_ceil(OF_A_TOKEN))?;
        let mut csrf_key = [0; 32];
        SystemRandom.fill(&mut csrf_key);
        let random = Arc::new(SystemRandom);
        let setup = Setup { app: Arc::clone(&app), random, csrf_key, demo_address: None, secrets: Secrets::default() };
        let county = Loopback::new(Server::new(setup)?);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        Ok(Asked { app, county, runtime, tokens, sent: 0, records, _rest: Box::new(folder) })
    }

    fn call(&mut self, method: &str, path: &str, json: String) -> Result<String> {
        let token = self.tokens.get(self.sent / OF_A_TOKEN).context("the tokens are spent")?;
        self.sent += 1;
        let answered = self.runtime.block_on(self.county.call(method, path, token, json));
        Ok(answered.map_err(Error::msg)?.text)
    }
}

/// Tokens of the first account, who may do everything.
fn tokens(app: &App, count: usize) -> Result<Vec<String>> {
    let link = app.first_link()?.context("这个数据库已经有账号；请用新的")?;
    let mut password = String::new();
    let mut bytes = [0; 16];
    SystemRandom.fill(&mut bytes);
    bytes.iter().try_for_each(|byte| write!(password, "{byte:02x}"))?;
    let session = app.accept(&link, "bench", "测量", &password, "")?.session().context("no session")?;
    let account = app.session(&session.0)?.context("no account")?;
    let wanted =
        TokenWanted { name: "bench".to_owned(), of: ReachOf::Own, grants: Grants::on_all(Right::ALL), days: 1 };
    let tokens = (0..count).map(|_| app.create_token(&account, &wanted));
    Ok(tokens.collect::<Result<_, _>>()?)
}

pub(super) fn list(common: &Common, args: &Bench) -> Result<Found> {
    let rounds = args.rounds.max(1);
    let mut asked = Asked::new(common, args, (rounds + 1) * LAPS)?;
    let pack = Arc::clone(&asked.app.pack);
    let kind = pack.kind("food_sample").context("no food samples")?;
    let verdict = kind.field_index("verdict").context("no verdict")?;
    let wanted = ListWanted { filters: vec![(verdict, "qualified".to_owned())], limit: 50, ..ListWanted::default() };
    let path = format!("{RECORDS}?f.verdict=qualified&limit=50");
    let (mut ours, mut peer) = (Laps::default(), Laps::default());
    for round in 0..=rounds {
        for _ in 0..LAPS {
            let begin = Instant::now();
            let text = asked.call("GET", &path, String::new())?;
            let (took, begin) = (begin.elapsed(), Instant::now());
            let view = asked.app.list(kind, &wanted)?;
            let direct = begin.elapsed();
            ensure!(text.starts_with("{\"records\":[{") && view.rows.len() == 50, "not a full page: {text:.200}");
            // The first round warms up.
            if round > 0 {
                ours.0.push(took);
                peer.0.push(direct);
            }
        }
    }
    Ok(found(asked.records, &ours, &peer))
}

pub(super) fn create(common: &Common, args: &Bench) -> Result<Found> {
    let rounds = args.rounds.max(1);
    let mut asked = Asked::new(common, args, (rounds + 1) * LAPS)?;
    let today = asked.app.today();
    let (mut ours, mut peer) = (Laps::default(), Laps::default());
    let mut number = 0;
    for round in 0..=rounds {
        for _ in 0..LAPS {
            let body = json!({ "fields": fields(&super::submit::submission(number, today))? }).to_string();
            let begin = Instant::now();
            let text = asked.call("POST", RECORDS, body)?;
            let took = begin.elapsed();
            let submission = super::submit::submission(number + 1, today);
            let begin = Instant::now();
            asked.app.submit("bench", &submission, None)?;
            let direct = begin.elapsed();
            ensure!(text.contains("\"version\":1"), "not stored: {text:.300}");
            number += 2;
            if round > 0 {
                ours.0.push(took);
                peer.0.push(direct);
            }
        }
    }
    Ok(found(asked.records, &ours, &peer))
}

/// The same content as a request gives it.
fn fields(submission: &Submission) -> Result<Map<String, Value>> {
    let Act::Create(draft) = &submission.act else { bail!("not a creation") };
    Ok(draft.fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn found(n: u64, ours: &Laps, peer: &Laps) -> Found {
    let mut direct = peer.json();
    if let Some(object) = direct.as_object_mut() {
        object.insert("name".to_owned(), json!("the same use case, called directly"));
    }
    Found { n, ours: ours.json(), ratio: peer.at(0.5) / ours.at(0.5), peer: direct }
}
