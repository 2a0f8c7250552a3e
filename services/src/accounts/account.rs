use crate::{Error, Result, Services, sql};
use domain::{id::UserId, time::Millis};

const ACCOUNT: &str = "SELECT email, password_changed_at FROM users WHERE id = $1";

/// What a person sees of their own account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// They sign in with it.
    pub email: String,
    pub password_changed_at: Millis,
}

/// # Errors
/// `SignedOut` for an account that is no more.
pub async fn account(services: &Services, user: UserId) -> Result<Account> {
    let mut read = services.db().read().await?;
    let row = sql!(opt(String, Millis), read.conn(), ACCOUNT, user.0)?;
    let (email, password_changed_at) = row.ok_or(Error::SignedOut)?;
    Ok(Account { email, password_changed_at })
}
