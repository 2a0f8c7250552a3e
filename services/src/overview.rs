//! What a workspace's dashboard shows: figures of this moment.

use crate::{Ctx, Result, conversations, dead::KEPT, sql};
use domain::{
    inbox::Counts,
    permission::{Permission, Sight},
    time::Millis,
};
use serde::{Deserialize, Serialize};

const WAITING: &str = "SELECT COUNT(*), MIN(queued_at) FROM outbox
    WHERE workspace_id = $1 AND number_id IN (SELECT id FROM numbers WHERE workspace_id = $1)";
const DEAD: &str = "SELECT COUNT(*) FROM messages WHERE workspace_id = $1 AND status = 'dead' AND failed_at >= $2";

/// The figures.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overview {
    /// Open conversations that the member sees.
    pub open: Counts,
    /// For members who look after the queues.
    pub queue: Option<Queue>,
}

/// Messages on their way out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// Messages that wait to be sent, to be tried again or to be confirmed.
    pub waiting: i64,
    /// Since when the oldest of them waits.
    pub since: Option<Millis>,
    /// Messages that were given up: somebody has to decide.
    pub dead: i64,
}

/// The figures, as far as the member may see them.
///
/// # Errors
/// `Forbidden` without `conversations.view`.
pub async fn overview(ctx: &Ctx) -> Result<Overview> {
    ctx.demand(Permission::ConversationsView)?;
    let mut snapshot = ctx.services.db().snapshot().await?;
    let open = conversations::counts(ctx, snapshot.conn()).await?;
    let queue = if ctx.sight(Permission::OperationsView) == Sight::All {
        let (waiting, since) = sql!(one(i64, Option<Millis>), snapshot.conn(), WAITING, ctx.ws())?;
        let dead = sql!(scalar i64, snapshot.conn(), DEAD, ctx.ws(), ctx.now() - KEPT)?;
        Some(Queue { waiting, since, dead })
    } else {
        None
    };
    Ok(Overview { open, queue })
}
