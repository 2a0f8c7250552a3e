//! Alerts as a member's browser sees them.

use axum::{
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use domain::{
    alert::{Kind, NewAlert, Severity},
    role::Role,
};
use serde_json::json;
use services::{Ctx, alerts, members};

use crate::support::{Browser, Installation, PASSWORD, location, owner_id, text};

async fn raise(installation: &Installation, ctx: &Ctx, title: &str) {
    let alert = NewAlert {
        kind: Kind::AuditBroken,
        severity: Severity::High,
        title: title.to_owned(),
        body: "Entry 5 is not what it was.".to_owned(),
        link: "audit".to_owned(),
        key: title.to_owned(),
    };
    let mut tx = installation.services.db().begin().await.unwrap();
    alerts::raise(&mut tx, ctx.workspace().id, installation.clock.now(), alert).await.unwrap();
    tx.commit().await.unwrap();
}

async fn call(browser: &mut Browser<'_>, function: &str, body: serde_json::Value) -> Response<Body> {
    let request = Request::post(format!("/fn/{function}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("sec-fetch-site", "same-origin");
    browser.go(request.body(body.to_string().into()).unwrap()).await
}

#[tokio::test]
async fn a_member_sees_reads_and_is_done_with_them() {
    let installation = Installation::new().await;
    let slug = installation.owner().await;
    let ctx = installation.services.ctx(owner_id(&installation).await, &slug).await.unwrap();
    for title in ["The trail <b>broke</b>", "And again"] {
        raise(&installation, &ctx, title).await;
    }
    let mut owner = installation.signed_in().await;
    let page = owner.get(&format!("/w/{slug}/alerts")).await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = text(page).await;
    assert!(page.contains("The trail &lt;b&gt;broke") && page.contains("Notifications, 2 new"), "{page}");
    assert!(page.contains(&format!("href=\"/w/{slug}/audit\"")), "{page}");

    let one = alerts::list(&ctx, None, 1).await.unwrap().items[0].id;
    let answer = call(&mut owner, "alerts/read", json!({"workspace": slug, "alert": one})).await;
    assert_eq!((answer.status(), text(answer).await.as_str()), (StatusCode::OK, "1"));
    let answer = call(&mut owner, "alerts/read", json!({"workspace": slug, "alert": null})).await;
    assert_eq!(text(answer).await, "0");
    let answer = call(&mut owner, "waiting", json!({"workspace": slug})).await;
    assert_eq!(text(answer).await, "0");
}

#[tokio::test]
async fn others_are_told_of_nothing() {
    let installation = Installation::new().await;
    let slug = installation.owner().await;
    let ctx = installation.services.ctx(owner_id(&installation).await, &slug).await.unwrap();
    raise(&installation, &ctx, "The trail broke").await;
    let alert = alerts::list(&ctx, None, 1).await.unwrap().items[0].id;
    members::add(&installation.services, &slug, "rohan@example.com", "Rohan", PASSWORD, Role::Agent).await.unwrap();
    services::accounts::create_owner(&installation.services, "Other", "mallory@example.com", PASSWORD).await.unwrap();
    for (email, page, never_was) in [
        ("rohan@example.com", StatusCode::OK, services::clock::new_id()),
        ("mallory@example.com", StatusCode::NOT_FOUND, services::clock::new_id()),
    ] {
        let mut browser = installation.browser();
        let response = browser.post("/login", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(location(&response), "/");
        let response = browser.get(&format!("/w/{slug}/alerts")).await;
        assert_eq!(response.status(), page, "{email}");
        assert!(!text(response).await.contains("The trail broke"));
        let mut answers = Vec::new();
        for id in [alert.0, never_was] {
            let answer = call(&mut browser, "alerts/read", json!({"workspace": slug, "alert": id})).await;
            answers.push((answer.status(), text(answer).await));
        }
        assert_eq!(answers[0].0, StatusCode::NOT_FOUND, "{email}");
        assert_eq!(answers[0], answers[1], "{email}");
    }
    assert_eq!(alerts::unread(&ctx).await.unwrap(), 1);
}
