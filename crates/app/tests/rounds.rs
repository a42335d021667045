//! A round of reports, from the forms to the notice: what is right is taken at once, what is doubtful waits for the office, what is wrong
//! goes back with every reason, and the same file twice changes nothing.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking, also in its helpers")]

mod county;

use county::{County, today};
use zhiheng_app::{
    Account, Act, Bin, Error, ExportFile, ListWanted, OwnEntry, OwnOutcome, OwnReport, Received, RecordId, ReplyState,
    Role, RoundWanted, StepWanted, Submission, Taker, When,
};
use zhiheng_pack::case::Act as CaseAct;
use zhiheng_pack::{Draft, Problem, day};
use zhiheng_sheet::{
    CellKind, Limits, Sheet, SheetCell, SheetColumn, Wanted, WantedColumn, Workbook, read, write_xlsx,
};

fn open(county: &County, indicators: &[&str]) -> RecordId {
    county.app.open_round("office", &asking("2026年第三季度", indicators)).unwrap()
}

fn asking(period: &str, indicators: &[&str]) -> RoundWanted {
    RoundWanted {
        name: format!("{period}指标报送"),
        period: period.to_owned(),
        as_of: day::number(day::parse("2026-09-30").unwrap()),
        due: day::number(day::parse("2026-10-20").unwrap()),
        indicators: indicators.iter().map(|id| (*id).to_owned()).collect(),
    }
}

/// The form as a unit sends it back: saved by another program, with these cells filled in and these names below.
fn filled(form: &ExportFile, cells: &[(&str, &[(&str, &str)])], signed: &[(&str, &str)]) -> Vec<u8> {
    let name = WantedColumn::new("name", &["指标名称"], CellKind::Text);
    let table = read(&form.bytes, &form.name, &Wanted { columns: vec![name] }, &Limits::default()).unwrap();
    let headers: Vec<&str> = table.columns.iter().map(|column| column.header.as_str()).collect();
    let edited = |row: &zhiheng_sheet::Row| {
        let name = row.raw.get(1);
        let edits = cells.iter().find(|(of, _)| *of == name).map_or(&[][..], |(_, edits)| *edits);
        let cell = |(at, header): (usize, &&str)| {
            let edit = edits.iter().find(|(column, _)| column == header).map(|(_, text)| *text);
            SheetCell::Text(edit.unwrap_or(row.raw.get(at)).to_owned())
        };
        headers.iter().enumerate().map(cell).collect::<Vec<_>>()
    };
    let sheet = Sheet {
        name: "Sheet1".to_owned(),
        titles: table.titles.clone(),
        columns: headers.iter().map(|header| SheetColumn { header: (*header).to_owned(), width: 12 }).collect(),
        rows: table.rows.iter().map(edited).collect(),
        notes: signed.iter().map(|(who, name)| format!("{who}：{name}")).collect(),
        ..Sheet::default()
    };
    write_xlsx(&Workbook { sheets: vec![sheet] }).unwrap()
}

const SIGNED: [(&str, &str); 3] = [("填表人", "甲"), ("审核人", "乙"), ("分管领导", "丙")];

fn value(county: &County, indicator: &str) -> Option<String> {
    let board = county.app.board(When { as_of: today(), known_on: None }).unwrap();
    let at = county.app.pack.indicator_position(indicator).unwrap();
    let row = board.rows.iter().find(|row| row.indicator == at).unwrap();
    let number = row.reported.as_ref().unwrap_or(&row.number);
    number.value.map(|value| value.normalize().to_string())
}

fn state(county: &County, round: &RecordId, body: &str) -> ReplyState {
    let view = county.app.round(round).unwrap();
    let of_body = |reply: &&zhiheng_app::Reply| county.app.pack.bodies[reply.body].id == body;
    view.replies.iter().find(of_body).unwrap().state
}

