//! Reactions, edits and revocations: whatever order they come in, the thread ends alike.

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, stamp, text},
    on_both,
    support::{number, workspace},
};
use domain::{
    conversation::View,
    id::ConversationId,
    inbox::{InboxView, Live, MessageView, apply},
    message::Direction,
    time::SECOND,
};
use serde_json::{Value, json};
use services::{Ctx, Services, conversations, sql};

const FROM: &str = "4915112345678";
const EVENTS: &str = "SELECT seq, body FROM events WHERE workspace_id = $1 ORDER BY seq";

fn mark(wamid: &str, ago: i64, kind: &str, value: &Value) -> Value {
    json!({"from": FROM, "id": wamid, "timestamp": stamp(ago), "type": kind, kind: value})
}

fn react(wamid: &str, ago: i64, target: &str, emoji: &str) -> Value {
    mark(wamid, ago, "reaction", &json!({"message_id": target, "emoji": emoji}))
}

fn edit(wamid: &str, ago: i64, target: &str, words: &str) -> Value {
    let message = json!({"type": "text", "text": {"body": words}});
    mark(wamid, ago, "edit", &json!({"original_message_id": target, "message": message}))
}

fn revoke(wamid: &str, ago: i64, target: &str) -> Value {
    mark(wamid, ago, "revoke", &json!({"original_message_id": target}))
}

async fn receive(services: &Services, message: Value) {
    put(services, message_body(message)).await;
    quiet(services).await;
}

async fn inbox(ctx: &Ctx, id: ConversationId) -> InboxView {
    conversations::inbox(ctx, View::All, Some(id)).await.unwrap()
}

async fn first(ctx: &Ctx) -> ConversationId {
    conversations::inbox(ctx, View::All, None).await.unwrap().rows[0].id
}

/// The last message: its words, its reactions, and whether it was edited or taken back.
fn last(view: &InboxView) -> (String, Vec<String>, bool, bool) {
    let MessageView { text, extras, .. } = view.thread.as_ref().unwrap().messages.last().unwrap().clone();
    let reactions = extras.reactions.into_iter().map(|reaction| reaction.emoji).collect();
    (text, reactions, extras.edited_at.is_some(), extras.revoked_at.is_some())
}

async fn replay(ctx: &Ctx, mut view: InboxView) -> InboxView {
    let mut read = ctx.services().db().read().await.unwrap();
    for (seq, body) in sql!(all(i64, String), read.conn(), EVENTS, ctx.workspace().id.0).unwrap() {
        apply(&mut view, &Live { seq, event: serde_json::from_str(&body).unwrap() });
    }
    view
}

