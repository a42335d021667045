//! The outbox (待发): what is to leave the house because of a commit, written in that commit and delivered after it, at least once.
//!
//! * A row is stored with what it tells of, or not at all; a place in which nobody listens keeps none ([`LISTENS`]).
//! * An attempt is claimed before it is made and settled after it. Who dies between the two leaves a claim that runs out: the row is tried again.
//! * Of the rows that wait for one address only the first is tried, so that nobody hears of the second event before the first.
//! * A key is stored once: what is asked for twice is delivered as one.

use crate::db::{Conn, Row, Value};
use crate::pool::Reader;
use crate::{StoreError, Tx};

/// The setting that says whether anybody listens: `on`, or anything else.
pub const LISTENS: &str = "outgoing";

/// Something to be delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its identity, also for whoever receives it twice.
    pub key: String,
    /// How it travels.
    pub channel: String,
    /// Whose order is kept.
    pub address: String,
    /// What is delivered.
    pub content: String,
    /// When, µs of UTC; it is not tried before.
    pub created_at: i64,
}

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutboxState {
    /// It waits, or is being tried.
    Waiting,
    /// It arrived.
    Delivered,
    /// It was tried often enough.
    GivenUp,
    /// Nobody wants it any more.
    Dropped,
}

impl OutboxState {
    fn as_str(self) -> &'static str {
        match self {
            OutboxState::Waiting => "waiting",
            OutboxState::Delivered => "delivered",
            OutboxState::GivenUp => "given_up",
            OutboxState::Dropped => "dropped",
        }
    }

    fn read(word: &str) -> Result<OutboxState, StoreError> {
        [OutboxState::Waiting, OutboxState::Delivered, OutboxState::GivenUp, OutboxState::Dropped]
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or_else(|| StoreError::corrupt(format!("an outbox row that is {word:?}")))
    }
}

/// A stored row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its place in the line; rows of one commit keep their order.
    pub seq: i64,
    /// What is to be delivered.
    pub entry: OutboxEntry,
    /// How it stands.
    pub state: OutboxState,
    /// Attempts that were begun.
    pub attempts: i64,
    /// When it is tried next, µs of UTC.
    pub next_at: Option<i64>,
    /// Why the last attempt failed; empty where none did.
    pub error: String,
    /// When it came to its end, µs of UTC.
    pub done_at: Option<i64>,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// It arrived.
    Delivered,
    /// It did not; it is tried again at an instant, µs of UTC.
    Again(i64, String),
    /// It did not, and it is not tried again.
    GivenUp(String),
    /// Nobody wants it any more.
    Dropped(String),
}

const COLUMNS: &str = "seq, key, channel, address, content, created_at, state, attempts, next_at, error, done_at";

fn read(row: Row<'_>) -> Result<OutboxRow, StoreError> {
    Ok(OutboxRow {
        seq: row.int(0)?,
        entry: OutboxEntry {
            key: row.text(1)?,
            channel: row.text(2)?,
            address: row.text(3)?,
            content: row.text(4)?,
            created_at: row.int(5)?,
        },
        state: OutboxState::read(&row.text(6)?)?,
        attempts: row.int(7)?,
        next_at: row.int_or_null(8)?,
        error: row.text(9)?,
        done_at: row.int_or_null(10)?,
    })
}

/// Stores entries where somebody listens.
pub(crate) fn add_where_heard(conn: &mut Conn, place: &str, entries: &[OutboxEntry]) -> Result<(), StoreError> {
    let sql = "SELECT value FROM setting WHERE place = $1 AND name = $2";
    let listens = conn.one(sql, &[Value::Text(place), Value::Text(LISTENS)], |row| row.text(0))?;
    if listens.as_deref() == Some("on") { add(conn, place, entries) } else { Ok(()) }
}

fn add(conn: &mut Conn, place: &str, entries: &[OutboxEntry]) -> Result<(), StoreError> {
    let sql = "SELECT COALESCE(MAX(seq), 0) FROM outbox WHERE place = $1";
    let last = conn.one(sql, &[Value::Text(place)], |row| row.int(0))?.unwrap_or(0);
    let mut rows = Vec::with_capacity(entries.len() * 11);
    for (seq, entry) in (last + 1..).zip(entries) {
        rows.extend([
            Value::Text(place),
            Value::Int(seq),
            Value::Text(&entry.key),
            Value::Text(&entry.channel),
            Value::Text(&entry.address),
            Value::Text(&entry.content),
            Value::Int(entry.created_at),
            Value::Text(OutboxState::Waiting.as_str()),
            Value::Int(entry.created_at),
            Value::Int(0),
            Value::Text(""),
        ]);
    }
    conn.insert(
        "INSERT INTO outbox (place, seq, key, channel, address, content, created_at, state, next_at, attempts, error)",
        11,
        "ON CONFLICT (place, key) DO NOTHING",
        &rows,
    )
}

