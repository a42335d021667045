//! 操作日志与登录日志: read and taken out by the audit administrator; no page changes them.

use axum::extract::State;
use zhiheng_app::{LogWanted, outcome_word};

use crate::components::{
    action::Action,
    field::{Control, Field},
    query::Query,
    table::{Cell, Column, Row, Table},
};
use crate::extract::{Params, Staff, Visit};
use crate::frame::shell;
use crate::office::export::Download;
use crate::pages::LogPage;
use crate::problem::{Answer, show};
use crate::server::Server;
use crate::words::{address, moment};

const PAGE: usize = 100;
const OPERATIONS: &str = "/logs/operations";
const SIGN_INS: &str = "/logs/sign-ins";

fn wanted(params: &Params) -> LogWanted {
    let text = |name: &str| Some(params.get(name).to_owned()).filter(|text| !text.is_empty());
    LogWanted {
        who: text("who"),
        verb: text("verb"),
        from: params.day("from"),
        to: params.day("to"),
        before: params.get("before").parse().ok(),
    }
}

/// The address of a list with its conditions.
fn with(path: &str, params: &Params, before: Option<i64>) -> String {
    let before = before.map(|at| at.to_string()).unwrap_or_default();
    let kept = ["who", "verb", "from", "to"].map(|name| (name, params.get(name)));
    let values: Vec<(&str, &str)> = kept.into_iter().chain([("before", before.as_str())]).collect();
    address(path, &values)
}

fn query(path: &str, params: &Params, verb: bool) -> Query {
    let text = |name: &str, label: &str| {
        let value = params.get(name).to_owned();
        Field {
            name: Some(name.to_owned()),
            ..Field::new(format!("q_{name}"), label, Control::Text { value, max_len: Some(40), autocomplete: None })
        }
    };
    let day = |name: &str, label: &str| {
        let value = params.get(name).to_owned();
        Field { name: Some(name.to_owned()), ..Field::new(format!("q_{name}"), label, Control::Date { value }) }
    };
    let mut fields = vec![text("who", "用户名"), day("from", "从"), day("to", "到")];
    if verb {
        fields.push(text("verb", "操作"));
    }
    Query { action: path.to_owned(), fields, keep: Vec::new(), open: false }
}

/// `GET /logs/operations`
pub(crate) async fn operations(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    params: Params,
) -> Answer {
    let asked = wanted(&params);
    let mut rows = server.run(move |app| app.operation_log(&actor, &asked, PAGE + 1)).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| with(OPERATIONS, &params, Some(row.at)));
    let hours = server.app().pack.utc_offset_hours;
    let row = |row: &zhiheng_store::OperationRow| {
        Row::new(vec![
            Cell::Text(moment(row.at, hours)),
            Cell::Text(row.actor.clone()),
            Cell::Text(row.verb.clone()),
            Cell::Text(row.object.clone()),
            Cell::Soft(row.detail.clone()),
        ])
    };
    let table = table("操作日志", &["用户名", "操作", "对象", "说明"], rows.iter().map(row).collect());
    Ok(show(
        LogPage {
            shell: shell(&server, &visit),
            title: "操作日志".to_owned(),
            lead: "谁在什么时候做了什么。只有审计管理员能看；任何人都不能修改或删除。".to_owned(),
            query: query(OPERATIONS, &params, true),
            toolbar: vec![Action::open("导出 Excel", with("/logs/operations.xlsx", &params, None))],
            table,
            next,
        }
        .render(),
    ))
}

/// `GET /logs/sign-ins`
pub(crate) async fn sign_ins(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    params: Params,
) -> Answer {
    let asked = wanted(&params);
    let mut rows = server.run(move |app| app.sign_in_log(&actor, &asked, PAGE + 1)).await?;
    let more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let next = rows.last().filter(|_| more).map(|row| with(SIGN_INS, &params, Some(row.at)));
    let hours = server.app().pack.utc_offset_hours;
    let row = |row: &zhiheng_store::SignInRow| {
        Row::new(vec![
            Cell::Text(moment(row.at, hours)),
            Cell::Text(row.login.clone()),
            Cell::Text(outcome_word(&row.outcome).to_owned()),
            Cell::Soft(row.detail.clone()),
            Cell::Text(row.address.clone()),
        ])
    };
    let table = table("登录日志", &["用户名", "结果", "说明", "来自"], rows.iter().map(row).collect());
    Ok(show(
        LogPage {
            shell: shell(&server, &visit),
            title: "登录日志".to_owned(),
            lead: "每一次登录和没有成功的尝试。只有审计管理员能看；任何人都不能修改或删除。".to_owned(),
            query: query(SIGN_INS, &params, false),
            toolbar: vec![Action::open("导出 Excel", with("/logs/sign-ins.xlsx", &params, None))],
            table,
            next,
        }
        .render(),
    ))
}

fn table(caption: &str, after_time: &[&str], rows: Vec<Row>) -> Table {
    Table {
        id: "log".into(),
        caption: caption.to_owned(),
        quiet_caption: true,
        columns: std::iter::once(Column::header("时间"))
            .chain(after_time.iter().map(|label| Column::text(*label)))
            .collect(),
        rows,
        stacked: true,
        empty: Some("没有符合条件的记录。".to_owned()),
        ..Table::default()
    }
}

/// `GET /logs/operations.xlsx`
pub(crate) async fn operations_file(State(server): State<Server>, Staff(actor): Staff, params: Params) -> Answer {
    let asked = wanted(&params);
    Ok(Download::from(server.run(move |app| app.export_operations(&actor, &asked)).await?).answer())
}

/// `GET /logs/sign-ins.xlsx`
pub(crate) async fn sign_ins_file(State(server): State<Server>, Staff(actor): Staff, params: Params) -> Answer {
    let asked = wanted(&params);
    Ok(Download::from(server.run(move |app| app.export_sign_ins(&actor, &asked)).await?).answer())
}
