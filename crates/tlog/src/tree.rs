//! A tree that is read from its tiles: the root at any size, and proofs. At most two tiles a level are read for a root or an inclusion
//! proof and three for a consistency proof, whatever the number of leaves.
//!
//! Tiles are taken at their word: what is computed from a wrong tile does not verify. Whoever hands a proof out verifies it against the
//! signed root first, as [`crate::receipt::Receipt::new`] does.

use std::collections::BTreeMap;
use std::fmt;

use crate::encoding::SIZE_MAX;
use crate::hash::{Hash, node_hash, root_of};
use crate::proof::{Node, ProofError, Range, consistency_ranges, inclusion_ranges};
use crate::tile::{Content, ContentError, Tile, hashes};

/// Where tiles and bundles are read from: a table, a folder, somebody else's log.
pub trait Tiles {
    /// Why reading may fail.
    type Error: std::error::Error;

    /// The bytes of a resource, as they were written; `None` when it is not there. A width that was never written is not there, even
    /// where a wider one of the same place is: the reader asks for that itself.
    ///
    /// # Errors
    /// The storage could not be asked.
    fn read(&self, tile: Tile) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// Why a tree cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub enum TreeError<E> {
    /// The storage failed.
    Storage(E),
    /// A tile that a tree of this size has is not there.
    Missing(Tile),
    /// A tile is not what its coordinates demand.
    Content(Tile, ContentError),
    /// What was asked for does not exist in a tree of this size.
    Proof(ProofError),
    /// More leaves than [`SIZE_MAX`].
    Size(u64),
}

impl<E: fmt::Display> fmt::Display for TreeError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TreeError::Storage(error) => write!(f, "the tiles cannot be read: {error}"),
            TreeError::Missing(tile) => write!(f, "{tile} is missing"),
            TreeError::Content(tile, error) => write!(f, "{tile}: {error}"),
            TreeError::Proof(error) => error.fmt(f),
            TreeError::Size(size) => write!(f, "{size} leaves are more than a log can have"),
        }
    }
}

impl<E: std::error::Error> std::error::Error for TreeError<E> {}

/// The tree of the first `size` leaves of a log.
pub struct Tree<'a, T> {
    tiles: &'a T,
    size: u64,
}

impl<'a, T: Tiles> Tree<'a, T> {
    /// The tree of this many leaves over these tiles. Nothing is read yet.
    ///
    /// # Errors
    /// [`TreeError::Size`].
    pub fn new(tiles: &'a T, size: u64) -> Result<Tree<'a, T>, TreeError<T::Error>> {
        if size > SIZE_MAX { Err(TreeError::Size(size)) } else { Ok(Tree { tiles, size }) }
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root.
    ///
    /// # Errors
    /// [`TreeError`]: a tile cannot be read.
    pub fn root(&self) -> Result<Hash, TreeError<T::Error>> {
        if self.size == 0 {
            return Ok(Hash::EMPTY_ROOT);
        }
        Rows::of(self).hash(Range { from: 0, to: self.size })
    }

    /// The hash of one leaf.
    ///
    /// # Errors
    /// [`TreeError`]: a tile cannot be read, or the leaf lies outside.
    pub fn leaf(&self, index: u64) -> Result<Hash, TreeError<T::Error>> {
        self.is_inside(index)?;
        Rows::of(self).hash(Range { from: index, to: index + 1 })
    }

    /// The proof that the leaf stands where it stands, from its sibling up.
    ///
    /// # Errors
    /// [`TreeError`]: a tile cannot be read, or the leaf lies outside.
    pub fn inclusion(&self, index: u64) -> Result<Vec<Hash>, TreeError<T::Error>> {
        self.is_inside(index)?;
        Rows::of(self).hashes(&inclusion_ranges(index, self.size))
    }

    /// The proof that this tree begins with the tree of `old` leaves.
    ///
    /// # Errors
    /// [`TreeError`]: a tile cannot be read; `old` is 0 ([`ProofError::FromEmpty`]) or larger than this tree.
    pub fn consistency(&self, old: u64) -> Result<Vec<Hash>, TreeError<T::Error>> {
        match old {
            0 => Err(TreeError::Proof(ProofError::FromEmpty)),
            old if old > self.size => Err(TreeError::Proof(ProofError::Shrinks { old, new: self.size })),
            old => Rows::of(self).hashes(&consistency_ranges(old, self.size)),
        }
    }

    fn is_inside(&self, index: u64) -> Result<(), TreeError<T::Error>> {
        if index < self.size { Ok(()) } else { Err(TreeError::Proof(ProofError::Outside { index, size: self.size })) }
    }
}

/// The tiles that one answer needs, each read once.
struct Rows<'a, T> {
    tree: &'a Tree<'a, T>,
    read: BTreeMap<(u8, u64), Vec<Hash>>,
}

impl<'a, T: Tiles> Rows<'a, T> {
    fn of(tree: &'a Tree<'a, T>) -> Rows<'a, T> {
        Rows { tree, read: BTreeMap::new() }
    }

