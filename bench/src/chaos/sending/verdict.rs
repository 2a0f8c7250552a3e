//! What was promised against what the phones got.

use std::collections::HashMap;

use anyhow::Result;
use domain::message::Status;
use serde::Serialize;
use services::sql;
use simulator::Simulator;
use uuid::Uuid;

use super::{feed::Feed, stretch};
use crate::{engine::Engine, figures, world::World};

const OUTBOUND: &str = "SELECT id, status, error_text FROM messages WHERE direction = 'out'";
const ATTEMPTS: &str =
    "SELECT message_id, outcome, code, started_at, ended_at FROM send_attempts ORDER BY message_id, nth";

/// Keys and their order are part of the interface.
#[derive(Serialize)]
pub struct Line {
    chaos: &'static str,
    engine: &'static str,
    kills: u32,
    pub messages: usize,
    delivered: usize,
    /// Nobody knows: a person decides.
    unconfirmed: usize,
    dead: usize,
    lost: usize,
    sent_twice: usize,
    /// Requests that came above a number's limit.
    above_limit: u64,
    /// The most that a number sent in any second.
    peak: u32,
    /// Of the limit, without trouble.
    share: f64,
}

/// Message, outcome, code, begin, end.
type Attempt = (Uuid, String, Option<i64>, i64, i64);

/// The result, and in words what is wrong with it.
pub struct Verdict {
    pub line: Line,
    pub wrong: Vec<String>,
}

/// Counts on the database of a server that has stopped.
pub async fn judge(
    world: &World,
    feed: &Feed,
    simulator: &Simulator,
    engine: Engine,
    kills: u32,
    share: f64,
) -> Result<Verdict> {
    let mut probe = world.database.probe().await?;
    let rows: Vec<(Uuid, String, Option<String>)> = sql!(all(Uuid, String, Option<String>), probe.conn(), OUTBOUND)?;
    let attempts: Vec<Attempt> = sql!(all(Uuid, String, Option<i64>, i64, i64), probe.conn(), ATTEMPTS)?;
    probe.close().await?;
    let stored: HashMap<Uuid, (Status, bool)> =
        rows.into_iter().map(|(id, status, why)| (id, (Status::parse(&status), why.is_some()))).collect();
    let mut sends: HashMap<String, u32> = HashMap::new();
    for sent in simulator.sent() {
        *sends.entry(sent.biz_opaque_callback_data.unwrap_or_default()).or_default() += 1;
    }
    tell(simulator, &sends, &attempts);
    let arrived = |id: &Uuid| sends.contains_key(&id.to_string());
    let (taken, refused) = feed.promises();
    let mut wrong = Vec::new();
    let mut note = |count: usize, what: &str| {
        if count > 0 {
            wrong.push(format!("{count} {what}"));
        }
        count
    };
    let count = |test: &dyn Fn(&Uuid, Status, bool) -> bool| {
        stored.iter().filter(|(id, (status, why))| test(id, *status, *why)).count()
    };
    let is_delivered = |status: Status| matches!(status, Status::Delivered | Status::Read);
    let is_open = |status: Status| matches!(status, Status::Unconfirmed | Status::Dead);

    let lost = note(taken.iter().filter(|key| !stored.contains_key(key)).count(), "messages that were taken are lost");
    note(refused, "messages were refused");
    let sent_twice = note(sends.values().filter(|times| **times > 1).count(), "messages were sent more than once");
    note(
        sends.keys().filter(|key| !key.parse().is_ok_and(|key: Uuid| stored.contains_key(&key))).count(),
        "messages were sent that nobody wrote",
    );
    note(
        count(&|_, status, _| !is_delivered(status) && !is_open(status)),
        "messages are neither delivered nor dead nor unconfirmed",
    );
    note(count(&|_, status, why| is_open(status) && !why), "messages are dead or unconfirmed without a reason");
    note(count(&|id, status, _| is_delivered(status) && !arrived(id)), "messages are called delivered, but never left");
    note(count(&|id, status, _| is_open(status) && arrived(id)), "messages arrived, but nobody was told");
    let paces = simulator.paces();
    let above_limit: u64 = paces.values().map(|pace| pace.above).sum();
    note(usize::try_from(above_limit)?, "requests came above a number's limit");
    if share < stretch::ENOUGH {
        wrong.push(format!("only {:.1} % of the limit was used without trouble", share * 100.0));
    }

    let mut statuses: HashMap<&'static str, usize> = HashMap::new();
    for (status, _) in stored.values() {
        *statuses.entry(status.as_str()).or_default() += 1;
    }
    eprintln!("chaos sending {}: {statuses:?}, {} arrived", engine.name(), sends.len());
    let line = Line {
        chaos: "sending",
        engine: engine.name(),
        kills,
        messages: stored.len(),
        delivered: count(&|_, status, _| is_delivered(status)),
        unconfirmed: count(&|_, status, _| status == Status::Unconfirmed),
        dead: count(&|_, status, _| status == Status::Dead),
        lost,
        sent_twice,
        above_limit,
        peak: paces.values().map(|pace| pace.peak).max().unwrap_or_default(),
        share: figures::round(share, 3),
    };
    Ok(Verdict { line, wrong })
}

/// What helps to find out why something was sent twice, or too fast.
fn tell(simulator: &Simulator, sends: &HashMap<String, u32>, attempts: &[Attempt]) {
    for (key, _) in sends.iter().filter(|(_, times)| **times > 1) {
        let arrivals: Vec<i64> = simulator
            .sent()
            .into_iter()
            .filter(|sent| sent.biz_opaque_callback_data.as_ref() == Some(key))
            .map(|sent| sent.at)
            .collect();
        let tries: Vec<_> = attempts.iter().filter(|(id, ..)| id.to_string() == *key).collect();
        eprintln!("chaos sending: {key} arrived at {arrivals:?}; tries {tries:?}");
    }
    for (number, pace) in simulator.paces().iter().filter(|(_, pace)| pace.above > 0) {
        eprintln!("chaos sending: number {number}: {pace:?}");
    }
}
