//! Reference cases computed by other people's packages (`stats/` of the reference folder).
//!
//! This crate has proportions so far: every Wilson case of `proportions.json` is run. Files of methods that the crate does not have
//! are named in the output, so that nobody takes them for passed.

use std::path::PathBuf;

use serde_json::Value;
use zhiheng_methods::proportion::wilson;

#[expect(clippy::disallowed_methods, reason = "a test finds its cases through the environment")]
fn folder() -> Option<PathBuf> {
    let root = std::env::var("ZHIHENG_REFERENCE")
        .map(PathBuf::from)
        .unwrap_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/reference"));
    let folder = root.join("stats");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var("CI").is_err(), "no reference cases at {}", folder.display());
    println!("no reference cases at {}", folder.display());
    None
}

/// Normal quantiles of the two-sided levels that occur.
fn quantile(level: f64) -> Option<f64> {
    [
        (0.8, 1.281_551_565_544_600_5),
        (0.9, 1.644_853_626_951_472_7),
        (0.95, 1.959_963_984_540_054),
        (0.99, 2.575_829_303_548_900_4),
    ]
    .into_iter()
    .find(|(known, _)| (known - level).abs() < 1e-12)
    .map(|(_, z)| z)
}

#[test]
fn wilson_intervals_agree_with_r() {
    let Some(folder) = folder() else { return };
    let mut run = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name != "proportions.json" {
            println!("{name}: no method of this crate yet");
            continue;
        }
        let file: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        for case in file["cases"].as_array().unwrap() {
            let input = &case["input"];
            if input["method"] != "wilson" {
                continue;
            }
            let (x, n) = (input["x"].as_u64().unwrap(), input["n"].as_u64().unwrap());
            let z = quantile(input["level"].as_f64().unwrap()).expect("a level of the table");
            let interval = wilson(x, n, z).unwrap();
            for (end, ours) in [("low", interval.low), ("high", interval.high)] {
                let theirs = case["expected"][end].as_f64().unwrap();
                let tolerance = case["tolerance"].as_f64().unwrap();
                assert!(
                    (ours - theirs).abs() <= tolerance * theirs.abs().max(1.0),
                    "{}: {ours} and {theirs}",
                    case["name"]
                );
            }
            run += 1;
        }
    }
    println!("proportions.json: {run} Wilson cases");
    assert!(run > 0, "the file has Wilson cases");
}
