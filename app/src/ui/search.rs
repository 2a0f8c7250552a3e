use leptos::prelude::*;

use super::icon;

/// A field that narrows what is shown, as it is typed.
pub fn search(text: RwSignal<String>, label: &'static str, placeholder: String) -> AnyView {
    view! {
        <div class="input-icon script">
            {icon("search", "sm")}
            <input
                class="input sm"
                type="search"
                aria-label=label
                placeholder=placeholder
                autocomplete="off"
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
            />
        </div>
    }
    .into_any()
}

/// One of a few ways to look at the same things.
pub fn segment(label: &'static str, chosen: RwSignal<usize>, names: &'static [&'static str]) -> AnyView {
    let buttons = names
        .iter()
        .enumerate()
        .map(|(place, name)| {
            view! {
                <button
                    type="button"
                    aria-pressed=move || (chosen.get() == place).to_string()
                    on:click=move |_| chosen.set(place)
                >
                    {*name}
                </button>
            }
        })
        .collect_view();
    view! { <div class="segment script" role="group" aria-label=label>{buttons}</div> }.into_any()
}
