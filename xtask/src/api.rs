//! The API from outside: schemathesis, from an environment of its own under the target folder, against the program as it is built for use
//! and the demonstration county, which has records of every kind in every state.

use std::path::Path;
use std::process::Command;

use crate::Outcome;
use crate::root::root;
use crate::run::{Count, run as call, run_counting};
use crate::stages::{Site, target_folder};

/// One operation of every shape – list, create, correct, step, attach, with and without a procedure –, always the same ones tried in the
/// same way, so that what fails is the change.
pub(crate) const EVERY_SHAPE: &[&str] = &["--shapes", "--seed", "1"];

/// Builds the program, serves the demonstration county, and tries its API.
pub(crate) fn run(more: &[&str]) -> Outcome<Count> {
    let target = target_folder()?;
    let (tools, rig) = (target.join("schemathesis"), root().join("tests").join("api"));
    install(&tools, &rig.join("requirements.txt"))?;
    call(Command::new("cargo").current_dir(root()).args(["build", "--release", "--package", "zhiheng"]))?;
    let program = target.join("release").join("zhiheng").to_string_lossy().into_owned();
    let site = Site::start("serve --demo", &program, &["--demo", "--no-guests"])?;
    let start = site.server.said("/start/").ok_or("the server printed no one-time link")?;
    let mut python = Command::new(tools.join("bin").join("python"));
    python.arg(rig.join("run.py")).args(["--base", &site.address, "--start", &start]);
    python.arg("--out").arg(target.join("api")).args(more);
    run_counting(&mut python).map_err(|why| format!("{why}\nthe end of the server's log:\n{}", site.server.log_end()))
}

/// The tools at the versions that are wanted; asked of nobody when they are there.
fn install(tools: &Path, wanted: &Path) -> Outcome {
    let read = |path: &Path| std::fs::read_to_string(path);
    let mark = tools.join("installed");
    let list = read(wanted).map_err(|error| format!("{}: {error}", wanted.display()))?;
    if read(&mark).is_ok_and(|known| known == list) {
        return Ok(());
    }
    call(Command::new("python3").args(["-m", "venv"]).arg(tools))?;
    call(Command::new(tools.join("bin").join("pip")).args(["install", "--quiet", "--requirement"]).arg(wanted))?;
    std::fs::write(&mark, list).map_err(|error| format!("{}: {error}", mark.display()))
}
