use domain::text::initials;
use leptos::prelude::*;
use uuid::Uuid;

/// Colours that the style sheet knows.
const HUES: u8 = 12;

/// The same person has the same colour everywhere.
fn hue(id: Uuid) -> u8 {
    id.as_bytes().iter().fold(0u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(*byte)) % HUES
}

/// A circle with initials. Decoration: the name stands beside it, so nothing is read out.
pub fn avatar(id: Uuid, name: &str, size: &'static str) -> AnyView {
    view! {
        <span
            class=format!("avatar {size}")
            data-hue=hue(id).to_string()
            data-initials=initials(name)
            aria-hidden="true"
        ></span>
    }
    .into_any()
}

/// The place of somebody who is not there.
pub fn avatar_none(size: &'static str) -> AnyView {
    view! { <span class=format!("avatar none {size}") aria-hidden="true"></span> }.into_any()
}
