//! 摘要表: names and values of one thing.

use maud::{Markup, html};

use super::{
    Link, Sample,
    table::{Cell, cell},
};

/// One line of a summary.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Name.
    pub name: String,
    /// Value.
    pub value: Cell,
    /// A smaller remark.
    pub note: Option<String>,
    /// Takes the whole width of a two-column list.
    pub wide: bool,
}

impl Line {
    /// A plain line.
    pub fn new(name: impl Into<String>, value: Cell) -> Self {
        Self { name: name.into(), value, note: None, wide: false }
    }

    /// A line of words.
    pub fn text(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(name, Cell::Text(value.into()))
    }

    /// The same with a remark.
    #[must_use]
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: Some(note.into()), ..self }
    }

    /// The same over the whole width.
    #[must_use]
    pub fn wide(self) -> Self {
        Self { wide: true, ..self }
    }
}

/// One column.
pub fn summary(lines: &[Line]) -> Markup {
    list("summary", lines)
}

/// Two columns where there is room.
pub fn summary_in_two(lines: &[Line]) -> Markup {
    list("summary two", lines)
}

fn list(class: &str, lines: &[Line]) -> Markup {
    html! {
        dl class=(class) {
            @for line in lines {
                div class=[line.wide.then_some("wide")] {
                    dt { (line.name) }
                    dd { (cell(&line.value)) @if let Some(note) = &line.note { " " span.soft { (note) } } }
                }
            }
        }
    }
}

/// One and two columns.
pub fn samples() -> Vec<Sample> {
    let lines = vec![
        Line::text("抽样单编号", "示例-2026-0412"),
        Line::new("被抽样单位", Cell::Link(Link::new("青石镇某粮油经营部", "#"))),
        Line::new("检验机构", Cell::Link(Link::new("某检测技术公司", "#"))).note("CMA 有效，项目在能力范围内"),
        Line::text("商标", ""),
        Line::text("不合格项目", "黄曲霉毒素 B₁　检验结果 14.2 μg/kg　标准值 ≤10 μg/kg").wide(),
    ];
    vec![Sample::new("summary", "一列", summary(&lines)), Sample::new("summary", "两列", summary_in_two(&lines))]
}
