use super::{Step, contacts::People};
use crate::sql;
use domain::{inbox::Event, meta::webhook::Sender};

const FOUND: &str = "INSERT INTO contact_twins (workspace_id, by_user_id, by_phone, meta_user_id, wa_id, found_at)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (by_user_id, by_phone) DO NOTHING";

/// Keeps that a message named the user id of one contact and the number of another: to members they are proposed as one person.
pub(super) async fn note(step: &mut Step<'_>, people: &People, senders: &[&Sender]) -> sqlx::Result<()> {
    for sender in senders {
        let (Some(user_id), Some(wa_id)) = (&sender.user_id, &sender.wa_id) else { continue };
        let holders = people.holders(sender);
        let [by_user_id, by_phone] = holders.as_slice() else { continue };
        let pair = (*by_user_id, *by_phone);
        let found = sql!(exec step.tx.conn(), FOUND, step.workspace, pair.0, pair.1, user_id, wa_id, step.now)?;
        if found > 0 {
            let shown = |id| people.with_id(id).map(|contact| contact.assignee_id.map(Into::into));
            let told = [pair.0, pair.1].into_iter().filter_map(|id| Some((id, shown(id)?)));
            step.events.extend(told.map(|(id, assignee)| Event::Contact { contact: id.into(), assignee }));
        }
    }
    Ok(())
}
