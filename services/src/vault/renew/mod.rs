//! Access tokens are renewed before they end or grow old, as far as Meta allows it.

mod app;
pub(crate) mod ask;
mod keep;

pub use app::MetaApp;

use super::{Kind, LoadError, Purpose, STALE, load};
use crate::{
    Result, Services,
    db::system::{self, ToRenew},
};
use ask::{No, Renewed};
use domain::{
    id::WorkspaceId,
    time::{DAY, HOUR, Millis},
};
use secrecy::{ExposeSecret, SecretString};

/// So long before a token ends it is renewed.
pub(super) const LEAD: Millis = 14 * DAY;
/// Meta is asked about a token this often, also after it refused.
const EVERY: Millis = DAY;
/// After no answer, and until somebody else may try.
const AGAIN: Millis = HOUR;
/// Tokens in one round.
const ROUND: i64 = 100;

const SAME: &str = "Meta answered with the same token.";

/// Looks at the tokens whose time has come, and renews those that end soon or are older than 90 days; returns how many were
/// renewed. Without an app at Meta nothing is done.
///
/// # Errors
/// When the database fails. What Meta refuses is kept with the token and tried again tomorrow.
pub async fn renew_due(services: &Services) -> Result<usize> {
    let Some(app) = services.meta_app() else { return Ok(0) };
    let due = {
        let mut read = services.db().read().await?;
        system::tokens_to_renew(read.conn(), services.clock().now(), ROUND).await?
    };
    let mut renewed = 0;
    for mut row in due {
        if keep::claim(services, &row, services.clock().now() + AGAIN).await? {
            renewed += usize::from(one(services, app, &mut row).await?);
        }
    }
    Ok(renewed)
}

async fn one(services: &Services, app: &MetaApp, row: &mut ToRenew) -> Result<bool> {
    let workspace = WorkspaceId(row.workspace_id);
    let token = match load(services, workspace, Kind::AccessToken, row.number_id, Purpose::Renew).await {
        Ok(token) => token,
        // The vault has said why, or somebody has just taken it away.
        Err(LoadError::Open(_) | LoadError::Missing) => return Ok(false),
        Err(LoadError::Database(error)) => return Err(error.into()),
    };
    if row.expires_at.is_none() {
        match ask::expiry(services.graph(), app, &token).await {
            Ok(expires_at) => row.expires_at = Some(expires_at),
            // What the exchange says about it is told.
            Err(No::Refused(_)) => {}
            Err(No::NotNow(why)) => return Ok(later(row, why)),
        }
    }
    let now = services.clock().now();
    if !wanted(row, now) {
        keep::note(services, row, None, now + EVERY).await?;
        return Ok(false);
    }
    match ask::exchange(services.graph(), app, &token, now).await {
        Ok(renewed) if is_same(&token, &renewed) => {
            row.expires_at = renewed.expires_at.or(row.expires_at);
            let refused = wanted(row, now).then_some(SAME);
            keep::note(services, row, refused, now + EVERY).await?;
            Ok(false)
        }
        Ok(renewed) => keep::store(services, row, renewed, now + EVERY).await,
        Err(No::Refused(why)) => {
            tracing::warn!(number = %row.number_id, %why, "Meta does not renew an access token");
            keep::note(services, row, Some(&why), now + EVERY).await?;
            Ok(false)
        }
        Err(No::NotNow(why)) => Ok(later(row, why)),
    }
}

/// The claim runs out in an hour.
fn later(row: &ToRenew, why: &str) -> bool {
    tracing::warn!(number = %row.number_id, why, "an access token could not be renewed; trying again in an hour");
    false
}

/// Whether it ends soon, or is older than it should become. One that never ends has 0.
fn wanted(row: &ToRenew, now: Millis) -> bool {
    let ends_soon = row.expires_at.is_some_and(|at| at != 0 && at < now + LEAD);
    ends_soon || row.created_at < now - STALE
}

fn is_same(token: &SecretString, renewed: &Renewed) -> bool {
    token.expose_secret() == renewed.token.expose_secret()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_renewed() {
        let row = |created_at, expires_at| ToRenew { created_at, expires_at, ..ToRenew::default() };
        let now = 1_000 * DAY;
        assert!(!wanted(&row(now - STALE, None), now));
        assert!(wanted(&row(now - STALE - 1, None), now));
        assert!(wanted(&row(now - STALE - 1, Some(0)), now));
        assert!(!wanted(&row(now - DAY, Some(0)), now));
        assert!(!wanted(&row(now - DAY, Some(now + LEAD)), now));
        assert!(wanted(&row(now - DAY, Some(now + LEAD - 1)), now));
        assert!(wanted(&row(now - DAY, Some(now - 1)), now), "Meta is asked also when it is over");
    }
}
