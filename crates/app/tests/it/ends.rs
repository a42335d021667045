//! What a case takes along when it ends, and what is opened because a time of it ran out. On both databases.

use std::collections::BTreeMap;

use zhiheng_app::{Account, Act, App, Grant, Origin, RecordId, Role, StepWanted, Submission, Taker};
use zhiheng_pack::case::Act as CaseAct;
use zhiheng_pack::{Draft, PackFiles};

use crate::accounts::{again, first, invited};
use crate::county::County;

const PACK: &str = r#"
[pack]
id = "test"
title = "示例"
place = { code = "990101", name = "示例县" }
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
id = "jtw"
name = "县交通委"
[[holiday]]
day = 2026-01-01
kind = "off"
name = "元旦"
[[kind]]
id = "matter"
name = "投诉"
group = "投诉"
about = "一件投诉"
mode = "handle"
label = "{title}"
body = "scjg"
columns = ["title", "state"]
field = [
  { id = "title", name = "事项", type = "text", required = true },
  { id = "helpers", name = "协办单位", type = "choices", list = "bodies" },
  { id = "asked", name = "征求单位", type = "choices", list = "bodies" },
]
sample = [{ title = "缺斤短两" }]
[[procedure]]
id = "matter"
kind = "matter"
name = "办理"
start = "open"
state = [{ id = "open", name = "办理中" }, { id = "closed", name = "已办结", final = true }]
step = [
  { id = "assist", name = "请求协办", from = "open", role = "officer", require = ["helpers"], spawn = [{ kind = "help", cancel = "called_off", each = "helpers", set = { title = "协办：{title}", body = "@each" } }] },
  { id = "consult", name = "征求意见", from = "open", role = "officer", require = ["asked"] },
  { id = "withdraw", name = "撤回投诉", from = "open", to = "closed", role = "officer", reason = true },
]
ask = [{ id = "consult", name = "征求意见", bodies = "field:asked", starts = "step:consult", role = "head", length = "5 workday", answer = [{ id = "none", name = "无意见" }] }]
clock = [{ id = "decide", name = "受理决定", starts = ["state:open"], stops = ["step:withdraw"], length = "7 workday" }]
[[kind]]
id = "help"
name = "协办件"
group = "投诉"
about = "一件协办"
mode = "handle"
label = "{title}"
body_field = "body"
columns = ["title", "state", "met_answer"]
field = [
  { id = "title", name = "事项", type = "text" },
  { id = "body", name = "协办单位", type = "choice", list = "bodies" },
  { id = "further", name = "再请", type = "choices", list = "bodies" },
]
sample = [{ title = "协办" }]
[[procedure]]
id = "help"
kind = "help"
name = "协办"
start = "given"
state = [{ id = "given", name = "办理中" }, { id = "done", name = "已答复", final = true }, { id = "cancelled", name = "已撤销", final = true }]
step = [
  { id = "answer", name = "答复", from = "given", to = "done", role = "officer" },
  { id = "pass", name = "再请", from = "given", role = "officer", require = ["further"], spawn = [{ kind = "help", cancel = "called_off", each = "further", set = { title = "再请：{title}", body = "@each" } }] },
  { id = "called_off", name = "随原件撤销", from = "given", to = "cancelled", role = "system" },
]
clock = [{ id = "answer", name = "协办答复", starts = ["state:given"], stops = ["step:answer"], length = "3 workday" }]
[[kind]]
id = "mend"
name = "整改"
group = "整改"
about = "一件整改"
mode = "handle"
label = "{title}"
body = "scjg"
columns = ["title", "state"]
field = [
  { id = "title", name = "事项", type = "text" },
  { id = "origin", name = "来源", type = "text", format = "record" },
  { id = "origin_clock", name = "时限", type = "text" },
  { id = "facts", name = "事实", type = "text" },
  { id = "body", name = "责任单位", type = "choice", list = "bodies" },
]
sample = [{ title = "整改" }]
[[procedure]]
id = "mend"
kind = "mend"
name = "整改"
start = "open"
state = [{ id = "open", name = "整改中" }, { id = "closed", name = "已销号", final = true }]
step = [{ id = "close", name = "销号", from = "open", to = "closed", role = "officer" }]
[[raise]]
id = "mend_clock"
name = "开整改"
from = "clock"
kind = "mend"
link = "origin"
clock = "origin_clock"
[raise.set]
title = "{@kind}“{@clock}”超期：{label}"
facts = "应于{@due}前办理，至{@today}超期{@days}天，{@owner}"
body = "@each"
"#;

