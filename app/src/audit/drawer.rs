use leptos::prelude::*;

use super::screen::{Change, Opened};
use crate::ui::{icon, when};

/// The opened entry; `close` leads to the page without it.
pub fn drawer_view(opened: Opened, path: &str, close: String, local: RwSignal<bool>) -> AnyView {
    let Opened {
        line,
        label,
        token,
        agent,
        resource,
        about,
        changes,
        hidden,
        position,
        mac,
        erased_at,
        same_actor,
        same_thing,
    } = opened;
    let at = line.place.at;
    let place = position.map_or_else(|| "Not in the chain yet".to_owned(), |position| format!("#{position}"));
    let from = agent.map(|agent| view! { <small class="audit__agent">{agent}</small> });
    let resource = resource.map(|(kind, name, page)| {
        let name = match page {
            Some(page) => view! { <a class="link" href=page rel="external" dir="auto">{name}</a> }.into_any(),
            None => view! { <span dir="auto">{name}</span> }.into_any(),
        };
        fact(kind, name)
    });
    let erased = erased_at.map(|at| {
        view! {
            <p class="small muted">"Personal data was erased on " {move || when::full(at, local.get())} "."</p>
        }
    });
    view! {
        <aside class="drawer" aria-labelledby="entry-title" id="entry">
            <header>
                <div>
                    <h2 id="entry-title">{label}</h2>
                    <span class="small muted mono">{place} " · " {line.action.clone()}</span>
                </div>
                <a class="btn ghost square sm" href=close id="entry-close" aria-label="Close">{icon("x", "sm")}</a>
            </header>
            <div class="drawer__body">
                <dl class="facts">
                    {fact("Who".to_owned(), line.who.clone().into_any())}
                    {token.map(|token| fact("Through".to_owned(), view! { "API token " {token} }.into_any()))}
                    {fact("When".to_owned(), view! { <time datetime=when::iso(at)>{move || when::full(at, local.get())}</time> }.into_any())}
                    {fact("From".to_owned(), view! { <span class="mono">{line.address.clone()}</span> {from} }.into_any())}
                    {resource}
                    {about.map(|about| fact("Remark".to_owned(), view! { <span dir="auto">{about}</span> }.into_any()))}
                </dl>
                {erased}
                {(!changes.is_empty()).then(|| changes_view(changes, hidden))}
                {mac.map(chain_view)}
            </div>
            <footer>
                <a class="btn sm" href=format!("{path}{same_actor}") rel="external">{icon("filter", "xs")}"All by " {line.who}</a>
                {same_thing
                    .map(|query| {
                        view! { <a class="btn ghost sm" href=format!("{path}{query}") rel="external">"All about this"</a> }
                    })}
            </footer>
        </aside>
    }
    .into_any()
}

fn fact(name: String, value: AnyView) -> AnyView {
    view! {
        <dt>{name}</dt>
        <dd>{value}</dd>
    }
    .into_any()
}

fn changes_view(changes: Vec<Change>, hidden: usize) -> AnyView {
    let changes = changes
        .into_iter()
        .map(|Change { name, before, after }| {
            let before = before.into_iter().map(|text| view! { <del dir="auto">{text}</del> }).collect_view();
            let after = after.into_iter().map(|text| view! { <ins dir="auto">{text}</ins> }).collect_view();
            view! { <div><dt>{name}</dt><dd>{before} {after}</dd></div> }
        })
        .collect_view();
    view! {
        <div>
            <h3>"Before and after"</h3>
            <dl class="delta">{changes}</dl>
            {(hidden > 0).then(|| view! { <p class="small muted">"and " {hidden} " more, in an export"</p> })}
        </div>
    }
    .into_any()
}

fn chain_view(mac: String) -> AnyView {
    view! {
        <div>
            <h3>"Chain"</h3>
            <p class="small muted">"This entry covers the fingerprint of the one before it, so nothing can be changed or taken out unseen."</p>
            <p class="code"><code>{mac}</code></p>
        </div>
    }
    .into_any()
}
