//! Samples: food, farm produce, drugs, products. How many of a year's samples count and how many fail is given; which ones is chance.

use std::sync::Arc;

use zhiheng_pack::record::ListScope;
use zhiheng_pack::{Area, Draft, day};

use super::chance::{Chance, Shuffle};
use super::life::{Fields, Register, Step, What, at, iso, working};
use super::names::{self, Firm};

/// What is sampled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sampled {
    Food,
    Produce,
    Drug,
    Product,
}

/// How many samples of a stretch of days stand how.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) first: i32,
    pub(super) last: i32,
    /// With a conclusion, of the task that counts.
    pub(super) counted: u64,
    /// Of those, how many fail.
    pub(super) failing: u64,
    /// Stored and listed, not counted.
    pub(super) uncounted: u64,
    /// Entered twice by mistake and withdrawn.
    pub(super) withdrawn: u64,
}

impl Stretch {
    pub(super) fn samples(&self) -> u64 {
        self.counted + self.uncounted + self.withdrawn
    }
}

/// How a sample stands in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Pass,
    Fail,
    /// Not counted, for the reason of this number.
    Uncounted(u64),
    Withdrawn,
    /// Taken too lately to have a conclusion.
    Pending,
}

/// What a first version had wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slip {
    Verdict,
    Day(i32),
    Town,
    Name,
}

impl Slip {
    fn reason(self, part: Part) -> &'static str {
        match self {
            Slip::Verdict if part == Part::Pass => "复检改判合格，按复检结论更正",
            Slip::Verdict => "检验报告已出具，补录最终结论",
            Slip::Day(_) => "抽样日期录入有误，按抽样单更正",
            Slip::Town => "乡镇（街道）录入有误，按抽样地点更正",
            Slip::Name => "样品名称录入有误，按抽样单更正",
        }
    }
}

/// One register of samples.
#[derive(Debug)]
pub(super) struct Samples {
    pub(super) sampled: Sampled,
    stretches: Vec<(u64, Stretch, Shuffle)>,
    numbers: u64,
    seed: u64,
    last_day: i32,
    firms: u64,
    areas: Arc<Vec<Area>>,
}

/// Everything about a sample that does not depend on what is sampled.
struct Sample {
    number: u64,
    day: i32,
    part: Part,
    slip: Option<Slip>,
    concluded: i32,
    entered: i32,
    chance: Chance,
}

impl Samples {
    pub(super) fn new(
        sampled: Sampled,
        stretches: &[Stretch],
        seed: u64,
        last_day: i32,
        firms: u64,
        areas: Arc<Vec<Area>>,
    ) -> Samples {
        let mut numbers = 0;
        let mut placed = Vec::with_capacity(stretches.len());
        for (at, stretch) in (0..).zip(stretches) {
            let shuffle = Shuffle::new(stretch.samples(), Chance::of(seed, sampled.kind(), u64::MAX - at));
            placed.push((numbers, *stretch, shuffle));
            numbers += stretch.samples();
        }
        Samples { sampled, stretches: placed, numbers, seed, last_day, firms: firms.max(1), areas }
    }

    fn stretch(&self, number: u64) -> Option<&(u64, Stretch, Shuffle)> {
        let after = self.stretches.partition_point(|(first, ..)| *first <= number);
        self.stretches.get(after.checked_sub(1)?)
    }

    fn day(&self, number: u64) -> i32 {
        let Some((first, stretch, _)) = self.stretch(number) else { return self.last_day };
        let within = u128::from(number - first) * u128::from(stretch.last.abs_diff(stretch.first) + 1);
        let days = within / u128::from(stretch.samples().max(1));
        working(stretch.first + i32::try_from(days).unwrap_or_default())
    }

    fn part(&self, number: u64) -> Part {
        let Some((first, stretch, shuffle)) = self.stretch(number) else { return Part::Pending };
        let place = shuffle.place(number - first);
        match () {
            () if place < stretch.failing => Part::Fail,
            () if place < stretch.counted => Part::Pass,
            () if place < stretch.counted + stretch.uncounted && stretch.counted == 0 => Part::Pending,
            () if place < stretch.counted + stretch.uncounted => Part::Uncounted(place - stretch.counted),
            () => Part::Withdrawn,
        }
    }

