use domain::time::{Millis, SECOND};
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

/// A minute in pieces: what is told is the last 55 to 60 seconds.
const PIECES: usize = 12;
const PIECE: Millis = 5 * SECOND;
/// Numbers that are counted apart; a process that sends for more counts the rest together.
const NUMBERS: usize = 1_000;

/// What flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Queue {
    /// Deliveries from Meta.
    Ingest,
    /// Messages of a business number.
    Lane(Uuid),
    /// Messages of numbers that are one too many to be counted apart.
    OtherLanes,
    Mail,
    /// Customers' files.
    Media,
    /// What browsers are told.
    Pushes,
    /// What Meta is told: that a message was read, that somebody types.
    Receipts,
    /// Lists of templates.
    Templates,
    /// What is indexed.
    Search,
}

/// What went through a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    pub done: u64,
    /// Tries that failed, and what was given up.
    pub failed: u64,
}

impl Flow {
    /// One that went through, or failed.
    pub(crate) const fn one(done: bool) -> Self {
        if done { Self { done: 1, failed: 0 } } else { Self { done: 0, failed: 1 } }
    }
}

/// Since the process began, and in the last minute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub all: Flow,
    pub minute: Flow,
    /// In hand now.
    pub in_hand: u64,
}

/// What this process counts.
#[derive(Default)]
pub struct Tally(Mutex<HashMap<Queue, Count>>);

#[derive(Default)]
struct Count {
    all: Flow,
    in_hand: u64,
    /// The piece of time that each place holds, and what fell into it.
    pieces: [(i64, Flow); PIECES],
}

impl Tally {
    /// Adds what went through.
    pub(crate) fn add(&self, queue: Queue, now: Millis, new: Flow) {
        if new == Flow::default() {
            return;
        }
        let mut counts = self.lock();
        let count = of(&mut counts, queue);
        count.all.done += new.done;
        count.all.failed += new.failed;
        let piece = now.div_euclid(PIECE);
        let place = usize::try_from(piece.rem_euclid(i64::try_from(PIECES).unwrap_or(1))).unwrap_or(0);
        let slot = &mut count.pieces[place];
        if slot.0 != piece {
            *slot = (piece, Flow::default());
        }
        slot.1.done += new.done;
        slot.1.failed += new.failed;
    }

    /// Counts as in hand until what is returned is dropped.
    pub(crate) fn hold(&self, queue: Queue, many: u64) -> impl Drop + '_ {
        of(&mut self.lock(), queue).in_hand += many;
        Held { tally: self, queue, many }
    }

    /// What went through a queue.
    pub fn of(&self, queue: Queue, now: Millis) -> Totals {
        self.lock().get(&queue).map(|count| count.totals(now)).unwrap_or_default()
    }

    /// Every queue that anything went through.
    pub fn all(&self, now: Millis) -> Vec<(Queue, Totals)> {
        self.lock().iter().map(|(queue, count)| (*queue, count.totals(now))).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Queue, Count>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn of(counts: &mut HashMap<Queue, Count>, queue: Queue) -> &mut Count {
    let new = matches!(queue, Queue::Lane(_)) && counts.len() >= NUMBERS && !counts.contains_key(&queue);
    counts.entry(if new { Queue::OtherLanes } else { queue }).or_default()
}

impl Count {
    fn totals(&self, now: Millis) -> Totals {
        let piece = now.div_euclid(PIECE);
        let recent = self.pieces.iter().filter(|(at, _)| (piece - at) < PIECES as i64 && *at <= piece);
        let minute = recent.fold(Flow::default(), |sum, (_, flow)| Flow {
            done: sum.done + flow.done,
            failed: sum.failed + flow.failed,
        });
        Totals { all: self.all, minute, in_hand: self.in_hand }
    }
}

struct Held<'a> {
    tally: &'a Tally,
    queue: Queue,
    many: u64,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut counts = self.tally.lock();
        let count = of(&mut counts, self.queue);
        count.in_hand = count.in_hand.saturating_sub(self.many);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::MINUTE;

    const NOW: Millis = 1_800_000_000_000;

    fn flow(done: u64, failed: u64) -> Flow {
        Flow { done, failed }
    }

    #[test]
    fn a_minute_passes_and_totals_stay() {
        let tally = Tally::default();
        tally.add(Queue::Ingest, NOW, flow(3, 1));
        tally.add(Queue::Ingest, NOW + 30 * SECOND, flow(2, 0));
        assert_eq!(tally.of(Queue::Ingest, NOW + 30 * SECOND).minute, flow(5, 1));
        assert_eq!(tally.of(Queue::Ingest, NOW + MINUTE).minute, flow(2, 0));
        let later = tally.of(Queue::Ingest, NOW + 10 * MINUTE);
        assert_eq!((later.minute, later.all), (flow(0, 0), flow(5, 1)));
        tally.add(Queue::Ingest, NOW + 10 * MINUTE, flow(1, 0));
        assert_eq!(tally.of(Queue::Ingest, NOW + 10 * MINUTE).minute, flow(1, 0));
        assert_eq!(tally.of(Queue::Mail, NOW), Totals::default());
    }

    #[test]
    fn what_is_held_is_let_go_of() {
        let tally = Tally::default();
        let held = tally.hold(Queue::Ingest, 7);
        assert_eq!(tally.of(Queue::Ingest, NOW).in_hand, 7);
        drop(held);
        assert_eq!(tally.of(Queue::Ingest, NOW).in_hand, 0);
    }

    #[test]
    fn however_many_numbers_there_are_memory_is_bounded() {
        let tally = Tally::default();
        for n in 0..3_000 {
            tally.add(Queue::Lane(Uuid::from_u128(n)), NOW, flow(1, 0));
        }
        assert!(tally.all(NOW).len() <= NUMBERS + 1);
        assert_eq!(tally.all(NOW).iter().map(|(_, totals)| totals.all.done).sum::<u64>(), 3_000);
    }
}
