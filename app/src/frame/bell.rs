use leptos::prelude::*;

use super::{Frame, Here};
use crate::ui::icon;

/// The way to the alerts, with how many wait. Asked again when one is raised, and whenever the person comes back to the page.
pub fn bell_view(frame: &Frame, here: Here) -> AnyView {
    let waiting = RwSignal::new(frame.alerts);
    #[cfg(feature = "hydrate")]
    watch(frame.workspace.slug.clone(), frame.seq, waiting, here == Here::Inbox);
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

/// The inbox has a stream of its own, and was drawn without the count.
#[cfg(feature = "hydrate")]
fn watch(slug: domain::workspace::Slug, seq: i64, waiting: RwSignal<i64>, inbox: bool) {
    use domain::inbox::Event;
    use leptos::ev;

    use super::live::{Heard, follow, listen, one_at_a_time};
    use crate::{error::Fault, ui::reload};

    let asked = slug.clone();
    let ask = one_at_a_time(move || {
        let slug = asked.clone();
        async move {
            match super::server::unread_alerts(slug).await {
                Ok(count) => drop(waiting.try_set(count)),
                // The page that is fetched anew says so; the inbox asks for itself.
                Err(Fault::SignedOut | Fault::Domain(domain::Error::NotFound)) if !inbox => reload(),
                // A count that cannot be had is not worth a word; the next look tries again.
                Err(_) => {}
            }
        }
    });
    if inbox {
        let ask = ask.clone();
        Effect::new(move |_| ask());
    } else {
        follow(slug, seq);
    }
    let heard = ask.clone();
    listen(move |what| {
        if matches!(what, Heard::Afresh | Heard::Event(Event::Alert { .. })) {
            heard();
        }
    });
    let handle = window_event_listener(ev::focus, move |_| ask());
    on_cleanup(move || handle.remove());
}