    fn sample(&self, number: u64) -> Sample {
        let mut chance = Chance::of(self.seed, self.sampled.kind(), number);
        let day = self.day(number);
        let part = self.part(number);
        let concluded = (day + chance.between(5, 14)).min(self.last_day - 2);
        let prompt = if part == Part::Pending { day + chance.between(0, 2) } else { concluded + chance.between(1, 8) };
        let late = day + chance.between(60, 400);
        let late = working(late);
        let is_late = chance.in_thousand(15) && late < self.last_day - 3;
        // A double is found before the last day.
        let latest = if part == Part::Withdrawn { self.last_day - 3 } else { self.last_day };
        let entered = match part {
            Part::Pending => working(prompt).max(day).min(latest),
            _ if is_late => late,
            _ => working(prompt).max(concluded).min(latest),
        };
        let wrong = chance.in_thousand(26);
        let slip = match chance.below(10) {
            0..=2 => Slip::Verdict,
            3 | 4 => Slip::Day(chance.between(3, 30)),
            5..=7 => Slip::Town,
            _ => Slip::Name,
        };
        let slip = (wrong && matches!(part, Part::Pass | Part::Fail)).then_some(slip);
        Sample { number, day, part, slip, concluded, entered, chance }
    }

    /// When a mistake was put right; later than the last day: not yet, so it was none.
    fn corrected(&self, sample: &mut Sample) -> Option<(i32, Slip)> {
        let slip = sample.slip?;
        let after = if sample.chance.in_thousand(120) {
            sample.chance.between(280, 500)
        } else {
            sample.chance.between(8, 120)
        };
        let day = working(sample.entered + after);
        (day > sample.entered && day < self.last_day).then_some((day, slip))
    }
}

impl Register for Samples {
    fn numbers(&self) -> u64 {
        self.numbers
    }

    fn kind(&self, _: u64) -> &'static str {
        self.sampled.kind()
    }

    fn due(&self, number: u64) -> i32 {
        self.day(number)
    }

    fn life(&self, number: u64) -> Vec<Step> {
        let mut sample = self.sample(number);
        let corrected = self.corrected(&mut sample);
        let mut chance = sample.chance;
        let mut steps = vec![Step::on(sample.entered, What::Create, &mut chance)];
        if let Some((day, slip)) = corrected {
            steps.push(Step::on(day, What::Correct(slip.reason(sample.part)), &mut chance));
        }
        if sample.part == Part::Withdrawn {
            let day = (sample.entered + chance.between(3, 50)).min(self.last_day).max(sample.entered + 1);
            steps.push(Step::on(day, What::Withdraw("同一批次重复录入"), &mut chance));
        }
        steps
    }

    fn draft(&self, number: u64, step: usize) -> Draft {
        let mut sample = self.sample(number);
        let corrected = self.corrected(&mut sample);
        sample.slip = corrected.map(|(_, slip)| slip);
        let slip = sample.slip.filter(|_| step == 0);
        let mut chance = Chance::of(self.seed, self.sampled.words(), number);
        let firm = names::firm(
            &self.areas,
            self.seed,
            self.sampled.words(),
            "92",
            self.sampled.ends(),
            chance.below(self.firms),
        );
        let fields = self.common(&sample, slip, &firm, &mut chance);
        match self.sampled {
            Sampled::Food => food(fields, &sample, slip, &firm, &mut chance),
            Sampled::Produce => produce(fields, &sample, slip, &mut chance),
            Sampled::Drug => drug(fields, &sample, slip, &mut chance),
            Sampled::Product => product(fields, &sample, slip, &mut chance),
        }
        .done()
    }
}

