use leptos::{ev::Event, html::Dialog, prelude::*};

use super::icon;

/// A dialog over the page. It opens as it is drawn; `closed` runs when it is gone, whoever closed it, and takes it off the
/// page. The browser keeps the focus inside and gives it back afterwards. `content` brings a `.dialog__body` and a footer.
pub fn dialog(
    id: &'static str,
    title: String,
    about: String,
    closed: impl Fn() + 'static,
    content: AnyView,
) -> AnyView {
    let node = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        if let Some(dialog) = node.get() {
            // Refused where it is open already: then it is as wanted.
            let _ = dialog.show_modal();
        }
    });
    view! {
        <dialog class="dialog" id=id node_ref=node aria-labelledby=format!("{id}-title") on:close=move |_: Event| closed()>
            <header>
                <div>
                    <h2 id=format!("{id}-title")>{title}</h2>
                    {(!about.is_empty()).then(|| view! { <p>{about}</p> })}
                </div>
                <button class="btn ghost square sm" type="button" aria-label="Close" on:click=move |_| close(id)>
                    {icon("x", "sm")}
                </button>
            </header>
            {content}
        </dialog>
    }
    .into_any()
}

/// Closes the dialog with this id.
pub fn close(id: &str) {
    #[cfg(feature = "hydrate")]
    {
        use wasm_bindgen::JsCast;
        let found = document().get_element_by_id(id);
        if let Some(dialog) = found.and_then(|found| found.dyn_into::<web_sys::HtmlDialogElement>().ok()) {
            dialog.close();
        }
    }
    let _ = id;
}
