//! Records (记录) and their versions. `record_version` holds every version and never changes; `record` holds
//! what the last version of each record says, and can be rebuilt from it at any time.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::StoreError;
use crate::db::{Conn, Row, Value, pad, placeholders};
use crate::pool::Reader;

/// The 128-bit, time-ordered identity of a record. Made by the caller; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub [u8; 16]);

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for RecordId {
    type Err = StoreError;

    /// 32 hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, StoreError> {
        let valid = text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit());
        match u128::from_str_radix(text, 16) {
            Ok(number) if valid => Ok(RecordId(number.to_be_bytes())),
            _ => Err(StoreError::invalid("a record id is 32 hexadecimal digits")),
        }
    }
}

/// What a version does to its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// The first version.
    Create,
    /// New content, for a reason.
    Correct,
    /// The record counts nowhere from now on, for a reason; it stays readable.
    Withdraw,
    /// A withdrawn record counts again.
    Restore,
    /// A step of its procedure was taken, or something happened to its case.
    Step,
}

impl Op {
    /// The word that is stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Op::Create => "create",
            Op::Correct => "correct",
            Op::Withdraw => "withdraw",
            Op::Restore => "restore",
            Op::Step => "step",
        }
    }

    pub(crate) fn read(word: &str) -> Result<Op, StoreError> {
        [Op::Create, Op::Correct, Op::Withdraw, Op::Restore, Op::Step]
            .into_iter()
            .find(|op| op.as_str() == word)
            .ok_or_else(|| StoreError::corrupt(format!("unknown operation {word:?}")))
    }

    /// Whether a record may take this operation; `live` is what its last version left, `None` when there is none.
    pub(crate) fn follows(self, live: Option<bool>) -> bool {
        match self {
            Op::Create => live.is_none(),
            Op::Correct | Op::Withdraw | Op::Step => live == Some(true),
            Op::Restore => live == Some(false),
        }
    }
}

/// A record as its last version left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordRow {
    /// The declared kind, `[a-z][a-z0-9_]*`.
    pub kind: String,
    /// Unique within the place.
    pub id: RecordId,
    /// Counted from 1.
    pub version: i64,
    /// False after a withdrawal.
    pub live: bool,
    /// The business key, unique within place and kind.
    pub key: Option<String>,
    /// The responsible body.
    pub body: Option<String>,
    /// The area code.
    pub area: Option<String>,
    /// The enterprise or person that the record is about.
    pub subject: Option<String>,
    /// The day that places the record in a period, counted from 1970-01-01.
    pub day: Option<i32>,
    /// The declared fields as canonical JSON, byte for byte as the caller wrote them.
    pub fields: String,
    /// Knowledge time of the last version, µs of UTC.
    pub recorded_at: i64,
    /// The import that made the last version.
    pub batch: Option<RecordId>,
}

/// One version of a record, complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRow {
    /// The declared kind.
    pub kind: String,
    /// The record.
    pub id: RecordId,
    /// Counted from 1 without gaps.
    pub version: i64,
    /// What this version does.
    pub op: Op,
    /// Knowledge time, µs of UTC, from [`crate::Times::next`].
    pub recorded_at: i64,
    /// Who did it.
    pub actor: String,
    /// Why, for everything but a creation.
    pub reason: Option<String>,
    /// Hash of the pack under which it was written.
    pub pack: [u8; 32],
    /// As in [`RecordRow`].
    pub body: Option<String>,
    /// As in [`RecordRow`].
    pub area: Option<String>,
    /// As in [`RecordRow`].
    pub subject: Option<String>,
    /// As in [`RecordRow`].
    pub day: Option<i32>,
    /// As in [`RecordRow`].
    pub key: Option<String>,
    /// As in [`RecordRow`].
    pub fields: String,
    /// Salt of the commitment.
    pub salt: [u8; 16],
    /// The salted commitment, chained to the version before.
    pub digest: [u8; 32],
    /// The same commitment with SM3 (GB/T 32905) in the place of SHA-256; none in versions of before there was a log.
    pub sm3: Option<[u8; 32]>,
    /// The import that made this version.
    pub batch: Option<RecordId>,
}

