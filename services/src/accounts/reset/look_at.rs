use super::{
    link::{self, Handed},
    rule::judge_again,
};
use crate::{Result, Services, db::Conn, sql};
use domain::{
    id::{MemberId, UserId},
    time::Millis,
};
use secrecy::SecretString;
use uuid::Uuid;

const BY_HASH: &str = "SELECT u.id, u.email, r.handed_in, r.handed_by FROM password_resets r
    JOIN users u ON u.id = r.user_id WHERE r.token_hash = $1 AND r.expires_at > $2";

/// A link that waits to be used.
pub(super) struct Waiting {
    pub user: UserId,
    pub email: String,
    pub handed: Option<Handed>,
}

/// Whose password a link sets, as their address.
///
/// # Errors
/// `NotFound` alike for a link that never was, was used, was replaced or has run out, and for one that was handed over by
/// somebody who may not do that any more.
pub async fn look_at(services: &Services, token: &SecretString) -> Result<String> {
    let mut read = services.db().read().await?;
    Ok(find(read.conn(), token, services.clock().now()).await?.email)
}

pub(super) async fn find(mut conn: Conn<'_>, token: &SecretString, now: Millis) -> Result<Waiting> {
    let hash = link::hash(token).ok_or(domain::Error::NotFound)?;
    let row = sql!(opt(Uuid, String, Option<Uuid>, Option<Uuid>), conn.again(), BY_HASH, hash.as_slice(), now)?;
    let (user, email, workspace, by) = row.ok_or(domain::Error::NotFound)?;
    let user = UserId(user);
    let handed = workspace.zip(by).map(|(workspace, by)| Handed { workspace, by: MemberId(by) });
    if let Some(handed) = handed {
        judge_again(conn, handed, user).await?;
    }
    Ok(Waiting { user, email, handed })
}
