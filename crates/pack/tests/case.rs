//! Cases: where one stands, what time is left, who owes what – computed from its events alone.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use zhiheng_pack::case::{Act, DutySort, Happening, MomentSort, Run};
use zhiheng_pack::{Draft, Kind, Pack, PackFiles, Record, Value, day, read};

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
[[role]]
id = "desk"
name = "受理岗"
[[holiday]]
day = 2026-10-01
kind = "off"
name = "国庆节"
[[holiday]]
day = 2026-10-02
kind = "off"
name = "国庆节"
[[holiday]]
day = 2026-10-10
kind = "work"
name = "国庆节"
[kind]
id = "complaint"
name = "投诉"
group = "投诉"
about = "一件投诉"
mode = "handle"
label = "{matter}"
body = "scjg"
columns = ["matter"]
[[kind.field]]
id = "matter"
name = "事项"
type = "text"
required = true
[[kind.field]]
id = "received_on"
name = "收到日期"
type = "date"
[[kind.field]]
id = "valid_to"
name = "有效期止"
type = "date"
[[kind.field]]
id = "installed_on"
name = "投用日期"
type = "date"
[[kind.sample]]
matter = "缺斤短两"
[[procedure]]
id = "old"
kind = "complaint"
name = "旧办法"
until = 2026-04-14
opened = "received_on"
start = "lodged"
state = [{ id = "lodged", name = "待受理" }, { id = "closed", name = "已办结", final = true }]
step = [{ id = "close", name = "办结", from = "lodged", to = "closed", role = "desk" }]
clock = [{ id = "close", name = "办结", starts = "state:lodged", stops = "step:close", length = "45 workday" }]
[[procedure]]
id = "new"
kind = "complaint"
name = "新办法"
since = 2026-04-15
opened = "received_on"
start = "lodged"
state = [
  { id = "lodged", name = "待受理" },
  { id = "accepted", name = "调解中" },
  { id = "testing", name = "检测中" },
  { id = "closed", name = "已办结", final = true },
]
step = [
  { id = "accept", name = "受理", from = "lodged", to = "accepted", role = "desk" },
  { id = "test", name = "送检", from = "accepted", to = "testing", role = "desk" },
  { id = "tested", name = "检测完成", from = "testing", to = "accepted", role = "desk" },
  { id = "drop", name = "终止", from = "testing", to = "closed", role = "head" },
  { id = "close", name = "办结", from = "accepted", to = "closed", role = ["head", "citizen"] },
  { id = "renew", name = "续展", from = "accepted", role = "officer" },
  { id = "inspect", name = "检验", from = "accepted", role = "officer" },
  { id = "again", name = "重新办理", from = "closed", to = "lodged", role = "desk" },
]
clock = [
  { id = "decide", name = "受理决定", starts = "state:lodged", stops = "step:accept", length = "7 workday", warn = ["-1 workday"],
    escalate = [{ at = "+0 day", to = "role:head" }, { at = "+3 workday", to = "role:office" }] },
  { id = "close", name = "办结", starts = "step:accept", stops = ["step:close", "step:drop"], length = "60 day", pause = ["state:testing", "reason:鉴定"],
    extend = { role = "head", max = "15 day" } },
  { id = "renewal", name = "续展", starts = "field:valid_to", stops = "step:renew", length = "-3 month", pause = "state:testing" },
  { id = "lift", name = "定期检验", starts = "field:installed_on", stops = "step:inspect", ages = [1, 4, 7], every = "1 year" },
]
"#;

struct Story {
    pack: Pack,
    record: Record,
    version: i64,
    at: i64,
}

/// An instant at the place.
fn instant(text: &str) -> i64 {
    let (date, time) = text.split_once(' ').unwrap();
    let (hour, minute) = time.split_once(':').unwrap();
    let minutes = hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap() - 8 * 60;
    i64::from(number(date)) * 86_400_000_000 + minutes * 60_000_000
}

fn number(date: &str) -> i32 {
    day::number(day::parse(date).unwrap())
}

impl Story {
    fn open(at: &str, fields: &[(&str, &str)]) -> Story {
        let mut files = BTreeMap::new();
        files.insert("pack.toml".to_owned(), PACK.to_owned());
        files.insert("plan.txt".to_owned(), "方案".to_owned());
        let (pack, problems) = read(&PackFiles { name: "test".to_owned(), files }, &|_| None);
        assert_eq!(problems, []);
        let pack = pack.unwrap();
        let mut all = vec![("matter", "缺斤短两")];
        all.extend(fields);
        let record = pack.check(kind(&pack), &Draft::of_texts(all), i32::MAX).record.unwrap();
        let mut story = Story { pack, record, version: 0, at: 0 };
        story.happens(at, Act::Open, "clerk");
        story
    }

