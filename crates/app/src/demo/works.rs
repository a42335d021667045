//! Construction works, entities, and the acceptance of works: registers that grow with the scale.

use std::sync::Arc;

use serde_json::json;
use zhiheng_pack::{Area, Draft, day};

use super::chance::{Chance, Shuffle};
use super::life::{FIRST, Fields, Register, Step, What, at, working};
use super::names;

/// Works started a year at scale 1; of ten, seven are buildings.
const A_YEAR: u64 = 40;
const BUILDINGS: u64 = 28;
const FIRST_YEAR: i16 = 2020;
const YEARS: i16 = 7;

/// Construction works from 2020 on.
#[derive(Debug, Clone)]
pub(super) struct Works {
    pub(super) scale: u64,
    pub(super) seed: u64,
    pub(super) last_day: i32,
    pub(super) areas: Arc<Vec<Area>>,
}

/// One work.
pub(super) struct Work {
    year: i16,
    kind: &'static str,
    name: String,
    area: String,
    started: i32,
    completed: Option<i32>,
    /// Hundredths of a square metre.
    floor: u64,
    prefab: bool,
    civil: bool,
    urban: bool,
    body: &'static str,
}

impl Works {
    fn first_day(&self) -> i32 {
        at(FIRST.0, FIRST.1, FIRST.2)
    }

    /// Years are blocks of numbers; within one, numbers follow the days.
    fn started(&self, number: u64) -> (i16, u64, i32) {
        let a_year = (A_YEAR * self.scale).max(1);
        let year = FIRST_YEAR + i16::try_from(number / a_year).unwrap_or(YEARS - 1);
        let within = number % a_year;
        let last = at(year, 12, 20).min(self.last_day - 30);
        let first = at(year, 1, 8);
        let days = within * u64::from(last.abs_diff(first)) / a_year;
        (year, within, working(first + i32::try_from(days).unwrap_or_default()))
    }

    pub(super) fn work(&self, number: u64) -> Work {
        let (year, within, started) = self.started(number);
        let mut chance = Chance::of(self.seed, "work", number);
        let (code, town) = names::area(&self.areas, &mut chance);
        let (kind, body) = match within % 10 {
            2 => ("municipal", "zjw"),
            5 => ("road", "jtw"),
            8 => ("water", "slj"),
            _ => ("building", "zjw"),
        };
        let building = within / 10 * 7
            + [0, 1, 2, 2, 3, 4, 4, 5, 6, 6]
                .get(usize::try_from(within % 10).unwrap_or_default())
                .copied()
                .unwrap_or_default();
        let prefab = kind == "building" && self.is_prefab(year, building);
        // Pairs of areas around the mean, so that a year's share does not hang on one large building.
        let mean = 620_000_u64;
        let swing = chance.below(240_000);
        let floor = match (prefab, building % 2) {
            (true, _) => mean * 11 / 10 + chance.below(10_000),
            (false, 0) => mean + swing,
            (false, _) => mean.saturating_sub(swing),
        };
        let completed = working(started + chance.between(320, 470));
        let what = match kind {
            "municipal" => chance.pick(&["道路改造工程", "管网改造工程", "步道工程"]),
            "road" => chance.pick(&["农村公路改建工程", "桥梁改造工程", "客运站工程"]),
            "water" => chance.pick(&["水库除险加固工程", "供水工程", "河道治理工程"]),
            _ => chance.pick(&[
                "小学扩建工程",
                "卫生院业务用房",
                "安置房",
                "文化站",
                "商住楼",
                "标准厂房",
                "幼儿园",
                "农贸市场",
            ]),
        };
        Work {
            year,
            kind,
            name: format!("示例县{town}{}{what}", names::word(&mut chance)),
            area: code,
            started,
            completed: (completed < self.last_day - 25).then_some(completed),
            floor,
            prefab,
            civil: kind == "building" && !what.contains("厂房"),
            urban: kind == "building" && chance.in_thousand(820),
            body,
        }
    }

    /// 新开工装配式建筑: the share of a year, then exactly as many of its buildings.
    fn is_prefab(&self, year: i16, building: u64) -> bool {
        let share =
            [0, 0, 0, 5, 9, 13, 17].get(usize::try_from(year - FIRST_YEAR).unwrap_or_default()).copied().unwrap_or(17);
        let buildings = BUILDINGS * self.scale;
        let shuffle = Shuffle::new(buildings, Chance::of(self.seed, "prefab", u64::from(year.unsigned_abs())));
        shuffle.place(building) < (buildings * share + 50) / 100
    }

    fn number_of(&self, number: u64, work: &Work) -> String {
        format!("990101{:04}{:08}", work.year, number + 1)
    }

