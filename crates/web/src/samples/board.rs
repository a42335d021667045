//! Boards as readers see them: the plan alone, and the live values of the office.

use maud::Markup;

use super::{ELAPSED, ELAPSED_TEXT, links, office, public, real, tone_of};
use crate::{
    components::{
        Link,
        field::{Choice, Control, Field},
        light::{Light, Tone},
        progress::Progress,
        query::Query,
        spark::Spark,
    },
    pages::{BoardGroup, BoardLive, BoardPage, BoardRow, Counter, HomeFact, PublishedCell, RowLive},
};

pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    let elder =
        BoardPage { shell: crate::components::shell::Shell { elder: true, ..public("目标指标") }, ..open() };
    let nothing = BoardPage { groups: Vec::new(), ..staff() };
    vec![
        ("board-staff", staff().render()),
        ("board-public", open().render()),
        ("board-first-minute", BoardPage { shell: real("目标指标"), ..open() }.render()),
        ("board-elder", elder.render()),
        ("board-nothing", nothing.render()),
    ]
}

/// The board as staff see it.
fn staff() -> BoardPage {
    let groups = groups();
    let counters = [
        (Tone::Good, "正常、达标或已完成", "good"),
        (Tone::Warn, "预警", "warning"),
        (Tone::Bad, "滞后或未达标", "bad"),
        (Tone::Neutral, "无数据或口径待明确", "none"),
    ]
    .map(|(tone, words, id)| Counter {
        count: groups
            .iter()
            .flat_map(|group| &group.rows)
            .filter_map(|row| row.live.as_ref())
            .map(|live| u32::from(live.light.tone() == tone))
            .sum(),
        tone,
        words: words.into(),
        href: format!("/board?light={id}"),
        current: false,
    });
    BoardPage {
        shell: office("目标指标"),
        title: "2027 年质量强县指标".into(),
        lead: "30 项指标与 3 项文中目标，来自".into(),
        plan: Some(Link::new("《质量强县建设实施方案》", "/plan")),
        baseline_year: "2022".into(),
        target_year: "2027".into(),
        elapsed: ELAPSED,
        elapsed_text: ELAPSED_TEXT.into(),
        facts: [("30", "项表中指标"), ("9", "项文中目标"), ("1", "个已公开的数字")]
            .map(|(count, words)| HomeFact { count: count.into(), words: words.into(), href: "/board".into() })
            .into(),
        query: query(true),
        live: Some(BoardLive {
            as_of: "截至 2026年11月23日 14:06，共 184,302 条记录".into(),
            looking_back: None,
            counters: counters.into(),
            exports: links(&[("导出 Excel", "/board.xlsx"), ("导出 Word", "/board.docx")]),
        }),
        groups,
    }
}

/// The board as anybody sees it.
fn open() -> BoardPage {
    let mut groups = groups();
    for row in groups.iter_mut().flat_map(|group| &mut group.rows) {
        row.live = None;
        if row.no == "16" {
            row.published = Some(PublishedCell { value: "98.3%".into(), period: "2025 年".into() });
        }
    }
    BoardPage { shell: public("目标指标"), live: None, query: query(false), groups, ..staff() }
}

fn query(staff: bool) -> Query {
    let choice = |id: &str, label: &str, options: &[&str]| {
        Field::new(id, label, Control::Area { options: options.iter().map(|one| Choice::new(*one, *one)).collect() })
    };
    let mut fields = vec![choice("body", "责任单位", &["县市场监管局", "县农业农村委", "县文化旅游委", "县科技局"])];
    if staff {
        fields.push(choice(
            "light",
            "状态",
            &["正常", "预警", "滞后", "达标", "未达标", "已完成", "无数据", "口径待明确"],
        ));
        fields.push(Field::new("as_of", "截至", Control::Date { value: String::new() }));
        fields.push(Field::new("known_on", "按当时所知", Control::Date { value: String::new() }));
    }
    Query { action: "/board".into(), fields, ..Query::default() }
}

