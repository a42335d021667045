//! 轮岗交接 and 代办: open work passes in one act with a record of it, and a deputy sees what is assigned to whom he stands in for.

use std::sync::atomic::Ordering;

use zhiheng_app::{Account, Act, App, Bin, Error, Grant, HandOver, LogWanted, RecordId, Role, Submission, Taker};
use zhiheng_pack::Draft;
use zhiheng_pack::case::Act as CaseAct;

use crate::accounts::{again, first, invited};
use crate::cases::{counties, lodge, wanted};
use crate::county::noon;

fn because(reason: &str) -> HandOver {
    HandOver { reason: reason.to_owned(), ..HandOver::default() }
}

fn assign(app: &App, by: &Account, kind: &str, id: RecordId, to: &str) {
    app.take_step(Taker::Staff(by), &wanted(kind, id, CaseAct::Assign(Some(to.to_owned()))), None).unwrap();
}

fn assignee(app: &App, id: &RecordId) -> Option<String> {
    app.record("complaint", id).unwrap().record.case.unwrap().assignee
}

#[test]
fn all_open_work_passes_in_one_act_with_a_record_and_what_cannot_is_named() {
    for county in counties() {
        let app = &county.app;
        let office = first(app);
        let li = invited(app, &office, Role::Bureau, Some("scjg"), "li");
        let wang = invited(app, &office, Role::Bureau, Some("scjg"), "wang");
        let stranger = invited(app, &office, Role::Bureau, Some("wlw"), "zhao");
        let (one, two, closed, others) =
            (lodge(app, "甲事"), lodge(app, "乙事"), lodge(app, "丙事"), lodge(app, "丁事"));
        for (id, to) in [(one, "li"), (two, "li"), (closed, "li"), (others, "wang")] {
            assign(app, &li, "complaint", id, to);
        }
        let mut refuse = wanted("complaint", closed, CaseAct::Step("refuse".to_owned()));
        refuse.reason = Some("too_old".to_owned());
        app.take_step(Taker::Staff(&li), &refuse, None).unwrap();

        let open = app.open_work_of(&office, &li.id).unwrap();
        assert_eq!(open.kinds, [("投诉".to_owned(), 2)], "what is closed is no work");
        assert_eq!(open.takers.iter().map(|person| person.id).collect::<Vec<_>>(), [wang.id]);
        let holders = |actor: &Account| {
            let found = app.holders(actor).unwrap().into_iter();
            found.map(|it| (it.person.name, it.lines)).collect::<Vec<_>>()
        };
        assert_eq!(holders(&office), [("li".to_owned(), 2), ("wang".to_owned(), 1)]);
        assert_eq!((holders(&wang), holders(&stranger)), (holders(&office), Vec::new()));
        assert!(matches!(app.open_work_of(&stranger, &li.id), Err(Error::NotPermitted)));
        assert!(matches!(app.hand_over(&stranger, &li.id, &wang.id, &because("轮岗")), Err(Error::NotPermitted)));
        let wrong = app.hand_over(&li, &li.id, &stranger.id, &because(" "));
        let Err(Error::Invalid(problems)) = wrong else { panic!("refused: {wrong:?}") };
        assert_eq!(problems.iter().filter_map(|it| it.field.as_deref()).collect::<Vec<_>>(), ["to", "reason"]);

        let done = app.hand_over(&li, &li.id, &wang.id, &because("轮岗到登记科")).unwrap();
        assert_eq!((done.passed.len(), done.stayed.len()), (2, 0));
        for id in [one, two, others] {
            assert_eq!(assignee(app, &id).as_deref(), Some("wang"));
        }
        assert_eq!(assignee(app, &closed).as_deref(), Some("li"), "who closed a case stays in it");
        let case = app.record("complaint", &one).unwrap().record.case.unwrap();
        let event = case.events.last().unwrap();
        assert_eq!((event.by.as_str(), event.reason.as_deref()), ("li", Some("轮岗到登记科")));
        for (reader, title) in [(&li, "您的 2 件已移交给wang"), (&wang, "li移交给您 2 件")] {
            let told = app.messages(reader, 10).unwrap();
            let told = told.iter().find(|it| it.message.title == title).expect("both are told");
            assert!(told.message.text.contains("甲事") && told.message.text.contains("乙事"), "{}", told.message.text);
        }
        let log = app.operation_log(&office, &LogWanted::default(), 10).unwrap();
        let line = log.iter().find(|row| row.verb == "轮岗交接").expect("the log tells of it");
        assert_eq!((line.object.as_str(), line.detail.as_str()), ("li", "→ wang，2 件：轮岗到登记科"));
        assert!(
            matches!(app.hand_over(&li, &li.id, &wang.id, &because("再来一次")), Err(Error::Invalid(_))),
            "nothing is left"
        );
        let audit = app.audit().unwrap();
        assert!(audit.is_clean(), "{:?}", audit.differences);
    }
}

