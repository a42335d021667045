//! Lists: the order, the pages, the indexes and the bound.

use zhiheng_store::{
    BatchRow, Change, Column, Cursor, Filter, IndexSpec, Job, ListPage, ListQuery, Match, Needs, Op, RecordId, Refused,
    Scope, Seen, Store, Times, VersionRow, ViewSpec,
};

use crate::county::{Act, County, KIND, PLACE, Sample, id, on_both, stored, today};

/// An import of records of two areas; every third has no day.
pub(crate) struct Importing {
    pub(crate) numbers: std::ops::Range<u64>,
    pub(crate) batch: RecordId,
}

impl Job for Importing {
    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn decide(&mut self, _: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
        let mut change = Change::new(times);
        for number in self.numbers.clone() {
            let day = today() - i32::try_from(number / 3).unwrap();
            change.versions.push(VersionRow {
                kind: KIND.to_owned(),
                id: id(number),
                version: 1,
                op: Op::Create,
                recorded_at: times.next(),
                actor: "王".to_owned(),
                reason: None,
                pack: [7; 32],
                body: Some("b".to_owned()),
                area: Some(format!("a{}", number % 2)),
                subject: None,
                day: (number % 3 != 0).then_some(day),
                key: None,
                fields: format!(
                    r#"{{"count":{},"label":"脆李{number:04}","order":"o{}","urgent":{}}}"#,
                    number % 5,
                    number % 7,
                    number % 2 == 0
                ),
                salt: [0; 16],
                digest: [0; 32],
                sm3: None,
                batch: Some(self.batch),
            });
        }
        change.batch = Some(BatchRow {
            id: self.batch,
            kind: KIND.to_owned(),
            file_digest: [6; 32],
            file_name: "公告.xlsx".to_owned(),
            scope: Some("mixed".to_owned()),
            tested: Some(12),
            actor: "王".to_owned(),
            recorded_at: 0,
            rows: 10,
        });
        Ok(change)
    }
}

fn field(name: &str) -> Column {
    Column::Field(name.to_owned())
}

fn text(column: Column, value: &str) -> Filter {
    Filter { column, value: Match::Text(value.to_owned()) }
}

fn specs() -> Vec<IndexSpec> {
    vec![
        IndexSpec { kind: KIND.to_owned(), on: vec![field("count")] },
        IndexSpec { kind: KIND.to_owned(), on: vec![field("label")] },
        IndexSpec { kind: KIND.to_owned(), on: vec![Column::Area, field("order")] },
    ]
}

fn query(filters: Vec<Filter>, limit: usize) -> ListQuery {
    ListQuery { kind: KIND.to_owned(), filters, limit, ..ListQuery::default() }
}

/// Every page of a list, one after the other.
fn all(store: &Store, mut query: ListQuery) -> (Vec<RecordId>, usize) {
    let mut out = Vec::new();
    let mut stops = 0;
    loop {
        let ListPage { records, next, stopped, .. } = store.read().unwrap().list(PLACE, &query).unwrap();
        assert!(records.len() <= query.limit);
        stops += usize::from(stopped);
        out.extend(records.iter().map(|record| record.id));
        match next {
            Some(next) => query.after = Some(next),
            None => return (out, stops),
        }
    }
}

fn filled(county: &County) -> Store {
    let store = county.open();
    store.ensure_indexes(&specs()).unwrap();
    store.submit(PLACE, Box::new(Importing { numbers: 0..600, batch: id(1) })).unwrap();
    store
}

fn expected(keep: impl Fn(u64) -> bool) -> Vec<RecordId> {
    let mut numbers: Vec<u64> = (0..600).filter(|n| keep(*n)).collect();
    numbers.sort_by_key(|n| {
        let day = (n % 3 != 0).then(|| i64::try_from(n / 3).unwrap());
        (day.is_none(), day, std::cmp::Reverse(*n))
    });
    numbers.into_iter().map(id).collect()
}

/// A scope, further filters, and which numbers are left.
type Case = (Scope, Vec<Filter>, fn(u64) -> bool);

#[test]
fn a_scope_is_exactly_its_bodies_and_its_areas_page_by_page() {
    on_both(|county| {
        let store = filled(county);
        let scope = |bodies: &[&str], areas: &[&str]| {
            let own = |list: &[&str]| list.iter().map(|one| (*one).to_owned()).collect();
            Scope { bodies: own(bodies), areas: own(areas), ..Scope::default() }
        };
        let urgent = Filter { column: field("urgent"), value: Match::Flag(true) };
        let cases: [Case; 6] = [
            (scope(&["b"], &["a1"]), vec![], |_| true),
            (scope(&["x"], &["a1"]), vec![], |n| n % 2 == 1),
            (scope(&[], &["a0", "a1"]), vec![], |_| true),
            (scope(&["x"], &["a0", "a7"]), vec![text(field("order"), "o3")], |n| n % 2 == 0 && n % 7 == 3),
            (scope(&["x", "y"], &["a0", "a1"]), vec![urgent], |n| n % 2 == 0),
            (scope(&[], &[]), vec![], |_| false),
        ];
        for (scope, filters, keep) in cases {
            let wanted = ListQuery { scope: Some(scope.clone()), ..query(filters, 7) };
            let count = store.read().unwrap().count_up_to(PLACE, &wanted, 1000).unwrap();
            let (found, _) = all(&store, wanted);
            assert!(found == expected(keep), "{scope:?}: {} records", found.len());
            assert!(
                count.at_least <= found.len() && (!count.exact || count.at_least == found.len()),
                "{scope:?} {count:?}"
            );
        }
    });
}

