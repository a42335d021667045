//! The glossary (名词解释): numbered entries, each a term, a colon and its definition.

use crate::document::Term;
use crate::outline::{Outline, Zone};
use crate::page::{Page, Span};

/// The entries of all glossaries in order.
pub(crate) fn terms(page: &Page, outline: &Outline) -> Vec<Term> {
    let mut terms: Vec<Term> = Vec::new();
    for para in outline.paras.iter().filter(|p| p.zone == Zone::Glossary) {
        match entry(page, para.span, terms.len() as u32 + 1) {
            Some(term) => terms.push(term),
            // A definition may run over several paragraphs.
            None => {
                if let Some(last) = terms.last_mut() {
                    last.definition.push('\n');
                    last.definition.push_str(&page.text(para.span));
                    last.end = para.span.end;
                }
            }
        }
    }
    terms
}

fn entry(page: &Page, span: Span, next: u32) -> Option<Term> {
    let folded = page.folded(span);
    let digits = folded.iter().take_while(|c| c.is_ascii_digit()).count();
    let bracketed = folded.first() == Some(&'(');
    let (no, label) = if bracketed {
        let close = folded.iter().take(6).position(|c| *c == ')')?;
        (crate::number::whole(folded.get(1..close)?)?, close + 1)
    } else if digits > 0 && matches!(folded.get(digits), Some('.' | '、' | ')')) {
        (crate::number::whole(folded.get(..digits)?)?, digits + 1)
    } else {
        (next, 0)
    };
    let mut quoted = 0_i32;
    let colon = folded.iter().enumerate().skip(label).take(60).find_map(|(at, c)| {
        match c {
            '“' | '《' => quoted += 1,
            '”' | '》' => quoted -= 1,
            _ => {}
        }
        (*c == ':' && quoted <= 0).then_some(at)
    });
    let colon = colon.or_else(|| folded.windows(2).take(60).position(|two| matches!(two, ['是', '指'])))?;
    let term = page.name(Span::new(span.start + label, span.start + colon));
    if term.is_empty() || term.contains('。') {
        return None;
    }
    let body = page.trim(Span::new(span.start + colon, span.end));
    let skip = usize::from(page.at(body.start) == ':');
    let definition = page.text(page.trim(Span::new(body.start + skip, body.end)));
    Some(Term { no, term, definition, start: span.start, end: span.end })
}
