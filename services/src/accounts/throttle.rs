//! The brake on guessing passwords and codes: by account and by address, kept in the database so that a restart does not lift it.

use crate::{Result, Services, db::Conn, sql};
use domain::{
    id::UserId,
    time::{MINUTE, Millis, SECOND},
};
use sha2::{Digest, Sha256};
use std::{fmt, net::IpAddr};

/// Failures count together until this long after the first, or after the last block.
const WINDOW: Millis = 15 * MINUTE;
/// The first block; each further failure doubles it.
const FIRST_BLOCK: Millis = 30 * SECOND;
const LONGEST_BLOCK: Millis = 15 * MINUTE;

/// Counts the attempt unless the key is blocked; then no row comes back. The row stays locked until the transaction ends.
const COUNT: &str = "INSERT INTO login_throttle (key, failures, window_started_at, blocked_until) VALUES ($1, 1, $2, 0)
    ON CONFLICT (key) DO UPDATE SET
        failures = CASE WHEN login_throttle.window_started_at <= $3 AND login_throttle.blocked_until <= $3
            THEN 1 ELSE login_throttle.failures + 1 END,
        window_started_at = CASE WHEN login_throttle.window_started_at <= $3 AND login_throttle.blocked_until <= $3
            THEN $2 ELSE login_throttle.window_started_at END,
        blocked_until = CASE WHEN login_throttle.blocked_until <= $3 THEN 0 ELSE login_throttle.blocked_until END
    WHERE login_throttle.blocked_until <= $2
    RETURNING failures";

const BLOCK: &str = "UPDATE login_throttle SET blocked_until = $2 WHERE key = $1";

const BLOCKED_UNTIL: &str = "SELECT blocked_until FROM login_throttle WHERE key = $1";

const CLEAR: &str = "DELETE FROM login_throttle WHERE key = $1";

/// Takes one counted attempt back, and the block if it was the one that set it.
const TAKE_BACK: &str = "UPDATE login_throttle SET failures = failures - 1,
        blocked_until = CASE WHEN failures - 1 < $2 THEN 0 ELSE blocked_until END
    WHERE key = $1 AND failures > 0";

const PURGE: &str = "DELETE FROM login_throttle WHERE window_started_at <= $1 AND blocked_until <= $1";

/// What an attempt is counted under, and how many failures are free.
struct Key {
    text: String,
    limit: i64,
}

/// One attempt, counted as a failure before the password is looked at: parallel guesses cannot slip past the count.
pub(super) struct Attempt {
    account: Key,
    /// Absent for somebody who is signed in already.
    address: Option<Key>,
}

/// Too many failures; the attempt was not looked at.
pub(super) struct Blocked {
    pub retry_after_ms: Millis,
}

impl fmt::Display for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Too many attempts. Try again in {}.", wait_text(self.retry_after_ms))
    }
}

/// How long to wait, as people read it.
pub(super) fn wait_text(ms: Millis) -> String {
    match (ms + 999) / 1_000 {
        1 => "1 second".to_owned(),
        s @ ..=90 => format!("{s} seconds"),
        s => format!("{} minutes", (s + 59) / 60),
    }
}

impl Attempt {
    pub fn new(email: &str, address: IpAddr) -> Self {
        Self {
            account: Key { text: format!("account:{}", digest(email)), limit: 5 },
            address: Some(Key { text: format!("address:{}", network(address)), limit: 20 }),
        }
    }

    /// Somebody who is signed in says their password once more: whoever took over a session must not guess it.
    pub fn again(user: UserId) -> Self {
        Self { account: Key { text: format!("again:{user}"), limit: 5 }, address: None }
    }

    /// Somebody who gave the right password types a code.
    pub fn code(user: UserId, address: IpAddr) -> Self {
        Self {
            account: Key { text: format!("code:{user}"), limit: 5 },
            address: Some(Key { text: format!("code-from:{}", network(address)), limit: 20 }),
        }
    }

    /// A link for a new password is asked for. Never taken back: each may send a mail.
    pub fn link(email: &str, address: IpAddr) -> Self {
        Self {
            account: Key { text: format!("link:{}", digest(email)), limit: 3 },
            address: Some(Key { text: format!("link-from:{}", network(address)), limit: 20 }),
        }
    }

    /// Counts the attempt, or says how long to wait.
    pub async fn count(&self, services: &Services) -> Result<Result<(), Blocked>> {
        let now = services.clock().now();
        let mut tx = services.db().begin().await?;
        for key in self.address.iter().chain([&self.account]) {
            if let Err(until) = key.count(tx.conn(), now).await? {
                // Dropping the transaction takes back what was counted for the other key.
                return Ok(Err(Blocked { retry_after_ms: (until - now).max(1) }));
            }
        }
        tx.commit().await?;
        Ok(Ok(()))
    }

    /// The password was right: the account starts afresh, the address loses this attempt only.
    pub async fn succeeded(&self, services: &Services) -> Result<()> {
        let mut tx = services.db().begin().await?;
        if let Some(address) = &self.address {
            sql!(exec tx.conn(), TAKE_BACK, address.text.as_str(), address.limit)?;
        }
        sql!(exec tx.conn(), CLEAR, self.account.text.as_str())?;
        Ok(tx.commit().await?)
    }
}

impl Key {
    async fn count(&self, mut conn: Conn<'_>, now: Millis) -> sqlx::Result<Result<(), Millis>> {
        let key = self.text.as_str();
        let counted = sql!(scalar_opt i64, conn.again(), COUNT, key, now, now - WINDOW)?;
        let Some(failures) = counted else {
            return Ok(Err(sql!(scalar i64, conn, BLOCKED_UNTIL, key)?));
        };
        if failures >= self.limit {
            sql!(exec conn, BLOCK, key, now + block(failures - self.limit))?;
        }
        Ok(Ok(()))
    }
}

/// The table need not tell whose addresses strangers tried.
fn digest(email: &str) -> String {
    hex::encode(&Sha256::digest(email)[..16])
}

/// How long the `n`th failure past the free ones blocks, from 0.
fn block(n: i64) -> Millis {
    let doublings = u32::try_from(n.clamp(0, 16)).unwrap_or(16);
    (FIRST_BLOCK << doublings).min(LONGEST_BLOCK)
}

/// An IPv4 address as a whole; of an IPv6 address the /64, which one household or server has to itself.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// Forgets what no longer counts.
pub(super) async fn purge(services: &Services) -> Result<u64> {
    let mut tx = services.db().begin().await?;
    let gone = sql!(exec tx.conn(), PURGE, services.clock().now() - WINDOW)?;
    tx.commit().await?;
    Ok(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks() {
        for (address, expected) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
            ("::1", "0:0:0:0::/64"),
        ] {
            assert_eq!(network(address.parse().unwrap()), expected);
        }
    }

    #[test]
    fn blocks_double_up_to_a_quarter_of_an_hour() {
        assert_eq!([0, 1, 2, 5, 60].map(block), [30_000, 60_000, 120_000, 15 * MINUTE, 15 * MINUTE]);
        assert!((0..99).all(|n| block(n) <= block(n + 1)));
    }
}
