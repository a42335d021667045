//! The search index: which versions hold which terms. What a term is, the caller knows; here it is a text.
//!
//! * A posting names a *version* by its knowledge time, and a version never changes: nothing in the index is ever corrected. A record is
//!   found by its last version only, because [`Reader::records_at`] asks the records themselves, in the same snapshot.
//! * Segments are written in bulk, thousands of versions at a time and in the order of the key. The versions after the last
//!   segment are the tail; the caller reads it ([`Reader::tail`]), so that a record is found as soon as it is stored.
//! * Whatever is found here is a candidate: terms are necessary, the caller's look at the text decides.
//! * Everything is derived. A backup leaves the index out, and a database without one is searchable as soon as it is built.

use std::collections::{BTreeMap, HashMap};

use crate::db::{Conn, Row, Value, pad, placeholders};
use crate::pool::Reader;
use crate::records::{RecordRow, VERSION_COLUMNS, VersionRow, read_record, read_version};
use crate::rollup::after_prefix;
use crate::{StoreError, Tx};

/// A term that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchTerm {
    /// Exactly this.
    Exact(String),
    /// Every term that begins with this.
    Prefix(String),
}

/// Which versions to look for.
#[derive(Clone, Debug, Default)]
pub struct SearchQuery {
    /// The rules under which terms were made.
    pub form: i64,
    /// Of every inner list one term must be there.
    pub terms: Vec<Vec<SearchTerm>>,
    /// Only versions before this knowledge time.
    pub before: i64,
    /// Read at most so many segments.
    pub segments: usize,
    /// Stop once there are so many versions.
    pub limit: usize,
}

/// Candidates, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchFound {
    /// Knowledge times of versions.
    pub times: Vec<i64>,
    /// Where to continue: `before` of the next query. `None` when everything was looked at.
    pub next: Option<i64>,
}

/// Whose records may be found. Part of every statement that reads them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchReach<'a> {
    /// The whole place.
    Everything,
    /// Records of one of these bodies, or of one of these areas.
    Of {
        /// Responsible bodies.
        bodies: &'a [String],
        /// Areas.
        areas: &'a [String],
        /// Kinds, whoever a record belongs to.
        kinds: &'a [String],
    },
}

/// A segment that was read.
#[derive(Clone, Copy)]
struct Segment {
    number: i64,
    since: i64,
    until: i64,
}

/// Segments are asked for in growing handfuls: a common term is answered by the newest, a rare one needs few round trips.
const FIRST_HANDFUL: usize = 2;
const LARGEST_HANDFUL: usize = 64;

/// So few candidates of a handful are looked at rather than narrowed by another statement.
const FEW: usize = 48;

/// So few candidates of a segment are looked at rather than compared with another list.
const FEW_OF_SEGMENT: usize = 1;

/// For each segment, times of versions.
type Postings = HashMap<i64, Vec<i64>>;

