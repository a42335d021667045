//! Label quota (标签额度): no more labels than the land can fill. Without it genuine codes make foreign produce genuine; with it, a label that is
//! issued is one that the harvest has room for.
//!
//! labels ≤ area × yield ceiling × season share ÷ mass of a label's pack − issued + void. Exact; rounded down once, to whole labels.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::problem::{ARITHMETIC, Problem, QUOTA};

/// The basis of a holder's quota for one product and season.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Basis {
    /// Registered area (面积).
    pub area: Decimal,
    /// Highest yield of one unit of that area in the season (单产上限), in the mass of `pack`.
    pub yield_ceiling: Decimal,
    /// Share of the season that counts: 1 for a whole one, less when part of it was lost or is over.
    pub season: Decimal,
    /// Mass that one label stands for (每枚标签对应的净含量).
    pub pack: Decimal,
}

/// What was issued so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Labels issued.
    pub issued: u64,
    /// Of these, voided and returned or destroyed (作废、损耗): they count again.
    pub void: u64,
}

impl Basis {
    /// Labels that the basis allows altogether.
    pub fn allowance(&self) -> Result<u64, Problem> {
        let shown = || format!("{} × {} × {} ÷ {}", self.area, self.yield_ceiling, self.season, self.pack);
        let refuse = || Problem::new(ARITHMETIC, "", shown());
        let positive = self.pack > Decimal::ZERO
            && [self.area, self.yield_ceiling, self.season].iter().all(|part| *part >= Decimal::ZERO);
        if !positive {
            return Err(refuse());
        }
        let mass = self
            .area
            .checked_mul(self.yield_ceiling)
            .and_then(|mass| mass.checked_mul(self.season))
            .ok_or_else(refuse)?;
        mass.checked_div(self.pack).and_then(|labels| labels.floor().to_u64()).ok_or_else(refuse)
    }

    /// Labels that are left; none when more was issued than is allowed by now (an area was corrected).
    pub fn left(&self, ledger: Ledger) -> Result<u64, Problem> {
        let used = ledger.issued.saturating_sub(ledger.void);
        Ok(self.allowance()?.saturating_sub(used))
    }

    /// The ledger after issuing so many more; refused, with the numbers, when they are not left.
    pub fn issue(&self, ledger: Ledger, labels: u64) -> Result<Ledger, Problem> {
        let left = self.left(ledger)?;
        if labels > left {
            let shown = format!(
                "申请 {labels} 枚，可用 {left} 枚（总额 {}，已发 {}，作废 {}）",
                self.allowance()?,
                ledger.issued,
                ledger.void
            );
            return Err(Problem::new(QUOTA, "", shown));
        }
        let issued = ledger.issued.checked_add(labels).ok_or_else(|| Problem::new(ARITHMETIC, "", labels))?;
        Ok(Ledger { issued, ..ledger })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever is asked for and voided, in whatever order: what is out never exceeds what the land bears.
        #[test]
        fn what_is_out_never_exceeds_the_allowance(area in 0_i64..10_000, steps in prop::collection::vec((any::<bool>(), 0_u64..5_000), 0..60)) {
            let basis = Basis { area: Decimal::new(area, 2), yield_ceiling: Decimal::from(900), season: Decimal::ONE, pack: Decimal::new(25, 1) };
            let allowance = basis.allowance().unwrap();
            prop_assert!(Decimal::from(allowance) * basis.pack <= basis.area * basis.yield_ceiling);
            let mut ledger = Ledger::default();
            for (issue, labels) in steps {
                if issue {
                    let left = basis.left(ledger).unwrap();
                    match basis.issue(ledger, labels) {
                        Ok(next) => { prop_assert!(labels <= left); ledger = next; }
                        Err(problem) => { prop_assert!(labels > left); prop_assert_eq!(problem.code, QUOTA); }
                    }
                } else {
                    ledger.void = (ledger.void + labels).min(ledger.issued);
                }
                prop_assert!(ledger.issued - ledger.void <= allowance);
            }
        }
    }

    #[test]
    fn a_pack_of_nothing_is_no_basis() {
        let basis =
            Basis { area: Decimal::ONE, yield_ceiling: Decimal::ONE, season: Decimal::ONE, pack: Decimal::ZERO };
        assert_eq!(basis.allowance().unwrap_err().code, ARITHMETIC);
        assert!(Basis { area: Decimal::NEGATIVE_ONE, pack: Decimal::ONE, ..basis }.allowance().is_err());
        assert!(
            Basis { area: Decimal::MAX, pack: Decimal::ONE, yield_ceiling: Decimal::TEN, ..basis }.allowance().is_err()
        );
    }
}
