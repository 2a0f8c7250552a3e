//! The watch over tokens: from where, when and how much each is used. What is dangerous ends the token, what is odd is
//! told to the Owners.
//!
//! A use costs nothing but a look at memory, unless it is the first of its minute from its network: that one is written down
//! at once, so that several processes count together. What lies between is written once a minute. A token and those that it
//! made are one: their places are counted together, and they end together.

mod judge;
mod memory;
mod misuse;
mod network;
mod note;

pub use memory::Watch;
pub(super) use note::{Use, note};

use crate::{Result, Services};
use domain::time::MINUTE;

/// Writes down what was counted in minutes that are over.
pub(super) async fn save(services: &Services) -> Result<()> {
    let minute = services.clock().now() / MINUTE;
    for (token, due) in services.watch().past(minute) {
        note::write(services, token, due).await?;
    }
    Ok(())
}
