//! `[collection]`: the parts that kinds and fields play in a round of reports. Read after the kinds.

use super::procedures::draft_named;
use super::{field_of, is_dated, is_number};
use crate::collection::{Collection, ReplyParts, RoundParts, ValueParts};
use crate::kind::{Kind, Type};
use crate::node::Node;
use crate::pack::Pack;
use crate::problem as codes;
use crate::procedure::Procedure;

pub(super) fn read(pack: &mut Pack, roots: &[Node<'_>]) {
    for node in roots.iter().filter_map(|root| root.table("collection")) {
        if pack.collection.is_some() {
            node.file.say(codes::DUPLICATE_ID, &node.span, "collection");
        }
        pack.collection = collection(pack, &node);
        node.finish();
    }
}

fn collection(pack: &Pack, node: &Node<'_>) -> Option<Collection> {
    let (round, reply, value) = (part(pack, node, "round"), part(pack, node, "reply"), part(pack, node, "value"));
    let draft = |key: &str| draft_named(pack, node, &node.text(key)?);
    let read = Collection {
        round: round.as_ref().and_then(round_parts)?,
        reply: reply.as_ref().and_then(|part| reply_parts(pack, part, round.as_ref()?.kind))?,
        value: value.as_ref().and_then(value_parts)?,
        letter: draft("letter"),
        notice: draft("notice"),
    };
    [round, reply, value].into_iter().flatten().for_each(|part| part.node.finish());
    Some(read)
}

/// One of the three tables with the kind that it names.
pub(super) struct Part<'a> {
    pub(super) node: Node<'a>,
    pub(super) position: usize,
    kind: &'a Kind,
}

pub(super) fn part<'a>(pack: &'a Pack, node: &Node<'a>, key: &str) -> Option<Part<'a>> {
    let Some(part) = node.table(key) else {
        node.file.say(codes::MISSING_KEY, &node.span, key);
        return None;
    };
    let name = part.need("kind");
    let Some(position) = pack.kind_position(&name.value) else {
        part.file.say(codes::UNKNOWN_NAME, &name.span, format!("种类 {}", name.value));
        return None;
    };
    Some(Part { kind: pack.kinds.get(position)?, position, node: part })
}

impl Part<'_> {
    pub(super) fn field(&self, key: &str, fits: fn(Type) -> bool, wanted: &str) -> Option<usize> {
        if !self.node.has(key) {
            self.node.file.say(codes::MISSING_KEY, &self.node.span, key);
        }
        field_of(self.kind, &self.node, key, fits, wanted)
    }

    pub(super) fn text(&self, key: &str) -> Option<usize> {
        self.field(key, |kind| matches!(kind, Type::Text | Type::Passage), "文本")
    }

    fn signed(&self) -> Option<[usize; 3]> {
        let [reporter, reviewer, leader] = ["reporter", "reviewer", "leader"].map(|key| self.text(key));
        Some([reporter?, reviewer?, leader?])
    }
}

fn choice(kind: Type) -> bool {
    kind == Type::Choice
}

// Every field is asked for before the first `?`, so that all that is wrong is said at once.

fn round_parts(part: &Part<'_>) -> Option<RoundParts> {
    let (name, period) = (part.text("name"), part.text("period"));
    let (as_of, due) = (part.field("as_of", is_dated, "日期"), part.field("due", is_dated, "日期"));
    let indicators = part.field("indicators", |kind| kind == Type::Choices, "多选");
    Some(RoundParts {
        kind: part.position,
        name: name?,
        period: period?,
        as_of: as_of?,
        due: due?,
        indicators: indicators?,
    })
}

fn reply_parts(pack: &Pack, part: &Part<'_>, round_kind: &Kind) -> Option<ReplyParts> {
    let round = part.field("round", |kind| kind == Type::Reference, "关联");
    let to = round.and_then(|at| part.kind.fields.get(at)).and_then(|field| field.to.as_deref());
    if to.is_some_and(|to| to != round_kind.id) {
        let detail = format!("round 应当关联到 {}", round_kind.id);
        part.node.file.say(codes::WRONG_TYPE, &part.node.span, detail);
    }
    let (body, state) = (part.field("body", choice, "单选"), part.field("state", choice, "单选"));
    let procedures: Vec<&Procedure> = part.kind.procedures.iter().filter_map(|at| pack.procedures.get(*at)).collect();
    let states = ["waiting", "reported", "questioned", "returned"].map(|key| {
        let item = part.node.need(key);
        if !procedures.iter().all(|procedure| procedure.state(&item.value).is_some()) {
            part.node.file.say(codes::UNKNOWN_ITEM, &item.span, &item.value);
        }
        item.value
    });
    // A unit has it among its work from the day the round is opened: without a procedure nobody would owe it.
    let derived = state.and_then(|at| part.kind.fields.get(at)).is_none_or(|field| field.derived);
    if procedures.is_empty() || !derived {
        let detail = format!("{} 须有程序，状态由它给出", part.kind.id);
        part.node.file.say(codes::WRONG_TYPE, &part.node.span, detail);
    }
    check_ways(part, &procedures, &states);
    let (remark, signed) = (part.text("remark"), part.signed());
    let [file, scan] = ["file", "scan"].map(|key| part.field(key, |kind| kind == Type::File, "附件"));
    let [received, due] = ["received", "due"].map(|key| part.field(key, is_dated, "日期"));
    Some(ReplyParts {
        kind: part.position,
        round: round?,
        body: body?,
        state: state?,
        states,
        due: due?,
        remark: remark?,
        received: received?,
        file: file?,
        scan: scan?,
        signed: signed?,
    })
}

/// From which state a reply comes to which: the program takes these steps as replies come in and are settled.
const WAYS: [(usize, usize); 9] = [(0, 1), (0, 2), (0, 3), (2, 1), (2, 3), (1, 2), (1, 3), (3, 1), (3, 2)];

fn check_ways(part: &Part<'_>, procedures: &[&Procedure], states: &[String; 4]) {
    for procedure in procedures {
        for (from, to) in WAYS {
            let (Some(from), Some(to)) = (states.get(from), states.get(to)) else { continue };
            let positions = procedure.state_position(from).zip(procedure.state_position(to));
            let leads = |(from, to)| procedure.steps.iter().any(|it| it.from.contains(&from) && it.to == Some(to));
            if positions.is_some_and(|positions| !leads(positions)) {
                let detail = format!("{} 没有从 {from} 到 {to} 的环节", procedure.id);
                part.node.file.say(codes::UNKNOWN_NAME, &part.node.span, detail);
            }
        }
    }
}

fn value_parts(part: &Part<'_>) -> Option<ValueParts> {
    let (indicator, body) = (part.field("indicator", choice, "单选"), part.field("body", choice, "单选"));
    let as_of = part.field("as_of", is_dated, "日期");
    let [value, numerator, denominator] =
        ["value", "numerator", "denominator"].map(|key| part.field(key, is_number, "数"));
    let [period, document, page, remark] = ["period", "document", "page", "remark"].map(|key| part.text(key));
    let signed = part.signed();
    let scan = part.field("scan", |kind| kind == Type::File, "附件");
    Some(ValueParts {
        kind: part.position,
        indicator: indicator?,
        as_of: as_of?,
        value: value?,
        period: period?,
        body: body?,
        numerator: numerator?,
        denominator: denominator?,
        document: document?,
        page: page?,
        remark: remark?,
        scan: scan?,
        signed: signed?,
    })
}
