use super::{announce, cancel, confirm::Confirmation};
use crate::{
    Actor, Origin, Result, Services,
    audit::{self, Entry},
    clock::new_id,
    conversations::Line,
    db::{Tx, dialect},
    sql,
};
use domain::{
    audit::Action,
    id::WorkspaceId,
    inbox::{Event, Happened},
    opt_out::{Settings, Source, What},
    text::{preview, storable},
    time::{Millis, SECOND},
};
use serde_json::{Value, json};
use uuid::Uuid;

// As [`rank`] has it.
const NEWEST: &str = "SELECT at, COALESCE(proof, ''), what FROM consent_events
    WHERE workspace_id = $1 AND contact_id = $2
    ORDER BY at / 1000 DESC, (what = 'opted_out') DESC, at DESC, COALESCE(proof, '') DESC, id DESC LIMIT 1";
const KEEP: &str = "INSERT INTO consent_events
    (id, workspace_id, contact_id, at, what, source, message_id, proof, said, actor_id, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING";
const STATE: &str = "SELECT opted_out_at FROM contacts WHERE workspace_id = $1 AND id = $2";
const MARK: &str = "UPDATE contacts SET opted_out_at = $3 WHERE workspace_id = $1 AND id = $2";

/// Characters that are kept of what was said.
const SAID: usize = 200;

/// What somebody decided, and how we know.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    pub contact: Uuid,
    pub what: What,
    pub source: Source,
    /// When it was decided; `None` is now, behind everything that is known.
    pub at: Option<Millis>,
    /// What it is known by: the same proof a second time changes nothing.
    pub proof: Option<String>,
    /// The message that said it, or that Meta refused.
    pub message: Option<Uuid>,
    pub said: Option<String>,
    /// Where the confirmation goes: the conversation in which it was said.
    pub answer_in: Option<Uuid>,
}

/// The transaction in which it is decided, and who decides.
pub(crate) struct Desk<'a> {
    pub services: &'a Services,
    pub tx: &'a mut Tx,
    pub workspace: WorkspaceId,
    pub actor: Actor,
    pub origin: &'a Origin,
    pub now: Millis,
    /// What screens are told with the commit.
    pub events: &'a mut Vec<Event>,
    /// What is to be said to customers: see [`super::confirm`].
    pub confirmations: &'a mut Vec<Confirmation>,
}

/// Which of two decisions counts: ours are timed in milliseconds, Meta's in whole seconds, so of one second the opt-out does.
fn rank(at: Millis, what: What, proof: &str) -> (i64, bool, Millis, &str) {
    (at.div_euclid(SECOND), what == What::OptedOut, at, proof)
}

/// When something is decided now, so that it counts before the newest that is known.
fn behind(newest: Option<(Millis, What)>, what: What, now: Millis) -> Millis {
    match newest {
        Some((at, What::OptedOut)) if what != What::OptedOut => now.max((at.div_euclid(SECOND) + 1) * SECOND),
        Some((at, _)) => now.max(at + 1),
        None => now,
    }
}

/// Keeps others off these contacts and their conversations. The workspace's lock is held already.
pub(crate) async fn lock(tx: &mut Tx, workspace: Uuid, contacts: &[Uuid]) -> Result<()> {
    if let Tx::Postgres(tx) = tx
        && !contacts.is_empty()
    {
        dialect::postgres_consent::lock_people(tx, workspace, contacts).await?;
    }
    Ok(())
}

/// Writes a decision down and gives it its effect, unless a newer one is known: what comes late is history. True when it was
/// not known before. The contact is locked, see [`lock`].
pub(crate) async fn decide(desk: &mut Desk<'_>, settings: &Settings, decision: Decision) -> Result<bool> {
    let (ws, contact) = (desk.workspace.0, decision.contact);
    let newest: Option<(i64, String, String)> = sql!(opt(i64, String, String), desk.tx.conn(), NEWEST, ws, contact)?;
    let newest = newest.map(|(at, proof, what)| (at, proof, What::parse(&what)));
    if decision.at.is_none() && newest.as_ref().is_some_and(|(_, _, what)| *what == decision.what) {
        return Ok(false);
    }
    let known = newest.as_ref().map(|(at, _, what)| (*at, *what));
    let at = decision.at.unwrap_or_else(|| behind(known, decision.what, desk.now));
    if !keep(desk, &decision, at).await? {
        return Ok(false);
    }
    let proof = decision.proof.as_deref().unwrap_or_default();
    if newest.as_ref().is_some_and(|(then, known, what)| rank(*then, *what, known) > rank(at, decision.what, proof)) {
        return Ok(true);
    }
    let was: Option<Millis> = sql!(scalar Option<i64>, desk.tx.conn(), STATE, ws, contact)?;
    // A clock that runs ahead of ours does not make a message before STOP of one after it.
    let becomes = (decision.what == What::OptedOut).then_some(at.min(desk.now));
    let turned = was.is_some() != becomes.is_some();
    if turned || newest.is_none_or(|(_, _, what)| what != decision.what) {
        write_down(desk, &decision, was).await?;
    }
    if was == becomes {
        return Ok(true);
    }
    sql!(exec desk.tx.conn(), MARK, ws, contact, becomes)?;
    if becomes.is_some() {
        cancel::waiting(desk, contact, settings.scope, turned).await?;
        if turned {
            desk.confirmations.retain(|waiting| waiting.contact != contact);
        }
    }
    let happened = match decision.what {
        What::OptedOut => Happened::OptedOut,
        What::OptedIn => Happened::OptedIn,
    };
    // Right below the message that said it, before what it is answered with.
    let line = turned.then(|| Line::new(happened, desk.actor.member(), at.min(desk.now)));
    announce::rows(desk, contact, line).await?;
    if turned && settings.confirms {
        desk.confirmations.extend(Confirmation::of(settings, &decision));
    }
    Ok(true)
}

/// The line of the history; false when it is there already.
async fn keep(desk: &mut Desk<'_>, decision: &Decision, at: Millis) -> Result<bool> {
    let said = decision.said.as_deref().map(|said| preview(&storable(said), SAID)).filter(|said| !said.is_empty());
    let actor = desk.actor.member().map(|member| member.0);
    let (what, source) = (decision.what.as_str(), decision.source.as_str());
    let rows = sql!(exec desk.tx.conn(), KEEP, new_id(), desk.workspace.0, decision.contact, at, what, source,
        decision.message, decision.proof.as_deref(), said.as_deref(), actor, desk.now)?;
    Ok(rows > 0)
}

async fn write_down(desk: &mut Desk<'_>, decision: &Decision, was: Option<Millis>) -> Result<()> {
    let action = match decision.what {
        What::OptedOut => Action::ConsentWithdrawn,
        What::OptedIn => Action::ConsentGiven,
    };
    let mut after = json!({ "opted_out": decision.what == What::OptedOut, "source": decision.source });
    if let Some(message) = decision.message {
        after["message"] = Value::String(message.to_string());
    }
    let entry = Entry::new(action).on("contact", decision.contact).change(json!({ "opted_out": was.is_some() }), after);
    audit::record_as(desk.services, desk.tx, desk.workspace, desk.actor, desk.origin, desk.now, entry).await
}
