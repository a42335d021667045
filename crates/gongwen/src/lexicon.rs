//! Lists of words that are looked for at every place of a text: indexed by their first and last characters, so
//! that the cost of a place does not grow with the list.

use std::sync::OnceLock;

/// A list of words.
pub(crate) struct Lexicon {
    words: &'static [&'static str],
    index: OnceLock<(Table, Table)>,
}

/// A word with its characters.
type Entry = (Vec<char>, &'static str);

struct Table {
    /// Which characters occur at all, by their lowest bits.
    seen: [u64; 32],
    /// Words by character, longest first.
    groups: Vec<(char, Vec<Entry>)>,
}

impl Table {
    fn new(words: &[&'static str], key: fn(&[char]) -> Option<char>) -> Self {
        let mut table = Table { seen: [0; 32], groups: Vec::new() };
        for word in words {
            let chars: Vec<char> = word.chars().collect();
            let Some(c) = key(&chars) else { continue };
            if let Some(slot) = table.seen.get_mut((c as usize >> 6) & 31) {
                *slot |= 1 << (c as usize & 63);
            }
            match table.groups.iter_mut().find(|group| group.0 == c) {
                Some(group) => group.1.push((chars, word)),
                None => table.groups.push((c, vec![(chars, word)])),
            }
        }
        table.groups.sort_by_key(|group| group.0);
        for group in &mut table.groups {
            group.1.sort_by_key(|(chars, _)| std::cmp::Reverse(chars.len()));
        }
        table
    }

    fn group(&self, c: char) -> &[Entry] {
        let slot = self.seen.get((c as usize >> 6) & 31).copied().unwrap_or(0);
        if slot >> (c as usize & 63) & 1 == 0 {
            return &[];
        }
        match self.groups.binary_search_by_key(&c, |group| group.0) {
            Ok(at) => self.groups.get(at).map_or(&[], |group| &group.1),
            Err(_) => &[],
        }
    }
}

impl Lexicon {
    pub(crate) const fn new(words: &'static [&'static str]) -> Self {
        Lexicon { words, index: OnceLock::new() }
    }

    fn index(&self) -> &(Table, Table) {
        self.index.get_or_init(|| {
            let first = Table::new(self.words, |chars| chars.first().copied());
            let last = Table::new(self.words, |chars| chars.last().copied());
            (first, last)
        })
    }

    pub(crate) fn contains(&self, word: &str) -> bool {
        word.chars().next().is_some_and(|c| self.index().0.group(c).iter().any(|(_, w)| *w == word))
    }

    /// The longest word that starts the text.
    pub(crate) fn starting(&self, text: &[char]) -> Option<&'static str> {
        let group = self.index().0.group(*text.first()?);
        group.iter().find(|(chars, _)| text.starts_with(chars)).map(|(_, word)| *word)
    }

    /// The longest word that ends the text.
    pub(crate) fn ending(&self, text: &[char]) -> Option<&'static str> {
        let group = self.index().1.group(*text.last()?);
        group.iter().find(|(chars, _)| text.ends_with(chars)).map(|(_, word)| *word)
    }
}
