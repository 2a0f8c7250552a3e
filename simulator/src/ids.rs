//! Ids in the form Meta makes them.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rand::Rng;

/// Which way a message went; the wamid encodes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Customer to business.
    In,
    /// Business to customer.
    Out,
}

/// A message id: `wamid.` and base64 of the peer's number, a marker for the direction and
/// random hex digits, laid out as in Meta's own examples.
pub(crate) fn wamid(peer: &str, way: Way, rng: &mut impl Rng) -> String {
    let (marker, hex_len) = match way {
        Way::In => (0x12, 20),
        Way::Out => (0x11, 18),
    };
    let peer = &peer.as_bytes()[..peer.len().min(100)];
    let mut raw = vec![0x1c, 0x18, u8::try_from(peer.len()).unwrap_or(100)];
    raw.extend_from_slice(peer);
    raw.extend_from_slice(&[0x15, 0x02, 0x00, marker, 0x18, hex_len]);
    // Ids of messages from phones begin with 3A.
    let mut hex = if way == Way::In { "3A" } else { "" }.to_owned();
    while hex.len() < usize::from(hex_len) {
        hex.push_str(&format!("{:02X}", rng.random::<u8>()));
    }
    raw.extend_from_slice(hex.as_bytes());
    raw.push(0);
    format!("wamid.{}", STANDARD.encode(raw))
}

/// `error.fbtrace_id`.
pub(crate) fn fbtrace(rng: &mut impl Rng) -> String {
    format!("A{}", URL_SAFE_NO_PAD.encode(rng.random::<[u8; 16]>()))
}

/// A business-scoped user id for a new customer: country, dot, digits.
pub(crate) fn bsuid(rng: &mut impl Rng) -> String {
    format!("US.{}", rng.random_range(10_u64.pow(18)..10_u64.pow(19)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wamid_has_metas_layout() {
        let id = wamid("16467043595", Way::Out, &mut rand::rng());
        // The fixed part of Meta's printed example for the same number.
        assert!(id.starts_with("wamid.HBgLMTY0NjcwNDM1OTUVAgARGB"), "{id}");
        assert_eq!(id.len(), "wamid.HBgLMTY0NjcwNDM1OTUVAgARGBI4MjZGRDA0OUE2OTQ3RkEyMzcA".len());
        let inbound = wamid("16503879439", Way::In, &mut rand::rng());
        assert!(inbound.starts_with("wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQzQ"), "{inbound}");
    }
}
