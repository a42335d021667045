//! Lists of a kind, one record with its history, and what it counts in.

use std::collections::BTreeMap;

use zhiheng_pack::Kind;
use zhiheng_pack::record::{Envelope, Record};
use zhiheng_pack::rollup::Standing;
use zhiheng_pack::value::FileRef;
use zhiheng_store::{
    BatchRow, Column, Count, Cursor, FileRow, Filter, KindCount, ListQuery, Match, RecordId, RecordRow, VersionRow,
};

use crate::submit::read;
use crate::{App, Error};

/// Counts above this are told as «1000+»: counting a wide filter would read the whole table.
const COUNTED: usize = 1000;
/// Imports that are read at a time in search of one kind's.
const IMPORTS_PAGE: usize = 200;

/// Which records to list.
#[derive(Debug, Clone, Default)]
pub struct ListWanted {
    /// Field index → value, as the form gives it.
    pub filters: Vec<(usize, String)>,
    /// Valid from this day.
    pub from: Option<i32>,
    /// Valid up to this day.
    pub to: Option<i32>,
    /// Withdrawn ones instead of live ones.
    pub withdrawn: bool,
    /// Only what the reader may see ([`crate::Account::scope`]); none: the whole county.
    pub scope: Option<crate::Scope>,
    /// Only this area's.
    pub area: Option<String>,
    /// Continue after.
    pub after: Option<Cursor>,
    /// Rather what leads up to here.
    pub before: Option<Cursor>,
    /// Page size.
    pub limit: usize,
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct ListView {
    /// Rows, newest first.
    pub rows: Vec<(RecordRow, Record)>,
    /// Where the next page begins.
    pub next: Option<Cursor>,
    /// Where the page before ends.
    pub previous: Option<Cursor>,
    /// The list stopped looking before the page was full.
    pub stopped: bool,
    /// How many there are.
    pub count: Count,
}

/// One record.
#[derive(Debug, Clone)]
pub struct RecordView {
    /// Position of its kind.
    pub kind: usize,
    /// The stored row.
    pub row: RecordRow,
    /// Its typed content.
    pub record: Record,
    /// Every version, oldest first.
    pub versions: Vec<VersionView>,
    /// Every indicator of its kind, and how it stands to it.
    pub standings: Vec<(usize, Standing)>,
}

/// One version with what it changed.
#[derive(Debug, Clone)]
pub struct VersionView {
    /// The stored version.
    pub row: VersionRow,
    /// Field name, old text, new text.
    pub changes: Vec<(String, String, String)>,
}

impl App {
    /// A page of a kind's records.
    pub fn list(&self, kind: &Kind, wanted: &ListWanted) -> Result<ListView, Error> {
        let query = self.query(kind, wanted);
        let mut reader = self.store.read()?;
        let page = reader.list(&self.pack.place, &query)?;
        let count = reader.count_up_to(&self.pack.place, &query, COUNTED)?;
        let rows = page
            .records
            .into_iter()
            .filter_map(|row| Record::from_canonical(kind, &row.fields).map(|record| (row, record)));
        let (next, previous) = (page.next, page.previous);
        Ok(ListView { rows: rows.collect(), next, previous, stopped: page.stopped, count })
    }

    /// Records chosen one by one, each once, in the order given; whoever is not there is left out.
    pub fn chosen(&self, kind: &Kind, ids: &[RecordId]) -> Result<Vec<(RecordRow, Record)>, Error> {
        let mut reader = self.store.read()?;
        let mut found: Vec<(RecordRow, Record)> = Vec::new();
        for id in ids {
            if found.iter().any(|(row, _)| row.id == *id) {
                continue;
            }
            let row = reader.record(&self.pack.place, &kind.id, id)?;
            found.extend(row.and_then(|row| Record::from_canonical(kind, &row.fields).map(|record| (row, record))));
        }
        Ok(found)
    }

    pub(crate) fn query(&self, kind: &Kind, wanted: &ListWanted) -> ListQuery {
        let mut filters: Vec<Filter> = Vec::new();
        for (index, value) in &wanted.filters {
            filters
                .extend(self.column(kind, *index).map(|column| Filter { column, value: Match::Text(value.clone()) }));
        }
        let area = wanted.area.as_ref();
        filters.extend(area.map(|area| Filter { column: Column::Area, value: Match::Text(area.clone()) }));
        ListQuery {
            kind: kind.id.clone(),
            filters,
            from: wanted.from,
            to: wanted.to,
            live: Some(!wanted.withdrawn),
            scope: wanted.scope.clone(),
            after: wanted.after,
            before: wanted.before,
            limit: wanted.limit.clamp(1, 1000),
        }
    }

    /// A record with its history and its part in every number.
    pub fn record(&self, kind_id: &str, id: &RecordId) -> Result<RecordView, Error> {
        let missing = || Error::NotFound("这条记录".to_owned());
        let position = self.pack.kind_position(kind_id).ok_or_else(missing)?;
        let kind = self.pack.kinds.get(position).ok_or_else(missing)?;
        let mut reader = self.store.read()?;
        let row = reader.record(&self.pack.place, kind_id, id)?.ok_or_else(missing)?;
        let (record, envelope) = read(kind, &row).ok_or_else(|| Error::Corrupt(format!("记录 {id}")))?;
        let versions = self.history(kind, reader.versions(&self.pack.place, id)?);
        let standings = self.standings(position, &record, &envelope, row.live);
        Ok(RecordView { kind: position, row, record, versions, standings })
    }

