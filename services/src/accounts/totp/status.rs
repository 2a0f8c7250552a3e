use crate::{Result, Services, db::Conn, sql};
use domain::{id::UserId, time::Millis};

const SECRET: &str = "SELECT created_at, last_used_at FROM totp_secrets WHERE user_id = $1";
const CODES: &str = "SELECT CAST(COALESCE(SUM(CASE WHEN used_at IS NULL THEN 1 ELSE 0 END), 0) AS BIGINT),
    COALESCE(MAX(created_at), 0) FROM recovery_codes WHERE user_id = $1";
/// The person's own workspaces that want everybody to have one.
const DEMANDED: &str = "SELECT w.name FROM members m JOIN workspaces w ON w.id = m.workspace_id
    WHERE m.user_id = $1 AND m.removed_at IS NULL AND w.require_totp ORDER BY w.name";

/// How it is with somebody's second factor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Since when it is on; `None`: off.
    pub since: Option<Millis>,
    pub last_used_at: Option<Millis>,
    pub codes_left: i64,
    pub codes_made_at: Millis,
    /// Workspaces that ask for it: while there is one it cannot be turned off.
    pub demanded_by: Vec<String>,
}

/// # Errors
/// When the database cannot be asked.
pub async fn status(services: &Services, user: UserId) -> Result<Status> {
    let mut read = services.db().read().await?;
    let secret = sql!(opt(Millis, Millis), read.conn(), SECRET, user.0)?;
    let (codes_left, codes_made_at) = sql!(one(i64, Millis), read.conn(), CODES, user.0)?;
    let demanded_by = demanded(read.conn(), user).await?;
    let (since, last_used_at) = secret.unzip();
    Ok(Status { since, last_used_at, codes_left, codes_made_at, demanded_by })
}

pub(super) async fn demanded(conn: Conn<'_>, user: UserId) -> sqlx::Result<Vec<String>> {
    sql!(scalars String, conn, DEMANDED, user.0)
}

/// Whether somebody uses a second factor.
pub(crate) async fn is_on(conn: Conn<'_>, user: UserId) -> sqlx::Result<bool> {
    Ok(sql!(opt(Millis, Millis), conn, SECRET, user.0)?.is_some())
}
