//! Every statement in the source: it prepares on its engines, and keeps to one workspace.

mod audit_pages;
mod isolation;
mod plans;
mod prepare;
mod scan;
mod sqlite_plans;
