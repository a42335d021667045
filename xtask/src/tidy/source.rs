//! Rules of the Rust sources, file by file and line by line.

use super::Finding;
use crate::catalogue::before_tests;
use crate::root::File;

/// The greatest number of lines of a file that people write.
const LINES_MAX: usize = 1500;

/// Words that begin SQL.
const SQL: &[&str] = &["SELECT ", "INSERT INTO", "DELETE FROM", "UPDATE "];

/// Calls that fetch time or chance.
const FETCHED: &[&str] =
    &["Timestamp::now", "Zoned::now", "SystemTime::now", "thread_rng", "rand::rng", "getrandom::", "Uuid::new"];

/// Marks of work that was left.
const LEFT: &[&str] = &["todo!", "TODO", "FIXME", "XXX:"];

/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "manager", "service", "impl", "misc"];

/// The file that lists the words above.
const SELF: &str = "xtask/src/tidy/source.rs";

pub(crate) fn source(files: &[File]) -> Vec<Finding> {
    let written = |file: &&File| matches!(file.extension(), "rs" | "mjs" | "js" | "css") && file.path != SELF;
    files.iter().filter(written).flat_map(of_file).chain(orphans(files)).collect()
}

/// Rust files that no module names: the compiler never sees them, and neither does any test.
fn orphans(files: &[File]) -> Vec<Finding> {
    let text_of = |path: &str| files.iter().find(|file| file.path == path).map_or("", |file| file.text.as_str());
    let rust = files.iter().filter(|file| file.extension() == "rs" && file.path.matches('/').count() >= 2);
    let is_orphan = |file: &&File| {
        let Some((folder, name)) = file.path.rsplit_once('/') else { return false };
        let last = folder.rsplit('/').next().unwrap_or("");
        if matches!(name, "lib.rs" | "main.rs" | "build.rs") || matches!(last, "tests" | "examples" | "benches" | "bin")
        {
            return false;
        }
        // `a/mod.rs` is named beside the folder, everything else in it or by the file of the folder's name.
        let (folder, stem) = match name {
            "mod.rs" => (folder.rsplit_once('/').map_or("", |(above, _)| above), last),
            name => (folder, name.trim_end_matches(".rs")),
        };
        let parents = ["lib.rs", "main.rs", "mod.rs"].map(|parent| format!("{folder}/{parent}"));
        let declaration = format!("mod {stem};");
        // A file of `tests/` is a crate root of its own and may name what lies beside it.
        let beside = |file: &&File| {
            file.path.rsplit_once('/').is_some_and(|(home, _)| home == folder && home.ends_with("/tests"))
        };
        let named_beside = files.iter().filter(beside).any(|file| file.text.contains(&declaration));
        !named_beside
            && !parents.iter().chain([&format!("{folder}.rs")]).any(|parent| text_of(parent).contains(&declaration))
    };
    rust.filter(is_orphan)
        .map(|file| Finding::new(&file.path, 0, "no module names this file: name it, or take it out"))
        .collect()
}

fn of_file(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    let lines = file.text.lines().count();
    if lines > LINES_MAX {
        found.push(Finding::new(&file.path, 0, format!("{lines} lines: cut it where its first paragraph says «and»")));
    }
    let stem = file.name().rsplit_once('.').map_or("", |(stem, _)| stem);
    if EMPTY_NAMES.contains(&stem) {
        found.push(Finding::new(
            &file.path,
            0,
            format!("«{stem}» says nothing: name the file after the thing or the act"),
        ));
    }
    if file.extension() == "rs" && !opens_with_its_point(&file.text) {
        found.push(Finding::new(
            &file.path,
            1,
            "opens without a //! comment: say what it is for and what always holds",
        ));
    }
    for (number, line) in file.text.lines().enumerate() {
        if let Some(word) = LEFT.iter().find(|word| line.contains(**word)) {
            found.push(Finding::new(&file.path, number + 1, format!("{word}: finish it, or file it as an issue")));
        }
    }
    found.extend(of_program(file));
    found
}

