//! One number opened: by year, by month, by area and by body, and down to the very records.

use std::collections::BTreeMap;
use std::sync::Arc;

use zhiheng_pack::indicator::{Form, Mode, Source};
use zhiheng_pack::record::Record;
use zhiheng_pack::rollup::Standing;
use zhiheng_pack::{Decimal, Indicator, Pack, day};
use zhiheng_store::{Cursor, ListQuery, Reader, RecordRow, Sum, first_of_month};

use crate::board::{Known, Number, Row, When, of_level, of_sum, start};
use crate::publish::Member;
use crate::submit::read;
use crate::{App, Error};

/// Each year with the values at its end, by the position of their indicator.
pub type YearValues = Vec<(i16, BTreeMap<usize, Option<Decimal>>)>;

/// Rows that one page of records behind a number reads at most before it says «further».
const SCAN_PAGES: usize = 40;
const SCAN_ROWS: usize = 500;
/// Rows that the reasons of 未计入 are counted over.
const REASONS_ROWS: usize = 20_000;

/// The number of a period.
#[derive(Debug, Clone, PartialEq)]
pub struct PeriodNumber {
    /// Year, or year × 12 + month − 1.
    pub period: i32,
    /// Its number; at the end of the period, or on the day of the view for the period that is running.
    pub number: Number,
}

/// The number of an area or a body.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaNumber {
    /// Area code or body id.
    pub id: String,
    /// 名称
    pub name: String,
    /// Its number.
    pub number: Number,
}

/// Everything an indicator's page shows.
#[derive(Debug, Clone)]
pub struct IndicatorView {
    /// The pack under which it was computed.
    pub pack: Arc<Pack>,
    /// The row of the board.
    pub row: Row,
    /// Year by year from the baseline's year.
    pub years: Vec<PeriodNumber>,
    /// Month by month of the year of the view.
    pub months: Vec<PeriodNumber>,
    /// By area.
    pub areas: Vec<AreaNumber>,
    /// By body.
    pub bodies: Vec<AreaNumber>,
    /// What does not count, with how often, in the records looked at.
    pub uncounted: Vec<UncountedReason>,
    /// False: there are more records than were looked at for `uncounted`.
    pub uncounted_complete: bool,
    /// Reported values, oldest first.
    pub reported: Vec<Number>,
}

/// A reason of 未计入 and how many records have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UncountedReason {
    /// 原因
    pub reason: String,
    /// Records.
    pub records: usize,
}

/// Which records behind a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartWanted {
    /// Those in the numerator (or in the count).
    Numerator,
    /// Those in the denominator (or in the count).
    Denominator,
    /// In the denominator and not in the numerator: 不合格.
    Rest,
    /// 未计入
    Uncounted,
}

/// A record behind a number.
#[derive(Debug, Clone)]
pub struct PartRecord {
    /// Position of its kind.
    pub kind: usize,
    /// Stored row.
    pub row: RecordRow,
    /// Content.
    pub record: Record,
    /// Why it does not count.
    pub reason: Option<String>,
}

/// A page of records behind a number.
#[derive(Debug, Clone)]
pub struct CellRecords {
    /// Records.
    pub records: Vec<PartRecord>,
    /// Where the next page begins: position of the kind and a cursor in it.
    pub next: Option<(usize, Option<Cursor>)>,
}

impl App {
    /// An indicator's page. Known on a day on which another pack was in force, it is that pack's page.
    pub fn indicator(&self, id: &str, when: When) -> Result<IndicatorView, Error> {
        self.looked_back(when)?.as_ref().unwrap_or(self).indicator_here(id, when)
    }

