//! 检索的切分: how a text becomes terms, and a question becomes terms to look for. Pure, without a dictionary, the same for both databases.
//!
//! * Han characters (汉字) are cut into overlapping pairs, and the last one of a run stands alone: 脆李 and every other word of two characters
//!   is a term, one character is the beginning of one. No dictionary decides what a word is, so none can be missing.
//! * Letters and digits stay together; 9150… finds the code that begins so. What is written GB2763 and GB 2763 is the same.
//! * Traditional and simplified, full and half width, capitals and small letters are one.
//! * 电话号码 and 公民身份号码 are personal wherever they stand, also in a remark. They never become a term and are never looked for.
//!
//! Terms are necessary, not sufficient: [`Question::holds`] looks at the text itself, so that 农产品质量安全 finds that, and not its pairs
//! scattered over a text.

use zhiheng_store::SearchTerm;

/// Changes when the same text gives other terms; the index is then built anew.
pub(super) const RULES: u32 = 1;

/// Longest question in characters; what comes after is not read.
const QUESTION_MAX: usize = 80;
/// Most words of a question.
const WORDS_MAX: usize = 8;
/// Longest run of letters and digits that is kept as a term.
const CODE_MAX: usize = 40;

/// What a character is for a search.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Han,
    Word,
    Other,
}

fn sort(c: char) -> Sort {
    match c {
        'a'..='z' | '0'..='9' => Sort::Word,
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' => {
            Sort::Han
        }
        '〇' => Sort::Han,
        c if c.is_alphanumeric() => Sort::Word,
        _ => Sort::Other,
    }
}

/// One character as it is compared.
fn fold(c: char) -> char {
    let c = zhiheng_gongwen::fold(c);
    if c.is_ascii() { c.to_ascii_lowercase() } else { c.to_lowercase().next().unwrap_or(c) }
}

/// A text as it is compared, character for character; a line feed where a personal number stood.
fn folded(text: &str) -> Vec<char> {
    let mut chars: Vec<char> = text.chars().map(fold).collect();
    let mut at = 0;
    while at < chars.len() {
        let length = personal_number(&chars, at);
        if let Some(number) = chars.get_mut(at..at + length) {
            number.fill('\n');
        }
        at += length.max(1);
    }
    chars
}

/// How many characters of a personal number begin here: mobile (11 digits, with or without 86, blanks and dashes), fixed line with its
/// area code, or citizen identity number (GB 11643, with its date and check character). A number that goes on is another one, and letters
/// before it make it a code.
fn personal_number(chars: &[char], at: usize) -> usize {
    let digit = |i: usize| chars.get(i).and_then(|c| c.to_digit(10));
    if digit(at).is_none() || at.checked_sub(1).and_then(|i| chars.get(i)).is_some_and(|c| sort(*c) == Sort::Word) {
        return 0;
    }
    if is_citizen_number(chars.get(at..at + 18).unwrap_or_default()) && !ends_in_word(chars, at + 18) {
        return 18;
    }
    const GROUPS: [(&[usize], &str); 5] =
        [(&[3, 4, 4], "1"), (&[2, 3, 4, 4], "861"), (&[3, 8], "0"), (&[4, 7], "0"), (&[4, 8], "0")];
    for (groups, begins) in GROUPS {
        let mut end = at;
        let mut digits = String::new();
        for (n, group) in groups.iter().enumerate() {
            if n > 0 && matches!(chars.get(end), Some(' ' | '-')) {
                end += 1;
            }
            for _ in 0..*group {
                digits.extend(chars.get(end).filter(|c| c.is_ascii_digit()));
                end += 1;
            }
        }
        let whole = digits.len() == groups.iter().sum::<usize>();
        let second = digits.strip_prefix("86").unwrap_or(&digits).chars().nth(1);
        let is_mobile = !begins.ends_with('1') || matches!(second, Some('3'..='9'));
        if whole && digits.starts_with(begins) && is_mobile && !ends_in_word(chars, end) {
            return end - at;
        }
    }
    0
}

