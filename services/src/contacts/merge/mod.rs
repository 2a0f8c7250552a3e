//! Two contacts become one: docs/adr/0013-one-contact-of-two.md.

mod consent;
mod threads;

use super::{fields, find::find};
use crate::{
    Ctx, Error, Result,
    audit::{self, Entry},
    consent::lock,
    db::{Tx, dialect},
    limits, live, sql,
};
use domain::{
    audit::Action,
    contact::{Contact, NOTE_LIMIT, is_group, name_key},
    id::ContactId,
    inbox::Event,
    permission::Permission,
};
use serde_json::json;

const TWIN: &str = "SELECT meta_user_id, wa_id FROM contact_twins WHERE workspace_id = $1
    AND ((by_user_id = $2 AND by_phone = $3) OR (by_user_id = $3 AND by_phone = $2))";
const NAMED: &str = "SELECT named FROM contacts WHERE workspace_id = $1 AND id = $2";
// Nobody has such a user id: it keeps the unique indexes free for the other one until the row goes.
const HOLLOW: &str = "UPDATE contacts SET wa_id = NULL, meta_user_id = $3 WHERE workspace_id = $1 AND id = $2";
const WRITE: &str =
    "UPDATE contacts SET wa_id = $3, meta_user_id = $4, username = $5, profile_name = $6, name_key = $7,
    named = $8, fields = $9, note = $10, assignee_id = $11, updated_at = $12 WHERE workspace_id = $1 AND id = $2";
const WAITING: &str = "UPDATE outbox SET contact_id = $3 WHERE workspace_id = $1 AND contact_id = $2";
const NO_TWIN: &str = "DELETE FROM contact_twins WHERE workspace_id = $1 AND (by_user_id = $2 OR by_phone = $2)";
const TRAIL: &str = "UPDATE contact_merges SET into_id = $3 WHERE workspace_id = $1 AND into_id = $2";
const LEAD: &str = "INSERT INTO contact_merges (workspace_id, from_id, into_id, at) VALUES ($1, $2, $3, $4)";
const FORGET: &str = "DELETE FROM contacts WHERE workspace_id = $1 AND id = $2";

/// Makes one contact of two: `gone` goes, and what it has is `kept`'s from then on. Where both have something, `kept`'s stands;
/// whoever of them opted out, the one contact has. Of two conversations that are open on one number the one that was quiet for
/// longer is closed, with a note in both. Screens show it at once.
///
/// # Errors
/// `Forbidden`; `NotFound` when one of them is not the member's to see; `Conflict` when each has a phone number or a user id of
/// its own and no message showed which one is theirs now.
pub async fn merge(ctx: &Ctx, kept: ContactId, gone: ContactId) -> Result<Contact> {
    ctx.demand(Permission::ContactsUpdate)?;
    let (ws, now) = (ctx.ws(), ctx.now());
    let mut tx = ctx.begin().await?;
    // Ingest, which may be writing a message of one of them, is done before, or finds the one contact.
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres::lock_workspace(tx, ws).await?;
    }
    let (keeps, goes) = (find(ctx, tx.conn(), kept).await?, find(ctx, tx.conn(), gone).await?);
    for contact in [&keeps, &goes] {
        ctx.demand_on(Permission::ContactsUpdate, contact.assignee)?;
    }
    if kept == gone {
        return Err(domain::Error::invalid("contact", "this is the same contact").into());
    }
    if is_group(keeps.user_id.as_deref()) || is_group(goes.user_id.as_deref()) {
        return Err(domain::Error::invalid("contact", "a WhatsApp group is nobody's second contact").into());
    }
    lock(&mut tx, ws, &[kept.0, gone.0]).await?;
    let one = joined(ctx, &mut tx, &keeps, &goes).await?;
    write(&mut tx, ctx, &one, &goes).await?;
    let mut events = threads::join(ctx, &mut tx, &one, &goes).await?;
    sql!(exec tx.conn(), WAITING, ws, gone.0, kept.0)?;
    limits::join(&mut tx, ws, gone.0, kept.0).await?;
    consent::join(ctx, &mut tx, &keeps, &goes, &mut events).await?;
    sql!(exec tx.conn(), NO_TWIN, ws, gone.0)?;
    sql!(exec tx.conn(), TRAIL, ws, gone.0, kept.0)?;
    sql!(exec tx.conn(), LEAD, ws, gone.0, kept.0, now)?;
    sql!(exec tx.conn(), FORGET, ws, gone.0)?;
    let entry = Entry::new(Action::ContactsMerged).on("contact", kept.0).change(shown(&keeps), merged(&one, &goes));
    audit::record(&mut tx, ctx, entry).await?;
    for contact in [&one, &goes] {
        events.push(Event::Contact { contact: contact.id, assignee: contact.assignee });
    }
    let after = find(ctx, tx.conn(), kept).await?;
    let seq = live::record(&mut tx, ws, &events, now).await?;
    tx.commit().await?;
    ctx.services().bus().publish(ws, seq);
    Ok(after)
}

