//! The pack language: what it accepts, and that every mistake is said at once, at its place.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use zhiheng_pack::light::Light;
use zhiheng_pack::rollup::Standing;
use zhiheng_pack::{Decimal, Draft, Level, Pack, PackFiles, Problem, day, read};

const SOUND: &str = r#"
[pack]
id = "test"
title = "示例"
place = { code = "990199", name = "示例县", within = ["示例市"] }
document = "plan.txt"
baseline_year = 2022
target_year = 2027
[[body]]
id = "scjg"
name = "县市场监管局"
[[area]]
code = "990199001"
name = "青石镇"
[[list]]
id = "conclusion"
name = "结论"
item = [{ id = "qualified", name = "合格", names = ["符合"] }, { id = "unqualified", name = "不合格" }, { id = "old", name = "旧", until = 2020-01-01 }]
[kind]
id = "sample"
name = "样品"
group = "抽检"
about = "一个批次"
label = "{name} {verdict}"
day = "sampled_on"
area = "area"
place_from = ["address"]
body = "scjg"
columns = ["name"]
[[kind.field]]
id = "name"
name = "名称"
type = "text"
required = true
max_len = 5
[[kind.field]]
id = "sampled_on"
name = "抽样日期"
type = "date"
max = "today"
[[kind.field]]
id = "reported_on"
name = "报告日期"
type = "date"
[[kind.field]]
id = "verdict"
name = "结论"
type = "choice"
list = "conclusion"
[[kind.field]]
id = "mass"
name = "重量"
type = "decimal"
decimals = 2
min = "0"
[[kind.field]]
id = "risk"
name = "风险监测"
type = "yes_no"
[[kind.field]]
id = "area"
name = "乡镇"
type = "area"
[[kind.field]]
id = "address"
name = "地址"
type = "text"
[[kind.check]]
expr = "reported_on >= sampled_on"
field = "reported_on"
message = "报告日期早于抽样日期"
[[kind.sample]]
name = "菜籽油"
sampled_on = 2026-01-01
[[indicator]]
id = "rate"
row = 16
name = "合格率"
unit = "%"
form = "ratio"
bodies = ["scjg"]
quote = "合格率达到98.2%以上"
baseline = { year = 2022, value = "98" }
target = { year = 2027, op = ">=", value = "98.2" }
kind = "floor"
decimals = 1
[[indicator.over]]
kind = "sample"
where = "not risk or risk is unknown"
count = "sampled_on"
numerator = "count(verdict == 'qualified')"
denominator = "count(verdict in ['qualified', 'unqualified'])"
uncounted = [{ when = "risk", why = "风险监测不计入" }]
[[indicator]]
id = "firms"
name = "企业"
unit = "家"
form = "flow"
bodies = ["scjg"]
baseline = { year = 2022, value = "79" }
target = { year = 2027, value = "160" }
[[indicator.over]]
kind = "sample"
count = "sampled_on"
"#;

fn read_text(text: &str) -> (Option<Pack>, Vec<Problem>) {
    let files = BTreeMap::from([
        ("pack.toml".to_owned(), text.to_owned()),
        ("plan.txt".to_owned(), "食品抽检合格率达到98.2%以上。".to_owned()),
    ]);
    read(&PackFiles { name: "test".to_owned(), files }, &|_| None)
}

fn sound() -> Pack {
    let (pack, problems) = read_text(SOUND);
    assert!(problems.is_empty(), "{problems:#?}");
    pack.unwrap()
}

