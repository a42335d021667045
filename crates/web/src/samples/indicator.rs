//! Indicators: a sampled rate, a stock, one without data, and the public view.

use maud::Markup;

use super::{office, public};
use crate::{
    components::{
        Link,
        action::{Action, Weight},
        chart::{Chart, ChartPoint, TargetLine},
        light::{Light, Tone},
        raised::{Raised, RaisedLine},
        table::{Cell, Column, Row, Table},
        tag::Tag,
    },
    pages::{Definition, IndicatorLive, IndicatorPage, Published, Quantity, Quote, Uncounted, VersionNote},
};

pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    let staff = food();
    let open = IndicatorPage {
        shell: public("目标指标"),
        live: None,
        actions: Vec::new(),
        published: food().published.into_iter().map(|one| Published { difference: None, ..one }).collect(),
        ..food()
    };
    let unpublished = IndicatorPage { published: Vec::new(), ..open.clone() };
    vec![
        ("indicator-staff", staff.render()),
        ("indicator-public", open.render()),
        ("indicator-unpublished", unpublished.render()),
        ("indicator-pending", pending().render()),
    ]
}

fn raised() -> Raised {
    Raised {
        lines: vec![RaisedLine {
            link: Link::new("整改事项 ZG20260001", "/kinds/rectification/01J9D"),
            state: Some(Tag::new(Tone::Good, "已销号")),
            note: "2026年8月3日".into(),
        }],
        actions: vec![Action::open("开整改", "/kinds/rectification/new?raise=rectify_indicator")],
    }
}

fn food() -> IndicatorPage {
    IndicatorPage {
        raised: raised(),
        shell: office("目标指标"),
        group: "产品质量水平".into(),
        position: "第 16 项".into(),
        name: "食品抽检合格率".into(),
        bodies: "县市场监管局".into(),
        basis: "按年，按抽样日期归属".into(),
        unit: "%".into(),
        baseline: "2022 年 98%".into(),
        target: "2027 年 ≥98.2%".into(),
        elapsed: "时间已过 78%".into(),
        live: Some(IndicatorLive {
            value: "98.4".into(),
            light: Light::Met,
            verdict: "考核口径：达标".into(),
            comparison: "98.4 ≥ 98.2（2027 年目标）".into(),
            as_of: "截至 2026年11月23日 14:06".into(),
            reason: None,
            quantities: vec![
                Quantity {
                    name: "分子".into(),
                    link: Link::new("1,223 合格批次", "/indicators/food_pass_rate/records?part=numerator"),
                },
                Quantity {
                    name: "分母".into(),
                    link: Link::new("1,243 检验批次", "/indicators/food_pass_rate/records?part=denominator"),
                },
            ],
            remainder: Some("另有 17 批未出结论未计入".into()),
            hint: Some("95% 区间 97.5%–99.0%，样本不足以判定；监督抽检不是随机样本，仅供参考。".into()),
            reported: None,
            chart: Some(chart()),
            breakdowns: vec![by_area(), by_month()],
            uncounted: [
                ("未出最终结论", "17 条"),
                ("风险监测不计入", "64 条"),
                ("抽样地点在县外", "3 条"),
                ("没有抽样日期", "2 条"),
            ]
            .map(|(reason, count)| Uncounted {
                reason: reason.into(),
                count: Link::new(count, "/indicators/food_pass_rate/records?part=uncounted"),
            })
            .into(),
        }),
        published: vec![Published {
            period: "2025 年报".into(),
            value: "98.2%".into(),
            note: "2026年1月20日经批准公布".into(),
            corrected: Some(("98.3%".into(), "2 批复检合格改判".into())),
            check: Some(Link::new("这个数怎么核对", "/public/0190d2c8a1f07000800000000000abcd#check")),
            break_note: Some("口径与后一次公布的不同，两个数前后不可比".into()),
            difference: Some(("按同一口径、同一截止日现在算得 98.4%。".into(), Some(Link::new("更正", "#")))),
        }],
        published_chart: None,
        quote: Some(Quote {
            before: "农产品质量安全例行监测合格率达98.3%以上，".into(),
            target: "食品抽检合格率达到98.2%以上".into(),
            after: "……".into(),
            place: "一、总体要求（二）主要目标；附件1 第 16 项".into(),
            href: "/plan#p24".into(),
        }),
        definition: Definition {
            version: "第 2 版".into(),
            since: "2025年1月1日起".into(),
            text: "县本级监督抽检，已有最终结论".into(),
            numerator: "合格批次".into(),
            denominator: "检验批次（合格与不合格）".into(),
            method: "分子 ÷ 分母 × 100，只在最后取一位小数；有复检的以复检结论为准".into(),
            traps: vec![
                "12 月抽样、次年 1 月出报告的，归抽样那一年。".into(),
                "只公布不合格产品的名单没有分母，不能计入。".into(),
            ],
            verified: false,
            reporting: None,
            ruling: None,
            versions: vec![VersionNote {
                version: "第 1 版".into(),
                span: "2022年1月1日至2024年12月31日".into(),
                note: "按报告日期归属".into(),
            }],
        },
        actions: vec![
            Action::open("查看明细", "/indicators/food_pass_rate/records").weight(Weight::Primary),
            Action::open("下载底稿", "/indicators/food_pass_rate.xlsx"),
        ],
    }
}

