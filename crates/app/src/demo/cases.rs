//! Cases of the demonstration county: complaints, reports, rectifications, yearly tasks and the letters that late ones bring about.
//!
//! - They go the way of every case: opened by [`App::submit_all`], moved by [`App::take_step`], and what happens by itself happens by [`App::fire`],
//!   all under the clock of the demonstration. A late case is late because its step was taken late.
//! - What is still to be done on the last day is what the history had not come to: nothing is made open on purpose.
//! - Letters are not planned: a ladder drafts one, and then the office takes it to its signature and its reply.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use zhiheng_pack::case::Act as CaseAct;
use zhiheng_pack::pack::BodyLevel;
use zhiheng_pack::procedure::roles;
use zhiheng_pack::{Area, Body, Draft, Pack, Value};
use zhiheng_store::{DueBetween, RecordId, Sorts, TasksOf};

use super::chance::Chance;
use super::life::{Fields, at, iso, office_hour, working};
use super::{ACTOR, Driven, names, record_id};
use crate::permit::Held;
use crate::{Account, Act, App, Error, Fired, Role, StepWanted, Submission, Taker};

/// Cases at scale 1, kind by kind; up to ten times as many at greater scales, since every step is a transaction of its own.
const STREAMS: [(Stream, u64); 6] = [
    (Stream::Complaint, 48),
    (Stream::Report, 20),
    (Stream::Tour, 20),
    (Stream::Rectification, 20),
    (Stream::Task, TASKS),
    (Stream::Notice, NOTICES),
];
/// 年度任务, which do not grow: thirty measures in two years.
const TASKS: u64 = 60;
/// 通报, which do not grow: one a quarter of 2026.
const NOTICES: u64 = 4;
const MOST: u64 = 10;
const MINUTE: i64 = 60_000_000;
/// Lines of work that a look for drafted letters reads.
const LOOKED_AT: usize = 1000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Complaint,
    Report,
    Tour,
    Rectification,
    Task,
    Notice,
}

impl Stream {
    fn kind(self) -> &'static str {
        match self {
            Stream::Complaint => "consumer_complaint",
            Stream::Report => "consumer_report",
            Stream::Tour => "tour_complaint",
            Stream::Rectification => "rectification",
            Stream::Task => "plan_task",
            Stream::Notice => "official_letter",
        }
    }
}

/// One thing done with a case.
struct Deed {
    at: i64,
    /// The step, or the answer of a body that was asked; none: the case is opened.
    act: Option<CaseAct>,
    role: &'static str,
    fields: Draft,
    reason: Option<&'static str>,
    /// The words of an answer.
    note: Option<&'static str>,
}

/// The deeds of one case, in order.
struct Course {
    deeds: Vec<Deed>,
    chance: Chance,
}

impl Course {
    fn opened(at: i64, role: &'static str, fields: Fields, chance: Chance) -> Course {
        let first = Deed { at, act: None, role, fields: fields.done(), reason: None, note: None };
        Course { deeds: vec![first], chance }
    }

    /// A step on a working day, in office hours.
    fn on(self, day: i32, role: &'static str, step: &'static str, fields: Fields) -> Course {
        self.because(day, role, step, fields, None)
    }

    /// The same with a remark.
    fn noting(mut self, day: i32, role: &'static str, step: &str, fields: Fields, note: &'static str) -> Course {
        let at = office_hour(working(day), &mut self.chance);
        self.deed(at, CaseAct::Step(step.to_owned()), role, fields, (None, Some(note)))
    }

    fn because(
        mut self,
        day: i32,
        role: &'static str,
        step: &'static str,
        fields: Fields,
        reason: Option<&'static str>,
    ) -> Course {
        let at = office_hour(working(day), &mut self.chance);
        self.moment(at, role, step, fields, reason)
    }

    fn moment(
        self,
        at: i64,
        role: &'static str,
        step: &'static str,
        fields: Fields,
        reason: Option<&'static str>,
    ) -> Course {
        self.deed(at, CaseAct::Step(step.to_owned()), role, fields, (reason, None))
    }

