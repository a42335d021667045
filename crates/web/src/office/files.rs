//! 附件: a file is handed out by the record that names it, so that whoever may not open the record does not get the file.

use axum::extract::{Path, State};
use zhiheng_app::{Error, is_what_it_says};
use zhiheng_pack::{Field, Record, Value};
use zhiheng_store::digest_of_hex;

use super::content::Content;
use super::export::Download;
use super::records::{case_of, id_of, takes_part};
use crate::extract::{FormFile, Staff, Visit};
use crate::problem::Answer;
use crate::server::Server;

/// Media types of the extensions that a pack may accept; what is not here travels as plain bytes.
const MEDIA_TYPES: [(&str, &str); 12] = [
    ("pdf", "application/pdf"),
    ("ofd", "application/ofd"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("png", "image/png"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("doc", "application/msword"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xls", "application/vnd.ms-excel"),
    ("wps", "application/vnd.ms-works"),
    ("et", "application/vnd.ms-excel"),
    ("zip", "application/zip"),
];

/// `GET /kinds/KIND/ID/files/DIGEST`
pub(crate) async fn download(
    State(server): State<Server>,
    visit: Visit,
    _staff: Staff,
    Path((kind, id, digest)): Path<(String, String, String)>,
) -> Answer {
    let id = id_of(&id)?;
    let view = server.run(move |app| app.record(&kind, &id)).await?;
    let missing = || Error::NotFound("这个附件".to_owned());
    let pack = &server.app().pack;
    let kind = pack.kinds.get(view.kind).ok_or_else(missing)?;
    let part = takes_part(&visit, case_of(&server, &visit, &view).as_ref());
    if !visit.may_read(kind, &view.row) && !part {
        return Err(Error::NotPermitted.into());
    }
    let content = Content::of(pack, kind, &visit).at(&view.row);
    let content = if part { content.taking_part() } else { content };
    let file = named(&content, &view.record, &digest).ok_or_else(missing)?;
    let bytes_of = digest_of_hex(&digest).ok_or_else(missing)?;
    let bytes = server.run(move |app| app.file_bytes(&bytes_of)).await?;
    Ok(Download { name: file.name, media_type: file.media_type, bytes }.answer())
}

/// The file of a record with this digest, as far as the reader has its field. Of a file there is no mask.
pub(crate) fn named(content: &Content<'_>, record: &Record, digest: &str) -> Option<zhiheng_pack::value::FileRef> {
    (0..content.kind.fields.len()).find_map(|index| match record.value(index)? {
        Value::File(file) if file.digest == digest && content.has(record, index) && content.reads(index) => {
            Some(file.clone())
        }
        _ => None,
    })
}

/// Why an uploaded file cannot be taken for a field, or its media type.
pub(crate) fn accepted(field: &Field, file: &FormFile) -> Result<&'static str, String> {
    fits(field, &file.name, u64::try_from(file.bytes.len()).unwrap_or(u64::MAX))?;
    is_what_it_says(&file.name, &file.bytes)?;
    Ok(media_type(&file.name))
}

/// Why a file of this name and size cannot be taken for a field.
pub(crate) fn fits(field: &Field, name: &str, bytes: u64) -> Result<(), String> {
    if !field.accept.is_empty() && !field.accept.contains(&extension(name)) {
        return Err(format!("不收这种文件，请上传 {}。", field.accept.join("、")));
    }
    if bytes > field.max_bytes {
        let limit = i64::try_from(field.max_bytes).unwrap_or(i64::MAX);
        return Err(format!("文件超过 {}，请压缩后再上传。", crate::words::size(limit)));
    }
    if bytes == 0 {
        return Err("文件是空的，请重新选择。".to_owned());
    }
    Ok(())
}

/// The media type that a file's name stands for.
pub(crate) fn media_type(name: &str) -> &'static str {
    let known = MEDIA_TYPES.iter().find(|(known, _)| *known == extension(name));
    known.map_or("application/octet-stream", |(_, media)| media)
}

fn extension(name: &str) -> String {
    name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).unwrap_or_default()
}
