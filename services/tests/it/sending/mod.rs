//! The sending core: what becomes of each answer of Meta's, at which pace, in which order, through crashes.

mod classes;
mod crash;
mod lanes;
mod model;
mod order;
mod people;
mod scene;
mod schedule;
