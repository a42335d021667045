//! What an import promises: nothing twice, nothing silently, nothing in a rate that has no denominator.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, also in its helpers")]

mod county;

use county::{County, today};
use zhiheng_app::{
    Act, Error, Identity, ImportChoice, ImportOptions, Imported, PartWanted, Submission, TOTAL_ROW, Take, When,
};
use zhiheng_pack::{Draft, day};
use zhiheng_sheet::Scope;

const KIND: &str = "food_sample";
const RATE: &str = "food_pass_rate";

fn fill(pairs: &[(&str, &str)]) -> ImportOptions {
    let fill = pairs.iter().map(|(field, value)| ((*field).to_owned(), (*value).to_owned())).collect();
    ImportOptions { scope: Some(Scope::Mixed), fill, ..ImportOptions::default() }
}

impl County {
    /// Numerator and denominator of a rate on the board of today.
    fn rate(&self, indicator: &str) -> Option<(i64, i64)> {
        let board = self.app.board(When { as_of: today(), known_on: None }).unwrap();
        let row = board.rows.iter().find(|row| self.app.pack.indicators[row.indicator].id == indicator).unwrap();
        let whole = |value: Option<zhiheng_pack::Decimal>| value.and_then(|value| value.to_string().parse().ok());
        whole(row.number.numerator).zip(whole(row.number.denominator))
    }
}

/// 报送数值 of two bureaus in one file: the bureau that brings it gets its own rows in, the others are refused one by one; a row without a
/// body is its own; and a record of another body is not corrected by it.
#[test]
fn a_bureau_brings_its_own_rows_and_no_others() {
    let county = County::empty();
    let of = |own: &str| ImportOptions { own: Some(vec![own.to_owned()]), ..ImportOptions::default() };
    let import = |text: &str, options: &ImportOptions| {
        let preview = county.app.import_preview("standard", text.as_bytes(), "标准.csv", options).unwrap();
        let problems: Vec<(u32, &str)> = preview.problems.iter().map(|problem| (problem.row, problem.code)).collect();
        let corrections = preview.corrections().map(|row| row.row).collect();
        let choice = ImportChoice { take: Take::GoodRows, corrections };
        (problems, county.app.import_previewed("kjj", preview, &choice).unwrap())
    };
    let text = "标准编号,标准名称,标准层级,责任单位,发布日期\n\
                DB50/T 1-2025,甲,地方标准,县市场监管局,2025-03-01\n\
                DB50/T 2-2025,乙,地方标准,县科技局,2025-03-01\n\
                DB50/T 3-2025,丙,地方标准,,2025-03-01\n";
    let (problems, imported) = import(text, &of("kjj"));
    assert_eq!(problems, [(2, "ZH3107")]);
    assert_eq!((imported.created, imported.left_out), (2, 1));
    let (problems, imported) = import(text, &ImportOptions::default());
    assert_eq!((problems.len(), imported.created, imported.unchanged), (0, 1, 1), "{problems:?}");
    // The key of another body's record under one's own name.
    let taken = "标准编号,标准名称,标准层级,责任单位,发布日期\nDB50/T 1-2025,改名,地方标准,县科技局,2025-03-01\n";
    let (problems, imported) = import(taken, &of("kjj"));
    assert_eq!((problems, imported.corrected), (vec![(2, "ZH3108")], 0));
}

/// The usual words about a list: its task and the day of its samples.
fn supervision(scope: Scope) -> ImportOptions {
    ImportOptions { scope: Some(scope), ..fill(&[("task_type", "supervision"), ("sampled_on", "2026-03-05")]) }
}

fn tested(number: i64) -> ImportOptions {
    ImportOptions { tested: Some(number), ..supervision(Scope::Failing) }
}

fn take(county: &County, text: &str, options: &ImportOptions, choice: &ImportChoice) -> Result<Imported, Error> {
    county.app.import("office", KIND, text.as_bytes(), "名单.csv", options, choice)
}

fn ticked(rows: &[u32]) -> ImportChoice {
    ImportChoice { take: Take::GoodRows, corrections: rows.iter().copied().collect() }
}

/// A passing list of so many samples of the county.
fn passing(samples: usize) -> String {
    let mut text = "序号,食品名称,被抽样单位名称,被抽样单位地址,生产日期\n".to_owned();
    for number in 1..=samples {
        text += &format!("{number},小麦粉{number},巫山县某超市,巫山县高唐街道,2026-01-08\n");
    }
    text
}

