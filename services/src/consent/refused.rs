use super::change::{Decision, Desk, decide, lock};
use crate::{Actor, Origin, Result, Services, db::Tx, live, sql};
use domain::{
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

/// The same for messages that Graph refused so. The last thing that a transaction does that holds the workspace's lock; returns
/// the number of its last event, if there is one, to be published after the commit.
///
/// # Errors
/// When the database fails. Doing it twice changes nothing.
pub(crate) async fn refused_by_graph(
    services: &Services,
    tx: &mut Tx,
    workspace: Uuid,
    messages: &[Uuid],
    now: Millis,
) -> Result<Option<i64>> {
    if messages.is_empty() {
        return Ok(None);
    }
    let settings = super::load(tx.conn(), workspace).await?;
    let mut events = Vec::new();
    for message in messages {
        let contact: Option<Uuid> = sql!(scalar_opt Uuid, tx.conn(), CONTACT, workspace, *message)?;
        let Some(contact) = contact else { continue };
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
    live::record(tx, workspace, &events, now).await
}
