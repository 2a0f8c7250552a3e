use super::change::{Decision, Desk, decide, lock};
use crate::{Actor, Origin, Result, Services, db::Tx, sql};
use domain::{
    inbox::Event,
    opt_out::{Source, What},
    time::Millis,
};
use uuid::Uuid;

const CONTACT: &str = "SELECT v.contact_id FROM messages m
    JOIN conversations v ON v.workspace_id = m.workspace_id AND v.id = m.conversation_id
    WHERE m.workspace_id = $1 AND m.id = $2";

/// Meta refused `message` because its customer stopped the business's marketing (131050).
pub(crate) fn refused(contact: Uuid, message: Uuid, at: Millis) -> Decision {
    Decision {
        contact,
        what: What::OptedOut,
        source: Source::Error,
        at: Some(at),
        proof: Some(format!("refused/{message}")),
        message: Some(message),
        said: None,
        answer_in: None,
    }
}

/// Keeps others off the customers of these messages, which say so, before anything of theirs is locked. The workspace's lock is
/// held already.
pub(crate) async fn lock_refused(tx: &mut Tx, workspace: Uuid, messages: &[Uuid]) -> Result<()> {
    let mut contacts = Vec::with_capacity(messages.len());
    for message in messages {
        contacts.extend(sql!(scalar_opt Uuid, tx.conn(), CONTACT, workspace, *message)?);
    }
    lock(tx, workspace, &contacts).await
}

/// The same for messages that Graph refused so, in a transaction that holds [`lock_refused`]. Returns what everybody is to be
/// told; whoever calls records it, as the last thing.
///
/// # Errors
/// When the database fails. Doing it twice changes nothing.
pub(crate) async fn refused_by_graph(
    services: &Services,
    tx: &mut Tx,
    workspace: Uuid,
    messages: &[Uuid],
    now: Millis,
) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    if messages.is_empty() {
        return Ok(events);
    }
    let settings = super::load(tx.conn(), workspace).await?;
    for message in messages {
        let contact: Option<Uuid> = sql!(scalar_opt Uuid, tx.conn(), CONTACT, workspace, *message)?;
        let Some(contact) = contact else { continue };
        // A report that was faster than its answer says so as well; of that nobody knew before.
        lock(tx, workspace, &[contact]).await?;
        let mut desk = Desk {
            services,
            tx: &mut *tx,
            workspace: workspace.into(),
            actor: Actor::System,
            origin: &Origin::default(),
            now,
            events: &mut events,
            // A refusal is no message that could be answered.
            confirmations: &mut Vec::new(),
        };
        decide(&mut desk, &settings, refused(contact, *message, now)).await?;
    }
    Ok(events)
}