    fn entered(&self, number: u64, work: &Work) -> i32 {
        let mut chance = Chance::of(self.seed, "work entered", number);
        working(work.started.max(self.first_day()) + chance.between(4, 24)).max(work.started).min(self.last_day)
    }

    /// When the completion was entered, where that was later than the work itself.
    fn completed_entry(&self, number: u64, work: &Work) -> Option<i32> {
        let mut chance = Chance::of(self.seed, "work completed", number);
        let day = working(work.completed? + chance.between(6, 20));
        (day > self.entered(number, work)).then_some(day)
    }
}

impl Register for Works {
    fn numbers(&self) -> u64 {
        A_YEAR * self.scale * YEARS.unsigned_abs() as u64
    }

    fn kind(&self, _: u64) -> &'static str {
        "construction_work"
    }

    fn due(&self, number: u64) -> i32 {
        self.started(number).2.max(self.first_day())
    }

    fn life(&self, number: u64) -> Vec<Step> {
        let work = self.work(number);
        let mut chance = Chance::of(self.seed, "work life", number);
        let mut steps = vec![Step::on(self.entered(number, &work), What::Create, &mut chance)];
        if let Some(day) = self.completed_entry(number, &work) {
            steps.push(Step::on(day, What::Correct("工程竣工，补录竣工日期和绿色建筑面积"), &mut chance));
        }
        steps
    }

    fn draft(&self, number: u64, step: usize) -> Draft {
        let work = self.work(number);
        let mut chance = Chance::of(self.seed, "work words", number);
        let area = |hundredths: u64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
        let building = work.kind == "building";
        let fields = Fields::new()
            .set("work_no", self.number_of(number, &work))
            .set("name", work.name.clone())
            .set("work_type", work.kind)
            .set("area", work.area.clone())
            .set("owner", format!("示例{}建设投资有限公司", names::word(&mut chance)))
            .set("owner_code", names::code_of("91", "owner", chance.below(400)))
            .set("builder", format!("示例市{}建筑工程有限公司", names::word(&mut chance)))
            .set("supervisor", format!("示例{}工程监理有限公司", names::word(&mut chance)))
            .set("designer", format!("示例{}设计院", names::word(&mut chance)))
            .day("started_on", work.started)
            .set("body", work.body);
        let fields = if building {
            fields
                .set("floor_area", area(work.floor))
                .set("prefab_area", if work.prefab { area(work.floor) } else { "0".to_owned() })
                .set("prefab_rate", if work.prefab { format!("{}.0", chance.between(50, 62)) } else { String::new() })
                .yes("civil", work.civil)
                .yes("urban", work.urban)
        } else {
            fields
        };
        let known = self.completed_entry(number, &work).is_none() || step > 0;
        match work.completed.filter(|_| known) {
            Some(completed) if building => {
                let share = green(day::date(completed).year()) + chance.below(80);
                let grade = if share > 900 { "one" } else { "basic" };
                fields
                    .day("completed_on", completed)
                    .set("green_area", area(work.floor * share.min(1000) / 1000))
                    .set("green_grade", grade)
            }
            Some(completed) => fields.day("completed_on", completed),
            None => fields,
        }
        .done()
    }
}

/// 绿色建筑, of a thousand, by the year of completion; draws of up to 80 come on top.
fn green(year: i16) -> u64 {
    match year {
        ..=2021 => 420,
        2022 => 510,
        2023 => 600,
        2024 => 690,
        2025 => 775,
        _ => 836,
    }
}

/// Acceptance: every completed work has a first attempt, a few have a second.
pub(super) struct Attempts<I> {
    pub(super) works: Works,
    /// The record id of the work with a number.
    pub(super) id_of_work: I,
}

impl<I> Attempts<I> {
    /// The work and the number of the attempt, where it took place.
    fn attempt(&self, number: u64) -> Option<(u64, Work, u64, i32)> {
        let (at, which) = (number / 2, number % 2 + 1);
        let work = self.works.work(at);
        let completed = work.completed.filter(|day| *day >= self.works.first_day())?;
        let fails = fails_first(at, &work);
        match which {
            // The failed first attempt came before the completion that followed from the second.
            1 => Some((at, work, 1, if fails { completed - 40 } else { completed })),
            _ => fails.then_some((at, work, 2, completed)),
        }
    }
}

fn fails_first(number: u64, work: &Work) -> bool {
    work.year >= 2023 && number % 41 == 13
}

impl<I: Fn(u64) -> Option<String>> Register for Attempts<I> {
    fn numbers(&self) -> u64 {
        self.works.numbers() * 2
    }

