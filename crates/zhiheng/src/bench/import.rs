//! import: a workbook of food samples, validated and stored. The workbook is made by a process of its own, so that the peak memory is
//! that of the import. The peer only reads the workbook.

use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use zhiheng_app::{App, ImportChoice, ImportOptions, read_table};
use zhiheng_pack::day;
use zhiheng_sheet::{Scope, Sheet, SheetCell, SheetColumn, Workbook, write_xlsx};

use super::{Bench, Folder, Found, digits, setup};
use crate::Common;
use crate::packs::{self, Carry};

const HEADERS: [&str; 14] = [
    "抽样单编号",
    "样品名称",
    "食品分类",
    "被抽样单位名称",
    "被抽样单位地址",
    "抽样环节",
    "标称生产企业名称",
    "规格型号",
    "生产日期",
    "抽样日期",
    "任务类型",
    "检验机构",
    "检验结论",
    "不合格项目║检验结果║标准值",
];

pub(super) fn run(common: &Common, args: &Bench) -> Result<Found> {
    let folder = Folder::new("import")?;
    let file = folder.0.join("样品.xlsx");
    let made = Command::new(std::env::current_exe()?)
        .args(["bench", "import-file", "--n", &args.n.to_string(), "--out"])
        .arg(&file)
        .status()?;
    ensure!(made.success(), "the workbook was not made");
    let url = if common.db == crate::DEFAULT_DB { folder.sqlite("county.db") } else { common.db.clone() };
    let loaded = packs::load(None, Carry::Demo)?;
    let app = App::open(&url, loaded.pack, &setup())?;
    app.apply_pack("bench", &loaded.files)?;
    let before = memory("VmHWM:");
    let begin = Instant::now();
    let bytes = std::fs::read(&file)?;
    let options = ImportOptions { scope: Some(Scope::Mixed), ..ImportOptions::default() };
    let imported = app.import("bench", "food_sample", &bytes, "样品.xlsx", &options, &ImportChoice::default())?;
    let ours = begin.elapsed().as_secs_f64();
    let peak = memory("VmHWM:");
    ensure!(u64::try_from(imported.created)? == args.n, "{} of {} rows were taken", imported.created, args.n);

    let begin = Instant::now();
    let again = app.import("bench", "food_sample", &bytes, "样品.xlsx", &options, &ImportChoice::default())?;
    let twice = begin.elapsed().as_secs_f64();
    ensure!(again.created == 0 && again.corrected == 0, "the same file again changed something");

    let kind = app.pack.kind("food_sample").context("no food samples")?;
    let begin = Instant::now();
    read_table(&app.pack, kind, &bytes, "样品.xlsx", &options)?;
    let peer = begin.elapsed().as_secs_f64();
    Ok(Found {
        n: args.n,
        ours: json!({
            "seconds": digits(ours), "again_seconds": digits(twice), "peak_mb": peak / 1024, "before_mb": before / 1024,
            "file_mb": bytes.len() / 1_048_576,
        }),
        peer: json!({ "name": "reading the workbook, nothing validated against the database or stored", "seconds": digits(peer) }),
        ratio: peer / ours,
    })
}

/// Writes the workbook: `--n` rows to `--out`.
pub(super) fn make(args: &Bench) -> Result<ExitCode> {
    let out = args.out.as_ref().context("--out")?;
    let last = day::first_of_year(2026) + 300;
    let row = |number: u64| {
        let sampled = last - i32::try_from(number % 280).unwrap_or_default();
        let fails = number.is_multiple_of(50);
        let cell = |text: String| SheetCell::Text(text);
        vec![
            cell(format!("XLS26990101{number:09}")),
            cell(
                ["小麦粉", "菜籽油", "豇豆", "腊肉"]
                    .get(usize::try_from(number % 4).unwrap_or_default())
                    .copied()
                    .unwrap_or_default()
                    .to_owned(),
            ),
            cell("粮食加工品".to_owned()),
            cell(format!("示例县甲街道测量用超市{}", number % 500)),
            cell(format!("示例县甲街道示例路{}号", number % 400)),
            cell("流通".to_owned()),
            cell(format!("示例市丰禾食品厂{}", number % 90)),
            cell("500g/袋".to_owned()),
            cell(day::date(sampled - 40).to_string()),
            cell(day::date(sampled).to_string()),
            cell("监督抽检".to_owned()),
            cell("示例市质量检验中心".to_owned()),
            cell(if fails { "不合格" } else { "合格" }.to_owned()),
            cell(if fails { "菌落总数║28000CFU/g║≤10000CFU/g".to_owned() } else { String::new() }),
        ]
    };
    let columns = HEADERS.iter().map(|header| SheetColumn { header: (*header).to_owned(), width: 16 }).collect();
    let sheet = Sheet { name: "样品".to_owned(), columns, rows: (0..args.n).map(row).collect(), ..Sheet::default() };
    let bytes = write_xlsx(&Workbook { sheets: vec![sheet] }).map_err(|error| anyhow::anyhow!("{error:?}"))?;
    std::fs::write(out, bytes)?;
    Ok(ExitCode::SUCCESS)
}

/// A line of the process's own memory figures, in kB.
pub(super) fn memory(name: &str) -> u64 {
    memory_of(std::process::id(), name)
}

/// The same of another process.
pub(super) fn memory_of(process: u32, name: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_whitespace().next()).and_then(|number| number.parse().ok()).unwrap_or_default()
}
