//! `zhiheng board`: every target as of a day, and as it was known on a day.

use std::process::ExitCode;

use anyhow::Result;
use zhiheng_app::{Board, Row, When, data, print};
use zhiheng_pack::day;
use zhiheng_pack::indicator::Form;

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
        say_json(&data::of_board(&board).into());
    } else {
        // How many records there were on an earlier day is not kept: the number is today's, and is told of today's knowledge only.
        let known = match when.known_on {
            Some(known) => format!("按 {} 当时所知", day::date(known)),
            None => format!("共 {} 条记录", board.records),
        };
        say(format!("{} 截至 {}，{known}", board.pack.title, day::date(when.as_of)));
        board.rows.iter().for_each(|row| say(line(&board, row)));
    }
    Ok(ExitCode::SUCCESS)
}

fn line(board: &Board, row: &Row) -> String {
    let Some(indicator) = board.pack.indicators.get(row.indicator) else { return String::new() };
    let no = indicator.row.map_or("文中".to_owned(), |row| format!("{row:>2}"));
    let value = row.number.value.map_or("—".to_owned(), |value| print(value, indicator.decimals));
    let target = indicator.target.as_ref().map_or("—".to_owned(), |target| target.value.normalize().to_string());
    let sample = match (row.number.n, indicator.form) {
        (Some(n), Form::Ratio | Form::Survey) => format!(" n={n}"),
        _ => String::new(),
    };
    let reason = row.reason.as_ref().map_or(String::new(), |reason| format!("（{reason}）"));
    format!("{no} {} {value}{}{sample} / {target} {}{reason}", indicator.name, indicator.unit, row.verdict.light.word())
}
