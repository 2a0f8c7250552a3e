//! How a token is written: `parl_`, 64 hex digits of randomness, 8 hex digits by which a mistyped one is told from a strange
//! one without asking the database.

use domain::token::PREFIX;
use rand::RngCore;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

const RANDOM: usize = 32;
const CHECK: usize = 4;
const LENGTH: usize = PREFIX.len() + 2 * (RANDOM + CHECK);

/// Characters that are kept to recognise a token by.
const SHOWN: usize = PREFIX.len() + 6;

/// A new token.
pub fn make() -> SecretString {
    let mut random = Zeroizing::new([0_u8; RANDOM]);
    rand::rng().fill_bytes(random.as_mut());
    SecretString::from(format!("{PREFIX}{}{}", hex::encode(random.as_ref()), hex::encode(check(random.as_ref()))))
}

/// What the database keeps of something that is written like a token; `None` for everything else.
pub fn hash(token: &str) -> Option<[u8; 32]> {
    let digits = token.strip_prefix(PREFIX).filter(|_| token.len() == LENGTH)?;
    let bytes = Zeroizing::new(hex::decode(digits).ok()?);
    let (random, theirs) = bytes.split_at_checked(RANDOM)?;
    (check(random) == theirs).then(|| Sha256::digest(token.to_ascii_lowercase().as_bytes()).into())
}

/// The beginning of a token, for lists.
pub fn shown(token: &SecretString) -> String {
    token.expose_secret().chars().take(SHOWN).collect()
}

fn check(random: &[u8]) -> [u8; CHECK] {
    let digest = Sha256::new().chain_update(b"parlance api token").chain_update(random).finalize();
    let mut check = [0; CHECK];
    check.copy_from_slice(&digest[..CHECK]);
    check
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_recognised_and_nothing_else_is() {
        let token = make();
        let text = token.expose_secret();
        assert_eq!(text.len(), LENGTH);
        assert!(text.starts_with("parl_") && text.starts_with(&shown(&token)));
        assert!(hash(text).is_some());
        assert_ne!(make().expose_secret(), text);
        let mistyped: String = text.chars().enumerate().map(|(i, c)| if i == 20 { flip(c) } else { c }).collect();
        for other in
            ["", "parl_", &text[..LENGTH - 1], &format!("{text}0"), &mistyped, &text.replace("parl_", "ghp_"), "parl_é"]
        {
            assert_eq!(hash(other), None, "{other}");
        }
    }

    fn flip(c: char) -> char {
        if c == '0' { '1' } else { '0' }
    }
}
