//! Indicator cells. `cell_delta` holds what every day of knowledge changed on every day that counts: it answers single
//! days and known-on. `cell` holds its sums by month and year and answers a board. Both are written in the transaction
//! of the versions that caused them, and both always equal a recomputation from the versions.
//!
//! Days have no rows of their own in `cell`: they would be written for every record a second time. And a day's deltas
//! lie together, whatever their definition and dimension: a record changes many of them at once, and what a commit costs
//! is the pages that it touches. Whoever reads a definition over many days therefore goes from day to day.

use std::collections::{BTreeMap, HashMap};

use crate::StoreError;
use crate::committer::Times;
use crate::days::{Grain, Piece, day_of, first_of_year, month_of, pieces, year_of};
use crate::db::{Conn, Row, Value, pad, placeholders};
use crate::pool::Reader;

/// A numerator and a denominator; a plain count uses only the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// Numerator.
    pub num: i64,
    /// Denominator.
    pub den: i64,
}

/// Contributions to cells, added up as they come. Takes memory for distinct (def, dim, day) only, so that a job
/// of 100,000 records stays small.
#[derive(Clone, Debug)]
pub struct Cells {
    offset_seconds: i32,
    dims: HashMap<Box<str>, u32>,
    sums: HashMap<(i64, u32, i32, i32), Sum>,
}

impl Cells {
    /// Nothing yet. The days of knowledge are those of the store's place.
    #[must_use]
    pub fn new(times: &Times) -> Cells {
        Cells::with_offset(times.offset_seconds())
    }

    pub(crate) fn with_offset(offset_seconds: i32) -> Cells {
        Cells { offset_seconds, dims: HashMap::new(), sums: HashMap::new() }
    }

    /// Adds a contribution; a contribution that ends is added with its signs reversed.
    ///
    /// `at` is the `recorded_at` of the version that causes it (µs of UTC), `day` the day it counts on.
    pub fn add(&mut self, at: i64, def: i64, dim: &str, day: i32, sum: Sum) {
        if sum == Sum::default() {
            return;
        }
        let dim = match self.dims.get(dim) {
            Some(number) => *number,
            None => {
                let number = u32::try_from(self.dims.len()).unwrap_or(u32::MAX);
                self.dims.insert(dim.into(), number);
                number
            }
        };
        let cell = self.sums.entry((def, dim, day, day_of(at, self.offset_seconds))).or_default();
        cell.num = cell.num.saturating_add(sum.num);
        cell.den = cell.den.saturating_add(sum.den);
    }

    /// True when nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// Adds everything of another collection.
    pub(crate) fn absorb(&mut self, other: Cells) {
        if self.sums.is_empty() {
            *self = other;
            return;
        }
        let mut renumbered = vec![0; other.dims.len()];
        for (dim, number) in other.dims {
            let next = u32::try_from(self.dims.len()).unwrap_or(u32::MAX);
            let ours = *self.dims.entry(dim).or_insert(next);
            if let Some(slot) = renumbered.get_mut(number as usize) {
                *slot = ours;
            }
        }
        for ((def, dim, day, known_day), sum) in other.sums {
            let dim = renumbered.get(dim as usize).copied().unwrap_or(u32::MAX);
            let cell = self.sums.entry((def, dim, day, known_day)).or_default();
            cell.num = cell.num.saturating_add(sum.num);
            cell.den = cell.den.saturating_add(sum.den);
        }
    }

