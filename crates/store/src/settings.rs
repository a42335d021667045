//! Settings, the county's rulings on findings in its plan, and the operation log.

use crate::db::{Row, Value};
use crate::log::Logged;
use crate::pool::Reader;
use crate::{StoreError, Tx};

/// What the county decided about a finding (口径说明). A later ruling replaces an earlier one; both stay readable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulingRow {
    /// The finding.
    pub finding: String,
    /// The decision.
    pub text: String,
    /// Who decided.
    pub decided_by: String,
    /// The day of the decision, counted from 1970-01-01.
    pub decided_on: i32,
    /// µs of UTC; assigned by the store.
    pub recorded_at: i64,
}

/// One line of the operation log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationRow {
    /// µs of UTC; assigned by the store, strictly increasing per place.
    pub at: i64,
    /// Who.
    pub actor: String,
    /// Did what.
    pub verb: String,
    /// To what.
    pub object: String,
    /// Anything more.
    pub detail: String,
}

/// Which lines of the operation log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationsWanted {
    /// Of this actor only.
    pub actor: Option<String>,
    /// Of this verb only.
    pub verb: Option<String>,
    /// From this instant on, µs of UTC.
    pub from: i64,
    /// Before this instant, µs of UTC.
    pub before: i64,
}

impl Default for OperationsWanted {
    fn default() -> OperationsWanted {
        OperationsWanted { actor: None, verb: None, from: i64::MIN, before: i64::MAX }
    }
}

fn read_operation(row: Row<'_>) -> Result<OperationRow, StoreError> {
    Ok(OperationRow {
        at: row.int(0)?,
        actor: row.text(1)?,
        verb: row.text(2)?,
        object: row.text(3)?,
        detail: row.text(4)?,
    })
}

impl Tx<'_> {
    /// A setting as it is now, inside the write.
    pub fn setting(&mut self, place: &str, name: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM setting WHERE place = $1 AND name = $2";
        self.conn().one(sql, &[Value::Text(place), Value::Text(name)], |row| row.text(0))
    }

    /// Sets a setting.
    pub fn set_setting(&mut self, place: &str, name: &str, value: &str) -> Result<(), StoreError> {
        let sql = "
            INSERT INTO setting (place, name, value) VALUES ($1, $2, $3)
            ON CONFLICT (place, name) DO UPDATE SET value = excluded.value";
        self.conn().run(sql, &[Value::Text(place), Value::Text(name), Value::Text(value)])?;
        Ok(())
    }

    /// Records a ruling; `recorded_at` is ignored.
    pub fn add_ruling(&mut self, place: &str, ruling: &RulingRow) -> Result<(), StoreError> {
        let at = self.next_time(place)?;
        let values = [
            Value::Text(place),
            Value::Text(&ruling.finding),
            Value::Text(&ruling.text),
            Value::Text(&ruling.decided_by),
            Value::Int(ruling.decided_on.into()),
            Value::Int(at),
        ];
        let head = "INSERT INTO ruling (place, finding, text, decided_by, decided_on, recorded_at)";
        self.conn().insert(head, 6, "", &values)
    }

    /// Writes a line of the operation log. Answers its time.
    pub fn log_operation(
        &mut self,
        place: &str,
        actor: &str,
        verb: &str,
        object: &str,
        detail: &str,
    ) -> Result<i64, StoreError> {
        let at = self.next_time(place)?;
        self.seal(place, Logged::Operation, at, &[actor, verb, object, detail])?;
        let [actor, verb, object, detail] = [actor, verb, object, detail].map(Value::Text);
        let values = [Value::Text(place), Value::Int(at), actor, verb, object, detail];
        self.conn().insert("INSERT INTO operation (place, at, actor, verb, object, detail)", 6, "", &values)?;
        Ok(at)
    }
}

impl Reader<'_> {
    /// One setting.
    pub fn setting(&mut self, place: &str, name: &str) -> Result<Option<String>, StoreError> {
        let sql = "SELECT value FROM setting WHERE place = $1 AND name = $2";
        self.conn()?.one(sql, &[Value::Text(place), Value::Text(name)], |row| row.text(0))
    }

    /// Every setting, by name.
    pub fn settings(&mut self, place: &str) -> Result<Vec<(String, String)>, StoreError> {
        let sql = "SELECT name, value FROM setting WHERE place = $1 ORDER BY name";
        self.conn()?.many(sql, &[Value::Text(place)], |row| Ok((row.text(0)?, row.text(1)?)))
    }

    /// Every ruling, by finding and then oldest first.
    pub fn rulings(&mut self, place: &str) -> Result<Vec<RulingRow>, StoreError> {
        let sql = "
            SELECT finding, text, decided_by, decided_on, recorded_at
            FROM   ruling
            WHERE  place = $1
            ORDER  BY finding, recorded_at";
        self.conn()?.many(sql, &[Value::Text(place)], |row| {
            Ok(RulingRow {
                finding: row.text(0)?,
                text: row.text(1)?,
                decided_by: row.text(2)?,
                decided_on: row.day(3)?,
                recorded_at: row.int(4)?,
            })
        })
    }

    /// Every line of the operation log, oldest first.
    pub fn scan_operations(
        &mut self,
        place: &str,
        mut each: impl FnMut(OperationRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = "SELECT at, actor, verb, object, detail FROM operation WHERE place = $1 ORDER BY at";
        self.conn()?.each(sql, &[Value::Text(place)], &mut |row| each(read_operation(row)?))
    }

    /// The operation log from an instant until before another (`i64::MAX` for the newest), newest first; of one actor and one verb,
    /// or of all.
    pub fn operations(
        &mut self,
        place: &str,
        wanted: &OperationsWanted,
        limit: usize,
    ) -> Result<Vec<OperationRow>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut values =
            vec![Value::Text(place), Value::Int(wanted.from), Value::Int(wanted.before), Value::Int(limit)];
        let mut only = String::new();
        for (column, value) in [("actor", &wanted.actor), ("verb", &wanted.verb)] {
            if let Some(value) = value {
                values.push(Value::Text(value));
                only.push_str(&format!(" AND {column} = ${}", values.len()));
            }
        }
        let sql = format!(
            "SELECT at, actor, verb, object, detail
             FROM   operation
             WHERE  place = $1 AND at >= $2 AND at < $3{only}
             ORDER  BY at DESC
             LIMIT  $4"
        );
        self.conn()?.many(&sql, &values, read_operation)
    }
}
