//! One file on its way to the server, with how far it has come.

#[cfg(feature = "hydrate")]
use domain::id::ConversationId;
use domain::id::MediaId;

#[cfg(feature = "hydrate")]
use super::Attached;
use crate::inbox::screen::Screen;

/// The address that takes a file.
#[cfg(feature = "hydrate")]
pub(in crate::inbox) fn address(screen: Screen, conversation: ConversationId, id: MediaId, name: &str) -> String {
    let name = crate::ui::encode(name);
    screen.path(&format!("/conversations/{conversation}/files?id={id}&name={name}"))
}

/// Sends a file; `progress` hears percents, `done` what came of it, in words where it failed.
#[cfg(feature = "hydrate")]
pub(in crate::inbox) fn send(
    url: &str,
    file: &web_sys::Blob,
    progress: impl Fn(u32) + 'static,
    done: impl FnOnce(Result<Attached, String>) + 'static,
) -> Option<web_sys::XmlHttpRequest> {
    use wasm_bindgen::{JsCast, prelude::Closure};
    let request = web_sys::XmlHttpRequest::new().ok()?;
    request.open("POST", url).ok()?;
    let told = Closure::<dyn FnMut(web_sys::ProgressEvent)>::new(move |event: web_sys::ProgressEvent| {
        if event.length_computable() && event.total() > 0.0 {
            progress((event.loaded() / event.total() * 100.0) as u32);
        }
    });
    request.upload().ok()?.set_onprogress(Some(told.as_ref().unchecked_ref()));
    let answered = {
        let request = request.clone();
        // `loadend` comes once, whatever happened.
        Closure::once(move |_: web_sys::ProgressEvent| {
            drop(told);
            done(outcome(&request));
        })
    };
    request.set_onloadend(Some(answered.as_ref().unchecked_ref()));
    answered.forget();
    request.send_with_opt_blob(Some(file)).ok()?;
    Some(request)
}

#[cfg(feature = "hydrate")]
fn outcome(request: &web_sys::XmlHttpRequest) -> Result<Attached, String> {
    let text = request.response_text().ok().flatten().unwrap_or_default();
    match request.status().unwrap_or(0) {
        200 => serde_json::from_str(&text).map_err(|_| "This page is out of date. Reload it.".to_owned()),
        0 => Err("The server did not answer. Check the connection.".to_owned()),
        413 => Err("This file is too large.".to_owned()),
        401 => Err("Your session has ended. Sign in to continue.".to_owned()),
        _ => Err(text.trim().to_owned()),
    }
}

/// It will not be sent after all.
pub(in crate::inbox) fn forget(screen: Screen, id: MediaId) {
    #[cfg(feature = "hydrate")]
    if let Ok(request) = web_sys::XmlHttpRequest::new() {
        let open = request.open("DELETE", &screen.path(&format!("/files/{id}")));
        // What stays is forgotten within a day.
        drop(open.and_then(|()| request.send()));
    }
    let _ = (screen, id);
}
