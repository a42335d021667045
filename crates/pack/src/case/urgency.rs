//! 缓急: how soon the person whom a case is about leaves. Computed whenever it is asked for, never stored: it grows with the hours. No time limit
//! depends on it.

use crate::kind::Kind;
use crate::pack::Pack;
use crate::record::Record;
use crate::value::Value;

/// How soon somebody leaves; the more urgent, the smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgent {
    /// 今日离开
    Today,
    /// 24小时内离开
    Soon,
    /// 以后离开
    Later,
    /// 离开时间不明
    Unknown,
    /// 已经离开
    Gone,
}

impl Urgent {
    /// As a tag says it.
    pub fn name(self) -> &'static str {
        match self {
            Urgent::Today => "今日离开",
            Urgent::Soon => "24小时内离开",
            Urgent::Later => "以后离开",
            Urgent::Unknown => "离开时间不明",
            Urgent::Gone => "已离开",
        }
    }

    /// Whether it goes before other work.
    pub fn presses(self) -> bool {
        matches!(self, Urgent::Today | Urgent::Soon)
    }
}

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

impl Pack {
    /// How urgent an open case is, and the instant of leaving, µs of UTC – the end of the day where the hour is not known. None for a kind that
    /// declares nothing, and for a case that is closed.
    pub fn urgent(&self, kind: &Kind, record: &Record, now: i64) -> Option<(Urgent, Option<i64>)> {
        let urgency = kind.urgency.as_ref()?;
        if self.state_of(record).is_none_or(|state| state.closed) {
            return None;
        }
        let Some(day) = record.day(urgency.day) else { return Some((Urgent::Unknown, None)) };
        let hour = urgency.hour.and_then(|index| match record.value(index) {
            Some(Value::Integer(hour)) => Some(*hour),
            _ => None,
        });
        let midnight = i64::from(day) * DAY - self.utc_offset_hours * HOUR;
        let leaves = midnight + hour.map_or(DAY, |hour| hour.clamp(0, 24) * HOUR);
        // Whoever leaves tomorrow at an hour that he has not said may leave early.
        let earliest = if hour.is_some() { leaves } else { midnight };
        let urgent = match () {
            () if leaves <= now => Urgent::Gone,
            () if day == self.day_of(now) => Urgent::Today,
            () if earliest - now <= DAY => Urgent::Soon,
            () => Urgent::Later,
        };
        Some((urgent, Some(leaves)))
    }
}
