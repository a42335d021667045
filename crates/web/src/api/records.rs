//! 记录: list, create, read, correct, withdraw, restore, history. Whole contents in, whole contents out; a correction names the version that
//! it corrects.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value as Json, json};
use zhiheng_app::{
    Act, App, Error, ListWanted, Receipt, RecordView, RequestKey, Right, Submission, Taker, Verb, is_what_it_says, may,
};
use zhiheng_pack::{Draft, Kind, Level, Pack, Problem, Record, Type, Value, problem as codes};
use zhiheng_store::{RecordId, digest_of_hex};

use super::call::{Call, Caller, LIMIT};
use super::content::{case, given, instant, op, record};
use super::refusal::{Fault, Outcome, Refusal};
use super::shape::{Form, Member, Shape};
use crate::office::content::{Content, read_cursor, write_cursor};
use crate::office::files::{fits, media_type};
use crate::office::records::{conditions, kind_of, opened_personal};
use crate::server::Server;

/// Longest reason in characters.
pub(super) const REASON: usize = 500;

/// An answer of JSON.
pub(super) fn data(value: impl Into<Json>) -> Response {
    axum::Json(value.into()).into_response()
}

/// `GET /api/v1/kinds/KIND/records`
pub(crate) async fn list(State(server): State<Server>, call: Call) -> Outcome {
    let pack = server.app().pack.clone();
    let kind = call.kind(&pack)?;
    call.caller.may(kind, Right::Read)?;
    let visit = &call.caller.visit;
    let filters: Vec<(usize, String)> = conditions(kind)
        .into_iter()
        .filter_map(|index| Some((index, format!("f.{}", kind.fields.get(index)?.id))))
        .collect();
    let named = |name: &str| filters.iter().any(|(_, known)| known == name);
    let asked = call.asked_by(|name| LIST.contains(&name) || named(name))?;
    let wanted = ListWanted {
        filters: filters.iter().filter_map(|(index, name)| Some((*index, asked.get(name)?.to_owned()))).collect(),
        from: asked.day("from")?,
        to: asked.day("to")?,
        withdrawn: asked.word("withdrawn", &["yes", "no"])? == Some("yes"),
        scope: visit.scope(kind),
        area: None,
        after: asked.after(Form::Place, read_cursor)?,
        before: None,
        limit: asked.limit()?,
    };
    // 翻页即导出: one page is looking, page after page is taking the register out.
    let takes_out = wanted.after.is_some() || wanted.limit > LIMIT.1;
    let wanted = if takes_out { ListWanted { scope: call.caller.taken_out(kind)?, ..wanted } } else { wanted };
    let (id, account) = (kind.id.clone(), call.caller.account().clone());
    let view = server
        .run(move |app| {
            let kind = kind_of(&app.pack, &id)?;
            let view = app.list(kind, &wanted)?;
            if takes_out {
                app.log_export(&account, &id, &format!("{}（接口）", app.filter_text(kind, &wanted)), view.rows.len())?;
            }
            Ok(view)
        })
        .await?;
    let content = Content::of(&pack, kind, visit);
    let records: Vec<Json> =
        view.rows.iter().map(|(row, one)| Json::Object(record(&content.at(row), row, one))).collect();
    Ok(data(json!({
        "records": records,
        "next": view.next.as_ref().map(write_cursor),
        "complete": !view.stopped,
        "count": { "at_least": view.count.at_least, "exact": view.count.exact },
    })))
}

/// Parameters of a list beside its filters.
pub(super) const LIST: [&str; 5] = ["from", "to", "withdrawn", "after", "limit"];

/// A record that the caller may open.
async fn open(server: &Server, call: &Call, kind: &Kind) -> Result<RecordView, Refusal> {
    let (name, id) = (kind.id.clone(), call.id()?);
    let view = server.run(move |app| app.record(&name, &id)).await?;
    if call.caller.visit.may_read(kind, &view.row) { Ok(view) } else { Err(Error::NotPermitted.into()) }
}

