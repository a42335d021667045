//! What the tests need beside the Rust toolchain: found, or installed, or named.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::guard::is_root;
use crate::run::{run, works};
use crate::stages::Stage;
use crate::{Outcome, postgres};

/// One thing that is needed, and the Debian packages that bring it.
struct Need {
    what: &'static str,
    packages: &'static [&'static str],
    for_stage: fn(Stage) -> bool,
    present: fn() -> bool,
}

/// Where Debian puts the sources of Go packages.
pub(crate) const GO_SOURCES: &str = "/usr/share/gocode";

const NEEDS: &[Need] = &[
    Need {
        what: "a C compiler (SQLite is compiled in)",
        packages: &["gcc", "libc6-dev"],
        for_stage: |stage| !matches!(stage, Stage::Format | Stage::Tidy),
        present: || works("cc", &["--version"]),
    },
    Need {
        what: "PostgreSQL 15 or later",
        packages: &["postgresql"],
        for_stage: |stage| stage == Stage::Test,
        present: || postgres::programs().is_some(),
    },
    Need {
        what: "Python 3.10 or later with venv",
        packages: &["python3", "python3-venv"],
        for_stage: |stage| stage == Stage::Api,
        present: || works("python3", &["-c", "import ensurepip, sys; sys.exit(sys.version_info < (3, 10))"]),
    },
    Need {
        what: "Chromium",
        packages: &["chromium"],
        for_stage: |stage| stage == Stage::Browser,
        present: || chromium().is_some(),
    },
    Need {
        what: "fonts with Chinese characters",
        packages: &["fonts-noto-cjk"],
        for_stage: |stage| stage == Stage::Browser,
        present: || Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists() || has_chinese_font(),
    },
    Need {
        what: "Node.js 18 or later",
        packages: &["nodejs"],
        for_stage: |stage| stage == Stage::Browser,
        present: || works("node", &["-e", "process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)"]),
    },
    Need {
        what: "Go",
        packages: &["golang-go"],
        for_stage: |stage| stage == Stage::Independent,
        present: || works("go", &["version"]),
    },
    Need {
        what: "golang.org/x/mod as Debian packages it",
        packages: &["golang-golang-x-mod-dev"],
        for_stage: |stage| stage == Stage::Independent,
        present: || Path::new(GO_SOURCES).join("src/golang.org/x/mod/sumdb/tlog").is_dir(),
    },
    Need {
        what: "npm",
        packages: &["npm"],
        for_stage: |stage| stage == Stage::Browser,
        present: || works("npm", &["--version"]),
    },
];

fn has_chinese_font() -> bool {
    let listed = Command::new("fc-list").args([":lang=zh", "family"]).output();
    listed.is_ok_and(|listed| !listed.stdout.is_empty())
}

/// The browser of the system.
pub(crate) fn chromium() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|program| program.is_file())
}

/// Installs what the stages need and the machine lacks, where that is allowed; else says exactly what to install.
pub(crate) fn prepare(stages: &[Stage]) -> Outcome {
    let missing: Vec<&Need> =
        NEEDS.iter().filter(|need| stages.iter().any(|stage| (need.for_stage)(*stage)) && !(need.present)()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages.iter().copied()).collect();
    let whats: Vec<&str> = missing.iter().map(|need| need.what).collect();
    let advice = format!("missing: {}. On Debian: apt-get install {}", whats.join(", "), packages.join(" "));
    if !is_root() || !works("apt-get", &["--version"]) {
        return Err(advice);
    }
    println!("   installing {}", packages.join(" "));
    let mut update = Command::new("apt-get");
    run(update.args(["update", "-q"])).map_err(|why| format!("{why}; {advice}"))?;
    let mut install = Command::new("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive");
    install.args(["install", "-y", "-q", "--no-install-recommends"]).args(&packages);
    run(&mut install).map_err(|why| format!("{why}; {advice}"))?;
    match missing.iter().find(|need| !(need.present)()) {
        Some(need) => Err(format!("{} is still missing after installing {}", need.what, need.packages.join(" "))),
        None => Ok(()),
    }
}
