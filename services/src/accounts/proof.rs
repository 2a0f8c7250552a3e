use crate::{db::Conn, sql};
use domain::{id::UserId, time::Millis};
use serde::{Deserialize, Serialize};

/// Changes nothing, and takes the account's row until the transaction ends. Whoever changes how one signs in takes it before
/// anything else of the account, and so does whoever lets somebody in: one comes after the other.
const HOLD: &str = "UPDATE users SET password_changed_at = password_changed_at WHERE id = $1";
const NOW: &str =
    "SELECT u.password_changed_at, (SELECT t.created_at FROM totp_secrets t WHERE t.user_id = u.id) FROM users u
    WHERE u.id = $1";

/// What somebody showed when they signed in: which password, and with which second factor. It lets them in only while the
/// account still asks for just that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// Since when the password is the one that was given.
    pub(super) password_changed_at: Millis,
    /// Since when the second factor is the one whose code was given; `None`: no code was.
    pub(super) second: Option<Millis>,
}

/// What an account asks for now; `None` when it is gone.
pub(super) async fn asked(conn: Conn<'_>, user: UserId) -> sqlx::Result<Option<Proof>> {
    let row = sql!(opt(Millis, Option<Millis>), conn, NOW, user.0)?;
    Ok(row.map(|(password_changed_at, second)| Proof { password_changed_at, second }))
}

pub(super) async fn hold(conn: Conn<'_>, user: UserId) -> sqlx::Result<()> {
    sql!(exec conn, HOLD, user.0).map(drop)
}

/// Whether it still counts, until the transaction ends. Two statements: the second sees what the first has waited for.
pub(super) async fn stands(mut conn: Conn<'_>, user: UserId, proof: Proof) -> sqlx::Result<bool> {
    hold(conn.again(), user).await?;
    Ok(asked(conn, user).await? == Some(proof))
}