/// `GET /api/v1/kinds/KIND/records/ID`
pub(crate) async fn show(State(server): State<Server>, call: Call) -> Outcome {
    let pack = server.app().pack.clone();
    let kind = call.kind(&pack)?;
    call.caller.may(kind, Right::Read)?;
    call.asked(&[])?;
    let view = open(&server, &call, kind).await?;
    // A case is more than its version: its clocks run, and its steps are the reader's.
    if view.record.case.is_none() && call.knows(view.row.version) {
        return Ok(tagged(StatusCode::NOT_MODIFIED.into_response(), view.row.version));
    }
    let content = Content::of(&pack, kind, &call.caller.visit).at(&view.row);
    opened_personal(&server, &call.caller.visit, &content, &view).await?;
    let mut body = record(&content, &view.row, &view.record);
    let course = server.app().case(Some(Taker::Staff(call.caller.account())), &view).filter(|_| content.is_whole());
    body.insert("case".to_owned(), course.map_or(Json::Null, |course| case(server.app(), &course)));
    Ok(tagged(data(body), view.row.version))
}

/// With the version, as a correction has to name it.
fn tagged(mut response: Response, version: i64) -> Response {
    let tag = HeaderValue::from_str(&format!("\"{version}\"")).ok();
    response.headers_mut().extend(tag.map(|tag| (header::ETAG, tag)));
    response
}

/// `GET /api/v1/kinds/KIND/records/ID/history`
pub(crate) async fn history(State(server): State<Server>, call: Call) -> Outcome {
    let pack = server.app().pack.clone();
    let kind = call.kind(&pack)?;
    call.caller.may(kind, Right::Read)?;
    call.asked(&[])?;
    let view = open(&server, &call, kind).await?;
    let people = server.run(App::people).await?;
    let content = Content::of(&pack, kind, &call.caller.visit).at(&view.row);
    let version = |version: &zhiheng_app::VersionView| {
        let change = |(name, old, new): &(String, String, String)| {
            let at = kind.fields.iter().position(|field| field.name == *name);
            let seen = |text: &String| at.map_or_else(String::new, |at| content.seen(&view.record, at, text.clone()));
            json!({ "field": at.and_then(|at| kind.fields.get(at)).map(|field| &field.id), "name": name, "from": seen(old), "to": seen(new) })
        };
        json!({
            "version": version.row.version,
            "op": op(version.row.op),
            "at": instant(&pack, version.row.recorded_at),
            "by": people.get(&version.row.actor).unwrap_or(&version.row.actor),
            "reason": version.row.reason,
            "changes": version.changes.iter().map(change).collect::<Vec<_>>(),
        })
    };
    let versions = view.versions.iter().filter(|_| content.is_whole());
    Ok(data(json!({ "versions": versions.map(version).collect::<Vec<_>>() })))
}

/// What a creation sends.
pub(super) fn creation(pack: &Pack, kind: &Kind, today: i32) -> Shape {
    Shape::Object(vec![Member::of("fields", given(pack, kind, today))])
}

/// What a correction sends.
pub(super) fn correction(pack: &Pack, kind: &Kind, today: i32) -> Shape {
    Shape::Object(vec![
        Member::of("reason", Shape::Text(1, REASON)).titled("更正原因"),
        Member::of("fields", given(pack, kind, today)).about("全部字段的新内容；没有写的字段即为空"),
    ])
}

/// What a withdrawal or a restoration sends.
pub(super) fn reasoned() -> Shape {
    Shape::Object(vec![Member::of("reason", Shape::Text(1, REASON)).titled("原因")])
}

