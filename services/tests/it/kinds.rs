//! Every kind of message that customers send: stored, shown, told live and previewed alike.

use crate::{
    meta::{PHONE, WABA, Workers, body, change, entry, message_body, put, quiet, stamp, text, value},
    on_both,
    support::{number, workspace},
};
use domain::{
    content::{Content, Forwarded, TappedFrom},
    conversation::{State, View},
    id::LabelId,
    inbox::{Event, InboxView, Live, MessageView, apply},
    message::Kind,
    time::Millis,
};
use serde_json::{Value, json};
use services::{Ctx, clock::new_id, conversations, sql};

const FROM: &str = "4915112345678";

fn message(nth: i64, kind: &str, value: &Value) -> Value {
    json!({"from": FROM, "id": format!("wamid.{nth}"), "timestamp": stamp(1_000 - nth), "type": kind, kind: value})
}

/// Kind, what Meta sends, the words in it, and the line of the list.
fn all() -> Vec<(&'static str, Value, &'static str, &'static str)> {
    let file = |more: Value| {
        let mut file = json!({"id": "1003383421387256", "mime_type": "image/jpeg", "sha256": "SfInY0gG="});
        file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        file
    };
    vec![
        ("image", file(json!({"caption": "Taj Mahal"})), "Taj Mahal", "Photo: Taj Mahal"),
        ("image", file(json!({})), "", "Photo"),
        ("audio", file(json!({"voice": true})), "", "Voice message"),
        ("audio", file(json!({"voice": false})), "", "Audio"),
        ("video", file(json!({"caption": "Look"})), "Look", "Video: Look"),
        ("document", file(json!({"filename": "receipt.pdf", "caption": "mine"})), "mine", "Document: receipt.pdf"),
        ("sticker", file(json!({"animated": true})), "", "Sticker"),
        (
            "location",
            json!({"latitude": 37.442_214_965_82, "longitude": -122.161_659_240_72, "name": "Philz", "address": "101 Forest Ave"}),
            "Philz, 101 Forest Ave",
            "Location: Philz",
        ),
        (
            "contacts",
            json!([{"name": {"formatted_name": "Barbara J. Johnson"}, "phones": [{"phone": "+1 (415) 555-0829"}]}]),
            "Barbara J. Johnson",
            "Contact: Barbara J. Johnson",
        ),
        ("button", json!({"payload": "track", "text": "Track my order"}), "Track my order", "Tapped “Track my order”"),
        (
            "interactive",
            json!({"type": "button_reply", "button_reply": {"id": "y", "title": "Yes"}}),
            "Yes",
            "Tapped “Yes”",
        ),
        (
            "interactive",
            json!({"type": "list_reply", "list_reply": {"id": "x", "title": "Express", "description": "1 day"}}),
            "Express",
            "Tapped “Express”",
        ),
        (
            "interactive",
            json!({"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": "{\"rating\":\"4\"}"}}),
            "Sent",
            "Form: Sent",
        ),
        (
            "order",
            json!({"catalog_id": "1", "text": "Love these!", "product_items": [
                {"product_retailer_id": "a", "quantity": 2, "item_price": 30.5, "currency": "USD"},
                {"product_retailer_id": "b", "quantity": 1}]}),
            "Love these!",
            "Order, 2 items",
        ),
        ("hologram", json!({"depth": 3}), "hologram", "hologram"),
        // From then on they have another number.
        (
            "system",
            json!({"type": "user_changed_number", "body": "Ana changed", "wa_id": "4915100000000"}),
            "Ana changed",
            "Ana changed",
        ),
    ]
}

async fn events(ctx: &Ctx) -> Vec<Live> {
    let mut read = ctx.services().db().read().await.unwrap();
    const ALL: &str = "SELECT seq, body FROM events WHERE workspace_id = $1 ORDER BY seq";
    let rows = sql!(all(i64, String), read.conn(), ALL, ctx.workspace().id.0).unwrap();
    rows.into_iter().map(|(seq, body)| Live { seq, event: serde_json::from_str(&body).unwrap() }).collect()
}

