//! The whole database against itself: records against their versions, counters against records, cells against their
//! history, reported values against the versions that report them, files against the folder. What needs the pack – that
//! the history equals a recomputation from the records – is the caller's part.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::days::{Grain, month_of, year_of};
use crate::db::{Conn, Row, Value};
use crate::files::hex;
use crate::records::RecordId;
use crate::{Store, StoreError, Sum};

/// Something that contradicts something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The table that is wrong, as far as that can be told.
    pub table: &'static str,
    /// The record, where there is one.
    pub record: Option<RecordId>,
    /// What is wrong.
    pub what: String,
}

/// Records that differ from their last version, or have none.
const RECORDS: &str = "
    SELECT r.id
    FROM   record AS r
    LEFT   JOIN record_version AS v ON v.place = r.place AND v.id = r.id AND v.version = r.version
    WHERE  r.place = $1
    AND    (v.id IS NULL OR v.kind <> r.kind OR v.recorded_at <> r.recorded_at OR v.fields <> CAST(r.fields AS TEXT)
            OR (CASE WHEN v.op = 'withdraw' THEN 0 ELSE 1 END) <> r.live
            OR v.key IS DISTINCT FROM r.key OR v.body IS DISTINCT FROM r.body OR v.area IS DISTINCT FROM r.area
            OR v.subject IS DISTINCT FROM r.subject OR v.day IS DISTINCT FROM r.day
            OR v.batch IS DISTINCT FROM r.batch)
    ORDER  BY r.id
    LIMIT  1000";

/// Records whose versions are not numbered from 1 to the last, or that are missing.
const VERSIONS: &str = "
    SELECT v.id
    FROM   (SELECT place, id, MIN(kind) AS kind, COUNT(*) AS n, MIN(version) AS low, MAX(version) AS high,
                   COUNT(*) FILTER (WHERE (op = 'create') <> (version = 1)) AS wrong
            FROM   record_version
            WHERE  place = $1
            GROUP  BY place, id) AS v
    LEFT   JOIN record AS r ON r.place = v.place AND r.kind = v.kind AND r.id = v.id
    WHERE  r.id IS NULL OR v.low <> 1 OR v.high <> v.n OR v.wrong > 0 OR r.version <> v.high
    ORDER  BY v.id
    LIMIT  1000";

const KINDS: &str = "
    SELECT COALESCE(c.kind, r.kind)
    FROM   (SELECT kind, COUNT(*) FILTER (WHERE live = 1) AS live, COUNT(*) FILTER (WHERE live = 0) AS gone
            FROM   record
            WHERE  place = $1
            GROUP  BY kind) AS r
    FULL   JOIN (SELECT kind, live, withdrawn FROM kind_count WHERE place = $1) AS c ON c.kind = r.kind
    WHERE  COALESCE(r.live, 0) <> COALESCE(c.live, 0) OR COALESCE(r.gone, 0) <> COALESCE(c.withdrawn, 0)
    ORDER  BY 1";

/// Reported values that no version reports, or that no version ended.
const LEVELS: &str = "
    SELECT l.id
    FROM   level_value AS l
    LEFT   JOIN record_version AS v ON v.place = l.place AND v.recorded_at = l.recorded_at AND v.id = l.id
    LEFT   JOIN record_version AS e ON e.place = l.place AND e.recorded_at = l.ended_at AND e.id = l.id
    WHERE  l.place = $1
    AND    (v.id IS NULL OR (l.ended_at IS NOT NULL AND (e.id IS NULL OR e.version <> v.version + 1))
            OR (l.ended_at IS NULL AND EXISTS (SELECT 1 FROM record_version AS n
                                               WHERE n.place = l.place AND n.id = l.id AND n.version > v.version)))
    ORDER  BY l.id
    LIMIT  1000";

const BATCHES: &str = "
    SELECT v.id
    FROM   record_version AS v
    LEFT   JOIN import_batch AS b ON b.place = v.place AND b.id = v.batch
    WHERE  v.place = $1 AND v.batch IS NOT NULL AND b.id IS NULL
    ORDER  BY v.id
    LIMIT  1000";

/// Documents numbered for a version that is not there.
const DOCUMENTS: &str = "
    SELECT d.record
    FROM   document_number AS d
    LEFT   JOIN record_version AS v ON v.place = d.place AND v.id = d.record AND v.version = d.version
    WHERE  d.place = $1 AND v.id IS NULL
    ORDER  BY d.record
    LIMIT  1000";

