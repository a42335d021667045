//! Proofs of the tree: which hashes they consist of (RFC 6962 §2.1.1, §2.1.2) and how they are verified (RFC 9162 §2.1.3.2, §2.1.4.2).
//! Nothing here reads a tile; [`crate::tree`] turns ranges into hashes.

use std::fmt;

use crate::hash::{Hash, node_hash};

/// Why a proof does not convince.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofError {
    /// The leaf lies outside the tree.
    Outside {
        /// Index of the leaf.
        index: u64,
        /// Number of leaves.
        size: u64,
    },
    /// A tree cannot extend a larger one.
    Shrinks {
        /// Leaves of the older tree.
        old: u64,
        /// Leaves of the newer tree.
        new: u64,
    },
    /// Every tree extends the empty one: there is nothing that a proof could show, and nothing that it binds.
    FromEmpty,
    /// The proof has another number of hashes than its place in the tree demands.
    Length,
    /// The proof leads to another root than the newer one.
    Root,
    /// The proof leads to another root than the older one.
    OldRoot,
}

impl fmt::Display for ProofError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ProofError::Outside { index, size } => write!(f, "leaf {index} is outside a tree of {size}"),
            ProofError::Shrinks { old, new } => write!(f, "a tree of {new} cannot extend one of {old}"),
            ProofError::FromEmpty => write!(f, "there is no proof from the empty tree"),
            ProofError::Length => write!(f, "the proof has too few or too many hashes"),
            ProofError::Root => write!(f, "the proof leads to another root"),
            ProofError::OldRoot => write!(f, "the proof leads to another old root"),
        }
    }
}

impl std::error::Error for ProofError {}

/// Whether the leaf stands at `index` of the tree of `size` leaves with this root (RFC 9162 §2.1.3.2).
///
/// # Errors
/// [`ProofError`]: it does not, as far as this proof goes.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Outside { index, size });
    }
    let mut place = Place { at: index, last: size - 1 };
    let mut hash = *leaf;
    for sibling in proof {
        hash = match place.climb()? {
            Side::Left => node_hash(sibling, &hash),
            Side::Right => node_hash(&hash, sibling),
        };
    }
    match (place.last, hash == *root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::Root),
        _ => Err(ProofError::Length),
    }
}

/// Whether the tree of `new` leaves begins with the tree of `old` leaves, given both roots (RFC 9162 §2.1.4.2).
///
/// # Errors
/// [`ProofError`]: it does not, as far as this proof goes.
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    new: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    if old == 0 {
        return Err(ProofError::FromEmpty);
    }
    if old > new {
        return Err(ProofError::Shrinks { old, new });
    }
    if old == new {
        return match (proof, old_root == new_root) {
            ([], true) => Ok(()),
            ([], false) => Err(ProofError::Root),
            _ => Err(ProofError::Length),
        };
    }
    // A complete old tree is itself the node from which the path begins; otherwise the proof names that node first.
    let (first, path) = match (old.is_power_of_two(), proof) {
        (_, []) => return Err(ProofError::Length),
        (true, path) => (*old_root, path),
        (false, [first, path @ ..]) => (*first, path),
    };
    let mut place = Place { at: old - 1, last: new - 1 };
    while place.at & 1 == 1 {
        place.up();
    }
    let (mut old_hash, mut new_hash) = (first, first);
    for sibling in path {
        match place.climb()? {
            Side::Left => {
                old_hash = node_hash(sibling, &old_hash);
                new_hash = node_hash(sibling, &new_hash);
            }
            Side::Right => new_hash = node_hash(&new_hash, sibling),
        }
    }
    match (place.last, old_hash == *old_root, new_hash == *new_root) {
        (0, true, true) => Ok(()),
        (0, false, _) => Err(ProofError::OldRoot),
        (0, true, false) => Err(ProofError::Root),
        _ => Err(ProofError::Length),
    }
}

/// Where the sibling of a node stands.
enum Side {
    Left,
    Right,
}

/// A node and the last node of its level, by their numbers in it (`fn` and `sn` of RFC 9162).
struct Place {
    at: u64,
    last: u64,
}

impl Place {
    fn up(&mut self) {
        self.at >>= 1;
        self.last >>= 1;
    }

    /// Goes to the parent and says on which side the sibling stood.
    fn climb(&mut self) -> Result<Side, ProofError> {
        if self.last == 0 {
            return Err(ProofError::Length);
        }
        let side = if self.at & 1 == 1 || self.at == self.last {
            // The last node of a level may have no sibling there: it is handed up until it has one.
            while self.at & 1 == 0 && self.at != 0 {
                self.up();
            }
            Side::Left
        } else {
            Side::Right
        };
        self.up();
        Ok(side)
    }
}

/// The leaves from `from` up to, not including, `to`: what one hash of a proof covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) from: u64,
    pub(crate) to: u64,
}

