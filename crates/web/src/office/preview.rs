//! 核对页的内容: what was read from a file, as its page shows it. Pure.

use std::collections::BTreeMap;

use zhiheng_app::{Identity, ImportOptions, ImportPreview};
use zhiheng_pack::{Kind, Level, Pack, Type};
use zhiheng_sheet::Scope;

use super::content::condition;
use super::import::Wrongs;
use crate::components::{
    Link,
    action::{Action, Weight},
    errors::Wrong,
    field::{Choice, Field},
    light::Tone,
};
use crate::held::Taken;
use crate::pages::{
    ImportColumn, ImportCorrection, ImportCount, ImportPreviewPage, ImportProblem, ImportResultPage, ImportScope,
};
use crate::words::{count, moment, scope_name};

/// Problems that a page shows; all of them are in the workbook.
const SHOWN: usize = 200;
/// Rows that are named where many have the same problem.
const NAMED: usize = 5;
/// Corrections that a page offers.
const OFFERED: usize = 500;

/// Fills the page.
pub(super) fn review(
    pack: &Pack,
    kind: &Kind,
    preview: &ImportPreview,
    options: &ImportOptions,
    digest: &str,
    wrongs: &Wrongs,
) -> ImportPreviewPage {
    let here = format!("/kinds/{}/import/{digest}", kind.id);
    let counts = preview.counts();
    let refusing: Vec<_> = preview.problems.iter().filter(|problem| problem.level == Level::Refuse).collect();
    let warnings = preview.problems.len() - refusing.len();
    let (problems, problems_left_out) = gathered(&refusing);
    let mut remarks = remarks(pack, preview);
    if warnings > 0 {
        remarks.push(format!("另有 {} 处提醒，不影响导入，写在下载的表里。", count(warnings)));
    }
    let wrong = |field: &str, message: &Option<String>| {
        message.as_ref().map(|message| Wrong { field: field.to_owned(), message: message.clone() })
    };
    ImportPreviewPage {
        kind: kind.name.clone(),
        kind_href: format!("/kinds/{}", kind.id),
        hidden: Vec::new(),
        file: preview.file_name.clone(),
        reading: reading(preview),
        columns: preview.columns.iter().map(|column| column_of(kind, column)).collect(),
        scope: preview.asks_scope.then(|| scope(preview, options, wrongs)),
        fill: fill(pack, kind, preview, options),
        counts: tally(counts),
        corrections: corrections(kind, preview),
        problems,
        problems_left_out,
        error_workbook: (!preview.problems.is_empty())
            .then(|| Link::new("下载有错误的行（Excel，可改好再传）", format!("{here}/errors.xlsx"))),
        remarks,
        can_import: counts.new + counts.corrections > 0 || preview.total.is_some(),
        refused: [wrong("scope", &wrongs.scope), wrong("tested", &wrongs.tested), wrong("", &wrongs.whole)]
            .into_iter()
            .flatten()
            .collect(),
        action: here,
        ..ImportPreviewPage::default()
    }
}

/// 表头在第 3 行，UTF-8，312 行.
fn reading(preview: &ImportPreview) -> String {
    let mut parts = Vec::new();
    parts.extend(preview.sheet.as_ref().map(|sheet| format!("工作表「{sheet}」")));
    parts.push(match preview.header_row {
        0 => "没有表头，按列的次序辨认".to_owned(),
        row => format!("表头在第 {row} 行"),
    });
    parts.extend(preview.encoding.as_ref().map(|encoding| encoding.to_uppercase()));
    parts.push(format!("{} 行", count(preview.rows.len())));
    parts.join("，") + "。"
}

