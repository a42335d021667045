//! Submitting: what is stored, what is refused, what is seen.

use zhiheng_store::{Change, Job, Needs, Op, Outcome, Refused, Seen, Store, StoreError, Sum, Times, VersionRow};

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
        let mut known = reader.commitments(PLACE, &[id(1), id(2)]).unwrap();
        known.sort_by_key(|(_, version, _)| *version);
        let whole = reader.versions(PLACE, &id(1)).unwrap();
        let whole: Vec<_> = whole.into_iter().map(|one| (one.id, one.version, one.digest)).collect();
        assert_eq!(known, whole, "each version's own, and none of a record that is not there");
        assert_eq!(reader.commitments(PLACE, &[]).unwrap(), []);
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
        assert!(matches!(store.submit(PLACE, blind(3)), Err(StoreError::Conflict { .. })));
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
        assert!(matches!(Store::open(&county.url, second), Err(StoreError::Busy { .. })));
        let mut reading = county.options();
        reading.read_only = true;
        let reading = Store::open(&county.url, reading).unwrap();
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

/// Files a record under the key A1 without looking whether it is taken.
struct Blind(Acts);

impl Job for Blind {
    fn needs(&self) -> Needs {
        self.0.needs()
    }

    fn decide(&mut self, seen: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
        let mut change = self.0.decide(seen, times)?;
        change.versions.iter_mut().for_each(|version| version.key = Some("A1".to_owned()));
        Ok(change)
    }
}

fn blind(number: u64) -> Box<Blind> {
    Box::new(Blind(Acts(vec![Act::create(number, Sample::new(today()))])))
}

#[test]
fn a_job_that_fails_fails_alone() {
    on_both(|county| {
        let store = county.open();
        stored(&store, vec![Act::create(0, Sample { key: Some("A1".to_owned()), ..Sample::new(today()) })]);
        std::thread::scope(|scope| {
            for thread in 1..33_u64 {
                let store = &store;
                scope.spawn(move || {
                    for turn in 0..5 {
                        let number = thread * 10 + turn;
                        if thread % 4 == 0 {
                            assert!(matches!(store.submit(PLACE, blind(number)), Err(StoreError::Conflict { .. })));
                        } else {
                            stored(store, vec![Act::create(number, Sample::new(today()))]);
                        }
                    }
                });
            }
        });
        assert_eq!(store.read().unwrap().total_records(PLACE).unwrap(), 121);
        assert_eq!(store.fsck(PLACE, false).unwrap(), []);
    });
}

#[test]
fn a_job_that_breaks_the_rules_is_refused_as_invalid() {
    /// Does what its number says, all of it wrong.
    struct Wrong(u8);
    impl Job for Wrong {
        fn needs(&self) -> Needs {
            Needs::default()
        }
        fn decide(&mut self, seen: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
            let mut acts = Acts(vec![Act::create(1, Sample::new(today()))]);
            if self.0 == 0 {
                // Looks at a record that it did not declare.
                return acts.decide(seen, times);
            }
            let mut change = Change::new(times);
            let mut version = version(times.next());
            match self.0 {
                1 => version.recorded_at += 1_000_000,
                2 => version.recorded_at -= 1_000_000_000,
                3 => version.fields = r#"{"name":"\u0000"}"#.to_owned(),
                4 => version.kind = "x'; --".to_owned(),
                5 => version.area = Some("a\0b".to_owned()),
                _ => panic!("a mistake in a job"),
            }
            change.versions.push(version);
            Ok(change)
        }
    }
    fn version(at: i64) -> VersionRow {
        VersionRow {
            kind: KIND.to_owned(),
            id: id(1),
            version: 1,
            op: Op::Create,
            recorded_at: at,
            actor: "王".to_owned(),
            reason: None,
            pack: [0; 32],
            body: None,
            area: None,
            subject: None,
            day: None,
            key: None,
            fields: "{}".to_owned(),
            salt: [0; 16],
            digest: [0; 32],
            sm3: None,
            batch: None,
        }
    }
    on_both(|county| {
        let store = county.open();
        for wrong in 0..7 {
            let result = store.submit(PLACE, Box::new(Wrong(wrong)));
            assert!(matches!(result, Err(StoreError::Invalid { .. })), "{wrong}: {result:?}");
        }
        assert_eq!(store.read().unwrap().total_records(PLACE).unwrap(), 0);
    });
}

