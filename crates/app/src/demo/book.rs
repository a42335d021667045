//! The registers that do not grow with the scale: titles, marks, patents, standards, reported values and everything else of which a
//! county has a few or a few hundred. What they add up to at the end of each year is written here as figures; the names are chance.

use std::sync::Arc;

use zhiheng_pack::{Area, Draft};

use super::chance::Chance;
use super::life::{FIRST, Fields, Register, Step, What, at, last_valid, working};
use super::names::{self, Firm};

/// Years of the history.
const YEARS: [i16; 5] = [2022, 2023, 2024, 2025, 2026];

struct Entry {
    kind: &'static str,
    steps: Vec<Step>,
    drafts: Vec<Draft>,
}

/// The small registers.
pub(super) struct Book {
    entries: Vec<Entry>,
    seed: u64,
    last_day: i32,
    areas: Arc<Vec<Area>>,
}

/// Something in force from a day, perhaps to a day.
#[derive(Debug, Clone, Copy)]
struct Slot {
    number: u64,
    start: i32,
    end: Option<i32>,
}

/// Standards of a level: level, the county's role, how many at the end of each year, how many end, the number's prefix.
type Written = (&'static str, &'static str, [u64; 5], [u64; 5], &'static str);

/// What a title is and who gives it.
struct Award {
    kind: &'static str,
    body: &'static str,
    issuer: &'static str,
    /// Years of validity; 0: without end.
    years: i16,
    /// Ends of holders' names; the firm is the holder.
    ends: &'static [&'static str],
    prefix: &'static str,
    /// Words after the brand word that name the product, when the title is a product's.
    products: &'static [&'static str],
}

impl Book {
    pub(super) fn new(seed: u64, last_day: i32, areas: Arc<Vec<Area>>) -> Book {
        let mut book = Book { entries: Vec::new(), seed, last_day, areas };
        book.statistics();
        book.reported();
        book.surveys();
        book.enterprises();
        book.brands();
        book.agriculture();
        book.tourism();
        book.trademarks();
        book.patents();
        book.standards();
        book.facilities();
        book.totals();
        book.visits();
        book.entries.sort_by_key(|entry| entry.steps.first().map(|step| step.at));
        book
    }

    fn chance(&self, stream: &str, number: u64) -> Chance {
        Chance::of(self.seed, stream, number)
    }

    /// A record that became known some days after a day, but not before the register was opened.
    fn add(&mut self, kind: &'static str, day: i32, after: (i32, i32), fields: Fields) {
        self.add_corrected(kind, day, after, fields.done(), None);
    }

