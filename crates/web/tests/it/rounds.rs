//! A round of reports in the browser: opened, handed out, taken back, questioned and settled, with one account.

use axum::http::StatusCode;

use crate::county::County;

const FIELDS: [(&str, &str); 6] = [
    ("name", "2026年第三季度指标报送"),
    ("period", "2026年第三季度"),
    ("as_of", "2026-09-30"),
    ("due", "2026-10-20"),
    ("indicators", "prefab_share"),
    ("indicators", "high_tech_enterprises"),
];

#[tokio::test]
async fn a_round_runs_from_the_first_form_to_the_notice() {
    let county = County::real();
    let mut office = county.office().await;
    office.get("/rounds").await.assert_shows("还没有发起过报送").assert_shows("2026年第三季度");
    let wrong = office.post("/rounds", &[("name", "甲"), ("as_of", "九月底")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.assert_shows("数据截止日请按").assert_shows("请至少选择一个指标");

    let opened = office.post("/rounds", &FIELDS).await;
    let here = opened.location().to_owned();
    office.get(&here).await.assert_shows("未报 2").assert_shows("尚未报送的单位（2家）");
    let zip = office.get(&format!("{here}/forms.zip")).await;
    assert!(zip.bytes.starts_with(b"PK"));
    assert!(office.get(&format!("{here}/forms/zjw")).await.bytes.starts_with(b"PK"));
    assert!(office.get(&format!("{here}/letters/kjj")).await.bytes.starts_with(b"PK"));
    assert_eq!(office.get(&format!("{here}/forms/nobody")).await.status, StatusCode::NOT_FOUND);

    office.get(&here).await;
    let nobody = office.upload(&here, &[], ("files", "扫描件.pdf", b"%PDF-1.7")).await;
    assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
    nobody.assert_shows("没有收下的文件").assert_shows("扫描件.pdf");

    let csv = "报送单位：县住房城乡建委\n指标名称,本期值,数据日期,来源文件\n新开工装配式建筑面积占比,31.5,2026-09-30,统计报表\n";
    let taken = office.upload(&here, &[], ("files", "报回.csv", csv.as_bytes())).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    office.get(&here).await.assert_shows("有疑问 1").assert_shows("填表人没有签名").assert_shows("采用");
    office.get("/indicators/prefab_share").await.assert_hides("31.5");

    let path = format!("{here}/settle/zjw");
    office.get(&here).await;
    let unsaid = office.post(&path, &[("decision", "take"), ("opinion", "")]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    unsaid.assert_shows("请写明采用或者退回的理由");
    office.get(&here).await;
    office
        .post_on(&path, &[("decision", "take"), ("opinion", "已电话核实")])
        .await
        .assert_shows("已采用县住房城乡建委的报送表");
    office.get("/indicators/prefab_share").await.assert_shows("31.5");
    assert!(office.get(&format!("{here}/notice.docx")).await.bytes.starts_with(b"PK"));
    office.get("/rounds").await.assert_shows("1 / 2");
}
