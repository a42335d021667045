//! For the tests of other crates: a PostgreSQL database of their own, and somebody with the rights of a database administrator who changes
//! what is stored. Nothing of the product calls this.

#![expect(clippy::indexing_slicing, reason = "a table has the columns that its shape says")]

use std::fmt;

use crate::db::{Address, Conn, Owned, Purpose, Value};
use crate::{StoreError, backup};

/// Creates a database next to the one that `admin` names, and answers its URL.
pub fn create_database(admin: &str, name: &str) -> Result<String, StoreError> {
    let mut client = postgres::Client::connect(admin, postgres::NoTls)?;
    client.batch_execute(&format!("DROP DATABASE IF EXISTS \"{name}\""))?;
    client.batch_execute(&format!("CREATE DATABASE \"{name}\""))?;
    let (server, _) = admin.rsplit_once('/').unwrap_or((admin, ""));
    Ok(format!("{server}/{name}"))
}

/// What the administrator lays hands on.
pub const TARGETS: [&str; 9] =
    ["record", "record_version", "cell", "cell_delta", "leaf", "log_tile", "operation", "sign_in", "account_grant"];

/// How a row was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Cell,
    Deleted,
    Forged,
}

/// A change, with what is needed to name it and to take it back.
#[derive(Clone, Debug)]
pub struct Altered {
    /// The table.
    pub table: &'static str,
    /// The column, where it was one.
    pub column: Option<&'static str>,
    /// Values of the row before (of a forged one: as it is), by column.
    row: Vec<(&'static str, Owned)>,
    after: Vec<(&'static str, Owned)>,
    way: Way,
}

impl Altered {
    /// Bytes of a column of the row, as hexadecimal digits; text and numbers as they are.
    #[must_use]
    pub fn value(&self, column: &str) -> String {
        let found = self.row.iter().find(|(name, _)| *name == column);
        match found.map(|(_, value)| value) {
            Some(Owned::Int(int)) => int.to_string(),
            Some(Owned::Text(text)) => text.clone(),
            Some(Owned::Bytes(bytes)) => crate::hex(bytes),
            Some(Owned::Null) | None => String::new(),
        }
    }

    /// Whether a row was put in that nobody filed.
    #[must_use]
    pub fn is_forged(&self) -> bool {
        self.way == Way::Forged
    }
}

impl fmt::Display for Altered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {} {}: {:?} -> {:?}", self.way, self.table, self.column.unwrap_or(""), self.row, self.after)
    }
}

/// A database administrator who changes rows behind the program's back, one at a time, and can take each back.
pub struct Meddler {
    conn: Conn,
    dice: u64,
}

impl Meddler {
    /// With rights on a whole database, and dice that fall the same way every time.
    pub fn open(url: &str, seed: u64) -> Result<Meddler, StoreError> {
        Ok(Meddler { conn: Conn::open(&Address::parse(url)?, Purpose::Write)?, dice: seed })
    }

