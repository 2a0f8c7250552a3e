//! Claims for some lanes in one transaction, and hands out what it took as soon as that is committed.

use super::{
    claim::{self, Claim, Hold, Order},
    depart::Claimed,
    outcome::{Outcome, What},
};
use crate::{Result, Services, clock::new_id};
use domain::time::Millis;
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Semaphore, mpsc::UnboundedSender},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What a claim needs, whichever task runs it.
#[derive(Clone)]
pub(super) struct Claims {
    pub services: Services,
    pub holder: Arc<str>,
    /// Messages that this process may have in hand.
    pub room: Arc<Semaphore>,
    pub out: UnboundedSender<Claimed>,
    pub settle: UnboundedSender<Outcome>,
    pub stop: CancellationToken,
}

/// When a round of claiming began: leases count from it, and so does how long a claim is good for.
#[derive(Clone, Copy)]
pub(super) struct Began {
    pub now: Millis,
    pub at: Instant,
}

impl Claims {
    /// One transaction, of one workspace or, on SQLite, of several. Returns how long it takes until a lane that was taken may
    /// begin, if one was.
    pub async fn claim(&self, orders: &mut [Order], began: Began) -> Result<Option<Duration>> {
        let group: Arc<str> = new_id().to_string().into();
        let claims = self.transaction(orders, &group, began.now).await?;
        Ok(self.hand_out(orders, claims, &group, began))
    }

    async fn transaction(&self, orders: &mut [Order], group: &str, now: Millis) -> Result<Vec<Claim>> {
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        let mut tx = self.services.db().begin().await?;
        let mut claims = Vec::new();
        let mut at = 0;
        for one in orders.chunk_by_mut(|a, b| a.lane.workspace == b.lane.workspace) {
            let mut numbered: Vec<(usize, &mut Order)> = (at..).zip(one.iter_mut()).collect();
            at += numbered.len();
            claims.push(claim::claim(&self.services, &mut tx, &mut numbered, (&self.holder, group), now).await?);
        }
        if claims.iter().any(|claim| claim.wrote)
            && let Err(error) = tx.commit().await
        {
            // It may be there all the same; then nothing of it has left.
            self.withdraw(orders, &claims, group);
            return Err(error.into());
        }
        for (one, claim) in orders.chunk_by(|a, b| a.lane.workspace == b.lane.workspace).zip(&claims) {
            self.services.bus().publish(one[0].lane.workspace, claim.seq);
        }
        Ok(claims)
    }

    fn withdraw(&self, orders: &[Order], claims: &[Claim], group: &str) {
        for going in claims.iter().flat_map(|claim| &claim.going) {
            self.put_back(&orders[going.order], going.message, group.into());
        }
    }

    fn put_back(&self, order: &Order, message: Uuid, group: Arc<str>) {
        let lane = order.lane.clone();
        let (token, started_at, ended_at, what, permit) = (0, 0, 0, What::Withdrawn, None);
        let _ = self.settle.send(Outcome { lane, message, group, token, started_at, ended_at, what, permit });
    }

    fn hand_out(&self, orders: &[Order], claims: Vec<Claim>, group: &Arc<str>, began: Began) -> Option<Duration> {
        let mut first = None;
        for order in orders {
            match order.hold {
                Hold::Same => {}
                Hold::Until(until) => order.lane.hold(until, began.at, Duration::ZERO),
                Hold::After { until, wait } => {
                    let wait = Duration::from_millis(u64::try_from(wait).unwrap_or(0));
                    order.lane.hold(until, began.at, wait);
                    first = Some(first.map_or(wait, |first: Duration| first.min(wait)));
                }
                Hold::Lost => order.lane.lose(),
            }
        }
        for going in claims.into_iter().flat_map(|claim| claim.going) {
            let order = &orders[going.order];
            order.lane.went(going.contact, began.now);
            let room = self.room.clone().try_acquire_owned();
            let seat = order.lane.seats.clone().try_acquire_owned();
            let (Some(token), Ok(room), Ok(seat)) = (order.token.clone(), room, seat) else {
                // No more was asked for than there is room for.
                self.put_back(order, going.message, group.clone());
                continue;
            };
            // Dropped where nobody takes it any more: it goes back.
            let _ = self.out.send(Claimed {
                lane: order.lane.clone(),
                message: going.message,
                group: group.clone(),
                phone_number_id: order.phone_number_id.clone(),
                token,
                body: going.body,
                claimed_at: began.at,
                slot: order.lane.slot(),
                stop: self.stop.clone(),
                settle: self.settle.clone(),
                permit: Some((room, seat)),
                left_at: None,
            });
        }
        first
    }
}
