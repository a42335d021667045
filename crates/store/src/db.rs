//! The two drivers behind one small type. A statement is one text for both databases with placeholders `$1`,
//! `$2` …; a value is an integer, text, bytes or null, and nothing else ever reaches a driver. Statements are
//! prepared once per connection.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use rusqlite::types::{ToSqlOutput, ValueRef};

use crate::StoreError;
use crate::tls::Tls;

/// Which of the two databases a connection speaks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite, inside the process.
    Sqlite,
    /// PostgreSQL 15 or later, by URL.
    Postgres,
}

/// Where the database is.
#[derive(Clone, Debug)]
pub(crate) enum Address {
    Sqlite(PathBuf),
    Postgres(Box<postgres::Config>, Tls),
}

impl Address {
    /// `sqlite:PATH` or `postgres://…`; the latter says how the line is protected (see [`Tls`]).
    pub(crate) fn parse(url: &str) -> Result<Address, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            if path.is_empty() {
                return Err(StoreError::invalid("sqlite: needs a path"));
            }
            return Ok(Address::Sqlite(PathBuf::from(path)));
        }
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(StoreError::invalid("a database is given as sqlite:PATH or postgres://…"));
        }
        let (url, tls) = Tls::of(url)?;
        let mut config: postgres::Config =
            url.parse().map_err(|e| StoreError::invalid(format!("database URL: {e}")))?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        config.keepalives_idle(Duration::from_secs(30)).tcp_user_timeout(Duration::from_secs(30));
        config.application_name("zhiheng");
        Ok(Address::Postgres(Box::new(config), tls))
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Address::Sqlite(_) => Dialect::Sqlite,
            Address::Postgres(..) => Dialect::Postgres,
        }
    }
}

/// A value on its way into a statement.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
    Null,
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        text.map_or(Value::Null, Value::Text)
    }
}

impl<'a> From<&'a Option<String>> for Value<'a> {
    fn from(text: &'a Option<String>) -> Self {
        text.as_deref().into()
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(int: Option<i64>) -> Self {
        int.map_or(Value::Null, Value::Int)
    }
}

impl From<Option<i32>> for Value<'_> {
    fn from(int: Option<i32>) -> Self {
        int.map_or(Value::Null, |int| Value::Int(int.into()))
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Int(int) => ValueRef::Integer(*int),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
            Value::Null => ValueRef::Null,
        }))
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut postgres::types::private::BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self {
            Value::Int(int) if *ty == Type::INT8 => int.to_sql(ty, out),
            Value::Int(int) if *ty == Type::INT4 => i32::try_from(*int)?.to_sql(ty, out),
            Value::Text(text) => {
                out.extend_from_slice(text.as_bytes());
                Ok(IsNull::No)
            }
            Value::Bytes(bytes) if *ty == Type::BYTEA => bytes.to_sql(ty, out),
            Value::Null => Ok(IsNull::Yes),
            other => Err(format!("a value {other:?} where the database wants {ty}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// A row on its way out of a statement; columns are numbered from 0.
#[derive(Clone, Copy)]
pub(crate) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

/// A value of a row where the type is not known beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Owned {
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
    Null,
}

impl Owned {
    pub(crate) fn borrow(&self) -> Value<'_> {
        match self {
            Owned::Int(int) => Value::Int(*int),
            Owned::Text(text) => Value::Text(text),
            Owned::Bytes(bytes) => Value::Bytes(bytes),
            Owned::Null => Value::Null,
        }
    }
}

/// JSON and text columns of PostgreSQL read alike.
struct AnyText(String);

impl<'a> postgres::types::FromSql<'a> for AnyText {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        Ok(AnyText(std::str::from_utf8(raw)?.to_owned()))
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::TEXT | Type::JSON | Type::VARCHAR | Type::NAME | Type::BPCHAR)
    }
}

