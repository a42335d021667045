//! What reaches a town (基层减负): no task without what it rests on, one press that asks nothing, and a way back that leaves no trace in the deadline;
//! and the phrases that a pack offers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use zhiheng_pack::case::{Act, Happening};
use zhiheng_pack::{Draft, Level, Pack, PackFiles, Problem, Record, day, read};

const PACK: &str = r#"
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
id = "qingshi"
name = "青石镇"
level = "town"
[[role]]
id = "town"
name = "乡镇经办岗"
level = "town"
[[phrase]]
text = "同意。"
[[phrase]]
text = "请所在地监管所办理。"
body = "scjg"
[[kind]]
id = "task"
name = "乡镇任务"
group = "任务"
about = "交给乡镇的一件事"
mode = "handle"
label = "{title}"
body_field = "town"
town_basis = ["duty_item", "approval"]
columns = ["title"]
field = [
  { id = "title", name = "任务", type = "text", required = true },
  { id = "town", name = "承办单位", type = "choice", list = "bodies" },
  { id = "checker", name = "核定单位", type = "choice", list = "bodies" },
  { id = "duty_item", name = "清单条目", type = "text" },
  { id = "approval", name = "准入审批", type = "text" },
  { id = "due_on", name = "时限", type = "date" },
  { id = "feedback", name = "反馈", type = "text" },
]
sample = [{ title = "核对电子秤" }]
[[procedure]]
id = "task"
kind = "task"
name = "乡镇任务办理"
start = "open"
state = [{ id = "open", name = "办理中" }, { id = "reported", name = "待核" }, { id = "closed", name = "已办结", final = true }]
step = [
  { id = "no_change", name = "本期无变化", from = "open", to = "reported", role = ["officer", "town"], one_tap = true, undo = "take_back", set = { feedback = "本期无变化" } },
  { id = "take_back", name = "撤回", from = "reported", to = "open", role = ["officer", "town"] },
  { id = "close", name = "核定", from = "reported", to = "closed", role = "officer", body = "field:checker" },
]
clock = [{ id = "due", name = "完成", starts = ["field:due_on"], stops = ["step:no_change"], length = "0 day", roll = "none" }]
"#;

fn compile(text: &str) -> (Option<Pack>, Vec<Problem>) {
    let mut files = BTreeMap::new();
    files.insert("pack.toml".to_owned(), text.to_owned());
    files.insert("plan.txt".to_owned(), "方案".to_owned());
    let (pack, mut problems) = read(&PackFiles { name: "test".to_owned(), files }, &|_| None);
    // States without a time are only reminded of.
    problems.retain(|problem| problem.level == Level::Refuse);
    (pack, problems)
}

fn codes(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.code).collect()
}

fn number(text: &str) -> i32 {
    day::number(day::parse(text).unwrap())
}

#[test]
fn a_task_reaches_a_town_with_an_item_of_its_list_or_an_approval_and_not_without() {
    let pack = compile(PACK).0.unwrap();
    let kind = pack.kind("task").unwrap();
    let check = |more: &[(&str, &str)]| {
        let all: Vec<(&str, &str)> = [("title", "核对电子秤")].into_iter().chain(more.iter().copied()).collect();
        let checked = pack.check(kind, &Draft::of_texts(all), number("2026-06-01"));
        let found =
            checked.problems.first().map(|it| (it.code, it.field.clone().unwrap_or_default(), it.message.clone()));
        assert_eq!(checked.record.is_none(), found.is_some());
        found
    };
    let (code, field, message) = check(&[("town", "qingshi")]).unwrap();
    assert_eq!((code, field.as_str()), ("ZH1146", "duty_item"));
    assert!(message.contains("清单条目、准入审批至少填一项"), "{message}");
    assert_eq!(check(&[("town", "qingshi"), ("duty_item", "第42项")]), None);
    assert_eq!(check(&[("town", "qingshi"), ("approval", "县委编办〔2026〕7号")]), None);
    assert_eq!(check(&[("town", "scjg")]), None, "a bureau is no town");
    assert_eq!(check(&[]), None, "not given to anybody yet");
    // Whoever handles a step of it by a field has it as well.
    assert_eq!(check(&[("town", "scjg"), ("checker", "qingshi")]).unwrap().0, "ZH1146");
}

#[test]
fn a_kind_that_gives_steps_to_towns_says_where_the_basis_stands() {
    let (pack, problems) = compile(&PACK.replace("town_basis = [\"duty_item\", \"approval\"]\n", ""));
    assert!(pack.is_none());
    assert_eq!(codes(&problems), ["ZH1046"], "{problems:#?}");
}

#[test]
fn one_press_asks_nothing_and_a_way_back_leads_back() {
    let asks = PACK.replace("one_tap = true", "one_tap = true, require = [\"feedback\"]");
    let elsewhere = PACK.replace(
        "id = \"take_back\", name = \"撤回\", from = \"reported\", to = \"open\"",
        "id = \"take_back\", name = \"撤回\", from = \"reported\", to = \"closed\"",
    );
    let reasoned =
        PACK.replace("from = \"reported\", to = \"open\",", "from = \"reported\", to = \"open\", reason = true,");
    for text in [asks, elsewhere, reasoned] {
        assert_ne!(text, PACK);
        let (pack, problems) = compile(&text);
        assert!(pack.is_none() && codes(&problems) == ["ZH1047"], "{problems:#?}");
    }
}

