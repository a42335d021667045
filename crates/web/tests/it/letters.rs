//! 督办单 in the browser, over the real pack: three people and a grant until it is signed, and from then on it stays as it was signed.

use axum::http::StatusCode;

use crate::county::{Browser, County};

const KIND: &str = "/kinds/official_letter";

/// Takes a step through its form.
async fn step(browser: &mut Browser, record: &str, step: &str, fields: &[(&str, &str)]) -> StatusCode {
    let path = format!("{record}/steps/{step}");
    let form = browser.get(&path).await;
    if form.status != StatusCode::OK {
        return form.status;
    }
    let (key, version) = (form.hidden("request_key"), form.hidden("expected_version"));
    let mut all = vec![("request_key", key.as_str()), ("expected_version", version.as_str())];
    all.extend_from_slice(fields);
    browser.post(&path, &all).await.status
}

#[tokio::test]
async fn nobody_signs_for_the_leading_group_without_a_grant_and_nobody_rewrites_what_is_signed() {
    let county = County::real();
    let mut office = county.office().await;
    let mut second = county.invited(&mut office, "office", "", "second").await;
    let form = office.get(&format!("{KIND}/new")).await;
    form.assert_shows("f.body_text").assert_hides("f.signed_by").assert_hides("f.issued_on");
    let key = form.hidden("request_key");
    let content =
        [("f.letter_type", "supervision"), ("f.title", "关于超期的督办单"), ("f.body_text", "请于期限前办结。")];
    let rest = [("f.addressee", "kjj"), ("f.reply_due", "2026-12-15")];
    let fields: Vec<(&str, &str)> = content.into_iter().chain(rest).chain([("request_key", key.as_str())]).collect();
    let forged: Vec<(&str, &str)> = fields.iter().copied().chain([("f.signed_by", "县长")]).collect();
    let refused = office.post(&format!("{KIND}/new"), &forged).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "a signature is not typed in");
    refused.assert_shows("由环节");
    let record = office.post(&format!("{KIND}/new"), &fields).await.location().to_owned();
    let asked: Vec<(&str, &str)> = content[1..].iter().copied().chain(rest).collect();
    assert_eq!(step(&mut office, &record, "submit", &asked).await, StatusCode::SEE_OTHER);
    assert_eq!(
        step(&mut office, &record, "pass", &asked[1..]).await,
        StatusCode::CONFLICT,
        "who drafts does not check"
    );
    let checked = [("f.body_text", "请于期限前办结。"), ("f.reply_due", "2026-12-15")];
    assert_eq!(step(&mut second, &record, "pass", &checked).await, StatusCode::SEE_OTHER);

    office.get(&record).await.assert_shows("分管领导").assert_shows("还没有授予任何人");
    assert_ne!(
        step(&mut office, &record, "sign", &rest).await,
        StatusCode::SEE_OTHER,
        "no account of the office signs"
    );
    office.grant("second", "leader", "").await;
    assert_eq!(step(&mut second, &record, "sign", &rest).await, StatusCode::CONFLICT, "who checks does not sign");
    let mut leader = county.invited(&mut office, "office", "", "leader").await;
    office.grant("leader", "leader", "").await;
    assert_eq!(step(&mut leader, &record, "sign", &rest).await, StatusCode::SEE_OTHER);

    let correct = format!("{record}/correct");
    let form = leader.get(&correct).await;
    form.assert_hides("name=\"f.title\"").assert_hides("name=\"f.signed_by\"").assert_shows("name=\"f.remark\"");
    let (key, version) = (form.hidden("request_key"), form.hidden("expected_version"));
    let known = [("request_key", key.as_str()), ("expected_version", version.as_str()), ("reason", "改")];
    let forged: Vec<(&str, &str)> = known.into_iter().chain([("f.title", "另一个标题")]).collect();
    let refused = leader.post(&correct, &forged).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    refused.assert_shows("已经定稿").assert_shows("退回重拟");
    let kept: Vec<(&str, &str)> = known.into_iter().chain([("f.remark", "存档")]).collect();
    leader.post_on(&correct, &kept).await.assert_shows("存档").assert_shows("关于超期的督办单");
    let withdraw = format!("{record}/withdraw");
    let version = leader.get(&withdraw).await.hidden("expected_version");
    let refused = leader.post(&withdraw, &[("expected_version", version.as_str()), ("reason", "不发了")]).await;
    refused.assert_shows("定稿，不能撤销");
}