    fn kind(&self, _: u64) -> &'static str {
        "acceptance_attempt"
    }

    fn due(&self, number: u64) -> i32 {
        self.works.due(number / 2)
    }

    fn life(&self, number: u64) -> Vec<Step> {
        let Some((.., day)) = self.attempt(number) else { return Vec::new() };
        let mut chance = Chance::of(self.works.seed, "attempt", number);
        let entered = working(day.max(self.works.first_day()) + chance.between(3, 18)).max(day);
        vec![Step::on(entered.min(self.works.last_day), What::Create, &mut chance)]
    }

    fn draft(&self, number: u64, _: usize) -> Draft {
        let Some((at, work, which, day)) = self.attempt(number) else { return Draft::default() };
        let failed = which == 1 && fails_first(at, &work);
        let event = match work.kind {
            "road" => "handover",
            "water" => "contract",
            _ => "completion",
        };
        let reference = match (self.id_of_work)(at) {
            Some(id) => json!({ "as_written": work.name, "id": id }),
            None => json!(work.name),
        };
        Fields::new()
            .json("work", reference)
            .set("event", event)
            .set("attempt_no", which.to_string())
            .day("held_on", day)
            .set("result", if failed { "failed" } else { "passed" })
            .set(
                "defects",
                if failed {
                    "消防通道净宽不足，屋面局部渗漏，限期整改后重新组织验收"
                } else {
                    ""
                },
            )
            .set("area", work.area.clone())
            .yes("major", at.is_multiple_of(9))
            .set("body", work.body)
            .done()
    }
}

/// 经营主体
pub(super) struct Entities {
    pub(super) count: u64,
    pub(super) seed: u64,
    pub(super) last_day: i32,
    pub(super) areas: Arc<Vec<Area>>,
}

impl Entities {
    /// Three of five are older than the register.
    fn established(&self, number: u64) -> i32 {
        let first = at(FIRST.0, FIRST.1, FIRST.2);
        let old = self.count * 3 / 5;
        let (from, to, place, of) = match number < old {
            true => (at(2006, 1, 5), first - 10, number, old),
            false => (first, self.last_day - 15, number - old, self.count - old),
        };
        let days = place * u64::from(to.abs_diff(from)) / of.max(1);
        working(from + i32::try_from(days).unwrap_or_default())
    }

    fn closed(&self, number: u64) -> Option<i32> {
        let mut chance = Chance::of(self.seed, "entity end", number);
        let since = self.established(number).max(at(FIRST.0, FIRST.1, FIRST.2) + 60);
        let day = working(since + chance.between(120, 900));
        (chance.in_thousand(70) && day < self.last_day - 20).then_some(day)
    }
}

impl Register for Entities {
    fn numbers(&self) -> u64 {
        self.count
    }

    fn kind(&self, _: u64) -> &'static str {
        "market_entity"
    }

    fn due(&self, number: u64) -> i32 {
        self.established(number).max(at(FIRST.0, FIRST.1, FIRST.2))
    }

    fn life(&self, number: u64) -> Vec<Step> {
        let mut chance = Chance::of(self.seed, "entity life", number);
        let due = self.due(number);
        let old = self.established(number) < due;
        let entered = working(due + if old { chance.between(1, 40) } else { chance.between(1, 9) }).max(due);
        let mut steps = vec![Step::on(entered, What::Create, &mut chance)];
        if let Some(closed) = self.closed(number) {
            steps.push(Step::on(closed + 3, What::Correct("主体已办理注销登记"), &mut chance));
        }
        steps
    }

    fn draft(&self, number: u64, step: usize) -> Draft {
        let mut chance = Chance::of(self.seed, "entity", number);
        let (kind, prefix, ends): (_, _, &[&str]) = match chance.below(20) {
            0..=12 => ("individual", "92", &["超市", "餐馆", "五金店", "理发店", "服装店", "农资店", "民宿"]),
            13..=17 => (
                "enterprise",
                "91",
                &["商贸有限公司", "农业发展有限公司", "食品有限公司", "旅游开发有限公司", "科技有限公司"],
            ),
            _ => ("cooperative", "93", &["种植专业合作社", "养殖专业合作社", "果业专业合作社"]),
        };
        let firm = names::firm(&self.areas, self.seed, "entity", prefix, ends, number);
        let closed = self.closed(number).filter(|_| step > 0);
        let status = match closed {
            Some(_) => "cancelled",
            None => chance.pick(&["active", "active", "active", "active", "active", "active", "active", "abnormal"]),
        };
        Fields::new()
            .set("uscc", firm.code)
            .set("name", firm.name)
            .set("entity_type", kind)
            .set("status", status)
            .set("area", firm.area)
            .set("address", firm.address)
            .set("legal_rep", names::person(&mut chance))
            .set("contact_phone", names::phone(&mut chance))
            .day("established_on", self.established(number))
            .day_if("closed_on", closed)
            .set("registrar", "示例县市场监督管理局")
            .set(
                "capital",
                if kind == "enterprise" { format!("{}万元", chance.between(10, 500)) } else { String::new() },
            )
            .done()
    }
}