fn ends_in_word(chars: &[char], end: usize) -> bool {
    chars.get(end).is_some_and(|c| sort(*c) == Sort::Word)
}

/// 公民身份号码: a plausible date of birth and the check character of ISO 7064, mod 11-2.
fn is_citizen_number(chars: &[char]) -> bool {
    let value = |c: &char| if *c == 'x' { Some(10) } else { c.to_digit(10) };
    let Some(values) = chars.iter().map(value).collect::<Option<Vec<u32>>>() else { return false };
    if values.len() != 18 || values.iter().take(17).any(|value| *value == 10) {
        return false;
    }
    let part = |from: usize, to: usize| values.iter().take(to).skip(from).fold(0, |number, digit| number * 10 + digit);
    let born =
        (1900..2100).contains(&part(6, 10)) && (1..=12).contains(&part(10, 12)) && (1..=31).contains(&part(12, 14));
    born && values.iter().fold(0, |sum, digit| (sum * 2 + digit) % 11) % 11 == 1
}

/// The runs of a folded text: Han characters, or letters and digits.
fn runs(chars: &[char]) -> impl Iterator<Item = (Sort, &[char])> {
    chars.chunk_by(|a, b| sort(*a) == sort(*b)).filter_map(|run| {
        let sort = sort(*run.first()?);
        (sort != Sort::Other).then_some((sort, run))
    })
}

/// Hands over every term of a text; some come more than once.
pub(super) fn terms(text: &str, mut each: impl FnMut(&str)) {
    let chars = folded(text);
    let mut term = String::new();
    let mut give = |chars: &[char]| {
        term.clear();
        term.extend(chars);
        each(&term);
    };
    for (sort, run) in runs(&chars) {
        match sort {
            Sort::Han => {
                run.windows(2).for_each(&mut give);
                give(run.get(run.len() - 1..).unwrap_or_default());
            }
            _ => {
                let run = run.get(..run.len().min(CODE_MAX)).unwrap_or(run);
                give(run);
                if let Some((letters, digits)) = letters_then_digits(run) {
                    give(letters);
                    give(digits);
                }
            }
        }
    }
}

/// GB2763: letters, then digits, and nothing else.
fn letters_then_digits(run: &[char]) -> Option<(&[char], &[char])> {
    let (letters, digits) = run.split_at(run.iter().position(char::is_ascii_digit)?);
    (!letters.is_empty() && digits.iter().all(char::is_ascii_digit)).then_some((letters, digits))
}

/// The text in which [`Question::holds`] looks: without blanks and marks, so that they need not be typed.
pub(super) fn squeezed<'t>(texts: impl Iterator<Item = &'t str>) -> String {
    let mut out = String::new();
    for text in texts {
        out.extend(folded(text).into_iter().filter(|c| *c == '\n' || sort(*c) != Sort::Other));
        out.push('\n');
    }
    out
}

/// A question (检索词), read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    words: Vec<Word>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    squeezed: String,
    terms: Vec<SearchTerm>,
}

impl Question {
    /// Reads what somebody typed: words parted by blanks, commas and 、, all of which must occur. `None` when nothing is left to look for.
    pub fn read(text: &str) -> Option<Question> {
        let typed: String = text.chars().take(QUESTION_MAX).collect();
        let chars = folded(&typed);
        let parts = chars.split(|c| matches!(c, ' ' | '\n' | '、' | ',' | ';' | '；' | '。'));
        let words: Vec<Word> = parts.filter_map(word).take(WORDS_MAX).collect();
        (!words.is_empty()).then_some(Question { words })
    }

    /// What has to be in the index; all of it.
    pub(super) fn terms(&self) -> Vec<Vec<SearchTerm>> {
        let mut terms: Vec<Vec<SearchTerm>> =
            self.words.iter().flat_map(|word| &word.terms).map(|term| vec![term.clone()]).collect();
        terms.sort_by_key(|list| format!("{list:?}"));
        terms.dedup();
        terms
    }

