//! The members of a workspace, as those see them who look after the team.

mod list;
mod reactivate;
mod remove;
mod set_role;

pub use list::list;
pub use reactivate::reactivate;
pub use remove::remove;
pub use set_role::set_role;

use super::change::Change;
use crate::{Error, Result, sql};

const OWNERS: &str = "SELECT COUNT(*) FROM members
    WHERE workspace_id = $1 AND role = 'owner' AND role_id IS NULL AND removed_at IS NULL";

/// # Errors
/// `Conflict` when there is no other Owner. Two changes at once do not both get here: the first holds the workspace.
async fn keep_an_owner(change: &mut Change<'_>) -> Result<()> {
    let ws = change.ctx.ws();
    if sql!(scalar i64, change.conn(), OWNERS, ws)? > 1 {
        return Ok(());
    }
    Err(Error::Conflict("They are the last Owner. Make somebody else an Owner first.".to_owned()))
}
