//! Every file of `spreadsheets/` below the directory of reference cases, through the import of the pack's own kinds: the food lists against
//! their expected results, every other file previewed under the kind that fits best, or refused with a reason.
//!
//! `ZHIHENG_REFERENCE` names another directory of the same layout. Without a directory the test says so and passes, except in CI.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking, also in its helpers"
)]

mod county;

use std::path::{Path, PathBuf};

use county::County;
use serde_json::{Map, Value};
use zhiheng_app::{Error, ImportOptions, ImportPreview};

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

fn kept() -> ImportOptions {
    ImportOptions { keep_cells: true, ..ImportOptions::default() }
}

/// How many rows hold each text in a column.
fn tally(preview: &ImportPreview, column: Option<u32>) -> Value {
    let mut tally = Map::new();
    for row in column.iter().flat_map(|column| preview.kept_rows().iter().map(move |row| row.raw.get(*column as usize)))
    {
        let count = tally.entry(row).or_insert(Value::from(0));
        *count = Value::from(count.as_u64().unwrap() + 1);
    }
    Value::Object(tally)
}

/// What the expected result says of a record, and nothing else.
fn agrees(record: &Value, expected: &Value) -> Vec<String> {
    let fields = expected.as_object().unwrap().iter();
    fields
        .filter(|(field, value)| record.get(field.as_str()) != Some(value))
        .map(|(field, value)| format!("{field}: {:?} instead of {value}", record.get(field.as_str())))
        .collect()
}

fn check(preview: &ImportPreview, expected: &Value) -> Vec<String> {
    let json = preview.to_json();
    let records = json["records"].as_array().unwrap();
    let (passing, failing, other) = preview.verdicts();
    let items = |record: &Value| record["failing_items"].as_array().unwrap().len();
    let mut wrong = Vec::new();
    for (key, value) in expected.as_object().unwrap() {
        let found = match key.as_str() {
            "kind" | "notes" => continue,
            "first" | "last" => {
                let record = if key == "first" { records.first() } else { records.last() };
                wrong.extend(agrees(record.unwrap(), value).into_iter().map(|what| format!("{key} {what}")));
                continue;
            }
            "rows" => Value::from(records.len()),
            "header_row" | "encoding" => json[key.as_str()].clone(),
            "failing_items_total" => Value::from(records.iter().map(items).sum::<usize>()),
            "production_date_null_rows" => {
                Value::from(records.iter().filter(|record| record["production_date"].is_null()).count())
            }
            "pass_rows" => Value::from(passing),
            "fail_rows" => Value::from(failing),
            "other_verdict_rows" => Value::from(other),
            "fail_rows_without_item" => {
                let rows = preview.kept_rows().iter().zip(records);
                let failing = rows.filter(|(row, _)| row.verdict == Some(zhiheng_sheet::Verdict::Failing));
                Value::from(failing.filter(|(_, record)| items(record) == 0).count())
            }
            "rows_by_source" => {
                let column = preview.columns.iter().find(|column| column.header == "信息来源");
                tally(preview, column.map(|column| column.index))
            }
            "rows_by_notice" => tally(preview, Some(1)),
            "rows_without_any_detail" => {
                let detail = ["producer_name", "sampled_party", "sample_name", "lab"];
                let empty = |record: &&Value| items(record) == 0 && detail.iter().all(|field| record[*field].is_null());
                Value::from(records.iter().filter(empty).count())
            }
            other => panic!("the expected result has an unknown key {other}"),
        };
        if &found != value {
            wrong.push(format!("{key}: {found} instead of {value}"));
        }
    }
    wrong
}

#[test]
fn food_lists_import_to_their_expected_result() {
    let Some(directory) = reference() else { return };
    let county = County::empty();
    let (mut cases, mut wrong) = (0, Vec::new());
    for path in files(&directory.join("food_sampling")) {
        let name = name_of(&path);
        if name.ends_with(".expected.json") || name.ends_with(".md") {
            continue;
        }
        let expected = std::fs::read_to_string(path.with_file_name(format!("{name}.expected.json"))).unwrap();
        let preview = county.app.import_preview("food_sample", &std::fs::read(&path).unwrap(), &name, &kept()).unwrap();
        let found = check(&preview, &serde_json::from_str(&expected).unwrap());
        println!("{name}: {:?}, {} problems, scope {:?}", preview.counts(), preview.problem_count, preview.scope_hint);
        wrong.extend(found.into_iter().map(|what| format!("{name}: {what}")));
        preview.error_workbook().unwrap();
        cases += 1;
    }
    println!("food_sampling: {cases} cases");
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(cases > 0);
}

#[test]
fn every_other_file_previews_under_the_kind_that_fits_best_or_is_refused_with_a_reason() {
    let Some(directory) = reference() else { return };
    let county = County::empty();
    let (mut read_files, mut refused) = (0, 0);
    for folder in files(&directory).into_iter().filter(|path| path.is_dir() && !path.ends_with("food_sampling")) {
        for path in
            files(&folder).into_iter().filter(|path| path.extension().is_some_and(|end| end != "md" && end != "json"))
        {
            let (name, bytes) = (name_of(&path), std::fs::read(&path).unwrap());
            let mut best: Option<(usize, String, ImportPreview)> = None;
            let mut reasons: Vec<(&'static str, String)> = Vec::new();
            for kind in &county.app.pack.kinds {
                match county.app.import_preview(&kind.id, &bytes, &name, &ImportOptions::default()) {
                    Ok(preview) => {
                        let known = preview.columns.iter().filter(|column| column.field.is_some()).count();
                        if best.as_ref().is_none_or(|(most, _, _)| known > *most) {
                            best = Some((known, kind.id.clone(), preview));
                        }
                    }
                    Err(Error::Unreadable(refusal)) => reasons.push((refusal.code, refusal.message)),
                    Err(error) => panic!("{name}: {error}"),
                }
            }
            match best {
                Some((known, kind, preview)) => {
                    read_files += 1;
                    assert!(preview.rows.is_sorted_by(|a, b| a.row < b.row), "{name}: rows out of order");
                    preview.error_workbook().unwrap();
                    let counts = preview.counts();
                    println!(
                        "{name}: {kind}, {known} of {} columns, {counts:?}, {} problems",
                        preview.columns.len(),
                        preview.problem_count
                    );
                }
                None => {
                    refused += 1;
                    let (code, message) = reasons.first().unwrap();
                    println!("{name}: {code} {message}");
                    assert!(code.starts_with("ZH20") && message.contains('请'), "{name}: {message}");
                }
            }
        }
    }
    println!("other files: {read_files} previewed, {refused} refused");
}
