use crate::{
    Ctx, Result,
    consent::{self, Decision, Desk, decide},
    db::Tx,
    sql,
};
use domain::{
    contact::Contact,
    inbox::Event,
    opt_out::{Source, What},
    time::{Millis, SECOND},
};

const MOVE: &str = "UPDATE consent_events SET contact_id = $3 WHERE workspace_id = $1 AND contact_id = $2
    AND (proof IS NULL OR NOT EXISTS (SELECT 1 FROM consent_events k
        WHERE k.workspace_id = $1 AND k.contact_id = $3 AND k.proof = consent_events.proof))";
// What one message said about both.
const DOUBLES: &str = "DELETE FROM consent_events WHERE workspace_id = $1 AND contact_id = $2";
const NEWEST: &str = "SELECT at, what FROM consent_events WHERE workspace_id = $1 AND contact_id = $2
    ORDER BY at DESC, id DESC LIMIT 1";

/// Joins the histories. Whoever of both opted out, the one contact has: a line of its own says so, since the newest of the joined
/// lines may be an opt-in that the other one gave.
pub(super) async fn join(
    ctx: &Ctx,
    tx: &mut Tx,
    keeps: &Contact,
    goes: &Contact,
    events: &mut Vec<Event>,
) -> Result<()> {
    let ws = ctx.ws();
    sql!(exec tx.conn(), MOVE, ws, goes.id.0, keeps.id.0)?;
    sql!(exec tx.conn(), DOUBLES, ws, goes.id.0)?;
    if keeps.opted_out_at.is_none() && goes.opted_out_at.is_none() {
        return Ok(());
    }
    let newest: Option<(Millis, String)> = sql!(opt(i64, String), tx.conn(), NEWEST, ws, keeps.id.0)?;
    let (newest, what) = newest.unwrap_or_default();
    if keeps.opted_out_at.is_some() && What::parse(&what) == What::OptedOut {
        return Ok(());
    }
    let settings = consent::load(tx.conn(), ws).await?;
    let mut desk = Desk {
        services: ctx.services(),
        tx,
        workspace: ctx.workspace().id,
        actor: ctx.actor(),
        origin: ctx.origin(),
        now: ctx.now(),
        events,
        confirmations: &mut Vec::new(),
    };
    let decision = Decision {
        contact: keeps.id.0,
        what: What::OptedOut,
        source: Source::Member,
        // Behind everything that either history has, in the seconds of Meta's clock.
        at: Some(ctx.now().max((newest.div_euclid(SECOND) + 1) * SECOND)),
        proof: None,
        message: None,
        said: Some("Merged with a contact: the opt-out of either counts.".to_owned()),
        answer_in: None,
    };
    decide(&mut desk, &settings, decision).await?;
    Ok(())
}
