//! Search over real databases: a record is found from the moment at which it is stored, by what it says now, by those who may see it.

use zhiheng_app::{Act, App, Reach, RecordId, SearchView, SearchWanted, Submission};
use zhiheng_pack::Draft;

use crate::county::{County, PLAN, pack};

/// More than one segment of the index holds.
const MANY: usize = 4_200;

fn sample(no: usize, name: &str, area: &str) -> Submission {
    let no = format!("SC26{no:06}");
    let texts = [("sample_no", no.as_str()), ("sample_name", name), ("sampled_on", "2026-01-04"), ("area", area)];
    Submission {
        act: Act::Create(Draft::of_texts(texts)),
        kind: "food_sample".to_owned(),
        id: None,
        expected_version: None,
        reason: None,
    }
}

fn title(holder: &str) -> Submission {
    Submission {
        act: Act::Create(Draft::of_texts([("holder", holder), ("valid_from", "2025-01-01")])),
        kind: "title".to_owned(),
        id: None,
        expected_version: None,
        reason: None,
    }
}

fn wanted(text: &str) -> SearchWanted {
    SearchWanted { text: text.to_owned(), reach: Reach::Everything, limit: 20, ..SearchWanted::default() }
}

fn own(text: &str, bodies: &[&str], areas: &[&str]) -> SearchWanted {
    let owned = |list: &[&str]| list.iter().map(|id| (*id).to_owned()).collect();
    SearchWanted { reach: Reach::Of { bodies: owned(bodies), areas: owned(areas), kinds: Vec::new() }, ..wanted(text) }
}

fn labels(app: &App, view: &SearchView) -> Vec<String> {
    view.records
        .iter()
        .map(|hit| app.pack.title(&app.pack.kinds[hit.kind], &hit.record, zhiheng_pack::Sight::Shown))
        .collect()
}

fn found(app: &App, wanted: &SearchWanted) -> Vec<String> {
    labels(app, &app.search(wanted).unwrap())
}

/// Every page of a question, one after the other.
fn all_pages(app: &App, wanted: &SearchWanted) -> Vec<RecordId> {
    let (mut ids, mut wanted) = (Vec::new(), wanted.clone());
    loop {
        let view = app.search(&wanted).unwrap();
        ids.extend(view.records.iter().map(|hit| hit.row.id));
        match view.next {
            Some(next) => wanted.before = Some(next),
            None => return ids,
        }
    }
}

#[test]
fn a_record_is_found_by_what_it_says_now_and_only_while_it_counts() {
    for county in County::everywhere() {
        let app = &county.app;
        let receipt = app.submit("a", &sample(1, "巫山脆李", "青石镇"), None).unwrap();
        assert_eq!(found(app, &wanted("脆李")), ["巫山脆李"]);
        assert_eq!(found(app, &wanted("sc26000001")), ["巫山脆李"], "by its key");
        let id: RecordId = receipt.id.parse().unwrap();
        let change = |act, version| Submission {
            act,
            kind: "food_sample".to_owned(),
            id: Some(id),
            expected_version: Some(version),
            reason: Some("更正".to_owned()),
        };
        let corrected = Draft::of_texts([("sample_no", "SC26000001"), ("sample_name", "鲜桃")]);
        app.submit("a", &change(Act::Correct(corrected), 1), None).unwrap();
        assert!(found(app, &wanted("脆李")).is_empty(), "by what it said before");
        assert_eq!(found(app, &wanted("鲜桃")), ["鲜桃"]);
        app.submit("a", &change(Act::Withdraw, 2), None).unwrap();
        assert!(found(app, &wanted("鲜桃")).is_empty(), "withdrawn");
        app.submit("a", &change(Act::Restore, 3), None).unwrap();
        assert_eq!(found(app, &wanted("鲜桃")), ["鲜桃"]);
    }
}