impl Store {
    /// Checks everything of a place, from one snapshot. With `file_contents` every file is read, otherwise it is only
    /// looked for. Answers at most a thousand faults of each sort, none when all is well.
    pub fn fsck(&self, place: &str, file_contents: bool) -> Result<Vec<Fault>, StoreError> {
        let mut reader = self.read()?;
        let mut faults = Vec::new();
        let conn = reader.conn()?;
        for (sql, table, what) in [
            (RECORDS, "record", "differs from its last version"),
            (VERSIONS, "record_version", "versions are not complete from the first to the last"),
            (LEVELS, "level_value", "is not what a version reports"),
            (BATCHES, "import_batch", "belongs to an import that is not there"),
            (DOCUMENTS, "document_number", "numbers a version that is not there"),
        ] {
            let ids = conn.many(sql, &[Value::Text(place)], |row: Row<'_>| row.array(0).map(RecordId))?;
            faults.extend(ids.into_iter().map(|id| Fault { table, record: Some(id), what: what.to_owned() }));
        }
        for kind in conn.many(KINDS, &[Value::Text(place)], |row| row.text(0))? {
            faults.push(Fault { table: "kind_count", record: None, what: format!("wrong number of {kind}") });
        }
        check_cells(conn, place, &mut faults)?;
        for file in reader.files(place)? {
            let what = match self.file_state(&file.digest, file_contents)? {
                FileState::Sound => continue,
                FileState::Missing => format!("file {} is missing", hex(&file.digest)),
                FileState::Altered => format!("file {} has other content", hex(&file.digest)),
            };
            faults.push(Fault { table: "file", record: None, what });
        }
        Ok(faults)
    }

    fn file_state(&self, digest: &[u8; 32], contents: bool) -> Result<FileState, StoreError> {
        if !contents {
            return Ok(if self.folder.has(digest) { FileState::Sound } else { FileState::Missing });
        }
        match self.file_bytes(digest) {
            Ok(Some(_)) => Ok(FileState::Sound),
            Ok(None) => Ok(FileState::Missing),
            Err(StoreError::Corrupt { .. }) => Ok(FileState::Altered),
            Err(other) => Err(other),
        }
    }
}

enum FileState {
    Sound,
    Missing,
    Altered,
}

/// The sums of the history by month and year, against the cells.
fn check_cells(conn: &mut Conn, place: &str, faults: &mut Vec<Fault>) -> Result<(), StoreError> {
    let mut left: BTreeMap<(i64, Arc<str>, i64, i32), Sum> = BTreeMap::new();
    let mut dims: BTreeSet<Arc<str>> = BTreeSet::new();
    // A dimension occurs in very many rows.
    let mut shared = |dim: String| match dims.get(dim.as_str()) {
        Some(known) => known.clone(),
        None => {
            let dim: Arc<str> = dim.into();
            dims.insert(dim.clone());
            dim
        }
    };
    let deltas = "SELECT def, dim, day, num, den FROM cell_delta WHERE place = $1";
    conn.each(deltas, &[Value::Text(place)], &mut |row| {
        let (def, dim, day) = (row.int(0)?, shared(row.text(1)?), row.day(2)?);
        let sum = Sum { num: row.int(3)?, den: row.int(4)? };
        for (grain, period) in [(Grain::Month, month_of(day)), (Grain::Year, year_of(day))] {
            let cell = left.entry((def, dim.clone(), grain.number(), period)).or_default();
            *cell = Sum { num: cell.num.wrapping_add(sum.num), den: cell.den.wrapping_add(sum.den) };
        }
        Ok(())
    })?;
    let cells = "SELECT def, dim, grain, period, num, den FROM cell WHERE place = $1";
    conn.each(cells, &[Value::Text(place)], &mut |row| {
        let cell = left.entry((row.int(0)?, shared(row.text(1)?), row.int(2)?, row.day(3)?)).or_default();
        *cell = Sum { num: cell.num.wrapping_sub(row.int(4)?), den: cell.den.wrapping_sub(row.int(5)?) };
        Ok(())
    })?;
    let wrong = left.into_iter().filter(|(_, sum)| *sum != Sum::default());
    for ((def, dim, grain, period), _) in wrong.take(1000) {
        let what = format!("definition {def}, {dim}, grain {grain}, period {period}: differs from its history");
        faults.push(Fault { table: "cell", record: None, what });
    }
    Ok(())
}
