//! Every file of `spreadsheets/` below the directory of reference cases: the food lists against their expected results,
//! every other file must read or be refused with a reason. See docs on reference tests in CONTRIBUTING.md.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, also in its helpers")]

use serde_json::Value;
use std::path::{Path, PathBuf};
use zhiheng_sheet::{
    Cell, CellKind, Limits, Row, Table, Verdict, Wanted, WantedColumn, read, sheet_names, write_error_workbook,
};

/// The names under which authorities and scrapers print the columns of a food sampling list.
fn food_sample() -> Wanted {
    let column = |field: &str, names: &str, kind: CellKind| {
        WantedColumn::new(field, &names.split(' ').filter(|name| !name.is_empty()).collect::<Vec<_>>(), kind)
    };
    Wanted {
        columns: vec![
            column("seq", "序号 编号 序 No No. #", CellKind::Text),
            column(
                "producer_name",
                "标称生产企业名称 生产企业名称 标称生产企业 生产企业 标称生产单位名称 标称生产单位 生产单位名称 生产单位 生产商 \
                 生产厂家 生产厂商 生产者名称 生产者 标称生产者名称 标称生产者 标称生产商名称 标称生产商 生产商名称 制造商 制造商名称 \
                 标称企业名称 标称生产(经营)企业名称 标称生产企业/供货商名称 生产(加工)单位 生产加工单位 加工单位 producer manufacturer \
                 subject",
                CellKind::Text,
            ),
            column(
                "producer_address",
                "标称生产企业地址 生产企业地址 标称生产单位地址 生产单位地址 生产商地址 生产厂家地址 生产者地址 标称生产者地址 \
                 标称生产商地址 企业地址 厂址 生产地址 标称生产企业住所 制造商地址",
                CellKind::Text,
            ),
            column(
                "sampled_party",
                "被抽样单位名称 被抽样单位 被抽检单位名称 被抽检单位 被抽样单位(经营者)名称 受检单位名称 受检单位 被检单位名称 被检单位 \
                 被采样单位 被采样单位名称 经营者名称 经营者 经营单位名称 经营单位 经营企业名称 经营企业 网店名称 店铺名称 \
                 销售单位名称 销售单位 销售者名称 销售企业 商家名称 供应商 供货单位 被抽查单位 被抽查单位名称 被抽检企业 被抽样企业 \
                 被抽检企业名称 被抽样企业名称 餐饮单位名称 使用单位 受检企业 受检企业名称 单位名称",
                CellKind::Text,
            ),
            column(
                "sampled_party_address",
                "被抽样单位地址 被抽检单位地址 受检单位地址 被检单位地址 被采样单位地址 经营者地址 经营单位地址 经营地址 \
                 销售单位地址 网店网址 网址 被抽样单位所在地址 被抽样单位住所 店铺地址 被抽检企业地址 被抽样企业地址",
                CellKind::Text,
            ),
            column(
                "sample_name",
                "样品名称 食品名称 产品名称 标称产品名称 标称样品名称 商品名称 物料名称 样品 产品 品名 抽检产品名称 抽样产品名称 名称 \
                 被抽检产品名称 抽检样品名称 product productname samplename",
                CellKind::Text,
            ),
            column(
                "spec",
                "规格型号 规格 型号规格 产品规格 样品规格 规格/型号 型号 规格型号等级 包装规格 净含量 spec",
                CellKind::Text,
            ),
            column("trademark", "商标 标称商标 注册商标 品牌 样品商标 产品商标 牌号 brand", CellKind::Text),
            column(
                "production_date",
                "生产日期/批号 生产日期 生产日期/通报编号/Reference 生产日期(批号) 生产日期或批号 生产日期批号 标称生产日期 标称生产日期/批号 \
                 生产(加工)日期 生产/购进日期 生产日期/购进日期 生产(购进)日期 生产日期/批号/购进日期 加工日期 生产日期(或批号) 样品生产日期 \
                 检疫日期 生产或购进日期 productiondate",
                CellKind::Date,
            ),
            column("purchase_date", "购进日期 进货日期 购货日期 购买日期 进购日期 采购日期", CellKind::Date),
            column(
                "failing_items",
                "不合格项目║检验结果║标准值 不合格项目‖检验结果‖标准值 不合格项目/检验结果/标准值 不合格项目 不合格项 \
                 不合格项目、检验结果、标准值 不合格项目(检验结果/标准值)",
                CellKind::FailingItems,
            ),
            column(
                "food_class",
                "分类 食品分类 产品分类 食品大类 食品类别 样品类别 产品类别 样品分类 食品细类 大类 类别 食品种类 产品种类 种类 品种 \
                 productcategory category",
                CellKind::Text,
            ),
            column(
                "notice_no",
                "公告号 通告号 公告编号 通告编号 公告文号 通告文号 期号 公告期号 通告期号 文号 公告/通告号",
                CellKind::Text,
            ),
            column(
                "notice_date",
                "公告日期 通告日期 发布日期 公布日期 发布时间 公告时间 通告时间 公示日期 公布时间 通报日期 dateofcase publishdate",
                CellKind::Date,
            ),
            column(
                "task",
                "任务来源/项目名称 任务来源 项目名称 任务类别 抽检任务 任务名称 抽样任务 任务来源(项目名称) 发布单位 发布机构 公布单位 发布部门 \
                 公告单位 抽检类型 任务类型 notificationfrom",
                CellKind::Text,
            ),
            column(
                "lab",
                "检验机构 检验机构名称 承检机构 承检机构名称 检测机构 检测机构名称 检验单位 检测单位 承检单位 检验检测机构 实验室 检验机构(承检机构) \
                 承检机构/检验机构 检测单位名称",
                CellKind::Text,
            ),
            column("remark", "备注 说明 其他 其它 备注说明 remark remarks note", CellKind::Text),
            column(
                "sample_no",
                "抽样编号 抽样单编号 样品编号 抽检编号 抽样单号 样品抽样编号 抽样单编码 检品编号 国抽编号",
                CellKind::Text,
            ),
        ],
    }
}

