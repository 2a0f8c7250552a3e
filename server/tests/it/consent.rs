//! Opt-outs through the doors of the server: REST, the plain form, the file.

use axum::{
    body::Body,
    http::{Method, Request, Response, StatusCode, header},
};
use domain::{
    opt_out::{Settings, What},
    permission::Permissions,
    token::NewToken,
};
use serde_json::{Value, json};
use services::{consent, tokens};

use crate::{
    conversations::{Inbox, inbox},
    support::{header_of, text},
};

struct Program {
    inbox: Inbox,
    token: String,
}

impl Program {
    async fn new() -> Self {
        use secrecy::ExposeSecret;
        let inbox = inbox().await;
        let wish =
            NewToken { name: "till".to_owned(), permissions: Permissions::all(), expires_at: None, any_address: false };
        let made = tokens::create(inbox.ctx(), wish).await.unwrap();
        Self { token: made.secret.expose_secret().to_owned(), inbox }
    }

    /// Without confirmations, so that what came in is the last message.
    async fn silent() -> Self {
        let program = Self::new().await;
        consent::save(program.inbox.ctx(), Settings { confirms: false, ..Settings::default() }).await.unwrap();
        program
    }

    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1/{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/json")
            .body(body.map(|body| Body::from(body.to_string())).unwrap_or_default());
        let response: Response<Body> = self.inbox.installation.send(request.unwrap()).await;
        let status = response.status();
        (status, serde_json::from_str(&text(response).await).unwrap())
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.ask(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> (StatusCode, Value) {
        self.ask(Method::POST, path, Some(body)).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_is_refused_and_may_record() {
    let program = Program::new().await;
    let row = program.inbox.receive("wamid.1", "Hello").await;
    let contact = format!("contacts/{}", row.contact.id);
    let messages = format!("conversations/{}/messages", row.id);

    let note = json!({"what": "opted_out", "note": "On the phone"});
    let (status, after) = program.post(&format!("{contact}/consent"), note).await;
    assert_eq!(status, StatusCode::OK);
    assert!(after["opted_out_at"].is_i64(), "{after}");
    assert_eq!(program.get(&contact).await.1["opted_out_at"], after["opted_out_at"]);

    let (status, answer) = program.post(&messages, json!({"text": "Still there?"})).await;
    assert_eq!((status, answer["code"].as_str()), (StatusCode::FORBIDDEN, Some("opted_out")), "{answer}");
    // They have not written since: nobody may say that they know.
    let (status, _) = program.post(&messages, json!({"text": "Still there?", "confirmOptOut": true})).await;
    assert_eq!(status, StatusCode::FORBIDDEN);

    let (status, page) = program.get(&format!("{contact}/consent")).await;
    assert_eq!(status, StatusCode::OK);
    let line = &page["items"][0];
    assert_eq!((line["what"].as_str(), line["source"].as_str()), (Some("opted_out"), Some("api")), "{page}");
    assert_eq!((line["said"].as_str(), &page["next_cursor"]), (Some("On the phone"), &Value::Null));

    let long = json!({"what": "opted_in", "note": "x".repeat(201)});
    let (status, answer) = program.post(&format!("{contact}/consent"), long).await;
    assert_eq!((status, answer["field"].as_str()), (StatusCode::UNPROCESSABLE_ENTITY, Some("note")));
    let (status, after) = program.post(&format!("{contact}/consent"), json!({"what": "opted_in"})).await;
    assert_eq!((status, &after["opted_out_at"]), (StatusCode::OK, &Value::Null));
    let (status, _) = program.post(&messages, json!({"text": "Good morning"})).await;
    assert!(status.is_success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_writes_again_is_answered_knowingly() {
    let program = Program::silent().await;
    let inbox = &program.inbox;
    let row = inbox.receive("wamid.1", "STOP").await;
    inbox.installation.clock.advance(domain::time::MINUTE);
    inbox.receive("wamid.2", "When does it come?").await;
    let messages = format!("conversations/{}/messages", row.id);
    let (status, answer) = program.post(&messages, json!({"text": "On Friday"})).await;
    assert_eq!((status, answer["code"].as_str()), (StatusCode::FORBIDDEN, Some("opted_out")));
    let (status, _) = program.post(&messages, json!({"text": "On Friday", "confirmOptOut": true})).await;
    assert!(status.is_success());

    // The same without a script: the text stays where it was typed until the box is ticked.
    let mut owner = inbox.installation.signed_in().await;
    let (page, path) = (
        format!("/w/{}/inbox/{}", inbox.slug(), row.id),
        format!("/w/{}/conversations/{}/reply", inbox.slug(), row.id),
    );
    let html = text(owner.get(&page).await).await;
    assert!(html.contains("opted out") && html.contains("name=\"despite\""), "{html}");
    owner.post(&path, &[("text", "By noon")]).await;
    let html = text(owner.get(&page).await).await;
    assert!(html.contains("This customer opted out of messages.") && html.contains("By noon"), "{html}");
    owner.post(&path, &[("text", "By noon"), ("despite", "yes")]).await;
    let html = text(owner.get(&page).await).await;
    assert!(!html.contains("This customer opted out of messages."), "{html}");
    assert!(html.contains("By noon"), "{html}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_history_is_a_file() {
    let program = Program::silent().await;
    let inbox = &program.inbox;
    let row = inbox.receive("wamid.1", "=STOP").await;
    consent::record(inbox.ctx(), row.contact.id, What::OptedIn, Some("@counter, \"Asha\"")).await.unwrap();
    let mut owner = inbox.installation.signed_in().await;
    let path = format!("/w/{}/contacts/consent.csv", inbox.slug());
    for path in [path.clone(), format!("{path}?contact={}", row.contact.id)] {
        let response = owner.get(&path).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header_of(&response, "content-type"), "text/csv; charset=utf-8; header=present");
        assert!(header_of(&response, "content-disposition").contains("consent-"));
        let csv = text(response).await;
        assert!(csv.starts_with("\u{feff}id,time,what,source,contact_id,"), "{csv}");
        assert_eq!(csv.lines().count(), 3, "{csv}");
        // Nothing that a spreadsheet would run.
        assert!(csv.contains("\"'=STOP\"") && csv.contains("\"'@counter, \"\"Asha\"\"\""), "{csv}");
    }
    let other = format!("{path}?contact={}", services::clock::new_id());
    assert_eq!(owner.get(&other).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(owner.get(&format!("{path}?contact=x")).await.status(), StatusCode::BAD_REQUEST);
}
