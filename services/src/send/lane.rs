use super::{
    claim::LANE_LEASE,
    guard::{Departure, Guard},
    pace::{self, Pace},
};
use crate::limits::{PAIR_MEMORY, Pairs};
use domain::time::Millis;
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};
use uuid::Uuid;

/// Messages of one number in the hands of a process: where Meta answers none of them in time, others still go.
const SEATS: usize = super::dispatch::IN_FLIGHT / 8;
/// As [`LANE_LEASE`], on the clock that nobody sets.
const LEASED: Duration = Duration::from_millis(LANE_LEASE.unsigned_abs());

/// What a message in hand occupies: a place of the process and one of its lane.
pub(super) type Permits = (OwnedSemaphorePermit, OwnedSemaphorePermit);

/// The sending queue of one number, as the process that holds it remembers it.
pub(super) struct Lane {
    pub workspace: Uuid,
    pub number: Uuid,
    pub seats: Arc<Semaphore>,
    start: Instant,
    state: Mutex<State>,
}

struct State {
    pace: Pace,
    guard: Guard,
    /// Messages per second that the number may send.
    full: u32,
    /// What Meta's throttling left of it, and when.
    slowed: Option<(u32, Millis)>,
    pairs: Pairs,
    /// Contacts of whom it is known what other processes sent to them.
    primed: HashSet<Uuid>,
    /// Since when other processes do not send for it.
    alone_since: Instant,
    held: Option<Held>,
}

/// That this process holds the lane.
#[derive(Clone, Copy)]
struct Held {
    /// By the clock that other processes see.
    until: Millis,
    /// By the one that nobody sets.
    ends: Instant,
    /// It was another's: not before.
    begins: Instant,
}

