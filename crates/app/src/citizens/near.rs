//! 疑似重复: open cases of the last month that may be about the same matter. A person looks and decides; nothing is merged by itself.

use std::collections::{BTreeMap, BTreeSet};

use zhiheng_pack::kind::Format;
use zhiheng_pack::{Kind, Record, Sight, Type, Value};
use zhiheng_store::{Cursor, ListQuery, RecordId, RecordRow, Scope};

use super::{asked, merge_field};
use crate::{App, Error, RecordView};

/// How far back it looks.
const DAYS: i32 = 30;
/// How many cases it looks at, newest first.
const LOOKED_AT: usize = 500;
/// How many are shown.
const SHOWN: usize = 5;
/// Share of the shorter text's pairs of letters that the other one has too.
const ALIKE: (usize, usize) = (1, 2);
/// Shorter texts are alike by chance.
const PAIRS: usize = 6;

/// A case that may be about the same matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Near {
    /// The record.
    pub id: RecordId,
    /// Its number and title.
    pub label: String,
    /// Its day.
    pub day: Option<i32>,
    /// Why it is shown.
    pub why: Vec<&'static str>,
    /// How many of the reasons, with the likeness of the texts, to order by.
    weight: usize,
}

/// What two cases are compared by.
struct Traits {
    phones: BTreeSet<String>,
    names: BTreeSet<String>,
    days: BTreeSet<i32>,
    pairs: BTreeSet<(char, char)>,
}

impl Traits {
    fn of(kind: &Kind, record: &Record) -> Traits {
        let mut traits =
            Traits { phones: BTreeSet::new(), names: BTreeSet::new(), days: BTreeSet::new(), pairs: BTreeSet::new() };
        let asked: Vec<usize> = kind.public_entry.iter().flat_map(asked).collect();
        for (field, value) in asked.iter().filter_map(|at| Some((kind.fields.get(*at)?, record.value(*at)?))) {
            match value {
                Value::Date(day) => {
                    traits.days.insert(zhiheng_pack::day::number(*day));
                }
                _ if field.format == Some(Format::Phone) => {
                    let digits: String = value.plain().chars().filter(char::is_ascii_digit).collect();
                    traits.phones.extend((digits.len() >= 7).then_some(digits));
                }
                _ if field.personal => {}
                _ if matches!(field.kind, Type::Text | Type::Passage) => {
                    let letters: Vec<char> = value.plain().chars().filter(|letter| letter.is_alphanumeric()).collect();
                    if field.kind == Type::Text && letters.len() >= 4 {
                        traits.names.insert(letters.iter().collect());
                    }
                    traits.pairs.extend(letters.iter().copied().zip(letters.iter().copied().skip(1)));
                }
                _ => {}
            }
        }
        traits
    }

    fn against(&self, other: &Traits) -> (Vec<&'static str>, usize) {
        let mut why = Vec::new();
        if !self.phones.is_disjoint(&other.phones) {
            why.push("联系电话相同");
        }
        if !self.names.is_disjoint(&other.names) && !self.days.is_disjoint(&other.days) {
            why.push("对象和日期相同");
        }
        let shared = self.pairs.intersection(&other.pairs).count();
        let shorter = self.pairs.len().min(other.pairs.len());
        if shorter >= PAIRS && shared * ALIKE.1 >= shorter * ALIKE.0 {
            why.push("内容相近");
        }
        let weight = why.len() * 1000 + (shared * 100).checked_div(shorter).unwrap_or_default();
        (why, weight)
    }
}

/// Pairs of letters that a quarter of the cases have: turns of phrase, which make no two cases alike. Among a few cases nothing is a turn of phrase.
fn common_pairs<'t>(all: impl Iterator<Item = &'t Traits>) -> BTreeSet<(char, char)> {
    const FEW: usize = 8;
    let mut counts: BTreeMap<(char, char), usize> = BTreeMap::new();
    let mut cases = 0;
    for traits in all {
        cases += 1;
        for pair in &traits.pairs {
            *counts.entry(*pair).or_default() += 1;
        }
    }
    counts.retain(|_, count| cases >= FEW && *count * 4 > cases);
    counts.into_keys().collect()
}

impl App {
    /// Open cases of the same kind that may repeat this one, likeliest first; none for a case that is closed or merged. `scope` narrows to the cases
    /// that the reader may see, `sight` says what he reads of each.
    pub fn near_cases(
        &self,
        view: &RecordView,
        scope: Option<Scope>,
        sight: &dyn Fn(&Kind, usize, &RecordRow) -> Sight,
    ) -> Result<Vec<Near>, Error> {
        let Some(kind) = self.pack.kinds.get(view.kind) else { return Ok(Vec::new()) };
        let merged = merge_field(kind);
        let is_open = |record: &Record| {
            self.pack.state_of(record).is_some_and(|state| !state.closed)
                && merged.is_none_or(|at| record.value(at).is_none())
        };
        if kind.public_entry.is_none() || !view.row.live || !is_open(&view.record) {
            return Ok(Vec::new());
        }
        let mut own = Traits::of(kind, &view.record);
        let mut query = ListQuery {
            kind: kind.id.clone(),
            from: kind.day.map(|_| self.today() - DAYS),
            live: Some(true),
            scope,
            limit: 100,
            ..ListQuery::default()
        };
        let mut open: Vec<(Near, Traits)> = Vec::new();
        let mut seen = 0;
        let mut reader = self.store.read()?;
        loop {
            let page = reader.list(&self.pack.place, &query)?;
            seen += page.records.len();
            for row in page.records.iter().filter(|row| row.id != view.row.id) {
                let Some(record) = Record::from_canonical(kind, &row.fields).filter(is_open) else { continue };
                let label = self.pack.title_by(kind, &record, |index| sight(kind, index, row));
                let label = row.key.as_ref().map_or(label.clone(), |key| format!("{key} {label}"));
                let near = Near { id: row.id, label, day: row.day, why: Vec::new(), weight: 0 };
                open.push((near, Traits::of(kind, &record)));
            }
            let next: Option<Cursor> = page.next.filter(|_| seen < LOOKED_AT && !page.records.is_empty());
            match next {
                Some(cursor) => query.after = Some(cursor),
                None => break,
            }
        }
        let common = common_pairs(open.iter().map(|(_, traits)| traits));
        own.pairs.retain(|pair| !common.contains(pair));
        let mut found: Vec<Near> = open
            .into_iter()
            .map(|(near, mut traits)| {
                traits.pairs.retain(|pair| !common.contains(pair));
                let (why, weight) = own.against(&traits);
                Near { why, weight, ..near }
            })
            .filter(|near| !near.why.is_empty())
            .collect();
        found.sort_by_key(|near| std::cmp::Reverse(near.weight));
        found.truncate(SHOWN);
        Ok(found)
    }
}
