use super::{
    link,
    look_at::{Waiting, find},
    rule::judge_again,
};
use crate::{
    Origin, Result, Services,
    accounts::{
        check, sessions,
        tell::{self, By},
    },
    audit::Entry,
    sql, team,
};
use domain::{audit::Action, id::UserId};
use secrecy::SecretString;

/// Before anything else of the account, as everywhere: it takes the account's row, so nobody joins another workspace until the
/// commit.
const SET: &str = "UPDATE users SET password_hash = $2, password_changed_at = $3 WHERE id = $1";
/// Of two that come with the same link at once the second finds nothing.
const USE: &str = "DELETE FROM password_resets WHERE user_id = $1 AND token_hash = $2 AND expires_at > $3";

/// Sets a new password with a link, which is used up, and ends all sessions of the person. They then sign in, with their
/// second factor where they have one.
///
/// # Errors
/// `NotFound` as [`super::look_at`]; `Invalid` for a password that is too short or too long: the link still works then.
pub async fn save(services: &Services, token: &SecretString, new: &str, origin: &Origin) -> Result<UserId> {
    // Hashing a password is work: it is done for links that work, and outside of the transaction.
    let Waiting { user, handed, .. } = {
        let mut read = services.db().read().await?;
        find(read.conn(), token, services.clock().now()).await?
    };
    check("new password", new)?;
    let password = services.passwords().hash(new).await?;
    let hash = link::hash(token).ok_or(domain::Error::NotFound)?;
    let now = services.clock().now();
    let mut tx = services.db().begin().await?;
    if let Some(handed) = handed {
        // What follows is judged once more, now that nobody else changes this team.
        team::lock(&mut tx, handed.workspace).await?;
    }
    sql!(exec tx.conn(), SET, user.0, password.as_str(), now)?;
    if let Some(handed) = handed {
        judge_again(tx.conn(), handed, user).await?;
    }
    if sql!(exec tx.conn(), USE, user.0, hash.as_slice(), now)? == 0 {
        return Err(domain::Error::NotFound.into());
    }
    sessions::revoke(tx.conn(), user, None).await?;
    tell::record(services, &mut tx, user, (By::Person, origin), now, Entry::new(Action::PasswordReset)).await?;
    let streams = tell::streams(&mut tx, user, now).await?;
    tx.commit().await?;
    streams.publish(services);
    Ok(user)
}
