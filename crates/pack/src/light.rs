//! Lights (状态) and progress: how a value stands to its target. The official verdict is the point value's; statistics never change it.

use serde::Serialize;

use crate::indicator::{Goal, Indicator};
use crate::value::Decimal;

/// A light: always a shape and a word beside its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// 正常
    OnTrack,
    /// 预警
    Warning,
    /// 滞后
    Behind,
    /// 已完成
    Done,
    /// 达标
    Met,
    /// 未达标
    NotMet,
    /// 无数据
    NoData,
    /// 口径待明确
    RulingPending,
    /// 未分解
    NotSplit,
    /// 未设目标: a number of the county's own that nothing is asked of.
    NoTarget,
}

impl Light {
    /// Every light, best first.
    pub const ALL: [Light; 10] = [
        Light::Done,
        Light::OnTrack,
        Light::Met,
        Light::Warning,
        Light::Behind,
        Light::NotMet,
        Light::NoData,
        Light::RulingPending,
        Light::NotSplit,
        Light::NoTarget,
    ];

    /// The word beside the shape.
    pub fn word(self) -> &'static str {
        match self {
            Light::OnTrack => "正常",
            Light::Warning => "预警",
            Light::Behind => "滞后",
            Light::Done => "已完成",
            Light::Met => "达标",
            Light::NotMet => "未达标",
            Light::NoData => "无数据",
            Light::RulingPending => "口径待明确",
            Light::NotSplit => "未分解",
            Light::NoTarget => "未设目标",
        }
    }

    /// The stable name of the contract.
    pub fn name(self) -> &'static str {
        match self {
            Light::OnTrack => "on_track",
            Light::Warning => "warning",
            Light::Behind => "behind",
            Light::Done => "done",
            Light::Met => "met",
            Light::NotMet => "not_met",
            Light::NoData => "no_data",
            Light::RulingPending => "ruling_pending",
            Light::NotSplit => "not_split",
            Light::NoTarget => "no_target",
        }
    }
}

/// How a value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The light.
    pub light: Light,
    /// (value − baseline) ÷ (target − baseline), where that means something.
    pub progress: Option<Decimal>,
    /// value − target, for floors.
    pub margin: Option<Decimal>,
}

impl Indicator {
    /// Share of the plan's time that has passed on a day: from 31 December of the baseline year to 31 December of the target year, 0 to 1.
    pub fn elapsed(&self, day: i32) -> Option<Decimal> {
        let start = crate::day::last_of_year(self.baseline.as_ref()?.year);
        let end = crate::day::last_of_year(self.target.as_ref()?.year);
        if end <= start {
            return None;
        }
        let share = Decimal::from(day - start) / Decimal::from(end - start);
        Some(share.clamp(Decimal::ZERO, Decimal::ONE))
    }

    /// The verdict of a value, as printed, on a day.
    pub fn judge(&self, value: Option<Decimal>, day: i32) -> Verdict {
        let bare = |light| Verdict { light, progress: None, margin: None };
        if self.ruling_pending.is_some() {
            return bare(Light::RulingPending);
        }
        let Some(value) = value else { return bare(Light::NoData) };
        let Some(target) = &self.target else { return bare(Light::NoTarget) };
        match self.goal {
            Goal::IncreaseTo | Goal::DecreaseTo => self.judge_progress(value, target.value, day),
            Goal::Floor | Goal::Hold | Goal::ScoreFloor => {
                let met = match target.op.as_str() {
                    ">" => value > target.value,
                    "<" => value < target.value,
                    "<=" => value <= target.value,
                    _ => value >= target.value,
                };
                let light = if met { Light::Met } else { Light::NotMet };
                Verdict { light, progress: None, margin: Some(value - target.value) }
            }
        }
    }

    fn judge_progress(&self, value: Decimal, target: Decimal, day: i32) -> Verdict {
        let reached = if self.goal == Goal::DecreaseTo { value <= target } else { value >= target };
        let baseline =
            self.baseline.as_ref().and_then(|baseline| baseline.value).filter(|baseline| *baseline != target);
        let (Some(baseline), Some(elapsed)) = (baseline, self.elapsed(day)) else {
            // Without a baseline there is no path: only reached or not can be said.
            let light = if reached { Light::Done } else { Light::Behind };
            return Verdict { light, progress: None, margin: Some(value - target) };
        };
        let progress = (value - baseline) / (target - baseline);
        let nine_tenths = Decimal::new(9, 1);
        let light = if reached {
            Light::Done
        } else if progress >= elapsed {
            Light::OnTrack
        } else if progress >= nine_tenths * elapsed {
            Light::Warning
        } else {
            Light::Behind
        };
        Verdict { light, progress: Some(progress), margin: None }
    }
}
