//! 透明日志的公开一面: the page that explains the log, and its files at the paths that other programs know (C2SP tlog-tiles).
//!
//! Everything but the checkpoint never changes and may be kept for ever; the checkpoint is asked for anew each time.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::IntoResponse;
use zhiheng_app::{App, EndedLog, Entered, Error, LogHead, LogKeys};

use crate::components::summary::Line;
use crate::extract::Visit;
use crate::frame::shell;
use crate::pages::{EndedLine, TransparencyPage};
use crate::problem::{Answer, show as page_of};
use crate::server::Server;
use crate::words::{count, moment};

/// A file of the log that will never be another.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
const ANEW: &str = "no-cache";

/// `GET /log`
pub(crate) async fn show(State(server): State<Server>, visit: Visit) -> Answer {
    let read = |app: &App| Ok((app.log_head()?, app.log_keys()?, app.ended_logs()?, app.log_public_minutes()?));
    let (head, keys, ended, minutes) = server.run(read).await?;
    let offset = server.app().pack.utc_offset_hours;
    let page = TransparencyPage {
        shell: shell(&server, &visit),
        facts: head.as_ref().map(|head| facts(head, offset)).unwrap_or_default(),
        keys: keys.as_ref().map(key_lines).unwrap_or_default(),
        origin: keys.map(|keys| keys.origin).unwrap_or_default(),
        rhythm: rhythm(minutes),
        ended: ended.iter().map(|ended| ended_line(ended, offset)).collect(),
    };
    Ok(page_of(page.render()))
}

fn facts(head: &LogHead, offset: i64) -> Vec<Line> {
    let size = i64::try_from(head.size).unwrap_or(i64::MAX);
    vec![
        Line::text("已公开的条数", format!("{} 条", count(size))),
        Line::text("树根", zhiheng_app::hex(&head.root)).wide(),
        Line::text("签名时间", moment(head.signed_at, offset)),
        Line::text("见证", witnesses(head)),
    ]
}

/// Lines of a checkpoint beyond those of our own keys.
fn witnesses(head: &LogHead) -> String {
    let origin = head.checkpoint.lines().next().unwrap_or_default();
    let signed = head.checkpoint.lines().filter_map(|line| line.strip_prefix("— "));
    let names: Vec<&str> = signed.filter_map(|line| line.split(' ').next()).filter(|name| *name != origin).collect();
    if names.is_empty() { "目前没有外部见证".to_owned() } else { names.join("、") }
}

fn key_lines(keys: &LogKeys) -> Vec<Line> {
    let names = ["Ed25519 公钥", "国密 SM2 公钥"];
    let mut lines: Vec<Line> =
        names.iter().zip(&keys.public).map(|(name, key)| Line::text(*name, key.clone()).wide()).collect();
    lines.push(Line::text("SM2 公钥的坐标（十六进制）", keys.sm2_point.clone()).wide());
    lines
}

fn rhythm(minutes: i64) -> String {
    match minutes {
        0 => "有新内容就公开一次".to_owned(),
        minutes if minutes % 60 == 0 => format!("最多每 {} 小时公开一次", minutes / 60),
        minutes => format!("最多每 {minutes} 分钟公开一次"),
    }
}

fn ended_line(ended: &EndedLog, offset: i64) -> EndedLine {
    let mut last = ended.last.as_deref().unwrap_or_default().lines();
    EndedLine {
        origin: last.next().unwrap_or("名称不详").to_owned(),
        size: last.next().unwrap_or_default().to_owned(),
        root: last.next().unwrap_or_default().to_owned(),
        keys: ended.public.clone(),
        reason: ended.reason.clone(),
        when: moment(ended.at, offset),
    }
}

/// `GET /log/checkpoint`
pub(crate) async fn checkpoint(State(server): State<Server>) -> Answer {
    let head = server.run(|app| app.log_head()).await?;
    let head = head.ok_or_else(|| Error::NotFound("日志的检查点，还没有公开过".to_owned()))?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, ANEW)], head.checkpoint)
        .into_response())
}

/// `GET /log/tile/…`
pub(crate) async fn tile(State(server): State<Server>, Path(path): Path<String>) -> Answer {
    let found = server.run(move |app| app.log_resource(&format!("tile/{path}"))).await?;
    let bytes = found.ok_or_else(|| Error::NotFound("日志的这个文件".to_owned()))?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, FOR_EVER)], bytes).into_response())
}

/// How far a submission has come, in a word and in a sentence.
pub(crate) fn entered(entered: Entered) -> (&'static str, String) {
    match entered {
        Entered::Accepted { index } => ("已受理", format!("已受理，存证日志第 {index} 号")),
        Entered::InLog { index, .. } => ("已入账", format!("已入账，存证日志第 {index} 号")),
    }
}
