//! `[[raise]]` blocks: what may be opened with one button, checked when every kind is known.

use super::kinds::condition;
use super::procedures::whole_spawn;
use crate::kind::{Format, Type};
use crate::node::{At, Node};
use crate::pack::Pack;
use crate::problem as codes;
use crate::raise::{Raise, RaisedFrom};

pub(super) fn read(pack: &mut Pack, roots: &[Node<'_>]) {
    for node in roots.iter().flat_map(|root| root.tables("raise")) {
        let id = node.id("id");
        if pack.raises.iter().any(|known| known.id == id.value) {
            node.file.say(codes::DUPLICATE_ID, &id.span, &id.value);
        }
        let read = raise(pack, &node, id.value);
        pack.raises.extend(read);
        node.finish();
    }
}

fn raise(pack: &Pack, node: &Node<'_>, id: String) -> Option<Raise> {
    let name = node.need("name").value;
    let from = from(node);
    let of = of(pack, node);
    let link = node.need("link");
    let clock = node.text("clock");
    let spawn = whole_spawn(pack, node, None)?;
    let target = pack.kind(&spawn.kind)?;
    let from = from?;
    let field = |name: &At<String>, fits: &dyn Fn(&crate::Field) -> bool, wanted: &str| {
        let found = target.field_index(&name.value).filter(|at| target.fields.get(*at).is_some_and(fits));
        if found.is_none() && !name.value.is_empty() {
            let detail = format!("种类 {} 的{wanted} {}", target.id, name.value);
            node.file.say(codes::UNKNOWN_NAME, &name.span, detail);
        }
        found
    };
    let of_list = |list: Option<&'static str>| {
        move |field: &crate::Field| {
            let own = field.list.and_then(|at| pack.lists.get(at));
            field.kind == Type::Choice && own.is_some_and(|own| list.is_none_or(|list| own.id == list))
        }
    };
    let leads_back = |field: &crate::Field| field.format == Some(Format::Record);
    let link = match from {
        RaisedFrom::Indicator => field(&link, &of_list(Some("indicators")), "指标字段（list = \"indicators\"）"),
        RaisedFrom::Measure => field(&link, &of_list(None), "措施字段（单选）"),
        RaisedFrom::Record | RaisedFrom::Clock => field(&link, &leads_back, "字段（format = \"record\"）"),
    };
    let plain = |field: &crate::Field| field.kind == Type::Text;
    let clock = clock.and_then(|name| field(&name, &plain, "短文本字段"));
    if from == RaisedFrom::Record && of.is_empty() {
        node.file.say(codes::MISSING_KEY, &node.span, "of");
    }
    words_are_known(node, from, &spawn.set);
    fields_are_known(pack, node, &of, &spawn.set);
    let known = |role: &At<String>| {
        let known = pack.role(&role.value).is_some();
        if !known {
            node.file.say(codes::UNKNOWN_NAME, &role.span, format!("岗位 {}", role.value));
        }
        known.then(|| role.value.clone())
    };
    let roles = node.texts("role").iter().filter_map(known).collect();
    Some(Raise { id, name, from, of, spawn, roles, link: link?, clock })
}

fn from(node: &Node<'_>) -> Option<RaisedFrom> {
    let name = node.need("from");
    let found = RaisedFrom::NAMES.iter().find(|(known, _)| *known == name.value).map(|(_, from)| *from);
    if found.is_none() && !name.value.is_empty() {
        let detail = format!("from 只能是 indicator、measure、record 或 clock，这里是 {}", name.value);
        node.file.say(codes::BAD_CHOICE, &name.span, detail);
    }
    found
}

/// The kinds, each with the condition compiled for it: every one of them has the fields that the condition asks.
fn of(pack: &Pack, node: &Node<'_>) -> Vec<(usize, Option<crate::formula::Condition>)> {
    let one = |name: &At<String>| {
        let found = pack.kind_position(&name.value);
        if found.is_none() {
            node.file.say(codes::UNKNOWN_NAME, &name.span, format!("种类 {}", name.value));
        }
        let kind = pack.kinds.get(found?)?;
        let when = node.has("when").then(|| condition(pack, kind, node, "when"));
        Some((found?, when.flatten()))
    };
    node.texts("of").iter().filter_map(one).collect()
}

/// `{@word}` says something that is known there.
fn words_are_known(node: &Node<'_>, from: RaisedFrom, set: &[(String, String)]) {
    for (field, text) in set {
        for part in text.split("{@").skip(1) {
            let word = part.split('}').next().unwrap_or_default();
            if word != "today" && !from.words().contains(&word) {
                let known = from.words().join("、");
                let detail = format!("{field}：{{@{word}}} 在这里没有内容（可用：{known}、today）");
                node.file.say(codes::BAD_CHOICE, &node.span, detail);
            }
        }
    }
}

/// `{field}` is a field of every kind from which it is opened.
fn fields_are_known(
    pack: &Pack,
    node: &Node<'_>,
    of: &[(usize, Option<crate::formula::Condition>)],
    set: &[(String, String)],
) {
    for (field, text) in set {
        for part in text.split('{').skip(1) {
            let name = part.split('}').next().unwrap_or_default();
            if name.starts_with('@') || name == "label" {
                continue;
            }
            let missing = of.iter().filter_map(|(at, _)| pack.kinds.get(*at)).find(|kind| kind.field(name).is_none());
            if let Some(kind) = missing {
                node.file.say(codes::UNKNOWN_NAME, &node.span, format!("种类 {} 的字段 {name}（{field}）", kind.id));
            } else if of.is_empty() {
                let detail = format!("{field}：{{{name}}} 在这里没有内容，只能用 {{@…}}");
                node.file.say(codes::BAD_CHOICE, &node.span, detail);
            }
        }
    }
}
