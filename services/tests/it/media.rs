//! Customers' files: taken from where Graph says and from nowhere else, checked, kept, given to those who see their message.

use crate::{
    meta::{PHONE, Workers, message_body, put, quiet, stamp},
    on_both,
    support::{START, connect, eventually, member, vault, workspace},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use domain::{
    Error as Wrong,
    content::{MediaBrief, MediaState},
    conversation::View,
    id::{ConversationId, MediaId},
    inbox::{Live, MessageView, apply},
    role::Role,
    time::{DAY, MINUTE, SECOND},
};
use futures::TryStreamExt;
use serde_json::{Value, json};
use services::{
    Ctx, Error, Options, Services,
    clock::Clock,
    conversations,
    db::Db,
    media::{self, Part},
    numbers,
    send::Graph,
    sql,
};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex};

const FROM: &str = "4915112345678";
const FILE: &str = "1003383421387256";

/// What Graph and its file server answer, and what they were asked for.
#[derive(Clone)]
struct Meta {
    bytes: Arc<Mutex<Vec<u8>>>,
    /// Replaces fields of the node.
    node: Arc<Mutex<Value>>,
    /// The node is refused with this error.
    refuses: Arc<Mutex<Option<Value>>>,
    /// The file server's answer instead of the bytes.
    status: Arc<Mutex<Option<u16>>>,
    asked: Arc<Mutex<Vec<String>>>,
    home: Arc<Mutex<String>>,
}