/// A complete subtree: the leaves from `index << level` to `(index + 1) << level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) level: u32,
    pub(crate) index: u64,
}

impl Range {
    /// The greatest power of two below the length; the range has two leaves or more.
    fn cut(self) -> u64 {
        let length = self.to - self.from;
        self.from + (1 << (length - 1).ilog2())
    }

    /// The complete subtrees of which the range consists, from the left (largest) to the right. A range of a proof begins where a
    /// subtree of at least its length may begin, therefore each of its pieces is one node of the tree.
    pub(crate) fn nodes(self) -> impl DoubleEndedIterator<Item = Node> {
        let length = self.to - self.from;
        (0..u64::BITS).rev().filter(move |level| length >> level & 1 == 1).map(move |level| {
            // The pieces before this one are those of the higher bits.
            let before = length & (u64::MAX << level) & !(1 << level);
            Node { level, index: (self.from + before) >> level }
        })
    }
}

/// The ranges of an inclusion proof, in its order: PATH(m, D[n]) of RFC 6962 §2.1.1. The leaf lies in the tree.
pub(crate) fn inclusion_ranges(index: u64, size: u64) -> Vec<Range> {
    let mut here = Range { from: 0, to: size };
    let mut path = Vec::new();
    while here.to - here.from > 1 {
        let cut = here.cut();
        let (left, right) = (Range { to: cut, ..here }, Range { from: cut, ..here });
        (here, path) = if index < cut { (left, pushed(path, right)) } else { (right, pushed(path, left)) };
    }
    path.reverse();
    path
}

/// The ranges of a consistency proof, in its order: PROOF(m, D[n]) of RFC 6962 §2.1.2, for 0 < m ≤ n.
pub(crate) fn consistency_ranges(old: u64, new: u64) -> Vec<Range> {
    let mut here = Range { from: 0, to: new };
    let mut path = Vec::new();
    while here.to > old {
        let cut = here.cut();
        let (left, right) = (Range { to: cut, ..here }, Range { from: cut, ..here });
        (here, path) = if old <= cut { (left, pushed(path, right)) } else { (right, pushed(path, left)) };
    }
    // The old tree itself is known to whoever verifies; a part of it is not.
    if here.from > 0 {
        path.push(here);
    }
    path.reverse();
    path
}

fn pushed(mut path: Vec<Range>, range: Range) -> Vec<Range> {
    path.push(range);
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(ranges: &[Range]) -> Vec<(u64, u64)> {
        ranges.iter().map(|range| (range.from, range.to)).collect()
    }

    /// The examples of RFC 6962 §2.1.3: with leaves a … f, j; nodes g = (a b), h = (c d), i = (e f), k = (g h), l = (i j).
    #[test]
    fn the_paths_of_the_tree_of_seven_are_those_of_the_standard() {
        assert_eq!(spans(&inclusion_ranges(0, 7)), [(1, 2), (2, 4), (4, 7)], "d0: [b, h, l]");
        assert_eq!(spans(&inclusion_ranges(3, 7)), [(2, 3), (0, 2), (4, 7)], "d3: [c, g, l]");
        assert_eq!(spans(&inclusion_ranges(4, 7)), [(5, 6), (6, 7), (0, 4)], "d4: [f, j, k]");
        assert_eq!(spans(&inclusion_ranges(6, 7)), [(4, 6), (0, 4)], "d6: [i, k]");
        assert_eq!(spans(&consistency_ranges(3, 7)), [(2, 3), (3, 4), (0, 2), (4, 7)], "[c, d, g, l]");
        assert_eq!(spans(&consistency_ranges(4, 7)), [(4, 7)], "[l]");
        assert_eq!(spans(&consistency_ranges(6, 7)), [(4, 6), (6, 7), (0, 4)], "[i, j, k]");
    }

    #[test]
    fn a_range_falls_into_complete_subtrees() {
        let nodes: Vec<(u32, u64)> = Range { from: 8, to: 15 }.nodes().map(|node| (node.level, node.index)).collect();
        assert_eq!(nodes, [(2, 2), (1, 6), (0, 14)]);
    }

    #[test]
    fn no_number_of_leaves_overflows() {
        let size = u64::MAX;
        assert_eq!(inclusion_ranges(size - 1, size).len(), 63);
        assert_eq!(inclusion_ranges(0, size).len(), 64);
        let root = Hash::EMPTY_ROOT;
        assert_eq!(verify_inclusion(&root, size - 1, size, &[root; 63], &root), Err(ProofError::Root));
        assert_eq!(verify_inclusion(&root, size, size, &[], &root), Err(ProofError::Outside { index: size, size }));
        assert_eq!(verify_consistency(size - 1, &root, size, &root, &[root; 200]), Err(ProofError::Length));
    }
}
