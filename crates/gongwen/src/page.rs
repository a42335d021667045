//! A text as numbered characters and lines. Everything in this crate speaks of places in it by code-point
//! offsets; the folded twin (simplified, half-width) has the same length and serves matching only.

use crate::document::Quote;
use crate::{QUOTE_LIMIT, script};

/// A stretch of the text, end exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Span {
    pub(crate) fn new(start: usize, end: usize) -> Self {
        Span { start, end: end.max(start) }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.end <= self.start
    }

    pub(crate) fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    pub(crate) fn holds(self, at: usize) -> bool {
        self.start <= at && at < self.end
    }
}

/// The text with its lines.
pub(crate) struct Page {
    chars: Vec<char>,
    folded: Vec<char>,
    /// Lines without their line break, in order.
    pub(crate) lines: Vec<Span>,
}

impl Page {
    pub(crate) fn new(text: &str) -> Self {
        let chars: Vec<char> = text.chars().collect();
        let folded = chars.iter().map(|&c| script::fold(c)).collect();
        let mut lines = Vec::new();
        let mut start = 0;
        for (at, &c) in chars.iter().enumerate() {
            if matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{b}' | '\u{c}') {
                lines.push(Span::new(start, at));
                start = at + 1;
            }
        }
        lines.push(Span::new(start, chars.len()));
        let mut page = Page { chars, folded, lines };
        page.pair_quotes();
        page
    }

    /// Straight quotation marks say neither open nor close; within a line they alternate.
    fn pair_quotes(&mut self) {
        for line in &self.lines {
            let Some(chars) = self.folded.get_mut(line.start..line.end) else { continue };
            let marks = chars.iter_mut().filter(|c| **c == '"');
            for (n, mark) in marks.enumerate() {
                *mark = if n % 2 == 0 { '“' } else { '”' };
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.chars.len()
    }

    pub(crate) fn chars(&self, span: Span) -> &[char] {
        self.chars.get(span.start..span.end.min(self.chars.len())).unwrap_or(&[])
    }

    pub(crate) fn folded(&self, span: Span) -> &[char] {
        self.folded.get(span.start..span.end.min(self.folded.len())).unwrap_or(&[])
    }

    /// Folded character, `\0` outside the text.
    pub(crate) fn at(&self, at: usize) -> char {
        self.folded.get(at).copied().unwrap_or('\0')
    }

    pub(crate) fn text(&self, span: Span) -> String {
        self.chars(span).iter().collect()
    }

    /// The text with line breaks and blanks taken out, as a name is compared and shown.
    pub(crate) fn name(&self, span: Span) -> String {
        self.chars(span).iter().filter(|c| !script::is_blank(**c)).collect()
    }

    /// The span without blanks at its ends.
    pub(crate) fn trim(&self, span: Span) -> Span {
        let chars = self.chars(span);
        let lead = chars.iter().take_while(|c| script::is_blank(**c)).count();
        let tail = chars.iter().skip(lead).rev().take_while(|c| script::is_blank(**c)).count();
        Span::new(span.start + lead, span.end.saturating_sub(tail))
    }

    /// A quote of the span, cut to the greatest length.
    pub(crate) fn quote(&self, span: Span) -> Quote {
        let span = self.trim(Span::new(span.start.min(self.len()), span.end.min(self.len())));
        let end = span.end.min(span.start + QUOTE_LIMIT);
        Quote { text: self.text(Span::new(span.start, end)), start: span.start, end }
    }
}