#[test]
fn a_returned_form_moves_its_numbers_once_whatever_program_saved_it() {
    let county = County::empty();
    let round = open(&county, &["high_tech_enterprises", "prefab_share", "green_building_share"]);
    let forms = county.app.round_forms(&round).unwrap();
    let names: Vec<&str> = forms.iter().map(|form| form.name.as_str()).collect();
    assert_eq!(names.len(), 2, "one form a unit: {names:?}");
    assert_eq!(value(&county, "prefab_share"), None);

    let form = county.app.round_form(&round, "zjw").unwrap();
    let given: [(&str, &[(&str, &str)]); 2] = [
        ("新开工装配式建筑面积占比", &[("本期值", "31.5%"), ("来源文件", "装配式建筑统计报表"), ("页码", "2")]),
        (
            "城镇新建绿色建筑占新建民用建筑比例",
            &[("本期值", "98"), ("来源文件", "绿色建筑统计报表"), ("分子", "49"), ("分母", "50")],
        ),
    ];
    let bytes = filled(&form, &given, &SIGNED);
    let received = county.app.receive("office", &round, "住建委报回.xlsx", &bytes).unwrap();
    assert_eq!((received.state, received.values), (ReplyState::Reported, 2), "{:?}", received.reasons);
    assert_eq!(value(&county, "prefab_share").as_deref(), Some("31.5"));
    assert_eq!(value(&county, "green_building_share").as_deref(), Some("98"));

    let before = county.app.board(When { as_of: today(), known_on: None }).unwrap();
    county.app.receive("office", &round, "住建委报回(2).xlsx", &bytes).unwrap();
    let after = county.app.board(When { as_of: today(), known_on: None }).unwrap();
    assert_eq!(before.last_recorded_at, after.last_recorded_at, "the same file twice changes nothing");

    let urge = county.app.urge(&round).unwrap();
    assert!(urge.contains("尚未报送的单位（1家）"), "{urge}");
    assert!(urge.contains("已逾期34天"), "{urge}");
    let notice = county.app.round_notice(&round).unwrap();
    assert_eq!(notice.rows, 3);
    assert!(county.app.round_letter(&round, "zjw").is_err(), "who has reported needs no letter");
    assert!(county.app.round_letter(&round, "kjj").unwrap().bytes.len() > 1000);
}

#[test]
fn what_is_wrong_goes_back_with_every_reason_and_moves_nothing() {
    let county = County::empty();
    let round = open(&county, &["prefab_share", "green_building_share", "first_acceptance_rate"]);
    let form = county.app.round_form(&round, "zjw").unwrap();
    let given: [(&str, &[(&str, &str)]); 3] = [
        ("新开工装配式建筑面积占比", &[("本期值", "三成")]),
        ("城镇新建绿色建筑占新建民用建筑比例", &[("填报方式", "本期无变化")]),
        ("工程一次验收合格率", &[("本期值", "95"), ("来源文件", "验收统计表")]),
    ];
    let received = county.app.receive("office", &round, "a.xlsx", &filled(&form, &given, &SIGNED)).unwrap();
    assert_eq!(received.state, ReplyState::Returned);
    let said = received.reasons.join("\n");
    assert!(said.contains("“三成”不能识别") && said.contains("没有上期值"), "{said}");
    assert_eq!(value(&county, "first_acceptance_rate"), None, "a form is taken whole or not at all");
    assert_eq!(state(&county, &round, "zjw"), ReplyState::Returned);

    let nobody = county.app.receive("office", &round, "b.csv", "指标名称,本期值\n甲,1\n".as_bytes());
    assert!(nobody.is_err(), "a file of nobody is refused");
    let twice = county.app.open_round("office", &asking("2026年第三季度", &["prefab_share"]));
    let asked = |problems: &[Problem]| problems[0].message.contains("已经在收");
    assert!(matches!(twice, Err(Error::Invalid(problems)) if asked(&problems)), "nobody is asked twice for one number");
    let other = county.app.open_round("office", &asking("2026年第三季度补报", &["prefab_share"])).unwrap();
    let foreign = county.app.receive("office", &other, "a.xlsx", &form.bytes);
    assert!(foreign.unwrap_err().message().contains("另一轮"), "a form of another round is refused");
}

