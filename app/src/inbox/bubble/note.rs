//! A note for colleagues, or a line that says what became of the conversation, between the messages.

use domain::{
    formatting,
    id::{MemberId, MessageId},
    message::Status,
};
use leptos::prelude::*;

use super::{Slip, context::anchor, formatted::drawn, trouble::refused_view};
use crate::{
    inbox::{over::Over, screen::Screen},
    ui::{icon, tick, when},
};

/// Its author may change it; all else of it stays.
pub(super) fn note_view(screen: Screen, slip: Memo<Slip>) -> AnyView {
    let name = move |id: MemberId| screen.member(id).map_or_else(|| "a former member".to_owned(), |member| member.name);
    let time = move || {
        // The server's clock, once it has it.
        let (local, at) = (screen.local.get(), slip.read().note.at);
        view! { <time datetime=when::iso(at) title=when::full(at, local)>{when::clock(at, local)}</time> }
    };
    let (author, id, line) = slip.with_untracked(|Slip { note, .. }| {
        let line = (!note.sign.is_empty()).then(|| {
            let called = |id| view! { <b><bdi>{name(id)}</bdi></b> };
            let (by, words, to) = note.line();
            let words = words.to_owned();
            (icon(&note.sign, "sm"), view! { <span>{by.map(called)} " " {words} " " {to.map(called)}</span> })
        });
        (note.author, MessageId(note.id.0), line)
    });
    if let Some((sign, said)) = line {
        return view! { <div class="event">{sign} {said} {time}</div> }.into_any();
    }
    let (own, author) = (author == screen.me(), name(author));
    let edited = move || slip.read().note.edited_at.map(|_| view! { <span>"edited"</span> });
    // Named in the words, or below where the words have changed since.
    let words = move || {
        let slip = slip.read();
        let note = &slip.note;
        let people = note.mentions.iter().map(|id| (name(*id), *id == screen.me()));
        let mut blocks = formatting::read(&note.body);
        let others = formatting::name(&mut blocks, people.collect());
        let others = (!others.is_empty()).then(|| {
            let chip = |(name, me): (String, bool)| {
                view! { <span class="chip" class:me=me><bdi>{format!("@{name}")}</bdi></span> }
            };
            let names = others.into_iter().map(chip).collect_view();
            view! { <p class="chips"><span class="sr">"For "</span>{names}</p> }
        });
        view! { {drawn(&blocks)} {others} }
    };
    let unsent = Memo::new(move |_| slip.read().unsent.clone());
    let change = move || {
        if let Some(refused) = unsent.get() {
            return refused.map(|refusal| refused_view(screen, id, refusal, true));
        }
        let open = move |_| screen.over.set(Some(Over::Note(slip.get_untracked().note)));
        let button = view! {
            <button class="btn ghost sm script" type="button" aria-haspopup="dialog" on:click=open>
                "Change" <span class="sr">" your note"</span>
            </button>
        };
        own.then(|| button.into_any())
    };
    // Whether it waits for the connection; else for the person.
    let refused = move || unsent.get().flatten().map(|refusal| refusal.offline);
    let clock = move || {
        let unsent = unsent.get()?;
        let failed = unsent.is_some_and(|refusal| !refusal.offline);
        tick(if failed { Status::Failed } else { Status::Queued }, "")
    };
    view! {
        <div
            class="msg out note"
            id=anchor(id.0)
            class:failed=move || refused() == Some(false)
            class:unsure=move || refused() == Some(true)
        >
            <div class="bubble">
                <p class="note-head">{icon("note", "xs")}"Internal note · "<bdi>{author}</bdi></p>
                {words}
                <span class="stamp">{edited} {time} {clock}</span>
            </div>
            {change}
        </div>
    }
    .into_any()
}
