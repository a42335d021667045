//! Who may read what: a record of somebody else, what lies in an area, what was sent, and the persons in it. Each test is a hole that was there.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::county::{Browser, County, PASSWORD, Page, Program};

const RIGHTS: [&str; 3] = ["read", "write", "step"];

async fn made(program: &Program, kind: &str, fields: Value) -> String {
    let page = program.post(&format!("/api/v1/kinds/{kind}/records"), &[], &json!({ "fields": fields })).await;
    assert_eq!(page.status, StatusCode::CREATED, "{}", page.text);
    page.json()["id"].as_str().unwrap().to_owned()
}

fn forbidden(page: &Page) {
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.text);
}

/// A report against the canteen of a town, with who reported it.
async fn report(program: &Program) -> String {
    let fields = json!({
        "respondent": "青石镇机关食堂", "clue": "使用过期食材", "clue_title": "食堂食材过期", "received_on": "2026-11-20",
        "reporter": "钱某某", "phone": "13800138000", "area": "990101101",
    });
    made(program, "consumer_report", fields).await
}

#[tokio::test]
async fn a_town_finds_no_report_against_itself_and_a_desk_reads_who_reported() {
    let county = County::demo();
    let mut office = county.office().await;
    let of_office = county.program(&mut office, "", &RIGHTS, &[]).await;
    let id = report(&of_office).await;
    let path = format!("/kinds/consumer_report/{id}");
    let mut town = county.bureau(&mut office, "qingshi").await;
    let mut station = county.bureau(&mut office, "s_qingshi").await;
    let mut officer = county.bureau(&mut office, "scjg").await;
    for one in [&mut town, &mut station, &mut officer] {
        forbidden(&one.get(&path).await);
        one.get("/kinds/consumer_report").await.assert_hides("食堂");
        one.get("/search?q=%E9%A3%9F%E5%A0%82").await.assert_hides(&path);
        let program = county.program(one, "", &RIGHTS, &[]).await;
        forbidden(
            &program.get(&format!("/api/v1{}", path.replacen("consumer_report/", "consumer_report/records/", 1))).await,
        );
        let found = program.get("/api/v1/search?q=%E9%A3%9F%E5%A0%82").await.json();
        assert_eq!(found["records"], json!([]));
    }
    let mut desk = county.invited(&mut office, "bureau", "scjg", "desk").await;
    office.grant("desk", "desk", "scjg").await;
    desk.get(&path).await.assert_shows("13800138000").assert_shows("钱某某");
    // The head decides whether a case is filed; who reported is not his to know.
    let mut head = county.invited(&mut office, "bureau", "scjg", "head").await;
    office.grant("head", "head", "scjg").await;
    head.get(&path).await.assert_shows("食材过期").assert_hides("13800138000").assert_hides("钱某某");
    head.get(&format!("{path}/correct")).await.assert_hides("13800138000");
}

#[tokio::test]
async fn a_station_sees_the_complaints_of_its_area_masked_and_a_town_none() {
    let county = County::demo();
    let mut office = county.office().await;
    let of_office = county.program(&mut office, "", &RIGHTS, &[]).await;
    let complaint = |area: &str| {
        json!({ "respondent": "某超市", "matter_title": "短斤少两", "received_on": "2026-11-20", "complainant": "孙某某",
                "phone": "13900139000", "area": area })
    };
    let here = made(&of_office, "consumer_complaint", complaint("990101101")).await;
    let elsewhere = made(&of_office, "consumer_complaint", complaint("990101102")).await;
    let path = |id: &str| format!("/kinds/consumer_complaint/{id}");
    let mut station = county.bureau(&mut office, "s_qingshi").await;
    station.get(&path(&here)).await.assert_shows("短斤少两").assert_hides("13900139000").assert_hides("孙某某");
    forbidden(&station.get(&path(&elsewhere)).await);
    station.get("/kinds/consumer_complaint").await.assert_shows(&here).assert_hides(&elsewhere);
    for body in ["qingshi", "xzf", "nync"] {
        let mut other = county.bureau(&mut office, body).await;
        forbidden(&other.get(&path(&here)).await);
        forbidden(&other.get(&format!("{}/correct", path(&here))).await);
    }
    // What an officer does not read stays as it was when he corrects the rest.
    let mut officer = county.bureau(&mut office, "scjg").await;
    let form = officer.get(&format!("{}/correct", path(&here))).await;
    form.assert_hides("13900139000");
    let (key, version) = (form.hidden("request_key"), form.hidden("expected_version"));
    let fields = [
        ("request_key", key.as_str()),
        ("expected_version", version.as_str()),
        ("reason", "写错了"),
        ("f.respondent", "某超市"),
        ("f.matter_title", "短斤少两二百克"),
        ("f.received_on", "2026-11-20"),
        ("f.area", "990101101"),
    ];
    let page = officer.post(&format!("{}/correct", path(&here)), &fields).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    let stored = of_office.get(&format!("/api/v1/kinds/consumer_complaint/records/{here}")).await.json();
    assert_eq!(
        (&stored["fields"]["phone"], &stored["fields"]["matter_title"]),
        (&json!("13900139000"), &json!("短斤少两二百克"))
    );
}

