//! How a log grows: sequencing, integrating, publishing.
//!
//! 1. **Sequencing** gives an entry its number. It happens outside this crate, in the transaction that stores what the entry is about;
//!    from then on number and bytes never change.
//! 2. **Integrating** ([`integrate`]) turns entries, in their order, into tiles and bundles. They are a pure function of the entries: made
//!    again they are the same bytes. Growing, catching up after a crash and rebuilding a lost folder are therefore one and the same call,
//!    with another number to begin at.
//! 3. **Publishing** ([`crate::guard::issue`]) signs the new root. A checkpoint is written last, when everything it promises is there.
//!
//! [`compare`] runs the same computation against what is stored and names what differs.

use std::fmt;

use crate::encoding::SIZE_MAX;
use crate::hash::{Hash, leaf_hash, node_hash, root_of};
use crate::tile::{Content, ContentError, Tile, WIDTH, entries as entries_of, push_entry, tile_bytes};
use crate::tree::{Tiles, TreeError, read_or_full, row_of};

/// Where tiles and bundles are written to.
///
/// **What the storage owes.** [`Tiles::read`] after [`Storage::write`] gives the bytes written, all or none of them: a reader never sees
/// half a tile. A tile must be as durable as its checkpoint *before* the checkpoint is published ([`crate::guard::issue`] writes it last).
/// **What it does not owe.** Tiles and bundles may be lost, wholly or in part, and written again by [`integrate`] from an earlier
/// number; what must never be lost are the entries and their order, which this crate only reads. A write that failed may have happened
/// nevertheless: the same bytes are written once more, which must not fail. A partial tile may be deleted once the full one of its place is
/// there. There is one writer at a time.
pub trait Storage: Tiles {
    /// Writes a resource, over one of the same coordinates if there is one.
    ///
    /// # Errors
    /// The storage failed; whether the bytes are there is not known.
    fn write(&mut self, tile: Tile, bytes: &[u8]) -> Result<(), Self::Error>;
}

/// Why a log cannot grow.
#[derive(Debug, PartialEq, Eq)]
pub enum LogError<E> {
    /// What is there cannot be read.
    Tree(TreeError<E>),
    /// An entry cannot be part of a log.
    Entry {
        /// Its number.
        index: u64,
        /// Why.
        error: ContentError,
    },
    /// A bundle and the tile above it do not belong together.
    Disagrees(Tile),
    /// The storage could not write.
    Storage(E),
}

impl<E: fmt::Display> fmt::Display for LogError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LogError::Tree(error) => error.fmt(f),
            LogError::Entry { index, error } => write!(f, "entry {index}: {error}"),
            LogError::Disagrees(tile) => write!(f, "{tile} does not hash to the tile above it"),
            LogError::Storage(error) => write!(f, "a tile cannot be written: {error}"),
        }
    }
}

impl<E: std::error::Error> std::error::Error for LogError<E> {}

/// The right edge of a tree: all that is needed to let it grow and to know its root, in at most 64 KiB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    /// Per level the hashes of the tile that is not full yet: `(size >> 8·level) mod 256` of them.
    rows: Vec<Vec<Hash>>,
}

impl Edge {
    /// The edge of the empty tree.
    #[must_use]
    pub fn empty() -> Edge {
        Edge { size: 0, rows: Vec::new() }
    }

    /// The edge of the tree of this size, from its partial tiles: at most one a level.
    ///
    /// # Errors
    /// [`TreeError`]: one of them cannot be read.
    pub fn load<T: Tiles>(tiles: &T, size: u64) -> Result<Edge, TreeError<T::Error>> {
        if size > SIZE_MAX {
            return Err(TreeError::Size(size));
        }
        let levels = (0..8u8).take_while(|level| size >> (8 * level) > 0);
        let rows = levels.map(|level| match Tile::at(Content::Hashes(level), size >> (8 * level) >> 8, size) {
            Some(tile) => row_of(tiles, tile),
            None => Ok(Vec::new()),
        });
        Ok(Edge { size, rows: rows.collect::<Result<_, _>>()? })
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut joined: Option<Hash> = None;
        // From the right: the lowest level first, and in it the smallest complete subtree.
        for row in &self.rows {
            let mut end = row.len();
            while end > 0 {
                let begin = end - (1 << end.trailing_zeros());
                let hash = root_of(row.get(begin..end).unwrap_or_default());
                joined = Some(joined.map_or(hash, |right| node_hash(&hash, &right)));
                end = begin;
            }
        }
        joined.unwrap_or(Hash::EMPTY_ROOT)
    }

