//! `zhiheng demo`: fills an empty database with the synthetic demonstration county.

use std::process::ExitCode;

use anyhow::Result;
use serde_json::json;

use super::{make_folder, one_pack, say, say_json};
use crate::Common;
use crate::packs::{self, Carry};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Demo {
    /// 规模：一份一万条记录
    #[arg(long, default_value_t = 1)]
    scale: u64,
    /// 种子：同一种子，逐字节相同
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The database of the demonstration county, when none is named.
pub(crate) const DEMO_DB: &str = "sqlite:zhiheng-demo/zhiheng.db";

pub(crate) fn run(common: &Common, args: &Demo) -> Result<ExitCode> {
    let db = if common.db == crate::DEFAULT_DB { DEMO_DB } else { &common.db };
    let report = fill(db, common, args.scale, args.seed)?;
    if common.json {
        say_json(
            &json!({ "db": db, "records": report.records, "versions": report.versions, "seed": report.seed, "scale": report.scale }),
        );
    } else {
        say(format!(
            "示例县（虚构）已就绪：{} 条记录，{} 个版本，截至 {}。打开：zhiheng serve --demo",
            report.records, report.versions, report.last_day
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// Fills a database; says how far it is now and then.
pub(crate) fn fill(db: &str, common: &Common, scale: u64, seed: u64) -> Result<zhiheng_app::DemoReport> {
    let loaded = packs::load(one_pack(common)?, Carry::Demo)?;
    make_folder(db)?;
    let mut told = 0;
    let mut progress = |records: u64| {
        if records >= told + 100_000 {
            told = records;
            say(format!("已生成 {records} 条"));
        }
    };
    Ok(zhiheng_app::fill_demo(db, loaded.pack, &loaded.files, scale, seed, &mut progress)?)
}
