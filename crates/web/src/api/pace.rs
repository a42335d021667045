//! 请求的疏密: a token may ask a hundred times a second, and a thousand times at once after a rest; who asks more is told when to come back.
//! Held in memory, forgotten at a restart.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use zhiheng_app::RecordId;

/// µs that a request costs.
const COST: i64 = 10_000;
/// µs that may be owed.
const CREDIT: i64 = 10_000_000;
/// Tokens that are remembered at a time.
const TOKENS: usize = 4096;

/// When each token will have paid for what it asked.
#[derive(Default)]
pub(crate) struct Pace(Mutex<HashMap<RecordId, i64>>);

impl Pace {
    /// Counts a request at an instant; the seconds to wait when it is one too many.
    pub(crate) fn count(&self, token: RecordId, now: i64) -> Option<i64> {
        let mut paid = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if paid.len() >= TOKENS {
            paid.retain(|_, until| *until > now);
        }
        let until = paid.get(&token).copied().unwrap_or(now).max(now) + COST;
        let over = until - now - CREDIT;
        if over > 0 {
            return Some(over.div_euclid(1_000_000) + 1);
        }
        paid.insert(token, until);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_at_once_then_a_hundred_a_second_and_each_token_for_itself() {
        let (pace, one, other) = (Pace::default(), RecordId([1; 16]), RecordId([2; 16]));
        for _ in 0..1000 {
            assert_eq!(pace.count(one, 0), None);
        }
        assert_eq!(pace.count(one, 0), Some(1));
        assert_eq!(pace.count(other, 0), None);
        for _ in 0..100 {
            assert_eq!(pace.count(one, 1_000_000), None);
        }
        assert_eq!(pace.count(one, 1_000_000), Some(1));
    }
}
