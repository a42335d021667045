//! 勾选的记录: a register to print, a table, the attachments as one file, or a withdrawal of all for one reason. What a list may not show
//! to a reader, none of these holds; what a reader may not change is left as it is and named.

use axum::extract::{Path, State};
use axum::response::Response;
use zhiheng_app::{Account, Act, Error, ListView, Masking, Receipt, Submission, Verb, may};
use zhiheng_pack::case::Run;
use zhiheng_pack::procedure::ClockKind;
use zhiheng_pack::{Kind, Pack, Record, Type, Value, value::FileRef};
use zhiheng_sheet::write_zip;
use zhiheng_store::{RecordId, RecordRow, digest_of_hex};

use super::content::Content;
use super::export::{Download, watermark};
use super::forms::{REASON, reason_field};
use super::records::{kind_of, wanted};
use crate::components::{
    batch::BATCH_NAME,
    flash::Flash,
    light::Tone,
    summary::Line,
    table::{Cell, Column},
};
use crate::extract::{FormBody, Params, Staff, Visit};
use crate::frame::shell;
use crate::held::Once;
use crate::pages::{Hidden, RecordStatePage, RegisterPage};
use crate::problem::{Answer, refused, see, show as page_of};
use crate::server::Server;
use crate::words::{date, plain_date, size};

/// Records that one address may name.
const CHOSEN: usize = 200;
/// Records that are printed at a time: some forty sheets of paper.
const PRINTED: usize = 1000;
/// Records that are looked at; more of them are taken out.
const ONE_PAGE: usize = 50;
/// Attachments of one download, in bytes.
const ATTACHED: i64 = 256 * 1024 * 1024;

type Rows = Vec<(RecordRow, Record)>;

/// The records that are ticked, in the order of the list.
fn ticked<'a>(values: impl Iterator<Item = &'a str>) -> Result<Vec<RecordId>, Error> {
    let ids: Vec<RecordId> = values.filter_map(|text| text.parse().ok()).collect();
    if ids.len() > CHOSEN {
        return Err(Error::WrongState(format!("一次最多处理 {CHOSEN} 条，请分几次勾选")));
    }
    Ok(ids)
}

fn ticked_of(params: &Params) -> Result<Vec<RecordId>, Error> {
    ticked(params.0.iter().filter(|(name, _)| name == BATCH_NAME).map(|(_, value)| value.as_str()))
}

/// The ticked records that the reader may open. Nothing ticked is a mistake that is told.
async fn chosen(server: &Server, visit: &Visit, kind: &Kind, ids: Vec<RecordId>) -> Result<Rows, Error> {
    if ids.is_empty() {
        return Err(Error::WrongState("还没有勾选记录，请回到列表，在“序号”一列勾选".to_owned()));
    }
    let id = kind.id.clone();
    let mut rows = server.run(move |app| app.chosen(kind_of(&app.pack, &id)?, &ids)).await?;
    rows.retain(|(row, _)| visit.may_read(kind, row));
    if rows.is_empty() { Err(Error::NotFound("勾选的记录".to_owned())) } else { Ok(rows) }
}

/// The ticked records, for somebody who may take every one of them out: 查看 is not 导出.
async fn taken_out(server: &Server, visit: &Visit, kind: &Kind, params: &Params) -> Result<Rows, Error> {
    let rows = chosen(server, visit, kind, ticked_of(params)?).await?;
    let all = rows.iter().all(|(row, _)| visit.may(Verb::Export, kind, row));
    if all { Ok(rows) } else { Err(Error::NotPermitted) }
}

