//! One file on its way to the server, with how far it has come.

#[cfg(feature = "hydrate")]
use std::{cell::Cell, rc::Rc, time::Duration};

#[cfg(feature = "hydrate")]
use domain::id::ConversationId;
use domain::id::MediaId;
#[cfg(feature = "hydrate")]
use leptos::prelude::*;

#[cfg(feature = "hydrate")]
use super::Attached;
use crate::inbox::screen::Screen;

/// A line can be dead without saying so: milliseconds in which nothing of a file gets on.
#[cfg(feature = "hydrate")]
const PATIENCE: f64 = 60_000.0;
/// The same for the answer, once all of it was sent: the server hands it to Meta meanwhile, for ten minutes at most.
#[cfg(feature = "hydrate")]
const ANSWER: f64 = 660_000.0;
#[cfg(feature = "hydrate")]
const LOOK: Duration = Duration::from_secs(5);

/// The address that takes a file.
#[cfg(feature = "hydrate")]
pub(in crate::inbox) fn address(screen: Screen, conversation: ConversationId, id: MediaId, name: &str) -> String {
    let name = crate::ui::encode(name);
    screen.path(&format!("/conversations/{conversation}/files?id={id}&name={name}"))
}

/// Why a file is not with the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::inbox) struct Failed {
    /// In words.
    pub why: String,
    pub helps: Helps,
}

/// What helps a file that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "hydrate"), expect(dead_code, reason = "files are sent by a browser"))]
pub(in crate::inbox) enum Helps {
    /// It is no file for WhatsApp.
    Nothing,
    /// The same file may go another time.
    Again,
    /// The same file under another id: what came under this one is no good.
    Anew,
    /// No answer came: it may be there. The same id finds out.
    Connection,
}

/// Sends a file; `progress` hears percents, `done` what came of it.
#[cfg(feature = "hydrate")]
pub(in crate::inbox) fn send(
    url: &str,
    file: &web_sys::Blob,
    progress: impl Fn(u32) + 'static,
    done: impl FnOnce(Result<Attached, Failed>) + 'static,
) -> Option<web_sys::XmlHttpRequest> {
    use wasm_bindgen::{JsCast, prelude::Closure};
    let request = web_sys::XmlHttpRequest::new().ok()?;
    request.open("POST", url).ok()?;
    // Until when something is to be heard.
    let until = Rc::new(Cell::new(js_sys::Date::now() + PATIENCE));
    let later = until.clone();
    let told = Closure::<dyn FnMut(web_sys::ProgressEvent)>::new(move |event: web_sys::ProgressEvent| {
        let sent = event.length_computable() && event.loaded() >= event.total();
        later.set(js_sys::Date::now() + if sent { ANSWER } else { PATIENCE });
        if event.length_computable() && event.total() > 0.0 {
            progress((event.loaded() / event.total() * 100.0) as u32);
        }
    });
    request.upload().ok()?.set_onprogress(Some(told.as_ref().unchecked_ref()));
    let silent = {
        let request = request.clone();
        let stop = move || {
            if js_sys::Date::now() > until.get() {
                // Which ends it like any line that breaks.
                let _ = request.abort();
            }
        };
        set_interval_with_handle(stop, LOOK).ok()
    };
    let answered = {
        let request = request.clone();
        // `loadend` comes once, whatever happened.
        Closure::once(move |_: web_sys::ProgressEvent| {
            drop(told);
            silent.inspect(IntervalHandle::clear);
            done(outcome(&request));
        })
    };
    request.set_onloadend(Some(answered.as_ref().unchecked_ref()));
    answered.forget();
    if request.send_with_opt_blob(Some(file)).is_err() {
        silent.inspect(IntervalHandle::clear);
        return None;
    }
    Some(request)
}

#[cfg(feature = "hydrate")]
fn outcome(request: &web_sys::XmlHttpRequest) -> Result<Attached, Failed> {
    let text = request.response_text().ok().flatten().unwrap_or_default();
    // A proxy's page is no sentence.
    let words = text.trim();
    let words = if words.starts_with('<') { "" } else { words };
    let (why, helps) = match request.status().unwrap_or(0) {
        200 => match serde_json::from_str(&text) {
            Ok(attached) => return Ok(attached),
            Err(_) => ("This page is out of date. Reload it.", Helps::Nothing),
        },
        0 => ("The server did not answer. Check the connection.", Helps::Connection),
        413 => ("This file is too large.", Helps::Nothing),
        401 => ("Your session has ended. Sign in to continue.", Helps::Again),
        409 => (words, Helps::Anew),
        422 => (words, Helps::Nothing),
        // The server restarts behind it.
        502..=504 if words.is_empty() => ("The server did not answer.", Helps::Connection),
        _ => (words, Helps::Again),
    };
    let why = if why.is_empty() { "The server could not take this file." } else { why };
    Err(Failed { why: why.to_owned(), helps })
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
