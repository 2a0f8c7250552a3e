use crate::{Ctx, Result, alerts, conversations::row::contact, sql};
use domain::{
    id::MemberId,
    inbox::Eyes,
    notice::{Kind, Notice},
    permission::{Permission, Sight},
    text::preview,
    time::Millis,
};
use uuid::Uuid;

/// Notices that a page shows: older ones are nobody's news.
const MOST: i64 = 100;
/// Characters of a note that are shown.
const WORDS: usize = 160;

// Of what somebody does not see any more nothing is said, neither in the list nor in the number.
const LIST: &str = "SELECT n.id, n.kind, n.actor_id, u.name AS actor_name, n.conversation_id, n.at, n.read_at,
    t.id AS note_id, t.body,
    v.assignee_id, v.contact_id, v.profile_name, v.wa_id, v.meta_user_id, v.username
    FROM notices n
    JOIN conversation_rows v ON v.workspace_id = n.workspace_id AND v.id = n.conversation_id
    JOIN members m ON m.workspace_id = n.workspace_id AND m.id = n.actor_id
    JOIN users u ON u.id = m.user_id
    LEFT JOIN notes t ON t.workspace_id = n.workspace_id AND t.id = n.note_id
    WHERE n.workspace_id = $1 AND n.member_id = $2
    AND ($3 OR v.assignee_id = $2 OR ($4 AND v.assignee_id IS NULL))
    ORDER BY n.at DESC, n.id DESC LIMIT $5";
const UNREAD: &str = "SELECT COUNT(*) FROM notices n
    JOIN conversations v ON v.workspace_id = n.workspace_id AND v.id = n.conversation_id
    WHERE n.workspace_id = $1 AND n.member_id = $2 AND n.read_at IS NULL
    AND ($3 OR v.assignee_id = $2 OR ($4 AND v.assignee_id IS NULL))";

#[derive(sqlx::FromRow)]
struct Record {
    id: Uuid,
    kind: String,
    actor_id: Uuid,
    actor_name: String,
    conversation_id: Uuid,
    at: Millis,
    read_at: Option<Millis>,
    note_id: Option<Uuid>,
    body: Option<String>,
    assignee_id: Option<Uuid>,
    contact_id: Uuid,
    profile_name: String,
    wa_id: Option<String>,
    meta_user_id: Option<String>,
    username: Option<String>,
}

/// What the member sees of conversations: all, and otherwise own ones with or without those of nobody. `None` is
/// nothing.
pub(super) fn sight(ctx: &Ctx) -> Option<(bool, bool)> {
    match ctx.sight(Permission::ConversationsView) {
        Sight::Nothing => None,
        Sight::All => Some((true, true)),
        Sight::Own { unassigned, .. } => Some((false, unassigned)),
    }
}

/// The member's own, the latest first.
///
/// # Errors
/// When the database cannot be asked.
pub async fn list(ctx: &Ctx) -> Result<Vec<Notice>> {
    let Some((all, unassigned)) = sight(ctx) else { return Ok(Vec::new()) };
    let me = ctx.me().id;
    let eyes = Eyes::of(ctx.access(), me);
    let mut read = ctx.read().await?;
    let found: Vec<Record> = sql!(all Record, read.conn(), LIST, ctx.ws(), me.0, all, unassigned, MOST)?;
    Ok(found.into_iter().filter_map(|record| notice(record, eyes)).collect())
}

/// A kind of a newer version of Parlance is passed over.
fn notice(record: Record, eyes: Eyes) -> Option<Notice> {
    let may_read = eyes.messages.reaches(record.assignee_id.map(MemberId));
    let customer = contact(
        record.contact_id,
        &record.profile_name,
        record.wa_id.as_deref(),
        record.meta_user_id.as_deref(),
        record.username.as_deref(),
    );
    Some(Notice {
        id: record.id.into(),
        kind: Kind::parse(&record.kind)?,
        actor: record.actor_id.into(),
        actor_name: record.actor_name,
        conversation: record.conversation_id.into(),
        contact: customer.name,
        words: record.body.filter(|_| may_read).map(|body| preview(&body, WORDS)),
        note: record.note_id.filter(|_| may_read).map(Into::into),
        at: record.at,
        unread: record.read_at.is_none(),
    })
}

/// How many the member has not read.
///
/// # Errors
/// When the database cannot be asked.
pub async fn unread(ctx: &Ctx) -> Result<i64> {
    let Some((all, unassigned)) = sight(ctx) else { return Ok(0) };
    let mut read = ctx.read().await?;
    Ok(sql!(scalar i64, read.conn(), UNREAD, ctx.ws(), ctx.me().id.0, all, unassigned)?)
}

/// The same with the alerts that wait for them: the number at the bell.
///
/// # Errors
/// When the database cannot be asked.
pub async fn waiting(ctx: &Ctx) -> Result<i64> {
    Ok(alerts::unread(ctx).await? + unread(ctx).await?)
}