/// The directory of the cases; nothing when it is not there and nobody insists.
fn reference() -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the reference tests are told by the environment where their cases are"
    )]
    let (directory, ci) = (std::env::var("ZHIHENG_REFERENCE"), std::env::var("CI"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let directory =
        directory.map_or_else(|_| root.join("../shared/reference"), |named| root.join(named)).join("spreadsheets");
    if !directory.is_dir() {
        println!("no reference cases at {}", directory.display());
        assert!(ci.is_err(), "CI must have the reference cases");
        return None;
    }
    Some(directory)
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

/// A record as `zhiheng import --dry-run --json` prints it.
fn record(wanted: &Wanted, row: &Row) -> Value {
    let value = |(index, column): (usize, &WantedColumn)| {
        let value = match (row.cell(index), &column.kind) {
            (Some(Cell::Items(items)), _) => serde_json::to_value(items).unwrap(),
            (None, CellKind::FailingItems) => Value::Array(Vec::new()),
            (Some(Cell::Text(_)), CellKind::Date) | (None, _) => Value::Null,
            (Some(Cell::Text(text) | Cell::Date(text)), _) => Value::String(text.clone()),
            (Some(other), _) => panic!("{} holds {other:?}", column.field),
        };
        (column.field.clone(), value)
    };
    wanted.columns.iter().enumerate().map(value).collect()
}

fn column(table: &Table, header: &str) -> Option<usize> {
    table.columns.iter().find(|column| column.header == header).map(|column| column.index as usize)
}

/// How many rows hold each text in a column.
fn tally(table: &Table, column: usize) -> Value {
    let mut tally = serde_json::Map::new();
    for row in &table.rows {
        let count = tally.entry(row.raw.get(column)).or_insert(Value::from(0));
        *count = Value::from(count.as_u64().unwrap() + 1);
    }
    Value::Object(tally)
}

fn check(name: &str, table: &Table, wanted: &Wanted, expected: &Value) {
    let records: Vec<Value> = table.rows.iter().map(|row| record(wanted, row)).collect();
    let verdicts = |verdict: Verdict| table.rows.iter().filter(|row| row.verdict.as_ref() == Some(&verdict)).count();
    let items = |record: &Value| record["failing_items"].as_array().unwrap().len();
    for (key, value) in expected.as_object().unwrap() {
        let found = match key.as_str() {
            "kind" | "notes" => continue,
            "rows" => Value::from(records.len()),
            "header_row" => Value::from(table.header_row),
            "encoding" => Value::from(table.encoding.clone()),
            "first" => records.first().cloned().unwrap_or_default(),
            "last" => records.last().cloned().unwrap_or_default(),
            "failing_items_total" => Value::from(records.iter().map(items).sum::<usize>()),
            "production_date_null_rows" => {
                Value::from(records.iter().filter(|record| record["production_date"].is_null()).count())
            }
            "pass_rows" => Value::from(verdicts(Verdict::Passing)),
            "fail_rows" => Value::from(verdicts(Verdict::Failing)),
            "other_verdict_rows" => {
                Value::from(table.rows.iter().filter(|row| matches!(row.verdict, Some(Verdict::Other(_)))).count())
            }
            "fail_rows_without_item" => {
                let failing = table.rows.iter().zip(&records).filter(|(row, _)| row.verdict == Some(Verdict::Failing));
                Value::from(failing.filter(|(_, record)| items(record) == 0).count())
            }
            "rows_by_source" => {
                column(table, "信息来源").map_or_else(|| serde_json::json!({}), |column| tally(table, column))
            }
            "rows_by_notice" => tally(table, 1),
            "rows_without_any_detail" => {
                let detail = ["producer_name", "sampled_party", "sample_name", "lab"];
                let empty = |record: &&Value| items(record) == 0 && detail.iter().all(|field| record[*field].is_null());
                Value::from(records.iter().filter(empty).count())
            }
            other => panic!("{name}: the expected result has an unknown key {other}"),
        };
        assert_eq!(&found, value, "{name}: {key}");
    }
}

#[test]
fn food_lists_read_to_their_expected_result() {
    let Some(directory) = reference() else { return };
    let wanted = food_sample();
    let mut cases = 0;
    for path in files(&directory.join("food_sampling")) {
        let name = name_of(&path);
        if name.ends_with(".expected.json") || name.ends_with(".md") {
            continue;
        }
        let expected = std::fs::read_to_string(path.with_file_name(format!("{name}.expected.json"))).unwrap();
        let table = read(&std::fs::read(&path).unwrap(), &name, &wanted, &Limits::default()).unwrap();
        println!("{name}: {} rows, {} problems, scope {:?}", table.rows.len(), table.problem_count, table.scope);
        check(&name, &table, &wanted, &serde_json::from_str(&expected).unwrap());
        cases += 1;
    }
    println!("food_sampling: {cases} cases");
    assert!(cases > 0);
}

/// Lists of other kinds, by the names that offices use for their columns.
fn other_lists() -> Wanted {
    let column = |field: &str, names: &[&str], kind: CellKind| WantedColumn::new(field, names, kind);
    Wanted {
        columns: vec![
            column(
                "name",
                &[
                    "企业名称",
                    "公司名称",
                    "单位名称",
                    "名称",
                    "孵化器名称",
                    "众创空间名称",
                    "大学科技园名称",
                    "Title",
                    "product_name",
                    "RegOrgName",
                ],
                CellKind::Text,
            ),
            column(
                "code",
                &[
                    "统一社会信用代码",
                    "统一社会信用代码/注册号",
                    "统一信用代码/注册号",
                    "注册号/统一社会信用代码",
                    "注册号",
                    "UniCode",
                ],
                CellKind::Uscc,
            ),
            column("day", &["注册日期", "认定发布时间", "处罚决定日期", "published_date"], CellKind::Date),
            column("address", &["地址", "注册地址"], CellKind::Text),
            column("class", &["一级分类", "指标", "企业类型"], CellKind::Text),
            column("year", &["国家级批准年份", "国家大学科技园批准年份"], CellKind::Integer),
            column("area", &["总面积(平方公里)"], CellKind::Decimal),
        ],
    }
}

#[test]
fn every_other_file_reads_or_is_refused_with_a_reason() {
    let Some(directory) = reference() else { return };
    let (mut read_files, mut refused) = (0, 0);
    for folder in files(&directory).into_iter().filter(|path| path.is_dir()) {
        for path in
            files(&folder).into_iter().filter(|path| path.extension().is_some_and(|end| end != "md" && end != "json"))
        {
            let (name, bytes) = (name_of(&path), std::fs::read(&path).unwrap());
            match read(&bytes, &name, &other_lists(), &Limits::default()) {
                Ok(table) => {
                    read_files += 1;
                    let rows: Vec<u32> = table.rows.iter().map(|row| row.row).collect();
                    assert!(rows.is_sorted_by(|a, b| a < b), "{name}: rows out of order");
                    write_error_workbook(&table, &table.problems).unwrap();
                    println!(
                        "{name}: {:?} {:?} of {:?}, header {}, {} rows, {} problems, {} notes",
                        table.format,
                        table.sheet,
                        sheet_names(&bytes, &Limits::default()).unwrap(),
                        table.header_row,
                        table.row_count,
                        table.problem_count,
                        table.notes.len()
                    );
                }
                Err(refusal) => {
                    refused += 1;
                    println!("{name}: {refusal}");
                    assert!(refusal.code.starts_with("ZH20") && refusal.message.contains('请'), "{name}: {refusal}");
                }
            }
        }
    }
    println!("other files: {read_files} read, {refused} refused");
}
