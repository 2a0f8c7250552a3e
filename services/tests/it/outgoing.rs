//! What members send besides words: checked, handed in, queued once, and written as Meta reads it.

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, text},
    on_both,
    support::{START, connect, eventually, member, vault, workspace},
};
use bytes::Bytes;
use domain::{
    Error as Wrong,
    content::{Card, CardPhone, Content, Menu, Place},
    conversation::View,
    id::{ConversationId, MediaId, MessageId},
    message::{Kind, Status},
    outgoing::Outgoing,
    role::Role,
    time::DAY,
};
use futures::stream;
use serde_json::{Value, json};
use services::{
    Ctx, Error, Options, Services,
    clock::{Clock, new_id},
    conversations,
    db::Db,
    jobs::Which,
    media::{self, Part, Upload},
    numbers,
    send::Graph,
    sql,
};
use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

const FROM: &str = "4915112345678";

/// What was sent to Graph.
#[derive(Clone, Default)]
struct Meta {
    uploads: Arc<Mutex<Vec<String>>>,
    messages: Arc<Mutex<Vec<Value>>>,
    refuses: Arc<Mutex<bool>>,
}

impl Meta {
    async fn serve(&self) -> String {
        use axum::{
            Json, Router,
            extract::State,
            http::{HeaderMap, StatusCode},
            routing::post,
        };
        async fn upload(State(meta): State<Meta>, headers: HeaderMap, body: String) -> (StatusCode, Json<Value>) {
            assert_eq!(headers["authorization"], "Bearer EAAtoken");
            if *meta.refuses.lock().unwrap() {
                let error = json!({ "error": { "code": 131_053, "message": "Media upload error" } });
                return (StatusCode::BAD_REQUEST, Json(error));
            }
            let mut uploads = meta.uploads.lock().unwrap();
            uploads.push(body);
            (StatusCode::OK, Json(json!({ "id": format!("meta-{}", uploads.len()) })))
        }
        async fn send(State(meta): State<Meta>, Json(body): Json<Value>) -> Json<Value> {
            let mut messages = meta.messages.lock().unwrap();
            messages.push(body);
            Json(json!({ "messages": [{ "id": format!("wamid.out{}", messages.len()) }] }))
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/{version}/{phone}/media", post(upload))
            .route("/{version}/{phone}/messages", post(send))
            .with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }
}

struct World {
    meta: Meta,
    clock: Clock,
    services: Services,
    ctx: Ctx,
    conversation: ConversationId,
    /// The customer's message.
    asked: MessageId,
    _ingest: Workers,
}

async fn world(db: Db) -> World {
    let meta = Meta::default();
    let clock = Clock::fixed(START);
    let graph = Graph::new(&meta.serve().await, "v25.0").unwrap();
    let services = Services::new(db, Options { clock: clock.clone(), vault: vault(), graph, mailer: None });
    let ctx = workspace(&services, "Kaveri").await;
    numbers::connect(&services, &ctx.workspace().slug, connect(PHONE, "EAAtoken")).await.unwrap();
    let ingest = Workers::only(&services, Which { ingest: true, outbox: false });
    put(&services, message_body(text(FROM, "wamid.asked", "Where is it?"))).await;
    quiet(&services).await;
    let conversation = conversations::inbox(&ctx, View::All, None).await.unwrap().rows[0].id;
    let asked = conversations::thread(&ctx, conversation).await.unwrap().messages[0].id;
    World { meta, clock, services, ctx, conversation, asked, _ingest: ingest }
}

const PDF: &[u8] = b"%PDF-1.4\nan invoice\n%%EOF";

impl World {
    async fn upload(&self, ctx: &Ctx, name: &str, bytes: &'static [u8]) -> Result<media::Uploaded, Error> {
        self.upload_as(MediaId(new_id()), ctx, name, bytes).await
    }

