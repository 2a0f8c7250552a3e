//! The door that Meta uses.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use futures::{StreamExt, stream};
use proptest::prelude::*;
use server::webhook::Limits;
use services::{
    doctor::{self, State},
    jobs::{self, Which},
    stats::stats,
};

use crate::support::{Installation, OLD_SECRET, SECRET, VERIFY_TOKEN, Wishes, header_of, sign, text};

/// As Meta sends it: escapes instead of letters beyond ASCII.
const BODY: &str = r#"{"object":"whatsapp_business_account","entry":[{"id":"102290129340398","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"918055500142","phone_number_id":"106540352242922"},"contacts":[{"profile":{"name":"\u092e\u0940\u0930\u093e"},"wa_id":"919845550117"}],"messages":[{"from":"919845550117","id":"wamid.HBgMOTE5ODQ1NTUwMTE3","timestamp":"1780000000","type":"text","text":{"body":"\u00e9 \ud83d\ude42"}}]}}]}]}"#;

#[tokio::test]
async fn the_handshake_answers_who_knows_the_token() {
    let installation = Installation::new().await;
    let right = format!("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={VERIFY_TOKEN}");
    let response = installation.get(&format!("/webhooks/meta?{right}")).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header_of(&response, "content-type"), "text/plain; charset=utf-8");
    assert_eq!(text(response).await, "1158201444");
    for wrong in [
        String::new(),
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=verify-me-pleasE".to_owned(),
        "hub.mode=subscribe&hub.challenge=1&hub.verify_token=".to_owned(),
        "hub.mode=subscribe&hub.challenge=1".to_owned(),
        format!("hub.mode=unsubscribe&hub.challenge=1&hub.verify_token={VERIFY_TOKEN}"),
        format!("hub.challenge=1&hub.verify_token={VERIFY_TOKEN}"),
        format!("hub.mode=subscribe&hub.verify_token={VERIFY_TOKEN}"),
    ] {
        let response = installation.get(&format!("/webhooks/meta?{wrong}")).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN, "{wrong}");
        assert_eq!(text(response).await, "");
    }
}

#[tokio::test]
async fn only_what_a_known_secret_signed_is_taken() {
    let installation = Installation::new().await;
    let right = sign(SECRET, BODY.as_bytes());
    let unescaped = BODY.replace(r"\u00e9", "é");
    let cases: [(&str, Option<String>, StatusCode); 8] = [
        ("missing", None, StatusCode::UNAUTHORIZED),
        ("empty", Some(String::new()), StatusCode::UNAUTHORIZED),
        ("no hex", Some(format!("sha256={}", "zz".repeat(32))), StatusCode::UNAUTHORIZED),
        ("without its scheme", Some(right["sha256=".len()..].to_owned()), StatusCode::UNAUTHORIZED),
        ("another secret", Some(sign("some other secret", BODY.as_bytes())), StatusCode::UNAUTHORIZED),
        ("over the unescaped body", Some(sign(SECRET, unescaped.as_bytes())), StatusCode::UNAUTHORIZED),
        ("right", Some(right), StatusCode::OK),
        ("the secret before rotation", Some(sign(OLD_SECRET, BODY.as_bytes())), StatusCode::OK),
    ];
    for (case, signature, expected) in cases {
        let mut request = Request::post("/webhooks/meta");
        if let Some(signature) = signature {
            request = request.header("x-hub-signature-256", signature);
        }
        let response = installation.send(request.body(BODY.into()).unwrap()).await;
        assert_eq!(response.status(), expected, "{case}");
        assert_eq!(text(response).await, "", "{case}");
    }
    assert_eq!(installation.webhooks.refused(), 6);
    // The same body twice is one delivery, as soon as a worker has seen them. It waits for its number.
    let which = Which { ingest: true, outbox: false };
    let _workers = jobs::start(&installation.services, which, installation.stopping.clone());
    installation.settled().await;
    let counts = stats(&installation.services).await.unwrap().deliveries;
    assert_eq!((counts.pending, counts.done, counts.dead), (1, 0, 0));
}

