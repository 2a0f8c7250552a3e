//! The second factor, own sessions, and a new password by a link: as forms, without a script.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use domain::{role::Role, team::Settings, time::SECOND};
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::BodyExt;
use services::{accounts::reset, members, team};
use sha1::Sha1;

use crate::support::{Browser, EMAIL, Installation, PASSWORD, location, owner_id, text};

const PAGE: &str = "/w/kaveri-home/security";
const NEW: &str = "salt wind over the backwaters";

/// The code that an app with this key shows.
fn app_shows(key: &str, at: i64) -> String {
    let bits: String = key
        .chars()
        .filter_map(|c| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(c))
        .map(|value| format!("{value:05b}"))
        .collect();
    let bytes: Vec<u8> = (0..bits.len() / 8).map(|n| u8::from_str_radix(&bits[n * 8..n * 8 + 8], 2).unwrap()).collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(&bytes).unwrap();
    mac.update(&(at / 30_000).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let offset = usize::from(digest[19] & 0xf);
    let word = u32::from_be_bytes(digest[offset..offset + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

/// What stands between two marks.
fn between<'a>(page: &'a str, before: &str, after: &str) -> Option<&'a str> {
    page.split_once(before)?.1.split_once(after).map(|(found, _)| found)
}

async fn form(browser: &mut Browser<'_>, path: &str, fields: &[(&str, &str)]) -> String {
    let response = browser.post_from(path, fields, PAGE).await;
    assert_eq!(location(&response), PAGE);
    text(browser.get(PAGE).await).await
}

/// Turns the second factor on; returns the key and the recovery codes.
async fn turn_on(installation: &Installation, browser: &mut Browser<'_>) -> (String, Vec<String>) {
    let page = form(browser, "/account/second-factor", &[("password", PASSWORD)]).await;
    let key = between(&page, "<div class=\"secret\"><code>", "</code>").expect("a key").to_owned();
    let code = app_shows(&key, installation.clock.now());
    let page = form(browser, "/account/second-factor/confirm", &[("code", &code)]).await;
    let list = between(&page, "<ul class=\"codes\">", "</ul>").expect("recovery codes");
    let codes: Vec<String> = list
        .split("<code>")
        .skip(1)
        .filter_map(|rest| rest.split_once("</code>").map(|(code, _)| code.to_owned()))
        .collect();
    assert_eq!(codes.len(), 10);
    installation.clock.advance(90 * SECOND);
    (key, codes)
}

#[tokio::test]
async fn set_up_sign_in_and_turn_off() {
    let installation = Installation::new().await;
    installation.owner().await;
    let mut browser = installation.signed_in().await;
    let page = text(browser.get(PAGE).await).await;
    assert!(page.contains(EMAIL) && page.contains("Set up an app"), "{page}");
    let page = form(&mut browser, "/account/second-factor", &[("password", "wrong wrong wrong")]).await;
    assert!(page.contains("This is not your present password") && !page.contains("class=\"qr\""), "{page}");
    let page = form(&mut browser, "/account/second-factor", &[("password", PASSWORD)]).await;
    assert!(page.contains("class=\"qr\""), "{page}");
    let page = form(&mut browser, "/account/second-factor/confirm", &[("code", "000")]).await;
    assert!(page.contains("not the one that the app shows now") && page.contains("class=\"qr\""), "{page}");
    let page = form(&mut browser, "/account/second-factor/cancel", &[]).await;
    assert!(!page.contains("class=\"qr\""), "{page}");

    let (key, codes) = turn_on(&installation, &mut browser).await;
    let page = text(browser.get(PAGE).await).await;
    assert!(!page.contains(&codes[0]) && !page.contains(&key), "shown once");
    assert!(page.contains("Use another app or phone"), "{page}");

    // The password alone opens nothing.
    let mut other = installation.browser();
    let fields = [("email", EMAIL), ("password", PASSWORD), ("next", "/w/kaveri-home/inbox?view=mine")];
    assert_eq!(location(&other.post("/login", &fields).await), "/login/code");
    assert_eq!(location(&other.get("/").await), "/login");
    assert!(location(&other.get(PAGE).await).starts_with("/login?next="));
    assert!(text(other.get("/login/code").await).await.contains("One more step"));
    assert_eq!(location(&other.post("/login/code", &[("code", "000000")]).await), "/login/code");
    assert!(text(other.get("/login/code").await).await.contains("This code is not right"));
    let before = other.cookie("parlance_session").unwrap().to_owned();
    let code = app_shows(&key, installation.clock.now());
    assert_eq!(location(&other.post("/login/code", &[("code", &code)]).await), "/w/kaveri-home/inbox?view=mine");
    assert_ne!(other.cookie("parlance_session").unwrap(), before);
    assert_eq!(location(&other.get("/login/code").await), "/login", "nobody is asked who is inside");
    // The same code in a third browser is one that was used.
    let mut third = installation.browser();
    third.post("/login", &fields[..2]).await;
    assert_eq!(location(&third.post("/login/code", &[("code", &code)]).await), "/login/code");
    assert_eq!(location(&third.post("/login/code", &[("code", &codes[0])]).await), "/");

    let page = form(&mut browser, "/account/recovery-codes", &[("password", PASSWORD)]).await;
    assert!(page.contains("The old ones work no more") && page.contains("class=\"codes\""), "{page}");
    let page = form(&mut browser, "/account/second-factor/off", &[("password", PASSWORD)]).await;
    assert!(page.contains("Two-step sign-in is off."), "{page}");
    let mut again = installation.browser();
    assert_eq!(location(&again.post("/login", &fields[..2]).await), "/");
}

#[tokio::test]
async fn a_second_factor_ends_what_was_begun_without_it() {
    let installation = Installation::new().await;
    installation.owner().await;
    let mut here = installation.signed_in().await;
    let mut there = installation.signed_in().await;
    let before = here.cookie("parlance_session").unwrap().to_owned();
    turn_on(&installation, &mut here).await;
    assert!(location(&there.get(PAGE).await).starts_with("/login"), "nobody gave a code there");
    assert_eq!(here.get(PAGE).await.status(), StatusCode::OK);
    assert_ne!(here.cookie("parlance_session").unwrap(), before);
    let mut thief = installation.browser();
    thief.set_cookie("parlance_session", &before);
    assert!(location(&thief.get(PAGE).await).starts_with("/login"));
}

/// Nothing of the session before goes on beside the question for a code.
#[tokio::test]
async fn who_signs_in_once_more_is_signed_out_until_the_code() {
    let installation = Installation::new().await;
    installation.owner().await;
    let mut browser = installation.signed_in().await;
    let (key, _) = turn_on(&installation, &mut browser).await;
    assert_eq!(location(&browser.get("/").await), "/w/kaveri-home/inbox");
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    assert_eq!(location(&browser.post("/login", &fields).await), "/login/code");
    assert_eq!(location(&browser.get("/").await), "/login");
    let code = app_shows(&key, installation.clock.now());
    assert_eq!(location(&browser.post("/login/code", &[("code", &code)]).await), "/");
    assert_eq!(location(&browser.get("/").await), "/w/kaveri-home/inbox");
}

#[tokio::test]
async fn a_text_that_was_not_sent_survives_the_question_for_a_code() {
    let installation = Installation::new().await;
    installation.owner().await;
    let mut browser = installation.signed_in().await;
    let (key, _) = turn_on(&installation, &mut browser).await;
    services::accounts::revoke_all(&installation.services, owner_id(&installation).await, None).await.unwrap();
    let reply = "/w/kaveri-home/conversations/0197b5c0-0000-7000-8000-000000000000/reply";
    assert!(location(&browser.post(reply, &[("text", "half a thought")]).await).starts_with("/login"));
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    assert_eq!(location(&browser.post("/login", &fields).await), "/login/code");
    let code = app_shows(&key, installation.clock.now());
    assert_eq!(location(&browser.post("/login/code", &[("code", &code)]).await), "/");
    assert!(text(browser.get("/w/kaveri-home/inbox").await).await.contains("half a thought"));
}

#[tokio::test]
async fn nobody_is_asked_for_a_code_without_a_password() {
    let installation = Installation::new().await;
    installation.owner().await;
    let mut browser = installation.browser();
    assert_eq!(location(&browser.get("/login/code").await), "/login");
    assert_eq!(location(&browser.post("/login/code", &[("code", "123456")]).await), "/login");
    for path in [
        "/account/password",
        "/account/second-factor",
        "/account/second-factor/confirm",
        "/account/second-factor/cancel",
        "/account/second-factor/off",
        "/account/recovery-codes",
        "/account/sessions/end",
        "/account/sessions/end-others",
    ] {
        let response = browser.post_from(path, &[("password", PASSWORD)], PAGE).await;
        assert!(location(&response).starts_with("/login?next="), "{path}");
    }
    assert_eq!(browser.cookie("parlance_session"), None, "looking begins no session");
}

#[tokio::test]
async fn a_workspace_that_asks_for_it_shows_the_set_up_first() {
    let installation = Installation::new().await;
    let slug = installation.owner().await;
    let services = &installation.services;
    members::add(services, &slug, "rohan@kaveri.example", "Rohan", PASSWORD, Role::Agent).await.unwrap();
    let mut browser = installation.signed_in().await;
    turn_on(&installation, &mut browser).await;
    let owner = services.ctx(owner_id(&installation).await, &slug).await.unwrap();
    let settings = team::settings::get(&owner).await.unwrap();
    team::settings::save(&owner, Settings { require_totp: true, ..settings }).await.unwrap();

    let mut rohan = installation.browser();
    location(&rohan.post("/login", &[("email", "rohan@kaveri.example"), ("password", PASSWORD)]).await);
    for page in ["inbox", "team", "alerts", "inbox/0197b5c0-0000-7000-8000-000000000000"] {
        assert_eq!(location(&rohan.get(&format!("/w/{slug}/{page}")).await), PAGE, "{page}");
    }
    let page = text(rohan.get(PAGE).await).await;
    assert!(page.contains("asks every member for a second factor"), "{page}");
    // Every other door is shut, and says why.
    assert_eq!(rohan.get(&format!("/w/{slug}/events")).await.status(), StatusCode::FORBIDDEN);
    let ask = Request::post("/fn/inbox")
        .header(header::CONTENT_TYPE, "application/json")
        .header("sec-fetch-site", "same-origin");
    let body = format!(r#"{{"workspace":"{slug}","view":null,"open":null,"before":null,"older":null}}"#);
    let response = rohan.go(ask.body(Body::from(body)).unwrap()).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let request = Request::get("/api/v1/contacts").header("x-workspace-id", slug.as_str());
    let response = rohan.go(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert!(text(response).await.contains("second_factor"));
    assert_eq!(rohan.get(&format!("/w/{slug}/audit/export.csv")).await.status(), StatusCode::FORBIDDEN);
    let path = format!("/w/{slug}/conversations/{}/close", services::clock::new_id());
    assert_eq!(rohan.post(&path, &[]).await.status(), StatusCode::FORBIDDEN);

    turn_on(&installation, &mut rohan).await;
    assert_eq!(rohan.get(&format!("/w/{slug}/inbox")).await.status(), StatusCode::OK);
    let page = form(&mut rohan, "/account/second-factor/off", &[("password", PASSWORD)]).await;
    assert!(page.contains("stays on while you are a member"), "{page}");
}

#[tokio::test]
async fn own_sessions_are_listed_and_ended_and_their_streams_with_them() {
    let installation = Installation::new().await;
    let slug = installation.owner().await;
    let mut here = installation.signed_in().await;
    let mut there = installation.signed_in().await;
    let page = text(here.get(PAGE).await).await;
    assert_eq!(page.matches("This device").count(), 1, "{page}");
    assert!(page.contains("127.0.0.1"), "{page}");
    let handle = between(&page, "name=\"session\" value=\"", "\"").expect("another session").to_owned();
    assert_eq!(page.matches("name=\"session\"").count(), 1);

    let mut stream = there.get(&format!("/w/{slug}/events")).await.into_body();
    let page = form(&mut here, "/account/sessions/end", &[("session", &handle)]).await;
    assert!(page.contains("Signed out there.") && !page.contains("name=\"session\""), "{page}");
    // It ends by itself, long before it would look.
    let ends = async { while stream.frame().await.is_some_and(|frame| frame.is_ok()) {} };
    tokio::time::timeout(std::time::Duration::from_secs(5), ends).await.expect("the stream goes on");
    assert_eq!(location(&there.get("/").await), "/login");

    let _third = installation.signed_in().await;
    let page = form(&mut here, "/account/sessions/end-others", &[]).await;
    assert!(page.contains("Signed out in one other place."), "{page}");
    assert_eq!(location(&here.get("/").await), "/w/kaveri-home/inbox");
    let page = form(&mut here, "/account/sessions/end", &[("session", "nonsense")]).await;
    assert!(page.contains("had ended already"), "{page}");
}

#[tokio::test]
async fn a_link_sets_a_new_password() {
    let installation = Installation::new().await;
    installation.owner().await;
    let services = &installation.services;
    let mut inside = installation.signed_in().await;
    let path = reset::link_for(services, EMAIL).await.unwrap().path();
    let mut browser = installation.browser();
    for _ in 0..2 {
        let page = text(browser.get(&path).await).await;
        assert!(page.contains("Choose a new password") && page.contains(EMAIL), "looking changes nothing");
    }
    assert_eq!(location(&browser.post(&path, &[("password", "short")]).await), path);
    assert!(text(browser.get(&path).await).await.contains("Use at least 10 characters"));
    assert_eq!(location(&browser.post(&path, &[("password", NEW)]).await), "/login");
    assert!(text(browser.get("/login").await).await.contains("Your password is changed."));
    assert_eq!(location(&inside.get("/").await), "/login", "signed out everywhere");
    assert_eq!(location(&browser.post("/login", &[("email", EMAIL), ("password", NEW)]).await), "/");

    assert_eq!(browser.get(&path).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(browser.post(&path, &[("password", NEW)]).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/reset/nonsense").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_link_that_was_handed_over_ends_with_the_right_to_do_so() {
    let installation = Installation::new().await;
    let slug = installation.owner().await;
    let services = &installation.services;
    let rohan = members::add(services, &slug, "rohan@kaveri.example", "Rohan", PASSWORD, Role::Agent).await.unwrap();
    let owner = services.ctx(owner_id(&installation).await, &slug).await.unwrap();
    let path = reset::hand_over(&owner, rohan.member.id).await.unwrap().path();
    let mut browser = installation.browser();
    assert!(text(browser.get(&path).await).await.contains("rohan@kaveri.example"));
    team::members::set_role(&owner, rohan.member.id, Role::Owner.into()).await.unwrap();
    assert_eq!(browser.get(&path).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(browser.post(&path, &[("password", NEW)]).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn asking_for_a_link_answers_everybody_alike() {
    let installation = Installation::new().await;
    installation.owner().await;
    let mut browser = installation.browser();
    // Without a mail server the page says who can help.
    assert!(text(browser.get("/forgot").await).await.contains("parlance reset-password"));
    assert!(text(browser.get("/login").await).await.contains("href=\"/forgot\""));
    for email in [EMAIL, "nobody@kaveri.example", ""] {
        assert_eq!(location(&browser.post("/forgot", &[("email", email)]).await), "/forgot");
    }
}
