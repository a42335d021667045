//! The statements of every operation as they are sent, and how each database runs them, kept in `tests/golden`.
//! `ZHIHENG_GOLDEN=1` writes the files anew. A difference is to be read, not waved through: a plan that scans a table is
//! a page that gets slower every year.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::db::{Conn, Dialect, Owned, Value};
use crate::*;

/// What was sent since recording began.
static SEEN: Mutex<Option<Vec<Sent>>> = Mutex::new(None);

/// A statement and its values.
type Sent = (String, Vec<Owned>);

pub(crate) fn saw(sql: &str, values: &[Value<'_>]) {
    if let Some(seen) = SEEN.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
        let own = |value: &Value<'_>| match value {
            Value::Int(int) => Owned::Int(*int),
            Value::Text(text) => Owned::Text((*text).to_owned()),
            Value::Bytes(bytes) => Owned::Bytes(bytes.to_vec()),
            Value::Null => Owned::Null,
        };
        seen.push((sql.to_owned(), values.iter().map(own).collect()));
    }
}

struct Still;

impl Clock for Still {
    fn now_micros(&self) -> i64 {
        1_772_323_200_000_000
    }
}

impl Random for Still {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

/// Records with these numbers, with cells and a level each.
struct Filing(std::ops::Range<u64>);

impl Job for Filing {
    fn needs(&self) -> Needs {
        if self.0.end - self.0.start > 1 {
            return Needs::default();
        }
        let kind = || "food_sample".to_owned();
        Needs {
            records: vec![(kind(), RecordId([1; 16]))],
            keys: vec![(kind(), "K".to_owned())],
            subjects: vec![(kind(), "s1".to_owned())],
            idempotency: Some(("a".to_owned(), "k".to_owned())),
            tasks: vec![RecordId([1; 16])],
            counters: vec!["food_sample.number.2026".to_owned()],
            serials: vec![("accept_notice".to_owned(), 2026)],
        }
    }

