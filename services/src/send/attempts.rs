use crate::{Ctx, Result, conversations, sql};
use domain::{id::MessageId, permission::Permission, time::Millis};
use serde::Serialize;
use uuid::Uuid;

const MESSAGE: &str =
    "SELECT conversation_id, wamid FROM messages WHERE workspace_id = $1 AND id = $2 AND direction = 'out'";
const ATTEMPTS: &str = "SELECT nth, started_at, ended_at, outcome, code, http, said FROM send_attempts
    WHERE workspace_id = $1 AND message_id = $2 ORDER BY nth";

/// One try of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct Attempt {
    /// From 1.
    pub nth: i64,
    pub started_at: Millis,
    pub ended_at: Millis,
    /// `accepted`, `not_taken`, `refused`, `lost`, `token`, `blocked`, `permanent` or `withheld`.
    pub outcome: String,
    /// Meta's code.
    pub code: Option<i64>,
    /// HTTP status of the answer.
    pub http: Option<i64>,
    /// In words, without secrets.
    pub said: String,
}

/// All tries of a message, the first one first.
///
/// # Errors
/// `NotFound` when it does not exist or is not the member's to see; `Forbidden` when they may not read messages.
pub async fn attempts(ctx: &Ctx, id: MessageId) -> Result<Vec<Attempt>> {
    history(ctx, id).await.map(|(_, attempts)| attempts)
}

/// The same behind what Meta calls the message, once it took it.
///
/// # Errors
/// As [`attempts`].
pub async fn history(ctx: &Ctx, id: MessageId) -> Result<(Option<String>, Vec<Attempt>)> {
    let mut read = ctx.read().await?;
    let message: Option<(Uuid, Option<String>)> =
        sql!(opt(Uuid, Option<String>), read.conn(), MESSAGE, ctx.ws(), id.0)?;
    let (conversation, wamid) = message.ok_or(domain::Error::NotFound)?;
    let row = conversations::find(ctx, read.conn(), conversation.into()).await?;
    ctx.demand_on(Permission::MessagesView, row.assignee())?;
    Ok((wamid, sql!(all Attempt, read.conn(), ATTEMPTS, ctx.ws(), id.0)?))
}
