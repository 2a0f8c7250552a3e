//! What a file is, by its content alone: a name or a type that somebody gives may lie.

use super::store::{Key, Store};
use domain::{
    content::{MediaBrief, MediaState},
    media::{Shown, shown},
};
use image::{ImageDecoder, ImageReader, Limits, codecs::jpeg::JpegEncoder, metadata::Orientation};
use std::io::Cursor;

/// Bytes from the beginning of a file by which its type is known.
pub(super) const HEAD: usize = 8 * 1_024;
/// Larger pictures are described by their beginning and get no thumbnail.
const PICTURE_LIMIT: u64 = 20 * 1_024 * 1_024;
/// Smaller ones need none.
const SMALL: u64 = 100 * 1_024;
/// Pixels of the longer side of a thumbnail.
const SIDE: u32 = 640;
const QUALITY: u8 = 80;
/// Bytes that decoding may take.
const MEMORY: u64 = 256 * 1_024 * 1_024;

/// The media type by the content; what is not known is text if it reads as such, else just bytes.
pub(super) fn sniff(head: &[u8]) -> &'static str {
    let known = infer::get(head).map(|kind| kind.mime_type());
    match known {
        Some("application/ogg" | "audio/opus" | "video/ogg") => "audio/ogg",
        Some("audio/m4a" | "audio/x-m4a") => "audio/mp4",
        Some("audio/x-wav") => "audio/wav",
        Some("video/x-m4v") => "video/mp4",
        Some(known) => known,
        // `3gp4` and its like are not told apart from MP4 by all.
        None if head.get(4..8) == Some(b"ftyp") && head.get(8..10) == Some(b"3g") => "video/3gpp",
        None if is_text(head) => "text/plain",
        None => "application/octet-stream",
    }
}

fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may end within a letter.
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
}

/// What is found out of a file that lies in the store, for whoever draws it; makes its thumbnail.
pub(super) async fn describe(store: &Store, key: Key, mime: &str, size: u64) -> MediaBrief {
    let wanted = MediaBrief::wanted(key.media, Some(mime.to_owned()));
    let mut brief = MediaBrief { state: MediaState::Kept, size: Some(size), ..wanted };
    if shown(mime) != Some(Shown::Picture) || size > PICTURE_LIMIT {
        return brief;
    }
    let Ok(bytes) = store.read(key).await else { return brief };
    // A picture may be made to fail: then it is kept as it is.
    let drawn = tokio::task::spawn_blocking(move || picture(&bytes, size > SMALL)).await;
    if let Ok(Some(Picture { width, height, thumbnail })) = drawn {
        (brief.width, brief.height) = (Some(width), Some(height));
        if let Some(thumbnail) = thumbnail {
            match store.write_thumbnail(key, thumbnail).await {
                Ok(()) => brief.thumbnail = true,
                Err(error) => tracing::warn!(%error, media = %key.media, "a thumbnail was not written"),
            }
        }
    }
    brief
}

struct Picture {
    /// As it is shown: turned as it asks to be.
    width: u32,
    height: u32,
    thumbnail: Option<Vec<u8>>,
}

fn picture(bytes: &[u8], thumbnail: bool) -> Option<Picture> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    limits.max_image_width = Some(16_384);
    limits.max_image_height = Some(16_384);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let sideways = matches!(
        turned,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    let (width, height) = if sideways { (height, width) } else { (width, height) };
    let mut drawn = Picture { width, height, thumbnail: None };
    if thumbnail && let Ok(mut image) = image::DynamicImage::from_decoder(decoder) {
        image.apply_orientation(turned);
        let small = image.thumbnail(SIDE.min(width), SIDE.min(height)).to_rgb8();
        let mut out = Vec::new();
        if JpegEncoder::new_with_quality(&mut out, QUALITY).encode_image(&small).is_ok() {
            drawn.thumbnail = Some(out);
        }
    }
    Some(drawn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_known_by_content() {
        for (head, mime) in [
            (b"\xff\xd8\xff\xe0\0\x10JFIF".as_slice(), "image/jpeg"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "image/png"),
            (b"OggS\0\x02\0\0\0\0\0\0\0\0OpusHead", "audio/ogg"),
            (b"%PDF-1.7\n", "application/pdf"),
            (b"\0\0\0\x18ftyp3gp4\0\0\0\0", "video/3gpp"),
            (b"Dear Asha,\r\n", "text/plain"),
            (b"\x00\x01\x02", "application/octet-stream"),
            (b"", "application/octet-stream"),
            ("Grüße".as_bytes().get(..4).unwrap(), "text/plain"),
        ] {
            assert_eq!(sniff(head), mime, "{head:?}");
        }
        // Never a picture, whatever it is called.
        for head in [b"<html><script>alert(1)</script>".as_slice(), b"<svg xmlns='http://www.w3.org/2000/svg'>"] {
            assert_eq!(shown(sniff(head)), None);
        }
    }

    #[test]
    fn a_large_picture_gets_a_thumbnail_and_a_broken_one_harms_nobody() {
        let image = image::RgbImage::from_fn(1_600, 900, |x, y| image::Rgb([x as u8, y as u8, 7]));
        let mut png = Vec::new();
        image.write_to(&mut Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
        let Picture { width, height, thumbnail } = picture(&png, true).unwrap();
        let thumbnail = image::load_from_memory(&thumbnail.unwrap()).unwrap();
        assert_eq!((width, height, thumbnail.width(), thumbnail.height()), (1_600, 900, 640, 360));
        assert!(picture(&png[..200], true).is_none_or(|picture| picture.thumbnail.is_none()));
        assert!(picture(b"no picture", true).is_none());
    }
}
