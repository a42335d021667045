//! The schema: numbered migrations, forward only, one text for both databases; and the two things that follow from a
//! pack, indexes on declared fields and a view per kind. A schema that migrated is the same as a fresh one.

use sha2::{Digest, Sha256};

use crate::db::{Conn, Dialect, Value};
use crate::job::is_name;
use crate::list::Column;
use crate::{Random, StoreError, Tx, log};

/// Every migration in order; the version of a schema is how many of them it has.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_base.sql"),
    include_str!("../migrations/0002_cases.sql"),
    include_str!("../migrations/0003_documents.sql"),
    include_str!("../migrations/0004_search.sql"),
    include_str!("../migrations/0005_accounts.sql"),
    include_str!("../migrations/0006_receipts.sql"),
    include_str!("../migrations/0007_tokens.sql"),
    include_str!("../migrations/0008_outbox.sql"),
    include_str!("../migrations/0009_phrases.sql"),
    include_str!("../migrations/0010_token_approval.sql"),
    include_str!("../migrations/0011_log.sql"),
];

/// The version of a schema in which a database has leaves.
const LOGGED: i64 = 11;

/// The version that this program writes.
pub(crate) const KNOWN: i64 = MIGRATIONS.len() as i64;

/// The statement text of a migration for one database.
pub(crate) fn render(sql: &str, dialect: Dialect) -> String {
    let substitutions = match dialect {
        Dialect::Sqlite => [
            ("{{int}}", "INTEGER"),
            ("{{text}}", "TEXT"),
            ("{{bytes}}", "BLOB"),
            ("{{json}}", "TEXT"),
            ("{{strict}}", "STRICT"),
            ("{{clustered}}", "STRICT, WITHOUT ROWID"),
        ],
        // Text is ordered by its bytes, as in SQLite; JSON is kept as it was written, because the same text is
        // hashed; a page of counters keeps room for its rows to change in place.
        Dialect::Postgres => [
            ("{{int}}", "BIGINT"),
            ("{{text}}", "TEXT COLLATE \"C\""),
            ("{{bytes}}", "BYTEA"),
            ("{{json}}", "JSON"),
            ("{{strict}}", ""),
            ("{{clustered}}", "WITH (fillfactor = 80)"),
        ],
    };
    substitutions.into_iter().fold(sql.to_owned(), |sql, (from, to)| sql.replace(from, to))
}

/// The version of a database; 0 when it is empty.
pub(crate) fn version(conn: &mut Conn) -> Result<i64, StoreError> {
    let exists = match conn.dialect() {
        Dialect::Sqlite => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'schema_version'",
        Dialect::Postgres => {
            "SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_version'"
        }
    };
    if conn.one(exists, &[], |row| row.int(0))? != Some(1) {
        return Ok(0);
    }
    Ok(conn.one("SELECT COALESCE(MAX(version), 0) FROM schema_version", &[], |row| row.int(0))?.unwrap_or(0))
}

/// Brings a database up to date, in one transaction. Doing it twice is the same as doing it once.
pub(crate) fn migrate(conn: &mut Conn, random: &dyn Random) -> Result<(), StoreError> {
    let found = version(conn)?;
    if found > KNOWN {
        return Err(StoreError::TooNew { found, known: KNOWN });
    }
    if found == KNOWN {
        return Ok(());
    }
    conn.begin(crate::db::Purpose::Write)?;
    let done = apply(conn, found).and_then(|()| complete(conn, found, random));
    match done {
        Ok(()) => conn.script("COMMIT"),
        Err(error) => {
            conn.script("ROLLBACK")?;
            Err(error)
        }
    }
}

fn apply(conn: &mut Conn, found: i64) -> Result<(), StoreError> {
    let dialect = conn.dialect();
    if found == 0 {
        let table = "CREATE TABLE schema_version (version {{int}} NOT NULL PRIMARY KEY) {{strict}}";
        conn.script(&render(table, dialect))?;
    }
    for (number, sql) in (1_i64..).zip(MIGRATIONS) {
        if number > found {
            conn.script(&render(sql, dialect))?;
            conn.run("INSERT INTO schema_version (version) VALUES ($1)", &[Value::Int(number)])?;
        }
    }
    Ok(())
}

/// What the content of an earlier schema needs besides the tables: of a database that was migrated, or of an archive that was restored.
pub(crate) fn complete(conn: &mut Conn, archive: i64, random: &dyn Random) -> Result<(), StoreError> {
    if archive < LOGGED { log::fill(conn, random) } else { Ok(()) }
}

/// Checks that a database which may not be migrated can be read.
pub(crate) fn check(conn: &mut Conn) -> Result<(), StoreError> {
    match version(conn)? {
        KNOWN => Ok(()),
        found if found > KNOWN => Err(StoreError::TooNew { found, known: KNOWN }),
        found => Err(StoreError::Outdated { found, known: KNOWN }),
    }
}

/// PostgreSQL cannot tell a good index from a bad one without statistics. SQLite chooses well without them, by the number
/// of columns that an index covers, and badly with them: it skips over the place because there is only one.
pub(crate) fn refresh_statistics(conn: &mut Conn) -> Result<(), StoreError> {
    match conn.dialect() {
        Dialect::Sqlite => Ok(()),
        Dialect::Postgres => conn.script(
            "ANALYZE record, record_version, kind_count, idempotency, cell, cell_delta, level_value, search_segment, \
                 search_block, leaf",
        ),
    }
}