    /// Whether every word occurs in a text that was squeezed.
    pub(super) fn holds(&self, squeezed: &str) -> bool {
        self.words.iter().all(|word| occurs(squeezed, &word.squeezed))
    }

    /// Where the words stand in a text, in characters, in order and apart.
    pub fn marks(&self, text: &str) -> Vec<(usize, usize)> {
        let chars = folded(text);
        let kept: Vec<usize> = (0..chars.len())
            .filter(|at| chars.get(*at).is_some_and(|c| *c == '\n' || sort(*c) != Sort::Other))
            .collect();
        let plain: Vec<char> = kept.iter().filter_map(|at| chars.get(*at).copied()).collect();
        let mut marked = vec![false; chars.len()];
        for word in &self.words {
            let wanted: Vec<char> = word.squeezed.chars().collect();
            for (at, window) in plain.windows(wanted.len().max(1)).enumerate() {
                let before = at.checked_sub(1).and_then(|i| plain.get(i)).copied();
                if window == wanted.as_slice() && begins_word(before, wanted.first().copied()) {
                    let ends = (kept.get(at), kept.get(at + wanted.len() - 1));
                    if let (Some(from), Some(to)) = ends {
                        marked.iter_mut().take(to + 1).skip(*from).for_each(|mark| *mark = true);
                    }
                }
            }
        }
        let mut spans: Vec<(usize, usize)> = Vec::new();
        for (at, _) in marked.iter().enumerate().filter(|(_, mark)| **mark) {
            match spans.last_mut().filter(|last| last.1 == at) {
                Some(last) => last.1 = at + 1,
                None => spans.push((at, at + 1)),
            }
        }
        spans
    }
}

/// A code is found by its beginning: 15 is not found inside of 9150.
fn begins_word(before: Option<char>, first: Option<char>) -> bool {
    let word = |c: Option<char>| c.filter(|c| sort(*c) == Sort::Word);
    match (word(before), word(first)) {
        // GB2763 was squeezed out of GB 2763, or is looked for as 2763.
        (Some(before), Some(first)) => before.is_ascii_digit() != first.is_ascii_digit(),
        _ => true,
    }
}

fn occurs(text: &str, word: &str) -> bool {
    let first = word.chars().next();
    text.match_indices(word).any(|(at, _)| begins_word(text.get(..at).and_then(|head| head.chars().next_back()), first))
}

