//! The long tiers: run by hand, for hours, with the figures and seeds noted in the change that they belong to. Only what exists is
//! listed.

use std::process::Command;

use crate::postgres::{Postgres, programs};
use crate::root::{files, root};
use crate::run::run;
use crate::{Outcome, api};

const LIST: &str = "\
fuzz    every property of every crate that has one, with --cases cases each (100,000 unless told); a property that sets its own
        number of cases keeps it
api     schemathesis with every check over every operation of the demonstration county; --kinds a,b only some kinds, --shapes one
        operation of every shape (what cargo xtask test --only api does), --examples N a fuzzed operation (6), --workers N (2),
        --seed N brings a run back
tamper  10,000 random changes with a database administrator's rights (--alterations N), on both databases: each found, its record named
kill    300 times the server is killed in the midst of requests (--cycles N): what was acknowledged is there once, the audit is clean";

pub(crate) fn campaign(words: &[&str]) -> Outcome {
    match words {
        [] => {
            println!("{LIST}");
            Ok(())
        }
        ["fuzz"] => fuzz(100_000),
        ["fuzz", "--cases", cases] => fuzz(cases.parse().map_err(|_| format!("{cases} is no number of cases"))?),
        ["tamper"] => tamper("10000"),
        ["tamper", "--alterations", count] => tamper(count),
        ["kill"] => kill("300"),
        ["kill", "--cycles", count] => kill(count),
        ["api", more @ ..] => api::run(more).map(drop),
        other => Err(format!("no such campaign: {}; there are\n{LIST}", other.join(" "))),
    }
}

/// The test of every run, longer.
fn tamper(count: &str) -> Outcome {
    let postgres = if programs().is_some() { Some(Postgres::start()?) } else { None };
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root()).args(["test", "--release", "--package", "zhiheng-app", "--test", "it"]);
    cargo.args(["every_alteration_of_an_administrator", "--", "--nocapture"]).env("ZHIHENG_ALTERATIONS", count);
    if let Some(postgres) = &postgres {
        cargo.env("ZHIHENG_TEST_POSTGRES", &postgres.url);
    }
    run(&mut cargo)
}

/// The test of every run, longer.
fn kill(count: &str) -> Outcome {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root()).args(["test", "--release", "--package", "zhiheng", "--test", "log"]);
    cargo.args(["whatever_was_acknowledged", "--", "--nocapture"]).env("ZHIHENG_KILLS", count);
    run(&mut cargo)
}

/// Raises the number of cases of proptest, crate by crate, in release builds. A failure prints its smallest case and its seed.
fn fuzz(cases: u64) -> Outcome {
    let mut crates: Vec<String> = files()?
        .iter()
        .filter(|file| file.extension() == "rs" && file.text.contains("proptest!"))
        .filter_map(|file| Some(file.path.strip_prefix("crates/")?.split_once('/')?.0.to_owned()))
        .collect();
    crates.sort_unstable();
    crates.dedup();
    let postgres = if programs().is_some() { Some(Postgres::start()?) } else { None };
    for name in crates {
        println!("── fuzz {name}: {cases} cases a property");
        let mut cargo = Command::new("cargo");
        cargo.current_dir(root()).args(["test", "--release", "--package"]).arg(package_of(&name));
        cargo.env("PROPTEST_CASES", cases.to_string());
        if let Some(postgres) = &postgres {
            cargo.env("ZHIHENG_TEST_POSTGRES", &postgres.url);
        }
        run(&mut cargo)?;
    }
    Ok(())
}

/// The folder `pack` holds the package `zhiheng-pack`; the program is called as its folder.
fn package_of(folder: &str) -> String {
    if folder == "zhiheng" { folder.to_owned() } else { format!("zhiheng-{folder}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_packages_correspond() {
        assert_eq!(package_of("pack"), "zhiheng-pack");
        assert_eq!(package_of("zhiheng"), "zhiheng");
    }
}
