//! 防倒签、防擅改: what a case stands on is not its own handler's to change, a lateness stays, what is signed is fixed, and no account holds every role.
//! On both databases.

use std::collections::BTreeMap;

use zhiheng_app::{
    Account, Act, App, Error, Fired, Grant, HandOver, LogWanted, PartWanted, RecordId, RequestKey, Role, StepWanted,
    Submission, Taker, When,
};
use zhiheng_pack::case::Act as CaseAct;
use zhiheng_pack::{Draft, PackFiles};

use crate::accounts::{again, first, invited};
use crate::county::{County, number};

const PLAN: &str = r#"
[[role]]
id = "secrecy"
name = "保密审查岗"
by_grant = true
[[role]]
id = "desk"
name = "受理岗"
[[kind]]
id = "matter"
name = "事项"
group = "办理"
about = "一件事项"
mode = "handle"
label = "{title}"
body = "scjg"
day = "received_on"
columns = ["title", "state"]
[[kind.field]]
id = "title"
name = "标题"
type = "text"
required = true
[[kind.field]]
id = "received_on"
name = "收到日期"
type = "date"
[[kind.field]]
id = "accepted_on"
name = "受理日期"
type = "date"
[[kind.field]]
id = "text"
name = "正文"
type = "text"
[[kind.field]]
id = "signed_by"
name = "签发人"
type = "text"
[[kind.field]]
id = "score"
name = "评价"
type = "integer"
[[kind.field]]
id = "remark"
name = "备注"
type = "text"
[[kind.sample]]
title = "一件"
[[document]]
id = "letter"
name = "决定书"
kind = "matter"
text = "{title}：{text}"
[[procedure]]
id = "matter"
kind = "matter"
name = "办理"
opened = "received_on"
start = "lodged"
[[procedure.state]]
id = "lodged"
name = "待受理"
[[procedure.state]]
id = "accepted"
name = "已受理"
[[procedure.state]]
id = "checked"
name = "已审核"
[[procedure.state]]
id = "signed"
name = "已签发"
frozen = "rework"
[[procedure.state]]
id = "issued"
name = "已印发"
final = true
frozen = true
[[procedure.state]]
id = "dropped"
name = "已撤回"
final = true
[[procedure.step]]
id = "accept"
name = "受理"
from = "lodged"
to = "accepted"
role = ["officer", "office"]
require = ["text"]
set = { accepted_on = "@today" }
[[procedure.step]]
id = "check"
name = "审核"
from = "accepted"
to = "checked"
role = "officer"
four_eyes = "accept"
[[procedure.step]]
id = "sign"
name = "签发"
from = "checked"
to = "signed"
role = "leader"
four_eyes = ["accept", "check"]
set = { signed_by = "@actor" }
[[procedure.step]]
id = "rework"
name = "退回重拟"
from = "signed"
to = "accepted"
role = "officer"
reason = true
[[procedure.step]]
id = "issue"
name = "印发"
from = "signed"
to = "issued"
role = "officer"
ask = ["text"]
[[procedure.step]]
id = "clear"
name = "保密审查"
from = "lodged"
role = "secrecy"
[[procedure.step]]
id = "drop"
name = "撤回"
from = ["lodged", "accepted"]
to = "dropped"
role = "officer"
[[procedure.step]]
id = "rate"
name = "评价"
from = "issued"
role = "citizen"
require = ["score"]
[[procedure.clock]]
id = "decide"
name = "受理决定"
starts = ["field:opened_on"]
stops = ["step:accept"]
length = "7 workday"
extend = { role = "head", times = 1, max = "5 workday" }
warn = ["-1 workday"]
escalate = [{ at = "+3 workday", to = "role:office" }, { at = "+30 workday", to = "role:leader" }]
[[group]]
id = "work"
name = "办理"
[[indicator]]
id = "on_time"
name = "受理按时率"
group = "work"
unit = "%"
form = "ratio"
mode = "computed"
bodies = ["scjg"]
kind = "floor"
baseline = { year = 2022 }
target = { year = 2027, op = ">=", value = "100" }
[[indicator.over]]
kind = "matter"
count = "opened_on"
numerator = "count(met_decide)"
denominator = "count(met_decide is known)"
"#;

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
[[body]]
id = "zlb"
name = "质量强县办"
[[holiday]]
day = 2026-01-01
kind = "off"
name = "元旦"
[[holiday]]
day = 2026-12-31
kind = "work"
name = "年末"
"#;

