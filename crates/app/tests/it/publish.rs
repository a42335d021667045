//! 公开 from end to end: nothing reaches the public that two others did not agree to, what was approved is what is frozen, what was frozen never changes, and
//! what is withdrawn is gone. On both databases, with the kinds of the base pack.

use zhiheng_app::{
    Account, Act, App, Bundle, Error, Held, PublicPeriod, PublicStanding, PublicWanted, RecordId, Role, StepWanted,
    Submission, Taker,
};
use zhiheng_pack::case::Act as CaseAct;
use zhiheng_pack::{Draft, PackFiles};

use crate::county::{County, PLAN, files, number};

const PUBLICATION: &str = include_str!("../../../../packs/base/kinds/publication/kind.toml");
const PROCEDURE: &str = include_str!("../../../../packs/base/kinds/publication/procedure.toml");
const FROZEN: &str = include_str!("../../../../packs/base/kinds/published_value/kind.toml");
const SHEET: &str = include_str!("../../../../packs/base/documents/publication_sheet.toml");

/// A kind about people, whose small numbers are kept back, and a confidential one that releases some of its records.
const MORE: &str = r#"
[[body]]
id = "zlb"
name = "质量强县办"
[[role]]
id = "publicity"
name = "信息公开岗"
[[role]]
id = "secrecy"
name = "保密审查岗"
[[role]]
id = "credit"
name = "信用岗"
[[kind]]
id = "complaint"
name = "投诉"
group = "投诉"
about = "一件投诉"
label = "{matter}"
day = "opened_on"
body = "scjg"
columns = ["matter", "opened_on"]
public = { fields = ["matter", "opened_on"] }
[[kind.field]]
id = "matter"
name = "事项"
type = "text"
required = true
[[kind.field]]
id = "opened_on"
name = "收到日期"
type = "date"
[[kind.field]]
id = "caller"
name = "投诉人"
type = "text"
personal = true
[[kind.sample]]
matter = "缺斤短两"
[[kind]]
id = "penalty"
name = "处罚信息"
group = "信用"
about = "一条处罚"
label = "{firm}"
day = "decided_on"
body = "scjg"
readers = ["credit"]
columns = ["firm", "decided_on"]
public = { fields = ["firm", "decided_on"], when = "released_on is known and ended_on is unknown" }
[[kind.field]]
id = "firm"
name = "当事人"
type = "text"
required = true
[[kind.field]]
id = "note"
name = "内部意见"
type = "text"
[[kind.field]]
id = "decided_on"
name = "决定日期"
type = "date"
[[kind.field]]
id = "released_on"
name = "公示日期"
type = "date"
[[kind.field]]
id = "ended_on"
name = "移出日期"
type = "date"
[[kind.sample]]
firm = "示例企业"
[[kind]]
id = "monitored_sample"
name = "例行监测样品"
group = "抽检"
about = "一个样品"
label = "{sample}"
day = "sampled_on"
body = "scjg"
columns = ["sample"]
public = { released_only = true }
[[kind.field]]
id = "sample"
name = "样品"
type = "text"
required = true
[[kind.field]]
id = "sampled_on"
name = "抽样日期"
type = "date"
[[kind.field]]
id = "passed"
name = "合格"
type = "yes_no"
[[kind.sample]]
sample = "脆李"
[[indicator]]
id = "monitored_rate"
name = "例行监测合格率"
unit = "%"
form = "ratio"
mode = "both"
bodies = ["scjg"]
baseline = { year = 2022, value = "98" }
target = { year = 2027, op = ">=", value = "98.3" }
kind = "floor"
decimals = 1
reporting = { by = "scjg", every = "year", document = "市农业农村委通报" }
[[indicator.over]]
kind = "monitored_sample"
count = "sampled_on"
numerator = "count(passed)"
denominator = "count(passed is known)"
[[indicator]]
id = "complaints"
name = "投诉件数"
unit = "件"
form = "flow"
bodies = ["scjg"]
baseline = { year = 2022, value = "0" }
target = { year = 2027, op = ">=", value = "10" }
[[indicator.over]]
kind = "complaint"
count = "opened_on"
"#;