impl Row<'_> {
    pub(crate) fn int(&self, column: usize) -> Result<i64, StoreError> {
        self.int_or_null(column)?.ok_or_else(|| null_at(column))
    }

    pub(crate) fn int_or_null(&self, column: usize) -> Result<Option<i64>, StoreError> {
        Ok(match self {
            Row::Sqlite(row) => row.get(column)?,
            Row::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn day_or_null(&self, column: usize) -> Result<Option<i32>, StoreError> {
        self.int_or_null(column)?.map(narrow).transpose()
    }

    pub(crate) fn day(&self, column: usize) -> Result<i32, StoreError> {
        narrow(self.int(column)?)
    }

    pub(crate) fn text(&self, column: usize) -> Result<String, StoreError> {
        self.text_or_null(column)?.ok_or_else(|| null_at(column))
    }

    pub(crate) fn text_or_null(&self, column: usize) -> Result<Option<String>, StoreError> {
        Ok(match self {
            Row::Sqlite(row) => row.get(column)?,
            Row::Postgres(row) => row.try_get::<_, Option<AnyText>>(column)?.map(|text| text.0),
        })
    }

    pub(crate) fn bytes(&self, column: usize) -> Result<Vec<u8>, StoreError> {
        self.bytes_or_null(column)?.ok_or_else(|| null_at(column))
    }

    pub(crate) fn bytes_or_null(&self, column: usize) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(match self {
            Row::Sqlite(row) => row.get(column)?,
            Row::Postgres(row) => row.try_get(column)?,
        })
    }

    pub(crate) fn array<const N: usize>(&self, column: usize) -> Result<[u8; N], StoreError> {
        self.bytes(column)?
            .try_into()
            .map_err(|bytes: Vec<u8>| StoreError::corrupt(format!("{} bytes where {N} belong", bytes.len())))
    }

    pub(crate) fn array_or_null<const N: usize>(&self, column: usize) -> Result<Option<[u8; N]>, StoreError> {
        match self.bytes_or_null(column)? {
            None => Ok(None),
            Some(_) => self.array(column).map(Some),
        }
    }

    pub(crate) fn owned(&self, column: usize) -> Result<Owned, StoreError> {
        match self {
            Row::Sqlite(row) => Ok(match row.get_ref(column)? {
                ValueRef::Null => Owned::Null,
                ValueRef::Integer(int) => Owned::Int(int),
                ValueRef::Text(text) => {
                    Owned::Text(String::from_utf8(text.to_vec()).map_err(|_| StoreError::corrupt("text is not UTF-8"))?)
                }
                ValueRef::Blob(bytes) => Owned::Bytes(bytes.to_vec()),
                ValueRef::Real(_) => return Err(StoreError::corrupt("a floating point number is stored")),
            }),
            Row::Postgres(row) => match row.columns().get(column).map(postgres::Column::type_) {
                Some(&Type::INT8) => Ok(self.int_or_null(column)?.map_or(Owned::Null, Owned::Int)),
                Some(&Type::BYTEA) => Ok(self.bytes_or_null(column)?.map_or(Owned::Null, Owned::Bytes)),
                Some(_) => Ok(self.text_or_null(column)?.map_or(Owned::Null, Owned::Text)),
                None => Err(StoreError::invalid(format!("no column {column}"))),
            },
        }
    }
}

fn null_at(column: usize) -> StoreError {
    StoreError::corrupt(format!("column {column} is null"))
}

fn narrow(day: i64) -> Result<i32, StoreError> {
    i32::try_from(day).map_err(|_| StoreError::corrupt(format!("{day} is not a day")))
}

/// What a connection is for; it decides its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Write,
    Read,
}

/// One connection. Not shared: the committer has its own, a reader borrows one.
pub(crate) enum Conn {
    Sqlite(rusqlite::Connection),
    Postgres { client: Box<postgres::Client>, prepared: HashMap<String, postgres::Statement> },
}

impl Conn {
    pub(crate) fn open(address: &Address, purpose: Purpose) -> Result<Conn, StoreError> {
        match address {
            Address::Sqlite(path) => open_sqlite(path, purpose),
            Address::Postgres(config, tls) => open_postgres(config, tls, purpose),
        }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self {
            Conn::Sqlite(_) => Dialect::Sqlite,
            Conn::Postgres { .. } => Dialect::Postgres,
        }
    }

    /// True when the connection can no longer be used.
    pub(crate) fn is_lost(&self) -> bool {
        match self {
            Conn::Sqlite(_) => false,
            Conn::Postgres { client, .. } => client.is_closed(),
        }
    }

