use super::browse::whose;
use crate::{
    Ctx, Result,
    conversations::row,
    db::{Conn, dialect},
};
use domain::{contact::Outline, id::ContactId, permission::Permission, time::Millis};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A conversation of one of them: whose, when, its labels.
pub(crate) type Thread = (Uuid, Millis, String);

/// What lists show of these contacts besides their rows: two statements, however many they are. Of conversations that the member
/// does not see nothing is said. Whoever asks may see the contacts.
///
/// # Errors
/// `Forbidden` without `contacts.read`.
pub async fn outlines(ctx: &Ctx, contacts: &[ContactId]) -> Result<BTreeMap<ContactId, Outline>> {
    ctx.demand(Permission::ContactsRead)?;
    let ids: Vec<Uuid> = contacts.iter().map(|contact| contact.0).collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut read = ctx.read().await?;
    let (threads, agreed) = match read.conn() {
        Conn::Postgres(c) => {
            use dialect::postgres_contacts::{agreed, threads};
            let threads = match whose(ctx.sight(Permission::ConversationsView)) {
                Some(whose) => threads(c, ctx.ws(), &ids, whose).await?,
                None => Vec::new(),
            };
            (threads, agreed(c, ctx.ws(), &ids).await?)
        }
        Conn::Sqlite(c) => {
            use dialect::sqlite_contacts::{agreed, threads};
            let threads = match whose(ctx.sight(Permission::ConversationsView)) {
                Some(whose) => threads(c, ctx.ws(), &ids, whose).await?,
                None => Vec::new(),
            };
            (threads, agreed(c, ctx.ws(), &ids).await?)
        }
    };
    let mut outlines: BTreeMap<ContactId, Outline> = BTreeMap::new();
    for (contact, at, labels) in threads {
        let outline = outlines.entry(contact.into()).or_default();
        outline.last_message_at = outline.last_message_at.max(Some(at));
        for label in row::labels(&labels) {
            if !outline.labels.contains(&label) {
                outline.labels.push(label);
            }
        }
    }
    for (contact, at) in agreed {
        outlines.entry(contact.into()).or_default().opted_in_at = Some(at);
    }
    Ok(outlines)
}
