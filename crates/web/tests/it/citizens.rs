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
    let carried = carried(page);
    let mut all: Vec<(&str, &str)> = carried.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    all.extend_from_slice(fields);
    all.push(("do", button));
    browser.post(FORM, &all).await
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
}
