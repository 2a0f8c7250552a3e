//! The queue: apalis runs the workers, our own rows own the truth.
//!
//! Hot lanes are [`Lane`]s: apalis backends over `deliveries` and `outbox` that hand out batches. State, attempts and due
//! times stand in our rows; a handler that wants another try writes it there and returns `Ok`.

mod lane;
pub mod purge;
mod running;
mod wakes;

pub use lane::Lane;
pub use running::{Running, Which, start};
pub use wakes::Wakes;
