//! What the server draws, looked at as HTML. Run with `--features ssr`.
#![cfg(feature = "ssr")]

mod bubbles;
mod composer;
mod hostile;
mod labels;
mod lists;
mod login;
mod notices;
mod phone;
mod screen;
mod support;
mod team;
