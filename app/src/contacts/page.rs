use domain::{contact::Contact, id::MemberId, team::ASSIGN_LIMIT};
use leptos::prelude::*;

use super::{
    row::row,
    screen::Screen,
    server::{ContactsView, load_contacts},
};
use crate::{
    frame::{Here, framed, page},
    ui::icon,
};

/// Contacts, the newest first.
#[component]
pub fn ContactsPage() -> impl IntoView {
    // Without a script, later pages are reached by their address.
    let before = leptos_router::hooks::use_query_map()
        .with_untracked(|query| query.get("before"))
        .and_then(|before| before.parse().ok());
    page(move |slug| load_contacts(slug, before), contacts_page)
}

pub fn contacts_page(view: ContactsView) -> AnyView {
    let screen = Screen::new(view);
    let frame = screen.frame();
    let body = move || {
        let contacts = screen.contacts.get();
        if contacts.is_empty() { empty() } else { table(screen, contacts) }
    };
    let content = view! {
        <div class="page__head">
            <div>
                <h1>"Contacts"</h1>
                <p>"Whoever looks after a contact answers their conversations. The newest are on top."</p>
            </div>
        </div>
        {screen.task.problem_view()}
        <section class="card flush" aria-label="Contacts">{move || bulk(screen)} {body}</section>
        {screen.toast.toast_view()}
    }
    .into_any();
    framed(&frame, Here::Contacts, content)
}

fn table(screen: Screen, contacts: Vec<Contact>) -> AnyView {
    let rows = contacts.into_iter().map(|contact| row(screen, contact)).collect_view();
    let next = move || {
        let last = screen.contacts.with(|known| known.last().map(|known| known.id))?;
        Some(format!("{}?before={last}", screen.frame().path(Here::Contacts)))
    };
    let more = move || {
        screen.more.get().then(|| {
            view! {
                <footer>
                    <a
                        class="btn ghost"
                        href=next
                        rel="external"
                        on:click=move |event: leptos::ev::MouseEvent| {
                            event.prevent_default();
                            screen.load_more();
                        }
                    >
                        {icon("down", "sm")}
                        "Load more"
                    </a>
                </footer>
            }
        })
    };
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Contacts">
            <table class="table fold contacts">
                <thead>
                    <tr>
                        <td class="tight">{all(screen)}</td>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Assigned to"</th>
                        <th scope="col" class="fold-hide">"Added"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {more}
    }
    .into_any()
}

/// Everything that is shown and may be handed over.
fn all(screen: Screen) -> AnyView {
    let movable = move || {
        screen.contacts.with(|known| {
            let movable = known.iter().filter(|contact| screen.may_assign(contact.assignee));
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

/// What can be done with all that are selected.
fn bulk(screen: Screen) -> AnyView {
    let count = screen.selected.with(std::collections::BTreeSet::len);
    if count == 0 {
        return ().into_any();
    }
    let to = RwSignal::new(None::<MemberId>);
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
    view! {
        <div class="bulkbar" role="toolbar" aria-label="Selected contacts">
            <b role="status">{count}" selected"</b>
            <label class="row">
                <span>"Give to"</span>
                <select
                    class="input sm"
                    on:change=move |event| to.set(event_target_value(&event).parse().ok())
                >
                    <option value="">"Nobody"</option>
                    {options}
                </select>
            </label>
            <button class="btn primary sm" type="button" disabled=move || screen.task.busy.get() on:click=assign>
                "Assign"
            </button>
            <button class="btn ghost sm" type="button" on:click=move |_| screen.selected.update(std::collections::BTreeSet::clear)>
                "Clear"
            </button>
        </div>
    }
    .into_any()
}

fn empty() -> AnyView {
    view! {
        <div class="empty">
            {icon("contacts", "")}
            <h3>"No contact yet"</h3>
            <p>"Whoever writes to one of your numbers becomes a contact. You see those that are yours to see."</p>
        </div>
    }
    .into_any()
}
