use std::sync::Arc;

use domain::{field::Field, id::FieldId, permission::Permission};
use leptos::prelude::*;

use super::{
    editor::editor_dialog,
    server::{FieldsView, arrange_fields, load_fields, remove_field},
};
use crate::{
    contacts::nav::{Part, sided},
    frame::{Frame, page},
    ui::{Task, Toast, dialog, icon},
};

/// What is open over the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Open {
    /// A new field, or one that is changed.
    Editor(Option<Field>),
    Removal(Field),
}

/// Copied into every part of the page.
#[derive(Clone, Copy)]
pub struct Screen {
    pub frame: StoredValue<Arc<Frame>>,
    pub fields: RwSignal<Vec<Field>>,
    pub open: RwSignal<Option<Open>>,
    pub task: Task,
    pub toast: Toast,
}

impl Screen {
    /// Puts a field one place up.
    fn raise(self, id: FieldId) {
        let mut order: Vec<FieldId> =
            self.fields.with_untracked(|fields| fields.iter().map(|field| field.id).collect());
        let Some(place) = order.iter().position(|known| *known == id).filter(|place| *place > 0) else { return };
        order.swap(place, place - 1);
        let ask = arrange_fields(self.frame.get_value().workspace.slug.clone(), order);
        self.task.run(ask, move |fields| self.fields.set(fields));
    }
}

/// The custom fields: whoever may edit the workspace's settings makes, names, arranges and removes them.
#[component]
pub fn FieldsPage() -> impl IntoView {
    page(load_fields, fields_page)
}

pub fn fields_page(view: FieldsView) -> AnyView {
    let FieldsView { frame, fields } = view;
    let manages = frame.may(Permission::WorkspaceSettings);
    let screen = Screen {
        frame: StoredValue::new(Arc::new(frame.clone())),
        fields: RwSignal::new(fields),
        open: RwSignal::new(None),
        task: Task::default(),
        toast: Toast::default(),
    };
    let create = manages.then(|| {
        view! {
            <button class="btn primary script" type="button" on:click=move |_| screen.open.set(Some(Open::Editor(None)))>
                {icon("plus", "sm")}
                "New field"
            </button>
        }
    });
    let content = view! {
        <div class="page__head">
            <div>
                <h1>"Custom fields"</h1>
                <p>"What you want to know of contacts besides name and number."</p>
            </div>
            {create}
        </div>
        {screen.task.problem_view()}
        <section class="card flush" aria-label="Fields">{move || list(screen, manages)}</section>
        {move || screen.open.get().map(|open| over(screen, open))}
        {screen.toast.toast_view()}
    }
    .into_any();
    sided(&frame, Part::Fields, "Custom fields", content)
}

fn list(screen: Screen, manages: bool) -> AnyView {
    let fields = screen.fields.get();
    if fields.is_empty() {
        let text = if manages {
            "Make one for whatever you look up again and again: a city, the last order, a birthday."
        } else {
            "Whoever may edit the workspace's settings makes them."
        };
        return view! { <div class="empty">{icon("note", "")}<h3>"No custom field yet"</h3><p>{text}</p></div> }
            .into_any();
    }
    let rows = fields.into_iter().enumerate().map(|(place, field)| row(screen, place, field, manages)).collect_view();
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Custom fields, table">
            <table class="table fold">
                <thead>
                    <tr>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Kind"</th>
                        <th scope="col" class="fold-hide">"Choices"</th>
                        <th scope="col"><span class="sr">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(screen: Screen, place: usize, field: Field, manages: bool) -> AnyView {
    let (id, name) = (field.id, field.name.clone());
    let choices = field.choices.join(", ");
    let kind = field.kind.label();
    let (changed, removed) = (field.clone(), field);
    let actions = manages.then(|| {
        view! {
            <span class="row script">
                <button
                    class="btn ghost square sm"
                    type="button"
                    aria-label=format!("Move {name} up")
                    disabled=move || place == 0 || screen.task.busy.get()
                    on:click=move |_| screen.raise(id)
                >
                    {icon("up", "xs")}
                </button>
                <button
                    class="btn ghost sm"
                    type="button"
                    aria-label=format!("Change {name}")
                    on:click=move |_| screen.open.set(Some(Open::Editor(Some(changed.clone()))))
                >
                    "Change"
                </button>
                <button
                    class="btn ghost square sm"
                    type="button"
                    aria-label=format!("Remove {name}")
                    on:click=move |_| screen.open.set(Some(Open::Removal(removed.clone())))
                >
                    {icon("trash", "xs")}
                </button>
            </span>
        }
    });
    view! {
        <tr>
            <th scope="row"><b dir="auto">{name.clone()}</b></th>
            <td>{kind}</td>
            <td class="fold-hide muted" dir="auto">{choices}</td>
            <td class="end tight">{actions}</td>
        </tr>
    }
    .into_any()
}

fn over(screen: Screen, open: Open) -> AnyView {
    match open {
        Open::Editor(field) => editor_dialog(screen, field),
        Open::Removal(field) => removal_dialog(screen, field),
    }
}

const REMOVAL: &str = "remove-field";

fn removal_dialog(screen: Screen, field: Field) -> AnyView {
    let (task, id, name) = (Task::default(), field.id, field.name.clone());
    let remove = move |_| {
        let ask = remove_field(screen.frame.get_value().workspace.slug.clone(), id);
        let name = name.clone();
        task.run(ask, move |fields| {
            dialog::close(REMOVAL);
            screen.fields.set(fields);
            screen.toast.say(format!("{name} is removed."));
        });
    };
    let content = view! {
        <div class="dialog__body">
            {task.problem_view()}
            <p>"Its values are erased for every contact. This cannot be undone: export contacts first if you may need them."</p>
        </div>
        <footer>
            <button class="btn" type="button" autofocus on:click=move |_| dialog::close(REMOVAL)>"Cancel"</button>
            <button class="btn danger" type="button" disabled=move || task.busy.get() on:click=remove>"Remove field"</button>
        </footer>
    }
    .into_any();
    let title = format!("Remove {}?", field.name);
    dialog::dialog(REMOVAL, title, String::new(), move || screen.open.set(None), content)
}
