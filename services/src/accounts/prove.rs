use super::throttle::Attempt;
use crate::{Error, Result, Services, sql};
use domain::{id::UserId, time::Millis};

const PASSWORD: &str = "SELECT password_hash, password_changed_at FROM users WHERE id = $1";

/// The stored password that was said once more.
pub(super) struct Proved {
    pub hash: String,
    pub changed_at: Millis,
}

/// Lets somebody who is signed in say their password once more, before something that a stolen session must not do.
///
/// # Errors
/// `Invalid` when it is wrong; `Conflict` after too many wrong ones; `SignedOut` for an account that is no more.
pub(super) async fn prove(services: &Services, user: UserId, password: &str) -> Result<Proved> {
    let attempt = Attempt::again(user);
    if let Err(blocked) = attempt.count(services).await? {
        return Err(Error::Conflict(blocked.to_string()));
    }
    let stored = {
        let mut read = services.db().read().await?;
        sql!(opt(String, Millis), read.conn(), PASSWORD, user.0)?
    };
    let (hash, changed_at) = stored.ok_or(Error::SignedOut)?;
    if !services.passwords().verify(password, Some(&hash)).await? {
        return Err(domain::Error::invalid("password", "this is not your present password").into());
    }
    attempt.succeeded(services).await?;
    Ok(Proved { hash, changed_at })
}
