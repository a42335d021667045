//! 请求的疏密: a token may ask a hundred times a second, and a thousand times at once after a rest; who asks more is told when to come back.
//! Every answer says how much is left. Held in memory, forgotten at a restart.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::http::{HeaderName, HeaderValue};
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

/// How a token stands after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paced {
    /// Seconds to wait when the request was one too many.
    pub(crate) wait: Option<i64>,
    /// Requests that may be made at once.
    left: i64,
    /// Seconds until everything may be asked at once again.
    rest: i64,
}

impl Pace {
    /// Counts a request at an instant.
    pub(crate) fn count(&self, token: RecordId, now: i64) -> Paced {
        let mut paid = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if paid.len() >= TOKENS {
            paid.retain(|_, until| *until > now);
        }
        let before = paid.get(&token).copied().unwrap_or(now).max(now);
        let over = before + COST - now - CREDIT;
        let until = if over > 0 { before } else { before + COST };
        paid.insert(token, until);
        Paced {
            wait: (over > 0).then(|| over.div_euclid(1_000_000) + 1),
            left: (CREDIT - (until - now)).div_euclid(COST),
            rest: (until - now + 999_999).div_euclid(1_000_000),
        }
    }
}

impl Paced {
    /// The headers that say so (draft-ietf-httpapi-ratelimit-headers-07).
    pub(crate) fn headers(&self) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
        let said =
            [("ratelimit-limit", CREDIT / COST), ("ratelimit-remaining", self.left), ("ratelimit-reset", self.rest)];
        said.into_iter().map(|(name, number)| (HeaderName::from_static(name), HeaderValue::from(number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_at_once_then_a_hundred_a_second_and_each_token_for_itself() {
        let (pace, one, other) = (Pace::default(), RecordId([1; 16]), RecordId([2; 16]));
        for asked in 1..=1000 {
            let paced = pace.count(one, 0);
            assert_eq!((paced.wait, paced.left), (None, 1000 - asked));
        }
        let spent = pace.count(one, 0);
        assert_eq!((spent.wait, spent.left, spent.rest), (Some(1), 0, 10));
        assert_eq!(pace.count(other, 0).wait, None);
        for _ in 0..100 {
            assert_eq!(pace.count(one, 1_000_000).wait, None);
        }
        assert_eq!(pace.count(one, 1_000_000).wait, Some(1));
    }
}
