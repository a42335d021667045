//! 检索: one box over everything that the reader may see – the plan's own content and the records.
//!
//! - What is found holds every word of the question, as it is stored now; nothing is found by a version that was corrected.
//! - Permission is part of every statement that reads records, and a term of the index as well: what a reader may not see costs him no
//!   page and tells him no number.
//! - The work is bounded. A search that stops before it has looked at everything says so and goes on where it stopped.
//! - The plan's content is matched in memory; records by the index ([`index`]), which is cut by [`segment`].

mod index;
mod plan;
mod segment;

use zhiheng_pack::{Pack, Record};
use zhiheng_store::{RecordRow, SearchQuery, SearchReach, SearchTerm};

pub(crate) use index::{Filling, Index};
pub use plan::{PlanHit, PlanHits};
pub use segment::Question;

use crate::{Account, App, Error, Verb, is_sent_to, may, shown_to};

/// So many segments of the index are read for one page.
const SEGMENTS: usize = 512;
/// So many records are looked at for one page.
const LOOKED_AT: usize = 600;
/// Records that are read at a time.
const HANDFUL: usize = 60;

/// Whose records a reader may find.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Reach {
    /// No record: the plan's own content only.
    #[default]
    Nothing,
    /// Records of these bodies, records of these areas, and kinds of which something may have been sent to the reader.
    Of {
        /// Ids of bodies.
        bodies: Vec<String>,
        /// Codes of areas.
        areas: Vec<String>,
        /// Ids of kinds.
        kinds: Vec<String>,
    },
    /// Every record of the county.
    Everything,
}

impl Reach {
    /// Where records may lie that an account sees: the union of its scopes of every kind. Each record that is found is asked of the account again.
    pub fn of(pack: &Pack, account: &Account) -> Reach {
        let (mut all, mut kinds) = (zhiheng_store::Scope::default(), Vec::new());
        for kind in &pack.kinds {
            let Some(scope) = account.scope(kind) else { return Reach::Everything };
            if !scope.sent.is_empty() {
                kinds.push(kind.id.clone());
            }
            for (to, from) in [(&mut all.bodies, scope.bodies), (&mut all.areas, scope.areas)] {
                for one in from {
                    if !to.contains(&one) {
                        to.push(one);
                    }
                }
            }
        }
        if all.bodies.is_empty() && all.areas.is_empty() && kinds.is_empty() {
            return Reach::Nothing;
        }
        Reach::Of { bodies: all.bodies, areas: all.areas, kinds }
    }
}

/// What is searched, and for whom.
#[derive(Debug, Clone, Default)]
pub struct SearchWanted {
    /// What was typed.
    pub text: String,
    /// Where to look.
    pub reach: Reach,
    /// For whom: what he may not open is not found. Nobody: the reach decides alone.
    pub reader: Option<Account>,
    /// Only records of this kind.
    pub kind: Option<String>,
    /// Continue before this: [`SearchView::next`] of the page before.
    pub before: Option<i64>,
    /// Records on a page.
    pub limit: usize,
}

/// A page of what was found.
#[derive(Debug, Clone, Default)]
pub struct SearchView {
    /// What was looked for; `None` when there was nothing to look for.
    pub question: Option<Question>,
    /// The plan's own content, a list a sort; on the first page only.
    pub plan: Vec<PlanHits>,
    /// Records, those that were entered or changed last first.
    pub records: Vec<RecordHit>,
    /// Where the next page begins.
    pub next: Option<i64>,
    /// The search stopped before the page was full; `next` looks further.
    pub stopped: bool,
    /// The index is being built: older records may be missing for now.
    pub building: bool,
}

/// A record that was found.
#[derive(Debug, Clone)]
pub struct RecordHit {
    /// Position of its kind.
    pub kind: usize,
    /// The stored row.
    pub row: RecordRow,
    /// Its content.
    pub record: Record,
    /// The fields that hold words of the question, with their text.
    pub fields: Vec<(usize, String)>,
}

impl App {
    /// Everything that holds every word of a question, as far as the reader may see it.
    pub fn search(&self, wanted: &SearchWanted) -> Result<SearchView, Error> {
        let Some(question) = Question::read(&wanted.text) else { return Ok(SearchView::default()) };
        let mut view = SearchView::default();
        if wanted.before.is_none() && wanted.kind.is_none() {
            view.plan = self.search_plan(&question);
        }
        if wanted.reach != Reach::Nothing {
            self.search_records(wanted, &question, &mut view)?;
        }
        view.question = Some(question);
        Ok(view)
    }

    /// Waits until the index of a database that had none is built.
    pub fn wait_for_index(&mut self) {
        if let Some(mut filling) = self.filling.take() {
            filling.wait();
        }
    }

    /// For measurements only: submissions of this county leave the index alone.
    #[doc(hidden)]
    pub fn without_index(&self) {
        self.search.pause();
    }

