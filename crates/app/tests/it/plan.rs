//! The packs of this repository answer their documents: every target that the reader finds in the text is bound to an indicator, and
//! every row of the table is the row of the pack.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use zhiheng_app::{App, Clock, Random, Setup, When};
use zhiheng_pack::light::Light;
use zhiheng_pack::{Pack, PackFiles, read};

use crate::county::{TestClock, noon, number};

struct Zeros;

impl Random for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

pub(crate) fn folder(name: &str) -> Option<PackFiles> {
    fn walk(root: &Path, at: &Path, into: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(at).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, into);
            } else {
                into.insert(
                    path.strip_prefix(root).unwrap().to_string_lossy().into_owned(),
                    std::fs::read_to_string(&path).unwrap(),
                );
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs").join(name);
    let mut files = BTreeMap::new();
    walk(&root, &root, &mut files);
    Some(PackFiles { name: name.to_owned(), files })
}

fn county_of(name: &str) -> (Pack, tempfile::TempDir, App) {
    let (pack, problems) = read(&folder(name).unwrap(), &folder);
    assert!(problems.is_empty(), "{problems:?}");
    let pack = pack.unwrap();
    let place = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(TestClock(AtomicI64::new(noon("2026-11-23"))));
    let setup = Setup { clock, random: Arc::new(Zeros), read_only: false, files: None };
    let app = App::open(&format!("sqlite:{}", place.path().join("plan.db").display()), pack.clone(), &setup).unwrap();
    (pack, place, app)
}

#[test]
fn every_target_of_the_text_is_answered_by_an_indicator() {
    for name in ["wushan-2024", "demo-county"] {
        let (pack, _place, app) = county_of(name);
        let plan = app.plan().unwrap();
        assert!(plan.document.targets.len() >= 25, "{name}");
        for (target, answer) in plan.document.targets.iter().zip(&plan.answered) {
            assert!(answer.is_some(), "{name}: nothing answers 「{}」", target.quote);
        }
        for row in &plan.document.indicators {
            let ours =
                pack.indicators.iter().find(|one| one.row.map(u32::from) == Some(row.no)).expect("a row of the pack");
            assert_eq!(ours.name, row.name, "{name} row {}", row.no);
            let target = ours.target.as_ref().unwrap();
            assert_eq!(Some(target.value.to_string()), row.target.value, "{name} row {}", row.no);
            let baseline = ours.baseline.as_ref().unwrap().value.map(|value| value.to_string());
            assert_eq!(baseline, row.baseline.value, "{name} row {}", row.no);
        }
    }
}

#[test]
fn an_empty_county_shows_every_row_without_data_and_says_why() {
    let (pack, _place, app) = county_of("wushan-2024");
    let board = app.board(When { as_of: number("2026-11-23"), known_on: None }).unwrap();
    assert_eq!(board.rows.iter().filter(|row| pack.indicators[row.indicator].row.is_some()).count(), 30);
    for row in &board.rows {
        assert!(
            matches!(row.verdict.light, Light::NoData | Light::RulingPending),
            "{}",
            pack.indicators[row.indicator].id
        );
        assert!(row.reason.as_ref().is_some_and(|reason| !reason.is_empty()));
        // 2027-12-31 − 2022-12-31 is 1,826 days, of which 1,423 have passed. What the plan does not set has no such time.
        let elapsed = row.elapsed.map(|elapsed| zhiheng_app::round(elapsed, 2).to_string());
        assert_eq!(elapsed.as_deref(), pack.indicators[row.indicator].is_of_plan().then_some("0.78"));
    }
}