#[test]
fn every_mistake_is_said_at_once_with_line_and_column() {
    let broken = SOUND
        .replace("value = \"98.2\"", "value = 98.2")
        .replace("verdict == 'qualified'", "verdikt == 'qualified'")
        .replace("['qualified', 'unqualified']", "['qualified', 'bad']")
        .replace("columns = [\"name\"]", "colums = [\"name\"]")
        .replace("quote = \"合格率达到98.2%以上\"", "quote = \"合格率达到99%以上\"")
        .replace(
            "bodies = [\"scjg\"]\nbaseline = { year = 2022, value = \"79\" }",
            "bodies = [\"nobody\"]\nbaseline = { year = 2028, value = \"79\" }",
        )
        .replace("name = \"菜籽油\"\n", "name = \"六个字的名称\"\n");
    let (pack, problems) = read_text(&broken);
    assert!(pack.is_none());
    let said: Vec<(u32, u32, &str)> =
        problems.iter().map(|problem| (problem.line, problem.column, problem.code)).collect();
    assert_eq!(
        said,
        [
            (0, 0, "ZH1019"),   // the sample is refused
            (29, 1, "ZH1002"),  // colums
            (82, 9, "ZH1015"),  // the quote
            (84, 44, "ZH1009"), // the float
            (91, 20, "ZH1012"), // verdikt
            (92, 47, "ZH1013"), // 'bad'
            (94, 1, "ZH1022"),  // baseline after the target
            (99, 11, "ZH1007"), // nobody
        ],
        "{problems:#?}"
    );
}

#[test]
fn a_search_looks_at_label_key_and_subject_and_at_what_the_pack_marks_but_never_at_a_person() {
    let pack = sound();
    let kind = pack.kind("sample").unwrap();
    let ids = |kind: &zhiheng_pack::Kind| -> Vec<String> {
        kind.searched.iter().map(|at| kind.fields[*at].id.clone()).collect()
    };
    assert_eq!(ids(kind), ["name", "verdict"], "the label's");
    let marked = SOUND.replacen("max_len = 5", "search = false", 1).replacen(
        "id = \"address\"",
        "id = \"address\"\nsearch = true",
        1,
    );
    let (pack, problems) = read_text(&marked);
    assert_eq!(problems, []);
    assert_eq!(ids(pack.unwrap().kind("sample").unwrap()), ["verdict", "address"]);
    for forbidden in ["personal = true", "format = \"phone\""] {
        let text = marked.replacen("search = true", &format!("search = true\n{forbidden}"), 1);
        let (_, problems) = read_text(&text);
        assert!(problems.iter().any(|problem| problem.message.contains("search = true")), "{forbidden}");
    }
}

#[test]
fn a_definition_that_was_replaced_says_until_when_and_what_it_counted() {
    let earlier = |lines: &str| format!("[[indicator.earlier]]\n{lines}\n[[indicator]]\nid = \"firms\"");
    let over = "[[indicator.earlier.over]]\nkind = \"sample\"\ncount = \"sampled_on\"\nnumerator = \"count(verdict == 'qualified')\"\ndenominator = \"count(verdict is known)\"";
    let with = |lines: &str| read_text(&SOUND.replace("[[indicator]]\nid = \"firms\"", &earlier(lines)));
    let (pack, problems) = with(&format!("until = 2024-12-31\ndefinition = \"旧\"\n{over}"));
    assert!(problems.is_empty(), "{problems:#?}");
    let pack = pack.unwrap();
    let rate = pack.indicator("rate").unwrap();
    assert_eq!((rate.version, rate.since.map(|day| day.to_string()).as_deref()), (2, Some("2025-01-01")));
    let on = |text: &str| pack.in_force(rate, day::number(day::parse(text).unwrap())).definition.as_str();
    assert_eq!((on("2024-12-31"), on("2025-01-01")), ("旧", ""));
    assert!(pack.list("indicators").unwrap().items.iter().all(|item| !item.id.contains('@')));
    for (lines, why) in [
        (format!("definition = \"旧\"\n{over}"), "没有写 until"),
        (format!("until = 2024-06-30\ndefinition = \"旧\"\n{over}"), "只能在年末改变"),
        ("until = 2024-12-31\ndefinition = \"旧\"".to_owned(), "over"),
    ] {
        let (pack, problems) = with(&lines);
        let said: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert!(pack.is_none() && said.iter().any(|one| one.contains(why)), "{why}: {said:?}");
    }
}