    /// The answer of a body that was asked, on a working day.
    fn answer(
        mut self,
        day: i32,
        role: &'static str,
        (ask, body, answer): (&str, &str, &str),
        note: Option<&'static str>,
    ) -> Course {
        let at = office_hour(working(day), &mut self.chance);
        let (ask, body, answer) = (ask.to_owned(), body.to_owned(), answer.to_owned());
        self.deed(at, CaseAct::Answer { ask, body, answer }, role, Fields::new(), (None, note))
    }

    fn deed(
        mut self,
        at: i64,
        act: CaseAct,
        role: &'static str,
        fields: Fields,
        (reason, note): (Option<&'static str>, Option<&'static str>),
    ) -> Course {
        let last = self.deeds.last().map_or(at, |deed| deed.at);
        self.deeds.push(Deed { at: at.max(last + MINUTE), act: Some(act), role, fields: fields.done(), reason, note });
        self
    }
}

/// Something that is going to be done: when, in the order in which it was planned.
struct Due {
    id: RecordId,
    kind: &'static str,
    deed: Deed,
}

/// What became of the cases.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Done {
    pub(super) opened: u64,
    pub(super) steps: u64,
    /// Versions that the program wrote by itself.
    pub(super) by_itself: u64,
}

/// The cases, and what is still to be done with those that are open.
pub(super) struct Cases {
    seed: u64,
    times: u64,
    last_day: i32,
    areas: Arc<Vec<Area>>,
    /// 市场监管所 by the town that it covers: what happens there is handled there.
    stations: BTreeMap<String, String>,
    /// The first number of each stream that is not planned yet.
    next: [u64; STREAMS.len()],
    due: BinaryHeap<Reverse<(i64, u64)>>,
    planned: BTreeMap<u64, Due>,
    sequence: u64,
    letters: BTreeSet<RecordId>,
    pub(super) done: Done,
}

impl Cases {
    pub(super) fn new(scale: u64, seed: u64, last_day: i32, pack: &Pack) -> Cases {
        let stations = pack.bodies.iter().filter(|body| body.level == BodyLevel::Station);
        let of_station =
            |body: &Body| body.areas.iter().map(|area| (area.clone(), body.id.clone())).collect::<Vec<_>>();
        Cases {
            seed,
            times: scale.min(MOST),
            last_day,
            areas: Arc::new(pack.areas.clone()),
            stations: stations.flat_map(of_station).collect(),
            next: [0; STREAMS.len()],
            due: BinaryHeap::new(),
            planned: BTreeMap::new(),
            sequence: 0,
            letters: BTreeSet::new(),
            done: Done::default(),
        }
    }

    /// How many cases are opened at a scale, letters apart.
    pub(super) fn count(scale: u64) -> u64 {
        STREAMS.iter().map(|(stream, count)| of_stream(*stream, *count, scale.min(MOST))).sum()
    }

    /// Everything of a day: what happens by itself, what is opened, what is done.
    pub(super) fn live(&mut self, app: &App, clock: &Driven, day: i32) -> Result<(), Error> {
        let first = at(2025, 1, 6);
        if day < first {
            return Ok(());
        }
        let (start, end) = (super::end_of_day(day - 1) + MINUTE, super::end_of_day(day));
        self.fire(app, clock, start)?;
        self.plan(day);
        while let Some(Reverse((at, sequence))) = self.due.peek().copied().filter(|Reverse((at, _))| *at <= end) {
            self.due.pop();
            let Some(due) = self.planned.remove(&sequence) else { continue };
            self.fire(app, clock, at)?;
            self.act(app, due)?;
        }
        Ok(())
    }

