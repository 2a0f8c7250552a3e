//! Counts over the whole installation, for `stats --json` and for tests from outside.

use crate::{Result, Services, db::system};
use domain::message::{Direction, Status};
use serde::Serialize;

/// Serialises in this order, which is part of the interface.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Stats {
    pub deliveries: Deliveries,
    pub messages: Messages,
    pub conversations: i64,
    pub contacts: i64,
    pub statuses_parked: i64,
}

/// Webhook bodies by state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Deliveries {
    /// Waiting for their turn, or for their number to be connected.
    pub pending: i64,
    pub done: i64,
    pub dead: i64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Messages {
    pub inbound: i64,
    pub outbound: Outbound,
}

/// Outbound messages by status.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outbound {
    pub queued: i64,
    pub sending: i64,
    pub accepted: i64,
    pub sent: i64,
    pub delivered: i64,
    pub read: i64,
    pub unconfirmed: i64,
    pub retry_queued: i64,
    pub failed: i64,
    pub cancelled: i64,
    pub dead: i64,
}

impl Outbound {
    /// `None` for the one status that outbound messages never have.
    fn slot(&mut self, status: Status) -> Option<&mut i64> {
        Some(match status {
            Status::Received => return None,
            Status::Queued => &mut self.queued,
            Status::Sending => &mut self.sending,
            Status::Accepted => &mut self.accepted,
            Status::Sent => &mut self.sent,
            Status::Delivered => &mut self.delivered,
            Status::Read => &mut self.read,
            Status::Unconfirmed => &mut self.unconfirmed,
            Status::RetryQueued => &mut self.retry_queued,
            Status::Failed => &mut self.failed,
            Status::Cancelled => &mut self.cancelled,
            Status::Dead => &mut self.dead,
        })
    }
}

/// Counts everything.
///
/// # Errors
/// When the database cannot be asked.
pub async fn stats(services: &Services) -> Result<Stats> {
    let mut stats = Stats::default();
    {
        let mut journal = services.db().read_journal().await?;
        for (state, count) in system::count_deliveries(journal.conn()).await? {
            match state.as_str() {
                "done" => stats.deliveries.done += count,
                "dead" => stats.deliveries.dead += count,
                _ => stats.deliveries.pending += count,
            }
        }
    }
    let mut read = services.db().read().await?;
    for (direction, status, count) in system::count_messages(read.conn()).await? {
        match Direction::parse(&direction) {
            Direction::In => stats.messages.inbound += count,
            Direction::Out => {
                if let Some(slot) = stats.messages.outbound.slot(Status::parse(&status)) {
                    *slot += count;
                }
            }
        }
    }
    (stats.conversations, stats.contacts, stats.statuses_parked) = system::count_others(read.conn()).await?;
    Ok(stats)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_part_of_the_interface() {
        let line = concat!(
            r#"{"deliveries":{"pending":0,"done":0,"dead":0},"messages":{"inbound":0,"outbound":{"queued":0,"#,
            r#""sending":0,"accepted":0,"sent":0,"delivered":0,"read":0,"unconfirmed":0,"retry_queued":0,"failed":0,"#,
            r#""cancelled":0,"dead":0}},"conversations":0,"contacts":0,"statuses_parked":0}"#
        );
        assert_eq!(serde_json::to_string(&Stats::default()).unwrap(), line);
    }

    #[test]
    fn every_status_has_its_own_count() {
        let mut outbound = Outbound::default();
        for status in Status::ALL {
            if let Some(slot) = outbound.slot(status) {
                *slot += 1;
            }
        }
        let counts = serde_json::to_value(&outbound).unwrap();
        let counts = counts.as_object().unwrap();
        assert_eq!(counts.len(), Status::ALL.len() - 1);
        assert!(counts.values().all(|count| count == 1), "{counts:?}");
    }
}
