use super::{
    check, sessions,
    tell::{self, By},
};
use crate::{Origin, Result, Services, audit::Entry, sql};
use domain::{audit::Action, id::UserId};
use uuid::Uuid;

const FORGET_LINK: &str = "DELETE FROM password_resets WHERE user_id = $1";
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
    let user = UserId(user.ok_or_else(nobody)?);
    sessions::revoke(tx.conn(), user, None).await?;
    sql!(exec tx.conn(), FORGET_LINK, user.0)?;
    let entry = Entry::new(Action::PasswordChanged).about("at the command line");
    tell::record(services, &mut tx, user, (By::System, &Origin::default()), now, entry).await?;
    let streams = tell::streams(&mut tx, user, now).await?;
    tx.commit().await?;
    streams.publish(services);
    Ok(())
}

pub(super) fn nobody() -> domain::Error {
    domain::Error::invalid("email", "nobody signs in with this address")
}
