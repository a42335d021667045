//! Lists of records, newest first: by day, then by id; records without a day come last. A list never counts and never
//! skips: the next page begins after the last row of this one, and the page before ends before its first.
//!
//! A list reads one index. What the index does not cover is tested row by row, and after a bounded number of rows the
//! list stops and says so, instead of reading a million rows for a page.

use std::sync::{PoisonError, RwLock};

use crate::StoreError;
use crate::db::{Conn, Dialect, Row, Value};
use crate::job::is_name;
use crate::pool::Reader;
use crate::records::{RECORD_COLUMNS, RecordId, RecordRow, read_record};
use crate::rollup::after_prefix;
use crate::schema::IndexSpec;

/// A column of a record that can be filtered and indexed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// The responsible body.
    Body,
    /// The area code.
    Area,
    /// The enterprise or person.
    Subject,
    /// The business key.
    Key,
    /// A declared field, `[a-z][a-z0-9_]*`.
    Field(String),
}

impl Column {
    /// The same expression for an index and for a filter, on both databases. The cast makes a number text on SQLite
    /// too, where it would otherwise compare unequal to every text.
    pub(crate) fn sql(&self) -> String {
        match self {
            Column::Body => "body".to_owned(),
            Column::Area => "area".to_owned(),
            Column::Subject => "subject".to_owned(),
            Column::Key => "key".to_owned(),
            Column::Field(field) => format!("(CAST(fields ->> '{field}' AS TEXT))"),
        }
    }

    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match self {
            Column::Field(field) if !is_name(field) => {
                Err(StoreError::invalid(format!("{field:?} is not the name of a field")))
            }
            _ => Ok(()),
        }
    }
}

/// A column has a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The column.
    pub column: Column,
    /// What it must be equal to.
    pub value: Match,
}

/// The value of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Match {
    /// Text, or a number as it is written.
    Text(String),
    /// A yes/no field.
    Flag(bool),
    /// The field is absent or null.
    Absent,
    /// None of these, or absent.
    NoneOf(Vec<String>),
    /// The field is there.
    Present,
    /// One of these, or a list that has one of them. Identifiers only: `[a-z][a-z0-9_]*`.
    Names(Vec<String>),
    /// Neither one of these nor a list that has one of them.
    NamesNone(Vec<String>),
}

impl Match {
    /// Whether an index answers it.
    fn is_indexed(&self) -> bool {
        matches!(self, Match::Text(_) | Match::Flag(_) | Match::Absent)
    }
}

/// What somebody may see of a kind: the records of some bodies, those that lie in some areas, and those that were sent to somebody. Nothing at
/// all when everything is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Bodies.
    pub bodies: Vec<String>,
    /// Areas.
    pub areas: Vec<String>,
    /// In those areas only what belongs to one of these bodies; none: whoever it belongs to.
    pub of: Option<Vec<String>>,
    /// Records that name a reader.
    pub sent: Vec<Sent>,
}

/// Records that were sent: a field names the reader.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Any of these fields, a text or a list of texts.
    pub fields: Vec<String>,
    /// Any of these readers.
    pub to: Vec<String>,
    /// Only where this field is there.
    pub after: Option<String>,
}

impl Scope {
    /// Whether a record of this body and area is in it; what was sent is asked of the record.
    #[must_use]
    pub fn holds(&self, body: Option<&str>, area: Option<&str>) -> bool {
        let among = |known: &[String], one: Option<&str>| one.is_some_and(|one| known.iter().any(|own| own == one));
        among(&self.bodies, body) || among(&self.areas, area) && self.of.as_ref().is_none_or(|of| among(of, body))
    }

