//! A note of one's own: other words, or none.

use domain::{inbox::Note, message::TEXT_LIMIT};
use leptos::prelude::*;

use super::{
    screen::Screen,
    server::{change_note, remove_note},
};
use crate::ui::{Task, dialog};

const ID: &str = "note-menu";

pub fn note_menu(screen: Screen, note: Note) -> AnyView {
    let task = Task::default();
    let Note { id, body, .. } = note;
    let text = RwSignal::new(body);
    // The event brings the change to every page, to this one too.
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let words = text.get_untracked();
        let mentions = screen.named_in(&words);
        task.run(change_note(screen.slug(), id, words, mentions), |_| dialog::close(ID));
    };
    let remove = move |_| task.run(remove_note(screen.slug(), id), |()| dialog::close(ID));
    let long = move || text.with(|text| text.chars().count() > TEXT_LIMIT);
    let content = view! {
        <form on:submit=save>
            <div class="dialog__body">
                {task.problem_view()}
                <div class="field">
                    <label for="note-text">"Note"</label>
                    <textarea
                        class="input"
                        id="note-text"
                        rows="5"
                        dir="auto"
                        required
                        autofocus
                        aria-invalid=move || long().then_some("true")
                        prop:value=move || text.get()
                        on:input=move |event| text.set(event_target_value(&event))
                    ></textarea>
                </div>
            </div>
            <footer>
                <button class="btn ghost danger" type="button" disabled=move || task.busy.get() on:click=remove>
                    "Remove the note"
                </button>
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button class="btn primary" type="submit" disabled=move || task.busy.get()>"Save"</button>
            </footer>
        </form>
    }
    .into_any();
    dialog::dialog(ID, "Your note".to_owned(), String::new(), move || screen.over.set(None), content)
}
