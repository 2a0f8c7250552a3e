//! Promises against what is there.

use std::collections::HashMap;

use anyhow::Result;
use domain::message::Status;
use serde::Serialize;
use services::sql;
use simulator::Simulator;
use uuid::Uuid;

use super::book::{Book, Reply};
use crate::{database::Probe, engine::Engine, world::World};

const INBOUND: &str =
    "SELECT wamid, COUNT(*) FROM messages WHERE direction = 'in' AND wamid IS NOT NULL GROUP BY wamid";
const OUTBOUND: &str = "SELECT id, status FROM messages WHERE direction = 'out'";
/// Nobody closes a conversation here, so each pair has one.
const CONVERSATIONS: &str = "SELECT COUNT(*) FROM
    (SELECT 1 FROM conversations GROUP BY number_id, contact_id HAVING COUNT(*) > 1) AS twice";
const CONTACTS: &str = "SELECT COUNT(*) FROM
    (SELECT 1 FROM contacts GROUP BY workspace_id, wa_id HAVING COUNT(*) > 1) AS twice";
const PEOPLE: &str = "SELECT (SELECT COUNT(*) FROM contacts), (SELECT COUNT(*) FROM conversations)";
const DEAD: &str = "SELECT COUNT(*) FROM deliveries WHERE state = 'dead'";

/// Keys and their order are part of the interface.
#[derive(Serialize)]
pub struct Line {
    chaos: &'static str,
    kills: u32,
    /// Messages whose delivery was answered with 200.
    pub acked: usize,
    lost: usize,
    doubled: usize,
    /// Replies that were taken.
    pub replies: usize,
    sent_twice: usize,
    unconfirmed: usize,
}

/// The result, and in words what is wrong with it.
pub struct Verdict {
    pub line: Line,
    pub wrong: Vec<String>,
}

/// Counts on the database of a server that has stopped.
pub async fn judge(world: &World, book: &Book, simulator: &Simulator, engine: Engine, kills: u32) -> Result<Verdict> {
    let mut probe = world.database.probe().await?;
    let stored: HashMap<String, i64> = sql!(all(String, i64), probe.conn(), INBOUND)?.into_iter().collect();
    let replies: HashMap<Uuid, Status> = sql!(all(Uuid, String), probe.conn(), OUTBOUND)?
        .into_iter()
        .map(|(id, status): (Uuid, String)| (id, Status::parse(&status)))
        .collect();
    let twins = twins(&mut probe).await?;
    probe.close().await?;
    let mut journal = world.database.probe_journal().await?;
    let dead: i64 = sql!(scalar i64, journal.conn(), DEAD)?;
    journal.close().await?;

    let (posted, acked, promised) = book.promises();
    let mut wrong = Vec::new();
    let mut note = |count: usize, what: &str| {
        if count > 0 {
            wrong.push(format!("{count} {what}"));
        }
        count
    };
    let answered: Vec<Uuid> =
        promised.iter().filter(|(_, reply)| **reply == Reply::Answered).map(|(key, _)| *key).collect();
    let lost =
        note(acked.iter().filter(|wamid| !stored.contains_key(*wamid)).count(), "acknowledged messages are lost")
            + note(answered.iter().filter(|key| !replies.contains_key(key)).count(), "taken replies are lost");
    let doubled = note(stored.values().filter(|times| **times > 1).count(), "messages are there twice")
        + note(twins, "people or conversations are there twice");
    let mut sends: HashMap<String, u32> = HashMap::new();
    for sent in simulator.sent() {
        *sends.entry(sent.biz_opaque_callback_data.unwrap_or_default()).or_default() += 1;
    }
    let sent_twice = note(sends.values().filter(|times| **times > 1).count(), "replies were sent more than once");
    note(stored.keys().filter(|wamid| !posted.contains(*wamid)).count(), "messages were written by nobody");
    note(
        sends.keys().filter(|key| !key.parse().is_ok_and(|key: Uuid| replies.contains_key(&key))).count(),
        "messages were sent that nobody wrote",
    );
    let open = |status: &&Status| matches!(status, Status::Queued | Status::Sending | Status::RetryQueued);
    note(replies.values().filter(open).count(), "replies are neither settled nor unconfirmed");
    note(usize::try_from(dead)?, "deliveries were given up");

    let unconfirmed = replies.values().filter(|status| **status == Status::Unconfirmed).count();
    let refused = promised.values().filter(|reply| **reply == Reply::Refused).count();
    eprintln!(
        "chaos {}: {} messages posted, {} stored; {} replies written, {} stored, {refused} refused, {} sent",
        engine.name(),
        posted.len(),
        stored.len(),
        promised.len(),
        replies.len(),
        sends.len()
    );
    let line = Line {
        chaos: engine.name(),
        kills,
        acked: acked.len(),
        lost,
        doubled,
        replies: answered.len(),
        sent_twice,
        unconfirmed,
    };
    Ok(Verdict { line, wrong })
}

/// Contacts and conversations that are there more than once.
async fn twins(probe: &mut Probe) -> Result<usize> {
    let conversations: i64 = sql!(scalar i64, probe.conn(), CONVERSATIONS)?;
    let contacts: i64 = sql!(scalar i64, probe.conn(), CONTACTS)?;
    let (people, threads): (i64, i64) = sql!(one(i64, i64), probe.conn(), PEOPLE)?;
    // A customer writes to one number, so there are as many conversations as contacts.
    Ok(usize::try_from(conversations + contacts + (people - threads).abs())?)
}
