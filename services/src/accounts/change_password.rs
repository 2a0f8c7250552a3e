use super::{
    Proof, check, proof,
    prove::prove,
    sessions,
    tell::{self, By},
};
use crate::{Error, Origin, Result, Services, audit::Entry, sql};
use domain::{audit::Action, id::UserId};
use tower_sessions_core::session::Id;

/// Only while the old one still stands: of two changes at once the second has not seen the first.
const CHANGE: &str =
    "UPDATE users SET password_hash = $3, password_changed_at = $4 WHERE id = $1 AND password_hash = $2";
/// A link that waits was asked for by whoever did not know the password.
const FORGET_LINK: &str = "DELETE FROM password_resets WHERE user_id = $1";

/// Replaces a password and ends all sessions of the person but `keep`, whose id the caller then changes: with what comes back.
///
/// # Errors
/// `Invalid` when the old one is wrong or the new one is too short or too long; `Conflict` after too many wrong ones.
pub async fn change_password(
    services: &Services,
    user: UserId,
    (old, new): (&str, &str),
    keep: Option<Id>,
    origin: &Origin,
) -> Result<Proof> {
    check("new password", new)?;
    let stored = prove(services, user, old).await?.hash;
    let hash = services.passwords().hash(new).await?;
    let mut tx = services.db().begin().await?;
    let now = services.clock().now();
    if sql!(exec tx.conn(), CHANGE, user.0, stored.as_str(), hash.as_str(), now)? == 0 {
        return Err(Error::Conflict("The password was changed in the meantime.".to_owned()));
    }
    sql!(exec tx.conn(), FORGET_LINK, user.0)?;
    sessions::revoke(tx.conn(), user, keep).await?;
    tell::record(services, &mut tx, user, (By::Person, origin), now, Entry::new(Action::PasswordChanged)).await?;
    let proof = proof::asked(tx.conn(), user).await?.ok_or(Error::SignedOut)?;
    let streams = tell::streams(&mut tx, user, now).await?;
    tx.commit().await?;
    streams.publish(services);
    Ok(proof)
}