fn files() -> PackFiles {
    let files = [("pack.toml", PACK), ("plan.txt", "方案")];
    let files = files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect::<BTreeMap<_, _>>();
    PackFiles { name: "test".to_owned(), files }
}

fn officer(body: &str) -> Account {
    let own = vec![body.to_owned()];
    let held = vec![zhiheng_app::Held { role: "head".to_owned(), bodies: Some(own.clone()), instead_of: None }];
    Account { role: Role::Bureau, body: Some(body.to_owned()), own, held, ..Account::of_office(&format!("of_{body}")) }
}

fn open(app: &App, kind: &str, draft: Draft) -> RecordId {
    let submission =
        Submission { act: Act::Create(draft), kind: kind.to_owned(), id: None, expected_version: None, reason: None };
    app.submit("li", &submission, None).unwrap().id.parse().unwrap()
}

fn step(app: &App, by: &str, kind: &str, id: RecordId, step: &str, fields: &[(&str, &str)], reason: Option<&str>) {
    let wanted = StepWanted {
        kind: kind.to_owned(),
        id,
        act: CaseAct::Step(step.to_owned()),
        fields: Draft::of_texts(fields.iter().copied()),
        reason: reason.map(str::to_owned),
        note: None,
        expected_version: None,
    };
    app.take_step(Taker::Staff(&officer(by)), &wanted, None).unwrap_or_else(|error| panic!("{step}: {error:?}"));
}

/// The newest record that a case opened.
fn child(app: &App, kind: &str, id: RecordId) -> RecordId {
    let (_, record) = app.current(kind, &id).unwrap().unwrap();
    let case = record.case.unwrap();
    case.events.iter().flat_map(|event| &event.opened).last().unwrap().1.parse().unwrap()
}

fn field(app: &App, kind: &str, id: RecordId, field: &str) -> String {
    let (_, record) = app.current(kind, &id).unwrap().unwrap();
    let of = app.pack.kind(kind).unwrap();
    app.pack.show(of, &record, of.field_index(field).unwrap())
}

fn told(app: &App, body: &str) -> Vec<(String, String)> {
    let found = app.messages(&officer(body), 50).unwrap();
    found.into_iter().map(|one| (one.message.title, one.message.text)).collect()
}

