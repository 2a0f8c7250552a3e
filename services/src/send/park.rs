use super::Due;
use crate::{
    Result, Services, sql,
    vault::{self, Kind, LoadError, Purpose},
};
use domain::time::{MINUTE, Millis};
use secrecy::SecretString;
use uuid::Uuid;

/// After this long it is tried again, unless the vault's worker finds earlier that the token opens.
const AGAIN: Millis = MINUTE;

const NUMBER: &str = "SELECT number_id FROM outbox WHERE workspace_id = $1 AND message_id = $2";

/// Everything of the number that nobody has in hand waits as well: it would find the same.
const PARK: &str = "UPDATE outbox SET due_at = $3, leased_by = NULL, lease_until = 0
    WHERE workspace_id = $1 AND number_id = $2 AND due_at < $3
    AND (lease_until <= $4 OR (message_id = $5 AND leased_by = $6))";

/// What is known of the access token that a message needs.
pub(super) enum Token {
    Opened(SecretString),
    /// None is stored.
    Missing,
    /// It does not open for now, and the message waits.
    Waits,
}

/// Opens the access token for a message, before anything is said to be under way. `None` when the message waits for nothing.
pub(super) async fn token(services: &Services, due: &Due) -> Result<Option<Token>> {
    let number: Option<Uuid> = {
        let mut read = services.db().read().await?;
        sql!(scalar_opt Uuid, read.conn(), NUMBER, due.workspace, due.message)?
    };
    let Some(number) = number else { return Ok(None) };
    let workspace = due.workspace.into();
    Ok(Some(match vault::load(services, workspace, Kind::AccessToken, number, Purpose::Send).await {
        Ok(token) => Token::Opened(token),
        Err(LoadError::Missing) => Token::Missing,
        Err(LoadError::Open(_)) => {
            park(services, due, number).await?;
            Token::Waits
        }
        Err(LoadError::Database(error)) => return Err(error.into()),
    }))
}

/// Lets the messages of a number wait. They stay queued: nothing is wrong with them.
async fn park(services: &Services, due: &Due, number: Uuid) -> Result<()> {
    let now = services.clock().now();
    let mut tx = services.db().begin().await?;
    let parked = sql!(exec tx.conn(), PARK, due.workspace, number, now + AGAIN, now, due.message, &*due.holder)?;
    tx.commit().await?;
    tracing::warn!(%number, parked, "the access token of a number does not open: what it has to send waits");
    Ok(())
}
