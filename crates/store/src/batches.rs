//! Imports. One import of one file is one job and one row here, stored with its records or not at all.

use crate::StoreError;
use crate::db::{Conn, Row, Value};
use crate::pool::Reader;
use crate::records::RecordId;

/// One import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BatchRow {
    /// Its identity.
    pub id: RecordId,
    /// The kind of its records.
    pub kind: String,
    /// SHA-256 of the file.
    pub file_digest: [u8; 32],
    /// The name under which the file came.
    pub file_name: String,
    /// What the list contains, as the user confirmed: passing, failing, mixed.
    pub scope: Option<String>,
    /// How many were tested in all, where the list says so.
    pub tested: Option<i64>,
    /// Who imported it.
    pub actor: String,
    /// When, µs of UTC. Assigned by the store; what a job hands in is ignored.
    pub recorded_at: i64,
    /// Rows of the file.
    pub rows: i64,
}

pub(crate) fn add(conn: &mut Conn, place: &str, batch: &BatchRow, at: i64) -> Result<(), StoreError> {
    let values = [
        Value::Text(place),
        Value::Bytes(&batch.id.0),
        Value::Text(&batch.kind),
        Value::Bytes(&batch.file_digest),
        Value::Text(&batch.file_name),
        (&batch.scope).into(),
        batch.tested.into(),
        Value::Text(&batch.actor),
        Value::Int(at),
        Value::Int(batch.rows),
    ];
    conn.insert(
        "INSERT INTO import_batch (place, id, kind, file_digest, file_name, scope, tested, actor, recorded_at, rows)",
        10,
        "",
        &values,
    )
}

const COLUMNS: &str = "id, kind, file_digest, file_name, scope, tested, actor, recorded_at, rows";

fn read(row: Row<'_>) -> Result<BatchRow, StoreError> {
    Ok(BatchRow {
        id: RecordId(row.array(0)?),
        kind: row.text(1)?,
        file_digest: row.array(2)?,
        file_name: row.text(3)?,
        scope: row.text_or_null(4)?,
        tested: row.int_or_null(5)?,
        actor: row.text(6)?,
        recorded_at: row.int(7)?,
        rows: row.int(8)?,
    })
}

impl Reader<'_> {
    /// Imports recorded before an instant (µs of UTC; `i64::MAX` for the newest), newest first.
    pub fn batches(&mut self, place: &str, before: i64, limit: usize) -> Result<Vec<BatchRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}
             FROM   import_batch
             WHERE  place = $1 AND recorded_at < $2
             ORDER  BY recorded_at DESC, id DESC
             LIMIT  $3"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.conn()?.many(&sql, &[Value::Text(place), Value::Int(before), Value::Int(limit)], read)
    }

    /// One import.
    pub fn batch(&mut self, place: &str, id: &RecordId) -> Result<Option<BatchRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM import_batch WHERE place = $1 AND id = $2");
        self.conn()?.one(&sql, &[Value::Text(place), Value::Bytes(&id.0)], read)
    }

    /// The imports of a file with this content, newest first.
    pub fn batches_of_file(&mut self, place: &str, digest: &[u8; 32]) -> Result<Vec<BatchRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}
             FROM   import_batch
             WHERE  place = $1 AND file_digest = $2
             ORDER  BY recorded_at DESC"
        );
        self.conn()?.many(&sql, &[Value::Text(place), Value::Bytes(digest)], read)
    }

    /// When a record of the kind was last imported, µs of UTC: how old a mirrored register is.
    pub fn last_import(&mut self, place: &str, kind: &str) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT MAX(recorded_at) FROM import_batch WHERE place = $1 AND kind = $2";
        let values = [Value::Text(place), Value::Text(kind)];
        Ok(self.conn()?.one(sql, &values, |row| row.int_or_null(0))?.flatten())
    }
}
