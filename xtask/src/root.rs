//! Where the repository is and which files belong to it.

use std::path::{Path, PathBuf};

use crate::Outcome;
use crate::run::output_of;

/// The folder of the workspace.
pub(crate) fn root() -> PathBuf {
    let manifest =
        std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    manifest.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// A text file of the repository.
pub(crate) struct File {
    /// From the root, with `/`.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
}

impl File {
    /// The name without the folders.
    pub(crate) fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// `rs`, `md`, … or nothing.
    pub(crate) fn extension(&self) -> &str {
        self.name().rsplit_once('.').map_or("", |(_, extension)| extension)
    }
}

/// Every file that git tracks or would track, in order.
pub(crate) fn paths() -> Outcome<Vec<String>> {
    let listed = output_of(std::process::Command::new("git").current_dir(root()).args([
        "-c",
        "core.quotePath=false",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    let mut paths: Vec<String> = listed.lines().map(str::to_owned).collect();
    paths.sort_unstable();
    paths.dedup();
    Ok(paths)
}

/// The text files among [`paths`]; what is no UTF-8 or no longer there is left out.
pub(crate) fn files() -> Outcome<Vec<File>> {
    let root = root();
    let read = |path: String| {
        let text = std::fs::read_to_string(root.join(&path)).ok()?;
        Some(File { path, text })
    };
    Ok(paths()?.into_iter().filter_map(read).collect())
}