impl Samples {
    fn common(&self, sample: &Sample, slip: Option<Slip>, firm: &Firm, chance: &mut Chance) -> Fields {
        let reason = self.sampled.reason(sample.part);
        let day = match slip {
            Some(Slip::Day(before)) => sample.day - before,
            _ => sample.day,
        };
        let town = match slip {
            // Draws of its own: a correction changes what it says it changes, and nothing else.
            Some(Slip::Town) => names::area(&self.areas, &mut Chance::of(self.seed, "slip", sample.number)).0,
            _ => firm.area.clone(),
        };
        let year = day::date(sample.day).year() % 100;
        let fields = Fields::new()
            .set("sample_no", format!("{}{year:02}990101{:08}", self.sampled.letters(), sample.number + 1))
            .set("sampled_party", firm.name.clone())
            .set("sampled_party_code", firm.code.clone())
            .set("sampled_party_address", firm.address.clone())
            .set("area", town)
            .day("sampled_on", day)
            .set("lab", "示例市质量检验中心")
            .set("task_level", sample_level(sample.number))
            .set("task_type", self.sampled.task());
        let fields = match reason {
            Some(Why::Task(task)) => fields.set("task_type", task),
            Some(Why::Outside) => fields
                .set("area", "")
                .set("sampled_party", format!("虚构{}经营部", names::word(chance)))
                .set("sampled_party_address", "虚构市虚构县某某镇")
                .set("sampled_party_code", ""),
            Some(Why::Undated) => fields.set("sampled_on", ""),
            Some(Why::FailingList) => fields.scope(Some(ListScope::FailingOnly)),
            _ => fields,
        };
        match sample.part {
            Part::Pending => fields,
            _ if reason == Some(Why::Open) => fields,
            _ => fields.day("concluded_on", sample.concluded),
        }
    }

    #[cfg(test)]
    fn fails(&self, number: u64) -> bool {
        self.part(number) == Part::Fail
    }
}

fn sample_level(number: u64) -> &'static str {
    match number % 10 {
        0 => "national",
        1 | 2 => "municipal",
        _ => "county",
    }
}

/// Why a sample does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Task(&'static str),
    Outside,
    Undated,
    FailingList,
    /// No conclusion, although it is long due.
    Open,
    /// A field of the kind that leaves it out.
    Field(&'static str, &'static str),
}

impl Sampled {
    fn kind(self) -> &'static str {
        match self {
            Sampled::Food => "food_sample",
            Sampled::Produce => "farm_produce_sample",
            Sampled::Drug => "drug_sample",
            Sampled::Product => "product_sample",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Sampled::Food => "food",
            Sampled::Produce => "produce",
            Sampled::Drug => "drug",
            Sampled::Product => "product",
        }
    }

    fn letters(self) -> &'static str {
        match self {
            Sampled::Food => "DC",
            Sampled::Produce => "NC",
            Sampled::Drug => "YP",
            Sampled::Product => "CP",
        }
    }

    fn task(self) -> &'static str {
        if self == Sampled::Produce { "routine" } else { "supervision" }
    }

    fn ends(self) -> &'static [&'static str] {
        match self {
            Sampled::Food => {
                &["超市", "粮油店", "副食店", "生鲜店", "食品厂", "小吃店", "餐馆", "酒家", "学校食堂", "农家乐"]
            }
            Sampled::Produce => {
                &["种植专业合作社", "家庭农场", "果园", "养殖场", "蔬菜基地", "农产品批发部", "水产养殖场"]
            }
            Sampled::Drug => &["大药房", "药店", "医药连锁门店", "医药批发部"],
            Sampled::Product => {
                &["家电商行", "服装店", "母婴用品店", "日用品店", "家具厂", "建材经营部", "五金厂", "玩具店"]
            }
        }
    }

    fn reason(self, part: Part) -> Option<Why> {
        let Part::Uncounted(at) = part else { return None };
        let reasons: &[Why] = match self {
            Sampled::Food => &[
                Why::Task("monitoring"),
                Why::Task("special"),
                Why::Task("monitoring"),
                Why::FailingList,
                Why::Task("evaluation"),
                Why::Undated,
                Why::Task("monitoring"),
                Why::Outside,
                Why::Task("special"),
                Why::Open,
                Why::Task("monitoring"),
            ],
            Sampled::Produce => &[
                Why::Task("rapid"),
                Why::Task("supervision"),
                Why::Task("rapid"),
                Why::Outside,
                Why::Task("special"),
                Why::Task("supervision"),
                Why::Undated,
                Why::Task("survey"),
            ],
            Sampled::Drug => &[
                Why::Field("stage", "use"),
                Why::Task("evaluation"),
                Why::Field("stage", "use"),
                Why::Task("special"),
                Why::FailingList,
                Why::Field("stage", "use"),
                Why::Outside,
                Why::Open,
            ],
            Sampled::Product => &[
                Why::Field("consumer_class", "not_consumer"),
                Why::Field("consumer_class", "not_consumer"),
                Why::Field("round", "recheck"),
                Why::Field("consumer_class", "not_consumer"),
                Why::Task("special"),
                Why::Field("consumer_class", "not_consumer"),
                Why::Field("consumer_class", ""),
                Why::Task("monitoring"),
            ],
        };
        let at = usize::try_from(at).unwrap_or_default() % reasons.len().max(1);
        reasons.get(at).copied()
    }

    /// Whether a sample that does not count fails.
    fn fails_uncounted(self, sample: &Sample) -> bool {
        self.reason(sample.part) == Some(Why::FailingList) || sample.number.is_multiple_of(31)
    }
}

