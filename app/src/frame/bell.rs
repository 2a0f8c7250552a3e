use leptos::prelude::*;

use super::{Frame, Here, many};
use crate::ui::icon;

/// The way to what waits for the member, and how much it is. Asked again when something is heard that may concern
/// them, and whenever the person comes back to the page.
pub fn bell_view(frame: &Frame, here: Here) -> AnyView {
    let waiting = RwSignal::new(frame.waiting);
    #[cfg(feature = "hydrate")]
    watch(frame, waiting, here == Here::Inbox);
    let label = move || match waiting.get() {
        0 => "Notifications".to_owned(),
        count => format!("Notifications, {count} new"),
    };
    let count = move || {
        let count = waiting.get();
        (count > 0).then(|| view! { <span class="count" aria-hidden="true">{many(count)}</span> })
    };
    let current = (here == Here::Notifications).then_some("page");
    view! {
        <a
            class="btn ghost square bell"
            href=frame.path(Here::Notifications)
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
fn watch(frame: &Frame, waiting: RwSignal<i64>, inbox: bool) {
    use domain::inbox::Event;
    use leptos::ev;

    use super::live::{Heard, follow, listen, one_at_a_time};
    use crate::{error::Fault, ui::reload};

    let (slug, seq, me) = (frame.workspace.slug.clone(), frame.unread.seq, frame.me.id);
    let asked = slug.clone();
    // The next page is on its way, and knows: this one must not come between.
    let leaving = StoredValue::new(false);
    let leaves = window_event_listener(ev::beforeunload, move |_| leaving.set_value(true));
    let back = window_event_listener(ev::Custom::<web_sys::Event>::new("pageshow"), move |_| leaving.set_value(false));
    let ask = one_at_a_time(move || {
        let slug = asked.clone();
        async move {
            match super::server::waiting(slug).await {
                Ok(count) => drop(waiting.try_set(count)),
                // The page that is fetched anew says so; the inbox asks for itself.
                Err(Fault::SignedOut | Fault::Domain(domain::Error::NotFound))
                    if !inbox && leaving.try_get_value() == Some(false) =>
                {
                    reload();
                }
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
        let concerns = match what {
            Heard::Afresh => true,
            Heard::Event(live) => match &live.event {
                Event::Alert { .. } | Event::Gained { .. } => true,
                Event::Note { note, .. } => note.mentions.contains(&me),
                Event::Conversation { row, was, .. } => row.assignee == Some(me) && was.assignee != Some(me),
                _ => false,
            },
            Heard::Present(_) => false,
        };
        if concerns {
            heard();
        }
    });
    let handle = window_event_listener(ev::focus, move |_| ask());
    on_cleanup(move || {
        handle.remove();
        leaves.remove();
        back.remove();
    });
}
