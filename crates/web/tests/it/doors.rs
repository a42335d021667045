//! Who comes in where: the table of routes, the permission matrix, tokens, headers, sizes.

use axum::http::{Method, StatusCode, header};
use zhiheng_app::Power;
use zhiheng_web::headers::CONTENT_SECURITY_POLICY;
use zhiheng_web::routes::{Needs, ROUTES, table};

use crate::county::{Browser, County};

/// Compares with a golden file; with UPDATE_GOLDEN set, writes it.
pub(crate) fn golden(name: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, known, "{name}: run with UPDATE_GOLDEN=1 and review the difference");
}

#[test]
fn the_table_of_routes() {
    golden("routes.txt", &table());
}

fn concrete(path: &str) -> String {
    let id = if path.contains("/indicators") { "food_pass_rate" } else { "00000000000000000000000000000000" };
    path.replace("{kind}", "food_sample")
        .replace("{id}", id)
        .replace("{token}", "0")
        .replace("{entry}", "none")
        .replace("{step}", "rate")
        .replace("{digest}", &"0".repeat(64))
        .replace("{key}", "none")
        .replace("{document}", "none")
        .replace("{body}", "scjg")
        .replace("{step}", "none")
        .replace("{act}", "assign")
}

/// How a door answered: in (let in, whatever came then), login (sign in first), no (not permitted), token (a session does not help).
async fn door(browser: &Browser, method: &str, path: &str) -> &'static str {
    let mut browser = browser.clone();
    let page = match method {
        "GET" => browser.get(path).await,
        "PUT" => browser.send(Method::PUT, path, None, Vec::new()).await,
        _ => browser.post_bare(path, &[("csrf", "wrong")]).await,
    };
    match page.status {
        StatusCode::UNAUTHORIZED if page.text.contains("ZH4101") => "token",
        StatusCode::SEE_OTHER if page.location().starts_with("/login") => "login",
        StatusCode::FORBIDDEN if page.text.contains("页面已过期") => "in",
        StatusCode::FORBIDDEN if page.text.contains("请先登录") => "login",
        StatusCode::FORBIDDEN if page.text.contains("没有权限") => "no",
        StatusCode::INTERNAL_SERVER_ERROR => panic!("{method} {path}: {}", page.text),
        _ => "in",
    }
}

