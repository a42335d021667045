//! `cargo xtask test`: the whole truth about a change, stage by stage, from the cheapest to the dearest. It stops at the first
//! stage that fails and says what to do.

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::guard::{Server, fresh_folder, spare_port};
use crate::postgres::Postgres;
use crate::root::root;
use crate::run::{Count, run, run_counting};
use crate::{Outcome, api, prerequisites, tidy};

/// A stage, in the order in which they run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// `cargo fmt --check`.
    Format,
    /// The rules of the repository.
    Tidy,
    /// `cargo clippy` without a warning.
    Lint,
    /// `cargo test`, on both databases.
    Test,
    /// `cargo doc` without a warning.
    Documents,
    /// A log of ours, checked by a program that has no line of ours in it.
    Independent,
    /// The API of the program as it is shipped, one operation of every shape.
    Api,
    /// The program as it is shipped, in a browser; and its deadlines against published calendars.
    Browser,
}

impl Stage {
    const ALL: [Stage; 8] = [
        Stage::Format,
        Stage::Tidy,
        Stage::Lint,
        Stage::Test,
        Stage::Documents,
        Stage::Independent,
        Stage::Api,
        Stage::Browser,
    ];

    fn name(self) -> &'static str {
        match self {
            Stage::Format => "format",
            Stage::Tidy => "tidy",
            Stage::Lint => "lint",
            Stage::Test => "test",
            Stage::Documents => "documents",
            Stage::Independent => "independent",
            Stage::Api => "api",
            Stage::Browser => "browser",
        }
    }

    /// What to do when it fails.
    fn advice(self) -> &'static str {
        match self {
            Stage::Format => "run cargo fmt --all",
            Stage::Tidy => {
                "each line above names a file and what to change; docs/errors.md comes from cargo xtask generate"
            }
            Stage::Lint => "change what clippy names; an exception is #[expect(…, reason = …)]",
            Stage::Test => "one test alone: cargo test -p CRATE NAME",
            Stage::Documents => "change the doc comments that rustdoc names",
            Stage::Independent => "tests/independent/verify.go says how to run it over a folder by hand",
            Stage::Api => {
                "each failure above closes with the request that shows it; all operations: cargo xtask campaign api"
            }
            Stage::Browser => "pictures of what was seen are in target/browser",
        }
    }
}

/// The names of all stages.
pub(crate) fn names() -> String {
    Stage::ALL.map(Stage::name).join(", ")
}

/// What is to be run.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    stages: Vec<Stage>,
    databases: Databases,
}

/// On which databases the tests run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Databases {
    Both,
    SqliteOnly,
}

impl Selection {
    /// Reads the words after `test`.
    pub(crate) fn of(words: &[&str]) -> Outcome<Selection> {
        match words {
            [] => Ok(Selection { stages: Stage::ALL.to_vec(), databases: Databases::Both }),
            ["--fast"] => Ok(Selection {
                stages: vec![Stage::Format, Stage::Tidy, Stage::Lint, Stage::Test],
                databases: Databases::SqliteOnly,
            }),
            ["--only", name] => match Stage::ALL.into_iter().find(|stage| stage.name() == *name) {
                Some(stage) => Ok(Selection { stages: vec![stage], databases: Databases::Both }),
                None => Err(format!("no stage is called {name}; there are {}", names())),
            },
            other => Err(format!("test takes --fast or --only STAGE, not {}", other.join(" "))),
        }
    }
}

