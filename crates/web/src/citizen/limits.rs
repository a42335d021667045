//! 限次: how often one network address may do something, without a riddle that an old person cannot solve. A bucket fills with time and is emptied
//! by use; it is in memory, and bounded.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::Client;

/// Addresses that are counted at a time.
const MOST: usize = 65_536;
/// Forms that are remembered for an address, so that a second tap costs nothing.
const KNOWN: usize = 32;
/// µs
const MINUTE: i64 = 60_000_000;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Sort {
    /// A case is opened.
    Report,
    /// A photo is read.
    Photo,
    /// A code is tried.
    Follow,
}

/// So many in so long; none: without limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) count: u32,
    pub(crate) minutes: u32,
}

impl Rule {
    /// The µs in which one use comes back.
    fn interval(self) -> i64 {
        i64::from(self.minutes) * MINUTE / i64::from(self.count.max(1))
    }
}

#[derive(Default)]
struct Bucket {
    /// What was used and has not been given back by time: the µs until it is.
    used: i64,
    at: i64,
    known: Vec<String>,
}

/// Every bucket.
#[derive(Default)]
pub(crate) struct Limits(Mutex<HashMap<(Sort, Client), Bucket>>);

impl Limits {
    /// Gives back uses that were not needed after all.
    pub(crate) fn give_back(&self, who: (Sort, Client), rule: Rule, uses: u32) {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(&who) {
            bucket.used = (bucket.used - rule.interval() * i64::from(uses)).max(0);
        }
    }

    /// Takes `cost` uses, or says in how many minutes there is room. `tag` names what was done: the same again is free.
    pub(crate) fn take(
        &self,
        (sort, client): (Sort, Client),
        rule: Rule,
        cost: u32,
        tag: Option<&str>,
        now: i64,
    ) -> Result<(), u32> {
        if rule.count == 0 {
            return Ok(());
        }
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST {
            // Whoever has been quiet for an hour has nothing left to count.
            buckets.retain(|_, bucket| now - bucket.at < 3_600_000_000);
            if buckets.len() >= MOST {
                buckets.clear();
            }
        }
        let bucket = buckets.entry((sort, client)).or_insert_with(|| Bucket { at: now, ..Bucket::default() });
        if tag.is_some_and(|tag| bucket.known.iter().any(|known| known == tag)) {
            return Ok(());
        }
        bucket.used = bucket.used.saturating_sub((now - bucket.at).max(0)).max(0);
        bucket.at = now;
        let wanted = rule.interval() * i64::from(cost);
        let over = bucket.used + wanted - rule.interval() * i64::from(rule.count);
        if over > 0 {
            return Err(u32::try_from((over + MINUTE - 1) / MINUTE).unwrap_or(u32::MAX));
        }
        bucket.used += wanted;
        if let Some(tag) = tag {
            bucket.known.push(tag.to_owned());
            let long_ago = bucket.known.len().saturating_sub(KNOWN);
            bucket.known.drain(..long_ago);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIVE: Rule = Rule { count: 5, minutes: 60 };

    #[test]
    fn five_in_an_hour_then_one_every_twelve_minutes() {
        let limits = Limits::default();
        let who = (Sort::Report, Client([1; 16]));
        for _ in 0..5 {
            assert_eq!(limits.take(who, FIVE, 1, None, 0), Ok(()));
        }
        assert_eq!(limits.take(who, FIVE, 1, None, 0), Err(12));
        assert_eq!(limits.take(who, FIVE, 1, None, 5 * MINUTE), Err(7));
        assert_eq!(limits.take((Sort::Report, Client([2; 16])), FIVE, 1, None, 0), Ok(()), "another address");
        assert_eq!(limits.take((Sort::Follow, Client([1; 16])), FIVE, 1, None, 0), Ok(()), "another thing");
        assert_eq!(limits.take(who, FIVE, 1, None, 13 * MINUTE), Ok(()));
        assert_eq!(limits.take(who, Rule { count: 0, minutes: 60 }, 1, None, 13 * MINUTE), Ok(()), "switched off");
    }

    #[test]
    fn a_second_tap_costs_nothing_and_a_clock_set_back_gives_nothing() {
        let limits = Limits::default();
        let who = (Sort::Report, Client([1; 16]));
        for _ in 0..9 {
            assert_eq!(limits.take(who, FIVE, 1, Some("a form"), MINUTE), Ok(()));
        }
        for _ in 0..4 {
            assert_eq!(limits.take(who, FIVE, 1, None, 0), Ok(()));
        }
        assert_eq!(limits.take(who, FIVE, 1, None, -MINUTE), Err(12));
    }
}
