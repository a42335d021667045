//! `zhiheng check PACK`: every problem of a pack, with file, line, column, code and what to do.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

use super::{say, say_json};
use crate::Common;
use crate::packs::{self, Carry};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Check {
    /// 方案包文件夹
    folder: PathBuf,
}

pub(crate) fn run(common: &Common, args: &Check) -> Result<ExitCode> {
    let (pack, problems, _) = packs::try_load(Some(&args.folder), Carry::County)?;
    if common.json {
        say_json(&json!({ "problems": problems }));
    } else {
        problems.iter().for_each(|problem| say(packs::line(problem)));
        match &pack {
            Some(pack) => {
                let targets = pack.indicators.iter().filter(|indicator| !indicator.helper).count();
                say(format!(
                    "方案包合格：{} 个登记种类，{targets} 个指标，{} 个单位，{} 个乡镇街道",
                    pack.kinds.len(),
                    pack.bodies.len(),
                    pack.areas.len()
                ));
            }
            None => say(format!("共 {} 个问题", problems.len())),
        }
    }
    Ok(ExitCode::from(u8::from(!problems.is_empty())))
}
