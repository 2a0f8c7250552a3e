use super::{
    Batch, Claimed,
    apply::{self, Item},
    outcome::Outcome,
    route::Routes,
};
use crate::{
    Error, Result, Services, dead,
    queues::{Flow, Queue},
};
use domain::{
    backoff,
    meta::webhook::{Change, Delivery, Unreadable, read},
    time::{Millis, SECOND},
};
use futures::FutureExt;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    panic::AssertUnwindSafe,
};
use uuid::Uuid;

/// Messages and statuses in one transaction, about.
const CHUNK: usize = 100;

/// Until a database that is away is asked again.
const UNAVAILABLE: Millis = 2 * SECOND;

/// Gives a batch of deliveries its effect and writes what became of each.
///
/// # Errors
/// When the outcome could not be written; the deliveries are claimed again and change nothing twice.
pub async fn process(services: &Services, batch: Batch) -> Result<()> {
    let now = services.clock().now();
    let _in_hand = services.tally().hold(Queue::Ingest, u64::try_from(batch.deliveries.len()).unwrap_or(u64::MAX));
    let routes = match load_routes(services).await {
        Ok(routes) => routes,
        Err(error) => {
            let outcomes = batch.deliveries.iter().map(|d| (d.id, failed(d, &error, now))).collect();
            return Ok(batch.finish(outcomes, now).await?);
        }
    };
    let mut outcomes: Vec<(i64, Outcome)> = Vec::with_capacity(batch.deliveries.len());
    let mut readable: Vec<(usize, Delivery)> = Vec::with_capacity(batch.deliveries.len());
    for (at, delivery) in batch.deliveries.iter().enumerate() {
        let parsed = std::panic::catch_unwind(|| read(&delivery.body, delivery.received_at));
        match parsed.unwrap_or(Err(Unreadable::NotAnEnvelope("reading it panicked"))) {
            Ok(parsed) => {
                outcomes.push((delivery.id, waits(&parsed, &routes)));
                readable.push((at, parsed));
            }
            // Trying again cannot make it readable.
            Err(why) => outcomes.push((delivery.id, Outcome::Dead { reason: why.to_string() })),
        }
    }
    let mut work: BTreeMap<Uuid, Vec<(usize, Item<'_>)>> = BTreeMap::new();
    for (at, parsed) in &readable {
        for (workspace, item) in items(&batch.deliveries[*at], parsed, &routes) {
            work.entry(workspace).or_default().push((*at, item));
        }
    }
    let readable: HashSet<usize> = readable.iter().map(|(at, _)| *at).collect();
    let mut failures: BTreeSet<(usize, Uuid)> = BTreeSet::new();
    for (workspace, items) in work {
        for chunk in chunks(&items) {
            for (at, error) in try_chunk(services, workspace, chunk).await {
                outcomes[at].1 = failed(&batch.deliveries[at], &error, now);
                failures.insert((at, workspace));
            }
        }
    }
    for (at, (_, outcome)) in outcomes.iter().enumerate().filter(|(at, _)| !readable.contains(at)) {
        if outcome.is_final() {
            failures.extend(dead::owners(&batch.deliveries[at].body, &routes).into_iter().map(|owner| (at, owner)));
        }
    }
    for (at, workspace) in failures {
        let (delivery, outcome) = (&batch.deliveries[at], &outcomes[at].1);
        let one = dead::Failed { delivery, workspace, outcome, unreadable: !readable.contains(&at) };
        if let Err(error) = note(services, &routes, &one, now).await {
            tracing::error!(%error, delivery = delivery.id, "what failed could not be noted; trying again");
            outcomes[at].1 = Outcome::Retry { due_at: now + UNAVAILABLE, reason: error.to_string(), counts: false };
        }
    }
    for (id, outcome) in &outcomes {
        if let Some(reason) = outcome.reason() {
            tracing::warn!(delivery = id, state = outcome.state(), reason, "a delivery did not go through");
        }
    }
    let count = |wanted: fn(&Outcome) -> bool| outcomes.iter().filter(|(_, outcome)| wanted(outcome)).count() as u64;
    let flow = Flow { done: count(|outcome| *outcome == Outcome::Done), failed: count(|outcome| outcome.tries() > 0) };
    services.tally().add(Queue::Ingest, now, flow);
    Ok(batch.finish(outcomes, now).await?)
}

async fn load_routes(services: &Services) -> Result<Routes> {
    let mut read = services.db().read().await?;
    Routes::load(read.conn()).await
}

/// Tries that do not count are not noted: then the database is away.
async fn note(services: &Services, routes: &Routes, failed: &dead::Failed<'_>, now: Millis) -> Result<()> {
    if failed.outcome.tries() == 0 {
        return Ok(());
    }
    dead::note(services, routes, failed, now).await
}

/// All together; if that fails one delivery at a time, so that a poison delivery harms nobody else.
async fn try_chunk(services: &Services, workspace: Uuid, chunk: &[(usize, Item<'_>)]) -> Vec<(usize, Error)> {
    let all: Vec<&Item<'_>> = chunk.iter().map(|(_, item)| item).collect();
    let Err(error) = apply(services, workspace, &all).await else { return Vec::new() };
    let single = chunk.first().map(|(at, _)| at) == chunk.last().map(|(at, _)| at);
    if single {
        return chunk.first().map(|(at, _)| (*at, error)).into_iter().collect();
    }
    tracing::info!(%error, items = chunk.len(), "a batch failed; its deliveries are tried one by one");
    let mut failures = Vec::new();
    for one in chunk.chunk_by(|(a, _), (b, _)| a == b) {
        let items: Vec<&Item<'_>> = one.iter().map(|(_, item)| item).collect();
        if let Err(error) = apply(services, workspace, &items).await {
            failures.push((one[0].0, error));
        }
    }
    failures
}

/// What a readable delivery becomes if nothing fails: done, or waiting for its number or account to be connected.
fn waits(parsed: &Delivery, routes: &Routes) -> Outcome {
    let unknown = parsed.changes.iter().find_map(|change| match change.phone_number_id.as_deref() {
        Some(phone) => routes.number(phone).is_none().then(|| format!("phone:{phone}")),
        None => routes.waba(&change.waba_id).is_none().then(|| format!("waba:{}", change.waba_id)),
    });
    unknown.map_or(Outcome::Done, Outcome::Waiting)
}

/// A delivery's changes with their workspaces, in pieces of at most [`CHUNK`] messages, statuses or others.
fn items<'a>(delivery: &'a Claimed, parsed: &'a Delivery, routes: &Routes) -> Vec<(Uuid, Item<'a>)> {
    let mut items = Vec::with_capacity(parsed.changes.len());
    let key = hex::encode(&Sha256::digest(&delivery.body)[..16]);
    for (nth, change) in parsed.changes.iter().enumerate() {
        let number = change.phone_number_id.as_deref().and_then(|phone| routes.number(phone)).cloned();
        let workspace = match (&number, &change.phone_number_id) {
            (Some(number), _) => number.workspace,
            // A number that nobody connected: the delivery waits. Without any number the account decides.
            (None, Some(_)) => continue,
            (None, None) => match routes.waba(&change.waba_id) {
                Some(workspace) => workspace,
                None => continue,
            },
        };
        let piece = Item {
            key: format!("{key}/{nth}"),
            received_at: delivery.received_at,
            waba: &change.waba_id,
            number,
            messages: &[],
            marks: &[],
            statuses: &[],
            others: &[],
            first_other: 0,
        };
        items.extend(pieces(change, &piece).map(|item| (workspace, item)));
    }
    items
}

fn pieces<'a, 'b>(change: &'a Change, piece: &'b Item<'a>) -> impl Iterator<Item = Item<'a>> + use<'a, 'b> {
    let messages = change.messages.chunks(CHUNK).map(|messages| Item { messages, ..piece.clone() });
    let marks = change.marks.chunks(CHUNK).map(|marks| Item { marks, ..piece.clone() });
    let statuses = change.statuses.chunks(CHUNK).map(|statuses| Item { statuses, ..piece.clone() });
    let others = change.others.chunks(CHUNK).zip((0..).step_by(CHUNK));
    let others = others.map(|(others, first_other)| Item { others, first_other, ..piece.clone() });
    messages.chain(marks).chain(statuses).chain(others)
}

/// Cuts a workspace's items where about [`CHUNK`] messages and statuses are together.
fn chunks<'a, 'b>(items: &'b [(usize, Item<'a>)]) -> impl Iterator<Item = &'b [(usize, Item<'a>)]> {
    let mut rest = items;
    std::iter::from_fn(move || {
        let mut weight = 0;
        let end = rest.iter().position(|(_, item)| {
            weight += item.weight();
            weight > CHUNK
        });
        let end = end.map_or(rest.len(), |end| end.max(1));
        let (chunk, tail) = rest.split_at(end);
        rest = tail;
        (!chunk.is_empty()).then_some(chunk)
    })
}

fn failed(delivery: &Claimed, error: &Error, now: i64) -> Outcome {
    let reason = error.to_string();
    if matches!(error, Error::Unavailable) {
        return Outcome::Retry { due_at: now + UNAVAILABLE, reason, counts: false };
    }
    match backoff::delivery_wait(delivery.attempts + 1) {
        Some(wait) => Outcome::Retry { due_at: now + wait, reason, counts: true },
        None => Outcome::Dead { reason },
    }
}

/// A panic is a failed try like any other: it must end neither the worker nor the other deliveries.
async fn apply(services: &Services, workspace: Uuid, items: &[&Item<'_>]) -> Result<()> {
    let applied = AssertUnwindSafe(apply::apply(services, workspace, items)).catch_unwind().await;
    applied.unwrap_or_else(|_| Err(Error::Internal("processing it panicked".to_owned())))
}
