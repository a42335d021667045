//! `zhiheng pack diff` and `zhiheng pack apply`: what a changed pack would do, and putting it into force.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;
use zhiheng_app::{PackDiff, Setup};

use super::{Access, one_pack, say, say_json};
use crate::Common;
use crate::env::{SystemClock, SystemRandom};
use crate::packs::{self, Carry};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct PackArgs {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand, Clone, Copy)]
enum Act {
    /// 启用这个方案包会改变什么
    Diff,
    /// 启用这个方案包：在旁边算好新口径的数，再一次切换
    Apply,
}

pub(crate) fn run(common: &Common, args: &PackArgs) -> Result<ExitCode> {
    let loaded = packs::load(one_pack(common)?, Carry::County)?;
    let access = if matches!(args.act, Act::Apply) { Access::Write } else { Access::Read };
    let setup = Setup {
        clock: std::sync::Arc::new(SystemClock),
        random: std::sync::Arc::new(SystemRandom),
        read_only: access == Access::Read,
        files: None,
    };
    let app = zhiheng_app::App::open(&common.db, loaded.pack, &setup)?;
    match args.act {
        Act::Diff => show(common, &app.pack_diff()?),
        Act::Apply => {
            let (seq, computed) = app.apply_pack("cli", &loaded.files)?;
            if common.json {
                say_json(&json!({ "seq": seq, "computed": computed }));
            } else {
                say(format!("第 {seq} 版方案包已启用；重新计算了 {} 个指标：{}", computed.len(), computed.join("、")));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show(common: &Common, diff: &PackDiff) {
    if common.json {
        let values: Vec<_> = diff
            .values
            .iter()
            .map(|change| json!({ "indicator": change.indicator, "before": [change.before.0, change.before.1], "after": [change.after.0, change.after.1] }))
            .collect();
        return say_json(&json!({
            "kinds_added": diff.kinds_added, "kinds_removed": diff.kinds_removed,
            "indicators_added": diff.indicators_added, "indicators_removed": diff.indicators_removed,
            "redefined": diff.redefined, "reworded": diff.reworded, "values": values,
            "records_affected": diff.records_affected,
            "open_cases": diff.open_cases, "deadlines": diff.deadlines,
        }));
    }
    let lists = [
        ("新增种类", &diff.kinds_added),
        ("取消种类", &diff.kinds_removed),
        ("新增指标", &diff.indicators_added),
        ("取消指标", &diff.indicators_removed),
        ("口径改变", &diff.redefined),
        ("文字或目标改变", &diff.reworded),
    ];
    for (name, ids) in lists.iter().filter(|(_, ids)| !ids.is_empty()) {
        say(format!("{name}：{}", ids.join("、")));
    }
    for change in &diff.values {
        say(format!(
            "  {} 合计 {}/{} → {}/{}",
            change.indicator, change.before.0, change.before.1, change.after.0, change.after.1
        ));
    }
    for moved in &diff.deadlines {
        let day = |day: &Option<String>| day.clone().unwrap_or_else(|| "不再计时".to_owned());
        let (before, after) = (day(&moved.before), day(&moved.after));
        say(format!("  在办{}「{}」{}：{before} → {after}", moved.kind, moved.label, moved.clock));
    }
    if lists.iter().all(|(_, ids)| ids.is_empty()) && diff.deadlines.is_empty() {
        say("没有差异");
    }
}
