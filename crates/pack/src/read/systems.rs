//! 方案的系统: what the plan asks for, and by what it is answered here. What always holds of a checked pack: numbers rise, every kind is a kind of the pack.
//!
//! An indicator that the pack does not have is left out without a word: the common systems name the rows of the plan, and not every county has every row.

use crate::node::Node;
use crate::pack::Pack;
use crate::problem as codes;
use crate::system::System;

/// Fills [`Pack::systems`].
pub(super) fn read(pack: &mut Pack, roots: &[Node<'_>]) {
    for node in roots.iter().flat_map(|root| root.tables("system")) {
        let no = match node.integer("no") {
            Some(no) => {
                let number = u16::try_from(no.value).unwrap_or_default();
                if number == 0 || pack.systems.last().is_some_and(|before| number <= before.no) {
                    let what = format!("系统的序号 no 从 1 起由小到大、不重复，这里是 {}", no.value);
                    node.file.say(codes::BAD_CHOICE, &no.span, what);
                }
                number
            }
            None => {
                node.file.say(codes::MISSING_KEY, &node.span, "no");
                0
            }
        };
        let kinds = node.texts("kinds");
        for kind in kinds.iter().filter(|kind| pack.kind(&kind.value).is_none()) {
            node.file.say(codes::UNKNOWN_NAME, &kind.span, format!("种类 {}", kind.value));
        }
        let mut indicators = node.plains("indicators");
        indicators.retain(|id| pack.indicator_position(id).is_some());
        let name = node.need("name").value;
        let kinds = kinds.into_iter().map(|kind| kind.value).collect();
        let (plan, journeys) = (node.plain("plan"), node.plains("journeys"));
        pack.systems.push(System { no, name, plan, kinds, indicators, journeys });
        node.finish();
    }
}