    /// SplitMix64.
    fn throw(&mut self, sides: usize) -> usize {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.dice;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % (sides.max(1) as u64)).unwrap_or(0)
    }

    /// Changes one cell of a row, takes a row out or puts one in. None: the database itself refused.
    pub fn alter(&mut self, table: &'static str) -> Result<Option<Altered>, StoreError> {
        let (columns, key) = shape(table)?;
        let select = format!("SELECT {} FROM {table} ORDER BY {}", columns.join(", "), columns[..key].join(", "));
        let mut count = 0;
        self.conn.each(&format!("SELECT COUNT(*) FROM {table}"), &[], &mut |row| {
            count = usize::try_from(row.int(0)?).unwrap_or(0);
            Ok(())
        })?;
        let nth = self.throw(count);
        let sql = format!("{select} LIMIT 1 OFFSET {nth}");
        let read = |row: crate::db::Row<'_>| (0..columns.len()).map(|at| row.owned(at)).collect::<Result<Vec<_>, _>>();
        let Some(values) = self.conn.one(&sql, &[], read)? else { return Ok(None) };
        let row: Vec<_> = columns.iter().copied().zip(values).collect();
        let way = [Way::Cell, Way::Cell, Way::Cell, Way::Deleted, Way::Forged][self.throw(5)];
        // The place is not changed: that would be a row of another county.
        let at = 1 + self.throw(if way == Way::Forged { key - 1 } else { columns.len() - 1 });
        let mut after = row.clone();
        after[at].1 = self.changed(table, columns[at], &row[at].1)?;
        if way != Way::Deleted && after[at].1 == row[at].1 {
            return Ok(None);
        }
        // A change by nothing, which the history of a cell keeps, says nothing, there or not.
        let nothing = |row: &[(&str, Owned)]| {
            row.iter().filter(|(column, _)| ["num", "den"].contains(column)).count() == 2
                && row.iter().all(|(column, value)| !["num", "den"].contains(column) || *value == Owned::Int(0))
        };
        if nothing(&row) && (way != Way::Cell || nothing(&after)) {
            return Ok(None);
        }
        let column = (way != Way::Deleted).then(|| columns[at]);
        let altered = match way {
            Way::Forged => Altered { table, column, row: after.clone(), after, way },
            _ => Altered { table, column, row, after, way },
        };
        let done = match way {
            Way::Cell => self.exchange(altered.table, &altered.row, &altered.after),
            Way::Deleted => self.delete(altered.table, &altered.row),
            Way::Forged => self.insert(altered.table, &altered.after),
        };
        match done {
            Ok(()) => Ok(Some(altered)),
            // A constraint stood in the way.
            Err(_) => Ok(None),
        }
    }

    /// Takes a change back.
    pub fn restore(&mut self, altered: &Altered) -> Result<(), StoreError> {
        match altered.way {
            Way::Cell => self.exchange(altered.table, &altered.after, &altered.row),
            Way::Deleted => self.insert(altered.table, &altered.row),
            Way::Forged => self.delete(altered.table, &altered.after),
        }
    }

    /// Takes out all that was kept of a record: its content and the salts of its commitments. What the law asks for at an erasure.
    pub fn erase(&mut self, id: &crate::RecordId) -> Result<(), StoreError> {
        self.conn.run("DELETE FROM record_version WHERE id = $1", &[Value::Bytes(&id.0)])?;
        self.conn.run("DELETE FROM record WHERE id = $1", &[Value::Bytes(&id.0)]).map(|_| ())
    }

    fn changed(&mut self, table: &str, column: &str, value: &Owned) -> Result<Owned, StoreError> {
        Ok(match value {
            Owned::Int(int) => {
                let step = i64::try_from(self.throw(5)).unwrap_or(0) + 1;
                Owned::Int(if self.throw(2) == 0 { int + step } else { int - step })
            }
            Owned::Text(text) if column == "fields" => Owned::Text(self.changed_json(text)),
            Owned::Text(text) if text.is_empty() => Owned::Text("改".to_owned()),
            Owned::Text(text) => {
                let at = self.throw(text.chars().count());
                let letter = |(index, c): (usize, char)| if index == at { if c == '8' { '9' } else { '8' } } else { c };
                Owned::Text(text.chars().enumerate().map(letter).collect())
            }
            Owned::Bytes(bytes) => {
                let mut bytes = bytes.clone();
                let at = self.throw(bytes.len());
                let bit = self.throw(8);
                bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << bit);
                Owned::Bytes(bytes)
            }
            Owned::Null => match (table, column) {
                (_, "ended_at" | "until" | "day") => Owned::Int(20_000),
                (_, "batch" | "salt") => Owned::Bytes(vec![7; 16]),
                (_, "sm3") => Owned::Bytes(vec![7; 32]),
                _ => Owned::Text("改".to_owned()),
            },
        })
    }

    /// One character inside a value of a JSON object, so that it stays JSON.
    fn changed_json(&mut self, text: &str) -> String {
        let inside: Vec<usize> = text
            .char_indices()
            .filter(|(at, c)| (c.is_ascii_digit() || !c.is_ascii()) && text.is_char_boundary(*at))
            .map(|(at, _)| at)
            .collect();
        let chosen = inside.get(self.throw(inside.len())).copied().unwrap_or(usize::MAX);
        let letter = |(at, c): (usize, char)| match c {
            _ if at != chosen => c,
            '8' => '9',
            c if c.is_ascii_digit() => '8',
            _ => '改',
        };
        text.char_indices().map(letter).collect()
    }

    fn exchange(
        &mut self,
        table: &str,
        from: &[(&'static str, Owned)],
        to: &[(&'static str, Owned)],
    ) -> Result<(), StoreError> {
        self.delete(table, from)?;
        let put = self.insert(table, to);
        if put.is_err() {
            self.insert(table, from)?;
        }
        put
    }

    fn delete(&mut self, table: &str, row: &[(&'static str, Owned)]) -> Result<(), StoreError> {
        let (_, key) = shape(table)?;
        let wanted: Vec<String> =
            (1..).zip(&row[..key]).map(|(number, (column, _))| format!("{column} = ${number}")).collect();
        let values: Vec<Value<'_>> = row[..key].iter().map(|(_, value)| value.borrow()).collect();
        match self.conn.run(&format!("DELETE FROM {table} WHERE {}", wanted.join(" AND ")), &values)? {
            1 => Ok(()),
            other => Err(StoreError::corrupt(format!("{other} rows instead of one"))),
        }
    }

    fn insert(&mut self, table: &str, row: &[(&'static str, Owned)]) -> Result<(), StoreError> {
        let columns: Vec<&str> = row.iter().map(|(column, _)| *column).collect();
        let values: Vec<Value<'_>> = row.iter().map(|(_, value)| value.borrow()).collect();
        self.conn.insert(&format!("INSERT INTO {table} ({})", columns.join(", ")), values.len(), "", &values)
    }
}

fn shape(table: &str) -> Result<(&'static [&'static str], usize), StoreError> {
    backup::shape(table).ok_or_else(|| StoreError::invalid(format!("no table {table}")))
}
