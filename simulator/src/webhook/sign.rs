//! Bodies as Meta writes them, and their signature.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use serde::Serialize;
use sha2::Sha256;

/// Serialises as Meta does: everything beyond ASCII as `\u` with lower-case hex (surrogate
/// pairs above U+FFFF) and `/` as `\/`. The signature is made over exactly these bytes.
pub fn meta_json(value: &impl Serialize) -> Vec<u8> {
    let plain = serde_json::to_string(value).expect("our webhook types always serialise");
    let mut out = String::with_capacity(plain.len() + plain.len() / 8);
    for c in plain.chars() {
        match c {
            // A slash outside a string does not occur in JSON.
            '/' => out.push_str("\\/"),
            c if c.is_ascii() => out.push(c),
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}").expect("writing to a String cannot fail");
                }
            }
        }
    }
    out.into_bytes()
}

/// The value of `X-Hub-Signature-256` for these raw bytes: `sha256=` and lower-case hex.
#[must_use]
pub fn sign(app_secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(app_secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_like_meta() {
        let body = meta_json(&serde_json::json!({"t": "é/😀\n\"ä\u{0}"}));
        assert_eq!(String::from_utf8(body).unwrap(), r#"{"t":"\u00e9\/\ud83d\ude00\n\"\u00e4\u0000"}"#);
    }

    #[test]
    fn signs_the_known_answer() {
        // RFC 4231, test case 2.
        assert_eq!(
            sign("Jefe", b"what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