impl Reader<'_> {
    /// Up to which knowledge time the index reaches; 0 when there is none.
    pub fn search_end(&mut self, place: &str, form: i64) -> Result<i64, StoreError> {
        end(self.conn()?, place, form)
    }

    /// A segment whose terms were made under other rules.
    pub fn search_segment_of_other_form(&mut self, place: &str, form: i64) -> Result<Option<i64>, StoreError> {
        let sql = "
            SELECT MIN(segment)
            FROM   search_segment
            WHERE  place = $1 AND form <> $2";
        Ok(self.conn()?.one(sql, &[Value::Text(place), Value::Int(form)], |row| row.int_or_null(0))?.flatten())
    }

    /// The newest versions after an instant, at most `limit`, the newest first.
    pub fn tail(&mut self, place: &str, after: i64, limit: usize) -> Result<Vec<VersionRow>, StoreError> {
        self.versions_between(place, after, limit, "DESC")
    }

    /// The oldest versions after an instant, at most `limit`, the oldest first.
    pub fn versions_after(&mut self, place: &str, after: i64, limit: usize) -> Result<Vec<VersionRow>, StoreError> {
        self.versions_between(place, after, limit, "ASC")
    }

    fn versions_between(
        &mut self,
        place: &str,
        after: i64,
        limit: usize,
        order: &str,
    ) -> Result<Vec<VersionRow>, StoreError> {
        let sql = format!(
            "SELECT {VERSION_COLUMNS}
             FROM   record_version
             WHERE  place = $1 AND recorded_at > $2
             ORDER  BY recorded_at {order}
             LIMIT  $3"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.conn()?.many(&sql, &[Value::Text(place), Value::Int(after), Value::Int(limit)], read_version)
    }

    /// How many versions lie after an instant, counted up to a limit.
    pub fn count_after(&mut self, place: &str, after: i64, limit: usize) -> Result<usize, StoreError> {
        let sql = "
            SELECT COUNT(*)
            FROM   (SELECT recorded_at
                    FROM   record_version
                    WHERE  place = $1 AND recorded_at > $2
                    ORDER  BY recorded_at
                    LIMIT  $3) AS waiting";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values = [Value::Text(place), Value::Int(after), Value::Int(limit)];
        let count = self.conn()?.one(sql, &values, |row| row.int(0))?.unwrap_or(0);
        Ok(usize::try_from(count).unwrap_or(0))
    }

    /// Candidates from the segments. Bounded by the number of segments; a query without terms finds nothing.
    pub fn search_index(&mut self, place: &str, query: &SearchQuery) -> Result<SearchFound, StoreError> {
        let mut found = SearchFound::default();
        if query.terms.is_empty() {
            return Ok(found);
        }
        let conn = self.conn()?;
        let segments: Vec<Segment> =
            segments(conn, place, query.form)?.into_iter().filter(|one| one.since < query.before - 1).collect();
        let mut rest = segments.get(..query.segments.min(segments.len())).unwrap_or_default();
        let mut handful = FIRST_HANDFUL;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(handful.min(rest.len()));
            let candidates = candidates(conn, place, now, &query.terms)?;
            for segment in now {
                let times = candidates.get(&segment.number).map(Vec::as_slice).unwrap_or_default();
                found.times.extend(times.iter().filter(|time| **time < query.before));
                if found.times.len() >= query.limit {
                    found.times.truncate(query.limit);
                    found.next = found.times.last().copied();
                    return Ok(found);
                }
            }
            rest = later;
            handful = (handful * 4).min(LARGEST_HANDFUL);
        }
        found.next = segments
            .get(query.segments.wrapping_sub(1))
            .filter(|_| segments.len() > query.segments)
            .map(|last| last.since + 1);
        Ok(found)
    }

    /// Of the versions recorded at these times, the records whose last version it is, that count, and that the reader may see; in no
    /// order.
    pub fn records_at(
        &mut self,
        place: &str,
        times: &[i64],
        reach: SearchReach<'_>,
    ) -> Result<Vec<RecordRow>, StoreError> {
        let mut found = Vec::new();
        for chunk in times.chunks(256) {
            let mut list: Vec<Value<'_>> = chunk.iter().map(|time| Value::Int(*time)).collect();
            pad(&mut list);
            let mut values = vec![Value::Text(place)];
            values.extend(&list);
            let may = may_see(reach, &mut values);
            let sql = format!(
                "SELECT r.kind, r.id, r.version, r.live, r.key, r.body, r.area, r.subject, r.day, r.fields, r.recorded_at, r.batch
                 FROM   record_version AS v
                 JOIN   record AS r ON r.place = v.place AND r.kind = v.kind AND r.id = v.id AND r.version = v.version
                 WHERE  v.place = $1 AND v.recorded_at IN ({}) AND r.live = 1{may}",
                placeholders(2, list.len())
            );
            found.extend(self.conn()?.many(&sql, &values, read_record)?);
        }
        Ok(found)
    }
}

/// The permission as a condition; nobody's records are a condition that never holds.
fn may_see<'v>(reach: SearchReach<'v>, values: &mut Vec<Value<'v>>) -> String {
    let SearchReach::Of { bodies, areas, kinds } = reach else { return String::new() };
    let mut either = Vec::new();
    for (column, known) in [("r.body", bodies), ("r.area", areas), ("r.kind", kinds)] {
        if known.is_empty() {
            continue;
        }
        let mut list: Vec<Value<'v>> = known.iter().map(|id| Value::Text(id)).collect();
        pad(&mut list);
        either.push(format!("{column} IN ({})", placeholders(values.len() + 1, list.len())));
        values.extend(list);
    }
    if either.is_empty() { " AND 1 = 0".to_owned() } else { format!(" AND ({})", either.join(" OR ")) }
}

