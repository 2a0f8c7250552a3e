use domain::{id::ContactId, opt_out::What};
use leptos::prelude::*;

use super::server::record_consent;
use crate::{
    inbox::screen::Screen,
    ui::{Task, dialog},
};

const ID: &str = "consent";
/// Characters of a note.
const NOTE: &str = "200";

/// Asks for the proof of what is recorded.
pub fn record_dialog(screen: Screen, contact: ContactId, what: What, asking: RwSignal<bool>) -> AnyView {
    let task = Task::default();
    let note = RwSignal::new(String::new());
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let note = Some(note.get_untracked().trim().to_owned()).filter(|note| !note.is_empty());
        // The banner follows with the event.
        task.run(record_consent(screen.slug(), contact, what, note), |_| dialog::close(ID));
    };
    let (title, about, button) = match what {
        What::OptedOut => (
            "Record an opt-out",
            "What waits to be sent to them is withdrawn, and nothing more goes out. They are not told.",
            "Record opt-out",
        ),
        What::OptedIn => (
            "Record an opt-in",
            "Only if they said so themselves: messages without consent cost the number its quality.",
            "Record opt-in",
        ),
    };
    let content = view! {
        <form on:submit=save>
            <div class="dialog__body">
                {task.problem_view()}
                <div class="field">
                    <label for="consent-note">"Where and how they said so"</label>
                    <input
                        class="input"
                        id="consent-note"
                        autofocus
                        autocomplete="off"
                        maxlength=NOTE
                        placeholder="On the phone, 12 October"
                        on:input=move |event| note.set(event_target_value(&event))
                    />
                    <span class="hint">"Kept in the history as proof."</span>
                </div>
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button class="btn primary" type="submit" disabled=move || task.busy.get()>{button}</button>
            </footer>
        </form>
    }
    .into_any();
    dialog::dialog(ID, title.to_owned(), about.to_owned(), move || asking.set(false), content)
}
