//! What a list seems to contain. An authority publishes its passing and its failing samples in separate files; a rate
//! computed from one of them alone is wrong, so the scope is proposed here and confirmed by a person.

use crate::table::Table;
use serde::{Deserialize, Serialize};

/// Which samples a list contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// 合格 only.
    Passing,
    /// 不合格 only.
    Failing,
    /// Both.
    Mixed,
}

/// What the reader counted on its way.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) passing: usize,
    pub(crate) failing: usize,
    pub(crate) with_items: usize,
    pub(crate) rows: usize,
}

/// The scope that a table was found to have, to be confirmed: the same as [`Table::scope`].
pub fn scope_hint(table: &Table) -> Option<Scope> {
    table.scope
}

/// Verdicts decide; then what title, sheet and file say; then whether rows carry failing items.
pub(crate) fn guess(counts: Counts, words: &str, items_fail: bool, has_header: bool) -> Option<Scope> {
    match (counts.passing > 0, counts.failing > 0) {
        (true, true) => return Some(Scope::Mixed),
        (true, false) => return Some(Scope::Passing),
        (false, true) => return Some(Scope::Failing),
        (false, false) => {}
    }
    if let Some(scope) = of_words(words) {
        return Some(scope);
    }
    match (items_fail, counts.with_items) {
        (true, with) if with == counts.rows && with > 0 => Some(Scope::Failing),
        // Without a header a row without items may as well be a failing sample of which nothing more was published.
        (true, with) if with > 0 && has_header => Some(Scope::Mixed),
        _ => None,
    }
}

/// 合格 that is not part of 不合格 speaks of passing samples.
pub(crate) fn of_words(words: &str) -> Option<Scope> {
    let failing = words.contains("不合格") || words.contains("不符合");
    let passing = words.replace("不合格", "").replace("不符合", "").contains("合格");
    match (passing, failing) {
        (true, true) => Some(Scope::Mixed),
        (true, false) => Some(Scope::Passing),
        (false, true) => Some(Scope::Failing),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_verdicts() {
        assert_eq!(of_words("食品监督抽检合格产品信息"), Some(Scope::Passing));
        assert_eq!(of_words("食品监督抽检不合格产品信息"), Some(Scope::Failing));
        assert_eq!(of_words("抽检合格与不合格信息"), Some(Scope::Mixed));
        assert_eq!(of_words("食品抽检信息"), None);
        let verdicts = Counts { passing: 3, failing: 1, ..Counts::default() };
        assert_eq!(guess(verdicts, "不合格", true, true), Some(Scope::Mixed));
    }
}
