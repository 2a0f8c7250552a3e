//! The clock and the random source, injected so that tests move the one and repeat the other.

use domain::time::Millis;
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use uuid::{ContextV7, Timestamp, Uuid};

/// Where "now" comes from.
#[derive(Clone, Default)]
pub struct Clock(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    System,
    Moved(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands at `at` until it is moved. Clones move together.
    pub fn fixed(at: Millis) -> Self {
        Self(Source::Moved(Arc::new(AtomicI64::new(at))))
    }

    /// Moves a fixed clock forward; the system clock cannot be moved.
    pub fn advance(&self, by: Millis) {
        if let Source::Moved(at) = &self.0 {
            at.fetch_add(by, Ordering::SeqCst);
        }
    }

    /// Unix milliseconds.
    pub fn now(&self) -> Millis {
        match &self.0 {
            Source::System => std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)),
            Source::Moved(at) => at.load(Ordering::SeqCst),
        }
    }
}

/// A new id. Ids made by one process in one millisecond still sort in the order they were made.
pub fn new_id() -> Uuid {
    use std::sync::{LazyLock, Mutex, PoisonError};
    static ORDER: LazyLock<Mutex<ContextV7>> = LazyLock::new(|| Mutex::new(ContextV7::new()));
    let order = ORDER.lock().unwrap_or_else(PoisonError::into_inner);
    Uuid::new_v7(Timestamp::now(&*order))
}
