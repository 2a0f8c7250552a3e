//! What lies over the page.

use domain::{
    dead::{Letter, Words},
    id::NumberId,
};
use leptos::{ev::SubmitEvent, prelude::*};
use uuid::Uuid;

use super::{
    screen::{Ask, Screen},
    server::{discard_letters, pause_number, retry_letter},
};
use crate::ui::{Task, dialog};

/// The dialog that is asked for.
pub fn over(screen: Screen) -> AnyView {
    let drawn = move || match screen.ask.get() {
        None => ().into_any(),
        Some(Ask::Discard(letters)) => discard_dialog(screen, letters),
        Some(Ask::Twice(letter)) => twice_dialog(screen, &letter),
        Some(Ask::Edit(letter, words, text)) => edit_dialog(screen, &letter, words, text),
        Some(Ask::Pause(number, name)) => pause_dialog(screen, number, &name),
    };
    view! { {drawn} }.into_any()
}

fn discard_dialog(screen: Screen, letters: Vec<Uuid>) -> AnyView {
    const ID: &str = "discard-letters";
    let task = Task::default();
    let title = match letters.len() {
        1 => "Discard this dead letter?".to_owned(),
        n => format!("Discard {n} dead letters?"),
    };
    let yes = move |event: SubmitEvent| {
        event.prevent_default();
        task.run(discard_letters(screen.slug.get_value(), letters.clone()), move |done| {
            dialog::close(ID);
            screen.said(&done, "discarded");
        });
    };
    let text =
        "Nothing more is tried. A message stays in its conversation, marked as not sent; what Meta delivered is lost.";
    let body = view! { <p>{text}</p> }.into_any();
    form(screen, ID, title, task, yes, body, ("Discard", "btn danger solid"))
}

fn twice_dialog(screen: Screen, letter: &Letter) -> AnyView {
    const ID: &str = "retry-twice";
    let task = Task::default();
    let id = letter.id;
    let yes = move |event: SubmitEvent| {
        event.prevent_default();
        task.run(retry_letter(screen.slug.get_value(), id, None, true), move |()| {
            dialog::close(ID);
            screen.done("It is sent again, as a new message.".to_owned());
        });
    };
    let text = "Meta never said whether this message went out. If it did, the customer gets it twice.";
    let body = view! { <p>{text}</p> }.into_any();
    form(screen, ID, "Send it again?".to_owned(), task, yes, body, ("Send again", "btn primary"))
}

fn edit_dialog(screen: Screen, letter: &Letter, of: Words, text: String) -> AnyView {
    const ID: &str = "edit-letter";
    let task = Task::default();
    let (id, twice) = (letter.id, letter.may_arrive_twice());
    let words = RwSignal::new(text);
    let yes = move |event: SubmitEvent| {
        event.prevent_default();
        let asked = retry_letter(screen.slug.get_value(), id, Some(words.get_untracked()), twice);
        task.run(asked, move |()| {
            dialog::close(ID);
            screen.done("The new words are on their way; the old message is discarded.".to_owned());
        });
    };
    let (label, most, may_be_empty) = (of.label(), of.limit().to_string(), of == Words::Caption);
    let stays = match of {
        Words::Text => None,
        Words::Caption => Some("The file stays. Without words it is sent alone."),
        Words::Choice => Some("What can be chosen stays."),
    };
    let described = stays.map(|_| "edit-stays");
    let stays = stays.map(|text| view! { <p class="small muted" id="edit-stays">{text}</p> });
    let warning = twice.then(|| view! { <p>"The old one may have arrived: Meta never said whether it went out."</p> });
    let body = view! {
        {warning}
        <label for="edit-text">{label}</label>
        <textarea class="input" id="edit-text" rows="5" maxlength=most dir="auto" required=!may_be_empty
            aria-describedby=described prop:value=move || words.get() on:input=move |event| words.set(event_target_value(&event))></textarea>
        {stays}
    }
    .into_any();
    form(screen, ID, "Edit and send".to_owned(), task, yes, body, ("Send", "btn primary"))
}

fn pause_dialog(screen: Screen, number: NumberId, name: &str) -> AnyView {
    const ID: &str = "pause-number";
    let task = Task::default();
    let yes = move |event: SubmitEvent| {
        event.prevent_default();
        task.run(pause_number(screen.slug.get_value(), number), move |()| {
            dialog::close(ID);
            screen.done("It is paused. What is written waits.".to_owned());
        });
    };
    let text = "It sends nothing until somebody resumes it. What is written waits in its order; what comes in arrives as always.";
    let body = view! { <p>{text}</p> }.into_any();
    form(screen, ID, format!("Pause “{name}”?"), task, yes, body, ("Pause sending", "btn primary"))
}

fn form(
    screen: Screen,
    id: &'static str,
    title: String,
    task: Task,
    yes: impl Fn(SubmitEvent) + 'static,
    body: AnyView,
    (word, class): (&'static str, &'static str),
) -> AnyView {
    let content = view! {
        <form on:submit=yes>
            <div class="dialog__body">{task.problem_view()} {body}</div>
            <footer>
                <button class="btn" type="button" on:click=move |_| dialog::close(id)>"Cancel"</button>
                <button class=class type="submit" disabled=move || task.busy.get()>{word}</button>
            </footer>
        </form>
    }
    .into_any();
    dialog::dialog(id, title, String::new(), move || screen.ask.set(None), content)
}
