use crate::{db::Tx, mail, sql};
use domain::{
    id::{MemberId, UserId},
    time::{HOUR, Millis},
};
use rand::RngCore;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

/// How long a link works.
pub(super) const LIFE: Millis = HOUR;
const RANDOM: usize = 32;

const OLD: &str = "SELECT mail_id FROM password_resets WHERE user_id = $1";
const PUT: &str = "INSERT INTO password_resets (user_id, token_hash, mail_id, expires_at, handed_in, handed_by)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, mail_id = excluded.mail_id,
    expires_at = excluded.expires_at, handed_in = excluded.handed_in, handed_by = excluded.handed_by";

/// Where a link was handed over, and by whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handed {
    pub workspace: Uuid,
    pub by: MemberId,
}

/// A link that has just been made: nobody can read it again later.
#[derive(Debug)]
pub struct Link {
    token: SecretString,
    pub expires_at: Millis,
}

impl Link {
    /// Below the address of this installation. It is as secret as the token.
    pub fn path(&self) -> String {
        path(&self.token)
    }
}

pub(super) fn path(token: &SecretString) -> String {
    format!("/reset/{}", token.expose_secret())
}

/// A new token.
pub(super) fn make() -> SecretString {
    let mut random = Zeroizing::new([0_u8; RANDOM]);
    rand::rng().fill_bytes(random.as_mut());
    SecretString::from(hex::encode(random.as_ref()))
}

/// What is stored of something that is written like a token; `None` for everything else.
pub(super) fn hash(token: &SecretString) -> Option<[u8; 32]> {
    let text = token.expose_secret();
    let written_so = text.len() == 2 * RANDOM && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    written_so.then(|| Sha256::digest(text).into())
}

/// Keeps the link as the only one of this person, and takes back a mail with the one before.
pub(super) async fn store(
    tx: &mut Tx,
    user: UserId,
    token: SecretString,
    handed: Option<Handed>,
    mail: Option<Uuid>,
    now: Millis,
) -> crate::Result<Link> {
    let old = sql!(scalar_opt Option<Uuid>, tx.conn(), OLD, user.0)?.flatten();
    mail::withdraw(tx, old).await?;
    let expires_at = now + LIFE;
    let hash: [u8; 32] = Sha256::digest(token.expose_secret()).into();
    let (workspace, by) = handed.map(|handed| (handed.workspace, handed.by.0)).unzip();
    sql!(exec tx.conn(), PUT, user.0, hash.as_slice(), mail, expires_at, workspace, by)?;
    Ok(Link { token, expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_recognised_and_does_not_show() {
        let token = make();
        assert!(hash(&token).is_some());
        let text = token.expose_secret().to_owned();
        for wrong in ["", &text[1..], &format!("{text}0"), &"g".repeat(64)] {
            assert_eq!(hash(&SecretString::from(wrong)), None, "{wrong}");
        }
        let link = Link { token, expires_at: 0 };
        assert!(!format!("{link:?}").contains(&text));
        assert_eq!(link.path(), format!("/reset/{text}"));
    }
}
