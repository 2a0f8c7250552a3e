//! How fast the messages of one number leave. Pure: the caller says what time it is.

use domain::time::{Millis, SECOND};
use std::{collections::VecDeque, time::Duration};

/// Slots are spread over a little less than the rate, so that late ones never add up to more than it.
const USED_PER_MILLE: u64 = 975;
/// In any stretch of this length fewer messages leave than the rate allows in a second: Meta's second is not ours.
const GUARD: Duration = Duration::from_millis(1_010);

/// A lane that was slowed down gains a tenth of its full rate back each time this long passes without a complaint.
const RECOVERS: Millis = 10 * SECOND;
/// What comes within this time of a complaint is the same complaint.
const ONE_COMPLAINT: Millis = SECOND;

/// Slots of one lane, and when its messages left.
#[derive(Debug)]
pub(super) struct Pace {
    /// Messages per second.
    rate: u32,
    /// The next free slot.
    next: Duration,
    left: VecDeque<Duration>,
}

impl Pace {
    pub fn new(rate: u32) -> Self {
        Self { rate: rate.max(1), next: Duration::ZERO, left: VecDeque::new() }
    }

    pub fn set_rate(&mut self, rate: u32) {
        self.rate = rate.max(1);
    }

    fn spacing(&self) -> Duration {
        Duration::from_micros(1_000_000_000 / (u64::from(self.rate) * USED_PER_MILLE))
    }

    /// How many slots are free from now until `ahead` from now.
    pub fn room(&self, now: Duration, ahead: Duration) -> usize {
        match (now + ahead).checked_sub(self.next.max(now)) {
            Some(free) => usize::try_from(free.as_micros() / self.spacing().as_micros()).unwrap_or(0) + 1,
            None => 0,
        }
    }

    /// When all slots that were taken are over.
    pub fn taken_until(&self) -> Duration {
        self.next
    }

    /// Takes the next slot.
    pub fn take(&mut self, now: Duration) -> Duration {
        let slot = self.next.max(now);
        self.next = slot + self.spacing();
        slot
    }

    /// Notes that a message leaves now, or says until when it has to wait: messages may have been late and come together.
    pub fn depart(&mut self, now: Duration) -> Result<(), Duration> {
        while self.left.front().is_some_and(|left| *left + GUARD <= now) {
            self.left.pop_front();
        }
        let most = usize::try_from(self.rate.saturating_sub(1).max(1)).unwrap_or(usize::MAX);
        match self.left.len().checked_sub(most).and_then(|over| self.left.get(over)) {
            Some(blocks) => Err(*blocks + GUARD),
            None => {
                self.left.push_back(now);
                Ok(())
            }
        }
    }
}

/// Messages per second of a lane that Meta's throttling slowed down to `slowed` = (rate, when).
pub(super) fn recovered(full: u32, slowed: Option<(u32, Millis)>, now: Millis) -> u32 {
    let Some((to, at)) = slowed else { return full };
    let steps = u32::try_from(((now - at) / RECOVERS).max(0)).unwrap_or(u32::MAX);
    to.saturating_add(steps.saturating_mul((full / 10).max(1))).clamp(1, full.max(1))
}

/// What a complaint of Meta's makes of the rate: half of what it is, never less than a tenth of the full one. `None` when it is
/// the same complaint once more.
pub(super) fn halved(full: u32, slowed: Option<(u32, Millis)>, now: Millis) -> Option<u32> {
    if slowed.is_some_and(|(_, at)| now < at + ONE_COMPLAINT) {
        return None;
    }
    Some((recovered(full, slowed, now) / 2).max(full / 10).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn millis(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    /// Departures in the busiest second that ends with one of them.
    fn busiest(log: &[Duration]) -> usize {
        log.iter()
            .map(|end| log.iter().filter(|at| **at <= *end && **at + millis(1_000) > *end).count())
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn it_uses_most_of_the_rate() {
        let mut pace = Pace::new(80);
        let slots: Vec<_> = (0..780).map(|_| pace.take(millis(5))).collect();
        assert_eq!(slots[0], millis(5));
        assert!(slots[779] < millis(10_005) && slots[779] > millis(9_900), "{:?}", slots[779]);
        assert!(busiest(&slots) <= 79);
    }

    #[test]
    fn room_is_what_fits() {
        let mut pace = Pace::new(10);
        assert_eq!(pace.room(millis(0), millis(250)), 3);
        for _ in 0..3 {
            pace.take(millis(0));
        }
        assert_eq!(pace.room(millis(0), millis(250)), 0);
        assert_eq!(pace.room(millis(1_000), millis(250)), 3, "what was not used is not saved");
    }

    #[test]
    fn complaints_halve_and_time_heals() {
        assert_eq!(halved(80, None, 0), Some(40));
        assert_eq!(halved(80, Some((40, 0)), 999), None);
        assert_eq!(halved(80, Some((40, 0)), 1_000), Some(20));
        assert_eq!(halved(80, Some((8, 0)), 1_000), Some(8));
        assert_eq!(halved(1, None, 0), Some(1));
        assert_eq!(recovered(80, Some((40, 0)), 9_999), 40);
        assert_eq!(recovered(80, Some((40, 0)), 10_000), 48);
        assert_eq!(recovered(80, Some((40, 0)), 60_000), 80);
        assert_eq!(recovered(80, None, 0), 80);
        assert_eq!(halved(80, Some((40, 0)), 60_000), Some(40));
    }

    proptest! {
        /// However late the messages are that had their slots, and whatever the clock does in between.
        #[test]
        fn no_second_ever_holds_more_than_the_rate(
            rate in 1_u32..120,
            steps in proptest::collection::vec((0_u64..400, 0_usize..60), 1..60),
        ) {
            let mut pace = Pace::new(rate);
            let (mut now, mut log, mut waiting) = (Duration::ZERO, Vec::new(), VecDeque::new());
            for (step, ready) in steps {
                now += millis(step);
                for _ in 0..ready {
                    waiting.push_back(pace.take(now));
                }
                while waiting.front().is_some_and(|slot| *slot <= now) {
                    if pace.depart(now).is_err() {
                        break;
                    }
                    waiting.pop_front();
                    log.push(now);
                }
            }
            prop_assert!(busiest(&log) <= rate as usize, "{} of {rate}", busiest(&log));
        }
    }
}
