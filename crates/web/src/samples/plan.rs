//! The plan with its findings, for the public and for the office.

use maud::Markup;

use super::{links, office, public};
use crate::{
    components::{
        Link,
        field::Choice,
        light::Light,
        table::{Cell, Column, Row, Table},
    },
    pages::{Finding, FindingQuote, OutlineEntry, PlanBlock, PlanNote, PlanPage, PlanPiece, Ruling, RulingForm},
};

pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    let staff = plan();
    let mut blocks = plan().blocks;
    for block in &mut blocks {
        if let PlanBlock::Paragraph { notes, .. } = block {
            for note in notes {
                note.light = None;
            }
        }
    }
    let open = PlanPage { shell: public("方案原文"), findings: Vec::new(), blocks, tasks: None, ..plan() };
    vec![("plan-staff", staff.render()), ("plan-public", open.render())]
}

fn plan() -> PlanPage {
    let heading = |id: &str, level: u8, text: &str| PlanBlock::Heading { id: id.into(), level, text: text.into() };
    let text = |text: &str| PlanPiece::Text(text.into());
    let target = |text: &str| PlanPiece::Target(Link::new(text, "/indicators/food_pass_rate"));
    let note = |label: &str, light: Light| PlanNote {
        link: Link::new(label, "/indicators/food_pass_rate"),
        light: Some(light),
    };
    let plain =
        |id: &str, words: &str| PlanBlock::Paragraph { id: id.into(), pieces: vec![text(words)], notes: Vec::new() };
    let entry = |level: u8, text: &str, id: &str| OutlineEntry { level, text: text.into(), id: id.into() };
    PlanPage {
        tasks: Some(Link::new("年度任务", "/plan/tasks")),
        shell: office("方案原文"),
        title: "质量强县建设实施方案".into(),
        source: "示例县人民政府 2024年12月16日印发".into(),
        counts: "30 项指标，9 项文中目标，30 条措施".into(),
        outline: vec![
            entry(1, "一、总体要求", "h1"),
            entry(2, "（二）主要目标", "h2"),
            entry(1, "二、构建更加适配的质量供给体系", "h3"),
            entry(2, "（二）推动产品高端化发展", "h4"),
            entry(1, "附件1 重点指标任务分解表", "h5"),
        ],
        blocks: vec![
            heading("h1", 1, "一、总体要求"),
            heading("h2", 2, "（二）主要目标"),
            plain(
                "p1",
                "到2027年，全县质量整体水平明显提高，质量品牌影响力显著增强，人民群众质量获得感和满意感明显提升。",
            ),
            PlanBlock::Paragraph {
                id: "p2".into(),
                pieces: vec![
                    text("——产品质量水平大幅跃升。"),
                    target("农产品质量安全例行监测合格率达98.3%以上"),
                    text("，"),
                    target("食品抽检合格率达到98.2%以上"),
                    text("，"),
                    target("制造业产品和消费品质量合格率达到95%以上"),
                    text("，"),
                    target("流通领域药品抽检合格率达到99.5%以上"),
                    text("。"),
                ],
                notes: vec![
                    note("第 16 项 食品抽检合格率", Light::Met),
                    note("第 17 项 农产品例行监测合格率", Light::Met),
                    note("第 18 项 制造业产品质量合格率", Light::NotMet),
                    note("第 19 项 消费品质量合格率", Light::NoData),
                ],
            },
            heading("h3", 1, "二、构建更加适配的质量供给体系"),
            heading("h4", 2, "（二）推动产品高端化发展"),
            PlanBlock::Paragraph {
                id: "p3".into(),
                pieces: vec![
                    PlanPiece::Measure(Link::new("8．实施消费品质量升级工程。", "/board?measure=8")),
                    text("提升消费品标准和质量，严格消费品质量监管，加强质量监督抽查，"),
                    target("家用电器、婴幼儿服装、食品化妆品等重点消费品质量合格率保持95%以上"),
                    text("，持续提升消费品质量投诉处理满意度。"),
                    target("建立消费品缺陷伤害监测点10个"),
                    text("。制修订"),
                    PlanPiece::Found(Link::new("地方标准3项、团体标准10项", "#f1")),
                    text("。"),
                ],
                notes: vec![note("文中目标 消费品缺陷伤害监测点", Light::Behind)],
            },
            heading("h5", 1, "附件1　重点指标任务分解表"),
            PlanBlock::Table(Table {
                id: "annex1".into(),
                caption: "重点指标任务分解表".into(),
                columns: vec![
                    Column::number("序号"),
                    Column::text("类别"),
                    Column::header("指标要求"),
                    Column::number("2022年"),
                    Column::number("2027年"),
                    Column::text("责任单位"),
                ],
                rows: vec![
                    Row::new(vec![
                        Cell::Text("16".into()),
                        Cell::Text("产品质量水平".into()),
                        Cell::Link(Link::new("食品抽检合格率（%）", "/indicators/food_pass_rate")),
                        Cell::Text("98".into()),
                        Cell::Text("≥98.2".into()),
                        Cell::Text("县市场监管局".into()),
                    ]),
                    Row::new(vec![
                        Cell::Text("19".into()),
                        Cell::Text("产品质量水平".into()),
                        Cell::Link(Link::new("消费品质量合格率（%）", "/indicators/consumer_pass_rate")),
                        Cell::Text(String::new()),
                        Cell::Text("≥95".into()),
                        Cell::Text("县市场监管局".into()),
                    ]),
                ],
                ..Table::default()
            }),
        ],
        findings: findings(),
        downloads: links(&[("方案原文（文本）", "/plan.txt")]),
    }
}

fn findings() -> Vec<Finding> {
    let quote = |place: &str, text: &str| FindingQuote { place: place.into(), text: text.into(), href: "#p2".into() };
    vec![
        Finding {
            id: "f1".into(),
            rule: "部分大于整体".into(),
            message: "高价值发明专利多于发明专利".into(),
            quotes: vec![
                quote("附件1 第 3 项", "万人高价值发明专利拥有量（件）　6　12"),
                quote("附件1 第 13 项", "万人发明专利拥有量（件）　0.6　1.2"),
            ],
            ruling: None,
            form: Some(RulingForm {
                action: "/plan/findings/f1".into(),
                prefix: "f1".into(),
                options: vec![
                    Choice::new("keep", "按原文"),
                    Choice::new("define", "另定口径"),
                    Choice::new("ask", "请示上级"),
                ],
                ..RulingForm::default()
            }),
        },
        Finding {
            id: "f2".into(),
            rule: "文表单位不一".into(),
            message: "公共服务质量满意度正文为分，表中为 %".into(),
            quotes: vec![
                quote("一（二）主要目标", "公共服务质量满意度达到82分"),
                quote("附件1 第 24 项", "公共服务质量满意度（%）　—　82"),
            ],
            ruling: Some(Ruling {
                by: "县质量强县办，2026年3月1日".into(),
                text: "按百分制得分计算，单位为分。".into(),
                basis: "示例县质强办〔2026〕2 号".into(),
            }),
            form: None,
        },
    ]
}
