//! Documents, golden files and lock files: what is written down is true, and what lies there is used.

use std::collections::BTreeMap;

use super::Finding;
use crate::catalogue::codes;
use crate::generate;
use crate::root::File;

/// The table of the field's words.
const GLOSSARY: &str = "docs/glossary.md";

/// The record kinds that every county has.
const KINDS: &str = "packs/base/kinds/";

/// Codes have one meaning, used only when declared, and written down.
pub(crate) fn errors(files: &[File]) -> Vec<Finding> {
    let (entries, mentions) = codes(files);
    let mut found = Vec::new();
    for pair in entries.windows(2) {
        if let [first, second] = pair
            && first.code == second.code
            && (first.path != second.path || (first.named && second.named))
        {
            found.push(Finding::new(&second.path, 0, format!("{} is declared in {} too", second.code, first.path)));
        }
    }
    for mention in mentions.iter().filter(|mention| entries.iter().all(|entry| entry.code != mention.code)) {
        found.push(Finding::new(&mention.path, 0, format!("{} is in no catalogue", mention.code)));
    }
    let written = files.iter().find(|file| file.path == generate::ERRORS).map(|file| file.text.as_str());
    if written != Some(&generate::errors(files)) {
        found.push(Finding::new(generate::ERRORS, 0, "is not what the code says: run cargo xtask generate"));
    }
    found
}

/// Links between the documents lead somewhere.
pub(crate) fn links(files: &[File], paths: &[String]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in files.iter().filter(|file| file.extension() == "md") {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (number, line) in file.text.lines().enumerate() {
            for target in targets(line) {
                let place = resolve(folder, target);
                let inside = format!("{place}/");
                if !place.is_empty() && !paths.iter().any(|path| *path == place || path.starts_with(&inside)) {
                    found.push(Finding::new(&file.path, number + 1, format!("the link to {target} leads nowhere")));
                }
            }
        }
    }
    found
}

/// The targets of `[text](target)` that lie in this repository.
fn targets(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for (at, part) in line.split("](").enumerate() {
        let Some((target, _)) = part.split_once(')').filter(|_| at > 0) else { continue };
        let target = target.split(['#', ' ']).next().unwrap_or("");
        if !target.is_empty() && !target.contains(':') {
            found.push(target);
        }
    }
    found
}

