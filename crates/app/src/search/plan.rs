//! 方案自己的内容: indicators, the plan's paragraphs and terms, kinds, bodies and areas, matched in memory at the time
//! of the question.

use zhiheng_pack::{Indicator, Pack};

use super::segment::{self, Question};
use crate::App;

/// So many hits of one sort are answered.
const MOST: usize = 20;

/// What a hit of the plan's own content is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanHit {
    /// Position of an indicator.
    Indicator(usize),
    /// A paragraph of the plan that begins at this character.
    Paragraph(usize),
    /// 名词解释: an entry that begins at this character, and the term.
    Term(usize, String),
    /// Position of a kind.
    Kind(usize),
    /// Position of a body.
    Body(usize),
    /// Position of an area.
    Area(usize),
}

/// The hits of one sort.
#[derive(Debug, Clone, Default)]
pub struct PlanHits {
    /// Hits, in the order of the plan, each with the text that holds the words.
    pub hits: Vec<(PlanHit, String)>,
    /// There are more than are shown.
    pub more: bool,
}

/// A thing that can be found, with its texts and how they are compared.
pub(crate) struct Entry {
    hit: PlanHit,
    texts: Vec<String>,
    squeezed: String,
}

impl Entry {
    fn new(hit: PlanHit, texts: Vec<String>) -> Entry {
        let squeezed = segment::squeezed(texts.iter().map(String::as_str));
        Entry { hit, texts, squeezed }
    }
}

impl App {
    /// The plan's own content: indicators, terms, paragraphs, kinds, bodies, areas; sorts without a hit are left out.
    pub(super) fn search_plan(&self, question: &Question) -> Vec<PlanHits> {
        let sorts = self.search.plan.get_or_init(|| entries(&self.pack));
        sorts.iter().map(|entries| sort(question, entries)).filter(|hits| !hits.hits.is_empty()).collect()
    }
}

/// Everything of a pack that can be found, a list a sort.
fn entries(pack: &Pack) -> Vec<Vec<Entry>> {
    let indicators = pack.indicators.iter().enumerate();
    let indicators = indicators
        .filter(|(_, one)| !one.helper && one.version_of.is_none())
        .map(|(at, one)| Entry::new(PlanHit::Indicator(at), of_indicator(one)));
    let kinds = pack.kinds.iter().enumerate().map(|(at, kind)| {
        let names = kind.fields.iter().map(|field| field.name.as_str()).collect::<Vec<_>>().join("、");
        Entry::new(PlanHit::Kind(at), vec![kind.name.clone(), kind.about.clone(), names])
    });
    let bodies = pack.bodies.iter().enumerate().map(|(at, body)| {
        Entry::new(PlanHit::Body(at), std::iter::once(&body.name).chain(&body.names).cloned().collect())
    });
    let areas = pack.areas.iter().enumerate().map(|(at, area)| {
        let names = [&area.name, &area.code].into_iter().chain(&area.names);
        Entry::new(PlanHit::Area(at), names.cloned().collect())
    });
    let document = zhiheng_gongwen::read(&pack.document);
    let spans: Vec<(usize, usize)> = document.terms.iter().map(|term| (term.start, term.end)).collect();
    let glossary = document
        .terms
        .into_iter()
        .map(|entry| Entry::new(PlanHit::Term(entry.start, entry.term.clone()), vec![entry.term, entry.definition]));
    let paragraphs = paragraphs(&pack.document)
        .filter(|(start, _)| !spans.iter().any(|(from, to)| (from..to).contains(&start)))
        .map(|(start, text)| Entry::new(PlanHit::Paragraph(start), vec![text.to_owned()]));
    vec![
        indicators.collect(),
        paragraphs.collect(),
        glossary.collect(),
        kinds.collect(),
        bodies.collect(),
        areas.collect(),
    ]
}

fn of_indicator(one: &Indicator) -> Vec<String> {
    let texts = [&one.quote, &one.note, &one.numerator_text, &one.denominator_text, &one.method];
    let first = [&one.name, &one.definition].into_iter();
    first.chain(texts.into_iter().flatten()).chain(&one.text_targets).chain(&one.traps).cloned().collect()
}

/// The lines of a document with the character at which each begins.
fn paragraphs(document: &str) -> impl Iterator<Item = (usize, &str)> {
    document.split('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.chars().count() + 1;
        Some((start, line))
    })
}

/// The things whose texts together hold every word, each with its first text that holds one.
fn sort(question: &Question, entries: &[Entry]) -> PlanHits {
    let mut found = PlanHits::default();
    for entry in entries.iter().filter(|entry| question.holds(&entry.squeezed)) {
        if found.hits.len() == MOST {
            found.more = true;
            break;
        }
        let text = entry.texts.iter().find(|text| !question.marks(text).is_empty()).cloned().unwrap_or_default();
        found.hits.push((entry.hit.clone(), text));
    }
    found
}