fn word(chars: &[char]) -> Option<Word> {
    let squeezed: String = chars.iter().filter(|c| sort(**c) != Sort::Other).collect();
    let last = runs(chars).count().checked_sub(1)?;
    let mut terms = Vec::new();
    let text = |chars: &[char]| chars.iter().collect::<String>();
    for (at, (sort, run)) in runs(chars).enumerate() {
        let mut code = |run: &[char], open: bool| {
            let term = text(run.get(..run.len().min(CODE_MAX)).unwrap_or(run));
            terms.push(if open || run.len() > CODE_MAX { SearchTerm::Prefix(term) } else { SearchTerm::Exact(term) });
        };
        match (sort, run) {
            (Sort::Han, [_]) => terms.push(SearchTerm::Prefix(text(run))),
            (Sort::Han, _) => terms.extend(run.windows(2).map(|pair| SearchTerm::Exact(text(pair)))),
            _ => match letters_then_digits(run) {
                Some((letters, digits)) => {
                    code(letters, false);
                    code(digits, at == last);
                }
                None => code(run, at == last),
            },
        }
    }
    Some(Word { squeezed, terms })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        terms(text, |term| found.push(term.to_owned()));
        found
    }

    /// Whether the index would offer a text, and whether the look at it agrees.
    fn finds(text: &str, question: &str) -> bool {
        let Some(question) = Question::read(question) else { return false };
        let known = of(text);
        let offered = question.terms().iter().flatten().all(|term| match term {
            SearchTerm::Exact(term) => known.contains(term),
            SearchTerm::Prefix(term) => known.iter().any(|one| one.starts_with(term)),
        });
        let holds = question.holds(&squeezed(std::iter::once(text)));
        assert!(!holds || !question.marks(text).is_empty(), "{text}");
        offered && holds
    }

    #[test]
    fn a_word_of_two_characters_is_a_term_of_its_own() {
        assert_eq!(of("巫山脆李"), ["巫山", "山脆", "脆李", "李"]);
        assert!(finds("巫山脆李（鲜果）", "脆李"));
        assert!(finds("巫山脆李", "李"), "one character");
        assert!(finds("脆", "脆"), "one character, alone");
        assert!(!finds("巫山李子", "脆李"));
    }

    #[test]
    fn a_long_word_is_found_whole_and_not_scattered() {
        assert!(finds("加强农产品质量安全监测", "农产品质量安全"));
        assert!(!finds("质量安全的产品是农产品，产品质量好", "农产品质量安全"));
        assert!(finds("加强农产品质量安全监测", "监测 农产品"), "words in any order");
        assert!(!finds("加强农产品质量安全监测", "监测 水产"), "every word must occur");
    }

    #[test]
    fn codes_are_found_by_their_beginning_and_however_they_are_parted() {
        assert!(finds("按“3+N”模式", "3+N"));
        assert!(!finds("按“3+N”模式", "3+M"));
        for written in ["GB 2763-2021", "GB2763—2021", "ＧＢ　２７６３", "gb/t 2763"] {
            assert!(finds(written, "2763"), "{written}");
        }
        assert!(finds("GB 2763-2021", "GB2763"));
        assert!(finds("GB2763-2021", "gb 2763"));
        assert!(finds("91500105MA5U7XXX9K", "9150"));
        assert!(finds("91500105MA5U7XXX9K", "91500105ma5u7xxx9k"));
        assert!(!finds("91500105MA5U7XXX9K", "0105"), "not inside of a code");
    }

    #[test]
    fn scripts_and_widths_are_one() {
        assert!(finds("質量強縣", "质量强县"));
        assert!(finds("质量强县", "質量"));
        assert!(finds("ＡＡＡ级景区", "aaa级"));
    }

    /// 个人信息保护法 第四条: a telephone number identifies a person wherever it is written.
    #[test]
    fn telephone_and_identity_numbers_are_never_terms() {
        for text in
            ["13812345678", "138 1234 5678", "138-1234-5678", "+86 13812345678", "8613812345678", "023-57682235"]
        {
            assert!(
                of(&format!("联系人电话{text}。")).iter().all(|term| !term.contains(|c: char| c.is_ascii_digit())),
                "{text}"
            );
            assert_eq!(Question::read(text), None, "{text}");
        }
        // The example of GB 11643-1999.
        assert!(of("身份证11010519491231002X").iter().all(|term| !term.contains("1101")));
        assert!(
            of("编号110105194912310021").iter().any(|term| term == "110105194912310021"),
            "a wrong check character"
        );
        assert!(of("XC13812345678").iter().any(|term| term == "13812345678"), "a code");
        assert!(of("20260101").iter().any(|term| term == "20260101"), "a date");
        assert!(!squeezed(std::iter::once("电话13812345678")).contains("138"));
    }

    #[test]
    fn nothing_to_look_for_is_no_question() {
        for text in ["", "  ", "、。", "—", "13812345678"] {
            assert_eq!(Question::read(text), None, "{text}");
        }
    }

    #[test]
    fn marks_lie_on_the_words_as_they_are_printed() {
        let question = Question::read("GB2763 脆李").unwrap();
        let text = "脆李按 GB 2763 检验";
        let marked: Vec<String> =
            question.marks(text).iter().map(|(from, to)| text.chars().skip(*from).take(to - from).collect()).collect();
        assert_eq!(marked, ["脆李", "GB 2763"]);
    }
}
