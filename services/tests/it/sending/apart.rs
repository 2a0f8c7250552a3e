//! What one workspace, or one lock, has to wait for keeps nobody else waiting.

use super::scene::Scene;
use crate::{
    graph::Answer,
    meta::{WABA, body, change, entry, put, quiet, text, value},
    on_both,
    support::{number, until_so, workspace},
};
use domain::{
    conversation::View,
    id::{ConversationId, MessageId},
    message::Status,
};
use services::{Ctx, clock::new_id, conversations, db::Db};
use sqlx::{PgPool, Postgres, Transaction};

/// Whoever writes in this workspace waits until the transaction ends.
async fn hold(pool: &PgPool, ctx: &Ctx) -> Transaction<'static, Postgres> {
    let mut tx = pool.begin().await.unwrap();
    let (high, low) = ctx.workspace().id.0.as_u64_pair();
    let key = (high ^ low).cast_signed();
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(key).execute(&mut *tx).await.unwrap();
    tx
}

/// Until so many wait for a lock.
async fn waiting(pool: &PgPool, many: i64) {
    let waiting = "SELECT COUNT(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    until_so(&format!("waiting, {many} of them"), async || {
        sqlx::query_scalar::<_, i64>(waiting).fetch_one(pool).await.unwrap() >= many
    })
    .await;
}

/// A second workspace, with a conversation.
async fn neighbour(scene: &Scene) -> (Ctx, ConversationId) {
    let phone = "206540352242922";
    let ctx = workspace(&scene.services, "Tapti").await;
    number(&scene.services, &ctx.workspace().slug, phone).await;
    let hello = text("4915119999999", "wamid.neighbour", "Hello");
    put(&scene.services, body(vec![entry(WABA, vec![change(value(phone, vec![hello], vec![]))])])).await;
    quiet(&scene.services).await;
    let row = conversations::inbox(&ctx, View::All, None).await.unwrap().rows.remove(0);
    (ctx, row.id)
}

async fn accepted(ctx: &Ctx, conversation: ConversationId, id: MessageId) {
    until_so("accepted: it waits for its neighbour", async || {
        let thread = conversations::thread(ctx, conversation).await.unwrap();
        thread.messages.iter().any(|message| message.id == id && message.status == Status::Accepted)
    })
    .await;
}

on_both! {
    async fn a_slow_workspace_keeps_nobody_waiting(db) {
        let mut scene = Scene::with(&db, 2, []).await;
        let (neighbour, conversation) = neighbour(&scene).await;
        scene.finish().await;
        scene.start_sending();
        // One has left and its answer comes while its workspace is held; another one waits to be claimed.
        scene.graph.script([Answer::Held]);
        let first = scene.reply_to(0, "1").await;
        scene.until_seen(1).await;
        let second = scene.reply_to(1, "2").await;
        let held = match &db.db {
            Db::Postgres(pool) => Some(hold(pool, &scene.owner).await),
            // There is one writer.
            Db::Sqlite(_) => None,
        };
        if let Db::Postgres(pool) = &db.db {
            // Who claims the second one; then who writes what became of the first.
            waiting(pool, 1).await;
            scene.graph.release();
            waiting(pool, 2).await;
        } else {
            scene.graph.release();
        }
        for n in 0..3 {
            let id = MessageId(new_id());
            conversations::reply(&neighbour, conversation, id, &n.to_string()).await.unwrap();
            accepted(&neighbour, conversation, id).await;
        }
        if held.is_some() {
            assert_ne!(scene.message(first).await.status, Status::Accepted);
        }
        drop(held);
        scene.until(first, Status::Accepted).await;
        scene.until(second, Status::Accepted).await;
        assert_eq!(scene.graph.texts().len(), 5);
    }

    /// A customer who stopped us is locked before anything that comes after, above all the counter of events, for which everybody
    /// waits.
    async fn a_customer_who_stopped_us_is_locked_in_order(db) {
        let mut scene = Scene::new(&db, [Answer::Refuse(400, 131_050)]).await;
        scene.finish().await;
        let id = scene.reply("hi").await;
        let held = match &db.db {
            Db::Postgres(pool) => {
                let mut tx = pool.begin().await.unwrap();
                sqlx::query("SELECT id FROM contacts FOR NO KEY UPDATE").execute(&mut *tx).await.unwrap();
                Some((pool, tx))
            }
            Db::Sqlite(_) => None,
        };
        scene.start_sending();
        if let Some((pool, mut tx)) = held {
            scene.until_seen(1).await;
            waiting(pool, 1).await;
            sqlx::query("SET LOCAL lock_timeout = '1s'").execute(&mut *tx).await.unwrap();
            for later in ["SELECT id FROM conversations FOR UPDATE", "SELECT id FROM messages FOR UPDATE",
                "SELECT event_seq FROM workspace_counters FOR UPDATE"] {
                sqlx::query(later).execute(&mut *tx).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
        scene.until(id, Status::Failed).await;
        assert_eq!(scene.count("SELECT CAST(COUNT(opted_out_at) AS BIGINT) FROM contacts").await, 1);
    }
}
