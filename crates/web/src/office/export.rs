//! 导出: the board, a list as it is filtered, and the records behind a number, as files. Whatever a list may not show, its file does not
//! hold: the same conditions and the same masking.

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use zhiheng_app::{Account, BoardFormat, Error, ExportFile, ExportFormat, Masking};
use zhiheng_pack::{Kind, Type};

use super::records::{kind_of, wanted};
use crate::extract::{Params, Staff, Visit};
use crate::problem::Answer;
use crate::public::numbers::when_of;
use crate::server::Server;
use crate::words::{encoded, moment};

/// A file on its way to the reader.
pub(crate) struct Download {
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) bytes: Vec<u8>,
}

impl From<ExportFile> for Download {
    fn from(file: ExportFile) -> Download {
        Download { name: file.name, media_type: file.media_type.to_owned(), bytes: file.bytes }
    }
}

impl Download {
    /// Always saved, never shown: a file of somebody else runs nothing under our address.
    pub(crate) fn answer(self) -> Response {
        let plain: String = self
            .name
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' })
            .collect();
        let disposition = format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(&self.name));
        let mut response = self.bytes.into_response();
        let fallback = HeaderValue::from_static("application/octet-stream");
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_str(&self.media_type).unwrap_or(fallback));
        headers.extend(HeaderValue::from_str(&disposition).ok().map(|value| (header::CONTENT_DISPOSITION, value)));
        response
    }
}

/// 姓名 时间, printed on every page of an export.
pub(crate) fn watermark(server: &Server, account: &Account) -> String {
    let app = server.app();
    format!("{} {}", account.name, moment(app.now(), app.pack.utc_offset_hours))
}

/// `GET /exports/board.xlsx`
pub(crate) async fn board_xlsx(State(server): State<Server>, visit: Visit, params: Params) -> Answer {
    board(server, visit, params, BoardFormat::Xlsx).await
}

/// `GET /exports/board.docx`
pub(crate) async fn board_docx(State(server): State<Server>, visit: Visit, params: Params) -> Answer {
    board(server, visit, params, BoardFormat::Docx).await
}

async fn board(server: Server, visit: Visit, params: Params, format: BoardFormat) -> Answer {
    let when = when_of(&params, server.app().today())?;
    let mark = match &visit.account {
        Some(account) => watermark(&server, account),
        None => "示例县（虚构）".to_owned(),
    };
    let made = server.run(move |app| app.export_board(when, format, &mark)).await?;
    Ok(Download::from(made).answer())
}

/// `GET /kinds/KIND/export.xlsx`
pub(crate) async fn kind_xlsx(
    state: State<Server>,
    visit: Visit,
    staff: Staff,
    path: Path<String>,
    params: Params,
) -> Answer {
    kind(state, visit, staff, path, params, ExportFormat::Xlsx).await
}

/// `GET /kinds/KIND/export.csv`
pub(crate) async fn kind_csv(
    state: State<Server>,
    visit: Visit,
    staff: Staff,
    path: Path<String>,
    params: Params,
) -> Answer {
    let format = if params.get("encoding") == "gb18030" { ExportFormat::CsvGb18030 } else { ExportFormat::Csv };
    kind(state, visit, staff, path, params, format).await
}

async fn kind(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path(id): Path<String>,
    params: Params,
    format: ExportFormat,
) -> Answer {
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &id)?;
    if !visit.may_export(kind) {
        return Err(Error::NotPermitted.into());
    }
    let wanted = wanted(kind, &visit, &params);
    let wanted = zhiheng_app::ListWanted { scope: visit.export_scope(kind), ..wanted };
    let mark = watermark(&server, &account);
    let made = server
        .run(move |app| {
            let masking = Masking::For(Box::new(account.clone()));
            let made = app.export_kind(&id, &wanted, format, &mark, &masking)?;
            let filter = app.pack.kind(&id).map(|kind| app.filter_text(kind, &wanted)).unwrap_or_default();
            app.log_export(&account, &id, &filter, made.rows)?;
            Ok(made)
        })
        .await?;
    Ok(Download::from(made).answer())
}

/// `GET /kinds/KIND/template.xlsx`: an empty table with the headings that an import knows.
pub(crate) async fn template(State(server): State<Server>, _staff: Staff, Path(id): Path<String>) -> Answer {
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &id)?;
    let book = zhiheng_sheet::Workbook { sheets: vec![template_sheet(kind)] };
    let bytes = zhiheng_sheet::write_xlsx(&book).map_err(|error| Error::Internal(error.to_string()))?;
    let media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned();
    Ok(Download { name: format!("{}_导入模板.xlsx", kind.name), media_type, bytes }.answer())
}

fn template_sheet(kind: &Kind) -> zhiheng_sheet::Sheet {
    let fields = kind.given().map(|(_, field)| field).filter(|field| field.kind != Type::File);
    let columns = fields.map(|field| {
        let width = u32::try_from(field.name.chars().count() * 2 + 4).unwrap_or(16).clamp(10, 40);
        zhiheng_sheet::SheetColumn { header: field.name.clone(), width }
    });
    zhiheng_sheet::Sheet { name: kind.name.clone(), columns: columns.collect(), ..zhiheng_sheet::Sheet::default() }
}
