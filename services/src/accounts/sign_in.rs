use super::{
    Proof, SignedIn, proof,
    tell::{self, By},
    throttle::{Attempt, Blocked, wait_text},
    totp,
};
use crate::{
    Error, Origin, Result, Services,
    audit::{self, Entry},
    sql,
};
use domain::{
    audit::Action,
    id::UserId,
    time::{MINUTE, Millis},
};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr};
use uuid::Uuid;

/// For this long after the password the code may be typed.
const PATIENCE: Millis = 10 * MINUTE;

const NAME: &str = "SELECT name FROM users WHERE id = $1";
/// The password and since when it is the one, in one look.
const ACCOUNT: &str = "SELECT u.id, u.name, u.password_hash, u.password_changed_at,
    EXISTS (SELECT 1 FROM totp_secrets t WHERE t.user_id = u.id) FROM users u WHERE u.email = $1";

/// Why nobody was signed in. The texts do not tell whether an account exists.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// Unknown address or wrong password.
    #[error("This e-mail address and password do not belong together.")]
    Wrong,
    /// A code that is not right now, or that was taken before.
    #[error("This code is not right. Each works once; the app shows a new one every 30 seconds.")]
    WrongCode,
    /// The password was said too long ago, or is another one now.
    #[error("That took too long. Sign in again.")]
    TooLate,
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

impl From<Blocked> for SignInError {
    fn from(blocked: Blocked) -> Self {
        Self::Throttled { retry_after_ms: blocked.retry_after_ms }
    }
}

/// Somebody who gave the right password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    pub user: UserId,
    pub name: String,
    /// While this is set they are not signed in: a code is missing.
    pub waiting: Option<Waiting>,
    /// With this their session begins, see [`complete`].
    pub proof: Proof,
}

/// The right password was given, and the code was not. It opens nothing; a session keeps it between the two steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    user: UserId,
    since: Millis,
    /// Of the password that was given: with another one it counts no more.
    password_changed_at: Millis,
}

/// Checks an e-mail and password from an address of the network.
///
/// # Errors
/// [`SignInError`]. An unknown account takes as long as a wrong password.
pub async fn sign_in(services: &Services, email: &str, password: &str, address: IpAddr) -> Result<Passed, SignInError> {
    // What cannot be an address is counted and answered like one that nobody has.
    let email = domain::text::email(email).unwrap_or_else(|_| email.trim().to_lowercase());
    let attempt = Attempt::new(&email, address);
    if let Err(blocked) = attempt.count(services).await? {
        failed(services, Action::SignInBlocked, address, "a password");
        return Err(blocked.into());
    }
    let account = {
        let mut read = services.db().read().await?;
        // PostgreSQL refuses U+0000 in text, and no account has it.
        let email = domain::text::storable(&email);
        sql!(opt(Uuid, String, String, Millis, bool), read.conn(), ACCOUNT, email.as_str())?
    };
    let hash = account.as_ref().map(|(_, _, hash, ..)| hash.as_str());
    let matches = services.passwords().verify(password, hash).await?;
    let Some((user, name, _, password_changed_at, second)) = account else {
        // What was typed is not kept: people mistake the field, and type their password.
        failed(services, Action::SignInFailed, address, "an address that nobody has");
        return Err(SignInError::Wrong);
    };
    if !matches {
        failed(services, Action::SignInFailed, address, &format!("a wrong password for {email}"));
        return Err(SignInError::Wrong);
    }
    attempt.succeeded(services).await?;
    let (user, since) = (UserId(user), services.clock().now());
    let waiting = second.then_some(Waiting { user, since, password_changed_at });
    // Without a code, and so worth nothing where one is asked for.
    let proof = Proof { password_changed_at, second: None };
    Ok(Passed { user, name, waiting, proof })
}

/// The second step: a code of the person's app, or a recovery code.
///
/// # Errors
/// [`SignInError`]; `TooLate` means that the first step has to be taken again.
pub async fn sign_in_with_code(
    services: &Services,
    waiting: &Waiting,
    typed: &str,
    origin: &Origin,
) -> Result<Passed, SignInError> {
    let Waiting { user, since, password_changed_at } = *waiting;
    if services.clock().now() - since > PATIENCE {
        return Err(SignInError::TooLate);
    }
    let asked = {
        let mut read = services.db().read().await?;
        proof::asked(read.conn(), user).await?
    };
    let fits = |asked: &Proof| asked.password_changed_at == password_changed_at && asked.second.is_some();
    let proof = asked.filter(fits).ok_or(SignInError::TooLate)?;
    let address = origin.address.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
    let attempt = Attempt::code(user, address);
    if let Err(blocked) = attempt.count(services).await? {
        failed(services, Action::SignInBlocked, address, "a code");
        return Err(blocked.into());
    }
    if !totp::accept(services, user, typed, origin).await? {
        failed(services, Action::SignInFailed, address, "a wrong code after the right password");
        return Err(SignInError::WrongCode);
    }
    attempt.succeeded(services).await?;
    let SignedIn { user, name } = signed_in(services, user).await?.ok_or(SignInError::TooLate)?;
    Ok(Passed { user, name, waiting: None, proof })
}

fn failed(services: &Services, action: Action, address: IpAddr, detail: &str) {
    audit::system_event(services, action, &Origin { address: Some(address), agent: None }, detail);
}

/// The last step: what was shown is looked at once more, since a password or a second factor may be another one by now, and it
/// is written down that a session begins. The session brings the proof along too, under [`super::PROOF_KEY`].
///
/// # Errors
/// `TooLate`; `Failed` when the database cannot be written. Then it must not begin.
pub async fn complete(services: &Services, user: UserId, proof: Proof, origin: &Origin) -> Result<(), SignInError> {
    let mut tx = services.db().begin().await?;
    if !proof::stands(tx.conn(), user, proof).await? {
        return Err(SignInError::TooLate);
    }
    let now = services.clock().now();
    tell::record(services, &mut tx, user, (By::Person, origin), now, Entry::new(Action::SignedIn)).await?;
    Ok(tx.commit().await?)
}

/// Writes down that a session begins which nobody signed in for with a password.
///
/// # Errors
/// When the database cannot be written; then it must not begin.
pub async fn note_signed_in(services: &Services, user: UserId, origin: &Origin) -> Result<()> {
    let mut tx = services.db().begin().await?;
    let now = services.clock().now();
    tell::record(services, &mut tx, user, (By::Person, origin), now, Entry::new(Action::SignedIn)).await?;
    Ok(tx.commit().await?)
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