    /// Whether nothing at all is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bodies.is_empty() && self.areas.is_empty() && self.sent.is_empty()
    }

    /// Its parts as filters that no record passes twice.
    fn parts(&self) -> Vec<Vec<Filter>> {
        let is = |column: Column, value: &String| Filter { column, value: Match::Text(value.clone()) };
        let bodies = self.bodies.iter().map(|body| vec![is(Column::Body, body)]);
        let others = || Filter { column: Column::Body, value: Match::NoneOf(self.bodies.clone()) };
        let mut parts: Vec<Vec<Filter>> = bodies.collect();
        for area in &self.areas {
            let here = is(Column::Area, area);
            match &self.of {
                Some(of) => parts.extend(
                    of.iter()
                        .filter(|body| !self.bodies.contains(body))
                        .map(|body| vec![here.clone(), is(Column::Body, body)]),
                ),
                None => {
                    let mut both = vec![here];
                    both.extend((!self.bodies.is_empty()).then(others));
                    parts.push(both);
                }
            }
        }
        let mut apart: Vec<Filter> = (!self.bodies.is_empty()).then(others).into_iter().collect();
        if self.of.is_none() && !self.areas.is_empty() {
            apart.push(Filter { column: Column::Area, value: Match::NoneOf(self.areas.clone()) });
        }
        for sent in &self.sent {
            let after =
                sent.after.as_ref().map(|field| Filter { column: Column::Field(field.clone()), value: Match::Present });
            let mut before = apart.clone();
            for field in &sent.fields {
                let column = Column::Field(field.clone());
                let named = Filter { column: column.clone(), value: Match::Names(sent.to.clone()) };
                parts.push(std::iter::once(named).chain(after.clone()).chain(before.iter().cloned()).collect());
                before.push(Filter { column, value: Match::NamesNone(sent.to.clone()) });
            }
        }
        parts
    }
}

/// Which records to list.
#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    /// The kind.
    pub kind: String,
    /// All must hold.
    pub filters: Vec<Filter>,
    /// From this day on; leaves out records without a day.
    pub from: Option<i32>,
    /// Up to this day; leaves out records without a day.
    pub to: Option<i32>,
    /// Only records that count (`true`), only withdrawn ones (`false`), or both.
    pub live: Option<bool>,
    /// Only what somebody may see; none: everything.
    pub scope: Option<Scope>,
    /// Begin after this place in the order.
    pub after: Option<Cursor>,
    /// Rather the rows that lead up to this place; `after` then plays no part.
    pub before: Option<Cursor>,
    /// At most so many records.
    pub limit: usize,
}

/// A place in the order of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The day of the record there.
    pub day: Option<i32>,
    /// Its id.
    pub id: RecordId,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPage {
    /// The records, newest first.
    pub records: Vec<RecordRow>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<Cursor>,
    /// Where the page before ends; `None` when this is the first.
    pub previous: Option<Cursor>,
    /// True when the list stopped after its bounded number of rows before the page was full. Continuing at `next` (at
    /// `previous`, when the page was read backwards) looks further.
    pub stopped: bool,
}

/// How many records there are, counted up to a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    /// At least so many.
    pub at_least: usize,
    /// No more than that either.
    pub exact: bool,
}

/// The indexes on declared fields that exist, so that a list can choose its own.
#[derive(Default)]
pub(crate) struct Declared(RwLock<Vec<IndexSpec>>);

impl Declared {
    pub(crate) fn set(&self, specs: Vec<IndexSpec>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = specs;
    }

    /// The columns of the best index for these filters, in its order.
    fn best(&self, kind: &str, filters: &[Filter]) -> Vec<Column> {
        let usable = |filter: &&Filter| filter.value.is_indexed();
        let has = |column: &Column| filters.iter().filter(usable).any(|filter| filter.column == *column);
        let specs = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let declared =
            specs.iter().filter(|spec| spec.kind == kind && spec.on.iter().all(has)).map(|spec| spec.on.clone());
        let built_in = [Column::Key, Column::Subject, Column::Area, Column::Body].map(|column| vec![column]);
        // Most columns first; of several with one column the most selective in practice: a key, a subject, a field.
        declared
            .chain(built_in.into_iter().filter(|on| on.iter().all(has)))
            .max_by_key(|on| (on.len(), on.first().map_or(0, selectivity)))
            .unwrap_or_default()
    }
}

fn selectivity(column: &Column) -> u8 {
    match column {
        Column::Key => 5,
        Column::Subject => 4,
        Column::Field(_) => 3,
        Column::Area => 2,
        Column::Body => 1,
    }
}

