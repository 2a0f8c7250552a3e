use super::{reset, sessions, throttle};
use crate::{Result, Services};

/// Removes sessions and links that have ended and failed sign-ins that no longer count; returns how many rows went.
///
/// # Errors
/// When the database cannot be written.
pub async fn purge(services: &Services) -> Result<u64> {
    Ok(sessions::purge(services).await? + throttle::purge(services).await? + reset::purge(services).await?)
}
