//! Trees against the definition of RFC 6962 §2.1, written down once more as it stands there: roots, proofs, and that nothing else verifies.

use std::convert::Infallible;

use proptest::prelude::*;
use zhiheng_tlog::hash::{node_hash, root_of};
use zhiheng_tlog::log::{Difference, Edge, LogError, compare, integrate};
use zhiheng_tlog::proof::{ProofError, verify_consistency, verify_inclusion};
use zhiheng_tlog::tile::{Content, Tile, resources};
use zhiheng_tlog::tree::TreeError;
use zhiheng_tlog::{Hash, Tree, leaf_hash};

use crate::memory::{Memory, entries};

/// The largest power of two smaller than n, n > 1.
fn k(n: usize) -> usize {
    n.next_power_of_two() / 2
}

/// PATH(m, D[n]) of RFC 6962 §2.1.1.
fn path(m: usize, d: &[Hash]) -> Vec<Hash> {
    if d.len() == 1 {
        return Vec::new();
    }
    let (left, right) = d.split_at(k(d.len()));
    if m < left.len() {
        let mut path = path(m, left);
        path.push(root_of(right));
        path
    } else {
        let mut path = path(m - left.len(), right);
        path.push(root_of(left));
        path
    }
}

/// SUBPROOF(m, D[n], b) of RFC 6962 §2.1.2.
fn subproof(m: usize, d: &[Hash], b: bool) -> Vec<Hash> {
    if m == d.len() {
        return if b { Vec::new() } else { vec![root_of(d)] };
    }
    let (left, right) = d.split_at(k(d.len()));
    if m <= left.len() {
        let mut proof = subproof(m, left, b);
        proof.push(root_of(right));
        proof
    } else {
        let mut proof = subproof(m - left.len(), right, false);
        proof.push(root_of(left));
        proof
    }
}

fn leaves(entries: &[Vec<u8>]) -> Vec<Hash> {
    entries.iter().map(|entry| leaf_hash(entry)).collect()
}

/// One bit turned, the bit chosen by `seed`.
fn turned(hash: Hash, seed: usize) -> Hash {
    let mut bytes = *hash.as_bytes();
    bytes[seed / 8 % 32] ^= 1 << (seed % 8);
    Hash::new(bytes)
}

/// Both proofs of (m, n) are those of the definition and verify, and with one bit turned in any of their parts they do not.
fn holds(memory: &Memory, leaves: &[Hash], m: usize, n: usize, seed: usize) {
    let (m64, n64) = (m as u64, n as u64);
    let tree = Tree::new(memory, n64).unwrap();
    let (root, old_root) = (root_of(&leaves[..n]), root_of(&leaves[..m]));
    if m < n {
        let proof = tree.inclusion(m64).unwrap();
        assert_eq!(proof, path(m, &leaves[..n]), "path of {m} in {n}");
        verify_inclusion(&leaves[m], m64, n64, &proof, &root).unwrap();
        let refused = |leaf: &Hash, m: u64, proof: &[Hash], root: &Hash| {
            assert!(verify_inclusion(leaf, m, n64, proof, root).is_err(), "{m} in {n}");
        };
        refused(&turned(leaves[m], seed), m64, &proof, &root);
        refused(&leaves[m], m64, &proof, &turned(root, seed));
        refused(&leaves[m], m64 ^ 1 << (seed % 64), &proof, &root);
        for at in 0..proof.len() {
            let mut other = proof.clone();
            other[at] = turned(other[at], seed);
            refused(&leaves[m], m64, &other, &root);
        }
        refused(&leaves[m], m64, &[&proof[..], &[root]].concat(), &root);
        if let [short @ .., _] = &proof[..] {
            refused(&leaves[m], m64, short, &root);
        }
    }
    if m > 0 {
        let proof = tree.consistency(m64).unwrap();
        assert_eq!(proof, subproof(m, &leaves[..n], true), "proof from {m} to {n}");
        verify_consistency(m64, &old_root, n64, &root, &proof).unwrap();
        let refused = |old_root: &Hash, root: &Hash, proof: &[Hash]| {
            assert!(verify_consistency(m64, old_root, n64, root, proof).is_err(), "{m} to {n}");
        };
        refused(&turned(old_root, seed), &root, &proof);
        refused(&old_root, &turned(root, seed), &proof);
        for at in 0..proof.len() {
            let mut other = proof.clone();
            other[at] = turned(other[at], seed);
            refused(&old_root, &root, &other);
        }
        refused(&old_root, &root, &[&proof[..], &[root]].concat());
        if let [short @ .., _] = &proof[..] {
            refused(&old_root, &root, short);
        }
    }
}

