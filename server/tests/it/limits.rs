//! Sends through the REST API: what is answered, when, and what happens beyond a limit.

use std::time::{Duration, Instant};

use axum::{
    body::Body,
    http::{Method, Request, Response, StatusCode, header},
};
use domain::{
    id::{ConversationId, MessageId},
    permission::Permissions,
    plan::Plan,
    time::SECOND,
    token::NewToken,
};
use serde_json::{Value, json};
use services::{
    jobs::{self, Which},
    limits, tokens,
};

use crate::{
    conversations::{Inbox, inbox},
    support::{header_of, text},
    walk::things,
};

async fn token(inbox: &Inbox) -> String {
    let permissions = Permissions::all();
    let wish = NewToken { name: "till".to_owned(), permissions, expires_at: None, any_address: false };
    tokens::create(inbox.ctx(), wish).await.unwrap().expose().to_owned()
}

async fn ask(inbox: &Inbox, token: &str, method: Method, path: &str, body: Option<Value>) -> Response<Body> {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1/{path}"))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("prefer", if path == "messages" { "respond-async" } else { "handling=strict" });
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    inbox.installation.send(request.body(body.into()).unwrap()).await
}

async fn send(inbox: &Inbox, token: &str, body: Value) -> Response<Body> {
    ask(inbox, token, Method::POST, "messages", Some(body)).await
}

async fn json_of(response: Response<Body>) -> Value {
    serde_json::from_str(&text(response).await).unwrap()
}

#[tokio::test]
async fn beyond_a_limit_the_answer_says_when_to_come_back() {
    let inbox = inbox().await;
    let row = inbox.receive("wamid.1", "Hello").await;
    let (token, clock) = (token(&inbox).await, &inbox.installation.clock);
    limits::set_plan(&inbox.installation.services, inbox.slug(), Plan::Free).await.unwrap();
    let new = json!({"conversationId": row.id, "text": "Yes"});
    let first = send(&inbox, &token, new.clone()).await;
    assert_eq!(first.status(), StatusCode::ACCEPTED);
    for (name, value) in [
        ("preference-applied", "respond-async"),
        ("x-ratelimit-limit", "100"),
        ("x-ratelimit-remaining", "99"),
        ("x-phone-throughput", "1"),
        ("x-phone-messages-today", "1"),
        ("x-phone-remaining", "99"),
    ] {
        assert_eq!(header_of(&first, name), value, "{name}");
    }
    // One a second: the plan's.
    clock.advance(400);
    let refused = send(&inbox, &token, new.clone()).await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    for (name, value) in [
        ("content-type", "application/problem+json"),
        ("retry-after", "1"),
        ("x-ratelimit-limit", "1"),
        ("x-ratelimit-remaining", "0"),
        ("x-phone-messages-today", "1"),
    ] {
        assert_eq!(header_of(&refused, name), value, "{name}");
    }
    let reset = clock.now() + 600;
    assert_eq!(header_of(&refused, "x-ratelimit-reset"), ((reset + 999) / 1_000).to_string());
    let problem = json_of(refused).await;
    let expected =
        json!({"code": "limited", "plan": "free", "scope": "second", "limit": 1, "remaining": 0, "resetAt": reset});
    for (field, value) in expected.as_object().unwrap() {
        assert_eq!(problem[field], *value, "{field}");
    }
    // The minute, then the day. Whoever may wait is not refused.
    for _ in 0..99 {
        clock.advance(SECOND);
        assert_eq!(send(&inbox, &token, new.clone()).await.status(), StatusCode::ACCEPTED);
    }
    clock.advance(SECOND);
    let refused = send(&inbox, &token, new.clone()).await;
    assert_eq!((refused.status(), header_of(&refused, "x-phone-remaining")), (StatusCode::TOO_MANY_REQUESTS, "0"));
    assert_eq!(json_of(refused).await["scope"], "day");
    let wait = json!({"conversationId": row.id, "text": "Yes", "whenLimited": "wait"});
    assert_eq!(send(&inbox, &token, wait).await.status(), StatusCode::ACCEPTED);

    let answer = json_of(ask(&inbox, &token, Method::GET, "limits", None).await).await;
    assert_eq!((&answer["plan"], &answer["minute"]["limit"]), (&json!("free"), &json!(100)));
    let number = &answer["numbers"][0];
    assert_eq!((&number["perSecond"], &number["today"]["used"]), (&json!(1), &json!(100)));
    assert_eq!((&number["today"]["remaining"], &number["customers"]["limit"]), (&json!(0), &json!(250)));
}