    /// Runs statements without values and without rows.
    pub(crate) fn script(&mut self, sql: &str) -> Result<(), StoreError> {
        match self {
            Conn::Sqlite(conn) => Ok(conn.execute_batch(sql)?),
            Conn::Postgres { client, .. } => Ok(client.batch_execute(sql)?),
        }
    }

    /// Begins the transaction of a writer, or the snapshot of a reader.
    pub(crate) fn begin(&mut self, purpose: Purpose) -> Result<(), StoreError> {
        let sql = match (self.dialect(), purpose) {
            (Dialect::Sqlite, Purpose::Write) => "BEGIN IMMEDIATE",
            (Dialect::Sqlite, Purpose::Read) => "BEGIN",
            (Dialect::Postgres, Purpose::Write) => "BEGIN",
            (Dialect::Postgres, Purpose::Read) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        };
        self.script(sql)
    }

    /// Runs a statement that has no rows; answers how many rows it changed.
    pub(crate) fn run(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64, StoreError> {
        #[cfg(test)]
        crate::golden::saw(sql, values);
        match self {
            Conn::Sqlite(conn) => {
                let mut statement = conn.prepare_cached(&sql.replace('$', "?"))?;
                bind(&mut statement, values)?;
                Ok(statement.raw_execute()? as u64)
            }
            Conn::Postgres { client, prepared } => {
                let statement = prepare(client, prepared, sql)?;
                let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|v| v as &(dyn ToSql + Sync)).collect();
                Ok(client.execute(&statement, &values)?)
            }
        }
    }

    /// Hands every row to `each`, one after the other, without holding them all.
    pub(crate) fn each(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        #[cfg(test)]
        crate::golden::saw(sql, values);
        match self {
            Conn::Sqlite(conn) => {
                let mut statement = conn.prepare_cached(&sql.replace('$', "?"))?;
                bind(&mut statement, values)?;
                let mut rows = statement.raw_query();
                while let Some(row) = rows.next()? {
                    each(Row::Sqlite(row))?;
                }
                Ok(())
            }
            Conn::Postgres { client, prepared } => {
                let statement = prepare(client, prepared, sql)?;
                let mut rows = client.query_raw(&statement, values.iter())?;
                while let Some(row) = rows.next()? {
                    each(Row::Postgres(&row))?;
                }
                Ok(())
            }
        }
    }

    /// All rows.
    pub(crate) fn many<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        read: impl Fn(Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        let mut out = Vec::new();
        self.each(sql, values, &mut |row| {
            out.push(read(row)?);
            Ok(())
        })?;
        Ok(out)
    }

    /// The only row, or none.
    pub(crate) fn one<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        read: impl Fn(Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let mut out = None;
        self.each(sql, values, &mut |row| {
            out = Some(read(row)?);
            Ok(())
        })?;
        Ok(out)
    }

    /// Writes any number of rows with as few statements as the limits of both databases allow. `head` ends
    /// before VALUES, `tail` begins after it; `rows` holds `width` values for each row.
    ///
    /// Statements come in sizes that are powers of two, so that few distinct texts are ever prepared.
    pub(crate) fn insert(
        &mut self,
        head: &str,
        width: usize,
        tail: &str,
        rows: &[Value<'_>],
    ) -> Result<(), StoreError> {
        let mut rest = rows;
        let mut size = largest_chunk(width);
        while !rest.is_empty() {
            while size > 1 && size * width > rest.len() {
                size /= 2;
            }
            let Some((chunk, after)) = rest.split_at_checked(size * width) else { break };
            self.run(&multi_row(head, width, size, tail), chunk)?;
            rest = after;
        }
        Ok(())
    }
}

/// Both databases take more values; beyond this a statement gets no faster.
const VALUES_MAX: usize = 4096;

fn largest_chunk(width: usize) -> usize {
    let rows = (VALUES_MAX / width.max(1)).max(1);
    1 << rows.ilog2()
}

fn multi_row(head: &str, width: usize, rows: usize, tail: &str) -> String {
    use std::fmt::Write;
    let mut sql = String::with_capacity(head.len() + tail.len() + rows * width * 6);
    sql.push_str(head);
    sql.push_str(" VALUES ");
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 1..=width {
            // Writing to a String cannot fail.
            let _ = write!(sql, "{}${}", if column == 1 { "" } else { ", " }, row * width + column);
        }
        sql.push(')');
    }
    sql.push(' ');
    sql.push_str(tail);
    sql
}