    fn fire(&mut self, app: &App, clock: &Driven, now: i64) -> Result<(), Error> {
        clock.0.store(now, Ordering::SeqCst);
        if app.next_firing()?.is_none_or(|next| next > now) {
            return Ok(());
        }
        let Fired { lapses, steps, drafts, .. } = app.fire()?;
        self.done.by_itself += lapses + steps + drafts;
        if drafts > 0 { self.take_up_letters(app, now) } else { Ok(()) }
    }

    fn act(&mut self, app: &App, Due { id, kind, deed }: Due) -> Result<(), Error> {
        let Some(act) = deed.act else {
            let act = Act::Create(deed.fields);
            let opening = Submission { act, kind: kind.to_owned(), id: Some(id), expected_version: None, reason: None };
            app.submit_all(ACTOR, &[opening], None, None)?;
            self.done.opened += 1;
            return Ok(());
        };
        let account = person(app, deed.role);
        let taker = if deed.role == roles::CITIZEN { Taker::Citizen } else { Taker::Staff(&account) };
        let wanted = StepWanted {
            kind: kind.to_owned(),
            id,
            act,
            fields: deed.fields,
            reason: deed.reason.map(str::to_owned),
            note: deed.note.map(str::to_owned),
            expected_version: None,
        };
        app.take_step(taker, &wanted, None)?;
        self.done.steps += 1;
        Ok(())
    }

    /// Plans the cases that are opened on a day.
    fn plan(&mut self, day: i32) {
        for (place, (stream, count)) in STREAMS.into_iter().enumerate() {
            let count = of_stream(stream, count, self.times);
            while let Some(next) = self.next.get(place).copied().filter(|next| *next < count) {
                let opens = self.opens(stream, next, count);
                if opens > day {
                    break;
                }
                let deeds = self.course(stream, next, opens).deeds;
                let first = deeds.first().map_or(0, |deed| deed.at);
                let id = record_id(self.seed, stream.kind(), next, first);
                self.promise(id, stream.kind(), deeds);
                if let Some(next) = self.next.get_mut(place) {
                    *next += 1;
                }
            }
        }
    }

    /// What lies after the last working day before the last day is not done any more: the cases that are open then stay so.
    fn promise(&mut self, id: RecordId, kind: &'static str, deeds: Vec<Deed>) {
        let end = super::end_of_day(working(self.last_day - 1));
        for deed in deeds.into_iter().take_while(|deed| deed.at <= end) {
            self.due.push(Reverse((deed.at, self.sequence)));
            self.planned.insert(self.sequence, Due { id, kind, deed });
            self.sequence += 1;
        }
    }

    /// Cases come more often towards the end: a county brings its work into the system bit by bit.
    fn opens(&self, stream: Stream, number: u64, count: u64) -> i32 {
        if stream == Stream::Task {
            // 每年初分解：三十条措施，逐日登记。
            let day = at(if number < TASKS / 2 { 2025 } else { 2026 }, 1, 20);
            return working(day + i32::try_from(number % (TASKS / 2)).unwrap_or_default() / 2);
        }
        if stream == Stream::Notice {
            let month = i8::try_from(number).unwrap_or_default() * 3 + 2;
            return working(at(2026, month, 18));
        }
        let first = at(2025, 1, 6);
        let span = u64::from((self.last_day - 3).abs_diff(first));
        let left = count - number;
        let before_end = span * left * left / (count * count).max(1);
        working(self.last_day - 3 - i32::try_from(before_end).unwrap_or_default()).max(first)
    }

    fn course(&self, stream: Stream, number: u64, day: i32) -> Course {
        let mut chance = Chance::of(self.seed, stream.kind(), number);
        let opened = office_hour(day, &mut chance);
        match stream {
            Stream::Complaint => self.complaint(number, day, opened, chance),
            Stream::Report => self.report(number, day, opened, chance),
            Stream::Tour => self.tour(number, opened, chance),
            Stream::Rectification => self.rectification(number, day, opened, chance),
            Stream::Task => task(number, opened, chance),
            Stream::Notice => notice(number, day, opened, chance),
        }
    }