impl Tx<'_> {
    /// Stores entries; a key that is there already stays as it is.
    pub fn add_outbox(&mut self, place: &str, entries: &[OutboxEntry]) -> Result<(), StoreError> {
        add(self.conn(), place, entries)
    }

    /// Claims a row that is due for an attempt until an instant. `None` when somebody else was first. The attempt has the number that the row then says.
    pub fn claim_outbox(
        &mut self,
        place: &str,
        seq: i64,
        now: i64,
        until: i64,
    ) -> Result<Option<OutboxRow>, StoreError> {
        let sql = "
            UPDATE outbox SET attempts = attempts + 1, next_at = $4
            WHERE  place = $1 AND seq = $2 AND next_at IS NOT NULL AND next_at <= $3";
        let values = [Value::Text(place), Value::Int(seq), Value::Int(now), Value::Int(until)];
        if self.conn().run(sql, &values)? == 0 {
            return Ok(None);
        }
        let sql = format!("SELECT {COLUMNS} FROM outbox WHERE place = $1 AND seq = $2");
        self.conn().one(&sql, &[Value::Text(place), Value::Int(seq)], read)
    }

    /// Writes down what became of an attempt. What arrived has arrived, whoever says so; a failure counts only from the attempt that was begun last.
    pub fn settle_outbox(
        &mut self,
        place: &str,
        seq: i64,
        attempt: i64,
        became: &Attempt,
        now: i64,
    ) -> Result<bool, StoreError> {
        let (state, next_at, error, done_at) = match became {
            Attempt::Delivered => (OutboxState::Delivered, None, "", Some(now)),
            Attempt::Again(at, error) => (OutboxState::Waiting, Some(*at), error.as_str(), None),
            Attempt::GivenUp(error) => (OutboxState::GivenUp, None, error.as_str(), Some(now)),
            Attempt::Dropped(why) => (OutboxState::Dropped, None, why.as_str(), Some(now)),
        };
        let values = [
            Value::Text(place),
            Value::Int(seq),
            Value::Int(if *became == Attempt::Delivered { 0 } else { attempt }),
            Value::Text(state.as_str()),
            next_at.into(),
            Value::Text(error),
            done_at.into(),
        ];
        let sql = "
            UPDATE outbox SET state = $4, next_at = $5, error = $6, done_at = $7
            WHERE  place = $1 AND seq = $2 AND state <> 'delivered' AND ($3 = 0 OR (attempts = $3 AND next_at IS NOT NULL))";
        Ok(self.conn().run(sql, &values)? == 1)
    }

    /// Lets a row that was given up be tried anew. False when it was not given up.
    pub fn retry_outbox(&mut self, place: &str, seq: i64, now: i64) -> Result<bool, StoreError> {
        let sql = "
            UPDATE outbox SET state = 'waiting', attempts = 0, next_at = $3, done_at = NULL
            WHERE  place = $1 AND seq = $2 AND state = 'given_up'";
        Ok(self.conn().run(sql, &[Value::Text(place), Value::Int(seq), Value::Int(now)])? == 1)
    }

    /// Nobody wants what waits in a channel any more. Answers how much that was.
    pub fn drop_outbox(&mut self, place: &str, channel: &str, now: i64) -> Result<u64, StoreError> {
        let sql = "
            UPDATE outbox SET state = 'dropped', next_at = NULL, done_at = $3
            WHERE  place = $1 AND channel = $2 AND next_at IS NOT NULL";
        self.conn().run(sql, &[Value::Text(place), Value::Text(channel), Value::Int(now)])
    }

    /// Forgets what came to its end before an instant, except what was given up.
    pub fn sweep_outbox(&mut self, place: &str, before: i64) -> Result<u64, StoreError> {
        let sql = "
            DELETE FROM outbox
            WHERE  place = $1 AND done_at IS NOT NULL AND done_at < $2 AND state <> 'given_up'";
        self.conn().run(sql, &[Value::Text(place), Value::Int(before)])
    }
}

impl Reader<'_> {
    /// Rows of a channel that may be tried at an instant, the longest due first: none behind another that waits for the same address.
    pub fn outbox_due(
        &mut self,
        place: &str,
        channel: &str,
        now: i64,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}
             FROM   outbox AS o
             WHERE  place = $1 AND channel = $2 AND next_at IS NOT NULL AND next_at <= $3
                    AND NOT EXISTS (SELECT 1
                                    FROM   outbox AS e
                                    WHERE  e.place = $1 AND e.channel = $2 AND e.address = o.address AND e.seq < o.seq
                                           AND e.next_at IS NOT NULL)
             ORDER  BY next_at, seq
             LIMIT  $4"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.conn()?.many(&sql, &[Value::Text(place), Value::Text(channel), Value::Int(now), Value::Int(limit)], read)
    }

    /// Rows in a state before a place in the line, the newest first.
    pub fn outbox(
        &mut self,
        place: &str,
        state: OutboxState,
        before: i64,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS}
             FROM   outbox
             WHERE  place = $1 AND state = $2 AND seq < $3
             ORDER  BY seq DESC
             LIMIT  $4"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values = [Value::Text(place), Value::Text(state.as_str()), Value::Int(before), Value::Int(limit)];
        self.conn()?.many(&sql, &values, read)
    }
}
