//! Procedures as packs declare them: what is accepted, and that every mistake is said, at its place.

use std::collections::BTreeMap;

use zhiheng_pack::kind::Mode;
use zhiheng_pack::{Level, Pack, PackFiles, Problem, read};

const COUNTY: &str = r#"
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
[[role]]
id = "desk"
name = "投诉受理岗"
[[holiday]]
day = 2026-10-01
kind = "off"
name = "国庆节"
[kind]
id = "complaint"
name = "投诉"
group = "投诉"
about = "一件投诉"
mode = "handle"
label = "{matter}"
day = "opened_on"
body = "scjg"
columns = ["matter", "state", "closed_on"]
filters = [["state"]]
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
id = "due_on"
name = "时限"
type = "date"
[[kind.sample]]
matter = "缺斤短两"
"#;

const PROCEDURE: &str = r#"
[[procedure]]
id = "complaint"
kind = "complaint"
name = "投诉处理"
start = "lodged"
[[procedure.state]]
id = "lodged"
name = "待受理"
[[procedure.state]]
id = "accepted"
name = "已受理"
[[procedure.state]]
id = "closed"
name = "已办结"
final = true
[[procedure.step]]
id = "accept"
name = "受理"
from = "lodged"
to = "accepted"
role = "desk"
[[procedure.step]]
id = "close"
name = "办结"
from = "accepted"
to = "closed"
role = "desk"
require = ["result"]
[[procedure.clock]]
id = "decide"
name = "受理决定"
starts = "state:lodged"
stops = "step:accept"
length = "7 workday"
[[procedure.clock]]
id = "close"
name = "办结"
starts = "step:accept"
stops = "step:close"
length = "60 day"
escalate = [{ at = "+0 day", to = "role:head" }, { at = "-10 day", to = "role:desk" }]
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

fn compile(procedure: &str) -> (Option<Pack>, Vec<Problem>) {
    let mut files = BTreeMap::new();
    files.insert("pack.toml".to_owned(), COUNTY.to_owned());
    files.insert("procedure.toml".to_owned(), procedure.to_owned());
    files.insert("plan.txt".to_owned(), "方案".to_owned());
    read(&PackFiles { name: "test".to_owned(), files }, &|_| None)
}

#[test]
fn a_sound_procedure_gives_its_kind_derived_fields_that_formulas_know() {
    let (pack, problems) = compile(PROCEDURE);
    assert_eq!(problems, [], "{problems:#?}");
    let pack = pack.unwrap();
    let kind = pack.kind("complaint").unwrap();
    let derived: Vec<&str> = kind.fields.iter().filter(|field| field.derived).map(|field| field.id.as_str()).collect();
    assert_eq!(derived, ["state", "opened_on", "closed_on", "met_decide", "took_decide", "met_close", "took_close"]);
    let clock = pack.procedures[0].clock("close").unwrap();
    let rungs: Vec<i32> = clock.ladder.iter().map(|rung| rung.at.count).collect();
    assert_eq!(rungs, [-10, 0], "a ladder is climbed in the order of time");
    assert!(clock.roll && !pack.procedures[0].clock("decide").unwrap().roll);
}

#[test]
fn a_county_that_keeps_a_register_has_the_fields_without_the_procedure() {
    let county = PROCEDURE.to_owned();
    let mut files = BTreeMap::new();
    let header = COUNTY.replace("[[body]]", "modes = { complaint = \"register\" }\n[[body]]");
    files.insert("pack.toml".to_owned(), header);
    files.insert("procedure.toml".to_owned(), county);
    files.insert("plan.txt".to_owned(), "方案".to_owned());
    let (pack, problems) = read(&PackFiles { name: "test".to_owned(), files }, &|_| None);
    assert_eq!(problems, [], "{problems:#?}");
    let pack = pack.unwrap();
    let kind = pack.kind("complaint").unwrap();
    assert_eq!((kind.mode, kind.procedures.len()), (Mode::Register, 0));
    assert!(kind.field("state").is_some_and(|field| !field.derived), "imports fill the state in");
}

