//! The quick way from one business number to another. The browser remembers the choice for the next time.

use domain::{id::NumberId, inbox::Filter, number::NumberBrief};
use leptos::prelude::*;

use super::{filters::href, outbox::store, screen::Screen};
use crate::ui::{dialog, icon};

const ID: &str = "number-menu";

fn name(screen: Screen) -> String {
    let facts = screen.facts();
    format!("number:{}:{}", facts.workspace.id, facts.me.id)
}

/// Remembers which number the list is narrowed to.
fn remember(screen: Screen, number: Option<NumberId>) {
    match number {
        Some(number) => store::set(&name(screen), &number.to_string()),
        None => store::remove(&name(screen)),
    }
}

/// The numbers, to choose one or all.
pub fn number_menu(screen: Screen) -> AnyView {
    let facts = screen.facts();
    let choice = move |number: Option<NumberBrief>| {
        let (id, label, about) = match number {
            Some(number) => (Some(number.id), number.name, number.display_number),
            None => (None, "All numbers".to_owned(), String::new()),
        };
        let current = move || (screen.filter.read().number == id).then_some("true");
        let to = move || href(screen, &Filter { number: id, ..screen.filter.get() });
        let chosen = move |_| {
            remember(screen, id);
            dialog::close(ID);
        };
        let same = about == label;
        view! {
            <a class="choice-line" href=to aria-current=current on:click=chosen>
                {icon("device", "sm")}
                <span class="grow">
                    <bdi>{label}</bdi>
                    {(!same).then(|| view! { <small class="muted num">{about}</small> })}
                </span>
                {move || current().map(|_| icon("check", "sm"))}
            </a>
        }
    };
    let all = std::iter::once(None).chain(facts.numbers.iter().cloned().map(Some));
    let content = view! { <div class="dialog__body">{all.map(choice).collect_view()}</div> }.into_any();
    let about = "The list shows conversations of this number alone. This browser remembers it for you.";
    dialog::dialog(ID, "Business number".to_owned(), about.to_owned(), move || screen.over.set(None), content)
}

/// Narrows the list to the number that was chosen last, unless the address says what is wanted.
#[cfg(feature = "hydrate")]
pub fn restore(screen: Screen) {
    use leptos_router::{NavigateOptions, hooks::use_navigate};

    let bare = window().location().search().is_ok_and(|query| query.is_empty());
    let open = screen.place.with_untracked(|place| place.open);
    let number = store::get(&name(screen)).and_then(|id| id.parse::<NumberId>().ok());
    let known = number.filter(|id| screen.facts().numbers.iter().any(|number| number.id == *id));
    if let (Some(id), true, None) = (known, bare, open) {
        let filter = Filter { number: Some(id), ..screen.filter.get_untracked() };
        let to = untrack(|| href(screen, &filter));
        use_navigate()(&to, NavigateOptions { replace: true, ..NavigateOptions::default() });
    }
}
