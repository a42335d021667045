//! `zhiheng import KIND FILE`: a spreadsheet as it comes. `--dry-run` says everything and stores nothing.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use serde_json::json;
use zhiheng_app::{ImportChoice, ImportOptions, ImportPreview, ImportProblem, Take};
use zhiheng_sheet::Scope;

use super::{Access, open, say, say_json};
use crate::Common;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Import {
    /// 登记种类
    kind: String,
    /// 表格文件：xlsx、xls、ods、csv……
    file: PathBuf,
    /// 只检查，不保存：一次列出全部问题
    #[arg(long)]
    dry_run: bool,
    /// 名单范围：合格名单、不合格名单或两者都有
    #[arg(long, value_enum)]
    scope: Option<ScopeArg>,
    /// 不合格名单声明的检验批次总数
    #[arg(long)]
    tested: Option<i64>,
    /// 文件里没有的字段，全部行取这个值：字段=值
    #[arg(long, value_name = "FIELD=VALUE")]
    fill: Vec<String>,
    /// 工作表名
    #[arg(long)]
    sheet: Option<String>,
    /// 有一行错误就都不导入
    #[arg(long)]
    all_or_nothing: bool,
    /// 同一编号内容不同的行，全部作为更正
    #[arg(long)]
    correct: bool,
    /// 出错行另存为工作簿
    #[arg(long, value_name = "FILE")]
    errors: Option<PathBuf>,
    /// 以谁的名义导入
    #[arg(long, default_value = "cli")]
    actor: String,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum ScopeArg {
    Passing,
    Failing,
    Mixed,
}

impl From<ScopeArg> for Scope {
    fn from(scope: ScopeArg) -> Scope {
        match scope {
            ScopeArg::Passing => Scope::Passing,
            ScopeArg::Failing => Scope::Failing,
            ScopeArg::Mixed => Scope::Mixed,
        }
    }
}

pub(crate) fn run(common: &Common, args: &Import) -> Result<ExitCode> {
    let bytes = std::fs::read(&args.file).with_context(|| format!("读不到文件 {}", args.file.display()))?;
    let name = args.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let options = options(args, common.json && args.dry_run)?;
    if args.dry_run {
        return dry_run(common, args, &bytes, &name, &options);
    }
    let app = open(common, Access::Write)?;
    let preview = app.import_preview(&args.kind, &bytes, &name, &options)?;
    if let Some(path) = &args.errors {
        std::fs::write(path, preview.error_workbook()?)?;
    }
    let take = if args.all_or_nothing { Take::AllOrNothing } else { Take::GoodRows };
    let corrections =
        if args.correct { preview.corrections().map(|row| row.row).collect() } else { Default::default() };
    let (found, problem_count) = (preview.problems.clone(), preview.problem_count);
    let imported = app.import_previewed(&args.actor, preview, &ImportChoice { take, corrections })?;
    if common.json {
        let moved: Vec<_> =
            imported.moved.iter().map(|cell| json!({ "indicator": cell.indicator, "period": cell.period })).collect();
        say_json(&json!({
            "batch": imported.batch.map(|batch| batch.to_string()), "created": imported.created, "corrected": imported.corrected,
            "unchanged": imported.unchanged, "not_ticked": imported.not_ticked, "left_out": imported.left_out, "moved": moved,
            "message": imported.message,
        }));
    } else {
        problems(&found);
        say(&imported.message);
    }
    Ok(ExitCode::from(u8::from(problem_count > 0)))
}

/// Reads beside a running server what is stored already; where there is no database yet, an empty one that is thrown away is as good.
fn dry_run(common: &Common, args: &Import, bytes: &[u8], name: &str, options: &ImportOptions) -> Result<ExitCode> {
    let stored = common.db.strip_prefix("sqlite:").is_none_or(|path| std::path::Path::new(path).exists());
    let scratch = std::env::temp_dir().join(format!("zhiheng-dry-run-{}", std::process::id()));
    let preview = if stored {
        open(common, Access::Read)?.import_preview(&args.kind, bytes, name, options)
    } else {
        let elsewhere = Common { db: format!("sqlite:{}", scratch.join("empty.db").display()), ..common.clone() };
        let preview = open(&elsewhere, Access::Write)?.import_preview(&args.kind, bytes, name, options);
        // What is left behind in the folder for temporary files is the system's to clear.
        let _ = std::fs::remove_dir_all(&scratch);
        preview
    }?;
    if let Some(path) = &args.errors {
        std::fs::write(path, preview.error_workbook()?)?;
    }
    tell(common, &preview);
    Ok(ExitCode::from(u8::from(preview.problem_count > 0)))
}

fn options(args: &Import, keep_cells: bool) -> Result<ImportOptions> {
    let mut fill = BTreeMap::new();
    for pair in &args.fill {
        let (field, value) = pair.split_once('=').with_context(|| format!("--fill 要写成 字段=值，这里是 {pair}"))?;
        fill.insert(field.to_owned(), value.to_owned());
    }
    Ok(ImportOptions {
        scope: args.scope.map(Scope::from),
        tested: args.tested,
        fill,
        sheet: args.sheet.clone(),
        keep_cells,
        ..ImportOptions::default()
    })
}

fn tell(common: &Common, preview: &ImportPreview) {
    if common.json {
        return say_json(&preview.to_json());
    }
    let counts = preview.counts();
    say(format!(
        "表头在第 {} 行；共 {} 行：新增 {}，未变 {}，可更正 {}，有错 {}",
        preview.header_row,
        preview.rows.len(),
        counts.new,
        counts.unchanged,
        counts.corrections,
        counts.bad
    ));
    problems(&preview.problems);
    preview.remarks.iter().for_each(say);
}

fn problems(found: &[ImportProblem]) {
    for problem in found {
        say(format!(
            "第 {} 行 {} 「{}」 {} {}",
            problem.row, problem.column, problem.value, problem.code, problem.message
        ));
    }
}