    fn happens(&mut self, at: &str, act: Act, by: &str) {
        self.version += 1;
        self.at = instant(at);
        let (before, kind) = (self.record.clone(), kind(&self.pack));
        let before = (self.version > 1).then_some(&before);
        let (at, by, version) = (self.at, by.to_owned(), self.version);
        let happening =
            Happening { act, at, by, instead_of: None, version, reason: None, note: None, opened: Vec::new() };
        self.pack.happen(kind, before, &mut self.record, happening);
        let stored = self.record.canonical(kind);
        assert_eq!(Record::from_canonical(kind, &stored).as_ref(), Some(&self.record), "a stored case reads back");
    }

    fn step(&mut self, at: &str, step: &str) {
        self.happens(at, Act::Step(step.to_owned()), "clerk");
    }

    fn runs(&self, clock: &str) -> Vec<Run> {
        let procedure = self.pack.procedure_of(self.record.case.as_ref().unwrap()).unwrap();
        let wanted = procedure.clocks.iter().position(|known| known.id == clock).unwrap();
        self.pack.runs(&self.record).into_iter().filter(|run| run.clock == wanted).collect()
    }

    fn due(&self, clock: &str) -> Option<String> {
        self.runs(clock).last().and_then(|run| run.due).map(|due| day::date(due.day).to_string())
    }

    fn field(&self, id: &str) -> String {
        let index = kind(&self.pack).field_index(id).unwrap();
        self.record.value(index).map(Value::plain).unwrap_or_default()
    }
}

fn kind(pack: &Pack) -> &Kind {
    pack.kind("complaint").unwrap()
}

#[test]
fn a_case_that_does_not_say_when_it_was_received_was_received_when_it_was_recorded() {
    assert_eq!(Story::open("2026-05-11 09:00", &[]).field("received_on"), "2026-05-11");
    assert_eq!(Story::open("2026-05-11 09:00", &[("received_on", "2026-05-08")]).field("received_on"), "2026-05-08");
}

#[test]
fn a_case_runs_on_the_law_of_the_day_on_which_it_was_opened() {
    for (received, procedure) in [("2026-04-14", "old"), ("2026-04-15", "new")] {
        let story = Story::open("2026-04-16 09:00", &[("received_on", received)]);
        assert_eq!(story.record.case.as_ref().unwrap().procedure, procedure);
        assert_eq!(story.field("opened_on"), received);
    }
}

#[test]
fn a_step_in_time_a_step_too_late_and_a_case_nobody_touches() {
    // Seven working days from 24 September 2026 end on Saturday 10 October, a make-up working day; here 5 to 7 October are ordinary.
    let mut story = Story::open("2026-09-24 10:00", &[]);
    assert_eq!(story.due("decide").as_deref(), Some("2026-10-07"));
    assert_eq!((story.field("state"), story.field("met_decide")), ("lodged".into(), String::new()));
    story.step("2026-10-07 23:59", "accept");
    assert_eq!((story.field("met_decide"), story.field("took_decide")), ("是".into(), "7".into()));

    let mut late = Story::open("2026-09-24 10:00", &[]);
    late.step("2026-10-08 00:00", "accept");
    assert_eq!((late.field("met_decide"), late.field("took_decide")), ("否".into(), "8".into()));

    let mut idle = Story::open("2026-09-24 10:00", &[]);
    idle.happens("2026-10-08 00:00", Act::Lapse("decide".into()), "system");
    assert_eq!(idle.field("met_decide"), "否", "late without ever having been finished");
    assert_eq!(idle.field("state"), "lodged");
}

#[test]
fn testing_and_a_stated_reason_do_not_count() {
    let mut story = Story::open("2026-05-06 09:00", &[]);
    story.step("2026-05-07 09:00", "accept");
    assert_eq!(story.due("close").as_deref(), Some("2026-07-06"));
    story.step("2026-05-10 09:00", "test");
    assert_eq!(story.due("close"), None, "nobody knows the end while it stands still");
    assert!(story.runs("close")[0].paused);
    story.step("2026-05-20 09:00", "tested");
    assert_eq!(story.due("close").as_deref(), Some("2026-07-16"), "ten days later");
    story.happens("2026-06-01 09:00", Act::Pause("close".into()), "clerk");
    story.happens("2026-06-03 09:00", Act::Resume("close".into()), "clerk");
    assert_eq!(story.due("close").as_deref(), Some("2026-07-20"), "18 July is a Saturday");
    story.happens("2026-06-04 09:00", Act::Extend("close".into(), "15 day".into()), "head");
    assert_eq!(story.due("close").as_deref(), Some("2026-08-03"), "2 August is a Sunday");
}

/// 提出异议期间被撤销的，不算逾期: nobody could act any more when the day came.
#[test]
fn what_ends_while_it_stands_still_is_late_only_if_it_was_late_before() {
    for (tested, late) in [("2026-09-30 23:00", None), ("2026-10-01 00:00", Some(true))] {
        let mut story = Story::open("2026-05-06 09:00", &[("valid_to", "2026-12-31")]);
        story.step("2026-05-07 09:00", "accept");
        story.step(tested, "test");
        story.step("2026-10-20 09:00", "drop");
        assert_eq!(story.runs("renewal")[0].late, late, "due on 30 September, stood still from {tested}");
    }
}

