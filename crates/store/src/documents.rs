//! Numbers of official documents (文号). A number is assigned once, to one version of one record, by the only writer: serials of a document
//! and a year follow one another without a gap, and what was numbered keeps its number.

use crate::db::{Conn, Row, Value};
use crate::pool::Reader;
use crate::records::RecordId;
use crate::{StoreError, Tx, day_of, year_of};

/// A number that was assigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentNumberRow {
    /// Which document.
    pub document: String,
    /// The year at the place in which it was assigned.
    pub year: i32,
    /// 流水号, from 1 in every year.
    pub serial: i64,
    /// The record.
    pub record: RecordId,
    /// The version of the record that was printed.
    pub version: i64,
    /// µs of UTC; assigned by the store.
    pub issued_at: i64,
    /// Who.
    pub actor: String,
}

const COLUMNS: &str = "document, year, serial, record, version, issued_at, actor";

fn read(row: Row<'_>) -> Result<DocumentNumberRow, StoreError> {
    Ok(DocumentNumberRow {
        document: row.text(0)?,
        year: row.day(1)?,
        serial: row.int(2)?,
        record: RecordId(row.array(3)?),
        version: row.int(4)?,
        issued_at: row.int(5)?,
        actor: row.text(6)?,
    })
}

/// The last serial of a document in a year; 0 before the first.
pub(crate) fn last_serial(conn: &mut Conn, place: &str, document: &str, year: i32) -> Result<i64, StoreError> {
    let sql = "
        SELECT serial
        FROM   document_number
        WHERE  place = $1 AND document = $2 AND year = $3
        ORDER  BY serial DESC
        LIMIT  1";
    let values = [Value::Text(place), Value::Text(document), Value::Int(year.into())];
    Ok(conn.one(sql, &values, |row| row.int(0))?.unwrap_or(0))
}

/// Stores numbers; a serial that was given already violates the primary key and fails the transaction.
pub(crate) fn add(conn: &mut Conn, place: &str, numbers: &[DocumentNumberRow]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(numbers.len() * 8);
    for number in numbers {
        rows.extend([
            Value::Text(place),
            Value::Text(&number.document),
            Value::Int(number.year.into()),
            Value::Int(number.serial),
            Value::Bytes(&number.record.0),
            Value::Int(number.version),
            Value::Int(number.issued_at),
            Value::Text(&number.actor),
        ]);
    }
    let head = "INSERT INTO document_number (place, document, year, serial, record, version, issued_at, actor)";
    conn.insert(head, 8, "", &rows)
}

impl Tx<'_> {
    /// Numbers a document of a version of a record. Asked again, it answers the number that it gave.
    pub fn number_document(
        &mut self,
        place: &str,
        document: &str,
        record: &RecordId,
        version: i64,
        actor: &str,
    ) -> Result<DocumentNumberRow, StoreError> {
        let known = format!(
            "SELECT {COLUMNS}
             FROM   document_number
             WHERE  place = $1 AND record = $2 AND document = $3 AND version = $4"
        );
        let values = [Value::Text(place), Value::Bytes(&record.0), Value::Text(document), Value::Int(version)];
        if let Some(row) = self.conn().one(&known, &values, read)? {
            return Ok(row);
        }
        let object = format!("{document} {record} {version}");
        let issued_at = self.log_operation(place, actor, "编文号", &object, "")?;
        let year = year_of(day_of(issued_at, self.offset_seconds()));
        let serial = last_serial(self.conn(), place, document, year)? + 1;
        let (document, actor) = (document.to_owned(), actor.to_owned());
        let row = DocumentNumberRow { document, year, serial, record: *record, version, issued_at, actor };
        add(self.conn(), place, std::slice::from_ref(&row))?;
        Ok(row)
    }
}

impl Reader<'_> {
    /// The numbers of a record's documents, by document and then by version.
    pub fn document_numbers(&mut self, place: &str, record: &RecordId) -> Result<Vec<DocumentNumberRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}
             FROM   document_number
             WHERE  place = $1 AND record = $2
             ORDER  BY document, version"
        );
        self.conn()?.many(&sql, &[Value::Text(place), Value::Bytes(&record.0)], read)
    }
}