/// A list as one statement: `scan` is what the index answers, `rest` is tested row by row.
struct Plan<'q> {
    scan: Vec<String>,
    rest: Vec<String>,
    values: Vec<Value<'q>>,
    /// Values of the scan; those of the rest come after them.
    scan_values: usize,
}

impl<'q> Plan<'q> {
    fn new(
        place: &'q str,
        query: &'q ListQuery,
        half: Option<(Half, Way<'q>)>,
        declared: &Declared,
        dialect: Dialect,
    ) -> Result<Plan<'q>, StoreError> {
        if !is_name(&query.kind) {
            return Err(StoreError::invalid(format!("{:?} is not the name of a kind", query.kind)));
        }
        query.filters.iter().try_for_each(|filter| filter.column.check())?;
        let mut index = declared.best(&query.kind, &query.filters);
        let mut plan = Plan { scan: Vec::new(), rest: Vec::new(), values: Vec::new(), scan_values: 0 };
        let place = plan.bind(Value::Text(place));
        // The kind is written out, so that a partial index on it can be used.
        plan.scan.extend([format!("place = {place}"), format!("kind = '{}'", query.kind)]);
        let mut others = Vec::new();
        for filter in &query.filters {
            let usable = filter.value.is_indexed();
            match index.iter().position(|column| *column == filter.column && usable) {
                Some(at) => {
                    index.remove(at);
                    let test = plan.test(filter, dialect);
                    plan.scan.push(test);
                }
                None => others.push(filter),
            }
        }
        plan.days(query);
        if let Some((half, way)) = half {
            plan.half(half, way);
        }
        plan.scan_values = plan.values.len();
        for filter in others {
            let test = plan.test(filter, dialect);
            plan.rest.push(test);
        }
        if let Some(live) = query.live {
            plan.rest.push(format!("live = {}", i64::from(live)));
        }
        Ok(plan)
    }

    fn test(&mut self, filter: &'q Filter, dialect: Dialect) -> String {
        let column = filter.column.sql();
        match &filter.value {
            Match::Text(text) => format!("{column} = {}", self.bind(Value::Text(text))),
            Match::Flag(flag) => format!("{column} = '{}'", flag_text(*flag, dialect)),
            Match::Absent => format!("{column} IS NULL"),
            Match::NoneOf(values) => {
                let values: Vec<String> = values.iter().map(|value| self.bind(Value::Text(value))).collect();
                format!("({column} IS NULL OR {column} NOT IN ({}))", values.join(", "))
            }
            Match::Present => format!("{column} IS NOT NULL"),
            Match::Names(names) => self.names(&column, names),
            Match::NamesNone(names) => format!("({column} IS NULL OR NOT {})", self.names(&column, names)),
        }
    }

