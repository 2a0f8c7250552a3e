//! Where the list stands from the first paint on.

use leptos::prelude::*;

use crate::inbox::{
    lazy::{Extra, show},
    screen::Screen,
};

/// What is left to be set up, in place of a thread: drawn by the server, and once more when its code is here.
pub fn pane_view(screen: Screen) -> AnyView {
    let alive = RwSignal::new(false);
    let still = move || {
        (!alive.get())
            .then(|| view! { <section class="thread blank" aria-label="Set-up" inner_html=drawn(screen)></section> })
    };
    view! { {still} {show(screen, Extra::Setup(alive))} }.into_any()
}

/// By the server, as text: the browser has no code for it yet, and leaves it alone.
#[cfg(feature = "ssr")]
fn drawn(screen: Screen) -> String {
    let facts = screen.facts();
    facts.steps.as_ref().map(|setup| super::view::list_view(screen, setup).to_html()).unwrap_or_default()
}

#[cfg(not(feature = "ssr"))]
fn drawn(_: Screen) -> &'static str {
    ""
}
