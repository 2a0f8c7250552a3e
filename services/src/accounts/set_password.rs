use super::{check, sessions};
use crate::{Result, Services, sql};
use domain::id::UserId;
use uuid::Uuid;

const SET: &str = "UPDATE users SET password_hash = $2, password_changed_at = $3 WHERE email = $1 RETURNING id";

/// Gives an account a new password, without asking for the old one, and ends all its sessions: for whoever runs the
/// installation.
///
/// # Errors
/// `Invalid` when nobody has this e-mail, or the password is too short or too long.
pub async fn set_password(services: &Services, email: &str, new: &str) -> Result<()> {
    let email = domain::text::email(&domain::text::storable(email))?;
    check("password", new)?;
    let hash = services.passwords().hash(new).await?;
    let mut tx = services.db().begin().await?;
    let now = services.clock().now();
    let user = sql!(scalar_opt Uuid, tx.conn(), SET, email.as_str(), hash.as_str(), now)?;
    let user = user.ok_or_else(|| domain::Error::invalid("email", "nobody signs in with this address"))?;
    sessions::revoke(tx.conn(), UserId(user), None).await?;
    Ok(tx.commit().await?)
}
