//! Connections come back as they were lent.

use crate::on_both;
use futures::poll;
use std::pin::pin;

on_both! {
    async fn who_goes_away_while_a_transaction_begins_leaves_none_behind(db) {
        let services = db.services();
        for patience in 0..200 {
            let mut begins = pin!(services.db().begin());
            for _ in 0..patience {
                if poll!(begins.as_mut()).is_ready() {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        // Where one was left open another one cannot choose how it reads.
        let mut all = Vec::new();
        for _ in 0..4 {
            all.push(services.db().snapshot().await.unwrap());
        }
    }
}