fn counties() -> Vec<County> {
    let files = [("pack.toml", HEADER), ("plan.toml", PLAN), ("plan.txt", "方案")];
    let files = files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect::<BTreeMap<_, _>>();
    County::everywhere_with(&PackFiles { name: "test".to_owned(), files })
}

fn of_bureau(login: &str) -> Account {
    let own = vec!["scjg".to_owned()];
    Account { role: Role::Bureau, body: Some("scjg".to_owned()), own, ..Account::of_office(login) }
}

/// The head of the bureau.
fn head(login: &str) -> Account {
    let held = zhiheng_app::Held { role: "head".to_owned(), bodies: Some(vec!["scjg".to_owned()]), instead_of: None };
    Account { held: vec![held], ..of_bureau(login) }
}

fn leader(login: &str) -> Account {
    let held = zhiheng_app::Held { role: "leader".to_owned(), bodies: None, instead_of: None };
    Account { held: vec![held], ..of_bureau(login) }
}

fn submission(act: Act, id: Option<RecordId>) -> Submission {
    let reason = id.map(|_| "录入有误".to_owned());
    Submission { act, kind: "matter".to_owned(), id, expected_version: None, reason }
}

fn lodge(app: &App, by: &Account, fields: &[(&str, &str)]) -> Result<RecordId, Error> {
    let draft = Draft::of_texts(fields.iter().copied());
    Ok(app.submit_as(by, &submission(Act::Create(draft), None), None)?.id.parse().unwrap())
}

/// A correction of some fields, the others as they are.
fn correct(app: &App, by: &Account, id: RecordId, fields: &[(&str, &str)]) -> Result<(), Error> {
    let view = app.record("matter", &id).unwrap();
    let kind = app.pack.kind("matter").unwrap();
    let given = kind.given().filter_map(|(at, field)| Some((field.id.clone(), view.record.value(at)?.to_json())));
    let mut draft = Draft { fields: given.collect(), scope: None };
    for (field, value) in fields {
        draft.fields.insert((*field).to_owned(), serde_json::Value::String((*value).to_owned()));
    }
    app.submit_as(by, &submission(Act::Correct(draft), Some(id)), None).map(|_| ())
}

fn act(app: &App, by: &Account, id: RecordId, act: CaseAct, fields: &[(&str, &str)]) -> Result<(), Error> {
    let wanted = StepWanted {
        kind: "matter".to_owned(),
        id,
        act,
        fields: Draft::of_texts(fields.iter().copied()),
        reason: Some("原件为准".to_owned()),
        note: None,
        expected_version: None,
    };
    app.take_step(Taker::Staff(by), &wanted, None).map(|_| ())
}

fn step(app: &App, by: &Account, id: RecordId, step: &str, fields: &[(&str, &str)]) -> Result<(), Error> {
    act(app, by, id, CaseAct::Step(step.to_owned()), fields)
}

fn rate(app: &App) -> Option<(String, String)> {
    let board = app.board(When { as_of: number("2026-12-30"), known_on: None }).unwrap();
    let at = app.pack.indicator_position("on_time").unwrap();
    let row = board.rows.iter().find(|row| row.indicator == at).unwrap();
    row.number.numerator.zip(row.number.denominator).map(|(one, all)| (one.to_string(), all.to_string()))
}

fn clean(app: &App) {
    let audit = app.audit().unwrap();
    assert!(audit.is_clean(), "{:?}", audit.differences);
}

/// The fields that a refusal names.
fn fields_of(outcome: Result<(), Error>) -> Vec<String> {
    match outcome {
        Err(Error::Invalid(problems)) => problems.into_iter().filter_map(|problem| problem.field).collect(),
        other => panic!("refused with fields, not {other:?}"),
    }
}

