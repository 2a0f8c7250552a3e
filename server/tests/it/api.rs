//! The REST API from outside: who gets in, what is answered, and that the description says the same.

mod description;

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Method, Request, Response, StatusCode, header},
};
use domain::{permission::Permissions, role::Role, token::NewToken};
use serde_json::{Value, json};
use services::{Ctx, members, tokens};

use crate::{
    conversations::{Inbox, inbox},
    support::{Installation, PASSWORD, header_of, text},
};

/// A program with a token.
struct Program<'a> {
    installation: &'a Installation,
    token: String,
}

impl Program<'_> {
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        read(self.raw(method, path, body, &[]).await).await
    }

    async fn raw(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&'static str, &str)],
    ) -> Response<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header(header::CONTENT_TYPE, "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.installation.send(request.body(body).unwrap()).await
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.ask(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.ask(Method::POST, path, Some(body)).await
    }
}

async fn read(response: Response<Body>) -> (StatusCode, Value) {
    let status = response.status();
    if status.is_client_error() || status.is_server_error() {
        assert_eq!(header_of(&response, "content-type"), "application/problem+json");
    }
    let body = text(response).await;
    let body: Value = if body.is_empty() { Value::Null } else { serde_json::from_str(&body).unwrap() };
    if !status.is_success() {
        assert_eq!(body["status"], status.as_u16(), "{body}");
        for part in ["type", "title", "detail", "code"] {
            assert!(body[part].is_string(), "{body}");
        }
    }
    (status, body)
}

async fn program<'a>(installation: &'a Installation, ctx: &Ctx, permissions: Permissions) -> Program<'a> {
    let wish = NewToken { name: "till".to_owned(), permissions, expires_at: None, any_address: false };
    let made = tokens::create(ctx, wish).await.unwrap();
    Program { installation, token: made.expose().to_owned() }
}

async fn owners(inbox: &Inbox) -> Program<'_> {
    program(&inbox.installation, inbox.ctx(), Permissions::all()).await
}

fn code(answer: &(StatusCode, Value)) -> (u16, &str) {
    (answer.0.as_u16(), answer.1["code"].as_str().unwrap_or_default())
}

#[tokio::test]
async fn only_tokens_and_sessions_in_force_get_in() {
    let inbox = inbox().await;
    let installation = &inbox.installation;
    let response = installation.get("/api/v1/contacts").await;
    assert!(header_of(&response, "www-authenticate").starts_with("Bearer"));
    assert_eq!(code(&read(response).await), (401, "signed_out"));
    for wrong in ["Bearer", "Bearer parl_x", "Basic YTpi", "parl_x"] {
        let request =
            Request::get("/api/v1/contacts").header(header::AUTHORIZATION, wrong).body(Body::empty()).unwrap();
        assert_eq!(code(&read(installation.send(request).await).await), (401, "signed_out"), "{wrong}");
    }
    let owner = owners(&inbox).await;
    assert_eq!(owner.get("contacts").await.0, StatusCode::OK);

    // A token opens its own workspace, whatever the header says.
    let other =
        services::accounts::create_owner(&installation.services, "Other", "o@other.example", PASSWORD).await.unwrap();
    let id = inbox.ctx().workspace().id.to_string();
    for (workspace, expected) in [
        (inbox.slug().as_str(), StatusCode::OK),
        (id.as_str(), StatusCode::OK),
        (other.as_str(), StatusCode::FORBIDDEN),
        ("nowhere", StatusCode::FORBIDDEN),
        ("", StatusCode::FORBIDDEN),
    ] {
        let response = owner.raw(Method::GET, "contacts", None, &[("x-workspace-id", workspace)]).await;
        assert_eq!(response.status(), expected, "{workspace}");
    }

    // A session says which workspace it means; changes come from our own pages alone.
    let mut browser = installation.signed_in().await;
    let with = |request: axum::http::request::Builder, workspace: Option<&str>, body: &'static str| {
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let request = match workspace {
            Some(workspace) => request.header("x-workspace-id", workspace),
            None => request,
        };
        request.body(Body::from(body)).unwrap()
    };
    let answer = read(browser.go(with(Request::get("/api/v1/contacts"), None, "")).await).await;
    assert_eq!(code(&answer), (400, "workspace_required"));
    let answer = read(browser.go(with(Request::get("/api/v1/contacts"), Some(other.as_str()), "")).await).await;
    assert_eq!(code(&answer), (403, "not_a_member"));
    let answer = read(browser.go(with(Request::get("/api/v1/contacts"), Some(&id), "")).await).await;
    assert_eq!(answer.0, StatusCode::OK);
    let new = r#"{"phone": "+919845550199"}"#;
    let elsewhere = Request::post("/api/v1/contacts").header("sec-fetch-site", "cross-site");
    let answer = read(browser.go(with(elsewhere, Some(&id), new)).await).await;
    assert_eq!(code(&answer), (403, "foreign_origin"));
    let ours = Request::post("/api/v1/contacts").header("sec-fetch-site", "same-origin");
    let answer = read(browser.go(with(ours, Some(&id), new)).await).await;
    assert_eq!(answer.0, StatusCode::CREATED);
}