/// `$first, $first+1 …`, `count` placeholders.
pub(crate) fn placeholders(first: usize, count: usize) -> String {
    let mut sql = String::with_capacity(count * 6);
    for n in first..first + count {
        if n > first {
            sql.push_str(", ");
        }
        sql.push('$');
        sql.push_str(&n.to_string());
    }
    sql
}

/// Repeats the last value until the list is as long as a power of two: few distinct statements, same answer.
pub(crate) fn pad<T: Copy>(list: &mut Vec<T>) {
    if let Some(last) = list.last().copied() {
        list.resize(list.len().next_power_of_two(), last);
    }
}

fn bind(statement: &mut rusqlite::CachedStatement<'_>, values: &[Value<'_>]) -> Result<(), StoreError> {
    for (index, value) in values.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, value)?;
    }
    Ok(())
}

fn prepare(
    client: &mut postgres::Client,
    prepared: &mut HashMap<String, postgres::Statement>,
    sql: &str,
) -> Result<postgres::Statement, StoreError> {
    if let Some(statement) = prepared.get(sql) {
        return Ok(statement.clone());
    }
    if prepared.len() >= 500 {
        prepared.clear();
    }
    let statement = client.prepare(sql)?;
    prepared.insert(sql.to_owned(), statement.clone());
    Ok(statement)
}

fn open_sqlite(path: &Path, purpose: Purpose) -> Result<Conn, StoreError> {
    use rusqlite::OpenFlags;
    let base = OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = match purpose {
        Purpose::Write => rusqlite::Connection::open_with_flags(
            path,
            base | OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE,
        )?,
        // A reader of a database in WAL mode needs to write its shared index, hence not READ_ONLY.
        Purpose::Read => rusqlite::Connection::open_with_flags(path, base | OpenFlags::SQLITE_OPEN_READ_WRITE)?,
    };
    conn.busy_timeout(Duration::from_secs(5))?;
    conn.set_prepared_statement_cache_capacity(200);
    let settings = match purpose {
        Purpose::Write => {
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA wal_autocheckpoint = 16000;
             PRAGMA journal_size_limit = 134217728;
             PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -32768;"
        }
        Purpose::Read => {
            "PRAGMA query_only = ON;
             PRAGMA temp_store = MEMORY;
             PRAGMA cache_size = -4096;"
        }
    };
    conn.execute_batch(settings)?;
    Ok(Conn::Sqlite(conn))
}

fn open_postgres(config: &postgres::Config, tls: &Tls, purpose: Purpose) -> Result<Conn, StoreError> {
    let connected = match tls {
        Tls::Plain => config.connect(postgres::NoTls),
        Tls::Encrypted(with) => config.connect(with.clone()),
    };
    let mut client = connected.map_err(|error| match StoreError::from(error) {
        StoreError::Driver(source) => StoreError::unavailable(crate::error::with_causes(source.as_ref())),
        named => named,
    })?;
    client.batch_execute(match purpose {
        // The writer only ever asks by key: it must not be led astray by statistics of a table that was empty.
        Purpose::Write => {
            "SET client_min_messages = warning; SET timezone = 'UTC'; SET jit = off; SET synchronous_commit = on;
             SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan;
             SET idle_in_transaction_session_timeout = 0"
        }
        // A list reads its index in order and stops; collecting and sorting all that matches would not be bounded.
        Purpose::Read => {
            "SET client_min_messages = warning; SET timezone = 'UTC'; SET jit = off;
             SET enable_bitmapscan = off; SET random_page_cost = 1.1"
        }
    })?;
    let encoding: String = client.query_one("SHOW server_encoding", &[])?.try_get(0)?;
    if encoding != "UTF8" {
        return Err(StoreError::invalid(format!("the database is encoded in {encoding}, it must be UTF8")));
    }
    Ok(Conn::Postgres { client: Box::new(client), prepared: HashMap::new() })
}
