//! Access tokens are renewed in time where Meta allows it.

use crate::support::{START, TestDb, connect, vault, workspace};
use axum::{
    Json, Router,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::{
    alert::Severity,
    audit::{Action, Filter},
    id::NumberId,
    time::{DAY, HOUR, MINUTE, Millis},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use services::{
    Ctx, Options, Services, alerts, audit,
    clock::Clock,
    doctor, numbers,
    send::Graph,
    vault::{self, MetaApp, Purpose},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::sync::Notify;

const OLD: &str = "EAAtoken";
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const APP: &str = "670843887433847";

/// What Meta does about a token.
#[derive(Clone, Copy, Default)]
enum Manner {
    /// A new one for 60 days.
    #[default]
    Renews,
    /// A new one, and no word about how long.
    RenewsSilently,
    /// The one that it was given.
    Repeats,
    /// No, in words that quote the token.
    Refuses,
    Trouble,
    /// A new one, once the test lets it.
    Waits,
}

/// A path, and what stood in the query.
type Asked = (&'static str, HashMap<String, String>);

/// Meta, as far as tokens go.
#[derive(Clone, Default)]
struct Meta {
    manner: Arc<Mutex<Manner>>,
    /// When the first token ends, in seconds.
    ends: Arc<Mutex<i64>>,
    /// Every question: its path and what it said.
    asked: Arc<Mutex<Vec<Asked>>>,
    arrived: Arc<Notify>,
    goes_on: Arc<Notify>,
}

impl Meta {
    async fn start() -> (Self, String) {
        let meta = Self::default();
        let router = Router::new()
            .route("/v25.0/debug_token", get(debugs))
            .route("/v25.0/oauth/access_token", get(exchanges))
            .with_state(meta.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        (meta, url)
    }

    fn will(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    fn ends(&self, at: Millis) {
        *self.ends.lock().unwrap() = at / 1_000;
    }

    fn times(&self, path: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|(asked, _)| *asked == path).count()
    }
}

fn no(status: u16, code: i64, message: &str) -> Response {
    let error = json!({ "error": { "message": message, "type": "OAuthException", "code": code } });
    (StatusCode::from_u16(status).unwrap(), Json(error)).into_response()
}

async fn debugs(
    State(meta): State<Meta>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let app = headers.get("authorization").is_some_and(|value| value == &format!("Bearer {APP}|{SECRET}"));
    meta.asked.lock().unwrap().push(("debug", query));
    if !app {
        return no(400, 190, "Invalid OAuth access token.");
    }
    let ends = *meta.ends.lock().unwrap();
    Json(json!({ "data": { "app_id": APP, "is_valid": true, "expires_at": ends } })).into_response()
}

async fn exchanges(State(meta): State<Meta>, Query(query): Query<HashMap<String, String>>) -> Response {
    let token = query["fb_exchange_token"].clone();
    let right = query["client_id"] == APP
        && query["grant_type"] == "fb_exchange_token"
        && query["set_token_expires_in_60_days"] == "true";
    assert!(right, "{query:?}");
    let secret = query["client_secret"].clone();
    meta.asked.lock().unwrap().push(("exchange", query));
    if secret != SECRET {
        return no(400, 1, "Error validating client secret.");
    }
    let manner = *meta.manner.lock().unwrap();
    if matches!(manner, Manner::Waits) {
        meta.arrived.notify_one();
        meta.goes_on.notified().await;
    }
    match manner {
        Manner::Renews | Manner::Waits => {
            Json(json!({ "access_token": format!("{token}+"), "expires_in": 60 * DAY / 1_000 })).into_response()
        }
        Manner::RenewsSilently => Json(json!({ "access_token": format!("{token}+") })).into_response(),
        Manner::Repeats => Json(json!({ "access_token": token })).into_response(),
        Manner::Refuses => no(400, 190, &format!("Malformed access token {token}{}", "x".repeat(40))),
        Manner::Trouble => no(500, 2, "Service temporarily unavailable"),
    }
}

struct World {
    services: Services,
    meta: Meta,
    owner: Ctx,
    number: NumberId,
}

impl World {
    async fn new(db: &TestDb) -> Self {
        let (meta, url) = Meta::start().await;
        let graph = Graph::new(&url, "v25.0").unwrap();
        let options = Options { clock: Clock::fixed(START), vault: vault(), graph, mailer: None };
        let services = Services::new(db.db.clone(), options);
        services.renew_tokens_as(MetaApp { id: APP.to_owned(), secrets: vec!["an old one".into(), SECRET.into()] });
        let owner = workspace(&services, "One").await;
        let number = numbers::connect(&services, &owner.workspace().slug, connect("1001", OLD)).await.unwrap();
        Self { services, meta, owner, number }
    }

    async fn token(&self) -> SecretString {
        numbers::token(&self.services, self.owner.workspace().id, self.number, Purpose::Check).await.unwrap()
    }

    async fn holds(&self, token: &str) {
        assert_eq!(self.token().await.expose_secret(), token);
    }

    fn goes_to(&self, at: Millis) {
        let clock = self.services.clock();
        clock.advance(at - clock.now());
    }

    /// As the worker does once a minute.
    async fn minute(&self) -> usize {
        self.services.clock().advance(MINUTE);
        vault::renew_due(&self.services).await.unwrap()
    }

    async fn renewals(&self) -> Vec<domain::audit::EntryView> {
        let filter = Filter { action: Some(Action::SecretRefreshed), ..Filter::default() };
        audit::list(&self.owner, &filter, None, 50).await.unwrap().items
    }

    async fn unread(&self) -> i64 {
        alerts::unread(&self.owner).await.unwrap()
    }
}

crate::on_both! {
    async fn one_that_ends_is_renewed_two_weeks_before(db) {
        let world = World::new(&db).await;
        world.meta.ends(START + 60 * DAY);
        assert_eq!(world.minute().await, 0);
        assert_eq!((world.meta.times("debug"), world.meta.times("exchange")), (2, 0), "an old secret of the app is passed over");
        world.services.clock().advance(45 * DAY);
        assert_eq!(world.minute().await, 0);
        assert_eq!((world.meta.times("debug"), world.meta.times("exchange")), (2, 0));
        world.holds(OLD).await;

        world.services.clock().advance(DAY);
        assert_eq!(world.minute().await, 1);
        world.holds("EAAtoken+").await;
        let entries = world.renewals().await;
        let after = START + 46 * DAY + 3 * MINUTE + 60 * DAY;
        assert_eq!(entries[0].before, Some(json!({ "expires_at": START + 60 * DAY })));
        assert_eq!(entries[0].after, Some(json!({ "expires_at": after })));
        assert_eq!(entries[0].resource.as_ref().map(|on| (on.kind.as_str(), on.id)), Some(("number", world.number.0)));
        assert!(!format!("{entries:?}").contains("EAA"));
        assert_eq!(world.minute().await, 0, "once");

        // And so on; what Meta said counts, without another question.
        world.goes_to(after - 14 * DAY - MINUTE);
        assert_eq!(world.minute().await, 0);
        assert_eq!(world.meta.times("debug"), 2);
        world.services.clock().advance(DAY);
        assert_eq!(world.minute().await, 1);
        world.holds("EAAtoken++").await;
    }

    async fn one_that_never_ends_is_renewed_after_90_days_and_its_alert_closes(db) {
        let world = World::new(&db).await;
        world.meta.will(Manner::Refuses);
        world.services.clock().advance(90 * DAY);
        assert_eq!(world.minute().await, 0);
        assert_eq!(vault::raise_stale(&world.services).await.unwrap(), 1);
        let alert = alerts::list(&world.owner, None, 10).await.unwrap().items.remove(0);
        assert!(alert.title.contains("is 90 days old") && alert.body.contains("connect-number"), "{alert:?}");
        assert!(alert.body.starts_with("Meta does not renew it: Malformed access token … (code 190)"), "{alert:?}");
        assert!(!format!("{alert:?}").contains("EAA"), "Meta quotes the token");
        let report = doctor::report(&world.services).await;
        assert!(report.iter().any(|check| check.text.contains("is 90 days old")), "{report:?}");

        // Tried again, at most daily.
        let asked = world.meta.times("exchange");
        assert_eq!(world.minute().await, 0);
        world.services.clock().advance(DAY - 3 * MINUTE);
        assert_eq!(world.minute().await, 0);
        assert_eq!(world.meta.times("exchange"), asked);
        world.meta.will(Manner::RenewsSilently);
        assert_eq!((world.minute().await, world.unread().await), (1, 0));
        world.holds("EAAtoken+").await;
        let alert = alerts::list(&world.owner, None, 10).await.unwrap().items.remove(0);
        assert!(!alert.unread && alert.body.contains("has renewed"), "{alert:?}");
        assert_eq!(vault::raise_stale(&world.services).await.unwrap(), 0);
        // Until when it is good is asked for.
        let debugged = world.meta.times("debug");
        world.services.clock().advance(DAY);
        world.minute().await;
        assert!(world.meta.times("debug") > debugged);
    }

    async fn trouble_is_tried_again_in_an_hour(db) {
        let world = World::new(&db).await;
        world.meta.will(Manner::Trouble);
        world.services.clock().advance(91 * DAY);
        assert_eq!(world.minute().await, 0);
        assert_eq!(world.minute().await, 0);
        let asked = world.meta.times("exchange");
        world.meta.will(Manner::Renews);
        world.services.clock().advance(HOUR - 3 * MINUTE);
        assert_eq!(world.minute().await, 0);
        assert_eq!(world.meta.times("exchange"), asked);
        assert_eq!(world.minute().await, 1);
        world.holds("EAAtoken+").await;
    }

    async fn the_same_token_again_is_no_renewal(db) {
        let world = World::new(&db).await;
        world.meta.will(Manner::Repeats);
        world.services.clock().advance(91 * DAY);
        assert_eq!(world.minute().await, 0);
        assert_eq!(world.renewals().await.len(), 0);
        let stale = vault::stale_tokens(&world.services).await.unwrap();
        assert_eq!(stale[0].refused.as_deref(), Some("Meta answered with the same token."));
    }

    async fn one_that_ends_soon_is_told_by_mail_at_last(db) {
        let world = World::new(&db).await;
        world.meta.ends(START + 60 * DAY);
        world.meta.will(Manner::Refuses);
        assert_eq!(world.minute().await, 0);
        world.services.clock().advance(47 * DAY);
        assert_eq!(world.minute().await, 0);
        assert_eq!(vault::stale_tokens(&world.services).await.unwrap(), [], "there is time");
        let told = async |at: Millis| {
            world.goes_to(at);
            assert_eq!(vault::raise_stale(&world.services).await.unwrap(), 1);
            let alert = alerts::list(&world.owner, None, 10).await.unwrap().items.remove(0);
            (alert.title.split_once("0142 ").unwrap().1.to_owned(), alert.severity)
        };
        let end = START + 60 * DAY;
        assert_eq!(told(end - 9 * DAY).await, ("ends in 9 days".to_owned(), Severity::Medium));
        assert_eq!(told(end - 30 * HOUR).await, ("ends in 1 day".to_owned(), Severity::High));
        assert_eq!(told(end - 5 * HOUR).await, ("ends in 5 hours".to_owned(), Severity::High));
        assert_eq!(told(end).await, ("has ended".to_owned(), Severity::High));
        assert_eq!(world.unread().await, 1);
    }

    async fn two_processes_renew_it_once(db) {
        let world = World::new(&db).await;
        world.services.clock().advance(91 * DAY);
        let (one, other) = tokio::join!(vault::renew_due(&world.services), vault::renew_due(&world.services));
        assert_eq!(one.unwrap() + other.unwrap(), 1);
        world.holds("EAAtoken+").await;
    }

    async fn a_number_that_is_connected_meanwhile_keeps_its_new_token(db) {
        let world = World::new(&db).await;
        world.meta.will(Manner::Waits);
        world.services.clock().advance(91 * DAY);
        let renewing = tokio::spawn({
            let services = world.services.clone();
            async move { vault::renew_due(&services).await }
        });
        world.meta.arrived.notified().await;
        numbers::connect(&world.services, &world.owner.workspace().slug, connect("1001", "EAAtyped")).await.unwrap();
        world.meta.goes_on.notify_one();
        assert_eq!(renewing.await.unwrap().unwrap(), 0);
        world.holds("EAAtyped").await;
        assert_eq!(world.renewals().await.len(), 0);
    }

    async fn without_an_app_nobody_is_asked(db) {
        let (meta, url) = Meta::start().await;
        let graph = Graph::new(&url, "v25.0").unwrap();
        let options = Options { clock: Clock::fixed(START), vault: vault(), graph, mailer: None };
        let services = Services::new(db.db.clone(), options);
        let owner = workspace(&services, "One").await;
        numbers::connect(&services, &owner.workspace().slug, connect("1001", OLD)).await.unwrap();
        services.clock().advance(91 * DAY);
        assert_eq!(vault::renew_due(&services).await.unwrap(), 0);
        assert_eq!(meta.asked.lock().unwrap().len(), 0);
    }
}

#[test]
fn no_secret_of_the_app_is_printed() {
    let app = MetaApp { id: APP.to_owned(), secrets: vec![SECRET.into()] };
    assert!(!format!("{app:?}").contains(SECRET));
}
