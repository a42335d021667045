//! 岗位: the roles that every pack has, then those that it declares. No declared role takes the name of a built-in one, nor of an
//! administrator or of the right to export: what those may do is not for a pack to say.

use crate::node::Node;
use crate::pack::Pack;
use crate::problem as codes;
use crate::procedure::{Role, RoleScope, roles};

/// Fills [`Pack::roles`].
pub(super) fn read(pack: &mut Pack, roots: &[Node<'_>]) {
    pack.roles = roles::BUILT_IN.iter().map(built_in).collect();
    for node in roots.iter().flat_map(|root| root.tables("role")) {
        let id = node.id("id");
        if pack.role(&id.value).is_some() || roles::TAKEN.contains(&id.value.as_str()) {
            node.file.say(codes::DUPLICATE_ID, &id.span, &id.value);
        }
        let scope = node.text("scope");
        let scope = match scope.as_ref().map_or("body", |scope| &scope.value) {
            "body" => RoleScope::Body,
            "county" => RoleScope::County,
            other => {
                let span = scope.as_ref().map_or(&node.span, |scope| &scope.span);
                node.file.say(codes::BAD_CHOICE, span, format!("scope 只能是 body 或 county，这里是 {other}"));
                RoleScope::Body
            }
        };
        let level = node.has("level").then(|| super::bodies::level(&node));
        let read = Role {
            id: id.value,
            name: node.need("name").value,
            scope,
            about: node.plain("about"),
            level,
            by_grant: node.flag("by_grant").unwrap_or(false),
            person: node.flag("person").unwrap_or(false),
        };
        pack.roles.push(read);
        node.finish();
    }
}

fn built_in((id, name, scope, about): &(&str, &str, RoleScope, &str)) -> Role {
    Role {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        scope: *scope,
        about: Some((*about).to_owned()),
        level: None,
        by_grant: roles::BY_GRANT.contains(id),
        person: *id != roles::OFFICER,
    }
}