/// `GET /kinds/KIND/print`: the ticked records, or without any all that the conditions leave.
pub(crate) async fn print(
    State(server): State<Server>,
    visit: Visit,
    Path(kind): Path<String>,
    params: Params,
) -> Answer {
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &kind)?;
    let ids = ticked_of(&params)?;
    let (rows, extent, more) = if ids.is_empty() {
        let (view, conditions) = of_conditions(&server, &visit, kind, &params, PRINTED).await?;
        (view.rows, conditions, view.next.is_some())
    } else {
        (chosen(&server, &visit, kind, ids).await?, "（逐条勾选）".to_owned(), false)
    };
    taken_to_paper(&server, &visit, kind, &rows, &extent).await?;
    let content = Content::of(&pack, kind, &visit);
    let now = server.app().now();
    // What was only sent to a reader has its course elsewhere.
    let timed = visit.account.is_some() && pack.has_cases(kind);
    let printed = |(row, record): &(RecordRow, Record)| {
        let content = content.at(row);
        let times = timed.then(|| if content.is_whole() { times(&pack, record, now) } else { String::new() });
        content.printed(record).into_iter().chain(times.map(Cell::Text)).collect()
    };
    let register = RegisterPage {
        shell: shell(&server, &visit),
        title: format!("{}{}台账", pack.place_name, kind.name),
        kind: kind.name.clone(),
        kind_href: format!("/kinds/{}", kind.id),
        extent: format!("共 {} 条{extent}", rows.len()),
        columns: content.columns().into_iter().chain(timed.then(|| Column::text("时限"))).collect(),
        rows: rows.iter().map(printed).collect(),
        cut: more.then(|| format!("只印前 {PRINTED} 条，后面还有。请缩小筛选范围分几次打印，或者改用导出。")),
        made_by: visit.account.as_ref().map(|account| account.name.clone()).unwrap_or_default(),
        made_on: date(server.app().today()),
    };
    Ok(page_of(register.render()))
}

/// A list on paper leaves the house as a file does: it is written down, and what is more than one page of a list is taking out (导出).
async fn taken_to_paper(server: &Server, visit: &Visit, kind: &Kind, rows: &Rows, extent: &str) -> Result<(), Error> {
    let Some(account) = visit.account.clone().filter(|_| !rows.is_empty()) else { return Ok(()) };
    if rows.len() > ONE_PAGE && !rows.iter().all(|(row, _)| visit.may(Verb::Export, kind, row)) {
        return Err(Error::WrongState(format!(
            "一次打印超过 {ONE_PAGE} 条等同导出，须有“数据导出”：请缩小筛选范围，或者请安全管理员授予“数据导出”"
        )));
    }
    let (id, filter, count) = (kind.id.clone(), format!("，打印台账{extent}"), rows.len());
    server.run(move |app| if app.is_read_only() { Ok(()) } else { app.log_export(&account, &id, &filter, count) }).await
}

/// Records that the ticks name, or without any all that the conditions leave, for posters.
pub(super) async fn for_posters(server: &Server, visit: &Visit, kind: &Kind, params: &Params) -> Result<Rows, Error> {
    let ids = ticked_of(params)?;
    if !ids.is_empty() {
        return chosen(server, visit, kind, ids).await;
    }
    Ok(of_conditions(server, visit, kind, params, CHOSEN).await?.0.rows)
}

/// The first records that the conditions leave, and the conditions in words.
async fn of_conditions(
    server: &Server,
    visit: &Visit,
    kind: &Kind,
    params: &Params,
    limit: usize,
) -> Result<(ListView, String), Error> {
    let (id, mut asked) = (kind.id.clone(), wanted(kind, visit, params));
    (asked.after, asked.before, asked.limit) = (None, None, limit);
    let conditions = server.app().filter_text(kind, &asked);
    Ok((server.run(move |app| app.list(kind_of(&app.pack, &id)?, &asked)).await?, conditions))
}

/// The duties of a case with their ends, as a register prints them: 受理决定 2026年1月14日 按期；办结 2026年3月6日 已超期 3 天.
fn times(pack: &Pack, record: &Record, now: i64) -> String {
    let Some((_, procedure)) = pack.case_of(record) else { return String::new() };
    let today = pack.day_of(now);
    let own = pack.runs(record).into_iter().filter_map(|run| {
        let clock = procedure.clocks.get(run.clock).filter(|clock| clock.kind == ClockKind::Duty)?;
        Some((clock.name.clone(), run))
    });
    let asked = pack.asked(record).into_iter().filter_map(|asked| {
        let body = pack.body(&asked.body).map_or(asked.body.as_str(), |body| body.name.as_str());
        Some((format!("{}：{body}", procedure.asks.get(asked.ask)?.name), asked.run))
    });
    let one = |(name, run): (String, Run)| {
        let due = run.due.map(|due| date(due.day) + if due.provisional { "（暂定）" } else { "" }).unwrap_or_default();
        let word = match (run.is_open(), run.due) {
            (false, _) => match run.late {
                Some(true) => "逾期".to_owned(),
                Some(false) => "按期".to_owned(),
                None => "不计".to_owned(),
            },
            (true, _) if run.paused => "暂停中".to_owned(),
            (true, Some(due)) if due.at <= now => match today - due.day {
                days if days > 0 => format!("已超期 {days} 天"),
                _ => "已超期".to_owned(),
            },
            (true, Some(_)) => "未到期".to_owned(),
            (true, None) => "没有止期".to_owned(),
        };
        [name, due, word].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    };
    own.chain(asked).map(one).collect::<Vec<_>>().join("；")
}

