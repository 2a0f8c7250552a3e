//! Parts that more than one page uses.

mod avatar;
mod chip;
mod copy;
mod icons;
mod search;
mod task;
mod ticks;
mod toast;
mod window;

pub mod dialog;
pub mod menu;
pub mod when;

pub use avatar::{avatar, avatar_none};
pub use chip::{chip, chip_name, chips};
pub use copy::{copy_button, secret_view};
#[cfg(feature = "ssr")]
pub use icons::Sprite;
pub use icons::icon;
pub use search::{search, segment};
pub use task::{Task, reload};
pub use ticks::{Glyph, glyph, tick};
pub use toast::Toast;
pub use window::{Shape, window_ring, window_until};

/// The query that asks for what is not empty, with its question mark; empty when nothing is asked for.
pub fn query_of<'a>(fields: impl IntoIterator<Item = (&'static str, &'a str)>) -> String {
    let mut query = String::new();
    for (key, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        query.push(if query.is_empty() { '?' } else { '&' });
        query.push_str(key);
        query.push('=');
        query.push_str(&encode(value));
    }
    query
}

/// For a value in a query.
pub fn encode(text: &str) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}
