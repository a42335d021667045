//! Documents in the browser: offered on the record, read and numbered by those who may, as a page to print and as Word.

use axum::http::{StatusCode, header};

use crate::county::County;

const DOCUMENTS: &str = r#"
[[document]]
id = "result_notice"
name = "检验结果告知书"
kind = "food_sample"
number = "{place}市监告〔{year}〕{serial}号"
basis = "文书式样一"
seal = true
text = "{sample_name}于{sampled_on}抽样，检验结论为{verdict}，生产日期{production_date}。"
"#;

#[tokio::test]
async fn a_document_is_read_numbered_once_and_kept() {
    let county = County::with("documents.toml", DOCUMENTS);
    let mut office = county.office().await;
    let record = office.food_sample("A-1", "qualified").await;
    let path = format!("{record}/documents/result_notice");
    office.get(&record).await.assert_shows(&format!("href=\"{path}\"")).assert_shows("检验结果告知书");

    let page = office.get(&path).await;
    page.assert_shows("菜籽油于2026年3月1日抽样，检验结论为合格，生产日期<span class=\"gap\">");
    page.assert_shows("拟稿，未编号")
        .assert_shows("文书式样一")
        .assert_shows("巫山县市场监督管理局")
        .assert_shows("class=\"office sheet\"");
    let numbered = office.post_on(&path, &[("version", "1")]).await;
    numbered.assert_shows("已编号：巫山县市监告〔2026〕1号").assert_hides("拟稿").assert_hides(">编文号<");
    let again = office.post_on(&path, &[("version", "1")]).await;
    again.assert_shows("〔2026〕1号").assert_hides("〔2026〕2号");

    let word = office.get(&format!("{path}.docx?version=1")).await;
    assert!(word.bytes.starts_with(b"PK"));
    assert!(word.headers[header::CONTENT_DISPOSITION].to_str().unwrap().contains(".docx"));
    assert_eq!(office.get(&format!("{record}/documents/nothing")).await.status, StatusCode::NOT_FOUND);

    // The unit whose record it is may, another may not even read it; nobody without an account.
    let mut own = county.bureau(&mut office, "scjg").await;
    own.get(&path).await.assert_shows("〔2026〕1号");
    let mut other = county.bureau(&mut office, "kjj").await;
    assert_eq!(other.get(&path).await.status, StatusCode::FORBIDDEN);
    assert_eq!(other.get(&format!("{path}.docx")).await.status, StatusCode::FORBIDDEN);
    other.get("/board").await;
    assert_eq!(other.post(&path, &[("version", "1")]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(county.anybody().get(&path).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_paper_names_who_took_the_step_and_goes_out_in_the_name_of_the_bureau() {
    let county = County::demo();
    county.at("2026-11-23");
    let mut office = county.office().await;
    let mut station = county.invited_as(&mut office, "bureau", "s_qingshi", ("station", "赵某某")).await;
    office.grant("station", "desk", "s_qingshi").await;
    let mut bureau = county.invited_as(&mut office, "bureau", "scjg", ("bureau", "孙某某")).await;
    office.grant("bureau", "desk", "scjg").await;
    let key = bureau.get("/kinds/consumer_complaint/new").await.hidden("request_key");
    let fields = [
        ("request_key", key.as_str()),
        ("f.received_on", "2026-11-20"),
        ("f.respondent", "某超市"),
        ("f.matter_title", "短斤少两"),
        ("f.matter", "少了二两"),
        ("f.complainant", "李某"),
        ("f.phone", "13900139000"),
        ("f.handler", "s_qingshi"),
    ];
    let made = bureau.post("/kinds/consumer_complaint/new", &fields).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    let case = made.location().to_owned();
    let form = station.get(&format!("{case}/steps/accept")).await;
    let (key, version) = (form.hidden("request_key"), form.hidden("expected_version"));
    let mut fields = vec![("request_key", key.as_str()), ("expected_version", version.as_str())];
    fields.extend([("f.complainant", "李某"), ("f.phone", "13900139000"), ("f.matter", "少了二两")]);
    fields.push(("f.handler", "s_qingshi"));
    let taken = station.post(&format!("{case}/steps/accept"), &fields).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    // Whoever prints it is not who decided it; a station has no name of its own before the law.
    let paper = bureau.get(&format!("{case}/documents/complaint_accept_notice")).await;
    paper.assert_shows("承办机构：青石市场监管所").assert_shows("承办人：赵某某").assert_hides("承办人：孙某某");
    let signed = paper.text.split("letter-sign").nth(1).expect("a place for the seal");
    assert!(signed.starts_with("\"><p>示例县市场监督管理局</p>"), "{}", &signed[..120]);
}
