use domain::{
    plan::{PAIR_BURST, PAIR_EVERY, pair_wait},
    time::Millis,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Contacts of a lane that are remembered before those that are at rest are forgotten.
const REMEMBERED: usize = 10_000;
/// How far back sends to a contact still matter: by then the burst is whole again.
pub const PAIR_MEMORY: Millis = PAIR_BURST as Millis * PAIR_EVERY;

/// How fast one number may write to each of its customers: Meta's pair rate. In the memory of the process that sends for the
/// number, which is the only one.
#[derive(Debug, Default)]
pub struct Pairs(HashMap<Uuid, Pair>);

/// A bucket of [`PAIR_BURST`] tokens, one more each [`PAIR_EVERY`].
#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    /// When the bucket is full again if nothing more is sent.
    full_at: Millis,
    /// After a refusal of Meta's: nothing before then.
    not_before: Millis,
}

impl Pair {
    fn at_rest(&self, now: Millis) -> bool {
        self.full_at <= now && self.not_before <= now
    }

    /// With `many` more tokens taken.
    fn after(self, many: u32, now: Millis) -> Self {
        if many == 0 {
            return self;
        }
        Self { full_at: self.full_at.max(now) + Millis::from(many) * PAIR_EVERY, ..self }
    }

    /// When the next one may go, which takes no token yet.
    fn ready_at(&self) -> Millis {
        // With one token left the bucket lacks all but one of its tokens.
        (self.full_at - (Millis::from(PAIR_BURST) - 1) * PAIR_EVERY).max(self.not_before)
    }
}

impl Pairs {
    /// Tells of `sent` messages to a contact during the last [`PAIR_MEMORY`]. As if all of them had left just now: that is
    /// never too little.
    pub fn prime(&mut self, contact: Uuid, sent: u32, now: Millis) {
        self.forget_rested(now);
        let missing = Millis::from(sent.min(PAIR_BURST)) * PAIR_EVERY;
        let pair = self.0.entry(contact).or_default();
        pair.full_at = pair.full_at.max(now + missing);
    }

    /// When the next message to a contact may go, at `now` or later, if `before` others go to them at `now`. Counts nothing.
    pub fn peek(&self, contact: Uuid, before: u32, now: Millis) -> Millis {
        let pair = self.0.get(&contact).copied().unwrap_or_default();
        pair.after(before, now).ready_at().max(now)
    }

    /// A message goes to a contact.
    pub fn count(&mut self, contact: Uuid, now: Millis) {
        self.forget_rested(now);
        let pair = self.0.entry(contact).or_default();
        *pair = pair.after(1, now);
    }

    /// Meta refused a message to a contact for its pair rate, for the `nth` time (from 1) in a row: when it may be tried again.
    /// Changes nothing: see [`Pairs::hold`].
    pub fn refused(&self, contact: Uuid, nth: u32, now: Millis) -> Millis {
        let held = self.0.get(&contact).map_or(now, |pair| pair.not_before);
        held.max(now + pair_wait(nth))
    }

    /// Nothing goes to a contact before then; only this pair waits.
    pub fn hold(&mut self, contact: Uuid, until: Millis) {
        let pair = self.0.entry(contact).or_default();
        pair.not_before = pair.not_before.max(until);
    }

    /// Whoever is at rest looks like somebody new; so nothing is lost with them.
    fn forget_rested(&mut self, now: Millis) {
        if self.0.len() >= REMEMBERED && self.0.len().is_power_of_two() {
            self.0.retain(|_, pair| !pair.at_rest(now));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::SECOND;

    const NOW: Millis = 1_900_000_000_000;

    /// When the next one goes, which counts.
    fn next(pairs: &mut Pairs, contact: Uuid, now: Millis) -> Millis {
        let at = pairs.peek(contact, 0, now);
        pairs.count(contact, at);
        at
    }

    #[test]
    fn a_burst_of_45_then_one_each_six_seconds() {
        let (mut pairs, contact) = (Pairs::default(), Uuid::from_u128(1));
        for before in 0..PAIR_BURST {
            assert_eq!(pairs.peek(contact, before, NOW), NOW);
        }
        assert_eq!(pairs.peek(contact, PAIR_BURST, NOW), NOW + 6 * SECOND, "nothing was counted");
        for _ in 0..PAIR_BURST {
            assert_eq!(next(&mut pairs, contact, NOW), NOW);
        }
        assert_eq!(next(&mut pairs, contact, NOW), NOW + 6 * SECOND);
        assert_eq!(next(&mut pairs, contact, NOW), NOW + 12 * SECOND);
        assert_eq!(next(&mut pairs, Uuid::from_u128(2), NOW), NOW, "another customer waits for nobody");
        let later = NOW + PAIR_MEMORY + 12 * SECOND;
        assert_eq!(pairs.peek(contact, 0, later), later);
        for _ in 0..PAIR_BURST {
            assert_eq!(next(&mut pairs, contact, later), later);
        }
        assert_eq!(next(&mut pairs, contact, later), later + 6 * SECOND);
    }

    #[test]
    fn a_refusal_holds_this_pair_alone() {
        let (mut pairs, contact) = (Pairs::default(), Uuid::from_u128(1));
        assert_eq!(pairs.refused(contact, 1, NOW), NOW + 4 * SECOND);
        assert_eq!(pairs.peek(contact, 0, NOW), NOW, "until somebody says so");
        pairs.hold(contact, pairs.refused(contact, 2, NOW));
        assert_eq!(pairs.refused(contact, 1, NOW), NOW + 16 * SECOND);
        assert_eq!(pairs.peek(contact, 0, NOW), NOW + 16 * SECOND);
        assert_eq!(pairs.peek(Uuid::from_u128(2), 0, NOW), NOW);
    }

    #[test]
    fn what_another_process_sent_counts() {
        let (mut pairs, contact) = (Pairs::default(), Uuid::from_u128(1));
        pairs.prime(contact, 44, NOW);
        assert_eq!(next(&mut pairs, contact, NOW), NOW);
        assert_eq!(next(&mut pairs, contact, NOW), NOW + 6 * SECOND);
    }

    #[test]
    fn those_at_rest_are_forgotten() {
        let mut pairs = Pairs::default();
        for nth in 0..40_000 {
            pairs.count(Uuid::from_u128(nth), NOW + Millis::try_from(nth).unwrap() * SECOND);
        }
        assert!(pairs.0.len() < 20_000, "{}", pairs.0.len());
    }
}
