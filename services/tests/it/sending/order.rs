use super::scene::Scene;
use crate::{graph::Answer, on_both};
use domain::{message::Status, time::MINUTE};
use services::sql;

/// A campaign of so many messages to a customer of its own.
async fn campaign(scene: &Scene, customer: usize, many: usize) {
    let mut tx = scene.services.db().begin().await.unwrap();
    for n in 0..many {
        let id = services::clock::new_id();
        let at = scene.now() + i64::try_from(n).unwrap();
        let conversation = scene.conversations[customer].0;
        sql!(exec tx.conn(), "INSERT INTO messages (id, workspace_id, conversation_id, number_id, direction, kind, body, status,
            status_rank, at) SELECT $1, workspace_id, id, number_id, 'out', 'text', 'bulk', 'queued', 10, $3
            FROM conversations WHERE id = $2", id, conversation, at).unwrap();
        sql!(exec tx.conn(), "INSERT INTO outbox (message_id, workspace_id, number_id, conversation_id, contact_id, queued_at,
            due_at, lease_until, bulk) SELECT $1, workspace_id, number_id, id, contact_id, $3, $4, 0, TRUE
            FROM conversations WHERE id = $2", id, conversation, at, scene.now()).unwrap();
    }
    tx.commit().await.unwrap();
}

on_both! {
    async fn an_answer_goes_before_a_campaign(db) {
        let mut scene = Scene::with(&db, 40, []).await;
        scene.finish().await;
        scene.set("UPDATE numbers SET throughput = 20").await;
        for customer in 1..40 {
            campaign(&scene, customer, 3).await;
        }
        scene.start();
        scene.until_seen(10).await;
        let asked = std::time::Instant::now();
        let answer = scene.reply_to(0, "answer").await;
        scene.until(answer, Status::Accepted).await;
        assert!(asked.elapsed().as_millis() < 1_000, "{:?}", asked.elapsed());
        assert!(scene.graph.texts().len() < 60, "the campaign was not over");
    }

    async fn an_answer_takes_its_conversations_campaign_along(db) {
        let mut scene = Scene::with(&db, 40, []).await;
        scene.finish().await;
        scene.set("UPDATE numbers SET throughput = 20").await;
        for customer in (1..40).chain([0]) {
            campaign(&scene, customer, 1).await;
        }
        scene.services.clock().advance(MINUTE);
        let answer = scene.reply_to(0, "answer").await;
        scene.start();
        scene.until(answer, Status::Accepted).await;
        let texts = scene.graph.texts();
        assert!(texts.iter().position(|t| t == "answer").unwrap() < 20, "{texts:?}");
    }

    async fn slow_answers_keep_the_order(db) {
        let scene = Scene::new(&db, [Answer::Held, Answer::Accept, Answer::Held]).await;
        let mut last = None;
        for n in 0..6 {
            last = Some(scene.reply(&n.to_string()).await);
        }
        scene.until_seen(1).await;
        scene.graph.release();
        scene.until_seen(3).await;
        scene.graph.release();
        scene.until(last.unwrap(), Status::Accepted).await;
        assert_eq!(scene.graph.texts(), ["0", "1", "2", "3", "4", "5"]);
    }
}
