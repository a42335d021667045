//! Publications of the demonstration county: yearly, half-yearly and quarterly numbers, two lists, a text; one number restated after late records, one withdrawn,
//! one thing that is given on request.
//!
//! They go the way of every publication, four people on one day: what is drafted, reviewed, approved and published in between is the same number.

use std::sync::atomic::Ordering;

use zhiheng_pack::Draft;
use zhiheng_pack::case::Act as CaseAct;
use zhiheng_pack::procedure::roles;
use zhiheng_store::RecordId;

use super::cases::person;
use super::chance::Chance;
use super::life::{at, office_hour};
use super::{ACTOR, Driven, end_of_day, record_id};
use crate::{Act, App, Error, StepWanted, Submission, Taker};

const KIND: &str = "publication";
const MINUTE: i64 = 60_000_000;
const PUBLICITY: &str = "publicity";
const SECRECY: &str = "secrecy";

type Date = (i16, i8, i8);

/// What is published.
enum What {
    /// An indicator, as of a day.
    Number(&'static str, Date),
    /// A list: kind, filter, from, to.
    List(&'static str, (&'static str, &'static str), Date, Date),
    /// A text.
    Text(&'static str, &'static str),
    /// 依申请公开
    OnRequest(&'static str, &'static str),
}

/// What becomes of it later.
enum Then {
    Stays,
    Restated(Date, &'static str),
    Withdrawn(Date, &'static str),
}

/// In the order of their days. Each is one record; what is published freezes another, and so does what is restated.
const PLAN: &[(Date, What, Then)] = &[
    (
        (2026, 1, 20),
        What::Number("food_pass_rate", (2025, 12, 31)),
        Then::Restated((2026, 4, 16), "年前抽检、节后出报告的批次补录后重新计算"),
    ),
    ((2026, 1, 20), What::Number("high_tech_enterprises", (2025, 12, 31)), Then::Stays),
    ((2026, 1, 21), What::Number("consumer_goods_pass_rate", (2025, 12, 31)), Then::Stays),
    ((2026, 1, 21), What::Number("agri_brand_marks", (2025, 12, 31)), Then::Stays),
    (
        (2026, 4, 20),
        What::Number("complaint_decide_on_time", (2026, 3, 31)),
        Then::Withdrawn((2026, 5, 8), "统计时漏计一个市场监管所的投诉，核实后另行公布"),
    ),
    ((2026, 7, 16), What::Number("food_pass_rate", (2026, 6, 30)), Then::Stays),
    ((2026, 7, 16), What::Number("first_acceptance_rate", (2026, 6, 30)), Then::Stays),
    ((2026, 7, 17), What::List("title", ("title_type", "green_food"), (2022, 1, 1), (2026, 6, 30)), Then::Stays),
    (
        (2026, 7, 20),
        What::Text(
            "2026年上半年质量强县工作进展",
            "上半年，各责任单位按方案推进三十条措施，年度任务、督办整改和投诉办理均在系统中办理留痕。已公布的数字附有核对办法。\n下半年重点：食品抽检不合格的核查处置、电梯检验、公共服务质量监测。",
        ),
        Then::Stays,
    ),
    (
        (2026, 7, 22),
        What::OnRequest("2025年度质量工作考核打分底稿", "各单位考核打分的底稿，内容为工作过程中形成的评分表。"),
        Then::Stays,
    ),
    ((2026, 10, 20), What::Number("food_pass_rate", (2026, 9, 30)), Then::Stays),
    ((2026, 10, 20), What::Number("consumer_goods_pass_rate", (2026, 9, 30)), Then::Stays),
    ((2026, 10, 21), What::List("food_sample", ("verdict", "unqualified"), (2026, 7, 1), (2026, 9, 30)), Then::Stays),
];

/// Records of all of them: the publications, and what they freeze.
pub(super) fn count() -> u64 {
    let frozen = |(_, what, then): &(Date, What, Then)| match (what, then) {
        (What::OnRequest(..), _) => 1,
        (_, Then::Restated(..)) => 3,
        _ => 2,
    };
    PLAN.iter().map(frozen).sum()
}

/// What was done on a day: records that came to be, and steps.
#[derive(Default)]
pub(super) struct Published {
    pub(super) opened: u64,
    pub(super) steps: u64,
}

/// Everything of a day.
pub(super) fn live(app: &App, clock: &Driven, seed: u64, day: i32) -> Result<Published, Error> {
    let mut done = Published::default();
    let is = |(year, month, of_month): Date| at(year, month, of_month) == day;
    for (no, (first, what, then)) in PLAN.iter().enumerate() {
        let mut chance = Chance::of(seed, KIND, no as u64);
        let id = record_id(seed, KIND, no as u64, office_hour(at(first.0, first.1, first.2), &mut chance));
        let mut hand =
            Hand { app, clock, id, at: end_of_day(day) - 120 * MINUTE + (no as i64) * MINUTE, done: &mut done };
        if is(*first) {
            hand.publish(what)?;
        }
        match then {
            Then::Restated(when, why) if is(*when) => hand.restate(why)?,
            Then::Withdrawn(when, why) if is(*when) => hand.step(roles::HEAD, "withdraw", &[], Some(why))?,
            _ => {}
        }
    }
    Ok(done)
}

/// One publication in the hands of those who handle it.
struct Hand<'a> {
    app: &'a App,
    clock: &'a Driven,
    id: RecordId,
    at: i64,
    done: &'a mut Published,
}

impl Hand<'_> {
    fn publish(&mut self, what: &What) -> Result<(), Error> {
        self.clock.0.store(self.at, Ordering::SeqCst);
        let draft = self.draft(what)?;
        let act = Act::Create(draft);
        let opening =
            Submission { act, kind: KIND.to_owned(), id: Some(self.id), expected_version: None, reason: None };
        self.app.submit_all(ACTOR, &[opening], None, None)?;
        self.done.opened += 1;
        self.step(PUBLICITY, "submit", &[], None)?;
        self.review(matches!(what, What::OnRequest(..)))
    }

    fn review(&mut self, on_request: bool) -> Result<(), Error> {
        self.step(SECRECY, "clear", &[("secrecy_result", "may_publish")], None)?;
        if on_request {
            return self.step(roles::HEAD, "approve_on_request", &[], None);
        }
        self.step(roles::HEAD, "approve", &[("channel", "portal")], None)?;
        self.step(PUBLICITY, "publish", &[], None)?;
        self.done.opened += 1;
        Ok(())
    }

    fn restate(&mut self, why: &str) -> Result<(), Error> {
        self.clock.0.store(self.at, Ordering::SeqCst);
        let item = self.app.public_item(&self.id)?;
        let change = self.app.published_change(&self.id)?;
        let (now, figure) = match (&change, &item.value) {
            (Some(change), _) => (change.now.clone(), change.figure.clone()),
            (None, Some(value)) => (value.value.clone(), value.value.clone()),
            (None, None) => return Ok(()),
        };
        let content = format!("{}：{figure}%。", item.title);
        let correction = format!("更正为 {now}：{why}。");
        let fields = [("correction", correction.as_str()), ("content", content.as_str()), ("figure", figure.as_str())];
        self.step(PUBLICITY, "correct", &fields, Some("补录"))?;
        self.review(false)
    }

    fn draft(&self, what: &What) -> Result<Draft, Error> {
        let day = |(year, month, of_month): Date| at(year, month, of_month);
        let missing = |what: &str| Error::Internal(format!("the demonstration has no {what}"));
        let today = zhiheng_pack::day::date(self.app.today()).to_string();
        let text = |title: &str, content: &str, openness: &str, basis: &str| {
            Draft::of_texts([
                ("title", title),
                ("about_type", "document"),
                ("content", content),
                ("openness", openness),
                ("openness_basis", basis),
                ("body", "zlb"),
                ("formed_on", today.as_str()),
            ])
        };
        Ok(match what {
            What::Number(indicator, as_of) => {
                self.app.draft_of_number(indicator, day(*as_of))?.ok_or_else(|| missing(indicator))?
            }
            What::List(kind, filter, from, to) => {
                let of = self.app.pack.kind(kind).ok_or_else(|| missing(kind))?;
                let filter = [(filter.0.to_owned(), filter.1.to_owned())];
                let mut draft = self.app.draft_of_list(of, &filter, Some(day(*from)), Some(day(*to)));
                draft.fields.insert("openness_basis".to_owned(), serde_json::json!("public_interest"));
                draft.fields.entry("body".to_owned()).or_insert_with(|| serde_json::json!("zlb"));
                draft
            }
            What::Text(title, content) => text(title, content, "active", "duty"),
            What::OnRequest(title, content) => text(title, content, "on_request", "request_only"),
        })
    }

    /// A step, five minutes after the last.
    fn step(&mut self, role: &str, step: &str, fields: &[(&str, &str)], reason: Option<&str>) -> Result<(), Error> {
        self.at += 5 * MINUTE;
        self.clock.0.store(self.at, Ordering::SeqCst);
        let wanted = StepWanted {
            kind: KIND.to_owned(),
            id: self.id,
            act: CaseAct::Step(step.to_owned()),
            fields: Draft::of_texts(fields.iter().copied()),
            reason: reason.map(str::to_owned),
            note: None,
            expected_version: None,
        };
        let account = person(self.app, role);
        self.app.take_step(Taker::Staff(&account), &wanted, None)?;
        self.done.steps += 1;
        Ok(())
    }
}
