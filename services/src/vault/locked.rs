//! Numbers whose access token does not open: what is to be sent waits until it does.

use super::{Kind, LoadError, Purpose, load};
use crate::{Ctx, Result, Services, db::system, sql};
use domain::{
    id::{NumberId, WorkspaceId},
    time::Millis,
};
use uuid::Uuid;

const LOCKED: &str = "SELECT id, name, token_locked_at FROM numbers
    WHERE workspace_id = $1 AND state = 'active' AND token_locked_at IS NOT NULL ORDER BY created_at, id";
const UNLOCK: &str = "UPDATE numbers SET token_locked_at = NULL
    WHERE workspace_id = $1 AND id = $2 AND token_locked_at IS NOT NULL";

/// A number that sends nothing for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    pub number: NumberId,
    /// As the workspace calls it.
    pub name: String,
    pub since: Millis,
}

/// The numbers of the workspace that send nothing because their token does not open; for the banner, so it asks one index.
///
/// # Errors
/// When the database cannot be asked.
pub async fn locked(ctx: &Ctx) -> Result<Vec<Locked>> {
    let mut read = ctx.read().await?;
    let rows = sql!(all(Uuid, String, Millis), read.conn(), LOCKED, ctx.ws())?;
    Ok(rows.into_iter().map(|(id, name, since)| Locked { number: NumberId(id), name, since }).collect())
}

/// Tries the tokens of locked numbers again, or of all; those that open send at once what waited. Returns how many do not.
///
/// # Errors
/// When the database fails.
pub async fn look_again(services: &Services, all: bool) -> Result<usize> {
    let numbers = {
        let mut read = services.db().read().await?;
        system::numbers_to_unlock(read.conn(), all).await?
    };
    let mut still = 0;
    for (workspace, number) in numbers {
        match load(services, WorkspaceId(workspace), Kind::AccessToken, number, Purpose::Check).await {
            Ok(_) => unlock(services, workspace, number).await?,
            Err(LoadError::Open(_)) => still += 1,
            Err(LoadError::Missing) => {}
            Err(LoadError::Database(error)) => return Err(error.into()),
        }
    }
    Ok(still)
}

async fn unlock(services: &Services, workspace: Uuid, number: Uuid) -> Result<()> {
    let mut tx = services.db().begin().await?;
    if sql!(exec tx.conn(), UNLOCK, workspace, number)? == 0 {
        return Ok(());
    }
    tx.commit().await?;
    tracing::info!(%number, "the access token of a number opens again: what waited is sent");
    services.wakes().wake_outbox();
    Ok(())
}
