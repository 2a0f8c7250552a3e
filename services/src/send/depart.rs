use super::{
    SendError,
    claim::Token,
    guard::Departure,
    lane::{Lane, Permits},
    outcome::{Outcome, What},
};
use crate::Services;
use domain::time::Millis;
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use tokio::{sync::mpsc::UnboundedSender, time::Instant};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// A message that was claimed longer ago does not leave: its lane may be somebody else's by now.
const FRESH: Duration = Duration::from_secs(10);

/// A message in this process's hands: committed as `sending`, waiting for its slot.
///
/// Dropped before it left, it goes back to where it waited; dropped before its answer came, the answer is lost.
pub struct Claimed {
    pub(super) lane: Arc<Lane>,
    pub(super) message: Uuid,
    pub(super) group: Arc<str>,
    pub(super) phone_number_id: Arc<str>,
    pub(super) token: Arc<Token>,
    pub(super) body: Value,
    pub(super) claimed_at: Instant,
    pub(super) slot: Instant,
    pub(super) stop: CancellationToken,
    pub(super) settle: UnboundedSender<Outcome>,
    pub(super) permit: Option<Permits>,
    pub(super) left_at: Option<Millis>,
}

impl Claimed {
    /// Which message it is.
    pub fn message(&self) -> Uuid {
        self.message
    }

    /// Waits for its slot and notes that it leaves; `None` when it may not any more.
    async fn may_leave(&self) -> Option<Departure> {
        let mut at = self.slot;
        loop {
            if at > self.claimed_at + FRESH || self.stop.is_cancelled() {
                return None;
            }
            tokio::select! {
                () = tokio::time::sleep_until(at) => {}
                () = self.stop.cancelled() => return None,
            }
            if self.claimed_at.elapsed() > FRESH {
                return None;
            }
            match self.lane.depart() {
                Ok(departure) => return Some(departure),
                Err(again) => at = again,
            }
        }
    }

    fn tell(&mut self, what: What, ended_at: Millis) {
        let outcome = Outcome {
            lane: self.lane.clone(),
            message: self.message,
            group: self.group.clone(),
            token: self.token.version,
            started_at: self.left_at.unwrap_or(ended_at),
            ended_at,
            what,
            permit: self.permit.take(),
        };
        // Nobody listens when the process comes to an end all at once; the lease runs out then.
        let _ = self.settle.send(outcome);
    }
}

impl Drop for Claimed {
    fn drop(&mut self) {
        if self.permit.is_none() {
            return;
        }
        match self.left_at {
            None => self.tell(What::Withdrawn, 0),
            Some(left_at) => {
                let lost = SendError::Lost { why: "sending it was broken off".to_owned(), http: None };
                self.tell(What::Answered(Err(lost)), left_at);
            }
        }
    }
}

/// Sends one claimed message at its slot and hands on what came of it.
pub async fn depart(services: &Services, mut claimed: Claimed) {
    let Some(departure) = claimed.may_leave().await else { return };
    claimed.left_at = Some(services.clock().now());
    let answer = services.graph().send(&claimed.phone_number_id, &claimed.token.secret, &claimed.body).await;
    claimed.lane.answered(departure, answer.is_ok());
    claimed.tell(What::Answered(answer), services.clock().now());
}