fn pack_files() -> PackFiles {
    let mut files = files(&format!("{PLAN}\n{MORE}"));
    // The test pack has no letters to draft.
    let procedure = PROCEDURE.replace(", draft = \"overdue\"", "");
    for (name, text) in [
        ("publication.toml", PUBLICATION),
        ("procedure.toml", &procedure),
        ("frozen.toml", FROZEN),
        ("sheet.toml", SHEET),
    ] {
        files.files.insert(name.to_owned(), text.replace("[kind]\n", "[[kind]]\n"));
    }
    files
}

fn sqlite_with(files: &PackFiles) -> County {
    let folder = tempfile::tempdir().unwrap();
    County::with(format!("sqlite:{}", folder.path().join("county.db").display()), folder, files)
}

fn account(login: &str, role: &str) -> Account {
    let held = Held { role: role.to_owned(), bodies: None, instead_of: None };
    Account {
        role: Role::Bureau,
        body: Some("scjg".into()),
        own: vec!["scjg".into()],
        held: vec![held],
        ..Account::of_office(login)
    }
}

fn drafter() -> Account {
    account("王公开", "publicity")
}

fn reviewer() -> Account {
    account("李保密", "secrecy")
}

fn head() -> Account {
    account("赵局长", "head")
}

fn step(app: &App, by: &Account, id: RecordId, step: &str, fields: &[(&str, &str)]) -> Result<(), Error> {
    let wanted = StepWanted {
        kind: "publication".to_owned(),
        id,
        act: CaseAct::Step(step.to_owned()),
        fields: Draft::of_texts(fields.iter().copied()),
        reason: Some("依规定".to_owned()),
        note: None,
        expected_version: None,
    };
    app.take_step(Taker::Staff(by), &wanted, None).map(|_| ())
}

fn create(app: &App, kind: &str, fields: &[(&str, &str)]) -> RecordId {
    let act = Act::Create(Draft::of_texts(fields.iter().copied()));
    let submission = Submission { act, kind: kind.to_owned(), id: None, expected_version: None, reason: None };
    app.submit("clerk", &submission, None).unwrap().id.parse().unwrap()
}

fn correct(app: &App, kind: &str, id: RecordId, fields: &[(&str, &str)]) {
    let act = Act::Correct(Draft::of_texts(fields.iter().copied()));
    let version = app.record(kind, &id).unwrap().row.version;
    let submission = Submission {
        act,
        kind: kind.to_owned(),
        id: Some(id),
        expected_version: Some(version),
        reason: Some("更正".into()),
    };
    app.submit("clerk", &submission, None).unwrap();
}

fn sample(app: &App, no: usize, verdict: &str) -> RecordId {
    let (no, name) = (format!("S{no}"), format!("样品{no}"));
    create(
        app,
        "food_sample",
        &[("sample_no", &no), ("sample_name", &name), ("sampled_on", "2026-01-03"), ("verdict", verdict)],
    )
}

/// Nine of ten samples pass; answers the failing one.
fn ten_samples(app: &App) -> RecordId {
    (1..10).for_each(|no| {
        sample(app, no, "qualified");
    });
    sample(app, 10, "unqualified")
}

