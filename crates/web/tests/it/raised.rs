//! 督办、整改 from where something was found: one button from a number, a finding, a clock that ran out; and the way back, to 销号.

use axum::http::StatusCode;

use crate::county::{Browser, County, Page};

/// The address behind a link with these words.
fn link(page: &Page, words: &str, has: &str) -> String {
    let found = page.text.split("<a ").skip(1).filter_map(|part| {
        let (head, rest) = part.split_once('>')?;
        let href = head.split("href=\"").nth(1)?.split('"').next()?;
        (rest.starts_with(words) && href.contains(has)).then(|| href.replace("&amp;", "&"))
    });
    found.into_iter().next().unwrap_or_else(|| panic!("no link «{words}» with {has}:\n{}", page.text))
}

/// Stores a form as it was filled in, with what is given besides.
async fn store(browser: &mut Browser, kind: &str, form: &Page, more: &[(&str, &str)]) -> Page {
    let hidden = ["request_key", "f.origin", "f.origin_clock"]
        .into_iter()
        .filter(|name| form.text.contains(&format!("name=\"{name}\" value=\"")))
        .map(|name| (name, form.hidden(name)));
    let hidden: Vec<(&str, String)> = hidden.collect();
    let mut fields: Vec<(&str, &str)> = hidden.iter().map(|(name, value)| (*name, value.as_str())).collect();
    fields.extend_from_slice(more);
    browser.post_on(&format!("/kinds/{kind}/new"), &fields).await
}

async fn step(browser: &mut Browser, case: &str, step: &str, more: &[(&str, &str)]) -> Page {
    let form = browser.get(&format!("{case}/steps/{step}")).await;
    assert_eq!(form.status, StatusCode::OK, "{step}: {}", form.text);
    let (key, version) = (form.hidden("request_key"), form.hidden("expected_version"));
    let mut fields = vec![("request_key", key.as_str()), ("expected_version", version.as_str())];
    fields.extend_from_slice(more);
    browser.post_on(&format!("{case}/steps/{step}"), &fields).await
}