/// Every size up to beyond the second tile, every smaller size and every leaf.
#[test]
fn every_proof_of_every_small_tree_is_that_of_the_definition_and_no_other_verifies() {
    let entries = entries(270);
    let leaves = leaves(&entries);
    let mut memory = Memory::default();
    let mut size = 0;
    for entry in &entries {
        let edge = integrate(&mut memory, size, [entry]).unwrap();
        size += 1;
        let root = root_of(&leaves[..size as usize]);
        assert_eq!(edge.root(), root);
        assert_eq!(Tree::new(&memory, size).unwrap().root().unwrap(), root);
    }
    for n in 0..=270 {
        for m in 0..=n {
            holds(&memory, &leaves, m, n, m * 31 + n * 7);
        }
    }
}

/// Every smaller size and every leaf of the trees around each power of two, up to several tiles.
#[test]
fn every_proof_of_larger_trees_verifies_and_with_a_turned_bit_does_not() {
    let entries = entries(4097);
    let leaves = leaves(&entries);
    let (mut memory, mut edge, mut roots) = (Memory::default(), Edge::empty(), vec![Hash::EMPTY_ROOT]);
    for leaf in &leaves {
        let emit = |tile, bytes: &[u8]| -> Result<(), LogError<Infallible>> {
            memory.resources.insert(tile, bytes.to_vec());
            Ok(())
        };
        edge = edge.append([*leaf], emit).unwrap();
        roots.push(edge.root());
    }
    for n in [511, 512, 513, 1023, 1024, 1025, 2047, 2048, 2049, 4095, 4096, 4097u64] {
        let tree = Tree::new(&memory, n).unwrap();
        let root = roots[n as usize];
        for m in 0..n {
            let seed = (m * 31 + n) as usize;
            let mut proof = tree.inclusion(m).unwrap();
            verify_inclusion(&leaves[m as usize], m, n, &proof, &root).unwrap();
            let at = seed % proof.len();
            proof[at] = turned(proof[at], seed);
            assert_eq!(verify_inclusion(&leaves[m as usize], m, n, &proof, &root), Err(ProofError::Root));
            if m > 0 {
                let (old_root, mut proof) = (roots[m as usize], tree.consistency(m).unwrap());
                verify_consistency(m, &old_root, n, &root, &proof).unwrap();
                let at = seed % proof.len();
                proof[at] = turned(proof[at], seed);
                assert!(verify_consistency(m, &old_root, n, &root, &proof).is_err());
            }
        }
    }
}

