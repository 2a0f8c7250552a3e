//! What was written before the number was connected.

use super::{BUSINESS, CUSTOMER, Shop, customer_writes, delivery, words};
use crate::{
    meta::stamp,
    on_both,
    support::{START, fresh, member},
};
use domain::{
    conversation::{State, View},
    message::{Direction, Kind, Origin, Status},
    role::Role,
    time::{DAY, HOUR},
    workspace::AssignmentRule,
};
use serde_json::{Value, json};
use services::sql;

/// Days, in seconds.
const DAYS: i64 = 86_400;

fn thread(messages: &[Value]) -> Vec<u8> {
    let thread = json!({ "id": CUSTOMER, "messages": messages });
    delivery(
        "history",
        json!({ "history": [{ "metadata": { "phase": 1, "chunk_order": 1, "progress": 50 }, "threads": [thread] }] }),
    )
}

fn said(from: &str, wamid: &str, ago: i64, status: &str) -> Value {
    let mut message = words(from, wamid, ago);
    message["history_context"] = json!({ "status": status });
    message
}

fn placeholder() -> Vec<u8> {
    thread(&[json!({ "from": BUSINESS, "id": "photo", "timestamp": stamp(20 * DAYS), "type": "media_placeholder",
        "history_context": { "status": "PLAYED" } })])
}

fn file() -> Vec<u8> {
    let image = json!({ "id": "24230790383178626", "mime_type": "image/jpeg", "caption": "Indigo" });
    // Meta's own sample names the customer here for a file of the business.
    delivery(
        "history",
        json!({ "messages": [{ "from": CUSTOMER, "id": "photo", "timestamp": stamp(20 * DAYS + 9), "type": "image",
        "image": image }] }),
    )
}