/// `POST /api/v1/kinds/KIND/records`
pub(crate) async fn create(State(server): State<Server>, call: Call) -> Outcome {
    let pack = server.app().pack.clone();
    let kind = call.kind(&pack)?;
    call.caller.may(kind, Right::Write)?;
    if !call.caller.visit.may_write_kind(kind) {
        return Err(Error::NotPermitted.into());
    }
    call.asked(&[])?;
    let key = call.request_key()?;
    let today = server.app().today();
    let body = whole(call.read(&creation(&pack, kind, today))?, &pack, kind, today)?;
    let (id, caller, fields) = (kind.id.clone(), call.caller.clone(), fields_of(&body));
    let receipt = server
        .run(move |app| {
            let kind = kind_of(&app.pack, &id)?;
            let draft = drafted(app, &caller, kind, fields, None)?;
            let act = Act::Create(draft);
            let submission = Submission { act, kind: id.clone(), id: None, expected_version: None, reason: None };
            app.submit_as(caller.account(), &submission, key.as_ref())
        })
        .await?;
    let address = format!("/api/v1/kinds/{}/records/{}", kind.id, receipt.id);
    let mut response = done(&receipt)?;
    *response.status_mut() = StatusCode::CREATED;
    response.headers_mut().extend(HeaderValue::from_str(&address).ok().map(|address| (header::LOCATION, address)));
    Ok(response)
}

/// A body without a fault; else all of them at once, what the pack says of the fields among them.
fn whole(read: (Json, Vec<Fault>), pack: &Pack, kind: &Kind, today: i32) -> Result<Map<String, Json>, Refusal> {
    match read {
        (Json::Object(body), faults) if faults.is_empty() => Ok(body),
        (body, mut faults) => {
            faults.extend(said_of(pack, kind, today, &body, "", &faults));
            Err(Refusal::Faults(faults))
        }
    }
}

/// What the pack says of fields that do not all have their shape: one round of questions instead of two. Where something is said already
/// nothing is added; files are not looked for yet.
pub(super) fn said_of(pack: &Pack, kind: &Kind, today: i32, body: &Json, base: &str, said: &[Fault]) -> Vec<Fault> {
    let Some(fields) = body.get("fields").and_then(Json::as_object) else { return Vec::new() };
    let within = |fault: &&Fault| fault.at.strip_prefix(base).is_some_and(|rest| rest.starts_with('/'));
    let said: Vec<&Fault> = said.iter().filter(within).collect();
    let fields = fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
    let problems = pack.check(kind, &Draft { fields, scope: None }, today).problems;
    let of_file = |field: &String| {
        let field = kind.field_index(field).and_then(|index| kind.fields.get(index));
        field.is_none_or(|field| field.kind == Type::File)
    };
    let named = |problem: &Problem| problem.field.clone().filter(|field| !field.is_empty());
    let refused = problems.iter().filter(|problem| problem.level == Level::Refuse);
    let faults = refused
        .filter(|problem| named(problem).is_none_or(|field| !of_file(&field)))
        .map(|problem| Fault::of(Some(kind), base, problem));
    let known =
        |fault: &Fault| said.iter().any(|one| one.at == fault.at || one.at.starts_with(&format!("{}/", fault.at)));
    faults.filter(|fault| !known(fault)).collect()
}

/// The answer to what was stored.
pub(super) fn done(receipt: &Receipt) -> Outcome {
    let body = serde_json::to_value(receipt).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(tagged(data(body), receipt.version))
}

