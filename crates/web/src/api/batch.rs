//! 批量新增: several records of a kind in one request. Together they are one change – all or none; each for itself, every one has its own
//! answer. Either way a retry under the same key stores nothing twice.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value as Json, json};
use zhiheng_app::{Act, App, Error, Receipt, RequestKey, Right, Submission};
use zhiheng_pack::{Draft, Kind, Problem};

use super::call::Call;
use super::records::{creation, data, drafted, fields_of, said_of};
use super::refusal::{Fault, Outcome, Refusal, told};
use super::shape::{Member, Shape};
use crate::office::records::kind_of;
use crate::server::Server;

/// Most records of one request.
pub(super) const MOST: usize = 200;

/// What a batch sends.
pub(super) fn shape(record: Shape) -> Shape {
    Shape::Object(vec![
        Member::of("records", record.batch(MOST)),
        Member::maybe("each", Shape::Bool)
            .about("false（不写）：全部保存，或者有一条不合要求就都不保存；true：一条一条保存，各有各的结果"),
    ])
}

/// `POST /api/v1/kinds/KIND/batch`
pub(crate) async fn create(State(server): State<Server>, call: Call) -> Outcome {
    let pack = server.app().pack.clone();
    let kind = call.kind(&pack)?;
    call.caller.may(kind, Right::Write)?;
    if !call.caller.visit.may_write_kind(kind) {
        return Err(Error::NotPermitted.into());
    }
    call.asked(&[])?;
    let (key, today) = (call.request_key()?, server.app().today());
    let (body, mut faults) = call.read(&shape(creation(&pack, kind, today)))?;
    let records = body.get("records").and_then(Json::as_array).cloned().unwrap_or_default();
    let each = body.get("each").and_then(Json::as_bool).unwrap_or_default();
    // What contradicts the document is refused as a whole; `each` is about what the pack says, and about what is stored already.
    if !faults.is_empty() {
        let bases = (0..MOST).map(base);
        let said: Vec<Fault> = records
            .iter()
            .zip(bases)
            .flat_map(|(record, base)| said_of(&pack, kind, today, record, &base, &faults))
            .collect();
        faults.extend(said);
        return Err(Refusal::Faults(faults));
    }
    match each {
        true => one_by_one(&server, &call, kind, records, key).await,
        false => together(&server, &call, kind, records, key).await,
    }
}

fn base(no: usize) -> String {
    format!("/records/{no}")
}

fn fields(record: &Json) -> BTreeMap<String, Json> {
    record.as_object().map(fields_of).unwrap_or_default()
}

fn creation_of(kind: &Kind, draft: Draft) -> Submission {
    Submission { act: Act::Create(draft), kind: kind.id.clone(), id: None, expected_version: None, reason: None }
}

async fn together(server: &Server, call: &Call, kind: &Kind, records: Vec<Json>, key: Option<RequestKey>) -> Outcome {
    let (id, caller) = (kind.id.clone(), call.caller.clone());
    let stored = server
        .run(move |app| {
            let kind = kind_of(&app.pack, &id)?;
            let (mut submissions, mut faults) = (Vec::with_capacity(records.len()), Vec::new());
            for (no, record) in records.iter().enumerate() {
                match drafted(app, &caller, kind, fields(record), None) {
                    Ok(draft) => submissions.push(creation_of(kind, draft)),
                    Err(Error::Invalid(problems)) => faults.extend(faults_of(kind, no, &problems)),
                    Err(other) => return Err(other),
                }
            }
            if !faults.is_empty() {
                faults.extend(refused(app, kind, &records, &faults));
                return Ok(Err(faults));
            }
            match app.submit_all(&caller.account().login, &submissions, key.as_ref(), None) {
                Err(Error::Invalid(_)) => Ok(Err(refused(app, kind, &records, &[]))),
                other => other.map(Ok),
            }
        })
        .await?;
    let receipts = stored.map_err(Refusal::Faults)?;
    let results = receipts.iter().map(receipt_json).collect::<Result<Vec<Json>, Error>>()?;
    Ok((StatusCode::CREATED, data(json!({ "stored": results.len(), "results": results }))).into_response())
}

/// What the pack says of every record, each with its place, where nothing is said already.
fn refused(app: &App, kind: &Kind, records: &[Json], said: &[Fault]) -> Vec<Fault> {
    let of = |(no, record): (usize, &Json)| said_of(&app.pack, kind, app.today(), record, &base(no), said);
    records.iter().enumerate().flat_map(of).collect()
}

fn faults_of(kind: &Kind, no: usize, problems: &[Problem]) -> Vec<Fault> {
    problems.iter().map(|problem| Fault::of(Some(kind), &base(no), problem)).collect()
}

fn receipt_json(receipt: &Receipt) -> Result<Json, Error> {
    let receipt = serde_json::to_value(receipt).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(json!({ "receipt": receipt }))
}

/// Each under a key of its own, made of the request's: `#` is in no key that a caller can give.
async fn one_by_one(server: &Server, call: &Call, kind: &Kind, records: Vec<Json>, key: Option<RequestKey>) -> Outcome {
    let (id, caller) = (kind.id.clone(), call.caller.clone());
    let outcomes = server
        .run(move |app| {
            let kind = kind_of(&app.pack, &id)?;
            let one = |(no, record): (usize, &Json)| {
                let draft = drafted(app, &caller, kind, fields(record), None)?;
                let key = key.as_ref().map(|key| RequestKey(format!("{}#{no}", key.0)));
                app.submit(&caller.account().login, &creation_of(kind, draft), key.as_ref())
            };
            Ok(records.iter().enumerate().map(one).collect::<Vec<Result<Receipt, Error>>>())
        })
        .await?;
    let stored = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let one = |(no, outcome): (usize, Result<Receipt, Error>)| match outcome {
        Ok(receipt) => receipt_json(&receipt),
        Err(error) => Ok(json!({ "problem": told(server, &error.into(), kind, &base(no)) })),
    };
    let results = outcomes.into_iter().enumerate().map(one).collect::<Result<Vec<Json>, Error>>()?;
    Ok(data(json!({ "stored": stored, "results": results })))
}
