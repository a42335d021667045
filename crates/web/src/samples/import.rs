//! Imports: the empty page, a preview with everything that can be wrong, and its result.

use maud::Markup;

use super::office;
use crate::{
    components::{
        Link,
        action::{Action, Weight},
        errors::Wrong,
        field::{Choice, Control, Field},
        light::Tone,
        table::Cell,
    },
    pages::{
        Hidden, ImportColumn, ImportCorrection, ImportCount, ImportPage, ImportPreviewPage, ImportProblem,
        ImportResultPage, ImportScope, Moved,
    },
};

const LIST: &str = "/kinds/food_sample";

pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    let refused = ImportPage {
        refused: Some("这个文件不是表格：内容是一张图片，扩展名却是 .xlsx。请上传原始的 Excel 或 CSV 文件".into()),
        latest: Vec::new(),
        ..upload()
    };
    let clean = ImportPreviewPage {
        problems: Vec::new(),
        problems_left_out: 0,
        corrections: Vec::new(),
        scope: None,
        remarks: Vec::new(),
        ..preview()
    };
    let unconfirmed = ImportPreviewPage {
        refused: vec![Wrong {
            field: "scope".into(), message: "名单性质：请确认这份名单里有什么".into()
        }],
        scope: preview().scope.map(|scope| ImportScope {
            options: scope.options.into_iter().map(|option| option.chosen(false)).collect(),
            error: Some("请确认这份名单里有什么".into()),
            ..scope
        }),
        ..preview()
    };
    vec![
        ("import", upload().render()),
        ("import-refused", refused.render()),
        ("import-preview", preview().render()),
        ("import-preview-clean", clean.render()),
        ("import-preview-unconfirmed", unconfirmed.render()),
        ("import-result", result().render()),
    ]
}

fn upload() -> ImportPage {
    let latest = |when: &str, file: &str, result: &str| {
        vec![Cell::Text(when.into()), Cell::Text(file.into()), Cell::Text("王某某".into()), Cell::Text(result.into())]
    };
    ImportPage {
        shell: office("食品抽检样品"),
        kind: "食品抽检样品".into(),
        kind_href: LIST.into(),
        action: "/kinds/food_sample/import".into(),
        accept: ".xlsx,.xls,.csv".into(),
        max: "50 MB".into(),
        known: [
            ("样品名称", "食品名称、产品名称"),
            ("被抽样单位", "被抽样单位名称、受检单位"),
            ("生产日期", "生产日期/批号、购进日期"),
            ("不合格项目", "不合格项目║检验结果║标准值"),
        ]
        .map(|(name, headings)| (name.to_owned(), headings.to_owned()))
        .into(),
        template: Some(Link::new("下载空白模板", "/kinds/food_sample/template.xlsx")),
        refused: None,
        latest: vec![
            latest("2026年11月20日 16:40", "2026年第10期抽检信息.xlsx", "新增 295，更正 2，未导入 6"),
            latest("2026年10月14日 09:02", "2026年第9期抽检信息.xls", "新增 301"),
        ],
    }
}