    fn hashes(&mut self, ranges: &[Range]) -> Result<Vec<Hash>, TreeError<T::Error>> {
        ranges.iter().map(|range| self.hash(*range)).collect()
    }

    /// The hash over a range that is not empty: its complete subtrees, joined from the right (smallest) to the left.
    fn hash(&mut self, range: Range) -> Result<Hash, TreeError<T::Error>> {
        let mut joined = None;
        for node in range.nodes().rev() {
            let hash = self.node(node)?;
            joined = Some(joined.map_or(hash, |right| node_hash(&hash, &right)));
        }
        Ok(joined.unwrap_or(Hash::EMPTY_ROOT))
    }

    /// The hash of a complete subtree: of the hashes of one tile that lie under it.
    fn node(&mut self, node: Node) -> Result<Hash, TreeError<T::Error>> {
        // SIZE_MAX has 63 bits, therefore the level of a tile is at most 7.
        let (level, within) = (u8::try_from(node.level / 8).unwrap_or(u8::MAX), node.level % 8);
        let first = node.index << within;
        let (index, offset) = (first / 256, usize::try_from(first % 256).unwrap_or(usize::MAX));
        let row = self.row(level, index)?;
        match row.get(offset..offset + (1 << within)) {
            Some(hashes) => Ok(root_of(hashes)),
            None => Err(TreeError::Size(self.tree.size)),
        }
    }

    fn row(&mut self, level: u8, index: u64) -> Result<&[Hash], TreeError<T::Error>> {
        use std::collections::btree_map::Entry;
        match self.read.entry((level, index)) {
            Entry::Occupied(row) => Ok(row.into_mut()),
            Entry::Vacant(place) => {
                let tile =
                    Tile::at(Content::Hashes(level), index, self.tree.size).ok_or(TreeError::Size(self.tree.size))?;
                Ok(place.insert(row_of(self.tree.tiles, tile)?))
            }
        }
    }
}

/// The hashes of a tile. Where a partial one is gone, the full one of its place holds them too.
pub(crate) fn row_of<T: Tiles>(tiles: &T, tile: Tile) -> Result<Vec<Hash>, TreeError<T::Error>> {
    let (found, bytes) = read_or_full(tiles, tile)?;
    let mut row = hashes(&bytes, found.width()).map_err(|error| TreeError::Content(found, error))?;
    row.truncate(usize::from(tile.width()));
    Ok(row)
}

/// The bytes of a resource, or of the full one at its place, and which of the two it is.
pub(crate) fn read_or_full<T: Tiles>(tiles: &T, tile: Tile) -> Result<(Tile, Vec<u8>), TreeError<T::Error>> {
    for tile in [tile, tile.full()] {
        if let Some(bytes) = tiles.read(tile).map_err(TreeError::Storage)? {
            return Ok((tile, bytes));
        }
    }
    Err(TreeError::Missing(tile))
}
