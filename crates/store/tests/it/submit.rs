//! Submitting: what is stored, what is refused, what is seen.

use zhiheng_store::{Op, Outcome, StoreError, Sum};

use crate::county::{Act, Acts, DAY, KIND, PLACE, Sample, id, on_both, refused, stored, today};

#[test]
fn a_record_is_on_the_board_when_submit_returns() {
    on_both(|county| {
        let store = county.open();
        stored(&store, vec![Act::create(1, Sample::new(today()))]);
        stored(&store, vec![Act::create(2, Sample { passed: false, ..Sample::new(today() - 40) })]);
        let mut reader = store.read().unwrap();
        let sums = reader.sums(PLACE, "p", &[1, 2, 99], Some(today() - 365), today()).unwrap();
        assert_eq!(sums[&1], Sum { num: 1, den: 2 });
        assert_eq!(sums[&2], Sum { num: 2, den: 0 });
        assert!(!sums.contains_key(&99));
        let record = reader.record(PLACE, KIND, &id(1)).unwrap().unwrap();
        assert_eq!(record.fields, Sample::new(today()).fields());
        assert_eq!((record.version, record.live), (1, true));
        assert_eq!(reader.total_records(PLACE).unwrap(), 2);
        assert_eq!(reader.versions(PLACE, &id(1)).unwrap()[0].record(), record);
    });
}

#[test]
fn a_correction_moves_the_sum_of_its_own_day_and_known_on_remembers() {
    on_both(|county| {
        let store = county.open();
        stored(&store, vec![Act::create(1, Sample::new(today() - 3))]);
        county.pass(DAY);
        let worse = Sample { passed: false, ..Sample::new(today() - 3) };
        stored(&store, vec![Act { expected: Some(1), ..Act::of(Op::Correct, 1, worse.clone()) }]);
        county.pass(DAY);
        stored(&store, vec![Act::of(Op::Withdraw, 1, worse.clone())]);
        county.pass(DAY);
        stored(&store, vec![Act::of(Op::Restore, 1, worse)]);
        let mut reader = store.read().unwrap();
        let mut known =
            |day| reader.sums_known(PLACE, "p", &[1], None, today(), day).unwrap().remove(&1).unwrap_or_default();
        assert_eq!(known(today() - 1), Sum::default());
        assert_eq!(known(today()), Sum { num: 1, den: 1 });
        assert_eq!(known(today() + 1), Sum { num: 0, den: 1 });
        assert_eq!(known(today() + 2), Sum { num: 0, den: 0 });
        assert_eq!(known(today() + 3), Sum { num: 0, den: 1 });
        let ops: Vec<Op> = reader.versions(PLACE, &id(1)).unwrap().iter().map(|v| v.op).collect();
        assert_eq!(ops, [Op::Create, Op::Correct, Op::Withdraw, Op::Restore]);
    });
}

#[test]
fn a_stale_expectation_is_refused() {
    on_both(|county| {
        let store = county.open();
        stored(&store, vec![Act::create(1, Sample::new(today()))]);
        stored(&store, vec![Act { expected: Some(1), ..Act::of(Op::Correct, 1, Sample::new(today() - 1)) }]);
        let stale = Act { expected: Some(1), ..Act::of(Op::Correct, 1, Sample::new(today() - 2)) };
        assert_eq!(refused(&store, vec![stale]), "version Some(2)");
    });
}

#[test]
fn the_same_request_gets_the_same_answer_and_is_stored_once() {
    on_both(|county| {
        let store = county.open();
        let request = Some(("王".to_owned(), "k1".to_owned()));
        let act = Act { request, ..Act::create(1, Sample::new(today())) };
        let first = stored(&store, vec![act.clone()]);
        let again = stored(&store, vec![Act { id: id(2), ..act }]);
        assert_eq!(first, again);
        assert_eq!(store.read().unwrap().total_records(PLACE).unwrap(), 1);
    });
}

#[test]
fn a_job_of_several_records_is_stored_whole_or_not_at_all() {
    on_both(|county| {
        let store = county.open();
        let good = Act::create(1, Sample::new(today()));
        let bad = Act::of(Op::Correct, 2, Sample::new(today()));
        refused(&store, vec![good.clone(), bad]);
        assert_eq!(store.read().unwrap().total_records(PLACE).unwrap(), 0);
        stored(&store, vec![good, Act::create(2, Sample::new(today()))]);
        assert_eq!(store.read().unwrap().total_records(PLACE).unwrap(), 2);
    });
}

