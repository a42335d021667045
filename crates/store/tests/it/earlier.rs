//! A database that an earlier release wrote is opened, brought up to date and goes on – on both databases. The fixture is such a database,
//! kept as it was written; a release that changes the schema adds the next one and keeps this.

use std::path::{Path, PathBuf};

use postgres::types::ToSql;
use rusqlite::types::ValueRef;
use zhiheng_store::{Op, Store};

use crate::county::{Act, County, PLACE, Sample, regenerate, stored, today};

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/release-1.db")
}

/// The database of the first release, under the county's address. Migrations are forward only and never edited, so the first one still makes
/// the tables of the first release.
fn first_release(county: &County) {
    if let Some(path) = county.sqlite_path() {
        std::fs::copy(fixture(), path).unwrap();
        return;
    }
    let types = [
        ("{{int}}", "BIGINT"),
        ("{{text}}", "TEXT COLLATE \"C\""),
        ("{{bytes}}", "BYTEA"),
        ("{{json}}", "JSON"),
        ("{{strict}}", ""),
        ("{{clustered}}", "WITH (fillfactor = 80)"),
    ];
    let tables = include_str!("../../migrations/0001_base.sql");
    let tables = types.into_iter().fold(tables.to_owned(), |sql, (from, to)| sql.replace(from, to));
    county.tamper("CREATE TABLE schema_version (version BIGINT NOT NULL PRIMARY KEY)");
    county.tamper(&tables);
    let mut target = postgres::Client::connect(&county.url, postgres::NoTls).unwrap();
    let source = rusqlite::Connection::open(fixture()).unwrap();
    let names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut names = source.prepare(names).unwrap();
    let names: Vec<String> = names.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for name in names {
        let mut rows = source.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let columns: Vec<String> = rows.column_names().map(str::to_owned).collect();
        let places: Vec<String> = (1..=columns.len()).map(|at| format!("${at}")).collect();
        let insert = format!("INSERT INTO {name} ({}) VALUES ({})", columns.join(", "), places.join(", "));
        let insert = target.prepare(&insert).unwrap();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let values: Vec<Box<dyn ToSql + Sync>> = (0..columns.len())
                .map(|at| match (row.get_ref(at).unwrap(), &insert.params()[at]) {
                    (ValueRef::Integer(int), _) => Box::new(int) as Box<dyn ToSql + Sync>,
                    (ValueRef::Text(text), kind) if *kind == postgres::types::Type::JSON => {
                        Box::new(Json(String::from_utf8(text.to_vec()).unwrap()))
                    }
                    (ValueRef::Text(text), _) => Box::new(String::from_utf8(text.to_vec()).unwrap()),
                    (ValueRef::Blob(bytes), _) => Box::new(bytes.to_vec()),
                    (ValueRef::Null, _) => Box::new(Null),
                    (ValueRef::Real(_), _) => panic!("{name} holds a floating point number"),
                })
                .collect();
            let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(AsRef::as_ref).collect();
            target.execute(&insert, &values).unwrap();
        }
    }
}

type Written = Result<postgres::types::IsNull, Box<dyn std::error::Error + Sync + Send>>;

/// A null of any type.
#[derive(Debug)]
struct Null;

impl ToSql for Null {
    fn to_sql(&self, _: &postgres::types::Type, _: &mut postgres::types::private::BytesMut) -> Written {
        Ok(postgres::types::IsNull::Yes)
    }

    fn accepts(_: &postgres::types::Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

/// JSON as it was written.
#[derive(Debug)]
struct Json(String);

impl ToSql for Json {
    fn to_sql(&self, _: &postgres::types::Type, out: &mut postgres::types::private::BytesMut) -> Written {
        out.extend_from_slice(self.0.as_bytes());
        Ok(postgres::types::IsNull::No)
    }

    fn accepts(_: &postgres::types::Type) -> bool {
        true
    }

    postgres::types::to_sql_checked!();
}

/// Every column of every table, as the database knows it.
fn columns(county: &County) -> Vec<String> {
    match county.sqlite_path() {
        Some(path) => {
            let sql = "SELECT m.name || '.' || c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' || c.pk
                       FROM   sqlite_master m JOIN pragma_table_info(m.name) c
                       WHERE  m.type = 'table' ORDER BY 1";
            let conn = rusqlite::Connection::open(path).unwrap();
            let mut statement = conn.prepare(sql).unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        }
        None => {
            let sql = "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, collation_name)
                       FROM   information_schema.columns
                       WHERE  table_schema = current_schema() ORDER BY 1";
            let mut client = postgres::Client::connect(&county.url, postgres::NoTls).unwrap();
            client.query(sql, &[]).unwrap().iter().map(|row| row.get(0)).collect()
        }
    }
}

#[test]
fn the_database_of_the_first_release_is_opened_and_goes_on() {
    if !fixture().exists() && regenerate() {
        let source = County::sqlite();
        crate::archive::fill(&source);
        source.tamper("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE; VACUUM;");
        std::fs::copy(source.sqlite_path().unwrap(), fixture()).unwrap();
    }
    for county in std::iter::once(County::sqlite()).chain(County::postgres()) {
        first_release(&county);
        let store = Store::open(&county.url, county.options()).unwrap();
        assert_eq!(store.read().unwrap().total_records(PLACE).unwrap(), 40, "{}", county.url);
        assert_eq!(store.read().unwrap().search_end(PLACE, 7).unwrap(), 0, "nothing of it is indexed yet");
        // The bytes of attachments lie beside a database, not in it.
        for bytes in [&b"evidence \x00\xff"[..], &[7; 20_000]] {
            store.put_file(bytes, 1 << 20).unwrap();
        }
        assert_eq!(store.fsck(PLACE, true).unwrap(), [], "{}", county.url);
        stored(&store, vec![Act::of(Op::Restore, 4, Sample::new(today()))]);
        assert_eq!(store.fsck(PLACE, true).unwrap(), [], "{}", county.url);
        drop(store);
        let (fresh, migrated) = match county.sqlite_path() {
            Some(_) => (County::sqlite(), columns(&county)),
            None => (County::postgres().unwrap(), columns(&county)),
        };
        drop(fresh.open());
        assert_eq!(migrated, columns(&fresh), "a database that migrated has the columns of a fresh one");
    }
}
