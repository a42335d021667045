//! 登记种类: what there is, what a kind's records look like, and the document of the whole API.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value as Json, json};
use zhiheng_app::{Right, hex};
use zhiheng_pack::kind::Mode;
use zhiheng_pack::{Kind, Pack};

use super::call::{Call, has_tag};
use super::cases::{step_shape, steps};
use super::content::{given, told};
use super::openapi;
use super::records::data;
use super::refusal::Outcome;
use crate::office::records::conditions;
use crate::server::Server;

/// `GET /api/v1/kinds`
pub(crate) async fn kinds(State(server): State<Server>, call: Call) -> Outcome {
    call.asked(&[])?;
    let pack = &server.app().pack;
    let kinds: Vec<Json> = pack.kinds.iter().map(|kind| head(pack, kind, &call)).collect();
    Ok(data(json!({ "kinds": kinds })))
}

fn head(pack: &Pack, kind: &Kind, call: &Call) -> Json {
    let rights = Right::ALL.into_iter().filter(|right| call.caller.has(&kind.id, *right));
    let able = |right: &Right| match right {
        Right::Read => true,
        Right::Write => call.caller.visit.may_write_kind(kind),
        Right::Step => pack.has_cases(kind),
        Right::Export => call.caller.visit.may_export(kind),
        Right::Personal => call.caller.account().service.is_some(),
    };
    json!({
        "id": kind.id,
        "name": kind.name,
        "group": kind.group,
        "mode": if kind.mode == Mode::Handle { "handle" } else { "register" },
        "about": kind.about,
        "rights": rights.filter(able).map(Right::name).collect::<Vec<_>>(),
    })
}

/// `GET /api/v1/kinds/KIND`
pub(crate) async fn kind(State(server): State<Server>, call: Call) -> Outcome {
    let pack = server.app().pack.clone();
    let kind = call.kind(&pack)?;
    call.asked(&[])?;
    let today = server.app().today();
    let field = |index: usize| kind.fields.get(index).map(|field| field.id.clone());
    let step = |step: &zhiheng_pack::procedure::Step| {
        let schema = step_shape(&pack, kind, step, today).schema();
        json!({ "id": step.id, "name": step.name, "roles": step.roles, "schema": schema })
    };
    let mut body = super::content::object(head(&pack, kind, &call));
    body.extend(super::content::object(json!({
        "basis": kind.basis,
        "key": kind.key.and_then(field),
        "day": kind.day.and_then(field),
        "filters": conditions(kind).into_iter().filter_map(field).collect::<Vec<_>>(),
        "given": given(&pack, kind, today).schema(),
        "told": told(kind).schema(),
        "steps": steps(&pack, kind).map(step).collect::<Vec<_>>(),
    })));
    Ok(data(Json::Object(body)))
}

/// `GET /api/v1/openapi.json`
pub(crate) async fn document(State(server): State<Server>, headers: HeaderMap) -> Response {
    let app = server.app();
    // The document follows from the pack, the day (items of lists end) and the program.
    let hash = hex(app.pack.hash.get(..8).unwrap_or_default());
    let tag = format!("\"{hash}-{}-{}\"", app.today(), env!("CARGO_PKG_VERSION"));
    let mut response = match has_tag(&headers, &tag) {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => data(openapi::document(&app.pack, app.today())),
    };
    response.headers_mut().extend(HeaderValue::from_str(&tag).ok().map(|tag| (header::ETAG, tag)));
    response
}

/// `GET /api/v1/openapi/mine.json`
pub(crate) async fn own_document(State(server): State<Server>, call: Call) -> Outcome {
    call.asked(&[])?;
    let app = server.app();
    let allowed = |kind: &Kind, right: Right| {
        call.caller.has(&kind.id, right) && (right != Right::Write || call.caller.visit.may_write_kind(kind))
    };
    Ok(data(openapi::document_for(&app.pack, app.today(), &allowed)))
}
