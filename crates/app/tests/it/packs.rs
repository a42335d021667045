//! The life of a pack: a changed definition is computed beside the running one and switched in one act.

use zhiheng_app::{Act, App, PackState, Submission, When};
use zhiheng_pack::Draft;

use crate::county::{County, PLAN, files, number, pack};

fn record(county: &County, verdict: &str, day: &str) {
    let draft =
        Draft::of_texts([("sample_name", "菜籽油"), ("sampled_on", day), ("verdict", verdict), ("area", "青石镇")]);
    let submission = Submission {
        act: Act::Create(draft),
        kind: "food_sample".into(),
        id: None,
        expected_version: None,
        reason: None,
    };
    county.app.submit("甲", &submission, None).unwrap();
}

/// The rate counts one town only from now on.
fn narrowed() -> String {
    PLAN.replacen(
        "count = \"sampled_on\"\nnumerator",
        "where = \"area == '990199001'\"\ncount = \"sampled_on\"\nnumerator",
        1,
    )
}

#[test]
fn a_new_definition_is_back_filled_and_the_old_one_stays_known() {
    for county in County::everywhere() {
        county.at("2026-01-05");
        record(&county, "合格", "2025-12-20");
        record(&county, "不合格", "2025-12-21");
        assert_eq!(county.value("food_pass_rate", "2025-12-31", None), "50.00");
        let County { app, clock, setup, url, .. } = &county;
        clock.0.store(crate::county::noon("2026-03-01"), std::sync::atomic::Ordering::SeqCst);
        let store_is_shared = App::open(url, pack(&narrowed()), setup);
        assert!(store_is_shared.is_err(), "one writer a database");
        let diff = app.with_pack(pack(&narrowed())).pack_diff().unwrap();
        assert_eq!(diff.redefined, ["food_pass_rate"]);
        assert_eq!((diff.values[0].before, diff.values[0].after), ((1, 2), (0, 0)));
        let newer = app.with_pack(pack(&narrowed()));
        assert!(matches!(newer.pack_state().unwrap(), PackState::Differs { seq: 1, .. }));
        let (seq, computed) = newer.apply_pack("张三", &[files(&narrowed())]).unwrap();
        assert_eq!((seq, computed), (2, vec!["food_pass_rate".to_owned()]));
        let value = |known: Option<&str>| {
            let board = newer.board(When { as_of: number("2025-12-31"), known_on: known.map(number) }).unwrap();
            board.rows[0].number.value.map(|value| value.to_string())
        };
        assert_eq!(value(None), None, "nothing was sampled in that town");
        assert_eq!(value(Some("2026-02-01")).as_deref(), Some("50"), "known under the pack of that day");
        assert!(newer.audit().unwrap().is_clean());
    }
}

#[test]
fn a_change_of_words_moves_no_cell() {
    let county = County::sqlite();
    record(&county, "合格", "2025-12-20");
    let reworded = PLAN.replacen("食品抽检合格率\"\nunit", "食品抽检合格率（批次）\"\nunit", 1);
    let diff = county.app.with_pack(pack(&reworded)).pack_diff().unwrap();
    assert!(diff.redefined.is_empty() && diff.values.is_empty());
    assert_eq!(diff.reworded, ["food_pass_rate"]);
}