    /// Adds everything to the stored cells and their history, in the order of their keys.
    pub(crate) fn flush(&self, conn: &mut Conn, place: &str) -> Result<(), StoreError> {
        if self.sums.is_empty() {
            return Ok(());
        }
        let mut names: Vec<&str> = vec![""; self.dims.len()];
        for (dim, number) in &self.dims {
            if let Some(slot) = names.get_mut(*number as usize) {
                *slot = dim;
            }
        }
        let name = |number: u32| names.get(number as usize).copied().unwrap_or("");
        let mut deltas: BTreeMap<(i32, &str, i64, i32), Sum> = BTreeMap::new();
        let mut cells: BTreeMap<(i64, Grain, &str, i32), Sum> = BTreeMap::new();
        for (&(def, dim, day, known_day), sum) in &self.sums {
            if *sum == Sum::default() {
                continue;
            }
            deltas.insert((day, name(dim), def, known_day), *sum);
            for (grain, period) in [(Grain::Month, month_of(day)), (Grain::Year, year_of(day))] {
                let cell = cells.entry((def, grain, name(dim), period)).or_default();
                cell.num = cell.num.saturating_add(sum.num);
                cell.den = cell.den.saturating_add(sum.den);
            }
        }
        let mut rows = Vec::with_capacity(7 * deltas.len().min(FLUSH_ROWS));
        let mut pending = 0;
        // A cell is written even when it adds up to nothing: that it is there says that there are deltas.
        for ((def, grain, dim, period), sum) in &cells {
            let key = [Value::Int(*def), Value::Int(grain.number()), Value::Text(dim), Value::Int((*period).into())];
            rows.push(Value::Text(place));
            rows.extend(key);
            rows.extend([Value::Int(sum.num), Value::Int(sum.den)]);
            pending += 1;
            if pending == FLUSH_ROWS {
                conn.insert(ADD_CELLS.0, 7, ADD_CELLS.1, &rows)?;
                rows.clear();
                pending = 0;
            }
        }
        conn.insert(ADD_CELLS.0, 7, ADD_CELLS.1, &rows)?;
        rows.clear();
        pending = 0;
        for ((day, dim, def, known_day), sum) in &deltas {
            let key = [Value::Int((*day).into()), Value::Text(dim), Value::Int(*def), Value::Int((*known_day).into())];
            rows.push(Value::Text(place));
            rows.extend(key);
            rows.extend([Value::Int(sum.num), Value::Int(sum.den)]);
            pending += 1;
            if pending == FLUSH_ROWS {
                conn.insert(ADD_DELTAS.0, 7, ADD_DELTAS.1, &rows)?;
                rows.clear();
                pending = 0;
            }
        }
        conn.insert(ADD_DELTAS.0, 7, ADD_DELTAS.1, &rows)
    }
}

const FLUSH_ROWS: usize = 4096;

const ADD_CELLS: (&str, &str) = (
    "INSERT INTO cell (place, def, grain, dim, period, num, den)",
    "ON CONFLICT (place, def, grain, dim, period) DO UPDATE
     SET num = cell.num + excluded.num, den = cell.den + excluded.den",
);

const ADD_DELTAS: (&str, &str) = (
    "INSERT INTO cell_delta (place, day, dim, def, known_day, num, den)",
    "ON CONFLICT (place, day, dim, def, known_day) DO UPDATE
     SET num = cell_delta.num + excluded.num, den = cell_delta.den + excluded.den",
);

/// Removes the cells, their history and the levels of definitions that are to be computed anew.
pub(crate) fn clear(conn: &mut Conn, place: &str, defs: &[i64]) -> Result<(), StoreError> {
    for chunk in defs.chunks(DEFS_MAX) {
        let mut values = vec![Value::Text(place)];
        values.extend(chunk.iter().map(|def| Value::Int(*def)));
        let list = placeholders(2, chunk.len());
        for table in ["cell", "cell_delta", "level_value"] {
            conn.run(&format!("DELETE FROM {table} WHERE place = $1 AND def IN ({list})"), &values)?;
        }
    }
    Ok(())
}

/// A stored cell of a month or a year that is not zero.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellRow {
    /// The definition.
    pub def: i64,
    /// The dimension.
    pub dim: String,
    /// The length of the period.
    pub grain: Grain,
    /// The period in the counting of its grain.
    pub period: i32,
    /// Numerator.
    pub num: i64,
    /// Denominator.
    pub den: i64,
}

/// A stored delta that is not zero.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeltaRow {
    /// The definition.
    pub def: i64,
    /// The dimension.
    pub dim: String,
    /// The day it counts on.
    pub day: i32,
    /// The day on which it became known.
    pub known_day: i32,
    /// Numerator.
    pub num: i64,
    /// Denominator.
    pub den: i64,
}

/// The sum of one period of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodSum {
    /// The period in the counting of its grain.
    pub period: i32,
    /// What it adds up to.
    pub sum: Sum,
}

