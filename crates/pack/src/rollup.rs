//! What one record does to the indicators: the pure half of the cells.
//!
//! A contribution is an integer pair on one day in one dimension. Flows and ratios put it on the day that counts; stocks put +1 on
//! the first day in force and −1 on the day after the last, so that the value on a day is the sum of everything up to it. A change of a
//! record moves the cells by *new contributions − old contributions*; nothing else ever does.

use std::collections::BTreeMap;

use crate::indicator::{Form, Indicator, Source, SourceRef};
use crate::pack::Pack;
use crate::record::{Envelope, ListScope, OUTSIDE, Record};
use crate::value::{Value, scaled};

/// Digits after the point of stored levels.
pub const LEVEL_SCALE: u32 = 6;

/// An additive change of one cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Contribution {
    /// Identity of the computation ([`Indicator::def`]).
    pub def: i64,
    /// `""` the whole place, `a:CODE` an area, `b:ID` a body.
    pub dimension: String,
    /// Day number.
    pub day: i32,
    /// Numerator, or the value of flows and stocks.
    pub numerator: i64,
    /// Denominator.
    pub denominator: i64,
}

/// A dated value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelPoint {
    /// Identity of the series.
    pub def: i64,
    /// As in [`Contribution::dimension`].
    pub dimension: String,
    /// Day number.
    pub day: i32,
    /// Value, [`LEVEL_SCALE`] digits after the point.
    pub value: i64,
    /// Sample size.
    pub n: Option<i64>,
    /// Interval, [`LEVEL_SCALE`] digits after the point.
    pub interval: Option<(i64, i64)>,
}

/// Whether a record counts in an indicator, and why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Counts; in the numerator, in the denominator.
    Counted {
        /// Adds to the numerator.
        numerator: bool,
        /// Adds to the denominator.
        denominator: bool,
    },
    /// 未计入, with the reason.
    Uncounted(String),
    /// The number is not about such records.
    NotAbout,
}

/// Reason of a record in another county.
pub const OUTSIDE_PLACE: &str = "不在本县范围，或地名不在名录中";
/// Reason of a record without the date that places it.
pub const NO_DATE: &str = "没有归属日期";
/// Reason of a failing list without the number of tested batches.
pub const NO_DENOMINATOR: &str = "不合格名单，未声明检验批次数";
/// Reason of a record that the condition leaves out and no declared reason explains.
pub const CONDITION: &str = "不符合计入条件";
/// Reason of a record that counts in neither part of a ratio.
pub const NEITHER: &str = "没有结论";

impl Pack {
    /// The (indicator, source) pairs that records of a kind move.
    pub fn moved_by(&self, kind: usize) -> &[(usize, SourceRef)] {
        self.moved_by.get(kind).map_or(&[], Vec::as_slice)
    }

    /// The additive contributions of one record, without the distinct indicators.
    pub fn contributions(&self, kind: usize, record: &Record, envelope: &Envelope) -> Vec<Contribution> {
        let mut found = Vec::new();
        for (indicator, source) in self.additive_sources(kind) {
            if !indicator.distinct {
                spread(indicator, source, record, envelope, &mut found);
            }
        }
        found
    }

    /// The additive contributions of a record that counts, or was withdrawn. A withdrawal takes no lateness away (撤销不抹去逾期): what depends on a
    /// duty that was late goes on counting.
    pub fn standing_contributions(
        &self,
        kind: usize,
        record: &Record,
        envelope: &Envelope,
        live: bool,
    ) -> Vec<Contribution> {
        if live {
            return self.contributions(kind, record, envelope);
        }
        let mut found = Vec::new();
        for (indicator, source) in self.additive_sources(kind) {
            if !indicator.distinct && self.depends_on_lateness(source, record) {
                spread(indicator, source, record, envelope, &mut found);
            }
        }
        found
    }

