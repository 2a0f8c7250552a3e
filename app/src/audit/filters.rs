use domain::audit::{Action, Group};
use leptos::prelude::*;

use super::screen::AuditScreen;
use crate::ui::icon;

/// Kinds of things that entries are about: value and words.
const KINDS: [(&str, &str); 12] = [
    ("alert", "Alert"),
    ("contact", "Contact"),
    ("conversation", "Conversation"),
    ("invitation", "Invitation"),
    ("member", "Member"),
    ("message", "Message"),
    ("number", "Phone number"),
    ("role", "Role"),
    ("secret", "Secret"),
    ("session", "Session"),
    ("token", "API token"),
    ("workspace", "Workspace"),
];

/// A plain form: what is chosen becomes the address, which can be kept and handed on.
pub fn filters_view(screen: &AuditScreen, path: &str, local: RwSignal<bool>) -> AnyView {
    let asked = screen.asked.clone();
    let people = screen.people.iter().map(|(value, name)| (value.clone(), name.clone())).collect();
    let kinds = KINDS.iter().map(|(value, name)| ((*value).to_owned(), (*name).to_owned())).collect();
    let written = asked.ahead.clone();
    view! {
        <form class="audit__filters" method="get" action=path.to_owned() role="search" aria-label="Filter the audit trail">
            {select("who", "Who", "Anyone", people, asked.who.clone())}
            {actions(&asked.what)}
            {select("kind", "About", "Anything", kinds, asked.kind.clone())}
            {field("from", "From", "date", asked.from.clone())}
            {field("to", "To", "date", asked.to.clone())}
            {field("address", "Address", "text", asked.address.clone())}
            {field("text", "Words", "search", asked.text.clone())}
            <input type="hidden" name="ahead" prop:value=move || ahead(local.get(), &written) value=asked.ahead.clone()/>
            {(!asked.on.is_empty()).then(|| view! { <input type="hidden" name="on" value=asked.on.clone()/> })}
            <span class="audit__buttons">
                <button class="btn" type="submit">{icon("filter", "sm")}"Filter"</button>
                {(asked.narrows() || asked.is_no_address())
                    .then(|| view! { <a class="btn ghost" href=path.to_owned() rel="external">"Clear"</a> })}
            </span>
        </form>
    }
    .into_any()
}

/// Minutes that the reader's clock is ahead of UTC, once a script can tell.
fn ahead(local: bool, written: &str) -> String {
    #[cfg(feature = "hydrate")]
    if local {
        return format!("{}", -js_sys::Date::new_0().get_timezone_offset());
    }
    let _ = local;
    written.to_owned()
}

fn field(name: &'static str, label: &'static str, kind: &'static str, value: String) -> AnyView {
    labelled(
        name,
        label,
        view! { <input class="input" type=kind id=name name=name value=value maxlength="200"/> }.into_any(),
    )
}

fn labelled(id: &'static str, label: &'static str, control: AnyView) -> AnyView {
    view! { <div class="audit__field"><label for=id>{label}</label>{control}</div> }.into_any()
}

fn select(
    name: &'static str,
    label: &'static str,
    none: &'static str,
    options: Vec<(String, String)>,
    chosen: String,
) -> AnyView {
    let options = options
        .into_iter()
        .map(|(value, text)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{text}</option> }
        })
        .collect_view();
    let select = view! {
        <select class="input" id=name name=name>
            <option value="">{none}</option>
            {options}
        </select>
    };
    labelled(name, label, select.into_any())
}

/// Groups and, below each, its actions.
fn actions(chosen: &str) -> AnyView {
    let groups = Group::all()
        .map(|group| {
            let actions = Action::all()
                .filter(|action| action.group() == group)
                .map(|action| option(action.as_str(), action.label(), chosen))
                .collect_view();
            view! { <optgroup label=group.label()>{option(group.as_str(), "All of these", chosen)} {actions}</optgroup> }
        })
        .collect_view();
    let select = view! {
        <select class="input" id="what" name="what">
            <option value="">"Any action"</option>
            {groups}
        </select>
    };
    labelled("what", "Action", select.into_any())
}

fn option(value: &'static str, text: &'static str, chosen: &str) -> AnyView {
    view! { <option value=value selected=value == chosen>{text}</option> }.into_any()
}
