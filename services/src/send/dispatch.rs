//! Decides which lane sends what next. One task a process; the database is asked for work in rounds.

use super::{
    claim::{self, Hold, LANE_LEASE, LANE_LEFT, Order, Token},
    claims::{Began, Claims},
    lane::Lane,
    open_ends,
    park::{self, NewPark, Scope},
};
use crate::{
    Result, Services,
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
use futures::{FutureExt, future::join_all};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};
use tokio::{sync::Semaphore, task::JoinSet, time::Instant};
use uuid::Uuid;

/// Messages in the hands of one process: claimed and not settled.
pub(crate) const IN_FLIGHT: usize = 1_024;
/// How far ahead slots are taken. What comes later and goes first waits that long at most.
const AHEAD: Duration = Duration::from_millis(330);
/// A lane that has slots taken for longer than this is left alone: fewer and larger transactions.
const ENOUGH: Duration = Duration::from_millis(200);
/// Work that nobody told of is found by then.
const POLL: Duration = Duration::from_secs(1);
/// From one round to the next, at least: where much is sent, much wakes it, and lanes that are claimed for together cost less.
const PAUSE: Duration = Duration::from_millis(16);
/// Workspaces that are claimed for at the same time on PostgreSQL.
const PARALLEL: usize = 8;

/// A number's lane as this process knows it.
struct Known {
    lane: Arc<Lane>,
    /// Its token did not open: not before.
    shut_until: Millis,
    /// Until when another process says that it holds the lane, and since when it says so.
    other: Option<(Millis, Instant)>,
}

pub(super) struct Dispatcher {
    services: Services,
    claims: Claims,
    known: HashMap<Uuid, Known>,
    /// When this process began to send.
    since: Millis,
    /// When the last round began.
    began: Instant,
    /// Which lane is asked first; another one each round.
    turn: usize,
    /// PostgreSQL: claims under way, each for a workspace. One that has to wait keeps nobody else waiting.
    under_way: JoinSet<(Uuid, Option<Duration>)>,
    /// Workspaces with a claim under way, and how many messages it may bring.
    busy: HashMap<Uuid, usize>,
    /// Workspaces that were passed over because of that.
    passed_over: HashSet<Uuid>,
    /// PostgreSQL: what is done about messages that nobody waits for any more.
    closing: JoinSet<()>,
    side_by_side: Arc<Semaphore>,
    /// The last round found nothing that may leave, nor a lane that only has to wait for its turn.
    rests: bool,
}

impl Dispatcher {
    pub fn new(claims: Claims) -> Self {
        let services = claims.services.clone();
        let since = services.clock().now();
        Self {
            services,
            claims,
            known: HashMap::new(),
            since,
            began: Instant::now(),
            turn: 0,
            under_way: JoinSet::new(),
            busy: HashMap::new(),
            passed_over: HashSet::new(),
            closing: JoinSet::new(),
            side_by_side: Arc::new(Semaphore::new(PARALLEL)),
            rests: false,
        }
    }

    pub async fn run(mut self) {
        let stop = self.claims.stop.clone();
        while !stop.is_cancelled() && !self.claims.out.is_closed() && !self.claims.settle.is_closed() {
            // Without this task nothing is sent any more, so a panic must not end it.
            let round = AssertUnwindSafe(self.round()).catch_unwind().await;
            let wait = match round.unwrap_or_else(|_| Err(crate::Error::Internal("claiming panicked".to_owned()))) {
                Ok(wait) => wait,
                Err(error) => {
                    tracing::error!(%error, "messages to send cannot be claimed; trying again");
                    // Not by a wake-up: what fails would fail at once again.
                    tokio::select! { () = tokio::time::sleep(POLL) => {}, () = stop.cancelled() => {} }
                    Duration::ZERO
                }
            };
            self.idle(wait).await;
        }
        // What they claim goes back at once, instead of becoming unconfirmed.
        while self.under_way.join_next().await.is_some() {}
    }

    /// Until the next round.
    async fn idle(&mut self, wait: Duration) {
        let in_hand = IN_FLIGHT - self.claims.room.available_permits();
        if self.rests && in_hand == 0 && self.under_way.is_empty() && self.closing.is_empty() {
            self.services.wakes().rest();
        }
        let mut until = Instant::now() + wait;
        loop {
            tokio::select! {
                Some(done) = self.under_way.join_next() => {
                    let Ok((workspace, begins)) = done else { break };
                    until = begins.map_or(until, |begins| until.min(Instant::now() + begins));
                    if self.ended(workspace) {
                        break;
                    }
                }
                Some(_) = self.closing.join_next() => {}
                () = self.services.wakes().outbox() => break,
                () = tokio::time::sleep_until(until) => break,
                () = self.claims.stop.cancelled() => return,
                () = self.claims.out.closed() => return,
            }
        }
        tokio::time::sleep_until(self.began + PAUSE).await;
        // All that ended meanwhile: each round would else find one workspace to claim for, and the rest busy.
        while let Some(done) = self.under_way.try_join_next() {
            if let Ok((workspace, _)) = done {
                self.ended(workspace);
            }
        }
    }

