//! Cases in the browser: an officer reads what is owed and why, takes the steps that are his, and is told what he may not do.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use zhiheng_pack::PackFiles;

use crate::county::{Browser, County, noon};

const HEADER: &str = r#"
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
[[body]]
id = "wlw"
name = "县文化旅游委"
[[holiday]]
day = 2026-01-01
kind = "off"
name = "元旦"
[[holiday]]
day = 2026-12-31
kind = "work"
name = "年末"
"#;

const PLAN: &str = r#"
[[role]]
id = "desk"
name = "受理岗"
[[list]]
id = "grounds"
name = "不予受理情形"
item = [{ id = "not_ours", name = "不属于本机关职责" }, { id = "too_old", name = "超过三年" }]
[[kind]]
id = "complaint"
name = "投诉"
group = "投诉"
about = "一件投诉"
mode = "handle"
label = "{number} {matter}"
key = "number"
body = "scjg"
day = "opened_on"
columns = ["number", "matter", "state", "closed_on", "met_decide"]
filters = [["state"]]
[[kind.field]]
id = "number"
name = "编号"
type = "text"
serial = "TS{yyyy}-{000}"
[[kind.field]]
id = "matter"
name = "事项"
type = "text"
required = true
[[kind.field]]
id = "result"
name = "结果"
type = "text"
[[kind.field]]
id = "helpers"
name = "协办单位"
type = "choices"
list = "bodies"
[[kind.sample]]
matter = "缺斤短两"
[[kind]]
id = "assist"
name = "协办件"
group = "投诉"
about = "一件协办"
mode = "handle"
label = "{title}"
body_field = "body"
columns = ["title"]
[[kind.field]]
id = "title"
name = "事项"
type = "text"
[[kind.field]]
id = "source"
name = "来源"
type = "reference"
to = "complaint"
[[kind.field]]
id = "body"
name = "协办单位"
type = "choice"
list = "bodies"
[[kind.sample]]
title = "协办"
[[procedure]]
id = "assist"
kind = "assist"
name = "协办"
start = "open"
state = [{ id = "open", name = "协办中" }, { id = "done", name = "已反馈", final = true }]
step = [{ id = "answer", name = "反馈", from = "open", to = "done", role = "officer" }]
clock = [{ id = "answer", name = "反馈", starts = "state:open", stops = "step:answer", length = "3 workday" }]
[[procedure]]
id = "complaint"
kind = "complaint"
name = "投诉处理"
start = "lodged"
state = [
  { id = "lodged", name = "待受理" },
  { id = "accepted", name = "处理中" },
  { id = "closed", name = "已办结", final = true },
  { id = "refused", name = "不予受理", final = true },
]
step = [
  { id = "accept", name = "受理", from = "lodged", to = "accepted", role = "officer", ask = ["helpers"], hint = "受理后告知投诉人。",
    spawn = [{ kind = "assist", each = "helpers", set = { title = "协办：{matter}", source = "@record", body = "@each" } }] },
  { id = "refuse", name = "不予受理", from = "lodged", to = "refused", role = "officer", reason = "grounds" },
  { id = "close", name = "办结", from = "accepted", to = "closed", role = "officer", require = ["result"], after_children = true },
  { id = "consult", name = "征求意见", from = "accepted", role = "officer", require = ["helpers"] },
]
ask = [
  { id = "consult", name = "征求意见", bodies = "field:helpers", starts = "step:consult", role = "officer", length = "3 workday",
    answer = [{ id = "none", name = "无意见" }, { id = "comment", name = "有意见", words = true }] },
]
clock = [
  { id = "decide", name = "受理决定", starts = "state:lodged", stops = ["step:accept", "step:refuse"], length = "7 workday", warn = ["-1 workday"], basis = "投诉办法第十四条",
    escalate = [{ at = "+0 day", to = "role:officer" }] },
  { id = "close", name = "办结", starts = "step:accept", stops = "step:close", length = "60 day", pause = ["reason:检验检测"], extend = { role = "officer", times = 1, max = "30 day", reason = true } },
]
advice = [{ step = "refuse", when = "matter is known", message = "计量问题属于本机关职责", basis = "计量法" }]
[[group]]
id = "work"
name = "办理"
[[indicator]]
id = "on_time"
name = "受理按时率"
group = "work"
unit = "%"
form = "ratio"
mode = "computed"
bodies = ["scjg"]
kind = "floor"
baseline = { year = 2022 }
target = { year = 2027, op = ">=", value = "100" }
[[indicator.over]]
kind = "complaint"
count = "opened_on"
numerator = "count(met_decide)"
denominator = "count(met_decide is known)"
"#;

/// A county with this pack, on Monday 5 January 2026.
pub(crate) fn county() -> County {
    let files = [("pack.toml", HEADER), ("plan.toml", PLAN), ("plan.txt", "方案")];
    let files = files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect::<BTreeMap<_, _>>();
    County::over(PackFiles { name: "test".to_owned(), files }, &[], noon("2026-01-05"))
}

