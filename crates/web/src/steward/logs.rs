//! 操作日志与登录日志: read and taken out by the audit administrator; no page changes them.

use axum::extract::State;
use axum::response::Response;
use zhiheng_app::{LogWanted, outcome_word};
use zhiheng_store::{OperationRow, SignInRow};

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

/// One of the two logs.
struct Log {
    path: &'static str,
    file: &'static str,
    title: &'static str,
    lead: &'static str,
    /// The columns after the time.
    after_time: &'static [&'static str],
    /// Its lines can be narrowed to one operation.
    by_verb: bool,
}

const OPERATIONS: Log = Log {
    path: "/logs/operations",
    file: "/logs/operations.xlsx",
    title: "操作日志",
    lead: "谁在什么时候做了什么。只有审计管理员能看；任何人都不能修改或删除。",
    after_time: &["用户名", "操作", "对象", "说明"],
    by_verb: true,
};

const SIGN_INS: Log = Log {
    path: "/logs/sign-ins",
    file: "/logs/sign-ins.xlsx",
    title: "登录日志",
    lead: "每一次登录和没有成功的尝试。只有审计管理员能看；任何人都不能修改或删除。",
    after_time: &["用户名", "结果", "说明", "来自"],
    by_verb: false,
};

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

fn query(log: &Log, params: &Params) -> Query {
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
    if log.by_verb {
        fields.push(text("verb", "操作"));
    }
    Query { action: log.path.to_owned(), fields, keep: Vec::new(), open: false }
}

/// `GET /logs/operations`
pub(crate) async fn operations(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    params: Params,
) -> Answer {
    let asked = wanted(&params);
    let rows = server.run(move |app| app.operation_log(&actor, &asked, PAGE + 1)).await?;
    let line = |row: OperationRow| {
        let cells = vec![Cell::Text(row.actor), Cell::Text(row.verb), Cell::Text(row.object), Cell::Soft(row.detail)];
        (row.at, cells)
    };
    Ok(page(&server, &visit, &params, &OPERATIONS, rows.into_iter().map(line).collect()))
}

/// `GET /logs/sign-ins`
pub(crate) async fn sign_ins(
    State(server): State<Server>,
    visit: Visit,
    Staff(actor): Staff,
    params: Params,
) -> Answer {
    let asked = wanted(&params);
    let rows = server.run(move |app| app.sign_in_log(&actor, &asked, PAGE + 1)).await?;
    let line = |row: SignInRow| {
        let outcome = outcome_word(&row.outcome).to_owned();
        let cells = vec![Cell::Text(row.login), Cell::Text(outcome), Cell::Soft(row.detail), Cell::Text(row.address)];
        (row.at, cells)
    };
    Ok(page(&server, &visit, &params, &SIGN_INS, rows.into_iter().map(line).collect()))
}

/// A page of a log: its lines – when, and the cells after the time – newest first, one more than a page holds where there are more.
fn page(server: &Server, visit: &Visit, params: &Params, log: &Log, mut lines: Vec<(i64, Vec<Cell>)>) -> Response {
    let more = lines.len() > PAGE;
    lines.truncate(PAGE);
    let next = lines.last().filter(|_| more).map(|(at, _)| with(log.path, params, Some(*at)));
    let hours = server.app().pack.utc_offset_hours;
    let row =
        |(at, cells): (i64, Vec<Cell>)| Row::new(std::iter::once(Cell::Text(moment(at, hours))).chain(cells).collect());
    show(
        LogPage {
            shell: shell(server, visit),
            title: log.title.to_owned(),
            lead: log.lead.to_owned(),
            query: query(log, params),
            toolbar: vec![Action::open("导出 Excel", with(log.file, params, None))],
            table: table(log, lines.into_iter().map(row).collect()),
            next,
        }
        .render(),
    )
}

fn table(log: &Log, rows: Vec<Row>) -> Table {
    Table {
        id: "log".into(),
        caption: log.title.to_owned(),
        quiet_caption: true,
        columns: std::iter::once(Column::header("时间"))
            .chain(log.after_time.iter().map(|label| Column::text(*label)))
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
