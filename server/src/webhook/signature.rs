use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Keyed once, so that a delivery costs no key schedule.
pub(super) struct Keys(Vec<Hmac<Sha256>>);

/// The MAC that a request claims.
pub(super) struct Claimed([u8; 32]);

impl Claimed {
    /// Reads `sha256=<64 hex digits>`.
    pub fn read(header: &[u8]) -> Option<Self> {
        let mut mac = [0; 32];
        hex::decode_to_slice(header.strip_prefix(b"sha256=")?, &mut mac).ok()?;
        Some(Self(mac))
    }
}

impl Keys {
    pub fn new(secrets: &[SecretString]) -> Self {
        Self(
            secrets
                .iter()
                .map(|secret| {
                    Hmac::new_from_slice(secret.expose_secret().as_bytes()).expect("HMAC takes keys of any length")
                })
                .collect(),
        )
    }

    /// Whether one of the secrets signed exactly these bytes. Compares in constant time.
    pub fn signed(&self, body: &[u8], claimed: &Claimed) -> bool {
        self.0.iter().any(|key| {
            let mut mac = key.clone();
            mac.update(body);
            mac.verify_slice(&claimed.0).is_ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_read_strictly() {
        let hex = "0f".repeat(32);
        assert!(Claimed::read(format!("sha256={hex}").as_bytes()).is_some());
        assert!(Claimed::read(format!("sha256={}", hex.to_uppercase()).as_bytes()).is_some());
        for wrong in
            ["", "sha256=", "sha1=0f", &hex, &format!("sha256={hex}0f"), &format!("sha256={}", "zz".repeat(32))]
        {
            assert!(Claimed::read(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_known_answer() {
        // RFC 4231, test case 2.
        let keys = Keys::new(&["another".into(), "Jefe".into()]);
        let claimed =
            Claimed::read(b"sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843").unwrap();
        assert!(keys.signed(b"what do ya want for nothing?", &claimed));
        assert!(!keys.signed(b"what do ya want for nothing!", &claimed));
        assert!(!Keys::new(&[]).signed(b"what do ya want for nothing?", &claimed));
    }
}
