//! 年度任务: the measures split into tasks in one act, looked over first, all or nothing; and what the plan's page says of them.

use axum::http::StatusCode;

use crate::county::{County, Page};

/// The fields of the split as the page shows them: every row with what is in it.
fn rows(page: &Page) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for part in page.text.split("<input ").skip(1) {
        let head = part.split('>').next().unwrap();
        let get = |name: &str| head.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next());
        let (Some(name), value) = (get("name"), get("value").unwrap_or_default()) else { continue };
        let box_ = head.contains("type=\"checkbox\"");
        let known = name.starts_with('r') && name.contains('.') || ["year", "rows", "request_key"].contains(&name);
        if known && (!box_ || head.contains(" checked")) {
            found.push((name.to_owned(), value.to_owned()));
        }
    }
    for part in page.text.split("<select ").skip(1) {
        let name = part.split("name=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let body = part.split("</select>").next().unwrap();
        let chosen = body.split("<option ").find(|option| option.split('>').next().unwrap().contains("selected"));
        let value = chosen.and_then(|it| it.split("value=\"").nth(1)).and_then(|it| it.split('"').next());
        if name.starts_with('r') && name.contains('.') {
            found.push((name.to_owned(), value.unwrap_or_default().to_owned()));
        }
    }
    found
}

#[tokio::test]
async fn the_measures_are_split_into_the_tasks_of_a_year_all_or_nothing_and_carried_over() {
    let county = County::real();
    let mut office = county.office().await;
    let mut bureau = county.bureau(&mut office, "nync").await;
    assert_eq!(bureau.get("/plan/tasks/split?year=2026").await.status, StatusCode::FORBIDDEN);
    let form = office.get("/plan/tasks/split?year=2026").await;
    form.assert_shows("第19条 提升巫山检测能力").assert_shows("保障措施（四）");
    let mut fields = rows(&form);
    assert_eq!(fields.iter().filter(|(name, _)| name.ends_with(".use")).count(), 34, "every measure is proposed");
    // The plan names nobody for its measures: every row says so at once, and nothing is stored.
    let post = |fields: &[(String, String)], act: &str| -> Vec<(String, String)> {
        fields.iter().cloned().chain([("do".to_owned(), act.to_owned())]).collect()
    };
    for (name, value) in &mut fields {
        if name.ends_with(".lead") {
            *value = if name == "r18.lead" { String::new() } else { "nync".to_owned() };
        }
        if name == "r0.due" {
            *value = "明年".to_owned();
        }
    }
    let sent = post(&fields, "save");
    let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let page = office.post("/plan/tasks/split", &sent).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("「明年」不是日期").assert_shows("牵头单位 未填写");
    office.get("/plan/tasks?year=2026").await.assert_shows("34 条措施，0 项任务");
    for (name, value) in &mut fields {
        match name.as_str() {
            "r18.lead" => *value = "nync".to_owned(),
            "r18.assisting" => *value = "县市场监管局、县住房城乡建委".to_owned(),
            "r0.due" => *value = "2026-11-20".to_owned(),
            _ => {}
        }
    }
    // Two measures only: the others are left out.
    fields.retain(|(name, _)| !name.ends_with(".use") || ["r0.use", "r18.use"].contains(&name.as_str()));
    let sent = post(&fields, "check");
    let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let page = office.post("/plan/tasks/split", &sent).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page.assert_shows("新增 2 项年度任务").assert_shows("县市场监管局、县住房城乡建委");
    let unseen = rows(&page);
    let sent = post(&unseen, "save");
    let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    for _ in 0..2 {
        office.post_on("/plan/tasks/split", &sent).await.assert_shows("34 条措施，2 项任务");
    }
    let page = office.get("/plan/tasks?year=2026").await;
    page.assert_shows("待分解").assert_shows("1 项超期").assert_shows("2026年11月20日").assert_shows("rectify_measure");
    office.get("/plan").await.assert_shows("2026年任务 1 项，超期 1 项").assert_shows("/plan/tasks?year=2026#m19");
    bureau.get("/plan/tasks?year=2026").await.assert_shows("2 项任务").assert_hides("rectify_measure");
    county.anybody().get("/plan").await.assert_hides("年度任务");
    assert_eq!(county.anybody().get("/plan/tasks").await.status, StatusCode::SEE_OTHER, "to the sign-in page");
    // Next year what was not finished comes first, a year later.
    let next = office.get("/plan/tasks/split?year=2027").await;
    next.assert_shows("上年结转");
    let rows = rows(&next);
    let value = |name: &str| rows.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(value("r18.due"), Some("2027-12-31"));
    assert_eq!(value("r18.lead"), Some("nync"));
    assert!(value("r18.assisting").unwrap().contains("县市场监管局"));
    assert_eq!(value("r0.due"), Some("2027-11-20"));
}

