//! The rules of Parlance and the types that travel on its wires.
//!
//! Pure by construction: no input or output, no clock, no randomness. Everything here runs natively and in the browser,
//! so the same function decides on the server, in the tests and in front of the agent.

pub mod alert;
pub mod audit;
pub mod backoff;
pub mod contact;
pub mod content;
pub mod conversation;
pub mod country;
pub mod dead;
pub mod error;
pub mod field;
pub mod formatting;
pub mod id;
pub mod import;
pub mod inbox;
pub mod label;
pub mod limits;
pub mod media;
pub mod message;
pub mod meta;
pub mod notice;
pub mod number;
pub mod opt_out;
pub mod outgoing;
pub mod paging;
pub mod permission;
pub mod plan;
pub mod quick;
pub mod role;
pub mod search;
pub mod team;
pub mod template;
pub mod text;
pub mod time;
pub mod token;
pub mod window;
pub mod workspace;

pub use error::Error;
