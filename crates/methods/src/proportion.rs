//! Intervals of a proportion.
//!
//! The official verdict of a rate stands on its point value. The interval beside it says how far the sample can be trusted: with
//! 300 batches a year, the difference between 98.0 % and 98.2 % is invisible.

/// A two-sided confidence interval of a proportion, both ends within 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// What a sample can say about a floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// 可判定达标: the whole interval lies at or above the floor.
    Met,
    /// 可判定未达标: the whole interval lies below the floor.
    NotMet,
    /// 样本不足以判定
    Undecidable,
}

/// The standard normal quantile of a two-sided level of 95 %.
pub const Z95: f64 = 1.959_963_984_540_054;

/// The score interval of E. B. Wilson (1927), «Probable inference, the law of succession, and statistical inference», JASA 22, 209–212.
///
/// `passed` out of `examined`; `z` is the normal quantile of the level ([`Z95`]). `None` when nothing was examined or more passed than
/// were examined.
pub fn wilson(passed: u64, examined: u64, z: f64) -> Option<Interval> {
    if examined == 0 || passed > examined {
        return None;
    }
    let (n, x) = (examined as f64, passed as f64);
    let p = x / n;
    let z2 = z * z;
    let centre = (p + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let half = z / (1.0 + z2 / n) * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    // The ends at 0 of n and n of n are 0 and 1 exactly; rounding must not put them outside.
    Some(Interval { low: (centre - half).max(0.0), high: (centre + half).min(1.0) })
}

/// Whether an interval decides a floor, both as proportions.
pub fn decide_floor(interval: Interval, floor: f64) -> Decision {
    if interval.low >= floor {
        Decision::Met
    } else if interval.high < floor {
        Decision::NotMet
    } else {
        Decision::Undecidable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_the_board_of_the_design() {
        let interval = wilson(1223, 1243, Z95).unwrap();
        assert_eq!((format!("{:.3}", interval.low), format!("{:.3}", interval.high)), ("0.975".into(), "0.990".into()));
        assert_eq!(decide_floor(interval, 0.982), Decision::Undecidable);
    }

    #[test]
    fn ends_stay_within_zero_and_one() {
        for (x, n) in [(0, 1), (1, 1), (0, 1000), (1000, 1000)] {
            let interval = wilson(x, n, Z95).unwrap();
            assert!(interval.low >= 0.0 && interval.high <= 1.0 && interval.low <= interval.high);
        }
        assert_eq!(wilson(1, 0, Z95), None);
        assert_eq!(wilson(2, 1, Z95), None);
    }

    #[test]
    fn a_sample_decides_only_when_the_whole_interval_does() {
        assert_eq!(decide_floor(Interval { low: 0.983, high: 0.99 }, 0.982), Decision::Met);
        assert_eq!(decide_floor(Interval { low: 0.97, high: 0.981 }, 0.982), Decision::NotMet);
    }
}
