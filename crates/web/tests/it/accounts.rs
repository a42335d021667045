//! Signing in: the first account, invitations, lockout, sessions, the elder version.

use axum::http::{StatusCode, header};

use crate::county::{County, PASSWORD};

#[tokio::test]
async fn the_first_link_makes_the_first_account_and_works_once() {
    let county = County::real();
    let token = county.app.first_link().unwrap().unwrap();
    let mut browser = county.anybody();
    browser.get("/login").await.assert_shows("还没有账号");
    let path = format!("/start/{token}");
    browser.get(&path).await.assert_shows("建立第一个账号");
    let fields = [("login", "office"), ("name", "王某某"), ("password", PASSWORD), ("repeat", "别的口令 20261")];
    let page = browser.post(&path, &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("两次输入的口令不一样").assert_shows("有 1 处需要修改");
    let page = browser.post(&path, &[("login", "a b"), ("name", ""), ("password", "短"), ("repeat", "短")]).await;
    page.assert_shows("有 3 处需要修改");
    let fields = [("login", "office"), ("name", "王某某"), ("password", PASSWORD), ("repeat", PASSWORD)];
    let page = browser.post_on(&path, &fields).await;
    page.assert_shows("已登录").assert_shows("王某某").assert_shows("登记台账");
    let page = county.anybody().get(&path).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
    page.assert_shows("已用过或已过期");
}

#[tokio::test]
async fn signing_in_says_the_same_for_a_wrong_name_and_a_wrong_password_and_locks_after_five() {
    let county = County::real();
    county.office().await;
    let mut browser = county.anybody();
    browser.get("/login?next=/kinds").await;
    let unknown = browser.post("/login", &[("name", "nobody"), ("password", "x")]).await;
    unknown.assert_shows("用户名或口令不对");
    let mut right = browser.clone();
    let page = right.post("/login", &[("name", "office"), ("password", PASSWORD), ("next", "/kinds")]).await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/kinds"));
    let cookie = page.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"), "{cookie}");
    for _ in 0..5 {
        let wrong = browser.post("/login", &[("name", "office"), ("password", "x")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        wrong.assert_shows("用户名或口令不对");
    }
    browser.post("/login", &[("name", "office"), ("password", PASSWORD)]).await.assert_shows("已锁定");
    // A way on that leads elsewhere is not taken.
    let mut other = county.bureau(&mut right, "scjg").await;
    assert_eq!(other.get("/login?next=//evil.example").await.location(), "/");
    right.get("/board").await;
    let page = right.post("/logout", &[]).await;
    assert_eq!(page.location(), "/");
    assert_eq!(right.get("/kinds").await.location(), "/login?next=%2Fkinds");
}

#[tokio::test]
async fn an_account_is_invited_renewed_and_disabled_by_the_office_only() {
    let county = County::real();
    let mut office = county.office().await;
    let mut bureau = county.bureau(&mut office, "scjg").await;
    bureau.get("/board").await.assert_shows("县市场监管局").assert_hides("/settings");
    let id = {
        let page = office.get("/accounts").await;
        let at = page.text.find("of_scjg").unwrap();
        let rest = &page.text[at..];
        let at = rest.find("/accounts/").unwrap() + "/accounts/".len();
        rest[at..at + 32].to_owned()
    };
    office.post_on(&format!("/accounts/{id}/reset"), &[]).await.assert_shows("/start/");
    office.post_on(&format!("/accounts/{id}/disable"), &[]).await.assert_shows("停用");
    assert_eq!(bureau.get("/kinds").await.status, StatusCode::SEE_OTHER, "signed out at once");
}

#[tokio::test]
async fn a_link_that_was_withdrawn_opens_nothing() {
    let county = County::real();
    let mut office = county.office().await;
    office.get("/accounts").await.assert_shows("2026年11月23日").assert_hides("尚未登录");
    office.post("/accounts", &[("name", "李某某"), ("role", "bureau"), ("body", "scjg")]).await;
    let page = office.get("/accounts").await;
    let from = |mark: &str| {
        let rest = &page.text[page.text.find(mark).unwrap()..];
        rest[..rest.find('"').unwrap()].to_owned()
    };
    let (link, withdraw) = (from("/start/"), from("/accounts/links/"));
    office.post_on(&withdraw, &[]).await.assert_shows("链接已撤回");
    assert_eq!(county.anybody().get(&link).await.status, StatusCode::CONFLICT);
    assert_eq!(office.post(&withdraw, &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn settings_decide_the_cookies_and_the_links() {
    let county = County::real();
    let mut office = county.office().await;
    office.get("/settings").await;
    let page = office.post("/settings", &[("public_address", "javascript:alert(1)"), ("behind_proxy", "false")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    let fields =
        [("public_address", "https://zl.example.gov.cn/"), ("behind_proxy", "true"), ("runner", "县质量强县办")];
    office.post_on("/settings", &fields).await.assert_shows("设置已保存").assert_shows("本页由县质量强县办运行");
    office.post("/accounts", &[("name", "赵某"), ("role", "office")]).await;
    office.get("/accounts").await.assert_shows("https://zl.example.gov.cn/start/");
    let page = county.anybody().get("/login").await;
    assert!(page.headers[header::SET_COOKIE].to_str().unwrap().contains("; Secure"));
}

#[tokio::test]
async fn three_administrators_each_do_their_part_and_the_office_none() {
    let county = County::real();
    let mut office = county.office().await;
    office.get("/accounts").await.assert_shows("兼任系统、安全、审计三类管理员");
    let mut system = county.invited(&mut office, "system_admin", "", "sys").await;
    let mut security = county.invited(&mut office, "security_admin", "", "sec").await;
    let mut audit = county.invited(&mut office, "audit_admin", "", "aud").await;
    assert_eq!(office.get("/accounts").await.status, StatusCode::FORBIDDEN);
    system.get("/accounts").await.assert_shows("三员分立").assert_shows("生成邀请链接");
    let mut bureau = county.invited(&mut system, "bureau", "scjg", "li").await;
    let page = bureau.get("/kinds").await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/me"));
    bureau.get("/me").await.assert_shows("账号还没有启用").assert_hides("/kinds/food_sample");
    assert_eq!(bureau.get("/board").await.status, StatusCode::OK);
    let id = security.id_of("li").await;
    security.get(&format!("/accounts/{id}")).await.assert_shows("待批准启用");
    let path = format!("/accounts/{id}/let-in");
    assert_eq!(system.post(&path, &[]).await.status, StatusCode::FORBIDDEN);
    security.post_on(&path, &[]).await.assert_shows("账号已批准启用");
    bureau.get("/kinds/food_sample").await.assert_shows("食品抽检样品").assert_hides("导出当前筛选结果");
    assert_eq!(bureau.get("/kinds/food_sample/export.xlsx").await.status, StatusCode::FORBIDDEN);
    let grants = format!("/accounts/{id}/grants");
    let page = security.post(&grants, &[("role", "export"), ("body", "scjg"), ("since", "昨天")]).await;
    page.assert_shows("不是日期");
    let granted = [("role", "export"), ("body", "scjg"), ("since", "2026-11-01")];
    let page = security.post_on(&grants, &granted).await;
    page.assert_shows("岗位已授予").assert_shows("数据导出");
    assert_eq!(bureau.get("/kinds/food_sample/export.xlsx").await.status, StatusCode::OK);
    let at = page.text.find(&format!("{grants}/")).unwrap();
    let withdraw = page.text[at..].split('"').next().unwrap().to_owned();
    security.post_on(&withdraw, &[]).await.assert_shows("已收回");
    assert_eq!(bureau.get("/kinds/food_sample/export.xlsx").await.status, StatusCode::FORBIDDEN);
    let own = security.id_of("sec").await;
    security.get(&format!("/accounts/{own}")).await.assert_shows("自己的账号").assert_hides("变更角色");
    assert_eq!(security.post(&format!("/accounts/{own}/let-in"), &[]).await.status, StatusCode::CONFLICT);
    let log = audit.get("/logs/operations?who=sec").await;
    log.assert_shows("批准启用").assert_shows("授予岗位").assert_shows("收回岗位").assert_hides("邀请账号");
    audit.get("/logs/operations?verb=%E9%82%80%E8%AF%B7%E8%B4%A6%E5%8F%B7").await.assert_shows("责任单位");
    audit.get("/logs/operations?to=2026-11-22").await.assert_shows("没有符合条件的记录");
    assert_eq!(audit.get("/logs/operations.xlsx").await.status, StatusCode::OK);
    audit.get("/logs/sign-ins").await.assert_shows("登录日志").assert_shows("aud");
    audit.get("/permissions").await.assert_shows("食品抽检样品").assert_shows("派出机构");
    assert_eq!(audit.get("/accounts").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_account_looks_after_itself() {
    let county = County::real();
    let mut office = county.office().await;
    let mut one = county.bureau(&mut office, "scjg").await;
    county.invited(&mut office, "bureau", "scjg", "deputy").await;
    one.get("/me").await.assert_shows("本次登录").assert_shows("我不在时由谁代办");
    let page =
        one.post("/me/password", &[("old", "x"), ("password", "另一句口令 2027"), ("repeat", "另一句口令 2028")]).await;
    page.assert_shows("两次输入的口令不一样");
    let mut other = county.anybody();
    other.get("/login").await;
    other.post("/login", &[("name", "of_scjg"), ("password", PASSWORD)]).await;
    let page = one.get("/me").await;
    let at = page.text.find("/me/sessions/").unwrap();
    let end = page.text[at..].split('"').next().unwrap().to_owned();
    one.post_on(&end, &[]).await.assert_shows("那次登录已结束");
    assert_eq!(other.get("/me").await.location(), "/login?next=%2Fme");
    let deputy = one.get("/me").await.text;
    let at = deputy.find("<option value=\"0").unwrap() + "<option value=\"".len();
    let deputy = deputy[at..at + 32].to_owned();
    let wrong = [("deputy", deputy.as_str()), ("since", "2026-11-25"), ("until", "2026-11-24")];
    one.post("/me/delegations", &wrong).await.assert_shows("截止日期不能早于开始日期");
    let right = [("deputy", deputy.as_str()), ("since", "2026-11-23"), ("until", "2026-11-24")];
    one.post_on("/me/delegations", &right).await.assert_shows("代办中");
    let fields = [("old", PASSWORD), ("password", "另一句口令 2027"), ("repeat", "另一句口令 2027")];
    one.post_on("/me/password", &fields).await.assert_shows("口令已修改");
    let page = one.post("/me/second-factor", &[]).await;
    page.assert_shows("<svg").assert_shows("手工输入密钥");
    let page = one.post("/me/second-factor/confirm", &[("code", "000000")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    page.assert_shows("动态口令不对");
}

#[tokio::test]
async fn signing_in_takes_two_steps_where_there_is_a_second_factor() {
    let county = County::real();
    let mut office = county.office().await;
    office.get("/me").await;
    let page = office.post("/me/second-factor", &[]).await;
    let at = page.text.find("<code>").unwrap() + "<code>".len();
    let secret: String = page.text[at..].split('<').next().unwrap().chars().filter(|c| *c != ' ').collect();
    // The clock of the test stands still: the next step's code is taken as well as the present one's.
    let code = |later: i64| crate::county::code(&secret, crate::county::NOW / 30_000_000 + later);
    let page = office.post("/me/second-factor/confirm", &[("code", &code(0))]).await;
    page.assert_shows("恢复码只显示这一次");
    let mut browser = county.anybody();
    browser.get("/login?next=/kinds").await;
    let page = browser.post("/login", &[("name", "office"), ("password", PASSWORD), ("next", "/kinds")]).await;
    page.assert_shows("再输动态口令");
    assert_eq!(browser.get("/kinds").await.location(), "/login?next=%2Fkinds", "half a sign-in opens nothing");
    let ticket = page.hidden("ticket");
    let fields = |code: String| [("ticket", ticket.clone()), ("code", code), ("next", "/kinds".to_owned())];
    let send = |fields: [(&'static str, String); 3]| fields;
    for (given, status) in [(code(0), StatusCode::UNPROCESSABLE_ENTITY), (code(1), StatusCode::SEE_OTHER)] {
        let all = send(fields(given));
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
        assert_eq!(browser.post("/login/code", &all).await.status, status);
    }
    assert_eq!(browser.get("/kinds").await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_policy_is_chosen_on_the_settings_page() {
    let county = County::real();
    let mut office = county.office().await;
    office.get("/settings").await.assert_shows("口令策略：等保二级").assert_shows("未与标准原文逐字核对");
    office.post("/settings/policy", &[("policy", "djbh3")]).await;
    let page = office.get("/settings").await;
    assert_eq!(page.location(), "/me", "the third level wants a second factor first");
    office.get("/me").await.assert_shows("先启用动态口令");
    assert_eq!(office.post("/settings/policy", &[("policy", "djbh2")]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn bodies_are_listed_with_what_they_lead_and_assist_with() {
    let county = County::real();
    let mut office = county.office().await;
    let page = office.get("/bodies").await;
    page.assert_shows("牵头的指标").assert_shows("配合的指标").assert_shows("高唐街道").assert_shows("县法院");
    page.assert_shows("单位树").assert_shows("还没有登记。由质量强县办按印发的名单登记");
}

/// A body keeps its own contact, the office the members; every colleague reads the office phone, nobody else the mobile; villages come from a sheet.
#[tokio::test]
async fn members_contacts_and_villages_are_records_that_the_page_of_bodies_shows() {
    let county = County::real();
    let mut office = county.office().await;
    let mut clerk = county.bureau(&mut office, "scjg").await;
    let mut stranger = county.bureau(&mut office, "zjw").await;
    let key = clerk.get("/kinds/liaison/new").await.hidden("request_key");
    let own = [
        ("request_key", key.as_str()),
        ("f.unit", "scjg"),
        ("f.name", "赵联络"),
        ("f.phone", "023-5768"),
        ("f.mobile", "13900000001"),
        ("f.since", "2026-01-01"),
    ];
    let made = clerk.post("/kinds/liaison/new", &own).await;
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    clerk.get("/bodies").await.assert_shows("赵联络").assert_shows("13900000001").assert_shows("登记本单位联络员");
    stranger.get("/bodies").await.assert_shows("赵联络").assert_shows("023-5768").assert_hides("13900000001");
    stranger.get("/bodies").await.assert_hides("登记领导小组成员");
    let record = made.location().to_owned();
    assert_ne!(stranger.get(&format!("{record}/correct")).await.status, StatusCode::OK, "another body's");

    let key = office.get("/kinds/group_member/new").await.hidden("request_key");
    for (name, position, until) in [("钱组长", "head", ""), ("孙前任", "deputy", "2025-12-31")] {
        let member = [
            ("request_key", if until.is_empty() { key.as_str() } else { "0123456789abcdef0123456789abcdef" }),
            ("f.name", name),
            ("f.duty", "副县长"),
            ("f.position", position),
            ("f.since", "2025-01-01"),
            ("f.until", until),
        ];
        let made = office.post("/kinds/group_member/new", &member).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    }
    office.get("/bodies").await.assert_shows("钱组长").assert_shows("组长").assert_hides("孙前任");

    let sheet =
        "统计用区划代码,名称,类别,所属乡镇\n500237001001,甲村,村,高唐街道\n500237001002,乙社区,居委会,高唐街道\n";
    office.get("/kinds/village/import").await;
    let preview = office.upload("/kinds/village/import", &[], ("file", "村居名册.csv", sheet.as_bytes())).await;
    let preview = preview.location().to_owned();
    office.get(&preview).await;
    office.post_on(&preview, &[("do", "import")]).await;
    office.get("/bodies").await.assert_shows("甲村、乙社区 2 个村（社区）");
}

#[tokio::test]
async fn the_elder_version_is_a_cookie_and_leads_back() {
    let county = County::real();
    let mut anybody = county.anybody();
    let page = anybody.get("/display?elder=1&back=/board%3Fbody%3Dscjg").await;
    assert_eq!(page.location(), "/board?body=scjg");
    anybody.get("/board").await.assert_shows("class=\"elder\"");
    assert_eq!(anybody.get("/display?elder=0&back=//evil.example").await.location(), "/");
    anybody.get("/board").await.assert_hides("class=\"elder\"");
}
