//! How the queues are: what waits, what is in hand, and how much goes through. What waits stands in the database; what went
//! through in the last minute each process counts for itself.

mod beside;
mod status;
mod tally;

pub use beside::Beside;
pub use status::{Depth, Installation, Lane, LaneDepth, Status, installation, status};
pub use tally::{Flow, Queue, Tally, Totals};
