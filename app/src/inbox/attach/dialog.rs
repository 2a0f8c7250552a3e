//! The dialog: what is to be sent, one of four.

use domain::{
    content::{Card, CardPhone, Place},
    id::ConversationId,
    outgoing::Outgoing,
};
use leptos::prelude::*;

use super::{choices, files::Files};
use crate::{
    inbox::{screen::Screen, send::new_key, server},
    ui::{Task, dialog, icon},
};

const ID: &str = "attach";

/// What the dialog is about to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Files,
    Place,
    Card,
    Choices,
}

const ALL: [(What, &str, &str); 4] = [
    (What::Files, "Files", "clip"),
    (What::Place, "Location", "pin"),
    (What::Card, "Contact", "contacts"),
    (What::Choices, "Choices", "check"),
];

/// The fields of what is no file; each stands for what its form shows.
#[derive(Clone, Copy)]
struct Fields {
    place: RwSignal<String>,
    name: RwSignal<String>,
    address: RwSignal<String>,
    phone: RwSignal<String>,
    email: RwSignal<String>,
    company: RwSignal<String>,
    question: RwSignal<String>,
    lines: RwSignal<String>,
    button: RwSignal<String>,
}

impl Fields {
    fn new() -> Self {
        let empty = || RwSignal::new(String::new());
        Self {
            place: empty(),
            name: empty(),
            address: empty(),
            phone: empty(),
            email: empty(),
            company: empty(),
            question: empty(),
            lines: empty(),
            button: RwSignal::new("Choose".to_owned()),
        }
    }

    /// Words and content, or what is wrong.
    fn read(&self, what: What) -> Result<(String, Outgoing), String> {
        let some = |field: RwSignal<String>| Some(field.get_untracked()).filter(|text| !text.trim().is_empty());
        let (text, content) = match what {
            What::Files => return Err("Choose a file.".to_owned()),
            What::Place => {
                let degrees = self.place.get_untracked();
                let read =
                    degrees.split_once(',').and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
                let (latitude, longitude) =
                    read.ok_or("Write latitude and longitude with a comma between them, such as 50.1109, 8.6821.")?;
                let place =
                    Place { latitude, longitude, name: some(self.name), address: some(self.address), url: None };
                (String::new(), Outgoing::Place(place))
            }
            What::Card => {
                let phone = |phone| CardPhone { phone, ..CardPhone::default() };
                let card = Card {
                    name: self.name.get_untracked(),
                    org: some(self.company),
                    phones: some(self.phone).map(phone).into_iter().collect(),
                    emails: some(self.email).into_iter().collect(),
                    ..Card::default()
                };
                (String::new(), Outgoing::Contacts(vec![card]))
            }
            What::Choices => {
                let menu = choices(&self.lines.get_untracked(), &self.button.get_untracked());
                (self.question.get_untracked(), Outgoing::Menu(menu))
            }
        };
        // Said before it is asked.
        content.clone().check(&text).map_err(|wrong| wrong.to_string())?;
        Ok((text, content))
    }
}

pub fn dialog_view(screen: Screen, conversation: ConversationId) -> AnyView {
    let task = Task::default();
    let what = RwSignal::new(What::Files);
    let (files, fields) = (Files::new(screen, conversation), Fields::new());
    // Tried again it is the same message.
    let tried = StoredValue::new(None);
    let send = move || {
        if what.get_untracked() == What::Files {
            return files.send(task, || dialog::close(ID));
        }
        let (text, content) = match fields.read(what.get_untracked()) {
            Ok(said) => said,
            Err(wrong) => return task.problem.set(Some(wrong)),
        };
        let said = (text.clone(), content.clone());
        let known = tried.with_value(|tried: &Option<(_, _)>| {
            tried.as_ref().filter(|(before, _)| *before == said).map(|(_, key)| *key)
        });
        let Some(key) = known.or_else(new_key) else { return };
        tried.set_value(Some((said, key)));
        let (quotes, despite) = (screen.quote_of(conversation), screen.despite_of(conversation));
        task.run(server::send(screen.slug(), conversation, key, text, content, quotes, despite), move |message| {
            screen.take_quote(conversation);
            screen.put_message(conversation, message);
            dialog::close(ID);
        });
    };
    let tab = move |(is, words, drawing): (What, &'static str, &'static str)| {
        let choose = move |_| {
            task.problem.set(None);
            what.set(is);
        };
        view! {
            <button class="btn ghost sm" type="button" aria-pressed=move || (what.get() == is).to_string() on:click=choose>
                {icon(drawing, "sm")}
                {words}
            </button>
        }
    };
    let body = move || {
        match what.get() {
        What::Files => files.view(),
        What::Place => view! {
            {field("place", "Latitude, longitude", fields.place, "50.1109, 8.6821", true)}
            {field("place-name", "Name", fields.name, "Shop in the old town", false)}
            {field("place-address", "Address", fields.address, "Römerberg 1, Frankfurt", false)}
        }
        .into_any(),
        What::Card => view! {
            {field("card-name", "Name", fields.name, "", true)}
            {field("card-phone", "Phone", fields.phone, "+49 151 12345678", false)}
            {field("card-email", "E-mail", fields.email, "", false)}
            {field("card-company", "Company", fields.company, "", false)}
        }
        .into_any(),
        What::Choices => view! {
            {area("question", "Question", fields.question, "How shall we send it?", "2")}
            {area("choices", "Choices, one a line", fields.lines, "Express | tomorrow\nPost | in three days", "4")}
            <span class="hint">"Up to 3 are shown as buttons, up to 10 as a list. In a list, write an explanation behind a |."</span>
            {field("choices-button", "What opens the list", fields.button, "", false)}
        }
        .into_any(),
    }
    };
    let blocked = move || task.busy.get() || (what.get() == What::Files && !files.can_go());
    let content = view! {
        <form
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <div class="dialog__body">
                <div class="attach__tabs" role="group" aria-label="What to send">{ALL.map(tab).collect_view()}</div>
                {task.problem_view()}
                {body}
            </div>
            <footer>
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button class="btn primary" type="submit" disabled=blocked>{icon("send", "sm")}"Send"</button>
            </footer>
        </form>
    }
    .into_any();
    let closed = move || {
        files.forget();
        screen.attaching.set(None);
    };
    dialog::dialog(ID, "Send more than words".to_owned(), String::new(), closed, content)
}

fn field(
    id: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    example: &'static str,
    first: bool,
) -> AnyView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                class="input"
                id=id
                type="text"
                dir="auto"
                autocomplete="off"
                placeholder=example
                autofocus=first
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
        </div>
    }
    .into_any()
}

fn area(
    id: &'static str,
    label: &'static str,
    value: RwSignal<String>,
    example: &'static str,
    rows: &'static str,
) -> AnyView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <textarea
                class="input"
                id=id
                rows=rows
                dir="auto"
                placeholder=example
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
        </div>
    }
    .into_any()
}
