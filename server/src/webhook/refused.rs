use std::{
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use services::{
    Services,
    doctor::{self, Refused},
};
use tokio::sync::Mutex;

/// At most one log line in this many seconds, however many strangers knock.
pub(super) const QUIET_SECONDS: u64 = 60;

/// Counts deliveries whose signature is missing or wrong.
#[derive(Default)]
pub(super) struct Refusals {
    missing: AtomicU64,
    wrong: AtomicU64,
    /// How many of each the database knows.
    saved: Mutex<Refused>,
    /// How many of them the log knows.
    told: AtomicU64,
    started: OnceLock<Instant>,
    /// Seconds since `started` at which the log may be told again.
    next: AtomicU64,
}

impl Refusals {
    pub fn missing(&self) {
        self.missing.fetch_add(1, Ordering::Relaxed);
        self.tell();
    }

    pub fn wrong(&self) {
        self.wrong.fetch_add(1, Ordering::Relaxed);
        self.tell();
    }

    pub fn total(&self) -> u64 {
        self.missing.load(Ordering::Relaxed) + self.wrong.load(Ordering::Relaxed)
    }

    /// Adds to the database what is new since the last time, so that `doctor` sees it from outside of this process.
    pub async fn save(&self, services: &Services) {
        let mut saved = self.saved.lock().await;
        let all = Refused { missing: self.missing.load(Ordering::Relaxed), wrong: self.wrong.load(Ordering::Relaxed) };
        let new = Refused { missing: all.missing - saved.missing, wrong: all.wrong - saved.wrong };
        if new == Refused::default() {
            return;
        }
        match doctor::note_refused(services, new).await {
            Ok(()) => *saved = all,
            Err(error) => tracing::warn!(%error, "the number of refused deliveries could not be noted"),
        }
    }

    fn tell(&self) {
        let now = self.started.get_or_init(Instant::now).elapsed().as_secs();
        let next = self.next.load(Ordering::Relaxed);
        if now < next {
            return;
        }
        if self.next.compare_exchange(next, now + QUIET_SECONDS, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            let total = self.total();
            let new = total - self.told.swap(total, Ordering::Relaxed).min(total);
            let missing = self.missing.load(Ordering::Relaxed);
            tracing::warn!(
                new,
                total,
                missing,
                "refused webhook deliveries whose signature is missing or wrong; \
                 if they are Meta's, compare META_APP_SECRET with the app dashboard"
            );
        }
    }
}
