//! What is handed out comes back unchanged, says what it is, and hides what is personal.

#![expect(clippy::panic, reason = "a test fails by panicking, also in its helpers")]

mod county;

use county::{County, today};
use zhiheng_app::{
    Act, BoardFormat, ExportFormat, Identity, ImportOptions, ListWanted, Masking, PartWanted, Submission, When,
    read_table,
};
use zhiheng_pack::Draft;
use zhiheng_sheet::Scope;

const NOW: fn() -> When = || When { as_of: today(), known_on: None };

/// A county with the samples of every kind.
fn with_samples() -> (County, Vec<(String, usize)>) {
    let county = County::empty();
    let mut stored = Vec::new();
    for kind in county.app.pack.kinds.iter().filter(|kind| !kind.sealed) {
        for sample in &kind.samples {
            // A sample shows a record as it is in the end; what steps write down is not there when a case is opened.
            let mut opened = sample.clone();
            for field in county.app.pack.not_of_entry(kind).filter_map(|(at, _)| kind.fields.get(at)) {
                opened.fields.remove(&field.id);
            }
            let submission = Submission {
                act: Act::Create(opened),
                kind: kind.id.clone(),
                id: None,
                expected_version: None,
                reason: None,
            };
            county.app.submit("office", &submission, None).unwrap_or_else(|error| panic!("{}: {error}", kind.id));
        }
        stored.push((kind.id.clone(), kind.samples.len()));
    }
    (county, stored)
}

#[test]
fn an_export_imports_back_unchanged_for_every_kind() {
    let (county, stored) = with_samples();
    for (kind, count) in &stored {
        for format in [ExportFormat::Xlsx, ExportFormat::Csv, ExportFormat::CsvGb18030] {
            let file = county.app.export_kind(kind, &ListWanted::default(), format, "示例", &Masking::Plain).unwrap();
            assert_eq!(file.rows, *count, "{kind}");
            let options = ImportOptions { scope: Some(Scope::Mixed), ..ImportOptions::default() };
            let preview = county.app.import_preview(kind, &file.bytes, &file.name, &options).unwrap();
            for row in &preview.rows {
                assert!(
                    matches!(row.identity, Identity::Unchanged { .. }),
                    "{kind} {format:?}: {:?} {:?}",
                    row.identity,
                    preview.problems
                );
            }
            assert_eq!(preview.rows.len(), *count, "{kind} {format:?}");
        }
    }
    println!("{} kinds round trip", stored.len());
}

