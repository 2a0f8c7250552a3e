//! Cuts the module apart: what only some pages need is loaded with the first of them.
//!
//! Functions marked as lazy in `app`, and what nobody else calls, go to files of their own. The linker leaves its
//! relocations in the module for this (`--emit-relocs` in `.cargo/config.toml`).

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail};
use wasm_split_cli_support::{Options, transform};

/// Fetches a part until it is there: a page must not end because the connection did. A server that no longer has it was
/// replaced by a newer one, and so must the page be; the time in the session's storage keeps it from going round in circles.
const FETCH: &str = r#"const fetchPart = async (url) => {
    for (let wait = 500; ; wait = Math.min(wait * 2, 15000)) {
        const answer = await fetch(url).catch(() => undefined);
        // All of it, before it is handed on: a connection that breaks in the middle is no end either.
        const bytes = answer?.ok ? await answer.arrayBuffer().catch(() => undefined) : undefined;
        if (bytes) return new Response(bytes, { headers: { "content-type": "application/wasm" } });
        if (answer?.status === 404 && Date.now() - Number(sessionStorage.getItem("parlance-reloaded") ?? 0) > 60000) {
            sessionStorage.setItem("parlance-reloaded", String(Date.now()));
            location.reload();
        }
        await new Promise((done) => setTimeout(done, wait));
    }
};
"#;

/// How the loading script fetches a part by itself: once.
const PLAIN_FETCH: &str = "= fetch(new URL(";

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
    let link = dir.join(LINK);
    let script = fs::read_to_string(&link)?;
    if !script.contains(PLAIN_FETCH) {
        bail!("{} fetches the parts in a way that xtask does not know", link.display());
    }
    fs::write(&link, format!("{FETCH}{}", script.replace(PLAIN_FETCH, "= fetchPart(new URL(")))?;
    Ok(main)
}
