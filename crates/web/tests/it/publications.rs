//! 公开: an anonymous reader finds what was approved, from the moment it is published until it is withdrawn, and nothing else of it.

use axum::http::StatusCode;
use serde_json::json;
use zhiheng_app::{Account, Act, App, Bundle, Held, Role, StepWanted, Submission, Taker, verify_receipt};
use zhiheng_pack::Draft;
use zhiheng_pack::case::Act as CaseAct;

use crate::county::{Browser, County};

fn create(app: &App, kind: &str, fields: serde_json::Value) -> String {
    let fields = fields.as_object().unwrap().clone().into_iter().collect();
    let act = Act::Create(Draft { fields, scope: None });
    let submission = Submission { act, kind: kind.to_owned(), id: None, expected_version: None, reason: None };
    app.submit("clerk", &submission, None).unwrap_or_else(|error| panic!("{kind}: {error:?}")).id
}

fn step(app: &App, role: &str, id: &str, step: &str, fields: serde_json::Value) {
    let held = Held { role: role.to_owned(), bodies: None, instead_of: None };
    let account = Account { role: Role::Bureau, held: vec![held], ..Account::of_office(role) };
    let wanted = StepWanted {
        kind: "publication".to_owned(),
        id: id.parse().unwrap(),
        act: CaseAct::Step(step.to_owned()),
        fields: Draft { fields: fields.as_object().unwrap().clone().into_iter().collect(), scope: None },
        reason: Some("统计口径有误".to_owned()),
        note: None,
        expected_version: None,
    };
    app.take_step(Taker::Staff(&account), &wanted, None).unwrap_or_else(|error| panic!("{step}: {error:?}"));
}

fn approved(app: &App, draft: Draft) -> String {
    let mut fields = serde_json::Map::from_iter(draft.fields);
    fields.insert("openness_basis".to_owned(), json!("duty"));
    let id = create(app, "publication", fields.into());
    step(app, "publicity", &id, "submit", json!({ "body": "scjg" }));
    step(app, "secrecy", &id, "clear", json!({ "secrecy_result": "may_publish" }));
    step(app, "head", &id, "approve", json!({ "channel": ["portal"] }));
    id
}

fn samples(app: &App) {
    for (no, verdict) in (1..=20).map(|no| (no, if no == 7 { "unqualified" } else { "qualified" })) {
        let (number, party) = (format!("XC{no:04}"), format!("示例超市{no}"));
        let mut fields = json!({ "sample_no": number, "sample_name": "菜籽油", "sampled_party": party, "sampled_on": "2026-05-10",
                             "task_type": "supervision", "verdict": verdict, "lab": "不公开的机构" });
        if verdict == "unqualified" {
            fields["failing_items"] = json!("过氧化值║0.5║≤0.25");
        }
        create(app, "food_sample", fields);
    }
}

async fn shows(browser: &mut Browser, path: &str, words: &str) -> bool {
    browser.get(path).await.text.contains(words)
}

