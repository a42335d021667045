//! 由此开出 and 随原件撤销: what a pack may declare of records that open others, and every mistake in it said with its code.

use std::collections::BTreeMap;

use zhiheng_pack::raise::RaisedFrom;
use zhiheng_pack::{Draft, Pack, PackFiles, Problem, day, read};

const PACK: &str = r#"
[pack]
id = "test"
title = "示例"
place = { code = "990199", name = "示例县" }
document = "plan.txt"
baseline_year = 2022
target_year = 2027
[[kind]]
id = "finding"
name = "检查结果"
group = "检查"
about = "一次检查"
label = "{party}"
columns = ["party"]
field = [
  { id = "party", name = "对象", type = "text" },
  { id = "bad", name = "有问题", type = "yes_no" },
]
sample = [{ party = "某店" }]
[[kind]]
id = "mend"
name = "整改"
group = "整改"
about = "一件整改"
mode = "handle"
label = "{title}"
columns = ["title"]
field = [
  { id = "title", name = "事项", type = "text" },
  { id = "origin", name = "来源", type = "text", format = "record" },
  { id = "clock", name = "时限", type = "text" },
]
sample = [{ title = "整改" }]
[[procedure]]
id = "mend"
kind = "mend"
name = "整改"
start = "open"
state = [{ id = "open", name = "整改中" }, { id = "asked", name = "已请协办" }, { id = "closed", name = "已销号", final = true }]
step = [
  { id = "ask", name = "请协办", from = "open", to = "asked", role = "officer", spawn = [{ kind = "mend", cancel = "off", set = { title = "协办" } }] },
  { id = "close", name = "销号", from = ["open", "asked"], to = "closed", role = "officer" },
  { id = "off", name = "随原件撤销", from = ["open", "asked"], to = "closed", role = "system" },
]
[[raise]]
id = "mend_finding"
name = "开整改"
from = "record"
of = ["finding"]
when = "bad == true"
role = ["officer"]
kind = "mend"
link = "origin"
[raise.set]
title = "{@kind}：{party}"
[[raise]]
id = "mend_clock"
name = "开整改"
from = "clock"
kind = "mend"
link = "origin"
clock = "clock"
[raise.set]
title = "{@clock}超期{@days}天"
"#;

fn compile(text: &str) -> (Option<Pack>, Vec<Problem>) {
    let files = [("pack.toml", text), ("plan.txt", "方案")];
    let files = files.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect::<BTreeMap<_, _>>();
    read(&PackFiles { name: "test".to_owned(), files }, &|_| None)
}

#[test]
fn a_finding_offers_what_its_condition_allows_and_a_record_is_named_by_its_address() {
    let (pack, problems) = compile(PACK);
    let pack = pack.unwrap_or_else(|| panic!("{problems:#?}"));
    let today = day::number(day::parse("2026-06-01").unwrap());
    let of = |bad: &str| {
        let kind = pack.kind("finding").unwrap();
        let record = pack.check(kind, &Draft::of_texts([("party", "某店"), ("bad", bad)]), today).record.unwrap();
        let at = pack.kind_position("finding").unwrap();
        pack.raised_from(RaisedFrom::Record, at, &record).map(|raise| raise.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(of("yes"), ["mend_finding"]);
    assert!(of("no").is_empty());
    let id = "0".repeat(32);
    assert_eq!(pack.record_named(&format!("finding/{id}")).unwrap().0.id, "finding");
    let mend = pack.kind("mend").unwrap();
    for text in ["finding", "nothing/0", "finding/0192", &format!("elsewhere/{id}")] {
        assert!(pack.record_named(text).is_none(), "{text}");
        let checked = pack.check(mend, &Draft::of_texts([("origin", text)]), today);
        assert_eq!(checked.problems[0].code, "ZH1220", "{text}");
    }
    // No case is an occasion for another of its own kind.
    let record = pack.check(mend, &Draft::of_texts([("title", "整改")]), today).record.unwrap();
    let at = pack.kind_position("mend").unwrap();
    assert_eq!(pack.raised_from(RaisedFrom::Clock, at, &record).count(), 0);
}

#[test]
fn every_mistake_in_what_opens_or_ends_another_record_is_said() {
    for (right, wrong, code) in [
        (
            "link = \"origin\"\n[raise.set]\ntitle = \"{@kind}",
            "link = \"title\"\n[raise.set]\ntitle = \"{@kind}",
            "ZH1007",
        ),
        ("from = \"record\"", "from = \"somewhere\"", "ZH1014"),
        ("of = [\"finding\"]\n", "", "ZH1003"),
        ("role = [\"officer\"]\nkind", "role = [\"nobody\"]\nkind", "ZH1007"),
        ("{@kind}：{party}", "{@kind}：{nothing}", "ZH1007"),
        ("{@kind}：{party}", "{@value}：{party}", "ZH1014"),
        ("{@clock}超期", "{party}超期", "ZH1014"),
        ("clock = \"clock\"", "clock = \"origins\"", "ZH1007"),
        ("bad == true", "worse == true", "ZH1012"),
        ("cancel = \"off\"", "cancel = \"close\"", "ZH1224"),
        (
            "from = [\"open\", \"asked\"], to = \"closed\", role = \"system\"",
            "from = \"open\", to = \"closed\", role = \"system\"",
            "ZH1224",
        ),
    ] {
        assert!(PACK.contains(right), "{right}");
        let (pack, problems) = compile(&PACK.replace(right, wrong));
        assert!(pack.is_none(), "{wrong}");
        assert!(problems.iter().any(|problem| problem.code == code), "{wrong}: {problems:#?}");
    }
}
