//! `zhiheng submit`: one submission a line of standard input, one answer a line of standard output.

use std::io::BufRead;
use std::process::ExitCode;

use anyhow::Result;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use zhiheng_app::{Act, App, Error, RecordId, RequestKey, Submission};
use zhiheng_pack::{Draft, Problem};

use super::{Access, open, say};
use crate::Common;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Submit {
    /// 以谁的名义提交
    #[arg(long, default_value = "cli")]
    actor: String,
}

/// A line of input.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    op: String,
    kind: String,
    id: Option<String>,
    expected_version: Option<i64>,
    idempotency_key: Option<String>,
    reason: Option<String>,
    #[serde(default)]
    fields: Map<String, Value>,
}

pub(crate) fn run(common: &Common, args: &Submit) -> Result<ExitCode> {
    let app = open(common, Access::Write)?;
    let mut refused = false;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        match one(&app, &args.actor, &line) {
            Ok(answer) => say(answer),
            Err(error) => {
                refused = true;
                say(json!({ "problems": problems(&error) }).to_string());
            }
        }
    }
    Ok(ExitCode::from(u8::from(refused)))
}

fn one(app: &App, actor: &str, line: &str) -> Result<String, Error> {
    let line: Line =
        serde_json::from_str(line).map_err(|error| invalid("line", &format!("这一行不是要求的 JSON：{error}")))?;
    let draft = Draft { fields: line.fields.into_iter().collect(), scope: None };
    let act = match line.op.as_str() {
        "create" => Act::Create(draft),
        "correct" => Act::Correct(draft),
        "withdraw" => Act::Withdraw,
        "restore" => Act::Restore,
        other => return Err(invalid("op", &format!("op 只能是 create、correct、withdraw、restore，这里是 {other}"))),
    };
    let id = match line.id {
        Some(text) => Some(text.parse::<RecordId>().map_err(|_| invalid("id", "记录编号是 32 位十六进制数"))?),
        None => None,
    };
    let submission =
        Submission { act, kind: line.kind, id, expected_version: line.expected_version, reason: line.reason };
    let receipt = app.submit(actor, &submission, line.idempotency_key.map(RequestKey).as_ref())?;
    serde_json::to_string(&receipt).map_err(|error| Error::Internal(error.to_string()))
}

fn invalid(field: &str, message: &str) -> Error {
    Error::Invalid(vec![Problem::of_field(zhiheng_pack::problem::CHECK_FAILED, field, message)])
}

fn problems(error: &Error) -> Value {
    match error {
        Error::Invalid(problems) => json!(problems),
        other => json!([{ "code": other.code(), "message": other.message() }]),
    }
}