#[test]
fn a_lapse_is_void_when_the_end_has_moved_behind_it() {
    let mut story = Story::open("2026-05-06 09:00", &[]);
    story.step("2026-05-07 09:00", "accept");
    story.happens("2026-07-07 00:00", Act::Lapse("close".into()), "system");
    assert_eq!(story.field("met_close"), "否");
    story.happens("2026-07-07 09:00", Act::Extend("close".into(), "15 day".into()), "head");
    assert_eq!(story.field("met_close"), "");
    story.step("2026-07-10 09:00", "close");
    assert_eq!((story.field("met_close"), story.field("closed_on")), ("是".into(), "2026-07-10".into()));
}

#[test]
fn a_reopened_case_is_counted_anew_and_one_late_run_is_late() {
    let mut story = Story::open("2026-05-06 09:00", &[]);
    story.step("2026-06-30 09:00", "accept");
    story.step("2026-07-01 09:00", "close");
    story.step("2026-07-02 09:00", "again");
    assert_eq!((story.field("closed_on"), story.field("met_decide")), (String::new(), "否".into()));
    story.step("2026-07-03 09:00", "accept");
    let runs: Vec<_> = story.runs("decide").iter().map(|run| (run.number, run.late)).collect();
    assert_eq!(runs, [(0, Some(true)), (1, Some(false))]);
}

#[test]
fn a_renewed_certificate_is_met_for_its_old_day_and_watched_for_the_new_one() {
    let mut story = Story::open("2026-05-06 09:00", &[("valid_to", "2026-12-31")]);
    assert_eq!(story.due("renewal").as_deref(), Some("2026-09-30"));
    story.step("2026-05-07 09:00", "accept");
    story.step("2026-08-01 09:00", "renew");
    assert_eq!(story.runs("renewal").len(), 1);
    let index = kind(&story.pack).field_index("valid_to").unwrap();
    let later = story.pack.check(
        kind(&story.pack),
        &Draft::of_texts([("matter", "缺斤短两"), ("valid_to", "2029-12-31")]),
        i32::MAX,
    );
    let mut changed = later.record.unwrap();
    assert!(changed.value(index).is_some());
    changed.case = story.record.case.clone();
    story.record = changed;
    story.happens("2026-08-02 09:00", Act::Change, "clerk");
    assert_eq!(story.runs("renewal").len(), 2);
    assert_eq!(story.due("renewal").as_deref(), Some("2029-09-30"));
}

#[test]
fn a_lift_is_inspected_at_its_ages_and_those_before_it_was_entered_are_past() {
    let mut story = Story::open("2026-05-06 09:00", &[("installed_on", "2023-03-01")]);
    assert_eq!(story.due("lift").as_deref(), Some("2027-03-01"), "the fourth year");
    story.step("2026-05-07 09:00", "accept");
    for (at, next) in
        [("2027-02-01 09:00", "2030-03-01"), ("2030-01-05 09:00", "2031-03-03"), ("2031-02-01 09:00", "2032-03-01")]
    {
        story.step(at, "inspect");
        assert_eq!(story.due("lift").as_deref(), Some(next), "after {at}; 1 March 2031 is a Saturday");
    }
}

#[test]
fn what_is_owed_names_body_and_role_and_what_happens_when() {
    let mut story = Story::open("2026-05-06 09:00", &[]);
    let envelope = story.pack.envelope(kind(&story.pack), &story.record);
    let duties = story.pack.duties(&story.record, &envelope);
    let [decide] = duties.as_slice() else { panic!("{duties:#?}") };
    assert_eq!((decide.sort, decide.role.as_str(), decide.body.as_deref()), (DutySort::Duty, "desk", Some("scjg")));
    let moments: Vec<_> = decide.moments.iter().map(|moment| (moment.sort, moment.at)).collect();
    // Due on Friday 15 May 2026.
    assert_eq!(
        moments,
        [
            (MomentSort::Warn, instant("2026-05-14 00:00")),
            (MomentSort::Lapse, instant("2026-05-16 00:00")),
            (MomentSort::Rung(0), instant("2026-05-16 00:00")),
            (MomentSort::Rung(1), instant("2026-05-21 00:00")),
        ]
    );
    story.step("2026-05-07 09:00", "accept");
    let duties = story.pack.duties(&story.record, &envelope);
    let owed: Vec<_> = duties.iter().map(|duty| (duty.sort, duty.role.as_str())).collect();
    // 续展 and 检验 leave the case where it is: nobody owes them.
    assert_eq!(owed, [(DutySort::Duty, "head"), (DutySort::Open, "desk")]);
    story.step("2026-05-08 09:00", "close");
    assert_eq!(story.pack.duties(&story.record, &envelope), []);
}