    /// Whether a source asks for the outcome of a duty that was late in this record.
    pub fn depends_on_lateness(&self, source: &Source, record: &Record) -> bool {
        let Some(kind) = self.kinds.get(source.kind).filter(|_| record.case.is_some()) else { return false };
        let late = |(index, field): &(usize, &crate::kind::Field)| {
            field.derived && field.id.starts_with("met_") && record.value(*index) == Some(&Value::YesNo(false))
        };
        kind.fields.iter().enumerate().filter(late).any(|(index, _)| {
            source.condition.asks(index)
                || source.about.asks(index)
                || source.numerator.asks(index)
                || source.denominator.as_ref().is_some_and(|part| part.asks(index))
        })
    }

    /// The dated values of one record, each with its series.
    pub fn levels(&self, kind: usize, record: &Record, envelope: &Envelope) -> Vec<LevelPoint> {
        let mut found = Vec::new();
        for (at, reference) in self.moved_by(kind) {
            let Some(indicator) = self.indicators.get(*at) else { continue };
            let dated = *reference == SourceRef::Reported || !indicator.is_additive();
            let Some(source) = indicator.source(*reference).filter(|_| dated) else { continue };
            if standing(indicator, source, record, envelope)
                == (Standing::Counted { numerator: true, denominator: false })
            {
                found.extend(level(indicator.def_of(*reference), source, record, envelope));
            }
        }
        found
    }

    /// The distinct indicators that a kind moves.
    pub fn distinct_indicators(&self, kind: usize) -> impl Iterator<Item = usize> + '_ {
        self.moved_by(kind)
            .iter()
            .filter(|(at, reference)| {
                matches!(reference, SourceRef::Over(_))
                    && self.indicators.get(*at).is_some_and(|indicator| indicator.distinct && indicator.is_additive())
            })
            .map(|(at, _)| *at)
    }

    /// The contributions of one subject to a distinct indicator: all of the subject's live records of the indicator's kinds are handed in.
    pub fn distinct_contributions(
        &self,
        indicator: usize,
        records: &[(usize, &Record, &Envelope)],
    ) -> Vec<Contribution> {
        let Some(indicator) = self.indicators.get(indicator) else { return Vec::new() };
        let mut single = Vec::new();
        for (kind, record, envelope) in records {
            for source in indicator.over.iter().filter(|source| source.kind == *kind) {
                spread(indicator, source, record, envelope, &mut single);
            }
        }
        match indicator.form {
            Form::Stock => union_in_force(indicator.def, &single),
            _ => first_of_each_year(indicator.def, &single),
        }
    }

    /// How a record stands to an indicator; the sources of its kind are asked in turn.
    pub fn standing(&self, indicator: &Indicator, kind: usize, record: &Record, envelope: &Envelope) -> Standing {
        let sources = indicator.over.iter().chain(&indicator.reported).filter(|source| source.kind == kind);
        let mut found = Standing::NotAbout;
        for source in sources {
            match standing(indicator, source, record, envelope) {
                Standing::NotAbout => {}
                Standing::Uncounted(why) => found = Standing::Uncounted(why),
                counted => return counted,
            }
        }
        found
    }

    fn additive_sources(&self, kind: usize) -> impl Iterator<Item = (&Indicator, &Source)> {
        self.moved_by(kind).iter().filter_map(|(at, reference)| {
            let indicator = self.indicators.get(*at)?;
            let SourceRef::Over(_) = reference else { return None };
            indicator.is_additive().then_some(())?;
            Some((indicator, indicator.source(*reference)?))
        })
    }
}

fn standing(indicator: &Indicator, source: &Source, record: &Record, envelope: &Envelope) -> Standing {
    let uncounted = |why: &str| Standing::Uncounted(why.to_owned());
    if !source.about.holds(record) {
        return Standing::NotAbout;
    }
    if envelope.area.as_deref() == Some(OUTSIDE) {
        return uncounted(OUTSIDE_PLACE);
    }
    if let Some((_, why)) = source.uncounted.iter().find(|(when, _)| when.holds(record)) {
        return uncounted(why);
    }
    if !source.condition.holds(record) {
        return uncounted(CONDITION);
    }
    if indicator.form == Form::Ratio && record.scope == Some(ListScope::FailingOnly) {
        return uncounted(NO_DENOMINATOR);
    }
    if record.day(source.day).is_none() {
        return uncounted(NO_DATE);
    }
    let numerator = source.value.is_some_and(|index| record.value(index).is_some()) || source.numerator.of(record) != 0;
    let denominator = source.denominator.as_ref().is_some_and(|part| part.of(record) != 0);
    if numerator || denominator { Standing::Counted { numerator, denominator } } else { uncounted(NEITHER) }
}

