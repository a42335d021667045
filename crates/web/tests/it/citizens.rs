//! A citizen files a complaint and follows it, without script and without an account; and what hostile hands try there.

use std::collections::BTreeMap;
use std::io::Cursor;

use axum::http::StatusCode;
use image::{ImageFormat, RgbImage};
use zhiheng_pack::{PackFiles, Value};

use crate::county::{Browser, County, Page};

const HEADER: &str = r#"
[pack]
id = "test"
title = "示例"
place = { code = "990199", name = "示例县" }
notice = "依据公开文件整理，非政府网站"
document = "plan.txt"
baseline_year = 2022
target_year = 2027
[[body]]
id = "scjg"
name = "县市场监管局"
[[area]]
code = "990199001"
name = "甲街道"
[[holiday]]
day = 2026-01-01
kind = "off"
name = "元旦"
[[holiday]]
day = 2026-12-31
kind = "work"
name = "年末"
"#;

fn county() -> County {
    let plan = include_str!("../../../app/tests/it/complaints.toml");
    let files = [("pack.toml", HEADER), ("plan.toml", plan), ("plan.txt", "方案")];
    let files = files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect::<BTreeMap<_, _>>();
    County::over_base(PackFiles { name: "test".to_owned(), files })
}

const FORM: &str = "/report/goods";

/// Every hidden answer of a page, with the secret.
fn carried(page: &Page) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for part in page.text.split("<input type=\"hidden\" name=\"").skip(1) {
        let (name, rest) = part.split_once("\" value=\"").unwrap();
        let value = rest.split('"').next().unwrap();
        if name != "csrf" {
            found.push((name.to_owned(), unescaped(value)));
        }
    }
    found
}

fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// Answers a page and presses a button.
async fn answer(browser: &mut Browser, page: &Page, fields: &[(&str, &str)], button: &str) -> Page {
    answer_at(browser, FORM, page, fields, button).await
}

async fn answer_at(browser: &mut Browser, form: &str, page: &Page, fields: &[(&str, &str)], button: &str) -> Page {
    let carried = carried(page);
    let mut all: Vec<(&str, &str)> = carried.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    all.extend_from_slice(fields);
    all.push(("do", button));
    browser.post(form, &all).await
}

/// From the first page to the last look.
async fn filled(browser: &mut Browser, matter: &str) -> Page {
    let page = browser.get(FORM).await;
    let page = answer(browser, &page, &[("f.matter", matter), ("f.story", "经过")], "next").await;
    let page = answer(browser, &page, &[("f.goods", "food"), ("f.spot", "码头")], "next").await;
    let page = answer(browser, &page, &[], "next").await;
    answer(browser, &page, &[("f.caller", "张三"), ("f.phone", "13800000000")], "next").await
}

fn code_of(receipt: &Page) -> String {
    receipt.hidden("code")
}