#[tokio::test]
async fn a_letter_reaches_its_addressee_when_it_is_issued_and_not_before() {
    let county = County::demo();
    let mut office = county.office().await;
    let of_office = county.program(&mut office, "", &RIGHTS, &[]).await;
    let mut addressee = county.bureau(&mut office, "jtw").await;
    office.grant("of_jtw", "head", "jtw").await;
    let mut copied = county.bureau(&mut office, "nync").await;
    let mut stranger = county.bureau(&mut office, "jw").await;
    let fields = json!({
        "letter_type": "announcement", "title": "关于客运码头整治的公告", "addressee": "jtw", "copies": ["nync"], "body_text": "请立即整治。",
        "countersign_text": "内部意见",
    });
    let id = made(&of_office, "official_letter", fields).await;
    let path = format!("/kinds/official_letter/{id}");
    forbidden(&addressee.get(&path).await);
    // Another person than who drafted it signs it; the office of this county has two.
    let mut second = county.invited(&mut office, "office", "", "second").await;
    let step = |name: &str| format!("/api/v1/kinds/official_letter/records/{id}/steps/{name}");
    let of_second = county.program(&mut second, "", &RIGHTS, &[]).await;
    // 签发 is the leader's, and somebody has to be granted that post.
    let mut leader = county.bureau(&mut office, "kjj").await;
    office.grant("of_kjj", "leader", "").await;
    let of_leader = county.program(&mut leader, "", &RIGHTS, &[]).await;
    for (by, name) in
        [(&of_office, "submit"), (&of_second, "pass"), (&of_leader, "sign"), (&of_office, "issue_announcement")]
    {
        let page = by.post(&step(name), &[], &json!({})).await;
        assert_eq!(page.status, StatusCode::OK, "{name}: {}", page.text);
    }
    for one in [&mut addressee, &mut copied] {
        one.get(&path).await.assert_shows("请立即整治").assert_hides("内部意见");
        one.get("/kinds/official_letter").await.assert_shows("客运码头");
        one.get("/search?q=%E5%AE%A2%E8%BF%90%E7%A0%81%E5%A4%B4").await.assert_shows(&path);
        let paper = format!("{path}/documents/letter_announcement");
        assert_eq!(one.get(&paper).await.status, StatusCode::OK);
        assert_eq!(one.get(&format!("{paper}.docx")).await.status, StatusCode::OK);
        forbidden(&one.get(&format!("{path}/correct")).await);
    }
    addressee.get("/work?tab=messages").await.assert_shows("客运码头");
    forbidden(&stranger.get(&path).await);
    stranger.get("/kinds/official_letter").await.assert_hides("客运码头");
}

async fn three(county: &County) -> (Browser, Browser, Browser, Browser) {
    let mut office = county.office().await;
    let system = county.invited(&mut office, "system_admin", "", "sys").await;
    let security = county.invited(&mut office, "security_admin", "", "sec").await;
    let audit = county.invited(&mut office, "audit_admin", "", "aud").await;
    (office, system, security, audit)
}

