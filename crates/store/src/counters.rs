//! Running numbers (流水号): the last one given under a name. Given in the transaction that uses them, so that none is given twice and none is
//! lost to a failure.

use std::collections::BTreeMap;

use crate::StoreError;
use crate::db::{Conn, Value, pad, placeholders};

/// The last numbers given under these names; a name without one is absent.
pub(crate) fn load(conn: &mut Conn, place: &str, names: &[&str]) -> Result<BTreeMap<String, i64>, StoreError> {
    let mut found = BTreeMap::new();
    for chunk in names.chunks(512) {
        let mut wanted: Vec<Value<'_>> = chunk.iter().map(|name| Value::Text(name)).collect();
        pad(&mut wanted);
        let list = placeholders(2, wanted.len());
        let sql = format!("SELECT name, value FROM counter WHERE place = $1 AND name IN ({list})");
        let mut values = vec![Value::Text(place)];
        values.extend(&wanted);
        conn.each(&sql, &values, &mut |row| {
            found.insert(row.text(0)?, row.int(1)?);
            Ok(())
        })?;
    }
    Ok(found)
}

pub(crate) fn store(conn: &mut Conn, place: &str, values: &BTreeMap<String, i64>) -> Result<(), StoreError> {
    let rows: Vec<Value<'_>> =
        values.iter().flat_map(|(name, value)| [Value::Text(place), Value::Text(name), Value::Int(*value)]).collect();
    conn.insert(
        "INSERT INTO counter (place, name, value)",
        3,
        "ON CONFLICT (place, name) DO UPDATE SET value = excluded.value",
        &rows,
    )
}