fn why(outcome: Result<(), Error>) -> String {
    match outcome {
        Err(Error::WrongState(why)) => why,
        Err(Error::Invalid(problems)) => problems.into_iter().map(|problem| problem.message).collect(),
        other => panic!("refused with a reason, not {other:?}"),
    }
}

const LATE: Option<(&str, &str)> = Some(("0", "1"));

fn told(rate: &Option<(String, String)>) -> Option<(&str, &str)> {
    rate.as_ref().map(|(one, all)| (one.as_str(), all.as_str()))
}

#[test]
fn who_is_late_does_not_move_the_day_from_which_he_is_counted() {
    for county in counties() {
        let (app, clerk, chief) = (&county.app, of_bureau("clerk"), head("chief"));
        county.at("2026-01-16");
        // Received on Monday 5 January: due on the 14th.
        let id = lodge(app, &clerk, &[("title", "一件"), ("received_on", "2026-01-05")]).unwrap();
        app.fire().unwrap();
        assert_eq!(told(&rate(app)), LATE);
        assert_eq!(fields_of(correct(app, &clerk, id, &[("received_on", "2026-01-15")])), ["received_on"]);
        assert_eq!(told(&rate(app)), LATE, "his own correction is refused");
        assert_eq!(fields_of(correct(app, &chief, id, &[("received_on", "")])), ["received_on"], "nor taken away");

        // Another person, with the role: the day is put right, the lateness stands.
        correct(app, &chief, id, &[("received_on", "2026-01-15")]).unwrap();
        let run = app.pack.runs(&app.record("matter", &id).unwrap().record)[0].clone();
        assert!(run.stands && run.late == Some(true) && run.lapsed_at.is_some());
        assert_eq!(run.moves.iter().map(|(_, day)| *day).collect::<Vec<_>>(), [number("2026-01-05")], "both days");
        assert_eq!(told(&rate(app)), LATE);
        assert_eq!(app.fire().unwrap().lapses, 0, "and does not lapse twice");
        step(app, &clerk, id, "accept", &[("text", "受理")]).unwrap();
        assert_eq!(told(&rate(app)), LATE, "nor does a decision in the new time wash it off");

        let confirm = || CaseAct::Confirm("decide".to_owned());
        for one in [&clerk, &chief] {
            assert!(act(app, one, id, confirm(), &[]).is_err(), "{}: not the two of the correction", one.login);
        }
        act(app, &Account::of_office("office"), id, confirm(), &[]).unwrap();
        assert_eq!(told(&rate(app)), Some(("1", "1")), "a third person has confirmed the day");
        let case = app.record("matter", &id).unwrap().record.case.unwrap();
        assert!(
            case.events.iter().any(|event| matches!(event.act, CaseAct::Lapse(_))),
            "the lapse stays in the history"
        );
        clean(app);
    }
}

#[test]
fn a_correction_that_proves_nothing_is_not_confirmed_and_one_before_the_end_needs_nobody() {
    let county = counties().remove(0);
    let (app, clerk, chief) = (&county.app, of_bureau("clerk"), head("chief"));
    county.at("2026-01-06");
    let early = lodge(app, &clerk, &[("title", "早"), ("received_on", "2026-01-02")]).unwrap();
    let late = lodge(app, &clerk, &[("title", "晚"), ("received_on", "2026-01-02")]).unwrap();
    correct(app, &chief, early, &[("received_on", "2026-01-05")]).unwrap();
    county.at("2026-01-14");
    app.fire().unwrap();
    step(app, &clerk, early, "accept", &[("text", "受理")]).unwrap();
    assert_eq!(told(&rate(app)), Some(("1", "2")), "corrected in time, decided in time");
    county.at("2026-01-20");
    correct(app, &chief, late, &[("received_on", "2026-01-05")]).unwrap();
    let confirm = CaseAct::Confirm("decide".to_owned());
    assert!(act(app, &Account::of_office("office"), late, confirm, &[]).is_err(), "late by the corrected day as well");
    clean(app);
}

