//! 文书: the documents of the pack, their templates compiled. Every placeholder that nothing can fill is a problem at its own place, and so is
//! a step that lists a document which is not there.

use crate::document::Template;
use crate::kind::Kind;
use crate::node::{At, Node};
use crate::pack::Pack;
use crate::problem as codes;
use crate::procedure::{Document, Procedure};

pub(crate) fn read(pack: &mut Pack, roots: &[Node<'_>]) {
    for node in roots.iter().flat_map(|root| root.tables("document")) {
        let read = document(pack, &node);
        node.finish();
        pack.documents.extend(read);
    }
    for procedure in roots.iter().flat_map(|root| root.tables("procedure")) {
        steps_list_known_documents(pack, &procedure);
    }
}

fn steps_list_known_documents(pack: &Pack, procedure: &Node<'_>) {
    let kind = procedure.plain("kind").unwrap_or_default();
    for listed in procedure.tables("step").iter().flat_map(|step| step.texts("doc")) {
        if pack.document(&listed.value).is_none_or(|document| document.kind != kind) {
            procedure.file.say(codes::UNKNOWN_NAME, &listed.span, format!("种类 {kind} 的文书 {}", listed.value));
        }
    }
}

fn document(pack: &Pack, node: &Node<'_>) -> Option<Document> {
    let id = node.id("id");
    if pack.document(&id.value).is_some() {
        node.file.say(codes::DUPLICATE_ID, &id.span, &id.value);
    }
    let name = node.need("name");
    let (number, text) = (node.text("number"), node.need("text"));
    let (basis, seal) = (node.plain("basis"), node.flag("seal").unwrap_or(false));
    let copies = node.plains("copies");
    let of = node.need("kind");
    let Some(kind) = pack.kind(&of.value) else {
        if node.has("kind") {
            node.file.say(codes::UNKNOWN_NAME, &of.span, format!("种类 {}", of.value));
        }
        return None;
    };
    let number = number.and_then(|number| lines(pack, node, &number, kind).into_iter().next());
    let text = lines(pack, node, &text, kind);
    Some(Document { id: id.value, name: name.value, kind: of.value, number, basis, seal, copies, text })
}

/// Every line that says something is a paragraph; TOML's own `\` at the end of a line joins it with the next.
fn lines(pack: &Pack, node: &Node<'_>, text: &At<String>, kind: &Kind) -> Vec<Template> {
    // A county that keeps a register of a kind still has its forms: the procedures are declared, whoever runs them.
    let of_kind = |procedure: &&Procedure| pack.kinds.get(procedure.kind).is_some_and(|known| known.id == kind.id);
    let procedures: Vec<&Procedure> = pack.procedures.iter().filter(of_kind).collect();
    let mut compiled = Vec::new();
    let mut braces = 0;
    for line in text.value.lines() {
        match Template::compile(line.trim(), kind, &procedures) {
            Ok(template) if line.trim().is_empty() => drop(template),
            Ok(template) => compiled.push(template),
            Err(wrongs) => {
                for wrong in wrongs {
                    node.file.say_at(codes::BAD_PLACEHOLDER, place(node, text, braces + wrong.nth), wrong.what);
                }
            }
        }
        braces += line.matches('{').count();
    }
    compiled
}

/// Where a brace stands in the file: the source of a text has as many braces as the text itself, in the same order.
fn place(node: &Node<'_>, text: &At<String>, nth: usize) -> usize {
    let source = node.file.text.get(text.span.clone()).unwrap_or_default();
    text.span.start + source.match_indices('{').nth(nth).map_or(0, |(at, _)| at)
}
