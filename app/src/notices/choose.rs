//! How the member wants to be told, saved with each switch.

use domain::{notice::Choices, workspace::Slug};
use leptos::prelude::*;

use super::server::choose;
use crate::ui::{Task, Toast};

pub fn choose_view(slug: Slug, choices: Choices, toast: Toast) -> AnyView {
    let (draft, task, slug) = (RwSignal::new(choices), Task::default(), StoredValue::new(slug));
    let save = move |before: Choices| {
        let wanted = draft.get_untracked();
        let ask = async move {
            let answer = choose(slug.get_value(), wanted).await;
            if answer.is_err() {
                draft.try_set(before);
            }
            answer
        };
        task.run(ask, move |()| toast.say("Saved.".to_owned()));
    };
    let switch =
        move |id: &'static str, label: &'static str, about: &'static str, field: fn(&mut Choices) -> &mut bool| {
            let on = move || *field(&mut draft.get());
            let change = move |event| {
                let before = draft.get_untracked();
                draft.update(|draft| *field(draft) = event_target_checked(&event));
                save(before);
            };
            view! {
                <div class="optrow">
                    <label for=id>{label}<small>{about}</small></label>
                    <input
                        class="switch"
                        type="checkbox"
                        role="switch"
                        id=id
                        checked=untrack(on)
                        prop:checked=on
                        disabled=move || task.busy.get()
                        on:change=change
                    />
                </div>
            }
            .into_any()
        };
    view! {
        <section class="card" aria-labelledby="choices">
            <header><h2 id="choices">"How you are told"</h2></header>
            <div class="card__body script">
                {task.problem_view()}
                {switch(
                    "in-page",
                    "On the page",
                    "A line at the lower edge of whatever page you look at, when a customer writes to you.",
                    |choices| &mut choices.in_page,
                )}
                {switch(
                    "sound",
                    "With a sound",
                    "For the same messages, and when a colleague names you.",
                    |choices| &mut choices.sound,
                )}
                {switch(
                    "unassigned",
                    "Also of conversations that nobody has",
                    "Otherwise only of those that are assigned to you.",
                    |choices| &mut choices.unassigned,
                )}
                {switch(
                    "words",
                    "Show names and words in what is pushed",
                    "Off, a locked screen says only that a customer wrote.",
                    |choices| &mut choices.words,
                )}
            </div>
        </section>
    }
    .into_any()
}
