//! One message: bubble, stamp, ticks with their times, and what to do when it did not go through.

mod content;
mod context;
mod formatted;
mod media;
mod note;
mod reactions;
mod stamp;
mod text;
mod trouble;

use domain::{
    id::{MemberId, MessageId},
    inbox::{MessageView, Note},
    message::{Direction, Kind, Status},
    time::{MINUTE, Millis},
};
use leptos::prelude::*;
use uuid::Uuid;

use super::{
    over::Over,
    quote::can_be_answered,
    screen::Screen,
    send::{Pending, Refusal},
    sync::Cell,
};
use crate::ui::{icon, when};
use context::anchor;
pub use context::light;
use reactions::{failures, reactions};
use stamp::stamp;
use text::Words;
use trouble::trouble;

/// It waited too long for its outcome, and what was written after it went ahead.
const OVERTAKEN: &str = "Later messages went out before this one.";

/// What stands in a thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Message(Box<Bubble>),
    Note(Slip),
}

/// A note and what is above it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slip {
    pub note: Note,
    /// When what stands above was written.
    pub above: Option<Millis>,
    /// The server does not have it yet, or did not take it.
    pub unsent: Option<Option<Refusal>>,
}

impl Entry {
    /// Notes among the messages: by their time, behind a message of the same moment.
    pub fn all(messages: &[MessageView], notes: &[Note]) -> Vec<(Uuid, Entry)> {
        let mut entries: Vec<(Uuid, Entry)> = Vec::new();
        let mut notes = notes.iter().peekable();
        for message in messages {
            while let Some(earlier) = notes.next_if(|note| note.at < message.at) {
                Self::note(&mut entries, earlier.clone(), None);
            }
            Self::message(&mut entries, message.clone(), None);
        }
        for later in notes {
            Self::note(&mut entries, later.clone(), None);
        }
        entries
    }

    /// What the server does not have yet, below all that it has.
    pub fn unsent(entries: &mut Vec<(Uuid, Entry)>, waiting: &Pending, me: MemberId) {
        match waiting.as_note(me) {
            Some(note) => Self::note(entries, note, Some(waiting.refused.clone())),
            None => Self::message(entries, waiting.as_message(me), waiting.refused.clone()),
        }
    }

    fn message(entries: &mut Vec<(Uuid, Entry)>, message: MessageView, refused: Option<Refusal>) {
        let bubble = Bubble::below(entries.last().map(|(_, above)| above), message, refused);
        entries.push((bubble.message.id.0, Entry::Message(Box::new(bubble))));
    }

    fn note(entries: &mut Vec<(Uuid, Entry)>, note: Note, unsent: Option<Option<Refusal>>) {
        let above = entries.last().map(|(_, above)| above.at());
        entries.push((note.id.0, Entry::Note(Slip { note, above, unsent })));
    }

    /// When it was written.
    pub fn at(&self) -> Millis {
        match self {
            Entry::Message(bubble) => bubble.message.at,
            Entry::Note(slip) => slip.note.at,
        }
    }

    fn above(&self) -> Option<Millis> {
        match self {
            Entry::Message(bubble) => bubble.above,
            Entry::Note(slip) => slip.above,
        }
    }
}

/// A message and what its neighbour above makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bubble {
    pub message: MessageView,
    /// Joined to the one above: same author, under two minutes.
    pub same: bool,
    /// When what stands above was written; `None` for the first.
    pub above: Option<Millis>,
    /// The server did not take it.
    pub refused: Option<Refusal>,
}

impl Bubble {
    fn below(above: Option<&Entry>, message: MessageView, refused: Option<Refusal>) -> Self {
        let at = above.map(Entry::at);
        let above = above.and_then(|above| if let Entry::Message(above) = above { Some(&above.message) } else { None });
        let same = above.is_some_and(|above| {
            (above.direction, above.author) == (message.direction, message.author) && message.at - above.at < 2 * MINUTE
        });
        Self { same, above: at, message, refused }
    }

    /// The server said no.
    fn is_refused(&self) -> bool {
        self.refused.as_ref().is_some_and(|refusal| !refusal.offline)
    }

    /// The server did not answer; it is asked again by itself.
    fn waits(&self) -> bool {
        self.refused.as_ref().is_some_and(|refusal| refusal.offline)
    }

    fn class(&self) -> String {
        let MessageView { direction, status, kind, .. } = self.message;
        let mut class = String::from("msg");
        for (name, on) in [
            ("out", direction == Direction::Out),
            ("same", self.same),
            ("failed", self.is_refused() || matches!(status, Status::Failed | Status::Dead)),
            ("unsure", self.waits() || matches!(status, Status::Unconfirmed | Status::RetryQueued)),
            ("withdrawn", status == Status::Cancelled),
            ("unsupported", kind == Kind::Unsupported),
            ("reacted", !self.message.extras.reactions.is_empty()),
        ] {
            if on {
                class.push(' ');
                class.push_str(name);
            }
        }
        class
    }
}

