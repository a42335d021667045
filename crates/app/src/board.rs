//! The board: every target's value, as of a day and as it was known on a day.
//!
//! A board reads cells only, never records. Three sums (this year, since the baseline, everything) and the latest levels answer all of
//! its rows, however many records there are. A rate keeps its numerator and denominator and is divided once, here.
//!
//! Rounding is that of GB/T 8170-2008 (round half to even); the verdict compares the unrounded value with the target (its 全数值比较法).

use std::collections::BTreeMap;
use std::sync::Arc;

use zhiheng_methods::proportion::{Decision, Z95, decide_floor, wilson};
use zhiheng_pack::indicator::{Form, Goal, Mode, Period, Sampling};
use zhiheng_pack::light::{Light, Verdict};
use zhiheng_pack::rollup::LEVEL_SCALE;
use zhiheng_pack::value::unscaled;
use zhiheng_pack::{Decimal, Indicator, Pack, day};
use zhiheng_store::{LevelRow, Reader, RecordId, Sum};

use crate::{App, Error};

/// Which board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct When {
    /// The value at the end of this day.
    pub as_of: i32,
    /// Only what was recorded by the end of this day.
    pub known_on: Option<i32>,
}

/// What a number says statistically; a hint, never the verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// 可判定达标
    Met,
    /// 可判定未达标
    NotMet,
    /// 样本不足以判定
    Undecidable,
}

impl Hint {
    /// The word on the page.
    pub fn word(self) -> &'static str {
        match self {
            Hint::Met => "可判定达标",
            Hint::NotMet => "可判定未达标",
            Hint::Undecidable => "样本不足以判定",
        }
    }

    /// The name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            Hint::Met => "met",
            Hint::NotMet => "not_met",
            Hint::Undecidable => "undecidable",
        }
    }
}

/// One number with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Number {
    /// The exact value; `None`: no data.
    pub value: Option<Decimal>,
    /// Numerator, or the count.
    pub numerator: Option<Decimal>,
    /// Denominator.
    pub denominator: Option<Decimal>,
    /// Sample size.
    pub n: Option<i64>,
    /// 95 % interval in the indicator's unit.
    pub interval: Option<(Decimal, Decimal)>,
    /// Day of a reported value.
    pub dated: Option<i32>,
    /// The record that reported it.
    pub reported_by: Option<RecordId>,
}

/// One target on the board.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Position of the indicator in the pack.
    pub indicator: usize,
    /// The number that is judged.
    pub number: Number,
    /// With mode `both`: the reported number beside the computed one.
    pub reported: Option<Number>,
    /// The official verdict.
    pub verdict: Verdict,
    /// The statistical hint.
    pub hint: Option<Hint>,
    /// Share of the plan's time that has passed.
    pub elapsed: Option<Decimal>,
    /// Why there is no number, or no light.
    pub reason: Option<String>,
}

/// A board.
#[derive(Debug, Clone)]
pub struct Board {
    /// The pack under which it was computed: with known-on, the one that was in force then.
    pub pack: Arc<Pack>,
    /// Which one.
    pub when: When,
    /// Targets in the order of the pack.
    pub rows: Vec<Row>,
    /// Records of the place.
    pub records: i64,
    /// Knowledge time of the last record, µs of UTC; 0 when there is none.
    pub last_recorded_at: i64,
}

impl App {
    /// The board of the whole place. Known on a day on which another pack was in force, it is that pack's board.
    pub fn board(&self, when: When) -> Result<Board, Error> {
        self.looked_back(when)?.as_ref().unwrap_or(self).board_here(when)
    }

    fn board_here(&self, when: When) -> Result<Board, Error> {
        let mut reader = self.store.read()?;
        let numbers = self.numbers(&mut reader, when, "")?;
        let rows = numbers.into_iter().map(|(at, pair)| self.row(at, pair, when)).collect::<Option<Vec<_>>>();
        Ok(Board {
            pack: Arc::clone(&self.pack),
            when,
            rows: rows.ok_or_else(|| Error::Internal("a board row without an indicator".to_owned()))?,
            records: reader.total_records(&self.pack.place)?,
            last_recorded_at: reader.last_recorded_at(&self.pack.place)?,
        })
    }

    /// The numbers of every target in one dimension, keyed by the indicator's position.
    pub(crate) fn numbers(
        &self,
        reader: &mut Reader<'_>,
        when: When,
        dimension: &str,
    ) -> Result<BTreeMap<usize, (Number, Option<Number>)>, Error> {
        let cells = self.sums_of(reader, when, dimension)?;
        let levels = self.latest(reader, when, dimension)?;
        let known = Known { pack: &self.pack, as_of: when.as_of, cells: &cells, levels: &levels };
        let shown = self.pack.indicators.iter().enumerate().filter(|(_, indicator)| !indicator.helper);
        Ok(shown.map(|(at, indicator)| (at, known.pair(indicator))).collect())
    }

