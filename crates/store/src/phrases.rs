//! 常用意见: the phrases that one account keeps for opinions, in its own order.

use crate::db::Value;
use crate::pool::Reader;
use crate::records::RecordId;
use crate::{StoreError, Tx};

const OF_ACCOUNT: &str = "SELECT text FROM phrase WHERE place = $1 AND account = $2 ORDER BY no";

impl Reader<'_> {
    /// The phrases of an account, in its order.
    pub fn phrases(&mut self, place: &str, account: &RecordId) -> Result<Vec<String>, StoreError> {
        self.conn()?.many(OF_ACCOUNT, &[Value::Text(place), Value::Bytes(&account.0)], |row| row.text(0))
    }
}

impl Tx<'_> {
    /// The phrases of an account as they are now, inside the write.
    pub fn phrases(&mut self, place: &str, account: &RecordId) -> Result<Vec<String>, StoreError> {
        self.conn().many(OF_ACCOUNT, &[Value::Text(place), Value::Bytes(&account.0)], |row| row.text(0))
    }

    /// Replaces the phrases of an account.
    pub fn set_phrases(&mut self, place: &str, account: &RecordId, phrases: &[String]) -> Result<(), StoreError> {
        let sql = "DELETE FROM phrase WHERE place = $1 AND account = $2";
        self.conn().run(sql, &[Value::Text(place), Value::Bytes(&account.0)])?;
        let mut rows = Vec::with_capacity(phrases.len() * 4);
        for (no, text) in (0..).zip(phrases) {
            rows.extend([Value::Text(place), Value::Bytes(&account.0), Value::Int(no), Value::Text(text)]);
        }
        self.conn().insert("INSERT INTO phrase (place, account, no, text)", 4, "", &rows)
    }
}
