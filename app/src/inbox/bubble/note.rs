//! A note for colleagues, between the messages.

use domain::inbox::Note;
use leptos::prelude::*;

use super::formatted::formatted;
use crate::{
    inbox::{over::Over, screen::Screen},
    ui::{icon, when},
};

/// Its author may change it; all else of it stays.
pub(super) fn note_view(screen: Screen, note: Memo<Note>) -> AnyView {
    let (author, at) = note.with_untracked(|note| (note.author, note.at));
    let own = author == screen.me();
    let author = screen.member(author).map_or_else(|| "a former member".to_owned(), |member| member.name);
    let time = move || {
        let local = screen.local.get();
        view! { <time datetime=when::iso(at) title=when::full(at, local)>{when::clock(at, local)}</time> }
    };
    let edited = move || note.read().edited_at.map(|_| view! { <span>"edited"</span> });
    let mentions = move || {
        let mentions = note.read().mentions.clone();
        (!mentions.is_empty()).then(|| {
            let names = mentions
                .into_iter()
                .map(|id| {
                    let name = screen.member(id).map_or_else(|| "a former member".to_owned(), |member| member.name);
                    view! { <span class="chip" class:me=id == screen.me()><bdi>{format!("@{name}")}</bdi></span> }
                })
                .collect_view();
            view! { <p class="chips"><span class="sr">"For "</span>{names}</p> }
        })
    };
    let change = own.then(|| {
        let open = move |_| screen.over.set(Some(Over::Note(note.get_untracked())));
        view! {
            <button class="btn ghost sm script" type="button" aria-haspopup="dialog" on:click=open>
                "Change" <span class="sr">" your note"</span>
            </button>
        }
    });
    view! {
        <div class="msg out note">
            <div class="bubble">
                <p class="note-head">{icon("note", "xs")}"Internal note · "<bdi>{author}</bdi></p>
                {move || note.with(|note| formatted(&note.body))}
                {mentions}
                <span class="stamp">{edited} {time}</span>
            </div>
            {change}
        </div>
    }
    .into_any()
}
