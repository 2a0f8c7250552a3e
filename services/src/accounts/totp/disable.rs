use super::{recovery, status::demanded};
use crate::{
    Error, Origin, Result, Services,
    accounts::{
        BY_EMAIL,
        prove::prove,
        set_password::nobody,
        tell::{self, By},
    },
    audit::Entry,
    db::Tx,
    sql,
};
use domain::{audit::Action, id::UserId};
use uuid::Uuid;

const FORGET: &str = "DELETE FROM totp_secrets WHERE user_id = $1";

/// Turns the second factor off.
///
/// # Errors
/// As the password is said once more: `Invalid`, `Conflict`; `Conflict` also while a workspace asks for it.
pub async fn disable(services: &Services, user: UserId, password: &str, origin: &Origin) -> Result<()> {
    prove(services, user, password).await?;
    let mut tx = services.db().begin().await?;
    if let [workspace, ..] = demanded(tx.conn(), user).await?.as_slice() {
        let why = format!("{workspace} asks every member for a second factor. It stays on while you are a member.");
        return Err(Error::Conflict(why));
    }
    forget(services, tx, user, (By::Person, origin)).await.map(drop)
}

/// Turns off the second factor of somebody who lost both phone and recovery codes, for whoever runs the installation; `false`
/// when there was none.
///
/// # Errors
/// `Invalid` when nobody has this e-mail.
pub async fn turn_off(services: &Services, email: &str) -> Result<bool> {
    let email = domain::text::email(&domain::text::storable(email))?;
    let mut tx = services.db().begin().await?;
    let account = sql!(opt(Uuid, String, String), tx.conn(), BY_EMAIL, email.as_str())?;
    let (user, _, _) = account.ok_or_else(nobody)?;
    forget(services, tx, UserId(user), (By::System, &Origin::default())).await
}

async fn forget(services: &Services, mut tx: Tx, user: UserId, by: (By, &Origin)) -> Result<bool> {
    if sql!(exec tx.conn(), FORGET, user.0)? == 0 {
        return Ok(false);
    }
    recovery::forget(tx.conn(), user).await?;
    let now = services.clock().now();
    tell::record(services, &mut tx, user, by, now, Entry::new(Action::TotpDisabled)).await?;
    tx.commit().await?;
    Ok(true)
}
