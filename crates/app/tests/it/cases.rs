//! Cases from end to end: steps and who may take them, what is owed, what happens by itself – once – and the numbers that move with it. On both databases.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use zhiheng_app::{Account, Act, App, Bin, Error, Fired, RecordId, Role, StepWanted, Submission, Taker, When};
use zhiheng_pack::case::Act as CaseAct;
use zhiheng_pack::{Draft, PackFiles};

use crate::county::{County, noon};

const PLAN: &str = r#"
[[role]]
id = "desk"
name = "受理岗"
[[list]]
id = "grounds"
name = "不予受理情形"
item = [{ id = "not_ours", name = "不属于本机关职责" }, { id = "too_old", name = "超过三年" }]
[[kind]]
id = "complaint"
name = "投诉"
group = "投诉"
about = "一件投诉"
mode = "handle"
label = "{number} {matter}"
key = "number"
body = "scjg"
day = "opened_on"
columns = ["number", "matter", "state", "closed_on"]
filters = [["state"]]
[[kind.field]]
id = "number"
name = "编号"
type = "text"
serial = "TS{yyyy}-{000}"
[[kind.field]]
id = "matter"
name = "事项"
type = "text"
required = true
[[kind.field]]
id = "result"
name = "结果"
type = "text"
[[kind.field]]
id = "helpers"
name = "协办单位"
type = "choices"
list = "bodies"
[[kind.sample]]
matter = "缺斤短两"
[[kind]]
id = "assist"
name = "协办件"
group = "投诉"
about = "一件协办"
mode = "handle"
label = "{title}"
body_field = "body"
columns = ["title"]
[[kind.field]]
id = "title"
name = "事项"
type = "text"
[[kind.field]]
id = "source"
name = "来源"
type = "reference"
to = "complaint"
[[kind.field]]
id = "body"
name = "协办单位"
type = "choice"
list = "bodies"
[[kind.sample]]
title = "协办"
[[kind]]
id = "letter"
name = "公文"
group = "公文"
about = "一份公文"
mode = "handle"
label = "{title}"
body = "scjg"
columns = ["title", "state"]
[[kind.field]]
id = "title"
name = "标题"
type = "text"
required = true
[[kind.field]]
id = "source"
name = "来源"
type = "reference"
to = "complaint"
[[kind.field]]
id = "no"
name = "文号"
type = "text"
[[kind.field]]
id = "facts"
name = "事实"
type = "text"
[[kind.field]]
id = "reply_due"
name = "反馈时限"
type = "date"
[[kind.sample]]
title = "提示函"
[[document]]
id = "letter"
name = "提示函"
kind = "letter"
number = "{place}函〔{year}〕{serial}号"
number_field = "no"
text = "{title}"
[[draft]]
id = "overdue"
kind = "letter"
set = { title = "关于{label}的提示函", source = "@record", facts = "{@clock}自{@from}起算，期限{@length}，应于{@due}前办理，至{@today}未办。", reply_due = "@today+5 workday" }
[[procedure]]
id = "letter"
kind = "letter"
name = "公文签发"
start = "draft"
state = [{ id = "draft", name = "拟稿" }, { id = "checked", name = "已审核" }, { id = "issued", name = "已签发", final = true }]
step = [
  { id = "check", name = "审核", from = "draft", to = "checked", role = "officer" },
  { id = "sign", name = "签发", from = "checked", to = "issued", role = "office", four_eyes = "check", ask = ["no"], doc = ["letter"] },
]
[[procedure]]
id = "assist"
kind = "assist"
name = "协办"
start = "open"
state = [{ id = "open", name = "协办中" }, { id = "done", name = "已反馈", final = true }]
step = [{ id = "answer", name = "反馈", from = "open", to = "done", role = "officer" }]
clock = [{ id = "answer", name = "反馈", starts = "state:open", stops = "step:answer", length = "3 workday" }]
[[procedure]]
id = "complaint"
kind = "complaint"
name = "投诉处理"
start = "lodged"
state = [
  { id = "lodged", name = "待受理" },
  { id = "accepted", name = "处理中" },
  { id = "closed", name = "已办结", final = true },
  { id = "refused", name = "不予受理", final = true },
  { id = "expired", name = "自动撤案", final = true },
]
step = [
  { id = "accept", name = "受理", from = "lodged", to = "accepted", role = "officer", ask = ["helpers"],
    spawn = [{ kind = "assist", each = "helpers", set = { title = "协办：{matter}", source = "@record", body = "@each" } }] },
  { id = "refuse", name = "不予受理", from = "lodged", to = "refused", role = "officer", reason = "grounds" },
  { id = "close", name = "办结", from = "accepted", to = "closed", role = "officer", require = ["result"], after_children = true },
  { id = "expire", name = "自动撤案", from = "accepted", to = "expired", role = "system" },
]
clock = [
  { id = "decide", name = "受理决定", starts = "state:lodged", stops = ["step:accept", "step:refuse"], length = "7 workday", warn = ["-1 workday"],
    escalate = [
      { at = "+0 day", to = "role:head" },
      { at = "+3 workday", to = "role:office", draft = "overdue" },
    ] },
  { id = "close", name = "办结", starts = "step:accept", stops = "step:close", length = "60 day", not_before = "2 day" },
  { id = "lapse", name = "撤案", kind = "auto", starts = "step:accept", stops = "step:close", length = "90 day", fires = "step:expire" },
]
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
kind = "complaint"
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
id = "wlw"
name = "县文化旅游委"
[[body]]
id = "jtj"
name = "县交通局"
[[holiday]]
day = 2026-01-01
kind = "off"
name = "元旦"
[[holiday]]
day = 2026-12-31
kind = "work"
name = "年末"
"#;

