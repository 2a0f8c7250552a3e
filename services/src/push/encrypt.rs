//! Messages that only one browser reads: RFC 8291 on top of RFC 8188, as one record.

use ring::{
    aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral},
    error::Unspecified,
    hkdf::{HKDF_SHA256, KeyType, Salt},
    rand::{SecureRandom, SystemRandom},
};

/// Bytes of a point of the curve, uncompressed.
pub(super) const POINT: usize = 65;
/// Bytes of what a browser proves itself with.
pub(super) const AUTH: usize = 16;
/// The whole message is one record of at most this many bytes, which every push service takes.
const RECORD: u32 = 4_096;
/// Ends the last record.
const LAST: u8 = 2;
/// What one record has room for besides the words: its mark and its tag.
const OVERHEAD: usize = 1 + 16;
/// What stands before the record: salt, its length, the length of the key, the key.
const HEAD: usize = 16 + 4 + 1 + POINT;
/// Words that fit.
pub(super) const MOST: usize = RECORD as usize - OVERHEAD - HEAD;

/// What a browser gave with its address.
#[derive(Clone)]
pub(super) struct Reader {
    pub point: Vec<u8>,
    pub auth: Vec<u8>,
}

/// The body of a request to the push service, in the coding `aes128gcm`.
///
/// # Errors
/// When the browser's key is none, or the words are longer than [`MOST`] bytes.
pub(super) fn encrypt(reader: &Reader, words: &[u8]) -> Result<Vec<u8>, Unspecified> {
    let random = SystemRandom::new();
    let mine = EphemeralPrivateKey::generate(&ECDH_P256, &random)?;
    let point = mine.compute_public_key()?;
    let mut salt = [0; 16];
    random.fill(&mut salt)?;
    let theirs = UnparsedPublicKey::new(&ECDH_P256, &reader.point);
    agree_ephemeral(mine, &theirs, |secret| seal(reader, point.as_ref(), &salt, secret, words))?
}

/// The same with what was agreed on.
fn seal(reader: &Reader, point: &[u8], salt: &[u8; 16], secret: &[u8], words: &[u8]) -> Result<Vec<u8>, Unspecified> {
    if reader.point.len() != POINT || reader.auth.len() != AUTH || words.len() > MOST {
        return Err(Unspecified);
    }
    let (key, nonce) = keys(reader, point, salt, secret)?;
    let mut record = [words, &[LAST]].concat();
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)?;
    let mut body = Vec::with_capacity(HEAD + record.len());
    body.extend_from_slice(salt);
    body.extend_from_slice(&RECORD.to_be_bytes());
    body.push(u8::try_from(point.len()).map_err(|_| Unspecified)?);
    body.extend_from_slice(point);
    body.append(&mut record);
    Ok(body)
}

/// The key and the nonce of the one record.
fn keys(reader: &Reader, point: &[u8], salt: &[u8; 16], secret: &[u8]) -> Result<([u8; 16], [u8; 12]), Unspecified> {
    let agreed = Salt::new(HKDF_SHA256, &reader.auth).extract(secret);
    let about: [&[u8]; 3] = [b"WebPush: info\0", &reader.point, point];
    let mut input = [0; 32];
    agreed.expand(&about, Bytes(32))?.fill(&mut input)?;
    let content = Salt::new(HKDF_SHA256, salt).extract(&input);
    let (mut key, mut nonce) = ([0; 16], [0; 12]);
    content.expand(&[b"Content-Encoding: aes128gcm\0"], Bytes(16))?.fill(&mut key)?;
    content.expand(&[b"Content-Encoding: nonce\0"], Bytes(12))?.fill(&mut nonce)?;
    Ok((key, nonce))
}

/// How many bytes are wanted.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

    fn bytes(text: &str) -> Vec<u8> {
        BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    /// Appendix A of RFC 8291.
    #[test]
    fn as_in_the_standard() {
        let reader = Reader {
            point: bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            auth: bytes("BTBZMqHH6r4Tts7J_aSIgg"),
        };
        let point = bytes("BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8");
        let secret = bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
        let salt: [u8; 16] = bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap();
        let body = seal(&reader, &point, &salt, &secret, b"When I grow up, I want to be a watermelon").unwrap();
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(body), expected);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let random = SystemRandom::new();
        let theirs = EphemeralPrivateKey::generate(&ECDH_P256, &random).unwrap();
        let point = theirs.compute_public_key().unwrap().as_ref().to_vec();
        let reader = Reader { point, auth: vec![7; AUTH] };
        assert_eq!(encrypt(&reader, &[b'x'; MOST]).unwrap().len(), RECORD as usize);
        assert!(encrypt(&reader, &[b'x'; MOST + 1]).is_err());
        assert!(encrypt(&Reader { point: vec![4; POINT], ..reader.clone() }, b"x").is_err());
        assert!(encrypt(&Reader { auth: vec![7; 15], ..reader }, b"x").is_err());
    }
}