    /// A record as it stands, without its history; none where there is none.
    pub fn current(&self, kind_id: &str, id: &RecordId) -> Result<Option<(RecordRow, Record)>, Error> {
        let Some(kind) = self.pack.kind(kind_id) else { return Ok(None) };
        let row = self.store.read()?.record(&self.pack.place, kind_id, id)?;
        Ok(row.and_then(|row| read(kind, &row).map(|(record, _)| (row, record))))
    }

    /// How a record stands to every indicator that its kind moves.
    pub fn standings(&self, kind: usize, record: &Record, envelope: &Envelope, live: bool) -> Vec<(usize, Standing)> {
        let mut found: Vec<(usize, Standing)> = Vec::new();
        for (at, _) in self.pack.moved_by(kind) {
            let Some(indicator) = self.pack.indicators.get(*at) else { continue };
            if indicator.helper || found.iter().any(|(known, _)| known == at) {
                continue;
            }
            let in_force = self.pack.in_force(indicator, envelope.day.unwrap_or(i32::MAX));
            let standing = match self.pack.standing(in_force, kind, record, envelope) {
                Standing::NotAbout => continue,
                standing if live || self.counts_withdrawn(in_force, kind, record) => standing,
                _ => Standing::Uncounted("记录已撤销".to_owned()),
            };
            found.push((*at, standing));
        }
        found
    }

    /// Whether a withdrawn case goes on counting in an indicator, because it was late.
    pub(crate) fn counts_withdrawn(&self, indicator: &zhiheng_pack::Indicator, kind: usize, record: &Record) -> bool {
        let mut own = indicator.over.iter().filter(|source| source.kind == kind);
        own.any(|source| self.pack.depends_on_lateness(source, record))
    }

    fn history(&self, kind: &Kind, rows: Vec<VersionRow>) -> Vec<VersionView> {
        let mut before: Option<Record> = None;
        let mut found = Vec::with_capacity(rows.len());
        for row in rows {
            let record = Record::from_canonical(kind, &row.fields);
            let changes = match (&before, &record) {
                (Some(old), Some(new)) => self.changes(kind, old, new),
                _ => Vec::new(),
            };
            before = record;
            found.push(VersionView { row, changes });
        }
        found
    }

    /// A body as the pack names it.
    pub(crate) fn body_name<'a>(&'a self, body: &'a str) -> &'a str {
        self.pack.body(body).map_or(body, |body| body.name.as_str())
    }

    /// How many records each kind has, live and withdrawn.
    pub fn kind_counts(&self) -> Result<Vec<KindCount>, Error> {
        Ok(self.store.read()?.kind_counts(&self.pack.place)?)
    }

    /// When each kind was imported last, µs of UTC; kinds that never were are absent.
    pub fn last_imports(&self) -> Result<BTreeMap<String, i64>, Error> {
        let mut reader = self.store.read()?;
        let mut found = BTreeMap::new();
        for kind in &self.pack.kinds {
            if let Some(at) = reader.last_import(&self.pack.place, &kind.id)? {
                found.insert(kind.id.clone(), at);
            }
        }
        Ok(found)
    }

    /// The latest imports of a kind, newest first.
    pub fn imports(&self, kind: &str, limit: usize) -> Result<Vec<BatchRow>, Error> {
        let mut reader = self.store.read()?;
        let (mut found, mut before) = (Vec::new(), i64::MAX);
        loop {
            let page = reader.batches(&self.pack.place, before, IMPORTS_PAGE)?;
            let Some(last) = page.last() else { break };
            before = last.recorded_at;
            found.extend(page.into_iter().filter(|batch| batch.kind == kind));
            if found.len() >= limit {
                break;
            }
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Stores an attachment: its bytes under their digest, its name and who brought it.
    pub fn store_file(&self, actor: &str, name: &str, media_type: &str, bytes: &[u8]) -> Result<FileRef, Error> {
        let limit = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let (digest, size) = self.store.put_file(bytes, limit)?;
        let row = FileRow {
            digest,
            size: i64::try_from(size).unwrap_or(i64::MAX),
            media_type: media_type.to_owned(),
            name: name.to_owned(),
            recorded_at: 0,
            actor: actor.to_owned(),
        };
        let (place, size) = (self.pack.place.clone(), row.size);
        self.store.write(move |tx| tx.name_file(&place, &row).map(|_| ()))?;
        Ok(FileRef { digest: crate::hex(&digest), name: name.to_owned(), size, media_type: media_type.to_owned() })
    }

    /// A stored attachment as a record would name it, and the login of who brought it first.
    pub fn stored_file(&self, digest: &[u8; 32]) -> Result<Option<(FileRef, String)>, Error> {
        let row = self.store.read()?.file(&self.pack.place, digest)?;
        Ok(row.map(|row| {
            let (digest, name, media_type) = (crate::hex(&row.digest), row.name, row.media_type);
            (FileRef { digest, name, size: row.size, media_type }, row.actor)
        }))
    }

    /// The bytes of an attachment. Whether the reader may have them, the caller has asked of the record that names it.
    pub fn file_bytes(&self, digest: &[u8; 32]) -> Result<Vec<u8>, Error> {
        self.store.file_bytes(digest)?.ok_or_else(|| Error::NotFound("这个附件".to_owned()))
    }

    /// What differs between two contents of a kind: field name, old text, new text.
    pub fn changes(&self, kind: &Kind, old: &Record, new: &Record) -> Vec<(String, String, String)> {
        let differs = |index: &usize| old.value(*index) != new.value(*index);
        let text = |index: usize| {
            let field = kind.fields.get(index)?;
            Some((field.name.clone(), self.pack.show(kind, old, index), self.pack.show(kind, new, index)))
        };
        (0..kind.fields.len()).filter(differs).filter_map(text).collect()
    }
}
