//! Files, places, cards, choices, answers and reactions through the REST API.

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{Method, Request, Response, StatusCode, header},
    routing::post,
};
use domain::{
    content::{Content, Menu},
    inbox::{MessageView, Row},
    message::{Direction, Kind},
    permission::Permissions,
    time::DAY,
    token::NewToken,
};
use serde_json::{Value, json};
use services::{clock::new_id, conversations, tokens};

use crate::{
    conversations::{Inbox, inbox_in},
    support::{Installation, Wishes, header_of, text},
};

const PDF: &str = "%PDF-1.4\nan invoice\n%%EOF";

/// Where files are handed in.
#[derive(Clone, Default)]
struct Meta {
    uploads: Arc<Mutex<usize>>,
    refuses: Arc<Mutex<bool>>,
}

impl Meta {
    async fn serve(&self) -> String {
        async fn upload(State(meta): State<Meta>, _: String) -> (StatusCode, Json<Value>) {
            if *meta.refuses.lock().unwrap() {
                return (StatusCode::BAD_REQUEST, Json(json!({ "error": { "code": 131_053, "message": "No" } })));
            }
            *meta.uploads.lock().unwrap() += 1;
            (StatusCode::OK, Json(json!({ "id": format!("meta-{}", meta.uploads.lock().unwrap()) })))
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().route("/{version}/{phone}/media", post(upload)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }
}

struct Scene {
    inbox: Inbox,
    meta: Meta,
    token: String,
    row: Row,
}

async fn scene() -> Scene {
    let meta = Meta::default();
    let graph = meta.serve().await;
    let inbox = inbox_in(Installation::with(Wishes { graph, ..Wishes::default() }).await).await;
    let row = inbox.receive("wamid.1", "Hello").await;
    let wish =
        NewToken { name: "shop".to_owned(), permissions: Permissions::all(), expires_at: None, any_address: false };
    let token = tokens::create(inbox.ctx(), wish).await.unwrap().expose().to_owned();
    Scene { inbox, meta, token, row }
}

impl Scene {
    async fn ask(&self, path: &str, kind: &str, body: String, key: Option<&str>) -> (StatusCode, Value, bool) {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("/api/v1/{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, kind)
            .header("prefer", "respond-async");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let response = self.inbox.installation.send(request.body(Body::from(body)).unwrap()).await;
        let (status, replayed) = (response.status(), response.headers().contains_key("idempotency-replayed"));
        (status, serde_json::from_str(&text(response).await).unwrap_or_default(), replayed)
    }

    async fn send(&self, body: Value, key: Option<&str>) -> (StatusCode, Value, bool) {
        self.ask("messages", "application/json", body.to_string(), key).await
    }

    async fn get(&self, path: &str, headers: &[(&'static str, &str)]) -> Response<Body> {
        let mut request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {}", self.token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.inbox.installation.send(request.body(Body::empty()).unwrap()).await
    }

    /// The messages as programs read them, the newest first.
    async fn listed(&self) -> Vec<Value> {
        let list = self.get(&format!("/api/v1/conversations/{}/messages", self.row.id), &[]).await;
        let mut list: Value = serde_json::from_str(&text(list).await).unwrap();
        serde_json::from_value(list["items"].take()).unwrap()
    }

    async fn upload(
        &self,
        fields: &[(&str, &str)],
        file: Option<&str>,
        key: Option<&str>,
    ) -> (StatusCode, Value, bool) {
        let mut form = String::new();
        for (name, value) in fields {
            form += &format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        }
        if let Some(bytes) = file {
            form += &format!(
                "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"Bill.pdf\"\r\n\r\n{bytes}\r\n"
            );
        }
        form += "--b--\r\n";
        self.ask("media", "multipart/form-data; boundary=b", form, key).await
    }

    async fn thread(&self) -> Vec<MessageView> {
        conversations::thread(self.inbox.ctx(), self.row.id).await.unwrap().messages
    }
}

fn field((status, problem, _): &(StatusCode, Value, bool)) -> (u16, String) {
    (status.as_u16(), problem["field"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_file_is_handed_in_once_and_sent_once() {
    let scene = scene().await;
    let to = scene.row.id.to_string();
    let fields = [("conversationId", to.as_str())];
    let (status, media, _) = scene.upload(&fields, Some(PDF), Some("bill-7")).await;
    assert_eq!(status, StatusCode::CREATED, "{media}");
    assert_eq!(
        (&media["type"], &media["mimeType"], &media["size"]),
        (&json!("document"), &json!("application/pdf"), &json!(25))
    );
    let (status, again, replayed) = scene.upload(&fields, Some(PDF), Some("bill-7")).await;
    assert_eq!((status, &again["id"], replayed), (StatusCode::CREATED, &media["id"], true));
    // The key belongs to this file, in this conversation.
    let longer = format!("{PDF}%");
    let (status, problem, _) = scene.upload(&fields, Some(&longer), Some("bill-7")).await;
    assert_eq!((status, &problem["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("key_reused")));
    let voice = [fields[0], ("voice", "false"), ("voice", "true")];
    assert_eq!(field(&scene.upload(&voice, Some(PDF), Some("bill-7")).await), (422, "file".to_owned()));
    assert_eq!(field(&scene.upload(&fields, None, Some("bill-7")).await), (422, "file".to_owned()));
    let nowhere = new_id().to_string();
    let other = scene.upload(&[("conversationId", &nowhere)], Some(PDF), Some("bill-7")).await;
    assert_eq!((other.0, &other.1["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("key_reused")));
    assert_eq!(*scene.meta.uploads.lock().unwrap(), 1);

    // What it is decides how it is sent.
    let wrong = scene.send(json!({ "type": "image", "image": { "id": media["id"] } }), None).await;
    assert_eq!(field(&wrong), (422, "image".to_owned()));
    let asked = scene.thread().await[0].id;
    // It goes to the conversation that it was handed in for.
    let bill = json!({ "type": "document", "document": { "id": media["id"], "caption": "Your bill" },
        "context": { "messageId": asked } });
    let (status, sent, _) = scene.send(bill.clone(), Some("send-7")).await;
    assert_eq!((status, &sent["kind"], &sent["text"]), (StatusCode::ACCEPTED, &json!("document"), &json!("Your bill")));
    let (_, again, replayed) = scene.send(bill.clone(), Some("send-7")).await;
    assert_eq!((&again["id"], replayed), (&sent["id"], true));
    assert_eq!(field(&scene.send(bill, None).await), (422, "document".to_owned()));
    let message = scene.thread().await.pop().unwrap();
    let Content::Media(file) = &message.content else { panic!("{message:?}") };
    assert_eq!((file.name.as_deref(), file.meta.as_deref()), (Some("Bill.pdf"), Some("meta-1")));
    assert_eq!(message.extras.quote.unwrap().message, Some(asked));
    // The key of what was sent is answered as before.
    assert_eq!(scene.upload(&fields, Some(PDF), Some("bill-7")).await.1["id"], media["id"]);

    // A program finds it in the conversation and reads it, whole and in part.
    let listed = scene.listed().await.swap_remove(0);
    let (file, quote) = (&listed["content"], &listed["quote"]);
    let (kind, name, state) = (&file["type"], &file["name"], &file["state"]);
    assert_eq!((kind, name, state), (&json!("file"), &json!("Bill.pdf"), &json!("kept")), "{listed}");
    assert_eq!((&file["mime_type"], &file["size"]), (&json!("application/pdf"), &json!(25)));
    assert_eq!((&quote["id"], &quote["text"]), (&json!(asked), &json!("Hello")));
    let url = file["url"].as_str().unwrap();
    let whole = scene.get(url, &[]).await;
    assert_eq!((whole.status(), header_of(&whole, "content-type")), (StatusCode::OK, "application/pdf"));
    assert!(header_of(&whole, "content-security-policy").starts_with("sandbox"));
    let tag = header_of(&whole, "etag").to_owned();
    assert_eq!(text(whole).await, PDF);
    assert_eq!(scene.get(url, &[("if-none-match", &tag)]).await.status(), StatusCode::NOT_MODIFIED);
    let part = scene.get(url, &[("range", "bytes=0-3")]).await;
    assert_eq!((part.status(), text(part).await.as_str()), (StatusCode::PARTIAL_CONTENT, "%PDF"));
    let behind = scene.get(url, &[("range", "bytes=99-")]).await;
    assert_eq!(behind.status(), StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(header_of(&behind, "content-range"), "bytes */25");
    assert_eq!(serde_json::from_str::<Value>(&text(behind).await).unwrap()["code"], "range");
    let nothing = scene.get(&format!("/api/v1/media/{}", new_id()), &[]).await;
    assert_eq!(serde_json::from_str::<Value>(&text(nothing).await).unwrap()["code"], "not_found");
}

#[tokio::test]
async fn what_cannot_be_handed_in_is_said() {
    let scene = scene().await;
    let (phone, id) = (scene.row.contact.phone.clone().unwrap(), scene.row.id.to_string());
    let to = [("to", phone.as_str())];
    for (fields, file, wrong) in [
        (&to[..], Some("<html><script>alert(1)</script></html>"), "file"),
        (&to, Some(""), "file"),
        (&to, None, "file"),
        (&[], Some(PDF), "to"),
        (&[("to", phone.as_str()), ("conversationId", id.as_str())], Some(PDF), "to"),
        (&[("conversationId", "7")], Some(PDF), "conversationId"),
        (&[("voice", "perhaps")], Some(PDF), "voice"),
        (&[("to", phone.as_str()), ("voice", "true")], Some(PDF), "file"),
        (&[("name", "x")], Some(PDF), "form"),
        (&[("to", "7".repeat(300).as_str())], Some(PDF), "form"),
    ] {
        let answer = scene.upload(fields, file, None).await;
        assert_eq!(field(&answer), (422, wrong.to_owned()), "{fields:?} {}", answer.1);
    }
    assert_eq!(scene.ask("media", "application/json", "{}".to_owned(), None).await.0, StatusCode::BAD_REQUEST);
    // A key whose request failed is free again.
    *scene.meta.refuses.lock().unwrap() = true;
    for _ in 0..2 {
        assert_eq!(scene.upload(&to, Some(PDF), Some("bill")).await.0, StatusCode::BAD_GATEWAY);
    }
    *scene.meta.refuses.lock().unwrap() = false;
    let (status, media, _) = scene.upload(&to, Some(PDF), Some("bill")).await;
    assert_eq!(status, StatusCode::CREATED, "{media}");
    let nowhere = new_id().to_string();
    assert_eq!(scene.upload(&[("conversationId", &nowhere)], Some(PDF), None).await.0, StatusCode::NOT_FOUND);
    scene.inbox.installation.clock.advance(2 * DAY);
    assert_eq!(scene.upload(&to, Some(PDF), None).await.1["code"], "window_closed");
}

#[tokio::test]
async fn every_kind_is_queued_as_it_is_asked_for() {
    let scene = scene().await;
    let asked = scene.thread().await[0].id;
    let to = scene.row.contact.phone.clone();
    let rows = json!([{ "title": "Express", "description": "1 day" }, { "id": "slow", "title": "Post" }]);
    for body in [
        json!({ "to": to, "type": "location",
            "location": { "latitude": 50.11, "longitude": 8.68, "name": "Shop" }, "context": { "messageId": asked } }),
        json!({ "to": to, "type": "contacts",
            "contacts": [{ "name": "Ana K", "company": "Vega", "phones": [{ "phone": "+49 151 12345678", "type": "WORK" }] }] }),
        json!({ "to": to, "type": "interactive",
            "interactive": { "type": "button", "text": "Shall we?", "buttons": [{ "title": "Yes" }, { "id": "n", "title": "No" }] } }),
        json!({ "to": to, "type": "interactive",
            "interactive": { "type": "list", "text": "How?", "button": "Choose", "sections": [{ "rows": rows }] } }),
        json!({ "conversationId": scene.row.id, "text": "Yes", "context": { "messageId": asked } }),
        json!({ "type": "reaction", "reaction": { "messageId": asked, "emoji": "👍" } }),
    ] {
        let (status, sent, _) = scene.send(body.clone(), None).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{body} {sent}");
        assert_eq!(sent["kind"], body.get("type").cloned().unwrap_or_else(|| json!("text")));
    }
    let thread = scene.thread().await;
    let kinds: Vec<Kind> = thread.iter().map(|message| message.kind).collect();
    assert_eq!(kinds, [Kind::Text, Kind::Location, Kind::Contacts, Kind::Interactive, Kind::Interactive, Kind::Text]);
    assert!(matches!(&thread[3].content, Content::Menu(Menu::Buttons { buttons, .. }) if buttons[1].0 == "n"));
    assert!(matches!(&thread[4].content, Content::Menu(Menu::List { sections, .. }) if sections[0].lines[0].id == "1"));
    for nth in [1, 5] {
        assert_eq!(thread[nth].extras.quote.as_ref().unwrap().message, Some(asked));
    }
    let reaction = &thread[0].extras.reactions[0];
    assert_eq!((reaction.direction, reaction.emoji.as_str(), reaction.waits), (Direction::Out, "👍", true));

    // The same as programs read it.
    let mut listed = scene.listed().await;
    listed.reverse();
    let types: Vec<_> = listed.iter().map(|one| one["content"]["type"].as_str().unwrap_or_default()).collect();
    assert_eq!(types, ["", "location", "contacts", "buttons", "list", ""]);
    assert_eq!(listed[1]["content"]["name"], "Shop");
    assert_eq!(listed[2]["content"]["contacts"][0]["phones"][0]["type"], "WORK");
    assert_eq!(listed[3]["content"]["buttons"][1], json!({ "id": "n", "title": "No" }));
    assert_eq!(listed[4]["content"]["sections"][0]["rows"][0]["description"], "1 day");
    assert_eq!(listed[5]["quote"]["id"], json!(asked));
    let reaction = &listed[0]["reactions"][0];
    assert_eq!((&reaction["direction"], &reaction["emoji"]), (&json!("out"), &json!("👍")));
    assert_eq!((&reaction["waits"], &reaction["author"]), (&json!(true), &json!(scene.inbox.ctx().me().id)));
}

#[tokio::test]
async fn what_is_wrong_with_a_message_is_said() {
    let scene = scene().await;
    let asked = scene.thread().await[0].id;
    let (to, place) = (scene.row.contact.phone.clone(), json!({ "latitude": 1, "longitude": 2 }));
    for (body, wrong) in [
        (json!({ "to": to, "type": "location" }), "location"),
        (json!({ "to": to, "type": "location", "location": place, "text": "Here" }), "location"),
        (json!({ "to": to, "type": "location", "location": { "latitude": 91, "longitude": 2 } }), "place"),
        (json!({ "to": to, "location": place }), "text"),
        (json!({ "to": to, "type": "contacts", "contacts": [] }), "contacts"),
        (
            json!({ "to": to, "type": "interactive", "interactive": { "type": "button", "text": "?", "buttons": [] } }),
            "buttons",
        ),
        (json!({ "to": to, "type": "video", "video": { "id": new_id() } }), "file"),
        (json!({ "type": "video", "video": { "id": new_id() } }), "video"),
        (json!({ "to": to, "type": "reaction", "reaction": { "messageId": asked, "emoji": "👍" } }), "to"),
        (json!({ "type": "reaction", "reaction": { "messageId": asked, "emoji": "ok" } }), "reaction"),
        (json!({ "type": "reaction", "reaction": { "messageId": asked, "emoji": "" } }), "reaction"),
        (
            json!({ "type": "reaction", "reaction": { "messageId": asked, "emoji": "👍" }, "context": { "messageId": asked } }),
            "context",
        ),
        (json!({ "to": to, "text": "Yes", "context": { "messageId": new_id() } }), "answer"),
    ] {
        let answer = scene.send(body.clone(), None).await;
        assert_eq!(field(&answer), (422, wrong.to_owned()), "{body} {}", answer.1);
    }
    let nowhere = json!({ "type": "reaction", "reaction": { "messageId": new_id(), "emoji": "👍" } });
    assert_eq!(scene.send(nowhere, None).await.0, StatusCode::NOT_FOUND);
    assert_eq!(scene.thread().await.len(), 1);
}
