//! 导入: the file, then what was read from it, then what was taken. Between the steps the file waits in memory ([`crate::held`]), so that it
//! is sent once; every step reads it anew, so that nothing is believed that the browser could have changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use sha2::{Digest, Sha256};
use zhiheng_app::{
    App, Error, ImportChoice, ImportOptions, ImportPreview, Imported, Moved as MovedCell, Take, When, hex,
};
use zhiheng_pack::{Kind, Pack, day};
use zhiheng_sheet::Scope;
use zhiheng_store::BatchRow;

use super::export::Download;
use super::preview::{result_page, review};
use super::records::kind_of;
use crate::components::{Link, flash::Flash, light::Tone, table::Cell};
use crate::extract::{FormBody, Staff, Visit};
use crate::frame::shell;
use crate::held::{Once, Taken, Upload};
use crate::pages::{ImportCount, ImportPage, Moved};
use crate::problem::{Answer, refused, see, show as page_of};
use crate::public::numbers;
use crate::routes::SPREADSHEET;
use crate::server::Server;
use crate::words::{address, count, moment, plain_date, size};

/// Imports listed beside the form.
const LATEST: usize = 8;
/// Years whose numbers are compared before and after.
const YEARS: usize = 6;

/// A kind whose files this reader may import.
fn importable<'a>(pack: &'a Pack, id: &str, visit: &Visit) -> Result<&'a Kind, Error> {
    let kind = kind_of(pack, id)?;
    if visit.may_import(kind) { Ok(kind) } else { Err(Error::NotPermitted) }
}

/// `GET /kinds/KIND/import`
pub(crate) async fn choose(
    State(server): State<Server>,
    visit: Visit,
    _staff: Staff,
    Path(id): Path<String>,
) -> Answer {
    Ok(page_of(choose_page(&server, &visit, &id, None).await?.render()))
}

async fn choose_page(server: &Server, visit: &Visit, id: &str, refused: Option<String>) -> Result<ImportPage, Error> {
    let pack = server.app().pack.clone();
    let kind = importable(&pack, id, visit)?;
    let wanted = kind.id.clone();
    let (batches, people) = server.run(move |app| Ok((app.imports(&wanted, LATEST)?, app.people()?))).await?;
    let known = kind.given().map(|(_, field)| field).filter(|field| field.kind != zhiheng_pack::Type::File);
    let list = format!("/kinds/{}", kind.id);
    Ok(ImportPage {
        shell: shell(server, visit),
        kind: kind.name.clone(),
        action: format!("{list}/import"),
        accept: ".xlsx,.xls,.xlsm,.ods,.csv,.txt,.html,.htm,.xml".to_owned(),
        max: size(i64::try_from(SPREADSHEET).unwrap_or(i64::MAX)),
        known: known
            .map(|field| {
                let more: Vec<&str> = field.names.iter().take(4).map(String::as_str).collect();
                (field.name.clone(), more.join("、"))
            })
            .collect(),
        template: Some(Link::new("下载空白模板", format!("{list}/template.xlsx"))),
        refused,
        latest: batches.iter().map(|batch| latest(&pack, batch, &people)).collect(),
        kind_href: list,
    })
}

fn latest(pack: &Pack, batch: &BatchRow, people: &BTreeMap<String, String>) -> Vec<Cell> {
    vec![
        Cell::Text(moment(batch.recorded_at, pack.utc_offset_hours)),
        Cell::Text(batch.file_name.clone()),
        Cell::Text(people.get(&batch.actor).cloned().unwrap_or_else(|| batch.actor.clone())),
        Cell::Text(format!("{} 行", count(batch.rows))),
    ]
}

/// `POST /kinds/KIND/import`
pub(crate) async fn upload(
    State(server): State<Server>,
    visit: Visit,
    _staff: Staff,
    Path(id): Path<String>,
    form: FormBody,
) -> Answer {
    importable(&server.app().pack, &id, &visit)?;
    let Some(file) = form.file("file").cloned() else {
        let why = "请选择一个表格文件。".to_owned();
        return Ok(refused(choose_page(&server, &visit, &id, Some(why)).await?.render()));
    };
    let mut upload = Upload::new(id.clone(), file.name, file.bytes);
    upload.options.own = visit.own_bodies();
    match read(&server, &upload).await {
        Ok(_) => {
            let digest = hex(&Sha256::digest(&upload.bytes));
            server.held().keep(&visit.secret, &digest, upload, server.app().now());
            Ok(see(&format!("/kinds/{id}/import/{digest}")))
        }
        Err(error @ (Error::Unreadable(_) | Error::WrongState(_) | Error::Invalid(_))) => {
            Ok(refused(choose_page(&server, &visit, &id, Some(said(&error))).await?.render()))
        }
        Err(error) => Err(error.into()),
    }
}

/// What a refusal says, all of it.
fn said(error: &Error) -> String {
    match error {
        Error::Invalid(problems) => problems.iter().map(|one| one.message.as_str()).collect::<Vec<_>>().join(""),
        other => other.message(),
    }
}

