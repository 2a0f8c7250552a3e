use leptos::prelude::*;

use super::icon;

/// Something that is shown once, with a button that copies it.
pub fn secret_view(text: String, label: &'static str) -> AnyView {
    let copied = RwSignal::new(None::<bool>);
    let said = move || match copied.get() {
        None => "",
        Some(true) => "Copied",
        Some(false) => "Select it and press Ctrl+C",
    };
    let value = text.clone();
    let copy = move |_| {
        #[cfg(feature = "hydrate")]
        copy(value.clone(), copied);
        let _ = (&value, copied);
    };
    view! {
        <div class="secret">
            <code>{text}</code>
            <span class="small muted" role="status">{said}</span>
            <button class="btn sm" type="button" on:click=copy>
                {icon("copy", "xs")}
                "Copy"
                <span class="sr">" "{label}</span>
            </button>
        </div>
    }
    .into_any()
}

/// A small button that copies what stands beside it.
pub fn copy_button(text: String, label: &'static str) -> AnyView {
    let copied = RwSignal::new(None::<bool>);
    let said = move || match copied.get() {
        None => "",
        Some(true) => "Copied",
        Some(false) => "It could not be copied",
    };
    let copy = move |_| {
        #[cfg(feature = "hydrate")]
        copy(text.clone(), copied);
        let _ = (&text, copied);
    };
    view! {
        <button class="btn ghost square sm copy" type="button" aria-label=label title=label on:click=copy>
            {move || icon(if copied.get() == Some(true) { "check" } else { "copy" }, "xs")}
        </button>
        <span class="sr" role="status">{said}</span>
    }
    .into_any()
}

/// Browsers offer their clipboard to pages with TLS alone.
#[cfg(feature = "hydrate")]
fn copy(text: String, copied: RwSignal<Option<bool>>) {
    use wasm_bindgen::{JsCast, JsValue};

    let clipboard = js_sys::Reflect::get(&window().navigator(), &"clipboard".into()).ok().filter(JsValue::is_object);
    let write = clipboard.as_ref().and_then(|clipboard| js_sys::Reflect::get(clipboard, &"writeText".into()).ok());
    let answer = write
        .and_then(|write| write.dyn_into::<js_sys::Function>().ok())
        .zip(clipboard)
        .and_then(|(write, clipboard)| write.call1(&clipboard, &text.into()).ok())
        .and_then(|promise| promise.dyn_into::<js_sys::Promise>().ok());
    leptos::task::spawn_local(async move {
        let done = match answer {
            Some(promise) => wasm_bindgen_futures::JsFuture::from(promise).await.is_ok(),
            None => false,
        };
        copied.try_set(Some(done));
    });
}
