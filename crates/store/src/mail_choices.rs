//! What people want by mail (邮件提醒), and where. Nothing here says whether an address may be written to: that is the caller's rule.

use crate::db::{Conn, Row, Value};
use crate::pool::Reader;
use crate::records::RecordId;
use crate::{StoreError, Tx};

/// Somebody's choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailChoiceRow {
    /// Whose.
    pub account: RecordId,
    /// What is wanted.
    pub mode: String,
    /// Where; empty where there is none yet.
    pub address: String,
    /// When it was confirmed, µs of UTC.
    pub confirmed_at: Option<i64>,
    /// The address that is to take its place; empty where there is none.
    pub asked: String,
    /// Hash of the code that confirms it.
    pub code_hash: Option<[u8; 32]>,
    /// Until when the code holds, µs of UTC.
    pub code_until: Option<i64>,
    /// Wrong codes since it was sent.
    pub tries: i64,
}

const COLUMNS: &str = "account, mode, address, confirmed_at, asked, code_hash, code_until, tries";

fn read(row: Row<'_>) -> Result<MailChoiceRow, StoreError> {
    Ok(MailChoiceRow {
        account: RecordId(row.array(0)?),
        mode: row.text(1)?,
        address: row.text(2)?,
        confirmed_at: row.int_or_null(3)?,
        asked: row.text(4)?,
        code_hash: row.array_or_null(5)?,
        code_until: row.int_or_null(6)?,
        tries: row.int(7)?,
    })
}

fn one(conn: &mut Conn, place: &str, account: &RecordId) -> Result<Option<MailChoiceRow>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM mail_choice WHERE place = $1 AND account = $2");
    conn.one(&sql, &[Value::Text(place), Value::Bytes(&account.0)], read)
}

impl Tx<'_> {
    /// Somebody's choice, inside the write.
    pub fn mail_choice(&mut self, place: &str, account: &RecordId) -> Result<Option<MailChoiceRow>, StoreError> {
        one(self.conn(), place, account)
    }

    /// Puts a choice in place of the one that was.
    pub fn set_mail_choice(&mut self, place: &str, choice: &MailChoiceRow) -> Result<(), StoreError> {
        let values = [
            Value::Text(place),
            Value::Bytes(&choice.account.0),
            Value::Text(&choice.mode),
            Value::Text(&choice.address),
            choice.confirmed_at.into(),
            Value::Text(&choice.asked),
            choice.code_hash.as_ref().map_or(Value::Null, |hash| Value::Bytes(hash)),
            choice.code_until.into(),
            Value::Int(choice.tries),
        ];
        self.conn().insert(
            "INSERT INTO mail_choice (place, account, mode, address, confirmed_at, asked, code_hash, code_until, tries)",
            9,
            "ON CONFLICT (place, account) DO UPDATE SET
             mode = excluded.mode, address = excluded.address, confirmed_at = excluded.confirmed_at, asked = excluded.asked,
             code_hash = excluded.code_hash, code_until = excluded.code_until, tries = excluded.tries",
            &values,
        )
    }
}

impl Reader<'_> {
    /// Somebody's choice.
    pub fn mail_choice(&mut self, place: &str, account: &RecordId) -> Result<Option<MailChoiceRow>, StoreError> {
        one(self.conn()?, place, account)
    }

    /// Everybody's.
    pub fn mail_choices(&mut self, place: &str) -> Result<Vec<MailChoiceRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM mail_choice WHERE place = $1 ORDER BY account");
        self.conn()?.many(&sql, &[Value::Text(place)], read)
    }
}
