//! What the pages around signing in have in common; only the server draws them.

use http::request::Parts;
use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    flash::{Done, Flash},
    ui::icon,
};

/// What a form has left for this page.
pub fn left() -> (Flash, Option<String>) {
    with_context::<Parts, _>(|parts| {
        let all = &parts.extensions;
        (all.get::<Flash>().cloned().unwrap_or_default(), all.get::<Done>().map(|Done(said)| said.clone()))
    })
    .unwrap_or_default()
}

/// A narrow column beside a picture.
pub fn around(title: &str, content: AnyView) -> AnyView {
    view! {
        <Title text=format!("{title} · Parlance")/>
        <main class="login" id="main">
            <section class="login__form">
                <div class="login__brand">
                    <span class="login__mark">{icon("mark", "lg")}</span>
                    <b>"Parlance"</b>
                </div>
                <div class="login__middle">{content}</div>
                <footer class="small muted">"Self-hosted · v" {env!("CARGO_PKG_VERSION")}</footer>
            </section>
            <aside class="login__art" aria-hidden="true">
                <p class="login__line">"Your keys,"<br/>"in your pocket."</p>
            </aside>
        </main>
    }
    .into_any()
}

/// Why it did not work the last time; fields point at it.
pub fn problem(error: Option<String>) -> Option<AnyView> {
    error.map(|error| {
        view! {
            <p class="banner bad" role="alert" id="problem">
                {icon("alert", "")}
                <span class="grow">{error}</span>
            </p>
        }
        .into_any()
    })
}

/// What was done the last time.
pub fn done(done: Option<String>) -> Option<AnyView> {
    done.map(|done| {
        view! {
            <p class="banner ok" role="status">
                {icon("check", "")}
                <span class="grow">{done}</span>
            </p>
        }
        .into_any()
    })
}
