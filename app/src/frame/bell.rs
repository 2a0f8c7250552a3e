use leptos::prelude::*;

use super::{Frame, Here};
use crate::ui::icon;

/// The way to the alerts, with how many wait. Asked again whenever the person comes back to the page.
pub fn bell_view(frame: &Frame, here: Here) -> AnyView {
    let waiting = RwSignal::new(frame.alerts);
    #[cfg(feature = "hydrate")]
    watch(frame.workspace.slug.clone(), waiting, here == Here::Inbox);
    let label = move || match waiting.get() {
        0 => "Alerts".to_owned(),
        count => format!("Alerts, {count} new"),
    };
    let count = move || {
        let count = waiting.get();
        let text = if count > 99 { "99+".to_owned() } else { count.to_string() };
        (count > 0).then(|| view! { <span class="count" aria-hidden="true">{text}</span> })
    };
    let current = (here == Here::Alerts).then_some("page");
    view! {
        <a
            class="btn ghost square bell"
            href=frame.path(Here::Alerts)
            rel="external"
            aria-current=current
            aria-label=label
        >
            {icon("bell", "")}
            {count}
        </a>
    }
    .into_any()
}

/// `at_once` where the page was drawn without the count.
#[cfg(feature = "hydrate")]
fn watch(slug: domain::workspace::Slug, waiting: RwSignal<i64>, at_once: bool) {
    use leptos::{ev, task::spawn_local};

    let ask = move || {
        let slug = slug.clone();
        spawn_local(async move {
            // A count that cannot be had is not worth a word; the next look tries again.
            if let Ok(count) = super::server::unread_alerts(slug).await {
                waiting.try_set(count);
            }
        });
    };
    if at_once {
        let ask = ask.clone();
        Effect::new(move |_| ask());
    }
    let handle = window_event_listener(ev::focus, move |_| ask());
    on_cleanup(move || handle.remove());
}
