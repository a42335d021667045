//! Reads a workbook of 100,000 rows and prints time and memory: `cargo run --release -p zhiheng-sheet --example sheet_time [ROWS]`.

use std::time::Instant;
use zhiheng_sheet::{
    CellKind, Limits, Sheet, SheetCell, SheetColumn, Wanted, WantedColumn, Workbook, read, read_rows, write_xlsx,
};

const HEADERS: [&str; 16] = [
    "序号",
    "标称生产企业名称",
    "标称生产企业地址",
    "被抽样单位名称",
    "被抽样单位地址",
    "食品名称",
    "规格型号",
    "商标",
    "生产日期/批号",
    "不合格项目║检验结果║标准值",
    "分类",
    "公告号",
    "公告日期",
    "任务来源/项目名称",
    "检验机构",
    "备注",
];

fn workbook(rows: u32) -> Workbook {
    let row = |n: u32| {
        let text = |text: String| SheetCell::Text(text);
        let items = if n.is_multiple_of(50) { format!("铅║0.{n}mg/kg║≤0.5mg/kg") } else { String::new() };
        vec![
            SheetCell::Number(n.to_string()),
            text(format!("示例第{n}食品有限公司")),
            text(format!("示例市示例区工业大道{n}号")),
            text(format!("示例{}号超市", n % 5000)),
            text(format!("示例市示例区人民路{}号", n % 5000)),
            text(format!("示例食品{}", n % 700)),
            text("500g/袋".to_owned()),
            text("/".to_owned()),
            SheetCell::Date(format!("2026-{:02}-{:02}", n % 12 + 1, n % 28 + 1)),
            text(items),
            text("粮食加工品".to_owned()),
            text(format!("2026年第{}期", n % 40)),
            text("2026-11-23".to_owned()),
            text("示例县/2026年食品安全监督抽检".to_owned()),
            text("示例检验检测中心".to_owned()),
            text(String::new()),
        ]
    };
    let columns = HEADERS.map(|header| SheetColumn { header: header.to_owned(), width: 16 });
    let sheet = Sheet {
        name: "抽检".to_owned(),
        columns: columns.to_vec(),
        rows: (1..=rows).map(row).collect(),
        ..Sheet::default()
    };
    Workbook { sheets: vec![sheet] }
}

/// A line of the process's own status, in megabytes.
fn memory(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(key)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|number| number.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn main() {
    let rows = std::env::args().nth(1).and_then(|rows| rows.parse().ok()).unwrap_or(100_000);
    let path = std::env::temp_dir().join(format!("zhiheng-sheet-{rows}.xlsx"));
    if !path.exists() {
        // Writing takes more memory than reading; a second run measures reading alone.
        match write_xlsx(&workbook(rows)).map(|bytes| std::fs::write(&path, bytes)) {
            Ok(Ok(())) => println!("written to {}; run again to measure", path.display()),
            other => println!("not written: {other:?}"),
        }
        return;
    }
    let Ok(bytes) = std::fs::read(&path) else { return println!("cannot read {}", path.display()) };
    let kinds = [(0, CellKind::Integer), (8, CellKind::Date), (9, CellKind::FailingItems), (12, CellKind::Date)];
    let kind =
        |at: usize| kinds.iter().find(|(place, _)| *place == at).map_or(CellKind::Text, |(_, kind)| kind.clone());
    let column = |(at, header): (usize, &&str)| WantedColumn::new(header, &[header], kind(at));
    let wanted = Wanted { columns: HEADERS.iter().enumerate().map(column).collect() };
    let before = memory("VmRSS");
    let start = Instant::now();
    let mut count = 0u32;
    let table = read_rows(&bytes, "time.xlsx", None, &wanted, &Limits::default(), &mut |_, _| count += 1);
    let took = start.elapsed();
    println!(
        "row by row: {count} rows of {} MB in {:.2} s, peak {} MB of which {before} MB before; problems {}",
        bytes.len() >> 20,
        took.as_secs_f64(),
        memory("VmHWM"),
        table.map_or(0, |table| table.problem_count)
    );
    let start = Instant::now();
    let table = read(&bytes, "time.xlsx", &wanted, &Limits::default());
    println!(
        "whole table: {} rows in {:.2} s, peak {} MB",
        table.map_or(0, |table| table.rows.len()),
        start.elapsed().as_secs_f64(),
        memory("VmHWM")
    );
}
