//! Whom to write to, and from which number. The template is chosen in the dialog that follows.

use domain::{contact::phone, id::ContactId, inbox::ContactBrief, number::NumberBrief, permission::Permission};
use leptos::{prelude::*, task::spawn_local};

use super::{Whom, server::people};
use crate::{
    inbox::{
        screen::Screen,
        templates::{Picking, Target},
    },
    ui::{avatar, dialog, icon},
};

const ID: &str = "start";

pub fn start_view(screen: Screen, who: Option<ContactId>) -> AnyView {
    let numbers = screen.facts().numbers.clone();
    let wanted = screen.filter.with_untracked(|filter| filter.number);
    let first = numbers.iter().find(|number| Some(number.id) == wanted).or(numbers.first()).cloned();
    let from = RwSignal::new(first);
    let text = RwSignal::new(String::new());
    let found = looked_up(screen, who, text);
    let adds = screen.facts().access.allows(Permission::ContactsCreate);
    let choose = move |whom: Whom, name: String, address: Option<String>| {
        let Some(NumberBrief { id, name: number_name, .. }) = from.get_untracked() else { return };
        dialog::close(ID);
        screen.picking.set(Some(Picking {
            target: Target::New(whom),
            number: id,
            number_name,
            to: name,
            address,
            chosen: None,
        }));
    };
    let number = move || {
        let typed = text.get();
        // A contact with this number is offered already.
        let digits = phone(&typed).ok().filter(|digits| {
            let known = |person: &ContactBrief| person.phone.as_deref().is_some_and(|phone| phone[1..] == **digits);
            adds && !found.with(|found| found.as_ref().is_some_and(|found| found.iter().any(known)))
        })?;
        let shown = format!("+{digits}");
        let word = format!("Write to {shown}");
        let chosen = move |_| choose(Whom::Phone(shown.clone()), shown.clone(), None);
        Some(view! {
            <li>
                <button type="button" on:click=chosen>
                    {icon("plus", "sm")}
                    <span><b>{word}</b><small>"A new contact is kept with the first message."</small></span>
                </button>
            </li>
        })
    };
    let people = move || {
        found.get().unwrap_or_default().into_iter().map(|person| {
            let ContactBrief { id, name, phone, username, .. } = person;
            let line = phone.clone().or_else(|| username.map(|username| format!("@{username}"))).filter(|line| *line != name);
            let picture = avatar(id.0, &name, "sm");
            let (shown, address) = (name.clone(), line.clone());
            view! {
                <li>
                    <button type="button" on:click=move |_| choose(Whom::Contact(id), shown.clone(), address.clone())>
                        {picture}
                        <span><b><bdi>{name}</bdi></b>{line.map(|line| view! { <small><bdi>{line}</bdi></small> })}</span>
                    </button>
                </li>
            }
        })
        .collect_view()
    };
    let nothing = move || {
        let nobody = found.with(|found| found.as_ref().is_some_and(Vec::is_empty)) && number().is_none();
        let hint = match (text.with(|text| text.trim().is_empty()), adds) {
            (true, _) => "There are no contacts yet. Type a number with its country code.",
            (false, true) => "Nobody is called that. Type a number with its country code to write to somebody new.",
            (false, false) => "Nobody is called that.",
        };
        nobody.then(|| view! { <p class="muted small" role="status">{hint}</p> })
    };
    let none = from.with_untracked(Option::is_none);
    let content = view! {
        <div class="dialog__body stack">
            {none.then(|| view! { <p class="banner warn">{icon("alert", "")}"No number is connected yet, so nothing can be sent."</p> })}
            {senders(numbers, from)}
            <div class="field">
                <label for="start-to">"To"</label>
                <input
                    class="input"
                    id="start-to"
                    type="search"
                    autocomplete="off"
                    autofocus
                    maxlength="128"
                    placeholder="Name, or number such as +49 151 12345678"
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                />
            </div>
            <ul class="pickers" aria-label="Who it may be" hidden=none>{number}{people}</ul>
            {nothing}
        </div>
    }
    .into_any();
    let about = "WhatsApp takes an approved template as the first message. You choose it next.".to_owned();
    dialog::dialog(ID, "New conversation".to_owned(), about, move || screen.over.set(None), content)
}

/// Which number it is sent from, where there is a choice.
fn senders(numbers: Vec<NumberBrief>, from: RwSignal<Option<NumberBrief>>) -> Option<AnyView> {
    if numbers.len() < 2 {
        return None;
    }
    let options = numbers.iter().map(|number| {
        let id = number.id;
        let chosen = move || from.with(|from| from.as_ref().is_some_and(|from| from.id == id));
        view! { <option value=id.to_string() selected=chosen>{format!("{} · {}", number.name, number.display_number)}</option> }
    });
    let options = options.collect_view();
    let change = move |event| {
        let id = event_target_value(&event);
        from.set(numbers.iter().find(|number| number.id.to_string() == id).cloned());
    };
    Some(
        view! {
            <div class="field">
                <label for="start-from">"From"</label>
                <select class="input" id="start-from" on:change=change>{options}</select>
            </div>
        }
        .into_any(),
    )
}

/// Contacts that fit what is typed; `None` until the first answer. An answer that comes late is passed over.
fn looked_up(screen: Screen, who: Option<ContactId>, text: RwSignal<String>) -> RwSignal<Option<Vec<ContactBrief>>> {
    let found = RwSignal::new(None);
    let latest = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let words = text.get();
        latest.update_value(|latest| *latest += 1);
        let mine = latest.get_value();
        spawn_local(async move {
            let who = who.filter(|_| words.is_empty());
            let answer = people(screen.slug(), who, words).await;
            if latest.try_get_value() != Some(mine) {
                return;
            }
            match answer {
                Ok(people) => drop(found.try_set(Some(people))),
                Err(fault) => screen.fail(fault),
            }
        });
    });
    found
}
