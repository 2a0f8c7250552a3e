//! What can be done with the rows that are selected.

use domain::{inbox::Change, permission::Permission};
use leptos::prelude::*;

use super::{head::hide, over::Over, screen::Screen};
use crate::ui::{avatar, avatar_none, icon};

/// The bar above the list. Each conversation is judged on its own; what could not be done is said.
pub fn bar_view(screen: Screen) -> AnyView {
    let access = screen.facts().access;
    let count = Memo::new(move |_| screen.chosen().len());
    let do_all = move |change: Change| {
        let ids = untrack(|| screen.chosen());
        screen.select_none();
        screen.change_all(&ids, change);
    };
    let label = move |_| screen.over.set(Some(Over::Labels(untrack(|| screen.chosen()))));
    let all = move || screen.rows.with(Vec::len) > count.get();
    view! {
        <div class="bulkbar" role="toolbar" aria-label="With the selected conversations">
            <b aria-live="polite">{count}" selected"</b>
            {move || all().then(|| view! {
                <button class="btn ghost sm" type="button" on:click=move |_| screen.select_all()>"All loaded"</button>
            })}
            {access.allows(Permission::ConversationsAssign).then(|| assign_view(screen))}
            {access.allows(Permission::ConversationsClose).then(|| view! {
                <button class="btn sm" type="button" on:click=move |_| do_all(Change::Close)>{icon("check", "sm")}"Close"</button>
            })}
            {access.allows(Permission::ConversationsLabel).then(|| view! {
                <button class="btn sm" type="button" aria-haspopup="dialog" on:click=label>{icon("tag", "sm")}"Label"</button>
            })}
            {access.allows(Permission::MessagesSend).then(|| view! {
                <button class="btn sm" type="button" on:click=move |_| do_all(Change::Read)>{icon("checks", "sm")}"Mark read"</button>
            })}
            <button class="btn ghost square sm end" type="button" aria-label="Clear the selection" on:click=move |_| screen.select_none()>
                {icon("x", "sm")}
            </button>
        </div>
    }
    .into_any()
}

fn assign_view(screen: Screen) -> AnyView {
    let give = move |to| {
        hide("assign-all");
        let ids = untrack(|| screen.chosen());
        screen.select_none();
        screen.change_all(&ids, Change::Assign { to });
    };
    let people = screen
        .facts()
        .members
        .iter()
        .filter(|member| member.replies)
        .map(|member| {
            let id = member.id;
            let name = if id == screen.me() { format!("{} (you)", member.name) } else { member.name.clone() };
            view! {
                <button type="button" on:click=move |_| give(Some(id))>{avatar(id.0, &member.name, "sm")}{name}</button>
            }
        })
        .collect_view();
    view! {
        <button class="btn sm" type="button" popovertarget="assign-all">{icon("userplus", "sm")}"Assign"</button>
        <div class="menu below" popover="auto" id="assign-all" role="group" aria-label="Assign the selected to">
            {people}
            <hr/>
            <button type="button" on:click=move |_| give(None)>{avatar_none("sm")}"Nobody, back to Unassigned"</button>
        </div>
    }
    .into_any()
}