    /// A list is stored as `["a","b"]`, and PostgreSQL tells it with blanks: what stands between its quotes is the same on both.
    fn names(&mut self, column: &str, names: &'q [String]) -> String {
        let one = |name: &'q String| {
            let name = self.bind(Value::Text(name));
            format!("{column} = {name} OR REPLACE({column}, '\"' || {name} || '\"', '') <> {column}")
        };
        let all: Vec<String> = names.iter().map(one).collect();
        if all.is_empty() { "1 = 0".to_owned() } else { format!("({})", all.join(" OR ")) }
    }

    fn days(&mut self, query: &ListQuery) {
        for (day, test) in [(query.from, "day >="), (query.to, "day <=")] {
            if let Some(day) = day {
                let day = self.bind(Value::Int(day.into()));
                self.scan.push(format!("{test} {day}"));
            }
        }
    }

    fn half(&mut self, half: Half, way: Way<'q>) {
        let (at_most, before) = match way {
            Way::Onward(_) => ("<=", "<"),
            Way::Back(_) => (">=", ">"),
        };
        match half {
            Half::Dated => {
                self.scan.push("day IS NOT NULL".to_owned());
                if let Some(Cursor { day: Some(day), id }) = way.begins() {
                    let (day, id) = (self.bind(Value::Int((*day).into())), self.bind(Value::Bytes(&id.0)));
                    // The first test is implied by the second and lets both databases begin there in the index.
                    self.scan.push(format!("day {at_most} {day} AND (day, id) {before} ({day}, {id})"));
                }
            }
            Half::Undated => {
                self.scan.push("day IS NULL".to_owned());
                if let Some(Cursor { day: None, id }) = way.begins() {
                    let id = self.bind(Value::Bytes(&id.0));
                    self.scan.push(format!("id {before} {id}"));
                }
            }
        }
    }

    fn bind(&mut self, value: Value<'q>) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    /// The rows of the index, at most `rows` of them, in the order of the list.
    fn scanned(&self, columns: &str, order: &str, rows: usize) -> String {
        format!(
            "SELECT {columns}
             FROM   record
             WHERE  {}
             ORDER  BY {order}
             LIMIT  {rows}",
            self.scan.join(" AND ")
        )
    }

    /// The values of a statement without the rest.
    fn scan_only(&self) -> &[Value<'q>] {
        self.values.get(..self.scan_values).unwrap_or_default()
    }

    /// What is to be counted; stops as soon as there are `limit`.
    fn found(&self, order: &str, rows: usize, limit: usize) -> String {
        if self.rest.is_empty() {
            return self.scanned("day, id", order, limit);
        }
        format!(
            "SELECT day
             FROM   ({}) AS scanned
             WHERE  {}
             LIMIT  {limit}",
            self.scanned(RECORD_COLUMNS, order, rows),
            self.rest.join(" AND ")
        )
    }

    fn page(&self, order: &str, rows: usize, limit: usize) -> String {
        if self.rest.is_empty() {
            return self.scanned(RECORD_COLUMNS, order, rows.min(limit));
        }
        format!(
            "SELECT {RECORD_COLUMNS}
             FROM   ({}) AS scanned
             WHERE  {}
             ORDER  BY {order}
             LIMIT  {limit}",
            self.scanned(RECORD_COLUMNS, order, rows),
            self.rest.join(" AND ")
        )
    }
}

fn flag_text(flag: bool, dialect: Dialect) -> &'static str {
    match (dialect, flag) {
        (Dialect::Sqlite, true) => "1",
        (Dialect::Sqlite, false) => "0",
        (Dialect::Postgres, true) => "true",
        (Dialect::Postgres, false) => "false",
    }
}

/// Records with a day, then those without.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Half {
    Dated,
    Undated,
}

/// Which way an index is read, and the place where reading begins.
#[derive(Clone, Copy)]
enum Way<'q> {
    /// Newest first.
    Onward(Option<&'q Cursor>),
    /// From a place towards the newest.
    Back(&'q Cursor),
}

impl<'q> Way<'q> {
    fn of(query: &'q ListQuery) -> Way<'q> {
        query.before.as_ref().map_or(Way::Onward(query.after.as_ref()), Way::Back)
    }

    fn begins(self) -> Option<&'q Cursor> {
        match self {
            Way::Onward(after) => after,
            Way::Back(before) => Some(before),
        }
    }

    /// What is left to read, in order; a bound on days leaves out records without a day.
    fn halves(self, days_are_bound: bool) -> &'static [Half] {
        match (self, self.begins(), days_are_bound) {
            (Way::Onward(_), Some(Cursor { day: None, .. }), true) => &[],
            (Way::Onward(_), Some(Cursor { day: None, .. }), false) => &[Half::Undated],
            (Way::Onward(_), _, false) => &[Half::Dated, Half::Undated],
            (Way::Back(Cursor { day: None, .. }), _, false) => &[Half::Undated, Half::Dated],
            _ => &[Half::Dated],
        }
    }

    fn order(self, half: Half) -> &'static str {
        match (self, half) {
            (Way::Onward(_), Half::Dated) => "day DESC, id DESC",
            (Way::Onward(_), Half::Undated) => "id DESC",
            (Way::Back(_), Half::Dated) => "day, id",
            (Way::Back(_), Half::Undated) => "id",
        }
    }
}

fn place_of(record: &RecordRow) -> Cursor {
    Cursor { day: record.day, id: record.id }
}

