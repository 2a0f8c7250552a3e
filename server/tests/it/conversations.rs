//! The plain forms of a conversation, and its live stream, from a delivery to the answer.

use std::time::Duration;

use axum::{body::Body, http::StatusCode, response::Response};
use domain::{
    conversation::View,
    inbox::{MessageView, Row},
    message::Direction,
    workspace::Slug,
};
use http_body_util::BodyExt;
use services::{
    Ctx, accounts, conversations,
    jobs::{self, Running, Which},
    numbers::{self, Connect},
};
use tokio_util::sync::CancellationToken;

use crate::support::{Browser, EMAIL, Installation, PASSWORD, header_of, location, owner_id, text};

pub const PHONE_NUMBER_ID: &str = "106540352242922";

pub struct Inbox {
    pub installation: Installation,
    slug: Slug,
    ctx: Ctx,
    workers: Option<Running>,
    resting: CancellationToken,
}

/// A workspace with a number, and a worker that takes deliveries in.
pub async fn inbox() -> Inbox {
    inbox_in(Installation::new().await).await
}

/// The same in an installation that is there.
pub async fn inbox_in(installation: Installation) -> Inbox {
    let slug = installation.owner().await;
    let number = Connect {
        phone_number_id: PHONE_NUMBER_ID.to_owned(),
        waba_id: "102290129340398".to_owned(),
        display_number: "+91 80 5550 0142".to_owned(),
        token: "EAAG0123456789".into(),
        name: None,
    };
    numbers::connect(&installation.services, &slug, number).await.unwrap();
    let user = owner_id(&installation).await;
    let ctx = installation.services.ctx(user, &slug).await.unwrap();
    let which = Which { ingest: true, outbox: false };
    let resting = installation.stopping.child_token();
    let workers = Some(jobs::start(&installation.services, which, resting.clone()));
    Inbox { installation, slug, ctx, workers, resting }
}

impl Inbox {
    /// A customer writes; returns when it is in the inbox.
    pub async fn receive(&self, wamid: &str, body: &str) -> Row {
        self.receive_from("919845550117", wamid, body).await
    }

    /// The same of one customer of several.
    pub async fn receive_from(&self, customer: &str, wamid: &str, body: &str) -> Row {
        let at = self.installation.clock.now() / 1_000;
        let delivery = serde_json::json!({"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [{
            "field": "messages", "value": {"messaging_product": "whatsapp",
                "metadata": {"display_phone_number": "918055500142", "phone_number_id": PHONE_NUMBER_ID},
                "contacts": [{"profile": {"name": "Meera"}, "wa_id": customer}],
                "messages": [{"from": customer, "id": wamid, "timestamp": at.to_string(), "type": "text", "text": {"body": body}}]}}]}]});
        assert_eq!(self.installation.deliver(delivery.to_string()).await, StatusCode::OK);
        let shown = async {
            loop {
                let page = conversations::list(&self.ctx, View::All, None).await.unwrap();
                let row = page.items.into_iter().find(|row| row.preview.as_ref().is_some_and(|last| last.text == body));
                match row {
                    Some(row) => return row,
                    None => tokio::task::yield_now().await,
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), shown).await.expect("the message comes in")
    }

    /// Ends the workers: from then on nothing is written but what is asked for.
    pub async fn rest(&mut self) {
        self.resting.cancel();
        if let Some(workers) = self.workers.take() {
            workers.finished().await;
        }
    }

    pub fn slug(&self) -> &Slug {
        &self.slug
    }

    /// The Owner.
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    async fn messages(&self, row: &Row) -> Vec<MessageView> {
        conversations::thread(&self.ctx, row.id).await.unwrap().messages
    }

    fn form(&self, row: &Row, action: &str) -> String {
        format!("/w/{}/conversations/{}/{action}", self.slug, row.id)
    }

    fn page(&self, row: &Row) -> String {
        format!("/w/{}/inbox/{}?view=mine", self.slug, row.id)
    }

    async fn post(&self, browser: &mut Browser<'_>, row: &Row, action: &str, fields: &[(&str, &str)]) -> Response {
        browser.post_from(&self.form(row, action), fields, &self.page(row)).await
    }
}

