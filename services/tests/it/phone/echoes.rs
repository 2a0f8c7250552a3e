//! What the business writes on its phone.

use super::{BUSINESS, CUSTOMER, Shop, change, customer_writes, delivery, echo, words};
use crate::{
    meta::{put, quiet, stamp, status, status_body},
    on_both,
};
use domain::{
    conversation::{State, View},
    message::{Direction, Kind, Origin, Status},
};
use serde_json::{Value, json};
use services::conversations;

fn done(kind: &str, wamid: &str, ago: i64, value: &Value) -> Vec<u8> {
    let element =
        json!({ "from": BUSINESS, "to": CUSTOMER, "id": wamid, "timestamp": stamp(ago), "type": kind, kind: value });
    delivery("smb_message_echoes", json!({ "message_echoes": [element] }))
}

on_both! {
    async fn it_stands_in_the_thread_and_is_not_sent(db) {
        let shop = Shop::open(&db).await;
        shop.gets([customer_writes("first", 50)]).await;
        let row = shop.row().await;
        let before = shop.screen(Some(&row)).await;
        assert_eq!(row.unread, 1);
        // Twice, and a second customer message.
        shop.gets([echo("on the phone", 40), echo("on the phone", 40)]).await;
        let row = shop.row().await;
        let window = row.window_expires_at;
        assert_eq!((row.unread, row.preview.as_ref().unwrap().direction), (0, Direction::Out));
        shop.gets([customer_writes("second", 30)]).await;
        assert_eq!(shop.row().await.unread, 1);
        assert!(shop.row().await.window_expires_at > window);
        let messages = shop.messages(&row).await;
        let shown: Vec<_> = messages.iter().map(|m| (m.text.as_str(), m.direction, m.origin, m.status)).collect();
        assert_eq!(shown, [
            ("first", Direction::In, Origin::Api, Status::Received),
            ("on the phone", Direction::Out, Origin::Phone, Status::Sent),
            ("second", Direction::In, Origin::Api, Status::Received),
        ]);
        assert_eq!(messages[1].times.sent, Some(messages[1].at));
        assert_eq!(shop.count("SELECT CAST(COUNT(*) AS BIGINT) FROM outbox").await, 0);
        shop.agrees_with(before).await;
    }

    /// Meta promises no order.
    async fn what_is_unread_does_not_depend_on_the_order(db) {
        let shop = Shop::open(&db).await;
        shop.gets([echo("answer", 40), customer_writes("before", 50), customer_writes("after", 30)]).await;
        assert_eq!((shop.row().await.unread, shop.row().await.window_expires_at.is_some()), (1, true));
        // All in one delivery, and the customer's first.
        let other = crate::support::fresh(&db).await;
        let second = Shop::open(&other).await;
        let mut answer = words(BUSINESS, "answer", 40);
        answer["to"] = json!(CUSTOMER);
        let theirs = json!({ "messages": [words(CUSTOMER, "after", 30), words(CUSTOMER, "before", 50)] });
        second
            .gets_together(vec![
                change("messages", theirs),
                change("smb_message_echoes", json!({ "message_echoes": [answer] })),
            ])
            .await;
        let row = second.row().await;
        assert_eq!((row.unread, second.words(&row).await), (1, vec!["before".into(), "answer".into(), "after".into()]));
    }

    async fn it_begins_a_conversation_without_a_window(db) {
        let shop = Shop::open(&db).await;
        let before = shop.screen(None).await;
        shop.gets([echo("hello", 40)]).await;
        let row = shop.row().await;
        assert_eq!((row.state, row.window_expires_at, row.unread, row.last_message_at > 0), (State::Open, None, 0, true));
        shop.agrees_with(before).await;
    }

    async fn words_and_reactions_change_on_the_phone(db) {
        let shop = Shop::open(&db).await;
        let edit = json!({ "original_message_id": "typo", "message": { "type": "text", "text": { "body": "better" } } });
        let react = json!({ "message_id": "from them", "emoji": "👍" });
        // The edit comes before what it changes.
        shop.gets([
            customer_writes("from them", 50), done("edit", "e1", 30, &edit), echo("typo", 40),
            done("reaction", "r1", 25, &react), echo("wrong chat", 20),
            done("revoke", "v1", 10, &json!({ "original_message_id": "wrong chat" })),
        ]).await;
        let row = shop.row().await;
        let messages = shop.messages(&row).await;
        let texts: Vec<&str> = messages.iter().map(|message| message.text.as_str()).collect();
        assert_eq!(texts, ["from them", "better", ""]);
        let reaction = &messages[0].extras.reactions[0];
        assert_eq!((reaction.direction, reaction.emoji.as_str()), (Direction::Out, "👍"));
        assert!(messages[1].extras.edited_at.is_some() && messages[2].extras.revoked_at.is_some());
        assert_eq!(row.preview.unwrap().text, "Deleted on the phone");
    }

    /// Each side its own words: a customer cannot reword what the business wrote, whatever a delivery says.
    async fn nobody_rewords_the_other_side(db) {
        let shop = Shop::open(&db).await;
        let foreign = |target: &str| json!({ "from": CUSTOMER, "id": format!("x {target}"), "timestamp": stamp(5), "type": "revoke",
            "revoke": { "original_message_id": target } });
        shop.gets([
            customer_writes("theirs", 50), echo("ours", 40),
            delivery("messages", json!({ "messages": [foreign("ours")] })),
            done("revoke", "v1", 10, &json!({ "original_message_id": "theirs" })),
        ]).await;
        let row = shop.row().await;
        assert_eq!(shop.words(&row).await, ["theirs", "ours"]);
    }

    async fn a_status_may_be_faster_than_the_message(db) {
        let shop = Shop::open(&db).await;
        shop.gets([status_body(status("early", "delivered")), echo("early", 40)]).await;
        let row = shop.row().await;
        assert_eq!((row.preview.as_ref().unwrap().status, shop.messages(&row).await[0].status), (Status::Delivered, Status::Delivered));
        shop.gets([status_body(status("early", "read"))]).await;
        assert_eq!(shop.messages(&row).await[0].status, Status::Read);
        assert_eq!(shop.count("SELECT CAST(COUNT(*) AS BIGINT) FROM parked_statuses").await, 0);
    }

    /// What failed there is written anew there, or here.
    async fn it_is_not_sent_again_from_here(db) {
        let shop = Shop::open(&db).await;
        let mut failed = status("lost", "failed");
        failed["errors"] = json!([{ "code": 131_026, "title": "t" }]);
        shop.gets([customer_writes("hi", 50), echo("lost", 40), status_body(failed)]).await;
        let row = shop.row().await;
        let lost = shop.messages(&row).await[1].clone();
        assert_eq!(lost.status, Status::Failed);
        let refused = conversations::send_again(&shop.owner, lost.id).await.unwrap_err().to_string();
        assert!(refused.contains("WhatsApp Business app"), "{refused}");
    }

    async fn files_of_the_phone_are_fetched(db) {
        let shop = Shop::open(&db).await;
        let image = json!({ "id": "1003383421387256", "mime_type": "image/jpeg", "caption": "Look" });
        shop.gets([done("image", "w1", 40, &image)]).await;
        let row = shop.row().await;
        let message = shop.messages(&row).await.remove(0);
        assert_eq!((message.kind, message.origin, message.extras.media.is_some()), (Kind::Image, Origin::Phone, true));
        assert_eq!(shop.count("SELECT CAST(COUNT(*) AS BIGINT) FROM media WHERE state = 'wanted'").await, 1);
        assert_eq!(row.preview.unwrap().text, "Photo: Look");
    }

    /// A colleague put it aside until tomorrow; that somebody writes on the phone does not bring it back.
    async fn it_leaves_a_snoozed_conversation_asleep(db) {
        let shop = Shop::open(&db).await;
        shop.gets([customer_writes("hi", 50)]).await;
        let row = shop.row().await;
        let tomorrow = crate::support::START + domain::time::DAY;
        conversations::snooze(&shop.owner, row.id, domain::conversation::Until::At(tomorrow)).await.unwrap();
        put(&shop.services, echo("on the phone", 40)).await;
        quiet(&shop.services).await;
        let asleep = shop.rows(View::Snoozed).await;
        assert_eq!((asleep.len(), asleep[0].snoozed_until), (1, Some(tomorrow)));
    }
}
