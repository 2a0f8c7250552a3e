//! Voice messages as WhatsApp takes them: Opus in Ogg, one channel.
//!
//! Browsers record Opus, Firefox and Safari in Ogg or WebM, Chromium in WebM alone. What was recorded is put into a new
//! Ogg file packet by packet: nothing is decoded or encoded, and nothing of the old container survives.

mod ogg;
mod opus;
mod webm;

use bytes::Bytes;

/// Bytes that WhatsApp takes.
pub(super) const LIMIT: u64 = 16 * 1_024 * 1_024;

/// Why a recording cannot be sent as a voice message, in words for whoever made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Neither WebM nor Ogg.
    Other,
    /// It is not what it says it is.
    Damaged,
    /// Something else than Opus.
    NotOpus,
    Stereo,
    /// Nothing was recorded.
    Silent,
}

impl Unfit {
    pub fn words(self) -> &'static str {
        match self {
            Self::Other => "a voice message has to be OGG with Opus",
            Self::Damaged => "the recording is damaged; record it again",
            Self::NotOpus => "the recording is not Opus, which WhatsApp wants for voice messages; send it as a file",
            Self::Stereo => {
                "the recording has two channels, and WhatsApp takes voice messages with one; choose a mono microphone"
            }
            Self::Silent => "nothing was recorded; check the microphone",
        }
    }
}

/// A recording, as it came out of its container.
#[derive(Debug, PartialEq, Eq)]
struct Recording<'a> {
    head: opus::Head,
    packets: Vec<std::borrow::Cow<'a, [u8]>>,
}

/// The same recording in a fresh Ogg file.
///
/// # Errors
/// [`Unfit`]: whoever recorded it may be anybody, so each length in it is checked against what there is.
pub(super) fn note(recorded: &[u8]) -> Result<Bytes, Unfit> {
    let recording = match recorded {
        [0x1a, 0x45, 0xdf, 0xa3, ..] => webm::read(recorded)?,
        [b'O', b'g', b'g', b'S', ..] => ogg::read(recorded)?,
        _ => return Err(Unfit::Other),
    };
    if recording.packets.is_empty() {
        return Err(Unfit::Silent);
    }
    // How it was coded counts, not what the header allows: a microphone may offer two channels and fill one.
    if recording.packets.iter().any(|packet| opus::is_stereo(packet)) {
        return Err(Unfit::Stereo);
    }
    ogg::write(&recording)
}

#[cfg(test)]
mod tests;
