//! `[[role]]`: the roles of steps. Those that every pack has stand first and cannot be declared again.

use crate::node::{At, Node};
use crate::pack::Pack;
use crate::problem as codes;
use crate::procedure::{Role, RoleScope, roles};

const BUILT_IN: [(&str, &str, RoleScope); 6] = [
    (roles::OFFICE, "质量强县办", RoleScope::County),
    (roles::OFFICER, "经办人", RoleScope::Body),
    (roles::HEAD, "单位负责人", RoleScope::Body),
    (roles::LEADER, "分管领导", RoleScope::County),
    (roles::SYSTEM, "系统", RoleScope::County),
    (roles::CITIZEN, "当事人", RoleScope::County),
];

pub(super) fn read(pack: &mut Pack, roots: &[Node<'_>]) {
    pack.roles = BUILT_IN
        .iter()
        .map(|(id, name, scope)| Role { id: (*id).to_owned(), name: (*name).to_owned(), scope: *scope, about: None })
        .collect();
    for node in roots.iter().flat_map(|root| root.tables("role")) {
        let id = node.id("id");
        if pack.role(&id.value).is_some() {
            node.file.say(codes::DUPLICATE_ID, &id.span, &id.value);
        }
        let role =
            Role { id: id.value, name: node.need("name").value, scope: scope(&node), about: node.plain("about") };
        pack.roles.push(role);
        node.finish();
    }
}

fn scope(node: &Node<'_>) -> RoleScope {
    match node.text("scope") {
        Some(At { value, .. }) if value == "county" => RoleScope::County,
        Some(At { value, span }) if value != "body" => {
            node.file.say(codes::BAD_CHOICE, &span, format!("scope 只能是 body 或 county，这里是 {value}"));
            RoleScope::Body
        }
        _ => RoleScope::Body,
    }
}
