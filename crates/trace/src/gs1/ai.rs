//! The Application Identifiers: what each value looks like, which others it needs or excludes, and its place in a Digital Link.
//!
//! The table is data (`data/application-identifiers.txt`). A part of a value is `N` (digits), `X` (CSET 82), `Y` (CSET 39) or `Z`
//! (base64url) with a fixed length (`N6`) or a highest one (`X..20`), in brackets when it may be missing. `req=01+21,02` asks for (01) with
//! (21), or for (02); `ex=394n` excludes 3940 to 3949; `dlpkey=22,10,21|235` makes it a key of a Digital Link with these qualifiers, in
//! this order, of one of the alternatives.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::lint;

/// The characters of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// Digits.
    N,
    /// CSET 82.
    X,
    /// CSET 39.
    Y,
    /// base64url.
    Z,
}

/// One part of a value.
#[derive(Clone, Debug)]
pub struct Part {
    /// Its characters.
    pub set: Set,
    /// Least number of characters.
    pub least: usize,
    /// Most characters.
    pub most: usize,
    /// The part may be missing.
    pub optional: bool,
    /// Tests, see [`lint`].
    pub lints: Vec<&'static str>,
}

/// One Application Identifier.
#[derive(Clone, Debug)]
pub struct Ai {
    /// Its digits.
    pub digits: String,
    /// The length of the value is known from the AI: no FNC1 follows.
    pub fixed: bool,
    /// It may stand in the query of a Digital Link.
    pub attribute: bool,
    /// The parts of the value.
    pub parts: Vec<Part>,
    /// Patterns of AIs that may not stand beside it; `n` is any digit.
    pub excludes: Vec<&'static str>,
    /// Each entry must hold: one of its groups is there, every AI of the group.
    pub needs: Vec<Vec<Vec<&'static str>>>,
    /// A key of a Digital Link: the sequences of qualifiers that may follow. `None`: no key.
    pub key: Option<Vec<Vec<&'static str>>>,
    /// What a label calls it.
    pub title: &'static str,
}

static TABLE: LazyLock<BTreeMap<String, Ai>> =
    LazyLock::new(|| include_str!("../../data/application-identifiers.txt").lines().flat_map(entry).collect());

/// The AI with these digits.
pub fn find(digits: &str) -> Option<&'static Ai> {
    TABLE.get(digits)
}

/// The AI that a text begins with. No AI is the beginning of another.
pub fn at_start(text: &str) -> Option<&'static Ai> {
    (2..=4).find_map(|length| text.get(..length).and_then(find))
}

/// Every AI in order of digits.
pub fn all() -> impl Iterator<Item = &'static Ai> {
    TABLE.values()
}

fn entry(line: &'static str) -> Vec<(String, Ai)> {
    let mut columns = line.split(" | ");
    let (Some(digits), Some(flags), Some(spec), Some(rules), Some(title)) =
        (columns.next(), columns.next(), columns.next(), columns.next(), columns.next())
    else {
        return Vec::new();
    };
    if line.starts_with('#') {
        return Vec::new();
    }
    let mut ai = Ai {
        digits: String::new(),
        fixed: flags.contains('*'),
        attribute: flags.contains('?'),
        parts: spec.split(' ').filter_map(part).collect(),
        excludes: Vec::new(),
        needs: Vec::new(),
        key: None,
        title,
    };
    for rule in rules.split(' ') {
        match rule.split_once('=').unwrap_or((rule, "")) {
            ("ex", patterns) => ai.excludes.extend(patterns.split(',')),
            ("req", groups) => ai.needs.push(groups.split(',').map(|group| group.split('+').collect()).collect()),
            ("dlpkey", "") => ai.key = Some(vec![Vec::new()]),
            ("dlpkey", sequences) => ai.key = Some(sequences.split('|').map(|one| one.split(',').collect()).collect()),
            _ => {}
        }
    }
    let (first, last) = digits.split_once('-').unwrap_or((digits, digits));
    let (Ok(low), Ok(high)) = (first.parse::<u32>(), last.parse::<u32>()) else { return Vec::new() };
    let width = first.len();
    (low..=high)
        .map(|number| format!("{number:0width$}"))
        .map(|digits| (digits.clone(), Ai { digits, ..ai.clone() }))
        .collect()
}

fn part(text: &'static str) -> Option<Part> {
    let (optional, text) = match text.strip_prefix('[') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut names = text.split(',');
    let shape = names.next()?.trim_end_matches(']');
    let set = match shape.as_bytes().first()? {
        b'N' => Set::N,
        b'X' => Set::X,
        b'Y' => Set::Y,
        _ => Set::Z,
    };
    let length = shape.get(1..)?;
    let (least, most) = match length.strip_prefix("..") {
        Some(most) => (1, most.parse().ok()?),
        None => (length.parse().ok()?, length.parse().ok()?),
    };
    Some(Part { set, least, most, optional, lints: names.collect() })
}

impl Ai {
    /// Length of a value whose length the AI fixes.
    pub fn length(&self) -> Option<usize> {
        self.fixed.then(|| self.parts.iter().map(|part| part.most).sum())
    }

    /// Whether a value has the parts; the reason if not.
    pub fn check(&self, value: &str) -> Result<(), String> {
        if !value.is_ascii() || value.is_empty() {
            return Err(format!("({}) 的值为空或含有非 ASCII 字符", self.digits));
        }
        let mut rest = value;
        for part in &self.parts {
            if part.optional && rest.is_empty() {
                break;
            }
            let (text, after) = rest.split_at(rest.len().min(part.most));
            rest = after;
            if text.len() < part.least {
                return Err(format!("({}) 的值太短：{value}", self.digits));
            }
            let set = match part.set {
                Set::N => "csetnumeric",
                Set::X => "cset82",
                Set::Y => "cset39",
                Set::Z => "cset64",
            };
            for name in std::iter::once(set).chain(part.lints.iter().copied()) {
                if !lint::passes(name, text) {
                    return Err(format!("({}){value} 没有通过 {name} 检查", self.digits));
                }
            }
        }
        if rest.is_empty() { Ok(()) } else { Err(format!("({}) 的值太长：{value}", self.digits)) }
    }
}

/// Whether digits match a pattern in which `n` is any digit.
pub fn matches(pattern: &str, digits: &str) -> bool {
    pattern.len() == digits.len()
        && pattern.bytes().zip(digits.bytes()).all(|(pattern, digit)| pattern == b'n' || pattern == digit)
}