    fn complaint(&self, number: u64, day: i32, opened: i64, mut chance: Chance) -> Course {
        let (matter, category, problem, ends): (&str, &str, &str, &[&str]) = [
            ("购买的散装食品变质", "food", "quality", ["超市", "便利店"].as_slice()),
            ("冰箱使用三个月不制冷，拒绝保修", "appliance", "after_sale", &["家电商行", "家电维修部"]),
            ("预付卡余额不予退还", "beauty", "contract", &["美容美发店", "理发店"]),
            ("结账价格与菜单不一致", "catering", "price", &["餐馆", "火锅店"]),
            ("水果缺斤少两", "food", "measure", &["水果店", "生鲜超市"]),
            ("手机电池鼓包", "electronics", "quality", &["手机店", "通讯器材店"]),
        ]
        .get(usize::try_from(chance.below(6)).unwrap_or_default())
        .copied()
        .unwrap_or_default();
        let firm = names::firm(&self.areas, self.seed, "complaint", "92", ends, number);
        let amount = chance.between(30, 3000);
        let station = self.stations.get(&firm.area).map_or("scjg", String::as_str).to_owned();
        let fields = Fields::new()
            .day("received_on", day)
            .set("channel", chance.pick(&["phone", "internet", "entered"]))
            .set("complainant", names::person(&mut chance))
            .set("phone", names::phone(&mut chance))
            .yes("agree_publication", number.is_multiple_of(3))
            .yes("agree_delegation", false)
            .set("respondent", firm.name)
            .set("respondent_code", firm.code)
            .set("respondent_address", firm.address)
            .set("area", firm.area)
            .set("matter_title", matter)
            .set("matter", format!("投诉人于{}反映：{matter}，与商家协商未果，请求调解。", iso(day)))
            .day("happened_on", day - chance.between(1, 20))
            .set("category", category)
            .set("problem", problem)
            .set("amount", amount.to_string())
            .set("source_system", chance.pick(&["web", "h12345", "visit"]));
        let accepted = day + if number % 8 == 3 { chance.between(13, 17) } else { chance.between(2, 6) };
        let mediated = accepted + chance.between(3, 8);
        // Longer than 45 working days and longer than sixty days: late under both rules.
        let settled = if number % 15 == 11 { accepted + 82 } else { mediated + chance.between(5, 28) };
        let (mediator, result) =
            (names::person(&mut chance), chance.pick(&["agreement", "agreement", "agreement", "performed"]));
        let (recovered, score) = (amount * chance.between(4, 10) / 10, chance.pick(&["3", "4", "4", "5", "5", "5"]));
        let course = Course::opened(opened, "desk", fields, chance);
        let course = course.on(day + 1, "desk", "dispatch", Fields::new().set("handler", station));
        if number % 10 == 4 {
            return course.because(day + 3, "desk", "refuse", Fields::new(), Some("not_consumption"));
        }
        let course = course.on(accepted, "desk", "accept", Fields::new()).on(
            mediated,
            "mediator",
            "mediate",
            Fields::new().set("mediator", mediator),
        );
        if number % 10 == 6 {
            let why = Fields::new().set("termination_text", "双方对退款金额分歧较大，调解不成。");
            return course.because(settled, "mediator", "terminate", why, Some("impossible")).on(
                settled + 3,
                "mediator",
                "notify_end",
                Fields::new(),
            );
        }
        let course = if number % 12 == 8 {
            let sent =
                Fields::new().set("testing_matter", "产品是否存在质量缺陷").set("testing_lab", "示例市产品质量检验所");
            let found = Fields::new().set("testing_result", "样品不符合产品明示的质量要求。");
            course.on(mediated + 2, "mediator", "test", sent).on(mediated + 16, "mediator", "tested", found)
        } else {
            course
        };
        let outcome = Fields::new()
            .set("result", result)
            .set("result_text", format!("经调解，商家退还{recovered}元，双方达成一致。"))
            .set("recovered", recovered.to_string());
        course
            .on(settled, "mediator", "settle", outcome)
            .on(settled + 5, "desk", "follow_up", Fields::new().set("follow_up", "performed"))
            .on(settled + 6, roles::CITIZEN, "rate", Fields::new().set("score", score))
    }

