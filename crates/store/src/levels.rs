//! Reported values (level series). A value is dated by the day it holds for and in force, in knowledge time, from
//! the version that reported it until the version that corrected or withdrew it. It is never interpolated.

use std::collections::{BTreeMap, HashMap};

use crate::StoreError;
use crate::days::end_of_day;
use crate::db::{Conn, Row, Value, pad, placeholders};
use crate::pool::Reader;
use crate::records::RecordId;

/// One reported value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelRow {
    /// The definition.
    pub def: i64,
    /// The dimension.
    pub dim: String,
    /// The day for which the value holds.
    pub day: i32,
    /// The record that reports it.
    pub id: RecordId,
    /// The value, scaled as its definition says.
    pub value: i64,
    /// Numerator, where it was reported.
    pub num: Option<i64>,
    /// Denominator, where it was reported.
    pub den: Option<i64>,
    /// Sample size, where it was reported.
    pub n: Option<i64>,
    /// Knowledge time of the version that reports it, µs of UTC.
    pub recorded_at: i64,
    /// Knowledge time of the version that ended it, µs of UTC.
    pub ended_at: Option<i64>,
}

/// The values of a record cease to be in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LevelEnd {
    /// The record.
    pub id: RecordId,
    /// Knowledge time of the version that supersedes the one which reported them.
    pub at: i64,
}

/// Ends and additions of one transaction, in the order of the jobs.
#[derive(Default)]
pub(crate) struct Levels {
    ends: BTreeMap<RecordId, i64>,
    added: Vec<LevelRow>,
    open: HashMap<RecordId, Vec<usize>>,
}

impl Levels {
    /// A record's values of earlier transactions end at its first end here, those of this one at the next.
    pub(crate) fn end(&mut self, end: LevelEnd) {
        self.ends.entry(end.id).or_insert(end.at);
        for index in self.open.remove(&end.id).unwrap_or_default() {
            if let Some(row) = self.added.get_mut(index) {
                row.ended_at = Some(end.at);
            }
        }
    }

    pub(crate) fn add(&mut self, row: LevelRow) {
        if row.ended_at.is_none() {
            self.open.entry(row.id).or_default().push(self.added.len());
        }
        self.added.push(row);
    }

    pub(crate) fn flush(&self, conn: &mut Conn, place: &str) -> Result<(), StoreError> {
        for (id, at) in &self.ends {
            conn.run(END_LEVELS, &[Value::Text(place), Value::Bytes(&id.0), Value::Int(*at)])?;
        }
        for chunk in self.added.chunks(1024) {
            let mut rows = Vec::with_capacity(chunk.len() * 11);
            for row in chunk {
                rows.extend([
                    Value::Text(place),
                    Value::Int(row.def),
                    Value::Text(&row.dim),
                    Value::Int(row.day.into()),
                    Value::Int(row.recorded_at),
                    Value::Bytes(&row.id.0),
                    Value::Int(row.value),
                    row.num.into(),
                    row.den.into(),
                    row.n.into(),
                    row.ended_at.into(),
                ]);
            }
            conn.insert(
                "INSERT INTO level_value (place, def, dim, day, recorded_at, id, value, num, den, n, ended_at)",
                11,
                "",
                &rows,
            )?;
        }
        Ok(())
    }
}

const END_LEVELS: &str = "
    UPDATE level_value
    SET    ended_at = $3
    WHERE  place = $1 AND id = $2 AND ended_at IS NULL AND recorded_at < $3";

const LEVEL_COLUMNS: &str = "def, dim, day, recorded_at, id, value, num, den, n, ended_at";

fn read_level(row: Row<'_>) -> Result<LevelRow, StoreError> {
    Ok(LevelRow {
        def: row.int(0)?,
        dim: row.text(1)?,
        day: row.day(2)?,
        recorded_at: row.int(3)?,
        id: RecordId(row.array(4)?),
        value: row.int(5)?,
        num: row.int_or_null(6)?,
        den: row.int_or_null(7)?,
        n: row.int_or_null(8)?,
        ended_at: row.int_or_null(9)?,
    })
}

