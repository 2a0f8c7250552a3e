//! Cuts the module apart: what only some pages need is loaded with the first of them.
//!
//! Functions marked as lazy in `app`, and what nobody else calls, go to files of their own. The linker leaves its
//! relocations in the module for this (`--emit-relocs` in `.cargo/config.toml`).

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow};
use wasm_split_cli_support::{Options, transform};

/// The module that loads the parts, as the macros in `app` name it.
pub const LINK: &str = "./__wasm_split.______________________.js";

/// Splits `input` into `dir`: the loading script and the parts, and what is given back, the module that bindgen goes on with.
/// `main_script` is how the loading script imports bindgen's.
pub fn split(input: &[u8], dir: &Path, main_script: &str) -> Result<PathBuf> {
    fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let main = dir.join("main.wasm");
    let mut options = Options::new(input);
    options.output_dir = dir;
    options.main_out_path = &main;
    options.main_module = main_script;
    options.link_name = LINK;
    transform(options).map_err(|error| anyhow!("the module cannot be split: {error:#}"))?;
    Ok(main)
}