    fn indicator_here(&self, id: &str, when: When) -> Result<IndicatorView, Error> {
        let missing = || Error::NotFound("这个指标".to_owned());
        let at = self.pack.indicators.iter().position(|one| one.id == id && !one.helper).ok_or_else(missing)?;
        let indicator = self.pack.indicators.get(at).ok_or_else(missing)?;
        let mut reader = self.store.read()?;
        let row = self.row(at, self.pair(&mut reader, indicator, when, "")?, when).ok_or_else(missing)?;
        let in_force = self.pack.in_force(indicator, when.as_of);
        let (uncounted, uncounted_complete) = self.reasons(&mut reader, in_force, when)?;
        Ok(IndicatorView {
            pack: Arc::clone(&self.pack),
            row,
            years: self.years(&mut reader, indicator, when)?,
            months: self.months(&mut reader, in_force, when)?,
            areas: self.by_dimension(&mut reader, in_force, when, "a:")?,
            bodies: self.by_dimension(&mut reader, in_force, when, "b:")?,
            uncounted,
            uncounted_complete,
            reported: self.reported(&mut reader, indicator, when)?,
        })
    }

    /// Every target's value at the end of each year, from the plan's baseline year to the day of the view: year, and the values by the
    /// position of their indicator in the board's pack.
    pub fn trends(&self, when: When) -> Result<YearValues, Error> {
        self.looked_back(when)?.as_ref().unwrap_or(self).trends_here(when)
    }

    fn trends_here(&self, when: When) -> Result<YearValues, Error> {
        let mut reader = self.store.read()?;
        let mut found = Vec::new();
        for year in self.pack.baseline_year..=day::date(when.as_of).year() {
            let end = day::last_of_year(year).min(when.as_of);
            let numbers = self.numbers(&mut reader, When { as_of: end, ..when }, "")?;
            found.push((year, numbers.into_iter().map(|(at, (number, _))| (at, number.value)).collect()));
        }
        Ok(found)
    }

    /// Year by year, from the baseline's year to the year of the view.
    pub(crate) fn years(
        &self,
        reader: &mut Reader<'_>,
        indicator: &Indicator,
        when: When,
    ) -> Result<Vec<PeriodNumber>, Error> {
        let first = indicator.baseline.as_ref().map_or(self.pack.baseline_year, |baseline| baseline.year);
        let last = day::date(when.as_of).year();
        let mut found = Vec::new();
        for year in first..=last {
            let end = day::last_of_year(year).min(when.as_of);
            let number = self.one(reader, indicator, When { as_of: end, ..when }, "")?;
            found.push(PeriodNumber { period: year.into(), number });
        }
        Ok(found)
    }

    /// Month by month within the year of the view: each month alone for flows and ratios, the end of each month for the rest.
    fn months(&self, reader: &mut Reader<'_>, indicator: &Indicator, when: When) -> Result<Vec<PeriodNumber>, Error> {
        let date = day::date(when.as_of);
        let (first, last) = (i32::from(date.year()) * 12, i32::from(date.year()) * 12 + i32::from(date.month()) - 1);
        if indicator.mode == Mode::Reported || matches!(indicator.form, Form::Composite) {
            return Ok(Vec::new());
        }
        let adds_up = matches!(indicator.form, Form::Ratio | Form::Flow) && !indicator.distinct;
        if adds_up && indicator.denominator_level.is_none() {
            return self.months_alone(reader, indicator, when, first, last);
        }
        let mut found = Vec::new();
        for month in first..=last {
            let end = (first_of_month(month + 1) - 1).min(when.as_of);
            let number = self.one(reader, indicator, When { as_of: end, ..when }, "")?;
            found.push(PeriodNumber { period: month, number });
        }
        Ok(found)
    }

    /// Each month alone; the running one up to the day of the view.
    fn months_alone(
        &self,
        reader: &mut Reader<'_>,
        indicator: &Indicator,
        when: When,
        first: i32,
        last: i32,
    ) -> Result<Vec<PeriodNumber>, Error> {
        let mut found = Vec::new();
        for month in first..=last {
            let until = When { as_of: (first_of_month(month + 1) - 1).min(when.as_of), ..when };
            let sums = self.sums_from(reader, until, "", &[indicator.def], Some(first_of_month(month)))?;
            let number = sums.get(&indicator.def).map(|sum| of_sum(indicator, *sum, None));
            found.extend(number.map(|number| PeriodNumber { period: month, number }));
        }
        Ok(found)
    }

    /// The judged number of one indicator.
    fn one(
        &self,
        reader: &mut Reader<'_>,
        indicator: &Indicator,
        when: When,
        dimension: &str,
    ) -> Result<Number, Error> {
        Ok(self.pair(reader, indicator, when, dimension)?.0)
    }

