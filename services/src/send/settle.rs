//! Writes what came of messages, in groups. Meta's answer is in hand only once, so a database that fails is asked again for a
//! while, and a group that cannot be written is written one by one.

use super::{
    lane::Lane,
    outcome::{self, Aftermath, Now, Outcome, What},
    park,
    store::{self, Changes, on_engine},
    undelivered,
};
use crate::{
    Actor, Error, Origin, Result, Services, alerts,
    audit::{self, Entry},
    consent,
    db::{Db, Tx, dialect},
    ingest::statuses,
    live,
    queues::{Flow, Queue},
    sql, templates,
};
use domain::{
    alert::{self, NewAlert, Severity},
    audit::Action,
    id::WorkspaceId,
    message::Status,
    meta::{codes::STOPPED_MARKETING, webhook::StatusUpdate},
    time::{HOUR, Millis},
};
use futures::FutureExt;
use rand::Rng;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    panic::AssertUnwindSafe,
    sync::Arc,
    time::Duration,
};
use tokio::{sync::mpsc::UnboundedReceiver, task::JoinSet, time::Instant};
use uuid::Uuid;

const TOKEN_WORKS: &str = "UPDATE numbers SET token_problem = NULL
    WHERE workspace_id = $1 AND id = $2 AND token_problem IS NOT NULL";
const TOKEN_PROBLEM: &str = "UPDATE numbers SET token_problem = $3
    WHERE workspace_id = $1 AND id = $2 AND (token_problem IS NULL OR token_problem <> $3)";
const SLOWED: &str = "UPDATE lanes SET slowed_to = $3, slowed_at = $4 WHERE workspace_id = $1 AND number_id = $2";

/// Outcomes in one transaction, at most: half of what a process has in hand. With fewer, the seats that a commit frees bound what is
/// claimed next.
const GROUP: usize = super::dispatch::IN_FLIGHT / 2;
/// A group waits this long for others to join it.
const GATHER: Duration = Duration::from_millis(2);
/// From one transaction to the next on SQLite, and of one workspace on PostgreSQL, at least: where many answers come, they are
/// written together. The first after a while is written at once.
const PAUSE_SQLITE: Duration = Duration::from_millis(100);
const PAUSE_POSTGRES: Duration = Duration::from_millis(60);
/// Workspaces that are written at the same time on PostgreSQL.
const PARALLEL: usize = 6;
/// A database that is away is asked again for so long.
const PATIENCE: Duration = Duration::from_secs(30);
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LAST_WAIT: Duration = Duration::from_secs(4);

/// Settles until everybody who sends outcomes is gone.
pub(super) async fn run(services: Services, outcomes: UnboundedReceiver<Outcome>) {
    match services.db() {
        Db::Sqlite(_) => together(services, outcomes).await,
        Db::Postgres(_) => side_by_side(services, outcomes).await,
    }
}

/// On SQLite a commit costs the same whatever it holds, and there is one writer.
async fn together(services: Services, mut outcomes: UnboundedReceiver<Outcome>) {
    while let Some(first) = outcomes.recv().await {
        let began = Instant::now();
        let mut group = Grouped::new();
        gather(&mut group, first, &mut outcomes).await;
        settle(&services, group).await;
        tokio::time::sleep_until(began + PAUSE_SQLITE).await;
    }
}