async fn inbox(ctx: &Ctx) -> InboxView {
    let open = conversations::inbox(ctx, View::All, None).await.unwrap().rows[0].id;
    conversations::inbox(ctx, View::All, Some(open)).await.unwrap()
}

fn shown(view: &InboxView) -> Vec<MessageView> {
    view.thread.as_ref().unwrap().messages.clone()
}

on_both! {
    async fn every_kind_is_stored_shown_and_told_alike(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::start(&services);
        // One that opens the conversation, so that the screen before has it open.
        put(&services, message_body(text(FROM, "wamid.first", "Hello"))).await;
        quiet(&services).await;
        let mut view = inbox(&owner).await;
        let kinds = all();
        let mut told: Vec<String> = Vec::new();
        for (nth, (kind, content, ..)) in (1..).zip(&kinds) {
            put(&services, message_body(message(nth, kind, content))).await;
            quiet(&services).await;
            told.push(inbox(&owner).await.rows[0].preview.clone().unwrap().text);
        }
        // Twice changes nothing.
        let again = (1..).zip(&kinds).map(|(nth, (kind, content, ..))| message(nth, kind, content)).collect();
        put(&services, body(vec![entry(WABA, vec![change(value(PHONE, again, vec![]))])])).await;
        quiet(&services).await;
        let fresh = inbox(&owner).await;
        let messages = shown(&fresh);
        assert_eq!(messages.len(), kinds.len() + 1);
        for live in events(&owner).await {
            apply(&mut view, &live);
        }
        assert_eq!(view, fresh);
        // The first one is the newest by Meta's time, so the list goes on showing it.
        assert!(told.iter().all(|line| line == "Hello"));
        for (shown, (kind, _, words, _)) in messages.iter().zip(&kinds) {
            assert_eq!((shown.kind, shown.text.as_str()), (Kind::parse(kind), *words));
            assert_eq!(shown.content.is_none(), shown.kind == Kind::Unsupported, "{shown:?}");
        }
        let of = |kind: Kind| messages.iter().filter(move |m| m.kind == kind).map(|m| m.content.clone()).collect::<Vec<_>>();
        assert!(matches!(&of(Kind::Location)[0], Content::Location(place) if place.degrees() == "37.442215, -122.1616592"));
        assert!(matches!(&of(Kind::Audio)[..], [Content::Media(voice), Content::Media(other)] if voice.voice && !other.voice));
        assert!(matches!(&of(Kind::Button)[0], Content::Tapped(t) if t.from == TappedFrom::Button && t.payload.as_deref() == Some("track")));
        assert!(matches!(&of(Kind::Order)[0], Content::Order(order) if order.items[0].price.as_deref() == Some("30.5")));
        // What is not words alone is kept as it came.
        let mut read = db.db.read().await.unwrap();
        let raw = sql!(scalar i64, read.conn(), "SELECT CAST(COUNT(*) AS BIGINT) FROM messages WHERE raw IS NOT NULL").unwrap();
        assert_eq!(usize::try_from(raw).unwrap(), kinds.len());
    }

    async fn the_list_begins_with_what_it_is(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::start(&services);
        for (nth, (kind, content, _, line)) in (1..).zip(all()) {
            put(&services, message_body(message(nth, kind, &content))).await;
            quiet(&services).await;
            let preview = inbox(&owner).await.rows[0].preview.clone().unwrap();
            assert_eq!((preview.kind, preview.text.as_str()), (Kind::parse(kind), line));
        }
    }

    async fn what_a_message_tells_of_itself_comes_with_it(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::start(&services);
        let mut first = text(FROM, "wamid.1", "How much is it?");
        first["context"] = json!({"id": "wamid.0", "forwarded": true, "referred_product": {"catalog_id": "C", "product_retailer_id": "P"}});
        first["referral"] = json!({"source_type": "ad", "source_id": "9", "source_url": "https://fb.me/x", "headline": "Sale"});
        put(&services, message_body(first)).await;
        quiet(&services).await;
        let messages = shown(&inbox(&owner).await);
        let extras = &messages[0].extras;
        assert_eq!((messages[0].kind, extras.forwarded), (Kind::Text, Some(Forwarded::Once)));
        assert_eq!(extras.referral.as_ref().and_then(|r| r.headline.as_deref()), Some("Sale"));
        assert_eq!(extras.product.as_ref().map(|p| p.product.as_str()), Some("P"));
        let mut read = db.db.read().await.unwrap();
        let quoted = sql!(scalar String, read.conn(), "SELECT quoted_wamid FROM messages").unwrap();
        assert_eq!(quoted, "wamid.0");
    }

    /// It comes from WhatsApp, so it opens no window for answers.
    async fn a_notice_of_whatsapp_opens_no_window(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::start(&services);
        put(&services, message_body(message(1, "system", &json!({"type": "customer_identity_changed", "body": "b"})))).await;
        quiet(&services).await;
        assert_eq!(inbox(&owner).await.rows[0].window_expires_at, None);
        put(&services, message_body(text(FROM, "wamid.2", "hi"))).await;
        quiet(&services).await;
        let opened = inbox(&owner).await.rows[0].window_expires_at;
        assert!(opened.is_some());
        put(&services, message_body(message(999, "system", &json!({"type": "customer_identity_changed", "body": "b"})))).await;
        quiet(&services).await;
        assert_eq!(inbox(&owner).await.rows[0].window_expires_at, opened);
    }

    async fn a_name_on_whatsapp_is_learnt_and_kept(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::start(&services);
        let with = |wamid: &str, username: Option<&str>| {
            let mut value = value(PHONE, vec![text(FROM, wamid, "hi")], vec![]);
            if let Some(name) = username { value["contacts"][0]["profile"]["username"] = json!(name); }
            body(vec![entry(WABA, vec![change(value)])])
        };
        for (wamid, said, known) in [("1", Some("@ana.k"), "ana.k"), ("2", None, "ana.k"), ("3", Some("ana"), "ana")] {
            put(&services, with(wamid, said)).await;
            quiet(&services).await;
            assert_eq!(inbox(&owner).await.rows[0].contact.username.as_deref(), Some(known));
            let Some(Live { event: Event::Message { row, .. }, .. }) = events(&owner).await.pop() else { panic!("no message") };
            assert_eq!(row.contact.username.as_deref(), Some(known));
        }
    }

    async fn a_message_keeps_labels_and_wakes_who_sleeps(db) {
        let services = db.services();
        let owner = workspace(&services, "Kaveri").await;
        number(&services, &owner.workspace().slug, PHONE).await;
        let _workers = Workers::start(&services);
        put(&services, message_body(text(FROM, "wamid.1", "hi"))).await;
        quiet(&services).await;
        let (id, label) = (inbox(&owner).await.rows[0].id, LabelId(new_id()));
        let mut tx = db.db.begin().await.unwrap();
        let labels = serde_json::to_string(&[label]).unwrap();
        const SLEEP: &str = "UPDATE conversations SET labels = $2, snoozed_until = $3 WHERE id = $1";
        sql!(exec tx.conn(), SLEEP, id.0, &labels, Millis::MAX).unwrap();
        tx.commit().await.unwrap();
        let mut view = conversations::inbox(&owner, View::All, Some(id)).await.unwrap();
        assert_eq!((view.rows.len(), view.counts.all), (0, 0));
        let row = view.thread.as_ref().unwrap().row.clone();
        assert_eq!((row.state, row.snoozed_until, &row.labels[..]), (State::Snoozed, Some(Millis::MAX), &[label][..]));

        put(&services, message_body(text(FROM, "wamid.2", "are you there?"))).await;
        quiet(&services).await;
        let fresh = inbox(&owner).await;
        for live in events(&owner).await {
            apply(&mut view, &live);
        }
        assert_eq!(view, fresh);
        assert_eq!((fresh.rows[0].state, fresh.counts.all, &fresh.rows[0].labels[..]), (State::Open, 1, &[label][..]));
        // Closed and opened again it does not sleep on.
        let mut tx = db.db.begin().await.unwrap();
        sql!(exec tx.conn(), SLEEP, id.0, &labels, Millis::MAX).unwrap();
        tx.commit().await.unwrap();
        assert_eq!(conversations::close(&owner, id).await.unwrap().state, State::Closed);
        assert_eq!(conversations::reopen(&owner, id).await.unwrap().state, State::Open);
    }
}
