//! 投诉公开统计: the counts of a year as they stood at the end of yesterday, from the same records. Published only where the pack says by which fields
//! (`numbers`); small counts are kept back, so that nobody is recognised.

use std::collections::BTreeMap;

use zhiheng_pack::procedure::ClockKind;
use zhiheng_pack::{Kind, Pack, Record, Value, day};
use zhiheng_store::ListQuery;

use super::public_entry;
use crate::{App, Error};

/// Counts below this are not published.
const LEAST: u64 = 5;
/// What a case without the field is counted under.
pub const UNSORTED: &str = "未分类";
/// Cases that are read; a county has some thousands a year.
const MOST: usize = 50_000;

/// An item of a breakdown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicCount {
    /// Its name.
    pub name: String,
    /// Its cases; none where the count is kept back.
    pub count: Option<u64>,
    /// 按期: of the cases in which a time limit of the law was met or ran out, how many kept all of theirs; none where they are too few.
    pub on_time: Option<(u64, u64)>,
}

/// Items with their counts, largest first.
pub type Breakdown = Vec<PublicCount>;

/// What is counted of one item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Tally {
    cases: u64,
    kept: u64,
    decided: u64,
}

/// The public statistics of a kind of case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicNumbers {
    /// The year.
    pub year: i16,
    /// Everything up to this day.
    pub as_of: i32,
    /// Cases opened in the year; none when too few to publish.
    pub opened: Option<u64>,
    /// Of those, closed.
    pub closed: Option<u64>,
    /// Time limits of the office: name, met in time, met or run out altogether.
    pub clocks: Vec<(String, u64, u64)>,
    /// Breakdowns by the name of their field.
    pub by: Vec<(String, Breakdown)>,
    /// There are more cases than were read.
    pub cut: bool,
}

#[derive(Default)]
struct Counted {
    opened: u64,
    closed: u64,
    /// By name: the old procedure and the new one owe the same by the same name.
    clocks: Vec<(String, u64, u64)>,
    by: Vec<BTreeMap<String, Tally>>,
}

impl App {
    /// The statistics of an entry, as of yesterday. [`Error::NotFound`] where the pack does not publish them.
    pub fn public_numbers(&self, entry: &str) -> Result<PublicNumbers, Error> {
        let (kind, found) = public_entry(&self.pack, entry)?;
        if found.numbers.is_empty() {
            return Err(Error::NotFound("公开的统计".to_owned()));
        }
        let as_of = self.today() - 1;
        let year = day::date(as_of).year();
        let mut query = ListQuery {
            kind: kind.id.clone(),
            // The day of a case may be the day of a fact long before the case was opened.
            from: kind.day.map(|_| day::first_of_year(year) - 366),
            live: Some(true),
            limit: 1000,
            ..ListQuery::default()
        };
        let mut counted = Counted { by: found.numbers.iter().map(|_| BTreeMap::new()).collect(), ..Counted::default() };
        let mut read = 0;
        let mut reader = self.store.read()?;
        let cut = loop {
            let page = reader.list(&self.pack.place, &query)?;
            read += page.records.len();
            for row in &page.records {
                if let Some(record) = Record::from_canonical(kind, &row.fields) {
                    counted.add(&self.pack, kind, &found.numbers, record, year, as_of);
                }
            }
            match page.next {
                Some(_) if read >= MOST => break true,
                Some(cursor) => query.after = Some(cursor),
                None => break false,
            }
        };
        let name = |index: &usize| kind.fields.get(*index).map(|field| field.name.clone()).unwrap_or_default();
        Ok(PublicNumbers {
            year,
            as_of,
            opened: published(counted.opened),
            closed: published(counted.closed).filter(|_| counted.opened >= LEAST),
            clocks: counted.clocks.into_iter().filter(|(.., all)| *all >= LEAST).collect(),
            by: found.numbers.iter().map(name).zip(counted.by.into_iter().map(suppressed)).collect(),
            cut,
        })
    }
}

