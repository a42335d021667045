//! A storage that fails at any one of its calls, with and without having done what it was asked: the same call once more ends where an
//! undisturbed one ends, and a tree that was signed before stays readable all the time.

use zhiheng_tlog::log::integrate;
use zhiheng_tlog::{Tree, log::Edge};

use crate::memory::{Fault, Memory, entries};

#[test]
fn whatever_call_fails_the_next_attempt_ends_where_an_undisturbed_one_ends() {
    let entries = entries(1100);
    // From a partial tile, over three full ones, to a partial one: every kind of write.
    for (from, to) in [(0, 3), (250, 1100), (256, 512), (300, 301)] {
        let before = Memory::of(&entries[..from]);
        let old_root = Tree::new(&before, from as u64).unwrap().root().unwrap();
        before.calls.set(0);
        let mut undisturbed = before.clone();
        let edge = integrate(&mut undisturbed, from as u64, &entries[from..to]).unwrap();
        let calls = undisturbed.calls.get();
        assert!(calls > 1);
        for at in 0..calls {
            for fault in [Fault::Failed, Fault::FailedButPersisted] {
                let mut disturbed = Memory { fault: Some((at, fault)), ..before.clone() };
                assert!(integrate(&mut disturbed, from as u64, &entries[from..to]).is_err(), "call {at}");
                disturbed.fault = None;
                assert_eq!(Tree::new(&disturbed, from as u64).unwrap().root().unwrap(), old_root, "call {at}");
                let again = integrate(&mut disturbed, from as u64, &entries[from..to]).unwrap();
                assert_eq!(again, edge, "call {at}, {fault:?}");
                assert_eq!(disturbed.resources, undisturbed.resources, "call {at}, {fault:?}");
            }
        }
    }
}

#[test]
fn a_folder_that_was_lost_is_written_again_from_the_entries() {
    let entries = entries(1000);
    let whole = Memory::of(&entries);
    // Everything lost.
    assert_eq!(Memory::of(&entries).resources, whole.resources);
    // The right edge lost: from an earlier full tile on.
    let mut edge_lost = whole.clone();
    edge_lost.resources.retain(|tile, _| !tile.is_partial());
    assert!(Edge::load(&edge_lost, 1000).is_err());
    integrate(&mut edge_lost, 0, &entries).unwrap();
    assert_eq!(edge_lost.resources, whole.resources);
}
