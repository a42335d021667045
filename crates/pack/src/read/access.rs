//! `readers`, `by_area` and `[[kind.party]]`: who reads a kind. A role or a document that is not there is a problem of the pack: a slip of the
//! pen must not open a register, nor close it.

use super::field_of;
use crate::access::{Access, Party};
use crate::kind::{Kind, Type};
use crate::node::Node;
use crate::pack::{BodyLevel, Pack};
use crate::problem as codes;
use crate::procedure::roles;

/// What a `[kind]` says of its readers; its fields are read already.
pub(super) fn read(pack: &Pack, kind: &Kind, node: &Node<'_>) -> Access {
    let level = |name: &crate::node::At<String>| {
        let found = BodyLevel::NAMES.iter().find(|(known, ..)| *known == name.value).map(|(.., level)| *level);
        let served = found.filter(|level| matches!(level, BodyLevel::Station | BodyLevel::Town));
        if served.is_none() {
            let detail = format!("by_area 只能是 station（派出机构）、town（乡镇街道），这里是 {}", name.value);
            node.file.say(codes::BAD_CHOICE, &name.span, detail);
        }
        served
    };
    let by_area = node.texts("by_area").iter().filter_map(level).collect();
    if !node.texts("by_area").is_empty() && kind.area.is_none() {
        node.file.say(codes::FORM_NEEDS, &node.span, "地区 area：有 by_area 的种类须有地区字段");
    }
    Access {
        readers: readers(pack, node),
        by_area,
        parties: node.tables("party").iter().map(|part| party(pack, kind, part)).collect(),
        roles: Vec::new(),
    }
}

/// The roles of a key `readers`.
pub(super) fn readers(pack: &Pack, node: &Node<'_>) -> Vec<String> {
    let known = |name: &crate::node::At<String>| {
        let fits = pack.role(&name.value).is_some() && !matches!(name.value.as_str(), roles::SYSTEM | roles::CITIZEN);
        if !fits {
            node.file.say(codes::UNKNOWN_NAME, &name.span, format!("岗位 {}", name.value));
        }
        fits.then(|| name.value.clone())
    };
    node.texts("readers").iter().filter_map(known).collect()
}

fn party(pack: &Pack, kind: &Kind, part: &Node<'_>) -> Party {
    let names_bodies = |at: &usize| {
        let list = kind.fields.get(*at).and_then(|field| pack.lists.get(field.list?));
        list.is_some_and(|list| list.id == "bodies")
    };
    let fields = super::kinds::indices(kind, part, "fields");
    if fields.is_empty() || !fields.iter().all(names_bodies) {
        part.file.say(codes::FORM_NEEDS, &part.span, "fields：用字典 bodies 的单选、多选字段");
    }
    let party = Party {
        after: field_of(kind, part, "after", |kind| kind == Type::Date, "日期"),
        shows: super::kinds::indices(kind, part, "shows"),
        documents: part.plains("documents"),
        tell: part.plains("tell"),
        fields,
    };
    part.finish_ref();
    party
}

/// What only the procedures and documents know: which roles have a part in a kind, and whether what its parties name is there.
pub(super) fn complete(pack: &mut Pack, roots: &[Node<'_>]) {
    for at in 0..pack.kinds.len() {
        let Some(kind) = pack.kinds.get(at) else { continue };
        let mut taking: Vec<String> = Vec::new();
        for procedure in kind.procedures.iter().filter_map(|at| pack.procedures.get(*at)) {
            taking.extend(procedure.steps.iter().flat_map(|step| step.roles.clone()));
            taking.extend(
                procedure.clocks.iter().filter_map(|clock| clock.extend.as_ref()).map(|rule| rule.role.clone()),
            );
            taking.extend(procedure.clocks.iter().flat_map(|clock| &clock.ladder).map(|rung| rung.to.0.clone()));
        }
        taking.sort();
        taking.dedup();
        for step in &kind.town_basis_at {
            let known =
                kind.procedures.iter().filter_map(|at| pack.procedures.get(*at)).any(|one| one.step(step).is_some());
            let node = roots.iter().flat_map(|root| root.tables("kind")).find(|node| node.id("id").value == kind.id);
            if let Some(node) = node.filter(|_| !known && !kind.procedures.is_empty()) {
                node.file.say(codes::UNKNOWN_NAME, &node.span, format!("环节 {step}"));
            }
        }
        for party in &kind.access.parties {
            let step = |id: &String| {
                kind.procedures.is_empty()
                    || kind
                        .procedures
                        .iter()
                        .filter_map(|at| pack.procedures.get(*at))
                        .any(|one| one.step(id).is_some())
            };
            let document = |id: &String| pack.document(id).is_some_and(|document| document.kind == kind.id);
            let lost =
                party.tell.iter().filter(|id| !step(id)).chain(party.documents.iter().filter(|id| !document(id)));
            for id in lost {
                let node =
                    roots.iter().flat_map(|root| root.tables("kind")).find(|node| node.id("id").value == kind.id);
                if let Some(node) = node {
                    node.file.say(codes::UNKNOWN_NAME, &node.span, format!("party 所写的 {id}"));
                }
            }
        }
        if let Some(kind) = pack.kinds.get_mut(at) {
            kind.access.roles = taking;
        }
    }
}
