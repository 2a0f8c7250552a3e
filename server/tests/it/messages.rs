//! Templates through the REST API, numbers that are paused, and who sees which composer.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use domain::{
    id::{ConversationId, MemberId},
    inbox::Row,
    message::Kind,
    permission::{Grant, Permission as P, Permissions},
    role::{Role, RoleRef},
    time::DAY,
    token::NewToken,
};
use serde_json::{Value, json};
use services::{
    clock::new_id,
    consent, conversations,
    members::{self as accounts},
    sql,
    team::{members, roles},
    tokens,
};

use crate::{
    conversations::{Inbox, inbox},
    support::{PASSWORD, header_of, text},
};

const TEMPLATE: &str = "INSERT INTO templates
    (workspace_id, id, waba_id, meta_id, name, language, category, status, components, synced_at)
    VALUES ($1, $2, '102290129340398', $3, $4, 'en_US', 'utility', $5, $6, 0)";

/// A customer who wrote, a program that holds these permissions, and what Meta lists.
struct Scene {
    inbox: Inbox,
    token: String,
    row: Row,
}

async fn scene(permissions: Permissions) -> Scene {
    let inbox = inbox().await;
    let row = inbox.receive("wamid.1", "Hello").await;
    let wish = NewToken { name: "shop".to_owned(), permissions, expires_at: None, any_address: false };
    let token = tokens::create(inbox.ctx(), wish).await.unwrap().expose().to_owned();
    let components = json!([
        {"type": "BODY", "text": "Hi {{1}}, your order {{2}} is on its way."},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Track", "url": "https://x.example/{{1}}"}]},
    ])
    .to_string();
    let mut tx = inbox.installation.services.db().begin().await.unwrap();
    for (nth, name, status) in [("1", "order_update", "approved"), ("2", "greeting", "paused")] {
        let ws = inbox.ctx().workspace().id.0;
        sql!(exec tx.conn(), TEMPLATE, ws, new_id(), nth, name, status, components.as_str()).unwrap();
    }
    tx.commit().await.unwrap();
    Scene { inbox, token, row }
}

impl Scene {
    async fn post(&self, path: &str, body: Value, key: Option<&str>) -> (StatusCode, Value, bool) {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("/api/v1/{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .header("prefer", "respond-async");
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let response = self.inbox.installation.send(request.body(Body::from(body.to_string())).unwrap()).await;
        let status = response.status();
        let replayed = response.headers().contains_key("idempotency-replayed");
        if status == StatusCode::ACCEPTED && !replayed {
            assert_eq!(header_of(&response, "preference-applied"), "respond-async");
        }
        (status, serde_json::from_str(&text(response).await).unwrap_or_default(), replayed)
    }

    /// The template to the customer, as Meta takes it.
    fn order(&self) -> Value {
        let text = |text: &str| json!({"type": "text", "text": text});
        json!({"to": self.row.contact.phone, "type": "template", "template": {
        "name": "order_update", "language": {"code": "en_US", "policy": "deterministic"}, "components": [
            {"type": "body", "parameters": [text("Meera"), text("A-7")]},
            {"type": "button", "sub_type": "url", "index": "0", "parameters": [text("A-7")]},
        ]}})
    }

    async fn templates(&self) -> Vec<String> {
        let thread = conversations::thread(self.inbox.ctx(), self.row.id).await.unwrap();
        let sent = thread.messages.into_iter().filter(|message| message.kind == Kind::Template);
        sent.map(|message| message.text).collect()
    }
}

const SAYS: &str = "Hi Meera, your order A-7 is on its way.";

#[tokio::test]
async fn a_template_goes_out_when_the_window_is_closed() {
    let scene = scene(Permissions::all()).await;
    scene.inbox.installation.clock.advance(2 * DAY);
    let (status, problem, _) =
        scene.post("messages", json!({"conversationId": scene.row.id, "text": "Yes"}), None).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("window_closed")));

    let (status, sent, _) = scene.post("messages", scene.order(), Some("order-A-7")).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{sent}");
    assert_eq!((&sent["kind"], &sent["text"], &sent["status"]), (&json!("template"), &json!(SAYS), &json!("queued")));
    // The same key is the same message.
    let (status, again, replayed) = scene.post("messages", scene.order(), Some("order-A-7")).await;
    assert_eq!((status, &again["id"], replayed), (StatusCode::ACCEPTED, &sent["id"], true));
    assert_eq!(scene.templates().await, [SAYS]);

    // By our own keys, to a conversation.
    scene.inbox.installation.clock.advance(DAY);
    let parameters = json!({"body.1": "Meera", "body.2": "B-2", "button.0": "B-2"});
    let new = json!({"conversationId": scene.row.id, "type": "template",
        "template": {"name": "order_update", "language": "en_US", "parameters": parameters}});
    assert_eq!(scene.post("messages", new, None).await.0, StatusCode::ACCEPTED);
    assert_eq!(scene.templates().await.len(), 2);
}

