//! The sending core: what becomes of each answer of Meta's, at which pace, in which order, through crashes.

mod apart;
mod carried;
mod classes;
mod crash;
mod gate;
mod lanes;
mod memory;
mod model;
mod order;
mod pairs;
mod people;
mod reactions;
mod receipts;
mod scene;
mod schedule;
mod tokens;
mod undelivered;
mod unread;
