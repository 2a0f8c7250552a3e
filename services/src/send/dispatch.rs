//! Decides which lane sends what next. One task a process; the database is asked for work in rounds.

use super::{
    claim::{self, Claim, Hold, LANE_LEFT, Order},
    depart::Claimed,
    lane::Lane,
    open_ends,
    outcome::{Outcome, What},
    park::{self, NewPark, Scope},
};
use crate::{
    Result, Services,
    clock::new_id,
    db::{
        Db,
        system::{self, DueLane},
    },
    vault::{self, Kind, LoadError, Purpose},
};
use domain::{
    backoff::REFUSED,
    plan::{Plan, per_second},
    time::{MINUTE, Millis, SECOND},
};
use futures::{FutureExt, StreamExt, future::join_all, stream};
use std::{
    collections::{BTreeMap, HashMap},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{Semaphore, mpsc::UnboundedSender},
    time::Instant,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Messages in the hands of one process: claimed and not settled.
pub(crate) const IN_FLIGHT: usize = 512;
/// How far ahead slots are taken. What comes later and goes first waits that long at most.
const AHEAD: Duration = Duration::from_millis(250);
/// A lane that has slots taken for longer than this is left alone: fewer and larger transactions.
const ENOUGH: Duration = Duration::from_millis(125);
/// Work that nobody told of is found by then.
const POLL: Duration = Duration::from_secs(1);
/// Workspaces that are claimed for at the same time on PostgreSQL.
const PARALLEL: usize = 8;

/// A number's lane as this process knows it.
struct Known {
    lane: Arc<Lane>,
    /// Until when this process holds it.
    held_until: Millis,
    /// It was another's: not before.
    begins: Option<Instant>,
    /// Its token did not open: not before.
    shut_until: Millis,
}

/// What a transaction of one workspace claimed, and as which group.
type Done = (Vec<Order>, Result<Vec<Claim>>, Arc<str>);

pub(super) struct Dispatcher {
    services: Services,
    holder: Arc<str>,
    room: Arc<Semaphore>,
    out: UnboundedSender<Claimed>,
    settle: UnboundedSender<Outcome>,
    stop: CancellationToken,
    known: HashMap<Uuid, Known>,
    /// When this process began to send.
    since: Millis,
    /// When this round began.
    began: Instant,
    /// Which lane is asked first; another one each round.
    turn: usize,
}

impl Dispatcher {
    pub fn new(
        services: &Services,
        holder: Arc<str>,
        room: Arc<Semaphore>,
        out: UnboundedSender<Claimed>,
        settle: UnboundedSender<Outcome>,
        stop: CancellationToken,
    ) -> Self {
        let since = services.clock().now();
        Self {
            services: services.clone(),
            holder,
            room,
            out,
            settle,
            stop,
            known: HashMap::new(),
            since,
            began: Instant::now(),
            turn: 0,
        }
    }

    pub async fn run(mut self) {
        let services = self.services.clone();
        while !self.stop.is_cancelled() && !self.out.is_closed() && !self.settle.is_closed() {
            // Without this task nothing is sent any more, so a panic must not end it.
            let round = AssertUnwindSafe(self.round()).catch_unwind().await;
            let wait = match round.unwrap_or_else(|_| Err(crate::Error::Internal("claiming panicked".to_owned()))) {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::error!(%error, "messages to send cannot be claimed; trying again");
                    // Not by a wake-up: what fails would fail at once again.
                    tokio::select! { () = tokio::time::sleep(POLL) => {}, () = self.stop.cancelled() => {} }
                    Duration::ZERO
                }
            };
            tokio::select! {
                _ = tokio::time::timeout(wait, services.wakes().outbox()) => {}
                () = self.stop.cancelled() => {}
                () = self.out.closed() => {}
            }
        }
    }

    /// Claims what may leave soon; returns when to look again if nobody tells of anything.
    async fn round(&mut self) -> Result<Duration> {
        let now = self.services.clock().now();
        // Leases count from now, and so does how long a claim is good for.
        self.began = Instant::now();
        let (due, open) = {
            let mut read = self.services.db().read().await?;
            (system::due_lanes(read.conn(), now).await?, system::open_ends(read.conn(), now).await?)
        };
        if !open.is_empty() {
            let heard = self.heard(now).await?;
            open_ends::close(&self.services, open, heard, now).await;
        }
        let mut wait = POLL;
        let mut ready = Vec::new();
        for lane in due {
            match self.ready(&lane, now) {
                Ok(()) => ready.push(lane),
                Err(later) => wait = wait.min(later),
            }
        }
        let free = self.room.available_permits();
        if ready.is_empty() || free == 0 {
            return Ok(wait);
        }
        self.turn = self.turn.wrapping_add(1);
        let first = self.turn % ready.len();
        ready.rotate_left(first);
        let share = (free / ready.len()).max(1);
        let mut orders = Vec::new();
        for lane in ready.into_iter().take(free) {
            if let Some(order) = self.order(&lane, share, now).await? {
                orders.push(order);
            }
        }
        let asked: usize = orders.iter().map(|order| order.most).sum();
        self.look(&mut orders, now).await?;
        orders.retain(|order| !order.heads.is_empty());
        if !orders.is_empty() {
            let heard = self.heard(now).await?;
            orders.iter_mut().for_each(|order| order.heard = heard);
        }
        // A lane that gave all that it was asked for may have more.
        let more = orders.iter().any(|order| order.heads.len() == order.most);
        tracing::trace!(lanes = orders.len(), asked, "a round of claiming");
        let begins = self.claim(orders, now).await?;
        wait = wait.min(begins);
        Ok(if more { wait.min(AHEAD - ENOUGH) } else { wait })
    }

    /// Whether what Meta reported up to a second ago has been read, and this process has run for as long as such a report may
    /// take: while nobody was there to take it in, it comes again.
    async fn heard(&self, now: Millis) -> Result<bool> {
        let mut journal = self.services.db().read_journal().await?;
        let first = system::first_pending(journal.conn()).await?;
        Ok(now - self.since >= REFUSED && first.is_none_or(|received_at| received_at > now - SECOND))
    }

    /// Whether a lane may be claimed from now; else when to look again.
    fn ready(&mut self, due: &DueLane, now: Millis) -> Result<(), Duration> {
        let mine = due.holder.as_deref() == Some(&*self.holder);
        if due.parked && due.state == "active" {
            return Err(POLL);
        }
        if !mine && let Some(left) = due.lease_until.filter(|until| *until > now) {
            return Err(millis(left - now));
        }
        let number = due.id;
        let known = self.known.entry(number).or_insert_with(|| Known {
            lane: Arc::new(Lane::new(due.workspace_id, number)),
            held_until: 0,
            begins: None,
            shut_until: 0,
        });
        if !mine {
            known.held_until = 0;
        }
        // Tried again when the vault finds that the token opens, and each minute.
        if known.shut_until > now && (due.token_locked_at.is_some() || known.shut_until <= now + SECOND) {
            return Err(POLL);
        }
        if let Some(left) = known.begins.and_then(|begins| begins.checked_duration_since(Instant::now())) {
            return Err(left);
        }
        known.begins = None;
        let plan = Plan::parse(&due.plan).unwrap_or(Plan::Free);
        let throughput = due.throughput.and_then(|n| u32::try_from(n).ok());
        let slowed = due.slowed_to.and_then(|to| u32::try_from(to).ok()).zip(due.slowed_at);
        known.lane.tune(per_second(plan, throughput, due.coexistence), slowed, now);
        match known.lane.taken_ahead() {
            ahead if ahead > ENOUGH => Err(ahead - ENOUGH),
            _ => Ok(()),
        }
    }

    /// What to claim from a lane; nothing when its token does not open.
    async fn order(&mut self, due: &DueLane, share: usize, now: Millis) -> Result<Option<Order>> {
        let Some(known) = self.known.get_mut(&due.id) else { return Ok(None) };
        let token = match due.state.as_str() {
            "active" => {
                let workspace = due.workspace_id.into();
                match vault::load(&self.services, workspace, Kind::AccessToken, due.id, Purpose::Send).await {
                    Ok(token) => Some(Arc::new(token)),
                    Err(LoadError::Missing) => {
                        tokenless(&self.services, due, now).await?;
                        return Ok(None);
                    }
                    Err(LoadError::Open(_)) => {
                        // The vault has logged why, and says so to people. Until it has: a second.
                        known.shut_until = now + if due.token_locked_at.is_some() { MINUTE } else { SECOND };
                        return Ok(None);
                    }
                    Err(LoadError::Database(error)) => return Err(error.into()),
                }
            }
            _ => None,
        };
        let most = known.lane.room(AHEAD).min(share).min(known.lane.seats.available_permits());
        Ok((most > 0).then(|| Order {
            lane: known.lane.clone(),
            phone_number_id: due.phone_number_id.as_str().into(),
            token,
            most,
            take: known.held_until < now + LANE_LEFT,
            partly: due.partly,
            heard: false,
            heads: Vec::new(),
            hold: Hold::Same,
        }))
    }

    async fn look(&self, orders: &mut [Order], now: Millis) -> Result<()> {
        let parallel = if matches!(self.services.db(), Db::Sqlite(_)) { 1 } else { PARALLEL };
        for some in orders.chunks_mut(parallel) {
            join_all(some.iter_mut().map(|order| claim::look(&self.services, order, now)))
                .await
                .into_iter()
                .collect::<Result<()>>()?;
        }
        Ok(())
    }

    /// Claims and hands out; returns when a lane that was taken may begin.
    async fn claim(&mut self, orders: Vec<Order>, now: Millis) -> Result<Duration> {
        let mut of: BTreeMap<Uuid, Vec<Order>> = BTreeMap::new();
        for order in orders {
            of.entry(order.lane.workspace).or_default().push(order);
        }
        let workspaces: Vec<Vec<Order>> = of.into_values().collect();
        let mut wait = POLL;
        // On SQLite a commit costs the same whatever it holds; but one workspace's trouble must not be everybody's.
        if matches!(self.services.db(), Db::Sqlite(_)) {
            let mut orders: Vec<Order> = workspaces.into_iter().flatten().collect();
            if let Err(error) = self.together(&mut orders, now, &mut wait).await {
                tracing::error!(%error, "messages of several workspaces could not be claimed together; trying one by one");
                for one in orders.chunk_by_mut(|a, b| a.lane.workspace == b.lane.workspace) {
                    self.logged(one, now, &mut wait).await;
                }
            }
            return Ok(wait);
        }
        let this = &*self;
        let done: Vec<Done> = stream::iter(workspaces)
            .map(|mut orders| async move {
                let group = new_group();
                let claimed = this.transaction(&mut orders, &group, now).await;
                (orders, claimed, group)
            })
            .buffer_unordered(PARALLEL)
            .collect()
            .await;
        for (orders, claimed, group) in done {
            match claimed {
                Ok(claims) => self.hand_out(&orders, claims, &group, &mut wait),
                Err(error) => tracing::error!(%error, "messages of a workspace cannot be claimed; trying again"),
            }
        }
        Ok(wait)
    }

    async fn logged(&mut self, orders: &mut [Order], now: Millis, wait: &mut Duration) {
        if let Err(error) = self.together(orders, now, wait).await {
            tracing::error!(%error, "messages of a workspace cannot be claimed; trying again");
        }
    }

    async fn together(&mut self, orders: &mut [Order], now: Millis, wait: &mut Duration) -> Result<()> {
        let group = new_group();
        let claims = self.transaction(orders, &group, now).await?;
        self.hand_out(orders, claims, &group, wait);
        Ok(())
    }

    /// One transaction, of one workspace or, on SQLite, of several.
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
            let outcome = Outcome {
                lane: orders[going.order].lane.clone(),
                message: going.message,
                group: group.into(),
                started_at: 0,
                ended_at: 0,
                what: What::Withdrawn,
                permit: None,
            };
            let _ = self.settle.send(outcome);
        }
    }

    fn hand_out(&mut self, orders: &[Order], claims: Vec<Claim>, group: &Arc<str>, wait: &mut Duration) {
        for order in orders {
            let Some(known) = self.known.get_mut(&order.lane.number) else { continue };
            match order.hold {
                Hold::Same => {}
                Hold::Until(until) => known.held_until = until,
                Hold::After { until, wait: begins } => {
                    known.held_until = until;
                    known.begins = Some(Instant::now() + millis(begins));
                    *wait = (*wait).min(millis(begins));
                }
                Hold::Lost => known.held_until = 0,
            }
        }
        let claimed_at = self.began;
        for going in claims.into_iter().flat_map(|claim| claim.going) {
            let order = &orders[going.order];
            let room = self.room.clone().try_acquire_owned();
            let seat = order.lane.seats.clone().try_acquire_owned();
            let (Some(token), Ok(room), Ok(seat)) = (order.token.clone(), room, seat) else {
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
                claimed_at,
                slot: order.lane.slot(),
                stop: self.stop.clone(),
                settle: self.settle.clone(),
                permit: Some((room, seat)),
                left_at: None,
            });
        }
    }
}

/// A number without a token stands still until it is connected again.
async fn tokenless(services: &Services, due: &DueLane, now: Millis) -> Result<()> {
    tracing::error!(number = %due.id, "no access token of a number is stored");
    let reason = "This number has no access token. Connect the number again.".to_owned();
    let new = NewPark { number: due.id, scope: Scope::Token, what: String::new(), code: None, reason };
    let mut tx = services.db().begin().await?;
    park::park(services, &mut tx, due.workspace_id, new, now).await?;
    Ok(tx.commit().await?)
}

fn new_group() -> Arc<str> {
    new_id().to_string().into()
}

fn millis(n: Millis) -> Duration {
    Duration::from_millis(u64::try_from(n).unwrap_or(0))
}
