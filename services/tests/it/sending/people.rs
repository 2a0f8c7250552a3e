//! What people do about messages: retry, discard, look.

use super::scene::Scene;
use crate::{graph::Answer, on_both, support::member};
use domain::{
    message::Status,
    role::Role,
    time::{MINUTE, SECOND},
};
use services::{Error, send};

on_both! {
    async fn retry_now_does_not_wait(db) {
        let refusals = [Answer::Refuse(500, 131_000), Answer::Refuse(500, 131_000), Answer::Refuse(500, 131_000)];
        let scene = Scene::new(&db, refusals).await;
        let id = scene.reply("hi").await;
        for tries in 1..=2 {
            scene.until_tries(id, tries).await;
            scene.pass(6 * SECOND);
        }
        // The next is due in half a minute. Meta's report of one that was taken after all gets its five seconds.
        scene.until_tries(id, 3).await;
        send::retry_now(&scene.owner, id).await.unwrap();
        scene.pass(4 * SECOND);
        scene.nothing_more().await;
        scene.pass(SECOND);
        scene.until(id, Status::Accepted).await;
        assert!(matches!(send::retry_now(&scene.owner, id).await, Err(Error::Conflict(_))));
    }

    async fn what_is_discarded_is_not_sent(db) {
        let mut scene = Scene::new(&db, [Answer::Break(true)]).await;
        let lost = scene.reply("lost").await;
        scene.until(lost, Status::Unconfirmed).await;
        assert!(matches!(send::discard(&scene.owner, lost).await, Err(Error::Conflict(_))));
        let waits = scene.reply("waits").await;
        send::discard(&scene.owner, waits).await.unwrap();
        assert_eq!(scene.message(waits).await.status, Status::Cancelled);
        assert!(matches!(send::discard(&scene.owner, waits).await, Err(Error::Conflict(_))));
        scene.pass(11 * MINUTE);
        scene.until(lost, Status::Dead).await;
        send::discard(&scene.owner, lost).await.unwrap();
        scene.until(lost, Status::Cancelled).await;
        // Proof is proof.
        scene.report(lost, "delivered", None).await;
        assert_eq!(scene.message(lost).await.status, Status::Delivered);
        scene.nothing_more().await;
        assert_eq!(scene.graph.texts(), ["lost"]);
        scene.finish().await;
    }

    async fn only_who_may(db) {
        let scene = Scene::new(&db, [Answer::Refuse(500, 131_000)]).await;
        let id = scene.reply("hi").await;
        scene.until(id, Status::RetryQueued).await;
        let slug = &scene.owner.workspace().slug;
        let (_, viewer) = member(&scene.services, slug, "Tomasz", Role::Viewer).await;
        for refused in [send::retry_now(&viewer, id).await, send::discard(&viewer, id).await] {
            assert!(matches!(refused, Err(Error::Domain(domain::Error::Forbidden { .. }))));
        }
        assert_eq!(send::attempts(&viewer, id).await.unwrap().len(), 1);
        let (_, agent) = member(&scene.services, slug, "Rohan", Role::Agent).await;
        assert!(matches!(send::attempts(&agent, id).await, Err(Error::Domain(domain::Error::NotFound))));
        assert!(matches!(send::retry_now(&agent, id).await, Err(Error::Domain(domain::Error::NotFound))));
        assert!(send::resume(&viewer, scene.number, send::Scope::Number, "").await.is_err());
    }
}
