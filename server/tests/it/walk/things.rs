//! Things that are asked for at the doors.

use domain::{
    field::{Kind as FieldKind, Wish},
    id::{FieldId, ImportId, MessageId, TokenId},
    permission::Permissions,
};
use services::{Ctx, contacts};

use crate::support::{Installation, PASSWORD};

/// Another message beside one, which was given up: nobody knows whether it went out.
pub async fn dead_letter(ctx: &Ctx, beside: MessageId) -> uuid::Uuid {
    const MESSAGE: &str = "INSERT INTO messages (workspace_id, id, conversation_id, number_id, direction, kind, body, status,
        status_rank, at, failed_at, error_text) SELECT workspace_id, $2, conversation_id, number_id, 'out', 'text', 'Hello',
        'dead', 14, at - 1, $3, 'Never confirmed.' FROM messages WHERE workspace_id = $1 AND id = $4";
    const TRY: &str = "INSERT INTO send_attempts (workspace_id, message_id, nth, started_at, ended_at, outcome, said)
        VALUES ($1, $2, 1, $3, $3, 'lost', 'The answer was lost.')";
    let (id, ws, now) = (services::clock::new_id(), ctx.workspace().id.0, ctx.now());
    let mut tx = ctx.services().db().begin().await.unwrap();
    services::sql!(exec tx.conn(), MESSAGE, ws, id, now, beside.0).unwrap();
    services::sql!(exec tx.conn(), TRY, ws, id, now).unwrap();
    tx.commit().await.unwrap();
    id
}

/// The file of a message, whose bytes were lost.
pub async fn file(ctx: &Ctx, message: MessageId) -> uuid::Uuid {
    const FILE: &str = "INSERT INTO media (workspace_id, id, number_id, message_id, state, due_at, created_at)
        SELECT workspace_id, $2, number_id, id, 'kept', at, at FROM messages WHERE workspace_id = $1 AND id = $3";
    let id = services::clock::new_id();
    let mut tx = ctx.services().db().begin().await.unwrap();
    services::sql!(exec tx.conn(), FILE, ctx.workspace().id.0, id, message.0).unwrap();
    tx.commit().await.unwrap();
    id
}

pub async fn sign_in(installation: &Installation, email: &str) -> String {
    let mut browser = installation.browser();
    browser.post("/login", &[("email", email), ("password", PASSWORD)]).await;
    let session = browser.cookie("parlance_session").expect("signed in");
    format!("parlance_session={session}")
}

/// A file of contacts.
pub async fn import(owner: &Ctx) -> ImportId {
    let mut upload = contacts::import::Upload::begin(owner, "list.csv").await.unwrap();
    upload.put(b"name,phone\nMeera,+919845550101\n").await.unwrap();
    upload.finish().await.unwrap()
}

/// A custom field, named by its number.
pub async fn field(owner: &Ctx) -> FieldId {
    let name = format!("Field {}", contacts::fields::list(owner).await.unwrap().len());
    contacts::fields::create(owner, &Wish { name, kind: FieldKind::Text, choices: Vec::new() }).await.unwrap().id
}

pub async fn revoked_token(owner: &Ctx) -> (String, TokenId) {
    use secrecy::ExposeSecret;
    let wish = domain::token::NewToken {
        name: "till".to_owned(),
        permissions: Permissions::all(),
        expires_at: None,
        any_address: false,
    };
    let created = services::tokens::create(owner, wish).await.unwrap();
    services::tokens::revoke(owner, created.token.id).await.unwrap();
    (created.secret.expose_secret().to_owned(), created.token.id)
}