on_both! {
    async fn reactions_come_change_and_go(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::start(&services);
        receive(&services, text(FROM, "wamid.1", "Hello")).await;
        let id = first(&owner).await;
        conversations::mark_read(&owner, id).await.unwrap();
        let before = inbox(&owner, id).await;
        let window = before.rows[0].window_expires_at.unwrap();
        for (element, shown) in [
            (react("r1", 9, "wamid.1", "👍"), vec!["👍"]),
            (react("r2", 8, "wamid.1", "🙏"), vec!["🙏"]),
            // Older than what is there.
            (react("r0", 9, "wamid.1", "😡"), vec!["🙏"]),
            // Meta's time knows whole seconds: of two within one the later to come counts, and a repetition is not the later.
            (react("r9", 7, "wamid.1", "😂"), vec!["😂"]),
            (react("a9", 7, "wamid.1", "😮"), vec!["😮"]),
            (react("r9", 7, "wamid.1", "😂"), vec!["😮"]),
            (react("r4", 6, "wamid.1", ""), vec![]),
            (react("r3", 7, "wamid.1", "👍"), vec![]),
            (react("r5", 5, "wamid.9", "👍"), vec![]),
        ] {
            receive(&services, element).await;
            assert_eq!(last(&inbox(&owner, id).await), ("Hello".to_owned(), shown.into_iter().map(str::to_owned).collect(), false, false));
        }
        let after = inbox(&owner, id).await;
        // Nothing that anybody has to read; but the customer was there, so the window is longer.
        assert_eq!((after.rows[0].unread, after.thread.as_ref().unwrap().messages.len()), (0, 1));
        assert_eq!(after.rows[0].window_expires_at, Some(window + 4 * SECOND));
        assert_eq!(replay(&owner, before).await, after);
        receive(&services, edit("e1", 0, "wamid.1", "Hello you")).await;
        assert_eq!(inbox(&owner, id).await.rows[0].window_expires_at, after.rows[0].window_expires_at);
    }

    async fn a_closed_conversation_stays_closed(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::start(&services);
        receive(&services, text(FROM, "wamid.1", "Hello")).await;
        let id = first(&owner).await;
        let window = inbox(&owner, id).await.rows[0].window_expires_at;
        conversations::close(&owner, id).await.unwrap();
        receive(&services, react("r1", 1, "wamid.1", "👍")).await;
        let view = inbox(&owner, id).await;
        assert_eq!((view.counts.all, last(&view).1), (0, vec!["👍".to_owned()]));
        assert_eq!(view.thread.unwrap().row.window_expires_at, window);
    }

    async fn ours_can_be_liked_and_not_taken_back(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::only(&services, services::jobs::Which { ingest: true, outbox: false });
        receive(&services, text(FROM, "wamid.1", "Hello")).await;
        let id = first(&owner).await;
        conversations::reply(&owner, id, services::clock::new_id().into(), "Good morning").await.unwrap();
        let mut tx = db.db.begin().await.unwrap();
        sql!(exec tx.conn(), "UPDATE messages SET wamid = 'wamid.ours' WHERE direction = 'out'").unwrap();
        tx.commit().await.unwrap();
        for element in [react("r1", 1, "wamid.ours", "👍"), revoke("v1", 1, "wamid.ours"), edit("e1", 1, "wamid.ours", "Never")] {
            receive(&services, element).await;
        }
        let view = inbox(&owner, id).await;
        assert_eq!(view.thread.as_ref().unwrap().messages.last().unwrap().direction, Direction::Out);
        assert_eq!(last(&view), ("Good morning".to_owned(), vec!["👍".to_owned()], false, false));
    }

    async fn any_order_ends_alike(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::start(&services);
        receive(&services, text(FROM, "wamid.0", "Hello")).await;
        let id = first(&owner).await;
        let mut nth = 0;
        for revoked in [false, true] {
            for order in [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [2, 0, 5, 1, 4, 3], [3, 1, 0, 5, 2, 4], [1, 2, 3, 4, 5, 0], [4, 5, 0, 3, 2, 1]] {
                nth += 1;
                let name = |what: &str| format!("wamid.{nth}.{what}");
                let target = name("target");
                let before = inbox(&owner, id).await;
                let mut message = text(FROM, &target, "first");
                message["timestamp"] = json!((services.clock().now() / 1_000 + nth).to_string());
                let elements = [
                    message,
                    react(&name("r1"), 9, &target, "👍"),
                    react(&name("r2"), 8, &target, "🙏"),
                    edit(&name("e1"), 7, &target, "second"),
                    edit(&name("e2"), 6, &target, "third"),
                    if revoked { revoke(&name("v"), 5, &target) } else { edit(&name("e0"), 8, &target, "never seen") },
                ];
                for place in order.into_iter().chain(order) {
                    receive(&services, elements[place].clone()).await;
                }
                let after = inbox(&owner, id).await;
                let words = if revoked { "" } else { "third" };
                assert_eq!(last(&after), (words.to_owned(), vec!["🙏".to_owned()], true, revoked), "{order:?}");
                let line = if revoked { "Deleted by the customer" } else { "third" };
                assert_eq!(after.rows[0].preview.as_ref().unwrap().text, line);
                assert_eq!(replay(&owner, before).await, after, "{order:?}");
            }
        }
        // Every wording is kept, the first one too.
        let mut read = db.db.read().await.unwrap();
        let first = sql!(scalar i64, read.conn(), "SELECT CAST(COUNT(*) AS BIGINT) FROM message_edits WHERE body = 'first'").unwrap();
        assert_eq!(first, nth);
    }
}
