use super::{opus::Head, *};
use std::borrow::Cow;

const HEAD: Head = Head { skip: 312, rate: 48_000, gain: 0 };

/// An element of known length.
fn element(id: &[u8], content: &[u8]) -> Vec<u8> {
    let mut bytes = id.to_vec();
    bytes.push(0x10 | u8::try_from(content.len() >> 24).unwrap());
    bytes.extend(&(content.len() as u32).to_be_bytes()[1..]);
    bytes.extend(content);
    bytes
}

/// One whose length nobody knows yet.
fn open(id: &[u8], content: &[u8]) -> Vec<u8> {
    [id, &[0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], content].concat()
}

fn head(channels: u8) -> Vec<u8> {
    let mut head = HEAD.write();
    head[9] = channels;
    head
}

fn block(packet: &[u8]) -> Vec<u8> {
    element(&[0xa3], &[&[0x81, 0, 0, 0x80], packet].concat())
}

/// As Chromium writes it: lengths of segment and clusters are not known.
fn webm(codec: &str, private: &[u8], packets: &[Vec<u8>]) -> Vec<u8> {
    let audio = element(&[0xe1], &element(&[0x9f], &[1]));
    let track = [element(&[0xd7], &[1]), element(&[0x86], codec.as_bytes()), element(&[0x63, 0xa2], private), audio];
    let tracks = element(&[0x16, 0x54, 0xae, 0x6b], &element(&[0xae], &track.concat()));
    let info = element(&[0x15, 0x49, 0xa9, 0x66], &element(&[0x4d, 0x80], b"Chrome"));
    let clusters = packets.chunks(2).map(|chunk| {
        let blocks: Vec<u8> = chunk.iter().flat_map(|packet| block(packet)).collect();
        open(&[0x1f, 0x43, 0xb6, 0x75], &[element(&[0xe7], &[0]), blocks].concat())
    });
    let segment = [info, tracks, clusters.flatten().collect()].concat();
    [element(&[0x1a, 0x45, 0xdf, 0xa3], &element(&[0x42, 0x82], b"webm")), open(&[0x18, 0x53, 0x80, 0x67], &segment)]
        .concat()
}

/// CELT, 20 ms each, one channel; some are long enough to span segments and pages of Ogg.
fn packets(many: usize) -> Vec<Vec<u8>> {
    let packet = |nth: usize| {
        let mut packet = vec![0xf8];
        packet.extend(std::iter::repeat_n(nth as u8, [3, 255, 254, 510, 1_275][nth % 5]));
        packet
    };
    (0..many).map(packet).collect()
}

#[test]
fn webm_becomes_ogg_packet_by_packet() {
    let sent = packets(500);
    let note = note(&webm("A_OPUS", &head(1), &sent)).unwrap();
    let read = ogg::read(&note).unwrap();
    assert_eq!(read.head, HEAD);
    assert!(read.packets.iter().map(|packet| packet.as_ref()).eq(sent.iter().map(Vec::as_slice)));
    // Written anew it is the same.
    assert_eq!(super::note(&note).unwrap(), note);
    // The last page says how long it is: 500 times 20 ms.
    let page = note.windows(4).rposition(|four| four == b"OggS").unwrap();
    let at = u64::from_le_bytes(note[page + 6..page + 14].try_into().unwrap());
    assert_eq!((at, note[page + 5] & 4), (480_000, 4));
}

#[test]
fn a_block_within_a_group_counts_too_and_a_cut_end_is_left_out() {
    let whole = webm("A_OPUS", &head(1), &packets(4));
    let group = element(&[0xa0], &element(&[0xa1], &[&[0x81, 0, 0, 0][..], &[0xf8, 9]].concat()));
    let note = note(&[whole, group, block(&[0xf8; 100])[..50].to_vec()].concat()).unwrap();
    let read = ogg::read(&note).unwrap();
    assert_eq!(read.packets.len(), 5);
    assert_eq!(read.packets[4], Cow::Borrowed(&[0xf8, 9]));
}

#[test]
fn channels_are_told_by_how_they_are_coded() {
    let mono = note(&webm("A_OPUS", &head(2), &packets(3))).unwrap();
    assert_eq!(mono[28 + 9], 1, "one channel, as all packets have");
    let mut stereo = packets(3);
    stereo[2][0] |= 4;
    assert_eq!(note(&webm("A_OPUS", &head(1), &stereo)), Err(Unfit::Stereo));
    assert_eq!(note(&webm("A_OPUS", &head(6), &packets(3))), Err(Unfit::Stereo));
}

#[test]
fn what_is_no_recording_is_refused_with_its_reason() {
    let one = packets(1);
    for (bytes, why) in [
        (Vec::new(), Unfit::Other),
        (b"RIFF....WAVE".to_vec(), Unfit::Other),
        (webm("A_VORBIS", &head(1), &one), Unfit::NotOpus),
        (webm("A_OPUS", b"VorbisHd", &one), Unfit::NotOpus),
        (webm("A_OPUS", b"OpusHead\x01\x01", &one), Unfit::Damaged),
        (webm("A_OPUS", &head(1), &[]), Unfit::Silent),
        // Shorter than what is thrown away at the beginning.
        (webm("A_OPUS", &head(1), &[vec![0xe0, 1]]), Unfit::Silent),
        // No frames; frames of more than 120 ms; nothing at all.
        (webm("A_OPUS", &head(1), &[vec![0xfb, 0]]), Unfit::Damaged),
        (webm("A_OPUS", &head(1), &[vec![0xfb, 7]]), Unfit::Damaged),
        (webm("A_OPUS", &head(1), &[Vec::new()]), Unfit::Damaged),
        (b"OggS".to_vec(), Unfit::Damaged),
        (vec![0x1a, 0x45, 0xdf, 0xa3], Unfit::Silent),
    ] {
        assert_eq!(note(&bytes).map(|_| ()), Err(why), "{bytes:?}");
    }
}

#[test]
fn no_change_of_bytes_makes_it_fail() {
    let good = webm("A_OPUS", &head(1), &packets(4));
    let ogg = note(&good).unwrap();
    for recorded in [&good[..], &ogg] {
        for at in 0..recorded.len() {
            for value in [0, 1, 0x40, 0x7f, 0x80, 0xff] {
                let mut changed = recorded.to_vec();
                changed[at] = value;
                // Either is fine, so long as it ends; what is written can be read.
                if let Ok(note) = note(&changed) {
                    assert!(super::ogg::read(&note).is_ok());
                }
            }
            let _ = note(&recorded[..at]);
        }
    }
}