const FAILING: &str = "食品名称,被抽样单位名称,被抽样单位地址,不合格项目║检验结果║标准值\n\
    韭菜,老街蔬菜摊,巫山县高唐街道,腐霉利║1.6mg/kg║≤0.2mg/kg\n\
    白菜,老街蔬菜摊,巫山县高唐街道,镉║0.11mg/kg║≤0.05mg/kg\n";

#[test]
fn a_list_moves_the_rate_at_once() {
    let county = County::empty();
    assert_eq!(county.rate(RATE), None);
    let done = take(&county, &passing(49), &supervision(Scope::Passing), &ImportChoice::default()).unwrap();
    assert_eq!((done.created, county.rate(RATE)), (49, Some((49, 49))));
    assert!(done.moved.iter().any(|moved| moved.indicator == RATE && moved.period == "2026"), "{:?}", done.moved);
    let one = "食品名称,被抽样单位名称,被抽样单位地址,判定\n醋,某超市,巫山县高唐街道,不合格\n";
    take(&county, one, &supervision(Scope::Mixed), &ImportChoice::default()).unwrap();
    assert_eq!(county.rate(RATE), Some((49, 50)));
}

#[test]
fn the_same_file_again_changes_nothing() {
    let county = County::empty();
    let text = passing(30) + "1,小麦粉1,巫山县某超市,巫山县高唐街道,2026-01-08\n";
    let options = supervision(Scope::Passing);
    let first = take(&county, &text, &options, &ImportChoice::default()).unwrap();
    // The last row says the same as the first: another batch, told by its ordinal.
    assert_eq!((first.created, county.rate(RATE)), (31, Some((31, 31))));
    let preview = county.app.import_preview(KIND, text.as_bytes(), "改名.csv", &options).unwrap();
    assert!(preview.imported_before.is_some() && preview.counts().unchanged == 31, "{:?}", preview.counts());
    let again = take(&county, &text, &options, &ImportChoice::default()).unwrap();
    assert_eq!((again.created, again.unchanged, again.batch), (0, 31, None));
    assert!(again.message.contains("没有重复导入"), "{}", again.message);
    assert_eq!(county.rate(RATE), Some((31, 31)));
    // In another order and with other running numbers it is still the same file's content.
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    let turned = take(&county, &lines.join("\n"), &options, &ImportChoice::default()).unwrap();
    assert_eq!((turned.created, turned.unchanged), (0, 31));
}

#[test]
fn another_content_under_a_known_number_is_offered_and_taken_only_when_ticked() {
    let county = County::empty();
    let head = "抽样单编号,食品名称,被抽样单位名称,被抽样单位地址,检验结论\n";
    let before = format!("{head}DC1,醋,甲超市,巫山县高唐街道,合格\nDC2,酱油,甲超市,巫山县高唐街道,合格\n");
    let after = format!("{head}DC1,醋,甲超市,巫山县高唐街道,不合格\nDC2,酱油,乙超市,巫山县高唐街道,合格\n");
    let options = supervision(Scope::Mixed);
    take(&county, &before, &options, &ImportChoice::default()).unwrap();
    assert_eq!(county.rate(RATE), Some((2, 2)));
    let preview = county.app.import_preview(KIND, after.as_bytes(), "更正.csv", &options).unwrap();
    let Identity::Correction { version, changes, .. } = &preview.rows[0].identity else { panic!("{:?}", preview.rows) };
    assert_eq!((*version, changes.len()), (1, 1));
    assert_eq!(changes[0], ("最终结论".to_owned(), "合格".to_owned(), "不合格".to_owned()));
    let untouched = take(&county, &after, &options, &ImportChoice::default()).unwrap();
    assert_eq!((untouched.not_ticked, untouched.batch, county.rate(RATE)), (2, None, Some((2, 2))));
    let corrected = take(&county, &after, &options, &ticked(&[2])).unwrap();
    assert_eq!((corrected.corrected, corrected.not_ticked, county.rate(RATE)), (1, 1, Some((1, 2))));
    let again = county.app.import_preview(KIND, after.as_bytes(), "更正.csv", &options).unwrap().counts();
    assert_eq!((again.unchanged, again.corrections), (1, 1));
}