    fn sums_of(&self, reader: &mut Reader<'_>, when: When, dimension: &str) -> Result<BTreeMap<i64, Sum>, Error> {
        let mut by_start: BTreeMap<Option<i32>, Vec<i64>> = BTreeMap::new();
        for indicator in self.pack.indicators.iter().filter(|indicator| indicator.is_additive()) {
            by_start.entry(start(&self.pack, indicator, when.as_of)).or_default().push(indicator.def);
        }
        let mut found = BTreeMap::new();
        for (from, defs) in by_start {
            found.extend(self.sums_from(reader, when, dimension, &defs, from)?);
        }
        Ok(found)
    }

    /// Sums of definitions over the days from `from`. A definition is in the answer when a day of it is not zero, be it that its sum is: a
    /// stock whose last entry expired is 0, one that never had an entry is no data.
    pub(crate) fn sums_from(
        &self,
        reader: &mut Reader<'_>,
        when: When,
        dimension: &str,
        defs: &[i64],
        from: Option<i32>,
    ) -> Result<BTreeMap<i64, Sum>, Error> {
        let place = &self.pack.place;
        Ok(match when.known_on {
            None => reader.sums(place, dimension, defs, from, when.as_of)?,
            Some(known) => reader.sums_known(place, dimension, defs, from, when.as_of, known)?,
        })
    }

    fn latest(&self, reader: &mut Reader<'_>, when: When, dimension: &str) -> Result<BTreeMap<i64, LevelRow>, Error> {
        let mut defs = Vec::new();
        for indicator in &self.pack.indicators {
            if matches!(indicator.form, Form::Level | Form::Survey) && !indicator.over.is_empty() {
                defs.push(indicator.def);
            }
            if indicator.reported.is_some() {
                defs.push(indicator.reported_def);
            }
        }
        Ok(reader.latest_levels(&self.pack.place, &defs, dimension, when.as_of, when.known_on)?)
    }

    pub(crate) fn row(&self, at: usize, (number, reported): (Number, Option<Number>), when: When) -> Option<Row> {
        let indicator = self.pack.indicators.get(at)?;
        // 暂无计算值: what the unit reported is all there is, and is judged, marked as such.
        let by_report = number.value.is_none().then_some(reported.as_ref()).flatten().and_then(|number| number.value);
        let verdict = indicator.judge(number.value.or(by_report), when.as_of);
        let reason = match verdict.light {
            _ if by_report.is_some() => Some(JUDGED_BY_REPORT.to_owned()),
            Light::RulingPending => indicator.ruling_pending.clone(),
            Light::NoData => Some(no_data(indicator, &number)),
            _ => None,
        };
        Some(Row {
            indicator: at,
            hint: hint(indicator, &number),
            elapsed: indicator.elapsed(when.as_of),
            verdict,
            reason,
            number,
            reported,
        })
    }
}

/// Said beside a light that rests on the reported number alone.
const JUDGED_BY_REPORT: &str = "还没有可以计算的记录，状态按报送的数判定";

/// First day of the sum that an indicator's value is on a day; `None`: everything up to it.
pub(crate) fn start(pack: &Pack, indicator: &Indicator, as_of: i32) -> Option<i32> {
    match (indicator.form, indicator.period) {
        (Form::Stock, _) => None,
        (_, Period::Year) => Some(day::first_of_year(day::date(as_of).year())),
        (_, Period::ToDate) => {
            let baseline = indicator.baseline.as_ref().map_or(pack.baseline_year, |baseline| baseline.year);
            Some(day::first_of_year(baseline.saturating_add(1)))
        }
    }
}

/// What the database says, from which every number follows.
pub(crate) struct Known<'a> {
    pub(crate) pack: &'a Pack,
    /// The day, which decides between two definitions of one indicator.
    pub(crate) as_of: i32,
    pub(crate) cells: &'a BTreeMap<i64, Sum>,
    pub(crate) levels: &'a BTreeMap<i64, LevelRow>,
}

impl Known<'_> {
    /// The number that is judged, and the reported one beside it.
    pub(crate) fn pair(&self, indicator: &Indicator) -> (Number, Option<Number>) {
        let indicator = self.pack.in_force(indicator, self.as_of);
        let reported = || self.levels.get(&indicator.reported_def).map_or_else(Number::default, of_level);
        match indicator.mode {
            Mode::Reported => (reported(), None),
            Mode::Computed => (self.computed(indicator, 0), None),
            Mode::Both => (self.computed(indicator, 0), Some(reported())),
        }
    }

    /// `depth` guards against composites that name each other.
    fn computed(&self, indicator: &Indicator, depth: usize) -> Number {
        match indicator.form {
            Form::Level | Form::Survey => self.levels.get(&indicator.def).map_or_else(Number::default, of_level),
            Form::Composite => self.composite(indicator, depth),
            _ => self.summed(indicator),
        }
    }

    fn summed(&self, indicator: &Indicator) -> Number {
        let Some(sum) = self.cells.get(&indicator.def) else {
            return Number::default();
        };
        let per_level = indicator.denominator_level.and_then(|(at, per)| {
            let level = self.pack.indicators.get(at).and_then(|level| self.levels.get(&level.def))?;
            Some((unscaled(level.value, LEVEL_SCALE) / per, level.day))
        });
        if indicator.denominator_level.is_some() && per_level.is_none() {
            // The numerator is known, the level it is divided by is not: no data, and the page says which.
            return Number { numerator: Some(unscaled(sum.num, indicator.numerator_scale())), ..Number::default() };
        }
        of_sum(indicator, *sum, per_level)
    }

    fn composite(&self, indicator: &Indicator, depth: usize) -> Number {
        let part = |term: &zhiheng_pack::indicator::Term| {
            let of = self.pack.indicators.get(term.indicator).filter(|_| depth < 4)?;
            let of = self.pack.in_force(of, self.as_of);
            let number = if of.mode == Mode::Reported { self.pair(of).0 } else { self.computed(of, depth + 1) };
            Some(number.value? * Decimal::from(term.sign))
        };
        Number { value: indicator.terms.iter().map(part).sum(), ..Number::default() }
    }
}