fn resolve(folder: &str, target: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// A glossary row that names a type names one that is there (`pack::Kind` is declared in `crates/pack/src`), and every record kind
/// of the base pack has its row.
pub(crate) fn glossary(files: &[File]) -> Vec<Finding> {
    let Some(glossary) = files.iter().find(|file| file.path == GLOSSARY) else {
        return vec![Finding::new(GLOSSARY, 0, "is missing")];
    };
    let mut found = Vec::new();
    for (number, line) in glossary.text.lines().enumerate().filter(|(_, line)| line.starts_with('|')) {
        for named in line.split('`').skip(1).step_by(2).filter(|word| word.contains("::")) {
            if !is_declared(named, files) {
                found.push(Finding::new(GLOSSARY, number + 1, format!("{named} is nowhere declared")));
            }
        }
    }
    for file in files {
        let Some((kind, "kind.toml")) = file.path.strip_prefix(KINDS).and_then(|rest| rest.split_once('/')) else {
            continue;
        };
        if !glossary.text.contains(&format!("| `{kind}` |")) {
            found.push(Finding::new(&file.path, 0, format!("the kind {kind} has no line in {GLOSSARY}")));
        }
    }
    found
}

fn is_declared(named: &str, files: &[File]) -> bool {
    let Some(((krate, _), (_, name))) = named.split_once("::").zip(named.rsplit_once("::")) else { return false };
    let folder = format!("crates/{krate}/src/");
    let declarations =
        ["struct", "enum", "trait", "type", "fn", "const", "static", "mod"].map(|word| format!("{word} {name}"));
    let ends = |rest: &str| !rest.starts_with(|character: char| character.is_alphanumeric() || character == '_');
    files.iter().filter(|file| file.path.starts_with(&folder)).any(|file| {
        declarations.iter().any(|declaration| {
            file.text
                .match_indices(declaration.as_str())
                .any(|(at, _)| file.text.get(at + declaration.len()..).is_some_and(ends))
        })
    })
}

/// A golden file, a fixture or a snapshot that no test reads is dead: a source of its crate (or of the browser journeys) must name
/// it, its stem, or the folder it lies in.
pub(crate) fn golden(files: &[File], paths: &[String]) -> Vec<Finding> {
    let mut found = Vec::new();
    for path in paths {
        let Some((home, inside)) = path.split_once("/tests/") else { continue };
        let Some((folder, name)) = ["golden/", "fixtures/", "vectors/"]
            .iter()
            .find_map(|kind| inside.strip_prefix(kind))
            .map(|rest| rest.rsplit_once('/').unwrap_or(("", rest)))
        else {
            continue;
        };
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let named = files.iter().filter(|file| file.path.starts_with(home) && file.extension() == "rs").any(|file| {
            file.text.contains(name)
                || file.text.contains(&format!("\"{stem}\""))
                || (!folder.is_empty() && file.text.contains(folder))
        });
        if !named {
            found.push(Finding::new(path, 0, "no test names this file: take it out, or test with it"));
        }
    }
    found
}

/// The lock file of the browser rig pins versions and digests, not addresses.
pub(crate) fn lock_of_packages(files: &[File]) -> Vec<Finding> {
    let mut resolved: BTreeMap<&str, usize> = BTreeMap::new();
    for file in files.iter().filter(|file| file.name() == "package-lock.json") {
        if let Some(line) = file.text.lines().position(|line| line.contains("\"resolved\"")) {
            resolved.insert(&file.path, line + 1);
        }
    }
    let what = "has a download address: npm install with omit-lockfile-registry-resolved=true";
    resolved.into_iter().map(|(path, line)| Finding::new(path, line, what)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_link_is_followed_from_its_own_folder() {
        let files =
            [file("docs/a.md", "[b](b.md#part) [root](../README.md) [out](https://example.org/x.md) [gone](c.md)")];
        let paths = ["docs/a.md", "docs/b.md", "README.md"].map(str::to_owned);
        let found = links(&files, &paths);
        assert_eq!(found.len(), 1);
        assert!(found[0].what.contains("c.md"));
    }

    #[test]
    fn a_link_to_a_folder_with_files_leads_somewhere() {
        let files = [file("README.md", "[packs](packs/base) [itself](#part)")];
        assert!(links(&files, &["packs/base/lists.toml".to_owned()]).is_empty());
    }

    #[test]
    fn a_glossary_names_types_that_are_there() {
        let files = [
            file(
                GLOSSARY,
                "| 登记种类 | kind | `pack::Kind` |\n| 指标 | indicator | `pack::Indicator` |\nno row: `pack::Gone`",
            ),
            file("crates/pack/src/kind.rs", "pub struct Kind {}\npub struct IndicatorRow;"),
            file("packs/base/kinds/patent/kind.toml", ""),
        ];
        let found = glossary(&files);
        assert_eq!(found.len(), 2);
        assert!(found[0].what.contains("pack::Indicator"));
    }

    #[test]
    fn a_code_has_one_declaration_and_every_use_has_one() {
        let mut files = vec![
            file("crates/pack/src/a.rs", r#"A = "ZH1001", "一。";"#),
            file("crates/sheet/src/b.rs", r#"B = "ZH1001", "二。"; fn f() { g("ZH7777"); }"#),
        ];
        let text = generate::errors(&files);
        files.push(file(generate::ERRORS, &text));
        let found: Vec<String> = errors(&files).iter().map(ToString::to_string).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        files.pop();
        assert_eq!(errors(&files).len(), 3);
    }

    #[test]
    fn a_golden_file_that_nobody_names_is_dead() {
        let files = [file("crates/store/tests/it/main.rs", "golden(\"board\"); include_bytes!(\"v1.sqlite\")")];
        let paths = [
            "crates/store/tests/golden/board.sql",
            "crates/store/tests/golden/list.sql",
            "crates/store/tests/fixtures/v1.sqlite",
        ];
        let found = golden(&files, &paths.map(str::to_owned));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "crates/store/tests/golden/list.sql");
    }

    #[test]
    fn a_lock_file_with_addresses_is_found() {
        let files =
            [file("tests/browser/package-lock.json", "{\n \"resolved\": \"x\"\n}"), file("a/package-lock.json", "{}")];
        assert_eq!(
            lock_of_packages(&files),
            [Finding::new(
                "tests/browser/package-lock.json",
                2,
                "has a download address: npm install with omit-lockfile-registry-resolved=true"
            )]
        );
    }
}