#[test]
fn pages_follow_each_other_newest_first_without_gap_or_repetition() {
    on_both(|county| {
        let store = filled(county);
        for limit in [1, 7, 50, 1000] {
            let limited = if limit == 1 { vec![text(field("count"), "3"), text(Column::Area, "a1")] } else { vec![] };
            let keep = |n: u64| limited.is_empty() || (n % 5 == 3 && n % 2 == 1);
            assert_eq!(all(&store, query(limited.clone(), limit)).0, expected(keep), "limit {limit}");
        }
        let pair = vec![text(field("order"), "o3"), text(Column::Area, "a0")];
        assert_eq!(all(&store, query(pair, 9)).0, expected(|n| n % 7 == 3 && n % 2 == 0));
        let flag = vec![Filter { column: field("urgent"), value: Match::Flag(true) }];
        assert_eq!(all(&store, query(flag, 100)).0, expected(|n| n % 2 == 0));
        let absent = vec![Filter { column: field("nothing"), value: Match::Absent }];
        assert_eq!(all(&store, query(absent, 100)).0.len(), 600);
        let (from, to) = (Some(today() - 50), Some(today() - 20));
        let some_days = ListQuery { from, to, ..query(vec![text(Column::Body, "b")], 10) };
        assert_eq!(all(&store, some_days).0, expected(|n| n % 3 != 0 && (20..=50).contains(&(n / 3))));
    });
}

/// From the last page to the first, each read backwards, in the order of the list.
fn all_backwards(store: &Store, mut query: ListQuery) -> Vec<RecordId> {
    let last = loop {
        let page = store.read().unwrap().list(PLACE, &query).unwrap();
        match page.next {
            Some(next) => query.after = Some(next),
            None => break page,
        }
    };
    let (mut out, mut previous) = (vec![last.records], last.previous);
    while let Some(before) = previous {
        query.before = Some(before);
        let page = store.read().unwrap().list(PLACE, &query).unwrap();
        previous = page.previous;
        out.push(page.records);
    }
    out.into_iter().rev().flatten().map(|record| record.id).collect()
}

#[test]
fn the_way_back_shows_the_same_records_as_the_way_on() {
    on_both(|county| {
        let store = filled(county);
        let (from, to) = (Some(today() - 50), Some(today() - 20));
        let one = vec![text(field("count"), "3"), text(Column::Area, "a1")];
        for limit in [7, 50, 599, 600] {
            assert_eq!(all_backwards(&store, query(vec![], limit)), expected(|_| true), "limit {limit}");
            assert_eq!(all_backwards(&store, query(one.clone(), limit)), expected(|n| n % 5 == 3 && n % 2 == 1));
            let days = ListQuery { from, to, ..query(vec![], limit) };
            assert_eq!(all_backwards(&store, days), expected(|n| n % 3 != 0 && (20..=50).contains(&(n / 3))));
        }
        // Where no index answers, the way back stops too, and goes on from there.
        let mut options = county.options();
        options.scan_rows = 100;
        drop(store);
        let store = Store::open(&county.url, options).unwrap();
        let rare = query(vec![text(field("order"), "o3"), text(field("count"), "4")], 20);
        assert_eq!(all_backwards(&store, rare), expected(|n| n % 7 == 3 && n % 5 == 4));
    });
}

#[test]
fn a_list_without_an_index_stops_and_says_so() {
    on_both(|county| {
        drop(filled(county));
        let mut options = county.options();
        options.scan_rows = 100;
        let store = Store::open(&county.url, options).unwrap();
        let rare = query(vec![text(field("order"), "o3"), text(field("count"), "4")], 20);
        let page = store.read().unwrap().list(PLACE, &rare).unwrap();
        assert!(page.stopped && page.next.is_some() && page.records.len() < 20);
        let (found, stops) = all(&store, rare.clone());
        assert_eq!(found, expected(|n| n % 7 == 3 && n % 5 == 4));
        assert!(stops >= 4, "{stops}");
        // With the index it reads only what it shows.
        store.declare_indexes(&specs());
        let indexed = query(vec![text(field("count"), "4")], 20);
        assert!(!store.read().unwrap().list(PLACE, &indexed).unwrap().stopped);
        let count = store.read().unwrap().count_up_to(PLACE, &rare, 1000).unwrap();
        assert!(!count.exact || count.at_least == expected(|n| n % 7 == 3 && n % 5 == 4).len());
    });
}