/// Runs the stages, prints a line for each with its duration, and closes with the number of tests.
pub(crate) fn test(selection: &Selection) -> Outcome {
    let started = Instant::now();
    let total = selection.stages.len();
    println!("── prerequisites");
    let needed: Vec<Stage> = match selection.databases {
        Databases::Both => selection.stages.clone(),
        // PostgreSQL is what the stage of tests needs beside a compiler, and the linter needs the compiler too.
        Databases::SqliteOnly => selection.stages.iter().copied().filter(|stage| *stage != Stage::Test).collect(),
    };
    prerequisites::prepare(&needed)?;
    let mut count = Count::default();
    let mut times = Vec::new();
    for (at, stage) in selection.stages.iter().enumerate() {
        println!("── {}/{total} {}", at + 1, stage.name());
        let began = Instant::now();
        let ran = run_stage(*stage, selection.databases)
            .map_err(|why| format!("{} failed: {why}\n       {}", stage.name(), stage.advice()))?;
        count.add(ran);
        times.push(format!("{} {}", stage.name(), seconds(began.elapsed())));
        println!("   {} done in {}", stage.name(), seconds(began.elapsed()));
    }
    println!("── all done in {} ({})", seconds(started.elapsed()), times.join(", "));
    let counts = |stage: &Stage| matches!(stage, Stage::Test | Stage::Independent | Stage::Api | Stage::Browser);
    if selection.stages.iter().any(counts) {
        println!("{} passed, {} failed, {} skipped", count.passed, count.failed, count.skipped);
    }
    Ok(())
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn run_stage(stage: Stage, databases: Databases) -> Outcome<Count> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root());
    let nothing = |()| Count::default();
    match stage {
        Stage::Format => run(cargo.args(["fmt", "--all", "--", "--check"])).map(nothing),
        Stage::Tidy => tidy::tidy().map(nothing),
        Stage::Lint => run(cargo.args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])).map(nothing),
        Stage::Test => {
            cargo.args(["test", "--workspace"]).env_remove("ZHIHENG_TEST_POSTGRES");
            let postgres = match databases {
                Databases::Both => Some(Postgres::start()?),
                Databases::SqliteOnly => None,
            };
            if let Some(postgres) = &postgres {
                println!("   PostgreSQL at {}", postgres.url);
                cargo.env("ZHIHENG_TEST_POSTGRES", &postgres.url);
            }
            run_counting(&mut cargo)
        }
        Stage::Documents => {
            run(cargo.args(["doc", "--no-deps", "--workspace"]).env("RUSTDOCFLAGS", "-D warnings")).map(nothing)
        }
        Stage::Independent => independent(cargo),
        Stage::Api => api::run(api::EVERY_SHAPE),
        Stage::Browser => browser(cargo),
    }
}

/// Sizes at which a log is signed and checked: around every border of a tile of two levels.
const SIZES: [&str; 13] = ["0", "1", "2", "3", "255", "256", "257", "1000", "5000", "65535", "65536", "65537", "70000"];

/// Has golang.org/x/mod alone verify a log that is written into a folder, and the log of the demonstration county as the program serves it.
fn independent(mut cargo: Command) -> Outcome<Count> {
    let folder = fresh_folder("log", None)?;
    cargo.args(["run", "--quiet", "--package", "zhiheng-tlog", "--example", "write_log", "--"]).arg(&folder);
    run(cargo.args(SIZES))?;
    let mut go = Command::new("go");
    go.current_dir(root().join("tests").join("independent")).env("GO111MODULE", "off");
    go.env("GOPATH", prerequisites::GO_SOURCES).args(["run", "verify.go"]).arg(&folder);
    let mut count = run_counting(&mut go)?;
    std::fs::remove_dir_all(&folder).map_err(|error| format!("{} stays: {error}", folder.display()))?;
    run(Command::new("cargo").current_dir(root()).args(["build", "--release", "--package", "zhiheng"]))?;
    let program = target_folder()?.join("release").join("zhiheng").to_string_lossy().into_owned();
    let site = Site::start("serve --demo", &program, &["--demo", "--no-guests"])?;
    let mut go = Command::new("go");
    go.current_dir(root().join("tests").join("independent")).env("GO111MODULE", "off");
    go.env("GOPATH", prerequisites::GO_SOURCES).args(["run", "served.go", &site.address]);
    count.add(
        run_counting(&mut go)
            .map_err(|why| format!("{why}\nthe end of the server's log:\n{}", site.server.log_end()))?,
    );
    Ok(count)
}

