//! Webhooks: their JSON, their signature, their delivery.

pub(crate) mod body;
pub(crate) mod engine;
pub(crate) mod progress;
pub(crate) mod sign;
pub(crate) mod things;