#[test]
fn phrases_are_one_line_and_stand_once() {
    let pack = compile(PACK).0.unwrap();
    let texts: Vec<(&str, Option<&str>)> =
        pack.phrases.iter().map(|it| (it.text.as_str(), it.body.as_deref())).collect();
    assert_eq!(texts, [("同意。", None), ("请所在地监管所办理。", Some("scjg"))]);
    let twice = format!("{PACK}[[phrase]]\ntext = \"同意。\"\n");
    let long = format!("{PACK}[[phrase]]\ntext = \"{}\"\n", "长".repeat(201));
    for text in [twice, long] {
        assert_eq!(codes(&compile(&text).1), ["ZH1048"]);
    }
}

/// A report that is taken back has not met its day: the time runs on, and is late when it passes.
#[test]
fn what_is_taken_back_stopped_nothing() {
    let pack = compile(PACK).0.unwrap();
    let kind = pack.kind("task").unwrap();
    let fields = [("title", "核对电子秤"), ("town", "qingshi"), ("duty_item", "第42项"), ("due_on", "2026-06-10")];
    let mut record = pack.check(kind, &Draft::of_texts(fields), number("2026-06-01")).record.unwrap();
    let mut version = 0;
    let mut happens = |record: &mut Record, date: &str, act: Act| {
        version += 1;
        let before = (version > 1).then(|| record.clone());
        let at = i64::from(number(date)) * 86_400_000_000;
        let happening = Happening {
            act,
            at,
            by: "li".to_owned(),
            instead_of: None,
            version,
            reason: None,
            note: None,
            opened: Vec::new(),
        };
        pack.happen(kind, before.as_ref(), record, happening);
    };
    let step = |id: &str| Act::Step(id.to_owned());
    let told = |record: &Record| {
        let runs = pack.runs(record);
        let last = runs.last().unwrap();
        (runs.len(), last.is_open(), last.late)
    };
    happens(&mut record, "2026-06-01", Act::Open);
    happens(&mut record, "2026-06-05", step("no_change"));
    assert_eq!(told(&record), (1, false, Some(false)));
    happens(&mut record, "2026-06-06", step("take_back"));
    assert_eq!(told(&record), (1, true, None), "it runs on");
    happens(&mut record, "2026-06-12", step("no_change"));
    assert_eq!(told(&record), (1, false, Some(true)), "and is late");
}

#[test]
fn what_puts_work_on_a_town_cites_an_item_that_is_still_a_towns_or_a_recorded_approval() {
    let duties = r#"
[[duty]]
id = "sampling"
no = "第42项"
name = "配合抽样"
class = "assist"
source = "清单"
[[duty]]
id = "fines"
name = "行政处罚"
class = "withdrawn"
source = "清单"
verified = false
[[kind]]
id = "admission"
name = "准入审批"
group = "任务"
about = "批准"
label = "{no}"
key = "no"
columns = ["no"]
field = [{ id = "no", name = "文号", type = "text" }]
sample = [{ no = "1" }]
"#;
    let fields = r#"
  { id = "duty", name = "清单条目", type = "choice", list = "duties" },
  { id = "admission", name = "准入审批", type = "reference", to = "admission" },
  { id = "asked", name = "征求的单位", type = "choices", list = "bodies" },
  { id = "towns", name = "交办的乡镇", type = "choices", list = "bodies", level = "town" },
  { id = "duty_item","#;
    let ask = "ask = [{ id = \"consult\", name = \"征求意见\", bodies = \"field:asked\", starts = \"step:consult\", role = \"officer\", length = \"3 workday\", answer = [{ id = \"yes\", name = \"同意\" }] }]\nstep = [\n  { id = \"consult\", name = \"征求\", from = \"open\", role = \"officer\", require = [\"asked\"] },";
    let text = PACK
        .replace("[[role]]", &format!("{duties}[[role]]"))
        .replace("\n  { id = \"duty_item\",", fields)
        .replace("town_basis = [\"duty_item\", \"approval\"]", "town_basis = [\"duty\", \"admission\"]")
        .replace("step = [", ask);
    let (pack, problems) = compile(&text);
    let pack = pack.unwrap_or_else(|| panic!("{problems:#?}"));
    let kind = pack.kind("task").unwrap();
    let refused = |more: serde_json::Value| {
        let mut fields: BTreeMap<String, serde_json::Value> = BTreeMap::from([("title".to_owned(), "核对".into())]);
        fields.extend(more.as_object().unwrap().clone());
        let checked = pack.check(kind, &Draft { fields, scope: None }, number("2026-06-01"));
        checked.problems.first().map(|problem| problem.code)
    };
    use serde_json::json;
    assert_eq!(refused(json!({ "town": "qingshi", "duty": "第42项" })), None, "by its number as published");
    assert_eq!(refused(json!({ "town": "qingshi", "duty": "fines" })), Some("ZH1221"), "taken back from towns");
    assert_eq!(refused(json!({ "town": "qingshi", "duty": "outside" })), Some("ZH1146"), "outside: with an approval");
    assert_eq!(refused(json!({ "town": "qingshi", "duty": "outside", "admission": "7号" })), Some("ZH1222"));
    let recorded = json!({ "as_written": "7号", "id": "0".repeat(32) });
    assert_eq!(refused(json!({ "town": "qingshi", "duty": "outside", "admission": recorded })), None);
    assert_eq!(refused(json!({ "town": "scjg", "asked": ["qingshi"] })), Some("ZH1146"), "who is asked has work, too");
    assert_eq!(refused(json!({ "towns": ["scjg"] })), Some("ZH1223"), "a bureau is no town");
    assert_eq!(refused(json!({ "towns": ["qingshi"] })), None, "named; the task that it gets is checked itself");
    let item = pack.list("duties").unwrap().find("fines").unwrap();
    assert!(item.name.contains("未核实"), "{}", item.name);
}
