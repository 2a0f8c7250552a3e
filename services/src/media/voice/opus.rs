//! As much of Opus as a container has to know (RFC 6716 §3.1, RFC 7845 §5).

use super::Unfit;

/// Samples a second by which Ogg counts, whatever was recorded.
pub(super) const RATE: u64 = 48_000;
/// No packet is longer: 120 ms.
const LONGEST: u64 = RATE * 120 / 1_000;
const MAGIC: &[u8; 8] = b"OpusHead";

/// What a decoder is told first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Samples that are thrown away at the beginning.
    pub skip: u16,
    /// Of the microphone: for information only.
    pub rate: u32,
    pub gain: i16,
}

impl Head {
    /// # Errors
    /// `NotOpus`, `Damaged`; `Stereo` for more than two channels, which are coded apart.
    pub fn read(bytes: &[u8]) -> Result<Self, Unfit> {
        let body = bytes.strip_prefix(MAGIC).ok_or(Unfit::NotOpus)?;
        let [version, channels, skip0, skip1, r0, r1, r2, r3, gain0, gain1, family, ..] = *body else {
            return Err(Unfit::Damaged);
        };
        // The upper half of the version counts incompatible changes.
        if version >= 16 {
            return Err(Unfit::NotOpus);
        }
        if channels == 0 {
            return Err(Unfit::Damaged);
        }
        if family != 0 || channels > 2 {
            return Err(Unfit::Stereo);
        }
        Ok(Self {
            skip: u16::from_le_bytes([skip0, skip1]),
            rate: u32::from_le_bytes([r0, r1, r2, r3]),
            gain: i16::from_le_bytes([gain0, gain1]),
        })
    }

    /// With one channel.
    pub fn write(self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([1, 1]);
        bytes.extend(self.skip.to_le_bytes());
        bytes.extend(self.rate.to_le_bytes());
        bytes.extend(self.gain.to_le_bytes());
        bytes.push(0);
        bytes
    }
}

/// How many samples a packet lasts.
///
/// # Errors
/// `Damaged` for one that no decoder takes.
pub(super) fn samples(packet: &[u8]) -> Result<u64, Unfit> {
    let toc = *packet.first().ok_or(Unfit::Damaged)?;
    let one = match toc >> 3 {
        // SILK: 10, 20, 40, 60 ms.
        config @ 0..=11 => [480, 960, 1_920, 2_880][usize::from(config & 3)],
        // Both: 10, 20 ms.
        config @ 12..=15 => [480, 960][usize::from(config & 1)],
        // CELT: 2.5, 5, 10, 20 ms.
        config => [120, 240, 480, 960][usize::from(config & 3)],
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(*packet.get(1).ok_or(Unfit::Damaged)? & 0x3f),
    };
    match one * frames {
        samples @ 1..=LONGEST => Ok(samples),
        _ => Err(Unfit::Damaged),
    }
}

/// Whether a packet holds two channels.
pub(super) fn is_stereo(packet: &[u8]) -> bool {
    packet.first().is_some_and(|toc| toc & 4 != 0)
}