fn column_of(kind: &Kind, column: &zhiheng_app::ImportColumn) -> ImportColumn {
    let mut fields = vec![Choice::new("", "不导入").chosen(column.field.is_none())];
    let own = kind.given().map(|(_, field)| field).filter(|field| field.kind != Type::File);
    fields.extend(
        own.map(|field| Choice::new(&field.id, &field.name).chosen(column.field.as_deref() == Some(field.id.as_str()))),
    );
    ImportColumn {
        control: format!("col-{}", column.index),
        letter: letter(column.index),
        header: column.header.trim().to_owned(),
        example: column.example.chars().take(40).collect(),
        fields,
    }
}

/// A, …, Z, AA, ….
fn letter(index: u32) -> String {
    let mut rest = index;
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or_default()));
        match (rest / 26).checked_sub(1) {
            Some(next) => rest = next,
            None => break,
        }
    }
    letters.iter().rev().collect()
}

fn scope(preview: &ImportPreview, options: &ImportOptions, wrongs: &Wrongs) -> ImportScope {
    let words = [(Scope::Passing, "合格名单"), (Scope::Failing, "不合格名单"), (Scope::Mixed, "合格与不合格都有")];
    // The hint is not a choice: what a list contains, a person says.
    let hint = |scope: Scope| if preview.scope_hint == Some(scope) { "（看起来是）" } else { "" };
    ImportScope {
        options: words
            .map(|(scope, word)| {
                Choice::new(scope_name(scope), format!("{word}{}", hint(scope))).chosen(options.scope == Some(scope))
            })
            .into(),
        tested: options.tested.map(|tested| tested.to_string()).unwrap_or_default(),
        error: wrongs.scope.clone(),
        tested_error: wrongs.tested.clone(),
    }
}

/// Fields that decide what counts and that the file has no column for: one value for all rows.
fn fill(pack: &Pack, kind: &Kind, preview: &ImportPreview, options: &ImportOptions) -> Vec<Field> {
    let verdict = kind.import.verdict.as_ref().map(|(index, ..)| *index);
    let mut wanted: Vec<usize> = kind.day.into_iter().collect();
    for index in kind.filters.iter().flatten().copied().filter(|index| Some(*index) != verdict) {
        if !wanted.contains(&index) {
            wanted.push(index);
        }
    }
    let absent = |field: &&zhiheng_pack::Field| {
        let taken = preview.columns.iter().any(|column| column.field.as_deref() == Some(field.id.as_str()));
        !taken && matches!(field.kind, Type::Date | Type::Choice | Type::YesNo | Type::Area)
    };
    let fields = wanted.into_iter().filter_map(|index| kind.fields.get(index)).filter(absent);
    fields
        .map(|field| {
            let value = options.fill.get(&field.id).map_or("", String::as_str);
            let control = match field.kind {
                Type::Date => crate::components::field::Control::Date { value: value.to_owned() },
                _ => condition(pack, field, value),
            };
            Field {
                name: Some(format!("fill.{}", field.id)),
                ..Field::new(format!("fill-{}", field.id), &field.name, control)
            }
        })
        .collect()
}

fn tally(counts: zhiheng_app::ImportCounts) -> Vec<ImportCount> {
    let all = [
        (counts.new, "新增", Tone::Good),
        (counts.corrections, "编号相同、内容不同", Tone::Warn),
        (counts.unchanged, "内容未变", Tone::Neutral),
        (counts.withdrawn, "已撤销，不导入", Tone::Neutral),
        (counts.repeated, "文件内重复", Tone::Neutral),
        (counts.bad, "有错误", Tone::Bad),
    ];
    let shown = all.into_iter().filter(|(number, ..)| *number > 0);
    shown.map(|(number, name, tone)| ImportCount { name: format!("行{name}"), count: count(number), tone }).collect()
}

fn corrections(kind: &Kind, preview: &ImportPreview) -> Vec<ImportCorrection> {
    let one = |row: &zhiheng_app::ImportRow| match &row.identity {
        Identity::Correction { id, changes, .. } => Some(ImportCorrection {
            value: row.row.to_string(),
            row: format!("第 {} 行", row.row),
            record: Link::new("现有记录", format!("/kinds/{}/{id}", kind.id)),
            changes: changes.clone(),
            chosen: kind.mirror.is_some(),
        }),
        _ => None,
    };
    preview.corrections().take(OFFERED).filter_map(one).collect()
}

