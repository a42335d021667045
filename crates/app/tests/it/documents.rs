//! A record's documents: the number is given once to one version, the numbered paper stays as it went out, and a draft says that it is one.

use std::io::Read;

use zhiheng_app::{Act, App, Error, RecordId, Submission};
use zhiheng_pack::Draft;

use crate::county::{County, PLAN, pack};

const DOCUMENTS: &str = r#"
[[document]]
id = "notice"
name = "检验结果告知书"
kind = "food_sample"
number = "{place}市监告〔{year}〕{serial}号"
seal = true
copies = ["被抽样单位"]
text = """
{sample_name}（{sample_no}）检验结论为{verdict}。{actor}，{today}。
"""
[[document]]
id = "sheet"
name = "抽样单"
kind = "food_sample"
text = "{sample_name}"
"#;

fn submit(app: &App, id: Option<&RecordId>, version: Option<i64>, verdict: &str) -> RecordId {
    let draft = Draft::of_texts([("sample_name", "菜籽油"), ("sampled_on", "2025-12-20"), ("verdict", verdict)]);
    let submission = Submission {
        act: if id.is_some() { Act::Correct(draft) } else { Act::Create(draft) },
        kind: "food_sample".into(),
        id: id.copied(),
        expected_version: version,
        reason: id.map(|_| "复检".into()),
    };
    app.submit("甲", &submission, None).unwrap().id.parse().unwrap()
}

fn text(app: &App, id: &RecordId, version: Option<i64>) -> String {
    let view = app.document(Some(&named("李某某")), "food_sample", id, "notice", version).unwrap();
    let lines = view.rendered.paragraphs.iter().map(|paragraph| format!("{:?}", paragraph.line));
    format!("{:?} {}", view.rendered.number_text(), lines.collect::<String>())
}

fn word(app: &App, id: &RecordId, version: Option<i64>) -> (String, String) {
    let view = app.document(Some(&named("李某某")), "food_sample", id, "notice", version).unwrap();
    let file = app.document_docx(&view, "李某某 2026年1月5日 12:00").unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(file.bytes)).unwrap();
    let mut all = String::new();
    for name in ["word/document.xml", "word/header1.xml"] {
        if let Ok(mut part) = archive.by_name(name) {
            part.read_to_string(&mut all).unwrap();
        }
    }
    (file.name, all)
}

#[test]
fn a_numbered_document_stays_as_it_went_out() {
    for county in County::everywhere() {
        let app = county.app.with_pack(pack(&format!("{PLAN}{DOCUMENTS}")));
        let first = submit(&app, None, None, "合格");
        let second = submit(&app, None, None, "合格");

        let draft = text(&app, &first, None);
        assert!(draft.starts_with("None") && draft.contains("李某某，2026年1月5日"), "{draft}");
        let (_, draft) = word(&app, &first, None);
        assert!(
            draft.contains("拟稿　李某某 2026年1月5日 12:00") && draft.contains("<w:u w:val=\"single\"/>"),
            "{draft}"
        );

        let number = |id: &RecordId, version: i64| app.number_document("甲", "food_sample", id, "notice", version);
        assert_eq!(number(&second, 1).unwrap().serial, 1);
        county.at("2026-01-09");
        let given = number(&first, 1).unwrap();
        assert_eq!((given.year, given.serial), (2026, 2));
        assert_eq!(number(&first, 1).unwrap(), given, "asked again, it is the same");
        let issued = text(&app, &first, None);
        assert!(issued.contains("示例县市监告〔2026〕2号") && issued.contains("2026年1月9日"), "{issued}");

        county.at("2026-03-01");
        submit(&app, Some(&first), Some(1), "不合格");
        assert_eq!(text(&app, &first, None), issued, "a correction does not change what went out");
        let anew = text(&app, &first, Some(2));
        assert!(anew.starts_with("None") && anew.contains("不合格") && anew.contains("2026年3月1日"), "{anew}");
        let (name, paper) = word(&app, &first, None);
        assert_eq!(name, "示例县_检验结果告知书_菜籽油_2026-01-09.docx");
        assert!(
            paper.contains("〔2026〕2号") && paper.contains("送达：被抽样单位") && !paper.contains("拟稿"),
            "{paper}"
        );

        county.at("2027-01-04");
        assert_eq!(number(&first, 2).map(|row| (row.year, row.serial)).unwrap(), (2027, 1));
        assert_eq!(app.document(None, "food_sample", &first, "notice", Some(1)).unwrap().numbers.len(), 2);
    }
}

#[test]
fn what_cannot_be_numbered_says_why() {
    let county = County::sqlite();
    let app = county.app.with_pack(pack(&format!("{PLAN}{DOCUMENTS}")));
    let id = submit(&app, None, None, "合格");
    submit(&app, Some(&id), Some(1), "不合格");
    let number = |document: &str, version: i64| app.number_document("甲", "food_sample", &id, document, version);
    assert!(matches!(number("notice", 1), Err(Error::Conflict(_))), "the paper of an older version");
    assert!(matches!(number("sheet", 2), Err(Error::WrongState(_))), "a form without number");
    assert!(matches!(number("nothing", 2), Err(Error::NotFound(_))));
    assert!(matches!(number("notice", 9), Err(Error::NotFound(_))), "a version that is not there");
    let kind = app.pack.kind("food_sample").unwrap();
    let withdraw = Submission {
        act: Act::Withdraw,
        kind: kind.id.clone(),
        id: Some(id),
        expected_version: Some(2),
        reason: Some("重复".into()),
    };
    app.submit("甲", &withdraw, None).unwrap();
    assert!(matches!(number("notice", 3), Err(Error::WrongState(_))), "a withdrawn record");
    let view = app.document(Some(&named("甲")), "food_sample", &id, "sheet", None).unwrap();
    assert!(!view.is_draft() && view.rendered.number.is_none());
}

fn named(name: &str) -> zhiheng_app::Account {
    zhiheng_app::Account { name: name.to_owned(), ..zhiheng_app::Account::of_office("a") }
}
