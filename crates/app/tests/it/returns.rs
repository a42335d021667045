//! What comes back: sent back it has a time again and is said anew, objected to it stands still, and whoever gave it extends it. Over the common kinds as the
//! demonstration county has them.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

use zhiheng_app::{
    Account, Act, App, Clock, Error, Held, Random, RecordId, Role, Setup, StepWanted, Submission, Taker,
};
use zhiheng_pack::case::Act as CaseAct;
use zhiheng_pack::{Draft, day, read};

use crate::county::{TestClock, noon};
use crate::plan::folder;

/// Other bytes every time.
struct Counted(AtomicU8);

impl Random for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::SeqCst));
    }
}

struct Office {
    app: App,
    clock: Arc<TestClock>,
    _place: tempfile::TempDir,
}

fn of(body: &str) -> Account {
    let own = vec![body.to_owned()];
    let held = ["head", "town"].map(|role| Held { role: role.to_owned(), bodies: Some(own.clone()), instead_of: None });
    Account {
        role: Role::Bureau,
        body: Some(body.to_owned()),
        own,
        held: held.to_vec(),
        ..Account::of_office(&format!("of_{body}"))
    }
}

impl Office {
    fn new() -> Office {
        let (pack, problems) = read(&folder("demo-county").unwrap(), &folder);
        assert!(problems.is_empty(), "{problems:?}");
        let place = tempfile::tempdir().unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(noon("2026-11-02"))));
        let given: Arc<dyn Clock> = clock.clone();
        let setup = Setup { clock: given, random: Arc::new(Counted(AtomicU8::new(0))), read_only: false, files: None };
        let url = format!("sqlite:{}", place.path().join("returns.db").display());
        Office { app: App::open(&url, pack.unwrap(), &setup).unwrap(), clock, _place: place }
    }

    fn on(&self, day: &str) {
        self.clock.0.store(noon(day), Ordering::SeqCst);
    }

    fn open(&self, kind: &str, fields: &[(&str, &str)]) -> RecordId {
        let act = Act::Create(Draft::of_texts(fields.iter().copied()));
        let submission = Submission { act, kind: kind.to_owned(), id: None, expected_version: None, reason: None };
        self.app.submit("li", &submission, None).unwrap().id.parse().unwrap()
    }

    fn act(&self, by: &Account, kind: &str, id: RecordId, act: CaseAct, fields: &[(&str, &str)]) -> Result<(), Error> {
        let wanted = StepWanted {
            kind: kind.to_owned(),
            id,
            act,
            fields: Draft::of_texts(fields.iter().copied()),
            reason: Some("须补充".to_owned()),
            note: None,
            expected_version: None,
        };
        self.app.take_step(Taker::Staff(by), &wanted, None).map(|_| ())
    }

    fn step(&self, by: &str, kind: &str, id: RecordId, step: &str, fields: &[(&str, &str)]) -> Result<(), Error> {
        let by = if by == "zlb" { Account::of_office("office") } else { of(by) };
        self.act(&by, kind, id, CaseAct::Step(step.to_owned()), fields)
    }

    /// The times that run: clock and last day.
    fn owed(&self, kind: &str, id: RecordId) -> Vec<(String, String)> {
        let case = self.app.case(None, &self.app.record(kind, &id).unwrap()).unwrap();
        let open = case.clocks.into_iter().filter(|one| one.run.is_open() && !one.run.paused);
        open.filter_map(|one| Some((one.clock.id, day::date(one.run.due?.day).to_string()))).collect()
    }
}

fn codes(result: Result<(), Error>) -> Vec<&'static str> {
    match result {
        Err(Error::Invalid(problems)) => problems.iter().map(|problem| problem.code).collect(),
        other => panic!("{other:?}"),
    }
}

fn line(clock: &str, day: &str) -> (String, String) {
    (clock.to_owned(), day.to_owned())
}