    fn report(&self, number: u64, day: i32, opened: i64, mut chance: Chance) -> Course {
        let (clue, class, ends): (&str, &str, &[&str]) = [
            ("涉嫌销售超过保质期的食品", "food", ["粮油店", "食品店"].as_slice()),
            ("涉嫌使用未经检定的电子秤", "measure", &["水果店", "粮油店"]),
            ("涉嫌虚假宣传产品功效", "advert", &["大药房", "保健品店"]),
            ("涉嫌销售不合格建材", "quality", &["建材经营部", "五金店"]),
        ]
        .get(usize::try_from(chance.below(4)).unwrap_or_default())
        .copied()
        .unwrap_or_default();
        let firm = names::firm(&self.areas, self.seed, "report", "92", ends, number);
        let fields = Fields::new()
            .day("received_on", day)
            .yes("anonymous", true)
            .set("respondent", firm.name)
            .set("respondent_code", firm.code)
            .set("respondent_address", firm.address)
            .set("area", firm.area)
            .set("clue_title", clue)
            .set("clue", format!("举报反映该店{clue}。"))
            .set("report_class", class)
            .set("source_system", "web");
        let started = day + chance.between(1, 3);
        // 十五个工作日。
        let proposed = if number % 7 == 3 { day + 27 } else { day + chance.between(8, 14) };
        let course =
            Course::opened(opened, "desk", fields, chance).on(started, "inspector", "start", Fields::new()).on(
                proposed,
                "inspector",
                "propose",
                Fields::new().set("verified_text", "现场检查并询问当事人，调取进销货凭证，情况已核实。"),
            );
        let course = if number.is_multiple_of(3) {
            let case_no = format!("示市监立〔{}〕{}号", zhiheng_pack::day::date(proposed).year(), number + 1);
            course.on(proposed + 2, "head", "file", Fields::new().set("case_no", case_no))
        } else {
            course.because(proposed + 2, "head", "not_file", Fields::new(), Some("经核查，违法事实不能成立"))
        };
        course.on(proposed + 4, "inspector", "close_anonymous", Fields::new())
    }

    fn tour(&self, number: u64, opened: i64, mut chance: Chance) -> Course {
        let (spot, matter): (&str, &str) = [
            ("示例峡游船码头", "游船晚点两小时，没有说明"),
            ("青石古镇", "餐馆结账价格与菜单不一致"),
            ("示例县旅游集散中心", "一日游临时增加购物点"),
            ("云岭景区", "景区停车场多收费用"),
        ]
        .get(usize::try_from(chance.below(4)).unwrap_or_default())
        .copied()
        .unwrap_or_default();
        let (area, _) = names::area(&self.areas, &mut chance);
        let fields = Fields::new()
            .set("matter_title", matter)
            .set("spot", spot)
            .set("respondent", format!("示例县{}旅游服务有限公司", names::word(&mut chance)))
            .set("area", area)
            .set("complainant", names::person(&mut chance))
            .set("phone", names::phone(&mut chance))
            .set("source_system", "web");
        let after = if number % 6 == 2 { chance.between(45, 150) } else { chance.between(4, 26) };
        let responded = opened + i64::from(after) * MINUTE;
        let resolved = responded + i64::from(chance.between(40, 240)) * MINUTE;
        let response = Fields::new().set("response", "已联系投诉人，工作人员正在前往现场。");
        if number % 5 == 4 {
            return joint(number, opened, responded, fields, response, chance);
        }
        let outcome = Fields::new().set("result_text", "现场核实后，经营者当场退还多收费用，投诉人表示满意。");
        Course::opened(opened, "desk", fields, chance)
            .moment(responded, "desk", "respond", response, None)
            .moment(resolved, "desk", "resolve", outcome, None)
    }