#[tokio::test]
async fn doctor_tells_of_what_was_refused_for_a_day() {
    let installation = Installation::new().await;
    let told = async || {
        let checks = doctor::report(&installation.services).await;
        checks.into_iter().find(|check| check.name == "refused deliveries").expect("the check")
    };
    assert_eq!(told().await.state, State::Ok);
    for _ in 0..2 {
        installation.deliver_as(&sign("some other secret", b"{}"), b"{}".to_vec()).await;
        installation.webhooks.save_refused().await;
    }
    installation.deliver_as("", b"{}".to_vec()).await;
    for _ in 0..2 {
        installation.webhooks.save_refused().await;
    }
    let check = told().await;
    assert_eq!(check.state, State::Warn);
    assert!(check.text.starts_with("2 with a wrong signature and 1 without one"), "{}", check.text);
    assert!(check.fix.unwrap().contains("META_APP_SECRET"));
    installation.clock.advance(domain::time::DAY);
    assert_eq!(told().await.state, State::Ok);
}

#[tokio::test]
async fn a_body_has_a_size() {
    let installation = Installation::new().await;
    let limit = Limits::default().body;
    for (size, expected) in [(limit, StatusCode::OK), (limit + 1, StatusCode::PAYLOAD_TOO_LARGE)] {
        assert_eq!(installation.deliver(vec![b' '; size]).await, expected, "{size}");
    }
    // Nobody said how long it would be.
    let piece = bytes::Bytes::from(vec![b' '; 1 << 20]);
    let pieces = stream::iter(0..6).map(move |_| Ok::<_, Infallible>(piece.clone()));
    let request = Request::post("/webhooks/meta").header("x-hub-signature-256", sign(SECRET, b""));
    let response = installation.send(request.body(Body::from_stream(pieces)).unwrap()).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_body_has_to_come() {
    let limits = Limits { body_within: Duration::from_millis(20), ..Limits::default() };
    let installation = Installation::with(Wishes { limits, ..Wishes::default() }).await;
    let never = stream::iter([Ok::<_, Infallible>("{")]).chain(stream::pending());
    let request = Request::post("/webhooks/meta").header("x-hub-signature-256", sign(SECRET, b"{"));
    let response = installation.send(request.body(Body::from_stream(never)).unwrap()).await;
    assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
}

#[tokio::test]
async fn all_bodies_together_have_a_size() {
    let limits = Limits { in_flight: 100, ..Limits::default() };
    let installation = Installation::with(Wishes { limits, ..Wishes::default() }).await;
    let body = vec![b' '; 101];
    let request = Request::post("/webhooks/meta").header("x-hub-signature-256", sign(SECRET, &body));
    let response = installation.send(request.body(body.into()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(response.headers().contains_key(header::RETRY_AFTER));
    assert_eq!(installation.deliver(vec![b' '; 100]).await, StatusCode::OK, "nothing stays held");
}

#[tokio::test]
async fn a_delivery_for_a_number_that_nobody_connected_is_kept() {
    let installation = Installation::new().await;
    assert_eq!(installation.deliver(BODY).await, StatusCode::OK);
    assert_eq!(stats(&installation.services).await.unwrap().deliveries.pending, 1);
}

#[tokio::test]
async fn meta_is_asked_to_come_again_when_the_database_is_gone() {
    let installation = Installation::new().await;
    installation.services.close().await;
    assert_eq!(installation.deliver(BODY).await, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn it_stands_outside_of_sessions_and_other_methods_are_refused() {
    let installation = Installation::new().await;
    let request = Request::post("/webhooks/meta").header("x-hub-signature-256", sign(SECRET, BODY.as_bytes()));
    let response = installation.send(request.body(BODY.into()).unwrap()).await;
    let names: Vec<_> = response.headers().keys().map(|name| name.as_str()).collect();
    assert!(names.iter().all(|name| *name == "content-length"), "{names:?}");
    let response = installation.send(Request::put("/webhooks/meta").body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
}

/// Whatever the bytes and whatever the signature: an answer, and 200 exactly for what was signed.
#[test]
fn arbitrary_bytes() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let installation = runtime.block_on(Installation::new());
    let config = ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(body in proptest::collection::vec(any::<u8>(), 0..2_000), signature in "\\PC{0,80}")| {
        runtime.block_on(async {
            prop_assert_eq!(installation.deliver(body.clone()).await, StatusCode::OK);
            let request = Request::post("/webhooks/meta").header("x-hub-signature-256", signature.as_bytes());
            if let Ok(request) = request.body(body.into()) {
                prop_assert_eq!(installation.send(request).await.status(), StatusCode::UNAUTHORIZED);
            }
            Ok(())
        })?;
    });
}
