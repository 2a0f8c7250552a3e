//! Every statement in the source: it prepares on its engines, and keeps to one workspace.

mod isolation;
mod prepare;
mod scan;
