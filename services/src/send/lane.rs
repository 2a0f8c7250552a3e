use super::pace::{self, Pace};
use crate::limits::{PAIR_MEMORY, Pairs};
use domain::time::Millis;
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};
use uuid::Uuid;

/// Messages of one number in the hands of a process: where Meta answers none of them in time, others still go.
const SEATS: usize = super::dispatch::IN_FLIGHT / 4;

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
    /// Messages per second that the number may send.
    full: u32,
    /// What Meta's throttling left of it, and when.
    slowed: Option<(u32, Millis)>,
    pairs: Pairs,
}

impl Lane {
    pub fn new(workspace: Uuid, number: Uuid) -> Self {
        let state = State { pace: Pace::new(1), full: 1, slowed: None, pairs: Pairs::default() };
        let seats = Arc::new(Semaphore::new(SEATS));
        Self { workspace, number, seats, start: Instant::now(), state: Mutex::new(state) }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Meta complained: returns the new rate, or nothing where it is the same complaint once more.
    pub fn complained(&self, now: Millis) -> Option<u32> {
        let mut state = self.state();
        let to = pace::halved(state.full, state.slowed, now)?;
        state.slowed = Some((to, now));
        state.pace.set_rate(to);
        Some(to)
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

    /// Notes that a message leaves now, or says when to ask again.
    pub fn depart(&self) -> Result<(), Instant> {
        self.state().pace.depart(self.start.elapsed()).map_err(|again| self.start + again)
    }

    /// When the next message to a contact may go. Not later than now means that it goes, and counts.
    pub fn pair(&self, contact: Uuid, now: Millis) -> Millis {
        let pairs = &mut self.state().pairs;
        match pairs.peek(contact, now) {
            at if at > now => at,
            _ => pairs.next(contact, now),
        }
    }

    /// Which of these contacts nothing is known about.
    pub fn strangers(&self, contacts: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
        let state = self.state();
        contacts.filter(|contact| !state.pairs.knows(*contact)).collect()
    }

    /// Whether another process may have sent lately what this one does not know of.
    pub fn is_young(&self) -> bool {
        Millis::try_from(self.start.elapsed().as_millis()).is_ok_and(|age| age <= PAIR_MEMORY)
    }

    /// Tells what another process sent to a contact.
    pub fn prime(&self, contact: Uuid, sent: u32, now: Millis) {
        self.state().pairs.prime(contact, sent, now);
    }

    /// Meta refused a message for writing to its contact too often, for the `nth` time: when to try again.
    pub fn pair_refused(&self, contact: Uuid, nth: u32, now: Millis) -> Millis {
        self.state().pairs.refused(contact, nth, now)
    }
}
