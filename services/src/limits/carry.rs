use super::{
    day,
    facts::{Facts, When},
};
use crate::{Error, Result, db::Tx};
use domain::time::{DAY, Millis};
use std::collections::{HashMap, hash_map::Entry};
use uuid::Uuid;

/// Messages that were counted among those of one day and leave on a later one: their number stood still, or they were tried
/// again. A number with a limit by day counts them anew, so that no day sees more than it allows.
#[derive(Default)]
pub(crate) struct Carry {
    /// What is known of the numbers of one transaction.
    numbers: HashMap<Uuid, Facts>,
}

impl Carry {
    /// Counts one message on the day on which it leaves, where that matters: when it is due, now or when a day with room begins, and
    /// whether it is counted on that day. Called by whoever holds the lane, in the transaction that claims it.
    ///
    /// # Errors
    /// Those of the database; `NotFound` for a number that is not the workspace's.
    pub async fn over(&mut self, tx: &mut Tx, workspace: Uuid, number: Uuid, now: Millis) -> Result<(Millis, bool)> {
        let facts = match self.numbers.entry(number) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(Facts::read(tx.conn(), workspace, number).await?),
        };
        if facts.per_day(now).is_none() {
            return Ok((now, false));
        }
        match day::take(tx, workspace, number, facts, now, 1, When::Wait).await {
            // None of the coming days has room: it asks again tomorrow.
            Err(Error::Limited(_)) => Ok(((now.div_euclid(DAY) + 1) * DAY, false)),
            due => Ok((due?, true)),
        }
    }
}
