//! Two transactions at once, one of which has to wait for the other.

use crate::support::{TestDb, until_so};
use services::db::Db;
use tokio::task::JoinHandle;

const WAITING: &str =
    "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

impl TestDb {
    /// Until as many as `others` wait for a lock, or one of them is through without. On SQLite they wait for the only writer,
    /// wherever they are.
    pub async fn until_all_wait<T>(&self, others: &[&JoinHandle<T>]) {
        let Db::Postgres(pool) = &self.db else { return };
        until_so("waiting for each other", async || {
            let waiting: i64 = sqlx::query_scalar(WAITING).fetch_one(pool).await.unwrap();
            others.iter().any(|other| other.is_finished())
                || usize::try_from(waiting).is_ok_and(|waiting| waiting >= others.len())
        })
        .await;
    }

    pub async fn until_it_waits<T>(&self, other: &JoinHandle<T>) {
        self.until_all_wait(&[other]).await;
    }
}