#[test]
fn a_day_put_right_to_an_earlier_one_is_late_at_once_and_nothing_happens_twice() {
    for county in counties() {
        let (app, clerk, chief) = (&county.app, of_bureau("clerk"), head("chief"));
        let fired = |what: &str| {
            let fired = app.fire().unwrap();
            assert_eq!(app.fire().unwrap(), Fired::default(), "{what}: not twice");
            (fired.warnings, fired.lapses, fired.rungs)
        };
        county.at("2026-01-21");
        // Entered with Tuesday 20 January: due on the 29th.
        let id = lodge(app, &clerk, &[("title", "一件"), ("received_on", "2026-01-20")]).unwrap();
        county.at("2026-01-28");
        assert_eq!(fired("the day before"), (1, 0, 0));
        // It had come on the 5th: due on the 14th, and three workdays after that have gone by.
        correct(app, &chief, id, &[("received_on", "2026-01-05")]).unwrap();
        clean(app);
        assert_eq!(fired("put right"), (0, 1, 1));
        assert_eq!(told(&rate(app)), LATE);
        correct(app, &head("deputy"), id, &[("received_on", "2026-01-04")]).unwrap();
        assert_eq!(fired("once more"), (0, 0, 0), "what has happened has happened");
        county.at("2026-03-30");
        assert_eq!(fired("the last rung"), (0, 0, 1));
        clean(app);
    }
}

#[test]
fn what_a_step_writes_down_is_not_filled_in_or_put_right_by_hand() {
    for county in counties() {
        let (app, clerk) = (&county.app, of_bureau("clerk"));
        let made = lodge(app, &clerk, &[("title", "一件"), ("accepted_on", "2026-01-05"), ("score", "5")]).map(|_| ());
        assert_eq!(fields_of(made), ["accepted_on", "score"]);
        let id = lodge(app, &clerk, &[("title", "一件"), ("remark", "来电")]).unwrap();
        assert_eq!(fields_of(correct(app, &clerk, id, &[("accepted_on", "2026-01-05")])), ["accepted_on"]);
        correct(app, &clerk, id, &[("remark", "来人"), ("text", "草稿")]).unwrap();
        step(app, &clerk, id, "accept", &[("text", "受理")]).unwrap();
        assert_eq!(fields_of(correct(app, &clerk, id, &[("text", "改"), ("remark", "改")])), ["text"]);
        assert!(why(correct(app, &head("clerk"), id, &[("text", "改")])).contains("另一人"), "four eyes, role or not");
        correct(app, &head("chief"), id, &[("text", "改正")]).unwrap();
        assert_eq!(fields_of(correct(app, &head("chief"), id, &[("score", "5")])), ["score"], "the citizen's alone");
        clean(app);
    }
}

#[test]
fn what_is_signed_stays_as_it_was_signed() {
    for county in counties() {
        let (app, chief) = (&county.app, head("chief"));
        let id = lodge(app, &of_bureau("a"), &[("title", "一件")]).unwrap();
        step(app, &of_bureau("a"), id, "accept", &[("text", "甲")]).unwrap();
        assert!(why(step(app, &of_bureau("a"), id, "check", &[])).contains("“受理”是您自己办的"));
        step(app, &of_bureau("b"), id, "check", &[]).unwrap();
        for again in ["a", "b"] {
            assert!(
                why(step(app, &leader(again), id, "sign", &[])).contains("另一人"),
                "{again} signs nothing of his own"
            );
        }
        step(app, &leader("c"), id, "sign", &[]).unwrap();
        assert!(why(correct(app, &chief, id, &[("text", "乙")])).contains("退回重拟"), "not even the head");
        assert_eq!(
            fields_of(correct(app, &chief, id, &[("title", "乙"), ("signed_by", "丁")])),
            ["title", "signed_by"]
        );
        correct(app, &of_bureau("a"), id, &[("remark", "存档")]).unwrap();
        assert_eq!(
            fields_of(step(app, &of_bureau("a"), id, "issue", &[("text", "乙")])),
            ["text"],
            "nor on the way out"
        );
        assert!(why(app.submit_as(&chief, &submission(Act::Withdraw, Some(id)), None).map(|_| ())).contains("定稿"));

        step(app, &of_bureau("a"), id, "rework", &[]).unwrap();
        correct(app, &chief, id, &[("text", "乙")]).unwrap();
        step(app, &of_bureau("b"), id, "check", &[]).unwrap();
        step(app, &leader("c"), id, "sign", &[]).unwrap();
        step(app, &of_bureau("a"), id, "issue", &[]).unwrap();
        assert!(why(correct(app, &chief, id, &[("text", "丙")])).contains("另行发文"));
        clean(app);
    }
}