#[test]
fn what_is_doubtful_waits_for_the_office() {
    let county = County::empty();
    let round = open(&county, &["first_acceptance_rate"]);
    let form = county.app.round_form(&round, "zjw").unwrap();
    let given: [(&str, &[(&str, &str)]); 1] =
        [("工程一次验收合格率", &[("本期值", "95"), ("分子", "40"), ("分母", "50"), ("来源文件", "验收统计表")])];
    let bytes = filled(&form, &given, &SIGNED[..1]);
    let received = county.app.receive("office", &round, "a.xlsx", &bytes).unwrap();
    assert_eq!(received.state, ReplyState::Questioned);
    let said = received.reasons.join("\n");
    assert!(said.contains("80%") && said.contains("审核人没有签名"), "{said}");
    assert_eq!(value(&county, "first_acceptance_rate"), None);
    assert!(county.app.settle("office", &round, "zjw", true, " ").is_err(), "a decision has a reason");

    let taken: Received = county.app.settle("office", &round, "zjw", true, "电话核实，分母含跨年项目").unwrap();
    assert_eq!((taken.state, taken.values), (ReplyState::Reported, 1));
    assert_eq!(value(&county, "first_acceptance_rate").as_deref(), Some("95"));

    let back = county.app.settle("office", &round, "zjw", false, "分管领导要求重核").unwrap();
    assert_eq!(back.state, ReplyState::Returned);
    assert_eq!(value(&county, "first_acceptance_rate"), None, "a form that is sent back takes its values with it");

    let again: [(&str, &[(&str, &str)]); 1] = [("工程一次验收合格率", &[("本期值", "93"), ("来源文件", "验收统计表")])];
    let received = county.app.receive("office", &round, "a.xlsx", &filled(&form, &again, &SIGNED)).unwrap();
    assert_eq!(
        (received.state, value(&county, "first_acceptance_rate").as_deref()),
        (ReplyState::Reported, Some("93"))
    );

    let blank = county.app.receive("office", &round, "旧.xlsx", &form.bytes);
    assert!(blank.unwrap_err().message().contains("已报"), "a blank form does not replace one that was taken");
    assert_eq!(value(&county, "first_acceptance_rate").as_deref(), Some("93"));

    // 暂无数据, taken after a number: nobody stands for the number any more, until one comes again.
    let none: [(&str, &[(&str, &str)]); 1] =
        [("工程一次验收合格率", &[("填报方式", "暂无数据"), ("说明", "台账在核")])];
    let received = county.app.receive("office", &round, "b.xlsx", &filled(&form, &none, &SIGNED)).unwrap();
    assert_eq!(received.state, ReplyState::Questioned);
    county.app.settle("office", &round, "zjw", true, "台账核完再报").unwrap();
    assert_eq!(value(&county, "first_acceptance_rate"), None);
    county.app.receive("office", &round, "c.xlsx", &filled(&form, &again, &SIGNED)).unwrap();
    assert_eq!(value(&county, "first_acceptance_rate").as_deref(), Some("93"));
    assert!(county.app.audit().unwrap().is_clean());
}

#[test]
fn a_value_of_another_day_a_negative_count_and_a_part_of_one_are_questions() {
    let county = County::empty();
    let round = open(&county, &["specialized_enterprises"]);
    let form = county.app.round_form(&round, "jxw").unwrap();
    let name = "发展国家级专精特新小巨人、市级“专精特新”企业";
    for (cells, why) in [
        ([("本期值", "6"), ("数据日期", "2022-12-31"), ("来源文件", "名单")], "不是本轮的数据截止日"),
        ([("本期值", "-5"), ("数据日期", ""), ("来源文件", "名单")], "负数"),
        ([("本期值", "6.5"), ("数据日期", ""), ("来源文件", "名单")], "不是整数"),
    ] {
        let bytes = filled(&form, &[(name, &cells)], &SIGNED);
        let received = county.app.receive("office", &round, "a.xlsx", &bytes).unwrap();
        assert_eq!(received.state, ReplyState::Questioned, "{why}");
        assert!(received.reasons.join("").contains(why), "{:?}", received.reasons);
    }
    assert_eq!(value(&county, "specialized_enterprises"), None);
}

#[test]
fn a_scan_belongs_to_the_form_and_to_each_of_its_values() {
    let county = County::empty();
    let round = open(&county, &["specialized_enterprises"]);
    let scan = |name: &str| county.app.receive("office", &round, name, b"%PDF-1.4 stamped");
    assert!(scan("扫描0001.pdf").unwrap_err().message().contains("认不出"));
    assert!(scan("县经济信息委 盖章.pdf").unwrap_err().message().contains("先收报送表"));
    let form = county.app.round_form(&round, "jxw").unwrap();
    let given: [(&str, &[(&str, &str)]); 1] =
        [("发展国家级专精特新小巨人、市级“专精特新”企业", &[("本期值", "6"), ("来源文件", "名单")])];
    let bytes = filled(&form, &given, &SIGNED);
    county.app.receive("office", &round, "a.xlsx", &bytes).unwrap();
    let page = county.app.receive("office", &round, "县经济信息委 盖章.pdf", b"<html><script>");
    assert!(page.unwrap_err().message().contains("不是 PDF"), "a name is a claim");
    assert_eq!(scan("县经济信息委 盖章.pdf").unwrap().state, ReplyState::Reported);
    let scans = |kind: &str| {
        let wanted = ListWanted { limit: 10, ..ListWanted::default() };
        let list = county.app.list(county.app.pack.kind(kind).unwrap(), &wanted).unwrap();
        list.rows.iter().filter(|(row, _)| row.fields.contains("盖章.pdf")).count()
    };
    assert_eq!((scans("collection_reply"), scans("reported_value")), (1, 1));
    // The same form once more, and the scan is still there.
    county.app.receive("office", &round, "a.xlsx", &bytes).unwrap();
    assert_eq!((scans("collection_reply"), scans("reported_value")), (1, 1));
}