    /// The judged number of one indicator, and the reported one beside it.
    pub(crate) fn pair(
        &self,
        reader: &mut Reader<'_>,
        indicator: &Indicator,
        when: When,
        dimension: &str,
    ) -> Result<(Number, Option<Number>), Error> {
        if indicator.form == Form::Composite {
            let mut numbers = self.numbers(reader, when, dimension)?;
            let at = self.pack.indicators.iter().position(|known| known.id == indicator.id);
            return Ok(at.and_then(|at| numbers.remove(&at)).unwrap_or_default());
        }
        let indicator = self.pack.in_force(indicator, when.as_of);
        let place = &self.pack.place;
        let mut defs = vec![indicator.def, indicator.reported_def];
        defs.extend(
            indicator.denominator_level.and_then(|(at, _)| self.pack.indicators.get(at)).map(|level| level.def),
        );
        let levels = reader.latest_levels(place, &defs, dimension, when.as_of, when.known_on)?;
        let from = start(&self.pack, indicator, when.as_of);
        let cells = match indicator.is_additive() {
            true => self.sums_from(reader, when, dimension, &[indicator.def], from)?,
            false => BTreeMap::new(),
        };
        Ok(Known { pack: &self.pack, as_of: when.as_of, cells: &cells, levels: &levels }.pair(indicator))
    }

    fn by_dimension(
        &self,
        reader: &mut Reader<'_>,
        indicator: &Indicator,
        when: When,
        prefix: &str,
    ) -> Result<Vec<AreaNumber>, Error> {
        // Areas are kept as they are now; a look back shows the whole place only.
        let apart = !indicator.is_additive() || indicator.denominator_level.is_some() || when.known_on.is_some();
        if indicator.mode == Mode::Reported || apart {
            return Ok(Vec::new());
        }
        let from = start(&self.pack, indicator, when.as_of);
        let sums: Vec<(String, Sum)> = reader.by_dim(&self.pack.place, indicator.def, prefix, from, when.as_of)?;
        let mut found: Vec<AreaNumber> = sums
            .into_iter()
            .filter(|(_, sum)| *sum != Sum::default())
            .map(|(dimension, sum)| {
                let id = dimension.trim_start_matches(prefix).to_owned();
                let name = match prefix {
                    "a:" => self.pack.area(&id).map(|area| area.name.clone()),
                    _ => self.pack.body(&id).map(|body| body.name.clone()),
                };
                AreaNumber { name: name.unwrap_or_else(|| id.clone()), id, number: of_sum(indicator, sum, None) }
            })
            .collect();
        let order = |id: &str| self.pack.areas.iter().position(|area| area.code == id);
        found.sort_by_key(|part| (order(&part.id), part.id.clone()));
        Ok(found)
    }

    fn reported(&self, reader: &mut Reader<'_>, indicator: &Indicator, when: When) -> Result<Vec<Number>, Error> {
        let def = if indicator.reported.is_some() { indicator.reported_def } else { indicator.def };
        if indicator.reported.is_none() && indicator.is_additive() {
            return Ok(Vec::new());
        }
        let history = reader.level_history(&self.pack.place, def, "", when.known_on)?;
        Ok(history.iter().filter(|level| level.day <= when.as_of).map(of_level).collect())
    }

    /// The records behind a number, a page at a time.
    ///
    /// The sum of what these pages hold is the cell: a record is shown in a part exactly when it contributed to it.
    pub fn cell_records(
        &self,
        id: &str,
        when: When,
        area: Option<&str>,
        part: PartWanted,
        after: Option<(usize, Option<Cursor>)>,
        limit: usize,
    ) -> Result<CellRecords, Error> {
        let indicator = self.pack.indicator(id).ok_or_else(|| Error::NotFound("这个指标".to_owned()))?;
        let indicator = self.pack.in_force(indicator, when.as_of);
        let mut reader = self.store.read()?;
        let mut found = CellRecords { records: Vec::new(), next: None };
        let kinds = kinds_of(indicator);
        let (first, mut cursor) = after.unwrap_or((0, None));
        for (at, kind) in kinds.iter().enumerate().skip(first) {
            let room = limit.saturating_sub(found.records.len());
            if room == 0 {
                found.next = Some((at, None));
                return Ok(found);
            }
            let scan = Scan { app: self, indicator, kind: *kind, when, area, part };
            let next = scan.page(&mut reader, cursor.take(), room, &mut found.records)?;
            if next.is_some() {
                found.next = Some((at, next));
                return Ok(found);
            }
        }
        Ok(found)
    }