#[test]
fn a_late_case_is_not_withdrawn_out_of_the_numbers() {
    for county in counties() {
        let (app, clerk) = (&county.app, of_bureau("clerk"));
        let withdraw = |by: &Account, id: RecordId| {
            let key = RequestKey(format!("withdraw-{}-{id}", by.login));
            app.submit_as(by, &submission(Act::Withdraw, Some(id)), Some(&key)).map(|_| ())
        };
        let mistake = lodge(app, &clerk, &[("title", "误录")]).unwrap();
        withdraw(&clerk, mistake).unwrap();
        let given = lodge(app, &Account::of_office("office"), &[("title", "交办")]).unwrap();
        assert!(why(withdraw(&clerk, given)).contains("单位负责人"), "what another has opened is not his to take back");

        county.at("2026-01-20");
        app.fire().unwrap();
        assert_eq!(told(&rate(app)), LATE);
        assert!(withdraw(&clerk, given).is_err());
        assert!(withdraw(&Account::of_office("office"), given).is_err(), "four eyes: not who acted last");
        withdraw(&head("chief"), given).unwrap();
        assert_eq!(told(&rate(app)), LATE, "withdrawn and late all the same");
        let when = When { as_of: number("2026-12-30"), known_on: None };
        let behind = app.cell_records("on_time", when, None, PartWanted::Denominator, None, 10).unwrap();
        assert_eq!(
            behind.records.iter().map(|record| record.row.id).collect::<Vec<_>>(),
            [given],
            "and the number opens"
        );
        clean(app);
        app.submit_as(&head("chief"), &submission(Act::Restore, Some(given)), None).unwrap();
        assert_eq!(told(&rate(app)), LATE, "and counts once");
        clean(app);
    }
}

#[test]
fn a_time_that_ran_out_is_not_extended_and_an_extension_keeps_to_its_unit() {
    let county = counties().remove(0);
    let (app, clerk, chief) = (&county.app, of_bureau("clerk"), head("chief"));
    let id = lodge(app, &clerk, &[("title", "一件"), ("received_on", "2026-01-05")]).unwrap();
    let extend = |length: &str| act(app, &chief, id, CaseAct::Extend("decide".to_owned(), length.to_owned()), &[]);
    for wrong in ["1 minute", "1 month", "7 day", "6 workday", "0 workday"] {
        assert_eq!(fields_of(extend(wrong)), ["length"], "{wrong}");
    }
    county.at("2026-01-15");
    assert!(why(extend("5 workday")).contains("届满"), "before the program has written the lapse");
    app.fire().unwrap();
    assert!(why(extend("5 workday")).contains("届满"));
    assert_eq!(told(&rate(app)), LATE);
    let other = lodge(app, &clerk, &[("title", "另一件"), ("received_on", "2026-01-12")]).unwrap();
    act(app, &chief, other, CaseAct::Extend("decide".to_owned(), "5 workday".to_owned()), &[]).unwrap();
    let due = app.pack.runs(&app.record("matter", &other).unwrap().record)[0].due.unwrap();
    assert_eq!(due.day, number("2026-01-28"));
}

