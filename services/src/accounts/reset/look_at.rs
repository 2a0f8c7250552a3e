use super::link;
use crate::{Result, Services, db::Conn, sql};
use domain::{id::UserId, time::Millis};
use secrecy::SecretString;
use uuid::Uuid;

const BY_HASH: &str = "SELECT u.id, u.email FROM password_resets r JOIN users u ON u.id = r.user_id
    WHERE r.token_hash = $1 AND r.expires_at > $2";

/// Whose password a link sets, as their address.
///
/// # Errors
/// `NotFound` alike for a link that never was, was used, was replaced or has run out.
pub async fn look_at(services: &Services, token: &SecretString) -> Result<String> {
    let mut read = services.db().read().await?;
    Ok(find(read.conn(), token, services.clock().now()).await?.1)
}

pub(super) async fn find(conn: Conn<'_>, token: &SecretString, now: Millis) -> Result<(UserId, String)> {
    let hash = link::hash(token).ok_or(domain::Error::NotFound)?;
    let row = sql!(opt(Uuid, String), conn, BY_HASH, hash.as_slice(), now)?;
    let (user, email) = row.ok_or(domain::Error::NotFound)?;
    Ok((UserId(user), email))
}
