//! 英文页面: an entry that speaks English speaks it to the end – every question and choice of the form, every state, step and time limit of the course.
//! Whoever reads no Chinese is never shown half a page. What is missing is told all at once; names of places and articles of law stay as they are.

use std::collections::BTreeSet;

use crate::kind::{Kind, Type};
use crate::node::Node;
use crate::pack::Pack;
use crate::problem as codes;
use crate::procedure::{ClockKind, Procedure, PublicEntry, ReasonWanted, Step, roles};

/// Checks the entry of a kind, if it speaks English.
pub(super) fn check(pack: &Pack, at: usize, node: &Node<'_>) {
    let Some(kind) = pack.kinds.get(at) else { return };
    let Some(entry) = kind.public_entry.as_ref().filter(|entry| entry.english) else { return };
    let missing = missing(pack, kind, entry, pack.procedures.iter().filter(|procedure| procedure.kind == at));
    if !missing.is_empty() {
        node.file.say(codes::NO_ENGLISH, &node.span, format!("没有英文的还有：{}", missing.join("；")));
    }
}

fn missing<'a>(
    pack: &Pack,
    kind: &Kind,
    entry: &PublicEntry,
    procedures: impl Iterator<Item = &'a Procedure>,
) -> Vec<String> {
    let mut found = Vec::new();
    let mut lists = BTreeSet::new();
    let mut fields: Vec<usize> = entry.ask.iter().flatten().chain(&entry.show).chain(&entry.rate).copied().collect();
    if entry.english_name.is_none() {
        found.push("入口名称（english_name）".to_owned());
    }
    for procedure in procedures {
        let states = procedure.states.iter().filter(|state| state.english.is_none());
        found.extend(states.map(|state| format!("状态 {}（english）", state.id)));
        for step in procedure.steps.iter().filter(|step| is_seen(step)) {
            if step.english.is_none() {
                found.push(format!("环节 {}（english）", step.id));
            }
            if let ReasonWanted::Listed(list) = step.reason {
                lists.insert(list);
            }
            if step.consequence.is_some() && step.english_consequence.is_none() {
                found.push(format!("环节 {}（english_consequence）", step.id));
            }
            if is_citizens(step) {
                fields.extend(step.require.iter().chain(&step.ask));
            }
        }
        let owed = procedure
            .clocks
            .iter()
            .filter(|clock| clock.kind == ClockKind::Duty && clock.public && clock.english.is_none());
        found.extend(owed.map(|clock| format!("时限 {}（english）", clock.id)));
    }
    fields.sort_unstable();
    fields.dedup();
    for (index, field) in fields.iter().filter_map(|index| Some((index, kind.fields.get(*index)?))) {
        if !entry.english_names.iter().any(|(named, _)| named == index) {
            found.push(format!("字段 {}（english_names）", field.id));
        }
        lists.extend(field.list.filter(|_| matches!(field.kind, Type::Choice | Type::Choices)));
    }
    for list in lists.iter().filter_map(|at| pack.lists.get(*at)) {
        let items = list.items.iter().filter(|item| item.until.is_none() && item.english.is_none());
        let items: Vec<&str> = items.map(|item| item.id.as_str()).collect();
        if !items.is_empty() {
            found.push(format!("列表 {} 的 {}（english）", list.id, items.join("、")));
        }
    }
    found
}

/// Whether the citizen sees a step in the course of his case.
fn is_seen(step: &Step) -> bool {
    step.public || is_citizens(step)
}

fn is_citizens(step: &Step) -> bool {
    step.roles.iter().any(|role| role == roles::CITIZEN)
}