fn end(conn: &mut Conn, place: &str, form: i64) -> Result<i64, StoreError> {
    let sql = "
        SELECT COALESCE(MAX(until), 0)
        FROM   search_segment
        WHERE  place = $1 AND form = $2";
    Ok(conn.one(sql, &[Value::Text(place), Value::Int(form)], |row| row.int(0))?.unwrap_or(0))
}

fn segments(conn: &mut Conn, place: &str, form: i64) -> Result<Vec<Segment>, StoreError> {
    let sql = "
        SELECT segment, since, until
        FROM   search_segment
        WHERE  place = $1 AND form = $2
        ORDER  BY segment DESC";
    conn.many(sql, &[Value::Text(place), Value::Int(form)], |row| {
        Ok(Segment { number: row.int(0)?, since: row.int(1)?, until: row.int(2)? })
    })
}

/// For each segment of a handful, the versions that hold a term of every list. Lists with prefixes come last, and only where they can
/// still save more than they cost.
fn candidates(
    conn: &mut Conn,
    place: &str,
    segments: &[Segment],
    terms: &[Vec<SearchTerm>],
) -> Result<Postings, StoreError> {
    let is_exact = |list: &&Vec<SearchTerm>| list.iter().all(|term| matches!(term, SearchTerm::Exact(_)));
    let (exact, loose): (Vec<_>, Vec<_>) = terms.iter().partition(is_exact);
    let mut left: Option<Postings> = None;
    if !exact.is_empty() {
        let blocks = exact_blocks(conn, place, segments, &exact)?;
        let mut found = Postings::new();
        for segment in segments {
            let times = in_every_list(&exact, blocks.get(&segment.number))?;
            if !times.is_empty() {
                found.insert(segment.number, decoded(times, segment)?);
            }
        }
        left = Some(found);
    }
    for list in loose {
        let worth: Vec<Segment> = match &left {
            None => segments.to_vec(),
            Some(found) if found.values().map(Vec::len).sum::<usize>() <= FEW => continue,
            Some(found) => segments.iter().filter(|one| found.contains_key(&one.number)).copied().collect(),
        };
        let mut times: HashMap<i64, Vec<Vec<i64>>> = HashMap::new();
        for term in list {
            beginning_with(conn, place, &worth, term, &mut times)?;
        }
        let mut narrowed = Postings::new();
        for segment in &worth {
            let one = union(times.remove(&segment.number).unwrap_or_default().iter());
            let both = match left.as_ref().and_then(|found| found.get(&segment.number)) {
                Some(known) => intersection(known, &one),
                None => one,
            };
            if !both.is_empty() {
                narrowed.insert(segment.number, decoded(both, segment)?);
            }
        }
        left = Some(narrowed);
    }
    Ok(left.unwrap_or_default())
}

/// The versions of one segment that hold a term of every list. Most segments lack a term of a rare question: nothing of them is decoded.
/// The shortest list comes first, and once few are left the longer ones are not decoded either: the caller looks at the texts anyway.
fn in_every_list(
    lists: &[&Vec<SearchTerm>],
    blocks: Option<&HashMap<String, Vec<u8>>>,
) -> Result<Vec<i64>, StoreError> {
    let Some(blocks) = blocks else { return Ok(Vec::new()) };
    let mut written: Vec<Vec<&Vec<u8>>> = Vec::with_capacity(lists.len());
    for list in lists {
        let of_list: Vec<&Vec<u8>> = list
            .iter()
            .filter_map(|term| match term {
                SearchTerm::Exact(text) | SearchTerm::Prefix(text) => blocks.get(text),
            })
            .collect();
        if of_list.is_empty() {
            return Ok(Vec::new());
        }
        written.push(of_list);
    }
    written.sort_by_key(|blocks| blocks.iter().map(|block| block.len()).sum::<usize>());
    let mut left: Option<Vec<i64>> = None;
    for blocks in written {
        if left.as_ref().is_some_and(|left| left.len() <= FEW_OF_SEGMENT) {
            break;
        }
        let lists = blocks.into_iter().map(|block| read_times(block)).collect::<Result<Vec<_>, _>>()?;
        let one = union(lists.iter());
        left = Some(match left {
            Some(known) => intersection(&known, &one),
            None => one,
        });
    }
    Ok(left.unwrap_or_default())
}