#[test]
fn a_collection_names_every_part_that_is_missing() {
    let text = format!("{SOUND}\n[collection.round]\nkind = \"sample\"\nname = \"mass\"\nas_of = \"sampled_on\"\n");
    let (pack, problems) = read_text(&text);
    assert!(pack.is_none());
    let said: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    for part in ["reply", "value", "period", "due", "indicators"] {
        assert!(said.iter().any(|one| one.contains(part)), "{part}: {said:?}");
    }
    assert!(said.iter().any(|one| one.contains("mass") && one.contains("文本")), "{said:?}");
}

#[test]
fn bodies_are_a_tree_that_ends_and_serves_areas() {
    let with = |lines: &str| read_text(&SOUND.replace("[[area]]", &format!("{lines}\n[[area]]")));
    let station = "[[body]]\nid = \"s1\"\nname = \"青石市场监管所\"\nrole = \"other\"\nlevel = \"station\"\nparent = \"scjg\"\nareas = [\"990199001\"]\nsince = 2025-01-01\nuntil = 2026-06-30\ncontact = { name = \"王某\", phone = \"023\" }";
    let (pack, problems) = with(station);
    assert!(problems.is_empty(), "{problems:#?}");
    let pack = pack.unwrap();
    let ids = |bodies: Vec<&zhiheng_pack::Body>| bodies.iter().map(|body| body.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(pack.bodies_under("scjg")), ["scjg", "s1"]);
    assert_eq!(
        (ids(pack.bodies_above("s1")), ids(pack.bodies_under("s1"))),
        (vec!["scjg".to_owned()], vec!["s1".to_owned()])
    );
    let on = |text: &str| pack.body("s1").unwrap().is_on(day::number(day::parse(text).unwrap()));
    assert_eq!((on("2024-12-31"), on("2025-01-01"), on("2026-06-30"), on("2026-07-01")), (false, true, true, false));
    for (lines, code) in [
        (station.replace("parent = \"scjg\"", "parent = \"s1\""), "ZH1081"),
        (station.replace("parent = \"scjg\"", "parent = \"nobody\""), "ZH1007"),
        (station.replace("990199001", "990199999"), "ZH1007"),
        (station.replace("2026-06-30", "2024-06-30"), "ZH1026"),
        (station.replace("\"station\"", "\"planet\""), "ZH1014"),
    ] {
        let (pack, problems) = with(&lines);
        let said: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
        assert!(pack.is_none() && said == [code], "{code}: {problems:#?}");
    }
}

#[test]
fn a_pack_adds_roles_and_takes_none_of_the_names_that_have_a_meaning() {
    let with =
        |id: &str| read_text(&format!("{SOUND}\n[[role]]\nid = \"{id}\"\nname = \"投诉受理岗\"\nscope = \"body\"\n"));
    let pack = with("desk").0.unwrap();
    let ids: Vec<&str> = pack.roles.iter().map(|role| role.id.as_str()).collect();
    assert_eq!(ids, ["office", "officer", "head", "leader", "system", "citizen", "desk"]);
    for id in ["head", "office", "audit_admin"] {
        assert_eq!(with(id).1.first().map(|problem| problem.code), Some("ZH1006"), "{id}");
    }
}

#[test]
fn a_record_is_told_everything_at_once() {
    let pack = sound();
    let kind = pack.kind("sample").unwrap();
    let today = day::number(day::parse("2026-01-10").unwrap());
    let texts = [
        ("name", "名称太长了吧"),
        ("sampled_on", "2026-02-01"),
        ("reported_on", "2026年"),
        ("verdict", "好"),
        ("mass", "1.005"),
        ("risk", "也许"),
        ("weight", "1"),
    ];
    let checked = pack.check(kind, &Draft::of_texts(texts), today);
    assert!(checked.record.is_none());
    let codes: Vec<&str> = checked.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["ZH1102", "ZH1112", "ZH1107", "ZH1108", "ZH1110", "ZH1105", "ZH1111"]);
    let checked = pack.check(
        kind,
        &Draft::of_texts([("name", "油"), ("sampled_on", "2026-01-05"), ("reported_on", "2026-01-04")]),
        today,
    );
    assert_eq!(checked.problems[0].message, "报告日期早于抽样日期");
    let ended = pack.check(kind, &Draft::of_texts([("name", "油"), ("verdict", "旧")]), today);
    assert_eq!(ended.problems[0].code, "ZH1120");
}