#[tokio::test]
async fn a_number_is_on_every_public_page_from_its_publication_to_its_withdrawal() {
    let county = County::real();
    let app = &county.app;
    samples(app);
    let day = zhiheng_pack::day::number(zhiheng_pack::day::parse("2026-06-30").unwrap());
    let draft = app.draft_of_number("food_pass_rate", day).unwrap().unwrap();
    let id = approved(app, draft);
    let mut anybody = county.anybody();
    let pages = [
        "/",
        "/board",
        "/board.json",
        "/board.csv",
        "/public",
        "/public.json",
        "/public.atom",
        "/indicators/food_pass_rate",
        "/indicators/food_pass_rate.json",
    ];
    for page in pages {
        assert!(!shows(&mut anybody, page, "95.0").await, "{page} tells what is only approved");
    }
    assert_eq!(anybody.get(&format!("/public/{id}")).await.status, StatusCode::NOT_FOUND);

    step(app, "publicity", &id, "publish", json!({}));
    for page in pages {
        assert!(shows(&mut anybody, page, "95.0").await, "{page} does not show the published number");
    }
    let page = anybody.get(&format!("/public/{id}")).await;
    page.assert_shows("这个数怎么核对")
        .assert_shows("95.0% = 19 ÷ 20 × 100")
        .assert_shows("计入 20 条")
        .assert_hides("示例超市");
    let proof = anybody.get(&format!("/public/{id}/proof.json")).await;
    assert!(proof.text.len() <= 4096, "{} bytes", proof.text.len());
    let bundle = Bundle::read(&proof.text).unwrap();
    assert!(bundle.holds(), "{:?}", bundle.check());
    let receipt = anybody.get(&format!("/public/{id}/receipt.tlog-proof")).await;
    let verified = verify_receipt(receipt.text.as_bytes(), &app.log_keys().unwrap().unwrap().public).unwrap();
    assert!(bundle.tree_size.is_some() && bundle.stands(&verified).holds == Some(true) && verified.said.is_none());
    let another = Bundle { commitment: "0".repeat(64), ..bundle };
    assert_eq!(another.stands(&verified).holds, Some(false));

    // A later sample moves the live number; the public one stands, and staff see the difference with the way to restate.
    create(
        app,
        "food_sample",
        json!({ "sample_no": "XC0099", "sample_name": "大米", "sampled_on": "2026-05-11", "task_type": "supervision", "verdict": "unqualified", "failing_items": "镉║0.3║≤0.2" }),
    );
    anybody.get("/indicators/food_pass_rate").await.assert_shows("95.0%").assert_hides("90.5");
    let mut office = county.office().await;
    let page = office.get("/indicators/food_pass_rate").await;
    page.assert_shows("现在算得 90.5%（19 ÷ 21）").assert_shows("拟公开");
    let form = office
        .get(&format!("/kinds/publication/{id}/steps/correct?correction=%E5%8E%9F%E5%85%AC%E5%B8%83&figure=90.5"))
        .await;
    form.assert_shows("原公布").assert_shows("90.5");
    office
        .get(&format!("/kinds/publication/{id}"))
        .await
        .assert_shows("看公开页面")
        .assert_shows("更正：现在算得 90.5%");

    step(app, "head", &id, "withdraw", json!({}));
    for page in pages.iter().filter(|page| !page.starts_with("/public")) {
        assert!(!shows(&mut anybody, page, "95.0").await, "{page} still shows what was withdrawn");
    }
    let page = anybody.get(&format!("/public/{id}")).await;
    page.assert_shows("已撤回").assert_shows("统计口径有误").assert_hides("95.0").assert_hides("怎么核对");
    anybody.get("/public").await.assert_shows("统计口径有误").assert_hides("95.0");
    for gone in ["proof.json", "rows.csv", "rows.xlsx", "attachment"] {
        assert_eq!(anybody.get(&format!("/public/{id}/{gone}")).await.status, StatusCode::NOT_FOUND, "{gone}");
    }
}

#[tokio::test]
async fn a_list_is_read_page_by_page_and_downloaded_with_its_public_fields_only() {
    let county = County::real();
    let app = &county.app;
    samples(app);
    let kind = app.pack.kind("food_sample").unwrap();
    let id = approved(app, app.draft_of_list(kind, &[("verdict".to_owned(), "unqualified".to_owned())], None, None));
    step(app, "publicity", &id, "publish", json!({}));
    let all = approved(app, app.draft_of_list(kind, &[], None, None));
    step(app, "publicity", &all, "publish", json!({}));
    let mut anybody = county.anybody();
    let page = anybody.get(&format!("/public/{id}")).await;
    page.assert_shows("示例超市7")
        .assert_shows("过氧化值")
        .assert_hides("示例超市8")
        .assert_hides("不公开的机构")
        .assert_hides("XC0007");
    let csv = anybody.get(&format!("/public/{all}/rows.csv")).await;
    assert_eq!((csv.text.lines().count(), csv.text.contains("不公开的机构")), (21, false));
    // The digest in the proof is that of the very file.
    use sha2::{Digest, Sha256};
    let bundle = Bundle::read(&anybody.get(&format!("/public/{all}/proof.json")).await.text).unwrap();
    assert_eq!(bundle.rows.unwrap().digest, zhiheng_app::hex(&Sha256::digest(&csv.bytes)));
    assert_eq!(anybody.get(&format!("/public/{all}/rows.xlsx")).await.status, StatusCode::OK);
    for odd in ["?page=0", "?page=99", "?page=x"] {
        assert_eq!(anybody.get(&format!("/public/{all}{odd}")).await.status, StatusCode::OK, "{odd}");
    }
    for odd in ["/public/1", "/public/0190d2c8a1f07000800000000000abcd", "/public?after=x"] {
        assert!(anybody.get(odd).await.status != StatusCode::INTERNAL_SERVER_ERROR, "{odd}");
    }
    // Staff publish from the list they look at, with its conditions.
    let mut office = county.office().await;
    let list = office.get("/kinds/food_sample?f.verdict=unqualified").await;
    list.assert_shows("拟公开").assert_shows("about_filter=verdict");
    anybody.get("/kinds/published_value").await.assert_hides("示例超市");
}