/// For each definition the last value dated up to a day, of those in force at the end of a day of knowledge. Each
/// part stops at its first row, so that long histories cost nothing.
pub(crate) fn latest_sql(defs: usize) -> String {
    let parts: Vec<String> = (5..5 + defs)
        .map(|def| {
            format!(
                "SELECT * FROM (
                     SELECT {LEVEL_COLUMNS}
                     FROM   level_value
                     WHERE  place = $1 AND def = ${def} AND dim = $2 AND day <= $3
                     AND    recorded_at < $4 AND (ended_at IS NULL OR ended_at >= $4)
                     ORDER  BY day DESC, recorded_at DESC, id DESC
                     LIMIT  1) AS latest{def}"
            )
        })
        .collect();
    parts.join("\n UNION ALL\n ")
}

impl Reader<'_> {
    /// The value with the latest day up to `as_of`; of several for one day the one recorded last. With `known_day`
    /// as it was known at the end of that day.
    pub fn latest_level(
        &mut self,
        place: &str,
        def: i64,
        dim: &str,
        as_of: i32,
        known_day: Option<i32>,
    ) -> Result<Option<LevelRow>, StoreError> {
        Ok(self.latest_levels(place, &[def], dim, as_of, known_day)?.remove(&def))
    }

    /// As [`Reader::latest_level`] for several definitions; those without a value are absent.
    pub fn latest_levels(
        &mut self,
        place: &str,
        defs: &[i64],
        dim: &str,
        as_of: i32,
        known_day: Option<i32>,
    ) -> Result<BTreeMap<i64, LevelRow>, StoreError> {
        let known = self.known_until(known_day);
        let conn = self.conn()?;
        let mut out = BTreeMap::new();
        for chunk in defs.chunks(64) {
            let mut list = chunk.to_vec();
            pad(&mut list);
            let mut values = vec![Value::Text(place), Value::Text(dim), Value::Int(as_of.into()), Value::Int(known)];
            values.extend(list.iter().map(|def| Value::Int(*def)));
            conn.each(&latest_sql(list.len()), &values, &mut |row| {
                let level = read_level(row)?;
                out.insert(level.def, level);
                Ok(())
            })?;
        }
        Ok(out)
    }

    /// Every value of a definition in one dimension that is in force, by day; with `known_day` as it was known at
    /// the end of that day.
    pub fn level_history(
        &mut self,
        place: &str,
        def: i64,
        dim: &str,
        known_day: Option<i32>,
    ) -> Result<Vec<LevelRow>, StoreError> {
        let sql = format!(
            "SELECT {LEVEL_COLUMNS}
             FROM   level_value
             WHERE  place = $1 AND def = $2 AND dim = $3
             AND    recorded_at < $4 AND (ended_at IS NULL OR ended_at >= $4)
             ORDER  BY day, recorded_at, id"
        );
        let known = self.known_until(known_day);
        let values = [Value::Text(place), Value::Int(def), Value::Text(dim), Value::Int(known)];
        self.conn()?.many(&sql, &values, read_level)
    }

    /// The values that given records report, ended ones too.
    pub fn levels_of(&mut self, place: &str, ids: &[RecordId]) -> Result<Vec<LevelRow>, StoreError> {
        let mut out = Vec::new();
        for chunk in ids.chunks(256) {
            let mut list: Vec<Value<'_>> = chunk.iter().map(|id| Value::Bytes(&id.0)).collect();
            pad(&mut list);
            let sql = format!(
                "SELECT {LEVEL_COLUMNS}
                 FROM   level_value
                 WHERE  place = $1 AND id IN ({})
                 ORDER  BY recorded_at, def, dim, day",
                placeholders(2, list.len())
            );
            let mut values = vec![Value::Text(place)];
            values.extend(list);
            out.extend(self.conn()?.many(&sql, &values, read_level)?);
        }
        Ok(out)
    }

    /// Every value, ended ones too, in the order of the primary key; nothing is held in memory.
    pub fn scan_levels(
        &mut self,
        place: &str,
        mut each: impl FnMut(LevelRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT {LEVEL_COLUMNS}
             FROM   level_value
             WHERE  place = $1
             ORDER  BY def, dim, day, recorded_at, id"
        );
        self.conn()?.each(&sql, &[Value::Text(place)], &mut |row| each(read_level(row)?))
    }

    /// The first instant that is no longer known. Without a day of knowledge everything is: `i64::MAX` is later
    /// than every end, so that ended rows are left out.
    fn known_until(&self, known_day: Option<i32>) -> i64 {
        known_day.map_or(i64::MAX, |day| end_of_day(day, self.offset_seconds()))
    }
}