#[test]
fn a_file_that_says_less_does_not_erase() {
    let county = County::empty();
    let full = "抽样单编号,食品名称,被抽样单位名称,检验机构,检验结论\nDC1,醋,甲超市,某检验所,合格\n";
    let less = "抽样单编号,食品名称,检验结论\nDC1,醋,合格\n";
    take(&county, full, &supervision(Scope::Mixed), &ImportChoice::default()).unwrap();
    let preview = county.app.import_preview(KIND, less.as_bytes(), "少列.csv", &supervision(Scope::Mixed)).unwrap();
    assert!(matches!(preview.rows[0].identity, Identity::Unchanged { .. }), "{:?}", preview.rows);
}

#[test]
fn a_failing_list_without_its_number_of_tested_batches_never_enters_the_rate() {
    let county = County::empty();
    let done = take(&county, FAILING, &supervision(Scope::Failing), &ImportChoice::default()).unwrap();
    assert_eq!((done.created, county.rate(RATE)), (2, None));
    assert!(
        done.uncounted.iter().any(|one| one.rows == 2 && one.reason.contains("未声明检验批次数")),
        "{:?}",
        done.uncounted
    );
    let when = When { as_of: today(), known_on: None };
    let listed = county.app.cell_records(RATE, when, None, PartWanted::Uncounted, None, 100).unwrap();
    assert_eq!(listed.records.len(), 2);
    assert!(
        listed
            .records
            .iter()
            .all(|record| record.reason.as_deref().is_some_and(|why| why.contains("未声明检验批次数")))
    );
}

#[test]
fn a_failing_list_with_its_number_of_tested_batches_has_its_denominator() {
    let county = County::empty();
    let done = take(&county, FAILING, &tested(150), &ImportChoice::default()).unwrap();
    assert!(done.total_stored);
    assert_eq!(county.rate(RATE), Some((148, 150)));
    let again = take(&county, FAILING, &tested(150), &ImportChoice::default()).unwrap();
    assert_eq!((again.batch, county.rate(RATE)), (None, Some((148, 150))));
    // The notice corrects its number: offered, and taken when ticked.
    let other = take(&county, FAILING, &tested(200), &ImportChoice::default()).unwrap();
    assert_eq!((other.batch, county.rate(RATE)), (None, Some((148, 150))));
    take(&county, FAILING, &tested(200), &ticked(&[TOTAL_ROW])).unwrap();
    assert_eq!(county.rate(RATE), Some((198, 200)));
}

#[test]
fn a_number_of_tested_batches_that_comes_later_makes_the_list_count() {
    let county = County::empty();
    take(&county, FAILING, &supervision(Scope::Failing), &ImportChoice::default()).unwrap();
    let preview = county.app.import_preview(KIND, FAILING.as_bytes(), "名单.csv", &tested(150)).unwrap();
    assert_eq!(preview.corrections().count(), 2, "{:?}", preview.rows);
    take(&county, FAILING, &tested(150), &ticked(&[2, 3])).unwrap();
    assert_eq!(county.rate(RATE), Some((148, 150)));
}

#[test]
fn fewer_tested_than_failing_is_refused() {
    let county = County::empty();
    let Err(Error::Invalid(problems)) = take(&county, FAILING, &tested(1), &ImportChoice::default()) else { panic!() };
    assert_eq!(problems[0].code, "ZH3105");
}

#[test]
fn what_a_list_contains_must_be_confirmed() {
    let county = County::empty();
    let unsaid = ImportOptions { scope: None, ..supervision(Scope::Mixed) };
    let preview = county.app.import_preview(KIND, FAILING.as_bytes(), "名单.csv", &unsaid).unwrap();
    assert!(preview.asks_scope && !preview.scope_confirmed);
    assert_eq!((preview.scope_hint, preview.scope), (Some(Scope::Failing), Some(Scope::Failing)));
    assert!(matches!(take(&county, FAILING, &unsaid, &ImportChoice::default()), Err(Error::WrongState(_))));
}

const WITH_BAD_ROWS: &str = "食品名称,被抽样单位名称,被抽样单位地址,生产日期,检验结论\n\
    醋,甲超市,巫山县高唐街道,2026-01-08,合格\n\
    酱油,甲超市,巫山县高唐街道,昨天,合格\n\
    ,甲超市,巫山县高唐街道,2026-13-40,待定\n\
    盐,甲超市,巫山县高唐街道,2026-01-09,合格\n";

