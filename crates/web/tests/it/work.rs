//! The workbench: what is owed and how long it has, several cases at once, messages, the calendar and its feed.

use axum::http::{StatusCode, header};

use crate::cases::{county, lodge};

fn item(case: &str) -> String {
    format!("complaint.{}", case.rsplit('/').next().unwrap())
}

#[tokio::test]
async fn an_officer_sees_what_is_owed_handles_it_before_its_end_and_finds_it_under_done() {
    let county = county();
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    let mut helper = county.bureau(&mut office, "wlw").await;
    let case = lodge(&mut clerk, "缺斤短两").await;
    let work = clerk.get("/work").await;
    for words in [
        "受理决定",
        "待受理",
        "2026年1月14日",
        "还有 9 天",
        "县市场监管局 经办人",
        "受理（1 件可办）",
        "待办 <span class=\"badge\">1",
    ] {
        work.assert_shows(words);
    }
    work.assert_shows("投诉：不予受理（1 件可办）").assert_shows(&format!("href=\"{case}\""));
    clerk.get("/").await.assert_shows("href=\"/work\"");
    helper.get("/work").await.assert_shows("没有待办").assert_hides("缺斤短两");
    clerk.get("/work?tab=soon").await.assert_shows("三个工作日内没有到期的");
    county.at("2026-01-13");
    clerk.sign_in("of_scjg").await;
    clerk.get("/work?tab=soon").await.assert_shows("还有 1 天").assert_shows("缺斤短两");
    clerk.get("/work?tab=overdue").await.assert_shows("没有超期的");
    clerk.get("/work?tab=done").await.assert_shows("还没有办过");

    let form = clerk.get(&format!("{case}/steps/accept")).await;
    let (key, version) = (form.hidden("request_key"), form.hidden("expected_version"));
    let fields = [("request_key", key.as_str()), ("expected_version", version.as_str())];
    clerk.post_on(&format!("{case}/steps/accept"), &fields).await.assert_shows("按期").assert_shows("回到工作台");
    clerk.get("/work?tab=done").await.assert_shows("受理").assert_shows("缺斤短两");
    office.sign_in("office").await;
    office.get("/work").await.assert_shows("缺斤短两").assert_shows("办结");
}

#[tokio::test]
async fn several_cases_are_handled_together_and_one_that_cannot_be_stops_no_other() {
    let county = county();
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    let (one, two, three) =
        (lodge(&mut clerk, "甲事").await, lodge(&mut clerk, "乙事").await, lodge(&mut clerk, "丙事").await);
    clerk.get("/work").await;
    let nothing = clerk.get("/work/batch?step=complaint.accept&back=work").await;
    assert_eq!(nothing.location(), "/work");
    let nothing = clerk.get("/work").await;
    nothing.assert_shows("请先勾选要办理的事项");
    let (a, b, c) = (item(&one), item(&two), item(&three));
    let chosen = [("step", "complaint.refuse"), ("item", a.as_str()), ("item", b.as_str()), ("item", c.as_str())];
    let form = clerk.get(&format!("/work/batch?step=complaint.refuse&item={a}&item={b}&item={c}")).await;
    form.assert_shows("甲事").assert_shows("办理 3 件").assert_shows("超过三年");
    let key = form.hidden("request_key");
    let refused = clerk.post("/work/batch/take", &chosen).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.assert_shows("请写明理由").assert_shows("甲事");
    // Meanwhile somebody takes up one of them.
    let form = clerk.get(&format!("{two}/steps/accept")).await;
    let (other, version) = (form.hidden("request_key"), form.hidden("expected_version"));
    let fields = [("request_key", other.as_str()), ("expected_version", version.as_str())];
    clerk.post_on(&format!("{two}/steps/accept"), &fields).await;
    let mut all = chosen.to_vec();
    all.extend([("request_key", key.as_str()), ("reason", "too_old")]);
    for _ in 0..2 {
        let result = clerk.post("/work/batch/take", &all).await;
        result.assert_shows("已办 2 件，未办 1 件").assert_shows("现在是“处理中”");
    }
    clerk.get(&one).await.assert_shows("超过三年").assert_shows("不予受理");
    // A stranger's tick moves nothing and learns nothing.
    let mut helper = county.bureau(&mut office, "wlw").await;
    helper.get("/work").await;
    let stolen = helper.post("/work/batch/take", &[("step", "complaint.close"), ("item", b.as_str())]).await;
    stolen.assert_shows("已办 0 件，未办 1 件").assert_hides("乙事");
}