#[tokio::test]
async fn an_indicator_that_lags_opens_a_rectification_and_shows_when_it_is_closed() {
    let county = County::real();
    let mut office = county.office().await;
    for no in 1..=9 {
        office.food_sample(&format!("A-{no}"), "qualified").await;
    }
    let failed = office.food_sample("A-10", "unqualified").await;
    let page = office.get("/indicators/food_pass_rate").await;
    page.assert_shows("还没有由此开出的督办、整改").assert_shows("起草督办单");
    let form = office.get(&link(&page, "开整改", "rectify_indicator")).await;
    form.assert_shows("食品抽检合格率未达标").assert_shows("完成值90.0%").assert_shows("目标2027年≥98.2%");
    form.assert_shows("<option value=\"scjg\" selected").assert_shows("<option value=\"food_pass_rate\" selected");
    let fields = [
        ("f.title", "食品抽检合格率未达标"),
        ("f.source_type", "indicator"),
        ("f.indicator", "food_pass_rate"),
        ("f.responsible", "scjg"),
        ("f.facts", "完成值90.0%，目标98.2%"),
        ("f.requirement", "查明原因"),
        ("f.due_on", "2026-12-20"),
    ];
    store(&mut office, "rectification", &form, &fields).await.assert_shows("待下达");
    let page = office.get("/indicators/food_pass_rate").await;
    let case = link(&page, "整改事项 ZG20260001", "/kinds/rectification/");
    page.assert_shows("待下达");
    let mut bureau = county.bureau(&mut office, "scjg").await;
    bureau.get("/indicators/food_pass_rate").await.assert_hides("ZG20260001").assert_hides("起草督办单");
    let due = [
        ("f.order_no", "ZG20260001"),
        ("f.responsible", "scjg"),
        ("f.requirement", "查明原因"),
        ("f.due_on", "2026-12-20"),
    ];
    step(&mut office, &case, "issue", &due).await;
    step(&mut bureau, &case, "report", &[("f.measures", "已约谈并复查")]).await;
    step(&mut office, &case, "pass", &[("f.review_text", "整改到位")]).await;
    let page = bureau.get("/indicators/food_pass_rate").await;
    page.assert_shows("ZG20260001").assert_shows("已销号").assert_shows("2026年11月23日");

    // A finding: the sample that failed, and only that.
    let page = bureau.get(&failed).await;
    let form = bureau.get(&link(&page, "开整改", "rectify_sample")).await;
    form.assert_shows("抽检不合格：").assert_shows("编号A-10").assert_hides("来源链接");
    let origin = form.hidden("f.origin");
    assert_eq!(format!("/kinds/{origin}"), failed);
    let fields =
        [("f.title", "抽检不合格"), ("f.source_type", "sampling"), ("f.issuer", "scjg"), ("f.responsible", "scjg")];
    let page = store(&mut bureau, "rectification", &form, &fields).await;
    page.assert_shows("来源链接").assert_shows(&format!("href=\"{failed}\">食品抽检样品："));
    bureau.get(&failed).await.assert_shows("整改事项 ZG20260002").assert_shows("待下达");
    let passed = bureau.food_sample("A-11", "qualified").await;
    bureau.get(&passed).await.assert_hides("rectify_sample");
    // An address that nobody may make up.
    let key = bureau.get("/kinds/rectification/new").await.hidden("request_key");
    let wrong = [("request_key", key.as_str()), ("f.title", "某事"), ("f.source_type", "other"), ("f.origin", "x/1")];
    let refused = bureau.post("/kinds/rectification/new", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.assert_shows("不是一条记录的地址");
}

#[tokio::test]
async fn a_clock_that_ran_out_opens_a_rectification_from_the_case_and_from_the_list() {
    let county = County::real();
    let mut office = county.office().await;
    let key = office.get("/kinds/plan_task/new").await.hidden("request_key");
    let fields = [
        ("request_key", key.as_str()),
        ("f.measure", "m19"),
        ("f.year", "2026"),
        ("f.title", "建成检测中心"),
        ("f.lead", "nync"),
        ("f.due_on", "2026-11-20"),
    ];
    let page = office.post("/kinds/plan_task/new", &fields).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let task = page.location().to_owned();
    let fields = [("f.title", "建成检测中心"), ("f.lead", "nync"), ("f.due_on", "2026-11-20")];
    step(&mut office, &task, "assign", &fields).await.assert_shows("已超期 3 天");
    let mut bureau = county.bureau(&mut office, "nync").await;
    bureau.get("/work?tab=overdue").await.assert_shows("建成检测中心").assert_hides("rectify_clock");
    let list = office.get("/work?tab=overdue").await;
    let form = office.get(&link(&list, "开整改", "rectify_clock")).await;
    form.assert_shows("至2026年11月23日超期3天").assert_shows("<option value=\"nync\" selected");
    assert_eq!(form.hidden("f.origin_clock"), "due");
    let fields = [
        ("f.title", "年度任务超期"),
        ("f.source_type", "overdue"),
        ("f.responsible", "nync"),
        ("f.facts", "超期3天"),
        ("f.requirement", "限期办结"),
        ("f.due_on", "2026-12-10"),
    ];
    let page = store(&mut office, "rectification", &form, &fields).await;
    page.assert_shows(&format!("href=\"{task}\"")).assert_shows("时限“完成”").assert_hides("来源时限");
    office.get("/work?tab=overdue").await.assert_shows("整改事项 ZG20260001").assert_shows("待下达");
    office.get(&task).await.assert_shows("整改事项 ZG20260001");
    // A letter drafted because of it leads back as well.
    let page = office.get(&task).await;
    let form = office.get(&link(&page, "起草督办单", "supervise_clock")).await;
    form.assert_shows("value=\"supervision\" checked").assert_shows("关于年度任务“完成”超期的督办单");
    let nobody = bureau.get(&link(&page, "起草督办单", "supervise_clock")).await;
    assert_eq!(nobody.status, StatusCode::FORBIDDEN, "letters are the office's");
    let strange = office.get("/kinds/rectification/new?raise=rectify_clock&source=plan_task/0&clock=due").await;
    assert_eq!(strange.status, StatusCode::NOT_FOUND);
}