#[test]
fn bad_rows_are_all_told_at_once_with_row_column_and_value() {
    let county = County::empty();
    let preview =
        county.app.import_preview(KIND, WITH_BAD_ROWS.as_bytes(), "名单.csv", &supervision(Scope::Mixed)).unwrap();
    let told: Vec<(u32, &str, &str)> =
        preview.problems.iter().map(|problem| (problem.row, problem.column.as_str(), problem.value.as_str())).collect();
    for expected in
        [(3, "生产日期", "昨天"), (4, "食品名称", ""), (4, "生产日期", "2026-13-40"), (4, "检验结论", "待定")]
    {
        assert_eq!(told.iter().filter(|one| **one == expected).count(), 1, "{expected:?} in {told:?}");
    }
    assert!(told.is_sorted_by_key(|(row, _, _)| row));
    assert!(preview.problems.iter().all(|problem| !problem.parts().1.is_empty()), "{:?}", preview.problems);
    assert_eq!((preview.counts().new, preview.counts().bad), (2, 2));
    let workbook = preview.error_workbook().unwrap();
    let kind = county.app.pack.kind(KIND).unwrap();
    let table =
        zhiheng_app::read_table(&county.app.pack, kind, &workbook, "错误.xlsx", &ImportOptions::default()).unwrap();
    let headers: Vec<&str> = table.columns.iter().map(|column| column.header.as_str()).collect();
    assert_eq!((headers.first(), headers.last()), (Some(&"行号"), Some(&"怎么办")));
    assert_eq!(table.rows.len(), 2);
}

#[test]
fn good_rows_or_nothing_as_the_user_chooses() {
    let county = County::empty();
    let options = supervision(Scope::Mixed);
    let nothing = ImportChoice { take: Take::AllOrNothing, ..ImportChoice::default() };
    let Err(Error::Invalid(problems)) = take(&county, WITH_BAD_ROWS, &options, &nothing) else { panic!() };
    assert!(problems.iter().any(|problem| problem.line == 3 && problem.message.contains("生产日期")), "{problems:?}");
    assert_eq!(county.rate(RATE), None);
    let done = take(&county, WITH_BAD_ROWS, &options, &ImportChoice::default()).unwrap();
    assert_eq!((done.created, done.left_out, county.rate(RATE)), (2, 2, Some((2, 2))));
}

#[test]
fn values_for_the_whole_file_fill_only_what_is_empty() {
    let county = County::empty();
    let text = "食品名称,被抽样单位名称,被抽样单位地址,抽样日期,任务类型\n\
        醋,甲超市,巫山县高唐街道,2026-02-01,风险监测\n\
        盐,甲超市,巫山县高唐街道,,\n";
    let preview = county.app.import_preview(KIND, text.as_bytes(), "名单.csv", &supervision(Scope::Passing)).unwrap();
    assert_eq!((preview.filled["sampled_on"], preview.filled["task_type"]), (1, 1));
    take(&county, text, &supervision(Scope::Passing), &ImportChoice::default()).unwrap();
    assert_eq!(county.rate(RATE), Some((1, 1)));
    let wrong = fill(&[("task_type", "随便")]);
    let Err(Error::Invalid(problems)) = take(&county, text, &wrong, &ImportChoice::default()) else { panic!() };
    assert_eq!((problems.len(), problems[0].field.as_deref()), (1, Some("task_type")));
}

#[test]
fn near_duplicates_are_flagged_and_not_merged() {
    let county = County::empty();
    let first = "食品名称,被抽样单位名称,生产日期,检验结论\n醋,甲超市,2026-01-08,合格\n";
    let second = "抽样单编号,食品名称,被抽样单位名称,生产日期,检验结论,备注\nDC9,醋,甲超市,2026-01-08,合格,重发\n\
        DC10,醋,甲超市,2026-01-09,合格,\n";
    let options = supervision(Scope::Mixed);
    take(&county, first, &options, &ImportChoice::default()).unwrap();
    let preview = county.app.import_preview(KIND, second.as_bytes(), "二.csv", &options).unwrap();
    let near: Vec<usize> = preview.rows.iter().map(|row| row.near.len()).collect();
    assert_eq!((near, preview.counts().new), (vec![1, 0], 2));
    assert!(preview.remarks.iter().any(|remark| remark.contains("1 行")), "{:?}", preview.remarks);
    take(&county, second, &options, &ImportChoice::default()).unwrap();
    assert_eq!(county.rate(RATE), Some((3, 3)));
}

