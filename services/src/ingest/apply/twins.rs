use super::{
    Step,
    contacts::{Contact, People},
};
use crate::sql;
use domain::{inbox::Event, meta::webhook::Sender};
use uuid::Uuid;

const FOUND: &str = "INSERT INTO contact_twins (workspace_id, by_user_id, by_phone, meta_user_id, wa_id, found_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (by_user_id, by_phone) DO NOTHING";

/// Keeps that a message named the user id of one contact and the number of another: to members they are proposed as one person.
pub(super) async fn note(step: &mut Step<'_>, people: &People, senders: &[&Sender]) -> sqlx::Result<()> {
    for sender in senders {
        let (Some(user_id), Some(wa_id)) = (&sender.user_id, &sender.wa_id) else { continue };
        let holders = people.holders(sender);
        let [by_user_id, by_phone] = holders.as_slice() else { continue };
        let of = |id| people.with_id(id).map(|contact| (contact.id, contact.assignee_id));
        let (Some(one), Some(other)) = (of(*by_user_id), of(*by_phone)) else { continue };
        found(step, one, other, (Some(user_id.as_str()), wa_id)).await?;
    }
    Ok(())
}

/// The same where WhatsApp says that a customer has from now on the ids that another contact is known by.
pub(super) async fn propose(step: &mut Step<'_>, moved: &Contact, known: &Contact, new: &Sender) -> sqlx::Result<()> {
    let user_id = new.user_id.as_ref().or(known.meta_user_id.as_ref());
    let Some(wa_id) = new.wa_id.as_ref().or(known.wa_id.as_ref()).or(moved.wa_id.as_ref()) else { return Ok(()) };
    let of = |contact: &Contact| (contact.id, contact.assignee_id);
    found(step, of(moved), of(known), (user_id.map(String::as_str), wa_id)).await
}

/// Two contacts, each with who looks after it, and the ids of the one person.
pub(super) async fn found(
    step: &mut Step<'_>,
    one: (Uuid, Option<Uuid>),
    other: (Uuid, Option<Uuid>),
    (user_id, wa_id): (Option<&str>, &str),
) -> sqlx::Result<()> {
    let new = sql!(exec step.tx.conn(), FOUND, step.workspace, one.0, other.0, user_id, wa_id, step.now)?;
    if new > 0 {
        let told = |(id, assignee): (Uuid, Option<Uuid>)| Event::Contact {
            contact: id.into(),
            assignee: assignee.map(Into::into),
        };
        step.events.extend([told(one), told(other)]);
    }
    Ok(())
}
