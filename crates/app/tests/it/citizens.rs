//! The public side of a case: opened once however often the form is sent, followed by its code alone, and nothing seen that is not the citizen's.
//! On both databases.

use std::collections::BTreeMap;

use zhiheng_app::{
    Account, Act, App, Error, Filed, QueryCode, RecordId, ReportFile, RequestKey, Role, StepWanted, Submission, Taker,
};
use zhiheng_pack::case::Act as CaseAct;
use zhiheng_pack::procedure::Language;
use zhiheng_pack::{Draft, PackFiles, Sight};

use crate::county::County;

const HEADER: &str = r#"
[pack]
id = "test"
title = "示例"
place = { code = "990199", name = "示例县" }
document = "plan.txt"
baseline_year = 2022
target_year = 2027
[[body]]
id = "scjg"
name = "县市场监管局"
[[area]]
code = "990199001"
name = "甲街道"
[[area]]
code = "990199002"
name = "青石镇"
[[holiday]]
day = 2026-01-01
kind = "off"
name = "元旦"
[[holiday]]
day = 2026-12-31
kind = "work"
name = "年末"
"#;

fn files() -> PackFiles {
    let files = [("pack.toml", HEADER), ("plan.toml", include_str!("complaints.toml")), ("plan.txt", "方案")];
    let files = files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect::<BTreeMap<_, _>>();
    PackFiles { name: "test".to_owned(), files }
}

fn secret(number: u32) -> String {
    format!("{number:032x}")
}

fn file(app: &App, number: u32, fields: &[(&str, &str)]) -> Filed {
    app.file_report("goods", &Draft::of_texts(fields.iter().copied()), "", &[], &secret(number)).unwrap()
}

fn clerk() -> Account {
    let own = "scjg".to_owned();
    Account {
        name: "王某某".to_owned(),
        role: Role::Bureau,
        body: Some(own.clone()),
        own: vec![own],
        ..Account::of_office("clerk")
    }
}

fn step(app: &App, id: RecordId, step: &str, fields: &[(&str, &str)], reason: Option<&str>) {
    let wanted = StepWanted {
        kind: "complaint".to_owned(),
        id,
        act: CaseAct::Step(step.to_owned()),
        fields: Draft::of_texts(fields.iter().copied()),
        reason: reason.map(str::to_owned),
        note: Some("只给同事看的话".to_owned()),
        expected_version: None,
    };
    app.take_step(Taker::Staff(&clerk()), &wanted, None).unwrap();
}

#[test]
fn a_form_sent_twice_is_one_case_with_one_code_and_neither_is_in_the_database() {
    for county in County::everywhere_with(&files()) {
        let app = &county.app;
        let first = file(app, 1, &[("matter", "缺斤短两"), ("phone", "13800000000")]);
        let again = file(app, 1, &[("matter", "缺斤短两，再说一遍")]);
        assert_eq!((first.id, &first.number, &first.code), (again.id, &again.number, &again.code));
        assert_eq!(first.number, "TS2026-001");
        let other = file(app, 2, &[("matter", "另一件")]);
        assert_ne!(first.code, other.code);
        let view = app.record("complaint", &first.id).unwrap();
        let text = |id: &str| {
            app.pack.show(
                app.pack.kind("complaint").unwrap(),
                &view.record,
                app.pack.kind("complaint").unwrap().field_index(id).unwrap(),
            )
        };
        assert_eq!((text("channel").as_str(), text("matter").as_str()), ("网页", "缺斤短两"));
        assert_eq!(view.versions.len(), 1);
        let mut archive = Vec::new();
        app.backup(&mut archive).unwrap();
        let holds = |needle: &str| archive.windows(needle.len()).any(|at| at == needle.as_bytes());
        assert!(holds("TS2026-001"), "the archive can be searched");
        assert!(!holds(first.code.plain()) && !holds(&secret(1)), "a code or a secret is stored");
        assert!(app.audit().unwrap().is_clean());
    }
}

#[test]
fn a_citizen_fills_in_what_is_asked_and_nothing_else() {
    for county in County::everywhere_with(&files()) {
        let app = &county.app;
        let filed = file(app, 1, &[("matter", "缺斤短两"), ("inner", "已查无实据"), ("score", "5"), ("number", "TS1")]);
        let course = app.follow(&filed.code, "", Language::Chinese).unwrap();
        assert_eq!(course.number, "TS2026-001");
        let kind = app.pack.kind("complaint").unwrap();
        for id in ["inner", "score"] {
            assert_eq!(course.record.value(kind.field_index(id).unwrap()), None, "{id}");
        }
        let blank = app.file_report("goods", &Draft::default(), "", &[], &secret(3));
        assert!(matches!(blank, Err(Error::Invalid(problems)) if problems[0].field.as_deref() == Some("matter")));
        assert!(app.file_report("goods", &Draft::default(), "", &[], "short").is_err());
        assert!(matches!(app.file_report("none", &Draft::default(), "", &[], &secret(4)), Err(Error::NotFound(_))));
    }
}

