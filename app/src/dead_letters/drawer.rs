use domain::dead::{Attempt, Detail, Kind, Letter};
use leptos::prelude::*;

use super::{
    Asked,
    screen::{Ask, Screen},
    table::title,
};
use crate::ui::{copy_button, icon, when};

/// The opened one: why, every try, the payload, and what can be done.
pub fn drawer_view(screen: Screen, opened: Detail, asked: &Asked) -> AnyView {
    let Detail { letter, attempts, text, payload } = opened;
    let local = screen.clock.local;
    let close = screen.path(&asked.opening(String::new()));
    let time = move |at| view! { <time datetime=when::iso(at)>{move || when::full(at, local.get())}</time> }.into_any();
    let slug = screen.slug.get_value();
    // Who may open the conversation is led there, even where the name is not theirs to see.
    let named = letter.contact.clone();
    let contact = match letter.conversation {
        Some(conversation) => {
            let href = format!("/w/{slug}/inbox/{conversation}");
            let name = named.unwrap_or_else(|| "Conversation".to_owned());
            Some(view! { <a class="link" href=href rel="external" dir="auto">{name}</a> }.into_any())
        }
        None => named.map(|name| view! { <span dir="auto">{name}</span> }.into_any()),
    };
    let contact = contact.map(|contact| fact("Customer", contact));
    let code = letter.code.map(|code| fact("Code", view! { {code} }.into_any()));
    let number =
        letter.number_name.clone().map(|name| fact("Number", view! { <span dir="auto">{name}</span> }.into_any()));
    let tries = (!attempts.is_empty()).then(|| attempts_view(attempts, screen));
    // What is shown is copied, with its secrets masked.
    let copy = payload.clone().map(|payload| {
        view! { <span class="script">{copy_button(payload, "Copy payload")}</span> }
    });
    let payload = match payload {
        Some(payload) => view! {
            <pre class="code dead__payload" tabindex="0" role="region" aria-label="Payload"><code>{payload}</code></pre>
        }
        .into_any(),
        None => view! { <p class="small muted">"It is not kept any more, or not for you to read."</p> }.into_any(),
    };
    let warning = if letter.may_arrive_twice() {
        "Meta never said whether it went out. Sent again, it may arrive twice."
    } else {
        letter.reason.label()
    };
    view! {
        <aside class="drawer" aria-labelledby="letter-title" id="letter">
            <header>
                <div>
                    <h2 id="letter-title" dir="auto">{title(&letter)}</h2>
                    <span class="small muted mono">{letter.id.to_string()}</span>
                </div>
                <a class="btn ghost square sm" href=close id="letter-close" aria-label="Close">{icon("x", "sm")}</a>
            </header>
            <div class="drawer__body">
                <p class="banner warn">
                    {icon("alert", "")}
                    <span class="grow"><b dir="auto">{letter.words.clone()}</b> " " {warning}</span>
                </p>
                <dl class="facts">
                    {contact}
                    {number}
                    {code}
                    {fact(if letter.kind == Kind::Send { "Written" } else { "Came in" }, time(letter.since))}
                    {fact("Died", time(letter.died_at))}
                </dl>
                {tries}
                <div>
                    <div class="row between"><h3>"Payload"</h3>{copy}</div>
                    {payload}
                </div>
            </div>
            {screen.manages.then(|| foot_view(screen, letter, text))}
        </aside>
    }
    .into_any()
}

fn fact(name: &'static str, value: AnyView) -> AnyView {
    view! {
        <dt>{name}</dt>
        <dd>{value}</dd>
    }
    .into_any()
}

fn attempts_view(attempts: Vec<Attempt>, screen: Screen) -> AnyView {
    let local = screen.clock.local;
    let tries = attempts
        .into_iter()
        .map(|Attempt { nth, started_at, ended_at, http, code, said }| {
            let answer = match (http, code) {
                (Some(http), Some(code)) => format!("HTTP {http}, code {code}"),
                (Some(http), None) => format!("HTTP {http}"),
                (None, Some(code)) => format!("code {code}"),
                (None, None) => String::new(),
            };
            let took = (ended_at > started_at).then(|| format!("after {} ms", ended_at - started_at));
            view! {
                <li>
                    <p class="row between">
                        <b>"Try " {nth}</b>
                        <time class="small muted" datetime=when::iso(started_at)>{move || when::full(started_at, local.get())}</time>
                    </p>
                    <p dir="auto">{said}</p>
                    <p class="small muted">{answer} " " {took}</p>
                </li>
            }
        })
        .collect_view();
    view! { <div><h3>"Attempts"</h3><ol class="dead__tries">{tries}</ol></div> }.into_any()
}

fn foot_view(screen: Screen, letter: Letter, text: Option<String>) -> AnyView {
    let id = letter.id;
    let again = letter.clone();
    let word = if letter.may_arrive_twice() { "Retry…" } else { "Retry" };
    let edit = letter.editable.zip(text).map(|(words, text)| {
        let ask = Ask::Edit(Box::new(letter), words, text);
        view! {
            <button class="btn script" type="button" on:click=move |_| screen.ask.set(Some(ask.clone()))>"Edit and send…"</button>
        }
    });
    view! {
        <footer>
            <button class="btn script" type="button" disabled=move || screen.task.busy.get() on:click=move |_| screen.retry(&again)>
                {icon("refresh", "sm")} {word}
            </button>
            {edit}
            <button class="btn danger script" type="button" on:click=move |_| screen.ask.set(Some(Ask::Discard(vec![id])))>
                {icon("trash", "sm")} "Discard…"
            </button>
        </footer>
    }
    .into_any()
}