/// What a segment says must lie within it.
fn decoded(times: Vec<i64>, segment: &Segment) -> Result<Vec<i64>, StoreError> {
    let within = |time: &i64| *time > segment.since && *time <= segment.until;
    if times.iter().all(within) {
        return Ok(times);
    }
    Err(StoreError::corrupt(format!("search segment {} holds a time outside of it", segment.number)))
}

fn exact_blocks(
    conn: &mut Conn,
    place: &str,
    segments: &[Segment],
    lists: &[&Vec<SearchTerm>],
) -> Result<HashMap<i64, HashMap<String, Vec<u8>>>, StoreError> {
    let mut texts: Vec<&str> = lists
        .iter()
        .flat_map(|list| list.iter())
        .map(|term| match term {
            SearchTerm::Exact(text) | SearchTerm::Prefix(text) => text.as_str(),
        })
        .collect();
    texts.sort_unstable();
    texts.dedup();
    let mut found: HashMap<i64, HashMap<String, Vec<u8>>> = HashMap::new();
    for chunk in texts.chunks(64) {
        let mut numbers: Vec<Value<'_>> = segments.iter().map(|one| Value::Int(one.number)).collect();
        let mut wanted: Vec<Value<'_>> = chunk.iter().map(|text| Value::Text(text)).collect();
        pad(&mut numbers);
        pad(&mut wanted);
        let sql = format!(
            "SELECT segment, term, times
             FROM   search_block
             WHERE  place = $1 AND segment IN ({}) AND term IN ({})",
            placeholders(2, numbers.len()),
            placeholders(2 + numbers.len(), wanted.len())
        );
        let mut values = vec![Value::Text(place)];
        values.extend(&numbers);
        values.extend(&wanted);
        conn.each(&sql, &values, &mut |row| {
            found.entry(row.int(0)?).or_default().insert(row.text(1)?, row.bytes(2)?);
            Ok(())
        })?;
    }
    Ok(found)
}

/// The blocks of every term that begins with a text, a list of times each.
fn beginning_with(
    conn: &mut Conn,
    place: &str,
    segments: &[Segment],
    term: &SearchTerm,
    into: &mut HashMap<i64, Vec<Vec<i64>>>,
) -> Result<(), StoreError> {
    let (from, to) = match term {
        SearchTerm::Exact(text) => (text.clone(), format!("{text}\u{1}")),
        SearchTerm::Prefix(text) => (text.clone(), after_prefix(text)),
    };
    let mut numbers: Vec<Value<'_>> = segments.iter().map(|one| Value::Int(one.number)).collect();
    pad(&mut numbers);
    let sql = format!(
        "SELECT segment, times
         FROM   search_block
         WHERE  place = $1 AND term >= $2 AND term < $3 AND segment IN ({})",
        placeholders(4, numbers.len())
    );
    let mut values = vec![Value::Text(place), Value::Text(&from), Value::Text(&to)];
    values.extend(&numbers);
    conn.each(&sql, &values, &mut |row: Row<'_>| {
        into.entry(row.int(0)?).or_default().push(read_times(&row.bytes(1)?)?);
        Ok(())
    })
}

/// What is in any of the lists, the newest first.
fn union<'t>(lists: impl Iterator<Item = &'t Vec<i64>>) -> Vec<i64> {
    let mut all: Vec<i64> = Vec::new();
    let mut several = false;
    for list in lists {
        several |= !all.is_empty();
        all.extend(list);
    }
    if several {
        all.sort_unstable_by(|a, b| b.cmp(a));
        all.dedup();
    }
    all
}

/// What is in both lists, each the newest first.
fn intersection(a: &[i64], b: &[i64]) -> Vec<i64> {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short.iter().filter(|time| long.binary_search_by(|known| time.cmp(&known)).is_ok()).copied().collect()
}