async fn read(server: &Server, upload: &Upload) -> Result<ImportPreview, Error> {
    let upload = upload.clone();
    server.run(move |app| app.import_preview(&upload.kind, &upload.bytes, &upload.file_name, &upload.options)).await
}

fn held(server: &Server, visit: &Visit, kind: &str, digest: &str) -> Result<Upload, Error> {
    let upload = server.held().upload(&visit.secret, digest, server.app().now()).filter(|upload| upload.kind == kind);
    upload.ok_or_else(|| Error::WrongState("这个文件已过保留时间，请重新选择文件".to_owned()))
}

/// `GET /kinds/KIND/import/DIGEST`
pub(crate) async fn preview(
    State(server): State<Server>,
    visit: Visit,
    _staff: Staff,
    Path((id, digest)): Path<(String, String)>,
) -> Answer {
    let pack = server.app().pack.clone();
    let kind = importable(&pack, &id, &visit)?;
    let upload = held(&server, &visit, &id, &digest)?;
    let preview = read(&server, &upload).await?;
    let page = review(&pack, kind, &preview, &upload.options, &digest, &Wrongs::default());
    Ok(page_of(crate::pages::ImportPreviewPage { shell: shell(&server, &visit), ..page }.render()))
}

/// `GET /kinds/KIND/import/DIGEST/errors.xlsx`
pub(crate) async fn errors(
    State(server): State<Server>,
    visit: Visit,
    _staff: Staff,
    Path((id, digest)): Path<(String, String)>,
) -> Answer {
    importable(&server.app().pack, &id, &visit)?;
    let upload = held(&server, &visit, &id, &digest)?;
    let name = upload.file_name.rsplit_once('.').map_or(upload.file_name.as_str(), |(stem, _)| stem).to_owned();
    let bytes = server
        .run(move |app| {
            app.import_preview(&upload.kind, &upload.bytes, &upload.file_name, &upload.options)?.error_workbook()
        })
        .await?;
    let media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned();
    Ok(Download { name: format!("{name}_待更正.xlsx"), media_type, bytes }.answer())
}

/// What of the form was not accepted.
#[derive(Default)]
pub(crate) struct Wrongs {
    pub(crate) scope: Option<String>,
    pub(crate) tested: Option<String>,
    /// What belongs to no control.
    pub(crate) whole: Option<String>,
}

/// `POST /kinds/KIND/import/DIGEST`
pub(crate) async fn decide(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path((id, digest)): Path<(String, String)>,
    form: FormBody,
) -> Answer {
    let pack = server.app().pack.clone();
    let kind = importable(&pack, &id, &visit)?;
    if form.get("do") == "discard" {
        server.held().drop_upload(&visit.secret, &digest);
        return Ok(message(&server, &visit, "没有导入，文件已丢弃。", &format!("/kinds/{id}")));
    }
    let mut upload = held(&server, &visit, &id, &digest)?;
    let seen = read(&server, &upload).await?;
    let (options, mut wrongs) = options(kind, &seen, &upload.options, &form);
    upload.options = options;
    server.held().keep(&visit.secret, &digest, upload.clone(), server.app().now());
    let here = format!("/kinds/{id}/import/{digest}");
    if form.get("do") != "import" {
        return Ok(see(&here));
    }
    if seen.asks_scope && upload.options.scope.is_none() && wrongs.scope.is_none() {
        wrongs.scope = Some("请选择这份名单里有什么。".to_owned());
    }
    let choice = ImportChoice {
        take: Take::GoodRows,
        corrections: form.all("correct").filter_map(|row| row.parse().ok()).collect(),
    };
    if wrongs.scope.is_none() && wrongs.tested.is_none() {
        let taken = upload.clone();
        match server.run(move |app| take(app, &account.login, &taken, &choice)).await {
            Ok(taken) => {
                upload.result = Some(Arc::new(taken));
                server.held().keep(&visit.secret, &digest, upload, server.app().now());
                return Ok(see(&format!("{here}/result")));
            }
            Err(error @ (Error::Invalid(_) | Error::WrongState(_))) => wrongs.whole = Some(said(&error)),
            Err(error) => return Err(error.into()),
        }
    }
    let page = review(&pack, kind, &seen, &upload.options, &digest, &wrongs);
    Ok(refused(crate::pages::ImportPreviewPage { shell: shell(&server, &visit), ..page }.render()))
}

fn message(server: &Server, visit: &Visit, text: &str, to: &str) -> Response {
    let flash = Flash { tone: Tone::Neutral, text: text.to_owned(), link: None };
    server.held().leave(&visit.secret, Once { flash: Some(flash), link: None });
    see(to)
}