pub(crate) fn files() -> PackFiles {
    let files = [("pack.toml", HEADER), ("plan.toml", PLAN), ("plan.txt", "方案")];
    let files = files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect::<BTreeMap<_, _>>();
    PackFiles { name: "test".to_owned(), files }
}

/// A county with this pack over each database.
pub(crate) fn counties() -> Vec<County> {
    County::everywhere_with(&files())
}

fn account(login: &str, role: Role, body: Option<&str>) -> Account {
    let own = body.map(str::to_owned);
    Account { role, body: own.clone(), own: own.into_iter().collect(), ..Account::of_office(login) }
}

fn clerk() -> Account {
    account("clerk", Role::Bureau, Some("scjg"))
}

fn office() -> Account {
    account("office", Role::Office, None)
}

pub(crate) fn lodge(app: &App, matter: &str) -> RecordId {
    let submission = Submission {
        act: Act::Create(Draft::of_texts([("matter", matter)])),
        kind: "complaint".to_owned(),
        id: None,
        expected_version: None,
        reason: None,
    };
    app.submit("clerk", &submission, None).unwrap().id.parse().unwrap()
}

pub(crate) fn wanted(kind: &str, id: RecordId, act: CaseAct) -> StepWanted {
    StepWanted {
        kind: kind.to_owned(),
        id,
        act,
        fields: Draft::default(),
        reason: None,
        note: None,
        expected_version: None,
    }
}

fn step(app: &App, by: &Account, id: RecordId, step: &str, fields: &[(&str, &str)]) -> Result<(), Error> {
    let mut wanted = wanted("complaint", id, CaseAct::Step(step.to_owned()));
    wanted.fields = Draft::of_texts(fields.iter().copied());
    app.take_step(Taker::Staff(by), &wanted, None).map(|_| ())
}

fn rate(app: &App) -> Option<(String, String)> {
    let board = app.board(When { as_of: app.today(), known_on: None }).unwrap();
    let at = app.pack.indicator_position("on_time").unwrap();
    let row = board.rows.iter().find(|row| row.indicator == at).unwrap();
    row.number.numerator.zip(row.number.denominator).map(|(one, all)| (one.to_string(), all.to_string()))
}

fn state(app: &App, id: &RecordId) -> String {
    app.record("complaint", id).unwrap().record.case.unwrap().state
}