/// Once the three administrators are separate, posts pass by the security administrator alone, and cases by anybody but him.
#[test]
fn the_security_administrator_passes_posts_and_nothing_else() {
    let county = counties().remove(0);
    let app = &county.app;
    let office = first(app);
    let li = invited(app, &office, Role::Bureau, Some("scjg"), "li");
    let wang = invited(app, &office, Role::Bureau, Some("scjg"), "wang");
    let desk = Grant { role: "desk".to_owned(), body: Some("scjg".to_owned()), since: app.today(), until: None };
    app.grant(&office, &li.id, &desk).unwrap();
    let id = lodge(app, "甲事");
    assign(app, &li, "complaint", id, "li");
    for (role, login) in [(Role::SystemAdmin, "sys"), (Role::SecurityAdmin, "sec"), (Role::AuditAdmin, "aud")] {
        invited(app, &office, role, None, login);
    }
    let (office, security) = (again(app, "office"), again(app, "sec"));
    assert!(!app.open_work_of(&office, &li.id).unwrap().grants);
    for login in ["sys", "aud"] {
        assert!(matches!(app.open_work_of(&again(app, login), &li.id), Err(Error::NotPermitted)), "{login}");
    }
    let open = app.open_work_of(&security, &li.id).unwrap();
    assert!(open.grants && open.kinds.is_empty() && open.unread == 0, "{open:?}");
    assert_eq!(open.takers.iter().map(|person| person.id).collect::<Vec<_>>(), [wang.id]);
    let wanted = HandOver { posts: vec![open.posts[0].key], ..because("轮岗") };
    let done = app.hand_over(&security, &li.id, &wang.id, &wanted).unwrap();
    assert_eq!((done.posts.len(), done.passed.len(), done.messages), (1, 0, 0));
    assert!(again(app, "wang").holds("desk", Some("scjg")) && !again(app, "li").holds("desk", Some("scjg")));
    assert_eq!(assignee(app, &id).as_deref(), Some("li"));
}

#[test]
fn whoever_moved_to_another_unit_leaves_his_cases_to_those_of_the_old_one() {
    for county in counties() {
        let app = &county.app;
        let office = first(app);
        let li = invited(app, &office, Role::Bureau, Some("scjg"), "li");
        let wang = invited(app, &office, Role::Bureau, Some("scjg"), "wang");
        let zhao = invited(app, &office, Role::Bureau, Some("wlw"), "zhao");
        let old = lodge(app, "旧单位的事");
        assign(app, &li, "complaint", old, "li");
        app.set_role(&office, &li.id, Role::Bureau, Some("wlw")).unwrap();
        let part = Submission {
            act: Act::Create(Draft::of_texts([("title", "新单位的事"), ("body", "wlw")])),
            kind: "assist".to_owned(),
            id: None,
            expected_version: None,
            reason: None,
        };
        let part = app.submit("office", &part, None).unwrap().id.parse().unwrap();
        let li = again(app, "li");
        assign(app, &office, "assist", part, "li");
        assert!(matches!(
            app.hand_over(&again(app, "wang"), &li.id, &wang.id, &because("轮岗")),
            Err(Error::NotPermitted)
        ));
        let own = app.hand_over(&li, &li.id, &zhao.id, &because("轮岗")).unwrap();
        let names = |cases: Vec<&str>| cases.into_iter().map(str::to_owned).collect::<Vec<_>>();
        let passed: Vec<String> = own.passed.iter().map(|case| case.label.clone()).collect();
        let stayed: Vec<String> = own.stayed.iter().map(|(case, _)| case.label.clone()).collect();
        assert_eq!((passed, stayed), (names(vec!["新单位的事"]), names(vec![""])));
        let rest = app.hand_over(&office, &li.id, &wang.id, &because("轮岗")).unwrap();
        assert_eq!((rest.passed.len(), rest.stayed.len()), (1, 0));
        assert_eq!(assignee(app, &old).as_deref(), Some("wang"));
    }
}

