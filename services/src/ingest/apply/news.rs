//! What is told of people without a message of theirs: names from the address book of the business's phone, subjects of groups,
//! user ids that Meta made anew.

use super::{Item, Step, twins};
use crate::{Result, clock::new_id, contacts::renamed, sql};
use domain::{
    contact::name_key,
    inbox::Event,
    meta::webhook::{Named, Renewed, Sender, named, renewed},
};
use uuid::Uuid;

const BY_WA_ID: &str = "SELECT id, wa_id, assignee_id FROM contacts WHERE workspace_id = $1 AND wa_id = $2";
const BY_USER_ID: &str = "SELECT id, wa_id, assignee_id FROM contacts WHERE workspace_id = $1 AND meta_user_id = $2";
const ADD: &str = "INSERT INTO contacts
    (workspace_id, id, wa_id, meta_user_id, profile_name, named, named_at, created_at, updated_at, name_key)
    VALUES ($1, $2, $3, $4, $5, TRUE, $6, $7, $7, $8)";
// A colleague's name stands: it has no time.
const NAME: &str = "UPDATE contacts SET profile_name = $3, name_key = $4, named = TRUE, named_at = $5, updated_at = $6
    WHERE workspace_id = $1 AND id = $2 AND (NOT named OR named_at < $5)";
const HAS_ONE: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM contacts
    WHERE workspace_id = $1 AND id = $2 AND meta_user_id IS NOT NULL";
const ASSIGNEE: &str = "SELECT assignee_id FROM contacts WHERE workspace_id = $1 AND id = $2";
const RENEW: &str = "UPDATE contacts SET meta_user_id = $3, updated_at = $4 WHERE workspace_id = $1 AND id = $2";

/// A contact, its number, and who looks after it.
type Found = (Uuid, Option<String>, Option<Uuid>);

/// Names and renews, before the messages of the batch are placed. Doing it twice changes nothing.
pub(super) async fn store(step: &mut Step<'_>, items: &[&Item<'_>]) -> Result<()> {
    for item in items {
        for other in item.others {
            for one in named(&other.what, &other.raw, item.received_at) {
                name(step, &one).await?;
            }
            if other.what == "user_id_update" {
                for one in renewed(&other.raw) {
                    renew(step, &one).await?;
                }
            }
        }
    }
    Ok(())
}

async fn find(step: &mut Step<'_>, sender: &Sender) -> Result<Option<Found>> {
    let (sql, id) = match (&sender.user_id, &sender.wa_id) {
        (Some(id), _) => (BY_USER_ID, id),
        (None, Some(id)) => (BY_WA_ID, id),
        (None, None) => return Ok(None),
    };
    Ok(sql!(opt(Uuid, Option<String>, Option<Uuid>), step.tx.conn(), sql, step.workspace, id)?)
}

async fn name(step: &mut Step<'_>, Named { sender, at }: &Named) -> Result<()> {
    let (ws, now) = (step.workspace, step.now);
    let Some(name) = &sender.profile_name else { return Ok(()) };
    let key = name_key(name);
    let Some((id, ..)) = find(step, sender).await? else {
        let (wa_id, user_id) = (sender.wa_id.as_deref(), sender.user_id.as_deref());
        let id = new_id();
        sql!(exec step.tx.conn(), ADD, ws, id, wa_id, user_id, name, *at, now, &key)?;
        step.renamed.push(id);
        return Ok(());
    };
    if sql!(exec step.tx.conn(), NAME, ws, id, name, &key, *at, now)? > 0 {
        step.renamed.push(id);
    }
    Ok(())
}

async fn renew(step: &mut Step<'_>, Renewed { wa_id, previous, current }: &Renewed) -> Result<()> {
    let by_user_id = |id: &String| Sender { user_id: Some(id.clone()), ..Sender::default() };
    let mut whose = match previous {
        Some(previous) => find(step, &by_user_id(previous)).await?,
        None => None,
    };
    if whose.is_none() {
        // Known by the number alone: what they are called now is news. Of an id that is another by now, it is old.
        let by_phone = Sender { wa_id: wa_id.clone(), ..Sender::default() };
        whose = find(step, &by_phone).await?;
        if let Some((id, ..)) = whose
            && sql!(scalar i64, step.tx.conn(), HAS_ONE, step.workspace, id)? > 0
        {
            whose = None;
        }
    }
    let Some((id, phone, assignee)) = whose else { return Ok(()) };
    match find(step, &by_user_id(current)).await? {
        Some((holder, _, other)) if holder != id => {
            if let Some(wa_id) = wa_id.as_ref().or(phone.as_ref()) {
                twins::found(step, (holder, other), (id, assignee), (Some(current.as_str()), wa_id)).await?;
            }
        }
        Some(_) => {}
        None => {
            sql!(exec step.tx.conn(), RENEW, step.workspace, id, current, step.now)?;
            step.renamed.push(id);
        }
    }
    Ok(())
}

/// Tells every screen that shows one of those who are called or reached otherwise now.
pub(super) async fn tell(step: &mut Step<'_>) -> Result<()> {
    let mut contacts = std::mem::take(&mut step.renamed);
    // One order for all, so that two writers cannot wait for each other.
    contacts.sort_unstable();
    contacts.dedup();
    for contact in contacts {
        let assignee = sql!(scalar_opt Option<Uuid>, step.tx.conn(), ASSIGNEE, step.workspace, contact)?.flatten();
        step.events.push(Event::Contact { contact: contact.into(), assignee: assignee.map(Into::into) });
        let rows = renamed(step.tx, step.workspace, contact).await?;
        step.events.extend(rows);
    }
    Ok(())
}
