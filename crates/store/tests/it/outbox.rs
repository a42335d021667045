//! The outbox: written with what it tells of, delivered at least once however often the program dies, in the order of each address. On both databases.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use zhiheng_store::{
    Attempt, Change, Job, LISTENS, Needs, OutboxEntry, OutboxRow, OutboxState, Refused, Seen, Store, Times,
};

use crate::county::{County, PLACE, on_both};

const CHANNEL: &str = "webhook";
/// How long a claim holds.
const LEASE: i64 = 60;
const ATTEMPTS: i64 = 4;

pub(crate) fn entry(number: usize, address: &str) -> OutboxEntry {
    OutboxEntry {
        key: format!("k{number}"),
        channel: CHANNEL.to_owned(),
        address: address.to_owned(),
        content: format!("{{\"number\":{number}}}"),
        created_at: 1,
    }
}

/// Tells of something, or refuses to.
struct Telling(Vec<OutboxEntry>, bool);

impl Job for Telling {
    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn decide(&mut self, _: &Seen<'_>, times: &mut Times) -> Result<Change, Refused> {
        if self.1 {
            return Err(Refused { answer: "no".to_owned() });
        }
        let mut change = Change::new(times);
        change.outbox.clone_from(&self.0);
        Ok(change)
    }
}

fn listen(store: &Store, value: &'static str) {
    store.write(move |tx| tx.set_setting(PLACE, LISTENS, value)).unwrap();
}

fn tell(store: &Store, entries: Vec<OutboxEntry>, refuse: bool) {
    store.submit(PLACE, Box::new(Telling(entries, refuse))).unwrap();
}

fn due(store: &Store, now: i64) -> Vec<OutboxRow> {
    store.read().unwrap().outbox_due(PLACE, CHANNEL, now, 100).unwrap()
}

fn claim(store: &Store, row: &OutboxRow, now: i64) -> Option<OutboxRow> {
    let seq = row.seq;
    store.write(move |tx| tx.claim_outbox(PLACE, seq, now, now + LEASE)).unwrap()
}

fn settle(store: &Store, row: &OutboxRow, became: Attempt, now: i64) -> bool {
    let (seq, attempt) = (row.seq, row.attempts);
    store.write(move |tx| tx.settle_outbox(PLACE, seq, attempt, &became, now)).unwrap()
}

fn in_state(store: &Store, state: OutboxState) -> Vec<String> {
    let rows = store.read().unwrap().outbox(PLACE, state, i64::MAX, 1000).unwrap();
    rows.into_iter().rev().map(|row| row.entry.key).collect()
}

#[test]
fn a_row_is_there_when_its_commit_is_and_somebody_listens() {
    on_both(|county| {
        let store = county.open();
        tell(&store, vec![entry(1, "a")], false);
        listen(&store, "off");
        tell(&store, vec![entry(2, "a")], false);
        assert_eq!(due(&store, i64::MAX), [], "nobody listens");
        listen(&store, "on");
        tell(&store, vec![entry(3, "a")], true);
        assert_eq!(due(&store, i64::MAX), [], "refused");
        tell(&store, vec![entry(4, "a"), entry(5, "a"), entry(4, "b")], false);
        tell(&store, vec![entry(4, "a")], false);
        assert_eq!(in_state(&store, OutboxState::Waiting), ["k4", "k5"], "each key once");
        assert_eq!(due(&store, 0), [], "not before its time");
    });
}

