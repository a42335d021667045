//! What is under way on the last day of the demonstration county besides its cases: a round of reports with a reply in every state, tasks of towns, a meeting
//! whose decisions are open, posters, and the directory. They go the way of everything: the same use cases, under the clock of the demonstration.

use std::sync::atomic::Ordering;

use serde_json::json;
use zhiheng_pack::case::Act as CaseAct;
use zhiheng_store::RecordId;

use super::life::{Fields, at};
use super::{ACTOR, Driven};
use crate::rounds::{OwnEntry, OwnReport, RoundWanted};
use crate::{Account, Act, App, Error, Role, StepWanted, Submission, Taker};

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
const OFFICE: &str = "示例·质量强县办";

/// Records that the scenes make.
pub(super) const RECORDS: u64 = 32;

/// What the scenes made.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Made {
    pub(super) records: u64,
    pub(super) versions: u64,
}

/// Lets happen what is told of a day.
pub(super) fn live(app: &App, clock: &Driven, day: i32) -> Result<Made, Error> {
    let march = [at(2026, 3, 2), at(2026, 3, 3)];
    let november = [4, 9, 10, 11, 12, 16].map(|of_month| at(2026, 11, of_month));
    let days: Vec<i32> = march.into_iter().chain(november).collect();
    let Some(which) = days.iter().position(|known| *known == day) else { return Ok(Made::default()) };
    // Ten in the morning at the place.
    clock.0.store(i64::from(day) * DAY + 2 * HOUR, Ordering::SeqCst);
    let place = &app.pack.place;
    let (since, records) = {
        let mut reader = app.store.read()?;
        (reader.last_recorded_at(place)?, reader.total_records(place)?)
    };
    let scene = Scene { app, day };
    match which {
        0 => scene.posters(),
        1 => scene.directory(),
        2 => scene.meeting(),
        3 => scene.round(),
        4 => scene.town_tasks(),
        5 => scene.report("kjj", 0),
        6 => scene.report("zjw", 1).and_then(|()| scene.report("nync", 1)),
        _ => scene.sent_back("nync"),
    }?;
    let mut reader = app.store.read()?;
    let made = reader.total_records(place)? - records;
    let mut versions = 0;
    reader.scan_versions(place, since, |_| {
        versions += 1;
        Ok(())
    })?;
    Ok(Made { records: u64::try_from(made).unwrap_or_default(), versions })
}

/// One day's scene.
struct Scene<'a> {
    app: &'a App,
    day: i32,
}

/// Somebody of a body; nobody signs in as this person.
fn of_body(body: &str) -> Account {
    let own = vec![body.to_owned()];
    Account { role: Role::Bureau, body: own.first().cloned(), own, ..Account::of_office(ACTOR) }
}