#[test]
fn a_case_that_ends_takes_along_what_it_opened_and_whoever_had_the_work_is_told_why() {
    for county in County::everywhere_with(&files()) {
        let app = &county.app;
        county.at("2026-01-05");
        let matter = open(app, "matter", Draft::of_texts([("title", "缺斤短两")]));
        step(app, "scjg", "matter", matter, "assist", &[("helpers", "wlw")], None);
        let help = child(app, "matter", matter);
        step(app, "wlw", "help", help, "pass", &[("further", "jtw")], None);
        let further = child(app, "help", help);
        step(app, "scjg", "matter", matter, "consult", &[("asked", "jtw")], None);
        // One that was done before stays as it is.
        step(app, "scjg", "matter", matter, "assist", &[("helpers", "jtw")], None);
        let done = child(app, "matter", matter);
        step(app, "jtw", "help", done, "answer", &[], None);
        assert_eq!(app.open_work(&officer("wlw")).unwrap(), 1);
        step(app, "scjg", "matter", matter, "withdraw", &[], Some("双方已经和解"));
        for (id, state) in [(help, "已撤销"), (further, "已撤销"), (done, "已答复")] {
            assert_eq!(field(app, "help", id, "state"), state);
        }
        assert_eq!(field(app, "help", help, "met_answer"), "", "neither met nor late");
        assert_eq!(field(app, "help", done, "met_answer"), "是");
        assert_eq!((app.open_work(&officer("wlw")).unwrap(), app.open_work(&officer("jtw")).unwrap()), (0, 0));
        let wlw = told(app, "wlw");
        let off = wlw.iter().find(|(title, _)| title.starts_with("不用再办：协办件")).expect("the helper is told");
        assert!(off.1.contains("原件投诉「缺斤短两」已办理“撤回投诉”：双方已经和解"), "{off:?}");
        let jtw = told(app, "jtw");
        assert!(
            jtw.iter().any(|(title, _)| title.starts_with("不用再办：协办件「再请：")),
            "the second generation: {jtw:?}"
        );
        assert!(jtw.iter().any(|(title, _)| title.starts_with("不用再答复征求意见")), "{jtw:?}");
        let (_, record) = app.current("help", &help).unwrap().unwrap();
        let last = record.case.unwrap().events.pop().unwrap();
        assert_eq!((last.by.as_str(), last.reason.as_deref().unwrap().contains("双方已经和解")), ("system", true));
        county.at("2026-03-05");
        assert_eq!(app.fire().unwrap().lapses, 0, "what was called off does not run out");

        // 撤销 of the record itself does the same.
        let matter = open(app, "matter", Draft::of_texts([("title", "多收停车费")]));
        step(app, "scjg", "matter", matter, "assist", &[("helpers", "wlw")], None);
        let help = child(app, "matter", matter);
        let withdrawn = Submission {
            act: Act::Withdraw,
            kind: "matter".to_owned(),
            id: Some(matter),
            expected_version: None,
            reason: Some("重复登记".to_owned()),
        };
        app.submit_as(&Account::of_office("chief"), &withdrawn, None).unwrap();
        assert_eq!(field(app, "help", help, "state"), "已撤销");
        let audit = app.audit().unwrap();
        assert!(audit.is_clean(), "{:?}", audit.differences);
    }
}

#[test]
fn what_is_opened_because_a_time_ran_out_says_the_facts_and_is_found_from_there() {
    for county in County::everywhere_with(&files()) {
        let app = &county.app;
        county.at("2026-01-05");
        let matter = open(app, "matter", Draft::of_texts([("title", "缺斤短两")]));
        county.at("2026-01-20");
        let origin = |clock: &str| Origin::Clock { kind: "matter".to_owned(), id: matter, clock: clock.to_owned() };
        let office = Account::of_office("office");
        let raises = app.raises(&office, &origin("decide")).unwrap();
        let [raise] = raises.as_slice() else { panic!("{raises:?}") };
        let draft = app.raise(&office, raise, &origin("decide")).unwrap();
        let said = |field: &str| draft.fields[field].as_str().unwrap().to_owned();
        assert_eq!(said("title"), "投诉“受理决定”超期：缺斤短两");
        assert_eq!(said("facts"), "应于2026年1月14日前办理，至2026年1月20日超期6天，县市场监管局");
        assert_eq!((said("origin"), said("origin_clock")), (format!("matter/{matter}"), "decide".to_owned()));
        let mend = open(app, "mend", draft);
        let found = app.raised(&origin("decide")).unwrap();
        assert_eq!((found[0].row.id, found[0].state.as_str(), found[0].closed), (mend, "整改中", false));
        assert!(app.raised(&origin("other")).unwrap().is_empty(), "another clock of the case");
        step(app, "scjg", "mend", mend, "close", &[], None);
        let of_record = Origin::Record { kind: "matter".to_owned(), id: matter };
        let found = app.raised(&of_record).unwrap();
        assert_eq!((found[0].state.as_str(), found[0].closed), ("已销号", true));
        assert_eq!(found[0].closed_on, Some(app.today()));
        // What was opened is no occasion for itself.
        let own = Origin::Clock { kind: "mend".to_owned(), id: mend, clock: "x".to_owned() };
        assert!(app.raises(&office, &own).unwrap().is_empty());
    }
}