#[tokio::test]
async fn contacts() {
    let inbox = inbox().await;
    let owner = owners(&inbox).await;
    let (status, made) = owner.post("contacts", json!({"phone": "+91 98455 50101", "name": "Meera"})).await;
    assert_eq!((status, made["phone"].as_str()), (StatusCode::CREATED, Some("+919845550101")));
    let id = made["id"].as_str().unwrap();
    let path = format!("contacts/{id}");
    assert_eq!(owner.get(&path).await, (StatusCode::OK, made.clone()));
    assert_eq!(owner.get("contacts?phone=%2B919845550101").await.1["items"], json!([made]));
    let (status, named) = owner.ask(Method::PATCH, &path, Some(json!({"name": "Meera Iyer"}))).await;
    assert_eq!((status, named["name"].as_str()), (StatusCode::OK, Some("Meera Iyer")));

    let me = inbox.ctx().me().id;
    let assignee = format!("{path}/assignee");
    let (status, _) = owner.ask(Method::PUT, &assignee, Some(json!({"member": me}))).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    assert_eq!(owner.get(&path).await.1["assignee"], json!(me));
    let answer = owner.ask(Method::PUT, &assignee, Some(json!({}))).await;
    assert_eq!(code(&answer), (422, "invalid"), "nobody is said, not left out");

    for _ in 0..2 {
        let answer = owner.post("contacts", json!({"phone": "+919845550101"})).await;
        assert_eq!(code(&answer), (409, "conflict"));
    }
    let answer = owner.post("contacts", json!({"phone": "5550101"})).await;
    assert_eq!((code(&answer), &answer.1["field"]), ((422, "invalid"), &json!("phone")));
    let answer = owner.post("contacts", json!({"phone": "+919845550102", "nmae": "Typo"})).await;
    assert_eq!(code(&answer), (422, "invalid"));

    // A name that a colleague gave stays when the customer writes.
    let row = inbox.receive_from("919845550101", "wamid.1", "Hello").await;
    assert_eq!(row.contact.name, "Meera Iyer");
}

