use super::change::{Decision, Desk, decide, lock};
use crate::{
    Actor, Ctx, Result,
    contacts::find,
    db::{Tx, dialect},
    live,
};
use domain::{
    contact::Contact,
    id::ContactId,
    opt_out::{Source, What},
    permission::Permission,
};

/// Notes what a customer decided elsewhere: on the phone, in the shop, in a form. `note` says where. Nothing is sent to them.
/// Doing it twice changes nothing.
///
/// # Errors
/// `Forbidden` without `contacts.consent`, at least for own contacts; `NotFound` when the contact is not the member's to see.
pub async fn record(ctx: &Ctx, id: ContactId, what: What, note: Option<&str>) -> Result<Contact> {
    ctx.demand(Permission::ContactsConsent)?;
    let mut tx = ctx.begin().await?;
    if let Tx::Postgres(tx) = &mut tx {
        dialect::postgres::lock_workspace(tx, ctx.ws()).await?;
    }
    let before = find(ctx, tx.conn(), id).await?;
    ctx.demand_on(Permission::ContactsConsent, before.assignee)?;
    lock(&mut tx, ctx.ws(), &[id.0]).await?;
    let source = match ctx.actor() {
        Actor::Token { .. } => Source::Api,
        Actor::Member(_) | Actor::System => Source::Member,
    };
    let decision = Decision {
        contact: id.0,
        what,
        source,
        at: None,
        proof: None,
        message: None,
        said: note.map(str::to_owned),
        answer_in: None,
    };
    let mut events = Vec::new();
    let mut desk = Desk {
        services: ctx.services(),
        tx: &mut tx,
        workspace: ctx.workspace().id,
        actor: ctx.actor(),
        origin: ctx.origin(),
        now: ctx.now(),
        events: &mut events,
        // Nobody is answered who said it elsewhere.
        confirmations: &mut Vec::new(),
    };
    let settings = super::load(desk.tx.conn(), ctx.ws()).await?;
    decide(&mut desk, &settings, decision).await?;
    let after = find(ctx, tx.conn(), id).await?;
    let seq = live::record(&mut tx, ctx.ws(), &events, ctx.now()).await?;
    tx.commit().await?;
    ctx.services().bus().publish(ctx.ws(), seq);
    Ok(after)
}
