//! 透明日志 on the web: its page, its files and how long they may be kept, and the receipts of the staff.

use axum::http::StatusCode;
use zhiheng_app::verify_receipt;

use crate::county::County;

#[tokio::test]
async fn the_log_is_public_as_far_as_its_head_goes_and_its_tiles_may_be_kept_for_ever() {
    let county = County::real();
    let mut anybody = county.anybody();
    anybody.get("/log").await.assert_shows("还没有公开过").assert_shows("它不能证明什么");
    assert_eq!(anybody.get("/log/checkpoint").await.status, StatusCode::NOT_FOUND);
    let mut office = county.office().await;
    office.food_sample("甲-1", "qualified").await;
    let head = county.app.cut_head(true).unwrap();
    let keys = county.app.log_keys().unwrap().unwrap();
    let page = anybody.get("/log").await;
    page.assert_shows(&zhiheng_app::hex(&head.root)).assert_shows(&keys.sm2_point).assert_shows("目前没有外部见证");
    for key in &keys.public {
        page.assert_shows(key);
    }
    let checkpoint = anybody.get("/log/checkpoint").await;
    assert_eq!(checkpoint.text, head.checkpoint);
    assert_eq!(checkpoint.headers["cache-control"], "no-cache");
    for kind in ["0", "entries"] {
        let tile = anybody.get(&format!("/log/tile/{kind}/000.p/{}", head.size)).await;
        assert_eq!(tile.status, StatusCode::OK);
        assert_eq!(tile.headers["cache-control"], "public, max-age=31536000, immutable");
    }
    // What was done since is not told before its time.
    office.food_sample("甲-2", "qualified").await;
    let ahead = format!("/log/tile/entries/000.p/{}", head.size + 1);
    assert_eq!(anybody.get(&ahead).await.status, StatusCode::NOT_FOUND);
    for none in ["0/000", "x/000", "0/000.p/256", "0/000/../000", "entries/001"] {
        assert_eq!(anybody.get(&format!("/log/tile/{none}")).await.status, StatusCode::NOT_FOUND, "{none}");
    }
}

#[tokio::test]
async fn a_receipt_opens_what_its_reader_may_read_and_is_refused_to_others() {
    let county = County::real();
    let mut office = county.office().await;
    let record = office.food_sample("甲-1", "qualified").await;
    office.get(&record).await.assert_shows("存证日志第").assert_shows("存证回执");
    let receipt = office.get(&format!("{record}/receipt.tlog-proof")).await;
    assert_eq!(receipt.status, StatusCode::OK);
    let keys = county.app.log_keys().unwrap().unwrap().public;
    let verified = verify_receipt(receipt.text.as_bytes(), &keys).unwrap();
    assert!(verified.said.unwrap().contains("甲-1"));
    let mut stranger = county.anybody();
    let refused = stranger.get(&format!("{record}/receipt.tlog-proof")).await;
    assert_eq!(refused.status, StatusCode::SEE_OTHER, "to the sign-in");
    assert!(county.app.audit().unwrap().is_clean());
}
