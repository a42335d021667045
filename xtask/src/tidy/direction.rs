//! The direction of dependencies, read from the manifests: what a crate must not know is a line that is not there.

use toml::{Table, Value};

use super::Finding;
use crate::root::File;

/// What the manifest of a crate may not name.
struct Rule {
    /// Folder below `crates/`.
    folder: &'static str,
    /// Crates of ours that it may name.
    ours: &'static [&'static str],
    /// Crates of others that it may not name outside its tests.
    not: &'static [&'static [&'static str]],
}

const ASYNC: &[&str] = &["tokio", "async-std", "smol", "futures", "futures-util", "hyper", "reqwest"];
const DATABASES: &[&str] = &["rusqlite", "libsqlite3-sys", "postgres", "tokio-postgres", "sqlx", "diesel", "sea-query"];
const PAGES: &[&str] = &["axum", "maud", "tower", "tower-http", "http", "cookie"];
const CHANCE: &[&str] = &["getrandom", "rand", "fastrand", "uuid"];

const RULES: &[Rule] = &[
    Rule { folder: "gongwen", ours: &[], not: &[ASYNC, PAGES, CHANCE] },
    Rule { folder: "pack", ours: &[], not: &[ASYNC, PAGES, CHANCE] },
    Rule { folder: "methods", ours: &[], not: &[ASYNC, PAGES, CHANCE] },
    Rule { folder: "sheet", ours: &[], not: &[ASYNC, PAGES, CHANCE] },
    Rule { folder: "tlog", ours: &[], not: &[ASYNC, PAGES, CHANCE] },
    Rule { folder: "trace", ours: &[], not: &[ASYNC, PAGES, CHANCE] },
    Rule { folder: "store", ours: &["tlog"], not: &[PAGES, CHANCE] },
    Rule { folder: "app", ours: &["gongwen", "pack", "methods", "sheet", "tlog", "store"], not: &[PAGES, CHANCE] },
    Rule { folder: "web", ours: &["gongwen", "pack", "methods", "sheet", "tlog", "store", "app"], not: &[] },
    Rule { folder: "zhiheng", ours: &["gongwen", "pack", "methods", "sheet", "tlog", "store", "app", "web"], not: &[] },
];

/// Names that only one crate may use, whatever the table: the drivers of databases, and HTTP and HTML.
const OWNED: &[(&str, &[&str])] = &[("store", DATABASES), ("web", &["axum", "maud"])];

pub(crate) fn direction(files: &[File]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files {
        let Some((folder, "Cargo.toml")) = file.path.strip_prefix("crates/").and_then(|rest| rest.split_once('/'))
        else {
            continue;
        };
        match file.text.parse::<Table>() {
            Ok(manifest) => found.extend(manifest_findings(folder, &file.path, &manifest)),
            Err(error) => found.push(Finding::new(&file.path, 0, format!("is no TOML: {error}"))),
        }
    }
    found
}

fn manifest_findings(folder: &str, path: &str, manifest: &Table) -> Vec<Finding> {
    let Some(rule) = RULES.iter().find(|rule| rule.folder == folder) else {
        return vec![Finding::new(path, 0, "a new crate: say in xtask/src/tidy/direction.rs what it may not know")];
    };
    let mut found = Vec::new();
    let lints = manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(Value::as_bool);
    if lints != Some(true) {
        found.push(Finding::new(path, 0, "does not take the lints of the workspace: [lints] workspace = true"));
    }
    for (table, name) in dependencies(manifest) {
        if let Some(ours) = name.strip_prefix("zhiheng-")
            && !rule.ours.contains(&ours)
        {
            found.push(Finding::new(path, 0, format!("{folder} may not depend on {ours}")));
        }
        if table != "dev-dependencies" && rule.not.iter().any(|names| names.contains(&name.as_str())) {
            found.push(Finding::new(
                path,
                0,
                format!("{folder} may not depend on {name}: give it what it needs as a parameter"),
            ));
        }
        for (owner, names) in OWNED {
            if *owner != folder && names.contains(&name.as_str()) {
                found.push(Finding::new(path, 0, format!("only {owner} may depend on {name}")));
            }
        }
    }
    found
}

/// The (table, package) pairs of a manifest.
pub(crate) fn dependencies(manifest: &Table) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for table in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let Some(entries) = manifest.get(table).and_then(Value::as_table) else { continue };
        for (name, entry) in entries {
            let package = entry.get("package").and_then(Value::as_str).unwrap_or(name);
            found.push((table.to_owned(), package.to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(folder: &str, text: &str) -> Vec<String> {
        let path = format!("crates/{folder}/Cargo.toml");
        let files = [File { path, text: format!("[lints]\nworkspace = true\n{text}") }];
        direction(&files).into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn a_leaf_knows_no_crate_of_ours() {
        assert_eq!(
            findings("pack", "[dependencies]\nzhiheng-store.workspace = true"),
            ["pack may not depend on store"]
        );
        assert_eq!(findings("gongwen", "[dev-dependencies]\nzhiheng-pack.workspace = true").len(), 1);
        assert!(findings("pack", "[dependencies]\nserde.workspace = true").is_empty());
    }

    #[test]
    fn a_driver_belongs_to_the_store_even_in_tests_and_under_another_name() {
        assert_eq!(
            findings("app", "[dev-dependencies]\nrusqlite.workspace = true"),
            ["only store may depend on rusqlite"]
        );
        let renamed = "[dependencies]\nlite = { package = \"rusqlite\", version = \"0\" }";
        assert_eq!(findings("app", renamed), ["only store may depend on rusqlite"]);
        assert!(findings("store", "[dependencies]\nrusqlite.workspace = true").is_empty());
    }

    #[test]
    fn the_use_cases_know_no_page() {
        assert!(findings("app", "[dependencies]\nzhiheng-web.workspace = true")[0].contains("may not depend on web"));
        assert_eq!(findings("app", "[dependencies]\naxum.workspace = true").len(), 2);
        assert!(findings("web", "[dependencies]\naxum.workspace = true\nzhiheng-app.workspace = true").is_empty());
    }

    #[test]
    fn a_crate_takes_the_lints_of_the_workspace() {
        let files = [File { path: "crates/pack/Cargo.toml".to_owned(), text: "[dependencies]".to_owned() }];
        assert!(direction(&files)[0].what.contains("lints"));
    }

    #[test]
    fn a_new_crate_must_take_its_place() {
        assert!(findings("newcomer", "[dependencies]")[0].contains("a new crate"));
    }
}
