//! Demo mode, and that nothing of it exists elsewhere.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};

use crate::support::{Installation, Wishes, owner_id};

const ROUTES: &[(&str, &str)] = &[
    ("GET", "/simulator"),
    ("GET", "/simulator/app.js"),
    ("GET", "/simulator/faults.js"),
    ("GET", "/simulator/app.css"),
    ("GET", "/simulator/api/state"),
    ("GET", "/simulator/api/chat?number=1&customer=1"),
    ("GET", "/simulator/api/faults"),
    ("GET", "/simulator/api/limits"),
    ("GET", "/simulator/api/paces"),
    ("GET", "/simulator/api/ledger"),
    ("GET", "/simulator/api/counters"),
    ("POST", "/simulator/api/say"),
    ("POST", "/simulator/api/read"),
    ("POST", "/simulator/api/faults"),
    ("POST", "/simulator/api/limits"),
    ("POST", "/simulator/api/press"),
    ("POST", "/simulator/api/preference"),
    ("POST", "/simulator/api/customers"),
    ("POST", "/demo/sign-in"),
];

fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin")
}

#[tokio::test]
async fn none_of_its_routes_exist_outside_of_it() {
    let real = Installation::new().await;
    let demo = Installation::with(Wishes { demo: true, ..Wishes::default() }).await;
    for (method, path) in ROUTES {
        let ask = || request(method, path).body(Body::empty()).unwrap();
        assert_eq!(real.send(ask()).await.status(), StatusCode::NOT_FOUND, "{method} {path}");
        assert_ne!(demo.send(ask()).await.status(), StatusCode::NOT_FOUND, "{method} {path}");
    }
}

#[tokio::test]
async fn one_click_signs_nobody_in_outside_of_a_demo_database() {
    // The route is there, but the database is a real one: the use case looks for itself.
    let installation = Installation::with(Wishes { demo: true, ..Wishes::default() }).await;
    installation.owner().await;
    let user = owner_id(&installation).await;
    let mut browser = installation.browser();
    let response = browser.post("/demo/sign-in", &[("member", &user.to_string())]).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(browser.cookie("parlance_session"), None);
}

#[tokio::test]
async fn the_demo_answers_to_this_machine_only() {
    let demo = Installation::with(Wishes { demo: true, ..Wishes::default() }).await;
    for path in ["/login", "/simulator", "/simulator/api/state", "/healthz"] {
        for (host, fine) in [
            ("127.0.0.1:3000", true),
            ("localhost:3000", true),
            ("[::1]:3000", true),
            ("127.0.0.1:3001", false),
            ("demo.evil.example:3000", false),
            ("evil.example", false),
        ] {
            let ask = Request::get(path).header(header::HOST, host).body(Body::empty()).unwrap();
            assert_eq!(demo.send(ask).await.status() == StatusCode::MISDIRECTED_REQUEST, !fine, "{path} {host}");
        }
    }
}

#[tokio::test]
async fn another_site_cannot_make_customers_write() {
    let demo = Installation::with(Wishes { demo: true, ..Wishes::default() }).await;
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let ask = Request::post("/simulator/api/say")
            .header(name, value)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from("{}"))
            .unwrap();
        assert_eq!(demo.send(ask).await.status(), StatusCode::FORBIDDEN, "{name}");
    }
}