#[tokio::test]
async fn a_form_that_is_sent_twice_sends_one_message() {
    let inbox = inbox().await;
    let row = inbox.receive("wamid.1", "Is it in stock?").await;
    let mut browser = inbox.installation.signed_in().await;
    let key = services::clock::new_id().to_string();
    for _ in 0..2 {
        let fields = [("text", "Yes,\r\ntwo are left."), ("key", &key)];
        let response = inbox.post(&mut browser, &row, "reply", &fields).await;
        assert_eq!(location(&response), inbox.page(&row), "back on the page it was sent from");
    }
    let messages = inbox.messages(&row).await;
    let sent: Vec<_> = messages.iter().filter(|message| message.direction == Direction::Out).collect();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].text, "Yes,\ntwo are left.");
    assert_eq!(sent[0].id.to_string(), key);
}

#[tokio::test]
async fn what_was_typed_is_not_lost_when_it_cannot_be_sent() {
    let inbox = inbox().await;
    let row = inbox.receive("wamid.1", "Is it in stock?").await;
    let mut browser = inbox.installation.signed_in().await;
    inbox.installation.clock.advance(25 * domain::time::HOUR);
    let response = inbox.post(&mut browser, &row, "reply", &[("text", "Sorry for the wait")]).await;
    let page = text(browser.get(location(&response)).await).await;
    assert!(page.contains("Sorry for the wait"), "{page}");
    assert!(page.contains("more than 24 hours"), "{page}");
    assert_eq!(inbox.messages(&row).await.len(), 1);
}

/// The flash as the page is given it, whether the page shows it or not.
async fn flash(browser: &mut Browser<'_>, response: &Response) -> String {
    text(browser.get(location(response)).await).await
}

#[tokio::test]
async fn what_was_typed_for_a_conversation_that_is_gone_is_shown_on_the_list() {
    let inbox = inbox().await;
    let mut browser = inbox.installation.signed_in().await;
    let path = format!("/w/{}/conversations/{}/reply", inbox.slug, services::clock::new_id());
    let response = browser.post(&path, &[("text", "Two are left.")]).await;
    assert_eq!(location(&response), format!("/w/{}/inbox", inbox.slug));
    let page = flash(&mut browser, &response).await;
    assert!(page.contains("not yours any more"), "{page}");
    assert!(page.contains("Two are left."), "{page}");
}

#[tokio::test]
async fn what_was_typed_before_the_session_ended_comes_back_to_its_author_only() {
    let inbox = inbox().await;
    let row = inbox.receive("wamid.1", "Is it in stock?").await;
    let services = &inbox.installation.services;
    let slug =
        accounts::create_owner(services, "Other", "mallory@other.example", "another long password").await.unwrap();
    for (email, password, theirs) in
        [(EMAIL, PASSWORD, true), ("mallory@other.example", "another long password", false)]
    {
        let mut browser = inbox.installation.signed_in().await;
        accounts::revoke_all(services, owner_id(&inbox.installation).await, None).await.unwrap();
        let response = inbox.post(&mut browser, &row, "reply", &[("text", "Two are left.")]).await;
        let login = location(&response).to_owned();
        assert!(login.starts_with("/login?next="), "{login}");
        assert!(!text(browser.get(&login).await).await.contains("Two are left."), "nobody has signed in yet");
        // A failed attempt spends nothing.
        browser.post("/login", &[("email", email), ("password", "wrong wrong wrong")]).await;
        let next = if theirs { inbox.page(&row) } else { format!("/w/{slug}/inbox") };
        let response = browser.post("/login", &[("email", email), ("password", password), ("next", &next)]).await;
        assert_eq!(location(&response), next);
        let page = flash(&mut browser, &response).await;
        assert_eq!(page.contains("Two are left."), theirs, "{page}");
        assert_eq!(page.contains("signed out before this was sent"), theirs, "{page}");
    }
    assert_eq!(inbox.messages(&row).await.len(), 1, "nothing was sent on its own");
}

#[tokio::test]
async fn a_stream_from_no_number_starts_now() {
    let inbox = inbox().await;
    let mut browser = inbox.installation.signed_in().await;
    for query in ["?after=abc", "?after=", "?after=1&after=2", "?after=99999999999999999999"] {
        let response = browser.get(&format!("/w/{}/events{query}", inbox.slug)).await;
        assert_eq!(response.status(), StatusCode::OK, "{query}");
    }
}

