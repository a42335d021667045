//! 变动: the feed that another system follows, place by place.

use axum::extract::State;
use serde_json::{Value as Json, json};
use zhiheng_app::{Changed, Right};

use super::call::Call;
use super::content::{op, record};
use super::records::data;
use super::refusal::Outcome;
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
    let (after, limit) = (after.max(since).unwrap_or_default(), asked.limit()?);
    let (caller, scope) = (call.caller.clone(), call.caller.visit.scope());
    let page = server
        .run(move |app| {
            let wanted = |id: &str| kind.as_deref().is_none_or(|kind| kind == id) && caller.has(id, Right::Read);
            app.changed_records(after, limit, wanted, scope.as_ref())
        })
        .await?;
    let one = |changed: &Changed| {
        let content = Content::of_list(&pack, pack.kinds.get(changed.kind)?, &call.caller.visit);
        let mut one = record(&content, &changed.row, &changed.record);
        one.insert("op".to_owned(), json!(op(changed.op)));
        Some(Json::Object(one))
    };
    let changes: Vec<Json> = page.changes.iter().filter_map(one).collect();
    Ok(data(json!({ "changes": changes, "next": page.next.max(0).to_string(), "more": page.more })))
}
