//! Access tokens that have been in use for too long.

use crate::{
    Result, Services, alerts,
    db::system::{self, TokenAge},
};
use domain::{
    alert::{Kind, NewAlert, Severity},
    id::{NumberId, WorkspaceId},
    time::{DAY, Millis},
};

/// After this long a token should be replaced.
pub const STALE: Millis = 90 * DAY;

/// A token that should be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaleToken {
    pub workspace: WorkspaceId,
    pub number: NumberId,
    pub phone_number_id: String,
    /// As the workspace calls the number.
    pub name: String,
    /// Since when it has been in use.
    pub since: Millis,
}

impl StaleToken {
    /// Whole days in use.
    pub const fn days(&self, now: Millis) -> i64 {
        (now - self.since) / DAY
    }
}

/// The tokens of connected numbers that were stored more than 90 days ago.
///
/// # Errors
/// When the database cannot be asked.
pub async fn stale_tokens(services: &Services) -> Result<Vec<StaleToken>> {
    let mut read = services.db().read().await?;
    let found = system::tokens_before(read.conn(), services.clock().now() - STALE).await?;
    Ok(found.into_iter().map(stale).collect())
}

fn stale(row: TokenAge) -> StaleToken {
    StaleToken {
        workspace: WorkspaceId(row.workspace_id),
        number: NumberId(row.id),
        phone_number_id: row.phone_number_id,
        name: row.name,
        since: row.created_at,
    }
}

/// Raises an alert for each of them; how many there are.
///
/// # Errors
/// When the database fails.
pub async fn raise_stale(services: &Services) -> Result<usize> {
    let now = services.clock().now();
    let found = stale_tokens(services).await?;
    for token in &found {
        let mut tx = services.db().begin().await?;
        let alert = NewAlert {
            kind: Kind::AccessTokenOld,
            severity: Severity::Medium,
            title: format!("The access token of {} is {} days old", token.name, token.days(now)),
            body: "Make a new one for the system user in Meta's business settings, connect the number again with it \
                   (`parlance connect-number`), then revoke the old one. Nothing stops until then."
                .to_owned(),
            link: "settings".to_owned(),
            key: format!("token-old:{}", token.number),
        };
        alerts::raise(&mut tx, token.workspace, now, alert).await?;
        tx.commit().await?;
    }
    Ok(found.len())
}