#[test]
fn one_number_twice_in_a_file_is_one_record_or_a_problem() {
    let county = County::empty();
    let text =
        "抽样单编号,食品名称,被抽样单位名称,检验结论\nDC1,醋,甲超市,合格\nDC1,醋,甲超市,合格\nDC1,醋,甲超市,不合格\n";
    let preview = county.app.import_preview(KIND, text.as_bytes(), "名单.csv", &supervision(Scope::Mixed)).unwrap();
    assert!(matches!(preview.rows[1].identity, Identity::Repeated { first: 2 }), "{:?}", preview.rows);
    assert_eq!(preview.rows[2].identity, Identity::Bad);
    assert!(preview.problems.iter().any(|problem| problem.row == 4 && problem.code == "ZH3101"));
}

#[test]
fn another_file_with_the_same_words_of_another_day_is_another_batch() {
    let county = County::empty();
    let march = "第一期\n食品名称,被抽样单位名称,被抽样单位地址,检验结论\n韭菜,老街菜摊,巫山县高唐街道,合格\n";
    let april = "第二期\n食品名称,被抽样单位名称,被抽样单位地址,检验结论\n韭菜,老街菜摊,巫山县高唐街道,合格\n";
    let of = |day: &str| fill(&[("task_type", "supervision"), ("sampled_on", day)]);
    take(&county, march, &of("2026-03-05"), &ImportChoice::default()).unwrap();
    take(&county, april, &of("2026-04-05"), &ImportChoice::default()).unwrap();
    assert_eq!(county.rate(RATE), Some((2, 2)));
    let again = take(&county, april, &of("2026-04-05"), &ImportChoice::default()).unwrap();
    assert_eq!((again.created, again.unchanged), (0, 1));
    // The same file with another day is a correction of its own record.
    let preview = county.app.import_preview(KIND, april.as_bytes(), "二.csv", &of("2026-04-06")).unwrap();
    assert_eq!(preview.counts().corrections, 1, "{:?}", preview.rows);
}

#[test]
fn a_withdrawn_record_is_not_brought_back() {
    let county = County::empty();
    let text = passing(1);
    let options = supervision(Scope::Passing);
    take(&county, &text, &options, &ImportChoice::default()).unwrap();
    let preview = county.app.import_preview(KIND, text.as_bytes(), "名单.csv", &options).unwrap();
    let Identity::Unchanged { id } = preview.rows[0].identity else { panic!() };
    let withdrawn = Submission {
        act: Act::Withdraw,
        kind: KIND.to_owned(),
        id: Some(id),
        expected_version: Some(1),
        reason: Some("误导入".to_owned()),
    };
    county.app.submit("office", &withdrawn, None).unwrap();
    let again = take(&county, &text, &options, &ImportChoice::default()).unwrap();
    assert_eq!((again.batch, again.left_out, county.rate(RATE)), (None, 1, None));
}

#[test]
fn a_header_can_be_read_as_another_field() {
    let county = County::empty();
    let text = "货物,被抽样单位名称,生产日期\n醋,甲超市,2026-01-08\n";
    let mut options = supervision(Scope::Passing);
    options.columns.insert("货物".to_owned(), Some("sample_name".to_owned()));
    options.columns.insert("生产日期".to_owned(), None);
    let preview = county.app.import_preview(KIND, text.as_bytes(), "名单.csv", &options).unwrap();
    let fields: Vec<Option<&str>> = preview.columns.iter().map(|column| column.field.as_deref()).collect();
    assert_eq!(fields, [Some("sample_name"), Some("sampled_party"), None]);
    assert_eq!((preview.counts().new, preview.columns[0].example.as_str()), (1, "醋"));
}

#[test]
fn every_kind_reads_its_own_samples_back() {
    let county = County::empty();
    for kind in &county.app.pack.kinds {
        for sample in &kind.samples {
            let checked = county.app.pack.check(kind, &Draft { scope: None, ..sample.clone() }, today());
            assert!(checked.record.is_some(), "{}: {:?}", kind.id, checked.problems);
        }
    }
    assert_eq!(day::date(today()).to_string(), "2026-11-23");
}