fn standing(pairs: &[(&str, &str)]) -> Standing {
    let pack = sound();
    let kind = pack.kind("sample").unwrap();
    let record = pack.check(kind, &Draft::of_texts(pairs.iter().copied()), i32::MAX).record.unwrap();
    let envelope = pack.envelope(kind, &record);
    pack.standing(pack.indicator("rate").unwrap(), 0, &record, &envelope)
}

#[test]
fn what_does_not_count_says_why() {
    let base = [("name", "油"), ("sampled_on", "2026-01-05"), ("verdict", "符合")];
    let with = |more: (&'static str, &'static str)| standing(&[base.as_slice(), &[more]].concat());
    assert_eq!(standing(&base), Standing::Counted { numerator: true, denominator: true });
    assert_eq!(with(("risk", "是")), Standing::Uncounted("风险监测不计入".into()));
    assert_eq!(with(("area", "别县某镇")), Standing::Uncounted(zhiheng_pack::rollup::OUTSIDE_PLACE.into()));
    assert_eq!(with(("address", "示例市示例县青石镇1号")), standing(&base));
    assert_eq!(with(("address", "邻省邻县1号")), Standing::Uncounted(zhiheng_pack::rollup::OUTSIDE_PLACE.into()));
    assert_eq!(with(("address", "永辉超市二楼")), standing(&base));
    assert_eq!(standing(&base[..2]), Standing::Uncounted("没有结论".into()));
    assert_eq!(standing(&[base[0], base[2]]), Standing::Uncounted("没有归属日期".into()));
    assert_eq!(with(("area", "示例县")), standing(&base));
}

#[test]
fn lights_follow_the_share_of_time() {
    let pack = sound();
    let firms = pack.indicator("firms").unwrap();
    let on = |text: &str| day::number(day::parse(text).unwrap());
    // Half of the time has passed on 2025-07-01 (912 of 1,826 days are 0.4995): 79 → 160 must be at 119.5.
    let cases = [("160", Light::Done), ("120", Light::OnTrack), ("116", Light::Warning), ("115", Light::Behind)];
    for (value, light) in cases {
        assert_eq!(firms.judge(Some(value.parse().unwrap()), on("2025-07-01")).light, light, "{value}");
    }
    assert_eq!(firms.judge(None, on("2025-07-01")).light, Light::NoData);
    assert_eq!(firms.elapsed(on("2022-12-31")), Some(Decimal::ZERO));
    assert_eq!(firms.elapsed(on("2030-01-01")), Some(Decimal::ONE));
    // A floor is compared unrounded: 98.19 prints as 98.2 and is below it (GB/T 8170-2008, 全数值比较法).
    let rate = pack.indicator("rate").unwrap();
    assert_eq!(rate.judge(Some("98.19".parse().unwrap()), on("2025-07-01")).light, Light::NotMet);
    assert_eq!(rate.judge(Some("98.2".parse().unwrap()), on("2025-07-01")).light, Light::Met);
}

#[test]
fn an_indicator_of_the_county_itself_needs_no_target_and_is_not_judged_without_one() {
    let block = r#"
[[indicator]]
id = "reports_known"
name = "有报告日期的比例"
own = true
unit = "%"
form = "ratio"
bodies = ["scjg"]
[[indicator.over]]
kind = "sample"
count = "sampled_on"
numerator = "count(reported_on is known)"
denominator = "count()"
"#;
    let (pack, problems) = read_text(&format!("{SOUND}{block}"));
    assert!(problems.is_empty(), "{problems:?}");
    let pack = pack.unwrap();
    let own = pack.indicator("reports_known").unwrap();
    assert!(!own.is_of_plan());
    assert_eq!(own.judge(Some(Decimal::ONE), 0).light, Light::NoTarget);
    assert_eq!(own.judge(None, 0).light, Light::NoData);
    let claimed = read_text(&format!("{SOUND}{}", block.replace("own = true", "own = true\nrow = 29"))).1;
    assert_eq!(claimed.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["ZH1090"]);
    let bare = read_text(&format!("{SOUND}{}", block.replace("own = true\n", ""))).1;
    assert_eq!(bare.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["ZH1016", "ZH1016"]);
}