impl Reader<'_> {
    /// The sum of each definition over the days `from ..= to` in one dimension; without `from`, everything up to
    /// `to`. A definition is in the answer when a day of it is not zero, whatever its sum: a stock whose last entry
    /// expired is zero, one that never had an entry is absent.
    ///
    /// Reads a row per whole year and at most two runs of months and of days at the ends, whatever the number of
    /// records.
    pub fn sums(
        &mut self,
        place: &str,
        dim: &str,
        defs: &[i64],
        from: Option<i32>,
        to: i32,
    ) -> Result<BTreeMap<i64, Sum>, StoreError> {
        let sums = sum_pieces(self.conn()?, place, defs, &[dim], &pieces(from, to))?;
        let mut sums: BTreeMap<i64, Sum> = sums.into_iter().map(|(def, _, sum)| (def, sum)).collect();
        // Months and years that add up to nothing do not tell whether there was anything: the days do.
        let silent: Vec<i64> = sums.iter().filter(|(_, sum)| **sum == Sum::default()).map(|(def, _)| *def).collect();
        if !silent.is_empty() {
            let known = self.sums_known(place, dim, &silent, from, to, i32::MAX)?;
            sums.retain(|def, sum| *sum != Sum::default() || known.contains_key(def));
        }
        Ok(sums)
    }

    /// As [`Reader::sums`], as it was known at the end of `known_day`: what was recorded later is left out.
    ///
    /// A definition is in the answer when a day of it was not zero then, whatever its sum: nothing counted is told from
    /// what came and went.
    pub fn sums_known(
        &mut self,
        place: &str,
        dim: &str,
        defs: &[i64],
        from: Option<i32>,
        to: i32,
        known_day: i32,
    ) -> Result<BTreeMap<i64, Sum>, StoreError> {
        let conn = self.conn()?;
        let mut out = BTreeMap::new();
        for chunk in defs.chunks(DEFS_MAX) {
            // The years with cells bound the days to look at; most definitions without data have none.
            let mut list = chunk.to_vec();
            pad(&mut list);
            let mut values = vec![Value::Text(place), Value::Text(dim)];
            values.extend(list.iter().map(|def| Value::Int(*def)));
            let years =
                conn.many(&years_sql(list.len()), &values, |row| Ok((row.int(0)?, row.day(1)?, row.day(2)?)))?;
            let Some(first) = years.iter().map(|(_, first, _)| first_of_year(*first)).min() else { continue };
            let last = years.iter().map(|(_, _, last)| first_of_year(last.saturating_add(1))).max().unwrap_or(to);
            let mut list: Vec<i64> = years.into_iter().map(|(def, _, _)| def).collect();
            pad(&mut list);
            let mut values = vec![
                Value::Text(place),
                Value::Text(dim),
                Value::Int(from.map_or(first, |from| from.max(first)).into()),
                Value::Int(to.min(last).into()),
                Value::Int(known_day.into()),
            ];
            values.extend(list.iter().map(|def| Value::Int(*def)));
            conn.each(&known_sql(list.len()), &values, &mut |row| {
                out.insert(row.int(0)?, Sum { num: row.int(1)?, den: row.int(2)? });
                Ok(())
            })?;
        }
        Ok(out)
    }

    /// The sum of one definition over `from ..= to` for every dimension that begins with a prefix, in order.
    pub fn by_dim(
        &mut self,
        place: &str,
        def: i64,
        dim_prefix: &str,
        from: Option<i32>,
        to: i32,
    ) -> Result<Vec<(String, Sum)>, StoreError> {
        let conn = self.conn()?;
        let end = after_prefix(dim_prefix);
        let values = [Value::Text(place), Value::Int(def), Value::Text(dim_prefix), Value::Text(&end)];
        let dims = conn.many(DIMS, &values, |row| row.text(0))?;
        let mut out = Vec::new();
        for chunk in dims.chunks(DEFS_MAX) {
            let names: Vec<&str> = chunk.iter().map(String::as_str).collect();
            let sums = sum_pieces(conn, place, &[def], &names, &pieces(from, to))?;
            out.extend(sums.into_iter().map(|(_, dim, sum)| (dim, sum)));
        }
        out.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(out)
    }

    /// The sums of one definition year by year, both years included; empty years are absent.
    pub fn by_year(
        &mut self,
        place: &str,
        def: i64,
        dim: &str,
        from: i32,
        to: i32,
    ) -> Result<Vec<PeriodSum>, StoreError> {
        self.series(place, def, dim, Grain::Year, from, to)
    }

    /// The sums of one definition month by month (`year * 12 + month - 1`), both months included; empty months
    /// are absent.
    pub fn by_month(
        &mut self,
        place: &str,
        def: i64,
        dim: &str,
        from: i32,
        to: i32,
    ) -> Result<Vec<PeriodSum>, StoreError> {
        self.series(place, def, dim, Grain::Month, from, to)
    }

    /// The sums of one definition day by day, both days included; empty days are absent.
    pub fn by_day(
        &mut self,
        place: &str,
        def: i64,
        dim: &str,
        from: i32,
        to: i32,
    ) -> Result<Vec<PeriodSum>, StoreError> {
        self.series(place, def, dim, Grain::Day, from, to)
    }

    fn series(
        &mut self,
        place: &str,
        def: i64,
        dim: &str,
        grain: Grain,
        from: i32,
        to: i32,
    ) -> Result<Vec<PeriodSum>, StoreError> {
        let (def, dim) = (Value::Int(def), Value::Text(dim));
        let mut values = vec![Value::Text(place), def, dim, Value::Int(from.into()), Value::Int(to.into())];
        let sql = if grain == Grain::Day {
            DAY_SERIES
        } else {
            values.push(Value::Int(grain.number()));
            SERIES
        };
        self.conn()?.many(sql, &values, |row| {
            Ok(PeriodSum { period: row.day(0)?, sum: Sum { num: row.int(1)?, den: row.int(2)? } })
        })
    }

    /// Every cell that is not zero, in the order of (def, grain, dim, period); nothing is held in memory.
    pub fn scan_cells(
        &mut self,
        place: &str,
        mut each: impl FnMut(CellRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = "
            SELECT def, dim, grain, period, num, den
            FROM   cell
            WHERE  place = $1 AND (num <> 0 OR den <> 0)
            ORDER  BY def, grain, dim, period";
        self.conn()?.each(sql, &[Value::Text(place)], &mut |row| each(read_cell(row)?))
    }

    /// Every delta that is not zero, in the order of (day, dim, def, known day); nothing is held in memory.
    pub fn scan_deltas(
        &mut self,
        place: &str,
        mut each: impl FnMut(DeltaRow) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = "
            SELECT def, dim, day, known_day, num, den
            FROM   cell_delta
            WHERE  place = $1 AND (num <> 0 OR den <> 0)
            ORDER  BY day, dim, def, known_day";
        self.conn()?.each(sql, &[Value::Text(place)], &mut |row| {
            each(DeltaRow {
                def: row.int(0)?,
                dim: row.text(1)?,
                day: row.day(2)?,
                known_day: row.day(3)?,
                num: row.int(4)?,
                den: row.int(5)?,
            })
        })
    }
}