impl VersionRow {
    /// The record as this version leaves it.
    #[must_use]
    pub fn record(&self) -> RecordRow {
        RecordRow {
            kind: self.kind.clone(),
            id: self.id,
            version: self.version,
            live: self.op != Op::Withdraw,
            key: self.key.clone(),
            body: self.body.clone(),
            area: self.area.clone(),
            subject: self.subject.clone(),
            day: self.day,
            fields: self.fields.clone(),
            recorded_at: self.recorded_at,
            batch: self.batch,
        }
    }
}

/// How many records of one kind there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindCount {
    /// The declared kind.
    pub kind: String,
    /// Records that count.
    pub live: i64,
    /// Withdrawn records.
    pub withdrawn: i64,
}

pub(crate) const RECORD_COLUMNS: &str =
    "kind, id, version, live, key, body, area, subject, day, fields, recorded_at, batch";

pub(crate) fn read_record(row: Row<'_>) -> Result<RecordRow, StoreError> {
    record(row).map_err(|error| named(row, error))
}

fn record(row: Row<'_>) -> Result<RecordRow, StoreError> {
    Ok(RecordRow {
        kind: row.text(0)?,
        id: RecordId(row.array(1)?),
        version: row.int(2)?,
        live: match row.int(3)? {
            0 => false,
            1 => true,
            other => return Err(StoreError::corrupt(format!("live is {other}"))),
        },
        key: row.text_or_null(4)?,
        body: row.text_or_null(5)?,
        area: row.text_or_null(6)?,
        subject: row.text_or_null(7)?,
        day: row.day_or_null(8)?,
        fields: row.text(9)?,
        recorded_at: row.int(10)?,
        batch: row.array_or_null(11)?.map(RecordId),
    })
}

pub(crate) const VERSION_COLUMNS: &str = "kind, id, version, op, recorded_at, actor, reason, pack, body, area, subject, day, key, \
                               fields, salt, digest, sm3, batch";

pub(crate) fn read_version(row: Row<'_>) -> Result<VersionRow, StoreError> {
    version(row).map_err(|error| named(row, error))
}

/// Which record cannot be read.
fn named(row: Row<'_>, error: StoreError) -> StoreError {
    match (row.bytes(1), row.int(2)) {
        (Ok(id), Ok(version)) => StoreError::corrupt(format!("{} 第 {version} 版：{error}", crate::hex(&id))),
        _ => error,
    }
}

fn version(row: Row<'_>) -> Result<VersionRow, StoreError> {
    Ok(VersionRow {
        kind: row.text(0)?,
        id: RecordId(row.array(1)?),
        version: row.int(2)?,
        op: Op::read(&row.text(3)?)?,
        recorded_at: row.int(4)?,
        actor: row.text(5)?,
        reason: row.text_or_null(6)?,
        pack: row.array(7)?,
        body: row.text_or_null(8)?,
        area: row.text_or_null(9)?,
        subject: row.text_or_null(10)?,
        day: row.day_or_null(11)?,
        key: row.text_or_null(12)?,
        fields: row.text(13)?,
        salt: row.array(14)?,
        digest: row.array(15)?,
        sm3: row.array_or_null(16)?,
        batch: row.array_or_null(17)?.map(RecordId),
    })
}

/// Stores versions in the order given and brings their records up to date. A second version of one number
/// violates the primary key and fails the transaction.
pub(crate) fn add_versions(
    conn: &mut Conn,
    place: &str,
    versions: &[VersionRow],
    with_history: bool,
) -> Result<(), StoreError> {
    if with_history {
        for chunk in versions.chunks(CHUNK) {
            insert_versions(conn, place, chunk)?;
        }
    }
    // Of several versions of one record in this transaction only the last is the record's.
    let mut last: BTreeMap<RecordId, usize> = BTreeMap::new();
    for (index, version) in versions.iter().enumerate() {
        last.insert(version.id, index);
    }
    let mut order: Vec<usize> = last.into_values().collect();
    order.sort_unstable();
    let latest: Vec<&VersionRow> = order.into_iter().filter_map(|index| versions.get(index)).collect();
    for chunk in latest.chunks(CHUNK) {
        upsert_records(conn, place, chunk)?;
    }
    count_kinds(conn, place, versions)
}

