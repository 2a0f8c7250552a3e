use domain::{contact::Contact, id::MemberId};
use leptos::prelude::*;

use super::{
    detail::parts::{consent_badge, value_shown},
    screen::Screen,
};
use crate::{
    frame::Here,
    ui::{avatar, chips, when},
};

/// Labels that are shown; of others it is said how many there are.
const LABELS: usize = 3;

/// One customer.
pub fn row(screen: Screen, contact: Contact) -> AnyView {
    let (id, clock) = (contact.id, screen.clock);
    let outline = screen.outlines.with_value(|outlines| outlines.get(&id).cloned()).unwrap_or_default();
    let labels = screen.labels.with_value(|known| chips(known, &outline.labels, LABELS));
    let consent = consent_badge(contact.opted_out_at.ok_or(outline.opted_in_at), clock);
    let written = outline.last_message_at.map(|at| {
        view! {
            <time datetime=when::iso(at) title=move || when::full(at, clock.local.get())>
                {move || when::ago(at, clock.now.get(), clock.local.get())}
            </time>
        }
    });
    let value = screen.fields.with_value(|fields| {
        let field = fields.first()?;
        let value = contact.fields.get(&field.id).map(|value| value_shown(field.kind, value));
        Some(view! { <td class="fold-hide cut" dir="auto">{value}</td> })
    });
    let name = contact.label().to_owned();
    let href = format!("{}/{id}", screen.frame().path(Here::Contacts));
    let username = contact.username.as_ref().map(|name| format!("@{name} · no phone number"));
    let address = contact.phone.clone().or(username).or(contact.user_id.clone()).unwrap_or_default();
    let selected = move || screen.selected.with(|selected| selected.contains(&id));
    let choose = move |event| {
        let on = event_target_checked(&event);
        screen.selected.update(|selected| {
            if on {
                selected.insert(id);
            } else {
                selected.remove(&id);
            }
        });
    };
    let movable = screen.may_assign(contact.assignee);
    let assignee = if movable {
        let label = format!("Assigned to, for {name}");
        view! { {people(screen, contact.assignee, label, move |to| screen.assign(vec![id], to))} }.into_any()
    } else {
        view! { <span>{screen.name_of(contact.assignee)}</span> }.into_any()
    };
    view! {
        <tr aria-selected=move || selected().to_string()>
            <td class="tight">
                <input
                    class="check script"
                    type="checkbox"
                    aria-label=format!("Select {name}")
                    disabled=!screen.may_select(contact.assignee)
                    prop:checked=selected
                    on:change=choose
                />
            </td>
            <th scope="row">
                <span class="person">
                    {avatar(id.0, &name, "")}
                    <span>
                        <a href=href rel="external"><b dir="auto">{name.clone()}</b></a>
                        <small><bdi>{address}</bdi></small>
                    </span>
                </span>
            </th>
            <td class="fold-hide"><span class="chips">{labels}</span></td>
            <td>{assignee}</td>
            <td class="fold-hide">{consent}</td>
            <td class="nowrap fold-hide">{written}</td>
            {value}
        </tr>
    }
    .into_any()
}

/// Members who can look after contacts, and nobody.
pub fn people(
    screen: Screen,
    now: Option<MemberId>,
    label: String,
    chosen: impl Fn(Option<MemberId>) + 'static,
) -> AnyView {
    let value = now.map(|member| member.to_string()).unwrap_or_default();
    let known = now.is_none_or(|now| screen.members().iter().any(|member| member.id == now && member.replies));
    // Who has it stays visible, though they could not be given it today.
    let former = (!known).then(|| {
        view! { <option value=value.clone() selected=true disabled=true>{screen.name_of(now)}</option> }
    });
    let members = screen.members();
    let options = members
        .iter()
        .filter(|member| member.replies)
        .map(|member| {
            view! { <option value=member.id.to_string() selected=Some(member.id) == now>{member.name.clone()}</option> }
        })
        .collect_view();
    view! {
        <select
            class="input sm bare"
            aria-label=label
            disabled=move || screen.task.busy.get()
            prop:value=value.clone()
            on:change=move |event| chosen(event_target_value(&event).parse().ok())
        >
            <option value="" selected=now.is_none()>"Unassigned"</option>
            {former}
            {options}
        </select>
    }
    .into_any()
}