#[test]
fn places_do_not_see_each_other() {
    on_both(|county| {
        let store = county.open();
        let other = "990102";
        let keyed = Sample { key: Some("A1".to_owned()), ..Sample::new(today()) };
        std::thread::scope(|scope| {
            for place in [PLACE, other] {
                let (store, keyed) = (&store, keyed.clone());
                scope.spawn(move || store.submit(place, Box::new(Acts(vec![Act::create(1, keyed)]))).unwrap());
            }
        });
        store.submit(other, Box::new(Acts(vec![Act::of(Op::Withdraw, 1, keyed)]))).unwrap();
        let mut reader = store.read().unwrap();
        assert!(reader.record(PLACE, KIND, &id(1)).unwrap().unwrap().live);
        assert!(!reader.record(other, KIND, &id(1)).unwrap().unwrap().live);
        assert_eq!(reader.sums(PLACE, "p", &[1], None, today()).unwrap()[&1].den, 1);
        assert!(reader.sums(other, "p", &[1], None, today()).unwrap().is_empty());
        assert_eq!(reader.places().unwrap(), [PLACE, other]);
    });
}

#[test]
fn a_database_of_a_newer_release_is_left_alone() {
    on_both(|county| {
        drop(county.open());
        drop(county.open());
        county.tamper("INSERT INTO schema_version (version) VALUES (99)");
        for read_only in [false, true] {
            let mut options = county.options();
            options.read_only = read_only;
            let opened = Store::open(&county.url, options).map(|_| ());
            assert!(matches!(opened, Err(StoreError::TooNew { found: 99, .. })), "{opened:?}");
        }
        county.tamper("DELETE FROM schema_version");
        let mut reading = county.options();
        reading.read_only = true;
        let opened = Store::open(&county.url, reading).map(|_| ());
        assert!(matches!(opened, Err(StoreError::Outdated { found: 0, .. })), "{opened:?}");
    });
}

#[test]
fn a_reader_keeps_its_snapshot_and_readers_are_bounded() {
    on_both(|county| {
        let mut options = county.options();
        options.readers = 2;
        options.reader_wait = std::time::Duration::from_millis(1);
        let store = Store::open(&county.url, options).unwrap();
        let mut before = store.read().unwrap();
        assert_eq!(before.total_records(PLACE).unwrap(), 0);
        stored(&store, vec![Act::create(1, Sample::new(today()))]);
        assert_eq!(before.total_records(PLACE).unwrap(), 0);
        let mut after = store.read().unwrap();
        assert_eq!(after.total_records(PLACE).unwrap(), 1);
        assert!(matches!(store.read().map(|_| ()), Err(StoreError::Busy { .. })));
        drop(before);
        assert_eq!(store.read().unwrap().total_records(PLACE).unwrap(), 1);
    });
}

#[test]
fn what_came_and_went_is_zero_and_what_never_was_is_absent() {
    /// An entry into a stock that ends after a while.
    struct Entry(i32, i32);
    impl Job for Entry {
        fn needs(&self) -> Needs {
            Needs::default()
        }
        fn decide(&mut self, _: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
            let mut change = Change::new(times);
            let at = times.next();
            change.cells.add(at, 7, "p", self.0, Sum { num: 1, den: 0 });
            change.cells.add(at, 7, "p", self.1, Sum { num: -1, den: 0 });
            Ok(change)
        }
    }
    on_both(|county| {
        let store = county.open();
        stored(&store, vec![Act::create(1, Sample::new(today()))]);
        stored(&store, vec![Act::of(Op::Withdraw, 1, Sample::new(today()))]);
        for (first, last) in [(today() - 2, today() - 1), (today() - 900, today() - 100)] {
            store.submit(PLACE, Box::new(Entry(first, last))).unwrap();
            let mut reader = store.read().unwrap();
            let now = reader.sums(PLACE, "p", &[1, 7, 8], None, today()).unwrap();
            assert_eq!(now.into_iter().collect::<Vec<_>>(), [(7, Sum::default())], "1 was withdrawn, 8 never was");
            let known = reader.sums_known(PLACE, "p", &[1, 7, 8], None, today(), today()).unwrap();
            assert_eq!(known.into_iter().collect::<Vec<_>>(), [(7, Sum::default())]);
            let within = reader.sums(PLACE, "p", &[7], None, first).unwrap();
            assert_eq!(within[&7], Sum { num: 1, den: 0 });
        }
    });
}