    /// Appends leaves and hands every tile that is new to `emit`: full ones as they fill, and at the end the partial ones that changed.
    ///
    /// # Errors
    /// What `emit` answers; [`LogError::Tree`] with [`TreeError::Size`] when a log is full.
    pub fn append<E>(
        mut self,
        leaves: impl IntoIterator<Item = Hash>,
        mut emit: impl FnMut(Tile, &[u8]) -> Result<(), LogError<E>>,
    ) -> Result<Edge, LogError<E>> {
        let mut changed = 0;
        for leaf in leaves {
            changed = changed.max(self.push(leaf, &mut emit)?);
        }
        self.emit_partial(changed, emit)?;
        Ok(self)
    }

    /// Appends one leaf; tiles that fill are emitted. The answer is the number of levels that changed.
    fn push<E>(
        &mut self,
        leaf: Hash,
        emit: &mut impl FnMut(Tile, &[u8]) -> Result<(), LogError<E>>,
    ) -> Result<usize, LogError<E>> {
        if self.size >= SIZE_MAX {
            return Err(LogError::Tree(TreeError::Size(self.size)));
        }
        self.size += 1;
        let mut hash = leaf;
        let mut level = 0;
        loop {
            if self.rows.len() == level {
                self.rows.push(Vec::with_capacity(usize::from(WIDTH)));
            }
            let Some(row) = self.rows.get_mut(level) else { return Ok(level) };
            row.push(hash);
            level += 1;
            if row.len() < usize::from(WIDTH) {
                return Ok(level);
            }
            let number = u8::try_from(level - 1).unwrap_or(u8::MAX);
            let index = (self.size >> (8 * level)).saturating_sub(1);
            if let Some(tile) = Tile::new(Content::Hashes(number), index, WIDTH) {
                emit(tile, &tile_bytes(row))?;
            }
            hash = root_of(row);
            row.clear();
        }
    }

    fn emit_partial<E>(
        &self,
        levels: usize,
        mut emit: impl FnMut(Tile, &[u8]) -> Result<(), LogError<E>>,
    ) -> Result<(), LogError<E>> {
        for (level, row) in (0u8..).zip(self.rows.iter().take(levels)) {
            let tile = Tile::at(Content::Hashes(level), self.size >> (8 * u32::from(level)) >> 8, self.size);
            if let Some(tile) = tile {
                emit(tile, &tile_bytes(row))?;
            }
        }
        Ok(())
    }
}

/// Writes the tiles and bundles of the entries that follow the first `from` ones, and gives back the edge of the larger tree.
///
/// `from` is any size whose right edge is stored: the size of the last checkpoint as a rule, an earlier one to write again what was lost,
/// 0 to write everything. Bundles are written before the tiles that cover them.
///
/// # Errors
/// [`LogError`]. Some resources may have been written; the same call once more writes them again.
pub fn integrate<S: Storage>(
    storage: &mut S,
    from: u64,
    entries: impl IntoIterator<Item = impl AsRef<[u8]>>,
) -> Result<Edge, LogError<S::Error>> {
    let (edge, bundle) = load(storage, from)?;
    produce(edge, bundle, entries, |tile, bytes| storage.write(tile, bytes).map_err(LogError::Storage))
}

/// How a stored resource differs from what the entries demand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// It is not there, neither itself nor the full one of its place.
    Missing(Tile),
    /// It has other bytes.
    Differs(Tile),
}

