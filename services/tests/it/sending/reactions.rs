//! Our reactions: carried like any message, shown at the message that they are about, and honest where they did not arrive.

use super::scene::Scene;
use crate::{
    graph::Answer,
    meta::{message_body, put, quiet, text},
    on_both,
    support::{TestDb, eventually, member},
};
use domain::{
    Error as Wrong,
    content::Reaction,
    conversation::View,
    id::MessageId,
    inbox::{InboxView, Live, apply},
    message::{Direction, Kind, Status},
    opt_out::What,
    role::Role,
    time::{DAY, HOUR},
};
use serde_json::{Value, json};
use services::{Ctx, Error, clock::new_id, consent, conversations, sql};

const EVENTS: &str = "SELECT seq, body FROM events WHERE workspace_id = $1 ORDER BY seq";
/// Meta does not reach the customer.
const REFUSED: Answer = Answer::Refuse(400, 131_026);

async fn inbox(scene: &Scene) -> InboxView {
    conversations::inbox(&scene.owner, View::All, Some(scene.conversations[0])).await.unwrap()
}

async fn replayed(scene: &Scene, mut view: InboxView) -> InboxView {
    let mut read = scene.services.db().read().await.unwrap();
    for (seq, body) in sql!(all(i64, String), read.conn(), EVENTS, scene.owner.workspace().id.0).unwrap() {
        apply(&mut view, &Live { seq, event: serde_json::from_str(&body).unwrap() });
    }
    view
}

/// The customer's message, and ours to it.
async fn asked(scene: &Scene) -> (MessageId, Vec<Reaction>) {
    let view = inbox(scene).await;
    let message = view.thread.unwrap().messages[0].clone();
    (message.id, message.extras.reactions.into_iter().filter(|r| r.direction == Direction::Out).collect())
}

async fn until(scene: &Scene, wanted: &str) {
    eventually(async || {
        let word = |one: &Reaction| {
            let (waits, failed) =
                (if one.waits { " waits" } else { "" }, if one.failed.is_some() { " failed" } else { "" });
            format!("{}{waits}{failed}", one.emoji)
        };
        let is = asked(scene).await.1.iter().map(word).collect::<Vec<_>>().join(", ");
        if is == wanted { Ok(()) } else { Err(format!("{is:?} instead of {wanted:?}")) }
    })
    .await;
}

fn sent(scene: &Scene) -> Vec<Value> {
    scene.graph.requests.lock().unwrap().clone()
}

async fn react(scene: &Scene, ctx: &Ctx, emoji: &str) -> Result<domain::inbox::MessageView, Error> {
    let (to, _) = asked(scene).await;
    conversations::react(ctx, to, MessageId(new_id()), emoji, false).await
}

fn invalid<T: std::fmt::Debug>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::Domain(Wrong::Invalid { .. })))
}

async fn scene(db: &TestDb) -> Scene {
    Scene::new(db, []).await
}