#[test]
fn every_mistake_in_a_procedure_is_said_with_its_code() {
    let lost = "[[procedure.state]]\nid = \"lost\"\nname = \"失联\"\n[[procedure.step]]\nid = \"accept\"";
    let stuck = "id = \"close\"\nname = \"办结\"\nfrom = \"lodged\"";
    for (from, to, code) in [
        ("[[procedure.step]]\nid = \"accept\"", lost, "ZH1029"),
        ("id = \"close\"\nname = \"办结\"\nfrom = \"accepted\"", stuck, "ZH1030"),
        (
            "starts = \"step:accept\"\nstops = \"step:close\"",
            "starts = \"step:close\"\nstops = \"step:accept\"",
            "ZH1031",
        ),
        ("starts = \"step:accept\"\nstops = \"step:close\"", "starts = \"step:accept\"", "ZH1031"),
        ("length = \"60 day\"", "length = \"60 days long\"", "ZH1028"),
        ("length = \"7 workday\"", "length = \"60 workday\"\npromise_of = \"close\"", "ZH1033"),
        ("length = \"7 workday\"", "length = \"7 workday\"\nnot_before = \"9 workday\"", "ZH1049"),
        ("length = \"60 day\"", "length = \"60 day\"\nkind = \"auto\"\nfires = \"step:close\"", "ZH1034"),
        ("role = \"desk\"\nrequire", "role = \"nobody\"\nrequire", "ZH1007"),
        ("require = [\"result\"]", "require = [\"closed_on\"]", "ZH1036"),
        ("to = \"closed\"", "to = \"gone\"", "ZH1007"),
        ("require = [\"result\"]", "guard = \"result == \"", "ZH1010"),
        ("start = \"lodged\"", "begin = \"lodged\"", "ZH1002"),
        ("require = [\"result\"]", "four_eyes = [\"accept\", \"nobody\"]", "ZH1007"),
        ("id = \"accepted\"\nname", "id = \"accepted\"\nfrozen = \"gone\"\nname", "ZH1007"),
        ("id = \"accepted\"\nname", "id = \"accepted\"\nfrozen = \"accept\"\nname", "ZH1061"),
    ] {
        assert!(PROCEDURE.contains(from), "{from}");
        let (_, problems) = compile(&PROCEDURE.replacen(from, to, 1));
        let said = problems.iter().find(|problem| problem.code == code);
        let said = said.unwrap_or_else(|| panic!("{to}: {code} is not among {problems:#?}"));
        assert!(said.line > 0 && said.file == "test/procedure.toml", "{said:?}");
    }
}

#[test]
fn two_procedures_of_a_kind_leave_no_day_without_one() {
    let two = |until: &str, since: &str| {
        let first = PROCEDURE.split("[[group]]").next().unwrap();
        let old = first.replace("id = \"complaint\"\nkind", &format!("id = \"old\"\nuntil = {until}\nkind"));
        let new = PROCEDURE.replacen("start = \"lodged\"", &format!("start = \"lodged\"\nsince = {since}"), 1);
        compile(&(old + &new)).1
    };
    assert_eq!(two("2026-04-14", "2026-04-15"), []);
    for (until, since) in [("2026-04-13", "2026-04-15"), ("2026-04-15", "2026-04-15")] {
        assert_eq!(two(until, since).iter().map(|problem| problem.code).collect::<Vec<_>>(), ["ZH1035"]);
    }
}

/// The procedure with a round in which two bodies are asked.
fn asking() -> String {
    let field = "[[kind.field]]\nid = \"result\"";
    assert!(COUNTY.contains(field));
    PROCEDURE
        .replace(
            "[[procedure.state]]\nid = \"closed\"",
            "[[procedure.state]]\nid = \"round\"\nname = \"会签中\"\n[[procedure.state]]\nid = \"closed\"",
        )
        .replace(
            "[[procedure.clock]]\nid = \"decide\"",
            r#"[[procedure.step]]
id = "ask"
name = "送会签"
from = "accepted"
to = "round"
role = "desk"
require = ["bodies"]
[[procedure.step]]
id = "agreed"
name = "会签完毕"
from = "round"
to = "accepted"
role = "system"
[[procedure.step]]
id = "back"
name = "退回"
from = "round"
to = "lodged"
role = "system"
[[procedure.ask]]
id = "countersign"
name = "会签"
bodies = "field:bodies"
starts = "step:ask"
during = "state:round"
role = "head"
answer = [{ id = "agree", name = "同意" }, { id = "object", name = "有意见", words = true, objects = true }]
length = "3 workday"
then = "step:agreed"
objected = "step:back"
[[procedure.clock]]
id = "decide""#,
        )
}