/// `GET /kinds/KIND/chosen.xlsx`
pub(crate) async fn table(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path(kind): Path<String>,
    params: Params,
) -> Answer {
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &kind)?;
    let rows = taken_out(&server, &visit, kind, &params).await?;
    let mark = watermark(&server, &account);
    let id = kind.id.clone();
    let made = server
        .run(move |app| {
            let masking = Masking::For(Box::new(account.clone()));
            let made = app.export_chosen(kind_of(&app.pack, &id)?, &rows, &mark, &masking)?;
            app.log_export(&account, &id, "（逐条勾选）", made.rows)?;
            Ok(made)
        })
        .await?;
    Ok(Download::from(made).answer())
}

/// `GET /kinds/KIND/files.zip`: the attachments of the ticked records, each named 单位_序号_日期_原名.
pub(crate) async fn files(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path(kind): Path<String>,
    params: Params,
) -> Answer {
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &kind)?;
    let rows = taken_out(&server, &visit, kind, &params).await?;
    let entries = entries(&Content::of(&pack, kind, &visit), &rows);
    let all: i64 = entries.iter().map(|(_, file)| file.size).sum();
    if entries.is_empty() {
        return Err(Error::WrongState("勾选的记录没有附件".to_owned()).into());
    }
    if all > ATTACHED {
        let (all, most) = (size(all), size(ATTACHED));
        return Err(Error::WrongState(format!("附件共 {all}，一次最多下载 {most}，请分几次勾选")).into());
    }
    let last = rows.len();
    let of = kind.id.clone();
    let name = format!("{}_1-{last}_{}.zip", visit.body_name(&pack), plain_date(server.app().today()));
    let bytes = server
        .run(move |app| {
            let mut read = Vec::with_capacity(entries.len());
            for (name, file) in entries {
                let digest = digest_of_hex(&file.digest).ok_or_else(|| Error::Corrupt(format!("附件 {name}")))?;
                read.push((name, app.file_bytes(&digest)?));
            }
            let borrowed: Vec<(String, &[u8])> =
                read.iter().map(|(name, bytes)| (name.clone(), bytes.as_slice())).collect();
            app.log_export(&account, &of, "附件（逐条勾选）", borrowed.len())?;
            write_zip(&borrowed).map_err(|error| Error::Internal(error.to_string()))
        })
        .await?;
    Ok(Download { name, media_type: "application/zip".to_owned(), bytes }.answer())
}

/// The attachments with their names in the archive.
fn entries(content: &Content<'_>, rows: &Rows) -> Vec<(String, FileRef)> {
    let (pack, kind) = (content.pack, content.kind);
    let fields: Vec<usize> = (0..kind.fields.len())
        .filter(|at| kind.fields.get(*at).is_some_and(|field| field.kind == Type::File))
        .collect();
    let mut found = Vec::new();
    for (no, (row, record)) in (1u64..).zip(rows) {
        let body = row.body.as_deref().map(|body| pack.body(body).map_or(body, |body| body.name.as_str()));
        let day = row.day.map(plain_date).unwrap_or_else(|| "无日期".to_owned());
        let content = content.at(row);
        let own = fields.iter().filter(|at| content.has(record, **at) && content.reads(**at));
        for file in own.filter_map(|at| record.value(*at)) {
            let Value::File(file) = file else { continue };
            // A name of somebody's file must not lead out of the folder into which the archive is unfolded.
            let own: String = file.name.chars().map(|c| if matches!(c, '/' | '\\' | ':') { '_' } else { c }).collect();
            found.push((format!("{}_{no}_{day}_{own}", body.unwrap_or(&pack.place_name)), file.clone()));
        }
    }
    found
}

/// `GET /kinds/KIND/withdraw`: what would be withdrawn, and the question why.
pub(crate) async fn withdraw_form(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path(kind): Path<String>,
    params: Params,
) -> Answer {
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &kind)?;
    let rows = mine(chosen(&server, &visit, kind, ticked_of(&params)?).await?, &account, kind)?;
    let versions: Vec<(RecordId, i64)> = rows.iter().map(|(row, _)| (row.id, row.version)).collect();
    Ok(page_of(page(&server, &visit, kind, &rows, &versions, None).render()))
}

