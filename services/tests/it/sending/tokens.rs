//! A complaint about a token says nothing of the next one.

use super::scene::Scene;
use crate::{graph::Answer, meta::PHONE, on_both, support::connect};
use domain::message::Status;
use services::{numbers, send};

on_both! {
    /// The request left with the old token, and is refused after the number was connected anew.
    async fn a_late_complaint_parks_nothing(db) {
        let scene = Scene::with(&db, 1, [Answer::RefuseHeld(401, 190)]).await;
        let id = scene.reply("hi").await;
        scene.until_seen(1).await;
        numbers::connect(&scene.services, &scene.owner.workspace().slug, connect(PHONE, "new")).await.unwrap();
        scene.graph.release();
        let message = scene.until(id, Status::Accepted).await;
        assert_eq!((message.tries, scene.graph.seen().len()), (0, 2));
        let tries = send::attempts(&scene.owner, id).await.unwrap();
        assert_eq!(tries.iter().map(|t| t.outcome.as_str()).collect::<Vec<_>>(), ["token", "accepted"]);
        assert!(send::parks(&scene.owner).await.unwrap().is_empty());
        let problems = "SELECT CAST(COUNT(token_problem) AS BIGINT) FROM numbers";
        let alerts = "SELECT CAST(COUNT(*) AS BIGINT) FROM alerts WHERE kind = 'access_token_refused'";
        assert_eq!((scene.count(problems).await, scene.count(alerts).await), (0, 0));
    }
}
