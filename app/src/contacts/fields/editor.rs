use domain::field::{Field, Kind, NAME_LIMIT, Wish};
use leptos::prelude::*;

use super::{page::Screen, server::save_field};
use crate::ui::{Task, dialog};

const ID: &str = "field";

/// A new field, or another name and other choices for one.
pub fn editor_dialog(screen: Screen, field: Option<Field>) -> AnyView {
    let task = Task::default();
    let id = field.as_ref().map(|field| field.id);
    let is_new = id.is_none();
    let name = RwSignal::new(field.as_ref().map(|field| field.name.clone()).unwrap_or_default());
    let kind = RwSignal::new(field.as_ref().map_or(Kind::Text, |field| field.kind));
    let choices = RwSignal::new(field.map(|field| field.choices.join("\n")).unwrap_or_default());
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let lines = choices.get_untracked();
        let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        let wish = Wish { name: name.get_untracked(), kind: kind.get_untracked(), choices: lines };
        let said = wish.name.trim().to_owned();
        task.run(save_field(screen.frame.get_value().workspace.slug.clone(), id, wish), move |fields| {
            dialog::close(ID);
            screen.fields.set(fields);
            screen.toast.say(format!("{said} is saved."));
        });
    };
    let kinds = Kind::ALL
        .into_iter()
        .map(|one| view! { <option value=one.as_str() selected=one == kind.get_untracked()>{one.label()}</option> })
        .collect_view();
    let content = view! {
        <form on:submit=save>
            <div class="dialog__body">
                {task.problem_view()}
                <div class="field">
                    <label for="field-name">"Name"</label>
                    <input
                        class="input"
                        id="field-name"
                        required
                        autofocus
                        autocomplete="off"
                        dir="auto"
                        maxlength=NAME_LIMIT.to_string()
                        value=name.get_untracked()
                        on:input=move |event| name.set(event_target_value(&event))
                    />
                </div>
                <div class="field">
                    <label for="field-kind">"Kind"</label>
                    <select
                        class="input"
                        id="field-kind"
                        disabled=!is_new
                        on:change=move |event| kind.set(Kind::parse(&event_target_value(&event)).unwrap_or_default())
                    >
                        {kinds}
                    </select>
                    <span class="hint">"It stays as it is, so that the values keep their meaning."</span>
                </div>
                {move || (kind.get() == Kind::Choice).then(|| view! {
                    <div class="field">
                        <label for="field-choices">"Choices"</label>
                        <textarea
                            class="input"
                            id="field-choices"
                            rows="5"
                            required
                            dir="auto"
                            on:input=move |event| choices.set(event_target_value(&event))
                        >
                            {choices.get_untracked()}
                        </textarea>
                        <span class="hint">"One a line. Whoever has one that you take away keeps it."</span>
                    </div>
                })}
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button class="btn primary" type="submit" disabled=move || task.busy.get()>"Save"</button>
            </footer>
        </form>
    }
    .into_any();
    let title = if is_new { "New field" } else { "Change field" };
    dialog::dialog(ID, title.to_owned(), String::new(), move || screen.open.set(None), content)
}
