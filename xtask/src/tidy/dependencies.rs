//! What others wrote and we ship: where it comes from, under which licence, and why it is here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use toml::Table;

use super::direction;
use super::{Finding, licence};
use crate::root::File;

/// The document with a line for each direct dependency.
const REASONS: &str = "docs/design/dependencies.md";

/// Sources and licences of every package, and a reason for every direct one.
pub(crate) fn dependencies(files: &[File], metadata: &Value) -> Vec<Finding> {
    let mut found = Vec::new();
    for package in packages(metadata) {
        let (name, version) = (text(package, "name"), text(package, "version"));
        let say = |what: String| Finding::new("Cargo.lock", 0, format!("{name} {version} {what}"));
        let source = text(package, "source");
        if !source.is_empty() && !source.starts_with("registry+") {
            found.push(say(format!("comes from {source}: only the registry is a source")));
        }
        match licence::allowed(text(package, "license")) {
            Some(true) => {}
            Some(false) => {
                found.push(say(format!("has the licence {}, which is not accepted", text(package, "license"))))
            }
            None => found.push(say(format!("names no licence that can be read ({:?})", text(package, "license")))),
        }
    }
    found.extend(reasons(files));
    found
}

/// Direct dependencies of which two versions are compiled.
pub(crate) fn versions(metadata: &Value) -> Vec<String> {
    let ours = |package: &&Value| text(package, "source").is_empty();
    let direct: BTreeSet<&str> = packages(metadata)
        .iter()
        .filter(ours)
        .filter_map(|package| package.get("dependencies")?.as_array())
        .flatten()
        .map(|dependency| text(dependency, "name"))
        .collect();
    let mut versions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for package in packages(metadata) {
        versions.entry(text(package, "name")).or_default().insert(text(package, "version"));
    }
    let twice = versions.into_iter().filter(|(name, versions)| direct.contains(name) && versions.len() > 1);
    twice.map(|(name, versions)| format!("{name} is there in {versions:?}")).collect()
}

/// What the root manifest offers and no crate takes.
pub(crate) fn unused(files: &[File]) -> Vec<String> {
    let manifests = || {
        let ours = files.iter().filter(|file| file.name() == "Cargo.toml");
        ours.filter_map(|file| file.text.parse::<Table>().ok())
    };
    let taken: BTreeSet<String> =
        manifests().flat_map(|manifest| direction::dependencies(&manifest)).map(|(_, name)| name).collect();
    let offered = manifests()
        .filter_map(|manifest| manifest.get("workspace").and_then(toml::Value::as_table).map(direction::dependencies))
        .flatten();
    offered.map(|(_, name)| name).filter(|name| !taken.contains(name)).collect()
}

fn packages(metadata: &Value) -> &[Value] {
    metadata.get("packages").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or("")
}

/// Every direct dependency has a line in [`REASONS`], and every line a dependency.
fn reasons(files: &[File]) -> Vec<Finding> {
    let listed: BTreeSet<&str> = files
        .iter()
        .filter(|file| file.path == REASONS)
        .flat_map(|file| file.text.lines())
        .filter_map(listed_name)
        .collect();
    let mut used: BTreeMap<String, &str> = BTreeMap::new();
    for file in files.iter().filter(|file| file.name() == "Cargo.toml") {
        let Ok(manifest) = file.text.parse::<Table>() else { continue };
        let shared = manifest.get("workspace").and_then(toml::Value::as_table);
        let names = direction::dependencies(&manifest)
            .into_iter()
            .chain(shared.map(direction::dependencies).unwrap_or_default());
        for (_, name) in names.filter(|(_, name)| !name.starts_with("zhiheng")) {
            used.entry(name).or_insert(&file.path);
        }
    }
    let without_line = used.iter().filter(|(name, _)| !listed.contains(name.as_str()));
    let without_use = listed.iter().filter(|name| !used.contains_key(**name));
    without_line
        .map(|(name, path)| Finding::new(path, 0, format!("{name} has no line in {REASONS}: say why it is here")))
        .chain(without_use.map(|name| Finding::new(REASONS, 0, format!("{name} is no dependency: take out its line"))))
        .collect()
}

/// The name in a row `| `name` | why |`.
fn listed_name(line: &str) -> Option<&str> {
    line.trim().strip_prefix("| `")?.split_once("` |").map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn every_dependency_has_a_line_and_every_line_a_dependency() {
        let files = [
            file("Cargo.toml", "[workspace.dependencies]\nzhiheng-pack = { path = \"crates/pack\" }\nserde = \"1\""),
            file("crates/store/Cargo.toml", "[dependencies]\npostgres = \"0.19\"\nserde.workspace = true"),
            file(REASONS, "| crate | why |\n| --- | --- |\n| `serde` | shapes |\n| `moka` | cache |"),
        ];
        let found: Vec<String> = reasons(&files).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("crates/store/Cargo.toml: postgres has no line"));
        assert!(found[1].contains("moka is no dependency"));
    }

    #[test]
    fn a_foreign_source_and_a_licence_that_is_not_accepted_are_found() {
        let metadata = serde_json::json!({ "packages": [
            { "name": "ours", "version": "0.1.0", "license": "Apache-2.0", "source": null },
            { "name": "fine", "version": "1.0.0", "license": "MIT", "source": "registry+x" },
            { "name": "copyleft", "version": "1.0.0", "license": "GPL-3.0-only", "source": "registry+x" },
            { "name": "fork", "version": "1.0.0", "license": "MIT", "source": "git+https://example.org" },
        ] });
        let found: Vec<String> = dependencies(&[], &metadata).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn what_is_offered_and_not_taken_is_noted() {
        let files = [
            file("Cargo.toml", "[workspace.dependencies]\nserde = \"1\"\nmoka = \"0\""),
            file("crates/store/Cargo.toml", "[dependencies]\nserde.workspace = true"),
        ];
        assert_eq!(unused(&files), ["moka"]);
    }

    #[test]
    fn two_versions_of_a_direct_dependency_are_noted() {
        let metadata = serde_json::json!({ "packages": [
            { "name": "ours", "version": "0.1.0", "source": null, "dependencies": [ { "name": "sha2" } ] },
            { "name": "sha2", "version": "0.10.0", "source": "registry+x" },
            { "name": "sha2", "version": "0.11.0", "source": "registry+x" },
            { "name": "deep", "version": "1.0.0", "source": "registry+x" },
            { "name": "deep", "version": "2.0.0", "source": "registry+x" },
        ] });
        assert_eq!(versions(&metadata).len(), 1);
    }
}