fn compile_asking(procedure: &str) -> Vec<Problem> {
    let mut files = BTreeMap::new();
    let field =
        "[[kind.field]]\nid = \"bodies\"\nname = \"会签单位\"\ntype = \"choices\"\nlist = \"bodies\"\n[[kind.sample]]";
    files.insert("pack.toml".to_owned(), COUNTY.replace("[[kind.sample]]", field));
    files.insert("procedure.toml".to_owned(), procedure.to_owned());
    files.insert("plan.txt".to_owned(), "方案".to_owned());
    read(&PackFiles { name: "test".to_owned(), files }, &|_| None).1
}

#[test]
fn a_countersign_that_can_never_be_complete_is_refused_before_anybody_is_asked() {
    let sound = asking();
    assert_eq!(compile_asking(&sound), []);
    for (from, to, code, said) in [
        ("require = [\"bodies\"]", "ask = [\"bodies\"]", "ZH1038", "空着就没有人答复"),
        ("bodies = \"field:bodies\"", "bodies = \"field:result\"", "ZH1039", "result"),
        ("bodies = \"field:bodies\"", "bodies = [\"scjg\", \"nobody\"]", "ZH1007", "单位 nobody"),
        ("bodies = \"field:bodies\"", "bodies = [\"scjg\"]\nenough = 2", "ZH1038", "最多 1 个"),
        ("length = \"3 workday\"\nthen", "then", "ZH1003", "length"),
        ("length = \"3 workday\"\nthen", "length = \"0 day\"\nthen", "ZH1028", "0 day"),
        ("role = \"head\"\nanswer", "role = \"citizen\"\nanswer", "ZH1038", "没有人能答复"),
        ("during = \"state:round\"\n", "", "ZH1038", "during"),
        ("during = \"state:round\"", "during = \"state:lodged\"", "ZH1038", "一发出就结束"),
        ("then = \"step:agreed\"\n", "", "ZH1038", "没有异议"),
        ("then = \"step:agreed\"", "then = \"step:close\"", "ZH1034", "办结"),
        ("from = \"round\"\nto = \"accepted\"", "from = \"round\"", "ZH1038", "仍在等候"),
        ("from = \"lodged\"\nto = \"accepted\"", "from = \"lodged\"\nto = \"round\"", "ZH1038", "没有发出"),
        (", objects = true", "", "ZH1038", "objects"),
        ("objected = ", "silence = { answer = \"agree\" }\nobjected = ", "ZH1003", "basis"),
        ("id = \"countersign\"", "id = \"decide\"", "ZH1006", "decide"),
    ] {
        assert!(sound.contains(from), "{from}");
        let problems = compile_asking(&sound.replacen(from, to, 1));
        let found = problems.iter().find(|problem| problem.code == code && problem.message.contains(said));
        let found = found.unwrap_or_else(|| panic!("{to}: {code} {said} is not among {problems:#?}"));
        assert!(found.line > 0, "{found:?}");
    }
}

#[test]
fn a_clock_with_two_owners_names_one() {
    let two = PROCEDURE.replacen(
        "[[procedure.clock]]",
        "[[procedure.step]]\nid = \"drop\"\nname = \"终止\"\nfrom = \"lodged\"\nto = \"closed\"\nrole = \"head\"\n[[procedure.clock]]",
        1,
    );
    let two = two.replace("stops = \"step:accept\"", "stops = [\"step:accept\", \"step:drop\"]");
    let problems = compile(&two).1;
    let said: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(said, ["ZH1037"], "{problems:#?}");
    let named = two.replace("\"step:drop\"]", "\"step:drop\"]\nowner = \"step:accept\"");
    assert_eq!(compile(&named).1, []);
}

/// Whoever reads no Chinese is not shown half a page: all that is missing is told at once.
#[test]
fn an_entry_that_speaks_english_speaks_it_to_the_end() {
    let entry = r#"
[kind.public_entry]
path = "goods"
name = "投诉"
ask = [["matter"]]
english = true
show = ["result"]
"#;
    let at = |text: &str| {
        let county = COUNTY.replacen("[[kind.field]]", &format!("{text}[[kind.field]]"), 1);
        let files =
            [("pack.toml".to_owned(), format!("{county}{PROCEDURE}")), ("plan.txt".to_owned(), "方案".to_owned())];
        read(&PackFiles { name: "test".to_owned(), files: files.into() }, &|_| None).1
    };
    let problems = at(entry);
    let said = problems.iter().find(|problem| problem.code == "ZH1050").unwrap_or_else(|| panic!("{problems:?}"));
    for missing in ["english_name", "matter", "result", "状态 lodged", "时限 decide", "时限 close"] {
        assert!(said.message.contains(missing), "{missing}: {}", said.message);
    }
    // A step that the public does not see needs no name in English.
    assert!(!said.message.contains("环节 accept"), "{}", said.message);
    assert!(!at(&entry.replace("english = true", "")).iter().any(|problem| problem.code == "ZH1050"));
}

