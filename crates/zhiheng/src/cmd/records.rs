//! `zhiheng records`: the very records behind a cell.

use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use zhiheng_app::{PartWanted, When};
use zhiheng_pack::{Sight, day};

use super::{Access, open, say};
use crate::Common;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Records {
    /// 指标
    #[arg(long)]
    indicator: String,
    /// 时期：一年（2026），或截至的某日（2026-06-30）
    #[arg(long)]
    period: String,
    /// 乡镇街道的区划代码
    #[arg(long)]
    area: Option<String>,
    /// 哪一部分
    #[arg(long, value_enum, default_value = "denominator")]
    part: Part,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Part {
    Numerator,
    Denominator,
    Uncounted,
}

const PAGE: usize = 500;

pub(crate) fn run(common: &Common, args: &Records) -> Result<ExitCode> {
    let app = open(common, Access::Read)?;
    let as_of = match args.period.parse::<i16>() {
        Ok(year) => day::last_of_year(year),
        Err(_) => super::day(&args.period).ok().context("时期要写成 2026 或 2026-06-30")?,
    };
    let part = match args.part {
        Part::Numerator => PartWanted::Numerator,
        Part::Denominator => PartWanted::Denominator,
        Part::Uncounted => PartWanted::Uncounted,
    };
    let when = When { as_of, known_on: None };
    let mut after = None;
    loop {
        let page = app.cell_records(&args.indicator, when, args.area.as_deref(), part, after, PAGE)?;
        for found in page.records {
            let Some(kind) = app.pack.kinds.get(found.kind) else { continue };
            let day = found.row.day.map(|number| day::date(number).to_string());
            if common.json {
                let fields: Value = serde_json::from_str(&found.row.fields).unwrap_or_default();
                let line = json!({
                    "id": found.row.id.to_string(), "kind": kind.id, "version": found.row.version, "day": day,
                    "fields": fields, "reason": found.reason,
                });
                say(line.to_string());
            } else {
                let reason = found.reason.map_or(String::new(), |reason| format!("  未计入：{reason}"));
                say(format!(
                    "{} {} {}{reason}",
                    found.row.id,
                    day.unwrap_or_else(|| "—".to_owned()),
                    app.pack.title(kind, &found.record, Sight::Masked)
                ));
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(ExitCode::SUCCESS);
        }
    }
}
