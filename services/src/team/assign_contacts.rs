use super::{change::lock, moved, stored::must_take};
use crate::{
    Ctx, Result,
    audit::{self, Entry},
    conversations::Line,
    db::Conn,
    live, sql,
};
use domain::{
    audit::Action,
    id::{ContactId, MemberId},
    inbox::Event,
    permission::Permission,
    team::ASSIGN_LIMIT,
};
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Assigned in one transaction: nobody waits long for the workspace.
const BATCH: usize = 100;

const CONTACT: &str = "SELECT assignee_id FROM contacts WHERE workspace_id = $1 AND id = $2";
const ASSIGN: &str = "UPDATE contacts SET assignee_id = $3 WHERE workspace_id = $1 AND id = $2";
const OPEN: &str = "SELECT id, assignee_id FROM conversations
    WHERE workspace_id = $1 AND contact_id = $2 AND state = 'open' ORDER BY id";
/// Not one that was closed in this moment.
const MOVE: &str = "UPDATE conversations SET assignee_id = $3 WHERE workspace_id = $1 AND id = $2 AND state = 'open'";

/// Gives contacts, and those of their open conversations that the actor may hand over, to a member or to nobody.
///
/// # Errors
/// `NotFound` when one of them is not the actor's to see and `Forbidden` when one is not theirs to hand over: then nothing has
/// changed. `Invalid` for more than [`ASSIGN_LIMIT`] at once, and when conversations cannot be given to the member.
pub async fn assign_contacts(ctx: &Ctx, contacts: &[ContactId], to: Option<MemberId>) -> Result<()> {
    if contacts.len() > ASSIGN_LIMIT {
        let problem = format!("choose at most {ASSIGN_LIMIT} contacts at once");
        return Err(domain::Error::invalid("contacts", problem).into());
    }
    ctx.demand(Permission::ContactsUpdate)?;
    ctx.demand(Permission::ConversationsAssign)?;
    // In one order, so that two at once cannot wait for each other.
    let ids: Vec<Uuid> = contacts.iter().map(|id| id.0).collect::<BTreeSet<_>>().into_iter().collect();
    {
        let mut read = ctx.read().await?;
        for id in &ids {
            within_reach(ctx, read.conn(), *id).await?;
        }
    }
    for batch in ids.chunks(BATCH) {
        assign(ctx, batch, to).await?;
    }
    Ok(())
}

async fn assign(ctx: &Ctx, ids: &[Uuid], to: Option<MemberId>) -> Result<()> {
    let mut tx = ctx.begin().await?;
    lock(&mut tx, ctx.ws()).await?;
    if let Some(to) = to {
        must_take(tx.conn(), ctx.ws(), to).await?;
    }
    let target = to.map(|to| to.0);
    let line = Line::given(to, Some(ctx.me().id), ctx.now());
    let mut events: Vec<Event> = Vec::new();
    for id in ids {
        let was = within_reach(ctx, tx.conn(), *id).await?;
        let open: Vec<(Uuid, Option<Uuid>)> = sql!(all(Uuid, Option<Uuid>), tx.conn(), OPEN, ctx.ws(), *id)?;
        let mut moved = Vec::new();
        for (conversation, assignee) in open {
            let assignee = assignee.map(MemberId);
            if assignee == to || ctx.demand_on(Permission::ConversationsAssign, assignee).is_err() {
                continue;
            }
            if sql!(exec tx.conn(), MOVE, ctx.ws(), conversation, target)? == 1 {
                events.push(moved::event(tx.conn(), ctx.ws(), conversation, assignee, line).await?);
                moved.push(conversation);
            }
        }
        if was == to && moved.is_empty() {
            continue;
        }
        sql!(exec tx.conn(), ASSIGN, ctx.ws(), *id, target)?;
        let entry = Entry::new(Action::ContactAssigned)
            .on("contact", *id)
            .change(json!({ "assignee": was }), json!({ "assignee": to, "conversations": moved }));
        audit::record(&mut tx, ctx, entry).await?;
    }
    let seq = live::record(&mut tx, ctx.ws(), &events, ctx.now()).await?;
    tx.commit().await?;
    ctx.services.bus().publish(ctx.ws(), seq);
    Ok(())
}

/// Whose the contact is.
///
/// # Errors
/// `NotFound` alike for one that does not exist and one that the actor may not see; `Forbidden` for one that they may not hand
/// over.
async fn within_reach(ctx: &Ctx, conn: Conn<'_>, id: Uuid) -> Result<Option<MemberId>> {
    let assignee: Option<Option<Uuid>> = sql!(scalar_opt Option<Uuid>, conn, CONTACT, ctx.ws(), id)?;
    let assignee = assignee.ok_or(domain::Error::NotFound)?.map(MemberId);
    if !ctx.sight(Permission::ContactsRead).reaches(assignee) {
        return Err(domain::Error::NotFound.into());
    }
    ctx.demand_on(Permission::ContactsUpdate, assignee)?;
    ctx.demand_on(Permission::ConversationsAssign, assignee)?;
    Ok(assignee)
}
