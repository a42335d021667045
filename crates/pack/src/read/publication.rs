//! What of a kind is public, and which kind publishes.

use super::kinds::{condition, indices};
use crate::kind::{Kind, Public, Publishes};
use crate::node::Node;
use crate::pack::Pack;
use crate::problem as codes;
use crate::publication::{asked, held};

/// `public` and `publishes` of a kind whose fields and readers are read.
pub(super) fn read(pack: &Pack, kind: &mut Kind, node: &Node<'_>) {
    if let Some(part) = node.table("public") {
        kind.public = public(pack, kind, &part);
        part.finish();
    }
    if let Some(part) = node.table("publishes") {
        let text = |key: &str| part.need(key).value;
        let found = Publishes {
            into: text("into"),
            step: text("step"),
            withdraw: text("withdraw"),
            correct: text("correct"),
            sends: part.plains("sends"),
        };
        if pack.kinds.iter().any(|known| known.publishes.is_some()) {
            part.file.say(codes::DUPLICATE_ID, &part.span, "publishes");
        }
        kind.publishes = Some(found);
        part.finish();
    }
}

fn public(pack: &Pack, kind: &Kind, part: &Node<'_>) -> Public {
    let fields = indices(kind, part, "fields");
    // 个人信息不公开: not even after an approval.
    for field in fields.iter().filter_map(|at| kind.fields.get(*at)).filter(|field| field.personal) {
        part.file.say(codes::NOT_PUBLIC, &part.span, format!("{}（{}）", field.name, field.id));
    }
    let after = part.plain("after").unwrap_or_else(|| Public::APPROVED.to_owned());
    if after != Public::APPROVED {
        let detail = format!("after 只能是 {}，这里是 {after}", Public::APPROVED);
        part.file.say(codes::BAD_PUBLICATION, &part.span, detail);
    }
    let when = if part.has("when") { condition(pack, kind, part, "when") } else { None };
    // 保密的种类只公布主管机关已经公布的: without a condition everything would be released.
    if kind.is_confidential() && !fields.is_empty() && !part.has("when") {
        let detail = format!("{} 是保密的种类（readers），须用 when 写明哪些已经由主管机关公布", kind.id);
        part.file.say(codes::BAD_PUBLICATION, &part.span, detail);
    }
    let released_only = part.flag("released_only").unwrap_or(false);
    if released_only && !fields.is_empty() {
        let detail = format!("{} 写明 released_only = true（只公布上级公布的），就不能公开记录的字段", kind.id);
        part.file.say(codes::BAD_PUBLICATION, &part.span, detail);
    }
    Public { fields, after, when, released_only }
}

/// When every kind and procedure is there: the kind that holds what is frozen, and the steps.
pub(super) fn settle(pack: &mut Pack, roots: &[Node<'_>]) {
    let nodes = roots.iter().flat_map(|root| root.tables("kind"));
    for (node, part) in nodes.filter_map(|node| node.table("publishes").map(|part| (node, part))) {
        let id = node.id("id").value;
        let Some(kind) = pack.kind(&id).cloned() else { continue };
        let Some(publishes) = &kind.publishes else { continue };
        let say = |detail: String| part.file.say(codes::BAD_PUBLICATION, &part.span, detail);
        let missing = |kind: &Kind, fields: &[&str]| {
            let absent: Vec<&str> = fields.iter().copied().filter(|field| kind.field_index(field).is_none()).collect();
            if !absent.is_empty() {
                say(format!("种类 {} 缺少字段 {}", kind.id, absent.join("、")));
            }
        };
        missing(&kind, &asked::ALL);
        match pack.kind(&publishes.into) {
            Some(into) => missing(into, &held::ALL),
            None => say(format!("没有种类 {}", publishes.into)),
        }
        let named = [&publishes.step, &publishes.withdraw, &publishes.correct].into_iter().chain(&publishes.sends);
        for procedure in kind.procedures.iter().filter_map(|at| pack.procedures.get(*at)) {
            let absent: Vec<&str> =
                named.clone().filter(|step| procedure.step(step).is_none()).map(String::as_str).collect();
            if !absent.is_empty() {
                say(format!("程序 {} 没有环节 {}", procedure.id, absent.join("、")));
            }
        }
        let into = publishes.into.clone();
        pack.kinds.iter_mut().filter(|known| known.id == into).for_each(|known| known.sealed = true);
    }
}
