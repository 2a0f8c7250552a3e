use crate::{Ctx, Result, contacts::find, sql};
use domain::{
    id::{ContactId, MemberId},
    inbox::Page,
    opt_out::{Consent, Cursor, Source, What},
    permission::Permission,
    time::Millis,
};
use uuid::Uuid;

const OF_CONTACT: &str = "SELECT e.id, e.at, e.what, e.source, e.message_id, e.said, e.actor_id, u.name AS actor_name
    FROM consent_events e
    LEFT JOIN members m ON m.workspace_id = e.workspace_id AND m.id = e.actor_id
    LEFT JOIN users u ON u.id = m.user_id
    WHERE e.workspace_id = $1 AND e.contact_id = $2 AND (e.at, e.id) < ($3, $4)
    ORDER BY e.at DESC, e.id DESC LIMIT $5";

#[derive(sqlx::FromRow)]
pub(super) struct Record {
    id: Uuid,
    at: Millis,
    what: String,
    source: String,
    message_id: Option<Uuid>,
    said: Option<String>,
    actor_id: Option<Uuid>,
    actor_name: Option<String>,
}

impl From<Record> for Consent {
    fn from(r: Record) -> Self {
        Consent {
            id: r.id.into(),
            at: r.at,
            what: What::parse(&r.what),
            source: Source::parse(&r.source),
            message: r.message_id.map(Into::into),
            said: r.said,
            actor: r.actor_id.map(MemberId),
            actor_name: r.actor_name,
        }
    }
}

/// What a contact decided so far, the newest first, at most `limit`, behind the one given. The words of a message are there
/// for those who may read the contact's messages.
///
/// # Errors
/// `Forbidden`; `NotFound` when the contact does not exist or is not the member's to see.
pub async fn history(ctx: &Ctx, id: ContactId, before: Option<Cursor>, limit: usize) -> Result<Page<Consent>> {
    ctx.demand(Permission::ContactsRead)?;
    let ask = i64::try_from(limit + 1).unwrap_or(i64::MAX);
    let (at, behind) = before.map_or((Millis::MAX, Uuid::max()), |cursor| (cursor.at, cursor.id.0));
    let mut read = ctx.read().await?;
    let contact = find(ctx, read.conn(), id).await?;
    let rows: Vec<Record> = sql!(all Record, read.conn(), OF_CONTACT, ctx.ws(), id.0, at, behind, ask)?;
    let more = rows.len() > limit;
    let reads = ctx.sight(Permission::MessagesView).reaches(contact.assignee);
    let items = rows.into_iter().take(limit).map(Consent::from).map(|line| veil(line, reads)).collect();
    Ok(Page { items, more })
}

/// The line without the words of a message, unless the member `reads` the contact's messages. A colleague's note stays.
pub(super) fn veil(line: Consent, reads: bool) -> Consent {
    let by_message = matches!(line.source, Source::Keyword | Source::Button);
    Consent { said: line.said.filter(|_| reads || !by_message), ..line }
}
