//! The team: who belongs to it, as what, and who is invited.

pub mod page;
pub mod server;

mod invitations;
mod invite;
mod link;
#[cfg(feature = "hydrate")]
mod live;
mod members;
mod remove;
mod screen;
mod set_role;

/// `a Manager`, `an Agent`.
pub fn with_article(role: &str) -> String {
    let vowel = role.chars().next().is_some_and(|first| "AEIOUaeiou".contains(first));
    format!("{} {role}", if vowel { "an" } else { "a" })
}

/// What a person is called among colleagues.
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}