on_both! {
    async fn one_is_given_changed_and_taken_back(db) {
        let mut scene = scene(&db).await;
        scene.finish().await;
        let before = inbox(&scene).await;
        let (to, _) = asked(&scene).await;
        let key = MessageId(new_id());
        let ours = conversations::react(&scene.owner, to, key, " 👍 ", false).await.unwrap();
        assert_eq!((ours.kind, ours.status), (Kind::Reaction, Status::Queued));
        // Asked again it is the same; for something else the key is taken.
        assert_eq!(conversations::react(&scene.owner, to, key, "👍", false).await.unwrap().id, key);
        assert!(matches!(conversations::react(&scene.owner, to, key, "🙏", false).await, Err(Error::Conflict(_))));
        // It is no bubble, nothing that is read, and the last word is the customer's.
        let waiting = inbox(&scene).await;
        let (row, thread) = (&waiting.rows[0], waiting.thread.as_ref().unwrap());
        assert_eq!((row.unread, row.preview.as_ref().unwrap().text.as_str(), thread.messages.len()), (1, "Hello", 1));
        assert_eq!(asked(&scene).await.1[0].by, Some(scene.owner.me().id));
        until(&scene, "👍 waits").await;
        let older = conversations::older(&scene.owner, scene.conversations[0], (i64::MAX, key)).await.unwrap();
        assert_eq!(older.items.len(), 1);

        scene.start_sending();
        until(&scene, "👍").await;
        react(&scene, &scene.owner, "❤️").await.unwrap();
        until(&scene, "❤️").await;
        react(&scene, &scene.owner, "").await.unwrap();
        until(&scene, "").await;
        eventually(async || if sent(&scene).len() == 3 { Ok(()) } else { Err("not sent".to_owned()) }).await;
        let bodies = sent(&scene);
        assert_eq!(bodies.iter().map(|body| body["reaction"]["emoji"].as_str().unwrap()).collect::<Vec<_>>(), ["👍", "❤️", ""]);
        assert!(bodies.iter().all(|body| body["type"] == "reaction" && body["reaction"]["message_id"] == "wamid.in0"
            && body.get("context").is_none()));
        assert!(invalid(react(&scene, &scene.owner, "").await));
        scene.finish().await;
        assert_eq!(replayed(&scene, before).await, inbox(&scene).await);
    }

    async fn what_did_not_arrive_says_so_and_goes_again(db) {
        let scene = Scene::new(&db, [Answer::Accept, REFUSED, REFUSED]).await;
        react(&scene, &scene.owner, "👍").await.unwrap();
        until(&scene, "👍").await;
        let before = inbox(&scene).await;
        let other = react(&scene, &scene.owner, "😂").await.unwrap();
        until(&scene, "👍, 😂 failed").await;
        react(&scene, &scene.owner, "").await.unwrap();
        until(&scene, "👍 failed").await;
        assert!(asked(&scene).await.1[0].failed.as_deref().unwrap().starts_with("It could not be taken back. "));
        let again = conversations::send_again(&scene.owner, other.id).await.unwrap();
        assert_eq!(again.kind, Kind::Reaction);
        until(&scene, "😂").await;
        let thread = conversations::thread(&scene.owner, scene.conversations[0]).await.unwrap();
        assert_eq!(thread.messages.len(), 1);
        assert_eq!(replayed(&scene, before).await, inbox(&scene).await);
    }

    async fn a_report_that_it_failed_is_shown_where_it_stands(db) {
        let scene = scene(&db).await;
        let ours = react(&scene, &scene.owner, "👍").await.unwrap();
        until(&scene, "👍").await;
        scene.report(ours.id, "failed", Some(131_026)).await;
        until(&scene, "👍 failed").await;
    }

    async fn an_opt_out_withdraws_what_waits(db) {
        let mut scene = scene(&db).await;
        scene.finish().await;
        let before = inbox(&scene).await;
        react(&scene, &scene.owner, "👍").await.unwrap();
        consent::record(&scene.owner, before.rows[0].contact.id, What::OptedOut, None).await.unwrap();
        until(&scene, "👍 failed").await;
        assert!(matches!(react(&scene, &scene.owner, "🙏").await, Err(Error::Domain(Wrong::OptedOut))));
        assert_eq!(replayed(&scene, before).await, inbox(&scene).await);
    }

    async fn only_what_whatsapp_takes_is_sent(db) {
        let scene = scene(&db).await;
        for wrong in ["ok", "👍👍", "👍!"] {
            assert!(invalid(react(&scene, &scene.owner, wrong).await), "{wrong}");
        }
        let slug = &scene.owner.workspace().slug;
        let (_, viewer) = member(&scene.services, slug, "Vera", Role::Viewer).await;
        assert!(matches!(react(&scene, &viewer, "👍").await, Err(Error::Domain(Wrong::Forbidden { .. }))));
        let own = scene.reply("Hi").await;
        scene.until(own, Status::Accepted).await;
        assert!(invalid(conversations::react(&scene.owner, own, MessageId(new_id()), "👍", false).await));
        let nowhere = conversations::react(&scene.owner, MessageId(new_id()), MessageId(new_id()), "👍", false).await;
        assert!(matches!(nowhere, Err(Error::Domain(Wrong::NotFound))));

        scene.pass(25 * HOUR);
        assert!(matches!(react(&scene, &scene.owner, "👍").await, Err(Error::Domain(Wrong::WindowClosed))));
        // Too old, although the window is open again.
        scene.pass(30 * DAY);
        let mut later = text("4915100000000", "wamid.later", "Hi again");
        later["timestamp"] = json!((scene.now() / 1_000).to_string());
        put(&scene.services, message_body(later)).await;
        quiet(&scene.services).await;
        assert!(invalid(react(&scene, &scene.owner, "👍").await));
        assert_eq!(sent(&scene).len(), 1);
    }
}
