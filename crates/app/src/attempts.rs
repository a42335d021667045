//! 登录的次数: how often somebody may try, by the name he tries and the address he tries it from.
//!
//! What always holds:
//! - A name that nobody has is counted like any other: what a stranger is told does not say whether there is such an account.
//! - A lock belongs to a name *and* an address. Whoever tries the names of others from elsewhere locks himself out, not them.
//! - An address that fails with many names waits before the next password is looked at: looking costs tens of milliseconds each.
//! - A name that fails from many addresses is slowed down for addresses from which nobody ever came in with it; its owner, at his desk, notices
//!   nothing.
//!
//! Kept in memory: a restart forgets it, the log of sign-ins does not.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

const SECOND: i64 = 1_000_000;
/// Failures of one address, whatever the names.
const OF_ADDRESS: i64 = 30;
/// Failures of one name, whatever the addresses, before strange addresses wait.
const OF_NAME: i64 = 20;
/// In this time, µs.
const WINDOW: i64 = 600 * SECOND;
/// A strange address may try a name that is under attack this often, µs.
const PACE: i64 = 30 * SECOND;
/// So many are remembered; then what is over is forgotten.
const REMEMBERED: usize = 20_000;

/// Failures of a name, of an address, or of both.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Of {
    Pair(String, String),
    Address(String),
    Name(String),
}

#[derive(Debug, Clone, Copy, Default)]
struct Failures {
    count: i64,
    since: i64,
    last: i64,
    until: i64,
}

/// Why an attempt is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// This name from this address, for the time of the policy.
    Locked,
    /// This address, for so many minutes.
    Address(i64),
    /// This name is under attack: try again in half a minute.
    Slow,
}

/// What failed lately.
#[derive(Default)]
pub(crate) struct Attempts(Mutex<HashMap<Of, Failures>>);

impl Attempts {
    /// Whether an attempt has to wait. `familiar` is asked only where it matters: whether somebody came in with this name from this address.
    pub(crate) fn wait(&self, login: &str, address: &str, now: i64, familiar: impl FnOnce() -> bool) -> Option<Wait> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |of: Of| known.get(&of).copied().unwrap_or_default();
        let (name, place) = (login.to_lowercase(), address.to_owned());
        if of(Of::Pair(name.clone(), place.clone())).until > now {
            return Some(Wait::Locked);
        }
        let from = of(Of::Address(place.clone()));
        if !address.is_empty() && from.until > now {
            return Some(Wait::Address((from.until - now).div_euclid(60 * SECOND) + 1));
        }
        let all = of(Of::Name(name));
        let attacked = all.count >= OF_NAME && now - all.since < WINDOW;
        (attacked && now - all.last < PACE && !familiar()).then_some(Wait::Slow)
    }

    /// Counts a failure. After `most` in a row the name is locked for this address until then.
    pub(crate) fn failed(&self, login: &str, address: &str, now: i64, most: i64, until: i64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.retain(|_, one| one.until > now || now - one.last < WINDOW);
        }
        let (name, place) = (login.to_lowercase(), address.to_owned());
        let mut count = |of: Of, most: i64, until: i64| {
            let one = known.entry(of).or_default();
            if now - one.since >= WINDOW && one.until <= now && now - one.last >= WINDOW {
                *one = Failures { since: now, ..Failures::default() };
            }
            one.count += 1;
            one.last = now;
            if one.count >= most {
                one.until = until;
                one.count = 0;
            }
        };
        count(Of::Pair(name.clone(), place.clone()), most, until);
        count(Of::Address(place), OF_ADDRESS, now + WINDOW);
        // Nobody is locked by what strangers do: this one only counts.
        count(Of::Name(name), i64::MAX, 0);
    }

    /// Somebody came in: his failures before are forgotten.
    pub(crate) fn came_in(&self, login: &str, address: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.remove(&Of::Pair(login.to_lowercase(), address.to_owned()));
    }

    /// An administrator lets a name in again, from everywhere.
    pub(crate) fn forget(&self, login: &str) {
        let name = login.to_lowercase();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|of, _| !matches!(of, Of::Pair(one, _) | Of::Name(one) if *one == name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60 * SECOND;

    #[test]
    fn a_stranger_locks_himself_out_and_nobody_else() {
        let all = Attempts::default();
        for _ in 0..5 {
            assert_eq!(all.wait("wang", "10.0.0.9", 0, || false), None);
            all.failed("wang", "10.0.0.9", 0, 5, 30 * MINUTE);
        }
        assert_eq!(all.wait("Wang", "10.0.0.9", 1, || true), Some(Wait::Locked), "a name has no capitals");
        assert_eq!(all.wait("wang", "10.0.0.1", 1, || false), None, "its owner comes in");
        assert_eq!(all.wait("wang", "10.0.0.9", 30 * MINUTE, || false), None, "over");
    }

    #[test]
    fn an_address_that_tries_many_names_waits() {
        let all = Attempts::default();
        for name in 0..OF_ADDRESS {
            assert_eq!(all.wait(&format!("n{name}"), "10.0.0.9", 0, || false), None);
            all.failed(&format!("n{name}"), "10.0.0.9", 0, 5, 0);
        }
        assert_eq!(all.wait("new", "10.0.0.9", 1, || true), Some(Wait::Address(10)));
        assert_eq!(all.wait("new", "10.0.0.1", 1, || false), None);
    }

    #[test]
    fn a_name_under_attack_is_slow_for_strange_addresses_only() {
        let all = Attempts::default();
        for from in 0..OF_NAME {
            all.failed("wang", &format!("10.0.1.{from}"), 0, 5, 0);
        }
        assert_eq!(all.wait("wang", "10.9.9.9", 1, || false), Some(Wait::Slow));
        assert_eq!(all.wait("wang", "10.0.0.1", 1, || true), None, "the desk of its owner");
        assert_eq!(all.wait("wang", "10.9.9.9", PACE, || false), None, "one attempt in half a minute");
    }
}
