use super::outcome::Outcome;
use crate::{
    clock::Clock,
    db::{Db, Writer, dialect},
    jobs::Wakes,
    live::Bus,
};
use bytes::Bytes;
use domain::time::Millis;
use sha2::{Digest, Sha256};
use sqlx::Connection;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// Requests that share one commit, at most.
const GROUP: usize = 256;

/// The database could not take the delivery: Meta must be told to deliver it again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the delivery could not be made durable")]
pub struct Refused;

/// Makes webhook bodies durable. Concurrent deliveries share one commit. A repeated body is recognised when it is processed.
#[derive(Clone)]
pub struct Journal {
    queue: mpsc::Sender<Order>,
}

pub(super) struct Put {
    /// The first half of its SHA-256: enough to know a repeated body by, and half the index.
    pub hash: [u8; 16],
    pub body: Bytes,
    reply: oneshot::Sender<Result<(), Refused>>,
}

enum Order {
    Put(Put),
    /// On SQLite the journal has one writer, so what became of deliveries is written by it too, in the same commits.
    Finish(Vec<(i64, Outcome)>, oneshot::Sender<bool>),
    /// The database is about to be closed: the kept connection goes back to its pool.
    Release(oneshot::Sender<()>),
}

impl Journal {
    /// Starts the writer; it ends when the last handle is dropped.
    pub(crate) fn start(db: Db, clock: Clock, wakes: Wakes, bus: Arc<Bus>) -> Self {
        let (queue, orders) = mpsc::channel(4 * GROUP);
        tokio::spawn(write(db, clock, wakes, bus, orders));
        Self { queue }
    }

    /// Returns when the body is on the disk.
    ///
    /// # Errors
    /// [`Refused`] when it is not.
    pub async fn put(&self, body: Bytes) -> Result<(), Refused> {
        let mut hash = [0; 16];
        hash.copy_from_slice(&Sha256::digest(&body)[..16]);
        let (reply, answer) = oneshot::channel();
        self.queue.send(Order::Put(Put { hash, body, reply })).await.map_err(|_| Refused)?;
        answer.await.map_err(|_| Refused)?
    }

    /// Gives the kept connection back, after everything that was put before.
    pub(crate) async fn release(&self) {
        let (reply, answer) = oneshot::channel();
        if self.queue.send(Order::Release(reply)).await.is_ok() {
            let _ = answer.await;
        }
    }

    /// Writes what became of deliveries; `false` when the database did not take it, then they are tried again.
    pub(super) async fn finish(&self, outcomes: Vec<(i64, Outcome)>) -> bool {
        let (reply, answer) = oneshot::channel();
        self.queue.send(Order::Finish(outcomes, reply)).await.is_ok() && answer.await.unwrap_or(false)
    }
}

async fn write(db: Db, clock: Clock, wakes: Wakes, bus: Arc<Bus>, mut orders: mpsc::Receiver<Order>) {
    let mut group = Vec::with_capacity(GROUP);
    let mut held = None;
    while orders.recv_many(&mut group, GROUP).await > 0 {
        let (mut puts, mut finishes, mut releases) = (Vec::with_capacity(group.len()), Vec::new(), Vec::new());
        for order in group.drain(..) {
            match order {
                Order::Put(put) => puts.push(put),
                Order::Finish(outcomes, reply) => finishes.push((outcomes, reply)),
                Order::Release(reply) => releases.push(reply),
            }
        }
        let written = commit(&db, &mut held, clock.now(), &puts, &finishes).await;
        if let Err(error) = &written {
            // Whatever is wrong with this connection, the next group gets another.
            held = None;
            tracing::error!(%error, deliveries = puts.len(), "the journal cannot write: Meta is asked to deliver again");
        }
        let fine = written.is_ok();
        if fine && !puts.is_empty() {
            wakes.wake_ingest();
            bus.received();
        }
        for put in puts {
            let _ = put.reply.send(if fine { Ok(()) } else { Err(Refused) });
        }
        for (_, reply) in finishes {
            let _ = reply.send(fine);
        }
        for reply in releases {
            held = None;
            let _ = reply.send(());
        }
    }
}

type Finishes = [(Vec<(i64, Outcome)>, oneshot::Sender<bool>)];

/// One commit for the whole group, on a connection that is kept. What fits one statement needs no transaction around it.
async fn commit(
    db: &Db,
    held: &mut Option<Writer>,
    now: Millis,
    puts: &[Put],
    finishes: &Finishes,
) -> sqlx::Result<()> {
    if puts.is_empty() && finishes.is_empty() {
        return Ok(());
    }
    let writer = match held {
        Some(writer) => writer,
        None => held.insert(db.journal_writer().await?),
    };
    match writer {
        Writer::Sqlite(c) => {
            let bodies: Vec<(&[u8], &[u8])> = puts.iter().map(|put| (&put.hash[..], &put.body[..])).collect();
            if finishes.is_empty() && bodies.len() <= dialect::sqlite_deliveries::PUT_AT_ONCE {
                return dialect::sqlite_deliveries::put_deliveries(c, &bodies, now).await;
            }
            let mut tx = c.begin_with("BEGIN IMMEDIATE").await?;
            dialect::sqlite_deliveries::put_deliveries(&mut tx, &bodies, now).await?;
            for (outcomes, _) in finishes {
                dialect::sqlite_deliveries::finish_deliveries(&mut tx, outcomes, now).await?;
            }
            tx.commit().await
        }
        Writer::Postgres(c) => {
            let hashes = puts.iter().map(|put| put.hash.to_vec()).collect();
            let bodies = puts.iter().map(|put| put.body.to_vec()).collect();
            if finishes.is_empty() {
                return dialect::postgres_deliveries::put_deliveries(c, hashes, bodies, now).await;
            }
            let mut tx = c.begin().await?;
            dialect::postgres_deliveries::put_deliveries(&mut tx, hashes, bodies, now).await?;
            for (outcomes, _) in finishes {
                dialect::postgres_deliveries::finish_deliveries(&mut tx, outcomes, now).await?;
            }
            tx.commit().await
        }
    }
}
