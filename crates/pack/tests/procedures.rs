//! Procedures as packs declare them: what is accepted, and that every mistake is said, at its place.

use std::collections::BTreeMap;

use zhiheng_pack::kind::Mode;
use zhiheng_pack::{Pack, PackFiles, Problem, read};

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
