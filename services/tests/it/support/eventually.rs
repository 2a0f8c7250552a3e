//! The one place in which a test waits for what another task does: nothing tells it, so it looks again and again.

use std::time::{Duration, Instant};

/// More than a busy machine needs for anything that a test waits for.
const LONG: Duration = Duration::from_secs(30);
const BETWEEN: Duration = Duration::from_millis(4);

/// Looks until there is something, and returns it; a test in which nothing comes fails with what was there instead.
pub async fn eventually<T>(mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let start = Instant::now();
    loop {
        match look().await {
            Ok(found) => return found,
            Err(still) => assert!(start.elapsed() < LONG, "{still}"),
        }
        tokio::time::sleep(BETWEEN).await;
    }
}

/// Looks until it is so.
pub async fn until_so(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    eventually(async || if is_so().await { Ok(()) } else { Err(format!("not {what}")) }).await;
}
