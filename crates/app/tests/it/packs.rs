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
fn two_counties_in_one_database_know_nothing_of_each_other() {
    for county in County::everywhere() {
        county.at("2026-01-05");
        record(&county, "合格", "2025-12-20");
        let mut other_files = files(PLAN);
        let header = other_files.files.get_mut("pack.toml").unwrap();
        *header = header.replace("990199", "990198");
        let (other_pack, problems) = zhiheng_pack::read(&other_files, &|_| None);
        assert!(problems.is_empty(), "{problems:?}");
        let other = county.app.beside(other_pack.unwrap()).unwrap();
        assert!(county.app.beside(pack(PLAN)).is_err(), "one pack a place");
        other.apply_pack("张三", &[other_files]).unwrap();
        assert_eq!(county.app.places().unwrap(), ["990198", "990199"]);
        let in_force = county.app.pack_in_force("990198").unwrap().unwrap();
        assert_eq!((in_force.place.as_str(), in_force.hash), ("990198", other.pack.hash));
        let counted = |app: &App| {
            let board = app.board(When { as_of: number("2025-12-31"), known_on: None }).unwrap();
            (board.records, board.rows[0].number.denominator)
        };
        assert_eq!((counted(&other).0, counted(&county.app).0), (0, 1));
        assert_eq!(counted(&other).1.unwrap_or_default(), zhiheng_pack::Decimal::ZERO);
        assert!(other.audit().unwrap().is_clean() && county.app.audit().unwrap().is_clean());
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