    fn rectification(&self, number: u64, day: i32, opened: i64, mut chance: Chance) -> Course {
        let (title, source, body): (&str, &str, &str) = [
            ("农贸市场快检室记录不完整", "inspection", "sww"),
            ("装配式建筑项目清单未按期报送", "measure", "zjw"),
            ("景区价格公示不全", "complaint", "wlw"),
            ("农产品产地准出台账缺页", "inspection", "nync"),
            ("抽检不合格产品核查处置材料不全", "sampling", "scjg"),
        ]
        .get(usize::try_from(chance.below(5)).unwrap_or_default())
        .copied()
        .unwrap_or_default();
        let (area, town) = names::area(&self.areas, &mut chance);
        let fields = Fields::new()
            .set("title", format!("{town}{title}"))
            .set("source_type", source)
            .set("responsible", body)
            .set("area", area)
            .set("measure", if source == "measure" { "m13" } else { "" })
            .set("requirement", "查明原因，立行立改，报送整改情况和佐证材料。");
        let issued = working(day + chance.between(1, 3));
        let ends = issued + 30;
        let reported = if number % 6 == 2 { ends + 9 } else { ends - chance.between(2, 12) };
        let measures = Fields::new().set("measures", "已逐项整改，补齐记录，明确专人负责，并组织了一次复查。");
        let course = Course::opened(opened, roles::OFFICE, fields, chance)
            .on(issued, roles::OFFICE, "issue", Fields::new().day("due_on", ends))
            .on(reported, roles::OFFICER, "report", measures);
        let (course, reported) = if number % 8 == 5 {
            let partly = Fields::new()
                .set("review_result", "partly")
                .set("review_text", "佐证材料不足。")
                .day("due_on", reported + 24);
            let again = Fields::new().set("measures", "已补充照片和台账，逐项整改完毕，并再次复查。");
            let course = course
                .because(reported + 4, roles::OFFICE, "return", partly, Some("佐证材料不足，请补充照片和台账"))
                .on(reported + 10, roles::OFFICER, "report", again);
            (course, reported + 10)
        } else {
            (course, reported)
        };
        let review = Fields::new().set("review_text", "已到现场核对，整改到位。");
        course.on(reported + 6, roles::OFFICE, "pass", review)
    }

    /// Letters that a ladder has drafted are checked, signed, sent and replied to in the days that follow.
    fn take_up_letters(&mut self, app: &App, now: i64) -> Result<(), Error> {
        let soon = now + 14 * 24 * 60 * MINUTE;
        let tasks = app.store.read()?.tasks(
            &app.pack.place,
            &TasksOf::Everybody,
            DueBetween { from: now, to: soon, sorts: Sorts::All },
            None,
            LOOKED_AT,
        )?;
        for task in tasks.into_iter().filter(|task| task.kind == "official_letter" && task.clock == "draft") {
            if !self.letters.insert(task.record) {
                continue;
            }
            let view = app.record("official_letter", &task.record)?;
            let kind = app.pack.kinds.get(view.kind);
            let sort = kind
                .and_then(|kind| kind.fields.iter().position(|field| field.id == "letter_type"))
                .and_then(|at| view.record.value(at));
            let supervision = matches!(sort, Some(Value::Choice(id)) if id == "supervision");
            let day = app.pack.day_of(now);
            let chance = Chance::of(self.seed, "letter", self.sequence);
            self.promise(task.record, "official_letter", letter(day, supervision, chance));
        }
        Ok(())
    }
}

fn of_stream(stream: Stream, count: u64, times: u64) -> u64 {
    if matches!(stream, Stream::Task | Stream::Notice) { count } else { count * times }
}

