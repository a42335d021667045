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
    unknown.assert_shows("登录名或密码不对");
    let mut right = browser.clone();
    let page = right.post("/login", &[("name", "office"), ("password", PASSWORD), ("next", "/kinds")]).await;
    assert_eq!((page.status, page.location()), (StatusCode::SEE_OTHER, "/kinds"));
    let cookie = page.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && !cookie.contains("Secure"), "{cookie}");
    for _ in 0..5 {
        let wrong = browser.post("/login", &[("name", "office"), ("password", "x")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        wrong.assert_shows("登录名或密码不对");
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
async fn the_elder_version_is_a_cookie_and_leads_back() {
    let county = County::real();
    let mut anybody = county.anybody();
    let page = anybody.get("/display?elder=1&back=/board%3Fbody%3Dscjg").await;
    assert_eq!(page.location(), "/board?body=scjg");
    anybody.get("/board").await.assert_shows("class=\"elder\"");
    assert_eq!(anybody.get("/display?elder=0&back=//evil.example").await.location(), "/");
    anybody.get("/board").await.assert_hides("class=\"elder\"");
}
