//! Sounds: heard in a bubble, and recorded in the composer. Their code comes later than the page.

pub(super) mod player;
pub(super) mod recorder;

#[cfg(feature = "hydrate")]
mod microphone;
mod wave;

/// A recording that lies in the browser alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Tape {
    #[cfg(feature = "hydrate")]
    pub blob: web_sys::Blob,
    /// A recording of Chromium's does not say it itself.
    pub seconds: f64,
}

/// A sound that can be heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    /// Its address.
    pub at: String,
    pub word: &'static str,
    /// So short that all of it may be looked at, to draw it.
    pub drawn: bool,
}
