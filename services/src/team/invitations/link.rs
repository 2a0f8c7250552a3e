//! How a link is written: 64 hex digits of randomness below `/invite/`. The database keeps their SHA-256 alone.

use domain::id::InvitationId;
use rand::RngCore;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const RANDOM: usize = 32;

/// An invitation whose link has just been made: nobody can read it again later.
#[derive(Debug)]
pub struct Created {
    pub id: InvitationId,
    /// What stands behind `/invite/` in the link.
    pub link_token: SecretString,
    /// The link goes out by mail too.
    pub mailed: bool,
}

impl Created {
    /// The link below the address of this installation. It is as secret as the token.
    pub fn path(&self) -> String {
        path(&self.link_token)
    }
}

pub(super) fn path(token: &SecretString) -> String {
    format!("/invite/{}", token.expose_secret())
}

/// A new token, and what is stored of it.
pub(super) fn make() -> (SecretString, [u8; 32]) {
    let mut random = Zeroizing::new([0_u8; RANDOM]);
    rand::rng().fill_bytes(random.as_mut());
    let token = hex::encode(random.as_ref());
    let hash = Sha256::digest(&token).into();
    (SecretString::from(token), hash)
}

/// What is stored of something that is written like a token; `None` for everything else.
pub(super) fn hash(token: &SecretString) -> Option<[u8; 32]> {
    let text = token.expose_secret();
    let written_so = text.len() == 2 * RANDOM && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    written_so.then(|| Sha256::digest(text).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_hashes_to_what_is_stored_and_nothing_else_does() {
        let (token, stored) = make();
        assert_eq!(hash(&token), Some(stored));
        let (other, _) = make();
        assert_ne!(token.expose_secret(), other.expose_secret());
        let text = token.expose_secret();
        for wrong in ["", "é", &text[1..], &format!("{text}0"), &"g".repeat(64), &format!("A{}", &text[1..])] {
            assert_eq!(hash(&SecretString::from(wrong)), None, "{wrong}");
        }
    }

    #[test]
    fn the_link_does_not_show() {
        let (link_token, _) = make();
        let text = link_token.expose_secret().to_owned();
        let created = Created { id: InvitationId(uuid::Uuid::nil()), link_token, mailed: true };
        assert!(!format!("{created:?}").contains(&text));
        assert_eq!(created.path(), format!("/invite/{text}"));
    }
}