#[test]
fn counting_stops_at_its_limit() {
    on_both(|county| {
        let store = filled(county);
        let mut reader = store.read().unwrap();
        let mut count = |filters, limit| {
            let count = reader.count_up_to(PLACE, &query(filters, 1), limit).unwrap();
            (count.at_least, count.exact)
        };
        assert_eq!(count(vec![], 1000), (600, true));
        assert_eq!(count(vec![], 600), (600, true));
        assert_eq!(count(vec![], 599), (599, false));
        assert_eq!(count(vec![text(field("count"), "2")], 1000), (120, true));
        assert_eq!(count(vec![text(field("urgent"), "none")], 1000), (0, true));
    });
}

#[test]
fn withdrawn_records_are_listed_apart() {
    on_both(|county| {
        let store = county.open();
        for number in 0..10 {
            stored(&store, vec![Act::create(number, Sample::new(today()))]);
        }
        stored(&store, vec![Act::of(Op::Withdraw, 4, Sample::new(today()))]);
        let of = |live| all(&store, ListQuery { live, ..query(vec![], 3) }).0;
        assert_eq!(of(Some(false)), [id(4)]);
        assert_eq!(of(Some(true)).len(), 9);
        assert_eq!(of(None).len(), 10);
        assert_eq!(store.read().unwrap().kind_counts(PLACE).unwrap()[0].withdrawn, 1);
    });
}

#[test]
fn search_goes_by_key_and_by_field() {
    on_both(|county| {
        let store = filled(county);
        for (number, key) in [(1000, "SC-1"), (1001, "SC-2"), (1002, "sc-3")] {
            stored(&store, vec![Act::create(number, Sample { key: Some(key.to_owned()), ..Sample::new(today()) })]);
        }
        let mut reader = store.read().unwrap();
        let found = reader.search(PLACE, KIND, &Column::Key, "SC-", 10).unwrap();
        assert_eq!(found.iter().map(|r| r.id).collect::<Vec<_>>(), [id(1000), id(1001)]);
        assert_eq!(reader.search(PLACE, KIND, &field("label"), "脆李000", 5).unwrap().len(), 5);
        assert_eq!(reader.search(PLACE, KIND, &field("label"), "脆李0599", 5).unwrap()[0].id, id(599));
    });
}

#[test]
fn indexes_and_views_follow_the_pack() {
    on_both(|county| {
        let store = filled(county);
        assert_eq!(store.ensure_indexes(&specs()).unwrap(), (0, 0), "the same again");
        assert_eq!(store.ensure_indexes(&specs()[..1]).unwrap(), (0, 2));
        assert_eq!(store.ensure_indexes(&specs()).unwrap(), (2, 0));
        let hostile = IndexSpec { kind: KIND.to_owned(), on: vec![field("x') --")] };
        assert!(store.ensure_indexes(&[hostile]).is_err());
        let view = |fields: &[&str]| ViewSpec {
            kind: KIND.to_owned(),
            fields: fields.iter().map(|f| (*f).to_owned()).collect(),
        };
        store.ensure_views(&[view(&["label", "order"])]).unwrap();
        store.ensure_views(&[view(&["label", "order", "count"])]).unwrap();
        // Fails when the view or a column is missing.
        county.tamper(r#"CREATE TABLE seen AS SELECT record_id, "order", "label", "count" FROM kind_food_sample"#);
        store.ensure_views(&[]).unwrap();
    });
}

#[test]
fn a_cursor_of_another_list_does_no_harm() {
    on_both(|county| {
        let store = filled(county);
        let after = Some(Cursor { day: Some(i32::MIN), id: id(0) });
        let page = store.read().unwrap().list(PLACE, &ListQuery { after, ..query(vec![], 5) }).unwrap();
        assert_eq!(page.records.len(), 5, "those without a day");
        assert!(
            store.read().unwrap().list(PLACE, &ListQuery { kind: "x' OR 1".to_owned(), ..query(vec![], 5) }).is_err()
        );
    });
}

#[test]
fn imports_are_listed_with_their_file() {
    on_both(|county| {
        let store = filled(county);
        let mut reader = store.read().unwrap();
        let batches = reader.batches(PLACE, i64::MAX, 10).unwrap();
        assert_eq!(batches, reader.batches_of_file(PLACE, &[6; 32]).unwrap());
        assert_eq!((batches[0].tested, batches[0].rows), (Some(12), 10));
        assert_eq!(reader.batch(PLACE, &id(1)).unwrap().as_ref(), batches.first());
        assert_eq!(reader.last_import(PLACE, KIND).unwrap(), Some(batches[0].recorded_at));
        assert_eq!(reader.record(PLACE, KIND, &id(5)).unwrap().unwrap().batch, Some(id(1)));
    });
}
