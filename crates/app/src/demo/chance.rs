//! Chance that can be repeated: the same seed, stream and number give the same draws, in any order of asking.
//!
//! `SplitMix64` (Steele, Lea, Flood 2014) is enough here: nothing of the demonstration county is secret.

use std::sync::{Mutex, PoisonError};

use crate::Random;

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Draws for one record.
#[derive(Debug, Clone)]
pub(super) struct Chance(u64);

impl Chance {
    /// The draws of the record `number` of a stream.
    pub(super) fn of(seed: u64, stream: &str, number: u64) -> Chance {
        let name = stream
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        Chance(mix(mix(seed ^ name).wrapping_add(number.wrapping_mul(STEP))))
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number below `n`; 0 when `n` is 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(n);
        u64::try_from(wide >> 64).unwrap_or_default()
    }

    /// A number from `low` to `high`, both possible.
    pub(super) fn between(&mut self, low: i32, high: i32) -> i32 {
        let span = u64::try_from(high.saturating_sub(low)).unwrap_or_default() + 1;
        low.saturating_add(i32::try_from(self.below(span)).unwrap_or_default())
    }

    /// True `per_mille` times of a thousand.
    pub(super) fn in_thousand(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    /// One of several.
    pub(super) fn pick<T: Copy + Default>(&mut self, of: &[T]) -> T {
        let at = self.below(u64::try_from(of.len()).unwrap_or_default());
        usize::try_from(at).ok().and_then(|at| of.get(at)).copied().unwrap_or_default()
    }
}

/// A rearrangement of `0..n`, so that exactly as many of a year's records fail as are meant to, and not in a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shuffle {
    n: u64,
    step: u64,
    offset: u64,
}

impl Shuffle {
    pub(super) fn new(n: u64, mut chance: Chance) -> Shuffle {
        let offset = chance.below(n);
        // A step near the golden section spreads evenly; it must share no divisor with n to reach every place.
        let golden = n.saturating_mul(618) / 1000 + chance.below(7);
        let step = (golden.max(1)..golden.max(1) + 1000).find(|step| common_divisor(*step, n) == 1).unwrap_or(1);
        Shuffle { n, step, offset }
    }

    pub(super) fn place(&self, at: u64) -> u64 {
        if self.n == 0 {
            return 0;
        }
        let wide = (u128::from(at) * u128::from(self.step) + u128::from(self.offset)) % u128::from(self.n);
        u64::try_from(wide).unwrap_or_default()
    }
}

fn common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The source of salts while the demonstration county is filled.
#[derive(Debug)]
pub(super) struct Seeded(Mutex<Chance>);

impl Seeded {
    pub(super) fn new(seed: u64) -> Seeded {
        Seeded(Mutex::new(Chance::of(seed, "salt", 0)))
    }
}

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut chance = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(8) {
            for (slot, byte) in chunk.iter_mut().zip(chance.next().to_be_bytes()) {
                *slot = byte;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_reaches_every_place_once() {
        for n in [1, 2, 3, 10, 97, 1000, 1001] {
            let shuffle = Shuffle::new(n, Chance::of(7, "test", n));
            let mut seen: Vec<u64> = (0..n).map(|at| shuffle.place(at)).collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..n).collect::<Vec<_>>());
        }
    }

    #[test]
    fn the_same_number_draws_the_same() {
        let draws = |number| {
            let mut chance = Chance::of(1, "food", number);
            (chance.next(), chance.below(10), chance.between(-3, 3))
        };
        assert_eq!(draws(5), draws(5));
        assert_ne!(draws(5), draws(6));
    }
}