/// What is personal stays so: a record that a step opens has it in a personal field, or not at all; and no number is somebody's telephone.
#[test]
fn a_personal_field_flows_into_no_open_one() {
    let personal =
        COUNTY.replacen("name = \"结果\"\ntype = \"text\"", "name = \"结果\"\ntype = \"text\"\npersonal = true", 1);
    let spawning = |target: &str| {
        let spawn = format!(
            "role = \"desk\"\nspawn = [{{ kind = \"complaint\", set = {{ {target} = \"见 {{result}}\" }} }}]\n"
        );
        PROCEDURE.replacen("role = \"desk\"\n", &spawn, 1)
    };
    let refused = |county: &str, procedure: &str| {
        let files =
            [("pack.toml".to_owned(), format!("{county}{procedure}")), ("plan.txt".to_owned(), "方案".to_owned())];
        let problems = read(&PackFiles { name: "test".to_owned(), files: files.into() }, &|_| None).1;
        problems.iter().any(|problem| problem.code == "ZH1004" && problem.message.contains("个人信息"))
    };
    assert!(refused(&personal, &spawning("matter")));
    assert!(!refused(&personal, &spawning("result")));
    assert!(refused(&personal.replacen("label = ", "key = \"result\"\nlabel = ", 1), PROCEDURE));
}

/// Nothing lies about unseen: said at the state or the step, and the pack goes on.
#[test]
fn an_open_state_without_a_time_and_a_return_without_one_are_told() {
    let told = |procedure: &str| -> Vec<(&'static str, Level)> {
        compile(procedure).1.iter().map(|problem| (problem.code, problem.level)).collect()
    };
    let timed = "starts = \"step:accept\"\nstops = \"step:close\"";
    let waiting = "[[procedure.step]]\nid = \"wait\"\nname = \"转待定\"\nfrom = \"accepted\"\nto = \"waiting\"\nrole = \"desk\"\n\
                   [[procedure.step]]\nid = \"end\"\nname = \"终结\"\nfrom = \"waiting\"\nto = \"closed\"\nrole = \"desk\"\n\
                   [[procedure.state]]\nid = \"waiting\"\nname = \"待定\"\n[[procedure.clock]]";
    let untimed = PROCEDURE.replacen("[[procedure.clock]]", waiting, 1);
    assert_eq!(
        told(&untimed),
        [("ZH1263", Level::Warn)],
        "the clock of 办结 runs there, and nobody there is made to act"
    );
    assert_eq!(told(&untimed.replace(timed, &timed.replace("\"step:close\"", "[\"step:close\", \"step:end\"]"))), []);
    assert_eq!(
        told(&untimed.replace("name = \"终结\"", "owed = false\nname = \"终结\"")),
        [],
        "what is not owed wants no time"
    );

    // 退回: the day was met with the first report.
    let dated = PROCEDURE
        .replace("starts = \"state:lodged\"", "starts = \"field:due_on\"")
        .replacen("[[procedure.clock]]", "[[procedure.step]]\nid = \"back\"\nname = \"退回\"\nfrom = \"accepted\"\nto = \"lodged\"\nrole = \"desk\"\n[[procedure.clock]]", 1);
    assert_eq!(told(&dated), [("ZH1264", Level::Warn)]);
    let again = "[[procedure.clock]]\nid = \"redo\"\nname = \"再报\"\nstarts = \"step:back\"\nstops = \"step:accept\"\nlength = \"5 workday\"\n[[group]]";
    assert_eq!(told(&dated.replace("[[group]]", again)), []);
    assert_eq!(
        told(&dated.replace("name = \"退回\"", "name = \"退回\"\nrequire = [\"due_on\"]\nfresh = [\"due_on\"]")),
        []
    );
    assert_eq!(
        told(&PROCEDURE.replace("require = [\"result\"]", "require = [\"result\"]\nfresh = [\"due_on\"]")),
        [("ZH1262", Level::Refuse)]
    );
}