#[test]
fn the_course_shows_public_steps_and_clocks_and_nothing_of_the_office() {
    for county in County::everywhere_with(&files()) {
        let app = &county.app;
        let filed = file(app, 1, &[("matter", "缺斤短两"), ("phone", "13800000000")]);
        let course = app.follow(&filed.code, " ts2026-001 ", Language::Chinese).unwrap();
        assert_eq!((course.state.as_str(), course.closed), ("已收到，等待决定是否受理", false));
        assert_eq!(course.clocks.len(), 1);
        assert_eq!(zhiheng_pack::day::date(course.clocks[0].due.unwrap()).to_string(), "2026-01-14");
        assert_eq!(course.steps.iter().map(|step| step.id.as_str()).collect::<Vec<_>>(), ["withdraw"]);

        county.at("2026-01-07");
        step(app, filed.id, "accept", &[("inner", "先问商家")], None);
        step(app, filed.id, "think", &[("inner", "再想想")], None);
        county.at("2026-01-09");
        step(app, filed.id, "close", &[("result", "退款")], None);
        let course = app.follow(&filed.code, "", Language::Chinese).unwrap();
        let seen: Vec<_> = course.events.iter().map(|event| event.step.as_deref().unwrap_or("收到")).collect();
        assert_eq!(seen, ["收到", "受理", "办结"], "the inner step is not the public's");
        assert_eq!(course.clocks.iter().map(|clock| clock.late).collect::<Vec<_>>(), [Some(false), Some(false)]);
        assert_eq!(
            course.shown,
            [("结果".to_owned(), "退款".to_owned())],
            "a personal field is not shown, even where the pack lists it"
        );

        // Rated once it is closed, by the citizen alone, as a step.
        let key = RequestKey("0123456789abcdef".to_owned());
        let rate =
            |score: &str| app.citizen_step(&filed.code, "rate", Draft::of_texts([("score", score)]), &[], None, &key);
        assert!(matches!(rate("9"), Err(Error::Invalid(_))));
        rate("5").unwrap();
        let staffs = app.citizen_step(&filed.code, "think", Draft::default(), &[], None, &RequestKey("k".repeat(16)));
        assert!(matches!(staffs, Err(Error::NotPermitted)), "a citizen takes no step of the office");
        let kind = app.pack.kind("complaint").unwrap();
        let course = app.follow(&filed.code, "", Language::Chinese).unwrap();
        assert_eq!(app.pack.show(kind, &course.record, kind.field_index("score").unwrap()), "5");
        assert!(app.audit().unwrap().is_clean());
    }
}

#[test]
fn a_code_opens_its_own_case_and_a_wrong_number_opens_none() {
    for county in County::everywhere_with(&files()) {
        let app = &county.app;
        let (one, two) = (file(app, 1, &[("matter", "甲")]), file(app, 2, &[("matter", "乙")]));
        assert!(app.follow(&one.code, &one.number, Language::Chinese).is_ok());
        assert!(matches!(app.follow(&one.code, &two.number, Language::Chinese), Err(Error::NotFound(_))));
        let strange = QueryCode::read("22222-22222").unwrap();
        assert!(matches!(app.follow(&strange, "", Language::Chinese), Err(Error::NotFound(_))));
        let refused = file(app, 3, &[("matter", "丙")]);
        step(app, refused.id, "refuse", &[], Some("not_ours"));
        let course = app.follow(&refused.code, "", Language::Chinese).unwrap();
        assert_eq!(course.events.last().unwrap().ground.as_deref(), Some("不属于本机关职责"));
    }
}

#[test]
fn a_poster_fills_in_its_place_until_it_is_taken_down() {
    for county in County::everywhere_with(&files()) {
        let app = &county.app;
        for (code, removed) in [("P1", ""), ("P2", "2026-01-02")] {
            let point = [("code", code), ("spot", "青石码头"), ("area", "990199002"), ("removed_on", removed)];
            let submission = Submission {
                act: Act::Create(Draft::of_texts(point)),
                kind: "spot_code".to_owned(),
                id: None,
                expected_version: None,
                reason: None,
            };
            app.submit("clerk", &submission, None).unwrap();
        }
        let matter = Draft::of_texts([("matter", "船没有开")]);
        let filed = app.file_report("goods", &matter, "P1", &[], &secret(1)).unwrap();
        let kind = app.pack.kind("complaint").unwrap();
        let view = app.record("complaint", &filed.id).unwrap();
        let text = |id: &str| app.pack.show(kind, &view.record, kind.field_index(id).unwrap());
        assert_eq!((text("spot").as_str(), text("area").as_str()), ("青石码头", "青石镇"));
        assert!(app.point("goods", "P2").unwrap().fields.is_empty());
        assert!(app.point("goods", "P9").unwrap().fields.is_empty());
        // What the citizen says goes before what the poster says.
        let own = Draft::of_texts([("matter", "船没有开"), ("spot", "对岸")]);
        let filed = app.file_report("goods", &own, "P1", &[], &secret(2)).unwrap();
        let view = app.record("complaint", &filed.id).unwrap();
        assert_eq!(app.pack.show(kind, &view.record, kind.field_index("spot").unwrap()), "对岸");
    }
}

