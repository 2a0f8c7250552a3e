//! What stands around every page.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};

use crate::support::{Installation, header_of, location, text};

#[tokio::test]
async fn a_page_allows_its_own_scripts_by_nonce_and_no_others() {
    let installation = Installation::new().await;
    let mut nonces = Vec::new();
    for path in ["/login", "/no/such/page"] {
        let response = installation.get(path).await;
        let policy = header_of(&response, "content-security-policy").to_owned();
        for part in [
            "default-src 'none'",
            "'wasm-unsafe-eval'",
            "style-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{part} in {policy}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
        let (_, rest) = policy.split_once("'nonce-").expect("a nonce");
        let (nonce, _) = rest.split_once('\'').unwrap();
        let page = text(response).await;
        for script in page.split("<script").skip(1) {
            let tag = script.split('>').next().unwrap();
            assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "<script{tag}>");
        }
        assert!(!page.contains(" style=") && !page.contains("<style"), "no inline styles");
        nonces.push(nonce.to_owned());
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn every_answer_carries_the_headers() {
    let installation = Installation::new().await;
    for (path, status) in [
        ("/", StatusCode::SEE_OTHER),
        ("/login", StatusCode::OK),
        ("/healthz", StatusCode::OK),
        ("/readyz", StatusCode::OK),
        ("/assets/nothing.js", StatusCode::NOT_FOUND),
        ("/no/such/page", StatusCode::NOT_FOUND),
    ] {
        let response = installation.get(path).await;
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(header_of(&response, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header_of(&response, "referrer-policy"), "same-origin", "{path}");
        assert_eq!(header_of(&response, "cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(header_of(&response, "permissions-policy").contains("camera=()"), "{path}");
        assert!(header_of(&response, "content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert_eq!(header_of(&response, "x-request-id").len(), 36, "{path}");
        assert_eq!(header_of(&response, "strict-transport-security"), "", "{path}");
    }
}

#[tokio::test]
async fn changes_are_taken_from_our_own_pages_only() {
    let installation = Installation::new().await;
    let ours = "http://127.0.0.1:3000";
    for (headers, fine) in [
        (&[][..], false),
        (&[("origin", "https://evil.example")], false),
        (&[("origin", "null")], false),
        (&[("sec-fetch-site", "cross-site")], false),
        (&[("sec-fetch-site", "same-site")], false),
        (&[("sec-fetch-site", "cross-site"), ("origin", ours)], false),
        (&[("origin", ours)], true),
        (&[("sec-fetch-site", "same-origin")], true),
        (&[("authorization", "Bearer x")], true),
    ] {
        for path in [
            "/login",
            "/logout",
            "/theme",
            "/w/kaveri-home/conversations/01890a5d-ac96-774b-bcce-b302099a8057/reply",
            "/w/kaveri-home/conversations/01890a5d-ac96-774b-bcce-b302099a8057/close",
            "/fn/anything",
        ] {
            for method in [Method::POST, Method::PUT, Method::DELETE] {
                let mut request = Request::builder()
                    .method(&method)
                    .uri(path)
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
                for (name, value) in headers {
                    request = request.header(*name, *value);
                }
                let response = installation.send(request.body(Body::from("theme=auto")).unwrap()).await;
                assert_eq!(response.status() == StatusCode::FORBIDDEN, !fine, "{method} {path} {headers:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_form_has_a_size() {
    let installation = Installation::new().await;
    let mut browser = installation.browser();
    let huge = "x".repeat(300 << 10);
    let response = browser.post("/login", &[("email", &huge)]).await;
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn who_stops_is_not_ready_and_whoever_lost_the_database_neither() {
    let installation = Installation::new().await;
    assert_eq!(installation.get("/readyz").await.status(), StatusCode::OK);
    installation.stopping.cancel();
    assert_eq!(installation.get("/readyz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(installation.get("/healthz").await.status(), StatusCode::OK);

    let installation = Installation::new().await;
    installation.services.close().await;
    assert_eq!(installation.get("/readyz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn who_is_not_signed_in_gets_nothing_of_a_workspace() {
    let installation = Installation::new().await;
    let slug = installation.owner().await;
    let mut stranger = installation.browser();
    assert_eq!(location(&stranger.get("/").await), "/login");
    assert_eq!(stranger.get(&format!("/w/{slug}/events")).await.status(), StatusCode::UNAUTHORIZED);
    let page = stranger.get(&format!("/w/{slug}/inbox?view=mine")).await;
    assert_eq!(location(&page), "/login?next=%2Fw%2Fkaveri%2Dhome%2Finbox%3Fview%3Dmine");
    let id = "01890a5d-ac96-774b-bcce-b302099a8057";
    for action in ["reply", "close", "reopen", "assign"] {
        let path = format!("/w/{slug}/conversations/{id}/{action}");
        let response = stranger.post_from(&path, &[("text", "hello")], &format!("/w/{slug}/inbox/{id}")).await;
        assert!(location(&response).starts_with("/login?next=%2Fw%2F"), "{action}");
    }
}

#[tokio::test]
async fn short_addresses_lead_to_the_inbox() {
    let installation = Installation::new().await;
    installation.owner().await;
    let mut browser = installation.signed_in().await;
    for path in ["/w/kaveri-home", "/w/kaveri-home/", "/w/kaveri-home/inbox/"] {
        assert_eq!(location(&browser.get(path).await), "/w/kaveri-home/inbox", "{path}");
    }
    assert_eq!(browser.get("/w/Not%20A%20Slug").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_server_function_never_redirects() {
    let installation = Installation::new().await;
    let paths: Vec<&str> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    assert!(!paths.is_empty());
    for path in paths {
        let request = Request::post(path)
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "text/html,*/*")
            .header(header::REFERER, "http://127.0.0.1:3000/login");
        let response = installation.send(request.body(Body::from("{}")).unwrap()).await;
        assert!(!response.status().is_redirection() && !response.headers().contains_key(header::LOCATION), "{path}");
    }
}
