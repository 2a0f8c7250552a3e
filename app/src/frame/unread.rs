//! How much waits to be read, for the pages beside the inbox: drawn with the page, and kept right by what is heard.

use domain::inbox::Unread;
use leptos::prelude::*;

use super::Frame;

/// As it is written where there is little room.
pub fn many(count: i64) -> String {
    if count > 99 { "99+".to_owned() } else { count.to_string() }
}

/// What the browser's tab says.
pub fn titled(count: i64, title: &str) -> String {
    if count > 0 { format!("({}) {title}", many(count)) } else { title.to_owned() }
}

/// As the server says, and from then on as the stream does.
pub(super) fn start(frame: &Frame) -> Memo<i64> {
    let unread = RwSignal::new(frame.unread);
    #[cfg(feature = "hydrate")]
    browser::follow(unread, frame.workspace.slug.clone());
    Memo::new(move |_| unread.with(|unread: &Unread| unread.count))
}

#[cfg(feature = "hydrate")]
mod browser {
    use domain::{
        inbox::{Live, Unread},
        workspace::Slug,
    };
    use leptos::prelude::*;

    use crate::frame::{
        live::{Heard, listen, one_at_a_time},
        server,
    };

    pub fn follow(unread: RwSignal<Unread>, slug: Slug) {
        // What is heard while it is asked for may be newer than the answer.
        let meanwhile = StoredValue::new(None::<Vec<Live>>);
        let ask = one_at_a_time(move || {
            let slug = slug.clone();
            meanwhile.try_set_value(Some(Vec::new()));
            async move {
                let answer = server::unread(slug).await;
                let heard = meanwhile.try_update_value(Option::take).flatten().unwrap_or_default();
                // Without an answer the count stays; the next look at the page asks again.
                if let Ok(fresh) = answer {
                    unread.try_set(heard.iter().fold(fresh, Unread::after));
                }
            }
        });
        listen(move |what| match what {
            Heard::Event(live) => {
                meanwhile.try_update_value(|events| {
                    if let Some(events) = events {
                        events.push(live.clone());
                    }
                });
                if let Some(before) = unread.try_get_untracked() {
                    unread.try_set(before.after(live));
                }
            }
            Heard::Afresh => ask(),
            Heard::Present(_) => {}
        });
    }
}