#[test]
fn a_complaint_is_decided_in_time_by_its_own_bureau_and_moves_the_rate() {
    for county in counties() {
        let app = &county.app;
        let id = lodge(app, "缺斤短两");
        let view = app.record("complaint", &id).unwrap();
        assert_eq!(view.row.key.as_deref(), Some("TS2026-001"), "a running number of the year");
        let work = app.work(&clerk(), Bin::Open, None, 10).unwrap();
        assert_eq!(work.items.len(), 1);
        assert_eq!((work.items[0].clock.as_str(), work.items[0].state.as_str()), ("受理决定", "待受理"));
        assert_eq!(app.messages(&clerk(), 10).unwrap().len(), 1, "the bureau is told");

        let stranger = account("stranger", Role::Bureau, Some("wlw"));
        assert!(matches!(step(app, &stranger, id, "accept", &[]), Err(Error::NotPermitted)));
        assert!(matches!(step(app, &clerk(), id, "close", &[]), Err(Error::WrongState(_))), "not from here");
        let refuse = step(app, &clerk(), id, "refuse", &[]);
        assert!(matches!(refuse, Err(Error::Invalid(problems)) if problems[0].field.as_deref() == Some("reason")));
        step(app, &clerk(), id, "accept", &[]).unwrap();
        assert_eq!(rate(app), Some(("1".into(), "1".into())));

        let closed = step(app, &clerk(), id, "close", &[("result", "退款")]);
        assert!(matches!(closed, Err(Error::WrongState(why)) if why.contains("最早")), "the window is not open yet");
        county.clock.0.store(noon("2026-01-08"), Ordering::SeqCst);
        let blank = step(app, &clerk(), id, "close", &[]);
        assert!(matches!(blank, Err(Error::Invalid(problems)) if problems[0].field.as_deref() == Some("result")));
        step(app, &clerk(), id, "close", &[("result", "退款")]).unwrap();
        assert_eq!(app.work(&clerk(), Bin::Open, None, 10).unwrap().items.len(), 0);
        let done: Vec<_> = app.done(&clerk(), i64::MAX, 10).unwrap().into_iter().map(|done| done.step).collect();
        assert_eq!(done, ["办结", "受理"]);
        let audit = app.audit().unwrap();
        assert!(audit.is_clean(), "{:?}", audit.differences);
    }
}

#[test]
fn what_nobody_does_is_late_once_and_the_ladder_is_climbed_once() {
    for county in counties() {
        let app = &county.app;
        let id = lodge(app, "无人理睬");
        // Opened on Monday 5 January: due on Wednesday the 14th.
        for (day, wanted) in [
            ("2026-01-12", Fired::default()),
            ("2026-01-13", Fired { cases: 1, warnings: 1, ..Fired::default() }),
            ("2026-01-14", Fired::default()),
            ("2026-01-15", Fired { cases: 1, lapses: 1, rungs: 1, ..Fired::default() }),
            ("2026-01-19", Fired::default()),
            ("2026-01-20", Fired { cases: 1, rungs: 1, drafts: 1, ..Fired::default() }),
            ("2026-06-01", Fired::default()),
        ] {
            county.clock.0.store(noon(day), Ordering::SeqCst);
            let fired = app.fire().unwrap();
            assert_eq!(fired, wanted, "{day}");
            assert_eq!(app.fire().unwrap(), Fired::default(), "{day}: not twice");
        }
        assert_eq!(rate(app), Some(("0".into(), "1".into())), "late without having been finished");
        assert_eq!(app.work(&clerk(), Bin::Overdue, None, 10).unwrap().items.len(), 1);
        let letters = app.work(&office(), Bin::Open, None, 10).unwrap().items;
        let letter = letters.iter().find(|item| item.task.kind == "letter").unwrap();
        assert_eq!(letter.label, "关于TS2026-001 无人理睬的提示函");
        let said = app.record("letter", &letter.task.record).unwrap();
        let facts = "受理决定自2026年1月5日起算，期限7个工作日，应于2026年1月14日前办理，至2026年1月20日未办。";
        assert!(said.row.fields.contains(facts) && said.row.fields.contains("2026-01-27"), "{}", said.row.fields);
        // An officer who saw the page before the lapse is not sent back for what the program wrote.
        let mut seen = wanted("complaint", id, CaseAct::Step("accept".to_owned()));
        seen.expected_version = Some(1);
        app.take_step(Taker::Staff(&clerk()), &seen, None).unwrap();
        assert_eq!(rate(app), Some(("0".into(), "1".into())));
        let audit = app.audit().unwrap();
        assert!(audit.is_clean(), "{:?}", audit.differences);
    }
}

