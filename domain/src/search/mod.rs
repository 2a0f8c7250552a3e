//! Search: how texts are compared, what was asked, what is shown of what was found.

mod fold;
mod found;
mod query;
mod snippet;
#[cfg(test)]
mod tests;

pub use fold::{INDEXED, fold};
pub use found::{Found, Hit, Person, Results};
pub use query::{MIN, QUERY_LIMIT, Query, contact_text, grams};
pub use snippet::{SNIPPET, Snippet, Span, snippet};
