//! The error codes of the product, as the crates declare them: `NAME = "ZH1234", …, "what is wrong", "what to do";`.
//!
//! The catalogues live beside the code that gives the codes; here they are read as text, so that a crate needs no list for this
//! purpose and a code that is used without being declared shows.

use crate::root::File;

/// A declared code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// `ZH` and four digits.
    pub(crate) code: String,
    /// The sentence, in one piece.
    pub(crate) sentence: String,
    /// The file that declares it.
    pub(crate) path: String,
    /// It has a name of its own (`NAME = …`); one without is a wording, and two wordings in one file may share a code.
    pub(crate) named: bool,
}

/// A code in the program text, declared or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mention {
    pub(crate) code: String,
    pub(crate) path: String,
}

/// Every code of the crates' sources (their tests left out): those that are declared, and those that are only mentioned.
pub(crate) fn codes(files: &[File]) -> (Vec<Entry>, Vec<Mention>) {
    let mut entries = Vec::new();
    let mut mentions = Vec::new();
    for file in files.iter().filter(|file| is_source(file)) {
        for found in codes_of(before_tests(&file.text)) {
            let Found { code, named, literals } = found;
            let path = file.path.clone();
            match sentence_of(&literals) {
                Some(sentence) => entries.push(Entry { code, sentence, path, named }),
                None => mentions.push(Mention { code, path }),
            }
        }
    }
    entries.sort_by(|a, b| a.code.cmp(&b.code));
    (entries, mentions)
}

fn is_source(file: &File) -> bool {
    file.path.starts_with("crates/") && file.path.contains("/src/") && file.extension() == "rs"
}

/// A file up to its own tests.
pub(crate) fn before_tests(text: &str) -> &str {
    text.split_once("#[cfg(test)]").map_or(text, |(before, _)| before)
}

/// A literal `"ZH1234"`, whether a name is given to it, and the string literals that belong to it.
struct Found {
    code: String,
    named: bool,
    literals: Vec<String>,
}

fn codes_of(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\"ZH") {
        rest = after;
        let Some((digits, after)) = after.split_once('"') else { break };
        if digits.len() == 4 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            let named = before.trim_end_matches(['(', ' ', '\n']).ends_with('=') && !before.trim_end().ends_with("==");
            found.push(Found { code: format!("ZH{digits}"), named, literals: literals(after) });
            rest = after;
        }
    }
    found
}

/// The string literals that follow, separated by commas and names, up to whatever ends the entry.
fn literals(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            ',' | ' ' | '\n' | '_' | '!' | '(' => {}
            letter if letter.is_ascii_alphanumeric() => {}
            '"' => {
                let mut literal = String::new();
                while let Some(character) = characters.next() {
                    match character {
                        '"' => break,
                        '\\' => literal.extend(characters.next()),
                        other => literal.push(other),
                    }
                }
                if literal.starts_with("ZH") {
                    break;
                }
                found.push(literal);
            }
            _ => break,
        }
    }
    found
}

/// «meaning» and «advice» become one sentence; a literal without a Chinese character is no sentence.
fn sentence_of(literals: &[String]) -> Option<String> {
    let chinese = |text: &&String| text.chars().any(|character| ('\u{4e00}'..='\u{9fff}').contains(&character));
    let parts: Vec<&str> = literals.iter().filter(chinese).map(|text| text.trim_end_matches('。')).collect();
    match parts.as_slice() {
        [] => literals.iter().find(|literal| literal.contains("{}")).cloned(),
        parts => Some(format!("{}。", parts.join("，"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(text: &str) -> Vec<File> {
        vec![File { path: "crates/pack/src/problem.rs".to_owned(), text: text.to_owned() }]
    }

    #[test]
    fn a_code_with_a_sentence_is_an_entry() {
        let (entries, mentions) = codes(&file(r#"catalogue! { SYNTAX = "ZH1001", "语法有误：{}。例如 \"98.2\"。"; }"#));
        assert_eq!(mentions, []);
        assert_eq!(entries.len(), 1);
        assert_eq!(
            (entries[0].code.as_str(), entries[0].sentence.as_str()),
            ("ZH1001", "语法有误：{}。例如 \"98.2\"。")
        );
    }

    #[test]
    fn meaning_and_advice_become_one_sentence() {
        let (entries, _) =
            codes(&file(r#"DATE = "ZH2101", Error, "认不出日期", "请写成 2026-05-21 的形式"; X = "ZH2102", "二。";"#));
        assert_eq!(entries[0].sentence, "认不出日期，请写成 2026-05-21 的形式。");
        assert_eq!(entries[1].code, "ZH2102");
    }

    #[test]
    fn a_code_alone_is_a_mention_and_tests_do_not_count() {
        let (entries, mentions) =
            codes(&file("if code == \"ZH1001\" { }\n#[cfg(test)]\nmod tests { const A: &str = \"ZH9999\"; }"));
        assert_eq!(entries, []);
        assert_eq!(mentions.len(), 1);
        assert_eq!(mentions[0].code, "ZH1001");
    }

    #[test]
    fn a_wording_in_a_call_is_declared_without_a_name() {
        let text = r#"Self::new("ZH2004", format!("这是{what}压缩包。")) const A: Entry = ("ZH3001", "没有找到{}。");"#;
        let (entries, _) = codes(&file(text));
        assert_eq!((entries[0].sentence.as_str(), entries[0].named), ("这是{what}压缩包。", false));
        assert!(entries[1].named);
    }

    #[test]
    fn an_entry_that_passes_its_particulars_through_is_declared() {
        let (entries, _) = codes(&file(r#"CHECK_FAILED = "ZH1114", "{}";"#));
        assert_eq!(entries[0].sentence, "{}");
    }
}