/// 年度任务
fn task(number: u64, opened: i64, mut chance: Chance) -> Course {
    let (year, measure) = (if number < TASKS / 2 { 2025 } else { 2026 }, number % (TASKS / 2) + 1);
    let ends = at(year, if number.is_multiple_of(2) { 6 } else { 11 }, 30);
    let lead = chance.pick(&["scjg", "nync", "jxw", "zjw", "wlw", "sww", "jtw", "wjw"]);
    let fields = Fields::new()
        .set("measure", format!("m{measure:02}"))
        .set("year", year.to_string())
        .set("title", format!("落实方案第{measure}条"))
        .set("detail", "按年度任务清单推进，形成可查的工作记录。")
        .set("lead", lead)
        .day("due_on", ends)
        .set("milestone", format!("{}前完成", iso(ends)));
    let assigned = at(year, 2, 16) + chance.between(0, 12);
    // 逾期的：上一年度的拖了一个月，本年度上半年的至今没有报完成。
    let done = match (number % 9 == 4, year) {
        (false, _) => ends - chance.between(3, 40),
        (true, 2025) => ends + 25,
        (true, _) => ends + 190,
    };
    let progress = Fields::new().set("progress", "任务清单所列事项已全部完成，工作记录和佐证齐全。");
    Course::opened(opened, roles::OFFICE, fields, chance)
        .on(assigned, roles::OFFICE, "assign", Fields::new())
        .noting(done, roles::OFFICER, "report", progress, "佐证为纸质台账，存本单位备查")
        .on(done + 3, roles::HEAD, "review", Fields::new())
        .on(done + 7, roles::OFFICE, "accept", Fields::new())
}

/// A complaint that several bodies handle together: 转办, 主办 and 协办 with times of their own, the answer through the desk.
fn joint(number: u64, opened: i64, responded: i64, fields: Fields, response: Fields, chance: Chance) -> Course {
    let day = working(zhiheng_pack::day::of_instant(responded, 8));
    let moved = Fields::new()
        .set("lead_body", "jtw")
        .set("assist_bodies", "scjg、sww")
        .set("moved_matter", "请核实收费和票务情况，责成经营者退还多收费用，并答复投诉人。");
    // 有的协办逾期。
    let second = day + if number % 10 == 4 { 7 } else { 5 };
    let report = Fields::new().set("lead_result", "经核实，经营者多收费用属实，已退还并公开致歉。");
    let outcome = Fields::new().set("result", "answered").set("result_text", "经营者已退还多收费用，投诉人表示满意。");
    Course::opened(opened, "desk", fields, chance)
        .moment(responded, "desk", "respond", response, None)
        .moment(responded + 50 * MINUTE, "desk", "move", moved, None)
        .answer(day + 2, roles::OFFICER, ("assist", "scjg", "done"), Some("已核对价格公示和收费单据，多收费用属实。"))
        .on(day + 3, roles::OFFICER, "lead_report", report)
        .answer(second, roles::OFFICER, ("assist", "sww", "done"), Some("已约谈经营者，督促其规范经营。"))
        .on(day + 8, "desk", "close_moved", outcome)
}

/// 通报 of a quarter: drafted by the office, and from November 2026 on countersigned by all at once.
fn notice(number: u64, day: i32, opened: i64, chance: Chance) -> Course {
    let quarter =
        ["一", "二", "三", "四"].get(usize::try_from(number).unwrap_or_default()).copied().unwrap_or_default();
    let fields = Fields::new()
        .set("letter_type", "notice")
        .set("title", format!("关于2026年第{quarter}季度质量强县任务推进情况的通报"))
        .set("facts", "各单位任务完成、超期和整改情况见系统中的年度任务和督办整改台账。");
    let text = "各责任单位要对照任务清单抓紧推进，超期任务于收到本通报后十个工作日内办结。";
    let course = Course::opened(opened, roles::OFFICE, fields, chance).on(
        day,
        roles::OFFICE,
        "submit",
        Fields::new().set("body_text", text).set("addressees", "scjg、nync、wlw、sww"),
    );
    let course = if day >= at(2026, 11, 1) {
        course
            .on(day + 1, REVIEWER, "to_countersign", Fields::new().set("countersign_bodies", "scjg、nync、wlw"))
            .answer(day + 2, roles::HEAD, ("countersign", "scjg", "agree"), None)
            .answer(day + 5, roles::HEAD, ("countersign", "nync", "agree"), Some("数字已核对。"))
            .answer(day + 6, roles::HEAD, ("countersign", "wlw", "agree"), None)
    } else {
        course.on(day + 2, REVIEWER, "pass", Fields::new())
    };
    course.on(day + 7, roles::LEADER, "sign", Fields::new()).on(day + 8, roles::OFFICE, "issue_notice", Fields::new())
}