const CHUNK: usize = 1024;

fn insert_versions(conn: &mut Conn, place: &str, versions: &[VersionRow]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(versions.len() * 19);
    for v in versions {
        rows.extend([
            Value::Text(place),
            Value::Text(&v.kind),
            Value::Bytes(&v.id.0),
            Value::Int(v.version),
            Value::Text(v.op.as_str()),
            Value::Int(v.recorded_at),
            Value::Text(&v.actor),
            (&v.reason).into(),
            Value::Bytes(&v.pack),
            (&v.body).into(),
            (&v.area).into(),
            (&v.subject).into(),
            v.day.into(),
            (&v.key).into(),
            Value::Text(&v.fields),
            Value::Bytes(&v.salt),
            Value::Bytes(&v.digest),
            v.sm3.as_ref().map_or(Value::Null, |digest| Value::Bytes(digest)),
            v.batch.as_ref().map_or(Value::Null, |id| Value::Bytes(&id.0)),
        ]);
    }
    conn.insert(
        "INSERT INTO record_version (place, kind, id, version, op, recorded_at, actor, reason, pack, body, area, subject,
                                     day, key, fields, salt, digest, sm3, batch)",
        19,
        "",
        &rows,
    )
}

fn upsert_records(conn: &mut Conn, place: &str, versions: &[&VersionRow]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(versions.len() * 13);
    for v in versions {
        rows.extend([
            Value::Text(place),
            Value::Text(&v.kind),
            Value::Bytes(&v.id.0),
            Value::Int(v.version),
            Value::Int(i64::from(v.op != Op::Withdraw)),
            (&v.key).into(),
            (&v.body).into(),
            (&v.area).into(),
            (&v.subject).into(),
            v.day.into(),
            Value::Text(&v.fields),
            Value::Int(v.recorded_at),
            v.batch.as_ref().map_or(Value::Null, |id| Value::Bytes(&id.0)),
        ]);
    }
    conn.insert(
        "INSERT INTO record (place, kind, id, version, live, key, body, area, subject, day, fields, recorded_at, batch)",
        13,
        "ON CONFLICT (place, kind, id) DO UPDATE
         SET version = excluded.version, live = excluded.live, key = excluded.key, body = excluded.body,
             area = excluded.area, subject = excluded.subject, day = excluded.day, fields = excluded.fields,
             recorded_at = excluded.recorded_at, batch = excluded.batch",
        &rows,
    )
}

fn count_kinds(conn: &mut Conn, place: &str, versions: &[VersionRow]) -> Result<(), StoreError> {
    let mut counts: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for version in versions {
        let (live, withdrawn) = match version.op {
            Op::Create => (1, 0),
            Op::Correct | Op::Step => continue,
            Op::Withdraw => (-1, 1),
            Op::Restore => (1, -1),
        };
        let count = counts.entry(&version.kind).or_default();
        count.0 += live;
        count.1 += withdrawn;
    }
    let rows: Vec<Value<'_>> = counts
        .iter()
        .flat_map(|(kind, (live, gone))| [Value::Text(place), Value::Text(kind), Value::Int(*live), Value::Int(*gone)])
        .collect();
    conn.insert(
        "INSERT INTO kind_count (place, kind, live, withdrawn)",
        4,
        "ON CONFLICT (place, kind) DO UPDATE
         SET live = kind_count.live + excluded.live, withdrawn = kind_count.withdrawn + excluded.withdrawn",
        &rows,
    )
}

