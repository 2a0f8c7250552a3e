use domain::label::{Colour, Label};
use leptos::prelude::*;

/// A label. Its name was written by a colleague: it stays within the chip, whatever its direction.
pub fn chip(label: &Label) -> AnyView {
    chip_name(&label.name, label.colour)
}

/// The same for one that is not made yet.
pub fn chip_name(name: &str, colour: Colour) -> AnyView {
    view! { <span class="chip" data-colour=colour.as_str()><bdi>{name.to_owned()}</bdi></span> }.into_any()
}
