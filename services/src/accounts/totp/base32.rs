//! RFC 4648 base32 without padding: how authenticator apps write secrets.

use zeroize::Zeroizing;

pub const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Five bits a character.
pub fn encode(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len().div_ceil(5) * 8));
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(&mut text, held >> bits);
        }
    }
    if bits > 0 {
        push(&mut text, held << (5 - bits));
    }
    text
}

fn push(text: &mut String, value: u32) {
    text.push(char::from(ALPHABET[(value & 31) as usize]));
}

/// `None` for text that is no base32.
pub fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len() * 5 / 8));
    let (mut held, mut bits) = (0_u32, 0);
    for c in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == c)?;
        held = (held << 5) | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(((held >> bits) & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648, section 10.
    #[test]
    fn as_the_rfc_writes() {
        for (plain, written) in [
            ("", ""),
            ("f", "MY"),
            ("fo", "MZXQ"),
            ("foo", "MZXW6"),
            ("foob", "MZXW6YQ"),
            ("fooba", "MZXW6YTB"),
            ("foobar", "MZXW6YTBOI"),
        ] {
            assert_eq!(*encode(plain.as_bytes()), written);
            assert_eq!(decode(written).unwrap().as_slice(), plain.as_bytes());
        }
        assert!(decode("MZXW0").is_none());
    }
}