#[test]
fn a_letter_wants_two_people() {
    for county in counties() {
        let app = &county.app;
        let draft = Submission {
            act: Act::Create(Draft::of_texts([("title", "提示函")])),
            kind: "letter".to_owned(),
            id: None,
            expected_version: None,
            reason: None,
        };
        let id: RecordId = app.submit("clerk", &draft, None).unwrap().id.parse().unwrap();
        let act = |step: &str| wanted("letter", id, CaseAct::Step(step.to_owned()));
        app.take_step(Taker::Staff(&office()), &act("check"), None).unwrap();
        let alone = app.take_step(Taker::Staff(&office()), &act("sign"), None);
        assert!(matches!(alone, Err(Error::WrongState(why)) if why.contains("另一人")));
        app.take_step(Taker::Staff(&account("other", Role::Office, None)), &act("sign"), None).unwrap();
    }
}

/// 文号: the paper and the record carry one number from the moment of the step; a number that was given by hand stays, and takes none of ours.
#[test]
fn what_a_step_issues_is_numbered_in_its_transaction() {
    for county in counties() {
        let app = &county.app;
        let issue = |fields: &[(&str, &str)]| {
            let draft = Submission {
                act: Act::Create(Draft::of_texts([("title", "提示函")])),
                kind: "letter".to_owned(),
                id: None,
                expected_version: None,
                reason: None,
            };
            let id: RecordId = app.submit("clerk", &draft, None).unwrap().id.parse().unwrap();
            app.take_step(Taker::Staff(&office()), &wanted("letter", id, CaseAct::Step("check".to_owned())), None)
                .unwrap();
            let sign = StepWanted {
                fields: Draft::of_texts(fields.iter().copied()),
                ..wanted("letter", id, CaseAct::Step("sign".to_owned()))
            };
            app.take_step(Taker::Staff(&account("other", Role::Office, None)), &sign, None).unwrap();
            let view = app.document(None, "letter", &id, "letter", None).unwrap();
            let fields = app.record("letter", &id).unwrap().row.fields;
            assert!(!view.is_draft());
            (view.rendered.number_text().unwrap(), fields)
        };
        for wanted in ["示例县函〔2026〕1号", "示例县函〔2026〕2号"] {
            let (printed, fields) = issue(&[]);
            assert_eq!(printed, wanted);
            assert!(fields.contains(wanted), "{fields}");
        }
        let (printed, _) = issue(&[("no", "示府办函〔2026〕77号")]);
        assert_eq!(printed, "示府办函〔2026〕77号");
        assert_eq!(issue(&[]).0, "示例县函〔2026〕3号");
        assert!(app.audit().unwrap().is_clean());
    }
}

#[test]
fn a_case_waits_for_those_it_sent_to_others_and_is_closed_by_the_program_in_the_end() {
    for county in counties() {
        let app = &county.app;
        let id = lodge(app, "联合处理");
        step(app, &clerk(), id, "accept", &[("helpers", "wlw、jtj")]).unwrap();
        let helper = account("helper", Role::Bureau, Some("wlw"));
        let work = app.work(&helper, Bin::Open, None, 10).unwrap().items;
        assert_eq!((work.len(), work[0].label.as_str()), (1, "协办：联合处理"));
        county.clock.0.store(noon("2026-01-09"), Ordering::SeqCst);
        let early = step(app, &clerk(), id, "close", &[("result", "退款")]);
        assert!(matches!(early, Err(Error::WrongState(why)) if why.contains("协办件")));
        let answer = wanted("assist", work[0].task.record, CaseAct::Step("answer".to_owned()));
        app.take_step(Taker::Staff(&helper), &answer, None).unwrap();
        assert!(step(app, &clerk(), id, "close", &[("result", "退款")]).is_err(), "the other one is open still");
        county.clock.0.store(noon("2026-05-01"), Ordering::SeqCst);
        let fired = app.fire().unwrap();
        assert_eq!(fired.steps, 1, "{fired:?}");
        assert_eq!(state(app, &id), "expired");
        let audit = app.audit().unwrap();
        assert!(audit.is_clean(), "{:?}", audit.differences);
    }
}