#[tokio::test]
async fn a_part_of_a_task_goes_to_a_town_with_its_item_and_what_is_done_once_is_not_ended_by_no_change() {
    let county = County::real();
    let mut office = county.office().await;
    let mut bureau = county.bureau(&mut office, "nync").await;
    let mut town = county.bureau(&mut office, "gaotang").await;
    let key = office.get("/kinds/plan_task/new").await.hidden("request_key");
    let fields = [
        ("request_key", key.as_str()),
        ("f.measure", "m05"),
        ("f.year", "2026"),
        ("f.title", "农产品质量提升"),
        ("f.lead", "nync"),
        ("f.due_on", "2026-12-20"),
    ];
    let task = office.post("/kinds/plan_task/new", &fields).await.location().to_owned();
    let take = |form: &Page, more: &[(&'static str, &'static str)]| -> Vec<(String, String)> {
        let own = ["request_key", "expected_version"].map(|name| (name.to_owned(), form.hidden(name)));
        own.into_iter().chain(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))).collect()
    };
    fn refs(all: &[(String, String)]) -> Vec<(&str, &str)> {
        all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
    let form = office.get(&format!("{task}/steps/assign")).await;
    let given = [("f.title", "农产品质量提升"), ("f.lead", "nync"), ("f.due_on", "2026-12-20")];
    office.post_on(&format!("{task}/steps/assign"), &refs(&take(&form, &given))).await;
    let step = format!("{task}/steps/to_towns");
    let form = bureau.get(&step).await;
    form.assert_shows("农产品质量安全日常巡查和速测（未核实）").assert_hides("value=\"scjg\"");
    let part = [("f.town_matter", "核对合作社名录"), ("f.town_due", "2026-12-10")];
    // A bureau is no town, nothing goes without an item, and what was taken back from towns goes not at all.
    for (town, duty, why) in [
        ("scjg", "basic_03", "交办的乡镇（街道）只能是乡镇街道"),
        ("gaotang", "", "履行职责事项清单条目 未填写"),
        ("gaotang", "withdrawn_01", "已由上级部门收回"),
        ("gaotang", "outside", "至少填一项"),
    ] {
        let more: Vec<_> = part.into_iter().chain([("f.towns", town), ("f.duty", duty)]).collect();
        let page = bureau.post(&step, &refs(&take(&form, &more))).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{town} {duty}");
        page.assert_shows(why);
    }
    let more: Vec<_> = part.into_iter().chain([("f.towns", "gaotang"), ("f.duty", "basic_03")]).collect();
    bureau.post_on(&step, &refs(&take(&form, &more))).await.assert_shows("乡镇任务：核对合作社名录");
    office.get("/plan/tasks?year=2026").await.assert_shows("乡镇任务：核对合作社名录");
    // 暂无变化 is said and ends nothing: the task is to be done once.
    let home = town.get("/").await;
    home.assert_shows("核对合作社名录").assert_shows("暂无变化").assert_hides("本期无变化");
    let at = home.text.find("/steps/no_news").expect("one tap");
    let action = home.text[..at].rsplit("action=\"").next().unwrap().to_owned() + "/steps/no_news";
    let form = home.text[home.text[..at].rfind("<form").unwrap()..].split("</form>").next().unwrap().to_owned();
    let hidden = |name: &str| {
        let marker = format!("name=\"{name}\" value=\"");
        form.split(&marker).nth(1).map(|rest| rest.split('"').next().unwrap().to_owned()).unwrap_or_default()
    };
    let (key, version) = (hidden("request_key"), hidden("expected_version"));
    town.post_on(&action, &[("request_key", &key), ("expected_version", &version)])
        .await
        .assert_shows("核对合作社名录");
    town.get("/").await.assert_shows("2026年12月10日前");
}