impl Scene<'_> {
    fn create(&self, kind: &str, fields: Fields) -> Result<RecordId, Error> {
        let act = Act::Create(fields.done());
        let id = self.app.new_id();
        let wanted = Submission { act, kind: kind.to_owned(), id: Some(id), expected_version: None, reason: None };
        self.app.submit(ACTOR, &wanted, None)?;
        Ok(id)
    }

    fn step(&self, by: &Account, kind: &str, id: RecordId, step: &str, fields: Fields) -> Result<(), Error> {
        let wanted = StepWanted {
            kind: kind.to_owned(),
            id,
            act: CaseAct::Step(step.to_owned()),
            fields: fields.done(),
            reason: None,
            note: None,
            expected_version: None,
        };
        self.app.take_step(Taker::Staff(by), &wanted, None).map(|_| ())
    }

    /// 点位码
    fn posters(&self) -> Result<(), Error> {
        for (code, sort, spot, english, area) in [
            ("QS01", "wharf", "青石镇旅游码头1号泊位", "Qingshi Pier, Berth 1", "990101101"),
            ("BX01", "scenic", "白溪镇白溪景区游客中心", "Baixi Scenic Area, Visitor Centre", "990101102"),
            ("JJ01", "hotel", "甲街道示例酒店大堂", "Sample Hotel, Lobby", "990101001"),
        ] {
            let fields = Fields::new()
                .set("code", code)
                .set("point_type", sort)
                .set("spot", spot)
                .set("spot_en", english)
                .set("area", area)
                .set("respondent", format!("示例县{spot}经营者"))
                .set("phone", "12345")
                .day("posted_on", self.day);
            self.create("complaint_point", fields)?;
        }
        Ok(())
    }

    /// 领导小组成员、联络员、村
    fn directory(&self) -> Result<(), Error> {
        for (name, duty, position, unit) in [
            ("示例县长", "县长", "head", "xzf"),
            ("示例副县长", "副县长", "deputy", "xzf"),
            ("示例局长甲", "县市场监管局局长", "office", "scjg"),
            ("示例局长乙", "县科技局局长", "member", "kjj"),
            ("示例主任丙", "县住房城乡建委主任", "member", "zjw"),
        ] {
            let fields = Fields::new().set("name", name).set("duty", duty).set("position", position).set("unit", unit);
            let fields = fields.day("since", at(2025, 1, 2)).set("document", "示例县府办发〔2025〕示例号");
            self.create("group_member", fields)?;
        }
        for (unit, name) in [
            ("scjg", "示例联络员甲"),
            ("kjj", "示例联络员乙"),
            ("zjw", "示例联络员丙"),
            ("nync", "示例联络员丁"),
            ("jxw", "示例联络员戊"),
        ] {
            let fields = Fields::new().set("unit", unit).set("name", name).set("duty", "办公室");
            self.create("liaison", fields.set("phone", "虚构电话").day("since", at(2025, 1, 2)))?;
        }
        for (code, name, sort, area) in [
            ("990101101001", "青石示例一村", "village", "990101101"),
            ("990101101002", "青石示例二村", "village", "990101101"),
            ("990101101003", "青石示例社区", "community", "990101101"),
            ("990101102001", "白溪示例一村", "village", "990101102"),
            ("990101102002", "白溪示例二村", "village", "990101102"),
        ] {
            let fields = Fields::new().set("code", code).set("name", name).set("sort", sort).set("area", area);
            self.create("village", fields)?;
        }
        Ok(())
    }

    /// A meeting of the leading group with two decisions.
    fn meeting(&self) -> Result<(), Error> {
        let office = Account::of_office(OFFICE);
        let fields = Fields::new()
            .set("title", "质量强县建设协调推进领导小组2026年第三次会议（示例）")
            .set("meeting_type", "leading_group")
            .day("held_on", self.day)
            .set("venue", "示例会议室")
            .set("agenda", "通报第三季度指标进度\n研究装配式建筑占比滞后问题")
            .json("bodies_invited", json!(["scjg", "zjw", "nync", "kjj"]));
        let id = self.create("meeting", fields)?;
        self.step(&office, "meeting", id, "notify", Fields::new())?;
        let attended = Fields::new().set("chair", "示例县长").set("attendance", "参加单位全部到会");
        self.step(&office, "meeting", id, "hold", attended)?;
        for (item, lead, due) in [
            ("制定装配式建筑占比提升的季度计划", "zjw", at(2026, 12, 18)),
            ("补齐高新技术企业培育库", "kjj", at(2026, 12, 31)),
        ] {
            let fields = Fields::new().set("item", item).set("item_lead", lead).day("item_due", due);
            self.step(&office, "meeting", id, "decide", fields)?;
        }
        Ok(())
    }

    /// 乡镇任务: open ones, one reported, one without news.
    fn town_tasks(&self) -> Result<(), Error> {
        for (town, title, duty, days) in [
            ("qingshi", "核对辖区内烧结砖企业生产状态", "assist_01", 25),
            ("qingshi", "张贴消费投诉点位码并拍照反馈", "basic_05", 18),
            ("baixi", "摸排农村集体聚餐备案情况", "basic_04", 20),
            ("jia", "核对电梯使用单位名单", "assist_02", 15),
        ] {
            let fields = Fields::new()
                .set("title", title)
                .set("town", town)
                .set("assigned_by", "scjg")
                .set("duty", duty)
                .set("requirement", "逐户核对，反馈名单；没有变化的报本期无变化。")
                .day("assigned_on", self.day)
                .day("due_on", self.day + days);
            let id = self.create("town_task", fields)?;
            if town == "baixi" {
                self.step(
                    &of_body(town),
                    "town_task",
                    id,
                    "report",
                    Fields::new().set("feedback", "已摸排，备案齐全。"),
                )?;
            }
        }
        Ok(())
    }

    /// A round of reports that is open on the last day: one unit has reported, one raised a question, one was sent back, one is silent.
    fn round(&self) -> Result<(), Error> {
        let app = self.app;
        let asked = app
            .pack
            .reported_indicators()
            .filter(|indicator| indicator.reporting.as_ref().is_some_and(|it| it.every == "quarter"));
        let wanted = RoundWanted {
            name: "2026年第三季度指标报送（示例）".to_owned(),
            period: "2026年第三季度".to_owned(),
            as_of: at(2026, 9, 30),
            due: at(2026, 11, 30),
            indicators: asked.map(|indicator| indicator.id.clone()).collect(),
        };
        app.open_round(OFFICE, &wanted)?;
        Ok(())
    }

    /// The round that is open.
    fn open_round(&self) -> Result<RecordId, Error> {
        let rounds = self.app.rounds()?;
        rounds.first().map(|round| round.id).ok_or_else(|| Error::NotFound("这一轮报送".to_owned()))
    }

    /// A reply that the office sends back.
    fn sent_back(&self, body: &str) -> Result<(), Error> {
        let why = "监测批次与通报不一致，请核对后重报";
        self.app.settle(OFFICE, &self.open_round()?, body, false, why).map(|_| ())
    }

    /// A unit's report on its page; the last value moved by `odd` times itself, which raises a question.
    fn report(&self, body: &str, odd: i64) -> Result<(), Error> {
        let view = self.app.round(&self.open_round()?)?;
        let own = |reply: &&crate::Reply| self.app.pack.bodies.get(reply.body).is_some_and(|unit| unit.id == body);
        let Some(reply) = view.replies.iter().find(own).and_then(|reply| reply.record) else { return Ok(()) };
        let account = of_body(body);
        let page = self.app.own_reply(&account, &reply)?;
        let before = self.app.board(crate::When { as_of: view.round.as_of - 1, known_on: None })?;
        let entries = page.items.iter().filter_map(|item| {
            let indicator = self.app.pack.indicators.get(item.indicator)?;
            let row = before.rows.iter().find(|row| row.indicator == item.indicator);
            let last = row.and_then(|row| row.reported.as_ref().unwrap_or(&row.number).value);
            let goal = indicator.target.as_ref().map(|target| target.value);
            let value = last.or(goal).unwrap_or_default().round_dp(indicator.decimals);
            let value = if odd == 0 { value } else { value * zhiheng_pack::Decimal::from(odd + 1) };
            let document = indicator.reporting.as_ref().map(|it| it.document.clone()).unwrap_or_default();
            Some(OwnEntry {
                indicator: indicator.id.clone(),
                way: "填数".to_owned(),
                value: value.normalize().to_string(),
                document,
                page: "1".to_owned(),
                ..OwnEntry::default()
            })
        });
        let report = OwnReport {
            entries: entries.collect(),
            signed: ["示例填表人", "示例审核人", "示例分管领导"].map(str::to_owned),
            confirmed: true,
            scan: None,
        };
        self.app.report_own(&account, &reply, &report).map(|_| ())
    }
}
