//! 查询条件: a GET form above a list, so that the address is the filter. Four conditions are seen, the rest is folded.

use maud::{Markup, html};

use super::{
    Sample,
    action::{Weight, hidden, submit},
    field::{Choice, Control, Field, condition},
};

/// A query form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// Address of the list.
    pub action: String,
    /// Conditions in order.
    pub fields: Vec<Field>,
    /// What must not be lost (name, value).
    pub keep: Vec<(String, String)>,
    /// The folded ones are in use: show them.
    pub open: bool,
}

/// So many conditions are seen without unfolding.
const SEEN: usize = 4;

/// Renders a query form.
pub fn query(query: &Query) -> Markup {
    let (seen, folded) = query.fields.split_at(query.fields.len().min(SEEN));
    html! {
        form.query method="get" action=(query.action) novalidate role="search" aria-label="查询条件" {
            @for (name, value) in &query.keep { (hidden(name, value)) }
            div.conditions { @for one in seen { (condition(one)) }
                div.query-actions { (submit("查询", Weight::Primary)) " " a.button href=(query.action) { "重置" } }
            }
            @if !folded.is_empty() {
                details open[query.open] {
                    summary { "更多条件（" (folded.len()) "）" }
                    div.conditions { @for one in folded { (condition(one)) } }
                }
            }
        }
    }
}

/// Six conditions, two of them folded.
pub fn samples() -> Vec<Sample> {
    let choice = |id: &str, label: &str, options: &[&str]| {
        Field::new(
            id,
            label,
            Control::Area { options: options.iter().map(|option| Choice::new(*option, *option)).collect() },
        )
    };
    let text = |id: &str, label: &str| {
        Field::new(id, label, Control::Text { value: String::new(), max_len: None, autocomplete: None })
    };
    let form = Query {
        action: "/kinds/food_sample".into(),
        fields: vec![
            choice("q_verdict", "最终结论", &["合格", "不合格"]),
            choice("q_area", "抽样地点", &["甲街道", "青石镇"]),
            Field::new("q_from", "抽样日期自", Control::Date { value: "2026-01-01".into() }),
            Field::new("q_to", "至", Control::Date { value: String::new() }),
            text("q_no", "抽样单编号"),
            text("q_name", "样品名称"),
        ],
        keep: vec![("size".into(), "50".into())],
        open: false,
    };
    vec![Sample::new("query", "四个条件，其余折叠", query(&form))]
}