/// A list of a hundred thousand samples as a workbook; kept between runs, since writing it takes more than reading it.
fn bulk() -> Vec<u8> {
    let path = std::env::temp_dir().join("zhiheng-import-bulk.xlsx");
    if let Ok(bytes) = std::fs::read(&path) {
        return bytes;
    }
    let column = |header: &str| zhiheng_sheet::SheetColumn { header: header.to_owned(), width: 16 };
    let headers = "序号 抽样单编号 食品名称 食品分类 被抽样单位名称 被抽样单位地址 标称生产企业名称 标称生产企业地址 规格型号 商标 生产日期 \
                   抽样日期 任务类别 检验机构 检验结论 公告号 公告日期";
    let row = |number: u32| {
        let text = |text: String| zhiheng_sheet::SheetCell::Text(text);
        vec![
            zhiheng_sheet::SheetCell::Number(number.to_string()),
            text(format!("DC26500237{number:010}")),
            text(format!("样品{}", number % 5000)),
            text("粮食加工品".to_owned()),
            text(format!("巫山县第{}号食品经营部", number % 3000)),
            text(format!("巫山县高唐街道广东路{}号", number % 900)),
            text(format!("某市第{}食品有限公司", number % 2000)),
            text(format!("某省某市某区工业大道{}号", number % 2000)),
            text("500g/袋".to_owned()),
            text("图形商标".to_owned()),
            zhiheng_sheet::SheetCell::Date(
                day::date(day::number(day::parse("2026-01-01").unwrap()) + (number % 200) as i32).to_string(),
            ),
            zhiheng_sheet::SheetCell::Date(
                day::date(day::number(day::parse("2026-07-20").unwrap()) + (number % 100) as i32).to_string(),
            ),
            text("监督抽检".to_owned()),
            text("某市食品药品检验所".to_owned()),
            text(if number.is_multiple_of(50) { "不合格" } else { "合格" }.to_owned()),
            text(format!("2026年第{}期", number % 40)),
            zhiheng_sheet::SheetCell::Date("2026-11-01".to_owned()),
        ]
    };
    let sheet = zhiheng_sheet::Sheet {
        name: "合格".to_owned(),
        columns: headers.split_whitespace().map(column).collect(),
        rows: (1..=100_000).map(row).collect(),
        ..zhiheng_sheet::Sheet::default()
    };
    let bytes = zhiheng_sheet::write_xlsx(&zhiheng_sheet::Workbook { sheets: vec![sheet] }).unwrap();
    std::fs::write(&path, &bytes).unwrap();
    bytes
}

/// Processor time of this process, in seconds: other work on the machine does not lengthen it.
fn worked() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = |at: usize| {
        stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(at)).and_then(|word| word.parse().ok())
    };
    (ticks(11).unwrap_or(0.0) + ticks(12).unwrap_or(0.0)) / 100.0
}

/// Most memory that this process has held, in MB; only where the system says so.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? / 1024)
}

/// Run twice in a release build, the second time with the file in place: `cargo test --release … -- --ignored --nocapture bulk`.
#[test]
#[ignore = "a measurement, not a claim that every machine can check"]
fn bulk_of_a_hundred_thousand_rows() {
    let bytes = bulk();
    let county = County::empty();
    println!("file {} MB, {:?} MB before", bytes.len() >> 20, peak());
    let (begin, before) = (std::time::Instant::now(), worked());
    let options = ImportOptions { scope: Some(Scope::Mixed), ..ImportOptions::default() };
    let preview = county.app.import_preview(KIND, &bytes, "十万.xlsx", &options).unwrap();
    println!(
        "preview {:?} ({:.1} s of work), {:?}, peak {:?} MB",
        begin.elapsed(),
        worked() - before,
        preview.counts(),
        peak()
    );
    drop(preview);
    let (begin, before) = (std::time::Instant::now(), worked());
    let done = county.app.import("office", KIND, &bytes, "十万.xlsx", &options, &ImportChoice::default()).unwrap();
    println!(
        "import {:?} ({:.1} s of work), {} peak {:?} MB",
        begin.elapsed(),
        worked() - before,
        done.message,
        peak()
    );
    assert_eq!(county.rate(RATE), Some((98_000, 100_000)));
    let (begin, before) = (std::time::Instant::now(), worked());
    let again = county.app.import("office", KIND, &bytes, "十万.xlsx", &options, &ImportChoice::default()).unwrap();
    println!(
        "again {:?} ({:.1} s of work), {} peak {:?} MB",
        begin.elapsed(),
        worked() - before,
        again.message,
        peak()
    );
    assert_eq!(again.batch, None);
}
