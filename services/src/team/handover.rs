//! What a removed member leaves behind: contacts and open conversations move to a colleague or to nobody. The removal itself
//! notes it, so that a process that dies in between leaves nothing lying about.

use super::{
    change::{Change, lock},
    moved, stored,
};
use crate::{
    Result, Services,
    audit::{self, Entry},
    conversations::Line,
    ctx::{Actor, Origin},
    db::{Conn, system},
    live, sql,
};
use domain::{
    audit::Action,
    id::{MemberId, WorkspaceId},
};
use serde_json::json;
use uuid::Uuid;

/// Moved in one transaction: nobody waits long for the workspace.
const BATCH: i64 = 100;

const NOTE: &str = "INSERT INTO handovers (workspace_id, member_id, to_id, asked_by, created_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (workspace_id, member_id) DO UPDATE SET to_id = excluded.to_id, asked_by = excluded.asked_by";
const NOTED: &str = "SELECT to_id, asked_by FROM handovers WHERE workspace_id = $1 AND member_id = $2";
const FORGET: &str = "DELETE FROM handovers WHERE workspace_id = $1 AND member_id = $2";

const CONTACTS: &str = "UPDATE contacts SET assignee_id = $3 WHERE workspace_id = $1 AND assignee_id = $2 AND id IN
    (SELECT id FROM contacts WHERE workspace_id = $1 AND assignee_id = $2 ORDER BY id LIMIT $4) RETURNING id";
const CONVERSATIONS: &str = "UPDATE conversations SET assignee_id = $3
    WHERE workspace_id = $1 AND assignee_id = $2 AND state = 'open' AND id IN
    (SELECT id FROM conversations WHERE workspace_id = $1 AND assignee_id = $2 AND state = 'open' ORDER BY id LIMIT $4)
    RETURNING id";

/// Notes, with the removal, what has to move.
pub(super) async fn note(change: &mut Change<'_>, from: MemberId, to: Option<MemberId>) -> Result<()> {
    let (ws, me, now) = (change.ctx.ws(), change.ctx.me().id.0, change.ctx.now());
    sql!(exec change.conn(), NOTE, ws, from.0, to.map(|to| to.0), me, now)?;
    Ok(())
}

/// Nothing has to move after all: the member is back.
pub(super) async fn forget(conn: Conn<'_>, workspace: Uuid, from: MemberId) -> Result<()> {
    sql!(exec conn, FORGET, workspace, from.0)?;
    Ok(())
}

/// Moves everything, a batch at a time.
pub(super) async fn finish(services: &Services, workspace: WorkspaceId, from: MemberId) -> Result<()> {
    while step(services, workspace, from).await? {}
    Ok(())
}

/// Finishes what was begun by a process that did not come to its end.
///
/// # Errors
/// When the database fails.
pub async fn resume(services: &Services) -> Result<()> {
    let unfinished = {
        let mut read = services.db().read().await?;
        system::handovers(read.conn()).await?
    };
    for (workspace, from) in unfinished {
        finish(services, WorkspaceId(workspace), MemberId(from)).await?;
    }
    Ok(())
}

/// One batch; `false` when nothing is left.
async fn step(services: &Services, workspace: WorkspaceId, from: MemberId) -> Result<bool> {
    let (ws, now) = (workspace.0, services.clock().now());
    let mut tx = services.db().begin().await?;
    lock(&mut tx, ws).await?;
    let noted = sql!(opt(Option<Uuid>, Option<Uuid>), tx.conn(), NOTED, ws, from.0)?;
    let Some((to, asked_by)) = noted else { return Ok(false) };
    // Whoever was to have them may have left meanwhile.
    let to = match to {
        Some(to) if stored::takes_conversations(tx.conn(), ws, MemberId(to)).await? => Some(to),
        _ => None,
    };
    let contacts: Vec<Uuid> = sql!(scalars Uuid, tx.conn(), CONTACTS, ws, from.0, to, BATCH)?;
    let conversations: Vec<Uuid> = sql!(scalars Uuid, tx.conn(), CONVERSATIONS, ws, from.0, to, BATCH)?;
    if contacts.is_empty() && conversations.is_empty() {
        sql!(exec tx.conn(), FORGET, ws, from.0)?;
        tx.commit().await?;
        return Ok(false);
    }
    let line = Line::given(to.map(MemberId), asked_by.map(MemberId), now);
    let mut events = Vec::with_capacity(conversations.len());
    for id in &conversations {
        events.push(moved::event(tx.conn(), ws, *id, Some(from), line).await?);
    }
    let entry = Entry::new(Action::MemberHandedOver).on("member", from.0).change(
        json!({ "assignee": from }),
        json!({ "assignee": to, "contacts": contacts, "conversations": conversations }),
    );
    let actor = asked_by.map_or(Actor::System, |member| Actor::Member(MemberId(member)));
    audit::record_as(services, &mut tx, workspace, actor, &Origin::default(), now, entry).await?;
    let seq = live::record(&mut tx, ws, &events, now).await?;
    tx.commit().await?;
    services.bus().publish(ws, seq);
    Ok(true)
}
