//! Access tokens that have been in use for too long, or that end soon.

use super::renew::LEAD;
use crate::{
    Result, Services, alerts,
    db::system::{self, TokenAge},
};
use domain::{
    alert::{Kind, NewAlert, Severity},
    id::{NumberId, WorkspaceId},
    time::{DAY, HOUR, Millis},
};

/// After this long a token should be replaced.
pub const STALE: Millis = 90 * DAY;
/// So long before a token ends somebody is told; renewing it was tried for some days by then.
const ENDS_SOON: Millis = 10 * DAY;
const _: () = assert!(ENDS_SOON < LEAD);
/// And so long before they are told by mail.
const HURRY: Millis = 3 * DAY;

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
    /// Until when Meta takes it, where that is known and not for ever.
    pub ends: Option<Millis>,
    /// What Meta said when it would not renew it.
    pub refused: Option<String>,
}

impl StaleToken {
    /// Whole days in use.
    pub const fn days(&self, now: Millis) -> i64 {
        (now - self.since) / DAY
    }

    /// What is the matter: "is 91 days old".
    pub fn words(&self, now: Millis) -> String {
        match self.ends.map(|ends| ends - now) {
            Some(..=0) => "has ended".to_owned(),
            Some(left @ ..DAY) => format!("ends in {}", count(left / HOUR, "hour")),
            Some(left @ ..ENDS_SOON) => format!("ends in {}", count(left / DAY, "day")),
            _ => format!("is {} old", count(self.days(now), "day")),
        }
    }

    fn severity(&self, now: Millis) -> Severity {
        if self.ends.is_some_and(|ends| ends < now + HURRY) { Severity::High } else { Severity::Medium }
    }

    fn alert(&self, now: Millis) -> NewAlert {
        let refused = self.refused.as_deref().map(|why| format!("Meta does not renew it: {why} ")).unwrap_or_default();
        let until = match self.ends {
            Some(ends) if ends <= now => "What is to be sent waits until then.",
            Some(_) => "Once it has ended, nothing can be sent.",
            None => "Nothing stops until then.",
        };
        NewAlert {
            kind: Kind::AccessTokenOld,
            severity: self.severity(now),
            title: format!("The access token of {} {}", self.name, self.words(now)),
            body: format!(
                "{refused}Make a new one for the system user in Meta's business settings, connect the number again with \
                 it (`parlance connect-number`), then revoke the old one. {until}"
            ),
            link: "settings".to_owned(),
            key: key(self.number),
        }
    }
}

fn count(many: i64, one: &str) -> String {
    format!("{many} {one}{}", if many == 1 { "" } else { "s" })
}

/// What makes alerts about the age of a number's token the same.
pub(super) fn key(number: NumberId) -> String {
    format!("token-old:{number}")
}

/// The tokens of connected numbers that were stored more than 90 days ago, or that end soon.
///
/// # Errors
/// When the database cannot be asked.
pub async fn stale_tokens(services: &Services) -> Result<Vec<StaleToken>> {
    let now = services.clock().now();
    let mut read = services.db().read().await?;
    let found = system::tokens_before(read.conn(), now - STALE, now + ENDS_SOON).await?;
    Ok(found.into_iter().map(stale).collect())
}

fn stale(row: TokenAge) -> StaleToken {
    StaleToken {
        workspace: WorkspaceId(row.workspace_id),
        number: NumberId(row.id),
        phone_number_id: row.phone_number_id,
        name: row.name,
        since: row.created_at,
        ends: row.expires_at.filter(|at| *at != 0),
        refused: row.renew_refused,
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
        alerts::raise(&mut tx, token.workspace, now, token.alert(now)).await?;
        tx.commit().await?;
    }
    Ok(found.len())
}