#[test]
fn likely_repetitions_are_shown_and_merged_by_a_person_only() {
    for county in County::everywhere_with(&files()) {
        let app = &county.app;
        let story = "在青石镇惠民超市买到过期饼干一盒，要求退款";
        let first = file(app, 1, &[("matter", "过期饼干"), ("story", story), ("phone", "138 0000 0000")]);
        let second = file(app, 2, &[("matter", "饼干过期"), ("phone", "13800000000")]);
        let third = file(app, 3, &[("matter", "超市过期饼干"), ("story", "惠民超市的饼干一盒过期，青石镇，要退款")]);
        let other = file(app, 4, &[("matter", "热水器不保修"), ("story", "电器行拒绝修理热水器，已经三次")]);
        let near = |filed: &Filed| {
            let view = app.record("complaint", &filed.id).unwrap();
            app.near_cases(&view, None, &|_, _, _| Sight::Masked).unwrap()
        };
        let found: Vec<_> = near(&first).into_iter().map(|near| (near.id, near.why)).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.contains(&(second.id, vec!["联系电话相同"])), "{found:?}");
        assert!(found.contains(&(third.id, vec!["内容相近"])), "{found:?}");
        assert!(near(&other).is_empty());
        let view = app.record("complaint", &first.id).unwrap();
        assert!(
            app.near_cases(
                &view,
                Some(zhiheng_app::Scope { bodies: vec!["kjj".to_owned()], ..zhiheng_app::Scope::default() }),
                &|_, _, _| Sight::Masked
            )
            .unwrap()
            .is_empty(),
            "cases of others stay theirs"
        );

        app.merge_case(&clerk(), "complaint", &second.id, &first.id).unwrap();
        let merged = app.record("complaint", &second.id).unwrap();
        let last = merged.versions.last().unwrap();
        assert_eq!((last.row.version, last.row.actor.as_str()), (2, "clerk"));
        assert_eq!(last.changes[0].0, "并入");
        assert!(near(&first).iter().all(|near| near.id != second.id), "what is merged is not shown again");
        assert!(app.merge_case(&clerk(), "complaint", &first.id, &first.id).is_err());
    }
}

#[test]
fn public_numbers_are_those_of_yesterday_and_small_ones_are_kept_back() {
    for county in County::everywhere_with(&files()) {
        let app = &county.app;
        for number in 0..8 {
            let goods = if number < 6 { "food" } else { "tour" };
            let filed = file(app, number, &[("matter", "事"), ("goods", goods), ("area", "990199001")]);
            if number < 5 {
                step(app, filed.id, "accept", &[], None);
            }
        }
        assert_eq!(app.public_numbers("goods").unwrap().opened, Some(0), "today is not over");
        county.at("2026-01-06");
        let late = file(app, 90, &[("matter", "今天的")]);
        step(app, late.id, "accept", &[], None);
        let numbers = app.public_numbers("goods").unwrap();
        assert_eq!((numbers.opened, numbers.closed), (Some(8), Some(0)));
        assert_eq!(numbers.clocks, [("受理决定".to_owned(), 5, 5)]);
        let counts = |at: usize| -> Vec<(&str, Option<u64>)> {
            numbers.by[at].1.iter().map(|row| (row.name.as_str(), row.count)).collect()
        };
        assert_eq!(numbers.by[0].0, "类别");
        assert_eq!(counts(0), [("食品", None), ("旅游服务", None)]);
        assert_eq!(counts(1), [("甲街道", Some(8))]);
        assert_eq!(numbers.by[1].1[0].on_time, Some((5, 5)), "three of the eight are not decided yet");
    }
}

#[test]
fn a_photo_belongs_to_the_case_in_the_field_that_asks_for_it() {
    // Files are no part of a database, and beside PostgreSQL they would lie in the working folder.
    for county in County::everywhere_with(&files()).into_iter().take(1) {
        let app = &county.app;
        let photo = |field: &str| ReportFile {
            field: field.to_owned(),
            name: "照片.jpg".to_owned(),
            media_type: "image/jpeg",
            bytes: vec![1, 2, 3],
        };
        let matter = Draft::of_texts([("matter", "有照片")]);
        let filed = app.file_report("goods", &matter, "", &[photo("photo"), photo("inner")], &secret(1)).unwrap();
        let view = app.record("complaint", &filed.id).unwrap();
        let kind = app.pack.kind("complaint").unwrap();
        assert!(app.pack.show(kind, &view.record, kind.field_index("photo").unwrap()).contains("照片.jpg"));
        assert_eq!(view.record.value(kind.field_index("inner").unwrap()), None);
    }
}
