//! How long a log takes, ours beside `tlog_tiles` in the same run, alternating; medians and p99. Everything is in memory on both sides:
//!
//! ```text
//! cargo run --release -p zhiheng-tlog --example log_time -- [LEAVES] [ROUNDS]
//! ```
//!
//! *append*: leaves in batches of 1,000, with the root after each batch. Ours writes tiles; the peer the hashes of all nodes in one row.
//! *inclusion*, *consistency*: a proof made from tiles and checked against the root, at random places of the whole log.
//! A ratio above 1 means that ours is better.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::error::Error;
use std::time::{Duration, Instant};

use tlog_tiles::{Error as PeerError, TileHashReader, TileReader, tlog as peer};
use zhiheng_tlog::log::{Edge, LogError};
use zhiheng_tlog::proof::{verify_consistency, verify_inclusion};
use zhiheng_tlog::tile::Content;
use zhiheng_tlog::tree::Tiles;
use zhiheng_tlog::{Hash, Tile, Tree, leaf_hash};

const BATCH: usize = 1000;

/// Proofs that one round makes.
const PROOFS: usize = 2000;

type Answer<T> = Result<T, Box<dyn Error>>;

#[derive(Default)]
struct Memory(BTreeMap<Tile, Vec<u8>>);

impl Tiles for Memory {
    type Error = Infallible;

    fn read(&self, tile: Tile) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.0.get(&tile).cloned())
    }
}

