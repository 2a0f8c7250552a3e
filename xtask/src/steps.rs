//! One line a step, with its time.

use std::time::Instant;

use anyhow::{Context, Result};

/// Says what begins, does it, and says how long it took.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {what}");
    let begun = Instant::now();
    let done = work().with_context(|| format!("{what}: failed"))?;
    eprintln!("    done in {:.1} s", begun.elapsed().as_secs_f32());
    Ok(done)
}