fn read_cell(row: Row<'_>) -> Result<CellRow, StoreError> {
    let grain = match row.int(2)? {
        1 => Grain::Month,
        2 => Grain::Year,
        other => {
            let (def, dim, period) = (row.int(0)?, row.text(1)?, row.int(3)?);
            return Err(StoreError::corrupt(format!("cell {def} {dim} {period} of grain {other}")));
        }
    };
    Ok(CellRow { def: row.int(0)?, dim: row.text(1)?, grain, period: row.day(3)?, num: row.int(4)?, den: row.int(5)? })
}

/// The least text that is greater than every text with this prefix.
pub(crate) fn after_prefix(prefix: &str) -> String {
    format!("{prefix}\u{10ffff}")
}

const DEFS_MAX: usize = 128;

const DIMS: &str = "
    SELECT DISTINCT dim
    FROM   cell
    WHERE  place = $1 AND def = $2 AND grain = 2 AND dim >= $3 AND dim < $4";

const SERIES: &str = "
    SELECT period, num, den
    FROM   cell
    WHERE  place = $1 AND def = $2 AND grain = $6 AND dim = $3 AND period BETWEEN $4 AND $5 AND (num <> 0 OR den <> 0)
    ORDER  BY period";

/// The days between two that have any delta, found by going from one to the next: their number, not that of the
/// deltas, is what it costs. Joined with CROSS JOIN, which keeps SQLite from reading all deltas first.
macro_rules! days_present {
    ($from:literal, $to:literal) => {
        concat!(
            "WITH RECURSIVE present (day) AS (
        SELECT MIN(day) FROM cell_delta WHERE place = $1 AND day BETWEEN ",
            $from,
            " AND ",
            $to,
            "
        UNION  ALL
        SELECT (SELECT MIN(d.day) FROM cell_delta AS d WHERE d.place = $1 AND d.day > present.day AND d.day <= ",
            $to,
            ")
        FROM   present
        WHERE  present.day IS NOT NULL)"
        )
    };
}

const DAY_SERIES: &str = concat!(
    days_present!("$4", "$5"),
    "
    SELECT c.day, CAST(SUM(c.num) AS BIGINT), CAST(SUM(c.den) AS BIGINT)
    FROM   present AS p
    CROSS  JOIN cell_delta AS c
    WHERE  c.place = $1 AND c.day = p.day AND c.dim = $3 AND c.def = $2
    GROUP  BY c.day
    HAVING SUM(c.num) <> 0 OR SUM(c.den) <> 0
    ORDER  BY c.day"
);

