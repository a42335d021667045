//! `zhiheng board`: every target as of a day, and as it was known on a day.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::{Value, json};
use zhiheng_app::{App, Board, Number, Row, When, hex, print, round};
use zhiheng_pack::indicator::{Form, Goal};
use zhiheng_pack::{Decimal, Indicator, day};

use super::{Access, open, say, say_json};
use crate::Common;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct BoardArgs {
    /// 截至哪一日（默认今天）
    #[arg(long, value_parser = super::day, value_name = "DATE")]
    as_of: Option<i32>,
    /// 只算到哪一日为止已经知道的
    #[arg(long, value_parser = super::day, value_name = "DATE")]
    known_on: Option<i32>,
}

pub(crate) fn run(common: &Common, args: &BoardArgs) -> Result<ExitCode> {
    let app = open(common, Access::Read)?;
    let when = When { as_of: args.as_of.unwrap_or_else(|| app.today()), known_on: args.known_on };
    let board = app.board(when)?;
    if common.json {
        say_json(&to_json(&app, &board));
    } else {
        say(format!("{} 截至 {}，共 {} 条记录", board.pack.title, day::date(when.as_of), board.records));
        board.rows.iter().for_each(|row| say(line(&board, row)));
    }
    Ok(ExitCode::SUCCESS)
}

fn to_json(app: &App, board: &Board) -> Value {
    let targets: Vec<Value> =
        board.rows.iter().filter_map(|row| target(board.pack.indicators.get(row.indicator)?, row)).collect();
    json!({
        "place": app.pack.place,
        "as_of": day::date(board.when.as_of).to_string(),
        "known_on": board.when.known_on.map(|known| day::date(known).to_string()),
        "pack_hash": hex(&board.pack.hash),
        "records": board.records,
        "targets": targets,
    })
}

fn target(indicator: &Indicator, row: &Row) -> Option<Value> {
    let number = &row.number;
    Some(json!({
        "id": indicator.id,
        "row": indicator.row,
        "name": indicator.name,
        "form": indicator.form.name(),
        "mode": indicator.mode.name(),
        "unit": indicator.unit,
        "baseline": indicator.baseline.as_ref().and_then(|baseline| baseline.value).map(plain),
        "target": indicator.target.as_ref().map(|target| plain(target.value)),
        "op": op(indicator),
        "value": number.value.map(|value| print(value, indicator.decimals)),
        "numerator": number.numerator.map(count),
        "denominator": number.denominator.map(count),
        "n": number.n,
        "interval": number.interval.map(|(low, high)| json!([low.to_string(), high.to_string()])),
        "light": row.verdict.light.name(),
        "hint": row.hint.map(|hint| hint.name()),
        "progress": row.verdict.progress.map(|progress| round(progress, 4).to_string()),
        "margin": row.verdict.margin.map(|margin| round(margin, indicator.decimals.max(1)).to_string()),
        "elapsed": row.elapsed.map(|elapsed| round(elapsed, 2).to_string()),
        "dated": number.dated.map(|dated| day::date(dated).to_string()),
        "reported": row.reported.as_ref().and_then(|number: &Number| number.value).map(|value| print(value, indicator.decimals)),
        "reason": row.reason,
    }))
}

/// The comparison that the programme makes: a floor is a floor even where the plan writes a bare figure.
fn op(indicator: &Indicator) -> &str {
    match indicator.goal {
        Goal::Floor | Goal::ScoreFloor | Goal::Hold => ">=",
        _ => indicator.target.as_ref().map_or("=", |target| &target.op),
    }
}

fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}

/// Counts are JSON integers; sums of measured amounts are decimal strings.
fn count(value: Decimal) -> Value {
    let value = value.normalize();
    match i64::try_from(value.mantissa()) {
        Ok(number) if value.scale() == 0 => json!(number),
        _ => json!(value.to_string()),
    }
}

fn line(board: &Board, row: &Row) -> String {
    let Some(indicator) = board.pack.indicators.get(row.indicator) else { return String::new() };
    let no = indicator.row.map_or("文中".to_owned(), |row| format!("{row:>2}"));
    let value = row.number.value.map_or("—".to_owned(), |value| print(value, indicator.decimals));
    let target = indicator.target.as_ref().map_or("—".to_owned(), |target| plain(target.value));
    let sample = match (row.number.n, indicator.form) {
        (Some(n), Form::Ratio | Form::Survey) => format!(" n={n}"),
        _ => String::new(),
    };
    let reason = row.reason.as_ref().map_or(String::new(), |reason| format!("（{reason}）"));
    format!("{no} {} {value}{}{sample} / {target} {}{reason}", indicator.name, indicator.unit, row.verdict.light.word())
}
