use std::collections::BTreeMap;

use domain::{
    contact::{Edit, NOTE_LIMIT},
    field::{Field, Kind},
    id::FieldId,
};
use leptos::prelude::*;

use super::{screen::Screen, server::edit_contact};
use crate::ui::{Task, dialog};

const ID: &str = "edit-contact";

/// What stands in the form; only what was touched is sent.
type Draft = RwSignal<BTreeMap<FieldId, String>>;

/// Name, custom fields and note.
pub fn edit_dialog(screen: Screen) -> AnyView {
    let about = screen.about.get_untracked();
    let (contact, task) = (about.contact, Task::default());
    let name = RwSignal::new(None::<String>);
    let note = RwSignal::new(None::<String>);
    let values: Draft = RwSignal::new(BTreeMap::new());
    let id = contact.id;
    let save = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let named = name.get_untracked().filter(|name| !name.trim().is_empty());
        let edit = Edit { name: named, fields: values.get_untracked(), note: note.get_untracked() };
        let ask = edit_contact(screen.frame().workspace.slug.clone(), id, edit);
        task.run(ask, move |after| {
            screen.about.update(|about| about.contact = after);
            dialog::close(ID);
            screen.toast.say("Saved.".to_owned());
        });
    };
    let fields = about
        .fields
        .into_iter()
        .map(|field| {
            let value = contact.fields.get(&field.id).cloned().unwrap_or_default();
            field_view(field, value, values)
        })
        .collect_view();
    let content = view! {
        <form on:submit=save>
            <div class="dialog__body">
                {task.problem_view()}
                <div class="field">
                    <label for="edit-name">"Name"</label>
                    <input
                        class="input"
                        id="edit-name"
                        autofocus
                        autocomplete="off"
                        dir="auto"
                        maxlength="128"
                        value=contact.name.clone()
                        on:input=move |event| name.set(Some(event_target_value(&event)))
                    />
                    <span class="hint">"What they call themselves does not replace it any more."</span>
                </div>
                {fields}
                <div class="field">
                    <label for="edit-note">"Note"</label>
                    <textarea
                        class="input"
                        id="edit-note"
                        rows="4"
                        dir="auto"
                        maxlength=NOTE_LIMIT.to_string()
                        on:input=move |event| note.set(Some(event_target_value(&event)))
                    >
                        {contact.note.clone()}
                    </textarea>
                    <span class="hint">"For colleagues; it is never sent."</span>
                </div>
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button class="btn primary" type="submit" disabled=move || task.busy.get()>"Save"</button>
            </footer>
        </form>
    }
    .into_any();
    dialog::dialog(ID, "Edit contact".to_owned(), String::new(), move || screen.editing.set(false), content)
}

fn field_view(field: Field, value: String, draft: Draft) -> AnyView {
    let (id, dom) = (field.id, format!("edit-{}", field.id));
    let put = move |event: leptos::ev::Event| {
        let value = event_target_value(&event);
        draft.update(|draft| {
            draft.insert(id, value);
        });
    };
    let control = match field.kind {
        Kind::YesNo => select(&dom, &value, vec![("yes".into(), "Yes".into()), ("no".into(), "No".into())], put),
        Kind::Choice => {
            let mut choices: Vec<_> = field.choices.iter().map(|choice| (choice.clone(), choice.clone())).collect();
            // One that was taken away stays with those who have it.
            if !value.is_empty() && !field.choices.contains(&value) {
                choices.push((value.clone(), value.clone()));
            }
            select(&dom, &value, choices, put)
        }
        Kind::Date => input(&dom, "date", &value, put),
        Kind::Number | Kind::Text => input(&dom, "text", &value, put),
    };
    let hint = (field.kind == Kind::Number).then(|| view! { <span class="hint">"A number such as 2140.50"</span> });
    view! {
        <div class="field">
            <label for=dom.clone()><bdi>{field.name}</bdi></label>
            {control}
            {hint}
        </div>
    }
    .into_any()
}

fn input(id: &str, kind: &'static str, value: &str, put: impl Fn(leptos::ev::Event) + 'static) -> AnyView {
    view! {
        <input
            class="input"
            id=id.to_owned()
            type=kind
            dir="auto"
            autocomplete="off"
            maxlength="500"
            value=value.to_owned()
            on:input=put
        />
    }
    .into_any()
}

fn select(id: &str, value: &str, choices: Vec<(String, String)>, put: impl Fn(leptos::ev::Event) + 'static) -> AnyView {
    let options = choices
        .into_iter()
        .map(|(key, label)| view! { <option value=key.clone() selected=key == value>{label}</option> })
        .collect_view();
    view! {
        <select class="input" id=id.to_owned() on:change=put>
            <option value="" selected=value.is_empty()>"Not filled in"</option>
            {options}
        </select>
    }
    .into_any()
}
