use super::history::{Record, veil};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    contacts::find,
    sql,
};
use domain::{
    audit::Action,
    id::{ContactId, MemberId},
    opt_out::{Consent, Cursor},
    permission::{Permission, Sight},
    time::Millis,
};
use futures::{Stream, TryStreamExt, stream};
use serde_json::{Value, json};
use uuid::Uuid;

/// Lines that are in memory at a time.
const AT_ONCE: i64 = 500;

const PAGE: &str = "SELECT e.id, e.at, e.what, e.source, e.message_id, e.said, e.actor_id, u.name AS actor_name,
    e.contact_id, c.profile_name, c.wa_id, c.meta_user_id, c.assignee_id
    FROM (SELECT * FROM consent_events l WHERE l.workspace_id = $1 AND (l.at, l.id) < ($2, $3)
        AND (NOT $4 OR l.contact_id = $5) ORDER BY l.at DESC, l.id DESC LIMIT $6) e
    JOIN contacts c ON c.workspace_id = e.workspace_id AND c.id = e.contact_id
    LEFT JOIN members m ON m.workspace_id = e.workspace_id AND m.id = e.actor_id
    LEFT JOIN users u ON u.id = m.user_id
    ORDER BY e.at DESC, e.id DESC";

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    consent: Record,
    contact_id: Uuid,
    profile_name: String,
    wa_id: Option<String>,
    meta_user_id: Option<String>,
    assignee_id: Option<Uuid>,
}

/// A line of the history and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub contact: ContactId,
    pub name: String,
    /// `+` and digits.
    pub phone: Option<String>,
    /// Meta's business-scoped user id.
    pub user_id: Option<String>,
    pub consent: Consent,
}

impl Row {
    /// Without the words of a message that the member may not read.
    fn seen(self, reads: Sight) -> Line {
        let reads = reads.reaches(self.assignee_id.map(MemberId));
        Line {
            contact: self.contact_id.into(),
            name: self.profile_name,
            phone: self.wa_id.map(|digits| format!("+{digits}")),
            user_id: self.meta_user_id,
            consent: veil(self.consent.into(), reads),
        }
    }
}

/// The consent history of one contact, or of the whole workspace, the newest first, a page at a time: any length takes the
/// same memory. The words of a message are there for those who may read the contact's messages. That it was asked for is audited.
///
/// # Errors
/// `Forbidden` without `contacts.export`; `NotFound`. The stream ends with an error when the database fails or the permission
/// is lost.
pub async fn export(ctx: &Ctx, contact: Option<ContactId>) -> Result<impl Stream<Item = Result<Line>> + Send + use<>> {
    ctx.demand_all(Permission::ContactsExport)?;
    let mut tx = ctx.begin().await?;
    let entry = Entry::new(Action::ConsentExported);
    let entry = match contact {
        Some(id) => {
            find(ctx, tx.conn(), id).await?;
            entry.on("contact", id.0)
        }
        None => entry.on("workspace", ctx.ws()),
    };
    audit::record(&mut tx, ctx, entry.change(Value::Null, json!({ "contact": contact }))).await?;
    tx.commit().await?;
    let pages = stream::try_unfold((ctx.clone(), Some(None)), move |(ctx, next)| async move {
        let Some(before) = next else { return Ok(None) };
        // A file that takes long stops where the permission does.
        let now = ctx.again().await?;
        now.demand_all(Permission::ContactsExport)?;
        let lines = page(&now, contact, before).await?;
        let full = i64::try_from(lines.len()).is_ok_and(|count| count == AT_ONCE);
        let next = lines.last().filter(|_| full).map(|line| Some(line.consent.cursor()));
        Ok::<_, crate::Error>(Some((lines, (ctx, next))))
    });
    Ok(pages.map_ok(|lines| stream::iter(lines.into_iter().map(Ok))).try_flatten())
}

async fn page(ctx: &Ctx, contact: Option<ContactId>, before: Option<Cursor>) -> Result<Vec<Line>> {
    let (at, id) = before.map_or((Millis::MAX, Uuid::max()), |cursor| (cursor.at, cursor.id.0));
    let (one, which) = (contact.is_some(), contact.map_or(Uuid::nil(), |id| id.0));
    let mut read = ctx.read().await?;
    let rows: Vec<Row> = sql!(all Row, read.conn(), PAGE, ctx.ws(), at, id, one, which, AT_ONCE)?;
    let reads = ctx.sight(Permission::MessagesView);
    Ok(rows.into_iter().map(|row| row.seen(reads)).collect())
}
