//! `/api/v1`.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use domain::permission::Permission as P;
use serde_json::{Value, json};

use super::{Door, Manner, Need, Thing, World, public};
use crate::support::EMAIL;

const fn api(name: &'static str, need: Need, ask: fn(&World, Thing) -> Request<Body>) -> Door {
    Door { name, need, manner: Manner::Api, ask }
}

fn ask(world: &World, method: Method, path: &str, body: Option<Value>) -> Request<Body> {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header("x-workspace-id", world.slug.as_str())
        .header(header::CONTENT_TYPE, "application/json");
    request.body(body.map(|body| body.to_string()).unwrap_or_default().into()).unwrap()
}

fn get(world: &World, path: &str) -> Request<Body> {
    ask(world, Method::GET, path, None)
}

fn post(world: &World, path: &str, body: Value) -> Request<Body> {
    ask(world, Method::POST, path, Some(body))
}

fn put(world: &World, path: &str, body: Value) -> Request<Body> {
    ask(world, Method::PUT, path, Some(body))
}

fn delete(world: &World, path: &str) -> Request<Body> {
    ask(world, Method::DELETE, path, None)
}

pub const DOORS: &[Door] = &[
    public("GET /api", "describes what anybody may read in the source"),
    public("GET /metrics", "on a listener of its own, for whoever watches over the installation"),
    public("GET /api/v1/openapi.json", "describes what anybody may read in the source"),
    api("GET /api/v1/templates", Need::May(P::TemplatesView), |world, _| get(world, "/templates")),
    api("GET /api/v1/labels", Need::May(P::ConversationsView), |world, _| get(world, "/labels")),
    api(
        "PUT /api/v1/conversations/{}/labels",
        Need::On(P::ConversationsView, P::ConversationsLabel),
        |world, thing| put(world, &format!("/conversations/{}/labels", thing.conversation), json!({"labels": []})),
    ),
    api("GET /api/v1/contacts", Need::May(P::ContactsRead), |world, _| get(world, "/contacts")),
    api("POST /api/v1/contacts", Need::May(P::ContactsCreate), |world, _| {
        post(world, "/contacts", json!({"phone": "+91 98455 50101"}))
    }),
    api("GET /api/v1/contacts/{}", Need::First(P::ContactsRead, P::ContactsRead), |world, thing| {
        get(world, &format!("/contacts/{}", thing.contact))
    }),
    api("PATCH /api/v1/contacts/{}", Need::First(P::ContactsRead, P::ContactsUpdate), |world, thing| {
        ask(world, Method::PATCH, &format!("/contacts/{}", thing.contact), Some(json!({"name": "Asha"})))
    }),
    api("PUT /api/v1/contacts/{}/assignee", Need::First(P::ContactsRead, P::ContactsUpdate), |world, thing| {
        put(world, &format!("/contacts/{}/assignee", thing.contact), json!({"member": thing.assignee}))
    }),
    api("POST /api/v1/contacts/{}/merge", Need::First(P::ContactsRead, P::ContactsUpdate), |world, thing| {
        post(world, &format!("/contacts/{}/merge", thing.contact), json!({"contact": thing.contact}))
    }),
    api("GET /api/v1/contact-fields", Need::May(P::ContactsRead), |world, _| get(world, "/contact-fields")),
    api("GET /api/v1/contacts/{}/consent", Need::First(P::ContactsRead, P::ContactsRead), |world, thing| {
        get(world, &format!("/contacts/{}/consent", thing.contact))
    }),
    api("POST /api/v1/contacts/{}/consent", Need::First(P::ContactsRead, P::ContactsConsent), |world, thing| {
        post(world, &format!("/contacts/{}/consent", thing.contact), json!({"what": "opted_in"}))
    }),
    api("GET /api/v1/search", Need::May(P::ConversationsView), |world, _| get(world, "/search?q=hello")),
    api("GET /api/v1/conversations", Need::May(P::ConversationsView), |world, _| get(world, "/conversations")),
    api("GET /api/v1/conversations/{}", Need::On(P::ConversationsView, P::ConversationsView), |world, thing| {
        get(world, &format!("/conversations/{}", thing.conversation))
    }),
    api(
        "PUT /api/v1/conversations/{}/assignee",
        Need::On(P::ConversationsView, P::ConversationsAssign),
        |world, thing| {
            put(world, &format!("/conversations/{}/assignee", thing.conversation), json!({"member": thing.assignee}))
        },
    ),
    api(
        "POST /api/v1/conversations/{}/close",
        Need::On(P::ConversationsView, P::ConversationsClose),
        |world, thing| post(world, &format!("/conversations/{}/close", thing.conversation), json!({})),
    ),
    api(
        "POST /api/v1/conversations/{}/reopen",
        Need::On(P::ConversationsView, P::ConversationsClose),
        |world, thing| post(world, &format!("/conversations/{}/reopen", thing.conversation), json!({})),
    ),
    api("GET /api/v1/conversations/{}/messages", Need::On(P::ConversationsView, P::MessagesView), |world, thing| {
        get(world, &format!("/conversations/{}/messages", thing.conversation))
    }),
    api("POST /api/v1/conversations/{}/messages", Need::On(P::ConversationsView, P::MessagesSend), |world, thing| {
        post(world, &format!("/conversations/{}/messages", thing.conversation), json!({"text": "Yes"}))
    }),
    api("GET /api/v1/limits", Need::May(P::MessagesSend), |world, _| get(world, "/limits")),
    api("POST /api/v1/messages", Need::On(P::ConversationsView, P::MessagesSend), |world, thing| {
        let mut request = post(world, "/messages", json!({"conversationId": thing.conversation, "text": "Yes"}));
        request.headers_mut().insert("prefer", header::HeaderValue::from_static("respond-async"));
        request
    }),
    api("POST /api/v1/media", Need::On(P::ConversationsView, P::MessagesSend), |world, thing| {
        // Nothing is in the file: whoever is let in is told that it is empty.
        let form = format!(
            "--b\r\ncontent-disposition: form-data; name=\"conversationId\"\r\n\r\n{}\r\n--b\r\n\
            content-disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n\r\n--b--\r\n",
            thing.conversation
        );
        let mut request = post(world, "/media", json!(null)).map(|_| form.into());
        request
            .headers_mut()
            .insert("content-type", header::HeaderValue::from_static("multipart/form-data; boundary=b"));
        request
    }),
    api("GET /api/v1/media/{}", Need::On(P::ConversationsView, P::MessagesView), |world, thing| {
        get(world, &format!("/media/{}", thing.media))
    }),
    api("POST /api/v1/messages/{}/retry", Need::On(P::ConversationsView, P::MessagesRetry), |world, thing| {
        post(world, &format!("/messages/{}/retry", thing.message), json!({}))
    }),
    api("GET /api/v1/tokens", Need::May(P::ApiView), |world, _| get(world, "/tokens")),
    api("POST /api/v1/tokens", Need::May(P::ApiManage), |world, _| {
        post(world, "/tokens", json!({"name": "till", "permissions": ["contacts.read"]}))
    }),
    api("GET /api/v1/tokens/{}", Need::Of(P::ApiView), |world, thing| {
        get(world, &format!("/tokens/{}", thing.has.token))
    }),
    api("DELETE /api/v1/tokens/{}", Need::Of(P::ApiManage), |world, thing| {
        delete(world, &format!("/tokens/{}", thing.has.token))
    }),
    api("GET /api/v1/admin/team/members", Need::May(P::TeamsView), |world, _| get(world, "/admin/team/members")),
    api("DELETE /api/v1/admin/team/members/{}", Need::Of(P::TeamsManage), |world, thing| {
        // Whom they leave everything to is themselves: that is refused.
        delete(world, &format!("/admin/team/members/{0}?hand_over_to={0}", thing.has.member))
    }),
    api("PUT /api/v1/admin/team/members/{}/role", Need::Of(P::TeamsManage), |world, thing| {
        put(world, &format!("/admin/team/members/{}/role", thing.has.member), json!({"role": "agent"}))
    }),
    api("POST /api/v1/admin/team/invite", Need::May(P::TeamsInvite), |world, _| {
        post(world, "/admin/team/invite", json!({"email": EMAIL, "role": "agent"}))
    }),
    api("GET /api/v1/admin/team/permissions", Need::May(P::TeamsView), |world, _| {
        get(world, "/admin/team/permissions")
    }),
    api("GET /api/v1/admin/audit", Need::May(P::AuditView), |world, _| get(world, "/admin/audit")),
    api("GET /api/v1/queues/status", Need::May(P::OperationsView), |world, _| get(world, "/queues/status")),
    api("POST /api/v1/numbers/{}/pause", Need::Of(P::OperationsManage), |world, thing| {
        post(world, &format!("/numbers/{}/pause", thing.number), json!({}))
    }),
    api("POST /api/v1/numbers/{}/resume", Need::Of(P::OperationsManage), |world, thing| {
        post(world, &format!("/numbers/{}/resume", thing.number), json!({}))
    }),
    api("GET /api/v1/dead-letters", Need::May(P::OperationsView), |world, _| get(world, "/dead-letters")),
    api("GET /api/v1/dead-letters/{}", Need::Of(P::OperationsView), |world, thing| {
        get(world, &format!("/dead-letters/{}", thing.dead))
    }),
    // It may have gone out: it is not sent again.
    api("POST /api/v1/dead-letters/{}/retry", Need::Of(P::OperationsManage), |world, thing| {
        post(world, &format!("/dead-letters/{}/retry", thing.dead), json!({}))
    }),
    api("POST /api/v1/dead-letters/retry", Need::May(P::OperationsManage), |world, thing| {
        post(world, "/dead-letters/retry", json!({"ids": [thing.dead]}))
    }),
    api("POST /api/v1/dead-letters/discard", Need::May(P::OperationsManage), |world, _| {
        post(world, "/dead-letters/discard", json!({"ids": [uuid::Uuid::nil()]}))
    }),
    // The last of them: each has one of their own.
    api("DELETE /api/v1/dead-letters/{}", Need::Of(P::OperationsManage), |world, thing| {
        delete(world, &format!("/dead-letters/{}", thing.dead))
    }),
    api("GET /api/v1/admin/health", Need::May(P::OperationsView), |world, _| get(world, "/admin/health")),
];
