//! A stretch of running text without its blanks and line breaks (which are copying faults inside Chinese
//! text), each character knowing where it stood.

use crate::lexicon::Lexicon;
use crate::page::{Page, Span};
use crate::script;

/// Folded characters without blanks, with their offsets in the page.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    chars: Vec<char>,
    shown: Vec<char>,
    offsets: Vec<u32>,
}

impl Flow {
    pub(crate) fn new(page: &Page, span: Span) -> Self {
        let mut flow = Flow::default();
        flow.fill(page, span);
        flow
    }

    /// Takes another stretch in place of what it held.
    pub(crate) fn fill(&mut self, page: &Page, span: Span) {
        self.chars.clear();
        self.shown.clear();
        self.offsets.clear();
        for ((at, &c), &shown) in (span.start..).zip(page.folded(span)).zip(page.chars(span)) {
            if c != ' ' && !script::is_blank(c) {
                self.chars.push(c);
                self.shown.push(shown);
                self.offsets.push(u32::try_from(at).unwrap_or(u32::MAX));
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.chars.len()
    }

    /// The character at a place of the flow, `\0` outside.
    pub(crate) fn at(&self, at: usize) -> char {
        self.chars.get(at).copied().unwrap_or('\0')
    }

    pub(crate) fn slice(&self, span: Span) -> &[char] {
        self.chars.get(span.start..span.end.min(self.chars.len())).unwrap_or(&[])
    }

    /// A stretch as printed.
    pub(crate) fn shown(&self, span: Span) -> &[char] {
        self.shown.get(span.start..span.end.min(self.shown.len())).unwrap_or(&[])
    }

    /// Where a stretch of the flow stands in the page.
    pub(crate) fn place(&self, span: Span) -> Span {
        let offset = |at: usize| self.offsets.get(at).map(|at| *at as usize);
        let start = offset(span.start).unwrap_or(0);
        let last = span.end.checked_sub(1).and_then(offset);
        Span::new(start, last.map_or(start, |last| last + 1))
    }

    pub(crate) fn starts(&self, at: usize, word: &str) -> bool {
        word.chars().zip(at..).all(|(c, here)| self.at(here) == c)
    }

    /// Whether the word ends just before `at` and does not begin before `floor`.
    pub(crate) fn ends(&self, floor: usize, at: usize, word: &str) -> bool {
        match at.checked_sub(word.chars().count()) {
            Some(start) if start >= floor => self.starts(start, word),
            _ => false,
        }
    }

    /// The longest word of the lexicon that starts here.
    pub(crate) fn word_at(&self, at: usize, words: &Lexicon) -> Option<&'static str> {
        words.starting(self.chars.get(at..)?)
    }

    /// The longest word of the lexicon that ends just before `at`.
    pub(crate) fn word_before(&self, floor: usize, at: usize, words: &Lexicon) -> Option<&'static str> {
        words.ending(self.chars.get(floor..at)?)
    }

    /// The longest of a few words that starts here.
    pub(crate) fn any_at<'w>(&self, at: usize, words: &[&'w str]) -> Option<&'w str> {
        words.iter().filter(|word| self.starts(at, word)).max_by_key(|word| word.len()).copied()
    }

    /// The longest of a few words that ends just before `at`.
    pub(crate) fn any_before<'w>(&self, floor: usize, at: usize, words: &[&'w str]) -> Option<&'w str> {
        words.iter().filter(|word| self.ends(floor, at, word)).max_by_key(|word| word.len()).copied()
    }

    /// The first place of the word within the span.
    pub(crate) fn find(&self, span: Span, word: &str) -> Option<usize> {
        let length = word.chars().count();
        (span.start..(span.end + 1).saturating_sub(length).max(span.start)).find(|at| self.starts(*at, word))
    }

    pub(crate) fn find_any(&self, span: Span, words: &[&str]) -> Option<usize> {
        words.iter().filter_map(|word| self.find(span, word)).min()
    }

    pub(crate) fn has_any(&self, span: Span, words: &[&str]) -> bool {
        words.iter().any(|word| self.find(span, word).is_some())
    }
}