/// What is done with a letter: 送审、审核、签发、印发、反馈、办结.
fn letter(day: i32, supervision: bool, mut chance: Chance) -> Vec<Deed> {
    let day = working(day + 1).max(day);
    let text = if supervision {
        "该事项超期后经提示仍未办结，现予督办，请于反馈时限前办结并书面反馈原因和整改措施。"
    } else {
        "该事项已超过规定时限，请抓紧办理，并于反馈时限前反馈办理情况。"
    };
    // 2026年11月起几个单位同时会签：督办单都会签，提示函有的会签。
    let asks = day >= at(2026, 11, 4) && (supervision || day % 2 == 0);
    let (ready, reply_by) = if asks { (day + 7, day + 19) } else { (day + 2, day + 12) };
    let replied = ready + chance.between(4, 9);
    let written = Fields::new()
        .set("body_text", text)
        .set("facts", format!("该事项至{}仍未办结，期限和逐日计算见系统中的来源记录。", iso(day)))
        .day("reply_due", reply_by);
    let (signer, sign, issue) = if supervision {
        (roles::LEADER, "sign", "issue_supervision")
    } else {
        (roles::HEAD, "sign_reminder", "issue_reminder")
    };
    let opened = office_hour(day, &mut chance);
    let course =
        Course::opened(opened, roles::OFFICE, Fields::new(), chance).on(day + 1, roles::OFFICE, "submit", written);
    let course = if asks {
        let bodies = Fields::new().set("countersign_bodies", "sfj、czj、xcb");
        course
            .on(day + 2, REVIEWER, "to_countersign", bodies)
            .answer(day + 3, roles::HEAD, ("countersign", "sfj", "agree"), None)
            .answer(day + 5, roles::HEAD, ("countersign", "czj", "agree"), Some("涉及经费的，按预算执行。"))
            .answer(ready, roles::HEAD, ("countersign", "xcb", "agree"), None)
    } else {
        course.on(ready, REVIEWER, "pass", Fields::new())
    };
    let mut course = course
        .on(ready + 1, signer, sign, Fields::new())
        .on(ready + 2, roles::OFFICE, issue, Fields::new())
        .on(
            replied,
            roles::OFFICER,
            "reply",
            Fields::new().set("reply_text", "已查明原因，明确专人办理，办理情况已录入系统。"),
        )
        .on(replied + 4, roles::OFFICE, "close", Fields::new());
    // It was drafted by the ladder: nobody opens it.
    course.deeds.remove(0);
    course.deeds
}

/// A second person of the office: who drafts a letter does not check it, and who checks it does not sign it.
const REVIEWER: &str = "reviewer";

/// Somebody who holds one role in the whole county; nobody signs in as this person.
pub(super) fn person(app: &App, role: &str) -> Account {
    if role == REVIEWER {
        return Account::of_office("示例·质量强县办审核");
    }
    let name = app.pack.role(role).map_or(role, |role| role.name.as_str());
    let account = Account::of_office(&format!("示例·{name}"));
    if role == roles::OFFICE {
        return account;
    }
    let held = Held { role: role.to_owned(), bodies: None, instead_of: None };
    Account { role: Role::Bureau, held: vec![held], ..account }
}
