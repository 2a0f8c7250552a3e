//! Opus in Ogg (RFC 7845).

use super::{
    Recording, Unfit,
    opus::{self, Head, RATE},
};
use ::ogg::{PacketReader, PacketWriteEndInfo, PacketWriter};
use bytes::Bytes;
use std::{borrow::Cow, io::Cursor};

/// Names the stream within its file, where it is alone.
const SERIAL: u32 = 0x7061_726c;
const TAGS: &[u8] = b"OpusTags\x08\0\0\0parlance\0\0\0\0";

pub(super) fn read(bytes: &[u8]) -> Result<Recording<'static>, Unfit> {
    let mut reader = PacketReader::new(Cursor::new(bytes));
    let mut next = || reader.read_packet().map_err(|_| Unfit::Damaged);
    let first = next()?.ok_or(Unfit::Silent)?;
    let (serial, head) = (first.stream_serial(), Head::read(&first.data)?);
    let tags = next()?.ok_or(Unfit::Silent)?;
    if !tags.data.starts_with(b"OpusTags") {
        return Err(Unfit::Damaged);
    }
    let mut packets = Vec::new();
    // A second stream, beside it or behind it, is nothing that a browser records.
    while let Some(packet) = next()? {
        if packet.stream_serial() != serial {
            return Err(Unfit::Damaged);
        }
        packets.push(Cow::Owned(packet.data));
    }
    Ok(Recording { head, packets })
}

pub(super) fn write(recording: &Recording<'_>) -> Result<Bytes, Unfit> {
    let mut out = PacketWriter::new(Vec::new());
    let mut put = |packet: &[u8], end, at| {
        // Into memory: nothing can fail.
        out.write_packet(packet.to_vec(), SERIAL, end, at).map_err(|_| Unfit::Damaged)
    };
    put(&recording.head.write(), PacketWriteEndInfo::EndPage, 0)?;
    put(TAGS, PacketWriteEndInfo::EndPage, 0)?;
    let (mut at, mut page) = (0, 0);
    let last = recording.packets.len().saturating_sub(1);
    for (nth, packet) in recording.packets.iter().enumerate() {
        let samples = opus::samples(packet)?;
        at += samples;
        page += samples;
        let end = match nth == last {
            true => PacketWriteEndInfo::EndStream,
            // A second each, as RFC 7845 advises: players find their way without reading all of it.
            false if page >= RATE => PacketWriteEndInfo::EndPage,
            false => PacketWriteEndInfo::NormalPacket,
        };
        if end == PacketWriteEndInfo::EndPage {
            page = 0;
        }
        put(packet, end, at)?;
    }
    if at <= u64::from(recording.head.skip) {
        return Err(Unfit::Silent);
    }
    Ok(out.into_inner().into())
}