#[tokio::test]
async fn a_service_works_once_a_second_person_let_it_in_and_never_signs() {
    let county = County::demo();
    let (mut office, mut system, mut security, _) = three(&county).await;
    let of_office = county.program(&mut office, "", &RIGHTS, &[]).await;
    let id = report(&of_office).await;
    system.get("/tokens").await;
    let all = [("name", "x"), ("of", "county"), ("days", "30"), ("rights", "read")];
    system.post("/tokens", &all).await.assert_shows("逐项选明登记种类");
    let service = county.program(&mut system, "county", &RIGHTS, &["consumer_report", "official_letter"]).await;
    let one = format!("/api/v1/kinds/consumer_report/records/{id}");
    assert_eq!(service.get(&one).await.status, StatusCode::UNAUTHORIZED, "nobody has let it in");
    let page = system.get("/tokens").await;
    page.assert_shows("待安全管理员批准").assert_hides("/approve");
    let at = page.text.find("/revoke").unwrap();
    let token = page.text[..at].rsplit('"').next().unwrap().to_owned();
    forbidden(&system.post(&format!("{token}/approve"), &[]).await);
    security.get("/tokens").await;
    security.post_on(&format!("{token}/approve"), &[]).await.assert_shows("令牌已批准");
    let page = service.get(&one).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    page.assert_hides("13800138000").assert_hides("钱某某");
    // 督办单: neither the office's steps nor those that count in four eyes nor the leader's are a program's.
    let fields = json!({ "letter_type": "supervision", "title": "督办", "addressee": "jtw", "body_text": "请办。" });
    let letter = made(&of_office, "official_letter", fields).await;
    for step in ["submit", "pass", "sign", "issue_supervision"] {
        let path = format!("/api/v1/kinds/official_letter/records/{letter}/steps/{step}");
        forbidden(&service.post(&path, &[], &json!({})).await);
    }
}

#[tokio::test]
async fn what_is_taken_out_needs_the_right_and_is_written_down() {
    let county = County::real();
    let mut office = county.office().await;
    let path = office.food_sample("A-1", "qualified").await;
    office.food_sample("A-2", "qualified").await;
    let id = path.rsplit('/').next().unwrap().to_owned();
    let mut bureau = county.bureau(&mut office, "scjg").await;
    let chosen = format!("/kinds/food_sample/chosen.xlsx?id={id}");
    let list = "/api/v1/kinds/food_sample/records?limit=1";
    let program = county.program(&mut bureau, "", &["read", "export"], &[]).await;
    let next = program.get(list).await.json()["next"].as_str().unwrap().to_owned();
    let second = format!("{list}&after={next}");
    forbidden(&bureau.get(&chosen).await);
    forbidden(&bureau.get(&chosen.replace("chosen.xlsx", "files.zip")).await);
    forbidden(&program.get(&second).await);
    forbidden(&program.get("/api/v1/kinds/food_sample/records?limit=200").await);
    office.grant("of_scjg", "export", "scjg").await;
    assert_eq!(bureau.get(&chosen).await.status, StatusCode::OK);
    assert_eq!(program.get(&second).await.status, StatusCode::OK);
    office.get("/logs/operations?who=of_scjg").await.assert_shows("导出").assert_shows("1 条");
}

#[tokio::test]
async fn who_opens_somebody_s_personal_data_is_written_down() {
    let county = County::demo();
    let mut office = county.office().await;
    let of_office = county.program(&mut office, "", &RIGHTS, &[]).await;
    let id = report(&of_office).await;
    let mut desk = county.bureau(&mut office, "scjg").await;
    office.grant("of_scjg", "desk", "scjg").await;
    desk.get(&format!("/kinds/consumer_report/{id}")).await.assert_shows("13800138000");
    let log = office.get("/logs/operations?who=of_scjg").await;
    log.assert_shows("查看个人信息").assert_shows("举报人").assert_hides("13800138000");
}

