//! Turns the site that `cargo xtask` built into a table inside the binary.
//!
//! Without `PARLANCE_SITE_DIR` the table is empty: `cargo check` and `cargo test` need no built assets, and pages come
//! without script and style.

use std::{
    env,
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=PARLANCE_SITE_DIR");
    let table = match env::var_os("PARLANCE_SITE_DIR").filter(|dir| !dir.is_empty()) {
        Some(dir) => table(Path::new(&dir)),
        None => table_of(""),
    };
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("assets.rs");
    // An equal table keeps its time, so that nothing behind it is compiled again.
    if !fs::read_to_string(&out).is_ok_and(|old| old == table) {
        fs::write(&out, table).expect("OUT_DIR is writable");
    }
}

fn table(site: &Path) -> String {
    let manifest = site.join("manifest.tsv");
    println!("cargo:rerun-if-changed={}", manifest.display());
    let list = fs::read_to_string(&manifest)
        .unwrap_or_else(|error| panic!("PARLANCE_SITE_DIR: {}: {error}", manifest.display()));
    let mut rows = String::new();
    for line in list.lines() {
        let mut fields = line.split('\t');
        let (Some(role), Some(file), Some(hash)) = (fields.next(), fields.next(), fields.next()) else {
            panic!("PARLANCE_SITE_DIR: {} has a line without three fields", manifest.display());
        };
        let path = site.join("pkg").join(file);
        let plain = include(&path);
        let brotli = smaller(&path, "br");
        let gzip = smaller(&path, "gz");
        let etag = format!("\"{hash}\"");
        writeln!(
            rows,
            "    File {{ role: {role:?}, url: {:?}, etag: {etag:?}, plain: {plain}, brotli: {brotli}, gzip: {gzip} }},",
            format!("/assets/{file}")
        )
        .expect("a String takes every write");
    }
    table_of(&rows)
}

fn table_of(rows: &str) -> String {
    format!("pub(super) static FILES: &[File] = &[\n{rows}];\n")
}

fn include(path: &Path) -> String {
    format!("include_bytes!({:?})", path.display().to_string())
}

/// A compressed twin counts only where it is smaller than the file.
fn smaller(path: &Path, ending: &str) -> String {
    let mut twin = path.as_os_str().to_owned();
    twin.push(".");
    twin.push(ending);
    let twin = PathBuf::from(twin);
    let size = |path: &Path| fs::metadata(path).map(|there| there.len());
    match (size(&twin), size(path)) {
        (Ok(small), Ok(plain)) if small < plain => format!("Some({})", include(&twin)),
        _ => "None".to_owned(),
    }
}
