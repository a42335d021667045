//! 变动: what another system reads to stay alike. Every record comes once, as it stands, at the place of its last version in the order in
//! which versions were written; who goes on after the last place misses nothing and is told nothing twice.
//!
//! A version is written with a strictly increasing instant by the one writer, and read in one snapshot: nothing can appear before a place
//! that was handed out.

use std::collections::BTreeMap;

use zhiheng_pack::{Kind, Record};
use zhiheng_store::{Op, RecordId, RecordRow};

use crate::{App, Error};

/// Versions that one question looks at at most: most of them may not be for this reader.
const LOOKED: usize = 2000;

/// A record that changed.
#[derive(Debug, Clone)]
pub struct Changed {
    /// Position of its kind.
    pub kind: usize,
    /// What its last version did.
    pub op: Op,
    /// As it stands.
    pub row: RecordRow,
    /// Its typed content.
    pub record: Record,
}

/// A page of changes.
#[derive(Debug, Clone)]
pub struct ChangesPage {
    /// The oldest first.
    pub changes: Vec<Changed>,
    /// Up to where was looked: where the next page begins.
    pub next: i64,
    /// Whether there is something to look at behind it already.
    pub more: bool,
}

impl App {
    /// Records whose last version was written after an instant (µs of UTC), of the kinds wanted and those that the reader sees.
    pub fn changed_records(
        &self,
        after: i64,
        limit: usize,
        wanted: impl Fn(&str) -> bool,
        seen: impl Fn(&Kind, &RecordRow) -> bool,
    ) -> Result<ChangesPage, Error> {
        let (place, limit) = (&self.pack.place, limit.max(1));
        let mut reader = self.store.read()?;
        let mut page = ChangesPage { changes: Vec::new(), next: after, more: true };
        let mut looked = 0;
        while page.changes.len() < limit && looked < LOOKED {
            let versions = reader.versions_after(place, page.next, limit)?;
            let mut ids: BTreeMap<&str, Vec<RecordId>> = BTreeMap::new();
            for version in versions.iter().filter(|version| wanted(&version.kind)) {
                ids.entry(&version.kind).or_default().push(version.id);
            }
            let mut rows: BTreeMap<(RecordId, i64), RecordRow> = BTreeMap::new();
            for (kind, ids) in &ids {
                let found = reader.records_of(place, kind, ids, &[])?;
                rows.extend(found.into_iter().map(|row| ((row.id, row.version), row)));
            }
            for version in &versions {
                if page.changes.len() == limit {
                    return Ok(page);
                }
                page.next = version.recorded_at;
                // An older version is passed over: its record comes later, as it stands.
                let Some(row) = rows.remove(&(version.id, version.version)) else { continue };
                let known = self.pack.kind(&row.kind).is_some_and(|kind| seen(kind, &row));
                page.changes.extend(known.then(|| self.changed(row, version.op)).flatten());
            }
            looked += versions.len();
            if versions.len() < limit {
                page.more = false;
                break;
            }
        }
        Ok(page)
    }

    /// The place before the first instant of a day.
    pub fn place_before(&self, day: i32) -> i64 {
        self.begin_of(day).saturating_sub(1)
    }

    fn changed(&self, row: RecordRow, op: Op) -> Option<Changed> {
        let position = self.pack.kind_position(&row.kind)?;
        let record = Record::from_canonical(self.pack.kinds.get(position)?, &row.fields)?;
        Some(Changed { kind: position, op, row, record })
    }
}
