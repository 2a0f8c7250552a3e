use std::{
    collections::{HashMap, HashSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use uuid::Uuid;

/// What this process has in hand of each workspace's minute, and which workspaces have news for their screens.
pub struct Limits {
    /// This process among those that share a database.
    pub(super) holder: String,
    gauges: Mutex<HashMap<Uuid, Arc<Gauge>>>,
    changed: Arc<Mutex<HashSet<Uuid>>>,
}

impl Limits {
    /// `holder` names this process; where there is only one, always by the same name, so that it finds what it counted before
    /// a restart.
    pub fn new(holder: String) -> Self {
        Self { holder, gauges: Mutex::default(), changed: Arc::default() }
    }

    pub(super) fn gauge(&self, workspace: Uuid) -> Arc<Gauge> {
        self.gauges.lock().unwrap_or_else(PoisonError::into_inner).entry(workspace).or_default().clone()
    }

    /// Something was sent: screens are told within a second.
    pub(super) fn changed(&self, workspaces: impl IntoIterator<Item = Uuid>) {
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).extend(workspaces);
    }

    /// The workspaces with news; they are told once.
    pub(super) fn news(&self) -> HashSet<Uuid> {
        std::mem::take(&mut *self.changed.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// `many` of a minute, for as long as the transaction that counts them is open.
    pub(super) fn reserved(&self, workspace: Uuid, gauge: Option<Arc<Gauge>>, minute: i64, many: u32) -> Reserved {
        Reserved { workspace, gauge, minute, many, changed: self.changed.clone() }
    }
}

/// What this process has in hand of one workspace's minute.
#[derive(Default)]
pub(super) struct Gauge {
    block: Mutex<Block>,
    /// One at a time asks for more.
    pub asking: tokio::sync::Mutex<()>,
}

/// Of `taken` messages of a minute `used` were admitted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Block {
    /// Since 1970.
    pub minute: i64,
    pub taken: u32,
    pub used: u32,
    /// There are no more to be had.
    pub last: bool,
    /// With so few left, more is asked for before they are used up.
    pub low: u32,
    /// More is being asked for.
    pub asked: bool,
}

/// What memory says to a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Admitted, in this minute.
    Taken(i64),
    /// More must be asked for; so much is missing.
    Missing(u32),
    /// The block is the last one, and so many are left in it.
    Full(u32),
}

impl Gauge {
    pub fn block(&self) -> MutexGuard<'_, Block> {
        self.block.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The minute that counts for `minute`: somebody who read the clock a moment earlier is counted in the one that has begun.
    pub fn minute_for(&self, minute: i64) -> i64 {
        let block = self.block().minute;
        if block == minute + 1 { block } else { minute }
    }

    /// Takes `many` of what is in hand of a minute.
    pub fn take(&self, minute: i64, many: u32) -> Answer {
        let mut block = self.block();
        if block.minute != minute && block.minute != minute + 1 {
            return Answer::Missing(many);
        }
        let left = block.taken.saturating_sub(block.used);
        if left >= many {
            block.used += many;
            Answer::Taken(block.minute)
        } else if block.last {
            Answer::Full(left)
        } else {
            Answer::Missing(many - left)
        }
    }

    /// Whether somebody should ask for more now. Said to one, until it was done.
    pub fn runs_low(&self, minute: i64) -> bool {
        let mut block = self.block();
        let left = block.taken.saturating_sub(block.used);
        let low = block.minute == minute && !block.last && !block.asked && left < block.low;
        block.asked |= low;
        low
    }

    /// A block was given; `asked_for` of it are used at once.
    pub fn put(&self, minute: i64, granted: u32, asked_for: u32) {
        let mut block = self.block();
        if block.minute != minute {
            // What was in hand of another minute is worth nothing.
            *block = Block { minute, ..Block::default() };
        }
        block.taken += granted;
        block.last |= granted < asked_for;
        block.low = granted.saturating_sub(asked_for) / 2;
        block.asked = false;
    }

    fn give_back(&self, minute: i64, many: u32) {
        let mut block = self.block();
        if block.minute == minute {
            block.used = block.used.saturating_sub(many);
        }
    }
}

/// A part of a workspace's minute that a message under way holds. Dropped, it is given back; [`Reserved::keep`] makes it final.
#[must_use]
pub struct Reserved {
    workspace: Uuid,
    /// `None` for a minute that has not begun: it is counted in the database alone.
    gauge: Option<Arc<Gauge>>,
    pub(super) minute: i64,
    many: u32,
    changed: Arc<Mutex<HashSet<Uuid>>>,
}

impl Reserved {
    /// The transaction is being committed. From here on it counts, even if nobody learns whether the commit came through.
    pub fn keep(mut self) {
        self.many = 0;
        self.changed.lock().unwrap_or_else(PoisonError::into_inner).insert(self.workspace);
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if let Some(gauge) = self.gauge.as_ref().filter(|_| self.many > 0) {
            gauge.give_back(self.minute, self.many);
        }
    }
}

impl fmt::Debug for Reserved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reserved({} in minute {})", self.many, self.minute)
    }
}