    async fn upload_as(&self, id: MediaId, ctx: &Ctx, name: &str, bytes: &[u8]) -> Result<media::Uploaded, Error> {
        let upload = Upload { id, conversation: self.conversation, name: Some(name.to_owned()), voice: false };
        // In pieces, as a body comes.
        let pieces: Vec<Bytes> = bytes.chunks(7).map(Bytes::copy_from_slice).collect();
        media::upload(ctx, upload, stream::iter(pieces.into_iter().map(Ok::<_, Infallible>))).await
    }

    async fn send(&self, key: MessageId, words: &str, content: Outgoing) -> Result<domain::inbox::MessageView, Error> {
        conversations::send(&self.ctx, self.conversation, key, (words, content), Some(self.asked), false).await
    }

    /// The messages that Graph gets once the sender works.
    async fn sent(&self, many: usize) -> Vec<Value> {
        let sender = Workers::only(&self.services, Which { ingest: false, outbox: true });
        let sent = eventually(async || {
            let sent = self.meta.messages.lock().unwrap().clone();
            if sent.len() >= many { Ok(sent) } else { Err(format!("{sent:?}")) }
        })
        .await;
        sender.finish().await;
        sent
    }
}

fn key() -> MessageId {
    MessageId(new_id())
}

fn invalid<T: std::fmt::Debug>(result: Result<T, Error>, part: &str) {
    match result {
        Err(Error::Domain(Wrong::Invalid { problem, .. })) => assert!(problem.contains(part), "{problem}"),
        other => panic!("{other:?}"),
    }
}

on_both! {
    async fn a_file_is_handed_in_and_sent_once(db) {
        let world = world(db.db.clone()).await;
        let uploaded = world.upload(&world.ctx, "../Rechnung März.pdf", PDF).await.unwrap();
        assert_eq!((uploaded.kind, uploaded.media.size, uploaded.media.mime.as_deref()), (Kind::Document, Some(25), Some("application/pdf")));
        let form = world.meta.uploads.lock().unwrap()[0].clone();
        for part in ["name=\"messaging_product\"\r\n\r\nwhatsapp", "Content-Type: application/pdf", "an invoice", "name=\"file\""] {
            assert!(form.contains(part), "{form}");
        }
        // Before it is sent it is its author's alone.
        let id = uploaded.media.id;
        let (_, colleague) = member(&world.services, &world.ctx.workspace().slug, "Rohan", Role::Manager).await;
        assert!(media::open(&world.ctx, id, Part::Whole).await.is_ok());
        assert!(matches!(media::open(&colleague, id, Part::Whole).await, Err(Error::Domain(Wrong::NotFound))));
        let theirs = conversations::send(&colleague, world.conversation, key(), ("", Outgoing::File(id)), None, false).await;
        invalid(theirs, "not here any more");

        let nth = key();
        let message = world.send(nth, " Your invoice ", Outgoing::File(id)).await.unwrap();
        let Content::Media(file) = &message.content else { panic!("{message:?}") };
        assert_eq!((message.kind, message.text.as_str(), file.name.as_deref()), (Kind::Document, "Your invoice", Some("../Rechnung März.pdf")));
        assert_eq!(message.extras.media.as_ref().map(|media| media.id), Some(id));
        assert_eq!(message.extras.quote.as_ref().and_then(|quote| quote.message), Some(world.asked));
        assert!(media::open(&colleague, id, Part::Whole).await.is_ok());
        // Asked again it is the same; for another message it is gone.
        assert_eq!(world.send(nth, "Your invoice", Outgoing::File(id)).await.unwrap().id, message.id);
        invalid(world.send(key(), "Your invoice", Outgoing::File(id)).await, "sent already");

        let sent = world.sent(1).await;
        assert_eq!(sent.len(), 1);
        assert_eq!((&sent[0]["type"], &sent[0]["context"]), (&json!("document"), &json!({ "message_id": "wamid.asked" })));
        assert_eq!(sent[0]["document"], json!({ "id": "meta-1", "caption": "Your invoice", "filename": "../Rechnung März.pdf" }));
        let row = conversations::get(&world.ctx, world.conversation).await.unwrap();
        assert_eq!(row.preview.unwrap().text, "Document: ../Rechnung März.pdf");
        let fresh = conversations::thread(&world.ctx, world.conversation).await.unwrap().messages.pop().unwrap();
        assert_eq!((fresh.content, fresh.extras.media), (message.content, message.extras.media));
    }

    async fn places_cards_and_choices_are_sent_in_order(db) {
        let world = world(db.db.clone()).await;
        let place = Place { name: Some("Shop".into()), ..Place::at(50.1109, 8.6821).unwrap() };
        let phone = CardPhone { phone: "+49 151 1234567".into(), ..CardPhone::default() };
        let card = Card { name: "Ana K".into(), phones: vec![phone], ..Card::default() };
        let menu = Menu::Buttons { header: None, footer: None, buttons: vec![("".into(), "Yes".into()), ("".into(), "No".into())] };
        for (words, content, line) in [
            ("", Outgoing::Place(place), "Location: Shop"),
            ("", Outgoing::Contacts(vec![card]), "Contact: Ana K"),
            ("Shall we?", Outgoing::Menu(menu), "Shall we?"),
            ("Just words", Outgoing::Text, "Just words"),
        ] {
            let message = world.send(key(), words, content).await.unwrap();
            assert_eq!(message.status, Status::Queued);
            let row = conversations::get(&world.ctx, world.conversation).await.unwrap();
            assert_eq!(row.preview.unwrap().text, line);
        }
        let sent = world.sent(4).await;
        let kinds: Vec<_> = sent.iter().map(|body| body["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["location", "contacts", "interactive", "text"]);
        assert!(sent.iter().all(|body| body["context"]["message_id"] == "wamid.asked"));
        assert_eq!(sent[2]["interactive"]["action"]["buttons"][1]["reply"], json!({ "id": "2", "title": "No" }));
    }

    async fn what_whatsapp_does_not_take_is_refused_before_it_is_queued(db) {
        let world = world(db.db.clone()).await;
        invalid(world.upload(&world.ctx, "a.html", b"<html><script>alert(1)</script></html>").await, "does not take this type");
        invalid(world.upload(&world.ctx, "a.pdf", b"").await, "empty");
        invalid(world.send(key(), "", Outgoing::File(MediaId(new_id()))).await, "not here any more");
        invalid(world.send(key(), "?", Outgoing::Menu(Menu::Buttons { header: None, footer: None, buttons: vec![] })).await, "buttons");
        let stranger = conversations::send(&world.ctx, world.conversation, key(), ("Hi", Outgoing::Text), Some(key()), false).await;
        invalid(stranger, "cannot be answered");
        *world.meta.refuses.lock().unwrap() = true;
        match world.upload(&world.ctx, "a.pdf", PDF).await {
            Err(Error::Upstream(why)) => assert!(why.contains("did not take the file"), "{why}"),
            other => panic!("{other:?}"),
        }
        // Nothing of it stays.
        eventually(async || {
            let mut read = world.services.db().read().await.unwrap();
            let left = sql!(scalar i64, read.conn(), "SELECT COUNT(*) FROM media WHERE removed_at IS NULL").unwrap();
            if left == 0 { Ok(()) } else { Err(format!("{left} uploads")) }
        })
        .await;
        let thread = conversations::thread(&world.ctx, world.conversation).await.unwrap();
        assert_eq!(thread.messages.len(), 1);
    }

    async fn an_upload_whose_answer_was_lost_is_answered_again_and_handed_in_once(db) {
        let world = world(db.db.clone()).await;
        let id = MediaId(new_id());
        let first = world.upload_as(id, &world.ctx, "a.pdf", PDF).await.unwrap();
        assert_eq!(world.upload_as(id, &world.ctx, "a.pdf", PDF).await.unwrap(), first);
        assert_eq!(world.meta.uploads.lock().unwrap().len(), 1);
        // Not to a colleague, not for what was refused, taken back, or is a message's already.
        let (_, colleague) = member(&world.services, &world.ctx.workspace().slug, "Rohan", Role::Manager).await;
        let refused = MediaId(new_id());
        assert!(world.upload_as(refused, &world.ctx, "a.html", b"<html></html>").await.is_err());
        let back = MediaId(new_id());
        world.upload_as(back, &world.ctx, "b.pdf", PDF).await.unwrap();
        media::forget(&world.ctx, back).await.unwrap();
        world.send(key(), "", Outgoing::File(id)).await.unwrap();
        for (ctx, id) in [(&colleague, id), (&world.ctx, refused), (&world.ctx, back), (&world.ctx, id)] {
            assert!(matches!(world.upload_as(id, ctx, "a.pdf", PDF).await, Err(Error::Conflict(_))));
        }
        assert_eq!(world.meta.uploads.lock().unwrap().len(), 2);
    }

    async fn an_upload_that_meta_forgot_is_chosen_anew_and_a_failed_file_is_sent_again(db) {
        let world = world(db.db.clone()).await;
        let uploaded = world.upload(&world.ctx, "a.pdf", PDF).await.unwrap();
        let message = world.send(key(), "", Outgoing::File(uploaded.media.id)).await.unwrap();
        let mut tx = db.db.begin().await.unwrap();
        sql!(exec tx.conn(), "DELETE FROM outbox").unwrap();
        sql!(exec tx.conn(), "UPDATE messages SET status = 'failed', status_rank = 40 WHERE direction = 'out'").unwrap();
        tx.commit().await.unwrap();
        let again = conversations::send_again(&world.ctx, message.id).await.unwrap();
        assert_eq!((again.kind, &again.content, &again.extras), (Kind::Document, &message.content, &message.extras));
        let sent = world.sent(1).await;
        assert_eq!(sent[0]["document"]["id"], "meta-1");

        let old = world.upload(&world.ctx, "b.pdf", PDF).await.unwrap();
        let never = world.send(key(), "", Outgoing::File(world.upload(&world.ctx, "c.pdf", PDF).await.unwrap().media.id)).await.unwrap();
        let mut tx = db.db.begin().await.unwrap();
        sql!(exec tx.conn(), "DELETE FROM outbox").unwrap();
        sql!(exec tx.conn(), "UPDATE messages SET status = 'failed', status_rank = 40 WHERE direction = 'out'").unwrap();
        tx.commit().await.unwrap();
        world.clock.advance(30 * DAY);
        put(&world.services, message_body(json!({"from": FROM, "id": "wamid.later", "type": "text", "text": {"body": "Hi"},
            "timestamp": (world.clock.now() / 1_000).to_string()}))).await;
        quiet(&world.services).await;
        invalid(world.send(key(), "", Outgoing::File(old.media.id)).await, "choose it again");
        // Its bytes are here still: they are handed in once more.
        let sent = world.meta.uploads.lock().unwrap().len();
        let again = conversations::send_again(&world.ctx, never.id).await.unwrap();
        let Content::Media(file) = &again.content else { panic!("{again:?}") };
        assert_eq!((file.meta.clone(), world.meta.uploads.lock().unwrap().len()), (Some(format!("meta-{}", sent + 1)), sent + 1));
        let mut tx = db.db.begin().await.unwrap();
        sql!(exec tx.conn(), "DELETE FROM outbox").unwrap();
        sql!(exec tx.conn(), "UPDATE messages SET status = 'failed', status_rank = 40, error_code = 131053 WHERE direction = 'out'").unwrap();
        tx.commit().await.unwrap();
        // Meta could do nothing with it: once more.
        let last = conversations::send_again(&world.ctx, never.id).await.unwrap();
        assert_eq!(world.meta.uploads.lock().unwrap().len(), sent + 2);
        let mut tx = db.db.begin().await.unwrap();
        sql!(exec tx.conn(), "UPDATE messages SET status = 'failed', status_rank = 40, error_code = 131053 WHERE direction = 'out'").unwrap();
        sql!(exec tx.conn(), "UPDATE media SET stored = FALSE").unwrap();
        tx.commit().await.unwrap();
        invalid(conversations::send_again(&world.ctx, last.id).await, "choose it again");
    }
}
