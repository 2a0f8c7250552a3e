//! Files: which are shown within a page, how large they may be, how a download is named, how long one is fetched.

use crate::time::{DAY, HOUR, MINUTE, Millis, SECOND};

/// Bytes of a customer's file that are fetched at most. Source: Cloud API, media, "inbound up to 100 MB".
pub const INBOUND_LIMIT: u64 = 100 * 1_024 * 1_024;

/// How long Meta keeps a customer's file. Source: Cloud API, webhooks, media ids.
pub const INBOUND_KEPT: Millis = 7 * DAY;

/// Waits before the second, third … try to fetch a file; the last one is repeated until Meta has it no more.
const WAITS: [Millis; 8] =
    [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, 12 * HOUR];

/// How long to wait after `failed` tries (at least 1) for a file that is `age` old; `None` when Meta has it no more by then.
pub fn wait(failed: u32, age: Millis) -> Option<Millis> {
    let nth = (failed.saturating_sub(1) as usize).min(WAITS.len() - 1);
    let wait = WAITS[nth];
    (age.saturating_add(wait) < INBOUND_KEPT).then_some(wait)
}

/// How a file appears within a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shown {
    Picture,
    Sound,
    Film,
}

/// How a file of this type is shown; `None`: it is downloaded and never opened within our pages. Only types that cannot carry
/// scripts.
pub fn shown(mime: &str) -> Option<Shown> {
    Some(match essence(mime).as_str() {
        "image/jpeg" | "image/png" | "image/webp" | "image/gif" => Shown::Picture,
        "audio/ogg" | "audio/mpeg" | "audio/mp4" | "audio/aac" | "audio/amr" | "audio/wav" => Shown::Sound,
        "video/mp4" => Shown::Film,
        _ => return None,
    })
}

/// A media type without its parameters, in small letters.
pub fn essence(mime: &str) -> String {
    mime.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The value of `Content-Disposition` (RFC 6266): an ASCII name for old programs, and the whole name in UTF-8.
pub fn disposition(inline: bool, name: &str) -> String {
    let how = if inline { "inline" } else { "attachment" };
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%' | '/') || c == ' ' { c } else { '_' })
        .collect();
    let mut whole = String::with_capacity(name.len());
    for byte in name.bytes() {
        // What RFC 5987 calls attr-char.
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            whole.push(char::from(byte));
        } else {
            whole.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{how}; filename=\"{plain}\"; filename*=UTF-8''{whole}")
}

/// A name for a file that came without one, by its type.
pub fn default_name(mime: &str) -> &'static str {
    match essence(mime).as_str() {
        "image/jpeg" => "photo.jpg",
        "image/png" => "photo.png",
        "image/webp" => "sticker.webp",
        "image/gif" => "animation.gif",
        "audio/ogg" => "voice.ogg",
        "audio/mpeg" => "audio.mp3",
        "audio/mp4" => "audio.m4a",
        "audio/aac" => "audio.aac",
        "audio/amr" => "audio.amr",
        "video/mp4" => "video.mp4",
        "video/3gpp" => "video.3gp",
        "application/pdf" => "document.pdf",
        _ => "file",
    }
}

/// Bytes for people: `812 KB`, `1.4 MB`.
pub fn size(bytes: u64) -> String {
    const KB: u64 = 1_000;
    const MB: u64 = 1_000 * KB;
    match bytes {
        0..KB => format!("{bytes} bytes"),
        KB..MB => format!("{} KB", (bytes + KB / 2) / KB),
        _ => format!("{}.{} MB", bytes / MB, bytes % MB / (MB / 10)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_tried_as_long_as_meta_keeps_it() {
        let (mut age, mut tries) = (0, 0);
        while let Some(wait) = wait(tries + 1, age) {
            (age, tries) = (age + wait, tries + 1);
        }
        assert!(age < INBOUND_KEPT && age > INBOUND_KEPT - DAY, "{age}");
        assert_eq!((wait(1, 0), wait(0, 0), wait(1, INBOUND_KEPT)), (Some(5_000), Some(5_000), None));
    }

    #[test]
    fn only_what_carries_no_script_is_shown() {
        for mime in
            ["text/html", "image/svg+xml", "application/pdf", "application/xhtml+xml", "", "image/", "video/webm"]
        {
            assert_eq!(shown(mime), None, "{mime}");
        }
        assert_eq!(shown("Audio/OGG; codecs=opus"), Some(Shown::Sound));
        assert_eq!((shown("image/webp"), shown("video/mp4")), (Some(Shown::Picture), Some(Shown::Film)));
    }

    #[test]
    fn names_of_downloads_cannot_break_the_header() {
        assert_eq!(
            disposition(false, "Rechnung \"März\".pdf"),
            "attachment; filename=\"Rechnung _M_rz_.pdf\"; filename*=UTF-8''Rechnung%20%22M%C3%A4rz%22.pdf"
        );
        for name in ["a\r\nSet-Cookie: x", "../../etc/passwd", "\u{202e}gpj.exe", "%00", "日本"] {
            let value = disposition(true, name);
            assert!(value.is_ascii() && !value.contains(['\r', '\n']) && value.starts_with("inline; "), "{value}");
        }
    }

    #[test]
    fn sizes_are_said_as_people_say_them() {
        let said = [0, 999, 1_000, 1_499, 812_345, 1_000_000, 1_449_999, 104_857_600].map(size);
        assert_eq!(said, ["0 bytes", "999 bytes", "1 KB", "1 KB", "812 KB", "1.0 MB", "1.4 MB", "104.8 MB"]);
    }
}
