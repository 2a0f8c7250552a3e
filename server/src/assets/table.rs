//! The generated table, alone in its module.

/// One file and its compressed twins.
#[derive(Debug)]
pub(super) struct File {
    /// `js`, `wasm`, `css`, `snippet`, or `public:<path>`.
    pub role: &'static str,
    /// Below `/assets/`.
    pub url: &'static str,
    /// With its quotes.
    pub etag: &'static str,
    pub plain: &'static [u8],
    pub brotli: Option<&'static [u8]>,
    pub gzip: Option<&'static [u8]>,
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));