#[tokio::test]
async fn every_route_that_sends_tells_how_far_the_limits_are_used() {
    let inbox = inbox().await;
    let row = inbox.receive("wamid.1", "Hello").await;
    let (token, clock) = (token(&inbox).await, &inbox.installation.clock);
    limits::set_plan(&inbox.installation.services, inbox.slug(), Plan::Free).await.unwrap();
    let path = format!("conversations/{}/messages", row.id);
    let check = |answer: &Response<Body>, status: StatusCode, minute: &str, today: &str, left: &str| {
        assert_eq!(answer.status(), status);
        for (name, value) in [
            ("x-ratelimit-remaining", minute),
            ("x-phone-throughput", "1"),
            ("x-phone-messages-today", today),
            ("x-phone-remaining", left),
        ] {
            assert_eq!(header_of(answer, name), value, "{name}");
        }
    };
    let first = ask(&inbox, &token, Method::POST, &path, Some(json!({"text": "Yes"}))).await;
    check(&first, StatusCode::ACCEPTED, "99", "1", "99");
    let sent: MessageId = json_of(first).await["id"].as_str().unwrap().parse().unwrap();
    let dead = things::dead_letter(inbox.ctx(), sent).await;

    // Its second is used up: refused, unless it may wait.
    clock.advance(400);
    let refuse = json!({"text": "Yes", "whenLimited": "refuse"});
    let refused = ask(&inbox, &token, Method::POST, &path, Some(refuse)).await;
    check(&refused, StatusCode::TOO_MANY_REQUESTS, "0", "1", "99");
    assert_eq!(header_of(&refused, "retry-after"), "1");
    let wait = json!({"text": "Yes", "whenLimited": "wait"});
    check(&ask(&inbox, &token, Method::POST, &path, Some(wait)).await, StatusCode::ACCEPTED, "98", "2", "98");
    let sometime = ask(&inbox, &token, Method::POST, &path, Some(json!({"text": "Yes", "whenLimited": "later"}))).await;
    assert_eq!(sometime.status(), StatusCode::UNPROCESSABLE_ENTITY);

    // Whoever sends again waits in any case.
    let retry = format!("messages/{dead}/retry");
    let again = ask(&inbox, &token, Method::POST, &retry, None).await;
    check(&again, StatusCode::ACCEPTED, "97", "3", "97");
    let nothing = ask(&inbox, &token, Method::POST, &format!("messages/{sent}/retry"), None).await;
    check(&nothing, StatusCode::CONFLICT, "97", "3", "97");
    let nowhere = format!("messages/{}/retry", services::clock::new_id());
    let nowhere = ask(&inbox, &token, Method::POST, &nowhere, None).await;
    assert_eq!((nowhere.status(), header_of(&nowhere, "x-phone-remaining")), (StatusCode::NOT_FOUND, ""));
}

#[tokio::test]
async fn a_customer_is_named_by_number_contact_or_conversation() {
    let inbox = inbox().await;
    let row = inbox.receive("wamid.1", "Hello").await;
    let token = token(&inbox).await;
    let phone = row.contact.phone.clone().unwrap();
    let all = [json!({"to": phone}), json!({"to": row.contact.id}), json!({"conversationId": row.id})];
    for mut new in all {
        new["text"] = json!("Yes");
        let answer = send(&inbox, &token, new.clone()).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED, "{new}");
        assert_eq!(json_of(answer).await["status"], "queued");
    }
    for (new, status, code) in [
        (json!({"text": "Yes"}), 422, "invalid"),
        (json!({"text": "Yes", "to": phone, "conversationId": row.id}), 422, "invalid"),
        (json!({"text": "Yes", "to": "shop"}), 422, "invalid"),
        (json!({"text": "Yes", "to": "+4915112345999"}), 409, "window_closed"),
        (json!({"text": " ", "to": phone}), 422, "empty_message"),
        (json!({"text": "Yes", "conversationId": services::clock::new_id()}), 404, "not_found"),
    ] {
        let answer = json_of(send(&inbox, &token, new.clone()).await).await;
        assert_eq!((answer["status"].as_u64(), answer["code"].as_str()), (Some(status), Some(code)), "{new}");
    }
}

#[tokio::test]
async fn it_waits_for_what_becomes_of_the_message() {
    let inbox = inbox().await;
    let row = inbox.receive("wamid.1", "Hello").await;
    let (token, installation) = (token(&inbox).await, &inbox.installation);
    let deliver = async |id: ConversationId| {
        let request = Request::post("/api/v1/messages")
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, "application/json");
        let body = json!({"conversationId": id, "text": "Yes"}).to_string();
        installation.send(request.body(body.into()).unwrap()).await
    };
    // Nobody sends.
    let begun = Instant::now();
    let queued = deliver(row.id).await;
    assert_eq!(queued.status(), StatusCode::ACCEPTED);
    assert!(begun.elapsed() >= Duration::from_secs(2));
    assert_eq!(json_of(queued).await["status"], "queued");

    // Meta cannot be reached.
    let stop = tokio_util::sync::CancellationToken::new();
    let running = jobs::start(&installation.services, Which { ingest: false, outbox: true }, stop.clone());
    for nth in 0..8 {
        // Behind one that is tried again, the others of its conversation wait for a while.
        let row = inbox
            .receive_from(&format!("49151123450{nth:02}"), &format!("wamid.o{nth}"), &format!("Hello {nth}"))
            .await;
        let answer = deliver(row.id).await;
        assert_eq!(answer.status(), StatusCode::ACCEPTED);
        let body = json_of(answer).await;
        if body["status"] == "retry_queued" {
            assert!(body["nextAttemptAt"].is_i64() && body["error"].is_string() && body["id"].is_string(), "{body}");
            stop.cancel();
            running.finished().await;
            return;
        }
    }
    panic!("never tried");
}
