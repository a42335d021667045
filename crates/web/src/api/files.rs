//! 附件: a file is brought first and named by a record afterwards; it is handed out by the record that names it.

use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use zhiheng_app::{Error, Right};
use zhiheng_store::digest_of_hex;

use super::call::{Call, VALUE, is_clean};
use super::records::data;
use super::refusal::{Outcome, Refusal};
use crate::guard::bare_name;
use crate::office::content::Content;
use crate::office::export::Download;
use crate::office::files::{media_type, named};
use crate::routes::RECORD_FORM;
use crate::server::Server;

/// Bytes as they are.
pub(super) const BINARY: &str = "application/octet-stream";
/// A form with one file.
pub(super) const FORM: &str = "multipart/form-data";

/// `POST /api/v1/files`
pub(crate) async fn upload(State(server): State<Server>, call: Call) -> Outcome {
    call.caller.may_somewhere(Right::Write)?;
    let asked = call.asked(&["name"])?;
    let kind = call.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let name = asked.get("name").ok_or_else(|| Refusal::Query("name 必须写：文件名".to_owned()))?;
    let bytes = match kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        BINARY => call.bytes.clone(),
        FORM => of_form(&call, kind).await?,
        _ => return Err(Refusal::MediaType("application/octet-stream 或 multipart/form-data")),
    };
    let name = bare_name(name);
    if name.is_empty() || name.chars().count() > VALUE || !is_clean(&name) {
        return Err(Refusal::Query("name 要写文件名，不含路径".to_owned()));
    }
    if bytes.is_empty() {
        let empty = zhiheng_pack::Problem::of_field(zhiheng_pack::problem::CHECK_FAILED, "file", "文件是空的。");
        return Err(Error::Invalid(vec![empty]).into());
    }
    let actor = call.caller.account().login.clone();
    let file = server.run(move |app| app.store_file(&actor, &name, media_type(&name), &bytes)).await?;
    let body = json!({ "digest": file.digest, "media_type": file.media_type, "name": file.name, "size": file.size });
    Ok((StatusCode::CREATED, data(body)).into_response())
}

/// The one file of a form.
async fn of_form(call: &Call, kind: &str) -> Result<axum::body::Bytes, Refusal> {
    let unreadable = || Refusal::NotJson("表单里要有一个名为 file 的文件，没有别的".to_owned());
    let request = Request::builder().method(call.method.clone()).header(header::CONTENT_TYPE, kind);
    let mut request = request.body(axum::body::Body::from(call.bytes.clone())).map_err(|_| unreadable())?;
    // The guard has measured it.
    axum::extract::DefaultBodyLimit::max(RECORD_FORM).apply(&mut request);
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| unreadable())?;
    let mut file = None;
    while let Some(part) = form.next_field().await.map_err(|_| unreadable())? {
        if part.name() != Some("file") || file.is_some() {
            return Err(unreadable());
        }
        file = Some(part.bytes().await.map_err(|_| unreadable())?);
    }
    file.ok_or_else(unreadable)
}

/// `GET /api/v1/kinds/KIND/records/ID/files/DIGEST`
pub(crate) async fn download(State(server): State<Server>, call: Call) -> Result<Response, Refusal> {
    let pack = server.app().pack.clone();
    let kind = call.kind(&pack)?;
    call.caller.may(kind, Right::Read)?;
    call.asked(&[])?;
    let (id, record) = (kind.id.clone(), call.id()?);
    let view = server.run(move |app| app.record(&id, &record)).await?;
    if !call.caller.visit.may_read(kind, &view.row) {
        return Err(Error::NotPermitted.into());
    }
    let missing = || Refusal::from(Error::NotFound("这个附件".to_owned()));
    let content = Content::of(&pack, kind, &call.caller.visit).at(&view.row);
    let file = named(&content, &view.record, call.part("digest")).ok_or_else(missing)?;
    let digest = digest_of_hex(&file.digest).ok_or_else(missing)?;
    let bytes = server.run(move |app| app.file_bytes(&digest)).await?;
    let media_type = BINARY.to_owned();
    Ok(Download { name: file.name, media_type, bytes }.answer())
}
