use super::{check, sessions, throttle::Attempt};
use crate::{Error, Result, Services, sql};
use domain::id::UserId;
use tower_sessions_core::session::Id;

const HASH: &str = "SELECT password_hash FROM users WHERE id = $1";

/// Only while the old one still stands: of two changes at once the second has not seen the first.
const CHANGE: &str =
    "UPDATE users SET password_hash = $3, password_changed_at = $4 WHERE id = $1 AND password_hash = $2";

/// Replaces a password and ends all sessions of the person but `keep`, whose id the caller then changes.
///
/// # Errors
/// `Invalid` when the old one is wrong or the new one is too short or too long; `Conflict` after too many wrong ones.
pub async fn change_password(services: &Services, user: UserId, old: &str, new: &str, keep: Option<Id>) -> Result<()> {
    check("new password", new)?;
    let attempt = Attempt::again(user);
    if let Err(blocked) = attempt.count(services).await? {
        let wait = (blocked.retry_after_ms + 999) / 1_000;
        return Err(Error::Conflict(format!("Too many attempts. Try again in {wait} seconds.")));
    }
    let stored = {
        let mut read = services.db().read().await?;
        sql!(scalar_opt String, read.conn(), HASH, user.0)?.ok_or(Error::SignedOut)?
    };
    if !services.passwords().verify(old, Some(&stored)).await? {
        return Err(domain::Error::invalid("password", "this is not your present password").into());
    }
    attempt.succeeded(services).await?;
    let hash = services.passwords().hash(new).await?;
    let mut tx = services.db().begin().await?;
    let now = services.clock().now();
    if sql!(exec tx.conn(), CHANGE, user.0, stored.as_str(), hash.as_str(), now)? == 0 {
        return Err(Error::Conflict("The password was changed in the meantime.".to_owned()));
    }
    sessions::revoke(tx.conn(), user, keep).await?;
    Ok(tx.commit().await?)
}