fn preview() -> ImportPreviewPage {
    let fields = |chosen: &str| {
        [
            ("", "不导入"),
            ("sample_name", "样品名称"),
            ("sampled_party", "被抽样单位"),
            ("production_date", "生产日期"),
            ("failing_items", "不合格项目"),
        ]
        .map(|(value, label)| Choice::new(value, label).chosen(value == chosen))
        .to_vec()
    };
    let column = |letter: &str, header: &str, example: &str, chosen: &str| ImportColumn {
        control: format!("column_{letter}"),
        letter: letter.into(),
        header: header.into(),
        example: example.into(),
        fields: fields(chosen),
    };
    let problem = |row: &str, column: &str, value: &str, message: &str, remedy: &str| ImportProblem {
        row: row.into(),
        column: column.into(),
        value: value.into(),
        message: message.into(),
        remedy: remedy.into(),
    };
    let change = |name: &str, old: &str, new: &str| (name.to_owned(), old.to_owned(), new.to_owned());
    ImportPreviewPage {
        fill: vec![Field {
            name: Some("fill.sampled_on".into()),
            ..Field::new("fill-sampled_on", "抽样日期", Control::Date { value: String::new() })
        }],
        shell: office("食品抽检样品"),
        kind: "食品抽检样品".into(),
        kind_href: LIST.into(),
        action: "/kinds/food_sample/import/confirm".into(),
        hidden: vec![Hidden { name: "upload".into(), value: "b2c19f".into() }],
        file: "2026年第11期抽检信息.xlsx".into(),
        reading: "表头在第 3 行，编码 UTF-8，读到 318 行。".into(),
        columns: vec![
            column("A", "序号", "1", ""),
            column("B", "食品名称", "菜籽油（散装）", "sample_name"),
            column("C", "被抽样单位名称", "青石镇某粮油经营部", "sampled_party"),
            column("D", "生产日期/批号", "2026/9/1", "production_date"),
            column("E", "不合格项目║检验结果║标准值", "黄曲霉毒素 B₁║14.2 μg/kg║≤10 μg/kg", "failing_items"),
        ],
        scope: Some(ImportScope {
            options: vec![
                Choice::new("pass", "合格名单"),
                Choice::new("fail", "不合格名单").chosen(true),
                Choice::new("mixed", "合格与不合格混合"),
            ],
            tested: "312".into(),
            error: None,
            tested_error: None,
        }),
        counts: [
            ("新增", "295", Tone::Good),
            ("内容未变", "15", Tone::Neutral),
            ("可作更正", "2", Tone::Warn),
            ("有错误", "6", Tone::Bad),
        ]
        .map(|(name, count, tone)| ImportCount { name: name.into(), count: count.into(), tone })
        .into(),
        corrections: vec![
            ImportCorrection {
                value: "18".into(),
                row: "第 18 行".into(),
                record: Link::new("示例-2026-0412 菜籽油（散装）", "/records/01J9Z"),
                changes: vec![change("最终结论", "", "不合格"), change("报告日期", "2026-10-20", "2026-10-30")],
                chosen: true,
            },
            ImportCorrection {
                value: "44".into(),
                row: "第 44 行".into(),
                record: Link::new("示例-2026-0398 豆瓣酱", "/records/01J9Y"),
                changes: vec![change("被抽样单位", "乙街道某酱园", "乙街道某酱园（分店）")],
                chosen: false,
            },
        ],
        problems: vec![
            problem("9", "生产日期", "2026-13-01", "没有 13 月", "核对原件后改成 2026-03-01 这样的日期；不清楚就留空"),
            problem("27", "被抽样单位名称", "", "缺少被抽样单位和生产企业", "至少填写一个单位名称"),
            problem(
                "31",
                "检验结果",
                "<0.01mg/kg（标准≤0.02mg/kg）",
                "结果与标准值写在一起，分不开",
                "按 项目║结果║标准值 分开写",
            ),
        ],
        problems_left_out: 3,
        error_workbook: Some(Link::new("下载有错误的行（Excel）", "/kinds/food_sample/import/errors.xlsx")),
        remarks: vec![
            "有 2 行与 2026年11月20日导入的记录很像（样品名称、单位、日期相同而编号不同），不会自动合并，请核对。"
                .into(),
        ],
        can_import: true,
        refused: Vec::new(),
    }
}

fn result() -> ImportResultPage {
    ImportResultPage {
        shell: office("食品抽检样品"),
        kind: "食品抽检样品".into(),
        kind_href: LIST.into(),
        file: "2026年第11期抽检信息.xlsx".into(),
        title: "已导入 296 行".into(),
        counts: [
            ("新增", "295", Tone::Good),
            ("更正", "1", Tone::Warn),
            ("内容未变", "15", Tone::Neutral),
            ("未导入", "6", Tone::Bad),
        ]
        .map(|(name, count, tone)| ImportCount { name: name.into(), count: count.into(), tone })
        .into(),
        moved: vec![
            Moved {
                link: Link::new("食品抽检合格率 2026 年", "/indicators/food_pass_rate"),
                old: "98.5%".into(),
                new: "98.4%".into(),
            },
            Moved {
                link: Link::new("食品抽检合格率 2026 年 青石镇", "/indicators/food_pass_rate"),
                old: String::new(),
                new: "97.9%".into(),
            },
        ],
        remarks: vec!["12 行属于风险监测，已保存，不计入合格率；在指标页的“未计入”里可以看到。".into()],
        error_workbook: Some(Link::new("下载未导入的行（Excel）", "/kinds/food_sample/import/errors.xlsx")),
        actions: vec![
            Action::open("查看台账", LIST).weight(Weight::Primary),
            Action::open("继续导入", "/kinds/food_sample/import"),
        ],
    }
}
