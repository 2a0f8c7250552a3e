use super::{Journal, outcome::Outcome};
use crate::{
    Services,
    db::{Db, Sqlite, dialect},
};
use domain::time::Millis;
use futures::Stream;
use sqlx::{PgPool, Postgres, Transaction};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// Deliveries that are processed together, at most.
const BATCH: i64 = 256;

/// One delivery in a worker's hands.
#[derive(Debug)]
pub struct Claimed {
    pub id: i64,
    pub body: Vec<u8>,
    pub received_at: Millis,
    /// Failed tries so far.
    pub attempts: u32,
}

/// Deliveries in a worker's hands, and what holds them.
pub struct Batch {
    pub deliveries: Vec<Claimed>,
    hold: Hold,
}

enum Hold {
    /// One process: remembering is enough, and a crash forgets.
    Memory { journal: Journal, in_hand: InHand },
    /// Many processes: row locks, gone with the connection.
    Locks(Transaction<'static, Postgres>),
}

type InHand = Arc<Mutex<HashSet<i64>>>;

impl Batch {
    /// Writes what became of the deliveries and lets go of them. A delivery without an outcome is claimed again.
    pub async fn finish(self, outcomes: Vec<(i64, Outcome)>, now: Millis) -> sqlx::Result<()> {
        match self.hold {
            Hold::Memory { journal, in_hand } => {
                // The next batch need not wait for this commit.
                let ids: Vec<i64> = self.deliveries.iter().map(|delivery| delivery.id).collect();
                tokio::spawn(async move {
                    journal.finish(outcomes).await;
                    let mut in_hand = in_hand.lock().unwrap_or_else(PoisonError::into_inner);
                    ids.iter().for_each(|id| {
                        in_hand.remove(id);
                    });
                });
                Ok(())
            }
            Hold::Locks(mut tx) => {
                dialect::postgres::finish_deliveries(&mut tx, &outcomes, now).await?;
                tx.commit().await
            }
        }
    }
}

/// An endless stream of batches. It waits for work by itself and outlives database errors.
pub fn batches(services: Services) -> impl Stream<Item = Batch> + Send + 'static {
    let state = Claimer { services, cursor: 0, in_hand: InHand::default() };
    futures::stream::unfold(state, |mut state| async move {
        loop {
            match state.claim().await {
                Ok(Some(batch)) => return Some((batch, state)),
                Ok(None) => state.services.wakes().ingest().await,
                Err(error) => {
                    tracing::error!(%error, "deliveries cannot be claimed; trying again");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    })
}

struct Claimer {
    services: Services,
    /// SQLite: everything up to here was handed out once.
    cursor: i64,
    in_hand: InHand,
}

impl Claimer {
    async fn claim(&mut self) -> sqlx::Result<Option<Batch>> {
        let now = self.services.clock().now();
        match self.services.db().clone() {
            Db::Sqlite(db) => self.claim_sqlite(&db, now).await,
            Db::Postgres(pool) => claim_postgres(&pool, now).await,
        }
    }

    async fn claim_sqlite(&mut self, db: &Sqlite, now: Millis) -> sqlx::Result<Option<Batch>> {
        let mut conn = db.journal_read.acquire().await?;
        let mut rows = dialect::sqlite::fresh(&mut conn, self.cursor, now, BATCH).await?;
        if rows.is_empty() {
            let held = i64::try_from(self.lock().len()).unwrap_or(BATCH);
            rows = dialect::sqlite::due_again(&mut conn, self.cursor, now, BATCH + held).await?;
            let in_hand = self.lock();
            rows.retain(|(id, ..)| !in_hand.contains(id));
        }
        let Some(last) = rows.iter().map(|(id, ..)| *id).max() else { return Ok(None) };
        self.cursor = self.cursor.max(last);
        self.lock().extend(rows.iter().map(|(id, ..)| *id));
        let journal = self.services.journal().clone();
        let hold = Hold::Memory { journal, in_hand: self.in_hand.clone() };
        Ok(Some(Batch { deliveries: claimed(rows), hold }))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<i64>> {
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn claim_postgres(pool: &PgPool, now: Millis) -> sqlx::Result<Option<Batch>> {
    let mut tx = pool.begin().await?;
    let rows = dialect::postgres::claim(&mut tx, now, BATCH).await?;
    if rows.is_empty() {
        return tx.rollback().await.map(|()| None);
    }
    Ok(Some(Batch { deliveries: claimed(rows), hold: Hold::Locks(tx) }))
}

fn claimed(rows: Vec<dialect::sqlite::Delivery>) -> Vec<Claimed> {
    rows.into_iter()
        .map(|(id, body, received_at, attempts)| {
            let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
            Claimed { id, body, received_at, attempts }
        })
        .collect()
}