on_both! {
    async fn it_lies_on_the_shelf_until_somebody_writes(db) {
        let shop = Shop::open(&db).await;
        let before = shop.screen(None).await;
        // The later part first, and again.
        let newer = thread(&[said(BUSINESS, "third", 9 * DAYS, "READ"), said(CUSTOMER, "fourth", 8 * DAYS, "READ")]);
        let older = thread(&[said(CUSTOMER, "first", 11 * DAYS, "READ"), said(BUSINESS, "second", 10 * DAYS, "ERROR")]);
        shop.gets([newer.clone(), older, newer]).await;
        assert!(shop.rows(View::All).await.is_empty());
        let shelved = shop.rows(View::Snoozed).await.remove(0);
        assert_eq!((shelved.unread, shelved.state, shelved.assignee), (0, State::Snoozed, None));
        assert_eq!(shelved.window_expires_at, Some(START - 8 * DAY + DAY), "what its time says, and long closed");
        assert_eq!(shelved.preview.as_ref().unwrap().text, "fourth");
        let messages = shop.messages(&shelved).await;
        let shown: Vec<_> = messages.iter().map(|m| (m.text.as_str(), m.direction, m.status)).collect();
        assert_eq!(shown, [
            ("first", Direction::In, Status::Received), ("second", Direction::Out, Status::Failed),
            ("third", Direction::Out, Status::Read), ("fourth", Direction::In, Status::Received),
        ]);
        assert!(messages.iter().all(|message| message.origin == Origin::History));
        // Nothing that a screen would take for news.
        assert_eq!(shop.news().await, 0);
        shop.agrees_with(before.clone()).await;

        shop.gets([customer_writes("now", 10)]).await;
        let row = shop.row().await;
        assert_eq!((row.id, row.unread, row.window_expires_at), (shelved.id, 1, Some(START - 10_000 + DAY)));
        assert_eq!(shop.news().await, 1);
        shop.agrees_with(before).await;
    }

    /// As a conversation that is new: by the rule of the workspace, and for who sees own ones alone too.
    async fn who_writes_then_gets_an_agent(db) {
        let shop = Shop::open(&db).await;
        let (added, rohan) = member(&shop.services, &shop.owner.workspace().slug, "Rohan", Role::Agent).await;
        const RULE: &str = "UPDATE workspaces SET assignment_rule = $2 WHERE id = $1";
        let mut tx = db.db.begin().await.unwrap();
        sql!(exec tx.conn(), RULE, shop.owner.workspace().id.0, AssignmentRule::RoundRobin.as_str()).unwrap();
        tx.commit().await.unwrap();
        shop.gets([thread(&[said(CUSTOMER, "old", 9 * DAYS, "READ")])]).await;
        shop.gets([customer_writes("now", 10), customer_writes("now", 10), customer_writes("more", 5)]).await;
        let row = shop.row().await;
        assert_eq!((row.assignee, row.unread), (Some(added.member.id), 2));
        let his = services::conversations::list(&rohan, View::Mine, None).await.unwrap().items;
        assert_eq!(his.len(), 1);
    }

    async fn it_joins_what_was_said_since(db) {
        let shop = Shop::open(&db).await;
        shop.gets([customer_writes("now", 10)]).await;
        let before = shop.screen(Some(&shop.row().await)).await;
        let recent = said(CUSTOMER, "an hour ago", 3_600, "READ");
        shop.gets([thread(&[said(BUSINESS, "old", 9 * DAYS, "DELIVERED"), recent])]).await;
        let row = shop.row().await;
        assert_eq!((row.unread, row.preview.as_ref().unwrap().text.as_str()), (1, "now"));
        assert_eq!(row.window_expires_at, Some(START - 10_000 + DAY));
        assert_eq!(shop.words(&row).await, ["old", "an hour ago", "now"]);
        shop.agrees_with(before).await;
    }

    /// Who wrote an hour before the number was connected can be answered for 23 more.
    async fn a_window_is_what_the_times_say(db) {
        let shop = Shop::open(&db).await;
        shop.gets([thread(&[said(CUSTOMER, "an hour ago", 3_600, "READ")])]).await;
        assert_eq!(shop.rows(View::Snoozed).await[0].window_expires_at, Some(START + 23 * HOUR));
    }

    async fn files_find_their_place_in_either_order(db) {
        for order in [[placeholder(), file()], [file(), placeholder()]] {
            let other = fresh(&db).await;
            let shop = Shop::open(&other).await;
            shop.gets(order.clone()).await;
            // Doubled in other bodies, they change nothing.
            shop.gets(order.map(|body| [body, b" ".to_vec()].concat())).await;
            let row = shop.rows(View::Snoozed).await.remove(0);
            let messages = shop.messages(&row).await;
            assert_eq!(messages.len(), 1);
            let MediaOf { kind, direction, wanted } = MediaOf::of(&messages[0]);
            assert_eq!((kind, direction, wanted), (Kind::Image, Direction::Out, true));
            assert_eq!((messages[0].text.as_str(), row.preview.as_ref().unwrap().text.as_str()), ("Indigo", "Photo: Indigo"));
            assert_eq!(shop.count("SELECT CAST(COUNT(*) AS BIGINT) FROM media").await, 1);
        }
    }

    async fn a_business_that_does_not_share_is_told_once(db) {
        let shop = Shop::open(&db).await;
        let declined = delivery("history", json!({ "history": [{ "errors": [{ "code": 2_593_109, "title": "off" }] }] }));
        shop.gets([declined.clone(), declined]).await;
        let alerts = "SELECT CAST(COUNT(*) AS BIGINT) FROM alerts WHERE severity = 'low' AND times = 1";
        assert_eq!(shop.count(alerts).await, 1);
    }
}

struct MediaOf {
    kind: Kind,
    direction: Direction,
    wanted: bool,
}

impl MediaOf {
    fn of(message: &domain::inbox::MessageView) -> Self {
        let wanted =
            message.extras.media.as_ref().is_some_and(|media| media.state == domain::content::MediaState::Wanted);
        Self { kind: message.kind, direction: message.direction, wanted }
    }
}