/// What the form says about the file.
fn options(kind: &Kind, seen: &ImportPreview, before: &ImportOptions, form: &FormBody) -> (ImportOptions, Wrongs) {
    let mut wrongs = Wrongs::default();
    let mut options = before.clone();
    options.scope = match form.get("scope") {
        "passing" => Some(Scope::Passing),
        "failing" => Some(Scope::Failing),
        "mixed" => Some(Scope::Mixed),
        _ => before.scope,
    };
    options.tested = match form.get("tested") {
        "" => None,
        text => match text.replace([',', '，'], "").parse::<i64>() {
            Ok(tested) if tested > 0 => Some(tested),
            _ => {
                wrongs.tested = Some(format!("「{text}」不是批次数，请填整数。"));
                before.tested
            }
        },
    };
    options.tested = options.tested.filter(|_| options.scope == Some(Scope::Failing));
    for column in &seen.columns {
        let given = form.0.texts.iter().find(|(name, _)| *name == format!("col-{}", column.index));
        let Some((_, field)) = given else { continue };
        let field = Some(field.as_str()).filter(|field| kind.field_index(field).is_some()).map(str::to_owned);
        if field != column.field {
            options.columns.insert(column.header.clone(), field);
        }
    }
    for (_, field) in kind.given() {
        match form.get(&format!("fill.{}", field.id)) {
            "" => options.fill.remove(&field.id),
            value => options.fill.insert(field.id.clone(), value.to_owned()),
        };
    }
    (options, wrongs)
}

/// Takes the file, and tells what moved.
fn take(app: &App, actor: &str, upload: &Upload, choice: &ImportChoice) -> Result<Taken, Error> {
    let before = values(app)?;
    let done = app.import(actor, &upload.kind, &upload.bytes, &upload.file_name, &upload.options, choice)?;
    let after = values(app)?;
    Ok(taken(app, &done, &before, &after))
}

/// Printed values by year and indicator.
type Values = BTreeMap<(String, i16), String>;

fn values(app: &App) -> Result<Values, Error> {
    let today = app.today();
    let last = day::date(today).year();
    let first = app.pack.baseline_year.max(last.saturating_sub(i16::try_from(YEARS).unwrap_or(6)));
    let mut found = Values::new();
    for year in first..=last {
        let when = When { as_of: day::last_of_year(year).min(today), known_on: None };
        for row in app.board(when)?.rows {
            let Some(indicator) = app.pack.indicators.get(row.indicator) else { continue };
            found.insert((indicator.id.clone(), year), numbers::value(indicator, &row.number));
        }
    }
    Ok(found)
}

fn taken(app: &App, done: &Imported, before: &Values, after: &Values) -> Taken {
    let counts = [
        (done.created, "新增", Tone::Good),
        (done.corrected, "更正", Tone::Good),
        (done.unchanged, "内容未变", Tone::Neutral),
        (done.not_ticked, "未勾选的更正", Tone::Neutral),
        (done.left_out, "未导入", Tone::Bad),
    ];
    // Where something was stored, the counts say it already.
    let mut remarks: Vec<String> = done.batch.is_none().then(|| done.message.clone()).into_iter().collect();
    remarks.extend(done.uncounted.iter().filter_map(|one| {
        let indicator = app.pack.indicators.get(one.indicator)?;
        Some(format!("{} 行不计入「{}」：{}。", count(one.rows), indicator.name, one.reason))
    }));
    Taken {
        title: if done.batch.is_some() {
            format!("已导入 {} 行", done.created + done.corrected)
        } else {
            "没有新的内容".to_owned()
        },
        counts: counts
            .into_iter()
            .filter(|(number, ..)| *number > 0)
            .map(|(number, name, tone)| ImportCount { name: name.to_owned(), count: count(number), tone })
            .collect(),
        moved: done.moved.iter().filter_map(|cell| moved(app, cell, before, after)).collect(),
        remarks,
        bad: done.left_out > 0,
    }
}

fn moved(app: &App, cell: &MovedCell, before: &Values, after: &Values) -> Option<Moved> {
    let indicator = app.pack.indicator(&cell.indicator).filter(|indicator| !indicator.helper)?;
    let year: i16 = cell.period.parse().ok()?;
    let key = (cell.indicator.clone(), year);
    let (old, new) = (before.get(&key).cloned().unwrap_or_default(), after.get(&key).cloned().unwrap_or_default());
    let current = day::date(app.today()).year();
    let as_of = if year < current { plain_date(day::last_of_year(year)) } else { String::new() };
    let href = address(&format!("/indicators/{}", indicator.id), &[("as_of", &as_of)]);
    Some(Moved { link: Link::new(format!("{} {year} 年", indicator.name), href), old, new })
}

/// `GET /kinds/KIND/import/DIGEST/result`
pub(crate) async fn result(
    State(server): State<Server>,
    visit: Visit,
    _staff: Staff,
    Path((id, digest)): Path<(String, String)>,
) -> Answer {
    let pack = server.app().pack.clone();
    let kind = importable(&pack, &id, &visit)?;
    let upload = held(&server, &visit, &id, &digest)?;
    let Some(taken) = &upload.result else { return Ok(see(&format!("/kinds/{id}/import/{digest}"))) };
    let page = result_page(kind, &upload.file_name, taken, &digest);
    Ok(page_of(crate::pages::ImportResultPage { shell: shell(&server, &visit), ..page }.render()))
}
