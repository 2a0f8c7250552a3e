//! Labels of one conversation, or of several: put on and taken off at once.

use domain::{
    id::{ConversationId, LabelId},
    inbox::Change,
    label::Label,
    permission::Permission,
};
use leptos::prelude::*;

use super::{over::Over, screen::Screen};
use crate::ui::{chip, dialog, icon, search};

const ID: &str = "labels";

pub fn label_menu(screen: Screen, ids: Vec<ConversationId>) -> AnyView {
    let text = RwSignal::new(String::new());
    let ids = StoredValue::new(ids);
    let title = match ids.with_value(Vec::len) {
        1 => "Labels".to_owned(),
        count => format!("Labels of {count} conversations"),
    };
    let shown = move || {
        let wanted = domain::text::ascii_fold(text.read().trim());
        let labels = screen.labels.get();
        labels.into_iter().filter(|label| domain::text::ascii_fold(&label.name).contains(&wanted)).collect::<Vec<_>>()
    };
    let settings = screen.path("/labels");
    let manages = screen.facts().access.allows(Permission::WorkspaceSettings);
    let nothing = move || {
        screen.labels.read().is_empty().then(|| {
            view! { <p class="muted">"There are no labels yet. An Owner makes them under Settings."</p> }
        })
    };
    let content = view! {
        <div class="dialog__body">
            {search(text, "Find a label", "Find a label".to_owned())}
            {nothing}
            <div class="picks" role="group" aria-label="Labels">
                <For each=shown key=|label| (label.id, label.name.clone(), label.colour) children=move |label| choice(screen, ids, label)/>
            </div>
        </div>
        <footer>
            {manages.then(|| view! { <a class="btn ghost" href=settings rel="external">{icon("gear", "sm")}"Manage labels"</a> })}
            <button class="btn primary" type="button" on:click=move |_| dialog::close(ID)>"Done"</button>
        </footer>
    }
    .into_any();
    dialog::dialog(ID, title, String::new(), move || screen.over.set(None), content)
}

/// In the panel, behind the labels of the open conversation: the way to one more, for those who may.
pub fn add_view(screen: Screen, id: ConversationId) -> AnyView {
    let row = screen.open;
    let labels = Memo::new(move |_| {
        row.read().as_ref().map(|row| (screen.may(Permission::ConversationsLabel, row.assignee), row.labels.is_empty()))
    });
    let view = move || match labels.get().unwrap_or_default() {
        (true, _) => Some(
            view! {
                <button
                    class="btn ghost square sm"
                    type="button"
                    aria-label="Add label"
                    aria-haspopup="dialog"
                    aria-keyshortcuts="l"
                    title="Add label"
                    on:click=move |_| screen.over.set(Some(Over::Labels(vec![id])))
                >
                    {icon("plus", "xs")}
                </button>
            }
            .into_any(),
        ),
        (false, true) => Some(view! { <span class="muted">"None"</span> }.into_any()),
        (false, false) => None,
    };
    view! { {view} }.into_any()
}

/// Of several it is set when all have it.
fn has(screen: Screen, ids: StoredValue<Vec<ConversationId>>, label: LabelId) -> bool {
    // Both change with what is known of a conversation.
    screen.rows.with(|rows| rows.iter().for_each(|cell| cell.value.track()));
    screen.open.track();
    ids.with_value(|ids| ids.iter().all(|id| screen.known(*id).is_some_and(|row| row.labels.contains(&label))))
}

fn choice(screen: Screen, ids: StoredValue<Vec<ConversationId>>, label: Label) -> AnyView {
    let id = label.id;
    let change = move |event| {
        let change = Change::Label { label: id, on: event_target_checked(&event) };
        ids.with_value(|ids| screen.change_all(ids, change));
    };
    view! {
        <label>
            <input class="check" type="checkbox" prop:checked=move || has(screen, ids, id) on:change=change/>
            {chip(&label)}
        </label>
    }
    .into_any()
}
