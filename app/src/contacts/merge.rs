use leptos::prelude::*;

use crate::ui::{Task, dialog};

const ID: &str = "merge";

/// Asks before two contacts become one: it cannot be undone.
pub fn merge_dialog(
    (kept, gone): (String, String),
    task: Task,
    merge: impl Fn() + 'static,
    closed: impl Fn() + 'static,
) -> AnyView {
    let content = view! {
        <div class="dialog__body stack">
            {task.problem_view()}
            <p>
                <bdi>{gone}</bdi>" becomes part of "<bdi>{kept.clone()}</bdi>
                ". Conversations, notes and both consent histories are kept. Where both have something, what "<bdi>{kept}</bdi>
                " has stands."
            </p>
            <p class="banner warn">"The opt-out of either counts. It cannot be undone."</p>
        </div>
        <footer>
            <button class="btn" type="button" autofocus on:click=move |_| dialog::close(ID)>"Cancel"</button>
            <button class="btn primary" type="button" disabled=move || task.busy.get() on:click=move |_| merge()>
                "Merge"
            </button>
        </footer>
    }
    .into_any();
    dialog::dialog(ID, "Merge two contacts?".to_owned(), String::new(), closed, content)
}
