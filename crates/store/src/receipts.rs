//! Receipts (回执): which case a query code opens. Written in the transaction of the case, so that a citizen who was told a code can use it; only the
//! digest of a code is kept.

use crate::StoreError;
use crate::db::{Conn, Value};
use crate::pool::Reader;
use crate::records::RecordId;

/// The receipt of a case that a citizen opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptRow {
    /// Digest of the query code.
    pub code_hash: [u8; 32],
    /// Kind of the record.
    pub kind: String,
    /// The record.
    pub record: RecordId,
    /// When, µs of UTC.
    pub created_at: i64,
}

/// Fails when a code is there already: two cases behind one code would show one citizen the other's.
pub(crate) fn add(conn: &mut Conn, place: &str, receipts: &[ReceiptRow]) -> Result<(), StoreError> {
    let rows: Vec<Value<'_>> = receipts
        .iter()
        .flat_map(|receipt| {
            [
                Value::Text(place),
                Value::Bytes(&receipt.code_hash),
                Value::Text(&receipt.kind),
                Value::Bytes(&receipt.record.0),
                Value::Int(receipt.created_at),
            ]
        })
        .collect();
    conn.insert("INSERT INTO receipt (place, code_hash, kind, record, created_at)", 5, "", &rows)
}

impl Reader<'_> {
    /// The receipt of a query code, by its digest.
    pub fn receipt(&mut self, place: &str, code_hash: &[u8; 32]) -> Result<Option<ReceiptRow>, StoreError> {
        let sql = "
            SELECT code_hash, kind, record, created_at
            FROM   receipt
            WHERE  place = $1 AND code_hash = $2";
        self.conn()?.one(sql, &[Value::Text(place), Value::Bytes(code_hash)], |row| {
            Ok(ReceiptRow {
                code_hash: row.array(0)?,
                kind: row.text(1)?,
                record: RecordId(row.array(2)?),
                created_at: row.int(3)?,
            })
        })
    }
}
