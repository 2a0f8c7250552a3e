use super::Icon;
use leptos::prelude::*;

/// A failure that the person caused or must act on.
#[component]
pub fn Banner(#[prop(into)] text: String) -> impl IntoView {
    view! {
        <p class="banner bad" role="alert">
            <Icon name="alert" />
            <span class="grow">{text}</span>
        </p>
    }
}
