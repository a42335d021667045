//! The tasks of a year, and the form that splits the measures.

use maud::Markup;

use super::office;
use crate::{
    components::{
        Link,
        action::Action,
        field::{Choice, Control, Field},
        flash::Flash,
        light::Tone,
        raised::{Raised, RaisedLine},
        table::{Cell, Column, Row, Table},
        tabs::Tab,
        tag::Tag,
    },
    pages::{Hidden, SplitPage, SplitRow, YearMeasure, YearPage, YearPart},
};

pub(super) fn samples() -> Vec<(&'static str, Markup)> {
    vec![
        ("year", year().render()),
        ("year-split", split(false).render()),
        ("year-split-refused", split(true).render()),
        ("year-split-check", looked_over().render()),
    ]
}

fn tasks(id: &str, caption: &str) -> Table {
    Table {
        id: id.into(),
        caption: caption.into(),
        columns: vec![
            Column::header("任务"),
            Column::text("牵头"),
            Column::text("配合"),
            Column::text("完成时限"),
            Column::text("状态"),
        ],
        rows: vec![Row::new(vec![
            Cell::Link(Link::new("建成检验检测中心", "/kinds/plan_task/01J9E")),
            Cell::Text("县农业农村委".into()),
            Cell::Text("县市场监管局".into()),
            Cell::Short("2026年6月30日".into()),
            Cell::Tag(Tag::new(Tone::Bad, "办理中，超期")),
        ])],
        stacked: true,
        ..Table::default()
    }
}

fn year() -> YearPage {
    let tab = |label: &str, current: bool| Tab { label: label.into(), count: None, href: "#".into(), current };
    YearPage {
        shell: office("方案原文"),
        title: "2026年度任务".into(),
        counts: "34 条措施，1 项任务，办结 0 项，超期 1 项".into(),
        years: vec![tab("2025年", false), tab("2026年", true)],
        actions: vec![Action::open("分解2026年度任务", "/plan/tasks/split?year=2026")],
        measures: vec![
            YearMeasure {
                id: "m19".into(),
                name: "第19条 提升检测能力".into(),
                href: "/plan#l900".into(),
                tags: vec![Tag::new(Tone::Bad, "1 项超期")],
                tasks: Some(tasks("tasks-m19", "第19条的任务")),
                parts: vec![YearPart {
                    link: Link::new("任务节点：完成实验室改造", "/kinds/plan_milestone/01J9F"),
                    tags: vec![Tag::new(Tone::Good, "已确认")],
                }],
                raised: Raised {
                    lines: vec![RaisedLine {
                        link: Link::new("整改事项 ZG20260001", "/kinds/rectification/01J9D"),
                        state: Some(Tag::new(Tone::Warn, "整改中")),
                        note: String::new(),
                    }],
                    actions: vec![Action::open("开整改", "/kinds/rectification/new?raise=rectify_measure&source=m19")],
                },
            },
            YearMeasure {
                id: "m20".into(),
                name: "第20条 加强计量保障".into(),
                tags: vec![Tag::new(Tone::Neutral, "没有任务")],
                ..YearMeasure::default()
            },
        ],
    }
}

fn split(refused: bool) -> SplitPage {
    let named = |name: &str, label: &str, control: Control| Field {
        name: Some(format!("r0.{name}")),
        ..Field::new(format!("r0-{name}"), label, control)
    };
    let text = |value: &str| Control::Text { value: value.into(), max_len: None, autocomplete: None };
    let bodies = vec![Choice::new("nync", "县农业农村委").chosen(!refused), Choice::new("scjg", "县市场监管局")];
    let lead = named("lead", "牵头单位", Control::Choice { options: bodies });
    let row = SplitRow {
        measure: "第19条 提升检测能力".into(),
        tags: vec![Tag::new(Tone::Warn, "上年结转")],
        fields: vec![
            named(
                "use",
                "是否分解",
                Control::Choices { options: vec![Choice::new("true", "分解这一条").chosen(true)] },
            ),
            named("title", "任务内容", text("建成检验检测中心")),
            Field { error: refused.then(|| "牵头单位 未填写。请补上。".to_owned()), ..lead },
            named("assisting", "配合单位", text("县市场监管局")).hint("写单位名称，用顿号隔开"),
            named("due", "完成时限", Control::Date { value: "2027-06-30".into() }),
        ],
    };
    SplitPage {
        shell: office("方案原文"),
        title: "分解2027年度任务".into(),
        action: "/plan/tasks/split".into(),
        back: "/plan/tasks?year=2027".into(),
        remarks: vec![Flash {
            tone: Tone::Warn, text: "上一年没有办结的任务已经带过来。".into(), link: None
        }],
        rows: vec![row],
        preview: None,
        hidden: vec![Hidden { name: "year".into(), value: "2027".into() }],
    }
}

fn looked_over() -> SplitPage {
    let table = Table { columns: tasks("split", "").columns, ..tasks("split", "将要新增的 1 项") };
    SplitPage { rows: Vec::new(), preview: Some(table), ..split(false) }
}