impl Counted {
    /// Counts a case as it stood at the end of the day.
    fn add(&mut self, pack: &Pack, kind: &Kind, by: &[usize], mut record: Record, year: i16, as_of: i32) {
        let Some(case) = record.case.as_mut() else { return };
        case.events.retain(|event| pack.day_of(event.at) <= as_of);
        let Some(last) = case.events.last().map(|event| event.state.clone()) else { return };
        case.state.clone_from(&last);
        let opened_at = case.events.first().map(|event| pack.day_of(event.at));
        let Some((_, procedure)) = pack.case_of(&record) else { return };
        let opened = procedure.opened.and_then(|field| record.day(field)).or(opened_at);
        if opened.is_none_or(|opened| day::date(opened).year() != year) {
            return;
        }
        self.opened += 1;
        self.closed += u64::from(procedure.is_closed(&last));
        // None: no time limit of the law is decided yet.
        let mut on_time: Option<bool> = None;
        for run in pack.runs(&record) {
            let clock = procedure.clocks.get(run.clock).filter(|clock| clock.kind == ClockKind::Duty);
            let Some((clock, late)) = clock.zip(run.late) else { continue };
            if clock.promise_of.is_none() {
                on_time = Some(on_time.unwrap_or(true) && !late);
            }
            let known = self.clocks.iter().position(|(name, ..)| *name == clock.name);
            let at = known.unwrap_or(self.clocks.len());
            if known.is_none() {
                self.clocks.push((clock.name.clone(), 0, 0));
            }
            if let Some((_, met, all)) = self.clocks.get_mut(at) {
                *met += u64::from(!late);
                *all += 1;
            }
        }
        for (counts, index) in self.by.iter_mut().zip(by) {
            let text = match record.value(*index) {
                Some(Value::Area { code: None, .. }) | None => UNSORTED.to_owned(),
                Some(_) => pack.show(kind, &record, *index),
            };
            let tally = counts.entry(text).or_default();
            tally.cases += 1;
            tally.decided += u64::from(on_time.is_some());
            tally.kept += u64::from(on_time == Some(true));
        }
    }
}

fn published(count: u64) -> Option<u64> {
    (count == 0 || count >= LEAST).then_some(count)
}

/// Counts largest first, small ones kept back. Where exactly one is kept back it could be told from the total: the next smallest goes with it.
fn suppressed(counts: BTreeMap<String, Tally>) -> Breakdown {
    let mut rows: Vec<(String, Tally)> = counts.into_iter().collect();
    rows.sort_by(|one, other| other.1.cases.cmp(&one.1.cases).then_with(|| one.0.cmp(&other.0)));
    let small = rows.iter().filter(|(_, tally)| tally.cases < LEAST).count();
    let shown = if small == 1 { rows.len().saturating_sub(2) } else { rows.len() - small };
    let one = |(at, (name, tally)): (usize, (String, Tally))| PublicCount {
        name,
        count: (at < shown).then_some(tally.cases),
        on_time: (at < shown && tally.decided >= LEAST).then_some((tally.kept, tally.decided)),
    };
    rows.into_iter().enumerate().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_count_cannot_be_told_from_the_others() {
        let of = |counts: &[(&str, u64)]| {
            let tally = |count: u64| Tally { cases: count, kept: count / 2, decided: count.saturating_sub(1) };
            suppressed(counts.iter().map(|(name, count)| ((*name).to_owned(), tally(*count))).collect())
        };
        let on_time = |rows: Breakdown| rows.into_iter().map(|row| row.on_time).collect::<Vec<_>>();
        let shares = on_time(of(&[("食品", 20), ("家电", 9), ("药品", 5)]));
        assert_eq!(shares, [Some((10, 19)), Some((4, 8)), None], "a share of four cases tells of each");
        assert_eq!(on_time(of(&[("食品", 20), ("家电", 9), ("药品", 1)])), [Some((10, 19)), None, None]);
        let counts = |rows: Breakdown| rows.into_iter().map(|row| row.count).collect::<Vec<_>>();
        assert_eq!(counts(of(&[("食品", 20), ("家电", 9), ("药品", 5)])), [Some(20), Some(9), Some(5)]);
        assert_eq!(counts(of(&[("食品", 20), ("家电", 9), ("药品", 1)])), [Some(20), None, None], "20 + 9 + 1 = 30");
        assert_eq!(counts(of(&[("食品", 20), ("家电", 2), ("药品", 1)])), [Some(20), None, None]);
        assert_eq!(counts(of(&[("食品", 3)])), [None]);
        assert_eq!((published(0), published(4), published(5)), (Some(0), None, Some(5)));
    }
}
