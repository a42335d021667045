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

/// The same indicator, which counted one town only before 2026.
fn with_an_earlier_definition() -> String {
    let earlier = r#"
[[indicator.earlier]]
until = 2025-12-31
definition = "甲街道的批次"
why = "全县铺开"
[[indicator.earlier.over]]
kind = "food_sample"
where = "area == '990199001'"
count = "sampled_on"
numerator = "count(verdict == 'qualified')"
denominator = "count(verdict is known)"

[[indicator]]
id = "tested_mass""#;
    PLAN.replacen("\n[[indicator]]\nid = \"tested_mass\"", earlier, 1)
}

#[test]
fn a_year_is_computed_under_the_definition_of_its_last_day() {
    for county in County::everywhere() {
        county.at("2026-03-01");
        record(&county, "合格", "2025-12-20");
        record(&county, "不合格", "2025-12-21");
        record(&county, "合格", "2026-01-05");
        let newer = county.app.with_pack(pack(&with_an_earlier_definition()));
        newer.apply_pack("张三", &[files(&with_an_earlier_definition())]).unwrap();
        let view = newer.indicator("food_pass_rate", When { as_of: number("2026-02-01"), known_on: None }).unwrap();
        let years: Vec<_> = view.years.iter().map(|year| (year.period, year.number.denominator)).collect();
        let count = |n: i64| Some(zhiheng_pack::Decimal::from(n));
        assert_eq!(
            years[years.len() - 2..],
            [(2025, None), (2026, count(1))],
            "nothing of 2025 was sampled in that town"
        );
        let behind = |as_of: &str| {
            let when = When { as_of: number(as_of), known_on: None };
            newer
                .cell_records("food_pass_rate", when, None, zhiheng_app::PartWanted::Denominator, None, 9)
                .unwrap()
                .records
                .len()
        };
        assert_eq!((behind("2025-12-31"), behind("2026-02-01")), (0, 1), "the records are those of the definition");
        let moved = record_of_2025(&newer, "合格", "990199001");
        assert_eq!(moved, ["food_pass_rate 2025"], "a reader hears of the year, not of the definition");
        let view = newer.indicator("food_pass_rate", When { as_of: number("2025-12-31"), known_on: None }).unwrap();
        assert_eq!((view.row.number.denominator, view.areas.len()), (count(1), 1));
        assert!(newer.audit().unwrap().is_clean(), "the cells of every definition equal recomputation");
    }
}

fn record_of_2025(app: &App, verdict: &str, area: &str) -> Vec<String> {
    let draft =
        Draft::of_texts([("sample_name", "挂面"), ("verdict", verdict), ("sampled_on", "2025-06-01"), ("area", area)]);
    let submission = Submission {
        act: Act::Create(draft),
        kind: "food_sample".to_owned(),
        id: None,
        expected_version: None,
        reason: None,
    };
    let receipt = app.submit("张三", &submission, None).unwrap();
    receipt
        .moved
        .iter()
        .filter(|one| one.indicator.starts_with("food"))
        .map(|one| format!("{} {}", one.indicator, one.period))
        .collect()
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
