//! Tiles and bundles over the store: hashes from the table of tiles, entries from the leaves themselves.

use std::cell::RefCell;
use std::collections::BTreeMap;

use zhiheng_store::{LeafRow, Reader, StoreError};
use zhiheng_tlog::log::Storage;
use zhiheng_tlog::tile::{Content, push_entry};
use zhiheng_tlog::tree::Tiles;
use zhiheng_tlog::{Hash, Tile};

/// The resources of one place's log in one snapshot, and those that are being made over it.
pub(super) struct Stored<'a, 'r> {
    reader: RefCell<&'a mut Reader<'r>>,
    place: &'a str,
    made: BTreeMap<(u8, u64), Vec<u8>>,
}

impl<'a, 'r> Stored<'a, 'r> {
    pub(super) fn new(reader: &'a mut Reader<'r>, place: &'a str) -> Stored<'a, 'r> {
        Stored { reader: RefCell::new(reader), place, made: BTreeMap::new() }
    }

    /// Tiles of hashes that were made and are not stored yet: level, number, hashes.
    pub(super) fn into_made(self) -> BTreeMap<(u8, u64), Vec<u8>> {
        self.made
    }

    fn hashes(&self, level: u8, number: u64) -> Result<Option<Vec<u8>>, StoreError> {
        match self.made.get(&(level, number)) {
            Some(made) => Ok(Some(made.clone())),
            None => self.reader.borrow_mut().log_tile(self.place, level, signed(number)),
        }
    }

    /// Entries from a number on, exactly so many.
    pub(super) fn entries(&self, from: u64, count: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        let leaves = self.leaves(from, usize::try_from(count).unwrap_or(usize::MAX))?;
        let gap = || StoreError::Corrupt { what: format!("日志从第 {from} 号起有缺口") };
        Ok(leaves.ok_or_else(gap)?.into_iter().map(|leaf| leaf.entry).collect())
    }

    /// Leaves from a number on; none if there is a gap among them, or fewer.
    fn leaves(&self, from: u64, count: usize) -> Result<Option<Vec<LeafRow>>, StoreError> {
        let leaves = self.reader.borrow_mut().leaves(self.place, signed(from), count)?;
        let whole = leaves.len() == count && (signed(from)..).zip(&leaves).all(|(seq, leaf)| leaf.seq == seq);
        Ok(whole.then_some(leaves))
    }

    fn bundle(&self, number: u64, width: u16) -> Result<Option<Vec<u8>>, StoreError> {
        let Some(leaves) = self.leaves(number.saturating_mul(256), width.into())? else { return Ok(None) };
        let mut bytes = Vec::new();
        let fit = leaves.iter().all(|leaf| push_entry(&mut bytes, &leaf.entry).is_ok());
        Ok(fit.then_some(bytes))
    }
}

impl Tiles for Stored<'_, '_> {
    type Error = StoreError;

    /// Only the widest tile of a place is kept. A narrower one is how it begins, because a tile only grows.
    fn read(&self, tile: Tile) -> Result<Option<Vec<u8>>, StoreError> {
        match tile.content() {
            Content::Entries => self.bundle(tile.index(), tile.width()),
            Content::Hashes(level) => {
                let wanted = usize::from(tile.width()) * Hash::BYTES;
                let kept = self.hashes(level, tile.index())?;
                Ok(kept.and_then(|mut bytes| {
                    let enough = bytes.len() >= wanted;
                    bytes.truncate(wanted);
                    enough.then_some(bytes)
                }))
            }
        }
    }
}

impl Storage for Stored<'_, '_> {
    /// Keeps hashes for the transaction of the head. Bundles are not kept: the leaves are there.
    fn write(&mut self, tile: Tile, bytes: &[u8]) -> Result<(), StoreError> {
        if let Content::Hashes(level) = tile.content() {
            self.made.insert((level, tile.index()), bytes.to_vec());
        }
        Ok(())
    }
}

/// As the database counts.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// As the log counts.
pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}
