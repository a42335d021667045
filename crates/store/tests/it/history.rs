//! Random histories: whatever was created, corrected, withdrawn and restored, by one or by many at once, the cells are
//! what the records add up to, and known-on is what the versions up to that day add up to.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use zhiheng_store::{CellRow, DeltaRow, Grain, Op, RecordId, RecordRow, Store, Sum, day_of, month_of, year_of};

use crate::county::{Act, Acts, County, DAY, KIND, PLACE, Sample, contributions, id, postgres_url, today};

/// One step of a history.
#[derive(Clone, Debug)]
enum Step {
    /// Acts of one job on records by number.
    Job(Vec<(u8, u64, i32, bool, bool)>),
    /// Several jobs at the same time.
    Together(Vec<(u8, u64, i32, bool, bool)>),
    /// The clock moves by hours.
    Pass(i64),
}

fn act() -> impl Strategy<Value = (u8, u64, i32, bool, bool)> {
    (0..4_u8, 0..6_u64, -800..20_i32, any::<bool>(), any::<bool>())
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::collection::vec(act(), 1..4).prop_map(Step::Job),
        2 => prop::collection::vec(act(), 2..8).prop_map(Step::Together),
        1 => (1..60_i64).prop_map(Step::Pass),
    ]
}

fn as_act(&(op, number, day, passed, other_area): &(u8, u64, i32, bool, bool)) -> Act {
    let op = [Op::Create, Op::Correct, Op::Withdraw, Op::Restore][usize::from(op)];
    let sample = Sample {
        area: if other_area { "990101102" } else { "990101101" },
        // Some records have no day and count nowhere.
        day: (day % 7 != 0).then_some(today() + day),
        passed,
        level: Some(i64::from(day)),
        ..Sample::new(0)
    };
    Act::of(op, number, sample)
}

fn run(county: &County, store: &Store, steps: &[Step]) {
    for step in steps {
        match step {
            Step::Job(acts) => {
                // A refusal is an outcome like another; only failures are not expected.
                store.submit(PLACE, Box::new(Acts(acts.iter().map(as_act).take(1).collect()))).unwrap();
                let mut distinct: Vec<Act> = Vec::new();
                for act in acts.iter().skip(1).map(as_act) {
                    if distinct.iter().all(|other| other.id != act.id) {
                        distinct.push(act);
                    }
                }
                store.submit(PLACE, Box::new(Acts(distinct))).unwrap();
            }
            Step::Together(acts) => std::thread::scope(|scope| {
                for act in acts {
                    scope.spawn(move || store.submit(PLACE, Box::new(Acts(vec![as_act(act)]))).unwrap());
                }
            }),
            Step::Pass(hours) => county.pass(hours * DAY / 24),
        }
    }
}

/// Contributions of every record as the versions up to an instant left it.
fn replay(store: &Store, until: i64) -> BTreeMap<(i64, String, i32), Sum> {
    let mut records: BTreeMap<RecordId, RecordRow> = BTreeMap::new();
    store
        .read()
        .unwrap()
        .scan_versions(PLACE, 0, |version| {
            if version.recorded_at < until {
                records.insert(version.id, version.record());
            }
            Ok(())
        })
        .unwrap();
    let mut sums = BTreeMap::new();
    for (def, dim, day, sum) in records.values().flat_map(contributions) {
        let cell: &mut Sum = sums.entry((def, dim, day)).or_default();
        cell.num += sum.num;
        cell.den += sum.den;
    }
    sums.retain(|_, sum| *sum != Sum::default());
    sums
}

fn check(store: &Store) {
    assert_eq!(store.fsck(PLACE, true).unwrap(), []);
    let mut reader = store.read().unwrap();
    let mut deltas: Vec<DeltaRow> = Vec::new();
    let mut cells: Vec<CellRow> = Vec::new();
    reader
        .scan_deltas(PLACE, |row| {
            deltas.push(row);
            Ok(())
        })
        .unwrap();
    reader
        .scan_cells(PLACE, |row| {
            cells.push(row);
            Ok(())
        })
        .unwrap();

    // The cells are what the records add up to, by month and by year.
    let now = replay(store, i64::MAX);
    let mut expected: BTreeMap<(i64, Grain, String, i32), Sum> = BTreeMap::new();
    for ((def, dim, day), sum) in &now {
        for (grain, period) in [(Grain::Month, month_of(*day)), (Grain::Year, year_of(*day))] {
            let cell = expected.entry((*def, grain, dim.clone(), period)).or_default();
            cell.num += sum.num;
            cell.den += sum.den;
        }
    }
    let found: BTreeMap<_, _> =
        cells.into_iter().map(|c| ((c.def, c.grain, c.dim, c.period), Sum { num: c.num, den: c.den })).collect();
    assert_eq!(found, expected);

    // Any prefix of the deltas is what the versions up to that day add up to.
    let last = day_of(reader.last_recorded_at(PLACE).unwrap(), 8 * 3600);
    for known in [last, last - 1, last - 2, today()] {
        let mut sums: BTreeMap<(i64, String, i32), Sum> = BTreeMap::new();
        for row in deltas.iter().filter(|row| row.known_day <= known) {
            let cell = sums.entry((row.def, row.dim.clone(), row.day)).or_default();
            cell.num += row.num;
            cell.den += row.den;
        }
        sums.retain(|_, sum| *sum != Sum::default());
        let replayed = replay(store, zhiheng_store::end_of_day(known, 8 * 3600));
        assert_eq!(sums, replayed, "known on {known}");

        // So are the sums that a page reads.
        for (from, to) in [(None, today()), (Some(today() - 700), today() - 3), (Some(today() - 40), today() + 30)] {
            let total = |source: &BTreeMap<(i64, String, i32), Sum>| {
                let mut sum = Sum::default();
                for ((def, dim, day), one) in source {
                    if *def == 1 && dim == "p" && from.is_none_or(|from| *day >= from) && *day <= to {
                        sum.num += one.num;
                        sum.den += one.den;
                    }
                }
                sum
            };
            let read = reader.sums_known(PLACE, "p", &[1], from, to, known).unwrap();
            assert_eq!(read.get(&1).copied().unwrap_or_default(), total(&replayed));
            let read = reader.sums(PLACE, "p", &[1], from, to).unwrap();
            assert_eq!(read.get(&1).copied().unwrap_or_default(), total(&now));
            let areas = reader.by_dim(PLACE, 1, "a:", from, to).unwrap();
            assert_eq!(areas.iter().map(|(_, sum)| sum.den).sum::<i64>(), total(&now).den);
        }
    }
}