struct Seed {
    no: &'static str,
    name: &'static str,
    unit: &'static str,
    bodies: &'static str,
    base: &'static str,
    goal: &'static str,
    what: What,
}

enum What {
    /// Years from 2022; the last is the value.
    Rise(&'static [f64], &'static str),
    /// Value, margin words, kept.
    Floor(&'static [f64], &'static str, &'static str, bool),
    /// No light: why.
    None(Light, &'static str),
}

fn row(seed: &Seed) -> BoardRow {
    let spark = |points: &[f64]| Spark {
        title: points
            .iter()
            .zip(2022..)
            .map(|(value, year)| format!("{year} 年 {value}"))
            .collect::<Vec<_>>()
            .join("，"),
        points: points.iter().copied().map(Some).collect(),
    };
    let live = match &seed.what {
        What::Rise(points, detail) => {
            let value = points.last().copied().unwrap_or_default();
            let base: f64 = seed.base.parse().unwrap_or_default();
            let goal: f64 = seed.goal.parse().unwrap_or(1.0);
            let done = (value - base) / (goal - base);
            let tone = tone_of(done);
            let light = match tone {
                _ if done >= 1.0 => Light::Done,
                Tone::Good => Light::OnTrack,
                Tone::Warn => Light::Warning,
                _ => Light::Behind,
            };
            RowLive {
                value: value.to_string(),
                detail: (*detail).into(),
                progress: Progress::Bullet {
                    done,
                    elapsed: ELAPSED,
                    tone,
                    words: format!("从基期到目标完成 {:.0}%，时间已过 78%", done * 100.0),
                },
                trend: spark(points),
                light,
                reason: None,
            }
        }
        What::Floor(points, detail, margin, kept) => RowLive {
            value: format!("{:.1}", points.last().copied().unwrap_or_default()),
            detail: (*detail).into(),
            progress: Progress::Margin { text: (*margin).into(), tone: if *kept { Tone::Neutral } else { Tone::Bad } },
            trend: spark(points),
            light: if *kept { Light::Met } else { Light::NotMet },
            reason: None,
        },
        What::None(light, why) => RowLive {
            value: String::new(),
            detail: String::new(),
            progress: Progress::Absent("—".into()),
            trend: Spark::default(),
            light: *light,
            reason: Some((*why).into()),
        },
    };
    BoardRow {
        no: seed.no.into(),
        name: seed.name.into(),
        href: format!("/indicators/row{}", seed.no),
        bodies: seed.bodies.into(),
        baseline: seed.base.into(),
        target: seed.goal.into(),
        unit: seed.unit.into(),
        elapsed: ELAPSED,
        elapsed_text: ELAPSED_TEXT.into(),
        published: None,
        live: Some(live),
    }
}

fn groups() -> Vec<BoardGroup> {
    let seed = |no, name, unit, bodies, base, goal, what| Seed { no, name, unit, bodies, base, goal, what };
    let list: Vec<(&str, Vec<Seed>)> = vec![
        (
            "产业质量竞争力水平",
            vec![
                seed("1", "高新技术企业", "家", "县科技局", "3", "8", What::Rise(&[3.0, 3.0, 4.0, 6.0, 7.0], "")),
                seed(
                    "2",
                    "科技型企业",
                    "家",
                    "县科技局",
                    "79",
                    "160",
                    What::Rise(&[79.0, 86.0, 98.0, 117.0, 131.0], ""),
                ),
                seed(
                    "3",
                    "万人高价值发明专利拥有量",
                    "件",
                    "县市场监管局",
                    "6",
                    "12",
                    What::None(Light::RulingPending, "与第 13 项不能同时成立"),
                ),
                seed(
                    "4",
                    "重庆市优势农业特色产业集群",
                    "个",
                    "县农业农村委",
                    "1",
                    "2",
                    What::Rise(&[1.0, 1.0, 1.0, 2.0, 2.0], ""),
                ),
            ],
        ),
        (
            "质量品牌建设水平",
            vec![
                seed(
                    "5",
                    "区域公共品牌",
                    "个",
                    "县农业农村委、县市场监管局、振兴农业集团",
                    "0",
                    "1",
                    What::Rise(&[0.0, 0.0, 0.0, 1.0, 1.0], ""),
                ),
                seed("6", "培育重庆老字号", "个", "县商务委", "2", "3", What::Rise(&[2.0, 2.0, 2.0, 2.0, 2.0], "")),
                seed(
                    "7",
                    "重庆市名牌农产品、全国名特优新农产品、绿色食品、有机食品",
                    "个",
                    "县农业农村委",
                    "105",
                    "150",
                    What::Rise(&[105.0, 109.0, 120.0, 131.0, 139.0], "38 个 2027年9月到期"),
                ),
                seed("8", "5A级旅游景区", "个", "县文化旅游委", "1", "2", What::Rise(&[1.0, 1.0, 1.0, 1.0, 1.0], "")),
                seed(
                    "12",
                    "每万户市场主体有效注册商标量",
                    "件",
                    "县市场监管局",
                    "1191",
                    "1300",
                    What::Rise(&[1191.0, 1204.0, 1230.0, 1252.0, 1274.0], "主体数截至 2026年10月31日"),
                ),
            ],
        ),
        (
            "产品质量水平",
            vec![
                seed(
                    "16",
                    "食品抽检合格率",
                    "%",
                    "县市场监管局",
                    "98",
                    "≥98.2",
                    What::Floor(&[98.0, 98.1, 97.9, 98.3, 98.4], "n=1,243　区间 97.5–99.0", "高于下限 +0.2 点", true),
                ),
                seed(
                    "17",
                    "农产品质量安全例行监测合格率",
                    "%",
                    "县农业农村委",
                    "98",
                    "≥98.3",
                    What::Floor(&[98.0, 98.6, 98.4, 98.9, 99.1], "上级公布", "高于下限 +0.8 点", true),
                ),
                seed(
                    "18",
                    "制造业产品质量合格率",
                    "%",
                    "县市场监管局",
                    "92",
                    "≥95",
                    What::Floor(&[92.0, 92.5, 93.2, 93.4, 93.6], "上级统计推算", "低于下限 -1.4 点", false),
                ),
                seed("19", "消费品质量合格率", "%", "县市场监管局", "", "≥95", What::None(Light::NoData, "本期未上报")),
                seed(
                    "20",
                    "流通领域药品抽检合格率",
                    "%",
                    "县市场监管局",
                    "100",
                    "≥99.5",
                    What::Floor(&[100.0, 100.0, 99.4, 99.2, 98.9], "n=187　区间 96.2–99.7", "低于下限 -0.6 点", false),
                ),
            ],
        ),
        (
            "服务质量水平",
            vec![seed(
                "24",
                "公共服务质量满意度",
                "分",
                "县发展改革委、县市场监管局、县政务服务中心、县教委、县人力社保局、县民政局、县卫生健康委、县交通运输委、县住房城乡建委",
                "",
                "82",
                What::None(Light::NoData, "2026 年尚未调查"),
            )],
        ),
        (
            "文中目标",
            vec![
                seed(
                    "",
                    "消费品缺陷伤害监测点",
                    "个",
                    "县市场监管局",
                    "0",
                    "10",
                    What::Rise(&[0.0, 2.0, 4.0, 5.0, 6.0], ""),
                ),
                seed(
                    "",
                    "脆李品牌价值",
                    "亿元",
                    "县农业农村委",
                    "25",
                    "50",
                    What::Rise(&[25.0, 28.6, 33.1, 39.0, 42.7], "2026年5月公布"),
                ),
            ],
        ),
    ];
    list.into_iter()
        .map(|(name, seeds)| BoardGroup { name: name.into(), rows: seeds.iter().map(row).collect() })
        .collect()
}
