//! Commitments of versions, without their contents: for whoever publishes a digest over many records.

use crate::StoreError;
use crate::db::{Value, pad, placeholders};
use crate::pool::Reader;
use crate::records::RecordId;

impl Reader<'_> {
    /// The salted commitment of every version of these records, in no order: id, version, commitment.
    pub fn commitments(&mut self, place: &str, ids: &[RecordId]) -> Result<Vec<(RecordId, i64, [u8; 32])>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut ids: Vec<&RecordId> = ids.iter().collect();
        pad(&mut ids);
        let sql = format!(
            "SELECT id, version, digest
             FROM   record_version
             WHERE  place = $1 AND id IN ({})",
            placeholders(2, ids.len())
        );
        let mut values = vec![Value::Text(place)];
        values.extend(ids.iter().map(|id| Value::Bytes(&id.0)));
        self.conn()?.many(&sql, &values, |row| Ok((RecordId(row.array(0)?), row.int(1)?, row.array(2)?)))
    }
}