    fn add_corrected(
        &mut self,
        kind: &'static str,
        day: i32,
        after: (i32, i32),
        first: Draft,
        later: Option<(i32, &'static str, Draft)>,
    ) {
        let mut chance = self.chance(kind, u64::MAX / 2 + u64::try_from(self.entries.len()).unwrap_or_default());
        let opened = at(FIRST.0, FIRST.1, FIRST.2);
        let known = if day < opened { opened + chance.between(0, 45) } else { day + chance.between(after.0, after.1) };
        let known = working(known).max(day).max(opened).min(self.last_day);
        let mut entry = Entry { kind, steps: vec![Step::on(known, What::Create, &mut chance)], drafts: vec![first] };
        if let Some((day, reason, draft)) = later {
            let day = working(day);
            if day <= known {
                entry.drafts = vec![draft];
            } else if day < self.last_day {
                entry.steps.push(Step::on(day, What::Correct(reason), &mut chance));
                entry.drafts.push(draft);
            }
        }
        self.entries.push(entry);
    }

    /// Beginnings and ends that give these numbers at the end of each year; `lapses` end in each year.
    fn slots(&self, name: &str, ends: [u64; 5], lapses: [u64; 5], oldest: i16) -> Vec<Slot> {
        let mut chance = self.chance(name, 0);
        let mut slots: Vec<Slot> = Vec::new();
        let mut before = 0;
        let mut next_to_lapse = 0;
        for ((year, count), lapsing) in YEARS.into_iter().zip(ends).zip(lapses) {
            let first = year == FIRST.0;
            if !first {
                for slot in slots.iter_mut().skip(next_to_lapse).take(usize::try_from(lapsing).unwrap_or_default()) {
                    slot.end = Some(at(year, 6, 1) + chance.between(0, 90));
                }
                next_to_lapse += usize::try_from(lapsing).unwrap_or_default();
            }
            let fresh = (count + if first { 0 } else { lapsing }).saturating_sub(before);
            for place in 0..fresh {
                let years = if first { i32::from(year - oldest) } else { 0 };
                let since = at(if first { oldest } else { year }, 3, 1);
                let span = at(year, 10, 12) - since;
                let step =
                    i32::try_from(place * u64::try_from(span).unwrap_or_default() / fresh.max(1)).unwrap_or_default();
                let start = since + step + if years > 0 { chance.between(0, 20) } else { chance.between(0, 6) };
                // Nothing begins in winter: so that nothing expires in the weeks after the last day.
                let start = match zhiheng_pack::day::date(start).month() {
                    11 | 12 | 1 | 2 => start - 120,
                    _ => start,
                };
                let number = u64::try_from(slots.len()).unwrap_or_default();
                slots.push(Slot { number, start, end: None });
            }
            before = count;
        }
        slots
    }

    fn firm(&self, trade: &'static str, prefix: &str, ends: &[&str], number: u64) -> Firm {
        names::firm(&self.areas, self.seed, trade, prefix, ends, number)
    }

    /// A title and its renewals up to the last day.
    fn award(&mut self, award: &Award, slot: Slot) {
        let firm = self.firm(award.kind, award.prefix, award.ends, slot.number);
        let mut chance = self.chance(award.kind, slot.number);
        let product = match chance.pick(award.products) {
            "" => String::new(),
            of => format!("{}{of}", names::word(&mut chance)),
        };
        let mut from = slot.start;
        let mut round = 0;
        loop {
            let to = (award.years > 0).then(|| last_valid(from, award.years));
            let year = zhiheng_pack::day::date(from).year();
            let number = u64::try_from(year).unwrap_or_default() * 1000 + slot.number;
            let fields = |ended: Option<i32>| {
                Fields::new()
                    .set("title_type", award.kind)
                    .set("holder", firm.name.clone())
                    .set("holder_code", firm.code.clone())
                    .set("product", product.clone())
                    .set(
                        "cert_no",
                        format!("示{number}{}", award.kind.to_ascii_uppercase().chars().take(4).collect::<String>()),
                    )
                    .set("area", firm.area.clone())
                    .set("issuer", award.issuer)
                    .set("document", format!("示例公告〔{year}〕{}号", slot.number % 40 + 1))
                    .day("valid_from", from)
                    .day_if("valid_to", to)
                    .day_if("ended_on", ended)
                    .set("end_reason", if ended.is_some() { "withdrawn" } else { "" })
                    .set("body", award.body)
            };
            let ends_here = slot.end.filter(|end| *end > from && to.is_none_or(|to| *end <= to));
            let later = ends_here.map(|end| (end + 12, "持有单位退出，填写提前终止日期", fields(Some(end)).done()));
            self.add_corrected("title", from, (6, 25), fields(None).done(), later);
            round += 1;
            match to {
                // A renewal is known once it is granted.
                Some(to) if ends_here.is_none() && to + 1 < self.last_day - 12 && round < 30 => from = to + 1,
                _ => return,
            }
        }
    }

    fn awards(&mut self, award: &Award, ends: [u64; 5], lapses: [u64; 5], oldest: i16) {
        for slot in self.slots(award.kind, ends, lapses, oldest) {
            self.award(award, slot);
        }
    }

    fn enterprises(&mut self) {
        let industry: &[&str] =
            &["科技有限公司", "智能装备有限公司", "生物科技有限公司", "新材料有限公司", "农业科技有限公司"];
        let tech = |kind, issuer, years, body| Award {
            kind,
            body,
            issuer,
            years,
            ends: industry,
            prefix: "91",
            products: &[],
        };
        self.awards(&tech("high_tech", "示例市高新技术企业认定机构", 3, "kjj"), [3, 4, 5, 6, 7], [0; 5], 2020);
        self.awards(
            &tech("tech_enterprise", "示例市科学技术局", 0, "kjj"),
            [79, 92, 106, 119, 131],
            [0, 1, 2, 2, 2],
            2017,
        );
        self.awards(&tech("tech_sme", "示例市科学技术局", 1, "kjj"), [6, 7, 8, 9, 10], [0; 5], 2022);
        self.awards(&tech("little_giant", "虚构工业主管部门", 3, "jxw"), [0, 0, 1, 1, 1], [0; 5], 2021);
        self.awards(&tech("municipal_srdi", "示例市经济信息委", 3, "jxw"), [3, 4, 5, 6, 8], [0; 5], 2020);
        self.awards(&tech("chief_quality_officer", "示例县市场监管局", 0, "scjg"), [5, 9, 14, 18, 22], [0; 5], 2020);
        self.awards(&tech("quality_award", "示例县人民政府", 3, "scjg"), [1, 1, 2, 2, 3], [0; 5], 2021);
    }

    fn brands(&mut self) {
        let ends: &[&str] = &["农业集团有限公司", "食品有限公司", "酒业有限公司"];
        let brand = |kind, issuer, body| Award {
            kind,
            body,
            issuer,
            years: 0,
            ends,
            prefix: "91",
            products: &["脆李", "老窖", "腊味"],
        };
        self.awards(&brand("municipal_cluster", "示例市农业农村委", "nync"), [1, 1, 1, 2, 2], [0; 5], 2020);
        self.awards(&brand("national_cluster", "虚构农业主管部门", "nync"), [0, 0, 1, 1, 1], [0; 5], 2020);
        self.awards(&brand("regional_brand", "示例县人民政府", "nync"), [0, 0, 0, 1, 1], [0; 5], 2020);
        self.awards(&brand("municipal_time_honoured", "示例市商务委", "sww"), [2; 5], [0; 5], 2015);
        self.awards(&brand("gi_product", "虚构知识产权主管部门", "scjg"), [1, 1, 2, 2, 2], [0; 5], 2016);
        for (year, value, rank) in
            [(2021, 3860, 31), (2022, 4120, 28), (2023, 4485, 25), (2024, 4760, 21), (2025, 5120, 17)]
        {
            let fields = |value: u64, publisher: &str, series: bool| {
                Fields::new()
                    .set("brand", "示例脆李")
                    .day("valued_on", at(year, 12, 31))
                    .day("published_on", at(year + 1, 3, 18))
                    .set("value", format!("{}.{:02}", value / 100, value % 100))
                    .set("publisher", publisher)
                    .set("method", if series { "收益法" } else { "多周期超额收益法" })
                    .yes("in_series", series)
                    .set("rank", if series { format!("第{rank}位（共120个）") } else { String::new() })
                    .set("document", format!("{year}年示例果品区域公用品牌价值评价结果"))
            };
            self.add("brand_value", at(year + 1, 3, 18), (2, 12), fields(value, "示例品牌研究院", true));
            if year % 2 == 0 {
                self.add(
                    "brand_value",
                    at(year + 1, 3, 18),
                    (5, 30),
                    fields(value * 2 + 311, "虚构价值评估中心", false),
                );
            }
        }
    }

    /// Row 7: 105 → 139, of which 38 certificates end in September 2027.
    fn agriculture(&mut self) {
        let ends: &[&str] = &["果业专业合作社", "茶叶专业合作社", "蔬菜专业合作社", "家庭农场", "农业开发有限公司"];
        let products: &[&str] = &["脆李", "脐橙", "绿茶", "辣椒", "大米", "蜂蜜", "党参"];
        let mark = |kind, issuer, years| Award { kind, body: "nync", issuer, years, ends, prefix: "93", products };
        let green = mark("green_food", "虚构绿色食品机构", 3);
        for number in 0..38 {
            let start = at(2021, 9, 2) + i32::try_from(number % 26).unwrap_or_default();
            self.award(&green, Slot { number: 500 + number, start, end: None });
        }
        self.awards(&green, [29, 33, 39, 45, 50], [0, 1, 1, 2, 1], 2020);
        self.awards(&mark("municipal_famous_agri", "示例市农业农村委", 3), [26, 28, 30, 32, 34], [0, 1, 0, 1, 1], 2020);
        self.awards(&mark("national_special", "虚构农业主管部门", 0), [7, 8, 9, 10, 11], [0; 5], 2018);
        self.awards(&mark("organic", "虚构有机认证中心", 1), [5, 5, 5, 6, 6], [0; 5], 2021);
    }

    fn tourism(&mut self) {
        let place =
            |kind, issuer, body, ends| Award { kind, body, issuer, years: 0, ends, prefix: "12", products: &[] };
        self.awards(&place("scenic_5a", "虚构旅游主管部门", "wlw", &["峡谷景区"]), [1; 5], [0; 5], 2014);
        self.awards(
            &place("scenic_4a", "示例市文化旅游委", "wlw", &["古镇景区", "梯田景区", "湖景区"]),
            [3, 3, 4, 4, 5],
            [0; 5],
            2014,
        );
        self.awards(&place("world_natural", "虚构遗产机构", "lyj", &["喀斯特"]), [1; 5], [0; 5], 2013);
        self.awards(&place("world_cultural", "虚构遗产机构", "wlw", &["古寨"]), [0, 0, 0, 1, 1], [0; 5], 2013);
        self.awards(&place("dayu", "虚构水利协会", "slj", &["水库枢纽工程"]), [0, 0, 1, 1, 1], [0; 5], 2013);
    }

    fn statistics(&mut self) {
        let series: [(&str, [u64; 4], &str, &str); 7] = [
            ("population_resident", [314_000, 313_200, 312_600, 312_000], "人", "tjj"),
            ("population_registered", [402_000, 400_500, 398_700, 396_900], "人", "gaj"),
            ("gdp", [2_310_000, 2_465_000, 2_610_000, 2_772_000], "万元", "tjj"),
            ("market_entities", [5_200, 5_350, 5_480, 5_600], "户", "scjg"),
            ("enterprises", [1_310, 1_402, 1_466, 1_538], "户", "scjg"),
            ("valid_trademarks", [618, 645, 674, 700], "件", "scjg"),
            ("industrial_output", [1_204_000, 1_262_000, 1_331_000, 1_398_000], "万元", "tjj"),
        ];
        for (name, values, unit, body) in series {
            for (year, value) in YEARS.into_iter().zip(values) {
                let fields = statistic(name, at(year, 12, 31), value, unit, body)
                    .set("document", format!("示例县{year}年国民经济和社会发展统计公报"));
                self.add("statistic", at(year, 12, 31), (70, 110), fields.yes("preliminary", year == 2025));
            }
        }
        for (name, value) in [("market_entities", 5_720), ("enterprises", 1_581), ("valid_trademarks", 727)] {
            let unit = if name == "valid_trademarks" { "件" } else { "户" };
            let fields =
                statistic(name, at(2026, 9, 30), value, unit, "scjg").set("document", "示例县市场监管统计季报");
            self.add("statistic", at(2026, 9, 30), (8, 20), fields);
        }
        let areas = Arc::clone(&self.areas);
        for (place, area) in (1..).zip(areas.iter()) {
            for (year, of_thousand) in YEARS.into_iter().zip([1000, 997, 995, 993]) {
                let share = 72_000 / (place + 2) + 4_200;
                let fields =
                    statistic("population_resident", at(year, 12, 31), share * of_thousand / 1000, "人", "tjj")
                        .set("area", area.code.clone())
                        .set("document", format!("示例县{year}年人口变动抽样调查"));
                self.add("statistic", at(year, 12, 31), (80, 120), fields);
            }
        }
    }

    fn reported(&mut self) {
        let yearly: [(&str, [&str; 4], &str, &str); 5] = [
            ("manufacturing_pass_rate", ["92.00", "92.41", "92.95", "93.60"], "scjg", "关于制造业产品质量合格率的通报"),
            ("high_value_inventions_per_10k", ["0.22", "0.26", "0.29", "0.32"], "scjg", "区县专利统计"),
            ("trademarks_per_10k_entities", ["1191", "1208", "1230", "1251"], "scjg", "区县商标统计"),
            ("inventions_per_10k", ["0.60", "0.70", "0.83", "0.96"], "scjg", "区县专利统计"),
            ("hundred_billion_chain", ["58.30", "64.10", "70.60", "77.90"], "jxw", "产业链统计表"),
        ];
        for (indicator, values, body, document) in yearly {
            for (year, value) in YEARS.into_iter().zip(values) {
                self.report(
                    indicator,
                    at(year, 12, 31),
                    value,
                    body,
                    &format!("示例市{year}年{document}"),
                    &format!("{year}年"),
                );
            }
        }
        let brands =
            ["7", "7", "8", "8", "9", "9", "10", "11", "12", "12", "13", "14", "14", "15", "15", "16", "16", "17"];
        let produce = [
            "98.0", "98.2", "98.1", "98.3", "98.4", "98.3", "98.5", "98.6", "98.6", "98.7", "98.8", "98.8", "98.9",
            "98.9", "99.0", "99.0", "99.1", "99.1",
        ];
        let quarters = YEARS.into_iter().flat_map(|year| [(year, 3, 31), (year, 6, 30), (year, 9, 30), (year, 12, 31)]);
        for (((year, month, of_month), brand), rate) in quarters.skip(1).zip(brands).zip(produce) {
            let day = at(year, month, of_month);
            let period = format!("{year}年第{}季度", month / 3);
            self.report("assessed_brands", day, brand, "scjg", "“质量提升”考核品牌清单", &period);
            self.report("farm_produce_pass_rate", day, rate, "nync", "农业农村部门例行监测结果通报", &period);
        }
    }

    fn report(&mut self, indicator: &str, day: i32, value: &str, body: &str, document: &str, period: &str) {
        let mut chance = self.chance("report", u64::try_from(self.entries.len()).unwrap_or_default());
        let fields = Fields::new()
            .set("indicator", indicator)
            .day("as_of", day)
            .set("period", period)
            .set("value", value)
            .set("document", document)
            .set("page", chance.between(1, 12).to_string())
            .set("body", body)
            .set("reporter", names::person(&mut chance))
            .set("reviewer", names::person(&mut chance))
            .set("leader", names::person(&mut chance));
        let yearly = !period.contains("季度");
        if chance.in_thousand(80) {
            let first = fields.clone().set("page", "1");
            let later = (day + 60, "来源文件页码核对更正", fields.done());
            self.add_corrected("reported_value", day, (9, 20), first.done(), Some(later));
            return;
        }
        self.add("reported_value", day, if yearly { (45, 80) } else { (8, 22) }, fields);
    }

    fn surveys(&mut self) {
        let topics: [(&str, [u64; 5], &str); 3] = [
            ("public_service", [7890, 7940, 7990, 8030, 8060], "公共服务质量满意度"),
            ("consumer_service", [7960, 8020, 8070, 8120, 8170], "生活性服务质量满意度"),
            ("complaint", [8110, 8180, 8240, 8300, 8350], "消费品质量投诉处理满意度"),
        ];
        let print = |hundredths: u64| format!("{}.{:02}", hundredths / 100, hundredths % 100);
        for (topic, scores, name) in topics {
            for (year, score) in YEARS.into_iter().zip(scores) {
                let half = 118 + score % 7;
                let fields = Fields::new()
                    .set("topic", topic)
                    .set("round", format!("{year}年"))
                    .set("population", "在示例县居住半年以上的18周岁及以上常住居民")
                    .set("method", "phone")
                    .yes("probability", true)
                    .day("started_on", at(year, 8, 1))
                    .day("ended_on", at(year, 9, 15))
                    .set("score", print(score))
                    .set("share_satisfied", print(score + 412))
                    .set("n", (1080 + score % 60).to_string())
                    .set("response_rate", "31.5")
                    .set("low", print(score - half))
                    .set("high", print(score + half))
                    .set("agency", "示例调查咨询有限公司")
                    .set("commissioner", "示例县市场监管局")
                    .set("document", format!("示例县{year}年{name}调查报告"))
                    .set("page", "3")
                    .set("body", "scjg");
                self.add("survey_result", at(year, 9, 15), (15, 40), fields);
            }
        }
    }

    fn trademarks(&mut self) {
        let ends: &[&str] = &["食品有限公司", "农业发展有限公司", "果业专业合作社", "酒业有限公司", "旅游开发有限公司"];
        for slot in self.slots("trademark", [619, 647, 675, 702, 728], [0, 4, 5, 6, 5], 2017) {
            let mut chance = self.chance("mark", slot.number);
            let firm = self.firm("mark", "91", ends, chance.below(240));
            let (mark, tail) = (names::word(&mut chance), chance.pick(&["", "源", "香", "坊", "里"]));
            let class = chance.pick(&["29", "30", "31", "32", "33", "35", "39", "43"]);
            let kind = if slot.number % 120 == 60 { "gi_certification" } else { "ordinary" };
            let fields = |ended: Option<i32>| {
                Fields::new()
                    .set("reg_no", format!("999{:05}", slot.number + 1))
                    .set("mark_name", format!("{mark}{tail}"))
                    .set("nice_class", class)
                    .set("mark_type", kind)
                    .set("holder", firm.name.clone())
                    .set("holder_code", firm.code.clone())
                    .set("area", firm.area.clone())
                    .day("registered_on", slot.start)
                    .day("valid_to", last_valid(slot.start, 10))
                    .day_if("ended_on", ended)
                    .set("end_reason", if ended.is_some() { "cancelled" } else { "" })
            };
            let later = slot.end.map(|end| (end + 20, "商标注销，按公告填写提前终止日期", fields(Some(end)).done()));
            self.add_corrected("trademark", slot.start, (10, 45), fields(None).done(), later);
        }
    }

    fn patents(&mut self) {
        let kinds: [(&str, [u64; 5], [u64; 5]); 3] = [
            ("invention", [19, 22, 26, 30, 33], [0, 1, 1, 1, 1]),
            ("utility", [96, 112, 127, 141, 152], [0, 3, 4, 5, 6]),
            ("design", [34, 39, 45, 50, 54], [0, 1, 2, 2, 3]),
        ];
        let ends: &[&str] = &["科技有限公司", "机械有限公司", "农业科技有限公司", "药业有限公司"];
        for (kind, counts, lapses) in kinds {
            for slot in self.slots(kind, counts, lapses, 2018) {
                let mut chance = self.chance(kind, slot.number);
                let firm = self.firm("patent", "91", ends, chance.below(90));
                let what = chance.pick(&[
                    "果品分级装置",
                    "李子保鲜方法",
                    "茶叶杀青设备",
                    "节水灌溉装置",
                    "中药提取工艺",
                    "包装盒",
                    "冷链周转箱",
                ]);
                let digit = match kind {
                    "invention" => 1,
                    "utility" => 2,
                    _ => 3,
                };
                let high_value = kind == "invention" && slot.number % 3 == 1;
                let applied = slot.start - chance.between(240, 900);
                let fields = |end: Option<i32>| {
                    Fields::new()
                        .set(
                            "patent_no",
                            format!("ZL{}{digit}99{:05}.X", zhiheng_pack::day::date(applied).year(), slot.number),
                        )
                        .set("title", format!("一种{what}"))
                        .set("patent_type", kind)
                        .set("holder", firm.name.clone())
                        .set("holder_code", firm.code.clone())
                        .set("area", firm.area.clone())
                        .day("applied_on", applied)
                        .day("granted_on", slot.start)
                        .day_if("lapsed_on", end)
                        .set("status", if end.is_some() { "lapsed" } else { "in_force" })
                        .yes("hv_emerging", high_value)
                        .yes("hv_overseas", false)
                        .set("document", "示例市知识产权局专利月报")
                };
                let later = slot.end.map(|end| (end + 25, "未缴年费，专利权终止", fields(Some(end)).done()));
                self.add_corrected("patent", slot.start, (12, 40), fields(None).done(), later);
            }
        }
        for number in 0..14 {
            let mut chance = self.chance("pending patent", number);
            let firm = self.firm("patent", "91", ends, chance.below(90));
            let applied = at(2025, 3, 1) + i32::try_from(number * 38).unwrap_or_default();
            let fields = Fields::new()
                .set("title", format!("一种{}用烘干设备", names::word(&mut chance)))
                .set("patent_type", "invention")
                .set("holder", firm.name)
                .set("holder_code", firm.code)
                .set("area", firm.area)
                .day("applied_on", applied)
                .set("status", "pending");
            self.add("patent", applied, (20, 60), fields);
        }
    }

    fn standards(&mut self) {
        let units: &[&str] = &["果业协会", "农业集团有限公司", "茶叶协会", "科技有限公司"];
        let levels: [Written; 6] = [
            ("group", "publisher", [3, 4, 6, 8, 9], [0, 0, 0, 1, 0], "T/SLX"),
            ("local", "participate", [1, 1, 2, 2, 3], [0; 5], "DB99/T"),
            ("national", "participate", [1, 1, 1, 2, 2], [0; 5], "GB/T 99"),
            ("industry", "participate", [1, 2, 2, 3, 3], [0; 5], "NY/T 99"),
            ("enterprise", "publisher", [14, 17, 21, 26, 31], [0, 1, 1, 2, 2], "Q/SLX"),
            ("local", "adopter", [3, 4, 5, 6, 7], [0; 5], "DB99/TA"),
        ];
        for (level, role, counts, lapses, prefix) in levels {
            for slot in self.slots(prefix, counts, lapses, 2017) {
                let mut chance = self.chance(prefix, slot.number);
                let firm = self.firm("standard", "51", units, slot.number);
                let what = chance.pick(&[
                    "脆李生产技术规程",
                    "脆李分级",
                    "绿茶加工技术规程",
                    "冷链运输规范",
                    "民宿服务规范",
                    "中药材采收规范",
                ]);
                let fields = |end: Option<i32>| {
                    Fields::new()
                        .set(
                            "standard_no",
                            format!("{prefix} {:03}—{}", slot.number + 1, zhiheng_pack::day::date(slot.start).year()),
                        )
                        .set("title", format!("示例{what}"))
                        .set("level", level)
                        .set("county_role", role)
                        .set("unit", firm.name.clone())
                        .set("unit_code", firm.code.clone())
                        .set("action", "new")
                        .set("status", if end.is_some() { "abolished" } else { "in_force" })
                        .day("published_on", slot.start)
                        .day("effective_on", slot.start + 30)
                        .day_if("abolished_on", end)
                        .set("body", "scjg")
                };
                let later = slot.end.map(|end| (end + 15, "标准已废止", fields(Some(end)).done()));
                self.add_corrected("standard", slot.start, (5, 30), fields(None).done(), later);
            }
        }
        for (number, level, approved, accepted) in [
            (1, "national", at(2015, 4, 10), Some(at(2018, 6, 20))),
            (2, "national", at(2017, 3, 8), Some(at(2020, 9, 11))),
            (3, "national", at(2018, 5, 16), Some(at(2021, 10, 22))),
            (4, "national", at(2021, 6, 1), Some(at(2024, 7, 18))),
            (5, "national", at(2022, 9, 14), Some(at(2026, 5, 27))),
            (6, "national", at(2025, 3, 12), None),
            (7, "municipal", at(2020, 3, 2), Some(at(2022, 11, 4))),
            (8, "municipal", at(2022, 4, 19), Some(at(2025, 1, 15))),
            (9, "municipal", at(2024, 8, 6), None),
            (10, "county", at(2023, 2, 20), Some(at(2024, 12, 3))),
        ] {
            let mut chance = self.chance("project", number);
            let field = chance.pick(&["agriculture", "service", "society"]);
            let fields = |accepted: Option<i32>| {
                Fields::new()
                    .set("project_no", format!("SBF990101-{number:02}"))
                    .set(
                        "name",
                        format!(
                            "示例县{}标准化示范项目",
                            ["脆李种植", "政务服务", "乡村旅游", "茶叶加工"]
                                .get(usize::try_from(number % 4).unwrap_or_default())
                                .copied()
                                .unwrap_or_default()
                        ),
                    )
                    .set("level", level)
                    .set("kind_of", if number % 3 == 0 { "pilot" } else { "demo" })
                    .set("field_class", field)
                    .set("unit", "示例农业集团")
                    .day("approved_on", approved)
                    .day("due_on", approved + 1095)
                    .day_if("accepted_on", accepted)
                    .set("status", if accepted.is_some() { "accepted" } else { "running" })
            };
            let later = accepted.map(|day| (day + 14, "通过考核验收", fields(Some(day)).done()));
            self.add_corrected("standard_project", approved, (10, 30), fields(None).done(), later);
        }
    }

    fn facilities(&mut self) {
        for (number, name, qualified, fields_of_work, farm, closed) in [
            (1, "示例县疾控检验中心", at(2009, 5, 6), "food、environment", false, None),
            (2, "示例县计量质量检测中心", at(2006, 3, 14), "metrology、food", false, None),
            (3, "示例县建设工程质量检测站", at(2011, 7, 20), "construction", false, None),
            (4, "示例县机动车检测有限公司", at(2014, 9, 9), "vehicle", false, None),
            (5, "示例环境监测有限公司", at(2017, 4, 25), "environment", false, Some(at(2024, 8, 31))),
            (6, "示例县农产品质量检测中心", at(2025, 5, 20), "farm_produce、food", true, None),
            (7, "示例云岭检测有限公司", at(2026, 3, 3), "farm_produce", false, None),
        ] {
            let mut chance = self.chance("laboratory", number);
            let (area, town) = names::area(&self.areas, &mut chance);
            let phone = names::phone(&mut chance);
            let fields = |closed: Option<i32>| {
                Fields::new()
                    .set("name", name)
                    .set("uscc", names::code_of("12", "laboratory", number))
                    .set("ownership", if number > 3 && !farm { "private" } else { "public" })
                    .set("area", area.clone())
                    .set("address", format!("示例县{town}示例路{}号", number * 11))
                    .set("fields_of_work", fields_of_work)
                    .set("cma_no", format!("示9901{number:04}"))
                    .day("first_cma_on", qualified)
                    .day(
                        "cma_valid_to",
                        last_valid(qualified, 6 * ((2032 - zhiheng_pack::day::date(qualified).year()) / 6)),
                    )
                    .set("catl_no", if farm { "示CATL9901" } else { "" })
                    .day_if("first_catl_on", farm.then_some(qualified))
                    .day("qualified_on", qualified)
                    .day_if("closed_on", closed)
                    .set("contact_phone", phone.clone())
            };
            let later = closed.map(|day| (day + 20, "资质认定证书注销", fields(Some(day)).done()));
            self.add_corrected("laboratory", qualified, (10, 30), fields(None).done(), later);
        }
        for (number, opened, industry, staffed) in [
            (1, at(2023, 4, 18), "agriculture", true),
            (2, at(2024, 3, 6), "tourism", true),
            (3, at(2025, 3, 27), "wellness", true),
            (4, at(2025, 9, 16), "industry", true),
            (5, at(2026, 4, 9), "general", true),
            (6, at(2026, 8, 25), "agriculture", true),
            (7, at(2026, 10, 12), "tourism", false),
        ] {
            let mut chance = self.chance("station", number);
            let (area, town) = names::area(&self.areas, &mut chance);
            let fields = Fields::new()
                .set("name", format!("示例县{town}质量基础设施一站式服务站"))
                .set("area", area)
                .set("address", format!("示例县{town}示例路{}号", number * 7 + 2))
                .set("industry", industry)
                .set("host", "示例县市场监管局")
                .set("elements", "metrology、standards、testing")
                .set("catalogue", "计量器具检定代办；标准查询；检验检测对接；认证咨询")
                .set("staff", if staffed { (2 + number % 3).to_string() } else { String::new() })
                .set("contact", names::person(&mut chance))
                .set("contact_phone", names::phone(&mut chance))
                .day("opened_on", opened);
            self.add("service_station", opened, (3, 20), fields);
        }
        for slot in self.slots("injury_point", [2, 4, 6, 8, 10], [0, 0, 0, 1, 0], 2022) {
            let mut chance = self.chance("injury point", slot.number);
            let (area, town) = names::area(&self.areas, &mut chance);
            let (kind, what) = chance.pick(&[
                ("hospital", "卫生院"),
                ("school", "中心小学"),
                ("shop", "购物中心"),
                ("community", "社区"),
            ]);
            let (contact, phone) = (names::person(&mut chance), names::phone(&mut chance));
            let fields = |end: Option<i32>| {
                Fields::new()
                    .set("name", format!("示例县{town}{what}监测点"))
                    .set("point_type", kind)
                    .set("area", area.clone())
                    .set(
                        "agreement",
                        format!("示监测协〔{}〕{}号", zhiheng_pack::day::date(slot.start).year(), slot.number + 1),
                    )
                    .day("opened_on", slot.start)
                    .day_if("closed_on", end)
                    .set("contact", contact.clone())
                    .set("contact_phone", phone.clone())
            };
            let later = slot.end.map(|end| (end + 10, "长期未报送，撤销监测点", fields(Some(end)).done()));
            self.add_corrected("injury_point", slot.start, (4, 20), fields(None).done(), later);
        }
    }

    /// Batches known only as totals, and totals of what is registered one by one, which do not count again.
    fn totals(&mut self) {
        let kinds: [(&str, &str, u64, u64); 4] = [
            ("food_sample", "supervision", 60, 59),
            ("farm_produce_sample", "routine", 30, 30),
            ("product_sample", "supervision", 12, 12),
            ("drug_sample", "supervision", 10, 10),
        ];
        for year in YEARS {
            for (kind, task, tested, passed) in kinds {
                for (detail, month, of_month, times) in [("none", 6, 30, 1), ("full", 9, 30, 4)] {
                    let day = at(year, month, of_month);
                    let fields = Fields::new()
                        .set("of_kind", kind)
                        .set("task", format!("{year}年市级转移任务"))
                        .set("task_type", task)
                        .set("task_level", "municipal")
                        .yes("drug_circulation", kind == "drug_sample")
                        .yes("consumer", kind == "product_sample")
                        .day("sampled_on", day)
                        .set("tested", (tested * times).to_string())
                        .set("passed", (passed * times).to_string())
                        .set("failed", ((tested - passed) * times).to_string())
                        .set("detail", detail)
                        .set("document", format!("示例市{year}年抽检情况通报"));
                    self.add("sampling_total", day, (15, 40), fields);
                }
            }
        }
    }

    fn visits(&mut self) {
        let ends: &[&str] = &["食品有限公司", "果业专业合作社", "酒业有限公司", "装备有限公司"];
        for number in 0..36 {
            let mut chance = self.chance("visit", number);
            let firm = self.firm("visit", "91", ends, number);
            let day = working(at(2025, 1, 15) + i32::try_from(number * 18).unwrap_or_default());
            let found = chance.between(2, 9);
            let closed = (number % 4 != 3).then_some(day + 60).filter(|day| *day < self.last_day - 10);
            let (experts, chain) = (
                names::person(&mut chance),
                chance.pick(&["脆李产业链", "中药材产业链", "文旅产业链", "绿色建材产业链"]),
            );
            let fields = |closed: Option<i32>| {
                Fields::new()
                    .set("firm", firm.name.clone())
                    .set("firm_code", firm.code.clone())
                    .set("area", firm.area.clone())
                    .set("chain", chain)
                    .day("visited_on", day)
                    .set("experts", experts.clone())
                    .set("expert_unit", "示例市质量技术帮扶专家组")
                    .set("findings", "关键工序缺少过程控制记录；原料验收标准不明确；建议建立批次追溯台账。")
                    .set("problems_found", found.to_string())
                    .set("problems_fixed", if closed.is_some() { found } else { found / 2 }.to_string())
                    .set("status", if closed.is_some() { "closed" } else { "open" })
                    .day_if("closed_on", closed)
            };
            let later = closed.map(|day| (day + 5, "整改完成，办结", fields(Some(day)).done()));
            self.add_corrected("expert_visit", day, (2, 9), fields(None).done(), later);
        }
    }

    fn entry(&self, number: u64) -> Option<&Entry> {
        self.entries.get(usize::try_from(number).ok()?)
    }
}

fn statistic(series: &str, day: i32, value: u64, unit: &str, body: &str) -> Fields {
    Fields::new()
        .set("series", series)
        .day("as_of", day)
        .set("value", value.to_string())
        .set("unit", unit)
        .set("source", "示例县统计局")
        .set("body", body)
}

impl Register for Book {
    fn numbers(&self) -> u64 {
        u64::try_from(self.entries.len()).unwrap_or_default()
    }

    fn kind(&self, number: u64) -> &'static str {
        self.entry(number).map_or("", |entry| entry.kind)
    }

    fn due(&self, number: u64) -> i32 {
        let at = self.entry(number).and_then(|entry| entry.steps.first()).map_or(0, |step| step.at);
        zhiheng_pack::day::of_instant(at, 8)
    }

    fn life(&self, number: u64) -> Vec<Step> {
        self.entry(number).map(|entry| entry.steps.clone()).unwrap_or_default()
    }

    fn draft(&self, number: u64, step: usize) -> Draft {
        self.entry(number).and_then(|entry| entry.drafts.get(step)).cloned().unwrap_or_default()
    }
}