    fn decide(&mut self, _: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
        let mut change = Change::new(times);
        for number in self.0.clone() {
            let (at, id) = (times.next(), RecordId(u128::from(number).to_be_bytes()));
            let day = 20_513 - i32::try_from(number % 900).unwrap();
            let area = format!("a{}", number % 26);
            for def in 1..9 {
                change.cells.add(at, def, &area, day, Sum { num: 1, den: 1 });
            }
            change.levels_end.push(LevelEnd { id, at });
            change.levels_add.push(LevelRow {
                def: i64::try_from(number % 40).unwrap(),
                dim: "p".to_owned(),
                day,
                id,
                value: 1,
                num: None,
                den: None,
                n: None,
                recorded_at: at,
                ended_at: None,
            });
            change.versions.push(VersionRow {
                kind: if number % 7 == 0 { "patent" } else { "food_sample" }.to_owned(),
                id,
                version: 1,
                op: Op::Create,
                recorded_at: at,
                actor: "a".to_owned(),
                reason: None,
                pack: [0; 32],
                body: Some(format!("b{}", number % 18)),
                area: Some(area),
                subject: Some(format!("s{}", number % 500)),
                day: (number % 50 != 0).then_some(day),
                key: Some(format!("K{number}")),
                fields: format!(r#"{{"class":"c{}","level":"l{}"}}"#, number % 30, number % 5),
                salt: [0; 16],
                digest: [0; 32],
                sm3: None,
                batch: None,
            });
        }
        let id = RecordId(u128::from(self.0.start).to_be_bytes());
        let line = TaskRow {
            record: id,
            clock: "decide".to_owned(),
            run: 0,
            kind: "food_sample".to_owned(),
            sort: "duty".to_owned(),
            state: "lodged".to_owned(),
            body: "b1".to_owned(),
            role: "desk".to_owned(),
            assignee: None,
            area: None,
            since: 0,
            due_day: Some(20_600),
            due_at: Some(1_780_000_000_000_000),
            provisional: false,
            paused: false,
            fired_until: 0,
            next_at: Some(1_779_000_000_000_000),
        };
        change.tasks.push(TaskSet { record: id, rows: vec![line] });
        change.messages.push(MessageRow {
            id,
            at: 1,
            account: None,
            body: "b1".to_owned(),
            role: "desk".to_owned(),
            record: None,
            title: "t".to_owned(),
            text: "t".to_owned(),
        });
        change.outbox.push(entry(self.0.start));
        change.counters.insert("food_sample.number.2026".to_owned(), 1);
        change.idempotency = Some(Idempotency { actor: "a".to_owned(), key: format!("{:?}", self.0), digest: vec![1] });
        Ok(change)
    }
}

fn entry(number: u64) -> OutboxEntry {
    OutboxEntry {
        key: format!("k{number}"),
        channel: "webhook".to_owned(),
        address: format!("a{}", number % 50),
        content: "{}".to_owned(),
        created_at: 1,
    }
}

fn due(sorts: Sorts) -> DueBetween {
    DueBetween { from: 0, to: i64::MAX, sorts }
}

fn owner() -> TasksOf {
    TasksOf::Owner { body: "b1".to_owned(), role: "desk".to_owned() }
}

fn field(name: &str) -> Column {
    Column::Field(name.to_owned())
}

fn list(filters: &[(Column, &str)], after: bool) -> ListQuery {
    ListQuery {
        kind: "food_sample".to_owned(),
        filters: filters
            .iter()
            .map(|(column, value)| Filter { column: column.clone(), value: Match::Text((*value).to_owned()) })
            .collect(),
        live: Some(true),
        after: after.then_some(Cursor { day: Some(20_000), id: RecordId([9; 16]) }),
        limit: 1,
        ..ListQuery::default()
    }
}

fn exact(text: &str) -> SearchTerm {
    SearchTerm::Exact(text.to_owned())
}

fn search(terms: &[SearchTerm]) -> SearchQuery {
    let terms = terms.iter().map(|term| vec![term.clone()]).collect();
    SearchQuery { form: 7, terms, before: i64::MAX, segments: 9, limit: 9 }
}

/// Three segments of many terms, the last of which ends at a thousandth of a second.
fn index(store: &Store) {
    for number in 0..3 {
        let base = 1_772_323_200_000_000;
        let at = base + (number + 1) * 3_000;
        let terms = (0..2_000).map(|term| (format!("t{term}"), vec![at])).chain([("脆李".to_owned(), vec![at])]);
        let since = if number == 0 { 0 } else { at - 3_000 };
        let rows = SegmentRows { form: 7, since, until: at, terms: terms.collect() };
        assert!(store.write(move |tx| tx.add_segment(P, &rows)).unwrap());
    }
}

type Operation = (&'static str, fn(&Store) -> Result<(), StoreError>);

const P: &str = "990101";

/// Every operation whose plan matters.
const OPERATIONS: &[Operation] = &[
    ("submit one record", |store| store.submit(P, Box::new(Filing(9_000..9_001))).map(drop)),
    ("sums of a year", |store| store.read()?.sums(P, "a3", &[1, 2], Some(20_454), 20_513).map(drop)),
    ("sums from the beginning", |store| store.read()?.sums(P, "a3", &[1, 2], None, 20_513).map(drop)),
    ("sums over two partial years", |store| store.read()?.sums(P, "a3", &[1], Some(19_000), 20_513).map(drop)),
    ("sums as known", |store| store.read()?.sums_known(P, "a3", &[1, 2], Some(20_454), 20_513, 20_512).map(drop)),
    ("by dimension", |store| store.read()?.by_dim(P, 1, "a2", Some(20_454), 20_513).map(drop)),
    ("by year", |store| store.read()?.by_year(P, 1, "a3", 2020, 2026).map(drop)),
    ("by day", |store| store.read()?.by_day(P, 1, "a3", 20_400, 20_513).map(drop)),
    ("latest levels", |store| store.read()?.latest_levels(P, &[1, 2], "p", 20_513, None).map(drop)),
    ("level history", |store| store.read()?.level_history(P, 1, "p", None).map(drop)),
    ("record", |store| store.read()?.record(P, "food_sample", &RecordId([1; 16])).map(drop)),
    ("record by key", |store| store.read()?.record_by_key(P, "food_sample", "K5").map(drop)),
    ("versions", |store| store.read()?.versions(P, &RecordId([1; 16])).map(drop)),
    ("commitments", |store| store.read()?.commitments(P, &[RecordId([1; 16]), RecordId([2; 16])]).map(drop)),
    ("scan of versions", |store| store.read()?.scan_versions(P, i64::MAX - 1, |_| Ok(()))),
    ("counters", |store| store.read()?.kind_counts(P).map(drop)),
    ("list", |store| store.read()?.list(P, &list(&[], false)).map(drop)),
    ("list, next page", |store| store.read()?.list(P, &list(&[], true)).map(drop)),
    ("list, page before", |store| {
        let before = Some(Cursor { day: Some(20_000), id: RecordId([9; 16]) });
        store.read()?.list(P, &ListQuery { before, ..list(&[(Column::Area, "a3")], false) }).map(drop)
    }),
    ("list by area", |store| store.read()?.list(P, &list(&[(Column::Area, "a3")], true)).map(drop)),
    ("list by body", |store| store.read()?.list(P, &list(&[(Column::Body, "b3")], true)).map(drop)),
    ("list of what a station may see", |store| {
        let scope =
            Scope { bodies: vec!["b3".to_owned()], areas: vec!["a3".to_owned(), "a4".to_owned()], ..Scope::default() };
        store.read()?.list(P, &ListQuery { scope: Some(scope), ..list(&[], true) }).map(drop)
    }),
    ("list by subject", |store| store.read()?.list(P, &list(&[(Column::Subject, "s3")], true)).map(drop)),
    ("list by a field", |store| store.read()?.list(P, &list(&[(field("class"), "c1")], true)).map(drop)),
    ("list by a declared pair", |store| {
        store.read()?.list(P, &list(&[(field("class"), "c1"), (field("level"), "l1")], true)).map(drop)
    }),
    ("list by area and a field, a declared pair", |store| {
        store.read()?.list(P, &list(&[(Column::Area, "a3"), (field("level"), "l3")], true)).map(drop)
    }),
    ("list by what has no index together", |store| {
        store.read()?.list(P, &list(&[(Column::Body, "b3"), (field("other"), "x")], false)).map(drop)
    }),
    ("count", |store| store.read()?.count_up_to(P, &list(&[(Column::Area, "a3")], false), 1000).map(drop)),
    ("search by key", |store| store.read()?.search(P, "food_sample", &Column::Key, "K1", 10).map(drop)),
    ("search by a field", |store| store.read()?.search(P, "food_sample", &field("class"), "c", 10).map(drop)),
    ("search, candidates with every term", |store| {
        store.read()?.search_index(P, &search(&[exact("脆李"), exact("=b:b3")])).map(drop)
    }),
    ("search, the beginning of a code", |store| {
        store.read()?.search_index(P, &search(&[SearchTerm::Prefix("sc".to_owned())])).map(drop)
    }),
    ("search, records of candidates for a body and an area", |store| {
        let (bodies, areas) = (["b3".to_owned()], ["a3".to_owned()]);
        let reach = SearchReach::Of { bodies: &bodies, areas: &areas, kinds: &[] };
        store.read()?.records_at(P, &[1_772_323_200_000_001, 1_772_323_200_000_002], reach).map(drop)
    }),
    ("search, the tail", |store| store.read()?.tail(P, 1_772_323_200_007_000, 10).map(drop)),
    ("search, versions to index", |store| store.read()?.versions_after(P, 1_772_323_200_007_000, 10).map(drop)),
    ("search, versions that wait", |store| store.read()?.count_after(P, 1_772_323_200_007_000, 10).map(drop)),
    ("search, add a segment", |store| {
        let terms = [("脆李".to_owned(), vec![1_772_323_200_009_001])].into();
        let (since, until) = (1_772_323_200_009_000, 1_772_323_200_009_001);
        store
            .write(move |tx| tx.add_segment(P, &SegmentRows { form: 7, since, until, terms: Clone::clone(&terms) }))
            .map(drop)
    }),
    ("session", |store| store.read()?.session(P, &[0; 32]).map(drop)),
    ("receipt", |store| store.read()?.receipt(P, &[0; 32]).map(drop)),
    ("api token", |store| store.read()?.api_token(P, &[0; 32]).map(drop)),
    ("api tokens", |store| store.read()?.api_tokens(P).map(drop)),
    ("answer to a request", |store| store.read()?.answered(P, "a", "k").map(drop)),
    ("active pack", |store| store.read()?.active_pack(P).map(drop)),
    ("imports", |store| store.read()?.batches(P, i64::MAX, 10).map(drop)),
    ("work of everybody", |store| store.read()?.tasks(P, &TasksOf::Everybody, due(Sorts::All), None, 10).map(drop)),
    ("work of a role", |store| store.read()?.tasks(P, &owner(), due(Sorts::All), None, 10).map(drop)),
    ("work of a person", |store| {
        store.read()?.tasks(P, &TasksOf::Assignee("a".to_owned()), due(Sorts::All), None, 10).map(drop)
    }),
    ("count of work", |store| store.read()?.count_tasks(P, &owner(), due(Sorts::Duties), 1000).map(drop)),
    ("count of assigned work", |store| store.read()?.count_assigned(P, "a", due(Sorts::Alive(7)), 1000).map(drop)),
    ("work to fire", |store| store.read()?.tasks_to_fire(P, i64::MAX, 10).map(drop)),
    ("next firing", |store| store.read()?.next_firing(P).map(drop)),
    ("steps of a person", |store| store.read()?.steps_of(P, "a", i64::MAX, 10).map(drop)),
    ("messages", |store| {
        let of = MessagesOf::Owner { body: "b1".to_owned(), role: "desk".to_owned() };
        store.read()?.messages(P, &of, i64::MAX, 10).map(drop)
    }),
    ("messages of several bodies", |store| {
        let of = MessagesOf::Bodies { bodies: vec!["b1".to_owned(), "b2".to_owned()], role: "head".to_owned() };
        store.read()?.messages(P, &of, i64::MAX, 10).map(drop)
    }),
    ("what was read", |store| store.read()?.read_by(P, "a", &[RecordId([1; 16])]).map(drop)),
    ("mark as read", |store| store.write(|tx| tx.mark_read(P, "a", &[RecordId([1; 16])]))),
    ("phrases", |store| store.read()?.phrases(P, &RecordId([1; 16])).map(drop)),
    ("keep phrases", |store| {
        store.write(|tx| {
            let kept = tx.phrases(P, &RecordId([1; 16]))?;
            tx.set_phrases(P, &RecordId([1; 16]), &[kept, vec!["同意。".to_owned()]].concat())
        })
    }),
    ("number a document", |store| {
        store.write(|tx| tx.number_document(P, "accept_notice", &RecordId([1; 16]), 1, "a")).map(drop)
    }),
    ("numbers of a record", |store| store.read()?.document_numbers(P, &RecordId([1; 16])).map(drop)),
    ("operation log", |store| store.read()?.operations(P, &OperationsWanted::default(), 10).map(drop)),
    ("operation log of one person", |store| {
        let wanted = OperationsWanted { actor: Some("a".to_owned()), ..OperationsWanted::default() };
        store.read()?.operations(P, &wanted, 10).map(drop)
    }),
    ("sign-ins", |store| store.read()?.sign_ins(P, None, 0, i64::MAX, 10).map(drop)),
    ("sign-ins of one login", |store| store.read()?.sign_ins(P, Some("a"), 0, i64::MAX, 10).map(drop)),
    ("last sign-in", |store| store.read()?.last_sign_in(P, "a", "in").map(drop)),
    ("grants", |store| store.read()?.grants_of(P, &RecordId([1; 16])).map(drop)),
    ("outbox, what is due", |store| store.read()?.outbox_due(P, "webhook", 1, 10).map(drop)),
    ("outbox, claim and settle", |store| {
        store
            .write(|tx| {
                tx.claim_outbox(P, 1, 1, 2)?;
                tx.settle_outbox(P, 1, 1, &Attempt::Again(3, "e".to_owned()), 2)?;
                tx.retry_outbox(P, 1, 3)
            })
            .map(drop)
    }),
    ("outbox, what was given up", |store| store.read()?.outbox(P, OutboxState::GivenUp, i64::MAX, 10).map(drop)),
    ("outbox, nobody wants it", |store| store.write(|tx| tx.drop_outbox(P, "mail", 1)).map(drop)),
    ("outbox, forget", |store| store.write(|tx| tx.sweep_outbox(P, 0)).map(drop)),
    ("mail choice", |store| store.read()?.mail_choice(P, &RecordId([1; 16])).map(drop)),
    ("mail choices", |store| store.read()?.mail_choices(P).map(drop)),
    ("deputies", |store| store.read()?.delegations_to(P, &RecordId([1; 16]), 20_000).map(drop)),
    ("log, a page of leaves", |store| store.read()?.leaves(P, 256, 256).map(drop)),
    ("log, the leaf of a version", |store| store.read()?.leaf_of(P, 1, Logged::Version).map(drop)),
    ("log, a tile", |store| store.read()?.log_tile(P, 0, 1).map(drop)),
    ("log, the head that the public sees", |store| store.read()?.log_head(P, i64::MAX, true).map(drop)),
    ("log, the head over a leaf", |store| store.read()?.head_over(P, 7).map(drop)),
    ("log, cut a head", |store| {
        let head = HeadRow { size: 9, root: [1; 32], note: "n".to_owned(), signed_at: 1, published: true };
        store
            .write(move |tx| {
                tx.set_tile(P, 0, 0, &[1; 32])?;
                tx.set_head(P, &head)?;
                tx.forget_heads(P, 9)
            })
            .map(drop)
    }),
    ("log, everything against everything", |store| {
        let mut reader = store.read()?;
        reader.scan_leaves(P, |_| Ok(()))?;
        reader.versions_off_log(P)?;
        reader.log_heads(P)?;
        reader.scan_tiles(P, |_, _, _| Ok(()))?;
        reader.records_uncounted(P).map(drop)
    }),
];

fn plan_of(conn: &mut Conn, sql: &str, values: &[Owned]) -> String {
    let values: Vec<Value<'_>> = values.iter().map(Owned::borrow).collect();
    let mut out = String::new();
    let (explain, column) = match conn.dialect() {
        Dialect::Sqlite => ("EXPLAIN QUERY PLAN", 3),
        Dialect::Postgres => ("EXPLAIN (COSTS OFF)", 0),
    };
    conn.each(&format!("{explain} {sql}"), &values, &mut |row| {
        out.push_str("  ");
        out.push_str(&row.text(column)?);
        out.push('\n');
        Ok(())
    })
    .unwrap();
    out
}

fn golden(url: &str, files: &Path) -> String {
    let mut options = Options::new(Arc::new(Still), Arc::new(Still));
    options.files = Some(files.to_owned());
    let store = Store::open(url, options).unwrap();
    store.write(|tx| tx.set_setting(P, LISTENS, "on")).unwrap();
    store.submit(P, Box::new(Filing(1..8_000))).unwrap();
    store.write(|tx| tx.add_outbox(P, &(10_000..10_400).map(entry).collect::<Vec<_>>())).unwrap();
    index(&store);
    store
        .ensure_indexes(&[
            IndexSpec { kind: "food_sample".to_owned(), on: vec![field("class")] },
            IndexSpec { kind: "food_sample".to_owned(), on: vec![field("class"), field("level")] },
            IndexSpec { kind: "food_sample".to_owned(), on: vec![Column::Area, field("level")] },
        ])
        .unwrap();
    // With statistics, or without: the plans must not need them on SQLite, and have them on PostgreSQL.
    let mut explaining = Conn::open(&db::Address::parse(url).unwrap(), db::Purpose::Read).unwrap();
    if store.dialect() == Dialect::Postgres {
        explaining.script("ANALYZE; SET enable_seqscan = off").unwrap();
    }
    let mut out = String::new();
    for (name, operation) in OPERATIONS {
        *SEEN.lock().unwrap() = Some(Vec::new());
        operation(&store).unwrap();
        let sent = SEEN.lock().unwrap().take().unwrap();
        out.push_str(&format!("== {name}\n"));
        let mut before = BTreeSet::new();
        for (sql, values) in sent.into_iter().filter(|(sql, _)| before.insert(sql.clone())) {
            let one_line: Vec<&str> = sql.split_whitespace().collect();
            out.push_str(&one_line.join(" "));
            out.push('\n');
            out.push_str(&plan_of(&mut explaining, &sql, &values));
        }
        out.push('\n');
    }
    out
}

#[expect(clippy::disallowed_methods, reason = "tests are configured by the environment")]
fn env(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn compare(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if env("ZHIHENG_GOLDEN").is_some() {
        std::fs::write(&path, found).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    for (line, (kept, found)) in (1..).zip(kept.lines().zip(found.lines())) {
        assert_eq!(kept, found, "{name}, line {line}");
    }
    assert_eq!(kept.len(), found.len(), "{name}");
}

#[test]
fn statements_and_plans_are_the_known_ones() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = golden(&format!("sqlite:{}", folder.path().join("golden.db").display()), folder.path());
    compare("sqlite.txt", &sqlite);
    assert!(!sqlite.contains("SCAN record"), "a table is read from end to end");
    assert!(!sqlite.contains("SCAN cell"), "a table is read from end to end");

    let Some(admin) = env("ZHIHENG_TEST_POSTGRES") else { return };
    let name = format!("zhiheng_golden_{}", std::process::id());
    let mut client = postgres::Client::connect(&admin, postgres::NoTls).unwrap();
    client.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")).unwrap();
    let (server, _) = admin.rsplit_once('/').unwrap();
    let found = golden(&format!("{server}/{name}"), folder.path());
    client.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
    compare("postgres.txt", &found);
    let statements = |text: &str| -> Vec<String> {
        text.lines().filter(|line| !line.starts_with("  ")).map(str::to_owned).collect()
    };
    // One text for both: only what differs by declaration may differ.
    assert_eq!(statements(&sqlite), statements(&found));
}
