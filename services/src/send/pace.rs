//! How fast the messages of one number leave. Pure: the caller says what time it is.

use domain::time::{Millis, SECOND};
use std::time::Duration;

/// Slots are spread over a little less than the rate: what was late finds room.
const USED_PER_MILLE: u64 = 975;
/// A lane that was slowed down gains a tenth of its full rate back each time this long passes without a complaint.
const RECOVERS: Millis = 10 * SECOND;
/// What comes within this time of a complaint is the same complaint.
const ONE_COMPLAINT: Millis = SECOND;

/// Slots of one lane. What leaves late, and how many of them together, is for [`super::guard`].
#[derive(Debug)]
pub(super) struct Pace {
    /// Messages per second.
    rate: u32,
    /// The next free slot.
    next: Duration,
}

impl Pace {
    pub fn new(rate: u32) -> Self {
        Self { rate: rate.max(1), next: Duration::ZERO }
    }

    pub fn rate(&self) -> u32 {
        self.rate
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

    fn millis(n: u64) -> Duration {
        Duration::from_millis(n)
    }

    #[test]
    fn it_uses_most_of_the_rate() {
        let mut pace = Pace::new(80);
        let slots: Vec<_> = (0..780).map(|_| pace.take(millis(5))).collect();
        assert_eq!(slots[0], millis(5));
        assert!(slots[779] < millis(10_005) && slots[779] > millis(9_900), "{:?}", slots[779]);
        let closest = slots.windows(2).map(|two| two[1] - two[0]).min().unwrap();
        assert!(closest * 79 > millis(1_000), "{closest:?}: 80 fit into a second");
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
}
