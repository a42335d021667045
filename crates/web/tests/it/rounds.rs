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

/// A unit with an account: its work, its page, what is wrong, what is taken; and the deadline moved and the round called off by the office.
#[tokio::test]
async fn a_unit_finds_the_round_among_its_work_and_reports_on_its_own_page() {
    let county = County::real();
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "zjw").await;
    let mut stranger = county.bureau(&mut office, "scjg").await;
    office.get("/rounds").await;
    let here = office.post("/rounds", &FIELDS).await.location().to_owned();
    let work = clerk.get("/work").await;
    work.assert_shows("2026年第三季度指标报送 县住房城乡建委").assert_shows("待报送").assert_shows("报送表");
    let page = work.text.split("href=\"/reports/").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let page = format!("/reports/{page}");
    let form = clerk.get(&page).await;
    form.assert_shows("新开工装配式建筑面积占比")
        .assert_shows("佐证材料")
        .assert_shows("零报告")
        .assert_shows("填表人");
    assert!(clerk.get(&format!("{page}/form.xlsx")).await.bytes.starts_with(b"PK"));
    assert_eq!(stranger.get(&page).await.status, StatusCode::FORBIDDEN);
    stranger.get("/work").await.assert_hides("第三季度");
    assert_eq!(clerk.get(&here).await.status, StatusCode::FORBIDDEN, "the round itself is the office's");

    clerk.get(&page).await;
    let wrong = clerk.upload(&page, &[("way_prefab_share", "填数")], ("scan", "", b"")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.assert_shows("没有填本期值").assert_shows("请填写审核人的姓名").assert_shows("请写明来源文件");
    let fields = [
        ("way_prefab_share", "填数"),
        ("value_prefab_share", "31.5"),
        ("document_prefab_share", "装配式建筑统计报表"),
        ("signed_0", "甲"),
        ("signed_1", "乙"),
        ("signed_2", "丙"),
    ];
    let taken = clerk.upload(&page, &fields, ("scan", "盖章.pdf", b"%PDF-1.7")).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
    clerk.get(&page).await.assert_shows("已报送，1 个数已收下").assert_shows("31.5").assert_hides("提交报送");
    clerk.get("/work").await.assert_hides("第三季度");
    office.get(&here).await.assert_shows("已报 1").assert_shows("未报 1");

    office.get(&here).await;
    let unsaid = office.post(&format!("{here}/settle/zjw"), &[("opinion", "请重核")]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY, "neither taken nor sent back");
    let long = "长".repeat(5000);
    let unsaid = office.post(&format!("{here}/settle/zjw"), &[("decision", "return"), ("opinion", &long)]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    let none = office.post(&format!("{here}/settle"), &[("decision", "return"), ("opinion", "请重核")]).await;
    none.assert_shows("请先在表里勾选单位");
    let both = [("body", "zjw"), ("body", "kjj"), ("decision", "return"), ("opinion", "请重核")];
    let said = office.post_on(&format!("{here}/settle"), &both).await;
    said.assert_shows("已退回 1 个单位的报送表").assert_shows("没有办");
    clerk.get("/work").await.assert_shows("退回，待重报").assert_shows("重报");
    clerk.get(&page).await.assert_shows("请重核").assert_shows("value=\"31.5\"");

    let wrong = office.post(&format!("{here}/due"), &[("due", "下周"), ("reason", "")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.assert_shows("报送期限请按").assert_shows("下周");
    office
        .post_on(&format!("{here}/due"), &[("due", "2026-12-31"), ("reason", "年底公布")])
        .await
        .assert_shows("已随之改变");
    let unsaid = office.post(&format!("{here}/cancel"), &[("reason", "")]).await;
    unsaid.assert_shows("请写明理由");
    office.post_on(&format!("{here}/cancel"), &[("reason", "并入年度报送")]).await.assert_shows("这一轮已撤销");
    clerk.get("/work").await.assert_hides("第三季度");
}