#[test]
fn an_attempt_belongs_to_one_and_a_claim_that_ran_out_to_the_next() {
    on_both(|county| {
        let store = county.open();
        listen(&store, "on");
        tell(&store, vec![entry(1, "a"), entry(2, "a"), entry(3, "b")], false);
        let heads = due(&store, 10);
        assert_eq!(heads.iter().map(|row| row.entry.key.as_str()).collect::<Vec<_>>(), ["k1", "k3"], "one an address");
        let first = claim(&store, &heads[0], 10).unwrap();
        assert_eq!((first.attempts, first.next_at), (1, Some(70)));
        assert_eq!(claim(&store, &heads[0], 10), None, "claimed");
        assert_eq!(due(&store, 69).len(), 1, "neither the claimed one nor the one behind it");
        // Whoever claimed it died; another takes it over, and the dead one wakes up.
        let second = claim(&store, &heads[0], 70).unwrap();
        assert_eq!(second.attempts, 2);
        assert!(!settle(&store, &first, Attempt::GivenUp("late".to_owned()), 71), "no longer its own");
        assert!(settle(&store, &first, Attempt::Delivered, 72), "but what arrived has arrived");
        assert!(!settle(&store, &second, Attempt::Again(500, "no".to_owned()), 73));
        assert_eq!(in_state(&store, OutboxState::Delivered), ["k1"]);
        assert_eq!(due(&store, 73)[0].entry.key, "k2");

        let third = claim(&store, &heads[1], 80).unwrap();
        assert!(settle(&store, &third, Attempt::GivenUp("503".to_owned()), 81));
        let row = &store.read().unwrap().outbox(PLACE, OutboxState::GivenUp, i64::MAX, 9).unwrap()[0];
        assert_eq!((row.error.as_str(), row.next_at, row.done_at), ("503", None, Some(81)));
        assert_eq!(store.write(|tx| tx.sweep_outbox(PLACE, 1000)).unwrap(), 1, "what arrived is forgotten");
        assert_eq!(in_state(&store, OutboxState::GivenUp), ["k3"], "what did not is kept");
        assert!(store.write(|tx| tx.retry_outbox(PLACE, 3, 90)).unwrap());
        assert!(!store.write(|tx| tx.retry_outbox(PLACE, 3, 90)).unwrap());
        assert_eq!(claim(&store, &heads[1], 91).unwrap().attempts, 1, "from the beginning");
        assert_eq!(store.write(|tx| tx.drop_outbox(PLACE, CHANNEL, 92)).unwrap(), 2);
        assert_eq!(due(&store, i64::MAX - 1), []);
    });
}

/// What happens next to a program that delivers.
#[derive(Clone, Debug)]
enum Happens {
    /// Something is told, to one of three addresses.
    Told(u8),
    /// An attempt, which ends where it says.
    Tried(Ends),
    /// Time passes.
    Passes(u8),
    /// The program ends and begins anew.
    Restarts,
}

/// Between which two steps an attempt ends.
#[derive(Clone, Copy, Debug)]
enum Ends {
    /// Claimed, then the program died.
    Claimed,
    /// Delivered, then it died before it wrote so down.
    Delivered,
    /// Delivered and written down.
    Settled,
    /// The other end refused.
    Refused,
}

fn happens() -> impl Strategy<Value = Happens> {
    let ends = prop_oneof![
        Just(Ends::Claimed),
        Just(Ends::Delivered),
        Just(Ends::Settled),
        Just(Ends::Settled),
        Just(Ends::Refused)
    ];
    prop_oneof![
        3 => (0..3_u8).prop_map(Happens::Told),
        6 => ends.prop_map(Happens::Tried),
        3 => (1..200_u8).prop_map(Happens::Passes),
        1 => Just(Happens::Restarts),
    ]
}

/// The other end: what arrived, in order, and how often.
#[derive(Default)]
struct Received {
    order: BTreeMap<String, Vec<String>>,
    times: BTreeMap<String, u64>,
}

impl Received {
    fn take(&mut self, row: &OutboxRow) {
        let times = self.times.entry(row.entry.key.clone()).or_default();
        *times += 1;
        if *times == 1 {
            self.order.entry(row.entry.address.clone()).or_default().push(row.entry.key.clone());
        }
    }
}