fn chart() -> Chart {
    let years = [
        ("2022", 98.0, 97.0, 98.7, "980 ÷ 1,000"),
        ("2023", 98.1, 97.2, 98.8, "1,059 ÷ 1,079"),
        ("2024", 97.9, 97.0, 98.6, "1,121 ÷ 1,145"),
        ("2025", 98.3, 97.4, 99.0, "1,180 ÷ 1,200"),
        ("2026", 98.4, 97.5, 99.0, "1,223 ÷ 1,243"),
    ];
    let mut points: Vec<ChartPoint> = years
        .iter()
        .map(|(year, value, low, high, detail)| ChartPoint {
            label: (*year).into(),
            value: Some(*value),
            text: format!("{value:.1}"),
            interval: Some((*low, *high)),
            interval_text: Some(format!("{low:.1}–{high:.1}")),
            detail: Some((*detail).into()),
            href: Some(format!("/indicators/food_pass_rate/records?period={year}")),
        })
        .collect();
    points.push(ChartPoint { label: "2027".into(), ..ChartPoint::default() });
    Chart {
        breaks: Vec::new(),
        id: "by-year".into(),
        title: "食品抽检合格率，按年".into(),
        description: "2022 年 98.0%，2026 年 98.4%；目标 2027 年 98.2%。阴影为 95% 区间。".into(),
        unit: "%".into(),
        period_label: "年份".into(),
        points,
        target: Some(TargetLine { label: "目标 98.2%".into(), path: vec![(0, 98.2), (5, 98.2)] }),
    }
}

fn by_area() -> Table {
    let row = |name: &str, tested: &str, failed: &str, rate: &str, interval: &str, note: &str| {
        let records = |count: &str| Cell::Link(Link::new(count, "/indicators/food_pass_rate/records?area=1"));
        Row::new(vec![
            Cell::Text(name.into()),
            records(tested),
            records(failed),
            Cell::Text(rate.into()),
            Cell::Text(interval.into()),
            Cell::Soft(note.into()),
        ])
    };
    Table {
        id: "by-area".into(),
        caption: "按抽样地点".into(),
        note: Some("2026 年，不作乡镇评价；点数字查看明细".into()),
        columns: vec![
            Column::header("乡镇街道"),
            Column::number("检验批次"),
            Column::number("不合格"),
            Column::number("合格率"),
            Column::number("95% 区间"),
            Column::text("说明"),
        ],
        rows: vec![
            row("甲街道", "312", "4", "98.7%", "96.8–99.5", ""),
            row("乙街道", "187", "5", "97.3%", "93.9–98.9", ""),
            row("青石镇", "96", "2", "97.9%", "92.7–99.4", ""),
            row("白溪镇", "24", "0", "100%", "86.2–100", "样本少"),
        ],
        ..Table::default()
    }
}

fn by_month() -> Table {
    let rows =
        [("9月", "131", "98.5%"), ("10月", "142", "97.9%"), ("11月", "58", "98.3%")].map(|(month, count, rate)| {
            Row::new(vec![
                Cell::Text(month.into()),
                Cell::Link(Link::new(count, "/indicators/food_pass_rate/records?month=9")),
                Cell::Text(rate.into()),
            ])
        });
    Table {
        id: "by-month".into(),
        caption: "按月".into(),
        note: Some("2026 年".into()),
        columns: vec![Column::header("月份"), Column::number("检验批次"), Column::number("合格率")],
        rows: rows.into(),
        ..Table::default()
    }
}

fn pending() -> IndicatorPage {
    let base = food();
    IndicatorPage {
        group: "产业质量竞争力水平".into(),
        position: "第 3 项".into(),
        name: "万人高价值发明专利拥有量".into(),
        basis: "年末时点".into(),
        unit: "件".into(),
        baseline: "2022 年 6 件".into(),
        target: "2027 年 12 件".into(),
        live: Some(IndicatorLive {
            value: String::new(),
            light: Light::RulingPending,
            verdict: String::new(),
            comparison: String::new(),
            as_of: "截至 2026年11月23日 14:06".into(),
            reason: Some("高价值发明专利是发明专利的一部分，第 3 项（6 件）却大于第 13 项（0.6 件），两项口径须由县里明确后才能计算。".into()),
            quantities: Vec::new(),
            remainder: None,
            hint: None,
            reported: Some("上报 6.2 件，计算 0.1 件，相差 6.1 件。".into()),
            chart: None,
            breakdowns: Vec::new(),
            uncounted: Vec::new(),
        }),
        published: Vec::new(),
        definition: Definition {
            version: "第 1 版".into(),
            ruling: Some("口径待明确：是否按常住人口、是否只计五类高价值专利。".into()),
            reporting: Some("县市场监管局，每季度，知识产权部门通报".into()),
            versions: Vec::new(),
            ..base.definition
        },
        quote: None,
        ..base
    }
}