/// Times, the newest first, as differences of seven bits a byte; the first is the time itself.
fn write_times(times: &[i64]) -> Vec<u8> {
    let mut out = Vec::with_capacity(times.len() * 2 + 8);
    let mut before = 0_i64;
    for (at, time) in times.iter().enumerate() {
        let mut rest = if at == 0 { time.cast_unsigned() } else { (before - time).cast_unsigned() };
        before = *time;
        while rest >= 0x80 {
            out.push((rest & 0x7f) as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
    }
    out
}

fn read_times(bytes: &[u8]) -> Result<Vec<i64>, StoreError> {
    let broken = || StoreError::corrupt("a search block does not read");
    let mut times: Vec<i64> = Vec::with_capacity(bytes.len() / 2 + 1);
    let (mut rest, mut shift) = (0_u64, 0_u32);
    for byte in bytes {
        if shift > 63 {
            return Err(broken());
        }
        rest |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            let step = i64::try_from(rest).map_err(|_| broken())?;
            let time = match times.last() {
                Some(last) => last.checked_sub(step).ok_or_else(broken)?,
                None => step,
            };
            times.push(time);
            (rest, shift) = (0, 0);
        }
    }
    if shift == 0 { Ok(times) } else { Err(broken()) }
}

/// A segment on its way into the index.
#[derive(Clone, Debug, Default)]
pub struct SegmentRows {
    /// The rules under which its terms were made.
    pub form: i64,
    /// It follows the segment that ends here; 0 for the first.
    pub since: i64,
    /// The newest version that it covers.
    pub until: i64,
    /// The versions of every term, in any order.
    pub terms: BTreeMap<String, Vec<i64>>,
}

impl Tx<'_> {
    /// Adds a segment. Answers `false`, and stores nothing, when the index no longer ends where the segment begins: somebody else was
    /// faster.
    pub fn add_segment(&mut self, place: &str, segment: &SegmentRows) -> Result<bool, StoreError> {
        let conn = self.conn();
        if end(conn, place, segment.form)? != segment.since || segment.until <= segment.since {
            return Ok(false);
        }
        let sql = "SELECT COALESCE(MAX(segment), 0) + 1 FROM search_segment WHERE place = $1";
        let number = conn.one(sql, &[Value::Text(place)], |row| row.int(0))?.unwrap_or(1);
        let sql = "INSERT INTO search_segment (place, segment, form, since, until) VALUES ($1, $2, $3, $4, $5)";
        let values = [
            Value::Text(place),
            Value::Int(number),
            Value::Int(segment.form),
            Value::Int(segment.since),
            Value::Int(segment.until),
        ];
        conn.run(sql, &values)?;
        let mut blocks: Vec<(&str, Vec<u8>)> = Vec::with_capacity(segment.terms.len());
        for (term, times) in &segment.terms {
            let mut times = times.clone();
            times.sort_unstable_by(|a, b| b.cmp(a));
            times.dedup();
            blocks.push((term, write_times(&times)));
        }
        let mut rows = Vec::with_capacity(blocks.len() * 4);
        for (term, times) in &blocks {
            rows.extend([Value::Text(place), Value::Int(number), Value::Text(term), Value::Bytes(times)]);
        }
        conn.insert("INSERT INTO search_block (place, segment, term, times)", 4, "", &rows)?;
        Ok(true)
    }

    /// Throws away a segment that is no longer read.
    pub fn drop_search_segment(&mut self, place: &str, segment: i64) -> Result<(), StoreError> {
        let values = [Value::Text(place), Value::Int(segment)];
        for sql in [
            "DELETE FROM search_block WHERE place = $1 AND segment = $2",
            "DELETE FROM search_segment WHERE place = $1 AND segment = $2",
        ] {
            self.conn().run(sql, &values)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_were_written() {
        for times in [vec![], vec![1], vec![1_772_323_200_000_000, 1_772_323_199_999_999, 127, 0]] {
            assert_eq!(read_times(&write_times(&times)).unwrap(), times);
        }
        assert!(read_times(&[0x80]).is_err(), "cut off");
        assert!(read_times(&[0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]).is_err(), "too large");
    }

    #[test]
    fn lists_meet_and_join_newest_first() {
        assert_eq!(intersection(&[9, 7, 3], &[8, 7, 4, 3, 1]), [7, 3]);
        assert_eq!(union([vec![9, 3], vec![7, 3]].iter()), [9, 7, 3]);
    }
}
