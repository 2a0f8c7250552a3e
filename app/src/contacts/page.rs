use domain::{contact::Contact, id::MemberId, permission::Permission, team::ASSIGN_LIMIT};
use leptos::prelude::*;

use super::{
    Asked,
    create::create_dialog,
    nav::{Part, sided},
    row::row,
    screen::Screen,
    server::{ContactsView, load_contacts},
    twins::{merging_view, twins_view},
};
use crate::{
    frame::{Here, page},
    ui::icon,
};

/// Contacts, the newest first, or those that are looked for. Search and pages are the address: they work without a script.
#[component]
pub fn ContactsPage() -> impl IntoView {
    let asked = leptos_router::hooks::use_query_map().with_untracked(|query| Asked::read(|key| query.get(key)));
    let asked = StoredValue::new(asked);
    page(move |slug| load_contacts(slug, asked.get_value()), contacts_page)
}

pub fn contacts_page(view: ContactsView) -> AnyView {
    let screen = Screen::new(view);
    let frame = screen.frame();
    let asked = screen.asked.get_value();
    let part = if asked.opted_out() { Part::OptedOut } else { Part::All };
    let to = RwSignal::new(None::<MemberId>);
    let body = move || {
        let contacts = screen.contacts.get();
        if contacts.is_empty() { empty(screen) } else { table(screen, contacts) }
    };
    let content = view! {
        {head(screen)}
        {screen.task.problem_view()}
        {move || twins_view(screen)}
        <section class="card flush" aria-label="Contacts">
            {search(screen)}
            {move || bulk(screen, to)}
            {body}
        </section>
        {move || screen.creating.get().then(|| create_dialog(screen))}
        {move || merging_view(screen)}
        {screen.toast.toast_view()}
    }
    .into_any();
    sided(&frame, part, "List of contacts", content)
}

fn head(screen: Screen) -> AnyView {
    let frame = screen.frame();
    let base = frame.path(Here::Contacts);
    let query = screen.asked.get_value().first().query();
    let import = frame.may(Permission::ContactsImport).then(|| {
        view! { <a class="btn" href=format!("{base}/imports") rel="external">{icon("up", "sm")}"Import"</a> }
    });
    let export = frame.may(Permission::ContactsExport).then(|| {
        view! {
            <a class="btn" href=format!("{base}/export.csv{query}") rel="external" download="">
                {icon("download", "sm")}
                "Export"
            </a>
        }
    });
    let create = frame.may(Permission::ContactsCreate).then(|| {
        view! {
            <button class="btn primary script" type="button" on:click=move |_| screen.creating.set(true)>
                {icon("plus", "sm")}
                "New contact"
            </button>
        }
    });
    view! {
        <div class="page__head">
            <div>
                <h1>"Contacts"</h1>
                <p>"Whoever looks after a contact answers their conversations. The newest are on top."</p>
            </div>
            {import}
            {export}
            {create}
        </div>
    }
    .into_any()
}

fn search(screen: Screen) -> AnyView {
    let asked = screen.asked.get_value();
    let base = screen.frame().path(Here::Contacts);
    let clear = asked.narrows().then(|| view! { <a class="btn ghost sm" href=base.clone() rel="external">"Clear"</a> });
    let labels = screen.labels.get_value();
    let labels = (!labels.is_empty()).then(|| {
        let choices = labels
            .iter()
            .map(|label| {
                let id = label.id.to_string();
                view! { <option value=id.clone() selected=id == asked.label>{label.name.clone()}</option> }
            })
            .collect_view();
        view! {
            <select class="input" name="label" aria-label="Label">
                <option value="">"Any label"</option>
                {choices}
            </select>
        }
    });
    view! {
        <form class="contacts__search" method="get" action=base.clone() role="search">
            <div class="input-icon">
                {icon("search", "sm")}
                <input
                    class="input"
                    type="search"
                    name="q"
                    aria-label="Beginning of a name or number"
                    placeholder="Name or number"
                    autocomplete="off"
                    maxlength="128"
                    value=asked.q.clone()
                />
            </div>
            {labels}
            <select class="input" name="show" aria-label="Consent">
                <option value="">"Any consent"</option>
                <option value="opted-out" selected=asked.opted_out()>"Opted out"</option>
            </select>
            <button class="btn" type="submit">"Search"</button>
            {clear}
        </form>
    }
    .into_any()
}

