//! A page from its address: fetched, drawn, or the reason why not.

use std::future::Future;

use domain::{time::Millis, workspace::Slug};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    error::Fault,
    missing::{ForbiddenPage, MissingPage},
    ui::icon,
};

/// Fetches what a page shows, with the workspace of its address, and draws it; the browser takes over what the server has
/// drawn. `draw` runs once on each side.
pub fn page<T, F>(
    load: impl Fn(Slug) -> F + Copy + Send + Sync + 'static,
    draw: impl Fn(T) -> AnyView + Copy + Send + Sync + 'static,
) -> AnyView
where
    T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static,
    F: Future<Output = Result<T, Fault>> + Send + 'static,
{
    let slug = use_params_map().with_untracked(|params| params.get("slug")).and_then(|slug| slug.parse::<Slug>().ok());
    let first = Resource::new_blocking(
        || (),
        move |()| {
            let slug = slug.clone();
            async move {
                let answer = match slug {
                    Some(slug) => load(slug).await,
                    None => Err(domain::Error::NotFound.into()),
                };
                if let Err(fault) = &answer {
                    answer_status(fault);
                }
                answer
            }
        },
    );
    taken_over();
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                match first.await {
                    Ok(first) => draw(first),
                    Err(fault) => fault_view(fault),
                }
            })}
        </Suspense>
    }
    .into_any()
}

/// For the style sheet and the tests: from here on everything answers.
fn taken_over() {
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-hydrated", "true");
        }
    });
}

/// The status of the page, and the way to the sign-in page.
fn answer_status(fault: &Fault) {
    #[cfg(feature = "ssr")]
    {
        use http::request::Parts;
        use leptos_axum::{ResponseOptions, redirect};
        if *fault == Fault::SignedOut {
            let here = with_context::<Parts, _>(|parts| parts.uri.path_and_query().map(ToString::to_string));
            let next = here.flatten().unwrap_or_default();
            redirect(&format!("/login?next={}", crate::ui::encode(&next)));
        } else if let Some(response) = use_context::<ResponseOptions>() {
            response.set_status(fault.status());
        }
    }
    let _ = fault;
}

/// Instead of a page.
pub fn fault_view(fault: Fault) -> AnyView {
    match fault {
        Fault::Domain(domain::Error::NotFound) => view! { <MissingPage/> }.into_any(),
        Fault::Domain(domain::Error::Forbidden { permission }) => view! { <ForbiddenPage permission/> }.into_any(),
        fault => view! {
            <Title text="Parlance"/>
            <main class="nowhere" id="main">
                <div class="notice">
                    <h1>"The page did not load"</h1>
                    <p>{fault.to_string()}</p>
                    <a class="btn primary" href="" rel="external">{icon("refresh", "sm")}"Try again"</a>
                </div>
            </main>
        }
        .into_any(),
    }
}

/// The time, as far as a page shows it.
#[derive(Clone, Copy)]
pub struct Clock {
    /// Begins with the server's, so that both sides draw the same first paint.
    pub now: RwSignal<Millis>,
    /// Times in the reader's own zone; see [`crate::ui::when`].
    pub local: RwSignal<bool>,
}

/// The reader's own clock from the moment when the browser has taken over.
pub fn clock(now: Millis) -> Clock {
    let clock = Clock { now: RwSignal::new(now), local: RwSignal::new(false) };
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let tick = move || {
            clock.now.try_set(crate::inbox::send::clock());
        };
        clock.local.set(true);
        tick();
        let minute = std::time::Duration::from_secs(60);
        if let Ok(handle) = set_interval_with_handle(tick, minute) {
            on_cleanup(move || handle.clear());
        }
    });
    clock
}