/// Those that still count and that the account may change.
fn mine(mut rows: Rows, account: &Account, kind: &Kind) -> Result<Rows, Error> {
    rows.retain(|(row, _)| may(account, Verb::Withdraw, kind, row.body.as_deref(), row.area.as_deref()));
    if rows.is_empty() {
        return Err(Error::NotPermitted);
    }
    rows.retain(|(row, _)| row.live);
    if rows.is_empty() { Err(Error::WrongState("勾选的记录都已经撤销".to_owned())) } else { Ok(rows) }
}

/// The hidden field of a record and the version that was seen.
const SEEN: &str = "seen";

fn page(
    server: &Server,
    visit: &Visit,
    kind: &Kind,
    rows: &Rows,
    versions: &[(RecordId, i64)],
    error: Option<String>,
) -> RecordStatePage {
    let content = Content::of(&server.app().pack, kind, visit);
    let list = format!("/kinds/{}", kind.id);
    let line = |(no, (row, record)): (u64, &(RecordRow, Record))| {
        let day = row.day.map(date).map(|day| format!("　{day}")).unwrap_or_default();
        Line::text(no.to_string(), format!("{}{day}", content.at(row).label(record)))
    };
    RecordStatePage {
        shell: shell(server, visit),
        title: format!("撤销 {} 条记录", rows.len()),
        kind: kind.name.clone(),
        consequence: "撤销后不计入任何指标，记录和修改历史仍可查看，以后可以恢复。下面的记录用同一个原因撤销。"
            .to_owned(),
        lines: (1..).zip(rows).map(line).collect(),
        action: format!("{list}/withdraw"),
        submit: format!("撤销这 {} 条", rows.len()),
        danger: true,
        cancel: list.clone(),
        kind_href: list,
        hidden: versions
            .iter()
            .map(|(id, version)| Hidden { name: SEEN.to_owned(), value: format!("{id}.{version}") })
            .collect(),
        reason: Some(reason_field("撤销原因", "", error)),
        problems: Vec::new(),
    }
}

/// `POST /kinds/KIND/withdraw`: each record by itself, so that one that changed meanwhile does not hold up the others.
pub(crate) async fn withdraw(
    State(server): State<Server>,
    visit: Visit,
    Staff(account): Staff,
    Path(kind): Path<String>,
    form: FormBody,
) -> Answer {
    let pack = server.app().pack.clone();
    let kind = kind_of(&pack, &kind)?;
    let read =
        |text: &str| text.split_once('.').and_then(|(id, version)| Some((id.parse().ok()?, version.parse().ok()?)));
    let versions: Vec<(RecordId, i64)> = form.all(SEEN).filter_map(read).collect();
    let ids = ticked(form.all(SEEN).filter_map(|text| text.split('.').next()))?;
    let rows = mine(chosen(&server, &visit, kind, ids).await?, &account, kind)?;
    let reason = form.get(REASON).to_owned();
    if reason.is_empty() {
        return Ok(refused(
            page(&server, &visit, kind, &rows, &versions, Some("请写明为什么撤销。".to_owned())).render(),
        ));
    }
    let submission = |(row, _): &(RecordRow, Record)| Submission {
        act: Act::Withdraw,
        kind: kind.id.clone(),
        id: Some(row.id),
        expected_version: versions.iter().find(|(id, _)| *id == row.id).map(|(_, version)| *version),
        reason: Some(reason.clone()),
    };
    let asked: Vec<Submission> = rows.iter().map(submission).collect();
    let results = server
        .run(move |app| Ok(asked.iter().map(|one| app.submit_as(&account, one, None)).collect::<Vec<_>>()))
        .await?;
    Ok(told(&server, &visit, kind, &rows, &results))
}

/// Leaves the account of it and leads back to the list.
fn told(server: &Server, visit: &Visit, kind: &Kind, rows: &Rows, results: &[Result<Receipt, Error>]) -> Response {
    let content = Content::of(&server.app().pack, kind, visit);
    let done = results.iter().filter(|result| result.is_ok()).count();
    let failed: Vec<String> = rows
        .iter()
        .zip(results)
        .filter_map(|((row, record), result)| {
            Some(format!("{}：{}", content.at(row).label(record), result.as_ref().err()?))
        })
        .collect();
    let (tone, text) = match failed.as_slice() {
        [] => (Tone::Good, format!("已撤销 {done} 条，相关指标的数字随之更新。")),
        _ => (Tone::Warn, format!("已撤销 {done} 条；{} 条没有撤销。{}", failed.len(), failed.join("；"))),
    };
    server.held().leave(&visit.secret, Once { flash: Some(Flash { tone, text, link: None }), link: None });
    see(&format!("/kinds/{}", kind.id))
}
