//! `zhiheng audit`: the whole database against itself.

use std::process::ExitCode;

use anyhow::Result;

use super::{Access, open, say, say_json};
use crate::Common;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Audit {}

pub(crate) fn run(common: &Common, _: &Audit) -> Result<ExitCode> {
    let report = open(common, Access::Read)?.audit()?;
    if common.json {
        say_json(&serde_json::to_value(&report)?);
    } else {
        for difference in &report.differences {
            say(format!("{} {}：{}", difference.what, difference.which, difference.message));
        }
        let checked = format!(
            "查了 {} 条记录、{} 个版本、{} 个单元、{} 行历史、{} 个报送值、{} 个附件、{} 件已公布的内容",
            report.records,
            report.versions,
            report.cells,
            report.history,
            report.levels,
            report.files,
            report.published
        );
        say(match report.difference_count {
            0 => format!("{checked}：全部一致"),
            count => format!("{checked}：有 {count} 处不一致"),
        });
    }
    Ok(ExitCode::from(u8::from(!report.is_clean())))
}
