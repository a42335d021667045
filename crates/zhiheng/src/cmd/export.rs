//! `zhiheng export KIND`: a kind's records, or the board as 指标进度一览表 (`export board`), as a file that officials pass on.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::json;
use zhiheng_app::{BoardFormat, Error, ExportFormat, ListWanted, Masking, When};
use zhiheng_pack::day;

use super::{Access, open, say, say_json};
use crate::Common;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Export {
    /// 登记种类；board 表示指标进度一览表
    kind: String,
    /// 格式
    #[arg(long, value_enum, default_value = "xlsx")]
    format: Format,
    /// 输出文件；不给则用规定的文件名放在当前文件夹
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// 截至哪一日（仅 board）
    #[arg(long, value_parser = super::day, value_name = "DATE")]
    as_of: Option<i32>,
    /// 制表人，与日期一起印在每一页
    #[arg(long, default_value = "命令行导出", value_name = "NAME")]
    by: String,
    /// 隐去个人信息
    #[arg(long)]
    mask: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    Xlsx,
    Csv,
    CsvGb18030,
    Docx,
}

pub(crate) fn run(common: &Common, args: &Export) -> Result<ExitCode> {
    let app = open(common, Access::Read)?;
    let mark = format!("{} {}", args.by, day::date(app.today()));
    let file = if args.kind == "board" {
        let format = match args.format {
            Format::Xlsx => BoardFormat::Xlsx,
            Format::Docx => BoardFormat::Docx,
            Format::Csv | Format::CsvGb18030 => BoardFormat::Csv,
        };
        let when = When { as_of: args.as_of.unwrap_or_else(|| app.today()), known_on: None };
        app.export_board(when, format, &mark)?
    } else {
        let format = match args.format {
            Format::Xlsx => ExportFormat::Xlsx,
            Format::Csv => ExportFormat::Csv,
            Format::CsvGb18030 => ExportFormat::CsvGb18030,
            Format::Docx => anyhow::bail!(Error::WrongState("记录只能导出为 xlsx 或 csv；Word 用于 board".to_owned())),
        };
        let masking = if args.mask { Masking::Covered } else { Masking::Plain };
        app.export_kind(&args.kind, &ListWanted::default(), format, &mark, &masking)?
    };
    let path = args.out.clone().unwrap_or_else(|| PathBuf::from(&file.name));
    std::fs::write(&path, &file.bytes).with_context(|| format!("写不了文件 {}", path.display()))?;
    if common.json {
        say_json(&json!({ "file": path, "rows": file.rows, "bytes": file.bytes.len() }));
    } else {
        say(format!("已导出 {} 行到 {}", file.rows, path.display()));
    }
    Ok(ExitCode::SUCCESS)
}
