//! The use cases, on both engines.

#[cfg(test)]
mod support;

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod graph;
#[cfg(test)]
mod ingest;
#[cfg(test)]
mod live;
#[cfg(test)]
mod members;
#[cfg(test)]
mod meta;
#[cfg(test)]
mod numbers;
#[cfg(test)]
mod seed;
#[cfg(test)]
mod send;
#[cfg(test)]
mod sessions;
#[cfg(test)]
mod statements;
#[cfg(test)]
mod vault;