/// Conclusion, re-examination and failing items, which all four kinds have alike.
fn judged(fields: Fields, sampled: Sampled, sample: &Sample, slip: Option<Slip>, failing: &str) -> Fields {
    let unqualified = |fields: Fields| fields.set("verdict", "unqualified").set("failing_items", failing);
    let fails = match sample.part {
        Part::Pending => return fields,
        Part::Uncounted(_) if sampled.reason(sample.part) == Some(Why::Open) => return fields,
        Part::Uncounted(_) => sampled.fails_uncounted(sample),
        Part::Fail => true,
        Part::Pass | Part::Withdrawn => false,
    };
    match (fails, slip) {
        (false, Some(Slip::Verdict)) => unqualified(fields).set("retest", "pending"),
        (true, Some(Slip::Verdict)) => fields.set("concluded_on", ""),
        (true, _) => unqualified(fields).set("retest", if sample.number.is_multiple_of(3) { "upheld" } else { "none" }),
        (false, _) if sample.slip == Some(Slip::Verdict) => {
            fields.set("verdict", "qualified").set("retest", "overturned")
        }
        (false, _) => fields.set("verdict", "qualified").set("retest", "none"),
    }
}

fn named(name: &str, slip: Option<Slip>) -> String {
    if slip == Some(Slip::Name) { format!("{name}（散装）") } else { name.to_owned() }
}

