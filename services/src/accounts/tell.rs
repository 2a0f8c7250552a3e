//! What happens to an account concerns every workspace that the person belongs to: each writes it down, and open streams there
//! are looked at anew.

use crate::{
    Actor, Origin, Result, Services,
    audit::{self, Entry},
    db::Tx,
    live, sql,
};
use domain::{
    id::{MemberId, UserId, WorkspaceId},
    time::Millis,
};
use uuid::Uuid;

/// In one order, so that two that write in several workspaces do not wait for each other.
const MEMBERSHIPS: &str =
    "SELECT workspace_id, id FROM members WHERE user_id = $1 AND removed_at IS NULL ORDER BY workspace_id";

/// Who did it.
#[derive(Clone, Copy)]
pub(super) enum By {
    /// The person whose account it is.
    Person,
    /// Whoever sits at the command line.
    System,
}

async fn memberships(tx: &mut Tx, user: UserId) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
    sql!(all(Uuid, Uuid), tx.conn(), MEMBERSHIPS, user.0)
}

/// Writes an entry in each workspace, in the transaction of the change.
pub(super) async fn record(
    services: &Services,
    tx: &mut Tx,
    user: UserId,
    (by, origin): (By, &Origin),
    now: Millis,
    entry: Entry,
) -> Result<()> {
    for (workspace, member) in memberships(tx, user).await? {
        let actor = match by {
            By::Person => Actor::Member(MemberId(member)),
            By::System => Actor::System,
        };
        let entry = entry.clone().on("member", member);
        audit::record_as(services, tx, WorkspaceId(workspace), actor, origin, now, entry).await?;
    }
    Ok(())
}

/// Streams to be looked at once the transaction is committed.
#[must_use]
pub(crate) struct Streams(Vec<(Uuid, Option<i64>)>);

/// Lets every open stream of the person ask whether it may go on: the last step of a transaction.
pub(super) async fn streams(tx: &mut Tx, user: UserId, now: Millis) -> Result<Streams> {
    let mut told = Vec::new();
    for (workspace, member) in memberships(tx, user).await? {
        told.push((workspace, live::access_changed(tx, workspace, Some(MemberId(member)), now).await?));
    }
    Ok(Streams(told))
}

impl Streams {
    /// After the commit.
    pub fn publish(self, services: &Services) {
        for (workspace, seq) in self.0 {
            services.bus().publish(workspace, seq);
        }
    }
}
