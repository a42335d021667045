//! A storage in memory that counts what is read and fails where it is told to.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

use zhiheng_tlog::log::{Storage, integrate};
use zhiheng_tlog::tile::Tile;
use zhiheng_tlog::tree::Tiles;

/// How the storage fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing happened.
    Failed,
    /// It happened, and the answer was lost.
    FailedButPersisted,
}

/// The storage failed as it was told to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broken on purpose")
    }
}

impl std::error::Error for Broken {}

#[derive(Clone, Debug, Default)]
pub(crate) struct Memory {
    pub(crate) resources: BTreeMap<Tile, Vec<u8>>,
    /// Calls so far.
    pub(crate) calls: Cell<usize>,
    /// The call that fails, from 0, and how.
    pub(crate) fault: Option<(usize, Fault)>,
}

impl Memory {
    /// A log of these entries, written at once.
    pub(crate) fn of(entries: &[Vec<u8>]) -> Memory {
        let mut memory = Memory::default();
        integrate(&mut memory, 0, entries).unwrap();
        memory.calls.set(0);
        memory
    }

    fn call(&self) -> Option<Fault> {
        let number = self.calls.replace(self.calls.get() + 1);
        self.fault.filter(|(at, _)| *at == number).map(|(_, fault)| fault)
    }
}

impl Tiles for Memory {
    type Error = Broken;

    fn read(&self, tile: Tile) -> Result<Option<Vec<u8>>, Broken> {
        match self.call() {
            Some(_) => Err(Broken),
            None => Ok(self.resources.get(&tile).cloned()),
        }
    }
}

impl Storage for Memory {
    fn write(&mut self, tile: Tile, bytes: &[u8]) -> Result<(), Broken> {
        let fault = self.call();
        if fault != Some(Fault::Failed) {
            self.resources.insert(tile, bytes.to_vec());
        }
        if fault.is_some() { Err(Broken) } else { Ok(()) }
    }
}

/// Entries that differ in content and length.
pub(crate) fn entries(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|number| format!("entry {number} {}", "·".repeat(number % 5)).into_bytes()).collect()
}