#[tokio::test]
async fn a_complaint_is_filed_and_followed_page_by_page() {
    let county = county();
    let mut citizen = county.anybody();
    citizen.get("/").await.assert_shows("我要投诉").assert_shows("查询进度");
    citizen.get("/report").await.assert_shows("我要投诉：消费投诉").assert_shows("tel:12345");
    let first = citizen.get(FORM).await;
    first.assert_shows("发生了什么？").assert_shows("第 1 步，共 5 步").assert_shows("tel:12315");
    let wrong = answer(&mut citizen, &first, &[("f.story", "只写了经过")], "next").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.assert_shows("有错误：").assert_shows("只写了经过").assert_shows("href=\"#f-matter\"");

    let check = filled(&mut citizen, "缺斤短两").await;
    check.assert_shows("最后一步").assert_shows("缺斤短两").assert_shows("食品").assert_shows("13800000000");
    // One goes back, and everything is still there.
    let again = answer(&mut citizen, &check, &[], "page-0").await;
    again.assert_shows("value=\"缺斤短两\"").assert_shows("13800000000");
    let check = answer(&mut citizen, &again, &[("f.matter", "缺斤短两一斤")], "page-4").await;
    let receipt = answer(&mut citizen, &check, &[], "send").await;
    receipt.assert_shows("已经收到您的投诉").assert_shows("TS2026-001");
    let code = code_of(&receipt);
    // A second tap, or a reload of the receipt, is the same complaint with the same code.
    let twice = answer(&mut citizen, &check, &[], "send").await;
    assert_eq!(code_of(&twice), code);
    twice.assert_shows("TS2026-001").assert_hides("TS2026-002");

    // Another telephone follows it with the code alone, typed as people type.
    let mut other = county.anybody();
    other.get("/follow").await;
    let typed = format!(" {}-{} ", code[..5].to_lowercase(), &code[5..]);
    let course = other.post("/follow", &[("code", &typed)]).await;
    course.assert_shows("已收到，等待决定是否受理").assert_shows("受理决定").assert_shows("办法第十四条");
    course.assert_hides("13800000000").assert_hides("张三").assert_hides(&format!("/follow?{code}"));
    assert!(course.headers["cache-control"].to_str().unwrap().contains("no-store"));
    // What is the citizen's to do is done there.
    let key = course.hidden("key");
    let closed = other.post("/follow/withdraw", &[("code", &code), ("key", &key)]).await;
    closed.assert_shows("已办好：撤回投诉").assert_shows("已办结");
    let key = closed.hidden("key");
    let rated = other.post("/follow/rate", &[("code", &code), ("key", &key), ("f.score", "5")]).await;
    rated.assert_shows("已办好：评价");
    let wrong = other.post("/follow/rate", &[("code", &code), ("key", "another-key-1234"), ("f.score", "9")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    // No step of the office is a citizen's.
    let taken = other.post("/follow/accept", &[("code", &code), ("key", "x")]).await;
    assert_eq!(taken.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_citizen_takes_a_receipt_home_that_holds_without_the_county() {
    let county = county();
    let mut citizen = county.anybody();
    let check = filled(&mut citizen, "缺斤短两").await;
    let code = code_of(&answer(&mut citizen, &check, &[], "send").await);
    citizen.get("/follow").await;
    let course = citizen.post("/follow", &[("code", &code)]).await;
    course.assert_shows("已受理，存证日志第").assert_shows("下载存证回执");
    let receipt = citizen.post("/follow/receipt.tlog-proof", &[("code", &code)]).await;
    assert_eq!(receipt.status, StatusCode::OK);
    assert!(receipt.headers["content-disposition"].to_str().unwrap().contains("tlog-proof"));
    citizen.post("/follow", &[("code", &code)]).await.assert_shows("已入账，存证日志第");
    let keys = county.app.log_keys().unwrap().unwrap().public;
    let verified = zhiheng_app::verify_receipt(receipt.text.as_bytes(), &keys).unwrap();
    assert!(verified.said.unwrap().contains("缺斤短两"));
    // Nobody else's: the code opens it, and nothing but the code.
    let wrong = citizen.post("/follow/receipt.tlog-proof", &[("code", "ABCDEABCDE")]).await;
    assert_eq!(wrong.status, StatusCode::NOT_FOUND);
    let asked = citizen.get("/follow/receipt.tlog-proof").await;
    assert_eq!(asked.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_page_that_is_out_of_date_loses_nothing_but_its_secret() {
    let county = county();
    let mut citizen = county.anybody();
    let check = filled(&mut citizen, "写了很久").await;
    let mut late = county.anybody();
    let old = check.hidden("key");
    let page = answer(&mut late, &check, &[], "send").await;
    page.assert_shows("页面放得太久了").assert_shows("写了很久").assert_hides(&old);
    let receipt = answer(&mut late, &page, &[], "send").await;
    receipt.assert_shows("已经收到您的投诉");
    // Whoever made the old form does not know the code of what was sent.
    let theirs = answer(&mut citizen, &check, &[], "send").await;
    assert_ne!(code_of(&theirs), code_of(&receipt));
}

#[tokio::test]
async fn what_is_typed_is_shown_as_text_everywhere() {
    let county = county();
    let mut citizen = county.anybody();
    let attack = "\"><script>alert(1)</script><img src=x onerror=alert(2)>'";
    let page = citizen.get(&format!("{FORM}?point=%22%3E%3Cscript%3E&lang=%22%3E%3Cscript%3E")).await;
    page.assert_hides("\"><script>");
    let fields =
        [("f.matter", attack), ("f.story", attack), ("f.caller", attack), ("f.spot", attack), ("point", attack)];
    for button in ["next", "page-1", "page-3", "page-4"] {
        let shown = answer(&mut citizen, &page, &fields, button).await;
        shown.assert_shows("&lt;script&gt;").assert_hides("<script>alert").assert_hides("<img src=x");
    }
    let check = answer(&mut citizen, &page, &fields, "page-4").await;
    let receipt = answer(&mut citizen, &check, &[], "send").await;
    receipt.assert_shows("已经收到您的投诉").assert_hides("<script>alert");
    citizen.post("/follow", &[("code", attack), ("number", attack)]).await.assert_hides("<script>alert");
    let mut office = county.office().await;
    let list = office.get("/kinds/complaint").await;
    list.assert_hides("<script>alert");
    let at = list.text.find("/kinds/complaint/0").expect("the complaint is in the list");
    let href = list.text[at..].split('"').next().unwrap().to_owned();
    office.get(&href).await.assert_shows("&lt;script&gt;").assert_hides("<script>alert");
}

/// A JPEG with an orientation and a place in its EXIF, as telephones make them.
fn telephone_photo() -> Vec<u8> {
    let mut bytes = Vec::new();
    RgbImage::from_pixel(32, 16, image::Rgb([200, 30, 30]))
        .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Jpeg)
        .unwrap();
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    exif.extend(b"GPSLatitude 31.0748 SecretPhone");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    let mut with = bytes[..2].to_vec();
    with.extend([0xff, 0xe1]);
    with.extend(length);
    with.extend(exif);
    with.extend(&bytes[2..]);
    // And something behind the end of the picture.
    with.extend(b"<?php hidden ?>");
    with
}

async fn with_photo(citizen: &mut Browser, name: &str, bytes: &[u8]) -> Page {
    let page = citizen.get(FORM).await;
    let page = answer(citizen, &page, &[("f.matter", "有照片")], "page-2").await;
    let carried = carried(&page);
    let mut fields: Vec<(&str, &str)> = carried.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    fields.push(("do", "next"));
    citizen.upload(FORM, &fields, ("f.photo", name, bytes)).await
}

#[tokio::test]
async fn a_photo_comes_out_the_right_way_up_without_place_telephone_or_stowaway() {
    let county = county();
    let mut citizen = county.anybody();
    let sent = telephone_photo();
    assert!(sent.windows(4).any(|at| at == b"Exif"));
    let page = with_photo(&mut citizen, "IMG_2026_张三.jpg", &sent).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let check = answer(&mut citizen, &page, &[], "next").await;
    check.assert_shows("一张照片");
    answer(&mut citizen, &check, &[], "send").await.assert_shows("已经收到您的投诉");
    let kind = county.app.pack.kind("complaint").unwrap();
    let wanted = zhiheng_app::ListWanted { limit: 5, ..Default::default() };
    let (_, record) = &county.app.list(kind, &wanted).unwrap().rows[0];
    let Some(Value::File(file)) = record.value(kind.field_index("photo").unwrap()) else { panic!("no photo") };
    assert_eq!((file.name.as_str(), file.media_type.as_str()), ("照片.jpg", "image/jpeg"));
    let stored = county.app.file_bytes(&zhiheng_store::digest_of_hex(&file.digest).unwrap()).unwrap();
    for trace in [&b"Exif"[..], b"GPSLatitude", b"SecretPhone", b"php"] {
        assert!(!stored.windows(trace.len()).any(|at| at == trace), "{}", String::from_utf8_lossy(trace));
    }
    let picture = image::load_from_memory(&stored).unwrap();
    assert_eq!((picture.width(), picture.height()), (16, 32), "turned as its EXIF said");
}

#[tokio::test]
async fn hostile_files_are_refused_by_what_they_are_not_by_what_they_are_called() {
    let county = county();
    let mut citizen = county.anybody();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec();
    let html = b"<!doctype html><script>alert(1)</script>".to_vec();
    let mut torn = telephone_photo();
    torn.truncate(60);
    for (name, bytes) in [("a.jpg", svg), ("b.png", html), ("c.jpg", torn), ("d.jpg", b"%PDF-1.7 ...".to_vec())] {
        let page = with_photo(&mut citizen, name, &bytes).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        page.assert_shows("有错误：").assert_shows("照片");
    }
    let page = with_photo(&mut citizen, "e.jpg", &vec![0xff; 13 * 1024 * 1024]).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn an_address_that_sends_too_much_is_told_to_call_and_another_is_not() {
    let county = county();
    let mut citizen = county.anybody();
    for number in 0..5 {
        let check = filled(&mut citizen, &format!("第{number}件")).await;
        answer(&mut citizen, &check, &[], "send").await.assert_shows("已经收到您的投诉");
    }
    let check = filled(&mut citizen, "第六件").await;
    let refused = answer(&mut citizen, &check, &[], "send").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    refused.assert_shows("ZH4009").assert_shows("12315").assert_shows("12 分钟");
    let mut other = county.anybody();
    other.address = [10, 0, 0, 2];
    let check = filled(&mut other, "另一个地址").await;
    answer(&mut other, &check, &[], "send").await.assert_shows("已经收到您的投诉");
    // A header that anybody can write is not believed while no proxy is declared.
    let page = citizen.send(axum::http::Method::GET, FORM, None, Vec::new()).await;
    page.assert_shows("发生了什么？");
}

#[tokio::test]
async fn codes_cannot_be_searched_not_even_all_at_once() {
    let county = county();
    let mut citizen = county.anybody();
    citizen.get("/follow").await;
    let tries: Vec<_> = (0..12)
        .map(|number| {
            let mut citizen = citizen.clone();
            let code = format!("222222222{}", number % 8 + 2);
            tokio::spawn(async move { citizen.post("/follow", &[("code", &code)]).await.status })
        })
        .collect();
    let mut refused = 0;
    for one in tries {
        let status = one.await.unwrap();
        refused += usize::from(status == StatusCode::TOO_MANY_REQUESTS);
        assert!(status == StatusCode::TOO_MANY_REQUESTS || status == StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert_eq!(refused, 2, "a wrong code counts as three of thirty");
}

#[tokio::test]
async fn visitors_from_abroad_have_a_page_in_english() {
    let county = county();
    let mut citizen = county.anybody();
    citizen.get(FORM).await.assert_shows("English");
    let page = citizen.get(&format!("{FORM}?lang=en")).await;
    page.assert_shows("lang=\"en\"")
        .assert_shows("What happened?")
        .assert_shows("Step 1 of 5")
        .assert_shows("Call 12345");
    let wrong = answer(&mut citizen, &page, &[], "next").await;
    wrong.assert_shows("Please answer this question.");
    let check = answer(&mut citizen, &page, &[("f.matter", "No guide on the ship")], "page-4").await;
    let receipt = answer(&mut citizen, &check, &[], "send").await;
    receipt.assert_shows("We have received your complaint").assert_shows("Query code").assert_shows("/follow?lang=en");
    // Choices, states, steps, time limits, days and what is wrong, all in English.
    let second = answer(&mut citizen, &page, &[("f.matter", "No guide on the ship")], "page-1").await;
    second.assert_shows("Travel").assert_shows("What kind?").assert_hides("旅游服务");
    let course = citizen.post("/follow", &[("code", &code_of(&receipt)), ("lang", "en")]).await;
    course
        .assert_shows("Complaint received")
        .assert_shows("Time limits")
        .assert_shows("by 2 December 2026")
        .assert_shows("Withdraw")
        .assert_hides("办到哪一步");
    let code = code_of(&course);
    let done = citizen.post("/follow/withdraw", &[("code", &code), ("lang", "en"), ("key", "1")]).await;
    done.assert_shows("Done: Withdraw.").assert_shows("Closed").assert_shows("This complaint is closed.");
    let wrong = citizen.post("/follow/rate", &[("code", &code), ("lang", "en"), ("key", "2")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.assert_shows("Please answer this question.").assert_shows("Please change 1 answer");
    let page = citizen.get("/follow?lang=en").await;
    page.assert_shows("Query code").assert_shows("中文");
    citizen.post("/follow", &[("code", "2345678923"), ("lang", "en")]).await.assert_shows("Not found.");
}

#[tokio::test]
async fn staff_see_likely_repetitions_and_merge_them() {
    let county = county();
    let mut citizen = county.anybody();
    for matter in ["过期饼干", "饼干过期了"] {
        let check = filled(&mut citizen, matter).await;
        answer(&mut citizen, &check, &[], "send").await;
    }
    let mut office = county.office().await;
    let list = office.get("/kinds/complaint").await;
    let href = list
        .text
        .split("href=\"")
        .skip(1)
        .map(|part| part.split('"').next().unwrap())
        .find(|href| href.strip_prefix("/kinds/complaint/").is_some_and(|id| id.len() == 32));
    let href = href.expect("a record in the list").to_owned();
    let page = office.get(&href).await;
    page.assert_shows("疑似重复").assert_shows("联系电话相同").assert_shows("并入这一件");
    let into = page.hidden("into");
    let merged = office.post_on(&format!("{href}/merge"), &[("into", &into)]).await;
    merged.assert_shows("已并案").assert_hides("疑似重复").assert_shows("并案：与");
}

#[tokio::test]
async fn public_numbers_are_published_where_the_pack_says_so() {
    let county = county();
    let page = county.anybody().get("/report/goods/numbers").await;
    page.assert_shows("截至 2026年11月22日").assert_shows("少于 5 件的不逐项公开").assert_shows("办结比例");
    assert_eq!(County::real().anybody().get("/report/goods/numbers").await.status, StatusCode::NOT_FOUND);
    // Everything that is handled here, tour complaints too, stands on one page.
    let all = County::demo().anybody().get("/complaints/numbers").await;
    all.assert_shows("消费投诉")
        .assert_shows("旅游投诉")
        .assert_shows("举报违法线索")
        .assert_shows("由办理记录直接算出");
    let none = County::real().anybody().get("/complaints/numbers").await;
    none.assert_shows("没有在本系统办理并公开统计的投诉");
}

/// What a telephone reads from a picture of squares: the path is drawn on a canvas, eight dots a square, and decoded by a reader that is not ours.
fn scanned(svg: &str) -> String {
    const DOTS: usize = 8;
    let side: usize = svg.split("width=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
    let path = svg.split("path d=\"").nth(1).unwrap().split('"').next().unwrap();
    let dark: std::collections::BTreeSet<(usize, usize)> = path
        .split('M')
        .skip(1)
        .map(|square| {
            let (x, rest) = square.split_once(',').unwrap();
            (x.parse().unwrap(), rest.split('h').next().unwrap().parse().unwrap())
        })
        .collect();
    let dot = |x: usize, y: usize| {
        let square = ((x / DOTS).wrapping_sub(4), (y / DOTS).wrapping_sub(4));
        if dark.contains(&square) { 0 } else { 255 }
    };
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(side * DOTS, side * DOTS, dot);
    let found = image.detect_grids();
    assert_eq!(found.len(), 1, "one code a poster");
    found[0].decode().unwrap().1
}

#[tokio::test]
async fn a_poster_carries_the_address_that_knows_its_place() {
    let county = County::demo();
    let mut office = county.office().await;
    for (code, spot, english, removed) in [
        ("QS01", "青石镇旅游码头1号泊位", "Qingshi Pier, Berth 1", ""),
        ("云岭-2 号", "云岭镇景区东门", "", ""),
        ("QS09", "已拆的码头", "", "2026-01-05"),
    ] {
        let fields = [
            ("f.code", code),
            ("f.point_type", "wharf"),
            ("f.spot", spot),
            ("f.spot_en", english),
            ("f.removed_on", removed),
        ];
        let form = office.get("/kinds/complaint_point/new").await;
        let key = form.hidden("request_key");
        let mut all = vec![("request_key", key.as_str())];
        all.extend(fields.iter().filter(|(_, value)| !value.is_empty()));
        let made = office.post("/kinds/complaint_point/new", &all).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
    }
    let page = office.get("/kinds/complaint_point/posters?paper=a5").await;
    page.assert_shows("Qingshi Pier, Berth 1").assert_shows("点位编号").assert_shows("poster-a5");
    page.assert_shows("<strong>12345</strong>")
        .assert_shows("<strong>12315</strong>")
        .assert_shows("QS09 已拆的码头已撤销");
    let codes: Vec<&str> = page.text.split("<svg class=\"qr\"").skip(1).collect();
    assert_eq!(codes.len(), 2, "the one that was taken down is not printed");
    let mut citizen = county.anybody();
    for (svg, spot) in codes.iter().rev().zip(["青石镇旅游码头1号泊位", "云岭镇景区东门"]) {
        let address = scanned(svg);
        assert!(address.starts_with("http"), "a telephone has no page to start from: {address}");
        let path = &address[address.find("/report").unwrap()..];
        let mut form = citizen.get(path).await;
        assert_eq!(form.status, StatusCode::OK, "{address}");
        form = answer_at(&mut citizen, "/report/tour", &form, &[("f.matter_title", "没有讲解")], "next").await;
        form.assert_shows(&format!("value=\"{spot}\""));
    }
}

/// Opens the form of a step in the office, and sends it.
async fn step(browser: &mut Browser, form: &str, fields: &[(&str, &str)]) -> Page {
    let page = browser.get(form).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    let (key, version) = (page.hidden("request_key"), page.hidden("expected_version"));
    let mut all = vec![("request_key", key.as_str()), ("expected_version", version.as_str())];
    all.extend_from_slice(fields);
    let done = browser.post(form, &all).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    done
}

/// The address of the newest record of a kind.
async fn newest(browser: &mut Browser, kind: &str) -> String {
    let list = browser.get(&format!("/kinds/{kind}")).await;
    let start = format!("/kinds/{kind}/");
    let hrefs = list.text.split("href=\"").skip(1).map(|part| part.split('"').next().unwrap());
    let mut records = hrefs.filter(|href| href.strip_prefix(&start).is_some_and(|id| id.len() == 32));
    records.next().expect("a record in the list").to_owned()
}

/// Answers every page of an entry with the fields that it asks for, and sends it.
async fn filed(browser: &mut Browser, form: &str, fields: &[(&str, &str)]) -> Page {
    let mut page = browser.get(form).await;
    for _ in 0..12 {
        let wanted = |(name, _): &&(&str, &str)| page.text.contains(&format!("name=\"{name}\""));
        let now: Vec<(&str, &str)> = fields.iter().filter(wanted).copied().collect();
        let button = if page.text.contains("value=\"send\"") { "send" } else { "next" };
        page = answer_at(browser, form, &page, &now, button).await;
        if button == "send" {
            return page;
        }
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }
    panic!("the form has no end");
}

/// A desk of the market bureau in the demonstration county.
async fn desk(county: &County, office: &mut Browser) -> Browser {
    let desk = county.invited(office, "bureau", "scjg", "desk").await;
    office.grant("desk", "desk", "scjg").await;
    desk
}

#[tokio::test]
async fn a_citizen_does_what_is_his_to_do_and_is_never_told_that_nothing_is() {
    let county = County::demo();
    county.at("2026-11-23");
    let mut office = county.office().await;
    let mut desk = desk(&county, &mut office).await;
    let mut citizen = county.anybody();
    let answers = [
        ("f.matter_title", "退票不退款"),
        ("f.respondent", "示例县某商行"),
        ("f.complainant", "张三"),
        ("f.phone", "13800000000"),
    ];
    let receipt = filed(&mut citizen, "/report/complain", &answers).await;
    let code = code_of(&receipt);
    let course = citizen.post("/follow", &[("code", &code)]).await;
    course.assert_shows("您不用做什么").assert_hides("补正身份证明");
    let case = newest(&mut desk, "consumer_complaint").await;
    step(&mut desk, &format!("{case}/steps/ask_identity"), &[("f.identity_due_on", "2026-11-26")]).await;

    let course = citizen.post("/follow", &[("code", &code)]).await;
    course.assert_shows("现在要您做：补正身份证明，最晚 2026年11月26日").assert_hides("您不用做什么");
    course.assert_shows("要您办").assert_hides("张三").assert_hides("13800000000");
    let key = course.hidden("key");
    let fields = [("code", code.as_str()), ("key", key.as_str()), ("f.id_type", "id_card"), ("f.id_no", "3301")];
    let photo = ("f.identity_file", "a.jpg", &telephone_photo()[..]);
    let hostile = ("f.identity_file", "a.jpg", &b"<?php"[..]);
    citizen.upload("/follow/supply_identity", &fields, hostile).await.assert_hides("已办好");
    let done = citizen.upload("/follow/supply_identity", &fields, photo).await;
    // Whoever has the code sees that it was given, not what.
    done.assert_shows("已办好：补正身份证明").assert_hides("3301").assert_hides("要您办");
    desk.get(&case).await.assert_shows("3301").assert_shows("身份证明照片");

    // What ends the case says so, and is done by who has read it.
    let end = [("code", code.as_str()), ("key", "one-key"), ("reason", "自己谈好了")];
    let refused = citizen.post("/follow/withdraw", &end).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.assert_shows("请先在“确认”里打勾").assert_shows("不能恢复");
    let mut confirmed = end.to_vec();
    confirmed.push(("confirm", "yes"));
    let closed = citizen.post("/follow/withdraw", &confirmed).await;
    closed.assert_shows("已办好：撤回投诉").assert_shows("不再计时").assert_shows("投诉人撤回");
    closed.assert_hides("按期完成").assert_hides(">在办<");
}

#[tokio::test]
async fn who_follows_a_case_that_was_taken_off_reads_why_and_of_a_merged_one_no_number() {
    let county = County::demo();
    county.at("2026-11-23");
    let mut office = county.office().await;
    let mut head = county.invited(&mut office, "bureau", "scjg", "head").await;
    office.grant("head", "head", "scjg").await;
    let mut desk = desk(&county, &mut office).await;
    let mut citizen = county.anybody();
    let mut codes = Vec::new();
    for matter in ["第一件", "第二件", "第三件"] {
        let answers = [("f.matter_title", matter), ("f.respondent", "示例县某商行")];
        let receipt = filed(&mut citizen, "/report/complain", &answers).await;
        codes.push((code_of(&receipt), newest(&mut desk, "consumer_complaint").await));
    }
    let number = desk.get(&codes[0].1).await.text.split("TS2026").nth(1).unwrap()[..5].to_owned();
    let number = format!("TS2026{number}");
    step(
        &mut desk,
        &format!("{}/steps/merge", codes[1].1),
        &[("f.merged_into", &number), ("reason", &format!("与 {number} 为同一件事"))],
    )
    .await;
    let merged = citizen.post("/follow", &[("code", &codes[1].0)]).await;
    merged.assert_shows("并入先前").assert_hides(&number).assert_hides(">在办<");
    // How the earlier one goes on is told; there is nothing to rate before it is over.
    merged.assert_shows("先前一件现在").assert_shows("已收到，等待受理").assert_hides("name=\"f.score\"");

    let third = &codes[2].1;
    head.get(&format!("{third}/withdraw")).await;
    let fields = [("expected_version", "1"), ("reason", "不是投诉，是咨询")];
    head.post_on(&format!("{third}/withdraw"), &fields).await.assert_shows("已撤销");
    let removed = citizen.post("/follow", &[("code", &codes[2].0)]).await;
    removed.assert_shows("已经撤销这件投诉的登记").assert_shows("理由：不是投诉，是咨询").assert_shows("不再计时");
    removed.assert_hides(">在办<").assert_hides("撤回投诉</button>");

    let end = [("code", codes[0].0.as_str()), ("key", "one-key"), ("reason", "自己谈好了"), ("confirm", "yes")];
    citizen.post("/follow/withdraw", &end).await.assert_shows("已办好：撤回投诉");
    let merged = citizen.post("/follow", &[("code", &codes[1].0)]).await;
    merged.assert_shows("先前一件的结果").assert_shows("投诉人撤回").assert_shows("name=\"f.score\"");
    merged.assert_hides(&number).assert_hides("自己谈好了");
}

#[tokio::test]
async fn what_is_merged_after_it_was_taken_up_ends_and_what_was_split_off_keeps_its_day_and_its_name() {
    let county = County::demo();
    county.at("2026-11-23");
    let mut office = county.office().await;
    let mut desk = desk(&county, &mut office).await;
    let mut citizen = county.anybody();
    let mut codes = Vec::new();
    for matter in ["过期饼干一盒，要求退款", "要求退款，过期饼干一盒", "过期饼干，退款"] {
        let answers = [
            ("f.matter_title", matter),
            ("f.matter", "昨天在店里买的"),
            ("f.respondent", "示例县某商行"),
            ("f.complainant", "张三丰"),
            ("f.phone", "13800000000"),
            ("f.id_type", "id_card"),
            ("f.id_no", "TEST-ID-0001"),
        ];
        let receipt = filed(&mut citizen, "/report/complain", &answers).await;
        codes.push((code_of(&receipt), newest(&mut desk, "consumer_complaint").await));
    }
    let [first, second, third] = [&codes[0].1, &codes[1].1, &codes[2].1];
    let id = |href: &str| href.rsplit('/').next().unwrap().to_owned();

    county.at("2026-11-26");
    desk.sign_in("desk").await;
    step(&mut desk, &format!("{second}/steps/split_report"), &[]).await;
    let report = newest(&mut desk, "consumer_report").await;
    let page = desk.get(&report).await;
    page.assert_shows("2026年11月23日").assert_shows("张三丰").assert_shows("13800000000").assert_shows("TEST-ID-0001");

    let known = [("f.complainant", "张三丰"), ("f.phone", "13800000000"), ("f.matter", "昨天在店里买的")];
    step(&mut desk, &format!("{second}/steps/accept"), &known).await;
    desk.get(second).await;
    desk.post_on(&format!("{second}/merge"), &[("into", &id(first))])
        .await
        .assert_shows("已并案")
        .assert_shows("已并入");
    citizen.post("/follow", &[("code", &codes[1].0)]).await.assert_shows("并入先前").assert_hides(">在办<");
    desk.get(third).await;
    let refused = desk.post(&format!("{third}/merge"), &[("into", &id(second))]).await;
    refused.assert_shows("请并入最先的那一件");
    // What is over is not merged by a correction either.
    let back = desk.post(&format!("{second}/merge"), &[("into", &id(third))]).await;
    back.assert_shows("现在不能办理“并入”");
}

#[tokio::test]
async fn who_reports_anonymously_leaves_nothing_and_who_gives_his_name_is_told() {
    let county = County::demo();
    county.at("2026-11-23");
    let mut office = county.office().await;
    let mut desk = desk(&county, &mut office).await;
    let mut citizen = county.anybody();
    let form = "/report/tip";
    citizen
        .get(form)
        .await
        .assert_shows("我要举报")
        .assert_shows("保密：")
        .assert_shows("奖励：")
        .assert_shows("第 1 步");
    let clue = [("f.clue_title", "无证"), ("f.clue", "散装酒没有标签"), ("f.respondent", "老街粮油店")];
    // Nothing is asked of who stays anonymous; what a browser sends all the same is not kept.
    let page = citizen.get(form).await;
    let unsaid = answer_at(&mut citizen, form, &page, &[], "next").await;
    unsaid.assert_shows("请选择是否匿名");
    let mut fields = vec![("f.anonymous", "yes")];
    fields.extend_from_slice(&clue);
    fields.extend([("f.reporter", "王五"), ("f.id_no", "500237")]);
    let receipt = answer_at(&mut citizen, form, &page, &fields, "page-5").await;
    receipt.assert_shows("最后一步").assert_hides("您的姓名");
    let mut sent = fields.clone();
    sent.push(("page", "5"));
    let receipt = answer_at(&mut citizen, form, &receipt, &[("f.reporter", "王五")], "send").await;
    receipt.assert_shows("已经收到您的举报");
    let course = citizen.post("/follow", &[("code", &code_of(&receipt))]).await;
    course.assert_shows("收到举报").assert_hides("核查线索").assert_hides("处理结果");
    let case = newest(&mut desk, "consumer_report").await;
    desk.get(&case).await.assert_shows("散装酒没有标签").assert_hides("王五").assert_hides("500237");

    // Who gives his name fills in what it takes.
    let named = answer_at(&mut citizen, form, &page, &[("f.anonymous", "no")], "page-4").await;
    let wrong = answer_at(&mut citizen, form, &named, &[("f.reporter", "李四")], "next").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    wrong.assert_shows("实名的请填写这一项");
}

#[tokio::test]
async fn who_leaves_soonest_stands_first_on_the_desk_and_no_time_limit_moves() {
    let county = County::demo();
    county.at("2026-11-23");
    let mut office = county.office().await;
    let mut clerk = county.invited(&mut office, "bureau", "wlw", "clerk").await;
    office.grant("clerk", "desk", "wlw").await;
    let mut citizen = county.anybody();
    for (matter, day, hour) in [
        ("不知道几时走", "", ""),
        ("后天才走", "2026-11-26", "9"),
        ("明天上午走", "2026-11-24", "9"),
        ("今天晚上走", "2026-11-23", "20"),
        ("明天傍晚走", "2026-11-24", "18"),
    ] {
        let answers = [("f.matter_title", matter), ("f.leaves_on", day), ("f.leaves_hour", hour)];
        let wanted: Vec<(&str, &str)> = answers.into_iter().filter(|(_, text)| !text.is_empty()).collect();
        filed(&mut citizen, "/report/tour", &wanted).await.assert_shows("已经收到您的投诉");
        county.later(5);
    }
    let order = |page: &Page, matters: &[&str]| {
        let at: Vec<usize> =
            matters.iter().map(|matter| page.text.find(matter).unwrap_or_else(|| panic!("{matter}"))).collect();
        assert!(at.is_sorted(), "{matters:?} {at:?}");
    };
    let work = clerk.get("/work").await;
    order(&work, &["今天晚上走", "明天上午走", "不知道几时走"]);
    // Tomorrow at six is more than a day away at two in the afternoon: it stands where its time limits put it.
    order(&work, &["明天上午走", "明天傍晚走"]);
    work.assert_shows("今日离开 20:00").assert_shows("24小时内离开 09:00");
    let list = clerk.get("/kinds/tour_complaint").await;
    order(&list, &["今天晚上走", "明天上午走", "明天傍晚走"]);
    list.assert_shows("离开时间不明").assert_shows("以后离开").assert_shows("离开缓急");
    // The promise of an answer before he leaves ends with the day, whatever the hour.
    let case = newest(&mut clerk, "tour_complaint").await;
    clerk.get(&case).await.assert_shows("缓急：今日离开 20:00").assert_shows("2026年11月23日");
}

#[tokio::test]
async fn a_mirrored_complaint_says_whence_and_how_old_it_is_and_offers_no_form_of_a_handling() {
    let county = County::real();
    county.at("2026-11-23");
    let mut office = county.office().await;
    let table = |state: &str, day: &str| {
        format!(
            "投诉编号,收到日期,被投诉人,投诉事项,来源系统,来源编号,同步日期,办理状态\n\
             WS-1,2026-11-02,某商行,退票不退款,12315,P12315-77,{day},{state}\n"
        )
    };
    for (state, day) in [("待处理", "2026-11-10"), ("已受理", "2026-11-14")] {
        office.get("/kinds/consumer_complaint/import").await;
        let text = table(state, day);
        let sent = office.upload("/kinds/consumer_complaint/import", &[], ("file", "导出.csv", text.as_bytes())).await;
        let here = sent.location().to_owned();
        let preview = office.get(&here).await;
        // A newer export brings the mirror up to date: its rows are ticked already.
        let ticked = preview.text.split("name=\"correct\" value=\"").nth(1).map(|rest| {
            let box_of = rest.split('>').next().unwrap();
            assert!(box_of.contains("checked"), "{box_of}");
            rest.split('"').next().unwrap().to_owned()
        });
        let mut choose = vec![("do", "import")];
        choose.extend(ticked.as_deref().map(|row| ("correct", row)));
        office.post_on(&here, &choose).await.assert_shows("1 行");
    }
    let list = office.get("/kinds/consumer_complaint").await;
    list.assert_shows("已受理").assert_hides("待受理</td>");
    list.assert_shows("全国12315平台 P12315-77，数据截至 2026年11月14日（9 天前）");
    let case = newest(&mut office, "consumer_complaint").await;
    let page = office.get(&case).await;
    page.assert_shows("超过 7 天没有同步").assert_hides("投诉受理决定书").assert_hides("终止调解决定书");
    office.get(&format!("{case}/documents/complaint_accept_notice")).await.assert_shows("要等办到相应的环节");
}
