use std::{sync::Arc, time::Duration};
use tokio::sync::{Notify, watch};

/// How long a lane waits when nobody wakes it: due retries and lost wake-ups are found by then.
const POLL: Duration = Duration::from_secs(1);

/// Wakes the lanes of this process. Other processes are told over LISTEN/NOTIFY, see [`crate::live`].
#[derive(Clone, Default)]
pub struct Wakes {
    ingest: Arc<Notify>,
    outbox: Arc<Notify>,
    receipts: Arc<Notify>,
    rests: Arc<watch::Sender<u64>>,
}

impl Wakes {
    /// There are new deliveries.
    pub fn wake_ingest(&self) {
        self.ingest.notify_one();
    }

    /// There are messages to send.
    pub fn wake_outbox(&self) {
        self.outbox.notify_one();
    }

    /// There is something to tell Meta of what was read.
    pub fn wake_receipts(&self) {
        self.receipts.notify_one();
    }

    /// Counts how often this process looked through the outbox, found nothing that may leave now or soon, and had nothing in
    /// hand either. Two more after a wake-up: what is still waiting then waits for a time or for somebody.
    pub fn rests(&self) -> watch::Receiver<u64> {
        self.rests.subscribe()
    }

    pub(crate) fn rest(&self) {
        self.rests.send_modify(|rests| *rests += 1);
    }

    pub(crate) async fn ingest(&self) {
        wait(&self.ingest).await;
    }

    pub(crate) async fn outbox(&self) {
        wait(&self.outbox).await;
    }

    pub(crate) async fn receipts(&self) {
        wait(&self.receipts).await;
    }
}

async fn wait(notify: &Notify) {
    let _ = tokio::time::timeout(POLL, notify.notified()).await;
}
