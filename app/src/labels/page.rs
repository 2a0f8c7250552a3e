use domain::{
    label::{Colour, LIMIT, Label, NAME_LIMIT},
    workspace::Slug,
};
use leptos::prelude::*;

use super::server::{LabelsView, Line, change_label, create_label, delete_label, load_labels};
use crate::{
    frame::{Here, framed, page},
    ui::{Task, Toast, chip, chip_name, dialog, icon},
};

/// What labels there are.
#[component]
pub fn LabelsPage() -> impl IntoView {
    page(load_labels, labels_page)
}

/// What the person is asked, over the page.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Ask {
    New,
    Change(Label),
    Delete(Line),
}

/// Copied into every part of the page.
#[derive(Clone, Copy)]
struct Screen {
    slug: StoredValue<Slug>,
    lines: RwSignal<Vec<Line>>,
    ask: RwSignal<Option<Ask>>,
    toast: Toast,
}

impl Screen {
    /// In its place by name.
    fn put(self, label: Label) {
        self.lines.update(|lines| {
            match lines.iter_mut().find(|line| line.label.id == label.id) {
                Some(line) => line.label = label,
                None => lines.push(Line { label, conversations: 0 }),
            }
            lines.sort_by_cached_key(|line| domain::text::ascii_fold(&line.label.name));
        });
    }
}

pub fn labels_page(view: LabelsView) -> AnyView {
    let LabelsView { frame, lines } = view;
    let screen = Screen {
        slug: StoredValue::new(frame.workspace.slug.clone()),
        lines: RwSignal::new(lines),
        ask: RwSignal::new(None),
        toast: Toast::default(),
    };
    let over = move || match screen.ask.get() {
        None => ().into_any(),
        Some(Ask::New) => edit_dialog(screen, None),
        Some(Ask::Change(label)) => edit_dialog(screen, Some(label)),
        Some(Ask::Delete(line)) => delete_dialog(screen, line),
    };
    let full = move || screen.lines.with(Vec::len) >= LIMIT;
    let content = view! {
        <div class="page__head">
            <div>
                <h1>"Labels"</h1>
                <p>"Short, coloured words for conversations. Whoever may label conversations puts them on."</p>
            </div>
            <button
                class="btn primary script"
                type="button"
                disabled=full
                on:click=move |_| screen.ask.set(Some(Ask::New))
            >
                {icon("plus", "sm")}
                "New label"
            </button>
        </div>
        <section class="card flush" aria-label="Labels">
            {move || if screen.lines.with(Vec::is_empty) { nothing_view() } else { table_view(screen) }}
        </section>
        {over}
        {screen.toast.toast_view()}
    };
    framed(&frame, Here::Labels, content.into_any())
}

fn nothing_view() -> AnyView {
    view! {
        <div class="empty">
            {icon("tag", "")}
            <h2>"No labels yet"</h2>
            <p>"Make one for what you look for again and again: VIP, Returns, Wholesale."</p>
        </div>
    }
    .into_any()
}

fn table_view(screen: Screen) -> AnyView {
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Labels of the workspace">
            <table class="table fold">
                <thead>
                    <tr>
                        <th scope="col">"Label"</th>
                        <th scope="col" class="num">"Conversations"</th>
                        <th scope="col"><span class="sr">"Actions"</span></th>
                    </tr>
                </thead>
                <tbody>{move || screen.lines.get().into_iter().map(|line| row(screen, line)).collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(screen: Screen, line: Line) -> AnyView {
    let name = line.label.name.clone();
    let label = line.label.clone();
    let change = move |_| screen.ask.set(Some(Ask::Change(label.clone())));
    let about = line.clone();
    let delete = move |_| screen.ask.set(Some(Ask::Delete(about.clone())));
    view! {
        <tr>
            <th scope="row">{chip(&line.label)}</th>
            <td class="num">{line.conversations}</td>
            <td class="end tight nowrap">
                <button class="btn ghost sm script" type="button" on:click=change>
                    "Change" <span class="sr">" " <bdi>{name.clone()}</bdi></span>
                </button>
                <button class="btn ghost danger sm script" type="button" on:click=delete>
                    "Delete" <span class="sr">" " <bdi>{name}</bdi></span>
                </button>
            </td>
        </tr>
    }
    .into_any()
}

fn edit_dialog(screen: Screen, label: Option<Label>) -> AnyView {
    const ID: &str = "label";
    let task = Task::default();
    let id = label.as_ref().map(|label| label.id);
    let name = RwSignal::new(label.as_ref().map(|label| label.name.clone()).unwrap_or_default());
    let colour = RwSignal::new(label.as_ref().map(|label| label.colour).unwrap_or_default());
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (slug, name, colour) = (screen.slug.get_value(), name.get_untracked(), colour.get_untracked());
        let done = move |label: Label| {
            dialog::close(ID);
            screen.toast.say(format!("{} is there for everyone.", label.name));
            screen.put(label);
        };
        match id {
            Some(id) => task.run(change_label(slug, id, name, colour), done),
            None => task.run(create_label(slug, name, colour), done),
        }
    };
    let colours = Colour::ALL
        .into_iter()
        .map(|one| {
            let on = move || colour.get() == one;
            view! {
                <label>
                    <input
                        type="radio"
                        name="colour"
                        value=one.as_str()
                        checked=untrack(on)
                        prop:checked=on
                        on:change=move |_| colour.set(one)
                    />
                    {chip_name(one.label(), one)}
                </label>
            }
        })
        .collect_view();
    let content = view! {
        <form on:submit=send>
            <div class="dialog__body">
                {task.problem_view()}
                <div class="field">
                    <label for="label-name">"Name"</label>
                    <input
                        class="input"
                        id="label-name"
                        required
                        autofocus
                        dir="auto"
                        autocomplete="off"
                        maxlength=NAME_LIMIT.to_string()
                        prop:value=move || name.get()
                        on:input=move |event| name.set(event_target_value(&event))
                    />
                </div>
                <fieldset class="bare">
                    <legend>"Colour"</legend>
                    <div class="picks wrap">{colours}</div>
                </fieldset>
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button class="btn primary" type="submit" disabled=move || task.busy.get()>
                    {if id.is_some() { "Save" } else { "Make the label" }}
                </button>
            </footer>
        </form>
    }
    .into_any();
    let title = label.map_or_else(|| "New label".to_owned(), |label| format!("Change {}", label.name));
    dialog::dialog(ID, title, String::new(), move || screen.ask.set(None), content)
}

fn delete_dialog(screen: Screen, line: Line) -> AnyView {
    const ID: &str = "delete-label";
    let task = Task::default();
    let Line { label, conversations } = line;
    let (id, name) = (label.id, label.name.clone());
    let yes = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = name.clone();
        task.run(delete_label(screen.slug.get_value(), id), move |()| {
            dialog::close(ID);
            screen.lines.update(|lines| lines.retain(|line| line.label.id != id));
            screen.toast.say(format!("{name} is deleted."));
        });
    };
    let about = match conversations {
        0 => "No conversation has it.".to_owned(),
        1 => "1 conversation has it and loses it.".to_owned(),
        count => format!("{count} conversations have it and lose it."),
    };
    let content = view! {
        <form on:submit=yes>
            <div class="dialog__body">
                {task.problem_view()}
                <p>"It goes from every screen at once. This cannot be undone."</p>
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button class="btn danger solid" type="submit" disabled=move || task.busy.get()>"Delete the label"</button>
            </footer>
        </form>
    }
    .into_any();
    dialog::dialog(ID, format!("Delete {}?", label.name), about, move || screen.ask.set(None), content)
}