/// A day separator where one belongs, then the message or note.
pub fn entry_view(screen: Screen, Cell { id, value: entry }: Cell<Entry>) -> AnyView {
    let day = {
        let entry = entry.clone();
        Memo::new(move |_| {
            let local = screen.local.get();
            let (at, above) = entry.with(|entry| (entry.at(), entry.above()));
            let day = when::day_number(at, local);
            let begins = above.is_none_or(|above| when::day_number(above, local) != day);
            begins.then(|| when::day(at, screen.now.get(), local))
        })
    };
    let day = move || day.get().map(|day| view! { <div class="day">{day}</div> });
    // What an id stands for never changes.
    let drawn = match entry.get_untracked() {
        Entry::Message(first) => {
            let bubble = ArcMemo::new(move |_| match &*entry.read() {
                Entry::Message(bubble) => Bubble::clone(bubble),
                Entry::Note(..) => Bubble::clone(&first),
            });
            message_view(screen, MessageId(id), bubble)
        }
        Entry::Note(first) => {
            let slip = Memo::new(move |_| match &*entry.read() {
                Entry::Note(slip) => slip.clone(),
                Entry::Message(_) => first.clone(),
            });
            note::note_view(screen, slip)
        }
    };
    view! { {day} {drawn} }.into_any()
}

/// The unread line where it belongs, then the message.
fn message_view(screen: Screen, id: MessageId, bubble: ArcMemo<Bubble>) -> AnyView {
    let line = Memo::new(move |_| screen.unread_line.get().filter(|(first, _)| *first == id).map(|(_, count)| count));
    // Once: drawn anew, or shown again, it stands still.
    let new = RwSignal::new(screen.fresh.get_value() == Some(id));
    if new.get_untracked() {
        screen.fresh.set_value(None);
    }
    let class = {
        let bubble = bubble.clone();
        Memo::new(move |_| bubble.with(Bubble::class) + if new.get() { " new" } else { "" })
    };
    let words = {
        let bubble = bubble.clone();
        Memo::new(move |_| bubble.with(|bubble| Words::of(&bubble.message)))
    };
    view! {
        {move || line.get().map(|count| view! { <div class="unread-line" role="separator">{new_messages(count)}</div> })}
        <div class=class id=anchor(id.0) on:animationend=move |_| new.set(false)>
            <div class="bubble">
                {move || words.with(|words| words.view(screen))}
                {stamp(screen, bubble.clone())}
                {reactions(screen, bubble.clone())}
            </div>
            {answer_button(screen, bubble.clone())}
            {failures(bubble.clone())}
            {trouble(screen, bubble)}
        </div>
    }
    .into_any()
}

/// The next message answers this one, or a reaction does; where one may be written.
fn answer_button(screen: Screen, bubble: ArcMemo<Bubble>) -> AnyView {
    let may = screen.open.with_untracked(|open| open.as_ref().is_some_and(|row| screen.may_reply(row)));
    if !may {
        return ().into_any();
    }
    let can = {
        let bubble = bubble.clone();
        Memo::new(move |_| bubble.with(|bubble| bubble.refused.is_none() && can_be_answered(&bubble.message)))
    };
    // WhatsApp takes reactions to what people wrote.
    let theirs = bubble
        .with_untracked(|Bubble { message, .. }| message.direction == Direction::In && message.kind != Kind::System);
    let id = bubble.with_untracked(|bubble| bubble.message.id);
    view! {
        <Show when=move || can.get()>
            {
                let bubble = bubble.clone();
                let answer = move || bubble.with_untracked(|bubble| screen.answer(&bubble.message));
                view! {
                    <div class="answer script">
                        {beside("reply", "Answer this message", answer)}
                        {theirs.then(|| {
                            beside("smile", "React to this message", move || screen.over.set(Some(Over::React(id))))
                        })}
                    </div>
                }
            }
        </Show>
    }
    .into_any()
}

fn beside(drawing: &'static str, words: &'static str, run: impl Fn() + 'static) -> AnyView {
    view! {
        <button
            class="btn ghost square sm"
            type="button"
            aria-label=words
            title=words
            on:click=move |_| run()
        >
            {icon(drawing, "sm")}
        </button>
    }
    .into_any()
}

/// `1 new message`, `3 new messages`
pub fn new_messages(count: i64) -> String {
    if count == 1 { "1 new message".to_owned() } else { format!("{count} new messages") }
}