#[tokio::test]
async fn a_list_takes_steps_together_as_the_workbench_does_and_a_phrase_goes_into_every_case() {
    let county = county();
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    let (one, two) = (lodge(&mut clerk, "甲事").await, lodge(&mut clerk, "乙事").await);
    let id = |case: &str| case.rsplit('/').next().unwrap().to_owned();
    let list = clerk.get("/kinds/complaint?f.state=lodged").await;
    list.assert_shows("受理（2 件可办）").assert_shows("转办（2 件可办）").assert_hides("办结（");
    let nothing = clerk.get("/work/batch?step=complaint.accept&f.state=lodged").await;
    assert_eq!(nothing.location(), "/kinds/complaint?f.state=lodged", "back to the list as it was");
    let ticked = format!("f.state=lodged&id={}&id={}", id(&one), id(&two));
    let form = clerk.get(&format!("/work/batch?step=complaint.accept&{ticked}")).await;
    form.assert_shows("勾选的 2 件都可以办").assert_shows("办理 2 件").assert_shows("协办单位");
    let (a, b, key) = (item(&one), item(&two), form.hidden("request_key"));
    let all = [
        ("step", "complaint.accept"),
        ("item", a.as_str()),
        ("item", b.as_str()),
        ("back", "/kinds/complaint?f.state=lodged"),
        ("request_key", key.as_str()),
        ("note", "已电话告知"),
        ("note.phrase", "请按期反馈。"),
        ("note.keep", "true"),
    ];
    let done = clerk.post("/work/batch/take", &all).await;
    done.assert_shows("已办 2 件，未办 0 件").assert_shows("href=\"/kinds/complaint?f.state=lodged\"");
    clerk.get(&two).await.assert_shows("已电话告知；请按期反馈。").assert_shows("处理中");
    clerk.get("/me/phrases").await.assert_shows("已电话告知；请按期反馈。");
    clerk.get(&format!("{one}/steps/close")).await.assert_shows("已电话告知；请按期反馈。");
    office.get("/me/phrases").await.assert_hides("已电话告知");
    // A case that cannot take the step is named with its reason; a foreign address is no way back.
    let late = clerk.get(&format!("/work/batch?step=complaint.refuse&{ticked}")).await;
    late.assert_shows("现在都不能办")
        .assert_shows("现在是“处理中”，不能办理“不予受理”")
        .assert_hides("/work/batch/take");
    let given = clerk.get(&format!("/work/batch?step=complaint.@assign&{ticked}")).await;
    given.assert_shows("转给谁").assert_shows("王某某（县市场监管局）");
    let key = given.hidden("request_key");
    let assign = [
        ("step", "complaint.@assign"),
        ("item", a.as_str()),
        ("request_key", key.as_str()),
        ("assignee", "of_scjg"),
        ("back", "//example.com"),
    ];
    clerk.post("/work/batch/take", &assign).await.assert_shows("已办 1 件").assert_hides("example.com");
    clerk.get(&one).await.assert_shows("交办");
    let mut helper = county.bureau(&mut office, "wlw").await;
    let foreign = helper.get(&format!("/work/batch?step=complaint.close&{ticked}")).await;
    foreign.assert_shows("不是您办理的事项").assert_hides("甲事");
}

#[tokio::test]
async fn what_nobody_handles_is_late_is_told_and_read() {
    let county = county();
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    lodge(&mut clerk, "无人理睬").await;
    county.at("2026-01-15");
    county.app.fire().unwrap();
    clerk.sign_in("of_scjg").await;
    clerk.get("/work?tab=overdue").await.assert_shows("已超期 1 天").assert_shows("无人理睬");
    let messages = clerk.get("/work?tab=messages").await;
    messages.assert_shows("受理决定已超期").assert_shows("新待办").assert_shows("未读").assert_shows("复制全部文字");
    clerk.post_on("/work/messages", &[("do", "all")]).await.assert_hides("</svg> 未读").assert_shows("已标为已读");
    office.sign_in("office").await;
    let mut helper = county.bureau(&mut office, "wlw").await;
    helper.get("/work?tab=messages").await.assert_shows("没有消息");
}

