//! Element strings: what a scanner reads (GS1 General Specifications §7.8), and the same in brackets as it is printed for people.
//!
//! FNC1 is written `^` here, as the tools of GS1 do; a scanner sends it as ASCII 29 (GS), which is read too.

use super::ai::{self, Ai};
use crate::problem::{AI_TOGETHER, AI_UNKNOWN, AI_VALUE, ELEMENT_SYNTAX, Problem};

/// An AI with its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Element {
    /// The digits of the AI.
    pub ai: String,
    /// Its value, decoded.
    pub value: String,
}

impl Element {
    /// An element.
    pub fn new(ai: &str, value: &str) -> Self {
        Self { ai: ai.to_owned(), value: value.to_owned() }
    }
}

/// Where a reader is more tolerant than the standard.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// AIs that are not in the table are taken as they stand, with CSET 82 up to 90 characters.
    pub unknown_ais: bool,
    /// … and may even stand in the query of a Digital Link.
    pub unknown_attributes: bool,
    /// A GTIN in a Digital Link may have 8, 12 or 13 digits.
    pub short_gtin: bool,
    /// The names of the first edition (`/gtin/…/ser/…`) are understood.
    pub names: bool,
}

/// The most bytes that are read: far more than any carrier holds.
pub const MAX: usize = 8192;

/// Reads an element string; it begins with FNC1.
pub fn read(text: &str) -> Result<Vec<Element>, Problem> {
    let syntax = |what: &str| Problem::new(ELEMENT_SYNTAX, "", what);
    if text.len() > MAX {
        return Err(syntax("太长"));
    }
    let text = text.replace('\u{1d}', "^");
    let Some(mut rest) = text.strip_prefix('^').filter(|rest| !rest.is_empty()) else { return Err(syntax(&text)) };
    let mut found = Vec::new();
    while !rest.is_empty() {
        // An unknown AI cannot be read here: nobody knows how many digits it has.
        let Some(ai) = ai::at_start(rest) else { return Err(Problem::new(AI_UNKNOWN, "", rest)) };
        let (_, after) = rest.split_at_checked(ai.digits.len()).unwrap_or((rest, ""));
        let end = after.find('^').unwrap_or(after.len());
        let end = ai.length().map_or(end, |length| length.min(end));
        let (value, after) = after.split_at_checked(end).ok_or_else(|| syntax(after))?;
        check(ai, value)?;
        found.push(Element::new(&ai.digits, value));
        rest = after.strip_prefix('^').unwrap_or(after);
    }
    Ok(found)
}

/// Reads `(01)…(21)…`; a bracket in a value is written `\(`. Every value is checked.
pub fn read_bracketed(text: &str, options: Options) -> Result<Vec<Element>, Problem> {
    let syntax = || Problem::new(ELEMENT_SYNTAX, "", text);
    if text.len() > MAX || text.contains('^') {
        return Err(syntax());
    }
    let mut found = Vec::new();
    let mut characters = text.chars().peekable();
    while let Some(open) = characters.next() {
        if open != '(' {
            return Err(syntax());
        }
        let mut digits = String::new();
        loop {
            match characters.next() {
                Some(digit) if digit.is_ascii_digit() => digits.push(digit),
                Some(')') if (2..=4).contains(&digits.len()) => break,
                _ => return Err(syntax()),
            }
        }
        let mut value = String::new();
        while let Some(character) = characters.next_if(|next| *next != '(') {
            match character {
                '\\' if characters.peek() == Some(&'(') => value.extend(characters.next()),
                other => value.push(other),
            }
        }
        match ai::find(&digits) {
            Some(ai) => check(ai, &value)?,
            None if options.unknown_ais => check_unknown(&digits, &value)?,
            None => return Err(Problem::new(AI_UNKNOWN, "", &digits)),
        }
        found.push(Element { ai: digits, value });
    }
    if found.is_empty() { Err(syntax()) } else { Ok(found) }
}

fn check(ai: &Ai, value: &str) -> Result<(), Problem> {
    ai.check(value).map_err(|why| Problem::new(AI_VALUE, "", why))
}

pub(super) fn check_unknown(digits: &str, value: &str) -> Result<(), Problem> {
    let fits = (1..=90).contains(&value.len()) && super::lint::passes("cset82", value);
    if fits { Ok(()) } else { Err(Problem::new(AI_VALUE, "", format!("({digits}){value}"))) }
}

/// Writes an element string: FNC1 first, and between a value of unknown length and what follows.
pub fn write(elements: &[Element]) -> String {
    let mut text = "^".to_owned();
    for (place, element) in elements.iter().enumerate() {
        text.push_str(&element.ai);
        text.push_str(&element.value);
        let fixed = ai::find(&element.ai).is_some_and(|ai| ai.fixed);
        if !fixed && place + 1 < elements.len() {
            text.push('^');
        }
    }
    text
}

/// Writes `(01)…(21)…`.
pub fn write_bracketed(elements: &[Element]) -> String {
    elements.iter().map(|element| format!("({}){}", element.ai, element.value.replace('(', "\\("))).collect()
}

/// What is wrong with elements that stand on one item together: a repeated AI with another value, AIs that exclude one another, one that
/// needs a partner, a signature over a key without serial. All of it.
pub fn check_together(elements: &[Element]) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut say = |what: String| found.push(Problem::new(AI_TOGETHER, "", what));
    let has = |pattern: &str| elements.iter().any(|element| ai::matches(pattern, &element.ai));
    for (place, element) in elements.iter().enumerate() {
        let before = || elements.iter().take(place);
        if before().any(|other| other.ai == element.ai && other.value != element.value) {
            say(format!("({}) 出现了两次，值不同", element.ai));
        }
        let Some(ai) = ai::find(&element.ai) else { continue };
        for other in elements.iter().filter(|other| other.ai != element.ai) {
            if ai.excludes.iter().any(|pattern| ai::matches(pattern, &other.ai)) {
                say(format!("({}) 不能与 ({}) 同用", element.ai, other.ai));
            }
        }
        for groups in &ai.needs {
            if !groups.iter().any(|group| group.iter().all(|pattern| has(pattern))) {
                let list: Vec<String> = groups.iter().map(|group| group.join("+")).collect();
                say(format!("({}) 须与 {} 之一同用", element.ai, list.join("、")));
            }
        }
        // The key that a signature (8030) stands for must name one thing: these three carry their serial inside, and it may be missing.
        let least = match element.ai.as_str() {
            "253" | "255" => 14,
            "8003" => 15,
            _ => 0,
        };
        if element.value.len() < least && has("8030") {
            say(format!("(8030) 要求 ({}) 带序列号", element.ai));
        }
    }
    found
}