    /// A claim for a workspace has ended; whether it was passed over meanwhile.
    fn ended(&mut self, workspace: Uuid) -> bool {
        self.busy.remove(&workspace);
        self.passed_over.remove(&workspace)
    }

    /// Claims what may leave soon; returns when to look again if nobody tells of anything.
    async fn round(&mut self) -> Result<Duration> {
        self.began = Instant::now();
        self.rests = false;
        let began = Began { now: self.services.clock().now(), at: self.began };
        let now = began.now;
        let (due, open) = {
            let mut read = self.services.db().read().await?;
            (system::due_lanes(read.conn(), now).await?, system::open_ends(read.conn(), now).await?)
        };
        if !open.is_empty() && self.closing.is_empty() {
            let heard = self.heard(now).await?;
            let services = self.services.clone();
            let close = async move { open_ends::close(&services, open, heard, now).await };
            match self.services.db() {
                Db::Sqlite(_) => close.await,
                Db::Postgres(_) => drop(self.closing.spawn(close)),
            }
        }
        let mut wait = POLL;
        let mut ready = Vec::new();
        // Whoever parked the others has to act first.
        let due_lanes = due.iter().filter(|lane| !lane.stands()).count();
        for lane in due {
            if self.busy.contains_key(&lane.workspace_id) {
                self.passed_over.insert(lane.workspace_id);
                continue;
            }
            match self.ready(&lane, now) {
                Ok(over) => ready.push((lane, over)),
                Err(later) => wait = wait.min(later),
            }
        }
        let free = self.claims.room.available_permits().saturating_sub(self.busy.values().sum());
        self.rests = due_lanes == 0;
        if ready.is_empty() || free == 0 {
            return Ok(wait);
        }
        self.turn = self.turn.wrapping_add(1);
        let first = self.turn % ready.len();
        ready.rotate_left(first);
        let share = (free / ready.len()).max(1);
        let mut orders = Vec::new();
        for (lane, over) in ready.into_iter().take(free) {
            if let Some(order) = self.order(&lane, over, share, now).await? {
                orders.push(order);
            }
        }
        let asked: usize = orders.iter().map(|order| order.most).sum();
        self.look(&mut orders, now).await?;
        // One that has no room, or no token, was not asked.
        self.rests = orders.len() == due_lanes && orders.iter().all(|order| order.heads.is_empty());
        orders.retain(|order| !order.heads.is_empty());
        if !orders.is_empty() {
            let heard = self.heard(now).await?;
            orders.iter_mut().for_each(|order| order.heard = heard);
        }
        // A lane that gave all that it was asked for may have more.
        let more = orders.iter().any(|order| order.heads.len() == order.most);
        tracing::trace!(lanes = orders.len(), asked, "a round of claiming");
        if let Some(begins) = self.claim(orders, began).await {
            wait = wait.min(begins);
        }
        Ok(if more { wait.min(AHEAD - ENOUGH) } else { wait })
    }

    /// Whether what Meta reported up to a second ago has been read, and this process has run for as long as such a report may
    /// take: while nobody was there to take it in, it comes again.
    async fn heard(&self, now: Millis) -> Result<bool> {
        let mut journal = self.services.db().read_journal().await?;
        Ok(now - self.since >= REFUSED && !system::unread_since(journal.conn(), now - SECOND).await?)
    }

