//! The use cases, on both engines.

#[cfg(test)]
mod support;

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod alerts;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod backup;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod consent;
#[cfg(test)]
mod contacts;
#[cfg(test)]
mod corpus;
#[cfg(test)]
mod dead;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod doors;
#[cfg(test)]
mod drafts;
#[cfg(test)]
mod graph;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod ingest;
#[cfg(test)]
mod kinds;
#[cfg(test)]
mod labels;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod lines;
#[cfg(test)]
mod live;
#[cfg(test)]
mod marks;
#[cfg(test)]
mod media;
#[cfg(test)]
mod members;
#[cfg(test)]
mod meta;
#[cfg(test)]
mod notes;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod outgoing;
#[cfg(test)]
mod phone;
#[cfg(test)]
mod pool;
#[cfg(test)]
mod presence;
#[cfg(test)]
mod push;
#[cfg(test)]
mod search;
#[cfg(test)]
mod security;
#[cfg(test)]
mod seed;
#[cfg(test)]
mod send;
#[cfg(test)]
mod send_named;
#[cfg(test)]
mod sending;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod setup;
#[cfg(test)]
mod snooze;
#[cfg(test)]
mod start;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod stores;
#[cfg(test)]
mod take_next;
#[cfg(test)]
mod team;
#[cfg(test)]
mod templates;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod unread;
#[cfg(test)]
mod vault;
#[cfg(test)]
mod vault_access;
#[cfg(test)]
mod vault_renew;
#[cfg(test)]
mod vault_rotate;