impl Meta {
    async fn serve(bytes: Vec<u8>) -> Self {
        use axum::{
            Json, Router,
            extract::{Path, State},
            http::{HeaderMap, StatusCode, header},
            response::{IntoResponse, Response},
            routing::get,
        };
        async fn node(State(meta): State<Meta>, Path((_, id)): Path<(String, String)>, headers: HeaderMap) -> Response {
            assert_eq!(headers["authorization"], "Bearer EAAtoken");
            meta.asked.lock().unwrap().push(format!("node {id}"));
            if let Some(error) = meta.refuses.lock().unwrap().clone() {
                return (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
            }
            let bytes = meta.bytes.lock().unwrap().clone();
            let mut node = json!({ "messaging_product": "whatsapp", "id": id, "mime_type": "image/jpeg",
                "url": format!("{}/files/1", meta.home.lock().unwrap()),
                "sha256": hex::encode(Sha256::digest(&bytes)), "file_size": bytes.len() });
            node.as_object_mut().unwrap().extend(meta.node.lock().unwrap().as_object().unwrap().clone());
            Json(node).into_response()
        }
        async fn file(State(meta): State<Meta>, headers: HeaderMap) -> Response {
            assert_eq!(headers["authorization"], "Bearer EAAtoken");
            meta.asked.lock().unwrap().push("file".to_owned());
            let status = *meta.status.lock().unwrap();
            match status {
                Some(status) => {
                    let elsewhere = [(header::LOCATION, "http://127.0.0.1:9/elsewhere")];
                    (StatusCode::from_u16(status).unwrap(), elsewhere).into_response()
                }
                None => meta.bytes.lock().unwrap().clone().into_response(),
            }
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let meta = Self {
            bytes: Arc::new(Mutex::new(bytes)),
            node: Arc::new(Mutex::new(json!({}))),
            refuses: Arc::default(),
            status: Arc::default(),
            asked: Arc::default(),
            home: Arc::new(Mutex::new(format!("http://{}", listener.local_addr().unwrap()))),
        };
        let router =
            Router::new().route("/files/1", get(file)).route("/{version}/{id}", get(node)).with_state(meta.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        meta
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

struct World {
    meta: Meta,
    clock: Clock,
    services: Services,
    ctx: Ctx,
    #[expect(dead_code, reason = "stopped when dropped")]
    workers: Workers,
}

fn photo() -> Vec<u8> {
    let image = image::RgbImage::from_fn(1_200, 800, |x, y| image::Rgb([x as u8, y as u8, (x * y) as u8]));
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

async fn world(db: Db, bytes: Vec<u8>) -> World {
    let meta = Meta::serve(bytes).await;
    let clock = Clock::fixed(START);
    let home = meta.home.lock().unwrap().clone();
    let graph = Graph::new(&home, "v25.0").unwrap();
    let services = Services::new(db, Options { clock: clock.clone(), vault: vault(), graph, mailer: None });
    let ctx = workspace(&services, "Kaveri").await;
    numbers::connect(&services, &ctx.workspace().slug, connect(PHONE, "EAAtoken")).await.unwrap();
    // Other requests of the workers go to the same server, which does not know them.
    let workers = Workers::start(&services);
    World { meta, clock, services, ctx, workers }
}

impl World {
    async fn receive(&self, kind: &str, more: Value) -> ConversationId {
        let mut file =
            json!({ "id": FILE, "mime_type": "image/jpeg", "sha256": "wrong", "url": "http://127.0.0.1:9/evil" });
        file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let message = json!({ "from": FROM, "id": "wamid.file", "timestamp": stamp(1), "type": kind, kind: file });
        for _ in 0..2 {
            put(&self.services, message_body(message.clone())).await;
        }
        quiet(&self.services).await;
        conversations::inbox(&self.ctx, View::All, None).await.unwrap().rows[0].id
    }

    async fn message(&self, id: ConversationId) -> MessageView {
        conversations::thread(&self.ctx, id).await.unwrap().messages.pop().unwrap()
    }

    async fn until(&self, id: ConversationId, state: MediaState) -> MediaBrief {
        eventually(async || {
            let brief = self.message(id).await.extras.media.unwrap();
            if brief.state == state { Ok(brief) } else { Err(format!("{brief:?} is not {state:?}")) }
        })
        .await
    }

    /// Waits until the worker has tried so often, and returns why it failed.
    async fn tried(&self, times: i64) -> String {
        const TRIES: &str = "SELECT tries, lease_until, COALESCE(reason, '') FROM media";
        eventually(async || {
            let mut read = self.services.db().read().await.unwrap();
            let (tries, lease, why) = sql!(one(i64, i64, String), read.conn(), TRIES).unwrap();
            if tries == times && lease == 0 { Ok(why) } else { Err(format!("{tries} tries, {why}")) }
        })
        .await
    }

    async fn read(&self, ctx: &Ctx, id: MediaId, part: Part) -> Result<Vec<u8>, Error> {
        let opened = media::open(ctx, id, part).await?;
        let pieces: Vec<_> = opened.bytes(None).await?.try_collect().await.unwrap();
        Ok(pieces.concat())
    }
}

fn not_found<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::Domain(Wrong::NotFound)))
}

on_both! {
    async fn a_file_is_fetched_once_checked_described_and_told(db) {
        let world = world(db.db.clone(), photo()).await;
        *world.meta.status.lock().unwrap() = Some(503);
        let id = world.receive("image", json!({ "caption": "Look" })).await;
        world.tried(1).await;
        let mut seen = conversations::inbox(&world.ctx, View::All, Some(id)).await.unwrap();
        *world.meta.status.lock().unwrap() = None;
        world.meta.asked();
        world.clock.advance(5 * SECOND);
        let brief = world.until(id, MediaState::Kept).await;
        let bytes = photo();
        // By its content, whatever the webhook and Graph say.
        assert_eq!(brief.mime.as_deref(), Some("image/png"));
        assert_eq!((brief.size, brief.width, brief.height), (Some(bytes.len() as u64), Some(1_200), Some(800)));
        assert!(brief.thumbnail);
        let asked = world.meta.asked();
        assert_eq!(asked.iter().filter(|what| *what == "file").count(), 1, "{asked:?}");
        assert_eq!(asked.iter().filter(|what| **what == format!("node {FILE}")).count(), 1, "{asked:?}");
        assert_eq!(world.read(&world.ctx, brief.id, Part::Whole).await.unwrap(), bytes);
        let small = world.read(&world.ctx, brief.id, Part::Thumbnail).await.unwrap();
        assert!(small.starts_with(b"\xff\xd8\xff") && small.len() < bytes.len());
        let opened = media::open(&world.ctx, brief.id, Part::Whole).await.unwrap();
        let part: Vec<_> = opened.bytes(Some(1..4)).await.unwrap().try_collect().await.unwrap();
        assert_eq!((part.concat(), opened.name.as_str(), opened.inline), (b"PNG".to_vec(), "photo.png", true));

        // What was told live is what is fetched.
        let mut read = world.services.db().read().await.unwrap();
        const EVENTS: &str = "SELECT seq, body FROM events WHERE workspace_id = $1 ORDER BY seq";
        for (seq, body) in sql!(all(i64, String), read.conn(), EVENTS, world.ctx.workspace().id.0).unwrap() {
            apply(&mut seen, &Live { seq, event: serde_json::from_str(&body).unwrap() });
        }
        assert_eq!(seen, conversations::inbox(&world.ctx, View::All, Some(id)).await.unwrap());
    }

    async fn whoever_does_not_see_the_message_does_not_see_its_file(db) {
        let world = world(db.db.clone(), photo()).await;
        let id = world.receive("image", json!({})).await;
        let media = world.until(id, MediaState::Kept).await.id;
        let slug = &world.ctx.workspace().slug;
        let (agent, own) = member(&world.services, slug, "Rohan", Role::Agent).await;
        let (_, other) = member(&world.services, slug, "Lucia", Role::Agent).await;
        conversations::assign(&world.ctx, id, Some(agent.member.id)).await.unwrap();
        let elsewhere = workspace(&world.services, "Other").await;
        assert!(world.read(&own, media, Part::Whole).await.is_ok());
        for ctx in [&other, &elsewhere] {
            assert!(not_found(media::open(ctx, media, Part::Whole).await));
            assert!(not_found(media::open(ctx, media, Part::Thumbnail).await));
        }
        assert!(not_found(media::open(&world.ctx, MediaId(services::clock::new_id()), Part::Whole).await));
    }

    async fn a_damaged_a_refused_and_a_moved_file_are_tried_again(db) {
        let world = world(db.db.clone(), photo()).await;
        *world.meta.node.lock().unwrap() = json!({ "sha256": "00" });
        let id = world.receive("image", json!({})).await;
        assert_eq!(world.tried(1).await, "It arrived damaged.");
        // A redirection is not followed.
        *world.meta.node.lock().unwrap() = json!({});
        *world.meta.status.lock().unwrap() = Some(302);
        world.clock.advance(5 * SECOND);
        assert_eq!(world.tried(2).await, "WhatsApp's file server answered 302.");
        *world.meta.refuses.lock().unwrap() = Some(json!({ "code": 190, "message": "Error validating access token" }));
        world.clock.advance(30 * SECOND);
        assert_eq!(world.tried(3).await, "WhatsApp does not take the number's access token.");
        assert_eq!(world.message(id).await.extras.media.unwrap().state, MediaState::Wanted);
        *world.meta.refuses.lock().unwrap() = None;
        *world.meta.status.lock().unwrap() = None;
        // The digest in base64, as webhooks have it.
        let digest = BASE64_STANDARD.encode(Sha256::digest(photo()));
        *world.meta.node.lock().unwrap() = json!({ "sha256": digest });
        world.clock.advance(2 * MINUTE);
        world.until(id, MediaState::Kept).await;
    }

    async fn another_host_is_not_gone_to(db) {
        let world = world(db.db.clone(), photo()).await;
        let evil = Meta::serve(b"secret".to_vec()).await;
        let url = format!("{}/files/1", evil.home.lock().unwrap());
        *world.meta.node.lock().unwrap() = json!({ "url": url });
        let id = world.receive("image", json!({})).await;
        let brief = world.until(id, MediaState::Refused).await;
        assert!(brief.reason.unwrap().contains("does not trust"));
        assert_eq!(evil.asked(), Vec::<String>::new());
        assert!(matches!(media::open(&world.ctx, brief.id, Part::Whole).await, Err(Error::Gone(_))));
    }

    async fn what_is_too_large_is_not_begun(db) {
        let world = world(db.db.clone(), photo()).await;
        *world.meta.node.lock().unwrap() = json!({ "file_size": 200_000_000 });
        let id = world.receive("video", json!({})).await;
        let reason = world.until(id, MediaState::Refused).await.reason.unwrap();
        assert_eq!(reason, "Files of more than 104.8 MB are not fetched. It has 200.0 MB.");
        assert!(!world.meta.asked().contains(&"file".to_owned()));
    }

    async fn after_seven_days_it_is_said_that_it_is_gone(db) {
        let world = world(db.db.clone(), photo()).await;
        *world.meta.refuses.lock().unwrap() = Some(json!({ "code": 100, "message": "Object does not exist" }));
        let id = world.receive("audio", json!({ "voice": true })).await;
        assert_eq!(world.tried(1).await, "WhatsApp does not find it.");
        world.clock.advance(8 * DAY);
        let brief = world.until(id, MediaState::Gone).await;
        assert!(brief.reason.unwrap().contains("7 days"));
    }

    async fn somebody_asks_again_for_what_did_not_come(db) {
        let world = world(db.db.clone(), photo()).await;
        let evil = Meta::serve(b"secret".to_vec()).await;
        let url = format!("{}/files/1", evil.home.lock().unwrap());
        *world.meta.node.lock().unwrap() = json!({ "url": url });
        let id = world.receive("image", json!({})).await;
        let refused = world.until(id, MediaState::Refused).await;
        // What was in the way is mended.
        *world.meta.node.lock().unwrap() = json!({});
        *world.meta.status.lock().unwrap() = Some(503);
        media::again(&world.ctx, refused.id).await.unwrap();
        for (times, wait) in [(1, 5 * SECOND), (2, 30 * SECOND)] {
            world.tried(times).await;
            // A short while is no news.
            assert_eq!(world.message(id).await.extras.media.unwrap().reason, None);
            world.clock.advance(wait);
        }
        let why = world.tried(3).await;
        assert_eq!(world.message(id).await.extras.media.unwrap().reason, Some(why));
        *world.meta.status.lock().unwrap() = None;
        // The next try by itself is two minutes away.
        media::again(&world.ctx, refused.id).await.unwrap();
        let kept = world.until(id, MediaState::Kept).await;
        assert_eq!(kept.reason, None);
        // What is here stays as it is.
        media::again(&world.ctx, refused.id).await.unwrap();
        assert_eq!(world.message(id).await.extras.media, Some(kept));
        let (_, viewer) = member(&world.services, &world.ctx.workspace().slug, "Vera", Role::Agent).await;
        assert!(not_found(media::again(&viewer, refused.id).await));
        assert!(not_found(media::again(&world.ctx, MediaId(services::clock::new_id())).await));
    }

    async fn after_seven_days_nobody_need_ask(db) {
        let world = world(db.db.clone(), photo()).await;
        *world.meta.refuses.lock().unwrap() = Some(json!({ "code": 100, "message": "Object does not exist" }));
        let id = world.receive("image", json!({})).await;
        world.tried(1).await;
        world.clock.advance(8 * DAY);
        let brief = world.until(id, MediaState::Gone).await;
        match media::again(&world.ctx, brief.id).await {
            Err(Error::Gone(why)) => assert!(why.contains("Ask the customer"), "{why}"),
            other => panic!("{other:?}"),
        }
    }

    async fn a_process_that_ended_in_between_is_made_good(db) {
        let world = world(db.db.clone(), photo()).await;
        *world.meta.status.lock().unwrap() = Some(503);
        let id = world.receive("image", json!({})).await;
        assert_eq!(world.tried(1).await, "WhatsApp's file server answered 503.");
        // As if it were in somebody's hands who is gone.
        let mut tx = db.db.begin().await.unwrap();
        sql!(exec tx.conn(), "UPDATE media SET lease_until = $1, due_at = 0", START + MINUTE).unwrap();
        tx.commit().await.unwrap();
        *world.meta.status.lock().unwrap() = None;
        world.clock.advance(MINUTE - SECOND);
        assert_eq!(world.message(id).await.extras.media.unwrap().state, MediaState::Wanted);
        world.clock.advance(SECOND);
        world.until(id, MediaState::Kept).await;
    }

    async fn a_message_that_is_taken_back_takes_its_file_along(db) {
        let world = world(db.db.clone(), photo()).await;
        let id = world.receive("image", json!({})).await;
        let media = world.until(id, MediaState::Kept).await.id;
        let revoke = json!({ "from": FROM, "id": "wamid.revoke", "timestamp": stamp(0), "type": "revoke",
            "revoke": { "original_message_id": "wamid.file" } });
        put(&world.services, message_body(revoke)).await;
        quiet(&world.services).await;
        let message = world.message(id).await;
        assert!(message.extras.revoked_at.is_some() && message.extras.media.is_none());
        assert!(matches!(media::open(&world.ctx, media, Part::Whole).await, Err(Error::Gone(_))));
        eventually(async || {
            let mut read = world.services.db().read().await.unwrap();
            let stored = sql!(scalar bool, read.conn(), "SELECT stored FROM media").unwrap();
            if stored { Err("its bytes are still there".to_owned()) } else { Ok(()) }
        })
        .await;
    }
}