/// Builds the program as it is shipped, compares its deadlines with published calendars, serves the real and the demonstration county,
/// and reads their pages in a browser.
fn browser(mut cargo: Command) -> Outcome<Count> {
    run(cargo.args(["build", "--release", "--package", "zhiheng"]))?;
    let target = target_folder()?;
    let program = target.join("release").join("zhiheng").to_string_lossy().into_owned();
    let rig = root().join("tests").join("browser");
    run(Command::new("npm").current_dir(&rig).args([
        "ci",
        "--no-audit",
        "--no-fund",
        "--ignore-scripts",
        "--loglevel=error",
    ]))?;
    let mut calendars = Command::new("node");
    let mut count = run_counting(calendars.current_dir(&rig).args(["calendars.mjs", "--program", &program]))?;
    let real = Site::start("serve", &program, &[])?;
    let demo = Site::start("serve --demo", &program, &["--demo", "--no-guests"])?;
    let chromium = prerequisites::chromium().ok_or("no Chromium found")?;
    let pictures = target.join("browser");
    let mut node = Command::new("node");
    node.current_dir(&rig).arg("run.mjs").arg("--chromium").arg(chromium).arg("--pictures").arg(pictures);
    node.args(["--real", &real.address, "--demo", &demo.address]);
    for (name, site) in [("--start", &real), ("--demo-start", &demo)] {
        let start = site.server.said("/start/").ok_or("the server printed no one-time link")?;
        node.args([name, &start]);
    }
    count.add(run_counting(&mut node).map_err(|why| {
        format!("{why}\nthe end of the server's log:\n{}\n{}", real.server.log_end(), demo.server.log_end())
    })?);
    Ok(count)
}

/// The program, serving on a spare port from a folder of its own.
pub(crate) struct Site {
    pub(crate) address: String,
    pub(crate) server: Server,
}

impl Site {
    pub(crate) fn start(name: &'static str, program: &str, more: &[&str]) -> Outcome<Site> {
        let port = spare_port()?;
        let listen = format!("127.0.0.1:{port}");
        let mut command = vec![program, "serve", "--listen", &listen];
        command.extend(more);
        let server = Server::start(name, &fresh_folder("site", None)?, "TERM", None, &command)?;
        // The demonstration county fills its database before it answers.
        server.wait_for_port(port, Duration::from_secs(120))?;
        Ok(Site { address: format!("http://{listen}"), server })
    }
}

pub(crate) fn target_folder() -> Outcome<PathBuf> {
    let metadata = tidy::metadata(&["--no-deps"])?;
    let folder = metadata.get("target_directory").and_then(serde_json::Value::as_str);
    folder.map(PathBuf::from).ok_or_else(|| "cargo metadata names no target folder".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_words_every_stage_runs_on_both_databases() {
        let all = Selection::of(&[]).unwrap();
        assert_eq!((all.stages.len(), all.databases), (Stage::ALL.len(), Databases::Both));
    }

    #[test]
    fn fast_leaves_out_what_needs_more_than_a_toolchain() {
        let fast = Selection::of(&["--fast"]).unwrap();
        assert!(!fast.stages.contains(&Stage::Browser) && !fast.stages.contains(&Stage::Independent));
        assert_eq!(fast.databases, Databases::SqliteOnly);
    }

    #[test]
    fn every_stage_can_be_run_alone_and_other_words_are_refused() {
        for stage in Stage::ALL {
            assert_eq!(Selection::of(&["--only", stage.name()]).unwrap().stages, [stage]);
        }
        assert!(Selection::of(&["--only", "everything"]).unwrap_err().contains("format, tidy"));
        assert!(Selection::of(&["--quick"]).is_err());
    }
}
