//! `[[duty]]` blocks: the items of the 履行职责事项清单, and the list `duties` from which tasks to towns choose.

use crate::duty::{DutyClass, OUTSIDE, TownDuty};
use crate::node::Node;
use crate::pack::{Item, List, Pack};
use crate::problem as codes;

pub(super) fn read(pack: &mut Pack, roots: &[Node<'_>]) {
    for node in roots.iter().flat_map(|root| root.tables("duty")) {
        let id = node.id("id");
        if id.value == OUTSIDE || pack.town_duties.iter().any(|known| known.id == id.value) {
            node.file.say(codes::DUPLICATE_ID, &id.span, &id.value);
        }
        let class = node.need("class");
        let found = DutyClass::NAMES.iter().find(|(name, ..)| *name == class.value).map(|(.., class)| *class);
        if found.is_none() && !class.value.is_empty() {
            let detail = format!("class 只能是 basic、assist 或 withdrawn，这里是 {}", class.value);
            node.file.say(codes::BAD_CHOICE, &class.span, detail);
        }
        let (since, until) = (node.date("since"), node.date("until"));
        if since.zip(until).is_some_and(|(since, until)| until < since) {
            node.file.say(codes::ENDS_BEFORE, &node.span, &id.value);
        }
        pack.town_duties.push(TownDuty {
            id: id.value,
            no: node.plain("no"),
            name: node.need("name").value,
            class: found.unwrap_or(DutyClass::Basic),
            source: node.need("source").value,
            since,
            until,
            verified: node.flag("verified").unwrap_or(true),
        });
        node.finish();
    }
    let item = |duty: &TownDuty| Item {
        id: duty.id.clone(),
        name: duty.label(),
        names: std::iter::once(duty.name.clone()).chain(duty.no.clone()).collect(),
        english: None,
        until: duty.until,
    };
    let outside = Item {
        id: OUTSIDE.to_owned(),
        name: "清单以外（须有准入审批）".to_owned(),
        names: vec!["清单外".to_owned(), "清单以外".to_owned()],
        english: None,
        until: None,
    };
    let items = pack.town_duties.iter().map(item).chain([outside]).collect();
    pack.lists
        .push(List { id: "duties".to_owned(), name: "乡镇（街道）履行职责事项清单".to_owned(), items });
}