impl TileReader for Memory {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, PeerError> {
        let read = |tile: &tlog_tiles::Tile| {
            let width = u16::try_from(tile.width()).ok()?;
            self.0.get(&Tile::new(Content::Hashes(tile.level()), tile.level_index(), width)?).cloned()
        };
        tiles.iter().map(|tile| read(tile).ok_or(PeerError::BadMath)).collect()
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

/// The peer's own store: the hashes of all nodes in the order in which they come to be.
#[derive(Default)]
struct Row(Vec<peer::Hash>);

impl peer::HashReader for Row {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<peer::Hash>, PeerError> {
        let read = |index: &u64| self.0.get(usize::try_from(*index).ok()?).copied();
        indexes.iter().map(|index| read(index).ok_or(PeerError::IndexesNotInTree)).collect()
    }
}

fn append_ours(leaves: &[Hash]) -> Answer<(Memory, Hash)> {
    let (mut memory, mut edge) = (Memory::default(), Edge::empty());
    let mut root = Hash::EMPTY_ROOT;
    for batch in leaves.chunks(BATCH) {
        let emit = |tile, bytes: &[u8]| -> Result<(), LogError<Infallible>> {
            memory.0.insert(tile, bytes.to_vec());
            Ok(())
        };
        edge = edge.append(batch.iter().copied(), emit)?;
        root = edge.root();
    }
    Ok((memory, root))
}

fn append_peer(leaves: &[Hash]) -> Answer<peer::Hash> {
    let (mut row, mut size) = (Row::default(), 0);
    let mut root = peer::EMPTY_HASH;
    for batch in leaves.chunks(BATCH) {
        for leaf in batch {
            let new = peer::stored_hashes_for_record_hash(size, peer::Hash(*leaf.as_bytes()), &row);
            row.0.extend(new.map_err(|error| format!("{error:?}"))?);
            size += 1;
        }
        root = peer::tree_hash(size, &row).map_err(|error| format!("{error:?}"))?;
    }
    Ok(root)
}

/// Median and p99.
fn of(mut times: Vec<Duration>) -> Answer<(Duration, Duration)> {
    times.sort_unstable();
    let at = |part: usize| times.get((times.len() * part / 100).min(times.len().saturating_sub(1))).copied();
    Ok((at(50).ok_or("nothing was measured")?, at(99).ok_or("nothing was measured")?))
}

fn say(name: &str, ours: Vec<Duration>, theirs: Vec<Duration>) -> Answer<()> {
    let (ours, theirs) = (of(ours)?, of(theirs)?);
    let ratio = theirs.0.as_secs_f64() / ours.0.as_secs_f64();
    println!(
        "{name}: ours p50 {:?} p99 {:?}, tlog_tiles p50 {:?} p99 {:?}, ratio {ratio:.2}",
        ours.0, ours.1, theirs.0, theirs.1
    );
    Ok(())
}

fn timed<T>(times: &mut Vec<Duration>, work: impl FnOnce() -> Answer<T>) -> Answer<T> {
    let began = Instant::now();
    let done = work()?;
    times.push(began.elapsed());
    Ok(done)
}

fn main() -> Answer<()> {
    let mut words = std::env::args().skip(1);
    let size: u64 = words.next().unwrap_or_else(|| "1000000".to_owned()).parse()?;
    let rounds: usize = words.next().unwrap_or_else(|| "5".to_owned()).parse()?;
    let leaves: Vec<Hash> = (0..size).map(|index| leaf_hash(&index.to_be_bytes())).collect();
    let (mut ours, mut theirs, mut last) = (Vec::new(), Vec::new(), None);
    for _ in 0..rounds {
        let (memory, root) = timed(&mut ours, || append_ours(&leaves))?;
        let peer_root = timed(&mut theirs, || append_peer(&leaves))?;
        if peer_root.0 != *root.as_bytes() {
            return Err("the roots differ".into());
        }
        last = Some((memory, root));
    }
    let (memory, root) = last.ok_or("no round")?;
    say(&format!("append {size} leaves, a root every {BATCH}"), ours, theirs)?;
    proofs(&leaves, &memory, root, rounds)
}

fn proofs(leaves: &[Hash], memory: &Memory, root: Hash, rounds: usize) -> Answer<()> {
    let size = leaves.len() as u64;
    let failed = |error: PeerError| format!("{error:?}");
    let peer_root = peer::Hash(*root.as_bytes());
    let (mut ours, mut theirs) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    let (mut place, mut hashes) = (1u64, 0);
    for _ in 0..rounds * PROOFS {
        // Places all over the log, the same in every run.
        place = place.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let index = (place >> 20) % size;
        let leaf = *leaves.get(usize::try_from(index)?).ok_or("no leaf")?;
        let tree = Tree::new(memory, size)?;
        let proof = timed(&mut ours[0], || {
            let proof = tree.inclusion(index)?;
            verify_inclusion(&leaf, index, size, &proof, &root)?;
            Ok(proof)
        })?;
        hashes = hashes.max(proof.len());
        timed(&mut theirs[0], || {
            let reader = TileHashReader::new(size, peer_root, memory);
            let proof = peer::prove_record(size, index, &reader).map_err(failed)?;
            let leaf = peer::Hash(*leaf.as_bytes());
            Ok(peer::check_record(&proof, size, peer_root, index, leaf).map_err(failed)?)
        })?;
        // A size that was signed: the end of a batch, whose tiles are there.
        let old = (index / BATCH as u64 + 1) * BATCH as u64;
        let old_root = Tree::new(memory, old)?.root()?;
        timed(&mut ours[1], || {
            let proof = tree.consistency(old)?;
            Ok(verify_consistency(old, &old_root, size, &root, &proof)?)
        })?;
        timed(&mut theirs[1], || {
            let reader = TileHashReader::new(size, peer_root, memory);
            let proof = peer::prove_tree(size, old, &reader).map_err(failed)?;
            let old_root = peer::Hash(*old_root.as_bytes());
            Ok(peer::check_tree(&proof, size, peer_root, old, old_root).map_err(failed)?)
        })?;
    }
    let ([inclusion, consistency], [peer_inclusion, peer_consistency]) = (ours, theirs);
    say(&format!("inclusion among {size}, up to {hashes} hashes"), inclusion, peer_inclusion)?;
    say(&format!("consistency to {size}"), consistency, peer_consistency)
}