#[test]
fn a_message_to_a_post_that_nobody_holds_reaches_the_bodys_people_or_the_office_and_says_whose_it_was() {
    for county in County::everywhere_with(&files()) {
        let app = &county.app;
        county.at("2026-01-05");
        let office = first(app);
        let matter = open(app, "matter", Draft::of_texts([("title", "缺斤短两")]));
        step(app, "scjg", "matter", matter, "consult", &[("asked", "jtw")], None);
        let of = |account: &Account| {
            let found = app.messages(account, 50).unwrap();
            let asked = found.into_iter().find(|one| one.message.body == "jtw" && one.message.role == "head");
            asked.map(|one| one.meant_for)
        };
        // One account in the county: it is told, and for whom the message was.
        assert_eq!(of(&office), Some(Some("县交通委的单位负责人".to_owned())));
        let before = app.work_counts(&office).unwrap().unread;
        assert!(before > 0);
        // The body has people of its own: they are told instead of the office.
        let wang = invited(app, &office, Role::Bureau, Some("jtw"), "wang");
        assert_eq!(of(&again(app, "office")), None);
        assert_eq!(of(&again(app, "wang")), Some(Some("县交通委的单位负责人".to_owned())));
        let other = invited(app, &office, Role::Bureau, Some("wlw"), "zhao");
        assert_eq!(of(&other), None, "nobody else's");
        // Whoever holds the post has it as his own, and the others no longer.
        let head = invited(app, &office, Role::Bureau, Some("jtw"), "qian");
        let grant = Grant { role: "head".to_owned(), body: Some("jtw".to_owned()), since: app.today(), until: None };
        app.grant(&office, &head.id, &grant).unwrap();
        assert_eq!(of(&again(app, "qian")), Some(None));
        assert_eq!(of(&again(app, "wang")), None);
        drop(wang);
    }
}

#[test]
fn a_case_is_given_only_to_who_can_take_a_step_of_it_and_where_there_is_nobody_it_says_what_to_do() {
    let mut files = files();
    let text = PACK.replace(
        "{ id = \"close\", name = \"销号\", from = \"open\", to = \"closed\", role = \"officer\" }",
        "{ id = \"close\", name = \"销号\", from = \"open\", to = \"closed\", role = \"head\" }",
    );
    files.files.insert("pack.toml".to_owned(), text);
    for county in County::everywhere_with(&files) {
        let app = &county.app;
        county.at("2026-01-05");
        let office = first(app);
        let mend = open(app, "mend", Draft::of_texts([("title", "整改")]));
        let kind = app.pack.kind("mend").unwrap();
        let row = || app.current("mend", &mend).unwrap().unwrap().0;
        let nobody = app.assignable(kind, &row()).unwrap();
        assert!(nobody.people.is_empty() && nobody.why.as_deref().unwrap().contains("没有在用的账号"), "{nobody:?}");
        invited(app, &office, Role::Bureau, Some("scjg"), "li");
        let none = app.assignable(kind, &row()).unwrap();
        assert!(none.people.is_empty(), "an officer cannot close it: {none:?}");
        assert!(none.why.as_deref().unwrap().contains("“销号”由单位负责人办理"), "{none:?}");
        let assign = StepWanted {
            kind: "mend".to_owned(),
            id: mend,
            act: CaseAct::Assign(Some("li".to_owned())),
            fields: Draft::default(),
            reason: None,
            note: None,
            expected_version: None,
        };
        let refused = app.take_step(Taker::Staff(&office), &assign, None);
        assert!(matches!(refused, Err(zhiheng_app::Error::Invalid(_))), "{refused:?}");
        let head = invited(app, &office, Role::Bureau, Some("scjg"), "wang");
        let grant = Grant { role: "head".to_owned(), body: Some("scjg".to_owned()), since: app.today(), until: None };
        app.grant(&office, &head.id, &grant).unwrap();
        let found = app.assignable(kind, &row()).unwrap();
        assert_eq!(found.people, [("wang".to_owned(), "wang".to_owned())]);
        let assign = StepWanted { act: CaseAct::Assign(Some("wang".to_owned())), ..assign };
        app.take_step(Taker::Staff(&office), &assign, None).unwrap();
    }
}
