use domain::{contact::Contact, field::Field};
use leptos::prelude::*;

use super::detail::parts::value_shown;
use crate::ui::{Task, dialog};

const ID: &str = "merge";

/// The two, with what is known of them.
pub struct Pair {
    pub kept: Contact,
    pub gone: Contact,
    /// The custom fields there are.
    pub fields: Vec<Field>,
    /// Whoever looks after them, by name.
    pub assignees: [String; 2],
}

/// Asks before two contacts become one: it cannot be undone.
pub fn merge_dialog(pair: &Pair, task: Task, merge: impl Fn() + 'static, closed: impl Fn() + 'static) -> AnyView {
    let (kept, gone) = (pair.kept.label().to_owned(), pair.gone.label().to_owned());
    let content = view! {
        <div class="dialog__body stack">
            {task.problem_view()}
            <p>
                <bdi>{gone}</bdi>" becomes part of "<bdi>{kept}</bdi>
                ". Conversations, notes and both consent histories are kept."
            </p>
            {beside_view(pair)}
            <p class="banner warn">"The opt-out of either counts. It cannot be undone."</p>
        </div>
        <footer>
            <button class="btn" type="button" autofocus on:click=move |_| dialog::close(ID)>"Cancel"</button>
            <button class="btn primary" type="button" disabled=move || task.busy.get() on:click=move |_| merge()>
                "Merge"
            </button>
        </footer>
    }
    .into_any();
    dialog::dialog(ID, "Merge two contacts?".to_owned(), String::new(), closed, content)
}

/// What either has, and which of it stands.
fn beside_view(pair: &Pair) -> AnyView {
    let Pair { kept, gone, fields, assignees: [keeps, goes] } = pair;
    let known = |value: &Option<String>| value.clone().unwrap_or_default();
    let at = |contact: &Contact| contact.username.as_ref().map(|name| format!("@{name}")).unwrap_or_default();
    let whose = |contact: &Contact, name: &String| contact.assignee.map(|_| name.clone()).unwrap_or_default();
    let mut lines = vec![
        ("Name".to_owned(), kept.name.clone(), gone.name.clone()),
        ("Username".to_owned(), at(kept), at(gone)),
        ("Assignee".to_owned(), whose(kept, keeps), whose(gone, goes)),
    ];
    lines.extend(fields.iter().map(|field| {
        let value =
            |of: &Contact| of.fields.get(&field.id).map(|value| value_shown(field.kind, value)).unwrap_or_default();
        (field.name.clone(), value(kept), value(gone))
    }));
    let lines = lines.into_iter().map(|(name, one, other)| {
        let stands = if one.is_empty() { Stands::Second } else { Stands::First };
        (name, one, other, stands)
    });
    // Of two numbers, or two ids, the message that named both says which is right.
    let identities = [("Phone number", &kept.phone, &gone.phone), ("WhatsApp id", &kept.user_id, &gone.user_id)];
    let identities = identities.into_iter().map(|(name, one, other)| {
        let stands = match (one, other) {
            (Some(one), Some(other)) if one != other => Stands::Open,
            (None, _) => Stands::Second,
            _ => Stands::First,
        };
        (name.to_owned(), known(one), known(other), stands)
    });
    let rows = identities
        .chain(lines)
        .filter(|(_, one, other, _)| !(one.is_empty() && other.is_empty()))
        .map(|(name, one, other, stands)| {
            view! {
                <tr>
                    <th scope="row"><bdi>{name}</bdi></th>
                    {cell(one, stands == Stands::First)}
                    {cell(other, stands == Stands::Second)}
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Both, table">
            <table class="table compare fold">
                <thead>
                    <tr>
                        <td></td>
                        <th scope="col">"The one that stays"</th>
                        <th scope="col">"The one that goes"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stands {
    First,
    Second,
    Open,
}

fn cell(value: String, stands: bool) -> AnyView {
    let none = value.is_empty();
    view! {
        <td class:stands=stands class:muted=none>
            <bdi>{if none { "none".to_owned() } else { value }}</bdi>
            {stands.then(|| view! { <span class="sr">", stands"</span> })}
        </td>
    }
    .into_any()
}