/// On PostgreSQL each workspace has a transaction of its own: one that has to wait keeps nobody else waiting.
async fn side_by_side(services: Services, mut outcomes: UnboundedReceiver<Outcome>) {
    // In the order in which they began to wait.
    let mut waiting = Grouped::new();
    let mut busy: HashSet<Uuid> = HashSet::new();
    // When a workspace may be written again.
    let mut rests: HashMap<Uuid, Instant> = HashMap::new();
    let mut under_way: JoinSet<Uuid> = JoinSet::new();
    loop {
        let now = Instant::now();
        rests.retain(|_, until| *until > now);
        let free = waiting.iter().filter(|(workspace, _)| !busy.contains(workspace));
        let next = free.map(|(workspace, _)| rests.get(workspace).copied().unwrap_or(now)).min();
        let next = next.filter(|_| under_way.len() < PARALLEL);
        tokio::select! {
            Some(done) = under_way.join_next() => {
                if let Ok(workspace) = done {
                    busy.remove(&workspace);
                }
            }
            Some(first) = outcomes.recv() => gather(&mut waiting, first, &mut outcomes).await,
            () = tokio::time::sleep_until(next.unwrap_or(now)), if next.is_some() => {}
            else => return,
        }
        let now = Instant::now();
        let ready = |workspace: &Uuid| rests.get(workspace).is_none_or(|until| *until <= now);
        let mut free: Vec<Uuid> = waiting.iter().map(|(workspace, _)| *workspace).filter(ready).collect();
        free.retain(|workspace| !busy.contains(workspace));
        for workspace in free.into_iter().take(PARALLEL.saturating_sub(under_way.len())) {
            let Some(at) = waiting.iter().position(|(of, _)| *of == workspace) else { continue };
            let (_, group) = waiting.remove(at);
            busy.insert(workspace);
            rests.insert(workspace, now + PAUSE_POSTGRES);
            let services = services.clone();
            under_way.spawn(async move {
                settle(&services, vec![(workspace, group)]).await;
                workspace
            });
        }
    }
}

/// Takes what comes within a moment.
async fn gather(of: &mut Grouped, first: Outcome, outcomes: &mut UnboundedReceiver<Outcome>) {
    let mut next = Some(first);
    let mut many = 0;
    tokio::time::sleep(GATHER).await;
    while let Some(outcome) = next {
        let workspace = outcome.lane.workspace;
        match of.iter_mut().find(|(of, _)| *of == workspace) {
            Some((_, group)) => group.push(outcome),
            None => of.push((workspace, vec![outcome])),
        }
        many += 1;
        next = if many < GROUP { outcomes.try_recv().ok() } else { None };
    }
}

/// A panic here would end all sending.
async fn settle(services: &Services, group: Grouped) {
    if AssertUnwindSafe(patiently(services, group)).catch_unwind().await.is_err() {
        tracing::error!("writing what came of messages panicked; they become unconfirmed");
    }
    // A conversation's next message has its turn now, and there is room for others.
    services.wakes().wake_outbox();
}

/// Outcomes by workspace.
type Grouped = Vec<(Uuid, Vec<Outcome>)>;

/// All together; a database that is away is waited for; what else fails, fails alone.
async fn patiently(services: &Services, group: Grouped) {
    let until = Instant::now() + PATIENCE;
    match again_and_again(services, &group, until).await {
        Ok(()) => return,
        Err(Error::Unavailable) => {}
        Err(error) => {
            tracing::error!(%error, "what came of some messages could not be written together; trying one by one");
        }
    }
    for (workspace, outcomes) in group {
        for outcome in outcomes {
            let message = outcome.message;
            let one = vec![(workspace, vec![outcome])];
            if let Err(error) = again_and_again(services, &one, until).await {
                tracing::error!(%error, %message, "what came of a message could not be written; it becomes unconfirmed");
            }
        }
    }
}

async fn again_and_again(services: &Services, group: &Grouped, until: Instant) -> Result<()> {
    let mut wait = FIRST_WAIT;
    loop {
        match try_settle(services, group).await {
            Err(error @ Error::Unavailable) if Instant::now() < until => {
                tracing::warn!(%error, "what came of messages could not be written; trying again");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LAST_WAIT);
            }
            other => return other,
        }
    }
}