fn drafted(app: &App, draft: Draft) -> RecordId {
    let mut fields: Vec<(String, String)> = draft
        .fields
        .iter()
        .map(|(field, value)| (field.clone(), value.as_str().unwrap_or_default().to_owned()))
        .collect();
    if !fields.iter().any(|(field, _)| field == "openness_basis") {
        fields.push(("openness_basis".into(), "duty".into()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect();
    create(app, "publication", &fields)
}

/// Review and approval by two others; the drafter publishes.
fn approve(app: &App, id: RecordId) {
    step(app, &reviewer(), id, "clear", &[("secrecy_result", "may_publish")]).unwrap();
    step(app, &head(), id, "approve", &[("channel", "portal")]).unwrap();
}

fn published(app: &App, draft: Draft) -> RecordId {
    let id = drafted(app, draft);
    step(app, &drafter(), id, "submit", &[]).unwrap();
    approve(app, id);
    step(app, &drafter(), id, "publish", &[]).unwrap();
    id
}

fn directory(app: &App) -> Vec<String> {
    let page = app.public_page(&PublicWanted { limit: 100, ..PublicWanted::default() }).unwrap();
    page.items.into_iter().map(|item| item.title).collect()
}

fn value(app: &App, id: RecordId) -> String {
    app.public_item(&id).unwrap().value.unwrap().value
}

/// What is wrong, as the reader is told.
fn refused(outcome: Result<(), Error>) -> (String, String) {
    match outcome {
        Err(Error::Invalid(problems)) => (problems[0].code.to_owned(), problems[0].message.clone()),
        other => panic!("not refused: {other:?}"),
    }
}

fn is_clean(app: &App) {
    let audit = app.audit().unwrap();
    assert!(audit.is_clean(), "{:?}", audit.differences);
}

#[test]
fn a_number_goes_public_when_two_others_agreed_and_is_restated_beside_the_old_one() {
    for county in County::everywhere_with(&pack_files()) {
        let app = &county.app;
        let failing = ten_samples(app);
        let draft = app.draft_of_number("food_pass_rate", number("2026-01-04")).unwrap().unwrap();
        assert_eq!(draft.fields["figure"], "90.00");
        let id = drafted(app, draft);
        step(app, &drafter(), id, "submit", &[]).unwrap();
        assert!(matches!(
            step(app, &drafter(), id, "clear", &[("secrecy_result", "may_publish")]),
            Err(Error::NotPermitted)
        ));
        let both = Account { held: [drafter().held, reviewer().held].concat(), ..drafter() };
        let own = step(app, &both, id, "clear", &[("secrecy_result", "may_publish")]);
        assert!(matches!(own, Err(Error::WrongState(why)) if why.contains("另一人")), "four eyes");
        approve(app, id);
        assert_eq!(directory(app), [""; 0], "approved is not yet published");
        assert!(matches!(app.public_item(&id), Err(Error::NotFound(_))));
        assert!(app.public_board().unwrap().is_empty());

        step(app, &drafter(), id, "publish", &[]).unwrap();
        let item = app.public_item(&id).unwrap();
        let shown = item.value.clone().unwrap();
        assert_eq!(
            (shown.value.as_str(), shown.numerator.as_deref(), shown.denominator.as_deref()),
            ("90.00", Some("9"), Some("10"))
        );
        assert_eq!((shown.n, shown.records, item.edition), (Some(10), Some(10), 1));
        assert_eq!(app.public_board().unwrap()["food_pass_rate"].id, id);
        let bundle = app.public_bundle(&id).unwrap();
        assert!(bundle.holds(), "{:?}", bundle.check());
        assert!(bundle.number.as_ref().is_some_and(|number| number.interval.is_some()));
        is_clean(app);

        // A correction of a record changes nothing that is public; it is noticed once.
        assert_eq!(app.watch_published().unwrap(), 0);
        correct(
            app,
            "food_sample",
            failing,
            &[("sample_no", "S10"), ("sample_name", "样品10"), ("sampled_on", "2026-01-03"), ("verdict", "qualified")],
        );
        assert_eq!((app.watch_published().unwrap(), app.watch_published().unwrap()), (1, 0));
        let told = app.messages(&drafter(), 10).unwrap();
        assert!(told.iter().any(|told| told.message.title.starts_with("已公布的数有变动")), "{told:?}");
        let change = app.published_change(&id).unwrap().unwrap();
        assert_eq!((change.was.as_str(), change.now.as_str()), ("90.00%（9 ÷ 10）", "100.00%（10 ÷ 10）"));
        assert_eq!(value(app, id), "90.00");
        is_clean(app);

        // 更正: the old one stands until the new one is approved; then both are shown.
        let why = ("correction", "一批复检合格");
        let (corrector, again) = (account("陈更正", "publicity"), account("陈更正", "secrecy"));
        step(app, &corrector, id, "correct", &[why, ("content", "合格率100%"), ("figure", "100.00")]).unwrap();
        let own = step(app, &again, id, "clear", &[("secrecy_result", "may_publish")]);
        assert!(own.is_err(), "nobody reviews his own correction");
        let under_review = app.public_item(&id).unwrap();
        assert_eq!(under_review.standing, PublicStanding::Published { under_review: true });
        assert_eq!((value(app, id).as_str(), under_review.content.contains("100%")), ("90.00", false));
        approve(app, id);
        step(app, &drafter(), id, "publish", &[]).unwrap();
        let item = app.public_item(&id).unwrap();
        assert_eq!((item.edition, item.correction.as_str(), item.earlier.len()), (2, "一批复检合格", 1));
        assert_eq!(
            (value(app, id).as_str(), item.earlier[0].value.as_ref().unwrap().value.as_str()),
            ("100.00", "90.00")
        );
        assert_eq!(directory(app).len(), 1, "one line, however many editions");
        assert_eq!(app.published_change(&id).unwrap(), None);
        let restates = app.public_bundle(&id).unwrap().restates.unwrap();
        assert_eq!((restates.value.as_str(), restates.reason.as_str()), ("90.00", "一批复检合格"));
        is_clean(app);

        // 撤回: at once, and all of it.
        step(app, &head(), id, "withdraw", &[]).unwrap();
        let gone = app.public_item(&id).unwrap();
        assert!(matches!(&gone.standing, PublicStanding::Withdrawn { on: Some(_), reason } if reason == "依规定"));
        assert_eq!(
            (gone.value, gone.content.as_str(), gone.earlier.len(), gone.correction.as_str()),
            (None, "", 0, "")
        );
        assert_eq!(directory(app), [gone.title.as_str()], "title, date and reason are left");
        assert!(app.public_board().unwrap().is_empty() && app.public_numbers_of("food_pass_rate").unwrap().is_empty());
        assert!(matches!(app.public_bundle(&id), Err(Error::NotFound(_))));
        is_clean(app);
    }
}

#[test]
fn another_number_than_the_approved_one_is_not_published() {
    for county in County::everywhere_with(&pack_files()) {
        let app = &county.app;
        ten_samples(app);
        let id = drafted(app, app.draft_of_number("food_pass_rate", number("2026-01-04")).unwrap().unwrap());
        step(app, &drafter(), id, "submit", &[]).unwrap();
        approve(app, id);
        sample(app, 11, "unqualified");
        let (code, why) = refused(step(app, &drafter(), id, "publish", &[]));
        assert_eq!(code, "ZH1182");
        assert!(why.contains("90.00") && why.contains("81.82"), "{why}");
        assert!(directory(app).is_empty());
        let nothing = app.draft_of_number("brand_value", number("2026-01-04")).unwrap();
        assert_eq!(nothing, None, "no number, nothing to publish");
    }
}

#[test]
fn a_list_shows_the_public_fields_of_what_was_reviewed_and_restricted_rows_vanish() {
    for county in County::everywhere_with(&pack_files()) {
        let app = &county.app;
        create(app, "complaint", &[("matter", "缺斤短两"), ("opened_on", "2026-01-03"), ("caller", "张某某")]);
        let kind = app.pack.kind("complaint").unwrap();
        let id = published(app, app.draft_of_list(kind, &[], None, None));
        let (item, rows) = app.public_rows(&id).unwrap();
        assert_eq!(
            (item.row_count, rows.rows[0].cells.as_slice()),
            (Some(1), ["缺斤短两".to_owned(), "2026-01-03".to_owned()].as_slice())
        );
        let bundle = serde_json::to_string(&app.public_bundle(&id).unwrap()).unwrap();
        assert!(!bundle.contains("缺斤短两") && !bundle.contains("张某某"), "{bundle}");
        // A personal field cannot even be asked for.
        let mut draft = app.draft_of_list(kind, &[], None, None);
        draft.fields.insert("fields_shown".into(), "投诉人\n事项".into());
        let other = drafted(app, draft);
        step(app, &drafter(), other, "submit", &[]).unwrap();
        approve(app, other);
        assert!(refused(step(app, &drafter(), other, "publish", &[])).1.contains("投诉人"));
        // What came after the review was not reviewed.
        let late = drafted(app, app.draft_of_list(kind, &[], None, None));
        step(app, &drafter(), late, "submit", &[]).unwrap();
        approve(app, late);
        create(app, "complaint", &[("matter", "送审以后"), ("opened_on", "2026-01-04")]);
        assert!(refused(step(app, &drafter(), late, "publish", &[])).1.contains("1 条记录"));
        assert!(app.published_change(&id).unwrap().is_some(), "a row more");

        // 处罚信息: only what is released, and gone on the day it ends.
        let own = |firm: &str, ended: &str| {
            let mut fields =
                vec![("firm", firm), ("note", "内部"), ("decided_on", "2026-01-02"), ("released_on", "2026-01-03")];
            fields.extend((!ended.is_empty()).then_some(("ended_on", ended)));
            fields.into_iter().map(|(field, value)| (field.to_owned(), value.to_owned())).collect::<Vec<_>>()
        };
        let make = |firm: &str, ended: &str| {
            let fields = own(firm, ended);
            create(
                app,
                "penalty",
                &fields.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect::<Vec<_>>(),
            )
        };
        let (shown, _) = (make("甲厂", ""), make("乙厂", "2026-01-04"));
        let kind = app.pack.kind("penalty").unwrap();
        let id = published(app, app.draft_of_list(kind, &[], None, None));
        let firms =
            || app.public_rows(&id).unwrap().1.rows.into_iter().map(|row| row.cells[0].clone()).collect::<Vec<_>>();
        assert_eq!(firms(), ["甲厂"]);
        let ended = own("甲厂", "2026-01-05");
        correct(
            app,
            "penalty",
            shown,
            &ended.iter().map(|(field, value)| (field.as_str(), value.as_str())).collect::<Vec<_>>(),
        );
        assert!(firms().is_empty(), "vanished at its term");
        is_clean(app);
    }
}

#[test]
fn counts_under_five_of_peoples_affairs_are_kept_back_with_what_tells_them() {
    for county in County::everywhere_with(&pack_files()) {
        let app = &county.app;
        for no in 1..=3 {
            create(app, "complaint", &[("matter", &format!("事项{no}")), ("opened_on", "2026-01-03")]);
        }
        let draft = app.draft_of_number("complaints", number("2026-01-04")).unwrap().unwrap();
        assert_eq!(draft.fields["figure"], "少于5");
        let id = published(app, draft);
        let shown = app.public_item(&id).unwrap().value.unwrap();
        assert_eq!((shown.value.as_str(), shown.suppressed), ("少于5", true));
        assert_eq!((shown.numerator, shown.denominator, shown.n, shown.records), (None, None, None, None));
        let bundle = app.public_bundle(&id).unwrap();
        assert!(bundle.holds(), "{:?}", bundle.check());
        is_clean(app);
        // Firms are nobody's secret: their small counts stand.
        create(app, "title", &[("holder", "示例农业公司"), ("valid_from", "2026-01-01")]);
        let id = published(app, app.draft_of_number("titles", number("2026-01-04")).unwrap().unwrap());
        assert_eq!(value(app, id), "1");
        is_clean(app);
    }
}

#[test]
fn what_a_higher_authority_publishes_is_published_as_it_was_released() {
    for county in County::everywhere_with(&pack_files()) {
        let app = &county.app;
        create(app, "monitored_sample", &[("sample", "脆李"), ("sampled_on", "2026-01-03"), ("passed", "yes")]);
        let day = number("2026-01-04");
        assert_eq!(
            app.draft_of_number("monitored_rate", day).unwrap(),
            None,
            "what is computed here is not the county's to publish"
        );
        create(app, "reported_value", &[("indicator", "monitored_rate"), ("as_of", "2026-01-04"), ("value", "98.7")]);
        let draft = app.draft_of_number("monitored_rate", day).unwrap().unwrap();
        assert!(draft.fields["content"].as_str().unwrap().contains("来源：市农业农村委通报"), "{draft:?}");
        let id = published(app, draft);
        let shown = app.public_item(&id).unwrap().value.unwrap();
        assert_eq!(
            (shown.value.as_str(), shown.numerator, shown.formula.unwrap().mode.as_str()),
            ("98.7", None, "reported")
        );
        is_clean(app);
    }
}

#[test]
fn a_period_is_drafted_once_and_nothing_of_it_is_published() {
    for county in County::everywhere_with(&pack_files()) {
        let app = &county.app;
        county.at("2026-02-10");
        ten_samples(app);
        create(app, "reported_value", &[("indicator", "brand_value"), ("as_of", "2026-01-20"), ("value", "40")]);
        let period = PublicPeriod::parse("2026-01").unwrap();
        let done = app.draft_publications("cli", &period).unwrap();
        let titles: Vec<&str> = done.drafted.iter().map(|(_, title)| title.as_str()).collect();
        assert_eq!(titles, ["食品抽检合格率（截至2026年1月31日）", "品牌价值（截至2026年1月31日）"]);
        assert!(directory(app).is_empty());
        let again = app.draft_publications("cli", &period).unwrap();
        assert_eq!((again.drafted.len(), again.known.len()), (0, 2));
        assert!(matches!(
            app.draft_publications("cli", &PublicPeriod::parse("2026").unwrap()),
            Err(Error::WrongState(_))
        ));
        // A reported number is frozen with the record that reported it.
        let id = done.drafted[1].0.parse().unwrap();
        step(app, &drafter(), id, "submit", &[("openness_basis", "duty")]).unwrap();
        approve(app, id);
        step(app, &drafter(), id, "publish", &[]).unwrap();
        let shown = app.public_item(&id).unwrap().value.unwrap();
        assert_eq!((shown.value.as_str(), shown.records), ("40", Some(1)));
        is_clean(app);
    }
}

#[test]
fn what_was_published_is_nobodys_to_write() {
    let county = sqlite_with(&pack_files());
    let app = &county.app;
    ten_samples(app);
    let id = published(app, app.draft_of_number("food_pass_rate", number("2026-01-04")).unwrap().unwrap());
    let frozen = app.public_item(&id).unwrap().frozen.unwrap();
    for act in [
        Act::Withdraw,
        Act::Create(Draft::of_texts([("title", "假的")])),
        Act::Correct(Draft::of_texts([("title", "假的")])),
    ] {
        let of = (!matches!(act, Act::Create(_))).then_some(frozen);
        let kind = "published_value".to_owned();
        let submission = Submission { act, kind, id: of, expected_version: Some(1), reason: Some("改".into()) };
        let (code, why) = refused(app.submit_as(&Account::of_office("office"), &submission, None).map(|_| ()));
        assert!(code == "ZH1131" && why.contains("由公开的环节写入"), "{why}");
    }
    let own = app.pack.kind("published_value").unwrap();
    assert!(!Account::of_office("office").writes_kind(own));
}

/// Whoever has the database to himself can write a frozen record with a fitting commitment; the replay tells.
#[test]
fn the_audit_finds_a_published_number_that_was_never_computed() {
    let mut open = pack_files();
    let kind = open.files.get_mut("publication.toml").unwrap();
    *kind = kind.lines().filter(|line| !line.starts_with("publishes")).collect::<Vec<_>>().join("\n");
    let county = sqlite_with(&open);
    ten_samples(&county.app);
    let hash = zhiheng_app::hex(&county.app.pack.hash);
    let forged = |value: &str| {
        let fields = [
            ("publication", "假的"),
            ("publication_id", "0190d2c8a1f07000800000000000abcd"),
            ("edition", "1"),
            ("title", value),
            ("about_type", "number"),
            ("indicator", "food_pass_rate"),
            ("as_of", "2026-01-04"),
            ("value", value),
            ("numerator", "9"),
            ("denominator", "10"),
            ("pack_hash", &hash),
            ("known_at", "2026-01-06T00:00:00.000000Z"),
        ];
        create(&county.app, "published_value", &fields);
    };
    forged("99.90");
    let sealed = pack_files();
    let app = county.app.with_pack(zhiheng_pack::read(&sealed, &|_| None).0.unwrap());
    app.apply_pack("system", &[sealed]).unwrap();
    let audit = app.audit().unwrap();
    let said: Vec<&str> =
        audit.differences.iter().filter(|one| one.what == "published").map(|one| one.which.as_str()).collect();
    assert_eq!(said.len(), 1, "{:?}", audit.differences);
    assert!(said[0].ends_with("99.90"));
}

/// The file that a journalist holds says what it says without us.
#[test]
fn a_bundle_is_small_and_reads_back() {
    let county = sqlite_with(&pack_files());
    let app = &county.app;
    ten_samples(app);
    let id = published(app, app.draft_of_number("food_pass_rate", number("2026-01-04")).unwrap().unwrap());
    let text = serde_json::to_string_pretty(&app.public_bundle(&id).unwrap()).unwrap();
    assert!(text.len() <= 4096, "{} bytes", text.len());
    assert!(Bundle::read(&text).unwrap().holds());
    assert!(!Bundle::read(&text.replace("\"value\": \"90.00\"", "\"value\": \"95.00\"")).unwrap().holds());
}
