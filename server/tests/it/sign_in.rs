//! Signing in and out, and what protects it.

use axum::http::{StatusCode, header};

use crate::support::{EMAIL, Installation, PASSWORD, Wishes, header_of, location, set_cookies, text};

#[tokio::test]
async fn the_cookie_is_locked_to_this_site() {
    for (public_url, name, secure) in [
        ("http://127.0.0.1:3000", "parlance_session", false),
        ("https://chat.example.com", "__Host-parlance_session", true),
    ] {
        let installation = Installation::with(Wishes { public_url, ..Wishes::default() }).await;
        installation.owner().await;
        let mut browser = installation.browser();
        let response = browser.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
        assert_eq!(location(&response), "/");
        let cookies = set_cookies(response.headers());
        let cookie = cookies.iter().find(|cookie| cookie.starts_with(&format!("{name}="))).expect("a session");
        assert!(
            cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Path=/"),
            "{cookie}"
        );
        assert_eq!(cookie.contains("Secure"), secure, "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");
        let page = browser.get("/").await;
        assert_eq!(location(&page), "/w/kaveri-home/inbox");
        assert_eq!(page.headers().contains_key(header::STRICT_TRANSPORT_SECURITY), secure);
    }
}

#[tokio::test]
async fn the_session_id_is_new_after_signing_in_and_worth_nothing_after_signing_out() {
    let installation = Installation::new().await;
    installation.owner().await;
    let mut browser = installation.browser();
    // A failed attempt begins a session for its message.
    browser.post("/login", &[("email", EMAIL), ("password", "wrong wrong wrong")]).await;
    let before = browser.cookie("parlance_session").expect("a session for the message").to_owned();
    browser.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    let after = browser.cookie("parlance_session").unwrap().to_owned();
    assert_ne!(before, after);

    let mut thief = installation.browser();
    thief.set_cookie("parlance_session", &before);
    assert_eq!(location(&thief.get("/").await), "/login");

    assert_eq!(location(&browser.post("/logout", &[]).await), "/login");
    assert_eq!(browser.cookie("parlance_session"), None);
    let mut thief = installation.browser();
    thief.set_cookie("parlance_session", &after);
    assert_eq!(location(&thief.get("/").await), "/login");
}

#[tokio::test]
async fn a_wrong_password_keeps_the_address_and_tells_nothing() {
    let installation = Installation::new().await;
    installation.owner().await;
    for email in [EMAIL, "nobody@kaveri.example"] {
        let mut browser = installation.browser();
        let response = browser.post("/login", &[("email", email), ("password", "wrong wrong wrong")]).await;
        assert_eq!(location(&response), "/login");
        let page = text(browser.get("/login").await).await;
        assert!(page.contains(email), "the address is still there");
        assert!(page.contains("do not belong together"), "{page}");
        assert!(!page.contains("wrong wrong wrong"));
        let again = text(browser.get("/login").await).await;
        assert!(!again.contains("do not belong together"), "it is shown once");
    }
}

#[tokio::test]
async fn guessing_is_braked() {
    let installation = Installation::new().await;
    installation.owner().await;
    let mut browser = installation.browser();
    for _ in 0..30 {
        browser.post("/login", &[("email", EMAIL), ("password", "wrong wrong wrong")]).await;
    }
    // Even the right one has to wait now, and is told how long.
    browser.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await;
    let page = text(browser.get("/login").await).await;
    assert!(page.contains("Too many attempts. Try again in"), "{page}");
}

#[tokio::test]
async fn afterwards_they_are_where_they_wanted_to_go_but_never_elsewhere() {
    let installation = Installation::new().await;
    installation.owner().await;
    for (next, expected) in [
        ("/w/kaveri-home/inbox?view=mine", "/w/kaveri-home/inbox?view=mine"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("javascript:alert(1)", "/"),
    ] {
        let mut browser = installation.browser();
        let fields = [("email", EMAIL), ("password", PASSWORD), ("next", next)];
        assert_eq!(location(&browser.post("/login", &fields).await), expected, "{next}");
    }
    let mut browser = installation.browser();
    let fields = [("email", EMAIL), ("password", "wrong wrong wrong"), ("next", "/w/kaveri-home/inbox")];
    assert_eq!(location(&browser.post("/login", &fields).await), "/login?next=%2Fw%2Fkaveri%2Dhome%2Finbox");
}

#[tokio::test]
async fn the_theme_is_a_cookie() {
    let installation = Installation::new().await;
    let mut browser = installation.browser();
    for theme in ["light", "dark"] {
        let response = browser.post_from("/theme", &[("theme", theme)], "/login?next=%2F").await;
        assert_eq!(location(&response), "/login?next=%2F");
        assert_eq!(browser.cookie("theme"), Some(theme));
    }
    browser.post("/theme", &[("theme", "auto")]).await;
    assert_eq!(browser.cookie("theme"), None);
    assert_eq!(browser.post("/theme", &[("theme", "pink\r\nx")]).await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!header_of(&browser.get("/login").await, "set-cookie").contains("session"), "looking begins no session");
}

const NEW: &str = "salt wind over the backwaters";

#[tokio::test]
async fn a_new_password_ends_every_other_session_and_renews_this_one() {
    let installation = Installation::new().await;
    installation.owner().await;
    let mut here = installation.signed_in().await;
    let mut elsewhere = installation.signed_in().await;
    let before = here.cookie("parlance_session").unwrap().to_owned();

    for (current, new, why) in [
        ("wrong wrong wrong", NEW, "This is not your present password"),
        (PASSWORD, "short", "Use at least 10 characters"),
    ] {
        let response =
            here.post_from("/account/password", &[("current", current), ("new", new)], "/w/kaveri-home/inbox").await;
        assert_eq!(location(&response), "/w/kaveri-home/inbox");
        let page = text(here.get("/w/kaveri-home/inbox").await).await;
        assert!(page.contains(why), "{why}: {page}");
    }
    assert_eq!(location(&elsewhere.get("/").await), "/w/kaveri-home/inbox", "nothing has changed yet");

    let fields = [("current", PASSWORD), ("new", NEW)];
    location(&here.post_from("/account/password", &fields, "/w/kaveri-home/inbox").await);
    let after = here.cookie("parlance_session").unwrap().to_owned();
    assert_ne!(before, after);
    assert_eq!(location(&here.get("/").await), "/w/kaveri-home/inbox", "still signed in");
    assert_eq!(location(&elsewhere.get("/").await), "/login");
    let mut thief = installation.browser();
    thief.set_cookie("parlance_session", &before);
    assert_eq!(location(&thief.get("/").await), "/login");
    let mut again = installation.browser();
    assert_eq!(location(&again.post("/login", &[("email", EMAIL), ("password", PASSWORD)]).await), "/login");
    assert_eq!(location(&again.post("/login", &[("email", EMAIL), ("password", NEW)]).await), "/");

    let mut stranger = installation.browser();
    assert!(location(&stranger.post("/account/password", &fields).await).starts_with("/login"));
}

#[tokio::test]
async fn the_sign_in_page_is_not_for_who_is_inside() {
    let installation = Installation::new().await;
    installation.owner().await;
    let mut browser = installation.signed_in().await;
    for (path, expected) in [
        ("/login", "/"),
        ("/login?next=%2Fw%2Fkaveri-home%2Finbox%3Fview%3Dmine", "/w/kaveri-home/inbox?view=mine"),
        ("/login?next=%2F%2Fevil.example", "/"),
        ("/login?next=%2Flogin", "/"),
    ] {
        assert_eq!(location(&browser.get(path).await), expected, "{path}");
    }
}