/// The place of a record in the order of lists, the earlier the smaller.
fn rank(cursor: &Cursor) -> (std::cmp::Reverse<Option<i32>>, std::cmp::Reverse<RecordId>) {
    // `None` is less than every day, so that its reverse comes last.
    (std::cmp::Reverse(cursor.day), std::cmp::Reverse(cursor.id))
}

impl Reader<'_> {
    /// One page of a list.
    pub fn list(&mut self, place: &str, query: &ListQuery) -> Result<ListPage, StoreError> {
        match &query.scope {
            None => self.list_all(place, query, self.scan_rows()),
            Some(scope) => self.list_within(place, query, &scope.parts()),
        }
    }

    /// A list of what lies in any of some parts: each part is read from its own index, and the parts are put in order.
    fn list_within(&mut self, place: &str, query: &ListQuery, parts: &[Vec<Filter>]) -> Result<ListPage, StoreError> {
        let budget = self.scan_rows() / parts.len().max(1);
        let back = query.before.is_some();
        let (mut records, mut ends): (Vec<RecordRow>, Vec<Cursor>) = (Vec::new(), Vec::new());
        for part in parts {
            let mut one = ListQuery { scope: None, ..query.clone() };
            one.filters.extend_from_slice(part);
            let found = self.list_all(place, &one, budget.max(query.limit))?;
            records.extend(found.records);
            ends.extend(if back { found.previous } else { found.next });
        }
        records.sort_by_key(|record| rank(&place_of(record)));
        // What lies in an area may have been sent as well.
        records.dedup_by_key(|record| record.id);
        // Beyond the place where a part ends, nothing is known of it.
        let end = if back { ends.iter().max_by_key(|end| rank(end)) } else { ends.iter().min_by_key(|end| rank(end)) };
        let end = end.copied();
        if let Some(end) = &end {
            let known = |at: Cursor| if back { rank(&at) >= rank(end) } else { rank(&at) <= rank(end) };
            records.retain(|record| known(place_of(record)));
        }
        let stopped = end.is_some() && records.len() < query.limit;
        let full = records.len() > query.limit;
        if full && back {
            records.drain(..records.len() - query.limit);
        }
        records.truncate(query.limit);
        let edge = if back { records.first() } else { records.last() };
        let further = edge.filter(|_| full).map(place_of).or(end);
        let begun = if back { records.last() } else { records.first() }.map(place_of);
        Ok(if back {
            ListPage { next: begun, previous: further, records, stopped }
        } else {
            ListPage { next: further, previous: begun.filter(|_| query.after.is_some()), records, stopped }
        })
    }

    fn list_all(&mut self, place: &str, query: &ListQuery, budget: usize) -> Result<ListPage, StoreError> {
        let way = Way::of(query);
        let (mut records, mut stopped_at, mut more) = (Vec::new(), None, false);
        let mut budget = budget;
        for half in way.halves(query.from.or(query.to).is_some()) {
            // One more than asked for tells whether there is a further page.
            let wanted = query.limit + 1 - records.len();
            let (found, end) = self.half(place, query, *half, budget, wanted)?;
            records.extend(found);
            more = records.len() > query.limit;
            if more {
                records.truncate(query.limit);
                break;
            }
            match end {
                Scan::Stopped(at) => {
                    stopped_at = Some(at);
                    break;
                }
                Scan::Ended(rows) => budget = budget.saturating_sub(rows).max(1),
            }
        }
        let further = stopped_at.or_else(|| records.last().filter(|_| more).map(place_of));
        let begun = records.first().map(place_of);
        let stopped = stopped_at.is_some();
        Ok(match way {
            Way::Onward(after) => {
                ListPage { next: further, previous: begun.filter(|_| after.is_some()), records, stopped }
            }
            Way::Back(_) => {
                records.reverse();
                ListPage { next: begun, previous: further, records, stopped }
            }
        })
    }

    fn half(
        &mut self,
        place: &str,
        query: &ListQuery,
        half: Half,
        budget: usize,
        wanted: usize,
    ) -> Result<(Vec<RecordRow>, Scan), StoreError> {
        let declared = self.declared();
        let conn = self.conn()?;
        let way = Way::of(query);
        let plan = Plan::new(place, query, Some((half, way)), declared, conn.dialect())?;
        let order = way.order(half);
        let records = conn.many(&plan.page(order, budget.max(wanted), wanted), &plan.values, read_record)?;
        if plan.rest.is_empty() || records.len() >= wanted {
            let rows = records.len();
            return Ok((records, Scan::Ended(rows)));
        }
        let end = last_scanned(conn, &plan, order, budget.max(wanted))?;
        Ok((records, end))
    }

    /// Counts the records of a list, at most `limit` of them and within the bounded number of rows; `after` and the
    /// limit of the query play no part.
    pub fn count_up_to(&mut self, place: &str, query: &ListQuery, limit: usize) -> Result<Count, StoreError> {
        let Some(scope) = &query.scope else { return self.count_all(place, query, limit) };
        let mut sum = Count { at_least: 0, exact: true };
        for part in scope.parts() {
            let mut one = ListQuery { scope: None, ..query.clone() };
            one.filters.extend(part);
            let found = self.count_all(place, &one, limit.saturating_sub(sum.at_least))?;
            sum = Count { at_least: sum.at_least + found.at_least, exact: sum.exact && found.exact };
            if sum.at_least >= limit && !sum.exact {
                break;
            }
        }
        Ok(sum)
    }

    fn count_all(&mut self, place: &str, query: &ListQuery, limit: usize) -> Result<Count, StoreError> {
        let declared = self.declared();
        let budget = self.scan_rows();
        let conn = self.conn()?;
        let plan = Plan::new(place, query, None, declared, conn.dialect())?;
        let order = if query.from.or(query.to).is_some() { Way::Onward(None).order(Half::Dated) } else { "day, id" };
        let count = |row: Row<'_>| Ok(usize::try_from(row.int(0)?).unwrap_or(0));
        let budget = budget.max(limit + 1);
        let found = format!("SELECT COUNT(*) FROM ({}) AS found", plan.found(order, budget, limit + 1));
        let found = conn.one(&found, &plan.values, count)?.unwrap_or(0);
        if found > limit || plan.rest.is_empty() {
            return Ok(Count { at_least: found.min(limit), exact: found <= limit });
        }
        let scanned = format!("SELECT COUNT(*) FROM ({}) AS scanned", plan.scanned("day, id", order, budget));
        let scanned = conn.one(&scanned, plan.scan_only(), count)?.unwrap_or(0);
        Ok(Count { at_least: found, exact: scanned < budget })
    }

    /// Records of a kind whose column begins with a text, in the order of that column: by business key, or by a field
    /// that has an index of its own.
    pub fn search(
        &mut self,
        place: &str,
        kind: &str,
        column: &Column,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<RecordRow>, StoreError> {
        column.check()?;
        if !is_name(kind) {
            return Err(StoreError::invalid(format!("{kind:?} is not the name of a kind")));
        }
        let expression = column.sql();
        let sql = format!(
            "SELECT {RECORD_COLUMNS}
             FROM   record
             WHERE  place = $1 AND kind = '{kind}' AND {expression} >= $2 AND {expression} < $3
             ORDER  BY {expression}
             LIMIT  $4"
        );
        let end = after_prefix(prefix);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values = [Value::Text(place), Value::Text(prefix), Value::Text(&end), Value::Int(limit)];
        self.conn()?.many(&sql, &values, read_record)
    }
}

/// How the reading of an index came to its end.
enum Scan {
    /// Nothing more is there, or the page is full; so many rows were read.
    Ended(usize),
    /// The bound was reached here.
    Stopped(Cursor),
}

fn last_scanned(conn: &mut Conn, plan: &Plan<'_>, order: &str, rows: usize) -> Result<Scan, StoreError> {
    let sql = format!("{} OFFSET {}", plan.scanned("day, id", order, 1), rows.saturating_sub(1));
    let read = |row: Row<'_>| Ok(Cursor { day: row.day_or_null(0)?, id: RecordId(row.array(1)?) });
    Ok(conn.one(&sql, plan.scan_only(), read)?.map_or(Scan::Ended(rows), Scan::Stopped))
}