#[test]
fn a_withdrawn_case_owes_nothing_and_a_restored_one_owes_again() {
    for county in counties() {
        let app = &county.app;
        let id = lodge(app, "误录");
        let act = |act: Act| Submission {
            act,
            kind: "complaint".to_owned(),
            id: Some(id),
            expected_version: None,
            reason: Some("误录".to_owned()),
        };
        app.submit("clerk", &act(Act::Withdraw), None).unwrap();
        assert_eq!(app.work(&clerk(), Bin::Open, None, 10).unwrap().items.len(), 0);
        assert!(matches!(step(app, &clerk(), id, "accept", &[]), Err(Error::WrongState(_))));
        app.submit("clerk", &act(Act::Restore), None).unwrap();
        assert_eq!(app.work(&clerk(), Bin::Open, None, 10).unwrap().items.len(), 1);
        app.submit("clerk", &act(Act::Correct(Draft::of_texts([("number", "TS2026-001"), ("matter", "改正")]))), None)
            .unwrap();
        assert_eq!(state(app, &id), "lodged", "a correction keeps the course of the case");
        step(app, &clerk(), id, "accept", &[]).unwrap();
        let audit = app.audit().unwrap();
        assert!(audit.is_clean(), "{:?}", audit.differences);
    }
}

#[test]
fn a_new_arrangement_of_holidays_moves_the_open_deadlines_and_takes_a_lapse_back() {
    for county in counties() {
        let id = lodge(&county.app, "跨年");
        county.clock.0.store(noon("2026-01-15"), Ordering::SeqCst);
        assert_eq!(county.app.fire().unwrap().lapses, 1);
        assert_eq!(rate(&county.app), Some(("0".into(), "1".into())));

        let mut later = files();
        let off = "\n[[holiday]]\nday = 2026-01-12\nkind = \"off\"\nname = \"补休\"\n";
        later.files.insert("calendar.toml".to_owned(), off.to_owned());
        let pack = zhiheng_pack::read(&later, &|_| None).0.unwrap();
        let app = county.app.with_pack(pack);
        let diff = app.pack_diff().unwrap();
        assert_eq!((diff.open_cases, diff.deadlines.len()), (1, 1));
        let moved = &diff.deadlines[0];
        assert_eq!((moved.before.as_deref(), moved.after.as_deref()), (Some("2026-01-14"), Some("2026-01-15")));

        app.apply_pack("office", &[later]).unwrap();
        assert_eq!(rate(&app), None, "not late under the calendar that is in force now");
        let audit = app.audit().unwrap();
        assert!(audit.is_clean(), "{:?}", audit.differences);
        county.clock.0.store(noon("2026-01-16"), Ordering::SeqCst);
        assert_eq!(app.fire().unwrap().lapses, 1, "and late a day later");
        assert_eq!(state(&app, &id), "lodged");
        assert_eq!(app.recount_cases().unwrap(), 0, "counted under this pack already");
    }
}

/// Numbers given by hand lie in the way of the running number: in the database, and in the file itself.
#[test]
fn an_import_passes_over_numbers_that_somebody_has_given_by_hand() {
    for county in counties() {
        let app = &county.app;
        for number in ["TS2026-001", "TS2026-003"] {
            let draft = Draft::of_texts([("number", number), ("matter", "手工编号")]);
            let act = Act::Create(draft);
            let by_hand =
                Submission { act, kind: "complaint".to_owned(), id: None, expected_version: None, reason: None };
            app.submit("clerk", &by_hand, None).unwrap();
        }
        let text = "编号,事项\n,缺斤短两\n,拒不退货\nTS2026-005,价格欺诈\n,虚假宣传\n";
        let options = zhiheng_app::ImportOptions::default();
        let choice = zhiheng_app::ImportChoice::default();
        let imported = app.import("office", "complaint", text.as_bytes(), "投诉.csv", &options, &choice).unwrap();
        assert_eq!(imported.created, 4, "{}", imported.message);
        let work = app.work(&office(), Bin::Open, None, 200).unwrap().items;
        let mut labels: Vec<String> = work.into_iter().map(|item| item.label).collect();
        labels.sort();
        labels.dedup();
        let numbers: std::collections::BTreeSet<&str> = labels.iter().filter_map(|it| it.split(' ').next()).collect();
        assert_eq!((labels.len(), numbers.len()), (6, 6), "no number twice: {labels:?}");
        assert!(numbers.iter().all(|number| number.starts_with("TS2026-")), "{numbers:?}");
        lodge(app, "下一件");
        assert!(app.audit().unwrap().is_clean());
    }
}
