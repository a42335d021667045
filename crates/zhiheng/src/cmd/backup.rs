//! `zhiheng backup FILE` and `zhiheng restore FILE`: one portable archive for both databases.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use serde_json::json;
use zhiheng_app::{App, Error, Setup};

use super::{Access, make_folder, one_pack, open, say, say_json, signing};
use crate::Common;
use crate::env::{SystemClock, SystemRandom};
use crate::packs::{self, Carry};

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Backup {
    /// 备份文件（新建）
    file: PathBuf,
}

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Restore {
    /// 备份文件
    file: PathBuf,
}

/// Writes to a name of its own and renames at the end: a file with the wanted name is always whole.
pub(crate) fn backup(common: &Common, args: &Backup) -> Result<ExitCode> {
    let app = open(common, Access::Read)?;
    if args.file.exists() {
        bail!("文件 {} 已存在，为免覆盖已停止", args.file.display());
    }
    let partial = args.file.with_extension("partial");
    let file = File::create(&partial).with_context(|| format!("写不了文件 {}", partial.display()))?;
    let rows = app.backup(BufWriter::new(&file))?;
    file.sync_all()?;
    std::fs::rename(&partial, &args.file)?;
    if common.json {
        say_json(&json!({ "file": args.file, "rows": rows }));
    } else {
        say(format!("已备份 {rows} 行到 {}", args.file.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// A restored database passes the audit, or the restore fails.
pub(crate) fn restore(common: &Common, args: &Restore) -> Result<ExitCode> {
    let file = File::open(&args.file).with_context(|| format!("读不到文件 {}", args.file.display()))?;
    make_folder(&common.db)?;
    let setup = Setup { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom), read_only: false, files: None };
    let rows = App::restore(&common.db, &setup, BufReader::new(file))?;
    let app = open_restored(common)?;
    let report = app.audit()?;
    if !report.is_clean() {
        let first = report
            .differences
            .first()
            .map_or(String::new(), |first| format!("{} {}：{}", first.what, first.which, first.message));
        bail!(Error::Corrupt(format!("恢复出的数据有 {} 处不一致，例如 {first}", report.difference_count)));
    }
    if common.json {
        say_json(&json!({ "file": args.file, "rows": rows, "records": report.records, "versions": report.versions }));
    } else {
        say(format!("已恢复 {rows} 行，自查一致（{} 条记录，{} 个版本）", report.records, report.versions));
    }
    Ok(ExitCode::SUCCESS)
}

/// The audit asks the pack in force, which lies in the database itself.
fn open_restored(common: &Common) -> Result<App> {
    let setup = Setup { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom), read_only: true, files: None };
    let carried = packs::load(one_pack(common)?, Carry::County)?;
    let app = signing(common, App::open(&common.db, carried.pack, &setup)?);
    Ok(app.under_its_own_pack()?)
}
