//! `frontend` as WebAssembly, and the JavaScript that loads it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};
use wasm_bindgen_cli_support::Bindgen;

use super::{
    compress::{Writer, hash, hashed},
    manifest::Entry,
    split::{LINK, split},
};
use crate::{
    build::Mode,
    cargo::{quiet_cargo, run},
    paths,
};

const TARGET: &str = "wasm32-unknown-unknown";
/// Bindgen's output, before names carry hashes.
const NAME: &str = "parlance";

/// Compiles and gives back the path of the module.
pub fn compile(mode: Mode) -> Result<PathBuf> {
    let profile = mode.wasm_profile();
    let mut build = quiet_cargo("build")?;
    build.args(["--package", "frontend", "--lib", "--target", TARGET, "--profile", profile]);
    if mode == Mode::Release {
        // Stripped by rustc, the module no longer says which wasm features it uses, and bindgen must do without them.
        build.env("CARGO_PROFILE_WASM_STRIP", "none");
    }
    run(&mut build)?;
    Ok(paths::target()?.join(TARGET).join(profile).join("frontend.wasm"))
}

/// What bindgen wrote, and below `split/` what is loaded later.
pub struct Glue {
    dir: PathBuf,
}

/// Below bindgen's folder.
const SPLIT: &str = "split";

/// Runs bindgen in process; an input that was bound before is left alone.
pub fn bind(module: &Path, site: &Path, mode: Mode, wasm_opt: bool) -> Result<Glue> {
    let dir = site.join("bindgen");
    let stamp = dir.join("input.hash");
    let input = fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let wanted = format!("{} {} {wasm_opt}", hash(&input), tool_stamp()?);
    if fs::read_to_string(&stamp).is_ok_and(|there| there == wanted) {
        return Ok(Glue { dir });
    }
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    let small = mode == Mode::Release;
    let main = split(&input, &dir.join(SPLIT), &format!("./{NAME}.js"))?;
    Bindgen::new()
        .input_path(&main)
        .out_name(NAME)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(false)
        // The parts call what the main module exports, by its symbols' names.
        .keep_lld_exports(true)
        .demangle(false)
        .remove_name_section(small)
        .remove_producers_section(small)
        .generate(&dir)?;
    fs::remove_file(&main)?;
    if wasm_opt {
        optimise(&dir.join(format!("{NAME}_bg.wasm")))?;
    }
    fs::write(&stamp, wanted)?;
    Ok(Glue { dir })
}

impl Glue {
    /// Writes wasm, snippets and the JavaScript that names them by their hashed names.
    ///
    /// The two scripts import each other, so they share one hash of all that they name.
    pub fn into_files(self, writer: &mut Writer) -> Result<Vec<Entry>> {
        let wasm_name = format!("{NAME}_bg.wasm");
        let wasm = writer.write("wasm", &wasm_name, &fs::read(self.dir.join(&wasm_name))?)?;
        let mut js = fs::read_to_string(self.dir.join(format!("{NAME}.js")))?.replace(&wasm_name, &wasm.file);
        let mut link = fs::read_to_string(self.dir.join(SPLIT).join(LINK))?;
        let mut entries = vec![wasm];
        for path in files(&self.dir, "snippets")? {
            let bytes = fs::read(self.dir.join(&path))?;
            js = js.replace(&format!("./{path}"), &format!("./{}", hashed(&path, &hash(&bytes))));
            entries.push(writer.write("snippet", &path, &bytes)?);
        }
        for path in files(&self.dir, SPLIT)?.iter().filter(|path| path.ends_with(".wasm")) {
            let bytes = fs::read(self.dir.join(path))?;
            let part = writer.write("part", &short(path), &bytes)?;
            let file = path.trim_start_matches("split/");
            link = link.replace(&format!("\"./{file}\""), &format!("\"./{}\"", part.file));
            entries.push(part);
        }
        let both = hash(format!("{js}{link}").as_bytes());
        let (js_name, link_name) = (format!("{NAME}.js"), format!("{NAME}_parts.js"));
        // The keys of the imports stay: the module knows them.
        let js = js.replace(&format!("from '{LINK}'"), &format!("from './{}'", hashed(&link_name, &both)));
        let js = js.replace(&format!("from \"{LINK}\""), &format!("from \"./{}\"", hashed(&link_name, &both)));
        let link = link.replace(&format!("\"./{js_name}\""), &format!("\"./{}\"", hashed(&js_name, &both)));
        entries.push(writer.write_as("parts", &link_name, &both, link.as_bytes())?);
        entries.push(writer.write_as("js", &js_name, &both, js.as_bytes())?);
        Ok(entries)
    }
}

/// `split/split_rest_123.wasm` becomes `rest.wasm`; what several such parts share keeps its name.
fn short(path: &str) -> String {
    let file = path.rsplit('/').next().unwrap_or(path);
    match file.strip_prefix("split_").and_then(|name| name.rsplit_once('_')) {
        Some((name, _)) => format!("{name}.wasm"),
        None => file.to_owned(),
    }
}

/// Changes with this program, hence with the bindgen inside it.
fn tool_stamp() -> Result<String> {
    let tool = fs::metadata(std::env::current_exe()?)?;
    let built = tool.modified()?.duration_since(std::time::UNIX_EPOCH)?;
    Ok(format!("{}.{}", built.as_millis(), tool.len()))
}

/// The paths, with `/` and beginning with `below`, of all files there.
fn files(dir: &Path, below: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![dir.join(below)];
    while let Some(folder) = folders.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.strip_prefix(dir)?.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Only npm's binaryen: Debian's wasm-opt 108 writes a module with which the page never comes alive.
fn optimise(wasm: &Path) -> Result<()> {
    let tool = paths::root().join("node_modules/.bin/wasm-opt");
    if !tool.is_file() {
        bail!("--wasm-opt needs `npm install --no-save binaryen` in the workspace folder first");
    }
    run(Command::new(tool).args(["-Oz", "--all-features"]).arg(wasm).arg("-o").arg(wasm))
}