#[test]
fn index_and_tail_answer_as_one_and_pages_neither_repeat_nor_skip() {
    for county in County::everywhere() {
        let app = &county.app;
        let name = |no: usize| if no.is_multiple_of(70) { "脆李" } else { "菜籽油" };
        let samples: Vec<Submission> = (0..MANY).map(|no| sample(no, name(no), "")).collect();
        let receipts = app.submit_all("a", &samples, None, None).unwrap();
        app.submit("a", &sample(MANY, "脆李干", ""), None).unwrap();
        let first: RecordId = receipts[0].id.parse().unwrap();
        let corrected = Draft::of_texts([("sample_no", "SC26000000"), ("sample_name", "鲜桃")]);
        let correct = Submission {
            act: Act::Correct(corrected),
            kind: "food_sample".to_owned(),
            id: Some(first),
            expected_version: Some(1),
            reason: Some("更正".to_owned()),
        };
        app.submit("a", &correct, None).unwrap();

        let ids = all_pages(app, &SearchWanted { limit: 7, ..wanted("脆李") });
        let mut apart = ids.clone();
        apart.sort();
        apart.dedup();
        assert_eq!(apart.len(), ids.len(), "no page repeats another");
        // One in seventy of the first lot, without the corrected one, and the one that came after.
        assert_eq!(ids.len(), MANY / 70 - 1 + 1);
        assert!(!ids.contains(&first), "what was corrected");
        assert_eq!(found(app, &wanted("sc26000070")), ["脆李"], "a code within the index");
        assert_eq!(found(app, &wanted("6000140 脆")), Vec::<String>::new(), "not inside of a code");
        assert_eq!(found(app, &wanted("sc2600014 脆")), ["脆李"], "the beginning of a code and one character");
        assert!(found(app, &wanted("脆桃")).is_empty());
    }
}

#[test]
fn nobody_finds_what_he_may_not_see_in_the_index_or_after_it() {
    for county in County::everywhere() {
        let app = &county.app;
        app.submit("a", &title("青石脆李合作社"), None).unwrap();
        app.submit("a", &sample(0, "脆李甲", "甲街道"), None).unwrap();
        app.submit("a", &sample(1, "脆李青", "青石镇"), None).unwrap();
        let look = |app: &App, when: &str| {
            assert_eq!(found(app, &own("脆李", &["kjj"], &[])), ["青石脆李合作社"], "{when}");
            assert_eq!(found(app, &own("脆李", &["scjg"], &[])), ["脆李青", "脆李甲"], "{when}");
            assert_eq!(found(app, &own("脆李", &[], &["990199001"])), ["脆李甲"], "{when}");
            assert_eq!(found(app, &own("脆李", &["kjj"], &["990199001"])), ["脆李甲", "青石脆李合作社"], "{when}");
            assert!(found(app, &own("脆李", &[], &[])).is_empty(), "{when}");
            let nothing = SearchWanted { reach: Reach::Nothing, ..wanted("脆李") };
            assert!(found(app, &nothing).is_empty(), "{when}");
            let kind = SearchWanted { kind: Some("title".to_owned()), ..wanted("脆李") };
            assert_eq!(found(app, &kind), ["青石脆李合作社"], "{when}");
        };
        look(app, "in the tail");
        let more: Vec<Submission> = (10..MANY).map(|no| sample(no, "菜籽油", "")).collect();
        app.submit_all("a", &more, None, None).unwrap();
        look(app, "in the index");
    }
}

/// A database of an earlier release has versions and no index.
#[test]
fn a_database_without_an_index_is_filled_when_it_is_opened() {
    let mut county = County::sqlite();
    let samples: Vec<Submission> = (0..MANY).map(|no| sample(no, "菜籽油", "")).collect();
    county.app.submit("a", &sample(MANY, "脆李", ""), None).unwrap();
    county.app.submit_all("a", &samples, None, None).unwrap();
    let setup = county.setup.clone();
    // Other rules: what is there does not count, and is thrown away in the end.
    let other = PLAN.replace("label = \"{sample_name}\"", "label = \"{sample_name} {verdict}\"");
    let spare = tempfile::tempdir().unwrap();
    county.app = App::open(&format!("sqlite:{}", spare.path().join("spare.db").display()), pack(PLAN), &setup).unwrap();
    for _ in 0..2 {
        let mut reopened = App::open(&county.url, pack(&other), &setup).unwrap();
        reopened.wait_for_index();
        let view = reopened.search(&wanted("脆李")).unwrap();
        assert_eq!(view.records.len(), 1);
        assert!(!view.building);
    }
}

#[test]
fn the_plan_is_found_without_a_record_and_by_readers_who_see_none() {
    let county = County::sqlite();
    let nothing = SearchWanted { reach: Reach::Nothing, ..wanted("合格率") };
    let view = county.app.search(&nothing).unwrap();
    let sorts: Vec<&str> = view
        .plan
        .iter()
        .map(|sort| match sort.hits[0].0 {
            zhiheng_app::PlanHit::Indicator(_) => "indicator",
            zhiheng_app::PlanHit::Paragraph(_) => "paragraph",
            _ => "other",
        })
        .collect();
    assert_eq!(sorts, ["indicator", "paragraph"]);
    assert_eq!(county.app.search(&wanted("青石")).unwrap().plan.len(), 1, "an area");
    assert!(county.app.search(&wanted("13812345678")).unwrap().question.is_none());
}
