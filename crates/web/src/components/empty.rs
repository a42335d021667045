//! 空状态: nothing here yet, why, and the way on.

use maud::{Markup, html};

use super::{
    Sample,
    action::{Action, Csrf, actions},
};

/// Why there is nothing, and what to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Empty {
    /// In one line.
    pub title: String,
    /// Why.
    pub text: String,
    /// Ways on.
    pub actions: Vec<Action>,
}

/// Renders an empty state.
pub fn empty(csrf: &Csrf, empty: &Empty) -> Markup {
    html! {
        div.empty {
            p.what { (empty.title) }
            @if !empty.text.is_empty() { p { (empty.text) } }
            (actions(csrf, &empty.actions))
        }
    }
}

/// An empty list.
pub fn samples() -> Vec<Sample> {
    let nothing = Empty {
        title: "还没有食品抽检样品记录".into(),
        text: "从市场监管部门公布的抽检信息表导入，或者逐条新增。".into(),
        actions: vec![Action::open("导入", "#"), Action::open("新增", "#")],
    };
    vec![Sample::new("empty", "没有记录", empty(&Csrf("sample".into()), &nothing))]
}
