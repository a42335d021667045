//! 文书: what a form prints, when it is offered, and that a placeholder nothing can fill is told at its place.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use std::collections::BTreeMap;

use zhiheng_pack::case::{Act, Happening};
use zhiheng_pack::document::{Given, Piece, Stand, render, text_of};
use zhiheng_pack::{Draft, Level, Pack, PackFiles, Problem, day, read};

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
mode = "handle"
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

const PROCEDURE: &str = r#"
[[list]]
id = "refuse_ground"
name = "不予受理的理由"
item = [{ id = "not_ours", name = "不属于本机关职责" }]
[[procedure]]
id = "complaint"
kind = "complaint"
name = "投诉处理"
start = "lodged"
[[procedure.state]]
id = "lodged"
name = "待受理"
[[procedure.state]]
id = "accepted"
name = "已受理"
[[procedure.state]]
id = "closed"
name = "已办结"
final = true
[[procedure.step]]
id = "accept"
name = "受理"
from = "lodged"
to = "accepted"
role = "officer"
doc = ["accept_notice"]
[[procedure.step]]
id = "refuse"
name = "不予受理"
from = "lodged"
to = "closed"
role = "officer"
reason = "refuse_ground"
doc = ["refuse_notice"]
[[procedure.step]]
id = "close"
name = "办结"
from = "accepted"
to = "closed"
role = "officer"
[[procedure.clock]]
id = "close"
name = "办结"
starts = "step:accept"
stops = "state:closed"
length = "60 day"
[[document]]
id = "refuse_notice"
name = "不予受理决定书"
kind = "complaint"
text = "因{reason}，不予受理。"
[[document]]
id = "register"
name = "投诉登记表"
kind = "complaint"
text = "{complainant}"
"#;

fn read_text(text: &str) -> (Option<Pack>, Vec<Problem>) {
    let files =
        BTreeMap::from([("pack.toml".to_owned(), text.to_owned()), ("plan.txt".to_owned(), "方案。".to_owned())]);
    let (pack, mut problems) = read(&PackFiles { name: "test".to_owned(), files }, &|_| None);
    // States without a time are only reminded of.
    problems.retain(|problem| problem.level == Level::Refuse);
    (pack, problems)
}

#[test]
fn a_document_prints_days_in_words_names_for_ids_and_a_gap_for_what_is_not_known() {
    let (pack, problems) = read_text(&format!("{KIND}{PROCEDURE}{DOCUMENT}"));
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
        taker: None,
        bureau: None,
        today: day::parse("2026-03-05").unwrap(),
        actor: "李某某".into(),
        body: Some("县市场监管局".into()),
        reason: Some("符合条件".into()),
        serial: None,
        people: BTreeMap::new(),
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
        .replace("，理由：{reason}", "，{due:}，理由：{reason")
        .replace("{due:close}", "{due:decide}");
    let (pack, problems) = read_text(&format!("{KIND}{PROCEDURE}{broken}"));
    assert!(pack.is_none());
    // The document begins behind the last line of the kind.
    let above = u32::try_from(KIND.lines().count() + PROCEDURE.lines().count()).unwrap();
    let said: Vec<(u32, u32, &str)> =
        problems.iter().map(|problem| (problem.line - above, problem.column, problem.code)).collect();
    assert_eq!(
        said,
        [(6, 23, "ZH1070"), (13, 18, "ZH1070"), (14, 14, "ZH1070"), (16, 9, "ZH1070"), (16, 19, "ZH1070")],
        "{problems:#?}"
    );
    assert!(problems[1].message.contains("{ways}") && problems[4].message.contains("没有右花括号"), "{problems:#?}");

    let stranger = DOCUMENT.replace("kind = \"complaint\"", "kind = \"nothing\"");
    let (_, problems) = read_text(&format!("{KIND}{PROCEDURE}{DOCUMENT}{stranger}"));
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["ZH1006", "ZH1007"], "{problems:#?}");
}

#[test]
fn a_case_offers_what_a_step_already_taken_lists_with_its_reason_and_its_days() {
    let (pack, problems) = read_text(&format!("{KIND}{PROCEDURE}{DOCUMENT}"));
    assert!(problems.is_empty(), "{problems:#?}");
    let pack = pack.unwrap();
    let kind = pack.kind("complaint").unwrap();
    let draft = Draft::of_texts([("complainant", "王某某")]);
    let opened = || {
        let mut record = pack.check(kind, &draft, i32::MAX).record.unwrap();
        let at = noon("2026-03-02");
        let happening = Happening {
            act: Act::Open,
            at,
            by: "甲".into(),
            instead_of: None,
            version: 1,
            reason: None,
            note: None,
            opened: Vec::new(),
        };
        pack.happen(kind, None, &mut record, happening);
        record
    };
    let step = |id: &str, reason: Option<&str>| {
        let before = opened();
        let mut record = before.clone();
        let (act, reason) = (Act::Step(id.to_owned()), reason.map(str::to_owned));
        let happening = Happening {
            act,
            at: noon("2026-03-05"),
            by: "甲".into(),
            instead_of: None,
            version: 2,
            reason,
            note: None,
            opened: Vec::new(),
        };
        pack.happen(kind, Some(&before), &mut record, happening);
        record
    };
    let offered = |record: &zhiheng_pack::Record| -> Vec<&str> {
        pack.offered(kind, record).into_iter().map(|document| document.id.as_str()).collect()
    };
    assert_eq!(offered(&opened()), ["register"], "what no step lists can always be printed");
    let accepted = step("accept", None);
    assert_eq!(offered(&accepted), ["register", "accept_notice"]);
    assert_eq!(pack.dues(&accepted).get("close").map(ToString::to_string).as_deref(), Some("2026-05-04"));
    let refused = step("refuse", Some("not_ours"));
    assert_eq!(offered(&refused), ["refuse_notice", "register"]);
    let notice = pack.document("refuse_notice").unwrap();
    assert_eq!(pack.reason_of(&refused, notice).as_deref(), Some("不属于本机关职责"));

    let (_, problems) = read_text(&format!("{KIND}{PROCEDURE}"));
    let said: Vec<(&str, &str)> = problems.iter().map(|problem| (problem.code, problem.message.as_str())).collect();
    assert_eq!(said, [("ZH1007", "找不到 种类 complaint 的文书 accept_notice。请检查拼写，或先声明它。")]);
}

/// Noon of a day at the place, µs of UTC.
fn noon(text: &str) -> i64 {
    (i64::from(day::number(day::parse(text).unwrap())) * 24 + 4) * 3_600_000_000
}
