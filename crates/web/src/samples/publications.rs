//! 公开目录 and what stands in it: a restated number, a list, something withdrawn, something on request.

use maud::Markup;

use super::public;
use crate::{
    components::{
        Link,
        action::{Action, Weight},
        light::Tone,
        pager::Pager,
        summary::Line,
        table::{Cell, Column, Row, Table},
        tabs::Tab,
        tag::Tag,
    },
    pages::{HowToCheck, PublicLine, PublicationPage, PublicationsPage},
};

pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    let directory = directory();
    let nothing = PublicationsPage { lines: Vec::new(), next: None, ..directory.clone() };
    let gone = PublicationPage {
        tag: Tag::new(Tone::Neutral, "已撤回"),
        gone: Some("2026年8月3日撤回，原因：统计口径有误，改正后另行公布。内容已不再公开。".into()),
        number: None,
        corrected: Vec::new(),
        text: Vec::new(),
        check: None,
        ..number()
    };
    vec![
        ("publications", directory.render()),
        ("publications-empty", nothing.render()),
        ("publication-number", number().render()),
        ("publication-list", list().render()),
        ("publication-withdrawn", gone.render()),
    ]
}

fn directory() -> PublicationsPage {
    let facts =
        |no: &str| [no, "主动公开", "法定主动公开内容", "县市场监管局", "2026年7月15日公开"].map(str::to_owned).into();
    let line =
        |title: &str, no: &str| PublicLine { link: Link::new(title, "#"), facts: facts(no), ..PublicLine::default() };
    PublicationsPage {
        shell: public("公开目录"),
        tabs: vec![
            Tab { label: "主动公开".into(), count: None, href: "/public".into(), current: true },
            Tab { label: "依申请公开".into(), count: None, href: "/public?kind=request".into(), current: false },
        ],
        parts: vec![Link::new("全部", "#"), Link::new("数字", "#"), Link::new("名单", "#")],
        lines: vec![
            PublicLine {
                tag: Some(Tag::new(Tone::Warn, "已更正")),
                text: "98.4%，截至2026年6月30日。".into(),
                corrected: Some(("98.3%".into(), "2 批复检合格改判".into())),
                ..line("食品抽检合格率（截至2026年6月30日）", "GK20260012")
            },
            PublicLine {
                text: "共 87 行。".into(), ..line("荣誉称号与资质名单（截至2026年6月30日）", "GK20260011")
            },
            PublicLine {
                tag: Some(Tag::new(Tone::Neutral, "已撤回")),
                text: "2026年8月3日撤回，原因：统计口径有误。内容已不再公开。".into(),
                ..line("投诉按时办结率（截至2026年3月31日）", "GK20260007")
            },
        ],
        next: Some("#".into()),
        feed: Some(Link::new("订阅（Atom）", "/public.atom")),
    }
}

fn facts() -> Vec<Line> {
    vec![
        Line::text("公开编号", "GK20260012"),
        Line::text("公开对象", "数字"),
        Line::text("公开属性", "主动公开"),
        Line::text("依据", "法定主动公开内容；政府信息公开条例 第二十条"),
        Line::text("公开单位", "县市场监管局"),
        Line::text("公开日期", "2026年7月15日"),
    ]
}

fn number() -> PublicationPage {
    let digest = "9f2c4be07d51a83c6e0f7b12d4958ac3e1b07f6a2c8d954e03b1f7a6c2d8e94b";
    PublicationPage {
        shell: public("公开目录"),
        title: "食品抽检合格率（截至2026年6月30日）".into(),
        tag: Tag::new(Tone::Warn, "已更正"),
        facts: facts(),
        number: Some(("98.4%".into(), "截至2026年6月30日".into())),
        indicator: Some(Link::new("指标：食品抽检合格率", "/indicators/food_pass_rate")),
        corrected: vec![("98.3%（2026年7月15日）".into(), "2 批复检合格改判".into())],
        text: vec!["截至2026年6月30日，食品抽检合格率98.4%（合格批次246，检验批次250）。".into()],
        check: Some(HowToCheck {
            title: "这个数怎么核对".into(),
            computation: "98.4% = 246 ÷ 250 × 100".into(),
            steps: vec![
                Line::text("怎么算", "分子（合格批次）除以分母（检验批次），数的是“食品抽检样品”里的记录。"),
                Line::text("数到哪天", "数到2026年6月30日为止，按公布那一刻已经登记的记录，计入 250 条。"),
                Line::text("自己核对", "下载核对包，在任何一台电脑上运行 zhiheng verify 文件名。"),
            ],
            digests: vec![
                Line::text("方案包", digest).note("当时使用的方案、口径").wide(),
                Line::text("计入的记录", digest).wide(),
            ],
            limits: vec!["它不证明每条记录登记时就是真实的。".into()],
            files: vec![Action::open("下载核对包", "#").weight(Weight::Primary)],
        }),
        ..PublicationPage::default()
    }
}

fn list() -> PublicationPage {
    let row = |no: &str, holder: &str| {
        Row::new([no, "绿色食品", holder, "2025-03-01", "2028-02-29"].map(|text| Cell::Text(text.to_owned())).into())
    };
    PublicationPage {
        title: "荣誉称号与资质名单（截至2026年6月30日）".into(),
        tag: Tag::new(Tone::Good, "已公开"),
        number: None,
        indicator: None,
        corrected: Vec::new(),
        text: vec!["截至2026年6月30日的荣誉称号与资质。".into()],
        table: Some(Table {
            id: "rows".into(),
            caption: "荣誉称号与资质名单".into(),
            quiet_caption: true,
            columns: vec![
                Column::number("序号"),
                Column::text("称号类型"),
                Column::text("持有单位"),
                Column::text("有效期起"),
                Column::text("有效期止"),
            ],
            rows: vec![row("1", "示例县甲农业有限公司"), row("2", "示例县乙茶业有限公司")],
            stacked: true,
            ..Table::default()
        }),
        pager: Some(Pager { total: "87".into(), previous: None, next: Some("#".into()), shown: Some("1–50".into()) }),
        downloads: vec![Action::open("下载 Excel", "#"), Action::open("下载 CSV", "#")],
        check: Some(HowToCheck {
            title: "这份名单怎么核对".into(),
            computation: String::new(),
            steps: vec![Line::text("有多少行", "公布时名单有 87 行，是公布那一刻登记的内容。")],
            ..number().check.unwrap_or_default()
        }),
        ..number()
    }
}