    fn search_records(&self, wanted: &SearchWanted, question: &Question, view: &mut SearchView) -> Result<(), Error> {
        let mut reader = self.store.read()?;
        let end = reader.search_end(&self.pack.place, self.search.form)?;
        let before = wanted.before.unwrap_or(i64::MAX);
        let limit = wanted.limit.clamp(1, 100);
        let may = |kind: &str, body: Option<&str>, area: Option<&str>| match &wanted.reach {
            Reach::Everything => true,
            Reach::Nothing => false,
            Reach::Of { bodies, areas, kinds } => {
                body.is_some_and(|body| bodies.iter().any(|own| own == body))
                    || area.is_some_and(|area| areas.iter().any(|own| own == area))
                    || kinds.iter().any(|known| known == kind)
            }
        };
        let mut newest = Vec::new();
        let whole = self.through_tail(&mut reader, end, before, |at, one| {
            let asked = wanted.kind.as_deref().is_none_or(|kind| kind == one.kind);
            if asked && may(one.kind, one.body, one.area) && question.holds(one.squeezed) {
                newest.push(at);
            }
            newest.len() < LOOKED_AT
        })?;
        view.building = !whole;

        // The tail comes first: all of it is newer than the index.
        let mut candidates = newest;
        let mut ahead = Ahead::Index(before.min(end.saturating_add(1)));
        let mut looked_at = 0;
        loop {
            for handful in candidates.chunks(HANDFUL) {
                let mut rows = reader.records_at(&self.pack.place, handful, reach(&wanted.reach))?;
                rows.sort_by_key(|row| std::cmp::Reverse(row.recorded_at));
                view.records.extend(rows.into_iter().filter_map(|row| self.hit(row, wanted, question)));
                if view.records.len() > limit {
                    view.records.truncate(limit);
                    view.next = view.records.last().map(|hit| hit.row.recorded_at);
                    return Ok(());
                }
                looked_at += handful.len();
                if looked_at >= LOOKED_AT {
                    view.next = handful.last().copied();
                    view.stopped = true;
                    return Ok(());
                }
            }
            let before = match ahead {
                Ahead::Index(before) => before,
                Ahead::Bound(next) => {
                    view.next = Some(next);
                    view.stopped = true;
                    return Ok(());
                }
                Ahead::Nothing => return Ok(()),
            };
            let query = SearchQuery {
                form: self.search.form,
                terms: terms(wanted, question),
                before,
                segments: SEGMENTS,
                limit: HANDFUL,
            };
            let found = reader.search_index(&self.pack.place, &query)?;
            ahead = match found.next {
                None => Ahead::Nothing,
                Some(next) if found.times.len() < HANDFUL => Ahead::Bound(next),
                Some(next) => Ahead::Index(next),
            };
            candidates = found.times;
        }
    }

    /// A candidate, if the record still holds what was asked.
    fn hit(&self, row: RecordRow, wanted: &SearchWanted, question: &Question) -> Option<RecordHit> {
        if wanted.kind.as_deref().is_some_and(|kind| kind != row.kind) {
            return None;
        }
        let (position, record, squeezed) = self.squeezed_row(&row)?;
        let kind = self.pack.kinds.get(position)?;
        if !question.holds(&squeezed) {
            return None;
        }
        let mut fields = index::texts(&self.pack, kind, &record);
        if let Some(reader) = &wanted.reader {
            let whole = may(reader, Verb::See, kind, row.body.as_deref(), row.area.as_deref());
            if !whole && !is_sent_to(reader, kind, &record) {
                return None;
            }
            // Words of what was not sent find nothing: else a search would say what it does not show.
            if let Some(sent) = shown_to(reader, kind, &record).filter(|_| !whole) {
                fields.retain(|(at, _)| sent.contains(at));
                let told = segment::squeezed(fields.iter().map(|(_, text)| text.as_str()));
                if !question.holds(&told) {
                    return None;
                }
            }
        }
        fields.retain(|(_, text)| !question.marks(text).is_empty());
        Some(RecordHit { kind: position, row, record, fields })
    }
}

/// What comes after the candidates at hand.
enum Ahead {
    /// The index, before this.
    Index(i64),
    /// More of the index than one page may read.
    Bound(i64),
    Nothing,
}

fn reach(reach: &Reach) -> SearchReach<'_> {
    match reach {
        Reach::Everything => SearchReach::Everything,
        Reach::Of { bodies, areas, kinds } => SearchReach::Of { bodies, areas, kinds },
        Reach::Nothing => SearchReach::Of { bodies: &[], areas: &[], kinds: &[] },
    }
}

/// The question's terms with the kind and the permission.
fn terms(wanted: &SearchWanted, question: &Question) -> Vec<Vec<SearchTerm>> {
    let mut terms = question.terms();
    terms.extend(wanted.kind.as_deref().map(|kind| vec![SearchTerm::Exact(index::kind_term(kind))]));
    if let Reach::Of { bodies, areas, kinds } = &wanted.reach {
        let bodies = bodies.iter().map(|body| SearchTerm::Exact(index::body_term(body)));
        let areas = areas.iter().map(|area| SearchTerm::Exact(index::area_term(area)));
        let kinds = kinds.iter().map(|kind| SearchTerm::Exact(index::kind_term(kind)));
        terms.push(bodies.chain(areas).chain(kinds).collect());
    }
    terms
}
