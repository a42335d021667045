//! What one would do without the means of this crate, for measurements only. Without cells, on PostgreSQL: the `GROUP BY` of one rate, and a
//! materialised view of it that has to be refreshed. Without an index of terms, on both databases: `LIKE`. Nothing of the product calls
//! this.

use postgres::{Client, NoTls};

use crate::db::Value;
use crate::{Reader, StoreError};

impl Reader<'_> {
    /// How many of the newest records that count hold every text somewhere, at most `limit`.
    pub fn like(&mut self, place: &str, texts: &[String], limit: i64) -> Result<usize, StoreError> {
        let patterns: Vec<String> = texts.iter().map(|text| format!("%{text}%")).collect();
        let mut values = vec![Value::Text(place), Value::Int(limit)];
        values.extend(patterns.iter().map(|pattern| Value::Text(pattern)));
        let tests: Vec<String> =
            (3..).take(patterns.len()).map(|at| format!("CAST(fields AS TEXT) LIKE ${at}")).collect();
        let sql = format!(
            "SELECT recorded_at
             FROM   record
             WHERE  place = $1 AND live = 1 AND {}
             ORDER  BY recorded_at DESC
             LIMIT  $2",
            tests.join(" AND ")
        );
        Ok(self.conn()?.many(&sql, &values, |row| row.int(0))?.len())
    }

    /// Rows and bytes of the postings; the bytes are those of terms and times, without what the database adds.
    pub fn search_size(&mut self, place: &str) -> Result<(i64, i64), StoreError> {
        let sql = "
            SELECT COUNT(*), CAST(COALESCE(SUM(OCTET_LENGTH(term) + OCTET_LENGTH(times)), 0) AS BIGINT)
            FROM   search_block
            WHERE  place = $1";
        let size = |row: crate::db::Row<'_>| Ok((row.int(0)?, row.int(1)?));
        Ok(self.conn()?.one(sql, &[Value::Text(place)], size)?.unwrap_or_default())
    }
}

/// A rate over samples listed one by one and totals that were only declared, as the pack of the demonstration county defines it.
#[derive(Debug, Clone)]
pub struct Rate {
    /// The place.
    pub place: String,
    /// The kind of the samples.
    pub kind: String,
    /// The kind of the totals.
    pub totals: String,
    /// First and last day.
    pub days: (i32, i32),
}

impl Rate {
    /// Day, numerator and denominator of every record that counts.
    fn parts(&self) -> String {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
        format!(
            "SELECT place, day,
                    CASE fields ->> 'verdict' WHEN 'qualified' THEN 1 ELSE 0 END AS num,
                    CASE WHEN fields ->> 'verdict' IN ('qualified', 'unqualified') THEN 1 ELSE 0 END AS den
             FROM   record
             WHERE  kind = {kind} AND live = 1 AND fields ->> 'task_type' = 'supervision'
             AND    COALESCE(fields ->> '@scope', '') <> 'failing_only' AND COALESCE(area, '') <> 'outside'
             UNION ALL
             SELECT place, day, CAST(fields ->> 'passed' AS BIGINT),
                    CAST(CASE fields ->> 'detail' WHEN 'none' THEN fields ->> 'tested' ELSE fields ->> 'passed' END AS BIGINT)
             FROM   record
             WHERE  kind = {totals} AND live = 1 AND fields ->> 'of_kind' = {kind}
             AND    fields ->> 'task_type' = 'supervision' AND fields ->> 'detail' IN ('none', 'failing')
             AND    fields ->> 'passed' IS NOT NULL AND COALESCE(area, '') <> 'outside'",
            kind = quoted(&self.kind),
            totals = quoted(&self.totals),
        )
    }
}

/// A connection of its own.
pub struct SqlPeer(Client);

impl SqlPeer {
    /// Connects.
    pub fn open(url: &str) -> Result<SqlPeer, StoreError> {
        Ok(SqlPeer(Client::connect(url, NoTls)?))
    }

    /// Numerator and denominator from the records.
    pub fn group_by(&mut self, rate: &Rate) -> Result<(i64, i64), StoreError> {
        self.sum(&format!("({}) AS part", rate.parts()), rate)
    }

    /// Makes the materialised view, of every day; one of that name is replaced.
    pub fn create_view(&mut self, rate: &Rate) -> Result<(), StoreError> {
        self.drop_view()?;
        let sql = format!(
            "CREATE MATERIALIZED VIEW peer_rate AS
             SELECT place, day, SUM(num) AS num, SUM(den) AS den
             FROM   ({}) AS part
             GROUP  BY place, day",
            rate.parts()
        );
        Ok(self.0.batch_execute(&sql)?)
    }

    /// Refreshes the view, and reads the rate from it.
    pub fn refresh(&mut self, rate: &Rate) -> Result<(i64, i64), StoreError> {
        self.0.batch_execute("REFRESH MATERIALIZED VIEW peer_rate")?;
        self.sum("peer_rate", rate)
    }

    fn sum(&mut self, from: &str, rate: &Rate) -> Result<(i64, i64), StoreError> {
        let sql = format!(
            "SELECT CAST(COALESCE(SUM(num), 0) AS BIGINT), CAST(COALESCE(SUM(den), 0) AS BIGINT)
             FROM   {from}
             WHERE  place = $1 AND day BETWEEN $2 AND $3"
        );
        let (first, last) = (i64::from(rate.days.0), i64::from(rate.days.1));
        let row = self.0.query_one(&sql, &[&rate.place, &first, &last])?;
        Ok((row.try_get(0)?, row.try_get(1)?))
    }

    /// Removes the view.
    pub fn drop_view(&mut self) -> Result<(), StoreError> {
        Ok(self.0.batch_execute("DROP MATERIALIZED VIEW IF EXISTS peer_rate")?)
    }
}
