//! The packs of this repository are sound, and compile within their time.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use zhiheng_pack::{Pack, PackFiles, Problem, read};

fn packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs")
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
    let root = packs().join(name);
    if !root.join("pack.toml").exists() {
        return None;
    }
    let mut files = BTreeMap::new();
    walk(&root, &root, &mut files);
    Some(PackFiles { name: name.to_owned(), files })
}

fn load(name: &str) -> (Option<Pack>, Vec<Problem>) {
    read(&folder(name).unwrap(), &folder)
}

#[test]
fn every_county_pack_of_the_repository_is_sound() {
    for name in ["wushan-2024", "demo-county"] {
        let (pack, problems) = load(name);
        for problem in &problems {
            println!("{}:{}:{} {} {}", problem.file, problem.line, problem.column, problem.code, problem.message);
        }
        assert!(problems.is_empty(), "{name} has {} problems", problems.len());
        let pack = pack.unwrap();
        let rows: Vec<u16> = pack.indicators.iter().filter_map(|indicator| indicator.row).collect();
        assert_eq!(rows, (1..=30).collect::<Vec<_>>(), "{name}: the thirty rows of the annex, in order");
    }
}
