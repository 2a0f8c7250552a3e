//! Hands a chosen file to the server, as it is.

use leptos::prelude::*;

use crate::{error::Fault, frame::Frame};

/// Where a file is dropped or chosen; it goes off at once.
pub fn choose_view(frame: &Frame, task: crate::ui::Task) -> AnyView {
    let base = frame.path(crate::frame::Here::Contacts);
    let slug = frame.workspace.slug.clone();
    let chosen = move |event: leptos::ev::Event| {
        let base = base.clone();
        task.run_long(send(slug.to_string(), event), move |id| {
            if let Some(id) = id {
                crate::contacts::create::go(&format!("{base}/imports/{id}"));
            }
        });
    };
    view! {
        <div class="field script">
            <label for="file">"CSV file"</label>
            <input
                class="input"
                id="file"
                type="file"
                accept=".csv,.txt,.tsv,text/csv,text/plain"
                disabled=move || task.busy.get()
                on:change=chosen
            />
            <span class="hint">
                "Up to 200 MB. One line a person, the first line names the columns. From a spreadsheet: save as “CSV UTF-8”."
            </span>
        </div>
        <p role="status" class="muted">{move || task.busy.get().then_some("The file is on its way. Stay on this page.")}</p>
        {task.problem_view()}
    }
    .into_any()
}

/// The id of the new import; `None` when no file was chosen.
#[cfg(feature = "hydrate")]
async fn send(slug: String, event: leptos::ev::Event) -> Result<Option<String>, Fault> {
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;

    let Some(input) = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok()) else {
        return Ok(None);
    };
    let Some(file) = input.files().and_then(|files| files.get(0)) else { return Ok(None) };
    let options = web_sys::RequestInit::new();
    options.set_method("POST");
    options.set_body(&file);
    let path = format!("/w/{slug}/contacts/imports?name={}", crate::ui::encode(&file.name()));
    let answer = JsFuture::from(window().fetch_with_str_and_init(&path, &options)).await;
    // The same file may be chosen again.
    input.set_value("");
    let answer = answer.ok().and_then(|answer| answer.dyn_into::<web_sys::Response>().ok()).ok_or(Fault::Offline)?;
    let text = JsFuture::from(answer.text().map_err(|_| Fault::Offline)?).await;
    let text = text.ok().as_ref().and_then(JsValue::as_string).unwrap_or_default();
    match answer.status() {
        201 => {
            let made = serde_json::from_str::<serde_json::Value>(&text).ok();
            Ok(made.and_then(|made| made["id"].as_str().map(str::to_owned)))
        }
        401 => Err(Fault::SignedOut),
        _ => Err(Fault::Conflict(text.trim().to_owned())),
    }
}

#[cfg(not(feature = "hydrate"))]
#[expect(clippy::unused_async, reason = "the browser's side is")]
async fn send(_slug: String, _event: leptos::ev::Event) -> Result<Option<String>, Fault> {
    Ok(None)
}
