//! That the description of the API says what there is.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::Value;

use super::{code, read};
use crate::support::{Installation, header_of, text};

/// The routes behind the lock, from the source: one a line.
fn locked_routes() -> BTreeSet<String> {
    let source = include_str!("../../../src/api/mod.rs");
    let locked = source.split("let locked = ").nth(1).unwrap().split(".route_layer(").next().unwrap();
    let mut found = BTreeSet::new();
    for line in locked.lines().filter(|line| line.contains(".route(")) {
        let mut parts = line.split('"').skip(1);
        let (path, handlers) = (parts.next().unwrap(), parts.next().unwrap());
        for method in ["get", "post", "put", "patch", "delete"] {
            if handlers.contains(&format!(" {method}(")) || handlers.contains(&format!(".{method}(")) {
                found.insert(format!("{} {path}", method.to_uppercase()));
            }
        }
    }
    found
}

#[tokio::test]
async fn the_description_says_what_there_is() {
    let installation = Installation::new().await;
    let response = installation.get("/api/v1/openapi.json").await;
    assert_eq!(response.status(), StatusCode::OK);
    let all: Value = serde_json::from_str(&text(response).await).unwrap();
    assert_eq!(all["openapi"], "3.1.0");
    let described: BTreeSet<String> = all["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| item.as_object().unwrap().keys().map(move |method| (path, method)))
        .map(|(path, method)| format!("{} {path}", method.to_uppercase()))
        .collect();
    assert_eq!(described, locked_routes());
    for path in ["messages", "conversations/{id}/messages", "messages/{id}/retry"] {
        let responses = &all["paths"][format!("/api/v1/{path}")]["post"]["responses"];
        assert!(responses["202"]["headers"]["X-Phone-Remaining"].is_object(), "{path}");
        assert_eq!(responses["429"]["$ref"], "#/components/responses/429");
    }
    assert!(all["components"]["responses"]["429"]["headers"]["Retry-After"].is_object());
    for one in &described {
        let (method, path) = one.split_once(' ').unwrap();
        let path = path.replace("{id}", "0199c0de-0000-7000-8000-000000000000");
        let request = Request::builder().method(method).uri(path).header("sec-fetch-site", "same-origin");
        let answer = read(installation.send(request.body(Body::empty()).unwrap()).await).await;
        assert_eq!(code(&answer), (401, "signed_out"), "{one}");
    }

    let page = installation.get("/api").await;
    assert_eq!(page.status(), StatusCode::OK);
    assert!(header_of(&page, "content-security-policy").starts_with("default-src 'none'; style-src 'self'"));
    let page = text(page).await;
    assert!(page.contains("/api/v1/contacts/{id}") && page.contains("not_a_member"));
}