/// Records by one column (`id`, `key` or `subject`) that has any of the given values.
pub(crate) fn records_where(
    conn: &mut Conn,
    place: &str,
    kind: &str,
    column: &str,
    values: &[Value<'_>],
) -> Result<Vec<RecordRow>, StoreError> {
    let mut out = Vec::new();
    for chunk in values.chunks(512) {
        let mut bound = vec![Value::Text(place), Value::Text(kind)];
        let mut list = chunk.to_vec();
        pad(&mut list);
        bound.extend(&list);
        let sql = format!(
            "SELECT {RECORD_COLUMNS}
             FROM   record
             WHERE  place = $1 AND kind = $2 AND {column} IN ({})",
            placeholders(3, list.len())
        );
        out.extend(conn.many(&sql, &bound, read_record)?);
    }
    Ok(out)
}

/// The knowledge time of the last version, operation or pack of a place; 0 when there is none.
pub(crate) fn last_instant(conn: &mut Conn, place: &str) -> Result<i64, StoreError> {
    let sql = "SELECT COALESCE((SELECT MAX(recorded_at) FROM record_version WHERE place = $1), 0),
                      COALESCE((SELECT MAX(at) FROM operation WHERE place = $1), 0),
                      COALESCE((SELECT MAX(active_from) FROM pack_version WHERE place = $1), 0),
                      COALESCE((SELECT MAX(at) FROM leaf WHERE place = $1), 0)";
    let last = |row: Row<'_>| Ok(row.int(0)?.max(row.int(1)?).max(row.int(2)?).max(row.int(3)?));
    Ok(conn.one(sql, &[Value::Text(place)], last)?.unwrap_or(0))
}

impl Reader<'_> {
    /// The record as its last version left it.
    pub fn record(&mut self, place: &str, kind: &str, id: &RecordId) -> Result<Option<RecordRow>, StoreError> {
        Ok(records_where(self.conn()?, place, kind, "id", &[Value::Bytes(&id.0)])?.pop())
    }

    /// The record of a kind with this business key.
    pub fn record_by_key(&mut self, place: &str, kind: &str, key: &str) -> Result<Option<RecordRow>, StoreError> {
        Ok(records_where(self.conn()?, place, kind, "key", &[Value::Text(key)])?.pop())
    }

    /// The records of a kind with one of these ids or one of these business keys, in no order; a record that answers to
    /// both comes twice.
    pub fn records_of(
        &mut self,
        place: &str,
        kind: &str,
        ids: &[RecordId],
        keys: &[&str],
    ) -> Result<Vec<RecordRow>, StoreError> {
        let ids: Vec<Value<'_>> = ids.iter().map(|id| Value::Bytes(&id.0)).collect();
        let keys: Vec<Value<'_>> = keys.iter().map(|key| Value::Text(key)).collect();
        let mut found = records_where(self.conn()?, place, kind, "id", &ids)?;
        found.extend(records_where(self.conn()?, place, kind, "key", &keys)?);
        Ok(found)
    }

    /// Every version of a record, oldest first; empty when there is no such record.
    pub fn versions(&mut self, place: &str, id: &RecordId) -> Result<Vec<VersionRow>, StoreError> {
        let sql = format!(
            "SELECT {VERSION_COLUMNS}
             FROM   record_version
             WHERE  place = $1 AND id = $2
             ORDER  BY version"
        );
        self.conn()?.many(&sql, &[Value::Text(place), Value::Bytes(&id.0)], read_version)
    }

    /// The steps that an actor took before an instant (µs of UTC; `i64::MAX` for the newest), newest first.
    pub fn steps_of(
        &mut self,
        place: &str,
        actor: &str,
        before: i64,
        limit: usize,
    ) -> Result<Vec<VersionRow>, StoreError> {
        let sql = format!(
            "SELECT {VERSION_COLUMNS}
             FROM   record_version
             WHERE  place = $1 AND actor = $2 AND op = 'step' AND recorded_at < $3
             ORDER  BY recorded_at DESC
             LIMIT  $4"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.conn()?.many(
            &sql,
            &[Value::Text(place), Value::Text(actor), Value::Int(before), Value::Int(limit)],
            read_version,
        )
    }

    /// Every record of a kind, withdrawn ones too, in the order of their ids; nothing is held in memory.
    pub fn scan_records(
        &mut self,
        place: &str,
        kind: &str,
        mut each: impl FnMut(RecordRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT {RECORD_COLUMNS}
             FROM   record
             WHERE  place = $1 AND kind = $2
             ORDER  BY id"
        );
        let values = [Value::Text(place), Value::Text(kind)];
        self.conn()?.each(&sql, &values, &mut |row| each(read_record(row)?))
    }

    /// Every version recorded after an instant (µs of UTC; 0 for all), in the order in which they were recorded.
    pub fn scan_versions(
        &mut self,
        place: &str,
        after: i64,
        each: impl FnMut(VersionRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        scan_versions(self.conn()?, place, after, each)
    }

    /// Every version, record by record, each record's in their order.
    pub fn scan_versions_by_record(
        &mut self,
        place: &str,
        each: impl FnMut(VersionRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        scan(self.conn()?, place, i64::MIN, VERSIONS_BY_RECORD, each)
    }

    /// Records of kinds that no counter knows: nobody filed them.
    pub fn records_uncounted(&mut self, place: &str) -> Result<Vec<RecordId>, StoreError> {
        let sql = "
            SELECT r.id
            FROM   record AS r
            LEFT   JOIN kind_count AS k ON k.place = r.place AND k.kind = r.kind
            WHERE  r.place = $1 AND k.kind IS NULL
            ORDER  BY r.id
            LIMIT  1000";
        self.conn()?.many(sql, &[Value::Text(place)], |row| Ok(RecordId(row.array(0)?)))
    }

    /// The newest knowledge time of a place, µs of UTC; 0 when nothing was ever recorded.
    pub fn last_recorded_at(&mut self, place: &str) -> Result<i64, StoreError> {
        let sql = "SELECT COALESCE(MAX(recorded_at), 0) FROM record_version WHERE place = $1";
        Ok(self.conn()?.one(sql, &[Value::Text(place)], |row| row.int(0))?.unwrap_or(0))
    }

    /// How many records of each kind a place has, from a counter: the cost does not grow with their number.
    pub fn kind_counts(&mut self, place: &str) -> Result<Vec<KindCount>, StoreError> {
        let sql = "
            SELECT kind, live, withdrawn
            FROM   kind_count
            WHERE  place = $1
            ORDER  BY kind";
        self.conn()?.many(sql, &[Value::Text(place)], |row| {
            Ok(KindCount { kind: row.text(0)?, live: row.int(1)?, withdrawn: row.int(2)? })
        })
    }

    /// How many records a place has, withdrawn ones included.
    pub fn total_records(&mut self, place: &str) -> Result<i64, StoreError> {
        Ok(self.kind_counts(place)?.iter().map(|count| count.live + count.withdrawn).sum())
    }

    /// The places that have anything stored, in order.
    pub fn places(&mut self) -> Result<Vec<String>, StoreError> {
        let sql = "
            SELECT place FROM kind_count
            UNION
            SELECT place FROM pack_version
            UNION
            SELECT place FROM account
            ORDER  BY 1";
        self.conn()?.many(sql, &[], |row| row.text(0))
    }
}

/// As the primary key orders them: a version beside the one before it.
const VERSIONS_BY_RECORD: &str = "ORDER  BY id, version";
const VERSIONS_BY_TIME: &str = "ORDER  BY recorded_at";

pub(crate) fn scan_versions(
    conn: &mut Conn,
    place: &str,
    after: i64,
    each: impl FnMut(VersionRow) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    scan(conn, place, after, VERSIONS_BY_TIME, each)
}

fn scan(
    conn: &mut Conn,
    place: &str,
    after: i64,
    order: &str,
    mut each: impl FnMut(VersionRow) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT {VERSION_COLUMNS}
         FROM   record_version
         WHERE  place = $1 AND recorded_at > $2
         {order}"
    );
    conn.each(&sql, &[Value::Text(place), Value::Int(after)], &mut |row| each(read_version(row)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_written() {
        let id = RecordId(std::array::from_fn(|i| u8::try_from(i * 16 + 1).unwrap()));
        assert_eq!(id.to_string().parse::<RecordId>().unwrap(), id);
        for wrong in ["", "12", "+1111111111111111111111111111111", "zz111111111111111111111111111111"] {
            assert!(wrong.parse::<RecordId>().is_err(), "{wrong}");
        }
    }
}
