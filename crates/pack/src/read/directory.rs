//! `[directory]`: the parts that kinds and fields play in the pages of bodies. Read after the kinds.

use super::collection::{Part, part};
use super::is_dated;
use crate::directory::{ContactParts, Directory, MemberParts, Term, VillageParts};
use crate::kind::Type;
use crate::node::Node;
use crate::pack::Pack;
use crate::problem as codes;

pub(super) fn read(pack: &mut Pack, roots: &[Node<'_>]) {
    let mut seen = false;
    for node in roots.iter().filter_map(|root| root.table("directory")) {
        if std::mem::replace(&mut seen, true) {
            node.file.say(codes::DUPLICATE_ID, &node.span, "directory");
        }
        let one = |key: &str| if node.has(key) { part(pack, &node, key) } else { None };
        let (member, contact, village) = (one("member"), one("contact"), one("village"));
        let read = Directory {
            member: member.as_ref().and_then(of_member),
            contact: contact.as_ref().and_then(of_contact),
            village: village.as_ref().and_then(of_village),
        };
        [member, contact, village].into_iter().flatten().for_each(|part| part.node.finish());
        node.finish();
        pack.directory = read;
    }
}

fn choice(kind: Type) -> bool {
    kind == Type::Choice
}

// Every field is asked for before the first `?`, so that all that is wrong is said at once.

fn term(part: &Part<'_>) -> Option<Term> {
    let [since, until] = ["since", "until"].map(|key| part.field(key, is_dated, "日期"));
    Some(Term { since: since?, until: until? })
}

fn of_member(part: &Part<'_>) -> Option<MemberParts> {
    let [name, duty] = ["name", "duty"].map(|key| part.text(key));
    let [position, body] = ["position", "body"].map(|key| part.field(key, choice, "单选"));
    let term = term(part);
    Some(MemberParts { kind: part.position, name: name?, duty: duty?, position: position?, body: body?, term: term? })
}

fn of_contact(part: &Part<'_>) -> Option<ContactParts> {
    let [name, duty, phone, mobile] = ["name", "duty", "phone", "mobile"].map(|key| part.text(key));
    let (body, term) = (part.field("body", choice, "单选"), term(part));
    Some(ContactParts {
        kind: part.position,
        name: name?,
        duty: duty?,
        phone: phone?,
        mobile: mobile?,
        body: body?,
        term: term?,
    })
}

fn of_village(part: &Part<'_>) -> Option<VillageParts> {
    let (name, area, term) = (part.text("name"), part.field("area", |kind| kind == Type::Area, "区划"), term(part));
    Some(VillageParts { kind: part.position, name: name?, area: area?, term: term? })
}
