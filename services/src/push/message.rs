//! What a push says: what is true now, to who may know it now.

use super::want::Kind;
use crate::{Ctx, Error, Result, Services, conversations, notices, sql};
use domain::{
    id::{ConversationId, UserId},
    inbox::Row,
    message::Direction,
    permission::Permission,
    workspace::Slug,
};
use serde_json::json;
use uuid::Uuid;

const BROWSER: &str = "SELECT s.sealed, m.user_id, w.slug, c.choices FROM push_subscriptions s
    JOIN members m ON m.workspace_id = s.workspace_id AND m.id = s.member_id AND m.removed_at IS NULL
    JOIN workspaces w ON w.id = s.workspace_id
    JOIN sessions z ON z.id_hash = s.session_hash AND z.user_id = m.user_id AND z.expires_at > $3
    LEFT JOIN notify_choices c ON c.workspace_id = s.workspace_id AND c.member_id = s.member_id
    WHERE s.workspace_id = $1 AND s.id = $2";
const NEWS: &str = "SELECT COUNT(*) FROM notices WHERE workspace_id = $1 AND member_id = $2 AND conversation_id = $3
    AND kind = $4 AND read_at IS NULL";

/// The sealed subscription, and what its browser is told.
pub(super) struct Message {
    pub sealed: Vec<u8>,
    /// As the page's worker reads it.
    pub json: String,
}

/// `None` where there is nothing to tell any more: it was read, it is not theirs to know, or they have signed out
/// there.
///
/// # Errors
/// When the database cannot be asked.
pub(super) async fn message(
    services: &Services,
    workspace: Uuid,
    browser: Uuid,
    (id, kind): (ConversationId, Kind),
) -> Result<Option<Message>> {
    let known = {
        let mut read = services.db().read().await?;
        sql!(
            opt(Vec<u8>, Uuid, String, Option<String>),
            read.conn(),
            BROWSER,
            workspace,
            browser,
            services.clock().now()
        )?
    };
    let Some((sealed, user, slug, choices)) = known else { return Ok(None) };
    let Ok(slug) = slug.parse::<Slug>() else { return Ok(None) };
    let ctx = match services.ctx(UserId(user), &slug).await {
        Ok(ctx) => ctx,
        Err(Error::Domain(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut read = ctx.read().await?;
    let row = match conversations::find(&ctx, read.conn(), id).await {
        Ok(row) => Row::from(row),
        Err(Error::Domain(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let choices = notices::parse(choices.as_deref());
    let news = match kind {
        Kind::Message => row.unread > 0 && choices.wants(row.assignee, ctx.me().id),
        Kind::Mention | Kind::Assigned => {
            sql!(scalar i64, read.conn(), NEWS, ctx.ws(), ctx.me().id.0, id.0, kind.as_str())? > 0
        }
    };
    drop(read);
    Ok(news.then(|| Message { sealed, json: words(&ctx, &row, kind, choices.words) }))
}

/// Without leave it names nobody and repeats nothing: a locked screen shows it to whoever stands there.
fn words(ctx: &Ctx, row: &Row, kind: Kind, in_full: bool) -> String {
    let may_read = ctx.sight(Permission::MessagesView).reaches(row.assignee);
    let said = row.preview.as_ref().filter(|preview| may_read && preview.direction == Direction::In);
    let body = match (kind, said) {
        (Kind::Message, Some(said)) if in_full => said.text.clone(),
        (Kind::Message, _) if row.assignee.is_none() => "A customer wrote, and nobody has the conversation.".to_owned(),
        (Kind::Message, _) => "A customer wrote to you.".to_owned(),
        (Kind::Mention, _) => "A colleague named you in a note.".to_owned(),
        (Kind::Assigned, _) => "A colleague gave you a conversation.".to_owned(),
    };
    let workspace = ctx.workspace();
    let title = if in_full { &row.contact.name } else { &workspace.name };
    let title: String = title.chars().take(100).collect();
    let url = format!("/w/{}/inbox/{}", workspace.slug, row.id);
    json!({ "title": title, "body": body, "url": url, "tag": row.id }).to_string()
}