/// For small trees every single bit.
#[test]
fn every_turned_bit_of_a_small_tree_is_noticed() {
    let entries = entries(8);
    let (memory, leaves) = (Memory::of(&entries), leaves(&entries));
    // The tree of eight leaves has one tile; smaller trees read its beginning.
    let mut small = memory.clone();
    for n in 1..=8 {
        integrate(&mut small, 0, &entries[..n]).unwrap();
    }
    for seed in 0..256 {
        for n in 1..=8 {
            for m in 0..=n {
                holds(&small, &leaves, m, n, seed);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// A log that grew in any batches is the log written at once; and its proofs at any two sizes are those of the definition.
    #[test]
    fn growing_in_batches_and_writing_at_once_are_one(
        batches in prop::collection::vec(0usize..900, 1..8),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<usize>()), 24),
    ) {
        let all = entries(batches.iter().sum());
        let leaves = leaves(&all);
        let (mut grown, mut size) = (Memory::default(), 0);
        let mut sizes = vec![];
        for batch in batches {
            let edge = integrate(&mut grown, size as u64, &all[size..size + batch]).unwrap();
            size += batch;
            sizes.push(size);
            prop_assert_eq!(edge, Edge::load(&grown, size as u64).unwrap());
        }
        let at_once = Memory::of(&all);
        for tile in resources(size as u64) {
            prop_assert_eq!(grown.resources.get(&tile), at_once.resources.get(&tile), "{}", tile);
        }
        prop_assert_eq!(at_once.resources.len(), resources(size as u64).count());
        for (place, seed) in places {
            let n = sizes[place.index(sizes.len())];
            holds(&grown, &leaves, place.index(n + 1), n, seed);
        }
    }
}

/// At 70,000 leaves, with three levels: how many tiles are read does not grow with the number of leaves.
#[test]
fn a_proof_reads_at_most_two_tiles_a_level_and_three_for_consistency() {
    let entries = entries(70_000);
    let (memory, leaves) = (Memory::of(&entries), leaves(&entries));
    let tree = Tree::new(&memory, 70_000).unwrap();
    let root = tree.root().unwrap();
    assert_eq!(root, root_of(&leaves));
    let mut most = (0, 0);
    for at in (0..70_000).step_by(1009).chain([65_535, 65_536, 69_887, 69_888, 69_999]) {
        memory.calls.set(0);
        let proof = tree.inclusion(at as u64).unwrap();
        most.0 = most.0.max(memory.calls.get());
        assert_eq!(verify_inclusion(&leaves[at], at as u64, 70_000, &proof, &root), Ok(()));
        assert_eq!(tree.leaf(at as u64).unwrap(), leaves[at]);
        if at > 0 {
            memory.calls.set(0);
            let proof = tree.consistency(at as u64).unwrap();
            most.1 = most.1.max(memory.calls.get());
            assert_eq!(verify_consistency(at as u64, &root_of(&leaves[..at]), 70_000, &root, &proof), Ok(()));
        }
    }
    assert!(most.0 <= 2 * 3 && most.1 <= 3 * 3, "{most:?}");
}

#[test]
fn a_full_tile_stands_in_for_a_partial_one_that_was_deleted() {
    let entries = entries(600);
    let leaves = leaves(&entries);
    let mut memory = Memory::default();
    integrate(&mut memory, 0, &entries[..300]).unwrap();
    integrate(&mut memory, 300, &entries[300..]).unwrap();
    let full: Vec<Tile> = memory.resources.keys().copied().filter(|tile| !tile.is_partial()).collect();
    memory.resources.retain(|tile, _| !tile.is_partial() || !full.contains(&tile.full()));
    assert!(!memory.resources.contains_key(&Tile::new(Content::Hashes(0), 1, 44).unwrap()));
    for m in [0, 1, 255, 256, 257, 299] {
        holds(&memory, &leaves, m, 300, m);
    }
    // Continuing from there is possible too: the tail of a full bundle is left aside.
    let mut again = memory.clone();
    integrate(&mut again, 300, &entries[300..]).unwrap();
    assert_eq!(again.resources, memory.resources);
}

#[test]
fn what_a_tree_does_not_have_is_not_proved() {
    let memory = Memory::of(&entries(5));
    let tree = Tree::new(&memory, 5).unwrap();
    let outside = |index| Err(TreeError::Proof(ProofError::Outside { index, size: 5 }));
    assert_eq!(tree.inclusion(5), outside(5));
    assert_eq!(tree.inclusion(u64::MAX), outside(u64::MAX));
    assert_eq!(tree.leaf(5).map(|_| vec![]), outside(5));
    assert_eq!(tree.consistency(0), Err(TreeError::Proof(ProofError::FromEmpty)));
    assert_eq!(tree.consistency(6), Err(TreeError::Proof(ProofError::Shrinks { old: 6, new: 5 })));
    assert!(matches!(Tree::new(&memory, 1 << 63), Err(TreeError::Size(_))));
    assert_eq!(Edge::load(&memory, 1 << 63), Err(TreeError::Size(1 << 63)));
    // A size that the log never had: its partial tile is not there, and nothing is made up.
    let missing = Tile::new(Content::Hashes(0), 0, 6).unwrap();
    assert_eq!(Tree::new(&memory, 6).unwrap().root(), Err(TreeError::Missing(missing)));
    assert_eq!(Tree::new(&Memory::default(), 0).unwrap().root(), Ok(Hash::EMPTY_ROOT));
    let huge = Tree::new(&memory, zhiheng_tlog::SIZE_MAX).unwrap();
    assert!(matches!(huge.inclusion(1 << 62), Err(TreeError::Missing(_))));
}

/// Every resource of a log altered, shortened, lengthened or taken away, one at a time: each is named, and a whole log has no difference.
#[test]
fn comparing_names_every_resource_that_differs() {
    let entries = entries(700);
    let clean = Memory::of(&entries);
    let (found, edge) = compare(&clean, &entries).unwrap();
    assert_eq!((found, edge.root()), (vec![], root_of(&leaves(&entries))));
    for tile in clean.resources.keys() {
        type Harm = fn(&mut Vec<u8>);
        let harms: [Harm; 3] = [
            |bytes| bytes.iter_mut().for_each(|byte| *byte ^= 1),
            |bytes| bytes.truncate(bytes.len() - 1),
            |bytes| bytes.push(0),
        ];
        for harm in harms {
            let mut harmed = clean.clone();
            harm(harmed.resources.get_mut(tile).unwrap());
            assert_eq!(compare(&harmed, &entries).unwrap().0, [Difference::Differs(*tile)], "{tile}");
        }
        let mut robbed = clean.clone();
        robbed.resources.remove(tile);
        assert_eq!(compare(&robbed, &entries).unwrap().0, [Difference::Missing(*tile)], "{tile}");
    }
}

#[test]
fn nobody_continues_a_bundle_that_is_not_under_its_tile() {
    let entries = entries(10);
    let mut memory = Memory::of(&entries);
    let bundle = Tile::new(Content::Entries, 0, 10).unwrap();
    let last = memory.resources.get_mut(&bundle).unwrap().last_mut().unwrap();
    *last ^= 1;
    assert_eq!(integrate(&mut memory, 10, [b"more"]), Err(LogError::Disagrees(bundle)));
    // Writing it again from the entries heals it.
    integrate(&mut memory, 0, &entries).unwrap();
    assert!(integrate(&mut memory, 10, [b"more"]).is_ok());
}

#[test]
fn an_entry_that_no_bundle_can_hold_is_named() {
    let mut memory = Memory::default();
    let fault = integrate(&mut memory, 0, [vec![1; 65_535], vec![1; 65_536]]).unwrap_err();
    assert!(matches!(fault, LogError::Entry { index: 1, .. }), "{fault}");
    assert!(memory.resources.is_empty(), "nothing half is written");
}

/// The root of three leaves by hand, so that the definition above is not the only witness.
#[test]
fn a_root_by_hand() {
    let memory = Memory::of(&[b"a".to_vec(), b"b".to_vec(), b"c".to_vec()]);
    let by_hand = node_hash(&node_hash(&leaf_hash(b"a"), &leaf_hash(b"b")), &leaf_hash(b"c"));
    assert_eq!(Tree::new(&memory, 3).unwrap().root(), Ok(by_hand));
}
