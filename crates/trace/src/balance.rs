//! Mass balance (质量平衡): more cannot be packed than was picked, more cannot be shipped than was packed, more cannot be picked than the land
//! bears, and drying loses water within known bounds. Exact decimals; what is claimed and what is possible stand side by side.
//!
//! **Units.** One unit for a whole balance, as a rule kilograms; 1 亩 = 2000/3 m². Rates are fractions (0.05 is five percent).

use rust_decimal::Decimal;

use crate::problem::{ARITHMETIC, Problem};

/// A rule that a balance breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// 采收量 ≤ 面积 × 亩产上限.
    HarvestWithinYield,
    /// 包装量 ≤ 采收量.
    PackedWithinHarvest,
    /// 发货量 ≤ 包装量.
    ShippedWithinPacked,
    /// 干品 ≥ 鲜品 × 最低折干率.
    DriedAboveLeast,
    /// 干品 ≤ 鲜品 × 最高折干率.
    DriedBelowMost,
}

/// A broken rule with its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excess {
    /// Which.
    pub rule: Rule,
    /// What is claimed.
    pub claimed: Decimal,
    /// The bound.
    pub bound: Decimal,
    /// How far it is passed, above zero.
    pub by: Decimal,
}

/// What is known of a lot, a plot or a season; what nobody knows is not judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// 面积.
    pub area: Option<Decimal>,
    /// 单产上限 in the same unit of area, in the mass of the balance.
    pub yield_ceiling: Option<Decimal>,
    /// 采收量.
    pub harvested: Option<Decimal>,
    /// 包装量.
    pub packed: Option<Decimal>,
    /// 发货量.
    pub shipped: Option<Decimal>,
    /// Share that scales and rounding may add (for example 0.02).
    pub tolerance: Decimal,
}

fn overflow(what: &str) -> Problem {
    Problem::new(ARITHMETIC, "", what)
}

fn times(a: Decimal, b: Decimal) -> Result<Decimal, Problem> {
    a.checked_mul(b).ok_or_else(|| overflow(&format!("{a} × {b}")))
}

fn at_most(rule: Rule, claimed: Decimal, bound: Decimal) -> Option<Excess> {
    (claimed > bound).then(|| Excess { rule, claimed, bound, by: claimed - bound })
}

impl Balance {
    /// The rules that are broken.
    pub fn judge(&self) -> Result<Vec<Excess>, Problem> {
        let slack = Decimal::ONE.checked_add(self.tolerance).ok_or_else(|| overflow("tolerance"))?;
        let mut found = Vec::new();
        if let (Some(area), Some(ceiling), Some(harvested)) = (self.area, self.yield_ceiling, self.harvested) {
            found.extend(at_most(Rule::HarvestWithinYield, harvested, times(area, ceiling)?));
        }
        if let (Some(harvested), Some(packed)) = (self.harvested, self.packed) {
            found.extend(at_most(Rule::PackedWithinHarvest, packed, times(harvested, slack)?));
        }
        // Shipped fruit was picked even where nobody wrote down the packing.
        if let (Some(packed), Some(shipped)) = (self.packed.or(self.harvested), self.shipped) {
            found.extend(at_most(Rule::ShippedWithinPacked, shipped, times(packed, slack)?));
        }
        Ok(found)
    }
}

/// 折干率: how much of the fresh mass stays after drying, between two bounds (for example 0.20 and 0.35 of 党参).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drying {
    /// Least share that stays.
    pub least: Decimal,
    /// Most.
    pub most: Decimal,
}

impl Drying {
    /// Whether a dried mass can come from a fresh one: too much is foreign material, too little went elsewhere.
    pub fn judge(&self, fresh: Decimal, dried: Decimal) -> Result<Option<Excess>, Problem> {
        let (least, most) = (times(fresh, self.least)?, times(fresh, self.most)?);
        let below = (dried < least).then(|| Excess {
            rule: Rule::DriedAboveLeast,
            claimed: dried,
            bound: least,
            by: least - dried,
        });
        Ok(at_most(Rule::DriedBelowMost, dried, most).or(below))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_balance_names_each_rule_that_it_breaks_and_by_how_much() {
        let honest = Balance {
            area: Some(d("12.5")),
            yield_ceiling: Some(d("900")),
            harvested: Some(d("11250")),
            packed: Some(d("11250")),
            shipped: Some(d("11250")),
            tolerance: d("0"),
        };
        assert_eq!(honest.judge().unwrap(), []);
        let greedy =
            Balance { harvested: Some(d("11250.1")), packed: Some(d("11475.11")), tolerance: d("0.02"), ..honest };
        let broken = greedy.judge().unwrap();
        assert_eq!(
            broken.iter().map(|one| (one.rule, one.by)).collect::<Vec<_>>(),
            [
                (Rule::HarvestWithinYield, d("0.1")),
                (Rule::PackedWithinHarvest, d("11475.11") - d("11250.1") * d("1.02")),
            ]
        );
        let unpacked = Balance { packed: None, shipped: Some(d("11251")), ..honest };
        assert_eq!(unpacked.judge().unwrap().first().map(|one| one.rule), Some(Rule::ShippedWithinPacked));
        let drying = Drying { least: d("0.20"), most: d("0.35") };
        assert_eq!(drying.judge(d("1000"), d("200")).unwrap(), None);
        assert_eq!(
            drying.judge(d("1000"), d("350.001")).unwrap().map(|one| (one.rule, one.by)),
            Some((Rule::DriedBelowMost, d("0.001")))
        );
        assert_eq!(drying.judge(d("1000"), d("199")).unwrap().map(|one| one.rule), Some(Rule::DriedAboveLeast));
        let huge = Balance {
            area: Some(Decimal::MAX),
            yield_ceiling: Some(d("2")),
            harvested: Some(d("1")),
            ..Balance::default()
        };
        assert_eq!(huge.judge().unwrap_err().code, ARITHMETIC);
    }
}
