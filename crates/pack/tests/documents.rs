//! 文书: what a form prints, and that a placeholder nothing can fill is told at its place.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, also in its helpers")]

use std::collections::BTreeMap;

use zhiheng_pack::document::{Given, Piece, Stand, render, text_of};
use zhiheng_pack::{Draft, Pack, PackFiles, Problem, day, read};

const KIND: &str = r#"
[pack]
id = "test"
title = "示例"
place = { code = "990199", name = "示例县" }
document = "plan.txt"
baseline_year = 2022
target_year = 2027
[[body]]
id = "scjg"
name = "县市场监管局"
[[list]]
id = "way"
name = "途径"
item = [{ id = "app", name = "互联网平台" }, { id = "visit", name = "来访" }]
[kind]
id = "complaint"
name = "投诉"
group = "投诉"
about = "一件投诉"
label = "{complainant}投诉"
body = "scjg"
columns = ["complainant"]
[[kind.field]]
id = "complainant"
name = "投诉人"
type = "text"
[[kind.field]]
id = "received_on"
name = "收到日期"
type = "date"
[[kind.field]]
id = "met_at"
name = "调解时间"
type = "moment"
[[kind.field]]
id = "way"
name = "途径"
type = "choice"
list = "way"
[[kind.field]]
id = "amount"
name = "金额"
type = "decimal"
[[kind.sample]]
complainant = "王某某"
"#;

const DOCUMENT: &str = r#"
[[document]]
id = "accept_notice"
name = "投诉受理决定书"
kind = "complaint"
number = "{place}市监投受〔{year}〕{serial}号"
basis = "文书式样五"
seal = true
copies = ["投诉人", "被投诉人"]
text = """
{complainant}：

你于{received_on}通过{way}提出的投诉，涉及金额{amount}元，本机关决定予以受理，\
并于{met_at}调解，{due:close}前办结。

{label}，理由：{reason}。
"""
"#;

fn read_text(text: &str) -> (Option<Pack>, Vec<Problem>) {
    let files =
        BTreeMap::from([("pack.toml".to_owned(), text.to_owned()), ("plan.txt".to_owned(), "方案。".to_owned())]);
    read(&PackFiles { name: "test".to_owned(), files }, &|_| None)
}

#[test]
fn a_document_prints_days_in_words_names_for_ids_and_a_gap_for_what_is_not_known() {
    let (pack, problems) = read_text(&format!("{KIND}{DOCUMENT}"));
    assert!(problems.is_empty(), "{problems:#?}");
    let pack = pack.unwrap();
    let (kind, document) = (pack.kind("complaint").unwrap(), pack.document("accept_notice").unwrap());
    let draft = Draft::of_texts([
        ("complainant", "王某某"),
        ("received_on", "2026-03-01"),
        ("met_at", "2026-03-09 09:30"),
        ("way", "来访"),
    ]);
    let record = pack.check(kind, &draft, i32::MAX).record.unwrap();
    let given = Given {
        today: day::parse("2026-03-05").unwrap(),
        actor: "李某某".into(),
        body: Some("县市场监管局".into()),
        reason: Some("符合条件".into()),
        serial: None,
        dues: BTreeMap::from([("close".to_owned(), day::parse("2026-05-04").unwrap())]),
    };
    let paper = render(&pack, kind, document, &record, &given);
    assert_eq!((paper.title.as_str(), paper.basis.as_deref()), ("投诉受理决定书", Some("文书式样五")));
    assert_eq!(paper.copies, ["投诉人", "被投诉人"]);
    assert_eq!(paper.number_text(), None, "no number before it is assigned");
    let stands: Vec<Stand> = paper.paragraphs.iter().map(|paragraph| paragraph.stand).collect();
    assert_eq!(stands, [Stand::Address, Stand::Body, Stand::Body]);
    assert_eq!(
        paper.paragraphs[1].line,
        [
            Piece::Text("你于2026年3月1日通过来访提出的投诉，涉及金额".into()),
            Piece::Gap,
            Piece::Text("元，本机关决定予以受理，并于2026年3月9日09:30调解，2026年5月4日前办结。".into()),
        ]
    );
    assert_eq!(text_of(&paper.paragraphs[2].line).as_deref(), Some("王某某投诉，理由：符合条件。"));
    let (body, day) = paper.seal.clone().unwrap();
    assert_eq!((text_of(&body).as_deref(), day), (Some("县市场监管局"), given.today));

    let issued = render(&pack, kind, document, &record, &Given { serial: Some(7), ..given });
    assert_eq!(issued.number_text().as_deref(), Some("示例县市监投受〔2026〕7号"));
    assert_eq!(issued.paragraphs, paper.paragraphs, "a number changes nothing else");
}

#[test]
fn a_placeholder_that_nothing_fills_is_told_with_line_and_column() {
    let broken = DOCUMENT
        .replace("〔{year}〕", "〔{yaer}〕")
        .replace("通过{way}", "通过{ways}")
        .replace("，理由：{reason}", "，{due:}，理由：{reason");
    let (pack, problems) = read_text(&format!("{KIND}{broken}"));
    assert!(pack.is_none());
    // The document begins behind the last line of the kind.
    let above = u32::try_from(KIND.lines().count()).unwrap();
    let said: Vec<(u32, u32, &str)> =
        problems.iter().map(|problem| (problem.line - above, problem.column, problem.code)).collect();
    assert_eq!(said, [(6, 23, "ZH1070"), (13, 18, "ZH1070"), (16, 9, "ZH1070"), (16, 19, "ZH1070")], "{problems:#?}");
    assert!(problems[1].message.contains("{ways}") && problems[3].message.contains("没有右花括号"), "{problems:#?}");

    let stranger = DOCUMENT.replace("kind = \"complaint\"", "kind = \"nothing\"");
    let (_, problems) = read_text(&format!("{KIND}{DOCUMENT}{stranger}"));
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["ZH1006", "ZH1007"], "{problems:#?}");
}
