//! A county for tests: the Wushan pack over a database of its own, a clock that stands still, and chance from a seed.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, also in its helpers")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use zhiheng_app::{App, Clock, Random, Setup};
use zhiheng_pack::{Pack, PackFiles, day, read};

/// Noon of 2026-11-23 at the place.
struct Noon;

impl Clock for Noon {
    fn now_micros(&self) -> i64 {
        (i64::from(today()) * 24 + 4) * 3_600_000_000
    }
}

/// The day on which the tests run.
pub(crate) fn today() -> i32 {
    day::number(day::parse("2026-11-23").unwrap())
}

/// A sequence from a seed (splitmix64).
struct Seeded(AtomicU64);

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let mut word = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let word = (word ^ (word >> 31)).to_le_bytes();
            chunk.iter_mut().zip(word).for_each(|(slot, byte)| *slot = byte);
        }
    }
}

fn folder(name: &str) -> Option<PackFiles> {
    fn walk(root: &Path, at: &Path, into: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, into);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                into.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs").join(name);
    root.join("pack.toml").exists().then(|| {
        let mut files = BTreeMap::new();
        walk(&root, &root, &mut files);
        PackFiles { name: name.to_owned(), files }
    })
}

/// A pack of the repository.
fn pack(name: &str) -> Pack {
    let (pack, problems) = read(&folder(name).unwrap(), &folder);
    assert!(problems.is_empty(), "{problems:?}");
    pack.unwrap()
}

/// An empty county, and the folder that goes with it.
pub(crate) struct County {
    pub(crate) app: App,
    _folder: tempfile::TempDir,
}

impl County {
    pub(crate) fn empty() -> County {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("zhiheng.db").display());
        let setup =
            Setup { clock: Arc::new(Noon), random: Arc::new(Seeded(AtomicU64::new(1))), read_only: false, files: None };
        County { app: App::open(&url, pack("wushan-2024"), &setup).unwrap(), _folder: folder }
    }
}
