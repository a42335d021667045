//! `zhiheng publish PERIOD`: drafts of what is to be published of a period. Review, approval and publication are people's: no command publishes anything.

use std::process::ExitCode;

use anyhow::Result;
use zhiheng_app::{Error, PublicPeriod};

use super::{Access, open, say, say_json};
use crate::Common;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Publish {
    /// 哪一期：2026、2026H1、2026Q3 或 2026-09
    #[arg(value_name = "PERIOD")]
    period: String,
    /// 以谁的名义拟稿
    #[arg(long, default_value = "cli")]
    actor: String,
}

pub(crate) fn run(common: &Common, args: &Publish) -> Result<ExitCode> {
    let wrong = || Error::WrongState(format!("「{}」不是一期，请写成 2026、2026H1、2026Q3 或者 2026-09", args.period));
    let period = PublicPeriod::parse(&args.period).ok_or_else(wrong)?;
    let done = open(common, Access::Write)?.draft_publications(&args.actor, &period)?;
    if common.json {
        say_json(&serde_json::to_value(&done)?);
        return Ok(ExitCode::SUCCESS);
    }
    for (id, title) in &done.drafted {
        say(format!("拟公开 {title}  {id}"));
    }
    say(format!(
        "{}：拟稿 {} 件，已有 {} 件，没有数的 {} 项。拟稿须送保密审查、审批，批准以后才公开。",
        period.name,
        done.drafted.len(),
        done.known.len(),
        done.without.len()
    ));
    Ok(ExitCode::SUCCESS)
}