#[tokio::test]
async fn the_permission_matrix() {
    let county = County::real();
    let mut office = county.office().await;
    // A bureau to which the registers of the matrix do not belong.
    let bureau = county.bureau(&mut office, "kjj").await;
    // Three administrators on another county, where they are separate.
    let apart = County::real();
    let mut first = apart.office().await;
    let system = apart.invited(&mut first, "system_admin", "", "sys").await;
    let security = apart.invited(&mut first, "security_admin", "", "sec").await;
    let audit = apart.invited(&mut first, "audit_admin", "", "aud").await;
    let anybody = county.anybody();
    let mut text = String::from("method path anonymous bureau office(separate) system security audit office(alone)\n");
    for route in ROUTES {
        let path = concrete(route.path);
        let mut line = format!("{:<5}{:<54}", route.method, route.path);
        let everybody = [
            ("anonymous", &anybody),
            ("bureau", &bureau),
            ("office apart", &first),
            ("system", &system),
            ("security", &security),
            ("audit", &audit),
            ("office", &office),
        ];
        for (who, browser) in everybody {
            let answer = door(browser, route.method, &path).await;
            let open = matches!(
                (route.needs, who),
                (Needs::Anyone, _)
                    | (_, "office")
                    | (
                        Needs::Live | Needs::Staff | Needs::Own,
                        "bureau" | "office apart" | "system" | "security" | "audit"
                    )
                    | (Needs::Office, "office apart")
                    | (Needs::Managers, "system" | "security")
                    | (Needs::Power(Power::System), "system")
                    | (Needs::Power(Power::Security), "security")
                    | (Needs::Power(Power::Audit), "audit")
            );
            assert!(open || answer != "in", "{who} was let in at {} {}", route.method, route.path);
            line.push_str(&format!("{answer:<7}"));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    golden("permissions.txt", &text);
}

/// Role × kind × verb × owner, by the function that decides everywhere.
#[test]
fn the_matrix_of_records() {
    let county = County::real();
    let pack = &county.app.pack;
    let lines = zhiheng_app::matrix(pack);
    let words: Vec<&str> = zhiheng_app::MATRIX_VERBS.iter().map(|(_, word)| *word).collect();
    let of = zhiheng_app::MATRIX_OF.join("、");
    let mut text = format!("{}；每格：{of}，+ 可以，- 不可以；最后：个人信息字段，本单位、其他单位\n", words.join(" "));
    let mark = |yes: bool| if yes { '+' } else { '-' };
    for line in &lines {
        let marks: Vec<String> = line.cells.iter().map(|cells| cells.iter().map(|yes| mark(*yes)).collect()).collect();
        let personal: Vec<String> = line.personal.iter().map(|of| of.iter().map(|yes| mark(*yes)).collect()).collect();
        let of_persons = if personal.is_empty() { String::new() } else { format!(" | {}", personal.join(" ")) };
        text.push_str(&format!("{:<22}{} {}{of_persons}\n", pack.kinds[line.kind].id, marks.join(" "), line.who));
    }
    text.push_str(&format!("{} cells\n", lines.iter().map(zhiheng_app::MatrixLine::len).sum::<usize>()));
    golden("matrix.txt", &text);
    // Whatever the golden file says: an administrator and an account that is not let in have no mark at all.
    for line in lines.iter().filter(|line| line.who.ends_with("管理员") || line.who.starts_with("未启用")) {
        assert!(line.cells.iter().flatten().chain(line.personal.iter().flatten()).all(|yes| !yes), "{line:?}");
    }
    // Nobody reads another body's persons but the office; a town none at all; a service none that it was not granted.
    for line in lines.iter().filter(|line| line.who != "质量强县办") {
        assert!(line.personal.iter().all(|[_, other]| !other), "{line:?}");
        let none = line.who.starts_with("接口");
        assert!(!none || line.personal.iter().all(|[own, _]| !own), "{line:?}");
    }
    let report = pack.kind_position("consumer_report").unwrap();
    for line in lines.iter().filter(|line| {
        line.kind == report && matches!(&*line.who, "乡镇" | "单位" | "派出机构" | "分管领导" | "县政府（上级）")
    }) {
        assert!(line.cells.iter().flatten().take(16).all(|yes| !yes), "举报 is not theirs: {line:?}");
    }
}

/// Role of the pack × who, by the function that decides everywhere.
#[test]
fn the_matrix_of_roles() {
    let county = County::real();
    let lines = zhiheng_app::role_matrix(&county.app.pack);
    let mark = |yes: bool| if yes { '+' } else { '-' };
    let one = |(role, who, own, other): &(String, String, bool, bool)| {
        format!("{role:<12}{}{} {who}\n", mark(*own), mark(*other))
    };
    let text: String = lines.iter().map(one).collect();
    golden("roles.txt", &format!("每格：本单位、其他单位，+ 有这个岗位，- 没有\n{text}"));
    // Whatever the golden file says: who signs for the leading group and who reviews secrecy has been named.
    for (role, who, own, other) in lines.iter().filter(|(role, ..)| matches!(role.as_str(), "leader" | "secrecy")) {
        assert!(who.ends_with("授予了他）") || !own && !other, "{who} holds {role} without a grant");
    }
}

#[tokio::test]
async fn a_form_without_its_token_changes_nothing() {
    let county = County::real();
    let mut office = county.office().await;
    let form = office.get("/kinds/food_sample/new").await;
    let key = form.hidden("request_key");
    let mut fields = crate::county::sample("A-1", "qualified", &key);
    for token in ["", "wrong", &"0".repeat(80)] {
        let mut bare = vec![("csrf", token)];
        bare.extend(fields.iter().copied());
        let page = office.post_bare("/kinds/food_sample/new", &bare).await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        page.assert_shows("页面已过期");
    }
    // The token of another session is no token here.
    let mut other = county.bureau(&mut office, "scjg").await;
    other.get("/kinds/food_sample/new").await;
    fields.insert(0, ("csrf", &other.token));
    assert_eq!(office.post_bare("/kinds/food_sample/new", &fields).await.status, StatusCode::FORBIDDEN);
    office.get("/kinds/food_sample").await.assert_shows("还没有食品抽检样品记录");
}

#[tokio::test]
async fn every_answer_carries_the_policy() {
    let county = County::real();
    let mut anybody = county.anybody();
    for path in ["/", "/board", "/nothing", "/kinds", "/board.json", "/login"] {
        let page = anybody.get(path).await;
        assert_eq!(page.headers[header::CONTENT_SECURITY_POLICY], CONTENT_SECURITY_POLICY, "{path}");
        assert_eq!(page.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store", "{path}");
    }
}

#[tokio::test]
async fn pages_that_are_not_there_say_so_in_words() {
    let county = County::real();
    let mut anybody = county.anybody();
    let page = anybody.get("/nothing").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    page.assert_shows("没有这个页面");
    let page = anybody.send(Method::DELETE, "/board", None, Vec::new()).await;
    assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED);
    page.assert_shows("这个地址不能这样访问");
    let page = anybody.get("/indicators/no_such_thing").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    let page = anybody.send(Method::HEAD, "/board", None, Vec::new()).await;
    assert_eq!((page.status, page.bytes.len()), (StatusCode::OK, 0));
}

#[tokio::test]
async fn a_form_that_is_too_large_is_refused() {
    let county = County::real();
    let mut anybody = county.anybody();
    anybody.get("/login").await;
    let long = "a".repeat(300 * 1024);
    let page = anybody.post("/login", &[("name", &long)]).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    page.assert_shows("文件太大");
}