pub(super) fn fields_of(body: &Map<String, Json>) -> BTreeMap<String, Json> {
    let fields = body.get("fields").and_then(Json::as_object).into_iter().flatten();
    fields.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// A draft whose references and files are what they say, and which the caller may store where it would belong.
pub(super) fn drafted(
    app: &App,
    caller: &Caller,
    kind: &Kind,
    fields: BTreeMap<String, Json>,
    before: Option<&Record>,
) -> Result<Draft, Error> {
    let mut draft = Draft { fields, scope: before.and_then(|record| record.scope) };
    let mut problems = resolve(app, caller, kind, &mut draft.fields, before)?;
    let checked = app.pack.check(kind, &draft, app.today());
    if let Some(record) = &checked.record {
        let (verb, place) =
            (if before.is_some() { Verb::Correct } else { Verb::Create }, app.pack.envelope(kind, record));
        if !may(caller.account(), verb, kind, place.body.as_deref(), place.area.as_deref()) {
            return Err(Error::NotPermitted);
        }
    }
    if problems.is_empty() {
        // The use case checks again: a retry of what was stored is answered although it would not pass any more.
        return Ok(draft);
    }
    let fresh = |problem: &Problem| {
        problem.level == Level::Refuse && !problems.iter().any(|known| known.field == problem.field)
    };
    let more: Vec<Problem> = checked.problems.into_iter().filter(fresh).collect();
    problems.extend(more);
    Err(Error::Invalid(problems))
}

/// Puts the stored file and the meant record in the place of what names them. What the record had before stays as it was.
pub(super) fn resolve(
    app: &App,
    caller: &Caller,
    kind: &Kind,
    fields: &mut BTreeMap<String, Json>,
    before: Option<&Record>,
) -> Result<Vec<Problem>, Error> {
    let mut problems = Vec::new();
    for (index, field) in kind.given() {
        let Some(value) = fields.get(&field.id).filter(|value| !value.is_null()) else { continue };
        let old = before.and_then(|record| record.value(index));
        let found = match field.kind {
            Type::File => file(app, caller, field, value, old)?,
            Type::Reference => reference(app, caller, field, value, old)?,
            _ => continue,
        };
        match found {
            Ok(value) => {
                fields.insert(field.id.clone(), value);
            }
            Err(why) => problems.push(Problem::of_field(codes::CHECK_FAILED, &field.id, why)),
        }
    }
    Ok(problems)
}

type Found = Result<Json, String>;

fn file(
    app: &App,
    caller: &Caller,
    field: &zhiheng_pack::Field,
    value: &Json,
    old: Option<&Value>,
) -> Result<Found, Error> {
    let text = |name: &str| value.get(name).and_then(Json::as_str);
    let digest = text("digest").unwrap_or_default();
    if let Some(old @ Value::File(known)) = old
        && known.digest == digest
    {
        return Ok(Ok(old.to_json()));
    }
    let stored = match digest_of_hex(digest) {
        Some(digest) => app.stored_file(&digest)?,
        None => None,
    };
    let Some((mut file, actor)) = stored else {
        return Ok(Err(format!("没有这个附件：请先上传文件，再写{}。", field.name)));
    };
    // The name of a file that somebody else brought is theirs to tell.
    let own = (actor == caller.account().login).then(|| file.name.clone());
    let Some(name) = text("name").map(str::to_owned).or(own) else {
        return Ok(Err(format!("请写明附件的 name（{}）。", field.name)));
    };
    file.media_type = media_type(&name).to_owned();
    file.name = name;
    let size = u64::try_from(file.size).unwrap_or(u64::MAX);
    if let Err(why) = fits(field, &file.name, size) {
        return Ok(Err(why));
    }
    let bytes = digest_of_hex(digest).map(|digest| app.file_bytes(&digest)).transpose()?.unwrap_or_default();
    Ok(is_what_it_says(&file.name, &bytes).map(|()| Value::File(file).to_json()))
}

/// A text that means exactly one record the caller may see becomes that record; an id has to be that of one.
fn reference(
    app: &App,
    caller: &Caller,
    field: &zhiheng_pack::Field,
    value: &Json,
    old: Option<&Value>,
) -> Result<Found, Error> {
    let Some(to) = field.to.as_deref().and_then(|to| app.pack.kind(to)) else { return Ok(Ok(value.clone())) };
    if old.is_some_and(|old| old.to_json() == *value) {
        return Ok(Ok(value.clone()));
    }
    if let Some(text) = value.as_str() {
        let candidates = app.resolve(to, text, caller.visit.scope(to).as_ref())?;
        return Ok(Ok(match candidates.as_slice() {
            [only] => json!({ "as_written": text, "id": only.id.to_string() }),
            _ => value.clone(),
        }));
    }
    let id = value.get("id").and_then(Json::as_str).and_then(|id| id.parse::<RecordId>().ok());
    let Some(id) = id else { return Ok(Ok(value.clone())) };
    let rows = app.chosen(to, &[id])?;
    let seen = rows.first().is_some_and(|(row, _)| caller.visit.may_read(to, row));
    Ok(if seen { Ok(value.clone()) } else { Err(format!("没有这条{}，请核对 id。", to.name)) })
}

/// The record that the caller may write, and the version that is to be changed.
async fn writable(server: &Server, call: &Call, kind: &Kind, verb: Verb<'_>) -> Result<(RecordView, i64), Refusal> {
    let (name, id) = (kind.id.clone(), call.id()?);
    let view = server.run(move |app| app.record(&name, &id)).await?;
    if !call.caller.visit.may(verb, kind, &view.row) {
        return Err(Error::NotPermitted.into());
    }
    let version = call.version()?.ok_or(Refusal::NoVersion)?;
    Ok((view, version))
}

/// `PUT /api/v1/kinds/KIND/records/ID`
pub(crate) async fn correct(State(server): State<Server>, call: Call) -> Outcome {
    let pack = server.app().pack.clone();
    let kind = call.kind(&pack)?;
    call.caller.may(kind, Right::Write)?;
    call.asked(&[])?;
    let (view, version) = writable(&server, &call, kind, Verb::Correct).await?;
    let key = call.request_key()?;
    let today = server.app().today();
    let body = whole(call.read(&correction(&pack, kind, today))?, &pack, kind, today)?;
    let (id, caller, before) = (kind.id.clone(), call.caller.clone(), view.record.clone());
    let mut fields = fields_of(&body);
    // What the caller does not read stays as it is: he was told a mask, or nothing.
    for (index, field) in kind.given().filter(|(index, _)| !caller.visit.reads(kind, *index, &view.row)) {
        fields.extend(view.record.value(index).map(|value| (field.id.clone(), value.to_json())));
    }
    let draft = server.run(move |app| drafted(app, &caller, kind_of(&app.pack, &id)?, fields, Some(&before))).await?;
    change(&server, &call, &view, version, Act::Correct(draft), &body, key).await
}

/// `POST /api/v1/kinds/KIND/records/ID/withdraw`
pub(crate) async fn withdraw(server: State<Server>, call: Call) -> Outcome {
    switch(server, call, Act::Withdraw).await
}

/// `POST /api/v1/kinds/KIND/records/ID/restore`
pub(crate) async fn restore(server: State<Server>, call: Call) -> Outcome {
    switch(server, call, Act::Restore).await
}

async fn switch(State(server): State<Server>, call: Call, act: Act) -> Outcome {
    let pack = server.app().pack.clone();
    let kind = call.kind(&pack)?;
    call.caller.may(kind, Right::Write)?;
    call.asked(&[])?;
    let verb = if act == Act::Withdraw { Verb::Withdraw } else { Verb::Correct };
    let (view, version) = writable(&server, &call, kind, verb).await?;
    let key = call.request_key()?;
    let body = call.body(&reasoned())?;
    change(&server, &call, &view, version, act, &body, key).await
}

/// Changes a record in the version that the caller has read. A retry is answered as the first time, although the version has moved on.
async fn change(
    server: &Server,
    call: &Call,
    view: &RecordView,
    version: i64,
    act: Act,
    body: &Map<String, Json>,
    key: Option<RequestKey>,
) -> Outcome {
    let (kind, id, account, now) = (view.kind, view.row.id, call.caller.account().clone(), view.row.version);
    let reason = body.get("reason").and_then(Json::as_str).map(str::to_owned);
    let done_before = match &key {
        Some(key) if now != version => {
            let (actor, key) = (account.login.clone(), key.clone());
            server.run(move |app| app.was_answered(&actor, &key)).await?
        }
        _ => false,
    };
    if now != version && !done_before {
        return Err(Refusal::Stale(now));
    }
    let kind = server.app().pack.kinds.get(kind).map(|kind| kind.id.clone()).unwrap_or_default();
    let asked = Submission { act, kind: kind.clone(), id: Some(id), expected_version: Some(version), reason };
    let outcome = server
        .run(move |app| match app.submit_as(&account, &asked, key.as_ref()) {
            // Somebody was faster than this request: what it was about is no longer there.
            Err(Error::Conflict(what)) => {
                let now = app.record(&kind, &id)?.row.version;
                Ok(if now == version { Err(Refusal::Use(Error::Conflict(what))) } else { Err(Refusal::Stale(now)) })
            }
            other => other.map(Ok),
        })
        .await?;
    done(&outcome?)
}