#[tokio::test]
async fn the_last_of_three_is_not_reset_and_none_of_them_becomes_another() {
    let county = County::real();
    let (_, mut system, mut security, mut audit) = three(&county).await;
    let (sec, aud) = (system.id_of("sec").await, security.id_of("aud").await);
    let page = system.post(&format!("/accounts/{sec}/reset"), &[]).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
    security.get(&format!("/accounts/{aud}")).await;
    let page = security.post(&format!("/accounts/{aud}/role"), &[("role", "office"), ("body", "")]).await;
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
    // Who proves identities is the security administrator's to name; the file of the secret nobody's on these pages.
    let openid =
        [("openid_issuer", "https://id.example"), ("openid_client", "c"), ("openid_secret_file", "/etc/passwd")];
    system.get("/settings").await.assert_hides("openid_secret_file");
    forbidden(&system.post("/settings/openid", &openid).await);
    security.get("/settings").await;
    security.post_on("/settings/openid", &openid).await.assert_shows("https://id.example");
    assert_eq!(county.app.setting("openid_secret_file").unwrap(), None);
    assert_eq!(audit.get("/logs/operations").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_stranger_locks_nobody_out_and_learns_no_name() {
    let county = County::real();
    let mut office = county.office().await;
    let mut stranger = county.anybody();
    stranger.address = [10, 0, 0, 9];
    stranger.get("/login").await;
    for name in ["office", "nobody"] {
        let mut said = Vec::new();
        for _ in 0..6 {
            let page = stranger.post("/login", &[("name", name), ("password", "x")]).await;
            said.push((page.status, page.text.contains("用户名或口令不对"), page.text.contains("已锁定")));
        }
        assert_eq!(said[0], (StatusCode::UNPROCESSABLE_ENTITY, true, false), "{name}");
        assert!(said[5].2, "{name}: {said:?}");
    }
    // Its owner, elsewhere, comes in.
    let mut owner = county.anybody();
    owner.sign_in("office").await;
    for name in 0..30 {
        let name = format!("n{name}");
        stranger.post("/login", &[("name", name.as_str()), ("password", "x")]).await;
    }
    let page = stranger.post("/login", &[("name", "office2"), ("password", PASSWORD)]).await;
    page.assert_shows("从这个网络登录失败的次数过多");
    assert!(office.get("/login").await.headers.get("strict-transport-security").is_none());
    office.get("/settings").await;
    let settings = [("public_address", "https://zl.example.gov.cn"), ("behind_proxy", "true")];
    office.post("/settings", &settings).await;
    assert!(county.anybody().get("/login").await.headers.contains_key("strict-transport-security"));
}

#[tokio::test]
async fn a_file_is_what_its_name_says() {
    let county = County::real();
    let mut office = county.office().await;
    let program = county.program(&mut office, "", &RIGHTS, &[]).await;
    let document = program.get("/api/v1/openapi.json").await.json();
    let body = &document["paths"]["/kinds/food_sample/records"]["post"]["requestBody"]["content"]["application/json"]["example"];
    let field =
        county.app.pack.kind("food_sample").unwrap().fields.iter().find(|field| field.kind == zhiheng_pack::Type::File);
    let Some(field) = field.map(|field| field.id.clone()) else { return };
    for (name, bytes, fits) in [
        ("a.pdf", &b"MZ\x90\0 this is a program"[..], false),
        ("b.pdf", b"<html><script>", false),
        ("c.pdf", b"%PDF-1.7 a report", true),
    ] {
        let headers = [("content-type", "application/octet-stream")];
        let sent = program
            .send(axum::http::Method::POST, &format!("/api/v1/files?name={name}"), &headers, bytes.to_vec())
            .await;
        let mut fields = body["fields"].clone();
        fields["sample_no"] = json!(name);
        fields[&field] = sent.json();
        let page = program.post("/api/v1/kinds/food_sample/records", &[], &json!({ "fields": fields })).await;
        assert_eq!(page.status == StatusCode::CREATED, fits, "{name}: {}", page.text);
    }
}
