//! What is left to be done in a new workspace, where a conversation would stand.

pub(super) mod pane;
pub mod server;
pub(super) mod view;
