use super::{Journal, outcome::Outcome};
use crate::{
    Services,
    db::{Db, Sqlite, dialect},
};
use domain::time::Millis;
use futures::Stream;
use sqlx::{PgPool, Postgres, SqliteConnection, Transaction};
use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Deliveries that are claimed together, at most: over twenty busy workspaces still some fifty for each transaction.
const BATCH: i64 = 1_024;

/// Bodies that are held together, about: a parsed one takes several times its size.
const BYTES: i64 = 4 << 20;

/// How often deliveries whose next try is due are looked for while new ones keep coming.
const LOOK_BACK: Duration = Duration::from_secs(1);

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

/// Lets go of deliveries when it is dropped.
struct Release {
    ids: Vec<i64>,
    in_hand: InHand,
}

impl Drop for Release {
    fn drop(&mut self) {
        let mut in_hand = self.in_hand.lock().unwrap_or_else(PoisonError::into_inner);
        for id in &self.ids {
            in_hand.remove(id);
        }
    }
}

impl Batch {
    /// Writes what became of the deliveries and lets go of them. A delivery without an outcome is claimed again.
    pub async fn finish(self, outcomes: Vec<(i64, Outcome)>, now: Millis) -> sqlx::Result<()> {
        match self.hold {
            Hold::Memory { journal, in_hand } => {
                // The next batch need not wait for this commit. The ids are let go of even if this task is dropped.
                let release = Release { ids: self.deliveries.iter().map(|delivery| delivery.id).collect(), in_hand };
                tokio::spawn(async move {
                    if !journal.finish(outcomes).await {
                        // They are processed again; not at once, while the disk is full.
                        tokio::time::sleep(Duration::from_secs(1)).await;
                    }
                    drop(release);
                });
                Ok(())
            }
            Hold::Locks(mut tx) => {
                dialect::postgres_deliveries::finish_deliveries(&mut tx, &outcomes, now).await?;
                tx.commit().await
            }
        }
    }
}

/// An endless stream of batches. It waits for work by itself and outlives database errors.
pub fn batches(services: Services) -> impl Stream<Item = Batch> + Send + 'static {
    let state = Claimer { services, cursor: 0, in_hand: InHand::default(), looked_back: Instant::now() };
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
    looked_back: Instant,
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
        // What is due again must not wait until nothing new comes.
        let mut sizes =
            if self.looked_back.elapsed() >= LOOK_BACK { self.due_again(&mut conn, now).await? } else { vec![] };
        if sizes.is_empty() {
            sizes = dialect::sqlite_deliveries::fresh(&mut conn, self.cursor, now, BATCH).await?;
        }
        if sizes.is_empty() {
            sizes = self.due_again(&mut conn, now).await?;
        }
        let ids = within(&sizes);
        let (Some(first), Some(last)) = (ids.first(), ids.last()) else { return Ok(None) };
        let mut rows = dialect::sqlite_deliveries::bodies(&mut conn, *first, *last).await?;
        rows.retain(|(id, ..)| ids.binary_search(id).is_ok());
        self.cursor = self.cursor.max(*last);
        self.lock().extend(ids.iter().copied());
        let journal = self.services.journal().clone();
        let hold = Hold::Memory { journal, in_hand: self.in_hand.clone() };
        Ok(Some(Batch { deliveries: claimed(rows), hold }))
    }

    /// Deliveries that were handed out once and are due again, with their sizes.
    async fn due_again(&mut self, conn: &mut SqliteConnection, now: Millis) -> sqlx::Result<Vec<(i64, i64)>> {
        self.looked_back = Instant::now();
        // As it was before the look: what is let go of meanwhile may have been read as it was then.
        let in_hand = self.lock().clone();
        let held = i64::try_from(in_hand.len()).unwrap_or(BATCH);
        let mut sizes = dialect::sqlite_deliveries::due_again(conn, self.cursor, now, BATCH + held).await?;
        sizes.retain(|(id, _)| !in_hand.contains(id));
        Ok(sizes)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<i64>> {
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn claim_postgres(pool: &PgPool, now: Millis) -> sqlx::Result<Option<Batch>> {
    let mut tx = pool.begin().await?;
    let sizes = dialect::postgres_deliveries::claim(&mut tx, now, BATCH).await?;
    if sizes.is_empty() {
        return tx.rollback().await.map(|()| None);
    }
    let rows = dialect::postgres_deliveries::bodies(&mut tx, within(&sizes)).await?;
    Ok(Some(Batch { deliveries: claimed(rows), hold: Hold::Locks(tx) }))
}

/// As many as fit into [`BYTES`], at least one, by id.
fn within(sizes: &[(i64, i64)]) -> Vec<i64> {
    let mut total = 0;
    let fit = sizes.iter().take_while(|(_, size)| {
        let fits = total == 0 || total + size <= BYTES;
        total += size;
        fits
    });
    let mut ids: Vec<i64> = fit.map(|(id, _)| *id).collect();
    ids.sort_unstable();
    ids
}

fn claimed(rows: Vec<dialect::sqlite_deliveries::Delivery>) -> Vec<Claimed> {
    rows.into_iter()
        .map(|(id, body, received_at, attempts)| {
            let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
            Claimed { id, body, received_at, attempts }
        })
        .collect()
}