#[test]
fn a_time_that_ends_only_because_the_case_does_is_not_met() {
    let county = counties().remove(0);
    let (app, clerk) = (&county.app, of_bureau("clerk"));
    let dropped = lodge(app, &clerk, &[("title", "撤回")]).unwrap();
    step(app, &clerk, dropped, "drop", &[]).unwrap();
    assert_eq!(rate(app), None, "neither met nor late");
    let late = lodge(app, &clerk, &[("title", "拖到撤回")]).unwrap();
    county.at("2026-01-20");
    app.fire().unwrap();
    step(app, &clerk, late, "drop", &[]).unwrap();
    assert_eq!(told(&rate(app)), LATE, "late before it ended");
    clean(app);
}

#[test]
fn the_office_stands_in_for_nobody_who_is_there_and_signs_for_no_leader() {
    for county in counties() {
        let app = &county.app;
        let office = first(app);
        assert!(!office.holds("leader", None) && !office.holds("secrecy", Some("scjg")), "never without a grant");
        assert!(office.holds("head", Some("scjg")) && office.holds("desk", Some("scjg")), "one account runs a county");
        let id = lodge(app, &office, &[("title", "一件")]).unwrap();
        let missing = why(step(app, &office, id, "clear", &[]));
        assert!(missing.contains("保密审查岗") && missing.contains("授予"), "{missing}");
        let view = app.record("matter", &id).unwrap();
        let case = app.case(Some(Taker::Staff(&office)), &view).unwrap();
        assert!(case.vacant.iter().any(|why| why.contains("保密审查岗")), "the page says which grant is missing");

        let chief = invited(app, &office, Role::Bureau, Some("scjg"), "chief");
        let grant = |account: &Account, role: &str, body: Option<&str>| {
            let grant = Grant { role: role.to_owned(), body: body.map(str::to_owned), since: app.today(), until: None };
            app.grant(&office, &account.id, &grant).unwrap();
        };
        grant(&chief, "head", Some("scjg"));
        let office = again(app, "office");
        assert!(!office.holds("head", Some("scjg")), "somebody is the head now");
        assert!(office.holds("head", Some("zlb")), "of that bureau only");
        let second = invited(app, &office, Role::Office, None, "second");
        grant(&second, "leader", None);
        assert!(again(app, "second").holds("leader", None) && !again(app, "office").holds("leader", None));
        app.set_disabled(&office, &chief.id, true).unwrap();
        assert!(
            again(app, "office").holds("head", Some("scjg")),
            "nobody in use is the head: the office stands in again"
        );
    }
}

/// 代办: what a deputy does says in whose place, in the course and in the signature; and two people are two people, delegation or not.
#[test]
fn a_deputy_signs_in_anothers_place_and_is_with_him_one_person_for_four_eyes() {
    for county in counties() {
        let app = &county.app;
        let office = first(app);
        let [li, wang, zhao] = ["li", "wang", "zhao"].map(|login| invited(app, &office, Role::Office, None, login));
        let grant = Grant { role: "leader".to_owned(), body: None, since: app.today(), until: None };
        app.grant(&office, &li.id, &grant).unwrap();
        let problem = |outcome: Result<(), Error>| match outcome {
            Err(Error::Invalid(problems)) => problems[0].field.clone().unwrap(),
            other => panic!("refused: {other:?}"),
        };
        let today = app.today();
        assert_eq!(problem(app.delegate(&li, &wang.id, today - 1, today)), "since", "not backdated");
        assert_eq!(problem(app.delegate(&li, &wang.id, today, today + 90)), "until", "ninety days at most");
        app.delegate(&li, &wang.id, today, today + 89).unwrap();
        assert_eq!(
            problem(app.delegate(&wang, &zhao.id, today, today)),
            "deputy",
            "what is held for another is not passed on"
        );
        assert_eq!(problem(app.delegate(&zhao, &li.id, today, today)), "deputy", "who is away is no deputy");

        let [wang, li] = ["wang", "li"].map(|login| again(app, login));
        let one = lodge(app, &office, &[("title", "一件"), ("text", "正文")]).unwrap();
        step(app, &office, one, "accept", &[]).unwrap();
        step(app, &zhao, one, "check", &[]).unwrap();
        step(app, &wang, one, "sign", &[]).unwrap();
        let record = app.record("matter", &one).unwrap().record;
        let signed = record.case.as_ref().unwrap().events.last().unwrap();
        assert_eq!((signed.by.as_str(), signed.instead_of.as_deref()), ("wang", Some("li")));
        let kind = app.pack.kind("matter").unwrap();
        let name = record.value(kind.field_index("signed_by").unwrap()).unwrap().plain();
        assert_eq!(name, "wang（代li）");

        // Li accepts, and Wang would sign in Li's place what Li began.
        let two = lodge(app, &office, &[("title", "二件"), ("text", "正文")]).unwrap();
        step(app, &li, two, "accept", &[]).unwrap();
        step(app, &zhao, two, "check", &[]).unwrap();
        let refused = why(step(app, &wang, two, "sign", &[]));
        assert!(refused.contains("代办的人和被代的人"), "{refused}");
        // What the deputy does as an officer of the office is his own.
        let three = lodge(app, &office, &[("title", "三件"), ("text", "正文")]).unwrap();
        step(app, &wang, three, "accept", &[]).unwrap();
        let case = app.record("matter", &three).unwrap().record.case.unwrap();
        assert_eq!(case.events.last().unwrap().instead_of, None);
        clean(app);
    }
}