/// How many records PostgreSQL knows of, and how many there are.
pub(crate) fn statistics(conn: &mut Conn) -> Result<(u64, u64), StoreError> {
    if conn.dialect() == Dialect::Sqlite {
        return Ok((u64::MAX, 0));
    }
    let sql = "
        SELECT CAST(reltuples AS BIGINT), (SELECT CAST(COALESCE(SUM(live + withdrawn), 0) AS BIGINT) FROM kind_count)
        FROM   pg_class
        WHERE  oid = to_regclass('record')";
    let count = |count: i64| u64::try_from(count).unwrap_or(0);
    Ok(conn.one(sql, &[], |row| Ok((count(row.int(0)?), count(row.int(1)?))))?.unwrap_or_default())
}

/// An index that a pack declares: lists of a kind filtered by these columns, newest first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndexSpec {
    /// The kind.
    pub kind: String,
    /// One or two columns; more are allowed and rarely wise.
    pub on: Vec<Column>,
}

impl IndexSpec {
    /// Begins with `record_x_`, so that indexes which are no longer declared are recognised.
    pub(crate) fn name(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(&self.kind);
        for column in &self.on {
            digest.update(b"\0");
            digest.update(column.sql());
        }
        let hex: String = digest.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        format!("record_x_{hex}")
    }

    pub(crate) fn sql(&self) -> String {
        let columns: Vec<String> = self.on.iter().map(Column::sql).collect();
        format!(
            "CREATE INDEX {} ON record (place, {}, day, id) WHERE kind = '{}'",
            self.name(),
            columns.join(", "),
            self.kind
        )
    }

    pub(crate) fn check(&self) -> Result<(), StoreError> {
        if !is_name(&self.kind) || self.on.is_empty() || self.on.len() > 4 {
            return Err(StoreError::invalid(format!("index on {:?} {:?}", self.kind, self.on)));
        }
        self.on.iter().try_for_each(Column::check)
    }
}

/// The columns of the view of a kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ViewSpec {
    /// The kind; its view is called `kind_` and this.
    pub kind: String,
    /// The declared fields, each a column of text.
    pub fields: Vec<String>,
}

impl ViewSpec {
    fn sql(&self) -> String {
        let fields: String = self
            .fields
            .iter()
            .map(|field| format!(",\n       CAST(fields ->> '{field}' AS TEXT) AS \"{field}\""))
            .collect();
        format!(
            "CREATE VIEW \"kind_{kind}\" AS
SELECT place AS record_place, id AS record_id, version AS record_version, live AS record_live, key AS record_key,
       body AS record_body, area AS record_area, subject AS record_subject, day AS record_day{fields}
FROM   record
WHERE  kind = '{kind}'",
            kind = self.kind
        )
    }
}

impl Tx<'_> {
    /// Creates the indexes that are declared and missing, drops those that are no longer declared. Answers how many
    /// were created and dropped. Building one takes seconds per million records, during which nothing is written.
    pub(crate) fn ensure_indexes(&mut self, specs: &[IndexSpec]) -> Result<(usize, usize), StoreError> {
        specs.iter().try_for_each(IndexSpec::check)?;
        let existing = match self.conn().dialect() {
            Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'record'",
            Dialect::Postgres => {
                "SELECT CAST(indexname AS TEXT) FROM pg_indexes WHERE schemaname = current_schema() AND tablename = 'record'"
            }
        };
        let mut stale = self.conn().many(existing, &[], |row| row.text(0))?;
        stale.retain(|name| name.starts_with("record_x_"));
        let mut created = 0;
        for spec in specs {
            let before = stale.len();
            stale.retain(|name| *name != spec.name());
            if stale.len() == before && !specs.iter().take_while(|s| !std::ptr::eq(*s, spec)).any(|s| s == spec) {
                self.conn().script(&spec.sql())?;
                created += 1;
            }
        }
        for name in &stale {
            self.conn().script(&format!("DROP INDEX {name}"))?;
        }
        if created > 0 {
            refresh_statistics(self.conn())?;
        }
        Ok((created, stale.len()))
    }

    /// One read-only view per kind, for programs that analyse the data directly. Views of other kinds stay: another place of the
    /// database may have them.
    pub(crate) fn ensure_views(&mut self, specs: &[ViewSpec]) -> Result<(), StoreError> {
        for spec in specs {
            if !is_name(&spec.kind) || !spec.fields.iter().all(|field| is_name(field)) {
                return Err(StoreError::invalid(format!("view of {:?}", spec.kind)));
            }
        }
        let existing = match self.conn().dialect() {
            Dialect::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'view'",
            Dialect::Postgres => "SELECT CAST(viewname AS TEXT) FROM pg_views WHERE schemaname = current_schema()",
        };
        let known = self.conn().many(existing, &[], |row| row.text(0))?;
        for spec in specs {
            let name = format!("kind_{}", spec.kind);
            if known.contains(&name) {
                self.conn().script(&format!("DROP VIEW \"{name}\""))?;
            }
            self.conn().script(&spec.sql())?;
        }
        Ok(())
    }
}
