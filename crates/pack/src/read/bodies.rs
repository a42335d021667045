//! 单位: bodies as a tree. What always holds of a checked pack: every parent is a body, no body stands above itself, every area that a
//! body serves is an area of the pack.

use crate::node::Node;
use crate::pack::{Body, BodyLevel, BodyRole, Contact, Pack};
use crate::problem as codes;

/// Reads one `[[body]]`. What refers to another name is looked at by [`tree`], when every name is known.
pub(super) fn body(pack: &mut Pack, node: Node<'_>) {
    let id = node.id("id");
    if pack.body(&id.value).is_some() {
        node.file.say(codes::DUPLICATE_ID, &id.span, &id.value);
    }
    let role = node.text("role");
    let role = match role.as_ref().map_or("responsible", |role| &role.value) {
        "responsible" => BodyRole::Responsible,
        "office" => BodyRole::Office,
        "other" => BodyRole::Other,
        other => {
            let span = role.as_ref().map_or(&node.span, |role| &role.span);
            node.file.say(codes::BAD_CHOICE, span, format!("role 只能是 responsible、office 或 other，这里是 {other}"));
            BodyRole::Other
        }
    };
    let (since, until) = (node.date("since"), node.date("until"));
    if since.zip(until).is_some_and(|(since, until)| until < since) {
        node.file.say(codes::ENDS_BEFORE, &node.span, format!("单位 {}", id.value));
    }
    let read = Body {
        id: id.value,
        name: node.need("name").value,
        names: node.plains("names"),
        official: node.plain("official"),
        role,
        parent: node.plain("parent"),
        level: level(&node),
        areas: node.plains("areas"),
        since,
        until,
        contact: node.table("contact").map(contact),
        verified: node.flag("verified").unwrap_or(true),
    };
    pack.bodies.push(read);
    node.finish();
}

pub(super) fn level(node: &Node<'_>) -> BodyLevel {
    let Some(word) = node.text("level") else { return BodyLevel::Bureau };
    let known = BodyLevel::NAMES.iter().find(|(name, ..)| *name == word.value);
    known.map_or_else(
        || {
            let all: Vec<&str> = BodyLevel::NAMES.iter().map(|(name, ..)| *name).collect();
            let what = format!("level 只能是 {}，这里是 {}", all.join("、"), word.value);
            node.file.say(codes::BAD_CHOICE, &word.span, what);
            BodyLevel::Other
        },
        |(.., level)| *level,
    )
}

fn contact(node: Node<'_>) -> Contact {
    let read = Contact { name: node.need("name").value, phone: node.plain("phone") };
    node.finish();
    read
}

/// Parents, areas and rings, once every body and area has been read.
pub(super) fn tree(pack: &Pack, roots: &[Node<'_>]) {
    for node in roots.iter().flat_map(|root| root.tables("body")) {
        let id = node.need("id").value;
        for area in node.texts("areas").iter().filter(|area| pack.area(&area.value).is_none()) {
            node.file.say(codes::UNKNOWN_NAME, &area.span, format!("区划 {}", area.value));
        }
        let Some(parent) = node.text("parent") else { continue };
        if pack.body(&parent.value).is_none() {
            node.file.say(codes::UNKNOWN_NAME, &parent.span, format!("上级单位 {}", parent.value));
        } else if pack.bodies_above(&id).iter().any(|above| above.id == id) {
            node.file.say(codes::BODY_RING, &parent.span, &id);
        }
    }
}