/// One transaction.
async fn try_settle(services: &Services, group: &Grouped) -> Result<()> {
    let now = services.clock().now();
    let mut tx = services.db().begin().await?;
    let mut news = Vec::with_capacity(group.len());
    let mut memories = Vec::with_capacity(group.len());
    for (workspace, outcomes) in group {
        let (seq, memory) = settle_in(services, &mut tx, *workspace, outcomes, now).await?;
        news.push((*workspace, seq));
        memories.push(memory);
    }
    tx.commit().await?;
    memories.into_iter().for_each(|memory| memory.keep(now));
    for outcome in group.iter().flat_map(|(_, outcomes)| outcomes) {
        if let What::Answered(answer) = &outcome.what {
            let flow = Flow { done: u64::from(answer.is_ok()), failed: u64::from(answer.is_err()) };
            services.tally().add(Queue::Lane(outcome.lane.number), now, flow);
        }
    }
    for (workspace, seq) in news {
        services.bus().publish(workspace, seq);
    }
    Ok(())
}

/// What lanes are to remember once it is written. A transaction may be tried again, and a complaint counts once.
struct Memory {
    slowed: Vec<(Arc<Lane>, u32)>,
    pairs: Vec<(Arc<Lane>, Uuid, Millis)>,
}

impl Memory {
    fn keep(self, now: Millis) {
        for (lane, rate) in self.slowed {
            tracing::warn!(number = %lane.number, rate, "Meta asked to slow down");
            lane.slow_down(rate, now);
        }
        for (lane, contact, until) in self.pairs {
            lane.hold_pair(contact, until);
        }
    }
}

async fn settle_in(
    services: &Services,
    tx: &mut Tx,
    workspace: Uuid,
    outcomes: &[Outcome],
    now: Millis,
) -> Result<(Option<i64>, Memory)> {
    let ids: Vec<Uuid> = outcomes.iter().map(|outcome| outcome.message).collect();
    let stops = |outcome: &&Outcome| outcome.refusal().is_some_and(|refusal| refusal.error.code == STOPPED_MARKETING);
    let stopped: Vec<Uuid> = outcomes.iter().filter(stops).map(|outcome| outcome.message).collect();
    // The workspace first: a status of these messages is then either before or after, never in between, where it would be
    // parked for ever.
    store::lock_with_people(tx, workspace, &ids, &stopped).await?;
    let found = store::candidates(tx, workspace, &ids).await?;
    let refused = outcomes.iter().any(|outcome| matches!(outcome.what, What::Answered(Err(_))));
    let conversations: Vec<Uuid> = found.iter().map(|c| c.target.message.conversation_id).collect();
    let rows = if refused { store::rows(tx, workspace, &conversations).await? } else { HashMap::new() };
    let by_message: HashMap<Uuid, &Outcome> = outcomes.iter().map(|outcome| (outcome.message, outcome)).collect();
    let mut tokens = BTreeMap::new();
    for number in outcomes.iter().filter(|outcome| outcome.blames_token()).map(|outcome| outcome.lane.number) {
        tokens.insert(number, 0);
    }
    for (number, version) in &mut tokens {
        *version = park::token_version(tx, workspace, *number).await?;
    }
    let (mut changes, mut after) = (Changes::default(), Aftermath::default());
    for c in found {
        let Some(outcome) = by_message.get(&c.id()) else { continue };
        let jitter = rand::rng().random_range(0..=1_000);
        let old_token = tokens.get(&outcome.lane.number).is_some_and(|version| outcome.token < *version);
        let row = rows.get(&c.target.message.conversation_id);
        let now = Now { at: now, jitter, old_token, confirmed_within: services.confirmed_within() };
        outcome::settle(c, row, outcome, now, &mut changes, &mut after);
    }
    early(tx, workspace, &mut changes).await?;
    let (failed, rest) = changes.targets.into_iter().partition(undelivered::comes_back);
    changes.targets = rest;
    let memory = Memory { slowed: std::mem::take(&mut after.slowed), pairs: std::mem::take(&mut after.pairs) };
    for (lane, rate) in &memory.slowed {
        sql!(exec tx.conn(), SLOWED, workspace, lane.number, i64::from(*rate), now)?;
    }
    clear_up(services, tx, workspace, after, now).await?;
    let stopped: Vec<Uuid> =
        changes.targets.iter().filter(|t| t.error_code == Some(STOPPED_MARKETING)).map(|t| t.message.id).collect();
    for target in &changes.targets {
        if let Some(code) = target.error_code {
            templates::refused(tx.conn(), workspace, target.number_id, code, now).await?;
        }
    }
    let mut events = changes.apply(tx, workspace).await?;
    events.extend(undelivered::try_again(services, tx, workspace, failed, now).await?);
    events.extend(consent::refused_by_graph(services, tx, workspace, &stopped, now).await?);
    Ok((live::record(tx, workspace, &events, now).await?, memory))
}