/// Opens a complaint through its form; answers its address.
pub(crate) async fn lodge(browser: &mut Browser, matter: &str) -> String {
    let key = browser.get("/kinds/complaint/new").await.hidden("request_key");
    let page = browser.post("/kinds/complaint/new", &[("request_key", &key), ("f.matter", matter)]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    page.location().to_owned()
}

/// Opens the form of a step or an act, and sends it.
async fn send(browser: &mut Browser, form: &str, fields: &[(&str, &str)]) -> crate::county::Page {
    let page = browser.get(form).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let (key, version) = (page.hidden("request_key"), page.hidden("expected_version"));
    let mut all = vec![("request_key", key.as_str()), ("expected_version", version.as_str())];
    all.extend_from_slice(fields);
    browser.post(form.split('?').next().unwrap(), &all).await
}

#[tokio::test]
async fn a_case_shows_its_deadline_its_steps_and_its_course() {
    let county = county();
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    let case = lodge(&mut clerk, "缺斤短两").await;
    let page = clerk.get(&case).await;
    for words in ["待受理", "受理决定", "还有 9 天", "7个工作日，自 2026年1月5日 起算，到 2026年1月14日", "如何计算"]
    {
        page.assert_shows(words);
    }
    page.assert_shows("星期六，休息日，不计")
        .assert_shows("依据：投诉办法第十四条")
        .assert_shows("计量问题属于本机关职责");
    page.assert_shows("办理经过").assert_hides("是否按时：</dt>");
    let blank = page.text.split("未填").nth(1).unwrap_or_default().split("</div>").next().unwrap().to_owned();
    assert!(blank.contains("结果") && !blank.contains("办结日期") && !blank.contains("受理决定"), "{blank}");

    let form = clerk.get(&format!("{case}/steps/accept")).await;
    form.assert_shows("受理后告知投诉人。").assert_shows("办理后“受理决定”停止计时").assert_shows("2026年1月14日到期");
    let page = send(&mut clerk, &format!("{case}/steps/accept"), &[("f.helpers", "wlw"), ("note", "已电话告知")]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let page = clerk.get(&case).await;
    for words in ["已办理：受理", "处理中", "按期", "已电话告知", "协办件：协办：缺斤短两（协办中）", "还有 60 天"]
    {
        page.assert_shows(words);
    }
    clerk.get("/kinds/complaint").await.assert_shows("处理中").assert_shows("2026");
    clerk.get("/kinds/complaint?f.state=lodged").await.assert_hides("缺斤短两");
}

#[tokio::test]
async fn a_step_says_all_that_is_missing_and_a_second_click_takes_it_once() {
    let county = county();
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    let case = lodge(&mut clerk, "退款").await;
    let refused = send(&mut clerk, &format!("{case}/steps/refuse"), &[]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.assert_shows("有 1 处需要修改").assert_shows("不属于本机关职责");

    let path = format!("{case}/steps/accept");
    let form = clerk.get(&path).await;
    let (key, version) = (form.hidden("request_key"), form.hidden("expected_version"));
    let fields = [("request_key", key.as_str()), ("expected_version", version.as_str())];
    for _ in 0..2 {
        assert_eq!(clerk.post(&path, &fields).await.status, StatusCode::SEE_OTHER, "the same request is the same step");
    }
    let other = [("request_key", "0123456789abcdef-other"), ("expected_version", version.as_str())];
    let late = clerk.post(&path, &other).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    late.assert_shows("查看最新情况");
    let wrong = send(&mut clerk, &format!("{case}/steps/close"), &[("f.result", "")]).await;
    wrong.assert_shows("结果").assert_shows("有 1 处需要修改");
    assert_eq!(
        send(&mut clerk, &format!("{case}/steps/close"), &[("f.result", "退款")]).await.status,
        StatusCode::SEE_OTHER
    );
    clerk.get(&case).await.assert_shows("已经办结").assert_shows("退款");
}

#[tokio::test]
async fn another_bureau_neither_sees_nor_takes_it_and_its_own_part_it_does() {
    let county = county();
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    let mut helper = county.bureau(&mut office, "wlw").await;
    let case = lodge(&mut clerk, "联合处理").await;
    for path in [case.clone(), format!("{case}/steps/accept"), format!("{case}/acts/assign")] {
        assert_eq!(helper.get(&path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    send(&mut clerk, &format!("{case}/steps/accept"), &[("f.helpers", "wlw")]).await;
    let list = helper.get("/kinds/assist").await;
    let at = list.text.find("/kinds/assist/0").expect("its own part is listed");
    let part = list.text[at..].split('"').next().unwrap().to_owned();
    let taken = send(&mut helper, &format!("{part}/steps/answer"), &[]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
}

#[tokio::test]
async fn a_body_that_was_asked_opens_the_case_and_answers_in_a_form() {
    let county = county();
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    let mut helper = county.bureau(&mut office, "wlw").await;
    let case = lodge(&mut clerk, "联合处理").await;
    send(&mut clerk, &format!("{case}/steps/accept"), &[]).await;
    assert_eq!(helper.get(&case).await.status, StatusCode::FORBIDDEN);
    let asked = send(&mut clerk, &format!("{case}/steps/consult"), &[("f.helpers", "wlw")]).await;
    assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.text);
    clerk
        .get(&case)
        .await
        .assert_shows("征求意见：1 家，已回 0")
        .assert_shows("2026年1月8日前答复")
        .assert_shows("收回征求意见");

    helper.get("/work").await.assert_shows("联合处理").assert_shows("征求意见");
    helper.get(&case).await.assert_shows("答复征求意见").assert_hides("收回征求意见");
    let form = format!("{case}/acts/answer?clock=consult.wlw");
    let bare = send(&mut helper, &form, &[("clock", "consult.wlw"), ("answer", "comment")]).await;
    assert_eq!(bare.status, StatusCode::UNPROCESSABLE_ENTITY);
    bare.assert_shows("有 1 处需要修改").assert_shows("答复“有意见”的具体意见");
    let answer = [("clock", "consult.wlw"), ("answer", "comment"), ("note", "建议先行调解")];
    assert_eq!(send(&mut helper, &form, &answer).await.status, StatusCode::SEE_OTHER);
    clerk.get(&case).await.assert_shows("征求意见：1 家，已回 1").assert_shows("建议先行调解");
    helper.get("/work").await.assert_hides("联合处理");
    assert_eq!(helper.get(&form).await.status, StatusCode::CONFLICT, "it has answered");
}

#[tokio::test]
async fn a_clock_is_paused_goes_on_and_is_extended_within_its_rule() {
    let county = county();
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    let case = lodge(&mut clerk, "检测").await;
    send(&mut clerk, &format!("{case}/steps/accept"), &[]).await;
    let pause = format!("{case}/acts/pause?clock=close");
    send(&mut clerk, &pause, &[("clock", "close")]).await.assert_shows("有 1 处需要修改");
    assert_eq!(
        send(&mut clerk, &pause, &[("clock", "close"), ("reason", "检验检测")]).await.status,
        StatusCode::SEE_OTHER
    );
    clerk.get(&case).await.assert_shows("暂停中").assert_shows("恢复计时").assert_shows("暂停计时：办结");
    county.at("2026-01-15");
    clerk.sign_in("of_scjg").await;
    let resume = format!("{case}/acts/resume?clock=close");
    assert_eq!(send(&mut clerk, &resume, &[("clock", "close")]).await.status, StatusCode::SEE_OTHER);
    clerk.get(&case).await.assert_shows("到 2026年3月16日");

    let extend = format!("{case}/acts/extend?clock=close");
    let long = [("clock", "close"), ("length", "45"), ("unit", "day")];
    send(&mut clerk, &extend, &long).await.assert_shows("有 2 处需要修改").assert_shows("延长最多30日");
    let right = [("clock", "close"), ("length", "10"), ("unit", "day"), ("reason", "疑难复杂")];
    assert_eq!(send(&mut clerk, &extend, &right).await.status, StatusCode::SEE_OTHER);
    let page = clerk.get(&case).await;
    page.assert_shows("延长 10日").assert_shows("疑难复杂").assert_hides("acts/extend");

    let assign = format!("{case}/acts/assign");
    clerk.get(&assign).await.assert_shows("王某某");
    assert_eq!(send(&mut clerk, &assign, &[("assignee", "office")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(send(&mut clerk, &assign, &[("assignee", "of_scjg")]).await.status, StatusCode::SEE_OTHER);
    clerk.get(&case).await.assert_shows("承办人：王某某");
}

#[tokio::test]
async fn what_is_due_happens_by_itself_while_the_county_is_served_and_is_made_up_for_at_the_start() {
    let county = county();
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    let case = lodge(&mut clerk, "无人理睬").await;
    // Due on the 14th; nobody served the county that night.
    county.at("2026-01-15");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = tokio::spawn(zhiheng_web::listen(listener, county.server.clone(), async {
        let _ = stopped.await;
    }));
    let due =
        |app: std::sync::Arc<zhiheng_app::App>| move || app.next_firing().unwrap().is_some_and(|at| at <= app.now());
    // Time is the tests' own: sleeping passes it on as soon as nothing else has anything to do.
    tokio::time::pause();
    for _ in 0..1000 {
        if !tokio::task::spawn_blocking(due(county.app.clone())).await.unwrap() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    tokio::time::resume();
    clerk.sign_in("of_scjg").await;
    clerk.get(&case).await.assert_shows("时限届满：受理决定").assert_shows("已超期 1 天").assert_shows("系统");
    stop.send(()).unwrap();
    serving.await.unwrap().unwrap();
}