fn table(screen: Screen, contacts: Vec<Contact>) -> AnyView {
    let (first, last) = (contacts.first().map(|known| known.id), contacts.last().map(|known| known.id));
    let rows = contacts.into_iter().map(|contact| row(screen, contact)).collect_view();
    let (asked, base) = (screen.asked.get_value(), screen.frame().path(Here::Contacts));
    let newer = first.filter(|_| screen.before).map(|first| {
        let href = format!("{base}{}", asked.in_front_of(first).query());
        view! { <a class="btn ghost sm" href=href rel="external">{icon("back", "xs")}"Previous"</a> }
    });
    let older = last.filter(|_| screen.after).map(|last| {
        let href = format!("{base}{}", asked.behind(last).query());
        view! { <a class="btn ghost sm" href=href rel="external">"Next"{icon("right", "xs")}</a> }
    });
    let pages = (newer.is_some() || older.is_some()).then(|| {
        view! { <footer><nav class="row" aria-label="Pages">{newer} {older}</nav></footer> }
    });
    let field = screen.fields.with_value(|fields| fields.first().map(|field| field.name.clone()));
    let field = field.map(|name| view! { <th scope="col" class="fold-hide"><bdi>{name}</bdi></th> });
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Contacts">
            <table class="table fold contacts">
                <thead>
                    <tr>
                        <td class="tight">{all(screen)}</td>
                        <th scope="col">"Name"</th>
                        <th scope="col" class="fold-hide">"Labels"</th>
                        <th scope="col">"Assigned to"</th>
                        <th class="fold-hide" scope="col">"Consent"</th>
                        <th scope="col" class="fold-hide">"Last message"</th>
                        {field}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {pages}
    }
    .into_any()
}

/// Everything that is shown and may be selected.
fn all(screen: Screen) -> AnyView {
    let movable = move || {
        screen.contacts.with(|known| {
            let movable = known.iter().filter(|contact| screen.may_select(contact.assignee));
            movable.map(|contact| contact.id).take(ASSIGN_LIMIT).collect::<std::collections::BTreeSet<_>>()
        })
    };
    let full = move || {
        let movable = movable();
        !movable.is_empty() && screen.selected.with(|selected| selected.len() == movable.len())
    };
    let change = move |event| {
        let on = event_target_checked(&event);
        screen.selected.set(if on { untrack(movable) } else { Default::default() });
    };
    view! {
        <input class="check script" type="checkbox" aria-label="Select all that are shown" prop:checked=full on:change=change/>
    }
    .into_any()
}

/// What can be done with all that are selected; `to` is who was chosen, for as long as the page stands.
fn bulk(screen: Screen, to: RwSignal<Option<MemberId>>) -> AnyView {
    let count = screen.selected.with(std::collections::BTreeSet::len);
    if count == 0 {
        return ().into_any();
    }
    let members = screen.members();
    let options = members
        .iter()
        .filter(|member| member.replies)
        .map(|member| view! { <option value=member.id.to_string()>{member.name.clone()}</option> })
        .collect_view();
    let assign = move |_| {
        let selected = screen.selected.with_untracked(|selected| selected.iter().copied().collect());
        screen.assign(selected, to.get_untracked());
    };
    // Those of others may be exported by some who may not give them away.
    let movable = screen.contacts.with(|known| {
        let mut selected = known.iter().filter(|contact| screen.selected.with(|ids| ids.contains(&contact.id)));
        selected.all(|contact| screen.may_assign(contact.assignee))
    });
    let give = movable.then(|| {
        view! {
            <label class="row">
                <span>"Give to"</span>
                <select
                    class="input sm"
                    prop:value=move || to.get().map(|member| member.to_string()).unwrap_or_default()
                    on:change=move |event| to.set(event_target_value(&event).parse().ok())
                >
                    <option value="">"Nobody"</option>
                    {options}
                </select>
            </label>
            <button class="btn primary sm" type="button" disabled=move || screen.task.busy.get() on:click=assign>
                "Assign"
            </button>
        }
    });
    let export = screen.frame().may(Permission::ContactsExport).then(|| {
        let action = format!("{}/export.csv", screen.frame().path(Here::Contacts));
        let ids =
            screen.selected.with(|selected| selected.iter().map(ToString::to_string).collect::<Vec<_>>().join(","));
        view! {
            <form method="post" action=action target="_blank">
                <input type="hidden" name="ids" value=ids/>
                <button class="btn sm" type="submit">{icon("download", "xs")}"Export"</button>
            </form>
        }
    });
    view! {
        <div class="bulkbar" role="toolbar" aria-label="Selected contacts">
            <b role="status">{count}" selected"</b>
            {give}
            {export}
            <button class="btn ghost sm" type="button" on:click=move |_| screen.selected.update(std::collections::BTreeSet::clear)>
                "Clear"
            </button>
        </div>
    }
    .into_any()
}

fn empty(screen: Screen) -> AnyView {
    let asked = screen.asked.get_value();
    let (title, text) = if asked.narrows() {
        ("Nobody was found", "Names and numbers are found by their beginning: try fewer letters, or another label.")
    } else {
        (
            "No contact yet",
            "Whoever writes to one of your numbers becomes a contact. You see those that are yours to see.",
        )
    };
    view! {
        <div class="empty">
            {icon("contacts", "")}
            <h3>{title}</h3>
            <p>{text}</p>
        </div>
    }
    .into_any()
}
