//! PostgreSQL goes away: nothing is lost, nothing is doubled, and service resumes by itself.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use zhiheng_store::{Outcome, StoreError};

use crate::county::{Act, Acts, County, PLACE, Sample, postgres_url, stored, today};

/// Ends every connection to the county's database, as a crash of the server does.
fn cut(county: &County, admin: &mut postgres::Client) {
    let name = county.url.rsplit('/').next().unwrap().split('?').next().unwrap();
    admin
        .batch_execute(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"))
        .unwrap();
}

#[test]
fn what_is_retried_after_lost_connections_is_stored_exactly_once() {
    let Some(county) = County::postgres() else { return };
    let mut options = county.options();
    options.lock_wait = std::time::Duration::from_secs(10);
    let store = zhiheng_store::Store::open(&county.url, options).unwrap();
    let done = AtomicBool::new(false);
    let retries = AtomicU64::new(0);
    std::thread::scope(|scope| {
        let submitters: Vec<_> = (0..16_u64)
            .map(|thread| {
                let (store, retries) = (&store, &retries);
                scope.spawn(move || {
                    for turn in 0..25_u64 {
                        let number = thread * 1000 + turn;
                        let request = Some((format!("a{thread}"), format!("k{turn}")));
                        let act = Act { request, ..Act::create(number, Sample::new(today())) };
                        loop {
                            match store.submit(PLACE, Box::new(Acts(vec![act.clone()]))) {
                                Ok(Outcome::Done { .. }) => break,
                                Ok(Outcome::Refused(refused)) => panic!("doubled: {refused:?}"),
                                Err(StoreError::Unavailable { .. } | StoreError::Busy { .. }) => {
                                    retries.fetch_add(1, Ordering::Relaxed);
                                }
                                Err(other) => panic!("{other}"),
                            }
                        }
                    }
                })
            })
            .collect();
        let (county, done) = (&county, &done);
        scope.spawn(move || {
            let mut admin = postgres::Client::connect(&postgres_url().unwrap(), postgres::NoTls).unwrap();
            while !done.load(Ordering::Relaxed) {
                cut(county, &mut admin);
                std::thread::sleep(std::time::Duration::from_millis(40));
            }
        });
        submitters.into_iter().for_each(|thread| thread.join().unwrap());
        done.store(true, Ordering::Relaxed);
    });
    assert!(retries.load(Ordering::Relaxed) > 0, "no connection was lost while it was needed");
    assert_eq!(store.fsck(PLACE, false).unwrap(), []);
    let mut reader = store.read().unwrap();
    assert_eq!(reader.total_records(PLACE).unwrap(), 400);
    assert_eq!(reader.sums(PLACE, "p", &[1], None, today()).unwrap()[&1].den, 400);
}

#[test]
fn an_outage_is_told_and_passes() {
    let Some(county) = County::postgres() else { return };
    let store = county.open();
    stored(&store, vec![Act::create(1, Sample::new(today()))]);
    let mut admin = postgres::Client::connect(&postgres_url().unwrap(), postgres::NoTls).unwrap();
    let name = county.url.rsplit('/').next().unwrap().split('?').next().unwrap().to_owned();
    admin.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).unwrap();
    cut(&county, &mut admin);
    for _ in 0..3 {
        let job = Box::new(Acts(vec![Act::create(2, Sample::new(today()))]));
        let told = store.submit(PLACE, job);
        assert!(told.as_ref().is_err_and(StoreError::concerns_everyone), "{told:?}");
        assert!(store.read().is_err());
    }
    admin.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).unwrap();
    stored(&store, vec![Act::create(2, Sample::new(today()))]);
    assert_eq!(store.read().unwrap().total_records(PLACE).unwrap(), 2);
}