#[test]
fn more_cases_than_one_transaction_takes_pass_all_the_same() {
    let county = counties().remove(0);
    let app = &county.app;
    let office = first(app);
    let li = invited(app, &office, Role::Bureau, Some("scjg"), "li");
    let wang = invited(app, &office, Role::Bureau, Some("scjg"), "wang");
    let new = |number: i32| Submission {
        act: Act::Create(Draft::of_texts([("matter", format!("第{number}件").as_str())])),
        kind: "complaint".to_owned(),
        id: None,
        expected_version: None,
        reason: None,
    };
    let lodged = app.submit_all("li", &(0..501).map(new).collect::<Vec<_>>(), None, None).unwrap();
    for receipt in lodged {
        assign(app, &li, "complaint", receipt.id.parse().unwrap(), "li");
    }
    let done = app.hand_over(&office, &li.id, &wang.id, &because("退休")).unwrap();
    assert_eq!(done.passed.len(), 501);
    assert_eq!(app.open_work_of(&office, &li.id).unwrap().kinds, []);
    let told = app.messages(&wang, 50).unwrap();
    assert_eq!(told.iter().filter(|it| it.message.title.contains("移交给您")).count(), 2, "once a transaction");
}

#[test]
fn a_deputy_sees_what_is_assigned_to_the_absent_person_and_counts_it_once() {
    for county in counties() {
        let app = &county.app;
        let office = first(app);
        let li = invited(app, &office, Role::Bureau, Some("scjg"), "li");
        let wang = invited(app, &office, Role::Bureau, Some("scjg"), "wang");
        let own = lodge(app, "本单位的事");
        assign(app, &li, "complaint", own, "li");
        // A letter waits for a role that neither of the two holds: only the assignment makes it theirs.
        let letter = Submission {
            act: Act::Create(Draft::of_texts([("title", "提示函")])),
            kind: "letter".to_owned(),
            id: None,
            expected_version: None,
            reason: None,
        };
        let letter = app.submit("office", &letter, None).unwrap().id.parse().unwrap();
        assign(app, &li, "letter", letter, "li");
        app.take_step(Taker::Staff(&wang), &wanted("letter", letter, CaseAct::Step("check".to_owned())), None).unwrap();
        let count = |login: &str| app.work_counts(&again(app, login)).unwrap().open;
        let lines = |login: &str| {
            let items = app.work(&again(app, login), Bin::Open, None, 10).unwrap().items;
            items.into_iter().map(|item| (item.label, item.instead_of)).collect::<Vec<_>>()
        };
        assert_eq!((count("li"), lines("li").len()), (2, 2));
        assert_eq!((count("wang"), lines("wang").len()), (1, 1));
        assign(app, &wang, "complaint", own, "wang");
        assign(app, &wang, "complaint", own, "li");
        let told = || {
            let all = app.messages(&again(app, "wang"), 50).unwrap();
            let instead = |one: &zhiheng_app::ReceivedMessage| one.instead_of.as_deref() == Some("li");
            all.iter().filter(|one| instead(one) && one.message.title.starts_with("交办给您")).count()
        };
        assert_eq!(told(), 0);
        app.delegate(&li, &wang.id, app.today(), app.today() + 3).unwrap();
        assert_eq!(told(), 1, "what the absent person alone is told");
        assert_eq!((count("wang"), lines("wang").len()), (2, 2));
        assert!(lines("wang").contains(&("提示函".to_owned(), Some("li".to_owned()))));
        county.clock.0.store(noon("2026-01-12"), Ordering::SeqCst);
        assert_eq!(count("wang"), 1, "the days are over");
    }
}