/// The first and the last year in which each definition has cells.
fn years_sql(defs: usize) -> String {
    format!(
        "SELECT def, MIN(period), MAX(period)
         FROM   cell
         WHERE  place = $1 AND def IN ({}) AND grain = 2 AND dim = $2
         GROUP  BY def",
        placeholders(3, defs)
    )
}

/// One net row per definition and day first: a definition is known of when any day of it was not zero.
pub(crate) fn known_sql(defs: usize) -> String {
    format!(
        "{}
         SELECT def, CAST(SUM(num) AS BIGINT), CAST(SUM(den) AS BIGINT)
         FROM   (SELECT c.def, c.day, SUM(c.num) AS num, SUM(c.den) AS den
                 FROM   present AS p
                 CROSS  JOIN cell_delta AS c
                 WHERE  c.place = $1 AND c.day = p.day AND c.dim = $2 AND {}c.def IN ({}) AND c.known_day <= $5
                 GROUP  BY c.def, c.day
                 HAVING SUM(c.num) <> 0 OR SUM(c.den) <> 0) AS net
         GROUP  BY def",
        days_present!("$3", "$4"),
        beside_the_index(defs),
        placeholders(6, defs)
    )
}

/// A dimension's definitions of a day lie side by side: few are sought one by one, many are read past. The sign keeps
/// the test out of the index.
fn beside_the_index(defs: usize) -> &'static str {
    if defs > 4 { "+" } else { "" }
}

/// One statement for any number of definitions, dimensions and pieces: each piece is a range of a primary key.
///
/// A run of days is short, at most what two months leave over, and is written out day by day.
pub(crate) fn pieces_sql(defs: usize, dims: usize, pieces: &[Piece]) -> String {
    let def_list = placeholders(2, defs);
    let dim_list = placeholders(2 + defs, dims);
    let mut next = 2 + defs + dims;
    let parts: Vec<String> = pieces
        .iter()
        .map(|piece| {
            let (from, to) = (next, next + 1);
            next += bounds(piece).len();
            match piece.grain {
                Grain::Day => format!(
                    "SELECT def, dim, num, den
                     FROM   cell_delta
                     WHERE  place = $1 AND day IN ({}) AND dim IN ({dim_list}) AND {}def IN ({def_list})",
                    placeholders(from, next - from),
                    beside_the_index(defs)
                ),
                Grain::Month | Grain::Year => format!(
                    "SELECT def, dim, num, den
                     FROM   cell
                     WHERE  place = $1 AND def IN ({def_list}) AND grain = {} AND dim IN ({dim_list})
                     AND    period BETWEEN ${from} AND ${to}",
                    piece.grain.number()
                ),
            }
        })
        .collect();
    format!(
        "SELECT def, dim, CAST(SUM(num) AS BIGINT), CAST(SUM(den) AS BIGINT)
         FROM   ({}) AS piece
         GROUP  BY def, dim",
        parts.join("\n UNION ALL\n ")
    )
}

/// What a piece binds: its days, or its first and last period.
fn bounds(piece: &Piece) -> Vec<i64> {
    if piece.grain == Grain::Day {
        let mut days: Vec<i64> = (piece.from..=piece.to).collect();
        pad(&mut days);
        return days;
    }
    vec![piece.from, piece.to]
}

fn sum_pieces(
    conn: &mut Conn,
    place: &str,
    defs: &[i64],
    dims: &[&str],
    pieces: &[Piece],
) -> Result<Vec<(i64, String, Sum)>, StoreError> {
    let mut out = Vec::new();
    if pieces.is_empty() || dims.is_empty() {
        return Ok(out);
    }
    let mut dims = dims.to_vec();
    pad(&mut dims);
    for chunk in defs.chunks(DEFS_MAX) {
        let mut list = chunk.to_vec();
        pad(&mut list);
        let mut values = vec![Value::Text(place)];
        values.extend(list.iter().map(|def| Value::Int(*def)));
        values.extend(dims.iter().map(|dim| Value::Text(dim)));
        for piece in pieces {
            values.extend(bounds(piece).into_iter().map(Value::Int));
        }
        conn.each(&pieces_sql(list.len(), dims.len(), pieces), &values, &mut |row| {
            out.push((row.int(0)?, row.text(1)?, Sum { num: row.int(2)?, den: row.int(3)? }));
            Ok(())
        })?;
    }
    Ok(out)
}