#[test]
fn a_changed_word_keeps_the_cells_and_a_changed_meaning_does_not() {
    let def = |text: &str| read_text(text).0.unwrap().indicator("rate").unwrap().def;
    assert_eq!(def(SOUND), def(&SOUND.replace("name = \"合格率\"", "name = \"抽检合格率\"")));
    assert_ne!(def(SOUND), def(&SOUND.replace("not risk or risk is unknown", "not risk")));
    assert_ne!(def(SOUND), def(&SOUND.replace("count(verdict == 'qualified')", "count(verdict != 'unqualified')")));
}

#[test]
fn a_kind_of_two_thousand_fields_is_read_whole() {
    let fields: String =
        (0..2000).map(|n| format!("[[kind.field]]\nid = \"f{n}\"\nname = \"字段\"\ntype = \"text\"\n")).collect();
    let (pack, _) = read_text(&SOUND.replace("[[kind.check]]", &format!("{fields}[[kind.check]]")));
    assert_eq!(pack.unwrap().kind("sample").unwrap().fields.len(), 2008);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in "\\PC*") {
        read_text(&text);
    }

    #[test]
    fn no_damaged_pack_panics(at in any::<prop::sample::Index>(), length in 0_usize..40, put in "\\PC{0,12}") {
        let letters: Vec<char> = SOUND.chars().collect();
        let start = at.index(letters.len());
        let end = (start + length).min(letters.len());
        let damaged: String = letters[..start].iter().copied().chain(put.chars()).chain(letters[end..].iter().copied()).collect();
        let (pack, problems) = read_text(&damaged);
        prop_assert!(pack.is_some() || problems.iter().any(|problem| problem.level == Level::Refuse));
    }

    #[test]
    fn a_record_reads_back_as_it_was(name in "[^\\p{C}\\s]{1,5}", date in 0_i32..20000, verdict in 0_usize..3, mass in 0_i64..10_000_000, area in 0_usize..4) {
        let pack = sound();
        let kind = pack.kind("sample").unwrap();
        let date = day::date(date).to_string();
        let mass = zhiheng_pack::value::unscaled(mass, 2).to_string();
        let pairs = [
            ("name", name.as_str()),
            ("sampled_on", &date),
            ("verdict", ["合格", "不合格", ""][verdict]),
            ("mass", &mass),
            ("area", ["青石镇", "示例县青石镇", "别处", ""][area]),
        ];
        let record = pack.check(kind, &Draft::of_texts(pairs), i32::MAX).record.unwrap();
        let text = record.canonical(kind);
        let back = zhiheng_pack::Record::from_canonical(kind, &text).unwrap();
        prop_assert_eq!(&back, &record);
        prop_assert_eq!(back.canonical(kind), text);
    }
}

#[test]
fn systems_of_the_plan_are_numbered_in_order_and_name_kinds_that_there_are() {
    let systems = "[[system]]\nno = 2\nname = \"甲\"\nkinds = [\"sample\", \"unknown\"]\nindicators = [\"nowhere\"]\n\
                   [[system]]\nno = 2\nname = \"乙\"\n";
    let text = format!("{SOUND}\n{systems}");
    let files = [("pack.toml".to_owned(), text), ("plan.txt".to_owned(), "方案".to_owned())];
    let (_, problems) = read(&PackFiles { name: "test".to_owned(), files: files.into() }, &|_| None);
    let codes: Vec<&str> = problems
        .iter()
        .filter(|it| it.message.contains("unknown") || it.message.contains("序号"))
        .map(|it| it.code)
        .collect();
    assert_eq!(codes, ["ZH1007", "ZH1014"], "{problems:?}");
    assert!(problems.iter().all(|problem| !problem.message.contains("nowhere")), "another county has it: {problems:?}");
}
