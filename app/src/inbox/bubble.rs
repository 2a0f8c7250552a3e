//! One message: bubble, stamp, ticks with their times, and what to do when it did not go through.

use domain::{
    id::{ConversationId, MessageId},
    inbox::{MessageView, TemplateLine},
    message::{Direction, Kind, Status},
    template::{Category, language_name},
    time::{MINUTE, Millis},
};
use leptos::prelude::*;

use super::{
    attempts,
    composer::{Mode, take_back},
    screen::Screen,
    send::Refusal,
    sync::Cell,
};
use crate::ui::{glyph, icon, when};

/// A message and what its neighbour above makes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bubble {
    pub message: MessageView,
    /// Joined to the one above: same author, under two minutes.
    pub same: bool,
    /// When the one above was written; `None` for the first.
    pub above: Option<Millis>,
    /// The server did not take it.
    pub refused: Option<Refusal>,
}

impl Bubble {
    pub fn below(above: Option<&MessageView>, message: MessageView, refused: Option<Refusal>) -> Self {
        let same = above.is_some_and(|above| {
            (above.direction, above.author) == (message.direction, message.author) && message.at - above.at < 2 * MINUTE
        });
        Self { same, above: above.map(|above| above.at), message, refused }
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
        ] {
            if on {
                class.push(' ');
                class.push_str(name);
            }
        }
        class
    }
}

/// A day separator or unread line where one belongs, then the message.
pub fn bubble_view(screen: Screen, cell: Cell<Bubble>) -> AnyView {
    let bubble = cell.value;
    let day = {
        let bubble = bubble.clone();
        Memo::new(move |_| {
            let local = screen.local.get();
            let (at, above) = bubble.with(|bubble| (bubble.message.at, bubble.above));
            let day = when::day_number(at, local);
            let begins = above.is_none_or(|above| when::day_number(above, local) != day);
            begins.then(|| when::day(at, screen.now.get(), local))
        })
    };
    let id = MessageId(cell.id);
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
    let content = {
        let bubble = bubble.clone();
        Memo::new(move |_| {
            bubble.with(|bubble| {
                let MessageView { kind, text, template, .. } = &bubble.message;
                (*kind, text.clone(), template.clone())
            })
        })
    };
    view! {
        {move || day.get().map(|day| view! { <div class="day">{day}</div> })}
        {move || line.get().map(|count| view! { <div class="unread-line" role="separator">{new_messages(count)}</div> })}
        <div class=class on:animationend=move |_| new.set(false)>
            <div class="bubble">
                {move || content.with(|(kind, text, template)| text_view(*kind, text, template.as_ref()))}
                {stamp(screen, bubble.clone())}
            </div>
            {trouble(screen, bubble)}
        </div>
    }
    .into_any()
}

/// `1 new message`, `3 new messages`
pub fn new_messages(count: i64) -> String {
    if count == 1 { "1 new message".to_owned() } else { format!("{count} new messages") }
}

fn text_view(kind: Kind, text: &str, template: Option<&TemplateLine>) -> AnyView {
    match kind {
        Kind::Text => view! { <div class="text" dir="auto">{text.to_owned()}</div> }.into_any(),
        Kind::Template => {
            let head = template.map(|TemplateLine { name, language, category }| {
                let (category, language) = (Category::parse(category).label(), language_name(language));
                view! { <small class="tpl__head">{icon("template", "xs")}{format!("Template · {name} · {category} · {language}")}</small> }
            });
            view! { {head}<div class="text" dir="auto">{text.to_owned()}</div> }.into_any()
        }
        Kind::Unsupported => {
            let what = text.replace('_', " ");
            view! {
                <div class="text">
                    {icon("eye", "sm")}
                    <span>
                        <b>"Unsupported message: "{what}</b>
                        <small>"It is kept, and open on the phone that holds the chat. Ask the customer for text if you need it now."</small>
                    </span>
                </div>
            }
            .into_any()
        }
    }
}

/// The time; for our own messages a button that opens the times of every stage.
fn stamp(screen: Screen, bubble: ArcRwSignal<Bubble>) -> AnyView {
    let at = {
        let bubble = bubble.clone();
        Memo::new(move |_| bubble.with(|bubble| bubble.message.at))
    };
    let own = bubble.with_untracked(|bubble| bubble.message.direction == Direction::Out);
    let time = move || {
        let (at, local) = (at.get(), screen.local.get());
        view! { <time datetime=when::iso(at) title=when::full(at, local)>{when::clock(at, local)}</time> }
    };
    if !own {
        return view! { <span class="stamp">{time}</span> }.into_any();
    }
    let id = bubble.with_untracked(|bubble| format!("times-{}", bubble.message.id));
    let status = {
        let bubble = bubble.clone();
        Memo::new(move |_| bubble.with(shown))
    };
    let (toggled, history) = attempts::history(screen, bubble.clone());
    view! {
        // A tick that changes is no news worth reading out.
        <span class="stamp" aria-live="off">
            {time}
            <button class="ticks" type="button" popovertarget=id.clone() title="Times of this message">
                {move || crate::ui::tick(status.get(), "")}
                <span class="sr">", show times"</span>
            </button>
        </span>
        <div class="menu times" popover="auto" id=id on:toggle=toggled>
            {move || bubble.with(|bubble| stages(bubble, screen.local.get()))}
            {history}
        </div>
    }
    .into_any()
}

/// It waited too long for its outcome, and what was written after it went ahead.
const OVERTAKEN: &str = "Later messages went out before this one.";

fn shown(bubble: &Bubble) -> Status {
    if bubble.is_refused() { Status::Failed } else { bubble.message.status }
}