/// A number of a sum of cells; ratios without a denominator have no value.
pub(crate) fn of_sum(indicator: &Indicator, sum: Sum, per_level: Option<(Decimal, i32)>) -> Number {
    let numerator = unscaled(sum.num, indicator.numerator_scale());
    if indicator.form != Form::Ratio {
        let value = match per_level {
            Some((level, _)) if level.is_zero() => None,
            Some((level, _)) => numerator.checked_div(level),
            None => Some(numerator),
        };
        return Number {
            value,
            numerator: Some(numerator),
            denominator: per_level.map(|(level, _)| level),
            dated: per_level.map(|(_, day)| day),
            ..Number::default()
        };
    }
    let denominator = unscaled(sum.den, indicator.denominator_scale());
    if denominator.is_zero() {
        return Number::default();
    }
    let counts = indicator.numerator_scale() == 0 && indicator.denominator_scale() == 0;
    let interval = (counts && indicator.interval).then(|| interval_of(indicator, sum)).flatten();
    Number {
        value: (numerator * indicator.factor).checked_div(denominator),
        numerator: Some(numerator),
        denominator: Some(denominator),
        n: counts.then_some(sum.den),
        interval,
        ..Number::default()
    }
}

fn interval_of(indicator: &Indicator, sum: Sum) -> Option<(Decimal, Decimal)> {
    let interval = wilson(u64::try_from(sum.num).ok()?, u64::try_from(sum.den).ok()?, Z95)?;
    let print =
        |end: f64| Decimal::try_from(end).ok().map(|end| round(end * indicator.factor, indicator.decimals.max(1)));
    print(interval.low).zip(print(interval.high))
}

pub(crate) fn of_level(level: &LevelRow) -> Number {
    Number {
        value: Some(unscaled(level.value, LEVEL_SCALE)),
        n: level.n,
        interval: level.num.zip(level.den).map(|(low, high)| (unscaled(low, LEVEL_SCALE), unscaled(high, LEVEL_SCALE))),
        dated: Some(level.day),
        reported_by: Some(level.id),
        ..Number::default()
    }
}

/// GB/T 8170-2008: half to even.
pub fn round(value: Decimal, decimals: u32) -> Decimal {
    value.round_dp_with_strategy(decimals, zhiheng_pack::value::HALF_TO_EVEN)
}

/// A number as it is printed: rounded once, with exactly the declared digits.
pub fn print(value: Decimal, decimals: u32) -> String {
    let rounded = round(value, decimals);
    let shown = format!("{rounded:.*}", usize::try_from(decimals).unwrap_or_default());
    if shown.trim_start_matches('-').chars().all(|c| c == '0' || c == '.') {
        shown.trim_start_matches('-').to_owned()
    } else {
        shown
    }
}

fn hint(indicator: &Indicator, number: &Number) -> Option<Hint> {
    let floor =
        indicator.target.as_ref().filter(|_| matches!(indicator.goal, Goal::Floor | Goal::Hold | Goal::ScoreFloor))?;
    if indicator.sampling == Sampling::Census {
        return None;
    }
    let (low, high) = number.interval?;
    let decision = if indicator.form == Form::Ratio {
        // From the counts, not from the rounded ends.
        let counts = (u64::try_from(number.numerator?.mantissa()).ok()?, u64::try_from(number.n?).ok()?);
        let share = (floor.value / indicator.factor).to_string().parse().ok()?;
        decide_floor(wilson(counts.0, counts.1, Z95)?, share)
    } else if low >= floor.value {
        Decision::Met
    } else if high < floor.value {
        Decision::NotMet
    } else {
        Decision::Undecidable
    };
    Some(match decision {
        Decision::Met => Hint::Met,
        Decision::NotMet => Hint::NotMet,
        Decision::Undecidable => Hint::Undecidable,
    })
}

fn no_data(indicator: &Indicator, number: &Number) -> String {
    match indicator.mode {
        Mode::Reported => match &indicator.reporting {
            Some(reporting) => format!("尚未报送（{}）", reporting.document),
            None => "尚未报送".to_owned(),
        },
        _ if indicator.denominator_level.is_some() && number.numerator.is_some() => "缺少分母数据".to_owned(),
        _ if indicator.form == Form::Ratio => "本期没有可计入的记录".to_owned(),
        _ => "尚无可计入的记录".to_owned(),
    }
}