/// The rules of the program itself: its tests are left out.
fn of_program(file: &File) -> Vec<Finding> {
    let Some((folder, inside)) = file.path.strip_prefix("crates/").and_then(|rest| rest.split_once('/')) else {
        return Vec::new();
    };
    if file.extension() != "rs" || !inside.starts_with("src/") {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (number, line) in before_tests(&file.text).lines().enumerate() {
        let code = without_comment(line);
        if folder != "store"
            && let Some(word) = SQL.iter().find(|word| begins_statement(code, word))
        {
            found.push(Finding::new(&file.path, number + 1, format!("«{}»: SQL belongs to crates/store", word.trim())));
        }
        if !matches!(folder, "web" | "zhiheng")
            && let Some(call) = FETCHED.iter().find(|call| code.contains(**call))
        {
            found.push(Finding::new(
                &file.path,
                number + 1,
                format!("{call}: time and chance are parameters below web"),
            ));
        }
    }
    found
}

/// The first line that is neither blank nor an inner attribute is a `//!` comment.
fn opens_with_its_point(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with("#!["));
    first.is_some_and(|line| line.starts_with("//!"))
}

fn without_comment(line: &str) -> &str {
    match line.trim_start().starts_with("//") {
        true => "",
        false => line.split_once(" // ").map_or(line, |(code, _)| code),
    }
}

/// The word stands at the beginning of a word, not inside one.
fn begins_statement(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        !code
            .get(..at)
            .is_some_and(|before| before.ends_with(|character: char| character.is_alphanumeric() || character == '_'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        of_file(&File { path: path.to_owned(), text: text.to_owned() })
            .into_iter()
            .map(|finding| finding.what)
            .collect()
    }

    #[test]
    fn sql_outside_the_store_is_found_and_words_like_it_are_not() {
        let sql = "//! Records.\nconst A: &str = \"SELECT id FROM record\";";
        assert_eq!(findings("crates/app/src/board.rs", sql).len(), 1);
        assert_eq!(findings("crates/store/src/board.rs", sql).len(), 0);
        assert_eq!(findings("crates/app/src/board.rs", "//! A\nconst PRESELECT : u8 = 1; // SELECT here\n").len(), 0);
    }

    #[test]
    fn a_clock_below_web_is_found_outside_tests_and_comments() {
        let clock = "//! Deadlines.\nlet now = SystemTime::now();";
        assert_eq!(findings("crates/app/src/due.rs", clock).len(), 1);
        assert_eq!(findings("crates/zhiheng/src/main.rs", clock).len(), 0);
        assert_eq!(
            findings("crates/app/src/due.rs", "//! No SystemTime::now here.\n#[cfg(test)]\nSystemTime::now()").len(),
            0
        );
    }

    #[test]
    fn a_file_opens_with_its_point() {
        assert_eq!(findings("crates/app/src/a.rs", "use std::fmt;").len(), 1);
        assert_eq!(findings("crates/app/src/a.rs", "#![forbid(unsafe_code)]\n\n//! The point.").len(), 0);
    }

    #[test]
    fn a_file_that_no_module_names_is_found() {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: format!("//! A\n{text}") };
        let files = [
            file("crates/app/src/lib.rs", "mod board;\npub mod pages;"),
            file("crates/app/src/board.rs", "mod row;"),
            file("crates/app/src/board/row.rs", ""),
            file("crates/app/src/pages/mod.rs", "mod home;"),
            file("crates/app/src/pages/home.rs", ""),
            file("crates/app/tests/it/main.rs", "mod story;"),
            file("crates/app/tests/it/story.rs", ""),
            file("crates/app/tests/reference.rs", ""),
            file("crates/app/examples/show.rs", ""),
            file("crates/app/src/lost.rs", ""),
        ];
        let found: Vec<String> = source(&files).iter().map(|finding| finding.path.clone()).collect();
        assert_eq!(found, ["crates/app/src/lost.rs"]);
    }

    #[test]
    fn left_work_long_files_and_empty_names_are_found() {
        assert_eq!(findings("crates/app/src/a.rs", "//! A\n// TODO later").len(), 1);
        assert_eq!(findings("crates/app/src/a.rs", &format!("//! A{}", "\n".repeat(1501))).len(), 1);
        assert_eq!(findings("crates/app/src/utils.rs", "//! A").len(), 1);
    }
}