impl Lane {
    pub fn new(workspace: Uuid, number: Uuid) -> Self {
        let start = Instant::now();
        let state = State {
            pace: Pace::new(1),
            guard: Guard::default(),
            full: 1,
            slowed: None,
            pairs: Pairs::default(),
            primed: HashSet::new(),
            alone_since: start,
            held: None,
        };
        let seats = Arc::new(Semaphore::new(SEATS));
        Self { workspace, number, seats, start, state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Taken or renewed at `from`, until `until`, to be used after `wait`.
    pub fn hold(&self, until: Millis, from: Instant, wait: Duration) {
        let (ends, begins) = (from + LEASED, Instant::now() + wait);
        self.state().held = Some(Held { until, ends, begins });
    }

    /// Another process sends for it, or may: what this one remembers of its customers is not all that was sent to them.
    pub fn lose(&self) {
        let mut state = self.state();
        state.held = None;
        state.pairs = Pairs::default();
        state.primed.clear();
        state.alone_since = Instant::now();
    }

    /// Whether it is held for at least `left` more, by either clock.
    pub fn is_held_for(&self, left: Millis, now: Millis) -> bool {
        let ahead = Instant::now() + Duration::from_millis(u64::try_from(left).unwrap_or(0));
        self.state().held.is_some_and(|held| held.until >= now + left && held.ends >= ahead)
    }

    /// How long it takes until a lane that was taken may begin.
    pub fn begins_in(&self) -> Option<Duration> {
        self.state().held.and_then(|held| held.begins.checked_duration_since(Instant::now())).filter(|d| !d.is_zero())
    }

    /// Takes over what the database says of the number's rate.
    pub fn tune(&self, full: u32, slowed: Option<(u32, Millis)>, now: Millis) {
        let mut state = self.state();
        state.full = full;
        // A complaint may not be written yet.
        if slowed.map(|(_, at)| at) > state.slowed.map(|(_, at)| at) {
            state.slowed = slowed;
        }
        let rate = pace::recovered(full, state.slowed, now);
        state.pace.set_rate(rate);
    }

    /// Meta complained: the rate that it leaves, or nothing where it is the same complaint once more. Changes nothing:
    /// whoever has written it says [`Lane::slow_down`].
    pub fn complaint(&self, now: Millis) -> Option<u32> {
        let state = self.state();
        pace::halved(state.full, state.slowed, now)
    }

    /// From `at` on it sends `to` messages per second, until it recovers.
    pub fn slow_down(&self, to: u32, at: Millis) {
        let mut state = self.state();
        state.slowed = Some((to, at));
        state.pace.set_rate(to);
    }

    /// How many messages may be claimed for the time until `ahead` from now.
    pub fn room(&self, ahead: Duration) -> usize {
        self.state().pace.room(self.start.elapsed(), ahead)
    }

    /// How far from now the slots reach that were taken.
    pub fn taken_ahead(&self) -> Duration {
        self.state().pace.taken_until().saturating_sub(self.start.elapsed())
    }

    /// Takes the next slot.
    pub fn slot(&self) -> Instant {
        let slot = self.state().pace.take(self.start.elapsed());
        self.start + slot
    }

    /// Notes that a message leaves now; or says when to ask again.
    pub fn depart(&self) -> Result<Departure, Instant> {
        let mut state = self.state();
        let rate = state.pace.rate();
        state.guard.depart(rate, self.start.elapsed()).map_err(|again| self.start + again)
    }

    /// A message was answered; whether Meta took it.
    pub fn answered(&self, departure: Departure, taken: bool) {
        self.state().guard.answered(departure, self.start.elapsed(), taken);
    }

    /// When the next message to a contact may go, at `now` or later, if `before` others of the same claim go to them. It counts
    /// once the claim is committed: see [`Lane::went`].
    pub fn pair(&self, contact: Uuid, before: u32, now: Millis) -> Millis {
        self.state().pairs.peek(contact, before, now)
    }

    /// A message to a contact was claimed.
    pub fn went(&self, contact: Uuid, now: Millis) {
        self.state().pairs.count(contact, now);
    }

    /// Whether another process may have sent lately what this one does not know of.
    pub fn is_young(&self) -> bool {
        let mut state = self.state();
        let young = Millis::try_from(state.alone_since.elapsed().as_millis()).is_ok_and(|age| age <= PAIR_MEMORY);
        if !young && !state.primed.is_empty() {
            state.primed = HashSet::new();
        }
        young
    }

    /// Those of these contacts of whom it is not known what others sent to them.
    pub fn strangers(&self, contacts: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
        let state = self.state();
        let strangers: HashSet<Uuid> = contacts.filter(|contact| !state.primed.contains(contact)).collect();
        strangers.into_iter().collect()
    }

    /// Tells how much was sent lately to strangers; to whom nothing was is not in `sent`. And until when
    /// Graph wants them to be left alone, in `held`.
    pub fn prime(&self, strangers: Vec<Uuid>, sent: Vec<(Uuid, i64)>, held: Vec<(Uuid, Millis)>, now: Millis) {
        let mut state = self.state();
        for (contact, sent) in sent {
            state.pairs.prime(contact, u32::try_from(sent).unwrap_or(u32::MAX), now);
        }
        for (contact, until) in held {
            state.pairs.hold(contact, until);
        }
        state.primed.extend(strangers);
    }

    /// Meta refused a message for writing to its contact too often, for the `nth` time: when to try again. Changes nothing:
    /// whoever has written it says [`Lane::hold_pair`].
    pub fn pair_refused(&self, contact: Uuid, nth: u32, now: Millis) -> Millis {
        self.state().pairs.refused(contact, nth, now)
    }

    /// Nothing goes to a contact before then.
    pub fn hold_pair(&self, contact: Uuid, until: Millis) {
        self.state().pairs.hold(contact, until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane() -> Lane {
        let lane = Lane::new(Uuid::nil(), Uuid::nil());
        lane.tune(80, None, 0);
        lane
    }

    /// A transaction that writes a complaint may be tried again: asking changes nothing.
    #[tokio::test]
    async fn a_complaint_counts_once_it_is_written() {
        let lane = lane();
        assert_eq!(lane.complaint(5_000), Some(40));
        assert_eq!(lane.complaint(9_000), Some(40), "tried again four seconds later");
        lane.slow_down(40, 9_000);
        assert_eq!(lane.complaint(9_999), None, "the same once more");
        assert_eq!(lane.complaint(10_000), Some(20));
        let contact = Uuid::from_u128(1);
        let at = lane.pair_refused(contact, 1, 0);
        assert_eq!((lane.pair_refused(contact, 1, 0), lane.pair(contact, 0, 0)), (at, 0));
        lane.hold_pair(contact, at);
        assert_eq!(lane.pair(contact, 0, 0), at);
    }

    #[tokio::test]
    async fn a_lane_that_was_anothers_remembers_nobody() {
        let (lane, contact) = (lane(), Uuid::from_u128(1));
        lane.hold(15_000, Instant::now(), Duration::ZERO);
        assert!(lane.is_held_for(10_000, 5_000) && !lane.is_held_for(10_000, 5_001));
        assert!(!lane.is_held_for(15_001, 0), "by the other clock");
        lane.prime(vec![contact], vec![(contact, 45)], Vec::new(), 0);
        assert!(lane.strangers([contact].into_iter()).is_empty());
        assert_eq!(lane.pair(contact, 0, 0), 6_000);
        lane.lose();
        assert_eq!(lane.strangers([contact].into_iter()), [contact]);
        assert_eq!(lane.pair(contact, 0, 0), 0);
        assert!(!lane.is_held_for(0, 0));
    }
}
