//! As much of WebM as a recording of a browser's needs: one pass from the first byte to the last, into what holds Opus
//! and past everything else. Whatever the file says, this reads no byte twice and keeps nothing but what it lends.

use super::{Recording, Unfit, opus::Head};
use std::borrow::Cow;

mod id {
    pub const SEGMENT: u32 = 0x1853_8067;
    pub const CLUSTER: u32 = 0x1f43_b675;
    pub const TRACKS: u32 = 0x1654_ae6b;
    pub const TRACK: u32 = 0xae;
    pub const NUMBER: u32 = 0xd7;
    pub const CODEC: u32 = 0x86;
    pub const PRIVATE: u32 = 0x63a2;
    pub const ENCODINGS: u32 = 0x6d80;
    pub const GROUP: u32 = 0xa0;
    pub const BLOCK: u32 = 0xa1;
    pub const SIMPLE_BLOCK: u32 = 0xa3;
}

/// Frames within one block, told by their sizes: browsers put one into each.
const LACING: u8 = 0x06;

/// Bytes that stand before the content of an element at most: four of an id, eight of a length.
const HEADER: usize = 12;

#[derive(Default)]
struct Track<'a> {
    number: u64,
    codec: &'a [u8],
    private: &'a [u8],
}

pub(super) fn read(bytes: &[u8]) -> Result<Recording<'_>, Unfit> {
    let mut left = Left(bytes);
    let mut track: Option<Track<'_>> = None;
    let mut packets = Vec::new();
    while !left.0.is_empty() {
        let there = left.0.len();
        // A recording that was cut off ends within an element.
        let Some((id, length)) = left.element() else {
            if there >= HEADER { return Err(Unfit::Damaged) } else { break }
        };
        match id {
            // Entered, whether or not their length is known: live recordings do not know it.
            id::SEGMENT | id::CLUSTER | id::TRACKS | id::GROUP => continue,
            id::TRACK if track.is_some() => return Err(Unfit::Damaged),
            id::TRACK => {
                track = Some(Track::default());
                continue;
            }
            id::ENCODINGS => return Err(Unfit::Damaged),
            _ => {}
        }
        let Some(content) = left.take(length.ok_or(Unfit::Damaged)?) else { break };
        match (id, &mut track) {
            (id::NUMBER, Some(track)) => track.number = number(content),
            (id::CODEC, Some(track)) => track.codec = content,
            (id::PRIVATE, Some(track)) => track.private = content,
            (id::BLOCK | id::SIMPLE_BLOCK, Some(track)) => packets.push(Cow::Borrowed(frame(content, track)?)),
            (id::BLOCK | id::SIMPLE_BLOCK, None) => return Err(Unfit::Damaged),
            _ => {}
        }
    }
    let track = track.ok_or(Unfit::Silent)?;
    if track.codec != b"A_OPUS" {
        return Err(Unfit::NotOpus);
    }
    Ok(Recording { head: Head::read(track.private)?, packets })
}

/// Track, time and flags stand before the packet.
fn frame<'a>(block: &'a [u8], track: &Track<'_>) -> Result<&'a [u8], Unfit> {
    let mut left = Left(block);
    let of = left.variable(false).flatten().ok_or(Unfit::Damaged)?;
    let [_, _, flags, packet @ ..] = left.0 else { return Err(Unfit::Damaged) };
    match of == track.number && flags & LACING == 0 {
        true => Ok(packet),
        false => Err(Unfit::Damaged),
    }
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

struct Left<'a>(&'a [u8]);

impl<'a> Left<'a> {
    /// Id and length; the latter may not be known.
    fn element(&mut self) -> Option<(u32, Option<u64>)> {
        let id = self.variable(true)??;
        Some((u32::try_from(id).ok()?, self.variable(false)?))
    }

    /// A number of one to eight bytes, of which the first says how many; all ones mean that it is not known.
    fn variable(&mut self, with_mark: bool) -> Option<Option<u64>> {
        let first = *self.0.first()?;
        let bytes = first.leading_zeros() as usize + 1;
        let value = number(self.take(bytes as u64).filter(|taken| taken.len() <= 8)?);
        let mark = 1_u64 << (7 * bytes);
        let bare = value & (mark - 1);
        Some(match with_mark {
            true => Some(value),
            false => (bare != mark - 1).then_some(bare),
        })
    }

    fn take(&mut self, length: u64) -> Option<&'a [u8]> {
        let (taken, left) = self.0.split_at_checked(usize::try_from(length).ok()?)?;
        self.0 = left;
        Some(taken)
    }
}
