//! `cargo xtask tidy`: the repository tests itself. Each rule is one function from the files to findings; all rules run, and all
//! findings are printed at once.

mod dependencies;
mod direction;
mod documents;
mod licence;
mod source;
mod words;

use std::fmt;
use std::process::Command;

use serde_json::Value;

use crate::Outcome;
use crate::root::{files, paths, root};
use crate::run::output_of;

/// Something that is to be changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// File, from the root.
    pub(crate) path: String,
    /// 1-based line; 0 for the file as a whole.
    pub(crate) line: usize,
    /// What is wrong and what to do.
    pub(crate) what: String,
}

impl Finding {
    pub(crate) fn new(path: &str, line: usize, what: impl Into<String>) -> Finding {
        Finding { path: path.to_owned(), line, what: what.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.what),
            line => write!(f, "{}:{line}: {}", self.path, self.what),
        }
    }
}

/// Runs every rule.
pub(crate) fn tidy() -> Outcome {
    let files = files()?;
    let paths = paths()?;
    let metadata = metadata(&[])?;
    let mut found = Vec::new();
    found.extend(direction::direction(&files));
    found.extend(source::source(&files));
    found.extend(words::words(&files));
    found.extend(documents::errors(&files));
    found.extend(documents::links(&files, &paths));
    found.extend(documents::glossary(&files));
    found.extend(documents::golden(&files, &paths));
    found.extend(documents::lock_of_packages(&files));
    found.extend(dependencies::dependencies(&files, &metadata));
    for note in dependencies::versions(&metadata) {
        println!("   note: {note}");
    }
    let unused = dependencies::unused(&files);
    if !unused.is_empty() {
        println!("   note: the root manifest offers what no crate takes: {}", unused.join(", "));
    }
    found.sort();
    found.dedup();
    for finding in &found {
        println!("{finding}");
    }
    match found.len() {
        0 => Ok(()),
        1 => Err("one place is not tidy".to_owned()),
        many => Err(format!("{many} places are not tidy")),
    }
}

/// What cargo knows of the workspace, from the lock file as it is.
pub(crate) fn metadata(more: &[&str]) -> Outcome<Value> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()).args(["metadata", "--format-version", "1", "--locked"]).args(more);
    let text = output_of(&mut cargo)
        .map_err(|why| format!("{why}; if Cargo.lock is out of date, run cargo metadata once and commit it"))?;
    serde_json::from_str(&text).map_err(|error| format!("cargo metadata cannot be read: {error}"))
}