/// What is wrong, the same in many rows told once, in the order of the file; and how much is not told here.
fn gathered(problems: &[&zhiheng_app::ImportProblem]) -> (Vec<ImportProblem>, u64) {
    let mut found: Vec<(&zhiheng_app::ImportProblem, Vec<u32>)> = Vec::new();
    let mut places = BTreeMap::new();
    let mut left_out = 0;
    for problem in problems {
        let said = (problem.code, problem.column.as_str(), problem.value.as_str(), problem.message.as_str());
        let room = found.len() < SHOWN;
        let at = *places.entry(said).or_insert(found.len());
        match found.get_mut(at) {
            Some((_, rows)) => rows.push(problem.row),
            None if room => found.push((problem, vec![problem.row])),
            None => left_out += 1,
        }
    }
    (found.iter().map(|(problem, rows)| problem_of(problem, rows)).collect(), left_out)
}

fn problem_of(problem: &zhiheng_app::ImportProblem, rows: &[u32]) -> ImportProblem {
    let (message, remedy) = problem.parts();
    let first: Vec<String> = rows.iter().take(NAMED).map(u32::to_string).collect();
    let more = if rows.len() > NAMED { format!(" 等 {} 行", count(rows.len())) } else { String::new() };
    ImportProblem {
        row: first.join("、") + &more,
        column: problem.column.clone(),
        value: problem.value.chars().take(80).collect(),
        message: message.to_owned(),
        remedy: remedy.to_owned(),
    }
}

fn remarks(pack: &Pack, preview: &ImportPreview) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Some(before) = preview.imported_before {
        remarks.push(format!("这个文件在 {} 导入过，相同的行不会重复。", moment(before, pack.utc_offset_hours)));
    }
    remarks.extend(preview.remarks.iter().cloned());
    if let Some(total) = &preview.total {
        remarks.push(format!(
            "将另存一条检验批次汇总：检验 {} 批，合格 {} 批，不合格 {} 批。",
            count(total.tested),
            count(total.passed),
            count(total.failed)
        ));
    }
    remarks.extend(preview.uncounted.iter().filter_map(|one| {
        let indicator = pack.indicators.get(one.indicator)?;
        Some(format!("{} 行不计入「{}」：{}。", count(one.rows), indicator.name, one.reason))
    }));
    let near = preview.rows.iter().filter(|row| !row.near.is_empty()).count();
    if near > 0 {
        remarks.push(format!("{} 行与已有记录相似但编号不同，请核对是否重复；系统不会自动合并。", count(near)));
    }
    if preview.corrections().count() > OFFERED {
        remarks.push(format!(
            "编号相同、内容不同的行超过 {OFFERED}，这里只列出前 {OFFERED} 行；导入后再传一次处理其余的。"
        ));
    }
    remarks
}

/// Fills the page after the import.
pub(super) fn result_page(kind: &Kind, file: &str, taken: &Taken, digest: &str) -> ImportResultPage {
    let list = format!("/kinds/{}", kind.id);
    ImportResultPage {
        kind: kind.name.clone(),
        file: file.to_owned(),
        title: taken.title.clone(),
        counts: taken.counts.clone(),
        moved: taken.moved.clone(),
        remarks: taken.remarks.clone(),
        error_workbook: taken
            .bad
            .then(|| Link::new("下载没有导入的行（Excel，可改好再传）", format!("{list}/import/{digest}/errors.xlsx"))),
        actions: vec![
            Action::open("查看台账", list.clone()).weight(Weight::Primary),
            Action::open("目标指标", "/board"),
            Action::open("再导入一个文件", format!("{list}/import")),
        ],
        kind_href: list,
        ..ImportResultPage::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_named_as_spreadsheets_name_them() {
        for (index, name) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letter(index), name);
        }
    }
}