/// Statuses that were faster than the answer with the message's wamid.
async fn early(tx: &mut Tx, workspace: Uuid, changes: &mut Changes) -> Result<()> {
    let accepted = |status: &str| Status::parse(status).rank() >= Status::Accepted.rank();
    let mut wamids: BTreeMap<Uuid, Vec<&str>> = BTreeMap::new();
    for target in changes.targets.iter().filter(|target| accepted(&target.message.status)) {
        if let Some(wamid) = &target.wamid {
            wamids.entry(target.number_id).or_default().push(wamid);
        }
    }
    let mut found: Vec<(Uuid, StatusUpdate)> = Vec::new();
    for (number, wamids) in wamids {
        let early = on_engine!(&mut *tx, unpark(workspace, number, &wamids))?;
        found.extend(early.into_iter().map(|(wamid, status, at, code, text)| {
            let error = code.zip(text);
            (number, StatusUpdate { wamid, status: Status::parse(&status), at, callback: None, error })
        }));
    }
    for (number, update) in found {
        let mine = |target: &&mut crate::ingest::Target| {
            target.number_id == number && target.wamid.as_deref() == Some(update.wamid.as_str())
        };
        if let Some(target) = changes.targets.iter_mut().find(mine) {
            statuses::advance(target, &update);
        }
    }
    Ok(())
}

/// What messages ask for besides themselves. What happened to a message stands in the message; to its number, in the audit
/// trail.
pub(super) async fn clear_up(
    services: &Services,
    tx: &mut Tx,
    workspace: Uuid,
    after: Aftermath,
    now: Millis,
) -> Result<()> {
    let broken: HashSet<Uuid> = after.refused.iter().map(|(number, _)| *number).collect();
    for number in after.works.into_iter().collect::<HashSet<_>>() {
        // Answers come out of order: what was accepted a moment ago does not prove a token that was refused since.
        if !broken.contains(&number) && sql!(exec tx.conn(), TOKEN_WORKS, workspace, number)? > 0 {
            record(services, tx, workspace, Entry::new(Action::NumberTokenWorks).on("number", number), now).await?;
        }
    }
    for (number, why) in after.refused {
        if sql!(exec tx.conn(), TOKEN_PROBLEM, workspace, number, &why)? > 0 {
            let entry = Entry::new(Action::NumberTokenRefused).about(why).on("number", number);
            record(services, tx, workspace, entry, now).await?;
        }
    }
    for new in after.parks {
        park::park(services, tx, workspace, new, now).await?;
    }
    for number in after.dead.into_iter().collect::<HashSet<_>>() {
        alerts::raise(tx, WorkspaceId(workspace), now, given_up(number, now)).await?;
    }
    Ok(())
}

async fn record(services: &Services, tx: &mut Tx, workspace: Uuid, entry: Entry, now: Millis) -> Result<()> {
    audit::record_as(services, tx, WorkspaceId(workspace), Actor::System, &Origin::default(), now, entry).await
}

/// One alert for a number and an hour.
fn given_up(number: Uuid, now: Millis) -> NewAlert {
    NewAlert {
        kind: alert::Kind::DeadLetters,
        severity: Severity::Medium,
        title: "Messages were given up".to_owned(),
        body: "Some messages used up their tries, or Meta never confirmed them. Each says why, and can be sent again."
            .to_owned(),
        link: "dead-letters".to_owned(),
        key: format!("dead-sends:{number}:{}", now / HOUR),
    }
}