/// Class, names, and how one of it fails.
type Ware = (&'static str, &'static [&'static str], &'static str);

const FOODS: [Ware; 13] = [
    (
        "食用农产品",
        &["豇豆", "辣椒", "生姜", "芹菜", "鲫鱼", "猪肉", "鸡蛋", "香蕉", "脆李"],
        "噻虫胺║0.35mg/kg║≤0.05mg/kg",
    ),
    ("粮食加工品", &["大米", "小麦粉", "挂面", "玉米粉"], "脱氧雪腐镰刀菌烯醇║1380μg/kg║≤1000μg/kg"),
    ("食用油、油脂及其制品", &["菜籽油", "花生油", "大豆油"], "苯并[a]芘║14μg/kg║≤10μg/kg"),
    ("调味品", &["酱油", "食醋", "辣椒面", "火锅底料"], "苯甲酸及其钠盐║1.2g/kg║≤1.0g/kg"),
    ("肉制品", &["腊肉", "香肠", "酱卤牛肉"], "亚硝酸盐║42mg/kg║≤30mg/kg"),
    ("饮料", &["包装饮用水", "果汁饮料", "植物蛋白饮料"], "铜绿假单胞菌║5，0，3，0，0CFU/250mL║n=5，c=0，m=0"),
    ("糕点", &["月饼", "蛋糕", "桃片", "面包"], "菌落总数║28000CFU/g║≤10000CFU/g"),
    ("豆制品", &["豆腐干", "腐竹", "豆瓣"], "脱氢乙酸及其钠盐║0.46g/kg║不得使用"),
    ("蔬菜制品", &["泡菜", "干豇豆", "榨菜"], "二氧化硫残留量║0.31g/kg║≤0.1g/kg"),
    ("水果制品", &["脆李果脯", "蜜饯", "果酱"], "甜蜜素║2.1g/kg║≤1.0g/kg"),
    ("酒类", &["白酒", "李子酒", "啤酒"], "酒精度║43.1%vol║52±1.0%vol"),
    ("茶叶及相关制品", &["绿茶", "红茶", "代用茶"], "水胺硫磷║0.12mg/kg║≤0.05mg/kg"),
    ("糖果制品", &["硬糖", "果冻", "巧克力"], "菌落总数║2300CFU/g║≤1000CFU/g"),
];
const SERVED: Ware = ("餐饮食品", &["油条", "凉面", "自消毒餐饮具", "米粉"], "铝的残留量║210mg/kg║≤100mg/kg");

/// Where a firm's food is sampled, by what the firm is.
fn stage_of(firm: &str) -> &'static str {
    match () {
        () if firm.ends_with("厂") => "production",
        () if ["小吃店", "餐馆", "酒家", "食堂", "农家乐"].iter().any(|end| firm.ends_with(end)) => {
            "catering"
        }
        () => "circulation",
    }
}

fn food(fields: Fields, sample: &Sample, slip: Option<Slip>, firm: &Firm, chance: &mut Chance) -> Fields {
    let stage = stage_of(&firm.name);
    let served = stage == "catering" && chance.in_thousand(600);
    let (class, names_of, failing) = if served { SERVED } else { chance.pick(&FOODS) };
    let name = chance.pick(names_of);
    let made = sample.day - chance.between(2, 160);
    let fields = fields
        .set("sample_name", named(name, slip))
        .set("food_class", class)
        .set("stage", stage)
        .set("producer_name", format!("示例市{}食品有限公司", names::word(chance)))
        .set("producer_address", format!("示例市北城区示例大道{}号", chance.between(1, 300)))
        .set("spec", chance.pick(&["500g/袋", "1kg/袋", "散装称重", "250mL/瓶", "5L/桶", "计量称重"]))
        .set("batch_no", iso(made).replace('-', ""))
        .day("production_date", made)
        .day_if("received_on", received(sample))
        .set("task", format!("{}年食品安全监督抽检", day::date(sample.day).year()));
    let fields = judged(fields, Sampled::Food, sample, slip, failing);
    if sample.part == Part::Fail && slip.is_none() && sample.entered > sample.concluded {
        let notice =
            format!("示例县市场监管局公告〔{}〕第{}号", day::date(sample.concluded).year(), chance.between(1, 24));
        return fields.set("notice_no", notice).day("notice_date", sample.entered);
    }
    fields
}

/// The day after sampling, once it has come; a sample without a day has none.
fn received(sample: &Sample) -> Option<i32> {
    let day = sample.day + 1;
    let dated = Sampled::Food.reason(sample.part) != Some(Why::Undated);
    (dated && day <= sample.entered).then_some(day)
}

