//! One minified style sheet out of `style/main.css` and what it imports.

use anyhow::{Result, anyhow};
use lightningcss::{
    bundler::{Bundler, FileProvider},
    printer::PrinterOptions,
    stylesheet::{MinifyOptions, ParserOptions},
};

use super::manifest::Manifest;
use crate::paths;

/// No browser targets: nesting, `light-dark()` and `oklch()` reach the browser as they are written.
///
/// A reference to `/assets/<path>` of a public file becomes its hashed name.
pub fn bundle(manifest: &Manifest) -> Result<Option<String>> {
    let entry = paths::root().join("style/main.css");
    if !entry.is_file() {
        eprintln!("    no style/main.css: pages come without style");
        return Ok(None);
    }
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let mut sheet = bundler.bundle(&entry).map_err(|error| anyhow!("{error}"))?;
    sheet.minify(MinifyOptions::default()).map_err(|error| anyhow!("{error}"))?;
    let printed = sheet
        .to_css(PrinterOptions { minify: true, ..PrinterOptions::default() })
        .map_err(|error| anyhow!("{error}"))?;
    let mut css = printed.code;
    for entry in manifest.entries() {
        if let Some(path) = entry.role.strip_prefix("public:") {
            css = css.replace(&format!("/assets/{path}"), &format!("/assets/{}", entry.file));
        }
    }
    Ok(Some(css))
}