#[tokio::test]
async fn lists_come_in_pages() {
    let inbox = inbox().await;
    let owner = owners(&inbox).await;
    for n in 0..5 {
        inbox.receive_from(&format!("91984555010{n}"), &format!("wamid.{n}"), &format!("Hello {n}")).await;
    }
    for path in ["contacts", "conversations", "admin/audit", "admin/team/members", "tokens"] {
        let whole = owner.get(path).await.1;
        assert!(whole["next_cursor"].is_null(), "{path}");
        let mut seen = Vec::new();
        let mut cursor = String::new();
        loop {
            let (status, page) = owner.get(&format!("{path}?limit=2{cursor}")).await;
            assert_eq!(status, StatusCode::OK, "{path} {page}");
            seen.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let ids: Vec<Value> = whole["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
        assert_eq!(seen, ids, "{path}");
        assert!(!ids.is_empty());
    }
    let next = owner.get("contacts?limit=1").await.1["next_cursor"].clone();
    for wrong in ["contacts?limit=0", "contacts?limit=51", "contacts?limit=x", "contacts?cursor=zz"] {
        assert_eq!(code(&owner.get(wrong).await), (400, "malformed"), "{wrong}");
    }
    let strange = format!("tokens?cursor={}", next.as_str().unwrap());
    assert_eq!(code(&owner.get(&strange).await), (400, "malformed"));
}

#[tokio::test]
async fn conversations_and_messages() {
    let inbox = inbox().await;
    let owner = owners(&inbox).await;
    let row = inbox.receive("wamid.1", "Is it in stock?").await;
    let path = format!("conversations/{}", row.id);
    let (_, one) = owner.get(&path).await;
    assert_eq!((&one["state"], &one["preview"]["text"]), (&json!("open"), &json!("Is it in stock?")));
    assert_eq!(owner.get("conversations").await.1["items"], json!([one]));
    assert_eq!(owner.get("conversations?view=closed").await.1["items"], json!([]));

    let messages = format!("{path}/messages");
    let (status, sent) = owner.post(&messages, json!({"text": "Yes"})).await;
    assert_eq!((status, sent["status"].as_str()), (StatusCode::ACCEPTED, Some("queued")));
    let (_, list) = owner.get(&messages).await;
    let texts: Vec<_> = list["items"].as_array().unwrap().iter().map(|one| one["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["Yes", "Is it in stock?"], "the newest first");
    let older = format!("{messages}?limit=1&cursor={}", {
        let (_, page) = owner.get(&format!("{messages}?limit=1")).await;
        page["next_cursor"].as_str().unwrap().to_owned()
    });
    assert_eq!(owner.get(&older).await.1["items"][0]["text"], "Is it in stock?");
    assert_eq!(code(&owner.post(&messages, json!({"text": " "})).await), (422, "empty_message"));
    let found = loop {
        let indexed = services::search::index_batch(&inbox.installation.services).await.unwrap();
        let found = owner.get("search?q=STOCK").await.1;
        if found["messages"][0].is_object() {
            break found;
        }
        // The worker of the installation may be at it.
        assert!(indexed == 0, "what is indexed is found");
        tokio::task::yield_now().await;
    };
    assert_eq!(found["messages"][0]["snippet"], json!({"text": "Is it in stock?", "marks": [[9, 14]]}));
    assert_eq!((&found["messages"][0]["conversation"], &found["people"]), (&one["id"], &json!([])));
    for wrong in ["search", "search?q=", "search?q=%E2%80%8B"] {
        assert!(owner.get(wrong).await.0.is_client_error(), "{wrong}");
    }
    assert_eq!(code(&owner.get("search?q=stock&people_cursor=zz").await), (400, "malformed"));
    let retry = format!("messages/{}/retry", sent["id"].as_str().unwrap());
    assert_eq!(code(&owner.ask(Method::POST, &retry, None).await), (409, "conflict"));

    let me = inbox.ctx().me().id;
    let (_, mine) = owner.ask(Method::PUT, &format!("{path}/assignee"), Some(json!({"member": me}))).await;
    assert_eq!(mine["assignee"], json!(me));
    let (_, closed) = owner.ask(Method::POST, &format!("{path}/close"), None).await;
    assert_eq!(closed["state"], "closed");
    assert_eq!(code(&owner.post(&messages, json!({"text": "Late"})).await), (409, "conversation_closed"));
    let (_, open) = owner.ask(Method::POST, &format!("{path}/reopen"), None).await;
    assert_eq!(open["state"], "open");
    assert_eq!(code(&owner.get("conversations/nonsense").await), (404, "not_found"));
}

#[tokio::test]
async fn the_team() {
    let inbox = inbox().await;
    let owner = owners(&inbox).await;
    let services = &inbox.installation.services;
    let added =
        members::add(services, inbox.slug(), "anil@kaveri.example", "Anil", PASSWORD, Role::Agent).await.unwrap();
    let (_, list) = owner.get("admin/team/members").await;
    let roles: BTreeSet<_> =
        list["items"].as_array().unwrap().iter().map(|one| one["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["agent", "owner"].into());
    let path = format!("admin/team/members/{}", added.member.id);
    let change = |role: &str| Some(json!({"role": role}));
    assert_eq!(owner.ask(Method::PUT, &format!("{path}/role"), change("manager")).await.0, StatusCode::NO_CONTENT);
    let answer = owner.ask(Method::PUT, &format!("{path}/role"), change("king")).await;
    assert_eq!(code(&answer), (422, "invalid"));

    let (status, invited) =
        owner.post("admin/team/invite", json!({"email": "Vera@kaveri.example", "role": "viewer"})).await;
    assert_eq!((status, &invited["email"]), (StatusCode::CREATED, &json!("vera@kaveri.example")));
    assert!(invited["link"].as_str().unwrap().starts_with("http://127.0.0.1:3000/invite/"));

    let me = inbox.ctx().me().id;
    let (status, _) = owner.ask(Method::DELETE, &path, Some(json!({"hand_over_to": me}))).await;
    assert_eq!(status, StatusCode::NO_CONTENT);
    let answer = owner.ask(Method::DELETE, &format!("admin/team/members/{me}"), None).await;
    assert_eq!(code(&answer), (409, "conflict"), "the last Owner stays");
    let (_, table) = owner.get("admin/team/permissions").await;
    assert_eq!(table["permissions"].as_array().unwrap().len(), 40);
    assert_eq!(table["roles"][0]["permissions"].as_array().unwrap().len(), 40);
    let (_, health) = owner.get("admin/health").await;
    assert_eq!(health["status"], "ok");
    let (_, trail) = owner.get("admin/audit?action=member.role_changed").await;
    assert_eq!(trail["items"].as_array().unwrap().len(), 1);
    assert_eq!(trail["items"][0]["actor"]["token_name"], "till");
    let address = trail["items"][0]["address"].as_str().unwrap();
    let (_, same) = owner.get(&format!("admin/audit?action=member.role_changed&address={address}")).await;
    assert_eq!(same["items"], trail["items"]);
    let (_, other) = owner.get("admin/audit?action=member.role_changed&address=203.0.113.99").await;
    assert_eq!(other["items"], json!([]));
    let (status, wrong) = owner.get("admin/audit?address=203.0.113").await;
    assert_eq!((status, &wrong["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("address")), "{wrong}");
}

#[tokio::test]
async fn a_token_opens_what_it_was_given_and_can_be_revoked() {
    let inbox = inbox().await;
    let owner = owners(&inbox).await;
    let wish = json!({"name": "reader", "permissions": ["contacts.read"], "any_address": true});
    let (status, refused) = owner.post("tokens", wish).await;
    assert_eq!((status, &refused["field"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("any_address")), "{refused}");
    let wish = json!({"name": "reader", "permissions": ["contacts.read"]});
    let (status, made) = owner.post("tokens", wish).await;
    assert_eq!(status, StatusCode::CREATED);
    let reader = Program { installation: &inbox.installation, token: made["secret"].as_str().unwrap().to_owned() };
    assert_eq!(reader.get("contacts").await.0, StatusCode::OK);
    let refused = reader.post("contacts", json!({"phone": "+919845550101"})).await;
    assert_eq!((code(&refused), &refused.1["permission"]), ((403, "forbidden"), &json!("contacts.create")));
    let refused = reader.get("tokens").await;
    assert_eq!(refused.1["permission"], "api.view");
    let path = format!("tokens/{}", made["token"]["id"].as_str().unwrap());
    let (_, seen) = owner.get(&path).await;
    assert!(seen["last_used_at"].is_i64() && !seen.to_string().contains(made["secret"].as_str().unwrap()));
    assert_eq!(owner.ask(Method::DELETE, &path, None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(code(&reader.get("contacts").await), (401, "signed_out"));
}

#[tokio::test]
async fn a_post_that_comes_twice_is_done_once() {
    let inbox = inbox().await;
    let owner = owners(&inbox).await;
    let send = async |key: &str, path: &str, body: Value| {
        owner.raw(Method::POST, path, Some(body), &[("idempotency-key", key)]).await
    };
    let new = json!({"phone": "+919845550101"});
    let first = read(send("k1", "contacts", new.clone()).await).await;
    let again = send("k1", "contacts", new.clone()).await;
    assert_eq!(header_of(&again, "idempotency-replayed"), "true");
    assert_eq!(read(again).await, first);
    let other = read(send("k1", "contacts", json!({"phone": "+919845550102"})).await).await;
    assert_eq!(code(&other), (422, "key_reused"));
    let refused = read(send("k2", "contacts", new).await).await;
    assert_eq!(code(&refused), (409, "conflict"));
    let freed = read(send("k2", "contacts", json!({"phone": "+919845550103"})).await).await;
    assert_eq!(freed.0, StatusCode::CREATED, "what was refused changed nothing");
    for wrong in ["", "a b", &"k".repeat(256)] {
        assert_eq!(code(&read(send(wrong, "contacts", json!({})).await).await), (400, "malformed"));
    }

    let row = inbox.receive("wamid.1", "Hello").await;
    let path = format!("conversations/{}/messages", row.id);
    let (one, two) = tokio::join!(send("m1", &path, json!({"text": "Yes"})), send("m1", &path, json!({"text": "Yes"})));
    assert!(one.status().is_success() || two.status().is_success());
    assert_eq!(owner.get(&path).await.1["items"].as_array().unwrap().len(), 2);

    // A secret is shown once.
    let wish = json!({"name": "twice", "permissions": ["contacts.read"]});
    let (_, first) = read(send("t1", "tokens", wish.clone()).await).await;
    let (status, again) = read(send("t1", "tokens", wish).await).await;
    assert!(first["secret"].is_string());
    assert_eq!((status, &again["secret"], &again["token"]), (StatusCode::CREATED, &Value::Null, &first["token"]));
}

#[tokio::test]
async fn what_cannot_be_read_is_a_problem_too() {
    let inbox = inbox().await;
    let owner = owners(&inbox).await;
    let installation = &inbox.installation;
    for path in ["/api/", "/api/v1", "/api/v1/nothing", "/api/v2/contacts"] {
        assert_eq!(code(&read(installation.get(path).await).await), (404, "not_found"), "{path}");
    }
    let response = owner.raw(Method::DELETE, "contacts", None, &[]).await;
    assert_eq!(header_of(&response, "allow"), "GET,HEAD,POST");
    assert_eq!(code(&read(response).await), (405, "method_not_allowed"));

    let send = async |kind: &'static str, body: Vec<u8>| {
        let request = Request::post("/api/v1/contacts")
            .header(header::AUTHORIZATION, format!("Bearer {}", owner.token))
            .header(header::CONTENT_TYPE, kind);
        read(installation.send(request.body(body.into()).unwrap()).await).await
    };
    assert_eq!(code(&send("application/json", b"{".to_vec()).await), (400, "malformed"));
    assert_eq!(code(&send("application/json", b"[]".to_vec()).await), (422, "invalid"));
    assert_eq!(code(&send("text/plain", b"{}".to_vec()).await), (415, "unsupported_media_type"));
    assert_eq!(code(&send("application/json", vec![b' '; 300 << 10]).await), (413, "too_large"));
}