#[tokio::test]
async fn close_reopen_and_assign() {
    let inbox = inbox().await;
    let row = inbox.receive("wamid.1", "Is it in stock?").await;
    let mut browser = inbox.installation.signed_in().await;
    let now = async || conversations::thread(&inbox.ctx, row.id).await.unwrap().row;
    location(&inbox.post(&mut browser, &row, "close", &[]).await);
    assert_eq!(now().await.state, domain::conversation::State::Closed);
    location(&inbox.post(&mut browser, &row, "reopen", &[]).await);
    assert_eq!(now().await.state, domain::conversation::State::Open);
    let me = inbox.ctx.me().id.to_string();
    location(&inbox.post(&mut browser, &row, "assign", &[("member", &me)]).await);
    assert_eq!(now().await.assignee, Some(inbox.ctx.me().id));
    location(&inbox.post(&mut browser, &row, "assign", &[("member", "")]).await);
    assert_eq!(now().await.assignee, None);
}

#[tokio::test]
async fn another_workspace_does_not_exist() {
    let inbox = inbox().await;
    let row = inbox.receive("wamid.1", "Is it in stock?").await;
    let services = &inbox.installation.services;
    accounts::create_owner(services, "Other", "mallory@other.example", "another long password").await.unwrap();
    let mut mallory = inbox.installation.browser();
    let fields = [("email", "mallory@other.example"), ("password", "another long password")];
    assert_eq!(location(&mallory.post("/login", &fields).await), "/");
    for action in ["close", "reopen", "assign"] {
        let response = inbox.post(&mut mallory, &row, action, &[("text", "hello")]).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{action}");
        // Nor through their own workspace.
        let path = format!("/w/other/conversations/{}/{action}", row.id);
        assert_eq!(mallory.post(&path, &[("text", "hello")]).await.status(), StatusCode::NOT_FOUND, "{action}");
    }
    assert_eq!(inbox.post(&mut mallory, &row, "reply", &[("text", "hello")]).await.status(), StatusCode::NOT_FOUND);
    // A reply says the same about a conversation of others as about one that never was.
    for id in [row.id.to_string(), services::clock::new_id().to_string()] {
        let response = mallory.post(&format!("/w/other/conversations/{id}/reply"), &[("text", "hello")]).await;
        assert_eq!(location(&response), "/w/other/inbox");
    }
    let message = inbox.messages(&row).await[0].id;
    let path = format!("/w/other/messages/{message}/send-again");
    assert_eq!(mallory.post(&path, &[]).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(mallory.get(&format!("/w/{}/events", inbox.slug)).await.status(), StatusCode::NOT_FOUND);
    assert_eq!(inbox.messages(&row).await.len(), 1);
}

#[tokio::test]
async fn the_stream_replays_what_was_missed_then_follows_and_ends_with_the_process() {
    let inbox = inbox().await;
    inbox.receive("wamid.1", "First").await;
    inbox.receive("wamid.2", "Second").await;
    let mut browser = inbox.installation.signed_in().await;
    // The first event said that the number was connected, the second one brought the first message.
    let response = browser.get(&format!("/w/{}/events?after=2", inbox.slug)).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(header_of(&response, "content-type"), "text/event-stream");
    let mut body = response.into_body();
    let missed = next(&mut body).await;
    assert!(missed.contains("id: 3\n") && missed.contains("event: live\n") && missed.contains("Second"), "{missed}");
    inbox.receive("wamid.3", "Third").await;
    let live = next(&mut body).await;
    assert!(live.contains("id: 4\n") && live.contains("Third"), "{live}");
    inbox.installation.stopping.cancel();
    let end = tokio::time::timeout(Duration::from_secs(10), body.frame()).await.expect("it ends");
    assert!(end.is_none(), "{end:?}");
}

async fn next(body: &mut Body) -> String {
    let frame = tokio::time::timeout(Duration::from_secs(10), body.frame()).await.expect("an event").unwrap().unwrap();
    String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap()
}