fn attempt(store: &Store, now: i64, ends: Ends, received: &mut Received) {
    let Some(row) = due(store, now).first().and_then(|row| claim(store, row, now)) else { return };
    match ends {
        Ends::Claimed => {}
        Ends::Delivered => received.take(&row),
        Ends::Settled => {
            received.take(&row);
            assert!(settle(store, &row, Attempt::Delivered, now));
        }
        Ends::Refused => {
            let failed = if row.attempts >= ATTEMPTS {
                Attempt::GivenUp("refused".to_owned())
            } else {
                Attempt::Again(now + 30, "refused".to_owned())
            };
            assert!(settle(store, &row, failed, now));
        }
    }
}

fn history(county: &County, all: &[Happens]) -> Result<(), TestCaseError> {
    let mut store = county.open();
    listen(&store, "on");
    let (mut now, mut told, mut received) = (10, BTreeMap::<String, Vec<String>>::new(), Received::default());
    let mut number = 0;
    for one in all {
        match one {
            Happens::Told(to) => {
                number += 1;
                let entry = entry(number, &format!("to{to}"));
                told.entry(entry.address.clone()).or_default().push(entry.key.clone());
                tell(&store, vec![entry], false);
            }
            Happens::Tried(ends) => attempt(&store, now, *ends, &mut received),
            Happens::Passes(time) => now += i64::from(*time),
            Happens::Restarts => {
                drop(store);
                store = county.open();
            }
        }
    }
    // What was given up is tried anew, and now everything goes well.
    for key in store.read().unwrap().outbox(PLACE, OutboxState::GivenUp, i64::MAX, 1000).unwrap() {
        assert!(store.write(move |tx| tx.retry_outbox(PLACE, key.seq, now)).unwrap());
    }
    for _ in 0..2 * number + 2 {
        now += LEASE;
        attempt(&store, now, Ends::Settled, &mut received);
    }
    let given_up_before: Vec<String> = in_state(&store, OutboxState::GivenUp);
    prop_assert_eq!(given_up_before, Vec::<String>::new());
    prop_assert_eq!(in_state(&store, OutboxState::Waiting), Vec::<String>::new(), "nothing is left");
    let all: Vec<String> = (1..=number).map(|number| format!("k{number}")).collect();
    prop_assert_eq!(in_state(&store, OutboxState::Delivered), all.clone(), "the marks say so");
    prop_assert!(all.iter().all(|key| received.times.contains_key(key)), "each at least once");
    Ok(())
}

#[test]
fn whatever_dies_between_two_steps_everything_arrives_at_least_once() {
    on_both(|county| {
        let config = Config { cases: 24, failure_persistence: None, ..Config::default() };
        let ran = TestRunner::new(config).run(&prop::collection::vec(happens(), 1..60), |all| {
            county
                .open()
                .write(|tx| {
                    tx.drop_outbox(PLACE, CHANNEL, 1)?;
                    tx.sweep_outbox(PLACE, i64::MAX)
                })
                .unwrap();
            history(county, &all)
        });
        if let Err(failure) = ran {
            panic!("{failure}");
        }
    });
}

#[test]
fn without_giving_up_each_address_hears_in_order() {
    on_both(|county| {
        let store = county.open();
        listen(&store, "on");
        let entries: Vec<OutboxEntry> = (1..13).map(|number| entry(number, &format!("to{}", number % 3))).collect();
        tell(&store, entries, false);
        let (mut received, mut now) = (Received::default(), 10);
        for round in 0..200 {
            now += 31;
            let ends = match round % 4 {
                0 => Ends::Claimed,
                1 => Ends::Delivered,
                2 => Ends::Settled,
                _ if round % 8 == 3 => Ends::Refused,
                _ => Ends::Settled,
            };
            // The fourth refusal of one row would give it up and let the next one pass: here none gets so far.
            attempt(&store, now, ends, &mut received);
        }
        for (address, keys) in &received.order {
            let mut sorted = keys.clone();
            sorted.sort_by_key(|key| key[1..].parse::<u64>().unwrap());
            assert_eq!(keys, &sorted, "{address}");
        }
        assert_eq!(received.times.len(), 12);
        assert_eq!(in_state(&store, OutboxState::Delivered).len(), 12);
    });
}