/// Computes the tree of all entries from nothing and compares every resource of its size: those that differ, and the edge with the root to
/// be compared with the checkpoint. Memory does not grow with the number of entries, only with the number of differences.
///
/// # Errors
/// [`LogError`]: the storage cannot be asked, or an entry cannot be part of a log.
pub fn compare<T: Tiles>(
    tiles: &T,
    entries: impl IntoIterator<Item = impl AsRef<[u8]>>,
) -> Result<(Vec<Difference>, Edge), LogError<T::Error>> {
    let mut found = Vec::new();
    let edge = produce(Edge::empty(), Vec::new(), entries, |tile, bytes| {
        match read_or_full(tiles, tile) {
            Ok((as_asked, stored)) if as_asked == tile && stored == bytes => {}
            // The full one in place of a partial one: the partial one is how it begins.
            Ok((full, stored)) if full != tile && stored.starts_with(bytes) => {}
            Ok((other, _)) => found.push(Difference::Differs(other)),
            Err(TreeError::Missing(tile)) => found.push(Difference::Missing(tile)),
            Err(error) => return Err(LogError::Tree(error)),
        }
        Ok(())
    })?;
    Ok((found, edge))
}

/// The edge of a stored tree and its last bundle, which is not full. Both are checked against each other: whoever continues a bundle puts
/// his name to what is in it.
fn load<T: Tiles>(tiles: &T, size: u64) -> Result<(Edge, Vec<u8>), LogError<T::Error>> {
    let edge = Edge::load(tiles, size).map_err(LogError::Tree)?;
    let Some(tile) = Tile::at(Content::Entries, size / u64::from(WIDTH), size) else {
        return Ok((edge, Vec::new()));
    };
    let (found, bytes) = read_or_full(tiles, tile).map_err(LogError::Tree)?;
    let whole = entries_of(&bytes, found.width()).map_err(|error| LogError::Tree(TreeError::Content(found, error)))?;
    let mut bundle = Vec::new();
    let mut hashes = Vec::new();
    for entry in whole.into_iter().take(usize::from(tile.width())) {
        push_entry(&mut bundle, entry).map_err(|error| LogError::Tree(TreeError::Content(found, error)))?;
        hashes.push(leaf_hash(entry));
    }
    if edge.rows.first() == Some(&hashes) { Ok((edge, bundle)) } else { Err(LogError::Disagrees(found)) }
}

/// The one computation behind [`integrate`] and [`compare`].
fn produce<E>(
    mut edge: Edge,
    mut bundle: Vec<u8>,
    entries: impl IntoIterator<Item = impl AsRef<[u8]>>,
    mut emit: impl FnMut(Tile, &[u8]) -> Result<(), LogError<E>>,
) -> Result<Edge, LogError<E>> {
    let mut changed = 0;
    for entry in entries {
        let (entry, index) = (entry.as_ref(), edge.size);
        push_entry(&mut bundle, entry).map_err(|error| LogError::Entry { index, error })?;
        if index % u64::from(WIDTH) == u64::from(WIDTH) - 1 {
            emit_bundle(index + 1, &bundle, &mut emit)?;
            bundle.clear();
        }
        changed = changed.max(edge.push(leaf_hash(entry), &mut emit)?);
    }
    if changed > 0 && !bundle.is_empty() {
        emit_bundle(edge.size, &bundle, &mut emit)?;
    }
    edge.emit_partial(changed, emit)?;
    Ok(edge)
}

/// The bundle that ends with the last entry of a tree of this size, which is not empty.
fn emit_bundle<E>(
    size: u64,
    bundle: &[u8],
    emit: &mut impl FnMut(Tile, &[u8]) -> Result<(), LogError<E>>,
) -> Result<(), LogError<E>> {
    match Tile::at(Content::Entries, size.saturating_sub(1) / u64::from(WIDTH), size) {
        Some(tile) => emit(tile, bundle),
        None => Ok(()),
    }
}