const PRODUCE: [Ware; 8] = [
    ("vegetable", &["白菜", "豇豆", "辣椒", "番茄", "香菇"], "氧乐果║0.09mg/kg║≤0.02mg/kg"),
    ("fruit", &["脆李", "柑橘", "脐橙", "葡萄", "梨"], "克百威║0.06mg/kg║≤0.02mg/kg"),
    ("fruit", &["脆李", "脆李", "李", "桃"], "多菌灵║1.4mg/kg║≤0.5mg/kg"),
    ("tea", &["绿茶鲜叶", "绿茶"], "水胺硫磷║0.11mg/kg║≤0.05mg/kg"),
    ("livestock", &["猪肉", "羊肉", "鸡肉"], "恩诺沙星║180μg/kg║≤100μg/kg"),
    ("egg", &["鸡蛋"], "氟苯尼考║21μg/kg║≤10μg/kg"),
    ("aquatic", &["草鱼", "鲫鱼", "鲈鱼"], "孔雀石绿║3.1μg/kg║不得检出"),
    ("herb", &["党参", "贝母", "天麻"], "总灰分║6.8%║≤5.0%"),
];

fn produce(fields: Fields, sample: &Sample, slip: Option<Slip>, chance: &mut Chance) -> Fields {
    let (class, names_of, failing) = chance.pick(&PRODUCE);
    let date = day::date(sample.day);
    let with_certificate = chance.in_thousand(860);
    let fields = fields
        .set("sample_name", named(chance.pick(names_of), slip))
        .set("produce_class", class)
        .set("place_type", chance.pick(&["base", "base", "base", "wholesale", "retail", "retail", "transport"]))
        .set("round", format!("{}年第{}季度", date.year(), (date.month() + 2) / 3))
        .yes("certificate", with_certificate)
        .set("standard", "GB 2763")
        .set("contact_phone", names::phone(chance));
    judged(fields, Sampled::Produce, sample, slip, failing)
}

const DRUGS: [Ware; 5] = [
    ("chemical", &["阿莫西林胶囊", "布洛芬片", "二甲双胍片", "对乙酰氨基酚片"], "溶出度║不符合规定║应符合规定"),
    ("chinese", &["板蓝根颗粒", "六味地黄丸", "藿香正气水", "复方丹参片"], "装量差异║不符合规定║应符合规定"),
    ("herb", &["甘草片", "当归", "黄芪", "金银花"], "总灰分║9.1%║≤7.0%"),
    ("herb", &["菊花", "党参片", "枸杞子"], "二氧化硫残留量║410mg/kg║≤150mg/kg"),
    ("biological", &["双歧杆菌活菌胶囊"], "活菌数║不符合规定║应符合规定"),
];

fn drug(fields: Fields, sample: &Sample, slip: Option<Slip>, chance: &mut Chance) -> Fields {
    let (class, names_of, failing) = chance.pick(&DRUGS);
    let stage = match Sampled::Drug.reason(sample.part) {
        Some(Why::Field("stage", stage)) => stage,
        _ => chance.pick(&["retail", "retail", "retail", "wholesale"]),
    };
    let fields = fields
        .set("drug_name", named(chance.pick(names_of), slip))
        .set("drug_class", class)
        .set("stage", stage)
        .set("holder", format!("示例{}药业有限公司", names::word(chance)))
        .set("batch_no", format!("{:06}", chance.below(1_000_000)))
        .set("licence_no", format!("示DB990101{:04}", chance.below(10_000)));
    judged(fields, Sampled::Drug, sample, slip, failing)
}

const PRODUCTS: [Ware; 7] = [
    ("appliance", &["电热水壶", "电吹风", "电磁炉", "移动电源"], "接地措施║不符合║应符合标准要求"),
    ("infant_clothing", &["婴幼儿连体衣", "婴幼儿围嘴", "儿童内衣"], "甲醛含量║38mg/kg║≤20mg/kg"),
    ("cosmetics", &["面霜", "洗发露", "染发膏"], "染发剂着色剂║检出未标识组分║应与标识一致"),
    ("toys", &["塑胶玩具", "毛绒玩具", "童车"], "邻苯二甲酸酯║0.6%║≤0.1%"),
    ("textiles", &["羊毛衫", "床品套件", "休闲鞋", "校服"], "纤维成分含量║不符合标识║应与标识一致"),
    ("furniture", &["木制书桌", "办公椅", "儿童高低床"], "甲醛释放量║2.4mg/L║≤1.5mg/L"),
    ("other_consumer", &["卫生纸", "保温杯", "打火机"], "可迁移性荧光物质║检出║不得检出"),
];
const GOODS: [&str; 6] = ["水泥", "电线电缆", "烧结砖", "化肥", "农膜", "安全帽"];

