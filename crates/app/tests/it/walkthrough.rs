//! One record's way to a number: the story of ARCHITECTURE.md, on both databases.

use zhiheng_app::{Act, Error, PartWanted, RequestKey, Submission, When};
use zhiheng_pack::Draft;

use crate::county::{County, number};

fn sample(verdict: &str, day: &str) -> Submission {
    let fields =
        [("sample_name", "菜籽油"), ("sampled_on", day), ("verdict", verdict), ("area", "青石镇"), ("mass", "1.500")];
    Submission {
        act: Act::Create(Draft::of_texts(fields)),
        kind: "food_sample".into(),
        id: None,
        expected_version: None,
        reason: None,
    }
}

fn correction(id: &str, version: i64, verdict: &str, day: &str) -> Submission {
    let Submission { act: Act::Create(draft), kind, .. } = sample(verdict, day) else { unreachable!() };
    Submission {
        act: Act::Correct(draft),
        kind,
        id: Some(id.parse().unwrap()),
        expected_version: Some(version),
        reason: Some("复检".into()),
    }
}

#[test]
fn a_corrected_sample_moves_the_rate_of_its_own_year_and_known_on_remembers() {
    for county in County::everywhere() {
        county.at("2026-01-05");
        for _ in 0..3 {
            county.app.submit("甲", &sample("合格", "2025-12-20"), None).unwrap();
        }
        let failing = county.app.submit("甲", &sample("不合格", "2025-12-31"), None).unwrap();
        assert_eq!(county.value("food_pass_rate", "2025-12-31", None), "75.00");
        assert_eq!(failing.moved[0].period, "2025");

        county.at("2026-02-10");
        county.app.submit("甲", &correction(&failing.id, 1, "合格", "2025-12-31"), None).unwrap();
        assert_eq!(county.value("food_pass_rate", "2025-12-31", None), "100.00");
        assert_eq!(county.value("food_pass_rate", "2026-02-10", None), "—", "the new year has no sample");
        assert_eq!(county.value("food_pass_rate", "2025-12-31", Some("2026-02-09")), "75.00");
        assert_eq!(county.value("food_pass_rate", "2025-12-31", Some("2026-01-04")), "—");
        assert_eq!(county.value("tested_mass", "2025-12-30", None), "4.500");
        assert!(county.app.audit().unwrap().is_clean());
    }
}

#[test]
fn every_cell_leads_to_exactly_its_records() {
    for county in County::everywhere() {
        for (verdict, day) in [("合格", "2025-12-20"), ("不合格", "2025-12-21"), ("合格", "2024-06-01")] {
            county.app.submit("甲", &sample(verdict, day), None).unwrap();
        }
        let mut open = sample("合格", "2025-12-22");
        if let Act::Create(draft) = &mut open.act {
            draft.fields.remove("verdict");
        }
        county.app.submit("甲", &open, None).unwrap();
        let when = When { as_of: number("2025-12-31"), known_on: None };
        let count =
            |part| county.app.cell_records("food_pass_rate", when, None, part, None, 100).unwrap().records.len();
        assert_eq!(count(PartWanted::Denominator), 2);
        assert_eq!(count(PartWanted::Numerator), 1);
        assert_eq!(count(PartWanted::Rest), 1);
        let uncounted =
            county.app.cell_records("food_pass_rate", when, None, PartWanted::Uncounted, None, 100).unwrap();
        assert_eq!(
            uncounted.records.iter().map(|one| one.reason.as_deref().unwrap()).collect::<Vec<_>>(),
            ["没有结论"]
        );
        let view = county.app.indicator("food_pass_rate", when).unwrap();
        assert_eq!(view.areas[0].name, "青石镇");
        assert_eq!(view.years.iter().filter(|year| year.number.value.is_some()).count(), 2);
    }
}

#[test]
fn a_retry_gets_the_same_answer_and_another_body_is_refused() {
    for county in County::everywhere() {
        let key = RequestKey("一次提交".into());
        let first = county.app.submit("甲", &sample("合格", "2025-12-20"), Some(&key)).unwrap();
        assert_eq!(county.app.submit("甲", &sample("合格", "2025-12-20"), Some(&key)).unwrap(), first);
        assert!(matches!(
            county.app.submit("甲", &sample("不合格", "2025-12-20"), Some(&key)),
            Err(Error::Conflict(_))
        ));
        county.app.submit("乙", &sample("合格", "2025-12-20"), Some(&key)).unwrap();
        assert_eq!(county.value("food_pass_rate", "2025-12-31", None), "100.00");
        assert_eq!(county.app.board(When { as_of: number("2025-12-31"), known_on: None }).unwrap().records, 2);
    }
}

#[test]
fn a_stale_version_and_a_taken_key_are_conflicts_and_change_nothing() {
    for county in County::everywhere() {
        let with_no = |no: &str| {
            let mut submission = sample("合格", "2025-12-20");
            if let Act::Create(draft) = &mut submission.act {
                draft.fields.insert("sample_no".into(), no.into());
            }
            submission
        };
        let first = county.app.submit("甲", &with_no("示例-1"), None).unwrap();
        assert!(matches!(county.app.submit("甲", &with_no("示例-1"), None), Err(Error::Conflict(_))));
        county.app.submit("甲", &correction(&first.id, 1, "不合格", "2025-12-20"), None).unwrap();
        assert!(matches!(
            county.app.submit("甲", &correction(&first.id, 1, "合格", "2025-12-20"), None),
            Err(Error::Conflict(_))
        ));
        county.app.submit("甲", &with_no("示例-1"), None).expect("the corrected record gave its number up");
        assert!(county.app.audit().unwrap().is_clean());
    }
}

#[test]
fn all_problems_are_said_at_once() {
    let county = County::sqlite();
    let draft = Draft::of_texts([("sampled_on", "2026-13-01"), ("verdict", "好"), ("mass", "-1"), ("colour", "红")]);
    let bad = Submission {
        act: Act::Create(draft),
        kind: "food_sample".into(),
        id: None,
        expected_version: None,
        reason: None,
    };
    let Err(Error::Invalid(problems)) = county.app.submit("甲", &bad, None) else { panic!("refused") };
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["ZH1102", "ZH1101", "ZH1108", "ZH1110", "ZH1106"]);
    assert_eq!(county.app.board(When { as_of: number("2025-12-31"), known_on: None }).unwrap().records, 0);
}
