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

#[test]
fn the_systems_of_the_plan_name_indicators_and_journeys_that_there_are() {
    let text = folder("base").unwrap().files.remove("systems.toml").unwrap();
    let pack = load("wushan-2024").0.unwrap();
    let journeys = packs().join("../tests/browser/journeys");
    let file: toml::Table = text.parse().unwrap();
    let declared = file["system"].as_array().unwrap();
    assert_eq!(declared.len(), pack.systems.len());
    for (declared, system) in declared.iter().zip(&pack.systems) {
        // A county may lack a row; the county whose plan the systems are of lacks none.
        let named = declared.get("indicators").and_then(toml::Value::as_array).map_or(0, Vec::len);
        assert_eq!(system.indicators.len(), named, "{} {}: an indicator that there is not", system.no, system.name);
        for journey in &system.journeys {
            assert!(journeys.join(format!("{journey}.mjs")).is_file(), "{}: the journey {journey}", system.no);
        }
    }
    let rows = &pack.systems[0].indicators;
    let annex = pack.indicators.iter().filter(|indicator| indicator.row.is_some());
    assert_eq!(*rows, annex.map(|indicator| indicator.id.clone()).collect::<Vec<_>>(), "the rows of the annex");
}
