//! A note for colleagues, between the messages.

use domain::inbox::Note;
use leptos::prelude::*;

use super::formatted::formatted;
use crate::{
    inbox::screen::Screen,
    ui::{icon, when},
};

/// Notes never change.
pub(super) fn note_view(screen: Screen, Note { author, body, at, .. }: Note) -> AnyView {
    let author = screen.member(author).map_or_else(|| "a former member".to_owned(), |member| member.name);
    let time = move || {
        let local = screen.local.get();
        view! { <time datetime=when::iso(at) title=when::full(at, local)>{when::clock(at, local)}</time> }
    };
    view! {
        <div class="msg out note">
            <div class="bubble">
                <p class="note-head">{icon("note", "xs")}"Internal note · "<bdi>{author}</bdi></p>
                {formatted(&body)}
                <span class="stamp">{time}</span>
            </div>
        </div>
    }
    .into_any()
}