    /// Whether a lane may be claimed from now, and the lease of another's that is over although it says otherwise; else when to
    /// look again.
    fn ready(&mut self, due: &DueLane, now: Millis) -> Result<Option<Millis>, Duration> {
        let mine = due.holder.as_deref() == Some(&*self.claims.holder);
        if due.stands() {
            return Err(POLL);
        }
        let known = self.known.entry(due.id).or_insert_with(|| Known {
            lane: Arc::new(Lane::new(due.workspace_id, due.id)),
            shut_until: 0,
            other: None,
        });
        let mut over = None;
        if mine {
            known.other = None;
        } else {
            known.lane.lose();
            if let Some(until) = due.lease_until.filter(|until| *until > now) {
                let since = match known.other {
                    Some((known_until, since)) if known_until == until => since,
                    _ => known.other.insert((until, Instant::now())).1,
                };
                // Whoever sends renews it long before. A clock that was ahead, and has been set since, must not keep everybody
                // from the lane for as long as it was ahead.
                match millis(LANE_LEASE).checked_sub(since.elapsed()) {
                    Some(rest) => return Err(rest.min(millis(until - now))),
                    None => over = Some(until),
                }
            }
        }
        // Tried again when the vault finds that the token opens, and each minute.
        if known.shut_until > now && (due.token_locked_at.is_some() || known.shut_until <= now + SECOND) {
            return Err(POLL);
        }
        if let Some(left) = known.lane.begins_in() {
            return Err(left);
        }
        let plan = Plan::parse(&due.plan).unwrap_or(Plan::Free);
        let throughput = due.throughput.and_then(|n| u32::try_from(n).ok());
        let slowed = due.slowed_to.and_then(|to| u32::try_from(to).ok()).zip(due.slowed_at);
        known.lane.tune(per_second(plan, throughput, due.coexistence), slowed, now);
        match known.lane.taken_ahead() {
            ahead if ahead > ENOUGH => Err(ahead - ENOUGH),
            _ => Ok(over),
        }
    }

    /// What to claim from a lane; nothing when its token does not open.
    async fn order(&mut self, due: &DueLane, over: Option<Millis>, share: usize, now: Millis) -> Result<Option<Order>> {
        let Some(known) = self.known.get_mut(&due.id) else { return Ok(None) };
        let token = match due.state.as_str() {
            "active" => {
                let workspace = due.workspace_id.into();
                match vault::load_version(&self.services, workspace, Kind::AccessToken, due.id, Purpose::Send).await {
                    Ok((version, secret)) => Some(Arc::new(Token { version, secret })),
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
            take: !known.lane.is_held_for(LANE_LEFT, now),
            over,
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

    /// Claims and hands out, on PostgreSQL in tasks of their own; returns when a lane that was taken may begin, if that is known.
    async fn claim(&mut self, orders: Vec<Order>, began: Began) -> Option<Duration> {
        let mut of: BTreeMap<Uuid, Vec<Order>> = BTreeMap::new();
        for order in orders {
            of.entry(order.lane.workspace).or_default().push(order);
        }
        // On SQLite a commit costs the same whatever it holds; but one workspace's trouble must not be everybody's.
        if matches!(self.services.db(), Db::Sqlite(_)) {
            let mut orders: Vec<Order> = of.into_values().flatten().collect();
            let error = match self.claims.claim(&mut orders, began).await {
                Ok(begins) => return begins,
                Err(error) => error,
            };
            tracing::error!(%error, "messages of several workspaces could not be claimed together; trying one by one");
            let mut first = None;
            for one in orders.chunk_by_mut(|a, b| a.lane.workspace == b.lane.workspace) {
                let begins = logged(self.claims.claim(one, began).await);
                first = [first, begins].into_iter().flatten().min();
            }
            return first;
        }
        for (workspace, mut orders) in of {
            self.busy.insert(workspace, orders.iter().map(|order| order.most).sum());
            let (claims, turn) = (self.claims.clone(), self.side_by_side.clone());
            self.under_way.spawn(async move {
                // Never closed.
                let _turn = turn.acquire().await;
                let claim = AssertUnwindSafe(claims.claim(&mut orders, began)).catch_unwind().await;
                let claimed = claim.unwrap_or_else(|_| Err(crate::Error::Internal("claiming panicked".to_owned())));
                (workspace, logged(claimed))
            });
        }
        None
    }
}

fn logged(claimed: Result<Option<Duration>>) -> Option<Duration> {
    claimed.unwrap_or_else(|error| {
        tracing::error!(%error, "messages of a workspace cannot be claimed; trying again");
        None
    })
}

/// A number without a token stands still until it is connected again.
async fn tokenless(services: &Services, due: &DueLane, now: Millis) -> Result<()> {
    tracing::error!(number = %due.id, "no access token of a number is stored");
    let reason = "This number has no access token. Connect the number again.".to_owned();
    let new = NewPark { number: due.id, scope: Scope::Token, what: String::new(), code: None, reason };
    let mut tx = services.db().begin().await?;
    // It may have been connected this very moment.
    if park::token_version(&mut tx, due.workspace_id, due.id).await? > 0 {
        return Ok(());
    }
    park::park(services, &mut tx, due.workspace_id, new, now).await?;
    Ok(tx.commit().await?)
}

fn millis(n: Millis) -> Duration {
    Duration::from_millis(u64::try_from(n).unwrap_or(0))
}