#[test]
fn two_records_cannot_share_a_business_key() {
    on_both(|county| {
        let store = county.open();
        let keyed = Sample { key: Some("A1".to_owned()), ..Sample::new(today()) };
        stored(&store, vec![Act::create(1, keyed.clone())]);
        assert_eq!(refused(&store, vec![Act::create(2, keyed.clone())]), "key A1 is taken");
        // A job that does not look is stopped by the database.
        struct Blind(Acts);
        impl zhiheng_store::Job for Blind {
            fn needs(&self) -> zhiheng_store::Needs {
                self.0.needs()
            }
            fn decide(
                &mut self,
                seen: &zhiheng_store::Seen<'_>,
                times: &mut zhiheng_store::Times,
            ) -> Result<zhiheng_store::Change, zhiheng_store::Refused> {
                let mut change = self.0.decide(seen, times)?;
                for version in &mut change.versions {
                    version.key = Some("A1".to_owned());
                }
                Ok(change)
            }
        }
        let blind = Blind(Acts(vec![Act::create(3, Sample::new(today()))]));
        assert!(matches!(store.submit(PLACE, Box::new(blind)), Err(StoreError::Conflict { .. })));
        let found = store.read().unwrap().record_by_key(PLACE, KIND, "A1").unwrap().unwrap();
        assert_eq!(found.id, id(1));
    });
}

#[test]
fn times_increase_even_when_the_clock_stands_still_or_goes_back() {
    on_both(|county| {
        let store = county.open();
        for number in 0..3 {
            stored(&store, vec![Act::create(number, Sample::new(today()))]);
            county.pass(-1000);
        }
        drop(store);
        county.pass(-DAY);
        let store = county.open();
        stored(&store, vec![Act::create(3, Sample::new(today()))]);
        let mut times = Vec::new();
        store
            .read()
            .unwrap()
            .scan_versions(PLACE, 0, |v| {
                times.push(v.recorded_at);
                Ok(())
            })
            .unwrap();
        assert_eq!(times.len(), 4);
        assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    });
}

#[test]
fn only_one_process_writes() {
    on_both(|county| {
        let _store = county.open();
        let mut second = county.options();
        second.lock_wait = std::time::Duration::from_millis(1);
        assert!(matches!(zhiheng_store::Store::open(&county.url, second), Err(StoreError::Busy { .. })));
        let mut reading = county.options();
        reading.read_only = true;
        let reading = zhiheng_store::Store::open(&county.url, reading).unwrap();
        assert_eq!(reading.read().unwrap().total_records(PLACE).unwrap(), 0);
        let job = Box::new(Acts(vec![Act::create(1, Sample::new(today()))]));
        assert!(matches!(reading.submit(PLACE, job), Err(StoreError::ReadOnly)));
    });
}

#[test]
fn sixty_four_threads_share_commits_and_none_is_lost() {
    on_both(|county| {
        let store = county.open();
        std::thread::scope(|scope| {
            for thread in 0..64_u64 {
                let store = &store;
                scope.spawn(move || {
                    for turn in 0..8 {
                        stored(
                            store,
                            vec![Act::create(thread * 100 + turn, Sample::new(today() - i32::try_from(turn).unwrap()))],
                        );
                    }
                    // All of them correct the same record: exactly one at a time wins.
                    loop {
                        let now = store.read().unwrap().record(PLACE, KIND, &id(0)).unwrap();
                        let expected = now.map(|record| record.version);
                        let act = Act { expected, ..Act::of(Op::Correct, 0, Sample::new(today())) };
                        if expected.is_some()
                            && matches!(store.submit(PLACE, Box::new(Acts(vec![act]))).unwrap(), Outcome::Done { .. })
                        {
                            break;
                        }
                    }
                });
            }
        });
        let mut reader = store.read().unwrap();
        assert_eq!(reader.total_records(PLACE).unwrap(), 512);
        assert_eq!(reader.record(PLACE, KIND, &id(0)).unwrap().unwrap().version, 65);
        assert_eq!(reader.sums(PLACE, "p", &[1], None, today()).unwrap()[&1].den, 512);
    });
}