#[test]
fn an_export_edited_by_hand_is_a_correction_of_its_record() {
    let (county, _) = with_samples();
    let file =
        county.app.export_kind("food_sample", &ListWanted::default(), ExportFormat::Csv, "", &Masking::Plain).unwrap();
    let text = String::from_utf8(file.bytes).unwrap().replace("韭菜", "韭黄");
    let options = ImportOptions { scope: Some(Scope::Mixed), ..ImportOptions::default() };
    let preview = county.app.import_preview("food_sample", text.as_bytes(), "改.csv", &options).unwrap();
    let changes: Vec<_> = preview
        .corrections()
        .filter_map(|row| match &row.identity {
            Identity::Correction { changes, .. } => Some(changes.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(changes, [vec![("样品名称".to_owned(), "韭菜".to_owned(), "韭黄".to_owned())]]);
}

#[test]
fn names_stand_for_codes_and_the_title_counts() {
    let (county, _) = with_samples();
    let kind = county.app.pack.kind("food_sample").unwrap();
    let verdict = kind.field_index("verdict").unwrap();
    let wanted = ListWanted { filters: vec![(verdict, "unqualified".to_owned())], ..ListWanted::default() };
    let file = county.app.export_kind("food_sample", &wanted, ExportFormat::Xlsx, "", &Masking::Covered).unwrap();
    assert_eq!((file.rows, file.name.as_str()), (1, "巫山县_食品抽检样品_2026-11-23.xlsx"));
    let table = read_table(&county.app.pack, kind, &file.bytes, &file.name, &ImportOptions::default()).unwrap();
    assert!(
        table.titles.iter().any(|title| title.contains("共 1 条") && title.contains("最终结论：不合格")),
        "{:?}",
        table.titles
    );
    assert!(table.rows[0].raw.iter().any(|cell| cell == "不合格"));
}

#[test]
fn personal_fields_are_masked_and_a_masked_file_corrects_nothing() {
    let (county, _) = with_samples();
    let personal = |kind: &&zhiheng_pack::Kind| kind.fields.iter().any(|field| field.personal);
    for kind in county.app.pack.kinds.iter().filter(personal) {
        let file =
            county.app.export_kind(&kind.id, &ListWanted::default(), ExportFormat::Csv, "", &Masking::Covered).unwrap();
        let text = String::from_utf8(file.bytes.clone()).unwrap();
        for (field, sample) in
            kind.fields.iter().flat_map(|field| kind.samples.iter().map(move |sample| (field, sample)))
        {
            let value = sample.fields.get(&field.id).and_then(|value| value.as_str());
            if let Some(value) = value.filter(|_| field.personal) {
                assert!(!text.contains(value), "{} {}", kind.id, field.id);
            }
        }
        let options = ImportOptions { scope: Some(Scope::Mixed), ..ImportOptions::default() };
        let preview = county.app.import_preview(&kind.id, &file.bytes, &file.name, &options).unwrap();
        assert_eq!(preview.counts().unchanged, kind.samples.len(), "{}: {:?}", kind.id, preview.rows);
    }
}

#[test]
fn no_text_is_handed_out_as_a_formula() {
    let county = County::empty();
    let draft = Draft::of_texts([("sample_name", "=cmd|' /C calc'!A0"), ("sampled_party", "@SUM(A1)")]);
    let submission = Submission {
        act: Act::Create(draft),
        kind: "food_sample".to_owned(),
        id: None,
        expected_version: None,
        reason: None,
    };
    county.app.submit("office", &submission, None).unwrap();
    let file =
        county.app.export_kind("food_sample", &ListWanted::default(), ExportFormat::Csv, "", &Masking::Plain).unwrap();
    let text = String::from_utf8(file.bytes).unwrap();
    assert!(text.contains("'=cmd|") && text.contains("'@SUM(A1)"), "{text}");
}

#[test]
fn the_board_is_the_annex_with_what_has_become_of_it() {
    let county = County::empty();
    let text =
        "食品名称,被抽样单位名称,被抽样单位地址,判定\n醋,某超市,巫山县高唐街道,不合格\n盐,某超市,巫山县高唐街道,合格\n";
    let fill = [("task_type", "supervision"), ("sampled_on", "2026-03-05")];
    let options = ImportOptions {
        scope: Some(Scope::Mixed),
        fill: fill.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect(),
        ..ImportOptions::default()
    };
    county.app.import("office", "food_sample", text.as_bytes(), "名单.csv", &options, &Default::default()).unwrap();
    for format in [BoardFormat::Xlsx, BoardFormat::Docx, BoardFormat::Csv] {
        let file = county.app.export_board(NOW(), format, "内部资料").unwrap();
        assert!(file.name.starts_with("巫山县_指标进度一览表_2026-11-23."), "{}", file.name);
        assert!(file.rows >= 30 && !file.bytes.is_empty());
    }
    let csv = String::from_utf8(county.app.export_board(NOW(), BoardFormat::Csv, "").unwrap().bytes).unwrap();
    assert!(csv.contains("序号,类别,指标要求,2022年,2027年,责任单位,完成值,完成率,状态,数据日期,存在问题"), "{csv}");
    let food = csv.lines().find(|line| line.starts_with("16,")).unwrap();
    for part in ["食品抽检合格率（%）", ",98,", "≥98.2", "50.0", "样本 1/2", "95%区间", "2026-11-23"] {
        assert!(food.contains(part), "{part} in {food}");
    }
    assert_eq!(csv.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).count(), 30);
}

#[test]
fn a_number_comes_with_its_definition_and_its_records() {
    let county = County::empty();
    let text =
        "食品名称,被抽样单位名称,被抽样单位地址,判定\n醋,某超市,巫山县高唐街道,不合格\n盐,某超市,巫山县高唐街道,合格\n";
    let fill = [("task_type", "supervision"), ("sampled_on", "2026-03-05")];
    let options = ImportOptions {
        scope: Some(Scope::Mixed),
        fill: fill.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect(),
        ..ImportOptions::default()
    };
    county.app.import("office", "food_sample", text.as_bytes(), "名单.csv", &options, &Default::default()).unwrap();
    let file = county.app.export_cell("food_pass_rate", NOW(), None, PartWanted::Rest, "", &Masking::Covered).unwrap();
    assert_eq!((file.rows, file.name.as_str()), (1, "巫山县_食品抽检合格率底稿_2026-11-23.xlsx"));
    let sheets = zhiheng_sheet::sheet_names(&file.bytes, &zhiheng_sheet::Limits::default()).unwrap();
    assert_eq!(sheets, ["口径", "食品抽检样品"]);
    let wanted = zhiheng_sheet::Wanted {
        columns: vec![
            zhiheng_sheet::WantedColumn::new("name", &["项目"], zhiheng_sheet::CellKind::Text),
            zhiheng_sheet::WantedColumn::new("value", &["内容"], zhiheng_sheet::CellKind::Text),
        ],
    };
    let mut lines = Vec::new();
    let each: &mut dyn FnMut(zhiheng_sheet::Row, &[zhiheng_sheet::CellProblem]) =
        &mut |row, _| lines.push((row.raw.get(0).to_owned(), row.raw.get(1).to_owned()));
    zhiheng_sheet::read_rows(&file.bytes, "底稿.xlsx", Some("口径"), &wanted, &Default::default(), each).unwrap();
    for expected in [("分子", "1"), ("分母", "2"), ("数值", "50.0%"), ("期间", "2026-01-01 至 2026-11-23")] {
        assert!(
            lines.iter().any(|(name, value)| (name.as_str(), value.as_str()) == expected),
            "{expected:?} in {lines:?}"
        );
    }
}
