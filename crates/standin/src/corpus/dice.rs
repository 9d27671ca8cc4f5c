//! Chance that falls the same way on every machine.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};

/// What a stream of numbers is for; streams of different purposes are independent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    Person = 1,
    Group = 2,
    Plan = 3,
    Message = 4,
    Fate = 5,
    Log = 6,
    Row = 7,
}

/// A stream of numbers that depends on the seed, the purpose and two indices alone, so that any
/// message can be made without making those before it.
///
/// Only the words of the ChaCha stream are used, and only integer arithmetic: no distribution of
/// a library that may change, no floating point that differs between machines.
#[derive(Debug)]
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(seed: u64, purpose: Purpose, first: u64, second: u64) -> Self {
        let mut key = [0; 32];
        let words = [seed, purpose as u64, first, second];
        for (bytes, word) in key.chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(key))
    }

    /// Returns a number below `bound`; 0 where there is none.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        // The high word of the product; the bias of at most bound / 2^64 does not matter here.
        let product = u128::from(self.0.next_u64()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// Returns an index into something of `len` parts.
    pub(super) fn index(&mut self, len: usize) -> usize {
        let bound = u64::try_from(len).unwrap_or(u64::MAX);
        usize::try_from(self.below(bound)).unwrap_or(0)
    }

    /// Whether something happens that happens `times` in `of` times.
    pub(super) fn happens(&mut self, times: u32, of: u32) -> bool {
        self.below(u64::from(of)) < u64::from(times)
    }

    /// Returns one of `items`, which must not be empty.
    pub(super) fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.index(items.len())]
    }

    /// Returns 32 hexadecimal digits, as OpenIM's message ids are.
    pub(super) fn hex(&mut self) -> String {
        let number = (u128::from(self.0.next_u64()) << 64) | u128::from(self.0.next_u64());
        format!("{number:032x}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_independent_and_repeatable() {
        let first = |purpose, a, b| Dice::new(7, purpose, a, b).hex();
        assert_eq!(first(Purpose::Plan, 1, 2), first(Purpose::Plan, 1, 2));
        assert_ne!(first(Purpose::Plan, 1, 2), first(Purpose::Plan, 2, 1));
        assert_ne!(first(Purpose::Plan, 1, 2), first(Purpose::Fate, 1, 2));
    }

    #[test]
    fn numbers_stay_below_their_bound_and_reach_it() {
        let mut dice = Dice::new(1, Purpose::Plan, 0, 0);
        let mut seen = [false; 6];
        for _ in 0..200 {
            seen[dice.index(6)] = true;
        }
        assert_eq!(seen, [true; 6]);
        assert_eq!(dice.below(0), 0);
        assert_eq!(dice.below(1), 0);
    }
}
