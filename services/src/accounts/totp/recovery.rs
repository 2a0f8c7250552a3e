use super::{ON_THEIR_WAY, base32};
use crate::{
    Error, Origin, Result, Services,
    accounts::{
        prove::prove,
        tell::{self, By},
    },
    audit::Entry,
    db::Conn,
    sql,
    vault::Kind,
};
use domain::{audit::Action, id::UserId, time::Millis};
use rand::RngCore;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// How many there are.
const COUNT: usize = 10;
/// Bytes of randomness in one: a digest of it cannot be turned back.
const RANDOM: usize = 10;
/// Characters of one, without the dashes between groups.
pub const LENGTH: usize = 16;
const GROUP: usize = 4;

const FORGET: &str = "DELETE FROM recovery_codes WHERE user_id = $1";
const INSERT: &str = "INSERT INTO recovery_codes (user_id, hash, created_at) VALUES ($1, $2, $3)";
const USE: &str = "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND hash = $2 AND used_at IS NULL";
const ON: &str = "SELECT COUNT(*) FROM totp_secrets WHERE user_id = $1";

/// Codes that were just made: nobody can read them again later.
pub struct RecoveryCodes(Vec<Zeroizing<String>>);

impl RecoveryCodes {
    fn make() -> Self {
        Self((0..COUNT).map(|_| make()).collect())
    }

    /// As people write them down: `ABCD-EFGH-IJKL-MNOP`.
    pub fn iter(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|code| {
            let groups: Vec<&str> = (0..LENGTH).step_by(GROUP).filter_map(|at| code.get(at..at + GROUP)).collect();
            groups.join("-")
        })
    }

    /// For the session, which takes them to the page that shows them.
    pub fn seal(&self, services: &Services, user: UserId) -> String {
        let all = self.0.iter().map(|code| code.as_str()).collect::<Vec<_>>().join(" ");
        hex::encode(services.vault().seal(user, Kind::TotpSecret, ON_THEIR_WAY, &SecretString::from(all)))
    }

    /// `None` for what was not sealed for this person.
    pub async fn open(services: &Services, user: UserId, sealed: &str) -> Option<Self> {
        let sealed = hex::decode(sealed).ok()?;
        let all = services.vault().open(user, Kind::TotpSecret, ON_THEIR_WAY, &sealed).await.ok()?;
        Some(Self(all.expose_secret().split(' ').map(|code| Zeroizing::new(code.to_owned())).collect()))
    }

    async fn store(&self, mut conn: Conn<'_>, user: UserId, now: Millis) -> sqlx::Result<()> {
        sql!(exec conn.again(), FORGET, user.0)?;
        for code in &self.0 {
            sql!(exec conn.again(), INSERT, user.0, hash(user, code).as_slice(), now)?;
        }
        Ok(())
    }
}

fn make() -> Zeroizing<String> {
    let mut random = Zeroizing::new([0_u8; RANDOM]);
    rand::rng().fill_bytes(random.as_mut());
    base32::encode(random.as_ref())
}

/// With the person's id: two people's codes have nothing in common.
fn hash(user: UserId, code: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"parlance recovery code")
        .chain_update(user.0.as_bytes())
        .chain_update(code.as_bytes())
        .finalize()
        .into()
}

/// Makes ten codes in place of those that were.
pub(super) async fn replace(conn: Conn<'_>, user: UserId, now: Millis) -> sqlx::Result<RecoveryCodes> {
    let codes = RecoveryCodes::make();
    codes.store(conn, user, now).await?;
    Ok(codes)
}

pub(super) async fn forget(conn: Conn<'_>, user: UserId) -> sqlx::Result<()> {
    sql!(exec conn, FORGET, user.0).map(drop)
}

/// Uses one up; `false` when there is none like it, or none any more.
pub(super) async fn use_up(conn: Conn<'_>, user: UserId, code: &str, now: Millis) -> sqlx::Result<bool> {
    Ok(sql!(exec conn, USE, user.0, hash(user, code).as_slice(), now)? == 1)
}

/// Makes ten new codes; the old ones work no more.
///
/// # Errors
/// As the password is said once more: `Invalid`, `Conflict`; `Conflict` also without a second factor.
pub async fn renew_recovery_codes(
    services: &Services,
    user: UserId,
    password: &str,
    origin: &Origin,
) -> Result<RecoveryCodes> {
    prove(services, user, password).await?;
    let mut tx = services.db().begin().await?;
    if sql!(scalar i64, tx.conn(), ON, user.0)? == 0 {
        return Err(Error::Conflict("Two-step sign-in is off: there is nothing to recover.".to_owned()));
    }
    let now = services.clock().now();
    let codes = replace(tx.conn(), user, now).await?;
    let entry = Entry::new(Action::RecoveryCodesMade);
    tell::record(services, &mut tx, user, (By::Person, origin), now, entry).await?;
    tx.commit().await?;
    Ok(codes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn codes_are_long_differ_and_belong_to_one_person() {
        let codes = RecoveryCodes::make();
        let all: Vec<_> = codes.iter().collect();
        assert_eq!(all.len(), COUNT);
        assert!(all.iter().all(|code| code.len() == LENGTH + 3 && code.matches('-').count() == 3), "{all:?}");
        assert_eq!(all.iter().collect::<std::collections::HashSet<_>>().len(), COUNT);
        let [one, two] = [1, 2].map(|n| UserId(Uuid::from_u128(n)));
        assert_ne!(hash(one, &codes.0[0]), hash(two, &codes.0[0]));
    }
}