fn histories(cases: u32, county: impl Fn() -> County) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 60, ..Config::default() };
    let mut runner = TestRunner::new(config);
    runner
        .run(&prop::collection::vec(step(), 1..25), |steps| {
            let county = county();
            let store = county.open();
            run(&county, &store, &steps);
            check(&store);
            Ok(())
        })
        .unwrap();
}

#[test]
fn cells_equal_recomputation_on_sqlite() {
    histories(60, County::sqlite);
}

#[test]
fn cells_equal_recomputation_on_postgres() {
    if postgres_url().is_some() {
        histories(12, || County::postgres().unwrap());
    }
}

#[test]
fn a_level_is_what_was_in_force_when_it_was_known() {
    crate::county::on_both(|county| {
        let store = county.open();
        let level = |day, value| Sample { level: Some(value), ..Sample::new(day) };
        let submit = |act: Act| store.submit(PLACE, Box::new(Acts(vec![act]))).unwrap();
        submit(Act::create(1, level(today() - 30, 100)));
        submit(Act::create(2, level(today() - 10, 200)));
        county.pass(DAY);
        submit(Act::of(Op::Correct, 2, level(today() - 10, 250)));
        county.pass(DAY);
        submit(Act::of(Op::Withdraw, 2, level(today() - 10, 250)));
        let mut reader = store.read().unwrap();
        let mut latest =
            |as_of, known| reader.latest_level(PLACE, 3, "p", as_of, known).unwrap().map(|level| level.value);
        assert_eq!(latest(today(), None), Some(100), "the withdrawn value is out of force");
        assert_eq!(latest(today(), Some(today() + 2)), Some(100));
        assert_eq!(latest(today(), Some(today() + 1)), Some(250));
        assert_eq!(latest(today(), Some(today())), Some(200));
        assert_eq!(latest(today() - 11, Some(today())), Some(100), "as of a day before the second value");
        assert_eq!(latest(today() - 31, None), None);
        assert_eq!(latest(today(), Some(today() - 1)), None);
        assert_eq!(reader.level_history(PLACE, 3, "p", None).unwrap().len(), 1);
        assert_eq!(reader.levels_of(PLACE, &[id(2)]).unwrap().len(), 2);
        drop(reader);
        assert_eq!(store.fsck(PLACE, false).unwrap(), []);
    });
}

#[test]
fn fsck_names_what_was_altered_behind_the_back() {
    crate::county::on_both(|county| {
        let store = county.open();
        for number in 0..3 {
            crate::county::stored(&store, vec![Act::create(number, Sample::new(today()))]);
        }
        assert_eq!(store.fsck(PLACE, true).unwrap(), []);
        for (alter, undo, table, named) in [
            ("UPDATE record SET area = 'x' WHERE version = 1", "UPDATE record SET area = '990101101'", "record", true),
            (
                "UPDATE cell SET num = num + 1 WHERE grain = 1 AND def = 1",
                "UPDATE cell SET num = num - 1 WHERE grain = 1 AND def = 1",
                "cell",
                false,
            ),
            (
                "UPDATE cell_delta SET den = den + 1 WHERE def = 1",
                "UPDATE cell_delta SET den = den - 1 WHERE def = 1",
                "cell",
                false,
            ),
            ("UPDATE kind_count SET live = live + 1", "UPDATE kind_count SET live = live - 1", "kind_count", false),
            ("UPDATE record_version SET version = 5", "UPDATE record_version SET version = 1", "record_version", true),
        ] {
            county.tamper(alter);
            let faults = store.fsck(PLACE, true).unwrap();
            assert!(faults.iter().any(|f| f.table == table && f.record.is_some() == named), "{alter}: {faults:?}");
            county.tamper(undo);
            assert_eq!(store.fsck(PLACE, true).unwrap(), [], "{undo}");
        }
        assert_eq!(store.read().unwrap().record(PLACE, KIND, &id(1)).unwrap().unwrap().version, 1);
    });
}