#[tokio::test]
async fn what_is_wrong_with_a_template_is_said() {
    let scene = scene(Permissions::all()).await;
    let with = |path: &str, value: Value| {
        let mut new = scene.order();
        *new.pointer_mut(path).unwrap() = value;
        new
    };
    let mut both = scene.order();
    both["template"]["parameters"] = json!({"body.1": "Meera"});
    let mut and_text = scene.order();
    and_text["text"] = json!("Yes");
    let text = |text: &str| json!({"type": "text", "text": text});
    for (new, field) in [
        (with("/template/name", json!("nothing")), "template"),
        (with("/template/language", json!("de")), "template"),
        (with("/template/name", json!("greeting")), "greeting"),
        (with("/template/components", json!([])), "Variable 1"),
        (with("/template/components/0/parameters", json!([text("Meera")])), "components: body"),
        (with("/template/components/0/parameters/1", text("a\nb")), "Variable 2"),
        (both, "template"),
        (and_text, "template"),
        (json!({"to": scene.row.contact.phone, "type": "template"}), "template"),
        (json!({"to": scene.row.contact.phone, "type": "template", "text": "Yes"}), "template"),
        (json!({"to": scene.row.contact.phone}), "text"),
    ] {
        let (status, problem, _) = scene.post("messages", new.clone(), None).await;
        assert_eq!((status.as_u16(), &problem["field"]), (422, &json!(field)), "{new} {problem}");
    }
    assert!(scene.templates().await.is_empty());
    let nowhere = with("/to", Value::Null);
    let mut nowhere = nowhere;
    nowhere["conversationId"] = json!(new_id());
    assert_eq!(scene.post("messages", nowhere, None).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_template_has_a_permission_of_its_own_and_reaches_nobody_who_opted_out() {
    let texts = Permissions::all().with(P::MessagesSendTemplate, Grant::No);
    let scene_of_texts = scene(texts).await;
    let (status, problem, _) = scene_of_texts.post("messages", scene_of_texts.order(), None).await;
    assert_eq!((status.as_u16(), &problem["permission"]), (403, &json!("messages.send_template")));

    let scene = scene(Permissions::all().with(P::MessagesSend, Grant::No)).await;
    let (status, problem, _) =
        scene.post("messages", json!({"conversationId": scene.row.id, "text": "Yes"}), None).await;
    assert_eq!((status.as_u16(), &problem["permission"]), (403, &json!("messages.send")));
    assert_eq!(scene.post("messages", scene.order(), None).await.0, StatusCode::ACCEPTED);
    let out = domain::opt_out::What::OptedOut;
    consent::record(scene.inbox.ctx(), scene.row.contact.id, out, None).await.unwrap();
    scene.inbox.installation.clock.advance(DAY);
    let mut knowingly = scene.order();
    knowingly["confirmOptOut"] = json!(true);
    for new in [scene.order(), knowingly] {
        let (status, problem, _) = scene.post("messages", new, None).await;
        assert_eq!((status.as_u16(), &problem["code"]), (403, &json!("opted_out")));
    }
}

#[tokio::test]
async fn a_number_is_paused_and_resumed() {
    let scene = scene(Permissions::all()).await;
    let (ctx, number) = (scene.inbox.ctx(), scene.row.number.id);
    let path = |what: &str| format!("numbers/{number}/{what}");
    assert_eq!(scene.post(&path("pause"), json!({}), None).await.0, StatusCode::NO_CONTENT);
    assert_eq!(services::send::paused(ctx).await.unwrap(), [number]);
    let mut browser = scene.inbox.installation.signed_in().await;
    let page = text(browser.get(&format!("/w/{}/inbox", scene.inbox.slug())).await).await;
    assert!(page.contains("is paused and sends nothing."));
    let page = text(browser.get(&format!("/w/{}/dead-letters", scene.inbox.slug())).await).await;
    assert!(page.contains("Resume"));
    for _ in 0..2 {
        assert_eq!(scene.post(&path("resume"), json!({}), None).await.0, StatusCode::NO_CONTENT);
    }
    assert!(services::send::paused(ctx).await.unwrap().is_empty());
    let page = text(browser.get(&format!("/w/{}/inbox", scene.inbox.slug())).await).await;
    assert!(!page.contains("is paused and sends nothing."));
    let page = text(browser.get(&format!("/w/{}/dead-letters", scene.inbox.slug())).await).await;
    assert!(page.contains("Pause sending"));
    let nobodys = format!("numbers/{}/pause", new_id());
    assert_eq!(scene.post(&nobodys, json!({}), None).await.0, StatusCode::NOT_FOUND);
}

/// What stands in the composer's place for somebody with a role of these permissions.
async fn composer(scene: &Scene, nth: usize, permissions: Permissions) -> String {
    let (ctx, services) = (scene.inbox.ctx(), &scene.inbox.installation.services);
    let role = roles::create(ctx, &format!("Role {nth}"), "", Role::Viewer.into()).await.unwrap();
    roles::save(ctx, role.id, &format!("Role {nth}"), "", permissions).await.unwrap();
    let email = format!("person{nth}@example.com");
    let added = accounts::add(services, scene.inbox.slug(), &email, "Rohan", PASSWORD, Role::Viewer).await.unwrap();
    let member: MemberId = services.ctx(added.user, scene.inbox.slug()).await.unwrap().me().id;
    members::set_role(ctx, member, RoleRef::Custom(role.id)).await.unwrap();
    let mut browser = scene.inbox.installation.browser();
    browser.post("/login", &[("email", &email), ("password", PASSWORD)]).await;
    let page = text(browser.get(&path_of(scene, scene.row.id)).await).await;
    assert!(page.contains("Meera"), "the conversation is shown");
    page
}

fn path_of(scene: &Scene, id: ConversationId) -> String {
    format!("/w/{}/inbox/{id}", scene.inbox.slug())
}

#[tokio::test]
async fn who_sends_templates_alone_is_offered_them() {
    let scene = scene(Permissions::all()).await;
    let all = |permission| (permission, Grant::All);
    let reads: Permissions = [P::ConversationsView, P::MessagesView, P::ContactsRead].into_iter().map(all).collect();
    let offers = reads.with(P::MessagesSendTemplate, Grant::All).with(P::TemplatesView, Grant::All);
    let own = offers.with(P::MessagesSendTemplate, Grant::Own);
    let replies = offers.with(P::MessagesSend, Grant::All);
    let (reader, offer, field) = ("You can read this workspace.", "You can send templates here.", "id=\"reply\"");
    for (nth, (permissions, shown)) in
        [(reads, reader), (offers, offer), (own, reader), (replies, field)].into_iter().enumerate()
    {
        let page = composer(&scene, nth, permissions).await;
        for one in [reader, offer, field] {
            assert_eq!(page.contains(one), one == shown, "{nth}: {one}");
        }
    }
    // A closed one is for whoever may reopen it.
    conversations::close(scene.inbox.ctx(), scene.row.id).await.unwrap();
    assert!(composer(&scene, 10, offers).await.contains(reader));
    let closes = offers.with(P::ConversationsClose, Grant::All);
    assert!(composer(&scene, 11, closes).await.contains("Reopen to reply"));
}

#[tokio::test]
async fn a_template_goes_to_somebody_new_and_to_whom_was_done_with() {
    let scene = scene(Permissions::all()).await;
    let mut first = scene.order();
    first["to"] = json!("+49 151 99887766");
    // Words alone have no window there.
    let (status, problem, _) = scene.post("messages", json!({"to": "+49 151 99887766", "text": "Hi"}), None).await;
    assert_eq!((status.as_u16(), &problem["code"]), (409, &json!("window_closed")));
    let (status, sent, _) = scene.post("messages", first.clone(), Some("first")).await;
    assert_eq!((status, &sent["kind"]), (StatusCode::ACCEPTED, &json!("template")), "{sent}");
    let (_, again, replayed) = scene.post("messages", first.clone(), Some("first")).await;
    assert_eq!((&again["id"], replayed), (&sent["id"], true));
    let digits = conversations::Addressee::Digits("4915199887766".to_owned());
    let ctx = scene.inbox.ctx();
    let opened = conversations::of_contact(ctx, &digits).await.unwrap();
    assert_eq!(conversations::thread(ctx, opened).await.unwrap().messages.len(), 1);

    // From a number that is not there.
    first["from"] = json!(services::clock::new_id());
    let (status, problem, _) = scene.post("messages", first.clone(), None).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");
    let text = json!({"to": "+49 151 99887766", "text": "Hi", "from": scene.row.number.id});
    let (status, problem, _) = scene.post("messages", text, None).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{problem}");

    // Who was done with is written to in a new conversation.
    conversations::close(ctx, scene.row.id).await.unwrap();
    let (status, sent, _) = scene.post("messages", scene.order(), None).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{sent}");
    assert!(scene.templates().await.is_empty());
}