/// The letter of a round is a letter like any other: it waits for somebody to check, sign and number it.
#[test]
fn a_unit_that_did_not_report_is_written_to_by_a_letter_of_its_own() {
    let county = County::empty();
    let round = open(&county, &["specialized_enterprises"]);
    let (kind, id) = county.app.draft_letter_of_round(&Account::of_office("office"), &round, "jxw").unwrap();
    let letter = county.app.record(&kind, &id).unwrap().row.fields;
    for said in ["\"reminder\"", "\"jxw\"", "2026年10月20日前报送", "专精特新", "尚未收到", "reply_due"] {
        assert!(letter.contains(said), "{said}: {letter}");
    }
    let (kind, id) = county.app.draft_notice_of_round(&Account::of_office("office"), &round).unwrap();
    let notice = county.app.record(&kind, &id).unwrap().row.fields;
    for said in ["未报1家", "专精特新", "：目标", "，完成—，", "县经济信息委未报"] {
        assert!(notice.contains(said), "what is signed holds the numbers, {said}: {notice}");
    }
}

#[test]
fn unchanged_zero_and_absent_are_answers_too() {
    let county = County::empty();
    let first = open(&county, &["assessed_brands", "specialized_enterprises", "hundred_billion_chain"]);
    let form = county.app.round_form(&first, "jxw").unwrap();
    let given: [(&str, &[(&str, &str)]); 2] = [
        ("发展国家级专精特新小巨人、市级“专精特新”企业", &[("本期值", "6"), ("来源文件", "名单")]),
        ("百亿级产业链", &[("填报方式", "暂无数据"), ("说明", "核算结果未公布")]),
    ];
    let received = county.app.receive("office", &first, "a.xlsx", &filled(&form, &given, &SIGNED)).unwrap();
    assert_eq!(received.state, ReplyState::Questioned, "{:?}", received.reasons);
    let taken = county.app.settle("office", &first, "jxw", true, "核算结果年底公布").unwrap();
    assert_eq!(taken.values, 1);

    let wanted = RoundWanted {
        name: "2026年10月指标报送".to_owned(),
        period: "2026年10月".to_owned(),
        as_of: day::number(day::parse("2026-10-31").unwrap()),
        due: day::number(day::parse("2026-11-20").unwrap()),
        indicators: vec!["specialized_enterprises".to_owned()],
    };
    let second = county.app.open_round("office", &wanted).unwrap();
    let form = county.app.round_form(&second, "jxw").unwrap();
    let unchanged: [(&str, &[(&str, &str)]); 1] =
        [("发展国家级专精特新小巨人、市级“专精特新”企业", &[("填报方式", "本期无变化"), ("来源文件", "名单")])];
    let received = county.app.receive("office", &second, "a.xlsx", &filled(&form, &unchanged, &SIGNED)).unwrap();
    assert_eq!((received.state, received.values), (ReplyState::Reported, 1), "{:?}", received.reasons);
    let zero: [(&str, &[(&str, &str)]); 1] =
        [("发展国家级专精特新小巨人、市级“专精特新”企业", &[("填报方式", "零报告"), ("来源文件", "名单")])];
    let received = county.app.receive("office", &second, "a.xlsx", &filled(&form, &zero, &SIGNED)).unwrap();
    assert_eq!(received.state, ReplyState::Questioned, "from six to none is worth a call: {:?}", received.reasons);
}

/// Somebody of a unit.
fn of_unit(body: &str) -> Account {
    let own = vec![body.to_owned()];
    Account { role: Role::Bureau, body: own.first().cloned(), own, ..Account::of_office(&format!("of_{body}")) }
}

/// What a unit enters on its page.
fn entered(indicator: &str, way: &str, value: &str) -> OwnReport {
    let text = str::to_owned;
    OwnReport {
        entries: vec![OwnEntry {
            indicator: text(indicator),
            way: text(way),
            value: text(value),
            document: text("验收统计表"),
            ..OwnEntry::default()
        }],
        signed: [text("甲"), text("乙"), text("丙")],
        ..OwnReport::default()
    }
}