#[test]
fn a_town_task_is_extended_by_who_gave_it_and_has_a_time_after_every_return() {
    let office = Office::new();
    let task = [
        ("title", "摸底"),
        ("town", "jia"),
        ("assigned_by", "scjg"),
        ("duty", "basic_01"),
        ("assigned_on", "2026-11-02"),
        ("due_on", "2026-11-10"),
    ];
    let kind = "town_task";
    let id = office.open(kind, &task);
    assert_eq!(office.owed(kind, id), [line("due", "2026-11-10")]);
    let extend = || CaseAct::Extend("due".to_owned(), "5 day".to_owned());
    assert!(matches!(office.act(&of("jia"), "town_task", id, extend(), &[]), Err(Error::NotPermitted)));
    office.act(&of("scjg"), "town_task", id, extend(), &[]).unwrap();
    assert_eq!(office.owed(kind, id), [line("due", "2026-11-15")]);

    // 提出异议: nothing is late meanwhile, and what is upheld is owed again.
    office.on("2026-11-15");
    office.step("jia", "town_task", id, "object", &[]).unwrap();
    assert_eq!(office.owed(kind, id), [line("objection", "2026-11-20")]);
    office.on("2026-11-18");
    office.step("zlb", "town_task", id, "uphold", &[("due_on", "2026-11-20")]).unwrap();
    assert_eq!(office.owed(kind, id), [line("due", "2026-11-25")], "the extension stands");

    office.step("jia", "town_task", id, "report", &[("feedback", "已摸底")]).unwrap();
    assert_eq!(office.owed(kind, id), [line("review", "2026-11-25")]);
    office.step("scjg", "town_task", id, "send_back", &[]).unwrap();
    assert_eq!(office.owed(kind, id), [line("redo", "2026-11-25")], "five working days, and not in time for ever");
    assert_eq!(codes(office.step("jia", "town_task", id, "report", &[("feedback", "已摸底")])), ["ZH1260"]);
    office.step("jia", "town_task", id, "report", &[("feedback", "已摸底，补充两家")]).unwrap();
    let next = [("next_due", "2026-12-20")];
    assert!(office.step("scjg", "town_task", id, "close_term", &next).is_err(), "it is asked for once");
    office.step("scjg", "town_task", id, "close", &[]).unwrap();

    let other = [("due_on", "2026-11-18")];
    let other: Vec<_> = task.iter().filter(|(field, _)| *field != "due_on").copied().chain(other).collect();
    let other = office.open(kind, &other);
    office.step("jia", kind, other, "object", &[]).unwrap();
    office.on("2026-11-19");
    office.step("zlb", kind, other, "uphold", &[("due_on", "2026-11-27")]).unwrap();
    office.step("jia", kind, other, "report", &[("feedback", "已摸底")]).unwrap();
    let met = office.app.case(None, &office.app.record(kind, &other).unwrap()).unwrap();
    let due = met.clocks.iter().find(|one| one.clock.id == "due").unwrap();
    assert_eq!(due.run.late, Some(false), "objected to in time, upheld after the day with another: in time");
}

#[test]
fn what_is_taken_up_again_has_a_new_day() {
    let office = Office::new();
    let facts = [("title", "整改一件"), ("source_type", "other"), ("issuer", "scjg")];
    let kind = "rectification";
    let id = office.open(kind, &facts);
    let issue = [("responsible", "zjw"), ("requirement", "改"), ("due_on", "2026-11-10")];
    office.step("scjg", "rectification", id, "issue", &issue).unwrap();
    office.step("zjw", "rectification", id, "report", &[("measures", "已改")]).unwrap();
    let back =
        |due: &str| office.step("scjg", "rectification", id, "return", &[("review_result", "failed"), ("due_on", due)]);
    office.on("2026-11-12");
    assert_eq!(codes(back("2026-11-10")), ["ZH1260"], "the day that was met says nothing");
    assert_eq!(codes(back("2026-11-11")), ["ZH1261"]);
    back("2026-11-20").unwrap();
    assert_eq!(office.owed(kind, id), [line("rectify", "2026-11-20")]);
    assert_eq!(codes(office.step("zjw", "rectification", id, "report", &[("measures", "已改")])), ["ZH1260"]);

    // 佐证: there, or the remark says why not.
    let task = [("title", "议定一件"), ("lead", "zjw"), ("decided_on", "2026-11-02"), ("due_on", "2026-11-10")];
    let decision = office.open("meeting_decision", &task);
    let report = office.step("zjw", "meeting_decision", decision, "report", &[("progress", "已办")]);
    assert_eq!(codes(report), ["ZH1266"]);
}

#[test]
fn a_letter_says_that_what_it_urges_has_been_done() {
    let office = Office::new();
    let task = [("title", "议定一件"), ("lead", "zjw"), ("decided_on", "2026-11-02"), ("due_on", "2026-11-04")];
    let decision = office.open("meeting_decision", &task);
    let origin = format!("meeting_decision/{decision}");
    let letter = [
        ("title", "提示函"),
        ("letter_type", "reminder"),
        ("addressee", "zjw"),
        ("origin", origin.as_str()),
        ("origin_clock", "due"),
    ];
    let letter = office.open("official_letter", &letter);
    let said = || {
        let view = office.app.record("official_letter", &letter).unwrap();
        office.app.case(None, &view).unwrap().source_met
    };
    assert_eq!(said(), None);
    office.on("2026-11-06");
    let wanted = StepWanted {
        kind: "meeting_decision".to_owned(),
        id: decision,
        act: CaseAct::Step("report".to_owned()),
        fields: Draft::of_texts([("progress", "已办")]),
        reason: None,
        note: Some("会上已当面核对".to_owned()),
        expected_version: None,
    };
    office.app.take_step(Taker::Staff(&of("zjw")), &wanted, None).unwrap();
    assert!(said().is_some_and(|words| words.contains("2026年11月6日")), "{:?}", said());
}
