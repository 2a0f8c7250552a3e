//! Templates: Meta's lists, kept up to date, and who may send what.

use crate::{
    meta::{self, Workers},
    on_both,
    support::{START, connect, member, vault, workspace},
};
use domain::{
    Error as Wrong,
    id::{ConversationId, MessageId, NumberId},
    inbox::Event,
    message::{Kind, Status as Stage},
    permission::Permission,
    role::Role,
    template::{Status, Template, Values},
    time::{DAY, HOUR, MINUTE, SECOND},
};
use secrecy::SecretString;
use serde_json::{Value, json};
use services::{
    Ctx, Error, Options, Services, clock::Clock, conversations, db::Db, jobs::Which, numbers, send::Graph, sql,
    templates,
};
use std::sync::{Arc, Mutex};

const WABA: &str = "102290129340398";

/// What Meta's list holds, and how often it was asked for a page.
#[derive(Clone, Default)]
struct Meta {
    list: Arc<Mutex<Vec<Value>>>,
    asked: Arc<Mutex<Vec<String>>>,
    refuses: Arc<Mutex<bool>>,
}

impl Meta {
    fn holds(&self, list: &[(&str, &str, &str)]) {
        *self.list.lock().unwrap() = list
            .iter()
            .enumerate()
            .map(|(nth, (name, status, category))| {
                json!({ "id": format!("7{nth}"), "name": name, "language": "en_US", "status": status, "category": category,
                    "components": [{ "type": "BODY", "text": "Hi {{1}}, your order {{2}} is on its way." }] })
            })
            .collect();
    }

    fn asked(&self) -> usize {
        std::mem::take(&mut *self.asked.lock().unwrap()).len()
    }