fn stages(bubble: &Bubble, local: bool) -> AnyView {
    let MessageView { at, status, times, .. } = &bubble.message;
    let reached = [
        ("Queued", Some(*at)),
        ("Accepted", times.accepted),
        ("Sent", times.sent),
        ("Delivered", times.delivered),
        ("Read", times.read),
        ("Failed", times.failed),
    ];
    let now = glyph(shown(bubble)).map(|glyph| glyph.word);
    let lines = reached
        .into_iter()
        .filter_map(|(word, at)| Some((word, at?)))
        .map(|(word, at)| {
            view! {
                <li>
                    <span>{word}</span>
                    <time datetime=when::iso(at) title=when::full(at, local)>{when::clock_seconds(at, local)}</time>
                </li>
            }
        })
        .collect_view();
    let waits = status.is_pending() || *status == Status::Unconfirmed;
    let overtaken = bubble.message.overtaken.then(|| view! { <p class="times__note">{OVERTAKEN}</p> });
    view! {
        <p class="menu__label">{now}</p>
        <ol class="timeline" class:waits=waits>{lines}</ol>
        {overtaken}
    }
    .into_any()
}

/// What became of a message, as far as it concerns what stands below its bubble.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Trouble {
    id: MessageId,
    refused: Option<Refusal>,
    status: Status,
    error: Option<String>,
    overtaken: bool,
    /// It waits, and nobody knows since the last try whether it will go out.
    waits: bool,
}

/// What went wrong and what can be done, below the bubble.
fn trouble(screen: Screen, bubble: ArcRwSignal<Bubble>) -> AnyView {
    let state = {
        let bubble = bubble.clone();
        Memo::new(move |_| {
            bubble.with(|bubble| {
                let message = &bubble.message;
                (message.direction == Direction::Out).then(|| Trouble {
                    id: message.id,
                    refused: bubble.refused.clone(),
                    status: message.status,
                    error: message.error.clone(),
                    overtaken: message.overtaken,
                    waits: message.status == Status::RetryQueued,
                })
            })
        })
    };
    let conversation = screen.open_id();
    let view = move || {
        let Trouble { id, refused, status, error, overtaken, waits } = state.get()?;
        if let Some(refusal) = refused {
            return Some(refused_view(screen, id, refusal));
        }
        let note = overtaken.then(|| view! { <div class="failure note"><span>{OVERTAKEN}</span></div> });
        let what = if waits {
            Some(attempts::retrying(screen, bubble.clone()))
        } else if status.needs_attention() {
            Some(settled_view(screen, conversation, id, status, error, bubble.clone()))
        } else {
            // Why it waits, or was withdrawn.
            let quiet = matches!(status, Status::Queued | Status::Cancelled);
            error.filter(|_| quiet).map(|why| view! { <div class="failure note"><span>{why}</span></div> }.into_any())
        };
        Some(view! { {what} {note} }.into_any())
    };
    view! { {view} }.into_any()
}

/// It did not arrive, or nobody knows: why, and the way to send it once more.
fn settled_view(
    screen: Screen,
    conversation: Option<ConversationId>,
    id: MessageId,
    status: Status,
    error: Option<String>,
    bubble: ArcRwSignal<Bubble>,
) -> AnyView {
    let unsure =
        status == Status::Unconfirmed || (status == Status::Dead && error.as_deref().is_some_and(may_have_arrived));
    let why = match status {
        Status::Unconfirmed => "Meta has not confirmed this message. It may have arrived.".to_owned(),
        _ => error.unwrap_or_else(|| "WhatsApp did not deliver this message.".to_owned()),
    };
    let word = if unsure { "Send again, may arrive twice" } else { "Send again" };
    let is_template = bubble.with_untracked(|bubble| bubble.message.template.is_some());
    let when = move || bubble.with(|bubble| attempts::goes_on(&bubble.message, screen.now.get()));
    let again = move || {
        let may = screen.may_retry() && screen.takes_again(is_template);
        (may && !screen.sent_again.with(|sent| sent.contains(&id))).then(|| {
            view! {
                <form
                    method="post"
                    action=screen.path(&format!("/messages/{id}/send-again"))
                    on:submit=move |event| {
                        event.prevent_default();
                        if let Some(conversation) = conversation {
                            screen.send_again(conversation, id);
                        }
                    }
                >
                    <button type="submit">{word}</button>
                </form>
            }
        })
    };
    view! { <div class="failure"><span>{why}</span><span class="muted" aria-live="off">{when}</span>{again}</div> }
        .into_any()
}

/// It was given up without Meta's word, so it is no failure for sure.
fn may_have_arrived(error: &str) -> bool {
    error.starts_with("Meta never confirmed")
}

/// A reply that waits for the connection, or for the person.
fn refused_view(screen: Screen, id: MessageId, refusal: Refusal) -> AnyView {
    if refusal.offline {
        // It may have arrived after all, so the text is not given back: it would be sent twice.
        return view! {
            <div class="failure" role="status">
                <span>"Not sent yet. It is tried again by itself."</span>
                <button type="button" on:click=move |_| screen.retry(id)>"Try now"</button>
            </div>
        }
        .into_any();
    }
    let can_write = move || {
        let row = screen.open.read();
        row.as_ref().is_some_and(|row| Mode::of(screen.may_reply(row), row, screen.now.get()) == Mode::Open)
    };
    view! {
        <div class="failure" role="status">
            <span>"Not sent. "{refusal.why}</span>
            <button type="button" on:click=move |_| screen.retry(id)>"Try again"</button>
            {move || {
                can_write().then(|| view! { <button type="button" on:click=move |_| take_back(screen, id)>"Edit"</button> })
            }}
            <button
                type="button"
                on:click=move |_| {
                    screen.withdraw(id);
                }
            >
                "Discard"
            </button>
        </div>
    }
    .into_any()
}