fn product(fields: Fields, sample: &Sample, slip: Option<Slip>, chance: &mut Chance) -> Fields {
    let (class, names_of, failing) = chance.pick(&PRODUCTS);
    let reason = Sampled::Product.reason(sample.part);
    let (class, name) = match reason {
        Some(Why::Field("consumer_class", "not_consumer")) => ("not_consumer", chance.pick(&GOODS)),
        Some(Why::Field("consumer_class", other)) => (other, chance.pick(names_of)),
        _ => (class, chance.pick(names_of)),
    };
    let made = sample.day - chance.between(10, 300);
    let fields = fields
        .set("product_name", named(name, slip))
        .set("consumer_class", class)
        .set("round", if reason == Some(Why::Field("round", "recheck")) { "recheck" } else { "first" })
        .set("field_of_sale", chance.pick(&["circulation", "circulation", "production", "online"]))
        .set("producer_name", format!("示例{}制造有限公司", names::word(chance)))
        .day("production_date", made)
        .set("batch_no", iso(made).replace('-', ""))
        .set("task", format!("{}年产品质量监督抽查", day::date(sample.day).year()));
    judged(fields, Sampled::Product, sample, slip, failing)
}

/// The years' stretches: how many samples a year at scale 1, of which how many of a thousand fail, and the weeks before the last day
/// in which no sample has its conclusion yet.
pub(super) struct YearPlan {
    /// For 2022 to 2026: samples that count, and how many of 10,000 of them fail.
    pub(super) years: [(u64, u64); 5],
    /// Of a thousand counted, how many more do not count.
    pub(super) uncounted: u64,
    /// Samples without a conclusion at the end.
    pub(super) pending: u64,
}

impl YearPlan {
    pub(super) fn stretches(&self, scale: u64, last_day: i32) -> Vec<Stretch> {
        let open = last_day - 17;
        let mut found: Vec<Stretch> = (2022..)
            .zip(self.years)
            .map(|(year, (counted, failing))| {
                let counted = counted * scale;
                Stretch {
                    first: at(year, 1, 6),
                    last: at(year, 12, 26).min(open),
                    counted,
                    failing: (counted * failing + 5000) / 10_000,
                    uncounted: counted * self.uncounted / 1000,
                    withdrawn: counted * 11 / 1000,
                }
            })
            .collect();
        found.push(Stretch {
            first: open + 1,
            last: last_day - 2,
            counted: 0,
            failing: 0,
            uncounted: self.pending * scale,
            withdrawn: 0,
        });
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_fail_as_were_meant_to() {
        let last = at(2026, 11, 23);
        let plan = YearPlan {
            years: [(800, 200), (900, 190), (950, 210), (1000, 170), (1040, 160)],
            uncounted: 100,
            pending: 17,
        };
        let stretches = plan.stretches(1, last);
        let samples = Samples::new(Sampled::Food, &stretches, 1, last, 100, Arc::new(Vec::new()));
        let failing = (0..samples.numbers()).filter(|number| samples.fails(*number)).count();
        assert_eq!(failing, 16 + 17 + 20 + 17 + 17);
    }

    #[test]
    fn a_later_number_is_never_of_an_earlier_day() {
        let last = at(2026, 11, 23);
        let plan = YearPlan { years: [(80, 200); 5], uncounted: 100, pending: 4 };
        let samples = Samples::new(Sampled::Drug, &plan.stretches(1, last), 1, last, 10, Arc::new(Vec::new()));
        let days: Vec<i32> = (0..samples.numbers()).map(|number| samples.due(number)).collect();
        assert!(days.windows(2).all(|pair| pair[0] <= pair[1]));
        for number in 0..samples.numbers() {
            let life = samples.life(number);
            assert!(life.windows(2).all(|pair| pair[0].at < pair[1].at));
        }
    }
}
