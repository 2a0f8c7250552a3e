//! How many messages of one number may reach Meta in any second, whatever delays them on their way. Pure: the caller says what
//! time it is.
//!
//! Meta counts when requests arrive; we know when they left and when they were answered. A message arrived somewhere between,
//! and what its answer took longer than the quickest ones lately is what it may have been late. Two cores that are busy, a
//! machine that stood still for a moment, or a slow line thus cost a little speed and no complaint.

use std::{collections::VecDeque, time::Duration};

/// Meta's second, and a little: its clock and ours are read in milliseconds.
const SECOND: Duration = Duration::from_millis(1_005);
/// No message is taken to be later than this: answers may be slow for other reasons.
const LATEST: Duration = Duration::from_millis(300);
/// The quickest answers are remembered for one to two times this long.
const MEMORY: Duration = Duration::from_secs(10);

/// The departures of one number that may still count in Meta's second.
#[derive(Debug, Default)]
pub(super) struct Guard {
    left: VecDeque<Left>,
    /// The number of the first of them.
    first: u64,
    quickest: Quickest,
}

/// A message that left: which one of its number, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Departure {
    nth: u64,
    at: Duration,
}

#[derive(Debug)]
struct Left {
    at: Duration,
    answered: Option<Duration>,
}

impl Guard {
    /// Notes that a message leaves now; or says until when it has to wait.
    pub fn depart(&mut self, rate: u32, now: Duration) -> Result<Departure, Duration> {
        while self.left.front().is_some_and(|left| left.at + SECOND + LATEST <= now) {
            self.left.pop_front();
            self.first += 1;
        }
        let mut held: Vec<Duration> =
            self.left.iter().map(|left| self.counts_until(left, now)).filter(|until| *until > now).collect();
        let most = usize::try_from(rate.max(1)).unwrap_or(usize::MAX);
        if let Some(over) = held.len().checked_sub(most) {
            let (_, until, _) = held.select_nth_unstable(over);
            return Err(*until);
        }
        self.left.push_back(Left { at: now, answered: None });
        Ok(Departure { nth: self.first + self.left.len() as u64 - 1, at: now })
    }

    /// A message was answered now; `taken` when Meta took it: a refusal, or no connection, may come quicker than any message
    /// gets there and back.
    pub fn answered(&mut self, departure: Departure, now: Duration, taken: bool) {
        // Also of one that counts no more: where every answer takes that long, that is how long they take.
        if taken {
            self.quickest.note(now, now.saturating_sub(departure.at));
        }
        let left = departure.nth.checked_sub(self.first).and_then(|nth| self.left.get_mut(usize::try_from(nth).ok()?));
        if let Some(left) = left {
            left.answered = Some(now);
        }
    }

    /// Until when it may count in the same second of Meta's as one that leaves then.
    fn counts_until(&self, left: &Left, now: Duration) -> Duration {
        let took = left.answered.unwrap_or(now).saturating_sub(left.at);
        let late = self.quickest.lately().map_or(Duration::ZERO, |least| took.saturating_sub(least));
        left.at + SECOND + late.min(LATEST)
    }
}

/// How long the quickest answers took lately.
#[derive(Debug, Default)]
struct Quickest {
    since: Duration,
    now: Option<Duration>,
    before: Option<Duration>,
}

impl Quickest {
    fn note(&mut self, now: Duration, took: Duration) {
        if now.saturating_sub(self.since) >= MEMORY {
            (self.since, self.before) = (now, self.now.take());
        }
        self.now = Some(self.now.map_or(took, |least| least.min(took)));
    }