/// Who they are from now on.
async fn joined(ctx: &Ctx, tx: &mut Tx, keeps: &Contact, goes: &Contact) -> Result<Contact> {
    let ws = ctx.ws();
    let twin: Option<(Option<String>, String)> =
        sql!(opt(Option<String>, String), tx.conn(), TWIN, ws, keeps.id.0, goes.id.0)?;
    // What a message showed outranks what either was known by: it is where they write from now.
    let (user_id, phone) = twin.map(|(user_id, wa_id)| (user_id, format!("+{wa_id}"))).unzip();
    let user_id = user_id.flatten();
    let phone = identity(phone, keeps.phone.as_ref(), goes.phone.as_ref(), "phone number")?;
    let user_id = identity(user_id, keeps.user_id.as_ref(), goes.user_id.as_ref(), "WhatsApp user id")?;
    let mut values = goes.fields.clone();
    values.extend(keeps.fields.clone());
    Ok(Contact {
        name: if keeps.name.is_empty() { goes.name.clone() } else { keeps.name.clone() },
        phone,
        user_id,
        username: keeps.username.clone().or_else(|| goes.username.clone()),
        assignee: keeps.assignee.or(goes.assignee),
        fields: values,
        note: both(&keeps.note, &goes.note),
        updated_at: ctx.now(),
        ..keeps.clone()
    })
}

fn identity(seen: Option<String>, own: Option<&String>, other: Option<&String>, what: &str) -> Result<Option<String>> {
    match (seen, own, other) {
        (Some(seen), ..) => Ok(Some(seen)),
        (None, Some(own), Some(other)) if own != other => Err(Error::Conflict(format!(
            "Each of them has a {what} of its own, and a contact has one: what is written to the other would reach nobody."
        ))),
        (None, own, other) => Ok(own.or(other).cloned()),
    }
}

/// The one behind the other, as far as there is room.
fn both(kept: &str, gone: &str) -> String {
    if kept.is_empty() || gone.is_empty() || kept == gone {
        return if kept.is_empty() { gone.to_owned() } else { kept.to_owned() };
    }
    let together = format!("{kept}\n\n{gone}");
    if together.chars().count() <= NOTE_LIMIT { together } else { kept.to_owned() }
}

async fn write(tx: &mut Tx, ctx: &Ctx, one: &Contact, goes: &Contact) -> Result<()> {
    let ws = ctx.ws();
    let kept: bool = sql!(scalar bool, tx.conn(), NAMED, ws, one.id.0)?;
    let gone: bool = sql!(scalar bool, tx.conn(), NAMED, ws, goes.id.0)?;
    let named = if one.name == goes.name { kept || gone } else { kept };
    sql!(exec tx.conn(), HOLLOW, ws, goes.id.0, format!("merged/{}", goes.id))?;
    let wa_id = one.phone.as_deref().map(|phone| phone.trim_start_matches('+'));
    let (assignee, fields) = (one.assignee.map(|member| member.0), fields::stored(&one.fields));
    sql!(exec tx.conn(), WRITE, ws, one.id.0, wa_id, one.user_id.as_deref(), one.username.as_deref(), &one.name,
        name_key(&one.name), named, &fields, &one.note, assignee, one.updated_at)?;
    Ok(())
}

fn shown(contact: &Contact) -> serde_json::Value {
    json!({ "name": contact.name, "phone": contact.phone, "user_id": contact.user_id,
        "opted_out": contact.opted_out_at.is_some() })
}

fn merged(one: &Contact, goes: &Contact) -> serde_json::Value {
    let opted_out = one.opted_out_at.is_some() || goes.opted_out_at.is_some();
    json!({ "name": one.name, "phone": one.phone, "user_id": one.user_id, "opted_out": opted_out,
        "merged": { "id": goes.id, "contact": shown(goes) } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_stand_one_behind_the_other_as_far_as_there_is_room() {
        assert_eq!(both("", "b"), "b");
        assert_eq!(both("a", ""), "a");
        assert_eq!(both("a", "a"), "a");
        assert_eq!(both("a", "b"), "a\n\nb");
        let long = "x".repeat(NOTE_LIMIT);
        assert_eq!(both(&long, "b"), long);
    }

    #[test]
    fn two_identities_are_told_apart() {
        let (one, two) = ("1".to_owned(), "2".to_owned());
        let id = |seen: Option<&String>, own, other| identity(seen.cloned(), own, other, "phone number");
        assert_eq!(id(None, Some(&one), None).unwrap(), Some(one.clone()));
        assert_eq!(id(None, None, Some(&two)).unwrap(), Some(two.clone()));
        assert_eq!(id(Some(&two), Some(&one), Some(&two)).unwrap(), Some(two.clone()));
        assert!(id(None, Some(&one), Some(&two)).is_err());
    }
}