/// What the successor could not handle is said before anything passes; posts pass in the same act where the security administrator hands over, and the work of the
/// post and the unread messages with them.
#[test]
fn posts_and_messages_pass_with_the_cases_and_a_missing_post_is_said_before() {
    for county in counties() {
        let app = &county.app;
        let office = first(app);
        let li = invited(app, &office, Role::Bureau, Some("scjg"), "li");
        let wang = invited(app, &office, Role::Bureau, Some("scjg"), "wang");
        let grant = Grant { role: "leader".to_owned(), body: None, since: app.today(), until: None };
        app.grant(&office, &li.id, &grant).unwrap();
        let one = lodge(app, &office, &[("title", "一件"), ("text", "正文")]).unwrap();
        act(app, &office, one, CaseAct::Assign(Some("li".to_owned())), &[]).unwrap();
        step(app, &office, one, "accept", &[]).unwrap();
        step(app, &wang, one, "check", &[]).unwrap();

        let open = app.open_work_of(&office, &li.id).unwrap();
        assert_eq!((open.posts.len(), open.grants, open.posts[0].alone), (1, true, true));
        assert!(open.unread > 0, "the case was given to him");
        assert!(!app.open_work_of(&li, &li.id).unwrap().grants, "nobody passes his own posts");
        let plain = HandOver { reason: "轮岗".to_owned(), ..HandOver::default() };
        let refused = app.hand_over(&office, &li.id, &wang.id, &plain);
        let Err(Error::Invalid(problems)) = refused else { panic!("said before: {refused:?}") };
        assert!(problems[0].message.contains("没有“分管领导”"), "{problems:?}");
        assert!(again(app, "li").holds("leader", None), "nothing has passed");

        let key = open.posts[0].key;
        let own = HandOver { posts: vec![key], ..plain.clone() };
        assert!(matches!(app.hand_over(&li, &li.id, &wang.id, &own), Err(Error::Invalid(_))));
        let done = app.hand_over(&office, &li.id, &wang.id, &own).unwrap();
        assert_eq!((done.passed.len(), done.posts.len(), done.messages), (1, 1, open.unread));
        let holds = |login: &str| again(app, login).holds("leader", None);
        assert_eq!((holds("li"), holds("wang")), (false, true));
        let told = app.messages(&again(app, "wang"), 50).unwrap();
        assert!(told.iter().any(|it| it.message.title.starts_with("li移交：")), "what li had not read");
        assert_eq!(app.open_work_of(&office, &li.id).unwrap().unread, 0, "passed once");
        let log = app.operation_log(&office, &LogWanted::default(), 50).unwrap();
        assert!(log.iter().any(|line| line.verb == "授予岗位" && line.object == "wang"));
    }
}
