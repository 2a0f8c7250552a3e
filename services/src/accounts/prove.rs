use super::throttle::Attempt;
use crate::{Error, Result, Services, sql};
use domain::id::UserId;

const HASH: &str = "SELECT password_hash FROM users WHERE id = $1";

/// Lets somebody who is signed in say their password once more, before something that a stolen session must not do. Returns
/// the stored hash that it matched.
///
/// # Errors
/// `Invalid` when it is wrong; `Conflict` after too many wrong ones; `SignedOut` for an account that is no more.
pub(super) async fn prove(services: &Services, user: UserId, password: &str) -> Result<String> {
    let attempt = Attempt::again(user);
    if let Err(blocked) = attempt.count(services).await? {
        return Err(Error::Conflict(blocked.to_string()));
    }
    let stored = {
        let mut read = services.db().read().await?;
        sql!(scalar_opt String, read.conn(), HASH, user.0)?.ok_or(Error::SignedOut)?
    };
    if !services.passwords().verify(password, Some(&stored)).await? {
        return Err(domain::Error::invalid("password", "this is not your present password").into());
    }
    attempt.succeeded(services).await?;
    Ok(stored)
}
