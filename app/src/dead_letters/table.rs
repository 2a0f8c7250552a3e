use domain::dead::{Kind, Letter};
use leptos::prelude::*;

use super::{
    screen::{Ask, Screen},
    server::DeadScreen,
};
use crate::ui::{icon, when};

/// What may be done with those that are chosen.
pub fn bulk_view(screen: Screen) -> AnyView {
    if !screen.manages {
        return ().into_any();
    }
    let bar = move || {
        let many = screen.chosen.with(std::collections::BTreeSet::len);
        (many > 0).then(|| {
            let discard = move |_| {
                let chosen = screen.chosen.get_untracked().into_iter().collect();
                screen.ask.set(Some(Ask::Discard(chosen)));
            };
            view! {
                <div class="bulkbar" role="toolbar" aria-label="Chosen dead letters">
                    <b>{many} " selected"</b>
                    <button class="btn sm" type="button" disabled=move || screen.task.busy.get()
                        on:click=move |_| screen.retry_chosen()>
                        {icon("refresh", "xs")} "Retry " {many}
                    </button>
                    <button class="btn danger sm" type="button" on:click=discard>{icon("trash", "xs")} "Discard " {many} "…"</button>
                    <button class="btn ghost sm" type="button" on:click=move |_| screen.chosen.update(|c| c.clear())>"Clear"</button>
                </div>
            }
        })
    };
    view! { {bar} }.into_any()
}

/// The dead letters, the latest first; each opens beside them.
pub fn table_view(screen: Screen) -> AnyView {
    let empty = Memo::new(move |_| screen.figures.with(|figures| figures.letters.is_empty()));
    let drawn = move || match empty.get() {
        true => screen.shown.with(nothing_view),
        false => rows_view(screen),
    };
    view! { {drawn} }.into_any()
}

fn rows_view(screen: Screen) -> AnyView {
    let letters = Memo::new(move |_| screen.figures.with(|figures| figures.letters.clone()));
    let all = move || screen.chosen.with(std::collections::BTreeSet::len) == letters.with(Vec::len);
    let choose_all = move |event| {
        let on = event_target_checked(&event);
        screen.chosen.update(|chosen| {
            chosen.clear();
            if on {
                letters.with_untracked(|letters| chosen.extend(letters.iter().map(|letter| letter.id)));
            }
        });
    };
    // What stays as it was keeps its row, with the focus in it, whatever comes or goes around it.
    let rows = view! {
        <For
            each=move || letters.get()
            key=|letter| format!("{letter:?}")
            children=move |letter| row_view(screen, &letter)
        />
    };
    view! {
        <div class="table-wrap" tabindex="0" role="region" aria-label="Dead letters, table">
            <table class="table fold dead__table">
                <thead>
                    <tr>
                        {screen.manages.then(|| view! {
                            <th scope="col" class="tight script">
                                <input class="check" type="checkbox" aria-label="Select all" prop:checked=all on:change=choose_all/>
                            </th>
                        })}
                        <th scope="col">"What"</th>
                        <th scope="col" class="fold-hide">"Reason"</th>
                        <th scope="col" class="end fold-hide">"Attempts"</th>
                        <th scope="col" class="fold-hide">"Died"</th>
                        {screen.manages.then(|| view! { <th scope="col" class="script"><span class="sr">"Actions"</span></th> })}
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What it is, and about whom.
pub fn title(letter: &Letter) -> String {
    match letter.kind {
        Kind::Send => format!("To {}", letter.contact.as_deref().unwrap_or("a customer")),
        Kind::Delivery => "Inbound webhook".to_owned(),
    }
}

fn row_view(screen: Screen, letter: &Letter) -> AnyView {
    let id = letter.id;
    let open = move || {
        let opened = |shown: &DeadScreen| shown.opened.as_ref().is_some_and(|opened| opened.letter.id == id);
        screen.shown.with(opened)
    };
    let local = screen.clock.local;
    let (name, died) = (title(letter), letter.died_at);
    let href = move || {
        let asked = screen.shown.with(|shown| shown.asked.opening(id.to_string()));
        screen.path(&asked)
    };
    let number = letter.number_name.clone().unwrap_or_default();
    let spoken = format!("{name}, {}", letter.words);
    let select = screen.manages.then(|| {
        let label = format!("Select {spoken}");
        view! {
            <td class="tight script">
                <input class="check" type="checkbox" aria-label=label prop:checked=move || screen.chosen.with(|c| c.contains(&id))
                    on:change=move |event| screen.choose(id, event_target_checked(&event))/>
            </td>
        }
    });
    let actions = screen.manages.then(|| {
        let again = letter.clone();
        let retry = if letter.may_arrive_twice() { "Retry…" } else { "Retry" };
        let (first, second) = (name.clone(), name.clone());
        view! {
            <td class="tight script">
                <span class="row">
                    <button class="btn sm" type="button" disabled=move || screen.task.busy.get()
                        on:click=move |_| screen.retry(&again)>
                        {retry}<span class="sr">" " {first}</span>
                    </button>
                    <button class="btn ghost danger sm fold-hide" type="button"
                        on:click=move |_| screen.ask.set(Some(Ask::Discard(vec![id])))>
                        "Discard…"<span class="sr">" " {second}</span>
                    </button>
                </span>
            </td>
        }
    });
    view! {
        <tr class:open=open aria-selected=move || screen.chosen.with(|c| c.contains(&id)).then_some("true")>
            {select}
            <th scope="row">
                <a href=href aria-current=move || open().then_some("true") class="dead__open" dir="auto">{name}</a>
                <small dir="auto">{number}</small>
                // Where there is no room for the columns.
                <small class="audit__folded" dir="auto">{letter.words.clone()}</small>
            </th>
            <td class="fold-hide">
                <span dir="auto" class="dead__words">{letter.words.clone()}</span>
                <small>{letter.reason.label()}</small>
            </td>
            <td class="end num fold-hide">{letter.tries}</td>
            <td class="nowrap fold-hide">
                <time datetime=when::iso(died) title=move || when::full(died, local.get())>
                    {move || when::ago(died, screen.clock.now.get(), local.get())}
                </time>
            </td>
            {actions}
        </tr>
    }
    .into_any()
}

fn nothing_view(shown: &DeadScreen) -> AnyView {
    let narrowed = shown.asked.narrows() || !shown.asked.before.is_empty();
    let (title, text) = if narrowed {
        ("No dead letter matches", "Take a filter away.")
    } else {
        (
            "No dead letters",
            "Whatever came in was processed, and whatever was to be sent has gone out or still has its tries.",
        )
    };
    let all = shown.frame.path(crate::frame::Here::DeadLetters);
    view! {
        <div class="empty">
            {icon("check", "")}
            <h2>{title}</h2>
            <p>{text}</p>
            {narrowed.then(|| view! { <a class="btn" href=all rel="external">"Show all"</a> })}
        </div>
    }
    .into_any()
}