    /// Answers as Graph does, two templates a page.
    async fn serve(&self) -> String {
        use axum::{
            Json, Router,
            extract::{Path, Query, State},
            http::{HeaderMap, StatusCode},
            routing::get,
        };
        use std::collections::HashMap;
        async fn list(
            State(meta): State<Meta>,
            Path((_, waba)): Path<(String, String)>,
            Query(query): Query<HashMap<String, String>>,
            headers: HeaderMap,
        ) -> (StatusCode, Json<Value>) {
            assert_eq!((waba.as_str(), headers["authorization"].to_str().unwrap()), (WABA, "Bearer EAAtoken"));
            meta.asked.lock().unwrap().push(format!("{query:?}"));
            if *meta.refuses.lock().unwrap() {
                let error = json!({ "error": { "code": 190, "message": "Error validating access token" } });
                return (StatusCode::UNAUTHORIZED, Json(error));
            }
            let list = meta.list.lock().unwrap().clone();
            let from: usize = query.get("after").map_or(0, |after| after.parse().unwrap());
            let to = (from + 2).min(list.len());
            let mut paging = json!({ "cursors": { "before": "x", "after": to.to_string() } });
            if to < list.len() {
                paging["next"] = "https://graph.facebook.com/elsewhere?access_token=never-followed".into();
            }
            (StatusCode::OK, Json(json!({ "data": list[from..to], "paging": paging })))
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/{version}/{waba}/message_templates", get(list)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }
}

struct World {
    meta: Meta,
    clock: Clock,
    services: Services,
    ctx: Ctx,
    number: NumberId,
}

async fn world(db: Db) -> World {
    let meta = Meta::default();
    let clock = Clock::fixed(START);
    let graph = Graph::new(&meta.serve().await, "v25.0").unwrap();
    let services = Services::new(db, Options { clock: clock.clone(), vault: vault(), graph, mailer: None });
    let ctx = workspace(&services, "Kaveri Home").await;
    let number =
        numbers::connect(&services, &ctx.workspace().slug, connect("106540352242922", "EAAtoken")).await.unwrap();
    World { meta, clock, services, ctx, number }
}

impl World {
    /// A customer has written.
    async fn conversation(&self) -> ConversationId {
        let at = self.clock.now() / 1_000;
        self.hears(&json!({ "entry": [{ "id": WABA, "changes": [{ "field": "messages", "value": {
            "metadata": { "phone_number_id": "106540352242922" },
            "contacts": [{ "wa_id": "4915112345678", "profile": { "name": "Ana" } }],
            "messages": [{ "id": "wamid.1", "from": "4915112345678", "timestamp": at.to_string(), "type": "text",
                "text": { "body": "Hi" } }],
        } }] }] }))
        .await;
        let inbox = conversations::inbox(&self.ctx, domain::conversation::View::All, None).await.unwrap();
        inbox.rows[0].id
    }

    async fn hears(&self, body: &Value) {
        meta::put(&self.services, body.to_string().into_bytes()).await;
        let workers = Workers::only(&self.services, Which { ingest: true, outbox: false });
        meta::quiet(&self.services).await;
        workers.finish().await;
    }

    async fn hears_of(&self, field: &str, value: Value) {
        self.hears(&json!({ "entry": [{ "id": WABA, "changes": [{ "field": field, "value": value }] }] })).await;
    }

    async fn synced(&self) -> Vec<Template> {
        templates::sync_due(&self.services).await.unwrap();
        templates::list(&self.ctx, self.number).await.unwrap()
    }

    async fn send(
        &self,
        ctx: &Ctx,
        id: ConversationId,
        template: &Template,
    ) -> Result<domain::inbox::MessageView, Error> {
        templates::send(ctx, id, key(), template.id, &values()).await
    }
}

fn key() -> MessageId {
    MessageId(services::clock::new_id())
}

fn values() -> Values {
    [("body.1", "Ana"), ("body.2", "KH-1")].map(|(key, value)| (key.to_owned(), value.to_owned())).into()
}

fn names(list: &[Template]) -> Vec<&str> {
    list.iter().map(|template| template.name.as_str()).collect()
}

on_both! {
    /// At connect, each hour, and with every page; what Meta deletes is gone.
    async fn the_list_is_kept(db) {
        let world = world(db.db.clone()).await;
        world.meta.holds(&[("b", "APPROVED", "UTILITY"), ("a", "APPROVED", "MARKETING"), ("c", "PENDING", "UTILITY"),
            ("d", "PAUSED", "NEW"), ("e", "APPROVED", "UTILITY")]);
        let list = world.synced().await;
        assert_eq!(names(&list), ["a", "b", "d", "e"]);
        assert_eq!(world.meta.asked(), 3);
        assert!(list[2].why_not().is_some() && list[2].status == Status::Paused);
        world.clock.advance(HOUR - 1);
        assert_eq!(templates::sync_due(&world.services).await.unwrap(), 0);
        world.meta.holds(&[("b", "APPROVED", "UTILITY"), ("c", "APPROVED", "UTILITY")]);
        world.clock.advance(1);
        let again = world.synced().await;
        assert_eq!(names(&again), ["b", "c"]);
        assert_eq!(again[0].id, list[1].id, "a template keeps its id");
        let all = templates::all(&world.ctx, None, 50).await.unwrap();
        assert_eq!(all.items.len(), 2);
        assert_eq!(templates::get(&world.ctx, list[0].id).await.unwrap().status, Status::Gone);
    }

    /// Whoever looks at what is left to be set up hears that templates came, and nothing where none did.
    async fn a_list_that_changed_is_told(db) {
        let world = world(db.db.clone()).await;
        let told = || async {
            let mut read = db.db.read().await.unwrap();
            let bodies = sql!(scalars String, read.conn(), "SELECT body FROM events ORDER BY seq").unwrap();
            bodies.iter().filter(|body| matches!(serde_json::from_str(body), Ok(Event::Setup))).count()
        };
        assert_eq!(told().await, 1, "a number was connected");
        world.meta.holds(&[("a", "PENDING", "UTILITY")]);
        world.synced().await;
        assert_eq!(told().await, 2);
        world.clock.advance(HOUR);
        world.synced().await;
        assert_eq!(told().await, 2, "nothing has changed");
        for list in [&[("a", "APPROVED", "UTILITY")][..], &[]] {
            world.meta.holds(list);
            world.clock.advance(HOUR);
            world.synced().await;
        }
        assert_eq!(told().await, 4);
    }

    async fn what_fails_is_said_and_tried_again(db) {
        let world = world(db.db.clone()).await;
        world.meta.holds(&[("a", "APPROVED", "UTILITY")]);
        assert_eq!(names(&world.synced().await), ["a"]);
        *world.meta.refuses.lock().unwrap() = true;
        world.clock.advance(HOUR);
        assert_eq!(names(&world.synced().await), ["a"], "what is known stays");
        let fetched = templates::fetched(&world.ctx, world.number).await.unwrap();
        assert!(fetched.problem.unwrap().contains("190"));
        assert!(matches!(templates::refresh(&world.ctx, world.number).await, Err(Error::Upstream(_))));
        *world.meta.refuses.lock().unwrap() = false;
        world.clock.advance(5 * MINUTE);
        world.synced().await;
        let fetched = templates::fetched(&world.ctx, world.number).await.unwrap();
        assert_eq!((fetched.problem, fetched.at), (None, Some(world.clock.now())));
    }

    /// The button asks Meta, but not twice in a few seconds.
    async fn a_person_asks(db) {
        let world = world(db.db.clone()).await;
        world.meta.holds(&[("a", "APPROVED", "UTILITY")]);
        world.synced().await;
        world.meta.asked();
        world.meta.holds(&[("a", "APPROVED", "UTILITY"), ("b", "APPROVED", "UTILITY")]);
        assert_eq!(names(&templates::refresh(&world.ctx, world.number).await.unwrap()), ["a"]);
        assert_eq!(world.meta.asked(), 0);
        world.clock.advance(5 * SECOND);
        assert_eq!(names(&templates::refresh(&world.ctx, world.number).await.unwrap()), ["a", "b"]);
        let stranger = workspace(&world.services, "Another").await;
        assert!(matches!(templates::refresh(&stranger, world.number).await, Err(Error::Domain(Wrong::NotFound))));
        assert_eq!(templates::list(&stranger, world.number).await.unwrap(), []);
    }

    /// What a webhook stops stands still at once; what it lets go is asked for.
    async fn webhooks_are_heard(db) {
        let world = world(db.db.clone()).await;
        world.meta.holds(&[("a", "APPROVED", "UTILITY")]);
        let before = world.synced().await;
        world.meta.asked();
        world.clock.advance(SECOND);
        world.hears_of("message_template_status_update", json!({ "event": "PAUSED", "message_template_id": 70,
            "message_template_name": "a", "message_template_language": "en-US" })).await;
        assert_eq!(templates::get(&world.ctx, before[0].id).await.unwrap().status, Status::Paused);
        world.meta.holds(&[("a", "PAUSED", "UTILITY")]);
        world.synced().await;
        assert!(world.meta.asked() > 0);
        world.clock.advance(SECOND);
        world.hears_of("template_category_update", json!({ "message_template_id": "70", "previous_category": "UTILITY",
            "new_category": "MARKETING" })).await;
        let now = templates::get(&world.ctx, before[0].id).await.unwrap();
        assert_eq!(now.category, domain::template::Category::Marketing);
        world.hears_of("message_template_quality_update", json!({ "message_template_id": 70 })).await;
        world.meta.holds(&[("a", "APPROVED", "MARKETING")]);
        assert_eq!(world.synced().await[0].status, Status::Approved);
        world.meta.asked();
        // Anything else asks nothing.
        world.clock.advance(SECOND);
        world.hears_of("account_update", json!({ "event": "VERIFIED_ACCOUNT" })).await;
        assert_eq!(templates::sync_due(&world.services).await.unwrap(), 0);
    }

    async fn one_is_sent_after_the_window_has_closed(db) {
        let world = world(db.db.clone()).await;
        world.meta.holds(&[("a", "APPROVED", "UTILITY"), ("m", "APPROVED", "MARKETING"), ("p", "PAUSED", "UTILITY")]);
        let list = world.synced().await;
        let id = world.conversation().await;
        world.clock.advance(2 * DAY);
        let late = conversations::reply(&world.ctx, id, key(), "Hi").await;
        assert!(matches!(late, Err(Error::Domain(Wrong::WindowClosed))), "{late:?}");
        let key = key();
        let sent = templates::send(&world.ctx, id, key, list[0].id, &values()).await.unwrap();
        assert_eq!((sent.kind, sent.status, sent.text.as_str()),
            (Kind::Template, Stage::Queued, "Hi Ana, your order KH-1 is on its way."));
        let line = sent.template.clone().unwrap();
        assert_eq!((line.name.as_str(), line.category.as_str()), ("a", "utility"));
        // The same key is the same message, whatever else is asked.
        assert_eq!(templates::send(&world.ctx, id, key, list[1].id, &values()).await.unwrap().id, sent.id);
        let thread = conversations::thread(&world.ctx, id).await.unwrap();
        assert_eq!(thread.messages.len(), 2);
        assert_eq!(thread.messages[1].template, sent.template);
        let mut empty = values();
        empty.insert("body.2".into(), " ".into());
        let refused = templates::send(&world.ctx, id, self::key(), list[0].id, &empty).await;
        assert!(matches!(refused, Err(Error::Domain(Wrong::Invalid { field, problem }))
            if field == "Variable 2" && problem == "Variable 2 is empty"));
        assert!(matches!(world.send(&world.ctx, id, &list[2]).await, Err(Error::Domain(Wrong::Invalid { .. }))));
        conversations::close(&world.ctx, id).await.unwrap();
        assert!(matches!(world.send(&world.ctx, id, &list[0]).await, Err(Error::Domain(Wrong::ConversationClosed))));
    }

    async fn own_only_is_own_only(db) {
        let world = world(db.db.clone()).await;
        world.meta.holds(&[("a", "APPROVED", "UTILITY")]);
        let list = world.synced().await;
        let id = world.conversation().await;
        let slug = world.ctx.workspace().slug.clone();
        let (_, agent) = member(&world.services, &slug, "Rohan", Role::Agent).await;
        let (_, viewer) = member(&world.services, &slug, "Vera", Role::Viewer).await;
        assert!(matches!(world.send(&viewer, id, &list[0]).await,
            Err(Error::Domain(Wrong::Forbidden { permission })) if permission == Permission::MessagesSendTemplate.as_str()));
        conversations::assign(&world.ctx, id, Some(world.ctx.me().id)).await.unwrap();
        assert!(matches!(world.send(&agent, id, &list[0]).await, Err(Error::Domain(Wrong::NotFound))));
        conversations::assign(&world.ctx, id, Some(agent.me().id)).await.unwrap();
        assert!(world.send(&agent, id, &list[0]).await.is_ok());
        // A template of another account is not there.
        let other = workspace(&world.services, "Another").await;
        assert!(matches!(templates::get(&other, list[0].id).await, Err(Error::Domain(Wrong::NotFound))));
        let elsewhere = numbers::Connect {
            waba_id: "999".to_owned(),
            token: SecretString::from("EAAother"),
            ..connect("206540352242922", "EAAother")
        };
        let elsewhere = numbers::connect(&world.services, &slug, elsewhere).await.unwrap();
        assert_eq!(templates::list(&world.ctx, elsewhere).await.unwrap(), []);
    }
}
