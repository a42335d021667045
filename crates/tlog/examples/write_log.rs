//! Writes a log into a folder as a web server would serve it, for programs that are not ours to check (`tests/independent`):
//!
//! ```text
//! cargo run -p zhiheng-tlog --example write_log -- FOLDER SIZE…
//! ```
//!
//! The log grows from size to size; every size gets its checkpoint (`checkpoint.SIZE`, the last one also `checkpoint`) with an Ed25519 and
//! an SM2 line, through the signer's guard. `verifier.txt` and `verifier-sm2.txt` are the public keys, `receipts/INDEX.tlog-proof` receipts
//! of some entries under the last checkpoint, `requests/SIZE` what a witness that knows the size before is asked. The keys are the same
//! every time and mean nothing.

use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};

use zhiheng_tlog::gm::Sm2Signer;
use zhiheng_tlog::guard::{Last, Memory, issue};
use zhiheng_tlog::key::Ed25519Signer;
use zhiheng_tlog::log::{Storage, integrate};
use zhiheng_tlog::tree::Tiles;
use zhiheng_tlog::witness::request;
use zhiheng_tlog::{Checkpoint, Note, Policy, Receipt, Tile, Tree};

/// Name of the log and of its keys.
const ORIGIN: &str = "log.example/independent";

/// Receipts that are written, evenly over the log.
const RECEIPTS: u64 = 200;

/// A folder as a storage: a file a resource, written beside and moved to its place, so that nobody sees half of it.
struct Folder(PathBuf);

impl Folder {
    fn write_whole(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
        let beside = self.0.join("writing");
        std::fs::write(&beside, bytes)?;
        std::fs::rename(beside, path)
    }
}

impl Tiles for Folder {
    type Error = io::Error;

    fn read(&self, tile: Tile) -> io::Result<Option<Vec<u8>>> {
        match std::fs::read(self.0.join(tile.to_string())) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Storage for Folder {
    fn write(&mut self, tile: Tile, bytes: &[u8]) -> io::Result<()> {
        self.write_whole(&tile.to_string(), bytes)
    }
}

/// The guard's memory of a program that ends with its log.
struct Head(Last);

impl Memory for Head {
    type Error = std::convert::Infallible;

    fn last(&self) -> Result<Last, Self::Error> {
        Ok(self.0.clone())
    }

    fn replace(&mut self, last: &Last, new: &Checkpoint) -> Result<bool, Self::Error> {
        let still = self.0 == *last;
        self.0 = Last::Signed(new.clone());
        Ok(still)
    }
}

fn entry(index: u64) -> Vec<u8> {
    format!("entry {index} {}", "质".repeat(usize::try_from(index % 7).unwrap_or(0))).into_bytes()
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut words = std::env::args().skip(1);
    let mut folder = Folder(words.next().ok_or("write_log FOLDER SIZE…")?.into());
    let sizes = words.map(|word| word.parse()).collect::<Result<Vec<u64>, _>>()?;
    let (ed25519, sm2) = (Ed25519Signer::new(ORIGIN, &[1; 32])?, Sm2Signer::new(ORIGIN, &[2; 32])?);
    folder.write_whole("verifier.txt", format!("{}\n", ed25519.verifier().to_text()).as_bytes())?;
    folder.write_whole("verifier-sm2.txt", format!("{}\n", sm2.verifier().to_text()).as_bytes())?;
    let (mut head, mut from, mut last) = (Head(Last::Nothing), 0, None);
    for size in sizes {
        let root = integrate(&mut folder, from, (from..size).map(entry))?.root();
        let checkpoint = Checkpoint::new(ORIGIN, size, root).ok_or("no checkpoint")?;
        let proof = if from == 0 { Vec::new() } else { Tree::new(&folder, size)?.consistency(from)? };
        let note = issue(&mut head, &checkpoint, &proof, &[&ed25519, &sm2])?;
        folder.write_whole(&format!("requests/{size}"), request(from, &proof, &note)?.as_bytes())?;
        folder.write_whole(&format!("checkpoint.{size}"), note.to_string().as_bytes())?;
        folder.write_whole("checkpoint", note.to_string().as_bytes())?;
        (from, last) = (size, Some(note));
    }
    let policy = Policy { origin: ORIGIN, log: vec![ed25519.verifier(), sm2.verifier()], witnesses: vec![], quorum: 0 };
    write_receipts(&folder, from, last.ok_or("no size was given")?, &policy)?;
    println!("{from} entries in {}", folder.0.display());
    Ok(())
}

fn write_receipts(folder: &Folder, size: u64, note: Note, policy: &Policy<'_>) -> Result<(), Box<dyn Error>> {
    let tree = Tree::new(folder, size)?;
    let step = usize::try_from((size / RECEIPTS).max(1))?;
    for index in (0..size).step_by(step).chain(size.checked_sub(1)) {
        let receipt = Receipt::new(&entry(index), index, tree.inclusion(index)?, note.clone(), policy)?;
        folder.write_whole(&format!("receipts/{index}.tlog-proof"), receipt.to_string().as_bytes())?;
    }
    Ok(())
}