#[tokio::test]
async fn the_calendar_shows_ends_and_days_off_and_its_feed_opens_with_its_token_only() {
    let county = county();
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    lodge(&mut clerk, "缺斤短两").await;
    let page = clerk.get("/work/calendar").await;
    page.assert_shows("2026年1月")
        .assert_shows("元旦休")
        .assert_shows("受理决定：TS2026-001 缺斤短两")
        .assert_shows("启用订阅");
    clerk.get("/work/calendar?month=2026-02").await.assert_shows("2026年2月").assert_hides("缺斤短两");
    let page = clerk.post_on("/work/calendar", &[("do", "renew")]).await;
    let at = page.text.find("/work/calendar.ics?token=").expect("the address is shown once");
    let address = page.text[at..].split('"').next().unwrap().to_owned();
    clerk.get("/work/calendar").await.assert_hides("calendar.ics?token=").assert_shows("换新地址");

    let mut anybody = county.anybody();
    let feed = anybody.get(&address).await;
    assert_eq!(feed.headers[header::CONTENT_TYPE], "text/calendar; charset=utf-8");
    feed.assert_shows("DTSTART;VALUE=DATE:20260114\r\n")
        .assert_shows("SUMMARY:受理决定 TS2026-001\r\n")
        .assert_hides("VALARM");
    assert!(feed.text.starts_with("BEGIN:VCALENDAR\r\n") && feed.text.ends_with("END:VCALENDAR\r\n"));
    assert!(feed.text.split("\r\n").all(|line| line.len() <= 75), "{}", feed.text);
    let (most, last) = address.split_at(address.len() - 1);
    let wrong = format!("{most}{}", if last == "0" { "1" } else { "0" });
    for path in [wrong.as_str(), "/work/calendar.ics", "/work/calendar.ics?token=x"] {
        assert_eq!(anybody.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    clerk.get("/work/calendar").await;
    clerk.post_on("/work/calendar", &[("do", "revoke")]).await.assert_shows("已停用");
    assert_eq!(anybody.get(&address).await.status, StatusCode::NOT_FOUND, "a revoked address is dead");
}

#[tokio::test]
async fn all_of_a_colleagues_open_work_is_handed_over_after_a_preview_and_both_are_told() {
    let county = county();
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    let mut colleague = county.invited(&mut office, "bureau", "scjg", "colleague").await;
    let mut helper = county.bureau(&mut office, "wlw").await;
    clerk.get("/work/handover").await.assert_shows("没有交办到个人的待办");
    for matter in ["甲事", "乙事"] {
        let assign = format!("{}/acts/assign", lodge(&mut clerk, matter).await);
        let form = clerk.get(&assign).await;
        let (key, version) = (form.hidden("request_key"), form.hidden("expected_version"));
        let fields = [("request_key", key.as_str()), ("expected_version", version.as_str()), ("assignee", "of_scjg")];
        assert_eq!(clerk.post(&assign, &fields).await.status, StatusCode::SEE_OTHER);
    }
    let people = office.get("/work/handover").await;
    people.assert_shows("2 项").assert_shows("县市场监管局");
    let at = people.text.find("/work/handover/0").expect("the person is listed");
    let path = people.text[at..].split('"').next().unwrap().to_owned();
    assert_eq!(helper.get(&path).await.status, StatusCode::FORBIDDEN);
    let form = clerk.get(&path).await;
    form.assert_shows("名下未办结 2 件").assert_shows("投诉").assert_shows("移交 2 件");
    let option = form.text.find("value=\"0").expect("a colleague is offered");
    let to = form.text[option + 7..].split('"').next().unwrap().to_owned();
    clerk.post(&path, &[("to", to.as_str())]).await.assert_shows("请写明移交原因");
    let done = clerk.post(&path, &[("to", to.as_str()), ("reason", "轮岗")]).await;
    done.assert_shows("已移交 2 件，未移交 0 件").assert_shows("甲事").assert_shows("乙事");
    clerk.get(&path).await.assert_shows("名下没有未办结的事项");
    colleague.get("/work?tab=messages").await.assert_shows("移交给您 2 件");
    clerk.get("/work?tab=messages").await.assert_shows("您的 2 件已移交给");
    office.get(&path.replace("/work/handover", "/accounts")).await.assert_shows("移交待办");
}

#[tokio::test]
async fn an_end_beyond_the_announced_holidays_is_marked_as_provisional_in_the_calendar_and_its_feed() {
    let county = county();
    county.at("2026-12-28");
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    lodge(&mut clerk, "缺斤短两").await;
    clerk.get("/work/calendar?month=2027-01").await.assert_shows("缺斤短两（暂定）");
    clerk.get("/work/calendar").await;
    let page = clerk.post_on("/work/calendar", &[("do", "renew")]).await;
    let at = page.text.find("/work/calendar.ics?token=").expect("the address is shown once");
    let address = page.text[at..].split('"').next().unwrap().to_owned();
    let feed = county.anybody().get(&address).await;
    feed.assert_shows("SUMMARY:受理决定 TS2026-001（暂定）\r\n").assert_shows("TZID:Asia/Shanghai\r\n");
}

#[tokio::test]
async fn the_register_of_a_kind_with_a_procedure_is_printed_with_the_times_of_each_case() {
    let county = county();
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    let case = lodge(&mut clerk, "缺斤短两").await;
    clerk.get("/kinds/complaint/print").await.assert_shows("时限").assert_shows("受理决定 2026年1月14日 未到期");
    county.at("2026-01-20");
    clerk.sign_in("of_scjg").await;
    clerk.get("/kinds/complaint/print").await.assert_shows("受理决定 2026年1月14日 已超期 6 天");
    // Every list with a procedure offers its steps, 转办 and the register for the ticked rows.
    let list = clerk.get("/kinds/complaint").await;
    for words in ["受理（1 件可办）", "转办（1 件可办）", "打印台账"] {
        list.assert_shows(words);
    }
    let id = case.rsplit('/').next().unwrap();
    clerk
        .get(&format!("/kinds/complaint/print?id={id}"))
        .await
        .assert_shows("已超期 6 天")
        .assert_shows("（逐条勾选）");
}
