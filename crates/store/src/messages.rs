//! Messages (消息): to everybody who holds a role in a body, or to one account. Written in the transaction of what they tell; never changed. Who has read
//! one is kept apart.

use crate::db::{Conn, Row, Value};
use crate::pool::Reader;
use crate::records::RecordId;
use crate::{StoreError, Tx};

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageRow {
    /// Its identity.
    pub id: RecordId,
    /// When, µs of UTC.
    pub at: i64,
    /// The account it is for; none: for a role.
    pub account: Option<String>,
    /// The body in which the role is held; empty: in any.
    pub body: String,
    /// The role; empty for a message to an account.
    pub role: String,
    /// The case it is about.
    pub record: Option<(String, RecordId)>,
    /// What it says, in a line.
    pub title: String,
    /// What it says.
    pub text: String,
}

/// Whose messages are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessagesOf {
    /// To everybody who holds a role in a body.
    Owner {
        /// The body.
        body: String,
        /// The role.
        role: String,
    },
    /// To everybody who holds a role in any of these bodies.
    Bodies {
        /// The bodies.
        bodies: Vec<String>,
        /// The role.
        role: String,
    },
    /// To one account.
    Account(String),
}

/// Bodies that one statement asks: a compound has its limit.
const BODIES: usize = 100;
const COLUMNS: &str = "id, at, account, body, role, kind, record, title, text";

fn read(row: Row<'_>) -> Result<MessageRow, StoreError> {
    let record = row.text_or_null(5)?.zip(row.array_or_null(6)?.map(RecordId));
    Ok(MessageRow {
        id: RecordId(row.array(0)?),
        at: row.int(1)?,
        account: row.text_or_null(2)?,
        body: row.text(3)?,
        role: row.text(4)?,
        record,
        title: row.text(7)?,
        text: row.text(8)?,
    })
}

pub(crate) fn add(conn: &mut Conn, place: &str, messages: &[MessageRow]) -> Result<(), StoreError> {
    let mut rows = Vec::with_capacity(messages.len() * 10);
    for message in messages {
        rows.extend([
            Value::Text(place),
            Value::Bytes(&message.id.0),
            Value::Int(message.at),
            (&message.account).into(),
            Value::Text(&message.body),
            Value::Text(&message.role),
            message.record.as_ref().map_or(Value::Null, |(kind, _)| Value::Text(kind)),
            message.record.as_ref().map_or(Value::Null, |(_, id)| Value::Bytes(&id.0)),
            Value::Text(&message.title),
            Value::Text(&message.text),
        ]);
    }
    conn.insert("INSERT INTO message (place, id, at, account, body, role, kind, record, title, text)", 10, "", &rows)
}

impl Tx<'_> {
    /// Marks messages as read by an account; twice is once.
    pub fn mark_read(&mut self, place: &str, account: &str, messages: &[RecordId]) -> Result<(), StoreError> {
        let at = self.now();
        let rows: Vec<Value<'_>> = messages
            .iter()
            .flat_map(|id| [Value::Text(place), Value::Text(account), Value::Bytes(&id.0), Value::Int(at)])
            .collect();
        self.conn().insert(
            "INSERT INTO message_read (place, account, message, at)",
            4,
            "ON CONFLICT (place, account, message) DO NOTHING",
            &rows,
        )
    }
}

impl Reader<'_> {
    /// Messages before an instant, newest first.
    pub fn messages(
        &mut self,
        place: &str,
        of: &MessagesOf,
        before: i64,
        limit: usize,
    ) -> Result<Vec<MessageRow>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut values = vec![Value::Text(place), Value::Int(before), Value::Int(limit)];
        let owner = match of {
            MessagesOf::Owner { body, role } => {
                values.extend([Value::Text(body), Value::Text(role)]);
                "body = $4 AND role = $5"
            }
            MessagesOf::Bodies { bodies, role } => return self.of_bodies(place, bodies, role, before, limit),
            MessagesOf::Account(account) => {
                values.push(Value::Text(account));
                "account = $4"
            }
        };
        let sql = format!(
            "SELECT {COLUMNS}
             FROM   message
             WHERE  place = $1 AND {owner} AND at < $2
             ORDER  BY at DESC
             LIMIT  $3"
        );
        self.conn()?.many(&sql, &values, read)
    }

    /// The newest of each body, merged: an index finds those of a body in their order, and none is read that is not shown.
    fn of_bodies(
        &mut self,
        place: &str,
        bodies: &[String],
        role: &str,
        before: i64,
        limit: i64,
    ) -> Result<Vec<MessageRow>, StoreError> {
        let mut found = Vec::new();
        for chunk in bodies.chunks(BODIES) {
            let part = |at: usize| {
                format!(
                    "SELECT * FROM (SELECT {COLUMNS}
                     FROM   message
                     WHERE  place = $1 AND body = ${} AND role = $4 AND at < $2
                     ORDER  BY at DESC
                     LIMIT  $3) AS m{at}",
                    at + 5
                )
            };
            let parts: Vec<String> = (0..chunk.len()).map(part).collect();
            let sql = format!("{} ORDER BY at DESC LIMIT $3", parts.join(" UNION ALL "));
            let mut values = vec![Value::Text(place), Value::Int(before), Value::Int(limit), Value::Text(role)];
            values.extend(chunk.iter().map(|body| Value::Text(body)));
            found.extend(self.conn()?.many(&sql, &values, read)?);
        }
        found.sort_by_key(|message: &MessageRow| std::cmp::Reverse(message.at));
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(found)
    }

    /// Which of these messages an account has read.
    pub fn read_by(&mut self, place: &str, account: &str, messages: &[RecordId]) -> Result<Vec<RecordId>, StoreError> {
        let mut found = Vec::new();
        for chunk in messages.chunks(512) {
            let mut ids: Vec<Value<'_>> = chunk.iter().map(|id| Value::Bytes(&id.0)).collect();
            crate::db::pad(&mut ids);
            let sql = format!(
                "SELECT message FROM message_read WHERE place = $1 AND account = $2 AND message IN ({})",
                crate::db::placeholders(3, ids.len())
            );
            let mut values = vec![Value::Text(place), Value::Text(account)];
            values.extend(&ids);
            found.extend(self.conn()?.many(&sql, &values, |row| Ok(RecordId(row.array(0)?)))?);
        }
        Ok(found)
    }
}