/// The contributions of one record through one source, in every dimension.
fn spread(indicator: &Indicator, source: &Source, record: &Record, envelope: &Envelope, into: &mut Vec<Contribution>) {
    if !matches!(standing(indicator, source, record, envelope), Standing::Counted { .. }) {
        return;
    }
    let Some(day) = record.day(source.day) else { return };
    let numerator = source.numerator.of(record);
    let denominator = source.denominator.as_ref().map_or(0, |part| part.of(record));
    let end = source.ends.iter().filter_map(|index| record.day(*index)).min();
    if end.is_some_and(|end| end < day) {
        return; // never in force
    }
    for dimension in dimensions(envelope) {
        let at = |day, sign: i64| Contribution {
            def: indicator.def,
            dimension: dimension.clone(),
            day,
            numerator: sign * numerator,
            denominator: sign * denominator,
        };
        into.push(at(day, 1));
        if let (Form::Stock, Some(end)) = (indicator.form, end) {
            into.push(at(end.saturating_add(1), -1));
        }
    }
}

fn level(def: i64, source: &Source, record: &Record, envelope: &Envelope) -> Option<LevelPoint> {
    let number = |index: usize| match record.value(index)? {
        Value::Integer(number) => scaled((*number).into(), LEVEL_SCALE),
        Value::Decimal(number) => scaled(*number, LEVEL_SCALE),
        _ => None,
    };
    let count = |index: usize| match record.value(index)? {
        Value::Integer(number) => Some(*number),
        _ => None,
    };
    // A level does not add up: a town's value is the town's alone.
    let dimension = envelope.area.as_ref().map_or(String::new(), |area| format!("a:{area}"));
    Some(LevelPoint {
        def,
        dimension,
        day: record.day(source.day)?,
        value: number(source.value?)?,
        n: source.n.and_then(count),
        interval: source.interval.and_then(|(low, high)| number(low).zip(number(high))),
    })
}

fn dimensions(envelope: &Envelope) -> Vec<String> {
    let mut found = vec![String::new()];
    found.extend(envelope.area.as_ref().map(|area| format!("a:{area}")));
    found.extend(envelope.body.as_ref().map(|body| format!("b:{body}")));
    found
}

/// Days on which the number of entries in force goes from none to some, and back.
fn union_in_force(def: i64, single: &[Contribution]) -> Vec<Contribution> {
    let mut by_dimension: BTreeMap<&str, BTreeMap<i32, i64>> = BTreeMap::new();
    for contribution in single {
        *by_dimension.entry(&contribution.dimension).or_default().entry(contribution.day).or_default() +=
            contribution.numerator;
    }
    let mut found = Vec::new();
    for (dimension, days) in by_dimension {
        let mut in_force = 0_i64;
        for (day, change) in days {
            let before = i64::from(in_force > 0);
            in_force += change;
            let step = i64::from(in_force > 0) - before;
            if step != 0 {
                found.push(Contribution { def, dimension: dimension.to_owned(), day, numerator: step, denominator: 0 });
            }
        }
    }
    found
}

/// One on the subject's first day of each year: the sum of a year up to a day is then the number of subjects so far.
fn first_of_each_year(def: i64, single: &[Contribution]) -> Vec<Contribution> {
    let mut first: BTreeMap<(&str, i16), i32> = BTreeMap::new();
    for contribution in single.iter().filter(|contribution| contribution.numerator > 0) {
        let year = crate::day::date(contribution.day).year();
        let day = first.entry((&contribution.dimension, year)).or_insert(contribution.day);
        *day = (*day).min(contribution.day);
    }
    let one = |((dimension, _), day): ((&str, i16), i32)| Contribution {
        def,
        dimension: dimension.to_owned(),
        day,
        numerator: 1,
        denominator: 0,
    };
    first.into_iter().map(one).collect()
}
