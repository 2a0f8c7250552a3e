//! The few statements that serve all workspaces: routing, claiming, purging. They return no content of a workspace to anyone
//! outside of it, and are the only exception of the test that wants `workspace_id` in every statement.

mod access;
mod audit;
mod contacts;
mod conversations;
mod counts;
mod deliveries;
mod numbers;
mod queues;
mod sending;
mod vault;

pub use access::*;
pub use audit::*;
pub use contacts::*;
pub use conversations::*;
pub use counts::*;
pub use deliveries::*;
pub use numbers::*;
pub use queues::*;
pub use sending::*;
pub use vault::*;