    fn lately(&self) -> Option<Duration> {
        self.now.into_iter().chain(self.before).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn millis(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    /// Most of them in a second that ends with one of them.
    fn busiest(log: &[Duration]) -> usize {
        log.iter()
            .map(|end| log.iter().filter(|at| **at <= *end && **at + millis(1_000) > *end).count())
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn a_rate_is_used() {
        let mut guard = Guard::default();
        for nth in 0..80 {
            let departure = guard.depart(80, millis(nth)).unwrap();
            guard.answered(departure, millis(nth + 50), true);
        }
        assert_eq!(guard.depart(80, millis(100)), Err(millis(1_005)));
        assert!(guard.depart(80, millis(1_005)).is_ok());
        assert!(guard.depart(1, millis(3_000)).is_ok());
        assert_eq!(guard.depart(1, millis(3_001)), Err(millis(4_005)));
    }

    #[test]
    fn an_answer_that_is_late_counts_longer() {
        let mut guard = Guard::default();
        let first = guard.depart(1, millis(0)).unwrap();
        guard.answered(first, millis(50), true);
        let second = guard.depart(1, millis(1_100)).unwrap();
        assert_eq!(guard.depart(1, millis(1_120)), Err(millis(2_105)));
        guard.answered(second, millis(1_250), true);
        assert_eq!(guard.depart(1, millis(2_105)), Err(millis(2_205)), "it may have come 100 ms late");
        guard.depart(1, millis(2_205)).unwrap();
        // No answer at all: for so long and no longer.
        assert_eq!(guard.depart(1, millis(3_210)), Err(millis(3_510)));
        let refused = guard.depart(1, millis(3_510)).unwrap();
        // A refusal that came at once says nothing of the way there.
        guard.answered(refused, millis(3_511), false);
        let last = guard.depart(1, millis(5_000)).unwrap();
        guard.answered(last, millis(5_050), true);
        assert_eq!(guard.depart(1, millis(5_100)), Err(millis(6_005)));
    }

    /// Answers that come when their message counts no more.
    #[test]
    fn who_always_takes_longer_than_a_second_costs_no_speed() {
        let mut guard = Guard::default();
        let quick = guard.depart(1, millis(0)).unwrap();
        guard.answered(quick, millis(50), true);
        let slow = guard.depart(1, millis(2_000)).unwrap();
        assert_eq!(guard.depart(1, millis(3_200)), Err(millis(3_305)), "it may be late");
        guard.answered(slow, millis(3_400), true);
        let (mut now, mut before) = (4_000, guard.depart(1, millis(4_000)).unwrap());
        for _ in 0..16 {
            now += 1_400;
            let next = guard.depart(1, millis(now)).unwrap();
            guard.answered(before, millis(now + 100), true);
            before = next;
        }
        now += 1_400;
        guard.depart(1, millis(now)).unwrap();
        assert!(guard.depart(1, millis(now + 1_005)).is_ok());
    }

    #[test]
    fn what_is_slow_for_long_is_slow_for_other_reasons() {
        let mut quickest = Quickest::default();
        quickest.note(millis(0), millis(50));
        quickest.note(millis(9_999), millis(400));
        assert_eq!(quickest.lately(), Some(millis(50)));
        quickest.note(millis(10_000), millis(400));
        assert_eq!(quickest.lately(), Some(millis(50)));
        quickest.note(millis(20_000), millis(400));
        assert_eq!(quickest.lately(), Some(millis(400)));
    }

    proptest! {
        /// However late messages are handed over, and however late each gets there, up to what is allowed for.
        #[test]
        fn no_second_of_metas_ever_holds_more_than_the_rate(
            rate in 1_u32..100,
            steps in proptest::collection::vec((0_u64..120, 0_usize..30, 0_u64..290, 1_u64..100), 1..80),
        ) {
            let mut guard = Guard::default();
            let (mut now, mut arrivals, mut waiting) = (Duration::ZERO, Vec::new(), 0);
            let mut answers: Vec<(Duration, Departure)> = Vec::new();
            // One that met nothing on its way.
            let first = guard.depart(rate, now).unwrap();
            guard.answered(first, now + millis(5), true);
            arrivals.push(now + millis(2));
            for (step, ready, late, often) in steps {
                now += millis(step);
                waiting += ready;
                let mut due: Vec<_> = answers.extract_if(.., |(at, _)| *at <= now).collect();
                due.sort_unstable_by_key(|(at, _)| *at);
                due.into_iter().for_each(|(at, departure)| guard.answered(departure, at, true));
                while waiting > 0 {
                    let Ok(departure) = guard.depart(rate, now) else { break };
                    waiting -= 1;
                    let late = millis(if departure.nth.is_multiple_of(often) { late } else { 0 });
                    arrivals.push(now + millis(2) + late);
                    answers.push((now + millis(5) + late, departure));
                }
            }
            prop_assert!(busiest(&arrivals) <= rate as usize, "{} of {rate}", busiest(&arrivals));
        }
    }
}
