//! The migrations are compiled in; a changed text must reach the binary though no Rust file changed.

fn main() {
    println!("cargo:rerun-if-changed=../migrations");
}
