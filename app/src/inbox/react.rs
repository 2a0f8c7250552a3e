//! Our reaction to a message of the customer's: one emoji, or none.

use domain::{id::MessageId, message::Direction, outgoing::reaction};
use leptos::prelude::*;

use super::{screen::Screen, send::new_key, server};
use crate::ui::{Task, dialog};

const ID: &str = "react";
const USUAL: [(&str, &str); 12] = [
    ("👍", "Thumbs up"),
    ("❤️", "Heart"),
    ("😂", "Tears of joy"),
    ("😮", "Surprised"),
    ("😢", "Crying"),
    ("🙏", "Folded hands"),
    ("🎉", "Celebration"),
    ("👏", "Applause"),
    ("🔥", "Fire"),
    ("✅", "Done"),
    ("👀", "Looking"),
    ("🤝", "Handshake"),
];

/// The usual ones, and a field for any other.
pub fn react_menu(screen: Screen, message: MessageId) -> AnyView {
    let task = Task::default();
    let typed = RwSignal::new(String::new());
    let ours = screen.model.with_value(|model| {
        let thread = model.thread.as_ref()?;
        let message = thread.messages.iter().find(|known| known.id == message)?;
        let reactions = message.extras.reactions.iter();
        reactions.rev().find(|known| known.direction == Direction::Out).map(|known| known.emoji.clone())
    });
    // Tried again it is the same reaction.
    let tried = StoredValue::new(None::<(String, MessageId)>);
    // The event brings it to every page, to this one too.
    let react = move |emoji: String| {
        let known =
            tried.with_value(|tried| tried.as_ref().filter(|(before, _)| *before == emoji).map(|(_, key)| *key));
        let Some(key) = known.or_else(new_key) else { return };
        tried.set_value(Some((emoji.clone(), key)));
        task.run(server::react(screen.slug(), message, key, emoji), |()| dialog::close(ID));
    };
    let usual = USUAL.map(|(emoji, name)| {
        let is = ours.as_deref() == Some(emoji);
        view! {
            <button
                class="btn ghost square"
                type="button"
                aria-label=name
                title=name
                aria-pressed=is.to_string()
                disabled=move || task.busy.get()
                on:click=move |_| react(if is { String::new() } else { emoji.to_owned() })
            >
                {emoji}
            </button>
        }
    });
    let fits = move || typed.with(|typed| matches!(reaction(typed), Ok(Some(_))));
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if untrack(fits) {
            react(typed.get_untracked());
        }
    };
    let take_back = ours.map(|emoji| {
        view! {
            <button
                class="btn ghost danger"
                type="button"
                disabled=move || task.busy.get()
                on:click=move |_| react(String::new())
            >
                "Take back "<bdi>{emoji}</bdi>
            </button>
        }
    });
    let content = view! {
        <form on:submit=submit>
            <div class="dialog__body">
                {task.problem_view()}
                <div class="emojis" role="group" aria-label="Usual reactions">{usual.into_iter().collect_view()}</div>
                <div class="field">
                    <label for="other-emoji">"Another emoji"</label>
                    <input
                        class="input"
                        id="other-emoji"
                        autocomplete="off"
                        aria-invalid=move || (!typed.read().trim().is_empty() && !fits()).then_some("true")
                        on:input=move |event| typed.set(event_target_value(&event))
                    />
                    <span class="hint">"One emoji. The customer sees one reaction of your business: the last."</span>
                </div>
            </div>
            <footer>
                {take_back}
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button class="btn primary" type="submit" disabled=move || task.busy.get() || !fits()>"React"</button>
            </footer>
        </form>
    }
    .into_any();
    dialog::dialog(ID, "React to this message".to_owned(), String::new(), move || screen.over.set(None), content)
}
