use super::{BY_EMAIL, SignedIn, throttle::Attempt};
use crate::{Error, Result, Services, sql};
use domain::{id::UserId, time::Millis};
use std::net::IpAddr;
use uuid::Uuid;

const NAME: &str = "SELECT name FROM users WHERE id = $1";

/// Why nobody was signed in. The texts do not tell whether an account exists.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Unknown address or wrong password.
    #[error("This e-mail address and password do not belong together.")]
    Wrong,
    /// Too many failures for this account or from this address.
    #[error("Too many attempts. Try again in {}.", wait_text(*retry_after_ms))]
    Throttled { retry_after_ms: Millis },
    /// The attempt could not be looked at.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<sqlx::Error> for SignInError {
    fn from(e: sqlx::Error) -> Self {
        Self::Failed(e.into())
    }
}

/// Checks an e-mail and password from an address of the network.
///
/// # Errors
/// [`SignInError`]. An unknown account takes as long as a wrong password.
pub async fn sign_in(
    services: &Services,
    email: &str,
    password: &str,
    address: IpAddr,
) -> Result<SignedIn, SignInError> {
    // What cannot be an address is counted and answered like one that nobody has.
    let email = domain::text::email(email).unwrap_or_else(|_| email.trim().to_lowercase());
    let attempt = Attempt::new(&email, address);
    if let Err(blocked) = attempt.count(services).await? {
        return Err(SignInError::Throttled { retry_after_ms: blocked.retry_after_ms });
    }
    let account = {
        let mut read = services.db().read().await?;
        // PostgreSQL refuses U+0000 in text, and no account has it.
        let email = domain::text::storable(&email);
        sql!(opt(Uuid, String, String), read.conn(), BY_EMAIL, email.as_str())?
    };
    let hash = account.as_ref().map(|(_, _, hash)| hash.as_str());
    let matches = services.passwords().verify(password, hash).await?;
    match account {
        Some((user, name, _)) if matches => {
            attempt.succeeded(services).await?;
            Ok(SignedIn { user: UserId(user), name })
        }
        _ => Err(SignInError::Wrong),
    }
}

/// Who a session's user is today; `None` when the account is gone.
///
/// # Errors
/// When the database cannot be asked.
pub async fn signed_in(services: &Services, user: UserId) -> Result<Option<SignedIn>> {
    let mut read = services.db().read().await?;
    let name = sql!(scalar_opt String, read.conn(), NAME, user.0)?;
    Ok(name.map(|name| SignedIn { user, name }))
}

fn wait_text(ms: Millis) -> String {
    match (ms + 999) / 1_000 {
        1 => "1 second".to_owned(),
        s @ ..=90 => format!("{s} seconds"),
        s => format!("{} minutes", (s + 59) / 60),
    }
}
