//! What Graph says of a number.

use super::sql;
use crate::{
    meta::PHONE,
    on_both,
    support::{START, TestDb, number, vault, workspace},
};
use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use domain::time::{HOUR, MINUTE};
use serde_json::{Value, json};
use services::{Ctx, Options, Services, clock::Clock, limits, send::Graph};
use std::sync::{Arc, Mutex};

/// What it answers, and how often it was asked.
type Said = Arc<Mutex<(Option<Value>, u32)>>;

async fn answer(State(said): State<Said>) -> Result<Json<Value>, StatusCode> {
    let mut said = said.lock().unwrap();
    said.1 += 1;
    said.0.clone().map(Json).ok_or(StatusCode::INTERNAL_SERVER_ERROR)
}

async fn asked(db: &TestDb) -> (Ctx, Services, Clock, Said) {
    let said = Said::default();
    let router = Router::new().route("/v25.0/{phone}", get(answer)).with_state(said.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let (clock, graph) = (Clock::fixed(START), Graph::new(&url, "v25.0").unwrap());
    let options = Options { clock: clock.clone(), vault: vault(), graph, mailer: None };
    let services = Services::new(db.db.clone(), options);
    let owner = workspace(&services, "Kaveri").await;
    number(&services, &owner.workspace().slug, PHONE).await;
    (owner, services, clock, said)
}

on_both! {
    async fn graph_is_asked_each_hour_and_soon_after_no_answer(db) {
        let (owner, services, clock, said) = asked(&db).await;
        let usage = async || limits::usage(&owner).await.unwrap().numbers.remove(0);
        let times = || said.lock().unwrap().1;
        limits::ask_graph(&services).await.unwrap();
        assert_eq!((times(), usage().await.per_second, usage().await.per_day), (1, 80, Some(100)));
        limits::ask_graph(&services).await.unwrap();
        clock.advance(4 * MINUTE);
        limits::ask_graph(&services).await.unwrap();
        assert_eq!(times(), 1);
        said.lock().unwrap().0 = Some(json!({"throughput": {"level": "HIGH"}, "is_on_biz_app": false,
            "whatsapp_business_manager_messaging_limit": "TIER_10K", "id": PHONE}));
        clock.advance(2 * MINUTE);
        limits::ask_graph(&services).await.unwrap();
        let now = usage().await;
        assert_eq!((times(), now.per_second, now.per_day, now.customers), (2, 1_000, None, Some(10_000)));
        // It is used in the app as well now; what Graph does not say stays as it was.
        said.lock().unwrap().0 = Some(json!({"is_on_biz_app": true, "id": PHONE}));
        clock.advance(HOUR + 1);
        limits::ask_graph(&services).await.unwrap();
        let now = usage().await;
        assert_eq!((times(), now.per_second, now.customers), (3, 20, Some(10_000)));
        sql(&db, "UPDATE workspaces SET plan = 'starter'").await;
        assert_eq!(usage().await.per_second, 10);
    }
}