fn reply_of(county: &County, round: &RecordId, body: &str) -> RecordId {
    let view = county.app.round(round).unwrap();
    let of_body = |reply: &&zhiheng_app::Reply| county.app.pack.bodies[reply.body].id == body;
    view.replies.iter().find(of_body).unwrap().record.unwrap()
}

/// A unit with an account owes its reply from the opening on; what it enters is the same record, form and value that a returned file would make.
#[test]
fn a_unit_with_an_account_reports_on_its_page_and_it_is_one_thing_with_the_returned_form() {
    let county = County::empty();
    let clerk = of_unit("zjw");
    let stranger = of_unit("kjj");
    let round = open(&county, &["first_acceptance_rate"]);
    let reply = reply_of(&county, &round, "zjw");
    let owed = |account: &Account| county.app.work(account, Bin::Open, None, 10).unwrap().items;
    let work = owed(&clerk);
    assert_eq!(work.len(), 1, "one line for the round");
    assert_eq!((work[0].clock.as_str(), work[0].task.record, work[0].late), ("报送", reply, true));
    assert!(work[0].label.contains("2026年第三季度指标报送"), "{}", work[0].label);
    assert!(owed(&stranger).is_empty());
    assert!(matches!(county.app.own_reply(&stranger, &reply), Err(Error::NotPermitted)));
    let by_hand = StepWanted {
        kind: "collection_reply".to_owned(),
        id: reply,
        act: CaseAct::Step("report".to_owned()),
        fields: Draft::default(),
        reason: None,
        note: None,
        expected_version: None,
    };
    let refused = county.app.take_step(Taker::Staff(&clerk), &by_hand, None).unwrap_err();
    assert!(refused.message().contains("报送页"), "no state without a form: {}", refused.message());

    // Everything that is wrong at once, and nothing stored.
    let report = OwnReport { signed: Default::default(), ..entered("first_acceptance_rate", "填数", "九成") };
    let Err(Error::Invalid(problems)) = county.app.report_own(&clerk, &reply, &report) else { panic!("refused") };
    let said: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
    assert!(said.len() == 4 && said.concat().contains("“九成”不能识别"), "{said:?}");
    assert_eq!(state(&county, &round, "zjw"), ReplyState::Missing);

    // What is odd is asked back once, then waits for the office.
    let odd = entered("first_acceptance_rate", "填数", "120");
    let Ok(OwnOutcome::Doubtful(doubts)) = county.app.report_own(&clerk, &reply, &odd) else { panic!("asked back") };
    assert!(doubts[0].1.contains("不在 0 到 100 之间"), "{doubts:?}");
    assert_eq!(state(&county, &round, "zjw"), ReplyState::Missing);
    let outcome = county.app.report_own(&clerk, &reply, &OwnReport { confirmed: true, ..odd }).unwrap();
    assert!(matches!(outcome, OwnOutcome::Received(received) if received.state == ReplyState::Questioned));
    assert!(owed(&clerk).is_empty(), "the office's move");
    assert_eq!(value(&county, "first_acceptance_rate"), None);

    // Sent back, it is the unit's work again, with the reason and what it had entered.
    county.app.settle("office", &round, "zjw", false, "请核对单位").unwrap();
    let work = owed(&clerk);
    assert_eq!((work.len(), work[0].clock.as_str(), work[0].state.as_str()), (1, "重报", "退回，待重报"));
    assert!(county.app.own_reply(&clerk, &reply).unwrap().reply.remark.contains("请核对单位"));
    let scan = Some(("盖章.pdf".to_owned(), b"%PDF-1.7".to_vec()));
    let report = OwnReport { scan, ..entered("first_acceptance_rate", "填数", "97.5") };
    let outcome = county.app.report_own(&clerk, &reply, &report).unwrap();
    assert!(matches!(outcome, OwnOutcome::Received(received) if received.values == 1));
    assert_eq!(value(&county, "first_acceptance_rate").as_deref(), Some("97.5"));
    let own = county.app.own_reply(&clerk, &reply).unwrap();
    assert!(!own.open && own.reply.signed == ["甲", "乙", "丙"] && own.items[0].entry.value == "97.5");
    assert!(owed(&clerk).is_empty());

    // The same in Excel: nothing changes, because it is the same.
    let before = county.app.board(When { as_of: today(), known_on: None }).unwrap();
    let form = county.app.round_form(&round, "zjw").unwrap();
    let given: [(&str, &[(&str, &str)]); 1] =
        [("工程一次验收合格率", &[("本期值", "97.5"), ("来源文件", "验收统计表")])];
    let received = county.app.receive("office", &round, "a.xlsx", &filled(&form, &given, &SIGNED)).unwrap();
    assert_eq!((received.state, received.values), (ReplyState::Reported, 1));
    let after = county.app.board(When { as_of: today(), known_on: None }).unwrap();
    assert_eq!(before.rows, after.rows);
    let values = ListWanted { limit: 10, ..ListWanted::default() };
    let list = county.app.list(county.app.pack.kind("reported_value").unwrap(), &values).unwrap();
    assert_eq!(list.rows.len(), 1, "one value, whichever way it came");
    assert!(county.app.audit().unwrap().is_clean());
}

