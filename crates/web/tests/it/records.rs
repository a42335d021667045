//! Records through their forms: a number moves, a correction restates it, nobody overwrites unseen, nobody sees what is not theirs.

use axum::http::StatusCode;

use crate::county::{County, sample};

#[tokio::test]
async fn a_record_moves_the_board_and_a_correction_restates_it() {
    let county = County::real();
    let mut office = county.office().await;
    for no in 1..=15 {
        office.food_sample(&format!("A-{no}"), "qualified").await;
    }
    let last = office.food_sample("A-16", "unqualified").await;
    office.get(&last).await.assert_shows("食品抽检合格率").assert_shows("分母 +1").assert_shows("新增");
    office.get("/board").await.assert_shows("93.8").assert_shows("n=16");
    office.get("/indicators/food_pass_rate").await.assert_shows("15 合格批次").assert_shows("未达标");
    office.get("/indicators/food_pass_rate/records?part=rest").await.assert_shows("15 ÷ 16 × 100 = 93.8%");
    office.get("/indicators/food_pass_rate.json").await.assert_shows("\"value\":\"93.8\"");

    let form = office.get(&format!("{last}/correct")).await;
    let (key, version) = (form.hidden("request_key"), form.hidden("expected_version"));
    let mut fields = sample("A-16", "qualified", &key);
    fields.push(("expected_version", &version));
    let refused = office.post(&format!("{last}/correct"), &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.assert_shows("请写明为什么更正");
    fields.push(("reason", "复检合格"));
    let page = office.post_on(&format!("{last}/correct"), &fields).await;
    page.assert_shows("已更正").assert_shows("第 2 版").assert_shows("复检合格").assert_shows("<del>不合格</del>");
    office.get("/board").await.assert_shows("100.0");
}

#[tokio::test]
async fn a_double_click_stores_once() {
    let county = County::real();
    let mut office = county.office().await;
    let key = office.get("/kinds/food_sample/new").await.hidden("request_key");
    let fields = sample("", "qualified", &key);
    let first = office.post("/kinds/food_sample/new", &fields).await.location().to_owned();
    let second = office.post("/kinds/food_sample/new", &fields).await.location().to_owned();
    assert_eq!(first, second);
    office.get("/kinds/food_sample").await.assert_shows("共 1 条");
}

#[tokio::test]
async fn a_stale_form_is_refused_with_the_way_to_what_it_missed() {
    let county = County::real();
    let mut office = county.office().await;
    let record = office.food_sample("A-1", "qualified").await;
    let correct = |key: &'static str, why: &'static str| {
        let mut fields = sample("A-1", "unqualified", key);
        fields.extend([("expected_version", "1"), ("reason", why)]);
        fields
    };
    office.get(&format!("{record}/correct")).await;
    office.post_on(&format!("{record}/correct"), &correct("0123456789abcdef01", "甲")).await;
    let page = office.post(&format!("{record}/correct"), &correct("0123456789abcdef02", "乙")).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.assert_shows("没有保存").assert_shows("查看最新内容").assert_shows(&record);
}

#[tokio::test]
async fn every_problem_of_a_form_is_said_at_once_beside_its_field() {
    let county = County::real();
    let mut office = county.office().await;
    let key = office.get("/kinds/food_sample/new").await.hidden("request_key");
    let fields = [("request_key", key.as_str()), ("f.sampled_on", "2026-13-01"), ("f.production_date", "昨天")];
    let page = office.post("/kinds/food_sample/new", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("有 3 处需要修改").assert_shows("href=\"#f-sample_name\"").assert_shows("value=\"2026-13-01\"");
}

#[tokio::test]
async fn a_withdrawn_record_counts_nowhere_and_comes_back() {
    let county = County::real();
    let mut office = county.office().await;
    let record = office.food_sample("A-1", "qualified").await;
    office.get(&format!("{record}/withdraw")).await;
    let refused = office.post(&format!("{record}/withdraw"), &[("expected_version", "1")]).await;
    refused.assert_shows("请写明为什么撤销");
    let fields = [("expected_version", "1"), ("reason", "重复登记")];
    office.post_on(&format!("{record}/withdraw"), &fields).await.assert_shows("已撤销").assert_shows("记录已撤销");
    office.get("/board").await.assert_hides("n=1");
    office.get("/kinds/food_sample?withdrawn=yes").await.assert_shows("已撤销").assert_shows("A-1");
    office.get(&format!("{record}/restore")).await;
    let fields = [("expected_version", "2"), ("reason", "不是重复")];
    office.post_on(&format!("{record}/restore"), &fields).await.assert_shows("已恢复");
    office.get("/board").await.assert_shows("n=1");
}

/// The address behind the words of a link.
fn link(page: &str, words: &str) -> Option<String> {
    let (before, _) = page.split_once(&format!(">{words}</a>"))?;
    let (_, address) = before.rsplit_once("href=\"")?;
    Some(address.split('"').next()?.replace("&amp;", "&"))
}

/// The ids of the boxes on a page, in its order.
fn boxes(page: &str) -> Vec<String> {
    let names = page.split("type=\"checkbox\" name=\"id\" value=\"").skip(1);
    names.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_list_is_turned_forwards_and_back_to_the_same_pages() {
    let county = County::real();
    let mut office = county.office().await;
    for no in 1..=120 {
        office.food_sample(&format!("A-{no}"), "qualified").await;
    }
    for start in ["/kinds/food_sample?f.verdict=qualified", "/indicators/food_pass_rate/records?part=numerator"] {
        let mut pages = vec![office.get(start).await.text];
        while let Some(next) = link(pages.last().unwrap(), "下一页") {
            pages.push(office.get(&next).await.text);
        }
        assert_eq!(pages.len(), 3, "{start}");
        let shown = ["本页 1–50", "本页 51–100", "本页 101–120"];
        assert!(pages.iter().zip(shown).all(|(page, shown)| page.contains(shown)), "{start}");
        let records = |page: &str| {
            let parts = page.split("href=\"/kinds/food_sample/01").skip(1);
            parts.map(|rest| rest.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let mut here = pages.pop().unwrap();
        while let Some(page) = pages.pop() {
            here = office.get(&link(&here, "上一页").unwrap()).await.text;
            assert_eq!(records(&here), records(&page), "{start}");
            assert!(!records(&here).is_empty(), "{start}");
        }
        assert_eq!(link(&here, "上一页"), None, "{start}");
    }
}

#[tokio::test]
async fn a_date_that_is_none_is_told_and_never_taken_for_today() {
    let county = County::demo();
    let mut anybody = county.anybody();
    for path in ["/board", "/board.json", "/indicators/food_pass_rate", "/indicators/food_pass_rate/records"] {
        for name in ["as_of", "known_on"] {
            let page = anybody.get(&format!("{path}?{name}=2026-02-30")).await;
            assert_eq!(page.status, StatusCode::CONFLICT, "{path}?{name}");
            page.assert_shows("「2026-02-30」不是日期");
        }
    }
    anybody.get("/kinds/food_sample?from=2026-02-30").await.assert_shows("没有按这个日期筛选");
}

#[tokio::test]
async fn ticked_records_are_printed_exported_and_withdrawn_for_one_reason() {
    let county = County::real();
    let mut office = county.office().await;
    for no in 1..=4 {
        office.food_sample(&format!("A-{no}"), "qualified").await;
    }
    let list = office.get("/kinds/food_sample").await;
    let ids = boxes(&list.text);
    assert_eq!(ids.len(), 4);
    let two = format!("id={}&id={}", ids[0], ids[1]);
    let register = office.get(&format!("/kinds/food_sample/print?{two}")).await;
    register.assert_shows("食品抽检样品台账").assert_shows("共 2 条").assert_shows("A-4").assert_hides("A-1<");
    register.assert_shows("制表人").assert_shows("审核人").assert_shows("日期");
    office.get("/kinds/food_sample/print?f.verdict=unqualified").await.assert_shows("没有可打印的记录");
    office.get("/kinds/food_sample/print").await.assert_shows("共 4 条");
    office.get("/logs/operations").await.assert_shows("打印台账").assert_shows("4 条");
    let file = office.get(&format!("/kinds/food_sample/chosen.xlsx?{two}")).await;
    assert_eq!(file.status, StatusCode::OK);
    office.get("/kinds/food_sample/chosen.xlsx").await.assert_shows("还没有勾选记录");

    let form = office.get(&format!("/kinds/food_sample/withdraw?{two}")).await;
    form.assert_shows("撤销 2 条记录").assert_shows("撤销原因");
    let seen: Vec<String> = ids[..2].iter().map(|id| format!("{id}.1")).collect();
    let mut fields: Vec<(&str, &str)> = seen.iter().map(|seen| ("seen", seen.as_str())).collect();
    office.post("/kinds/food_sample/withdraw", &fields).await.assert_shows("请写明为什么撤销");
    fields.push(("reason", "整批重复报送"));
    // One of them was corrected by somebody else meanwhile: it stays, the other goes.
    let mut corrected = sample("A-4", "unqualified", "0123456789abcdef77");
    corrected.extend([("expected_version", "1"), ("reason", "复检")]);
    office.post_on(&format!("/kinds/food_sample/{}/correct", ids[0]), &corrected).await;
    let after = office.post_on("/kinds/food_sample/withdraw", &fields).await;
    after.assert_shows("已撤销 1 条；1 条没有撤销").assert_shows("共 3 条");
    office.get(&format!("/kinds/food_sample/{}", ids[1])).await.assert_shows("整批重复报送");
    let mut other = county.bureau(&mut office, "kjj").await;
    assert_eq!(other.get(&format!("/kinds/food_sample/withdraw?{two}")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_reference_finds_its_record_and_asks_where_several_answer() {
    let county = County::real();
    let mut office = county.office().await;
    let mut works = Vec::new();
    for (no, unit) in [("GC-1", "一标段"), ("GC-2", "二标段")] {
        let key = office.get("/kinds/construction_work/new").await.hidden("request_key");
        let fields = [
            ("request_key", key.as_str()),
            ("f.work_no", no),
            ("f.name", "滨江路"),
            ("f.unit_work", unit),
            ("f.work_type", "building"),
            ("f.body", "zjw"),
        ];
        let page = office.post("/kinds/construction_work/new", &fields).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        works.push(page.location().to_owned());
    }
    let id = |at: usize| works[at].rsplit('/').next().unwrap().to_owned();
    let form = office.get("/kinds/acceptance_attempt/new").await;
    form.assert_shows("<datalist").assert_shows("滨江路 一标段（GC-1）");
    let fields = |work: &'static str, key: &'static str| {
        vec![
            ("request_key", key),
            ("f.work", work),
            ("f.attempt_no", "1"),
            ("f.result", "passed"),
            ("f.held_on", "2026-03-01"),
        ]
    };
    // By its key, by its title, and as the box completes it.
    for (at, text) in ["GC-2", "滨江路 二标段", "滨江路 二标段（GC-2）"].into_iter().enumerate() {
        let key = ["0123456789abcdef10", "0123456789abcdef11", "0123456789abcdef12"][at];
        office.get("/kinds/acceptance_attempt/new").await;
        let page = office.post_on("/kinds/acceptance_attempt/new", &fields(text, key)).await;
        page.assert_shows(&format!("href=\"{}\"", works[1]));
    }
    // Two works share this name: the form comes back with both, and takes the one that is chosen.
    office.get("/kinds/acceptance_attempt/new").await;
    let asked = office.post("/kinds/acceptance_attempt/new", &fields("滨江路", "0123456789abcdef13")).await;
    assert_eq!(asked.status, StatusCode::UNPROCESSABLE_ENTITY);
    asked.assert_shows("有 2 条记录都叫这个名字").assert_shows(&id(0)).assert_shows("都不是，按所写保存");
    let (first, mut picked) = (id(0), fields("滨江路", "0123456789abcdef13"));
    picked.push(("f.work.pick", &first));
    office.post_on("/kinds/acceptance_attempt/new", &picked).await.assert_shows(&format!("href=\"{}\"", works[0]));
    // What is on no list stays as it was written.
    office.get("/kinds/acceptance_attempt/new").await;
    let other = office.post_on("/kinds/acceptance_attempt/new", &fields("无名桥", "0123456789abcdef14")).await;
    other.assert_shows("无名桥").assert_hides("已对应");
}

#[tokio::test]
async fn anonymous_readers_see_the_plan_and_no_live_value() {
    let county = County::real();
    let mut office = county.office().await;
    for no in 1..=15 {
        office.food_sample(&format!("A-{no}"), "qualified").await;
    }
    office.food_sample("A-16", "unqualified").await;
    let mut anybody = county.anybody();
    let pages = [
        "/",
        "/board",
        "/board?light=bad&as_of=2026-06-30",
        "/board.json",
        "/board.csv",
        "/indicators/food_pass_rate",
        "/indicators/food_pass_rate.json",
        "/plan",
        "/about",
    ];
    for path in pages {
        let page = anybody.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        for secret in
            ["93.8", "未达标", "not_met", "n=16", "1 条记录", "文本核对", "class=\"light", "菜籽油", "\"value\""]
        {
            assert!(!page.text.contains(secret), "{path} tells {secret}");
        }
    }
    anybody.get("/board").await.assert_shows("≥98.2").assert_shows("县市场监管局").assert_shows("依据公开文件整理");
    anybody.get("/board.json").await.assert_shows("\"baseline\":\"98\"");
    anybody.get("/indicators/food_pass_rate").await.assert_shows("食品抽检合格率达到98.2%以上");
}

#[tokio::test]
async fn the_demonstration_county_is_open_to_read_and_not_to_write() {
    let county = County::demo();
    let mut office = county.office().await;
    let key = office.get("/kinds/reported_value/new?indicator=manufacturing_pass_rate").await;
    key.assert_shows("selected");
    let key = key.hidden("request_key");
    let fields = [
        ("request_key", key.as_str()),
        ("f.indicator", "manufacturing_pass_rate"),
        ("f.as_of", "2025-12-31"),
        ("f.value", "94.1"),
        ("f.document", "通报"),
        ("f.body", "scjg"),
        ("f.reporter", "填表人甲"),
    ];
    let record = office.post("/kinds/reported_value/new", &fields).await;
    assert_eq!(record.status, StatusCode::SEE_OTHER, "{}", record.text);
    let record = record.location().to_owned();
    office.get(&record).await.assert_shows("填表人甲");
    let mut anybody = county.anybody();
    for path in ["/board", "/indicators/manufacturing_pass_rate", "/kinds", "/kinds/reported_value", &record] {
        let page = anybody.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        page.assert_shows("示例县（虚构）").assert_hides("填表人甲").assert_hides("王某某");
    }
    anybody.get("/board").await.assert_shows("94.10");
    assert_eq!(anybody.get("/kinds/reported_value/new").await.status, StatusCode::SEE_OTHER);
    assert_eq!(anybody.get("/kinds/reported_value/export.csv").await.location().get(..6), Some("/login"));
    // A bureau's file does not hold the person either.
    let mut bureau = county.bureau(&mut office, "scjg").await;
    bureau.get(&record).await.assert_shows("填表人甲");
    let refused = bureau.get("/kinds/reported_value/export.csv").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "to see is not to take out");
    office.grant("of_scjg", "export", "scjg").await;
    let file = bureau.get("/kinds/reported_value/export.csv").await;
    assert_eq!(file.status, StatusCode::OK);
    file.assert_shows("94.1").assert_hides("填表人甲");
}

#[tokio::test]
async fn a_bureau_reads_and_writes_its_own_records_only() {
    let county = County::real();
    let mut office = county.office().await;
    let record = office.food_sample("A-1", "qualified").await;
    let mut own = county.bureau(&mut office, "scjg").await;
    let mut other = county.bureau(&mut office, "kjj").await;
    own.get(&record).await.assert_shows("菜籽油").assert_shows("更正");
    own.get("/kinds/food_sample").await.assert_shows("A-1");
    for path in [
        record.clone(),
        format!("{record}/correct"),
        "/kinds/food_sample/new".into(),
        "/kinds/food_sample/import".into(),
    ] {
        assert_eq!(other.get(&path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    // 标准 name their body row by row: a bureau brings its own.
    assert_eq!(other.get("/kinds/standard/import").await.status, StatusCode::OK);
    other.get("/kinds/food_sample").await.assert_hides("A-1");
    office.grant("of_kjj", "export", "kjj").await;
    let file = other.get("/kinds/food_sample/export.csv").await;
    assert_eq!(file.status, StatusCode::OK);
    file.assert_hides("A-1");
    other.get("/board").await.assert_shows("n=1");
    other
        .get("/indicators/food_pass_rate/records")
        .await
        .assert_hides("菜籽油")
        .assert_shows("只列出本单位和本辖区的记录");
    assert_eq!(other.get("/indicators/food_pass_rate/records.xlsx").await.status, StatusCode::FORBIDDEN);
}
