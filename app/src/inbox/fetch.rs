//! A customer's file that could not be fetched is asked for once more.

use domain::id::MediaId;
use leptos::{prelude::*, task::spawn_local};

use super::{screen::Screen, server};

/// Nothing to see: the event brings what becomes of it.
pub fn fetch_view(screen: Screen, media: MediaId) -> AnyView {
    spawn_local(async move {
        let answer = server::fetch_again(screen.slug(), media).await;
        screen.over.try_set(None);
        if let Err(fault) = answer {
            screen.fail(fault);
        }
    });
    ().into_any()
}