/// What a unit enters by itself on the indicator's page is its report once it is all there.
#[test]
fn a_unit_that_entered_every_value_elsewhere_owes_nothing_any_more() {
    let county = County::empty();
    let clerk = of_unit("zjw");
    let round = open(&county, &["first_acceptance_rate", "prefab_share"]);
    let owed = || county.app.work(&clerk, Bin::Open, None, 10).unwrap().items.len();
    for (indicator, left) in [("first_acceptance_rate", 1), ("prefab_share", 0)] {
        let draft = Draft::of_texts([("indicator", indicator), ("as_of", "2026-09-30"), ("value", "60")]);
        let kind = "reported_value".to_owned();
        let entered = Submission { act: Act::Create(draft), kind, id: None, expected_version: None, reason: None };
        county.app.submit("zjw", &entered, None).unwrap();
        assert_eq!(owed(), left, "{indicator}");
    }
    let reply = county.app.record("collection_reply", &reply_of(&county, &round, "zjw")).unwrap();
    assert_eq!(reply.record.case.unwrap().state, "reported");
    assert_eq!(county.app.fire().unwrap().lapses, 0);
    county.app.cancel_round("office", &round, "并入年度报送").unwrap();
    assert!(county.app.audit().unwrap().is_clean());
}

#[test]
fn a_deadline_is_moved_and_a_round_called_off_on_its_own_page_with_a_reason() {
    let county = County::empty();
    let clerk = of_unit("zjw");
    let round = open(&county, &["first_acceptance_rate", "high_tech_enterprises"]);
    let due = |text: &str| day::number(day::parse(text).unwrap());
    let owed = || county.app.work(&clerk, Bin::Open, None, 10).unwrap().items;
    let refused = |result: Result<(), Error>| matches!(result, Err(Error::Invalid(_)));
    assert!(refused(county.app.move_round("office", &round, due("2026-12-10"), " ")), "a reason");
    assert!(refused(county.app.move_round("office", &round, due("2026-12-10"), &"长".repeat(201))));
    assert!(refused(county.app.move_round("office", &round, due("2026-09-01"), "延期")), "before the day of the data");
    county.app.move_round("office", &round, due("2026-12-10"), "统计数据月底公布").unwrap();
    assert_eq!(owed()[0].task.due_day, Some(due("2026-12-10")));
    let told = county.app.record("collection_round", &round).unwrap();
    assert!(told.versions.iter().any(|version| version.row.reason.as_deref() == Some("统计数据月底公布")));

    let form = county.app.round_form(&round, "kjj").unwrap();
    let name = county.app.pack.indicator("high_tech_enterprises").unwrap().name.clone();
    let given: [(&str, &[(&str, &str)]); 1] = [(name.as_str(), &[("本期值", "8"), ("来源文件", "名单")])];
    county.app.receive("office", &round, "a.xlsx", &filled(&form, &given, &SIGNED)).unwrap();
    let kind = "collection_round".to_owned();
    let reason = Some("不报了".to_owned());
    let act = Act::Withdraw;
    let aside = Submission { act, kind, id: Some(round), expected_version: None, reason };
    let Err(Error::Invalid(said)) = county.app.submit("office", &aside, None) else { panic!("past the units' work") };
    assert!(said[0].message.contains("这一轮的页面"), "{said:?}");
    assert!(refused(county.app.cancel_round("office", &round, "")));
    county.app.cancel_round("office", &round, "并入年度报送").unwrap();
    assert!(owed().is_empty());
    assert_eq!(value(&county, "high_tech_enterprises").as_deref(), Some("8"), "what was taken stays");
    assert!(county.app.round(&round).is_err());
    assert!(county.app.audit().unwrap().is_clean());
}
