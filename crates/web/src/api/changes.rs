//! 变动: the feed that another system follows, place by place.

use std::collections::BTreeMap;

use axum::extract::State;
use serde_json::{Value as Json, json};
use zhiheng_app::{Changed, Right, Scope};
use zhiheng_pack::{Kind, Pack};
use zhiheng_store::RecordRow;

use super::call::{Call, LIMIT};
use super::content::{op, record};
use super::records::data;
use super::refusal::{Outcome, Refusal};
use super::shape::Form;
use crate::office::content::Content;
use crate::server::Server;

/// `GET /api/v1/changes`
pub(crate) async fn changes(State(server): State<Server>, call: Call) -> Outcome {
    let pack = server.app().pack.clone();
    call.caller.may_somewhere(Right::Read)?;
    let asked = call.asked(&["after", "since", "kind", "limit"])?;
    let ids: Vec<&str> = pack.kinds.iter().map(|kind| kind.id.as_str()).collect();
    let kind = asked.word("kind", &ids)?.map(str::to_owned);
    if let Some(kind) = kind.as_deref().and_then(|kind| pack.kind(kind)) {
        call.caller.may(kind, Right::Read)?;
    }
    let after = asked.after(Form::Found, |text| text.parse().ok())?;
    let since = asked.day("since")?.map(|day| server.app().place_before(day));
    // Of two places the later one: neither what was read nor what lies before the day is wanted.
    let limit = asked.limit()?;
    // 翻页即导出, as in a list: who goes on from a place, or asks for more than one page, takes the register out.
    let takes_out = after.is_some() || since.is_some() || limit > LIMIT.1;
    let scopes = scopes(&call, &pack, kind.as_deref(), takes_out)?;
    let caller = call.caller.clone();
    let page = server
        .run(move |app| {
            let seen = |kind: &Kind, row: &RecordRow| match scopes.get(&kind.id) {
                Some(Some(scope)) if takes_out => scope.holds(row.body.as_deref(), row.area.as_deref()),
                Some(None) if takes_out => true,
                Some(_) => caller.visit.may_read(kind, row),
                None => false,
            };
            let page =
                app.changed_records(after.max(since).unwrap_or_default(), limit, |id| scopes.contains_key(id), seen)?;
            if takes_out {
                let mut taken: BTreeMap<usize, usize> = BTreeMap::new();
                for changed in &page.changes {
                    *taken.entry(changed.kind).or_default() += 1;
                }
                for (kind, rows) in taken {
                    let Some(kind) = app.pack.kinds.get(kind) else { continue };
                    app.log_export(caller.account(), &kind.id, "变动（接口）", rows)?;
                }
            }
            Ok(page)
        })
        .await?;
    let one = |changed: &Changed| {
        let content = Content::of(&pack, pack.kinds.get(changed.kind)?, &call.caller.visit).at(&changed.row);
        let mut one = record(&content, &changed.row, &changed.record);
        one.insert("op".to_owned(), json!(op(changed.op)));
        Some(Json::Object(one))
    };
    let changes: Vec<Json> = page.changes.iter().filter_map(one).collect();
    Ok(data(json!({ "changes": changes, "next": page.next.max(0).to_string(), "more": page.more })))
}

/// What of each kind the caller may be told; of what is taken out, what its right to export covers.
fn scopes(
    call: &Call,
    pack: &Pack,
    only: Option<&str>,
    takes_out: bool,
) -> Result<BTreeMap<String, Option<Scope>>, Refusal> {
    let mut scopes = BTreeMap::new();
    let mut refused = None;
    let asked = pack.kinds.iter().filter(|kind| only.is_none_or(|only| only == kind.id));
    for kind in asked.filter(|kind| call.caller.has(&kind.id, Right::Read)) {
        match if takes_out { call.caller.taken_out(kind) } else { Ok(None) } {
            Ok(scope) => drop(scopes.insert(kind.id.clone(), scope)),
            Err(why) => refused = Some(why),
        }
    }
    match refused {
        Some(why) if scopes.is_empty() => Err(why),
        _ => Ok(scopes),
    }
}