    /// The records behind a number of the whole place: every one that contributed, with the version that did. Of a reported or latest value it is the
    /// record that reported it; of a composite those of its parts.
    pub(crate) fn contributing(
        &self,
        reader: &mut Reader<'_>,
        indicator: &Indicator,
        when: When,
        number: &Number,
    ) -> Result<Vec<Member>, Error> {
        let indicator = self.pack.in_force(indicator, when.as_of);
        let mut found = Vec::new();
        if let Some(id) = number.reported_by {
            for kind in kinds_of(indicator).into_iter().filter_map(|at| self.pack.kinds.get(at)) {
                found.extend(reader.record(&self.pack.place, &kind.id, &id)?.as_ref().map(Member::of));
            }
            return Ok(found);
        }
        for part in indicator.terms.iter().filter_map(|term| self.pack.indicators.get(term.indicator)) {
            let number = self.judged(reader, part, when)?;
            found.extend(self.contributing(reader, part, when, &number)?);
        }
        for kind in kinds_of(indicator) {
            let mut cursor = None;
            loop {
                let scan = self.counting(indicator, kind, when);
                let (rows, next) = scan.rows(reader, cursor)?;
                found.extend(rows.into_iter().filter(|row| scan.counts(row)).map(|row| Member::of(&row)));
                cursor = next;
                if cursor.is_none() {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// A walk over the records of one kind that ask each whether it counts.
    pub(crate) fn counting<'a>(&'a self, indicator: &'a Indicator, kind: usize, when: When) -> Scan<'a> {
        Scan { app: self, indicator, kind, when, area: None, part: PartWanted::Denominator }
    }

    fn reasons(
        &self,
        reader: &mut Reader<'_>,
        indicator: &Indicator,
        when: When,
    ) -> Result<(Vec<UncountedReason>, bool), Error> {
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        let mut complete = true;
        for kind in kinds_of(indicator) {
            let scan = Scan { app: self, indicator, kind, when, area: None, part: PartWanted::Uncounted };
            let mut cursor = None;
            let mut seen = 0;
            loop {
                let (rows, next) = scan.rows(reader, cursor)?;
                seen += rows.len();
                for record in rows.into_iter().filter_map(|row| scan.part_record(row)) {
                    *reasons.entry(record.reason.unwrap_or_default()).or_default() += 1;
                }
                cursor = next;
                if cursor.is_none() {
                    break;
                }
                if seen >= REASONS_ROWS {
                    complete = false;
                    break;
                }
            }
        }
        Ok((reasons.into_iter().map(|(reason, records)| UncountedReason { reason, records }).collect(), complete))
    }
}

/// Positions of the kinds that an indicator reads, each once.
pub(crate) fn kinds_of(indicator: &Indicator) -> Vec<usize> {
    let mut kinds: Vec<usize> = indicator.over.iter().chain(&indicator.reported).map(|source| source.kind).collect();
    kinds.dedup();
    kinds
}

/// A walk over the records of one kind behind one number.
pub(crate) struct Scan<'a> {
    app: &'a App,
    indicator: &'a Indicator,
    kind: usize,
    when: When,
    area: Option<&'a str>,
    part: PartWanted,
}

impl Scan<'_> {
    /// Adds up to `room` records; answers where to continue.
    fn page(
        &self,
        reader: &mut Reader<'_>,
        from: Option<Cursor>,
        room: usize,
        into: &mut Vec<PartRecord>,
    ) -> Result<Option<Cursor>, Error> {
        let mut cursor = from;
        let wanted = into.len() + room;
        for _ in 0..SCAN_PAGES {
            let (rows, next) = self.rows(reader, cursor)?;
            for row in rows {
                let here = Cursor { day: row.day, id: row.id };
                into.extend(self.part_record(row));
                if into.len() >= wanted {
                    return Ok(Some(here));
                }
            }
            cursor = next;
            if cursor.is_none() {
                return Ok(None);
            }
        }
        Ok(cursor)
    }

    fn rows(&self, reader: &mut Reader<'_>, after: Option<Cursor>) -> Result<(Vec<RecordRow>, Option<Cursor>), Error> {
        let Some(kind) = self.app.pack.kinds.get(self.kind) else { return Ok((Vec::new(), None)) };
        let wanted =
            crate::ListWanted { area: self.area.map(str::to_owned), after, limit: SCAN_ROWS, ..Default::default() };
        let mut query: ListQuery = self.app.query(kind, &wanted);
        // The day of a list is the kind's own day; it narrows the walk only where the number counts by that very day.
        let by_own_day = self.sources().all(|source| Some(source.day) == kind.day);
        if by_own_day && self.part != PartWanted::Uncounted {
            query.to = Some(self.when.as_of);
            query.from =
                start(&self.app.pack, self.indicator, self.when.as_of).filter(|_| self.indicator.is_additive());
        }
        // A case that was withdrawn after it was late goes on counting.
        if self.app.pack.has_cases(kind) {
            query.live = None;
        }
        let page = reader.list(&self.app.pack.place, &query)?;
        Ok((page.records, page.next))
    }

    /// Whether a record contributes to the number at all, in its numerator or in its denominator.
    pub(crate) fn counts(&self, row: &RecordRow) -> bool {
        let Some(kind) = self.app.pack.kinds.get(self.kind) else { return false };
        let Some((record, envelope)) = read(kind, row) else { return false };
        if !row.live && !self.app.counts_withdrawn(self.indicator, self.kind, &record) {
            return false;
        }
        let standing = self.app.pack.standing(self.indicator, self.kind, &record, &envelope);
        matches!(standing, Standing::Counted { numerator, denominator } if numerator || denominator)
            && self.within(&record)
    }

    fn sources(&self) -> impl Iterator<Item = &Source> {
        self.indicator.over.iter().chain(&self.indicator.reported).filter(|source| source.kind == self.kind)
    }

    /// The record, when it belongs to the part.
    fn part_record(&self, row: RecordRow) -> Option<PartRecord> {
        let kind = self.app.pack.kinds.get(self.kind)?;
        let (record, envelope) = read(kind, &row)?;
        if !row.live && !self.app.counts_withdrawn(self.indicator, self.kind, &record) {
            return None;
        }
        let standing = self.app.pack.standing(self.indicator, self.kind, &record, &envelope);
        let reason = match standing {
            Standing::NotAbout => return None,
            Standing::Uncounted(reason) => {
                let mine = self.part == PartWanted::Uncounted && self.within_or_undated(&record);
                mine.then_some(Some(reason))?
            }
            Standing::Counted { numerator, denominator } => {
                let ratio = self.indicator.form == Form::Ratio;
                let mine = match self.part {
                    PartWanted::Numerator => numerator,
                    PartWanted::Denominator => denominator || !ratio,
                    PartWanted::Rest => denominator && !numerator,
                    PartWanted::Uncounted => false,
                };
                (mine && self.within(&record)).then_some(None)?
            }
        };
        Some(PartRecord { kind: self.kind, row, record, reason })
    }

    /// Whether the record counts on a day of the number: in the period, or in force on the day.
    fn within(&self, record: &Record) -> bool {
        self.sources().any(|source| {
            let Some(first) = record.day(source.day).filter(|first| *first <= self.when.as_of) else { return false };
            if self.indicator.form == Form::Stock && self.indicator.mode != Mode::Reported {
                let end = source.ends.iter().filter_map(|index| record.day(*index)).min();
                return end.is_none_or(|end| end >= self.when.as_of);
            }
            let from = start(&self.app.pack, self.indicator, self.when.as_of).filter(|_| self.indicator.is_additive());
            from.is_none_or(|from| first >= from)
        })
    }

    fn within_or_undated(&self, record: &Record) -> bool {
        self.sources().all(|source| record.day(source.day).is_none()) || self.within(record)
    }
}
