//! The dialog: choose a template, fill it in, see it, send it.

use domain::{
    id::{MessageId, TemplateId},
    template::{Template, Values},
};
use leptos::prelude::*;
use leptos_router::{NavigateOptions, hooks::use_navigate};

use super::{
    super::{row, screen::Screen, send::new_key, start::server::start},
    Picking, Target,
    choose::{Narrow, choose_view},
    fields::{Problem, fields_view, problem},
    offer::about,
    preview::preview_view,
    server::send_template,
};
use crate::ui::{Task, dialog, icon};

const ID: &str = "template-picker";

/// What was asked for under which key: the same again is the same message, anything else is another one.
type Asked = Option<(TemplateId, Values, MessageId)>;

pub fn picker_view(screen: Screen, picking: Picking) -> AnyView {
    let Picking { target, number, number_name, to, address, chosen } = picking;
    let narrow = Narrow::new();
    let chosen = RwSignal::new(chosen);
    let values = RwSignal::new(Values::new());
    let tried = RwSignal::new(false);
    let asked = StoredValue::new(None::<(TemplateId, Values, MessageId)>);
    let task = Task::default();
    screen.fetch_templates(number, false);
    let template = Memo::new(move |_| {
        let id = chosen.get()?;
        screen.shelf.with(|shelf| shelf.items.iter().find(|one| one.id == id).cloned())
    });
    let wrong = Memo::new(move |_| -> Problem {
        let template = template.get().filter(|_| tried.get())?;
        problem(&template.content, &values.read())
    });
    let choose = move |id: TemplateId| {
        if chosen.get_untracked() != Some(id) {
            values.set(Values::new());
            tried.set(false);
            chosen.set(Some(id));
        }
        focus_soon(FILL);
    };
    focus_soon(if chosen.get_untracked().is_some() { FILL } else { SEARCH });
    let (go, target) = (StoredValue::new_local(use_navigate()), StoredValue::new(target));
    let send = move || {
        let Some(template) = template.get_untracked().filter(|template| template.why_not().is_none()) else { return };
        tried.set(true);
        let given = values.get_untracked();
        if problem(&template.content, &given).is_some() {
            focus_soon("#template-picker [aria-invalid]");
            return;
        }
        let Some(key) = key_for(asked, template.id, &given) else { return };
        match target.get_value() {
            Target::Conversation(conversation) => {
                task.run(send_template(screen.slug(), conversation, key, template.id, given), move |message| {
                    screen.problem.set(None);
                    screen.fresh.set_value(Some(message.id));
                    screen.put_message(conversation, message);
                    dialog::close(ID);
                    screen.to_newest();
                });
            }
            Target::New(whom) => {
                task.run(start(screen.slug(), number, whom, key, template.id, given), move |(there, _)| {
                    screen.problem.set(None);
                    dialog::close(ID);
                    let path = untrack(|| row::address(screen, there.id, ""));
                    go.with_value(|go| go(&path, NavigateOptions::default()));
                });
            }
        }
    };
    let keydown = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            send();
        }
    };
    let right = {
        let (number_name, to) = (number_name.clone(), to.clone());
        // Drawn anew for another template alone: the fields keep the focus while the list is fetched.
        move || match template.get() {
            None => view! {
                <div class="empty">{icon("template", "")}<p>"Choose a template to see it filled in."</p></div>
            }
            .into_any(),
            Some(template) => chosen_view((number.0, number_name.clone()), &to, template, values, wrong),
        }
    };
    let hint = move || match (wrong.get(), template.get()) {
        // Said at its field already, unless it concerns the whole.
        (Some((field, why)), Some(template)) if is_whole(&template, &field) => {
            view! { <span class="error grow" role="alert">{format!("{field} {why}.")}</span> }.into_any()
        }
        (_, Some(template)) => view! { <span class="muted small grow">{about(&template)}</span> }.into_any(),
        _ => view! { <span class="grow"></span> }.into_any(),
    };
    let blocked = move || template.get().is_none_or(|template| template.why_not().is_some());
    let refresh = move || {
        let busy = screen.shelf.with(|shelf| shelf.busy);
        view! {
            <button class="btn ghost sm" type="button" disabled=busy on:click=move |_| screen.fetch_templates(number, true)>
                {icon("refresh", "xs")}
                "Refresh"
            </button>
        }
    };
    let not_fetched = move || {
        screen.shelf.with(|shelf| shelf.problem.clone()).map(|why| {
            view! { <p class="banner warn" role="status">{icon("alert", "")}<span class="grow">{why}</span></p> }
        })
    };
    let content = view! {
        <form
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
            on:keydown=keydown
        >
            <div class="dialog__body">
                {task.problem_view()} {not_fetched}
                <div class="pair">
                    {choose_view(screen, narrow, chosen, choose)}
                    <div class="stack tplright">{right}</div>
                </div>
            </div>
            <footer>
                {hint}
                {refresh}
                <button class="btn" type="button" on:click=move |_| dialog::close(ID)>"Cancel"</button>
                <button class="btn primary" type="submit" id="template-send" disabled=move || blocked() || task.busy.get()>
                    {icon("send", "sm")}
                    "Send template"
                </button>
            </footer>
        </form>
    }
    .into_any();
    let address = address.map(|address| format!(", {address}")).unwrap_or_default();
    let about = format!("To {to}{address}, from {number_name}.");
    dialog::dialog(ID, "Send a template".to_owned(), about, move || screen.picking.set(None), content)
}

/// The first field of the chosen template, else the button that sends it.
const FILL: &str = "#template-picker .formgrid input, #template-send";

const SEARCH: &str = "#template-picker [type=search]";

fn chosen_view(
    number: (uuid::Uuid, String),
    to: &str,
    template: Template,
    values: RwSignal<Values>,
    wrong: Memo<Problem>,
) -> AnyView {
    let why_not = template.why_not().map(|why| {
        view! { <p class="banner warn">{icon("alert", "")}<span class="grow"><b>"It cannot be sent. "</b>{why.to_owned()}</span></p> }
    });
    let fields = fields_view(&template.content, values, wrong);
    view! {
        {why_not}
        {preview_view(number, to, template.content, values)}
        {fields}
    }
    .into_any()
}

/// A problem of the whole message, not of one field.
fn is_whole(template: &Template, field: &str) -> bool {
    domain::template::slots(&template.content).iter().all(|slot| slot.label != field)
}

fn key_for(asked: StoredValue<Asked>, template: TemplateId, values: &Values) -> Option<MessageId> {
    let known = asked.with_value(|asked| {
        asked.as_ref().filter(|(id, given, _)| *id == template && given == values).map(|(.., key)| *key)
    });
    let key = known.or_else(new_key)?;
    asked.set_value(Some((template, values.clone(), key)));
    Some(key)
}

/// Once what was just asked for is drawn.
fn focus_soon(selector: &'static str) {
    #[cfg(feature = "hydrate")]
    request_animation_frame(move || {
        use wasm_bindgen::JsCast;
        let found = document().query_selector(selector).ok().flatten();
        if let Some(found) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = found.focus();
        }
    });
    let _ = selector;
}
